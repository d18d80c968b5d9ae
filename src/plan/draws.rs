//! The draw of entities (随机抽取检查对象): every stratum's sample under its group's key (protocol §6).

use std::collections::{BTreeMap, BTreeSet};

use super::model::{EntityNo, Frames, Inputs, TaskNo};
use crate::lottery::{Entry, Iv, Key, Prk, Sample, draw, keys::entity_label};

/// Draws every stratum, in the order of `frames.strata`; the sample's numbers are positions in the entities' table.
pub fn draws(inputs: &Inputs, prk: &Prk, frames: &Frames) -> Vec<Sample> {
    let ivs: Vec<Iv> = inputs.entities.iter().map(|entity| Iv::of(inputs.rules.suite, &entity.id)).collect();
    let mut keys: BTreeMap<&str, Key> = BTreeMap::new();
    let mut drawn: BTreeMap<&str, BTreeSet<EntityNo>> = BTreeMap::new();
    let mut samples = Vec::with_capacity(frames.strata.len());
    let mut of_this_task: Option<(TaskNo, Vec<EntityNo>)> = None;
    for stratum in &frames.strata {
        let task = &inputs.tasks[stratum.task.at()];
        let group = task.group.as_str();
        let key = keys.entry(group).or_insert_with(|| prk.key(&entity_label(group)));
        // Strata of one task do not stand behind each other: only tasks before it count.
        if let Some((before, picks)) = of_this_task.take_if(|(no, _)| *no != stratum.task) {
            drawn.entry(&inputs.tasks[before.at()].group).or_default().extend(picks);
        }
        let earlier = task.spread.then(|| drawn.get(group)).flatten();
        let frame: Vec<Entry> = stratum
            .frame
            .iter()
            .enumerate()
            .map(|(at, no)| Entry {
                at: no.0,
                iv: ivs[no.at()],
                balls: stratum.balls_all.unwrap_or_else(|| stratum.balls[at]),
                behind: earlier.is_some_and(|set| set.contains(no)),
            })
            .collect();
        let sample = draw(key, &frame, stratum.size, stratum.reserve);
        let (_, picks) = of_this_task.get_or_insert((stratum.task, Vec::new()));
        picks.extend(sample.drawn.iter().map(|pick| EntityNo(pick.at)));
        samples.push(sample);
    }
    samples
}
