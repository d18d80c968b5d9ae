//! The two languages: chosen by `--lang` or the locale, the same facts in both.

use fairdraw::lang::Lang;
use fairdraw::publish::report;
use serde_json::Value;

use crate::fault_cases::ERRORS;
use crate::support::{
    Workspace, bundle, english_sentence, fairdraw, has_chinese, rows, run, small, stdout, temp, text,
};

/// Makes a workspace with several errors of different tables.
fn faulty() -> Workspace {
    let mut workspace = small();
    for case in ERRORS.iter().take(6) {
        (case.change)(&mut workspace);
    }
    workspace
}

fn checked(folder: &std::path::Path, more: &[&str], locale: Option<(&str, &str)>) -> String {
    let mut command = fairdraw();
    command.arg("check").arg(folder).args(more).envs(locale);
    stdout(&command.output().expect("the program can be started")).to_owned()
}

// Without it a clerk whose computer speaks Chinese would be answered in English, or could not choose.
#[test]
fn the_option_decides_and_else_the_locale() {
    let folder = temp();
    faulty().write(folder.path());
    let english = checked(folder.path(), &[], None);
    let chinese = checked(folder.path(), &["--lang", "zh"], None);
    assert!(english.contains("error[") && english.contains("    try: "), "{english}");
    assert!(chinese.contains("错误[") && chinese.contains("    办法: "), "{chinese}");
    for (name, value) in [("LC_ALL", "zh_CN.UTF-8"), ("LC_MESSAGES", "zh_CN"), ("LANG", "zh_CN.GB18030")] {
        assert_eq!(checked(folder.path(), &[], Some((name, value))), chinese, "{name}={value}");
        assert_eq!(checked(folder.path(), &["--lang", "en"], Some((name, value))), english, "{name}={value}");
    }
}

// Without it the two languages could tell of different faults, or a program would have to know the language.
#[test]
fn both_languages_tell_the_same_faults() {
    let folder = temp();
    faulty().write(folder.path());
    let report = |lang: &str| -> Value {
        let text = checked(folder.path(), &["--format", "json", "--lang", lang], None);
        serde_json::from_str(&text).expect("the report is JSON")
    };
    let (mut english, mut chinese) = (report("en"), report("zh"));
    assert!(english["faults"].as_array().expect("a list").len() >= 6, "{english:#}");
    for (en, zh) in english["faults"].as_array_mut().unwrap().iter_mut().zip(chinese["faults"].as_array_mut().unwrap())
    {
        for part in ["cause", "remedy"] {
            assert_ne!(en[part], zh[part], "{en:#}");
            (en[part], zh[part]) = (Value::Null, Value::Null);
        }
    }
    assert_eq!(english, chinese);
}

// Without it the words on the screen could leak into the files that everyone must be able to reproduce.
#[test]
fn a_bundle_is_the_same_in_both_languages() {
    let folder = temp();
    small().write(&folder.path().join("workspace"));
    let bundle = |lang: &str| {
        let out = folder.path().join(lang);
        let workspace = folder.path().join("workspace");
        let args = ["plan".as_ref(), workspace.as_os_str(), "--seed".as_ref(), "language".as_ref()];
        let rest = ["--out".as_ref(), out.as_os_str(), "--lang".as_ref(), lang.as_ref()];
        let output = run(args.into_iter().chain(rest));
        assert!(output.status.success(), "{output:?}");
        (crate::support::files_below(&out), stdout(&output).to_owned())
    };
    let ((english, said), (chinese, told)) = (bundle("en"), bundle("zh"));
    assert_eq!(english, chinese);
    assert!(said.contains("planned: 0 violations") && told.contains("已排定：0 处违规"), "{said}{told}");
}

// Without it a Chinese clerk would read in English what the office lacks, and an English one of "1 seats" and "1 visits".
#[test]
fn what_is_short_is_said_in_both_languages() {
    let mut workspace = small();
    workspace.replace("items.csv", "娱乐场所检查,general,,现场,,", "娱乐场所检查,general,,现场,爆破员,");
    let made = workspace.plan("short");
    let unplaced = rows(text(&made, "unplaced.csv"));
    let (en, zh) = (
        "D03 needs 1 seat of officers with 爆破员 for 1 visit and has 0",
        "D03 的 1 次检查需要持有“爆破员”资质的执法人员 1 人次，只有 0 人次",
    );
    let row = unplaced.iter().find(|row| row[4] == en).unwrap_or_else(|| panic!("{unplaced:?}"));
    let (_holds, folder) = bundle(&made);
    let folder = folder.display().to_string();
    let explained = |lang: &str| stdout(&run(["explain", &folder, &row[1], "--lang", lang])).to_owned();
    let line = format!("  not placed: D03 for task {}: short-of-skill {en}\n", row[0]);
    assert!(explained("en").contains(&line), "{}", explained("en"));
    let line = format!("  未排期：任务 {} 的部门 D03：持有资质的人手不足（short-of-skill） {zh}\n", row[0]);
    assert!(explained("zh").contains(&line), "{}", explained("zh"));
    let summary = |lang: Lang| report::summary(&made.summary, &made.inputs, &made.plan, lang);
    let count = made.summary.unplaced_by_reason["short-of-skill"];
    assert!(summary(Lang::Zh).contains(&format!("持有资质的人手不足 {count} 项")), "{}", summary(Lang::Zh));
    assert!(summary(Lang::En).contains(&format!("{count} short-of-skill")), "{}", summary(Lang::En));
}

