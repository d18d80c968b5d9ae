//! Parquet as a sheet: the column names are its first row, numbers and dates become the text that they stand for.
//!
//! Read by the `parquet` crate and not by polars, whose decoder trusts the lengths inside a page: a damaged one could end
//! the program where nothing can catch it.

use bytes::Bytes;
use jiff::civil::date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use parquet::basic::{Compression, ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

use super::pages;
use super::sheet::{CELLS_MAX, COLUMNS_MAX, Sheet, SheetError, guarded};
use super::workbook::number_text_plain;
use crate::both;

/// Reads a Parquet file of flat columns; a list of values becomes one cell with `、` between them.
///
/// Rows count from 1, with the column names as row 0, because Parquet has no heading row. A text that is not UTF-8 is told
/// with its cell, and the others are read.
///
/// # Errors
/// [`SheetError::Compression`], [`SheetError::Parquet`] or [`SheetError::Contradiction`] if it can not be decoded, [`SheetError::TooLarge`].
pub fn read(bytes: &[u8]) -> Result<Sheet, SheetError> {
    guarded("Parquet", || decode(bytes))
}

/// Rows that are decoded at once, so that a column's values need not all be held beside the sheet.
const BATCH: usize = 8_192;

fn decode(bytes: &[u8]) -> Result<Sheet, SheetError> {
    pages::has_footer(bytes)?;
    let bytes = Bytes::copy_from_slice(bytes);
    let reader = SerializedFileReader::new(bytes.clone())?;
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr_ptr();
    let rows = usize::try_from(metadata.file_metadata().num_rows()).unwrap_or(usize::MAX);
    if schema.num_columns() > COLUMNS_MAX as usize || rows.saturating_mul(schema.num_columns()) > CELLS_MAX {
        return Err(SheetError::TooLarge);
    }
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        match column.compression() {
            Compression::BROTLI(_) => return Err(SheetError::Compression("Brotli")),
            Compression::LZO => return Err(SheetError::Compression("LZO")),
            _ => {}
        }
    }
    pages::bounded(&bytes, metadata)?;
    let mut sheet = Sheet::new("", false);
    sheet.begin_row(0);
    for column in schema.columns() {
        sheet.cell(&heading(column))?;
    }
    sheet.end_row();
    let mut row = 0;
    for at in 0..reader.num_row_groups() {
        let group = reader.get_row_group(at)?;
        let open = |(at, descriptor): (usize, &ColumnDescPtr)| {
            Ok(Column { reader: group.get_column_reader(at)?, descriptor: descriptor.clone(), cells: Cells::default() })
        };
        let columns: Result<Vec<Column>, ParquetError> = schema.columns().iter().enumerate().map(open).collect();
        let mut columns = columns?;
        loop {
            let lengths = columns.iter_mut().map(Column::next).collect::<Result<Vec<_>, _>>()?;
            let length = lengths.first().copied().unwrap_or(0);
            if lengths.iter().any(|&other| other != length) {
                return Err(SheetError::Contradiction("Parquet".to_owned()));
            }
            if length == 0 {
                break;
            }
            if row as usize + length > rows {
                return Err(SheetError::Contradiction("Parquet".to_owned()));
            }
            for at in 0..length {
                row += 1;
                sheet.begin_row(row);
                for (column, place) in columns.iter().zip(0..) {
                    if column.cells.is_broken(at) {
                        let cause = both!("the bytes are no UTF-8", "字节不是 UTF-8");
                        sheet.broken.push((row, place, cause));
                    }
                    sheet.cell(column.cells.text(at))?;
                }
                sheet.end_row();
            }
        }
    }
    Ok(sheet.finish())
}

/// Names a column by the fields that lead to it, without those that only make a list.
fn heading(column: &ColumnDescriptor) -> String {
    let parts = column.path().parts();
    let is_list = column.max_rep_level() > 0;
    let named = if is_list { &parts[..1] } else { parts };
    named.join(".")
}

/// Is a column of a row group and the cells that were decoded last.
struct Column {
    reader: ColumnReader,
    descriptor: ColumnDescPtr,
    cells: Cells,
}

/// Holds the texts of some rows in one piece.
#[derive(Default)]
struct Cells {
    text: String,
    ends: Vec<usize>,
    /// Rows whose bytes are no text.
    broken: Vec<usize>,
}

impl Cells {
    fn text(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[row]]
    }

    fn is_broken(&self, row: usize) -> bool {
        self.broken.binary_search(&row).is_ok()
    }
}

