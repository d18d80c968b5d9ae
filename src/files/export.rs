//! Tables of text written as CSV or Parquet.

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
