//! Amendments of a drawn plan on the ledger (人工调整): who steps in, or which day instead, and why (protocol §17).
//!
//! The entry binds a file with the details, because an entry is public and a visit may still be secret.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use jiff::civil::DateTime;

use super::draw::drawn;
use super::seal::rows as lines;
use super::{CeremonyError, fact, result, salted};
use crate::both;
use crate::files::store::bundle::File;
use crate::files::store::ledger::{Disk, Ledger, LedgerError};
use crate::files::store::results;
use crate::files::store::rows;
use crate::lang::{Say, Text};
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::hash::{hex, sha256_hex};
use crate::ledger::merkle;
use crate::ledger::state::{Attempt, Refusal};
use crate::lottery::Prk;
use crate::plan::amend::{AmendError, Amended, Amendment, Change, Changed, Outcome, Reason};
use crate::plan::check::{check_visits, rule};
use crate::plan::model::{EntityNo, Half, Inputs, Plan, Substitution, TaskNo, Visit};
use crate::plan::results::{Records, counts};
use crate::plan::summary::summary;
use crate::plan::words::Word;
use crate::run::{Made, Stage};

/// Folder of the amendments beside an attempt's bundle.
pub const FOLDER: &str = "amendments";
const HEADING: &str = "dr1 amend v1";
/// Tables of the plan as it stands now, beside the details.
pub const TABLES: [&str; 3] = ["visits.csv", "teams.csv", "unplaced.csv"];

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
) -> Result<Done, CeremonyError> {
    let none = || LedgerError::from(Refusal::NotSealed(ceremony.to_owned()));
    let attempt = ledger.latest(ceremony).cloned().ok_or_else(none)?;
    ledger.next(Kind::Amend, time, ceremony, attempt.number, Vec::new())?;
    let made = drawn(ledger, &attempt, stage)?;
    if amendment.change == Change::Entity && was_met(&result::known(ledger, ceremony)?, &amendment.visit) {
        return Err(CeremonyError::Amend(AmendError::Visited));
    }
    let Replayed { now, changes } = &mut amended(ledger, &attempt, &made)?;
    let outcome = now.apply(amendment, time).map_err(CeremonyError::Amend)?;
    let number = changes.len() as u32 + 1;
    let details = details(&made.inputs, &made.prk, ceremony, number, amendment, &outcome, &now.plan);
    let facts = facts(&made.inputs, &made.prk, &now.plan, number, amendment, &details);
    let entry = ledger.next(Kind::Amend, time, ceremony, attempt.number, facts)?;
    let folder = ledger.attempt_folder(ceremony, attempt.number).join(FOLDER);
    ledger.make_folder(disk, &folder)?;
    ledger.place_file(disk, &folder.join(file(number)), details.as_bytes())?;
    for table in tables(&made.inputs, &now.plan) {
        ledger.place_file(disk, &folder.join(&table.path), &table.bytes)?;
    }
    ledger.append(disk, entry.clone())?;
    Ok(Done { entry, outcome, details })
}

/// Is an amendment that went on record.
#[derive(Debug)]
pub struct Done {
    pub entry: Entry,
    pub outcome: Outcome,
    /// Text of the file with the details.
    pub details: String,
}

/// Holds a plan as it stands after its amendments, and what each of them changed.
pub struct Replayed<'a> {
    pub now: Amended<'a>,
    pub changes: Vec<Changed>,
}

/// Is one thing about an amendment that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Path beside the attempt's sealed files, such as `amendments/001.txt`.
    pub file: String,
    /// Row from 1; `None` where the file as a whole is meant.
    pub row: Option<u32>,
    pub what: Text,
    pub expected: Text,
    pub found: Text,
}

/// Replays the amendments of an attempt: each must give what its entry says.
///
/// # Errors
/// [`CeremonyError::Changed`] with the first file that is not what its entry stands for.
pub fn amended<'a>(ledger: &Ledger, attempt: &Attempt, made: &'a Made) -> Result<Replayed<'a>, CeremonyError> {
    let files = files(ledger, attempt)?;
    replay(made, ledger.entries(), attempt, &files).map_err(|wrong| CeremonyError::Changed { file: wrong.file })
}

/// Is a plan as it stands after its amendments, for everyone who looks at visits.
#[derive(Debug)]
pub struct Current {
    /// The plan with the visits, teams and unplaced duties as they stand now; its files are those that were drawn.
    pub made: Made,
    pub changes: Vec<Changed>,
    pub substitutions: Vec<Substitution>,
}

