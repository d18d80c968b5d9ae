//! A whole workspace: the rules, every table, and what only shows when they are put together.
//!
//! | file | does |
//! |---|---|
//! | [`rules`] | reads and writes `plan.toml` |
//! | [`county`] | reads agencies, items, townships and the ways between them |
//! | [`entities`], [`roster`], [`tasks`] | read the registry, the officers with their calendars, and what is to be drawn |

pub mod county;
pub mod entities;
pub mod roster;
pub mod rules;
pub mod tasks;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::both;
use crate::files::faults::{Fault, Faults, Place};
use crate::files::tables::columns::{self, Layout};
use crate::files::tables::index::Index;
use crate::files::tables::source::{PLAN_FILE, Source};
use crate::files::tables::table::{Mapping, Table};
use crate::plan::calendar;
use crate::plan::model::{Frames, Inputs, PastVisit, Task};
use crate::plan::scope;

/// Holds a workspace that was loaded, and what was found on the way.
#[derive(Debug)]
pub struct Loaded {
    /// The inputs and their frames, or `None` where an error stands among the faults.
    pub ready: Option<(Inputs, Frames)>,
    /// Errors first, then warnings.
    pub faults: Vec<Fault>,
    /// Which column of which file was taken for what, in the order of the tables.
    pub mappings: Vec<Mapping>,
}

/// Loads a workspace folder and validates it, all faults at once.
///
/// `earlier` are visits of earlier periods that the tables do not hold yet; they join the history.
pub fn load(folder: &Path, earlier: &[EarlierVisit]) -> Loaded {
    let mut faults = Faults::default();
    let mut mappings = Vec::new();
    let inputs = inputs(folder, earlier, &mut mappings, &mut faults);
    let ready = inputs.map(|inputs| {
        let frames = scope::frames(&inputs);
        report_frames(&inputs, &frames, &mut faults);
        (inputs, frames)
    });
    let ready = ready.filter(|_| !faults.has_errors());
    Loaded { ready, faults: faults.into_sorted(), mappings }
}

/// Is a visit of an earlier bundle, with codes instead of positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierVisit {
    pub entity: String,
    pub agency: String,
    pub date: jiff::civil::Date,
    /// Whether the visit counts toward the caps.
    pub counts: bool,
    pub items: Vec<String>,
    pub inspectors: Vec<String>,
    /// What came of it; empty where nothing is on record.
    pub result: String,
}

fn inputs(folder: &Path, earlier: &[EarlierVisit], mappings: &mut Vec<Mapping>, faults: &mut Faults) -> Option<Inputs> {
    let file = rules::read(folder, faults)?;
    let rules = file.rules;
    let decision = entities::Decision {
        without_id: rules.without_id,
        reason: file.without_id_reason,
        fallback_id: file.fallback_id,
    };
    let mut opened: BTreeMap<&str, Vec<Table>> = BTreeMap::new();
    for layout in columns::LAYOUTS {
        let tables = open(folder, &file.tables, layout, faults);
        mappings.extend(tables.iter().map(Table::mapping));
        opened.insert(layout.name, tables);
    }
    let none = Vec::new();
    let table = |layout: &Layout| opened.get(layout.name).unwrap_or(&none);
    let (agencies, agency_index) = county::agencies(table(&columns::AGENCIES), faults);
    let (townships, township_index) = county::townships(table(&columns::TOWNSHIPS), faults);
    let travel = county::travel(table(&columns::TRAVEL), &township_index, faults);
    let (items, item_index) = county::items(table(&columns::ITEMS), &agency_index, faults);
    let (entities, entities_without_id) =
        entities::entities(table(&columns::ENTITIES), &township_index, &decision, rules.suite, faults);
    let inspectors = roster::inspectors(table(&columns::INSPECTORS), &rules, &agency_index, &township_index, faults);
    let known = tasks::Known {
        rules: &rules,
        agencies: &agency_index,
        townships: &township_index,
        items: &item_index,
        item_list: &items,
    };
    let tasks = tasks::tasks(table(&columns::TASKS), &known, faults);
    let recusals = roster::recusals(table(&columns::RECUSALS), &entities, &inspectors, &agency_index, faults);
    let mut history = roster::history(table(&columns::HISTORY), &agency_index, &item_index, faults);
    for visit in earlier {
        let position = |index: &Index, code: &str| index.find(code);
        let Some(agency) = position(&agency_index, &visit.agency) else {
            report_earlier(columns::AGENCIES.name, &visit.agency, faults);
            continue;
        };
        let codes = visit.items.iter().filter_map(|code| {
            let found = position(&item_index, code);
            if found.is_none() {
                report_earlier(columns::ITEMS.name, code, faults);
            }
            found
        });
        let mut items: Vec<_> = codes.map(crate::plan::model::ItemNo).collect();
        let mut inspectors = visit.inspectors.clone();
        // A bundle lists a team by ticket; the model keeps lists sorted.
        items.sort();
        inspectors.sort();
        history.push(PastVisit {
            entity: visit.entity.clone(),
            agency: crate::plan::model::AgencyNo(agency),
            date: visit.date,
            counts: visit.counts,
            items,
            inspectors,
            result: visit.result.clone(),
        });
    }
    roster::sort_history(&mut history);
    let calendar = roster::calendar(table(&columns::CALENDAR), faults);
    let inputs = Inputs {
        rules,
        agencies,
        townships,
        travel,
        items,
        entities,
        entities_without_id,
        inspectors,
        tasks,
        recusals,
        history,
        calendar,
    };
    report_calendar(&inputs, faults);
    (!faults.has_errors()).then_some(inputs)
}

