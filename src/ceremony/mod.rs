//! The ceremony (抽取仪式): seal, entropy, draw, each a step in the ledger (protocol §14–§16).
//!
//! | file | does |
//! |---|---|
//! | [`changes`] | reports what became of every entity since the last seal |
//! | [`plan`] | reads `ceremony.toml`: which chance will decide, when, and until when the lists stay secret |
//! | [`seal`] | freezes a workspace and fixes all that decides the draw |
//! | [`drand`] | checks a round of the public beacon drand without a network |
//! | [`entropy`] | records dice, sealed values and the beacon, in this order |
//! | [`draw`] | makes the plan of a sealed attempt, or voids the attempt |
//! | [`amend`] | changes a seat or a day of a drawn plan, and replays such changes |
//! | [`lodge`] | records who holds the page |
//! | [`notice`] | writes the paper that is handed over at the door, with the proof of its visit |
//! | [`open`] | puts out the public part, and lists and entropy after the embargo |
//! | [`result`] | puts what came of the visits on record |
//! | [`witness`] | checks the ledger that a bundle carries |
//! | [`sheet`] | writes the page with the code that is lodged outside |
//!
//! The order of the steps is decided by `ledger::state` alone.

pub mod amend;
pub mod changes;
pub mod drand;
pub mod draw;
pub mod entropy;
pub mod lodge;
pub mod notice;
pub mod open;
pub mod plan;
pub mod result;
pub mod seal;
pub mod sheet;
pub mod witness;

use jiff::civil::DateTime;
use thiserror::Error;

use crate::files::faults::Fault;
use crate::files::ledger::LedgerError;
use crate::lottery::entropy::EntropyError;
use crate::plan::amend::AmendError;
use crate::plan::check::Violation;

/// Says why a step of a ceremony was not taken; nothing is on record then.
#[derive(Debug, Error)]
pub enum CeremonyError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the inputs have faults")]
    Inputs(Vec<Fault>),
    #[error("ceremony.toml: {0}")]
    Plan(String),
    #[error("{path}: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("{what} falls at {falls}, which is not after the seal at {sealed}")]
    FallsBeforeSeal { what: String, falls: DateTime, sealed: DateTime },
    #[error("{what} falls at {falls}, and it is {now}")]
    NotFallen { what: String, falls: DateTime, now: DateTime },
    #[error("{what} fell at {falls}: dice that are written down at {now} could be written to suit it")]
    Late { what: String, falls: DateTime, now: DateTime },
    #[error("{0} was used in entry {1} of the ledger already")]
    Reused(String, u32),
    #[error("{what} was typed as {first:?} and as {second:?}")]
    TypedTwice { what: String, first: String, second: String },
    #[error("{what}: {found} rolls were typed, the plan asks for {planned}")]
    Rolls { what: String, planned: u32, found: usize },
    #[error("sealed value {0} is not the one whose SHA-256 was sealed")]
    NotSealed(u32),
    #[error("nothing more was typed where {0} was expected")]
    Short(String),
    #[error("the plan names no fallback beacon")]
    NoFallback,
    #[error(transparent)]
    Drand(#[from] drand::DrandError),
    #[error(transparent)]
    Record(#[from] EntropyError),
    #[error("{file} of the attempt is not what is on record")]
    Changed { file: String },
    #[error("the sheet was handed over at {handed_over}, which is not between its step at {step} and now, {now}")]
    LodgedBefore { handed_over: DateTime, step: DateTime, now: DateTime },
    #[error("{}", amend::words(.0))]
    Amend(AmendError),
    #[error("the plan has no visit {0}")]
    NoVisit(String),
    #[error("the proof has {0} bytes, more than a QR code holds")]
    TooLong(usize),
    #[error("the chance of {0} fell at {1}: the sample that it gives must go on record before the attempt can end")]
    SampleUnknown(String, DateTime),
    #[error("the plan breaks {} rules of its own, the first being {first}", .all.len())]
    Violations { first: String, all: Vec<Violation> },
}

impl CeremonyError {
    /// Says what to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            CeremonyError::Ledger(error) => error.advice(),
            CeremonyError::Inputs(_) => "correct what is listed above; `fairdraw check` finds it all at once",
            CeremonyError::Plan(_) => "PROTOCOL.md §15 shows the whole file",
            CeremonyError::Read { .. } => "give the folder of a workspace with plan.toml and ceremony.toml",
            CeremonyError::FallsBeforeSeal { .. } => {
                "name a later one in ceremony.toml: nobody may know it at the seal"
            }
            CeremonyError::NotFallen { .. } => "wait until it has fallen",
            CeremonyError::Late { .. } => {
                "let the sealed fallback decide, with --fallback; without one, void the attempt"
            }
            CeremonyError::Reused(..) => {
                "take a fresh one: a value that was public once can be computed with in advance"
            }
            CeremonyError::TypedTwice { .. } | CeremonyError::Short(_) => "type everything again; nothing was recorded",
            CeremonyError::Rolls { .. } => "roll as often as ceremony.toml says",
            CeremonyError::NotSealed(_) => "open the envelope again; without its value void the attempt",
            CeremonyError::NoFallback => "only what was sealed can decide the draw",
            CeremonyError::Record(_) => "PROTOCOL.md §2 describes the record, line by line",
            CeremonyError::Changed { .. } => "restore the attempt's folder from a copy; its hashes stand in the ledger",
            CeremonyError::SampleUnknown(..) => "complete the record with `fairdraw entropy`, then void the attempt",
            CeremonyError::LodgedBefore { .. } => "give the time that stands on the receipt",
            CeremonyError::Amend(AmendError::NoVisit) => {
                "take an id of visits.csv; a larger sample needs a new ceremony"
            }
            CeremonyError::Amend(AmendError::Reason | AmendError::NotSeated) => {
                "see who goes in teams.csv, and the reasons in `fairdraw amend --help`"
            }
            CeremonyError::Amend(AmendError::NobodyLeft(_)) => "move the visit to another day with --day",
            CeremonyError::Amend(_) => "choose another day, or replace the officer first",
            CeremonyError::NoVisit(_) => "take an id of visits.csv: the entity's own, `<id>/2` for its second visit",
            CeremonyError::TooLong(_) => "split the tasks that meet at this door with `separate` in the next plan",
            CeremonyError::Violations { .. } => "nothing was written; please report this as a bug of fairdraw",
        }
    }
}

/// Joins a fact of an entry.
fn fact(word: &str, value: impl ToString) -> (String, String) {
    (word.to_owned(), value.to_string())
}
