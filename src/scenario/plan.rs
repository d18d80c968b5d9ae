//! The year's plan (抽查计划): 156 tasks in four quarters that draw 3,436 entities, whatever the quarters before drew.

use std::collections::BTreeMap;

use super::catalogue::Item;
use super::frames::{Scope, Subjects, portions, strata};
use super::random::{Stream, apportion, later};
use super::reference::Facts;
use super::themes::{self, Size, Theme};
use super::{QUARTERS, Quarter, Table};

/// Draws of the year (given: 3,436).
const DRAWS_TOTAL: u32 = 3_436;

/// Entities that may leave a stratum by caps before a rate gives another sample size; below, the count itself is planned.
///
/// At least these, and of a large stratum one per cent for every quarter that went before.
const SLACK_MIN: u32 = 15;

/// Smallest sample of a weighed task.
const SAMPLE_MIN: u32 = 2;

/// Most items that one agency brings to a task, and most minutes they take: a half-day visit.
const ITEMS_MAX: usize = 5;
const MINUTES_MAX: u32 = 200;

/// One task before it is written down.
struct Draft {
    quarter: usize,
    theme: &'static Theme,
    scope: Scope,
    population: u32,
    rate: String,
    /// Entities that a rate draws; 0 for a weighed task, whose count follows later.
    sample: u32,
    /// Positions of the items, by agency of the theme.
    items: Vec<Vec<usize>>,
}

/// One agency of a theme, as its text says.
pub(super) struct Part {
    pub agency: &'static str,
    share: &'static str,
    words: Vec<&'static str>,
}

/// Plans the year and returns the tables of tasks of the four quarters.
pub(super) fn generate(facts: &Facts, items: &[Item], subjects: &Subjects) -> Vec<Table> {
    let mut drafts = Vec::new();
    for quarter in 0..QUARTERS.len() {
        drafts.extend(
            themes::all().iter().filter(|theme| theme.runs[quarter] > 0).map(|theme| draft(quarter, theme, subjects)),
        );
    }
    size(&mut drafts);
    choose(&mut drafts, items);
    let mut stream = Stream::of("dengzhou/tasks");
    let mut tables: Vec<Table> = QUARTERS.iter().map(|_| Table::new(&HEADINGS)).collect();
    for (position, draft) in drafts.iter().enumerate() {
        let row = row(position, draft, facts, items, &mut stream);
        tables[draft.quarter].push(row);
    }
    tables
}

const HEADINGS: [&str; 20] = [
    "code",
    "name",
    "kind",
    "directed",
    "lead",
    "partners",
    "items",
    "industries",
    "kinds",
    "tags",
    "townships",
    "classes",
    "rate",
    "wording",
    "first",
    "last",
    "group",
    "balls",
    "spread",
    "separate",
];

pub(super) fn parts(theme: &Theme) -> Vec<Part> {
    let part = |text: &'static str| {
        let (head, words) = text.split_once(':').unwrap_or((text, ""));
        let (agency, share) = head.split_once(' ').unwrap_or((head, ""));
        Part { agency, share, words: words.split(',').filter(|word| !word.is_empty()).collect() }
    };
    theme.agencies.split('|').map(part).collect()
}

/// Finds the value of `name=` in a text of blanks between fields; values may hold blanks of their own.
pub(super) fn option(text: &str, name: &str) -> Option<String> {
    let start = text.find(&format!("{name}="))? + name.len() + 1;
    let mut value: Vec<&str> = Vec::new();
    for word in text[start..].split(' ') {
        if word.contains('=') || word == "late" {
            break;
        }
        value.push(word);
    }
    Some(value.join(" "))
}

fn draft(quarter: usize, theme: &'static Theme, subjects: &Subjects) -> Draft {
    let list = |name| -> Vec<String> {
        option(theme.scope, name).map(|text| text.split(';').map(str::to_owned).collect()).unwrap_or_default()
    };
    let scope = Scope {
        industries: list("industries"),
        kinds: list("kinds"),
        tags: list("tags"),
        townships: list("townships"),
        classes: list("classes"),
    };
    let counts = subjects.count(&scope);
    let population = counts.values().sum();
    let rate = match theme.size {
        Size::Weight(_) => String::new(),
        Size::Rate(text) => settled(quarter, text, &counts),
    };
    let sample = if rate.is_empty() { 0 } else { strata(&counts, &rate).iter().map(|(_, sample)| sample).sum() };
    Draft { quarter, theme, scope, population, rate, sample, items: Vec::new() }
}

