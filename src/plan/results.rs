//! What came of the visits (抽查检查结果): the closed list of results, what may stand together, and when it is due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::calendar;
use super::model::{Inputs, ItemNo, Plan, SpecialDay, Visit};
use super::words::Word;

/// Is one result of an item at a visit (检查结果); an item may have several, and none is ever assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    NoProblem,
    ReportUnpublished,
    InformationUnpublished,
    InformationFalse,
    Unreachable,
    Corrected,
    Uncooperative,
    NoSuchActivity,
    Pending,
    Gone,
}

impl Word for Finding {
    /// The digits are the numbers that the printed form explains, for whoever types it in.
    const WORDS: &'static [(Self, &'static [&'static str])] = &[
        (Finding::NoProblem, &["no-problem", "未发现问题", "1"]),
        (Finding::ReportUnpublished, &["report-unpublished", "未按规定公示年度报告", "2"]),
        (Finding::InformationUnpublished, &["information-unpublished", "未按规定公示应当公示的信息", "3"]),
        (
            Finding::InformationFalse,
            &["information-false", "公示信息隐瞒真实情况弄虚作假", "4", "公示信息隐瞒真实情况、弄虚作假"],
        ),
        (Finding::Unreachable, &["unreachable", "通过登记的住所无法联系", "5"]),
        (Finding::Corrected, &["corrected", "发现问题已责令改正", "6"]),
        (Finding::Uncooperative, &["uncooperative", "不配合检查情节严重", "7"]),
        (Finding::NoSuchActivity, &["no-such-activity", "未发现开展本次抽查涉及的经营活动", "8"]),
        (Finding::Pending, &["pending", "发现问题待后续处理", "9"]),
        (Finding::Gone, &["gone", "注销/吊销/撤销/迁出", "10", "注销", "吊销", "撤销", "迁出"]),
    ];
}

impl Finding {
    /// Tells whether the result is a violation (违规), as the estimates count it.
    pub fn is_violation(self) -> bool {
        !matches!(self, Finding::NoProblem | Finding::NoSuchActivity | Finding::Gone)
    }

    /// Tells whether the result is a ground for the list of abnormal operations (企业经营异常名录管理暂行办法, article 4).
    pub fn is_ground_for_abnormal(self) -> bool {
        use Finding::{InformationFalse, InformationUnpublished, ReportUnpublished, Unreachable};
        matches!(self, ReportUnpublished | InformationUnpublished | InformationFalse | Unreachable)
    }

    /// Tells whether nobody was checked: the visit then does not count toward the caps.
    fn is_in_vain(self) -> bool {
        matches!(self, Finding::Unreachable | Finding::Gone)
    }
}

/// Finds two results of one item that contradict each other: no problem stands alone, and who is gone has no other.
pub fn contradiction(findings: &BTreeSet<Finding>) -> Option<(Finding, Finding)> {
    let alone = [Finding::NoProblem, Finding::Gone];
    let one = alone.into_iter().find(|alone| findings.contains(alone))?;
    findings.iter().find(|other| **other != one).map(|other| (one, *other))
}

/// Is what names a record: the visit's id and the item's code.
pub type Key = (String, String);

/// Is the record of one item at one visit (检查情况记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub agency: String,
    /// Day of the check.
    pub date: Date,
    /// Not empty.
    pub findings: BTreeSet<Finding>,
    /// Certificates of the officers who went, sorted.
    pub inspectors: Vec<String>,
    pub note: String,
    /// Day on which the record was taken in.
    pub recorded: Date,
    /// Day on which the record was first published, if it was.
    pub published: Option<Date>,
    /// Why it replaced the version before; empty in the first version.
    pub correction: String,
}

impl Record {
    /// Tells whether two records say the same of the check, whenever they came in.
    pub fn says_the_same(&self, other: &Record) -> bool {
        let said = |record: &Record| {
            (
                record.agency.clone(),
                record.date,
                record.findings.clone(),
                record.inspectors.clone(),
                record.note.clone(),
            )
        };
        said(self) == said(other)
    }
}

/// Holds all records of a period, each with every version that it had; the last one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// `<region>.<period>`.
    pub period: String,
    /// No list of versions is empty.
    pub versions: BTreeMap<Key, Vec<Record>>,
}

/// Counts what became of the records of a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    pub new: u32,
    /// On record already, word for word.
    pub same: u32,
    pub corrected: u32,
}

impl Records {
    /// Starts without any record.
    pub fn new(period: String) -> Records {
        Records { period, versions: BTreeMap::new() }
    }

    /// Returns the version that counts.
    pub fn get(&self, visit: &str, item: &str) -> Option<&Record> {
        // A map of pairs of texts can not be asked with borrowed ones.
        self.versions.get(&(visit.to_owned(), item.to_owned())).and_then(|versions| versions.last())
    }

    /// Returns the version that counts of each record.
    pub fn current(&self) -> impl Iterator<Item = (&Key, &Record)> {
        self.versions.iter().filter_map(|(key, versions)| Some((key, versions.last()?)))
    }

    /// Takes records in: new ones are added, the same ones change nothing, others are corrections with this reason.
    ///
    /// The caller has refused differing records where no correction is meant, so `correction` may be empty only then.
    pub fn take_in(&mut self, delivered: BTreeMap<Key, Record>, correction: &str) -> Taken {
        let mut taken = Taken::default();
        for (key, record) in delivered {
            let versions = self.versions.entry(key).or_default();
            match versions.last() {
                None => taken.new += 1,
                Some(last) if last.says_the_same(&record) => {
                    taken.same += 1;
                    continue;
                }
                Some(_) => taken.corrected += 1,
            }
            let correction = if versions.is_empty() { String::new() } else { correction.to_owned() };
            versions.push(Record { correction, ..record });
        }
        taken
    }

