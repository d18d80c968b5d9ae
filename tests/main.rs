//! All tests of the whole program in one binary, because each further one would link polars again.

#[allow(dead_code)]
mod support;
mod vectors;
