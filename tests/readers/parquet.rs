//! Parquet of other programs: every type that an office's table may have, every compression, lists, and damage.

use std::sync::Arc;

use fairdraw::files::decode;
use fairdraw::files::decode::sheet::{Sheet, SheetError};
use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::support::{run, stderr, temp};

/// One column of each kind, three rows, the second without values.
const SCHEMA: &str = "message registry {
    REQUIRED BYTE_ARRAY id (UTF8);
    OPTIONAL BYTE_ARRAY unmarked;
    OPTIONAL FIXED_LEN_BYTE_ARRAY (18) code;
    OPTIONAL INT32 whole;
    OPTIONAL INT32 small (UINT_8);
    OPTIONAL INT64 long (INTEGER(64,false));
    OPTIONAL INT32 day (DATE);
    OPTIONAL INT64 at (TIMESTAMP(NANOS,true));
    OPTIONAL INT64 moment (TIMESTAMP(MILLIS,true));
    OPTIONAL INT96 legacy;
    OPTIONAL INT32 price (DECIMAL(9,2));
    OPTIONAL DOUBLE double;
    OPTIONAL FLOAT float;
    OPTIONAL BOOLEAN yes;
    OPTIONAL GROUP tags (LIST) { REPEATED GROUP list { OPTIONAL BYTE_ARRAY element (UTF8); } }
    OPTIONAL GROUP place { OPTIONAL BYTE_ARRAY town (UTF8); }
}";

