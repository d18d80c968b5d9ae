//! Zipped (XLSX) and binary (BIFF8 XLS) workbooks as sheets; `calamine` does the formats.

use std::io::{Cursor, Read, Write};

use calamine::{Data, DataRef, DataType, Dimensions, Reader, Xls, XlsError, Xlsx, XlsxError};

use super::sheet::{CELLS_MAX, Merge, Sheet, SheetError, UNPACKED_MAX, guarded};
use crate::both;

/// Says how a number format shows a number where its plain digits would mislead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Plain,
    /// `0%`, `0.00%`: 0.03 is shown as 3%.
    Percent,
    /// `000000`: 42 is shown as 000042.
    Padded(usize),
}

/// Reads a zipped workbook, sheet by sheet, without ever holding the grid that its dimensions claim.
///
/// # Errors
/// [`SheetError::TooLarge`] for a zip bomb, else [`SheetError::NotAWorkbook`] or [`SheetError::Workbook`].
pub fn xlsx(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    check_unpacked(bytes)?;
    guarded("a workbook", || {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
            XlsxError::Password => SheetError::Password,
            error => broken(error),
        })?;
        let mut sheets = Vec::new();
        for name in book.sheet_names() {
            let merges = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
            // A chart sheet has no cells; it is no fault of the table.
            let Ok(mut cells) = book.worksheet_cells_reader(&name) else { continue };
            let formats = cells.styles().iter().map(|style| shown(style.number_format.as_ref()));
            let formats: Vec<Shown> = formats.collect();
            let mut sheet = Sheet::new(&name, true);
            let mut row = None;
            while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(broken)? {
                let (number, column) = cell.get_position();
                let number = number.saturating_add(1);
                if row != Some(number) {
                    sheet.end_row();
                    sheet.begin_row(number);
                    row = Some(number);
                }
                match cell.get_value() {
                    DataRef::Empty => {}
                    DataRef::SharedString(text) => sheet.cell_at(column, text)?,
                    DataRef::String(text) => sheet.cell_at(column, text)?,
                    DataRef::Error(error) => {
                        sheet.broken.push((
                            number,
                            column,
                            both!("the cell holds the error {error}", "单元格是错误值 {error}"),
                        ));
                    }
                    value => {
                        let format = formats.get(style).copied().unwrap_or(Shown::Plain);
                        sheet.cell_at(column, &value_text(&Data::from(value.clone()), format))?;
                    }
                }
            }
            sheet.end_row();
            sheet.merges = downward(&merges);
            sheets.push(sheet.finish());
        }
        Ok(sheets)
    })
}

/// Reads a binary workbook.
///
/// # Errors
/// [`SheetError::Password`] or [`SheetError::Workbook`].
pub fn xls(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let checked = checked_stream(bytes)?;
    guarded("a workbook", || {
        let mut book: Xls<_> = Xls::new(Cursor::new(checked)).map_err(|error| match error {
            XlsError::Password => SheetError::Password,
            error => broken(error),
        })?;
        let mut sheets = Vec::new();
        for name in book.sheet_names() {
            let merges = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
            let range = book.worksheet_range(&name).map_err(broken)?;
            let (first_row, first_column) = range.start().unwrap_or((0, 0));
            let mut sheet = Sheet::new(&name, true);
            for (number, cells) in (first_row.saturating_add(1)..).zip(range.rows()) {
                sheet.begin_row(number);
                for (column, cell) in (first_column..).zip(cells) {
                    match cell {
                        Data::Empty => {}
                        Data::String(text) => sheet.cell_at(column, text)?,
                        Data::Error(error) => {
                            sheet.broken.push((
                                number,
                                column,
                                both!("the cell holds the error {error}", "单元格是错误值 {error}"),
                            ));
                        }
                        value => sheet.cell_at(column, &value_text(value, Shown::Plain))?,
                    }
                }
                sheet.end_row();
            }
            sheet.merges = downward(&merges);
            sheets.push(sheet.finish());
        }
        Ok(sheets)
    })
}

/// Unpacks every part of a zip archive once without keeping it, so that a bomb is found before it is loaded; the
/// sizes that an archive states about itself prove nothing.
fn check_unpacked(bytes: &[u8]) -> Result<(), SheetError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if !archive.file_names().flatten().any(|name| name.eq_ignore_ascii_case("xl/workbook.xml")) {
        return Err(SheetError::NotAWorkbook);
    }
    let mut left = UNPACKED_MAX;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(broken)?;
        let read = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(broken)?;
        left = left.checked_sub(read).ok_or(SheetError::TooLarge)?;
    }
    Ok(())
}

