//! What the ledgers tell of attempts, void draws and later changes (作废、递补与事后回避), as rates (protocol §20.6).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::statistics::interval;
use crate::ledger::chain::{Entry, Kind};

/// Holds the rates; each with exact bounds of 95 %.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Events {
    pub ceremonies: u32,
    /// Attempts that were ended by a VOID, of all that were sealed.
    pub void: Rate,
    /// Void attempts whose sample was known when they were ended, of all void ones: these are the ones to ask about.
    pub void_with_known_sample: Rate,
    /// Changes after the draw, by reason code; of the visits of all audited draws.
    pub amended: BTreeMap<String, Rate>,
}

/// Is a share of something countable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Rate {
    pub found: u32,
    pub of: u32,
    pub low: f64,
    pub high: f64,
}

impl Rate {
    fn of(found: u32, of: u32) -> Rate {
        // More changes than visits are possible; then the share is not bounded below 1.
        let (low, high) = interval(found.min(of).into(), of.into(), 0.05);
        Rate { found, of, low, high }
    }
}

/// Counts the entries of all ledgers, each entry given once.
pub fn events(entries: &[Entry], visits: u32) -> Events {
    let of_kind = |kind| entries.iter().filter(move |entry| entry.kind == kind);
    let ceremonies: BTreeSet<&str> = of_kind(Kind::Seal).map(|entry| entry.ceremony.as_str()).collect();
    let (seals, voids) = (of_kind(Kind::Seal).count() as u32, of_kind(Kind::Void).count() as u32);
    let known = of_kind(Kind::Void).filter(|entry| entry.fact("sample").is_some_and(|sample| sample != "unknown"));
    let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
    for entry in of_kind(Kind::Amend) {
        let reason = entry.fact("reason").and_then(|reason| reason.split(' ').next()).unwrap_or("no-reason");
        *reasons.entry(reason.to_owned()).or_default() += 1;
    }
    Events {
        ceremonies: ceremonies.len() as u32,
        void: Rate::of(voids, seals),
        void_with_known_sample: Rate::of(known.count() as u32, voids),
        amended: reasons.into_iter().map(|(reason, found)| (reason, Rate::of(found, visits))).collect(),
    }
}
