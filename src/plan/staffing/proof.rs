//! The proof of the teams: prices that anybody can check in linear time, without a solver.
//!
//! A flow is cheapest exactly if there are node prices under which no residual arc has a reduced cost below 0
//! (complementary slackness; Ahuja, Magnanti and Orlin 1993, theorem 9.4). For one flow of [`super::teams`] this says,
//! with `π` the prices, `c` an officer's cut ticket and `g(k)` the load cost of his `k`-th outing of the flow:
//!
//! - let `u` be the outing, or the gate of it through which the officer comes; on a day on which he is seated nowhere,
//!   `π(officer) ≤ c + π(u)` for every outing of that day that he could join;
//! - on a day on which he is seated through `u*`, `π(u*) + c* ≤ c + π(u)` for every other such `u`, and
//!   `π(u*) + c* ≤ π(officer)`;
//! - `0 ≤ g(k) + π(officer)` for his next outing, `g(k) + π(officer) ≤ 0` for his last;
//! - `π(gate) ≤ π(outing)` where the gate has room, `π(outing) ≤ π(gate)` where somebody came through it.
//!
//! The officer's days need no prices of their own: the first two lines are what is left when they are taken out.

use super::flow::PRICE_MIN;

/// Is one flow as a checker sees it, whatever he read it from.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// Prices of the outings' entries: an outing itself, or a gate of it.
    pub entries: Vec<Entry>,
    /// By officer: price, load before the flow counted from the base, outings that his load cap allows.
    pub officers: Vec<(i64, u32, u32)>,
    /// Every way in which an officer could join an outing, seated or not.
    pub ways: Vec<Way>,
    /// Visits in each outing, and the bits by which load costs are shifted.
    pub weight: u32,
    pub load_shift: u32,
}

/// Is an outing, or a gate of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub price: i64,
    /// For a gate: the entry of its outing and how many of a team may come through it.
    pub gate: Option<(u32, u32)>,
}

/// Is an officer's chance to join an outing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    pub officer: u32,
    pub day: u32,
    pub entry: u32,
    /// The leading bits of the ticket.
    pub cost: i64,
    pub seated: bool,
}

/// Says why a claim does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Another officer would have been cheaper on that day: officer, day.
    Dearer(u32, u32),
    /// An officer is seated twice on one day: officer, day.
    Twice(u32, u32),
    /// The officer's load could have been lighter, or is above his cap.
    Load(u32),
    /// A gate's price or its number of officers is wrong: entry.
    Gate(u32),
}

impl Claim {
    /// Checks that no other teams have more even loads, or as even ones and a smaller sum of cut tickets.
    ///
    /// # Errors
    /// The first [`Flaw`] by officer and day, then gates.
    pub fn check(&self) -> Result<(), Flaw> {
        let mut ways = self.ways.clone();
        ways.sort_unstable();
        let mut outings = vec![0u32; self.officers.len()];
        let mut through = vec![0u32; self.entries.len()];
        for same_day in ways.chunk_by(|a, b| (a.officer, a.day) == (b.officer, b.day)) {
            let (officer, day) = (same_day[0].officer, same_day[0].day);
            let price = self.officers[officer as usize].0;
            let enters = |way: &Way| self.entries[way.entry as usize].price.saturating_add(way.cost);
            let mut seated = same_day.iter().filter(|way| way.seated);
            let bound = match (seated.next(), seated.next()) {
                (Some(_), Some(_)) => return Err(Flaw::Twice(officer, day)),
                (Some(way), None) => {
                    outings[officer as usize] += 1;
                    through[way.entry as usize] += 1;
                    if enters(way) > price {
                        return Err(Flaw::Dearer(officer, day));
                    }
                    enters(way)
                }
                _ => price,
            };
            if same_day.iter().any(|way| !way.seated && enters(way) < bound) {
                return Err(Flaw::Dearer(officer, day));
            }
        }
        for (officer, &(price, load, most)) in self.officers.iter().enumerate() {
            let growth = |count: u32| {
                let before = i64::from(load) + i64::from(self.weight) * i64::from(count);
                (i64::from(self.weight) * (2 * before + i64::from(self.weight))) << self.load_shift
            };
            let count = outings[officer];
            let next_is_no_cheaper = count >= most || growth(count) + price >= 0;
            let last_is_no_dearer = count == 0 || growth(count - 1) + price <= 0;
            if count > most || !next_is_no_cheaper || !last_is_no_dearer {
                return Err(Flaw::Load(officer as u32));
            }
        }
        for (at, entry) in self.entries.iter().enumerate() {
            let Some((outing, limit)) = entry.gate else { continue };
            let outing = self.entries[outing as usize].price;
            let room_is_no_cheaper = through[at] == limit || entry.price <= outing || entry.price == PRICE_MIN;
            let used_is_no_dearer = through[at] == 0 || outing <= entry.price;
            if through[at] > limit || !room_is_no_cheaper || !used_is_no_dearer {
                return Err(Flaw::Gate(at as u32));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds one outing of one seat, two officers with tickets 5 and 9 and no load, and the prices of the optimum.
    fn claim() -> Claim {
        let way = |officer, cost, seated| Way { officer, day: 0, entry: 0, cost, seated };
        let entries = vec![Entry { price: -(1 << 10) - 5, gate: None }];
        let officers = vec![(-(1 << 10), 0, 1), (-(1 << 10), 0, 1)];
        Claim { entries, officers, ways: vec![way(0, 5, true), way(1, 9, false)], weight: 1, load_shift: 10 }
    }

    /// Without it a checker that always says yes would pass every other test.
    #[test]
    fn a_dearer_team_a_second_seat_and_a_wrong_price_are_found() {
        assert_eq!(claim().check(), Ok(()));
        let mut swapped = claim();
        swapped.ways.iter_mut().for_each(|way| way.seated = !way.seated);
        assert_eq!(swapped.check(), Err(Flaw::Dearer(1, 0)));
        let mut twice = claim();
        twice.ways.push(Way { cost: 6, ..twice.ways[0] });
        assert_eq!(twice.check(), Err(Flaw::Twice(0, 0)));
        let mut heavy = claim();
        heavy.officers[0].1 = 1;
        assert_eq!(heavy.check(), Err(Flaw::Load(0)));
    }
}
