//! The ledger by itself: what it finds when it is changed, and what its proofs prove.

use std::collections::BTreeMap;

use fairdraw::ledger::chain::{self, ChainError, Entry, GENESIS, Kind, Relation};
use fairdraw::ledger::proof::{Absence, Inclusion, ProofError};
use fairdraw::ledger::{merkle, state};
use fairdraw::lottery::Suite;

/// Makes a ledger of one whole ceremony.
fn ledger() -> Vec<Entry> {
    let fact = |word: &str, value: &str| (word.to_owned(), value.to_owned());
    let steps = [
        (Kind::Seal, vec![fact("dice", "6 4"), fact("beacon", "kl8 1 2024-01-05T21:30:00")]),
        (Kind::Lodge, vec![fact("with", "邓州市公证处")]),
        (Kind::Entropy, vec![fact("part", "pre-beacon"), fact("code", "00")]),
        (Kind::Entropy, vec![fact("part", "complete"), fact("record", "11")]),
        (Kind::Draw, vec![fact("manifest", "22")]),
        (Kind::Publish, vec![fact("what", "all")]),
    ];
    let mut entries: Vec<Entry> = Vec::new();
    for (number, (kind, facts)) in (1..).zip(steps) {
        let previous = entries.last().map_or_else(|| GENESIS.to_owned(), Entry::hash);
        let time = format!("2024-01-0{number}T09:00:00").parse().expect("a time");
        let ceremony = "411381.2024Q1".to_owned();
        entries.push(Entry { number, previous, kind, time, ceremony, attempt: 1, facts });
    }
    entries
}

fn files(entries: &[Entry]) -> BTreeMap<String, Vec<u8>> {
    entries.iter().map(|entry| (entry.file(), entry.text().into_bytes())).collect()
}

/// Without this, what is written and what is read could differ, and `sha256sum` would not be enough to check a chain.
#[test]
fn a_ledger_reads_back_as_it_was_written() {
    let entries = ledger();
    assert_eq!(chain::read(&files(&entries)), Ok(entries.clone()));
    assert!(state::read(&entries).is_ok());
    assert!(entries[0].text().starts_with("dr1 ledger v1\nentry 1\nprevious 0000"));
    assert_eq!(entries[1].previous, fairdraw::ledger::hash::sha256_hex(entries[0].text().as_bytes()));
}

