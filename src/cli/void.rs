//! `fairdraw void`.

use super::ceremony::{EntryAnswer, Where, entry_text, failure};
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, lang};
use fairdraw::both;
use fairdraw::ceremony::draw;
use fairdraw::files::store::ledger::Direct;

/// End an attempt for good; the sample that it gave, or would have given, stays on record
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw void county/2026Q4 --reason '封存的名录库版本有误'")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Why the attempt ends; the reason is published and stands in the next seal
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let progress = Progress::new();
    let mut stage = |stage| progress.stage(stage);
    let time = args.place.time();
    let entry = draw::void(&mut ledger, &ceremony, &args.reason, time, &mut Direct, &mut stage).map_err(failure)?;
    drop(progress);
    if args.format == Format::Json {
        answer(&json(&EntryAnswer::of(&entry)))?;
        return Ok(Ending::Yes);
    }
    let (attempt, sample) = (entry.attempt, entry.fact("sample").unwrap_or_default());
    let entry = entry_text(&entry);
    answer_text(&both!(
        entry => "{ceremony} attempt {attempt} is void: {entry}\n  sample     {sample}\n  next       correct the cause, then run `fairdraw seal`\n",
        "{ceremony} 第 {attempt} 次已作废：{entry}\n  样本 {sample}\n  下一步 更正原因，然后运行 `fairdraw seal`\n"
    ))?;
    Ok(Ending::Yes)
}

/// Takes one line of text that is not empty, as a ledger can hold it.
pub fn reason(text: &str) -> Result<String, String> {
    let line = text.trim();
    let fits = !line.is_empty() && !line.chars().any(char::is_control);
    fits.then(|| line.to_owned())
        .ok_or_else(|| both!("a reason is one line of text", "原因应为一行文字").get(lang()).to_owned())
}
