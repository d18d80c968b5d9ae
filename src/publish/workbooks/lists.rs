//! The lists of a plan: 抽查计划, 抽查对象名单, 检查人员名单, 排期 and 任务清单.

use std::collections::BTreeMap;

use rust_xlsxwriter::XlsxError;

use super::named;
use super::sheet::{self, Heading, Sheet};
use crate::files::wording::cells;
use crate::plan::amend::Changed;
use crate::plan::model::{AgencyNo, Inputs, InspectorNo, Partner, Plan, Task, Visit};
use crate::plan::words::Word;
use crate::publish::{changes, workbook as schedule};
use crate::run::Made;

const PLAN: &[Heading] = &[
    ("序号", 6.0),
    ("计划期", 8.0),
    ("任务编号", 10.0),
    ("抽查任务名称", 34.0),
    ("任务类型", 9.0),
    ("抽查方式", 8.0),
    ("发起部门", 14.0),
    ("配合部门", 30.0),
    ("检查对象范围", 26.0),
    ("抽查事项", 44.0),
    ("抽查比例", 16.0),
    ("抽样框户数", 8.0),
    ("抽取户数", 7.0),
    ("备选户数", 7.0),
    ("检查开始日期", 11.0),
    ("检查结束日期", 11.0),
];

const OFFICER: &[Heading] = &[
    ("序号", 6.0),
    ("检查日期", 12.0),
    ("时段", 6.0),
    ("乡镇", 12.0),
    ("检查对象名称", 34.0),
    ("统一社会信用代码", 22.0),
    ("地址", 28.0),
    ("本部门抽查事项", 46.0),
    ("本部门事项数", 8.0),
    ("同组人员", 26.0),
    ("其他部门人员", 46.0),
];

const CHANGES: &[Heading] = &[
    ("变更", 6.0),
    ("登记时间", 20.0),
    ("检查编号", 22.0),
    ("检查对象名称", 34.0),
    ("原因", 20.0),
    ("原安排", 40.0),
    ("现安排", 46.0),
    ("台账", 18.0),
];

/// Writes what was changed since the draw, with the original beside it.
pub(super) fn changes(inputs: &Inputs, changes: &[Changed]) -> Result<Vec<u8>, XlsxError> {
    let rules = &inputs.rules;
    let title = format!("{} {} 双随机、一公开抽查计划变更", rules.region, rules.period);
    let mut book = sheet::workbook(rules, &title)?;
    let rows = changes::rows(inputs, changes, &|no| named(inputs, std::iter::once(no)));
    let rows = rows.into_iter().map(|row| {
        let words = [row.reason, row.was, row.is].map(|text| text.zh.into_owned());
        let [reason, was, is] = words;
        vec![row.number.to_string(), row.time, row.visit, row.name, reason, was, is, row.entry]
    });
    Sheet::list("计划变更", &title, CHANGES).fill(book.add_worksheet(), rows.collect())?;
    book.save_to_buffer()
}

/// Writes the plan of the period, and of the year so far where there are earlier periods.
pub(super) fn plan(made: &Made, before: &[Made]) -> Result<Vec<u8>, XlsxError> {
    let rules = &made.inputs.rules;
    let title = format!("{} {} 双随机、一公开抽查计划", rules.region, rules.period);
    let mut book = sheet::workbook(rules, &title)?;
    Sheet::list("季度抽查计划", &title, PLAN).fill(book.add_worksheet(), numbered(plan_rows(made)))?;
    if !before.is_empty() {
        let title = format!("{} {} 年度双随机、一公开抽查计划", rules.region, rules.days.first.year());
        let rows = before.iter().chain([made]).flat_map(plan_rows).collect();
        Sheet::list("年度抽查计划", &title, PLAN).fill(book.add_worksheet(), numbered(rows))?;
    }
    book.save_to_buffer()
}

/// Writes the drawn entities.
pub(super) fn entities(inputs: &Inputs, plan: &Plan) -> Result<Vec<u8>, XlsxError> {
    let rows = schedule::entity_rows(inputs, plan);
    one(inputs, "抽查对象名单", schedule::ENTITIES, rows)
}

/// Writes the drawn officers, visit by visit.
pub(super) fn officers(inputs: &Inputs, plan: &Plan) -> Result<Vec<u8>, XlsxError> {
    let rows = schedule::officer_rows(inputs, &schedule::by_date(plan));
    one(inputs, "检查人员名单", schedule::OFFICERS, rows)
}

/// Writes the calendar of visits.
pub(super) fn calendar(inputs: &Inputs, plan: &Plan) -> Result<Vec<u8>, XlsxError> {
    let rows = schedule::calendar_rows(inputs, &schedule::by_date(plan));
    one(inputs, "排期", schedule::CALENDAR, rows)
}

