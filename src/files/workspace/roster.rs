//! Officers, recusals, past visits and the calendar (一库): from tables into the model.

use std::collections::BTreeMap;

use crate::both;
use crate::files::faults::Faults;
use crate::files::tables::fields::{self, mention};
use crate::files::tables::index::{Index, Unique};
use crate::files::tables::table::{Field, Table};
use crate::files::wording::cells::{self, DayOf};
use crate::lottery::Iv;
use crate::plan::model::{
    AgencyNo, Entity, EntityNo, Inspector, InspectorNo, ItemNo, PastVisit, Recusal, Recused, Rules, Span, SpecialDay,
    TownshipNo,
};

/// Reads the officers (执法检查人员名录库), by certificate.
pub fn inspectors(
    tables: &[Table],
    rules: &Rules,
    agencies: &Index,
    townships: &Index,
    faults: &mut Faults,
) -> Vec<Inspector> {
    let mut seen = Unique::default();
    let mut ivs: BTreeMap<Iv, String> = BTreeMap::new();
    let mut inspectors = Vec::new();
    for table in tables {
        let [certificate, name, agency, from, until, status] =
            ["certificate", "name", "agency", "valid_from", "valid_until", "status"].map(|name| table.field(name));
        let [qualifications, jurisdiction, leave, visits_max, expert] =
            ["qualifications", "townships", "leave", "visits_max", "expert"].map(|name| table.field(name));
        for row in 0..table.len() {
            let written = certificate.text(row);
            let canonical = cells::id_cell(written).into_owned();
            if canonical.is_empty() {
                let cause =
                    both!("an officer without a certificate number can not be drawn", "没有执法证号的人员不能参加抽取");
                faults.error(
                    "no-id",
                    certificate.place(row),
                    written,
                    cause,
                    both!("add the number, or take the row out", "补上证号，或删去该行"),
                );
                continue;
            }
            if canonical != written {
                let cause = both!("the certificate number is read as {canonical}", "执法证号读作 {canonical}");
                faults.warning(
                    "id-made-canonical",
                    certificate.place(row),
                    written,
                    cause,
                    both!("nothing, if that is right", "若无误，无须处理"),
                );
            }
            if !seen.is_new(&canonical, certificate.place(row), faults) {
                continue;
            }
            if let Some(other) = ivs.insert(Iv::of(rules.suite, &canonical), canonical.clone()) {
                let cause = both!("this number and {other} have the same IV", "该证号与 {other} 的 IV 相同");
                faults.error(
                    "same-iv",
                    certificate.place(row),
                    written,
                    cause,
                    both!("give one of the two another number", "给其中一个另用证号"),
                );
            }
            let remedy = both!("write a code or name of the agencies table", "填写成员单位表中的代码或名称");
            let agency = mention(agencies, agency.text(row), "unknown-agency", (agency, row), &remedy, faults);
            let valid = validity(from, until, row, faults);
            let (Some(agency), Some(valid)) = (agency, valid) else {
                continue;
            };
            let is_valid = match status.text(row) {
                "" | "valid" | "有效" | "在岗" | "正常" | "在用" => true,
                "cancelled" | "注销" | "失效" | "吊销" | "无效" | "过期" | "暂扣" => false,
                other => {
                    let cause = both!("the status is neither valid nor cancelled", "状态既不是有效也不是注销");
                    faults.error(
                        "unknown-word",
                        status.place(row),
                        other,
                        cause,
                        both!("write valid/cancelled or 有效/注销", "填 有效/注销 或 valid/cancelled"),
                    );
                    false
                }
            };
            if is_valid && !valid.overlaps(&rules.days) {
                let cause = both!(
                    "the certificate of {written} is valid on no day of the period; the officer is not drawn",
                    "{written} 的执法证在本期内没有一天有效；该人员不参加抽取"
                );
                let value = format!("{} / {}", valid.first, valid.last);
                faults.warning(
                    "certificate-never-valid",
                    until.place(row),
                    &value,
                    cause,
                    both!("renew it, or leave it so", "换证，或保持不变"),
                );
            }
            inspectors.push(Inspector {
                certificate: canonical,
                name: name.text(row).to_owned(),
                agency: AgencyNo(agency),
                valid,
                is_valid,
                qualifications: fields::sorted(qualifications.text(row)),
                townships: jurisdiction_of(jurisdiction, row, townships, faults),
                leave: fields::spans(leave, row, faults),
                visits_max: fields::optional_number(visits_max, row, faults),
                expert: fields::yes_no(expert, row, false, faults),
            });
        }
    }
    inspectors.sort_by(|a, b| a.certificate.cmp(&b.certificate));
    inspectors
}

