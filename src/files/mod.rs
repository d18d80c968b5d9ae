//! Files in and out: tables of any shape into the model, a plan into a bundle, and back.
//!
//! | file | does |
//! |---|---|
//! | [`faults`] | says what is wrong with an input: code, place, cause, remedy |
//! | [`sheet`] | decodes a file into sheets of cells, by its content: [`delimited`] text, [`workbook`] (XLSX, XLS), [`spreadsheet_xml`], [`parquet`] |
//! | [`columns`] | knows every table's columns, in English and in Chinese |
//! | [`header`] | finds the headings, and the rows below them that are none of the table |
//! | [`table`] | puts the two together: rows under known columns, each cell with its place |
//! | [`cells`] | reads the text of one cell: dates, spans, lists, ids, rates |
//! | [`uscc`] | tells the kinds of ids and verifies their check characters |
//! | [`ratio`], [`frequency`] | type the wording of ratios and frequencies, or refuse it with a remedy |
//! | [`places`], [`industry`] | read townships and industries as offices write them |
//! | [`rules`] | reads and writes `plan.toml` |
//! | [`registry`], [`roster`], [`tasks`] | turn tables into the model, all faults at once |
//! | [`workspace`] | loads a whole folder |
//! | [`freeze`] | writes the model as canonical tables, which load again to the same model |
//! | [`export`] | writes tables of text as CSV or Parquet |
//! | [`fingerprints`] | finds damage to a frozen table to the row |
//! | [`ledger`] | reads and appends the ledger; every write survives a kill |
//! | [`bundle`] | writes and reads bundles; all or nothing |
//! | [`rows`] | writes the rows of a plan as machine tables |
//! | [`results`] | reads visits, teams and prices of a bundle back |
//!
//! Column names and DataFrames live here and nowhere else.

pub mod bundle;
pub mod cells;
pub mod columns;
pub mod delimited;
pub mod export;
pub mod faults;
pub mod fingerprints;
pub mod freeze;
pub mod frequency;
pub mod header;
pub mod industry;
pub mod ledger;
pub mod parquet;
pub mod places;
pub mod ratio;
pub mod registry;
pub mod results;
pub mod roster;
pub mod rows;
pub mod rules;
pub mod sheet;
pub mod spreadsheet_xml;
pub mod table;
pub mod tasks;
pub mod uscc;
pub mod workbook;
pub mod workspace;
