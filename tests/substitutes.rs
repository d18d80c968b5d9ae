//! Substitutes for entities that can not be checked: the next of each task's reserve, and nothing else moves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fairdraw::ceremony::notice::notice;
use fairdraw::ceremony::{CeremonyError, amend, result};
use fairdraw::files::store::ledger::Direct;
use fairdraw::ledger::chain::{Entry, Kind};
use fairdraw::ledger::hash::sha256_hex;
use fairdraw::plan::amend::{AmendError, Amendment, Change, Reason};
use fairdraw::plan::results::{Finding as Found, Record, Records, Taken};
use fairdraw::verify::{Evidence, Finding, verify};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use tempfile::TempDir;

use crate::ceremony::{AMEND_AT, CLOSED_AT, NAME, Room, ceremony_toml, time};
use crate::support;
use crate::tamper_ceremony::forge;

type Row = Vec<String>;

/// Rows of a table without its heading, each parted at the commas.
fn rows(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).expect("a table");
    text.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect()).collect()
}

/// Holds a ceremony over the small draw of the vectors: eight tasks, three agencies, 31 visits, small reserves.
fn county() -> (TempDir, Room) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let text = fs::read_to_string(support::project().join("tests/vectors/draw.json")).expect("the vectors");
    let vectors: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    for case in vectors["inputs"].as_array().expect("the inputs") {
        let text = |name: &str| case[name].as_str().expect("a text");
        files.entry(text("file")).or_default().push_str(&format!("{}\n", text("line")));
    }
    files.insert("ceremony.toml", ceremony_toml("kl8", "2026270", "2026-10-02T21:30:00"));
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).expect("a file can be written"));
    let room = Room { folder: folder.path().to_owned() };
    (0..5).for_each(|step| room.step(step, &mut Direct).expect("the step is in order"));
    (folder, room)
}

fn close(room: &Room, visit: &str, at: &str) -> Result<amend::Done, CeremonyError> {
    let amendment = Amendment { visit: visit.to_owned(), change: Change::Entity, reason: Reason::Closed };
    amend::amend(&mut room.ledger(), NAME, &amendment, time(at), &mut Direct, &mut |_| {})
}

fn amended(room: &Room, table: &str) -> Vec<Row> {
    rows(&room.ledger().attempt_folder(NAME, 1).join(amend::FOLDER).join(table))
}

fn findings(room: &Room) -> Vec<Finding> {
    let ledger = room.folder.join("ledger");
    let evidence = Evidence { ledger: Some(&ledger), ..Evidence::default() };
    verify(&room.bundle(), &evidence, &mut |_| {}).expect("a bundle").findings
}

/// Reads the reserve of the stratum that an entity is drawn in, by task.
fn reserve(room: &Room, task: &str, entity: &str) -> Vec<String> {
    let samples = rows(&room.bundle().join("samples.csv"));
    let own = samples.iter().find(|row| row[0] == task && row[5] == entity && row[3] == "S").expect("it is drawn");
    let reserve = samples.iter().filter(|row| row[0] == task && row[1] == own[1] && row[3] == "R");
    reserve.map(|row| row[5].clone()).collect()
}

/// Finds a visit of the drawn plan for exactly these tasks.
fn visit_for(room: &Room, tasks: &str) -> Row {
    let visits = rows(&room.bundle().join("visits.csv"));
    visits.into_iter().find(|row| row[5] == tasks).expect("a visit for these tasks")
}