/// Replaces the parts of a rate whose result visits of the year's earlier quarters could change by the count they give.
fn settled(quarter: usize, rate: &str, counts: &BTreeMap<&str, u32>) -> String {
    let mut texts = Vec::new();
    for (part, ((class, portion), (population, sample))) in
        rate.split(';').zip(portions(rate).into_iter().zip(strata(counts, rate)))
    {
        // The small classes C and D are drawn so often that many of them reach their cap during the year.
        let often = matches!(class, Some("C" | "D"));
        let slack = SLACK_MIN.max(population / 100 * quarter as u32);
        let exact = quarter == 0 || !often && portion.slack(population) >= slack;
        let class = class.map(|class| format!("{class} ")).unwrap_or_default();
        texts.push(if exact { part.to_owned() } else { format!("{class}{sample}户") });
        assert!(sample * 2 <= population, "{rate}: a stratum of {population} is too small");
    }
    texts.join(";")
}

/// Gives the weighed tasks what the rates leave of the year's total.
fn size(drafts: &mut [Draft]) {
    let mut left = DRAWS_TOTAL;
    let mut open = Vec::new();
    for (position, draft) in drafts.iter().enumerate() {
        match draft.theme.size {
            Size::Weight(weight) => open.push((position, weight)),
            Size::Rate(_) => left -= draft.sample,
        }
    }
    // A sample takes at most a third of its population; what is cut off goes to the others.
    loop {
        let weights: Vec<u32> = open.iter().map(|&(_, weight)| weight).collect();
        let shares = apportion(left, &weights);
        let most = |position: usize| (drafts[position].population / 3).max(SAMPLE_MIN);
        let cut: Vec<usize> = (0..open.len()).filter(|&turn| shares[turn] > most(open[turn].0)).collect();
        if cut.is_empty() {
            for (&(position, _), share) in open.iter().zip(shares) {
                assert!(
                    share >= SAMPLE_MIN && drafts[position].population >= 2 * share,
                    "{}",
                    drafts[position].theme.name
                );
                drafts[position].rate = format!("{share}户");
            }
            return;
        }
        for &turn in cut.iter().rev() {
            let (position, _) = open.remove(turn);
            let count = (drafts[position].population / 3).max(SAMPLE_MIN);
            drafts[position].rate = format!("{count}户");
            left -= count;
        }
    }
}

/// Chooses the items of every agency in every task: those used least so far, and all of them at least once in the year.
fn choose(drafts: &mut [Draft], items: &[Item]) {
    let mut used = vec![0u32; items.len()];
    for draft in drafts.iter_mut() {
        for part in parts(draft.theme) {
            let mut fitting = fitting(&part, items);
            assert!(!fitting.is_empty(), "{}: no item of {} fits", draft.theme.name, part.agency);
            fitting.sort_by_key(|&position| (used[position], position));
            let mut chosen: Vec<usize> = Vec::new();
            let mut minutes = 0;
            for position in fitting.into_iter().take(ITEMS_MAX) {
                if chosen.is_empty() || minutes + items[position].minutes <= MINUTES_MAX {
                    minutes += items[position].minutes;
                    used[position] += 1;
                    chosen.push(position);
                }
            }
            draft.items.push(chosen);
        }
    }
    for position in (0..items.len()).filter(|&position| used[position] == 0).collect::<Vec<_>>() {
        // The lightest place where the item fits by its words, or else the agency's lightest part of any task.
        let places = drafts.iter().enumerate().flat_map(|(task, draft)| {
            parts(draft.theme).into_iter().enumerate().map(move |(turn, part)| (task, turn, part))
        });
        let own = places.filter(|(_, _, part)| part.agency == items[position].agency);
        let lightest = own.min_by_key(|(task, turn, part)| {
            let misfit = !fitting(part, items).contains(&position);
            (misfit, minutes_of(&drafts[*task].items[*turn], items), *task)
        });
        let (task, turn, _) = lightest.expect("every agency takes part in the year");
        drafts[task].items[turn].push(position);
    }
}

fn minutes_of(chosen: &[usize], items: &[Item]) -> u32 {
    chosen.iter().map(|&position| items[position].minutes).sum()
}

