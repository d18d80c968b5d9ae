//! Proves the teams (检查组): who goes, that each of them may, and that the tickets are theirs.
//!
//! Protocol §9.2 and §9.3. What the same officers of an agency visit on one day is one outing, drawn
//! under the label of the visit whose id sorts first. Ranks count among the officers who may go to every visit of the
//! outing: of the agency, certified, not on leave, with jurisdiction, not recused and not of the last team there.
//! Loads, bookings and qualifications do not narrow that circle.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::duties::Dues;
use super::{Findings, own_items};
use crate::both;
use crate::lang::Text;
use crate::lottery::keys::team_label;
use crate::lottery::{Iv, Key, Prk, Ticket};
use crate::plan::model::{
    AgencyNo, EntityNo, Inputs, Inspector, InspectorNo, PastVisit, Plan, Recusal, Recused, TaskNo, Team, Visit,
};

/// Proves every team, then what the teams of the period add up to.
pub(super) fn check(inputs: &Inputs, prk: &Prk, plan: &Plan, dues: &Dues, found: &mut Findings) {
    let roster = Roster::of(inputs, plan);
    let mut outings: BTreeMap<Outing, Vec<Trip>> = BTreeMap::new();
    for (at, visit) in plan.visits.iter().enumerate() {
        for team in &visit.teams {
            let officers: BTreeSet<InspectorNo> = team.seats.iter().map(|seat| seat.inspector).collect();
            let trip = Trip { visit, team, needed: needed(inputs, team.agency, &dues.met[at]) };
            check_officers(inputs, &roster, &trip, &officers, found);
            outings.entry((team.agency, visit.date, officers)).or_default().push(trip);
        }
    }
    let group = format!("{}.{}", inputs.rules.region, inputs.rules.period);
    for ((agency, _, officers), trips) in &outings {
        let Some(head) = trips.iter().map(|trip| trip.visit.id.as_str()).min() else {
            continue;
        };
        check_outing(inputs, head, officers, trips, found);
        let key = prk.key(&team_label(&group, &inputs.agencies[agency.at()].code, head));
        check_tickets(inputs, &roster, &key, trips, found);
    }
    super::loads::check(inputs, plan, found);
}

/// Is what an outing's visits have in common: the agency, the day and the officers who go.
type Outing = (AgencyNo, Date, BTreeSet<InspectorNo>);

/// Is one team at one visit, with the qualifications that its items need there.
pub(super) struct Trip<'a> {
    pub visit: &'a Visit,
    pub team: &'a Team,
    pub needed: BTreeSet<&'a str>,
}

impl Trip<'_> {
    fn place(&self, inputs: &Inputs) -> String {
        format!("visit {} agency {}", self.visit.id, inputs.agencies[self.team.agency.at()].code)
    }
}

/// Collects the qualifications that an agency's items at a visit need.
fn needed<'a>(inputs: &'a Inputs, agency: AgencyNo, met: &BTreeSet<(AgencyNo, TaskNo)>) -> BTreeSet<&'a str> {
    let tasks = met.iter().filter(|(owner, _)| *owner == agency).map(|(_, task)| &inputs.tasks[task.at()]);
    let items = tasks.flat_map(|task| own_items(inputs, task, agency));
    items.filter_map(|item| inputs.items[item.at()].qualification.as_deref()).collect()
}

/// Holds what can keep officers from a door, by entity and by agency.
pub(super) struct Roster<'a> {
    by_agency: BTreeMap<AgencyNo, Vec<InspectorNo>>,
    recusals: BTreeMap<EntityNo, Vec<&'a Recusal>>,
    /// The day of an agency's most recent visit to an entity, and who went.
    last_teams: BTreeMap<(EntityNo, AgencyNo), (Date, BTreeSet<&'a str>)>,
    ivs: Vec<Iv>,
}

