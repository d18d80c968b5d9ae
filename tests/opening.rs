//! What becomes public when: the public part, the opening after the embargo, and the notice at the door.

use std::fs;

use fairdraw::ceremony::notice::notice;
use fairdraw::ceremony::{CeremonyError, draw, open};
use fairdraw::files::store::bundle;
use fairdraw::files::store::ledger::Direct;
use fairdraw::ledger::chain::Kind;
use fairdraw::ledger::hash::sha256_hex;
use fairdraw::ledger::notice::{Notice, NoticeError};
use fairdraw::ledger::state::{Refusal, secret_until};
use fairdraw::verify::{Evidence, verify};

use crate::ceremony::{NAME, OPEN_AT, PUBLISH_AT, Room, SEALED, below, refusal, room_after, time};
use crate::support;

fn secret(room: &Room) -> Option<String> {
    let ledger = room.ledger();
    secret_until(ledger.entries(), ledger.attempts(), NAME).map(str::to_owned)
}

/// Without this, the lists or what they can be computed from would leave the office before the visits.
#[test]
fn before_the_embargo_ends_only_commitments_are_public() {
    let (_folder, room) = room_after(5);
    assert_eq!(secret(&room).as_deref(), Some("2026-12-31"));
    let public = room.ledger().attempt_folder(NAME, 1).join(draw::PUBLIC);
    let files = below(&public);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "commit.txt",
            "cutoffs.csv",
            "files.txt",
            "ledger/000001-SEAL.txt",
            "ledger/000002-ENTROPY.txt",
            "ledger/000003-ENTROPY.txt",
            "ledger/000004-DRAW.txt",
        ]
    );
    // Every id, ticket, cut-off and salt of the private part, and the sealed value itself.
    let table = |name: &str| fs::read_to_string(room.bundle().join(name)).expect("a table");
    let mut secrets = vec![SEALED.to_owned()];
    let samples = table("samples.csv");
    secrets.extend(samples.lines().skip(1).flat_map(|row| row.split(',').skip(4).take(2)).map(str::to_owned));
    secrets.extend(table("strata.csv").lines().skip(1).filter_map(|row| row.rsplit(',').next()).map(str::to_owned));
    for visit in table("visits.csv").lines().skip(1).filter_map(|row| row.split(',').next()) {
        let (notice, _) = notice(&room.ledger(), NAME, visit, &mut |_| {}).expect("a notice");
        secrets.push(notice.row.split(',').next().expect("a salt").to_owned());
    }
    assert!(secrets.len() > 20, "{} secrets", secrets.len());
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        let told = secrets.iter().find(|secret| text.contains(secret.as_str()));
        assert!(told.is_none(), "{name} tells {told:?}");
    }
    // A row of visits.csv has so few possible values that a root over such rows could be tried through.
    assert_eq!(room.ledger().entries()[3].fact("visits"), None);
    let cutoff = table("strata.csv").lines().nth(1).and_then(|row| row.rsplit(',').next()).map(str::to_owned);
    let hashes = String::from_utf8_lossy(&files["cutoffs.csv"]).into_owned();
    assert!(hashes.contains(&sha256_hex(cutoff.expect("a cut-off").as_bytes())));
}

/// Without this, a plan could be opened before its visits, twice, or without ever having been announced.
#[test]
fn publish_and_open_keep_their_order_and_the_embargo() {
    let name = || NAME.to_owned();
    let publish = |room: &Room, at| open::publish(&mut room.ledger(), NAME, time(at), &mut Direct).map(|_| ());
    let open = |room: &Room, at| open::open(&mut room.ledger(), NAME, time(at), &mut Direct).map(|_| ());
    let (_folder, room) = room_after(3);
    assert_eq!(refusal(publish(&room, PUBLISH_AT).unwrap_err()), Refusal::NotDrawn(name()));
    assert_eq!(refusal(open(&room, OPEN_AT).unwrap_err()), Refusal::NotDrawn(name()));
    room.step(3, &mut Direct).expect("drawn");
    assert_eq!(refusal(open(&room, OPEN_AT).unwrap_err()), Refusal::NotPublished(name()));
    room.step(4, &mut Direct).expect("published");
    assert_eq!(refusal(publish(&room, PUBLISH_AT).unwrap_err()), Refusal::PublishedAlready(name()));
    for early in [PUBLISH_AT, "2026-12-31T23:59:59"] {
        let (until, now) = ("2026-12-31".to_owned(), early.to_owned());
        assert_eq!(refusal(open(&room, early).unwrap_err()), Refusal::Embargo { ceremony: name(), until, now });
    }
    assert_eq!(secret(&room).as_deref(), Some("2026-12-31"));
    open(&room, OPEN_AT).expect("the embargo has ended");
    assert_eq!(secret(&room), None);
    assert_eq!(refusal(open(&room, OPEN_AT).unwrap_err()), Refusal::Opened(name()));
    assert_eq!(refusal(publish(&room, OPEN_AT).unwrap_err()), Refusal::Opened(name()));
    assert_eq!(room.ledger().entries().iter().filter(|entry| entry.kind == Kind::Publish).count(), 2);
    let public = room.ledger().attempt_folder(NAME, 1).join(draw::PUBLIC);
    let verdict = verify(&public, &Evidence::default(), &mut |_| {}).expect("a bundle");
    assert_eq!(verdict.findings, []);
    let kept = bundle::all(&room.bundle()).expect("the private part stays");
    let mut opened = bundle::all(&public).expect("the public part");
    let after: Vec<String> = opened.keys().filter(|path| path.starts_with(open::AFTER)).cloned().collect();
    after.iter().for_each(|path| drop(opened.remove(path)));
    assert!(kept == opened, "all of it was opened, and nothing else");
    // What came since: five entries, and their list; nothing was amended.
    assert_eq!(after.len(), 6, "{after:?}");
}

