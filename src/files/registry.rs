//! Agencies, townships, roads, items and entities (一单一库): from tables into the model.

use std::collections::BTreeMap;

use super::cells;
use super::faults::{Faults, Place};
use super::table::{Field, Table};
use crate::lottery::Iv;
use crate::plan::model::{
    Agency, AgencyNo, Entity, EntityKind, Flag, Item, ItemClass, Status, Township, TownshipNo, Travel, WithoutId,
};
use crate::plan::words::Word;

/// Finds positions by every code and name under which other tables may mention a row.
#[derive(Debug, Default)]
pub struct Index(BTreeMap<String, u32>);

impl Index {
    /// Finds the position of a row by a code or name.
    pub fn find(&self, mention: &str) -> Option<u32> {
        self.0.get(mention).or_else(|| self.0.get(cells::plain(mention).as_ref())).copied()
    }

    /// Adds a mention; an empty one is nobody's, and the first row keeps one that several share.
    pub fn add(&mut self, mention: &str, position: u32) {
        if !mention.is_empty() {
            self.0.entry(mention.to_owned()).or_insert(position);
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
    W::from_word(text).unwrap_or_else(|| {
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
    place: Place,
    remedy: &str,
    faults: &mut Faults,
) -> Option<u32> {
    let found = index.find(text);
    if found.is_none() {
        let cause = if text.is_empty() {
            "the cell is empty".to_owned()
        } else {
            format!("nothing has the code or name {text:?}")
        };
        faults.error(code, place, text, cause, remedy);
    }
    found
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
                let found = mention(townships, field.text(row), "unknown-township", field.place(row), remedy, faults);
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
            let Some(agency) = mention(agencies, agency.text(row), "unknown-agency", agency.place(row), remedy, faults)
            else {
                continue;
            };
            let cap_per_year = optional_number(cap, row, faults);
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

/// Minutes of an item that the list gives no time for: half an hour.
const ITEM_MINUTES: u32 = 30;

/// Reads the entities (检查对象名录库): those with an id, by it, and those without.
pub fn entities(
    tables: &[Table],
    townships: &Index,
    without_id: WithoutId,
    faults: &mut Faults,
) -> (Vec<Entity>, Vec<Entity>) {
    let mut rows: Vec<(Entity, Place)> = Vec::new();
    let mut codeless = Vec::new();
    for table in tables {
        let [id, name, kind, industry, township, address] =
            ["id", "name", "kind", "industry", "township", "address"].map(|name| table.field(name));
        let [class, status, tags, flags, quiet, registered] =
            ["class", "status", "tags", "flags", "quiet", "registered"].map(|name| table.field(name));
        for row in 0..table.len() {
            let canonical = cells::id(id.text(row));
            if canonical != id.text(row) {
                let cause = format!("the id is read as {canonical}");
                faults.warning("id-made-canonical", id.place(row), id.text(row), cause, "nothing, if that is right");
            }
            let remedy = "write a code or name of the townships table";
            let township_no =
                mention(townships, township.text(row), "unknown-township", township.place(row), remedy, faults);
            let entity = Entity {
                id: canonical.into_owned(),
                name: name.text(row).to_owned(),
                kind: word(kind, row, EntityKind::Other, faults),
                industry: industry_code(industry, row, faults),
                township: TownshipNo(township_no.unwrap_or(0)),
                address: address.text(row).to_owned(),
                class: class_of(class, row, faults),
                status: word(status, row, Status::Active, faults),
                tags: sorted(tags.text(row)),
                flags: flags_of(flags, row, faults),
                quiet: spans(quiet, row, faults),
                registered: date(registered, row, faults),
            };
            if entity.id.is_empty() {
                if without_id == WithoutId::Refuse {
                    let cause = format!("{} has no code of any kind", entity.name);
                    let remedy = "add the code, or write `without_id = \"leave_out\"` under [registry] in plan.toml: such rows are then listed as excluded";
                    faults.error("no-id", id.place(row), "", cause, remedy);
                }
                codeless.push(entity);
            } else {
                rows.push((entity, id.place(row)));
            }
        }
    }
    rows.sort_by(|(a, here), (b, there)| (a, here).cmp(&(b, there)));
    for pair in rows.windows(2) {
        let [(first, first_place), (second, place)] = pair else {
            continue;
        };
        if first.id == second.id {
            let cause = format!("this id stands in {first_place} already");
            faults.error("duplicate-id", place.clone(), &second.id, cause, "keep one of the two rows");
        }
    }
    report_same_iv(&rows, faults);
    codeless.sort();
    (rows.into_iter().map(|(entity, _)| entity).collect(), codeless)
}

/// Reports two different ids that enter the lottery under the same 16 bytes (protocol §1).
fn report_same_iv(rows: &[(Entity, Place)], faults: &mut Faults) {
    let mut ivs: Vec<(Iv, usize)> = (0..).zip(rows).map(|(at, (entity, _))| (Iv::of(&entity.id), at)).collect();
    ivs.sort_unstable();
    for pair in ivs.windows(2) {
        let ((iv, first), (other, second)) = (pair[0], pair[1]);
        if iv == other && rows[first].0.id != rows[second].0.id {
            let cause = format!("this id and {} in {} have the same IV {iv}", rows[first].0.id, rows[first].1);
            faults.error(
                "same-iv",
                rows[second].1.clone(),
                &rows[second].0.id,
                cause,
                "give one of the two another id",
            );
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

/// Reads a date or nothing; reports `not-a-date`.
pub fn date(field: Field<'_>, row: usize, faults: &mut Faults) -> Option<jiff::civil::Date> {
    let text = field.text(row);
    if text.is_empty() {
        return None;
    }
    let date = cells::date(text);
    if date.is_none() {
        faults.error("not-a-date", field.place(row), text, "this is no date".into(), "write YYYY-MM-DD");
    }
    date
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
    let digits = text.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(text);
    let fits = digits.is_empty() || (2..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if !fits {
        let cause = "this is no code of GB/T 4754: two to four digits".to_owned();
        faults.error(
            "bad-industry",
            field.place(row),
            text,
            cause,
            "write the code, such as 6210 or H6210, or leave the cell empty",
        );
        return String::new();
    }
    digits.to_owned()
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
