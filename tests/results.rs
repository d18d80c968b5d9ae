//! Results: filled record forms in, a table of results, what is due, corrections, the ledger, the next period's history.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{bundle, fairdraw, rows, small, small_plan, stderr, stdout, temp, text};

/// Is the small plan as a bundle, beside the folder of its results.
struct Office {
    _holds: tempfile::TempDir,
    bundle: PathBuf,
    folder: tempfile::TempDir,
}

/// One row of a record form: visit, item, day, results, note.
type Row<'a> = [&'a str; 5];

impl Office {
    fn new() -> Office {
        let (holds, bundle) = bundle(small_plan());
        Office { _holds: holds, bundle, folder: temp() }
    }

    fn write(&self, name: &str, rows: &[Row<'_>]) -> PathBuf {
        let path = self.folder.path().join(name);
        let mut text = "检查编号,抽查事项编号,实际检查日期,检查结果,备注\n".to_owned();
        rows.iter().for_each(|row| text += &format!("{}\n", row.join(",")));
        fs::write(&path, text).expect("a file can be written");
        path
    }

    fn call(&self, command: &str, files: &[&Path], more: &[&str]) -> Output {
        let mut call = fairdraw();
        call.arg(command).arg(self.folder.path()).arg("--bundle").arg(&self.bundle).args(files).args(more);
        call.output().expect("the program can be started")
    }

    fn result(&self, files: &[&Path], more: &[&str]) -> Output {
        self.call("result", files, more)
    }

    fn table(&self) -> String {
        fs::read_to_string(self.folder.path().join("results.csv")).expect("the table of results")
    }
}

/// Returns visit, item, agency and day of the first rows of the small plan.
fn planned() -> Vec<[String; 3]> {
    let visits = rows(text(small_plan(), "visits.csv"));
    let items = |row: &Vec<String>| row[6].split(';').map(str::to_owned).collect::<Vec<_>>();
    visits.iter().flat_map(|row| items(row).into_iter().map(|item| [row[0].clone(), item, row[3].clone()])).collect()
}

#[test]
fn results_are_sets_and_none_is_assumed() {
    // Without it an empty row would become "no problem found", or the second of two results would be lost.
    let office = Office::new();
    let of = planned();
    let [first, second, third] = [&of[0], &of[1], &of[2]];
    let file = office.write(
        "D01.csv",
        &[
            [&first[0], &first[1], &first[2], "2；发现问题已责令改正", "限期三十日"],
            [&second[0], &second[1], &second[2], "1", ""],
            [&third[0], &third[1], "", "", ""],
        ],
    );
    let output = office.result(&[&file], &["--today", "2024-07-01"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("2 records new, 0 as before, 0 corrected"), "{}", stdout(&output));
    let table = rows(&office.table());
    assert_eq!(table.len(), 2, "the empty row is no record");
    let of_first = table.iter().find(|row| row[1] == first[0] && row[3] == first[1]).expect("the first record");
    assert_eq!(of_first[6], "report-unpublished;corrected");
    assert_eq!((&*of_first[4], &*of_first[8], &*of_first[9], &*of_first[10]), ("1", "限期三十日", "2024-07-01", ""));
    let seats = rows(text(small_plan(), "teams.csv"));
    let mut team: Vec<&str> =
        seats.iter().filter(|row| row[0] == first[0] && row[1] == of_first[2]).map(|row| &*row[2]).collect();
    team.sort_unstable();
    assert_eq!(of_first[7], team.join(";"), "without others the team of the plan went");
}

#[test]
fn a_delivery_again_changes_nothing_and_a_correction_needs_a_reason() {
    // Without it a file that is sent twice would double the records, or a result could be changed in silence.
    let office = Office::new();
    let of = planned();
    let [visit, item, day] = &of[0];
    let first = office.write("a.csv", &[[visit, item, day, "发现问题待后续处理", ""]]);
    assert_eq!(office.result(&[&first], &["--today", "2024-06-29"]).status.code(), Some(0));
    let before = office.table();
    let again = office.result(&[&first, &first], &["--today", "2024-06-30"]);
    assert!(stdout(&again).contains("0 records new, 1 as before"), "{}{}", stdout(&again), stderr(&again));
    assert_eq!(office.table(), before, "not even the day of the delivery");

    let other = office.write("b.csv", &[[visit, item, day, "发现问题已责令改正", ""]]);
    let refused = office.result(&[&other], &["--today", "2024-06-30"]);
    assert_eq!((refused.status.code(), stdout(&refused)), (Some(1), ""));
    assert!(stderr(&refused).contains("error[differs-from-record]"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("on record since 2024-06-29 is 发现问题待后续处理"), "{}", stderr(&refused));
    assert_eq!(office.table(), before);

    let corrected = office.result(&[&other], &["--today", "2024-06-30", "--correct", "复查已完成"]);
    assert!(stdout(&corrected).contains("1 corrected"), "{}{}", stdout(&corrected), stderr(&corrected));
    let table = rows(&office.table());
    let versions: Vec<[&str; 3]> = table.iter().map(|row| [&*row[4], &*row[6], &*row[11]]).collect();
    assert_eq!(versions, [["1", "pending", ""], ["2", "corrected", "复查已完成"]], "both stay in the table");

    fs::write(office.folder.path().join("results.csv"), office.table() + "x\n").expect("a file can be written");
    let damaged = office.result(&[], &["--today", "2024-06-30"]);
    assert_eq!(damaged.status.code(), Some(2), "{}", stdout(&damaged));
    assert!(stderr(&damaged).contains("line 4"), "{}", stderr(&damaged));
}

#[test]
fn all_faults_of_a_delivery_are_told_at_once_with_their_cells() {
    // Without it an office would learn of its typing errors one by one, and half a file could be on record.
    let office = Office::new();
    let of = planned();
    let [visit, item, day] = &of[0];
    let file = office.write(
        "faulty.csv",
        &[
            ["91411381XX", item, day, "1", ""],
            [visit, "D09-999", day, "1", ""],
            [visit, item, day, "没有问题", ""],
            [visit, item, day, "1；6", ""],
            [visit, item, "", "1", ""],
            [visit, item, day, "", "忘了"],
            [visit, item, "2024-12-31", "1", ""],
            [visit, item, "明天", "1", ""],
            [visit, item, day, "1", ""],
            [visit, item, day, "6", ""],
        ],
    );
    let output = office.result(&[&file], &["--today", "2024-07-01"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
    for (code, row) in [
        ("unknown-visit", 2),
        ("unknown-item", 3),
        ("unknown-result", 4),
        ("contradiction", 5),
        ("no-date", 6),
        ("no-result", 7),
        ("date-out-of-range", 8),
        ("not-a-date", 9),
        ("record-twice", 11),
    ] {
        let told = stderr(&output).lines().find(|line| line.starts_with(&format!("error[{code}]")));
        let told = told.unwrap_or_else(|| panic!("{code} is not in {}", stderr(&output)));
        assert!(told.contains(&format!("faulty.csv:{row}:")), "{told}");
    }
    assert!(!office.folder.path().join("results.csv").exists(), "nothing is on record");
}

#[test]
fn what_is_due_follows_the_calendar_until_it_is_published() {
    // Without it nobody would be reminded, or a published result would still be called overdue.
    let office = Office::new();
    let due = |today: &str| -> Vec<Value> {
        let output = office.result(&[], &["--today", today, "--format", "json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        answer["due"].as_array().expect("a list").clone()
    };
    assert_eq!(due("2024-03-31").len(), 0, "no visit was yet");
    let visits = rows(text(small_plan(), "visits.csv"));
    let first = visits.iter().map(|row| row[3].as_str()).min().expect("a visit");
    let on_the_day = due(first);
    assert!(!on_the_day.is_empty() && on_the_day.iter().all(|row| row["is_overdue"] == false), "{on_the_day:?}");
    let last = on_the_day[0]["due"].as_str().expect("a day").to_owned();
    assert!(due(&last).iter().all(|row| row["is_overdue"] == false), "the last day is still in time");
    let next: jiff::civil::Date = last.parse().expect("a day");
    let next = next.tomorrow().expect("a day").to_string();
    let overdue = due(&next);
    assert!(overdue[0]["is_overdue"] == true && overdue[0]["date"] == first, "{overdue:?}");

    // All that the first visit needs, then published.
    let id = overdue[0]["visit"].as_str().expect("an id").to_owned();
    let of: Vec<_> = planned().into_iter().filter(|row| row[0] == id).collect();
    let filled: Vec<Row<'_>> = of.iter().map(|[visit, item, day]| [&**visit, &**item, &**day, "1", ""]).collect();
    let file = office.write("a.csv", &filled);
    assert_eq!(office.result(&[&file], &["--today", &next]).status.code(), Some(0));
    assert!(due(&next).iter().any(|row| row["visit"] == id.as_str()), "recorded is not yet public");
    let notice = office.folder.path().join("公示.xlsx");
    let published = office.result(&[], &["--today", &next, "--publish", notice.to_str().expect("a path")]);
    assert!(stdout(&published).contains(&format!("{} published", of.len())), "{}", stderr(&published));
    assert!(due(&next).iter().all(|row| row["visit"] != id.as_str()));
    let sheets = fairdraw::files::decode::sheets(&fs::read(notice).expect("the notice")).expect("a workbook");
    assert_eq!(sheets[0].height(), 2 + of.len());
    assert_eq!(sheets[0].text(2, 9), "未发现问题");

    // The public site gets a page of the same rows, and only an open one.
    let site = office.folder.path().join("site");
    let publish = |more: &[&str]| {
        let mut call = fairdraw();
        call.arg("publish").arg(&office.bundle).arg("--out").arg(&site).args(more);
        assert_eq!(call.output().expect("the program can be started").status.code(), Some(0));
    };
    let path = site.to_str().expect("a path").to_owned();
    publish(&["--sealed"]);
    let sealed = office.result(&[], &["--today", &next, "--site", &path]);
    assert_eq!(sealed.status.code(), Some(2), "a site before the visits shows no results");
    publish(&["--force"]);
    let menu = |page: &str| fs::read_to_string(site.join(page)).expect("a page").contains("<li data-results><a");
    assert!(!menu("index.html"), "no link leads to a page that is not there");
    assert_eq!(office.result(&[], &["--today", &next, "--site", &path]).status.code(), Some(0));
    let page = fs::read_to_string(site.join("results.html")).expect("the page");
    assert_eq!(page.matches("<td>未发现问题</td>").count(), of.len());
    assert!(!page.contains("检查员"), "no officer is named");
    for page in ["index.html", "list.html", "visits.html", "check.html", "results.html"] {
        assert!(menu(page), "{page} leads to the results");
    }

    let report = office.call("report", &[], &["--today", &next, "--format", "json"]);
    let report: Value = serde_json::from_slice(&report.stdout).expect("JSON");
    let sum = |name: &str| -> u64 {
        report["agencies"].as_array().expect("a list").iter().map(|row| row[name].as_u64().expect("a count")).sum()
    };
    let parts = visits.iter().find(|row| row[0] == id).expect("the visit")[7].split(';').count() as u64;
    assert_eq!([sum("complete"), sum("published"), sum("in_time")], [parts, parts, 0], "one day late");
    let planned: usize = visits.iter().map(|row| row[7].split(';').count()).sum();
    assert_eq!(sum("planned"), planned as u64);
    let text = office.call("report", &[], &["--today", &next, "--lang", "zh", "--by", "task,class"]);
    assert!(stdout(&text).starts_with(&format!("411381.2024Q2 截至 {next}\n")), "{}", stdout(&text));
    assert!(stdout(&text).contains("分散抽取的任务不作推断") && stdout(&text).contains("置信区间"));
    let joint = visits.iter().filter(|row| row[7].contains(';')).count() as u64;
    assert_eq!(report["doors"]["joint"].as_u64(), Some(joint));
}

#[test]
fn visits_count_in_the_next_period_as_they_were_and_not_as_planned() {
    // Without it a firm that nobody met would have used up its visits, and rotation would follow the wrong team.
    let office = Office::new();
    let of = planned();
    let visits = rows(text(small_plan(), "visits.csv"));
    let vain = &visits[0];
    let mut filled: Vec<Row<'_>> = of
        .iter()
        .filter(|row| row[0] == vain[0])
        .map(|row| [&*row[0], &*row[1], &*row[2], "通过登记的住所无法联系", ""])
        .collect();
    let late = of.iter().find(|row| row[0] != vain[0]).expect("another visit");
    filled.push([&late[0], &late[1], "2024-06-28", "发现问题已责令改正", ""]);
    let file = office.write("a.csv", &filled);
    let taken = office.result(&[&file], &["--today", "2024-07-01"]);
    assert_eq!(taken.status.code(), Some(0), "{}", stderr(&taken));

    let mut next = small();
    next.replace("plan.toml", "name = \"2024Q2\"", "name = \"2024Q3\"")
        .replace("plan.toml", "first = \"2024-04-01\"", "first = \"2024-07-01\"")
        .replace("plan.toml", "last = \"2024-06-30\"", "last = \"2024-09-30\"")
        .replace("tasks.csv", "2024-04-01,2024-05-31", ",")
        .replace("tasks.csv", "2024-05-06,2024-06-28", ",");
    let workspace = next.on_disk();
    let out = office.folder.path().join("next");
    let results = office.folder.path().join("results.csv");
    let mut plan = fairdraw();
    plan.arg("plan").arg(workspace.path()).args(["--seed", "1", "--out"]).arg(&out);
    plan.arg("--after").arg(&office.bundle).arg("--results").arg(&results);
    let planned = plan.output().expect("the program can be started");
    assert_eq!(planned.status.code(), Some(0), "{}", stderr(&planned));
    let history = rows(&fs::read_to_string(out.join("inputs/history.csv")).expect("the frozen history"));
    let of_vain: Vec<_> = history.iter().filter(|row| row[0] == vain[1] && row[2] == vain[3]).collect();
    assert!(!of_vain.is_empty() && of_vain.iter().all(|row| row[3] == "no"), "{of_vain:?}");
    assert!(of_vain.iter().all(|row| row[6] == "通过登记的住所无法联系"));
    let entity = late[0].split('/').next().expect("an id");
    let of_late = history.iter().find(|row| row[0] == entity && row[2] == "2024-06-28").expect("the day on record");
    assert_eq!((&*of_late[3], &*of_late[6]), ("yes", "发现问题已责令改正"));

    // Results without their bundle would be taken for those of another period.
    let mut lone = fairdraw();
    lone.arg("check").arg(workspace.path()).arg("--after").arg(&out).arg("--results").arg(&results);
    let lone = lone.output().expect("the program can be started");
    assert_eq!(lone.status.code(), Some(2));
    assert!(stderr(&lone).contains("holds results of 411381.2024Q2, and no bundle of it is given"));
}
