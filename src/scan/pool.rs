//! One stratum while its rows go by: what may still be drawn, and no more.
//!
//! A row is kept if its ticket lies at or below a limit that falls as rows are seen. The limit leaves room to spare, but
//! whether it left enough is not believed but counted, at the end: if the kept rows at or below the lowest limit that was
//! ever in force are as many as are wanted, nothing that was let go can be among them. Otherwise the rows are read once
//! more, with limits from the populations that are known by then.

use super::job::Job;
use crate::lottery::{Iv, Rate, Ticket};

/// Is one row that may be drawn. The order is that of the draw (protocol §6): ticket, then IV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    pub ticket: Ticket,
    pub iv: Iv,
}

/// Holds what is known of one stratum after some of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What was seen, in two halves: a sum waits for the one before it, so neighbours go to different ones.
    seen: [Seen; 2],
    /// First half of the largest ticket that is still kept.
    pub limit: u64,
    /// Rows at or below the limit that was in force when they came, in any order.
    pub kept: Vec<Kept>,
    /// Number of rows at which the limit is lowered next.
    pub(super) due: u64,
}

/// Is a number of rows and the sum of their tickets modulo 2^128.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    rows: u64,
    sum: u128,
}

/// Says how much room limits leave above what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Margin {
    /// Standard deviations of the number of rows below a limit.
    pub deviations: u64,
    /// Rows besides.
    pub rows: u64,
}

impl Default for Margin {
    /// Is exceeded about once in 10^15 strata.
    fn default() -> Margin {
        Margin { deviations: 8, rows: 64 }
    }
}

impl Margin {
    /// Computes the limit below which at least `wanted` of `population` rows lie, but for bad luck.
    pub fn limit(self, wanted: u64, population: u64) -> u64 {
        let room = wanted + self.deviations * (wanted.isqrt() + 1) + self.rows;
        if room >= population {
            return u64::MAX;
        }
        // Below 2^64, because room is less than the population.
        ((u128::from(room) << 64) / u128::from(population)) as u64
    }

    /// Leaves much more room, for the next attempt.
    pub fn wider(self) -> Margin {
        Margin { deviations: self.deviations.saturating_mul(4).max(8), rows: self.rows.saturating_mul(4).max(64) }
    }
}

impl Pool {
    /// Opens a pool that lets everything in until it knows better.
    pub fn open() -> Pool {
        Pool { seen: [Seen::default(); 2], limit: u64::MAX, kept: Vec::new(), due: FIRST_DUE }
    }

    /// Opens a pool whose limit stays as it is.
    pub fn fixed(limit: u64) -> Pool {
        Pool { limit, due: u64::MAX, ..Pool::open() }
    }

    /// Opens a pool that has seen some rows and kept what lies at or below a limit, as a partial result says.
    pub fn of_part(rows: u64, sum: u128, limit: u64, kept: Vec<Kept>) -> Pool {
        Pool { seen: [Seen { rows, sum }, Seen::default()], kept, ..Pool::fixed(limit) }
    }

    /// Returns the number of rows seen.
    pub fn rows(&self) -> u64 {
        self.seen.iter().map(|seen| seen.rows).sum()
    }

    /// Returns the sum of their tickets modulo 2^128: the fingerprint of the frame (protocol §21.4).
    pub fn sum(&self) -> u128 {
        self.seen.iter().fold(0, |sum, seen| sum.wrapping_add(seen.sum))
    }

    /// Counts a row and tells whether it has to be kept; neighbours should come with numbers of which one is odd.
    #[inline(always)]
    pub fn count(&mut self, at: usize, ticket: Ticket) -> bool {
        let seen = &mut self.seen[at % 2];
        seen.rows += 1;
        seen.sum = seen.sum.wrapping_add(ticket.value());
        first_half(ticket) <= self.limit
    }

    /// Keeps a row that was counted, and tells whether the limit should be lowered.
    pub fn keep(&mut self, row: Kept) -> bool {
        self.kept.push(row);
        self.rows() >= self.due
    }

    /// Lowers the limit to what the rows seen so far allow.
    pub fn lower(&mut self, job: &Job, rate: Rate, margin: Margin) {
        let rows = self.rows();
        let (sample, reserve) = job.sizes(rate, u32::try_from(rows).unwrap_or(u32::MAX));
        let wanted = u64::from(sample) + u64::from(reserve);
        self.limit = self.limit.min(margin.limit(wanted, rows));
        self.due = rows + rows / 16 + 256;
        // A count keeps falling behind its rows; letting the surplus go only now and then costs next to nothing.
        if self.kept.len() as u64 > 2 * wanted + 4_096 {
            self.keep_below(self.limit);
        }
    }

