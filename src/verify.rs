//! The way back (核验): a bundle replayed from its own inputs and entropy and compared byte for byte.

pub mod public;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::ceremony::open::{self, AFTER};
use crate::ceremony::{self, amend, witness};
use crate::files::bundle::{self, BundleError, FORMAT, MANIFEST, Manifest};
use crate::files::faults::{Fault, Severity};
use crate::files::freeze::{File, freeze};
use crate::files::ledger::Ledger;
use crate::files::workspace::{self, EarlierVisit};
use crate::files::{fingerprints, rows, schedule};
use crate::ledger::chain::{self, Entry, Relation};
use crate::ledger::hash::sha256_hex;
use crate::ledger::state::{self, Attempt};
use crate::lottery::{Entropy, Prk};
use crate::plan::check::{Violation, check, check_potentials};
use crate::plan::model::{Inputs, Plan};
use crate::plan::results::Records;
use crate::run::{Made, Stage, make};

/// Is one thing in a bundle that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Path inside the bundle.
    pub file: String,
    /// Row from 1, the heading included; `None` where the file as a whole is meant.
    pub row: Option<u32>,
    pub what: String,
    pub expected: String,
    pub found: String,
}

/// Holds the answer of a verification.
#[derive(Debug)]
pub struct Verdict {
    /// What is wrong, the causes before their consequences; empty for a sound bundle.
    pub findings: Vec<Finding>,
    /// The replayed plan, where the inputs allowed one.
    pub replayed: Option<Made>,
    /// Name and version of the program that wrote the bundle.
    pub tool: String,
}

/// Says why the question could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error("the bundle has the format {0:?}, this program knows {FORMAT:?}")]
    Format(String),
    #[error("the workspace to compare with can not be loaded")]
    Inputs(Vec<Fault>),
}

/// Is what the auditor brings along.
#[derive(Debug, Default)]
pub struct Evidence<'a> {
    /// A workspace whose tables must be those that the bundle froze.
    pub inputs: Option<&'a Path>,
    /// Visits of earlier bundles that belong to the workspace's history.
    pub earlier: Vec<EarlierVisit>,
    /// The office's ledger with its amendments, which goes on where the bundle's ends.
    pub ledger: Option<&'a Path>,
    /// A record of entropy that must be the bundle's own.
    pub entropy: Option<Entropy>,
}

/// Verifies a bundle.
///
/// # Errors
/// [`VerifyError`] if the question can not be answered: no bundle there, another format, or a workspace to compare
/// with that can not be loaded. Damage to the bundle is no error but an answer.
pub fn verify(folder: &Path, evidence: &Evidence<'_>, stage: &mut dyn FnMut(Stage)) -> Result<Verdict, VerifyError> {
    stage(Stage::Load);
    let (files, after) = parted(bundle::read(folder)?);
    let mut findings = Vec::new();
    let manifest = manifest(&files, &mut findings)?;
    let tool = manifest.as_ref().map_or(String::new(), |manifest| manifest.tool.clone());
    if let Some(manifest) = &manifest {
        compare_manifest(manifest, &files, &mut findings);
    }
    let (replayed, entropy_finding) = replay(folder, &files, evidence, &mut findings, stage);
    findings.extend(entropy_finding);
    if let Some(made) = &replayed {
        compare_files(made, &files, &tool, &mut findings);
        name_breaches(made, &files, &mut findings);
        compare_fingerprints(made, manifest.as_ref(), &files, &mut findings);
    }
    let ceremony =
        manifest.as_ref().map_or(String::new(), |manifest| format!("{}.{}", manifest.region, manifest.period));
    for (file, what, expected, found) in witness::breaches(&files, &ceremony) {
        findings.push(whole(&file, &what, &expected, &found));
    }
    if let (Some(folder), Some(made)) = (evidence.ledger, &replayed) {
        findings.extend(compare_ledger(folder, &ceremony, made, &files));
    }
    if !after.is_empty() {
        findings.extend(compare_after(&ceremony, replayed.as_ref(), &files, &after));
    }
    if let Some(workspace) = evidence.inputs {
        compare_workspace(workspace, &evidence.earlier, &files, &mut findings)?;
    }
    findings.sort_by_key(|finding| order(&finding.file));
    // One file is told once, by its first finding that names a row if there is one.
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut first: Vec<Finding> = Vec::new();
    for finding in findings {
        match told.get(&finding.file) {
            Some(at) if first[*at].row.is_none() && finding.row.is_some() => first[*at] = finding,
            Some(_) => {}
            None => {
                told.insert(finding.file.clone(), first.len());
                first.push(finding);
            }
        }
    }
    let findings = first;
    Ok(Verdict { findings, replayed, tool })
}

