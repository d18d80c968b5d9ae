//! What the amendments since a draw made of the visits of an entity and the seats of an officer (人工调整, protocol §17).

use serde::Serialize;

use super::changes::{self, ChangeRow};
use crate::both;
use crate::lang::{Lines, Text};
use crate::plan::amend::{Change, Changed};
use crate::plan::model::{EntityNo, Half, Inputs, InspectorNo, Seat, Team, Visit};
use crate::plan::words::Word;
use crate::run::Made;

/// Holds the amendments of something that was drawn, and how it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Since<T> {
    /// In the order of the ledger.
    pub amendments: Vec<ChangeRow>,
    pub now: Now<T>,
}

/// Says how something that was drawn stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Now<T> {
    AsDrawn,
    /// The visit is not made, or the officer does not go.
    Gone,
    Amended(T),
}

/// Is something that was not drawn and came by an amendment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Added<T> {
    #[serde(flatten)]
    pub what: T,
    pub amendments: Vec<ChangeRow>,
}

/// Is a visit as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VisitNow {
    pub visit: String,
    pub date: String,
    pub half: Half,
    pub teams: Vec<TeamSent>,
}

/// Is the team that an agency sends to a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamSent {
    /// Code of the agency.
    pub agency: String,
    /// Name of the agency.
    pub name: String,
    /// By ticket, smallest first.
    pub officers: Vec<OfficerSent>,
}

/// Is one officer of such a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfficerSent {
    /// Rank of the ticket among those who could have gone, from 1.
    pub rank: u32,
    pub certificate: String,
    pub name: String,
}

/// Is a seat as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeatNow {
    pub visit: String,
    pub entity: String,
    pub date: String,
    pub half: Half,
    pub rank: u32,
    pub ticket: String,
}

impl<T> Default for Since<T> {
    fn default() -> Since<T> {
        Since { amendments: Vec::new(), now: Now::AsDrawn }
    }
}

/// Is the plan as it stands after its amendments, and what each of them changed.
#[derive(Clone, Copy)]
pub struct Current<'a> {
    pub made: &'a Made,
    pub changes: &'a [Changed],
}

/// Says what became of a visit that was drawn.
pub fn of_visit(current: Current<'_>, id: &str) -> Since<VisitNow> {
    since(current, id, |_| true, |visit| Some(visit_now(&current.made.inputs, visit)))
}

/// Says what became of an officer's seat at a visit that was drawn; amendments of the officer's colleagues are not told.
pub fn of_seat(current: Current<'_>, id: &str, officer: InspectorNo) -> Since<SeatNow> {
    let inputs = &current.made.inputs;
    since(current, id, |change| is_about(inputs, change, officer), |visit| seat_now(inputs, visit, officer))
}

/// Lists the visits to an entity that were not drawn; `drawn` are the ids of those that were.
pub fn added_visits(current: Current<'_>, entity: EntityNo, drawn: &[&str]) -> Vec<Added<VisitNow>> {
    let inputs = &current.made.inputs;
    let own = current.made.plan.visits.iter();
    let own = own.filter(|visit| visit.entity == entity && !drawn.contains(&visit.id.as_str()));
    own.map(|visit| Added { what: visit_now(inputs, visit), amendments: rows(current, &visit.id, |_| true) }).collect()
}

/// Lists the seats of an officer at visits to which the draw did not send that one.
pub fn added_seats(current: Current<'_>, officer: InspectorNo, drawn: &[&str]) -> Vec<Added<SeatNow>> {
    let inputs = &current.made.inputs;
    let new = current.made.plan.visits.iter().filter(|visit| !drawn.contains(&visit.id.as_str()));
    let seats = new.filter_map(|visit| {
        let amendments = rows(current, &visit.id, |change| is_about(inputs, change, officer));
        Some(Added { what: seat_now(inputs, visit, officer)?, amendments })
    });
    let mut seats: Vec<Added<SeatNow>> = seats.collect();
    seats.sort_by(|a, b| (&a.what.date, a.what.half, &a.what.visit).cmp(&(&b.what.date, b.what.half, &b.what.visit)));
    seats
}

fn since<T>(
    current: Current<'_>,
    id: &str,
    is_told: impl Fn(&Changed) -> bool,
    now: impl Fn(&Visit) -> Option<T>,
) -> Since<T> {
    let amendments = rows(current, id, is_told);
    if amendments.is_empty() {
        return Since::default();
    }
    let visit = current.made.plan.visits.iter().find(|visit| visit.id == id);
    Since { amendments, now: visit.and_then(now).map_or(Now::Gone, Now::Amended) }
}

fn rows(current: Current<'_>, id: &str, is_told: impl Fn(&Changed) -> bool) -> Vec<ChangeRow> {
    let inputs = &current.made.inputs;
    let own = current.changes.iter().filter(|change| change.outcome.visits.iter().any(|visit| visit == id));
    let own: Vec<Changed> = own.filter(|change| is_told(change)).cloned().collect();
    changes::rows(inputs, &own, &|no| {
        let officer = &inputs.inspectors[no.at()];
        format!("{} {}", officer.name, officer.certificate)
    })
}

