//! `fairdraw draw`.

use super::ceremony::{Where, entry_text, failure};
use super::{Ending, Failure, Format, Progress, answer, answer_text, json};
use fairdraw::both;
use fairdraw::ceremony::draw;
use fairdraw::files::store::ledger::Direct;
use fairdraw::lang::Text;
use fairdraw::publish::report;

/// Make the plan of a sealed ceremony from its recorded entropy
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw draw county/2026Q4")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Form of the summary on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let progress = Progress::new();
    let mut stage = |stage| progress.stage(stage);
    let (made, entry) =
        draw::draw(&mut ledger, &ceremony, args.place.time(), &mut Direct, &mut stage).map_err(failure)?;
    drop(progress);
    let attempt = ledger.latest(&ceremony).expect("what is drawn was sealed");
    let bundle = draw::bundle_folder(&ledger, attempt);
    if args.format == Format::Json {
        answer(&json(&made.summary))?;
        return Ok(Ending::Yes);
    }
    let (attempt, bundle, entry) = (entry.attempt, bundle.display(), entry_text(&entry));
    let summary = Text::each(|lang| report::summary(&made.summary, &made.inputs, &made.plan, lang));
    answer_text(&both!(
        entry, summary => "{ceremony} attempt {attempt} drawn: {entry}\n{summary}  bundle     {bundle}\n",
        "{ceremony} 第 {attempt} 次已抽取：{entry}\n{summary}  计划包 {bundle}\n"
    ))?;
    Ok(Ending::Yes)
}
