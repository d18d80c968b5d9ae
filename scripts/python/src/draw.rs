//! Samples of a table in one pass, with the memory of the sample and not of the table.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, FixedSizeBinaryArray, RecordBatch, StringArray, UInt32Array, UInt64Array};
use arrow_schema::{ArrowError, DataType};

use crate::arrow::Arrays;
use crate::lottery::{Iv, Key, Ticket};
use crate::texts::{self, Faults};
use crate::tickets::Batch;

/// Rows that are looked at in one go, so that a table which comes in one piece takes no memory beside its own.
const SLICE: usize = 65_536;

/// Is what a draw gives.
pub struct Drawn {
    /// `stratum, rank, ticket, id`: the strata bytewise, ranks from 1 within each.
    pub rows: RecordBatch,
    /// `stratum, population, sample, cutoff, fingerprint`: one row for each stratum, bytewise.
    pub strata: RecordBatch,
}

/// Is what is wanted of a stratum.
pub struct Wanted {
    pub name: String,
    /// Number of rows that are drawn.
    pub size: u32,
    /// The largest ticket that is kept, as a number; rows above it are counted and not kept, even if fewer than `size` are left.
    pub threshold: Option<u128>,
}

/// Is one row that may still be drawn; the order of the fields is the order of the draw (protocol §6, one ball).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    ticket: Ticket,
    iv: Iv,
    id: Id,
}

/// Is a text that lies in its place if it is short, as nearly every id is: a million small allocations would cost more
/// than all else in a draw.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Id {
    Short(u8, [u8; SHORT]),
    Long(Box<str>),
}

/// Bytes of the longest id that has room beside its length.
const SHORT: usize = 22;

impl Id {
    fn of(text: &str) -> Id {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Id::Short(text.len() as u8, bytes)
            }
            None => Id::Long(text.into()),
        }
    }

    fn text(&self) -> &str {
        match self {
            Id::Short(length, bytes) => {
                std::str::from_utf8(&bytes[..usize::from(*length)]).expect("the bytes are those of a text")
            }
            Id::Long(text) => text,
        }
    }
}

/// Keeps the smallest tickets of a stratum while its rows go by.
struct Stratum {
    name: String,
    wanted: u32,
    population: u64,
    /// The sum of all tickets, modulo 2^128 (protocol §21.4).
    fingerprint: u128,
    /// About twice as many as are wanted, at most; the smallest of all that came are always among them.
    candidates: Vec<Candidate>,
    /// Nobody above it can be drawn any more.
    threshold: Option<u128>,
}

impl Stratum {
    fn new(name: String, wanted: u32, threshold: Option<u128>) -> Stratum {
        Stratum { name, wanted, population: 0, fingerprint: 0, candidates: Vec::new(), threshold }
    }

    #[inline]
    fn take(&mut self, ticket: Ticket, iv: Iv, id: &str) {
        self.population += 1;
        self.fingerprint = self.fingerprint.wrapping_add(ticket.value());
        if self.wanted == 0 || self.threshold.is_some_and(|threshold| ticket.value() > threshold) {
            return;
        }
        self.candidates.push(Candidate { ticket, iv, id: Id::of(id) });
        if self.candidates.len() >= 2 * self.wanted as usize + 64 {
            self.cut();
        }
    }

    /// Lets go of whoever cannot be drawn any more.
    fn cut(&mut self) {
        let wanted = self.wanted as usize;
        if self.candidates.len() > wanted {
            let (_, last, _) = self.candidates.select_nth_unstable(wanted - 1);
            self.threshold = Some(last.ticket.value());
            self.candidates.truncate(wanted);
        }
    }
}

