//! 检查情况记录表: one row for each item at each visit of an agency, with the results to be filled in.
//!
//! The table that `fairdraw result` reads; its headings are those of `files::tables::columns::RECORDS`. No result is filled in
//! beforehand.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Format, FormatBorder, Worksheet,
    XlsxError,
};

use super::named;
use super::sheet::{self, Heading, ROWS_ABOVE, Sheet};
use crate::plan::model::{AgencyNo, Inputs, Plan};
use crate::plan::results::Finding;
use crate::plan::words::Word;
use crate::publish::workbook as schedule;

const RECORDS: &[Heading] = &[
    ("检查编号", 22.0),
    ("部门编号", 8.0),
    ("检查对象名称", 30.0),
    ("统一社会信用代码", 21.0),
    ("计划检查日期", 12.0),
    ("派出检查人员", 26.0),
    ("抽查事项编号", 12.0),
    ("抽查事项", 34.0),
    ("实际检查日期", 13.0),
    ("检查结果", 22.0),
    ("检查结果（其二）", 22.0),
    ("检查结果（其三）", 22.0),
    ("实际检查人员执法证号", 22.0),
    ("备注", 20.0),
];

/// Positions of the columns to fill in: the day, and the first and last of the results.
const DATE: u16 = 8;
const RESULTS: (u16, u16) = (9, 11);
/// The first column to fill in; all from here on are.
const TO_FILL: u16 = DATE;

const CODES: &[Heading] = &[("代码", 8.0), ("检查结果", 44.0), ("说明", 60.0)];

/// Writes the table of an agency, and a sheet that explains the results.
pub(super) fn write(inputs: &Inputs, plan: &Plan, no: AgencyNo) -> Result<Vec<u8>, XlsxError> {
    let title = format!("{} {} 抽查检查情况记录表", inputs.rules.period, inputs.agencies[no.at()].name);
    let mut book = sheet::workbook(&inputs.rules, &title)?;
    let rows = rows(inputs, plan, no);
    let last = ROWS_ABOVE + rows.len() as u32 - 1;
    let sheet = book.add_worksheet();
    Sheet::list("检查情况记录表", &title, RECORDS).fill(sheet, rows)?;
    let first = inputs.rules.days.first;
    let (year, month, day) = (first.year().unsigned_abs(), first.month().unsigned_abs(), first.day().unsigned_abs());
    to_fill(sheet, last, ExcelDateTime::from_ymd(year, month, day)?)?;
    let title = "检查结果填写说明";
    Sheet::list("填写说明", title, CODES).fill(book.add_worksheet(), codes())?;
    book.save_to_buffer()
}

/// Lists the agency's items, visit by visit in the order of the dates; the columns to fill in are empty.
fn rows(inputs: &Inputs, plan: &Plan, no: AgencyNo) -> Vec<Vec<String>> {
    let mut table = Vec::new();
    for visit in schedule::by_date(plan) {
        let Some(team) = visit.teams.iter().find(|team| team.agency == no) else { continue };
        let entity = &inputs.entities[visit.entity.at()];
        let officers = named(inputs, team.seats.iter().map(|seat| seat.inspector));
        let own = visit.items.iter().map(|item| &inputs.items[item.at()]).filter(|item| item.agency == no);
        for item in own {
            let mut row = vec![
                visit.id.clone(),
                inputs.agencies[no.at()].code.clone(),
                entity.name.clone(),
                entity.id.clone(),
                visit.date.to_string(),
                officers.clone(),
                item.code.clone(),
                item.name.clone(),
            ];
            row.resize(RECORDS.len(), String::new());
            table.push(row);
        }
    }
    table
}

/// Colours the cells to fill in and gives them their lists of values.
fn to_fill(sheet: &mut Worksheet, last: u32, first_day: ExcelDateTime) -> Result<(), XlsxError> {
    let open = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_background_color(0xFFF9E5);
    let date = open.clone().set_num_format("yyyy-mm-dd");
    let text = open.set_num_format("@");
    for row in ROWS_ABOVE..=last {
        for column in TO_FILL..RECORDS.len() as u16 {
            sheet.write_blank(row, column, if column == DATE { &date } else { &text })?;
        }
    }
    let words: Vec<&str> = Finding::WORDS.iter().map(|(finding, _)| finding.chinese()).collect();
    // A typed code or a list of several is accepted after a question, because a set may have more than three results.
    let results = DataValidation::new()
        .allow_list_strings(&words)?
        .set_error_style(DataValidationErrorStyle::Information)
        .set_error_title("检查结果")?
        .set_error_message("请从列表选择，或填写代码 1 至 10；一格多项用；分开。")?;
    sheet.add_data_validation(ROWS_ABOVE, RESULTS.0, last, RESULTS.1, &results)?;
    let dates = DataValidation::new()
        .allow_date(DataValidationRule::GreaterThanOrEqualTo(first_day))
        .set_error_title("实际检查日期")?
        .set_error_message("请填写检查当日的日期，如 2024-03-05。")?;
    sheet.add_data_validation(ROWS_ABOVE, DATE, last, DATE, &dates)?;
    Ok(())
}

/// Explains each result.
fn codes() -> Vec<Vec<String>> {
    let note = |finding: Finding| match finding {
        Finding::NoProblem => "不能与其他结果并用",
        Finding::Gone => "不能与其他结果并用；不计入检查频次",
        Finding::Unreachable => "整户均为此结果的，不计入检查频次",
        Finding::Corrected => "可与具体问题并用",
        Finding::Pending => "处理完成后以更正方式补报",
        _ => "可多选",
    };
    let row = |finding: Finding| {
        let code = finding.words()[2];
        vec![code.to_owned(), finding.chinese().to_owned(), note(finding).to_owned()]
    };
    Finding::WORDS.iter().map(|(finding, _)| row(*finding)).collect()
}
