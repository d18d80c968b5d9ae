//! Repair: visits that an agency cannot staff on their day get another day, for a bounded number of rounds; then some
//! visits move to the days of officers who are rarely there, so that loads come out level.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::lottery::Ticket;

use super::dates::Calendar;
use super::model::TeamDays;
use super::outcome::Reason;
use super::search::{Steps, cheapest};
use super::teams::{AgencyTeams, Hints, Tickets, days_that_help, staff_agency};

/// Rounds of moving, the last of which give up; fewer where another calendar can be tried instead.
pub(super) const ROUNDS: u32 = 40;
pub(super) const ROUNDS_FIRST: u32 = 16;

/// From this round on an agency that cannot come with the others comes on a day of its own.
const ALONE_FROM: u32 = 8;

/// Tries in a row, without success, of one agency in one round to do with less double outings.
const SPLITS: u32 = 7;

/// Other visits of the agency whose date is tried to be changed for one that is short.
const EXCHANGES: usize = 16;

/// Times that visits are moved for the sake of officers with too few, one agency at a time.
const LEVELLINGS: u32 = 12;

/// Officers of one agency for whom visits are moved at a time.
const LEVEL_OFFICERS: usize = 9;

/// Seats in a thousand that may stay with officers of whom a colleague has two visits less, before visits are moved.
const UNFAIR_PERMILLE: i64 = 70;

/// What such a move may cost, in the calendar's unit.
const LEVEL_COST_MAX: i64 = 24;

/// Unfair seats that all such moves of an agency must save for each unit that they cost; less where more than
/// [`FAR_TOO_UNFAIR_PERMILLE`] of all seats are unfair.
const LEVEL_GAIN_MIN: i64 = 2;
const LEVEL_GAIN_MIN_FAR: i64 = 1;
const FAR_TOO_UNFAIR_PERMILLE: i64 = 85;

/// Holds the days that visits, each given by its units, have left because they could not be staffed there.
type Tabu = BTreeSet<(Vec<u32>, u32)>;

/// Holds the teams of all agencies, and what could not be staffed.
pub(super) struct Repaired {
    pub teams: Vec<AgencyTeams>,
    /// Ids of the visits by position in the calendar; empty for those without a date.
    pub ids: Vec<String>,
    /// Units without a visit, with the reason.
    pub dropped: Vec<(u32, Reason)>,
}

/// Holds how it was before visits were moved for the sake of an agency's officers.
struct Before<'a> {
    agency: u32,
    unfair: Unfair,
    calendar: Calendar<'a>,
    hints: Hints,
    teams: Vec<AgencyTeams>,
    ids: Vec<String>,
}

