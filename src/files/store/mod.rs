//! What lies on the disk: bundles, ledgers and tables, written as a whole and read back.
//!
//! | file | does |
//! |---|---|
//! | [`bundle`] | writes and reads bundles; all or nothing |
//! | [`freeze`] | writes the model as canonical tables, which load again to the same model |
//! | [`fingerprints`] | finds damage to a frozen table to the row |
//! | [`rows`] | writes the rows of a plan as machine tables |
//! | [`schedule`] | reads visits, teams and prices of a bundle back |
//! | [`results`] | reads filled record workbooks, keeps the table of results |
//! | [`ledger`] | reads and appends the ledger; every write survives a kill |
//! | [`personal`] | finds what must never be published |
//! | [`convert`] | cleans a table, so that it can be written in another format |
//! | [`export`] | writes tables of text as CSV or Parquet |

pub mod bundle;
pub mod convert;
pub mod export;
pub mod fingerprints;
pub mod freeze;
pub mod ledger;
pub mod personal;
pub mod results;
pub mod rows;
pub mod schedule;