/// Puts the plan as it stands after its amendments in the place of the drawn one; `files` as [`replay`] takes them.
///
/// # Errors
/// [`Mismatch`]: the first thing that is not what its entry stands for.
pub fn current(
    made: Made,
    entries: &[Entry],
    attempt: &Attempt,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<Current, Box<Mismatch>> {
    let Replayed { now, changes } = replay(&made, entries, attempt, files)?;
    let (plan, substitutions) = (now.plan, now.substitutions);
    let summary = summary(&made.inputs, &plan, &made.duties, made.summary.witnessed);
    Ok(Current { made: Made { plan, summary, ..made }, changes, substitutions })
}

/// Reads the amendments and the tables of results of an attempt, by path beside its sealed files.
///
/// # Errors
/// [`CeremonyError::Read`] if one can not be read.
pub fn files(ledger: &Ledger, attempt: &Attempt) -> Result<BTreeMap<String, Vec<u8>>, CeremonyError> {
    let mut files = BTreeMap::new();
    for name in [FOLDER, result::FOLDER] {
        let folder = ledger.attempt_folder(&attempt.ceremony, attempt.number).join(name);
        if !folder.is_dir() {
            continue;
        }
        let read = |path: &Path, source| CeremonyError::Read { path: path.display().to_string(), source };
        for entry in folder.read_dir().map_err(|error| read(&folder, error))? {
            let path = entry.map_err(|error| read(&folder, error))?.path();
            let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            if !file.starts_with('.') && path.is_file() {
                files.insert(format!("{name}/{file}"), std::fs::read(&path).map_err(|error| read(&path, error))?);
            }
        }
    }
    Ok(files)
}

/// Replays amendments from their files, as [`files`] reads them; tables of results that are not there are not asked.
///
/// # Errors
/// [`Mismatch`]: the first thing that is not what its entry stands for.
pub fn replay<'a>(
    made: &'a Made,
    entries: &[Entry],
    attempt: &Attempt,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<Replayed<'a>, Box<Mismatch>> {
    let mut now = Amended::new(&made.inputs, &made.prk, made.plan.clone());
    let mut changes = Vec::new();
    for (number, entry) in (1..).zip(amendments(entries, attempt)) {
        let path = format!("{FOLDER}/{}", file(number));
        let whole = |what: Text, expected: Text, found: Text| {
            Box::new(Mismatch { file: path.clone(), row: None, what, expected, found })
        };
        let missing = || both!("the details of an amendment are missing", "缺少一次变更的记录文件");
        let bytes = files.get(&path).ok_or_else(|| whole(missing(), Text::same(entry.file()), Text::same("-")))?;
        let no_form = || both!("these are no details of an amendment", "文件不是变更记录的格式");
        let text = std::str::from_utf8(bytes).map_err(|_| whole(no_form(), Text::same(HEADING), Text::same("-")))?;
        let amendment = parse(text)
            .ok_or_else(|| whole(no_form(), Text::same(HEADING), Text::same(text.lines().next().unwrap_or("-"))))?;
        if amendment.change == Change::Entity && was_met_before(entry, entries, attempt, files, &amendment.visit) {
            let what = both!("somebody was met at this visit, so nobody can step in", "该次检查已经到户，不得递补");
            let expected = both!("no record of this visit", "没有该次检查的记录");
            return Err(whole(what, expected, Text::same(&amendment.visit)));
        }
        let before = now.plan.visits.clone();
        let outcome = now.apply(&amendment, entry.time).map_err(|error| {
            let what = both!("the plan can not be changed so", "计划不能这样变更");
            whole(what, both!("an amendment that the rules allow", "规则容许的变更"), words(&error))
        })?;
        let again = details(&made.inputs, &made.prk, &attempt.ceremony, number, &amendment, &outcome, &now.plan);
        if again != text {
            return Err(Box::new(difference(&path, &again, text, made, &changes, &before)));
        }
        for (fact, value) in facts(&made.inputs, &made.prk, &now.plan, number, &amendment, &again) {
            if entry.fact(&fact) != Some(&value) {
                let what = both!("the entry {} says something else", "台账 {} 所记与此不符", entry.file());
                let expected = format!("{fact} {}", entry.fact(&fact).unwrap_or("-"));
                return Err(whole(what, Text::same(expected), Text::same(format_args!("{fact} {value}"))));
            }
        }
        let of = |visits: &[Visit]| -> Vec<Visit> {
            visits.iter().filter(|visit| outcome.visits.contains(&visit.id)).cloned().collect()
        };
        let (before, after) = (of(&before), of(&now.plan.visits));
        let (entry, time) = (entry.file(), entry.time);
        changes.push(Changed { number, entry, time, amendment, outcome, before, after });
    }
    Ok(Replayed { now, changes })
}

