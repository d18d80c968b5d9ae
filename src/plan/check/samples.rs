//! Proves the samples (抽取): true tickets, right ranks, and nobody passed over.
//!
//! Protocol §6. A stranger's proof and not a second draw: the picks stand in the true order, they are as many as the
//! stratum asks for, and everyone else of the frame stands behind the last of them. So no sort is needed, and a
//! ticket is computed once for each entity of a group, whatever the number of its tasks.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, stratum_place};
use crate::both;
use crate::lang::Text;
use crate::lottery::keys::entity_label;
use crate::lottery::{Iv, Key, Pick, Prk, Sample, Words};
use crate::plan::model::{EntityNo, Inputs, Plan, Stratum, TaskNo};

/// Proves the sample of every stratum.
pub(super) fn check(inputs: &Inputs, prk: &Prk, plan: &Plan, found: &mut Findings) {
    let (samples, strata) = (plan.samples.len(), plan.frames.strata.len());
    if samples != strata {
        let (samples, strata) = (Text::counted(samples, "sample"), Text::counted(strata, "stratum"));
        found.add(
            "samples-count",
            "plan",
            both!(samples, strata => "{samples} beside {strata}", "样本 {samples} 个，层 {strata} 个"),
        );
    }
    let mut groups: BTreeMap<&str, Vec<(&Stratum, &Sample)>> = BTreeMap::new();
    for (stratum, sample) in plan.frames.strata.iter().zip(&plan.samples) {
        groups.entry(&inputs.tasks[stratum.task.at()].group).or_default().push((stratum, sample));
    }
    let mut places = Places::new(inputs);
    for (group, mut members) in groups {
        places.turn_to(prk.key(&entity_label(group)));
        // `spread` looks back at the tasks with smaller codes, and tasks stand by code.
        members.sort_by_key(|(stratum, _)| stratum.task);
        let mut drawn_by = BTreeMap::new();
        for (stratum, sample) in &members {
            let behind = |no: EntityNo| {
                inputs.tasks[stratum.task.at()].spread
                    && drawn_by.get(&no).is_some_and(|first: &TaskNo| *first < stratum.task)
            };
            check_sample(inputs, &mut places, stratum, sample, behind, found);
            for pick in &sample.drawn {
                drawn_by.entry(EntityNo(pick.at)).or_insert(stratum.task);
            }
        }
    }
}

/// Is where an entity truly stands: ascending by all four fields, in this sequence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Standing {
    behind: bool,
    smallest: u64,
    ticket: u128,
    iv: Iv,
}

/// Computes places under the key of one group, and keeps what most comparisons end with.
struct Places<'a> {
    inputs: &'a Inputs,
    key: Key,
    /// Counts the groups; what an earlier one left is stale.
    turn: u32,
    /// For each number of balls, once it is met, and each entity: the turn, and the smallest ball.
    smallest: [Vec<(u32, u64)>; 8],
}

