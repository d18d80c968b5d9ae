//! A sound plan passes, and a plan damaged in one place is found out, for every code of the checker.

mod county;

use jiff::civil::date;

use super::{Violation, check};
use crate::lang::Text;
use crate::lottery::Ticket;
use crate::plan::model::*;

type Damage = fn(&mut Inputs, &mut Plan);

/// Asserts that each damage is reported under its code, in words that an office would write.
fn assert_found(cases: &[(&str, Damage)]) {
    for (code, damage) in cases {
        let (mut inputs, mut plan) = (county::inputs(), county::plan());
        damage(&mut inputs, &mut plan);
        let violations = check(&inputs, &county::prk(), &plan);
        assert!(violations.iter().any(|found| found.code == *code), "{code} is not among {violations:#?}");
        for Violation { detail: Text { en, zh }, .. } in &violations {
            let counts = en.replace("of rank 1 ", "");
            let words: Vec<&str> = counts.split([' ', ',']).collect();
            let is_plural = |noun: &str| noun == "strata" || (noun.ends_with('s') && !["is", "has"].contains(&noun));
            assert!(!words.windows(2).any(|two| two[0] == "1" && is_plural(two[1])), "{en}");
            let mut words = zh.split(|c: char| !c.is_ascii_alphanumeric());
            assert!(!words.any(|word| ["AM", "PM", "day"].contains(&word)), "{zh}");
        }
    }
}

/// Finds the first visit for which a condition holds.
fn visit(plan: &mut Plan, holds: impl Fn(&Visit) -> bool) -> &mut Visit {
    plan.visits.iter_mut().find(|visit| holds(visit)).expect("the county has such a visit")
}

fn has_agency(visit: &Visit, agency: u32) -> bool {
    visit.teams.iter().any(|team| team.agency == AgencyNo(agency))
}

fn recuse(plan: &Plan, who: Recused) -> Recusal {
    let until = Some(plan.visits[0].date);
    Recusal { who, entity: plan.visits[0].entity, reason: "亲属".to_owned(), until }
}

#[test]
fn a_sound_plan_has_no_violation() {
    // Without it a checker that cries at everything would pass the other tests.
    let plan = county::plan();
    assert_eq!(check(&county::inputs(), &county::prk(), &plan), []);
    // The plan holds every kind of visit that the damages below start from.
    let holds = |kind: fn(&Visit) -> bool| plan.visits.iter().any(kind);
    assert!(holds(|visit| visit.tasks.len() > 1));
    assert!(holds(|visit| visit.half == Half::WholeDay));
    assert!(holds(|visit| visit.id.ends_with("/2")));
    assert!(holds(|visit| visit.teams.iter().any(|team| team.drawn_for != visit.id)));
}

#[test]
fn another_key_is_found() {
    // Without it a plan could be drawn from a seed of the office's choice.
    let other = crate::lottery::Entropy::from_seed("20240402").expect("the seed is printable");
    let violations =
        check(&county::inputs(), &crate::lottery::Prk::of(crate::lottery::Suite::Dr1, &other), &county::plan());
    for code in ["pick-ticket", "seat-ticket"] {
        assert!(violations.iter().any(|found| found.code == code));
    }
}

#[test]
fn positions_outside_the_tables_are_found() {
    // Without it a damaged bundle would end the checker with a panic instead of a violation.
    assert_found(&[
        ("unknown-position", |_, plan| plan.frames.strata[0].frame.push(EntityNo(999))),
        ("unknown-position", |_, plan| plan.samples[0].drawn[0].at = 999),
        ("unknown-position", |_, plan| plan.visits[0].tasks.push(TaskNo(9))),
        ("unknown-position", |_, plan| plan.visits[0].teams[0].seats[0].inspector = InspectorNo(99)),
        ("unknown-position", |_, plan| plan.unplaced[0].agency = AgencyNo(9)),
    ]);
}