/// Arguments with which every command meets something wrong; `no/such` is a path that is not there.
const WRONG: &[&[&str]] = &[
    &["new", "no/such", "--region", "41"],
    &["new", "no/such", "--region", "411381", "--period", "spring"],
    &["plan", "no/such", "--seed", "x", "--out", "no/out"],
    &["plan", "no/such", "--entropy", "no/such", "--out", "no/out"],
    &["verify", "no/such"],
    &["verify", "--notice", "no notice", "--ledger", "no/such"],
    &["check", "no/such"],
    &["convert", "no/such.csv", "out.doc"],
    &["convert", "no/such.csv", "no/such.parquet"],
    &["explain", "no/such", "91411381MA31HXDC72"],
    &["publish", "no/such", "--out", "no/out"],
    &["workbooks", "no/such", "--out", "no/out"],
    &["result", "no/such"],
    &["result", "no/such", "--bundle", "no/such"],
    &["report", "no/such", "--bundle", "no/such"],
    &["seal", "no/such"],
    &["entropy", "no/such"],
    &["draw", "no/such"],
    &["open", "no/such"],
    &["amend", "no/such", "V1", "--day", "2026-01-05", "--reason", "weather"],
    &["lodge", "no/such", "--with", "notary"],
    &["ledger", "key", "two words", "--out", "no/such/key"],
    &["ledger", "sm2-key", "office", "xyz"],
    &["ledger", "sign", "no/such", "--key", "no/such"],
    &["ledger", "verify", "no/such", "--ledger", "no/such", "--key", "x"],
    &["notice", "no/such", "V1"],
    &["void", "no/such", "--reason", "x"],
    &["simulate", "no/such", "--draws", "1"],
    &["audit", "no/such"],
    &["sample", "no/such.csv", "--rates", "2%", "--group", "411381.2026Q4", "--seed", "x", "--out", "no/out"],
    &["sample", "Cargo.toml", "--rates", "many", "--group", "x", "--seed", "x", "--out", "no/out"],
    &["sample", "no/such.part", "--merge", "--out", "no/out"],
    &["generate", "dengzhou", "--reference", "no/such", "--out", "no/out"],
    &["generate", "registry", "--entities", "9", "--out", "no/out.doc"],
    &["man", "--out", "Cargo.toml", "--force"],
];

// Without it some command would answer a Chinese clerk in English, or the other way round.
#[test]
fn every_command_refuses_in_the_language_that_it_is_asked_in() {
    let said = |arguments: &[&str], lang: &str| {
        let mut command = fairdraw();
        let output = command.args(arguments).args(["--lang", lang]).current_dir(crate::support::project()).output();
        let output = output.expect("the program can be started");
        assert!(matches!(output.status.code(), Some(1 | 2)), "{arguments:?}: {output:?}");
        format!("{}{}", stdout(&output), crate::support::stderr(&output))
    };
    for arguments in WRONG {
        let (english, chinese) = (said(arguments, "en"), said(arguments, "zh"));
        assert!(!english.trim().is_empty() && !has_chinese(&english), "{arguments:?}: {english}");
        assert!(has_chinese(&chinese), "{arguments:?}: {chinese}");
        assert_eq!(english_sentence(&chinese), None, "{arguments:?}: {chinese}");
    }
    assert!(!crate::support::project().join("no").exists(), "a path that was mistyped is not made");
    // Completions take no input that could be wrong beyond what the parser of arguments refuses.
    let help = stdout(&run(["--help"])).to_owned();
    let listed = help.split("Commands:\n").nth(1).expect("a list").split("\n\n").next().expect("its end");
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|n| !n.is_empty());
    for name in names.filter(|name| !["help", "completions"].contains(name)) {
        assert!(WRONG.iter().any(|arguments| arguments[0] == name), "{name} is not tried");
    }
}
