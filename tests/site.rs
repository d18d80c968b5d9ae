//! The public site: what it may show, and that nothing on it comes from elsewhere. How it works in a browser is tested
//! by `scripts/browser-test`, the lottery of its script by `scripts/site-vectors.mjs`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fairdraw::files::workspace;
use fairdraw::lottery::Entropy;
use fairdraw::publish::officer;
use fairdraw::publish::site::{self, Officers, Publication};
use fairdraw::run::{Made, make};

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/dengzhou/2024Q1");
    let (inputs, frames) = workspace::load(folder.as_ref(), &[]).ready.expect("the example county loads");
    make(inputs, frames, &Entropy::from_seed("20240101").expect("a seed"), &mut |_| ()).expect("a plan without faults")
});

fn publication(officers: Officers) -> Publication<'static> {
    Publication { made: &MADE, files: &MADE.files, ledger: &[], changes: &[], voids: &[], officers, lang: None }
}

fn text(officers: Officers) -> BTreeMap<String, String> {
    let files = site::write(&publication(officers)).into_iter();
    files.map(|file| (file.path, String::from_utf8_lossy(&file.bytes).into_owned())).collect()
}

/// Names of officers would leave the office although it publishes certificate numbers only.
#[test]
fn certificates_alone_name_nobody() {
    let site = text(Officers::Certificate);
    let officer = MADE.plan.visits[0].teams[0].seats[0].inspector;
    let officer = &MADE.inputs.inspectors[officer.at()];
    let named = format!("{}（{}）", officer.name, officer.certificate);
    assert!(site["visits.html"].contains(&officer.certificate));
    for file in ["inputs/inspectors.csv", "inputs/recusals.csv", "schedule.xlsx"] {
        assert!(!site.contains_key(&format!("bundle/{file}")), "{file} is published");
        assert!(!site.contains_key(&format!("data/{file}.js")), "{file} is published as a script");
    }
    assert!(site.iter().all(|(path, text)| !text.contains(&named) || panic!("{path} names an officer")));
    let site = text(Officers::Name);
    assert!(site["visits.html"].contains(&named));
    assert!(site.contains_key("bundle/inputs/inspectors.csv"));
}

/// The page's script is all modules in one scope: a name that two of them give would stop it before its first line.
#[test]
fn no_two_modules_give_one_name() {
    let site = text(Officers::Certificate);
    let mut names = BTreeMap::new();
    for line in site["assets/site.js"].lines() {
        let mut words = line.split([' ', '(', '=', '{']).skip_while(|word| *word == "async");
        let kind = words.next().unwrap_or_default();
        if !["const", "let", "function", "class"].contains(&kind) {
            continue;
        }
        let name = words.find(|word| !word.is_empty()).unwrap_or_default();
        assert_eq!(names.insert(name.to_owned(), line.to_owned()), None, "{name} stands twice: {line}");
    }
    assert!(names.len() > 100 && names.contains_key("sm3") && names.contains_key("sha256"), "{} names", names.len());
}

/// A page that loads anything from another place would tell that place who looks.
#[test]
fn nothing_comes_from_elsewhere() {
    let names_only = ["http://www.w3.org/2000/svg"];
    for (path, text) in text(Officers::Certificate) {
        if path.starts_with("bundle/") || path.starts_with("data/") {
            continue;
        }
        let mut text = text;
        names_only.iter().for_each(|name| text = text.replace(name, ""));
        assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("\"//"), "{path} reaches out");
    }
}

/// A sealed site that showed one drawn code would warn the firm before the visit.
#[test]
fn a_sealed_site_shows_the_commitment_alone() {
    let commit = MADE.files.iter().find(|file| file.path == "commit.txt").expect("a commitment");
    let files = site::write_sealed(std::str::from_utf8(&commit.bytes).expect("text"), &[], None);
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["assets/language.js", "assets/style.css", "commit.txt", "index.html", "site.json"]);
    let all: Vec<u8> = files.into_iter().flat_map(|file| file.bytes).collect();
    let all = String::from_utf8(all).expect("text");
    let drawn = MADE.plan.samples.iter().flat_map(|sample| &sample.drawn);
    for pick in drawn {
        let id = &MADE.inputs.entities[pick.at as usize].id;
        assert!(!all.contains(id) && !all.contains(&pick.place.ticket.to_string()), "{id} is shown");
    }
}

/// A site that hung on a clock or an order of maps could not be compared with another copy.
#[test]
fn two_writings_are_the_same() {
    assert!(site::write(&publication(Officers::Name)) == site::write(&publication(Officers::Name)));
}

/// An officer whose page misses a visit, or has it in the wrong order, stands at the wrong door.
#[test]
fn every_seat_stands_on_a_sheet_and_in_a_calendar() {
    let files = officer::write(&MADE.inputs, &MADE.plan, &[]);
    let seats: usize = MADE.plan.visits.iter().flat_map(|visit| &visit.teams).map(|team| team.seats.len()).sum();
    let count = |end: &str, what: &str| -> usize {
        let texts = files.iter().filter(|file| file.path.ends_with(end) && file.path != "index.html");
        texts.map(|file| String::from_utf8_lossy(&file.bytes).matches(what).count()).sum()
    };
    assert_eq!(count(".ics", "BEGIN:VEVENT\r\n"), seats);
    assert_eq!(count(".html", "<section>"), seats);
    for file in files.iter().filter(|file| file.path.ends_with(".ics")) {
        let text = String::from_utf8_lossy(&file.bytes);
        let starts: Vec<&str> = text.lines().filter(|line| line.starts_with("DTSTART:")).collect();
        assert!(starts.is_sorted(), "{} is out of order", file.path);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{} has a long line", file.path);
    }
}
