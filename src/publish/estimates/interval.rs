//! Estimates from cells of simple random samples, with intervals that hold for few and for no hits (protocol §22.5).
//!
//! Figures for people: nothing here decides anything. Only sums, products, quotients and square roots of floating
//! point occur, which give the same digits on every machine.

use std::fmt;

use serde::Serialize;

/// Is a part of a population from which a simple random sample was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub population: u32,
    /// At most the population; 0 if nobody of the cell was drawn.
    pub sample: u32,
    /// Of the sample, those with a violation.
    pub hits: u32,
    /// Of the sample, those whose result is not known and who are no hit yet.
    pub awaited: u32,
}

/// Is a fraction in lowest terms; the denominator is above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    pub part: u128,
    pub whole: u128,
}

/// Is an estimated share of a population.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    pub population: u32,
    pub sample: u32,
    pub hits: u32,
    pub awaited: u32,
    /// Population of the cells of which nobody was drawn: nothing is known of them.
    pub uncovered: u32,
    /// Estimated number of hits in the covered population, as the exact sum of N·x/n, with those awaited as none.
    pub total: String,
    /// Share of the covered population, if those awaited turn out to be none, and if all turn out to be hits.
    pub share: Option<[f64; 2]>,
    /// Standard error of the share with the finite population correction; nothing if a cell has a single entity
    /// drawn out of several, if anything is awaited, if a part is uncovered, or if the formula would
    /// say 0 of a mere sample.
    pub standard_error: Option<f64>,
    /// Ends of the 95 % interval for the share of the whole population, whatever those awaited and uncovered are.
    pub interval: [f64; 2],
}

/// Chance with which each end of an interval may miss: 2.5 %, so that the interval holds in 95 %.
const MISS: f64 = 0.025;

/// Estimates a share over disjoint cells.
///
/// The point is the Horvitz–Thompson estimate with the chances n/N (Horvitz and Thompson 1952). The interval combines
/// the exact hypergeometric limits of each cell by the square root of the weighted squares of their distances from the
/// point (recovery of variances, Zou and Donner 2008); with one cell it is the exact one.
pub fn estimate(cells: &[Cell]) -> Estimate {
    let sum = |of: fn(&Cell) -> u32| cells.iter().map(of).sum::<u32>();
    let population = sum(|cell| cell.population);
    let covered: Vec<&Cell> = cells.iter().filter(|cell| cell.sample > 0).collect();
    let within: u32 = covered.iter().map(|cell| cell.population).sum();
    let share = |hits: fn(&Cell) -> u32, of: u32| -> f64 {
        let parts = covered
            .iter()
            .map(|cell| f64::from(cell.population) / f64::from(of) * f64::from(hits(cell)) / f64::from(cell.sample));
        parts.sum()
    };
    let none: fn(&Cell) -> u32 = |cell| cell.hits;
    let all: fn(&Cell) -> u32 = |cell| cell.hits + cell.awaited;
    let (mut below, mut above) = (0.0, 0.0);
    for cell in &covered {
        let weight = f64::from(cell.population) / f64::from(population);
        let point = |hits: u32| f64::from(hits) / f64::from(cell.sample);
        let at = |count: u32| f64::from(count) / f64::from(cell.population);
        let low = weight * (point(cell.hits) - at(least(cell.population, cell.sample, cell.hits)));
        let hits = cell.hits + cell.awaited;
        let high = weight * (at(most(cell.population, cell.sample, hits)) - point(hits));
        below += low * low;
        above += high * high;
    }
    let uncovered = population - within;
    let interval = if population == 0 {
        [0.0, 1.0]
    } else {
        let rest = f64::from(uncovered) / f64::from(population);
        let (low, high) = (share(none, population) - below.sqrt(), share(all, population) + above.sqrt() + rest);
        // An empty sum is −0, which plus 0 is 0.
        [low.clamp(0.0, 1.0) + 0.0, high.clamp(0.0, 1.0)]
    };
    let awaited = sum(|cell| cell.awaited);
    Estimate {
        population,
        sample: sum(|cell| cell.sample),
        hits: sum(|cell| cell.hits),
        awaited,
        uncovered,
        total: total(&covered).map_or_else(String::new, |total| total.to_string()),
        share: (within > 0).then(|| [share(none, within), share(all, within)]),
        standard_error: Some(&covered).filter(|_| awaited == 0 && uncovered == 0 && within > 0).and_then(|c| error(c)),
        interval,
    }
}

