//! Many draws at once: simulated ones are the real ones, and an audit sees what is unfair and nothing else.

use std::fs;
use std::sync::Mutex;

use fairdraw::audit::audited::audited;
use fairdraw::audit::bundles::{AuditError, draws as replayed, independent};
use fairdraw::audit::events::events;
use fairdraw::audit::order::order_tests;
use fairdraw::audit::people::concentration;
use fairdraw::audit::selection::selection;
use fairdraw::audit::simulate::{Simulation, Wanted, Work, simulate};
use fairdraw::audit::simulated::simulated;
use fairdraw::ledger::chain::{Entry, GENESIS, Kind};
use fairdraw::lottery::{Entropy, Prk, Suite};
use fairdraw::plan::draws::draws;
use fairdraw::plan::model::{Frames, Inputs};
use fairdraw::run::{Made, make};
use serde_json::Value;

use crate::support::{bundle, county, fairdraw, small, small_plan, stderr, stdout, temp};

fn ready() -> (Inputs, Frames) {
    small().load().ready.expect("the small workspace has no errors")
}

fn simulation(draws: u32, staffings: u32, threads: u32) -> Simulation {
    let (inputs, frames) = ready();
    let wanted = Wanted { seed: "test", draws, staffings, threads };
    let told = Mutex::new(Vec::new());
    let done = |work: Work, number| told.lock().expect("no thread panics").push((work == Work::Staffings, number));
    let found = simulate(&inputs, &frames, &wanted, &done).expect("the seed is good");
    // A terminal is told each draw and each staffing once, up to the last.
    let mut told = told.into_inner().expect("no thread panics");
    told.sort_unstable();
    let each = |work: bool, of: u32| (1..=of).map(move |number| (work, number));
    assert_eq!(told, each(false, draws).chain(each(true, staffings)).collect::<Vec<_>>());
    found
}

/// Makes a plan of its own that a test may spoil.
fn own(seed: &str) -> Made {
    let (inputs, frames) = ready();
    make(inputs, frames, &Entropy::from_seed(seed).expect("the seed is good"), &mut |_| {}).expect("the plan is sound")
}

#[test]
fn a_simulated_draw_is_the_draw_of_its_seed() {
    // Without it the simulation could be fair while the lottery is not; the workspace has balls, spread and classes.
    let (inputs, frames) = ready();
    let mut expected: Vec<Vec<u32>> = frames.strata.iter().map(|stratum| vec![0; stratum.frame.len()]).collect();
    for draw in 1..=60 {
        let record = Entropy::from_seed(&format!("test/{draw}")).expect("the seed is good");
        for (at, sample) in draws(&inputs, &Prk::of(Suite::Dr1, &record), &frames).iter().enumerate() {
            for pick in &sample.drawn {
                let place = frames.strata[at].frame.iter().position(|no| no.0 == pick.at).expect("it is in the frame");
                expected[at][place] += 1;
            }
        }
    }
    assert_eq!(simulation(60, 0, 2).drawn, expected);
}

#[test]
fn simulated_loads_are_those_of_the_plans() {
    // Without it the table of officers could show other loads than the plans that a doubter makes with these seeds.
    let found = simulation(2, 2, 2);
    let plans = [own("test/1"), own("test/2")];
    for (at, officer) in plans[0].inputs.inspectors.iter().enumerate() {
        let visits = plans.each_ref().map(|made| {
            let seats = made.plan.visits.iter().flat_map(|visit| &visit.teams).flat_map(|team| &team.seats);
            seats.filter(|seat| seat.inspector.at() == at).count() as u32
        });
        let load = found.officers[at];
        assert_eq!(load.visits, u64::from(visits[0] + visits[1]), "{}", officer.certificate);
        assert_eq!(load.most, visits[0].max(visits[1]), "{}", officer.certificate);
        assert_eq!(load.sent, visits.iter().filter(|visits| **visits > 0).count() as u32, "{}", officer.certificate);
    }
}

#[test]
fn threads_do_not_change_a_simulation() {
    // Without it two doubters with two machines would see two tables.
    let one = simulation(30, 2, 1);
    for threads in [2, 5, 64] {
        assert_eq!(simulation(30, 2, threads), one, "{threads} threads");
    }
}

