//! What a simulation gave, in words, tables and pictures (protocol §20.1).

use std::collections::BTreeMap;

use serde::Serialize;

use super::picture::{Span, spans};
use super::simulate::{Simulation, equals, has_one_chance};
use super::statistics::{interval, limits};
use crate::both;
use crate::files::store::bundle::File;
use crate::files::store::rows::{Csv, stratum_name};
use crate::lang::{Lines, Text};
use crate::plan::model::{Frames, Inputs};
use crate::plan::words;
use crate::publish::report::thousands;

/// Probability that a fair lottery is called unfair by one simulation, over all its entities together.
pub const MISS: f64 = 0.001;

/// Probability that the bounds of one chance do not hold it.
pub const BOUNDS_MISS: f64 = 0.05;

/// Name of the file by which a folder of a simulation is known.
pub const MARK: &str = "chances.svg";

/// Holds the findings of a simulation; chances are in 0..=1.
#[derive(Clone, Debug, Serialize)]
pub struct Simulated {
    pub region: String,
    pub period: String,
    /// Draw i has the seed `<seed>/<i>`.
    pub seed: String,
    pub draws: u32,
    pub staffings: u32,
    pub strata: Vec<OfStratum>,
    /// Entities of strata with one chance whose count lies outside of the limits.
    pub outside: u32,
    pub agencies: Vec<OfAgency>,
    /// Duties that could not be placed, over all staffings.
    pub unplaced: u64,
}

/// Is how often the entities of one stratum (层) came.
#[derive(Clone, Debug, Serialize)]
pub struct OfStratum {
    pub task: String,
    pub stratum: String,
    pub population: u32,
    pub sample: u32,
    /// n / N, or `None` where balls or `spread` give the entities different chances.
    pub chance: Option<f64>,
    /// Draws in which the entity that came least came, and exact bounds of its chance.
    pub least: Often,
    pub most: Often,
    /// Counts between which all entities of a fair lottery lie; `None` without a common chance.
    pub limits: Option<(u64, u64)>,
    pub outside: u32,
}

/// Is a count of draws, with the exact bounds of 95 % (Clopper and Pearson) of the chance behind it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Often {
    pub draws: u32,
    pub low: f64,
    pub high: f64,
}

/// Is how the visits of one agency (部门) fell on its officers.
#[derive(Clone, Debug, Serialize)]
pub struct OfAgency {
    pub agency: String,
    /// Officers who were sent in one staffing at least.
    pub officers: u32,
    pub never_sent: u32,
    /// Visits of an officer in one staffing: the smallest, the mean and the largest of the officers' means.
    pub least: f64,
    pub mean: f64,
    pub most: f64,
    /// Largest number of visits that any officer had in one staffing.
    pub peak: u32,
}

impl Often {
    fn of(draws: u32, of: u32) -> Often {
        let (low, high) = interval(draws.into(), of.into(), BOUNDS_MISS);
        Often { draws, low, high }
    }
}

/// Judges a simulation.
pub fn simulated(inputs: &Inputs, frames: &Frames, seed: &str, found: &Simulation) -> Simulated {
    let judged = |stratum| has_one_chance(inputs, stratum);
    let rows: usize = frames.strata.iter().filter(|s| judged(s)).map(|s| s.frame.len()).sum();
    let miss = MISS / rows.max(1) as f64;
    let strata: Vec<OfStratum> = frames
        .strata
        .iter()
        .zip(&found.drawn)
        .filter(|(stratum, _)| !stratum.frame.is_empty())
        .map(|(stratum, counts)| {
            let (population, sample) = (stratum.frame.len() as u32, stratum.size);
            let chance = judged(stratum).then(|| f64::from(sample) / f64::from(population));
            let limits = chance.map(|chance| limits(found.draws.into(), chance, miss));
            let is_outside =
                |count: &&u32| limits.is_some_and(|(low, high)| !(low..=high).contains(&u64::from(**count)));
            let of = |count: Option<&u32>| Often::of(*count.expect("the frame is not empty"), found.draws);
            OfStratum {
                task: inputs.tasks[stratum.task.at()].code.clone(),
                stratum: stratum_name(stratum.name).to_owned(),
                population,
                sample,
                chance,
                least: of(counts.iter().min()),
                most: of(counts.iter().max()),
                limits,
                outside: counts.iter().filter(is_outside).count() as u32,
            }
        })
        .collect();
    Simulated {
        region: inputs.rules.region.clone(),
        period: inputs.rules.period.clone(),
        seed: seed.to_owned(),
        draws: found.draws,
        staffings: found.staffings,
        outside: strata.iter().map(|stratum| stratum.outside).sum(),
        strata,
        agencies: if found.staffings == 0 { Vec::new() } else { agencies(inputs, found) },
        unplaced: found.unplaced,
    }
}

