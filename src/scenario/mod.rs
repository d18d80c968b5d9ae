//! The calibrated scenario of 邓州市 (411381): every table of `data/dengzhou`, made from `data/reference`.
//!
//! The generator is pure and deterministic: texts in, tables out; one ChaCha20 stream per table, integers only.
//! What is real (names of townships and agencies, wording of items, shares, the six figures of the year's report)
//! comes from the reference; entities, people and visits are generated.
//!
//! | file | makes |
//! |---|---|
//! | [`reference`](mod@reference) | the reference facts, typed |
//! | `catalogue` | agencies, townships, travel, the 350 items |
//! | `trades`, `names`, `codes`, `entities` | the entity registry |
//! | `inspectors` | four quarterly rosters of 1,681 officers |
//! | `themes`, `plan` | the year's 156 tasks, 3,436 draws |
//! | `past` | the visits of 2023, recusals |
//! | [`registry`](mod@registry), [`encode`] | registries of any size, for measurements |
//! | `frames` | who is in a task's frame, for sample sizes and the year's totals |

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

mod catalogue;
mod codes;
pub mod encode;
mod entities;
mod frames;
mod inspectors;
mod names;
mod past;
mod plan;
mod random;
pub mod reference;
pub mod registry;
mod themes;
mod trades;

use frames::{Scope, Subjects};
use reference::Facts;
pub use reference::{Reference, ReferenceError};
pub use registry::registry;

/// Administrative code (行政区划代码) of 邓州市.
const REGION: &str = "411381";

/// Everything that `data/dengzhou` holds.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Tables, in the order in which they are to be written.
    pub files: Vec<File>,
    /// Plain texts: the four `plan.toml`.
    pub texts: Vec<Text>,
}

/// A table and its place.
#[derive(Clone, Debug)]
pub struct File {
    /// Path below `data/dengzhou`; `.csv` is written as UTF-8 with LF, `.parquet` as string columns.
    pub path: String,
    pub table: Table,
}

/// A plain text and its place.
#[derive(Clone, Debug)]
pub struct Text {
    /// Path below `data/dengzhou`.
    pub path: String,
    /// UTF-8 with LF.
    pub text: String,
}

/// A table of texts: headings and rows of the same length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub headings: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

/// The figures of the year, as the report states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    pub agencies: u32,
    pub tasks: u32,
    /// Items that occur in at least one task.
    pub items: u32,
    /// Entities drawn in all tasks together.
    pub draws: u32,
    /// Certificates on the roster.
    pub officers: u32,
    pub townships: u32,
    pub newly_certified: u32,
    pub cancelled: u32,
}

/// One quarter of 2024.
struct Quarter {
    name: &'static str,
    /// What is added to the name of a task that comes several times a year.
    label: &'static str,
    first: Date,
    last: Date,
    /// County-wide quiet days (安静期).
    quiet: &'static [(Date, Date, &'static str)],
}

const QUARTERS: [Quarter; 4] = [
    Quarter {
        name: "2024Q1",
        label: "（一季度）",
        first: date(2024, 1, 1),
        last: date(2024, 3, 31),
        quiet: &[(date(2024, 2, 5), date(2024, 2, 9), "春节前")],
    },
    Quarter {
        name: "2024Q2",
        label: "（二季度）",
        first: date(2024, 4, 1),
        last: date(2024, 6, 30),
        quiet: &[(date(2024, 6, 6), date(2024, 6, 8), "高考")],
    },
    Quarter {
        name: "2024Q3",
        label: "（三季度）",
        first: date(2024, 7, 1),
        last: date(2024, 9, 30),
        quiet: &[(date(2024, 9, 29), date(2024, 9, 30), "国庆节前")],
    },
    Quarter {
        name: "2024Q4",
        label: "（四季度）",
        first: date(2024, 10, 1),
        last: date(2024, 12, 31),
        quiet: &[(date(2024, 12, 30), date(2024, 12, 31), "年终")],
    },
];