fn broken(error: impl ToString) -> SheetError {
    SheetError::Workbook(error.to_string())
}

/// Returns a binary workbook's stream alone in a container of its own, once its records are known to be harmless.
///
/// The decoder makes room for what a sheet claims and lays its cells out as a full grid: a false claim, or two cells at
/// opposite corners, would take all memory and end the process, which nothing can catch. The decoder has a container
/// format reader of its own, and of a damaged file two readers may see two streams; so it gets the one that was checked.
fn checked_stream(bytes: &[u8]) -> Result<Vec<u8>, SheetError> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(broken)?;
    // A protected XLSX is such a file with a stream of this name.
    if file.is_stream("/EncryptedPackage") {
        return Err(SheetError::Password);
    }
    let name = ["/Workbook", "/WORKBOOK", "/Book", "/BOOK"].into_iter().find(|name| file.is_stream(name));
    let Some(name) = name else { return Err(SheetError::NotAWorkbook) };
    let mut stream = Vec::new();
    file.open_stream(name).and_then(|mut stream_of| stream_of.read_to_end(&mut stream)).map_err(broken)?;
    check_cells(&stream)?;
    // Version 3 is what workbooks are written in, and all that the decoder takes without a short stream beside.
    let empty = Cursor::new(Vec::new());
    let mut alone = cfb::CompoundFile::create_with_version(cfb::Version::V3, empty).map_err(broken)?;
    alone.create_stream(name).and_then(|mut stream_of| stream_of.write_all(&stream)).map_err(broken)?;
    alone.flush().map_err(broken)?;
    Ok(alone.into_inner().into_inner())
}

/// Walks over the records of every sheet once and refuses what the decoder could not hold.
fn check_cells(stream: &[u8]) -> Result<(), SheetError> {
    let sheets: Vec<usize> = records(stream)
        .take_while(|(kind, _)| *kind != END)
        .filter(|(kind, _)| *kind == BOUND_SHEET)
        .filter_map(|(_, data)| data.first_chunk().map(|at| u32::from_le_bytes(*at) as usize))
        .collect();
    let mut left = CELLS_MAX as u64 / 16;
    if sheets.len() > SHEETS_MAX {
        return Err(SheetError::TooLarge);
    }
    for at in sheets {
        let written = cells_of_sheet(stream.get(at..).unwrap_or_default())?;
        left = left.checked_sub(written).ok_or(SheetError::TooLarge)?;
    }
    Ok(())
}

/// Returns the cells of the grid between the outermost cells of a sheet, all of which the decoder writes.
fn cells_of_sheet(sheet: &[u8]) -> Result<u64, SheetError> {
    let mut corners: Option<[u64; 4]> = None;
    for (kind, data) in records(sheet) {
        let short = |at: usize| data.get(at..at + 2).map_or(0, |two| u64::from(two[0]) | u64::from(two[1]) << 8);
        if kind == DIMENSIONS {
            // Room for a claim is made but not written, and given back with the sheet: a full sheet may claim itself.
            let claim = claimed(data).ok_or(SheetError::TooLarge)?;
            if claim > SHEET_CELLS_MAX {
                return Err(SheetError::TooLarge);
            }
        } else if CELL_RECORDS.contains(&kind) && data.len() >= 4 {
            let (row, first) = (short(0), short(2));
            // A record of several cells has its last column in its last two bytes.
            let last = if kind == RUN_OF_NUMBERS { short(data.len() - 2).max(first) } else { first };
            let [top, left, bottom, right] = corners.unwrap_or([row, first, row, first]);
            corners = Some([top.min(row), left.min(first), bottom.max(row), right.max(last)]);
        }
    }
    Ok(corners.map_or(0, |[top, left, bottom, right]| (bottom - top + 1) * (right - left + 1)))
}

/// Computes for how many cells the decoder makes room, by its own reading of a DIMENSIONS record ([MS-XLS] 2.4.90).
///
/// `None` stands for a sheet that ends before it begins: the decoder's unsigned difference would wrap to billions.
fn claimed(data: &[u8]) -> Option<u64> {
    let short = |at: usize| u64::from(u16::from_le_bytes([data[at], data[at + 1]]));
    let long = |at: usize| short(at) | short(at + 2) << 16;
    let (top, bottom, left, right) = match data.len() {
        10 => (short(0), short(2), short(4), short(6)),
        14 | 16 => (long(0), long(4), short(8), short(10)),
        // The decoder refuses a record of any other length.
        _ => return Some(0),
    };
    let left = if left > 0xff || right < left { 0 } else { left };
    if bottom == 0 || right == 0 {
        return Some(1);
    }
    bottom.checked_sub(top)?.checked_mul(right.checked_sub(left)?)
}

