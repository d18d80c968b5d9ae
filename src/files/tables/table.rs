//! Tables of any format as rows under known columns, each cell with the place it came from.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::columns::Layout;
use super::header::{self, Heading, Origin};
use super::source::Source;
use crate::both;
use crate::files::decode;
use crate::files::decode::sheet::{Sheet, SheetError, column_of_letters, letters};
use crate::files::faults::{Faults, Place};
use crate::lang::{Say, Text};

/// Holds the rows of one sheet under its layout's canonical columns.
#[derive(Debug)]
pub struct Table {
    /// Path as `plan.toml` writes it.
    pub file: String,
    layout: &'static Layout,
    sheet: Sheet,
    heading_row: usize,
    /// Where each column of the layout comes from.
    origins: Vec<Origin>,
    /// Positions of the table's rows in the sheet.
    rows: Vec<u32>,
    /// Columns of the sheet that were not read.
    unread: Vec<Origin>,
    /// Rows below the headings that are none of the table.
    passed: usize,
}

/// Reads one column of a table, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    table: &'a Table,
    origin: &'a Origin,
    /// Name of the column where the file has none.
    name: &'a str,
}

/// Says which column of a file was taken for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mapping {
    pub table: &'static str,
    pub file: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sheet: String,
    /// Row of the headings as the spreadsheet counts; 0 where the format has no such row.
    pub heading_row: u32,
    pub rows: usize,
    pub rows_passed: usize,
    pub columns: Vec<MappedColumn>,
    /// Headings of the columns that were not read.
    pub left_over: Vec<MappedColumn>,
}

/// Is one column of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MappedColumn {
    /// Canonical name; empty for a column that was not read.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: &'static str,
    /// Letter in the spreadsheet; empty where the file has no such column.
    pub letter: String,
    /// Heading as the file writes it, or the value that stands for all rows.
    pub heading: String,
}

impl Table {
    /// Opens a file and reads every sheet in it that has the layout's columns, or reports why none has.
    ///
    /// Reports `unreadable-file`, `no-sheet`, `no-headings`, `missing-column`, `column-twice`, `unknown-named-column`
    /// and `broken-cell` as errors; `unknown-column`, `column-left-over`, `sheet-passed` and `row-passed` as warnings.
    pub fn open(folder: &Path, source: &Source, layout: &'static Layout, faults: &mut Faults) -> Vec<Table> {
        let read = std::fs::read(folder.join(&source.path)).map_err(SheetError::from);
        match read.and_then(|bytes| decode::sheets(&bytes)) {
            Ok(sheets) => Table::of_sheets(sheets, source, layout, faults),
            Err(error) => {
                let place = Place { file: source.path.clone(), ..Place::default() };
                faults.error("unreadable-file", place, "", error.say(), remedy_of(&error));
                Vec::new()
            }
        }
    }

