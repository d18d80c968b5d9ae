//! Damage to the bundle of a ceremony: every file of it, its ledger among them, and the office's own ledger.

use std::collections::BTreeMap;
use std::fs;

use fairdraw::ledger::chain::{Entry, Kind};
use fairdraw::verify::{Evidence, verify};

use crate::ceremony::{Room, room_after};
use crate::support::verify_draw;

/// Verifies the bundle of a room, beside its ledger if asked, and returns the files that are named.
fn named(room: &Room, with_ledger: bool) -> Vec<String> {
    let (bundle, ledger) = (room.bundle(), room.folder.join("ledger"));
    let evidence = Evidence { ledger: with_ledger.then_some(ledger.as_path()), ..Evidence::default() };
    let verdict = verify(&bundle, &evidence, &mut |_| {}).expect("the question can be answered");
    verdict.findings.into_iter().map(|finding| finding.file).collect()
}

/// Changes the lines of a text.
fn with_lines(bytes: &[u8], change: impl FnOnce(&mut Vec<&[u8]>)) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    change(&mut lines);
    lines.concat()
}

/// Makes all damages to one file: bytes flipped, dropped, swapped and inserted; lines dropped, swapped and inserted.
pub fn damages(path: &str, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut copy = bytes.to_vec();
        change(&mut copy);
        copy
    };
    let mut made = Vec::new();
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').count();
    // The second and third line of a manifest may name another version of the program.
    let places = [bytes.len() / 3, bytes.len() / 2, bytes.len() - 2];
    for at in places {
        made.push(("flip", changed(&|copy| copy[at] ^= 1)));
        made.push((
            "drop",
            changed(&|copy| {
                copy.remove(at);
            }),
        ));
        made.push(("insert", changed(&|copy| copy.insert(at, b'7'))));
        made.push(("swap", changed(&|copy| copy.swap(at - 1, at))));
    }
    made.push(("cut", bytes[..bytes.len() - 1].to_vec()));
    if !path.ends_with(".xlsx") && lines > 1 {
        made.push((
            "drop a line",
            with_lines(bytes, |all| {
                all.remove(lines / 2);
            }),
        ));
        made.push(("double a line", with_lines(bytes, |all| all.insert(lines / 2, all[lines / 2]))));
        made.push(("swap lines", with_lines(bytes, |all| all.swap(lines / 2 - 1, lines / 2))));
    }
    made.retain(|(_, damaged)| damaged != bytes);
    made
}

/// Without this, a file of a ceremony's bundle could be changed and nobody would see which: every file is damaged in
/// every way, deleted, and has its content swapped with another's; each time the verdict names it.
#[test]
fn damage_to_any_file_of_a_ceremony_is_found_by_name() {
    let (_folder, room) = room_after(4);
    let bundle = room.bundle();
    let files = fairdraw::files::store::bundle::read(&bundle).expect("a bundle");
    assert!(files.keys().filter(|path| path.starts_with("ledger/")).count() == 3 && files.len() > 20);
    assert_eq!(named(&room, true), Vec::<String>::new());
    let put = |path: &str, bytes: &[u8]| fs::write(bundle.join(path), bytes).expect("a file can be written");
    let mut tried = 0;
    let mut previous: Option<(&String, &Vec<u8>)> = None;
    for (path, bytes) in &files {
        for (how, damaged) in damages(path, bytes) {
            put(path, &damaged);
            let found = named(&room, false);
            assert!(found.contains(path), "{how} in {path} is not found: {found:?}");
            tried += 1;
        }
        fs::remove_file(bundle.join(path)).expect("removed");
        assert!(named(&room, false).contains(path), "{path} deleted");
        if let Some((other, its)) = previous.filter(|(_, its)| *its != bytes) {
            put(path, its);
            put(other, bytes);
            let found = named(&room, false);
            assert!(found.contains(path) && found.contains(other), "{path} swapped with {other}: {found:?}");
            put(other, its);
            tried += 1;
        }
        put(path, bytes);
        previous = Some((path, bytes));
        tried += 1;
    }
    for added in ["extra.csv", "inputs/extra.csv", "ledger/000009-DRAW.txt"] {
        put(added, b"x\n");
        assert!(named(&room, false).contains(&added.to_owned()), "{added}");
        fs::remove_file(bundle.join(added)).expect("removed");
        tried += 1;
    }
    assert_eq!(named(&room, false), Vec::<String>::new());
    println!("{tried} damages to {} files, all found by name", files.len());
    assert!(tried > 300, "{tried} damages");
}

