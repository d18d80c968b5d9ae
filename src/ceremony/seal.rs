//! The seal (封存): everything that decides a draw, fixed before chance speaks (protocol §15.2).

use std::path::Path;

use jiff::civil::DateTime;

use super::changes::{Changes, changes};
use super::drand::DrandError;
use super::plan::{Beacon, CeremonyPlan};
use super::{CeremonyError, drand, fact, sheet};
use crate::both;
use crate::files::faults::Fault;
use crate::files::store::bundle::File;
use crate::files::store::freeze::freeze;
use crate::files::store::ledger::{Disk, Ledger};
use crate::files::store::personal;
use crate::files::workspace::{self, EarlierVisit};
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::hash::{hex, sha256_hex};
use crate::ledger::{merkle, state};
use crate::lottery::Suite;
use crate::run::{Stage, commitment};

/// Holds what a seal gives.
#[derive(Debug)]
pub struct Seal {
    pub entry: Entry,
    pub changes: Changes,
    /// The seal that the changes are counted from, as ceremony and attempt.
    pub since: Option<(String, u32)>,
    /// What is worth knowing of the tables before their draw, personal data among it.
    pub warnings: Vec<Fault>,
}

/// Tables of which the seal carries a root over the rows.
const ROOTED: [(&str, &str); 3] =
    [("entities", "entities.csv"), ("roster", "inspectors.csv"), ("recusals", "recusals.csv")];

/// Seals a workspace: freezes its tables beside the ledger, then appends a SEAL entry.
///
/// # Errors
/// [`CeremonyError`]; then the ledger is as before.
pub fn seal(
    workspace: &Path,
    earlier: &[EarlierVisit],
    ledger: &mut Ledger,
    time: DateTime,
    disk: &mut dyn Disk,
    stage: &mut dyn FnMut(Stage),
) -> Result<Seal, CeremonyError> {
    stage(Stage::Load);
    let plan = CeremonyPlan::read(workspace)?;
    let loaded = workspace::load(workspace, earlier);
    let Some((inputs, frames)) = loaded.ready else {
        return Err(CeremonyError::Inputs(loaded.faults));
    };
    let warnings = [loaded.faults, personal::warnings(&inputs)].concat();
    stage(Stage::Seal);
    let ceremony = format!("{}.{}", inputs.rules.region, inputs.rules.period);
    let before = ledger.latest(&ceremony).cloned();
    let attempt = before.as_ref().map_or(0, |before| before.number) + 1;
    let frozen = freeze(&inputs);
    let commit = commitment(&inputs, &frames, &frozen);
    let mut facts = vec![
        fact("suite", inputs.rules.suite.name()),
        fact("program", concat!("fairdraw ", env!("CARGO_PKG_VERSION"))),
        fact("commit", sha256_hex(commit.as_bytes())),
    ];
    facts.extend(frozen.iter().filter_map(|file| rooted(inputs.rules.suite, file)));
    facts.extend(plan.dice.iter().map(|dice| fact("dice", format_args!("{} {}", dice.sides, dice.rolls))));
    facts.extend((1..).zip(&plan.sealed).map(|(no, hash): (u32, _)| fact("sealed-value", format_args!("{no} {hash}"))));
    facts.extend(plan.beacon.iter().map(|beacon| fact("beacon", beacon)));
    facts.extend(plan.fallback.iter().map(|beacon| fact("fallback", beacon)));
    facts.extend(plan.rolled_at.iter().map(|time| fact("rolled-at", time)));
    facts.extend(plan.embargo.iter().map(|day| fact("embargo", day)));
    let (since, changes) = changed(ledger, &inputs.rules.region, &frozen)?;
    let Changes { added, dropped, reclassed, altered, file } = &changes;
    let report = sha256_hex(&file.bytes);
    facts.push(fact("changes", format_args!("{added} {dropped} {reclassed} {altered} {report}")));
    if let Some(void) = before.and_then(|before| before.void) {
        facts.push(fact("after-void", state::after_void(&ledger.entries()[void])));
    }
    let entry = ledger.next(Kind::Seal, time, &ceremony, attempt, facts)?;
    check_chance(&plan, ledger.entries(), &entry)?;

    stage(Stage::Write);
    let mut files: Vec<File> =
        frozen.into_iter().map(|file| File { path: format!("inputs/{}", file.path), ..file }).collect();
    files.push(File { path: "commit.txt".to_owned(), bytes: commit.into_bytes() });
    files.push(file.clone());
    files.push(File { path: "sheet.html".to_owned(), bytes: sheet::html(&entry).into_bytes() });
    ledger.place(disk, &ledger.attempt_folder(&ceremony, attempt), &files)?;
    ledger.append(disk, entry.clone())?;
    Ok(Seal { entry, changes, since, warnings })
}

