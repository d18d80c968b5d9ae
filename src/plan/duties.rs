//! What the draw obliges each agency to do: one duty per task, entity and attending agency (protocol §7.4).

use super::model::{AgencyNo, Duty, EntityNo, Frames, Inputs, ItemNo, Task};
use crate::lottery::{Rounding, Sample};

/// Lists the duties of all samples, by task, stratum, rank and agency (the lead first).
///
/// The lead attends the whole sample; a partner with a share attends the smallest tickets of each stratum, so that
/// the partners' parts nest and meet at the same doors.
pub fn duties(inputs: &Inputs, frames: &Frames, samples: &[Sample]) -> Vec<Duty> {
    let mut duties = Vec::new();
    for (stratum, sample) in frames.strata.iter().zip(samples) {
        let task = &inputs.tasks[stratum.task.at()];
        let attending = attending(inputs, task);
        for (rank, pick) in (1..).zip(&sample.drawn) {
            let due = attending.iter().filter(|(agency, _)| attends(task, *agency, stratum.size) >= rank);
            duties.extend(due.map(|(agency, items)| Duty {
                task: stratum.task,
                entity: EntityNo(pick.at),
                agency: *agency,
                items: items.clone(),
            }));
        }
    }
    duties
}

/// Returns how many of a stratum's sample an agency attends: the first so many ranks.
pub fn attends(task: &Task, agency: AgencyNo, size: u32) -> u32 {
    let partner = task.partners.iter().find(|partner| partner.agency == agency);
    partner.and_then(|partner| partner.share).map_or(size, |share| share.of(size, Rounding::Up).min(size))
}

/// Returns the agencies of a task, the lead first, each with its own items of the task.
pub fn attending(inputs: &Inputs, task: &Task) -> Vec<(AgencyNo, Vec<ItemNo>)> {
    let agencies = std::iter::once(task.lead).chain(task.partners.iter().map(|partner| partner.agency));
    let own = |agency| task.items.iter().copied().filter(|item| inputs.items[item.at()].agency == agency).collect();
    agencies.map(|agency| (agency, own(agency))).collect()
}