/// Writes the table; `text` are the cells of the column without a mark.
pub fn table(compression: Compression, version: WriterVersion, unmarked: &[&[u8]; 2]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = WriterProperties::builder().set_compression(compression).set_writer_version(version).build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let some: Option<&[i16]> = Some(&[1, 0, 1]);
    let text = |texts: &[&str]| texts.iter().map(|text| ByteArray::from(*text)).collect::<Vec<_>>();
    let days = |days: i64| days * 86_400;
    // 2017-03-15 is day 17,240 since 1970-01-01; INT96 counts from Julian day 0, which is 2,440,588 days before.
    let mut legacy = Int96::new();
    legacy.set_data(0, 0, 17_240 + 2_440_588);
    let mut at = 0;
    while let Some(mut column) = group.next_column().unwrap() {
        match (at, column.untyped()) {
            (0, ColumnWriter::ByteArrayColumnWriter(w)) => w.write_batch(&text(&["甲", "乙", "丙"]), None, None),
            (1, ColumnWriter::ByteArrayColumnWriter(w)) => {
                w.write_batch(&unmarked.map(|bytes| ByteArray::from(bytes.to_vec())), some, None)
            }
            (2, ColumnWriter::FixedLenByteArrayColumnWriter(w)) => {
                let codes = ["91411381MA00000019", "91411381MA00000027"];
                w.write_batch(&codes.map(|code| FixedLenByteArray::from(ByteArray::from(code))), some, None)
            }
            (3, ColumnWriter::Int32ColumnWriter(w)) => w.write_batch(&[-7, 5211], some, None),
            (4, ColumnWriter::Int32ColumnWriter(w)) => w.write_batch(&[0, 255], some, None),
            (5, ColumnWriter::Int64ColumnWriter(w)) => w.write_batch(&[-1, 411_381_001], some, None),
            (6, ColumnWriter::Int32ColumnWriter(w)) => w.write_batch(&[17_240, i32::MIN], some, None),
            (7, ColumnWriter::Int64ColumnWriter(w)) => {
                w.write_batch(&[days(17_240) * 1_000_000_000, days(17_240) * 1_000_000_000 + 1_500_000_000], some, None)
            }
            (8, ColumnWriter::Int64ColumnWriter(w)) => w.write_batch(&[days(17_240) * 1_000, i64::MAX], some, None),
            (9, ColumnWriter::Int96ColumnWriter(w)) => w.write_batch(&[legacy, legacy], some, None),
            (10, ColumnWriter::Int32ColumnWriter(w)) => w.write_batch(&[12_345, -5], some, None),
            (11, ColumnWriter::DoubleColumnWriter(w)) => w.write_batch(&[4_541_321.0, 0.03], some, None),
            (12, ColumnWriter::FloatColumnWriter(w)) => w.write_batch(&[0.1, 3.0], some, None),
            (13, ColumnWriter::BoolColumnWriter(w)) => w.write_batch(&[true, false], some, None),
            // Two values, an empty list, one value and one that is null.
            (14, ColumnWriter::ByteArrayColumnWriter(w)) => {
                w.write_batch(&text(&["食品", "特种设备", "消防"]), Some(&[3, 3, 1, 3, 2]), Some(&[0, 1, 0, 0, 1]))
            }
            (15, ColumnWriter::ByteArrayColumnWriter(w)) => {
                w.write_batch(&text(&["古城", "花洲"]), Some(&[2, 1, 2]), None)
            }
            (at, _) => panic!("column {at} has another type"),
        }
        .unwrap();
        column.close().unwrap();
        at += 1;
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

pub const COMPRESSIONS: fn() -> [Compression; 5] = || {
    [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(Default::default()),
        Compression::GZIP(Default::default()),
        Compression::LZ4_RAW,
    ]
};

fn rows(sheet: &Sheet) -> Vec<Vec<String>> {
    (0..sheet.height()).map(|row| sheet.cells(row).map(str::to_owned).collect()).collect()
}

// Without this test a date could come as the number of its day, or the export of another program not at all.
#[test]
fn every_type_becomes_the_text_that_it_stands_for() {
    let headings = "id,unmarked,code,whole,small,long,day,at,moment,legacy,price,double,float,yes,tags,place.town";
    let first = "甲,无,91411381MA00000019,-7,0,18446744073709551615,2017-03-15,2017-03-15,2017-03-15,2017-03-15,123.45,\
        4541321,0.1,true,食品、特种设备,古城";
    let second = "乙,,,,,,,,,,,,,,,";
    let third = "丙,有,91411381MA00000027,5211,255,411381001,,2017-03-15T00:00:01.5,,2017-03-15,-0.05,0.03,3,\
        false,消防,花洲";
    for compression in COMPRESSIONS() {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let sheets = decode::sheets(&table(compression, version, &["无".as_bytes(), "有".as_bytes()])).unwrap();
            let found: Vec<String> = rows(&sheets[0]).iter().map(|row| row.join(",")).collect();
            assert_eq!(found, [headings, first, second, third], "{compression:?} {version:?}");
            // Days before the year -9999 and after 9999 are no dates of any office.
            let broken: Vec<(u32, u32)> = sheets[0].broken.iter().map(|(row, column, _)| (*row, *column)).collect();
            assert_eq!(broken, [(3, 6), (3, 8)]);
        }
    }
}

// Without this test bytes that are no text would stop the whole file, or come in as something else.
#[test]
fn bytes_that_are_no_text_are_told_with_their_cell() {
    let bytes = table(Compression::SNAPPY, WriterVersion::PARQUET_1_0, &[&[0xff, 0xfe], "有".as_bytes()]);
    let sheets = decode::sheets(&bytes).unwrap();
    assert_eq!(sheets[0].height(), 4);
    let broken: Vec<(u32, u32)> = sheets[0].broken.iter().map(|(row, column, _)| (*row, *column)).collect();
    assert_eq!(broken, [(1, 1), (3, 6), (3, 8)]);
}

// Without this test a damaged file would show its reader the inside of a decoder instead of what to do.
#[test]
fn a_decoder_that_panics_is_not_heard() {
    let good = table(Compression::UNCOMPRESSED, WriterVersion::PARQUET_2_0, &["无".as_bytes(), "有".as_bytes()]);
    let panics = |at: &usize| {
        let mut damaged = good.clone();
        damaged[*at] ^= 0xff;
        matches!(decode::sheets(&damaged), Err(SheetError::Contradiction(_))).then_some(damaged)
    };
    let damaged: Vec<Vec<u8>> = (4..good.len()).filter_map(|at| panics(&at)).collect();
    assert!(!damaged.is_empty());
    let folder = temp();
    for (at, bytes) in damaged.iter().step_by(damaged.len().div_ceil(20)).enumerate() {
        let path = folder.path().join(format!("{at}.parquet"));
        std::fs::write(&path, bytes).unwrap();
        let output = run(["convert".as_ref(), path.as_os_str(), folder.path().join("out.csv").as_os_str()]);
        assert!(!output.status.success());
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
        assert!(stderr(&output).contains("contradicts itself"), "{}", stderr(&output));
    }
}

// Without this test a file of some kilobytes could fill the memory: gzip unpacks to what it holds and not to what its page
// says, and a page of any other compression takes the memory that it asks for.
#[test]
fn pages_that_unpack_to_more_than_they_say_are_refused() {
    let zeros = vec![0u8; 4 << 20];
    let gzip = table(Compression::GZIP(Default::default()), WriterVersion::PARQUET_1_0, &[&zeros, b"1"]);
    assert!(gzip.len() < 20_000, "the zeros are packed");
    assert_eq!(decode::sheets(&gzip).unwrap()[0].height(), 4);
    // The first number of that size is the one in the page's header: a varint of four bytes, twice the size.
    let size = |at: &usize| {
        let four: [u8; 4] = gzip[*at..*at + 4].try_into().unwrap();
        let is_varint = four[..3].iter().all(|byte| byte & 0x80 != 0) && four[3] & 0x80 == 0;
        let value = four.iter().rev().fold(0u32, |value, byte| value << 7 | u32::from(byte & 0x7f));
        is_varint && (8 << 20..(8 << 20) + 256).contains(&value)
    };
    let at = (0..gzip.len() - 4).find(size).expect("the header says its size");
    let mut shorter = gzip.clone();
    shorter[at..at + 4].copy_from_slice(&[0x80 | 100, 0x80, 0x80, 0]);
    assert!(matches!(decode::sheets(&shorter), Err(SheetError::TooLarge)), "{:?}", decode::sheets(&shorter).err());
}

// Without this test a file that claims more rows than it has, or more than anyone has, could hang the program.
#[test]
fn claims_of_too_many_rows_are_refused() {
    let schema = Arc::new(parse_message_type("message m { OPTIONAL INT32 a; }").unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    // 300 million rows without a value take less than a megabyte.
    for _ in 0..30 {
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let ColumnWriter::Int32ColumnWriter(values) = column.untyped() else { panic!("another type") };
        values.write_batch(&[], Some(&vec![0; 10_000_000]), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
    assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
    assert!(matches!(decode::sheets(&bytes), Err(SheetError::TooLarge)));
}

// Without this test some bytes at the end of a file could keep the program busy for minutes.
#[test]
fn a_footer_of_countless_truth_values_is_refused() {
    // Field 1, a list; two thousand million truth values in it, of which none is there.
    let list = [[0x19, 0xf1].as_slice(), &[0xff, 0xff, 0xff, 0xff, 0x07]].concat();
    let footer = [list.repeat(1_000), vec![0]].concat();
    let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
    let file = [b"PAR1".as_slice(), &footer, &length, b"PAR1"].concat();
    assert!(matches!(decode::sheets(&file), Err(SheetError::Contradiction(_))));
}

// Without this test a file that is only packed in another way would be called damaged.
#[test]
fn a_compression_that_is_not_read_is_named() {
    let mut file = table(Compression::GZIP(Default::default()), WriterVersion::PARQUET_1_0, &[b"1", b"2"]);
    // In the footer: field 4 of each column, gzip (2, as a zigzag 4), and the head of field 5; Brotli is 4.
    for at in 0..file.len() - 3 {
        if file[at..at + 3] == [0x15, 0x04, 0x16] {
            file[at + 1] = 0x08;
        }
    }
    assert!(
        matches!(decode::sheets(&file), Err(SheetError::Compression("Brotli"))),
        "{:?}",
        decode::sheets(&file).err()
    );
}
