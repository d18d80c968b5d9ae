//! A workspace drawn again and again (模拟抽取): how often each entity and each officer comes (protocol §20.1).
//!
//! Draw `i` has the record `seed <seed>/<i>`, so any of them can be made again by `fairdraw plan --seed <seed>/<i>`. The
//! counts are sums over draws and do not depend on who computes which of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use crate::lottery::entropy::EntropyError;
use crate::lottery::keys::entity_label;
use crate::lottery::{Entropy, Entry, Iv, Kernel, Key, Prk, Ticket, draw};
use crate::plan::model::{EntityNo, Frames, Inputs, Inspector, Stratum, TaskNo};
use crate::run::plan;

/// Says what is simulated.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Beginning of every draw's seed.
    pub seed: &'a str,
    /// Entity draws, from 1.
    pub draws: u32,
    /// Of these, counted from the first, how many are staffed and dated as well.
    pub staffings: u32,
    /// Threads, from 1; decides the time it takes and nothing else.
    pub threads: u32,
}

/// Is a kind of work, of which so many are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Draws,
    Staffings,
}

/// Holds what came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    pub draws: u32,
    pub staffings: u32,
    /// In the order of `frames.strata`: how often each entity of the frame was drawn.
    pub drawn: Vec<Vec<u32>>,
    /// In the order of the roster.
    pub officers: Vec<Load>,
    /// Duties that the staffings could not place, over all of them.
    pub unplaced: u64,
}

/// Holds an officer's visits over all staffings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Visits over all staffings.
    pub visits: u64,
    /// Staffings with one visit at least.
    pub sent: u32,
    /// Largest number of visits in one staffing.
    pub most: u32,
}

/// Draws `wanted.draws` times and staffs the first `wanted.staffings` of them; `done` is told how many of which are done,
/// by every thread and in no order.
///
/// # Errors
/// [`EntropyError::Seed`] if the seed, with `/` and a number behind it, is none (protocol §2).
pub fn simulate(
    inputs: &Inputs,
    frames: &Frames,
    wanted: &Wanted<'_>,
    done: &(dyn Fn(Work, u32) + Sync),
) -> Result<Simulation, EntropyError> {
    let suite = inputs.rules.suite;
    let prk = |draw: u32| Entropy::from_seed(&format!("{}/{draw}", wanted.seed)).map(|record| Prk::of(suite, &record));
    prk(wanted.draws.max(wanted.staffings))?;
    let prk = |draw: u32| prk(draw).expect("a shorter number behind the same words is a seed too");
    let lottery = Lottery::of(inputs, frames);
    let drawn = share(
        wanted.threads,
        wanted.draws,
        || lottery.counts(),
        |counts, draw| lottery.count(&prk(draw), counts),
        |number| done(Work::Draws, number),
    );
    let drawn = drawn.into_iter().reduce(add).unwrap_or_else(|| lottery.counts());
    let nobody = || (vec![Load::default(); inputs.inspectors.len()], 0u64);
    let staff = |(loads, unplaced): &mut (Vec<Load>, u64), draw: u32| {
        let (plan, _) = plan(inputs, frames.clone(), &prk(draw), &mut |_| {});
        let mut visits = vec![0u32; loads.len()];
        let seats = plan.visits.iter().flat_map(|visit| &visit.teams).flat_map(|team| &team.seats);
        seats.for_each(|seat| visits[seat.inspector.at()] += 1);
        for (load, visits) in loads.iter_mut().zip(visits) {
            *load = load.and(Load { visits: visits.into(), sent: u32::from(visits > 0), most: visits });
        }
        *unplaced += plan.unplaced.len() as u64;
    };
    let staffed = share(wanted.threads, wanted.staffings, nobody, staff, |number| done(Work::Staffings, number));
    let (officers, unplaced) = staffed.into_iter().fold(nobody(), |(all, sum), (loads, unplaced)| {
        (all.into_iter().zip(loads).map(|(a, b)| a.and(b)).collect(), sum + unplaced)
    });
    Ok(Simulation { draws: wanted.draws, staffings: wanted.staffings, drawn, officers, unplaced })
}

impl Load {
    fn and(self, other: Load) -> Load {
        let Load { visits, sent, most } = other;
        Load { visits: self.visits + visits, sent: self.sent + sent, most: self.most.max(most) }
    }
}

/// Returns for each officer how many of the roster have the same agency, certificate dates, qualifications, townships,
/// leave and cap: among equals chances are equal, recusals and history aside.
pub fn equals(inspectors: &[Inspector]) -> Vec<u32> {
    let kind = |officer: &Inspector| {
        let Inspector { agency, valid, is_valid, qualifications, townships, leave, visits_max, .. } = officer.clone();
        (agency, valid, is_valid, qualifications, townships, leave, visits_max)
    };
    let mut kinds = BTreeMap::new();
    inspectors.iter().for_each(|officer| *kinds.entry(kind(officer)).or_insert(0) += 1);
    inspectors.iter().map(|officer| kinds[&kind(officer)]).collect()
}

/// Tells whether all entities of a stratum have the one chance n / N: none has more balls, none stands behind.
pub fn has_one_chance(inputs: &Inputs, stratum: &Stratum) -> bool {
    stratum.balls_all.is_some() && !inputs.tasks[stratum.task.at()].spread
}

