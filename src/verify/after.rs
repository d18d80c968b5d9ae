//! What came after a draw (protocol §15.6, §16.3): the ledger since then, amendments, void attempts that were made public.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Finding, compare_amendments, compare_draw, difference, whole};
use crate::both;
use crate::ceremony::open::{self, AFTER};
use crate::ceremony::{amend, draw, witness};
use crate::files::store::bundle::File;
use crate::files::store::bundle::MANIFEST;
use crate::files::store::ledger::Ledger;
use crate::lang::{Say, Text};
use crate::ledger::chain::{self, Entry, Relation};
use crate::ledger::hash::sha256_hex;
use crate::ledger::state::{self, Attempt};
use crate::run::Made;

/// Is some files by path.
type Files = BTreeMap<String, Vec<u8>>;

/// Parts the files of an opened bundle from those of what came after its draw.
pub(super) fn parted(files: Files) -> (Files, Files) {
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
pub(super) fn compare_after(ceremony: &str, made: Option<&Made>, files: &Files, after: &Files) -> Vec<Finding> {
    let mut findings = listed(after, AFTER);
    let Some((entries, attempts)) = read_ledger(after, AFTER, &mut findings) else { return findings };
    // A chain that is broken in itself is a finding already.
    let Some((own, _)) = read_ledger(files, "", &mut Vec::new()) else { return findings };
    if let Relation::CutOff { at } | Relation::Fork { at } = chain::compare(&own, &entries) {
        let file = own.get(at as usize - 1).map_or_else(String::new, Entry::file);
        let file = format!("{AFTER}{}{file}", witness::FOLDER);
        let what = both!("the bundle's ledger has another entry here", "计划包自带的台账此处是另一条");
        findings.push(whole(
            &file,
            what,
            both!("the same entry", "同一条"),
            both!("another, or none", "另一条，或没有"),
        ));
        return findings;
    }
    let told = drawn_as(&entries, &attempts, ceremony, files, AFTER);
    let Ok(attempt) = told.map_err(|finding| findings.push(*finding)) else { return findings };
    let Some(made) = made else { return findings };
    if let Some(finding) = compare_draw(&entries, attempt, made) {
        findings.push(Finding { file: format!("{AFTER}{}", finding.file), ..finding });
    }
    for finding in compare_amendments(made, &entries, attempt, after) {
        findings.push(Finding { file: format!("{AFTER}{}", finding.file), ..finding });
    }
    findings
}

/// Reads the ledger among some files: its chain and the order of its steps; a broken one is a finding.
pub(super) fn read_ledger(
    files: &Files,
    prefix: &str,
    findings: &mut Vec<Finding>,
) -> Option<(Vec<Entry>, Vec<Attempt>)> {
    let own = files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(witness::FOLDER)?, bytes)));
    let own: Files = own.map(|(name, bytes)| (name.to_owned(), bytes.clone())).collect();
    let path = |file: &str| format!("{prefix}{}{file}", witness::FOLDER);
    let entries = match chain::read(&own) {
        Ok(entries) => entries,
        Err(error) => {
            let what = both!("the ledger is broken", "台账已损坏");
            findings.push(whole(&path(error.file()), what, both!("an unbroken chain", "完整的链"), error.say()));
            return None;
        }
    };
    match state::read(&entries) {
        Ok(attempts) => Some((entries, attempts)),
        Err((number, refusal)) => {
            let file = path(&entries[number as usize - 1].file());
            let what = both!("the step is out of order", "步骤次序不对");
            findings.push(whole(&file, what, both!("the protocol's order", "规程的次序"), refusal.say()));
            None
        }
    }
}

/// Compares files with the list among them: each that is listed has its hash, and no other is there.
pub(super) fn listed(files: &Files, prefix: &str) -> Vec<Finding> {
    let name = format!("{prefix}{}", open::LIST);
    let missing = || both!("the file is missing", "缺少该文件");
    let nothing = || both!("nothing", "没有");
    let Some(list) = files.get(open::LIST) else {
        return vec![whole(&name, missing(), both!("the list of the files", "文件清单"), nothing())];
    };
    let own = files.iter().filter(|(path, _)| *path != open::LIST);
    let own: Vec<File> = own.map(|(path, bytes)| File { path: path.clone(), bytes: bytes.clone() }).collect();
    let what = both!("the list has another line than the files", "清单与文件不符");
    let mut findings: Vec<Finding> = difference(&name, &what, &open::list(&own).bytes, list).into_iter().collect();
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
            Some(hash) => {
                let what = both!("the list has another hash of this file", "清单所列的摘要与该文件不符");
                findings.push(whole(&path, what, Text::same(hash), Text::same(found)));
            }
            None => {
                let what = both!("the list does not have this file", "清单中没有该文件");
                findings.push(whole(&path, what, both!("no such file", "没有该文件"), both!("a file", "有文件")));
            }
        }
    }
    for path in lines.keys().filter(|path| !files.contains_key(**path)) {
        findings.push(whole(&format!("{prefix}{path}"), missing(), both!("a file", "有文件"), nothing()));
    }
    findings
}