/// Cheat: "not found, we take the next one". Without this, an office could choose who is checked instead, or other visits
/// would move.
#[test]
fn the_next_of_the_reserve_gets_slot_and_teams_and_nothing_else_moves() {
    let (_folder, room) = county();
    let before = rows(&room.bundle().join("visits.csv"));
    let teams = rows(&room.bundle().join("teams.csv"));
    let old = visit_for(&room, "2026-003");
    let next = reserve(&room, "2026-003", &old[1]);
    assert_eq!(next.len(), 2, "the task has two in reserve");
    let done = close(&room, &old[0], AMEND_AT).expect("somebody is left");
    assert!(done.details.contains(&format!("steps-in 2026-003 all 7 {}\n", next[0])), "{}", done.details);
    let after = amended(&room, "visits.csv");
    let new = after.iter().find(|row| row[0] == next[0]).expect("the substitute has its visit");
    assert_eq!((&new[3..], &new[1]), (&old[3..], &next[0]), "day, half, tasks, items, agencies and lead are the same");
    // The officers too, as far as they may; here all of them may.
    let of = |rows: &[Row], id: &str| -> Vec<String> {
        let mut all: Vec<String> = rows.iter().filter(|row| row[0] == id).map(|row| row[2].clone()).collect();
        all.sort();
        all
    };
    let new_teams = amended(&room, "teams.csv");
    assert_eq!(of(&new_teams, &next[0]), of(&teams, &old[0]));
    let others = |rows: &[Row], out: &str| rows.iter().filter(|row| row[0] != out).cloned().collect::<Vec<_>>();
    assert_eq!(others(&after, &next[0]), others(&before, &old[0]));
    for row in &before {
        assert!(row[0] == old[0] || of(&new_teams, &row[0]) == of(&teams, &row[0]), "{}", row[0]);
    }
    // The original stays, the ledger says nothing of the visit, a stranger can replay it, and the notice is proved.
    assert_eq!(rows(&room.bundle().join("visits.csv")), before);
    assert_eq!(done.entry.fact("what"), Some("entity"));
    assert!(!done.entry.text().contains(&old[0]) && !done.entry.text().contains(&next[0]));
    assert_eq!(findings(&room), []);
    let (made, page) = notice(&room.ledger(), NAME, &next[0], &mut |_| {}).expect("a notice");
    assert_eq!(made.check(room.ledger().entries()).map(|entry| entry.kind), Ok(Kind::Amend));
    assert!(page.contains("变更过"));
    assert!(matches!(notice(&room.ledger(), NAME, &old[0], &mut |_| {}), Err(CeremonyError::NoVisit(_))));

    // The substitute is closed too: the second of the reserve; then nobody is left, and the plan says so.
    let second = close(&room, &next[0], AMEND_AT).expect("somebody is left");
    assert!(second.details.contains(&format!("steps-in 2026-003 all 8 {}\n", next[1])), "{}", second.details);
    let third = close(&room, &second.outcome.added[0], AMEND_AT).expect("that is a result, too");
    assert!(third.details.contains("no-reserve 2026-003 all\n") && third.outcome.added.is_empty(), "{}", third.details);
    let unplaced = amended(&room, "unplaced.csv");
    assert_eq!(unplaced.iter().filter(|row| row[3] == "no-reserve" && row[1] == next[1]).count(), 1, "{unplaced:?}");
    assert_eq!(findings(&room), []);
    assert!(matches!(close(&room, &old[0], AMEND_AT), Err(CeremonyError::Amend(AmendError::NoVisit))));
}

/// Without this, the agencies of a visit could check different entities for one task, or one of them nobody.
#[test]
fn each_task_of_a_visit_has_a_substitute_of_its_own() {
    let (_folder, room) = county();
    let old = visit_for(&room, "2026-003;2026-004;2026-006");
    let done = close(&room, &old[0], AMEND_AT).expect("a result");
    assert_eq!(done.outcome.steps.len(), 3);
    let after = amended(&room, "visits.csv");
    let items = rows(&room.bundle().join("inputs/items.csv"));
    let of_agency = |code: &str| items.iter().find(|row| row[0] == code).expect("an item")[1].clone();
    let mut parts = 0;
    for task in ["2026-003", "2026-004", "2026-006"] {
        let next = reserve(&room, task, &old[1]);
        let Some(next) = next.first() else {
            let left = amended(&room, "unplaced.csv");
            assert!(left.iter().any(|row| row[0] == task && row[1] == old[1] && row[3] == "no-reserve"), "{task}");
            continue;
        };
        // Every agency that went to the old one for this task goes to the new one, or the plan says why not.
        let rank: BTreeMap<&str, u32> = done
            .details
            .lines()
            .filter_map(|line| line.strip_prefix("steps-in ")?.split_once(' '))
            .map(|(task, rest)| (task, rest.split(' ').nth(1).expect("a rank").parse().expect("a number")))
            .collect();
        assert!(rank.contains_key(task));
        let made =
            after.iter().find(|row| &row[1] == next && done.outcome.added.contains(&row[0]) && row[5].contains(task));
        let made = made.unwrap_or_else(|| panic!("{next} has no visit for {task}"));
        let coming: Vec<&str> = made[7].split(';').collect();
        assert!(made[6].split(';').all(|item| coming.contains(&of_agency(item).as_str())));
        parts += coming.len();
    }
    assert!(parts >= 2, "{parts}");
    assert_eq!(findings(&room), []);
}

