//! Files in and out: tables of any shape into the model, a plan into a bundle, and back.
//!
//! | room | does |
//! |---|---|
//! | [`decode`] | a file of any format becomes sheets of cells |
//! | [`wording`] | the text of one cell becomes a date, a rate, an id, or a refusal |
//! | [`tables`] | a sheet becomes rows under known columns |
//! | [`workspace`] | a folder with its rules and tables becomes the model, all faults at once |
//! | [`store`] | the model and a plan are written as canonical tables, bundles and ledgers, and read back |
//! | [`faults`] | says what is wrong with an input: code, place, cause, remedy |
//!
//! Imports run one way: `store → workspace → tables → decode, wording`, and `faults` knows none of them.
//! Column names and DataFrames live here and nowhere else.

pub mod decode;
pub mod faults;
pub mod store;
pub mod tables;
pub mod wording;
pub mod workspace;
