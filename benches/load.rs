//! One registry of 125,000 entities as XLSX, GBK text and Parquet, and a million rows of text: the same rows from each.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use fairdraw::files::faults::Faults;
use fairdraw::files::store::export;
use fairdraw::files::tables::columns::ENTITIES;
use fairdraw::files::tables::source::Source;
use fairdraw::files::tables::table::Table;
use rust_xlsxwriter::Workbook;

const COUNTY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/dengzhou/tables");

fn open(folder: &Path, file: &str) -> Table {
    let source = Source { path: file.to_owned(), ..Source::default() };
    let mut tables = Table::open(folder, &source, &ENTITIES, &mut Faults::default());
    assert_eq!(tables.len(), 1, "the file is one table");
    tables.remove(0)
}

/// Returns every cell of a table, row by row.
fn cells(table: &Table) -> Vec<Vec<String>> {
    let fields: Vec<_> = ENTITIES.headings().map(|name| table.field(name)).collect();
    (0..table.len()).map(|row| fields.iter().map(|field| field.text(row).to_owned()).collect()).collect()
}

/// Loads a million rows of text first, because the process's highest memory so far is what is measured.
fn million(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut file = BufWriter::new(File::create(folder.path().join("million.csv")).expect("a file is made"));
    writeln!(file, "{}", ENTITIES.headings().collect::<Vec<_>>().join(",")).expect("a line is written");
    for row in 0..MILLION {
        let line = format!(
            "91411381MA{row:08},邓州市第{row}号商贸有限公司,enterprise,5211,411381001,古城街道第{row}号,B,active,食品经营,,,2017-03-15"
        );
        writeln!(file, "{line}").expect("a line is written");
    }
    file.into_inner().expect("the file is complete");
    assert_eq!(open(folder.path(), "million.csv").len(), MILLION);
    if let Some(peak) = peak_mib() {
        println!("load/utf8/{MILLION}: at most {peak} MiB");
        assert!(peak < 400, "a million rows take {peak} MiB");
    }
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10);
    group.bench_function(format!("utf8/{MILLION}"), |bencher| {
        bencher.iter(|| assert_eq!(black_box(open(folder.path(), "million.csv")).len(), MILLION));
    });
    group.finish();
}

const MILLION: usize = 1_000_000;

/// Returns the process's highest memory so far, where the system tells.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1024)
}

fn load(criterion: &mut Criterion) {
    let county = open(Path::new(COUNTY), "entities.parquet");
    let rows = cells(&county);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("a file is written");
    let chinese: Vec<&str> = ENTITIES.columns.iter().map(|column| column.chinese[0]).collect();
    let text = String::from_utf8(export::csv(&chinese, &rows)).expect("tables are UTF-8");
    let (gbk, _, had_errors) = encoding_rs::GB18030.encode(&text);
    assert!(!had_errors);
    write("gbk.csv", &gbk);
    write("utf8.csv", text.as_bytes());
    write("parquet.parquet", &export::parquet(&chinese, &rows));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0u32..).zip(std::iter::once(&chinese.iter().map(|c| (*c).to_owned()).collect()).chain(&rows)) {
        for (column, cell) in (0u16..).zip(line).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell).expect("a cell can be written");
        }
    }
    write("xlsx.xlsx", &book.save_to_buffer().expect("a workbook"));
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10);
    for (name, file) in
        [("xlsx", "xlsx.xlsx"), ("gbk", "gbk.csv"), ("utf8", "utf8.csv"), ("parquet", "parquet.parquet")]
    {
        assert!(cells(&open(folder.path(), file)) == rows, "{file} holds the same cells");
        group.bench_function(format!("{name}/{}", rows.len()), |bencher| {
            bencher.iter(|| assert_eq!(black_box(open(folder.path(), file)).len(), rows.len()));
        });
    }
    group.finish();
}

criterion_group!(benches, million, load);
criterion_main!(benches);
