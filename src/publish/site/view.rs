//! What the pages show: a plan as rows of text, and its pictures.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::pictures::{self, Spot, Value};
use super::{Officers, text};
use crate::files::freeze::File;
use crate::files::rows;
use crate::ledger::hash::sha256_hex;
use crate::plan::model::{EntityNo, Inputs, InspectorNo, Plan, Stratum};
use crate::plan::words::Word;
use crate::publish::report::thousands;
use crate::run::Made;

/// Holds what every page says at its top, and the commitment.
#[derive(Debug, Serialize)]
pub struct Sealed {
    region: String,
    period: String,
    witnessed: bool,
    commit: String,
    commit_sha256: String,
}

/// Holds everything that the pages of an opened plan show.
#[derive(Debug, Serialize)]
pub struct Page {
    #[serde(flatten)]
    sealed: Sealed,
    first: String,
    last: String,
    figures: Vec<Figure>,
    pictures: Vec<Picture>,
    tasks: Vec<TaskRow>,
    townships: Vec<TownRow>,
    loads: Vec<crate::plan::summary::AgencyLoad>,
    excluded: Vec<ExcludedRow>,
    entropy: String,
    pre_beacon: String,
    downloads: Vec<Download>,
    picks: Vec<PickRow>,
    visits: Vec<VisitRow>,
    unplaced: Vec<UnplacedRow>,
    registry_megabytes: u64,
}

#[derive(Debug, Serialize)]
struct Figure {
    zh: &'static str,
    en: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
struct Picture {
    path: &'static str,
    zh: &'static str,
    en: &'static str,
    height: u64,
}

#[derive(Debug, Serialize)]
struct TaskRow {
    code: String,
    name: String,
    lead: String,
    partners: String,
    rate: String,
    first: String,
    last: String,
    strata: Vec<StratumRow>,
}

#[derive(Debug, Serialize)]
struct StratumRow {
    name: &'static str,
    population: String,
    sample: u32,
    reserve: u32,
    cutoff: String,
}

#[derive(Debug, Serialize)]
struct TownRow {
    name: String,
    registry: String,
    drawn: u32,
    visits: u32,
}

#[derive(Debug, Serialize)]
struct ExcludedRow {
    zh: &'static str,
    code: String,
    count: String,
}

#[derive(Debug, Serialize)]
struct Download {
    path: String,
    bytes: u64,
    sha256: String,
    is_withheld: bool,
}

#[derive(Debug, Serialize)]
struct PickRow {
    task: String,
    stratum: &'static str,
    rank: u32,
    name: String,
    id: String,
    /// The id as it stands behind the `#` of an address.
    fragment: String,
    township: String,
    ticket: String,
    chance: String,
    dates: String,
}

#[derive(Debug, Serialize)]
struct VisitRow {
    date: String,
    half: &'static str,
    name: String,
    id: String,
    township: String,
    tasks: String,
    items: usize,
    teams: Vec<TeamRow>,
}

#[derive(Debug, Serialize)]
struct TeamRow {
    agency: String,
    officers: String,
}

#[derive(Debug, Serialize)]
struct UnplacedRow {
    task: String,
    id: String,
    agency: String,
    reason: &'static str,
}

/// Shows the commitment alone.
pub fn sealed(made: &Made) -> Sealed {
    let commit = file(made, "commit.txt");
    Sealed {
        region: made.inputs.rules.region.clone(),
        period: made.inputs.rules.period.clone(),
        witnessed: made.summary.witnessed,
        commit_sha256: sha256_hex(commit),
        commit: String::from_utf8_lossy(commit).into_owned(),
    }
}

/// Shows an opened plan, and draws its pictures.
pub fn page(made: &Made, officers: Officers, withheld: &[&str]) -> (Page, Vec<File>) {
    let (inputs, plan) = (&made.inputs, &made.plan);
    let entropy = String::from_utf8_lossy(file(made, "entropy.txt")).into_owned();
    let before_beacon = entropy.find("\nbeacon ").map_or(entropy.len(), |at| at + 1);
    let towns = townships(inputs, plan);
    let (pictures, drawings) = draw_pictures(made, &towns);
    let page = Page {
        sealed: sealed(made),
        first: inputs.rules.days.first.to_string(),
        last: inputs.rules.days.last.to_string(),
        figures: figures(made),
        pictures,
        tasks: tasks(inputs, plan),
        townships: towns,
        loads: made.summary.loads.iter().filter(|load| load.visits > 0).cloned().collect(),
        excluded: excluded(made),
        pre_beacon: sha256_hex(&entropy.as_bytes()[..before_beacon]),
        entropy,
        downloads: made
            .files
            .iter()
            .map(|file| Download {
                path: file.path.clone(),
                bytes: file.bytes.len() as u64,
                sha256: sha256_hex(&file.bytes),
                is_withheld: withheld.contains(&file.path.as_str()),
            })
            .collect(),
        picks: picks(inputs, plan),
        visits: visits(inputs, plan, officers),
        unplaced: unplaced(inputs, plan),
        registry_megabytes: file(made, "inputs/entities.csv").len() as u64 / 1_000_000 + 1,
    };
    (page, drawings)
}

/// Writes an officer as the setting allows.
pub fn officer(inputs: &Inputs, no: InspectorNo, officers: Officers) -> String {
    let officer = &inputs.inspectors[no.at()];
    match officers {
        Officers::Certificate => officer.certificate.clone(),
        Officers::Name => format!("{}（{}）", officer.name, officer.certificate),
    }
}

fn file<'a>(made: &'a Made, path: &str) -> &'a [u8] {
    made.files.iter().find(|file| file.path == path).map_or(&[], |file| &file.bytes)
}

