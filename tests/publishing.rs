//! `fairdraw publish` as an office calls it: what is held back, and until when; and the manual and completions.

use std::fs;
use std::path::Path;
use std::process::Output;

use fairdraw::ceremony::open;
use fairdraw::files::store::ledger::{Direct, Ledger};
use fairdraw::publish::officer;
use serde_json::Value;

use crate::ceremony::room_after;
use crate::support::{bundle, files_below, run, small, small_plan, stderr, stdout, temp};

fn publish(folder: &Path, out: &Path, more: &[&str]) -> Output {
    let (folder, out) = (folder.display().to_string(), out.display().to_string());
    run([&["publish", &folder, "--out", &out], more].concat())
}

/// Without it a site would have to wait for the draw, and nobody could compare the seal that is lodged with one in public.
#[test]
fn a_sealed_workspace_is_published_before_the_draw() {
    let (unsealed, _) = room_after(0);
    let place = temp();
    let out = place.path().join("site");
    let output = publish(unsealed.path(), &out, &["--sealed"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nothing is sealed for 330106.2026Q4"), "{}", stderr(&output));
    let (folder, _) = room_after(1);
    let output = publish(folder.path(), &out, &[]);
    assert_eq!(output.status.code(), Some(2), "a workspace has no lists to publish");
    assert!(!out.exists());
    let output = publish(folder.path(), &out, &["--sealed", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&answer["sealed"], &answer["entries"]), (&Value::from(true), &Value::from(1)));
    let site = files_below(&out);
    let commit = &site["commit.txt"];
    assert!(fs::read(folder.path().join("ledger/ceremonies/330106.2026Q4.1/commit.txt")).expect("a file") == *commit);
    assert!(site.contains_key("ledger/000001-SEAL.txt") && site.contains_key("ledger.html"));
    let all = String::from_utf8(site.into_values().flatten().collect()).expect("text");
    assert!(!all.contains("9133010600000"), "no entity is named");
    // A commitment that was changed since is not shown as the sealed one.
    let path = folder.path().join("ledger/ceremonies/330106.2026Q4.1/commit.txt");
    fs::write(&path, String::from_utf8_lossy(&fs::read(&path).expect("a file")).replace(" 40 ", " 39 "))
        .expect("written");
    let output = publish(folder.path(), &out, &["--sealed", "--force"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is not the sealed commitment"), "{}", stderr(&output));
}

/// Without it one command typed too early would tell every firm the day of its visit.
#[test]
fn lists_under_an_embargo_are_published_once_they_are_opened() {
    let (folder, room) = room_after(4);
    let place = temp();
    let out = place.path().join("site");
    let ledger = folder.path().join("ledger");
    let with_ledger = ["--ledger", ledger.to_str().expect("the path is text")];
    for more in [&[][..], &with_ledger] {
        let output = publish(&room.bundle(), &out, more);
        assert_eq!(output.status.code(), Some(2));
        let told = "the lists of 330106.2026Q4 are secret until 2026-12-31 and until they are opened";
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        assert!(!out.exists());
    }
    let output = publish(&room.bundle(), &out, &[&["--sealed"][..], &with_ledger].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let site = files_below(&out);
    assert!(site.keys().any(|path| path.ends_with("DRAW.txt")), "the office's ledger goes on behind the bundle's");
    let samples = fs::read_to_string(room.bundle().join("samples.csv")).expect("a file");
    let entropy = fs::read_to_string(room.bundle().join("entropy.txt")).expect("a file");
    let all = String::from_utf8(site.into_values().flatten().collect()).expect("text");
    for row in samples.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        assert!(!all.contains(fields[4]) && !all.contains(fields[5]), "{row} is shown");
    }
    let salt = entropy.lines().find_map(|line| line.strip_prefix("sealed 1 ")).expect("a sealed value");
    assert!(!all.contains(salt), "the sealed value is shown");

    let mut office = Ledger::open(&ledger).expect("the ledger is sound");
    let time = |text: &str| text.parse().expect("a time");
    open::publish(&mut office, "330106.2026Q4", time("2026-10-04T09:00:00"), &mut Direct).expect("the public part");
    open::open(&mut office, "330106.2026Q4", time("2027-01-01T09:00:00"), &mut Direct).expect("the embargo is over");
    drop(office);
    let output = publish(&room.bundle(), &out, &[&["--force"][..], &with_ledger].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let site = files_below(&out);
    let list = String::from_utf8_lossy(&site["list.html"]).into_owned();
    let drawn: Vec<&str> = samples.lines().filter(|row| row.contains(",S,")).collect();
    assert!(drawn.iter().all(|row| list.contains(row.split(',').nth(5).expect("an id"))));
    // What is published is the bundle as it stands, its ledger and its manifest too.
    for (path, bytes) in files_below(&room.bundle()) {
        let withheld = ["inputs/inspectors.csv", "inputs/recusals.csv", "schedule.xlsx"].contains(&path.as_str());
        assert!(withheld || site[&format!("bundle/{path}")] == bytes, "{path} differs");
        assert_eq!(withheld, !site.contains_key(&format!("bundle/{path}")), "{path}");
    }
}

/// Without it the ledger of another ceremony could stand beside a plan.
#[test]
fn a_foreign_ledger_is_refused() {
    let (_folder, room) = room_after(4);
    let (other, _) = room_after(1);
    let ledger = other.path().join("ledger").display().to_string();
    let place = temp();
    let output = publish(&room.bundle(), &place.path().join("site"), &["--sealed", "--ledger", &ledger]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("differs from the bundle's ledger from entry 2 on"), "{}", stderr(&output));
}

/// Without it an owner's identity number that somebody typed into the address would be read by everyone.
#[test]
fn numbers_of_people_are_not_published() {
    let mut workspace = small();
    workspace.replace("entities.csv", ",新华路3号,", ",新华路3号 11010519491231002X,");
    workspace.replace("entities.csv", ",新华路4号,", ",新华路4号 电话13800138000,");
    let (holds, made) = bundle(&workspace.plan("small"));
    let output = publish(&made, &holds.path().join("site"), &[]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    for told in ["a resident's identity number", "a mobile telephone number", "inputs/entities.csv:"] {
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
    }
    assert!(!stderr(&output).contains("11010519491231002X"), "the number is not repeated");
    assert!(!holds.path().join("site").exists());
}

/// Without it `--lang en` would change what the lists are, and not only what the pages are read in.
#[test]
fn the_language_of_a_site_changes_its_pages_alone() {
    let (holds, made) = bundle(small_plan());
    let sites: Vec<_> = [&[][..], &["--lang", "en"], &["--lang", "zh"]]
        .into_iter()
        .enumerate()
        .map(|(at, more)| {
            let out = holds.path().join(format!("site{at}"));
            let output = publish(&made, &out, more);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            files_below(&out)
        })
        .collect();
    let page = |at: usize| String::from_utf8_lossy(&sites[at]["index.html"]).into_owned();
    assert!(page(0).contains("<html lang=\"zh-CN\">"));
    assert!(page(1).contains("<html lang=\"en-GB\" data-language=\"en\">"));
    assert!(page(2).contains("<html lang=\"zh-CN\" data-language=\"zh\">"));
    for (path, bytes) in sites[0].iter().filter(|(path, _)| !path.ends_with(".html")) {
        assert!(sites[1][path] == *bytes && sites[2][path] == *bytes, "{path} differs by language");
    }
}

/// Without it an officer would stand at a door without the address, the items or the names of who else comes.
#[test]
fn a_sheet_and_a_calendar_have_all_that_a_visit_needs() {
    let made = small_plan();
    let files = officer::write(&made.inputs, &made.plan, &[]);
    let text = |end: &str| -> Vec<String> {
        let own = files.iter().filter(|file| file.path.ends_with(end) && file.path != "index.html");
        own.map(|file| String::from_utf8_lossy(&file.bytes).replace("\r\n ", "").replace('\\', "")).collect()
    };
    let (pages, calendars) = (text(".html"), text(".ics"));
    let mut seats = 0;
    for visit in &made.plan.visits {
        let entity = &made.inputs.entities[visit.entity.at()];
        for team in &visit.teams {
            for seat in &team.seats {
                let officer = &made.inputs.inspectors[seat.inspector.at()];
                let heading = format!("执法证号 {}", officer.certificate);
                let page = pages.iter().find(|page| page.contains(&heading)).expect("an officer has a page");
                let from = page.find(&format!("{} {}", visit.date, fairdraw::plan::words::Word::chinese(visit.half)));
                let part = &page[from.expect("the page has the visit")..];
                let part = &part[..part.find("</section>").expect("a visit ends")];
                let own_calendar =
                    calendars.iter().find(|text| text.contains(&format!("{}@fairdraw", officer.certificate)));
                let uid = format!("-{}-{}@", visit.id, officer.certificate);
                let event = own_calendar.expect("an officer has a calendar").split("BEGIN:VEVENT");
                let event = event.into_iter().find(|event| event.contains(&uid)).expect("the calendar has the visit");
                let items = visit.items.iter().map(|no| &made.inputs.items[no.at()]);
                for item in items.filter(|item| item.agency == officer.agency) {
                    assert!(part.contains(&item.code) && part.contains(&item.name), "{}", item.code);
                    assert!(event.contains(&item.name), "{}", item.code);
                }
                for other in
                    visit.teams.iter().flat_map(|team| &team.seats).filter(|one| one.inspector != seat.inspector)
                {
                    let name = &made.inputs.inspectors[other.inspector.at()].name;
                    assert!(part.contains(name.as_str()) && event.contains(name.as_str()), "{name}");
                }
                assert!(part.contains(&entity.address) && event.contains(&entity.address));
                assert!(page.contains("执法证、抽查通知书") && event.contains("携带：执法证、抽查通知书"));
                seats += 1;
            }
        }
    }
    assert!(seats > 20, "{seats} seats");
}

/// Without it a page of the manual, or a completion, would be missing for the command that was added last.
#[test]
fn manual_and_completions_have_every_command() {
    let help = run(["--help"]);
    let commands = stdout(&help).split_once("Commands:\n").expect("the help lists commands").1;
    let commands: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.contains(&"plan") && commands.contains(&"man"), "{commands:?}");
    let place = temp();
    let out = place.path().join("man");
    let path = out.to_str().expect("the path is text");
    assert_eq!(run(["man", "--out", path]).status.code(), Some(0));
    let pages = files_below(&out);
    assert_eq!(pages.len(), commands.len() + 1);
    for command in &commands {
        let page = String::from_utf8_lossy(&pages[&format!("fairdraw-{command}.1")]).into_owned();
        assert!(page.starts_with(".ie") && page.contains(".SH SYNOPSIS"), "{command}: {page}");
    }
    assert_eq!(run(["man", "--out", path]).status.code(), Some(2), "a manual is kept unless forced");
    assert_eq!(run(["man", "--out", path, "--force"]).status.code(), Some(0));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(["completions", shell]);
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{shell}");
        for command in &commands {
            assert!(stdout(&output).contains(command), "{shell} does not know {command}");
        }
    }
}
