//! Results on the ledger (protocol §22.3): the table beside the attempt's other files, named by its entry.

use jiff::civil::DateTime;

use super::{CeremonyError, fact};
use crate::files::store::ledger::{Disk, Ledger, LedgerError};
use crate::files::store::results;
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::hash::hex;
use crate::ledger::merkle;
use crate::ledger::proof::unhex;
use crate::ledger::state::{Attempt, Refusal};
use crate::lottery::Suite;
use crate::plan::results::{Records, Taken};

/// Folder of the tables of results beside an attempt's sealed files.
pub const FOLDER: &str = "results";
/// Bytes of a row's salt.
const ROW_SALT: usize = 16;

/// Reads the records of a drawn attempt as its last RESULT entry has them; none if there is no such entry.
///
/// # Errors
/// [`CeremonyError::Ledger`] if nothing is drawn, [`CeremonyError::Changed`] if the table is not the one on record.
pub fn known(ledger: &Ledger, ceremony: &str) -> Result<Records, CeremonyError> {
    let attempt = drawn(ledger, ceremony)?;
    let Some(entry) = last(ledger, &attempt) else { return Ok(Records::new(ceremony.to_owned())) };
    let file = file(entry);
    let path = ledger.attempt_folder(ceremony, attempt.number).join(FOLDER).join(&file);
    let read = std::fs::read(&path);
    let bytes = read.map_err(|source| CeremonyError::Read { path: path.display().to_string(), source })?;
    let changed = || CeremonyError::Changed { file: format!("{FOLDER}/{file}") };
    let salt = salt_of(ledger, &attempt, entry)?;
    if entry.fact("results") != Some(&root(suite(ledger, &attempt), &salt, &bytes)) {
        return Err(changed());
    }
    results::parse(&bytes, ceremony).map_err(|_| changed())
}

/// Puts the records on the ledger, if they differ from those of the last RESULT entry; returns the new entry.
///
/// `salt` is fresh chance: it stays beside the table, and without it nobody can try rows against the root.
///
/// # Errors
/// [`CeremonyError`]; then the ledger is as before.
pub fn record(
    ledger: &mut Ledger,
    records: &Records,
    taken: Taken,
    published: u32,
    salt: &[u8; 32],
    time: DateTime,
    disk: &mut dyn Disk,
) -> Result<Option<Entry>, CeremonyError> {
    let ceremony = &records.period;
    let attempt = drawn(ledger, ceremony)?;
    let bytes = results::write(records).bytes;
    let is_known = match last(ledger, &attempt) {
        None => records.versions.is_empty(),
        Some(_) => results::write(&known(ledger, ceremony)?).bytes == bytes,
    };
    if is_known {
        return Ok(None);
    }
    let root = root(suite(ledger, &attempt), salt, &bytes);
    let facts =
        vec![fact("results", root), fact("delivered", format_args!("{} {} {published}", taken.new, taken.corrected))];
    let entry = ledger.next(Kind::Result, time, ceremony, attempt.number, facts)?;
    let folder = ledger.attempt_folder(ceremony, attempt.number).join(FOLDER);
    disk.make_folder(&folder).map_err(|source| LedgerError::Io { path: folder.clone(), source })?;
    ledger.place_file(disk, &folder.join(salt_file(&entry)), format!("{}\n", hex(salt)).as_bytes())?;
    ledger.place_file(disk, &folder.join(file(&entry)), &bytes)?;
    ledger.append(disk, entry.clone())?;
    Ok(Some(entry))
}

/// Writes the number of rows and the root over them, each behind a salt of its own.
///
/// What is found at a visit is one of ten words, and officers and day stand in the plan: a root over plain rows could be
/// tried through. The rows' salts come from the table's, so that one row can be shown with its proof and no other.
fn root(suite: Suite, salt: &[u8; 32], table: &[u8]) -> String {
    let salted = |row: &&[u8]| {
        let own = suite.hmac(salt, &[row]);
        [hex(&own[..ROW_SALT]).as_bytes(), b",", row].concat()
    };
    let rows: Vec<Vec<u8>> = super::seal::rows(table).iter().map(salted).collect();
    format!("{} {}", rows.len(), hex(&merkle::root(suite, &rows)))
}

/// Reads the salt beside a table.
fn salt_of(ledger: &Ledger, attempt: &Attempt, entry: &Entry) -> Result<[u8; 32], CeremonyError> {
    let file = salt_file(entry);
    let path = ledger.attempt_folder(&attempt.ceremony, attempt.number).join(FOLDER).join(&file);
    let text = std::fs::read_to_string(&path)
        .map_err(|source| CeremonyError::Read { path: path.display().to_string(), source })?;
    let salt = text.strip_suffix('\n').and_then(unhex);
    salt.ok_or_else(|| CeremonyError::Changed { file: format!("{FOLDER}/{file}") })
}

fn salt_file(entry: &Entry) -> String {
    format!("{:06}.salt", entry.number)
}

fn suite(ledger: &Ledger, attempt: &Attempt) -> Suite {
    ledger.entries()[attempt.seal].suite()
}

/// Returns the path of an entry's table beside the attempt's sealed files.
pub fn path(entry: &Entry) -> String {
    format!("{FOLDER}/{}", file(entry))
}

fn file(entry: &Entry) -> String {
    format!("{:06}.csv", entry.number)
}

fn last<'a>(ledger: &'a Ledger, attempt: &Attempt) -> Option<&'a Entry> {
    let is_own = |entry: &&Entry| {
        entry.kind == Kind::Result && entry.ceremony == attempt.ceremony && entry.attempt == attempt.number
    };
    ledger.entries().iter().rev().find(is_own)
}

/// Returns the attempt that is drawn, whose plan the results belong to.
///
/// # Errors
/// [`CeremonyError::Ledger`] if there is none.
pub fn drawn(ledger: &Ledger, ceremony: &str) -> Result<Attempt, CeremonyError> {
    let none = || LedgerError::from(Refusal::NotDrawn(ceremony.to_owned()));
    let attempt = ledger.latest(ceremony).filter(|attempt| attempt.draw.is_some() && attempt.void.is_none());
    Ok(attempt.cloned().ok_or_else(none)?)
}