impl Column {
    /// Decodes the next rows and returns their number; 0 at the end of the row group.
    fn next(&mut self) -> Result<usize, SheetError> {
        let (of, cells) = (&self.descriptor, &mut self.cells);
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => cells.take(reader, of, |&value| Ok(Field::Bool(value))),
            ColumnReader::Int32ColumnReader(reader) => {
                cells.take(reader, of, |&value| Ok(Field::convert_int32(of, value)))
            }
            ColumnReader::Int64ColumnReader(reader) => cells.take(reader, of, |&value| Ok(whole(of, value))),
            ColumnReader::Int96ColumnReader(reader) => {
                cells.take(reader, of, |&value| Ok(Field::convert_int96(of, value)))
            }
            ColumnReader::FloatColumnReader(reader) => cells.take(reader, of, |&value| Ok(Field::Float(value))),
            ColumnReader::DoubleColumnReader(reader) => cells.take(reader, of, |&value| Ok(Field::Double(value))),
            ColumnReader::ByteArrayColumnReader(reader) => cells.take(reader, of, |value| bytes(of, value)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => cells.take(reader, of, |value| bytes(of, value)),
        }
    }
}

impl Cells {
    /// Takes the next rows from a column: one text each, empty for null, several values with `、` between them.
    fn take<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        of: &ColumnDescriptor,
        field: impl Fn(&T::T) -> Result<Field, ParquetError>,
    ) -> Result<usize, SheetError> {
        self.text.clear();
        self.ends.clear();
        self.broken.clear();
        let (mut defined, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let most = of.max_def_level();
        let levels = (most > 0).then_some(&mut defined);
        let repeats = (of.max_rep_level() > 0).then_some(&mut repeated);
        let (rows, read, _) = reader.read_records(BATCH, levels, repeats, &mut values)?;
        let mut values = values.iter();
        let slots = if most > 0 { defined.len() } else { read };
        for slot in 0..slots {
            if repeated.get(slot).is_none_or(|&level| level == 0) && slot > 0 {
                self.ends.push(self.text.len());
            }
            if defined.get(slot).is_some_and(|&level| level != most) {
                continue;
            }
            let value = values.next().ok_or_else(|| SheetError::Contradiction("Parquet".to_owned()))?;
            if repeated.get(slot).is_some_and(|&level| level > 0) {
                self.text.push('、');
            }
            self.push(&field(value)?);
        }
        if slots > 0 {
            self.ends.push(self.text.len());
        }
        if self.ends.len() == rows { Ok(rows) } else { Err(SheetError::Contradiction("Parquet".to_owned())) }
    }

    fn push(&mut self, field: &Field) {
        match field {
            Field::Str(text) => self.text.push_str(text),
            Field::Bytes(bytes) => match str::from_utf8(bytes.data()) {
                Ok(text) => self.text.push_str(text),
                Err(_) => self.broken.push(self.ends.len()),
            },
            Field::Double(number) => self.text.push_str(&number_text_plain(*number)),
            // By its shortest decimal form, so that 0.1 does not become 0.10000000149011612.
            Field::Float(number) => self.text.push_str(&number.to_string()),
            Field::Date(days) => {
                match date(1970, 1, 1).checked_add(SignedDuration::from_hours(24 * i64::from(*days))) {
                    Ok(day) => self.text.push_str(&day.to_string()),
                    Err(_) => self.broken.push(self.ends.len()),
                }
            }
            Field::TimestampMillis(since) => self.moment(Timestamp::from_millisecond(*since)),
            Field::TimestampMicros(since) => self.moment(Timestamp::from_microsecond(*since)),
            other => self.text.push_str(&other.to_string()),
        }
    }

    /// Writes a moment as its day, and with its time of day unless that is midnight.
    fn moment(&mut self, moment: Result<Timestamp, jiff::Error>) {
        let Ok(moment) = moment else { return self.broken.push(self.ends.len()) };
        let moment = Offset::UTC.to_datetime(moment);
        let is_day = moment.time() == jiff::civil::Time::midnight();
        self.text.push_str(&if is_day { moment.date().to_string() } else { moment.to_string() });
    }
}

/// Reads a whole number by what its column says it means; nanoseconds, which pandas writes, have no meaning of the crate's.
fn whole(of: &ColumnDescPtr, value: i64) -> Field {
    match of.logical_type_ref() {
        Some(LogicalType::Timestamp(kind)) if kind.unit == TimeUnit::NANOS => {
            Field::TimestampMicros(value.div_euclid(1_000))
        }
        Some(LogicalType::Time(kind)) if kind.unit == TimeUnit::NANOS => Field::TimeMicros(value.div_euclid(1_000)),
        _ => Field::convert_int64(of, value),
    }
}

/// Reads bytes as a number if its column says so, and as text otherwise, whether it is marked as such or not.
fn bytes<T>(of: &ColumnDescPtr, value: &T) -> Result<Field, ParquetError>
where
    T: Clone + Into<ByteArray>,
{
    let value: ByteArray = value.clone().into();
    match of.logical_type_ref() {
        Some(LogicalType::Decimal(_) | LogicalType::Float16) => Field::convert_byte_array(of, value),
        _ if of.converted_type() == ConvertedType::DECIMAL => Field::convert_byte_array(of, value),
        _ => Ok(Field::Bytes(value)),
    }
}
