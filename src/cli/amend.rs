//! `fairdraw amend`.

use jiff::civil::Date;
use serde::Serialize;

use super::ceremony::{EntryAnswer, Where, entry_text, failure};
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, lang};
use fairdraw::both;
use fairdraw::ceremony::amend;
use fairdraw::files::ledger::Direct;
use fairdraw::plan::amend::{Amendment, Change, REASONS, Reason};
use fairdraw::plan::model::Half;
use fairdraw::plan::words::Word;

/// Change one seat or the day of one visit of a drawn plan; everything else stays as it was drawn (人工调整)
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  fairdraw amend county/2026Q4 91330106000000000A --officer T330106003 --reason sick\n\n\
    Who steps in is the next by ticket who can go; nobody chooses. A visit or an entity can not be added: that needs a new ceremony."
)]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Id of the visit, as visits.csv has it
    visit: String,
    /// Certificate of the officer who does not go; the seat is given up at all visits of that team on that day
    #[arg(long, value_name = "CERTIFICATE", conflicts_with = "day", required_unless_present = "day")]
    officer: Option<String>,
    /// Day on which the visit takes place instead
    #[arg(long, value_name = "DATE")]
    day: Option<Date>,
    /// Part of the day, AM or PM; that of the plan if not given
    #[arg(long, requires = "day", value_parser = half)]
    half: Option<Half>,
    /// Why: sick, leave, duty, left, recusal; entity-closed, entity-asked, weather, officers-short
    #[arg(long, value_name = "CODE", value_parser = reason)]
    reason: Reason,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    entry: EntryAnswer<'a>,
    /// Officers who were next by ticket and can not go, with the reason.
    passed_over: Vec<[&'a str; 2]>,
    substitute: Option<&'a str>,
    visits: &'a [String],
    details: String,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let change = match (&args.officer, args.day) {
        (Some(certificate), _) => Change::Officer { certificate: certificate.clone() },
        (None, Some(date)) => Change::Day { date, half: args.half },
        (None, None) => {
            return Err(Failure::new(
                both!("nothing to change", "没有要变更的内容"),
                both!("give --officer or --day", "请给出 --officer 或 --day"),
            ));
        }
    };
    let amendment = Amendment { visit: args.visit.clone(), change, reason: args.reason };
    let progress = Progress::new();
    let mut stage = |stage| progress.stage(stage);
    let amended = amend::amend(&mut ledger, &ceremony, &amendment, args.place.time(), &mut Direct, &mut stage);
    drop(progress);
    let (entry, outcome) = amended.map_err(failure)?;
    let folder = ledger.attempt_folder(&ceremony, entry.attempt).join(amend::FOLDER);
    if args.format == Format::Json {
        answer(&json(&Answer {
            entry: EntryAnswer::of(&entry),
            passed_over: outcome.passed_over.iter().map(|(officer, why)| [officer.as_str(), why]).collect(),
            substitute: outcome.substitute.as_deref(),
            visits: &outcome.visits,
            details: folder.display().to_string(),
        }))?;
        return Ok(Ending::Yes);
    }
    let entry = entry_text(&entry);
    let mut told = both!(entry => "{ceremony} is amended: {entry}\n", "{ceremony} 已变更：{entry}\n");
    for (certificate, why) in &outcome.passed_over {
        let why = amend::passed_over(why);
        told = told.followed_by(both!(why => "  passed     {certificate}: {why}\n", "  略过 {certificate}：{why}\n"));
    }
    if let Some(certificate) = &outcome.substitute {
        told = told.followed_by(both!("  steps in   {certificate}\n", "  递补 {certificate}\n"));
    }
    let (visits, folder) = (outcome.visits.join(", "), folder.display());
    answer_text(&told.followed_by(both!(
        "  changed    {visits}\n  details    {folder}\n",
        "  变更的检查 {visits}\n  明细 {folder}\n"
    )))?;
    Ok(Ending::Yes)
}

fn reason(text: &str) -> Result<Reason, String> {
    let codes: Vec<&str> = REASONS.iter().map(|row| row.1).collect();
    Reason::from_code(text).ok_or_else(|| {
        both!("a reason is one of {}", "原因代码应为以下之一：{}", codes.join(", ")).get(lang()).to_owned()
    })
}

fn half(text: &str) -> Result<Half, String> {
    Half::from_word(text)
        .ok_or_else(|| both!("a part of the day is AM or PM", "时段应为 AM 或 PM").get(lang()).to_owned())
}