/// Parts the files of an opened bundle from those of what came after its draw.
fn parted(files: BTreeMap<String, Vec<u8>>) -> (BTreeMap<String, Vec<u8>>, BTreeMap<String, Vec<u8>>) {
    let mut parts = (BTreeMap::new(), BTreeMap::new());
    for (path, bytes) in files {
        match path.strip_prefix(AFTER) {
            Some(name) => parts.1.insert(name.to_owned(), bytes),
            None => parts.0.insert(path, bytes),
        };
    }
    parts
}

/// Compares what came after a draw with itself, with the bundle, and with what the amendments give (protocol §16.3).
fn compare_after(
    ceremony: &str,
    made: Option<&Made>,
    files: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
) -> Vec<Finding> {
    let mut findings = listed(after, AFTER);
    let of_ledger = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Vec<u8>> {
        let own = files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(witness::FOLDER)?, bytes)));
        own.map(|(name, bytes)| (name.to_owned(), bytes.clone())).collect()
    };
    let in_after = |file: &str| format!("{AFTER}{}{file}", witness::FOLDER);
    let entries = match chain::read(&of_ledger(after)) {
        Ok(entries) => entries,
        Err(error) => {
            let what = "the ledger is broken";
            findings.push(whole(&in_after(error.file()), what, "an unbroken chain", &error.to_string()));
            return findings;
        }
    };
    let attempts = match state::read(&entries) {
        Ok(attempts) => attempts,
        Err((number, refusal)) => {
            let file = in_after(&entries[number as usize - 1].file());
            findings.push(whole(&file, "the step is out of order", "the protocol's order", &refusal.to_string()));
            return findings;
        }
    };
    // A chain that is broken in itself is a finding already.
    let Ok(own) = chain::read(&of_ledger(files)) else { return findings };
    if let Relation::CutOff { at } | Relation::Fork { at } = chain::compare(&own, &entries) {
        let file = own.get(at as usize - 1).map_or_else(String::new, Entry::file);
        findings.push(whole(&in_after(&file), "the bundle's ledger has another entry here", "the same entry", "another"));
        return findings;
    }
    let told = drawn_as(&entries, &attempts, ceremony, files, AFTER);
    let Ok(attempt) = told.map_err(|finding| findings.push(finding)) else { return findings };
    let Some(made) = made else { return findings };
    for finding in compare_amendments(made, &entries, attempt, after) {
        findings.push(Finding { file: format!("{AFTER}{}", finding.file), ..finding });
    }
    findings
}

/// Compares files with the list among them: each that is listed has its hash, and no other is there.
fn listed(files: &BTreeMap<String, Vec<u8>>, prefix: &str) -> Vec<Finding> {
    let name = format!("{prefix}{}", open::LIST);
    let Some(list) = files.get(open::LIST) else {
        return vec![whole(&name, "the file is missing", "the list of the files", "nothing")];
    };
    let own = files.iter().filter(|(path, _)| *path != open::LIST);
    let own: Vec<File> = own.map(|(path, bytes)| File { path: path.clone(), bytes: bytes.clone() }).collect();
    let expected = open::list(&own).bytes;
    let mut findings: Vec<Finding> = difference(&name, "the list has another line than the files", &expected, list).into_iter().collect();
    if findings.is_empty() {
        return findings;
    }
    let text = String::from_utf8_lossy(list);
    let lines: BTreeMap<&str, &str> =
        text.lines().filter_map(|line| line.split_once("  ")).map(|(hash, path)| (path, hash)).collect();
    for file in &own {
        let (found, path) = (sha256_hex(&file.bytes), format!("{prefix}{}", file.path));
        match lines.get(file.path.as_str()) {
            Some(hash) if *hash == found => {}
            Some(hash) => findings.push(whole(&path, "the list has another hash of this file", hash, &found)),
            None => findings.push(whole(&path, "the list does not have this file", "no such file", "a file")),
        }
    }
    for path in lines.keys().filter(|path| !files.contains_key(**path)) {
        findings.push(whole(&format!("{prefix}{path}"), "the file is missing", "a file", "nothing"));
    }
    findings
}

