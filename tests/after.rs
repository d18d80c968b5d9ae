//! What comes after a draw: void attempts made public, the public part before it is opened, amended plans where people look,
//! and damage to all of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fairdraw::ceremony::{CeremonyError, draw, entropy, open, seal};
use fairdraw::files::store::bundle;
use fairdraw::files::store::ledger::{Direct, Ledger, LedgerError};
use fairdraw::ledger::chain::{Entry, Kind};
use fairdraw::ledger::hash::{from_hex, sha256_hex};
use fairdraw::ledger::state::Refusal;
use fairdraw::verify::public::verify_public;
use fairdraw::verify::{Evidence, Finding, verify};

use crate::ceremony::{DRAW_AT, NAME, PUBLISH_AT, Room, SEALED, STEPS, ceremony_toml, refusal, room_after, time};
use crate::support;
use crate::tamper_ceremony::{damages, forge};

fn public(room: &Room) -> PathBuf {
    room.folder.join(format!("ledger/ceremonies/{NAME}.1/{}", draw::PUBLIC))
}

fn findings(folder: &Path, ledger: Option<&Path>) -> Vec<Finding> {
    verify(folder, &Evidence { ledger, ..Evidence::default() }, &mut |_| {}).expect("a bundle").findings
}

fn named(findings: Vec<Finding>) -> Vec<String> {
    findings.into_iter().map(|finding| finding.file).collect()
}

/// Runs the second implementation; returns its exit code and what it says.
fn python(folder: &Path, ledger: Option<&Path>) -> (Option<i32>, String) {
    let mut call = Command::new("python3");
    call.arg(support::project().join("scripts/verify_draw.py")).arg(folder);
    if let Some(ledger) = ledger {
        call.arg("--ledger").arg(ledger);
    }
    let output = call.output().expect("python3 can be started");
    (output.status.code(), support::stdout(&output).to_owned())
}

fn disclose(room: &Room, at: &str) -> Result<Entry, CeremonyError> {
    draw::disclose(&mut room.ledger(), NAME, 1, time(at), &mut Direct, &mut |_| {}).map(|(entry, _)| entry)
}

fn void(room: &Room, at: &str) -> Entry {
    draw::void(&mut room.ledger(), NAME, "表格有误", time(at), &mut Direct, &mut |_| {}).expect("void")
}

/// Cheat: a draw that does not suit is thrown away. Without this, nobody could see what it would have given.
#[test]
fn a_void_attempt_is_public_with_the_sample_that_it_would_have_given() {
    // Void before its draw, and void after it.
    for steps in [3, 4] {
        let (_folder, room) = room_after(steps);
        assert_eq!(
            refusal(disclose(&room, DRAW_AT).expect_err("not void")),
            Refusal::NotVoid { ceremony: NAME.to_owned(), attempt: 1 }
        );
        let voided = void(&room, DRAW_AT);
        let entry = disclose(&room, PUBLISH_AT).expect("its sample is known");
        assert_eq!((entry.fact("what"), entry.fact("sample")), (Some("void"), voided.fact("sample")));
        let sample = fs::read(public(&room).join("samples.csv")).expect("the sample is there");
        assert_eq!(entry.fact("sample"), Some(sha256_hex(&sample).as_str()));
        let ledger = room.folder.join("ledger");
        assert_eq!(findings(&public(&room), Some(&ledger)), []);
        let (status, said) = python(&public(&room), Some(&ledger));
        assert!(status == Some(0) && said.contains("this attempt is void: 表格有误"), "{said}");
        let folder = public(&room);
        let said = support::run(["verify".as_ref(), folder.as_os_str(), "--ledger".as_ref(), ledger.as_os_str()]);
        assert!(support::stdout(&said).contains("attempt 1 is void: 表格有误"), "{}", support::stdout(&said));
        assert!(matches!(refusal(disclose(&room, PUBLISH_AT).expect_err("twice")), Refusal::DisclosedAlready { .. }));
        // Another sample behind the VOID is refused by every reader, and another file beside the entries is found.
        let path = public(&room).join("samples.csv");
        let text = fs::read_to_string(&path).expect("the sample");
        fs::write(&path, text.replacen(",S,", ",R,", 1)).expect("written");
        let found = named(findings(&room.bundle(), Some(&ledger)));
        assert_eq!(found, [format!("ceremonies/{NAME}.1/public/samples.csv")]);
        assert_eq!(python(&room.bundle(), Some(&ledger)).0, Some(1));
        fs::write(&path, text).expect("written");
        let bundle = room.bundle();
        forge(&room, |entries| {
            let last = entries.last_mut().expect("the PUBLISH");
            last.facts.iter_mut().filter(|(word, _)| word == "sample").for_each(|(_, hash)| *hash = sha256_hex(b"x"));
        });
        let broken = Ledger::read(&ledger).expect_err("another sample");
        assert!(matches!(broken, LedgerError::Order { refusal: Refusal::OtherSample { .. }, .. }), "{broken}");
        assert_eq!(python(&bundle, Some(&ledger)).0, Some(1));
    }
}

