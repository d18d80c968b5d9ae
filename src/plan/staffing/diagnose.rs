//! Diagnose (缺口诊断): what no calendar can staff, found and named before the dates are sought.
//!
//! For each agency and qualification a matching with demands: every visit asks for seats, every officer takes one seat
//! a visit and at most `visits_max` in all. What stays short after all augmenting paths has a violator of Hall's
//! condition around it (Hall 1935; Gale 1957): the visits that alternating paths reach.

use std::collections::BTreeSet;

use super::model::{Model, TeamDays};
use super::outcome::{Obstacle, Reason, Shortage};
use super::problem::DaySet;

/// Holds what the diagnosis found; duties and officers by position in the model.
#[derive(Default)]
pub(super) struct Diagnosis {
    pub shortages: Vec<Shortage>,
    /// Units that cannot be staffed, by position, with the reason.
    pub dropped: Vec<(u32, Reason)>,
}

/// Finds the units that have no team on any of their days, whatever else is going on.
pub(super) fn lone_units(model: &Model, days: &mut TeamDays) -> Diagnosis {
    let mut found = Diagnosis::default();
    for (at, unit) in model.units.iter().enumerate() {
        let unit_days = days.of_units(model, &[at as u32]);
        if !unit_days.is_empty() {
            continue;
        }
        let mut questions = vec![None];
        questions.extend(super::dates::bits(unit.need).map(Some));
        let group = [vec![at as u32]];
        let short = questions.into_iter().find_map(|bit| Matching::of(model, unit.agency, bit, &group).run().pop());
        let reason = match &short {
            Some(shortage) if shortage.skill.is_some() => Reason::ShortOfSkill,
            Some(_) => Reason::ShortOfOfficers,
            None => Reason::NoTeamOnAnyDay,
        };
        found.shortages.extend(short);
        found.dropped.push((at as u32, reason));
    }
    found
}

/// Finds the visits that cannot all be staffed within the officers' load caps; `visits` are lists of units.
pub(super) fn visits(model: &Model, visits: &[Vec<u32>]) -> Diagnosis {
    let mut found = Diagnosis::default();
    let mut of_agency: Vec<Vec<Vec<u32>>> = vec![Vec::new(); model.pools.len()];
    for units in visits {
        let mut agencies: Vec<u32> = units.iter().map(|&unit| model.units[unit as usize].agency).collect();
        agencies.sort_unstable();
        agencies.dedup();
        for agency in agencies {
            let own = |&&unit: &&u32| model.units[unit as usize].agency == agency;
            of_agency[agency as usize].push(units.iter().filter(own).copied().collect());
        }
    }
    for (agency, mut groups) in of_agency.into_iter().enumerate() {
        let agency = agency as u32;
        let skills = 0..model.pools[agency as usize].skills.len() as u32;
        for bit in skills.map(Some).chain([None]) {
            let asked: Vec<Vec<u32>> = match bit {
                Some(bit) => groups.iter().filter(|g| model.need_of(agency, g) >> bit & 1 == 1).cloned().collect(),
                None => groups.clone(),
            };
            let mut matching = Matching::of(model, agency, bit, &asked);
            found.shortages.extend(matching.run());
            let reason = if bit.is_some() { Reason::ShortOfSkill } else { Reason::ShortOfOfficers };
            for &short in &matching.short {
                groups.retain(|group| *group != asked[short as usize]);
                found.dropped.extend(asked[short as usize].iter().map(|&unit| (unit, reason)));
            }
        }
    }
    found.dropped.sort_unstable();
    found
}

/// Is one question of the diagnosis: can these officers cover these visits?
struct Matching<'a> {
    model: &'a Model,
    agency: u32,
    bit: Option<u32>,
    groups: &'a [Vec<u32>],
    demand: u32,
    /// By group: eligible officers and officers taken, by place in the pool.
    eligible: Vec<Vec<u32>>,
    taken: Vec<Vec<u32>>,
    /// By officer: groups, at most as many as `room`.
    takes: Vec<Vec<u32>>,
    room: Vec<u32>,
    /// Groups that stay short.
    short: Vec<u32>,
}