/// Reads the recusals (回避), by who and entity.
pub fn recusals(
    tables: &[Table],
    entities: &[Entity],
    inspectors: &[Inspector],
    agencies: &Index,
    faults: &mut Faults,
) -> Vec<Recusal> {
    let mut recusals = Vec::new();
    for table in tables {
        let [certificate, entity, agency, reason, until] =
            ["certificate", "entity", "agency", "reason", "until"].map(|name| table.field(name));
        for row in 0..table.len() {
            let who = match (certificate.text(row), agency.text(row)) {
                ("", "") => {
                    let cause = both!("neither an officer nor an agency is named", "既没有写人员，也没有写单位");
                    faults.error(
                        "recusal-of-nobody",
                        certificate.place(row),
                        "",
                        cause,
                        both!("name one of the two", "二者填一"),
                    );
                    continue;
                }
                ("", code) => {
                    let remedy = both!("write a code or name of the agencies table", "填写成员单位表中的代码或名称");
                    mention(agencies, code, "unknown-agency", (agency, row), &remedy, faults)
                        .map(|no| Recused::Agency(AgencyNo(no)))
                }
                (number, _) => {
                    let id = cells::id_cell(number);
                    let found = inspectors.binary_search_by(|officer| officer.certificate.as_str().cmp(&id));
                    if found.is_err() {
                        let cause = both!(
                            "no officer has this certificate number; the recusal would not count",
                            "没有人员持此证号；该回避将不起作用"
                        );
                        let remedy = both!(
                            "correct the number, or take the row out if the officer has left",
                            "更正证号；若该人员已离任，删去该行"
                        );
                        faults.error("unknown-inspector", certificate.place(row), number, cause, remedy);
                    }
                    found.ok().map(|at| Recused::Inspector(InspectorNo(at as u32)))
                }
            };
            let id = cells::id_cell(entity.text(row));
            let found = entities.binary_search_by(|known| known.id.as_str().cmp(&id));
            if found.is_err() {
                let cause =
                    both!("no entity has this id; the recusal would not count", "没有对象使用此号码；该回避将不起作用");
                let remedy = both!(
                    "correct the id, or take the row out if the entity has left",
                    "更正号码；若该对象已不在库，删去该行"
                );
                faults.error("unknown-entity", entity.place(row), entity.text(row), cause, remedy);
            }
            let until = fields::date(until, row, DayOf::Last, faults);
            if let (Some(who), Ok(at)) = (who, found) {
                let entity = EntityNo(at as u32);
                recusals.push(Recusal { who, entity, reason: reason.text(row).to_owned(), until });
            }
        }
    }
    recusals.sort_by(|a, b| (a.who, a.entity, a.until, &a.reason).cmp(&(b.who, b.entity, b.until, &b.reason)));
    recusals.dedup();
    recusals
}

/// Reads the past visits (检查台账), by entity, date and agency.
pub fn history(tables: &[Table], agencies: &Index, items: &Index, faults: &mut Faults) -> Vec<PastVisit> {
    let mut history = Vec::new();
    for table in tables {
        let [entity, agency, date, counts] = ["entity", "agency", "date", "counts"].map(|name| table.field(name));
        let [checked, inspectors, result] = ["items", "inspectors", "result"].map(|name| table.field(name));
        for row in 0..table.len() {
            let id = cells::id_cell(entity.text(row)).into_owned();
            let remedy = both!("write a code or name of the agencies table", "填写成员单位表中的代码或名称");
            let agency = mention(agencies, agency.text(row), "unknown-agency", (agency, row), &remedy, faults);
            let day = fields::date(date, row, DayOf::First, faults);
            if date.text(row).is_empty() {
                let cause = both!("a past visit without its date can not be counted", "没有日期的检查记录无法计数");
                faults.error(
                    "not-a-date",
                    date.place(row),
                    "",
                    cause,
                    both!("write the date, or take the row out", "补上日期，或删去该行"),
                );
            }
            let mut numbers: Vec<String> =
                cells::list(inspectors.text(row)).map(|number| cells::id_cell(number).into_owned()).collect();
            numbers.sort();
            numbers.dedup();
            let items = item_list(checked, row, items, faults);
            if let (Some(agency), Some(date)) = (agency, day) {
                history.push(PastVisit {
                    entity: id,
                    agency: AgencyNo(agency),
                    date,
                    counts: fields::yes_no(counts, row, true, faults),
                    items,
                    inspectors: numbers,
                    result: result.text(row).to_owned(),
                });
            }
        }
    }
    sort_history(&mut history);
    history
}

