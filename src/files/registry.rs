//! Agencies, townships, roads, items and entities (一单一库): from tables into the model.

use std::collections::BTreeMap;

use super::cells::{self, DayOf, Written};
use super::faults::{Faults, Place};
use super::frequency::frequency;
use super::header::Origin;
use super::table::{Field, Table};
use super::uscc::{self, Doubt, Kind};
use super::{industry, places};
use crate::lottery::Iv;
use crate::plan::model::{
    Agency, AgencyNo, Entity, EntityKind, Flag, Item, ItemClass, Status, Township, TownshipNo, Travel, WithoutId,
};
use crate::plan::words::Word;

/// Finds positions by every code and name under which other tables may mention a row.
#[derive(Debug, Default)]
pub struct Index {
    exact: BTreeMap<String, u32>,
    /// Township names without what may differ (see [`places`]), with the official name; `None` where several share it.
    loose: BTreeMap<String, Option<(u32, String)>>,
}

impl Index {
    /// Finds the position of a row by a code or name.
    pub fn find(&self, mention: &str) -> Option<u32> {
        self.exact.get(mention).or_else(|| self.exact.get(cells::plain(mention).as_ref())).copied()
    }

    /// Finds the one row whose name differs from a mention only in what offices write differently.
    pub fn find_loosely(&self, mention: &str) -> Option<(u32, &str)> {
        if self.loose.is_empty() {
            return None;
        }
        let found = |key: String| self.loose.get(&key).and_then(Option::as_ref).map(|(no, name)| (*no, name.as_str()));
        if let Some(code) = places::short_code(mention) {
            return self.exact.get(&code).and_then(|no| {
                let official = self.loose.values().flatten().find(|(other, _)| other == no);
                official.map(|(no, name)| (*no, name.as_str()))
            });
        }
        found(places::core(mention))
            .or_else(|| places::without_county(mention).and_then(|rest| found(places::core(&rest))))
    }

    /// Adds the core of a township's name, under which it may be found if no other has the same.
    fn add_loosely(&mut self, name: &str, position: u32, official: &str) {
        let other = self.loose.entry(places::core(name)).or_insert_with(|| Some((position, official.to_owned())));
        if other.as_ref().is_some_and(|(no, _)| *no != position) {
            *other = None;
        }
    }

    /// Adds a mention; an empty one is nobody's, and the first row keeps one that several share.
    pub fn add(&mut self, mention: &str, position: u32) {
        if !mention.is_empty() {
            self.exact.entry(mention.to_owned()).or_insert(position);
        }
    }
}

/// Remembers where each key stood first, and reports the second row that has it.
#[derive(Debug, Default)]
pub struct Unique(BTreeMap<String, Place>);

impl Unique {
    /// Tells whether a key is new; reports `duplicate-id` with both rows where it is not.
    pub fn is_new(&mut self, key: &str, place: Place, faults: &mut Faults) -> bool {
        if let Some(first) = self.0.get(key) {
            let cause = format!("this id stands in {first} already");
            faults.error("duplicate-id", place, key, cause, "keep one of the two rows");
            return false;
        }
        self.0.insert(key.to_owned(), place);
        true
    }
}

/// Reads a whole number, a default where the cell is empty; reports `not-a-number`.
pub fn number(field: Field<'_>, row: usize, default: u32, faults: &mut Faults) -> u32 {
    optional_number(field, row, faults).unwrap_or(default)
}

/// Reads a whole number or nothing; reports `not-a-number`.
pub fn optional_number(field: Field<'_>, row: usize, faults: &mut Faults) -> Option<u32> {
    let text = field.text(row);
    if text.is_empty() {
        return None;
    }
    let number = cells::whole(text);
    if number.is_none() {
        faults.error("not-a-number", field.place(row), text, "a whole number is needed".into(), "write digits only");
    }
    number
}