/// Computes the standard error of the share: the root of the sum of W²·(1 − n/N)·p(1 − p)/(n − 1).
fn error(cells: &[&Cell]) -> Option<f64> {
    let population: u32 = cells.iter().map(|cell| cell.population).sum();
    let is_full = cells.iter().all(|cell| cell.sample == cell.population);
    let mut sum = 0.0;
    for cell in cells.iter().filter(|cell| cell.sample < cell.population) {
        let (n, size) = (f64::from(cell.sample), f64::from(cell.population));
        let (weight, p) = (size / f64::from(population), f64::from(cell.hits) / n);
        if cell.sample == 1 {
            return None;
        }
        sum += weight * weight * (1.0 - n / size) * p * (1.0 - p) / (n - 1.0);
    }
    (sum > 0.0 || is_full).then(|| sum.sqrt())
}

/// Sums N·x/n exactly; `None` where the common denominator is beyond 128 bits.
fn total(cells: &[&Cell]) -> Option<Fraction> {
    let zero = Fraction { part: 0, whole: 1 };
    cells.iter().try_fold(zero, |sum, cell| {
        let part = u128::from(cell.population) * u128::from(cell.hits);
        sum.plus(Fraction { part, whole: u128::from(cell.sample) })
    })
}

impl Fraction {
    fn plus(self, other: Fraction) -> Option<Fraction> {
        let common = divisor(self.whole, other.whole);
        let (one, two) = (other.whole / common, self.whole / common);
        let part = self.part.checked_mul(one)?.checked_add(other.part.checked_mul(two)?)?;
        let whole = self.whole.checked_mul(one)?;
        let common = divisor(part, whole);
        Some(Fraction { part: part / common, whole: whole / common })
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whole {
            1 => write!(f, "{}", self.part),
            whole => write!(f, "{}/{whole}", self.part),
        }
    }
}

/// Computes the greatest common divisor; the second number is above 0.
fn divisor(a: u128, b: u128) -> u128 {
    if a == 0 { b } else { divisor(b % a, a) }
}

/// Finds the least number of hits in a population with which so many in the sample are no surprise.
pub fn least(population: u32, sample: u32, hits: u32) -> u32 {
    if hits == 0 {
        return 0;
    }
    first(hits, population - (sample - hits), |all| 1.0 - at_most(population, all, sample, hits - 1) > MISS)
}

/// Finds the greatest number of hits in a population with which so few in the sample are no surprise.
pub fn most(population: u32, sample: u32, hits: u32) -> u32 {
    let misses = sample - hits;
    // The misses have a least number as the hits have a greatest.
    population - least(population, sample, misses)
}

