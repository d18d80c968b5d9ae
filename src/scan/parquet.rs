//! Parquet, one piece of a row group at a time, without arrays between the pages and the tickets.
//!
//! Texts are taken where they lie in the decompressed page, and the value of a stratum is looked up once for each entry of
//! a dictionary. The encodings that nearly all files use for text (plain and dictionary) are read here; a column with
//! any other goes through the readers of the `parquet` crate, at their price.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use parquet::basic::{ConvertedType, Encoding, LogicalType, Type};
use parquet::column::page::{Page, PageReader};
use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::levels;
use super::tally::{BATCH, Batch, Sink, Span, Values};
use crate::both;
use crate::lang::Text;

/// Is the place of a heading among a file's columns, or why there is none.
pub fn column(reader: &SerializedFileReader<File>, heading: &str) -> Result<usize, Text> {
    let schema = reader.metadata().file_metadata().schema_descr();
    let found = (0..schema.num_columns()).find(|&at| schema.column(at).path().string() == heading);
    let at = found.ok_or_else(|| both!("there is no column {heading:?}", "没有名为 {heading:?} 的列"))?;
    is_readable(&schema.column(at)).map(|()| at)
}

/// Lists the names of a file's columns.
pub fn headings(reader: &SerializedFileReader<File>) -> Vec<String> {
    let schema = reader.metadata().file_metadata().schema_descr();
    (0..schema.num_columns()).map(|at| schema.column(at).path().string()).collect()
}

fn is_readable(column: &ColumnDescriptor) -> Result<(), Text> {
    let name = column.name();
    if column.max_rep_level() > 0 || column.max_def_level() > 1 {
        return Err(both!("column {name:?} is nested", "列 {name:?} 是嵌套的"));
    }
    let logical = column.logical_type_ref();
    let is_plain_integer = matches!(logical, None | Some(LogicalType::Integer(_)))
        && !matches!(
            column.converted_type(),
            ConvertedType::DATE
                | ConvertedType::DECIMAL
                | ConvertedType::TIME_MILLIS
                | ConvertedType::TIME_MICROS
                | ConvertedType::TIMESTAMP_MILLIS
                | ConvertedType::TIMESTAMP_MICROS
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64
        );
    match column.physical_type() {
        Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY if !matches!(logical, Some(LogicalType::Decimal(_))) => Ok(()),
        Type::INT32 | Type::INT64 if is_plain_integer => Ok(()),
        other => Err(both!("column {name:?} holds {other} and no text", "列 {name:?} 的内容是 {other}，不是文本")),
    }
}

/// Is a run of rows of one row group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub group: usize,
    pub rows: Range<u64>,
}

/// Rows of a row group from which on it is cut into pieces, so that several threads share it.
const PIECE: u64 = 1 << 20;

/// Most pieces of a row group: each has to pass over the heads of all pages before it.
const PIECES_MAX: u64 = 8;

/// Cuts row groups of so many rows into pieces, in their order.
pub fn pieces(groups: &[u64]) -> Vec<Piece> {
    let of_group = |(group, &rows): (usize, &u64)| {
        let count = (rows / PIECE).clamp(1, PIECES_MAX);
        // The quotient before the product: a footer may claim any number of rows.
        let bound = move |at: u64| if at == count { rows } else { rows / count * at };
        (0..count).map(move |at| Piece { group, rows: bound(at)..bound(at + 1) })
    };
    groups.iter().enumerate().flat_map(of_group).collect()
}

