//! The program as people and scripts meet it: help, exit status, streams, folders, and one set of numbers.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{
    bundle, county, fairdraw, file, files_below, project, run, small, small_plan, stderr, stdout, temp,
};

const COMMANDS: [&str; 12] = [
    "plan",
    "verify",
    "check",
    "explain",
    "publish",
    "workbooks",
    "result",
    "report",
    "generate",
    "simulate",
    "audit",
    "sample",
];

/// Plans a workspace into a folder with the seed of the small plan.
fn plan(workspace: &Path, out: &Path, more: &[&str]) -> Output {
    let mut command = fairdraw();
    command.arg("plan").arg(workspace).args(["--seed", "small", "--out"]).arg(out).args(more);
    command.output().expect("the program can be started")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stdout(output)))
}

fn entries(folder: &Path) -> Vec<String> {
    let names = folder.read_dir().expect("the folder can be read");
    let mut names: Vec<String> =
        names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn help_goes_to_stdout_and_tells_everything() {
    // Without it a newcomer would have to read the source to learn how the program ends.
    let output = run(["--help"]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    for command in COMMANDS {
        assert!(stdout(&output).contains(&format!("  {command}")), "{command}");
    }
    assert!(stdout(&output).contains("Exit status: 0 done or verified, 1 a definite no, 2 could not answer."));
    let version = run(["--version"]);
    assert_eq!(stdout(&version), concat!("fairdraw ", env!("CARGO_PKG_VERSION"), "\n"));
    for command in COMMANDS {
        let output = run([command, "--help"]);
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{command}");
        assert!(stdout(&output).contains("Example:\n  fairdraw "), "{command}: {}", stdout(&output));
        let first = stdout(&output).lines().next().expect("help has a line");
        assert!(!first.ends_with('.'), "{command}: {first:?} ends with a full stop");
    }
}

/// Returns the examples of a command's long help; a line that ends with a backslash goes on in the next.
fn examples(command: &str) -> Vec<String> {
    let output = run([command, "--help"]);
    let (_, examples) = stdout(&output).split_once("Example:\n").expect("the help has an example");
    let mut joined: Vec<String> = Vec::new();
    for line in examples.lines().map_while(|line| line.strip_prefix("  ")) {
        match joined.last_mut().filter(|before| before.ends_with('\\')) {
            Some(before) => *before = format!("{}{}", before.trim_end_matches('\\'), line.trim_start()),
            None => joined.push(line.to_owned()),
        }
    }
    joined
}

#[test]
fn the_examples_of_the_help_work_as_they_stand() {
    // Without it the first thing that a newcomer types could be an error.
    let folder = temp();
    symlink(project().join("data"), folder.path().join("data")).expect("a link can be made");
    let commands = ["generate", "check", "plan", "verify", "explain", "publish", "workbooks", "result", "report"];
    for command in commands.into_iter().chain(["simulate", "audit", "sample"]) {
        let examples = examples(command);
        assert!(!examples.is_empty());
        for example in examples {
            let words: Vec<&str> = example.split(' ').collect();
            assert_eq!(words[..2], ["fairdraw", command]);
            let output = fairdraw().current_dir(folder.path()).args(&words[1..]).output();
            let output = output.expect("the program can be started");
            assert_eq!(output.status.code(), Some(0), "{example}: {}{}", stdout(&output), stderr(&output));
            assert!(!output.stdout.is_empty(), "{example} answers");
        }
    }
    // What the examples have written is what the library gives, and what is committed.
    let made = files_below(&folder.path().join("target/2024Q1"));
    assert_eq!(made.len(), county().files.len());
    made.iter().for_each(|(path, bytes)| assert!(file(county(), path) == bytes, "{path} differs"));
    let generated = files_below(&folder.path().join("target/dengzhou"));
    assert!(!generated.is_empty());
    for (path, bytes) in generated {
        let committed = fs::read(project().join("data/dengzhou").join(&path)).expect("the table is committed");
        assert!(committed == bytes, "data/dengzhou/{path} is not what the generator writes");
    }
}

#[test]
fn what_can_not_be_answered_ends_with_2_and_advice() {
    // Without it a script would take a mistyped folder for a forged bundle.
    let folder = small().on_disk();
    let workspace = folder.path().to_str().expect("the path is text");
    let out = folder.path().join("out");
    let out = out.to_str().expect("the path is text");
    let cases: [&[&str]; 8] = [
        &["verify", "no/such/bundle"],
        &["verify", workspace],
        &["explain", "no/such/bundle", "1"],
        &["plan", workspace, "--seed", " blank first", "--out", out],
        &["plan", workspace, "--seed", "种子", "--out", out],
        &["plan", workspace, "--entropy", "no/such/file", "--out", out],
        &["plan", workspace, "--seed", "1", "--out", out, "--after", "no/such/bundle"],
        &["check", workspace, "--after", "no/such/bundle"],
    ];
    for case in cases {
        let output = run(case);
        assert_eq!(output.status.code(), Some(2), "{case:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{case:?}: stdout is data");
        assert!(stderr(&output).starts_with("error: "), "{case:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("\n  try: "), "{case:?}: {}", stderr(&output));
        assert!(!Path::new(out).exists(), "{case:?} leaves nothing");
    }
    let misused: [&[&str]; 5] = [
        &[],
        &["draw"],
        &["plan", workspace, "--out", out],
        &["plan", workspace, "--seed", "1", "--entropy", "x", "--out", out],
        &["verify", "x", "--format", "yaml"],
    ];
    for case in misused {
        let output = run(case);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{case:?}");
        assert!(!stderr(&output).is_empty(), "{case:?}");
    }
    let names = entries(folder.path());
    assert!(!names.iter().any(|name| name.starts_with(".fairdraw-")), "{names:?}");
}

#[test]
fn a_definite_no_ends_with_1() {
    // Without it `fairdraw check && fairdraw plan` would go on where it must stop.
    let (_holds, sound) = bundle(small_plan());
    let sound = sound.to_str().expect("the path is text");
    let output = run(["explain", sound, "91411381XXXXXXXXXX"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
    assert!(stderr(&output).contains("no entity, officer or agency has the id 91411381XXXXXXXXXX"));
    assert_eq!(run(["verify", sound, "--seed", "other"]).status.code(), Some(1));
    let mut faulty = small();
    faulty.replace("tasks.csv", ",,5户,,", ",,按实际,,");
    let folder = faulty.on_disk();
    let output = run(["check".as_ref(), folder.path().as_os_str()]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(1), ""), "the report of `check` is data");
    // One warning is the expired certificate; the others are ids, which are made up and have no valid check character.
    assert!(stdout(&output).ends_with("1 error, 50 warnings\n"), "{}", stdout(&output));
}

#[test]
fn stdout_is_data_and_stderr_is_for_people() {
    // Without it a warning would end up in the middle of a JSON document.
    let workspace = small().on_disk();
    let place = temp();
    let output = plan(workspace.path(), &place.path().join("a"), &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    json(&output);
    assert!(stderr(&output).contains("warning[certificate-never-valid] inspectors.csv:10:valid_until"));
    let output = plan(workspace.path(), &place.path().join("b"), &[]);
    assert!(stdout(&output).starts_with("411381 2024Q2 planned: 0 violations\n"), "{}", stdout(&output));
    assert!(!stdout(&output).contains("warning"));
    assert!(!stdout(&output).contains('\u{1b}') && !stderr(&output).contains('\u{1b}'), "no colour in a file");
}

#[test]
fn colour_comes_when_forced_and_not_where_it_is_unwanted() {
    // Without it a log would be full of escape codes, in spite of NO_COLOR.
    let coloured = |variables: &[(&str, &str)]| {
        let mut command = fairdraw();
        command.args(["verify", "no/such/bundle"]).envs(variables.iter().copied());
        stderr(&command.output().expect("the program can be started")).contains('\u{1b}')
    };
    assert!(!coloured(&[]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn a_reader_who_has_gone_is_no_error() {
    // Without it `fairdraw check … | head` would end in a panic and a wrong status.
    let (_holds, sound) = bundle(small_plan());
    let workspace = small().on_disk();
    let calls: [Vec<&std::ffi::OsStr>; 3] = [
        vec!["verify".as_ref(), sound.as_os_str()],
        vec!["check".as_ref(), workspace.path().as_os_str()],
        vec!["explain".as_ref(), sound.as_os_str(), "D01000".as_ref()],
    ];
    for call in calls {
        let mut command: Command = fairdraw();
        let mut child =
            command.args(&call).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{call:?}");
    }
}

#[test]
fn a_bundle_is_kept_unless_forced() {
    // Without it a published plan could be lost to a repeated command.
    let workspace = small().on_disk();
    let place = temp();
    let out = place.path().join("new/deep/bundle");
    assert_eq!(plan(workspace.path(), &out, &[]).status.code(), Some(0), "missing folders are made");
    let before = files_below(&out);
    fs::write(out.join("samples.csv"), "mine\n").expect("a file can be written");
    let refused = plan(workspace.path(), &out, &[]);
    assert_eq!((refused.status.code(), stdout(&refused)), (Some(2), ""));
    assert!(stderr(&refused).contains("exists already\n  try: add --force"), "{}", stderr(&refused));
    assert_eq!(fs::read(out.join("samples.csv")).expect("the file is there"), b"mine\n", "nothing was touched");
    assert_eq!(plan(workspace.path(), &out, &["--force"]).status.code(), Some(0));
    assert_eq!(files_below(&out), before, "the old bundle is replaced as a whole");
    assert_eq!(entries(out.parent().expect("a folder")), ["bundle"]);
    // An empty folder holds nothing that could be lost.
    let empty = place.path().join("empty");
    fs::create_dir(&empty).expect("a folder can be made");
    assert_eq!(plan(workspace.path(), &empty, &[]).status.code(), Some(0));
}

#[test]
fn force_replaces_bundles_only() {
    // Without it `--out ~ --force` would take a home folder away.
    let workspace = small().on_disk();
    let place = temp();
    let foreign = place.path().join("letters");
    fs::create_dir(&foreign).expect("a folder can be made");
    fs::write(foreign.join("letter.txt"), "dear").expect("a file can be written");
    let single = place.path().join("single");
    fs::write(&single, "a file").expect("a file can be written");
    for target in [&foreign, &single, &workspace.path().to_owned()] {
        let output = plan(workspace.path(), target, &["--force"]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("is no bundle, so it is not replaced"), "{}", stderr(&output));
    }
    assert_eq!(fs::read(foreign.join("letter.txt")).expect("the file is there"), b"dear");
    assert_eq!(entries(place.path()), ["letters", "single"]);
}

#[test]
fn a_failed_run_leaves_nothing_behind() {
    // Without it half a bundle, or a hidden folder for each failure, would fill the office's disk.
    let mut faulty = small();
    faulty.replace("tasks.csv", ",,5户,,", ",,按实际,,");
    let workspace = faulty.on_disk();
    let place = temp();
    for out in ["bundle", "new/deep/bundle"] {
        assert_eq!(plan(workspace.path(), &place.path().join(out), &[]).status.code(), Some(1));
        assert_eq!(entries(place.path()), Vec::<String>::new(), "{out}");
    }
    // A failure under --force keeps the bundle that was there.
    let out = place.path().join("bundle");
    let sound = small().on_disk();
    assert_eq!(plan(sound.path(), &out, &[]).status.code(), Some(0));
    let before = files_below(&out);
    assert_eq!(plan(workspace.path(), &out, &["--force"]).status.code(), Some(1));
    assert_eq!(files_below(&out), before);
    assert_eq!(entries(place.path()), ["bundle"]);
}

#[test]
fn a_record_of_entropy_makes_a_witnessed_plan() {
    // Without it a ceremony with dice and a beacon could not be planned, or would be shown as one person's seed.
    let workspace = small().on_disk();
    let place = temp();
    let record = place.path().join("record.txt");
    let text = "dr1 entropy v1\ndice 6 52163344\nbeacon kl8 2026318 0105081114192227303338414649525760687380\n";
    fs::write(&record, text).expect("a file can be written");
    let out = place.path().join("bundle");
    let call = |words: &[&str], folder: &Path| {
        let mut command = fairdraw();
        command.arg(words[0]).arg(folder).arg("--entropy").arg(&record).args(&words[1..]);
        command.output().expect("the program can be started")
    };
    let out_text = out.to_str().expect("the path is text");
    let made = call(&["plan", "--out", out_text, "--format", "json"], workspace.path());
    assert_eq!(json(&made)["witnessed"], true, "{}", stderr(&made));
    assert_eq!(fs::read_to_string(out.join("entropy.txt")).expect("the record"), text);
    let verified = call(&["verify", "--format", "json"], &out);
    assert_eq!((verified.status.code(), &json(&verified)["witnessed"]), (Some(0), &Value::Bool(true)));
    fs::write(&record, text.replace("52163344", "52163345")).expect("a file can be written");
    assert_eq!(call(&["verify"], &out).status.code(), Some(1));
}

#[test]
fn text_and_json_carry_the_same_numbers() {
    // Without it a dashboard and a head of office would talk about two plans.
    let workspace = small().on_disk();
    let place = temp();
    let out = place.path().join("bundle");
    let summary = json(&plan(workspace.path(), &out, &["--format", "json"]));
    let text = plan(workspace.path(), &place.path().join("again"), &[]);
    let n = |name: &str| summary[name].as_u64().unwrap_or_else(|| panic!("{name} of {summary}"));
    for line in [
        format!("{} tasks over {} items, {} agencies", n("tasks"), n("items"), n("agencies")),
        format!("{} draws of {} entities, {} in reserve", n("draws"), n("distinct_entities"), n("reserve")),
        format!("{} visits instead of {} ", n("visits"), n("visits_alone")),
        format!("{} of {} officers on {} seats", n("officers_at_work"), n("officers"), n("seats")),
    ] {
        assert!(stdout(&text).contains(&line), "{line} is not in {}", stdout(&text));
    }
    let rows = |name: &str| fs::read_to_string(out.join(name)).expect("the table").lines().count() as u64 - 1;
    assert_eq!((n("draws") + n("reserve"), n("visits")), (rows("samples.csv"), rows("visits.csv")));
    assert_eq!((n("seats"), n("unplaced")), (rows("teams.csv"), rows("unplaced.csv")));

    let verified = run(["verify".as_ref(), out.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    let answer = json(&verified);
    assert_eq!(answer["verified"], true);
    for name in ["draws", "visits", "seats", "witnessed"] {
        assert_eq!(answer[name], summary[name], "{name}");
    }
    assert_eq!(answer["files"].as_u64(), Some(files_below(&out).len() as u64));
    let verified = run(["verify".as_ref(), out.as_os_str()]);
    assert!(stdout(&verified).contains(&format!("{} draws, {} visits, {} seats", n("draws"), n("visits"), n("seats"))));

    let check = |more: &[&str]| fairdraw().arg("check").arg(workspace.path()).args(more).output().expect("it starts");
    let report = json(&check(&["--format", "json"]));
    let text = check(&[]);
    assert!(stdout(&text).ends_with(&format!("{} errors, {} warnings\n", report["errors"], report["warnings"])));
    let fault = &report["faults"][0];
    assert!(stdout(&text).contains(fault["cause"].as_str().expect("a cause")));
    assert!(stdout(&text).contains(&format!("{}:{}:", fault["file"].as_str().expect("a file"), fault["row"])));
}

/// Asks what the small bundle has for an id, in both forms.
fn explained(folder: &Path, id: &str) -> (Value, String) {
    let ask = |form: &str| {
        let output = fairdraw().arg("explain").arg(folder).args([id, "--format", form]).output();
        let output = output.expect("the program can be started");
        assert_eq!(output.status.code(), Some(0), "{id}: {}", stderr(&output));
        output
    };
    (json(&ask("json")), stdout(&ask("text")).to_owned())
}

#[test]
fn explain_tells_entities_and_officers_where_they_stand() {
    // Without it a firm would learn that it was drawn and not why, or that it was not and not by how much.
    let made = small_plan();
    let (_holds, folder) = bundle(made);
    let samples = crate::support::rows(crate::support::text(made, "samples.csv"));
    let strata = crate::support::rows(crate::support::text(made, "strata.csv"));
    let cutoffs: BTreeMap<(&str, &str), &str> =
        strata.iter().map(|row| ((row[0].as_str(), row[1].as_str()), row[7].as_str())).collect();

    let drawn = samples.iter().find(|row| row[3] == "S").expect("somebody is drawn");
    let (answer, text) = explained(&folder, &drawn[5]);
    let frames = answer["entity"]["frames"].as_array().expect("frames");
    let frame = frames.iter().find(|frame| frame["task"] == drawn[0].as_str()).expect("the task is told");
    assert_eq!(frame["outcome"], "drawn");
    assert_eq!(frame["rank"].to_string(), drawn[2]);
    assert_eq!((frame["ticket"].as_str(), frame["chance"].as_str()), (Some(&*drawn[4]), Some(&*drawn[6])));
    assert_eq!(frame["cutoff"].as_str(), Some(cutoffs[&(&*drawn[0], &*drawn[1])]));
    for part in [&drawn[4], &drawn[6], "  drawn\n"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let visits = crate::support::rows(crate::support::text(made, "visits.csv"));
    for visit in visits.iter().filter(|visit| visit[1] == drawn[5]) {
        assert!(text.contains(&format!("visit {} on {} {}", visit[0], visit[3], visit[4])), "{text}");
    }

    let is_in_a_sample = |id: &str| samples.iter().any(|row| row[5] == id);
    let framed = made.plan.frames.strata.iter().flat_map(|stratum| &stratum.frame);
    let mut ids = framed.map(|no| made.inputs.entities[no.at()].id.as_str());
    let undrawn = ids.find(|id| !is_in_a_sample(id)).expect("somebody is not drawn");
    let (answer, text) = explained(&folder, undrawn);
    let frames = answer["entity"]["frames"].as_array().expect("frames");
    assert!(!frames.is_empty() && frames.iter().all(|frame| frame["outcome"] == "not drawn"), "{answer}");
    assert!(frames.iter().all(|frame| frame["rank"].as_u64() > frame["sample"].as_u64()));
    assert!(text.contains("  not drawn\n") && !text.contains("visit "), "{text}");

    for (id, reason) in [
        ("91411381MA900001X1", "deregistered"),
        ("91411381MA900004X4", "duplicate"),
        ("91411381MA900005X5", "visit-cap"),
        ("91411381MA900006X6", "item-cap"),
        ("91411381MA900007X7", "out-of-scope"),
    ] {
        let (answer, text) = explained(&folder, id);
        let told = answer["entity"]["excluded"].as_array().expect("exclusions");
        assert!(told.iter().any(|row| row["reason"] == reason), "{id}: {answer}");
        assert!(text.contains(&format!("({reason})")), "{id}: {text}");
    }

    let teams = crate::support::rows(crate::support::text(made, "teams.csv"));
    let (answer, text) = explained(&folder, "D01002");
    let seats = teams.iter().filter(|row| row[2] == "D01002").count();
    assert_eq!(answer["officer"]["seats"].as_array().expect("seats").len(), seats);
    assert!(text.contains(&format!("drawn for {seats} ")), "{text}");
    let (answer, text) = explained(&folder, "D01007");
    assert_eq!((answer["officer"]["eligible"].as_u64(), &answer["officer"]["seats"]), (Some(0), &Value::Array(vec![])));
    assert!(text.contains("not: certificate cancelled"), "{text}");
    // A written form that the tables would accept is accepted here too.
    assert_eq!(explained(&folder, "d01-002").0["officer"]["certificate"], "D01002");
}

#[test]
fn the_visits_of_an_earlier_bundle_count_in_the_next_period() {
    // Without it the second quarter would call again where the first has just been.
    let place = temp();
    let (_holds, earlier) = bundle(small_plan());
    let mut next = small();
    next.replace("plan.toml", "name = \"2024Q2\"", "name = \"2024Q3\"")
        .replace("plan.toml", "first = \"2024-04-01\"", "first = \"2024-07-01\"")
        .replace("plan.toml", "last = \"2024-06-30\"", "last = \"2024-09-30\"")
        .replace("plan.toml", "visits_per_year_max = 2", "visits_per_year_max = 1")
        .replace("tasks.csv", "2024-04-01,2024-05-31", ",")
        .replace("tasks.csv", "2024-05-06,2024-06-28", ",");
    let workspace = next.on_disk();
    let out = place.path().join("bundle");
    let earlier = earlier.to_str().expect("the path is text");
    let output = plan(workspace.path(), &out, &["--after", earlier]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let drawn = crate::support::rows(&fs::read_to_string(out.join("samples.csv")).expect("the table"));
    let visited = crate::support::rows(crate::support::text(small_plan(), "visits.csv"));
    assert!(!visited.is_empty() && !drawn.is_empty());
    for visit in visited {
        assert!(!drawn.iter().any(|row| row[5] == visit[1]), "{} is at its cap", visit[1]);
    }
    let verify = |more: &[&str]| {
        let mut command = fairdraw();
        command.arg("verify").arg(&out).arg("--inputs").arg(workspace.path()).args(more);
        command.output().expect("the program can be started")
    };
    let verified = verify(&["--after", earlier]);
    assert_eq!(verified.status.code(), Some(0), "{}", stdout(&verified));
    assert_eq!(verify(&[]).status.code(), Some(1), "the workspace alone lacks the earlier visits");
}