/// Reads a word of a closed vocabulary, a default where the cell is empty; reports `unknown-word`.
pub fn word<W: Word>(field: Field<'_>, row: usize, default: W, faults: &mut Faults) -> W {
    let text = field.text(row);
    if text.is_empty() {
        return default;
    }
    W::from_word(text).or_else(|| W::from_word(&cells::plain(text))).unwrap_or_else(|| {
        let known: Vec<&str> = W::WORDS.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        let remedy = format!("write one of {}", known.join(", "));
        faults.error("unknown-word", field.place(row), text, "the word is not known here".into(), &remedy);
        default
    })
}

/// Reads yes or no, a default where the cell is empty; reports `not-yes-or-no`.
pub fn yes_no(field: Field<'_>, row: usize, default: bool, faults: &mut Faults) -> bool {
    let text = field.text(row);
    if text.is_empty() {
        return default;
    }
    cells::yes_no(text).unwrap_or_else(|| {
        faults.error("not-yes-or-no", field.place(row), text, "yes or no is needed".into(), "write yes/no or 是/否");
        default
    })
}

/// Reads a mention of a row of another table; reports `unknown-…` under the code that is given.
pub fn mention(
    index: &Index,
    text: &str,
    code: &'static str,
    (field, row): (Field<'_>, usize),
    remedy: &str,
    faults: &mut Faults,
) -> Option<u32> {
    if let Some(found) = index.find(text) {
        return Some(found);
    }
    let found = index.find_loosely(text);
    if let Some((_, official)) = found {
        let cause = format!("{text} is read as {official}");
        faults.note("read-as", field.place(row), text, cause, "nothing, if that is right");
    } else {
        let cause = if text.is_empty() {
            "the cell is empty".to_owned()
        } else {
            format!("nothing has the code or name {text:?}")
        };
        faults.error(code, field.place(row), text, cause, remedy);
    }
    found.map(|(no, _)| no)
}

/// Reads the agencies (成员单位), by code.
pub fn agencies(tables: &[Table], faults: &mut Faults) -> (Vec<Agency>, Index) {
    let mut seen = Unique::default();
    let mut agencies = Vec::new();
    for table in tables {
        let [code, name, short, role, teams] =
            ["code", "name", "short_name", "role", "teams_per_day"].map(|name| table.field(name));
        for row in 0..table.len() {
            if !is_code(code, row, faults) || !seen.is_new(code.text(row), code.place(row), faults) {
                continue;
            }
            let leads = match role.text(row) {
                "lead" | "牵头" | "牵头单位" => true,
                "" | "member" | "成员" | "成员单位" => false,
                other => {
                    let cause = "the role is neither lead nor member".to_owned();
                    faults.error("unknown-word", role.place(row), other, cause, "write lead/member or 牵头/成员");
                    false
                }
            };
            let teams_per_day = number(teams, row, u32::from(u16::MAX), faults);
            if teams_per_day == 0 {
                let cause = "with no team a day the agency can attend nothing".to_owned();
                faults.error("not-a-number", teams.place(row), "0", cause, "write 1 or more, or leave the cell empty");
            }
            agencies.push(Agency {
                code: code.text(row).to_owned(),
                name: name.text(row).to_owned(),
                short_name: short.text(row).to_owned(),
                leads,
                teams_per_day,
            });
        }
    }
    agencies.sort_by(|a, b| a.code.cmp(&b.code));
    let mut index = Index::default();
    for (no, agency) in (0..).zip(&agencies) {
        index.add(&agency.code, no);
    }
    for (no, agency) in (0..).zip(&agencies) {
        index.add(&agency.name, no);
        index.add(&agency.short_name, no);
    }
    (agencies, index)
}

/// Reads the townships (乡镇), by code.
pub fn townships(tables: &[Table], faults: &mut Faults) -> (Vec<Township>, Index) {
    let mut seen = Unique::default();
    let mut townships = Vec::new();
    for table in tables {
        let [code, name, other_codes, other_names, lon, lat] =
            ["code", "name", "other_codes", "other_names", "lon", "lat"].map(|name| table.field(name));
        for row in 0..table.len() {
            if !is_code(code, row, faults) || !seen.is_new(code.text(row), code.place(row), faults) {
                continue;
            }
            townships.push(Township {
                code: code.text(row).to_owned(),
                name: name.text(row).to_owned(),
                other_codes: sorted(other_codes.text(row)),
                other_names: sorted(other_names.text(row)),
                lon: lon.text(row).to_owned(),
                lat: lat.text(row).to_owned(),
            });
        }
    }
    townships.sort_by(|a, b| a.code.cmp(&b.code));
    let mut index = Index::default();
    for (no, township) in (0..).zip(&townships) {
        index.add(&township.code, no);
        index.add(&township.name, no);
    }
    // Former codes and names count only where no township bears them today.
    for (no, township) in (0..).zip(&townships) {
        township.other_codes.iter().chain(&township.other_names).for_each(|other| index.add(other, no));
        for name in std::iter::once(&township.name).chain(&township.other_names) {
            index.add_loosely(name, no, &township.name);
        }
    }
    (townships, index)
}

/// Reads the roads (路程), each once with its smaller end first.
pub fn travel(tables: &[Table], townships: &Index, faults: &mut Faults) -> Vec<Travel> {
    let mut roads: BTreeMap<(TownshipNo, TownshipNo), u32> = BTreeMap::new();
    for table in tables {
        let [from, to, minutes] = ["from", "to", "minutes"].map(|name| table.field(name));
        for row in 0..table.len() {
            let mut end = |field: Field<'_>| {
                let remedy = "write a code or name of the townships table";
                let found = mention(townships, field.text(row), "unknown-township", (field, row), remedy, faults);
                found.map(TownshipNo)
            };
            let (Some(from), Some(to)) = (end(from), end(to)) else {
                continue;
            };
            let minutes = number(minutes, row, 0, faults);
            if from != to {
                let shortest = roads.entry((from.min(to), from.max(to))).or_insert(minutes);
                *shortest = minutes.min(*shortest);
            }
        }
    }
    roads.into_iter().map(|((from, to), minutes)| Travel { from, to, minutes }).collect()
}

