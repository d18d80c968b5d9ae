//! Tasks (抽查计划): from the table into the model.

use super::roster::item_list;
use crate::both;
use crate::files::faults::Faults;
use crate::files::tables::fields::{self, is_code, mention, yes_no};
use crate::files::tables::index::{Index, Unique};
use crate::files::tables::table::{Field, Table};
use crate::files::wording::cells::{self, DayOf};
use crate::files::wording::ratio::{self, RatioPer};
use crate::lang::{Say, Text};
use crate::lottery::{Rate, keys};
use crate::plan::model::{
    AgencyNo, Balls, EntityKind, Item, Partner, Rates, Rules, Scope, Span, Task, TaskKind, TownshipNo,
};
use crate::plan::words::Word;

/// Holds what a task's cells may mention.
#[derive(Debug)]
pub struct Known<'a> {
    pub rules: &'a Rules,
    pub agencies: &'a Index,
    pub townships: &'a Index,
    pub items: &'a Index,
    pub item_list: &'a [Item],
}

/// Reads the tasks, by code.
pub fn tasks(tables: &[Table], known: &Known<'_>, faults: &mut Faults) -> Vec<Task> {
    let mut seen = Unique::default();
    let mut tasks = Vec::new();
    for table in tables {
        let [code, name, kind, directed, lead, partners, items] =
            ["code", "name", "kind", "directed", "lead", "partners", "items"].map(|name| table.field(name));
        let [rate, wording, first, last, group, balls, spread, separate] =
            ["rate", "wording", "first", "last", "group", "balls", "spread", "separate"].map(|name| table.field(name));
        for row in 0..table.len() {
            if !is_code(code, row, faults) || !seen.is_new(code.text(row), code.place(row), faults) {
                continue;
            }
            let remedy = both!("write a code or name of the agencies table", "填写成员单位表中的代码或名称");
            let lead_no = mention(known.agencies, lead.text(row), "unknown-agency", (lead, row), &remedy, faults);
            let partners_of = partner_list(partners, row, known.agencies, faults);
            let items_of = item_list(items, row, known.items, faults);
            if items.text(row).is_empty() {
                let cause = both!("a task without items checks nothing", "没有事项的任务无从检查");
                faults.error(
                    "unknown-item",
                    items.place(row),
                    "",
                    cause,
                    both!("write codes of the items table, parted by ;", "填写事项清单中的代码，用 ; 分隔"),
                );
            }
            let rates = rates_of(rate, row, known.rules, faults);
            let balls_of = cells::balls(balls.text(row)).unwrap_or_else(|| {
                let cause = both!("these are no urn balls", "这不是球数");
                let remedy = both!(
                    "write a number from 1 to 8, or one for each class such as C 2;D 4",
                    "填 1 到 8 的数，或按类别填写，例如 C 2;D 4"
                );
                faults.error("bad-balls", balls.place(row), balls.text(row), cause, remedy);
                Balls::All(1)
            });
            let scope = scope_of(table, row, known, faults);
            let window = window_of(first, last, row, known.rules, faults);
            let group = group_of(group, row, known.rules, faults);
            let (Some(lead_no), Some(rates), Some(window)) = (lead_no, rates, window) else {
                continue;
            };
            let task = Task {
                code: code.text(row).to_owned(),
                name: name.text(row).to_owned(),
                kind: fields::word(kind, row, TaskKind::Joint, faults),
                directed: is_directed(directed, row, faults),
                lead: AgencyNo(lead_no),
                partners: partners_of,
                items: items_of,
                scope,
                rates,
                wording: wording.text(row).to_owned(),
                window,
                group,
                balls: balls_of,
                spread: yes_no(spread, row, false, faults),
                separate: yes_no(separate, row, false, faults),
            };
            report_items(&task, items, row, known, faults);
            tasks.push(task);
        }
    }
    tasks.sort_by(|a, b| a.code.cmp(&b.code));
    tasks
}

/// Reports items that belong to nobody who attends, and agencies that would attend without an item.
fn report_items(task: &Task, items: Field<'_>, row: usize, known: &Known<'_>, faults: &mut Faults) {
    let attending: Vec<AgencyNo> =
        std::iter::once(task.lead).chain(task.partners.iter().map(|partner| partner.agency)).collect();
    for item in task.items.iter().map(|no| &known.item_list[no.at()]).filter(|item| !attending.contains(&item.agency)) {
        let cause = both!(
            "the item's agency is neither lead nor partner of the task",
            "该事项所属单位既不牵头也不参加这个任务"
        );
        faults.error(
            "item-of-nobody",
            items.place(row),
            &item.code,
            cause,
            both!("name the agency as a partner, or take the item out", "把该单位列为配合单位，或去掉该事项"),
        );
    }
    let idle = |agency: &&AgencyNo| !task.items.iter().any(|no| known.item_list[no.at()].agency == **agency);
    for _ in attending.iter().filter(idle) {
        let cause = both!("an agency of the task has no item of its own in it", "任务中有一个单位没有自己的事项");
        faults.error(
            "agency-without-item",
            items.place(row),
            items.text(row),
            cause,
            both!("add one of its items, or take the agency out", "加上它的一个事项，或去掉该单位"),
        );
    }
    if attending.len() > known.rules.team.agencies_per_visit_max as usize {
        let cause = both!(
            "{} agencies would stand at one door, the rules allow {}",
            "将有 {} 个单位同时上门，规则只允许 {} 个",
            attending.len(),
            known.rules.team.agencies_per_visit_max
        );
        faults.warning(
            "many-agencies",
            items.place(row),
            "",
            cause,
            both!("the visit is split; take partners out to avoid it", "该次检查将拆开；减少配合单位可避免"),
        );
    }
}

