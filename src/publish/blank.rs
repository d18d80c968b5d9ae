//! A workspace to begin with: `plan.toml` with every rule explained, a workbook for each table, the known calendars.

use jiff::civil::Date;
use minijinja::{Environment, context};

use crate::files::store::bundle::File;
use crate::files::tables::columns::{CALENDAR, LAYOUTS};
use crate::files::tables::source::PLAN_FILE;
use crate::plan::model::Span;
use crate::publish::templates;

/// Says for which period a workspace is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Name as the labels of the lottery hold it, such as `2026Q1`.
    pub name: String,
    /// Six digits of GB/T 2260.
    pub region: String,
    pub days: Span,
}

/// Reads the days of a period from a name such as `2026`, `2026H1`, `2026Q1` or `2026-03`.
pub fn days_of(name: &str) -> Option<Span> {
    let year: i16 = name.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    let rest = &name[4..];
    let number = |prefix: &str, most: i8| {
        let number: i8 = rest.strip_prefix(prefix)?.parse().ok()?;
        (1..=most).contains(&number).then_some(number)
    };
    let (first, months) = if rest.is_empty() {
        (1, 12)
    } else if let Some(half) = number("H", 2) {
        (6 * half - 5, 6)
    } else if let Some(quarter) = number("Q", 4) {
        (3 * quarter - 2, 3)
    } else {
        (number("-", 12)?, 1)
    };
    let first_day = Date::new(year, first, 1).ok()?;
    let last_day = Date::new(year, first + months - 1, 1).ok()?.last_of_month();
    Some(Span { first: first_day, last: last_day })
}

/// Calendars of the years whose holidays are announced.
const CALENDARS: [(i16, &str); 3] = [
    (2024, include_str!("../../data/calendar/cn-2024.csv")),
    (2025, include_str!("../../data/calendar/cn-2025.csv")),
    (2026, include_str!("../../data/calendar/cn-2026.csv")),
];

/// Writes the files of a workspace for a period, sorted by path.
///
/// A year whose holidays are not known gets an empty workbook, and the check of the workspace asks for its days.
pub fn workspace(period: &Period) -> Vec<File> {
    let years = period.days.first.year()..=period.days.last.year();
    let known: Vec<_> = CALENDARS.iter().filter(|(year, _)| years.contains(year)).collect();
    let all_known = known.len() == years.count();
    let mut files: Vec<File> = known
        .iter()
        .map(|(year, text)| File { path: format!("cn-{year}.csv"), bytes: text.as_bytes().to_vec() })
        .collect();
    let mut tables = Vec::new();
    for layout in LAYOUTS {
        let mut paths: Vec<String> = Vec::new();
        if layout.name == CALENDAR.name {
            paths.extend(files.iter().filter(|file| file.path.ends_with(".csv")).map(|file| file.path.clone()));
        }
        if layout.name != CALENDAR.name || !all_known {
            let path = format!("{}.xlsx", layout.chinese);
            files.push(File { path: path.clone(), bytes: templates::workbook(layout, &[], &[]) });
            paths.push(path);
        }
        let quoted: Vec<String> = paths.iter().map(|path| format!("{path:?}")).collect();
        let files = if quoted.len() == 1 { quoted[0].clone() } else { format!("[{}]", quoted.join(", ")) };
        tables.push(context! { key => layout.name, files => files, chinese => layout.chinese });
    }
    let mut environment = Environment::new();
    environment.set_keep_trailing_newline(true);
    let rules = environment.render_str(
        include_str!("blank.toml"),
        context! {
            name => format!("{:?}", period.name),
            region => format!("{:?}", period.region),
            first => format!("\"{}\"", period.days.first),
            last => format!("\"{}\"", period.days.last),
            tables => tables,
        },
    );
    let rules = rules.expect("the template of plan.toml is sound, as a test shows");
    files.push(File { path: PLAN_FILE.to_owned(), bytes: rules.into_bytes() });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    // Without this a quarter could begin or end on a wrong day, and its first or last visits fall outside it.
    #[test]
    fn the_days_of_a_period_follow_from_its_name() {
        let days = |name| days_of(name).map(|span| format!("{} {}", span.first, span.last));
        assert_eq!(days("2026").as_deref(), Some("2026-01-01 2026-12-31"));
        assert_eq!(days("2026H2").as_deref(), Some("2026-07-01 2026-12-31"));
        assert_eq!(days("2024Q1").as_deref(), Some("2024-01-01 2024-03-31"));
        assert_eq!(days("2024-02").as_deref(), Some("2024-02-01 2024-02-29"));
        for odd in ["", "24Q1", "2026Q5", "2026Q", "2026-13", "2026-00", "二〇二六年", "2026Q1a"] {
            assert_eq!(days(odd), None, "{odd}");
        }
    }
}
