//! Proves the frames (抽样框): who can be drawn, in which stratum, how many of them, and why the others can not.
//!
//! Protocol §7. The frames are filled again from the registry and compared with those of the plan, entity by entity.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::scopes::{CLASSES, Scopes};
use super::{Findings, class_slot, stratum_place, stratum_word};
use crate::both;
use crate::lang::Text;
use crate::lottery::{Rate, Rounding};
use crate::plan::model::{
    Balls, Class, EntityNo, Exclusion, Frames, Inputs, ItemNo, Rates, Status, Stratum, StratumName, TaskNo,
};

/// Proves frames, sizes, balls and exclusions.
pub(super) fn check(inputs: &Inputs, frames: &Frames, found: &mut Findings) {
    let due = Due::of(inputs);
    let mut at = BTreeMap::new();
    for (no, stratum) in frames.strata.iter().enumerate() {
        if at.insert((stratum.task, order(stratum.name)), no).is_some() {
            found.add(
                "stratum-extra",
                stratum_place(inputs, stratum),
                both!("the stratum stands in the plan twice", "该层在计划中出现两次"),
            );
        }
    }
    for expected in &due.strata {
        match at.remove(&(expected.task, order(expected.name))) {
            Some(no) => compare(inputs, expected, &frames.strata[no], found),
            None => {
                let place =
                    format!("task {} stratum {}", inputs.tasks[expected.task.at()].code, stratum_word(expected.name));
                found.add(
                    "stratum-missing",
                    place,
                    both!(
                        "the task's rates give this stratum, and the plan has none",
                        "任务的比例给出这一层，计划中却没有"
                    ),
                );
            }
        }
    }
    for no in at.into_values() {
        found.add(
            "stratum-extra",
            stratum_place(inputs, &frames.strata[no]),
            both!("the task's rates give no such stratum", "任务的比例没有给出这一层"),
        );
    }
    let place_of = |stratum: &Stratum| (stratum.task, order(stratum.name));
    for pair in frames.strata.windows(2).filter(|pair| place_of(&pair[0]) > place_of(&pair[1])) {
        found.add(
            "strata-order",
            stratum_place(inputs, &pair[1]),
            both!("strata stand by task code, then A, B, C, D, N", "层应先按任务编码、再按 A、B、C、D、N 排列"),
        );
    }
    compare_excluded(inputs, due.excluded, frames, found);
}

/// Gives a stratum's name its place among those of a task.
fn order(name: StratumName) -> usize {
    match name {
        StratumName::All => 0,
        StratumName::Class(class) => 1 + class_slot(class),
    }
}

/// Is a stratum as the rules give it.
struct DueStratum {
    task: TaskNo,
    name: StratumName,
    rate: Rate,
    frame: Vec<EntityNo>,
}

/// Is a row of the exclusion list: id, name, task, reason.
type ExcludedRow<'a> = (&'a str, &'a str, Option<TaskNo>, Exclusion);

/// Holds what the rules give.
struct Due<'a> {
    strata: Vec<DueStratum>,
    excluded: Vec<ExcludedRow<'a>>,
}

