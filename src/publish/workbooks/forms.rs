//! 抽查检查情况记录表 on paper: each visit on a page of its own, with its items, the results' codes and signatures.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::named;
use super::sheet::{self, A4, height};
use crate::plan::model::{AgencyNo, Inputs, Plan, Team, Visit};
use crate::plan::results::Finding;
use crate::plan::words::Word;
use crate::publish::workbook as schedule;

/// Widths of the columns in characters: 序号, 抽查事项编号, 抽查事项, 检查方式, 检查结果, 备注.
const WIDTHS: [f64; 6] = [6.0, 13.0, 34.0, 13.0, 16.0, 16.0];
const LAST: u16 = WIDTHS.len() as u16 - 1;

struct Look {
    title: Format,
    label: Format,
    text: Format,
    note: Format,
}

/// Writes the forms of an agency, in the order of the dates.
pub(super) fn write(inputs: &Inputs, plan: &Plan, no: AgencyNo) -> Result<Vec<u8>, XlsxError> {
    let title = format!("{} {} 抽查检查情况记录表", inputs.rules.period, inputs.agencies[no.at()].name);
    let mut book = sheet::workbook(&inputs.rules, &title)?;
    let sheet = book.add_worksheet();
    sheet.set_name("打印")?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let boxed = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let look = Look {
        title: Format::new().set_bold().set_align(FormatAlign::Center).set_font_size(16),
        label: boxed.clone().set_bold().set_align(FormatAlign::Center),
        text: boxed.set_num_format("@"),
        note: Format::new().set_text_wrap().set_font_size(9).set_align(FormatAlign::Top),
    };
    let (mut row, mut breaks) = (0, Vec::new());
    for visit in schedule::by_date(plan) {
        let Some(team) = visit.teams.iter().find(|team| team.agency == no) else { continue };
        row = form(inputs, visit, team, sheet, &look, row)?;
        breaks.push(row);
    }
    breaks.pop();
    sheet.set_page_breaks(&breaks)?;
    sheet.set_paper_size(A4).set_portrait().set_print_fit_to_pages(1, 0).set_footer("&C第 &P 页，共 &N 页");
    book.save_to_buffer()
}

/// Writes the form of one visit from a row on, and returns the row behind it.
fn form(
    inputs: &Inputs,
    visit: &Visit,
    team: &Team,
    sheet: &mut Worksheet,
    look: &Look,
    top: u32,
) -> Result<u32, XlsxError> {
    let entity = &inputs.entities[visit.entity.at()];
    let tasks: Vec<&str> = visit.tasks.iter().map(|no| inputs.tasks[no.at()].name.as_str()).collect();
    let others: Vec<&str> = visit
        .teams
        .iter()
        .filter(|other| other.agency != team.agency)
        .map(|other| inputs.agencies[other.agency.at()].name.as_str())
        .collect();
    let facts = [
        ("检查编号", visit.id.clone()),
        ("检查机关", inputs.agencies[team.agency.at()].name.clone()),
        ("检查对象名称", entity.name.clone()),
        ("统一社会信用代码", entity.id.clone()),
        ("地址", format!("{} {}", inputs.townships[entity.township.at()].name, entity.address)),
        ("计划检查日期", format!("{} {}", visit.date, visit.half.chinese())),
        ("检查人员", named(inputs, team.seats.iter().map(|seat| seat.inspector))),
        ("抽查任务", tasks.join("；")),
        ("同行部门", if others.is_empty() { "无".to_owned() } else { others.join("、") }),
    ];
    sheet.merge_range(top, 0, top, LAST, "双随机、一公开抽查检查情况记录表", &look.title)?;
    sheet.set_row_height(top, 28)?;
    let mut row = top + 1;
    for (name, value) in &facts {
        sheet.merge_range(row, 0, row, 1, name, &look.label)?;
        sheet.merge_range(row, 2, row, LAST, value, &look.text)?;
        sheet.set_row_height(row, height(value, 76) + 5)?;
        row += 1;
    }
    for (column, name) in (0..).zip(["序号", "抽查事项编号", "抽查事项", "检查方式", "检查结果代码", "备注"])
    {
        sheet.write_string_with_format(row, column, name, &look.label)?;
    }
    row += 1;
    let own = visit.items.iter().map(|item| &inputs.items[item.at()]).filter(|item| item.agency == team.agency);
    for (number, item) in (1u32..).zip(own) {
        sheet.write_number_with_format(row, 0, number, &look.label)?;
        for (column, text) in (1..).zip([&item.code, &item.name, &item.method]) {
            sheet.write_string_with_format(row, column, text, &look.text)?;
        }
        sheet.write_blank(row, 4, &look.text)?;
        sheet.write_blank(row, 5, &look.text)?;
        sheet.set_row_height(row, height(&item.name, 34).max(height(&item.method, 13)) + 5)?;
        row += 1;
    }
    sheet.merge_range(row, 0, row, LAST, &legend(), &look.note)?;
    sheet.set_row_height(row, 52)?;
    row += 1;
    for name in ["实际检查日期", "检查人员签字", "检查对象签字（盖章）", "见证人或未签字原因"]
    {
        sheet.merge_range(row, 0, row, 1, name, &look.label)?;
        sheet.merge_range(row, 2, row, LAST, "", &look.text)?;
        sheet.set_row_height(row, 30)?;
        row += 1;
    }
    Ok(row)
}

/// Explains the codes that are written by hand.
fn legend() -> String {
    let code = |finding: Finding| format!("{} {}", finding.words()[2], finding.chinese());
    let codes: Vec<String> = Finding::WORDS.iter().map(|(finding, _)| code(*finding)).collect();
    format!("检查结果代码（可多选，1 和 10 单独使用）：{}", codes.join("；"))
}
