//! What the stages give: visits with their dates and teams, what is left over, and why.

use crate::lottery::Ticket;

use super::dates::Calendar;
use super::diagnose::Diagnosis;
use super::model::Model;
use super::repair::Repaired;
use super::teams::AgencyProof;

/// Holds the staffed and dated plan (排期与派员结果).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staffing {
    /// By day, half-day and id.
    pub visits: Vec<Visit>,
    /// By duty; together with the visits' duties these are all duties, each once.
    pub unplaced: Vec<Unplaced>,
    /// By agency; every duty that is unplaced for want of people stands in one.
    pub shortages: Vec<Shortage>,
    /// By agency; the prices that prove each agency's teams optimal.
    pub potentials: Vec<AgencyProof>,
}

/// Is one visit (一次检查): one entity, one date, all agencies due there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The site's id; the second visit of the site in date order is `<id>/2`, and so on.
    pub id: String,
    pub site: u32,
    /// Strictly increasing.
    pub duties: Vec<u32>,
    pub day: u32,
    /// 0 morning, 1 afternoon; 0 where the site takes the whole day.
    pub half: u8,
    /// By agency, strictly increasing.
    pub teams: Vec<Team>,
}

/// Is the team of one agency at one visit (检查组).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub agency: u32,
    /// The visit whose key gave the tickets: of an outing's visits the one whose id sorts first.
    pub label_visit: String,
    /// By ticket, smallest first.
    pub seats: Vec<Seat>,
}

/// Is one officer's place in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub officer: u32,
    /// Rank of the ticket among the officers eligible for that outing, from 1.
    pub rank: u32,
    pub ticket: Ticket,
}

/// Is a duty that has no visit (未排期), with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unplaced {
    pub duty: u32,
    pub reason: Reason,
}

/// Says why a duty has no visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// No day of the window lies outside the entity's quiet periods.
    NoOpenDay,
    /// The agency's eligible officers cannot cover all visits; a [`Shortage`] names the group.
    ShortOfOfficers,
    /// The holders of a qualification cannot cover all visits; a [`Shortage`] names the group.
    ShortOfSkill,
    /// Officers exist for every part, but on no open day a team that holds all qualifications.
    NoTeamOnAnyDay,
    /// The agency's teams are out on every day that would do.
    AgencyDaysFull,
    /// No date was found on which the agency's officers are free, within the fixed number of rounds.
    NoFreeOfficers,
}

impl Reason {
    /// Returns the stable code that plans and messages print.
    pub fn code(self) -> &'static str {
        match self {
            Reason::NoOpenDay => "no-open-day",
            Reason::ShortOfOfficers => "short-of-officers",
            Reason::ShortOfSkill => "short-of-skill",
            Reason::NoTeamOnAnyDay => "no-team-on-any-day",
            Reason::AgencyDaysFull => "agency-days-full",
            Reason::NoFreeOfficers => "no-free-officers",
        }
    }
}

/// Is a Hall violator (缺口): a group of visits whose eligible officers cannot cover the seats, whatever the dates.
///
/// Every officer can take at most as many of the group's seats as `visits_max` and the visits open to him allow;
/// `available` is the sum, and it is smaller than `needed`. Hall 1935; Gale 1957 for demands above one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    pub agency: u32,
    /// The qualification that is short: one seat a visit; `None` counts all seats of a team.
    pub skill: Option<u32>,
    /// The duties of each visit of the group.
    pub duty_groups: Vec<Vec<u32>>,
    /// Seats.
    pub needed: u32,
    /// Seats, less than `needed`.
    pub available: u32,
    /// Who would help, and what stands in the way; by officer.
    pub near: Vec<(u32, Obstacle)>,
}

/// Says what keeps an officer from a group of visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// The certificate is not valid on any day that would do.
    Certificate,
    /// On leave on all days that would do.
    Leave,
    /// The township is outside the officer's jurisdiction.
    Jurisdiction,
    /// Recused, or of the last team there.
    Barred,
    /// Could come, but the load cap of the period is reached.
    LoadCap,
    /// Lacks the qualification, and could come otherwise.
    Skill,
}

