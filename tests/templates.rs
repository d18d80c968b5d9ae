//! Workbooks to fill in, and tables that are cleaned once and drawn often.

use std::fs;
use std::io::Read;
use std::path::Path;

use fairdraw::files::tables::columns::LAYOUTS;
use fairdraw::files::workspace;
use fairdraw::publish::templates;
use parquet::basic::Type as PhysicalType;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::support::{fairdraw, run, small, stderr, stdout, temp};

/// Writes the templates into a folder, filled in with the rows of the small example.
fn fill(folder: &Path) {
    let example = temp();
    small().write(example.path());
    for layout in LAYOUTS {
        let text = fs::read_to_string(example.path().join(layout.file())).expect("the example has every table");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert!(headings.iter().all(|name| layout.position(name).is_some()), "{}", layout.name);
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|record| {
                let record = record.unwrap();
                let cell =
                    |name: &str| headings.iter().position(|heading| heading == name).map(|at| record[at].to_owned());
                layout.headings().map(|name| cell(name).unwrap_or_default()).collect()
            })
            .collect();
        let bytes = templates::workbook(layout, &[], &rows);
        fs::write(folder.join(format!("{}.xlsx", layout.chinese)), bytes).expect("a workbook can be written");
    }
}

// Without it a clerk's filled-in template could load to other values than were typed, or its hint row as a firm.
#[test]
fn filled_templates_load_to_the_values_that_were_filled_in() {
    let folder = temp();
    let example = folder.path().join("example");
    small().write(&example);
    let filled = folder.path().join("filled");
    fs::create_dir(&filled).unwrap();
    fill(&filled);
    let mut rules = fs::read_to_string(example.join("plan.toml")).unwrap();
    for layout in LAYOUTS {
        rules = rules.replace(&layout.file(), &format!("{}.xlsx", layout.chinese));
    }
    fs::write(filled.join("plan.toml"), rules).unwrap();
    let (plain, templates) = (workspace::load(&example, &[]), workspace::load(&filled, &[]));
    let kinds = |faults: &[fairdraw::files::faults::Fault]| -> Vec<(&'static str, String)> {
        faults.iter().map(|fault| (fault.code, fault.value.clone())).collect()
    };
    assert_eq!(kinds(&plain.faults), kinds(&templates.faults), "{:#?}", templates.faults);
    let (plain, templates) = (plain.ready.expect("it loads"), templates.ready.expect("it loads"));
    assert_eq!(plain.0, templates.0);
}