/// Without this, who only wants the step on record would have to name a folder for a copy, and `--void` of a bundle would be
/// passed over in silence.
#[test]
fn a_void_attempt_is_published_without_a_folder_for_a_copy() {
    let (_folder, room) = room_after(4);
    void(&room, DRAW_AT);
    let workspace = room.folder.to_str().expect("a path");
    let done = support::run(["publish", workspace, "--void", "1", "--at", PUBLISH_AT, "--format", "json"]);
    assert_eq!(done.status.code(), Some(0), "{}", support::stderr(&done));
    let answer: serde_json::Value = serde_json::from_str(support::stdout(&done)).expect("JSON");
    assert_eq!(answer["folder"].as_str().map(Path::new), Some(public(&room).as_path()));
    assert!(public(&room).join("samples.csv").is_file());
    // A site needs a folder, and a bundle has no attempts.
    let bundle = public(&room).display().to_string();
    let before = support::files_below(room.folder.as_path());
    for words in [vec!["publish", &bundle], vec!["publish", &bundle, "--void", "1"]] {
        let refused = support::run(&words);
        assert!(refused.status.code() == Some(2) && support::stdout(&refused).is_empty(), "{words:?}");
    }
    assert!(before == support::files_below(room.folder.as_path()));
}

/// Without this, an attempt whose chance was a beacon and an envelope could be voided before the beacon, and its sample, which
/// the office can compute, would never be public.
#[test]
fn a_sample_that_gets_known_after_the_void_is_computed_and_public() {
    let (folder, room) = room_after(0);
    let plan = |issue: &str, falls: &str, secret: &str| {
        let text =
            ceremony_toml("kl8", issue, falls).replace("dice = [\"6 24\"]\n", "").replace("10-03T21", "10-13T21");
        let sealed = |secret: &str| sha256_hex(&from_hex(secret).expect("hex"));
        fs::write(folder.path().join("ceremony.toml"), text.replace(&sealed(SEALED), &sealed(secret)))
            .expect("written");
    };
    let seal = |at: &str| seal::seal(&room.folder, &[], &mut room.ledger(), time(at), &mut Direct, &mut |_| {});
    let record = |attempt: Option<u32>, at: &str, typed: [&str; 2]| {
        let mut typed = typed.into_iter().map(str::to_owned);
        entropy::record(
            &mut room.ledger(),
            entropy::Whose { ceremony: NAME, attempt },
            time(at),
            None,
            None,
            &mut |_| typed.next(),
            &mut Direct,
        )
    };
    plan("2026270", "2026-10-02T21:30:00", SEALED);
    seal("2026-10-01T09:00:00").expect("sealed");
    assert_eq!(void(&room, "2026-10-02T09:00:00").fact("sample"), Some("unknown"));
    assert!(matches!(refusal(disclose(&room, DRAW_AT).expect_err("unknown")), Refusal::SampleUnknown(_)));
    let other: String = SEALED.chars().rev().collect();
    plan("2026280", "2026-10-12T21:30:00", &other);
    let second = seal("2026-10-04T09:00:00").expect("the second attempt");
    assert_eq!(second.entry.fact("after-void"), Some("1 表格有误"));
    // The envelope of the void attempt is opened, and its beacon has fallen: its record is completed behind the next seal.
    record(Some(1), "2026-10-05T09:00:00", [SEALED; 2]).expect("the first part");
    let complete = record(Some(1), "2026-10-05T09:05:00", ["0105081114"; 2]).expect("the beacon");
    assert_eq!((complete.attempt, complete.fact("part")), (1, Some("complete")));
    assert!(record(Some(1), "2026-10-05T09:10:00", ["0105081114"; 2]).is_err(), "twice");
    disclose(&room, "2026-10-05T10:00:00").expect("its sample is known now");
    let ledger = room.folder.join("ledger");
    assert_eq!(findings(&public(&room), Some(&ledger)), []);
    let (status, said) = python(&public(&room), Some(&ledger));
    assert_eq!(status, Some(0), "{said}");
    // The second attempt goes on as if nothing had been, and its bundle verifies beside the same ledger.
    record(None, "2026-10-06T09:00:00", [&other; 2]).expect("the first part");
    record(None, "2026-10-12T22:00:00", ["1111111111"; 2]).expect("the beacon");
    draw::draw(&mut room.ledger(), NAME, time("2026-10-13T09:00:00"), &mut Direct, &mut |_| {}).expect("drawn");
    let bundle = ledger.join(format!("ceremonies/{NAME}.2/private"));
    assert_eq!(findings(&bundle, Some(&ledger)), []);
    assert_eq!(python(&bundle, Some(&ledger)).0, Some(0));
    // A seal that hides the void attempt before it is no seal.
    forge(&room, |entries| {
        let seal = entries.iter_mut().rfind(|entry| entry.kind == Kind::Seal).expect("the second seal");
        seal.facts.retain(|(word, _)| word != "after-void");
    });
    let broken = Ledger::read(&ledger).expect_err("no number and reason");
    assert!(matches!(broken, LedgerError::Order { refusal: Refusal::AfterVoid { .. }, .. }), "{broken}");
    assert_eq!(python(&bundle, Some(&ledger)).0, Some(1));
}

