//! The proof of the teams: whatever is not the best choice, or not proved to be, is found by both verifiers by name.

use std::fs;
use std::path::Path;
use std::process::Command;

use fairdraw::files::store::bundle::File;
use fairdraw::files::store::bundle::{MANIFEST, Manifest};
use fairdraw::files::store::rows;
use fairdraw::lottery::{Iv, Suite, keys::team_label};
use fairdraw::plan::check::{check, check_potentials};
use fairdraw::plan::model::{Holder, InspectorNo, Plan, Potential, Seat};
use fairdraw::run::Made;
use fairdraw::verify::{Evidence, verify};

use crate::support::{bundle, county, files_below, project, small_plan};

/// Writes the bundle with other visits, teams and prices, everything listed as it then is.
fn forged(made: &Made, plan: &Plan) -> (tempfile::TempDir, std::path::PathBuf) {
    let (holds, folder) = bundle(made);
    for file in rows::results(&made.inputs, plan) {
        fs::write(folder.join(&file.path), &file.bytes).expect("a file can be written");
    }
    let listed = files_below(&folder).into_iter().filter(|(path, _)| path != MANIFEST);
    let files: Vec<File> = listed.map(|(path, bytes)| File { path, bytes }).collect();
    let rules = &made.inputs.rules;
    let manifest = Manifest::of(&files, rules.suite, &rules.period, &rules.region, made.summary.witnessed);
    fs::write(folder.join(MANIFEST), manifest.text()).expect("a file can be written");
    (holds, folder)
}