/// Without this, a substitute could be visited before anyone knew that it is one.
#[test]
fn a_substitute_comes_after_the_change_is_on_record() {
    let (_folder, room) = county();
    let visits = rows(&room.bundle().join("visits.csv"));
    // A Friday in November: no holiday follows.
    let is_friday = |date: &str| date.parse::<Date>().expect("a date").weekday() == Weekday::Friday;
    let mut mornings = visits.iter().filter(|row| row[4] == "AM" && row[3].contains("-11-") && is_friday(&row[3]));
    let old = mornings.next().expect("a visit on a Friday morning");
    let friday: Date = old[3].parse().expect("a date");
    let (saturday, monday) = (friday + 1.day(), friday + 3.days());
    for (at, date, half) in [
        (format!("{friday}T09:00:00"), friday, "AM"),
        // The old visit's half is over.
        (format!("{friday}T12:00:00"), friday, "PM"),
        (format!("{friday}T18:00:00"), monday, "AM"),
        (format!("{saturday}T09:00:00"), monday, "AM"),
    ] {
        let (_folder, room) = county();
        let done = close(&room, &old[0], &at).expect("somebody is left");
        let after = amended(&room, "visits.csv");
        let new = after.iter().find(|row| row[0] == done.outcome.added[0]).expect("the new visit");
        assert_eq!((new[3].as_str(), new[4].as_str()), (date.to_string().as_str(), half), "{at}");
        assert_eq!(findings(&room), []);
    }
}

/// Rewrites the first amendment, its entry and the chain with it, as an office could.
fn rewrite(room: &Room, from: &str, to: &str) {
    let path = room.ledger().attempt_folder(NAME, 1).join(amend::FOLDER).join("001.txt");
    let text = fs::read_to_string(&path).expect("the details");
    assert!(text.contains(from), "{text}");
    let text = text.replace(from, to);
    fs::write(&path, &text).expect("a file can be written");
    forge(room, |entries: &mut Vec<Entry>| {
        let entry = entries.iter_mut().find(|entry| entry.kind == Kind::Amend).expect("the entry");
        let details = entry.facts.iter_mut().find(|(word, _)| word == "details").expect("the fact");
        details.1 = sha256_hex(text.as_bytes());
    });
}

/// Cheat: a friend in the reserve is skipped, or a rival taken from elsewhere. Without this, a substitute out of turn would
/// pass once details, entry and chain are all written anew.
#[test]
fn a_substitute_out_of_turn_is_named_with_the_reason() {
    let (_folder, room) = county();
    let old = visit_for(&room, "2026-003");
    let reserves = reserve(&room, "2026-003", &old[1]);
    close(&room, &old[0], AMEND_AT).expect("somebody is left");
    let samples = rows(&room.bundle().join("samples.csv"));
    let drawn = samples.iter().find(|row| row[0] == "2026-003" && row[3] == "S" && row[5] != old[1]).expect("a pick");
    let other = samples.iter().find(|row| row[0] == "2026-006" && row[3] == "R").expect("another reserve");
    let entities = rows(&room.bundle().join("inputs/entities.csv"));
    let nobody = entities.iter().find(|row| samples.iter().all(|sample| sample[5] != row[0]) && !row[0].is_empty());
    let nobody = &nobody.expect("somebody who is not drawn")[0];
    let step = format!("steps-in 2026-003 all 7 {}", reserves[0]);
    for (friend, why) in [
        (format!("steps-in 2026-003 all 8 {}", reserves[1]), "stands behind others of the reserve"),
        (format!("steps-in 2026-003 all 7 {}", drawn[5]), "is drawn and visited anyhow"),
        (format!("steps-in 2026-003 all 7 {}", other[5]), "is not of this reserve"),
        (format!("steps-in 2026-003 all 7 {nobody}"), "is not of this reserve"),
        ("no-reserve 2026-003 all".to_owned(), "is left in the reserve"),
    ] {
        rewrite(&room, &step, &friend);
        let found = findings(&room);
        let told = found.iter().find(|finding| finding.file == "amendments/001.txt").expect("the file is named");
        assert!(told.what.en.contains(why), "{why}: {}", told.what.en);
        assert!(told.expected.en == step && told.found.en == friend && told.row == Some(6), "{told:?}");
        rewrite(&room, &friend, &step);
    }
    // The reserve of another class of the same task.
    let (_folder, room) = county();
    let old = rows(&room.bundle().join("visits.csv")).into_iter().find(|row| {
        row[5] == "2026-006"
            && samples.iter().any(|s| s[0] == "2026-006" && s[1] == "B" && s[5] == row[1] && s[3] == "S")
    });
    let Some(old) = old else { panic!("nobody of class B is visited for 2026-006 alone") };
    close(&room, &old[0], AMEND_AT).expect("a result");
    let own = reserve(&room, "2026-006", &old[1]);
    let other = samples.iter().find(|row| row[0] == "2026-006" && row[1] == "N" && row[3] == "R").expect("a reserve");
    rewrite(&room, &format!("B 2 {}", own[0]), &format!("B 2 {}", other[5]));
    assert!(findings(&room).iter().any(|finding| finding.what.en.contains("of the reserve of another stratum")));
}