/// Hands the rows of a piece to a sink, batch by batch, and returns their number.
///
/// `columns` are the id's column and then those of the job's headings; `at` are the numbers of the file and the piece.
///
/// # Errors
/// [`ParquetError`] if the file contradicts itself or uses what is not supported.
pub fn scan(
    reader: &SerializedFileReader<File>,
    columns: &[usize],
    piece: &Piece,
    at: (u32, u32),
    sink: &mut impl Sink,
    values: &mut [Values],
) -> Result<u64, ParquetError> {
    let group = reader.get_row_group(piece.group)?;
    let mut columns = columns.iter().map(|&at| Column::open(&*group, at)).collect::<Result<Vec<_>, _>>()?;
    for column in &mut columns {
        column.skip(piece.rows.start)?;
    }
    let mut numbers: Vec<Vec<u32>> = vec![Vec::with_capacity(BATCH); values.len()];
    let mut ids: Vec<Span> = Vec::with_capacity(BATCH);
    let (mut row, wanted) = (0, piece.rows.end - piece.rows.start);
    while row < wanted {
        let mut rows = usize::try_from(wanted - row).map_or(BATCH, |left| left.min(BATCH));
        for column in &mut columns {
            rows = rows.min(column.ready()?);
        }
        if rows == 0 {
            break;
        }
        let (id, others) = columns.split_first_mut().expect("the id has a column");
        for ((column, numbers), values) in others.iter_mut().zip(&mut numbers).zip(&mut *values) {
            column.numbers(rows, values, numbers);
        }
        id.spans(rows, &mut ids);
        sink.take(&Batch { bytes: id.bytes(), ids: &ids, values: &numbers, at: (at.0, at.1, row) }, values);
        row += rows as u64;
    }
    let all = u64::try_from(group.metadata().num_rows()).unwrap_or(0);
    let is_last = piece.rows.end == all;
    if row != wanted || is_last && columns.iter_mut().any(|column| column.ready().map_or(true, |rows| rows > 0)) {
        return Err(ParquetError::General(format!("a column has not the {all} rows of its row group")));
    }
    Ok(row)
}

/// Texts that follow each other in some bytes.
#[derive(Default)]
struct Texts {
    bytes: bytes::Bytes,
    spans: Vec<Span>,
}

/// Reads one column of a row group.
struct Column {
    source: Source,
    /// Texts of the page at hand; of the dictionary, if `picks` are given.
    texts: Texts,
    /// Texts of the dictionary, the last one empty for null.
    dictionary: Option<Texts>,
    /// Number of the value of each text of the dictionary.
    known: Vec<u32>,
    /// For each row of the page the entry of the dictionary.
    picks: Option<Vec<u32>>,
    next: usize,
    rows: usize,
    /// Rows of the row group that no page has brought yet; a page that says it has more is damaged.
    left: u64,
    is_nullable: bool,
    /// Length of each value, where it is fixed.
    width: Option<usize>,
}

enum Source {
    Pages(Box<dyn PageReader>),
    Records(Box<ColumnReader>),
}

