//! All tests of the whole program in one binary, because each further one would link polars again.

mod ceremony;
mod cli;
mod fault_cases;
mod faults;
mod golden;
mod ledger;
mod made_up;
mod properties;
mod readers;
mod sample;
mod site;
mod stability;
mod support;
mod tamper;
mod tidy;
mod uniformity;
mod vectors;
