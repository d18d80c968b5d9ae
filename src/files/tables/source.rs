//! Where a table lies, and what `plan.toml` says about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Name of the rules' file in a workspace and in a bundle's `inputs/`.
pub const PLAN_FILE: &str = "plan.toml";

/// Is one file of a table, and what `plan.toml` says about it where guessing is not wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Relative to the workspace.
    pub path: String,
    /// The only sheet to read; all that have the table's headings if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row of the headings as the spreadsheet counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading_row: Option<u32>,
    /// Canonical column names, each with a heading of the file, a column's letters, or `=` and a value for all rows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
}
