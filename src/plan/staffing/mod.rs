//! Staffing and calendar (排期与派员): who goes where, when, and why that is fair.
//!
//! Pure and in integers: the same problem and keys give the same plan on every machine. The stages in order:
//!
//! | file | stage | turns |
//! |---|---|---|
//! | [`problem`] | | holds the input |
//! | [`model`] | | sorts it by ids and joins duties to units |
//! | [`diagnose`] | diagnose | units into shortages that no calendar can mend |
//! | [`merge`] | merge | units into visits: few doors, then few teams |
//! | [`dates`], [`search`] | dates | visits into days and half-days |
//! | [`outings`] | outings | visits of a day into what one team does |
//! | [`teams`], [`flow`] | teams | outings and tickets into teams, by minimum-cost flow |
//! | [`proof`] | | prices into a yes or no, in linear time |
//! | [`repair`] | repair | what stayed short into other dates, or reasons; levels loads of officers who are rarely there |
//! | [`outcome`] | | holds the answer |
//!
//! # The rule of the teams
//!
//! Everything is decided agency by agency. On a day an officer makes one outing at most.
//!
//! 1. *Outings.* Of an agency's visits in one township on one day a morning and an afternoon one are joined to a double
//!    outing, as long as officers are left who could make it, and no more of them than loads as even as possible allow.
//!    Where a day has more outings than officers for them, visits of near townships are joined as well.
//! 2. *Eligible* for an outing is who is there that day, has jurisdiction at all its sites and is barred at none.
//!    A team is a set of `team_size` eligible officers. Where qualifications are needed, its mix ([`outings`]) says how
//!    many may come who do not hold them all; it is chosen from what the eligible hold, never from tickets.
//! 3. *Tickets.* An officer's ticket for an outing is drawn under the key of the outing's visit whose id sorts first.
//! 4. *Two flows.* First all double outings, then all single ones, each as a whole: of all choices of teams within the
//!    load caps the one with the smallest sum of squared loads (visits, those of the year before included), and among
//!    those the one with the smallest sum of the tickets' leading bits ([`TICKET_BITS`], fewer for huge agencies).
//! 5. *Ties* of both sums are settled in the order of outings (day, first visit) and certificate numbers: the first
//!    officer of the first outing comes if any of the tied choices has him, and so on.
//! 6. Who is short after repair is said so with a reason; what repair keeps back or parts never looks at a ticket's
//!    value except to order equals.
//!
//! The optimum is unique, so it does not depend on who computes it or how; officers with the same eligibility can
//! change places, so their chances are equal. The days come from the same ceremony, label `dr1/dates/<group>`.

pub mod flow;
pub mod outcome;
pub mod problem;

mod dates;
mod diagnose;
mod merge;
mod model;
mod outings;
pub mod proof;
mod repair;
mod search;
mod teams;

pub use merge::MERGED_DAYS_MIN;
pub use outcome::{Obstacle, Reason, Seat, Shortage, Staffing, Team, Unplaced, Visit};
pub use problem::{Agency, Day, DaySet, Duty, Item, Officer, Problem, Rules, Site};
pub use teams::{AgencyProof, OfficerPrice, OutingPrice, StageProof, TICKET_BITS, TeamKeys};

use model::{Model, TeamDays};
pub use search::STEPS_PER_VISIT;
use search::Steps;
use teams::Tickets;

/// Calendars that are tried, one after the other, while units stay without a team that no shortage explains.
const ATTEMPTS: u32 = 10;

/// Staffs and dates everything: merge, diagnose, dates, outings, teams, repair.
///
/// The search for dates takes [`STEPS_PER_VISIT`] steps for each visit, times `problem.rules.search`.
///
/// # Panics
/// If a position points outside its list, a rule is 0, or the calendar is longer than [`DaySet::DAYS_MAX`].
pub fn staff(problem: &Problem, keys: &TeamKeys) -> Staffing {
    assert!(problem.rules.search > 0, "a calendar needs a search");
    staff_with(problem, keys, STEPS_PER_VISIT * u64::from(problem.rules.search), &mut |_| {})
}