    /// Marks every record that counts and is not public yet as published, and returns how many that are.
    pub fn publish(&mut self, day: Date) -> u32 {
        let last = self.versions.values_mut().filter_map(|versions| versions.last_mut());
        let fresh = last.filter(|record| record.published.is_none());
        fresh.map(|record| record.published = Some(day)).count() as u32
    }
}

/// Is one agency's part of a visit, and how far its results are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    pub visit: &'a Visit,
    /// Position of the team in the visit.
    pub team: usize,
    /// The agency's items there.
    pub items: Vec<ItemNo>,
    /// Items with a result.
    pub recorded: usize,
    /// Day of the check: as recorded, else as planned.
    pub date: Date,
    /// Last of the 20 working days after it, or `None` if the calendar does not reach so far.
    pub due: Option<Date>,
    /// Day on which the last of the results came in, once all have.
    pub complete: Option<Date>,
    /// Day on which the last of the results was published, once all are.
    pub published: Option<Date>,
}

/// Working days after a check within which its results are entered and published (抽查检查结束之日起 20 个工作日内).
pub const DAYS_TO_PUBLISH: usize = 20;

/// Lists every agency's part of every visit, in the order of the visits.
pub fn parts<'a>(inputs: &Inputs, plan: &'a Plan, records: &Records, calendar: &[SpecialDay]) -> Vec<Part<'a>> {
    let mut list = Vec::new();
    for visit in &plan.visits {
        for (team, of_team) in visit.teams.iter().enumerate() {
            let own = visit.items.iter().copied().filter(|no| inputs.items[no.at()].agency == of_team.agency);
            let items: Vec<ItemNo> = own.collect();
            let found: Vec<&Record> =
                items.iter().filter_map(|no| records.get(&visit.id, &inputs.items[no.at()].code)).collect();
            let is_complete = found.len() == items.len();
            let date = found.iter().map(|record| record.date).max().unwrap_or(visit.date);
            let published: Option<Vec<Date>> = found.iter().map(|record| record.published).collect();
            list.push(Part {
                visit,
                team,
                recorded: found.len(),
                date,
                due: deadline(date, calendar),
                complete: found.iter().map(|record| record.recorded).max().filter(|_| is_complete),
                published: published.and_then(|days| days.into_iter().max()).filter(|_| is_complete),
                items,
            });
        }
    }
    list
}

/// Returns the last of the 20 working days after a day; `None` if a year on the way has no row in the calendar.
pub fn deadline(date: Date, calendar: &[SpecialDay]) -> Option<Date> {
    let special = calendar::special_days(calendar);
    let days = date.series(1.day()).skip(1).filter(|day| calendar::is_working_day(&special, *day));
    let due = days.take(DAYS_TO_PUBLISH).last()?;
    (date.year()..=due.year()).all(|year| calendar.iter().any(|day| day.date.year() == year)).then_some(due)
}

/// Tells whether a visit of an agency counts toward the caps: somebody was met, or nothing is on record yet.
pub fn counts(findings: &BTreeSet<Finding>) -> bool {
    findings.is_empty() || findings.iter().any(|finding| !finding.is_in_vain())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn day(date: Date, is_off: bool) -> SpecialDay {
        SpecialDay { date, is_off, name: String::new(), source: String::new() }
    }

    #[test]
    fn the_deadline_counts_working_days_only() {
        // Without it a result would be called overdue because of a holiday, or late ones would pass as timely.
        let calendar = [day(date(2024, 4, 4), true), day(date(2024, 4, 5), true), day(date(2024, 4, 7), false)];
        // From Monday, 1 April: the 2nd and 3rd, then Sunday the 7th and 17 days from Monday the 8th on.
        assert_eq!(deadline(date(2024, 4, 1), &calendar), Some(date(2024, 4, 30)));
        assert_eq!(deadline(date(2024, 4, 8), &calendar), Some(date(2024, 5, 6)));
        // Nobody can know the holidays of a year without a row.
        assert_eq!(deadline(date(2024, 12, 20), &calendar), None);
    }

    #[test]
    fn results_that_contradict_each_other_are_found() {
        // Without it an item could be without problem and corrected at once.
        let set = |list: &[Finding]| list.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(contradiction(&set(&[Finding::ReportUnpublished, Finding::Corrected])), None);
        assert_eq!(contradiction(&set(&[Finding::NoProblem])), None);
        assert!(contradiction(&set(&[Finding::NoProblem, Finding::Corrected])).is_some());
        assert!(contradiction(&set(&[Finding::Gone, Finding::Pending])).is_some());
    }

    #[test]
    fn a_visit_in_vain_does_not_count_toward_the_caps() {
        // Without it a firm that was never met would have used up its visits of the year.
        let set = |list: &[Finding]| list.iter().copied().collect::<BTreeSet<_>>();
        assert!(!counts(&set(&[Finding::Unreachable])) && !counts(&set(&[Finding::Gone])));
        assert!(counts(&set(&[Finding::Unreachable, Finding::NoProblem])) && counts(&set(&[])));
    }
}