impl<'a> Places<'a> {
    fn new(inputs: &'a Inputs) -> Places<'a> {
        Places { inputs, key: Key::from_bytes(inputs.rules.suite, [0; 32]), turn: 0, smallest: Default::default() }
    }

    /// Starts the next group.
    fn turn_to(&mut self, key: Key) {
        self.key = key;
        self.turn += 1;
    }

    /// Computes the full place of an entity.
    fn standing(&self, no: EntityNo, balls: u8, behind: bool) -> Standing {
        let iv = Iv::of(self.key.suite(), &self.inputs.entities[no.at()].id);
        let words: Words = self.key.words(iv);
        let ticket = u128::from(words[0]) << 64 | u128::from(words[1]);
        let others = words[1..].iter().take(usize::from(balls.clamp(1, 8)) - 1);
        let smallest = others.fold(words[0], |least, word| least.min(*word));
        Standing { behind, smallest, ticket, iv }
    }

    /// Tells whether an entity stands before a place; the whole of its own is looked at only if the balls are alike.
    fn is_before(&mut self, no: EntityNo, balls: u8, behind: bool, place: &Standing) -> bool {
        let known = &mut self.smallest[usize::from(balls.clamp(1, 8)) - 1];
        if known.is_empty() {
            known.resize(self.inputs.entities.len(), (0, 0));
        }
        let (turn, mut smallest) = known[no.at()];
        if turn != self.turn {
            smallest = self.standing(no, balls, behind).smallest;
            self.smallest[usize::from(balls.clamp(1, 8)) - 1][no.at()] = (self.turn, smallest);
        }
        match (behind, smallest).cmp(&(place.behind, place.smallest)) {
            Ordering::Less => true,
            Ordering::Equal => self.standing(no, balls, behind) < *place,
            Ordering::Greater => false,
        }
    }
}

/// Proves one sample: sample and reserve are the smallest places of the frame, in their order.
fn check_sample(
    inputs: &Inputs,
    places: &mut Places,
    stratum: &Stratum,
    sample: &Sample,
    behind: impl Fn(EntityNo) -> bool,
    found: &mut Findings,
) {
    let place = stratum_place(inputs, stratum);
    let counts = [
        (both!("sample", "样本"), sample.drawn.len(), stratum.size),
        (both!("reserve", "备选"), sample.reserve.len(), stratum.reserve),
    ];
    for (role, stands, asked) in counts {
        if u32::try_from(stands) != Ok(asked) {
            let stands = Text::counted(stands, "entity");
            found.add("pick-count", &place, both!(role, stands => "the {role} has {stands} instead of {asked}", "{role}有 {stands} 户，应抽 {asked} 户"));
        }
    }
    let balls = |at: usize| stratum.balls_all.or_else(|| stratum.balls.get(at).copied()).unwrap_or(1);
    let mut last: Option<Standing> = None;
    let mut picked = BTreeSet::new();
    for (rank, pick) in (1u32..).zip(sample.drawn.iter().chain(&sample.reserve)) {
        let no = EntityNo(pick.at);
        let id = &inputs.entities[no.at()].id;
        let Ok(at) = stratum.frame.binary_search(&no) else {
            found.add(
                "pick-outside-frame",
                &place,
                both!(
                    "entity {id} of rank {rank} does not stand in the frame",
                    "序号 {rank} 的检查对象 {id} 不在抽样框内"
                ),
            );
            continue;
        };
        if !picked.insert(no) {
            found.add(
                "pick-twice",
                &place,
                both!(
                    "entity {id} of rank {rank} has a smaller rank already",
                    "序号 {rank} 的检查对象 {id} 已有更小的序号"
                ),
            );
        }
        let standing = places.standing(no, balls(at), behind(no));
        compare(pick, &standing, &place, &both!("entity {id} of rank {rank}", "序号 {rank} 的检查对象 {id}"), found);
        if last.is_some_and(|last| standing < last) {
            found.add(
                "pick-order",
                &place,
                both!(
                    "entity {id} of rank {rank} stands before the rank above it",
                    "序号 {rank} 的检查对象 {id} 应排在前一序号之前"
                ),
            );
        }
        last = last.max(Some(standing));
    }
    let Some(last) = last else { return };
    for (at, no) in stratum.frame.iter().enumerate() {
        if places.is_before(*no, balls(at), behind(*no), &last) && !picked.contains(no) {
            let id = &inputs.entities[no.at()].id;
            found.add(
                "pick-passed-over",
                &place,
                both!(
                    "entity {id} stands before the last pick and is not drawn",
                    "检查对象 {id} 排在最后抽中者之前，却未抽中"
                ),
            );
        }
    }
}

/// Compares what a pick says of its place with the truth.
fn compare(pick: &Pick, standing: &Standing, place: &str, who: &Text, found: &mut Findings) {
    let stands = (pick.place.ticket.value(), pick.place.smallest, pick.place.iv);
    if stands != (standing.ticket, standing.smallest, standing.iv) {
        let detail = both!(
            who => "{who} carries ticket {:032x} and smallest ball {:016x}, its own are {:032x} and {:016x}",
            "{who}所记抽签号为 {:032x}、最小签为 {:016x}，实为 {:032x} 与 {:016x}",
            stands.0, stands.1, standing.ticket, standing.smallest
        );
        found.add("pick-ticket", place, detail);
    }
    if pick.place.behind != standing.behind {
        let detail = match standing.behind {
            true => {
                both!(who => "{who} belongs behind the entities that earlier tasks have not drawn", "{who}应排在先前任务未抽中的之后")
            }
            false => {
                both!(who => "{who} belongs before the entities that earlier tasks have not drawn", "{who}应排在先前任务未抽中的之前")
            }
        };
        found.add("pick-behind", place, detail);
    }
}