/// Splits a stream into its records: kind and data.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let [k0, k1, l0, l1, data @ ..] = rest else { return None };
        let (data, after) = data.split_at_checked(usize::from(u16::from_le_bytes([*l0, *l1])))?;
        rest = after;
        Some((u16::from_le_bytes([*k0, *k1]), data))
    })
}

/// Most sheets of a binary workbook; each is walked over once.
const SHEETS_MAX: usize = 1_000;
/// Cells of a full BIFF8 sheet: 65,536 rows of 256 columns ([MS-XLS] 2.5.244 and 2.5.53).
const SHEET_CELLS_MAX: u64 = 65_536 * 256;

/// Kinds of BIFF8 records ([MS-XLS] 2.3).
const END: u16 = 0x000a;
const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const RUN_OF_NUMBERS: u16 = 0x00bd;
/// Those that hold a cell or a run of cells.
const CELL_RECORDS: [u16; 8] = [0x0006, RUN_OF_NUMBERS, 0x00d6, 0x00fd, 0x0203, 0x0204, 0x0205, 0x027e];

/// Keeps merges that reach over several rows, each in its first column.
fn downward(merges: &[Dimensions]) -> Vec<Merge> {
    let tall = merges.iter().filter(|merge| merge.end.0 > merge.start.0);
    tall.map(|merge| Merge {
        column: merge.start.1,
        first_row: merge.start.0.saturating_add(1),
        last_row: merge.end.0.saturating_add(1),
    })
    .collect()
}

fn shown(format: Option<&calamine::NumberFormat>) -> Shown {
    let Some(code) = format.map(|format| format.format_code.as_str()) else { return Shown::Plain };
    if code.contains('%') {
        Shown::Percent
    } else if (2..=30).contains(&code.len()) && code.bytes().all(|b| b == b'0') {
        Shown::Padded(code.len())
    } else {
        Shown::Plain
    }
}

/// Writes a workbook's cell as the text that it shows: dates as `YYYY-MM-DD`, whole numbers without a point.
fn value_text(value: &Data, format: Shown) -> String {
    match value {
        Data::DateTime(when) if when.is_datetime() => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Int(number) => number_text(*number as f64, format),
        Data::Float(number) => number_text(*number, format),
        Data::Bool(true) => "是".to_owned(),
        Data::Bool(false) => "否".to_owned(),
        other => other.as_string().unwrap_or_default(),
    }
}

/// Writes a number as its cell shows it. From 10^15 on a spreadsheet has lost digits, and the exponent tells.
pub fn number_text_plain(number: f64) -> String {
    number_text(number, Shown::Plain)
}

fn number_text(number: f64, format: Shown) -> String {
    match format {
        // Six decimals of a percentage hide the error of binary fractions: 0.07 · 100 is 7.000000000000001.
        Shown::Percent => {
            let text = format!("{:.6}", number * 100.0);
            format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
        }
        Shown::Padded(width) if number.fract() == 0.0 && (0.0..1e15).contains(&number) => format!("{number:0width$.0}"),
        _ if number.abs() >= 1e15 => format!("{number:e}"),
        _ => format!("{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{SHEET_CELLS_MAX, claimed};

    fn dimensions(top: u32, bottom: u32, left: u16, right: u16) -> Vec<u8> {
        let mut data = [top.to_le_bytes(), bottom.to_le_bytes()].concat();
        data.extend([left.to_le_bytes(), right.to_le_bytes(), [0, 0]].concat());
        data
    }

    #[test]
    fn a_false_claim_is_never_small() {
        // Without it a sheet that ends before it begins would count as one cell here, and as four billion rows in the
        // decoder of an optimised build, which ends the whole process.
        assert_eq!(claimed(&dimensions(5, 2, 0, 1)), None);
        assert_eq!(claimed(&dimensions(2, 2, 0, 1)), Some(0));
        // A first column beyond the last, or beyond the format's 256, is read as 0.
        assert_eq!(claimed(&dimensions(0, 1, 300, 400)), Some(400));
        assert_eq!(claimed(&dimensions(0, 1, 9, 4)), Some(4));
        assert!(claimed(&dimensions(0, u32::MAX, 0, u16::MAX)).is_some_and(|cells| cells > SHEET_CELLS_MAX));
        assert_eq!(claimed(&dimensions(0, 65_536, 0, 256)), Some(SHEET_CELLS_MAX));
        assert_eq!(claimed(&dimensions(0, 0, 0, 0)), Some(1));
    }
}
