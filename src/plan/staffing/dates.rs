//! Dates (排期): what a calendar costs, and how that changes when one visit comes or goes.
//!
//! Capacity counts heads, not names: who comes is the lottery's business and stands in `teams`. The cost of a calendar is
//!
//! - [`TRIP_COST`] for every (agency, township, day) on which the agency goes there at all,
//! - 1 for every officer who is out on a day: a morning and an afternoon visit of one agency in one township on one
//!   day can be one outing of one team, as long as the agency's loads can still be as even as possible,
//! - [`WEEK_COST`] for every visit that a week has above or below its share of the working days,
//! - [`OVERFLOW_COST`] for every team, officer or holder of a qualification that a day lacks,
//! - [`OVERFLOW_COST`] for every two visits of one site at the same time,
//! - some officer-days for every day out that an officer who is rarely there has too few ([`presence`]).

use std::ops::Range;

use super::model::{Model, Skills, TeamDays};
use super::outings::doubles_max;
use super::problem::DaySet;
use marks::{Marks, set};
use presence::Presence;

mod marks;
mod offers;
mod presence;

/// Cost of one (agency, township, day), in officer-days.
pub const TRIP_COST: i64 = 5;
/// Cost of one visit too many or too few in a week, in officer-days.
pub const WEEK_COST: i64 = 5;
/// Cost of one team, officer or holder that a day lacks: more than any calendar can gain by it.
pub const OVERFLOW_COST: i64 = 40;

/// Is a visit on its way to a date and teams.
#[derive(Clone, Debug)]
pub(super) struct Dated {
    pub site: u32,
    pub township: u32,
    pub whole: bool,
    /// Units, increasing; none where the visit has been merged into others.
    pub units: Vec<u32>,
    pub parts: Vec<Part>,
    /// The only half-day that the site allows; `None` for both, and for whole days.
    pub only: Option<u8>,
    /// Days on which every agency has a team for it.
    pub open: DaySet,
    pub choice: Vec<u32>,
    pub day: u32,
    pub half: u8,
    pub placed: bool,
}

/// Is one agency's share of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub agency: u32,
    pub need: Skills,
    /// Of the needed qualifications those whose holders could run out on some day.
    scarce: Skills,
}

impl Dated {
    /// Returns the half-days among which the visit can choose.
    pub fn halves(&self) -> Range<u8> {
        match self.only {
            Some(half) => half..half + 1,
            None if self.whole => 0..1,
            None => 0..2,
        }
    }
}

/// Counts one agency's visits in one township on one day: mornings, afternoons, whole days.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(8))]
struct Cell([u16; 3]);

/// Counts what one agency does on one day, and what it could do.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(8))]
struct Agenda {
    /// Visits, and outings that they make.
    teams: u16,
    outings: u16,
    teams_max: u16,
    outings_max: u16,
}

/// Counts the visits of one day that need one qualification, mornings and afternoons, and how many of each could be.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(8))]
struct Demand {
    visits: [u16; 2],
    max: u16,
}

/// Holds a calendar and the counts from which its cost follows.
#[derive(Clone)]
pub(super) struct Calendar<'a> {
    pub model: &'a Model,
    pub visits: Vec<Dated>,
    /// Sum of the costs named above, kept current by every change.
    pub cost: i64,
    days: usize,
    townships: usize,
    team: i64,
    pairs: bool,
    /// By agency: outings of all days, and the number below which pairs are parted again for the sake of even loads.
    outings_of: Vec<i64>,
    outings_min: Vec<i64>,
    cells: Vec<Cell>,
    /// Day and half of each visit, once more and close together: the search reads them all the time.
    spots: Vec<(u32, u8)>,
    /// By agency and day.
    agendas: Vec<Agenda>,
    /// By qualification row and day; the rows of an agency start at `skill_start`.
    skill_start: Vec<u32>,
    demands: Vec<Demand>,
    /// Cost of a week by the visits that it has above or below its share.
    week_costs: Vec<i64>,
    week_of: Vec<u32>,
    /// Visits of each site.
    twins: Vec<Vec<u32>>,
    week_visits: Vec<i64>,
    week_share: Vec<i64>,
    marks: Marks,
    presence: Presence,
    /// Cost of one visit more, by week.
    week_add: Vec<i64>,
}

