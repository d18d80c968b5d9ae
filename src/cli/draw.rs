//! `fairdraw draw`.

use super::ceremony::{Where, failure};
use super::{Ending, Failure, Format, Progress, answer, json};
use fairdraw::ceremony::draw;
use fairdraw::ceremony::sheet;
use fairdraw::files::ledger::Direct;
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
    match args.format {
        Format::Json => answer(&json(&made.summary))?,
        Format::Text => answer(&format!(
            "{ceremony} attempt {} drawn: ledger entry {}, code {}\n{}  bundle     {}\n",
            entry.attempt,
            entry.number,
            sheet::short_code(&entry),
            report::summary(&made.summary, &made.inputs, &made.plan, super::lang()),
            bundle.display(),
        ))?,
    }
    Ok(Ending::Yes)
}
