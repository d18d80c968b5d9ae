//! How much the pages of a Parquet file unpack to, told before any of them is unpacked.
//!
//! The header of a page says how long it becomes, and a decoder takes that much memory on its word; gzip takes what comes.
//! Thrift's compact protocol (Apache Thrift, "thrift-compact-protocol.md") is read as far as a page header needs it.

use std::io;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use super::sheet::{SheetError, UNPACKED_MAX};

/// Most bytes of one page; writers make pages of one or a few MiB.
const PAGE_MAX: u64 = 256 << 20;

/// Tells that all pages together unpack to no more than [`UNPACKED_MAX`] bytes, and each to no more than 256 MiB.
///
/// # Errors
/// [`SheetError::TooLarge`] if they would, [`SheetError::Contradiction`] if a header can not be read.
pub fn bounded(file: &Bytes, metadata: &ParquetMetaData) -> Result<(), SheetError> {
    let mut unpacked = 0u64;
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let pages = chunk(file, column).ok_or_else(contradiction)?;
        let mut rest = Reader { bytes: pages };
        while !rest.bytes.is_empty() {
            let header = rest.header().ok_or_else(contradiction)?;
            let data = rest.take(header.packed).ok_or_else(contradiction)?;
            unpacked = unpacked.saturating_add(header.unpacked);
            if header.unpacked > PAGE_MAX || unpacked > UNPACKED_MAX {
                return Err(SheetError::TooLarge);
            }
            if matches!(column.compression(), Compression::GZIP(_)) && header.is_packed {
                let packed = data.get(header.levels..).ok_or_else(contradiction)?;
                // What is wrong with its bytes is told by the reader; here only their number counts.
                let mut within = io::Read::take(MultiGzDecoder::new(packed), header.unpacked.saturating_add(1));
                if io::copy(&mut within, &mut io::sink()).is_ok_and(|length| length > header.unpacked) {
                    return Err(SheetError::TooLarge);
                }
            }
        }
    }
    Ok(())
}

/// Tells that the footer of a file can be read in a time that its length bounds.
///
/// The `parquet` crate (60.1) skips a list of truth values without taking bytes, so a footer of a few bytes could keep it
/// busy for minutes. No footer that is valid has such a list. (One that is made to be read in two ways still passes: the crate
/// does not compare the types of fields with those that it expects.)
///
/// # Errors
/// [`SheetError::Contradiction`] if it can not.
pub fn has_footer(file: &[u8]) -> Result<(), SheetError> {
    // A file that is torn off before its end is refused by the decoder, which says so.
    if !file.ends_with(b"PAR1") {
        return Ok(());
    }
    let footer = || {
        let (rest, _magic) = file.split_last_chunk::<4>()?;
        let (rest, length) = rest.split_last_chunk::<4>()?;
        let start = rest.len().checked_sub(u32::from_le_bytes(*length) as usize)?;
        Reader { bytes: &rest[start..] }.structure(0, DEEPEST, &mut |_, _, _| {})
    };
    footer().ok_or_else(contradiction)
}

fn contradiction() -> SheetError {
    SheetError::Contradiction("Parquet".to_owned())
}

/// Returns the bytes of a column chunk.
fn chunk<'a>(file: &'a Bytes, column: &ColumnChunkMetaData) -> Option<&'a [u8]> {
    let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(column.compressed_size()).ok()?)?;
    file.get(start..end)
}

/// Is what a page's header says of its size.
#[derive(Debug)]
struct Header {
    packed: u64,
    unpacked: u64,
    /// Bytes of levels before the packed part (data pages of version 2).
    levels: usize,
    is_packed: bool,
}

struct Reader<'a> {
    bytes: &'a [u8],
}

/// Fields of `PageHeader`, and of `DataPageHeaderV2` within it (parquet.thrift).
const UNPACKED: i16 = 2;
const PACKED: i16 = 3;
const DATA_PAGE_V2: i16 = 8;
const DEFINITION_LEVELS: i16 = 5;
const REPETITION_LEVELS: i16 = 6;
const IS_PACKED: i16 = 7;
/// Most values within values; a footer has about ten.
const DEEPEST: u32 = 32;

impl Reader<'_> {
    fn header(&mut self) -> Option<Header> {
        let mut header = Header { packed: 0, unpacked: 0, levels: 0, is_packed: true };
        let mut is_told = (false, false);
        self.structure(0, DEEPEST, &mut |within, field, value| {
            let length = u64::try_from(value).unwrap_or(u64::MAX);
            match (within, field) {
                (0, UNPACKED) => (header.unpacked, is_told.0) = (length, true),
                (0, PACKED) => (header.packed, is_told.1) = (length, true),
                (DATA_PAGE_V2, DEFINITION_LEVELS | REPETITION_LEVELS) => {
                    header.levels = header.levels.saturating_add(usize::try_from(value).unwrap_or(usize::MAX));
                }
                (DATA_PAGE_V2, IS_PACKED) => header.is_packed = value != 0,
                _ => {}
            }
        })?;
        (is_told == (true, true)).then_some(header)
    }

    fn take(&mut self, length: u64) -> Option<&[u8]> {
        let (taken, rest) = self.bytes.split_at_checked(usize::try_from(length).ok()?)?;
        self.bytes = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Reads a structure and tells each whole number in it: the field that the structure is, its own field, the number.
    fn structure(&mut self, within: i16, depth: u32, tell: &mut impl FnMut(i16, i16, i64)) -> Option<()> {
        let mut field = 0i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            field = match head >> 4 {
                0 => i16::try_from(self.zigzag()?).ok()?,
                step => field.checked_add(i16::from(step))?,
            };
            match head & 0x0f {
                kind @ (1 | 2) => tell(within, field, i64::from(kind == 1)),
                4..=6 => {
                    let value = self.zigzag()?;
                    tell(within, field, value);
                }
                kind => self.value(kind, field, depth, tell)?,
            }
        }
    }

    /// Reads over a value that is no whole number of a structure.
    fn value(&mut self, kind: u8, field: i16, depth: u32, tell: &mut impl FnMut(i16, i16, i64)) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            3 => self.byte().map(drop),
            4..=6 => self.varint().map(drop),
            7 => self.take(8).map(drop),
            8 => {
                let length = self.varint()?;
                self.take(length).map(drop)
            }
            9 | 10 => {
                let head = self.byte()?;
                // No page header and no footer has a list of truth values; see `has_footer`.
                (!matches!(head & 0x0f, 1 | 2)).then_some(())?;
                let length = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                // Each element takes a byte or more.
                (length <= self.bytes.len() as u64).then_some(())?;
                (0..length).try_for_each(|_| self.value(head & 0x0f, field, depth, tell))
            }
            12 => self.structure(field, depth, tell),
            _ => None,
        }
    }
}