/// Finds the attempt that a bundle is of in a ledger, whose DRAW, VOID or PUBLISH must name the bundle's manifest.
pub(super) fn drawn_as<'a>(
    entries: &[Entry],
    attempts: &'a [Attempt],
    ceremony: &str,
    files: &Files,
    prefix: &str,
) -> Result<&'a Attempt, Box<Finding>> {
    let record = files.get("entropy.txt").map(|bytes| sha256_hex(bytes));
    let attempt = witness::attempt_of(entries, attempts, ceremony, record.as_deref()).ok_or_else(|| {
        let what = both!("nothing is sealed for this bundle", "这个计划包没有封存");
        let file = format!("{prefix}{}", witness::FOLDER);
        Box::new(whole(&file, what, Text::same(ceremony), both!("no seal", "没有封存")))
    })?;
    let steps = [attempt.draw, attempt.void, attempt.disclosed].into_iter().flatten();
    let named = steps.filter_map(|at| entries[at].fact("manifest")).next();
    let manifest = files.get(MANIFEST).map_or_else(String::new, |bytes| sha256_hex(bytes));
    if named == Some(&manifest) {
        return Ok(attempt);
    }
    let what = both!("the ledger names another bundle", "台账所指是另一个计划包");
    let named = named.map_or(both!("no draw", "没有抽取"), Text::same);
    Err(Box::new(whole(MANIFEST, what, named, Text::same(manifest))))
}

/// Tells what the office's ledger, or what came after the draw, says of a bundle: its amendments, and the end of its attempt.
pub(super) fn later_notes(ceremony: &str, office: Option<&Path>, files: &Files, after: &Files) -> Vec<Text> {
    let (entries, attempts) = match office.map(Ledger::read) {
        Some(Ok(ledger)) => (ledger.entries().to_vec(), ledger.attempts().to_vec()),
        Some(Err(_)) => return Vec::new(),
        None => read_ledger(after, AFTER, &mut Vec::new()).unwrap_or_default(),
    };
    let record = files.get("entropy.txt").map(|bytes| sha256_hex(bytes));
    let Some(attempt) = witness::attempt_of(&entries, &attempts, ceremony, record.as_deref()) else {
        return Vec::new();
    };
    let amendments = Text::counted(amend::amendments(&entries, attempt).count(), "amendment");
    let mut notes = vec![both!(amendments => "since the draw: {amendments}", "抽取之后：变更 {amendments} 次")];
    if let Some(void) = attempt.void.map(|at| &entries[at]) {
        let (number, reason) = (attempt.number, void.fact("reason").unwrap_or("-"));
        notes.push(both!("attempt {number} is void: {reason}", "第 {number} 次已作废：{reason}"));
    }
    notes
}

/// Compares the sample of each void attempt that was made public with what its entries say.
pub(super) fn compare_void(ledger: &Ledger, ceremony: &str) -> Option<Finding> {
    let own = ledger.attempts().iter().filter(|attempt| attempt.ceremony == ceremony);
    own.filter_map(|attempt| Some((attempt, &ledger.entries()[attempt.disclosed?]))).find_map(|(attempt, entry)| {
        let path = format!("{}/samples.csv", draw::PUBLIC);
        let found = std::fs::read(ledger.attempt_folder(ceremony, attempt.number).join(&path));
        // Whoever has the entries alone can not compare the sample.
        let found = sha256_hex(&found.ok()?);
        let expected = entry.fact("sample").unwrap_or("-");
        let file = format!("ceremonies/{ceremony}.{}/{path}", attempt.number);
        let what = both!("the sample of a void attempt is another one", "作废抽取的样本不是台账所记的");
        (found != expected).then(|| whole(&file, what, Text::same(expected), Text::same(found)))
    })
}