/// Returns what the second implementation says, and its exit status.
fn second_opinion(folder: &Path) -> (String, Option<i32>) {
    let script = project().join("scripts/verify_draw.py");
    let output =
        Command::new("python3").arg(script).arg(folder).output().expect("Python 3 is there, as for scripts/check");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

/// Asserts that both verifiers say no, and name these words in the finding of this file.
#[track_caller]
fn assert_both_find(made: &Made, plan: &Plan, file: &str, code: &str, names: &[&str]) {
    let (_holds, folder) = forged(made, plan);
    let findings = verify(&folder, &Evidence::default(), &mut |_| {}).expect("an answer").findings;
    let own = findings.iter().find(|finding| finding.file == file);
    let what = &own.unwrap_or_else(|| panic!("nothing of {file} in {findings:#?}")).what.en;
    assert!(what.contains(code) && names.iter().all(|name| what.contains(name)), "{what}");
    let (text, status) = second_opinion(&folder);
    assert!(status == Some(1) && names.iter().all(|name| text.contains(name)), "{status:?} {text}");
}

/// Finds an officer who could go in another's place, with the right ticket and rank, and lets them go.
fn another_team(made: &Made) -> (Plan, String) {
    let inputs = &made.inputs;
    let group = format!("{}.{}", inputs.rules.region, inputs.rules.period);
    for (at, visit) in made.plan.visits.iter().enumerate() {
        let [team] = &visit.teams[..] else { continue };
        let code = &inputs.agencies[team.agency.at()].code;
        let key = made.prk.key(&team_label(&group, code, &visit.id));
        for (no, officer) in (0..).map(InspectorNo).zip(&inputs.inspectors) {
            for rank in 1..=9 {
                let mut plan = made.plan.clone();
                let seats = &mut plan.visits[at].teams[0].seats;
                seats[1] = Seat { inspector: no, rank, ticket: key.ticket(Iv::of(Suite::Dr1, &officer.certificate)) };
                if seats[0].inspector != no
                    && team.seats[1].inspector != no
                    && check(inputs, &made.prk, &plan).is_empty()
                {
                    return (plan, visit.id.clone());
                }
            }
        }
    }
    panic!("no officer of the small county can take another's place");
}

#[test]
fn both_verifiers_accept_the_teams_of_a_sound_plan() {
    // Without it a verifier that cries at every price would pass the tests below.
    let made = small_plan();
    assert_eq!(check_potentials(&made.inputs, &made.prk, &made.plan), []);
    assert_eq!(check_potentials(&county().inputs, &county().prk, &county().plan), []);
    let (_holds, folder) = forged(made, &made.plan);
    let (text, status) = second_opinion(&folder);
    assert!(status == Some(0) && text.contains("12 prices"), "{text}");
}

#[test]
fn a_swapped_officer_is_named() {
    // Without it an office could send a friend's friend in the place of whom the lottery chose.
    let made = small_plan();
    let mut plan = made.plan.clone();
    let team = &mut plan.visits[0].teams[0];
    let other = (0..).map(InspectorNo).zip(&made.inputs.inspectors).find(|(no, officer)| {
        officer.agency == team.agency && officer.is_valid && team.seats.iter().all(|seat| seat.inspector != *no)
    });
    let (no, officer) = other.expect("the agency has another officer");
    team.seats[0].inspector = no;
    assert_both_find(made, &plan, "teams.csv", "seat-", &[&officer.certificate]);
}

#[test]
fn a_team_with_right_tickets_that_is_not_the_best_is_named() {
    // Without it any team of eligible officers would pass whoever has no replay: tickets and ranks are all in order.
    let made = small_plan();
    let (plan, visit) = another_team(made);
    assert_both_find(made, &plan, "teams.csv", "potential-", &[&visit]);
}

#[test]
fn a_wrong_price_is_named() {
    // Without it the proof could be anything, and would prove anything.
    let made = small_plan();
    let mut plan = made.plan.clone();
    let of_outing = |row: &&mut Potential| matches!(row.holder, Holder::Outing(_));
    let row = plan.potentials.iter_mut().find(of_outing).expect("the plan has an outing");
    row.price = Some(0);
    let Holder::Outing(id) = row.holder.clone() else { unreachable!("an outing was looked for") };
    assert_both_find(made, &plan, "potentials.csv", "potential-dear", &[&id]);
}

#[test]
fn whatever_is_wrong_with_a_proof_has_its_own_name() {
    // Without it a rule of the proof could be left out of the checker, and no other test would notice.
    type Damage = fn(&mut Vec<Potential>);
    fn officer(rows: &mut [Potential]) -> &mut Potential {
        let seated = |row: &&mut Potential| matches!(row.holder, Holder::Officer(_)) && row.price > Some(0);
        rows.iter_mut().find(seated).expect("the plan has an officer")
    }
    fn outing(rows: &mut [Potential]) -> &mut Potential {
        rows.iter_mut().find(|row| row.one.is_some()).expect("the plan has an outing with a gate")
    }
    let cases: [(&str, Damage); 10] = [
        ("potential-kept", |rows| {
            let row = rows.iter_mut().find(|row| row.visits == 1 && matches!(row.holder, Holder::Officer(_)));
            row.expect("an officer in single outings").kept = 1;
        }),
        ("potential-missing", |rows| officer(rows).price = None),
        ("potential-missing", |rows| outing(rows).one = None),
        ("potential-missing", |rows| rows.retain(|row| matches!(row.holder, Holder::Officer(_)))),
        ("potential-extra", |rows| {
            rows.push(Potential { holder: Holder::Outing("nowhere".to_owned()), ..rows[0].clone() })
        }),
        ("potential-extra", |rows| rows.push(Potential { visits: 3, ..rows[0].clone() })),
        ("potential-twice", |rows| rows.push(rows[0].clone())),
        ("potential-load", |rows| officer(rows).price = Some(1 << 61)),
        ("potential-cheaper", |rows| {
            let row = rows.iter_mut().find(|row| matches!(row.holder, Holder::Outing(_)) && row.one.is_none());
            row.expect("an outing without gates").price = Some(1 << 61);
        }),
        ("potential-gate", |rows| rows.iter_mut().filter(|row| row.one.is_some()).for_each(|row| row.one = Some(0))),
    ];
    let made = county();
    for (at, (code, damage)) in cases.into_iter().enumerate() {
        let mut plan = made.plan.clone();
        damage(&mut plan.potentials);
        let found = check_potentials(&made.inputs, &made.prk, &plan);
        assert!(found.iter().any(|row| row.code == code), "case {at}: {code} is not among {found:#?}");
    }
}