/// Reads the item list (抽查事项清单), by code.
pub fn items(tables: &[Table], agencies: &Index, faults: &mut Faults) -> (Vec<Item>, Index) {
    let mut seen = Unique::default();
    let mut items = Vec::new();
    for table in tables {
        let [code, agency, name, class, object, method, qualification, basis] =
            ["code", "agency", "name", "class", "object", "method", "qualification", "basis"]
                .map(|name| table.field(name));
        let [minutes, cap, ratio, frequency] =
            ["minutes", "cap_per_year", "ratio_wording", "frequency_wording"].map(|name| table.field(name));
        for row in 0..table.len() {
            if !is_code(code, row, faults) || !seen.is_new(code.text(row), code.place(row), faults) {
                continue;
            }
            let remedy = "write a code or name of the agencies table";
            let Some(agency) = mention(agencies, agency.text(row), "unknown-agency", (agency, row), remedy, faults)
            else {
                continue;
            };
            let cap_per_year = cap_of(cap, row, faults);
            if cap_per_year == Some(0) {
                let cause = "with a cap of 0 nobody can be drawn for the item".to_owned();
                faults.error("not-a-number", cap.place(row), "0", cause, "write 1 or more, or leave the cell empty");
            }
            items.push(Item {
                code: code.text(row).to_owned(),
                agency: AgencyNo(agency),
                name: name.text(row).to_owned(),
                class: word(class, row, ItemClass::General, faults),
                object: object.text(row).to_owned(),
                method: method.text(row).to_owned(),
                qualification: Some(qualification.text(row).to_owned()).filter(|text| !text.is_empty()),
                basis: basis.text(row).to_owned(),
                minutes: number(minutes, row, ITEM_MINUTES, faults),
                cap_per_year,
                ratio_wording: ratio.text(row).to_owned(),
                frequency_wording: frequency.text(row).to_owned(),
            });
        }
    }
    items.sort_by(|a, b| a.code.cmp(&b.code));
    let mut index = Index::default();
    (0..).zip(&items).for_each(|(no, item)| index.add(&item.code, no));
    (items, index)
}

