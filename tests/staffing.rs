//! What staffing promises to people: equal chances, mixed pairs, days that nobody can guess, shortages told beforehand.

use std::collections::BTreeMap;

use fairdraw::lottery::{Entropy, Prk, Suite};
use fairdraw::plan::forecast::forecast;
use fairdraw::plan::staffing::{Agency, Day, DaySet, Duty, Item, Officer, Problem, Rules, Site, TeamKeys, staff_with};
use fairdraw::publish::explain::{Answer, explain};
use fairdraw::publish::load::Week;
use serde_json::Value;

use crate::support::{run, small, small_plan, stdout};

const DRAWS: u32 = 10_000;

/// Builds one agency of equal officers and sites of one township, each with a window of its own.
fn problem(officers: u32, windows: &[(u32, u32)], days: u32) -> Problem {
    let all = DaySet::span(0, days - 1);
    let officer = |at: u32| Officer {
        id: format!("F{at:02}"),
        skills: vec![0],
        certificate: all,
        days: all,
        visits_max: 40,
        ..Officer::default()
    };
    let duty = |(site, &(first_day, last_day)): (u32, &(u32, u32))| Duty {
        site,
        items: vec![0],
        first_day,
        last_day,
        ..Duty::default()
    };
    let site = |at: usize| Site { id: format!("E{at:03}"), halfdays: 1, open: all, ..Site::default() };
    Problem {
        rules: Rules { team_size: 2, agencies_per_visit_max: 3, visits_per_day_max: 2, hop_minutes_max: 60, search: 1 },
        days: (0..days).map(|at| Day { week: at / 5, weekday: (at % 5 + 1) as u8 }).collect(),
        travel: vec![vec![0]],
        agencies: vec![Agency { id: "D01".to_owned(), teams_per_day_max: 40 }],
        items: vec![Item { agency: 0, skill: Some(0) }],
        officers: (0..officers).map(officer).collect(),
        sites: (0..windows.len()).map(site).collect(),
        duties: (0..).zip(windows).map(duty).collect(),
    }
}

fn keys(number: u32) -> TeamKeys {
    let entropy = Entropy::from_seed(&format!("staffing {number}")).expect("the seed is printable");
    TeamKeys::new(Prk::of(Suite::Dr1, &entropy), "411381.2024Q2")
}

#[test]
fn equal_officers_have_equal_chances_pairs_mix_and_the_last_draw_tells_nothing() {
    // Without it the head or the tail of a list could be sent more often, friends could always go together, or whoever
    // knows the last quarter's team could know the next one's.
    let problem = problem(6, &[(0, 0), (5, 5), (10, 10), (15, 15)], 20);
    let mut second_seats = [0u32; 6];
    let mut pairs = [[0u32; 36]; 4];
    let mut last: Option<Vec<[u32; 2]>> = None;
    let (mut repeated, mut compared) = (0u32, 0u32);
    for number in 0..DRAWS {
        let staffing = staff_with(&problem, &keys(number), 0, &mut |_| {});
        let teams: Vec<[u32; 2]> = staffing
            .visits
            .iter()
            .map(|visit| {
                let mut team: Vec<u32> = visit.teams[0].seats.iter().map(|seat| seat.officer).collect();
                team.sort_unstable();
                team.try_into().expect("two officers go")
            })
            .collect();
        let mut seats = [0u32; 6];
        for (at, [a, b]) in teams.iter().enumerate() {
            seats[*a as usize] += 1;
            seats[*b as usize] += 1;
            pairs[at][(6 * a + b) as usize] += 1;
        }
        assert!(seats.iter().all(|seats| (1..=2).contains(seats)), "8 seats for 6 officers: {seats:?}");
        seats.iter().zip(&mut second_seats).for_each(|(seats, second)| *second += seats - 1);
        // Every draw is compared with one other only, so the comparisons are independent.
        match last.take() {
            Some(before) => {
                repeated += u32::from(before[0] == teams[0]);
                compared += 1;
            }
            None => last = Some(teams),
        }
    }
    // Two of six have a second seat, and officers can change places: p = 1/3 for each. Hoeffding's bound for 10,000
    // independent draws: P(off by 350 or more) ≤ 2·exp(−2·350²/10,000) < 5e-11.
    let third = DRAWS / 3;
    assert!(second_seats.iter().all(|count| count.abs_diff(third) < 350), "{second_seats:?}");
    // For the same reason each of the 15 pairs goes to each visit with p = 1/15: mean 667, variance 622. Bernstein's
    // bound: P(off by 190 or more) ≤ 2·exp(−190²/(2·(622 + 190/3))) < 1e-11, for each of 60 counts.
    for counts in &pairs {
        let met: Vec<u32> = counts.iter().copied().filter(|count| *count > 0).collect();
        assert_eq!(met.len(), 15, "every pair goes at some time");
        assert!(met.iter().all(|count| count.abs_diff(DRAWS / 15) < 190), "{met:?}");
    }
    // The last pair comes again as often as any: p = 1/15 in 5,000 comparisons, mean 333, variance 311; Bernstein's
    // bound: P(off by 140 or more) ≤ 2·exp(−140²/(2·(311 + 140/3))) < 3e-12.
    assert_eq!(compared, DRAWS / 2);
    assert!(repeated.abs_diff(compared / 15) < 140, "{repeated} of {compared}");
}

