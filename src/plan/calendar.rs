//! Working days (工作日), and which of them are open to a visit: quiet days (安静期) with their exceptions, opening seasons.
//!
//! Protocol §9.1. Monday to Friday, corrected by the holidays and swapped days that the State Council announces.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::model::{Entity, Except, Inputs, ItemClass, QuietDays, QuietRule, RuleDays, Season, Span, SpecialDay, Task};

/// Is a day on which visits can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingDay {
    pub date: Date,
    /// Weeks from the period's first day, 0 for the week it lies in; weeks start on Monday.
    pub week: u32,
}

/// Lists the working days of the period in order, without those that are quiet for everyone.
pub fn working_days(inputs: &Inputs) -> Vec<WorkingDay> {
    let open = Open::of(inputs);
    let binds_all = |rule: &&QuietRule| rule.except.is_empty();
    let quiet = |date: Date| inputs.rules.quiet.iter().filter(binds_all).any(|rule| open.is_closed_by(rule, date));
    let period = inputs.rules.days;
    let offset = period.first.weekday().to_monday_zero_offset();
    (0i32..)
        .zip(period.first.series(1.day()))
        .take_while(|(_, date)| *date <= period.last)
        .filter(|(_, date)| is_working_day(&open.special, *date) && !quiet(*date))
        .map(|(since, date)| WorkingDay { date, week: ((since + i32::from(offset)) / 7) as u32 })
        .collect()
}

/// Answers which days are open to whom.
#[derive(Debug)]
pub struct Open<'a> {
    inputs: &'a Inputs,
    special: BTreeMap<Date, bool>,
    /// Days of the period that a rule "so many days of every month" closes, by that number.
    in_month: BTreeMap<u8, BTreeSet<Date>>,
}

impl<'a> Open<'a> {
    /// Prepares the rules and the entities' own days of a plan.
    pub fn of(inputs: &'a Inputs) -> Open<'a> {
        let of_rules = inputs.rules.quiet.iter().filter_map(|rule| match rule.days {
            RuleDays::Every(days) => Some(days),
            RuleDays::Own => None,
        });
        let of_entities = inputs.entities.iter().flat_map(|entity| entity.quiet.iter().copied());
        let counts = of_rules.chain(of_entities).filter_map(|days| match days {
            QuietDays::InMonth(count) => Some(count),
            _ => None,
        });
        let special = special_days(&inputs.calendar);
        let counts: BTreeSet<u8> = counts.collect();
        let in_month = counts.into_iter().map(|count| (count, quiet_in_months(inputs.rules.days, count, &special)));
        Open { inputs, in_month: in_month.collect(), special }
    }

    /// Tells whether a task's visit to an entity may take place on a day, windows and days off aside.
    pub fn is_open(&self, task: &Task, entity: &Entity, date: Date) -> bool {
        let excepts = |except: &Except| {
            is_task_excepted(self.inputs, except, task)
                || except.classes.contains(&entity.class)
                || except.tags.iter().any(|tag| entity.tags.contains(tag))
        };
        let own = || entity.quiet.iter().any(|days| self.contains(days, date));
        let rules = &self.inputs.rules.quiet;
        let lifts_own = |rule: &QuietRule| rule.days == RuleDays::Own && excepts(&rule.except);
        in_season(entity, date)
            && !rules.iter().any(|rule| self.is_closed_by(rule, date) && !excepts(&rule.except))
            && (!own() || rules.iter().any(lifts_own))
    }

    /// Tells whether some entity could let a task's visit take place on a day, its own days aside.
    pub fn may_be_open(&self, task: &Task, date: Date) -> bool {
        self.inputs.rules.quiet.iter().filter(|rule| self.is_closed_by(rule, date)).all(|rule| {
            let except = &rule.except;
            is_task_excepted(self.inputs, except, task) || !except.classes.is_empty() || !except.tags.is_empty()
        })
    }

    fn is_closed_by(&self, rule: &QuietRule, date: Date) -> bool {
        match rule.days {
            RuleDays::Every(days) => self.contains(&days, date),
            RuleDays::Own => false,
        }
    }

    fn contains(&self, days: &QuietDays, date: Date) -> bool {
        match *days {
            QuietDays::Once(span) => span.contains(date),
            QuietDays::OfMonth { first, last } => (first..=last).contains(&date.day().unsigned_abs()),
            QuietDays::OfWeek { first, last } => {
                (first..=last).contains(&date.weekday().to_monday_one_offset().unsigned_abs())
            }
            QuietDays::InMonth(count) => self.in_month[&count].contains(&date),
        }
    }
}

/// Tells whether a task is free of a rule whatever the entity.
fn is_task_excepted(inputs: &Inputs, except: &Except, task: &Task) -> bool {
    let is_key = || task.items.iter().any(|item| inputs.items[item.at()].class == ItemClass::Key);
    except.tasks.contains(&task.code) || (except.key_items && is_key())
}

/// Tells whether an entity is open at that time of the year.
fn in_season(entity: &Entity, date: Date) -> bool {
    let month = date.month().unsigned_abs();
    let is_in = |season: &Season| match *season {
        Season::Once(span) => span.contains(date),
        Season::Months { first, last } if first <= last => (first..=last).contains(&month),
        Season::Months { first, last } => month >= first || month <= last,
    };
    entity.season.is_empty() || entity.season.iter().any(is_in)
}

/// Collects the working days of whole months that are quiet so that each month has at least `count` quiet days.
///
/// A month of D days leaves D − `count` days to visit. They lie as evenly among its working days as whole days can, so
/// that every week has some, and everybody knows them beforehand.
fn quiet_in_months(period: Span, count: u8, special: &BTreeMap<Date, bool>) -> BTreeSet<Date> {
    let mut quiet = BTreeSet::new();
    for month in period.first.first_of_month().series(1.month()).take_while(|month| *month <= period.last) {
        let days = usize::from(month.days_in_month().unsigned_abs());
        let dates = month.series(1.day()).take(days);
        let worked: Vec<Date> = dates.filter(|date| is_working_day(special, *date)).collect();
        let left = days.saturating_sub(usize::from(count)).min(worked.len());
        quiet.extend(&worked);
        for at in 0..left {
            quiet.remove(&worked[(2 * at + 1) * worked.len() / (2 * left)]);
        }
    }
    quiet
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
