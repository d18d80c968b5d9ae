//! Sheets of cells, before anything is known about their columns.
//!
//! Every reader writes into the same compact [`Sheet`], so memory is bounded by the text of the cells and not by the rows
//! and columns that a file claims to have.

use std::ops::Range;

use ::parquet::errors::ParquetError;
use thiserror::Error;

use super::guard;
use crate::lang::{Say, Text};

/// Holds the cells of one sheet: the text of all of them in one piece, row after row.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Name as its tab shows it; empty where the format has none.
    pub name: String,
    /// Cells that stand for those below them, by column, then by row.
    pub merges: Vec<Merge>,
    /// Cells that could not be decoded, or that hold an error of the spreadsheet such as `#N/A`: row, column, cause.
    pub broken: Vec<(u32, u32, Text)>,
    /// Whether columns have letters; Parquet has none.
    pub lettered: bool,
    text: String,
    /// End of each cell in `text`; a cell begins where the one before it ends.
    ends: Vec<u32>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    /// Number as the spreadsheet shows it, from 1.
    number: u32,
    /// Position of the row's first cell in `ends`.
    first: u32,
    cells: u32,
}

/// Is a cell that was merged with those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Merge {
    pub column: u32,
    /// Numbers of the first and the last row, from 1.
    pub first_row: u32,
    pub last_row: u32,
}