#[test]
fn officers_of_one_eligibility_have_equal_chances_where_qualifications_differ() {
    // Without it a rule about qualifications could favour the first holder of a list, or always pair the same two.
    // Officers 0 to 3 hold what every visit needs, 4 to 7 do not: two classes of four.
    let mut problem = problem(8, &[(0, 0), (5, 5), (10, 10)], 15);
    problem.officers[4..].iter_mut().for_each(|officer| officer.skills.clear());
    let mut seats = [[0u32; 8]; 3];
    let mut pairs = [[0u32; 64]; 3];
    for number in 0..DRAWS {
        let staffing = staff_with(&problem, &keys(number), 0, &mut |_| {});
        assert_eq!(staffing.visits.len(), 3);
        for (at, visit) in staffing.visits.iter().enumerate() {
            let mut team: Vec<u32> = visit.teams[0].seats.iter().map(|seat| seat.officer).collect();
            team.sort_unstable();
            assert!(team.len() == 2 && team[0] < 4, "one of two holds the qualification: {team:?}");
            team.iter().for_each(|officer| seats[at][*officer as usize] += 1);
            pairs[at][(8 * team[0] + team[1]) as usize] += 1;
        }
    }
    // Given how many of a class come to a visit, each of its four officers is one of them with equal chance, draw by
    // draw on its own. Hoeffding's bound for 10,000 draws: P(off by 350 or more) ≤ 2·exp(−2·350²/10,000) < 5e-11.
    for counts in &seats {
        for class in counts.chunks(4) {
            let mean = class.iter().sum::<u32>() / 4;
            assert!(mean > 500, "both classes come: {counts:?}");
            assert!(class.iter().all(|count| count.abs_diff(mean) < 350), "{counts:?}");
        }
    }
    // Given that a pair is of two holders it is any of 6, and of both classes any of 16; none is of the other class
    // alone. Variances are at most 10,000·5/36 = 1,389 and 10,000·15/256 = 586. Bernstein's bound: P(off by 280 or
    // more) ≤ 2·exp(−280²/(2·(1,389 + 280/3))) < 7e-12, and P(off by 190 or more) ≤ 2·exp(−190²/(2·(586 + 190/3))) < 2e-12.
    for counts in &pairs {
        let of = |within: bool| -> Vec<u32> {
            let pairs = (0..8).flat_map(|a| (a + 1..8).map(move |b| (a, b)));
            let chosen = pairs.filter(|(a, b)| *a < 4 && (*b < 4) == within);
            chosen.map(|(a, b)| counts[8 * a + b]).collect()
        };
        for (within, ways, off) in [(true, 6, 280), (false, 16, 190)] {
            let met = of(within);
            assert_eq!(met.len(), ways);
            let mean = met.iter().sum::<u32>() / ways as u32;
            assert!(met.iter().all(|count| count.abs_diff(mean) < off), "{met:?}");
        }
    }
}

#[test]
fn visits_spread_over_weekdays_and_weeks_and_no_day_can_be_guessed() {
    // Without it a shop could learn that inspectors come on Tuesdays, or in a quarter's last week.
    const PLANS: u32 = 60;
    let problem = problem(40, &[(0, 59); 48], 60);
    let mut weekdays = [0u32; 5];
    let mut days_of_first: BTreeMap<u32, u32> = BTreeMap::new();
    for number in 0..PLANS {
        let staffing = staff_with(&problem, &keys(number), 500, &mut |_| {});
        assert_eq!(staffing.visits.len(), 48);
        let mut weeks = [0u32; 12];
        for visit in &staffing.visits {
            weekdays[visit.day as usize % 5] += 1;
            weeks[visit.day as usize / 5] += 1;
            if visit.id == "E000" {
                *days_of_first.entry(visit.day).or_default() += 1;
            }
        }
        assert!(weeks.iter().all(|visits| (2..=6).contains(visits)), "four visits a week: {weeks:?}");
    }
    // 2,880 visits, 576 for each weekday. All visits of a plan could fall on one day of each week: then a weekday's
    // share of the 720 weeks is Bin(720, 1/5) with deviation 10.7 weeks of 4 visits, and 6.2 of them are 266 visits.
    assert!(weekdays.iter().all(|visits| visits.abs_diff(576) < 266), "{weekdays:?}");
    // One entity's day is one of 60: over 60 plans P(some day eight times or more) < 60·C(60, 8)/60^8 < 1e-3, and these
    // seeds are fixed.
    assert!(days_of_first.values().all(|times| *times < 8), "{days_of_first:?}");
    assert!(days_of_first.len() > 25, "{days_of_first:?}");
}