#[test]
fn a_simulation_finds_a_firm_that_comes_too_seldom() {
    // Without it the answer would be "fair" whatever the lottery does.
    let (inputs, frames) = ready();
    let mut found = simulation(600, 0, 2);
    assert_eq!(simulated(&inputs, &frames, "test", &found).outside, 0);
    let at = frames.strata.iter().position(|s| s.size > 0 && s.frame.len() > 3 * s.size as usize).expect("a stratum");
    found.drawn[at][0] = 1;
    let judged = simulated(&inputs, &frames, "test", &found);
    assert_eq!(judged.outside, 1);
    assert_eq!(judged.strata.iter().filter(|stratum| stratum.outside == 1).count(), 1);
}

#[test]
fn the_command_writes_tables_and_pictures() {
    // Without it the picture for the doubter could be missing, or the numbers of text and tables differ.
    let workspace = small().on_disk();
    let out = temp();
    let folder = out.path().join("simulation");
    let run = |more: &[&str]| {
        let mut command = fairdraw();
        command.arg("simulate").arg(workspace.path()).args(["--draws", "50", "--staffings", "1", "--format", "json"]);
        command.args(more).output().expect("the program runs")
    };
    let output = run(&["--out", &folder.display().to_string()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let answer: Value = serde_json::from_str(stdout(&output)).expect("JSON");
    let picks: u32 =
        answer["strata"].as_array().expect("strata").iter().map(|s| s["sample"].as_u64().expect("n") as u32).sum();
    let table = fs::read_to_string(folder.join("entities.csv")).expect("the table is there");
    let drawn = crate::support::rows(&table).iter().map(|row| row[4].parse::<u32>().expect("a count")).sum::<u32>();
    assert_eq!(drawn, 50 * picks);
    for picture in ["chances.svg", "loads.svg"] {
        let svg = fs::read_to_string(folder.join(picture)).expect("the picture is there");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains("<line "), "{picture}");
    }
    assert!(fs::read_to_string(folder.join("officers.csv")).is_ok_and(|text| text.lines().count() > 5));
    assert_eq!(run(&["--out", &folder.display().to_string()]).status.code(), Some(2), "a folder is kept");
    assert_eq!(run(&["--seed", " "]).status.code(), Some(2));
}

#[test]
fn an_audit_of_honest_draws_has_no_objection_and_of_others_has() {
    // Without it a province could be alarmed by nothing, or miss a bundle that does not come out again.
    let plans = [bundle(small_plan()), bundle(&own("second")), bundle(&own("third"))];
    let folders: Vec<_> = plans.iter().map(|(_, path)| path.clone()).collect();
    let honest = audited(&replayed(&folders, &mut |_, _| {}).expect("they can be read"), &[]);
    assert!(honest.objections.is_empty(), "{:?}", honest.objections);
    assert_eq!(honest.selection.times.iter().map(|times| times.entities).sum::<u32>(), honest.selection.entities);
    assert!(honest.needed.iter().all(|needed| needed.draws.is_none_or(|draws| draws > 0)));
    let twice = replayed(&[folders[0].clone(), folders[1].clone(), folders[0].clone()], &mut |_, _| {});
    assert!(matches!(twice, Err(AuditError::Twice(..))));
    let samples = folders[1].join("samples.csv");
    fs::write(&samples, fs::read_to_string(&samples).expect("the table is there").replace(",S,", ",R,"))
        .expect("spoilt");
    let mut command = fairdraw();
    let output = command.arg("audit").args(&folders).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("NOT VERIFIED"), "{}", stdout(&output));
}

/// Replaces the independent samples of the county's plan by what another way of drawing takes from a frame of N by n.
fn drawn_by(pick: impl Fn(usize, usize) -> Vec<usize>) -> Made {
    let honest = county();
    let mut made = Made {
        inputs: honest.inputs.clone(),
        prk: honest.prk.clone(),
        plan: honest.plan.clone(),
        duties: honest.duties.clone(),
        summary: honest.summary.clone(),
        files: Vec::new(),
    };
    for at in independent(honest) {
        let frame = &made.plan.frames.strata[at].frame;
        let drawn = &mut made.plan.samples[at].drawn;
        let places = pick(frame.len(), drawn.len());
        assert_eq!(places.len(), drawn.len());
        drawn.iter_mut().zip(places).for_each(|(pick, place)| pick.at = frame[place].0);
    }
    made
}