/// Reads a yearly cap: a number, or a wording such as 同一单位一年不超过2次; reports `not-a-number`.
fn cap_of(field: Field<'_>, row: usize, faults: &mut Faults) -> Option<u32> {
    let text = field.text(row);
    if text.is_empty() || cells::whole(text).is_some() {
        return optional_number(field, row, faults);
    }
    let (cause, remedy) = match frequency(text) {
        Ok(typed) => match typed.cap_per_year() {
            Some(cap) => return Some(cap),
            None => (
                format!("the wording is read as {typed}, which is no cap of a calendar year"),
                "write the most checks of one entity in a year",
            ),
        },
        Err(refusal) => (refusal.to_string(), "write the most checks of one entity in a year, such as 2"),
    };
    faults.error("not-a-number", field.place(row), text, cause, remedy);
    None
}

/// Minutes of an item that the list gives no time for: half an hour.
const ITEM_MINUTES: u32 = 30;

/// Is what `plan.toml` decides about entities without a code.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    pub without_id: WithoutId,
    /// Why they are left out, in the office's words.
    pub reason: String,
    /// Heading of the column whose value stands for an id that is not there.
    pub fallback_id: Option<String>,
}

/// Reads the entities (检查对象名录库): those with an id, by it, and those without.
pub fn entities(
    tables: &[Table],
    townships: &Index,
    decision: &Decision,
    faults: &mut Faults,
) -> (Vec<Entity>, Vec<Entity>) {
    let mut rows: Vec<(Entity, Spot)> = Vec::new();
    let mut codeless = Vec::new();
    for (no, table) in (0u32..).zip(tables) {
        let mut fallback_origin = Origin::Missing;
        let fallback = decision.fallback_id.as_deref();
        let fallback = fallback.and_then(|told| table.field_named(told, &mut fallback_origin));
        let [id, name, kind, industry, township, address] =
            ["id", "name", "kind", "industry", "township", "address"].map(|name| table.field(name));
        let [class, status, tags, flags, quiet, registered] =
            ["class", "status", "tags", "flags", "quiet", "registered"].map(|name| table.field(name));
        for row in 0..table.len() {
            let id = match fallback {
                Some(fallback) if id.text(row).is_empty() && !fallback.text(row).is_empty() => {
                    let cause = "there is no code, so the fallback column gives the id".to_owned();
                    faults.note(
                        "id-from-fallback",
                        fallback.place(row),
                        fallback.text(row),
                        cause,
                        "nothing; plan.toml decides so",
                    );
                    fallback
                }
                _ => id,
            };
            let canonical = entity_id(id, row, faults);
            let remedy = "write a code or name of the townships table";
            let township_no =
                mention(townships, township.text(row), "unknown-township", (township, row), remedy, faults);
            let entity = Entity {
                id: canonical,
                name: name_of(name, row, faults),
                kind: kind_of(kind, row, faults),
                industry: industry_code(industry, row, faults),
                township: TownshipNo(township_no.unwrap_or(0)),
                address: address.line(row).into_owned(),
                class: class_of(class, row, faults),
                status: status_of(status, row, faults),
                tags: sorted(tags.text(row)),
                flags: flags_of(flags, row, faults),
                quiet: spans(quiet, row, faults),
                registered: date(registered, row, DayOf::First, faults),
            };
            if entity.id.is_empty() {
                if decision.without_id == WithoutId::Refuse {
                    let cause = format!("{} has no code of any kind", entity.name);
                    let remedy = "add the code, or decide under [registry] in plan.toml: `without_id = \"leave_out\"` (such rows are then listed as excluded), or `fallback_id` with the heading of another column";
                    faults.error("no-id", id.place(row), "", cause, remedy);
                } else if !decision.reason.is_empty() {
                    let cause = format!("left out of every frame, for this reason: {}", decision.reason);
                    faults.note("left-out", id.place(row), "", cause, "nothing; plan.toml decides so");
                }
                codeless.push(entity);
            } else {
                rows.push((entity, (no, row as u32)));
            }
        }
    }
    rows.sort_by(|(a, here), (b, there)| (&a.id, here).cmp(&(&b.id, there)));
    let place = |(no, row): Spot| tables[no as usize].field("id").place(row as usize);
    for pair in rows.windows(2) {
        let [(first, first_spot), (second, spot)] = pair else {
            continue;
        };
        if first.id == second.id {
            let cause = format!("this id stands in {} already", place(*first_spot));
            faults.error("duplicate-id", place(*spot), &second.id, cause, "keep one of the two rows");
        }
    }
    report_same_iv(&rows, place, faults);
    codeless.sort();
    (rows.into_iter().map(|(entity, _)| entity).collect(), codeless)
}

