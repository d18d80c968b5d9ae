//! What commands answer as JSON, and what they warn of before it is too late.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::ceremony::{DRAW_AT, NAME, OPEN_AT, PUBLISH_AT, room_after};
use crate::support::{bundle, english_sentence, english_word, fairdraw, has_chinese, project, rows, small, small_plan};
use crate::support::{stderr, stdout, temp, text};

fn call(arguments: &[&str]) -> Output {
    fairdraw().args(arguments).current_dir(project()).output().expect("the program can be started")
}

/// Calls a command for a JSON answer, and fails if it does not end well.
#[track_caller]
fn json(arguments: &[&str]) -> Value {
    let output = call(&[arguments, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", stdout(&output)))
}

// Without it a script around the program would have to read sentences.
#[test]
fn what_makes_files_tells_them_as_json() {
    let place = temp();
    let path = |name: &str| place.path().join(name).display().to_string();
    let made = json(&["new", &path("2026Q1"), "--region", "411381"]);
    assert_eq!((&made["first"], &made["last"]), (&Value::from("2026-01-01"), &Value::from("2026-03-31")));
    for file in made["files"].as_array().expect("a list") {
        assert!(Path::new(file.as_str().expect("a path")).is_file(), "{file}");
    }
    let workspace = small().on_disk();
    let entities = workspace.path().join("agencies.csv").display().to_string();
    let converted = json(&["convert", &entities, &path("agencies.parquet")]);
    assert_eq!((&converted["table"], &converted["rows"]), (&Value::from("agencies"), &Value::from(3)));
    let (_holds, folder) = bundle(small_plan());
    let folder = folder.display().to_string();
    let written = json(&["workbooks", &folder, "--out", &path("workbooks")]);
    assert!(written["workbooks"].as_u64() > Some(5) && written["bytes"].as_u64() > Some(10_000), "{written}");
    let registry = path("registry.csv");
    let generated = json(&["generate", "registry", "--entities", "500", "--out", &registry]);
    assert_eq!(generated["files"], serde_json::json!([registry]));
    let seed = ["--seed", "x", "--group", "411381.2026Q1", "--rates", "2%"];
    let sample = json(&[&["sample", registry.as_str(), "--out", &path("sample")], &seed[..]].concat());
    assert_eq!((&sample["rows"], &sample["drawn"]), (&Value::from(500), &Value::from(10)));
    assert_eq!(sample["strata"][0]["population"], 500);
    let manual = json(&["man", "--out", &path("man")]);
    assert!(manual["files"].as_array().expect("a list").len() > 20, "{manual}");
}

// Without it the steps of a ceremony could not be driven, or logged, by another program of the office.
#[test]
fn the_steps_of_a_ceremony_tell_their_entry_as_json() {
    let (folder, _) = room_after(3);
    let workspace = folder.path().display().to_string();
    let out = temp();
    let path = |name: &str| out.path().join(name).display().to_string();
    let drawn = json(&["draw", &workspace, "--at", DRAW_AT]);
    assert!(drawn["visits"].as_u64() > Some(0), "{drawn}");
    let lodged = json(&["lodge", &workspace, "--with", "公证处", "--at", "2026-10-03T09:30:00"]);
    assert_eq!((&lodged["kind"], &lodged["ceremony"]), (&Value::from("LODGE"), &Value::from(NAME)));
    let published = json(&["publish", &workspace, "--out", &path("public"), "--at", PUBLISH_AT]);
    assert_eq!(published["kind"], "PUBLISH");
    assert!(Path::new(published["folder"].as_str().expect("a folder")).join("commit.txt").is_file());
    let opened = json(&["open", &workspace, "--at", OPEN_AT]);
    let public = opened["folder"].as_str().expect("a folder").to_owned();
    let visits = fs::read_to_string(Path::new(&public).join("visits.csv")).expect("the visits");
    let visit = rows(&visits)[0][0].clone();
    let notice = json(&["notice", &workspace, &visit, "--out", &path("notice.html")]);
    assert_eq!(notice["visit"], visit.as_str());
    let code = notice["text"].as_str().expect("the code").to_owned();
    let verified = json(&["verify", "--notice", &code, "--ledger", &path("public")]);
    assert_eq!((&verified["verified"], &verified["visit"]["visit_id"]), (&Value::from(true), &Value::from(visit)));
    // Keys and checkpoints are answers in themselves; what is said of them is not.
    let (key, checkpoint) = (path("office.key"), path("checkpoint.txt"));
    let public_key = stdout(&call(&["ledger", "key", "office.example", "--out", &key])).trim().to_owned();
    let ledger = folder.path().join("ledger").display().to_string();
    assert_eq!(call(&["ledger", "sign", &ledger, "--key", &key, "--out", &checkpoint]).status.code(), Some(0));
    let verify = ["ledger", "verify", &checkpoint, "--ledger", &ledger, "--key", &public_key];
    let signed = json(&verify);
    assert_eq!((&signed["verified"], &signed["signatures"][0]["valid"]), (&Value::from(true), &Value::from(true)));
    let chinese = call(&[&verify[..], &["--lang", "zh"]].concat());
    assert!(has_chinese(stdout(&chinese)) && english_sentence(stdout(&chinese)).is_none(), "{}", stdout(&chinese));
}

// Without it the commands that speak at length would fall back to English where nothing is wrong.
#[test]
fn what_goes_well_is_told_in_chinese_too() {
    let place = temp();
    let (_holds, folder) = bundle(small_plan());
    let (bundle, workspace) = (folder.display().to_string(), small().on_disk());
    let workspace = workspace.path().display().to_string();
    let path = |name: &str| place.path().join(name).display().to_string();
    let drawn = rows(text(small_plan(), "samples.csv"))[0][5].clone();
    let officer = rows(text(small_plan(), "teams.csv"))[0][2].clone();
    let calls: &[&[&str]] = &[
        &["plan", &workspace, "--seed", "x", "--out", &path("plan")],
        &["verify", &bundle],
        &["explain", &bundle, &drawn],
        &["explain", &bundle, &officer],
        &["explain", &bundle, "*"],
        &["audit", &bundle],
        &["simulate", &workspace, "--draws", "20", "--staffings", "1"],
        &["generate", "registry", "--entities", "500", "--out", &path("registry.csv")],
        &["report", &workspace, "--bundle", &bundle, "--today", "2024-07-01"],
        &["result", &workspace, "--bundle", &bundle, "--today", "2024-07-01"],
    ];
    for arguments in calls {
        let output = call(&[*arguments, &["--lang", "zh"]].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert!(has_chinese(&said), "{arguments:?}: {said}");
        assert_eq!(english_sentence(&said), None, "{arguments:?}: {said}");
        assert_eq!(english_word(&said), None, "{arguments:?}: {said}");
    }
    let damaged = folder.join("samples.csv");
    let rest = fs::read_to_string(&damaged).expect("the samples").replace(",S,", ",R,");
    fs::write(&damaged, rest).expect("a file can be written");
    let output = call(&["verify", &bundle, "--lang", "zh"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("核验不通过") && english_sentence(stdout(&output)).is_none(), "{output:?}");
}

// Without it the steps after a draw would mix codes of the ledger into what a Chinese clerk reads.
#[test]
fn what_follows_a_draw_is_told_in_chinese_too() {
    let (folder, room) = room_after(4);
    let workspace = folder.path().display().to_string();
    let teams = rows(&fs::read_to_string(room.bundle().join("teams.csv")).expect("the teams"));
    let last = teams.last().expect("a seat")[0].clone();
    let (visit, officer) = (&teams[0][0], &teams[0][2]);
    let said = |arguments: &[&str]| {
        let output = call(&[arguments, &["--lang", "zh"]].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        assert_eq!(english_word(stdout(&output)), None, "{arguments:?}: {}", stdout(&output));
        stdout(&output).to_owned()
    };
    let code = stdout(&call(&["notice", &workspace, visit, "--text"])).trim().to_owned();
    said(&["amend", &workspace, visit, "--officer", officer, "--reason", "sick", "--at", "2026-10-05T09:00:00"]);
    let amended = said(&["amend", &workspace, &last, "--entity", "--reason", "closed", "--at", "2026-10-06T09:00:00"]);
    let added = amended.lines().find(|line| line.starts_with("  新增检查 ")).expect("a visit is added");
    assert!(added.ends_with(" 上午") || added.ends_with(" 下午"), "{amended}");
    assert!(amended.contains("  递补 2026-001 全部 "), "{amended}");
    let verified =
        said(&["verify", "--notice", &code, "--ledger", &folder.path().join("ledger").display().to_string()]);
    assert!(verified.contains("  时段 上午\n") || verified.contains("  时段 下午\n"), "{verified}");
    assert!(verified.contains("：变更号 1；变更 人员；原因 因病；明细 "), "{verified}");
    let page = stdout(&call(&["notice", &workspace, visit])).to_owned();
    assert!(page.contains("最近一次（已停业或注销）"), "{page}");
}

// Without it an owner's identity number would be found when the plan is drawn and lodged, too late to be taken out.
#[test]
fn personal_data_is_warned_of_before_the_draw() {
    let mut workspace = small();
    workspace.replace("entities.csv", "邓州01店", "邓州01店11010519491231002X");
    workspace.replace("tasks.csv", "餐饮联合抽查", "餐饮联合抽查（13800138000）");
    let folder = workspace.on_disk();
    let path = folder.path().display().to_string();
    let report = json(&["check", &path]);
    let faults = report["faults"].as_array().expect("a list").iter();
    let places: BTreeMap<&str, &str> = faults
        .filter(|fault| fault["code"] == "personal-data")
        .map(|fault| (fault["file"].as_str().expect("a file"), fault["column"].as_str().expect("a column")))
        .collect();
    assert_eq!(places, BTreeMap::from([("entities.csv", "name"), ("tasks.csv", "name")]));
    let out = temp();
    let plan = call(&["plan", &path, "--seed", "x", "--out", &out.path().join("plan").display().to_string()]);
    assert!(stderr(&plan).contains("warning[personal-data] entities.csv:name"), "{}", stderr(&plan));
    for said in [report.to_string(), stdout(&plan).to_owned(), stderr(&plan).to_owned()] {
        assert!(!said.contains("11010519491231002X") && !said.contains("13800138000"), "the data is not repeated");
    }
    // The seal warns as well: after it nothing can be taken out.
    let (room, _) = room_after(0);
    let entities = room.path().join("entities.csv");
    let named = fs::read_to_string(&entities).expect("the entities").replacen(",企业", ",13800138000企业", 1);
    fs::write(&entities, named).expect("written");
    let sealed = call(&["seal", &room.path().display().to_string(), "--at", "2026-10-01T09:00:00"]);
    assert_eq!(sealed.status.code(), Some(0), "{}", stderr(&sealed));
    assert!(stderr(&sealed).contains("warning[personal-data] entities.csv:name"), "{}", stderr(&sealed));
}

// Without it visits of an agency that was renamed would be forgotten in silence, and with them the caps.
#[test]
fn earlier_visits_of_unknown_agencies_and_items_are_told() {
    let (_holds, earlier) = bundle(small_plan());
    for (file, from, to) in [("visits.csv", "D01", "D77"), ("visits.csv", "D01-001", "D01-777")] {
        let path = earlier.join(file);
        let changed = fs::read_to_string(&path).expect("the visits").replace(from, to);
        fs::write(&path, changed).expect("written");
    }
    // Items are looked up by the agency that the bundle's own list names.
    let items = earlier.join("inputs/items.csv");
    let renamed = fs::read_to_string(&items).expect("the items").replace("D01", "D77");
    fs::write(&items, renamed).expect("written");
    let folder = small().on_disk();
    let workspace = folder.path().display().to_string();
    let report = json(&["check", &workspace, "--after", &earlier.display().to_string()]);
    let told: Vec<&Value> = report["faults"].as_array().expect("a list").iter().collect();
    let agency = told.iter().find(|fault| fault["code"] == "earlier-agency").expect("the agency is told");
    assert_eq!((&agency["value"], &agency["severity"]), (&Value::from("D77"), &Value::from("warning")));
    assert!(agency["cause"].as_str().expect("a cause").contains("left out"), "{agency}");
}

// Without it two clerks who deliver at once would each keep the table without the other's records.
#[test]
fn two_deliveries_at_once_lose_nothing() {
    let (_holds, folder) = bundle(small_plan());
    let office = temp();
    let visits = rows(text(small_plan(), "visits.csv"));
    let mut wanted = Vec::new();
    let running: Vec<_> = visits
        .iter()
        .take(6)
        .enumerate()
        .map(|(at, row)| {
            let item = row[6].split(';').next().expect("an item");
            wanted.push((row[0].clone(), item.to_owned()));
            let form = office.path().join(format!("{at}.csv"));
            let table =
                format!("检查编号,抽查事项编号,实际检查日期,检查结果,备注\n{},{item},{},未发现问题,\n", row[0], row[3]);
            fs::write(&form, table).expect("written");
            let mut command = fairdraw();
            command.arg("result").arg(office.path()).arg("--bundle").arg(&folder).arg(form);
            command.args(["--today", "2024-07-01"]).stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().expect("the program starts")
        })
        .collect();
    for child in running {
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let table = fs::read_to_string(office.path().join("results.csv")).expect("the table of results");
    for (visit, item) in wanted {
        assert!(table.contains(&format!("{visit},")) && table.contains(&item), "{visit} {item} is lost: {table}");
    }
    assert_eq!(table.lines().count(), 7, "{table}");
}

// Without it an entity would get more visits in the year than the office promised, and nobody would know why.
#[test]
fn visits_beyond_the_cap_are_named_with_the_reason() {
    let mut workspace = small();
    workspace.replace("plan.toml", "visits_per_year_max = 2", "visits_per_year_max = 1");
    let made = workspace.plan("cap");
    let mut visits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows(text(&made, "visits.csv")) {
        let (id, entity) = (row[0].clone().leak(), row[1].clone().leak());
        visits.entry(entity).or_default().push(id);
    }
    let twice: Vec<&str> = visits.iter().filter(|(_, ids)| ids.len() > 1).map(|(entity, _)| *entity).collect();
    let named: Vec<&str> = made.summary.over_cap.iter().map(|over| over.entity.as_str()).collect();
    assert_eq!(named, twice);
    assert!(!named.is_empty(), "the example draws somebody for the separate task and another");
    for over in &made.summary.over_cap {
        assert_eq!((over.before, over.cap), (0, 1));
        assert!(over.visits.len() > 1);
    }
    let told = fairdraw::publish::report::summary(&made.summary, &made.inputs, &made.plan, fairdraw::lang::Lang::En);
    assert!(told.contains(named[0]) && told.contains("more visits than 1 in the year"), "{told}");
    // At a cap of two whoever has three visits is named, and nobody who is within the cap.
    let beyond = &small_plan().summary.over_cap;
    assert!(beyond.iter().all(|over| over.cap == 2 && over.before as usize + over.visits.len() > 2), "{beyond:?}");
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    rows(text(small_plan(), "visits.csv")).into_iter().for_each(|row| *count.entry(row[1].clone()).or_default() += 1);
    for (entity, _) in count.iter().filter(|(_, visits)| **visits > 2) {
        assert!(beyond.iter().any(|over| over.entity == *entity), "{entity} is not named");
    }
}
