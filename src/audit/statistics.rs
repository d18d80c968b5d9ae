//! Exact distributions of counts: nothing here is a normal approximation (protocol §20).
//!
//! Floats are fine in this module: its numbers judge draws that are over, and decide none.

use statrs::function::beta::beta_reg;
use statrs::function::factorial::ln_binomial;

/// Two tails count as equally likely if their probabilities differ by less than this part.
const SAME: f64 = 1.0 + 1e-7;

/// Returns the probability of at most `k` hits among `n` independent trials of chance `p`, which lies in 0..=1.
pub fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n || p <= 0.0 {
        1.0
    } else if p >= 1.0 {
        0.0
    } else {
        beta_reg((n - k) as f64, (k + 1) as f64, 1.0 - p)
    }
}

/// Returns the probability of at least `k` hits among `n` independent trials of chance `p`, which lies in 0..=1.
pub fn at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 || p >= 1.0 {
        1.0
    } else if k > n || p <= 0.0 {
        0.0
    } else {
        beta_reg(k as f64, (n - k + 1) as f64, p)
    }
}

/// Computes exact bounds for a chance of which `k` hits in `n` trials are known (Clopper and Pearson 1934).
///
/// `miss` is the probability, 0 to 1, that the bounds do not hold the chance: 0.05 for bounds of 95 %.
///
/// ```
/// use fairdraw::audit::statistics::interval;
/// let (low, high) = interval(0, 10, 0.05);
/// assert!(low == 0.0 && (high - 0.3085).abs() < 1e-4);
/// ```
pub fn interval(k: u64, n: u64, miss: f64) -> (f64, f64) {
    let low = if k == 0 { 0.0 } else { bisect(|p| at_least(k, n, p) > miss / 2.0) };
    let high = if k == n { 1.0 } else { bisect(|p| at_most(k, n, p) <= miss / 2.0) };
    (low, high)
}

/// Finds the least number in 0..=1 from which on a rising question is answered by yes.
fn bisect(is_reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if is_reached(middle) { high = middle } else { low = middle }
    }
    high
}

/// Returns the smallest and the largest count of `n` trials of chance `p` that are not too far out: each tail beyond
/// them has at most the probability `miss / 2`.
pub fn limits(n: u64, p: f64, miss: f64) -> (u64, u64) {
    let low = first(n, |k| at_most(k, n, p) > miss / 2.0);
    let high = first(n, |k| k == n || at_least(k + 1, n, p) <= miss / 2.0);
    (low, high)
}

