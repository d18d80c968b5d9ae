//! The public part of a secret draw (protocol §16.1): what an outsider can check before the embargo has ended.

use std::collections::BTreeMap;
use std::path::Path;

use super::after::{listed, read_ledger};
use super::{Finding, VerifyError, difference, whole};
use crate::both;
use crate::ceremony::open::{self, LIST};
use crate::ceremony::plan::Beacon;
use crate::ceremony::witness;
use crate::files::store::bundle::{self, MANIFEST};
use crate::files::store::ledger::Ledger;
use crate::lang::{Say, Text};
use crate::ledger::chain::{self, Entry, Kind, Relation};
use crate::ledger::hash::{sha256_hex, suite_hex};
use crate::ledger::notice::root;
use crate::ledger::state::{self, Attempt};
use crate::lottery::Suite;

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

/// Is some files by path.
type Files = BTreeMap<String, Vec<u8>>;

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
        let what = both!("the public part has no such file", "公开部分不应有该文件");
        verdict.findings.push(whole(path, what, both!("no such file", "没有该文件"), both!("a file", "有文件")));
    }
    check(&files, office, &mut verdict);
    Ok(verdict)
}

fn check(files: &Files, office: Option<&Path>, verdict: &mut PublicVerdict) {
    let findings = &mut verdict.findings;
    let Some((entries, attempts)) = read_ledger(files, "", findings) else { return };
    let in_ledger = |entry: &Entry| format!("{}{}", witness::FOLDER, entry.file());
    let none = || both!("none", "没有");
    let Some(commit) = files.get(COMMIT).map(|bytes| String::from_utf8_lossy(bytes).into_owned()) else {
        let what = both!("the file is missing", "缺少该文件");
        findings.push(whole(COMMIT, what, both!("the commitment", "承诺"), none()));
        return;
    };
    let word = |line: &str| commit.lines().find_map(|found| found.strip_prefix(line)?.split(' ').next());
    let ceremony = format!("{}.{}", word("region ").unwrap_or("-"), word("period ").unwrap_or("-"));
    let drawn =
        state::latest(&attempts, &ceremony).and_then(|attempt| Some((attempt, attempt.entropy?, attempt.draw?)));
    let Some((attempt, entropy, draw)) = drawn else {
        let what = both!("the ledger holds no draw of the commitment's period", "台账中没有承诺所述期间的抽取");
        findings.push(whole(witness::FOLDER, what, Text::same(ceremony), none()));
        return;
    };
    let (seal, entropy, draw) = (&entries[attempt.seal], &entries[entropy], &entries[draw]);
    let hash = sha256_hex(commit.as_bytes());
    if seal.fact("commit") != Some(&hash) {
        let what = both!("the commitment is not the sealed one", "承诺不是封存的那一份");
        findings.push(whole(COMMIT, what, Text::same(seal.fact("commit").unwrap_or("-")), Text::same(hash)));
    }
    let embargo = seal.fact("embargo").unwrap_or_default();
    if embargo.is_empty() {
        let what = both!("the seal names no embargo, so there is no public part", "封存未定保密期，不应有公开部分");
        findings.push(whole(&in_ledger(seal), what, both!("an embargo", "保密期"), none()));
    }
    let falls_back = entropy.fact("fallback-reason").is_some();
    let named = seal.fact(if falls_back { "fallback" } else { "beacon" }).and_then(Beacon::parse);
    let named = named.map(|beacon| format!("{} {}", beacon.source, beacon.issue));
    if entropy.fact("beacon") != named.as_deref() {
        let what = both!("another beacon decided than the sealed one", "起作用的公共随机源不是封存所指的");
        let (expected, found) = (named.as_deref().map(Text::same), entropy.fact("beacon").map(Text::same));
        findings.push(whole(&in_ledger(entropy), what, expected.unwrap_or_else(none), found.unwrap_or_else(none)));
    }
    let late = witness::in_time(&entries, attempt, seal, entropy);
    findings.extend(late.into_iter().map(|(file, what, expected, found)| whole(&file, what, expected, found)));
    if let Some((error, beacon)) = witness::unsigned(seal, entropy, None) {
        let what = both!("the beacon is not what its chain has signed", "公共随机源不是其链所签名的");
        findings.push(whole(&in_ledger(entropy), what, error.say(), Text::same(beacon)));
    }
    for (entry, fact) in [(draw, "manifest"), (draw, "sample"), (entropy, "record")] {
        if !entry.fact(fact).is_some_and(is_hash) {
            let what = both!("the entry lacks a hash", "条目缺少摘要");
            let found = Text::same(entry.fact(fact).unwrap_or("-"));
            findings.push(whole(&in_ledger(entry), what, Text::same(format!("{fact} <SHA-256>")), found));
        }
    }
    for fact in ["notices", "teams"] {
        if draw.fact(fact).and_then(root).is_none() {
            let what = both!("the entry lacks a root", "条目缺少根");
            let found = Text::same(draw.fact(fact).unwrap_or("-"));
            findings.push(whole(&in_ledger(draw), what, Text::same(format!("{fact} <n> <root>")), found));
        }
    }
    let strata: Vec<Vec<&str>> =
        commit.lines().filter_map(|line| line.strip_prefix("stratum ")).map(|line| line.split(' ').collect()).collect();
    findings.extend(compare_cut_offs(seal.suite(), &strata, files.get(CUT_OFFS).map_or(&b""[..], Vec::as_slice)));
    if let Some(folder) = office {
        findings.extend(compare_office(folder, &entries, attempt, files, &mut verdict.amendments));
    }
    (verdict.ceremony, verdict.attempt, verdict.strata) = (ceremony, attempt.number, strata.len());
    verdict.until = embargo.to_owned();
    verdict.entries = entries;
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Compares the hashes of the cut-offs with the strata of the commitment: one row each; where nobody is drawn, that of
/// nothing.
fn compare_cut_offs(suite: Suite, strata: &[Vec<&str>], found: &[u8]) -> Option<Finding> {
    let text = String::from_utf8_lossy(found);
    let mut lines = text.split('\n');
    let mut expected = vec![open::cut_off_columns(suite).join(",")];
    lines.next();
    for words in strata {
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        let row = lines.next().unwrap_or_default();
        let hash = row.rsplit(',').next().unwrap_or_default();
        let hash = match hash {
            _ if word(4) == "0" => suite_hex(suite, b""),
            hash if is_hash(hash) => hash.to_owned(),
            _ => "<32 bytes in hex>".to_owned(),
        };
        expected.push(format!("{},{},{hash}", word(0), word(1)));
    }
    expected.push(String::new());
    let what = both!("the rows are not those of the commitment's strata", "各行与承诺所列各层不符");
    difference(CUT_OFFS, &what, expected.join("\n").as_bytes(), found)
}

/// Compares a public part with the office's ledger as it stands now.
fn compare_office(
    folder: &Path,
    own: &[Entry],
    attempt: &Attempt,
    files: &Files,
    amendments: &mut usize,
) -> Option<Finding> {
    let ledger = match Ledger::read(folder) {
        Ok(ledger) => ledger,
        Err(error) => {
            let what = both!("the office's ledger does not fit", "本机关台账与此不符");
            return Some(whole(witness::FOLDER, what, both!("its own", "自身的台账"), error.say()));
        }
    };
    if let Relation::CutOff { at } | Relation::Fork { at } = chain::compare(own, ledger.entries()) {
        let file = own.get(at as usize - 1).map_or_else(String::new, Entry::file);
        let file = format!("{}{file}", witness::FOLDER);
        let what = both!("the office's ledger has another entry here", "本机关台账此处是另一条");
        return Some(whole(
            &file,
            what,
            both!("the same entry", "同一条"),
            both!("another, or none", "另一条，或没有"),
        ));
    }
    let is_own = |entry: &&Entry| entry.ceremony == attempt.ceremony && entry.attempt == attempt.number;
    let later = || ledger.entries().iter().filter(is_own);
    *amendments = later().filter(|entry| entry.kind == Kind::Amend).count();
    let published = later().find(|entry| entry.kind == Kind::Publish && entry.fact("what") == Some("sealed"));
    let found = files.get(LIST).map_or_else(String::new, |bytes| sha256_hex(bytes));
    let expected = published.and_then(|entry| entry.fact("files"));
    let what = both!("the ledger names another public part", "台账所指是另一个公开部分");
    (expected != Some(&found)).then(|| {
        let expected = expected.map_or(both!("no PUBLISH entry", "没有 PUBLISH 条目"), Text::same);
        whole(LIST, what, expected, Text::same(found))
    })
}
