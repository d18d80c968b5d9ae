//! What the commands share that plan after earlier periods: the bundles of those periods, and what came of their visits.

use std::path::PathBuf;

use super::Failure;
use fairdraw::files::results;
use fairdraw::files::workspace::EarlierVisit;
use fairdraw::plan::results::Records;
use fairdraw::verify;

/// Names earlier periods.
#[derive(Debug, clap::Args)]
pub struct Earlier {
    /// Bundle of an earlier period whose visits count as history; may be given several times
    #[arg(long, value_name = "BUNDLE")]
    after: Vec<PathBuf>,
    /// Table of results of one of these periods: visits then count with the day and the officers on record
    #[arg(long, value_name = "FILE", requires = "after")]
    results: Vec<PathBuf>,
}

impl Earlier {
    /// Reads the visits of the earlier periods.
    pub fn visits(&self) -> Result<Vec<EarlierVisit>, Failure> {
        visits(&self.after, &self.results)
    }
}

/// Reads the visits of bundles, with the results of those that have any.
pub fn visits(after: &[PathBuf], tables: &[PathBuf]) -> Result<Vec<EarlierVisit>, Failure> {
    let mut known: Vec<(&PathBuf, Records)> = Vec::new();
    for path in tables {
        let failed = |cause: String| {
            Failure::new(format!("{}: {cause}", path.display()), "give a table that `fairdraw result` wrote")
        };
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let period = results::period_of(&bytes);
        let records = results::parse(&bytes, period.as_deref().unwrap_or_default());
        let records = records.map_err(|error| failed(error.to_string()))?;
        // A table without rows says nothing, not even which period it is of.
        if period.is_some() {
            known.push((path, records));
        }
    }
    let mut earlier = Vec::new();
    for bundle in after {
        let failed = |error| Failure::new(error, "give the folder of a bundle to --after");
        let files = fairdraw::files::bundle::read(bundle).map_err(failed)?;
        let period = verify::period_of(&files);
        let own = known.iter().position(|(_, records)| Some(&records.period) == period.as_ref());
        let records = own.map(|at| known.swap_remove(at).1);
        earlier.extend(verify::earlier_visits(&files, records.as_ref()));
    }
    match known.first() {
        None => Ok(earlier),
        Some((path, records)) => {
            let cause = format!("{} holds results of {}, and no bundle of it is given", path.display(), records.period);
            Err(Failure::new(cause, "give its bundle with --after"))
        }
    }
}
