//! One cell of a column into a value, with the fault that says why not.

use super::index::Index;
use super::table::Field;
use crate::both;
use crate::files::faults::Faults;
use crate::files::wording::cells::{self, DayOf, Written};
use crate::files::wording::quiet;
use crate::lang::Text;
use crate::plan::model::{QuietDays, Season, Span};
use crate::plan::words::Word;

/// Reads a whole number, a default where the cell is empty; reports `not-a-number`.
pub fn number(field: Field<'_>, row: usize, default: u32, faults: &mut Faults) -> u32 {
    optional_number(field, row, faults).unwrap_or(default)
}

/// Reads a whole number or nothing; reports `not-a-number`.
pub fn optional_number(field: Field<'_>, row: usize, faults: &mut Faults) -> Option<u32> {
    let text = field.text(row);
    if text.is_empty() {
        return None;
    }
    let number = cells::whole(text);
    if number.is_none() {
        faults.error(
            "not-a-number",
            field.place(row),
            text,
            both!("a whole number is needed", "此处须填整数"),
            both!("write digits only", "只填数字"),
        );
    }
    number
}

/// Reads a word of a closed vocabulary, a default where the cell is empty; reports `unknown-word`.
pub fn word<W: Word>(field: Field<'_>, row: usize, default: W, faults: &mut Faults) -> W {
    let text = field.text(row);
    if text.is_empty() {
        return default;
    }
    W::from_word(text).or_else(|| W::from_word(&cells::plain(text))).unwrap_or_else(|| {
        let known: Vec<&str> = W::WORDS.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        let remedy = both!("write one of {}", "请填写下列之一：{}", known.join(", "));
        faults.error(
            "unknown-word",
            field.place(row),
            text,
            both!("the word is not known here", "此处不认识这个词"),
            remedy,
        );
        default
    })
}

/// Reads yes or no, a default where the cell is empty; reports `not-yes-or-no`.
pub fn yes_no(field: Field<'_>, row: usize, default: bool, faults: &mut Faults) -> bool {
    let text = field.text(row);
    if text.is_empty() {
        return default;
    }
    cells::yes_no(text).unwrap_or_else(|| {
        faults.error(
            "not-yes-or-no",
            field.place(row),
            text,
            both!("yes or no is needed", "此处须填是或否"),
            both!("write yes/no or 是/否", "填 是/否 或 yes/no"),
        );
        default
    })
}

