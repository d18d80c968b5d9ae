//! Amendments of a drawn plan on the ledger (人工调整): who steps in, or which day instead, and why (protocol §17).
//!
//! The entry binds a file with the details, because an entry is public and a visit may still be secret.

use std::fmt::Write;

use jiff::civil::DateTime;

use super::draw::drawn;
use super::seal::rows as lines;
use super::{CeremonyError, fact, notice};
use crate::both;
use crate::files::freeze::File;
use crate::files::ledger::{Disk, Ledger, LedgerError};
use crate::files::rows;
use crate::lang::{Say, Text};
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::hash::{hex, sha256_hex};
use crate::ledger::merkle;
use crate::ledger::state::{Attempt, Refusal};
use crate::lottery::Prk;
use crate::plan::amend::{AmendError, Amended, Amendment, Change, Outcome, Reason};
use crate::plan::check::rule;
use crate::plan::model::{Half, Inputs, Plan};
use crate::plan::words::Word;
use crate::run::{Made, Stage};

/// Folder of the amendments beside an attempt's bundle.
pub const FOLDER: &str = "amendments";
const HEADING: &str = "dr1 amend v1";

/// Amends the plan of a drawn ceremony: files the details and the amended tables, then appends an AMEND entry.
///
/// # Errors
/// [`CeremonyError::Amend`] if the plan can not be changed so, [`CeremonyError`] else; then nothing is on record.
pub fn amend(
    ledger: &mut Ledger,
    ceremony: &str,
    amendment: &Amendment,
    time: DateTime,
    disk: &mut dyn Disk,
    stage: &mut dyn FnMut(Stage),
) -> Result<(Entry, Outcome), CeremonyError> {
    let none = || LedgerError::from(Refusal::NotSealed(ceremony.to_owned()));
    let attempt = ledger.latest(ceremony).cloned().ok_or_else(none)?;
    ledger.next(Kind::Amend, time, ceremony, attempt.number, Vec::new())?;
    let made = drawn(ledger, &attempt, stage)?;
    let mut now = amended(ledger, &attempt, &made)?;
    let outcome = now.apply(amendment).map_err(CeremonyError::Amend)?;
    let number = amendments(ledger, &attempt).count() as u32 + 1;
    let details = details(&made.prk, ceremony, number, amendment, &outcome);
    let facts = facts(&made.inputs, &made.prk, &now.plan, number, amendment, &details);
    let entry = ledger.next(Kind::Amend, time, ceremony, attempt.number, facts)?;
    let folder = ledger.attempt_folder(ceremony, attempt.number).join(FOLDER);
    ledger.make_folder(disk, &folder)?;
    ledger.place_file(disk, &folder.join(file(number)), details.as_bytes())?;
    for table in tables(&made.inputs, &now.plan) {
        ledger.place_file(disk, &folder.join(&table.path), &table.bytes)?;
    }
    ledger.append(disk, entry.clone())?;
    Ok((entry, outcome))
}

/// Replays the amendments of an attempt: each must give what its entry says.
///
/// # Errors
/// [`CeremonyError::Changed`] with the first file that is not what its entry stands for.
pub fn amended<'a>(ledger: &Ledger, attempt: &Attempt, made: &'a Made) -> Result<Amended<'a>, CeremonyError> {
    let mut now = Amended::new(&made.inputs, &made.prk, made.plan.clone());
    let folder = ledger.attempt_folder(&attempt.ceremony, attempt.number).join(FOLDER);
    for (number, entry) in (1..).zip(amendments(ledger, attempt)) {
        let name = file(number);
        let changed = || CeremonyError::Changed { file: format!("{FOLDER}/{name}") };
        let path = folder.join(&name);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| CeremonyError::Read { path: path.display().to_string(), source })?;
        let amendment = parse(&text).ok_or_else(changed)?;
        let outcome = now.apply(&amendment).map_err(|_| changed())?;
        let again = details(&made.prk, &attempt.ceremony, number, &amendment, &outcome);
        let facts = facts(&made.inputs, &made.prk, &now.plan, number, &amendment, &again);
        if again != text || entry.facts != facts {
            return Err(changed());
        }
    }
    Ok(now)
}

/// Lists the AMEND entries of an attempt.
fn amendments<'a>(ledger: &'a Ledger, attempt: &'a Attempt) -> impl Iterator<Item = &'a Entry> {
    let of = |entry: &&Entry| entry.ceremony == attempt.ceremony && entry.attempt == attempt.number;
    ledger.entries().iter().filter(|entry| entry.kind == Kind::Amend).filter(of)
}

fn file(number: u32) -> String {
    format!("{number:03}.txt")
}

