//! Amendments: the next by ticket steps in, everything else stays, and the ledger shows it.

use std::collections::BTreeSet;
use std::fs;

use fairdraw::ceremony::notice::notice;
use fairdraw::ceremony::{CeremonyError, amend};
use fairdraw::files::store::ledger::Direct;
use fairdraw::ledger::chain::Kind;
use fairdraw::ledger::state::Refusal;
use fairdraw::plan::amend::{AmendError, Amendment, Change, Outcome, Reason};
use fairdraw::verify::{Evidence, verify};

use crate::ceremony::{AMEND_AT, NAME, Room, refusal, room_after, time};
use crate::support;

/// Rows of a table without its heading, each parted at the commas.
fn rows(path: &std::path::Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).expect("a table");
    text.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect()).collect()
}

fn apply(room: &Room, visit: &str, change: Change, reason: Reason) -> Result<Outcome, CeremonyError> {
    let amendment = Amendment { visit: visit.to_owned(), change, reason };
    let done = amend::amend(&mut room.ledger(), NAME, &amendment, time(AMEND_AT), &mut Direct, &mut |_| {});
    done.map(|done| done.outcome)
}

fn officer(certificate: &str) -> Change {
    Change::Officer { certificate: certificate.to_owned() }
}

fn why(error: CeremonyError) -> AmendError {
    match error {
        CeremonyError::Amend(error) => error,
        other => panic!("not an amendment that can not be: {other}"),
    }
}

/// Cheat: a late recusal to steer a team. Without this, whoever steps in could be chosen, and other seats could move.
#[test]
fn the_next_by_ticket_steps_in_and_every_other_seat_stays() {
    let (_folder, room) = room_after(5);
    let before = rows(&room.bundle().join("teams.csv"));
    let (visit, gone) = (before[0][0].clone(), before[0][2].clone());
    let outcome = apply(&room, &visit, officer(&gone), Reason::Recusal).expect("someone can step in");
    let folder = room.ledger().attempt_folder(NAME, 1).join(amend::FOLDER);
    let after = rows(&folder.join("teams.csv"));
    let seats = |rows: &[Vec<String>]| -> BTreeSet<(String, String)> {
        rows.iter().map(|row| (row[0].clone(), row[2].clone())).collect()
    };
    let (old, new) = (seats(&before), seats(&after));
    let substitute = outcome.substitute.expect("a substitute");
    let lost: Vec<_> = old.difference(&new).cloned().collect();
    let won: Vec<_> = new.difference(&old).cloned().collect();
    let changed =
        |officer: &str| -> Vec<_> { outcome.visits.iter().map(|id| (id.clone(), officer.to_owned())).collect() };
    assert_eq!((lost, won), (changed(&gone), changed(&substitute)));
    assert!(outcome.visits.contains(&visit));
    // All six are certified and free to go but for one recusal and their bookings: who stands before the substitute by
    // ticket has a seat there, or stands among those who were passed over.
    let seat = after.iter().find(|row| row[0] == visit && row[2] == substitute).expect("the substitute's seat");
    let rank: usize = seat[3].parse().expect("a rank");
    let team = before.iter().filter(|row| row[0] == visit).count();
    assert!(rank <= team + outcome.passed_over.len() + 1, "rank {rank}, passed over {:?}", outcome.passed_over);

    // The original stays, the entry says nothing of the visit, and a stranger can replay it.
    assert_eq!(rows(&room.bundle().join("teams.csv")), before);
    let entry = room.ledger().entries().last().expect("an entry").clone();
    assert_eq!((entry.kind, entry.fact("reason")), (Kind::Amend, Some("recusal")));
    assert!(!entry.text().contains(&visit) && !entry.text().contains(&gone));
    let ledger = room.folder.join("ledger");
    let evidence = Evidence { ledger: Some(&ledger), ..Evidence::default() };
    let verdict = verify(&room.bundle(), &evidence, &mut |_| {}).expect("a bundle");
    assert_eq!(verdict.findings, []);
    // The notice is now proved by the amendment, with the substitute in it.
    let (made, page) = notice(&room.ledger(), NAME, &visit, &mut |_| {}).expect("a notice");
    assert_eq!(made.check(room.ledger().entries()).map(|entry| entry.kind), Ok(Kind::Amend));
    assert!(made.row.contains(&substitute) && !made.row.contains(&gone) && page.contains("变更过"));

    // Whoever is recused there does not come back when the substitute falls ill.
    let second = apply(&room, &visit, officer(&substitute), Reason::Sick).map(|outcome| outcome.substitute);
    match second {
        Ok(third) => assert_ne!(third, Some(gone)),
        Err(error) => match why(error) {
            AmendError::NobodyLeft(all) => assert!(all.contains(&(gone, "away")), "{all:?}"),
            other => panic!("{other:?}"),
        },
    }

    // Cheat: the details rewritten. Without this, another officer could stand in the file than on the ledger.
    let path = folder.join("001.txt");
    let text = fs::read_to_string(&path).expect("the details");
    for (from, to) in [("recusal", "sick"), (substitute.as_str(), "T330106009"), ("salt ", "salt 0")] {
        fs::write(&path, text.replace(from, to)).expect("a file can be written");
        let verdict = verify(&room.bundle(), &evidence, &mut |_| {}).expect("a bundle");
        assert!(verdict.findings.iter().any(|finding| finding.file == "amendments/001.txt"), "{from}");
    }
}