/// Tells whether a change of a visit is one for an officer: any but those that gave a colleague's seat to another one.
fn is_about(inputs: &Inputs, change: &Changed, officer: InspectorNo) -> bool {
    let own = inputs.inspectors[officer.at()].certificate.as_str();
    match &change.amendment.change {
        Change::Officer { certificate } => certificate == own || change.outcome.substitute.as_deref() == Some(own),
        Change::Day { .. } | Change::Entity => true,
    }
}

/// Lists the teams of a visit.
pub fn teams(inputs: &Inputs, visit: &Visit) -> Vec<TeamSent> {
    let officer = |seat: &Seat| {
        let officer = &inputs.inspectors[seat.inspector.at()];
        OfficerSent { rank: seat.rank, certificate: officer.certificate.clone(), name: officer.name.clone() }
    };
    let team = |team: &Team| {
        let agency = &inputs.agencies[team.agency.at()];
        TeamSent {
            agency: agency.code.clone(),
            name: agency.name.clone(),
            officers: team.seats.iter().map(officer).collect(),
        }
    };
    visit.teams.iter().map(team).collect()
}

fn visit_now(inputs: &Inputs, visit: &Visit) -> VisitNow {
    VisitNow { visit: visit.id.clone(), date: visit.date.to_string(), half: visit.half, teams: teams(inputs, visit) }
}

fn seat_now(inputs: &Inputs, visit: &Visit, officer: InspectorNo) -> Option<SeatNow> {
    let seat = visit.teams.iter().flat_map(|team| &team.seats).find(|seat| seat.inspector == officer)?;
    Some(SeatNow {
        visit: visit.id.clone(),
        entity: inputs.entities[visit.entity.at()].name.clone(),
        date: visit.date.to_string(),
        half: visit.half,
        rank: seat.rank,
        ticket: seat.ticket.to_string(),
    })
}

/// Tells what became of a visit.
pub fn visit_text(lines: &mut Lines, since: &Since<VisitNow>) {
    amendments_text(lines, &since.amendments, "    ");
    match &since.now {
        Now::AsDrawn => {}
        Now::Gone => lines.add(both!("    now: not made", "    现：不再进行")),
        Now::Amended(VisitNow { date, half, teams, .. }) => {
            let half = half.text();
            lines.add(both!(half => "    now: {date} {half}", "    现：{date} {half}"));
            teams_text(lines, teams);
        }
    }
}

/// Tells of a visit that was not drawn.
pub fn added_visit_text(lines: &mut Lines, added: &Added<VisitNow>) {
    let VisitNow { visit, date, half, teams } = &added.what;
    let half = half.text();
    lines.add(both!(
        half => "  visit {visit} on {date} {half}, not drawn: it came by an amendment",
        "  检查 {visit}：{date} {half}，不是抽取所得，由变更新增"
    ));
    teams_text(lines, teams);
    amendments_text(lines, &added.amendments, "    ");
}

/// Tells what became of a seat.
pub fn seat_text(lines: &mut Lines, since: &Since<SeatNow>) {
    amendments_text(lines, &since.amendments, "      ");
    match &since.now {
        Now::AsDrawn => {}
        Now::Gone => lines.add(both!("      now: does not go", "      现：不派出")),
        Now::Amended(SeatNow { date, half, rank, ticket, .. }) => {
            let half = half.text();
            lines.add(both!(
                half => "      now: {date} {half} rank {rank} ticket {ticket}",
                "      现：{date} {half} 序号 {rank} 抽签号 {ticket}"
            ));
        }
    }
}

/// Tells of a seat to which the draw did not send the officer.
pub fn added_seat_text(lines: &mut Lines, added: &Added<SeatNow>) {
    let SeatNow { visit, entity, date, half, rank, ticket } = &added.what;
    let half = half.text();
    lines.add(both!(
        half => "    {date} {half:<3} {visit} rank {rank} ticket {ticket} {entity}, not drawn: it came by an amendment",
        "    {date} {half} {visit} 序号 {rank} 抽签号 {ticket} {entity}，不是抽取所得，由变更新增"
    ));
    amendments_text(lines, &added.amendments, "      ");
}

/// Writes the officers of each agency.
pub fn teams_text(lines: &mut Lines, teams: &[TeamSent]) {
    let officer = |OfficerSent { rank, certificate, name }: &OfficerSent| {
        both!("{name} {certificate} (rank {rank})", "{name} {certificate}（序号 {rank}）")
    };
    for TeamSent { agency, name, officers } in teams {
        let officers: Vec<Text> = officers.iter().map(officer).collect();
        let officers = Text::joined(&officers, ", ", "、");
        lines.add(both!(officers => "    {agency} {name}: {officers}", "    {agency} {name}：{officers}"));
    }
}

fn amendments_text(lines: &mut Lines, amendments: &[ChangeRow], indent: &str) {
    for ChangeRow { entry, reason, was, is, .. } in amendments {
        lines.add(both!(
            reason, was, is => "{indent}amended: {was} → {is}, by ledger entry {entry}, {reason}",
            "{indent}变更：{was} → {is}，台账 {entry}，{reason}"
        ));
    }
}
