//! Changes of a drawn plan (人工调整): one seat, one day or one entity, and everything else stays as it was drawn
//! (protocol §17).
//!
//! Nothing can be added here: an amendment names a visit of the plan. What chance decided is not decided again; who
//! steps in is the next by the same tickets, an officer or an entity of the reserve.

mod entity;

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};

use super::check::{Violation, check_amended};
use super::duties;
use super::model::{
    AgencyNo, EntityNo, Half, Inputs, InspectorNo, Plan, Recused, StratumName, Substitution, TaskNo, Unplaced, Visit,
};
use crate::lottery::keys::team_label;
use crate::lottery::{Iv, Key, Prk, Sample, Ticket};

/// Is what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An officer does not go; the team's other seats stay.
    Officer { certificate: String },
    /// The visit takes place on another day; its officers stay.
    Day { date: Date, half: Option<Half> },
    /// The entity can not be checked; the next of the reserve of each of the visit's tasks steps in.
    Entity,
}

/// Is the kind of a change, which decides what reasons there are for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Officer,
    Day,
    Entity,
}

impl Change {
    /// Returns the kind.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Change::Officer { .. } => ChangeKind::Officer,
            Change::Day { .. } => ChangeKind::Day,
            Change::Entity => ChangeKind::Entity,
        }
    }
}

impl ChangeKind {
    /// Returns the word that stands on the ledger.
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Officer => "officer",
            ChangeKind::Day => "day",
            ChangeKind::Entity => "entity",
        }
    }
}

/// Is why: a closed list, so that a province can count (变更原因).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Sick,
    Leave,
    Duty,
    Left,
    Recusal,
    EntityClosed,
    EntityAsked,
    Weather,
    OfficersShort,
    Unreachable,
    Closed,
    Moved,
}

/// All reasons with their codes, their Chinese words, and the kind of change that they are for.
pub const REASONS: [(Reason, &str, &str, ChangeKind); 12] = [
    (Reason::Sick, "sick", "因病", ChangeKind::Officer),
    (Reason::Leave, "leave", "请假", ChangeKind::Officer),
    (Reason::Duty, "duty", "另有公务", ChangeKind::Officer),
    (Reason::Left, "left", "调离或离职", ChangeKind::Officer),
    (Reason::Recusal, "recusal", "回避", ChangeKind::Officer),
    (Reason::EntityClosed, "entity-closed", "当日停业", ChangeKind::Day),
    (Reason::EntityAsked, "entity-asked", "对象申请改期", ChangeKind::Day),
    (Reason::Weather, "weather", "天气或灾害", ChangeKind::Day),
    (Reason::OfficersShort, "officers-short", "人员不足", ChangeKind::Day),
    (Reason::Unreachable, "unreachable", "通过登记的住所无法联系", ChangeKind::Entity),
    (Reason::Closed, "closed", "已停业或注销", ChangeKind::Entity),
    (Reason::Moved, "moved", "已迁出", ChangeKind::Entity),
];

/// Is one change of one visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    pub visit: String,
    pub change: Change,
    pub reason: Reason,
}

/// Is what an amendment did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Ids of the visits that changed: for an officer all of the outing.
    pub visits: Vec<String>,
    /// Certificate of who steps in.
    pub substitute: Option<String>,
    /// Who stood before that one by ticket, and why they can not go.
    pub passed_over: Vec<(String, &'static str)>,
    /// Entity that can not be checked.
    pub gone: Option<EntityNo>,
    /// Who steps in for it, by task.
    pub steps: Vec<Step>,
    /// Ids of the visits that are made instead.
    pub added: Vec<String>,
    /// Duties that have no visit any more, and why.
    pub unplaced: Vec<Unplaced>,
}

/// Is who steps in for an entity in one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub task: TaskNo,
    pub stratum: StratumName,
    /// Rank and entity; `None` where the reserve is used up.
    pub by: Option<(u32, EntityNo)>,
    /// Whoever stood before in the reserve and can not be checked either.
    pub passed_over: Vec<EntityNo>,
}

/// Is what one amendment on the ledger changed, for whoever shows it.
#[derive(Clone, Debug)]
pub struct Changed {
    /// From 1, in the order of the ledger.
    pub number: u32,
    /// Name of the entry's file, and its time.
    pub entry: String,
    pub time: DateTime,
    pub amendment: Amendment,
    pub outcome: Outcome,
    /// The visits that were changed as they stood before, and as they stood then.
    pub before: Vec<Visit>,
    pub after: Vec<Visit>,
}

