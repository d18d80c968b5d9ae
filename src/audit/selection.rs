//! How often each entity came over all draws, against the chances that the plans gave it (protocol §20.4).

use std::collections::BTreeMap;

use serde::Serialize;

use super::bundles::independent;
use super::statistics::Counts;
use crate::run::Made;

/// Is how often the entities came.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Selection {
    /// Entities that stood in at least one independent frame.
    pub entities: u32,
    /// Mean chance of an entity in one frame.
    pub chance: f64,
    /// How many entities came 0, 1, 2, … times, and how many chance alone lets expect.
    pub times: Vec<Times>,
    /// Those whose count is least likely, the least likely first; at most ten.
    pub most_surprising: Vec<Surprise>,
}

/// Is the number of entities that came so many times.
#[derive(Clone, Debug, Serialize)]
pub struct Times {
    pub times: u32,
    pub entities: u32,
    pub expected: f64,
}

/// Is an entity that came more often than one would think.
#[derive(Clone, Debug, Serialize)]
pub struct Surprise {
    pub entity: String,
    pub frames: u32,
    pub times: u32,
    pub expected: f64,
    /// Probability that a given entity with these chances comes so often or more often.
    pub p: f64,
    /// The same for any entity of all: p times their number, at most 1 (Bonferroni).
    pub p_of_any: f64,
}

/// Is what one entity had.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Sizes n and N of the sample and the frame, of each frame that it stood in.
    chances: Vec<(u32, u32)>,
    times: u32,
}

/// Counts how often each entity was in an independent sample.
pub fn selection<'a>(draws: impl Iterator<Item = &'a Made>) -> Selection {
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    let (mut places, mut picks) = (0u64, 0u64);
    for made in draws {
        for at in independent(made) {
            let stratum = &made.plan.frames.strata[at];
            let chance = (stratum.size, stratum.frame.len() as u32);
            for no in &stratum.frame {
                seen.entry(&made.inputs.entities[no.at()].id).or_default().chances.push(chance);
            }
            for pick in &made.plan.samples[at].drawn {
                seen.entry(&made.inputs.entities[pick.at as usize].id).or_default().times += 1;
            }
            places += stratum.frame.len() as u64;
            picks += u64::from(stratum.size);
        }
    }
    let mut known: BTreeMap<Vec<(u32, u32)>, Counts> = BTreeMap::new();
    let (mut found, mut expected): (Vec<u32>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut surprises = Vec::new();
    for (entity, Seen { mut chances, times }) in seen.iter().map(|(entity, seen)| (entity, seen.clone())) {
        chances.sort_unstable();
        let frames = chances.len();
        let counts = known.entry(chances).or_insert_with_key(|chances| {
            let p = |(n, of): &(u32, u32)| f64::from(*n) / f64::from(*of);
            chances.iter().fold(Counts::none(), |sum, chance| sum.and_trial(p(chance)))
        });
        let length = (frames + 1).max(found.len());
        found.resize(length, 0);
        expected.resize(length, 0.0);
        found[times as usize] += 1;
        (0..=frames).for_each(|times| expected[times] += counts.exactly(times as u64));
        let p = counts.at_least(times.into());
        let p_of_any = (p * seen.len() as f64).min(1.0);
        let surprise = Surprise {
            entity: (*entity).to_owned(),
            frames: frames as u32,
            times,
            expected: counts.mean(),
            p,
            p_of_any,
        };
        if times > 0 {
            surprises.push(surprise);
        }
    }
    surprises.sort_by(|a, b| a.p.total_cmp(&b.p).then_with(|| a.entity.cmp(&b.entity)));
    surprises.truncate(10);
    let times = (0..).zip(found.iter().zip(&expected));
    Selection {
        entities: seen.len() as u32,
        chance: if places == 0 { 0.0 } else { picks as f64 / places as f64 },
        times: times.map(|(times, (found, expected))| Times { times, entities: *found, expected: *expected }).collect(),
        most_surprising: surprises,
    }
}
