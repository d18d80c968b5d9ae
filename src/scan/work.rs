//! The scan itself: threads that share the files among them, and the exact result of what they bring back.

use std::collections::VecDeque;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::delimited::{self, Cut, Parts};
use super::job::Job;
use super::pool::{Kept, Margin};
use super::registry::{self, Kind, Source};
use super::tally::{Gathered, Limits, Spots, Tally, Values, Wrong};
use crate::both;
use crate::files::faults::{Fault, Faults, Place};
use crate::lang::{Say, Text, foreign};
use crate::lottery::{Iv, Prk};

/// Says how a scan is run; nothing here changes a byte of its result.
pub struct Settings<'a> {
    pub threads: usize,
    /// Room that falling limits leave; less than the default only makes a second pass likely.
    pub margin: Margin,
    /// Is told of each part that is done: rows, and bytes of the files.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl Settings<'_> {
    /// Uses all cores and tells nobody.
    pub fn quiet() -> Settings<'static> {
        Settings { threads: cores(), margin: Margin::default(), progress: &|_, _| {} }
    }
}

/// Returns the number of cores that the program may use.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Is one stratum's exact result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// Position of the task in the job, and of the stratum among its rates.
    pub task: usize,
    pub rate: usize,
    pub population: u32,
    pub sample: u32,
    pub reserve: u32,
    /// Sum of the tickets of all its entities, modulo 2^128.
    pub fingerprint: u128,
    /// Sample and reserve by rank.
    pub picks: Vec<Kept>,
}

/// Is what a scan finds out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// In the order of the protocol: task, then stratum.
    pub strata: Vec<Stratum>,
    /// Task (`*` for all), reason, stratum, and number of rows; sorted.
    pub left_out: Vec<(String, &'static str, String, u64)>,
    /// Ids of picks that their IV does not give back.
    pub names: std::collections::BTreeMap<Iv, String>,
    pub rows: u64,
    /// How often the registry was read: once, or more if limits were too tight.
    pub passes: u32,
}

/// Says why rows that were gathered do not settle the result.
#[derive(Debug)]
pub enum Unsettled {
    /// Some limits were too tight; with these populations of all strata another pass settles it.
    TooTight(Vec<Vec<u64>>),
    Faults(Vec<Fault>),
}

/// Draws a job's samples from a registry.
///
/// # Errors
/// All faults of the registry's rows.
pub fn draw(job: &Job, prk: &Prk, sources: &[Source], settings: &Settings<'_>) -> Result<Outcome, Vec<Fault>> {
    let gathered = gather(job, prk, sources, &Limits::Falling(settings.margin), settings)?;
    settle_or_read_again(job, prk, sources, gathered, settings)
}

/// Settles what was gathered; reads the registry again, as often as needed, where limits were too tight.
///
/// # Errors
/// All faults of the registry's rows.
pub fn settle_or_read_again(
    job: &Job,
    prk: &Prk,
    sources: &[Source],
    gathered: Gathered,
    settings: &Settings<'_>,
) -> Result<Outcome, Vec<Fault>> {
    let mut margin = Margin::default();
    let mut result = settle(job, gathered);
    let mut passes = 1;
    loop {
        match result {
            Ok(outcome) => return Ok(Outcome { passes, ..outcome }),
            Err(Unsettled::Faults(faults)) => return Err(faults),
            Err(Unsettled::TooTight(populations)) => {
                margin = margin.wider();
                let limits = limits(job, &populations, margin);
                result = settle(job, gather(job, prk, sources, &Limits::Fixed(limits), settings)?);
                passes += 1;
            }
        }
    }
}

/// Computes limits for strata whose populations are known; from some margin on they let everything in.
fn limits(job: &Job, populations: &[Vec<u64>], margin: Margin) -> Vec<Vec<u64>> {
    let of_task = |(task, populations): (&super::job::Task, &Vec<u64>)| {
        let limit = |((_, rate), &population): (&(String, crate::lottery::Rate), &u64)| {
            let (sample, reserve) = job.sizes(*rate, u32::try_from(population).unwrap_or(u32::MAX));
            margin.limit(u64::from(sample) + u64::from(reserve), population)
        };
        task.rates.iter().zip(populations).map(limit).collect()
    };
    job.tasks.iter().zip(populations).map(of_task).collect()
}