fn agencies(inputs: &Inputs, found: &Simulation) -> Vec<OfAgency> {
    let mut by_agency: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, officer) in inputs.inspectors.iter().enumerate() {
        by_agency.entry(&inputs.agencies[officer.agency.at()].code).or_default().push(at);
    }
    let of = |(agency, officers): (&str, Vec<usize>)| {
        let sent: Vec<_> = officers.iter().map(|at| found.officers[*at]).filter(|load| load.sent > 0).collect();
        let means = || sent.iter().map(|load| load.visits as f64 / f64::from(found.staffings));
        Some(OfAgency {
            agency: agency.to_owned(),
            officers: sent.len() as u32,
            never_sent: (officers.len() - sent.len()) as u32,
            least: means().reduce(f64::min)?,
            mean: means().sum::<f64>() / sent.len() as f64,
            most: means().reduce(f64::max)?,
            peak: sent.iter().map(|load| load.most).max()?,
        })
    };
    by_agency.into_iter().filter_map(of).collect()
}

/// Tells the findings in words.
pub fn text(found: &Simulated) -> Text {
    let Simulated { region, period, seed, draws, staffings, outside, unplaced, .. } = found;
    let mut lines = Lines::default();
    let many = Text::counted(thousands(*draws), "draw");
    lines.add(both!(
        many => "{region} {period}: {many} with the seeds {seed}/1 to {seed}/{draws}\n\n\
         task          stratum  entities  drawn    chance    least often              most often               fair limits",
        "{region} {period}：用种子 {seed}/1 至 {seed}/{draws} 抽取 {many} 次\n\n\
         任务          层           户数   抽取      机会    抽中最少的               抽中最多的               公平界限"
    ));
    for stratum in &found.strata {
        let OfStratum { task, stratum: name, population, sample, outside, .. } = stratum;
        let often = |often: &Often| format!("{} ({}..{})", often.draws, percent(often.low), percent(often.high));
        let chance = stratum.chance.map_or(both!("by balls", "按签数"), |chance| Text::same(percent(chance)));
        let limits = stratum.limits.map_or("-".to_owned(), |(low, high)| format!("{low}..{high}"));
        let (least, most) = (often(&stratum.least), often(&stratum.most));
        let mark = if *outside > 0 { both!("  {outside} OUTSIDE", "  界外 {outside} 户") } else { Text::default() };
        let name = words::stratum(name).padded(7);
        lines.add(both!(
            name, chance, mark => "{task:<13} {name} {population:>9} {sample:>6}  {chance:>8}    {least:<23}  {most:<23}  {limits}{mark}",
            "{task:<13} {name} {population:>9} {sample:>6}  {chance:>8}    {least:<23}  {most:<23}  {limits}{mark}"
        ));
    }
    let verdict = match outside {
        0 => both!(
            "every entity of a stratum with one chance lies within its fair limits",
            "机会相同的各层中，每一户都在公平界限之内"
        ),
        _ => {
            let outside = Text::counted(outside, "entity");
            both!(
                outside => "{outside} came more often or less often than a fair lottery lets them",
                "{outside} 户抽中的次数超出公平抽签所容许的多或少"
            )
        }
    };
    let alarms = 1.0 / MISS;
    lines.add(both!(
        verdict => "\n{verdict} (one false alarm in {alarms} simulations)",
        "\n{verdict}（每模拟 {alarms} 次误报一次）"
    ));
    if *staffings > 0 {
        let (staffings, unplaced) = (Text::counted(staffings, "staffing"), Text::counted(unplaced, "duty"));
        lines.add(both!(
            staffings, unplaced => "\n{staffings}, {unplaced} unplaced over all; visits of an officer in one staffing\n\
             agency        officers  never sent   least    mean    most    peak",
            "\n派员 {staffings} 次，共 {unplaced} 项未排期；以下为每人每次派员的检查次数\n\
             部门              人数  从未派出    最少    平均    最多    峰值"
        ));
        for agency in &found.agencies {
            let OfAgency { agency, officers, never_sent, least, mean, most, peak } = agency;
            lines.add(Text::same(format_args!(
                "{agency:<13} {officers:>8} {never_sent:>11} {least:>7.2} {mean:>7.2} {most:>7.2} {peak:>7}"
            )));
        }
    }
    lines.text()
}