/// Draws the teams of all agencies and moves what stays short, for some rounds.
pub(super) fn staff_all<'a>(
    calendar: &mut Calendar<'a>,
    team_days: &mut TeamDays,
    tickets: &mut Tickets,
    steps: &mut Steps,
    rounds: u32,
) -> Repaired {
    let agencies = calendar.model.pools.len() as u32;
    let mut hints = Hints::default();
    let mut tabu = Tabu::new();
    let mut ids = number(calendar);
    let teams = vec![AgencyTeams::default(); agencies as usize];
    let mut done = Repaired { teams, ids: Vec::new(), dropped: Vec::new() };
    let mut dirty: BTreeSet<u32> = (0..agencies).collect();
    let mut levelled = 0;
    let mut rigid: BTreeSet<u32> = BTreeSet::new();
    let mut before_levelling: Option<Before> = None;
    for round in 0.. {
        for &agency in &dirty {
            done.teams[agency as usize] = with_less_doubles(calendar, tickets, &ids, agency, &mut hints);
        }
        let mut short: BTreeSet<(u32, u32, Reason)> = BTreeSet::new();
        for (agency, teams) in done.teams.iter().enumerate() {
            for &row in &teams.failed {
                let visits = &teams.outings[row as usize].outing.visits;
                // Two visits that were given new days as single ones must not meet again as one outing.
                if let [one, other] = visits[..] {
                    hints.apart.extend([(agency as u32, one, other), (agency as u32, other, one)]);
                }
                short.extend(visits.iter().map(|&visit| (visit, agency as u32, Reason::NoFreeOfficers)));
            }
        }
        crowded(calendar, &mut short);
        let mut touched: BTreeSet<u32> = BTreeSet::new();
        let mut unfair = if short.is_empty() { unfair_seats(calendar, &done.teams) } else { Vec::new() };
        if let Some(before) = before_levelling.take() {
            let gain = before.unfair.unfair - Unfair::of_all(&unfair).unfair;
            let is_far = before.unfair.is_above(FAR_TOO_UNFAIR_PERMILLE);
            let gain_min = if is_far { LEVEL_GAIN_MIN_FAR } else { LEVEL_GAIN_MIN };
            if !short.is_empty() || gain < gain_min * (calendar.cost - before.calendar.cost).max(1) {
                // Fairness is not worth a visit, nor any price: back to what there was, and hands off these agencies.
                rigid.extend(short.iter().map(|row| row.1));
                rigid.insert(before.agency);
                (*calendar, hints, done.teams, ids) = (before.calendar, before.hints, before.teams, before.ids);
                short.clear();
                unfair = unfair_seats(calendar, &done.teams);
            }
        }
        if short.is_empty() {
            while levelled < LEVELLINGS
                && touched.is_empty()
                && let Some(agency) = most_unfair(&unfair, &rigid)
            {
                levelled += 1;
                let (hints, teams, ids) = (hints.clone(), done.teams.clone(), ids.clone());
                let unfair = Unfair::of_all(&unfair);
                let before = Before { agency, unfair, calendar: calendar.clone(), hints, teams, ids };
                touched = level(calendar, &done.teams[agency as usize], agency, &rigid);
                if touched.is_empty() {
                    rigid.insert(agency);
                } else {
                    before_levelling = Some(before);
                }
            }
            if touched.is_empty() {
                break;
            }
        }
        let mut moved: BTreeSet<u32> = BTreeSet::new();
        for (visit, agency, reason) in short {
            if !moved.insert(visit) {
                continue;
            }
            let row = calendar.visits[visit as usize].clone();
            touched.insert(row.site);
            let teams = &done.teams;
            if round < rounds
                && reason == Reason::NoFreeOfficers
                && redate(calendar, &hints, &tabu, agency, teams, visit, None)
            {
                tabu.insert((row.units, row.day));
                continue;
            }
            if round < rounds
                && reason == Reason::NoFreeOfficers
                && let Some((other, units, day)) = exchange(calendar, &hints, &tabu, agency, teams, visit)
            {
                tabu.insert((units, day));
                moved.insert(other);
                touched.insert(calendar.visits[other as usize].site);
                continue;
            }
            calendar.tighten(agency, row.day);
            calendar.lift(visit);
            tabu.insert((row.units.clone(), row.day));
            let own = |&unit: &u32| calendar.model.units[unit as usize].agency == agency;
            let (mine, others): (Vec<u32>, Vec<u32>) = row.units.iter().partition(|&unit| own(unit));
            if round >= rounds {
                done.dropped.extend(mine.into_iter().map(|unit| (unit, reason)));
                calendar.set_units(team_days, visit, others);
                if !calendar.visits[visit as usize].units.is_empty() {
                    calendar.place(visit, row.day, row.half);
                }
                continue;
            }
            if round >= ALONE_FROM && !others.is_empty() {
                calendar.set_units(team_days, visit, others);
                calendar.place(visit, row.day, row.half);
                let alone = calendar.open_visit(team_days, mine);
                ids.push(calendar.model.problem.sites[row.site as usize].id.clone());
                place_anew(calendar, alone, &tabu, steps);
            } else {
                place_anew(calendar, visit, &tabu, steps);
            }
        }
        let before = ids;
        ids = number(calendar);
        dirty.clear();
        for (at, visit) in calendar.visits.iter().enumerate() {
            if touched.contains(&visit.site) || before.get(at) != ids.get(at) {
                dirty.extend(visit.parts.iter().map(|part| part.agency));
            }
        }
        for agency in 0..agencies {
            let gone = |row: &super::teams::Seated| {
                row.outing.visits.iter().any(|&visit| touched.contains(&calendar.visits[visit as usize].site))
            };
            if done.teams[agency as usize].outings.iter().any(gone) {
                dirty.insert(agency);
            }
        }
    }
    done.ids = ids;
    done
}

