//! The two languages: chosen by `--lang` or the locale, the same facts in both.

use serde_json::Value;

use crate::fault_cases::ERRORS;
use crate::support::{Workspace, fairdraw, run, small, stdout, temp};

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
