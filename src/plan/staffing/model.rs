//! The problem in canonical order, with the look-ups that all stages share.

use std::collections::HashMap;

use super::dates::half_of_holders;
use super::problem::{DaySet, Problem};

/// Is a set of qualifications by their place in [`Pool::skills`].
pub(super) type Skills = u128;

/// Holds the problem sorted by ids, the officers of each agency, and the units of work.
pub(super) struct Model {
    /// Agencies, officers, sites and duties sorted by id; cross-references follow.
    pub problem: Problem,
    /// Place in the caller's lists by place in the sorted ones.
    pub agency_at: Vec<u32>,
    pub officer_at: Vec<u32>,
    pub site_at: Vec<u32>,
    pub duty_at: Vec<u32>,
    pub pools: Vec<Pool>,
    /// Units of work by site.
    pub units: Vec<Unit>,
    /// Start of each site's units, and the end of the last.
    pub unit_start: Vec<u32>,
    /// Duties whose window holds no open day.
    pub closed: Vec<u32>,
}

/// Holds the officers of one agency.
pub(super) struct Pool {
    /// Positions of the officers, by certificate number.
    pub officers: Vec<u32>,
    /// Qualifications that the agency's duties ask for, increasing.
    pub skills: Vec<u32>,
    /// What each officer of the pool holds of them.
    pub holds: Vec<Skills>,
    /// Officers of the pool who are there, by day.
    pub present: Vec<u32>,
    /// Those of them who hold a qualification, by qualification and day.
    pub holders: Vec<Vec<u32>>,
    /// Qualifications that more visits of a half-day could need than it has holders to spare.
    pub scarce: Skills,
    /// Whether the load caps of the period leave hardly any choice of people.
    pub is_tight: bool,
}

/// Is what one agency has to do at one site within one window: duties that always go together.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub site: u32,
    pub agency: u32,
    pub need: Skills,
    /// Open days of the window.
    pub days: DaySet,
    pub separate: bool,
    pub duties: Vec<u32>,
}

impl Model {
    /// Sorts a problem and gathers its units.
    ///
    /// # Panics
    /// If a position points outside its list, a rule is 0, or a calendar is longer than [`DaySet::DAYS_MAX`].
    pub fn of(source: &Problem) -> Model {
        let rules = source.rules;
        assert!(rules.team_size > 0 && rules.agencies_per_visit_max > 0, "a visit needs an agency and a team");
        assert!(rules.visits_per_day_max > 0, "an officer can make at least one visit a day");
        assert!(source.days.len() <= DaySet::DAYS_MAX as usize, "more than {} days", DaySet::DAYS_MAX);
        let mut problem = source.clone();
        let agency_at = order(source.agencies.len(), |i| source.agencies[i].id.clone());
        let officer_at = order(source.officers.len(), |i| source.officers[i].id.clone());
        let site_at = order(source.sites.len(), |i| source.sites[i].id.clone());
        let (agency_to, officer_to, site_to) = (inverse(&agency_at), inverse(&officer_at), inverse(&site_at));
        problem.agencies = agency_at.iter().map(|&i| source.agencies[i as usize].clone()).collect();
        problem.officers = officer_at.iter().map(|&i| source.officers[i as usize].clone()).collect();
        problem.sites = site_at.iter().map(|&i| source.sites[i as usize].clone()).collect();
        for officer in &mut problem.officers {
            officer.agency = agency_to[officer.agency as usize];
        }
        for site in &mut problem.sites {
            site.barred.iter_mut().for_each(|officer| *officer = officer_to[*officer as usize]);
            site.barred.sort_unstable();
        }
        for item in &mut problem.items {
            item.agency = agency_to[item.agency as usize];
        }
        for duty in &mut problem.duties {
            duty.site = site_to[duty.site as usize];
            duty.agency = agency_to[duty.agency as usize];
        }
        let key = |i: usize| {
            let duty = &problem.duties[i];
            let mut skills: Vec<Option<u32>> = duty.items.iter().map(|&k| problem.items[k as usize].skill).collect();
            skills.sort_unstable();
            skills.dedup();
            (duty.site, duty.agency, duty.first_day, duty.last_day, duty.closed, duty.separate, skills)
        };
        let duty_at = order(problem.duties.len(), key);
        problem.duties = duty_at.iter().map(|&i| problem.duties[i as usize].clone()).collect();
        let mut pools = pools(&problem);
        let (units, closed) = units(&problem, &pools);
        mark_tight(&problem, &units, &mut pools);
        let mut unit_start = vec![0u32; problem.sites.len() + 1];
        units.iter().for_each(|unit| unit_start[unit.site as usize + 1] += 1);
        for site in 0..problem.sites.len() {
            unit_start[site + 1] += unit_start[site];
        }
        Model { problem, agency_at, officer_at, site_at, duty_at, pools, units, unit_start, closed }
    }

