//! The corpus of `scripts/make_fixtures.py`: small files, each with one defect, and what each must load to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fairdraw::files::faults::{Fault, Faults};
use fairdraw::files::tables::columns;
use fairdraw::files::tables::source::Source;
use fairdraw::files::tables::table::Table;
use fairdraw::files::workspace::county;
use fairdraw::files::workspace::entities::{self, Decision};
use fairdraw::files::workspace::roster;
use fairdraw::lottery::{Rate, Rounding, Suite};
use fairdraw::plan::model::{Entity, Inspector, Rules, Span, TeamRules, Township, WithoutId};
use fairdraw::plan::words::Word;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    file: String,
    table: String,
    about: String,
    rows: Vec<String>,
    faults: Vec<String>,
    sheet: Option<String>,
    heading_row: Option<u32>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    without_id: Option<String>,
    #[serde(default)]
    reason: String,
    fallback_id: Option<String>,
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/corpus")
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(corpus().join("verdicts.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

// Without this test a defect that offices really have could stop loading, or load to something else, unnoticed.
#[test]
fn every_file_loads_to_its_verdict() {
    let cases = cases();
    assert!(cases.len() >= 40, "the corpus has at least 40 files");
    let mut wrong = Vec::new();
    for case in &cases {
        let (mut rows, faults) = load(case);
        let mut found: Vec<String> = faults.iter().map(short).collect();
        found.sort();
        rows.sort();
        let mut expected = case.rows.clone();
        expected.sort();
        if rows != expected || found != case.faults {
            wrong.push(format!(
                "{} ({})\n  rows   {rows:#?}\n  not    {expected:#?}\n  faults {found:?}\n  not    {:?}\n  {}",
                case.file,
                case.about,
                case.faults,
                faults.iter().map(|fault| fault.cause.en.as_ref()).collect::<Vec<_>>().join("\n  ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

// Without this test a fault could say that something is wrong and not what to do, or say it in one language only.
#[test]
fn every_fault_has_file_cause_and_remedy_in_both_languages() {
    for case in cases() {
        for fault in load(&case).1 {
            for text in [&fault.cause, &fault.remedy] {
                let is_chinese = text.zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                assert!(!text.en.is_empty() && is_chinese && text.en != text.zh, "{}: {fault:?}", case.file);
            }
            assert!(fault.place.file == case.file || fault.code == "unknown-named-column", "{}: {fault:?}", case.file);
        }
    }
}

// Without this test a file could lie in the corpus that no verdict speaks of.
#[test]
fn every_file_has_a_verdict() {
    let named: Vec<String> = cases().into_iter().map(|case| case.file).collect();
    for entry in std::fs::read_dir(corpus()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "verdicts.json" || named.contains(&name), "{name} has no verdict");
    }
}

fn load(case: &Case) -> (Vec<String>, Vec<Fault>) {
    let mut faults = Faults::default();
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/dengzhou/tables");
    let whole = |path: &str| Source { path: path.to_owned(), ..Source::default() };
    let towns = Table::open(&tables, &whole("townships.csv"), &columns::TOWNSHIPS, &mut faults);
    let (towns, town_index) = county::townships(&towns, &mut faults);
    let agencies = Table::open(&tables, &whole("agencies.csv"), &columns::AGENCIES, &mut faults);
    let (_, agency_index) = county::agencies(&agencies, &mut faults);
    let source = Source {
        path: case.file.clone(),
        sheet: case.sheet.clone(),
        heading_row: case.heading_row,
        columns: case.columns.clone(),
    };
    let rows = match case.table.as_str() {
        "entities" => {
            let tables = Table::open(&corpus(), &source, &columns::ENTITIES, &mut faults);
            let without_id = if case.without_id.is_some() { WithoutId::LeaveOut } else { WithoutId::Refuse };
            let decision = Decision { without_id, reason: case.reason.clone(), fallback_id: case.fallback_id.clone() };
            let (entities, _) = entities::entities(&tables, &town_index, &decision, Suite::Dr1, &mut faults);
            let lost = |entity: &&Entity| !unknown_town(&faults_of(&tables, entity), entity);
            entities.iter().filter(lost).map(|entity| entity_text(entity, &towns)).collect()
        }
        "inspectors" => {
            let tables = Table::open(&corpus(), &source, &columns::INSPECTORS, &mut faults);
            let officers = roster::inspectors(&tables, &rules(), &agency_index, &town_index, &mut faults);
            officers.iter().map(|officer| officer_text(officer, &towns)).collect()
        }
        other => panic!("no table {other}"),
    };
    (rows, faults.into_sorted())
}

/// Lists the ids whose township is not known; such a row is an error, and its entity is compared no further.
fn faults_of(tables: &[Table], entity: &Entity) -> Vec<String> {
    let towns = tables.iter().flat_map(|table| {
        let (id, town) = (table.field("id"), table.field("township"));
        (0..table.len()).map(move |row| (id.text(row).to_owned(), town.text(row).to_owned()))
    });
    towns.filter(|(id, _)| *id == entity.id).map(|(_, town)| town).collect()
}

fn unknown_town(towns: &[String], _: &Entity) -> bool {
    towns.iter().any(|town| town == "无此镇")
}

fn entity_text(entity: &Entity, towns: &[Township]) -> String {
    [
        entity.id.as_str(),
        &entity.name,
        entity.kind.word(),
        &entity.industry,
        &towns[entity.township.at()].code,
        entity.class.map_or("", Word::word),
        entity.status.word(),
        &entity.registered.map_or(String::new(), |date| date.to_string()),
    ]
    .join("|")
}

fn officer_text(officer: &Inspector, towns: &[Township]) -> String {
    let places = officer.townships.iter().flatten().map(|no| towns[no.at()].code.as_str());
    [
        officer.certificate.as_str(),
        &officer.name,
        &officer.valid.first.to_string(),
        &officer.valid.last.to_string(),
        if officer.is_valid { "yes" } else { "no" },
        &officer.qualifications.join(";"),
        &places.collect::<Vec<_>>().join(";"),
    ]
    .join("|")
}

fn short(fault: &Fault) -> String {
    let row = fault.place.row.map_or(String::new(), |row| format!(" {row}"));
    let letter = if fault.place.letter.is_empty() { String::new() } else { format!(" {}", fault.place.letter) };
    format!("{}{row}{letter}", fault.code)
}

/// The rules of a period in which every officer of the corpus is valid.
fn rules() -> Rules {
    let day = |text: &str| text.parse().unwrap();
    Rules {
        period: "2024Q1".to_owned(),
        region: "411381".to_owned(),
        days: Span { first: day("2024-01-01"), last: day("2024-03-31") },
        suite: Suite::Dr1,
        rounding: Rounding::Up,
        reserve: Rate::Share { part: 20, whole: 100 },
        visits_per_year_max: 2,
        without_id: WithoutId::Refuse,
        team: TeamRules {
            size: 2,
            agencies_per_visit_max: 6,
            visits_per_day_max: 2,
            hop_minutes_max: 60,
            visits_max: 40,
            half_day_minutes: 210,
        },
        search: 1,
        quiet: Vec::new(),
    }
}
