//! CSV, cut at ends of records into parts that threads read by themselves.
//!
//! Where no quote stands in a part, fields end at separators and line ends and nothing else, and the two are looked for many
//! bytes at a time. A part with quotes is read record by record by the `csv` crate.

use std::fs::File;
use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};

use super::tally::{BATCH, Batch, Sink, Span, Values, Wrong};

/// Bytes that are read at once.
const PART: usize = 4 << 20;

/// Longest part without an end of a record; a file that has more is broken, or no CSV.
const PART_MAX: usize = 64 << 20;

/// Cuts a file into parts at ends of records.
pub struct Parts {
    file: File,
    /// Bytes behind the last cut.
    rest: Vec<u8>,
    is_at_end: bool,
}

/// Says how a file parts its fields, and where its headings end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub separator: u8,
    pub headings: Vec<String>,
    /// Bytes of the heading row with its end, a byte order mark included.
    pub skip: usize,
}

/// Is why a file can not be cut.
#[derive(Debug)]
pub enum Cut {
    Io(io::Error),
    /// A quote is opened and not closed, within reasonable bounds.
    Quote,
}

impl Parts {
    /// Opens a file and reads its headings.
    ///
    /// # Errors
    /// [`Cut`] if it can not be read, or its first record does not end.
    pub fn open(file: File) -> Result<(Parts, Shape), Cut> {
        let mut parts = Parts { file, rest: Vec::new(), is_at_end: false };
        let mut first = Vec::new();
        parts.next(&mut first)?;
        let shape = Shape::of(&first);
        first.drain(..shape.skip);
        first.append(&mut parts.rest);
        parts.rest = first;
        Ok((parts, shape))
    }

    /// Puts the next part into `part`, in place of what it holds; it is empty at the end.
    ///
    /// # Errors
    /// [`Cut`] if the file can not be read, or a record does not end.
    pub fn next(&mut self, part: &mut Vec<u8>) -> Result<(), Cut> {
        part.clear();
        part.append(&mut self.rest);
        loop {
            if !self.is_at_end && part.len() < PART_MAX {
                part.reserve(PART);
                let read = self.file.by_ref().take(PART as u64).read_to_end(part).map_err(Cut::Io)?;
                self.is_at_end = read < PART;
            }
            let cut = end_of_records(part);
            if self.is_at_end && (cut == part.len() || memchr_iter(b'"', &part[cut..]).count().is_multiple_of(2)) {
                return Ok(());
            }
            if cut > 0 && !self.is_at_end {
                self.rest.extend_from_slice(&part[cut..]);
                part.truncate(cut);
                return Ok(());
            }
            if self.is_at_end || part.len() >= PART_MAX {
                return Err(Cut::Quote);
            }
        }
    }
}

/// Finds the end of the last record that is whole: behind the last line end with an even number of quotes before it.
fn end_of_records(bytes: &[u8]) -> usize {
    let mut quotes = memchr_iter(b'"', bytes).count();
    let mut end = bytes.len();
    loop {
        let quote = if quotes == 0 { None } else { memrchr(b'"', &bytes[..end]) };
        let line_end = memrchr(b'\n', &bytes[..end]);
        match (quote, line_end) {
            (_, None) => return 0,
            (None, Some(line_end)) => return line_end + 1,
            (Some(quote), Some(line_end)) if quotes.is_multiple_of(2) && line_end > quote => return line_end + 1,
            (Some(quote), _) => {
                end = quote;
                quotes -= 1;
            }
        }
    }
}

impl Shape {
    fn of(part: &[u8]) -> Shape {
        let mark = if part.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let line = &part[mark..memchr(b'\n', part).map_or(part.len(), |end| end.max(mark))];
        let count = |separator: u8| memchr_iter(separator, line).count();
        // Of equals the last is taken, so that a file of one column has commas.
        let separator = [b'\t', b';', b','].into_iter().max_by_key(|&separator| count(separator)).unwrap_or(b',');
        let mut reader = csv_reader(&part[mark..], separator);
        let mut record = csv::ByteRecord::new();
        let is_read = reader.read_byte_record(&mut record).unwrap_or(false);
        let headings = record.iter().map(|heading| String::from_utf8_lossy(heading).into_owned()).collect();
        let mut skip = mark + if is_read { reader.position().byte() as usize } else { 0 };
        // The reader may stop between the two bytes of a CR LF.
        if part.get(skip) == Some(&b'\n') {
            skip += 1;
        }
        Shape { separator, headings, skip }
    }
}

fn csv_reader(bytes: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(bytes)
}

/// Hands the records of a part to a sink, batch by batch, and returns their number.
///
/// `columns` are the positions of the id and then of the job's headings; `at` is the file and the part.
pub fn scan(
    part: &[u8],
    shape: &Shape,
    columns: &[usize],
    at: (u32, u32),
    sink: &mut impl Sink,
    values: &mut [Values],
) -> u64 {
    let mut rows = Rows {
        columns,
        at,
        row: 0,
        spans: vec![Vec::with_capacity(BATCH); columns.len()],
        numbers: vec![Vec::new(); values.len()],
    };
    if memchr(b'"', part).is_none() {
        plain(part, shape, &mut rows, sink, values);
    } else {
        quoted(part, shape, &mut rows, sink, values);
    }
    rows.row
}