/// Cheat: a visit whose result does not suit is declared impossible. Without this, whoever was met could be replaced.
#[test]
fn whoever_was_met_is_not_replaced() {
    let record = |room: &Room, visit: &Row, found: Found| {
        let of = Record {
            agency: visit[7].clone(),
            date: time(AMEND_AT).date(),
            findings: [found].into(),
            inspectors: Vec::new(),
            note: String::new(),
            recorded: time(AMEND_AT).date(),
            published: None,
            correction: String::new(),
        };
        let key = (visit[0].clone(), visit[6].split(';').next().expect("an item").to_owned());
        let records = Records { period: NAME.to_owned(), versions: [(key, vec![of])].into() };
        let taken = Taken { new: 1, ..Taken::default() };
        result::record(&mut room.ledger(), &records, taken, 0, &[9; 32], time(AMEND_AT), &mut Direct)
            .expect("on record");
    };
    let (_folder, room) = county();
    let old = visit_for(&room, "2026-003");
    record(&room, &old, Found::Pending);
    let refused = close(&room, &old[0], CLOSED_AT);
    assert!(matches!(refused, Err(CeremonyError::Amend(AmendError::Visited))), "{refused:?}");
    // Whoever was not met can be: the record is why.
    let (_folder, in_vain) = county();
    record(&in_vain, &old, Found::Unreachable);
    let done = close(&in_vain, &old[0], CLOSED_AT).expect("nobody was met");
    assert_eq!(findings(&in_vain), []);
    // The same entry behind a record that somebody was met, written by hand.
    let folder = |room: &Room| room.ledger().attempt_folder(NAME, 1).join(amend::FOLDER);
    let (from, to) = (folder(&in_vain), folder(&room));
    fs::create_dir_all(&to).expect("a folder");
    for file in ["001.txt", "visits.csv", "teams.csv", "unplaced.csv"] {
        fs::copy(from.join(file), to.join(file)).expect("copied");
    }
    let mut ledger = room.ledger();
    let entry = ledger.next(Kind::Amend, time(CLOSED_AT), NAME, 1, done.entry.facts).expect("in order");
    ledger.append(&mut Direct, entry).expect("written");
    drop(ledger);
    let found = findings(&room);
    assert!(
        found.iter().any(|f| f.file == "amendments/001.txt" && f.what.en.contains("somebody was met")),
        "{found:?}"
    );
}

/// Without this, the second implementation would follow other rules than the first, and nobody would notice.
#[test]
fn both_verifiers_replay_every_kind_of_amendment() {
    let (_folder, room) = county();
    let visits = rows(&room.bundle().join("visits.csv"));
    let teams = rows(&room.bundle().join("teams.csv"));
    let ledger = room.folder.join("ledger");
    let mut made = 0;
    for (number, visit) in visits.iter().enumerate() {
        let (change, reason) = match number % 3 {
            0 => (Change::Entity, Reason::Moved),
            1 => {
                let seat = teams.iter().find(|row| row[0] == visit[0]).expect("a team");
                (Change::Officer { certificate: seat[2].clone() }, Reason::Left)
            }
            _ => (Change::Day { date: time("2026-12-22T00:00:00").date(), half: None }, Reason::Weather),
        };
        let amendment = Amendment { visit: visit[0].clone(), change, reason };
        let done = amend::amend(&mut room.ledger(), NAME, &amendment, time(AMEND_AT), &mut Direct, &mut |_| {});
        made += u32::from(done.is_ok());
    }
    assert!(made >= 10, "{made} amendments are possible");
    assert_eq!(findings(&room), []);
    let python = |room: &Room| {
        let mut call = std::process::Command::new("python3");
        call.arg(support::project().join("scripts/verify_draw.py")).arg(room.bundle()).arg("--ledger").arg(&ledger);
        let output = call.output().expect("python3 can be started");
        (output.status.code(), support::stdout(&output).to_owned())
    };
    let (status, said) = python(&room);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains(&format!("{made} amendments replayed")), "{said}");
    // One line of each file beside the bundle changed, and each is named by both.
    let folder = room.ledger().attempt_folder(NAME, 1).join(amend::FOLDER);
    for file in fs::read_dir(&folder).expect("the amendments").map(|entry| entry.expect("a file").path()) {
        let text = fs::read_to_string(&file).expect("a text");
        let lines: Vec<&str> = text.lines().collect();
        fs::write(&file, lines[..lines.len() - 1].join("\n") + "\n").expect("written");
        let name = format!("amendments/{}", file.file_name().expect("a name").to_string_lossy());
        assert!(findings(&room).iter().any(|finding| finding.file == name), "{name}");
        let (status, said) = python(&room);
        assert!(status == Some(1) && said.contains(&name), "{name}: {said}");
        fs::write(&file, text).expect("written");
    }
}