/// Does the same with another number of search steps for each visit, and names each stage when it is done: merge,
/// diagnose, dates, teams; the last two again for each further calendar that had to be tried.
///
/// # Panics
/// As [`staff`].
pub fn staff_with(
    problem: &Problem,
    keys: &TeamKeys,
    steps_per_visit: u64,
    done: &mut dyn FnMut(&'static str),
) -> Staffing {
    let model = Model::of(problem);
    let mut team_days = TeamDays::default();
    let (merged, mut diagnosis) = merge_staffable(&model, &mut team_days, done);
    let mut steps = Steps::from_key(&keys.dates_key());
    let mut tickets = Tickets::new(&model, keys);
    let mut attempt = |rounds: u32, done: &mut dyn FnMut(&'static str)| {
        let mut calendar = date(&model, &mut team_days, &merged, &mut steps, steps_per_visit);
        done("dates");
        let repaired = repair::staff_all(&mut calendar, &mut team_days, &mut tickets, &mut steps, rounds);
        done("teams");
        (calendar, repaired)
    };
    // Where people are short whatever the dates, other dates hardly help, and each calendar costs all rounds of repair.
    let attempts = if diagnosis.shortages.is_empty() { ATTEMPTS } else { 1 };
    let rounds = |at: u32| if at == attempts { repair::ROUNDS } else { repair::ROUNDS_FIRST };
    let (mut calendar, mut repaired) = attempt(rounds(1), done);
    for at in 2..=attempts {
        if repaired.dropped.is_empty() {
            break;
        }
        let other = attempt(rounds(at), done);
        if other.1.dropped.len() < repaired.dropped.len() {
            (calendar, repaired) = other;
        }
    }
    diagnosis.dropped.extend(repaired.dropped.iter().copied());
    outcome::assemble(&model, &calendar, &repaired, diagnosis)
}

/// Merges and dates alone, and returns what the calendar costs; for benches.
///
/// # Panics
/// As [`staff`].
pub fn dates_cost(problem: &Problem, keys: &TeamKeys, steps_per_visit: u64) -> i64 {
    let model = Model::of(problem);
    let mut team_days = TeamDays::default();
    let (merged, _) = merge_staffable(&model, &mut team_days, &mut |_| {});
    date(&model, &mut team_days, &merged, &mut Steps::from_key(&keys.dates_key()), steps_per_visit).cost
}

/// Joins to visits what can be staffed on some day; the rest is in the diagnosis.
fn merge_staffable(
    model: &Model,
    team_days: &mut TeamDays,
    done: &mut dyn FnMut(&'static str),
) -> (Vec<Vec<u32>>, diagnose::Diagnosis) {
    let mut wanted = vec![true; model.units.len()];
    let mut diagnosis = diagnose::lone_units(model, team_days);
    diagnosis.dropped.iter().for_each(|&(unit, _)| wanted[unit as usize] = false);
    let mut merged = merge::merge(model, team_days, &wanted);
    done("merge");
    let second = diagnose::visits(model, &merged);
    if !second.dropped.is_empty() {
        second.dropped.iter().for_each(|&(unit, _)| wanted[unit as usize] = false);
        merged = merge::merge(model, team_days, &wanted);
    }
    diagnosis.shortages.extend(second.shortages);
    diagnosis.dropped.extend(second.dropped);
    done("diagnose");
    (merged, diagnosis)
}

fn date<'a>(
    model: &'a Model,
    team_days: &mut TeamDays,
    merged: &[Vec<u32>],
    steps: &mut Steps,
    steps_per_visit: u64,
) -> dates::Calendar<'a> {
    let mut calendar = dates::Calendar::new(model, team_days, merged);
    search::construct(&mut calendar, steps);
    search::anneal(&mut calendar, team_days, steps, steps_per_visit);
    calendar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lottery::{Entropy, Prk, Suite};

    fn keys(seed: &str) -> TeamKeys {
        TeamKeys::new(Prk::of(Suite::Dr1, &Entropy::from_seed(seed).expect("a plain seed")), "330106.2026Q3")
    }

    /// Builds a small county: 3 agencies of 10 officers, 24 sites in 3 townships, 20 days.
    fn county() -> Problem {
        let id = |letter: &str, at: u32| format!("{letter}{at:03}");
        let days = DaySet::span(0, 19);
        let officers = (0..30).map(|at| Officer {
            id: id("P", at),
            agency: at % 3,
            skills: if at.is_multiple_of(2) { vec![at % 3] } else { vec![at % 3, 3 + at % 3] },
            certificate: days,
            days,
            visits_max: 12,
            ..Officer::default()
        });
        let site = |at: u32| Site {
            id: id("E", at),
            township: at % 3,
            halfdays: 1 + u32::from(at.is_multiple_of(9)),
            half: None,
            open: days,
            barred: vec![at],
        };
        let duty = |at: u32| Duty {
            site: at % 24,
            agency: at / 24,
            items: vec![at / 24],
            first_day: at % 5,
            last_day: 12 + at % 7,
            closed: DaySet::empty(),
            separate: false,
        };
        Problem {
            rules: Rules {
                team_size: 2,
                agencies_per_visit_max: 3,
                visits_per_day_max: 2,
                hop_minutes_max: 60,
                search: 1,
            },
            days: (0..20).map(|at| Day { week: at / 5, weekday: (at % 5 + 1) as u8 }).collect(),
            travel: vec![vec![0, 30, 90], vec![30, 0, 30], vec![90, 30, 0]],
            agencies: (0..3).map(|at| Agency { id: id("A", at), teams_per_day_max: 4 }).collect(),
            items: (0..3).map(|at| Item { agency: at, skill: Some(at) }).collect(),
            officers: officers.collect(),
            sites: (0..24).map(site).collect(),
            duties: (0..72).map(duty).collect(),
        }
    }

    /// Without it a duty could get lost between two stages, or an officer be in two places.
    #[test]
    fn every_duty_is_visited_once_by_a_qualified_team() {
        let problem = county();
        let staffing = staff_with(&problem, &keys("1"), 200, &mut |_| {});
        assert!(staffing.unplaced.is_empty() && staffing.shortages.is_empty());
        let mut duties: Vec<u32> = staffing.visits.iter().flat_map(|visit| visit.duties.clone()).collect();
        duties.sort_unstable();
        assert_eq!(duties, (0..72).collect::<Vec<u32>>());
        let mut busy = std::collections::BTreeSet::new();
        for visit in &staffing.visits {
            let whole = problem.sites[visit.site as usize].halfdays == 2;
            for team in &visit.teams {
                assert_eq!(team.seats.len(), 2);
                let holds = |seat: &Seat| problem.officers[seat.officer as usize].skills.contains(&team.agency);
                assert!(team.seats.iter().any(holds));
                for seat in &team.seats {
                    assert_eq!(problem.officers[seat.officer as usize].agency, team.agency);
                    assert!(!problem.sites[visit.site as usize].barred.contains(&seat.officer));
                    assert!(busy.insert((seat.officer, visit.day, visit.half)));
                    assert!(!whole || busy.insert((seat.officer, visit.day, 1)));
                }
            }
        }
    }

    /// Without it two exports of the same registry, sorted differently, would give two plans.
    #[test]
    fn the_order_of_rows_does_not_matter() {
        let problem = county();
        let mut turned = problem.clone();
        turned.officers.reverse();
        turned.sites.reverse();
        turned.duties.reverse();
        turned.sites.iter_mut().for_each(|site| site.barred.iter_mut().for_each(|officer| *officer = 29 - *officer));
        turned.duties.iter_mut().for_each(|duty| duty.site = 23 - duty.site);
        let plan = |problem: &Problem| -> Vec<(String, u32, u8, Vec<String>)> {
            let staffing = staff_with(problem, &keys("1"), 200, &mut |_| {});
            let seats = |visit: &Visit| {
                let officers = visit.teams.iter().flat_map(|team| &team.seats);
                officers.map(|seat| problem.officers[seat.officer as usize].id.clone()).collect()
            };
            staffing.visits.iter().map(|visit| (visit.id.clone(), visit.day, visit.half, seats(visit))).collect()
        };
        assert_eq!(plan(&problem), plan(&turned));
    }

    /// Without it an impossible wish could crash the plan, or vanish from it.
    #[test]
    fn what_nobody_can_staff_is_named_with_its_shortage() {
        let mut problem = county();
        problem.sites[5].barred = (0..30).filter(|at| at % 3 == 1).collect();
        let staffing = staff_with(&problem, &keys("1"), 200, &mut |_| {});
        assert_eq!(staffing.unplaced, [Unplaced { duty: 29, reason: Reason::ShortOfOfficers }]);
        let shortage = &staffing.shortages[0];
        assert_eq!((shortage.agency, shortage.needed, shortage.available), (1, 2, 0));
        assert_eq!(shortage.duty_groups, [[29]]);
        assert!(shortage.near.iter().all(|near| near.1 == Obstacle::Barred) && shortage.near.len() == 10);
    }

    /// Without it the search could take a dear date for a cheap one, and end with another cost than the calendar has.
    #[test]
    fn what_the_marks_say_is_what_dates_cost() {
        let mut problem = county();
        problem.officers[4].days = DaySet::span(3, 9);
        problem.duties.iter_mut().step_by(7).for_each(|duty| duty.separate = true);
        let (model, mut team_days) = (Model::of(&problem), TeamDays::default());
        let (merged, _) = merge_staffable(&model, &mut team_days, &mut |_| {});
        let mut steps = Steps::from_key(&keys("1").dates_key());
        let mut calendar = dates::Calendar::new(&model, &mut team_days, &merged);
        search::construct(&mut calendar, &mut steps);
        let mut compared = 0;
        for round in 0..40u32 {
            for visit in 0..calendar.visits.len() as u32 {
                let (day, half) = calendar.spot(visit);
                calendar.lift(visit);
                let row = &calendar.visits[visit as usize];
                let all = row.choice.iter().flat_map(|&day| row.halves().map(move |half| (day, half)));
                let least = all.map(|(day, half)| calendar.cost_to_add(visit, day, half)).min().expect("an open day");
                let found = calendar.cheapest_free(visit, u64::from(round * 1_000 + visit));
                if let Some((day, half)) = found {
                    assert_eq!(calendar.cost_to_add(visit, day, half), least);
                    compared += 1;
                }
                let (day, half) = found.filter(|_| (visit + round).is_multiple_of(3)).unwrap_or((day, half));
                calendar.place(visit, day, half);
            }
        }
        assert!(compared > 500, "{compared} dates compared");
        let mut again = dates::Calendar::new(&model, &mut team_days, &merged);
        for visit in (0..calendar.visits.len() as u32).rev() {
            let (day, half) = calendar.spot(visit);
            again.place(visit, day, half);
        }
        assert_eq!(again.cost, calendar.cost);
    }

    /// Without it the office's rule could be sealed and shown, and the calendar be the usual one all the same.
    #[test]
    fn a_longer_search_takes_so_many_times_the_steps() {
        let problem = |search: u32| {
            let mut problem = county();
            problem.rules.search = search;
            problem
        };
        let with = |times: u64| staff_with(&problem(1), &keys("1"), times * STEPS_PER_VISIT, &mut |_| {});
        assert_eq!(staff(&problem(1), &keys("1")), with(1));
        assert_eq!(staff(&problem(3), &keys("1")), with(3));
        assert_ne!(with(1), with(3), "another search finds other dates");
    }

    /// Without it whoever is on leave for months goes hardly anywhere, and his colleagues go instead.
    #[test]
    fn dates_follow_an_officer_who_is_rarely_there() {
        let mut problem = county();
        problem.officers.truncate(4);
        problem.officers.iter_mut().for_each(|officer| {
            officer.agency = 0;
            officer.skills = vec![0];
        });
        problem.sites.iter_mut().for_each(|site| site.barred.clear());
        problem.officers[2].days = DaySet::span(12, 19);
        problem.duties.retain(|duty| duty.agency == 0 && duty.site < 12);
        for (site, duty) in problem.duties.iter_mut().enumerate() {
            (duty.first_day, duty.last_day) = (0, 19);
            problem.sites[site].township = 0;
            problem.sites[site].halfdays = 1;
        }
        for seed in 0..10 {
            let staffing = staff_with(&problem, &keys(&seed.to_string()), 2_000, &mut |_| {});
            let mut loads = [0; 4];
            let seats = staffing.visits.iter().flat_map(|visit| &visit.teams).flat_map(|team| &team.seats);
            seats.for_each(|seat| loads[seat.officer as usize] += 1);
            assert_eq!(loads.iter().sum::<u32>(), 24);
            assert!(loads[2] >= 5, "loads {loads:?} with seed {seed}");
        }
    }
}
