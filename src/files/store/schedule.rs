//! Reads a bundle's own visits, teams and prices back, so that they can be checked for what they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::wording::cells;
use crate::lottery::Ticket;
use crate::plan::model::{AgencyNo, Half, Holder, Inputs, ItemNo, Potential, Seat, Team, Visit};
use crate::plan::words::Word;

/// Reads `visits.csv` and `teams.csv`; `None` if a row is not of their form or names what the inputs do not know.
pub fn visits(inputs: &Inputs, visits: &[u8], teams: &[u8]) -> Option<Vec<Visit>> {
    let mut seats: BTreeMap<(String, AgencyNo), Vec<Seat>> = BTreeMap::new();
    for row in records::<5>(teams)? {
        let [visit, agency, certificate, rank, ticket] = &row;
        let (inspector, ticket) = (inputs.inspector(certificate)?, Ticket::parse(ticket)?);
        let seat = Seat { inspector, rank: rank.parse().ok()?, ticket };
        seats.entry((visit.clone(), agency_no(inputs, agency)?)).or_default().push(seat);
    }
    let mut read = Vec::new();
    for row in records::<9>(visits)? {
        let [id, entity, _, date, half, tasks, items, agencies, lead] = &row;
        let team = |code: &str| {
            let agency = agency_no(inputs, code)?;
            Some(Team { agency, drawn_for: id.clone(), seats: seats.remove(&(id.clone(), agency))? })
        };
        read.push(Visit {
            id: id.clone(),
            entity: inputs.entity(entity)?,
            date: cells::date(date)?,
            half: [Half::Morning, Half::Afternoon, Half::WholeDay].into_iter().find(|one| one.word() == half)?,
            tasks: cells::list(tasks).map(|code| inputs.task(code)).collect::<Option<_>>()?,
            items: cells::list(items).map(|code| item_no(inputs, code)).collect::<Option<_>>()?,
            teams: cells::list(agencies).map(team).collect::<Option<_>>()?,
            lead: agency_no(inputs, lead)?,
        });
    }
    // Two visits of one day with the same officers are one outing, drawn for the one that sorts first.
    let outing = |visit: &Visit, team: &Team| {
        (team.agency, visit.date, team.seats.iter().map(|seat| seat.inspector).collect::<BTreeSet<_>>())
    };
    let mut first: BTreeMap<_, String> = BTreeMap::new();
    for (visit, team) in read.iter().flat_map(|visit| visit.teams.iter().map(move |team| (visit, team))) {
        let label = first.entry(outing(visit, team)).or_insert_with(|| visit.id.clone());
        if visit.id < *label {
            label.clone_from(&visit.id);
        }
    }
    for visit in &mut read {
        let labels: Vec<String> = visit.teams.iter().map(|team| first[&outing(visit, team)].clone()).collect();
        visit.teams.iter_mut().zip(labels).for_each(|(team, label)| team.drawn_for = label);
    }
    seats.is_empty().then_some(read)
}

/// Reads `potentials.csv`, as [`visits`].
pub fn potentials(inputs: &Inputs, bytes: &[u8]) -> Option<Vec<Potential>> {
    let number = |text: &str| if text.is_empty() { Some(None) } else { text.parse::<u64>().ok().map(Some) };
    let mut read = Vec::new();
    for row in records::<8>(bytes)? {
        let [agency, visits, kind, id, price, one, other, kept] = &row;
        let (holder, kept) = match kind.as_str() {
            "officer" => (Holder::Officer(inputs.inspector(id)?), kept.parse().ok()?),
            "outing" if kept.is_empty() => (Holder::Outing(id.clone()), 0),
            _ => return None,
        };
        read.push(Potential {
            agency: agency_no(inputs, agency)?,
            visits: visits.parse().ok()?,
            holder,
            price: number(price)?,
            one: number(one)?,
            other: number(other)?,
            kept,
        });
    }
    Some(read)
}

fn records<const N: usize>(bytes: &[u8]) -> Option<Vec<[String; N]>> {
    let rows = csv::Reader::from_reader(bytes).into_records().collect::<Result<Vec<_>, _>>().ok()?;
    rows.iter().map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>().try_into().ok()).collect()
}

fn agency_no(inputs: &Inputs, code: &str) -> Option<AgencyNo> {
    inputs.agencies.binary_search_by(|row| row.code.as_str().cmp(code)).ok().map(|at| AgencyNo(at as u32))
}

fn item_no(inputs: &Inputs, code: &str) -> Option<ItemNo> {
    inputs.items.binary_search_by(|row| row.code.as_str().cmp(code)).ok().map(|at| ItemNo(at as u32))
}