/// Writes a ledger anew with sound hashes after some change: what an office could do that owns all its files.
pub fn forge(room: &Room, change: impl Fn(&mut Vec<Entry>)) {
    let folder = room.folder.join("ledger");
    let mut entries = room.ledger().entries().to_vec();
    entries.iter().for_each(|entry| fs::remove_file(folder.join(entry.file())).expect("removed"));
    change(&mut entries);
    let mut before: Option<String> = None;
    for (number, mut entry) in (1..).zip(entries) {
        entry.number = number;
        entry.previous = before.unwrap_or(entry.previous);
        before = Some(entry.hash());
        fs::write(folder.join(entry.file()), entry.text()).expect("a file can be written");
    }
}

/// Is a change of a ledger before its hashes are made anew.
type Rewrite = fn(&mut Vec<Entry>);

/// Cheat: history rewritten. Without this, a ledger whose hashes were all made anew would pass beside a bundle that was
/// drawn under another; a fork, a truncation and a reordering are found, and a hole in the chain by itself.
#[test]
fn a_forked_cut_or_reordered_ledger_is_found() {
    // The root of a draw's teams, notices or sample is one that its plan does not give.
    fn forge_root(all: &mut [Entry], word: &str) {
        let fact = all[3].facts.iter_mut().find(|(known, _)| known == word).expect("the draw has the fact");
        let digit = fact.1.pop().expect("a digit");
        fact.1.push(if digit == '0' { '1' } else { '0' });
    }
    let rewritten: [(&str, Rewrite, &str); 6] = [
        ("a fork", |all| all[0].facts[1].1 = "fairdraw 9.9.9".to_owned(), "ledger/000001-SEAL.txt"),
        ("cut before the draw", |all| all.truncate(3), "manifest.json"),
        ("another root of teams", |all| forge_root(all, "teams"), "ledger/000004-DRAW.txt"),
        ("another root of notices", |all| forge_root(all, "notices"), "ledger/000004-DRAW.txt"),
        ("another sample", |all| forge_root(all, "sample"), "ledger/000004-DRAW.txt"),
        ("cut within the entropy", |all| all.truncate(2), "ledger/000003-ENTROPY.txt"),
    ];
    for (how, change, file) in rewritten {
        let (_folder, room) = room_after(5);
        forge(&room, change);
        assert_eq!(named(&room, true), [file], "{how}");
        let (status, told) = verify_draw(&room.bundle(), Some(&room.folder.join("ledger")));
        assert!(status == Some(1) && (how.starts_with("cut") || told.contains(file)), "{how}: {told}");
    }
    // Two entries change places: the order of a ceremony refuses it, whatever the hashes say.
    let (_folder, room) = room_after(5);
    let (folder, copy) = (room.folder.join("ledger"), room.ledger().entries().to_vec());
    forge(&room, |_| ());
    assert_eq!(named(&room, true), Vec::<String>::new());
    let swapped: BTreeMap<u32, Kind> = [(4, Kind::Publish), (5, Kind::Draw)].into();
    for entry in &copy[3..] {
        fs::remove_file(folder.join(entry.file())).expect("removed");
    }
    let mut before = copy[2].hash();
    for (number, kind) in swapped {
        let entry = copy.iter().rev().find(|entry| entry.kind == kind).expect("an entry of this kind");
        let entry = Entry { number, previous: before.clone(), ..entry.clone() };
        before = entry.hash();
        fs::write(folder.join(entry.file()), entry.text()).expect("a file can be written");
    }
    let found = verify(&room_bundle(&room), &Evidence { ledger: Some(&folder), ..Evidence::default() }, &mut |_| {})
        .expect("a bundle");
    assert!(found.findings.iter().any(|finding| finding.file == "ledger/"), "{:?}", found.findings);
}

/// The bundle's folder where the ledger can not be read any more.
fn room_bundle(room: &Room) -> std::path::PathBuf {
    room.folder.join("ledger/ceremonies/330106.2026Q4.1/private")
}