impl Obstacle {
    /// Returns the stable code that plans and messages print.
    pub fn code(self) -> &'static str {
        match self {
            Obstacle::Certificate => "certificate",
            Obstacle::Leave => "leave",
            Obstacle::Jurisdiction => "jurisdiction",
            Obstacle::Barred => "barred",
            Obstacle::LoadCap => "load-cap",
            Obstacle::Skill => "skill",
        }
    }
}

/// Writes the result in the caller's positions.
pub(super) fn assemble(model: &Model, calendar: &Calendar, repaired: &Repaired, found: Diagnosis) -> Staffing {
    let duty_at = |duty: u32| model.duty_at[duty as usize];
    let mut visits: Vec<Visit> = Vec::new();
    let mut of_visit = vec![None; calendar.visits.len()];
    for (at, visit) in calendar.visits.iter().enumerate().filter(|(_, visit)| visit.placed) {
        let units = visit.units.iter().map(|&unit| &model.units[unit as usize]);
        let mut duties: Vec<u32> = units.flat_map(|unit| unit.duties.iter().map(|&duty| duty_at(duty))).collect();
        duties.sort_unstable();
        of_visit[at] = Some(visits.len());
        let site = model.site_at[visit.site as usize];
        let (day, half, id) = (visit.day, visit.half, repaired.ids[at].clone());
        visits.push(Visit { id, site, duties, day, half, teams: Vec::new() });
    }
    for (agency, teams) in repaired.teams.iter().enumerate() {
        let officers = &model.pools[agency].officers;
        for row in &teams.outings {
            let mut ranked: Vec<Ticket> = row.eligible.iter().map(|&(_, ticket)| ticket).collect();
            ranked.sort_unstable();
            let seat = |at: &u32| {
                let place = row.eligible.binary_search_by_key(at, |&(officer, _)| officer);
                let ticket = row.eligible[place.expect("a team is made of eligible officers")].1;
                let rank = ranked.partition_point(|&other| other < ticket) as u32 + 1;
                Seat { officer: model.officer_at[officers[*at as usize] as usize], rank, ticket }
            };
            let mut seats: Vec<Seat> = row.team.iter().map(seat).collect();
            seats.sort_unstable_by_key(|seat| (seat.ticket, seat.officer));
            for &visit in &row.outing.visits {
                let at = of_visit[visit as usize].expect("an outing's visits have dates");
                let agency = model.agency_at[agency];
                visits[at].teams.push(Team { agency, label_visit: row.label.clone(), seats: seats.clone() });
            }
        }
    }
    visits.iter_mut().for_each(|visit| visit.teams.sort_by_key(|team| team.agency));
    visits.sort_by(|a, b| (a.day, a.half, &a.id).cmp(&(b.day, b.half, &b.id)));
    let closed = model.closed.iter().map(|&duty| Unplaced { duty: duty_at(duty), reason: Reason::NoOpenDay });
    let mut unplaced: Vec<Unplaced> = closed.collect();
    for (unit, reason) in found.dropped {
        let duties = model.units[unit as usize].duties.iter();
        unplaced.extend(duties.map(|&duty| Unplaced { duty: duty_at(duty), reason }));
    }
    unplaced.sort_unstable_by_key(|row| row.duty);
    let mut shortages = found.shortages;
    for shortage in &mut shortages {
        shortage.agency = model.agency_at[shortage.agency as usize];
        shortage.duty_groups.iter_mut().flatten().for_each(|duty| *duty = duty_at(*duty));
        shortage.duty_groups.iter_mut().for_each(|group| group.sort_unstable());
        shortage.near.iter_mut().for_each(|near| near.0 = model.officer_at[near.0 as usize]);
        shortage.near.sort_unstable();
    }
    shortages.sort_by(|a, b| (a.agency, a.skill, &a.duty_groups).cmp(&(b.agency, b.skill, &b.duty_groups)));
    let mut potentials: Vec<AgencyProof> = repaired.teams.iter().filter_map(|teams| teams.proof.clone()).collect();
    for proof in &mut potentials {
        proof.agency = model.agency_at[proof.agency as usize];
        let officers = proof.stages.iter_mut().flat_map(|stage| &mut stage.officers);
        officers.for_each(|row| row.officer = model.officer_at[row.officer as usize]);
    }
    potentials.sort_by_key(|proof| proof.agency);
    Staffing { visits, unplaced, shortages, potentials }
}
