//! `fairdraw lodge`.

use super::ceremony::{Where, failure};
use super::{Ending, Failure, answer};
use fairdraw::ceremony::{lodge, sheet};
use fairdraw::files::ledger::Direct;
use jiff::civil::DateTime;

/// Record where and when the sheet of the last step was lodged outside the office
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw lodge county/2026Q4 --with '邓州市公证处'")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Who holds the sheet: a notary, the office of the next higher level, a newspaper
    #[arg(long, value_name = "TEXT", value_parser = super::void::reason)]
    with: String,
    /// Beijing time at which it was handed over; that of the step if not given
    #[arg(long, value_name = "TIME")]
    handed_over: Option<DateTime>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let time = args.place.time();
    let handed_over = args.handed_over.unwrap_or(time);
    let entry = lodge::lodge(&mut ledger, &ceremony, &args.with, handed_over, time, &mut Direct).map_err(failure)?;
    answer(&format!(
        "lodged with {}: ledger entry {}, code {}\n  of entry   {}\n",
        args.with,
        entry.number,
        sheet::short_code(&entry),
        entry.fact("entry").unwrap_or_default(),
    ))?;
    Ok(Ending::Yes)
}
