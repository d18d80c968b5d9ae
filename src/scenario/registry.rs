//! Registries of any size for measurements: rows one after the other, in constant memory.

use super::codes::{SERIALS, serial, uscc};
use super::random::Stream;
use super::trades::{COOPERATIVES, ENTERPRISES, INDIVIDUALS, Trade};

/// Step from one serial number to the next: about `SERIALS` divided by the golden ratio, and no multiple of 31, so that
/// all numbers come up once and neighbours lie far apart.
const STEP: u64 = 548_507_441;

/// First two digits of the administrative codes (GB/T 2260) of the provinces on the mainland.
const PROVINCES: [u8; 31] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65,
];

/// Enterprises, individuals and cooperatives per mille (nation, 2023-09; reference `calibration.csv`, `entities.*`).
const KIND_SHARES: [u32; 3] = [313, 675, 12];

/// Credit classes A to D of enterprises, per mille (estimate; `credit_share.*` of 邓州市).
const CLASS_SHARES: [u32; 4] = [650, 260, 65, 25];

/// One entity of a streamed registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Unified social credit code with right check characters; no two rows share one.
    pub id: String,
    /// `enterprise`, `individual` or `cooperative`.
    pub kind: &'static str,
    /// 6 digits; the authority may not exist.
    pub region: String,
    /// 4 digits of GB/T 4754.
    pub industry: &'static str,
    /// `A` to `D` for enterprises, else `N`.
    pub class: char,
}

/// Yields the rows of [`registry`].
pub struct Registry {
    stream: Stream,
    next: u64,
    left: u64,
}

/// Streams a made-up registry of `n` entities; the same `n` first rows for every larger `n`.
///
/// ```
/// use fairdraw::scenario::registry;
/// let two: Vec<_> = registry(2, 1).collect();
/// assert_eq!(registry(5, 1).take(2).collect::<Vec<_>>(), two);
/// ```
///
/// # Panics
/// If `n` exceeds 887,503,681 (31⁶), the number of serial numbers.
pub fn registry(n: u64, seed: u64) -> Registry {
    assert!(n <= SERIALS, "a registry has at most {SERIALS} rows");
    Registry { stream: Stream::of(&format!("registry/{seed}")), next: seed % SERIALS, left: n }
}

impl Iterator for Registry {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        self.left = self.left.checked_sub(1)?;
        let number = serial(self.next as u32);
        self.next = (self.next + STEP) % SERIALS;
        let stream = &mut self.stream;
        let (category, kind, trades): (&str, &str, &[Trade]) = match stream.weighted(&KIND_SHARES) {
            0 => ("91", "enterprise", ENTERPRISES),
            1 => ("92", "individual", INDIVIDUALS),
            _ => ("93", "cooperative", COOPERATIVES),
        };
        let province = stream.pick(&PROVINCES);
        let region = format!("{province}{:02}{:02}", stream.between(1, 20), stream.between(1, 30));
        let class = if kind == "enterprise" { ['A', 'B', 'C', 'D'][stream.weighted(&CLASS_SHARES)] } else { 'N' };
        let id = uscc(category, &region, &format!("MA{number}"));
        Some(Row { id, kind, region, industry: stream.pick(trades).industry, class })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        (left, usize::try_from(self.left).ok())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Without it two rows of a large registry could share a code and so a ticket.
    #[test]
    fn serial_numbers_come_up_once() {
        assert!(!STEP.is_multiple_of(31) && STEP < SERIALS);
        let organisations: BTreeSet<String> = registry(20_000, 7).map(|row| row.id[8..16].to_owned()).collect();
        assert_eq!(organisations.len(), 20_000);
    }
}