/// Computes the exact result of all rows of a registry.
///
/// # Errors
/// [`Unsettled`] if rows that were let go may be drawn, or if drawn rows contradict each other.
pub fn settle(job: &Job, mut gathered: Gathered) -> Result<Outcome, Unsettled> {
    let populations: Vec<Vec<u64>> =
        gathered.tasks.iter().map(|task| task.pools.iter().map(|pool| pool.rows()).collect()).collect();
    let mut faults = Faults::default();
    let mut strata = Vec::new();
    for (at, task) in job.tasks.iter().enumerate() {
        for (rate_at, (name, rate)) in task.rates.iter().enumerate() {
            let pool = std::mem::replace(&mut gathered.tasks[at].pools[rate_at], super::pool::Pool::open());
            let Ok(population) = u32::try_from(pool.rows()) else {
                let code = &task.code;
                let cause = both!(
                    "stratum {name} of task {code} has more than 4,294,967,295 rows",
                    "任务 {code} 的层 {name} 超过 4,294,967,295 行"
                );
                faults.error(
                    "too-many-rows",
                    Place::default(),
                    name,
                    cause,
                    both!("part the registry into strata", "把名录分成更多层"),
                );
                continue;
            };
            let (sample, reserve) = job.sizes(*rate, population);
            let fingerprint = pool.sum();
            let Some(picks) = pool.smallest(sample as usize + reserve as usize) else {
                return Err(Unsettled::TooTight(populations));
            };
            strata.push(Stratum { task: at, rate: rate_at, population, sample, reserve, fingerprint, picks });
        }
    }
    doubles(job, &strata, &gathered, &mut faults);
    if faults.has_errors() {
        return Err(Unsettled::Faults(faults.into_sorted()));
    }
    let mut left_out = Vec::new();
    if gathered.without_id > 0 {
        left_out.push(("*".to_owned(), "no-id", String::new(), gathered.without_id));
    }
    for (task, found) in job.tasks.iter().zip(&gathered.tasks) {
        if found.out_of_scope > 0 {
            left_out.push((task.code.clone(), "out-of-scope", String::new(), found.out_of_scope));
        }
        let without = found.without_rate.iter();
        left_out.extend(without.map(|(name, rows)| (task.code.clone(), "class-without-rate", name.clone(), *rows)));
    }
    left_out.sort();
    Ok(Outcome { strata, left_out, names: gathered.names, rows: gathered.rows, passes: 1 })
}

/// Finds ids that a task would draw twice, in one stratum or in two.
fn doubles(job: &Job, strata: &[Stratum], gathered: &Gathered, faults: &mut Faults) {
    for (at, task) in job.tasks.iter().enumerate() {
        let of_task = || strata.iter().filter(move |stratum| stratum.task == at);
        // Nearly always no two picks have even half a ticket in common, and to see that is cheap.
        let mut halves: Vec<u64> =
            of_task().flat_map(|stratum| &stratum.picks).map(|kept| (kept.ticket.value() >> 64) as u64).collect();
        // The stable sort finds the strata already in order, and only joins them.
        halves.sort();
        if halves.windows(2).all(|pair| pair[0] != pair[1]) {
            continue;
        }
        let mut all: Vec<Kept> = of_task().flat_map(|stratum| &stratum.picks).copied().collect();
        all.sort();
        let mut twice: Vec<Kept> = all.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        twice.dedup();
        for kept in twice {
            let id = kept.iv.id().or_else(|| gathered.names.get(&kept.iv).cloned()).unwrap_or_default();
            let place = Place { file: format!("task {}", task.code), ..Place::default() };
            let cause = both!(
                "the id stands in more than one row, and would be drawn more than once",
                "该号码出现在多行，会被重复抽中"
            );
            faults.error(
                "duplicate-id",
                place,
                &id,
                cause,
                both!(
                    "remove the doubles from the registry; there may be more that are not drawn",
                    "从名录中去掉重复行；未抽中的行里可能还有"
                ),
            );
        }
    }
}

/// Is a piece of work for one thread.
enum Piece {
    Rows { file: usize, piece: usize },
    Part { file: usize, part: u32, bytes: Vec<u8> },
}