/// Without this, a visit could move to a day on which nobody works, or its officers are elsewhere.
#[test]
fn a_visit_moves_to_a_day_that_the_rules_allow() {
    let (_folder, room) = room_after(5);
    let visits = rows(&room.bundle().join("visits.csv"));
    let visit = visits[0][0].clone();
    let day = |date: &str| Change::Day { date: date.parse().expect("a day"), half: None };
    // A Saturday, a day outside of the task's window, and the day on which it is anyhow.
    for wrong in ["2026-10-17", "2026-12-28"] {
        let error = why(apply(&room, &visit, day(wrong), Reason::EntityClosed).expect_err("not a day for it"));
        assert!(matches!(error, AmendError::Breaks(_)), "{wrong}: {error:?}");
    }
    let same = why(apply(&room, &visit, day(&visits[0][3]), Reason::EntityClosed).expect_err("the same"));
    assert_eq!(same, AmendError::SameDay);
    assert_eq!(room.ledger().entries().len(), 5, "nothing of this is on record");
    // A working day on which nobody goes anywhere.
    let booked: BTreeSet<&str> = visits.iter().map(|row| row[3].as_str()).collect();
    let free = (9..=13).map(|at| format!("2026-11-{at:02}")).find(|date| !booked.contains(date.as_str()));
    let free = free.expect("a free day in the second week of November");
    apply(&room, &visit, day(&free), Reason::EntityClosed).expect("a day for it");
    let after = rows(&room.ledger().attempt_folder(NAME, 1).join(amend::FOLDER).join("visits.csv"));
    for (old, new) in visits.iter().zip(&after) {
        let expected = if old[0] == visit { &free } else { &old[3] };
        assert_eq!((&new[0], &new[3]), (&old[0], expected));
    }
    let teams = |rows: Vec<Vec<String>>| -> BTreeSet<(String, String)> {
        rows.into_iter().map(|row| (row[0].clone(), row[2].clone())).collect()
    };
    let folder = room.ledger().attempt_folder(NAME, 1).join(amend::FOLDER);
    assert_eq!(teams(rows(&folder.join("teams.csv"))), teams(rows(&room.bundle().join("teams.csv"))));
}

/// Without this, a plan could grow by the back door, or change without a reason or before it is drawn.
#[test]
fn what_is_no_amendment_is_refused() {
    let (_folder, room) = room_after(3);
    let early = apply(&room, "x", officer("T330106000"), Reason::Sick).expect_err("not drawn");
    assert_eq!(refusal(early), Refusal::NotDrawn(NAME.to_owned()));
    room.step(3, &mut Direct).expect("drawn");
    let teams = rows(&room.bundle().join("teams.csv"));
    let (visit, seated) = (teams[0][0].clone(), teams[0][2].clone());
    let not_drawn = "91330106000009999A";
    let refused = |visit: &str, certificate: &str, reason| {
        why(apply(&room, visit, officer(certificate), reason).expect_err("no amendment"))
    };
    assert_eq!(refused(not_drawn, &seated, Reason::Sick), AmendError::NoVisit);
    assert_eq!(refused(&visit, "T999", Reason::Sick), AmendError::NotSeated);
    assert_eq!(refused(&visit, &seated, Reason::Weather), AmendError::Reason);
    let workspace = room.folder.display().to_string();
    let call = |more: &[&str]| {
        let output = support::run([&["amend", &workspace, "--at", AMEND_AT], more].concat());
        (output.status.code(), format!("{}{}", support::stdout(&output), support::stderr(&output)))
    };
    let (status, said) = call(&[&visit, "--officer", &seated]);
    assert_eq!(status, Some(2));
    assert!(said.contains("--reason"), "{said}");
    let (status, said) = call(&[not_drawn, "--officer", &seated, "--reason", "sick"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("can not add one") && said.contains("a larger sample needs a new ceremony"), "{said}");
    let (status, said) = call(&[&visit, "--officer", &seated, "--reason", "sick"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("steps in") && said.contains(&visit), "{said}");
}
