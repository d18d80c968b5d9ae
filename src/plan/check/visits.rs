//! Proves what a visit says of itself, and its day (排期).
//!
//! Protocol §9.1. Tasks, items, teams and lead follow from the duties that the visit meets; the day is a working day
//! inside every span that binds it and outside every quiet one; the length follows from the minutes of the longest
//! agency of the entity.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::duties::Dues;
use super::{Findings, list, own_items};
use crate::both;
use crate::lang::Text;
use crate::plan::model::{
    AgencyNo, Entity, EntityNo, Except, Half, Inputs, ItemClass, ItemNo, Plan, QuietDays, QuietRule, RuleDays, Season,
    Substitution, TaskNo, Visit,
};
use crate::plan::words::Word;

/// Proves every visit apart from who goes there.
pub(super) fn check(inputs: &Inputs, plan: &Plan, substitutions: &[Substitution], dues: &Dues, found: &mut Findings) {
    check_ids(inputs, plan, substitutions, found);
    let days = WorkingDays::of(inputs);
    let long = long_entities(inputs, dues);
    for (visit, met) in plan.visits.iter().zip(&dues.met) {
        let place = format!("visit {}", visit.id);
        check_contents(inputs, visit, met, &place, found);
        check_day(inputs, visit, &days, &place, found);
        let steps_in = met.iter().any(|(agency, task)| dues.stepped_in.contains(&(visit.entity, *agency, *task)));
        // Who steps in brings the length of this visit alone; what else the entity is due stays as it was drawn.
        let is_long = if steps_in { is_long_visit(inputs, met) } else { long.contains(&visit.entity) };
        if (visit.half == Half::WholeDay) != is_long {
            let asked = if is_long { both!("the whole day", "全天") } else { both!("half a day", "半天") };
            let half = visit.half.text();
            let detail = both!(half, asked => "takes {half:?}, the minutes of its longest agency ask for {asked}", "占用{half}，按用时最长的部门应为{asked}");
            found.add("half", place, detail);
        }
    }
}

/// Proves the order of the visits and their ids: the entity's own, then `/2`, `/3` … by date.
///
/// Where others have stepped in, ids stay with the visits that have them, those that are not made any more included, and
/// a new one has the next number whatever its day.
fn check_ids(inputs: &Inputs, plan: &Plan, substitutions: &[Substitution], found: &mut Findings) {
    for pair in plan.visits.windows(2).filter(|pair| pair[0].id >= pair[1].id) {
        found.add(
            "visit-order",
            format!("visit {}", pair[1].id),
            both!("visits stand strictly increasing by id", "检查应按编号严格递增"),
        );
    }
    let mut by_entity: BTreeMap<EntityNo, Vec<(u32, &Visit)>> = BTreeMap::new();
    let stepping = substitutions.iter().flat_map(|row| row.tasks.iter().filter_map(|(_, by)| *by));
    let moved: BTreeSet<EntityNo> = substitutions.iter().map(|row| row.visit.entity).chain(stepping).collect();
    for visit in plan.visits.iter().chain(substitutions.iter().map(|row| &row.visit)) {
        let id = &inputs.entities[visit.entity.at()].id;
        let number = match visit.id.strip_prefix(id.as_str()) {
            Some("") => Some(1),
            Some(rest) => rest.strip_prefix('/').and_then(|rest| {
                // The number as it is printed: no sign, no leading zero.
                rest.parse::<u32>().ok().filter(|number| *number >= 2 && number.to_string() == rest)
            }),
            None => None,
        };
        match number {
            Some(number) => by_entity.entry(visit.entity).or_default().push((number, visit)),
            None => found.add(
                "visit-id",
                format!("visit {}", visit.id),
                both!("is not an id of a visit to {id}", "不是 {id} 的检查编号"),
            ),
        }
    }
    for visits in by_entity.values_mut() {
        visits.sort_by_key(|(number, _)| *number);
        for ((number, visit), asked) in visits.iter().zip(1u32..) {
            if *number != asked {
                found.add(
                    "visit-id",
                    format!("visit {}", visit.id),
                    both!("number {asked} of the entity's visits", "应为该检查对象的第 {asked} 次检查"),
                );
            }
        }
        let when = |visit: &Visit| (visit.date, visit.half);
        let in_order = visits.first().is_none_or(|(_, visit)| !moved.contains(&visit.entity));
        for pair in visits.windows(2).filter(|pair| in_order && when(pair[0].1) > when(pair[1].1)) {
            let detail = both!("is earlier than the visit numbered before it", "早于编号在前的一次检查");
            found.add("visit-id", format!("visit {}", pair[1].1.id), detail);
        }
    }
    let mut by_day: BTreeMap<(EntityNo, Date), Vec<&Visit>> = BTreeMap::new();
    plan.visits.iter().for_each(|visit| by_day.entry((visit.entity, visit.date)).or_default().push(visit));
    for visits in by_day.into_values() {
        for (at, other) in visits.iter().enumerate() {
            let at_once = |one: &&&Visit| one.half == other.half || [one.half, other.half].contains(&Half::WholeDay);
            if let Some(one) = visits[..at].iter().find(at_once) {
                let detail = both!("is at the same time as {}", "与 {} 同时", one.id);
                found.add("same-half", format!("visit {}", other.id), detail);
            }
        }
    }
}

