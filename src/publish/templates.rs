//! Workbooks to fill in: one for each input table, with its official headings, a hint row and lists to choose from.

use jiff::civil::Date;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Workbook, XlsxError,
};

use crate::files::tables::columns::Layout;
use crate::files::tables::forms::{Form, HINT_MARK, Kind, form};

/// Rows that are prepared for filling in: lists to choose from and formats reach this far.
const ROWS_PREPARED: u32 = 20_000;
/// Rows above the first row to fill in: headings and hints.
const ROWS_ABOVE: u32 = 2;

/// Writes the workbook of a table, with rows of canonical columns already filled in, or none.
///
/// Cells of columns that are no number and no date are text, so that no code loses its zeros or its last digits.
/// `more` are headings behind the table's own, for what it does not know.
pub fn workbook(layout: &Layout, more: &[String], rows: &[Vec<String>]) -> Vec<u8> {
    written(layout, more, rows).expect("one sheet of short texts can be written to memory")
}

fn written(layout: &Layout, more: &[String], rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let border = || Format::new().set_border(FormatBorder::Thin).set_text_wrap();
    let heading = border().set_bold().set_align(FormatAlign::Center).set_background_color(Color::RGB(0xDDE7F3));
    let must = heading.clone().set_font_color(Color::RGB(0xB00020));
    let hint = border().set_italic().set_font_color(Color::RGB(0x666666)).set_align(FormatAlign::Top);
    let mut book = Workbook::new();
    // The file's own date must not be the clock's.
    let properties = DocProperties::new().set_title(layout.chinese).set_author("fairdraw");
    book.set_properties(&properties.set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
    let sheet = book.add_worksheet();
    sheet.set_name(layout.chinese)?;
    for (at, column) in (0..).zip(layout.columns) {
        let form = form(layout, column);
        let format = if column.required { &must } else { &heading };
        sheet.write_string_with_format(0, at, column.chinese[0], format)?;
        let duty = if column.required { "必填" } else { "选填" };
        sheet.write_string_with_format(1, at, format!("{HINT_MARK}{duty}：{}", form.hint), &hint)?;
        sheet.set_column_width(at, width(&form))?;
        sheet.set_column_format(at, &cell_format(form.kind))?;
        if let Some(list) = choices(&form)? {
            sheet.add_data_validation(ROWS_ABOVE, at, ROWS_ABOVE + ROWS_PREPARED - 1, at, &list)?;
        }
    }
    sheet.set_row_height(1, 48)?;
    let own = layout.columns.len() as u16;
    for (at, name) in (own..).zip(more) {
        sheet.write_string_with_format(0, at, name, &heading)?;
        sheet.set_column_width(at, 16.0)?;
        sheet.set_column_format(at, &cell_format(Kind::Text))?;
    }
    for (row, cells) in (ROWS_ABOVE..).zip(rows) {
        for (at, text) in (0u16..).zip(cells).filter(|(_, text)| !text.is_empty()) {
            let kind = layout.columns.get(usize::from(at)).map_or(Kind::Text, |column| form(layout, column).kind);
            let format = cell_format(kind);
            match (kind, text.parse::<u32>(), text.parse::<Date>()) {
                (Kind::Number, Ok(number), _) => sheet.write_number_with_format(row, at, number, &format)?,
                (Kind::Date, _, Ok(day)) if (1900..=9999).contains(&day.year()) => {
                    let (year, month, day) = (day.year().unsigned_abs(), day.month(), day.day());
                    let day = ExcelDateTime::from_ymd(year, month.unsigned_abs(), day.unsigned_abs())?;
                    sheet.write_datetime_with_format(row, at, &day, &format)?
                }
                _ => sheet.write_string_with_format(row, at, text, &format)?,
            };
        }
    }
    let last_column = own + more.len() as u16 - 1;
    sheet.set_freeze_panes(ROWS_ABOVE, 0)?;
    sheet.autofilter(0, 0, (ROWS_ABOVE + rows.len() as u32).max(ROWS_ABOVE), last_column)?;
    const A4: u8 = 9;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    book.save_to_buffer()
}

fn width(form: &Form) -> f64 {
    match form.kind {
        Kind::Number => 14.0,
        Kind::Date => 14.0,
        Kind::Id => 24.0,
        Kind::Text if form.choices.is_empty() => 24.0,
        Kind::Text => 16.0,
    }
}

fn cell_format(kind: Kind) -> Format {
    match kind {
        // The built-in format of text, which every spreadsheet program knows (ECMA-376, part 1, 18.8.30).
        Kind::Text | Kind::Id => Format::new().set_num_format_index(49),
        Kind::Date => Format::new().set_num_format("yyyy-mm-dd"),
        Kind::Number => Format::new().set_num_format("0"),
    }
}

/// Makes the drop-down of a column; where several words may stand in a cell, others are allowed after a question.
fn choices(form: &Form) -> Result<Option<DataValidation>, XlsxError> {
    if form.choices.is_empty() {
        return Ok(None);
    }
    let style = if form.several { DataValidationErrorStyle::Information } else { DataValidationErrorStyle::Stop };
    let list = DataValidation::new().allow_list_strings(&form.choices)?;
    let list = list.set_error_style(style).set_error_title("请从下拉中选择")?.set_error_message(form.hint)?;
    Ok(Some(list.ignore_blank(true)))
}
