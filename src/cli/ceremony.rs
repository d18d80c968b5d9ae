//! What the commands of a ceremony share: where the ledger is, which ceremony is meant, and what time it is.

use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use serde::Serialize;

use super::{Failure, tell};
use fairdraw::both;
use fairdraw::ceremony::{CeremonyError, sheet};
use fairdraw::files::faults::Faults;
use fairdraw::files::store::ledger::{Ledger, LedgerError};
use fairdraw::files::workspace::rules;
use fairdraw::lang::Text;
use fairdraw::ledger::chain::Entry;
use fairdraw::ledger::state::Refusal;
use fairdraw::publish::report;

/// Says which ceremony is meant.
#[derive(Debug, clap::Args)]
pub struct Where {
    /// Folder with plan.toml, the tables it names, and ceremony.toml
    pub workspace: PathBuf,
    /// Folder of the office's ledger; WORKSPACE/ledger if not given
    #[arg(long, value_name = "DIR")]
    pub ledger: Option<PathBuf>,
    /// Beijing time of the step, such as 2024-01-03T09:30:00; the clock's if not given
    #[arg(long, value_name = "TIME")]
    pub at: Option<DateTime>,
}

impl Where {
    /// Returns `<region>.<period>` of the workspace's plan.
    pub fn ceremony(&self) -> Result<String, Failure> {
        let mut faults = Faults::default();
        let Some(file) = rules::read(&self.workspace, &mut faults) else {
            tell(&report::faults(&faults.into_sorted(), super::lang()));
            let cause = both!("the rules can not be read", "细则无法读取");
            return Err(Failure::new(cause, both!("give the folder of a workspace", "请给出工作文件夹")));
        };
        Ok(format!("{}.{}", file.rules.region, file.rules.period))
    }

    /// Opens the ledger for writing.
    pub fn open(&self) -> Result<Ledger, Failure> {
        Ledger::open(&self.folder()).map_err(ledger)
    }

    /// Reads the ledger without locking it.
    pub fn read(&self) -> Result<Ledger, Failure> {
        Ledger::read(&self.folder()).map_err(ledger)
    }

    /// Opens a ledger that is there; no folder is made where there is none.
    pub fn open_existing(&self) -> Result<Ledger, Failure> {
        let folder = self.folder();
        if !folder.is_dir() {
            let cause = both!("{} has no ledger", "{} 没有台账", self.workspace.display());
            let advice = both!(
                "give the plan with --bundle, or the ledger with --ledger",
                "用 --bundle 给出计划，或用 --ledger 给出台账"
            );
            return Err(Failure::new(cause, advice));
        }
        self.open()
    }

    /// Returns the time of the step, to the second.
    pub fn time(&self) -> DateTime {
        self.at.unwrap_or_else(|| {
            let now = jiff::tz::offset(8).to_datetime(jiff::Timestamp::now());
            now.with().subsec_nanosecond(0).build().expect("a whole second is a time")
        })
    }

    /// Returns the folder of the ledger.
    pub fn folder(&self) -> PathBuf {
        self.ledger.clone().unwrap_or_else(|| Path::new(&self.workspace).join("ledger"))
    }
}

/// Holds an entry of the ledger as a JSON answer tells it.
#[derive(Serialize)]
pub struct EntryAnswer<'a> {
    ceremony: &'a str,
    attempt: u32,
    entry: u32,
    kind: &'static str,
    sha256: String,
    code: String,
    facts: Vec<[&'a str; 2]>,
}

impl EntryAnswer<'_> {
    /// Tells of an entry.
    pub fn of(entry: &Entry) -> EntryAnswer<'_> {
        EntryAnswer {
            ceremony: &entry.ceremony,
            attempt: entry.attempt,
            entry: entry.number,
            kind: entry.kind.word(),
            sha256: entry.hash(),
            code: sheet::short_code(entry),
            facts: entry.facts.iter().map(|(word, value)| [word.as_str(), value.as_str()]).collect(),
        }
    }
}

/// Turns a step that was not taken into the program's answer.
pub fn failure(error: CeremonyError) -> Failure {
    if let CeremonyError::Inputs(faults) = &error {
        tell(&report::refusal(faults, super::lang()));
    }
    Failure::new(&error, error.advice())
}

/// Turns a ledger that can not be read or written into the program's answer.
pub fn ledger(error: LedgerError) -> Failure {
    Failure::new(&error, error.advice())
}

/// Turns entries that are out of order into the program's answer.
pub fn out_of_order((_, refusal): (u32, Refusal)) -> Failure {
    Failure::new(&refusal, refusal.advice())
}

/// Names an entry as the words of an answer do.
pub fn entry_text(entry: &Entry) -> Text {
    let (number, code) = (entry.number, sheet::short_code(entry));
    both!("ledger entry {number}, code {code}", "台账第 {number} 条，短码 {code}")
}