/// Puts past visits into their canonical order, each once.
pub fn sort_history(history: &mut Vec<PastVisit>) {
    let key = |past: &PastVisit| {
        (
            past.entity.clone(),
            past.date,
            past.agency,
            past.counts,
            past.items.clone(),
            past.inspectors.clone(),
            past.result.clone(),
        )
    };
    history.sort_by_cached_key(key);
    history.dedup();
}

/// Reads the calendar, by date.
pub fn calendar(tables: &[Table], faults: &mut Faults) -> Vec<SpecialDay> {
    let mut days = Vec::new();
    for table in tables {
        let [date, kind, name, source] = ["date", "kind", "name", "source"].map(|name| table.field(name));
        for row in 0..table.len() {
            let Some((day, _)) = cells::any_date(date.text(row), DayOf::First) else {
                faults.error(
                    "not-a-date",
                    date.place(row),
                    date.text(row),
                    both!("this is no date", "这不是日期"),
                    both!("write YYYY-MM-DD", "按 YYYY-MM-DD 填写"),
                );
                continue;
            };
            let is_off = match kind.text(row) {
                "off" | "休" | "放假" => true,
                "work" | "班" | "上班" => false,
                other => {
                    let cause = both!("the day is neither off nor worked", "该日既不是休也不是班");
                    faults.error(
                        "unknown-word",
                        kind.place(row),
                        other,
                        cause,
                        both!("write off/work or 休/班", "填 休/班 或 off/work"),
                    );
                    continue;
                }
            };
            let (name, source) = (name.text(row).to_owned(), source.text(row).to_owned());
            days.push((SpecialDay { date: day, is_off, name, source }, date.place(row)));
        }
    }
    days.sort();
    for pair in days.windows(2) {
        let [(first, first_place), (second, place)] = pair else {
            continue;
        };
        if first.date == second.date && first.is_off != second.is_off {
            let cause = both!("this day has another meaning in {first_place}", "该日在 {first_place} 的含义不同");
            faults.error(
                "duplicate-id",
                place.clone(),
                &second.date.to_string(),
                cause,
                both!("keep one of the two rows", "两行中只留一行"),
            );
        }
    }
    days.dedup_by_key(|(day, _)| day.date);
    days.into_iter().map(|(day, _)| day).collect()
}

/// Reads a list of item codes, sorted; reports `unknown-item`.
pub fn item_list(field: Field<'_>, row: usize, items: &Index, faults: &mut Faults) -> Vec<ItemNo> {
    let remedy = both!("write codes of the items table, parted by ;", "填写事项清单中的代码，用 ; 分隔");
    let found = cells::list(field.text(row))
        .filter_map(|code| mention(items, code, "unknown-item", (field, row), &remedy, faults));
    let mut list: Vec<ItemNo> = found.map(ItemNo).collect();
    list.sort();
    list.dedup();
    list
}

/// Reads the first and the last day of a certificate.
fn validity(from: Field<'_>, until: Field<'_>, row: usize, faults: &mut Faults) -> Option<Span> {
    let mut end = |field: Field<'_>, day: DayOf| {
        if field.text(row).is_empty() {
            let remedy = both!(
                "write YYYY-MM-DD; 9999-09-09 or 长期 stands for no end",
                "按 YYYY-MM-DD 填写；长期有效填 9999-09-09 或 长期"
            );
            faults.error("not-a-date", field.place(row), "", both!("the cell is empty", "单元格为空"), remedy);
        }
        fields::date(field, row, day, faults)
    };
    let (first, last) = (end(from, DayOf::First), end(until, DayOf::Last));
    let (first, last) = (first?, last?);
    if first > last {
        let value = format!("{first} / {last}");
        let cause = both!("the certificate ends before it begins", "执法证的截止日期早于起始日期");
        faults.error(
            "not-a-span",
            until.place(row),
            &value,
            cause,
            both!("correct one of the two dates", "更正两个日期之一"),
        );
        return None;
    }
    Some(Span { first, last })
}

fn jurisdiction_of(field: Field<'_>, row: usize, townships: &Index, faults: &mut Faults) -> Option<Vec<TownshipNo>> {
    if field.text(row).is_empty() {
        return None;
    }
    let remedy = both!(
        "write codes or names of the townships table, parted by ;, or leave the cell empty for the whole county",
        "填写乡镇表中的代码或名称，用 ; 分隔；全县则留空"
    );
    let found = cells::list(field.text(row))
        .filter_map(|name| mention(townships, name, "unknown-township", (field, row), &remedy, faults));
    let mut list: Vec<TownshipNo> = found.map(TownshipNo).collect();
    list.sort();
    list.dedup();
    Some(list)
}