/// Without this, a byte of the past could be changed: every single one is flipped, dropped and doubled. A change of
/// the last entry can only be seen from outside, where its code was lodged.
#[test]
fn every_changed_byte_is_found() {
    let entries = ledger();
    let sound = files(&entries);
    let heads: Vec<String> = entries.iter().map(Entry::hash).collect();
    let mut tried = 0;
    for (file, bytes) in &sound {
        for at in 0..bytes.len() {
            for damage in 0..3 {
                let mut damaged = bytes.clone();
                match damage {
                    0 => damaged[at] ^= 1,
                    1 => drop(damaged.remove(at)),
                    _ => damaged.insert(at, damaged[at]),
                }
                if damaged == *bytes {
                    continue;
                }
                let mut changed = sound.clone();
                changed.insert(file.clone(), damaged);
                let found = chain::read(&changed);
                let head = found.as_ref().ok().and_then(|entries| entries.last()).map(Entry::hash);
                assert!(head.is_none_or(|head| head != heads[heads.len() - 1]), "{file}, byte {at}, damage {damage}");
                if *file != entries[entries.len() - 1].file() {
                    assert!(found.is_err(), "{file}, byte {at}, damage {damage}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 2_000, "{tried} damages were tried");
}

/// Without this, entries could be taken out, swapped or put in.
#[test]
fn removed_swapped_and_inserted_entries_are_found() {
    let entries = ledger();
    let sound = files(&entries);
    for at in 0..entries.len() - 1 {
        let mut less = sound.clone();
        less.remove(&entries[at].file());
        assert!(matches!(chain::read(&less), Err(ChainError::Gap { .. })), "entry {} removed", at + 1);

        let (a, b) = (entries[at].file(), entries[at + 1].file());
        let mut swapped = sound.clone();
        swapped.insert(a.clone(), sound[&b].clone());
        swapped.insert(b, sound[&a].clone());
        assert!(chain::read(&swapped).is_err(), "entries {} and {} swapped", at + 1, at + 2);
    }
    let mut more = sound.clone();
    more.insert("000003-LODGE.txt".to_owned(), sound["000002-LODGE.txt"].clone());
    assert!(chain::read(&more).is_err());
}

/// Without this, a history could be rewritten as a whole, every hash made anew: a copy kept outside shows it.
#[test]
fn a_rewritten_history_is_a_fork_and_a_shorter_one_is_cut_off() {
    let kept = ledger();
    let mut rewritten = kept[..2].to_vec();
    for entry in &kept[2..] {
        let previous = rewritten.last().map(Entry::hash).expect("two are kept");
        let mut entry = Entry { previous, ..entry.clone() };
        entry.facts.push(("note".to_owned(), "x".to_owned()));
        rewritten.push(entry);
    }
    assert!(chain::read(&files(&rewritten)).is_ok(), "by itself the rewritten ledger is sound");
    assert_eq!(chain::compare(&kept, &rewritten), Relation::Fork { at: 3 });
    assert_eq!(chain::compare(&kept, &kept[..4]), Relation::CutOff { at: 5 });
    assert_eq!(chain::compare(&kept[..4], &kept), Relation::Longer);
    assert_eq!(chain::compare(&kept, &kept), Relation::Same);
}

/// Without this, steps could stand in another order than the protocol's: all orders of the six steps are tried.
#[test]
fn only_one_order_of_the_steps_is_accepted() {
    let steps = ledger();
    let mut accepted = 0;
    let mut order: Vec<usize> = (0..6).collect();
    permute(&mut order, 0, &mut |order| {
        let entries: Vec<Entry> = (1..).zip(order).map(|(number, at)| Entry { number, ..steps[*at].clone() }).collect();
        accepted += u32::from(state::read(&entries).is_ok());
    });
    // LODGE may stand anywhere behind the seal; everything else has one place.
    assert_eq!(accepted, 5);
}

fn permute(order: &mut Vec<usize>, from: usize, each: &mut dyn FnMut(&[usize])) {
    if from == order.len() {
        return each(order);
    }
    for at in from..order.len() {
        order.swap(from, at);
        permute(order, from + 1, each);
        order.swap(from, at);
    }
}

/// Without this, a row could be claimed for a plan in which it never stood.
#[test]
fn inclusion_proofs_hold_for_their_own_leaf_and_for_no_other() {
    for (size, suite) in (1..=33).flat_map(|size| Suite::ALL.map(|suite| (size, suite))) {
        let leaves: Vec<String> = (0..size).map(|at| format!("row {at}")).collect();
        let root = merkle::root(suite, &leaves);
        for at in 0..size {
            let proof = Inclusion::of(suite, &leaves, at);
            assert_eq!(Inclusion::parse(&proof.text()).as_ref(), Some(&proof));
            for (other, leaf) in leaves.iter().enumerate() {
                assert_eq!(
                    proof.verify(suite, leaf.as_bytes(), &root).is_ok(),
                    other == at,
                    "{at} of {size}, leaf {other}"
                );
            }
            let moved = Inclusion { index: (at as u64 + 1) % size as u64, ..proof.clone() };
            let other = Suite::ALL[usize::from(suite == Suite::ALL[0])];
            assert!(proof.verify(other, leaves[at].as_bytes(), &root).is_err());
            assert!(size == 1 || moved.verify(suite, leaves[at].as_bytes(), &root).is_err());
            let mut longer = proof.clone();
            longer.path.push(root);
            assert_eq!(longer.verify(suite, leaves[at].as_bytes(), &root), Err(ProofError::Shape));
        }
    }
}

/// Without this, an entity that was left out of a frame could not show it, or one that stood in it could deny it.
#[test]
fn absence_proofs_hold_for_what_is_not_there() {
    let ids: Vec<String> = (0..20).map(|at| format!("{:03}", 10 * at + 5)).collect();
    let rows: Vec<String> = ids.iter().map(|id| format!("{id},1")).collect();
    let id_of = |row: &str| -> usize { row.find(',').unwrap_or(row.len()) };
    let (root, size) = (merkle::root(Suite::Dr1, &rows), rows.len() as u64);
    for number in 0..210 {
        let wanted = format!("{number:03}");
        let proof = Absence::of(Suite::Dr1, &rows, &wanted, |row| &row[..id_of(row)]);
        assert_eq!(proof.is_none(), ids.contains(&wanted), "{wanted}");
        let Some(proof) = proof else { continue };
        let verify = |id: &str| proof.verify(Suite::Dr1, id, size, &root, |row| &row[..id_of(row)]);
        assert_eq!(verify(&wanted), Ok(()), "{wanted}");
        for there in &ids {
            assert!(verify(there).is_err(), "{wanted} used for {there}");
        }
    }
}