/// Finds the attempt that a bundle is of in a ledger, whose DRAW, VOID or PUBLISH must name the bundle's manifest.
fn drawn_as<'a>(
    entries: &[Entry],
    attempts: &'a [Attempt],
    ceremony: &str,
    files: &BTreeMap<String, Vec<u8>>,
    prefix: &str,
) -> Result<&'a Attempt, Finding> {
    let record = files.get("entropy.txt").map(|bytes| sha256_hex(bytes));
    let attempt = witness::attempt_of(entries, attempts, ceremony, record.as_deref()).ok_or_else(|| {
        whole(&format!("{prefix}{}", witness::FOLDER), "nothing is sealed for this bundle", ceremony, "no seal")
    })?;
    let steps = [attempt.draw, attempt.void, attempt.disclosed].into_iter().flatten();
    let named = steps.filter_map(|at| entries[at].fact("manifest")).next();
    let manifest = files.get(MANIFEST).map_or_else(String::new, |bytes| sha256_hex(bytes));
    if named != Some(&manifest) {
        return Err(whole(MANIFEST, "the ledger names another bundle", named.unwrap_or("no draw"), &manifest));
    }
    Ok(attempt)
}

/// Puts causes before consequences: inputs and entropy decide all the rest.
fn order(file: &str) -> u8 {
    match file {
        file if file.starts_with("inputs/") => 0,
        "entropy.txt" => 1,
        "commit.txt" => 2,
        "strata.csv" | "samples.csv" | "excluded.csv" => 3,
        MANIFEST => 5,
        _ => 4,
    }
}

fn manifest(files: &BTreeMap<String, Vec<u8>>, findings: &mut Vec<Finding>) -> Result<Option<Manifest>, VerifyError> {
    let Some(bytes) = files.get(MANIFEST) else {
        findings.push(whole(MANIFEST, "the file is missing", "the manifest", "nothing"));
        return Ok(None);
    };
    match serde_json::from_slice::<Manifest>(bytes) {
        Ok(manifest) if manifest.format != FORMAT && manifest.format.starts_with("fairdraw bundle ") => {
            Err(VerifyError::Format(manifest.format))
        }
        Ok(manifest) => Ok(Some(manifest)),
        Err(error) => {
            // The replay names the row that differs; the place where reading stopped may lie behind it.
            let found = error.to_string();
            findings.push(whole(MANIFEST, "the manifest can not be read", "JSON of its format", &found));
            Ok(None)
        }
    }
}

fn compare_manifest(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>, findings: &mut Vec<Finding>) {
    let kept = files.get(fingerprints::FILE).map_or("", |bytes| std::str::from_utf8(bytes).unwrap_or(""));
    for listed in &manifest.files {
        let Some(bytes) = files.get(&listed.path) else {
            findings.push(whole(&listed.path, "the file is missing", &format!("{} bytes", listed.bytes), "nothing"));
            continue;
        };
        let sha256 = sha256_hex(bytes);
        if sha256 == listed.sha256 {
            continue;
        }
        let located = listed.path.strip_prefix("inputs/").and_then(|name| fingerprints::locate(kept, name, bytes));
        let change = match located {
            Some((_, Some(true))) => "rows were added from here on",
            Some((_, Some(false))) => "rows were removed from here on",
            _ => "the file was changed after the manifest was written",
        };
        findings.push(Finding {
            row: located.map(|(row, _)| row),
            found: located.map_or(format!("SHA-256 {sha256}"), |(row, _)| line(bytes, row)),
            ..whole(&listed.path, change, &format!("SHA-256 {}", listed.sha256), "")
        });
    }
    let listed = |path: &String| path == MANIFEST || manifest.files.iter().any(|file| file.path == *path);
    for path in files.keys().filter(|path| !listed(path)) {
        findings.push(whole(path, "the manifest does not list this file", "no such file", "a file"));
    }
}

