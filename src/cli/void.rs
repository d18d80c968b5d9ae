//! `fairdraw void`.

use super::ceremony::{Where, entry_json, failure};
use super::{Ending, Failure, Format, Progress, answer};
use fairdraw::ceremony::{draw, sheet};
use fairdraw::files::ledger::Direct;

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
        answer(&entry_json(&entry))?;
        return Ok(Ending::Yes);
    }
    answer(&format!(
        "{ceremony} attempt {} is void: ledger entry {}, code {}\n  sample     {}\n  next       correct the cause, then run `fairdraw seal`\n",
        entry.attempt,
        entry.number,
        sheet::short_code(&entry),
        entry.fact("sample").unwrap_or_default(),
    ))?;
    Ok(Ending::Yes)
}

/// Takes one line of text that is not empty, as a ledger can hold it.
pub fn reason(text: &str) -> Result<String, String> {
    let line = text.trim();
    let fits = !line.is_empty() && !line.chars().any(char::is_control);
    fits.then(|| line.to_owned()).ok_or_else(|| "a reason is one line of text".to_owned())
}
