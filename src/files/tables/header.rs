//! Where a sheet's headings are, and which rows below them are no rows of the table.
//!
//! Sheets of offices have title and notice rows above the headings, a hint or an example row below them, headings that
//! return on every printed page, totals and signatures at the end. Each row that is passed over is reported with
//! its number and the reason; nothing is repaired in silence.

use super::columns::{Layout, bare};
use super::forms::HINT_MARK;
use crate::files::decode::sheet::{Sheet, is_blank};
use crate::files::wording::cells::plain;

/// Is where the value of a column comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The file has no such column.
    Missing,
    /// A column of the sheet, from 0.
    Column(usize),
    /// One value for all rows, as `plan.toml` says.
    Constant(String),
}

impl Origin {
    /// Returns the column of the sheet, if it is one.
    pub fn column(&self) -> Option<usize> {
        match self {
            Origin::Column(at) => Some(*at),
            Origin::Missing | Origin::Constant(_) => None,
        }
    }
}

/// Holds the heading row of a sheet and what its headings mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Position of the row in the sheet.
    pub row: usize,
    /// For each column of the layout its best source.
    pub sources: Vec<Option<usize>>,
    /// Sources that mean a column of the layout for which a better one was found, and that column.
    pub second: Vec<(usize, usize)>,
    /// Sources that mean the same column as another and are trusted as much.
    pub twice: Vec<(usize, usize)>,
    /// Sources whose heading means nothing here.
    pub unknown: Vec<usize>,
}

/// Says why a row below the headings is no row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    /// The hint row of this program's own templates, which is no news to anyone.
    Template,
    Heading,
    Hint,
    Example,
    Notice,
    Total,
    Signature,
}

impl Passed {
    /// Names the kind of row, in English and in Chinese.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Passed::Template => ("the hints of a template", "模板提示"),
            Passed::Heading => ("repeated headings", "重复表头"),
            Passed::Hint => ("hints for filling in", "填写提示"),
            Passed::Example => ("an example", "案例"),
            Passed::Notice => ("a notice", "说明"),
            Passed::Total => ("a total", "合计"),
            Passed::Signature => ("a signature line", "签字栏"),
        }
    }
}

/// Rows from the top among which the headings are looked for.
const HEADING_WITHIN: usize = 100;

/// Finds the heading row: the one with all required columns, else the one that names most columns, the first of equals.
///
/// A row counts only if it names at least two columns, or all of a table that has fewer.
pub fn find(sheet: &Sheet, layout: &Layout) -> Option<Heading> {
    let needed = layout.columns.len().min(2);
    let mut best: Option<((bool, usize), Heading)> = None;
    for row in 0..sheet.height().min(HEADING_WITHIN) {
        let heading = read(sheet, layout, row);
        let known = heading.sources.iter().flatten().count();
        let complete = layout.columns.iter().zip(&heading.sources).all(|(c, source)| !c.required || source.is_some());
        if known >= needed && best.as_ref().is_none_or(|(score, _)| (complete, known) > *score) {
            best = Some(((complete, known), heading));
        }
    }
    best.map(|(_, heading)| heading)
}

/// Reads a row as headings.
pub fn read(sheet: &Sheet, layout: &Layout, row: usize) -> Heading {
    let mut found: Vec<Option<(usize, usize)>> = vec![None; layout.columns.len()];
    let mut heading = Heading { row, sources: Vec::new(), second: Vec::new(), twice: Vec::new(), unknown: Vec::new() };
    for (source, text) in sheet.cells(row).enumerate().filter(|(_, text)| !text.is_empty()) {
        // A title is longer than any heading; it would only cost time.
        let Some((target, rank)) = Some(text).filter(|t| t.len() < 200).and_then(|text| layout.meaning_of(text)) else {
            heading.unknown.push(source);
            continue;
        };
        match found[target] {
            None => found[target] = Some((source, rank)),
            Some((_, best)) if rank > best => heading.second.push((source, target)),
            Some((_, best)) if rank == best => heading.twice.push((source, target)),
            Some((other, _)) => {
                heading.second.push((other, target));
                found[target] = Some((source, rank));
            }
        }
    }
    heading.sources = found.into_iter().map(|found| found.map(|(source, _)| source)).collect();
    heading
}

