//! The ledger (台账): one small text for each step of a ceremony, each with the hash of the one before (protocol §14).

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::civil::DateTime;
use thiserror::Error;

use super::hash::sha256_hex;
use crate::lang::{Say, Text};
use crate::lottery::Suite;

/// Is one entry; its text is the truth, and what it says of itself must be written in exactly one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// From 1, without a gap.
    pub number: u32,
    /// SHA-256 of the text of the entry before, in hex; 64 zeros for the first.
    pub previous: String,
    pub kind: Kind,
    /// Beijing time, never before the entry before.
    pub time: DateTime,
    /// `<region>.<period>`.
    pub ceremony: String,
    /// From 1; a void attempt is followed by the next number.
    pub attempt: u32,
    /// What else the step says: a word of `a-z0-9-`, and a text without line feed that is not empty.
    pub facts: Vec<(String, String)>,
}

/// Is the kind of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Seal,
    Lodge,
    Entropy,
    Draw,
    Publish,
    Amend,
    Void,
    Result,
    Audit,
}

/// All kinds with their words.
const KINDS: [(Kind, &str); 9] = [
    (Kind::Seal, "SEAL"),
    (Kind::Lodge, "LODGE"),
    (Kind::Entropy, "ENTROPY"),
    (Kind::Draw, "DRAW"),
    (Kind::Publish, "PUBLISH"),
    (Kind::Amend, "AMEND"),
    (Kind::Void, "VOID"),
    (Kind::Result, "RESULT"),
    (Kind::Audit, "AUDIT"),
];

/// Hash that stands as `previous` in the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const HEADING: &str = "dr1 ledger v1";

/// Says where a ledger is broken; every message names the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    #[error("{file}: line {line} is not what a ledger entry has there")]
    Form { file: String, line: u32 },
    #[error("{file}: entry {expected} should stand here; an entry was removed, added or moved")]
    Gap { file: String, expected: u32 },
    #[error("{file}: the entry says it follows {found}, but the SHA-256 of the entry before is {expected}")]
    Previous { file: String, expected: String, found: String },
    #[error("{file}: the entry is dated {time}, before the one it follows")]
    Time { file: String, time: DateTime },
}

impl Say for ChainError {
    fn say(&self) -> Text {
        let zh = match self {
            ChainError::Form { file, line } => format!("{file}：第 {line} 行不是台账条目在此处应有的内容"),
            ChainError::Gap { file, expected } => {
                format!("{file}：此处应为第 {expected} 条；有条目被删除、添加或移动")
            }
            ChainError::Previous { file, expected, found } => {
                format!("{file}：该条称其前一条为 {found}，而前一条的 SHA-256 是 {expected}")
            }
            ChainError::Time { file, time } => format!("{file}：该条的时间 {time} 早于它的前一条"),
        };
        Text::of(self, zh)
    }
}

impl ChainError {
    /// Returns the file at fault.
    pub fn file(&self) -> &str {
        match self {
            ChainError::Form { file, .. }
            | ChainError::Gap { file, .. }
            | ChainError::Previous { file, .. }
            | ChainError::Time { file, .. } => file,
        }
    }
}

impl Kind {
    /// Returns the word that stands in an entry.
    pub fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).expect("every kind has a word").1
    }
}

impl Entry {
    /// Writes the entry's text, every line ended by a line feed.
    pub fn text(&self) -> String {
        let Entry { number, previous, kind, time, ceremony, attempt, facts } = self;
        let mut text = format!(
            "{HEADING}\nentry {number}\nprevious {previous}\nkind {}\ntime {time}\nceremony {ceremony}\nattempt {attempt}\n",
            kind.word()
        );
        for (word, value) in facts {
            writeln!(text, "{word} {value}").expect("a string takes all text");
        }
        text
    }

    /// Returns the name of the entry's file, whose order is the ledger's.
    pub fn file(&self) -> String {
        format!("{:06}-{}.txt", self.number, self.kind.word())
    }

    /// Computes SHA-256 of the text, with which the next entry goes on.
    pub fn hash(&self) -> String {
        sha256_hex(self.text().as_bytes())
    }

