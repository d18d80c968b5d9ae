//! Quiet days that return, their exceptions, opening seasons and hours: from the tables to a bundle that both verifiers
//! accept.

use std::process::Command;

use fairdraw::files::store::freeze;
use fairdraw::plan::calendar::{Open, working_days};
use fairdraw::plan::model::Half;
use jiff::civil::Date;

use crate::support::{Workspace, bundle, project, small};

/// Gives the small county two rules about quiet days, and some entities days, seasons and hours of their own.
fn county() -> Workspace {
    let mut workspace = small();
    let rules = workspace.0["plan.toml"].clone()
        + "\n[[quiet]]\ndays = \"每月1—25日\"\nreason = \"企业安静期\"\nexcept_tasks = [\"2024-004\"]\n\
           except_items = \"重点\"\nexcept_classes = \"D\"\n\n[[quiet]]\ndays = \"周一至周二\"\nexcept_tags = \"餐饮\"\n\n\
           [[quiet]]\ndays = \"own\"\nexcept_tasks = \"2024-002\"\n";
    workspace.put("plan.toml", &rules);
    let rows: Vec<String> = (workspace.0["entities.csv"].lines().enumerate())
        .map(|(at, line)| match at {
            0 => line.replace(",registered", ",registered,营业季,营业时段"),
            // The last two columns of a row are its quiet days and its date.
            _ if at % 5 == 1 => format!("{line},,上午"),
            _ if at % 5 == 2 => format!("{line},4月至5月,"),
            _ if at % 5 == 3 && line.ends_with(",,") => {
                format!("{}每月20天,,,PM", line.strip_suffix(',').expect("it ends so"))
            }
            _ => format!("{line},,"),
        })
        .collect();
    workspace.put("entities.csv", &(rows.join("\n") + "\n"));
    workspace
}

#[test]
fn quiet_days_seasons_and_hours_hold_in_the_plan_and_in_both_verifiers() {
    // Without it an office that promised its firms quiet days could send officers on one of them.
    let made = county().plan("20240401");
    let inputs = &made.inputs;
    let (mut half_days, mut on_quiet_days) = (0, 0);
    for visit in &made.plan.visits {
        let entity = &inputs.entities[visit.entity.at()];
        let tasks = visit.tasks.iter().map(|no| &inputs.tasks[no.at()]);
        let (day, weekday) = (visit.date.day(), visit.date.weekday().to_monday_one_offset());
        if day <= 25 {
            on_quiet_days += 1;
            let is_free = |code: &str| ["2024-001", "2024-003", "2024-004"].contains(&code) || entity.class.is_some();
            assert!(tasks.clone().all(|task| is_free(&task.code)), "{} on {}", visit.id, visit.date);
        }
        assert!(weekday > 2 || entity.tags.iter().any(|tag| tag == "餐饮"), "{} on {}", visit.id, visit.date);
        assert!(entity.season.is_empty() || visit.date.month() <= 5, "{} on {}", visit.id, visit.date);
        if let Some(half) = entity.hours {
            half_days += 1;
            assert!(half == visit.half && half != Half::WholeDay, "{} takes {:?}", visit.id, visit.half);
        }
    }
    assert!(half_days > 0 && on_quiet_days > 0, "{half_days} at half-day entities, {on_quiet_days} by exception");
    assert!(made.plan.unplaced.iter().any(|row| row.reason == "no-open-day"), "some wishes are impossible");

    let (_folder, path) = bundle(&made);
    let output = Command::new("python3")
        .arg(project().join("scripts/verify_draw.py"))
        .arg(&path)
        .output()
        .expect("python3 can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

#[test]
fn frozen_rules_and_tables_load_again_to_the_same() {
    // Without it a bundle could not be planned again from its own inputs.
    let made = county().plan("20240401");
    let mut again = Workspace(Default::default());
    for file in freeze::freeze(&made.inputs) {
        again.put(&file.path, std::str::from_utf8(&file.bytes).expect("frozen files are UTF-8"));
    }
    let plan = &again.0["plan.toml"];
    let rule = "[[quiet]]\ndays = \"monthly 1-25\"\nreason = \"企业安静期\"\nexcept_tasks = \"2024-004\"\n\
                except_items = \"key\"\nexcept_classes = \"D\"\nexcept_tags = \"\"\n";
    assert!(plan.contains(rule), "{plan}");
    assert_eq!(again.load().ready.expect("frozen inputs have no error").0, made.inputs);
}

#[test]
fn twenty_quiet_days_a_month_leave_the_other_days_spread_over_the_month() {
    // Without it "20 days" could close a month for good, or leave the county's visits to one week of it.
    let mut workspace = small();
    let rules = workspace.0["plan.toml"].clone() + "\n[[quiet]]\ndays = \"每月20天\"\n";
    let inputs = workspace.put("plan.toml", &rules).load().ready.expect("the rules are good").0;
    let days: Vec<Date> = working_days(&inputs).iter().map(|day| day.date).collect();
    let of = |month: i8| days.iter().filter(|date| date.month() == month).map(|date| date.day()).collect::<Vec<_>>();
    // April 2024 has 21 working days, two of them off and one Sunday worked: numbers 1, 3, 5, 7, 9, 11, 13, 15, 17 and
    // 19 of 21 from 0 are left, because (2i + 1)·21/20 is rounded down.
    assert_eq!(of(4), [2, 7, 9, 11, 15, 17, 19, 23, 25, 29]);
    assert_eq!(of(5).len(), 11);
    let open = Open::of(&inputs);
    assert!(days.iter().all(|date| open.is_open(&inputs.tasks[1], &inputs.entities[0], *date)));
}