/// Cheat: other lists than the drawn ones are opened. Without this, the embargo would be time to rewrite them.
#[test]
fn what_was_changed_since_the_draw_is_not_opened() {
    for file in ["samples.csv", "manifest.json", "inputs/entities.csv", "entropy.txt"] {
        let (_folder, room) = room_after(5);
        let path = room.bundle().join(file);
        let mut bytes = fs::read(&path).expect("a file");
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        fs::write(&path, bytes).expect("a file can be written");
        let error = open::open(&mut room.ledger(), NAME, time(OPEN_AT), &mut Direct).map(|_| ()).unwrap_err();
        assert!(matches!(&error, CeremonyError::Changed { file: found } if found == file), "{file}: {error}");
        assert_eq!(room.ledger().entries().len(), 5, "nothing of this is on record");
    }
}

/// Without this, anyone could hand over a paper for a visit that was never drawn, or with other officers.
#[test]
fn a_notice_proves_its_visit_and_no_other() {
    let (_folder, room) = room_after(5);
    let visits = fs::read_to_string(room.bundle().join("visits.csv")).expect("the visits");
    let ledger = room.ledger();
    let entries = ledger.entries();
    let mut changes = 0;
    for row in visits.lines().skip(1) {
        let visit = row.split(',').next().expect("an id");
        let (made, page) = notice(&ledger, NAME, visit, &mut |_| {}).expect("a notice");
        let read = Notice::parse(&made.text()).expect("the text reads back");
        assert_eq!(read, made);
        assert_eq!(read.check(entries).map(|entry| entry.number), Ok(4));
        assert_eq!(read.visit(), Some(visit));
        assert!(read.row.contains(row), "the row holds that of visits.csv: {}", read.row);
        assert!(page.contains("<svg") && !page.contains("<script") && !page.contains(" src="));
        for wanted in [visit, "检查通知书", "登记事项", "有权拒绝", "申请其回避", "T33010600"] {
            assert!(page.contains(wanted), "the page does not say {wanted}");
        }
        // Every byte of the text, changed to another that could stand there.
        let text = made.text();
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            let other = String::from_utf8(other).expect("ASCII");
            let is_proved = Notice::parse(&other).is_ok_and(|notice| notice.check(entries).is_ok());
            assert!(!is_proved, "byte {at}: {other}");
            changes += 1;
        }
    }
    assert!(changes > 1000, "{changes} changes");
    assert_eq!(Notice::parse("FDN1"), Err(NoticeError::Form));
    let none = notice(&ledger, NAME, "91330106000009999A", &mut |_| {}).map(|_| ());
    assert!(matches!(none, Err(CeremonyError::NoVisit(_))));
}

/// Without this, the commands could fail where the library does not.
#[test]
fn the_commands_publish_open_and_prove_a_notice() {
    let (folder, room) = room_after(4);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (workspace, out) = (path(""), path("public"));
    let call = |args: &[&str]| {
        let output = support::run(args);
        (output.status.code(), support::stdout(&output).to_owned(), support::stderr(&output).to_owned())
    };
    let (status, said, error) = call(&["publish", &workspace, "--at", PUBLISH_AT, "--out", &out]);
    assert_eq!(status, Some(0), "{error}");
    assert!(said.contains("the public part of 330106.2026Q4 attempt 1 is published: ledger entry 5"), "{said}");
    assert!(folder.path().join("public/cutoffs.csv").is_file());
    let (status, _, error) = call(&["open", &workspace, "--at", PUBLISH_AT]);
    assert_eq!(status, Some(2));
    assert!(error.contains("stay secret to the end of 2026-12-31") && error.contains("try: wait"), "{error}");

    let visits = fs::read_to_string(room.bundle().join("visits.csv")).expect("the visits");
    let visit = visits.lines().nth(1).and_then(|row| row.split(',').next()).expect("a visit");
    let (status, text, error) = call(&["notice", &workspace, visit, "--text"]);
    assert_eq!(status, Some(0), "{error}");
    let (status, said, _) = call(&["verify", "--notice", &text, "--ledger", &out]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with("verified: the visit stands in the plan of 2026-10-03T09:00:00") && said.contains(visit));
    let swapped = text.replace("T33010600", "T33010601");
    let (status, said, _) = call(&["verify", "--notice", &swapped, "--ledger", &out]);
    assert_eq!(status, Some(1), "{said}");
    let page = path("notice.html");
    let (status, _, error) = call(&["notice", &workspace, visit, "--out", &page]);
    assert_eq!(status, Some(0), "{error}");
    assert!(fs::read_to_string(&page).expect("a page").contains(visit));

    let (status, said, error) = call(&["open", &workspace, "--at", OPEN_AT]);
    assert_eq!(status, Some(0), "{error}");
    assert!(said.contains("is open: ledger entry 6"), "{said}");
}
