//! Answers in the scope of which tasks an entity is (抽查范围).
//!
//! The question is turned round against the usual way: not "which entities match this task" but "which tasks admit this
//! value", a set of tasks for every township, kind, class, industry and tag. An entity is in the scope of the tasks
//! that admit all its values, so a registry of any size is read once.

use std::collections::{BTreeMap, BTreeSet};

use super::class_slot;
use crate::plan::model::{Class, Entity, EntityKind, Inputs, Scope, TaskNo, TownshipNo};
use crate::plan::words::Word;

/// Classes with the entities that have none behind them, in the order of the strata.
pub(super) const CLASSES: [Option<Class>; 5] = [Some(Class::A), Some(Class::B), Some(Class::C), Some(Class::D), None];

/// Holds for every value that an entity can have the tasks that admit it.
pub(super) struct Scopes<'a> {
    inputs: &'a Inputs,
    kinds: BTreeMap<EntityKind, TaskSet>,
    classes: Vec<TaskSet>,
    townships: Vec<TaskSet>,
    /// The tasks that ask for no tag, and those that ask for each one.
    untagged: TaskSet,
    tags: BTreeMap<&'a str, TaskSet>,
    /// By industry code, filled as the registry brings them: codes of four digits by their number, others by text.
    industries: Vec<Option<TaskSet>>,
    other_industries: BTreeMap<&'a str, TaskSet>,
    /// The answer for the entity at hand; kept to spare an allocation for each.
    answer: TaskSet,
}

impl<'a> Scopes<'a> {
    pub fn of(inputs: &'a Inputs) -> Scopes<'a> {
        let kinds = EntityKind::WORDS.iter().map(|(kind, _)| *kind);
        let tags: BTreeSet<&str> = inputs.tasks.iter().flat_map(|task| &task.scope.tags).map(String::as_str).collect();
        Scopes {
            inputs,
            kinds: kinds
                .map(|kind| (kind, TaskSet::of(inputs, |s| s.kinds.is_empty() || s.kinds.contains(&kind))))
                .collect(),
            classes: CLASSES
                .iter()
                .map(|class| TaskSet::of(inputs, |s| s.classes.is_empty() || s.classes.contains(class)))
                .collect(),
            townships: (0..inputs.townships.len() as u32)
                .map(TownshipNo)
                .map(|no| TaskSet::of(inputs, |s| s.townships.is_empty() || s.townships.contains(&no)))
                .collect(),
            untagged: TaskSet::of(inputs, |s| s.tags.is_empty()),
            tags: tags
                .into_iter()
                .map(|tag| (tag, TaskSet::of(inputs, |s| s.tags.iter().any(|asked| asked == tag))))
                .collect(),
            industries: vec![None; 10_000],
            other_industries: BTreeMap::new(),
            answer: TaskSet::default(),
        }
    }

    /// Collects the tasks in whose scope an entity is.
    pub fn of_entity(&mut self, entity: &'a Entity) -> &TaskSet {
        self.answer.0.clone_from(&self.untagged.0);
        for tag in entity.tags.iter().filter_map(|tag| self.tags.get(tag.as_str())) {
            self.answer.join(tag);
        }
        self.answer.keep(&self.classes[class_slot(entity.class)]);
        self.answer.keep(&self.townships[entity.township.at()]);
        if let Some(tasks) = self.kinds.get(&entity.kind) {
            self.answer.keep(tasks);
        }
        if !self.answer.is_empty() {
            let code = entity.industry.as_str();
            let admits = |prefixes: &[String]| prefixes.iter().any(|prefix| code.starts_with(prefix.as_str()));
            let compute = || TaskSet::of(self.inputs, |s| s.industries.is_empty() || admits(&s.industries));
            let tasks = match four_digits(code) {
                Some(number) => self.industries[number].get_or_insert_with(compute),
                None => self.other_industries.entry(code).or_insert_with(compute),
            };
            self.answer.keep(tasks);
        }
        &self.answer
    }
}

/// Is a set of tasks, one bit each.
#[derive(Clone, Default)]
pub(super) struct TaskSet(Vec<u64>);

impl TaskSet {
    /// Collects the tasks for which `admits` holds.
    fn of(inputs: &Inputs, admits: impl Fn(&Scope) -> bool) -> TaskSet {
        let mut words = vec![0u64; inputs.tasks.len().div_ceil(64)];
        for (at, _) in inputs.tasks.iter().enumerate().filter(|(_, task)| admits(&task.scope)) {
            words[at / 64] |= 1 << (at % 64);
        }
        TaskSet(words)
    }

    fn keep(&mut self, other: &TaskSet) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    fn join(&mut self, other: &TaskSet) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Lists the tasks, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = TaskNo> {
        let bits = |mut word: u64| {
            std::iter::from_fn(move || {
                let lowest = (word != 0).then(|| word.trailing_zeros())?;
                word &= word - 1;
                Some(lowest)
            })
        };
        (0u32..).step_by(64).zip(&self.0).flat_map(move |(base, word)| bits(*word).map(move |bit| TaskNo(base + bit)))
    }
}

/// Reads a code of exactly four digits as a number below 10,000.
fn four_digits(code: &str) -> Option<usize> {
    let is_code = code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| code.bytes().fold(0, |number, digit| 10 * number + usize::from(digit - b'0')))
}