/// Draws the smallest tickets of each stratum; `strata` names the column of strata, nothing makes one stratum `all`.
///
/// # Errors
/// A text that tells of all faults: a column that is missing or of another type, rows without id or stratum, strata
/// without a size, ids that stand twice in a sample.
pub fn draw(table: Arrays, id: &str, strata: Option<&str>, wanted: Vec<Wanted>, key: &Key) -> Result<Drawn, String> {
    let mut pass = Pass::new(wanted, key);
    let mut columns = None;
    for batch in table {
        let batch = batch?;
        let (ids, column) = match columns {
            Some(columns) => columns,
            None => *columns.insert(find(batch.data_type(), id, strata)?),
        };
        let batch = batch.as_struct();
        if batch.null_count() > 0 {
            return Err("the table has missing rows".to_owned());
        }
        let ids = texts::plain(batch.column(ids))?;
        for start in (0..ids.len()).step_by(SLICE) {
            let length = SLICE.min(ids.len() - start);
            let strata = match column {
                Some(column) => Some(texts::readable(&batch.column(column).slice(start, length))?),
                None => None,
            };
            pass.take(&ids.slice(start, length), strata.as_ref())?;
        }
    }
    pass.finish()
}

/// Finds the two columns; each name must stand once.
fn find(table: &DataType, id: &str, strata: Option<&str>) -> Result<(usize, Option<usize>), String> {
    let DataType::Struct(fields) = table else {
        return Err("a table is wanted".to_owned());
    };
    let one = |name: &str| {
        let mut found = fields.iter().enumerate().filter(|(_, field)| field.name() == name).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (Some(at), None) => Ok(at),
            (Some(_), Some(_)) => Err(format!("the table has more than one column {name:?}")),
            (None, _) => {
                let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
                Err(format!("the table has no column {name:?}; its columns are {}", names.join(", ")))
            }
        }
    };
    match (one(id), strata.map(one).transpose()) {
        (Ok(id), Ok(strata)) => Ok((id, strata)),
        (Err(one), Err(other)) if one != other => Err(format!("{one}\n{other}")),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// Is one pass over a table.
struct Pass<'a> {
    key: &'a Key,
    strata: Vec<Stratum>,
    /// Whether no stratum has a threshold; parts are not asked for doubles, which only their merging shows.
    is_whole: bool,
    /// Strata without a size and how many rows each has.
    strange: BTreeMap<String, u64>,
    rows: u64,
    id_faults: Faults,
    stratum_faults: Faults,
}

impl Pass<'_> {
    fn new(mut wanted: Vec<Wanted>, key: &Key) -> Pass<'_> {
        let is_whole = wanted.iter().all(|wanted| wanted.threshold.is_none());
        wanted.sort_by(|one, other| one.name.cmp(&other.name));
        let strata = wanted.into_iter().map(|Wanted { name, size, threshold }| Stratum::new(name, size, threshold));
        Pass {
            key,
            strata: strata.collect(),
            is_whole,
            strange: BTreeMap::new(),
            rows: 0,
            id_faults: Faults::default(),
            stratum_faults: Faults::default(),
        }
    }

    fn take(&mut self, ids: &dyn Array, strata: Option<&ArrayRef>) -> Result<(), String> {
        let places = match strata {
            Some(strata) => self.places(strata.as_ref())?,
            None => vec![0; ids.len()],
        };
        let Pass { key, strata, id_faults, .. } = self;
        let mut places = places.into_iter();
        let mut see = |ids: &[&str], ivs: &[Iv], tickets: &[Ticket]| {
            for (((id, &iv), &ticket), place) in ids.iter().zip(ivs).zip(tickets).zip(&mut places) {
                // A stratum without a size has no place in the list; it is told of at the end.
                if let Some(stratum) = strata.get_mut(place) {
                    stratum.take(ticket, iv, id);
                }
            }
        };
        let mut batch = Batch::new(key);
        texts::each(ids, self.rows, id_faults, |_, id| batch.push(id, &mut see))?;
        batch.finish(&mut see);
        self.rows += ids.len() as u64;
        Ok(())
    }

    /// Finds the place of each row's stratum; past the end for one that has no size.
    fn places(&mut self, names: &dyn Array) -> Result<Vec<usize>, String> {
        let Pass { strata, strange, stratum_faults, rows, .. } = self;
        let mut places = Vec::with_capacity(names.len());
        texts::each(names, *rows, stratum_faults, |_, name| {
            // Whoever has no class is of the class N (protocol §7.1).
            let name = if name.is_empty() { "N" } else { name };
            let place = strata.binary_search_by(|stratum| stratum.name.as_str().cmp(name));
            if place.is_err() {
                *strange.entry(name.to_owned()).or_default() += 1;
            }
            places.push(place.unwrap_or(usize::MAX));
        })?;
        Ok(places)
    }

    fn finish(mut self) -> Result<Drawn, String> {
        let mut faults: Vec<String> = Vec::new();
        faults.extend(self.id_faults.tell("the id"));
        faults.extend(self.stratum_faults.tell_encoding("the stratum"));
        for (name, count) in &self.strange {
            let rows = texts::counted(*count, "row");
            faults.push(format!("stratum {name:?} with {rows} has no size; give it one, 0 if nobody is drawn"));
        }
        for stratum in &mut self.strata {
            stratum.cut();
            stratum.candidates.sort_unstable();
        }
        if faults.is_empty() && self.is_whole {
            faults.extend(twins(&self.strata));
        }
        if !faults.is_empty() {
            return Err(faults.join("\n"));
        }
        let rows = rows(&self.strata).and_then(|rows| Ok(Drawn { rows, strata: summary(&self.strata)? }));
        rows.map_err(|error| error.to_string())
    }
}

