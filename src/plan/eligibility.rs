//! Who may go where (派员条件): what stands between an officer and a visit of the officer's agency.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::model::{Inputs, InspectorNo, Plan, Recused, Team, Visit};

/// Names the first thing that stands between an officer and a visit of the officer's agency, or nothing.
///
/// Protocol §9.3. Loads, other visits of the day and qualifications do not narrow the circle of the eligible; `visit`
/// need not be one of a finished plan: only its entity and date count.
pub fn obstacle(inputs: &Inputs, no: InspectorNo, visit: &Visit) -> Option<&'static str> {
    let officer = &inputs.inspectors[no.at()];
    let entity = &inputs.entities[visit.entity.at()];
    let recused = |who: Recused| match who {
        Recused::Agency(agency) => agency == officer.agency,
        Recused::Inspector(other) => other == no,
    };
    let stands = |until: Option<Date>| until.is_none_or(|until| until >= inputs.rules.days.first);
    let past = || inputs.history.iter().filter(|past| past.entity == entity.id && past.agency == officer.agency);
    let last = past().map(|past| past.date).max();
    let checks: [(&'static str, bool); 6] = [
        ("certificate cancelled", !officer.is_valid),
        ("certificate not valid on the day", !officer.valid.contains(visit.date)),
        ("on leave", officer.leave.iter().any(|leave| leave.contains(visit.date))),
        ("outside the jurisdiction", officer.townships.as_ref().is_some_and(|list| !list.contains(&entity.township))),
        (
            "recused",
            inputs.recusals.iter().any(|row| row.entity == visit.entity && recused(row.who) && stands(row.until)),
        ),
        (
            "of the last team there",
            past().any(|past| Some(past.date) == last && past.inspectors.contains(&officer.certificate)),
        ),
    ];
    checks.into_iter().find(|(_, holds)| *holds).map(|(why, _)| why)
}

/// Lists the visits that a team makes on one outing, by id: the same officers of the agency on the same date.
pub fn outing<'a>(plan: &'a Plan, visit: &Visit, team: &Team) -> Vec<&'a Visit> {
    let officers = |team: &Team| team.seats.iter().map(|seat| seat.inspector).collect::<BTreeSet<_>>();
    let own = officers(team);
    let same = |other: &&Visit| {
        other.date == visit.date && other.teams.iter().any(|row| row.agency == team.agency && officers(row) == own)
    };
    plan.visits.iter().filter(same).collect()
}

/// Lists the officers of an agency with the first thing that keeps each from some visits, `None` for the eligible.
pub fn circle(inputs: &Inputs, team: &Team, visits: &[&Visit]) -> Vec<(InspectorNo, Option<&'static str>)> {
    let own = (0..).map(InspectorNo).zip(&inputs.inspectors).filter(|(_, officer)| officer.agency == team.agency);
    own.map(|(no, _)| (no, visits.iter().find_map(|visit| obstacle(inputs, no, visit)))).collect()
}