#[test]
fn a_week_without_enough_officers_is_told_before_the_draw_with_figures() {
    // Without it an office would learn of a shortage from visits that could not be staffed.
    let enough = small().load().ready.expect("the small county has no error");
    let outlook = forecast(&enough.0, &enough.1);
    assert!(outlook.iter().all(|row| !row.is_short() && row.needed > 0 && row.first <= row.last), "{outlook:#?}");
    let mut workspace = small();
    let text = workspace.0["inspectors.csv"].clone();
    let away: Vec<String> = text
        .lines()
        .map(|line| match line.starts_with("D03") {
            true => line.replace("2027-12-31", "2024-05-07"),
            false => line.to_owned(),
        })
        .collect();
    workspace.put("inspectors.csv", &(away.join("\n") + "\n"));
    let folder = workspace.on_disk();
    let output = run(["check".as_ref(), folder.path().as_os_str(), "--format".as_ref(), "json".as_ref()]);
    let report: Value = serde_json::from_str(stdout(&output)).expect("the report is JSON");
    let short: Vec<&Value> = report["capacity"]
        .as_array()
        .expect("the capacity is listed")
        .iter()
        .filter(|row| row["needed"].as_u64() > row["available"].as_u64())
        .collect();
    assert!(!short.is_empty() && short.iter().all(|row| row["agency"] == "D03" && row["officers"] == 0), "{short:#?}");
    let faults = report["faults"].as_array().expect("faults are listed");
    assert_eq!(faults.iter().filter(|fault| fault["code"] == "capacity").count(), short.len());
    let output = run(["check".as_ref(), folder.path().as_os_str()]);
    assert!(
        stdout(&output).contains("warning[capacity] inspectors: \"D03\"\n    D03 is to expect "),
        "{}",
        stdout(&output)
    );
    assert_eq!(output.status.code(), Some(0), "a warning is no error");
}

#[test]
fn explain_says_who_could_have_gone_and_why_the_others_could_not() {
    // Without it an officer, or a firm that knows one, would have to take the office's word for a team.
    let made = small_plan();
    let mut refused = 0;
    for visit in &made.plan.visits {
        let id = &made.inputs.entities[visit.entity.at()].id;
        let Some(Answer::Entity(answer)) = explain(made, id) else { panic!("{id} is an entity") };
        let told = answer.visits.iter().find(|told| told.visit == visit.id).expect("the visit is told");
        for (team, draw) in visit.teams.iter().zip(&told.draws) {
            let goes: Vec<(u32, String)> =
                draw.eligible.iter().filter(|row| row.goes).map(|row| (row.rank, row.ticket.clone())).collect();
            let seats: Vec<(u32, String)> =
                team.seats.iter().map(|seat| (seat.rank, seat.ticket.to_string())).collect();
            assert_eq!(goes, seats, "the ranks and tickets of {} are those of its team", visit.id);
            assert!(draw.eligible.is_sorted_by(|a, b| a.ticket < b.ticket));
            let of_agency = made.inputs.inspectors.iter().filter(|officer| officer.agency == team.agency).count();
            let away: usize = draw.not_eligible.values().map(Vec::len).sum();
            assert_eq!(draw.eligible.len() + away, of_agency, "every colleague is in one list");
            refused += away;
        }
    }
    assert!(refused > 0, "somebody of the small county is on leave, recused or not certified");
}

#[test]
fn an_agency_sees_its_load_by_qualification_and_week() {
    // Without it nobody could see whether a few officers, or a few weeks, carry it all.
    let made = small_plan();
    let Some(Answer::Agency(all)) = explain(made, "*") else { panic!("all agencies can be asked for") };
    let Some(Answer::Agency(own)) = explain(made, "D01") else { panic!("D01 is an agency") };
    let weeks = |rows: &[Week]| rows.iter().map(|week| week.visits).sum::<u32>();
    assert_eq!((all.visits, weeks(&all.weeks)), (made.summary.visits, made.summary.visits));
    assert_eq!((all.officers.seats, weeks(&own.weeks)), (made.summary.seats, own.visits));
    let load = &made.summary.loads[0];
    let own_spread = (own.officers.least, own.officers.median, own.officers.most, own.officers.officers);
    assert_eq!(own_spread, (load.least, load.median, load.most, load.officers));
    let holders = &own.by_qualification["食品检查员"];
    assert!(holders.seats > 0 && holders.seats < own.officers.seats && holders.most <= own.officers.most);
    assert!(explain(made, "D99").is_none());
}
