//! The draw of a sealed attempt, and the end of one that failed (protocol §15.5, §15.6).

use std::path::PathBuf;

use jiff::civil::DateTime;

use super::entropy::RECORD;
use super::plan::Beacon;
use super::seal::rows;
use super::{CeremonyError, fact, salted};
use crate::files::store::bundle::File;
use crate::files::store::bundle::{MANIFEST, Manifest};
use crate::files::store::freeze::freeze;
use crate::files::store::ledger::{Disk, Ledger, LedgerError, files_of};
use crate::files::workspace;
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::hash::{hex, sha256_hex};
use crate::ledger::merkle;
use crate::ledger::state::{Attempt, Refusal, Stage as At};
use crate::lottery::Entropy;
use crate::run::{Made, Stage, commitment, make};

/// Folder of the bundle beside an attempt's sealed files, where nothing is secret.
const BUNDLE: &str = "plan";
/// Folder of the bundle where the lists are secret for a time (protocol §16.1).
const PRIVATE: &str = "private";

/// Folder of what is public, beside an attempt's sealed files.
pub const PUBLIC: &str = "public";

/// Returns the folder of an attempt's bundle.
pub fn bundle_folder(ledger: &Ledger, attempt: &Attempt) -> PathBuf {
    let name = if ledger.is_secret(attempt) { PRIVATE } else { BUNDLE };
    ledger.attempt_folder(&attempt.ceremony, attempt.number).join(name)
}

/// Makes the plan of a sealed attempt with its record of chance, writes the bundle, then appends a DRAW entry.
///
/// # Errors
/// [`CeremonyError`]; then the ledger is as before.
pub fn draw(
    ledger: &mut Ledger,
    ceremony: &str,
    time: DateTime,
    disk: &mut dyn Disk,
    stage: &mut dyn FnMut(Stage),
) -> Result<(Made, Entry), CeremonyError> {
    let attempt = latest(ledger, ceremony)?;
    ledger.next(Kind::Draw, time, ceremony, attempt.number, Vec::new())?;
    let made = compute(ledger, &attempt, stage)?;
    let files = bundle(&made, ledger.entries());
    let entry =
        ledger.next(Kind::Draw, time, ceremony, attempt.number, results(&made, &files, ledger.is_secret(&attempt)))?;
    ledger.place(disk, &bundle_folder(ledger, &attempt), &files)?;
    ledger.append(disk, entry.clone())?;
    Ok((made, entry))
}

/// Ends an attempt for good; the sample that it gave, or would have given, goes on record with it.
///
/// # Errors
/// [`CeremonyError::SampleUnknown`] if the chance has fallen and only its record is missing; [`CeremonyError`] else.
pub fn void(
    ledger: &mut Ledger,
    ceremony: &str,
    reason: &str,
    time: DateTime,
    disk: &mut dyn Disk,
    stage: &mut dyn FnMut(Stage),
) -> Result<Entry, CeremonyError> {
    let attempt = latest(ledger, ceremony)?;
    let mut facts = vec![fact("reason", reason)];
    ledger.next(Kind::Void, time, ceremony, attempt.number, facts.clone())?;
    let folder = bundle_folder(ledger, &attempt);
    match (attempt.stage, attempt.draw) {
        (_, Some(draw)) => {
            let known = |word| ledger.entries()[draw].fact(word).map(|value| fact(word, value));
            facts.extend(["sample", "manifest"].into_iter().filter_map(known));
        }
        (At::Ready, None) => {
            let made = compute(ledger, &attempt, stage)?;
            let files = bundle(&made, ledger.entries());
            facts.extend(results(&made, &files, ledger.is_secret(&attempt)));
            ledger.place(disk, &folder, &files)?;
        }
        _ => {
            let seal = &ledger.entries()[attempt.seal];
            let beacon = seal.fact("beacon").and_then(Beacon::parse);
            // What was sealed and what is public give the sample to whoever has both: the office.
            if let Some(beacon) = beacon.filter(|beacon| seal.fact("dice").is_none() && beacon.falls <= time) {
                let chance = super::beacon(&beacon.source, &beacon.issue);
                return Err(CeremonyError::SampleUnknown(chance, beacon.falls));
            }
            facts.push(fact("sample", "unknown"));
        }
    }
    let entry = ledger.next(Kind::Void, time, ceremony, attempt.number, facts)?;
    ledger.append(disk, entry.clone())?;
    Ok(entry)
}