/// Finds the least of 0..=n from which on a rising question is answered by yes, or n.
fn first(n: u64, is_reached: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_reached(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// Is how likely each count from 0 on is.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts(Vec<f64>);

impl Counts {
    /// Is the distribution before anything was counted: surely 0.
    pub fn none() -> Counts {
        Counts(vec![1.0])
    }

    /// Is the number of marked ones among `taken` that are taken from `all`, `marked` of which are marked; Fisher's.
    pub fn of_taken(all: u64, marked: u64, taken: u64) -> Counts {
        let whole = ln_binomial(all, taken);
        let chance = |hits: u64| {
            let possible = hits <= marked && taken <= all && taken - hits <= all - marked;
            let ways = || ln_binomial(marked, hits) + ln_binomial(all - marked, taken - hits);
            if possible { (ways() - whole).exp() } else { 0.0 }
        };
        Counts((0..=taken).map(chance).collect())
    }

    /// Is the number of neighbours: of places in a row of `all`, `taken` of which are taken, those whose next is taken too.
    ///
    /// Wald and Wolfowitz 1940: `taken` places in r runs have `taken − r` such neighbours.
    pub fn of_neighbours(all: u64, taken: u64) -> Counts {
        if taken == 0 {
            return Counts::none();
        }
        let whole = ln_binomial(all, taken);
        let gaps = all - taken + 1;
        let chance = |neighbours: u64| {
            let runs = taken - neighbours;
            let ways = || ln_binomial(taken - 1, runs - 1) + ln_binomial(gaps, runs);
            if runs <= gaps { (ways() - whole).exp() } else { 0.0 }
        };
        Counts((0..taken).map(chance).collect())
    }

    /// Adds one independent trial of chance `p`.
    pub fn and_trial(&self, p: f64) -> Counts {
        self.and(&Counts(vec![1.0 - p, p]))
    }

    /// Is the sum with an independent count.
    pub fn and(&self, other: &Counts) -> Counts {
        let mut sum = vec![0.0; self.0.len() + other.0.len() - 1];
        for (at, a) in self.0.iter().enumerate() {
            for (step, b) in other.0.iter().enumerate() {
                sum[at + step] += a * b;
            }
        }
        Counts(sum)
    }

    /// Returns the probability of exactly this count.
    pub fn exactly(&self, count: u64) -> f64 {
        usize::try_from(count).ok().and_then(|at| self.0.get(at).copied()).unwrap_or(0.0)
    }

    /// Returns the probability of this count or more.
    pub fn at_least(&self, count: u64) -> f64 {
        self.0.iter().skip(count as usize).sum::<f64>().min(1.0)
    }

    /// Returns the probability of this count or fewer.
    pub fn at_most(&self, count: u64) -> f64 {
        self.0.iter().take(count as usize + 1).sum::<f64>().min(1.0)
    }

    /// Returns the mean.
    pub fn mean(&self) -> f64 {
        self.0.iter().enumerate().map(|(at, chance)| at as f64 * chance).sum()
    }

    /// Returns the probability of all counts that are no likelier than this one: the exact two-sided test.
    pub fn as_unlikely_as(&self, count: u64) -> f64 {
        let seen = self.exactly(count) * SAME;
        self.0.iter().filter(|chance| **chance <= seen).sum::<f64>().min(1.0)
    }
}

/// Returns how many independent trials it takes until an exact one-sided test at `level` tells the chance `real` from the
/// chance `told` with probability `power`; both chances lie strictly between 0 and 1. `None` beyond 2^40 trials.
///
/// ```
/// use fairdraw::audit::statistics::trials_needed;
/// // A firm that should come at 5 % and comes at a quarter of a per cent: 59 draws without it are noticed at 5 %.
/// assert_eq!(trials_needed(0.05, 0.0025, 0.05, 0.8), Some(59));
/// ```
pub fn trials_needed(told: f64, real: f64, level: f64, power: f64) -> Option<u64> {
    const MOST: u64 = 1 << 40;
    if told == real {
        return None;
    }
    // For each edge of the critical region there is one number of trials that serves it best, and a further edge needs
    // more trials than a nearer one; so the first edge that works has the fewest.
    for edge in 0..1_000_000 {
        let trials = if real < told {
            first(MOST, |n| at_most(edge, n, told) <= level)
        } else {
            first(MOST, |n| at_least(edge, n, real) >= power)
        };
        if trials == MOST {
            return None;
        }
        let works = if real < told {
            at_most(edge, trials, real) >= power
        } else {
            edge > 0 && at_least(edge, trials, told) <= level
        };
        if works {
            return Some(trials);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds up C(n, k) p^k (1−p)^(n−k) in the plainest way.
    fn plain(n: u64, p: f64) -> Vec<f64> {
        (0..n).fold(Counts::none(), |sum, _| sum.and_trial(p)).0
    }

    #[test]
    fn tails_are_those_of_the_binomial() {
        // Without it a mistaken argument of the incomplete beta function would make every bound a little wrong.
        for (n, p) in [(1, 0.5), (12, 0.03), (40, 0.7)] {
            let chances = plain(n, p);
            for k in 0..=n {
                let below: f64 = chances[..=k as usize].iter().sum();
                let above: f64 = chances[k as usize..].iter().sum();
                assert!((at_most(k, n, p) - below).abs() < 1e-12, "at most {k} of {n}");
                assert!((at_least(k, n, p) - above).abs() < 1e-12, "at least {k} of {n}");
            }
        }
    }

    #[test]
    fn bounds_are_those_of_clopper_and_pearson() {
        // Without it "exact bounds" would be a word; the figures are those of the usual tables.
        for (k, n, low, high) in [(8, 10, 0.443_9, 0.974_8), (1, 20, 0.001_3, 0.248_7), (50, 100, 0.398_3, 0.601_7)] {
            let found = interval(k, n, 0.05);
            assert!((found.0 - low).abs() < 1e-4 && (found.1 - high).abs() < 1e-4, "{k} of {n}: {found:?}");
        }
        assert_eq!(interval(5, 5, 0.05).1, 1.0);
    }

    #[test]
    fn limits_leave_out_what_is_too_unlikely_and_nothing_more() {
        // Without it a fair lottery could be called unfair, or an unfair one fair.
        for (n, p, miss) in [(1000, 0.02, 0.001), (50, 0.5, 0.01), (10, 0.001, 0.05)] {
            let (low, high) = limits(n, p, miss);
            assert!(low == 0 || at_most(low - 1, n, p) <= miss / 2.0);
            assert!(at_most(low, n, p) > miss / 2.0);
            assert!(at_least(high + 1, n, p) <= miss / 2.0);
            assert!(high == 0 || at_least(high, n, p) > miss / 2.0);
        }
    }

    #[test]
    fn counts_are_what_listing_every_case_gives() {
        // Without it the tests of an audit would rest on formulas that nobody has tried.
        const ALL: u32 = 10;
        for taken in 0..=ALL {
            let ways: Vec<u32> = (0u32..1 << ALL).filter(|set| set.count_ones() == taken).collect();
            let share = |hits: &dyn Fn(u32) -> u32, count: u32| {
                ways.iter().filter(|set| hits(**set) == count).count() as f64 / ways.len() as f64
            };
            let neighbours = Counts::of_neighbours(ALL.into(), taken.into());
            let lower = Counts::of_taken(ALL.into(), 4, taken.into());
            for count in 0..=taken {
                let found = share(&|set| (set & (set >> 1)).count_ones(), count);
                assert!((neighbours.exactly(count.into()) - found).abs() < 1e-12, "{taken} taken, {count} neighbours");
                let found = share(&|set| (set & 0b1111).count_ones(), count);
                assert!((lower.exactly(count.into()) - found).abs() < 1e-12, "{taken} taken, {count} of four");
            }
        }
    }

    #[test]
    fn the_number_of_trials_is_the_least_that_works() {
        // Without it an auditor would be told to wait for draws that are not needed, or to judge too early.
        for (told, real) in [(0.2, 0.05), (0.2, 0.5), (0.1, 0.02)] {
            let works = |n: u64| {
                (0..=n).any(|edge| match real < told {
                    true => at_most(edge, n, told) <= 0.05 && at_most(edge, n, real) >= 0.8,
                    false => at_least(edge, n, told) <= 0.05 && at_least(edge, n, real) >= 0.8,
                })
            };
            let least = (1..1000).find(|n| works(*n));
            assert_eq!(trials_needed(told, real, 0.05, 0.8), least, "{told} or {real}");
        }
        assert_eq!(trials_needed(0.3, 0.3, 0.05, 0.8), None);
    }
}
