//! The short code of a hash: sixteen characters that are read out over a telephone (protocol §14).

use super::proof::unhex;

/// Digits and capital letters without I, L, O and U (Crockford 2002), so that none is taken for another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Writes the first 80 bits of a hash in hex as sixteen characters, four and four.
///
/// ```
/// use fairdraw::ledger::code::code_of;
/// let hash = "ffffffffff0000000000000000000000000000000000000000000000000000ff";
/// assert_eq!(code_of(hash).as_deref(), Some("ZZZZ-ZZZZ-0000-0000"));
/// ```
pub fn code_of(sha256: &str) -> Option<String> {
    let bytes = unhex(sha256)?;
    let head = bytes[..10].iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    let letter = |at: u32| char::from(ALPHABET[(head >> (75 - 5 * at) & 31) as usize]);
    let mut code = String::with_capacity(19);
    for at in 0..16 {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(letter(at));
    }
    Some(code)
}
