//! The meaning of one cell: dates, spans, lists, ids, rates. Each reader takes clean text and says what it saw.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use crate::lottery::Rate;
use crate::plan::model::{Balls, Class, Rates, Span};
use crate::plan::words::Word;

/// Makes an id canonical: NFKC, upper case, no blanks, hyphens or format characters (protocol §1).
pub fn id(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    let is_dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let is_blank = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    let kept = text.nfkc().filter(|c| !is_dash(*c) && !is_blank(*c));
    Cow::Owned(kept.flat_map(char::to_uppercase).nfkc().collect())
}

/// Makes the id in a table's cell canonical: as [`id`], and 4541321.0 is 4541321, a number that was kept as one.
pub fn id_cell(text: &str) -> Cow<'_, str> {
    let id = id(text);
    match id.strip_suffix(".0") {
        Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            Cow::Owned(number.to_owned())
        }
        _ => id,
    }
}

/// Makes other text plain: NFKC, so that full-width digits and signs read like half-width ones.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
}

/// Says how a date was written, where that is worth a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Year, month and day, or words for "no end".
    Whole,
    /// Year and month alone: the first or the last day of the month was taken.
    Month,
    /// The serial number of a day, as a spreadsheet keeps it when the cell's format is lost.
    Serial,
}

/// Says which day of a month stands for a month without a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOf {
    First,
    Last,
}

/// The last valid day of what has no end, as registries write it (9999-09-09).
pub const NO_END: Date = Date::constant(9999, 9, 9);

/// Reads a date: `2024-01-05`, `2024/1/5`, `20240105`, `2024年1月5日`, with or without a time of day; `None` for
/// anything else.
pub fn date(text: &str) -> Option<Date> {
    whole_date(&plain(text))
}

/// Reads a date in any form that registries have: as [`date`], and `2017年3月`, `201703`, serial numbers such as
/// `42473`, `长期`.
pub fn any_date(text: &str, day: DayOf) -> Option<(Date, Written)> {
    if let Some(date) = whole_date(text) {
        return Some((date, Written::Whole));
    }
    let text: String = plain(text).chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if let Some(date) = whole_date(text) {
        return Some((date, Written::Whole));
    }
    if ["长期", "永久", "长期有效", "永久有效", "无固定期限", "无期限"].contains(&text) {
        return Some((NO_END, Written::Whole));
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() == 5 {
        // 20 000 to 79 999 are the days from 1954 to 2119; a lower number is more likely something else.
        let days = text.parse::<i64>().ok().filter(|days| (20_000..80_000).contains(days))?;
        let date = Date::constant(1899, 12, 30).checked_add(jiff::Span::new().days(days)).ok()?;
        return Some((date, Written::Serial));
    }
    let (year, month) = if digits && text.len() == 6 {
        text.split_at(4)
    } else {
        let text = text.strip_suffix('月').unwrap_or(text);
        ['年', '-', '/', '.'].iter().find_map(|mark| text.split_once(*mark))?
    };
    if year.len() != 4 || month.is_empty() || month.len() > 2 {
        return None;
    }
    let first = Date::new(whole(year)?.try_into().ok()?, whole(month)?.try_into().ok()?, 1).ok()?;
    Some((if day == DayOf::First { first } else { first.last_of_month() }, Written::Month))
}

fn whole_date(text: &str) -> Option<Date> {
    // A time of day behind the date means nothing here.
    let text = match text.find(['T', ' ']) {
        Some(at)
            if text[at + 1..].trim().bytes().all(|b| b.is_ascii_digit() || b":.Z+-".contains(&b))
                && text[at..].contains(':') =>
        {
            &text[..at]
        }
        _ => text,
    };
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        text.strip_suffix('日').unwrap_or(text).split(['-', '/', '.', '年', '月']).collect()
    };
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.trim().parse().ok()?, day.trim().parse().ok()?).ok()
}

/// Reads a span `first/last`; a single date is a span of one day, `至` and `~` also part the two.
pub fn span(text: &str) -> Option<Span> {
    let parted = date(text).map(|day| (day, day)).or_else(|| {
        ['至', '~']
            .iter()
            .find_map(|mark| text.split_once(*mark))
            .or_else(|| text.split_once('/'))
            .and_then(|(first, last)| Some((date(first.trim())?, date(last.trim())?)))
    });
    parted.filter(|(first, last)| first <= last).map(|(first, last)| Span { first, last })
}

/// Splits a cell with several values at `;` `,` and their Chinese forms.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；', ',', '，', '、', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

/// Tells whether an id is a number of which a spreadsheet has lost the last digits: `4.1138E+17`.
pub fn is_rounded(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let point = number.bytes().filter(|b| *b == b'.').count();
    point <= 1
        && digits(&number.replace('.', ""))
        && digits(power.trim_start_matches('+'))
        && (point == 1 || power.starts_with('+') || power.len() == 2)
        && number.split('.').next().is_some_and(|whole| whole.len() == 1)
}

/// Reads yes or no; `None` for anything else.
pub fn yes_no(text: &str) -> Option<bool> {
    match plain(text).to_ascii_lowercase().as_str() {
        "yes" | "y" | "是" | "true" | "有" | "有效" | "√" | "1" => Some(true),
        "no" | "n" | "否" | "false" | "无" | "失效" | "无效" | "×" | "0" => Some(false),
        _ => None,
    }
}

