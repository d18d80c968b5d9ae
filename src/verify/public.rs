//! The public part of a secret draw (protocol §16.1): what an outsider can check before the embargo has ended.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Finding, VerifyError, difference, listed, whole};
use crate::ceremony::open::LIST;
use crate::ceremony::plan::Beacon;
use crate::ceremony::witness;
use crate::files::bundle::{self, MANIFEST};
use crate::files::ledger::Ledger;
use crate::ledger::chain::{self, Entry, Kind, Relation};
use crate::ledger::hash::sha256_hex;
use crate::ledger::notice::root;
use crate::ledger::state::{self, Attempt};

/// Holds the answer about a public part.
#[derive(Debug, Default)]
pub struct PublicVerdict {
    /// What is wrong; empty for a sound public part.
    pub findings: Vec<Finding>,
    /// `<region>.<period>`.
    pub ceremony: String,
    pub attempt: u32,
    pub files: usize,
    pub strata: usize,
    pub entries: Vec<Entry>,
    /// Last day on which the lists stay secret.
    pub until: String,
    /// Amendments on the ledger, whose details are secret as the lists are.
    pub amendments: usize,
}

/// Tells whether a folder is the public part of a secret draw and not a bundle.
pub fn is_public(folder: &Path) -> bool {
    !folder.join(MANIFEST).is_file() && folder.join(LIST).is_file() && folder.join(CUT_OFFS).is_file()
}

const COMMIT: &str = "commit.txt";
const CUT_OFFS: &str = "cutoffs.csv";

/// Verifies a public part: its list, the chain and order of its ledger, the commitment and cut-offs that these fix, and, beside
/// the office's ledger as it stands now, that this one goes on where the public part's ends and names it.
///
/// # Errors
/// [`VerifyError::Bundle`] if a file can not be read. Damage is no error but an answer.
pub fn verify_public(folder: &Path, office: Option<&Path>) -> Result<PublicVerdict, VerifyError> {
    let files = bundle::all(folder)?;
    let mut verdict = PublicVerdict { findings: listed(&files, ""), files: files.len(), ..PublicVerdict::default() };
    let is_known = |path: &str| [COMMIT, CUT_OFFS, LIST].contains(&path) || path.starts_with(witness::FOLDER);
    for path in files.keys().filter(|path| !is_known(path)) {
        verdict.findings.push(whole(path, "the public part has no such file", "no such file", "a file"));
    }
    check(&files, office, &mut verdict);
    Ok(verdict)
}