    /// Tells whether an officer may enter a site at all: jurisdiction, recusal, last team.
    pub fn may_enter(&self, officer: u32, site: u32) -> bool {
        let site = &self.problem.sites[site as usize];
        let officer_row = &self.problem.officers[officer as usize];
        officer_row.townships.as_ref().is_none_or(|list| list.binary_search(&site.township).is_ok())
            && site.barred.binary_search(&officer).is_err()
    }

    /// Returns the qualifications that some units of one agency need together.
    pub fn need_of(&self, agency: u32, units: &[u32]) -> Skills {
        let of_agency = units.iter().map(|&u| &self.units[u as usize]).filter(|unit| unit.agency == agency);
        of_agency.fold(0, |need, unit| need | unit.need)
    }

    /// Returns the days on which one agency has a team for one site, nothing else going on.
    pub fn team_days(&self, site: u32, agency: u32, need: Skills) -> DaySet {
        let pool = &self.pools[agency as usize];
        let size = self.problem.rules.team_size;
        let mut at_least = vec![DaySet::empty(); size as usize];
        let mut full = DaySet::empty();
        let splits = splits(need);
        let mut halves = vec![(DaySet::empty(), DaySet::empty()); splits.len()];
        for (&officer, &holds) in pool.officers.iter().zip(&pool.holds) {
            if !self.may_enter(officer, site) {
                continue;
            }
            let mut days = self.problem.officers[officer as usize].days;
            if need & !holds == 0 {
                full = full.or(&days);
            } else {
                for (&part, (one, other)) in splits.iter().zip(&mut halves) {
                    if part & !holds == 0 {
                        *one = one.or(&days);
                    }
                    if need & !part & !holds == 0 {
                        *other = other.or(&days);
                    }
                }
            }
            for level in &mut at_least {
                let both = level.and(&days);
                *level = level.or(&days);
                days = both;
            }
        }
        if need == 0 {
            return at_least[size as usize - 1];
        }
        let mut qualified = full;
        if size > 1 {
            halves.iter().for_each(|(one, other)| qualified = qualified.or(&one.and(other)));
        }
        qualified.and(&at_least[size as usize - 1])
    }
}

/// Lists the ways to share needed qualifications between two officers: the part of the one, by number.
///
/// Each way stands once: the lowest qualification is always in the listed part. Where more than eight are needed,
/// only ways that cut the list in two are tried.
pub(super) fn splits(need: Skills) -> Vec<Skills> {
    let bits: Vec<u32> = (0..Skills::BITS).filter(|&bit| need >> bit & 1 == 1).collect();
    let count = bits.len() as u32;
    if count < 2 {
        return Vec::new();
    }
    let part = |pick: u32| bits.iter().enumerate().filter(|(i, _)| pick >> i & 1 == 1).fold(0, |m, (_, &b)| m | 1 << b);
    if count <= 8 {
        (1..(1u32 << count) - 1).filter(|pick| pick & 1 == 1).map(part).collect()
    } else {
        (1..count.min(31)).map(|length| part((1 << length) - 1)).collect()
    }
}

/// Keeps the days on which each agency has a team for a site, so that no question is answered twice.
#[derive(Default)]
pub(super) struct TeamDays {
    known: HashMap<(u32, u32, Skills), DaySet>,
}

impl TeamDays {
    /// Returns [`Model::team_days`].
    pub fn get(&mut self, model: &Model, site: u32, agency: u32, need: Skills) -> DaySet {
        *self.known.entry((site, agency, need)).or_insert_with(|| model.team_days(site, agency, need))
    }

    /// Returns the days on which some units of one site can be visited together, every agency with a team.
    pub fn of_units(&mut self, model: &Model, units: &[u32]) -> DaySet {
        let Some(&first) = units.first() else {
            return DaySet::empty();
        };
        let mut days = model.units[first as usize].days;
        for (at, &unit) in units.iter().enumerate() {
            let row = &model.units[unit as usize];
            days = days.and(&row.days);
            if units[..at].iter().all(|&before| model.units[before as usize].agency != row.agency) {
                days = days.and(&self.get(model, row.site, row.agency, model.need_of(row.agency, units)));
            }
        }
        days
    }
}

