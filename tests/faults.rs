//! Bad input: every fault has a code, a place, a cause and a remedy; all come at once, and nothing is written.
//!
//! `same-iv` has no case of its own: two ids of kind 0 never share an IV (`properties::ids_of_kind_0_can_be_read_back`),
//! kinds differ in the first digit, and two of kind 1 would be a collision in 124 bits of SHA-256, which nobody can
//! make.

use std::fs;

use fairdraw::files::faults::{Fault, Severity};
use fairdraw::files::workspace;

use crate::fault_cases::{Case, ERRORS, WARNINGS};
use crate::support::{Workspace, fairdraw, run, small, stderr, stdout, temp};

fn is_of(fault: &Fault, case: &Case, severity: Severity) -> bool {
    let place = &fault.place;
    (fault.severity, fault.code, place.file.as_str(), place.row) == (severity, case.code, case.file, case.row)
        && place.column == case.column
        && fault.value == case.value
        && fault.cause.en.contains(case.cause)
        && fault.remedy.en.contains(case.remedy)
}

fn changed(case: &Case) -> Workspace {
    let mut workspace = small();
    (case.change)(&mut workspace);
    workspace
}

#[test]
fn each_error_is_told_with_place_cause_and_remedy() {
    // Without it a clerk would search a registry of 125,000 rows for a fault that has no row.
    for case in ERRORS {
        let loaded = changed(case).load();
        let found = loaded.faults.iter().any(|fault| is_of(fault, case, Severity::Error));
        assert!(found, "{}: {:#?}", case.name, loaded.faults);
        assert!(loaded.ready.is_none(), "{}: nothing is planned while an error stands", case.name);
    }
}

#[test]
fn each_warning_is_told_and_the_plan_goes_on() {
    // Without it something would be repaired in silence, or a harmless oddity would stop a quarter.
    for case in WARNINGS {
        let loaded = changed(case).load();
        let found = loaded.faults.iter().any(|fault| is_of(fault, case, Severity::Warning));
        assert!(found, "{}: {:#?}", case.name, loaded.faults);
        assert!(loaded.ready.is_some(), "{}: {:#?}", case.name, loaded.faults);
        let made = crate::support::planned(loaded, "warned");
        if case.code == "sample-cut" {
            let stratum = made.plan.frames.strata.last().expect("the plan has strata");
            assert_eq!((stratum.size, stratum.wanted, stratum.frame.len()), (12, 500, 12), "all of it is drawn");
        }
    }
}

#[test]
fn an_officer_whose_certificate_is_never_valid_is_never_sent() {
    // Without it the warning would be words only.
    let made = crate::support::small_plan();
    let seats = made.plan.visits.iter().flat_map(|visit| &visit.teams).flat_map(|team| &team.seats);
    let mut sent = seats.map(|seat| made.inputs.inspectors[seat.inspector.at()].certificate.as_str());
    assert!(sent.all(|certificate| !["D01007", "D01008"].contains(&certificate)));
}

#[test]
fn the_small_example_has_no_fault_but_the_ones_that_it_shows() {
    // Without it a case above could pass because of a fault that was there before.
    let loaded = small().load();
    // Its ids are made up, so their check characters do not hold.
    let codes = loaded.faults.iter().map(|fault| fault.code).filter(|code| *code != "id-check");
    let codes: Vec<&str> = codes.collect();
    assert_eq!(codes, ["certificate-never-valid"], "{:#?}", loaded.faults);
}

#[test]
fn all_errors_come_in_one_report_and_nothing_is_written() {
    // Without it an office would correct one fault a day, or find half a bundle after a failure.
    let mut workspace = small();
    workspace
        .replace("tasks.csv", ",,5户,,", ",,按实际,,")
        .replace("tasks.csv", "D01;D02 2户", "D01;D07 2户")
        .replace("inspectors.csv", "D02003,", "D01002,")
        .replace("entities.csv", ",deregistered,", ",closed,")
        .replace("history.csv", "2024-02-20", "2024-02-30");
    let wanted = [
        "duplicate-id inspectors.csv 14",
        "not-a-date history.csv 3",
        "rate-untyped tasks.csv 4",
        "unknown-agency tasks.csv 4",
        "unknown-word entities.csv 50",
    ];
    let folder = workspace.on_disk();
    let told = |faults: &serde_json::Value| -> Vec<String> {
        let errors = faults.as_array().expect("a list").iter().filter(|fault| fault["severity"] == "error");
        let word = |fault: &serde_json::Value, name: &str| fault[name].as_str().expect("a text").to_owned();
        errors.map(|fault| format!("{} {} {}", word(fault, "code"), word(fault, "file"), fault["row"])).collect()
    };
    let output = run(["check".as_ref(), folder.path().as_os_str(), "--format".as_ref(), "json".as_ref()]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_str(stdout(&output)).expect("the report is JSON");
    assert_eq!(told(&report["faults"]), wanted);
    assert_eq!((report["errors"].as_u64(), report["warnings"].as_u64()), (Some(5), Some(50)));

    let place = temp();
    let out = place.path().join("bundle");
    let mut command = fairdraw();
    command.arg("plan").arg(folder.path()).args(["--seed", "1", "--out"]).arg(&out);
    let output = command.output().expect("the program can be started");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    for line in ["error[rate-untyped] tasks.csv:4:rate (M4): \"按实际\"", "    try: write 3%, 2‰, 1:10, 20户"] {
        assert!(stderr(&output).contains(line), "{line} is not in {}", stderr(&output));
    }
    assert_eq!(place.path().read_dir().expect("the folder can be read").count(), 0, "nothing is left behind");
}

#[test]
fn faults_in_a_workbook_name_sheet_row_and_heading() {
    // Without it the place would be one of a CSV file that nobody has seen.
    let folder = small().on_disk();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("路程").expect("the name is short");
    for (row, cells) in
        (1u32..).zip([["起", "止", "分钟"], ["411381001", "411381002", "10"], ["411381001", "火星", "9"]])
    {
        (1u16..).zip(cells).for_each(|(column, cell)| {
            sheet.write_string(row, column, cell).expect("a cell can be written");
        });
    }
    fs::write(folder.path().join("travel.csv"), book.save_to_buffer().expect("a workbook")).expect("a file");
    let faults = workspace::load(folder.path(), &[]).faults;
    let fault = faults.iter().find(|fault| fault.code == "unknown-township").expect("the fault is found");
    assert_eq!(fault.place.to_string(), "travel.csv[路程]:4:止 (C4)");
}

#[test]
fn a_folder_without_rules_is_told() {
    // Without it a mistyped path would look like an empty county.
    let folder = temp();
    let faults = workspace::load(folder.path(), &[]).faults;
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["unreadable-file"]);
    assert_eq!(faults[0].place.file, "plan.toml");
}

#[test]
fn text_that_is_neither_utf_8_nor_gb18030_is_told() {
    // Without it names would turn into other names.
    let folder = small().on_disk();
    fs::write(folder.path().join("travel.csv"), b"from,to,minutes\n\xff\xff,\xfe,1\n").expect("a file can be written");
    let faults = workspace::load(folder.path(), &[]).faults;
    let fault = faults.iter().find(|fault| fault.code == "unreadable-file").expect("the fault is found");
    assert!(fault.cause.en.contains("neither UTF-8 nor GB18030"), "{fault:?}");
}
