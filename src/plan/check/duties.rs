//! Proves the duties: what each agency owes at each drawn entity is met at one visit or listed as unplaced.
//!
//! Protocol §7.4 and §9.1. A visit names its tasks and its teams, not the pairs of both. A duty (task, entity, agency)
//! counts as met at a visit to the entity that names the task and brings a team of the agency, unless the duty is
//! listed as unplaced. Where two visits would do, the one that lists the agency's items of the task is meant.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, duty_place, own_items, substitutes};
use crate::both;
use crate::lang::Text;
use crate::lottery::{Rate, Sample};
use crate::plan::model::{AgencyNo, EntityNo, Inputs, Plan, Stratum, Substitution, TaskNo};

/// Is an entity, an agency and a task: one duty.
pub(super) type DutyKey = (EntityNo, AgencyNo, TaskNo);

/// Holds what is due and where it is met.
pub(super) struct Dues {
    /// Every duty that the samples give, placed or not.
    pub drawn: BTreeSet<DutyKey>,
    /// The duties of entities that step in for others.
    pub stepped_in: BTreeSet<DutyKey>,
    /// For each visit the agencies and tasks that it meets.
    pub met: Vec<BTreeSet<(AgencyNo, TaskNo)>>,
}

/// Lists the reasons that an unplaced duty can carry; a new one is a change of the rules and is entered here by hand.
pub const REASONS: &[&str] = &[
    "agency-days-full",
    "no-free-officers",
    "no-open-day",
    "no-team-on-any-day",
    "short-of-officers",
    "short-of-skill",
];

/// Is the reason of a duty for which nobody is left to step in.
pub const NO_RESERVE: &str = "no-reserve";

/// Proves that every duty is met or listed exactly once, and returns where.
pub(super) fn settle(inputs: &Inputs, plan: &Plan, substitutions: &[Substitution], found: &mut Findings) -> Dues {
    let mut drawn = BTreeSet::new();
    for (stratum, sample) in plan.frames.strata.iter().zip(&plan.samples) {
        owe(inputs, stratum, sample, &mut drawn);
    }
    let substituted = substitutes::settle(inputs, plan, substitutions, &drawn, found);
    let all = substituted.all;
    let mut unplaced = BTreeSet::new();
    for row in &plan.unplaced {
        let key = (row.entity, row.agency, row.task);
        let place = || duty_place(inputs, row.entity, row.agency, row.task);
        if !all.contains(&key) {
            found.add(
                "unplaced-not-due",
                place(),
                both!(
                    "the duty is listed as unplaced and follows from no sample",
                    "列为未排期的事项不是任何样本应办的"
                ),
            );
        }
        if !unplaced.insert(key) {
            found.add("unplaced-twice", place(), both!("the duty is listed as unplaced twice", "该事项两次列为未排期"));
        }
        let is_without_reserve = substituted.without_reserve.contains(&key);
        if (row.reason == NO_RESERVE) != is_without_reserve {
            let detail = if is_without_reserve {
                both!("the reason is {:?}, but the reserve is used up", "原因写作 {:?}，而备选已经用尽", row.reason)
            } else {
                both!("nobody is missing in the reserve for this duty", "该事项的备选并不缺")
            };
            found.add("unplaced-reason", place(), detail);
        } else if !is_without_reserve && !REASONS.contains(&row.reason) {
            let detail = both!("the reason {:?} is not a known one", "原因 {:?} 不在已知之列", row.reason);
            found.add("unplaced-reason", place(), detail);
        }
    }
    let mut visits: BTreeMap<EntityNo, Vec<usize>> = BTreeMap::new();
    for (at, visit) in plan.visits.iter().enumerate() {
        visits.entry(visit.entity).or_default().push(at);
    }
    let mut met = vec![BTreeSet::new(); plan.visits.len()];
    for key @ (entity, agency, task) in all.difference(&unplaced).copied() {
        let serves = |at: &&usize| {
            let visit = &plan.visits[**at];
            visit.tasks.contains(&task) && visit.teams.iter().any(|team| team.agency == agency)
        };
        let mut able: Vec<usize> = visits.get(&entity).into_iter().flatten().filter(serves).copied().collect();
        if able.len() > 1 {
            // Of several visits with the task and the agency, those count that list all the agency's items of the task.
            let own = || own_items(inputs, &inputs.tasks[task.at()], agency);
            able.retain(|at| own().all(|item| plan.visits[*at].items.contains(&item)));
        }
        if able.is_empty() {
            let detail = both!(
                "the duty is met at no visit and not listed as unplaced",
                "该事项没有在任何一次检查中办理，也没有列为未排期"
            );
            found.add("duty-missing", duty_place(inputs, key.0, key.1, key.2), detail);
        }
        for at in able {
            met[at].insert((agency, task));
        }
    }
    refuse_visits_without_duty(inputs, plan, &all, &unplaced, found);
    Dues { drawn, stepped_in: substituted.stepped_in, met }
}

/// Reports an agency that goes to one entity more often than it has duties there: one of them would be done twice.
fn refuse_visits_without_duty(
    inputs: &Inputs,
    plan: &Plan,
    all: &BTreeSet<DutyKey>,
    unplaced: &BTreeSet<DutyKey>,
    found: &mut Findings,
) {
    let mut duties: BTreeMap<(EntityNo, AgencyNo), usize> = BTreeMap::new();
    for (entity, agency, _) in all.difference(unplaced) {
        *duties.entry((*entity, *agency)).or_default() += 1;
    }
    let mut visits: BTreeMap<(EntityNo, AgencyNo), usize> = BTreeMap::new();
    for visit in &plan.visits {
        for team in &visit.teams {
            *visits.entry((visit.entity, team.agency)).or_default() += 1;
        }
    }
    for ((entity, agency), count) in visits {
        let due = duties.get(&(entity, agency)).copied().unwrap_or(0);
        if count > due {
            let (count, due) = (Text::counted(count, "visit"), Text::counted(due, "duty"));
            let place =
                format!("entity {} agency {}", inputs.entities[entity.at()].id, inputs.agencies[agency.at()].code);
            found.add(
                "duty-twice",
                place,
                both!(count, due => "{count} for {due}", "应办 {due} 项，却检查 {count} 次"),
            );
        }
    }
}

/// Adds the duties of one sample: the lead's at every drawn entity, a partner's at its share, smallest ranks first.
fn owe(inputs: &Inputs, stratum: &Stratum, sample: &Sample, all: &mut BTreeSet<DutyKey>) {
    let task = &inputs.tasks[stratum.task.at()];
    let everyone = sample.drawn.len();
    let shares = task.partners.iter().map(|partner| (partner.agency, partner.share.map(|share| part(share, everyone))));
    for (agency, share) in std::iter::once((task.lead, None)).chain(shares) {
        for pick in sample.drawn.iter().take(share.unwrap_or(everyone)) {
            all.insert((EntityNo(pick.at), agency, stratum.task));
        }
    }
}

/// Computes a share of the sample, rounded up.
fn part(share: Rate, sample: usize) -> usize {
    match share {
        Rate::Count(count) => count as usize,
        Rate::Share { part, whole } => {
            let exact = sample as u128 * u128::from(part);
            usize::try_from(exact.div_ceil(u128::from(whole))).unwrap_or(sample)
        }
    }
}
