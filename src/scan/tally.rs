//! One thread's view of a scan: batches of rows in, pools of what may be drawn out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::job::{Job, NONE};
use super::pool::{Kept, Margin, Pool};
use crate::lottery::keys::entity_label;
use crate::lottery::{Halves, Iv, Ivs, Kernel, Key, Prk};

/// Is where a text stands in some bytes: begin and length.
pub type Span = (u32, u32);

/// Most rows of a batch.
pub const BATCH: usize = 1_024;

/// Most different values of a column that strata or scopes are taken from.
const VALUES_MAX: usize = 100_000;

/// Faults of one kind that are told with their place; all are counted.
const TOLD_MAX: usize = 20;

/// Holds some rows of the registry: for each its id, and for each heading of the job the number of its value.
pub struct Batch<'a> {
    pub bytes: &'a [u8],
    pub ids: &'a [Span],
    pub values: &'a [Vec<u32>],
    /// File, part of the file, and row of the first of them in that part.
    pub at: (u32, u32, u64),
}

/// Takes the rows that a reader finds.
pub trait Sink {
    /// Takes at most [`BATCH`] rows; `values` are those that the batch's numbers stand for.
    fn take(&mut self, batch: &Batch<'_>, values: &[Values]);

    /// Takes a row that is no row of the table.
    fn wrong(&mut self, wrong: Wrong, at: (u32, u32, u64), text: &[u8]);
}

/// Numbers the different values of one column in the order in which a thread meets them.
#[derive(Default)]
pub struct Values {
    pub list: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, u32>,
    /// Short values met lately, by a few bits of a product of their bytes.
    recent: Vec<(u64, u32)>,
}

impl Values {
    /// Returns the number of a value.
    #[inline]
    pub fn number(&mut self, value: &[u8]) -> u32 {
        if value.len() > 7 {
            return self.look_up(value);
        }
        let packed = value.iter().fold(value.len() as u64 + 1, |packed, &byte| packed << 8 | u64::from(byte));
        let slot = (packed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize;
        if self.recent.is_empty() {
            self.recent = vec![(0, 0); 256];
        }
        if self.recent[slot].0 != packed {
            self.recent[slot] = (packed, self.look_up(value));
        }
        self.recent[slot].1
    }

    fn look_up(&mut self, value: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(value) {
            return number;
        }
        // Past the bound the numbers mean nothing any more, and the scan ends in a fault.
        if self.is_too_many() {
            return 0;
        }
        let number = self.list.len() as u32;
        self.list.push(value.into());
        self.numbers.insert(value.into(), number);
        number
    }

    /// Tells whether a column has too many values for strata or scopes.
    pub fn is_too_many(&self) -> bool {
        self.list.len() >= VALUES_MAX
    }
}

/// Is what can be wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    NoId,
    NotText,
    /// A value of a stratum or a scope that is no text.
    ValueNotText,
    Fields,
}

/// Is one row that is wrong: file, part of the file, row in the part from 0, and the text at fault.
pub type Spot = ((u32, u32, u64), String);

/// Collects wrong rows: all are counted, the first of each kind are kept with their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spots(pub BTreeMap<Wrong, (u64, BTreeSet<Spot>)>);

impl Spots {
    /// Adds a wrong row.
    pub fn add(&mut self, wrong: Wrong, at: (u32, u32, u64), text: &[u8]) {
        let (count, first) = self.0.entry(wrong).or_default();
        *count += 1;
        if first.len() < TOLD_MAX || first.last().is_some_and(|last| at < last.0) {
            first.insert((at, String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned()));
            if first.len() > TOLD_MAX {
                first.pop_last();
            }
        }
    }

