//! The hybrid of runs and packed bits in which Parquet keeps levels and dictionary entries (Parquet format, "Encodings", RLE).

/// Unpacks `count` numbers of `width` bits behind those in `out`; `None` if the bytes end too early or the width exceeds 32.
pub fn unpack(mut bytes: &[u8], width: u32, count: usize, out: &mut Vec<u32>) -> Option<()> {
    if width > 32 {
        return None;
    }
    let end = out.len().checked_add(count)?;
    let value_bytes = width.div_ceil(8) as usize;
    while out.len() < end {
        let header = varint(&mut bytes)?;
        let left = end - out.len();
        if header & 1 == 0 {
            let (value, rest) = bytes.split_at_checked(value_bytes)?;
            let value = value.iter().rev().fold(0u32, |value, &byte| value << 8 | u32::from(byte));
            let run = usize::try_from(header >> 1).ok()?;
            if run == 0 {
                return None;
            }
            out.resize(out.len() + run.min(left), value);
            bytes = rest;
        } else {
            let values = usize::try_from(header >> 1).ok()?.checked_mul(8)?;
            let length = values.checked_mul(width as usize)? / 8;
            // The last group may be cut where the page ends.
            let taken = values.min(left);
            let (packed, rest) = bytes.split_at(length.min(bytes.len()));
            if values == 0 || packed.len() * 8 < taken * width as usize {
                return None;
            }
            bits(packed, width, taken, out);
            bytes = rest;
        }
    }
    Some(())
}

/// Reads definition levels of one bit: for each row whether it has a value; `Some(None)` if all have.
pub fn valid(bytes: &[u8], count: usize) -> Option<Option<Vec<bool>>> {
    // Nearly always one run over the whole page.
    let mut rest = bytes;
    let header = varint(&mut rest)?;
    if header & 1 == 0 && header >> 1 >= count as u64 && rest.first() == Some(&1) {
        return Some(None);
    }
    let mut levels = Vec::new();
    unpack(bytes, 1, count, &mut levels)?;
    Some(Some(levels.into_iter().map(|level| level == 1).collect()))
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Unpacks numbers whose bits follow each other, the lowest first; `packed` holds at least all of them.
fn bits(packed: &[u8], width: u32, count: usize, out: &mut Vec<u32>) {
    let mask = if width == 32 { u32::MAX } else { (1 << width) - 1 };
    let mut left = count;
    // Eight numbers take as many bytes as each takes bits, and up to eight bytes lie in one word.
    if (1..=8).contains(&width) {
        for bytes in packed.chunks_exact(width as usize).take(count / 8) {
            let word = bytes.iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
            out.extend((0..8).map(|at| (word >> (at * width)) as u32 & mask));
            left -= 8;
        }
    }
    let (mut word, mut held) = (0u64, 0u32);
    let mut fours = packed[(count - left) / 8 * width as usize..].chunks(4);
    for _ in 0..left {
        if held < width {
            let four = fours.next().unwrap_or(&[]);
            let more = four.iter().rev().fold(0u64, |more, &byte| more << 8 | u64::from(byte));
            word |= more << held;
            held += 32;
        }
        out.push(word as u32 & mask);
        word >>= width;
        held -= width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a stratum could be read from the bits of its neighbour.
    #[test]
    fn runs_and_packed_bits_come_back() {
        // The packed example of the format: 0 to 7 in three bits each.
        let packed = [0b0000_0011, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        let mut out = Vec::new();
        assert_eq!(unpack(&packed, 3, 8, &mut out), Some(()));
        assert_eq!(out, [0, 1, 2, 3, 4, 5, 6, 7]);
        let mut out = Vec::new();
        assert_eq!(unpack(&[10, 0x34, 0x12, 2, 7, 0], 13, 6, &mut out), Some(()));
        assert_eq!(out, [0x1234, 0x1234, 0x1234, 0x1234, 0x1234, 7]);
        for width in 0..=32 {
            let values: Vec<u32> =
                (0..64u32).map(|i| i.wrapping_mul(0x9e37_79b9).checked_shr(32 - width).unwrap_or(0)).collect();
            let mut bytes = vec![(8 << 1) | 1];
            let mut all: Vec<bool> = Vec::new();
            values.iter().for_each(|value| all.extend((0..width).map(|bit| value >> bit & 1 == 1)));
            bytes.extend(
                all.chunks(8).map(|eight| eight.iter().rev().fold(0u8, |byte, bit| byte << 1 | u8::from(*bit))),
            );
            // The last eight may be wanted in part, and then lie there in part.
            for count in [64, 61, 8, 3] {
                let mut out = Vec::new();
                let there = 1 + (count * width as usize).div_ceil(8);
                assert_eq!(unpack(&bytes[..there], width, count, &mut out), Some(()), "{width} bits");
                assert_eq!(out, values[..count], "{width} bits");
            }
        }
    }

    /// Without it a page cut short could end in a panic, or in rows that are none.
    #[test]
    fn what_is_cut_is_refused() {
        let mut out = Vec::new();
        assert_eq!(unpack(&[3, 0xff], 3, 8, &mut out), None);
        assert_eq!(unpack(&[], 1, 1, &mut Vec::new()), None);
        assert_eq!(unpack(&[0, 1], 1, 1, &mut Vec::new()), None);
        assert_eq!(unpack(&[2, 1], 33, 1, &mut Vec::new()), None);
        assert_eq!(valid(&[4, 1], 2), Some(None));
        assert_eq!(valid(&[2, 1, 2, 0], 2), Some(Some(vec![true, false])));
        assert_eq!(valid(&[2, 1], 2), None);
    }
}
