//! What the ledger in a bundle says of the bundle (protocol §15.7): the seal before the chance, and both as they were.

use std::collections::BTreeMap;

use super::drand::{DrandError, Pasted, Round};
use super::entropy::dice;
use super::plan::Beacon;
use super::seal::rooted;
use crate::both;
use crate::files::store::bundle::File;
use crate::lang::{Say, Text};
use crate::ledger::chain;
use crate::ledger::hash::{from_hex, sha256_hex, suite_hex};
use crate::ledger::state;
use crate::lottery::entropy::Line;
use crate::lottery::{Entropy, Suite};

/// Folder of the ledger in a bundle.
pub const FOLDER: &str = "ledger/";

/// Is one thing that is not as the ledger says: file, what is wrong, what was expected, what was found.
pub type Breach = (String, Text, Text, Text);

/// Compares a bundle with the ledger that it carries; one without a ledger has nothing to compare.
pub fn breaches(files: &BTreeMap<String, Vec<u8>>, ceremony: &str) -> Vec<Breach> {
    let own = files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(FOLDER)?.to_owned(), bytes.clone())));
    let own: BTreeMap<String, Vec<u8>> = own.collect();
    if own.is_empty() {
        return Vec::new();
    }
    let in_ledger = |file: &str| format!("{FOLDER}{file}");
    let entries = match chain::read(&own) {
        Ok(entries) => entries,
        Err(error) => {
            let file = error.file();
            let (what, expected) =
                (both!("the ledger is broken", "台账已损坏"), both!("an unbroken chain", "完整的链"));
            return vec![(in_ledger(file), what, expected, error.say())];
        }
    };
    let attempts = match state::read(&entries) {
        Ok(attempts) => attempts,
        Err((number, refusal)) => {
            let file = entries[number as usize - 1].file();
            let (what, expected) =
                (both!("the step is out of order", "步骤次序不对"), both!("the protocol's order", "规程的次序"));
            return vec![(in_ledger(&file), what, expected, refusal.say())];
        }
    };
    let last = entries.last().expect("the ledger is not empty");
    let record = files.get("entropy.txt").map(|bytes| sha256_hex(bytes));
    let Some((attempt, drawn)) = attempt_of(&entries, &attempts, ceremony, record.as_deref())
        .and_then(|attempt| Some((attempt, attempt.entropy?)))
    else {
        let what = both!("the ledger holds no complete entropy for this period", "台账中没有本期完整的熵");
        return vec![(in_ledger(&last.file()), what, Text::same(ceremony), Text::same(&last.ceremony))];
    };
    let (seal, drawn) = (&entries[attempt.seal], &entries[drawn]);
    let mut found = in_time(&entries, attempt, seal, drawn);
    let mut compare = |file: &str, what: Text, expected: Option<&str>, now: Option<&str>| {
        if expected.is_none() || expected != now {
            let told = |text: Option<&str>, none: Text| text.map_or(none, Text::same);
            let (nothing, no_file) = (both!("(nothing)", "（无）"), both!("(no file)", "（没有文件）"));
            found.push((file.to_owned(), what, told(expected, nothing), told(now, no_file)));
        }
    };
    let hash = |path: &str| files.get(path).map(|bytes| sha256_hex(bytes));
    let what = both!("the commitment is not the sealed one", "承诺不是封存的那一份");
    compare("commit.txt", what, seal.fact("commit"), hash("commit.txt").as_deref());
    let what = both!("the record is not the one in the ledger", "熵记录不是台账中的那一份");
    compare("entropy.txt", what, drawn.fact("record"), hash("entropy.txt").as_deref());
    for (path, bytes) in files {
        let Some(name) = path.strip_prefix("inputs/") else { continue };
        if let Some((word, root)) = rooted(seal.suite(), &File { path: name.to_owned(), bytes: bytes.clone() }) {
            compare(
                path,
                both!("the rows are not the sealed ones", "各行不是封存的那些"),
                seal.fact(&word),
                Some(&root),
            );
        }
    }
    let record = files.get("entropy.txt").and_then(|bytes| Entropy::parse(bytes).ok());
    if let Some(record) = record {
        let code = record.pre_beacon_code(seal.suite());
        let lodged = attempt.rolled.map_or(drawn.fact("pre-beacon"), |at| entries[at].fact("code"));
        let what = both!(
            "what stands before the beacon was changed after it was lodged",
            "公共随机源之前的部分在交存之后被改动"
        );
        compare("entropy.txt", what, lodged, Some(&code));
        let planned = planned(seal, drawn.fact("fallback-reason").is_some());
        let what = both!("the chance is not the kind that was sealed", "随机源不是封存时指定的那些");
        compare("entropy.txt", what, Some(&planned), Some(&kinds(seal.suite(), &record)));
        if let Some((error, beacon)) = unsigned(seal, drawn, Some(&record)) {
            let what = both!("the beacon is not what its chain has signed", "公共随机源不是其链所签名的");
            found.push(("entropy.txt".to_owned(), what, error.say(), Text::same(beacon)));
        }
    }
    found
}

