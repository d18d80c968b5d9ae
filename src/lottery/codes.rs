//! IVs of many ids at once, word by word (protocol §1).
//!
//! Nearly every id has 18 characters of kind 0, as unified social credit codes have. Some of these are read side by side,
//! neighbours joined two and two, in loops that the compiler turns into vectors of whatever width there is. Every other
//! id takes the way of [`Iv::of_bytes`], which is the oracle.

#![expect(clippy::needless_range_loop, reason = "a lane is one number in all arrays; iterators hide that")]

use super::{Iv, Suite};

/// Holds IVs word by word: the four words of the ChaCha20 state, each for all ids, as the kernels take them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ivs {
    len: usize,
    /// Filled up to whole groups, so that no lane is left over.
    words: [Vec<u32>; 4],
}

impl Ivs {
    /// Returns the number of IVs.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns one IV.
    ///
    /// # Panics
    /// If there are not so many.
    #[inline]
    pub fn at(&self, at: usize) -> Iv {
        Iv::of_words(std::array::from_fn(|word| self.words[word][at]))
    }

    /// Lists the positions of ids that were hashed (kind 1).
    pub fn hashed(&self) -> impl Iterator<Item = usize> {
        // A hashed id is rare, and to see that there is none takes a vector's glance.
        let is_hashed = |word: &u32| word >> 4 & 15 == 1;
        let words = &self.words[0][..self.len];
        let any = words.iter().fold(false, |any, word| any | is_hashed(word));
        let some = if any { words } else { &[] };
        some.iter().enumerate().filter(move |(_, word)| is_hashed(word)).map(|(at, _)| at)
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.words.iter_mut().for_each(Vec::clear);
    }

    /// Returns the four words of all IVs, and behind them what fills up the last group.
    pub(super) fn words(&self) -> [&[u32]; 4] {
        self.words.each_ref().map(Vec::as_slice)
    }

    /// Adds a group of which `count` are IVs; only after the last one may there be less than all.
    pub(super) fn push(&mut self, group: &[[u32; GROUP]; 4], count: usize) {
        self.len += count;
        self.words.iter_mut().zip(group).for_each(|(words, group)| words.extend_from_slice(group));
    }
}

/// Ids that are read side by side.
pub(super) const GROUP: usize = 64;

/// Computes the IVs of `ids` and hands them to `take` word by word, a group at a time, with the number of its ids.
#[inline(always)]
pub(super) fn groups<'a>(
    suite: Suite,
    mut ids: impl Iterator<Item = &'a [u8]>,
    mut take: impl FnMut(&[[u32; GROUP]; 4], usize),
) {
    let mut group: [&[u8]; GROUP] = [&[]; GROUP];
    loop {
        let mut codes = Codes { first: [[b'0'; 8]; GROUP], second: [[b'0'; 8]; GROUP], last: [[b'0'; 2]; GROUP] };
        let mut count = 0;
        while count < GROUP {
            let Some(id) = ids.next() else { break };
            group[count] = id;
            // What has another length is made to look strange.
            codes.set(count, id.try_into().unwrap_or(b"------------------"));
            count += 1;
        }
        if count == 0 {
            return;
        }
        let strange = codes.become_digits();
        let mut words = codes.words();
        if strange.iter().any(|lane| *lane) {
            for lane in (0..count).filter(|&lane| strange[lane]) {
                let other = Iv::of_bytes(suite, group[lane]).words();
                words.iter_mut().zip(other).for_each(|(words, other)| words[lane] = other);
            }
        }
        take(&words, count);
    }
}

/// Holds ids of 18 characters, lane by lane: eight, eight, and two of each.
struct Codes {
    first: [[u8; 8]; GROUP],
    second: [[u8; 8]; GROUP],
    last: [[u8; 2]; GROUP],
}

impl Codes {
    #[inline(always)]
    fn set(&mut self, lane: usize, code: &[u8; 18]) {
        let (eights, last) = code.as_chunks::<8>();
        (self.first[lane], self.second[lane]) = (eights[0], eights[1]);
        self.last[lane] = [last[0], last[1]];
    }

    /// Turns characters into digits of base 36 and tells the lanes in which one is none of `0-9A-Z`.
    #[inline(always)]
    fn become_digits(&mut self) -> [bool; GROUP] {
        let (mut eights, mut twos) = ([[0; 8]; GROUP], [[0; 2]; GROUP]);
        digits(self.first.as_flattened_mut(), eights.as_flattened_mut());
        digits(self.second.as_flattened_mut(), eights.as_flattened_mut());
        digits(self.last.as_flattened_mut(), twos.as_flattened_mut());
        let mut is_strange = [false; GROUP];
        for lane in 0..GROUP {
            is_strange[lane] = u64::from_le_bytes(eights[lane]) != 0 || u16::from_le_bytes(twos[lane]) != 0;
        }
        is_strange
    }

    /// Joins the digits to the words of the IVs.
    #[inline(always)]
    fn words(&self) -> [[u32; GROUP]; 4] {
        /// The value has 94 bits at most; it is put together from two limbs, of which this is the lower.
        const LIMB: u32 = 52;
        /// 36^10 = 3^20 · 2^20, the weight of the first eight digits; the odd factor fits a word.
        const ODD: u64 = 3u64.pow(20);
        const LOW: u64 = u32::MAX as u64;
        let mut words = [[(18u32 << 20).swap_bytes(); GROUP], [0; GROUP], [0; GROUP], [0; GROUP]];
        for lane in 0..GROUP {
            let first = eight(u64::from_le_bytes(self.first[lane]));
            let second = eight(u64::from_le_bytes(self.second[lane]));
            let last = u64::from(self.last[lane][0]) * 36 + u64::from(self.last[lane][1]);
            let (below, above) = ((first & LOW) * ODD, (first >> 32) * ODD);
            let low = ((below & LOW) << 20) + second * (36 * 36) + last;
            let high = above + (below >> 32) + (low >> LIMB);
            let low = low & ((1 << LIMB) - 1) | high << LIMB;
            words[1][lane] = ((high >> (64 - LIMB)) as u32).swap_bytes();
            words[2][lane] = ((low >> 32) as u32).swap_bytes();
            words[3][lane] = (low as u32).swap_bytes();
        }
        words
    }
}

/// Turns characters into digits of base 36; sets the byte of `strange` for each that is none.
#[inline(always)]
fn digits(characters: &mut [u8], strange: &mut [u8]) {
    for (character, strange) in characters.iter_mut().zip(strange) {
        let (digit, letter) = (character.wrapping_sub(b'0'), character.wrapping_sub(b'A'));
        *strange |= u8::from(digit > 9 && letter > 25);
        *character = if digit > 9 { letter.wrapping_add(10) } else { digit };
    }
}

/// Joins eight digits, the first in the lowest byte, neighbours two and two: bytes to halves, halves to words.
#[inline(always)]
fn eight(digits: u64) -> u64 {
    const BYTES: u64 = 0x00ff_00ff_00ff_00ff;
    const HALVES: u64 = 0x0000_ffff_0000_ffff;
    let twos = (digits & BYTES) * 36 + (digits >> 8 & BYTES);
    let fours = (twos & HALVES) * 36u64.pow(2) + (twos >> 16 & HALVES);
    (fours & 0xffff_ffff) * 36u64.pow(4) + (fours >> 32)
}
