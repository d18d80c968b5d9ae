//! What people read: the office's workbook, the instructions for verifying, and reports on a terminal.
//!
//! Every exporter is a pure function from a plan to bytes or text.

pub mod explain;
pub mod ics;
pub mod instructions;
pub mod load;
pub mod officer;
pub mod report;
pub mod site;
pub mod workbook;
