//! Samples from very large registries (大规模名录库抽样): one pass over Parquet or CSV, memory in proportion to the sample.
//!
//! The way of a row, in the order of the files:
//!
//! | file | does |
//! |---|---|
//! | [`job`] | says what is asked: tasks, strata, rates, scopes (`sample.toml`) |
//! | [`registry`] | finds and opens the files, and names their columns |
//! | [`parquet`], [`levels`] | read a row group page by page, texts where they lie |
//! | [`delimited`] | cuts CSV at ends of records and splits it |
//! | [`tally`] | turns batches of rows into tickets and counts, for one thread |
//! | [`pool`] | keeps what may still be drawn from a stratum, under a limit that falls |
//! | [`work`] | shares the files among threads and settles the exact result |
//! | [`part`] | keeps what one file gave, so that a draw can be resumed and merged |
//! | [`mod@write`] | writes the bundle as a stream |
//! | [`check`] | goes the way back: the bundle against itself and the registry |
//!
//! The result is that of PROTOCOL.md §21. Nothing of it depends on the order of rows, their split into files, or
//! the number of threads: tickets depend on key and id alone, and whatever is kept joins in any order.

pub mod check;
pub mod delimited;
pub mod job;
pub mod levels;
pub mod parquet;
pub mod part;
pub mod pool;
pub mod registry;
pub mod tally;
pub mod work;
pub mod write;

pub use job::{Job, JobError, Scope, Task};
pub use work::{Outcome, Settings, Stratum, draw};