/// Makes a void attempt public with the sample that it gave or would have given: its whole bundle, and a PUBLISH entry.
///
/// # Errors
/// [`CeremonyError`]; then nothing is on record.
pub fn disclose(
    ledger: &mut Ledger,
    ceremony: &str,
    number: u32,
    time: DateTime,
    disk: &mut dyn Disk,
    stage: &mut dyn FnMut(Stage),
) -> Result<(Entry, PathBuf), CeremonyError> {
    let none = || LedgerError::from(Refusal::NotSealed(ceremony.to_owned()));
    let attempt = ledger.attempt(ceremony, Some(number)).cloned().ok_or_else(none)?;
    let not_void = || LedgerError::from(Refusal::NotVoid { ceremony: ceremony.to_owned(), attempt: number });
    let void = ledger.entries()[attempt.void.ok_or_else(not_void)?].clone();
    let entropy = attempt.entropy.ok_or_else(|| LedgerError::from(Refusal::SampleUnknown(ceremony.to_owned())))?;
    let made = compute(ledger, &attempt, stage)?;
    // The bundle carries the ledger as it was when the sample got known.
    let known = void.fact("manifest").map(|_| attempt.draw.or(attempt.void).unwrap_or(entropy));
    let files = bundle(&made, &ledger.entries()[..known.unwrap_or(entropy + 1)]);
    let hash = |path: &str| {
        let file = files.iter().find(|file| file.path == path);
        sha256_hex(&file.expect("a bundle holds all its files").bytes)
    };
    if void.fact("manifest").is_some_and(|manifest| manifest != hash(MANIFEST)) {
        return Err(CeremonyError::Changed { file: MANIFEST.to_owned() });
    }
    let facts = vec![
        fact("what", "void"),
        fact("manifest", hash(MANIFEST)),
        fact("record", hash(RECORD)),
        fact("sample", hash("samples.csv")),
    ];
    let entry = ledger.next(Kind::Publish, time, ceremony, number, facts)?;
    let folder = ledger.attempt_folder(ceremony, number).join(PUBLIC);
    ledger.place(disk, &folder, &files)?;
    ledger.append(disk, entry.clone())?;
    Ok((entry, folder))
}

/// Makes the files of a ceremony's bundle: those of the plan, and the ledger up to its entropy.
pub fn bundle(made: &Made, entries: &[Entry]) -> Vec<File> {
    let mut files: Vec<File> = made.files.iter().filter(|file| file.path != MANIFEST).cloned().collect();
    files.extend(files_of(entries));
    with_manifest(made, files)
}

/// Adds the manifest of a bundle.
pub fn with_manifest(made: &Made, mut files: Vec<File>) -> Vec<File> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let rules = &made.inputs.rules;
    let manifest = Manifest::of(&files, rules.suite, &rules.period, &rules.region, made.summary.witnessed);
    files.push(File { path: MANIFEST.to_owned(), bytes: manifest.text().into_bytes() });
    files
}

/// Lists what a DRAW entry says of a bundle; of a secret one it says nothing that could be tried through.
pub fn results(made: &Made, files: &[File], is_secret: bool) -> Vec<(String, String)> {
    let bytes = |path: &str| {
        let file = files.iter().find(|file| file.path == path);
        &file.expect("a bundle holds all its files").bytes
    };
    let suite = made.inputs.rules.suite;
    let notices = salted::rows(&made.inputs, &made.plan, &made.prk);
    let root =
        |word: &str, rows: &[&[u8]]| fact(word, format_args!("{} {}", rows.len(), hex(&merkle::root(suite, rows))));
    let mut facts = vec![
        fact("manifest", sha256_hex(bytes(MANIFEST))),
        fact("sample", sha256_hex(bytes("samples.csv"))),
        root("notices", &notices.iter().map(String::as_bytes).collect::<Vec<_>>()),
        root("teams", &rows(bytes("teams.csv"))),
    ];
    if !is_secret {
        facts.insert(2, root("visits", &rows(bytes("visits.csv"))));
    }
    facts
}

/// Makes the plan of a drawn attempt again; it must be the one that the DRAW entry stands for.
///
/// # Errors
/// [`CeremonyError::Changed`] if it is not, [`CeremonyError`] as for the draw itself.
pub fn drawn(ledger: &Ledger, attempt: &Attempt, stage: &mut dyn FnMut(Stage)) -> Result<Made, CeremonyError> {
    let made = compute(ledger, attempt, stage)?;
    let sample = made.files.iter().find(|file| file.path == "samples.csv").map(|file| sha256_hex(&file.bytes));
    let draw = attempt.draw.map(|at| &ledger.entries()[at]);
    if draw.and_then(|draw| draw.fact("sample")) != sample.as_deref() {
        return Err(CeremonyError::Changed { file: "samples.csv".to_owned() });
    }
    Ok(made)
}

/// Makes the plan from the sealed tables and the record, both of which must be those in the ledger.
fn compute(ledger: &Ledger, attempt: &Attempt, stage: &mut dyn FnMut(Stage)) -> Result<Made, CeremonyError> {
    stage(Stage::Load);
    let folder = ledger.attempt_folder(&attempt.ceremony, attempt.number);
    let seal = &ledger.entries()[attempt.seal];
    let changed = |file: &str| CeremonyError::Changed { file: file.to_owned() };
    let loaded = workspace::load(&folder.join("inputs"), &[]);
    let Some((inputs, frames)) = loaded.ready else {
        return Err(CeremonyError::Inputs(loaded.faults));
    };
    // What is drawn is what the tables give, so they are frozen again and not the file compared.
    let commit = commitment(&inputs, &frames, &freeze(&inputs));
    if seal.fact("commit") != Some(&sha256_hex(commit.as_bytes())) {
        return Err(changed("inputs"));
    }
    let path = folder.join(RECORD);
    let record =
        std::fs::read(&path).map_err(|source| CeremonyError::Read { path: path.display().to_string(), source })?;
    let entropy = attempt.entropy.map(|at| &ledger.entries()[at]);
    if entropy.and_then(|entry| entry.fact("record")) != Some(&sha256_hex(&record)) {
        return Err(changed(RECORD));
    }
    make(inputs, frames, &Entropy::parse(&record)?, stage).map_err(CeremonyError::Violations)
}

fn latest(ledger: &Ledger, ceremony: &str) -> Result<Attempt, CeremonyError> {
    let none = || LedgerError::from(Refusal::NotSealed(ceremony.to_owned()));
    Ok(ledger.latest(ceremony).cloned().ok_or_else(none)?)
}
