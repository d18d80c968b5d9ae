//! How far the results are (办结与公示): what is due, what is overdue, and the rates by agency.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::both;
use crate::lang::{Lang, Text};
use crate::plan::model::{Inputs, Plan};
use crate::plan::results::{Finding, Part, Records};
use crate::plan::words::Word;
use crate::publish::report::thousands;

/// Is one agency's part of a visit whose results are not all entered and published.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Due {
    /// Last day, or nothing where the calendar does not reach so far.
    #[serde(serialize_with = "as_text_or_none")]
    pub due: Option<Date>,
    pub agency: String,
    pub visit: String,
    pub entity: String,
    pub name: String,
    /// Day of the check, as recorded or else as planned.
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    pub items: u32,
    /// Items with a result.
    pub recorded: u32,
    pub is_overdue: bool,
}

/// Writes a day as its text; for the JSON forms.
///
/// # Errors
/// Those of the serializer.
pub fn as_text<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

fn as_text_or_none<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.to_string()).serialize(serializer)
}

/// Holds how far the results of an agency are; the counts are its parts of visits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub agency: String,
    pub name: String,
    /// Parts of visits that the plan gives it.
    pub planned: u32,
    /// Duties that the plan could not place, and so never become a visit.
    pub unplaced: u32,
    /// With a result for every item.
    pub complete: u32,
    /// Entered within the 20 working days.
    pub in_time: u32,
    pub published: u32,
    pub published_in_time: u32,
    pub overdue: u32,
}

/// Holds the figures of the visits as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doors {
    pub visits: u32,
    /// With two agencies or more.
    pub joint: u32,
    pub visits_per_year_max: u32,
    /// Number of entities by number of visits in the calendar year of the period's first day, this period's included.
    pub entities_by_visits: BTreeMap<u32, u32>,
    /// Entities with more visits than the cap.
    pub above_cap: Vec<String>,
}

/// Lists what is not complete and published, the most urgent first; what is planned for later than `today` is not due.
pub fn due(inputs: &Inputs, parts: &[Part<'_>], today: Date) -> Vec<Due> {
    let open = parts.iter().filter(|part| part.published.is_none() && part.date <= today);
    let row = |part: &Part<'_>| {
        let entity = &inputs.entities[part.visit.entity.at()];
        Due {
            due: part.due,
            agency: inputs.agencies[part.visit.teams[part.team].agency.at()].code.clone(),
            visit: part.visit.id.clone(),
            entity: entity.id.clone(),
            name: entity.name.clone(),
            date: part.date,
            items: part.items.len() as u32,
            recorded: part.recorded as u32,
            is_overdue: part.due.is_some_and(|due| due < today),
        }
    };
    let mut list: Vec<Due> = open.map(row).collect();
    // What has no date because the calendar ends stands last.
    list.sort_by(|a, b| (a.due.is_none(), a).cmp(&(b.due.is_none(), b)));
    list
}