/// Proves tasks, items, teams and lead of a visit against the duties that it meets.
fn check_contents(
    inputs: &Inputs,
    visit: &Visit,
    met: &BTreeSet<(AgencyNo, TaskNo)>,
    place: &str,
    found: &mut Findings,
) {
    let tasks: BTreeSet<TaskNo> = met.iter().map(|(_, task)| *task).collect();
    if !visit.tasks.iter().eq(&tasks) {
        let code = |no: &TaskNo| inputs.tasks[no.at()].code.clone();
        let detail = both!(
            "names tasks {}, meets duties of {}",
            "写的任务是 {}，所办事项属于 {}",
            list(&visit.tasks, code),
            list(&tasks, code)
        );
        found.add("visit-tasks", place, detail);
    }
    let items: BTreeSet<ItemNo> =
        met.iter().flat_map(|(agency, task)| own_items(inputs, &inputs.tasks[task.at()], *agency)).collect();
    if !visit.items.iter().eq(&items) {
        let code = |no: &ItemNo| inputs.items[no.at()].code.clone();
        let detail = both!(
            "names items {}, its duties have {}",
            "写的事项是 {}，应办的是 {}",
            list(&visit.items, code),
            list(&items, code)
        );
        found.add("visit-items", place, detail);
    }
    let agency_code = |no: AgencyNo| inputs.agencies[no.at()].code.as_str();
    for team in &visit.teams {
        if !met.iter().any(|(agency, _)| *agency == team.agency) {
            let detail = both!(
                "agency {} sends a team and has no duty there",
                "部门 {} 派了组，却没有应办事项",
                agency_code(team.agency)
            );
            found.add("team-without-duty", place, detail);
        }
    }
    if !visit.teams.is_sorted_by(|a, b| a.agency < b.agency) {
        found.add(
            "team-order",
            place,
            both!("teams do not stand strictly increasing by agency", "检查组没有按部门严格递增"),
        );
    }
    let agencies_max = inputs.rules.team.agencies_per_visit_max;
    if visit.teams.len() > agencies_max as usize {
        let agencies = Text::counted(visit.teams.len(), "agency");
        let detail = both!(
            agencies => "has {agencies}, at most {agencies_max} may come",
            "来了 {agencies} 个部门，至多 {agencies_max} 个"
        );
        found.add("agencies-per-visit", place, detail);
    }
    if let Some(first) = visit.tasks.iter().min() {
        let lead = inputs.tasks[first.at()].lead;
        if visit.lead != lead {
            let (stands, asked) = (agency_code(visit.lead), agency_code(lead));
            found.add(
                "visit-lead",
                place,
                both!(
                    "agency {stands} leads, the first task's lead is {asked}",
                    "牵头的是 {stands}，第一个任务的牵头部门是 {asked}"
                ),
            );
        }
    }
    if visit.tasks.len() > 1 {
        for task in visit.tasks.iter().map(|no| &inputs.tasks[no.at()]).filter(|task| task.separate) {
            found.add(
                "separate-merged",
                place,
                both!("task {} is merged and asks for a visit of its own", "任务 {} 应单独检查，却被合并", task.code),
            );
        }
    }
}