/// Without this, a power cut could leave a void attempt half public.
#[test]
fn a_kill_while_a_void_attempt_is_made_public_leaves_the_old_or_the_new_ledger() {
    let undisturbed = {
        let (folder, room) = room_after(3);
        void(&room, DRAW_AT);
        disclose(&room, PUBLISH_AT).expect("public");
        crate::ceremony::below(folder.path())
    };
    let mut kills = 0;
    for writes_left in (0..).step_by(5) {
        let (folder, room) = room_after(3);
        void(&room, DRAW_AT);
        let mut kill = crate::ceremony::Kill { writes_left, is_dead: false };
        let done = draw::disclose(&mut room.ledger(), NAME, 1, time(PUBLISH_AT), &mut kill, &mut |_| {});
        if !kill.is_dead {
            done.expect("nothing was in the way");
            break;
        }
        kills += 1;
        match disclose(&room, PUBLISH_AT) {
            Ok(_) => {}
            Err(error) => assert!(matches!(refusal(error), Refusal::DisclosedAlready { .. })),
        }
        assert!(crate::ceremony::below(folder.path()) == undisturbed, "write {writes_left}");
    }
    assert!(kills >= 6, "{kills} kills");
}

/// Without this, an outsider could check nothing before the embargo ends, or would take the public part for a whole proof.
#[test]
fn the_public_part_is_verified_before_it_is_opened() {
    let (_folder, room) = room_after(7);
    let (folder, ledger) = (public(&room), room.folder.join("ledger"));
    let verdict = verify_public(&folder, Some(&ledger)).expect("a public part");
    assert_eq!(verdict.findings, []);
    assert_eq!((verdict.ceremony.as_str(), verdict.attempt, verdict.amendments), (NAME, 1, 2));
    assert_eq!((verdict.strata, verdict.entries.len(), verdict.until.as_str()), (1, 4, "2026-12-31"));
    let output = support::run(["verify".as_ref(), folder.as_os_str()]);
    let said = support::stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("verified: the public part") && said.contains("not yet") && said.contains("2026-12-31"),
        "{said}"
    );
    let (status, said) = python(&folder, Some(&ledger));
    assert!(status == Some(0) && said.contains("VERIFIED: the public part") && said.contains("2 amendments"), "{said}");
    // Every file in every way.
    let files = bundle::all(&folder).expect("the files");
    assert_eq!(files.len(), 7);
    let mut tried = 0;
    let seen = |folder: &Path| named(verify_public(folder, None).expect("an answer").findings);
    for (path, bytes) in &files {
        for (how, damaged) in damages(path, bytes) {
            fs::write(folder.join(path), &damaged).expect("written");
            assert!(seen(&folder).contains(path), "{how} in {path}");
            let (status, said) = python(&folder, None);
            assert!(status == Some(1) && said.contains("  file: "), "{how} in {path}: {said}");
            tried += 1;
        }
        fs::remove_file(folder.join(path)).expect("removed");
        // Without its list or its cut-offs a folder is no public part at all.
        let is_named = seen_if_public(&folder, path);
        assert_ne!(is_named, ["files.txt", "cutoffs.csv"].contains(&path.as_str()), "{path} deleted");
        fs::write(folder.join(path), bytes).expect("written");
    }
    for added in ["samples.csv", "ledger/000009-DRAW.txt"] {
        fs::write(folder.join(added), "x\n").expect("written");
        assert!(seen(&folder).contains(&added.to_owned()), "{added}");
        fs::remove_file(folder.join(added)).expect("removed");
        tried += 1;
    }
    assert!(tried > 80, "{tried} damages");
    // A list that was written anew with other files fits itself, and not the ledger.
    let cut = files["cutoffs.csv"].clone();
    let mut lines: Vec<String> = String::from_utf8(cut).expect("text").lines().map(str::to_owned).collect();
    lines[1] = format!("{},{}", &lines[1][..lines[1].rfind(',').expect("a comma")], sha256_hex(b"another cut-off"));
    fs::write(folder.join("cutoffs.csv"), lines.join("\n") + "\n").expect("written");
    let all = bundle::all(&folder).expect("the files").into_iter().filter(|(path, _)| path != open::LIST);
    let all: Vec<_> = all.map(|(path, bytes)| fairdraw::files::store::bundle::File { path, bytes }).collect();
    fs::write(folder.join(open::LIST), open::list(&all).bytes).expect("written");
    assert_eq!(seen(&folder), Vec::<String>::new());
    assert_eq!(named(verify_public(&folder, Some(&ledger)).expect("an answer").findings), ["files.txt"]);
    assert_eq!(python(&folder, Some(&ledger)).0, Some(1));
}