/// Counts the seats of an agency, and those of them that a colleague with at least two visits less could have taken on
/// some day.
#[derive(Clone, Copy, Debug, Default)]
struct Unfair {
    seats: i64,
    unfair: i64,
}

impl Unfair {
    fn of_all(rows: &[Unfair]) -> Unfair {
        let add = |all: Unfair, row: &Unfair| Unfair { seats: all.seats + row.seats, unfair: all.unfair + row.unfair };
        rows.iter().fold(Unfair::default(), add)
    }

    fn is_above(self, permille: i64) -> bool {
        self.unfair * 1_000 > self.seats * permille
    }
}

/// Returns the agency with most unfair seats that is not rigid, if more than [`UNFAIR_PERMILLE`] of all seats are unfair.
fn most_unfair(unfair: &[Unfair], rigid: &BTreeSet<u32>) -> Option<u32> {
    if !Unfair::of_all(unfair).is_above(UNFAIR_PERMILLE) {
        return None;
    }
    let rows = (0u32..).zip(unfair).filter(|(agency, row)| row.unfair > 0 && !rigid.contains(agency));
    rows.max_by_key(|&(agency, row)| (row.unfair, Reverse(agency))).map(|row| row.0)
}

/// Counts the unfair seats of each agency.
fn unfair_seats(calendar: &Calendar, all: &[AgencyTeams]) -> Vec<Unfair> {
    let model = calendar.model;
    let mut counts = vec![Unfair::default(); all.len()];
    for ((agency, teams), sum) in (0u32..).zip(all).zip(&mut counts) {
        let pool = &model.pools[agency as usize];
        let officers: Vec<&super::problem::Officer> =
            pool.officers.iter().map(|&at| &model.problem.officers[at as usize]).collect();
        let mut given = vec![0; officers.len()];
        for row in &teams.outings {
            row.team.iter().for_each(|&at| given[at as usize] += row.outing.visits.len() as u32);
        }
        let load = |at: usize| officers[at].prior + given[at];
        let mut least: Vec<usize> = (0..officers.len()).filter(|&at| given[at] < officers[at].visits_max).collect();
        least.sort_by_key(|&at| (load(at), at));
        for row in &teams.outings {
            for &visit in &row.outing.visits {
                let place = &calendar.visits[visit as usize];
                let units = place.units.iter().map(|&unit| model.units[unit as usize].days);
                let days = units.reduce(|a, b| a.and(&b)).unwrap_or_default();
                let need = place.parts.iter().find(|part| part.agency == agency).map_or(0, |part| part.need);
                sum.seats += row.team.len() as i64;
                for &seat in &row.team {
                    let others = row.team.iter().filter(|&&other| other != seat);
                    let rest = need & !others.fold(0, |all, &other| all | pool.holds[other as usize]);
                    let mut fewer = least.iter().take_while(|&&at| load(at) + 2 <= load(seat as usize));
                    let could = fewer.any(|&at| {
                        rest & !pool.holds[at] == 0
                            && !row.team.contains(&(at as u32))
                            && model.may_enter(pool.officers[at], place.site)
                            && !officers[at].days.and(&days).is_empty()
                    });
                    sum.unfair += i64::from(could);
                }
            }
        }
    }
    counts
}

