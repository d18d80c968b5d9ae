//! Industries of GB/T 4754-2017: codes with or without the section letter, and names, those of the 2011 edition too.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::cells::plain;

/// The 20 sections and 97 divisions: section, division (empty for a section), name.
const DIVISIONS: &str = include_str!("../../../data/reference/gbt4754_2017.csv");
/// The 473 groups: section, division, group, name.
const GROUPS: &str = include_str!("../../../data/reference/gbt4754_2017_groups.csv");

/// Names of divisions that the edition of 2011 had and that of 2017 has not.
const NAMES_2011: [(&str, &str); 4] =
    [("农、林、牧、渔服务业", "05"), ("开采辅助活动", "11"), ("装卸搬运和运输代理业", "58"), ("仓储业", "59")];

/// Is a code of GB/T 4754 as an entity has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Industry {
    /// Two to four digits.
    pub digits: String,
    /// Whether the section letter before them is another section's.
    pub letter_differs: bool,
    /// Whether it was written as a name.
    pub by_name: bool,
}

static SECTION_OF: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows = DIVISIONS.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|row| row.len() >= 3 && !row[1].is_empty()).map(|row| (row[1], row[0])).collect()
});

static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut names: HashMap<String, &'static str> = HashMap::new();
    // A division's name goes before the same name of a group in it.
    let divisions = DIVISIONS.lines().skip(1).filter_map(|line| cells(line, 1, 2));
    let groups = GROUPS.lines().skip(1).filter_map(|line| cells(line, 2, 3));
    for (code, name) in divisions.chain(groups).chain(NAMES_2011.iter().map(|(name, code)| (*code, *name))) {
        names.entry(bare(name)).or_insert(code);
    }
    names
});

/// Reads an industry: `6210`, `H6210`, `h62`, `餐饮业`; empty text is no industry; `None` for anything else.
pub fn industry(text: &str) -> Option<Industry> {
    let is_code = |digits: &str| (2..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let found =
        |digits: &str, letter_differs, by_name| Some(Industry { digits: digits.to_owned(), letter_differs, by_name });
    if text.is_empty() || is_code(text) {
        return found(text, false, false);
    }
    let plain = plain(text);
    let code = plain.strip_suffix(".0").unwrap_or(&plain).trim();
    let (letter, digits) = match code.chars().next() {
        Some(letter) if letter.is_ascii_alphabetic() => (Some(letter.to_ascii_uppercase()), &code[1..]),
        _ => (None, code),
    };
    if is_code(digits) {
        let section = SECTION_OF.get(&digits[..2]).and_then(|section| section.chars().next());
        return found(digits, letter.is_some() && letter != section, false);
    }
    BY_NAME.get(&bare(text)).and_then(|code| found(code, false, true))
}

/// Takes blanks and the kinds of commas out of a name.
fn bare(name: &str) -> String {
    plain(name).chars().filter(|c| !c.is_whitespace() && !matches!(c, '、' | ',' | '"')).collect()
}

fn cells(line: &'static str, code: usize, name: usize) -> Option<(&'static str, &'static str)> {
    let cells: Vec<&str> = line.split(',').collect();
    let (code, name) = (cells.get(code)?, cells.get(name)?);
    (!code.is_empty()).then_some((*code, *name))
}