/// Writes the visits of one agency.
pub(super) fn agency(inputs: &Inputs, plan: &Plan, no: AgencyNo) -> Result<Vec<u8>, XlsxError> {
    let title = format!("{} {} 任务清单", inputs.rules.period, inputs.agencies[no.at()].name);
    let mut book = sheet::workbook(&inputs.rules, &title)?;
    let rows = schedule::agency_rows(inputs, &schedule::by_date(plan), no);
    Sheet::list("任务清单", &title, schedule::AGENCY).fill(book.add_worksheet(), rows)?;
    book.save_to_buffer()
}

/// Lists the visits of every officer who has a seat, by date.
pub(super) fn visits_of_officers(plan: &Plan) -> BTreeMap<InspectorNo, Vec<&Visit>> {
    let mut visits: BTreeMap<InspectorNo, Vec<&Visit>> = BTreeMap::new();
    for visit in schedule::by_date(plan) {
        for seat in visit.teams.iter().flat_map(|team| &team.seats) {
            visits.entry(seat.inspector).or_default().push(visit);
        }
    }
    visits
}

/// Writes the visits of one officer.
pub(super) fn officer(inputs: &Inputs, no: InspectorNo, visits: &[&Visit]) -> Result<Vec<u8>, XlsxError> {
    let officer = &inputs.inspectors[no.at()];
    let agency = &inputs.agencies[officer.agency.at()].name;
    let title = format!("{} {agency} {} {} 任务清单", inputs.rules.period, officer.name, officer.certificate);
    let row = |visit: &&Visit| {
        let own = visit.items.iter().map(|item| &inputs.items[item.at()]).filter(|item| item.agency == officer.agency);
        let items: Vec<&str> = own.map(|item| item.name.as_str()).collect();
        let team = |other: bool| {
            let teams = visit.teams.iter().filter(move |team| (team.agency != officer.agency) == other);
            teams.flat_map(|team| &team.seats).map(|seat| seat.inspector).filter(|seat| *seat != no)
        };
        let cells =
            vec![items.join("；"), items.len().to_string(), named(inputs, team(false)), named(inputs, team(true))];
        [vec![visit.date.to_string(), visit.half.chinese().to_owned()], schedule::door(inputs, visit), cells].concat()
    };
    let mut book = sheet::workbook(&inputs.rules, &title)?;
    let rows = visits.iter().map(row).collect();
    Sheet::list("任务清单", &title, OFFICER).fill(book.add_worksheet(), numbered(rows))?;
    book.save_to_buffer()
}

fn one(inputs: &Inputs, name: &str, headings: &[Heading], rows: Vec<Vec<String>>) -> Result<Vec<u8>, XlsxError> {
    let title = format!("{} {} {name}", inputs.rules.region, inputs.rules.period);
    let mut book = sheet::workbook(&inputs.rules, &title)?;
    Sheet::list(name, &title, headings).fill(book.add_worksheet(), rows)?;
    book.save_to_buffer()
}

/// Puts the number of each row in front of it.
pub(super) fn numbered(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let row = |(no, cells): (usize, Vec<String>)| [vec![no.to_string()], cells].concat();
    (1..).zip(rows).map(row).collect()
}

/// Lists the tasks as the bundle's schedule does, with the period, the shares of partners and the scope beside.
fn plan_rows(made: &Made) -> Vec<Vec<String>> {
    let inputs = &made.inputs;
    let partner = |partner: &Partner| {
        let name = schedule::agency(inputs, partner.agency);
        partner.share.map_or(name.to_owned(), |share| format!("{name}（{share}）"))
    };
    let row = |(task, mut cells): (&Task, Vec<String>)| {
        cells[0] = inputs.rules.period.clone();
        cells[PARTNERS] = task.partners.iter().map(partner).collect::<Vec<_>>().join("、");
        cells.insert(PARTNERS + 1, scope(inputs, task));
        cells
    };
    inputs.tasks.iter().zip(schedule::plan_rows(inputs, &made.plan)).map(row).collect()
}

/// Place of the partners in a row of the bundle's schedule.
const PARTNERS: usize = 6;

/// Says in words whom a task can reach.
fn scope(inputs: &Inputs, task: &Task) -> String {
    let scope = &task.scope;
    let mut parts: Vec<String> = Vec::new();
    let mut part = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            parts.push(format!("{name}：{}", values.join("、")));
        }
    };
    part("主体类型", scope.kinds.iter().map(|kind| kind.chinese().to_owned()).collect());
    part("专项库", scope.tags.clone());
    part("行业", scope.industries.clone());
    part("乡镇", scope.townships.iter().map(|no| inputs.townships[no.at()].name.clone()).collect());
    part("信用风险分类", scope.classes.iter().map(|class| cells::class_letter(*class).to_owned()).collect());
    if parts.is_empty() { "全部".to_owned() } else { parts.join("；") }
}
