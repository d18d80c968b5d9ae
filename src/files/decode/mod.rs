//! Files of any format as sheets of cells; a damaged one is a fault and never the end of the program.
//!
//! | file | does |
//! |---|---|
//! | [`sheet`] | holds cells row after row, whatever format they came from |
//! | [`delimited`] | decodes text and splits it |
//! | [`workbook`], [`spreadsheet_xml`] | read XLSX and XLS, and XML Spreadsheet 2003 |
//! | [`parquet`], [`pages`] | read Parquet, and tell how much it unpacks to before it does |
//! | [`guard`] | keeps a damaged file from ending the program |
//!
//! The format is told by the content and not by the file's name, because names tell little: `PAR1` is Parquet, `PK` a
//! zipped workbook, the OLE signature a BIFF workbook, XML with the spreadsheet namespace is XML Spreadsheet 2003, and
//! anything else is text.

pub mod delimited;
pub mod guard;
pub mod pages;
pub mod parquet;
pub mod sheet;
pub mod spreadsheet_xml;
pub mod workbook;

use self::sheet::{Sheet, SheetError};

/// Decodes a file into its sheets that hold anything, in their order.
///
/// # Errors
/// [`SheetError`] says what the file looks like and what stands in the way.
pub fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let sheets = match bytes {
        [b'P', b'A', b'R', b'1', ..] => vec![parquet::read(bytes)?],
        [b'P', b'K', 3 | 5, 4 | 6, ..] => workbook::xlsx(bytes)?,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => workbook::xls(bytes)?,
        bytes => text(bytes)?,
    };
    let filled: Vec<Sheet> = sheets.into_iter().filter(|sheet| sheet.height() > 0).collect();
    if filled.is_empty() { Err(SheetError::Empty) } else { Ok(filled) }
}

fn text(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let decoded = delimited::decode(bytes)?;
    let start = decoded.text.trim_start();
    // Both marks stand in the first lines; looking further would find them in a cell's text.
    let head: String = start.chars().take(2_000).collect::<String>().to_ascii_lowercase();
    if head.starts_with('<') {
        if head.contains("urn:schemas-microsoft-com:office:spreadsheet") {
            return spreadsheet_xml::read(start);
        }
        if ["<html", "<!doctype html", "<table", "<meta"].iter().any(|mark| head.contains(mark)) {
            return Err(SheetError::WebPage);
        }
    }
    Ok(vec![delimited::split(&decoded)?])
}
