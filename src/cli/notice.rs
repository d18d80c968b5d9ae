//! `fairdraw notice`, and `fairdraw verify --notice`.

use std::path::{Path, PathBuf};

use super::ceremony::{Where, failure};
use super::{Ending, Failure, Progress, answer};
use fairdraw::ceremony::notice::notice;
use fairdraw::files::ledger::Ledger;
use fairdraw::ledger::notice::{COLUMNS, Notice};

/// Write the notice that is handed over at the door, with a QR code that proves its visit (检查通知书)
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw notice county/2026Q4 91330106000000000A --out notice.html\n\n\
    The page prints on A4. Whoever gets it checks the QR code with `fairdraw verify --notice`.")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Id of the visit, as visits.csv has it
    visit: String,
    /// File that the page is written to; stdout if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the text of the QR code instead of the page
    #[arg(long)]
    text: bool,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let ledger = args.place.read()?;
    let progress = Progress::new();
    let made = notice(&ledger, &ceremony, &args.visit, &mut |stage| progress.stage(stage));
    drop(progress);
    let (notice, page) = made.map_err(failure)?;
    let text = if args.text { notice.text() + "\n" } else { page };
    match &args.out {
        None => answer(&text)?,
        Some(path) => std::fs::write(path, text).map_err(|error| {
            Failure::new(format!("{}: {error}", path.display()), "choose a file that can be written to")
        })?,
    }
    Ok(Ending::Yes)
}

/// Checks the text of a notice, or a file that holds it, against a ledger; nothing else is needed.
pub fn verify(notice: &str, ledger: &Path) -> Result<Ending, Failure> {
    let text = if Path::new(notice).is_file() {
        std::fs::read_to_string(notice).map_err(|error| Failure::new(format!("{notice}: {error}"), ""))?
    } else {
        notice.to_owned()
    };
    let advice = "give the whole text of the QR code, or a file that holds it";
    let notice = Notice::parse(&text).map_err(|error| Failure::new(error, advice))?;
    let inner = ledger.join("ledger");
    let folder = if inner.is_dir() { inner } else { ledger.to_owned() };
    let ledger = Ledger::read(&folder).map_err(|error| Failure::new(&error, error.advice()))?;
    let draw = match notice.check(ledger.entries()) {
        Ok(draw) => draw,
        Err(error) => {
            answer(&format!("not verified: {error}\n"))?;
            return Ok(Ending::No);
        }
    };
    let cells = csv::ReaderBuilder::new().has_headers(false).from_reader(notice.row.as_bytes()).into_records().next();
    let mut told = format!("verified: the visit stands in the plan of {}, entry {}\n", draw.time, draw.file());
    for (name, cell) in COLUMNS.iter().zip(cells.into_iter().flatten().flat_map(|row| cells_of(&row))).skip(1) {
        told.push_str(&format!("  {name:<10} {cell}\n"));
    }
    for entry in notice.later(ledger.entries()) {
        let facts: Vec<String> = entry.facts.iter().map(|(word, value)| format!("{word} {value}")).collect();
        told.push_str(&format!("  since then {}, {}: {}\n", entry.file(), entry.time, facts.join("; ")));
    }
    answer(&told)?;
    Ok(Ending::Yes)
}

fn cells_of(row: &csv::StringRecord) -> Vec<String> {
    row.iter().map(str::to_owned).collect()
}