impl<'a> Roster<'a> {
    pub fn of(inputs: &'a Inputs, plan: &Plan) -> Roster<'a> {
        let mut by_agency: BTreeMap<AgencyNo, Vec<InspectorNo>> = BTreeMap::new();
        for (no, officer) in (0..).map(InspectorNo).zip(&inputs.inspectors) {
            by_agency.entry(officer.agency).or_default().push(no);
        }
        let mut recusals: BTreeMap<EntityNo, Vec<&Recusal>> = BTreeMap::new();
        for row in &inputs.recusals {
            recusals.entry(row.entity).or_default().push(row);
        }
        let id = |no: EntityNo| inputs.entities[no.at()].id.as_str();
        let visited: BTreeMap<&str, EntityNo> =
            plan.visits.iter().map(|visit| (id(visit.entity), visit.entity)).collect();
        let mut last_teams: BTreeMap<_, (Date, BTreeSet<&str>)> = BTreeMap::new();
        for PastVisit { entity, agency, date, inspectors, .. } in &inputs.history {
            let Some(no) = visited.get(entity.as_str()).copied() else {
                continue;
            };
            let last = last_teams.entry((no, *agency)).or_insert((*date, BTreeSet::new()));
            if last.0 < *date {
                *last = (*date, BTreeSet::new());
            }
            if last.0 == *date {
                last.1.extend(inspectors.iter().map(String::as_str));
            }
        }
        let ivs = inputs.inspectors.iter().map(|officer| Iv::of(inputs.rules.suite, &officer.certificate)).collect();
        Roster { by_agency, recusals, last_teams, ivs }
    }

    /// Lists the codes of what keeps an officer from a visit of an agency, none for one who may go.
    fn obstacles(
        &self,
        inputs: &Inputs,
        no: InspectorNo,
        agency: AgencyNo,
        visit: &Visit,
    ) -> [Option<&'static str>; 6] {
        let officer: &Inspector = &inputs.inspectors[no.at()];
        let township = inputs.entities[visit.entity.at()].township;
        let recusals = self.recusals.get(&visit.entity).into_iter().flatten();
        let mut binding = recusals.filter(|row| row.until.is_none_or(|until| until >= inputs.rules.days.first));
        let last = self.last_teams.get(&(visit.entity, agency));
        [
            (officer.agency != agency).then_some("seat-agency"),
            (!officer.is_valid || !officer.valid.contains(visit.date)).then_some("certificate"),
            officer.leave.iter().any(|span| span.contains(visit.date)).then_some("on-leave"),
            officer.townships.as_ref().is_some_and(|own| !own.contains(&township)).then_some("jurisdiction"),
            binding.any(|row| row.who == Recused::Inspector(no)).then_some("recused-officer"),
            last.is_some_and(|(_, team)| team.contains(officer.certificate.as_str())).then_some("last-team"),
        ]
    }

    /// Lists the officers of an agency.
    pub fn of_agency(&self, agency: AgencyNo) -> impl Iterator<Item = InspectorNo> + '_ {
        self.by_agency.get(&agency).into_iter().flatten().copied()
    }

    pub fn iv(&self, no: InspectorNo) -> Iv {
        self.ivs[no.at()]
    }

    /// Lists who may go to every visit of an outing.
    pub fn eligible(&self, inputs: &Inputs, agency: AgencyNo, trips: &[Trip]) -> Vec<InspectorNo> {
        let may_go = |no: &InspectorNo, visit| self.obstacles(inputs, *no, agency, visit).iter().all(Option::is_none);
        self.of_agency(agency).filter(|no| trips.iter().all(|trip| may_go(no, trip.visit))).collect()
    }
}

/// Proves the size of a team and that each of its officers may go.
fn check_officers(
    inputs: &Inputs,
    roster: &Roster,
    trip: &Trip,
    officers: &BTreeSet<InspectorNo>,
    found: &mut Findings,
) {
    let (visit, team) = (trip.visit, trip.team);
    let place = trip.place(inputs);
    if officers.len() < team.seats.len() {
        found.add("seat-twice", &place, both!("an officer holds two seats", "一人占两个席位"));
    }
    let size = inputs.rules.team.size as usize;
    if officers.len() < size {
        let count = Text::counted(officers.len(), "officer");
        found.add(
            "team-too-small",
            &place,
            both!(count => "the team has {count} of at least {size}", "派出 {count} 人，至少须 {size} 人"),
        );
    }
    for no in officers {
        for code in roster.obstacles(inputs, *no, team.agency, visit).into_iter().flatten() {
            let detail = match code {
                "seat-agency" => both!("belongs to another agency", "属于另一部门"),
                "certificate" => both!("holds no certificate that is valid on the day", "当日没有有效的执法证"),
                "on-leave" => both!("is on leave on the day", "当日休假"),
                "jurisdiction" => both!("has no jurisdiction in the entity's township", "不管辖检查对象所在乡镇"),
                "recused-officer" => both!("is recused from the entity", "应回避该检查对象"),
                _ => both!("went there with the agency's last visit", "是该部门上次去那里的人员"),
            };
            found.add(code, format!("{place} officer {}", inputs.inspectors[no.at()].certificate), detail);
        }
    }
    let whole_agency = |row: &&&Recusal| {
        row.who == Recused::Agency(team.agency) && row.until.is_none_or(|until| until >= inputs.rules.days.first)
    };
    if let Some(row) = roster.recusals.get(&visit.entity).and_then(|rows| rows.iter().find(whole_agency)) {
        found.add(
            "recused-agency",
            &place,
            both!("the agency is recused from the entity: {}", "该部门应回避该检查对象：{}", row.reason),
        );
    }
    for missing in trip.needed.iter().filter(|needed| !covered(inputs, officers, needed)) {
        found.add("qualification", &place, both!("nobody of the team holds {missing}", "检查组无人持有 {missing}"));
    }
}

