//! `fairdraw seal`.

use serde::Serialize;

use super::ceremony::{Where, failure};
use super::history::Earlier;
use super::{Ending, Failure, Format, Progress, answer, json};
use fairdraw::ceremony::{seal, sheet};
use fairdraw::files::ledger::Direct;

/// Freeze and seal everything that decides a draw, before chance speaks
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw seal county/2026Q4\n\n\
    Lodge the code that is printed outside the office before the beacon falls.")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    earlier: Earlier,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    ceremony: &'a str,
    attempt: u32,
    entry: u32,
    sha256: String,
    code: String,
    sheet: String,
    added: u32,
    dropped: u32,
    reclassed: u32,
    altered: u32,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let earlier = args.earlier.visits()?;
    let mut ledger = args.place.open()?;
    let progress = Progress::new();
    let (workspace, time) = (&args.place.workspace, args.place.time());
    let mut stage = |stage| progress.stage(stage);
    let sealed = seal::seal(workspace, &earlier, &mut ledger, time, &mut Direct, &mut stage).map_err(failure)?;
    drop(progress);
    let (entry, changes) = (&sealed.entry, &sealed.changes);
    let folder = ledger.attempt_folder(&entry.ceremony, entry.attempt);
    let (code, sheet) = (sheet::short_code(entry), folder.join("sheet.html").display().to_string());
    if args.format == Format::Json {
        answer(&json(&Answer {
            ceremony: &entry.ceremony,
            attempt: entry.attempt,
            entry: entry.number,
            sha256: entry.hash(),
            code,
            sheet,
            added: changes.added,
            dropped: changes.dropped,
            reclassed: changes.reclassed,
            altered: changes.altered,
        }))?;
        return Ok(Ending::Yes);
    }
    let lodged = sheet::lodged(entry);
    let since = match &sealed.since {
        None => "  changes    none to report, this is the region's first seal\n".to_owned(),
        Some((ceremony, attempt)) => format!(
            "  changes    since {ceremony}.{attempt}: {} added, {} dropped, {} re-classed, {} altered otherwise\n             {}\n",
            changes.added,
            changes.dropped,
            changes.reclassed,
            changes.altered,
            folder.join("changes.csv").display()
        ),
    };
    answer(&format!(
        "{} attempt {} sealed at {}: ledger entry {}\n\n    {code}\n\n{}\n  SHA-256    {}\n  in the QR  {lodged}\n{since}  \
         next       lodge the code or {sheet} outside, then run `fairdraw entropy`\n",
        entry.ceremony,
        entry.attempt,
        entry.time,
        entry.number,
        sheet::qr_text(&lodged).unwrap_or_default(),
        entry.hash(),
    ))?;
    Ok(Ending::Yes)
}
