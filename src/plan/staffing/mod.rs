//! Staffing and calendar (排期与派员).
pub mod flow;
pub mod outcome;
pub mod problem;

mod dates;
mod diagnose;
mod merge;
mod model;
mod outings;
mod repair;
mod search;
mod teams;

pub use outcome::{Obstacle, Reason, Seat, Shortage, Staffing, Team, Unplaced, Visit};
pub use problem::{Agency, Day, DaySet, Duty, Item, Officer, Problem, Rules, Site};
pub use teams::{AgencyProof, OutingPrice, StageProof, TeamKeys};

use model::{Model, TeamDays};
pub use search::STEPS_PER_VISIT;
use search::Steps;
use teams::Tickets;

/// Staffs and dates everything: merge, diagnose, dates, outings, teams, repair.
///
/// # Panics
/// If a position points outside its list, a rule is 0, or the calendar is longer than [`DaySet::DAYS_MAX`].
pub fn staff(problem: &Problem, keys: &TeamKeys) -> Staffing {
    staff_with(problem, keys, search::STEPS_PER_VISIT, &mut |_| {})
}

/// Does the same with another number of search steps for each visit, and names each stage when it is done.
pub fn staff_with(
    problem: &Problem,
    keys: &TeamKeys,
    steps_per_visit: u64,
    done: &mut dyn FnMut(&'static str),
) -> Staffing {
    let model = Model::of(problem);
    let mut team_days = TeamDays::default();
    let mut wanted = vec![true; model.units.len()];
    let mut diagnosis = diagnose::lone_units(&model, &mut team_days);
    diagnosis.dropped.iter().for_each(|&(unit, _)| wanted[unit as usize] = false);
    let mut merged = merge::merge(&model, &mut team_days, &wanted);
    done("merge");
    let second = diagnose::visits(&model, &merged);
    if !second.dropped.is_empty() {
        second.dropped.iter().for_each(|&(unit, _)| wanted[unit as usize] = false);
        merged = merge::merge(&model, &mut team_days, &wanted);
    }
    diagnosis.shortages.extend(second.shortages);
    diagnosis.dropped.extend(second.dropped);
    done("diagnose");
    let mut steps = Steps::from_key(&keys.dates_key());
    let mut calendar = dates::Calendar::new(&model, &mut team_days, &merged);
    search::construct(&mut calendar, &mut steps);
    search::anneal(&mut calendar, &mut team_days, &mut steps, steps_per_visit);
    done("dates");
    let mut tickets = Tickets::new(&model, keys);
    let repaired = repair::staff_all(&mut calendar, &mut team_days, &mut tickets, &mut steps);
    done("teams");
    diagnosis.dropped.extend(repaired.dropped.iter().copied());
    outcome::assemble(&model, &calendar, &repaired, diagnosis)
}