/// Tells whether a public part without a file is still taken for one and the file named.
fn seen_if_public(folder: &Path, path: &str) -> bool {
    let is_public = fairdraw::verify::public::is_public(folder);
    is_public && named(verify_public(folder, None).expect("an answer").findings).iter().any(|file| file == path)
}

/// Without this, a file of an opened ceremony with amendments could be changed and nobody would see which.
#[test]
fn damage_to_any_file_of_an_opened_ceremony_with_amendments_is_found_by_name() {
    let (_folder, room) = room_after(STEPS);
    let folder = public(&room);
    assert_eq!(findings(&folder, Some(&room.folder.join("ledger"))), []);
    let (status, said) = python(&folder, None);
    assert!(status == Some(0) && said.contains("2 amendments replayed"), "{said}");
    let said = support::run(["verify".as_ref(), folder.as_os_str()]);
    assert!(support::stdout(&said).contains("since the draw: 2 amendments"), "{}", support::stdout(&said));
    let files = bundle::read(&folder).expect("a bundle");
    let after: Vec<&String> = files.keys().filter(|path| path.starts_with(open::AFTER)).collect();
    assert!(after.len() == 7 + 2 + 3 + 1, "{after:?}");
    let put = |path: &str, bytes: &[u8]| fs::write(folder.join(path), bytes).expect("written");
    let mut tried = 0;
    let mut previous: Option<(&String, &Vec<u8>)> = None;
    for (path, bytes) in &files {
        for (number, (how, damaged)) in damages(path, bytes).into_iter().enumerate() {
            put(path, &damaged);
            let found = named(findings(&folder, None));
            assert!(found.contains(path), "{how} in {path} is not found: {found:?}");
            if number == 0 && path.starts_with(open::AFTER) {
                let (status, said) = python(&folder, None);
                assert!(status == Some(1) && said.contains("  file: "), "{how} in {path}: {said}");
            }
            tried += 1;
        }
        fs::remove_file(folder.join(path)).expect("removed");
        assert!(named(findings(&folder, None)).contains(path), "{path} deleted");
        if let Some((other, its)) = previous.filter(|(_, its)| *its != bytes) {
            put(path, its);
            put(other, bytes);
            let found = named(findings(&folder, None));
            assert!(found.contains(path) && found.contains(other), "{path} swapped with {other}: {found:?}");
            put(other, its);
            tried += 1;
        }
        put(path, bytes);
        previous = Some((path, bytes));
        tried += 1;
    }
    for added in ["extra.csv", "after/extra.csv", "after/amendments/003.txt", "after/ledger/000008-AMEND.txt"] {
        put(added, b"x\n");
        assert!(named(findings(&folder, None)).contains(&added.to_owned()), "{added}");
        fs::remove_file(folder.join(added)).expect("removed");
        tried += 1;
    }
    assert_eq!(findings(&folder, None), []);
    println!("{tried} damages to {} files, all found by name", files.len());
    assert!(tried > 600, "{tried} damages");
}

