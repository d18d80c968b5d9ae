//! The draws that an audit looks at: bundles that come out again, and what of them is independent (protocol §20.2).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::files::store::bundle::{self, BundleError};
use crate::files::store::ledger::{Ledger, LedgerError};
use crate::lang::{Say, Text};
use crate::ledger::chain::{self, Entry};
use crate::plan::model::{Stratum, TaskNo};
use crate::run::{Made, Stage};
use crate::verify::{Evidence, VerifyError, verify};

/// Is one bundle that an audit was given.
#[derive(Debug)]
pub struct Draw {
    pub folder: PathBuf,
    /// The replayed plan, or `None` for a bundle that is not what its inputs and record give.
    pub made: Option<Made>,
    /// Places in the bundle that are not as they must be.
    pub findings: u32,
    /// Entries of the ledger that the bundle carries; none without a ceremony.
    pub entries: Vec<Entry>,
}

/// Is what an audit says of one bundle.
#[derive(Clone, Debug, Serialize)]
pub struct OfDraw {
    pub folder: String,
    pub region: String,
    pub period: String,
    pub verified: bool,
    pub witnessed: bool,
    pub findings: u32,
    pub visits: u32,
    pub seats: u32,
}

/// Says why an audit can not begin.
#[derive(Debug, Error)]
pub enum AuditError {
    #[error("{0}: {1}")]
    Verify(PathBuf, VerifyError),
    #[error("{0}: {1}")]
    Ledger(PathBuf, LedgerError),
    #[error("{0} and {1} are the same draw, which would count twice")]
    Twice(PathBuf, PathBuf),
}

impl Say for AuditError {
    fn say(&self) -> Text {
        let zh = match self {
            AuditError::Verify(folder, error) => format!("{}：{}", folder.display(), error.say().zh),
            AuditError::Ledger(folder, error) => format!("{}：{}", folder.display(), error.say().zh),
            AuditError::Twice(first, second) => {
                format!("{} 与 {} 是同一次抽取，会被算两次", first.display(), second.display())
            }
        };
        Text::of(self, zh)
    }
}

/// Replays the bundles; `stage` is told the number of the bundle, from 0, with each stage.
///
/// # Errors
/// [`AuditError::Verify`] if one can not be read at all, [`AuditError::Twice`] if two have the same chance and period.
pub fn draws(folders: &[PathBuf], stage: &mut dyn FnMut(usize, Stage)) -> Result<Vec<Draw>, AuditError> {
    let mut seen: BTreeMap<(String, [u8; 32]), &Path> = BTreeMap::new();
    let mut draws = Vec::with_capacity(folders.len());
    for (number, folder) in folders.iter().enumerate() {
        let cannot = |error| AuditError::Verify(folder.clone(), error);
        let verdict = verify(folder, &Evidence::default(), &mut |of| stage(number, of)).map_err(cannot)?;
        let findings = verdict.findings.len() as u32;
        let made = verdict.replayed.filter(|_| findings == 0);
        if let Some(made) = &made {
            let rules = &made.inputs.rules;
            let draw = (format!("{}.{}", rules.region, rules.period), *made.prk.bytes());
            if let Some(first) = seen.insert(draw, folder) {
                return Err(AuditError::Twice(first.to_owned(), folder.clone()));
            }
        }
        let entries = entries(folder).map_err(|error| cannot(error.into()))?;
        draws.push(Draw { folder: folder.clone(), made, findings, entries });
    }
    Ok(draws)
}

/// Reads the ledger that a bundle carries; a broken one is a finding of `verify` and counts for nothing here.
fn entries(folder: &Path) -> Result<Vec<Entry>, BundleError> {
    let files = bundle::read(folder)?;
    let ledger = files.into_iter().filter_map(|(path, bytes)| Some((path.strip_prefix("ledger/")?.to_owned(), bytes)));
    Ok(chain::read(&ledger.collect()).unwrap_or_default())
}

/// Joins the entries of all bundles and of the offices' own ledgers, each entry once.
///
/// # Errors
/// [`AuditError::Ledger`] if a ledger can not be read, or is broken.
pub fn all_entries(draws: &[Draw], ledgers: &[PathBuf]) -> Result<Vec<Entry>, AuditError> {
    let mut by_hash: BTreeMap<String, Entry> = BTreeMap::new();
    let mut keep = |entry: &Entry| by_hash.insert(entry.hash(), entry.clone());
    draws.iter().flat_map(|draw| &draw.entries).for_each(|entry| {
        keep(entry);
    });
    for folder in ledgers {
        let ledger = Ledger::read(folder).map_err(|error| AuditError::Ledger(folder.clone(), error))?;
        ledger.entries().iter().for_each(|entry| {
            keep(entry);
        });
    }
    Ok(by_hash.into_values().collect())
}

impl Draw {
    /// Tells what the audit says of the bundle as a whole.
    pub fn told(&self) -> OfDraw {
        let made = self.made.as_ref();
        let rule = |value: fn(&Made) -> &str| made.map_or(String::new(), |made| value(made).to_owned());
        OfDraw {
            folder: self.folder.display().to_string(),
            region: rule(|made| &made.inputs.rules.region),
            period: rule(|made| &made.inputs.rules.period),
            verified: made.is_some(),
            witnessed: made.is_some_and(|made| made.summary.witnessed),
            findings: self.findings,
            visits: made.map_or(0, |made| made.summary.visits),
            seats: made.map_or(0, |made| made.summary.seats),
        }
    }
}

/// Returns strata of a plan whose samples are independent of each other, as places in `frames.strata`.
///
/// Tasks of a group share their tickets, so only one task of each group counts: of those that neither spread nor give
/// balls, the one with the largest sample, the first of equals. Its strata have no entity in common.
pub fn independent(made: &Made) -> Vec<usize> {
    let strata = &made.plan.frames.strata;
    let mut sizes: BTreeMap<TaskNo, u64> = BTreeMap::new();
    let is_plain = |stratum: &Stratum| stratum.balls_all.is_some() && !made.inputs.tasks[stratum.task.at()].spread;
    strata.iter().filter(|s| is_plain(s)).for_each(|s| *sizes.entry(s.task).or_default() += u64::from(s.size));
    let mut largest: BTreeMap<&str, (u64, TaskNo)> = BTreeMap::new();
    for (task, size) in sizes {
        let best = largest.entry(&made.inputs.tasks[task.at()].group).or_insert((size, task));
        if size > best.0 {
            *best = (size, task);
        }
    }
    let counts = |stratum: &Stratum| is_plain(stratum) && largest.values().any(|(_, task)| *task == stratum.task);
    (0..strata.len()).filter(|at| counts(&strata[*at])).collect()
}
