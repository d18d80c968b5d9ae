//! The office's workbooks: the same bytes each time, the values that the plan has, and ready to print and to fill in.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use fairdraw::files::decode;
use fairdraw::files::decode::sheet::Sheet;
use fairdraw::files::store::bundle::File;
use fairdraw::plan::results::Finding;
use fairdraw::plan::words::Word;
use fairdraw::publish::workbooks;

use crate::support::{bundle, fairdraw, files_below, rows, run, small, small_plan, stderr, stdout, temp, text};

fn written() -> Vec<File> {
    workbooks::write(small_plan(), &[], &[])
}

/// Reads one workbook back with the readers that office tables go through.
fn sheets(files: &[File], path: &str) -> Vec<Sheet> {
    let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("there is {path}"));
    decode::sheets(&file.bytes).expect("our own reader reads it")
}

/// Returns the rows of a sheet by their headings, which stand in its second row.
fn table(sheet: &Sheet) -> Vec<BTreeMap<String, String>> {
    let headings: Vec<&str> = sheet.cells(1).collect();
    let row = |row: usize| {
        let cell = |(at, name): (usize, &&str)| ((*name).to_owned(), sheet.text(row, at).to_owned());
        headings.iter().enumerate().map(cell).collect()
    };
    (2..sheet.height()).map(row).collect()
}

fn column(rows: &[BTreeMap<String, String>], name: &str) -> Vec<String> {
    rows.iter().map(|row| row.get(name).unwrap_or_else(|| panic!("there is a column {name}")).clone()).collect()
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    // Without it a workbook could not be compared with the one that was published: a clock or a map order is in it.
    let (first, second) = (written(), workbooks::write(&small().plan("small"), &[], &[]));
    assert_eq!(first.len(), second.len());
    for (a, b) in first.iter().zip(&second) {
        assert!(a == b, "{} differs", a.path);
    }
}

#[test]
fn the_lists_read_back_to_the_values_of_the_plan() {
    // Without it a code could lose its last digits or its leading zeros, and a row could be missing, in what people read.
    let (files, made) = (written(), small_plan());
    let samples = rows(text(made, "samples.csv"));
    let visits = rows(text(made, "visits.csv"));
    let teams = rows(text(made, "teams.csv"));
    let of = |row: &Vec<String>, at: usize| row[at].clone();

    let plan = table(&sheets(&files, "抽查计划.xlsx")[0]);
    let tasks = rows(text(made, "inputs/tasks.csv"));
    assert_eq!(column(&plan, "任务编号"), tasks.iter().map(|row| of(row, 0)).collect::<Vec<_>>());
    assert_eq!(column(&plan, "检查开始日期"), tasks.iter().map(|row| of(row, 14)).collect::<Vec<_>>());
    let drawn: u32 = column(&plan, "抽取户数").iter().map(|count| count.parse::<u32>().expect("a count")).sum();
    assert_eq!(drawn, samples.iter().filter(|row| row[3] == "S").count() as u32);

    let entities = table(&sheets(&files, "抽查对象名单.xlsx")[0]);
    let expected: Vec<&Vec<String>> = samples.iter().filter(|row| row[3] == "S").collect();
    for (name, at) in [("统一社会信用代码", 5), ("抽签号", 4), ("抽取序号", 2)] {
        assert_eq!(column(&entities, name), expected.iter().map(|row| of(row, at)).collect::<Vec<_>>(), "{name}");
    }
    // A chance is the table's, its one word in Chinese.
    let chances: Vec<String> = expected.iter().map(|row| row[6].replace("spread ", "分散 ")).collect();
    assert!(chances.iter().any(|chance| chance.starts_with("分散 ")));
    assert_eq!(column(&entities, "中签概率"), chances);

    let officers = table(&sheets(&files, "检查人员名单.xlsx")[0]);
    let pairs = |visits: Vec<String>, numbers: Vec<String>| -> Vec<String> {
        sorted(visits.iter().zip(&numbers).map(|(visit, number)| format!("{visit} {number}")).collect())
    };
    assert_eq!(
        pairs(column(&officers, "检查编号"), column(&officers, "执法证号")),
        pairs(teams.iter().map(|row| of(row, 0)).collect(), teams.iter().map(|row| of(row, 2)).collect())
    );

    let calendar = table(&sheets(&files, "排期.xlsx")[0]);
    assert_eq!(
        pairs(column(&calendar, "检查日期"), column(&calendar, "统一社会信用代码")),
        pairs(visits.iter().map(|row| of(row, 3)).collect(), visits.iter().map(|row| of(row, 1)).collect())
    );

    // One list for each agency at work, one for each officer with a seat, each with its visits.
    let agencies: BTreeSet<&String> = teams.iter().map(|row| &row[1]).collect();
    for agency in &agencies {
        let list = table(&sheets(&files, &format!("任务清单/{agency}.xlsx"))[0]);
        let own = visits.iter().filter(|row| row[7].split(';').any(|code| code == *agency));
        assert_eq!(sorted(column(&list, "统一社会信用代码")), sorted(own.map(|row| of(row, 1)).collect()), "{agency}");
    }
    let mut seats: BTreeMap<(&String, &String), usize> = BTreeMap::new();
    teams.iter().for_each(|row| *seats.entry((&row[1], &row[2])).or_default() += 1);
    for ((agency, certificate), count) in &seats {
        let list = table(&sheets(&files, &format!("任务清单/{agency}/{certificate}.xlsx"))[0]);
        assert_eq!(list.len(), *count, "{certificate}");
    }
    // Four lists, the mark, three for each agency, one for each officer.
    assert_eq!(files.len(), 4 + 1 + 3 * agencies.len() + seats.len());
}