/// Says why a plan can not be changed so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmendError {
    NoVisit,
    /// The reason is not one for this kind of change.
    Reason,
    /// The officer has no seat at this visit.
    NotSeated,
    /// Nobody of the agency can step in: everyone and why not.
    NobodyLeft(Vec<(String, &'static str)>),
    /// The changed plan would break rules; the first is the one to name.
    Breaks(Vec<Violation>),
    /// The visit is on that day already.
    SameDay,
    /// Results on record say that somebody was met there, so nobody can step in.
    Visited,
}

/// Is a plan with its changes so far.
pub struct Amended<'a> {
    inputs: &'a Inputs,
    prk: &'a Prk,
    pub plan: Plan,
    /// Who stood in for whom, in the order in which it happened.
    pub substitutions: Vec<Substitution>,
    /// What is due now.
    duties: BTreeSet<(EntityNo, AgencyNo, TaskNo)>,
    /// Officers who must not step in: at an entity they are recused from, or on a day they are away.
    away: Vec<(InspectorNo, Option<EntityNo>, Option<Date>)>,
}

impl Reason {
    /// Returns the code.
    pub fn code(self) -> &'static str {
        REASONS.iter().find(|row| row.0 == self).expect("every reason has a code").1
    }

    /// Finds the reason of a code.
    pub fn from_code(code: &str) -> Option<Reason> {
        REASONS.iter().find(|row| row.1 == code).map(|row| row.0)
    }

    /// Returns the kind of change that the reason is for.
    pub fn kind(self) -> ChangeKind {
        REASONS.iter().find(|row| row.0 == self).expect("every reason has a kind").3
    }

    /// Returns the Chinese words.
    pub fn chinese(self) -> &'static str {
        REASONS.iter().find(|row| row.0 == self).expect("every reason has words").2
    }
}

/// Returns the samples with whoever stepped in in the place of those who can not be checked, as estimates take them.
pub fn with_substitutes(plan: &Plan, substitutions: &[Substitution]) -> Vec<Sample> {
    let mut samples = plan.samples.clone();
    for row in substitutions {
        for (task, by) in row.tasks.iter().filter_map(|(task, by)| Some((*task, (*by)?))) {
            let of_task = plan.frames.strata.iter().zip(&mut samples).filter(|(stratum, _)| stratum.task == task);
            for (_, sample) in of_task {
                let own = sample.drawn.iter().position(|pick| pick.at == row.visit.entity.0);
                let fresh = sample.reserve.iter().find(|pick| pick.at == by.0).copied();
                if let (Some(at), Some(fresh)) = (own, fresh) {
                    sample.drawn[at] = fresh;
                }
            }
        }
    }
    samples
}

