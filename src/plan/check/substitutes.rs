//! Proves who steps in for an entity that can not be checked (递补): the next of the reserve, task by task.
//!
//! Protocol §17.2. Each task has a sample and a reserve of its own, so one visit can have several substitutes. A reserve
//! steps in once, in its order; whoever turned out not to be there is passed over.

use std::collections::{BTreeMap, BTreeSet};

use super::duties::{DutyKey, NO_RESERVE};
use super::{Findings, own_items, stratum_place};
use crate::both;
use crate::lang::Text;
use crate::lottery::Sample;
use crate::plan::model::{EntityNo, Inputs, Plan, Stratum, Substitution, TaskNo};

/// Holds what is due after all substitutions.
pub(super) struct Substituted {
    /// Every duty, those of the entities that step in among them.
    pub all: BTreeSet<DutyKey>,
    /// The duties of the entities that step in.
    pub stepped_in: BTreeSet<DutyKey>,
    /// Duties for which nobody was left.
    pub without_reserve: BTreeSet<DutyKey>,
}

/// Proves every substitution in its turn, and moves the duties of each visit that is not made.
pub(super) fn settle(
    inputs: &Inputs,
    plan: &Plan,
    substitutions: &[Substitution],
    drawn: &BTreeSet<DutyKey>,
    found: &mut Findings,
) -> Substituted {
    // What could not be placed when the plan was made was no part of any visit.
    let others = plan.unplaced.iter().filter(|row| row.reason != NO_RESERVE);
    let unplaced: BTreeSet<DutyKey> = others.map(|row| (row.entity, row.agency, row.task)).collect();
    let mut now = Substituted { all: drawn.clone(), stepped_in: BTreeSet::new(), without_reserve: BTreeSet::new() };
    let mut gone: BTreeSet<EntityNo> = BTreeSet::new();
    // Who stands in for whom, by task.
    let mut holders: BTreeMap<(TaskNo, EntityNo), Option<EntityNo>> = BTreeMap::new();
    for row in substitutions {
        let visit = &row.visit;
        let place = || format!("visit {}", visit.id);
        if plan.visits.iter().any(|other| other.id == visit.id) {
            found.add("substituted-twice", place(), both!("the visit still stands in the plan", "该次检查仍在计划中"));
        }
        if !row.tasks.iter().map(|(task, _)| task).eq(&visit.tasks) {
            found.add(
                "substitute-tasks",
                place(),
                both!(
                    "not every task of the visit has its substitute, or another has one",
                    "该次检查的任务并非各有递补，或另有任务也有递补"
                ),
            );
        }
        gone.insert(visit.entity);
        for (task, by) in &row.tasks {
            let strata = || plan.frames.strata.iter().zip(&plan.samples).filter(|(stratum, _)| stratum.task == *task);
            let own = strata().find(|(stratum, _)| stratum.frame.binary_search(&visit.entity).is_ok());
            let Some((stratum, sample)) = own else {
                found.add(
                    "substitute-frame",
                    place(),
                    both!("the entity stands in no stratum of the task", "检查对象不在该任务的任何一层"),
                );
                continue;
            };
            let taken: BTreeSet<EntityNo> =
                holders.iter().filter(|((other, _), _)| other == task).filter_map(|(_, by)| *by).collect();
            let known = holders.get(&(*task, visit.entity)).copied();
            let next = || reserve(sample).find(|no| !taken.contains(no) && !gone.contains(no));
            let asked = known.unwrap_or_else(next);
            if *by != asked {
                let detail = wrong(inputs, (stratum, sample), *by, asked, &taken, strata().collect());
                found.add(
                    "substitute",
                    stratum_place(inputs, stratum),
                    both!(detail => "visit {}: {detail}", "检查 {}：{detail}", visit.id),
                );
            }
            holders.insert((*task, visit.entity), *by);
            for team in &visit.teams {
                let key = (visit.entity, team.agency, *task);
                let mut own = own_items(inputs, &inputs.tasks[task.at()], team.agency);
                let is_met = now.all.contains(&key) && own.all(|item| visit.items.contains(&item));
                if !is_met || unplaced.contains(&key) {
                    continue;
                }
                match by {
                    Some(by) => {
                        let key = (*by, team.agency, *task);
                        now.all.insert(key);
                        now.stepped_in.insert(key);
                        now.all.remove(&(visit.entity, team.agency, *task));
                    }
                    None => {
                        now.without_reserve.insert(key);
                    }
                }
            }
        }
    }
    now
}

fn reserve(sample: &Sample) -> impl Iterator<Item = EntityNo> + '_ {
    sample.reserve.iter().map(|pick| EntityNo(pick.at))
}

/// Says what is wrong with a substitute.
fn wrong(
    inputs: &Inputs,
    (stratum, sample): (&Stratum, &Sample),
    by: Option<EntityNo>,
    asked: Option<EntityNo>,
    taken: &BTreeSet<EntityNo>,
    strata: Vec<(&Stratum, &Sample)>,
) -> Text {
    let id = |no: EntityNo| inputs.entities[no.at()].id.as_str();
    let next = asked.map_or(both!("nobody, the reserve is used up", "无，备选已用尽"), |no| Text::same(id(no)));
    let Some(by) = by else {
        return both!(next => "nobody steps in, though {next} is left in the reserve", "没有递补，而备选中还有 {next}");
    };
    let why = if sample.drawn.iter().any(|pick| pick.at == by.0) {
        both!("is drawn and visited anyhow", "本来就被抽中并检查")
    } else if taken.contains(&by) {
        both!("has stepped in already", "已经递补过")
    } else if reserve(sample).any(|no| no == by) {
        both!("stands behind others of the reserve", "在备选中排在他户之后")
    } else if strata.iter().any(|(other, sample)| other.name != stratum.name && reserve(sample).any(|no| no == by)) {
        both!("is of the reserve of another stratum", "属于另一层的备选")
    } else {
        both!("is not of this reserve", "不属于这份备选")
    };
    both!(why, next => "{} steps in and {why}; the next is {next}", "{} 递补，但它{why}；下一户应为 {next}", id(by))
}
