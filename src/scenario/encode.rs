//! Large registries as files: blocks that threads encode by themselves and that are written one after the other.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, SchemaDescriptor, TypePtr};

use super::registry::{HEADINGS, Row, block};

/// Blocks of a row group, and of one thread's turn.
const BLOCKS: u64 = 8;

/// Is a registry to be made: its whole size, seed, and the threads that make it, which change no byte.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    pub entities: u64,
    pub seed: &'a str,
    pub threads: usize,
}

/// Is how Parquet keeps the ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    Text,
    /// Values of 18 bytes each.
    Fixed,
}

impl Made<'_> {
    /// Returns the blocks of the registry.
    pub fn blocks(&self) -> u64 {
        self.entities.div_ceil(super::registry::BLOCK)
    }

    /// Writes some blocks as CSV, with headings.
    ///
    /// # Errors
    /// [`io::Error`] of the writer.
    pub fn csv(&self, blocks: Range<u64>, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", HEADINGS.join(","))?;
        let encode = |blocks: Range<u64>| {
            let mut text = Vec::new();
            for row in blocks.flat_map(|number| block(self.entities, self.seed, number)) {
                for (at, field) in row.fields().into_iter().enumerate() {
                    if at > 0 {
                        text.push(b',');
                    }
                    text.extend_from_slice(field.as_bytes());
                }
                text.push(b'\n');
            }
            text
        };
        self.in_order(blocks, encode, |text| out.write_all(&text))
    }

    /// Writes some blocks as Parquet: ids plain, all other columns with dictionaries, compressed with Snappy.
    ///
    /// # Errors
    /// [`io::Error`] of the writer.
    pub fn parquet(&self, blocks: Range<u64>, ids: Ids, out: &mut (impl Write + Send)) -> io::Result<()> {
        let (schema, properties) = (schema(ids), properties());
        let descriptor = SchemaDescriptor::new(schema.clone());
        let mut writer = SerializedFileWriter::new(out, schema, properties.clone()).map_err(io::Error::other)?;
        let encode = |blocks: Range<u64>| -> Result<Vec<(Bytes, ColumnCloseResult)>, ParquetError> {
            let rows: Vec<Row> = blocks.flat_map(|number| block(self.entities, self.seed, number)).collect();
            (0..HEADINGS.len()).map(|at| column(&descriptor, &properties, at, &rows)).collect()
        };
        self.in_order(blocks, encode, |columns| {
            let mut group = writer.next_row_group().map_err(io::Error::other)?;
            for (bytes, close) in columns.map_err(io::Error::other)? {
                group.append_column(&bytes, close).map_err(io::Error::other)?;
            }
            group.close().map(|_| ()).map_err(io::Error::other)
        })?;
        writer.close().map(|_| ()).map_err(io::Error::other)
    }

    /// Lets threads encode turns of some blocks, and writes them in their order.
    fn in_order<T: Send>(
        &self,
        blocks: Range<u64>,
        encode: impl Fn(Range<u64>) -> T + Sync,
        mut write: impl FnMut(T) -> io::Result<()>,
    ) -> io::Result<()> {
        let turns: Vec<Range<u64>> =
            blocks.clone().step_by(BLOCKS as usize).map(|first| first..blocks.end.min(first + BLOCKS)).collect();
        for round in turns.chunks(self.threads.max(1)) {
            let encoded: Vec<T> = thread::scope(|scope| {
                let encode = &encode;
                let others: Vec<_> = round[1..].iter().map(|turn| scope.spawn(move || encode(turn.clone()))).collect();
                let first = encode(round[0].clone());
                let others = others
                    .into_iter()
                    .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
                std::iter::once(first).chain(others).collect()
            });
            encoded.into_iter().try_for_each(&mut write)?;
        }
        Ok(())
    }
}

fn schema(ids: Ids) -> TypePtr {
    let id = match ids {
        Ids::Text => "required binary id (utf8)",
        Ids::Fixed => "required fixed_len_byte_array(18) id",
    };
    let others: String = HEADINGS[1..].iter().map(|heading| format!("required binary {heading} (utf8);\n")).collect();
    let text = format!("message registry {{ {id};\n{others} }}");
    Arc::new(parse_message_type(&text).expect("the schema is well formed"))
}

fn properties() -> WriterPropertiesPtr {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let plain = ["id", "name"].into_iter().fold(properties, |properties, heading| {
        properties.set_column_dictionary_enabled(ColumnPath::from(heading), false)
    });
    Arc::new(plain.build())
}

/// Encodes one column of a row group.
fn column(
    schema: &SchemaDescriptor,
    properties: &WriterPropertiesPtr,
    at: usize,
    rows: &[Row],
) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
    let mut encoded = Vec::new();
    let mut tracked = TrackedWrite::new(&mut encoded);
    let pages = Box::new(SerializedPageWriter::new(&mut tracked));
    let mut texts: Bytes = {
        let mut texts = Vec::new();
        rows.iter().for_each(|row| texts.extend_from_slice(row.fields()[at].as_bytes()));
        texts.into()
    };
    let values = rows.iter().map(|row| ByteArray::from(texts.split_to(row.fields()[at].len())));
    let mut writer = get_column_writer(schema.column(at), properties.clone(), pages);
    match &mut writer {
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            writer.write_batch(&values.collect::<Vec<_>>(), None, None)?;
        }
        ColumnWriter::FixedLenByteArrayColumnWriter(writer) => {
            writer.write_batch(&values.map(FixedLenByteArray::from).collect::<Vec<_>>(), None, None)?;
        }
        _ => unreachable!("the schema has no other types"),
    }
    let close = writer.close()?;
    drop(tracked);
    Ok((encoded.into(), close))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it two machines would measure on different files, or a file would lack the rows between two threads.
    #[test]
    fn threads_change_no_byte() {
        let made = |threads| Made { entities: 700_000, seed: "t", threads };
        let parquet = |threads| {
            let mut bytes = Vec::new();
            made(threads).parquet(0..made(threads).blocks(), Ids::Text, &mut bytes).expect("memory takes all");
            bytes
        };
        assert!(parquet(1) == parquet(3), "one and three threads write the same file");
        let csv = |threads, blocks| {
            let mut bytes = Vec::new();
            made(threads).csv(blocks, &mut bytes).expect("memory takes all");
            bytes
        };
        let text = csv(2, 0..11);
        assert!(text == csv(1, 0..11));
        assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 700_001);
    }
}
