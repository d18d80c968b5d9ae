//! Files in and out: tables of any shape into the model, a plan into a bundle, and back.
//!
//! | file | does |
//! |---|---|
//! | [`faults`] | says what is wrong with an input: code, place, cause, remedy |
//! | [`sheet`] | decodes a file into sheets of cells, by its content: [`delimited`] text, [`workbook`] (XLSX, XLS), [`spreadsheet_xml`], [`parquet`] |
//! | [`pages`] | tells how much a Parquet file unpacks to before it does |
//! | [`columns`] | knows every table's columns, in English and in Chinese |
//! | [`forms`] | knows what a cell of each column may hold, and how to say so to whoever fills it in |
//! | [`header`] | finds the headings, and the rows below them that are none of the table |
//! | [`table`] | puts the two together: rows under known columns, each cell with its place |
//! | [`cells`] | reads the text of one cell: dates, spans, lists, ids, rates |
//! | [`uscc`] | tells the kinds of ids and verifies their check characters |
//! | [`ratio`], [`frequency`] | type the wording of ratios and frequencies, or refuse it with a remedy |
//! | [`places`], [`industry`] | read townships and industries as offices write them |
//! | [`quiet`] | reads quiet days and opening seasons as offices write them |
//! | [`rules`] | reads and writes `plan.toml` |
//! | [`fields`], [`index`] | read one cell of a column, and what rows of other tables it may mention |
//! | [`registry`], [`entities`], [`roster`], [`tasks`] | turn tables into the model, all faults at once |
//! | [`workspace`] | loads a whole folder |
//! | [`freeze`] | writes the model as canonical tables, which load again to the same model |
//! | [`convert`] | cleans a table, so that it can be written in another format |
//! | [`export`] | writes tables of text as CSV or Parquet |
//! | [`fingerprints`] | finds damage to a frozen table to the row |
//! | [`personal`] | finds what must never be published |
//! | [`guard`] | keeps a damaged file from ending the program |
//! | [`ledger`] | reads and appends the ledger; every write survives a kill |
//! | [`results`] | reads filled record workbooks, keeps the table of results |
//! | [`bundle`] | writes and reads bundles; all or nothing |
//! | [`rows`] | writes the rows of a plan as machine tables |
//! | [`schedule`] | reads visits, teams and prices of a bundle back |
//!
//! Column names and DataFrames live here and nowhere else.

pub mod bundle;
pub mod cells;
pub mod columns;
pub mod convert;
pub mod delimited;
pub mod entities;
pub mod export;
pub mod faults;
pub mod fields;
pub mod fingerprints;
pub mod forms;
pub mod freeze;
pub mod frequency;
pub mod guard;
pub mod header;
pub mod index;
pub mod industry;
pub mod ledger;
pub mod pages;
pub mod parquet;
pub mod personal;
pub mod places;
pub mod quiet;
pub mod ratio;
pub mod registry;
pub mod results;
pub mod roster;
pub mod rows;
pub mod rules;
pub mod schedule;
pub mod sheet;
pub mod spreadsheet_xml;
pub mod table;
pub mod tasks;
pub mod uscc;
pub mod workbook;
pub mod workspace;
