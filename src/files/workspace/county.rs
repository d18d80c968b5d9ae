//! Agencies, townships, roads and items (一单): from tables into the model.

use std::collections::BTreeMap;

use crate::both;
use crate::files::faults::Faults;
use crate::files::tables::fields::{is_code, mention, number, optional_number, sorted, word};
use crate::files::tables::index::{Index, Unique};
use crate::files::tables::table::{Field, Table};
use crate::files::wording::cells;
use crate::files::wording::frequency::frequency;
use crate::lang::{Say, Text};
use crate::plan::model::{Agency, AgencyNo, Item, ItemClass, Township, TownshipNo, Travel};

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
                    let cause = both!("the role is neither lead nor member", "角色既不是牵头也不是成员");
                    faults.error(
                        "unknown-word",
                        role.place(row),
                        other,
                        cause,
                        both!("write lead/member or 牵头/成员", "填 牵头/成员 或 lead/member"),
                    );
                    false
                }
            };
            let teams_per_day = number(teams, row, u32::from(u16::MAX), faults);
            if teams_per_day == 0 {
                let cause =
                    both!("with no team a day the agency can attend nothing", "每日队伍数为 0，该单位无法参加任何检查");
                faults.error(
                    "not-a-number",
                    teams.place(row),
                    "0",
                    cause,
                    both!("write 1 or more, or leave the cell empty", "填 1 或以上，或留空"),
                );
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
                let remedy = both!("write a code or name of the townships table", "填写乡镇表中的代码或名称");
                let found = mention(townships, field.text(row), "unknown-township", (field, row), &remedy, faults);
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
            let remedy = both!("write a code or name of the agencies table", "填写成员单位表中的代码或名称");
            let Some(agency) = mention(agencies, agency.text(row), "unknown-agency", (agency, row), &remedy, faults)
            else {
                continue;
            };
            let cap_per_year = cap_of(cap, row, faults);
            if cap_per_year == Some(0) {
                let cause = both!("with a cap of 0 nobody can be drawn for the item", "上限为 0，该事项抽不到任何对象");
                faults.error(
                    "not-a-number",
                    cap.place(row),
                    "0",
                    cause,
                    both!("write 1 or more, or leave the cell empty", "填 1 或以上，或留空"),
                );
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
                {
                    let read = typed.say();
                    Text {
                        en: format!("the wording is read as {}, which is no cap of a calendar year", read.en).into(),
                        zh: format!("该写法读作“{}”，不是按自然年计的上限", read.zh).into(),
                    }
                },
                both!("write the most checks of one entity in a year", "填写同一对象一年内最多检查的次数"),
            ),
        },
        Err(refusal) => (
            refusal.say(),
            both!(
                "write the most checks of one entity in a year, such as 2",
                "填写同一对象一年内最多检查的次数，例如 2"
            ),
        ),
    };
    faults.error("not-a-number", field.place(row), text, cause, remedy);
    None
}

/// Minutes of an item that the list gives no time for: half an hour.
const ITEM_MINUTES: u32 = 30;
