//! The figures of a plan that a head of office reads.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::caps::{OverCap, over_cap};
use super::model::{Duty, EntityNo, Inputs, Plan};

/// Holds the figures of a whole plan; all are counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub period: String,
    pub region: String,
    /// Whether the entropy is more than a seed that one person could choose.
    pub witnessed: bool,
    /// Name of the suite of primitives (protocol §19).
    pub suite: &'static str,
    pub agencies: u32,
    /// Agencies that attend at least one visit.
    pub agencies_at_work: u32,
    pub tasks: u32,
    pub items: u32,
    /// Entities in the registry, with and without an id.
    pub registry: u32,
    /// Entities that are in at least one frame.
    pub in_a_frame: u32,
    /// Sum of all sample sizes.
    pub draws: u32,
    pub distinct_entities: u32,
    pub reserve: u32,
    /// Doors that would be knocked at if every agency went alone for every task.
    pub visits_alone: u32,
    /// Visits if the agencies of a task went together, and nothing else were merged.
    pub visits_by_task: u32,
    pub visits: u32,
    pub most_agencies_at_a_door: u32,
    pub officers: u32,
    /// Officers with a seat in at least one team.
    pub officers_at_work: u32,
    pub seats: u32,
    pub loads: Vec<AgencyLoad>,
    pub unplaced: u32,
    /// Duties without a visit, by reason code.
    pub unplaced_by_reason: BTreeMap<&'static str, u32>,
    pub excluded: BTreeMap<String, u32>,
    /// Entities whose visits pass the cap of the year.
    pub over_cap: Vec<OverCap>,
}

/// Holds how the visits of one agency fall on its officers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgencyLoad {
    pub agency: String,
    pub name: String,
    pub visits: u32,
    /// Officers whose certificate is valid on at least one day of the period.
    pub officers: u32,
    /// Least, median and most visits of one of them.
    pub least: u32,
    pub median: u32,
    pub most: u32,
}

/// Counts a plan.
pub fn summary(inputs: &Inputs, plan: &Plan, duties: &[Duty], witnessed: bool) -> Summary {
    let drawn: BTreeSet<u32> = plan.samples.iter().flat_map(|sample| &sample.drawn).map(|pick| pick.at).collect();
    let framed: BTreeSet<EntityNo> =
        plan.frames.strata.iter().flat_map(|stratum| stratum.frame.iter().copied()).collect();
    let draws: usize = plan.samples.iter().map(|sample| sample.drawn.len()).sum();
    let reserve: usize = plan.samples.iter().map(|sample| sample.reserve.len()).sum();
    let mut load = vec![0u32; inputs.inspectors.len()];
    let mut visits_of = vec![0u32; inputs.agencies.len()];
    for team in plan.visits.iter().flat_map(|visit| &visit.teams) {
        visits_of[team.agency.at()] += 1;
        team.seats.iter().for_each(|seat| load[seat.inspector.at()] += 1);
    }
    let mut unplaced_by_reason = BTreeMap::new();
    plan.unplaced.iter().for_each(|row| *unplaced_by_reason.entry(row.reason).or_default() += 1);
    let mut excluded: BTreeMap<String, u32> = BTreeMap::new();
    for row in &plan.frames.excluded {
        *excluded.entry(row.why.code().to_owned()).or_default() += 1;
    }
    let items: BTreeSet<_> = inputs.tasks.iter().flat_map(|task| &task.items).collect();
    let doors = |visits: &BTreeSet<(u32, u32)>| visits.len() as u32;
    let by_task = duties.iter().map(|duty| (duty.task.0, duty.entity.0)).collect();
    Summary {
        period: inputs.rules.period.clone(),
        region: inputs.rules.region.clone(),
        witnessed,
        suite: inputs.rules.suite.name(),
        agencies: inputs.agencies.len() as u32,
        agencies_at_work: visits_of.iter().filter(|visits| **visits > 0).count() as u32,
        tasks: inputs.tasks.len() as u32,
        items: items.len() as u32,
        registry: (inputs.entities.len() + inputs.entities_without_id.len()) as u32,
        in_a_frame: framed.len() as u32,
        draws: draws as u32,
        distinct_entities: drawn.len() as u32,
        reserve: reserve as u32,
        visits_alone: duties.len() as u32,
        visits_by_task: doors(&by_task),
        visits: plan.visits.len() as u32,
        most_agencies_at_a_door: plan.visits.iter().map(|visit| visit.teams.len()).max().unwrap_or(0) as u32,
        officers: inputs.inspectors.len() as u32,
        officers_at_work: load.iter().filter(|visits| **visits > 0).count() as u32,
        seats: load.iter().sum(),
        loads: loads(inputs, &load, &visits_of),
        unplaced: plan.unplaced.len() as u32,
        unplaced_by_reason,
        excluded,
        over_cap: over_cap(inputs, plan),
    }
}

fn loads(inputs: &Inputs, load: &[u32], visits_of: &[u32]) -> Vec<AgencyLoad> {
    let agency_load = |(no, agency): (u32, &super::model::Agency)| {
        let able = inputs.inspectors.iter().zip(load).filter(|(officer, _)| {
            officer.agency.0 == no && officer.is_valid && officer.valid.overlaps(&inputs.rules.days)
        });
        let mut visits: Vec<u32> = able.map(|(_, visits)| *visits).collect();
        visits.sort_unstable();
        AgencyLoad {
            agency: agency.code.clone(),
            name: agency.name.clone(),
            visits: visits_of[no as usize],
            officers: visits.len() as u32,
            least: visits.first().copied().unwrap_or(0),
            median: visits.get(visits.len() / 2).copied().unwrap_or(0),
            most: visits.last().copied().unwrap_or(0),
        }
    };
    (0..).zip(&inputs.agencies).map(agency_load).collect()
}
