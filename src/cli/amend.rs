//! `fairdraw amend`.

use jiff::civil::Date;

use super::ceremony::{Where, failure};
use super::{Ending, Failure, Progress, answer};
use fairdraw::ceremony::amend::Done;
use fairdraw::ceremony::{amend, sheet};
use fairdraw::files::ledger::Direct;
use fairdraw::plan::amend::{Amendment, Change, REASONS, Reason};
use fairdraw::plan::model::Half;
use fairdraw::plan::words::Word;

/// Change one seat, the day or the entity of one visit of a drawn plan; everything else stays as it was drawn (人工调整)
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  fairdraw amend county/2026Q4 91330106000000000A --officer T330106003 --reason sick\n\n\
    Who steps in, officer or entity, is the next by ticket who can; nobody chooses. A sample can not grow: that needs a new ceremony."
)]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Id of the visit, as visits.csv has it
    visit: String,
    /// Certificate of the officer who does not go; the seat is given up at all visits of that team on that day
    #[arg(long, value_name = "CERTIFICATE", conflicts_with_all = ["day", "entity"], required_unless_present_any = ["day", "entity"])]
    officer: Option<String>,
    /// Day on which the visit takes place instead
    #[arg(long, value_name = "DATE", conflicts_with = "entity")]
    day: Option<Date>,
    /// The entity can not be checked: the next of the reserve of each task steps in, and the visit is not made
    #[arg(long)]
    entity: bool,
    /// Part of the day, AM or PM; that of the plan if not given
    #[arg(long, requires = "day", value_parser = half)]
    half: Option<Half>,
    /// Why: sick, leave, duty, left, recusal; entity-closed, entity-asked, weather, officers-short; unreachable, closed, moved
    #[arg(long, value_name = "CODE", value_parser = reason)]
    reason: Reason,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let change = match (&args.officer, args.day) {
        (Some(certificate), _) => Change::Officer { certificate: certificate.clone() },
        (None, Some(date)) => Change::Day { date, half: args.half },
        (None, None) => Change::Entity,
    };
    let amendment = Amendment { visit: args.visit.clone(), change, reason: args.reason };
    let progress = Progress::new();
    let mut stage = |stage| progress.stage(stage);
    let amended = amend::amend(&mut ledger, &ceremony, &amendment, args.place.time(), &mut Direct, &mut stage);
    drop(progress);
    let Done { entry, outcome, details } = amended.map_err(failure)?;
    let mut told =
        format!("{ceremony} is amended: ledger entry {}, code {}\n", entry.number, sheet::short_code(&entry));
    for (certificate, why) in &outcome.passed_over {
        told.push_str(&format!("  passed     {certificate}: {why}\n"));
    }
    if let Some(certificate) = &outcome.substitute {
        told.push_str(&format!("  steps in   {certificate}\n"));
    }
    let words = ["gone-too", "steps-in", "no-reserve", "added", "unplaced"];
    for (word, rest) in details.lines().filter_map(|line| line.split_once(' ')).filter(|line| words.contains(&line.0)) {
        told.push_str(&format!("  {word:<10} {rest}\n"));
    }
    told.push_str(&format!("  changed    {}\n", outcome.visits.join(", ")));
    let folder = ledger.attempt_folder(&ceremony, entry.attempt).join(amend::FOLDER);
    told.push_str(&format!("  details    {}\n", folder.display()));
    answer(&told)?;
    Ok(Ending::Yes)
}

fn reason(text: &str) -> Result<Reason, String> {
    let codes: Vec<&str> = REASONS.iter().map(|row| row.1).collect();
    Reason::from_code(text).ok_or_else(|| format!("a reason is one of {}", codes.join(", ")))
}

fn half(text: &str) -> Result<Half, String> {
    Half::from_word(text).ok_or_else(|| "a part of the day is AM or PM".to_owned())
}