/// Reads the rate of a task: in the plain form, or in the wording of the lists where it says one number for the period.
fn rates_of(field: Field<'_>, row: usize, rules: &Rules, faults: &mut Faults) -> Option<Rates> {
    let text = field.text(row);
    if let Some(rates) = cells::rates(text) {
        return Some(rates);
    }
    let (cause, remedy) = match ratio::ratio(text) {
        Ok(typed) => match typed.rates_for(span_of(&rules.days)) {
            Ok(rates) => return Some(rates),
            Err(cause) => (
                cause,
                both!(
                    "write the one rate that is meant for this period, such as 3%; keep the wording in its own column",
                    "写出本期所指的一个比例，例如 3%；原文留在原文列"
                ),
            ),
        },
        Err(refusal) => {
            let why = refusal.say();
            let cause = Text {
                en: format!("the rate can not be typed, and none is guessed: {}", why.en).into(),
                zh: format!("比例无法识别，也不猜测：{}", why.zh).into(),
            };
            (cause, refusal.remedy())
        }
    };
    faults.error("rate-untyped", field.place(row), text, cause, remedy);
    None
}

/// Tells whether a period is one month, one quarter or one year of the calendar.
fn span_of(days: &Span) -> Option<RatioPer> {
    let (first, last) = (days.first, days.last);
    if first.day() != 1 || last != last.last_of_month() || first.year() != last.year() {
        return None;
    }
    match (first.month(), last.month()) {
        (first, last) if first == last => Some(RatioPer::Month),
        (1, 3) | (4, 6) | (7, 9) | (10, 12) => Some(RatioPer::Quarter),
        (1, 12) => Some(RatioPer::Year),
        _ => None,
    }
}

fn partner_list(field: Field<'_>, row: usize, agencies: &Index, faults: &mut Faults) -> Vec<Partner> {
    let mut partners: Vec<Partner> = Vec::new();
    for part in cells::list(field.text(row)) {
        let (name, share) =
            part.rsplit_once([' ', '\u{3000}']).map_or((part, None), |(name, share)| (name.trim(), Some(share)));
        let share_of = share.map(cells::rate);
        if share_of == Some(None) {
            let cause = both!("the share of the sample can not be typed", "样本份额无法识别");
            faults.error(
                "rate-untyped",
                field.place(row),
                part,
                cause,
                both!("write the agency and a percentage, such as D05 50%", "填写单位和百分比，例如 D05 50%"),
            );
        }
        let remedy =
            both!("write codes or names of the agencies table, parted by ;", "填写成员单位表中的代码或名称，用 ; 分隔");
        let Some(no) = mention(agencies, name, "unknown-agency", (field, row), &remedy, faults) else {
            continue;
        };
        let share = share_of.flatten().filter(|share| *share != Rate::Share { part: 100, whole: 100 });
        if partners.iter().any(|partner| partner.agency == AgencyNo(no)) {
            let cause = both!("the agency is named twice", "该单位写了两次");
            faults.error("duplicate-id", field.place(row), part, cause, both!("name it once", "只写一次"));
        }
        partners.push(Partner { agency: AgencyNo(no), share });
    }
    partners.sort_by_key(|partner| partner.agency);
    partners
}

fn is_directed(field: Field<'_>, row: usize, faults: &mut Faults) -> bool {
    match field.text(row) {
        "" | "directed" | "定向" | "定向抽查" => true,
        "undirected" | "不定向" | "不定向抽查" => false,
        other => {
            let cause = both!("the task is neither directed nor undirected", "任务既不是定向也不是不定向");
            faults.error(
                "unknown-word",
                field.place(row),
                other,
                cause,
                both!("write directed/undirected or 定向/不定向", "填 定向/不定向 或 directed/undirected"),
            );
            true
        }
    }
}

