//! Parquet as a sheet: the column names are its first row, numbers and dates become the text that they stand for.

use std::io::Cursor;

use polars::prelude::{DataType, ParquetReader, SerReader, StringChunked};

use super::sheet::{CELLS_MAX, Sheet, SheetError, guarded};

/// Reads a Parquet file.
///
/// Rows count from 1, with the column names as row 0, because Parquet has no heading row.
///
/// # Errors
/// [`SheetError::Parquet`] or [`SheetError::Contradiction`] if it can not be decoded, [`SheetError::TooLarge`].
pub fn read(bytes: &[u8]) -> Result<Sheet, SheetError> {
    guarded("Parquet", || decode(bytes))
}

fn decode(bytes: &[u8]) -> Result<Sheet, SheetError> {
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata()?;
    let cells = metadata.num_rows.saturating_mul(metadata.schema_descr.columns().len());
    if cells > CELLS_MAX {
        return Err(SheetError::TooLarge);
    }
    let frame = reader.finish()?;
    let mut sheet = Sheet::new("", false);
    sheet.begin_row(0);
    for name in frame.get_column_names() {
        sheet.cell(name)?;
    }
    sheet.end_row();
    let columns = frame.columns().iter().map(|column| column.cast(&DataType::String));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let texts = columns.iter().map(|column| column.str()).collect::<Result<Vec<&StringChunked>, _>>()?;
    let mut cells: Vec<_> = texts.iter().map(|texts| texts.iter()).collect();
    for row in 0..frame.height() {
        sheet.begin_row(row as u32 + 1);
        for column in &mut cells {
            sheet.cell(column.next().flatten().unwrap_or(""))?;
        }
        sheet.end_row();
    }
    Ok(sheet.finish())
}
