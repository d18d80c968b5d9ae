//! One sheet as offices print it: a title, headings that stay in sight, bordered cells of text, A4 across.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::plan::model::Rules;

/// Is a heading and the width of its column in characters.
pub type Heading = (&'static str, f64);

/// Is one sheet: a title over all columns, a row of headings that stays in sight, and rows of text.
#[derive(Debug)]
pub struct Sheet<'a> {
    name: &'a str,
    title: &'a str,
    headings: &'a [Heading],
    /// Whether counts are numbers that a spreadsheet can add up, and pages have their number.
    is_list: bool,
}

/// Rows above the first row of data: the title and the headings.
pub const ROWS_ABOVE: u32 = 2;

/// Width in characters that A4 across holds at about three quarters of the size on the screen, 8 points.
const PRINTED: f64 = 165.0;

/// Least width of a column of running text; narrower ones hold codes, days and numbers, which do not wrap.
const TEXT_MIN: f64 = 22.0;

/// Number of A4 among the paper sizes of a workbook.
pub const A4: u8 = 9;

/// Headings of columns that hold counts; everything else is text, codes above all.
const COUNTS: [&str; 7] = ["序号", "抽样框户数", "抽取户数", "备选户数", "抽取序号", "抽查事项数", "本部门事项数"];

impl<'a> Sheet<'a> {
    /// Names a sheet; all its cells are text.
    pub fn new(name: &'a str, title: &'a str, headings: &'a [Heading]) -> Sheet<'a> {
        Sheet { name, title, headings, is_list: false }
    }

    /// Names a sheet whose counts are numbers and whose pages are numbered.
    pub fn list(name: &'a str, title: &'a str, headings: &'a [Heading]) -> Sheet<'a> {
        Sheet { name, title, headings, is_list: true }
    }

    /// Fills a worksheet of a workbook.
    ///
    /// # Errors
    /// [`XlsxError`] if the sheet's name or a text is longer than the format allows.
    pub fn fill(&self, sheet: &mut Worksheet, rows: Vec<Vec<String>>) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold().set_align(FormatAlign::Center).set_font_size(14);
        let heading =
            Format::new().set_bold().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Center);
        // Codes are text: a spreadsheet would turn 18 digits into a rounded number.
        let cell = Format::new()
            .set_num_format("@")
            .set_border(FormatBorder::Thin)
            .set_text_wrap()
            .set_align(FormatAlign::Top);
        let count = Format::new().set_num_format("0").set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        let last_column = self.headings.len() as u16 - 1;
        let last_row = ROWS_ABOVE - 1 + rows.len() as u32;
        sheet.set_name(self.name)?;
        sheet.merge_range(0, 0, 0, last_column, self.title, &bold)?;
        let widths = self.widths();
        for ((column, (text, _)), width) in (0..).zip(self.headings).zip(&widths) {
            sheet.set_column_width(column, *width)?;
            sheet.write_string_with_format(1, column, *text, &heading)?;
        }
        for (row, cells) in (ROWS_ABOVE..).zip(&rows) {
            for ((column, text), (name, _)) in (0..).zip(cells).zip(self.headings) {
                let number = text.parse::<u32>().ok().filter(|_| self.is_list && COUNTS.contains(name));
                match number {
                    Some(number) => sheet.write_number_with_format(row, column, number, &count)?,
                    None => sheet.write_string_with_format(row, column, text, &cell)?,
                };
            }
            if self.is_list {
                let needed = cells.iter().zip(&widths).map(|(text, width)| height(text, *width as usize));
                sheet.set_row_height(row, needed.max().unwrap_or(0))?;
            }
        }
        sheet.set_freeze_panes(ROWS_ABOVE, 0)?;
        sheet.autofilter(1, 0, last_row.max(1), last_column)?;
        sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, ROWS_ABOVE - 1)?;
        if self.is_list {
            sheet.set_footer("&C第 &P 页，共 &N 页");
            sheet.set_margins(0.3, 0.3, 0.4, 0.5, 0.2, 0.2);
        }
        Ok(())
    }

    /// Narrows the columns of running text of a list until a page across can be read in print; their texts wrap.
    fn widths(&self) -> Vec<f64> {
        let is_text = |(name, width): &Heading| self.is_list && *width > TEXT_MIN && *name != "抽签号";
        let sum = |texts: bool| -> f64 {
            self.headings.iter().filter(|heading| is_text(heading) == texts).map(|(_, width)| width).sum()
        };
        let factor = ((PRINTED - sum(false)) / sum(true).max(1.0)).clamp(0.0, 1.0);
        let narrowed = |heading: &Heading| match is_text(heading) {
            true => (heading.1 * factor).max(TEXT_MIN).round(),
            false => heading.1,
        };
        self.headings.iter().map(narrowed).collect()
    }
}

/// Starts a workbook whose properties depend on the plan alone.
///
/// # Errors
/// [`XlsxError`] if the period's first day is none that the format can hold.
pub fn workbook(rules: &Rules, title: &str) -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    // The file's own date must not be the clock's: it is the first day of the period.
    let first = rules.days.first;
    let (year, month, day) = (first.year().unsigned_abs(), first.month().unsigned_abs(), first.day().unsigned_abs());
    let created = ExcelDateTime::from_ymd(year, month, day)?;
    book.set_properties(&DocProperties::new().set_title(title).set_author("fairdraw").set_creation_datetime(&created));
    Ok(book)
}

/// Estimates the height in points that a text needs in a column of some characters; a Chinese one is two wide.
pub fn height(text: &str, width: usize) -> u32 {
    let wide: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    // A cell loses about a character to its borders, and a row can be no higher than 409 points.
    (wide.div_ceil(width.saturating_sub(1).max(1)).max(1) * 15).min(405) as u32
}

/// Makes a name that a workbook accepts for a sheet: at most 31 characters, none of `[]:*?/\`.
pub fn sheet_name(code: &str, name: &str) -> String {
    let allowed = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    format!("{code} {name}").chars().filter(allowed).take(31).collect()
}