/// Makes the whole scenario from the reference facts.
///
/// ```no_run
/// use fairdraw::scenario::{Reference, generate, totals};
/// # fn year(texts: &Reference<'_>) -> Result<(), fairdraw::scenario::ReferenceError> {
/// let scenario = generate(texts)?;
/// assert_eq!(totals(&scenario).draws, 3_436);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ReferenceError`] if a text is no CSV, lacks a column, holds a value of another type, or has too few rows.
pub fn generate(reference: &Reference) -> Result<Scenario, ReferenceError> {
    let facts = Facts::read(reference)?;
    let items = catalogue::items(&facts)?;
    let entities = entities::generate(&facts);
    let officers = inspectors::generate(&facts, &items);
    let townships = catalogue::townships_table(&facts);
    let registry = entities::table(&entities, &facts);
    let tasks = plan::generate(&facts, &items, &Subjects::of(&registry, &townships));
    let reach = past::reach(&entities);
    let recusals = past::recusals(&reach, &entities, &officers, &QUARTERS);

    let mut scenario = Scenario { files: Vec::new(), texts: Vec::new() };
    scenario.add("tables/agencies.csv".to_owned(), catalogue::agencies_table(&facts));
    scenario.add("tables/townships.csv".to_owned(), townships);
    scenario.add("tables/travel.csv".to_owned(), catalogue::travel_table(&facts));
    scenario.add("tables/items.csv".to_owned(), catalogue::items_table(&items));
    scenario.add("tables/entities.parquet".to_owned(), registry);
    scenario.add("tables/history-2023.csv".to_owned(), past::history(&reach, &items, &entities, &officers));
    for quarter in &QUARTERS {
        scenario.add(format!("tables/inspectors-{}.csv", quarter.name), inspectors::table(&officers, quarter, &facts));
    }
    for ((quarter, tasks), recusals) in QUARTERS.iter().zip(tasks).zip(recusals) {
        scenario.texts.push(Text { path: format!("{}/plan.toml", quarter.name), text: rules(quarter) });
        scenario.add(format!("{}/tasks.csv", quarter.name), tasks);
        scenario.add(format!("{}/recusals.csv", quarter.name), recusals);
    }
    Ok(scenario)
}

/// Counts the year's figures from the tables of a scenario.
///
/// # Panics
/// If the scenario was not made by [`generate`] and lacks one of its tables.
pub fn totals(scenario: &Scenario) -> Totals {
    let table = |path: &str| scenario.table(path);
    let subjects = Subjects::of(table("tables/entities.parquet"), table("tables/townships.csv"));
    let (mut tasks, mut draws, mut items) = (0, 0, BTreeSet::new());
    for quarter in &QUARTERS {
        let plan = table(&format!("{}/tasks.csv", quarter.name));
        let (rate, listed) = (plan.column("rate"), plan.column("items"));
        for row in &plan.rows {
            let counts: BTreeMap<&str, u32> = subjects.count(&Scope::of(plan, row));
            draws += frames::strata(&counts, &row[rate]).iter().map(|(_, sample)| sample).sum::<u32>();
            items.extend(row[listed].split(';'));
            tasks += 1;
        }
    }
    let [first, last] =
        [0, 3].map(|quarter: usize| table(&format!("tables/inspectors-{}.csv", QUARTERS[quarter].name)));
    let (newly_certified, cancelled) = inspectors::changes(first, last);
    Totals {
        agencies: table("tables/agencies.csv").rows.len() as u32,
        tasks,
        items: items.len() as u32,
        draws,
        officers: last.rows.len() as u32,
        townships: table("tables/townships.csv").rows.len() as u32,
        newly_certified,
        cancelled,
    }
}

impl Scenario {
    fn add(&mut self, path: String, table: Table) {
        self.files.push(File { path, table });
    }

    fn table(&self, path: &str) -> &Table {
        let file = self.files.iter().find(|file| file.path == path);
        &file.expect("a generated scenario has all its tables").table
    }
}

