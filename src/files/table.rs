//! Tables of any format as one frame of text columns, each row with the place it came from.
//!
//! The format is told by the content and not by the file's name: `PAR1` is Parquet, `PK` and the OLE signature are
//! workbooks, anything else is text in UTF-8 or GB18030, separated by commas or tabs.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, DataType, Reader};
use polars::prelude::{
    Column as FrameColumn, DataFrame, DataType as FrameType, ParquetReader, PolarsError, SerReader, StringChunked,
};
use thiserror::Error;

use super::columns::Layout;
use super::faults::{Faults, Place};

/// Holds the rows of one table file under its layout's canonical columns.
#[derive(Debug)]
pub struct Table {
    /// Path as `plan.toml` writes it.
    pub file: String,
    pub sheet: String,
    /// One text column for each column of the layout; one that the file lacks is empty throughout.
    frame: DataFrame,
    /// Heading of each column as the file writes it.
    headings: Vec<String>,
    /// Row numbers as an editor counts them, from 1.
    rows: Vec<u32>,
}

/// Reads one column of a table, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    values: &'a StringChunked,
    heading: &'a str,
    table: &'a Table,
}

/// Says why a file is no table.
#[derive(Debug, Error)]
enum TableError {
    #[error("the file can not be opened: {0}")]
    Open(#[from] std::io::Error),
    #[error("the file looks like Parquet and can not be decoded: {0}")]
    Parquet(#[from] PolarsError),
    #[error("the file looks like a workbook and can not be decoded: {0}")]
    Workbook(#[from] calamine::Error),
    #[error("the text can not be split into cells: {0}")]
    Text(#[from] csv::Error),
    #[error("the text is neither UTF-8 nor GB18030")]
    Encoding,
    #[error("the file has no row with headings")]
    Empty,
}

/// Is a file as cells, before anything is known about its columns.
struct Cells {
    sheet: String,
    /// Row numbers beside the cells; the first row holds the headings.
    rows: Vec<(u32, Vec<String>)>,
}

impl Table {
    /// Opens a table file and finds the layout's columns in it, or reports why not.
    ///
    /// Reports `unreadable-file`, `missing-column`, `column-twice` as errors and `unknown-column` as a warning.
    pub fn open(folder: &Path, file: &str, layout: &Layout, faults: &mut Faults) -> Option<Table> {
        let place = Place { file: file.to_owned(), ..Place::default() };
        let read = std::fs::read(folder.join(file)).map_err(TableError::from).and_then(|bytes| decode(&bytes));
        match read {
            Ok(cells) => Table::with_layout(file, cells, layout, faults),
            Err(error) => {
                let remedy = "give the path of a CSV, XLSX or Parquet file in plan.toml, or export the table again";
                faults.error("unreadable-file", place, "", error.to_string(), remedy);
                None
            }
        }
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
        let at = self.frame.get_column_index(name).expect("the layout has the column");
        let values = self.frame.columns()[at].str().expect("every column of the frame is text");
        Field { values, heading: &self.headings[at], table: self }
    }

    fn with_layout(file: &str, cells: Cells, layout: &Layout, faults: &mut Faults) -> Option<Table> {
        let mut lines = cells.rows.into_iter();
        let (heading_row, found) = lines.next()?;
        let place = |column: &str| Place {
            file: file.to_owned(),
            sheet: cells.sheet.clone(),
            row: Some(heading_row),
            column: column.to_owned(),
        };
        let mut sources: Vec<Option<usize>> = vec![None; layout.columns.len()];
        for (source, heading) in found.iter().enumerate() {
            match layout.column_of(heading) {
                None if heading.trim().is_empty() => {}
                None => {
                    let cause =
                        format!("no column of {} ({}) has this heading; it was not read", layout.name, layout.chinese);
                    faults.warning("unknown-column", place(heading), heading, cause, "rename it if it was meant");
                }
                Some(target) if sources[target].is_some() => {
                    let cause = format!("two columns mean `{}`", layout.columns[target].name);
                    faults.error("column-twice", place(heading), heading, cause, "remove or rename one of them");
                }
                Some(target) => sources[target] = Some(source),
            }
        }
        let mut complete = true;
        for (column, _) in
            layout.columns.iter().zip(&sources).filter(|(column, source)| column.required && source.is_none())
        {
            let cause = format!("the column `{}` is missing", column.name);
            let remedy =
                format!("add a column with one of the headings {}, {}", column.name, column.chinese.join(", "));
            faults.error("missing-column", place(column.name), "", cause, &remedy);
            complete = false;
        }
        if !complete {
            return None;
        }
        let (rows, lines): (Vec<u32>, Vec<Vec<String>>) =
            lines.filter(|(_, cells)| cells.iter().any(|cell| !clean(cell).is_empty())).unzip();
        let headings = layout.columns.iter().zip(&sources).map(|(column, source)| match source {
            Some(source) => found[*source].trim().to_owned(),
            None => column.name.to_owned(),
        });
        let columns = layout.columns.iter().zip(&sources).map(|(column, source)| {
            let cell =
                |line: &Vec<String>| source.and_then(|at| line.get(at)).map_or(String::new(), |c| clean(c).to_owned());
            FrameColumn::new(column.name.into(), lines.iter().map(cell).collect::<Vec<String>>())
        });
        let frame =
            DataFrame::new(rows.len(), columns.collect()).expect("columns are of one length and differ in name");
        Some(Table { file: file.to_owned(), sheet: cells.sheet, frame, headings: headings.collect(), rows })
    }
}

impl<'a> Field<'a> {
    /// Returns the text of a row, without blanks at its ends and without the marks that keep digits as text.
    pub fn text(&self, row: usize) -> &'a str {
        self.values.get(row).unwrap_or("")
    }

    /// Returns where the cell stands in its file.
    pub fn place(&self, row: usize) -> Place {
        Place {
            file: self.table.file.clone(),
            sheet: self.table.sheet.clone(),
            row: Some(self.table.rows[row]),
            column: self.heading.to_owned(),
        }
    }
}

/// Takes blanks of any width and the spreadsheet marks `="…"` and leading `'` off a cell.
fn clean(cell: &str) -> &str {
    let bare = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let bare = bare.strip_prefix("=\"").and_then(|inner| inner.strip_suffix('"')).unwrap_or(bare);
    bare.strip_prefix('\'').unwrap_or(bare)
}

fn decode(bytes: &[u8]) -> Result<Cells, TableError> {
    let cells = match bytes {
        [b'P', b'A', b'R', b'1', ..] => parquet(bytes)?,
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => workbook(bytes)?,
        text => delimited(text)?,
    };
    if cells.rows.is_empty() { Err(TableError::Empty) } else { Ok(cells) }
}

fn parquet(bytes: &[u8]) -> Result<Cells, TableError> {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish()?;
    let headings = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let columns = frame.columns().iter().map(|column| column.cast(&FrameType::String));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let texts = columns.iter().map(|column| column.str()).collect::<Result<Vec<_>, _>>()?;
    let cell = |column: &&StringChunked, row| column.get(row).unwrap_or("").to_owned();
    let line = |row: usize| (row as u32 + 1, texts.iter().map(|column| cell(column, row)).collect());
    // Parquet has no heading row: its rows count from 1.
    Ok(Cells {
        sheet: String::new(),
        rows: std::iter::once((0, headings)).chain((0..frame.height()).map(line)).collect(),
    })
}

fn workbook(bytes: &[u8]) -> Result<Cells, TableError> {
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes))?;
    let Some(sheet) = book.sheet_names().first().cloned() else {
        return Err(TableError::Empty);
    };
    let range = book.worksheet_range(&sheet)?;
    let first = range.start().map_or(0, |(row, _)| row);
    let rows = (first + 1..).zip(range.rows()).map(|(row, cells)| (row, cells.iter().map(cell_text).collect()));
    Ok(Cells {
        sheet,
        rows: rows.filter(|(_, cells): &(u32, Vec<String>)| cells.iter().any(|c| !c.is_empty())).collect(),
    })
}

/// Writes a workbook's cell as the text that it shows: dates as `YYYY-MM-DD`, whole numbers without a point.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::DateTime(when) if when.is_datetime() => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Empty => String::new(),
        other => other.as_string().unwrap_or_default(),
    }
}

fn delimited(bytes: &[u8]) -> Result<Cells, TableError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => {
            let (text, _, had_errors) = encoding_rs::GB18030.decode(bytes);
            if had_errors {
                return Err(TableError::Encoding);
            }
            text
        }
    };
    let text = text.trim_start_matches('\u{feff}');
    let heading = text.lines().next().unwrap_or("");
    let delimiter = if heading.matches('\t').count() > heading.matches(',').count() { b'\t' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, |position| position.line() as u32);
        rows.push((line, record.iter().map(str::to_owned).collect()));
    }
    Ok(Cells { sheet: String::new(), rows })
}
