//! Finds out whether another choice of teams is exactly as good, and whether the protocol's order prefers it (§9.4).
//!
//! Two choices of equal cost differ by a cycle of residual arcs whose reduced cost is 0. Where these arcs hold no cycle
//! the choice is unique; that is found in linear time by peeling (Kahn 1962). Ties are rare: tickets have 40 bits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::gates::Door;
use crate::plan::model::InspectorNo;

/// Is a node of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Outing(usize),
    Gate(usize, Door),
    /// An officer's day, numbered as the days come.
    Day(usize),
    Officer(InspectorNo),
    Sink,
}

/// Collects the residual arcs of reduced cost 0.
#[derive(Default)]
pub(super) struct Tight {
    next: BTreeMap<Node, Vec<(Node, Option<usize>)>>,
    /// Ways of reduced cost 0 that are not taken and those that are: outing, officer, its node and day.
    ways: Vec<(usize, InspectorNo, Node, Node, bool)>,
    days: usize,
}

impl Tight {
    /// Adds one day of an officer: its ways (outing, door, taken, tight), and whether the day is worth what the officer
    /// asks.
    pub fn add_day(
        &mut self,
        no: InspectorNo,
        ways: impl Iterator<Item = (usize, Door, bool, bool)>,
        worth_is_own: bool,
    ) {
        let day = Node::Day(self.days);
        self.days += 1;
        let mut seated = false;
        for (outing, door, taken, tight) in ways {
            seated |= taken;
            if tight {
                let entry = if door == Door::Full { Node::Outing(outing) } else { Node::Gate(outing, door) };
                self.ways.push((outing, no, entry, day, taken));
            }
        }
        if !seated {
            self.add(day, Node::Officer(no));
        } else if worth_is_own {
            self.add(Node::Officer(no), day);
        }
    }

    /// Adds an officer's way to and from the sink.
    pub fn add_officer(&mut self, no: InspectorNo, next: bool, last: bool) {
        if next {
            self.add(Node::Officer(no), Node::Sink);
        }
        if last {
            self.add(Node::Sink, Node::Officer(no));
        }
    }

    /// Adds a gate: whether one more could come through it, and one fewer.
    pub fn add_gate(&mut self, outing: usize, door: Door, more: bool, fewer: bool) {
        if more {
            self.add(Node::Outing(outing), Node::Gate(outing, door));
        }
        if fewer {
            self.add(Node::Gate(outing, door), Node::Outing(outing));
        }
    }

    fn add(&mut self, from: Node, to: Node) {
        self.next.entry(from).or_default().push((to, None));
    }
}

/// Finds the first way, by outing and officer, that some choice of equal cost takes and the given one leaves.
pub(super) fn out_of_order(tight: &Tight) -> Option<(usize, InspectorNo)> {
    let mut ways = tight.ways.clone();
    ways.sort_unstable();
    let mut next = tight.next.clone();
    for (at, &(_, _, entry, day, taken)) in ways.iter().enumerate() {
        let (from, to) = if taken { (day, entry) } else { (entry, day) };
        next.entry(from).or_default().push((to, Some(at)));
    }
    let cyclic = cyclic(&next);
    let open = ways.iter().enumerate().filter(|(_, way)| !way.4 && cyclic.contains(&way.2) && cyclic.contains(&way.3));
    for (at, &(outing, no, entry, day, _)) in open {
        // Earlier ways stay as they are.
        if leads(&next, day, entry, at) {
            return Some((outing, no));
        }
    }
    None
}

/// Peels every node without a way in; what is left holds the cycles.
fn cyclic(next: &BTreeMap<Node, Vec<(Node, Option<usize>)>>) -> BTreeSet<Node> {
    let mut into: BTreeMap<Node, u32> = next.keys().map(|node| (*node, 0)).collect();
    next.values().flatten().for_each(|(to, _)| *into.entry(*to).or_default() += 1);
    let mut free: Vec<Node> = into.iter().filter(|(_, count)| **count == 0).map(|(node, _)| *node).collect();
    while let Some(node) = free.pop() {
        into.remove(&node);
        for (to, _) in next.get(&node).into_iter().flatten() {
            if let Some(count) = into.get_mut(to) {
                *count -= 1;
                if *count == 0 {
                    free.push(*to);
                }
            }
        }
    }
    into.into_keys().collect()
}

/// Tells whether a path leads from one node to another over none of the first `settled` ways.
fn leads(next: &BTreeMap<Node, Vec<(Node, Option<usize>)>>, from: Node, to: Node, settled: usize) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        if node == to {
            return true;
        }
        let open = next.get(&node).into_iter().flatten().filter(|(_, way)| way.is_none_or(|way| way > settled));
        queue.extend(open.filter_map(|(to, _)| seen.insert(*to).then_some(*to)));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two officers whose tickets are alike and one outing with one seat, taken by the officer at `taken`.
    fn tie(taken: u32) -> Tight {
        let mut tight = Tight::default();
        for no in [0, 1] {
            let seated = no == taken;
            tight.add_day(InspectorNo(no), [(0, Door::Full, seated, true)].into_iter(), true);
            tight.add_officer(InspectorNo(no), !seated, seated);
        }
        tight
    }

    /// Without it a tie could be settled by whoever computes the plan, and nobody would notice.
    #[test]
    fn of_two_equal_choices_only_the_first_officers_is_in_order() {
        assert_eq!(out_of_order(&tie(0)), None);
        assert_eq!(out_of_order(&tie(1)), Some((0, InspectorNo(0))));
    }
}