    /// Joins what another thread, or another file, has seen of the same stratum.
    pub fn join(&mut self, other: Pool) {
        for (own, other) in self.seen.iter_mut().zip(other.seen) {
            own.rows += other.rows;
            own.sum = own.sum.wrapping_add(other.sum);
        }
        let limit = self.limit.min(other.limit);
        self.keep_below(limit);
        self.limit = limit;
        self.kept.extend(other.kept.into_iter().filter(|kept| first_half(kept.ticket) <= limit));
    }

    /// Returns the `wanted` smallest rows in their order, or nothing if rows that were let go may be among them.
    pub fn smallest(mut self, wanted: usize) -> Option<Vec<Kept>> {
        self.keep_below(self.limit);
        if self.kept.len() < wanted {
            return None;
        }
        if wanted < self.kept.len() {
            self.kept.select_nth_unstable(wanted);
            self.kept.truncate(wanted);
        }
        self.kept.sort_unstable();
        Some(self.kept)
    }

    fn keep_below(&mut self, limit: u64) {
        self.kept.retain(|kept| first_half(kept.ticket) <= limit);
    }
}

/// Rows after which a limit is set for the first time.
const FIRST_DUE: u64 = 1_024;

#[inline(always)]
fn first_half(ticket: Ticket) -> u64 {
    (ticket.value() >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lottery::{Key, Rounding, Suite};

    fn job() -> Job {
        let (region, period) = ("100000".to_owned(), "2026Q4".to_owned());
        let (id, rounding) = ("id".to_owned(), Rounding::Up);
        Job {
            region,
            period,
            suite: Suite::Dr1,
            id,
            rounding,
            reserve: None,
            leaves_out_without_id: false,
            tasks: Vec::new(),
        }
    }

    fn rows(n: u32, key: u8) -> Vec<Kept> {
        let key = Key::from_bytes(Suite::Dr1, [key; 32]);
        (0..n).map(|i| Iv::of(Suite::Dr1, &i.to_string())).map(|iv| Kept { ticket: key.ticket(iv), iv }).collect()
    }

    fn pool(rows: &[Kept], rate: Rate, margin: Margin) -> Pool {
        let mut pool = Pool::open();
        for (at, &row) in rows.iter().enumerate() {
            if pool.count(at, row.ticket) && pool.keep(row) {
                pool.lower(&job(), rate, margin);
            }
        }
        pool
    }

    const RATES: [Rate; 3] = [Rate::Share { part: 1, whole: 100 }, Rate::Share { part: 3, whole: 10 }, Rate::Count(50)];
    const MARGINS: [Margin; 2] = [Margin { deviations: 8, rows: 64 }, Margin { deviations: 0, rows: 0 }];

    /// Without it a limit that fell too fast would quietly swap drawn entities for others.
    #[test]
    fn the_smallest_are_exact_or_refused() {
        let (mut exact, mut refused) = (0, 0);
        // Several keys, because whether the room of one was enough is luck.
        for all in (1..=4).map(|key| rows(20_000, key)) {
            let mut sorted = all.clone();
            sorted.sort_unstable();
            for (rate, margin) in RATES.into_iter().flat_map(|rate| MARGINS.map(|margin| (rate, margin))) {
                let wanted = rate.of(20_000, Rounding::Up) as usize;
                for split in [20_000, 10_000, 300] {
                    let mut joined = pool(&all[..split], rate, margin);
                    joined.join(pool(&all[split..], rate, margin));
                    assert_eq!(joined.rows(), 20_000);
                    match joined.smallest(wanted) {
                        Some(smallest) => {
                            assert_eq!(smallest, sorted[..wanted]);
                            exact += 1;
                        }
                        None => {
                            assert_eq!(margin.deviations, 0, "the usual margin leaves enough room");
                            refused += 1;
                        }
                    }
                }
            }
        }
        assert!(exact >= 36 && refused > 0, "{exact} exact, {refused} refused");
    }

    /// Without it a small quota of a huge registry would keep the registry in memory.
    #[test]
    fn memory_follows_the_sample() {
        let pool = pool(&rows(50_000, 7), Rate::Count(100), Margin::default());
        assert!(pool.kept.len() < 6_000, "{} rows are kept", pool.kept.len());
        assert_eq!(pool.smallest(100).map(|smallest| smallest.len()), Some(100));
    }
}