impl<'a> Calendar<'a> {
    /// Opens an empty calendar for some visits, each given by its units.
    pub fn new(model: &'a Model, team_days: &mut TeamDays, visits: &[Vec<u32>]) -> Calendar<'a> {
        let problem = &model.problem;
        let (days, townships) = (problem.days.len(), problem.travel.len());
        let agencies = problem.agencies.len();
        let team = i64::from(problem.rules.team_size);
        let mut skill_start = vec![0u32];
        for pool in &model.pools {
            skill_start.push(skill_start[skill_start.len() - 1] + pool.skills.len() as u32);
        }
        let rows = skill_start[agencies] as usize;
        let mut demands = vec![Demand::default(); rows * days];
        let mut agendas = vec![Agenda::default(); agencies * days];
        let mut teams_of = vec![0u64; agencies];
        for units in visits {
            let mut joining: Vec<u32> = units.iter().map(|&unit| model.units[unit as usize].agency).collect();
            joining.sort_unstable();
            joining.dedup();
            joining.into_iter().for_each(|agency| teams_of[agency as usize] += 1);
        }
        for (agency, pool) in model.pools.iter().enumerate() {
            let caps = pool.officers.iter().map(|&at| u64::from(problem.officers[at as usize].visits_max)).sum::<u64>();
            // Where load caps leave little choice of people, the days must leave more.
            let tight = teams_of[agency] * team as u64 * 10 > caps * 9;
            let tenths = match pool.officers.len() {
                _ if tight => 7,
                // A tenth of so few is nobody, but would round off a whole team.
                ..10 => 10,
                _ => 9,
            };
            for day in 0..days {
                let agenda = &mut agendas[agency * days + day];
                agenda.outings_max = clip(u64::from(pool.present[day]) * tenths / (10 * team as u64)).max(1);
                agenda.teams_max = clip(u64::from(problem.agencies[agency].teams_per_day_max));
            }
            for (bit, holders) in pool.holders.iter().enumerate() {
                let row = (skill_start[agency] as usize + bit) * days;
                for (demand, &holders) in demands[row..row + days].iter_mut().zip(holders) {
                    demand.max = clip(u64::from(half_of_holders(holders)));
                }
            }
        }
        let mut week_of = Vec::with_capacity(days);
        for (at, day) in problem.days.iter().enumerate() {
            let same = at > 0 && problem.days[at - 1].week == day.week;
            let last: Option<&u32> = week_of.last();
            week_of.push(last.map_or(0, |&week| if same { week } else { week + 1 }));
        }
        let weeks = week_of.last().map_or(0, |&week| week as usize + 1);
        let outings_min = (0..).zip(&teams_of).map(|(agency, &teams)| {
            let seats = problem.rules.team_size * clip(teams) as u32;
            teams as i64 - i64::from(doubles_max(model, agency, seats))
        });
        let mut calendar = Calendar {
            model,
            visits: visits.iter().map(|units| Dated::of(model, team_days, units.clone())).collect(),
            cost: 0,
            days,
            townships,
            team,
            pairs: problem.rules.visits_per_day_max > 1,
            outings_of: vec![0; agencies],
            outings_min: outings_min.collect(),
            cells: vec![Cell::default(); agencies * townships * days],
            spots: vec![(0, 0); visits.len()],
            agendas,
            skill_start,
            demands,
            week_costs: (0..=visits.len() as i64 + 1).map(|off| WEEK_COST * off).collect(),
            twins: vec![Vec::new(); problem.sites.len()],
            week_visits: vec![0; weeks],
            week_share: vec![0; weeks],
            presence: Presence::new(model, &teams_of),
            week_add: vec![0; weeks],
            week_of,
            marks: Marks::new(days, agencies, townships, rows),
        };
        calendar.mark_all();
        calendar.cost = calendar.presence.cost();
        (0..).zip(&calendar.visits).for_each(|(at, visit)| calendar.twins[visit.site as usize].push(at));
        calendar.share_weeks();
        calendar
    }

    /// Sets what one visit too many or too few in a week costs; [`WEEK_COST`] each is what counts in the end.
    ///
    /// Within `soft` eighths of a visit around the share the cost grows with the square (Huber 1964): where every week
    /// sat exactly at its share, any visit that changes weeks would have to pay twice on its own.
    pub fn weigh_weeks(&mut self, weight: i64, soft: i64) {
        self.cost -= self.off_weeks();
        for (off, cost) in (0i64..).zip(&mut self.week_costs) {
            let eighths = 8 * off;
            *cost = if eighths < soft {
                weight * eighths * eighths / (16 * soft)
            } else {
                weight * (2 * eighths - soft) / 16
            };
        }
        self.cost += self.off_weeks();
        self.rate_weeks();
    }

    /// Returns what all weeks cost.
    fn off_weeks(&self) -> i64 {
        self.week_visits.iter().zip(&self.week_share).map(|(visits, share)| self.off_cost(visits - share)).sum()
    }

    #[inline]
    fn off_cost(&self, off: i64) -> i64 {
        self.week_costs[off.unsigned_abs() as usize]
    }

    /// Sets each week's share of the visits by its working days, to the nearest whole number.
    pub fn share_weeks(&mut self) {
        let count = self.visits.iter().filter(|visit| !visit.units.is_empty()).count() as i64;
        let days = self.days as i64;
        let mut length = vec![0i64; self.week_visits.len()];
        self.week_of.iter().for_each(|&week| length[week as usize] += 1);
        for (week, &length) in length.iter().enumerate() {
            self.cost -= self.off_cost(self.week_visits[week] - self.week_share[week]);
            self.week_share[week] = (2 * count * length + days) / (2 * days);
            self.cost += self.off_cost(self.week_visits[week] - self.week_share[week]);
        }
        self.rate_weeks();
    }

    /// Rates what one visit more costs in each week.
    fn rate_weeks(&mut self) {
        for week in 0..self.week_visits.len() {
            let off = self.week_visits[week] - self.week_share[week];
            self.week_add[week] = self.off_cost(off + 1) - self.off_cost(off);
        }
    }

    /// Returns what the calendar would cost more with the visit on that day and half; the visit has no date now.
    pub fn cost_to_add(&self, visit: u32, day: u32, half: u8) -> i64 {
        let row = &self.visits[visit as usize];
        let mut cost = self.week_cost(day, 1) + self.twin_cost(visit, day, half);
        for part in &row.parts {
            cost += self.part_cost(part, row.township, day, slot(row.whole, half), 1);
        }
        cost
    }

    /// Returns what the calendar would cost more without the visit's date; the saving as a negative number.
    pub fn cost_to_remove(&self, visit: u32) -> i64 {
        let row = &self.visits[visit as usize];
        let mut cost = self.week_cost(row.day, -1) - self.twin_cost(visit, row.day, row.half);
        for part in &row.parts {
            cost += self.part_cost(part, row.township, row.day, slot(row.whole, row.half), -1);
        }
        cost
    }

    /// Returns the change of cost, weeks aside, if the visit had no date: 0 or less.
    #[inline]
    pub fn saved_without(&self, visit: u32) -> i64 {
        let row = &self.visits[visit as usize];
        let slot = slot(row.whole, row.half);
        let parts = row.parts.iter().map(|part| self.part_cost(part, row.township, row.day, slot, -1));
        parts.sum::<i64>() - self.twin_cost(visit, row.day, row.half)
    }

    /// Returns what it would cost more to make a half-day visit in the other half of the same day.
    pub fn cost_to_turn(&self, visit: u32) -> i64 {
        let row = &self.visits[visit as usize];
        let (day, from) = (row.day as usize, usize::from(row.half));
        let mut cost = self.twin_cost(visit, row.day, 1 - row.half) - self.twin_cost(visit, row.day, row.half);
        for part in &row.parts {
            let agency = part.agency as usize;
            let cell = &self.cells[self.cell(agency, row.township) * self.days + day];
            let [morning, afternoon, whole] = cell.0.map(i64::from);
            let turn = if from == 0 { 1 } else { -1 };
            let before = outings(morning, afternoon, whole, self.pairs);
            let more = outings(morning - turn, afternoon + turn, whole, self.pairs) - before;
            let agenda = &self.agendas[agency * self.days + day];
            cost += self.outings_cost(agency, more) + overflow(agenda.outings, more, agenda.outings_max);
            for bit in bits(part.scarce) {
                let demand = &self.demands[(self.skill_start[agency] + bit) as usize * self.days + day];
                cost += overflow(demand.visits[from], -1, demand.max);
                cost += overflow(demand.visits[1 - from], 1, demand.max);
            }
        }
        cost
    }

    /// Returns the day and half of a visit that has them.
    #[inline]
    pub fn spot(&self, visit: u32) -> (u32, u8) {
        self.spots[visit as usize]
    }

    /// Gives a visit without a date that day and half.
    pub fn place(&mut self, visit: u32, day: u32, half: u8) {
        debug_assert!(!self.visits[visit as usize].placed, "a visit has one date");
        let row = &mut self.visits[visit as usize];
        row.day = day;
        row.half = if row.whole { 0 } else { half };
        row.placed = true;
        self.spots[visit as usize] = (row.day, row.half);
        self.cost += self.count(visit, 1);
    }

    /// Takes a visit's date away.
    pub fn lift(&mut self, visit: u32) {
        debug_assert!(self.visits[visit as usize].placed, "only a date that is there can be taken away");
        self.cost += self.count(visit, -1);
        self.visits[visit as usize].placed = false;
    }

    /// Tells whether an agency's teams or officers do not suffice on a visit's day, as far as counts tell.
    pub fn is_over(&self, agency: u32, day: u32) -> bool {
        let agenda = &self.agendas[agency as usize * self.days + day as usize];
        agenda.teams > agenda.teams_max
    }

    /// Lowers the number of outings that an agency's officers can make on a day by one; the cost follows.
    pub fn tighten(&mut self, agency: u32, day: u32) {
        let at = agency as usize * self.days + day as usize;
        let agenda = &mut self.agendas[at];
        let over = |agenda: &Agenda| OVERFLOW_COST * i64::from(agenda.outings.saturating_sub(agenda.outings_max));
        self.cost -= over(agenda);
        agenda.outings_max = agenda.outings_max.min(agenda.outings).saturating_sub(1);
        self.cost += over(agenda);
        self.mark_all();
    }

    /// Marks what has run out, wherever that is.
    fn mark_all(&mut self) {
        for agency in 0..self.outings_of.len() {
            for day in 0..self.days {
                let agenda = &self.agendas[agency * self.days + day];
                let full = &mut self.marks.full[agency * self.marks.words + day / 64];
                set(&mut full.teams, day, agenda.teams >= agenda.teams_max);
                set(&mut full.outings, day, agenda.outings >= agenda.outings_max);
            }
        }
        for row in 0..self.demands.len() / self.days.max(1) {
            for day in 0..self.days {
                let demand = &self.demands[row * self.days + day];
                let short = &mut self.marks.short[row * self.marks.words + day / 64];
                (0..2).for_each(|half| set(&mut short[half], day, demand.visits[half] >= demand.max));
            }
        }
    }

    /// Adds a visit of some units, without a date, and returns its number.
    pub fn open_visit(&mut self, team_days: &mut TeamDays, units: Vec<u32>) -> u32 {
        let (at, row) = (self.visits.len() as u32, Dated::of(self.model, team_days, units));
        self.twins[row.site as usize].push(at);
        self.visits.push(row);
        self.spots.push((0, 0));
        // One more than there are visits: that is how far a week can come off its share with one visit more.
        self.week_costs.push(WEEK_COST * (i64::from(at) + 2));
        at
    }

    /// Gives a visit without a date other units.
    pub fn set_units(&mut self, team_days: &mut TeamDays, visit: u32, units: Vec<u32>) {
        debug_assert!(!self.visits[visit as usize].placed, "the counts would no longer fit");
        let (site, township, whole) = {
            let row = &self.visits[visit as usize];
            (row.site, row.township, row.whole)
        };
        let mut row = Dated::of(self.model, team_days, units);
        (row.site, row.township, row.whole) = (site, township, whole);
        self.visits[visit as usize] = row;
    }

    /// Returns what it costs more if an agency makes some more outings.
    #[inline]
    fn outings_cost(&self, agency: usize, more: i64) -> i64 {
        let (now, least) = (self.outings_of[agency], self.outings_min[agency]);
        self.team * ((now + more).max(least) - now.max(least))
    }

    /// Returns what it costs that other visits of the site are there at the same time.
    #[inline]
    fn twin_cost(&self, visit: u32, day: u32, half: u8) -> i64 {
        let row = &self.visits[visit as usize];
        let twins = &self.twins[row.site as usize];
        // Hardly any site has two visits.
        if twins.len() < 2 {
            return 0;
        }
        let others = twins.iter().filter(|&&other| other != visit).map(|&other| &self.visits[other as usize]);
        let at_once = others.filter(|other| other.placed && other.day == day && (row.whole || other.half == half));
        OVERFLOW_COST * at_once.count() as i64
    }

    /// Tells whether another visit of the site stands at the same time.
    pub fn meets_twin(&self, visit: u32) -> bool {
        let row = &self.visits[visit as usize];
        self.twin_cost(visit, row.day, row.half) > 0
    }

    fn week_cost(&self, day: u32, change: i64) -> i64 {
        let week = self.week_of[day as usize] as usize;
        let off = self.week_visits[week] - self.week_share[week];
        self.off_cost(off + change) - self.off_cost(off)
    }

    /// Returns the row of an agency and a township in a table of both.
    #[inline]
    fn cell(&self, agency: usize, township: u32) -> usize {
        agency * self.townships + township as usize
    }

    #[inline]
    fn part_cost(&self, part: &Part, township: u32, day: u32, slot: usize, change: i64) -> i64 {
        let agency = part.agency as usize;
        let day = day as usize;
        let cell = &self.cells[self.cell(agency, township) * self.days + day];
        let [morning, afternoon, whole] = cell.0.map(i64::from);
        let (to_morning, to_afternoon, to_whole) = match slot {
            0 => (morning + change, afternoon, whole),
            1 => (morning, afternoon + change, whole),
            _ => (morning, afternoon, whole + change),
        };
        let trips = |all: i64| i64::from(all > 0);
        let trip = trips(to_morning + to_afternoon + to_whole) - trips(morning + afternoon + whole);
        let before = outings(morning, afternoon, whole, self.pairs);
        let more = outings(to_morning, to_afternoon, to_whole, self.pairs) - before;
        let mut cost = TRIP_COST * trip + self.outings_cost(agency, more);
        if trip != 0 {
            cost += self.presence.cost_of(part.agency, township, day as u32, trip);
        }
        let agenda = &self.agendas[agency * self.days + day];
        cost += overflow(agenda.teams, change, agenda.teams_max);
        cost += overflow(agenda.outings, more, agenda.outings_max);
        for bit in bits(part.scarce) {
            let demand = &self.demands[(self.skill_start[agency] + bit) as usize * self.days + day];
            for half in halves(slot) {
                cost += overflow(demand.visits[half], change, demand.max);
            }
        }
        cost
    }

    /// Counts a visit in or out at its day and half, and returns what that costs.
    fn count(&mut self, visit: u32, change: i64) -> i64 {
        let row = &self.visits[visit as usize];
        let day = row.day as usize;
        let slot = slot(row.whole, row.half);
        let mut cost = self.week_cost(row.day, change);
        // The twin's cost is the same whether the visit comes or goes.
        cost += change * self.twin_cost(visit, row.day, row.half);
        let week = self.week_of[day] as usize;
        self.week_visits[week] += change;
        let off = self.week_visits[week] - self.week_share[week];
        self.week_add[week] = self.off_cost(off + 1) - self.off_cost(off);
        let word = day / 64;
        let at = day % 64;
        let steps = [0, 1, 2].map(|at| if at == slot { change } else { 0 });
        for part in &row.parts {
            let agency = part.agency as usize;
            let spot = self.cell(agency, row.township);
            let cell = &mut self.cells[spot * self.days + day].0;
            let [morning, afternoon, whole] = cell.map(i64::from);
            let before = outings(morning, afternoon, whole, self.pairs);
            let was = morning + afternoon + whole;
            let morning = morning + steps[0];
            let afternoon = afternoon + steps[1];
            let whole = whole + steps[2];
            *cell = [morning as u16, afternoon as u16, whole as u16];
            let more = outings(morning, afternoon, whole, self.pairs) - before;
            let trip = i64::from(was + change > 0) - i64::from(was > 0);
            if trip != 0 {
                cost += TRIP_COST * trip + self.presence.count(part.agency, row.township, row.day, trip);
            }
            let place = &mut self.marks.places[spot * self.marks.words + word];
            set(&mut place.there, at, was + change > 0);
            set(&mut place.more[0], at, !self.pairs || morning >= afternoon);
            set(&mut place.more[1], at, !self.pairs || afternoon >= morning);
            let (now, least) = (self.outings_of[agency], self.outings_min[agency]);
            cost += self.team * ((now + more).max(least) - now.max(least));
            self.outings_of[agency] = now + more;
            let agenda = &mut self.agendas[agency * self.days + day];
            cost += overflow(agenda.teams, change, agenda.teams_max);
            cost += overflow(agenda.outings, more, agenda.outings_max);
            agenda.teams = (i64::from(agenda.teams) + change) as u16;
            agenda.outings = (i64::from(agenda.outings) + more) as u16;
            let full = &mut self.marks.full[agency * self.marks.words + word];
            set(&mut full.teams, at, agenda.teams >= agenda.teams_max);
            set(&mut full.outings, at, agenda.outings >= agenda.outings_max);
            for bit in bits(part.scarce) {
                let skill = (self.skill_start[agency] + bit) as usize;
                let demand = &mut self.demands[skill * self.days + day];
                let short = &mut self.marks.short[skill * self.marks.words + word];
                for half in halves(slot) {
                    cost += overflow(demand.visits[half], change, demand.max);
                    demand.visits[half] = (i64::from(demand.visits[half]) + change) as u16;
                    set(&mut short[half], at, demand.visits[half] >= demand.max);
                }
            }
        }
        cost
    }
}

impl Dated {
    /// Makes a visit of some units of one site, without a date.
    fn of(model: &Model, team_days: &mut TeamDays, units: Vec<u32>) -> Dated {
        let site = units.first().map_or(0, |&unit| model.units[unit as usize].site);
        let row = &model.problem.sites[site as usize];
        let mut agencies: Vec<u32> = units.iter().map(|&unit| model.units[unit as usize].agency).collect();
        agencies.sort_unstable();
        agencies.dedup();
        let part = |&agency: &u32| {
            let need = model.need_of(agency, &units);
            Part { agency, need, scarce: need & model.pools[agency as usize].scarce }
        };
        let parts = agencies.iter().map(part).collect();
        let open = team_days.of_units(model, &units);
        Dated {
            site,
            township: row.township,
            whole: row.halfdays > 1,
            only: row.half.filter(|_| row.halfdays < 2),
            units,
            parts,
            open,
            choice: open.iter().collect(),
            day: 0,
            half: 0,
            placed: false,
        }
    }
}

/// Returns what it costs more if a count that should not pass `max` goes up by `more`.
#[inline]
fn overflow(now: u16, more: i64, max: u16) -> i64 {
    let (now, max) = (i64::from(now), i64::from(max));
    OVERFLOW_COST * ((now + more - max).max(0) - (now - max).max(0))
}

/// Counts the outings of one agency in one township on one day.
#[inline]
fn outings(morning: i64, afternoon: i64, whole: i64, pairs: bool) -> i64 {
    if pairs { morning.max(afternoon) + whole } else { morning + afternoon + whole }
}

/// Returns how many visits of one half-day may need a qualification.
///
/// A holder makes one outing a day; at half of them in each half, all of them find their outings.
pub(super) fn half_of_holders(holders: u32) -> u32 {
    (holders / 2).max(1)
}

/// Lists the qualifications of a set.
pub(super) fn bits(set: Skills) -> impl Iterator<Item = u32> {
    let mut rest = set;
    std::iter::from_fn(move || {
        (rest != 0).then(|| {
            let bit = rest.trailing_zeros();
            rest &= rest - 1;
            bit
        })
    })
}

fn slot(whole: bool, half: u8) -> usize {
    if whole { 2 } else { usize::from(half) }
}

fn halves(slot: usize) -> Range<usize> {
    match slot {
        2 => 0..2,
        half => half..half + 1,
    }
}

fn clip(count: u64) -> u16 {
    count.min(u64::from(u16::MAX)) as u16
}