#[test]
fn the_record_forms_have_every_item_once_and_no_result() {
    // Without it an item could not be reported, or a result could stand there before anybody was at the door.
    let (files, made) = (written(), small_plan());
    let mut listed = Vec::new();
    let mut on_paper = 0;
    for file in files.iter().filter(|file| file.path.starts_with("检查情况记录表/")) {
        let sheets = sheets(&files, &file.path);
        if file.path.ends_with("-打印.xlsx") {
            let rows = 0..sheets[0].height();
            on_paper += rows.filter(|row| sheets[0].text(*row, 0) == "双随机、一公开抽查检查情况记录表").count();
            continue;
        }
        let rows = table(&sheets[0]);
        for row in &rows {
            for name in
                ["实际检查日期", "检查结果", "检查结果（其二）", "检查结果（其三）", "实际检查人员执法证号", "备注"]
            {
                assert_eq!(row[name], "", "{name}");
            }
        }
        let keys = column(&rows, "检查编号").into_iter().zip(column(&rows, "抽查事项编号"));
        listed.extend(keys.map(|(visit, item)| format!("{visit} {item}")));
    }
    let visits = rows(text(made, "visits.csv"));
    let due = visits.iter().flat_map(|row| row[6].split(';').map(move |item| format!("{} {item}", row[0])));
    assert_eq!(sorted(listed), sorted(due.collect()));
    assert_eq!(on_paper, visits.iter().map(|row| row[7].split(';').count()).sum::<usize>());

    // Delivered as they are, they are read and are no records.
    let (_holds, folder) = bundle(made);
    let place = temp();
    let mut call = fairdraw();
    call.arg("result").arg(place.path()).arg("--bundle").arg(&folder).args(["--today", "2024-07-01"]);
    for file in files.iter().filter(|f| f.path.starts_with("检查情况记录表/") && !f.path.ends_with("-打印.xlsx"))
    {
        let path = place.path().join(file.path.replace('/', "-"));
        std::fs::write(&path, &file.bytes).expect("a file can be written");
        call.arg(path);
    }
    let output = call.output().expect("the program can be started");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    assert!(stdout(&output).contains("0 records new, 0 as before"), "{}", stdout(&output));
}

/// Returns the XML of a part of a workbook.
fn part(file: &File, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(&file.bytes)).expect("a zip archive");
    let mut xml = String::new();
    archive.by_name(name).expect("the part is there").read_to_string(&mut xml).expect("XML is text");
    xml
}

#[test]
fn the_sheets_are_ready_to_print_and_to_fill_in() {
    // Without it an office would have to set up every sheet: A4 across, headings on every page, filters, drop-downs.
    let files = written();
    for file in files.iter().filter(|file| file.path.ends_with(".xlsx") && !file.path.ends_with("-打印.xlsx")) {
        let sheet = part(file, "xl/worksheets/sheet1.xml");
        for wanted in [
            "<pane ySplit=\"2\"",
            "<autoFilter ref=\"A2",
            "paperSize=\"9\"",
            "orientation=\"landscape\"",
            "fitToHeight=\"0\"",
        ] {
            assert!(sheet.contains(wanted), "{}: {wanted}", file.path);
        }
        assert!(part(file, "xl/workbook.xml").contains("_xlnm.Print_Titles"), "{}", file.path);
    }
    let record = files.iter().find(|file| file.path == "检查情况记录表/D01.xlsx").expect("the form of D01");
    let sheet = part(record, "xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("<dataValidation ").count(), 2, "days and results");
    for (finding, words) in Finding::WORDS {
        assert!(sheet.contains(words[1]), "{finding:?} can be chosen");
    }
    let paper = files.iter().find(|file| file.path == "检查情况记录表/D01-打印.xlsx").expect("the paper form of D01");
    let sheet = part(paper, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("paperSize=\"9\"") && sheet.contains("<rowBreaks"), "one page or more for each visit");
}

#[test]
fn the_command_writes_the_year_s_plan_and_refuses_a_damaged_bundle() {
    // Without it the office could hand out lists of a plan that nobody can verify.
    let (_holds, sound) = bundle(small_plan());
    let place = temp();
    let out = place.path().join("out");
    let call = |out: &std::path::Path| {
        run([
            "workbooks".as_ref(),
            sound.as_os_str(),
            "--after".as_ref(),
            sound.as_os_str(),
            "--out".as_ref(),
            out.as_os_str(),
        ])
    };
    let output = call(&out);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let written = files_below(&out);
    let sheets = decode::sheets(&written["抽查计划.xlsx"]).expect("a workbook");
    assert_eq!(sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["季度抽查计划", "年度抽查计划"]);
    assert_eq!(sheets[1].height() - 2, 2 * (sheets[0].height() - 2));
    std::fs::write(sound.join("teams.csv"), "visit_id\n").expect("a file can be written");
    let refused = call(&place.path().join("other"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("is not what its inputs and entropy give"), "{}", stderr(&refused));
}