/// Brings visits to the days of officers who have far fewer than their colleagues because they are there on few days, and
/// parts pairs for it; returns the sites whose visits were moved.
///
/// Only moves that cost at most [`LEVEL_COST_MAX`] are made, and none that changes a day of a `rigid` agency.
fn level(calendar: &mut Calendar, teams: &AgencyTeams, agency: u32, rigid: &BTreeSet<u32>) -> BTreeSet<u32> {
    let model = calendar.model;
    let mut touched = BTreeSet::new();
    let pool = &model.pools[agency as usize];
    let mut loads: Vec<u32> = pool.officers.iter().map(|&at| model.problem.officers[at as usize].prior).collect();
    let mut out = vec![BTreeSet::new(); loads.len()];
    for row in &teams.outings {
        for &officer in &row.team {
            loads[officer as usize] += row.outing.visits.len() as u32;
            out[officer as usize].insert(row.outing.day);
        }
    }
    let mut sorted = loads.clone();
    sorted.sort_unstable();
    let Some(&middle) = sorted.get(sorted.len() / 2) else { return touched };
    let mut behind: Vec<(u32, usize)> = (0..loads.len()).map(|at| (loads[at], at)).collect();
    behind.retain(|&(load, at)| load + 2 <= middle && pool.holds[at] != 0);
    behind.sort_unstable();
    for (load, at) in behind.into_iter().take(LEVEL_OFFICERS) {
        let officer = &model.problem.officers[pool.officers[at] as usize];
        for _ in load + 1..middle {
            let mut best: Option<(i64, u32, u32, u8)> = None;
            for &visit in teams.outings.iter().flat_map(|row| &row.outing.visits) {
                let place = &calendar.visits[visit as usize];
                let may = model.may_enter(pool.officers[at], place.site) && !touched.contains(&place.site);
                let free = officer.days.contains(place.day) && !out[at].contains(&place.day);
                let easy = place.parts.iter().all(|part| !rigid.contains(&part.agency));
                if !may || free || !easy {
                    continue;
                }
                let saved = calendar.cost_to_remove(visit);
                for &day in place.choice.iter().filter(|&&day| officer.days.contains(day) && !out[at].contains(&day)) {
                    for half in place.halves() {
                        let cost = saved + calendar.cost_to_add(visit, day, half);
                        if best.is_none_or(|best| (cost, visit, day, half) < best) {
                            best = Some((cost, visit, day, half));
                        }
                    }
                }
            }
            let Some((_, visit, day, half)) = best.filter(|best| best.0 <= LEVEL_COST_MAX) else { break };
            calendar.lift(visit);
            calendar.place(visit, day, half);
            out[at].insert(day);
            touched.insert(calendar.visits[visit as usize].site);
        }
    }
    touched
}

/// Numbers the visits of each site by date.
pub(super) fn number(calendar: &Calendar) -> Vec<String> {
    let mut order: Vec<u32> =
        (0..calendar.visits.len() as u32).filter(|&v| calendar.visits[v as usize].placed).collect();
    let key = |visit: u32| {
        let row = &calendar.visits[visit as usize];
        (row.site, row.day, row.half, row.units.clone())
    };
    order.sort_by_cached_key(|&visit| key(visit));
    let mut ids = vec![String::new(); calendar.visits.len()];
    let (mut last, mut count) = (None, 0);
    for visit in order {
        let site = calendar.visits[visit as usize].site;
        count = if last == Some(site) { count + 1 } else { 1 };
        last = Some(site);
        let id = &calendar.model.problem.sites[site as usize].id;
        ids[visit as usize] = if count == 1 { id.clone() } else { format!("{id}/{count}") };
    }
    ids
}

/// Draws one agency's teams; while some stay short, makes the double outings give way.
///
/// For a single outing that is short, one officer who could come keeps two visits more back from double outings. For a
/// double one, and where nobody can keep anything back, as many pairs are parted as there are visits short, on the
/// days with most officers to spare.
fn with_less_doubles(
    calendar: &Calendar,
    tickets: &mut Tickets,
    ids: &[String],
    agency: u32,
    hints: &mut Hints,
) -> AgencyTeams {
    let mut best = staff_agency(calendar, tickets, ids, agency, hints);
    let mut tried = best.clone();
    let mut more = hints.clone();
    let mut in_vain = 0;
    while !best.failed.is_empty() && in_vain < SPLITS {
        let changed = join_more(agency, &tried, &mut more)
            | keep_back(calendar, agency, &tried, &mut more)
            | part_pairs(calendar, agency, &tried, &mut more);
        if !changed {
            break;
        }
        tried = staff_agency(calendar, tickets, ids, agency, &more);
        in_vain += 1;
        if tried.failed.len() < best.failed.len() {
            best = tried.clone();
            *hints = more.clone();
            in_vain = 0;
        }
    }
    best
}