/// Proves that a visit may take place on its day.
fn check_day(inputs: &Inputs, visit: &Visit, days: &WorkingDays, place: &str, found: &mut Findings) {
    let date = visit.date;
    if !days.contains(date) {
        found.add("not-a-working-day", place, both!("{date} is not worked", "{date} 不上班"));
    }
    if !inputs.rules.days.contains(date) {
        found.add("outside-period", place, both!("{date} lies outside the period", "{date} 在计划期之外"));
    }
    for task in visit.tasks.iter().map(|no| &inputs.tasks[no.at()]).filter(|task| !task.window.contains(date)) {
        found.add(
            "outside-window",
            place,
            both!("{date} lies outside the window of task {}", "{date} 在任务 {} 的时间窗之外", task.code),
        );
    }
    let entity = &inputs.entities[visit.entity.at()];
    // Tasks that no exception frees: what is left of `tasks` is bound.
    let bound = |rule: &QuietRule| visit.tasks.iter().any(|no| !is_excepted(inputs, &rule.except, *no, entity));
    for rule in inputs.rules.quiet.iter().filter(|rule| is_quiet(rule, date, days) && bound(rule)) {
        found.add(
            "county-quiet",
            place,
            both!("{date} is a quiet day of the county: {}", "{date} 是全县的安静日：{}", rule.reason),
        );
    }
    if entity.quiet.iter().any(|quiet| days.is_in(quiet, date)) {
        let lifting: Vec<&QuietRule> = inputs.rules.quiet.iter().filter(|rule| rule.days == RuleDays::Own).collect();
        let lifted = |no: &TaskNo| lifting.iter().any(|rule| is_excepted(inputs, &rule.except, *no, entity));
        if !visit.tasks.iter().all(lifted) {
            found.add("entity-quiet", place, both!("{date} is a quiet day of the entity", "{date} 是检查对象的安静日"));
        }
    }
    let is_open = entity.season.iter().any(|season| match season {
        Season::Once(span) => span.contains(date),
        Season::Months { first, last } => {
            // Month by month from the first to the last, past the turn of the year if need be.
            let mut months = vec![*first];
            while months[months.len() - 1] != *last && months.len() < 12 {
                months.push(months[months.len() - 1] % 12 + 1);
            }
            months.iter().any(|month| i32::from(*month) == i32::from(date.month()))
        }
    });
    if !entity.season.is_empty() && !is_open {
        found.add(
            "season",
            place,
            both!("{date} lies outside the opening season of the entity", "{date} 不在检查对象的营业季内"),
        );
    }
    if entity.hours.is_some_and(|half| half != visit.half) {
        let (half, open) = (visit.half.text(), entity.hours.unwrap_or(Half::WholeDay).text());
        let detail = both!(
            half, open => "takes {half}, the entity is open {open} alone",
            "时段为{half}，检查对象只在{open}营业"
        );
        found.add("hours", place, detail);
    }
}

/// Tells whether a rule makes a day quiet for all that no exception frees.
fn is_quiet(rule: &QuietRule, date: Date, days: &WorkingDays) -> bool {
    matches!(&rule.days, RuleDays::Every(quiet) if days.is_in(quiet, date))
}

/// Tells whether a rule does not bind a task's visit to an entity.
fn is_excepted(inputs: &Inputs, except: &Except, no: TaskNo, entity: &Entity) -> bool {
    let task = &inputs.tasks[no.at()];
    let has_key_item = task.items.iter().any(|item| inputs.items[item.at()].class == ItemClass::Key);
    except.tasks.contains(&task.code)
        || (except.key_items && has_key_item)
        || except.classes.contains(&entity.class)
        || entity.tags.iter().any(|tag| except.tags.contains(tag))
}