/// Without this, somebody who asks for a visit or a seat would be told what was drawn, and not that it was changed since.
#[test]
fn explain_says_what_the_amendments_made_of_visits_and_seats() {
    let (_folder, room) = room_after(STEPS);
    let (opened, private) = (public(&room), room.bundle());
    let ledger = room.folder.join("ledger");
    let explained = |bundle: &Path, id: &str, more: &[&str]| {
        let mut words = vec!["explain", bundle.to_str().expect("a path"), id];
        words.extend(more);
        let output = support::run(words);
        assert_eq!(output.status.code(), Some(0), "{id}: {}", support::stderr(&output));
        support::stdout(&output).to_owned()
    };
    let json = |bundle: &Path, id: &str| -> serde_json::Value {
        let text = explained(bundle, id, &["--format", "json", "--ledger", ledger.to_str().expect("a path")]);
        serde_json::from_str(&text).expect("JSON")
    };
    let details = |number: u32| {
        let file = ledger.join(format!("ceremonies/{NAME}.1/amendments/{number:03}.txt"));
        let text = fs::read_to_string(file).expect("the details");
        move |word: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
            line.unwrap_or_else(|| panic!("{word} is told")).to_owned()
        }
    };
    let (sick, closed) = (details(1), details(2));
    let (visit, officer, substitute) = (sick("visit"), sick("officer"), sick("substitute"));
    let (gone, entity) = (closed("entity"), closed("steps-in").split(' ').next_back().expect("an id").to_owned());
    // The officer who was drawn has the seat no more, at every visit of the outing; whoever stepped in has it.
    let answer = &json(&private, &officer)["officer"];
    let seats = answer["seats"].as_array().expect("seats");
    let changed = |seat: &&serde_json::Value| !seat["amendments"].as_array().expect("a list").is_empty();
    let own: Vec<_> = seats.iter().filter(changed).collect();
    assert!(own.iter().any(|seat| seat["visit"] == visit) && own.iter().all(|seat| seat["now"] == "gone"), "{answer}");
    assert!(seats.iter().filter(|seat| !changed(seat)).all(|seat| seat["now"] == "as-drawn"), "{answer}");
    assert_eq!(own[0]["amendments"][0]["reason"], "sick");
    assert_eq!(own[0]["amendments"][0]["entry"], "000006-AMEND.txt");
    let answer = &json(&private, &substitute)["officer"]["added"];
    let taken_over =
        |seat: &&serde_json::Value| seat["amendments"][0]["was"].as_str().expect("words").contains(&officer);
    assert_eq!(answer.as_array().expect("seats").iter().filter(taken_over).count(), own.len(), "{answer}");
    // The visit that was taken out, and the one that is made instead.
    let answer = &json(&private, &gone)["entity"]["visits"][0];
    assert!(answer["now"] == "gone" && answer["amendments"][0]["is"].as_str().expect("words").contains(&entity));
    let answer = &json(&private, &visit)["entity"]["visits"][0];
    let team = |teams: &serde_json::Value| {
        assert_eq!((&teams[0]["agency"], &teams[0]["name"]), (&"D01".into(), &"市场监督管理局".into()), "{teams}");
        let officers = teams[0]["officers"].as_array().expect("officers").iter();
        let certificate = |row: &serde_json::Value| {
            assert!(
                row["rank"].as_u64() > Some(0) && row["name"].as_str().expect("a name").starts_with("人员"),
                "{row}"
            );
            row["certificate"].as_str().expect("a number").to_owned()
        };
        officers.map(certificate).collect::<Vec<_>>()
    };
    let (drawn, now) = (team(&answer["teams"]), team(&answer["now"]["amended"]["teams"]));
    assert!(drawn.contains(&officer) && !now.contains(&officer) && now.contains(&substitute), "{answer}");
    assert!(["AM", "PM"].contains(&answer["now"]["amended"]["half"].as_str().expect("a word")), "{answer}");
    let answer = &json(&private, &entity)["entity"]["added"][0];
    assert!(answer["visit"] == closed("added").split(' ').next().expect("an id"), "{answer}");
    assert!(!answer["teams"].as_array().expect("teams").is_empty(), "{answer}");
    // The opened bundle brings its amendments along; the drawn one alone knows of none.
    let text = explained(&opened, &visit, &[]);
    let told = format!("{substitute}, by ledger entry 000006-AMEND.txt, sick\n    now: ");
    assert!(text.contains(&told), "{text}");
    assert_eq!(text, explained(&private, &visit, &["--ledger", ledger.to_str().expect("a path")]));
    assert!(!explained(&private, &visit, &[]).contains("amended"));
    let text = explained(&opened, &gone, &["--lang", "zh"]);
    assert!(text.contains("台账 000007-AMEND.txt，已停业或注销\n    现：不再进行\n"), "{text}");
    let text = explained(&opened, &substitute, &["--lang", "zh"]);
    assert!(text.contains("不是抽取所得，由变更新增") && text.contains("因病"), "{text}");
    assert!(explained(&opened, "*", &[]).contains("  as drawn, before 2 amendments of the plan\n"));
    // Everything is told in Chinese, the parts of the day, ranks and shares too.
    for id in [&visit, &officer, &substitute, &gone, &entity, "D01", "*"] {
        let text = explained(&opened, id, &["--lang", "zh"]);
        assert_eq!(support::english_word(&text), None, "{text}");
    }
    let text = explained(&opened, &visit, &["--lang", "zh"]);
    let team = text.lines().rfind(|line| line.starts_with("    D01 市场监督管理局：")).expect("the team as it is now");
    assert!(team.contains(&format!(" {substitute}（序号 ")) && team.contains("）、"), "{team}");
    assert!(text.contains("    现：2026-") && (text.contains(" 上午") || text.contains(" 下午")), "{text}");
}

