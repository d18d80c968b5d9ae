//! Results in and out: filled record workbooks against the plan, and the table `results.csv` (protocol §22).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use thiserror::Error;

use super::bundle::File;
use super::rows::Csv;
use crate::both;
use crate::files::faults::{Fault, Faults, Place, Severity};
use crate::files::tables::columns::RECORDS;
use crate::files::tables::source::Source;
use crate::files::tables::table::Table;
use crate::files::wording::cells::{self, DayOf};
use crate::lang::{Say, Text};
use crate::plan::model::{Inputs, Item, Plan, Team, Visit};
use crate::plan::results::{Finding, Key, Record, Records, contradiction};
use crate::plan::words::Word;

/// Name of the table of results.
pub const RESULTS: &str = "results.csv";

const HEADING: [&str; 12] = [
    "period",
    "visit_id",
    "agency",
    "item",
    "version",
    "date",
    "results",
    "inspectors",
    "note",
    "recorded",
    "published",
    "correction",
];

/// Says why a table of results can not be used.
#[derive(Debug, Error)]
pub enum ResultsError {
    #[error("line {0} is not what a table of results has there")]
    Form(usize),
    #[error("the table holds results of {found}, not of {expected}")]
    Period { expected: String, found: String },
}

impl Say for ResultsError {
    fn say(&self) -> Text {
        let zh = match self {
            ResultsError::Form(line) => format!("第 {line} 行不是结果表在此处应有的内容"),
            ResultsError::Period { expected, found } => format!("表中是 {found} 的结果，不是 {expected} 的"),
        };
        Text::of(self, zh)
    }
}

/// Is what a delivery of record workbooks says.
#[derive(Debug)]
pub struct Delivery {
    /// Rows that are filled in, or nothing where an error stands among the faults.
    pub records: BTreeMap<Key, Record>,
    /// Errors first, then warnings.
    pub faults: Vec<Fault>,
}

/// Reads filled record workbooks and settles every row against the plan, all faults at once.
///
/// A row in which nothing is filled in is no record; a row that is filled in has its day and at least one result.
/// `known` are the records so far: one that says something else is an error unless `corrects`. `today` is the day on
/// which the delivery is taken in.
pub fn read(files: &[&Path], inputs: &Inputs, plan: &Plan, known: &Records, corrects: bool, today: Date) -> Delivery {
    let mut faults = Faults::default();
    let mut found: BTreeMap<Key, (Record, Place)> = BTreeMap::new();
    let reader = Reader { inputs, plan, today };
    for path in files {
        let source = Source { path: path.display().to_string(), ..Source::default() };
        for table in Table::open(Path::new(""), &source, &RECORDS, &mut faults) {
            for row in 0..table.len() {
                let Some((key, record)) = reader.row(&table, row, &mut faults) else { continue };
                let place = table.field("result").place(row);
                if let Some((other, first)) = found.get(&key) {
                    if !other.says_the_same(&record) {
                        let cause = both!(
                            "{first} says something else of this item at this visit",
                            "{first} 对该次检查的同一事项另有记载"
                        );
                        let remedy = both!("keep the row that is right", "只保留正确的一行");
                        faults.error("record-twice", place, &key.1, cause, remedy);
                    }
                    continue;
                }
                let differs = known.get(&key.0, &key.1).filter(|before| !before.says_the_same(&record));
                if let Some(before) = differs.filter(|_| !corrects) {
                    let (day, known) = (before.recorded, words(&before.findings));
                    let cause = both!("on record since {day} is {known}", "{day} 起已记载为 {known}");
                    let remedy = both!(
                        "take the row out, or give the reason for the correction with --correct",
                        "删去该行，或用 --correct 写明更正原因"
                    );
                    faults.error("differs-from-record", place, &words(&record.findings), cause, remedy);
                    continue;
                }
                found.insert(key, (record, place));
            }
        }
    }
    let has_errors = faults.has_errors();
    // The sheet that explains the codes is no table, and nobody needs to be told.
    let is_told = |fault: &Fault| fault.severity == Severity::Error || fault.code != "sheet-passed";
    let faults = faults.into_sorted().into_iter().filter(is_told).collect();
    let records = found.into_iter().map(|(key, (record, _))| (key, record));
    Delivery { records: if has_errors { BTreeMap::new() } else { records.collect() }, faults }
}

