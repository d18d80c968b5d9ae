//! All tests of the whole program in one binary, because each further one would link polars again.

mod audit;
mod ceremony;
mod cli;
mod fault_cases;
mod faults;
mod golden;
mod languages;
mod ledger;
mod made_up;
mod properties;
mod readers;
mod site;
mod stability;
mod support;
mod tamper;
mod templates;
mod tidy;
mod uniformity;
mod vectors;