/// Reports a code of an earlier period that this period's tables do not have; each once, with the number of visits.
fn report_earlier(table: &str, code: &str, faults: &mut Faults) {
    let place = Place { file: table.to_owned(), ..Place::default() };
    let (name, cause, remedy) = if table == columns::AGENCIES.name {
        (
            "earlier-agency",
            both!(
                "visits of an earlier period were of agency {code}, which the table does not have; they are left out, also from the caps",
                "往期有部门 {code} 的检查，而本表没有该部门；这些检查不计入，也不计入频次上限"
            ),
            both!(
                "add the agency, or nothing if it has been dissolved and its visits may be forgotten",
                "补上该部门；若已撤销且其检查可以不计，无须处理"
            ),
        )
    } else {
        (
            "earlier-item",
            both!(
                "visits of an earlier period checked item {code}, which the table does not have; its cap does not know of them",
                "往期检查过事项 {code}，而本表没有该事项；其频次上限不计这些检查"
            ),
            both!(
                "add the item under its code, or nothing if it is no longer checked",
                "按其编码补上该事项；若不再检查，无须处理"
            ),
        )
    };
    faults.note(name, place, code, cause, remedy);
}

fn open(
    folder: &Path,
    sources: &BTreeMap<&'static str, Vec<Source>>,
    layout: &'static Layout,
    faults: &mut Faults,
) -> Vec<Table> {
    let sources = sources.get(layout.name).map_or(&[][..], Vec::as_slice);
    sources.iter().flat_map(|source| Table::open(folder, source, layout, faults)).collect()
}

/// Reports years without a calendar and windows without a working day.
fn report_calendar(inputs: &Inputs, faults: &mut Faults) {
    let place = |file: &str| Place { file: file.to_owned(), ..Place::default() };
    let missing = calendar::missing_years(inputs.rules.days, &inputs.calendar);
    for year in &missing {
        let cause = both!(
            "the calendar has no row for {year}, so its holidays are not known",
            "日历中没有 {year} 年，无从知道节假日"
        );
        let remedy = both!(
            "add the year's file under tables.calendar; holidays are announced in the November before",
            "在 tables.calendar 中加上该年的文件；放假安排于上一年十一月公布"
        );
        faults.error("calendar-year-missing", place("calendar"), &year.to_string(), cause, remedy);
    }
    if !missing.is_empty() {
        return;
    }
    let (days, open) = (calendar::working_days(inputs), calendar::Open::of(inputs));
    let is_closed =
        |task: &&Task| !days.iter().any(|day| task.window.contains(day.date) && open.may_be_open(task, day.date));
    for task in inputs.tasks.iter().filter(is_closed) {
        let cause = both!(
            "the window of task {} holds no working day outside the quiet days",
            "任务 {} 的时段内没有静默日以外的工作日",
            task.code
        );
        let value = format!("{} / {}", task.window.first, task.window.last);
        faults.error("window-without-day", place("tasks"), &value, cause, both!("make the window longer", "延长时段"));
    }
    let excepted = inputs.rules.quiet.iter().flat_map(|rule| &rule.except.tasks);
    for code in excepted.filter(|code| inputs.task(code).is_none()).collect::<BTreeSet<_>>() {
        let cause = both!("no task has the code {code}", "没有编号为 {code} 的任务");
        let remedy = both!(
            "write the code as the tasks table has it, or take it out of except_tasks",
            "按任务表填写编号，或从 except_tasks 中删去"
        );
        let place = Place { column: "quiet.except_tasks".to_owned(), ..place(PLAN_FILE) };
        faults.error("unknown-task", place, code, cause, remedy);
    }
    if inputs.tasks.is_empty() {
        let cause = both!("no task is planned", "没有任何抽查任务");
        faults.error(
            "no-task",
            place("tasks"),
            "",
            cause,
            both!("add at least one row to the tasks table", "任务表至少要有一行"),
        );
    }
}

/// Reports empty frames and samples that the frame cuts short.
fn report_frames(inputs: &Inputs, frames: &Frames, faults: &mut Faults) {
    let place = || Place { file: PLAN_FILE.to_owned(), ..Place::default() };
    for (no, task) in (0u32..).zip(&inputs.tasks) {
        let mut strata = frames.strata.iter().filter(|stratum| stratum.task.0 == no).peekable();
        if strata.clone().all(|stratum| stratum.frame.is_empty()) {
            let cause =
                both!("no entity can be drawn for task {} ({})", "任务 {}（{}）没有可抽的对象", task.code, task.name);
            let remedy = both!(
                "widen the scope of the task, or take it out of the plan; `excluded` rows say who was over a cap",
                "放宽任务范围，或把任务移出计划；`excluded` 各行说明谁超过了上限"
            );
            faults.error("empty-frame", place(), &task.code, cause, remedy);
            continue;
        }
        for stratum in strata.by_ref().filter(|stratum| stratum.wanted > stratum.size) {
            let cause = both!(
                "task {} asks for {} of a stratum of {}; all of it is drawn",
                "任务 {} 要在一个 {2} 户的层中抽 {1} 户；全部抽中",
                task.code,
                stratum.wanted,
                stratum.frame.len()
            );
            faults.warning(
                "sample-cut",
                place(),
                &task.code,
                cause,
                both!("nothing, if that is meant; otherwise lower the rate", "若是本意，无须处理；否则降低比例"),
            );
        }
    }
}
