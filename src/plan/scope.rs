//! Who can be drawn: frames (抽样框), strata, sample sizes and exclusions (protocol §5 and §7).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::model::{
    Balls, Class, Entity, EntityNo, Excluded, Exclusion, Frames, Inputs, ItemNo, PastVisit, Rates, Scope, Span, Status,
    Stratum, StratumName, Task, TaskNo,
};
use crate::lottery::{Rate, Rounding};

/// Computes every task's strata and lists every entity that can not be drawn, with the reason.
///
/// Strata come by task and class; nobody is left out in silence: an entity is in a stratum, or in `excluded`, or
/// outside a task's scope but inside another's.
pub fn frames(inputs: &Inputs) -> Frames {
    let caps = Caps::of(inputs);
    let mut excluded = Vec::new();
    let mut strata = Vec::new();
    let mut in_a_scope = vec![false; inputs.entities.len()];
    for (no, task) in (0..).map(TaskNo).zip(&inputs.tasks) {
        let mut members: Vec<(StratumName, Vec<EntityNo>)> =
            stratum_names(task).map(|name| (name, Vec::new())).collect();
        for (entity_no, entity) in (0..).map(EntityNo).zip(&inputs.entities) {
            if entity.status != Status::Active || !covers(&task.scope, entity) {
                continue;
            }
            in_a_scope[entity_no.at()] = true;
            match place(inputs, task, entity, entity_no, &caps) {
                Ok(place) => {
                    let stratum = members.iter_mut().find(|(name, _)| *name == place);
                    stratum.expect("every rate has its stratum").1.push(entity_no);
                }
                Err(why) => excluded.push(exclusion(entity, Some(no), why)),
            }
        }
        strata.extend(members.into_iter().map(|(name, frame)| stratum(inputs, no, name, frame)));
    }
    for (entity, in_scope) in inputs.entities.iter().zip(in_a_scope) {
        match entity.status {
            Status::Active if in_scope => {}
            Status::Active => excluded.push(exclusion(entity, None, Exclusion::OutOfScope)),
            status => excluded.push(exclusion(entity, None, Exclusion::Status(status))),
        }
    }
    excluded.extend(inputs.entities_without_id.iter().map(|entity| exclusion(entity, None, Exclusion::NoId)));
    excluded.sort_by(|a, b| (&a.entity, a.task, a.why, &a.name).cmp(&(&b.entity, b.task, b.why, &b.name)));
    Frames { strata, excluded }
}

/// Tells whether an entity lies in a task's scope (抽查范围); its standing and its caps play no part.
pub fn covers(scope: &Scope, entity: &Entity) -> bool {
    (scope.kinds.is_empty() || scope.kinds.contains(&entity.kind))
        && (scope.classes.is_empty() || scope.classes.contains(&entity.class))
        && (scope.townships.is_empty() || scope.townships.contains(&entity.township))
        && (scope.industries.is_empty() || scope.industries.iter().any(|prefix| entity.industry.starts_with(prefix)))
        && (scope.tags.is_empty() || scope.tags.iter().any(|tag| entity.tags.contains(tag)))
}

/// Returns the number of balls that an entity of a class has.
pub fn balls(balls: &Balls, class: Option<Class>) -> u8 {
    match balls {
        Balls::All(number) => *number,
        Balls::ByClass(by_class) => class.and_then(|class| by_class.get(&class)).copied().unwrap_or(1),
    }
}

fn stratum_names(task: &Task) -> impl Iterator<Item = StratumName> + '_ {
    let by_class = match &task.rates {
        Rates::All(_) => &[][..],
        Rates::ByClass(rates) => rates,
    };
    let all = by_class.is_empty().then_some(StratumName::All);
    all.into_iter().chain(by_class.iter().map(|(class, _)| StratumName::Class(*class)))
}