    /// Returns the value of the first fact with this word.
    pub fn fact(&self, word: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| known == word).map(|(_, value)| value.as_str())
    }

    /// Returns the values of all facts with this word.
    pub fn facts_of<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        self.facts.iter().filter(move |(known, _)| known == word).map(|(_, value)| value.as_str())
    }

    /// Returns the suite that a SEAL names; the default where none is named.
    ///
    /// The order of a ledger (`state`) admits no other name, so none is lost here.
    pub fn suite(&self) -> Suite {
        self.fact("suite").and_then(Suite::parse).unwrap_or_default()
    }

    /// Reads an entry; a text that this program would write differently is refused.
    ///
    /// # Errors
    /// [`ChainError::Form`] with the first line at fault.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Entry, ChainError> {
        let form = |line: usize| ChainError::Form { file: file.to_owned(), line: line as u32 };
        let text = std::str::from_utf8(bytes).map_err(|_| form(1))?;
        let lines: Vec<&str> = text.split('\n').collect();
        let value = |line: usize, word: &str| -> Result<&str, ChainError> {
            let rest = lines.get(line - 1).and_then(|found| found.strip_prefix(word));
            rest.and_then(|rest| rest.strip_prefix(' ')).filter(|value| !value.is_empty()).ok_or_else(|| form(line))
        };
        if lines[0] != HEADING {
            return Err(form(1));
        }
        let kind = value(4, "kind")?;
        let mut facts = Vec::new();
        for (at, line) in lines.iter().enumerate().take(lines.len() - 1).skip(7) {
            let (word, value) = line.split_once(' ').ok_or_else(|| form(at + 1))?;
            let is_word = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if word.is_empty() || !is_word || value.trim() != value || value.is_empty() {
                return Err(form(at + 1));
            }
            facts.push((word.to_owned(), value.to_owned()));
        }
        let entry = Entry {
            number: value(2, "entry")?.parse().map_err(|_| form(2))?,
            previous: value(3, "previous")?.to_owned(),
            kind: KINDS.iter().find(|(_, word)| *word == kind).ok_or_else(|| form(4))?.0,
            time: value(5, "time")?.parse().map_err(|_| form(5))?,
            ceremony: value(6, "ceremony")?.to_owned(),
            attempt: value(7, "attempt")?.parse().map_err(|_| form(7))?,
            facts,
        };
        let again = entry.text();
        if again != text {
            let same = again.split('\n').zip(&lines).take_while(|(a, b)| a == *b).count();
            return Err(form(same + 1));
        }
        Ok(entry)
    }
}

/// Reads a whole ledger from its files by name, and checks that each entry follows the one before.
///
/// What was cut off at the end can not be seen here: for that a head must be known from outside ([`compare`]).
///
/// # Errors
/// [`ChainError`] for the first file at fault.
pub fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Entry>, ChainError> {
    let mut entries: Vec<Entry> = Vec::with_capacity(files.len());
    for (expected, (file, bytes)) in (1u32..).zip(files) {
        let entry = Entry::parse(file, bytes)?;
        if entry.number != expected || entry.file() != *file {
            return Err(ChainError::Gap { file: file.clone(), expected });
        }
        let before = entries.last();
        let previous = before.map_or_else(|| GENESIS.to_owned(), Entry::hash);
        if entry.previous != previous {
            let found = entry.previous;
            return Err(ChainError::Previous { file: file.clone(), expected: previous, found });
        }
        if before.is_some_and(|before| before.time > entry.time) {
            return Err(ChainError::Time { file: file.clone(), time: entry.time });
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Returns the suite of an attempt: that of its SEAL, or the default where nothing is sealed.
pub fn suite_of(entries: &[Entry], ceremony: &str, attempt: u32) -> Suite {
    let is_own = |entry: &&Entry| entry.kind == Kind::Seal && entry.ceremony == ceremony && entry.attempt == attempt;
    entries.iter().find(is_own).map_or_else(Suite::default, Entry::suite)
}

/// Is how two ledgers of one office stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Same,
    /// The second goes on where the first ends.
    Longer,
    /// The second lacks entries that the first has: it was cut off.
    CutOff {
        at: u32,
    },
    /// The two differ from this entry on: one of them was rewritten.
    Fork {
        at: u32,
    },
}

/// Compares a ledger that was kept outside with the one that the office shows now.
pub fn compare(kept: &[Entry], shown: &[Entry]) -> Relation {
    let same = kept.iter().zip(shown).take_while(|(a, b)| a == b).count();
    let at = same as u32 + 1;
    match (same == kept.len(), same == shown.len()) {
        (true, true) => Relation::Same,
        (true, false) => Relation::Longer,
        (false, true) => Relation::CutOff { at },
        (false, false) => Relation::Fork { at },
    }
}