/// Asks for one outing less on each day with a short single outing; tells whether there is such a day.
fn join_more(agency: u32, tried: &AgencyTeams, hints: &mut Hints) -> bool {
    let mut changed = false;
    for &at in &tried.failed {
        let outing = &tried.outings[at as usize].outing;
        if outing.visits.len() == 1 {
            let count = tried.outings.iter().filter(|row| row.outing.day == outing.day).count() as u32;
            let max = hints.outings_max.entry((agency, outing.day)).or_insert(count);
            *max = count.saturating_sub(1);
            changed = true;
        }
    }
    changed
}

/// Lets one officer for each single outing that is short keep visits back; tells whether anybody could.
fn keep_back(calendar: &Calendar, agency: u32, tried: &AgencyTeams, hints: &mut Hints) -> bool {
    let pool = &calendar.model.pools[agency as usize];
    let mut doubles = vec![0u32; pool.officers.len()];
    let joined = tried.outings.iter().filter(|row| row.outing.visits.len() > 1);
    joined.flat_map(|row| &row.team).for_each(|&officer| doubles[officer as usize] += 1);
    let withheld = hints.withheld.entry(agency).or_insert_with(|| vec![0; pool.officers.len()]);
    let mut changed = false;
    for &at in &tried.failed {
        let row = &tried.outings[at as usize];
        if row.outing.visits.len() > 1 {
            continue;
        }
        let comes = |&&(officer, _): &&(u32, Ticket)| {
            doubles[officer as usize] > 0 && row.mix.gate(pool.holds[officer as usize]).is_some()
        };
        // Whoever holds everything serves best, then whoever has most double outings to give away.
        let best = row.eligible.iter().filter(comes).max_by_key(|&&(officer, ticket)| {
            let full = row.mix.need & !pool.holds[officer as usize] == 0;
            (full, doubles[officer as usize], Reverse(ticket))
        });
        if let Some(&(officer, _)) = best {
            doubles[officer as usize] -= 1;
            withheld[officer as usize] += 2;
            changed = true;
        }
    }
    changed
}

/// Parts pairs of visits; tells whether there were any.
fn part_pairs(calendar: &Calendar, agency: u32, tried: &AgencyTeams, hints: &mut Hints) -> bool {
    let mut out: BTreeMap<u32, i64> = BTreeMap::new();
    tried.outings.iter().for_each(|row| *out.entry(row.outing.day).or_default() += 1);
    let size = i64::from(calendar.model.problem.rules.team_size);
    let present = &calendar.model.pools[agency as usize].present;
    let spare = |day: u32| i64::from(present[day as usize]) - size * out[&day];
    let mut doubles = Vec::new();
    for (at, row) in tried.outings.iter().enumerate() {
        if let [one, other] = row.outing.visits[..] {
            let short = tried.failed.binary_search(&(at as u32)).is_ok();
            doubles.push((!short, Reverse(spare(row.outing.day)), (agency, one, other)));
        }
    }
    doubles.sort_unstable();
    doubles.truncate(tried.failed.len());
    let changed = !doubles.is_empty();
    hints.apart.extend(doubles.into_iter().map(|row| row.2));
    changed
}

