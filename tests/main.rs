//! All tests of the whole program in one binary, because each further one would link polars again.

mod amend;
mod audit;
mod c2sp;
mod ceremony;
mod cli;
#[cfg(feature = "drand")]
mod drand;
mod errors;
mod estimates;
mod fault_cases;
mod faults;
mod gm;
mod golden;
mod languages;
mod ledger;
mod made_up;
mod notes;
mod opening;
mod potentials;
mod properties;
mod publishing;
mod readers;
mod results;
mod sample;
mod site;
mod stability;
mod staffing;
mod substitutes;
mod support;
mod tamper;
mod tamper_ceremony;
mod templates;
mod tidy;
mod uniformity;
mod vectors;
mod workbooks;