/// Without this, somebody who asks the bundle alone would take the plan as it was drawn for the one that is carried out.
#[test]
fn explain_says_where_amendments_may_exist_that_it_can_not_see() {
    let (_folder, room) = room_after(STEPS);
    let (opened, private) = (public(&room).display().to_string(), room.bundle().display().to_string());
    let ledger = room.folder.join("ledger").display().to_string();
    let (_holds, plain) = support::bundle(support::small_plan());
    let plain = plain.display().to_string();
    let said = |words: &[&str]| support::stderr(&support::run([&["explain"], words].concat())).to_owned();
    for format in ["text", "json"] {
        let more = ["*", "--format", format];
        // Amendments may follow the opening, too.
        for bundle in [&private, &opened] {
            let english = said(&[&[bundle.as_str()], &more[..]].concat());
            assert!(english.starts_with("note: ") && english.contains("--ledger"), "{english}");
            let chinese = said(&[&[bundle.as_str()], &more[..], &["--lang", "zh"]].concat());
            assert!(
                chinese.starts_with("提示: ") && chinese.contains("变更") && chinese.contains("--ledger"),
                "{chinese}"
            );
            assert_eq!(support::english_word(&chinese), None, "{chinese}");
        }
        // The ledger is given, or there is none.
        for known in [vec![private.as_str(), "--ledger", &ledger], vec![&plain]] {
            assert_eq!(said(&[&known[..], &more[..]].concat()), "", "{known:?}");
        }
    }
}

