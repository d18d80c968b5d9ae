//! What the samples say of the whole registry (抽样推断): estimated shares of violations, from the known chances.
//!
//! A task's samples are simple random samples of its strata, so that the chance of everyone in a frame is known.
//! The part of such a sample that falls into a group of entities is, given its number, a simple random sample of that
//! group; so is the part with one number of balls, because whoever has as many balls has the same chance. Every
//! estimate is therefore one over cells of simple random samples, which [`interval`] knows how to make.

pub mod interval;

use std::collections::BTreeMap;

use serde::Serialize;

use self::interval::{Cell, Estimate, estimate};
use crate::lottery::Rounding;
use crate::plan::model::{AgencyNo, EntityNo, Inputs, ItemNo, Plan, Stratum, Task, TaskNo, Visit};
use crate::plan::results::Records;
use crate::plan::words::Word;

/// Says by what the estimates of a task are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The task as a whole: any violation of an item that is checked at the whole sample.
    Task,
    /// Each item of the task.
    Item,
    /// The credit class, and so on: as the task, among the entities of a kind.
    Class,
    /// Division of GB/T 4754, two digits.
    Industry,
    Township,
}

/// Is one estimate of one task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub task: String,
    pub by: By,
    /// Code of the item, class, division or township; the task's own code for the task. `-` where there is none.
    pub code: String,
    pub name: String,
    /// Missing where the task spreads: whom it reaches depends on what earlier tasks have drawn.
    pub estimate: Option<Estimate>,
}

/// Is what is known of an entity in the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Hit,
    Clean,
    Awaited,
}

/// Estimates every task, by each of the given groupings.
pub fn rows(inputs: &Inputs, plan: &Plan, records: &Records, by: &[By]) -> Vec<Row> {
    let mut visits: BTreeMap<(EntityNo, TaskNo), Vec<&Visit>> = BTreeMap::new();
    for visit in &plan.visits {
        visit.tasks.iter().for_each(|task| visits.entry((visit.entity, *task)).or_default().push(visit));
    }
    let frame = Frame { inputs, plan, records, visits };
    let mut list = Vec::new();
    for no in (0..inputs.tasks.len() as u32).map(TaskNo) {
        by.iter().for_each(|by| list.extend(frame.task(no, *by)));
    }
    list
}

struct Frame<'a> {
    inputs: &'a Inputs,
    plan: &'a Plan,
    records: &'a Records,
    /// Visits of a task's entity at which the task is done.
    visits: BTreeMap<(EntityNo, TaskNo), Vec<&'a Visit>>,
}

impl Frame<'_> {
    fn task(&self, no: TaskNo, by: By) -> Vec<Row> {
        let task = &self.inputs.tasks[no.at()];
        let row = |code: &str, name: &str, cells: Vec<Cell>| Row {
            task: task.code.clone(),
            by,
            code: code.to_owned(),
            name: name.to_owned(),
            estimate: (!task.spread).then(|| estimate(&cells)),
        };
        if by == By::Item {
            let one = |item: &ItemNo| {
                let of = &self.inputs.items[item.at()];
                let cells = self.cells(no, &[*item], |_| String::new());
                row(&of.code, &of.name, cells.into_values().flatten().collect())
            };
            return task.items.iter().map(one).collect();
        }
        // A partner with a share sees a part of the sample only, so its items have estimates of their own alone.
        let is_whole = |item: &&ItemNo| share(task, self.inputs.items[item.at()].agency).is_none();
        let items: Vec<ItemNo> = task.items.iter().filter(is_whole).copied().collect();
        if items.is_empty() {
            return Vec::new();
        }
        let groups = self.cells(no, &items, |entity| self.group(entity, by));
        let named = |(code, cells): (String, Vec<Cell>)| {
            let name = match by {
                By::Task => task.name.clone(),
                By::Township => self
                    .inputs
                    .townships
                    .iter()
                    .find(|town| town.code == code)
                    .map(|t| t.name.clone())
                    .unwrap_or_default(),
                By::Class => "信用风险分类".to_owned(),
                By::Industry => "行业大类".to_owned(),
                By::Item => String::new(),
            };
            let code = if by == By::Task { task.code.clone() } else { code };
            row(&code, &name, cells)
        };
        groups.into_iter().map(named).collect()
    }

    /// Returns the code of the group that an entity is in.
    fn group(&self, no: EntityNo, by: By) -> String {
        let entity = &self.inputs.entities[no.at()];
        match by {
            By::Task | By::Item => String::new(),
            By::Class => entity.class.map_or("-", Word::word).to_owned(),
            By::Industry => entity.industry.get(..2).unwrap_or("-").to_owned(),
            By::Township => self.inputs.townships[entity.township.at()].code.clone(),
        }
    }

    /// Parts a task's strata into cells of equal balls, group by group.
    fn cells(&self, no: TaskNo, items: &[ItemNo], group: impl Fn(EntityNo) -> String) -> BTreeMap<String, Vec<Cell>> {
        let task = &self.inputs.tasks[no.at()];
        let mut groups: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
        for (stratum, sample) in self.plan.frames.strata.iter().zip(&self.plan.samples) {
            if stratum.task != no {
                continue;
            }
            let mut cells: BTreeMap<(String, u8), Cell> = BTreeMap::new();
            for (at, entity) in stratum.frame.iter().enumerate() {
                cells.entry((group(*entity), balls(stratum, at))).or_default().population += 1;
            }
            for pick in sample.drawn.iter().take(attended(task, self.inputs, items, stratum) as usize) {
                let entity = EntityNo(pick.at);
                let at = stratum.frame.binary_search(&entity).expect("a pick is of its frame");
                let cell = cells.entry((group(entity), balls(stratum, at))).or_default();
                cell.sample += 1;
                match self.known(entity, no, items) {
                    Known::Hit => cell.hits += 1,
                    Known::Awaited => cell.awaited += 1,
                    Known::Clean => {}
                }
            }
            cells.into_iter().for_each(|((code, _), cell)| groups.entry(code).or_default().push(cell));
        }
        groups
    }

    /// Says what the results are of some items of a task at an entity.
    fn known(&self, entity: EntityNo, task: TaskNo, items: &[ItemNo]) -> Known {
        let visits = self.visits.get(&(entity, task)).map_or(&[][..], Vec::as_slice);
        let mut is_complete = true;
        for item in items {
            let code = &self.inputs.items[item.at()].code;
            let mut found = visits.iter().filter_map(|visit| self.records.get(&visit.id, code)).peekable();
            is_complete &= found.peek().is_some();
            if found.any(|record| record.findings.iter().any(|finding| finding.is_violation())) {
                return Known::Hit;
            }
        }
        if is_complete { Known::Clean } else { Known::Awaited }
    }
}

/// Returns the share of a task's sample that an agency attends, if that is not all of it.
fn share(task: &Task, agency: AgencyNo) -> Option<crate::lottery::Rate> {
    task.partners.iter().find(|partner| partner.agency == agency).and_then(|partner| partner.share)
}

/// Counts the entities of a stratum's sample at which the items are checked (protocol §7.4); items of agencies with
/// different shares never come together here.
fn attended(task: &Task, inputs: &Inputs, items: &[ItemNo], stratum: &Stratum) -> u32 {
    let share = items.first().and_then(|item| share(task, inputs.items[item.at()].agency));
    share.map_or(stratum.size, |rate| rate.of(stratum.size, Rounding::Up).min(stratum.size))
}

fn balls(stratum: &Stratum, at: usize) -> u8 {
    stratum.balls_all.unwrap_or_else(|| stratum.balls[at])
}
