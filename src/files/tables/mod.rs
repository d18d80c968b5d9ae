//! Sheets as tables: rows under known columns, each cell with its place.
//!
//! | file | does |
//! |---|---|
//! | [`source`] | says where a table lies |
//! | [`columns`] | knows every table's columns, in English and in Chinese |
//! | [`forms`] | knows what a cell of each column may hold, and how to say so to whoever fills it in |
//! | [`header`] | finds the headings, and the rows below them that are none of the table |
//! | [`table`] | puts these together |
//! | [`index`] | knows what rows of other tables a cell may mention |
//! | [`fields`] | reads one cell of a column, or says what is wrong with it |

pub mod columns;
pub mod fields;
pub mod forms;
pub mod header;
pub mod index;
pub mod source;
pub mod table;