/// Is where an entity stands: its table and the row in it.
type Spot = (u32, u32);

/// Reads the id of an entity; reports `id-made-canonical`, `id-check` and `id-rounded`.
fn entity_id(field: Field<'_>, row: usize, faults: &mut Faults) -> String {
    let text = field.text(row);
    let canonical = cells::id_cell(text);
    if cells::is_rounded(text) {
        let cause = "the spreadsheet has kept this code as a number and lost its last digits".to_owned();
        let remedy = "format the column as text and enter the codes again, or export the table again";
        faults.error("id-rounded", field.place(row), text, cause, remedy);
    } else if canonical != text {
        let cause = format!("the id is read as {canonical}");
        faults.warning("id-made-canonical", field.place(row), text, cause, "nothing, if that is right");
    }
    let (kind, doubt) = uscc::look(&canonical);
    if let Some(doubt) = doubt {
        let cause = match (doubt, kind) {
            (Doubt::Check { expected }, Kind::Registration) => {
                format!("the check digit of the registration number does not fit; {expected} would (ISO 7064)")
            }
            (Doubt::Check { expected }, _) => {
                format!("the last character of the code does not fit; {expected} would (GB 32100)")
            }
            (Doubt::OrganisationCheck { expected }, _) => {
                format!("the 17th character of the code does not fit; {expected} would (GB 11714)")
            }
            (Doubt::Letter { at, letter }, _) => {
                format!("character {at} of the code is {letter}, which these codes do not have (GB 32100)")
            }
            (Doubt::Length(length), _) => format!("the code begins like one of 18 characters and has {length}"),
        };
        let remedy = "compare with the licence; the id is used as it stands";
        faults.warning("id-check", field.place(row), text, cause, remedy);
    }
    canonical.into_owned()
}

/// Reads a name in one line; reports `no-name` and `line-break`.
fn name_of(field: Field<'_>, row: usize, faults: &mut Faults) -> String {
    let line = field.line(row);
    if line.is_empty() {
        let cause = "the entity has no name".to_owned();
        faults.warning("no-name", field.place(row), "", cause, "add the name; the notice would have none");
    } else if line != field.text(row) {
        let cause = "a line break inside the name was taken out".to_owned();
        faults.note("line-break", field.place(row), &line, cause, "nothing, if that is right");
    }
    line.into_owned()
}