impl<'a> Amended<'a> {
    /// Starts with the plan as it was drawn.
    pub fn new(inputs: &'a Inputs, prk: &'a Prk, plan: Plan) -> Amended<'a> {
        let duties = duties::duties(inputs, &plan.frames, &plan.samples);
        let duties = duties.into_iter().map(|duty| (duty.entity, duty.agency, duty.task)).collect();
        Amended { inputs, prk, plan, substitutions: Vec::new(), duties, away: Vec::new() }
    }

    /// Makes one change; the independent checker has the last word on it. `now` is when it goes on record: what takes
    /// the place of something else is not dated before it.
    ///
    /// # Errors
    /// [`AmendError`]; then the plan is as before.
    pub fn apply(&mut self, amendment: &Amendment, now: DateTime) -> Result<Outcome, AmendError> {
        let at = self.plan.visits.iter().position(|visit| visit.id == amendment.visit).ok_or(AmendError::NoVisit)?;
        if amendment.reason.kind() != amendment.change.kind() {
            return Err(AmendError::Reason);
        }
        match &amendment.change {
            Change::Officer { certificate } => self.replace(at, certificate, amendment.reason),
            Change::Day { date, half } => self.move_to(at, *date, *half),
            Change::Entity => self.substitute(at, now),
        }
    }

    /// Returns all breaches of the rules that the plan has now.
    pub fn check(&self) -> Vec<Violation> {
        check_amended(self.inputs, self.prk, &self.plan, &self.substitutions)
    }

    /// Gives a seat to the next officer by ticket who can take it, at all visits of the outing.
    fn replace(&mut self, at: usize, certificate: &str, reason: Reason) -> Result<Outcome, AmendError> {
        let gone = self.inputs.inspector(certificate).ok_or(AmendError::NotSeated)?;
        let visit = &self.plan.visits[at];
        let is_seated = |team: &&super::model::Team| team.seats.iter().any(|seat| seat.inspector == gone);
        let agency = visit.teams.iter().find(is_seated).ok_or(AmendError::NotSeated)?.agency;
        let (date, entity) = (visit.date, visit.entity);
        let outing = self.outing(at, agency);
        let key = self.key(agency, &outing);
        let mut circle: Vec<(Ticket, Iv, InspectorNo)> = (0..)
            .map(InspectorNo)
            .zip(&self.inputs.inspectors)
            .filter(|(_, officer)| officer.agency == agency)
            .map(|(no, officer)| ticket(&key, no, &officer.certificate))
            .collect();
        circle.sort_unstable();
        let team = officers(&self.plan.visits[at], agency);
        let away = match reason {
            Reason::Recusal => (gone, Some(entity), None),
            Reason::Left => (gone, None, None),
            _ => (gone, None, Some(date)),
        };
        self.away.push(away);
        let before: Vec<Visit> = self.plan.visits.clone();
        let mut passed_over = Vec::new();
        for (_, _, no) in circle.into_iter().filter(|(_, _, no)| !team.contains(no)) {
            let name = self.inputs.inspectors[no.at()].certificate.clone();
            if let Some(why) = self.obstacle(no, agency, date, &outing) {
                passed_over.push((name, why));
                continue;
            }
            for at in &outing {
                let teams = &mut self.plan.visits[*at].teams;
                let team = teams.iter_mut().find(|team| team.agency == agency).expect("an outing is of its agency");
                team.seats.iter_mut().filter(|seat| seat.inspector == gone).for_each(|seat| seat.inspector = no);
            }
            self.restate(agency, date);
            match self.check().first() {
                None => {
                    let visits = outing.iter().map(|at| self.plan.visits[*at].id.clone()).collect();
                    return Ok(Outcome { visits, substitute: Some(name), passed_over, ..Outcome::default() });
                }
                Some(violation) => passed_over.push((name, violation.code)),
            }
            self.plan.visits.clone_from(&before);
        }
        self.away.pop();
        Err(AmendError::NobodyLeft(passed_over))
    }

    /// Moves a visit to another day with all its officers.
    fn move_to(&mut self, at: usize, date: Date, half: Option<Half>) -> Result<Outcome, AmendError> {
        let before = self.plan.visits.clone();
        let visit = &mut self.plan.visits[at];
        let half = half.unwrap_or(visit.half);
        if (visit.date, visit.half) == (date, half) {
            return Err(AmendError::SameDay);
        }
        let old = std::mem::replace(&mut visit.date, date);
        visit.half = half;
        let agencies: Vec<AgencyNo> = visit.teams.iter().map(|team| team.agency).collect();
        let id = visit.id.clone();
        for agency in agencies {
            // Outings of both days have other members now, and so other labels.
            self.restate(agency, old);
            self.restate(agency, date);
        }
        let violations = self.check();
        if !violations.is_empty() {
            self.plan.visits = before;
            return Err(AmendError::Breaks(violations));
        }
        Ok(Outcome { visits: vec![id], ..Outcome::default() })
    }

    /// Lists the visits of an agency's outing: the same officers on the same day (protocol §9.2).
    fn outing(&self, at: usize, agency: AgencyNo) -> Vec<usize> {
        let visit = &self.plan.visits[at];
        let team = officers(visit, agency);
        let is_same = |other: &Visit| other.date == visit.date && officers(other, agency) == team;
        (0..self.plan.visits.len()).filter(|other| is_same(&self.plan.visits[*other])).collect()
    }

    /// Derives the key of an outing: that of its visit whose id sorts first.
    fn key(&self, agency: AgencyNo, outing: &[usize]) -> Key {
        let rules = &self.inputs.rules;
        let head = &self.plan.visits[outing[0]].id;
        let group = format!("{}.{}", rules.region, rules.period);
        self.prk.key(&team_label(&group, &self.inputs.agencies[agency.at()].code, head))
    }

    /// States label, ticket, rank and order of the seats of an agency's outings on one day.
    fn restate(&mut self, agency: AgencyNo, date: Date) {
        let of_day = |visit: &Visit| visit.date == date && visit.teams.iter().any(|team| team.agency == agency);
        let visits: Vec<usize> = (0..self.plan.visits.len()).filter(|at| of_day(&self.plan.visits[*at])).collect();
        for at in visits {
            let outing = self.outing(at, agency);
            let (key, head) = (self.key(agency, &outing), self.plan.visits[outing[0]].id.clone());
            let may_go = |no: InspectorNo| {
                outing.iter().all(|at| may_go(self.inputs, no, agency, &self.plan.visits[*at]).is_none())
            };
            let certificate = |no: InspectorNo| self.inputs.inspectors[no.at()].certificate.as_str();
            let all = (0..self.inputs.inspectors.len() as u32).map(InspectorNo);
            let circle: Vec<_> = all.filter(|no| may_go(*no)).map(|no| ticket(&key, no, certificate(no))).collect();
            let inputs = self.inputs;
            let teams = &mut self.plan.visits[at].teams;
            let team = teams.iter_mut().find(|team| team.agency == agency).expect("the visit has the agency's team");
            team.drawn_for = head;
            for seat in &mut team.seats {
                let own = ticket(&key, seat.inspector, &inputs.inspectors[seat.inspector.at()].certificate);
                seat.ticket = own.0;
                seat.rank = 1 + circle.iter().filter(|other| **other < own).count() as u32;
            }
            team.seats
                .sort_by_key(|seat| ticket(&key, seat.inspector, &inputs.inspectors[seat.inspector.at()].certificate));
        }
    }

    /// Says why an officer can not step in, as far as the other visits need not be looked at.
    fn obstacle(&self, no: InspectorNo, agency: AgencyNo, date: Date, outing: &[usize]) -> Option<&'static str> {
        let visits = || outing.iter().map(|at| &self.plan.visits[*at]);
        if visits().any(|visit| self.is_away(no, visit.entity, date)) {
            return Some("away");
        }
        // A second outing on the day would change who is drawn for that one: everyone's other seats stay as they are.
        visits()
            .find_map(|visit| may_go(self.inputs, no, agency, visit))
            .or_else(|| self.is_booked(no, date).then_some("booked"))
    }

    /// Tells whether an officer was replaced before, so as not to go there on that day.
    fn is_away(&self, no: InspectorNo, entity: EntityNo, date: Date) -> bool {
        let holds = |(officer, there, day): &(InspectorNo, Option<EntityNo>, Option<Date>)| {
            *officer == no && there.is_none_or(|there| there == entity) && day.is_none_or(|day| day == date)
        };
        self.away.iter().any(holds)
    }

    /// Tells whether an officer has a seat on a day.
    fn is_booked(&self, no: InspectorNo, date: Date) -> bool {
        let of_day = |visit: &&Visit| visit.date == date;
        let seats = self.plan.visits.iter().filter(of_day).flat_map(|visit| &visit.teams).flat_map(|team| &team.seats);
        seats.into_iter().any(|seat| seat.inspector == no)
    }
}