/// Reads a mention of a row of another table; reports `unknown-…` under the code that is given.
pub fn mention(
    index: &Index,
    text: &str,
    code: &'static str,
    (field, row): (Field<'_>, usize),
    remedy: &Text,
    faults: &mut Faults,
) -> Option<u32> {
    if let Some(found) = index.find(text) {
        return Some(found);
    }
    let found = index.find_loosely(text);
    if let Some((_, official)) = found {
        let cause = both!("{text} is read as {official}", "“{text}”按“{official}”读取");
        faults.note("read-as", field.place(row), text, cause, both!("nothing, if that is right", "若无误，无须处理"));
    } else {
        let cause = if text.is_empty() {
            both!("the cell is empty", "单元格为空")
        } else {
            both!("nothing has the code or name {text:?}", "没有代码或名称为“{text}”的记录")
        };
        faults.error(code, field.place(row), text, cause, remedy.clone());
    }
    found.map(|(no, _)| no)
}

/// Reads a list of spans; reports `not-a-span`.
pub fn spans(field: Field<'_>, row: usize, faults: &mut Faults) -> Vec<Span> {
    let mut spans = Vec::new();
    for part in cells::list(field.text(row)) {
        match cells::span(part) {
            Some(span) => spans.push(span),
            None => {
                let remedy =
                    both!("write first/last, such as 2024-02-05/2024-02-09", "填写 起/止，例如 2024-02-05/2024-02-09");
                faults.error(
                    "not-a-span",
                    field.place(row),
                    part,
                    both!("these are not two dates in order", "这不是先后有序的两个日期"),
                    remedy,
                );
            }
        }
    }
    spans.sort();
    spans.dedup();
    spans
}

/// Reads a list of quiet days; reports `not-quiet-days`.
pub fn quiet_days(field: Field<'_>, row: usize, faults: &mut Faults) -> Vec<QuietDays> {
    let cause =
        both!("these are no dates in order and no days that return", "这既不是先后有序的日期，也不是重复出现的日子");
    list_of(field, row, quiet::days, ("not-quiet-days", cause, quiet::remedy()), faults)
}

/// Reads a list of opening seasons; reports `not-a-season`.
pub fn seasons(field: Field<'_>, row: usize, faults: &mut Faults) -> Vec<Season> {
    let cause = both!("these are no months and no dates in order", "这既不是月份，也不是先后有序的日期");
    let remedy = both!(
        "write months such as 11-3, or first/last such as 2024-02-26/2024-07-05",
        "填写月份，例如 11月至次年3月，或 起/止，例如 2024-02-26/2024-07-05"
    );
    list_of(field, row, quiet::season, ("not-a-season", cause, remedy), faults)
}

/// Reads a list whose entries are sorted and stand once each.
fn list_of<T: Ord>(
    field: Field<'_>,
    row: usize,
    read: fn(&str) -> Option<T>,
    (code, cause, remedy): (&'static str, Text, Text),
    faults: &mut Faults,
) -> Vec<T> {
    let mut values = Vec::new();
    for part in cells::list(field.text(row)) {
        match read(part) {
            Some(value) => values.push(value),
            None => faults.error(code, field.place(row), part, cause.clone(), remedy.clone()),
        }
    }
    values.sort();
    values.dedup();
    values
}

/// Reads a date or nothing; a month alone stands for its first or last day, as `day` says.
///
/// Reports `not-a-date` as an error, `date-of-month` and `date-from-serial` as warnings.
pub fn date(field: Field<'_>, row: usize, day: DayOf, faults: &mut Faults) -> Option<jiff::civil::Date> {
    let text = field.text(row);
    if text.is_empty() {
        return None;
    }
    let Some((date, written)) = cells::any_date(text, day) else {
        faults.error(
            "not-a-date",
            field.place(row),
            text,
            both!("this is no date", "这不是日期"),
            both!("write YYYY-MM-DD", "按 YYYY-MM-DD 填写"),
        );
        return None;
    };
    let remedy = both!("nothing, if that is right; else write YYYY-MM-DD", "若无误，无须处理；否则按 YYYY-MM-DD 填写");
    match (written, day) {
        (Written::Whole, _) => {}
        (Written::Month, DayOf::First) => {
            let cause = both!("a month without a day is read as its first day", "只有年月、没有日，按当月第一天读取");
            faults.note("date-of-month", field.place(row), text, cause, remedy);
        }
        (Written::Month, DayOf::Last) => {
            let cause = both!("a month without a day is read as its last day", "只有年月、没有日，按当月最后一天读取");
            faults.note("date-of-month", field.place(row), text, cause, remedy);
        }
        (Written::Serial, _) => {
            let cause = both!("the serial number of a day is read as that day", "日期序列号按对应日期读取");
            faults.note("date-from-serial", field.place(row), text, cause, remedy);
        }
    }
    Some(date)
}

/// Splits a cell with several values and sorts them, each once.
pub fn sorted(text: &str) -> Vec<String> {
    let mut values: Vec<String> = cells::list(text).map(str::to_owned).collect();
    values.sort();
    values.dedup();
    values
}

/// Tells whether a code can stand in a list and in a label; reports `bad-code`.
pub fn is_code(field: Field<'_>, row: usize, faults: &mut Faults) -> bool {
    let text = field.text(row);
    let fits = !text.is_empty()
        && text != "*"
        && !text.contains([';', ',', '/', '"'])
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if !fits {
        let cause = both!(
            "a code is needed: not empty, without blanks and without ; , / or quotes",
            "此处须填代码：不能为空，不含空格，也不含 ; , / 或引号"
        );
        faults.error(
            "bad-code",
            field.place(row),
            text,
            cause,
            both!("give the row a code of its own", "给该行一个自己的代码"),
        );
    }
    fits
}