// Without it the first thing that a newcomer does would fail, or ask for what the program could know.
#[test]
fn a_new_workspace_asks_for_nothing_but_its_rows() {
    let folder = temp();
    let made = folder.path().join("2026Q1");
    let output = run(["new".as_ref(), made.as_os_str(), "--region".as_ref(), "411381".as_ref()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = fairdraw().arg("check").arg(&made).args(["--show-mapping", "--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_str(stdout(&report)).unwrap();
    let codes: Vec<&str> = report["faults"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["no-task"], "{report:#}");
    let mappings = report["mappings"].as_array().unwrap();
    assert_eq!(mappings.len(), LAYOUTS.len());
    for (mapping, layout) in mappings.iter().zip(LAYOUTS) {
        assert_eq!(mapping["left_over"].as_array().map(Vec::len), Some(0), "{mapping:#}");
        for (column, known) in mapping["columns"].as_array().unwrap().iter().zip(layout.columns) {
            let heading = column["heading"].as_str().unwrap();
            assert!(heading == known.chinese[0] || heading == known.name, "{column:#}");
        }
    }
    let again = run(["new".as_ref(), made.as_os_str(), "--region".as_ref(), "411381".as_ref()]);
    assert_eq!(again.status.code(), Some(2), "a workspace is never overwritten");
    let unnamed =
        run(["new".as_ref(), folder.path().join("spring").as_os_str(), "--region".as_ref(), "411381".as_ref()]);
    assert_eq!(unnamed.status.code(), Some(2), "{}", stdout(&unnamed));
    assert!(stderr(&unnamed).contains("--first and --last"), "{}", stderr(&unnamed));
}

// Without it a code of 18 digits would be rounded by the spreadsheet, or a word be typed that nothing knows.
#[test]
fn templates_offer_their_words_and_keep_codes_as_text() {
    let entities = LAYOUTS.iter().find(|layout| layout.name == "entities").unwrap();
    let bytes = templates::workbook(entities, &[], &[]);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let sheet = part("xl/worksheets/sheet1.xml");
    for words in ["企业,个体工商户,农民专业合作社,事业单位,其他", "A,B,C,D", "存续,注销,吊销,迁出,重复"]
    {
        assert!(sheet.contains(&format!("<formula1>\"{words}\"</formula1>")), "{words}");
    }
    let styles = part("xl/styles.xml");
    let cell_formats = styles.split("<cellXfs").nth(1).unwrap().split("</cellXfs>").next().unwrap();
    let formats: Vec<&str> = cell_formats.split("<xf ").skip(1).collect();
    let style_of_ids = sheet.split("<col min=\"1\" ").nth(1).unwrap().split("style=\"").nth(1).unwrap();
    let style: usize = style_of_ids.split('"').next().unwrap().parse().unwrap();
    assert!(formats[style].contains("numFmtId=\"49\""), "the ids' column is text: {}", formats[style]);
}

// Without it a registry would lose a column, a code or a row on its way from one format to another.
#[test]
fn a_registry_goes_through_all_formats_and_stays_the_same() {
    let folder = temp();
    let dirty = "统一社会信用代码,企业名称,乡镇,登记状态,成立日期,法定代表人\n\
                 91411381 ma40h5xu8n,甲公司,古城街道,存续（在营、开业、在册）,2017年3月,张三\n\
                 4113812300015,乙经营部,花洲街道,注销,2019/1/5,李四\n\
                 ,丙合作社,湍河街道,存续,不详,王五\n";
    let at = |name: &str| folder.path().join(name);
    fs::write(at("dirty.txt"), encoding_rs::GB18030.encode(dirty).0).unwrap();
    let convert = |from: &str, to: &str| {
        let output = run(["convert".as_ref(), at(from).as_os_str(), at(to).as_os_str()]);
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", stderr(&output));
        output
    };
    let first = convert("dirty.txt", "clean.csv");
    assert_eq!(first.status.code(), Some(1), "a date that can not be read is told");
    assert!(stderr(&first).contains("error[not-a-date]"), "{}", stderr(&first));
    let clean = "id,name,township,status,registered,法定代表人\n\
                 91411381MA40H5XU8N,甲公司,古城街道,active,2017-03-01,张三\n\
                 4113812300015,乙经营部,花洲街道,deregistered,2019-01-05,李四\n\
                 ,丙合作社,湍河街道,active,不详,王五\n";
    assert_eq!(fs::read_to_string(at("clean.csv")).unwrap(), clean);
    convert("clean.csv", "table.parquet");
    convert("table.parquet", "table.xlsx");
    convert("table.xlsx", "again.csv");
    let again = fs::read_to_string(at("again.csv")).unwrap();
    let same = run(["convert".as_ref(), at("again.csv").as_os_str(), at("again.csv").as_os_str()]);
    assert_eq!(same.status.code(), Some(2), "a file is never overwritten unasked");
    let mut reader = csv::Reader::from_reader(again.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let mut plain = csv::Reader::from_reader(clean.as_bytes());
    for (row, expected) in reader.records().zip(plain.records()) {
        let (row, expected) = (row.unwrap(), expected.unwrap());
        for (heading, value) in plain_headings(clean).iter().zip(expected.iter()) {
            let at = headings.iter().position(|known| known == heading).unwrap();
            assert_eq!(&row[at], value, "{heading}");
        }
    }
}

fn plain_headings(text: &str) -> Vec<String> {
    csv::Reader::from_reader(text.as_bytes()).headers().unwrap().iter().map(str::to_owned).collect()
}

// Without it a registry would be called clean although it has an entity twice, and every later run would refuse it.
#[test]
fn an_id_that_stands_twice_is_told_and_both_rows_are_kept() {
    let folder = temp();
    let at = |name: &str| folder.path().join(name);
    let twice =
        "统一社会信用代码,企业名称,乡镇\n91411381MA40H5XU8N,甲,古城\n91411381ma40h5xu8n,乙,古城\n,丙,古城\n,丁,古城\n";
    fs::write(at("twice.csv"), twice).unwrap();
    let output = run(["convert".as_ref(), at("twice.csv").as_os_str(), at("clean.csv").as_os_str()]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(told.contains("error[duplicate-id]") && told.contains(":3:") && told.contains(":2:"), "{told}");
    assert_eq!(told.matches("duplicate-id").count(), 1, "rows without a code are no doubles: {told}");
    assert_eq!(fs::read_to_string(at("clean.csv")).unwrap().lines().count(), 5);
}

// Without it a cleaned registry would be read at half the speed, or its fixed-length ids by no reader but the scan.
#[test]
fn ids_that_are_all_codes_get_a_fixed_length() {
    let folder = temp();
    let at = |name: &str| folder.path().join(name);
    let codes = "id,name,township\n91411381MA40H5XU8N,甲公司,古城街道\n92411381MA4054DY37,乙经营部,花洲街道\n";
    fs::write(at("codes.csv"), codes).unwrap();
    for (from, to) in [("codes.csv", "codes.parquet"), ("codes.parquet", "again.csv")] {
        let output = run(["convert".as_ref(), at(from).as_os_str(), at(to).as_os_str()]);
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", stderr(&output));
    }
    let reader = SerializedFileReader::new(fs::File::open(at("codes.parquet")).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    assert_eq!(schema.column(0).physical_type(), PhysicalType::FIXED_LEN_BYTE_ARRAY);
    assert_eq!(schema.column(0).type_length(), 18);
    assert_eq!(fs::read_to_string(at("again.csv")).unwrap(), codes);
}