impl Column {
    fn open(group: &dyn RowGroupReader, at: usize) -> Result<Column, ParquetError> {
        let metadata = group.metadata().column(at);
        let descriptor = metadata.column_descr();
        let known = [Encoding::PLAIN, Encoding::PLAIN_DICTIONARY, Encoding::RLE_DICTIONARY, Encoding::RLE];
        let is_bytes = matches!(descriptor.physical_type(), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
        let is_fast = is_bytes && metadata.encodings().all(|encoding| known.contains(&encoding));
        let is_fixed = descriptor.physical_type() == Type::FIXED_LEN_BYTE_ARRAY;
        Ok(Column {
            source: if is_fast {
                Source::Pages(group.get_column_page_reader(at)?)
            } else {
                Source::Records(Box::new(group.get_column_reader(at)?))
            },
            texts: Texts::default(),
            dictionary: None,
            known: Vec::new(),
            picks: None,
            next: 0,
            rows: 0,
            left: u64::try_from(group.metadata().num_rows()).unwrap_or(0),
            is_nullable: descriptor.max_def_level() > 0,
            width: is_fixed.then(|| usize::try_from(descriptor.type_length()).unwrap_or(0)),
        })
    }

    /// Passes over rows at the begin of the row group; pages that have no others are not even decompressed.
    fn skip(&mut self, mut rows: u64) -> Result<(), ParquetError> {
        let short = || ParquetError::General("a column ends before its row group".to_owned());
        if let Source::Records(reader) = &mut self.source {
            let wanted = usize::try_from(rows).unwrap_or(usize::MAX);
            return if skip_records(reader, wanted)? == wanted { Ok(()) } else { Err(short()) };
        }
        while rows > 0 {
            let Source::Pages(pages) = &mut self.source else { break };
            let next = pages.peek_next_page()?.ok_or_else(short)?;
            // A column that is not nested has as many levels as rows; a dictionary has none.
            let count = if next.is_dict { None } else { next.num_levels.or(next.num_rows).map(|count| count as u64) };
            match count {
                Some(count) if count <= rows => {
                    pages.skip_next_page()?;
                    (rows, self.left) = (rows - count, self.left.checked_sub(count).ok_or_else(short)?);
                }
                _ => {
                    self.read()?;
                    // Unless it was a dictionary, the rows begin within this page.
                    let passed = rows.min(self.rows as u64);
                    (self.next, rows) = (passed as usize, rows - passed);
                }
            }
        }
        Ok(())
    }

    /// Returns how many rows are at hand, reading a page if there are none; 0 at the end.
    fn ready(&mut self) -> Result<usize, ParquetError> {
        while self.next == self.rows {
            if !self.read()? {
                return Ok(0);
            }
        }
        Ok(self.rows - self.next)
    }

    /// Reads the next page, whatever it is; tells whether there was one.
    fn read(&mut self) -> Result<bool, ParquetError> {
        (self.next, self.rows) = (0, 0);
        match &mut self.source {
            Source::Pages(pages) => {
                let Some(page) = pages.get_next_page()? else { return Ok(false) };
                self.page(page).ok_or_else(|| {
                    ParquetError::General("a page is shorter than it says, or of an unknown form".to_owned())
                })?;
                Ok(true)
            }
            Source::Records(reader) => {
                self.texts = records(reader, self.is_nullable)?;
                self.rows = self.texts.spans.len();
                Ok(self.rows > 0)
            }
        }
    }

    /// Takes a page; `None` if it contradicts itself.
    fn page(&mut self, page: Page) -> Option<()> {
        if !matches!(page, Page::DictionaryPage { .. }) {
            self.left = self.left.checked_sub(page.num_values().into())?;
        }
        let (data, valid, count, encoding) = match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                let mut texts = self.plain(buf, num_values as usize, None)?;
                texts.spans.push((0, 0));
                self.dictionary = Some(texts);
                self.known.clear();
                return Some(());
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                let count = num_values as usize;
                if !self.is_nullable {
                    (buf, None, count, encoding)
                } else if def_level_encoding == Encoding::RLE {
                    let length = u32::from_le_bytes(*buf.first_chunk()?) as usize;
                    let valid = levels::valid(buf.get(4..4 + length)?, count)?;
                    (buf.slice(4 + length..), valid, count, encoding)
                } else {
                    return None;
                }
            }
            Page::DataPageV2 { buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let (count, skip) = (num_values as usize, rep_levels_byte_len as usize);
                let end = skip.checked_add(def_levels_byte_len as usize)?;
                let valid = if self.is_nullable { levels::valid(buf.get(skip..end)?, count)? } else { None };
                buf.get(..end)?;
                (buf.slice(end..), valid, count, encoding)
            }
        };
        let filled = valid.as_ref().map_or(count, |valid| valid.iter().filter(|valid| **valid).count());
        if encoding == Encoding::PLAIN {
            self.texts = self.plain(data, filled, valid.as_deref())?;
            self.picks = None;
        } else {
            let entries = self.dictionary.as_ref()?.spans.len() as u32 - 1;
            let (&width, packed) = data.split_first()?;
            let mut picks = std::mem::take(&mut self.picks).unwrap_or_default();
            picks.clear();
            levels::unpack(packed, u32::from(width), filled, &mut picks)?;
            if picks.iter().any(|&pick| pick >= entries) {
                return None;
            }
            if let Some(valid) = valid {
                let mut filled = picks.into_iter();
                picks = valid
                    .iter()
                    .map(|valid| if *valid { filled.next() } else { Some(entries) })
                    .collect::<Option<_>>()?;
            }
            self.picks = Some(picks);
        }
        self.rows = count;
        Some(())
    }

    /// Finds the texts of a plain page; rows that are not valid get the empty text.
    fn plain(&mut self, bytes: bytes::Bytes, filled: usize, valid: Option<&[bool]>) -> Option<Texts> {
        let mut spans = std::mem::take(&mut self.texts.spans);
        spans.clear();
        // No more than the page can hold, whatever it says.
        spans.reserve(filled.min(bytes.len()) + 1);
        // What stands before each value, and how long it is, if that is the same for all.
        let prefix = if self.width.is_some() { 0 } else { 4 };
        match self.width.or_else(|| common_length(&bytes, filled)) {
            Some(length) => {
                let stride = prefix + length;
                if filled.checked_mul(stride)? > u32::try_from(bytes.len()).ok()? as usize {
                    return None;
                }
                spans.extend((0..filled).map(|at| ((at * stride + prefix) as u32, length as u32)));
            }
            None => {
                let mut at = 0usize;
                for _ in 0..filled {
                    let length = u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
                    at += prefix;
                    let end = at.checked_add(length as usize).filter(|end| *end <= bytes.len())?;
                    spans.push((u32::try_from(at).ok()?, length));
                    at = end;
                }
            }
        }
        if let Some(valid) = valid {
            let mut filled = spans.into_iter();
            spans =
                valid.iter().map(|valid| if *valid { filled.next() } else { Some((0, 0)) }).collect::<Option<_>>()?;
        }
        Some(Texts { bytes, spans })
    }

    fn bytes(&self) -> &[u8] {
        match (&self.picks, &self.dictionary) {
            (Some(_), Some(dictionary)) => &dictionary.bytes,
            _ => &self.texts.bytes,
        }
    }

    /// Takes the next rows as texts.
    fn spans(&mut self, rows: usize, out: &mut Vec<Span>) {
        out.clear();
        let of = self.next..self.next + rows;
        match (&self.picks, &self.dictionary) {
            (Some(picks), Some(dictionary)) => {
                out.extend(picks[of].iter().map(|&pick| dictionary.spans[pick as usize]))
            }
            _ => out.extend_from_slice(&self.texts.spans[of]),
        }
        self.next += rows;
    }

    /// Takes the next rows as numbers of values.
    fn numbers(&mut self, rows: usize, values: &mut Values, out: &mut Vec<u32>) {
        out.clear();
        let of = self.next..self.next + rows;
        let text =
            |texts: &Texts, (start, length): Span| texts.bytes.slice(start as usize..start as usize + length as usize);
        match (&self.picks, &self.dictionary) {
            (Some(picks), Some(dictionary)) => {
                if self.known.is_empty() {
                    self.known = dictionary.spans.iter().map(|&span| values.number(&text(dictionary, span))).collect();
                }
                out.extend(picks[of].iter().map(|&pick| self.known[pick as usize]));
            }
            _ => {
                let bytes = &self.texts.bytes;
                let number = |&(start, length): &Span| values.number(&bytes[start as usize..][..length as usize]);
                out.extend(self.texts.spans[of].iter().map(number));
            }
        }
        self.next += rows;
    }
}