fn figures(made: &Made) -> Vec<Figure> {
    let s = &made.summary;
    let figure = |zh, en, value: u32| Figure { zh, en, value: thousands(value) };
    vec![
        figure("名录库户数", "in the registry", s.registry),
        figure("可抽户数", "in a frame", s.in_a_frame),
        figure("任务", "tasks", s.tasks),
        figure("抽取户次", "draws", s.draws),
        figure("抽中户数", "distinct entities", s.distinct_entities),
        figure("各查各的次数", "visits if every agency went alone", s.visits_alone),
        figure("合并后检查次数", "visits after merging", s.visits),
        figure("检查人员", "officers at work", s.officers_at_work),
        figure("未排期", "without a visit", s.unplaced),
    ]
}

fn tasks(inputs: &Inputs, plan: &Plan) -> Vec<TaskRow> {
    let row = |(no, task): (u32, &crate::plan::model::Task)| {
        let strata = plan.frames.strata.iter().zip(&plan.samples).filter(|(stratum, _)| stratum.task.0 == no);
        let partners: Vec<&str> =
            task.partners.iter().map(|partner| inputs.agencies[partner.agency.at()].name.as_str()).collect();
        TaskRow {
            code: task.code.clone(),
            name: task.name.clone(),
            lead: inputs.agencies[task.lead.at()].name.clone(),
            partners: partners.join("、"),
            rate: rows::rate_text(&task.wording, &task.rates),
            first: task.window.first.to_string(),
            last: task.window.last.to_string(),
            strata: strata
                .map(|(stratum, sample)| StratumRow {
                    name: stratum_name(stratum),
                    population: thousands(stratum.frame.len() as u32),
                    sample: stratum.size,
                    reserve: stratum.reserve,
                    cutoff: rows::cutoff(stratum, sample.cutoff()),
                })
                .collect(),
        }
    };
    (0..).zip(&inputs.tasks).map(row).collect()
}

fn stratum_name(stratum: &Stratum) -> &'static str {
    match rows::stratum_name(stratum.name) {
        "all" => "全部",
        name => name,
    }
}

fn townships(inputs: &Inputs, plan: &Plan) -> Vec<TownRow> {
    let mut counts = vec![[0u32; 3]; inputs.townships.len()];
    inputs.entities.iter().chain(&inputs.entities_without_id).for_each(|entity| counts[entity.township.at()][0] += 1);
    let drawn: BTreeSet<u32> = plan.samples.iter().flat_map(|sample| &sample.drawn).map(|pick| pick.at).collect();
    drawn.iter().for_each(|at| counts[inputs.entities[*at as usize].township.at()][1] += 1);
    plan.visits.iter().for_each(|visit| counts[inputs.entities[visit.entity.at()].township.at()][2] += 1);
    let row = |(town, [registry, drawn, visits]): (&crate::plan::model::Township, [u32; 3])| TownRow {
        name: town.name.clone(),
        registry: thousands(registry),
        drawn,
        visits,
    };
    inputs.townships.iter().zip(counts).map(row).collect()
}

