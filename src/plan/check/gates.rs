//! Knows through which door an officer joins a team that needs qualifications (protocol §9.4).
//!
//! A team is a set of officers and never a question of who sits where: who holds everything comes without limit, of
//! those who hold one part at most `size − 1` come, of those who hold the other part at most one.

use std::collections::{BTreeMap, BTreeSet};

/// Is the way by which an officer comes into a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Door {
    /// Holds all that is needed.
    Full,
    One,
    Other,
}

/// Holds what an outing needs, by name, and what its gates ask for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gates {
    needed: Vec<String>,
    size: u32,
    /// Positions in `needed`; nothing lets anybody through.
    one: BTreeSet<usize>,
    other: Option<BTreeSet<usize>>,
}

impl Gates {
    /// Tells through which door an officer with some qualifications comes, if at all.
    pub fn door(&self, held: &[String]) -> Option<Door> {
        self.door_of(&held_of(&self.needed, held))
    }

    fn door_of(&self, held: &BTreeSet<usize>) -> Option<Door> {
        if held.len() == self.needed.len() {
            Some(Door::Full)
        } else if self.one.is_subset(held) {
            Some(Door::One)
        } else {
            self.other.as_ref().filter(|other| other.is_subset(held)).map(|_| Door::Other)
        }
    }

    /// Lists the gates with how many of one team may come through them.
    pub fn limits(&self) -> Vec<(Door, u32)> {
        match (&self.needed[..], &self.other) {
            ([], _) => Vec::new(),
            (_, None) => vec![(Door::One, self.size - 1)],
            (_, Some(_)) => vec![(Door::One, self.size - 1), (Door::Other, 1)],
        }
    }

    /// Rates the choice that the gates leave: officers of the scarcer side, then teams of two.
    fn rate(&self, holds: &[BTreeSet<usize>]) -> (u64, u64) {
        let mut count: BTreeMap<Door, u64> = BTreeMap::new();
        holds.iter().filter_map(|held| self.door_of(held)).for_each(|door| *count.entry(door).or_default() += 1);
        let [full, one, other] =
            [Door::Full, Door::One, Door::Other].map(|door| count.get(&door).copied().unwrap_or(0));
        let alone = full * full.saturating_sub(1) / 2 + full * (one + other);
        match self.other {
            None => (full, alone),
            Some(_) => (full + one.min(other), alone + one * other),
        }
    }
}

/// Chooses the gates of one agency's outings in their order.
pub(super) struct Doors {
    size: u32,
    used: BTreeMap<Gates, u64>,
}

impl Doors {
    pub fn new(size: u32) -> Doors {
        Doors { size, used: BTreeMap::new() }
    }

    /// Chooses the gates of the next outing, out of what its eligible officers hold.
    pub fn choose<'a>(&mut self, needed: &BTreeSet<&str>, held: impl Iterator<Item = &'a [String]>) -> Gates {
        let needed: Vec<String> = needed.iter().map(|name| (*name).to_owned()).collect();
        let holds: Vec<BTreeSet<usize>> = held.map(|held| held_of(&needed, held)).collect();
        let gates = |one: BTreeSet<usize>, other| Gates { needed: needed.clone(), size: self.size, one, other };
        let mut best = gates(BTreeSet::new(), None);
        if self.size < 2 || needed.is_empty() {
            return best;
        }
        let goes_round = needed.len() > 2;
        let rate = |gates: &Gates| {
            let (scarcer, teams) = gates.rate(&holds);
            let before = if goes_round { self.used.get(gates).copied().unwrap_or(0) } else { 0 };
            (scarcer * 1_000 / (before + 1), teams)
        };
        let mut rated = rate(&best);
        for one in parts(needed.len()) {
            let other = (0..needed.len()).filter(|at| !one.contains(at)).collect();
            let next = gates(one, Some(other));
            let its = rate(&next);
            if its > rated {
                (best, rated) = (next, its);
            }
        }
        if goes_round {
            *self.used.entry(best.clone()).or_default() += 1;
        }
        best
    }
}

/// Lists the one parts in the order of the protocol: by the number whose binary digits are the positions; above eight
/// qualifications the first, the first two, and so on.
fn parts(count: usize) -> Vec<BTreeSet<usize>> {
    if count < 2 {
        Vec::new()
    } else if count <= 8 {
        let odd = (1..(1u32 << count) - 1).filter(|pick| pick % 2 == 1);
        odd.map(|pick| (0..count).filter(|at| pick >> at & 1 == 1).collect()).collect()
    } else {
        (1..count.min(31)).map(|length| (0..length).collect()).collect()
    }
}

fn held_of(needed: &[String], held: &[String]) -> BTreeSet<usize> {
    (0..needed.len()).filter(|at| held.contains(&needed[*at])).collect()
}
