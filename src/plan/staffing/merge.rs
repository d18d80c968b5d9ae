//! Merge (合并): as few doors as possible, then as few teams at the doors as possible.

use super::model::{Model, TeamDays};

/// Days that a merged visit must leave to choose from; units that have fewer of their own stay alone.
pub const MERGED_DAYS_MIN: u32 = 3;

/// The same where no agency of the visit is short of load caps: a door more costs less than the trips of several
/// agencies that find nothing else to do on the few days.
const MERGED_DAYS_MIN_ROOMY: u32 = 4;

/// Days from which on more choice is worth nothing to the merge.
const CHOICE_DAYS: u32 = 10;

/// Rounds of improvement for one site; nearly all sites stop by themselves after two.
const ROUNDS: u32 = 12;

/// Joins the units of each site to visits, each a list of units; `wanted` tells which units take part.
///
/// Greedy interval stabbing by the windows' ends, then single moves and swaps as long as they lower (visits, teams,
/// want of choice), in this order of weight. Units marked separate stay alone. No agency comes to one visit with
/// needs that no team of its officers can meet.
pub(super) fn merge(model: &Model, days: &mut TeamDays, wanted: &[bool]) -> Vec<Vec<u32>> {
    let mut visits = Vec::new();
    for site in 0..model.problem.sites.len() {
        let of_site = model.unit_start[site]..model.unit_start[site + 1];
        let (alone, mut together): (Vec<u32>, Vec<u32>) =
            of_site.filter(|&u| wanted[u as usize]).partition(|&u| model.units[u as usize].separate);
        visits.extend(alone.into_iter().map(|u| vec![u]));
        together.sort_by_key(|&u| {
            let unit = &model.units[u as usize];
            (unit.days.iter().last(), unit.days.len(), u)
        });
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for unit in together {
            // A group that the agency already joins saves a team.
            let agency = model.units[unit as usize].agency;
            let joins = |g: &Vec<u32>| g.iter().any(|&u| model.units[u as usize].agency == agency);
            let mut at: Vec<usize> = (0..groups.len()).collect();
            at.sort_by_key(|&g| !joins(&groups[g]));
            let home = at.into_iter().find(|&g| {
                groups[g].push(unit);
                let fits = cost(model, days, &groups[g]).is_some();
                groups[g].pop();
                fits
            });
            match home {
                Some(g) => groups[g].push(unit),
                None => groups.push(vec![unit]),
            }
        }
        if groups.len() > 1 {
            improve(model, days, &mut groups);
        }
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort();
        visits.extend(groups);
    }
    visits
}

/// Weighs one visit, or returns `None` where its units cannot go together.
fn cost(model: &Model, days: &mut TeamDays, group: &[u32]) -> Option<u32> {
    if group.is_empty() {
        return Some(0);
    }
    let mut agencies: Vec<u32> = group.iter().map(|&u| model.units[u as usize].agency).collect();
    agencies.sort_unstable();
    agencies.dedup();
    let teams = agencies.len() as u32;
    let is_tight = agencies.iter().any(|&agency| model.pools[agency as usize].is_tight);
    let days_min = if is_tight { MERGED_DAYS_MIN } else { MERGED_DAYS_MIN_ROOMY };
    if group.len() > 1 {
        let window = group.iter().map(|&u| model.units[u as usize].days).reduce(|a, b| a.and(&b))?;
        if teams > model.problem.rules.agencies_per_visit_max || window.len() < days_min {
            return None;
        }
    }
    let choice = days.of_units(model, group).len();
    if group.len() > 1 && choice < days_min {
        return None;
    }
    let needs: u32 = agencies.iter().map(|&a| model.need_of(a, group).count_ones().saturating_sub(2)).sum();
    Some(10_000 + 100 * teams + 30 * needs + 3 * CHOICE_DAYS.saturating_sub(choice))
}

fn improve(model: &Model, days: &mut TeamDays, groups: &mut Vec<Vec<u32>>) {
    for _ in 0..ROUNDS {
        let mut changed = false;
        for from in 0..groups.len() {
            for to in 0..groups.len() {
                let mut at = 0;
                while from != to && at < groups[from].len() {
                    let tried = better_move(model, days, &groups[from], &groups[to], at);
                    if let Some((one, other)) = tried {
                        groups[from] = one;
                        groups[to] = other;
                        changed = true;
                    } else {
                        at += 1;
                    }
                }
            }
        }
        changed |= dissolve(model, days, groups);
        groups.retain(|group| !group.is_empty());
        if !changed {
            break;
        }
    }
}

/// Looks for a better place of the unit at `at`: in the other group, or there in exchange for one of its units.
fn better_move(
    model: &Model,
    days: &mut TeamDays,
    from: &[u32],
    to: &[u32],
    at: usize,
) -> Option<(Vec<u32>, Vec<u32>)> {
    let now = cost(model, days, from)? + cost(model, days, to)?;
    let mut rest = from.to_vec();
    let unit = rest.remove(at);
    let mut joined = to.to_vec();
    joined.push(unit);
    let mut better = |one: &Vec<u32>, other: &Vec<u32>| -> bool {
        let Some(first) = cost(model, days, one).filter(|&c| c < now) else {
            return false;
        };
        cost(model, days, other).is_some_and(|second| first + second < now)
    };
    if !to.is_empty() && better(&rest, &joined) {
        return Some((rest, joined));
    }
    for back in 0..to.len() {
        let (mut one, mut other) = (rest.clone(), joined.clone());
        one.push(other.remove(back));
        if better(&one, &other) {
            return Some((one, other));
        }
    }
    None
}

/// Empties one group into the others, if that is possible.
fn dissolve(model: &Model, days: &mut TeamDays, groups: &mut Vec<Vec<u32>>) -> bool {
    for gone in 0..groups.len() {
        let mut tried = groups.clone();
        let units = std::mem::take(&mut tried[gone]);
        if units.is_empty() {
            continue;
        }
        let all_placed = units.into_iter().all(|unit| {
            (0..tried.len()).filter(|&g| g != gone).any(|g| {
                tried[g].push(unit);
                let fits = cost(model, days, &tried[g]).is_some();
                if !fits {
                    tried[g].pop();
                }
                fits
            })
        });
        if all_placed {
            *groups = tried;
            return true;
        }
    }
    false
}
