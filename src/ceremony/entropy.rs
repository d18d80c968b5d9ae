//! The record of chance: dice, then sealed values, then the beacon, each typed twice (protocol §15.4).

use jiff::civil::DateTime;

use super::drand::{DrandError, Pasted};
use super::plan::{Beacon, Dice};
use super::{CeremonyError, fact};
use crate::both;
use crate::files::store::ledger::{Disk, Ledger, LedgerError};
use crate::lang::Text;
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::hash::{from_hex, sha256_hex, suite_hex};
use crate::ledger::state::Refusal;
use crate::lottery::{Entropy, Suite};

/// Name of the record of a ceremony while the beacon is awaited.
pub const PRE_BEACON: &str = "pre-beacon.txt";
/// Name of the finished record.
pub const RECORD: &str = "entropy.txt";

/// Least hex digits of a sealed value: 128 bits, which nobody can try through.
const SEALED_DIGITS_MIN: usize = 32;

/// Asks for one value and returns what was typed, or `None` if nothing more comes.
pub type Ask<'a> = dyn FnMut(&Text) -> Option<String> + 'a;

/// Says whose record goes on.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// `<region>.<period>`.
    pub ceremony: &'a str,
    /// A void attempt whose record is completed so that its sample gets known; the latest one if not given.
    pub attempt: Option<u32>,
}