/// Finds the attempt that a bundle is of: the one with its record, which a void one can be; else the latest.
pub fn attempt_of<'a>(
    entries: &[chain::Entry],
    attempts: &'a [state::Attempt],
    ceremony: &str,
    record: Option<&str>,
) -> Option<&'a state::Attempt> {
    let has_record = |attempt: &&state::Attempt| {
        let own = attempt.entropy.and_then(|at| entries[at].fact("record"));
        attempt.ceremony == ceremony && record.is_some() && own == record
    };
    attempts.iter().find(has_record).or_else(|| state::latest(attempts, ceremony))
}

/// Compares the times of the steps with that of the beacon which decided.
pub fn in_time(
    entries: &[chain::Entry],
    attempt: &state::Attempt,
    seal: &chain::Entry,
    drawn: &chain::Entry,
) -> Vec<Breach> {
    let deciding = seal.fact(if drawn.fact("fallback-reason").is_some() { "fallback" } else { "beacon" });
    let Some(Beacon { falls, .. }) = deciding.and_then(Beacon::parse) else {
        return Vec::new();
    };
    let rolled = attempt.rolled.filter(|_| seal.fact("dice").is_some()).map(|at| &entries[at]);
    let steps = [
        (Some(seal), true, both!("the seal came when the beacon was known", "封存时公共随机源已经揭晓")),
        (rolled, true, both!("the dice were recorded when the beacon was known", "记录骰子时公共随机源已经揭晓")),
        (Some(drawn), false, both!("the beacon was recorded before it fell", "记录公共随机源时它尚未揭晓")),
    ];
    let wrong = steps.into_iter().filter_map(|(entry, is_before, what)| {
        let entry = entry.filter(|entry| (entry.time < falls) != is_before)?;
        let wanted = match is_before {
            true => both!("before {falls}", "早于 {falls}"),
            false => both!("not before {falls}", "不早于 {falls}"),
        };
        Some((format!("{FOLDER}{}", entry.file()), what, wanted, Text::same(entry.time)))
    });
    wrong.collect()
}

/// Checks the signature of a round of drand that stands in the ledger; returns what is wrong and the beacon. A record that is
/// secret yet has no say.
///
/// A chain that this program does not know, or was built without, has to be asked by other means.
pub fn unsigned(seal: &chain::Entry, drawn: &chain::Entry, record: Option<&Entropy>) -> Option<(DrandError, String)> {
    let signature = drawn.fact("signature")?;
    let deciding = seal.fact(if drawn.fact("fallback-reason").is_some() { "fallback" } else { "beacon" });
    let beacon = deciding.and_then(Beacon::parse)?;
    let (issue, value) = match record.map(|record| record.lines().last()) {
        None => (beacon.issue.clone(), String::new()),
        Some(Some(Line::Beacon { issue, value, .. })) => (issue.clone(), value.clone()),
        Some(_) => return None,
    };
    let round = Round {
        round: issue.parse().unwrap_or(0),
        randomness: value.clone(),
        signature: signature.to_owned(),
        previous_signature: drawn.fact("previous-signature").unwrap_or_default().to_owned(),
    };
    match (Pasted { round, chain: None }).value(&beacon, seal.time) {
        Ok(_) | Err(DrandError::UnknownChain(_) | DrandError::Scheme(_) | DrandError::NotBuilt) => None,
        Err(error) => Some((error, format!("{} {issue} {value}", beacon.source))),
    }
}

/// Lists what a seal plans, one word for each line of a record.
fn planned(seal: &chain::Entry, falls_back: bool) -> String {
    let mut lines: Vec<String> =
        seal.facts_of("dice").filter_map(dice).map(|dice| format!("dice {} {}", dice.sides, dice.rolls)).collect();
    lines.extend(seal.facts_of("sealed-value").map(|value| format!("sealed {value}")));
    let beacon = seal.fact(if falls_back { "fallback" } else { "beacon" }).and_then(Beacon::parse);
    lines.extend(beacon.map(|beacon| format!("beacon {} {}", beacon.source, beacon.issue)));
    lines.join("; ")
}

/// Lists what a record holds in the same words.
fn kinds(suite: Suite, record: &Entropy) -> String {
    let word = |line: &Line| match line {
        Line::Seed(_) => "seed".to_owned(),
        Line::Dice { sides, digits } => format!("dice {sides} {}", digits.len()),
        Line::Sealed { number, hex } => {
            format!("sealed {number} {}", from_hex(hex).map_or_else(String::new, |bytes| suite_hex(suite, &bytes)))
        }
        Line::Beacon { source, issue, .. } => format!("beacon {source} {issue}"),
    };
    record.lines().iter().map(word).collect::<Vec<_>>().join("; ")
}
