//! The statistics of a plan: its townships, and pictures of what falls where.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::pictures::{self, Spot, Value};
use super::text;
use crate::files::store::bundle::File;
use crate::plan::model::{Inputs, InspectorNo, Plan, Township};
use crate::publish::report::thousands;
use crate::run::Made;

/// Is a picture as the overview shows it.
#[derive(Debug, Serialize)]
pub struct Picture {
    path: &'static str,
    zh: &'static str,
    en: &'static str,
    height: u64,
}

/// Is what falls on one township.
#[derive(Debug, Serialize)]
pub struct TownRow {
    name: String,
    registry: String,
    drawn: u32,
    visits: u32,
}

/// Counts entities, drawn entities and visits by township, in the order of the townships' codes.
pub fn townships(inputs: &Inputs, plan: &Plan) -> Vec<TownRow> {
    let mut counts = vec![[0u32; 3]; inputs.townships.len()];
    inputs.entities.iter().chain(&inputs.entities_without_id).for_each(|entity| counts[entity.township.at()][0] += 1);
    let drawn: BTreeSet<u32> = plan.samples.iter().flat_map(|sample| &sample.drawn).map(|pick| pick.at).collect();
    drawn.iter().for_each(|at| counts[inputs.entities[*at as usize].township.at()][1] += 1);
    plan.visits.iter().for_each(|visit| counts[inputs.entities[visit.entity.at()].township.at()][2] += 1);
    let row = |(town, [registry, drawn, visits]): (&Township, [u32; 3])| TownRow {
        name: town.name.clone(),
        registry: thousands(registry),
        drawn,
        visits,
    };
    inputs.townships.iter().zip(counts).map(row).collect()
}

/// Draws all pictures: visits a week, loads, merging, and the map, or bars where a township has no place on it.
pub fn draw_pictures(made: &Made, towns: &[TownRow]) -> (Vec<Picture>, Vec<File>) {
    let (inputs, s) = (&made.inputs, &made.summary);
    let weeks = visits_by_week(made);
    let loads = officers_by_load(made);
    let merge: Vec<Value> = [
        ("各部门各查各的 agencies alone", s.visits_alone),
        ("各任务各查各的 tasks alone", s.visits_by_task),
        ("合并后 merged", s.visits),
    ]
    .map(|(label, value)| Value { label: label.to_owned(), value: u64::from(value) })
    .into();
    let spots: Option<Vec<Spot>> = inputs
        .townships
        .iter()
        .zip(towns)
        .map(|(town, row)| {
            let (lon, lat) = (pictures::micro_degrees(&town.lon)?, pictures::micro_degrees(&town.lat)?);
            Some(Spot { lon, lat, label: town.name.clone(), value: u64::from(row.visits) })
        })
        .collect();
    let by_town: Vec<Value> =
        towns.iter().map(|town| Value { label: town.name.clone(), value: u64::from(town.visits) }).collect();
    // A township without a place on the map would be missing there, so then all stand as bars.
    let (town_picture, town_height) = match &spots {
        Some(spots) => (pictures::map("各乡镇检查次数 visits by township", spots), pictures::MAP_HEIGHT),
        None => (pictures::bars("各乡镇检查次数 visits by township", &by_town), pictures::bars_height(by_town.len())),
    };
    let all = [
        (
            "pictures/weeks.svg",
            "每周检查次数",
            "visits a week",
            300,
            pictures::columns("每周检查次数 visits a week", &weeks),
        ),
        (
            "pictures/loads.svg",
            "每名检查人员的检查次数",
            "officers by number of visits",
            300,
            pictures::columns("检查次数（横）与人数（纵） officers by visits", &loads),
        ),
        (
            "pictures/merge.svg",
            "合并前后的检查次数",
            "visits before and after merging",
            pictures::bars_height(3),
            pictures::bars("合并前后 before and after merging", &merge),
        ),
        ("pictures/townships.svg", "各乡镇检查次数", "visits by township", town_height, town_picture),
    ];
    all.into_iter().map(|(path, zh, en, height, svg)| (Picture { path, zh, en, height }, text(path, svg))).unzip()
}

fn visits_by_week(made: &Made) -> Vec<Value> {
    let monday = |date: Date| date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days());
    let days = made.inputs.rules.days;
    let weeks = monday(days.first).series(7.days()).take_while(|week| *week <= days.last);
    let value = |week: Date| Value {
        label: format!("{:02}-{:02}", week.month(), week.day()),
        value: made.plan.visits.iter().filter(|visit| monday(visit.date) == week).count() as u64,
    };
    weeks.map(value).collect()
}

fn officers_by_load(made: &Made) -> Vec<Value> {
    let mut visits: BTreeMap<InspectorNo, usize> = BTreeMap::new();
    for seat in made.plan.visits.iter().flat_map(|visit| &visit.teams).flat_map(|team| &team.seats) {
        *visits.entry(seat.inspector).or_default() += 1;
    }
    let most = visits.values().copied().max().unwrap_or(0);
    let count = |load: usize| visits.values().filter(|visits| **visits == load).count() as u64;
    (1..=most).map(|load| Value { label: load.to_string(), value: count(load) }).collect()
}