    fn join(&mut self, other: Spots) {
        for (wrong, (count, first)) in other.0 {
            let own = self.0.entry(wrong).or_default();
            own.0 += count;
            own.1.extend(first);
            while own.1.len() > TOLD_MAX {
                own.1.pop_last();
            }
        }
    }
}

/// Holds what some rows gave for one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRows {
    /// One for each rate of the task, in its order.
    pub pools: Vec<Pool>,
    pub out_of_scope: u64,
    /// Rows by stratum for which the task has no rate.
    pub without_rate: BTreeMap<String, u64>,
}

/// Holds what some rows of a registry gave; any number of them join to what all their rows give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    pub rows: u64,
    pub without_id: u64,
    pub tasks: Vec<TaskRows>,
    /// Ids that their IV does not give back, of rows that are kept.
    pub names: BTreeMap<Iv, String>,
    pub spots: Spots,
}

impl Gathered {
    /// Joins what other rows gave under the same job.
    pub fn join(&mut self, other: Gathered) {
        self.rows += other.rows;
        self.without_id += other.without_id;
        for (own, other) in self.tasks.iter_mut().zip(other.tasks) {
            own.pools.iter_mut().zip(other.pools).for_each(|(own, other)| own.join(other));
            own.out_of_scope += other.out_of_scope;
            for (stratum, rows) in other.without_rate {
                *own.without_rate.entry(stratum).or_default() += rows;
            }
        }
        self.names.extend(other.names);
        self.spots.join(other.spots);
    }
}

/// Says where the limits of a scan come from.
#[derive(Clone, Debug)]
pub enum Limits {
    /// They fall as rows are seen.
    Falling(Margin),
    /// They were computed from known populations, for each stratum of each task.
    Fixed(Vec<Vec<u64>>),
}

/// Counts and keeps rows for one thread.
pub struct Tally<'a> {
    job: &'a Job,
    kernel: Kernel,
    margin: Margin,
    /// Keys of the different groups.
    keys: Vec<Key>,
    columns: Vec<TaskColumns>,
    /// For each heading of the job the values that are not UTF-8, and how many of its values were looked at.
    not_text: Vec<(Vec<u32>, usize)>,
    gathered: Gathered,
    ivs: Ivs,
    /// Tickets of a batch under each key.
    tickets: Vec<Halves>,
    /// Stratum of each row of a batch.
    strata: Vec<u16>,
}

/// Says how a task reads the numbers of values.
struct TaskColumns {
    key: usize,
    /// Column of the strata, and for each of its values the stratum.
    strata: Option<(usize, Vec<u16>)>,
    /// Columns of the scope, and for each value whether it matches.
    scope: Vec<(usize, Vec<bool>)>,
    /// Rows by value for which there is no rate.
    without_rate: Vec<u64>,
}

/// Stands for a stratum without rate.
const NO_RATE: u16 = u16::MAX;

/// Stands for the stratum of a row that is out of scope.
const OUT: u16 = NO_RATE - 1;

impl TaskColumns {
    /// Finds the stratum of each row of a batch; counts those without rate and returns how many are out of scope.
    fn strata_of(&mut self, batch: &Batch<'_>, rows: usize, out: &mut Vec<u16>) -> u64 {
        out.clear();
        match &self.strata {
            None => out.resize(rows, 0),
            Some((column, table)) => out.extend(batch.values[*column].iter().map(|&value| table[value as usize])),
        }
        for (column, table) in &self.scope {
            for (stratum, &value) in out.iter_mut().zip(&batch.values[*column]) {
                if !table[value as usize] {
                    *stratum = OUT;
                }
            }
        }
        if let Some((column, _)) = &self.strata
            && out.contains(&NO_RATE)
        {
            let values = out.iter().zip(&batch.values[*column]).filter(|(stratum, _)| **stratum == NO_RATE);
            values.for_each(|(_, &value)| self.without_rate[value as usize] += 1);
        }
        if self.scope.is_empty() { 0 } else { out.iter().filter(|stratum| **stratum == OUT).count() as u64 }
    }
}

