//! Who is in a task's frame (抽样框), counted from the generated tables, and the year's totals.
//!
//! The rule is that of the tables' formats: an id, status active, and in every scope column that is given any of its
//! values. Caps do not come in: the scenario's history ends with 2023, and caps count the visits of one calendar year.

use std::collections::BTreeMap;

use super::Table;

/// Last division of every section, in order from A (GB/T 4754-2017).
const SECTION_ENDS: [u8; 20] = [5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97];

/// Returns the section letter of an industry code of 2 to 4 digits.
pub(super) fn section(industry: &str) -> char {
    let division: u8 = industry[..2].parse().expect("an industry code begins with two digits");
    let position = SECTION_ENDS.iter().position(|&last| division <= last).expect("divisions end with 97");
    char::from(b'A' + position as u8)
}

/// Name of the class of entities that have none.
pub(super) const UNCLASSED: &str = "N";

/// The active entities of a registry, ready to be counted.
pub(super) struct Subjects {
    subjects: Vec<Subject>,
    /// Number of each special registry.
    tags: BTreeMap<String, u32>,
    /// Every name and code of a township, with its code.
    townships: BTreeMap<String, String>,
}

struct Subject {
    kind: String,
    /// 4 digits, without a section letter.
    industry: String,
    township: String,
    class: String,
    /// Numbers of the special registries.
    tags: Vec<u32>,
}

/// The scope columns of a task; an empty column leaves everyone in.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub industries: Vec<String>,
    pub kinds: Vec<String>,
    pub tags: Vec<String>,
    pub townships: Vec<String>,
    pub classes: Vec<String>,
}

impl Subjects {
    /// Collects the active entities with an id from a table of entities.
    pub(super) fn of(entities: &Table, townships: &Table) -> Subjects {
        let mut places = BTreeMap::new();
        let [code, name] = ["code", "name"].map(|heading| townships.column(heading));
        let [codes, names] = ["other_codes", "other_names"].map(|heading| townships.column(heading));
        for row in &townships.rows {
            let others = row[codes].split(';').chain(row[names].split(';')).filter(|text| !text.is_empty());
            for text in others.chain([row[code].as_str(), row[name].as_str()]) {
                places.insert(text.to_owned(), row[code].clone());
            }
        }
        let mut all = Subjects { subjects: Vec::new(), tags: BTreeMap::new(), townships: places };
        let [id, status, kind] = ["id", "status", "kind"].map(|heading| entities.column(heading));
        let [industry, place] = ["industry", "township"].map(|heading| entities.column(heading));
        let [class, tags] = ["class", "tags"].map(|heading| entities.column(heading));
        for row in &entities.rows {
            if row[id].is_empty() || row[status] != "active" {
                continue;
            }
            let mut numbers = Vec::new();
            for tag in row[tags].split(';').filter(|tag| !tag.is_empty()) {
                let next = all.tags.len() as u32;
                numbers.push(*all.tags.entry(tag.to_owned()).or_insert(next));
            }
            all.subjects.push(Subject {
                kind: row[kind].clone(),
                industry: row[industry].trim_start_matches(|letter: char| letter.is_ascii_uppercase()).to_owned(),
                township: all.townships[&row[place]].clone(),
                class: if row[class].is_empty() { UNCLASSED.to_owned() } else { row[class].clone() },
                tags: numbers,
            });
        }
        all
    }

    /// Counts the entities of a scope per class.
    pub(super) fn count(&self, scope: &Scope) -> BTreeMap<&str, u32> {
        let wanted: Vec<u32> = scope.tags.iter().filter_map(|tag| self.tags.get(tag).copied()).collect();
        let townships: Vec<&str> = scope.townships.iter().map(|place| self.townships[place].as_str()).collect();
        let mut counts = BTreeMap::new();
        for subject in &self.subjects {
            let inside = (scope.tags.is_empty() || subject.tags.iter().any(|tag| wanted.contains(tag)))
                && (scope.kinds.is_empty() || scope.kinds.contains(&subject.kind))
                && (scope.classes.is_empty() || scope.classes.contains(&subject.class))
                && (townships.is_empty() || townships.contains(&subject.township.as_str()))
                && (scope.industries.is_empty() || scope.industries.iter().any(|prefix| subject.is_in(prefix)));
            if inside {
                *counts.entry(subject.class.as_str()).or_default() += 1;
            }
        }
        counts
    }
}

