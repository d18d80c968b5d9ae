//! The text in the QR code of a notice (检查通知书): a visit's row and the proof that it was drawn (protocol §16.2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

use super::chain::{self, Entry, Kind};
use super::proof::{Inclusion, ProofError, unhex};
use crate::lang::{Say, Text};
use crate::lottery::Suite;

/// First word of the text: its form and the version of it.
const FORM: &str = "FDN1";

/// Is what a notice carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `<region>.<period>`, without a blank.
    pub ceremony: String,
    pub attempt: u32,
    /// Number of the entry, DRAW or AMEND, whose `notices` is the root.
    pub entry: u32,
    pub proof: Inclusion,
    /// The visit's salted row: one line of CSV as [`COLUMNS`] names it.
    pub row: String,
}

/// Columns of the rows under the root.
pub const COLUMNS: [&str; 11] =
    ["salt", "visit_id", "entity_id", "township", "date", "half", "tasks", "items", "agencies", "lead", "teams"];

/// Says why a notice proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoticeError {
    #[error("the text is no notice of the form {FORM}")]
    Form,
    #[error("the ledger has no plan of {ceremony}, attempt {attempt}, in entry {entry}")]
    NoDraw { ceremony: String, attempt: u32, entry: u32 },
    #[error("entry {0} of the ledger carries no root of notices")]
    NoRoot(u32),
    #[error("the visit is not in the plan that was drawn: {0}")]
    Proof(#[from] ProofError),
}

impl Say for NoticeError {
    fn say(&self) -> Text {
        let zh = match self {
            NoticeError::Form => format!("文本不是 {FORM} 形式的通知书"),
            NoticeError::NoDraw { ceremony, attempt, entry } => {
                format!("台账第 {entry} 条没有 {ceremony} 第 {attempt} 次的计划")
            }
            NoticeError::NoRoot(entry) => format!("台账第 {entry} 条没有通知书的根"),
            NoticeError::Proof(error) => format!("该次检查不在抽出的计划中：{}", error.say().zh),
        };
        Text::of(self, zh)
    }
}

impl Notice {
    /// Writes the text: blanks part its words, the row comes last and is the rest.
    pub fn text(&self) -> String {
        let Notice { ceremony, attempt, entry, proof, row } = self;
        let path = URL_SAFE_NO_PAD.encode(proof.path.concat());
        let path = if path.is_empty() { "-" } else { &path };
        format!("{FORM} {ceremony} {attempt} {entry} {}/{} {path} {row}", proof.index, proof.size)
    }

    /// Reads what [`Notice::text`] writes; white space around it is left out.
    ///
    /// # Errors
    /// [`NoticeError::Form`] for anything else.
    pub fn parse(text: &str) -> Result<Notice, NoticeError> {
        Notice::read(text.trim()).filter(|notice| notice.text() == text.trim()).ok_or(NoticeError::Form)
    }

    fn read(text: &str) -> Option<Notice> {
        let mut words = text.splitn(7, ' ');
        words.next().filter(|word| *word == FORM)?;
        let ceremony = words.next()?.to_owned();
        let (attempt, entry) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let (index, size) = words.next()?.split_once('/')?;
        let path = match words.next()? {
            "-" => Vec::new(),
            path => URL_SAFE_NO_PAD.decode(path).ok()?,
        };
        let (hashes, rest) = path.as_chunks::<32>();
        let proof = Inclusion { index: index.parse().ok()?, size: size.parse().ok()?, path: hashes.to_vec() };
        rest.is_empty().then_some(Notice { ceremony, attempt, entry, proof, row: words.next()?.to_owned() })
    }

    /// Checks the proof against a root over so many rows.
    ///
    /// # Errors
    /// [`NoticeError::Proof`] if the row is not under the root.
    pub fn verify(&self, suite: Suite, size: u64, root: &[u8; 32]) -> Result<(), NoticeError> {
        if self.proof.size != size {
            return Err(ProofError::Shape.into());
        }
        Ok(self.proof.verify(suite, self.row.as_bytes(), root)?)
    }

    /// Checks the notice against a ledger and returns the entry, DRAW or AMEND, under which the visit stands.
    ///
    /// # Errors
    /// [`NoticeError`] if the ledger has no such draw, or the row is not under its root.
    pub fn check<'a>(&self, entries: &'a [Entry]) -> Result<&'a Entry, NoticeError> {
        let Notice { ceremony, attempt, entry, .. } = self;
        let none = || NoticeError::NoDraw { ceremony: ceremony.clone(), attempt: *attempt, entry: *entry };
        let is_draw = |found: &&Entry| {
            let is_plan = matches!(found.kind, Kind::Draw | Kind::Amend);
            is_plan && (found.number, found.attempt) == (*entry, *attempt) && found.ceremony == *ceremony
        };
        let draw = entries.iter().find(is_draw).ok_or_else(none)?;
        let (size, root) = draw.fact("notices").and_then(root).ok_or(NoticeError::NoRoot(*entry))?;
        self.verify(chain::suite_of(entries, ceremony, *attempt), size, &root)?;
        Ok(draw)
    }

    /// Lists the later entries that may have changed the visit: an amendment does not say which one, for a visit may be
    /// secret; and the end of the attempt.
    pub fn later<'a>(&'a self, entries: &'a [Entry]) -> impl Iterator<Item = &'a Entry> {
        let own = entries.iter().filter(|entry| entry.ceremony == self.ceremony && entry.attempt == self.attempt);
        own.filter(|entry| entry.number > self.entry && matches!(entry.kind, Kind::Void | Kind::Amend))
    }

    /// Returns the visit's id: the cell behind the salt.
    pub fn visit(&self) -> Option<&str> {
        self.row.split(',').nth(1)
    }
}

/// Reads a fact `<rows> <root>`.
pub fn root(text: &str) -> Option<(u64, [u8; 32])> {
    let (size, root) = text.split_once(' ')?;
    Some((size.parse().ok()?, unhex(root)?))
}
