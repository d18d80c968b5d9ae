//! Every wording of ratios and frequencies in the reference list, and what it types to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fairdraw::files::wording::frequency::{Per, frequency};
use fairdraw::files::wording::ratio::{Bound, RatioPer, ratio};
use fairdraw::lang::Say;
use fairdraw::lottery::Rate;
use fairdraw::plan::model::Rates;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Writes what a wording types to, or `refused:` and why.
fn typed(column: &str, wording: &str) -> String {
    let text = match column {
        "ratio" => ratio(wording).map(|typed| typed.to_string()),
        _ => frequency(wording).map(|typed| typed.to_string()),
    };
    text.unwrap_or_else(|refusal| {
        assert!(!refusal.remedy().en.is_empty() && !refusal.say().en.is_empty());
        format!("refused: {}", refusal.code())
    })
}

// Without this test a wording of a real list could be typed to something else than it says, or be guessed. The table
// was read line by line; FAIRDRAW_BLESS=1 writes it anew, and then it has to be read again.
#[test]
fn every_wording_of_the_reference_list_has_its_verdict() {
    let items = root().join("data/reference/inspection_items.csv");
    let mut found = BTreeSet::new();
    let mut reader = csv::Reader::from_path(items).unwrap();
    let headings = reader.headers().unwrap().clone();
    for record in reader.records() {
        let record = record.unwrap();
        for column in ["ratio", "frequency"] {
            let at = headings.iter().position(|heading| heading == column).unwrap();
            found.insert((column.to_owned(), record[at].to_owned()));
        }
    }
    let path = root().join("tests/readers/wordings.csv");
    if std::env::var_os("FAIRDRAW_BLESS").is_some() {
        write(&path, &found);
    }
    let mut listed = BTreeSet::new();
    for record in csv::Reader::from_path(path).unwrap().records() {
        let record = record.unwrap();
        assert_eq!(typed(&record[0], &record[1]), &record[2], "{} {:?}", &record[0], &record[1]);
        listed.insert((record[0].to_owned(), record[1].to_owned()));
    }
    assert_eq!(listed, found, "the table has every wording of the list and no other");
}

fn write(path: &Path, wordings: &BTreeSet<(String, String)>) {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(["column", "wording", "typed"]).unwrap();
    for (column, wording) in wordings {
        writer.write_record([column, wording, &typed(column, wording)]).unwrap();
    }
    writer.flush().unwrap();
}

// Without this test the wordings that plans use most could be refused, or lose their bound or their span.
#[test]
fn wordings_of_plans_are_typed() {
    let share = |part, whole| Rates::All(Rate::Share { part, whole });
    let cases = [
        ("3%", Bound::Exactly, share(3, 100), None),
        ("≥5%", Bound::AtLeast, share(5, 100), None),
        ("不低于５％", Bound::AtLeast, share(5, 100), None),
        ("2‰", Bound::Exactly, share(2, 1000), None),
        ("0.5%", Bound::Exactly, share(5, 1000), None),
        ("1:10", Bound::Exactly, share(1, 10), None),
        ("20户", Bound::Exactly, Rates::All(Rate::Count(20)), None),
        ("≥5%/季", Bound::AtLeast, share(5, 100), Some(RatioPer::Quarter)),
        ("每月≥10%", Bound::AtLeast, share(10, 100), Some(RatioPer::Month)),
        ("≤10%/年", Bound::AtMost, share(10, 100), Some(RatioPer::Year)),
    ];
    for (wording, bound, rates, per) in cases {
        let typed = ratio(wording).unwrap_or_else(|refusal| panic!("{wording}: {refusal:?}"));
        assert_eq!((typed.bound, &typed.rates, typed.per), (bound, &rates, per), "{wording}");
    }
    for wording in ["守信1%、警示10%、失信50%、严重失信80%", "A级1%，B级10%，C级50%，D级80%", "A 1%;B 10%;C 50%;D 80%"]
    {
        assert_eq!(ratio(wording).unwrap().to_string(), "A 1%;B 10%;C 50%;D 80%", "{wording}");
    }
}

// Without this test a cap in words could be read as another number, or for another span.
#[test]
fn wordings_of_frequencies_are_typed() {
    let cases = [
        ("1-2次/年", 1, Some(2), Per::Years(1), Some(2)),
        ("同一单位一年不超过2次", 0, Some(2), Per::Years(1), Some(2)),
        ("许可有效期内不超过2次", 0, Some(2), Per::Licence, None),
        ("每2年不超过1次", 0, Some(1), Per::Years(2), None),
        ("每年至少一次", 1, None, Per::Years(1), None),
        ("≤1次/季", 0, Some(1), Per::Quarter, Some(4)),
        ("＝１次／年", 1, Some(1), Per::Years(1), Some(1)),
    ];
    for (wording, least, most, per, cap) in cases {
        let typed = frequency(wording).unwrap_or_else(|refusal| panic!("{wording}: {refusal:?}"));
        assert_eq!((typed.least, typed.most, typed.per, typed.cap_per_year()), (least, most, per, cap), "{wording}");
    }
}

// Without this test a wording that leaves the number open could become a number.
#[test]
fn open_and_contradictory_wordings_are_refused() {
    for wording in ["", "按实际", "5", "0%", "0户", "101%", "2:1", "约20%", "3%或5%", "守信1%、守信2%", "5%-3%"]
    {
        assert!(ratio(wording).is_err(), "{wording:?}");
    }
    for wording in ["", "按实际", "0次/年", "≤0次/年", "3-2次/年", "2次", "每", "每0年不超过1次"] {
        assert!(frequency(wording).is_err(), "{wording:?}");
    }
}