/// Reads the kind of an entity, also from the many types of the registers, such as 有限责任公司(自然人独资).
fn kind_of(field: Field<'_>, row: usize, faults: &mut Faults) -> EntityKind {
    let text = field.text(row);
    if text.is_empty() {
        return EntityKind::Other;
    }
    if let Some(kind) = EntityKind::from_word(text) {
        return kind;
    }
    // In this order, because 民办非企业单位 and 个体工商户 would else be read by a part of their name.
    let marks: [(EntityKind, &[&str]); 4] = [
        (EntityKind::Individual, &["个体"]),
        (EntityKind::Cooperative, &["合作社", "合作联社"]),
        (EntityKind::Institution, &["事业单位", "民办非企业", "社会团体", "社会组织", "基金会", "机关"]),
        (EntityKind::Enterprise, &["公司", "企业", "合伙", "独资", "全民所有制", "集体所有制", "外国投资者", "股份"]),
    ];
    let found = marks.iter().find(|(_, marks)| marks.iter().any(|mark| text.contains(mark))).map(|(kind, _)| *kind);
    read_as(found, field, row, faults).unwrap_or_else(|| word(field, row, EntityKind::Other, faults))
}

/// Reads the standing of an entity, also in the words of the registers, such as 存续（在营、开业、在册）.
fn status_of(field: Field<'_>, row: usize, faults: &mut Faults) -> Status {
    let text = field.text(row);
    if text.is_empty() {
        return Status::Active;
    }
    if let Some(status) = Status::from_word(text) {
        return status;
    }
    let marks: [(Status, &[&str]); 4] = [
        (Status::Revoked, &["吊销", "撤销", "责令关闭"]),
        (Status::Deregistered, &["注销", "已注销", "歇业"]),
        (Status::Moved, &["迁出", "已迁出", "迁往"]),
        (Status::Active, &["存续", "在业", "在营", "开业", "在册", "正常", "登记成立", "确立"]),
    ];
    let found = marks.iter().find(|(_, marks)| marks.iter().any(|mark| text.starts_with(mark)));
    read_as(found.map(|(status, _)| *status), field, row, faults)
        .unwrap_or_else(|| word(field, row, Status::Active, faults))
}

/// Reports a word that was read by what it begins with or holds.
fn read_as<W: Word>(found: Option<W>, field: Field<'_>, row: usize, faults: &mut Faults) -> Option<W> {
    if let Some(value) = found {
        let cause = format!("{} is read as {} ({})", field.text(row), value.chinese(), value.word());
        faults.note("read-as", field.place(row), field.text(row), cause, "nothing, if that is right");
    }
    found
}

/// Reports two different ids that enter the lottery under the same 16 bytes (protocol §1).
fn report_same_iv(rows: &[(Entity, Spot)], place: impl Fn(Spot) -> Place, faults: &mut Faults) {
    let mut ivs: Vec<(Iv, usize)> = (0..).zip(rows).map(|(at, (entity, _))| (Iv::of(&entity.id), at)).collect();
    ivs.sort_unstable();
    for pair in ivs.windows(2) {
        let ((iv, first), (other, second)) = (pair[0], pair[1]);
        if iv == other && rows[first].0.id != rows[second].0.id {
            let cause = format!("this id and {} in {} have the same IV {iv}", rows[first].0.id, place(rows[first].1));
            faults.error("same-iv", place(rows[second].1), &rows[second].0.id, cause, "give one of the two another id");
        }
    }
}

/// Reads a list of spans; reports `not-a-span`.
pub fn spans(field: Field<'_>, row: usize, faults: &mut Faults) -> Vec<crate::plan::model::Span> {
    let mut spans = Vec::new();
    for part in cells::list(field.text(row)) {
        match cells::span(part) {
            Some(span) => spans.push(span),
            None => {
                let remedy = "write first/last, such as 2024-02-05/2024-02-09";
                faults.error("not-a-span", field.place(row), part, "these are not two dates in order".into(), remedy);
            }
        }
    }
    spans.sort();
    spans.dedup();
    spans
}

