//! The same bytes, whatever does not count: row order, format, place, locale, threads, and the second time.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use fairdraw::files::store::export;
use fairdraw::files::tables::columns;
use polars::prelude::{ParquetReader, SerReader};

use crate::support::{
    COUNTY_SEED, TABLES, Workspace, assert_same, county, county_folder, fairdraw, file, files_below, plan_folder,
    project, rows, rules, shuffle, small, small_plan, stderr, table, temp,
};

/// Splits a table into its heading and its rows.
fn parted(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let heading = text.lines().next().expect("a table has a heading").split(',').map(str::to_owned).collect();
    (heading, rows(text))
}

fn joined(heading: &[String], rows: Vec<Vec<String>>) -> String {
    table(&std::iter::once(heading.to_vec()).chain(rows).collect::<Vec<_>>())
}

/// Shuffles the rows of every table of a workspace.
fn shuffled(workspace: &Workspace, seed: u64) -> Workspace {
    let mut workspace = workspace.clone();
    for name in TABLES {
        let text = workspace.0.get_mut(&format!("{name}.csv")).expect("the table is there");
        let (heading, mut rows) = parted(text);
        shuffle(&mut rows, seed);
        *text = joined(&heading, rows);
    }
    workspace
}

/// Reads the tables of the county's first quarter as text, whatever their format.
fn county_tables() -> Workspace {
    let rules = fs::read_to_string(county_folder().join("plan.toml")).expect("the rules can be read");
    let mut files = BTreeMap::new();
    let mut own_rules = String::new();
    for line in rules.lines() {
        let named = TABLES.iter().find(|name| line.starts_with(&format!("{name} = ")));
        match named {
            None => own_rules.push_str(line),
            Some(name) => {
                own_rules.push_str(&format!("{name} = \"{name}.csv\""));
                let path = line.split('"').nth(1).expect("the table has a path");
                files.insert(format!("{name}.csv"), text_of(&county_folder().join(path)));
            }
        }
        own_rules.push('\n');
    }
    assert_eq!(files.len(), TABLES.len());
    files.insert("plan.toml".to_owned(), own_rules);
    Workspace(files)
}

fn text_of(path: &Path) -> String {
    let bytes = fs::read(path).expect("the table can be read");
    if !bytes.starts_with(b"PAR1") {
        return String::from_utf8(bytes).expect("the table is UTF-8");
    }
    let frame = ParquetReader::new(Cursor::new(bytes)).finish().expect("the table is Parquet");
    let heading: Vec<String> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let columns: Vec<_> = frame.columns().iter().map(|column| column.str().expect("the column is text")).collect();
    let row = |at: usize| columns.iter().map(|column| column.get(at).unwrap_or("").to_owned()).collect();
    joined(&heading, (0..frame.height()).map(row).collect())
}

#[test]
fn the_order_of_rows_does_not_matter() {
    // Without it whoever sorts the registry before the seal could choose who is drawn.
    for seed in 1..=5 {
        assert_same(small_plan(), &shuffled(&small(), seed).plan("small"), &format!("shuffled {seed}"));
    }
}

#[test]
fn the_county_shuffled_from_parquet_to_csv_is_the_same_county() {
    // Without it a small table could hide an order that only shows among 125,000 rows.
    let folder = shuffled(&county_tables(), 7).on_disk();
    assert_same(county(), &plan_folder(folder.path(), COUNTY_SEED), "shuffled CSV of the county");
}

#[test]
fn a_second_run_gives_the_same_bytes() {
    // Without it a map order or a clock could decide something.
    assert_same(small_plan(), &small().plan("small"), "second run");
}

#[test]
fn threads_locale_and_place_do_not_matter() {
    // Without it an auditor's laptop could give another plan than the office's server.
    let outside = temp();
    let elsewhere = outside.path().join("别处 with blanks");
    fs::create_dir_all(&elsewhere).expect("a folder can be made");
    small().write(&elsewhere.join("工作区"));
    let cases: [(&str, &[(&str, &str)]); 4] = [
        ("1 thread, C", &[("POLARS_MAX_THREADS", "1"), ("RAYON_NUM_THREADS", "1"), ("LC_ALL", "C")]),
        ("2 threads, C", &[("POLARS_MAX_THREADS", "2"), ("RAYON_NUM_THREADS", "2"), ("LC_ALL", "C")]),
        ("1 thread, zh_CN", &[("POLARS_MAX_THREADS", "1"), ("RAYON_NUM_THREADS", "1"), ("LC_ALL", "zh_CN.UTF-8")]),
        ("2 threads, zh_CN", &[("RAYON_NUM_THREADS", "2"), ("LC_ALL", "zh_CN.UTF-8"), ("TZ", "Asia/Shanghai")]),
    ];
    for (when, variables) in cases {
        let out = elsewhere.join(when);
        let mut command = fairdraw();
        command.envs(variables.iter().copied()).current_dir(&elsewhere);
        let output = command.args(["plan", "工作区", "--seed", "small", "--out", when]).output();
        let output = output.expect("the program can be started");
        assert!(output.status.success(), "{when}: {}", stderr(&output));
        let files = files_below(&out);
        assert_eq!(files.len(), small_plan().files.len(), "{when}");
        files.iter().for_each(|(path, bytes)| assert!(file(small_plan(), path) == bytes, "{when}: {path} differs"));
    }
}

