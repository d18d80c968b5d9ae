//! The search for a good calendar: construct, then anneal for a fixed number of steps.
//!
//! Simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983) in integers: a step that costs `c` more is taken with a
//! chance of about exp(−c/T), the logarithm read off a number's leading zeros. The steps are drawn from the ceremony's
//! own key, so nobody can guess a day beforehand and everybody gets the same calendar afterwards. The number of steps
//! depends on the number of visits and the rules alone, never on a clock.

use super::dates::{Calendar, Dated, WEEK_COST};
use super::model::TeamDays;

/// Dates tried in the search for each visit.
pub const STEPS_PER_VISIT: u64 = 4_000;

/// Dates tried for a visit at a time.
const TRIES: u32 = 4;

/// Visits whose dates are taken away at a time, at most.
const GROUP_MAX: usize = 5;

/// Temperature at the start, in 1/65,536 of the calendar's cost unit; it is halved [`HALVINGS`] times on the way.
const HOT: u64 = 12 << 16;
const HALVINGS: u64 = 5;

/// Temperatures tried on the way.
const STAGES: u64 = 256;

/// Cost of one visit too many or too few in a week at the start; [`WEEK_COST`] is reached after seven eighths of the
/// way. Level weeks are hard to reach once the trips have formed, so they weigh more before.
const WEEK_COST_FIRST: i64 = 11;

/// Eighths of a visit around a week's share within which the cost is soft at the start; it hardens stage by stage and
/// is hard for the last [`STAGES_HARD`].
const WEEK_SOFT: i64 = 40;
const STAGES_HARD: u64 = 16;

/// Is the generator SplitMix64 (Steele, Lea and Flood 2014); it chooses days, never people.
#[derive(Clone, Debug)]
pub(super) struct Steps(u64);

