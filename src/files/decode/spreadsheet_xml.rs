//! XML Spreadsheet 2003 as sheets; `quick-xml` does the XML.

use quick_xml::Reader;
use quick_xml::XmlVersion::Implicit1_0;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::sheet::{Merge, Sheet, SheetError};
use super::workbook::number_text_plain;
use crate::both;

/// Is the cell that is being read.
#[derive(Debug, Default)]
struct Cell {
    column: u32,
    kind: String,
    text: String,
    /// Columns to the right that the cell covers.
    across: u32,
    /// Rows below that the cell covers.
    down: u32,
}

/// Reads the sheets of a document.
///
/// # Errors
/// [`SheetError::SpreadsheetXml`] with the byte near which the XML is broken, [`SheetError::TooLarge`].
pub fn read(text: &str) -> Result<Vec<Sheet>, SheetError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut sheets = Vec::new();
    let mut sheet: Option<Sheet> = None;
    let (mut row, mut next_row, mut next_column) = (0u32, 1u32, 0u32);
    let mut cell: Option<Cell> = None;
    let (mut inside_row, mut inside_data) = (false, false);
    loop {
        let at = reader.buffer_position();
        let broken = |cause: String| SheetError::SpreadsheetXml { at, cause };
        let event = reader.read_event().map_err(|error| broken(error.to_string()))?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(ref tag) | Event::Empty(ref tag) => match tag.local_name().as_ref() {
                "Worksheet" if sheet.is_some() => {
                    return Err(broken("a sheet begins inside another".to_owned()));
                }
                "Worksheet" => sheet = Some(Sheet::new(&attribute(tag, "Name").unwrap_or_default(), true)),
                "Row" if inside_row => return Err(broken("a row begins inside another".to_owned())),
                "Row" => {
                    row = number(tag, "Index").unwrap_or(next_row);
                    next_row = row.saturating_add(1);
                    next_column = 0;
                    inside_row = sheet.is_some() && !is_empty;
                    if let Some(sheet) = sheet.as_mut().filter(|_| !is_empty) {
                        sheet.begin_row(row);
                    }
                }
                "Cell" if !inside_row => return Err(broken("a cell stands outside of a row".to_owned())),
                "Cell" => {
                    let column = number(tag, "Index").map_or(next_column, |index| index.saturating_sub(1));
                    let across = number(tag, "MergeAcross").unwrap_or(0);
                    next_column = column.saturating_add(across).saturating_add(1);
                    let down = number(tag, "MergeDown").unwrap_or(0);
                    cell = (!is_empty).then(|| Cell { column, across, down, ..Cell::default() });
                }
                "Data" => {
                    if let Some(cell) = &mut cell {
                        cell.kind = attribute(tag, "Type").unwrap_or_default();
                        inside_data = !is_empty;
                    }
                }
                _ => {}
            },
            Event::Text(text) if inside_data => add(&mut cell, &text.xml_content(Implicit1_0)),
            Event::CData(text) if inside_data => add(&mut cell, &text.xml_content(Implicit1_0)),
            Event::GeneralRef(entity) if inside_data => match entity.resolve_char_ref() {
                Ok(Some(c)) => add(&mut cell, c.encode_utf8(&mut [0; 4])),
                Ok(None) => {
                    let name = entity.xml_content(Implicit1_0);
                    let text = resolve_predefined_entity(&name);
                    add(&mut cell, text.ok_or_else(|| broken(format!("the entity &{name}; is not known")))?);
                }
                Err(error) => return Err(broken(error.to_string())),
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "Data" => inside_data = false,
                "Cell" => {
                    if let (Some(sheet), Some(cell)) = (&mut sheet, cell.take()) {
                        write(sheet, row, &cell)?;
                    }
                }
                "Row" => {
                    if let Some(sheet) = sheet.as_mut().filter(|_| inside_row) {
                        (inside_row, cell) = (false, None);
                        sheet.end_row();
                    }
                }
                "Worksheet" if inside_row => return Err(broken("the sheet ends inside a row".to_owned())),
                "Worksheet" => sheets.extend(sheet.take().map(Sheet::finish)),
                _ => {}
            },
            Event::Eof if sheet.is_some() => return Err(broken("the document ends inside a sheet".to_owned())),
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

fn write(sheet: &mut Sheet, row: u32, cell: &Cell) -> Result<(), SheetError> {
    let text = cell.text.as_str();
    let shown = match cell.kind.as_str() {
        // `2016-04-13T00:00:00.000`; the time of day means nothing to a table of days.
        "DateTime" => text.split('T').next().unwrap_or(text).to_owned(),
        "Number" => text.trim().parse().map_or_else(|_| text.to_owned(), number_text_plain),
        "Boolean" if text.trim() == "1" => "是".to_owned(),
        "Boolean" => "否".to_owned(),
        "Error" => {
            sheet.broken.push((row, cell.column, both!("the cell holds the error {text}", "单元格是错误值 {text}")));
            String::new()
        }
        _ => text.to_owned(),
    };
    if cell.down > 0 && cell.across < u32::MAX {
        sheet.merges.push(Merge { column: cell.column, first_row: row, last_row: row.saturating_add(cell.down) });
    }
    sheet.cell_at(cell.column, &shown)
}

fn add(cell: &mut Option<Cell>, text: &str) {
    if let Some(cell) = cell {
        cell.text.push_str(text);
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(Implicit1_0).ok().map(|value| value.into_owned())
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(tag, name)?.trim().parse().ok()
}