/// Holds the rows of a part that are not handed over yet.
struct Rows<'a> {
    columns: &'a [usize],
    at: (u32, u32),
    /// Records so far, in the part.
    row: u64,
    spans: Vec<Vec<Span>>,
    numbers: Vec<Vec<u32>>,
}

impl Rows<'_> {
    /// Hands over what is there.
    fn flush(&mut self, bytes: &[u8], sink: &mut impl Sink, values: &mut [Values]) {
        let (ids, others) = self.spans.split_first().expect("the id has a column");
        for ((spans, numbers), values) in others.iter().zip(&mut self.numbers).zip(&mut *values) {
            numbers.clear();
            numbers.extend(
                spans.iter().map(|&(start, length)| values.number(&bytes[start as usize..][..length as usize])),
            );
        }
        let first = self.row - ids.len() as u64;
        sink.take(&Batch { bytes, ids, values: &self.numbers, at: (self.at.0, self.at.1, first) }, values);
        self.spans.iter_mut().for_each(Vec::clear);
    }

    fn is_full(&self) -> bool {
        self.spans[0].len() >= BATCH
    }
}

/// Reads a part without quotes.
fn plain(part: &[u8], shape: &Shape, rows: &mut Rows<'_>, sink: &mut impl Sink, values: &mut [Values]) {
    // For each field the columns that take it.
    let takers: Vec<Vec<usize>> = (0..shape.headings.len())
        .map(|field| (0..rows.columns.len()).filter(|&column| rows.columns[column] == field).collect())
        .collect();
    let (mut field, mut start, mut line) = (0, 0, 0);
    let last = (!part.ends_with(b"\n") && !part.is_empty()).then_some(part.len());
    for end in memchr2_iter(shape.separator, b'\n', part).chain(last) {
        let is_end = part.get(end).is_none_or(|&byte| byte == b'\n');
        let takers_of_field = takers.get(field).map_or(&[][..], Vec::as_slice);
        if !takers_of_field.is_empty() {
            let text = &part[start..end];
            let text = if is_end { text.strip_suffix(b"\r").unwrap_or(text) } else { text };
            for &column in takers_of_field {
                rows.spans[column].push((start as u32, text.len() as u32));
            }
        }
        start = end + 1;
        field += 1;
        if !is_end {
            continue;
        }
        if field != takers.len() {
            let is_blank = field == 1 && matches!(&part[line..end], b"" | b"\r");
            rows.spans.iter_mut().zip(rows.columns).filter(|(_, column)| **column < field).for_each(|(spans, _)| {
                spans.pop();
            });
            if !is_blank {
                // The rows before it are counted with their batch, so that numbers stay right.
                rows.flush(part, sink, values);
                sink.wrong(Wrong::Fields, (rows.at.0, rows.at.1, rows.row), &part[line..end]);
                rows.row += 1;
            }
        } else {
            rows.row += 1;
            if rows.is_full() {
                rows.flush(part, sink, values);
            }
        }
        (field, line) = (0, start);
    }
    rows.flush(part, sink, values);
}

/// Reads a part with quotes.
fn quoted(part: &[u8], shape: &Shape, rows: &mut Rows<'_>, sink: &mut impl Sink, values: &mut [Values]) {
    let mut reader = csv_reader(part, shape.separator);
    let mut record = csv::ByteRecord::new();
    let mut arena: Vec<u8> = Vec::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        if record.len() != shape.headings.len() {
            rows.flush(&arena, sink, values);
            arena.clear();
            sink.wrong(Wrong::Fields, (rows.at.0, rows.at.1, rows.row), record.as_slice());
            rows.row += 1;
            continue;
        }
        for (spans, &column) in rows.spans.iter_mut().zip(rows.columns) {
            let text = &record[column];
            spans.push((arena.len() as u32, text.len() as u32));
            arena.extend_from_slice(text);
        }
        rows.row += 1;
        if rows.is_full() {
            rows.flush(&arena, sink, values);
            arena.clear();
        }
    }
    rows.flush(&arena, sink, values);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a part could begin in the middle of a name that has a line break, and rows would be lost or made up.
    #[test]
    fn parts_end_where_records_end() {
        let ends = |text: &str| end_of_records(text.as_bytes());
        assert_eq!(ends("a,b\nc,d\ne"), 8);
        assert_eq!(ends("a,\"b\nc\"\nd,\"e\nf"), 8);
        assert_eq!(ends("a,\"b\nc"), 0);
        assert_eq!(ends("a,\"b\"\"\nc\"\n"), 10);
        assert_eq!(ends("\"x\"\n\"y\"\n"), 8);
        assert_eq!(ends(""), 0);
    }

    /// Without it a mark before the headings, or a file from another office's program, would hide the id's column.
    #[test]
    fn headings_are_found() {
        let shape = |text: &str| Shape::of(text.as_bytes());
        assert_eq!(
            shape("\u{feff}id,name\r\n1,a\r\n"),
            Shape { separator: b',', headings: vec!["id".into(), "name".into()], skip: 12 }
        );
        assert_eq!(shape("\"a;b\";c\n"), Shape { separator: b';', headings: vec!["a;b".into(), "c".into()], skip: 8 });
        assert_eq!(shape("id"), Shape { separator: b',', headings: vec!["id".into()], skip: 2 });
    }
}
