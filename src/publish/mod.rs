//! What people read: the office's workbook, the instructions for verifying, and reports on a terminal.
//!
//! Every exporter is a pure function from a plan to bytes or text.

pub mod blank;
pub mod changes;
pub mod estimates;
pub mod explain;
pub mod ics;
pub mod instructions;
pub mod load;
pub mod officer;
pub mod report;
pub mod results;
pub mod results_page;
pub mod since;
pub mod site;
pub mod templates;
pub mod workbook;
pub mod workbooks;