/// Compares the tables beside the amendments with the plan as it stands now.
pub fn compare_tables(now: &Replayed<'_>, inputs: &Inputs, files: &BTreeMap<String, Vec<u8>>) -> Vec<Mismatch> {
    let mut wrong = Vec::new();
    for table in tables(inputs, &now.now.plan) {
        let path = format!("{FOLDER}/{}", table.path);
        let found = files.get(&path).map(|bytes| String::from_utf8_lossy(bytes));
        let expected = String::from_utf8_lossy(&table.bytes);
        if found.as_deref() == Some(&*expected) || (found.is_none() && now.changes.is_empty()) {
            continue;
        }
        let what = both!("the table is not that of the amended plan", "该表不是变更后的计划");
        let (row, expected, found) = first_difference(&expected, found.as_deref().unwrap_or(""));
        wrong.push(Mismatch { file: path, row: Some(row), what, expected, found });
    }
    wrong
}

/// Tells whether a record says that somebody was met at a visit.
fn was_met(records: &Records, visit: &str) -> bool {
    records.current().any(|((id, _), record)| id == visit && counts(&record.findings))
}

/// Tells whether the table of results that counted when an amendment went on record has its visit as made.
fn was_met_before(
    entry: &Entry,
    entries: &[Entry],
    attempt: &Attempt,
    files: &BTreeMap<String, Vec<u8>>,
    visit: &str,
) -> bool {
    let is_before = |other: &&Entry| other.kind == Kind::Result && other.number < entry.number && is_of(other, attempt);
    let last = entries.iter().rfind(is_before);
    let table = last.and_then(|last| files.get(&result::path(last)));
    let records = table.and_then(|table| results::parse(table, &attempt.ceremony).ok());
    records.is_some_and(|records| was_met(&records, visit))
}

/// Finds the first line in which the details of an amendment differ; for one who steps in out of turn the independent
/// checker says why it is not that one's turn.
fn difference(path: &str, expected: &str, found: &str, made: &Made, changes: &[Changed], before: &[Visit]) -> Mismatch {
    let (row, one, other) = first_difference(expected, found);
    let why = substitutions(made, changes, found, before).and_then(|all| {
        let plan = Plan { visits: before.to_vec(), ..made.plan.clone() };
        let found = check_visits(&made.inputs, &made.prk, &plan, &all);
        found.into_iter().find(|violation| violation.code == "substitute").map(|violation| violation.detail)
    });
    let what = match why {
        Some(why) => {
            both!(why => "another one steps in than the next of the reserve: {why}", "递补的不是备选中的下一户：{why}")
        }
        None => both!("the amendment does not give what its details say", "按规则重算，变更的结果与记录不符"),
    };
    Mismatch { file: path.to_owned(), row: Some(row), what, expected: one, found: other }
}

/// Reads who stepped in for whom, up to some details that need not be true.
fn substitutions(made: &Made, changes: &[Changed], found: &str, before: &[Visit]) -> Option<Vec<Substitution>> {
    let inputs = &made.inputs;
    let mut all = Vec::new();
    for change in changes.iter().filter(|change| change.amendment.change == Change::Entity) {
        let visit = change.before.iter().find(|visit| visit.id == change.amendment.visit)?.clone();
        let tasks = change.outcome.steps.iter().map(|step| (step.task, step.by.map(|(_, by)| by))).collect();
        all.push(Substitution { visit, tasks });
    }
    let amendment = parse(found).filter(|amendment| amendment.change == Change::Entity)?;
    let visit = before.iter().find(|visit| visit.id == amendment.visit)?.clone();
    let mut tasks = Vec::new();
    for line in found.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["steps-in", task, _, _, entity] => tasks.push((inputs.task(task)?, Some(inputs.entity(entity)?))),
            ["no-reserve", task, _] => tasks.push((inputs.task(task)?, None)),
            _ => {}
        }
    }
    all.push(Substitution { visit, tasks });
    Some(all)
}