/// Says why an officer may not go to a visit for an agency (protocol §9.2), if anything keeps him.
fn may_go(inputs: &Inputs, no: InspectorNo, agency: AgencyNo, visit: &Visit) -> Option<&'static str> {
    let officer = &inputs.inspectors[no.at()];
    let entity = &inputs.entities[visit.entity.at()];
    let recused = inputs.recusals.iter().any(|row| {
        row.entity == visit.entity
            && row.who == Recused::Inspector(no)
            && row.until.is_none_or(|until| until >= inputs.rules.days.first)
    });
    let past = || inputs.history.iter().filter(|past| past.agency == agency && past.entity == entity.id);
    let last = past().map(|past| past.date).max();
    let was_there = past().any(|past| Some(past.date) == last && past.inspectors.contains(&officer.certificate));
    let checks = [
        (officer.agency != agency, "seat-agency"),
        (!officer.is_valid || !officer.valid.contains(visit.date), "certificate"),
        (officer.leave.iter().any(|leave| leave.contains(visit.date)), "on-leave"),
        (officer.townships.as_ref().is_some_and(|own| !own.contains(&entity.township)), "jurisdiction"),
        (recused, "recused-officer"),
        (was_there, "last-team"),
    ];
    checks.into_iter().find(|(is_so, _)| *is_so).map(|(_, code)| code)
}

fn officers(visit: &Visit, agency: AgencyNo) -> BTreeSet<InspectorNo> {
    let own = visit.teams.iter().filter(|team| team.agency == agency);
    own.flat_map(|team| team.seats.iter().map(|seat| seat.inspector)).collect()
}

fn ticket(key: &Key, no: InspectorNo, certificate: &str) -> (Ticket, Iv, InspectorNo) {
    let iv = Iv::of(key.suite(), certificate);
    (key.ticket(iv), iv, no)
}
