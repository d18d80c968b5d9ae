//! Identifiers and their 16-byte form (protocol §1).

use std::fmt;

use super::Suite;

/// Holds the 16 bytes under which an id enters the lottery: words 12..15 of the ChaCha20 state.
///
/// The order of two IVs is the order of their bytes, which settles ties between tickets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iv([u8; 16]);

/// Longest id, in characters, whose digits fit the 29 hex digits of kind 0 (36²² < 16²⁹).
const KIND0_LENGTH_MAX: usize = 22;

impl Iv {
    /// Computes the IV of a canonical id of any kind; every text has one, so no entity can fall out of a frame.
    ///
    /// Ids of 1 to 22 characters out of `0-9A-Z` (unified social credit codes, old registration numbers, most
    /// certificate numbers) keep their full value (kind 0); anything else is hashed (kind 1). Nothing is
    /// normalised here: the frozen id is the truth.
    ///
    /// ```
    /// use fairdraw::lottery::{Iv, Suite};
    /// assert_eq!(Iv::of(Suite::Dr1, "910000000000791933").to_string(), "01200000085b8e6a106559c51a22093f");
    /// assert_eq!(Iv::of(Suite::Dr1, "沪A-个体0001").to_string(), "1ac32092883d7fa56b64990768241f82");
    /// ```
    #[inline]
    pub fn of(suite: Suite, id: &str) -> Iv {
        Iv::of_bytes(suite, id.as_bytes())
    }

    /// Computes the IV of an id that comes as the bytes of its text; whether they are UTF-8 is the caller's care.
    #[inline]
    pub fn of_bytes(suite: Suite, id: &[u8]) -> Iv {
        base36(id).map_or_else(|| Iv::hashed(suite, id), |value| Iv::plain(id.len(), value))
    }

    /// Joins length and value of an id of kind 0.
    #[inline(always)]
    pub(super) fn plain(length: usize, value: u128) -> Iv {
        Iv(((length as u128) << 116 | value).to_be_bytes())
    }

    /// Computes the IV of an id of kind 1.
    fn hashed(suite: Suite, id: &[u8]) -> Iv {
        let digest = suite.hash(&[b"dr1/id\n", id]);
        // A hex "1" followed by the first 31 hex digits: the digest moved right by one hex digit.
        let mut head = [0u8; 16];
        head.copy_from_slice(&digest[..16]);
        Iv((u128::from_be_bytes(head) >> 4 | 1 << 124).to_be_bytes())
    }

    /// Takes 16 bytes as an IV, as a partial result keeps them.
    pub fn from_bytes(bytes: [u8; 16]) -> Iv {
        Iv(bytes)
    }

    /// Joins four words of the ChaCha20 state, which the RFC loads little-endian.
    #[inline(always)]
    pub(super) fn of_words(words: [u32; 4]) -> Iv {
        let mut bytes = [0; 16];
        bytes.as_chunks_mut::<4>().0.iter_mut().zip(words).for_each(|(bytes, word)| *bytes = word.to_le_bytes());
        Iv(bytes)
    }

    /// Returns the four words of the ChaCha20 state.
    #[inline(always)]
    pub(super) fn words(self) -> [u32; 4] {
        std::array::from_fn(|word| u32::from_le_bytes(self.0.as_chunks::<4>().0[word]))
    }

    /// Returns the bytes in the order in which they are printed.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Tells whether the id was hashed (kind 1), so that the IV does not give it back.
    pub fn is_hashed(&self) -> bool {
        self.0[0] >> 4 == 1
    }

    /// Gives back the id of an IV of kind 0, or `None` where it was hashed.
    ///
    /// ```
    /// use fairdraw::lottery::{Iv, Suite};
    /// assert_eq!(Iv::of(Suite::Dr1, "0093000000MADEMX0").id().as_deref(), Some("0093000000MADEMX0"));
    /// assert_eq!(Iv::of(Suite::Dr1, "沪A-个体0001").id(), None);
    /// ```
    pub fn id(&self) -> Option<String> {
        self.characters(|characters| str::from_utf8(characters).ok().map(str::to_owned))?
    }

    /// Hands the bytes of the id of an IV of kind 0 to `take`; gives nothing where it was hashed.
    pub fn characters<T>(&self, take: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let whole = u128::from_be_bytes(self.0);
        let (length, mut value) = ((whole >> 116) as usize, whole & ((1 << 116) - 1));
        if !(1..=KIND0_LENGTH_MAX).contains(&length) {
            return None;
        }
        let mut characters = [b'0'; KIND0_LENGTH_MAX];
        // Twelve digits at a time fit a word, whose division is many times as fast as that of the whole.
        const TWELVE: u128 = 36u128.pow(12);
        for group in characters[..length].rchunks_mut(12) {
            let above = value / TWELVE;
            let mut word = (value - above * TWELVE) as u64;
            value = above;
            for character in group.iter_mut().rev() {
                *character = DIGITS[(word % 36) as usize];
                word /= 36;
            }
        }
        Some(take(&characters[..length]))
    }
}

/// Is the alphabet of kind 0.
const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Reads a kind 0 id as a number in base 36, or returns `None` where the id is of kind 1.
///
/// The characters are right-aligned among zeros, which do not change the value, and joined two and two: steps without
/// branches or long chains of multiplications, which the compiler turns into vectors.
#[inline(always)]
fn base36(id: &[u8]) -> Option<u128> {
    if id.is_empty() || id.len() > KIND0_LENGTH_MAX {
        return None;
    }
    let mut characters = [b'0'; 24];
    match <[u8; 18]>::try_from(id) {
        // Nearly every id is a unified social credit code; a copy of a known length is a few instructions.
        Ok(code) => characters[6..].copy_from_slice(&code),
        Err(_) => characters[24 - id.len()..].copy_from_slice(id),
    }
    let mut strange = false;
    let digits = characters.map(|character| {
        let (digit, letter) = (character.wrapping_sub(b'0'), character.wrapping_sub(b'A'));
        strange |= digit > 9 && letter > 25;
        if digit > 9 { letter.wrapping_add(10) } else { digit }
    });
    let twos: [u16; 12] = std::array::from_fn(|i| u16::from(digits[2 * i]) * 36 + u16::from(digits[2 * i + 1]));
    let fours: [u32; 6] = std::array::from_fn(|i| u32::from(twos[2 * i]) * 36u32.pow(2) + u32::from(twos[2 * i + 1]));
    let eights: [u64; 3] =
        std::array::from_fn(|i| u64::from(fours[2 * i]) * 36u64.pow(4) + u64::from(fours[2 * i + 1]));
    let value = eights.iter().fold(0, |value, &eight| value * 36u128.pow(8) + u128::from(eight));
    (!strange).then_some(value)
}

impl fmt::Display for Iv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Iv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iv({self})")
    }
}
