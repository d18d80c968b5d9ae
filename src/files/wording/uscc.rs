//! Codes of entities: which kind a canonical id is of, and whether its check characters hold.
//!
//! Unified social credit codes after GB 32100-2015, the organisation code inside them after GB 11714-1997, old
//! registration numbers of 15 digits after ISO 7064 MOD 11,10. A wrong check character is worth a warning and no more:
//! registries hold codes that were issued so.

/// Characters of a unified social credit code in the order of their values (GB 32100-2015, table 2).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of characters 1 to 17: powers of 3 modulo 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// Weights of the eight characters of an organisation code (GB 11714-1997).
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Is what an id looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Unified social credit code (统一社会信用代码), 18 characters.
    Uscc,
    /// Registration number (注册号), 15 digits with a check digit.
    Registration,
    /// Any other id: 13 and 14 digits, licence numbers, numbers of an office's own.
    Other,
}

/// Says what does not hold in an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The last character should be this one.
    Check { expected: char },
    /// The check character of the organisation code, the 17th, should be this one.
    OrganisationCheck { expected: char },
    /// The character at this place, from 1, is not in the alphabet, as I, O, S, V and Z are not.
    Letter { at: usize, letter: char },
    /// It begins like a unified social credit code, but has this many characters and not 18.
    Length(usize),
}

/// Looks at a canonical id: its kind, and the first thing that does not hold.
///
/// ```
/// use fairdraw::files::wording::uscc::{Doubt, Kind, look};
/// assert_eq!(look("91440300192317458F"), (Kind::Uscc, None));
/// assert_eq!(look("91440300192317458G"), (Kind::Uscc, Some(Doubt::Check { expected: 'F' })));
/// assert_eq!(look("330000000036006"), (Kind::Registration, None));
/// ```
pub fn look(id: &str) -> (Kind, Option<Doubt>) {
    let bytes = id.as_bytes();
    let digits = bytes.iter().all(u8::is_ascii_digit);
    match bytes.len() {
        18 if bytes.is_ascii() => (Kind::Uscc, doubt_of_uscc(bytes)),
        15 if digits => {
            let expected = mod_11_10(&bytes[..14]);
            let doubt = (expected != bytes[14]).then_some(Doubt::Check { expected: expected as char });
            (Kind::Registration, doubt)
        }
        16 | 17 | 19 | 20 if begins_like_uscc(bytes) => (Kind::Other, Some(Doubt::Length(bytes.len()))),
        _ => (Kind::Other, None),
    }
}

fn doubt_of_uscc(code: &[u8]) -> Option<Doubt> {
    let mut values = [0u32; 18];
    for (at, byte) in code.iter().enumerate() {
        match ALPHABET.iter().position(|letter| letter == byte) {
            Some(value) => values[at] = value as u32,
            None => return Some(Doubt::Letter { at: at + 1, letter: *byte as char }),
        }
    }
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let expected = ALPHABET[((31 - sum % 31) % 31) as usize];
    if expected != code[17] {
        return Some(Doubt::Check { expected: expected as char });
    }
    let expected = organisation_check(&code[8..16]);
    (expected != code[16]).then_some(Doubt::OrganisationCheck { expected: expected as char })
}

/// Computes the check character of an organisation code: digits count as themselves, letters from A = 10.
fn organisation_check(code: &[u8]) -> u8 {
    let value = |byte: &u8| u32::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' + 10 });
    let sum: u32 = code.iter().zip(ORGANISATION_WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    }
}

/// Computes the check digit of ISO 7064 MOD 11,10.
fn mod_11_10(digits: &[u8]) -> u8 {
    let mut product = 10;
    for digit in digits {
        let sum = (product + u32::from(digit - b'0')) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    b'0' + ((11 - product) % 10) as u8
}

/// Tells whether a text has the department, the category and the region of a unified social credit code.
fn begins_like_uscc(code: &[u8]) -> bool {
    let known = [b"11", b"12", b"13", b"19", b"51", b"52", b"53", b"59", b"91", b"92", b"93"];
    known.iter().any(|start| code.starts_with(*start))
        && code[2..8].iter().all(u8::is_ascii_digit)
        && code.iter().all(u8::is_ascii_alphanumeric)
}
