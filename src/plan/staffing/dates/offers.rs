//! Offers: what the search asks of a calendar again and again, answered from the marks.

use super::marks::{Counter, PARTS_MAX};
use super::{Calendar, Dated, OVERFLOW_COST, TRIP_COST, bits};

/// Counts what one visit would add on each of 64 days.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    trips: Counter,
    /// In the morning, in the afternoon; only those that cost anything.
    outings: [Counter; 2],
    /// Days on which something would run out.
    over: [u64; 2],
}

impl Calendar<'_> {
    /// Returns the half of another day on which a visit costs at most `limit`, what it saves where it is now aside; the
    /// cheaper half, of equal ones the one that `odd` says.
    #[inline]
    pub fn half_within(&self, visit: u32, day: u32, limit: i64, odd: bool) -> Option<u8> {
        let row = &self.visits[visit as usize];
        let (word, at) = (day as usize / 64, day % 64);
        let bit = |word: u64| (word >> at & 1) as i64;
        let mut cost = 0;
        if self.week_of[row.day as usize] != self.week_of[day as usize] {
            cost += self.week_cost(row.day, -1) + self.week_add[self.week_of[day as usize] as usize];
        }
        let mut of_half = [self.twin_cost(visit, day, 0), self.twin_cost(visit, day, 1)];
        for part in &row.parts {
            let agency = part.agency as usize;
            let place = &self.marks.places[self.cell(agency, row.township) * self.marks.words + word];
            let full = &self.marks.full[agency * self.marks.words + word];
            if bit(place.there) == 0 {
                cost += TRIP_COST;
                if self.presence.is_wished(part.agency, day) {
                    cost += self.presence.cost_of(part.agency, row.township, day, 1);
                }
            }
            cost += OVERFLOW_COST * bit(full.teams);
            let team = if self.outings_of[agency] >= self.outings_min[agency] { self.team } else { 0 };
            let outing = team + OVERFLOW_COST * bit(full.outings);
            for (of_half, &more) in of_half.iter_mut().zip(&place.more) {
                *of_half += if row.whole { outing } else { outing * bit(more) };
            }
            for skill in bits(part.scarce) {
                let short = self.marks.short[(self.skill_start[agency] + skill) as usize * self.marks.words + word];
                let over = short.map(|short| OVERFLOW_COST * bit(short));
                for (of_half, &over_half) in of_half.iter_mut().zip(&over) {
                    *of_half += if row.whole { over[0] + over[1] } else { over_half };
                }
            }
        }
        let half = match row.only {
            Some(half) => half,
            None if row.whole => 0,
            None => u8::from(of_half[1] < of_half[0] || of_half[1] == of_half[0] && odd),
        };
        (cost + of_half[usize::from(half)] <= limit).then_some(half)
    }

    /// Returns the cheapest date of a visit that has none, of equal ones any by `random`, among those on which nothing
    /// runs out; `None` where there is none, or the visit has too many agencies for the counters.
    pub fn cheapest_free(&self, visit: u32, random: u64) -> Option<(u32, u8)> {
        let row = &self.visits[visit as usize];
        if row.parts.len() > PARTS_MAX {
            return None;
        }
        let saving_max: i64 = row.parts.iter().map(|part| self.presence.saving_max(part.agency)).sum();
        let least = self.week_add.iter().copied().min().unwrap_or(0) - saving_max;
        let (mut best, mut equals) = ((i64::MAX, 0, 0), 0u32);
        let mut random = random;
        for word in 0..self.marks.words {
            let tally = self.tally(visit, row, word);
            for trips in 0..=row.parts.len() {
                if TRIP_COST * trips as i64 + least > best.0 {
                    break;
                }
                let level = row.open.word(word) & tally.trips.equal(trips);
                for half in row.halves() {
                    let mut days = level & !tally.over[usize::from(half)];
                    while days != 0 {
                        let day = word as u32 * 64 + days.trailing_zeros();
                        days &= days - 1;
                        let mut cost = TRIP_COST * trips as i64;
                        cost += self.team * tally.outings[usize::from(half)].of(day);
                        cost += self.week_add[self.week_of[day as usize] as usize];
                        if saving_max > 0 {
                            cost += self.presence_cost(row, day);
                        }
                        if cost < best.0 {
                            (best, equals) = ((cost, day, half), 1);
                        } else if cost == best.0 {
                            // The n-th of equals takes the place with a chance of one in n (Knuth's multiplier).
                            equals += 1;
                            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                            if ((random >> 32) * u64::from(equals)) >> 32 == 0 {
                                best = (cost, day, half);
                            }
                        }
                    }
                }
            }
        }
        (equals > 0).then_some((best.1, best.2))
    }

    /// Returns what all trips of a visit that begin on a day save for those who are rarely there, as a negative number.
    fn presence_cost(&self, row: &Dated, day: u32) -> i64 {
        let mut cost = 0;
        for part in row.parts.iter().filter(|part| self.presence.is_wished(part.agency, day)) {
            let place = self.cell(part.agency as usize, row.township) * self.marks.words + day as usize / 64;
            if self.marks.places[place].there >> (day % 64) & 1 == 0 {
                cost += self.presence.cost_of(part.agency, row.township, day, 1);
            }
        }
        cost
    }

    #[inline]
    fn tally(&self, visit: u32, row: &Dated, word: usize) -> Tally {
        let mut tally = Tally::default();
        for part in &row.parts {
            let agency = part.agency as usize;
            let place = &self.marks.places[self.cell(agency, row.township) * self.marks.words + word];
            let full = &self.marks.full[agency * self.marks.words + word];
            tally.trips.add(!place.there);
            let costs = self.outings_of[agency] >= self.outings_min[agency];
            for half in 0..2 {
                let more = if row.whole { !0 } else { place.more[half] };
                tally.over[half] |= full.teams | (more & full.outings);
                if costs {
                    tally.outings[half].add(more);
                }
            }
            for skill in bits(part.scarce) {
                let short = self.marks.short[(self.skill_start[agency] + skill) as usize * self.marks.words + word];
                for half in 0..2 {
                    tally.over[half] |= if row.whole { short[0] | short[1] } else { short[half] };
                }
            }
        }
        let twins = self.twins[row.site as usize].iter().filter(|&&twin| twin != visit);
        for twin in twins.map(|&twin| &self.visits[twin as usize]) {
            if twin.placed && twin.day as usize / 64 == word {
                tally.over[usize::from(twin.half)] |= 1 << (twin.day % 64);
            }
        }
        tally
    }
}
