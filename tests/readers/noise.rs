//! Bytes that mean nothing: no reader and no parser panics, hangs or grows without bound on them.
//!
//! By default each target runs for a moment; `FAIRDRAW_FUZZ_SECONDS=600 cargo test --test main readers::noise` runs each
//! for ten minutes, and `FAIRDRAW_FUZZ_FROM=27085` begins with that run. Inputs are mutations of the corpus and strings of the parsers' own alphabet, from a seed that is
//! printed when a target fails.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use ::parquet::file::properties::WriterVersion;
use fairdraw::files::decode;
use fairdraw::files::decode::sheet::SheetError;
use fairdraw::files::wording::cells::{self, DayOf};
use fairdraw::files::wording::frequency;
use fairdraw::files::wording::industry;
use fairdraw::files::wording::places;
use fairdraw::files::wording::ratio;
use fairdraw::files::wording::uscc;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::parquet;

fn seconds() -> Duration {
    let told = std::env::var("FAIRDRAW_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs_f64(told.unwrap_or(0.5))
}

/// Longest that one input of a few kilobytes may take: no measurement, but the difference between slow and hanging.
const HANGS_AFTER: Duration = Duration::from_secs(5);

/// Returns the run to begin with, to look at one that failed.
fn first_run() -> u64 {
    std::env::var("FAIRDRAW_FUZZ_FROM").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn fuzz(endings: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/corpus");
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| endings.iter().any(|end| path.to_string_lossy().ends_with(end))) {
        seeds.push(std::fs::read(path).unwrap());
    }
    assert!(!seeds.is_empty());
    mutate(&format!("{endings:?}"), &seeds);
}

/// Decodes damaged copies of some files for the time that a run has.
fn mutate(what: &str, seeds: &[Vec<u8>]) {
    let start = Instant::now();
    let mut runs = first_run();
    let mut slowest = (Duration::ZERO, runs);
    while start.elapsed() < seconds() {
        let mut random = ChaCha20Rng::seed_from_u64(runs);
        let bytes = mutated(seeds, &mut random);
        let begun = Instant::now();
        if let Ok(sheets) = decode::sheets(&bytes) {
            for sheet in &sheets {
                for row in 0..sheet.height() {
                    std::hint::black_box(sheet.cells(row).map(str::len).sum::<usize>());
                }
            }
        }
        let took = begun.elapsed();
        if std::env::var_os("FAIRDRAW_FUZZ_KEEP").is_some() {
            std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("noise"), &bytes).unwrap();
        }
        assert!(took < HANGS_AFTER, "run {runs} of {what} took {took:?}");
        slowest = slowest.max((took, runs));
        runs += 1;
    }
    println!("{runs} runs over {what}; the slowest, {}, took {:?}", slowest.1, slowest.0);
}

fn mutated(seeds: &[Vec<u8>], random: &mut ChaCha20Rng) -> Vec<u8> {
    let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
    for _ in 0..random.random_range(1..8) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 => bytes.truncate(at),
            3 => bytes
                .splice(at..at, [b'"', b'<', b'&', 0, 0xff][..random.random_range(1..=5)].iter().copied())
                .for_each(drop),
            4 => {
                let other = &seeds[random.random_range(0..seeds.len())];
                let from = random.random_range(0..=other.len());
                let part = other[from..(from + 64).min(other.len())].to_vec();
                bytes.splice(at..at, part).for_each(drop);
            }
            _ if at + 4 <= bytes.len() => bytes[at..at + 4].copy_from_slice(&random.next_u32().to_le_bytes()),
            _ => {}
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

// Without these tests a damaged file could stop the program instead of being reported.
#[test]
fn text_of_any_bytes() {
    fuzz(&[".csv", ".txt", "tabs.xls"]);
}

#[test]
fn zipped_workbooks_of_any_bytes() {
    fuzz(&["title.xlsx", "merged.xlsx", "dates.xlsx", "zipped.xls"]);
}

#[test]
fn binary_workbooks_of_any_bytes() {
    fuzz(&["binary.xls", "binary-merged.xls", "binary.xlsx"]);
}

#[test]
fn spreadsheet_xml_of_any_bytes() {
    fuzz(&[".xml", "spreadsheet-2003.xlsx"]);
}

#[test]
fn parquet_of_any_bytes() {
    let rows: Vec<Vec<String>> = (0..50).map(|row| vec![format!("9141138100000{row:05}"), "甲".repeat(row)]).collect();
    let headings = ["id", "name"];
    let mut seeds = vec![
        fairdraw::files::store::export::parquet(&headings, &rows),
        fairdraw::files::store::export::parquet_of_codes(&headings, &rows).unwrap(),
    ];
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        let texts = ["无".as_bytes(), "有".as_bytes()];
        seeds.extend(parquet::COMPRESSIONS().map(|compression| parquet::table(compression, version, &texts)));
    }
    seeds.iter().for_each(|seed| assert!(decode::sheets(seed).is_ok()));
    mutate("Parquet", &seeds);
}

