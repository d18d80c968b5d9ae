//! `fairdraw lodge`.

use super::ceremony::{EntryAnswer, Where, entry_text, failure};
use super::{Ending, Failure, Format, answer, answer_text, json};
use fairdraw::both;
use fairdraw::ceremony::lodge;
use fairdraw::files::store::ledger::Direct;
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
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let time = args.place.time();
    let handed_over = args.handed_over.unwrap_or(time);
    let entry = lodge::lodge(&mut ledger, &ceremony, &args.with, handed_over, time, &mut Direct).map_err(failure)?;
    if args.format == Format::Json {
        answer(&json(&EntryAnswer::of(&entry)))?;
        return Ok(Ending::Yes);
    }
    let (with, step) = (&args.with, entry.fact("entry").unwrap_or_default());
    let entry = entry_text(&entry);
    answer_text(&both!(
        entry => "lodged with {with}: {entry}\n  of entry   {step}\n",
        "已交存于 {with}：{entry}\n  所指条目 {step}\n"
    ))?;
    Ok(Ending::Yes)
}