/// Computes the fact `<name> <rows> <root>` of a frozen table; a row is a line as it stands in the file.
pub fn rooted(suite: Suite, file: &File) -> Option<(String, String)> {
    let (name, _) = ROOTED.iter().find(|(_, path)| *path == file.path)?;
    let rows = rows(&file.bytes);
    Some(fact(name, format_args!("{} {}", rows.len(), hex(&merkle::root(suite, &rows)))))
}

/// Returns the lines of a table behind its heading.
pub fn rows(table: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = table.split(|byte| *byte == b'\n').skip(1).collect();
    lines.pop();
    lines
}

/// Refuses chance that somebody may know already.
fn check_chance(plan: &CeremonyPlan, entries: &[Entry], seal: &Entry) -> Result<(), CeremonyError> {
    let sealed = seal.time;
    let rolled = plan.rolled_at.map(|time| (both!("the rolling of the dice", "掷骰"), time));
    let beacons = plan.beacon.iter().chain(&plan.fallback);
    let falls = beacons.map(|beacon| (super::beacon(&beacon.source, &beacon.issue), beacon.falls)).chain(rolled);
    for (what, falls) in falls {
        if falls <= sealed {
            return Err(CeremonyError::FallsBeforeSeal { what, falls, sealed });
        }
    }
    // Of a chain that this program does not know, the time is checked when its description comes with the round.
    for beacon in plan.beacon.iter().chain(&plan.fallback).filter(|beacon| beacon.source.starts_with(drand::SOURCE)) {
        match drand::chain_of(&beacon.source, None) {
            Ok(chain) => drop(drand::check_time(&chain, beacon)?),
            Err(DrandError::UnknownChain(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    for before in entries.iter().filter(|entry| entry.kind == Kind::Seal) {
        let hash = |text: &str| text.split_once(' ').map_or(String::new(), |(_, hash)| hash.to_owned());
        let used: Vec<String> = before.facts_of("sealed-value").map(hash).collect();
        if let Some(at) = plan.sealed.iter().position(|hash| used.contains(hash)) {
            return Err(CeremonyError::Reused(both!("sealed value {}", "第 {} 个封存值", at + 1), before.number));
        }
        let named = |beacon: &&Beacon| {
            let known = before.facts_of("beacon").chain(before.facts_of("fallback")).filter_map(Beacon::parse);
            before.ceremony == seal.ceremony
                && known
                    .into_iter()
                    .any(|known| (known.source, known.issue) == (beacon.source.clone(), beacon.issue.clone()))
        };
        if let Some(beacon) = plan.beacon.iter().chain(&plan.fallback).find(named) {
            return Err(CeremonyError::Reused(super::beacon(&beacon.source, &beacon.issue), before.number));
        }
    }
    Ok(())
}

/// Compares the entities with those of the region's last seal, whose frozen table must still be the sealed one.
fn changed(ledger: &Ledger, region: &str, frozen: &[File]) -> Result<(Option<(String, u32)>, Changes), CeremonyError> {
    let table = |files: &[File]| files.iter().find(|file| file.path == "entities.csv").map(|file| file.bytes.clone());
    let after = table(frozen).expect("every freeze holds the entities");
    let is_of_region = |entry: &&Entry| entry.kind == Kind::Seal && entry.ceremony.split('.').next() == Some(region);
    let Some(last) = ledger.entries().iter().rev().find(is_of_region) else {
        return Ok((None, changes(b"", &after)));
    };
    let path = ledger.attempt_folder(&last.ceremony, last.attempt).join("inputs/entities.csv");
    let bytes =
        std::fs::read(&path).map_err(|source| CeremonyError::Read { path: path.display().to_string(), source })?;
    let before = File { path: "entities.csv".to_owned(), bytes };
    let root = rooted(last.suite(), &before).expect("the entities have a root");
    if !last.facts.contains(&root) {
        return Err(CeremonyError::Changed { file: path.display().to_string() });
    }
    Ok((Some((last.ceremony.clone(), last.attempt)), changes(&before.bytes, &after)))
}