/// Finds the first line in which two texts differ, from 1.
fn first_difference(expected: &str, found: &str) -> (u32, Text, Text) {
    let same = expected.split('\n').zip(found.split('\n')).take_while(|(a, b)| a == b).count();
    let line = |text: &str| Text::same(text.split('\n').nth(same).filter(|line| !line.is_empty()).unwrap_or("-"));
    (same as u32 + 1, line(expected), line(found))
}

/// Lists the AMEND entries of an attempt.
pub fn amendments<'a>(entries: &'a [Entry], attempt: &'a Attempt) -> impl Iterator<Item = &'a Entry> {
    entries.iter().filter(|entry| entry.kind == Kind::Amend && is_of(entry, attempt))
}

fn is_of(entry: &Entry, attempt: &Attempt) -> bool {
    entry.ceremony == attempt.ceremony && entry.attempt == attempt.number
}

/// Names the file with the details of an amendment.
pub fn file(number: u32) -> String {
    format!("{number:03}.txt")
}

/// Writes the visits, teams and unplaced duties as they stand now.
fn tables(inputs: &Inputs, plan: &Plan) -> Vec<File> {
    let files = rows::results(inputs, plan).into_iter();
    files.filter(|file| TABLES.contains(&file.path.as_str())).collect()
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
    let notices = salted::rows(inputs, plan, prk);
    let tables = tables(inputs, plan);
    let teams = tables.iter().find(|file| file.path == "teams.csv").expect("every plan has its teams");
    let teams = lines(&teams.bytes);
    vec![
        fact("number", number),
        fact("what", amendment.change.kind().word()),
        fact("reason", amendment.reason.code()),
        fact("details", sha256_hex(details.as_bytes())),
        fact("notices", format_args!("{} {}", notices.len(), hex(&merkle::root(suite, &notices)))),
        fact("teams", format_args!("{} {}", teams.len(), hex(&merkle::root(suite, &teams)))),
    ]
}

/// Writes the details of an amendment, salted like a notice: what was asked for, and what it did.
fn details(
    inputs: &Inputs,
    prk: &Prk,
    ceremony: &str,
    number: u32,
    amendment: &Amendment,
    outcome: &Outcome,
    plan: &Plan,
) -> String {
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
        Change::Entity => {}
    }
    let task = |no: TaskNo| inputs.tasks[no.at()].code.as_str();
    let entity = |no: EntityNo| inputs.entities[no.at()].id.as_str();
    outcome.gone.iter().for_each(|no| line("entity", entity(*no)));
    for step in &outcome.steps {
        let (task, stratum) = (task(step.task), rows::stratum_name(step.stratum));
        step.passed_over.iter().for_each(|no| line("gone-too", &format!("{task} {stratum} {}", entity(*no))));
        match step.by {
            Some((rank, no)) => line("steps-in", &format!("{task} {stratum} {rank} {}", entity(no))),
            None => line("no-reserve", &format!("{task} {stratum}")),
        }
    }
    for visit in plan.visits.iter().filter(|visit| outcome.added.contains(&visit.id)) {
        line("added", &format!("{} {} {}", visit.id, visit.date, visit.half.word()));
    }
    for row in &outcome.unplaced {
        let agency = &inputs.agencies[row.agency.at()].code;
        line("unplaced", &format!("{} {} {agency} {}", task(row.task), entity(row.entity), row.reason));
    }
    outcome.substitute.iter().for_each(|certificate| line("substitute", certificate));
    outcome.passed_over.iter().for_each(|(certificate, why)| line("passed-over", &format!("{certificate} {why}")));
    outcome.visits.iter().for_each(|visit| line("changed", visit));
    text
}

/// Reads what was asked for from the details.
fn parse(text: &str) -> Option<Amendment> {
    let value = |word: &str| text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    let change = match (value("officer"), value("day"), value("entity")) {
        (Some(certificate), None, None) => Change::Officer { certificate: certificate.to_owned() },
        (None, None, Some(_)) => Change::Entity,
        (None, Some(day), None) => {
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
        AmendError::Visited => both!(
            "results on record say that somebody was met at this visit, so nobody can step in",
            "已有结果记载该次检查已经到户，不得递补"
        ),
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