/// Finds the first number from `low` to `high` that fits; a number that fits is followed by such only, `high` fits.
fn first(mut low: u32, mut high: u32, fits: impl Fn(u32) -> bool) -> u32 {
    while low < high {
        let middle = low + (high - low) / 2;
        if fits(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// Computes the chance that a sample holds at most `hits` of the `all` hits of a population (hypergeometric).
///
/// The terms are computed from the largest one outwards, each from the one before, so none is too small or too great.
fn at_most(population: u32, all: u32, sample: u32, hits: u32) -> f64 {
    let [size, all_hits, n] = [population, all, sample].map(f64::from);
    let lowest = sample.saturating_sub(population - all);
    let highest = sample.min(all);
    let peak = ((n + 1.0) * (all_hits + 1.0) / (size + 2.0)) as u32;
    let peak = peak.clamp(lowest, highest);
    let (mut within, mut beyond) = (0.0, 0.0);
    let mut add = |at: u32, term: f64| if at <= hits { within += term } else { beyond += term };
    add(peak, 1.0);
    let mut term = 1.0;
    for at in peak..highest {
        let k = f64::from(at);
        term *= (all_hits - k) * (n - k) / ((k + 1.0) * (size - all_hits - n + k + 1.0));
        add(at + 1, term);
        if term < NEGLIGIBLE {
            break;
        }
    }
    term = 1.0;
    for at in (lowest + 1..=peak).rev() {
        let k = f64::from(at);
        term *= k * (size - all_hits - n + k) / ((all_hits - k + 1.0) * (n - k + 1.0));
        add(at - 1, term);
        if term < NEGLIGIBLE {
            break;
        }
    }
    within / (within + beyond)
}

/// Terms below this part of the largest one change no digit that matters.
const NEGLIGIBLE: f64 = 1e-18;

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(population: u32, sample: u32, hits: u32) -> Cell {
        Cell { population, sample, hits, awaited: 0 }
    }

    #[test]
    fn the_limits_are_the_exact_hypergeometric_ones() {
        // Without it an interval could be a few entities off, which no simulation would show. The sums are done anew
        // with binomial coefficients, which are whole numbers below 2^53 for a population of 40.
        let choose = |n: u32, k: u32| (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1));
        let tail = |all: u32, n: u32, range: std::ops::RangeInclusive<u32>| {
            let fits = range.filter(|k| *k <= all && n - k <= 40 - all);
            fits.map(|k| choose(all, k) * choose(40 - all, n - k)).sum::<f64>() / choose(40, n)
        };
        for n in [1, 2, 7, 19, 40] {
            for hits in 0..=n {
                let possible = hits..=40 - (n - hits);
                let low = possible.clone().find(|all| tail(*all, n, hits..=n) > MISS);
                let high = possible.rev().find(|all| tail(*all, n, 0..=hits) > MISS);
                assert_eq!((Some(least(40, n, hits)), Some(most(40, n, hits))), (low, high), "{hits} of {n}");
            }
        }
    }

    #[test]
    fn a_whole_population_is_known_and_no_hit_is_not_none() {
        // Without it a full check would have an interval, or a sample without hits would promise a county without any.
        let full = estimate(&[cell(12, 12, 3)]);
        assert_eq!((full.total.as_str(), full.interval, full.standard_error), ("3", [0.25, 0.25], Some(0.0)));
        let no_hit = estimate(&[cell(1000, 50, 0)]);
        assert_eq!((no_hit.share, no_hit.standard_error), (Some([0.0, 0.0]), None));
        assert!(no_hit.interval[0] == 0.0 && (0.06..0.08).contains(&no_hit.interval[1]), "{no_hit:?}");
        let single = estimate(&[cell(100, 1, 0), cell(50, 10, 2)]);
        assert_eq!(single.standard_error, None, "one entity tells nothing of the spread");
        assert!(single.interval[1] > 0.5, "{single:?}");
    }

    #[test]
    fn what_is_awaited_or_uncovered_widens_the_interval() {
        // Without it results that are held back would look like results without violations.
        let known = estimate(&[cell(200, 20, 4)]);
        let held = estimate(&[Cell { awaited: 5, ..cell(200, 20, 4) }]);
        assert_eq!(held.interval[0], known.interval[0]);
        assert_eq!(held.interval[1], estimate(&[cell(200, 20, 9)]).interval[1]);
        assert_eq!(held.share, Some([0.2, 0.45]));
        let part = estimate(&[cell(200, 20, 4), cell(50, 0, 0)]);
        assert_eq!((part.uncovered, part.share), (50, Some([0.2, 0.2])));
        assert!(part.interval[1] > known.interval[1] * 0.8 + 0.2 - 1e-9, "{part:?}");
    }

    #[test]
    fn totals_are_exact() {
        // Without it two offices could publish totals that differ in the last digit.
        let sum = estimate(&[cell(100, 7, 3), cell(30, 6, 1), cell(9, 9, 2)]);
        // 300/7 + 5 + 2
        assert_eq!(sum.total, "349/7");
    }
}