#[test]
fn damaged_frames_are_found() {
    // Without it an entity could vanish from a frame, or a stratum draw fewer than the plan says.
    assert_found(&[
        ("stratum-missing", |_, plan| drop(plan.frames.strata.remove(1))),
        ("stratum-extra", |_, plan| plan.frames.strata.push(plan.frames.strata[0].clone())),
        ("stratum-extra", |_, plan| plan.frames.strata[3].name = StratumName::Class(None)),
        ("strata-order", |_, plan| plan.frames.strata.swap(0, 1)),
        ("frame-missing", |_, plan| plan.frames.strata[0].frame.truncate(6)),
        ("frame-missing", |inputs, _| inputs.entities[9].industry = "6299".to_owned()),
        ("frame-extra", |_, plan| plan.frames.strata[1].frame.push(EntityNo(8))),
        ("frame-extra", |inputs, _| inputs.tasks[2].scope.tags.truncate(1)),
        ("frame-order", |_, plan| plan.frames.strata[0].frame.swap(0, 1)),
        ("wanted-size", |_, plan| plan.frames.strata[2].wanted = 4),
        ("sample-size", |_, plan| plan.frames.strata[2].size = 2),
        ("reserve-size", |_, plan| plan.frames.strata[0].reserve = 0),
        ("balls", |_, plan| plan.frames.strata[2].balls[0] = 3),
        ("balls", |_, plan| plan.frames.strata[0].balls_all = Some(2)),
        ("balls", |_, plan| plan.frames.strata[0].balls = vec![1; 7]),
        ("balls", |_, plan| plan.frames.strata[0].balls_all = None),
        ("exclusion-missing", |_, plan| drop(plan.frames.excluded.pop())),
        ("exclusion-missing", |inputs, _| inputs.entities[8].status = Status::Moved),
        ("exclusion-extra", |_, plan| plan.frames.excluded[3].why = Exclusion::OutOfScope),
        ("exclusion-extra", |inputs, _| inputs.items[2].cap_per_year = Some(2)),
        ("exclusion-extra", |inputs, _| inputs.history[2].counts = false),
        ("exclusion-extra", |_, plan| plan.frames.excluded.push(plan.frames.excluded[0].clone())),
    ]);
}

#[test]
fn damaged_samples_are_found() {
    // Without it the drawn could be replaced by others, or stand in an order that steers the reserve.
    assert_found(&[
        ("samples-count", |_, plan| drop(plan.samples.pop())),
        ("pick-count", |_, plan| plan.samples[0].drawn.truncate(2)),
        ("pick-count", |_, plan| plan.samples[0].reserve.clear()),
        ("pick-outside-frame", |_, plan| plan.samples[0].drawn[0].at = 9),
        ("pick-twice", |_, plan| plan.samples[0].drawn[1] = plan.samples[0].drawn[0]),
        ("pick-ticket", |_, plan| plan.samples[0].drawn[0].place.smallest ^= 1),
        ("pick-ticket", |_, plan| plan.samples[2].reserve[0].place.ticket = plan.samples[2].drawn[0].place.ticket),
        ("pick-ticket", |inputs, _| inputs.tasks[0].group = "411381.2024Q2.else".to_owned()),
        ("pick-behind", |inputs, _| inputs.tasks[1].spread = false),
        ("pick-order", |_, plan| plan.samples[0].drawn.swap(0, 1)),
        ("pick-passed-over", |_, plan| {
            // The last pick makes way for somebody behind the reserve.
            let sample = &mut plan.samples[0];
            let taken: Vec<u32> = sample.drawn.iter().chain(&sample.reserve).map(|pick| pick.at).collect();
            let other = plan.frames.strata[0].frame.iter().find(|no| !taken.contains(&no.0)).expect("a larger frame");
            sample.reserve[0].at = other.0;
        }),
    ]);
}