fn check(files: &BTreeMap<String, Vec<u8>>, office: Option<&Path>, verdict: &mut PublicVerdict) {
    let own = files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(witness::FOLDER)?, bytes)));
    let own: BTreeMap<String, Vec<u8>> = own.map(|(name, bytes)| (name.to_owned(), bytes.clone())).collect();
    let findings = &mut verdict.findings;
    let in_ledger = |file: &str| format!("{}{file}", witness::FOLDER);
    let entries = match chain::read(&own) {
        Ok(entries) => entries,
        Err(error) => {
            let what = "the ledger is broken";
            findings.push(whole(&in_ledger(error.file()), what, "an unbroken chain", &error.to_string()));
            return;
        }
    };
    let attempts = match state::read(&entries) {
        Ok(attempts) => attempts,
        Err((number, refusal)) => {
            let file = in_ledger(&entries[number as usize - 1].file());
            findings.push(whole(&file, "the step is out of order", "the protocol's order", &refusal.to_string()));
            return;
        }
    };
    let Some(commit) = files.get(COMMIT).map(|bytes| String::from_utf8_lossy(bytes).into_owned()) else {
        findings.push(whole(COMMIT, "the file is missing", "the commitment", "nothing"));
        return;
    };
    let word = |line: &str| commit.lines().find_map(|found| found.strip_prefix(line)?.split(' ').next());
    let ceremony = format!("{}.{}", word("region ").unwrap_or("-"), word("period ").unwrap_or("-"));
    let drawn = state::latest(&attempts, &ceremony).and_then(|attempt| Some((attempt, attempt.entropy?, attempt.draw?)));
    let Some((attempt, entropy, draw)) = drawn else {
        findings.push(whole(witness::FOLDER, "the ledger holds no draw of the commitment's period", &ceremony, "none"));
        return;
    };
    let (seal, entropy, draw) = (&entries[attempt.seal], &entries[entropy], &entries[draw]);
    let hash = sha256_hex(commit.as_bytes());
    if seal.fact("commit") != Some(&hash) {
        let expected = seal.fact("commit").unwrap_or("-");
        findings.push(whole(COMMIT, "the commitment is not the sealed one", expected, &hash));
    }
    let embargo = seal.fact("embargo").unwrap_or_default();
    if embargo.is_empty() {
        let file = in_ledger(&seal.file());
        findings.push(whole(&file, "the seal names no embargo, so there is no public part", "embargo", "none"));
    }
    let falls_back = entropy.fact("fallback-reason").is_some();
    let named = seal.fact(if falls_back { "fallback" } else { "beacon" }).and_then(Beacon::parse);
    let named = named.map(|beacon| format!("{} {}", beacon.source, beacon.issue));
    if entropy.fact("beacon") != named.as_deref() {
        let (expected, found) = (named.as_deref().unwrap_or("none"), entropy.fact("beacon").unwrap_or("none"));
        findings.push(whole(&in_ledger(&entropy.file()), "another beacon decided than the sealed one", expected, found));
    }
    let late = witness::in_time(&entries, attempt, seal, entropy);
    findings.extend(late.into_iter().map(|(file, what, expected, found)| whole(&file, &what, &expected, &found)));
    let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    for (entry, fact) in [(draw, "manifest"), (draw, "sample"), (entropy, "record")] {
        if !entry.fact(fact).is_some_and(is_hash) {
            findings.push(whole(&in_ledger(&entry.file()), "the entry lacks a hash", fact, entry.fact(fact).unwrap_or("-")));
        }
    }
    for fact in ["notices", "teams"] {
        if draw.fact(fact).and_then(root).is_none() {
            findings.push(whole(&in_ledger(&draw.file()), "the entry lacks a root", fact, draw.fact(fact).unwrap_or("-")));
        }
    }
    let strata: Vec<Vec<&str>> =
        commit.lines().filter_map(|line| line.strip_prefix("stratum ")).map(|line| line.split(' ').collect()).collect();
    findings.extend(compare_cut_offs(&strata, files.get(CUT_OFFS).map_or(&b""[..], Vec::as_slice)));
    if let Some(folder) = office {
        findings.extend(compare_office(folder, &entries, attempt, files, &mut verdict.amendments));
    }
    (verdict.ceremony, verdict.attempt, verdict.strata) = (ceremony, attempt.number, strata.len());
    verdict.until = embargo.to_owned();
    verdict.entries = entries;
}

/// Compares the hashes of the cut-offs with the strata of the commitment: one row each; where nobody is drawn, that of
/// nothing.
fn compare_cut_offs(strata: &[Vec<&str>], found: &[u8]) -> Option<Finding> {
    let text = String::from_utf8_lossy(found);
    let mut lines = text.split('\n');
    let mut expected = vec!["task,stratum,sha256".to_owned()];
    lines.next();
    for words in strata {
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        let row = lines.next().unwrap_or_default();
        let hash = row.rsplit(',').next().unwrap_or_default();
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let hash = match word(4) == "0" {
            true => sha256_hex(b""),
            false if is_hash => hash.to_owned(),
            false => "<SHA-256>".to_owned(),
        };
        expected.push(format!("{},{},{hash}", word(0), word(1)));
    }
    expected.push(String::new());
    difference(CUT_OFFS, "the rows are not those of the commitment's strata", expected.join("\n").as_bytes(), found)
}

/// Compares a public part with the office's ledger as it stands now.
fn compare_office(
    folder: &Path,
    own: &[Entry],
    attempt: &Attempt,
    files: &BTreeMap<String, Vec<u8>>,
    amendments: &mut usize,
) -> Option<Finding> {
    let ledger = match Ledger::read(folder) {
        Ok(ledger) => ledger,
        Err(error) => return Some(whole(witness::FOLDER, "the office's ledger does not fit", "its own", &error.to_string())),
    };
    if let Relation::CutOff { at } | Relation::Fork { at } = chain::compare(own, ledger.entries()) {
        let file = own.get(at as usize - 1).map_or_else(String::new, Entry::file);
        let file = format!("{}{file}", witness::FOLDER);
        return Some(whole(&file, "the office's ledger has another entry here", "the same entry", "another, or none"));
    }
    let is_own = |entry: &&Entry| entry.ceremony == attempt.ceremony && entry.attempt == attempt.number;
    let later = || ledger.entries().iter().filter(is_own);
    *amendments = later().filter(|entry| entry.kind == Kind::Amend).count();
    let published = later().find(|entry| entry.kind == Kind::Publish && entry.fact("what") == Some("sealed"));
    let found = files.get(LIST).map_or_else(String::new, |bytes| sha256_hex(bytes));
    let expected = published.and_then(|entry| entry.fact("files")).unwrap_or("no PUBLISH entry");
    (expected != found).then(|| whole(LIST, "the ledger names another public part", expected, &found))
}
