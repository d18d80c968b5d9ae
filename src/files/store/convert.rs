//! A table of any format as a clean one: columns under their canonical names, cells in their canonical forms.
//!
//! Nothing is lost: columns that the table does not know follow behind its own, and a cell that can not be read stands
//! as it was, with a fault that says so.

use std::path::Path;

use crate::both;
use crate::files::decode;
use crate::files::decode::sheet::{Sheet, SheetError};
use crate::files::faults::{Faults, Place};
use crate::files::tables::columns::{ENTITIES, LAYOUTS, Layout};
use crate::files::tables::fields;
use crate::files::tables::forms::{Kind, form};
use crate::files::tables::header;
use crate::files::tables::index::Unique;
use crate::files::tables::source::Source;
use crate::files::tables::table::{Field, Table};
use crate::files::wording::cells::{self, DayOf};
use crate::files::workspace::entities;
use crate::lang::Say;
use crate::plan::words::Word;

/// Is a table that was cleaned.
#[derive(Debug)]
pub struct Clean {
    pub layout: &'static Layout,
    /// Whether the source has each of the layout's columns.
    pub has: Vec<bool>,
    /// Headings that the table does not know, behind its own columns in every row.
    pub more: Vec<String>,
    /// Cells of all the layout's columns, then of the others.
    pub rows: Vec<Vec<String>>,
}

/// Says how words of closed vocabularies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// As machine files have them, such as `enterprise`.
    English,
    /// As tables for people have them, such as 企业.
    Chinese,
}

/// Finds the table whose needed headings a file has; of several the one that knows most of its headings.
///
/// Reports `unreadable-file` and `no-table`.
pub fn recognise(folder: &Path, source: &Source, faults: &mut Faults) -> Option<&'static Layout> {
    let place = || Place { file: source.path.clone(), ..Place::default() };
    let read = std::fs::read(folder.join(&source.path)).map_err(SheetError::from);
    let sheets = match read.and_then(|bytes| decode::sheets(&bytes)) {
        Ok(sheets) => sheets,
        Err(error) => {
            let remedy = both!("give the path of a table that can be read", "给出可读取的表格文件路径");
            faults.error("unreadable-file", place(), "", error.say(), remedy);
            return None;
        }
    };
    let known = |layout: &Layout| sheets.iter().map(|sheet| headings_known(sheet, layout)).max().unwrap_or(0);
    let best = LAYOUTS.iter().copied().rev().max_by_key(|layout| known(layout)).filter(|layout| known(layout) > 0);
    if best.is_none() {
        let names: Vec<&str> = LAYOUTS.iter().map(|layout| layout.name).collect();
        let cause = both!("no table has these headings", "没有一种表具有这些表头");
        let remedy = both!("say which table it is: --table {}", "用 --table 指明是哪种表：{}", names.join(", "));
        faults.error("no-table", place(), "", cause, remedy);
    }
    best
}

/// Counts the headings of a sheet that a table knows; 0 if one that it needs is missing.
fn headings_known(sheet: &Sheet, layout: &Layout) -> usize {
    let Some(heading) = header::find(sheet, layout) else { return 0 };
    let is_whole =
        layout.columns.iter().zip(&heading.sources).all(|(column, found)| !column.required || found.is_some());
    if is_whole { heading.sources.iter().flatten().count() } else { 0 }
}

/// Reads a file as a table and cleans its cells; reports `duplicate-id` for a row whose key stood before. `None` if it can not be read as one.
pub fn clean(
    folder: &Path,
    source: &Source,
    layout: &'static Layout,
    words: Words,
    faults: &mut Faults,
) -> Option<Clean> {
    let tables = Table::open(folder, source, layout, faults);
    if tables.is_empty() {
        return None;
    }
    let mut more: Vec<String> = Vec::new();
    for (heading, _) in tables.iter().flat_map(Table::left_over) {
        if !more.iter().any(|known| known == heading) {
            more.push(heading.to_owned());
        }
    }
    let has = layout.columns.iter().map(|column| tables.iter().any(|table| table.field(column.name).is_given()));
    let has: Vec<bool> = has.collect();
    let mut rows = Vec::new();
    let mut seen = Unique::default();
    let key = layout.key().and_then(|key| layout.columns.iter().position(|column| column.name == key));
    for table in &tables {
        let fields: Vec<Field<'_>> = layout.columns.iter().map(|column| table.field(column.name)).collect();
        let others: Vec<(&str, Field<'_>)> = table.left_over().collect();
        for row in 0..table.len() {
            let own = layout.columns.iter().zip(&fields);
            let mut cells: Vec<String> = own
                .map(|(column, field)| cell(layout, column.name, form(layout, column).kind, *field, row, words, faults))
                .collect();
            if let Some(key) = key.filter(|&key| !cells[key].is_empty()) {
                seen.is_new(&cells[key], fields[key].place(row), faults);
            }
            cells.extend(more.iter().map(|heading| {
                let found = others.iter().find(|(other, _)| other == heading);
                found.map_or(String::new(), |(_, field)| field.line(row).into_owned())
            }));
            rows.push(cells);
        }
    }
    Some(Clean { layout, has, more, rows })
}

/// Brings one cell into its canonical form, or leaves it as it is and reports why.
fn cell(
    layout: &Layout,
    name: &str,
    kind: Kind,
    field: Field<'_>,
    row: usize,
    words: Words,
    faults: &mut Faults,
) -> String {
    let text = field.text(row);
    if text.is_empty() {
        return String::new();
    }
    let as_it_is = || field.line(row).into_owned();
    let is_entity = layout.name == ENTITIES.name;
    match (kind, name) {
        (Kind::Id, "id") if is_entity => entities::entity_id(field, row, faults),
        (Kind::Id, _) => {
            let canonical = cells::id_cell(text).into_owned();
            if canonical != text {
                let cause = both!("numbers are written without blanks and hyphens", "号码按不含空格和连字符书写");
                let remedy = both!("nothing, if that is right", "若无误，无须处理");
                faults.note("id-made-canonical", field.place(row), text, cause, remedy);
            }
            canonical
        }
        (Kind::Date, _) => {
            let day = if matches!(name, "valid_until" | "until" | "last") { DayOf::Last } else { DayOf::First };
            fields::date(field, row, day, faults).map_or_else(as_it_is, |date| date.to_string())
        }
        (Kind::Number, _) => cells::whole(text).map_or_else(as_it_is, |number| number.to_string()),
        (Kind::Text, "industry") if is_entity => {
            Some(entities::industry_code(field, row, faults)).filter(|code| !code.is_empty()).unwrap_or_else(as_it_is)
        }
        (Kind::Text, "kind") if is_entity => said(entities::kind_of(field, row, faults), words),
        (Kind::Text, "status") if is_entity => said(entities::status_of(field, row, faults), words),
        (Kind::Text, "class") if is_entity => {
            entities::class_of(field, row, faults).map_or_else(as_it_is, |class| said(class, words))
        }
        (Kind::Text, _) => as_it_is(),
    }
}

fn said<W: Word>(value: W, words: Words) -> String {
    match words {
        Words::English => value.word().to_owned(),
        Words::Chinese => value.chinese().to_owned(),
    }
}