#[test]
fn damaged_duties_are_found() {
    // Without it an agency could stay away from a drawn entity, or call where nobody was drawn.
    assert_found(&[
        ("duty-missing", |_, plan| drop(plan.visits.remove(0))),
        ("duty-missing", |_, plan| drop(plan.unplaced.pop())),
        ("duty-missing", |_, plan| drop(visit(plan, |visit| has_agency(visit, 1)).teams.remove(1))),
        ("duty-missing", |inputs, _| inputs.tasks[0].partners[0].share = None),
        ("duty-twice", |_, plan| plan.visits.push(plan.visits[0].clone())),
        ("unplaced-not-due", |_, plan| plan.unplaced[0].task = TaskNo(0)),
        ("unplaced-twice", |_, plan| plan.unplaced.push(plan.unplaced[0].clone())),
        ("unplaced-reason", |_, plan| plan.unplaced[0].reason = ""),
        ("team-without-duty", |inputs, _| inputs.tasks[0].partners[0].share = Some(crate::lottery::Rate::Count(0))),
    ]);
}

#[test]
fn an_agency_may_attend_for_some_of_the_tasks_only() {
    // Without it a duty that nobody is qualified for would drag the agency's other duties at that door out of the plan.
    let mut plan = county::plan();
    let merged = visit(&mut plan, |visit| visit.half == Half::WholeDay && visit.tasks.len() > 1);
    merged.items.retain(|item| *item != ItemNo(1));
    let (task, entity, agency, detail) = (TaskNo(0), merged.entity, AgencyNo(1), Text::default());
    plan.unplaced.push(Unplaced { task, entity, agency, reason: "short-of-skill", detail });
    assert_eq!(check(&county::inputs(), &county::prk(), &plan), []);
}

#[test]
fn damaged_visits_are_found() {
    // Without it the notice at the door could name tasks, items or a lead that nothing was drawn for.
    assert_found(&[
        ("visit-id", |_, plan| plan.visits[0].id.push_str("/2")),
        ("visit-id", |_, plan| plan.visits[0].id.push_str("/02")),
        ("visit-id", |_, plan| plan.visits[0].id = "1".to_owned()),
        ("visit-id", |_, plan| visit(plan, |visit| visit.id.ends_with("/2")).date = date(2024, 4, 8)),
        ("visit-order", |_, plan| plan.visits.swap(0, 1)),
        ("visit-tasks", |_, plan| plan.visits[0].tasks.push(TaskNo(2))),
        ("visit-items", |_, plan| plan.visits[0].items.clear()),
        ("visit-items", |_, plan| plan.visits[0].items.push(ItemNo(3))),
        ("team-order", |_, plan| visit(plan, |visit| visit.teams.len() > 1).teams.swap(0, 1)),
        ("agencies-per-visit", |inputs, _| inputs.rules.team.agencies_per_visit_max = 1),
        ("visit-lead", |_, plan| plan.visits[0].lead = AgencyNo(1)),
        ("separate-merged", |inputs, _| inputs.tasks.iter_mut().for_each(|task| task.separate = true)),
    ]);
}