impl<'a> Matching<'a> {
    fn of(model: &'a Model, agency: u32, bit: Option<u32>, groups: &'a [Vec<u32>]) -> Matching<'a> {
        let pool = &model.pools[agency as usize];
        let count = pool.officers.len();
        let able = |at: usize| bit.is_none_or(|bit| pool.holds[at] >> bit & 1 == 1);
        let eligible = groups.iter().map(|group| {
            let (site, days) = place(model, group);
            let comes = |at: usize| obstacle(model, pool.officers[at], site, &days).is_none();
            (0..count).filter(|&at| able(at) && comes(at)).map(|at| at as u32).collect()
        });
        let cap = |&at: &u32| model.problem.officers[at as usize].visits_max;
        Matching {
            model,
            agency,
            bit,
            groups,
            demand: if bit.is_some() { 1 } else { model.problem.rules.team_size },
            eligible: eligible.collect(),
            taken: vec![Vec::new(); groups.len()],
            takes: vec![Vec::new(); count],
            room: pool.officers.iter().map(cap).collect(),
            short: Vec::new(),
        }
    }

    /// Covers what can be covered and returns a violator around everything else.
    fn run(&mut self) -> Vec<Shortage> {
        for group in 0..self.groups.len() as u32 {
            for _ in 0..self.demand {
                if !self.seat(group) {
                    self.short.push(group);
                    break;
                }
            }
        }
        // What is reached from two short groups that meet is one violator: the gaps add up.
        let mut sets: Vec<BTreeSet<u32>> = Vec::new();
        for &short in &self.short {
            let mut set = self.reached(short);
            sets.retain(|other| {
                let apart = other.is_disjoint(&set);
                if !apart {
                    set.extend(other);
                }
                apart
            });
            sets.push(set);
        }
        sets.into_iter().map(|set| self.shortage(&self.violator(set))).collect()
    }

    fn seat(&mut self, group: u32) -> bool {
        let free = self.eligible[group as usize].iter().filter(|&&officer| {
            let takes = &self.takes[officer as usize];
            (takes.len() as u32) < self.room[officer as usize] && !takes.contains(&group)
        });
        let most = free.max_by_key(|&&officer| {
            let left = self.room[officer as usize] - self.takes[officer as usize].len() as u32;
            (left, std::cmp::Reverse(officer))
        });
        if let Some(&officer) = most {
            self.take(group, officer);
            return true;
        }
        self.exchange(group)
    }

    fn take(&mut self, group: u32, officer: u32) {
        self.taken[group as usize].push(officer);
        self.takes[officer as usize].push(group);
    }

    /// Finds a shortest alternating path from a group to an officer with room, and turns it over.
    fn exchange(&mut self, group: u32) -> bool {
        let mut from: Vec<Option<u32>> = vec![None; self.room.len()];
        let mut through: Vec<Option<u32>> = vec![None; self.groups.len()];
        let mut queue = std::collections::VecDeque::from([group]);
        while let Some(now) = queue.pop_front() {
            for at in 0..self.eligible[now as usize].len() {
                let officer = self.eligible[now as usize][at];
                if from[officer as usize].is_some() || self.taken[now as usize].contains(&officer) {
                    continue;
                }
                from[officer as usize] = Some(now);
                if (self.takes[officer as usize].len() as u32) < self.room[officer as usize] {
                    let mut free = officer;
                    loop {
                        let asks = from[free as usize].expect("the path was found from the group");
                        self.take(asks, free);
                        if asks == group {
                            return true;
                        }
                        let given = through[asks as usize].expect("a later group was reached through an officer");
                        self.taken[asks as usize].retain(|&o| o != given);
                        self.takes[given as usize].retain(|&g| g != asks);
                        free = given;
                    }
                }
                for &next in &self.takes[officer as usize] {
                    if next != group && through[next as usize].is_none() {
                        through[next as usize] = Some(officer);
                        queue.push_back(next);
                    }
                }
            }
        }
        false
    }

    /// Returns the groups that alternating paths reach from a short one, itself included.
    fn reached(&self, short: u32) -> BTreeSet<u32> {
        let mut reached = BTreeSet::from([short]);
        let mut stack = vec![short];
        while let Some(now) = stack.pop() {
            for officer in &self.eligible[now as usize] {
                if !self.taken[now as usize].contains(officer) {
                    let new = self.takes[*officer as usize].iter().filter(|&&next| reached.insert(next));
                    stack.extend(new);
                }
            }
        }
        reached
    }

    /// Returns some reached groups without those that add nothing to the gap.
    fn violator(&self, reached: BTreeSet<u32>) -> Vec<u32> {
        let mut group: Vec<u32> = reached.into_iter().collect();
        let mut open = vec![0u32; self.room.len()];
        group.iter().flat_map(|&g| &self.eligible[g as usize]).for_each(|&officer| open[officer as usize] += 1);
        // A visit is left out if that frees at least as many seats as it asks for: the gap stays as wide.
        for at in (0..group.len()).rev() {
            let gone = group[at];
            let binding = |&&officer: &&u32| open[officer as usize] <= self.room[officer as usize];
            let loss = self.eligible[gone as usize].iter().filter(binding).count() as u32;
            if loss >= self.demand && group.len() > 1 && !self.short.contains(&gone) {
                self.eligible[gone as usize].iter().for_each(|&officer| open[officer as usize] -= 1);
                group.remove(at);
            }
        }
        group
    }

    fn shortage(&self, group: &[u32]) -> Shortage {
        let model = self.model;
        let pool = &model.pools[self.agency as usize];
        let mut open = vec![0u32; self.room.len()];
        group.iter().flat_map(|&g| &self.eligible[g as usize]).for_each(|&officer| open[officer as usize] += 1);
        let available = open.iter().zip(&self.room).map(|(&open, &room)| open.min(room)).sum();
        let duties = |&g: &u32| {
            let units = self.groups[g as usize].iter();
            units.flat_map(|&unit| model.units[unit as usize].duties.iter().copied()).collect()
        };
        let mut near = Vec::new();
        for (at, &officer) in pool.officers.iter().enumerate() {
            let able = self.bit.is_none_or(|bit| pool.holds[at] >> bit & 1 == 1);
            let kept = group.iter().find_map(|&g| {
                let (site, days) = place(model, &self.groups[g as usize]);
                obstacle(model, officer, site, &days)
            });
            let obstacle = match kept {
                // One thing at a time: who lacks the qualification and cannot come either would not help.
                Some(_) if !able => continue,
                Some(obstacle) => obstacle,
                None if !able => Obstacle::Skill,
                None if open[at] > self.room[at] => Obstacle::LoadCap,
                None => continue,
            };
            near.push((officer, obstacle));
        }
        Shortage {
            agency: self.agency,
            skill: self.bit.map(|bit| pool.skills[bit as usize]),
            duty_groups: group.iter().map(duties).collect(),
            needed: self.demand * group.len() as u32,
            available,
            near,
        }
    }
}

/// Returns the site of a group of units and the days that suit them all.
fn place(model: &Model, units: &[u32]) -> (u32, DaySet) {
    let rows = units.iter().map(|&unit| &model.units[unit as usize]);
    let days = rows.clone().map(|unit| unit.days).reduce(|a, b| a.and(&b)).expect("a group has a unit");
    (model.units[units[0] as usize].site, days)
}

/// Says what keeps an officer from a site on all of some days, if anything does.
fn obstacle(model: &Model, officer: u32, site: u32, days: &DaySet) -> Option<Obstacle> {
    let row = &model.problem.officers[officer as usize];
    let place = &model.problem.sites[site as usize];
    if row.townships.as_ref().is_some_and(|list| list.binary_search(&place.township).is_err()) {
        Some(Obstacle::Jurisdiction)
    } else if place.barred.binary_search(&officer).is_ok() {
        Some(Obstacle::Barred)
    } else if !row.days.and(days).is_empty() {
        None
    } else if row.certificate.and(days).is_empty() {
        Some(Obstacle::Certificate)
    } else {
        Some(Obstacle::Leave)
    }
}