/// Writes the visits and teams as they stand now.
fn tables(inputs: &Inputs, plan: &Plan) -> Vec<File> {
    let files = rows::results(inputs, plan).into_iter();
    files.filter(|file| ["visits.csv", "teams.csv"].contains(&file.path.as_str())).collect()
}

fn facts(
    inputs: &Inputs,
    prk: &Prk,
    plan: &Plan,
    number: u32,
    amendment: &Amendment,
    details: &str,
) -> Vec<(String, String)> {
    let suite = inputs.rules.suite;
    let notices = notice::rows(inputs, plan, prk);
    let tables = tables(inputs, plan);
    let teams = tables.iter().find(|file| file.path == "teams.csv").expect("every plan has its teams");
    let teams = lines(&teams.bytes);
    vec![
        fact("number", number),
        fact("what", what(&amendment.change)),
        fact("reason", amendment.reason.code()),
        fact("details", sha256_hex(details.as_bytes())),
        fact("notices", format_args!("{} {}", notices.len(), hex(&merkle::root(suite, &notices)))),
        fact("teams", format_args!("{} {}", teams.len(), hex(&merkle::root(suite, &teams)))),
    ]
}

fn what(change: &Change) -> &'static str {
    match change {
        Change::Officer { .. } => "officer",
        Change::Day { .. } => "day",
    }
}

/// Writes the details of an amendment, salted like a notice: what was asked for, and what it did.
fn details(prk: &Prk, ceremony: &str, number: u32, amendment: &Amendment, outcome: &Outcome) -> String {
    let Amendment { visit, change, reason } = amendment;
    let salt = prk.key(&format!("dr1/amend/{ceremony}/{number}"));
    let mut text = format!("{HEADING}\nsalt {}\nreason {}\nvisit {visit}\n", hex(&salt.bytes()[..16]), reason.code());
    let mut line = |word: &str, value: &str| writeln!(text, "{word} {value}").expect("a string takes all text");
    match change {
        Change::Officer { certificate } => line("officer", certificate),
        Change::Day { date, half } => {
            line("day", &date.to_string());
            half.iter().for_each(|half| line("half", half.word()));
        }
    }
    outcome.substitute.iter().for_each(|certificate| line("substitute", certificate));
    outcome.passed_over.iter().for_each(|(certificate, why)| line("passed-over", &format!("{certificate} {why}")));
    outcome.visits.iter().for_each(|visit| line("changed", visit));
    text
}

/// Reads what was asked for from the details.
fn parse(text: &str) -> Option<Amendment> {
    let value = |word: &str| text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    let change = match (value("officer"), value("day")) {
        (Some(certificate), None) => Change::Officer { certificate: certificate.to_owned() },
        (None, Some(day)) => {
            let half = value("half").map(Half::from_word);
            if half == Some(None) {
                return None;
            }
            Change::Day { date: day.parse().ok()?, half: half.flatten() }
        }
        _ => return None,
    };
    Some(Amendment { visit: value("visit")?.to_owned(), change, reason: Reason::from_code(value("reason")?)? })
}

/// Says in words why a plan can not be changed so.
pub fn words(error: &AmendError) -> Text {
    match error {
        AmendError::NoVisit => {
            both!("the plan has no such visit, and an amendment can not add one", "计划中没有这次检查，变更也不能新增")
        }
        AmendError::Reason => both!("the reason is not one for this kind of change", "该原因不适用于此类变更"),
        AmendError::NotSeated => both!("the officer has no seat at this visit", "该人员没有被派往这次检查"),
        AmendError::NobodyLeft(all) if all.is_empty() => {
            both!("nobody can step in: the agency has no other officer", "无人可以递补：该部门没有其他人员")
        }
        AmendError::NobodyLeft(all) => {
            let each: Vec<Text> = all
                .iter()
                .map(|(officer, why)| {
                    let why = passed_over(why);
                    both!(why => "{officer} {why}", "{officer} {why}")
                })
                .collect();
            let each = Text::joined(&each, ", ", "，");
            both!(each => "nobody can step in: {each}", "无人可以递补：{each}")
        }
        AmendError::SameDay => both!("the visit is at this time already", "这次检查本来就在该时间"),
        AmendError::Breaks(violations) => {
            let each: Vec<Text> = violations.iter().map(Say::say).collect();
            let each = Text::joined(&each, "; ", "；");
            both!(each => "the changed plan would break rules: {each}", "变更后的计划会违反规则：{each}")
        }
    }
}

/// Says why an officer was passed over: the code that stands in the details.
pub fn passed_over(why: &str) -> Text {
    let chinese = match why {
        "away" => "当日不能出勤",
        code => rule(code),
    };
    Text { en: why.to_owned().into(), zh: chinese.to_owned().into() }
}