fn order<K: Ord>(count: usize, key: impl Fn(usize) -> K) -> Vec<u32> {
    let mut at: Vec<u32> = (0..count as u32).collect();
    at.sort_by_cached_key(|&i| key(i as usize));
    at
}

fn inverse(order: &[u32]) -> Vec<u32> {
    let mut to = vec![0; order.len()];
    order.iter().enumerate().for_each(|(new, &old)| to[old as usize] = new as u32);
    to
}

fn pools(problem: &Problem) -> Vec<Pool> {
    let count = problem.agencies.len();
    let mut skills: Vec<Vec<u32>> = vec![Vec::new(); count];
    for duty in &problem.duties {
        skills[duty.agency as usize].extend(duty.items.iter().filter_map(|&item| problem.items[item as usize].skill));
    }
    let mut pools: Vec<Pool> = Vec::with_capacity(count);
    for mut skills in skills {
        skills.sort_unstable();
        skills.dedup();
        assert!(skills.len() <= Skills::BITS as usize, "an agency needs at most {} qualifications", Skills::BITS);
        let none = vec![0; problem.days.len()];
        let holders = vec![none.clone(); skills.len()];
        pools.push(Pool {
            officers: Vec::new(),
            skills,
            holds: Vec::new(),
            present: none,
            holders,
            scarce: 0,
            is_tight: false,
        });
    }
    for (at, officer) in problem.officers.iter().enumerate() {
        let pool = &mut pools[officer.agency as usize];
        pool.officers.push(at as u32);
        let mut holds = 0;
        for (bit, skill) in pool.skills.iter().enumerate() {
            if officer.skills.binary_search(skill).is_ok() {
                holds |= 1 << bit;
                officer.days.iter().for_each(|day| pool.holders[bit][day as usize] += 1);
            }
        }
        pool.holds.push(holds);
        officer.days.iter().for_each(|day| pool.present[day as usize] += 1);
    }
    for (pool, agency) in pools.iter_mut().zip(&problem.agencies) {
        for (bit, holders) in pool.holders.iter().enumerate() {
            if holders.iter().any(|&count| half_of_holders(count) < agency.teams_per_day_max) {
                pool.scarce |= 1 << bit;
            }
        }
    }
    pools
}

/// Marks the agencies whose seats, with one team for each site, take more than four fifths of the load caps.
fn mark_tight(problem: &Problem, units: &[Unit], pools: &mut [Pool]) {
    let mut teams = vec![0u64; pools.len()];
    let mut doors: Vec<(u32, u32)> = units.iter().map(|unit| (unit.site, unit.agency)).collect();
    doors.sort_unstable();
    doors.dedup();
    doors.into_iter().for_each(|(_, agency)| teams[agency as usize] += 1);
    for (pool, teams) in pools.iter_mut().zip(teams) {
        let caps: u64 = pool.officers.iter().map(|&at| u64::from(problem.officers[at as usize].visits_max)).sum();
        pool.is_tight = teams * u64::from(problem.rules.team_size) * 5 > caps * 4;
    }
}

/// Joins the duties of one site, agency and window, the separate ones aside; the second list holds the duties that
/// no open day suits.
fn units(problem: &Problem, pools: &[Pool]) -> (Vec<Unit>, Vec<u32>) {
    let (mut units, mut closed): (Vec<Unit>, Vec<u32>) = (Vec::new(), Vec::new());
    for (at, duty) in problem.duties.iter().enumerate() {
        let at = at as u32;
        let last = duty.last_day.min(problem.days.len() as u32 - 1);
        let site = &problem.sites[duty.site as usize];
        let days = DaySet::span(duty.first_day, last).and(&site.open).without(&duty.closed);
        if days.is_empty() || (site.halfdays > 1 && site.half.is_some()) {
            closed.push(at);
            continue;
        }
        let skills = &pools[duty.agency as usize].skills;
        let wanted = duty.items.iter().filter_map(|&item| problem.items[item as usize].skill);
        let need = wanted.fold(0, |mask, skill| {
            let bit = skills.binary_search(&skill).expect("a pool knows every qualification its duties need");
            mask | 1 << bit
        });
        let together = units.last_mut().filter(|unit| {
            (unit.site, unit.agency, unit.days) == (duty.site, duty.agency, days) && !unit.separate && !duty.separate
        });
        match together {
            Some(unit) => {
                unit.need |= need;
                unit.duties.push(at);
            }
            None => units.push(Unit {
                site: duty.site,
                agency: duty.agency,
                need,
                days,
                separate: duty.separate,
                duties: vec![at],
            }),
        }
    }
    (units, closed)
}