/// Counts by agency; agencies without any part or unplaced duty are left out.
pub fn progress(inputs: &Inputs, plan: &Plan, parts: &[Part<'_>], today: Date) -> Vec<Progress> {
    let mut list: Vec<Progress> = inputs
        .agencies
        .iter()
        .map(|agency| Progress { agency: agency.code.clone(), name: agency.name.clone(), ..Progress::default() })
        .collect();
    for part in parts {
        let row = &mut list[part.visit.teams[part.team].agency.at()];
        let in_time = |day: Option<Date>| day.zip(part.due).is_some_and(|(day, due)| day <= due);
        row.planned += 1;
        row.complete += u32::from(part.complete.is_some());
        row.in_time += u32::from(in_time(part.complete));
        row.published += u32::from(part.published.is_some());
        row.published_in_time += u32::from(in_time(part.published));
        row.overdue += u32::from(part.published.is_none() && part.due.is_some_and(|due| due < today));
    }
    plan.unplaced.iter().for_each(|duty| list[duty.agency.at()].unplaced += 1);
    list.retain(|row| row.planned + row.unplaced > 0);
    list
}

/// Counts visits, joint ones, and the visits of the year by entity.
pub fn doors(inputs: &Inputs, plan: &Plan, parts: &[Part<'_>], records: &Records) -> Doors {
    let year = inputs.rules.days.first.year();
    let mut days: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
    let earlier = inputs.history.iter().filter(|past| past.counts && past.date.year() == year);
    for past in earlier.filter(|past| past.date < inputs.rules.days.first) {
        days.entry(&past.entity).or_default().insert(past.date);
    }
    for part in parts {
        let codes = part.items.iter().map(|no| &inputs.items[no.at()].code);
        let found = codes.filter_map(|code| records.get(&part.visit.id, code));
        let findings: BTreeSet<_> = found.flat_map(|record| record.findings.iter().copied()).collect();
        if crate::plan::results::counts(&findings) {
            days.entry(&inputs.entities[part.visit.entity.at()].id).or_default().insert(part.date);
        }
    }
    let max = inputs.rules.visits_per_year_max;
    let mut entities_by_visits = BTreeMap::new();
    days.values().for_each(|days| *entities_by_visits.entry(days.len() as u32).or_default() += 1);
    let above = days.iter().filter(|(_, days)| days.len() as u32 > max);
    Doors {
        visits: plan.visits.len() as u32,
        joint: plan.visits.iter().filter(|visit| visit.teams.len() > 1).count() as u32,
        visits_per_year_max: max,
        entities_by_visits,
        above_cap: above.map(|(id, _)| (*id).to_owned()).collect(),
    }
}

/// Is an entity whose results have to be followed up (后续处理).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowUp {
    pub entity: String,
    pub name: String,
    /// Credit class in the registry of the period, or `-`.
    pub class: &'static str,
    /// Whether a result is a ground for the list of abnormal operations, or for the mark of individuals
    /// (企业经营异常名录管理暂行办法, article 4): fairdraw lists it, the registration authority decides.
    pub is_abnormal: bool,
    /// Results other than none, in their official words.
    pub findings: Vec<&'static str>,
}

/// Lists the entities with a violation, by id, for those who re-class them and see things through.
pub fn follow_up(inputs: &Inputs, plan: &Plan, records: &Records) -> Vec<FollowUp> {
    let mut found: BTreeMap<u32, BTreeSet<Finding>> = BTreeMap::new();
    for ((id, _), record) in records.current() {
        if let Ok(at) = plan.visits.binary_search_by(|visit| visit.id.as_str().cmp(id)) {
            let violations = record.findings.iter().filter(|finding| finding.is_violation());
            found.entry(plan.visits[at].entity.0).or_default().extend(violations);
        }
    }
    found.retain(|_, findings| !findings.is_empty());
    let row = |(no, findings): (u32, BTreeSet<Finding>)| {
        let entity = &inputs.entities[no as usize];
        FollowUp {
            entity: entity.id.clone(),
            name: entity.name.clone(),
            class: entity.class.map_or("-", Word::word),
            is_abnormal: findings.iter().any(|finding| finding.is_ground_for_abnormal()),
            findings: findings.iter().map(|finding| finding.chinese()).collect(),
        }
    };
    found.into_iter().map(row).collect()
}

/// Writes the list of what is due for a terminal: a line for each agency, then what is overdue.
pub fn due_text(list: &[Due], lang: Lang) -> String {
    let mut agencies: BTreeMap<&str, (u32, u32, Option<Date>)> = BTreeMap::new();
    for row in list {
        let (due, overdue, first) = agencies.entry(&row.agency).or_insert((0, 0, row.due));
        *due += 1;
        *overdue += u32::from(row.is_overdue);
        *first = [*first, row.due].into_iter().flatten().min();
    }
    let beyond = lang.pick("(beyond the calendar)", "（超出日历）");
    let day = |day: Option<Date>| day.map_or(beyond.to_owned(), |day| day.to_string());
    let mut text = String::new();
    for (agency, (due, overdue, first)) in agencies {
        let (next, due) = (day(first), Text::counted(due, "visit"));
        text += both!(
            due => "  due        {agency:<5} {due} not published, {overdue} of them overdue, first {next}\n",
            "  待办 {agency:<5} 未公示 {due} 次，其中超期 {overdue} 次，最早期限 {next}\n"
        )
        .get(lang);
    }
    let overdue: Vec<&Due> = list.iter().filter(|row| row.is_overdue).collect();
    for row in overdue.iter().take(OVERDUE_SHOWN) {
        let (last, Due { agency, visit, name, recorded, .. }) = (day(row.due), row);
        let items = Text::counted(row.items, "item");
        text += both!(
            items => "  overdue    {last} {agency:<5} {visit} {name}: {recorded} of {items} recorded\n",
            "  超期 {last} {agency:<5} {visit} {name}：{items} 项中已填 {recorded} 项\n"
        )
        .get(lang);
    }
    if overdue.len() > OVERDUE_SHOWN {
        let more = thousands((overdue.len() - OVERDUE_SHOWN) as u32);
        let words =
            both!("             … and {more} more; --format json has all\n", "  …… 另有 {more} 次，见 --format json\n");
        text += words.get(lang);
    }
    text
}

/// Overdue visits that the text names before it points to the other form.
const OVERDUE_SHOWN: usize = 10;
