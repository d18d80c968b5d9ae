//! Quiet days (安静期) and opening seasons (营业季) as texts: what offices write, and the one form in which it is frozen.
//!
//! | frozen (protocol §8.2) | also read |
//! |---|---|
//! | `2024-02-05/2024-02-09` | `2024年2月5日至2024年2月9日`, a single date |
//! | `monthly 1-25` | `每月1—25日`, `每月1日至25日`, `每月5日` |
//! | `monthly 20 days` | `每月20天`, `每月至少20天` |
//! | `weekly 1-4` | `周一至周四`, `每周一至周四`, `星期五` |
//! | `11-3` (a season) | `11月至次年3月`, `6月` |

use std::ops::RangeInclusive;

use super::cells;
use crate::both;
use crate::lang::Text;
use crate::plan::model::{QuietDays, Season};

/// Reads quiet days in any of their forms; `None` for anything else.
pub fn days(text: &str) -> Option<QuietDays> {
    if let Some(span) = cells::span(text) {
        return Some(QuietDays::Once(span));
    }
    let text: String = cells::plain(text).to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(rest) = ["每月", "monthly"].iter().find_map(|word| text.strip_prefix(word)) {
        let rest = rest.trim_start_matches(['的', '第']);
        if let Some(count) = rest.strip_suffix('天').or_else(|| rest.strip_suffix("days")) {
            let count = ["至少", "不少于"].iter().find_map(|word| count.strip_prefix(word)).unwrap_or(count);
            return Some(QuietDays::InMonth(number(count, 1..=31)?));
        }
        let (first, last) =
            ends(rest.strip_suffix('日').unwrap_or(rest), &["日至", "日到", "日-"], |text| number(text, 1..=31))?;
        return (first <= last).then_some(QuietDays::OfMonth { first, last });
    }
    let rest = text.strip_prefix("weekly").or_else(|| text.starts_with(['每', '周', '星', '礼']).then_some(&*text))?;
    let (first, last) = ends(rest, &[], weekday)?;
    (first <= last).then_some(QuietDays::OfWeek { first, last })
}

/// Reads an opening season in any of its forms; `None` for anything else.
pub fn season(text: &str) -> Option<Season> {
    if let Some(span) = cells::span(text) {
        return Some(Season::Once(span));
    }
    let text: String = cells::plain(text).chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.strip_prefix("每年").unwrap_or(&text).replace("次年", "");
    let month = |text: &str| number(text.strip_suffix('月').unwrap_or(text), 1..=12);
    let (first, last) = ends(&text, &[], month)?;
    Some(Season::Months { first, last })
}

/// Writes quiet days in the form in which they are frozen.
pub fn days_text(days: &QuietDays) -> String {
    match days {
        QuietDays::Once(span) => format!("{}/{}", span.first, span.last),
        QuietDays::OfMonth { first, last } => format!("monthly {first}-{last}"),
        QuietDays::InMonth(count) => format!("monthly {count} days"),
        QuietDays::OfWeek { first, last } => format!("weekly {first}-{last}"),
    }
}

/// Writes an opening season in the form in which it is frozen.
pub fn season_text(season: &Season) -> String {
    match season {
        Season::Months { first, last } => format!("{first}-{last}"),
        Season::Once(span) => format!("{}/{}", span.first, span.last),
    }
}

/// Writes a list, its entries in bytewise order.
pub fn list_text<T>(values: &[T], text: fn(&T) -> String) -> String {
    let mut texts: Vec<String> = values.iter().map(text).collect();
    texts.sort();
    texts.join(";")
}

/// Says which forms of quiet days there are.
pub fn remedy() -> Text {
    both!(
        "write first/last such as 2024-02-05/2024-02-09, monthly 1-25, monthly 20 days, or weekly 1-4 (Monday to Thursday)",
        "填写 起/止，例如 2024-02-05/2024-02-09，或每月1-25日、每月20天、周一至周四"
    )
}

/// Reads two ends parted by a dash or 至, or one that stands for both.
fn ends(text: &str, marks: &[&str], end: impl Fn(&str) -> Option<u8>) -> Option<(u8, u8)> {
    let dashes = ["-", "—", "–", "―", "~", "至", "到", "/"];
    let parted = marks.iter().chain(&dashes).find_map(|mark| text.split_once(*mark));
    match parted {
        Some((first, last)) => Some((end(first)?, end(last.trim_start_matches(['-', '—']))?)),
        None => end(text).map(|one| (one, one)),
    }
}

fn number(text: &str, range: RangeInclusive<u8>) -> Option<u8> {
    cells::whole(text).and_then(|number| u8::try_from(number).ok()).filter(|number| range.contains(number))
}

/// Reads a weekday: a number from 1 for Monday, or its Chinese name.
fn weekday(text: &str) -> Option<u8> {
    let text = text.strip_prefix('每').unwrap_or(text);
    let bare = ["周", "星期", "礼拜"].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let named = ["一", "二", "三", "四", "五", "六", "日"].iter().position(|name| *name == bare);
    match named {
        Some(at) => Some(at as u8 + 1),
        None if bare == "天" => Some(7),
        None => number(bare, 1..=7),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::plan::model::Span;

    // Without this an office's own words would be refused, or read as other days.
    #[test]
    fn what_offices_write_is_read() {
        let cases = [
            ("每月1—25日", "monthly 1-25"),
            ("每月1日至25日", "monthly 1-25"),
            ("每月１－２５日", "monthly 1-25"),
            ("Monthly 1-25", "monthly 1-25"),
            ("每月5日", "monthly 5-5"),
            ("每月20天", "monthly 20 days"),
            ("每月至少20天", "monthly 20 days"),
            ("每月不少于20天", "monthly 20 days"),
            ("monthly 20 days", "monthly 20 days"),
            ("周一至周四", "weekly 1-4"),
            ("每周一到周四", "weekly 1-4"),
            ("星期五", "weekly 5-5"),
            ("周六-周日", "weekly 6-7"),
            ("weekly 1-4", "weekly 1-4"),
            ("2024-02-05/2024-02-09", "2024-02-05/2024-02-09"),
            ("2024年2月5日至2024年2月9日", "2024-02-05/2024-02-09"),
        ];
        for (text, frozen) in cases {
            let read = days(text).unwrap_or_else(|| panic!("{text} is read"));
            assert_eq!(days_text(&read), frozen, "{text}");
            assert_eq!(days(frozen), Some(read), "{frozen}");
        }
        for text in
            ["", "每月", "每月0天", "每月1-32日", "每月25-1日", "weekly 4-1", "weekly 8", "周末", "1-25", "安静"]
        {
            assert_eq!(days(text), None, "{text}");
        }
    }

    // Without this a school could be visited in the holidays, and a heating firm in summer.
    #[test]
    fn seasons_are_read() {
        for (text, frozen) in [("11月至次年3月", "11-3"), ("11-3", "11-3"), ("每年3月-6月", "3-6"), ("6月", "6-6")]
        {
            assert_eq!(season(text).map(|read| season_text(&read)).as_deref(), Some(frozen), "{text}");
        }
        let term = Span { first: date(2024, 2, 26), last: date(2024, 7, 5) };
        assert_eq!(season("2024-02-26/2024-07-05"), Some(Season::Once(term)));
        for text in ["", "0-3", "13", "冬季", "3月5日"] {
            assert_eq!(season(text), None, "{text}");
        }
    }
}
