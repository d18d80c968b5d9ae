//! The commitment `commit.txt` (种子之前的封存): everything that decides the draw, before chance speaks (protocol §10).

use std::fmt::Write;

use super::{hash, merkle};
use crate::lottery::Suite;

/// Is what one stratum commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumSeal<'a> {
    pub task: &'a str,
    pub stratum: &'a str,
    pub group: &'a str,
    pub population: u32,
    pub sample: u32,
    pub reserve: u32,
    /// Root over the leaves `<id>,<balls>`, sorted by id.
    pub root: [u8; 32],
}

/// Is what a whole period commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment<'a> {
    pub suite: Suite,
    pub region: &'a str,
    /// Name, first and last day of the period.
    pub period: [&'a str; 3],
    pub rounding: &'a str,
    /// Name and bytes of each frozen file, sorted by name.
    pub inputs: Vec<(&'a str, &'a [u8])>,
    pub strata: Vec<StratumSeal<'a>>,
}

impl Commitment<'_> {
    /// Writes the text of `commit.txt`.
    pub fn text(&self) -> String {
        let [name, first, last] = self.period;
        let mut text = format!(
            "dr1 commit v1\nsuite {}\nregion {}\nperiod {name} {first} {last}\nrounding {}\n",
            self.suite.name(),
            self.region,
            self.rounding
        );
        for (name, bytes) in &self.inputs {
            line(&mut text, format_args!("input {name} {}", hash::suite_hex(self.suite, bytes)));
        }
        for seal in &self.strata {
            let root = hash::hex(&seal.root);
            let StratumSeal { task, stratum, group, population, sample, reserve, .. } = seal;
            line(&mut text, format_args!("stratum {task} {stratum} {group} {population} {sample} {reserve} {root}"));
        }
        text
    }
}

/// Computes the root of a frame whose entities come sorted by id, each with its balls.
pub fn frame_root<'a>(suite: Suite, entities: impl Iterator<Item = (&'a str, u8)>) -> [u8; 32] {
    merkle::root(suite, entities.map(|(id, balls)| format!("{id},{balls}")))
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes all text");
}
