//! All tests of the whole program in one binary, because each further one links polars again.

mod ceremony;
mod ledger;
