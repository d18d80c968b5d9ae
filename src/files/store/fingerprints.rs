//! Fingerprints of the frozen rows: `rows.txt`, with which damage to an input is found to the row (protocol §8.5).

use super::bundle::File;
use crate::ledger::hash::sha256_hex;

/// Name of the file in a bundle.
pub const FILE: &str = "rows.txt";

/// Hex digits kept of each row's SHA-256; enough to find damage, which the manifest proves.
const DIGITS: usize = 8;

/// Writes for each frozen file its name, its number of lines, and one fingerprint a line.
pub fn write(frozen: &[File]) -> File {
    let mut text = String::new();
    for file in frozen {
        let lines: Vec<&[u8]> = lines(&file.bytes);
        text.push_str(&format!("{} {}\n", file.path, lines.len()));
        for line in lines {
            text.push_str(&sha256_hex(line)[..DIGITS]);
            text.push('\n');
        }
    }
    File { path: FILE.to_owned(), bytes: text.into_bytes() }
}

/// Finds the first line of a damaged file that has not the fingerprint it had, and says how it differs.
///
/// Returns the line from 1, and whether lines seem to be added (`true`), removed (`false`) or changed (`None`).
pub fn locate(fingerprints: &str, name: &str, bytes: &[u8]) -> Option<(u32, Option<bool>)> {
    let mut rest = fingerprints.lines();
    let count: usize = rest.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())?;
    let kept: Vec<&str> = rest.take(count).collect();
    let now: Vec<String> = lines(bytes).into_iter().map(|line| sha256_hex(line)[..DIGITS].to_owned()).collect();
    let same = kept.iter().zip(&now).take_while(|(before, after)| *before == after).count();
    if same == kept.len() && same == now.len() {
        return None;
    }
    let change = match now.len().cmp(&kept.len()) {
        std::cmp::Ordering::Greater => Some(true),
        std::cmp::Ordering::Less => Some(false),
        std::cmp::Ordering::Equal => None,
    };
    Some((same as u32 + 1, change))
}

/// Splits at line feeds; the last line may lack its own.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines
}