/// Hands out pieces of work, in the order of the files.
struct Feed<'a> {
    sources: &'a [Source],
    file: usize,
    piece: usize,
    parts: Option<Parts>,
    /// Buffers to read into again.
    free: Vec<Vec<u8>>,
    /// Why files could not be read.
    failed: Vec<(PathBuf, Text)>,
    /// Rows of each piece, for the numbers of rows in faults.
    rows: VecDeque<((u32, u32), u64)>,
}

impl Feed<'_> {
    fn next(&mut self) -> Option<Piece> {
        loop {
            let source = self.sources.get(self.file)?;
            let (file, piece) = (self.file, self.piece);
            self.piece += 1;
            match &source.kind {
                Kind::Parquet { pieces, .. } if piece < pieces.len() => return Some(Piece::Rows { file, piece }),
                Kind::Parquet { .. } => {}
                Kind::Delimited(_) => match self.part() {
                    Ok(bytes) if !bytes.is_empty() => return Some(Piece::Part { file, part: piece as u32, bytes }),
                    Ok(_) => {}
                    Err(cause) => self.failed.push((source.path.clone(), cause)),
                },
            }
            (self.file, self.piece, self.parts) = (self.file + 1, 0, None);
        }
    }

    fn part(&mut self) -> Result<Vec<u8>, Text> {
        let mut bytes = self.free.pop().unwrap_or_default();
        if self.parts.is_none() {
            self.parts = Some(registry::delimited(&self.sources[self.file].path)?.0);
        }
        let parts = self.parts.as_mut().expect("the file was opened");
        parts.next(&mut bytes).map_err(|cut| match cut {
            Cut::Io(error) => error.say(),
            Cut::Quote => both!("a quote is opened and never closed", "引号没有闭合"),
        })?;
        Ok(bytes)
    }
}

/// Reads all rows once.
///
/// # Errors
/// All faults of the rows.
pub fn gather(
    job: &Job,
    prk: &Prk,
    sources: &[Source],
    limits: &Limits,
    settings: &Settings<'_>,
) -> Result<Gathered, Vec<Fault>> {
    let feed = Mutex::new(Feed {
        sources,
        file: 0,
        piece: 0,
        parts: None,
        free: Vec::new(),
        failed: Vec::new(),
        rows: VecDeque::new(),
    });
    let work = || thread_work(job, prk, sources, limits, settings, &feed);
    let (mut all, wide) = thread::scope(|scope| {
        let others: Vec<_> = (1..settings.threads.max(1)).map(|_| scope.spawn(work)).collect();
        let (mut all, mut wide) = work();
        for other in others {
            // Reading is guarded, so a thread that panics has met a broken promise of the program itself.
            let (gathered, more) = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all.join(gathered);
            wide.extend(more);
        }
        (all, wide)
    });
    let feed = feed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let faults = faults(std::mem::take(&mut all.spots), feed, wide, sources);
    if faults.is_empty() { Ok(all) } else { Err(faults) }
}

