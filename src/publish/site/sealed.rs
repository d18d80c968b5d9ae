//! What was fixed before chance spoke, as the pages show it: the commitment, and the steps on the ledger.

use serde::Serialize;

use crate::ledger::chain::{Entry, Kind};
use crate::ledger::code::code_of;
use crate::ledger::hash::sha256_hex;

/// Holds what every page says at its top, the commitment, and the ledger.
#[derive(Debug, Serialize)]
pub struct Sealed {
    region: String,
    period: String,
    first: String,
    last: String,
    commit: String,
    commit_sha256: String,
    strata: Vec<SealedStratum>,
    entries: Vec<EntryRow>,
    voids: Vec<VoidRow>,
    /// Last day on which the lists stay secret, where the seal names one.
    embargo: String,
}

/// Is one frame as the commitment has it.
#[derive(Debug, Serialize)]
struct SealedStratum {
    task: String,
    name: String,
    population: String,
    sample: String,
    reserve: String,
    root: String,
}

/// Is one attempt that was ended, with the sample that it gave or would have given.
#[derive(Debug, Serialize)]
struct VoidRow {
    attempt: u32,
    time: String,
    reason: String,
    /// SHA-256 of the sample; empty where no chance had been on record.
    sample: String,
    /// Entry that made it public, if one did.
    disclosed: String,
}

/// Is one step on the ledger.
#[derive(Debug, Serialize)]
struct EntryRow {
    file: String,
    number: u32,
    kind: &'static str,
    zh: &'static str,
    en: &'static str,
    time: String,
    ceremony: String,
    attempt: u32,
    code: String,
    sha256: String,
    text: String,
}

impl Sealed {
    /// Shows a commitment (protocol §10) and a ledger, which may have no entries.
    pub fn of(commit: &str, ledger: &[Entry]) -> Sealed {
        let line = |word: &str| -> Vec<&str> {
            let found = commit.lines().find_map(|line| line.strip_prefix(word));
            found.unwrap_or_default().split(' ').collect()
        };
        let (region, period) = (line("region "), line("period "));
        let word = |words: &[&str], at: usize| words.get(at).copied().unwrap_or_default().to_owned();
        let strata = commit.lines().filter_map(|line| line.strip_prefix("stratum ")).map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            SealedStratum {
                task: word(&words, 0),
                name: word(&words, 1),
                population: word(&words, 3),
                sample: word(&words, 4),
                reserve: word(&words, 5),
                root: word(&words, 6),
            }
        });
        let ceremony = format!("{}.{}", word(&region, 0), word(&period, 0));
        let seal = ledger.iter().rfind(|entry| entry.kind == Kind::Seal && entry.ceremony == ceremony);
        Sealed {
            region: word(&region, 0),
            period: word(&period, 0),
            first: word(&period, 1),
            last: word(&period, 2),
            commit: commit.to_owned(),
            commit_sha256: sha256_hex(commit.as_bytes()),
            strata: strata.collect(),
            entries: ledger.iter().map(row).collect(),
            voids: voids(ledger, &ceremony),
            embargo: seal.and_then(|seal| seal.fact("embargo")).unwrap_or_default().to_owned(),
        }
    }

    pub fn commit(&self) -> &str {
        &self.commit
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    pub fn period(&self) -> &str {
        &self.period
    }
}

fn voids(ledger: &[Entry], ceremony: &str) -> Vec<VoidRow> {
    let void = ledger.iter().filter(|entry| entry.kind == Kind::Void && entry.ceremony == ceremony);
    let row = |void: &Entry| {
        let is_own =
            |entry: &&Entry| entry.kind == Kind::Publish && entry.ceremony == ceremony && entry.attempt == void.attempt;
        let disclosed = ledger.iter().filter(is_own).find(|entry| entry.fact("what") == Some("void"));
        let known = void.fact("sample").filter(|sample| *sample != "unknown");
        VoidRow {
            attempt: void.attempt,
            time: void.time.to_string(),
            reason: void.fact("reason").unwrap_or_default().to_owned(),
            sample: known.or_else(|| disclosed?.fact("sample")).unwrap_or_default().to_owned(),
            disclosed: disclosed.map_or_else(String::new, Entry::file),
        }
    };
    void.map(row).collect()
}

fn row(entry: &Entry) -> EntryRow {
    let (zh, en) = words(entry.kind);
    let sha256 = entry.hash();
    EntryRow {
        file: entry.file(),
        number: entry.number,
        kind: entry.kind.word(),
        zh,
        en,
        time: entry.time.to_string(),
        ceremony: entry.ceremony.clone(),
        attempt: entry.attempt,
        code: code_of(&sha256).expect("a hash has 64 hex digits"),
        sha256,
        text: entry.text(),
    }
}

/// Says in words what a step is.
fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Seal => ("封存", "the tables were sealed"),
        Kind::Lodge => ("存证", "a code was lodged outside"),
        Kind::Entropy => ("登记随机源", "chance was recorded"),
        Kind::Draw => ("抽取", "the plan was drawn"),
        Kind::Publish => ("公开", "it was made public"),
        Kind::Amend => ("调整", "the plan was changed"),
        Kind::Void => ("作废", "the attempt was ended"),
        Kind::Result => ("结果", "results came in"),
        Kind::Audit => ("核验", "it was audited"),
    }
}