#[test]
fn impossible_days_are_found() {
    // Without it a team would stand before a closed door, or come on a day that the rules keep free.
    assert_found(&[
        ("not-a-working-day", |_, plan| plan.visits[0].date = date(2024, 4, 13)),
        ("not-a-working-day", |_, plan| plan.visits[0].date = date(2024, 4, 4)),
        ("outside-period", |_, plan| plan.visits[0].date = date(2024, 7, 1)),
        ("outside-window", |_, plan| plan.visits[0].date = date(2024, 6, 3)),
        ("county-quiet", |_, plan| plan.visits[0].date = date(2024, 5, 7)),
        ("entity-quiet", |_, plan| plan.visits[0].date = date(2024, 6, 3)),
        ("half", |_, plan| visit(plan, |visit| visit.half == Half::Morning).half = Half::WholeDay),
        ("half", |inputs, _| inputs.rules.team.half_day_minutes = 1),
        ("county-quiet", |inputs, plan| quieten(inputs, plan, QuietDays::OfMonth { first: 1, last: 31 })),
        ("county-quiet", |inputs, plan| quieten(inputs, plan, QuietDays::OfWeek { first: 1, last: 7 })),
        ("county-quiet", |inputs, plan| quieten(inputs, plan, QuietDays::InMonth(31))),
        ("entity-quiet", |inputs, plan| {
            let no = plan.visits[0].entity;
            inputs.entities[no.at()].quiet.push(QuietDays::OfWeek { first: 1, last: 7 });
        }),
        ("season", |inputs, plan| {
            let no = plan.visits[0].entity;
            inputs.entities[no.at()].season = vec![Season::Months { first: 11, last: 3 }];
        }),
        ("hours", |inputs, plan| {
            let visit = visit(plan, |visit| visit.half == Half::Morning);
            inputs.entities[visit.entity.at()].hours = Some(Half::Afternoon);
        }),
        ("same-half", |_, plan| {
            let no = visit(plan, |visit| visit.id.ends_with("/2")).entity;
            let (date, half) =
                plan.visits.iter().find(|visit| visit.entity == no).map(|v| (v.date, v.half)).expect("one");
            let second = visit(plan, |visit| visit.id.ends_with("/2"));
            (second.date, second.half) = (date, half);
        }),
    ]);
}

/// Makes days quiet for all but a task that the first visit is not for.
fn quieten(inputs: &mut Inputs, plan: &mut Plan, days: QuietDays) {
    let task = inputs.tasks.iter().enumerate().find(|(at, _)| !plan.visits[0].tasks.contains(&TaskNo(*at as u32)));
    let code = task.expect("the first visit is not for all tasks").1.code.clone();
    let except = Except { tasks: vec![code], ..Except::default() };
    inputs.rules.quiet.push(QuietRule { days: RuleDays::Every(days), reason: String::new(), except });
}

#[test]
fn an_exception_opens_a_quiet_day() {
    // Without it a complaint could not be looked into on a quiet day, although the rules allow it.
    let (mut inputs, plan) = (county::inputs(), county::plan());
    let tasks = inputs.tasks.iter().map(|task| task.code.clone()).collect();
    let except = Except { tasks, ..Except::default() };
    let days = QuietDays::OfMonth { first: 1, last: 31 };
    inputs.rules.quiet.push(QuietRule { days: RuleDays::Every(days), reason: String::new(), except });
    assert_eq!(check(&inputs, &county::prk(), &plan), []);
}

#[test]
fn teams_that_may_not_go_are_found() {
    // Without it a friend, a relative or an officer without a certificate could stand at the door.
    assert_found(&[
        ("team-too-small", |_, plan| plan.visits[0].teams[0].seats.truncate(1)),
        ("team-too-large", |inputs, plan| {
            let team = &mut visit(plan, |visit| has_agency(visit, 0)).teams[0];
            team.seats = county::seats(inputs, team.agency, &team.drawn_for, &[0, 1, 8]);
        }),
        ("seat-twice", |_, plan| plan.visits[0].teams[0].seats[1] = plan.visits[0].teams[0].seats[0]),
        ("seat-agency", |_, plan| plan.visits[0].teams[0].seats[0].inspector = InspectorNo(2)),
        ("certificate", |_, plan| plan.visits[0].teams[0].seats[0].inspector = InspectorNo(6)),
        ("certificate", |inputs, _| inputs.inspectors[0].is_valid = false),
        ("on-leave", |_, plan| plan.visits[0].teams[0].seats[0].inspector = InspectorNo(7)),
        ("jurisdiction", |inputs, _| inputs.inspectors[0].townships = Some(vec![TownshipNo(2)])),
        ("recused-officer", |inputs, plan| inputs.recusals.push(recuse(plan, Recused::Inspector(InspectorNo(0))))),
        ("recused-agency", |inputs, plan| inputs.recusals.push(recuse(plan, Recused::Agency(AgencyNo(0))))),
        ("last-team", |inputs, plan| {
            let certificate = inputs.inspectors[1].certificate.clone();
            let entity = inputs.entities[plan.visits[0].entity.at()].id.clone();
            let (agency, date, items) = (AgencyNo(0), date(2024, 1, 2), Vec::new());
            let (counts, result, inspectors) = (false, String::new(), vec![certificate]);
            inputs.history.push(PastVisit { entity, agency, date, counts, items, inspectors, result });
        }),
        ("qualification", |inputs, _| inputs.inspectors[2].qualifications.clear()),
    ]);
}

