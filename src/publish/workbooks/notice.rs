//! 抽查结果公示: what came of the visits, for everyone to read; no officer's name and no note is in it.

use rust_xlsxwriter::XlsxError;

use super::lists::numbered;
use super::sheet::{self, Heading, Sheet};
use crate::files::store::results::words;
use crate::plan::model::Inputs;
use crate::plan::model::Plan;
use crate::plan::results::Records;

const NOTICE: &[Heading] = &[
    ("序号", 6.0),
    ("抽查计划期", 10.0),
    ("抽查任务编号", 14.0),
    ("抽查任务名称", 34.0),
    ("检查对象名称", 34.0),
    ("统一社会信用代码", 22.0),
    ("检查机关", 24.0),
    ("抽查事项", 40.0),
    ("检查日期", 12.0),
    ("抽查结果", 30.0),
    ("公示日期", 12.0),
];

/// Writes the notice of all records that are published, by date.
///
/// # Panics
/// If a text is longer than a workbook's cell can be, 32,767 characters.
pub fn write(inputs: &Inputs, plan: &Plan, records: &Records) -> Vec<u8> {
    bytes(inputs, rows(inputs, plan, records)).expect("cells of short texts can be written to memory")
}

fn bytes(inputs: &Inputs, rows: Vec<Vec<String>>) -> Result<Vec<u8>, XlsxError> {
    let title = format!("{} {} 双随机、一公开抽查结果公示", inputs.rules.region, inputs.rules.period);
    let mut book = sheet::workbook(&inputs.rules, &title)?;
    Sheet::list("抽查结果公示", &title, NOTICE).fill(book.add_worksheet(), numbered(rows))?;
    book.save_to_buffer()
}

/// Returns the headings of [`rows`].
pub(in crate::publish) fn headings() -> Vec<&'static str> {
    NOTICE.iter().skip(1).map(|(name, _)| *name).collect()
}

/// Lists the records that are published, by day of the check and entity.
pub(in crate::publish) fn rows(inputs: &Inputs, plan: &Plan, records: &Records) -> Vec<Vec<String>> {
    let mut table = Vec::new();
    for ((visit, code), record) in records.current() {
        let Some(day) = record.published else { continue };
        let known = plan.visits.binary_search_by(|known| known.id.as_str().cmp(visit)).ok().map(|at| &plan.visits[at]);
        let Some(visit) = known else { continue };
        let Some(item) = inputs.items.iter().position(|item| item.code == *code) else { continue };
        let tasks = visit.tasks.iter().map(|no| &inputs.tasks[no.at()]);
        let tasks: Vec<_> = tasks.filter(|task| task.items.iter().any(|no| no.at() == item)).collect();
        let codes: Vec<&str> = tasks.iter().map(|task| task.code.as_str()).collect();
        let names: Vec<&str> = tasks.iter().map(|task| task.name.as_str()).collect();
        let entity = &inputs.entities[visit.entity.at()];
        table.push(vec![
            inputs.rules.period.clone(),
            codes.join("；"),
            names.join("；"),
            entity.name.clone(),
            entity.id.clone(),
            inputs.agencies[inputs.items[item].agency.at()].name.clone(),
            inputs.items[item].name.clone(),
            record.date.to_string(),
            words(&record.findings),
            day.to_string(),
        ]);
    }
    // By day of the check, then by entity: whoever looks for one visit finds its items together.
    table.sort_by(|a, b| (&a[7], &a[4], &a[6]).cmp(&(&b[7], &b[4], &b[6])));
    table
}