    fn of_sheets(mut sheets: Vec<Sheet>, source: &Source, layout: &'static Layout, faults: &mut Faults) -> Vec<Table> {
        let file_place = || Place { file: source.path.clone(), ..Place::default() };
        if let Some(name) = &source.sheet {
            let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
            sheets.retain(|sheet| sheet.name == *name);
            if sheets.is_empty() {
                let cause = both!(
                    "the workbook has no filled sheet of this name; it has {}",
                    "工作簿中没有这个名称且有内容的工作表；现有：{}",
                    names.join(", ")
                );
                faults.error(
                    "no-sheet",
                    file_place(),
                    name,
                    cause,
                    both!("correct the name of the sheet in plan.toml", "更正 plan.toml 中的工作表名称"),
                );
                return Vec::new();
            }
        }
        let mut found: Vec<(Sheet, Option<Heading>)> = Vec::new();
        for sheet in sheets {
            let heading = match source.heading_row {
                Some(number) => (0..sheet.height())
                    .find(|row| sheet.number(*row) == number)
                    .map(|row| header::read(&sheet, layout, row)),
                None => header::find(&sheet, layout),
            };
            found.push((sheet, heading));
        }
        let named = |heading: &Heading| missing(layout, heading, source).is_empty();
        let any_complete = found.iter().any(|(_, heading)| heading.as_ref().is_some_and(named));
        let any = found.iter().any(|(_, heading)| heading.is_some());
        let mut tables = Vec::new();
        for (sheet, heading) in found {
            let place = Place { sheet: sheet.name.clone(), ..file_place() };
            match heading {
                Some(heading) if !any_complete || named(&heading) => {
                    tables.extend(Table::of_sheet(sheet, heading, source, layout, faults));
                }
                _ if any => {
                    let cause = both!(
                        "no row of the sheet has the headings of {} ({}); the sheet was not read",
                        "该工作表没有一行是 {}（{}）的表头，未读取",
                        layout.name,
                        layout.chinese
                    );
                    faults.warning(
                        "sheet-passed",
                        place,
                        "",
                        cause,
                        both!(
                            "nothing, if that is right; else name its columns in plan.toml",
                            "若无误，无须处理；否则在 plan.toml 中指定各列"
                        ),
                    );
                }
                _ => {
                    let row = source.heading_row.map_or(sheet.number(0), |row| row);
                    let shown =
                        (0..sheet.height().min(1)).flat_map(|row| sheet.cells(row)).collect::<Vec<_>>().join(" | ");
                    let cause = both!(
                        "no row among the first 100 has two headings of {} ({})",
                        "前 100 行中没有一行含有 {}（{}）的两个表头",
                        layout.name,
                        layout.chinese
                    );
                    let remedy = both!(
                        "write the headings, such as {}, above the rows, or name heading_row and columns in plan.toml",
                        "在数据上方写上表头，例如 {}；或在 plan.toml 中指定 heading_row 和 columns",
                        layout
                            .columns
                            .iter()
                            .filter(|c| c.required)
                            .map(|c| c.chinese[0])
                            .collect::<Vec<_>>()
                            .join(", ")
                    );
                    let shown: String = shown.chars().take(60).collect();
                    faults.error("no-headings", Place { row: Some(row), ..place }, &shown, cause, remedy);
                }
            }
        }
        tables
    }

