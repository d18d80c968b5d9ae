//! The rule that makes the search for dates longer: read, sealed, followed, and known to both verifiers.

use std::fs;
use std::process::Command;

use fairdraw::files::store::freeze;
use fairdraw::verify::{Evidence, verify};

use crate::support::{Workspace, bundle, project, run, small, small_plan, stderr, text, verify_draw};

fn with_search(value: &str) -> Workspace {
    let mut workspace = small();
    workspace.replace("plan.toml", "\n[[quiet]]", &format!("\n[calendar]\nsearch = {value}\n\n[[quiet]]"));
    workspace
}

#[test]
fn a_longer_search_is_sealed_followed_and_replayed_by_both_implementations() {
    // Without it a plan could claim a search that nobody made, or one that nobody else can verify.
    let made = with_search("3").plan("small");
    assert!(
        text(&made, "inputs/plan.toml").contains("\nhalf_day_minutes = 120\n\n[calendar]\nsearch = 3\n\n[[quiet]]")
    );
    let usual = small_plan();
    assert_eq!(text(&made, "samples.csv"), text(usual, "samples.csv"), "the search decides dates, nobody's chances");
    assert_ne!(text(&made, "commit.txt"), text(usual, "commit.txt"));
    assert_ne!(text(&made, "visits.csv"), text(usual, "visits.csv"));

    let (_folder, path) = bundle(&made);
    let output = run(["verify".as_ref(), path.as_os_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (status, told) = verify_draw(&path, None);
    assert_eq!(status, Some(0), "{told}");

    let file = path.join("inputs/plan.toml");
    let rules = fs::read_to_string(&file).expect("the file is there");
    for other in ["search = 4", "search = 1"] {
        fs::write(&file, rules.replace("search = 3", other)).expect("the file can be written");
        let verdict = verify(&path, &Evidence::default(), &mut |_| {}).expect("a bundle");
        assert!(verdict.findings.iter().any(|finding| finding.file == "inputs/plan.toml"), "{:?}", verdict.findings);
        let (status, told) = verify_draw(&path, None);
        assert!(status == Some(1) && told.contains("plan.toml"), "{told}");
    }
}

#[test]
fn the_usual_search_is_not_part_of_the_frozen_rules() {
    // Without it plans from before the rule would have another commitment when they are made again.
    let made = with_search("1").plan("small");
    assert_eq!(made.files, small_plan().files);
}

#[test]
fn frozen_rules_load_again_to_the_same() {
    // Without it a bundle could not be planned again from its own inputs.
    for (value, kept) in [("1", 1), ("2", 2), ("100", 100)] {
        let inputs = with_search(value).load().ready.expect("the value is good").0;
        assert_eq!(inputs.rules.search, kept);
        let mut again = Workspace(Default::default());
        for file in freeze::freeze(&inputs) {
            again.put(&file.path, std::str::from_utf8(&file.bytes).expect("frozen files are UTF-8"));
        }
        assert_eq!(again.load().ready.expect("frozen inputs have no error").0, inputs);
    }
}

#[test]
fn values_out_of_range_are_refused_with_place_cause_and_remedy() {
    // Without it a slip of the finger would plan for hours, or not search at all.
    for value in ["0", "-3", "101", "5000000000"] {
        let loaded = with_search(value).load();
        assert!(loaded.ready.is_none(), "{value}");
        let fault = loaded.faults.iter().find(|fault| fault.code == "rule-value").expect("the rule is named");
        assert_eq!((fault.place.column.as_str(), fault.value.as_str()), ("calendar.search", value));
        assert!(fault.cause.en.contains("1 to 100") && fault.cause.zh.contains("1 到 100"), "{fault:?}");
        assert!(fault.remedy.en.contains("leave the line out") && fault.remedy.zh.contains("删去该行"), "{fault:?}");
    }
    for value in ["1.5", "\"ten\""] {
        let faults = with_search(value).load().faults;
        assert!(faults.iter().any(|fault| fault.code == "rules-syntax" && fault.place.row.is_some()), "{faults:?}");
    }
}

#[test]
fn the_second_implementation_takes_the_rule_in_its_one_form_only() {
    // Without it two frozen forms of one rule would pass, or an impossible one.
    let frozen = |value: &str| {
        let plan = text(small_plan(), "inputs/plan.toml");
        plan.replacen("\n[[quiet]]", &format!("\n[calendar]\nsearch = {value}\n\n[[quiet]]"), 1)
    };
    let program = "import sys; from dr1.answers import No; from dr1.tables import read_plan\n\
                   try: print(read_plan(sys.argv[1].encode())['search'])\n\
                   except No as no: print('no:', no)";
    let read = |plan: &str| {
        let output = Command::new("python3")
            .args(["-c", program, plan])
            .env("PYTHONPATH", project().join("scripts"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .expect("Python 3 is there, as for scripts/check");
        String::from_utf8(output.stdout).expect("stdout is UTF-8").trim().to_owned()
    };
    assert_eq!(read(text(small_plan(), "inputs/plan.toml")), "1");
    assert_eq!(read(&frozen("2")), "2");
    assert_eq!(read(&frozen("100")), "100");
    for value in ["0", "1", "101", "\"3\"", "03"] {
        let told = read(&frozen(value));
        assert!(told.starts_with("no:") && told.contains("plan.toml"), "{value}: {told}");
    }
}