/// Adds the visits by which an agency is over its teams on a day, the last of the day first, and of two visits of a site
/// at the same time the later one in the calendar.
fn crowded(calendar: &Calendar, short: &mut BTreeSet<(u32, u32, Reason)>) {
    let mut seen = HashSet::new();
    for (at, visit) in calendar.visits.iter().enumerate().rev().filter(|(_, visit)| visit.placed) {
        if calendar.meets_twin(at as u32) && seen.insert((u32::MAX, visit.site)) {
            short.insert((at as u32, visit.parts[0].agency, Reason::AgencyDaysFull));
        }
        for part in &visit.parts {
            if calendar.is_over(part.agency, visit.day) && seen.insert((part.agency, visit.day)) {
                short.insert((at as u32, part.agency, Reason::AgencyDaysFull));
            }
        }
    }
}

/// Gives a visit the cheapest date that it has not had, or any if it has had them all.
fn place_anew(calendar: &mut Calendar, visit: u32, tabu: &Tabu, steps: &mut Steps) {
    let all = calendar.visits[visit as usize].choice.clone();
    let units = calendar.visits[visit as usize].units.clone();
    let fresh: Vec<u32> = all.iter().copied().filter(|&day| !tabu.contains(&(units.clone(), day))).collect();
    if !fresh.is_empty() {
        calendar.visits[visit as usize].choice = fresh;
    }
    let (_, day, half) = cheapest(calendar, visit, steps).expect("a visit that had a date has open days");
    calendar.visits[visit as usize].choice = all;
    calendar.place(visit, day, half);
}

/// Gives a visit the cheapest date on which its agency has a team for it, without changing anything else; with
/// `first`, only if that visit finds its team thereby. Tells whether there was one.
///
/// Days that `tabu` holds for the visit have been left before, so that no two visits take turns for ever.
fn redate(
    calendar: &mut Calendar,
    hints: &Hints,
    tabu: &Tabu,
    agency: u32,
    teams: &[AgencyTeams],
    visit: u32,
    first: Option<u32>,
) -> bool {
    let row = calendar.visits[visit as usize].clone();
    let mut days = days_that_help(calendar, hints, agency, &teams[agency as usize], visit, first);
    days.retain(|&day| !tabu.contains(&(row.units.clone(), day)));
    // The other agencies should find their teams there as well, if that can be had.
    for part in row.parts.iter().filter(|part| part.agency != agency) {
        if days.len() > 1 {
            let theirs = days_that_help(calendar, hints, part.agency, &teams[part.agency as usize], visit, None);
            let both: Vec<u32> = days.iter().copied().filter(|day| theirs.contains(day)).collect();
            if !both.is_empty() {
                days = both;
            }
        }
    }
    calendar.lift(visit);
    let dates =
        days.into_iter().filter(|&day| day != row.day).flat_map(|day| row.halves().map(move |half| (day, half)));
    let best = dates.map(|(day, half)| (calendar.cost_to_add(visit, day, half), day, half)).min();
    match best {
        Some((_, day, half)) => calendar.place(visit, day, half),
        None => calendar.place(visit, row.day, row.half),
    }
    best.is_some()
}

/// Gives another visit of the agency another date, so that a short one finds its team; returns which, with its units and
/// the day that it left.
fn exchange(
    calendar: &mut Calendar,
    hints: &Hints,
    tabu: &Tabu,
    agency: u32,
    all: &[AgencyTeams],
    short: u32,
) -> Option<(u32, Vec<u32>, u32)> {
    let teams = &all[agency as usize];
    let seated = teams.outings.iter().filter(|row| row.outing.visits.len() == 1 && !row.team.is_empty());
    let mut others: Vec<(usize, u32)> = seated
        .filter(|row| row.team.iter().any(|officer| teams.tight.contains(officer)))
        .map(|row| (calendar.visits[row.outing.visits[0] as usize].parts.len(), row.outing.visits[0]))
        .collect();
    others.sort_unstable();
    others.truncate(EXCHANGES);
    others.into_iter().find_map(|(_, other)| {
        let (units, day) = (calendar.visits[other as usize].units.clone(), calendar.visits[other as usize].day);
        redate(calendar, hints, tabu, agency, all, other, Some(short)).then_some((other, units, day))
    })
}
