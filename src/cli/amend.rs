//! `fairdraw amend`.

use jiff::civil::Date;
use serde::Serialize;

use super::ceremony::{EntryAnswer, Where, entry_text, failure};
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, lang};
use fairdraw::both;
use fairdraw::ceremony::amend::{self, Done};
use fairdraw::files::store::ledger::Direct;
use fairdraw::lang::Text;
use fairdraw::plan::amend::{Amendment, Change, REASONS, Reason};
use fairdraw::plan::model::Half;
use fairdraw::plan::words::{self, Word};

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
    /// What became of an entity that can not be checked: a word of the details and the rest of its line.
    entities: Vec<[&'a str; 2]>,
    visits: &'a [String],
    details: String,
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
    let folder = ledger.attempt_folder(&ceremony, entry.attempt).join(amend::FOLDER);
    // Of the details, what became of the entity and its duties.
    let words = ["gone-too", "steps-in", "no-reserve", "added", "unplaced"];
    let lines = details.lines().filter_map(|line| line.split_once(' ')).filter(|line| words.contains(&line.0));
    if args.format == Format::Json {
        answer(&json(&Answer {
            entry: EntryAnswer::of(&entry),
            passed_over: outcome.passed_over.iter().map(|(officer, why)| [officer.as_str(), why]).collect(),
            substitute: outcome.substitute.as_deref(),
            entities: lines.map(|(word, rest)| [word, rest]).collect(),
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
    for (word, rest) in lines {
        let chinese = match word {
            "gone-too" => "也无法检查",
            "steps-in" => "递补",
            "no-reserve" => "备选已用尽",
            "added" => "新增检查",
            _ => "未排期",
        };
        let rest: Vec<Text> = rest.split(' ').map(word_text).collect();
        let rest = Text::joined(&rest, " ", " ");
        told = told.followed_by(both!(rest => "  {word:<10} {rest}\n", "  {chinese} {rest}\n"));
    }
    let visits: Vec<Text> = outcome.visits.iter().map(Text::same).collect();
    let (visits, folder) = (Text::joined(&visits, ", ", "、"), folder.display());
    answer_text(&told.followed_by(both!(
        visits => "  changed    {visits}\n  details    {folder}\n",
        "  变更的检查 {visits}\n  明细 {folder}\n"
    )))?;
    Ok(Ending::Yes)
}

/// Says a word of the details: a part of the day, a stratum, a reason, or else a code, a date or a number.
fn word_text(word: &str) -> Text {
    match Half::from_word(word) {
        Some(half) => half.text(),
        None if word == "all" => words::stratum(word),
        None => words::unplaced(word),
    }
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