/// Counts the working days of the period that are not quiet for everyone.
pub(super) fn days_to_visit(inputs: &Inputs) -> u32 {
    let worked = WorkingDays::of(inputs);
    let closes = |rule: &QuietRule, date| rule.except == Except::default() && is_quiet(rule, date, &worked);
    let is_closed = |date: Date| inputs.rules.quiet.iter().any(|rule| closes(rule, date));
    let dates = inputs.rules.days.first.series(1.day()).take_while(|date| *date <= inputs.rules.days.last);
    dates.filter(|date| worked.contains(*date) && !is_closed(*date)).count() as u32
}

/// Knows which days are worked: Monday to Friday, but for the days that the calendar moves.
struct WorkingDays(BTreeMap<Date, bool>);

impl WorkingDays {
    fn of(inputs: &Inputs) -> WorkingDays {
        WorkingDays(inputs.calendar.iter().map(|day| (day.date, !day.is_off)).collect())
    }

    fn contains(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.0.get(&date).copied().unwrap_or(!weekend)
    }

    /// Tells whether a worked day is one of some quiet days.
    fn is_in(&self, quiet: &QuietDays, date: Date) -> bool {
        let is_between =
            |at: i8, first: u8, last: u8| i32::from(first) <= i32::from(at) && i32::from(at) <= last.into();
        match *quiet {
            QuietDays::Once(span) => span.contains(date),
            QuietDays::OfMonth { first, last } => is_between(date.day(), first, last),
            QuietDays::OfWeek { first, last } => is_between(date.weekday().to_monday_one_offset(), first, last),
            QuietDays::InMonth(count) => {
                let (first, last) = (date.first_of_month(), date.last_of_month());
                let worked: Vec<Date> =
                    first.series(1.day()).take_while(|day| *day <= last).filter(|day| self.contains(*day)).collect();
                let all = worked.len();
                let left = usize::from(last.day().unsigned_abs()).saturating_sub(usize::from(count)).min(all);
                // Visit day i of the month is the one in the middle of the i-th of `left` equal parts.
                !(0..left).any(|i| worked[(2 * i + 1) * all / (2 * left)] == date)
            }
        }
    }
}

/// Collects the entities whose visits take the whole day: where the distinct items of one agency, over all its duties
/// of the period there, placed or not, need more minutes than half a day has.
fn long_entities(inputs: &Inputs, dues: &Dues) -> BTreeSet<EntityNo> {
    let mut items: BTreeMap<(EntityNo, AgencyNo), BTreeSet<ItemNo>> = BTreeMap::new();
    for (entity, agency, task) in &dues.drawn {
        let own = own_items(inputs, &inputs.tasks[task.at()], *agency);
        items.entry((*entity, *agency)).or_default().extend(own);
    }
    let minutes =
        |items: &BTreeSet<ItemNo>| items.iter().map(|no| u64::from(inputs.items[no.at()].minutes)).sum::<u64>();
    let half_day = u64::from(inputs.rules.team.half_day_minutes);
    items.iter().filter(|(_, items)| minutes(items) > half_day).map(|((entity, _), _)| *entity).collect()
}

/// Tells whether the distinct items of one agency, over the duties of one visit, need more minutes than half a day has.
fn is_long_visit(inputs: &Inputs, met: &BTreeSet<(AgencyNo, TaskNo)>) -> bool {
    let mut items: BTreeMap<AgencyNo, BTreeSet<ItemNo>> = BTreeMap::new();
    for (agency, task) in met {
        items.entry(*agency).or_default().extend(own_items(inputs, &inputs.tasks[task.at()], *agency));
    }
    let minutes =
        |items: &BTreeSet<ItemNo>| items.iter().map(|no| u64::from(inputs.items[no.at()].minutes)).sum::<u64>();
    let half_day = u64::from(inputs.rules.team.half_day_minutes);
    items.values().any(|items| minutes(items) > half_day)
}