/// Reads a rate: `3%`, `2.5%`, `2‰`, `1:10`, `1/10`, `20户`, with or without `≥`; `None` where it can not be typed.
///
/// A share must be above 0 and at most 1; a bare number is refused, because it may be a count or a percentage.
pub fn rate(text: &str) -> Option<Rate> {
    let text = plain(text.trim());
    let text = text.strip_prefix('≥').unwrap_or(&text).trim();
    let counted = ["户", "家", "个", "所"].iter().find_map(|unit| text.strip_suffix(unit));
    if let Some(number) = counted {
        return whole(number).filter(|count| *count > 0).map(Rate::Count);
    }
    let (part, whole) = if let Some(number) = text.strip_suffix('%') {
        decimal(number, 100)?
    } else if let Some(number) = text.strip_suffix('‰') {
        decimal(number, 1000)?
    } else {
        let (part, of) = text.split_once([':', '/'])?;
        (whole(part)?, whole(of)?)
    };
    (part > 0 && part <= whole).then_some(Rate::Share { part, whole })
}

/// Reads the rate of a task: one for all, or one for each class such as `A 1%;B 2%;C 10%;D 30%;N 1%`.
///
/// `N` (未分类) stands for entities without a class. Classes come back in the order A, B, C, D, N.
pub fn rates(text: &str) -> Option<Rates> {
    if let Some(all) = rate(text) {
        return Some(Rates::All(all));
    }
    let mut by_class = Vec::new();
    for part in list(text) {
        let (class, rest) = class_prefix(part)?;
        by_class.push((class, rate(rest)?));
    }
    by_class.sort_by_key(|(class, _)| (class.is_none(), *class));
    let distinct = by_class.windows(2).all(|pair| pair[0].0 != pair[1].0);
    (distinct && !by_class.is_empty()).then_some(Rates::ByClass(by_class))
}

/// Reads urn balls: a number 1 to 8, or one for each class such as `C 2;D 4`; empty is one ball for all.
pub fn balls(text: &str) -> Option<Balls> {
    let number = |text: &str| whole(text).and_then(|n| u8::try_from(n).ok()).filter(|n| (1..=8).contains(n));
    if text.is_empty() {
        return Some(Balls::All(1));
    }
    if let Some(all) = number(text) {
        return Some(Balls::All(all));
    }
    let mut by_class = BTreeMap::new();
    for part in list(text) {
        let (class, rest) = class_prefix(part)?;
        if by_class.insert(class?, number(rest)?).is_some() {
            return None;
        }
    }
    Some(Balls::ByClass(by_class))
}

/// Reads a class; `N` and 未分类 stand for none.
pub fn class(text: &str) -> Option<Option<Class>> {
    match text {
        "N" | "未分类" => Some(None),
        word => Class::from_word(word).or_else(|| Class::from_word(&plain(word).to_ascii_uppercase())).map(Some),
    }
}

/// Writes a class as its letter, `N` where there is none.
pub fn class_letter(class: Option<Class>) -> &'static str {
    class.map_or("N", Word::word)
}

/// Writes the rate of a task in its canonical form, which reads back to the same rate.
pub fn rates_text(rates: &Rates) -> String {
    match rates {
        Rates::All(rate) => rate.to_string(),
        Rates::ByClass(by_class) => {
            let part = |(class, rate): &(Option<Class>, Rate)| format!("{} {rate}", class_letter(*class));
            by_class.iter().map(part).collect::<Vec<_>>().join(";")
        }
    }
}

/// Writes urn balls in their canonical form, which reads back to the same.
pub fn balls_text(balls: &Balls) -> String {
    match balls {
        Balls::All(number) => number.to_string(),
        Balls::ByClass(by_class) => {
            by_class.iter().map(|(class, number)| format!("{} {number}", class.word())).collect::<Vec<_>>().join(";")
        }
    }
}

/// Reads a whole number in digits.
pub fn whole(text: &str) -> Option<u32> {
    let text = plain(text.trim());
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Reads a whole number in digits or as one Chinese numeral up to ten.
pub fn count(text: &str) -> Option<u32> {
    let numerals = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    if let Some(at) = numerals.iter().position(|numeral| *numeral == text) {
        return Some(at as u32);
    }
    if text == "两" {
        return Some(2);
    }
    let digits = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Reads `2.5` of `unit` as the exact fraction 25 / (10 · unit).
fn decimal(text: &str, unit: u32) -> Option<(u32, u32)> {
    let (integer, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let scale = 10u32.checked_pow(fraction.len() as u32).filter(|_| fraction.len() <= 4)?;
    let part =
        whole(integer)?.checked_mul(scale)?.checked_add(if fraction.is_empty() { 0 } else { whole(fraction)? })?;
    Some((part, unit.checked_mul(scale)?))
}

/// Splits `A级 1%` into its class and the rest; the longest word wins, so 严重失信 is not read as 失信.
pub fn class_prefix(part: &str) -> Option<(Option<Class>, &str)> {
    let classes = Class::WORDS.iter().flat_map(|(class, words)| words.iter().map(|word| (Some(*class), *word)));
    let none = [(None, "N"), (None, "未分类")];
    let (class, word) =
        classes.chain(none).filter(|(_, word)| part.starts_with(word)).max_by_key(|(_, word)| word.len())?;
    let rest = part[word.len()..].trim_start_matches([' ', ':', '：', '=', '\u{3000}']);
    (!rest.is_empty()).then_some((class, rest))
}