#[test]
fn recusals_end_and_only_the_last_team_stays_away() {
    // Without it a recusal would bind for ever, and a small agency run out of people after a few visits.
    let (mut inputs, plan) = (county::inputs(), county::plan());
    let yesterday = inputs.rules.days.first.yesterday().expect("a day before the period");
    let recusal = recuse(&plan, Recused::Inspector(InspectorNo(0)));
    inputs.recusals.push(Recusal { until: Some(yesterday), ..recusal });
    let entity = inputs.entities[plan.visits[0].entity.at()].id.clone();
    for (year, officer) in [(2022, 0), (2023, 6)] {
        let inspectors = vec![inputs.inspectors[officer].certificate.clone()];
        let (agency, date, items) = (AgencyNo(0), date(year, 8, 2), Vec::new());
        let (entity, counts, result) = (entity.clone(), true, String::new());
        inputs.history.push(PastVisit { entity, agency, date, counts, items, inspectors, result });
    }
    assert_eq!(check(&inputs, &county::prk(), &plan), []);
}

#[test]
fn untrue_tickets_of_teams_are_found() {
    // Without it a team could be picked by hand and given tickets afterwards.
    assert_found(&[
        ("drawn-for", |_, plan| plan.visits[0].teams[0].drawn_for = "1".to_owned()),
        ("drawn-for", |_, plan| {
            let (id, last) = (plan.visits[0].id.clone(), plan.visits.len() - 1);
            plan.visits[last].teams[0].drawn_for = id;
        }),
        ("drawn-for", |_, plan| visit(plan, |visit| visit.half == Half::Afternoon).date = date(2024, 4, 22)),
        ("seat-ticket", |_, plan| {
            let seats = &mut plan.visits[0].teams[0].seats;
            seats[0].ticket = Ticket::parse(&"0".repeat(32)).expect("32 digits");
        }),
        ("seat-rank", |_, plan| plan.visits[0].teams[0].seats[1].rank += 1),
        ("seat-order", |_, plan| plan.visits[0].teams[0].seats.swap(0, 1)),
    ]);
}

#[test]
fn loads_beyond_the_rules_are_found() {
    // Without it an officer could be due at two doors at once, or an agency send more teams than it has.
    assert_found(&[
        ("visits-max", |inputs, _| inputs.rules.team.visits_max = 2),
        ("visits-max", |inputs, _| inputs.inspectors[0].visits_max = Some(1)),
        ("visits-per-day", |inputs, _| inputs.rules.team.visits_per_day_max = 1),
        ("double-booked", |_, plan| visit(plan, |visit| visit.half == Half::Afternoon).half = Half::Morning),
        ("teams-per-day", |inputs, _| inputs.agencies[0].teams_per_day = 1),
        ("hop", |inputs, plan| {
            // The afternoon's entity moves two townships away: 30 and 40 minutes.
            let no = visit(plan, |visit| visit.half == Half::Afternoon).entity;
            inputs.entities[no.at()].township = TownshipNo(2);
        }),
        ("hop", |inputs, plan| {
            let no = visit(plan, |visit| visit.half == Half::Afternoon).entity;
            inputs.entities[no.at()].township = TownshipNo(1);
            inputs.travel.clear();
        }),
    ]);
}
