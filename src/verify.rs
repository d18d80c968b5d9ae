//! The way back (核验): a bundle replayed from its own inputs and entropy and compared byte for byte.

mod after;
pub mod public;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use self::after::{compare_after, compare_void, drawn_as, later_notes, parted};
use crate::both;
use crate::ceremony::open::AFTER;
use crate::ceremony::{self, amend, witness};
use crate::files::faults::{Fault, Severity};
use crate::files::store::bundle::File;
use crate::files::store::bundle::{self, BundleError, FORMAT, MANIFEST, Manifest};
use crate::files::store::fingerprints;
use crate::files::store::freeze::freeze;
use crate::files::store::ledger::Ledger;
use crate::files::store::rows;
use crate::files::store::schedule;
use crate::files::workspace::{self, EarlierVisit};
use crate::lang::{Lang, Say, Text};
use crate::ledger::chain::{self, Entry, Relation};
use crate::ledger::hash::sha256_hex;
use crate::ledger::state::Attempt;
use crate::lottery::{Entropy, Prk};
use crate::plan::check::{Violation, check, check_potentials};
use crate::plan::model::{Inputs, Plan};
use crate::plan::results::Records;
use crate::run::{Made, Stage, make};

/// Is one thing in a bundle that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path inside the bundle.
    pub file: String,
    /// Row from 1, the heading included; `None` where the file as a whole is meant.
    pub row: Option<u32>,
    pub what: Text,
    pub expected: Text,
    pub found: Text,
}

/// Is a finding in one language, as it is shown and written as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Told<'a> {
    pub file: &'a str,
    pub row: Option<u32>,
    pub what: &'a str,
    pub expected: &'a str,
    pub found: &'a str,
}

impl Finding {
    /// Tells the finding in a language.
    pub fn told(&self, lang: Lang) -> Told<'_> {
        Told {
            file: &self.file,
            row: self.row,
            what: self.what.get(lang),
            expected: self.expected.get(lang),
            found: self.found.get(lang),
        }
    }
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
    /// What a later ledger tells of the plan: amendments that were replayed, and that the attempt is void.
    pub notes: Vec<Text>,
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

impl Say for VerifyError {
    fn say(&self) -> Text {
        let zh = match self {
            VerifyError::Bundle(error) => return error.say(),
            VerifyError::Format(found) => format!("计划包的格式为 {found:?}，本程序只认识 {FORMAT:?}"),
            VerifyError::Inputs(_) => "用来对照的工作文件夹无法读入".to_owned(),
        };
        Text::of(self, zh)
    }
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
        findings.push(whole(&file, what, expected, found));
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
    let notes = later_notes(&ceremony, evidence.ledger, &files, &after);
    Ok(Verdict { findings, replayed, tool, notes })
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
        findings.push(whole(
            MANIFEST,
            both!("the file is missing", "缺少该文件"),
            both!("the manifest", "清单"),
            both!("nothing", "无"),
        ));
        return Ok(None);
    };
    match serde_json::from_slice::<Manifest>(bytes) {
        Ok(manifest) if manifest.format != FORMAT && manifest.format.starts_with("fairdraw bundle ") => {
            Err(VerifyError::Format(manifest.format))
        }
        Ok(manifest) => Ok(Some(manifest)),
        Err(error) => {
            // The replay names the row that differs; the place where reading stopped may lie behind it.
            let found = Text::same(error);
            findings.push(whole(
                MANIFEST,
                both!("the manifest can not be read", "清单无法读取"),
                both!("JSON of its format", "其格式的 JSON"),
                found,
            ));
            Ok(None)
        }
    }
}