/// Names a set of results in Chinese.
pub fn words(findings: &BTreeSet<Finding>) -> String {
    findings.iter().map(|finding| finding.chinese()).collect::<Vec<_>>().join("；")
}

struct Reader<'a> {
    inputs: &'a Inputs,
    plan: &'a Plan,
    today: Date,
}

impl<'a> Reader<'a> {
    /// Reads one row; `None` if nothing is filled in or it has an error.
    fn row(&self, table: &Table, row: usize, faults: &mut Faults) -> Option<(Key, Record)> {
        let field = |name| table.field(name);
        let [date, note, inspectors] = ["date", "note", "inspectors"].map(field);
        let results = ["result", "result_2", "result_3"].map(field);
        let has_result = results.iter().any(|field| !field.text(row).is_empty());
        let is_filled = |field: &crate::files::tables::table::Field<'_>| !field.text(row).is_empty();
        if !has_result && ![date, note, inspectors].iter().any(is_filled) {
            return None;
        }
        let place = |name| field(name).place(row);
        let (visit, team, item) = self.due(table, row, faults)?;
        let mut sound = true;
        let mut error = |code, place: Place, value: &str, cause: Text, remedy: Text| {
            faults.error(code, place, value, cause, remedy);
            sound = false;
        };
        let mut findings = BTreeSet::new();
        for field in results {
            for text in result_words(field.text(row)) {
                match Finding::from_word(text).or_else(|| Finding::from_word(&cells::plain(text))) {
                    Some(finding) => {
                        findings.insert(finding);
                    }
                    None => {
                        let known: Vec<String> = Finding::WORDS
                            .iter()
                            .map(|(one, words)| format!("{} {}", words[2], one.chinese()))
                            .collect();
                        let known = known.join(", ");
                        let remedy = both!("write one of {known}", "填写 {known} 之一");
                        let cause = both!("this is no result", "这不是检查结果");
                        error("unknown-result", field.place(row), text, cause, remedy);
                    }
                }
            }
        }
        if !has_result {
            let cause = both!(
                "the row is filled in but has no result, and none is assumed",
                "该行已填写但没有检查结果；检查结果从不默认"
            );
            let remedy = both!("choose the results, or empty the row", "选择检查结果，或清空该行");
            error("no-result", place("result"), "", cause, remedy);
        }
        if let Some((one, other)) = contradiction(&findings) {
            let (one, other) = (one.chinese(), other.chinese());
            let cause = both!("{one} can not stand beside {other}", "{one} 不能与 {other} 并用");
            let remedy = both!("keep what is right", "只保留正确的");
            error("contradiction", place("result"), &words(&findings), cause, remedy);
        }
        let day = if date.text(row).is_empty() {
            let cause = both!("a result needs the day of the check", "检查结果须有检查日期");
            let remedy = both!("write the day on which the check took place", "填写实际检查日期");
            error("no-date", date.place(row), "", cause, remedy);
            None
        } else {
            cells::any_date(date.text(row), DayOf::First).map(|(day, _)| day).or_else(|| {
                let (cause, remedy) =
                    (both!("this is no date", "这不是日期"), both!("write YYYY-MM-DD", "写成 YYYY-MM-DD"));
                error("not-a-date", date.place(row), date.text(row), cause, remedy);
                None
            })
        };
        if let Some(day) = day.filter(|day| *day > self.today || *day < self.inputs.rules.days.first) {
            let today = self.today;
            let cause = both!(
                "the check lies before the period or after {today}, when this was read",
                "检查日期早于本期，或晚于读入之日 {today}"
            );
            let remedy = both!("correct the day", "改正日期");
            error("date-out-of-range", date.place(row), &day.to_string(), cause, remedy);
        }
        let mut officers: Vec<String> = Vec::new();
        for number in cells::list(inspectors.text(row)).map(cells::id_cell) {
            let known = self.inputs.inspector(&number).map(|no| &self.inputs.inspectors[no.at()]);
            if known.is_none_or(|officer| officer.agency != item.agency) {
                let cause = both!("the agency has no officer with this certificate", "该部门没有持此证号的人员");
                let remedy = both!("correct the certificate number", "改正执法证号");
                error("unknown-inspector", inspectors.place(row), &number, cause, remedy);
            }
            officers.push(number.into_owned());
        }
        if officers.is_empty() {
            let seats = team.seats.iter().map(|seat| self.inputs.inspectors[seat.inspector.at()].certificate.clone());
            officers.extend(seats);
        }
        officers.sort();
        officers.dedup();
        let date = day.filter(|_| sound)?;
        if officers.len() < self.inputs.rules.team.size as usize {
            let size = self.inputs.rules.team.size;
            let cause = both!("a check takes at least {size} officers", "检查人员不得少于 {size} 人");
            let remedy = both!(
                "name all who went; if they were too few, the check has to be made again",
                "写全到场人员；确实人数不足的，应重新检查"
            );
            faults.warning("too-few-officers", inspectors.place(row), &officers.join(";"), cause, remedy);
        }
        let key = (visit.id.clone(), item.code.clone());
        let record = Record {
            agency: self.inputs.agencies[item.agency.at()].code.clone(),
            date,
            findings,
            inspectors: officers,
            note: note.line(row).into_owned(),
            recorded: self.today,
            published: None,
            correction: String::new(),
        };
        Some((key, record))
    }