impl<'a> Tally<'a> {
    /// Starts with no row; `headings` are those of [`Job::headings`].
    pub fn new(job: &'a Job, prk: &Prk, headings: &[&str], limits: &Limits) -> Tally<'a> {
        let groups: Vec<String> = job.tasks.iter().map(|task| job.group(task)).collect();
        let mut distinct: Vec<&String> = groups.iter().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let column = |heading: &str| {
            headings.iter().position(|other| *other == heading).expect("the headings are those of the job")
        };
        let columns = job.tasks.iter().zip(&groups).map(|(task, group)| TaskColumns {
            key: distinct.binary_search(&group).expect("each group is among them"),
            strata: task.strata.as_deref().map(|heading| (column(heading), Vec::new())),
            scope: task.scope.iter().map(|scope| (column(&scope.heading), Vec::new())).collect(),
            without_rate: Vec::new(),
        });
        let tasks = job.tasks.iter().enumerate().map(|(at, task)| TaskRows {
            pools: match limits {
                Limits::Falling(_) => task.rates.iter().map(|_| Pool::open()).collect(),
                Limits::Fixed(limits) => limits[at].iter().map(|&limit| Pool::fixed(limit)).collect(),
            },
            out_of_scope: 0,
            without_rate: BTreeMap::new(),
        });
        Tally {
            job,
            kernel: Kernel::best(),
            margin: if let Limits::Falling(margin) = limits { *margin } else { Margin::default() },
            keys: distinct.iter().map(|group| prk.key(&entity_label(group))).collect(),
            columns: columns.collect(),
            not_text: vec![(Vec::new(), 0); headings.len()],
            gathered: Gathered {
                rows: 0,
                without_id: 0,
                tasks: tasks.collect(),
                names: BTreeMap::new(),
                spots: Spots::default(),
            },
            ivs: Ivs::default(),
            tickets: vec![Halves::default(); distinct.len()],
            strata: Vec::with_capacity(BATCH),
        }
    }

    /// Leaves out the rows without id, and takes the others.
    fn take_those_with_id(&mut self, batch: &Batch<'_>) {
        let with_id: Vec<usize> = (0..batch.ids.len()).filter(|&row| batch.ids[row].1 > 0).collect();
        let (file, part, first) = batch.at;
        for row in (0..batch.ids.len()).filter(|&row| batch.ids[row].1 == 0) {
            self.gathered.without_id += 1;
            if !self.job.leaves_out_without_id {
                self.gathered.spots.add(Wrong::NoId, (file, part, first + row as u64), b"");
            }
        }
        self.gathered.rows += (batch.ids.len() - with_id.len()) as u64;
        let ids: Vec<Span> = with_id.iter().map(|&row| batch.ids[row]).collect();
        let of_column = |column: &Vec<u32>| with_id.iter().map(|&row| column[row]).collect();
        let kept: Vec<Vec<u32>> = batch.values.iter().map(of_column).collect();
        let kept = Batch { bytes: batch.bytes, ids: &ids, values: &kept, at: batch.at };
        self.draw(&kept, |row| with_id[row] as u64);
    }

    /// Takes rows that all have an id; `place` tells where each stands in its part.
    fn draw(&mut self, batch: &Batch<'_>, place: impl Fn(usize) -> u64) {
        let rows = batch.ids.len();
        self.gathered.rows += rows as u64;
        let id = |row: usize| {
            let (start, length) = batch.ids[row];
            &batch.bytes[start as usize..][..length as usize]
        };
        self.kernel.words(self.job.suite, (0..rows).map(id), &mut self.ivs);
        for row in self.ivs.hashed() {
            if std::str::from_utf8(id(row)).is_err() {
                let (file, part, first) = batch.at;
                self.gathered.spots.add(Wrong::NotText, (file, part, first + place(row)), id(row));
            }
        }
        for (key, tickets) in self.keys.iter().zip(&mut self.tickets) {
            self.kernel.halves(key, &self.ivs, tickets);
        }
        let Tally { job, columns, gathered, ivs, tickets, margin, strata, .. } = self;
        for ((task, columns), found) in job.tasks.iter().zip(columns).zip(&mut gathered.tasks) {
            found.out_of_scope += columns.strata_of(batch, rows, strata);
            let tickets = &tickets[columns.key];
            for (row, (&stratum, ticket)) in strata.iter().zip(tickets.iter()).enumerate() {
                let Some(pool) = found.pools.get_mut(usize::from(stratum)) else { continue };
                if pool.count(row, ticket) {
                    let iv = ivs.at(row);
                    if iv.is_hashed() {
                        gathered.names.insert(iv, String::from_utf8_lossy(id(row)).into_owned());
                    }
                    if pool.keep(Kept { ticket, iv }) {
                        pool.lower(job, task.rates[usize::from(stratum)].1, *margin);
                    }
                }
            }
        }
    }

    /// Tells the rows whose stratum or scope is no text; nearly always there is no such value at all.
    fn tell_values_that_are_no_text(&mut self, batch: &Batch<'_>, values: &[Values]) {
        let (file, part, first) = batch.at;
        for (column, (not_text, _)) in self.not_text.iter().enumerate().filter(|(_, (list, _))| !list.is_empty()) {
            for (number, row) in batch.values[column].iter().zip(first..) {
                if not_text.contains(number) {
                    let text = &values[column].list[*number as usize];
                    self.gathered.spots.add(Wrong::ValueNotText, (file, part, row), text);
                }
            }
        }
    }

    /// Finds out what values that are new mean to each task.
    fn learn(&mut self, values: &[Values]) {
        for ((not_text, seen), values) in self.not_text.iter_mut().zip(values) {
            let new = (*seen as u32..).zip(&values.list[*seen..]);
            not_text.extend(new.filter(|(_, text)| str::from_utf8(text).is_err()).map(|(number, _)| number));
            *seen = values.list.len();
        }
        for (task, columns) in self.job.tasks.iter().zip(&mut self.columns) {
            if let Some((column, table)) = &mut columns.strata {
                for value in values[*column].list.iter().skip(table.len()) {
                    let name = if value.is_empty() { NONE.as_bytes() } else { value };
                    let found = task.rates.binary_search_by(|(stratum, _)| stratum.as_bytes().cmp(name));
                    table.push(found.map_or(NO_RATE, |at| at as u16));
                }
                columns.without_rate.resize(table.len(), 0);
            }
            for ((column, table), scope) in columns.scope.iter_mut().zip(&task.scope) {
                table.extend(values[*column].list.iter().skip(table.len()).map(|value| scope.matches(value)));
            }
        }
    }

    /// Returns what all rows gave.
    pub fn finish(mut self, values: &[Values]) -> Gathered {
        for (columns, found) in self.columns.iter().zip(&mut self.gathered.tasks) {
            let Some((column, _)) = &columns.strata else { continue };
            for (value, &rows) in values[*column].list.iter().zip(&columns.without_rate).filter(|(_, rows)| **rows > 0)
            {
                let name = if value.is_empty() { NONE.into() } else { String::from_utf8_lossy(value) };
                *found.without_rate.entry(name.into_owned()).or_default() += rows;
            }
        }
        self.gathered
    }
}

impl Sink for Tally<'_> {
    fn take(&mut self, batch: &Batch<'_>, values: &[Values]) {
        self.learn(values);
        self.tell_values_that_are_no_text(batch, values);
        if batch.ids.iter().any(|span| span.1 == 0) {
            self.take_those_with_id(batch);
        } else {
            self.draw(batch, |row| row as u64);
        }
    }

    fn wrong(&mut self, wrong: Wrong, at: (u32, u32, u64), text: &[u8]) {
        self.gathered.spots.add(wrong, at, text);
    }
}
