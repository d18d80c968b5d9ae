//! What the commands share that plan after earlier periods: the bundles of those periods, and what came of their visits.

use std::path::{Path, PathBuf};

use super::{Failure, Progress, lang, tell};
use fairdraw::both;
use fairdraw::files::faults::Fault;
use fairdraw::files::store::bundle::BundleError;
use fairdraw::files::store::results;
use fairdraw::files::workspace::{self, EarlierVisit, Loaded};
use fairdraw::lang::Say;
use fairdraw::plan::model::{Frames, Inputs};
use fairdraw::plan::results::Records;
use fairdraw::publish::report;
use fairdraw::run::Stage;
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
    /// Loads a workspace after these periods; where an error stands among its faults they are told, and there is nothing.
    pub fn load(&self, workspace: &Path, progress: Progress) -> Result<Option<Ready>, Failure> {
        let earlier = self.visits()?;
        progress.stage(Stage::Load);
        let Loaded { ready, faults, .. } = workspace::load(workspace, &earlier);
        let Some((inputs, frames)) = ready else {
            drop(progress);
            tell(&report::refusal(&faults, lang()));
            return Ok(None);
        };
        Ok(Some(Ready { inputs, frames, warnings: faults, progress }))
    }

    /// Reads the visits of the earlier periods.
    pub fn visits(&self) -> Result<Vec<EarlierVisit>, Failure> {
        visits(&self.after, &self.results)
    }
}

/// Holds a workspace without errors.
pub struct Ready {
    pub inputs: Inputs,
    pub frames: Frames,
    pub warnings: Vec<Fault>,
    pub progress: Progress,
}

/// Reads the visits of bundles, with the results of those that have any.
pub fn visits(after: &[PathBuf], tables: &[PathBuf]) -> Result<Vec<EarlierVisit>, Failure> {
    let mut known: Vec<(&PathBuf, Records)> = Vec::new();
    for path in tables {
        let failed = |cause: &dyn Say| {
            let advice = both!("give a table that `fairdraw result` wrote", "请给出 `fairdraw result` 写出的表");
            Failure::at(path.display(), cause, advice)
        };
        let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
        let period = results::period_of(&bytes);
        let records = results::parse(&bytes, period.as_deref().unwrap_or_default());
        let records = records.map_err(|error| failed(&error))?;
        // A table without rows says nothing, not even which period it is of.
        if period.is_some() {
            known.push((path, records));
        }
    }
    let mut earlier = Vec::new();
    for bundle in after {
        let failed = |error: BundleError| {
            Failure::new(error, both!("give the folder of a bundle to --after", "--after 请给出计划包的文件夹"))
        };
        let files = fairdraw::files::store::bundle::read(bundle).map_err(failed)?;
        let period = verify::period_of(&files);
        let own = known.iter().position(|(_, records)| Some(&records.period) == period.as_ref());
        let records = own.map(|at| known.swap_remove(at).1);
        earlier.extend(verify::earlier_visits(&files, records.as_ref()));
    }
    match known.first() {
        None => Ok(earlier),
        Some((path, records)) => {
            let (path, period) = (path.display(), &records.period);
            let cause = both!(
                "{path} holds results of {period}, and no bundle of it is given",
                "{path} 是 {period} 的结果，而没有给出该期的计划包"
            );
            Err(Failure::new(cause, both!("give its bundle with --after", "用 --after 给出它的计划包")))
        }
    }
}
