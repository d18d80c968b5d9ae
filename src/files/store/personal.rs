//! What must never be published: resident identity numbers (公民身份号码) and mobile telephone numbers (手机号).

use super::bundle::File;
use super::freeze::freeze;
use crate::both;
use crate::files::faults::{Fault, Faults, Place as FaultPlace};
use crate::files::wording::uscc;
use crate::lang::Text;
use crate::plan::model::Inputs;

/// Is a place in a text that holds what looks like personal data; the data itself is not repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    /// Line from 1.
    pub line: u32,
    pub kind: Kind,
}

/// Is the kind of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 18 characters with a province, a date of birth and a fitting last character (GB 11643-1999).
    ResidentId,
    /// 11 digits from 13 to 19, not within a longer word.
    Mobile,
}

/// Finds the places of texts that hold personal data; files that are no text are passed over.
///
/// A unified social credit code (GB 32100) is none, even where its digits would do.
pub fn find<'a>(files: impl IntoIterator<Item = &'a File>) -> Vec<Place> {
    let mut places = Vec::new();
    for file in files {
        let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
        for (line, number) in text.lines().zip(1..) {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric());
            let kinds = words.filter_map(kind_of);
            places.extend(kinds.map(|kind| Place { file: file.path.clone(), line: number, kind }));
        }
    }
    places
}

impl Kind {
    /// Names the kind.
    pub fn text(self) -> Text {
        match self {
            Kind::ResidentId => both!("a resident's identity number", "公民身份号码"),
            Kind::Mobile => both!("a mobile telephone number", "手机号"),
        }
    }
}

/// Warns of personal data in the tables of a plan, which `fairdraw publish` would refuse when it is too late to take
/// them out without a new draw; one warning for each kind and column, with the first row's id.
pub fn warnings(inputs: &Inputs) -> Vec<Fault> {
    let mut faults = Faults::default();
    for file in freeze(inputs) {
        let mut table = csv::Reader::from_reader(file.bytes.as_slice());
        let Ok(headings) = table.headers().cloned() else { continue };
        for row in table.into_records().filter_map(Result::ok) {
            for (column, cell) in row.iter().enumerate() {
                for kind in cell.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(kind_of) {
                    // The data itself is not repeated, nor is the id where it is the data.
                    let id = if column == 0 { "" } else { row.get(0).filter(|id| kind_of(id).is_none()).unwrap_or("") };
                    let heading = headings.get(column).unwrap_or_default().to_owned();
                    let place = FaultPlace { file: file.path.clone(), column: heading, ..FaultPlace::default() };
                    let what = kind.text();
                    let cause = both!(what => "the column holds {what}, and this table becomes public", "该列含有{what}，而这张表是要公开的");
                    let remedy = both!(
                        "take it out before the seal; the site of a plan with such data is refused",
                        "在封存之前去掉；含有这类数据的计划不能发布网站"
                    );
                    faults.note("personal-data", place, id, cause, remedy);
                }
            }
        }
    }
    faults.into_sorted()
}

fn kind_of(word: &str) -> Option<Kind> {
    let bytes = word.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    match bytes.len() {
        11 if digits(0..11) && bytes[0] == b'1' && bytes[1] >= b'3' => Some(Kind::Mobile),
        18 if digits(0..17) && is_resident_id(bytes) && uscc::look(word) != (uscc::Kind::Uscc, None) => {
            Some(Kind::ResidentId)
        }
        _ => None,
    }
}

/// Checks province, date of birth and last character of 17 digits and one character (GB 11643-1999; ISO 7064, MOD 11-2).
fn is_resident_id(bytes: &[u8]) -> bool {
    let number = |from: usize, to: usize| bytes[from..to].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    let is_born = (1900..2100).contains(&number(6, 10))
        && jiff::civil::Date::new(number(6, 10) as i16, number(10, 12) as i8, number(12, 14) as i8).is_ok();
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = WEIGHTS.iter().zip(bytes).map(|(weight, byte)| weight * u32::from(byte - b'0')).sum();
    let last = b"10X98765432"[(sum % 11) as usize];
    (11..=82).contains(&number(0, 2)) && is_born && bytes[17].to_ascii_uppercase() == last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(u32, Kind)> {
        let file = File { path: "a.csv".to_owned(), bytes: text.as_bytes().to_vec() };
        find([&file]).into_iter().map(|place| (place.line, place.kind)).collect()
    }

    /// An owner's identity number in the column of names would stand on the public site, to be read by everyone.
    #[test]
    fn numbers_of_people_are_found_and_numbers_of_firms_are_not() {
        // The example of GB 11643-1999 itself, and the same with another last character.
        assert_eq!(kinds("id,name\n1,张三11010519491231002X\n"), [(2, Kind::ResidentId)]);
        assert_eq!(kinds("11010519491231002x,13800138000\n"), [(1, Kind::ResidentId), (1, Kind::Mobile)]);
        assert_eq!(kinds("110105194912310021\n"), []);
        assert_eq!(kinds("11010519491331002X\n"), []);
        // A registration number of 15 digits, a hash, and a code of a firm.
        assert_eq!(kinds("411381000012345,113800138000,913800138000abc,91411381MA31HXDC72\n"), []);
    }
}