pub(super) fn fitting(part: &Part, items: &[Item]) -> Vec<usize> {
    let fits = |item: &Item| {
        item.agency == part.agency && (part.words.is_empty() || part.words.iter().any(|word| item.mentions(word)))
    };
    (0..items.len()).filter(|&position| fits(&items[position])).collect()
}

fn row(position: usize, draft: &Draft, facts: &Facts, items: &[Item], stream: &mut Stream) -> [String; 20] {
    let theme = draft.theme;
    let parts = parts(theme);
    let several = theme.runs.iter().sum::<u32>() > 1;
    let name = format!("{}{}", theme.name, if several { QUARTERS[draft.quarter].label } else { "" });
    let partners: Vec<String> =
        parts[1..].iter().map(|part| format!("{} {}", part.agency, part.share).trim().to_owned()).collect();
    let mut codes: Vec<&str> = draft.items.iter().flatten().map(|&item| items[item].code.as_str()).collect();
    codes.sort_unstable();
    let small = facts
        .agencies
        .iter()
        .any(|agency| agency.officers <= 12 && parts.iter().any(|part| part.agency == agency.code));
    let (first, last) = window(&QUARTERS[draft.quarter], theme.options.contains("late"), small, stream);
    let flag = |name| option(theme.options, name).unwrap_or_default();
    let yes = |name| if flag(name) == "yes" { "yes" } else { "no" }.to_owned();
    [
        format!("2024-{:03}", position + 1),
        name,
        theme.kind.to_owned(),
        if theme.options.contains("undirected") { "undirected" } else { "directed" }.to_owned(),
        parts[0].agency.to_owned(),
        partners.join(";"),
        codes.join(";"),
        draft.scope.industries.join(";"),
        draft.scope.kinds.join(";"),
        draft.scope.tags.join(";"),
        draft.scope.townships.join(";"),
        draft.scope.classes.join(";"),
        draft.rate.clone(),
        wording(draft, items),
        first,
        last,
        flag("group"),
        flag("balls"),
        yes("spread"),
        yes("separate"),
    ]
}

/// Words the rate as plans do: by class, or after the lead's item with the number of this task.
fn wording(draft: &Draft, items: &[Item]) -> String {
    if let Size::Rate(rate) = draft.theme.size {
        return match rate.split_once(';') {
            Some(_) => rate.replace(' ', "类").replace(';', "、"),
            None => format!("不低于{rate}"),
        };
    }
    let ratios = draft.items[0].iter().map(|&item| items[item].source.ratio.as_str());
    let ratio =
        ratios.into_iter().find(|ratio| ratio.starts_with('≥') || ratio.starts_with('按')).unwrap_or("按年度抽查计划");
    format!("{ratio}，本次抽取{}", draft.rate)
}

/// Sets the days of a task: 3 to 10 weeks from a Monday, or the whole quarter.
///
/// Small agencies get at least 8 weeks; a late task lies in the last five weeks, when schools are open again in September.
fn window(quarter: &Quarter, late: bool, small: bool, stream: &mut Stream) -> (String, String) {
    let to_monday = (8 - i64::from(quarter.first.weekday().to_monday_one_offset())) % 7;
    let monday = later(quarter.first, to_monday);
    if late {
        return (later(monday, 8 * 7).to_string(), quarter.last.to_string());
    }
    if stream.chance(150) {
        return (quarter.first.to_string(), quarter.last.to_string());
    }
    let weeks = i64::from(if small { stream.between(8, 10) } else { stream.between(3, 10) });
    let start = i64::from(stream.below(12 - weeks as u32 + 1));
    let first = later(monday, start * 7);
    (first.to_string(), later(first, weeks * 7 - 3).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::catalogue;
    use crate::scenario::tests::committed;

    /// Without it a changed word of a theme would find no item any more, and the item would land in a strange task.
    #[test]
    fn every_word_of_a_theme_finds_an_item() {
        let facts = Facts::read(&committed()).expect("the committed reference is sound");
        let items = catalogue::items(&facts).expect("the committed reference is large enough");
        let mut idle = Vec::new();
        for theme in themes::all() {
            for part in parts(theme) {
                let own: Vec<&Item> = items.iter().filter(|item| item.agency == part.agency).collect();
                let lost = part.words.iter().filter(|word| !own.iter().any(|item| item.mentions(word)));
                idle.extend(lost.map(|word| format!("{} {} {word}", theme.name, part.agency)));
            }
        }
        assert_eq!(idle, [""; 0]);
    }
}