/// Reads a date or nothing; a month alone stands for its first or last day, as `day` says.
///
/// Reports `not-a-date` as an error, `date-of-month` and `date-from-serial` as warnings.
pub fn date(field: Field<'_>, row: usize, day: DayOf, faults: &mut Faults) -> Option<jiff::civil::Date> {
    let text = field.text(row);
    if text.is_empty() {
        return None;
    }
    let Some((date, written)) = cells::any_date(text, day) else {
        faults.error("not-a-date", field.place(row), text, "this is no date".into(), "write YYYY-MM-DD");
        return None;
    };
    let remedy = "nothing, if that is right; else write YYYY-MM-DD";
    match (written, day) {
        (Written::Whole, _) => {}
        (Written::Month, DayOf::First) => {
            let cause = "a month without a day is read as its first day".to_owned();
            faults.note("date-of-month", field.place(row), text, cause, remedy);
        }
        (Written::Month, DayOf::Last) => {
            let cause = "a month without a day is read as its last day".to_owned();
            faults.note("date-of-month", field.place(row), text, cause, remedy);
        }
        (Written::Serial, _) => {
            let cause = "the serial number of a day is read as that day".to_owned();
            faults.note("date-from-serial", field.place(row), text, cause, remedy);
        }
    }
    Some(date)
}

/// Splits a cell with several values and sorts them, each once.
pub fn sorted(text: &str) -> Vec<String> {
    let mut values: Vec<String> = cells::list(text).map(str::to_owned).collect();
    values.sort();
    values.dedup();
    values
}

/// Tells whether a code can stand in a list and in a label; reports `bad-code`.
pub fn is_code(field: Field<'_>, row: usize, faults: &mut Faults) -> bool {
    let text = field.text(row);
    let fits = !text.is_empty()
        && text != "*"
        && !text.contains([';', ',', '/', '"'])
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if !fits {
        let cause = "a code is needed: not empty, without blanks and without ; , / or quotes".to_owned();
        faults.error("bad-code", field.place(row), text, cause, "give the row a code of its own");
    }
    fits
}

fn industry_code(field: Field<'_>, row: usize, faults: &mut Faults) -> String {
    let text = field.text(row);
    let Some(found) = industry::industry(text) else {
        let cause = "this is no code and no name of GB/T 4754".to_owned();
        let remedy = "write the code, such as 6210 or H6210, or leave the cell empty";
        faults.error("bad-industry", field.place(row), text, cause, remedy);
        return String::new();
    };
    if found.letter_differs {
        let cause = format!("{text}: the division {} stands in another section; the digits count", &found.digits[..2]);
        faults.note("industry-section", field.place(row), text, cause, "correct the letter, or the digits");
    }
    if found.by_name {
        let cause = format!("{text} is read as {}", found.digits);
        faults.note("read-as", field.place(row), text, cause, "nothing, if that is right");
    }
    found.digits
}

fn class_of(field: Field<'_>, row: usize, faults: &mut Faults) -> Option<crate::plan::model::Class> {
    let text = field.text(row);
    if text.is_empty() {
        return None;
    }
    cells::class(text).unwrap_or_else(|| {
        let cause = "this is no credit risk class".to_owned();
        faults.error("unknown-word", field.place(row), text, cause, "write A, B, C or D, or leave the cell empty");
        None
    })
}

fn flags_of(field: Field<'_>, row: usize, faults: &mut Faults) -> Vec<Flag> {
    let mut flags = Vec::new();
    for part in cells::list(field.text(row)) {
        match Flag::from_word(part) {
            Some(flag) => flags.push(flag),
            None => {
                let cause = "this mark is not known".to_owned();
                faults.error(
                    "unknown-word",
                    field.place(row),
                    part,
                    cause,
                    "write abnormal/serious or 经营异常/严重违法",
                );
            }
        }
    }
    flags.sort();
    flags.dedup();
    flags
}
