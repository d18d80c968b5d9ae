//! Random choices of the generator: one ChaCha20 stream per table, integers only.

use jiff::ToSpan;
use jiff::civil::Date;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Yields the random words of one table; the same name gives the same words on every machine.
pub(super) struct Stream(ChaCha20Rng);

impl Stream {
    /// Opens the stream of a table; `name` has 1 to 32 bytes and is the seed, padded with zeros.
    pub(super) fn of(name: &str) -> Stream {
        let mut seed = [0u8; 32];
        seed[..name.len()].copy_from_slice(name.as_bytes());
        Stream(ChaCha20Rng::from_seed(seed))
    }

    /// Draws a number in `0..bound` (`bound` > 0), exactly uniform.
    ///
    /// Multiplies a 32-bit word and rejects the short tail (Lemire 2019, "Fast random integer generation in an interval").
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let tail = bound.wrapping_neg() % bound;
        loop {
            let product = u64::from(self.0.next_u32()) * u64::from(bound);
            if product as u32 >= tail {
                return (product >> 32) as u32;
            }
        }
    }

    /// Draws a number in `low..=high`.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// Says yes in `per_mille` of 1,000 cases.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille
    }

    /// Picks one of a slice that is not empty.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u32) as usize]
    }

    /// Picks a position with a probability in proportion to its weight; the weights' sum is above 0.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (position, &weight) in weights.iter().enumerate() {
            if left < weight {
                return position;
            }
            left -= weight;
        }
        unreachable!("the word is below the sum of the weights")
    }

    /// Brings a slice into a random order (Fisher & Yates, Knuth's algorithm P).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            items.swap(last, other);
        }
    }

    /// Draws a day in `first..=last`.
    pub(super) fn day(&mut self, first: Date, last: Date) -> Date {
        let days = first.until(last).expect("both days lie in jiff's range").get_days();
        later(first, i64::from(self.below(days as u32 + 1)))
    }
}

/// Returns the day `days` after `date`.
pub(super) fn later(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).expect("the generator stays between 1980 and 2040")
}

/// Shares `total` out in proportion to the weights, by largest remainders; a tie goes to the earlier position.
pub(super) fn apportion(total: u32, weights: &[u32]) -> Vec<u32> {
    let sum: u64 = weights.iter().map(|&weight| u64::from(weight)).sum();
    let exact = |weight: u32| u64::from(total) * u64::from(weight);
    let mut shares: Vec<u32> = weights.iter().map(|&weight| (exact(weight) / sum) as u32).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&position| (std::cmp::Reverse(exact(weights[position]) % sum), position));
    let left = total - shares.iter().sum::<u32>();
    for &position in order.iter().take(left as usize) {
        shares[position] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a biased or changed stream would silently make another county.
    #[test]
    fn words_are_stable_and_in_range() {
        let mut stream = Stream::of("test");
        let drawn: Vec<u32> = (0..6).map(|_| stream.below(10)).collect();
        let mut again = Stream::of("test");
        assert_eq!(drawn, (0..6).map(|_| again.below(10)).collect::<Vec<_>>());
        assert!((0..1_000).all(|_| (3..=5).contains(&stream.between(3, 5))));
    }

    /// Without it the counts of a table might not add up to the figure that was given.
    #[test]
    fn shares_add_up() {
        assert_eq!(apportion(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(apportion(3436, &[7, 11, 13]).iter().sum::<u32>(), 3436);
    }
}
