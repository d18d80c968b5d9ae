//! The independent checker: a plan, its inputs and its key into every violation (违规项) of the rules.
//!
//! This module is derived from the rules alone and shares no code with the stages: it knows the model and the
//! lottery's primitives, nothing else. It builds no plan; it recounts one. Everything is exact and integer, and
//! the order of the violations depends on nothing but the plan.
//!
//! | file | proves |
//! |---|---|
//! | `frames` | every entity stands in the strata that the rules give it and in no other; sizes, balls, exclusions |
//! | `scopes` | nothing by itself: answers which tasks an entity is in the scope of |
//! | `samples` | every pick has its true ticket, ranks are right, nobody outside stands before the last one |
//! | `duties` | every duty is met at one visit or listed as unplaced, and nothing else is |
//! | `substitutes` | who steps in for an entity that can not be checked is the next of the reserve, task by task |
//! | `visits` | what a visit says of itself follows from its duties; working days, windows, quiet days, halves |
//! | `teams` | who goes: certificates, leave, jurisdiction, recusals, qualifications, outings, tickets |
//! | `loads` | what the teams add up to: bookings, ways, caps of officers and agencies |
//! | `words` | nothing: names the rules in both languages |
//! | `potentials`, `gates`, `ties` | that no other teams are as good, in linear time, by the prices that the plan gives |

mod duties;
mod frames;
mod gates;
mod loads;
mod potentials;
mod samples;
mod scopes;
mod substitutes;
mod teams;
#[cfg(test)]
mod tests;
mod ties;
mod visits;
mod words;

pub use duties::REASONS;
pub use potentials::check_potentials;
pub use words::rule;

use super::model::{
    AgencyNo, Class, EntityNo, Holder, Inputs, InspectorNo, ItemNo, Plan, Stratum, StratumName, Substitution, Task,
    TaskNo,
};
use super::words::Word;
use crate::both;
use crate::lang::Text;
use crate::lottery::Prk;

/// Is one breach of a rule, with the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Stable code in kebab case.
    pub code: &'static str,
    /// What the breach is about, such as `task 2024-001 stratum A`, `visit <id>` or `officer <certificate>`.
    pub place: String,
    /// What was found and what the rules ask for.
    pub detail: Text,
}

/// Checks a plan against its inputs and its key, and returns every violation (违规项), none for a sound plan.
///
/// `inputs` are canonical, as the model promises; `plan` may be damaged in any way. A plan that points outside the
/// inputs' tables gets only that said, for nothing else can be looked up.
pub fn check(inputs: &Inputs, prk: &Prk, plan: &Plan) -> Vec<Violation> {
    check_amended(inputs, prk, plan, &[])
}

/// Checks a plan in which others stand in for entities that can not be checked (protocol §17.2), as [`check`].
///
/// `substitutions` stand in the order in which they were made; frames and samples are those that were drawn.
pub fn check_amended(inputs: &Inputs, prk: &Prk, plan: &Plan, substitutions: &[Substitution]) -> Vec<Violation> {
    let mut found = Findings::default();
    check_positions(inputs, plan, &mut found);
    if found.0.is_empty() {
        frames::check(inputs, &plan.frames, &mut found);
        samples::check(inputs, prk, plan, &mut found);
        check_door(inputs, prk, plan, substitutions, &mut found);
    }
    found.0
}

/// Checks what an amendment can change: duties, visits and teams; frames and samples are taken as they stand.
pub fn check_visits(inputs: &Inputs, prk: &Prk, plan: &Plan, substitutions: &[Substitution]) -> Vec<Violation> {
    let mut found = Findings::default();
    check_door(inputs, prk, plan, substitutions, &mut found);
    found.0
}

fn check_door(inputs: &Inputs, prk: &Prk, plan: &Plan, substitutions: &[Substitution], found: &mut Findings) {
    let dues = duties::settle(inputs, plan, substitutions, found);
    visits::check(inputs, plan, substitutions, &dues, found);
    teams::check(inputs, prk, plan, &dues, found);
}

/// Collects violations in the order in which they are found.
#[derive(Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn add(&mut self, code: &'static str, place: impl Into<String>, detail: Text) {
        self.0.push(Violation { code, place: place.into(), detail });
    }
}

