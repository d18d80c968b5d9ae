//! Files in and out: tables of any shape into the model, a plan into a bundle, and back.
//!
//! | file | does |
//! |---|---|
//! | [`faults`] | says what is wrong with an input: code, place, cause, remedy |
//! | [`table`] | opens a CSV, XLSX or Parquet file as one frame of text columns |
//! | [`columns`] | knows every table's columns, in English and in Chinese |
//! | [`cells`] | reads the text of one cell: dates, spans, lists, ids, rates |
//! | [`rules`] | reads and writes `plan.toml` |
//! | [`registry`], [`roster`], [`tasks`] | turn tables into the model, all faults at once |
//! | [`workspace`] | loads a whole folder |
//! | [`freeze`] | writes the model as canonical tables, which load again to the same model |
//! | [`export`] | writes tables of text as CSV or Parquet |
//! | [`fingerprints`] | finds damage to a frozen table to the row |
//! | [`ledger`] | reads and appends the ledger; every write survives a kill |
//! | [`bundle`] | writes and reads bundles; all or nothing |
//! | [`rows`] | writes the rows of a plan as machine tables |
//!
//! Column names and DataFrames live here and nowhere else.

pub mod bundle;
pub mod cells;
pub mod columns;
pub mod export;
pub mod faults;
pub mod fingerprints;
pub mod freeze;
pub mod ledger;
pub mod registry;
pub mod roster;
pub mod rows;
pub mod rules;
pub mod table;
pub mod tasks;
pub mod workspace;
