//! Text tables: their encoding, their delimiter, and their cells with the row that a spreadsheet would show.
//!
//! The splitting is ours and not a crate's, because a fault must name the row as a spreadsheet counts it (line breaks
//! inside cells and blank lines included), and because a quote that is never closed must be an error and not one
//! cell that holds the rest of the file.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::sheet::{Sheet, SheetError};
use crate::both;

/// Holds the text of a file and how it was encoded.
#[derive(Debug)]
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub encoding: &'static str,
    /// Whether some bytes fit no character; each stands as U+FFFD in the text.
    pub damaged: bool,
}

/// Most characters in a thousand that may be damaged before the whole encoding is doubted.
const DAMAGE_PER_MILLE_MAX: usize = 2;

/// Decodes text: by its byte order mark, as UTF-16 where every other byte is nought, else as UTF-8 or GB18030,
/// whichever leaves fewer characters damaged.
///
/// # Errors
/// [`SheetError::Encoding`] if neither fits.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, SheetError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decoded(encoding, &bytes[mark..]);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return decoded(encoding, bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Decoded { text: Cow::Borrowed(text), encoding: "UTF-8", damaged: false });
    }
    let as_gb = decoded(GB18030, bytes);
    match as_gb {
        Ok(gb) if !gb.damaged => Ok(gb),
        as_gb => {
            let as_utf8 = decoded(UTF_8, bytes);
            match (as_gb, as_utf8) {
                (Ok(gb), Ok(utf8)) if damage(&utf8.text) < damage(&gb.text) => Ok(utf8),
                (Ok(gb), _) => Ok(gb),
                (Err(_), Ok(utf8)) => Ok(utf8),
                (Err(error), Err(_)) => Err(error),
            }
        }
    }
}

fn decoded<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Decoded<'a>, SheetError> {
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    if damaged && damage(&text) * 1000 > DAMAGE_PER_MILLE_MAX * text.chars().count().max(1000) {
        return Err(SheetError::Encoding(guess(bytes)));
    }
    Ok(Decoded { text, encoding: encoding.name(), damaged })
}

fn damage(text: &str) -> usize {
    text.matches('\u{fffd}').count()
}

/// Names the encoding that a text most resembles, for the fault's cause alone.
fn guess(bytes: &[u8]) -> String {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(1 << 20)], true);
    let name = detector.guess(Some(b"cn"), chardetng::Utf8Detection::Deny).name();
    if name == "GBK" { String::new() } else { format!("; it resembles {name}") }
}

fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    let noughts = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (noughts(0), noughts(1));
    // Commas and digits have an upper byte of nought, and so have few Chinese characters a lower one (一 is 4E 00);
    // text in other encodings has no nought at all.
    let needed = (head.len() / 40).max(1);
    match (even, odd) {
        (even, odd) if odd >= needed && even * 4 <= odd => Some(UTF_16LE),
        (even, odd) if even >= needed && odd * 4 <= even => Some(UTF_16BE),
        _ => None,
    }
}

/// Splits text into cells.
///
/// # Errors
/// [`SheetError::OpenQuote`] with the row, [`SheetError::TooLarge`].
pub fn split(decoded: &Decoded<'_>) -> Result<Sheet, SheetError> {
    let text = decoded.text.trim_start_matches('\u{feff}');
    let (text, delimiter) = delimiter(text);
    let mut sheet = Sheet::new("", true);
    let bytes = text.as_bytes();
    let mut row = if text.len() == decoded.text.trim_start_matches('\u{feff}').len() { 1 } else { 2 };
    let mut at = 0;
    let mut unquoted = String::new();
    while at < bytes.len() {
        sheet.begin_row(row);
        loop {
            let cell = if bytes.get(at) == Some(&b'"') {
                at = quoted(text, at, delimiter, &mut unquoted).ok_or(SheetError::OpenQuote { row })?;
                unquoted.as_str()
            } else {
                let start = at;
                while at < bytes.len() && !matches!(bytes[at], b'\n' | b'\r') && bytes[at] != delimiter {
                    at += 1;
                }
                &text[start..at]
            };
            if decoded.damaged && cell.contains('\u{fffd}') {
                let cause = both!(
                    "some bytes of the cell fit no character of {}",
                    "单元格中有字节不属于 {} 的任何字符",
                    decoded.encoding
                );
                sheet.broken.push((row, sheet.width_so_far(), cause));
            }
            sheet.cell(cell)?;
            match bytes.get(at) {
                Some(b) if *b == delimiter => at += 1,
                _ => break,
            }
        }
        sheet.end_row();
        at += if bytes[at..].starts_with(b"\r\n") { 2 } else { 1 };
        row += 1;
    }
    Ok(sheet.finish())
}

/// Reads a quoted cell that opens at `at`; returns the position behind it, or `None` if it never closes.
fn quoted(text: &str, at: usize, delimiter: u8, cell: &mut String) -> Option<usize> {
    cell.clear();
    let bytes = text.as_bytes();
    let mut from = at + 1;
    loop {
        let quote = from + text[from..].find('"')?;
        cell.push_str(&text[from..quote]);
        if bytes.get(quote + 1) == Some(&b'"') {
            cell.push('"');
            from = quote + 2;
            continue;
        }
        // What stands between the closing quote and the delimiter belongs to the cell, as spreadsheets have it.
        let rest = &bytes[quote + 1..];
        let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r') || *b == delimiter).unwrap_or(rest.len());
        cell.push_str(&text[quote + 1..quote + 1 + end]);
        return Some(quote + 1 + end);
    }
}

/// Finds the delimiter by what stands in the first lines outside quotes: tabs, commas, or semicolons where there is
/// neither; a first line `sep=;` says it. Returns the text that is left to split.
fn delimiter(text: &str) -> (&str, u8) {
    if let Some(rest) = text.strip_prefix("sep=")
        && let [mark, b'\n' | b'\r', ..] = rest.as_bytes()
        && mark.is_ascii()
    {
        let line = rest[1..].find('\n').map_or(rest.len(), |end| end + 2);
        return (&rest[line.min(rest.len())..], *mark);
    }
    let (mut tabs, mut commas, mut semicolons, mut lines, mut inside) = (0, 0, 0, 0, false);
    for byte in text.bytes() {
        match byte {
            b'"' => inside = !inside,
            _ if inside => {}
            b'\t' => tabs += 1,
            b',' => commas += 1,
            b';' => semicolons += 1,
            b'\n' => lines += 1,
            _ => {}
        }
        if lines == 30 {
            break;
        }
    }
    let delimiter = if tabs > commas {
        b'\t'
    } else if commas == 0 && tabs == 0 && semicolons > 0 {
        b';'
    } else {
        b','
    };
    (text, delimiter)
}