    fn of_sheet(
        sheet: Sheet,
        heading: Heading,
        source: &Source,
        layout: &'static Layout,
        faults: &mut Faults,
    ) -> Option<Table> {
        let row = heading.row;
        let place = |column: usize| Place {
            file: source.path.clone(),
            sheet: sheet.name.clone(),
            row: Some(sheet.number(row)),
            column: sheet.text(row, column).to_owned(),
            letter: if sheet.lettered { letters(column) } else { String::new() },
        };
        let mut origins: Vec<Origin> =
            heading.sources.iter().map(|source| source.map_or(Origin::Missing, Origin::Column)).collect();
        let mut complete = true;
        for (name, told) in &source.columns {
            let Some(at) = layout.position(name) else {
                let cause = both!("{} has no column of this name", "{} 没有这个名称的列", layout.name);
                let remedy =
                    both!("write one of {}", "请填写下列之一：{}", layout.headings().collect::<Vec<_>>().join(", "));
                let here = Place { file: super::source::PLAN_FILE.to_owned(), ..Place::default() };
                faults.error("unknown-named-column", here, name, cause, remedy);
                complete = false;
                continue;
            };
            match named_origin(&sheet, row, told) {
                Some(origin) => origins[at] = origin,
                None => {
                    let cause = both!(
                        "the file has no column {told:?}, which plan.toml names for `{name}`",
                        "文件中没有 plan.toml 为 `{name}` 指定的列 {told:?}"
                    );
                    let remedy = both!(
                        "write a heading of the file, its letter, or = and a value for all rows",
                        "填写文件中的表头、列字母，或 = 加上适用于所有行的值"
                    );
                    faults.error(
                        "unknown-named-column",
                        Place { column: String::new(), letter: String::new(), ..place(0) },
                        told,
                        cause,
                        remedy,
                    );
                    complete = false;
                }
            }
        }
        let is_told = |target: usize| source.columns.contains_key(layout.columns[target].name);
        let taken = |column: usize| origins.contains(&Origin::Column(column));
        let mut left_over: Vec<usize> = Vec::new();
        for (column, target) in heading.twice.iter().filter(|(_, target)| !is_told(*target)) {
            let cause = both!("two columns mean `{}`", "有两列都表示 `{}`", layout.columns[*target].name);
            let remedy = both!(
                "remove or rename one of them, or name the right one in plan.toml",
                "删去或改名其中一列，或在 plan.toml 中指定正确的一列"
            );
            faults.error("column-twice", place(*column), sheet.text(row, *column), cause, remedy);
            left_over.push(*column);
        }
        for (column, target) in heading.second.iter().filter(|(column, _)| !taken(*column)) {
            left_over.push(*column);
            if is_told(*target) {
                continue;
            }
            let Origin::Column(better) = origins[*target] else { continue };
            let cause = both!(
                "`{}` is read from column {}; this column was not read",
                "`{}` 取自“{}”列；本列未读取",
                layout.columns[*target].name,
                sheet.text(row, better)
            );
            let remedy = both!(
                "nothing, if that is right; else name the right column in plan.toml",
                "若无误，无须处理；否则在 plan.toml 中指定正确的列"
            );
            faults.warning("column-left-over", place(*column), sheet.text(row, *column), cause, remedy);
        }
        for column in heading.unknown.iter().filter(|column| !taken(**column)) {
            left_over.push(*column);
            let cause = both!(
                "no column of {} ({}) has this heading; it was not read",
                "{}（{}）没有这个表头；未读取",
                layout.name,
                layout.chinese
            );
            faults.warning(
                "unknown-column",
                place(*column),
                sheet.text(row, *column),
                cause,
                both!("rename it if it was meant", "如需读取，请改表头"),
            );
        }
        for (column, origin) in layout.columns.iter().zip(&origins) {
            if column.required && *origin == Origin::Missing && !source.columns.contains_key(column.name) {
                let cause = both!("the column `{}` is missing", "缺少 `{}` 列", column.name);
                let remedy = both!(
                    "add a column with one of the headings {}, {}; or name it in plan.toml under tables.{}.columns, where = and a value stands for all rows",
                    "增加一列，表头用 {}、{} 之一；或在 plan.toml 的 tables.{}.columns 中指定，其中 = 加一个值适用于所有行",
                    column.name,
                    column.chinese.join(", "),
                    layout.name
                );
                let here = Place { column: column.name.to_owned(), letter: String::new(), ..place(0) };
                faults.error("missing-column", here, "", cause, remedy);
                complete = false;
            }
        }
        if !complete {
            return None;
        }
        left_over.sort_unstable();
        let unread = left_over.into_iter().map(Origin::Column).collect();
        let is_canonical = header::is_canonical(&sheet, layout, row);
        let key = layout.columns.iter().position(|column| column.required).and_then(|at| match origins[at] {
            Origin::Column(column) => Some(column),
            _ => None,
        });
        let mut rows = Vec::with_capacity(sheet.height() - row - 1);
        let mut passed: Vec<(header::Passed, u32)> = Vec::new();
        for at in row + 1..sheet.height() {
            if is_canonical {
                rows.push(at as u32);
                continue;
            }
            match header::passed(&sheet, row, at, at - row - 1, key) {
                None => rows.push(at as u32),
                Some(why) => passed.push((why, sheet.number(at))),
            }
        }
        report_passed(&passed, source, &sheet, faults);
        for (number, column, cause) in &sheet.broken {
            let is_read = taken(*column as usize);
            if is_read && *number > sheet.number(row) {
                let here = Place { row: Some(*number), ..place(*column as usize) };
                faults.error("broken-cell", here, "", cause.clone(), both!("correct the cell", "更正该单元格"));
            }
        }
        let passed = passed.len();
        Some(Table { file: source.path.clone(), layout, sheet, heading_row: row, origins, rows, unread, passed })
    }

