//! Check characters of the codes that entities carry.
//!
//! | code | standard |
//! |---|---|
//! | unified social credit code (统一社会信用代码), 18 characters | GB 32100-2015 with amendment 2016 |
//! | its organisation part, characters 9 to 17 | GB 11714-1997 |
//! | old registration number (注册号), 15 digits | ISO 7064 MOD 11,10 |

/// Characters of a unified social credit code; the value of one is its position (GB 32100-2015 table 1).
pub(super) const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Weights of characters 1 to 17: powers of 3 modulo 31 (GB 32100-2015).
const CODE_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Weights of the 8 characters of the organisation part (GB 11714-1997).
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Builds a unified social credit code from department and category (2 characters), region (6) and organisation (8).
pub(super) fn uscc(category: &str, region: &str, organisation: &str) -> String {
    let mut code = format!("{category}{region}{organisation}");
    code.push(organisation_check(organisation));
    code.push(code_check(&code));
    code
}

/// Computes the check character of 8 characters of an organisation code.
pub(super) fn organisation_check(organisation: &str) -> char {
    let sum: u32 =
        organisation.chars().zip(ORGANISATION_WEIGHTS).map(|(character, weight)| value36(character) * weight).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    }
}

/// Computes the 18th character from the first 17.
pub(super) fn code_check(first: &str) -> char {
    let sum: u32 = first.bytes().zip(CODE_WEIGHTS).map(|(byte, weight)| value31(byte) * weight).sum();
    char::from(ALPHABET[((31 - sum % 31) % 31) as usize])
}

/// Appends the check digit to 14 digits of an old registration number.
pub(super) fn registration_number(digits: &str) -> String {
    format!("{digits}{}", registration_check(digits))
}

/// Computes the last digit of a registration number (ISO 7064 MOD 11,10, a pure system).
pub(super) fn registration_check(digits: &str) -> char {
    let mut product = 10;
    for character in digits.chars() {
        let sum = (product + value36(character)) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    char::from(b'0' + ((11 - product) % 10) as u8)
}

/// Number of different serial numbers of 6 characters: 31⁶.
pub(super) const SERIALS: u64 = 31u64.pow(6);

/// Writes a number below [`SERIALS`] with 6 characters of the code's alphabet, most significant first.
pub(super) fn serial(mut number: u32) -> String {
    let mut characters = [b'0'; 6];
    for place in characters.iter_mut().rev() {
        *place = ALPHABET[(number % 31) as usize];
        number /= 31;
    }
    characters.iter().map(|&byte| char::from(byte)).collect()
}

/// Values of the characters by their byte; 31 for a byte outside the alphabet.
const VALUES: [u8; 128] = {
    let mut values = [31; 128];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

fn value31(byte: u8) -> u32 {
    let value = VALUES[usize::from(byte)];
    assert!(value < 31, "the generator writes characters of the alphabet only");
    u32::from(value)
}

fn value36(character: char) -> u32 {
    character.to_digit(36).expect("the generator writes digits and capital letters only")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it every generated code could be wrong in the same way; published codes are the oracle.
    #[test]
    fn published_codes_pass() {
        for code in ["91440300192317458F", "9144030071526726XG", "91330100799655058B"] {
            assert_eq!(uscc(&code[..2], &code[2..8], &code[8..16]), code);
        }
    }

    /// Without it old numbers would carry another check digit than registries give them (ISO 7064 MOD 11,10).
    #[test]
    fn registration_numbers_check_to_one() {
        let number = registration_number("41138160000012");
        let mut product = 10;
        for digit in number[..14].bytes().map(|byte| u32::from(byte - b'0')) {
            let sum = (product + digit) % 10;
            product = if sum == 0 { 10 } else { sum } * 2 % 11;
        }
        assert_eq!((product + u32::from(number.as_bytes()[14] - b'0')) % 10, 1);
    }
}