/// Makes the plan again from the bundle's own inputs; a record that is not the auditor's is a finding.
fn replay(
    folder: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    evidence: &Evidence<'_>,
    findings: &mut Vec<Finding>,
    stage: &mut dyn FnMut(Stage),
) -> (Option<Made>, Option<Finding>) {
    let own = files.get("entropy.txt").map(|bytes| (Entropy::parse(bytes), bytes));
    let mut differs = None;
    let entropy = match (own, &evidence.entropy) {
        (None, None) => {
            differs = Some(whole("entropy.txt", "the file is missing", "the record of entropy", "nothing"));
            None
        }
        (Some((Err(error), _)), None) => {
            differs =
                Some(whole("entropy.txt", "the record can not be read", "a record of entropy", &error.to_string()));
            None
        }
        (Some((Ok(record), _)), None) => Some(record),
        (own, Some(record)) => {
            let bytes = own.map_or(&b""[..], |(_, bytes)| bytes);
            differs = difference("entropy.txt", "the record is another one", record.text().as_bytes(), bytes);
            Some(record.clone())
        }
    };
    let loaded = workspace::load(&folder.join("inputs"), &[]);
    for fault in loaded.faults.iter().filter(|fault| fault.severity == Severity::Error) {
        findings.push(Finding {
            file: format!("inputs/{}", fault.place.file),
            row: fault.place.row,
            what: format!("{}: {}", fault.code, fault.cause.en),
            expected: "a frozen table".to_owned(),
            found: fault.value.clone(),
        });
    }
    let (Some((inputs, frames)), Some(entropy)) = (loaded.ready, entropy) else {
        return (None, differs);
    };
    match make(inputs, frames, &entropy, stage) {
        Ok(made) => (Some(made), differs),
        Err(violations) => {
            for violation in violations {
                let found = format!("{}: {}", violation.place, violation.detail);
                findings.push(whole("visits.csv", "the replayed plan breaks a rule", violation.code, &found));
            }
            (None, differs)
        }
    }
}

fn compare_files(made: &Made, files: &BTreeMap<String, Vec<u8>>, tool: &str, findings: &mut Vec<Finding>) {
    let carries_ledger = files.keys().any(|path| path.starts_with(witness::FOLDER));
    let with_ledger = |made: &Made| {
        // The ledger is evidence and no result: it is listed as it is, and compared with the bundle by `witness`.
        let own = made.files.iter().filter(|file| file.path != MANIFEST).cloned();
        let ledger = files.iter().filter(|(path, _)| path.starts_with(witness::FOLDER));
        let ledger = ledger.map(|(path, bytes)| File { path: path.clone(), bytes: bytes.clone() });
        ceremony::draw::with_manifest(made, own.chain(ledger).collect())
    };
    let expected_files = if carries_ledger { &with_ledger(made) } else { &made.files };
    for expected in expected_files {
        let Some(found) = files.get(&expected.path) else {
            findings.push(whole(&expected.path, "the file is missing", "a file", "nothing"));
            continue;
        };
        let what = if expected.path.starts_with("inputs/") {
            "the row is not in its frozen form"
        } else {
            "the replay gives something else"
        };
        let expected_bytes = as_written_by(tool, expected);
        findings.extend(difference(&expected.path, what, &expected_bytes, found));
    }
    for path in files.keys().filter(|path| !expected_files.iter().any(|file| file.path == **path)) {
        findings.push(whole(path, "the replay writes no such file", "no such file", "a file"));
    }
}

/// Says what is wrong with visits, teams and prices that the replay does not give, where they break a rule of their own:
/// who of whom would have been cheaper, whose ticket is another, which price is wrong.
fn name_breaches(made: &Made, files: &BTreeMap<String, Vec<u8>>, findings: &mut [Finding]) {
    let table = |name: &str| files.get(name).map_or(&b""[..], Vec::as_slice);
    let differs = |findings: &[Finding], name: &str| findings.iter().any(|finding| finding.file == name);
    let visits = schedule::visits(&made.inputs, table("visits.csv"), table("teams.csv"));
    let potentials = schedule::potentials(&made.inputs, table(rows::POTENTIALS));
    let (Some(visits), Some(potentials)) = (visits, potentials) else { return };
    let plan = Plan { visits, potentials, ..made.plan.clone() };
    for (name, check) in [("teams.csv", check as Checker), (rows::POTENTIALS, check_potentials)] {
        if !["visits.csv", "teams.csv", name].into_iter().any(|name| differs(findings, name)) {
            continue;
        }
        let Some(breach) = check(&made.inputs, &made.prk, &plan).into_iter().next() else { continue };
        // A price that no longer proves anything is told with the teams, if these were changed.
        let told = if differs(findings, name) { name } else { "teams.csv" };
        let told = if differs(findings, told) { told } else { "visits.csv" };
        for finding in findings.iter_mut().filter(|finding| finding.file == told) {
            let more = format!("; {}: {} {}", breach.code, breach.place, breach.detail);
            finding.what.push_str(&more);
        }
    }
}