impl<'a> Due<'a> {
    fn of(inputs: &'a Inputs) -> Due<'a> {
        let (mut strata, places) = empty_strata(inputs);
        let mut excluded: Vec<ExcludedRow> =
            inputs.entities_without_id.iter().map(|entity| ("", entity.name.as_str(), None, Exclusion::NoId)).collect();
        let caps = Caps::of(inputs);
        let mut scopes = Scopes::of(inputs);
        for (no, entity) in (0..).map(EntityNo).zip(&inputs.entities) {
            let mut exclude = |task, why| excluded.push((&entity.id, &entity.name, task, why));
            if entity.status != Status::Active {
                exclude(None, Exclusion::Status(entity.status));
                continue;
            }
            let tasks = scopes.of_entity(entity);
            if tasks.is_empty() {
                exclude(None, Exclusion::OutOfScope);
                continue;
            }
            let past = caps.past.get(&no);
            for task in tasks.iter() {
                match (places[task.at()][class_slot(entity.class)], caps.reason(past, task)) {
                    (None, _) => exclude(Some(task), Exclusion::ClassWithoutRate),
                    (Some(_), Some(why)) => exclude(Some(task), why),
                    (Some(stratum), None) => strata[stratum].frame.push(no),
                }
            }
        }
        Due { strata, excluded }
    }
}

/// Lists the strata in their order, and for each task the stratum of each class.
fn empty_strata(inputs: &Inputs) -> (Vec<DueStratum>, Vec<[Option<usize>; 5]>) {
    let mut strata = Vec::new();
    let mut places = Vec::with_capacity(inputs.tasks.len());
    for (task, row) in (0..).map(TaskNo).zip(&inputs.tasks) {
        let mut slots = [None; 5];
        match &row.rates {
            Rates::All(rate) => {
                slots = [Some(strata.len()); 5];
                strata.push(DueStratum { task, name: StratumName::All, rate: *rate, frame: Vec::new() });
            }
            Rates::ByClass(rates) => {
                for class in CLASSES {
                    if let Some((_, rate)) = rates.iter().find(|(named, _)| *named == class) {
                        slots[class_slot(class)] = Some(strata.len());
                        let name = StratumName::Class(class);
                        strata.push(DueStratum { task, name, rate: *rate, frame: Vec::new() });
                    }
                }
            }
        }
        places.push(slots);
    }
    (strata, places)
}

/// Compares one stratum with what the rules give.
fn compare(inputs: &Inputs, due: &DueStratum, stratum: &Stratum, found: &mut Findings) {
    let place = stratum_place(inputs, stratum);
    if stratum.frame != due.frame {
        if !stratum.frame.is_sorted_by(|a, b| a < b) {
            found.add(
                "frame-order",
                &place,
                both!("the frame is not strictly increasing by id", "抽样框没有按代码严格递增"),
            );
        }
        let id = |no: &EntityNo| &inputs.entities[no.at()].id;
        let stands: BTreeSet<EntityNo> = stratum.frame.iter().copied().collect();
        let belongs: BTreeSet<EntityNo> = due.frame.iter().copied().collect();
        for no in belongs.difference(&stands) {
            found.add(
                "frame-missing",
                &place,
                both!("entity {} belongs in the frame and is not there", "检查对象 {} 应在抽样框内，却没有", id(no)),
            );
        }
        for no in stands.difference(&belongs) {
            found.add(
                "frame-extra",
                &place,
                both!(
                    "entity {} stands in the frame and does not belong there",
                    "检查对象 {} 在抽样框内，却不应在",
                    id(no)
                ),
            );
        }
    }
    check_balls(inputs, stratum, &place, found);
    // Sizes follow from the true population, so that a damaged frame cannot vouch for itself.
    let population = u32::try_from(due.frame.len()).expect("a registry has fewer than 2^32 rows");
    let wanted = size(due.rate, population, inputs.rules.rounding);
    let drawn = wanted.min(population);
    let reserve = size(inputs.rules.reserve, drawn, Rounding::Up).min(population - drawn);
    let numbers = [
        ("wanted-size", stratum.wanted, wanted),
        ("sample-size", stratum.size, drawn),
        ("reserve-size", stratum.reserve, reserve),
    ];
    for (code, stands, asked) in numbers {
        if stands != asked {
            found.add(
                code,
                &place,
                both!(
                    "is {stands}, the rules give {asked} of {population}",
                    "所记为 {stands}，按规则由 {population} 户应得 {asked}"
                ),
            );
        }
    }
}

/// Computes how many of a population a rate asks for: the whole number that the rounding's inequality picks out.
fn size(rate: Rate, population: u32, rounding: Rounding) -> u32 {
    let (part, whole) = match rate {
        Rate::Count(count) => return count,
        Rate::Share { part, whole } => (u64::from(part), u64::from(whole)),
    };
    let exact = u64::from(population) * part; // in units of 1 / whole
    let (down, rest) = (exact / whole, exact % whole);
    let size = match rounding {
        Rounding::Up if rest > 0 => down + 1,
        Rounding::Nearest if 2 * rest >= whole => down + 1,
        Rounding::FloorMin1 if down == 0 && population > 0 => 1,
        _ => down,
    };
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// Proves the urn balls of every entity of a stratum, and their short form (protocol §8.3).
fn check_balls(inputs: &Inputs, stratum: &Stratum, place: &str, found: &mut Findings) {
    let task = &inputs.tasks[stratum.task.at()];
    let of_class = |class: Option<Class>| match &task.balls {
        Balls::All(balls) => *balls,
        Balls::ByClass(balls) => class.and_then(|class| balls.get(&class).copied()).unwrap_or(1),
    };
    let asked: Vec<u8> = stratum.frame.iter().map(|no| of_class(inputs.entities[no.at()].class)).collect();
    let shared = match (stratum.name, &task.balls) {
        (StratumName::Class(class), _) => Some(of_class(class)),
        (StratumName::All, Balls::All(balls)) => Some(*balls),
        (StratumName::All, Balls::ByClass(_)) => match asked.split_first() {
            None => Some(1),
            Some((first, others)) => others.iter().all(|other| other == first).then_some(*first),
        },
    };
    if stratum.balls_all != shared {
        let word = |balls: Option<u8>| balls.map_or(both!("different numbers", "不同的签数"), Text::same);
        let (stands, asked) = (word(stratum.balls_all), word(shared));
        found.add("balls", place, both!(stands, asked => "{stands} of balls for all entities stands, the rules give {asked}", "全部检查对象的签数所记为 {stands}，按规则应为 {asked}"));
    }
    let listed = if shared.is_some() { &[][..] } else { &asked };
    if stratum.balls != listed {
        let first = stratum.balls.iter().zip(listed).position(|(stands, asked)| stands != asked);
        let detail = match first {
            Some(at) => {
                let id = &inputs.entities[stratum.frame[at].at()].id;
                let balls = Text::counted(stratum.balls[at], "ball");
                both!(
                    balls => "entity {id} has {balls}, the rules give it {}",
                    "检查对象 {id} 有 {balls} 个签，按规则应有 {} 个",
                    listed[at]
                )
            }
            None => {
                let numbers = Text::counted(stratum.balls.len(), "number");
                both!(
                    numbers => "lists {numbers} of balls instead of {}",
                    "列出 {numbers} 个签数，应为 {} 个",
                    listed.len()
                )
            }
        };
        found.add("balls", place, detail);
    }
}

/// Compares the exclusion list row by row, whatever its order.
fn compare_excluded(inputs: &Inputs, mut due: Vec<ExcludedRow>, frames: &Frames, found: &mut Findings) {
    let mut stands: Vec<ExcludedRow> =
        frames.excluded.iter().map(|row| (row.entity.as_str(), row.name.as_str(), row.task, row.why)).collect();
    due.sort();
    stands.sort();
    let mut say = |code, row: &ExcludedRow, fault: Text| {
        let place = if row.0.is_empty() { format!("entity without id {}", row.1) } else { format!("entity {}", row.0) };
        let task = row.2.map_or(both!("all tasks", "全部任务"), |no| Text::same(&inputs.tasks[no.at()].code));
        let why = reason(inputs, row.3);
        found.add(
            code,
            place,
            both!(task, fault => "the exclusion from {task} ({why}) {fault}", "不纳入{task}（{why}）{fault}"),
        );
    };
    let (mut left, mut right) = (due.iter().peekable(), stands.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(asked), Some(row)) if asked == row => {
                left.next();
                right.next();
            }
            (Some(asked), other) if other.is_none_or(|row| asked < row) => {
                say("exclusion-missing", asked, both!("is not listed", "没有列出"));
                left.next();
            }
            (_, Some(row)) => {
                say(
                    "exclusion-extra",
                    row,
                    both!("is listed and does not follow from the rules", "列出了，但按规则不成立"),
                );
                right.next();
            }
            (Some(_), None) => unreachable!("an expected row without a partner is missing"),
        }
    }
}