fn excluded(made: &Made) -> Vec<ExcludedRow> {
    let chinese = |code: &str| match code {
        "no-id" => "没有任何代码",
        "out-of-scope" => "不在任何任务的范围内",
        "class-without-rate" => "该分类没有抽查比例",
        "visit-cap" => "本年检查次数已达上限",
        "item-cap" => "本年该事项检查次数已达上限",
        "deregistered" => "注销",
        "revoked" => "吊销或撤销",
        "moved" => "迁出",
        "duplicate" => "重复登记",
        _ => "其他",
    };
    let row = |(code, count): (&String, &u32)| ExcludedRow {
        zh: chinese(code),
        code: code.clone(),
        count: thousands(*count),
    };
    made.summary.excluded.iter().map(row).collect()
}

fn picks(inputs: &Inputs, plan: &Plan) -> Vec<PickRow> {
    let mut dates: BTreeMap<(EntityNo, u32), Vec<String>> = BTreeMap::new();
    for visit in &plan.visits {
        for task in &visit.tasks {
            dates.entry((visit.entity, task.0)).or_default().push(visit.date.to_string());
        }
    }
    let mut table = Vec::new();
    for (stratum, sample) in plan.frames.strata.iter().zip(&plan.samples) {
        for (rank, pick) in (1..).zip(&sample.drawn) {
            let entity = &inputs.entities[pick.at as usize];
            let at = stratum.frame.binary_search_by_key(&pick.at, |no| no.0).expect("a pick is of its frame");
            table.push(PickRow {
                task: inputs.tasks[stratum.task.at()].code.clone(),
                stratum: stratum_name(stratum),
                rank,
                name: entity.name.clone(),
                id: entity.id.clone(),
                fragment: fragment(&entity.id),
                township: inputs.townships[entity.township.at()].name.clone(),
                ticket: pick.place.ticket.to_string(),
                chance: rows::chance(inputs, stratum, at),
                dates: dates.get(&(EntityNo(pick.at), stratum.task.0)).map_or(String::new(), |dates| dates.join(" ")),
            });
        }
    }
    table
}

/// Writes a code behind the `#` of an address: all but digits and Latin letters as `%` and two digits.
fn fragment(id: &str) -> String {
    let letter = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    id.bytes().map(letter).collect()
}

fn visits(inputs: &Inputs, plan: &Plan, officers: Officers) -> Vec<VisitRow> {
    let mut by_date: Vec<_> = plan.visits.iter().collect();
    by_date.sort_by(|a, b| (a.date, a.half, &a.id).cmp(&(b.date, b.half, &b.id)));
    let row = |visit: &&crate::plan::model::Visit| {
        let entity = &inputs.entities[visit.entity.at()];
        let codes: Vec<&str> = visit.tasks.iter().map(|no| inputs.tasks[no.at()].code.as_str()).collect();
        let team = |team: &crate::plan::model::Team| {
            let names: Vec<String> = team.seats.iter().map(|seat| officer(inputs, seat.inspector, officers)).collect();
            TeamRow { agency: inputs.agencies[team.agency.at()].name.clone(), officers: names.join("、") }
        };
        VisitRow {
            date: visit.date.to_string(),
            half: visit.half.chinese(),
            name: entity.name.clone(),
            id: entity.id.clone(),
            township: inputs.townships[entity.township.at()].name.clone(),
            tasks: codes.join(" "),
            items: visit.items.len(),
            teams: visit.teams.iter().map(team).collect(),
        }
    };
    by_date.iter().map(row).collect()
}

fn unplaced(inputs: &Inputs, plan: &Plan) -> Vec<UnplacedRow> {
    let row = |row: &crate::plan::model::Unplaced| UnplacedRow {
        task: inputs.tasks[row.task.at()].code.clone(),
        id: inputs.entities[row.entity.at()].id.clone(),
        agency: inputs.agencies[row.agency.at()].name.clone(),
        reason: row.reason,
    };
    plan.unplaced.iter().map(row).collect()
}

fn draw_pictures(made: &Made, towns: &[TownRow]) -> (Vec<Picture>, Vec<File>) {
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