/// Returns the length that all texts of a plain page have, as ids mostly do; `None` if they differ.
///
/// To look whether each stands where it would then stand is faster than to go from each to the next.
fn common_length(bytes: &[u8], filled: usize) -> Option<usize> {
    let first: &[u8; 4] = bytes.first_chunk()?;
    let length = u32::from_le_bytes(*first) as usize;
    let mut texts = bytes.chunks_exact(length.checked_add(4)?);
    let is_same = texts.len() >= filled && texts.by_ref().take(filled).all(|text| text.starts_with(first));
    is_same.then_some(length)
}

/// Passes over some rows of a column through the crate's own readers, and returns how many.
fn skip_records(reader: &mut ColumnReader, rows: usize) -> Result<usize, ParquetError> {
    match reader {
        ColumnReader::ByteArrayColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int32ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int64ColumnReader(reader) => reader.skip_records(rows),
        _ => Err(ParquetError::General("a column holds no text".to_owned())),
    }
}

/// Reads some rows of a column through the crate's own readers, as texts.
fn records(reader: &mut ColumnReader, is_nullable: bool) -> Result<Texts, ParquetError> {
    const ROWS: usize = 8 * BATCH;
    let mut levels: Vec<i16> = Vec::new();
    let defined = is_nullable.then_some(&mut levels);
    let mut arena = Vec::new();
    let mut filled: Vec<Span> = Vec::new();
    let mut push = |text: &[u8]| {
        filled.push((arena.len() as u32, text.len() as u32));
        arena.extend_from_slice(text);
    };
    let rows = match reader {
        ColumnReader::ByteArrayColumnReader(reader) => {
            let mut read: Vec<ByteArray> = Vec::new();
            let (rows, ..) = reader.read_records(ROWS, defined, None, &mut read)?;
            read.iter().for_each(|text| push(text.data()));
            rows
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            let mut read = Vec::new();
            let (rows, ..) = reader.read_records(ROWS, defined, None, &mut read)?;
            read.iter().for_each(|text| push(text.data()));
            rows
        }
        ColumnReader::Int32ColumnReader(reader) => {
            let mut read = Vec::new();
            let (rows, ..) = reader.read_records(ROWS, defined, None, &mut read)?;
            read.iter().for_each(|number: &i32| push(number.to_string().as_bytes()));
            rows
        }
        ColumnReader::Int64ColumnReader(reader) => {
            let mut read = Vec::new();
            let (rows, ..) = reader.read_records(ROWS, defined, None, &mut read)?;
            read.iter().for_each(|number: &i64| push(number.to_string().as_bytes()));
            rows
        }
        _ => return Err(ParquetError::General("a column holds no text".to_owned())),
    };
    if is_nullable {
        let mut filled_rows = filled.into_iter();
        let span = |level: &i16| if *level > 0 { filled_rows.next() } else { Some((0, 0)) };
        filled = levels.iter().map(span).collect::<Option<_>>().unwrap_or_default();
    }
    if filled.len() != rows {
        return Err(ParquetError::General("a column has not as many values as it says".to_owned()));
    }
    Ok(Texts { bytes: arena.into(), spans: filled })
}

