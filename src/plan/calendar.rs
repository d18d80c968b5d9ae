//! Working days (工作日): Monday to Friday, corrected by the holidays and swapped days that the State Council announces.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::model::{Inputs, Span, SpecialDay};

/// Is a day on which visits can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingDay {
    pub date: Date,
    /// Weeks from the period's first day, 0 for the week it lies in; weeks start on Monday.
    pub week: u32,
}

/// Lists the working days of the period in order, county-wide quiet days left out.
pub fn working_days(inputs: &Inputs) -> Vec<WorkingDay> {
    let special = special_days(&inputs.calendar);
    let quiet = |date: &Date| inputs.rules.quiet.iter().any(|quiet| quiet.days.contains(*date));
    let period = inputs.rules.days;
    let offset = period.first.weekday().to_monday_zero_offset();
    (0i32..)
        .zip(period.first.series(1.day()))
        .take_while(|(_, date)| *date <= period.last)
        .filter(|(_, date)| is_working_day(&special, *date) && !quiet(date))
        .map(|(since, date)| WorkingDay { date, week: ((since + i32::from(offset)) / 7) as u32 })
        .collect()
}

/// Finds the years of a span for which the calendar has no row at all.
pub fn missing_years(days: Span, calendar: &[SpecialDay]) -> Vec<i16> {
    (days.first.year()..=days.last.year()).filter(|year| !calendar.iter().any(|day| day.date.year() == *year)).collect()
}

/// Holds for each special day whether it is off.
pub(super) fn special_days(calendar: &[SpecialDay]) -> BTreeMap<Date, bool> {
    calendar.iter().map(|day| (day.date, day.is_off)).collect()
}

pub(super) fn is_working_day(special: &BTreeMap<Date, bool>, date: Date) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    special.get(&date).map_or(!weekend, |is_off| !is_off)
}
