//! Tables of text as CSV or Parquet, and files written as a whole.

use std::io::{self, Write};
use std::path::Path;

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
