//! Faults of input: all at once, each with its place, its cause and what to do about it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::both;
use crate::lang::{Lang, Text};

/// Is one thing that is wrong, or worth knowing, about the inputs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub severity: Severity,
    /// Stable code in kebab case, such as `duplicate-id`.
    pub code: &'static str,
    pub place: Place,
    /// The value at fault as it stands in the file; empty where there is none.
    pub value: String,
    pub cause: Text,
    pub remedy: Text,
}

/// Is a fault in one language, as it is shown and written as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Told<'a> {
    pub severity: Severity,
    pub code: &'static str,
    #[serde(flatten)]
    pub place: &'a Place,
    pub value: &'a str,
    pub cause: &'a str,
    pub remedy: &'a str,
}

impl Fault {
    /// Tells the fault in a language.
    pub fn told(&self, lang: Lang) -> Told<'_> {
        Told {
            severity: self.severity,
            code: self.code,
            place: &self.place,
            value: &self.value,
            cause: self.cause.get(lang),
            remedy: self.remedy.get(lang),
        }
    }
}

impl Severity {
    /// Names the severity.
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            Severity::Error => lang.pick("error", "错误"),
            Severity::Warning => lang.pick("warning", "警告"),
        }
    }
}

/// Says whether a fault stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is planned while it stands.
    Error,
    /// The run goes on, and says what it did.
    Warning,
}

/// Is where a fault stands; parts that do not apply are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Path as `plan.toml` writes it.
    pub file: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sheet: String,
    /// Row as an editor or spreadsheet counts it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Heading as the file writes it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub column: String,
    /// Letters of the column in a spreadsheet, such as `D`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub letter: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if !self.sheet.is_empty() {
            write!(f, "[{}]", self.sheet)?;
        }
        if let Some(row) = self.row {
            write!(f, ":{row}")?;
        }
        if !self.column.is_empty() {
            write!(f, ":{}", self.column)?;
        }
        if let (false, Some(row)) = (self.letter.is_empty(), self.row) {
            write!(f, " ({}{row})", self.letter)?;
        }
        Ok(())
    }
}

/// Collects faults while tables are read.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Fault>,
    /// Warnings that many rows of a column share, with the number of rows.
    notes: BTreeMap<(&'static str, [String; 4]), (Fault, u32)>,
}

impl Faults {
    /// Adds an error.
    pub fn error(&mut self, code: &'static str, place: Place, value: &str, cause: Text, remedy: Text) {
        self.add(Severity::Error, code, place, value, cause, remedy);
    }

    /// Adds a warning.
    pub fn warning(&mut self, code: &'static str, place: Place, value: &str, cause: Text, remedy: Text) {
        self.add(Severity::Warning, code, place, value, cause, remedy);
    }

    /// Adds a warning that other rows of the column may share: those with the same cause become one, with their number.
    pub fn note(&mut self, code: &'static str, place: Place, value: &str, cause: Text, remedy: Text) {
        let key = [place.file.clone(), place.sheet.clone(), place.column.clone(), cause.en.to_string()];
        let fault = || Fault { severity: Severity::Warning, code, place, value: value.to_owned(), cause, remedy };
        self.notes.entry((code, key)).or_insert_with(|| (fault(), 0)).1 += 1;
    }

    /// Tells whether any error stands, so that nothing may be planned.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|fault| fault.severity == Severity::Error)
    }

    /// Returns all faults: errors first, then by code and place.
    pub fn into_sorted(mut self) -> Vec<Fault> {
        for (mut fault, rows) in std::mem::take(&mut self.notes).into_values() {
            if rows > 1 {
                fault.cause = fault.cause.followed_by(both!(
                    "; so in {rows} rows, of which this is the first",
                    "；共 {rows} 行如此，此为第一行"
                ));
            }
            self.list.push(fault);
        }
        self.list.sort();
        self.list.dedup();
        self.list
    }

    fn add(&mut self, severity: Severity, code: &'static str, place: Place, value: &str, cause: Text, remedy: Text) {
        let value = value.to_owned();
        self.list.push(Fault { severity, code, place, value, cause, remedy });
    }
}