/// Writes the tables and pictures of a simulation.
pub fn files(inputs: &Inputs, frames: &Frames, found: &Simulation, judged: &Simulated) -> Vec<File> {
    let mut files = vec![
        entities(inputs, frames, found, judged),
        File { path: MARK.to_owned(), bytes: chances(judged).into_bytes() },
    ];
    if found.staffings > 0 {
        files.push(officers(inputs, found));
        files.push(File { path: "loads.svg".to_owned(), bytes: loads(judged).into_bytes() });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn entities(inputs: &Inputs, frames: &Frames, found: &Simulation, judged: &Simulated) -> File {
    let mut csv =
        Csv::new("entities.csv", &["task", "stratum", "entity_id", "draws", "drawn", "chance", "low", "high"]);
    let mut bounds: BTreeMap<u32, (String, String)> = BTreeMap::new();
    for (stratum, counts) in frames.strata.iter().zip(&found.drawn) {
        let task = &inputs.tasks[stratum.task.at()].code;
        let chance = has_one_chance(inputs, stratum).then(|| format!("{}/{}", stratum.size, stratum.frame.len()));
        for (no, count) in stratum.frame.iter().zip(counts) {
            let (low, high) = bounds.entry(*count).or_insert_with(|| {
                let Often { low, high, .. } = Often::of(*count, judged.draws);
                (format!("{low:.6}"), format!("{high:.6}"))
            });
            let id = &inputs.entities[no.at()].id;
            let (draws, drawn) = (judged.draws.to_string(), count.to_string());
            let name = stratum_name(stratum.name);
            csv.row([task, name, id, &draws, &drawn, chance.as_deref().unwrap_or(""), low, high]);
        }
    }
    csv.in_order()
}

fn officers(inputs: &Inputs, found: &Simulation) -> File {
    let mut csv = Csv::new(
        "officers.csv",
        &["agency", "certificate", "equals", "staffings", "sent", "low", "high", "visits", "most"],
    );
    let equals = equals(&inputs.inspectors);
    for ((officer, load), equals) in inputs.inspectors.iter().zip(&found.officers).zip(equals) {
        let Often { low, high, .. } = Often::of(load.sent, found.staffings);
        csv.row([
            &inputs.agencies[officer.agency.at()].code,
            &officer.certificate,
            &equals.to_string(),
            &found.staffings.to_string(),
            &load.sent.to_string(),
            &format!("{low:.6}"),
            &format!("{high:.6}"),
            &load.visits.to_string(),
            &load.most.to_string(),
        ]);
    }
    csv.in_order()
}

/// Draws the least and the most often drawn entity of each stratum within the fair limits.
fn chances(found: &Simulated) -> String {
    let spans_of = found.strata.iter().filter(|stratum| stratum.sample > 0).map(|stratum| Span {
        label: format!("{} {}", stratum.task, stratum.stratum),
        band: stratum.limits.map(|(low, high)| (low as f64, high as f64)),
        least: stratum.least.draws.into(),
        most: stratum.most.draws.into(),
        middle: f64::from(stratum.sample) / f64::from(stratum.population) * f64::from(found.draws),
    });
    let title = format!(
        "{} 次抽取中各层检查对象被抽中次数 / how often each stratum's entities came in {} draws",
        found.draws, found.draws
    );
    spans(&title, &spans_of.collect::<Vec<_>>())
}

/// Draws the officers' mean loads by agency.
fn loads(found: &Simulated) -> String {
    let spans_of = found.agencies.iter().map(|agency| Span {
        label: agency.agency.clone(),
        band: None,
        least: agency.least,
        most: agency.most,
        middle: agency.mean,
    });
    let title = format!(
        "{} 次派员中每人平均检查次数 / visits of an officer, mean of {} staffings",
        found.staffings, found.staffings
    );
    spans(&title, &spans_of.collect::<Vec<_>>())
}

/// Writes a chance in 0..=1 with four significant places of a per cent.
pub fn percent(chance: f64) -> String {
    format!("{:.3}%", 100.0 * chance)
}