/// Without this, the private part could be whole and the amendments beside it others than those on the ledger.
#[test]
fn damage_to_the_amendments_beside_a_private_part_is_found_by_name() {
    let (_folder, room) = room_after(7);
    let (bundle, ledger) = (room.bundle(), room.folder.join("ledger"));
    assert_eq!(findings(&bundle, Some(&ledger)), []);
    let folder = ledger.join(format!("ceremonies/{NAME}.1/amendments"));
    let files = bundle::all(&folder).expect("the files");
    assert_eq!(files.len(), 5);
    for (path, bytes) in &files {
        let name = format!("amendments/{path}");
        for (how, damaged) in damages(path, bytes) {
            fs::write(folder.join(path), &damaged).expect("written");
            let found = named(findings(&bundle, Some(&ledger)));
            assert!(found.contains(&name), "{how} in {path}: {found:?}");
        }
        fs::remove_file(folder.join(path)).expect("removed");
        assert!(named(findings(&bundle, Some(&ledger))).contains(&name), "{path} deleted");
        fs::write(folder.join(path), bytes).expect("written");
    }
    // The ledger behind the draw: cut off, forked, moved; what an office could rewrite as a whole shows against a copy.
    for (how, change) in [
        ("an amendment cut out", (|all: &mut Vec<Entry>| drop(all.remove(5))) as fn(&mut Vec<Entry>)),
        ("two amendments swapped", |all| all.swap(5, 6)),
        ("a fork before the draw", |all| all[0].facts[1].1 = "fairdraw 9.9.9".to_owned()),
    ] {
        let (_folder, room) = room_after(7);
        forge(&room, change);
        let ledger = room.folder.join("ledger");
        let bundle = ledger.join(format!("ceremonies/{NAME}.1/private"));
        assert!(!findings(&bundle, Some(&ledger)).is_empty(), "{how}");
    }
}

