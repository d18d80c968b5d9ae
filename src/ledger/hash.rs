//! SHA-256, and the hash of a suite, in the form in which every file of a bundle prints it.

use sha2::{Digest, Sha256};

use crate::lottery::Suite;

/// Computes SHA-256 (FIPS 180-4) in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Computes the hash of a suite (protocol §19) in lower-case hex.
pub fn suite_hex(suite: Suite, bytes: &[u8]) -> String {
    hex(&suite.hash(&[bytes]))
}

/// Writes bytes in lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads hex digits, in lower or upper case, as bytes; `None` for anything else.
///
/// ```
/// use fairdraw::ledger::hash::from_hex;
/// assert_eq!(from_hex("00fF"), Some(vec![0, 255]));
/// assert_eq!(from_hex("0"), None);
/// assert_eq!(from_hex("+1"), None);
/// ```
pub fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let is_hex = hex.len().is_multiple_of(2) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| (0..hex.len()).step_by(2).filter_map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect())
}