/// Tells whether one of some officers holds a qualification.
fn covered<'a>(inputs: &Inputs, officers: impl IntoIterator<Item = &'a InspectorNo>, qualification: &str) -> bool {
    let holds = |no: &InspectorNo| inputs.inspectors[no.at()].qualifications.iter().any(|own| own == qualification);
    officers.into_iter().any(holds)
}

/// Proves that an outing's teams were drawn for its first visit, and that they have no seat too many.
fn check_outing(inputs: &Inputs, head: &str, officers: &BTreeSet<InspectorNo>, trips: &[Trip], found: &mut Findings) {
    for trip in trips.iter().filter(|trip| trip.team.drawn_for != head) {
        let detail = both!(
            "is drawn for {:?}, the first visit of its outing is {head}",
            "依据 {:?} 抽取，其外勤的第一次检查是 {head}",
            trip.team.drawn_for
        );
        found.add("drawn-for", trip.place(inputs), detail);
    }
    if officers.len() > inputs.rules.team.size as usize {
        let needed: BTreeSet<&str> = trips.iter().flat_map(|trip| &trip.needed).copied().collect();
        let is_spare = |spare: &&InspectorNo| {
            let rest = || officers.iter().filter(|no| no != spare);
            needed.iter().all(|needed| covered(inputs, rest(), needed) || !covered(inputs, officers, needed))
        };
        if let (Some(spare), Some(trip)) = (officers.iter().find(is_spare), trips.first()) {
            let certificate = &inputs.inspectors[spare.at()].certificate;
            let detail = both!(
                "officer {certificate} goes beyond the team's size and no qualification needs it",
                "人员 {certificate} 超出检查组人数，也没有资质需要"
            );
            found.add("team-too-large", trip.place(inputs), detail);
        }
    }
}

/// Proves the tickets, ranks and order of the seats of an outing.
fn check_tickets(inputs: &Inputs, roster: &Roster, key: &Key, trips: &[Trip], found: &mut Findings) {
    let Some(agency) = trips.first().map(|trip| trip.team.agency) else {
        return;
    };
    let ticket = |no: InspectorNo| {
        let iv = roster.ivs[no.at()];
        (key.ticket(iv), iv)
    };
    let circle: BTreeMap<InspectorNo, (Ticket, Iv)> =
        roster.eligible(inputs, agency, trips).into_iter().map(|no| (no, ticket(no))).collect();
    for trip in trips {
        let place = trip.place(inputs);
        for seat in &trip.team.seats {
            let officer = || format!("{place} officer {}", inputs.inspectors[seat.inspector.at()].certificate);
            let own = ticket(seat.inspector);
            if seat.ticket != own.0 {
                found.add(
                    "seat-ticket",
                    officer(),
                    both!("carries ticket {}, its own is {}", "所记抽签号为 {}，实为 {}", seat.ticket, own.0),
                );
            }
            // Who may not go has no rank; that is reported with the officer.
            if circle.contains_key(&seat.inspector) {
                let rank = 1 + circle.values().filter(|other| **other < own).count();
                if u32::try_from(rank) != Ok(seat.rank) {
                    let of = circle.len();
                    found.add(
                        "seat-rank",
                        officer(),
                        both!(
                            "carries rank {}, its own is {rank} of {of}",
                            "所记序号为 {}，实为 {of} 人中的 {rank}",
                            seat.rank
                        ),
                    );
                }
            }
        }
        if !trip.team.seats.is_sorted_by_key(|seat| ticket(seat.inspector)) {
            found.add("seat-order", &place, both!("seats do not stand by ticket", "席位没有按抽签号排列"));
        }
    }
}
