//! Results on the ledger (protocol §22.3): the table beside the attempt's other files, named by its entry.

use jiff::civil::DateTime;

use super::{CeremonyError, fact};
use crate::files::ledger::{Disk, Ledger, LedgerError};
use crate::files::results;
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::hash::hex;
use crate::ledger::merkle;
use crate::ledger::state::{Attempt, Refusal};
use crate::lottery::Suite;
use crate::plan::results::{Records, Taken};

/// Folder of the tables of results beside an attempt's sealed files.
const FOLDER: &str = "results";

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
    if entry.fact("results") != Some(&root(suite(ledger, &attempt), &bytes)) {
        return Err(changed());
    }
    results::parse(&bytes, ceremony).map_err(|_| changed())
}

/// Puts the records on the ledger, if they differ from those of the last RESULT entry; returns the new entry.
///
/// # Errors
/// [`CeremonyError`]; then the ledger is as before.
pub fn record(
    ledger: &mut Ledger,
    records: &Records,
    taken: Taken,
    published: u32,
    time: DateTime,
    disk: &mut dyn Disk,
) -> Result<Option<Entry>, CeremonyError> {
    let ceremony = &records.period;
    let attempt = drawn(ledger, ceremony)?;
    let bytes = results::write(records).bytes;
    let root = root(suite(ledger, &attempt), &bytes);
    if last(ledger, &attempt).map_or(records.versions.is_empty(), |entry| entry.fact("results") == Some(&root)) {
        return Ok(None);
    }
    let facts =
        vec![fact("results", root), fact("delivered", format_args!("{} {} {published}", taken.new, taken.corrected))];
    let entry = ledger.next(Kind::Result, time, ceremony, attempt.number, facts)?;
    let folder = ledger.attempt_folder(ceremony, attempt.number).join(FOLDER);
    disk.make_folder(&folder).map_err(|source| LedgerError::Io { path: folder.clone(), source })?;
    ledger.place_file(disk, &folder.join(file(&entry)), &bytes)?;
    ledger.append(disk, entry.clone())?;
    Ok(Some(entry))
}

/// Writes the number of rows and the root over them.
fn root(suite: Suite, table: &[u8]) -> String {
    let rows = super::seal::rows(table);
    format!("{} {}", rows.len(), hex(&merkle::root(suite, &rows)))
}

fn suite(ledger: &Ledger, attempt: &Attempt) -> Suite {
    ledger.entries()[attempt.seal].suite()
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