/// Gives the numbers from 1 to `jobs` to threads, each with a state of its own, and returns the states.
fn share<S: Send>(
    threads: u32,
    jobs: u32,
    fresh: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, u32) + Sync,
    done: impl Fn(u32) + Sync,
) -> Vec<S> {
    let (next, finished) = (AtomicU32::new(1), AtomicU32::new(0));
    let worker = || {
        let mut state = fresh();
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job > jobs {
                return state;
            }
            work(&mut state, job);
            done(finished.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a worker does not panic")).collect()
    })
}

fn add(mut all: Vec<Vec<u32>>, more: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    let pairs = all.iter_mut().flatten().zip(more.into_iter().flatten());
    pairs.for_each(|(sum, count)| *sum += count);
    all
}

/// Is a workspace made ready to be drawn fast; every draw gives the samples of [`draws`](crate::plan::draws::draws).
struct Lottery<'a> {
    inputs: &'a Inputs,
    frames: &'a Frames,
    /// Entries of each stratum's frame, by place in the frame; none stands behind yet.
    entries: Vec<Vec<Entry>>,
    /// IVs of the same entries, side by side as the kernel takes them.
    ivs: Vec<Vec<Iv>>,
}

impl<'a> Lottery<'a> {
    fn of(inputs: &'a Inputs, frames: &'a Frames) -> Lottery<'a> {
        let entries = |stratum: &Stratum| -> Vec<Entry> {
            let balls = |at: usize| stratum.balls_all.unwrap_or_else(|| stratum.balls[at]);
            let entry = |(at, no): (usize, &EntityNo)| {
                let iv = Iv::of(inputs.rules.suite, &inputs.entities[no.at()].id);
                Entry { at: at as u32, iv, balls: balls(at), behind: false }
            };
            stratum.frame.iter().enumerate().map(entry).collect()
        };
        let entries: Vec<Vec<Entry>> = frames.strata.iter().map(entries).collect();
        let ivs = entries.iter().map(|frame| frame.iter().map(|entry| entry.iv).collect()).collect();
        Lottery { inputs, frames, entries, ivs }
    }

    fn counts(&self) -> Vec<Vec<u32>> {
        self.frames.strata.iter().map(|stratum| vec![0; stratum.frame.len()]).collect()
    }

    /// Draws every stratum once and counts who came.
    fn count(&self, prk: &Prk, counts: &mut [Vec<u32>]) {
        let mut keys: BTreeMap<&str, Key> = BTreeMap::new();
        // Who was drawn by which task of a group, for tasks that spread.
        let mut drawn: BTreeMap<&str, BTreeMap<EntityNo, TaskNo>> = BTreeMap::new();
        let mut tickets = Vec::new();
        for (at, stratum) in self.frames.strata.iter().enumerate() {
            let task = &self.inputs.tasks[stratum.task.at()];
            let key = keys.entry(&task.group).or_insert_with(|| prk.key(&entity_label(&task.group)));
            let places = if stratum.balls_all == Some(1) && !task.spread {
                tickets.resize(self.ivs[at].len(), Ticket::MAX);
                Kernel::best().tickets(key, &self.ivs[at], &mut tickets);
                smallest(&tickets, &self.ivs[at], stratum.size)
            } else {
                let earlier = drawn.get(task.group.as_str()).filter(|_| task.spread);
                let is_behind = |entry: &Entry| {
                    let by = earlier.and_then(|earlier| earlier.get(&stratum.frame[entry.at as usize]));
                    by.is_some_and(|task| *task != stratum.task)
                };
                let entries = self.entries[at].iter().map(|entry| Entry { behind: is_behind(entry), ..*entry });
                draw(key, &entries.collect::<Vec<_>>(), stratum.size, 0).drawn.iter().map(|pick| pick.at).collect()
            };
            let of_group = drawn.entry(&task.group).or_default();
            for place in places {
                counts[at][place as usize] += 1;
                of_group.entry(stratum.frame[place as usize]).or_insert(stratum.task);
            }
        }
    }
}

/// Returns the places of the `n` smallest tickets, ties settled by IV.
fn smallest(tickets: &[Ticket], ivs: &[Iv], n: u32) -> Vec<u32> {
    let n = tickets.len().min(n as usize);
    if n == 0 {
        return Vec::new();
    }
    // Nearly always the n smallest lie below this line, with few others; where they do not, all are looked at.
    let expected = n as u128 + 8 * n.isqrt() as u128 + 16;
    let line = (u128::MAX / tickets.len() as u128).saturating_mul(expected);
    let below = |line: u128| -> Vec<(Ticket, Iv, u32)> {
        let all = tickets.iter().zip(ivs).enumerate().filter(|(_, (ticket, _))| ticket.value() <= line);
        all.map(|(at, (ticket, iv))| (*ticket, *iv, at as u32)).collect()
    };
    let mut found = below(line);
    if found.len() < n {
        found = below(u128::MAX);
    }
    found.sort_unstable();
    found.truncate(n);
    found.into_iter().map(|(_, _, at)| at).collect()
}
