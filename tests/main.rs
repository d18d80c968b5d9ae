//! All tests of the whole program in one binary, because each further one would link polars again.

mod ceremony;
mod cli;
mod estimates;
mod fault_cases;
mod faults;
mod golden;
mod languages;
mod ledger;
mod made_up;
mod potentials;
mod properties;
mod readers;
mod results;
mod site;
mod stability;
mod staffing;
mod support;
mod tamper;
mod templates;
mod tidy;
mod uniformity;
mod vectors;
mod workbooks;