#[test]
fn the_county_with_one_thread_and_with_two_is_the_same() {
    // Without it a parallel reader of the large table could hand its rows over in another order.
    let folder = temp();
    for threads in ["1", "2"] {
        let out = folder.path().join(threads);
        let mut command = fairdraw();
        command.env("POLARS_MAX_THREADS", threads).env("RAYON_NUM_THREADS", threads);
        command.arg("plan").arg(county_folder()).args(["--seed", COUNTY_SEED, "--out"]).arg(&out);
        let output = command.output().expect("the program can be started");
        assert!(output.status.success(), "{}", stderr(&output));
        for (path, bytes) in files_below(&out) {
            assert!(file(county(), &path) == bytes, "{threads} threads: {path} differs");
        }
    }
}

/// Writes the frozen inputs of a plan as a workspace and plans it again.
fn planned_again(made: &fairdraw::run::Made, seed: &str) -> fairdraw::run::Made {
    let inputs = made.files.iter().filter_map(|file| Some((file.path.strip_prefix("inputs/")?, &file.bytes)));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("frozen tables are UTF-8");
    Workspace(inputs.map(|(path, bytes)| (path.to_owned(), text(bytes))).collect()).plan(seed)
}

#[test]
fn the_frozen_inputs_are_a_workspace_that_gives_the_same_bundle() {
    // Without it a bundle could not be replayed from what it holds.
    assert_same(small_plan(), &planned_again(small_plan(), "small"), "inputs of the small plan");
    assert_same(county(), &planned_again(county(), COUNTY_SEED), "inputs of the county's plan");
}

/// Plans the small example with every table in another form: the bytes and the end of the file's name.
fn in_form(form: impl Fn(&columns::Layout, &str) -> Vec<u8>, ending: &str) -> fairdraw::run::Made {
    let folder = temp();
    let workspace = small();
    let rules = rules().replace(".csv\"", &format!(".{ending}\""));
    fs::write(folder.path().join("plan.toml"), rules).expect("a file can be written");
    for layout in columns::LAYOUTS {
        let bytes = form(layout, &workspace.0[&layout.file()]);
        fs::write(folder.path().join(format!("{}.{ending}", layout.name)), bytes).expect("a file can be written");
    }
    plan_folder(folder.path(), "small")
}

/// Returns the official Chinese headings of a table's columns.
fn chinese(layout: &columns::Layout, heading: &[String]) -> Vec<String> {
    let word = |name: &String| {
        let at = layout.column_of(name).expect("the column is known");
        layout.columns[at].chinese[0].to_owned()
    };
    heading.iter().map(word).collect()
}

#[test]
fn parquet_gives_the_same_bundle() {
    // Without it the format in which a province hands over its registry would decide the draw.
    let made = in_form(
        |_, text| {
            let (heading, rows) = parted(text);
            export::parquet(&heading.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
        },
        "parquet",
    );
    assert_same(small_plan(), &made, "Parquet");
}

#[test]
fn gb18030_with_chinese_headings_gives_the_same_bundle() {
    // Without it an export of an office's own software could not be used, or would turn names into others.
    let made = in_form(
        |layout, text| {
            let (heading, rows) = parted(text);
            let text = joined(&chinese(layout, &heading), rows).replace('\n', "\r\n");
            let (bytes, _, had_errors) = encoding_rs::GB18030.encode(&text);
            assert!(!had_errors && std::str::from_utf8(&bytes).is_err(), "the table holds Chinese text");
            bytes.into_owned()
        },
        "csv",
    );
    assert_same(small_plan(), &made, "GB18030");
}

#[test]
fn tabs_and_a_byte_order_mark_give_the_same_bundle() {
    // Without it "Unicode text" of a spreadsheet would lose the first column.
    let made = in_form(
        |_, text| {
            let (heading, rows) = parted(text);
            let line = |cells: &Vec<String>| cells.join("\t") + "\r\n";
            let all = std::iter::once(&heading).chain(&rows).map(line).collect::<String>();
            format!("\u{feff}{all}").into_bytes()
        },
        "txt",
    );
    assert_same(small_plan(), &made, "tabs");
}

#[test]
fn workbooks_give_the_same_bundle() {
    // Without it a date or a number that a spreadsheet stores in its own way would be read as something else.
    let made = in_form(
        |layout, text| {
            let (heading, rows) = parted(text);
            workbook(&chinese(layout, &heading), &heading, &rows)
        },
        "xlsx",
    );
    assert_same(small_plan(), &made, "XLSX");
}

/// Writes a table as a workbook that stores dates as dates and numbers as numbers, under two empty rows.
fn workbook(shown: &[String], heading: &[String], rows: &[Vec<String>]) -> Vec<u8> {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, word) in (0u16..).zip(shown) {
        sheet.write_string(2, column, word).expect("a cell can be written");
    }
    for (row, cells) in (3u32..).zip(rows) {
        for ((column, name), cell) in (0u16..).zip(heading).zip(cells) {
            let is_date = matches!(name.as_str(), "date" | "valid_from" | "valid_until" | "first" | "last" | "until");
            let written = match name.as_str() {
                _ if cell.is_empty() => continue,
                _ if is_date => {
                    let day = ExcelDateTime::parse_from_str(cell).expect("the cell is a date");
                    sheet.write_datetime_with_format(row, column, &day, &date)
                }
                "minutes" | "teams_per_day" | "cap_per_year" => {
                    sheet.write_number(row, column, cell.parse::<f64>().expect("the cell is a number"))
                }
                _ => sheet.write_string(row, column, cell),
            };
            written.expect("a cell can be written");
        }
    }
    book.save_to_buffer().expect("a workbook can be written to memory")
}

#[test]
fn nothing_of_the_place_stands_in_a_bundle() {
    // Without it a bundle would tell where it was made, and another folder would give other bytes.
    let folder = project().display().to_string();
    for file in small_plan().files.iter().chain(&county().files) {
        let found = file.bytes.windows(folder.len()).any(|window| window == folder.as_bytes());
        assert!(!found, "{} holds {folder}", file.path);
    }
}
