//! What was changed since a plan was drawn (计划变更), with the original beside it, as people read it.

use serde::Serialize;

use crate::both;
use crate::lang::{Text, in_english};
use crate::plan::amend::{Change, Changed};
use crate::plan::model::{EntityNo, Inputs, InspectorNo, Visit};
use crate::plan::words::Word;

/// Is one change of one visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeRow {
    pub number: u32,
    /// Name of the entry's file on the ledger.
    pub entry: String,
    pub time: String,
    pub visit: String,
    /// Name of the entity that the visit was to.
    pub name: String,
    /// Code of the reason in English, its words in Chinese.
    #[serde(serialize_with = "in_english")]
    pub reason: Text,
    #[serde(serialize_with = "in_english")]
    pub was: Text,
    #[serde(serialize_with = "in_english")]
    pub is: Text,
}

/// Is a row in one language, as templates take it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    pub number: u32,
    pub entry: String,
    pub time: String,
    pub visit: String,
    pub name: String,
    /// Chinese, then English.
    pub reason: [String; 2],
    pub was: [String; 2],
    pub is: [String; 2],
}

impl ChangeRow {
    /// Returns the row with both languages for a template.
    pub fn shown(&self) -> Shown {
        let words = |text: &Text| [text.zh.to_string(), text.en.to_string()];
        Shown {
            number: self.number,
            entry: self.entry.clone(),
            time: self.time.clone(),
            visit: self.visit.clone(),
            name: self.name.clone(),
            reason: words(&self.reason),
            was: words(&self.was),
            is: words(&self.is),
        }
    }
}

/// Writes all changes in their order; `named` writes an officer as the reader may see one.
pub fn rows(inputs: &Inputs, changes: &[Changed], named: &dyn Fn(InspectorNo) -> String) -> Vec<ChangeRow> {
    changes.iter().map(|change| row(inputs, change, named)).collect()
}

fn row(inputs: &Inputs, change: &Changed, named: &dyn Fn(InspectorNo) -> String) -> ChangeRow {
    let id = &change.amendment.visit;
    let of = |visits: &[Visit]| visits.iter().find(|visit| visit.id == *id).cloned();
    let (before, after) = (of(&change.before), of(&change.after));
    let reason = change.amendment.reason;
    let officer = |certificate: &str| inputs.inspector(certificate).map_or_else(|| certificate.to_owned(), named);
    let (was, is) = match &change.amendment.change {
        Change::Officer { certificate } => {
            let substitute = change.outcome.substitute.as_deref().unwrap_or_default();
            (Text::same(officer(certificate)), Text::same(officer(substitute)))
        }
        Change::Day { .. } => (slots(before.as_ref()), slots(after.as_ref())),
        Change::Entity => {
            let was = before.as_ref().map_or_else(String::new, |visit| entity(inputs, visit.entity));
            let each: Vec<Text> = change
                .outcome
                .steps
                .iter()
                .map(|step| {
                    let task = &inputs.tasks[step.task.at()].code;
                    match step.by {
                        Some((rank, no)) => {
                            let who = entity(inputs, no);
                            both!("{task}: {who}, rank {rank}", "{task}：{who}，序号 {rank}")
                        }
                        None => both!("{task}: the reserve is used up", "{task}：备选已用尽"),
                    }
                })
                .collect();
            let all = Text::joined(&each, "; ", "；");
            let made = change.after.iter().filter(|visit| change.outcome.added.contains(&visit.id));
            let when: Vec<Text> = made.map(|visit| slots(Some(visit))).collect();
            let when = Text::joined(&when, "; ", "；");
            let open = both!(" (", "（");
            let close = both!(")", "）");
            let is = if when.en.is_empty() { all } else { all.followed_by(open).followed_by(when).followed_by(close) };
            (Text::same(was), is)
        }
    };
    ChangeRow {
        number: change.number,
        entry: change.entry.clone(),
        time: change.time.to_string(),
        visit: id.clone(),
        name: before.map_or_else(String::new, |visit| inputs.entities[visit.entity.at()].name.clone()),
        reason: Text { en: reason.code().into(), zh: reason.chinese().into() },
        was,
        is,
    }
}

fn entity(inputs: &Inputs, no: EntityNo) -> String {
    let entity = &inputs.entities[no.at()];
    format!("{} {}", entity.name, entity.id)
}

fn slots(visit: Option<&Visit>) -> Text {
    visit.map_or_else(Text::default, |visit| {
        let (date, half) = (visit.date, visit.half.text());
        both!(half => "{date} {half}", "{date} {half}")
    })
}

/// Lists the numbers of the changes of a visit.
pub fn numbers(changes: &[Changed], visit: &str) -> Vec<u32> {
    let is_of = |change: &&Changed| change.outcome.visits.iter().any(|id| id == visit);
    changes.iter().filter(is_of).map(|change| change.number).collect()
}

/// Writes the numbers of the changes of a visit for a cell; empty for a visit as it was drawn.
pub fn mark(changes: &[Changed], visit: &str) -> String {
    numbers(changes, visit).iter().map(u32::to_string).collect::<Vec<_>>().join("、")
}