    /// Returns the number of rows below the headings.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Tells whether the table has no row below the headings.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the column with this canonical heading.
    ///
    /// # Panics
    /// If the layout has no such column, which is a mistake of the caller.
    pub fn field(&self, name: &'static str) -> Field<'_> {
        let at = self.layout.position(name).expect("the layout has the column");
        Field { table: self, origin: &self.origins[at], name }
    }

    /// Returns the column with this heading or letter, which need not be one of the layout's.
    pub fn field_named<'a>(&'a self, told: &'a str, origin: &'a mut Origin) -> Option<Field<'a>> {
        *origin = named_origin(&self.sheet, self.heading_row, told)?;
        Some(Field { table: self, origin, name: told })
    }

    /// Returns the columns that the layout does not know, with their headings.
    pub fn left_over(&self) -> impl Iterator<Item = (&str, Field<'_>)> {
        self.unread.iter().map(|origin| {
            let heading = origin.column().map_or("", |at| self.sheet.text(self.heading_row, at));
            (heading, Field { table: self, origin, name: heading })
        })
    }

    /// Says which column was taken for what.
    pub fn mapping(&self) -> Mapping {
        let heading = |column: usize| self.sheet.text(self.heading_row, column).to_owned();
        let letter = |column: usize| if self.sheet.lettered { letters(column) } else { String::new() };
        let columns = self.layout.columns.iter().zip(&self.origins).map(|(column, origin)| match origin {
            Origin::Missing => MappedColumn { name: column.name, letter: String::new(), heading: String::new() },
            Origin::Column(at) => MappedColumn { name: column.name, letter: letter(*at), heading: heading(*at) },
            Origin::Constant(value) => {
                MappedColumn { name: column.name, letter: "=".to_owned(), heading: value.clone() }
            }
        });
        let left = self.unread.iter().filter_map(Origin::column);
        Mapping {
            table: self.layout.name,
            file: self.file.clone(),
            sheet: self.sheet.name.clone(),
            heading_row: self.sheet.number(self.heading_row),
            rows: self.rows.len(),
            rows_passed: self.passed,
            columns: columns.collect(),
            left_over: left.map(|at| MappedColumn { name: "", letter: letter(at), heading: heading(at) }).collect(),
        }
    }
}

impl<'a> Field<'a> {
    /// Tells whether the file or `plan.toml` gives the column.
    pub fn is_given(&self) -> bool {
        *self.origin != Origin::Missing
    }

    /// Returns the text of a row, without blanks at its ends and without the marks that keep digits as text.
    ///
    /// An empty cell that was merged with one above has that one's text.
    pub fn text(&self, row: usize) -> &'a str {
        match self.origin {
            Origin::Missing => "",
            Origin::Constant(value) => value,
            Origin::Column(column) => {
                let at = self.table.rows[row] as usize;
                let text = self.table.sheet.text(at, *column);
                if text.is_empty() { self.table.sheet.merged_text(at, *column) } else { text }
            }
        }
    }

    /// Returns the text of a row in one line: breaks inside the cell are taken out, as a name has none.
    pub fn line(&self, row: usize) -> Cow<'a, str> {
        let text = self.text(row);
        if !text.contains(['\n', '\r']) {
            return Cow::Borrowed(text);
        }
        let mut line = String::with_capacity(text.len());
        for part in text.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()) {
            let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if latin(line.chars().last()) && latin(part.chars().next()) {
                line.push(' ');
            }
            line.push_str(part);
        }
        Cow::Owned(line)
    }

    /// Returns where the cell stands in its file.
    pub fn place(&self, row: usize) -> Place {
        let sheet = &self.table.sheet;
        let (column, letter) = match self.origin {
            Origin::Column(at) => {
                let letter = if sheet.lettered { letters(*at) } else { String::new() };
                (sheet.text(self.table.heading_row, *at), letter)
            }
            _ => (self.name, String::new()),
        };
        Place {
            file: self.table.file.clone(),
            sheet: sheet.name.clone(),
            row: Some(sheet.number(self.table.rows[row] as usize)),
            column: column.to_owned(),
            letter,
        }
    }
}