impl Subject {
    /// Says whether the entity's industry lies in a section (one letter) or begins with 2 to 4 digits.
    fn is_in(&self, prefix: &str) -> bool {
        if prefix.len() == 1 { prefix.starts_with(section(&self.industry)) } else { self.industry.starts_with(prefix) }
    }
}

impl Scope {
    /// Reads the scope columns of a row of a table of tasks.
    pub(super) fn of(tasks: &Table, row: &[String]) -> Scope {
        let list = |heading: &str| -> Vec<String> {
            let cell = &row[tasks.column(heading)];
            cell.split(';').filter(|value| !value.is_empty()).map(str::to_owned).collect()
        };
        Scope {
            industries: list("industries"),
            kinds: list("kinds"),
            tags: list("tags"),
            townships: list("townships"),
            classes: list("classes"),
        }
    }
}

/// One rate of a task: a share of the population or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Portion {
    Share { part: u32, whole: u32 },
    Count(u32),
}

impl Portion {
    /// Reads `3%`, `2‰`, `1:2000` or `20户`.
    ///
    /// # Panics
    /// If the text is none of these; the generator writes its rates itself.
    pub(super) fn read(text: &str) -> Portion {
        let number = |digits: &str| digits.parse().expect("a rate of the generator is a whole number");
        if let Some(digits) = text.strip_suffix('%') {
            Portion::Share { part: number(digits), whole: 100 }
        } else if let Some(digits) = text.strip_suffix('‰') {
            Portion::Share { part: number(digits), whole: 1_000 }
        } else if let Some(digits) = text.strip_suffix('户') {
            Portion::Count(number(digits))
        } else {
            let (part, whole) = text.split_once(':').expect("a rate is %, ‰, 户 or a ratio");
            Portion::Share { part: number(part), whole: number(whole) }
        }
    }

    /// Computes the sample size, rounded up and cut to the population.
    pub(super) fn of(self, population: u32) -> u32 {
        match self {
            Portion::Count(count) => count.min(population),
            Portion::Share { part, whole } => {
                (u64::from(population) * u64::from(part)).div_ceil(u64::from(whole)) as u32
            }
        }
    }

    /// Says by how many a population may shrink before the sample size changes.
    pub(super) fn slack(self, population: u32) -> u32 {
        let size = self.of(population);
        (0..population).take_while(|&less| self.of(population - less) == size).count().saturating_sub(1) as u32
    }
}

/// Reads a rate column: one portion, or one per class.
pub(super) fn portions(rate: &str) -> Vec<(Option<&str>, Portion)> {
    let read = |part: &'_ str| match part.trim().split_once(' ') {
        Some((_, portion)) => Portion::read(portion),
        None => Portion::read(part.trim()),
    };
    let class = |part| str::trim(part).split_once(' ').map(|(class, _)| class);
    rate.split(';').map(|part| (class(part), read(part))).collect()
}

/// Returns population and sample size of every stratum of a task.
pub(super) fn strata(counts: &BTreeMap<&str, u32>, rate: &str) -> Vec<(u32, u32)> {
    let population = |class: Option<&str>| match class {
        Some(class) => counts.get(class).copied().unwrap_or(0),
        None => counts.values().sum(),
    };
    let sized = |(class, portion): (Option<&str>, Portion)| {
        let population = population(class);
        (population, portion.of(population))
    };
    portions(rate).into_iter().map(sized).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it the sum of the year's draws could hang on a rate that later visits change.
    #[test]
    fn slack_is_the_shrinkage_that_changes_nothing() {
        assert_eq!(Portion::read("1%").slack(120), 19);
        assert_eq!(Portion::read("1%").of(101), 2);
        assert_eq!(Portion::read("1%").of(100), 1);
        assert_eq!(Portion::read("12户").slack(15), 3);
    }

    /// Without it a section letter could take in a neighbour's divisions.
    #[test]
    fn sections_end_where_the_standard_ends_them() {
        assert_eq!([section("0514"), section("0610"), section("4390"), section("5299")], ['A', 'B', 'C', 'F']);
        assert_eq!([section("8399"), section("9013"), section("9700")], ['P', 'R', 'T']);
    }
}
