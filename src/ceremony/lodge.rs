//! The record that a sheet was lodged outside (交存), which its holder can confirm (protocol §15.3).

use jiff::civil::DateTime;

use super::{CeremonyError, fact};
use crate::files::store::ledger::{Disk, Ledger, LedgerError};
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::state::Refusal;

/// Appends a LODGE entry for the ceremony's last step: who holds its sheet, and since when.
///
/// # Errors
/// [`CeremonyError::LodgedBefore`] if the sheet would have been handed over before the step that it is about or after
/// now, [`CeremonyError`] else.
pub fn lodge(
    ledger: &mut Ledger,
    ceremony: &str,
    with: &str,
    handed_over: DateTime,
    time: DateTime,
    disk: &mut dyn Disk,
) -> Result<Entry, CeremonyError> {
    let is_step = |entry: &&Entry| entry.ceremony == ceremony && entry.kind != Kind::Lodge;
    let Some(step) = ledger.entries().iter().rev().find(is_step) else {
        return Err(LedgerError::from(Refusal::NotSealed(ceremony.to_owned())).into());
    };
    let facts = vec![
        fact("with", with),
        fact("handed-over", handed_over),
        fact("entry", format_args!("{} {}", step.number, step.hash())),
    ];
    if handed_over < step.time || handed_over > time {
        return Err(CeremonyError::LodgedBefore { handed_over, step: step.time, now: time });
    }
    let entry = ledger.next(Kind::Lodge, time, ceremony, step.attempt, facts)?;
    ledger.append(disk, entry.clone())?;
    Ok(entry)
}