fn lock<'a, 'b>(feed: &'a Mutex<Feed<'b>>) -> MutexGuard<'a, Feed<'b>> {
    feed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works off pieces until there are none; returns what they gave, and headings with too many values.
fn thread_work(
    job: &Job,
    prk: &Prk,
    sources: &[Source],
    limits: &Limits,
    settings: &Settings<'_>,
    feed: &Mutex<Feed<'_>>,
) -> (Gathered, Vec<String>) {
    let headings = job.headings();
    let mut values: Vec<Values> = headings.iter().map(|_| Values::default()).collect();
    let mut tally = Tally::new(job, prk, &headings, limits);
    let mut open = None;
    loop {
        let Some(piece) = lock(feed).next() else { break };
        match piece {
            Piece::Rows { file, piece } => {
                let source = &sources[file];
                let Kind::Parquet { rows: all, pieces } = &source.kind else { continue };
                let done = registry::guarded(|| {
                    if !matches!(open, Some((of, _)) if of == file) {
                        open = Some((file, registry::parquet(&source.path)?));
                    }
                    let (_, reader) = open.as_ref().expect("the file was opened");
                    let at = (file as u32, piece as u32);
                    super::parquet::scan(reader, &source.columns, &pieces[piece], at, &mut tally, &mut values)
                        .map_err(|error| foreign(&error))
                });
                match done {
                    Ok(rows) => {
                        (settings.progress)(
                            rows,
                            (u128::from(source.bytes) * u128::from(rows) / u128::from((*all).max(1))) as u64,
                        );
                        lock(feed).rows.push_back(((file as u32, piece as u32), rows));
                    }
                    Err(cause) => lock(feed).failed.push((source.path.clone(), cause)),
                }
            }
            Piece::Part { file, part, bytes } => {
                let Kind::Delimited(shape) = &sources[file].kind else { continue };
                let rows = delimited::scan(
                    &bytes,
                    shape,
                    &sources[file].columns,
                    (file as u32, part),
                    &mut tally,
                    &mut values,
                );
                (settings.progress)(rows, bytes.len() as u64);
                let mut feed = lock(feed);
                feed.rows.push_back(((file as u32, part), rows));
                feed.free.push(bytes);
            }
        }
    }
    let wide = headings.iter().zip(&values).filter(|(_, values)| values.is_too_many());
    let wide = wide.map(|(heading, _)| (*heading).to_owned()).collect();
    (tally.finish(&values), wide)
}

/// Puts what went wrong into words, in the order of the files.
fn faults(spots: Spots, mut feed: Feed<'_>, mut wide: Vec<String>, sources: &[Source]) -> Vec<Fault> {
    let mut faults = Faults::default();
    for (path, cause) in std::mem::take(&mut feed.failed) {
        faults.error(
            "unreadable-file",
            registry::place(&path),
            "",
            cause,
            both!("restore the file, or write it again", "恢复该文件，或重新写出"),
        );
    }
    wide.sort();
    wide.dedup();
    for heading in wide {
        let cause = both!(
            "the column has 100,000 different values or more, too many for strata or a scope",
            "该列有 100,000 个以上不同的值，不宜用来分层或划定范围"
        );
        faults.error(
            "too-many-values",
            Place { column: heading, ..Place::default() },
            "",
            cause,
            both!("name the column of the classes", "指明分类所在的列"),
        );
    }
    feed.rows.make_contiguous().sort_unstable();
    for (wrong, (count, first)) in spots.0 {
        let (code, cause, remedy) = match wrong {
            Wrong::NoId => (
                "missing-id",
                both!("the row has no id", "该行没有号码"),
                both!(
                    "add the id, or leave such rows out with --without-id leave-out",
                    "补上号码，或用 --without-id leave-out 略去这些行"
                ),
            ),
            Wrong::NotText => (
                "not-utf8",
                both!("the id is no text in UTF-8", "号码不是 UTF-8 文本"),
                both!("write the file in UTF-8", "用 UTF-8 写出该文件"),
            ),
            Wrong::ValueNotText => (
                "not-utf8",
                both!(
                    "the value that strata or a scope are taken from is no text in UTF-8",
                    "用于分层或划定范围的值不是 UTF-8 文本"
                ),
                both!("write the file in UTF-8", "用 UTF-8 写出该文件"),
            ),
            Wrong::Fields => (
                "ragged-row",
                both!("the row has not as many fields as the headings", "该行的字段数与表头不同"),
                both!("quote fields that hold separators", "含分隔符的字段要加引号"),
            ),
        };
        let more = count.saturating_sub(first.len() as u64);
        let last = first.len();
        for (nth, ((file, part, row), text)) in first.into_iter().enumerate() {
            let before: u64 =
                feed.rows.iter().filter(|((f, p), _)| *f == file && *p < part).map(|(_, rows)| rows).sum();
            // Rows count as in the readers of tables: a heading is row 1 of a text, and none of Parquet.
            let heading = u64::from(matches!(sources[file as usize].kind, Kind::Delimited(_)));
            let place = Place {
                row: u32::try_from(before + row + 1 + heading).ok(),
                ..registry::place(&sources[file as usize].path)
            };
            let cause = if nth + 1 == last && more > 0 {
                cause.followed_by(both!("; so in {more} more rows", "；另有 {more} 行如此"))
            } else {
                cause.clone()
            };
            faults.error(code, place, &text, cause, remedy.clone());
        }
    }
    faults.into_sorted()
}