/// Finds the stratum of an entity in scope, or the first reason that keeps it out.
fn place(
    inputs: &Inputs,
    task: &Task,
    entity: &Entity,
    no: EntityNo,
    caps: &Caps<'_>,
) -> Result<StratumName, Exclusion> {
    let name = match &task.rates {
        Rates::All(_) => StratumName::All,
        Rates::ByClass(rates) if rates.iter().any(|(class, _)| *class == entity.class) => {
            StratumName::Class(entity.class)
        }
        Rates::ByClass(_) => return Err(Exclusion::ClassWithoutRate),
    };
    let Some(past) = caps.visits.get(&no) else {
        return Ok(name);
    };
    if past.dates.len() as u32 >= inputs.rules.visits_per_year_max {
        return Err(Exclusion::VisitCap);
    }
    let over = |item: &&ItemNo| {
        let cap = inputs.items[item.at()].cap_per_year;
        let checks = past.items.get(item).map_or(0, |dates| dates.len() as u32);
        cap.is_some_and(|cap| checks >= cap)
    };
    task.items.iter().find(over).map_or(Ok(name), |item| Err(Exclusion::ItemCap(*item)))
}

fn exclusion(entity: &Entity, task: Option<TaskNo>, why: Exclusion) -> Excluded {
    Excluded { entity: entity.id.clone(), name: entity.name.clone(), task, why }
}

fn stratum(inputs: &Inputs, no: TaskNo, name: StratumName, frame: Vec<EntityNo>) -> Stratum {
    let task = &inputs.tasks[no.at()];
    let rate = match (&task.rates, name) {
        (Rates::All(rate), _) => *rate,
        (Rates::ByClass(rates), StratumName::Class(class)) => {
            rates.iter().find(|(named, _)| *named == class).map_or(Rate::Count(0), |(_, rate)| *rate)
        }
        (Rates::ByClass(_), StratumName::All) => Rate::Count(0),
    };
    let population = frame.len() as u32;
    let wanted = rate.of(population, inputs.rules.rounding);
    let size = wanted.min(population);
    let reserve = inputs.rules.reserve.of(size, Rounding::Up).min(population - size);
    let mut each: Vec<u8> = frame.iter().map(|no| balls(&task.balls, inputs.entities[no.at()].class)).collect();
    let distinct: BTreeSet<u8> = each.iter().copied().collect();
    let balls_all = match (distinct.len(), &task.balls, name) {
        (0, _, StratumName::Class(class)) => Some(balls(&task.balls, class)),
        (0, Balls::All(number), StratumName::All) => Some(*number),
        (0, Balls::ByClass(_), StratumName::All) => Some(1),
        (1, _, _) => distinct.first().copied(),
        _ => None,
    };
    if balls_all.is_some() {
        each = Vec::new();
    }
    Stratum { task: no, name, frame, balls: each, balls_all, size, wanted, reserve }
}

/// Holds what counts toward the caps: visits of the calendar year before the period.
struct Caps<'a> {
    visits: BTreeMap<EntityNo, Past<'a>>,
}

#[derive(Default)]
struct Past<'a> {
    /// Several agencies at one door on one day are one visit.
    dates: BTreeSet<Date>,
    items: BTreeMap<&'a ItemNo, BTreeSet<Date>>,
}

impl<'a> Caps<'a> {
    fn of(inputs: &'a Inputs) -> Caps<'a> {
        let before = inputs.rules.days.first;
        let year = Span { first: before.first_of_year(), last: before };
        let counting = |past: &&PastVisit| past.counts && year.contains(past.date) && past.date < before;
        let mut visits: BTreeMap<EntityNo, Past<'a>> = BTreeMap::new();
        for past in inputs.history.iter().filter(counting) {
            let Some(entity) = inputs.entity(&past.entity) else {
                continue; // it has left the registry, so there is nothing to cap
            };
            let entry = visits.entry(entity).or_default();
            entry.dates.insert(past.date);
            for item in &past.items {
                entry.items.entry(item).or_default().insert(past.date);
            }
        }
        Caps { visits }
    }
}