/// Is one of the two independent checks.
type Checker = fn(&Inputs, &Prk, &Plan) -> Vec<Violation>;

/// Finds the rows of inputs that were changed together with the manifest, as long as `rows.txt` was not.
fn compare_fingerprints(
    made: &Made,
    manifest: Option<&Manifest>,
    files: &BTreeMap<String, Vec<u8>>,
    findings: &mut Vec<Finding>,
) {
    let Some(kept) = files.get(fingerprints::FILE) else {
        return;
    };
    let is_listed = |listed: &bundle::Listed| listed.path == fingerprints::FILE && listed.sha256 == sha256_hex(kept);
    let is_whole = manifest.is_some_and(|manifest| manifest.files.iter().any(is_listed));
    let agrees = made.files.iter().any(|file| file.path == fingerprints::FILE && file.bytes == *kept);
    let Some(kept) = std::str::from_utf8(kept).ok().filter(|_| is_whole && !agrees) else {
        return;
    };
    for (path, bytes) in files {
        let located = path.strip_prefix("inputs/").and_then(|name| fingerprints::locate(kept, name, bytes));
        if let Some((row, _)) = located {
            let what = "the row is not the one whose fingerprint rows.txt keeps";
            let found = line(bytes, row);
            findings.push(Finding { row: Some(row), ..whole(path, what, "the row that was sealed", &found) });
        }
    }
}

/// Lets another version of the program name itself: that alone is no difference.
fn as_written_by(tool: &str, file: &File) -> Vec<u8> {
    if file.path != MANIFEST {
        return file.bytes.clone();
    }
    match serde_json::from_slice::<Manifest>(&file.bytes) {
        Ok(manifest) if tool.starts_with("fairdraw ") => {
            Manifest { tool: tool.to_owned(), ..manifest }.text().into_bytes()
        }
        _ => file.bytes.clone(),
    }
}

/// Compares a bundle with the office's ledger, and replays the amendments that stand there.
fn compare_ledger(folder: &Path, ceremony: &str, made: &Made, files: &BTreeMap<String, Vec<u8>>) -> Option<Finding> {
    let broken = |error: &dyn std::fmt::Display| {
        whole(witness::FOLDER, "the office's ledger does not fit", "its own", &error.to_string())
    };
    let ledger = match Ledger::read(folder) {
        Ok(ledger) => ledger,
        Err(error) => return Some(broken(&error)),
    };
    let own =
        files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(witness::FOLDER)?.to_owned(), bytes.clone())));
    // A chain that is broken in itself is a finding already.
    let own = chain::read(&own.collect()).ok()?;
    if let Relation::CutOff { at } | Relation::Fork { at } = chain::compare(&own, ledger.entries()) {
        let file = own.get(at as usize - 1).map_or_else(String::new, Entry::file);
        let file = format!("{}{file}", witness::FOLDER);
        return Some(whole(&file, "the office's ledger has another entry here", "the same entry", "another, or none"));
    }
    let attempt = match drawn_as(ledger.entries(), ledger.attempts(), ceremony, files, "") {
        Ok(attempt) => attempt,
        Err(finding) => return Some(finding),
    };
    if let Some(finding) = compare_void(&ledger, ceremony) {
        return Some(finding);
    }
    let amendments = match ceremony::amend::files(&ledger, attempt) {
        Ok(files) => files,
        Err(error) => return Some(broken(&error)),
    };
    compare_amendments(made, ledger.entries(), attempt, &amendments).into_iter().next()
}

