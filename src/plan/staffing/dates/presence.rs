//! Presence: who is there on few days gets a share of the visits only if the agency goes out on just those days.
//!
//! An officer on long leave who stays without visits makes nearly all seats of a small agency unfair: colleagues with two
//! visits more go instead. Which days a trip takes is mostly free, so the search brings trips to the days of those who
//! are rarely there, as long as that costs less than it is worth. Whoever could hardly have an even share on any calendar
//! does not count.

use super::super::model::Model;
use super::super::outings::even_shares;
use super::super::problem::DaySet;

/// Percent of the period's days below which an officer is rarely there.
const RARE_PERCENT: usize = 60;

/// Tenths of a day out that a visit takes: an officer makes one visit or two on such a day, and shares it with others.
const TENTHS_PER_VISIT: u32 = 7;

/// Percent of an officer's days above which an even share is out of reach.
const HOPELESS_PERCENT: u32 = 65;

/// Cost of a day out too few, in officer-days, in an agency of at most [`SMALL_SEATS`] seats and in a larger one, where
/// few of the seats lie in one officer's reach.
const COST_SMALL: i64 = 6;
const COST_LARGE: i64 = 3;
const SMALL_SEATS: u32 = 500;

/// Counts on how many days each officer who is rarely there could go out.
#[derive(Clone)]
pub(super) struct Presence {
    days: usize,
    rows: Vec<Row>,
    /// The rows of an agency start here.
    start: Vec<u32>,
    /// By row and day: townships of the jurisdiction to which the agency goes.
    trips: Vec<u16>,
    /// By agency: days on which one of its rows is there.
    present: Vec<DaySet>,
    /// By agency: days on which a trip could help a row that is below its target.
    wished: Vec<DaySet>,
    /// By agency: the most that one trip can save.
    saving_max: Vec<i64>,
}

/// Is one officer who is rarely there.
#[derive(Clone)]
struct Row {
    days: DaySet,
    /// Those of them on which the agency goes to none of the officer's townships.
    idle: DaySet,
    /// By township: whether it belongs to the jurisdiction.
    townships: Vec<bool>,
    /// Days on which the officer could go out, and how many an even share of the visits takes.
    count: u32,
    target: u32,
    cost: i64,
}

impl Presence {
    /// Finds who is rarely there; `teams_of` counts the visits of each agency.
    pub fn new(model: &Model, teams_of: &[u64]) -> Presence {
        let problem = &model.problem;
        let days = problem.days.len();
        let (mut start, mut rows, mut present) = (vec![0u32], Vec::new(), Vec::new());
        for (agency, pool) in (0u32..).zip(&model.pools) {
            let seats = (u64::from(problem.rules.team_size) * teams_of[agency as usize]).min(u32::MAX.into()) as u32;
            let cost = if seats > SMALL_SEATS { COST_LARGE } else { COST_SMALL };
            let mut of_agency = DaySet::empty();
            for (&at, share) in pool.officers.iter().zip(even_shares(model, agency, seats)) {
                let officer = &problem.officers[at as usize];
                let target = (share * TENTHS_PER_VISIT).div_ceil(10);
                let is_rare = officer.days.len() as usize * 100 < days * RARE_PERCENT;
                let is_hopeless = target * 100 > officer.days.len() * HOPELESS_PERCENT;
                if !is_rare || is_hopeless || target == 0 {
                    continue;
                }
                let mut townships = vec![officer.townships.is_none(); problem.travel.len()];
                officer.townships.iter().flatten().for_each(|&township| townships[township as usize] = true);
                of_agency = of_agency.or(&officer.days);
                rows.push(Row { days: officer.days, idle: officer.days, townships, count: 0, target, cost });
            }
            present.push(of_agency);
            start.push(rows.len() as u32);
        }
        let of_agency = |two: &[u32]| rows[two[0] as usize..two[1] as usize].iter().map(|row| row.cost).sum();
        let saving_max = start.windows(2).map(of_agency).collect();
        let trips = vec![0; rows.len() * days];
        Presence { days, rows, start, trips, wished: present.clone(), present, saving_max }
    }

    /// Returns what the rows that are below their targets cost now.
    pub fn cost(&self) -> i64 {
        self.rows.iter().map(|row| row.cost * i64::from(row.target.saturating_sub(row.count))).sum()
    }

    /// Returns the most that one trip of an agency can save.
    #[inline]
    pub fn saving_max(&self, agency: u32) -> i64 {
        self.saving_max[agency as usize]
    }

    /// Tells whether a trip of an agency on that day could save anything.
    #[inline]
    pub fn is_wished(&self, agency: u32, day: u32) -> bool {
        self.wished[agency as usize].contains(day)
    }

    /// Returns what it costs, 0 or less, if the agency begins to go to a township on a day (`change` 1), or, 0 or more, if
    /// it goes there no longer (−1).
    #[inline]
    pub fn cost_of(&self, agency: u32, township: u32, day: u32, change: i64) -> i64 {
        let matters = if change > 0 { &self.wished } else { &self.present };
        if !matters[agency as usize].contains(day) {
            return 0;
        }
        let mut cost = 0;
        for at in self.start[agency as usize]..self.start[agency as usize + 1] {
            let row = &self.rows[at as usize];
            let counts = if change > 0 {
                row.count < row.target && row.idle.contains(day)
            } else {
                row.count <= row.target && row.days.contains(day) && self.trips[self.place(at, day)] == 1
            };
            if counts && row.townships[township as usize] {
                cost -= change * row.cost;
            }
        }
        cost
    }

    /// Counts the trip in or out, and returns what that costs.
    #[inline]
    pub fn count(&mut self, agency: u32, township: u32, day: u32, change: i64) -> i64 {
        if !self.present[agency as usize].contains(day) {
            return 0;
        }
        let cost = self.cost_of(agency, township, day, change);
        let rows = self.start[agency as usize]..self.start[agency as usize + 1];
        let mut is_other = false;
        for at in rows.clone() {
            let place = self.place(at, day);
            let row = &mut self.rows[at as usize];
            if row.days.contains(day) && row.townships[township as usize] {
                let trips = &mut self.trips[place];
                let was = *trips;
                *trips = (i64::from(was) + change) as u16;
                if was == 0 {
                    row.count += 1;
                    row.idle.remove(day);
                    is_other = true;
                } else if *trips == 0 {
                    row.count -= 1;
                    row.idle.insert(day);
                    is_other = true;
                }
            }
        }
        if is_other {
            let below = self.rows[rows.start as usize..rows.end as usize].iter().filter(|row| row.count < row.target);
            self.wished[agency as usize] = below.fold(DaySet::empty(), |all, row| all.or(&row.idle));
        }
        cost
    }

    fn place(&self, row: u32, day: u32) -> usize {
        row as usize * self.days + day as usize
    }
}