/// Names the required columns that neither the headings nor `plan.toml` give.
fn missing(layout: &Layout, heading: &Heading, source: &Source) -> Vec<&'static str> {
    let lacks = layout.columns.iter().zip(&heading.sources);
    let lacks = lacks.filter(|(column, found)| column.required && found.is_none());
    lacks.map(|(column, _)| column.name).filter(|name| !source.columns.contains_key(*name)).collect()
}

/// Finds the column that `plan.toml` names: a heading first, then a letter, or `=` and a value for all rows.
fn named_origin(sheet: &Sheet, row: usize, told: &str) -> Option<Origin> {
    if let Some(value) = told.strip_prefix('=') {
        return Some(Origin::Constant(value.trim().to_owned()));
    }
    let wanted = super::columns::bare(told);
    let by_heading = sheet.cells(row).position(|text| super::columns::bare(text) == wanted);
    by_heading.or_else(|| column_of_letters(told).filter(|_| sheet.lettered)).map(Origin::Column)
}

/// Reports the rows that were passed over, one warning for each reason.
fn report_passed(passed: &[(header::Passed, u32)], source: &Source, sheet: &Sheet, faults: &mut Faults) {
    let mut sorted: Vec<_> = passed.iter().filter(|(why, _)| *why != header::Passed::Template).copied().collect();
    sorted.sort_unstable();
    for rows in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        let (why, first) = rows[0];
        let numbers: Vec<String> = rows.iter().take(20).map(|(_, number)| number.to_string()).collect();
        let more = match rows.len() - numbers.len() {
            0 => Text::default(),
            more => both!(" and {more} more", " 等，另有 {more} 行"),
        };
        let (name, numbers) = (why.name(), numbers.join(", "));
        let were = if rows.len() == 1 { "a row was" } else { "rows were" };
        let cause = Text {
            en: format!("{were} taken for {} and not read: {numbers}{}", name.0, more.en).into(),
            zh: format!("下列行视为{}，未读取：{numbers}{}", name.1, more.zh).into(),
        };
        let place =
            Place { file: source.path.clone(), sheet: sheet.name.clone(), row: Some(first), ..Place::default() };
        faults.warning(
            "row-passed",
            place,
            why.name().1,
            cause,
            both!("nothing, if that is right; else give the row its code", "若无误，无须处理；否则给该行填上代码"),
        );
    }
}

fn remedy_of(error: &SheetError) -> Text {
    match error {
        SheetError::Open(_) => both!(
            "correct the path in plan.toml; it is relative to the workspace",
            "更正 plan.toml 中的路径；路径相对于工作区"
        ),
        SheetError::Password => {
            both!("open it, take the password off, and save it again", "打开文件，去掉密码，再次保存")
        }
        SheetError::WebPage | SheetError::NotAWorkbook => {
            both!("open it in a spreadsheet program and save it as XLSX", "用电子表格程序打开，另存为 XLSX")
        }
        SheetError::Compression(_) => both!(
            "write it again with Zstandard, Snappy, gzip or LZ4, or without compression",
            "改用 Zstandard、Snappy、gzip 或 LZ4 压缩重新写出，或不压缩"
        ),
        SheetError::Encoding(_) => {
            both!("save it again as CSV in UTF-8, or as XLSX", "另存为 UTF-8 编码的 CSV，或 XLSX")
        }
        SheetError::OpenQuote { .. } => both!(
            "close the quote, or take it out; inside a quoted cell a quote is doubled",
            "补上或去掉引号；引号内的引号要写两个"
        ),
        SheetError::TooLarge => both!(
            "delete the empty rows and columns beyond the table, or split it into several files",
            "删去表格以外的空行空列，或拆成几个文件"
        ),
        SheetError::Empty => {
            both!("export the table again, or take it out of plan.toml", "重新导出，或从 plan.toml 中去掉")
        }
        _ => both!(
            "give the path of a CSV, XLSX or Parquet file in plan.toml, or export the table again",
            "在 plan.toml 中给出 CSV、XLSX 或 Parquet 文件的路径，或重新导出"
        ),
    }
}
