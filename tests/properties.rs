//! Promises that hold for every workspace: small ones are made up, planned, and held against them.
//!
//! The cases are the same on every run, because the generator's seed is fixed; a failure prints the workspace.
//! `FAIRDRAW_CASES=20` tries twenty times as many, for an evening's search.

use std::collections::{BTreeMap, BTreeSet};

use fairdraw::lottery::{Entropy, Iv, Prk, Suite};
use fairdraw::plan::check::REASONS;
use fairdraw::plan::model::{Frames, Inputs};
use fairdraw::plan::{draws, scope};
use fairdraw::run::Made;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::made_up::workspaces;
use crate::support::{TABLES, Workspace, assert_same, rows, shuffle, table, text};

/// Runs a property over values that are the same on every run.
fn for_all<S: Strategy>(cases: u32, seed: u8, values: S, test: impl Fn(S::Value)) {
    let times: u32 = std::env::var("FAIRDRAW_CASES").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let config = Config { cases: cases * times, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let outcome = TestRunner::new_with_rng(config, random).run(&values, |value| {
        test(value);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

fn prk(seed: &str) -> Prk {
    Prk::of(Suite::Dr1, &Entropy::from_seed(seed).expect("the seed is printable"))
}

fn loaded(workspace: &Workspace) -> (Inputs, Frames) {
    let loaded = workspace.load();
    loaded.ready.unwrap_or_else(|| panic!("the made-up workspace has errors: {:#?}", loaded.faults))
}

#[test]
fn every_plan_is_accepted_and_every_duty_is_placed_or_explained() {
    // Without it an odd combination of caps, leave and shares could break a rule, or lose a duty without a word.
    let mut all = std::cell::RefCell::new((0u32, 0u32));
    for_all(64, 1, workspaces(), |workspace| {
        // Planning panics if the independent checker finds a violation.
        let made = workspace.plan("accepted");
        let entity = |no: u32| made.inputs.entities[no as usize].id.clone();
        // Task, entity and agency of each duty, with its items.
        let due: BTreeMap<[String; 3], Vec<&str>> = made
            .duties
            .iter()
            .map(|duty| {
                let inputs = &made.inputs;
                let [task, agency] = [&inputs.tasks[duty.task.at()].code, &inputs.agencies[duty.agency.at()].code];
                let items = duty.items.iter().map(|no| inputs.items[no.at()].code.as_str()).collect();
                ([task.clone(), entity(duty.entity.0), agency.clone()], items)
            })
            .collect();
        assert_eq!(due.len(), made.duties.len(), "no duty stands twice");
        let unplaced = rows(text(&made, "unplaced.csv"));
        for row in &unplaced {
            assert!(due.keys().any(|duty| duty[..] == row[..3]), "{row:?} is no duty");
            assert!(REASONS.contains(&row[3].as_str()), "{row:?} has no known reason");
        }
        let open: BTreeSet<&[String]> = unplaced.iter().map(|row| &row[..3]).collect();
        assert_eq!(open.len(), unplaced.len(), "no duty is unplaced twice");
        let visits = rows(text(&made, "visits.csv"));
        for (duty, items) in due.iter().filter(|(duty, _)| !open.contains(&duty[..])) {
            let [task, entity, agency] = duty;
            let has = |list: &str, code: &str| list.split(';').any(|entry| entry == code);
            let is_met = |row: &&Vec<String>| {
                let items_are_checked = items.iter().all(|item| has(&row[6], item));
                row[1] == *entity && has(&row[5], task) && has(&row[7], agency) && items_are_checked
            };
            let at_the_door = visits.iter().filter(is_met);
            assert_eq!(at_the_door.count(), 1, "{duty:?} is met at one visit");
        }
        let mut counts = all.borrow_mut();
        *counts = (counts.0 + due.len() as u32, counts.1 + unplaced.len() as u32);
    });
    let (duties, unplaced) = *all.get_mut();
    // The made-up plans are neither empty nor hopeless, or this test would show nothing.
    assert!(duties > 500 && unplaced > 0 && unplaced < duties * 4 / 5, "{unplaced} of {duties} duties are unplaced");
}

#[test]
fn a_larger_draw_continues_a_smaller_one() {
    // Without it an office could look at a draw and choose the sample size that suits.
    for_all(64, 2, (workspaces(), any::<[u8; 2]>()), |(workspace, [which, more])| {
        let (inputs, frames) = loaded(&workspace);
        let at = usize::from(which) % frames.strata.len();
        let mut larger = frames.clone();
        let stratum = &mut larger.strata[at];
        stratum.size = (stratum.size + 1 + u32::from(more) % 5).min(stratum.frame.len() as u32);
        let small = draws::draws(&inputs, &prk("prefix"), &frames);
        let large = draws::draws(&inputs, &prk("prefix"), &larger);
        assert_eq!(small[..at], large[..at], "earlier strata do not change");
        let (small, large) = (&small[at], &large[at]);
        assert!(large.drawn.starts_with(&small.drawn), "the larger sample begins with the smaller one");
        let stepped_in = large.drawn.iter().skip(small.drawn.len()).zip(&small.reserve);
        stepped_in.for_each(|(now, before)| assert_eq!(now, before, "the reserve steps in first, in its order"));
    });
}

/// Returns the ids of a task's stratum sample, by task and stratum, for the tasks that do not spread.
fn samples(workspace: &Workspace) -> BTreeMap<(String, String), BTreeSet<String>> {
    let (inputs, frames) = loaded(workspace);
    let drawn = draws::draws(&inputs, &prk("one more"), &frames);
    let spreads = |at: usize| inputs.tasks[frames.strata[at].task.at()].spread;
    let plain = drawn.iter().enumerate().filter(|(at, _)| !spreads(*at));
    plain
        .map(|(at, sample)| {
            let stratum = &frames.strata[at];
            let ids = sample.drawn.iter().map(|pick| inputs.entities[pick.at as usize].id.clone());
            ((inputs.tasks[stratum.task.at()].code.clone(), format!("{:?}", stratum.name)), ids.collect())
        })
        .collect()
}

#[test]
fn one_more_entity_changes_a_sample_by_one_at_most() {
    // Without it a single late registration would turn the whole draw around, and could be used to.
    for_all(64, 3, (workspaces(), 0usize..4), |(workspace, which)| {
        let before = samples(&workspace);
        let mut more = workspace.clone();
        let class = ["A", "C", "D", ""][which];
        more.append("entities.csv", &format!("91411381MA888888X8,新户,enterprise,6210,X1,,{class},active,餐饮,,,"));
        let after = samples(&more);
        assert!(before.len() <= after.len());
        for (stratum, old) in &before {
            let new = &after[stratum];
            let (gone, come) = (old.difference(new).count(), new.difference(old).count());
            assert!(gone <= 1 && come <= 1, "{stratum:?}: {gone} left and {come} came");
            let is_the_new_one = new.difference(old).all(|id| id == "91411381MA888888X8");
            assert!(gone == 0 || is_the_new_one, "{stratum:?}: only the new one takes a place from somebody");
        }
    });
}

fn planned_again(made: &Made, seed: &str) -> Made {
    let inputs = made.files.iter().filter_map(|file| Some((file.path.strip_prefix("inputs/")?, &file.bytes)));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("frozen tables are UTF-8");
    Workspace(inputs.map(|(path, bytes)| (path.to_owned(), text(bytes))).collect()).plan(seed)
}

#[test]
fn freezing_twice_is_freezing_once_and_row_order_does_not_matter() {
    // Without it a replay from the frozen tables could be another plan, or a sorted registry another draw.
    for_all(32, 4, (workspaces(), any::<u64>()), |(workspace, order)| {
        let made = workspace.plan("frozen");
        assert_same(&made, &planned_again(&made, "frozen"), "planned from its own inputs");
        let mut shuffled = workspace.clone();
        for name in TABLES {
            let text = shuffled.0.get_mut(&format!("{name}.csv")).expect("the table is there");
            let mut cells = rows(text);
            shuffle(&mut cells, order);
            cells
                .insert(0, text.lines().next().expect("a table has a heading").split(',').map(str::to_owned).collect());
            *text = table(&cells);
        }
        assert_same(&made, &shuffled.plan("frozen"), "shuffled");
    });
}

#[test]
fn nobody_disappears_in_silence() {
    // Without it an entity could be in no frame and on no list, and would never learn of it.
    for_all(64, 5, workspaces(), |workspace| {
        let (inputs, frames) = loaded(&workspace);
        assert_eq!(scope::frames(&inputs), frames);
        let framed: BTreeSet<&str> = frames
            .strata
            .iter()
            .flat_map(|stratum| &stratum.frame)
            .map(|no| inputs.entities[no.at()].id.as_str())
            .collect();
        let listed: BTreeSet<&str> = frames.excluded.iter().map(|row| row.entity.as_str()).collect();
        for entity in &inputs.entities {
            assert!(framed.contains(&*entity.id) || listed.contains(&*entity.id), "{} is nowhere", entity.id);
        }
        let without_id = frames.excluded.iter().filter(|row| row.entity.is_empty()).count();
        assert_eq!(without_id, inputs.entities_without_id.len());
    });
}

#[test]
fn ids_of_kind_0_can_be_read_back() {
    // Without it two codes could share an IV and so a ticket; what can be read back is unique.
    for_all(2_000, 6, "[0-9A-Z]{1,22}", |id| {
        let iv = Iv::of(Suite::Dr1, &id).to_string();
        let length = usize::from_str_radix(&iv[1..3], 16).expect("hex");
        let mut value = u128::from_str_radix(&iv[3..], 16).expect("hex");
        let mut read = vec![0u8; length];
        for place in read.iter_mut().rev() {
            *place = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(value % 36) as usize];
            value /= 36;
        }
        assert_eq!((&iv[..1], value, String::from_utf8(read).expect("ASCII")), ("0", 0, id));
    });
    for_all(500, 7, "[a-zÀ-ÿ一-龥-]{1,12}", |id| {
        assert!(Iv::of(Suite::Dr1, &id).to_string().starts_with('1'), "{id}")
    });
}
