//! Outings (出勤): a morning and an afternoon visit of one agency in one township on one day go to one team.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use super::dates::Calendar;
use super::model::{Model, Pool, Skills, splits};
use super::teams::Hints;

/// Is what one team of one agency does on one day: one visit, or a morning and an afternoon one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outing {
    /// Positions in the calendar, morning first.
    pub visits: Vec<u32>,
    pub day: u32,
    pub need: Skills,
}

/// Says which officers may sit together in a team that needs qualifications.
///
/// A rule for a pair of sets, so that a team is a set of officers and never a question of who holds which seat: those
/// who hold everything (`full`) come without limit; of those who hold only the one part at most `team_size − 1` come,
/// of those who hold only the other part at most 1; nobody else comes. With an empty other part the one part is
/// "anybody": at least one member of the team holds everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Mix {
    pub need: Skills,
    /// The part of `need` that the one gate asks for; 0 lets anybody through it.
    pub one: Skills,
    /// What the other gate asks for; `None` where there is no other gate.
    pub other: Option<Skills>,
}

/// Counts an agency's outings by the mix that was chosen for them.
pub(super) type Used = HashMap<Mix, u32>;

/// Is the way by which an officer comes into a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Full,
    One,
    Other,
}

impl Mix {
    /// Chooses the mix whose scarcer side has most officers, then the one with most teams, out of some officers, each
    /// given by what he holds; of equal ones the first, "one holds everything" before the ways to share.
    ///
    /// Where three or more qualifications are needed, the choice goes round: the officers of the scarcer side are
    /// counted as shared by all outings in `used` that have the same mix already. Tickets have no part in it, so the
    /// choice cannot favour anybody.
    pub fn of(need: Skills, size: u32, holds: impl Iterator<Item = Skills> + Clone, used: &mut Used) -> Mix {
        let any = Mix { need, one: 0, other: None };
        if need == 0 || size < 2 {
            return any;
        }
        let shared = splits(need).into_iter().map(|one| Mix { need, one, other: Some(need & !one) });
        let goes_round = need.count_ones() > 2;
        let rate = |mix: &Mix| {
            let (scarcer, teams) = mix.choice(holds.clone());
            let before = if goes_round { used.get(mix).copied().unwrap_or(0) } else { 0 };
            (scarcer * 1_000 / (u64::from(before) + 1), teams)
        };
        let mut best = (rate(&any), any);
        for mix in shared {
            let rated = rate(&mix);
            if rated > best.0 {
                best = (rated, mix);
            }
        }
        if goes_round {
            *used.entry(best.1).or_default() += 1;
        }
        best.1
    }

    /// Tells how an officer who holds `holds` comes into the team, if at all.
    pub fn gate(&self, holds: Skills) -> Option<Gate> {
        if self.need & !holds == 0 {
            Some(Gate::Full)
        } else if self.one & !holds == 0 {
            Some(Gate::One)
        } else {
            self.other.filter(|other| other & !holds == 0).map(|_| Gate::Other)
        }
    }

    /// Returns how many of one team may come through a gate.
    pub fn limit(gate: Gate, size: u32) -> u32 {
        match gate {
            Gate::Full => size,
            Gate::One => size - 1,
            Gate::Other => 1,
        }
    }

    /// Counts the officers of the scarcer side, and the teams of two.
    fn choice(&self, holds: impl Iterator<Item = Skills>) -> (u64, u64) {
        let mut count = [0u64; 3];
        holds.filter_map(|holds| self.gate(holds)).for_each(|gate| count[gate as usize] += 1);
        let [full, one, other] = count;
        let alone = full * full.saturating_sub(1) / 2 + full * (one + other);
        match self.other {
            Some(_) => (full + one.min(other), alone + one * other),
            None => (full, alone),
        }
    }
}

/// Lists the officers of an agency who could come on an outing if nothing else were on, by place in the pool.
pub(super) fn eligible(model: &Model, sites: &[u32], agency: u32, day: u32) -> Vec<u32> {
    let pool = &model.pools[agency as usize];
    let there = |officer: u32| model.problem.officers[officer as usize].days.contains(day);
    let enters = |officer: u32| sites.iter().all(|&site| model.may_enter(officer, site));
    let rows = pool.officers.iter().enumerate();
    rows.filter(|&(_, &officer)| there(officer) && enters(officer)).map(|(at, _)| at as u32).collect()
}