/// Reports every position of the plan that lies outside the table it points into.
fn check_positions(inputs: &Inputs, plan: &Plan, found: &mut Findings) {
    let task = |no: TaskNo| (no.at() < inputs.tasks.len()).then_some(()).ok_or("task");
    let agency = |no: AgencyNo| (no.at() < inputs.agencies.len()).then_some(()).ok_or("agency");
    let item = |no: ItemNo| (no.at() < inputs.items.len()).then_some(()).ok_or("item");
    let entity = |no: EntityNo| (no.at() < inputs.entities.len()).then_some(()).ok_or("entity");
    let inspector = |no: InspectorNo| (no.at() < inputs.inspectors.len()).then_some(()).ok_or("officer");
    let mut judge = |place: &dyn Fn() -> String, answer: Result<(), &'static str>| {
        if let Err(table) = answer {
            found.add(
                "unknown-position",
                place(),
                both!("points to no row of the {table} table", "指向 {table} 表中不存在的行"),
            );
        }
    };
    for (at, stratum) in plan.frames.strata.iter().enumerate() {
        let place = || format!("stratum {}", at + 1);
        judge(&place, task(stratum.task));
        stratum.frame.iter().for_each(|no| judge(&place, entity(*no)));
    }
    for (at, sample) in plan.samples.iter().enumerate() {
        let place = || format!("sample {}", at + 1);
        sample.drawn.iter().chain(&sample.reserve).for_each(|pick| judge(&place, entity(EntityNo(pick.at))));
    }
    for row in &plan.frames.excluded {
        let place = || format!("excluded entity {}", row.entity);
        row.task.into_iter().for_each(|no| judge(&place, task(no)));
    }
    for visit in &plan.visits {
        let place = || format!("visit {}", visit.id);
        judge(&place, entity(visit.entity));
        judge(&place, agency(visit.lead));
        visit.tasks.iter().for_each(|no| judge(&place, task(*no)));
        visit.items.iter().for_each(|no| judge(&place, item(*no)));
        for team in &visit.teams {
            judge(&place, agency(team.agency));
            team.seats.iter().for_each(|seat| judge(&place, inspector(seat.inspector)));
        }
    }
    for row in &plan.potentials {
        let place = || format!("potentials of {} visits", row.visits);
        judge(&place, agency(row.agency));
        if let Holder::Officer(no) = row.holder {
            judge(&place, inspector(no));
        }
    }
    for (at, row) in plan.unplaced.iter().enumerate() {
        let place = || format!("unplaced row {}", at + 1);
        judge(&place, task(row.task));
        judge(&place, entity(row.entity));
        judge(&place, agency(row.agency));
    }
}

/// Names a stratum as people find it in the bundle.
fn stratum_place(inputs: &Inputs, stratum: &Stratum) -> String {
    format!("task {} stratum {}", inputs.tasks[stratum.task.at()].code, stratum_word(stratum.name))
}

/// Writes a stratum's name as the bundle does: `all`, a class, or `N` for entities without one.
fn stratum_word(name: StratumName) -> &'static str {
    match name {
        StratumName::All => "all",
        StratumName::Class(class) => class.map_or("N", Word::word),
    }
}

/// Names a duty.
fn duty_place(inputs: &Inputs, entity: EntityNo, agency: AgencyNo, task: TaskNo) -> String {
    format!(
        "task {} entity {} agency {}",
        inputs.tasks[task.at()].code,
        inputs.entities[entity.at()].id,
        inputs.agencies[agency.at()].code
    )
}

/// Numbers the classes in the order of the strata: A, B, C, D, then entities without one.
fn class_slot(class: Option<Class>) -> usize {
    class.map_or(4, |class| class as usize)
}

/// Lists an agency's own items of a task.
fn own_items<'a>(inputs: &'a Inputs, task: &'a Task, agency: AgencyNo) -> impl Iterator<Item = ItemNo> + 'a {
    task.items.iter().copied().filter(move |item| inputs.items[item.at()].agency == agency)
}

/// Lists the codes of some rows, for a message.
fn list<T: Copy>(rows: impl IntoIterator<Item = T>, code: impl Fn(T) -> String) -> String {
    let codes: Vec<String> = rows.into_iter().map(code).collect();
    if codes.is_empty() { "none".to_owned() } else { codes.join(";") }
}