impl Steps {
    /// Starts from the first 8 bytes of a key.
    pub fn from_key(key: &[u8; 32]) -> Steps {
        Steps(u64::from_be_bytes(key[..8].try_into().expect("a key has at least 8 bytes")))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number in `0..below`; `below` is at least 1 and small, so the bias of a multiplication is nothing.
    fn below(&mut self, below: u32) -> u32 {
        (((self.next() >> 32) * u64::from(below)) >> 32) as u32
    }

    /// Returns −log2 of a number evenly spread over (0, 1], in 1/65,536, the mantissa taken as straight.
    fn depth(&mut self) -> u64 {
        let number = self.next() | 1;
        let zeros = number.leading_zeros();
        let mantissa = if zeros == 63 { 0 } else { (number << (zeros + 1)) >> 48 };
        (u64::from(zeros) << 16) + (1 << 16) - mantissa
    }
}

/// Gives every visit a first date, the one with the least choice first.
pub(super) fn construct(calendar: &mut Calendar, steps: &mut Steps) {
    let mut order: Vec<u32> = (0..calendar.visits.len() as u32).collect();
    order.sort_by_key(|&visit| (calendar.visits[visit as usize].choice.len(), visit));
    for visit in order {
        if let Some((_, day, half)) = cheapest(calendar, visit, steps) {
            calendar.place(visit, day, half);
        }
    }
}

/// Finds the cheapest date of a visit that has none; of equal ones the generator takes one.
pub(super) fn cheapest(calendar: &Calendar, visit: u32, steps: &mut Steps) -> Option<(i64, u32, u8)> {
    let row = &calendar.visits[visit as usize];
    let dates = row.choice.iter().flat_map(|&day| row.halves().map(move |half| (day, half)));
    let rated = dates.map(|(day, half)| (calendar.cost_to_add(visit, day, half), steps.next(), day, half));
    rated.min().map(|(cost, _, day, half)| (cost, day, half))
}

/// Improves a calendar by `steps_per_visit` tries for each of its visits.
pub(super) fn anneal(calendar: &mut Calendar, team_days: &mut TeamDays, steps: &mut Steps, steps_per_visit: u64) {
    let movable: Vec<u32> = (0..calendar.visits.len() as u32).filter(|&v| calendar.visits[v as usize].placed).collect();
    if movable.is_empty() {
        return;
    }
    let neighbours = Neighbours::of(calendar, &movable);
    let total = steps_per_visit * movable.len() as u64 / u64::from(TRIES);
    let mut heat = HOT;
    calendar.weigh_weeks(WEEK_COST_FIRST, WEEK_SOFT);
    let mut stage = 0;
    for step in 0..total {
        if step * STAGES / total > stage {
            stage += 1;
            heat = cooled(stage);
            let rest = (STAGES - STAGES / 8).saturating_sub(stage) as i64;
            let fall = (STAGES - STAGES / 8) as i64;
            let soft = WEEK_SOFT * (STAGES - STAGES_HARD).saturating_sub(stage) as i64 / (STAGES - STAGES_HARD) as i64;
            calendar.weigh_weeks(WEEK_COST + ((WEEK_COST_FIRST - WEEK_COST) * rest + fall / 2) / fall, soft);
            calendar.share_weeks();
        }
        let visit = movable[steps.below(movable.len() as u32) as usize];
        match step % 32 {
            7 if !neighbours.shared.is_empty() => regroup(calendar, team_days, &neighbours, steps, heat),
            19 => move_day(calendar, &neighbours, visit, steps, heat),
            0..7 => redate_group(calendar, &neighbours, visit, steps, heat),
            12..16 => {
                let other = movable[steps.below(movable.len() as u32) as usize];
                swap_days(calendar, &neighbours, visit, other, steps, heat);
            }
            _ => move_visit(calendar, &neighbours, visit, steps, heat),
        }
    }
    calendar.weigh_weeks(WEEK_COST, 0);
}

/// Returns the temperature of a stage.
fn cooled(stage: u64) -> u64 {
    let way = (HALVINGS << 16) * stage / STAGES;
    let (whole, part) = (way >> 16, way & 0xffff);
    // 2^-x lies within 6 % of 1 - x/2 between 0 and 1.
    let heat = HOT >> whole;
    heat - ((heat * part) >> 17)
}

/// Tries other dates for one visit, [`TRIES`] at most: three times out of four next to a visit of one of its agencies
/// in its township.
#[inline]
fn move_visit(calendar: &mut Calendar, neighbours: &Neighbours, visit: u32, steps: &mut Steps, heat: u64) {
    let row = &calendar.visits[visit as usize];
    if row.units.is_empty() {
        return;
    }
    let now = calendar.spot(visit);
    let mut saved = None;
    for _ in 0..TRIES {
        let dice = steps.next();
        let pick = |count: usize| (((dice >> 40) * count as u64) >> 24) as usize;
        let (day, half) = if dice & 3 != 0 {
            let part = row.parts[(((dice >> 8 & 0xffff) * row.parts.len() as u64) >> 16) as usize];
            let near =
                &neighbours.by_agency[part.agency as usize * neighbours.by_township.len() + row.township as usize];
            let (day, half) = calendar.spot(near[pick(near.len())]);
            (day, if dice & 12 == 0 { half } else { 1 - half })
        } else {
            (row.choice[pick(row.choice.len())], (dice >> 4 & 1) as u8)
        };
        let half = if row.whole { 0 } else { row.only.unwrap_or(half) };
        if (day, half) == now || !row.open.contains(day) {
            continue;
        }
        let limit = limit(steps, heat);
        let half = if day == now.0 {
            Some(half).filter(|_| calendar.cost_to_turn(visit) <= limit)
        } else {
            let saved = *saved.get_or_insert_with(|| calendar.saved_without(visit));
            calendar.half_within(visit, day, limit - saved, dice >> 5 & 1 == 1)
        };
        if let Some(half) = half {
            calendar.lift(visit);
            calendar.place(visit, day, half);
            return;
        }
    }
}

/// Takes the dates of some visits away and gives each the cheapest date then, one after the other (ruin and recreate,
/// Schrimpf et al. 2000): a trip can end only if all its visits leave it together.
///
/// The visits are, one time in four, all those of one agency and township on a visit's day, otherwise up to
/// [`GROUP_MAX`] of one agency and township on any days.
fn redate_group(calendar: &mut Calendar, neighbours: &Neighbours, visit: u32, steps: &mut Steps, heat: u64) {
    let row = &calendar.visits[visit as usize];
    if row.units.is_empty() {
        return;
    }
    let part = row.parts[steps.below(row.parts.len() as u32) as usize];
    let near = &neighbours.by_agency[part.agency as usize * neighbours.by_township.len() + row.township as usize];
    let (day, _) = calendar.spot(visit);
    let mut group = [(0u32, 0u32, 0u8); GROUP_MAX];
    let mut count = 0;
    let spot = |visit: u32| {
        let (day, half) = calendar.spot(visit);
        (visit, day, half)
    };
    if steps.below(4) == 0 {
        for &other in near {
            if calendar.spot(other).0 == day && calendar.visits[other as usize].placed {
                if count == GROUP_MAX {
                    return;
                }
                group[count] = spot(other);
                count += 1;
            }
        }
    } else {
        group[0] = spot(visit);
        count = 1;
        for _ in 0..1 + steps.below(GROUP_MAX as u32 - 1) {
            let other = near[steps.below(near.len() as u32) as usize];
            if calendar.visits[other as usize].placed && !group[..count].iter().any(|row| row.0 == other) {
                group[count] = spot(other);
                count += 1;
            }
        }
    }
    let group = &mut group[..count];
    let cost_max = calendar.cost + limit(steps, heat);
    group.iter().for_each(|row| calendar.lift(row.0));
    (1..count).rev().for_each(|at| group.swap(at, steps.below(at as u32 + 1) as usize));
    let mut done = 0;
    while done < count && (done == 0 || calendar.cost <= cost_max) {
        let Some((day, half)) = calendar.cheapest_free(group[done].0, steps.next()) else { break };
        calendar.place(group[done].0, day, half);
        done += 1;
    }
    if done < count || calendar.cost > cost_max {
        group[..done].iter().for_each(|row| calendar.lift(row.0));
        group.iter().for_each(|&(visit, day, half)| calendar.place(visit, day, half));
    }
}

/// Tries another day for all visits of a township that share a visit's day: their trips stay together.
fn move_day(calendar: &mut Calendar, neighbours: &Neighbours, visit: u32, steps: &mut Steps, heat: u64) {
    let row = &calendar.visits[visit as usize];
    if row.units.is_empty() {
        return;
    }
    let (from, _) = calendar.spot(visit);
    let to = row.choice[steps.below(row.choice.len() as u32) as usize];
    let near = neighbours.by_township[row.township as usize].iter().copied();
    let group: Vec<u32> = near.filter(|&v| calendar.spot(v).0 == from && calendar.visits[v as usize].placed).collect();
    if from == to || group.len() < 2 || !group.iter().all(|&v| calendar.visits[v as usize].open.contains(to)) {
        return;
    }
    let before = calendar.cost;
    let halves: Vec<u8> = group.iter().map(|&v| calendar.spot(v).1).collect();
    group.iter().for_each(|&v| calendar.lift(v));
    group.iter().zip(&halves).for_each(|(&v, &half)| calendar.place(v, to, half));
    if calendar.cost - before > limit(steps, heat) {
        group.iter().for_each(|&v| calendar.lift(v));
        group.iter().zip(&halves).for_each(|(&v, &half)| calendar.place(v, from, half));
    }
}

/// Tries to exchange the days of two townships' visits: the week that gives a large group away gets another one back.
fn swap_days(calendar: &mut Calendar, neighbours: &Neighbours, one: u32, other: u32, steps: &mut Steps, heat: u64) {
    let rows = [&calendar.visits[one as usize], &calendar.visits[other as usize]];
    let days = [calendar.spot(one).0, calendar.spot(other).0];
    // Most pairs can be ruled out by their own days.
    if days[0] == days[1]
        || rows.iter().any(|row| row.units.is_empty())
        || !(rows[0].open.contains(days[1]) && rows[1].open.contains(days[0]))
    {
        return;
    }
    let mut group: Vec<(u32, u32, u8)> = Vec::new();
    for at in 0..2 {
        for &visit in &neighbours.by_township[rows[at].township as usize] {
            let (day, half) = calendar.spot(visit);
            let row = &calendar.visits[visit as usize];
            if day == days[at] && row.placed {
                if !row.open.contains(days[1 - at]) {
                    return;
                }
                group.push((visit, day, half));
            }
        }
    }
    let before = calendar.cost;
    group.iter().for_each(|row| calendar.lift(row.0));
    group.iter().for_each(|&(visit, day, half)| calendar.place(visit, days[0] + days[1] - day, half));
    if calendar.cost - before > limit(steps, heat) {
        group.iter().for_each(|row| calendar.lift(row.0));
        group.iter().for_each(|&(visit, day, half)| calendar.place(visit, day, half));
    }
}

/// Returns how much more the next step may cost: 0 or more, `c` or more with a chance of about exp(−c/T).
#[inline]
fn limit(steps: &mut Steps, heat: u64) -> i64 {
    // ln 2 = 0.693 = 45,426 / 65,536.
    ((((steps.depth() * 45_426) >> 16) * heat) >> 32) as i64
}

fn accepts(steps: &mut Steps, change: i64, heat: u64) -> bool {
    change <= limit(steps, heat)
}

/// Lists which visits share a township, and which a site.
struct Neighbours {
    by_township: Vec<Vec<u32>>,
    /// By agency, then by township.
    by_agency: Vec<Vec<u32>>,
    /// Sites of two or more visits that could exchange units.
    shared: Vec<Vec<u32>>,
}

impl Neighbours {
    fn of(calendar: &Calendar, movable: &[u32]) -> Neighbours {
        let problem = &calendar.model.problem;
        let mut by_township = vec![Vec::new(); problem.travel.len()];
        let mut by_agency = vec![Vec::new(); problem.agencies.len() * problem.travel.len()];
        let mut by_site: Vec<Vec<u32>> = vec![Vec::new(); problem.sites.len()];
        for &visit in movable {
            let row = &calendar.visits[visit as usize];
            by_township[row.township as usize].push(visit);
            for part in &row.parts {
                by_agency[part.agency as usize * problem.travel.len() + row.township as usize].push(visit);
            }
            if row.units.iter().all(|&unit| !calendar.model.units[unit as usize].separate) {
                by_site[row.site as usize].push(visit);
            }
        }
        Neighbours { by_township, by_agency, shared: by_site.into_iter().filter(|visits| visits.len() > 1).collect() }
    }
}

/// Tries to bring one unit to another visit of its site, dates unchanged; a visit left without units is gone.
fn regroup(calendar: &mut Calendar, team_days: &mut TeamDays, neighbours: &Neighbours, steps: &mut Steps, heat: u64) {
    let visits = &neighbours.shared[steps.below(neighbours.shared.len() as u32) as usize];
    let from = visits[steps.below(visits.len() as u32) as usize];
    let to = visits[steps.below(visits.len() as u32) as usize];
    let (source, target) = (&calendar.visits[from as usize], &calendar.visits[to as usize]);
    if from == to || source.units.is_empty() || target.units.is_empty() {
        return;
    }
    let unit = source.units[steps.below(source.units.len() as u32) as usize];
    let row = &calendar.model.units[unit as usize];
    let joins = target.parts.iter().any(|part| part.agency == row.agency);
    let full = target.parts.len() as u32 >= calendar.model.problem.rules.agencies_per_visit_max;
    if !row.days.contains(target.day) || (full && !joins) {
        return;
    }
    let rest: Vec<u32> = source.units.iter().copied().filter(|&u| u != unit).collect();
    // Officers' load caps were diagnosed with the teams of the merge; no move may ask for more teams.
    if !joins && rest.iter().any(|&other| calendar.model.units[other as usize].agency == row.agency) {
        return;
    }
    let mut more = target.units.clone();
    more.push(unit);
    more.sort_unstable();
    let enough = super::merge::MERGED_DAYS_MIN;
    if !team_days.of_units(calendar.model, &more).contains(target.day)
        || team_days.of_units(calendar.model, &more).len() < enough
        || (!rest.is_empty() && !team_days.of_units(calendar.model, &rest).contains(source.day))
    {
        return;
    }
    let before = calendar.cost;
    let (source, target) = (calendar.visits[from as usize].clone(), calendar.visits[to as usize].clone());
    calendar.lift(from);
    calendar.lift(to);
    calendar.set_units(team_days, from, rest);
    calendar.set_units(team_days, to, more);
    if !calendar.visits[from as usize].units.is_empty() {
        calendar.place(from, source.day, source.half);
    }
    calendar.place(to, target.day, target.half);
    if !accepts(steps, calendar.cost - before, heat) {
        if calendar.visits[from as usize].placed {
            calendar.lift(from);
        }
        calendar.lift(to);
        let (day, half, other_day, other_half) = (source.day, source.half, target.day, target.half);
        calendar.visits[from as usize] = Dated { placed: false, ..source };
        calendar.visits[to as usize] = Dated { placed: false, ..target };
        calendar.place(from, day, half);
        calendar.place(to, other_day, other_half);
    }
}