/// Reads a table of texts and numbers as the lines of its CSV form (protocol §8.1).
pub struct Lines {
    reader: SerializedFileReader<File>,
    group: usize,
    columns: Vec<ColumnReader>,
    buffer: Vec<u8>,
    next: usize,
}

impl Lines {
    /// Starts with a heading, with its line end.
    pub fn new(reader: SerializedFileReader<File>, heading: &str) -> Lines {
        Lines { reader, group: 0, columns: Vec::new(), buffer: heading.as_bytes().to_vec(), next: 0 }
    }

    /// Puts more lines into the buffer; tells whether there are any.
    fn fill(&mut self) -> Result<bool, ParquetError> {
        self.buffer.clear();
        self.next = 0;
        while self.buffer.is_empty() {
            let texts = self.columns.iter_mut().map(|column| records(column, false)).collect::<Result<Vec<_>, _>>()?;
            let rows = texts.first().map_or(0, |texts| texts.spans.len());
            if texts.iter().any(|texts| texts.spans.len() != rows) {
                return Err(ParquetError::General("columns differ in length".to_owned()));
            }
            for row in 0..rows {
                for (at, texts) in texts.iter().enumerate() {
                    let (start, length) = texts.spans[row];
                    let text = String::from_utf8_lossy(&texts.bytes[start as usize..][..length as usize]);
                    self.buffer.extend_from_slice(super::write::quoted(&text).as_bytes());
                    self.buffer.push(if at + 1 == self.columns.len() { b'\n' } else { b',' });
                }
            }
            if rows == 0 {
                if self.group == self.reader.num_row_groups() {
                    return Ok(false);
                }
                let group = self.reader.get_row_group(self.group)?;
                self.columns =
                    (0..group.num_columns()).map(|at| group.get_column_reader(at)).collect::<Result<_, _>>()?;
                self.group += 1;
            }
        }
        Ok(true)
    }
}

impl Read for Lines {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.next == self.buffer.len() && !self.fill().map_err(io::Error::other)? {
            return Ok(0);
        }
        let length = out.len().min(self.buffer.len() - self.next);
        out[..length].copy_from_slice(&self.buffer[self.next..][..length]);
        self.next += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(texts: &[&str]) -> Vec<u8> {
        texts.iter().flat_map(|text| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()).collect()
    }

    /// Without it an id of another length, far down in a page, would be read as a piece of its neighbours.
    #[test]
    fn a_common_length_is_that_of_all() {
        let same = page(&["ab", "cd", "ef"]);
        assert_eq!(common_length(&same, 3), Some(2));
        assert_eq!(common_length(&same, 2), Some(2));
        assert_eq!(common_length(&same, 4), None, "the page has three");
        assert_eq!(common_length(&same[..17], 3), None, "the last is cut");
        assert_eq!(common_length(&page(&["ab", "cd", "efg"]), 3), None);
        assert_eq!(common_length(&page(&["ab", "cd", "e", "f"]), 4), None);
        assert_eq!(common_length(&page(&["", ""]), 2), Some(0));
        assert_eq!(common_length(&[0xff, 0xff, 0xff, 0xff, 0], 1), None);
    }
}
