//! Who steps in for an entity that can not be checked (递补), when, and with whose teams (protocol §17.2).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, time};

use super::{AmendError, Amended, Outcome, Step, may_go, officers, ticket};
use crate::lang::Text;
use crate::lottery::Ticket;
use crate::lottery::keys::team_label;
use crate::plan::calendar::{Open, working_days};
use crate::plan::check::check_visits;
use crate::plan::duties::attending;
use crate::plan::model::{
    AgencyNo, EntityNo, Half, Inputs, InspectorNo, ItemNo, Plan, Recused, Seat, Substitution, TaskNo, Team, Unplaced,
    Visit,
};

/// Is one agency's part of one task at the entity that a visit was to.
type Part = (AgencyNo, TaskNo);

impl Amended<'_> {
    /// Takes a visit out of the plan and lets the next of each task's reserve step in.
    pub(super) fn substitute(&mut self, at: usize, now: DateTime) -> Result<Outcome, AmendError> {
        let before = (self.plan.clone(), self.substitutions.clone(), self.duties.clone());
        let visit = self.plan.visits.remove(at);
        let parts = self.parts(&visit);
        let gone = visit.entity;
        let steps: Vec<Step> = visit.tasks.iter().map(|task| self.step(*task, gone)).collect();
        let tasks = steps.iter().map(|step| (step.task, step.by.map(|(_, by)| by))).collect();
        self.substitutions.push(Substitution { visit: visit.clone(), tasks });
        for (agency, _) in &parts {
            // The other visit of an outing is one by itself now, with a label of its own.
            self.restate(*agency, visit.date);
        }
        let mut added = Vec::new();
        let mut done: BTreeSet<EntityNo> = BTreeSet::new();
        for step in &steps {
            let Some((_, by)) = step.by else {
                let left = parts.iter().filter(|(_, task)| *task == step.task);
                left.for_each(|part| self.leave_unplaced(gone, *part, "no-reserve"));
                continue;
            };
            if !done.insert(by) {
                continue;
            }
            let is_own =
                |part: &&Part| steps.iter().any(|step| part.1 == step.task && step.by.map(|(_, no)| no) == Some(by));
            let own: Vec<Part> = parts.iter().filter(is_own).copied().collect();
            for (agency, task) in &own {
                self.duties.remove(&(gone, *agency, *task));
                self.duties.insert((by, *agency, *task));
            }
            added.extend(self.place(by, &own, &visit, now));
        }
        self.plan.unplaced.sort_by_key(|row| (row.task, row.entity, row.agency));
        let violations = self.check();
        if !violations.is_empty() {
            (self.plan, self.substitutions, self.duties) = before;
            return Err(AmendError::Breaks(violations));
        }
        let visits = std::iter::once(visit.id).chain(added.iter().cloned()).collect();
        let is_new = |row: &&Unplaced| !before.0.unplaced.contains(row);
        let unplaced = self.plan.unplaced.iter().filter(is_new).cloned().collect();
        Ok(Outcome { visits, gone: Some(gone), steps, added, unplaced, ..Outcome::default() })
    }

    /// Lists what a visit was to do: each agency's part of each of its tasks.
    fn parts(&self, visit: &Visit) -> Vec<Part> {
        let mut parts = Vec::new();
        for task in &visit.tasks {
            for team in &visit.teams {
                let own = items(self.inputs, team.agency, *task);
                let is_due = self.duties.contains(&(visit.entity, team.agency, *task));
                let is_unplaced = self
                    .plan
                    .unplaced
                    .iter()
                    .any(|row| (row.entity, row.agency, row.task) == (visit.entity, team.agency, *task));
                if is_due && !is_unplaced && own.iter().all(|item| visit.items.contains(item)) {
                    parts.push((team.agency, *task));
                }
            }
        }
        parts
    }

    /// Finds who steps in for an entity in a task: the first of its stratum's reserve that has not stepped in and is there.
    ///
    /// Whoever stepped in for it in this task before, at another visit, does so again.
    fn step(&self, task: TaskNo, gone: EntityNo) -> Step {
        let Plan { frames, samples, .. } = &self.plan;
        let own = |at: &usize| frames.strata[*at].task == task && frames.strata[*at].frame.binary_search(&gone).is_ok();
        let at = (0..frames.strata.len()).find(own).expect("whoever is due stands in a stratum of the task");
        let (stratum, sample) = (&frames.strata[at], &samples[at]);
        let of_task = || {
            let all = self.substitutions.iter().flat_map(|row| row.tasks.iter().map(|step| (row.visit.entity, *step)));
            all.filter(|(_, (other, _))| *other == task).map(|(entity, (_, by))| (entity, by))
        };
        let known = of_task().find(|(entity, _)| *entity == gone).map(|(_, by)| by);
        let missing: BTreeSet<EntityNo> = self.substitutions.iter().map(|row| row.visit.entity).chain([gone]).collect();
        let mut passed_over = Vec::new();
        let mut by = None;
        for (rank, pick) in (stratum.size + 1..).zip(&sample.reserve) {
            let no = EntityNo(pick.at);
            let is_taken = of_task().any(|(_, by)| by == Some(no));
            match known {
                Some(known) if known != Some(no) => continue,
                Some(_) => {}
                None if is_taken => continue,
                None if missing.contains(&no) => {
                    passed_over.push(no);
                    continue;
                }
                None => {}
            }
            by = Some((rank, no));
            break;
        }
        Step { task, stratum: stratum.name, by, passed_over }
    }

    fn leave_unplaced(&mut self, entity: EntityNo, (agency, task): Part, reason: &'static str) {
        self.plan.unplaced.push(Unplaced { task, entity, agency, reason, detail: Text::default() });
    }

    /// Gives an entity that steps in its visit: the slot and the teams of the one that is not made where the rules allow,
    /// else the next slot for which teams can be formed. Returns the new visit's id; what finds no slot stays unplaced.
    fn place(&mut self, entity: EntityNo, parts: &[Part], old: &Visit, now: DateTime) -> Option<String> {
        let (mine, barred): (Vec<Part>, Vec<Part>) =
            parts.iter().partition(|(agency, _)| !self.is_barred(*agency, entity));
        for part in barred {
            self.leave_unplaced(entity, part, "short-of-officers");
        }
        let first = mine.first()?;
        let tasks: BTreeSet<TaskNo> = mine.iter().map(|(_, task)| *task).collect();
        let lead = self.inputs.tasks[tasks.first().unwrap_or(&first.1).at()].lead;
        let agencies: BTreeSet<AgencyNo> = mine.iter().map(|(agency, _)| *agency).collect();
        let all: BTreeSet<ItemNo> = mine.iter().flat_map(|(agency, task)| items(self.inputs, *agency, *task)).collect();
        let mut visit = Visit {
            id: self.free_id(entity),
            entity,
            date: old.date,
            half: old.half,
            tasks: tasks.into_iter().collect(),
            items: all.into_iter().collect(),
            teams: Vec::new(),
            lead,
        };
        let slots = self.slots(&visit, old, now);
        let reason = if slots.is_empty() { "no-open-day" } else { "no-free-officers" };
        for (date, half) in slots {
            (visit.date, visit.half) = (date, half);
            let team = |agency: &AgencyNo| self.team(&visit, *agency, old);
            let Some(teams) = agencies.iter().map(team).collect::<Option<Vec<Team>>>() else { continue };
            let before = self.plan.visits.clone();
            let at = self.plan.visits.partition_point(|other| other.id < visit.id);
            self.plan.visits.insert(at, Visit { teams, ..visit.clone() });
            agencies.iter().for_each(|agency| self.restate(*agency, date));
            let found = check_visits(self.inputs, self.prk, &self.plan, &self.substitutions);
            // What other tasks of the visit that is not made still wait for is no fault of this slot.
            if found.iter().all(|violation| violation.code == "duty-missing") {
                return Some(visit.id);
            }
            self.plan.visits = before;
        }
        for part in mine {
            self.leave_unplaced(entity, part, reason);
        }
        None
    }

    /// Returns the next number among the entity's visits, those that are not made any more counted.
    fn free_id(&self, entity: EntityNo) -> String {
        let id = &self.inputs.entities[entity.at()].id;
        let made = self.plan.visits.iter().filter(|visit| visit.entity == entity).count();
        let gone = self.substitutions.iter().filter(|row| row.visit.entity == entity).count();
        if made + gone == 0 { id.clone() } else { format!("{id}/{}", made + gone + 1) }
    }

    /// Tells whether an agency as a whole is recused from an entity.
    fn is_barred(&self, agency: AgencyNo, entity: EntityNo) -> bool {
        let first = self.inputs.rules.days.first;
        self.inputs.recusals.iter().any(|row| {
            row.entity == entity && row.who == Recused::Agency(agency) && row.until.is_none_or(|until| until >= first)
        })
    }

    /// Lists the halves of days on which a visit may be: the old one's first, then what follows it in time, none of which
    /// is over when the amendment goes on record.
    fn slots(&self, visit: &Visit, old: &Visit, now: DateTime) -> Vec<(Date, Half)> {
        let mut minutes: BTreeMap<AgencyNo, u32> = BTreeMap::new();
        for item in visit.items.iter().map(|item| &self.inputs.items[item.at()]) {
            *minutes.entry(item.agency).or_default() += item.minutes;
        }
        let is_long = minutes.values().any(|minutes| *minutes > self.inputs.rules.team.half_day_minutes);
        let (entity, open) = (&self.inputs.entities[visit.entity.at()], Open::of(self.inputs));
        let mut halves = if is_long { vec![Half::WholeDay] } else { vec![Half::Morning, Half::Afternoon] };
        halves.retain(|half| entity.hours.is_none_or(|hours| hours == *half));
        let is_open = |date: Date| {
            let mut tasks = visit.tasks.iter().map(|task| &self.inputs.tasks[task.at()]);
            tasks.all(|task| task.window.contains(date) && open.is_open(task, entity, date))
        };
        let days = working_days(self.inputs).into_iter().map(|day| day.date).filter(|date| *date >= old.date);
        let all = days.filter(|date| is_open(*date)).flat_map(|date| halves.iter().map(move |half| (date, *half)));
        let is_later = |(date, half): &(Date, Half)| {
            *date > old.date || *half == Half::WholeDay || *half >= old.half || old.half == Half::WholeDay
        };
        let is_to_come = |(date, half): &(Date, Half)| now < date.to_datetime(over_at(*half));
        all.filter(is_later).filter(is_to_come).collect()
    }

    /// Forms an agency's team for a visit in its slot; `None` if no officers can.
    ///
    /// The old team as a whole keeps its other visit of the day, or its members go as far as they can, and whoever has the
    /// smallest ticket fills it up.
    fn team(&self, visit: &Visit, agency: AgencyNo, old: &Visit) -> Option<Team> {
        let day = |other: &&Visit| other.date == visit.date && other.teams.iter().any(|team| team.agency == agency);
        if self.plan.visits.iter().filter(day).count() >= self.inputs.agencies[agency.at()].teams_per_day as usize {
            return None;
        }
        let team = |chosen: Vec<InspectorNo>| Team {
            agency,
            drawn_for: visit.id.clone(),
            // Ranks and tickets are stated once the visit stands in the plan.
            seats: chosen.into_iter().map(|inspector| Seat { inspector, rank: 0, ticket: Ticket::MAX }).collect(),
        };
        let needed: BTreeSet<&str> = visit
            .items
            .iter()
            .map(|item| &self.inputs.items[item.at()])
            .filter(|item| item.agency == agency)
            .filter_map(|item| item.qualification.as_deref())
            .collect();
        let former = officers(old, agency);
        let can = |no: InspectorNo| {
            may_go(self.inputs, no, agency, visit).is_none()
                && !self.is_away(no, visit.entity, visit.date)
                && self.visits_of(no) < self.visits_max(no)
        };
        let is_mate = |other: &&Visit| other.date == visit.date && officers(other, agency) == former;
        let mates: Vec<&Visit> = self.plan.visits.iter().filter(is_mate).collect();
        if let [mate] = mates[..]
            && visit.date == old.date
            && visit.half != Half::WholeDay
            && mate.half != Half::WholeDay
            && mate.half != visit.half
            && former.iter().all(|no| can(*no))
            && self.covers(former.iter(), &needed)
        {
            return Some(team(former.into_iter().collect()));
        }
        let group = format!("{}.{}", self.inputs.rules.region, self.inputs.rules.period);
        let key = self.prk.key(&team_label(&group, &self.inputs.agencies[agency.at()].code, &visit.id));
        let own = (0..).map(InspectorNo).zip(&self.inputs.inspectors).filter(|(_, officer)| officer.agency == agency);
        let mut circle: Vec<_> = own
            .filter(|(no, _)| can(*no) && !self.is_booked(*no, visit.date))
            .map(|(no, officer)| (!former.contains(&no), ticket(&key, no, &officer.certificate)))
            .collect();
        circle.sort_unstable();
        let circle: Vec<InspectorNo> = circle.into_iter().map(|(_, (_, _, no))| no).collect();
        let least = self.inputs.rules.team.size as usize;
        let most = least.max(former.len());
        (least..=most).find_map(|size| self.first_team(&circle, size, &needed)).map(team)
    }

    /// Finds the first choice of so many officers, in the order of the circle, that holds what is needed.
    fn first_team(&self, circle: &[InspectorNo], size: usize, needed: &BTreeSet<&str>) -> Option<Vec<InspectorNo>> {
        if circle.len() < size || !self.covers(circle.iter(), needed) {
            return None;
        }
        let mut chosen: Vec<usize> = (0..size).collect();
        loop {
            let team: Vec<InspectorNo> = chosen.iter().map(|at| circle[*at]).collect();
            if self.covers(team.iter(), needed) {
                return Some(team);
            }
            let step = (0..size).rev().find(|seat| chosen[*seat] + size - seat < circle.len())?;
            chosen[step] += 1;
            (step + 1..size).for_each(|seat| chosen[seat] = chosen[seat - 1] + 1);
        }
    }

    fn covers<'b>(&self, officers: impl Iterator<Item = &'b InspectorNo>, needed: &BTreeSet<&str>) -> bool {
        let held: BTreeSet<&str> =
            officers.flat_map(|no| self.inputs.inspectors[no.at()].qualifications.iter().map(String::as_str)).collect();
        needed.is_subset(&held)
    }

    fn visits_of(&self, no: InspectorNo) -> usize {
        let seats = self.plan.visits.iter().flat_map(|visit| &visit.teams).flat_map(|team| &team.seats);
        seats.filter(|seat| seat.inspector == no).count()
    }

    fn visits_max(&self, no: InspectorNo) -> usize {
        self.inputs.inspectors[no.at()].visits_max.unwrap_or(self.inputs.rules.team.visits_max) as usize
    }
}

/// Returns the time at which a half of a day is over, as far as a change can still be made for it.
fn over_at(half: Half) -> jiff::civil::Time {
    match half {
        Half::Morning | Half::WholeDay => time(12, 0, 0, 0),
        Half::Afternoon => time(17, 30, 0, 0),
    }
}

/// Lists an agency's own items of a task.
fn items(inputs: &Inputs, agency: AgencyNo, task: TaskNo) -> Vec<ItemNo> {
    let all = attending(inputs, &inputs.tasks[task.at()]);
    all.into_iter().find(|(no, _)| *no == agency).map_or_else(Vec::new, |(_, items)| items)
}
