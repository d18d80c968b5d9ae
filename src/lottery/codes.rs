//! IVs of unified social credit codes with the vector instructions of x86-64 (protocol §1).
//!
//! Nearly every id has 18 characters of kind 0. Sixteen of them fill one register, in which neighbours are joined two and
//! two; the last two follow as plain numbers. Every other id takes the way of [`Iv::of_bytes`], which is the oracle.

use std::arch::x86_64::{
    _mm_add_epi8, _mm_and_si128, _mm_cmpgt_epi8, _mm_cvtsi128_si64, _mm_madd_epi16, _mm_maddubs_epi16,
    _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32, _mm_unpackhi_epi64,
};

use super::{Iv, Suite};

/// Computes the IVs of `ids` and puts them behind those in `out`.
#[target_feature(enable = "avx2")]
pub(super) fn ivs<'a>(suite: Suite, ids: impl Iterator<Item = &'a [u8]>, out: &mut Vec<Iv>) {
    for id in ids {
        let value = <&[u8; 18]>::try_from(id).ok().and_then(|code| base36(code));
        out.push(value.map_or_else(|| Iv::of_bytes(suite, id), |value| Iv::plain(18, value)));
    }
}

/// Reads 18 characters as a number in base 36, or returns `None` if one of them is none of `0-9A-Z`.
#[inline]
#[target_feature(enable = "avx2")]
fn base36(code: &[u8; 18]) -> Option<u128> {
    let head = u128::from_le_bytes(*code.first_chunk::<16>()?);
    let last = [digit(code[16])?, digit(code[17])?];
    let characters = _mm_set_epi64x((head >> 64) as i64, head as i64);
    // Bytes beyond ASCII are negative here, and so below every bound.
    let above = |bound: u8| _mm_cmpgt_epi8(characters, _mm_set1_epi8(bound as i8));
    let below = |bound: u8| _mm_cmpgt_epi8(_mm_set1_epi8(bound as i8), characters);
    let is_digit = _mm_and_si128(above(b'0' - 1), below(b'9' + 1));
    let is_letter = _mm_and_si128(above(b'A' - 1), below(b'Z' + 1));
    if _mm_movemask_epi8(_mm_or_si128(is_digit, is_letter)) != 0xffff {
        return None;
    }
    let minus_seven = _mm_and_si128(is_letter, _mm_set1_epi8(-7));
    let digits = _mm_add_epi8(_mm_add_epi8(characters, _mm_set1_epi8(-48)), minus_seven);
    let twos = _mm_maddubs_epi16(digits, _mm_set1_epi16((1 << 8) | 36));
    let fours = _mm_madd_epi16(twos, _mm_set1_epi32((1 << 16) | (36 * 36)));
    let eight = |fours: i64| (fours as u64 & 0xffff_ffff) * 36u64.pow(4) + (fours as u64 >> 32);
    let first = eight(_mm_cvtsi128_si64(fours));
    let second = eight(_mm_cvtsi128_si64(_mm_unpackhi_epi64(fours, fours)));
    let sixteen = u128::from(first) * u128::from(36u64.pow(8)) + u128::from(second);
    Some(sixteen * (36 * 36) + u128::from(last[0] * 36 + last[1]))
}

/// Returns the value of one character of `0-9A-Z`.
#[inline(always)]
fn digit(character: u8) -> Option<u32> {
    match character {
        b'0'..=b'9' => Some(u32::from(character - b'0')),
        b'A'..=b'Z' => Some(u32::from(character - b'A') + 10),
        _ => None,
    }
}