/// Without this, officers, firms and clerks would go by the plan as it was drawn.
#[test]
fn an_amended_plan_stands_in_workbooks_sheets_site_and_results() {
    let (folder, room) = room_after(STEPS);
    let (bundle, ledger) = (public(&room), room.folder.join("ledger"));
    let rows = |path: PathBuf| -> Vec<Vec<String>> {
        let text = fs::read_to_string(path).expect("a table");
        text.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect()).collect()
    };
    let drawn = rows(room.bundle().join("visits.csv"));
    let now = rows(bundle.join("after/amendments/visits.csv"));
    let gone = drawn.iter().find(|row| now.iter().all(|other| other[0] != row[0])).expect("a visit that was taken out");
    let added =
        now.iter().find(|row| drawn.iter().all(|other| other[0] != row[0])).expect("the one that is made instead");
    let out = tempfile::tempdir().expect("a folder");
    let call = |words: &[&str]| {
        let output = support::run(words);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", support::stderr(&output));
        support::stdout(&output).to_owned()
    };
    let path = |name: &str| out.path().join(name).display().to_string();
    let (bundle, ledger) = (bundle.display().to_string(), ledger.display().to_string());
    // With what the opened bundle brings along, and with the office's ledger: the same.
    call(&["publish", &bundle, "--ledger", &ledger, "--out", &path("site"), "--sheets", &path("sheets")]);
    call(&["workbooks", &bundle, "--out", &path("books")]);
    call(&["workbooks", &bundle, "--ledger", &ledger, "--out", &path("books2")]);
    let books = |name: &str| fs::read(Path::new(&path(name)).join("计划变更.xlsx")).expect("the changes");
    assert_eq!(books("books"), books("books2"));
    let read = |name: &str| fs::read_to_string(Path::new(&path("site")).join(name)).expect("a page");
    let visits = read("visits.html");
    let (table, changes) = visits.split_once("id=\"changes\"").expect("the changes are told");
    assert!(
        table.contains(&format!("<code>{}</code>", added[1])) && !table.contains(&format!("<code>{}</code>", gone[1]))
    );
    assert!(changes.contains(&gone[1]) && changes.contains(&added[1]) && changes.contains("已停业"), "{changes}");
    assert!(read("list.html").contains(&format!(
        "递补：企业{} {}",
        added[1][13..17].trim_start_matches('0'),
        added[1]
    )));
    assert_eq!(
        fs::read(Path::new(&path("site")).join("bundle/visits.csv")).expect("the drawn visits"),
        fs::read(room.bundle().join("visits.csv")).expect("the drawn visits")
    );
    assert!(Path::new(&path("site")).join("bundle/after/amendments/001.txt").is_file());
    // Sheets and calendars: who does not go any more has the visit cancelled, whoever steps in has it.
    let sheets: BTreeMap<String, Vec<u8>> = bundle::all(Path::new(&path("sheets"))).expect("the sheets");
    let text = |name: &String| String::from_utf8_lossy(&sheets[name]).into_owned();
    let calendars: Vec<String> = sheets.keys().filter(|name| name.ends_with(".ics")).map(text).collect();
    assert!(calendars.iter().any(|ics| ics.contains("STATUS:CANCELLED") && ics.contains("SEQUENCE:1")));
    assert!(
        calendars
            .iter()
            .any(|ics| ics.replace("\r\n ", "").contains(&format!("-{}-", added[0])) && ics.contains("SEQUENCE:2"))
    );
    let pages: Vec<String> = sheets.keys().filter(|name| name.ends_with(".html")).map(text).collect();
    assert!(pages.iter().any(|page| page.contains("取消") && page.contains("变更")));
    // Results: the visit that is made is due; one that was taken out can only have been in vain.
    let workspace = folder.path().display().to_string();
    let at = ["--at", "2027-01-05T09:00:00", "--format", "json"];
    let due: serde_json::Value =
        serde_json::from_str(&call(&[&["result", &workspace], &at[..]].concat())).expect("JSON");
    let is_due = |id: &str| due["due"].as_array().expect("a list").iter().any(|row| row["visit"] == id);
    assert!(is_due(&added[0]) && !is_due(&gone[0]));
    let form = out.path().join("form.csv");
    let deliver = |visit: &[String], result: &str| {
        let text =
            format!("检查编号,抽查事项编号,实际检查日期,检查结果\n{},{},{},{result}\n", visit[0], visit[6], visit[3]);
        fs::write(&form, text).expect("written");
        let form = form.display().to_string();
        support::run([&["result", &workspace, &form], &at[..]].concat())
    };
    let refused = deliver(gone, "未发现问题");
    assert_eq!(refused.status.code(), Some(2));
    assert!(support::stderr(&refused).contains("taken out by an amendment"), "{}", support::stderr(&refused));
    for (visit, result) in [(gone, "通过登记的住所无法联系"), (added, "未发现问题")] {
        let taken = deliver(visit, result);
        assert_eq!(taken.status.code(), Some(0), "{}", support::stderr(&taken));
        let taken: serde_json::Value = serde_json::from_str(support::stdout(&taken)).expect("JSON");
        assert_eq!(taken["new"], 1);
    }
    let report = call(&[&["report", &workspace], &at[..]].concat());
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["agencies"][0]["complete"], 1);
    // The estimate takes whoever stepped in for the one that could not be checked: one of eight is known.
    assert_eq!(report["estimates"][0]["estimate"]["awaited"], 7);
}