/// Tells of ids that stand twice in the sample, in one stratum or in two (protocol §21.3).
fn twins(strata: &[Stratum]) -> Vec<String> {
    let mut all: Vec<(Iv, &str, &str)> = strata
        .iter()
        .flat_map(|stratum| stratum.candidates.iter().map(|pick| (pick.iv, pick.id.text(), stratum.name.as_str())))
        .collect();
    all.sort_unstable();
    let twins = all.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    twins
        .map(|pair| {
            let [(_, one, here), (_, other, there)] = [pair[0], pair[1]];
            format!("one ticket for two rows: {one:?} of stratum {here:?} and {other:?} of stratum {there:?}")
        })
        .collect()
}

/// Writes the sample as a table.
fn rows(strata: &[Stratum]) -> Result<RecordBatch, ArrowError> {
    let picks = || strata.iter().flat_map(|stratum| stratum.candidates.iter().map(move |pick| (stratum, pick)));
    let ranks = strata.iter().flat_map(|stratum| 1..=stratum.candidates.len() as u32);
    table([
        ("stratum", Arc::new(picks().map(|(stratum, _)| Some(&stratum.name)).collect::<StringArray>()) as ArrayRef),
        ("rank", Arc::new(UInt32Array::from_iter_values(ranks))),
        ("ticket", Arc::new(tickets(picks().map(|(_, pick)| Some(pick.ticket)))?)),
        ("id", Arc::new(picks().map(|(_, pick)| Some(pick.id.text())).collect::<StringArray>())),
    ])
}

/// Writes the strata as a table; the cut-off is missing where nobody was drawn.
fn summary(strata: &[Stratum]) -> Result<RecordBatch, ArrowError> {
    let fingerprints = strata.iter().map(|stratum| Some(stratum.fingerprint.to_be_bytes()));
    let cutoffs = strata.iter().map(|stratum| stratum.candidates.last().map(|pick| pick.ticket));
    let sizes = strata.iter().map(|stratum| stratum.candidates.len() as u32);
    table([
        ("stratum", Arc::new(strata.iter().map(|stratum| Some(&stratum.name)).collect::<StringArray>()) as ArrayRef),
        ("population", Arc::new(UInt64Array::from_iter_values(strata.iter().map(|stratum| stratum.population)))),
        ("sample", Arc::new(UInt32Array::from_iter_values(sizes))),
        ("cutoff", Arc::new(tickets(cutoffs)?)),
        ("fingerprint", Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(fingerprints, 16)?)),
    ])
}

fn tickets(tickets: impl Iterator<Item = Option<Ticket>>) -> Result<FixedSizeBinaryArray, ArrowError> {
    let bytes = tickets.map(|ticket| ticket.map(|ticket| ticket.value().to_be_bytes()));
    FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes, 16)
}

fn table<const N: usize>(columns: [(&str, ArrayRef); N]) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, name == "cutoff")))
}