/// Lists an agency's outings by day, township and first visit.
pub(super) fn outings(calendar: &Calendar, agency: u32, hints: &Hints) -> Vec<Outing> {
    let mut by_place: BTreeMap<(u32, u32), [Vec<u32>; 3]> = BTreeMap::new();
    for (at, visit) in calendar.visits.iter().enumerate() {
        if visit.placed && visit.parts.iter().any(|part| part.agency == agency) {
            let slot = if visit.whole { 2 } else { usize::from(visit.half) };
            by_place.entry((visit.day, visit.township)).or_default()[slot].push(at as u32);
        }
    }
    let need = |visit: u32| {
        let parts = &calendar.visits[visit as usize].parts;
        parts.iter().find(|part| part.agency == agency).map_or(0, |part| part.need)
    };
    let pairs = calendar.model.problem.rules.visits_per_day_max > 1;
    let mut list = Vec::new();
    for ((day, _), [morning, mut afternoon, whole]) in by_place {
        for visit in morning {
            let mut joined = None;
            if pairs {
                let mut choice: Vec<u32> = afternoon.clone();
                // The fewer qualifications a pair needs, the more officers can take it.
                choice.sort_by_key(|&other| ((need(visit) | need(other)).count_ones(), other));
                joined = choice.into_iter().find(|&other| {
                    !hints.apart.contains(&(agency, visit, other))
                        && has_team(calendar, agency, day, &[visit, other], need)
                });
            }
            match joined {
                Some(other) => {
                    afternoon.retain(|&v| v != other);
                    list.push(Outing { visits: vec![visit, other], day, need: need(visit) | need(other) });
                }
                None => list.push(Outing { visits: vec![visit], day, need: need(visit) }),
            }
        }
        let alone = afternoon.into_iter().chain(whole);
        list.extend(alone.map(|visit| Outing { visits: vec![visit], day, need: need(visit) }));
    }
    let visits: u32 = list.iter().map(|outing| outing.visits.len() as u32).sum();
    let doubles_max = doubles_max(calendar.model, agency, calendar.model.problem.rules.team_size * visits);
    let pool = &calendar.model.pools[agency as usize];
    join_crowded(calendar, agency, hints, &mut list, need);
    part_above(&mut list, pool, calendar.model.problem.rules.team_size, doubles_max, need);
    list
}

/// Joins visits of near townships on days with more outings than officers can make, the nearest first.
fn join_crowded(
    calendar: &Calendar,
    agency: u32,
    hints: &Hints,
    list: &mut Vec<Outing>,
    need: impl Fn(u32) -> Skills + Copy,
) {
    let problem = &calendar.model.problem;
    if problem.rules.visits_per_day_max < 2 {
        return;
    }
    let mut by_day: BTreeMap<u32, u32> = BTreeMap::new();
    list.iter().for_each(|outing| *by_day.entry(outing.day).or_default() += 1);
    for (day, mut count) in by_day {
        let there = calendar.model.pools[agency as usize].present[day as usize] / problem.rules.team_size;
        let most = hints.outings_max.get(&(agency, day)).map_or(there, |&max| max.min(there));
        if count <= most {
            continue;
        }
        let half = |half: u8| {
            let single = move |outing: &&Outing| {
                let row = &calendar.visits[outing.visits[0] as usize];
                outing.visits.len() == 1 && outing.day == day && !row.whole && row.half == half
            };
            list.iter().filter(single).map(|outing| outing.visits[0]).collect::<Vec<u32>>()
        };
        let (mornings, afternoons) = (half(0), half(1));
        let township = |visit: u32| calendar.visits[visit as usize].township as usize;
        let mut pairs: Vec<(u32, u32, u32)> = Vec::new();
        for &one in &mornings {
            for &other in &afternoons {
                let minutes = problem.travel[township(one)][township(other)];
                if minutes <= problem.rules.hop_minutes_max && !hints.apart.contains(&(agency, one, other)) {
                    pairs.push((minutes, one, other));
                }
            }
        }
        pairs.sort_unstable();
        let mut joined: HashSet<u32> = HashSet::new();
        for (_, one, other) in pairs {
            if count <= most {
                break;
            }
            let free = !joined.contains(&one) && !joined.contains(&other);
            if free && has_team(calendar, agency, day, &[one, other], need) {
                joined.extend([one, other]);
                count -= 1;
                list.retain(|outing| outing.visits != [one] && outing.visits != [other]);
                list.push(Outing { visits: vec![one, other], day, need: need(one) | need(other) });
            }
        }
    }
}

