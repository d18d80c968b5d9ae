//! Entities that a plan visits more often than the year's cap (抽查频次上限) allows, and why their visits could not be one.
//!
//! The cap decides who is in a frame, by the visits before the period (protocol §7.2). It does not undo a draw: an entity
//! that several tasks of one period drew gets every visit it is due, and those beyond the cap are named here.

use std::collections::BTreeMap;

use serde::Serialize;

use super::calendar::working_days;
use super::model::{EntityNo, Inputs, Plan, TaskNo, Visit};
use super::staffing::MERGED_DAYS_MIN;
use crate::both;
use crate::lang::{Say, Text};

/// Is an entity with more visits in the year than the cap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OverCap {
    pub entity: String,
    /// Visits of the year before the period, on different days.
    pub before: u32,
    /// Ids of the plan's visits there, by date.
    pub visits: Vec<String>,
    pub cap: u32,
    pub why: Apart,
}

/// Is why visits to one entity are not one visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Apart {
    /// A task asks for a visit of its own.
    Separate,
    /// Together they would be more agencies than one visit may have.
    Agencies,
    /// The windows of the tasks share too few working days.
    Windows,
    /// The agencies have too few common days with the officers that the visits need.
    Officers,
}

impl Say for Apart {
    fn say(&self) -> Text {
        match self {
            Apart::Separate => both!("a task asks for a visit of its own", "有任务要求单独检查"),
            Apart::Agencies => both!("too many agencies for one visit", "合为一次则部门过多"),
            Apart::Windows => both!("the windows of its tasks lie apart", "各任务的时间窗错开"),
            Apart::Officers => {
                both!("the agencies lack a common day with enough officers", "各部门没有人手足够的共同日期")
            }
        }
    }
}

/// Lists the entities that the plan visits beyond the cap of the year, by id.
pub fn over_cap(inputs: &Inputs, plan: &Plan) -> Vec<OverCap> {
    let (first, cap) = (inputs.rules.days.first, inputs.rules.visits_per_year_max);
    let mut visits: BTreeMap<EntityNo, Vec<&Visit>> = BTreeMap::new();
    for visit in plan.visits.iter().filter(|visit| visit.date.year() == first.year()) {
        visits.entry(visit.entity).or_default().push(visit);
    }
    let mut over = Vec::new();
    for (no, mut own) in visits.into_iter().filter(|(_, own)| own.len() > 1) {
        let id = &inputs.entities[no.at()].id;
        let past = inputs.history.iter().filter(|past| past.counts && past.entity == *id);
        let mut past: Vec<_> =
            past.map(|past| past.date).filter(|date| date.year() == first.year() && *date < first).collect();
        past.sort_unstable();
        past.dedup();
        own.sort_by_key(|visit| (visit.date, &visit.id));
        let mut days: Vec<_> = own.iter().map(|visit| visit.date).collect();
        days.dedup();
        if past.len() + days.len() > cap as usize {
            over.push(OverCap {
                entity: id.clone(),
                before: past.len() as u32,
                visits: own.iter().map(|visit| visit.id.clone()).collect(),
                cap,
                why: apart(inputs, &own),
            });
        }
    }
    over
}

/// Says why visits are not one, by the first reason that keeps any two of them apart.
fn apart(inputs: &Inputs, visits: &[&Visit]) -> Apart {
    let pairs = || visits.iter().enumerate().flat_map(|(at, one)| visits[at + 1..].iter().map(move |two| (*one, *two)));
    let all = |(one, two): (&Visit, &Visit)| -> Vec<TaskNo> { one.tasks.iter().chain(&two.tasks).copied().collect() };
    pairs()
        .map(|pair| {
            let tasks: Vec<_> = all(pair).into_iter().map(|no| &inputs.tasks[no.at()]).collect();
            let mut agencies: Vec<_> = pair.0.teams.iter().chain(&pair.1.teams).map(|team| team.agency).collect();
            agencies.sort_unstable();
            agencies.dedup();
            let common = working_days(inputs)
                .into_iter()
                .filter(|day| tasks.iter().all(|task| task.window.contains(day.date)))
                .count();
            if tasks.iter().any(|task| task.separate) {
                Apart::Separate
            } else if agencies.len() > inputs.rules.team.agencies_per_visit_max as usize {
                Apart::Agencies
            } else if common < MERGED_DAYS_MIN as usize {
                Apart::Windows
            } else {
                Apart::Officers
            }
        })
        .min()
        .unwrap_or(Apart::Officers)
}