impl<'a> Whose<'a> {
    /// Means the latest attempt of a ceremony.
    pub fn latest(ceremony: &'a str) -> Whose<'a> {
        Whose { ceremony, attempt: None }
    }
}

/// Records the next part of the entropy: what stands before the beacon, or the beacon.
///
/// A round of drand that was pasted is checked and stands for the beacon's value, which else is typed twice.
///
/// # Errors
/// [`CeremonyError`]; then nothing is on record.
pub fn record(
    ledger: &mut Ledger,
    whose: Whose<'_>,
    time: DateTime,
    fallback: Option<&str>,
    pasted: Option<&Pasted>,
    ask: &mut Ask<'_>,
    disk: &mut dyn Disk,
) -> Result<Entry, CeremonyError> {
    let Whose { ceremony, attempt } = whose;
    let Some(attempt) = ledger.attempt(ceremony, attempt).cloned() else {
        return Err(LedgerError::from(Refusal::NotSealed(ceremony.to_owned())).into());
    };
    let seal = ledger.entries()[attempt.seal].clone();
    let folder = ledger.attempt_folder(ceremony, attempt.number);
    let beacon = seal.fact("beacon").and_then(Beacon::parse);
    let comes_first = seal.fact("dice").or(seal.fact("sealed-value")).is_some();
    let is_first = attempt.rolled.is_none() && attempt.entropy.is_none() && comes_first;
    let part = if is_first && beacon.is_some() { "pre-beacon" } else { "complete" };
    // The order is asked before any value is, so that nothing secret is typed in vain.
    let admitted = |facts| ledger.next(Kind::Entropy, time, ceremony, attempt.number, facts);
    admitted(vec![fact("part", part)])?;

    if let Some(pasted) = pasted.filter(|_| is_first) {
        return Err(DrandError::TooEarly(pasted.round.round).into());
    }
    if is_first {
        let text = first_part(ledger.entries(), &seal, beacon.as_ref(), time, ask)?;
        let record = Entropy::parse(text.as_bytes())?;
        refuse_reuse(ledger.entries(), &text)?;
        let code = record.pre_beacon_code(seal.suite());
        let (file, facts) = match beacon {
            Some(_) => (PRE_BEACON, vec![fact("part", part), fact("code", code)]),
            None => {
                let hash = sha256_hex(text.as_bytes());
                (RECORD, vec![fact("part", part), fact("record", hash), fact("pre-beacon", code)])
            }
        };
        let entry = admitted(facts)?;
        ledger.place_file(disk, &folder.join(file), text.as_bytes())?;
        ledger.append(disk, entry.clone())?;
        return Ok(entry);
    }

    let beacon =
        beacon.ok_or_else(|| CeremonyError::Plan(both!("the seal names no beacon", "封存时没有指定公共随机源")))?;
    let decides = match fallback {
        None => beacon,
        Some(_) => seal.fact("fallback").and_then(Beacon::parse).ok_or(CeremonyError::NoFallback)?,
    };
    let Beacon { source, issue, falls } = decides.clone();
    let what = super::beacon(&source, &issue);
    if time < falls {
        return Err(CeremonyError::NotFallen { what, falls, now: time });
    }
    let rolled = attempt.rolled.map(|at| ledger.entries()[at].time);
    if let Some(now) = rolled.filter(|rolled| seal.fact("dice").is_some() && falls <= *rolled) {
        return Err(CeremonyError::Late { what, falls, now });
    }
    let mut text = match attempt.rolled {
        None => "dr1 entropy v1\n".to_owned(),
        Some(rolled) => {
            let path = folder.join(PRE_BEACON);
            let text = std::fs::read_to_string(&path)
                .map_err(|source| CeremonyError::Read { path: path.display().to_string(), source })?;
            if ledger.entries()[rolled].fact("code") != Some(&suite_hex(seal.suite(), text.as_bytes())) {
                return Err(CeremonyError::Changed { file: PRE_BEACON.to_owned() });
            }
            text
        }
    };
    let value = match pasted {
        Some(pasted) => pasted.value(&decides, seal.time)?,
        None => twice(&what, ask)?,
    };
    text.push_str(&format!("beacon {source} {issue} {value}\n"));
    let record = Entropy::parse(text.as_bytes())?;
    refuse_reuse(ledger.entries(), &text)?;
    let mut facts = vec![
        fact("part", part),
        fact("record", sha256_hex(text.as_bytes())),
        fact("pre-beacon", record.pre_beacon_code(seal.suite())),
        fact("beacon", format_args!("{source} {issue}")),
    ];
    facts.extend(pasted.iter().flat_map(|pasted| pasted.facts()));
    facts.extend(fallback.map(|reason| fact("fallback-reason", reason)));
    let entry = admitted(facts)?;
    ledger.place_file(disk, &folder.join(RECORD), text.as_bytes())?;
    ledger.append(disk, entry.clone())?;
    Ok(entry)
}

/// Asks for dice and sealed values as the seal plans them.
fn first_part(
    entries: &[Entry],
    seal: &Entry,
    beacon: Option<&Beacon>,
    time: DateTime,
    ask: &mut Ask<'_>,
) -> Result<String, CeremonyError> {
    let dice: Vec<Dice> = seal.facts_of("dice").filter_map(dice).collect();
    // Dice that are written down when the beacon is known can be written to suit it; the fallback is another chance.
    let last = seal.fact("fallback").and_then(Beacon::parse).or(beacon.cloned());
    if let Some(Beacon { source, issue, falls }) = last.filter(|last| !dice.is_empty() && last.falls <= time) {
        return Err(CeremonyError::Late { what: super::beacon(&source, &issue), falls, now: time });
    }
    if beacon.is_none()
        && let Some(falls) = seal.fact("rolled-at").and_then(|time| time.parse().ok())
        && time < falls
    {
        return Err(CeremonyError::NotFallen { what: both!("the rolling of the dice", "掷骰"), falls, now: time });
    }
    let mut text = "dr1 entropy v1\n".to_owned();
    for (no, Dice { sides, rolls }) in (1..).zip(dice) {
        let number = Text::counted(rolls, "roll");
        let what = both!(number => "dice {no}: {number} of {sides} sides", "第 {no} 组骰子（{sides} 面，{number} 次）");
        let digits = twice(&what, ask)?;
        if digits.len() != rolls as usize {
            return Err(CeremonyError::Rolls { what, planned: rolls, found: digits.len() });
        }
        text.push_str(&format!("dice {sides} {digits}\n"));
    }
    for (no, planned) in (1u32..).zip(seal.facts_of("sealed-value")) {
        let hex = twice(&both!("sealed value {no}", "第 {no} 个封存值"), ask)?.to_ascii_lowercase();
        let is_sealed =
            from_hex(&hex).is_some_and(|bytes| planned == format!("{no} {}", suite_hex(seal.suite(), &bytes)));
        if !is_sealed || hex.len() < SEALED_DIGITS_MIN {
            return Err(CeremonyError::NotSealed(no));
        }
        // The seal compares hashes, which hide a value that was used under the other suite.
        let hashes = Suite::ALL.map(|suite| from_hex(&hex).map_or_else(String::new, |bytes| suite_hex(suite, &bytes)));
        let has_it = |before: &&Entry| {
            let mut values = before.facts_of("sealed-value").filter_map(|value| value.split_once(' '));
            before.kind == Kind::Seal
                && before.number < seal.number
                && values.any(|(_, hash)| hashes.iter().any(|h| h == hash))
        };
        if let Some(before) = entries.iter().find(has_it) {
            return Err(CeremonyError::Reused(both!("sealed value {no}", "第 {no} 个封存值"), before.number));
        }
        text.push_str(&format!("sealed {no} {hex}\n"));
    }
    Ok(text)
}

/// Reads the fact `dice <sides> <rolls>` of a seal.
pub fn dice(text: &str) -> Option<Dice> {
    let (sides, rolls) = text.split_once(' ')?;
    Some(Dice { sides: sides.parse().ok()?, rolls: rolls.parse().ok()? })
}

/// Asks for a value and once more for the same.
fn twice(what: &Text, ask: &mut Ask<'_>) -> Result<String, CeremonyError> {
    let mut typed = |prompt: &Text| {
        let text = ask(prompt).ok_or_else(|| CeremonyError::Short(what.clone()))?;
        Ok::<String, CeremonyError>(text.split_whitespace().collect())
    };
    let first = typed(what)?;
    let second = typed(&both!(what => "{what}, again", "{what}，再输一次"))?;
    if first != second {
        // Neither is said back: it may be secret, and a screen in the room shows it to everybody.
        let at = 1 + first.chars().zip(second.chars()).take_while(|(a, b)| a == b).count();
        return Err(CeremonyError::TypedTwice { what: what.clone(), at });
    }
    Ok(first)
}

/// Refuses a record, or its part before the beacon, that an earlier ceremony had, in whichever suite.
fn refuse_reuse(entries: &[Entry], text: &str) -> Result<(), CeremonyError> {
    let words = ["code", "record", "pre-beacon"];
    let hashes = Suite::ALL.map(|suite| suite_hex(suite, text.as_bytes()));
    let is_used = |value: &str| hashes.iter().any(|hash| hash == value);
    let mut used = entries.iter().filter(|entry| entry.kind == Kind::Entropy);
    match used.find(|entry| words.iter().any(|word| entry.fact(word).is_some_and(is_used))) {
        Some(entry) => Err(CeremonyError::Reused(both!("this entropy", "这份熵"), entry.number)),
        None => Ok(()),
    }
}