    /// Finds the visit, the team and the item that a row is about, and reports what does not belong together.
    fn due(&self, table: &Table, row: usize, faults: &mut Faults) -> Option<(&'a Visit, &'a Team, &'a Item)> {
        let [visit, item, agency, entity] = ["visit", "item", "agency", "entity"].map(|name| table.field(name));
        let id = visit.text(row);
        let found = self.plan.visits.iter().find(|visit| visit.id == id || visit.id == cells::id_cell(id));
        let Some(of_plan) = found else {
            let cause = both!("the plan has no visit with this number", "计划中没有这个检查编号");
            let remedy = both!("copy the number from the record form", "照抄记录表中的检查编号");
            faults.error("unknown-visit", visit.place(row), id, cause, remedy);
            return None;
        };
        let code = item.text(row);
        let items = of_plan.items.iter().map(|no| &self.inputs.items[no.at()]);
        let Some(of_visit) = items.into_iter().find(|known| known.code == code) else {
            let cause = both!("visit {} has no such item", "检查 {} 没有这个事项", of_plan.id);
            let remedy = both!("copy the code from the record form", "照抄记录表中的事项编号");
            faults.error("unknown-item", item.place(row), code, cause, remedy);
            return None;
        };
        let mut sound = true;
        let owner = &self.inputs.agencies[of_visit.agency.at()];
        if !agency.text(row).is_empty() && agency.text(row) != owner.code {
            let cause = both!("item {} belongs to {}", "事项 {} 属于 {}", of_visit.code, owner.code);
            let remedy = both!("correct the agency or the item", "改正部门或事项");
            faults.error("wrong-agency", agency.place(row), agency.text(row), cause, remedy);
            sound = false;
        }
        let drawn = &self.inputs.entities[of_plan.entity.at()].id;
        if !entity.text(row).is_empty() && cells::id_cell(entity.text(row)) != drawn.as_str() {
            let cause = both!("visit {} is to {drawn}", "检查 {} 的对象是 {drawn}", of_plan.id);
            let remedy = both!("correct the code or the visit", "改正代码或检查编号");
            faults.error("wrong-entity", entity.place(row), entity.text(row), cause, remedy);
            sound = false;
        }
        let team = of_plan.teams.iter().find(|team| team.agency == of_visit.agency);
        team.filter(|_| sound).map(|team| (of_plan, team, of_visit))
    }
}

