//! The change report (变动报告): what became of every entity since the last seal (protocol §15.2).

use std::collections::BTreeMap;

use crate::files::store::bundle::File;
use crate::files::store::rows::Csv;

/// Columns of `entities.csv` that decide who can be drawn, with their places.
const DECIDING: [(&str, usize); 10] = [
    ("kind", 2),
    ("industry", 3),
    ("township", 4),
    ("class", 6),
    ("status", 7),
    ("tags", 8),
    ("flags", 9),
    ("quiet", 10),
    ("season", 12),
    ("hours", 13),
];

/// Holds the report and its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub added: u32,
    pub dropped: u32,
    /// Entities with another credit class.
    pub reclassed: u32,
    /// Entities that differ in another column that decides who can be drawn.
    pub altered: u32,
    /// `changes.csv`, one row for each difference.
    pub file: File,
}

/// Compares two frozen tables of entities; `before` is empty at the first seal of an office.
pub fn changes(before: &[u8], after: &[u8]) -> Changes {
    let (before, after) = (rows(before), rows(after));
    let mut csv = Csv::new("changes.csv", &["id", "name", "change", "before", "after"]);
    let (mut added, mut dropped, mut reclassed, mut altered) = (0, 0, 0, 0);
    for (id, old) in before.iter().filter(|(id, _)| !after.contains_key(*id)) {
        dropped += 1;
        csv.row([id, &old[1], "dropped", "", ""]);
    }
    for (id, new) in &after {
        let Some(old) = before.get(id) else {
            added += 1;
            // At the first seal everyone is new, and a list of everyone says nothing.
            if !before.is_empty() {
                csv.row([id, &new[1], "added", "", ""]);
            }
            continue;
        };
        let mut differs = false;
        for (column, at) in DECIDING.iter().filter(|(_, at)| old[*at] != new[*at]) {
            csv.row([id, &new[1], column, &old[*at], &new[*at]]);
            reclassed += u32::from(*column == "class");
            differs |= *column != "class";
        }
        altered += u32::from(differs);
    }
    Changes { added, dropped, reclassed, altered, file: csv.sorted() }
}

/// Reads the rows by id; rows without one have no identity that could be followed.
fn rows(table: &[u8]) -> BTreeMap<String, csv::StringRecord> {
    let records = csv::Reader::from_reader(table).into_records().filter_map(Result::ok);
    records.filter(|row| !row[0].is_empty()).map(|row| (row[0].to_owned(), row)).collect()
}
