//! The machine tables of a bundle: the CSV form and the rows of a plan (protocol §8.1 and §8.3).

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::File;
use crate::files::tables::columns::Layout;
use crate::files::wording::cells;
use crate::files::workspace::EarlierVisit;
use crate::lottery::sample::Place;
use crate::plan::model::{Balls, Exclusion, Holder, Inputs, Plan, Rates, Stratum, StratumName, Visit};
use crate::plan::results::{self, Finding, Record, Records};
use crate::plan::words::Word;

/// Name of the table that proves the teams (protocol §9.4).
pub const POTENTIALS: &str = "potentials.csv";

/// Collects the rows of one table.
#[derive(Debug)]
pub struct Csv {
    path: String,
    heading: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Csv {
    /// Starts the canonical file of an input table.
    pub fn of(layout: &Layout) -> Csv {
        Csv { path: layout.file(), heading: layout.headings().collect(), rows: Vec::new() }
    }

    /// Starts a result table.
    pub fn new(path: &str, heading: &[&'static str]) -> Csv {
        Csv { path: path.to_owned(), heading: heading.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        debug_assert_eq!(N, self.heading.len(), "a row of {} has all columns", self.path);
        self.rows.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }

    /// Writes the table with its rows in bytewise order of all columns.
    pub fn sorted(mut self) -> File {
        self.rows.sort_unstable();
        self.in_order()
    }

    /// Writes the table with its rows in the order in which they came.
    pub fn in_order(self) -> File {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let written = writer
            .write_record(&self.heading)
            .and_then(|()| self.rows.iter().try_for_each(|row| writer.write_record(row)));
        written.expect("rows of one length can be written to memory");
        let bytes = writer.into_inner().expect("memory takes all bytes");
        File { path: self.path, bytes }
    }
}

/// Writes the result tables of a plan.
pub fn results(inputs: &Inputs, plan: &Plan) -> Vec<File> {
    vec![
        strata(inputs, plan),
        samples(inputs, plan),
        excluded(inputs, plan),
        visits(inputs, plan),
        teams(inputs, plan),
        unplaced(inputs, plan),
        potentials(inputs, plan),
    ]
}

/// Writes the name of a stratum.
pub fn stratum_name(name: StratumName) -> &'static str {
    match name {
        StratumName::All => "all",
        StratumName::Class(class) => cells::class_letter(class),
    }
}

/// Writes a cut-off (protocol §6); empty where nothing is drawn.
pub fn cutoff(stratum: &Stratum, place: Option<Place>) -> String {
    let Some(place) = place else {
        return String::new();
    };
    let behind = if place.behind { "+" } else { "" };
    match stratum.balls_all {
        Some(1) => format!("{behind}{}", place.ticket),
        _ => format!("{behind}{:016x}:{}", place.smallest, place.ticket),
    }
}

/// Writes the chance of an entity that stands at `at` in a stratum's frame (protocol §6).
pub fn chance(inputs: &Inputs, stratum: &Stratum, at: usize) -> String {
    let spread = if inputs.tasks[stratum.task.at()].spread { "spread " } else { "" };
    match stratum.balls_all {
        Some(_) => format!("{spread}{}/{}", stratum.size, stratum.frame.len()),
        None => {
            let all: u64 = stratum.balls.iter().map(|balls| u64::from(*balls)).sum();
            format!("{spread}{}*{}/{all}", stratum.balls[at], stratum.size)
        }
    }
}

/// Writes the reason code and the detail of an exclusion (protocol §7).
pub fn exclusion<'a>(inputs: &'a Inputs, why: Exclusion, name: &'a str) -> (&'static str, &'a str) {
    let detail = match why {
        Exclusion::NoId => name,
        Exclusion::ItemCap(item) => &inputs.items[item.at()].code,
        _ => "",
    };
    (why.code(), detail)
}

/// Joins the codes of a visit's tasks, items and agencies.
pub fn visit_lists(inputs: &Inputs, visit: &Visit) -> [String; 3] {
    let join = |codes: Vec<&str>| codes.join(";");
    [
        join(visit.tasks.iter().map(|no| inputs.tasks[no.at()].code.as_str()).collect()),
        join(visit.items.iter().map(|no| inputs.items[no.at()].code.as_str()).collect()),
        join(visit.teams.iter().map(|team| inputs.agencies[team.agency.at()].code.as_str()).collect()),
    ]
}

fn strata(inputs: &Inputs, plan: &Plan) -> File {
    let heading = ["task", "stratum", "group", "population", "sample", "reserve", "balls", "cutoff"];
    let mut csv = Csv::new("strata.csv", &heading);
    for (stratum, sample) in plan.frames.strata.iter().zip(&plan.samples) {
        let task = &inputs.tasks[stratum.task.at()];
        csv.row([
            &task.code,
            stratum_name(stratum.name),
            &task.group,
            &stratum.frame.len().to_string(),
            &stratum.size.to_string(),
            &stratum.reserve.to_string(),
            &balls(task.balls.clone(), stratum),
            &cutoff(stratum, sample.cutoff()),
        ]);
    }
    csv.in_order()
}

fn balls(of_task: Balls, stratum: &Stratum) -> String {
    stratum.balls_all.map_or_else(|| cells::balls_text(&of_task), |number| number.to_string())
}

fn samples(inputs: &Inputs, plan: &Plan) -> File {
    let mut csv = Csv::new("samples.csv", &["task", "stratum", "rank", "role", "ticket", "entity_id", "chance"]);
    for (stratum, sample) in plan.frames.strata.iter().zip(&plan.samples) {
        let code = &inputs.tasks[stratum.task.at()].code;
        let drawn = sample.drawn.iter().map(|pick| ("S", pick));
        let reserve = sample.reserve.iter().map(|pick| ("R", pick));
        for (rank, (role, pick)) in (1u32..).zip(drawn.chain(reserve)) {
            let entity = &inputs.entities[pick.at as usize];
            let at = stratum.frame.binary_search_by_key(&pick.at, |no| no.0).expect("a pick is of its frame");
            csv.row([
                code,
                stratum_name(stratum.name),
                &rank.to_string(),
                role,
                &pick.place.ticket.to_string(),
                &entity.id,
                &chance(inputs, stratum, at),
            ]);
        }
    }
    csv.in_order()
}

fn excluded(inputs: &Inputs, plan: &Plan) -> File {
    let mut csv = Csv::new("excluded.csv", &["entity_id", "task", "reason", "detail"]);
    for row in &plan.frames.excluded {
        let task = row.task.map_or("*", |no| &inputs.tasks[no.at()].code);
        let (reason, detail) = exclusion(inputs, row.why, &row.name);
        csv.row([&row.entity, task, reason, detail]);
    }
    csv.sorted()
}

fn visits(inputs: &Inputs, plan: &Plan) -> File {
    let heading = ["visit_id", "entity_id", "township", "date", "half", "tasks", "items", "agencies", "lead"];
    let mut csv = Csv::new("visits.csv", &heading);
    for visit in &plan.visits {
        let entity = &inputs.entities[visit.entity.at()];
        let [tasks, items, agencies] = visit_lists(inputs, visit);
        csv.row([
            &visit.id,
            &entity.id,
            &inputs.townships[entity.township.at()].code,
            &visit.date.to_string(),
            visit.half.word(),
            &tasks,
            &items,
            &agencies,
            &inputs.agencies[visit.lead.at()].code,
        ]);
    }
    csv.sorted()
}

fn teams(inputs: &Inputs, plan: &Plan) -> File {
    let mut csv = Csv::new("teams.csv", &["visit_id", "agency", "certificate", "rank", "ticket"]);
    for visit in &plan.visits {
        for team in &visit.teams {
            for seat in &team.seats {
                csv.row([
                    &visit.id,
                    &inputs.agencies[team.agency.at()].code,
                    &inputs.inspectors[seat.inspector.at()].certificate,
                    &seat.rank.to_string(),
                    &seat.ticket.to_string(),
                ]);
            }
        }
    }
    csv.in_order()
}

fn unplaced(inputs: &Inputs, plan: &Plan) -> File {
    let mut csv = Csv::new("unplaced.csv", &["task", "entity_id", "agency", "reason", "detail"]);
    for row in &plan.unplaced {
        csv.row([
            &inputs.tasks[row.task.at()].code,
            &inputs.entities[row.entity.at()].id,
            &inputs.agencies[row.agency.at()].code,
            row.reason,
            &row.detail.en,
        ]);
    }
    csv.sorted()
}

fn potentials(inputs: &Inputs, plan: &Plan) -> File {
    let mut csv = Csv::new(POTENTIALS, &["agency", "visits", "kind", "id", "price", "one", "other", "kept"]);
    let number = |price: Option<u64>| price.map_or(String::new(), |price| price.to_string());
    for row in &plan.potentials {
        let (kind, id, kept) = match &row.holder {
            Holder::Officer(no) => ("officer", &inputs.inspectors[no.at()].certificate, row.kept.to_string()),
            Holder::Outing(visit) => ("outing", visit, String::new()),
        };
        let agency = &inputs.agencies[row.agency.at()].code;
        let prices = [row.price, row.one, row.other].map(number);
        csv.row([agency, &row.visits.to_string(), kind, id, &prices[0], &prices[1], &prices[2], &kept]);
    }
    csv.in_order()
}

/// Tells how the plan words a task's rate: its own wording where it has one, else the typed rate.
pub fn rate_text(wording: &str, rates: &Rates) -> String {
    if wording.is_empty() { cells::rates_text(rates) } else { wording.to_owned() }
}

/// Reads the visits and teams of a bundle as past visits: one for each agency at each door.
///
/// Where results are on record they say when the visit was, who went, what came of it and whether it counts; a visit
/// without any counts as planned (protocol §22.4).
pub fn earlier_visits(visits: &[u8], teams: &[u8], items: &[u8], known: Option<&Records>) -> Vec<EarlierVisit> {
    let agency_of: BTreeMap<String, String> =
        records(items).into_iter().map(|row| (cell(&row, 0), cell(&row, 1))).collect();
    let mut officers: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in records(teams) {
        officers.entry((cell(&row, 0), cell(&row, 1))).or_default().push(cell(&row, 2));
    }
    let mut earlier = Vec::new();
    for row in records(visits) {
        let (id, entity, items) = (cell(&row, 0), cell(&row, 1), cell(&row, 6));
        let Some(planned) = cells::date(&cell(&row, 3)) else {
            continue;
        };
        for agency in cells::list(&cell(&row, 7)) {
            let own = cells::list(&items).filter(|code| agency_of.get(*code).is_some_and(|owner| owner == agency));
            let own: Vec<String> = own.map(str::to_owned).collect();
            let found: Vec<&Record> =
                own.iter().filter_map(|code| known.and_then(|known| known.get(&id, code))).collect();
            let findings: BTreeSet<Finding> = found.iter().flat_map(|record| record.findings.iter().copied()).collect();
            let went: BTreeSet<&String> = found.iter().flat_map(|record| &record.inspectors).collect();
            let sent = officers.remove(&(id.clone(), agency.to_owned())).unwrap_or_default();
            earlier.push(EarlierVisit {
                entity: entity.clone(),
                agency: agency.to_owned(),
                date: found.iter().map(|record| record.date).max().unwrap_or(planned),
                counts: results::counts(&findings),
                items: own,
                inspectors: if found.is_empty() { sent } else { went.into_iter().cloned().collect() },
                result: findings.iter().map(|finding| finding.chinese()).collect::<Vec<_>>().join(";"),
            });
        }
    }
    earlier
}

fn records(bytes: &[u8]) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(bytes).into_records().filter_map(Result::ok).collect()
}

fn cell(row: &csv::StringRecord, at: usize) -> String {
    row.get(at).unwrap_or("").to_owned()
}