/// Says why a file is no table.
#[derive(Debug, Error)]
pub enum SheetError {
    #[error("the file can not be opened: {0}")]
    Open(#[from] std::io::Error),
    #[error("the file looks like Parquet and can not be decoded: {0}")]
    Parquet(#[from] ParquetError),
    #[error("the file is Parquet compressed with {0}, which is not read")]
    Compression(&'static str),
    #[error("the file looks like a workbook and can not be decoded: {0}")]
    Workbook(String),
    #[error("the file looks like {0} and its structure contradicts itself")]
    Contradiction(String),
    #[error("the workbook is protected by a password")]
    Password,
    #[error("the file is a container without a workbook in it (OpenDocument, a document, or something else)")]
    NotAWorkbook,
    #[error("the file is a web page, whatever its name says")]
    WebPage,
    #[error("the file looks like XML Spreadsheet 2003 and can not be decoded near byte {at}: {cause}")]
    SpreadsheetXml { at: u64, cause: String },
    #[error("the text is neither UTF-8 nor GB18030 nor UTF-16{0}")]
    Encoding(String),
    #[error("a quote that opens in row {row} is never closed")]
    OpenQuote { row: u32 },
    #[error("the file unpacks to more than {} MiB, or has more than {} million cells or {COLUMNS_MAX} columns", UNPACKED_MAX >> 20, CELLS_MAX / 1_000_000)]
    TooLarge,
    #[error("the file has no row with headings: it is empty")]
    Empty,
}

impl Say for SheetError {
    fn say(&self) -> Text {
        let zh = match self {
            SheetError::Open(error) => format!("文件无法打开：{}", error.say().zh),
            SheetError::Parquet(error) => format!("文件像 Parquet，但无法解码（{error}）"),
            SheetError::Compression(name) => format!("文件是用 {name} 压缩的 Parquet，无法读取"),
            SheetError::Workbook(cause) => format!("文件像工作簿，但无法解码（{cause}）"),
            SheetError::Contradiction(what) => format!("文件像 {what}，但结构自相矛盾"),
            SheetError::Password => "工作簿有密码保护".to_owned(),
            SheetError::NotAWorkbook => "文件是一个容器，里面没有工作簿（OpenDocument、文档或其他）".to_owned(),
            SheetError::WebPage => "不管文件名怎么写，它是一个网页".to_owned(),
            SheetError::SpreadsheetXml { at, cause } => {
                format!("文件像 XML Spreadsheet 2003，但在第 {at} 字节附近无法解码（{cause}）")
            }
            SheetError::Encoding(like) => format!("文本既不是 UTF-8，也不是 GB18030 或 UTF-16{like}"),
            SheetError::OpenQuote { row } => format!("第 {row} 行的引号没有闭合"),
            SheetError::TooLarge => format!(
                "文件解压后超过 {} MiB，或超过 {} 百万个单元格，或超过 {COLUMNS_MAX} 列",
                UNPACKED_MAX >> 20,
                CELLS_MAX / 1_000_000
            ),
            SheetError::Empty => "文件没有表头行：内容为空".to_owned(),
        };
        Text { en: self.to_string().into(), zh: zh.into() }
    }
}

/// Most bytes that a zipped workbook may unpack to. A million rows of a registry are about 900 MiB of XML.
pub const UNPACKED_MAX: u64 = 2 << 30;
/// Most cells of a sheet, empty ones between filled ones included: a million rows of 100 columns.
pub const CELLS_MAX: usize = 100_000_000;
/// Most columns of a sheet; what stands further right is no table of an office.
pub const COLUMNS_MAX: u32 = 1_000;

/// Runs a decoder of a foreign format; should it panic on a damaged file, that is the file's fault and is reported.
///
/// # Errors
/// Those of the decoder, and [`SheetError::Contradiction`] for a panic.
pub fn guarded<T>(what: &str, read: impl FnOnce() -> Result<T, SheetError>) -> Result<T, SheetError> {
    guard::guarded(read).unwrap_or_else(|| Err(SheetError::Contradiction(what.to_owned())))
}

impl Sheet {
    /// Starts an empty sheet.
    pub fn new(name: &str, lettered: bool) -> Sheet {
        Sheet { name: name.to_owned(), lettered, ..Sheet::default() }
    }

    /// Starts a row; rows may come in any order of their numbers.
    pub fn begin_row(&mut self, number: u32) {
        self.rows.push(Row { number, first: self.ends.len() as u32, cells: 0 });
    }

    /// Returns the number of cells of the row that is being written.
    pub fn width_so_far(&self) -> u32 {
        self.rows.last().map_or(0, |row| self.ends.len() as u32 - row.first)
    }

    /// Adds the next cell of the row that was begun last.
    ///
    /// # Errors
    /// [`SheetError::TooLarge`] if the sheet has more cells or text than a table of an office can have.
    pub fn cell(&mut self, text: &str) -> Result<(), SheetError> {
        let end = self.text.len() + text.len();
        let end = u32::try_from(end).map_err(|_| SheetError::TooLarge)?;
        debug_assert!(!self.rows.is_empty(), "a row is begun before its cells");
        if self.ends.len() >= CELLS_MAX || (self.width_so_far() >= COLUMNS_MAX && !text.is_empty()) {
            return Err(SheetError::TooLarge);
        }
        self.text.push_str(text);
        self.ends.push(end);
        Ok(())
    }

    /// Adds a cell at a column, from 0, with empty ones before it; an empty cell adds nothing.
    ///
    /// # Errors
    /// As [`Sheet::cell`].
    pub fn cell_at(&mut self, column: u32, text: &str) -> Result<(), SheetError> {
        if text.is_empty() || column < self.width_so_far() {
            return Ok(());
        }
        if column >= COLUMNS_MAX {
            return Err(SheetError::TooLarge);
        }
        while self.width_so_far() < column {
            self.cell("")?;
        }
        self.cell(text)
    }

    /// Ends a row; one without any text leaves no trace.
    pub fn end_row(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        let start = row.first.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        if self.text[start as usize..].chars().all(is_blank) {
            self.text.truncate(start as usize);
            self.ends.truncate(row.first as usize);
            self.rows.pop();
        } else {
            row.cells = self.ends.len() as u32 - row.first;
        }
    }

    /// Puts rows and merges in order and gives unused memory back; the last step of every reader.
    pub fn finish(mut self) -> Sheet {
        if !self.rows.is_sorted_by_key(|row| row.number) {
            self.rows.sort_by_key(|row| row.number);
        }
        self.merges.sort_unstable();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }

    /// Returns the number of rows that hold anything.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// Returns the number of cells of a row.
    pub fn width(&self, row: usize) -> usize {
        self.rows[row].cells as usize
    }

    /// Returns a row's number as the spreadsheet shows it.
    pub fn number(&self, row: usize) -> u32 {
        self.rows[row].number
    }

    /// Returns a cell's text without blanks at its ends and without the marks that keep digits as text.
    pub fn text(&self, row: usize, column: usize) -> &str {
        clean(self.raw(row, column))
    }

    /// Returns the cells of a row, cleaned.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = &str> + Clone {
        (0..self.width(row)).map(move |column| self.text(row, column))
    }

    /// Returns the text of the cell that was merged with this empty one from above, or nothing.
    pub fn merged_text(&self, row: usize, column: usize) -> &str {
        if self.merges.is_empty() {
            return "";
        }
        let (number, column_no) = (self.rows[row].number, column as u32);
        let after = self.merges.partition_point(|merge| (merge.column, merge.first_row) <= (column_no, number));
        let Some(merge) = after.checked_sub(1).map(|at| self.merges[at]) else { return "" };
        if merge.column != column_no || number > merge.last_row || number <= merge.first_row {
            return "";
        }
        let top = self.rows.partition_point(|row| row.number < merge.first_row);
        if self.rows.get(top).is_some_and(|row| row.number == merge.first_row) { self.text(top, column) } else { "" }
    }

    fn raw(&self, row: usize, column: usize) -> &str {
        let row = self.rows[row];
        if column >= row.cells as usize {
            return "";
        }
        let at = row.first as usize + column;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        let range: Range<usize> = start as usize..self.ends[at] as usize;
        &self.text[range]
    }
}

/// Names a column, from 0, as the spreadsheet does: `A`, `Z`, `AA`.
pub fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push((b'A' + ((rest - 1) % 26) as u8) as char);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Reads the letters of a column; `None` for anything else.
pub fn column_of_letters(text: &str) -> Option<usize> {
    let is_letters = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
    is_letters.then(|| text.bytes().fold(0, |column, b| column * 26 + usize::from(b - b'A') + 1) - 1)
}

/// Tells whether a character shows nothing: blanks of any width, and marks of no width.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\0')
}

/// Takes blanks of any width and the spreadsheet marks `="…"` and leading `'` off a cell.
fn clean(cell: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_none_or(|b| b.is_ascii_graphic() && !matches!(b, b'=' | b'\''));
    if is_plain(cell.as_bytes().first()) && is_plain(cell.as_bytes().last()) {
        return cell;
    }
    let bare = cell.trim_matches(is_blank);
    let bare = bare.strip_prefix("=\"").and_then(|inner| inner.strip_suffix('"')).unwrap_or(bare);
    bare.strip_prefix('\'').unwrap_or(bare).trim_matches(is_blank)
}