/// Names a reason for a message.
fn reason(inputs: &Inputs, why: Exclusion) -> String {
    match why {
        Exclusion::ItemCap(item) => {
            let code = inputs.items.get(item.at()).map_or("of no row", |item| &item.code);
            format!("{} {code}", why.code())
        }
        _ => why.code().to_owned(),
    }
}

/// Holds the visits of one entity in the year that count: distinct days, and distinct days of each item.
#[derive(Default)]
struct Past {
    days: BTreeSet<Date>,
    items: BTreeMap<ItemNo, BTreeSet<Date>>,
}

/// Holds what the frequency caps (抽查频次上限) look at.
struct Caps {
    visits_max: u32,
    /// The capped items of each task and their caps.
    items: Vec<Vec<(ItemNo, u32)>>,
    past: BTreeMap<EntityNo, Past>,
}

impl Caps {
    fn of(inputs: &Inputs) -> Caps {
        let first = inputs.rules.days.first;
        let mut past: BTreeMap<EntityNo, Past> = BTreeMap::new();
        for row in inputs.history.iter().filter(|row| row.counts && row.date.year() == first.year() && row.date < first)
        {
            if let Some(no) = find_entity(inputs, &row.entity) {
                let entity = past.entry(no).or_default();
                entity.days.insert(row.date);
                row.items.iter().for_each(|item| {
                    entity.items.entry(*item).or_default().insert(row.date);
                });
            }
        }
        let capped = |item: &ItemNo| inputs.items[item.at()].cap_per_year.map(|cap| (*item, cap));
        let items = inputs.tasks.iter().map(|task| task.items.iter().filter_map(capped).collect()).collect();
        Caps { visits_max: inputs.rules.visits_per_year_max, items, past }
    }

    /// Tells which cap keeps an entity with this past out of a task; the cap on visits is looked at first.
    fn reason(&self, past: Option<&Past>, task: TaskNo) -> Option<Exclusion> {
        let reached = |days: Option<&BTreeSet<Date>>, cap: u32| days.map_or(0, BTreeSet::len) >= cap as usize;
        if reached(past.map(|past| &past.days), self.visits_max) {
            return Some(Exclusion::VisitCap);
        }
        let full = |(item, cap): &&(ItemNo, u32)| reached(past.and_then(|past| past.items.get(item)), *cap);
        self.items[task.at()].iter().find(full).map(|(item, _)| Exclusion::ItemCap(*item))
    }
}

/// Finds an entity by its id.
fn find_entity(inputs: &Inputs, id: &str) -> Option<EntityNo> {
    let at = inputs.entities.binary_search_by(|entity| entity.id.as_str().cmp(id)).ok()?;
    u32::try_from(at).ok().map(EntityNo)
}