fn compare_manifest(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>, findings: &mut Vec<Finding>) {
    let kept = files.get(fingerprints::FILE).map_or("", |bytes| std::str::from_utf8(bytes).unwrap_or(""));
    for listed in &manifest.files {
        let Some(bytes) = files.get(&listed.path) else {
            let bytes = Text::counted(listed.bytes, "byte");
            findings.push(whole(
                &listed.path,
                both!("the file is missing", "缺少该文件"),
                both!(bytes => "{bytes}", "{bytes} 字节"),
                both!("nothing", "无"),
            ));
            continue;
        };
        let sha256 = sha256_hex(bytes);
        if sha256 == listed.sha256 {
            continue;
        }
        let located = listed.path.strip_prefix("inputs/").and_then(|name| fingerprints::locate(kept, name, bytes));
        let change = match located {
            Some((_, Some(true))) => both!("rows were added from here on", "从此处起添加了行"),
            Some((_, Some(false))) => both!("rows were removed from here on", "从此处起删除了行"),
            _ => both!("the file was changed after the manifest was written", "清单写出之后文件被改动"),
        };
        findings.push(Finding {
            row: located.map(|(row, _)| row),
            found: located.map_or(Text::same(format_args!("SHA-256 {sha256}")), |(row, _)| line(bytes, row)),
            ..whole(&listed.path, change, Text::same(format_args!("SHA-256 {}", listed.sha256)), Text::default())
        });
    }
    let listed = |path: &String| path == MANIFEST || manifest.files.iter().any(|file| file.path == *path);
    for path in files.keys().filter(|path| !listed(path)) {
        findings.push(whole(
            path,
            both!("the manifest does not list this file", "清单没有列出该文件"),
            both!("no such file", "没有该文件"),
            both!("a file", "有该文件"),
        ));
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
            differs = Some(whole(
                "entropy.txt",
                both!("the file is missing", "缺少该文件"),
                both!("the record of entropy", "熵记录"),
                both!("nothing", "无"),
            ));
            None
        }
        (Some((Err(error), _)), None) => {
            differs = Some(whole(
                "entropy.txt",
                both!("the record can not be read", "熵记录无法读取"),
                both!("a record of entropy", "熵记录"),
                error.say(),
            ));
            None
        }
        (Some((Ok(record), _)), None) => Some(record),
        (own, Some(record)) => {
            let bytes = own.map_or(&b""[..], |(_, bytes)| bytes);
            differs = difference(
                "entropy.txt",
                &both!("the record is another one", "熵记录是另一份"),
                record.text().as_bytes(),
                bytes,
            );
            Some(record.clone())
        }
    };
    let loaded = workspace::load(&folder.join("inputs"), &[]);
    for fault in loaded.faults.iter().filter(|fault| fault.severity == Severity::Error) {
        findings.push(Finding {
            file: format!("inputs/{}", fault.place.file),
            row: fault.place.row,
            what: Text::same(format_args!("{}: ", fault.code)).followed_by(fault.cause.clone()),
            expected: both!("a frozen table", "封存的表"),
            found: Text::same(&fault.value),
        });
    }
    let (Some((inputs, frames)), Some(entropy)) = (loaded.ready, entropy) else {
        return (None, differs);
    };
    match make(inputs, frames, &entropy, stage) {
        Ok(made) => (Some(made), differs),
        Err(violations) => {
            for violation in violations {
                findings.push(whole(
                    "visits.csv",
                    both!("the replayed plan breaks a rule", "重放的计划违反规则"),
                    Text::same(violation.code),
                    violation.say(),
                ));
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
            findings.push(whole(
                &expected.path,
                both!("the file is missing", "缺少该文件"),
                both!("a file", "有该文件"),
                both!("nothing", "无"),
            ));
            continue;
        };
        let what = if expected.path.starts_with("inputs/") {
            both!("the row is not in its frozen form", "该行不是封存的写法")
        } else {
            both!("the replay gives something else", "重放得出的不同")
        };
        let expected_bytes = as_written_by(tool, expected);
        findings.extend(difference(&expected.path, &what, &expected_bytes, found));
    }
    for path in files.keys().filter(|path| !expected_files.iter().any(|file| file.path == **path)) {
        findings.push(whole(
            path,
            both!("the replay writes no such file", "重放不写出该文件"),
            both!("no such file", "没有该文件"),
            both!("a file", "有该文件"),
        ));
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
            let breach = breach.say();
            finding.what = std::mem::take(&mut finding.what).followed_by(both!(breach => "; {breach}", "；{breach}"));
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
            let what =
                both!("the row is not the one whose fingerprint rows.txt keeps", "该行不是 rows.txt 所存指纹的那一行");
            let found = line(bytes, row);
            findings.push(Finding {
                row: Some(row),
                ..whole(path, what, both!("the row that was sealed", "封存的那一行"), found)
            });
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
    let broken = |error: &dyn Say| {
        whole(
            witness::FOLDER,
            both!("the office's ledger does not fit", "本机关台账对不上"),
            both!("its own", "其自身的"),
            error.say(),
        )
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
        return Some(whole(
            &file,
            both!("the office's ledger has another entry here", "本机关台账此处是另一条"),
            both!("the same entry", "同一条"),
            both!("another, or none", "另一条，或没有"),
        ));
    }
    let attempt = match drawn_as(ledger.entries(), ledger.attempts(), ceremony, files, "") {
        Ok(attempt) => attempt,
        Err(finding) => return Some(*finding),
    };
    if let Some(finding) = compare_void(&ledger, ceremony) {
        return Some(finding);
    }
    if let Some(finding) = compare_draw(ledger.entries(), attempt, made) {
        return Some(finding);
    }
    let amendments = match ceremony::amend::files(&ledger, attempt) {
        Ok(files) => files,
        Err(error) => return Some(broken(&error)),
    };
    compare_amendments(made, ledger.entries(), attempt, &amendments).into_iter().next()
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
        ..whole(&wrong.file, wrong.what, wrong.expected, wrong.found)
    };
    match amend::replay(made, entries, attempt, files) {
        Ok(replayed) => amend::compare_tables(&replayed, &made.inputs, files).into_iter().map(told).collect(),
        Err(wrong) => vec![told(*wrong)],
    }
}

