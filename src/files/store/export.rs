//! Tables of text as CSV or Parquet, and files written as a whole.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as PhysicalType};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};
use polars::prelude::{Column, DataFrame, ParquetCompression, ParquetWriter};

/// Writes a table as CSV: UTF-8, LF, quotes where they are needed.
pub fn csv(headings: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(headings).and_then(|()| rows.iter().try_for_each(|row| writer.write_record(row)));
    written.expect("rows of one length can be written to memory");
    writer.into_inner().expect("memory takes all bytes")
}

/// Writes a table as Parquet with text columns, compressed with zstd.
pub fn parquet(headings: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let column = |(at, heading): (usize, &&str)| {
        let texts: Vec<&str> = rows.iter().map(|row| row[at].as_str()).collect();
        Column::new((*heading).into(), texts)
    };
    let mut frame = DataFrame::new(rows.len(), headings.iter().enumerate().map(column).collect())
        .expect("columns are of one length and differ in name");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .set_parallel(false)
        .finish(&mut frame)
        .expect("text columns can be written to memory");
    bytes
}

/// Bytes of a unified social credit code.
const CODE_LENGTH: usize = 18;

/// Writes a registry as Parquet whose ids, the first column, are 18 bytes each without a length before them: what a scan
/// of a very large registry reads fastest. Compressed with Snappy, ids plain.
///
/// Returns `None` if an id is not 18 ASCII characters long.
pub fn parquet_of_codes(headings: &[&str], rows: &[Vec<String>]) -> Option<Vec<u8>> {
    let is_code = |row: &Vec<String>| row.first().is_some_and(|id| id.len() == CODE_LENGTH && id.is_ascii());
    if rows.is_empty() || !rows.iter().all(is_code) {
        return None;
    }
    Some(of_codes(headings, rows).expect("text columns of one length can be written to memory"))
}

/// Rows of a row group, of which a scan gives each to a thread.
const GROUP_ROWS: usize = 1 << 17;

fn of_codes(headings: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, ParquetError> {
    let field = |(at, heading): (usize, &&str)| {
        let physical = if at == 0 { PhysicalType::FIXED_LEN_BYTE_ARRAY } else { PhysicalType::BYTE_ARRAY };
        let builder = Type::primitive_type_builder(heading, physical).with_repetition(Repetition::REQUIRED);
        let builder = if at == 0 {
            builder.with_length(CODE_LENGTH as i32)
        } else {
            builder.with_converted_type(ConvertedType::UTF8)
        };
        builder.build().map(Arc::new)
    };
    let fields = headings.iter().enumerate().map(field).collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Type::group_type_builder("registry").with_fields(fields).build()?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_column_dictionary_enabled(ColumnPath::from(headings[0]), false);
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties.build()))?;
    for part in rows.chunks(GROUP_ROWS) {
        let mut group = writer.next_row_group()?;
        let mut at = 0;
        while let Some(mut column) = group.next_column()? {
            let values = part.iter().map(|row| ByteArray::from(row[at].as_str()));
            match column.untyped() {
                ColumnWriter::FixedLenByteArrayColumnWriter(writer) => {
                    writer.write_batch(&values.map(FixedLenByteArray::from).collect::<Vec<_>>(), None, None)?;
                }
                ColumnWriter::ByteArrayColumnWriter(writer) => {
                    writer.write_batch(&values.collect::<Vec<_>>(), None, None)?;
                }
                _ => unreachable!("the schema has no other types"),
            }
            column.close()?;
            at += 1;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(bytes)
}

/// Writes a file so that it is either there as a whole or not at all.
///
/// # Errors
/// Those of the file system.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut making = tempfile::Builder::new();
    // As any file that a program makes: the umask decides who may read it.
    #[cfg(unix)]
    making.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut fresh = making.tempfile_in(folder)?;
    fresh.write_all(bytes)?;
    fresh.as_file().sync_all()?;
    fresh.persist(path)?;
    Ok(())
}