// Without this test a cell could stop the program. What is typed must also hold: a share is at most the whole.
#[test]
fn parsers_of_cells_take_any_text() {
    let alphabet: Vec<char> = "0123456789.%‰:/;,、，；-—~至≥≤=户家个所次年月季周每日半约或且总体守信警示失严重级类ABCDEN()（） \u{3000}\u{a0}\u{feff}＋９Ｅe+人员许可有效期内不超过低于同一单位上限间隔𝟙".chars().collect();
    let start = Instant::now();
    let mut runs = 0u64;
    while start.elapsed() < seconds() {
        let mut random = ChaCha20Rng::seed_from_u64(runs);
        let length = random.random_range(0..24);
        let text: String = (0..length)
            .map(|_| match random.random_range(0..40) {
                0 => random.random::<char>(),
                _ => alphabet[random.random_range(0..alphabet.len())],
            })
            .collect();
        if let Ok(typed) = ratio::ratio(&text) {
            for period in [None, Some(ratio::RatioPer::Quarter)] {
                if let Ok(rates) = typed.rates_for(period) {
                    assert_eq!(cells::rates(&cells::rates_text(&rates)), Some(rates), "{text:?}");
                }
            }
        }
        if let Ok(typed) = frequency::frequency(&text) {
            assert!(typed.most.is_none_or(|most| typed.least <= most && most > 0), "{text:?}");
        }
        let id = cells::id_cell(&text);
        assert_eq!(cells::id(&id), id, "the canonical form of {text:?} is canonical");
        assert_eq!(cells::id_cell(&id), id, "the canonical form of {text:?} is canonical");
        let _ = (uscc::look(&id), cells::any_date(&text, DayOf::Last), cells::span(&text), cells::balls(&text));
        let _ =
            (industry::industry(&text), places::core(&text), places::without_county(&text), cells::is_rounded(&text));
        runs += 1;
    }
    println!("{runs} runs over the parsers of cells");
}

// Without this test a small file could unpack to more than the machine has.
#[test]
fn a_zip_bomb_is_refused() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/workbook.xml", options).unwrap();
    archive.write_all(b"<workbook/>").unwrap();
    archive.start_file("xl/sharedStrings.xml", options.large_file(true)).unwrap();
    let noughts = vec![b' '; 1 << 20];
    for _ in 0..2100 {
        archive.write_all(&noughts).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 16 << 20, "the bomb is small");
    assert!(matches!(decode::sheets(&bytes), Err(SheetError::TooLarge)));
}

// Without this test one row of very many cells could cost the memory of a whole registry.
#[test]
fn a_row_without_end_is_refused() {
    let text = "甲,".repeat(5_000);
    assert!(matches!(decode::sheets(text.as_bytes()), Err(SheetError::TooLarge)));
    let blank = format!("名称,代码\n甲,1{}\n", ",".repeat(5_000));
    let sheets = decode::sheets(blank.as_bytes()).unwrap();
    assert_eq!(sheets[0].height(), 2, "empty cells to the right are no fault");
}