/// Compares what a DRAW entry says of its plan, the roots among it, with what the replay gives.
fn compare_draw(entries: &[Entry], attempt: &Attempt, made: &Made) -> Option<Finding> {
    let draw = attempt.draw.map(|at| &entries[at])?;
    let is_secret = entries[attempt.seal].fact("embargo").is_some();
    let facts = ceremony::draw::results(made, &made.files, is_secret);
    // The manifest of a ceremony's bundle lists the ledger too, and was compared as it stands.
    let mut others = facts.iter().filter(|(word, value)| word != "manifest" && draw.fact(word) != Some(value));
    let (word, value) = others.next()?;
    let file = format!("{}{}", witness::FOLDER, draw.file());
    let what = both!("the draw's `{word}` is not what the plan gives", "抽取条目的 `{word}` 与计划得出的不符");
    let found = draw.fact(word).map_or(both!("(nothing)", "（无）"), Text::same);
    Some(whole(&file, what, Text::same(value), found))
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
        findings.extend(difference(
            &file.path,
            &both!("the workspace holds something else", "工作文件夹中的内容不同"),
            &file.bytes,
            found,
        ));
    }
    Ok(())
}

fn frozen(inputs: &Inputs) -> impl Iterator<Item = File> {
    freeze(inputs).into_iter().map(|file| File { path: format!("inputs/{}", file.path), ..file })
}

/// Finds the first line in which two files differ.
fn difference(file: &str, what: &Text, expected: &[u8], found: &[u8]) -> Option<Finding> {
    if expected == found {
        return None;
    }
    if file.ends_with(".xlsx") {
        let byte = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
        let size = |bytes: &[u8]| {
            let (length, hash) = (Text::counted(bytes.len(), "byte"), sha256_hex(bytes));
            both!(length => "{length}, SHA-256 {hash}", "{length} 字节，SHA-256 {hash}")
        };
        return Some(whole(
            file,
            both!(what => "{what}, from byte {byte} on", "{what}，从第 {byte} 字节起"),
            size(expected),
            size(found),
        ));
    }
    let same = expected.split(|b| *b == b'\n').zip(found.split(|b| *b == b'\n')).take_while(|(a, b)| a == b).count();
    let row = same as u32 + 1;
    Some(Finding { row: Some(row), ..whole(file, what.clone(), line(expected, row), line(found, row)) })
}

/// Returns a line from 1 as text that can be shown; past the end there is nothing.
fn line(bytes: &[u8], row: u32) -> Text {
    let line = bytes.split(|byte| *byte == b'\n').nth(row as usize - 1).unwrap_or(b"");
    if line.is_empty() { both!("(nothing)", "（无）") } else { Text::same(String::from_utf8_lossy(line)) }
}

fn whole(file: &str, what: Text, expected: Text, found: Text) -> Finding {
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