fn scope_of(table: &Table, row: usize, known: &Known<'_>, faults: &mut Faults) -> Scope {
    let [industries, kinds, tags, townships, classes] =
        ["industries", "kinds", "tags", "townships", "classes"].map(|name| table.field(name));
    let mut scope = Scope { tags: fields::sorted(tags.text(row)), ..Scope::default() };
    for part in cells::list(industries.text(row)) {
        match industry_prefixes(part) {
            Some(prefixes) => scope.industries.extend(prefixes),
            None => {
                let cause = both!("this is no code of GB/T 4754", "这不是 GB/T 4754 的代码");
                faults.error(
                    "bad-industry",
                    industries.place(row),
                    part,
                    cause,
                    both!("write a section letter or two to four digits", "填写门类字母，或两到四位数字"),
                );
            }
        }
    }
    for part in cells::list(kinds.text(row)) {
        match EntityKind::from_word(part) {
            Some(kind) => scope.kinds.push(kind),
            None => {
                let cause = both!("this is no kind of entity", "这不是对象类型");
                faults.error(
                    "unknown-word",
                    kinds.place(row),
                    part,
                    cause,
                    both!(
                        "write enterprise, individual, cooperative, institution or other",
                        "填 企业、个体工商户、农民专业合作社、事业单位 或 其他"
                    ),
                );
            }
        }
    }
    for part in cells::list(townships.text(row)) {
        let remedy =
            both!("write codes or names of the townships table, parted by ;", "填写乡镇表中的代码或名称，用 ; 分隔");
        let found = mention(known.townships, part, "unknown-township", (townships, row), &remedy, faults);
        scope.townships.extend(found.map(TownshipNo));
    }
    for part in cells::list(classes.text(row)) {
        match cells::class(part) {
            Some(class) => scope.classes.push(class),
            None => {
                let cause = both!("this is no credit risk class", "这不是信用风险类别");
                faults.error(
                    "unknown-word",
                    classes.place(row),
                    part,
                    cause,
                    both!("write A, B, C, D or N", "填 A、B、C、D 或 N"),
                );
            }
        }
    }
    scope.industries.sort();
    scope.industries.dedup();
    scope.kinds.sort();
    scope.kinds.dedup();
    scope.townships.sort();
    scope.townships.dedup();
    scope.classes.sort_by_key(|class| (class.is_none(), *class));
    scope.classes.dedup();
    scope
}

fn window_of(first: Field<'_>, last: Field<'_>, row: usize, rules: &Rules, faults: &mut Faults) -> Option<Span> {
    let first_day = fields::date(first, row, DayOf::First, faults);
    let last_day = fields::date(last, row, DayOf::Last, faults);
    if first_day.is_none() != first.text(row).is_empty() || last_day.is_none() != last.text(row).is_empty() {
        return None;
    }
    let window = Span { first: first_day.unwrap_or(rules.days.first), last: last_day.unwrap_or(rules.days.last) };
    let value = format!("{} / {}", window.first, window.last);
    if window.first > window.last {
        faults.error(
            "not-a-span",
            last.place(row),
            &value,
            both!("the window ends before it begins", "检查时段的结束早于开始"),
            both!("correct one of the two dates", "更正两个日期之一"),
        );
        return None;
    }
    if !rules.days.contains(window.first) || !rules.days.contains(window.last) {
        let cause = both!(
            "the window does not lie in the period {} / {}",
            "检查时段不在本期 {} / {} 之内",
            rules.days.first,
            rules.days.last
        );
        faults.error(
            "window-outside-period",
            first.place(row),
            &value,
            cause,
            both!(
                "move the window, or leave both cells empty for the whole period",
                "移动时段；若为整个期间，两格都留空"
            ),
        );
        return None;
    }
    Some(window)
}

/// Reads the coordination group: the period's own, or one below it, as the label's closed vocabulary asks for.
fn group_of(field: Field<'_>, row: usize, rules: &Rules, faults: &mut Faults) -> String {
    let shared = format!("{}.{}", rules.region, rules.period);
    let text = field.text(row);
    let below = text.strip_prefix(shared.as_str()).map(|rest| rest.trim_start_matches('.')).unwrap_or(text);
    if below.is_empty() {
        return shared;
    }
    let group = format!("{shared}.{below}");
    if !keys::is_group(&group) {
        let cause = both!("this can not stand in a label", "这不能写进标签");
        faults.error(
            "bad-group",
            field.place(row),
            text,
            cause,
            both!("write a short name of 0-9 A-Z a-z . _ -", "用 0-9 A-Z a-z . _ - 写一个短名"),
        );
    }
    group
}

/// Turns a section letter into its divisions, and takes two to four digits as they are.
fn industry_prefixes(text: &str) -> Option<Vec<String>> {
    let letter = text.chars().next()?;
    if letter.is_ascii_uppercase() && text.len() == 1 {
        let (_, first, last) = SECTIONS.iter().find(|(section, ..)| *section == letter)?;
        return Some((*first..=*last).map(|division| format!("{division:02}")).collect());
    }
    let digits = text.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(text);
    ((2..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| vec![digits.to_owned()])
}

/// Sections of GB/T 4754-2017 with their first and last division.
const SECTIONS: [(char, u8, u8); 20] = [
    ('A', 1, 5),
    ('B', 6, 12),
    ('C', 13, 43),
    ('D', 44, 46),
    ('E', 47, 50),
    ('F', 51, 52),
    ('G', 53, 60),
    ('H', 61, 62),
    ('I', 63, 65),
    ('J', 66, 69),
    ('K', 70, 70),
    ('L', 71, 72),
    ('M', 73, 75),
    ('N', 76, 79),
    ('O', 80, 82),
    ('P', 83, 83),
    ('Q', 84, 85),
    ('R', 86, 90),
    ('S', 91, 96),
    ('T', 97, 97),
];