/// Compares the sample of each void attempt that was made public with what its entries say.
fn compare_void(ledger: &Ledger, ceremony: &str) -> Option<Finding> {
    let own = ledger.attempts().iter().filter(|attempt| attempt.ceremony == ceremony);
    own.filter_map(|attempt| Some((attempt, &ledger.entries()[attempt.disclosed?]))).find_map(|(attempt, entry)| {
        let path = format!("{}/samples.csv", open::PUBLIC);
        let found = std::fs::read(ledger.attempt_folder(ceremony, attempt.number).join(&path));
        // Whoever has the entries alone can not compare the sample.
        let found = sha256_hex(&found.ok()?);
        let expected = entry.fact("sample").unwrap_or("-");
        let file = format!("ceremonies/{ceremony}.{}/{path}", attempt.number);
        (found != expected).then(|| whole(&file, "the sample of a void attempt is another one", expected, &found))
    })
}

/// Replays the amendments of a plan, and compares the tables beside them with what they give.
fn compare_amendments(
    made: &Made,
    entries: &[Entry],
    attempt: &Attempt,
    files: &BTreeMap<String, Vec<u8>>,
) -> Vec<Finding> {
    let told = |wrong: amend::Mismatch| Finding {
        row: wrong.row,
        ..whole(&wrong.file, &wrong.what.en, &wrong.expected, &wrong.found)
    };
    match amend::replay(made, entries, attempt, files) {
        Ok(replayed) => amend::compare_tables(&replayed, &made.inputs, files).into_iter().map(told).collect(),
        Err(wrong) => vec![told(*wrong)],
    }
}

fn compare_workspace(
    workspace: &Path,
    earlier: &[EarlierVisit],
    files: &BTreeMap<String, Vec<u8>>,
    findings: &mut Vec<Finding>,
) -> Result<(), VerifyError> {
    let loaded = workspace::load(workspace, earlier);
    let Some((inputs, _)) = loaded.ready else {
        return Err(VerifyError::Inputs(loaded.faults));
    };
    for file in frozen(&inputs) {
        let found = files.get(&file.path).map_or(&b""[..], Vec::as_slice);
        findings.extend(difference(&file.path, "the workspace holds something else", &file.bytes, found));
    }
    Ok(())
}

fn frozen(inputs: &Inputs) -> impl Iterator<Item = File> {
    freeze(inputs).into_iter().map(|file| File { path: format!("inputs/{}", file.path), ..file })
}

/// Finds the first line in which two files differ.
fn difference(file: &str, what: &str, expected: &[u8], found: &[u8]) -> Option<Finding> {
    if expected == found {
        return None;
    }
    if file.ends_with(".xlsx") {
        let byte = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
        let size = |bytes: &[u8]| format!("{} bytes, SHA-256 {}", bytes.len(), sha256_hex(bytes));
        return Some(whole(file, &format!("{what}, from byte {byte} on"), &size(expected), &size(found)));
    }
    let same = expected.split(|b| *b == b'\n').zip(found.split(|b| *b == b'\n')).take_while(|(a, b)| a == b).count();
    let row = same as u32 + 1;
    Some(Finding { row: Some(row), ..whole(file, what, &line(expected, row), &line(found, row)) })
}

/// Returns a line from 1 as text that can be shown; past the end there is nothing.
fn line(bytes: &[u8], row: u32) -> String {
    let line = bytes.split(|byte| *byte == b'\n').nth(row as usize - 1).unwrap_or(b"");
    if line.is_empty() { "(nothing)".to_owned() } else { String::from_utf8_lossy(line).into_owned() }
}

fn whole(file: &str, what: &str, expected: &str, found: &str) -> Finding {
    let (what, expected, found) = (what.to_owned(), expected.to_owned(), found.to_owned());
    Finding { file: file.to_owned(), row: None, what, expected, found }
}

/// Reads the visits of an earlier bundle's files, which count as history in the next period, with what came of them.
pub fn earlier_visits(files: &BTreeMap<String, Vec<u8>>, records: Option<&Records>) -> Vec<EarlierVisit> {
    // What was changed since the draw is what was done.
    let amended = |name: &str| files.get(&format!("{AFTER}{}/{name}", amend::FOLDER));
    let table = |name: &str| amended(name).or_else(|| files.get(name)).map_or(&b""[..], Vec::as_slice);
    rows::earlier_visits(table("visits.csv"), table("teams.csv"), table("inputs/items.csv"), records)
}

/// Returns `<region>.<period>` of a bundle's files; `None` without a manifest that can be read.
pub fn period_of(files: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let manifest: Manifest = serde_json::from_slice(files.get(MANIFEST)?).ok()?;
    Some(format!("{}.{}", manifest.region, manifest.period))
}