impl Table {
    fn new(headings: &[&'static str]) -> Table {
        Table { headings: headings.to_vec(), rows: Vec::new() }
    }

    fn push<const N: usize>(&mut self, row: [String; N]) {
        assert_eq!(N, self.headings.len(), "a row has another length than the headings");
        self.rows.push(row.into());
    }

    /// Returns the position of a column.
    ///
    /// # Panics
    /// If the table has no such column.
    fn column(&self, heading: &str) -> usize {
        self.headings.iter().position(|&candidate| candidate == heading).expect("the generator names its own columns")
    }
}

/// Writes the rules of a quarter (细则): `plan.toml` beside its tasks.
fn rules(quarter: &Quarter) -> String {
    let Quarter { name, first, last, .. } = quarter;
    let mut text = format!(
        r#"[period]
name = "{name}"
region = "{REGION}"
first = "{first}"
last = "{last}"

[tables]
agencies = "../tables/agencies.csv"
townships = "../tables/townships.csv"
travel = "../tables/travel.csv"
items = "../tables/items.csv"
entities = "../tables/entities.parquet"
inspectors = "../tables/inspectors-{name}.csv"
tasks = "tasks.csv"
recusals = "recusals.csv"
history = "../tables/history-2023.csv"
calendar = "../../calendar/cn-2024.csv"

[draw]
rounding = "up"
reserve = "20%"
visits_per_year_max = 2

[registry]
without_id = "leave_out"

[teams]
size = 2
agencies_per_visit_max = 6
visits_per_day_max = 2
hop_minutes_max = 60
visits_max = 40
half_day_minutes = 210
"#
    );
    for (first, last, reason) in quarter.quiet {
        text.push_str(&format!("\n[[quiet]]\nfirst = \"{first}\"\nlast = \"{last}\"\nreason = \"{reason}\"\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::OnceLock;

    /// Returns the reference tables as committed.
    pub(super) fn committed() -> Reference<'static> {
        Reference {
            townships: include_str!("../../data/reference/dengzhou_townships.csv"),
            adjacency: include_str!("../../data/reference/dengzhou_township_adjacency.csv"),
            agencies: include_str!("../../data/reference/member_agencies.csv"),
            items: include_str!("../../data/reference/inspection_items.csv"),
            calibration: include_str!("../../data/reference/calibration.csv"),
        }
    }

    /// Generates the scenario once for all tests.
    fn scenario() -> &'static Scenario {
        static SCENARIO: OnceLock<Scenario> = OnceLock::new();
        SCENARIO.get_or_init(|| generate(&committed()).expect("the committed reference is sound"))
    }

    fn cells(path: &str, heading: &str) -> Vec<&'static str> {
        let table = scenario().table(path);
        let column = table.column(heading);
        table.rows.iter().map(|row| row[column].as_str()).collect()
    }

    /// Without it the scenario could drift away from the figures that the county reported.
    #[test]
    fn the_year_has_the_reported_figures() {
        let reported = Totals {
            agencies: 30,
            tasks: 156,
            items: 350,
            draws: 3_436,
            officers: 1_681,
            townships: 27,
            newly_certified: 120,
            cancelled: 90,
        };
        assert_eq!(totals(scenario()), reported);
    }

    /// Without it two entities could share a code, or more codes than intended could be wrong.
    #[test]
    fn ids_are_distinct_and_check() {
        let canonical =
            |id: &str| -> String { id.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect() };
        let written = cells("tables/entities.parquet", "id");
        let ids: Vec<String> = written.iter().map(|id| canonical(id)).filter(|id| !id.is_empty()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        let wrong = |id: &&String| match id.len() {
            18 => codes::uscc(&id[..2], &id[2..8], &id[8..16]) != **id,
            15 => codes::registration_number(&id[..14]) != **id,
            _ => false,
        };
        assert_eq!(ids.iter().filter(wrong).count(), 3);
        assert_eq!(written.iter().filter(|id| **id != canonical(id)).count(), 2);
        assert!(written.len() - ids.len() == 150 && ids.len() > 124_000);
    }

    /// Without it an officer could stand twice on a roster, or an agency could be too small for its teams.
    #[test]
    fn every_roster_keeps_four_officers_per_agency() {
        for quarter in &QUARTERS {
            let path = format!("tables/inspectors-{}.csv", quarter.name);
            let certificates = cells(&path, "certificate");
            assert_eq!(certificates.iter().collect::<BTreeSet<_>>().len(), 1_681);
            let mut able: BTreeMap<&str, u32> = BTreeMap::new();
            let (first, last) = (quarter.first.to_string(), quarter.last.to_string());
            for row in &scenario().table(&path).rows {
                if row[3] <= first && last <= row[4] && row[5] == "valid" && row[8].is_empty() {
                    *able.entry(row[2].as_str()).or_default() += 1;
                }
            }
            assert!(able.len() == 30 && able.values().all(|&officers| officers >= 4), "{able:?}");
        }
    }

    /// Without it a task could lack a partner's item, or name an item of an agency that does not take part.
    #[test]
    fn every_agency_of_a_task_has_items_of_its_own() {
        for quarter in &QUARTERS {
            let plan = scenario().table(&format!("{}/tasks.csv", quarter.name));
            let [lead, partners, items] = ["lead", "partners", "items"].map(|heading| plan.column(heading));
            for row in &plan.rows {
                let partners = row[partners].split(';').map(|partner| &partner[..3]);
                let agencies: BTreeSet<&str> = partners.chain([row[lead].as_str()]).collect();
                let owners: BTreeSet<&str> = row[items].split(';').map(|item| &item[..3]).collect();
                assert!(agencies == owners && (2..=5).contains(&agencies.len()), "{row:?}");
            }
        }
    }

    /// Without it another run, or another machine, could make another county.
    #[test]
    fn a_second_run_gives_the_same_tables() {
        let again = generate(&committed()).expect("the committed reference is sound");
        for (one, other) in scenario().files.iter().zip(&again.files) {
            assert!(one.path == other.path && one.table == other.table, "{}", one.path);
        }
    }
}