/// Tells whether a sheet is in the canonical form, in which every row that is not blank is a row of the table.
pub fn is_canonical(sheet: &Sheet, layout: &Layout, row: usize) -> bool {
    !sheet.lettered || (row == 0 && sheet.number(0) == 1 && sheet.cells(0).eq(layout.headings()))
}

/// Tells why a row is none of the table; `nth` counts the rows below the headings from 0, `key` is the column whose
/// cell every row must fill.
pub fn passed(sheet: &Sheet, heading: usize, row: usize, nth: usize, key: Option<usize>) -> Option<Passed> {
    let key_text = key.map_or("", |key| sheet.text(row, key));
    let first_at = (0..sheet.width(row)).find(|at| !sheet.text(row, *at).is_empty())?;
    let first = sheet.text(row, first_at);
    let has_code = is_code(key_text);
    if nth == 0 && key_text.starts_with(HINT_MARK) {
        return Some(Passed::Template);
    }
    // Nearly every row ends here: it has its code and begins with it, or with a name too long for a label.
    if has_code && nth >= EXAMPLE_WITHIN && (first.is_ascii() || first.len() > LABEL_LENGTH_MAX) {
        return None;
    }
    let filled = sheet.cells(row).filter(|text| !text.is_empty());
    if key.is_none_or(|key| bare(key_text) == bare(sheet.text(heading, key))) {
        let is_same = |at: &usize| {
            let text = sheet.text(row, *at);
            !text.is_empty() && bare(text) == bare(sheet.text(heading, *at))
        };
        let same = (0..sheet.width(row)).filter(is_same).count();
        if same >= 2 && same * 3 >= filled.clone().count() * 2 {
            return Some(Passed::Heading);
        }
    }
    let begins = |text: &str| EXAMPLES.iter().any(|mark| text.starts_with(mark));
    let to_delete = |text: &str| EXAMPLES.iter().any(|mark| text.contains(mark)) && text.contains("删除");
    if nth < EXAMPLE_WITHIN && (begins(first) || begins(key_text) || filled.clone().any(to_delete)) {
        return Some(Passed::Example);
    }
    let label: String = plain(first).chars().filter(|c| !is_blank(*c)).collect();
    let is_name = key.is_some_and(|key| first_at > key);
    if TOTALS.contains(&label.trim_end_matches([':', '数'])) && !(has_code && is_name) {
        return Some(Passed::Total);
    }
    if has_code {
        return None;
    }
    if SIGNATURES
        .iter()
        .any(|mark| label.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
        || label.starts_with("(盖章)")
    {
        return Some(Passed::Signature);
    }
    if filled.clone().count() == 1 && NOTICES.iter().any(|mark| label.starts_with(mark)) {
        return Some(Passed::Notice);
    }
    let is_hint = |text: &&str| HINTS.iter().any(|mark| text.contains(mark));
    if nth < HINT_WITHIN && (is_hint(&key_text) || filled.clone().filter(is_hint).count() >= 2) {
        return Some(Passed::Hint);
    }
    None
}

/// Rows below the headings among which examples and hints stand.
const EXAMPLE_WITHIN: usize = 5;
const HINT_WITHIN: usize = 2;

/// Longest label of a total, in bytes.
const LABEL_LENGTH_MAX: usize = 24;

const TOTALS: [&str; 9] = ["合计", "总计", "小计", "共计", "总", "本页合计", "本页小计", "累计", "TOTAL"];
const SIGNATURES: [&str; 17] = [
    "制表人",
    "制表",
    "填表人",
    "填报人",
    "审核人",
    "审核",
    "经办人",
    "负责人",
    "单位负责人",
    "填报单位",
    "填报日期",
    "填报时间",
    "制表日期",
    "打印日期",
    "联系人",
    "联系电话",
    "单位(盖章)",
];
const EXAMPLES: [&str; 3] = ["案例", "示例", "样例"];
const NOTICES: [&str; 8] = ["注意", "注:", "备注", "说明", "填表说明", "填报说明", "※", "注1"];
const HINTS: [&str; 14] =
    ["必填", "选填", "填写", "请填", "请选", "格式", "例如", "如：", "如:", "文本", "下拉", "不填", "可填", "可空"];

/// Tells whether a text can be a code: Latin letters, digits and the signs between them, with a digit among them.
fn is_code(text: &str) -> bool {
    let text = plain(text);
    text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}
