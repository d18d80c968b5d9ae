//! The style of the tree, where a machine can judge it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::project;

/// Lists the Rust files below some folders of the project, with their paths from it.
fn sources(folders: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| project().join(folder)).collect();
    while let Some(path) = open.pop() {
        // What a build left behind is none of our text.
        if path.ends_with("target") {
            continue;
        }
        if path.is_dir() {
            open.extend(path.read_dir().expect("a folder can be read").map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let name = path.strip_prefix(project()).expect("the file lies in the project").display().to_string();
            files.push((name, fs::read_to_string(&path).expect("a source is text")));
        }
    }
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Leaves out what is a comment as a whole line, where words may be named that the code must not use.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Tells whether a word stands in a line by itself and not within another.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word)
        .any(|(at, _)| !is_part(line[..at].chars().next_back()) && !is_part(line[at + word.len()..].chars().next()))
}

#[test]
fn no_file_is_longer_than_one_can_read() {
    // Without it the rule of short files would hold until the first hurry.
    for (name, text) in sources(&["src", "tests", "benches", "scripts"]) {
        let lines = text.lines().count();
        assert!(lines <= 700, "{name} has {lines} lines; part it where its stages part");
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Without it a release could end in a panic that says "not yet", or a test that nobody runs.
    // The words are put together here, so that this file does not hold them.
    let words = [["to", "do!"], ["unimple", "mented!"], ["#[ig", "nore"], ["FIX", "ME"], ["XX", "X:"], ["db", "g!("]];
    for (name, text) in sources(&["src", "tests", "benches", "scripts"]) {
        for word in words.map(|parts| parts.concat()) {
            // The hidden part of an example that is compiled and never run has nothing to stand in for.
            let found = text.lines().find(|line| line.contains(&word) && !line.starts_with("/// # "));
            assert!(found.is_none(), "{name} holds {word}");
        }
    }
}

#[test]
fn every_source_says_what_it_is() {
    // Without it a newcomer would have to read a file to learn what it is for.
    for (name, text) in sources(&["src", "tests", "scripts"]) {
        assert!(text.starts_with("//! "), "{name} does not start with //!");
    }
}

#[test]
fn the_pure_parts_are_pure() {
    // Without it a clock, a map order, a float or a file could decide who is drawn.
    let words = [
        "std::fs",
        "std::env",
        "std::time",
        "std::thread",
        "std::process",
        "std::net",
        "std::io",
        "polars",
        "HashMap",
        "HashSet",
        "RandomState",
        "f32",
        "f64",
        "println",
        "eprintln",
        "calamine",
        "SystemTime",
        "Instant",
    ];
    for (name, text) in sources(&["src/lottery", "src/plan", "src/ledger"]) {
        for (line, code) in code(&text) {
            // The staffing remembers in hash maps what it has computed; it looks things up in them and never walks
            // through one, which `stability` would show, since every map of a process hashes in its own way.
            let may = |word: &str| word.starts_with("Hash") && name.starts_with("src/plan/staffing/");
            let found = words.iter().find(|word| has_word(code, word) && !may(word));
            assert!(found.is_none(), "{name}:{line} names {}", found.expect("a word"));
        }
    }
}

#[test]
fn only_the_lottery_names_the_generator() {
    // Without it a second way to draw could grow beside the protocol; the scenario's generator makes data, not draws.
    for (name, text) in sources(&["src"]) {
        let may = name.starts_with("src/lottery/") || name.starts_with("src/scenario/");
        for (line, code) in code(&text).filter(|_| !may) {
            assert!(!has_word(code, "rand_chacha") && !has_word(code, "rand"), "{name}:{line} names the generator");
        }
    }
}

#[test]
fn data_frames_stay_in_files() {
    // Without it the meaning of a column would be spread over the whole program.
    for (name, text) in sources(&["src"]) {
        let may = name.starts_with("src/files/") || name.starts_with("src/scan");
        for (line, code) in code(&text).filter(|_| !may) {
            assert!(!has_word(code, "polars") && !has_word(code, "DataFrame"), "{name}:{line} names a DataFrame");
        }
    }
}

#[test]
fn arrows_run_one_way() {
    // Without it a pure part could come to depend on files, and the tree would tell no order any more.
    let forbidden: [(&str, &[&str]); 9] = [
        ("src/lottery", &["plan", "ledger", "files", "publish", "run", "verify", "scenario", "audit"]),
        ("src/ledger", &["files", "publish", "run", "verify", "scenario", "audit"]),
        ("src/plan", &["ledger", "files", "publish", "run", "verify", "scenario", "audit"]),
        ("src/files", &["publish", "run", "verify", "scenario", "audit"]),
        ("src/scenario", &["publish", "run", "verify", "audit"]),
        ("src/files/decode", &["files::faults", "files::wording", "files::tables", "files::workspace", "files::store"]),
        ("src/files/wording", &["files::faults", "files::decode", "files::tables", "files::workspace", "files::store"]),
        ("src/files/tables", &["files::workspace", "files::store"]),
        ("src/files/workspace", &["files::store"]),
    ];
    for (folder, modules) in forbidden {
        for (name, text) in sources(&[folder]) {
            for (line, code) in code(&text) {
                let found = modules.iter().find(|module| has_word(code, &format!("crate::{module}")));
                assert!(found.is_none(), "{name}:{line} uses {}", found.expect("a module"));
            }
        }
    }
    // The checker knows the model and the lottery, and no stage.
    for (name, text) in sources(&["src/plan/check"]) {
        for stage in ["scope", "draws", "duties", "visits", "staffing", "calendar", "summary"] {
            for (line, code) in code(&text) {
                let used =
                    ["crate::plan::", "super::super::"].iter().any(|path| has_word(code, &format!("{path}{stage}")));
                assert!(!used, "{name}:{line} uses the stage {stage}");
            }
        }
    }
}

/// Dependencies that are there for a feature only, as the manifest says beside them.
const FOR_FEATURES: [&str; 1] = ["either"];

#[test]
fn every_dependency_is_used() {
    // Without it a newcomer would wait for the build of something that nobody calls.
    let manifest: toml::Table =
        fs::read_to_string(project().join("Cargo.toml")).expect("the manifest").parse().expect("the manifest is TOML");
    let used = |section: &str, folders: &[&str]| {
        let files = sources(folders);
        let names = manifest[section].as_table().expect("a table of dependencies").keys();
        for name in names.filter(|name| !FOR_FEATURES.contains(&name.as_str())) {
            let word = name.replace('-', "_");
            let is_used = files.iter().any(|(_, text)| code(text).any(|(_, line)| has_word(line, &word)));
            assert!(is_used, "{name} of [{section}] is not used");
        }
    };
    used("dependencies", &["src"]);
    used("dev-dependencies", &["tests", "benches"]);
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    // Without it a reader would be sent to a file that has been moved.
    let documents = [
        "README.md",
        "README.zh-CN.md",
        "PROTOCOL.md",
        "VERIFY.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "data/README.md",
    ];
    let mut links = 0;
    for document in documents.map(|name| project().join(name)) {
        let Ok(text) = fs::read_to_string(&document) else {
            continue;
        };
        let folder = document.parent().expect("a document lies in a folder");
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().expect("a split has a first part").trim();
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { document.clone() } else { folder.join(path) };
            assert!(file.exists(), "{}: {target} leads nowhere", document.display());
            assert!(anchor.is_empty() || has_anchor(&file, anchor), "{}: no heading {target}", document.display());
            links += 1;
        }
    }
    assert!(links > 0, "the documents have links");
}

/// Tells whether a document has a heading with an anchor, as the usual viewers make it.
fn has_anchor(file: &Path, anchor: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| line.starts_with('#')).any(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>() == anchor
    })
}