/// Parts the double outings above a number, each time one on the day that has most officers to spare; days without
/// officers for one more outing, and another one in reserve, keep theirs.
fn part_above(list: &mut Vec<Outing>, pool: &Pool, size: u32, doubles_max: u32, need: impl Fn(u32) -> Skills) {
    let mut out: BTreeMap<u32, u32> = BTreeMap::new();
    list.iter().for_each(|outing| *out.entry(outing.day).or_default() += size);
    let mut doubles: Vec<usize> = (0..list.len()).filter(|&at| list[at].visits.len() > 1).collect();
    while doubles.len() > doubles_max as usize {
        let spare = |at: usize| pool.present[list[at].day as usize].saturating_sub(out[&list[at].day]);
        let most = (0..doubles.len()).max_by_key(|&row| (spare(doubles[row]), Reverse(row)));
        let Some(row) = most.filter(|&row| spare(doubles[row]) >= 2 * size) else { break };
        let at = doubles.remove(row);
        let other = list[at].visits.pop().expect("a double outing has two visits");
        let day = list[at].day;
        list[at].need = need(list[at].visits[0]);
        list.push(Outing { visits: vec![other], day, need: need(other) });
        *out.entry(day).or_default() += size;
    }
    list.sort_by_key(|outing| (outing.day, outing.visits[0]));
}

/// Returns how many double outings of an agency with so many seats leave room for loads as even as they can be.
///
/// Shares the agency's seats out one by one, always to the officer with the smallest load; whoever gets `x` seats can
/// take `x / 2` of them in double outings. More double outings would save officer-days at the price of fairness: one
/// officer would go twice while another does not go at all.
pub(super) fn doubles_max(model: &Model, agency: u32, seats: u32) -> u32 {
    even_shares(model, agency, seats).into_iter().map(|share| share / 2).sum::<u32>() / model.problem.rules.team_size
}

/// Shares an agency's seats out one by one, always to the officer with the smallest load; returns each officer's, by
/// place in the pool.
pub(super) fn even_shares(model: &Model, agency: u32, seats: u32) -> Vec<u32> {
    let officers = model.pools[agency as usize].officers.iter().map(|&at| &model.problem.officers[at as usize]);
    let mut shares = vec![0; officers.len()];
    let mut queue: BinaryHeap<Reverse<(u32, bool, usize, u32)>> = officers
        .enumerate()
        .map(|(at, officer)| Reverse((officer.prior, true, at, officer.visits_max.min(2 * officer.days.len()))))
        .filter(|row| row.0.3 > 0)
        .collect();
    for _ in 0..seats {
        let Some(mut row) = queue.pop() else { break };
        let Reverse((load, is_even, at, room)) = &mut row;
        (*load, *is_even, *room) = (*load + 1, !*is_even, *room - 1);
        shares[*at] += 1;
        if *room > 0 {
            queue.push(row);
        }
    }
    shares
}

fn has_team(calendar: &Calendar, agency: u32, day: u32, visits: &[u32], need: impl Fn(u32) -> Skills) -> bool {
    let model = calendar.model;
    let size = model.problem.rules.team_size;
    let sites: Vec<u32> = visits.iter().map(|&visit| calendar.visits[visit as usize].site).collect();
    let all = visits.iter().fold(0, |all, &visit| all | need(visit));
    let holds = &model.pools[agency as usize].holds;
    let officers = eligible(model, &sites, agency, day);
    let able = officers.iter().map(|&at| holds[at as usize]);
    let mix = Mix::of(all, size, able.clone(), &mut Used::new());
    let mut count = [0u32; 3];
    able.filter_map(|holds| mix.gate(holds)).for_each(|gate| count[gate as usize] += 1);
    let [full, one, other] = count;
    // A pair of choices at least, where the agency has them: an outing that only one team can make is no lottery.
    full + one.min(size - 1) + other.min(1) >= size && (all == 0 || full > 0 || other > 0)
}