#[test]
fn the_order_of_the_registry_shows_where_it_decides() {
    // Without it the platform that takes every k-th row, or the first rows, would pass an audit.
    let p = |made: &Made, counts: &str| {
        let tests = order_tests(std::iter::once(made));
        tests.iter().find(|test| test.order == "id" && test.counts == counts).expect("the test is made").p
    };
    assert!(p(county(), "earlier-half") > 0.001 && p(county(), "neighbours") > 0.001);
    let first_rows = drawn_by(|_, taken| (0..taken).collect());
    assert!(p(&first_rows, "earlier-half") < 1e-9 && p(&first_rows, "neighbours") < 1e-9);
    let every_kth = drawn_by(|all, taken| (0..taken).map(|at| at * (all / taken.max(1))).collect());
    assert!(p(&every_kth, "neighbours") < 0.01, "{}", p(&every_kth, "neighbours"));
}

#[test]
fn a_firm_that_always_comes_shows_in_the_selection() {
    // Without it a firm that is harassed at every draw would look like any other.
    let honest = selection(std::iter::once(county()));
    assert!(honest.most_surprising.iter().all(|entity| entity.p_of_any > 0.001));
    let rigged = drawn_by(|_, taken| (0..taken).collect());
    let again = selection([&rigged, &rigged, &rigged, &rigged].into_iter());
    assert!(again.most_surprising[0].times == 4 && again.most_surprising[0].p_of_any < 1e-4);
}

#[test]
fn a_pair_that_always_goes_together_shows() {
    // Without it two officers who are always sent together would be noticed by nobody.
    let honest = concentration(std::iter::once(county()));
    assert!(honest.iter().all(|agency| agency.seats >= 2 * agency.outings && agency.officers > 0));
    let mut made = drawn_by(|_, taken| (0..taken).collect());
    let largest = honest.iter().max_by_key(|agency| agency.outings).expect("there is an agency");
    let code = largest.agency.split('/').nth(1).expect("region and code");
    let at = made.inputs.agencies.iter().position(|agency| agency.code == code).expect("the agency is there");
    let officers = made.inputs.inspectors.iter().enumerate().filter(|(_, officer)| officer.agency.at() == at);
    let pair: Vec<u32> = officers.take(2).map(|(at, _)| at as u32).collect();
    let teams = made.plan.visits.iter_mut().flat_map(|visit| &mut visit.teams).filter(|team| team.agency.at() == at);
    for team in teams.take(12) {
        team.seats.iter_mut().zip(&pair).for_each(|(seat, officer)| seat.inspector.0 = *officer);
    }
    let rigged = concentration(std::iter::once(&made));
    let closest = rigged.iter().find(|agency| agency.agency == largest.agency).and_then(|a| a.closest_pair.as_ref());
    let closest = closest.expect("there are pairs");
    assert!(closest.times >= 6 && closest.p_of_any < 1e-6, "{closest:?}");
}

#[test]
fn void_attempts_and_changes_are_counted_from_the_ledger() {
    // Without it an office that draws again and again would have the same record as one that draws once.
    let entry = |kind, attempt, facts: &[(&str, &str)]| Entry {
        number: 1,
        previous: GENESIS.to_owned(),
        kind,
        time: "2026-10-01T10:00:00".parse().expect("a time"),
        ceremony: "330106.2026Q4".to_owned(),
        attempt,
        facts: facts.iter().map(|(word, value)| ((*word).to_owned(), (*value).to_owned())).collect(),
    };
    let entries = [
        entry(Kind::Seal, 1, &[]),
        entry(Kind::Void, 1, &[("reason", "wrong table"), ("sample", "00ff")]),
        entry(Kind::Seal, 2, &[]),
        entry(Kind::Void, 2, &[("reason", "beacon called off"), ("sample", "unknown")]),
        entry(Kind::Seal, 3, &[]),
        entry(Kind::Draw, 3, &[]),
        entry(Kind::Amend, 3, &[("reason", "late-recusal brother of the owner")]),
        entry(Kind::Amend, 3, &[("reason", "late-recusal")]),
        entry(Kind::Amend, 3, &[("reason", "closed")]),
    ];
    let found = events(&entries, 40);
    assert_eq!((found.ceremonies, found.void.found, found.void.of), (1, 2, 3));
    assert_eq!((found.void_with_known_sample.found, found.void_with_known_sample.of), (1, 2));
    assert_eq!((found.amended["late-recusal"].found, found.amended["closed"].found), (2, 1));
    let rate = found.amended["late-recusal"];
    assert!(rate.of == 40 && rate.low < 0.05 && 0.05 < rate.high);
}
