//! The office's folder of workbooks: plan, lists, tasks for agencies and officers, and forms to fill in at the door.
//!
//! | file | writes |
//! |---|---|
//! | [`sheet`] | one sheet as offices print it |
//! | [`lists`] | 抽查计划, 抽查对象名单, 检查人员名单, 排期, 任务清单, 计划变更 |
//! | [`records`] | 检查情况记录表, to fill in on a screen |
//! | [`forms`] | the same on paper, one page or more for each visit |
//! | [`notice`] | 抽查结果公示 |
//!
//! Everything is a pure function of plans that were replayed, so the same bundle gives the same bytes.

pub mod forms;
pub mod lists;
pub mod notice;
pub mod records;
pub mod sheet;

use rust_xlsxwriter::XlsxError;

use crate::files::store::bundle::File;
use crate::plan::amend::Changed;
use crate::plan::model::{AgencyNo, Inputs, InspectorNo, Plan};
use crate::run::Made;

/// Name of the file that marks a folder of workbooks.
pub const MARK: &str = "workbooks.json";

/// Writes all workbooks of a plan, sorted by path; `before` are the plans of the year's earlier periods, in order,
/// which stand in the yearly plan before it.
///
/// `made` is the plan as it stands now; what was changed since its draw stands in a workbook of its own.
pub fn write(made: &Made, before: &[Made], changes: &[Changed]) -> Vec<File> {
    let mut files =
        all(made, before, changes).expect("sheets of short names and cells of short texts can be written to memory");
    let period = &made.inputs.rules.period;
    let mark = format!("{{\n  \"format\": \"fairdraw workbooks 1\",\n  \"period\": \"{period}\"\n}}\n");
    files.push(File { path: MARK.to_owned(), bytes: mark.into_bytes() });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn all(made: &Made, before: &[Made], changes: &[Changed]) -> Result<Vec<File>, XlsxError> {
    let (inputs, plan) = (&made.inputs, &made.plan);
    let mut files = vec![
        File { path: "抽查计划.xlsx".to_owned(), bytes: lists::plan(made, before)? },
        File { path: "抽查对象名单.xlsx".to_owned(), bytes: lists::entities(inputs, plan)? },
        File { path: "检查人员名单.xlsx".to_owned(), bytes: lists::officers(inputs, plan)? },
        File { path: "排期.xlsx".to_owned(), bytes: lists::calendar(inputs, plan)? },
    ];
    if !changes.is_empty() {
        files.push(File { path: "计划变更.xlsx".to_owned(), bytes: lists::changes(inputs, changes)? });
    }
    for no in at_work(plan) {
        let stem = stem(&inputs.agencies[no.at()].code, no.0);
        files.push(File { path: format!("任务清单/{stem}.xlsx"), bytes: lists::agency(inputs, plan, no)? });
        files.push(File {
            path: format!("检查情况记录表/{stem}.xlsx"), bytes: records::write(inputs, plan, no)?
        });
        files.push(File {
            path: format!("检查情况记录表/{stem}-打印.xlsx"), bytes: forms::write(inputs, plan, no)?
        });
    }
    for (no, visits) in lists::visits_of_officers(plan) {
        let agency = inputs.inspectors[no.at()].agency;
        let folder = stem(&inputs.agencies[agency.at()].code, agency.0);
        let file = self::stem(&inputs.inspectors[no.at()].certificate, no.0);
        let bytes = lists::officer(inputs, no, &visits)?;
        files.push(File { path: format!("任务清单/{folder}/{file}.xlsx"), bytes });
    }
    Ok(files)
}

/// Lists the agencies that have a team at some visit.
fn at_work(plan: &Plan) -> Vec<AgencyNo> {
    let mut list: Vec<AgencyNo> = plan.visits.iter().flat_map(|visit| &visit.teams).map(|team| team.agency).collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// Names a file after a code; one that no file name may hold gives way to its place in the table.
fn stem(code: &str, position: u32) -> String {
    let fits = code.len() <= 100 && code.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    if fits { code.to_owned() } else { format!("no.{}", position + 1) }
}

/// Names officers with their certificates, in the order of the team.
fn named(inputs: &Inputs, seats: impl Iterator<Item = InspectorNo>) -> String {
    let name = |no: InspectorNo| {
        let officer = &inputs.inspectors[no.at()];
        format!("{} {}", officer.name, officer.certificate)
    };
    seats.map(name).collect::<Vec<_>>().join("、")
}
