//! What the pages show: a plan as rows of text, and its pictures.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Officers;
use super::statistics::{self, Picture, TownRow};
use crate::both;
use crate::files::store::bundle::File;
use crate::files::store::rows;
use crate::lang::Text;
use crate::ledger::hash::{sha256_hex, suite_hex};
use crate::plan::amend::{Changed, Step};
use crate::plan::model::{EntityNo, Inputs, InspectorNo, Plan, Stratum, TaskNo};
use crate::plan::words::{self, Word};
use crate::publish::changes::{self, ChangeRow, Shown};
use crate::publish::report::thousands;
use crate::run::Made;

/// Holds everything that the pages of an opened plan show.
#[derive(Debug, Serialize)]
pub struct Page {
    witnessed: bool,
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
    changes: Vec<Shown>,
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
struct TaskRow {
    code: String,
    name: String,
    kind: &'static str,
    directed: &'static str,
    /// Code and name of each item.
    items: Vec<[String; 2]>,
    lead: String,
    partners: String,
    rate: String,
    first: String,
    last: String,
    strata: Vec<StratumRow>,
}

#[derive(Debug, Serialize)]
struct StratumRow {
    /// Chinese, then English, as in every pair of forms.
    name: [String; 2],
    population: String,
    sample: u32,
    reserve: u32,
    cutoff: String,
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
    stratum: [String; 2],
    rank: u32,
    name: String,
    id: String,
    /// The id as it stands behind the `#` of an address.
    fragment: String,
    township: String,
    ticket: String,
    chance: [String; 2],
    dates: String,
    /// Whoever steps in, where the entity could not be checked.
    stepped_in: Option<[String; 2]>,
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
    /// Numbers of the changes of this visit.
    changed: String,
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
    reason: [String; 2],
}

/// Shows an opened plan, and draws its pictures.
pub fn page(
    made: &Made,
    files: &[File],
    changes: &[Changed],
    officers: Officers,
    withheld: &[&str],
) -> (Page, Vec<File>) {
    let (inputs, plan) = (&made.inputs, &made.plan);
    let entropy = String::from_utf8_lossy(file(made, "entropy.txt")).into_owned();
    let before_beacon = entropy.find("\nbeacon ").map_or(entropy.len(), |at| at + 1);
    let towns = statistics::townships(inputs, plan);
    let (pictures, drawings) = statistics::draw_pictures(made, &towns);
    let page = Page {
        witnessed: made.summary.witnessed,
        figures: figures(made),
        pictures,
        tasks: tasks(inputs, plan),
        townships: towns,
        loads: made.summary.loads.iter().filter(|load| load.visits > 0).cloned().collect(),
        excluded: excluded(made),
        pre_beacon: suite_hex(inputs.rules.suite, &entropy.as_bytes()[..before_beacon]),
        entropy,
        downloads: files
            .iter()
            .map(|file| Download {
                path: file.path.clone(),
                bytes: file.bytes.len() as u64,
                sha256: sha256_hex(&file.bytes),
                is_withheld: withheld.contains(&file.path.as_str()),
            })
            .collect(),
        picks: picks(inputs, plan, changes),
        visits: visits(inputs, plan, changes, officers),
        changes: changes::rows(inputs, changes, &|no| officer(inputs, no, officers))
            .iter()
            .map(ChangeRow::shown)
            .collect(),
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
            kind: task.kind.chinese(),
            directed: if task.directed { "定向" } else { "不定向" },
            items: task
                .items
                .iter()
                .map(|item| &inputs.items[item.at()])
                .map(|item| [item.code.clone(), item.name.clone()])
                .collect(),
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

fn stratum_name(stratum: &Stratum) -> [String; 2] {
    both_of(words::stratum(rows::stratum_name(stratum.name)))
}

/// Gives both forms to a template: Chinese, then English.
fn both_of(text: Text) -> [String; 2] {
    [text.zh.into_owned(), text.en.into_owned()]
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

fn picks(inputs: &Inputs, plan: &Plan, changes: &[Changed]) -> Vec<PickRow> {
    // Who stepped in for whom, by task; the last one counts, where one stepped in for another who did.
    let steps = changes.iter().flat_map(|change| change.outcome.gone.map(|gone| (gone, change)));
    let steps = steps.flat_map(|(gone, change)| {
        change.outcome.steps.iter().map(move |step| ((gone, step.task), (change.number, step)))
    });
    let steps: BTreeMap<(EntityNo, TaskNo), (u32, &Step)> = steps.collect();
    let stepped_in = |no: EntityNo, task: TaskNo| {
        let (number, step) = steps.get(&(no, task))?;
        let who = step.by.map(|(_, by)| &inputs.entities[by.at()]);
        let text = match who {
            Some(who) => both!("steps in: {} {} (change {number})", "递补：{} {}（变更 {number}）", who.name, who.id),
            None => both!("the reserve is used up (change {number})", "备选已用尽（变更 {number}）"),
        };
        Some(both_of(text))
    };
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
                chance: both_of(words::chance(&rows::chance(inputs, stratum, at))),
                stepped_in: stepped_in(EntityNo(pick.at), stratum.task),
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

fn visits(inputs: &Inputs, plan: &Plan, changes: &[Changed], officers: Officers) -> Vec<VisitRow> {
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
            changed: changes::mark(changes, &visit.id),
        }
    };
    by_date.iter().map(row).collect()
}

fn unplaced(inputs: &Inputs, plan: &Plan) -> Vec<UnplacedRow> {
    let row = |row: &crate::plan::model::Unplaced| UnplacedRow {
        task: inputs.tasks[row.task.at()].code.clone(),
        id: inputs.entities[row.entity.at()].id.clone(),
        agency: inputs.agencies[row.agency.at()].name.clone(),
        reason: both_of(words::unplaced(row.reason)),
    };
    plan.unplaced.iter().map(row).collect()
}
