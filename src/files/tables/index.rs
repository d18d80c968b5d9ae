//! What other tables may mention: rows found by code and name, and keys that must stand once.

use std::collections::BTreeMap;

use crate::both;
use crate::files::faults::{Faults, Place};
use crate::files::wording::cells;
use crate::files::wording::places;

/// Finds positions by every code and name under which other tables may mention a row.
#[derive(Debug, Default)]
pub struct Index {
    exact: BTreeMap<String, u32>,
    /// Township names without what may differ (see [`places`]), with the official name; `None` where several share it.
    loose: BTreeMap<String, Option<(u32, String)>>,
}

impl Index {
    /// Finds the position of a row by a code or name.
    pub fn find(&self, mention: &str) -> Option<u32> {
        self.exact.get(mention).or_else(|| self.exact.get(cells::plain(mention).as_ref())).copied()
    }

    /// Finds the one row whose name differs from a mention only in what offices write differently.
    pub fn find_loosely(&self, mention: &str) -> Option<(u32, &str)> {
        if self.loose.is_empty() {
            return None;
        }
        let found = |key: String| self.loose.get(&key).and_then(Option::as_ref).map(|(no, name)| (*no, name.as_str()));
        if let Some(code) = places::short_code(mention) {
            return self.exact.get(&code).and_then(|no| {
                let official = self.loose.values().flatten().find(|(other, _)| other == no);
                official.map(|(no, name)| (*no, name.as_str()))
            });
        }
        found(places::core(mention))
            .or_else(|| places::without_county(mention).and_then(|rest| found(places::core(&rest))))
    }

    /// Adds the core of a township's name, under which it may be found if no other has the same.
    pub fn add_loosely(&mut self, name: &str, position: u32, official: &str) {
        let other = self.loose.entry(places::core(name)).or_insert_with(|| Some((position, official.to_owned())));
        if other.as_ref().is_some_and(|(no, _)| *no != position) {
            *other = None;
        }
    }

    /// Adds a mention; an empty one is nobody's, and the first row keeps one that several share.
    pub fn add(&mut self, mention: &str, position: u32) {
        if !mention.is_empty() {
            self.exact.entry(mention.to_owned()).or_insert(position);
        }
    }
}

/// Remembers where each key stood first, and reports the second row that has it.
#[derive(Debug, Default)]
pub struct Unique(BTreeMap<String, Place>);

impl Unique {
    /// Tells whether a key is new; reports `duplicate-id` with both rows where it is not.
    pub fn is_new(&mut self, key: &str, place: Place, faults: &mut Faults) -> bool {
        if let Some(first) = self.0.get(key) {
            let cause = both!("this id stands in {first} already", "该号码已出现在 {first}");
            faults.error("duplicate-id", place, key, cause, both!("keep one of the two rows", "两行中只留一行"));
            return false;
        }
        self.0.insert(key.to_owned(), place);
        true
    }
}
