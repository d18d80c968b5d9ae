//! The county's plan, byte for byte, against a committed list of SHA-256.
//!
//! The list has the form of `sha256sum`, so a bundle can be held against it without this program:
//! `cd target/2024Q1 && sha256sum --check --ignore-missing ../../tests/golden/2024Q1.sha256`. A changed list means
//! that the same tables and the same seed give another plan: it needs an entry under "Draw-breaking" in the
//! CHANGELOG, and a new protocol where PROTOCOL.md decides the file. It is written anew by
//! `FAIRDRAW_BLESS=1 cargo test --test main golden`.

use std::fmt::Write;
use std::fs;

use fairdraw::files::store::bundle::MANIFEST;
use fairdraw::ledger::hash::sha256_hex;

use crate::support::{county, project};

#[test]
fn the_county_plan_is_the_one_that_was_published() {
    // Without it a new release could draw other entities from the sealed tables, and every old bundle would seem forged.
    let mut list = String::new();
    // The manifest names the program's version and repeats these hashes.
    for file in county().files.iter().filter(|file| file.path != MANIFEST) {
        writeln!(list, "{}  {}", sha256_hex(&file.bytes), file.path).expect("a string takes all text");
    }
    let path = project().join("tests/golden/2024Q1.sha256");
    if std::env::var_os("FAIRDRAW_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &list).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).expect("the golden file is there");
    let changed: Vec<&str> = list.lines().filter(|line| !golden.lines().any(|old| old == *line)).collect();
    assert!(changed.is_empty(), "these files are not what was published: {changed:#?}");
    assert_eq!(list, golden, "the bundle has the files that were published");
}

#[test]
fn the_county_plan_is_of_the_size_that_the_report_gives() {
    // Without it a scope or a rate that goes wrong could pass as one more blessed hash.
    let summary = &county().summary;
    assert_eq!((summary.agencies, summary.officers), (30, 1_681));
    assert_eq!(county().inputs.townships.len(), 27);
    assert_eq!(county().inputs.items.len(), 350);
    assert!((120_000..130_000).contains(&summary.registry), "{} entities", summary.registry);
    let placed: u32 = county().duties.len() as u32 - summary.unplaced;
    assert!(placed > 0 && summary.visits <= summary.visits_by_task && summary.visits_by_task <= summary.visits_alone);
}