/// Parts a cell with several results; the official wording of one of them has a 、 of its own.
fn result_words(text: &str) -> impl Iterator<Item = &str> {
    let whole = Finding::from_word(text).is_some();
    let parts = text.split(if whole { &[][..] } else { &['；', ';', '\n', '，', ',', ' '][..] });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// Writes the table of results, every version of every record.
pub fn write(records: &Records) -> File {
    let mut csv = Csv::new(RESULTS, &HEADING);
    for ((visit, item), versions) in &records.versions {
        for (version, record) in (1u32..).zip(versions) {
            let findings: Vec<&str> = record.findings.iter().map(|finding| finding.word()).collect();
            csv.row([
                &records.period,
                visit,
                &record.agency,
                item,
                &version.to_string(),
                &record.date.to_string(),
                &findings.join(";"),
                &record.inspectors.join(";"),
                &record.note,
                &record.recorded.to_string(),
                &record.published.map_or(String::new(), |day| day.to_string()),
                &record.correction,
            ]);
        }
    }
    csv.in_order()
}

/// Returns the period of a table of results without reading more; `None` if it has no row.
pub fn period_of(bytes: &[u8]) -> Option<String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let row = reader.records().next()?.ok()?;
    row.get(0).map(str::to_owned)
}

/// Reads the table of results of a period; one that this program would write differently is refused.
///
/// # Errors
/// [`ResultsError`] with the first line at fault.
pub fn parse(bytes: &[u8], period: &str) -> Result<Records, ResultsError> {
    let mut records = Records::new(period.to_owned());
    let mut reader = csv::Reader::from_reader(bytes);
    for (at, row) in reader.records().enumerate() {
        let form = || ResultsError::Form(at + 2);
        let row = row.map_err(|_| form())?;
        let cell = |at: usize| row.get(at).unwrap_or("");
        if cell(0) != period {
            return Err(ResultsError::Period { expected: period.to_owned(), found: cell(0).to_owned() });
        }
        let findings: Option<BTreeSet<Finding>> = cells::list(cell(6)).map(Finding::from_word).collect();
        let published = Some(cell(10)).filter(|day| !day.is_empty()).map(|day| cells::date(day).ok_or_else(form));
        let record = Record {
            agency: cell(2).to_owned(),
            date: cells::date(cell(5)).ok_or_else(form)?,
            findings: findings.filter(|set| !set.is_empty()).ok_or_else(form)?,
            inspectors: cells::list(cell(7)).map(str::to_owned).collect(),
            note: cell(8).to_owned(),
            recorded: cells::date(cell(9)).ok_or_else(form)?,
            published: published.transpose()?,
            correction: cell(11).to_owned(),
        };
        records.versions.entry((cell(1).to_owned(), cell(3).to_owned())).or_default().push(record);
    }
    let again = write(&records).bytes;
    if again != bytes {
        let lines = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let same = lines(&again).iter().zip(&lines(bytes)).take_while(|(a, b)| a == b).count();
        return Err(ResultsError::Form(same + 1));
    }
    Ok(records)
}

/// Reads the days of further calendars, for deadlines that lie beyond the plan's own.
pub fn calendar(files: &[&Path], faults: &mut Faults) -> Vec<crate::plan::model::SpecialDay> {
    let source = |path: &&Path| Source { path: path.display().to_string(), ..Source::default() };
    let tables: Vec<Table> = files
        .iter()
        .flat_map(|path| Table::open(Path::new(""), &source(path), &crate::files::tables::columns::CALENDAR, faults))
        .collect();
    crate::files::workspace::roster::calendar(&tables, faults)
}
