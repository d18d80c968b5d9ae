//! Marks: what one visit more would change on a day, as sets of days.
//!
//! A word holds 64 days, one bit each, so the search reads in one place whether an agency is in a township already, and
//! adds up what a visit costs on 64 days at once: the counts of the 64 days lie across the words of a [`Counter`], one
//! binary digit in each.

/// Agencies of one visit that a [`Counter`] can hold.
pub(super) const PARTS_MAX: usize = 7;

/// Marks 64 days of one agency in one township.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The agency is there already, so one visit more adds no trip.
    pub there: u64,
    /// One visit more in the morning, or in the afternoon, adds an outing.
    pub more: [u64; 2],
}

/// Marks 64 days of one agency.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Full {
    /// No team is left.
    pub teams: u64,
    /// No officers are left for one outing more.
    pub outings: u64,
}

/// Holds the marks of a calendar.
#[derive(Clone)]
pub(super) struct Marks {
    pub words: usize,
    /// By agency, township and word.
    pub places: Vec<Place>,
    /// By agency and word.
    pub full: Vec<Full>,
    /// By qualification row and word: no holder is left in the morning, or in the afternoon.
    pub short: Vec<[u64; 2]>,
}

impl Marks {
    /// Marks a calendar without visits; who is short from the beginning is marked by the caller.
    pub fn new(days: usize, agencies: usize, townships: usize, rows: usize) -> Marks {
        let words = days.div_ceil(64);
        Marks {
            words,
            places: vec![Place { there: 0, more: [!0; 2] }; agencies * townships * words],
            full: vec![Full::default(); agencies * words],
            short: vec![[0; 2]; rows * words],
        }
    }
}

/// Marks a day, or takes its mark away.
#[inline]
pub(super) fn set(word: &mut u64, day: usize, on: bool) {
    *word = (*word & !(1 << (day % 64))) | (u64::from(on) << (day % 64));
}

/// Holds a count from 0 to [`PARTS_MAX`] for each of 64 days.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counter([u64; 3]);

impl Counter {
    /// Adds 1 to the count of each marked day.
    #[inline]
    pub fn add(&mut self, days: u64) {
        let mut carry = days;
        for digit in &mut self.0 {
            (*digit, carry) = (*digit ^ carry, *digit & carry);
        }
    }

    /// Marks the days that have this count.
    #[inline]
    pub fn equal(&self, count: usize) -> u64 {
        let digit = |at: usize| if count >> at & 1 == 1 { self.0[at] } else { !self.0[at] };
        digit(0) & digit(1) & digit(2)
    }

    /// Returns the count of one day.
    #[inline]
    pub fn of(&self, day: u32) -> i64 {
        (0..3).map(|at| (self.0[at] >> (day % 64) & 1) << at).sum::<u64>() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a visit of four agencies could look as cheap as one of none.
    #[test]
    fn a_counter_holds_every_count_up_to_its_most() {
        let mut counter = Counter::default();
        (0..PARTS_MAX).for_each(|times| counter.add(!0 << (8 * times)));
        for day in 0..64 {
            let count = (day / 8 + 1).min(PARTS_MAX as u32);
            assert_eq!(counter.of(day), i64::from(count));
            assert_eq!(counter.equal(count as usize) >> day & 1, 1);
            assert_eq!(counter.equal(count as usize - 1) >> day & 1, 0);
        }
    }
}
