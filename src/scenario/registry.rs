//! Registries of any size for measurements (通用名录库): blocks of rows that are made by themselves, in constant memory.

use super::codes::{SERIALS, serial, uscc};
use super::random::Stream;
use super::trades::{COOPERATIVES, ENTERPRISES, INDIVIDUALS, Trade};

/// Step from one serial number to the next: about `SERIALS` divided by the golden ratio, and no multiple of 31, so that
/// all numbers come up once and neighbours lie far apart.
const STEP: u64 = 548_507_441;

/// Rows of a block; the last one of a registry may be shorter.
pub const BLOCK: u64 = 1 << 16;

/// First two digits of the administrative codes (GB/T 2260) of the provinces on the mainland, and their residents in
/// units of 100,000 (第七次全国人口普查公报 第三号, 2021), which stand for their shares of the entities.
const PROVINCES: [(u8, u32); 31] = [
    (11, 219),
    (12, 139),
    (13, 746),
    (14, 349),
    (15, 240),
    (21, 426),
    (22, 241),
    (23, 319),
    (31, 249),
    (32, 848),
    (33, 646),
    (34, 610),
    (35, 415),
    (36, 452),
    (37, 1015),
    (41, 994),
    (42, 578),
    (43, 664),
    (44, 1260),
    (45, 501),
    (46, 101),
    (50, 321),
    (51, 837),
    (52, 386),
    (53, 472),
    (54, 36),
    (61, 395),
    (62, 250),
    (63, 59),
    (64, 72),
    (65, 259),
];

/// Enterprises, individuals and cooperatives per mille (nation, 2023-09; reference `calibration.csv`, `entities.*`).
const KIND_SHARES: [u32; 3] = [313, 675, 12];

/// Credit classes A to D, per mille (estimate; `credit_share.*` of 邓州市).
const CLASS_SHARES: [u32; 4] = [650, 260, 65, 25];

/// Entities per mille that are deregistered and still listed (estimate).
const DEREGISTERED: u32 = 30;

/// Characters of trade names.
const BRANDS: &str = "安邦百宝昌成达德鼎东丰福富冠光广国海和恒弘宏鸿华汇惠吉佳嘉建金锦景久聚凯康利联隆茂美明宁鹏普启全瑞润森盛顺泰腾天通万旺祥新信兴旭雅阳亿益永友宇裕源远悦泽正志中众";

/// One entity of a streamed registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Unified social credit code with right check characters; no two rows share one.
    pub id: String,
    pub name: String,
    /// `enterprise`, `individual` or `cooperative`.
    pub kind: &'static str,
    /// 4 digits of GB/T 4754.
    pub industry: &'static str,
    /// 6 digits; the authority may not exist.
    pub region: String,
    /// `A` to `D`.
    pub class: &'static str,
    /// `active` or `deregistered`.
    pub status: &'static str,
}

/// Headings of a registry, which the readers of registries know.
pub const HEADINGS: [&str; 7] = ["id", "name", "kind", "industry", "region", "class", "status"];

impl Row {
    /// Returns the texts under [`HEADINGS`].
    pub fn fields(&self) -> [&str; 7] {
        [&self.id, &self.name, self.kind, self.industry, &self.region, self.class, self.status]
    }
}

/// Streams a made-up registry of `n` entities; the same `n` first rows for every larger `n`.
///
/// ```
/// use fairdraw::scenario::registry;
/// let two: Vec<_> = registry(2, "1").collect();
/// assert_eq!(registry(5, "1").take(2).collect::<Vec<_>>(), two);
/// ```
///
/// # Panics
/// If `n` exceeds 887,503,681 (31⁶), the number of serial numbers, or the seed 16 bytes.
pub fn registry(n: u64, seed: &str) -> impl Iterator<Item = Row> {
    assert!(n <= SERIALS, "a registry has at most {SERIALS} rows");
    (0..n.div_ceil(BLOCK)).flat_map(move |number| block(n, seed, number))
}

/// Makes the rows of one block of a registry of `n` entities, without those before it.
///
/// # Panics
/// As [`registry`].
pub fn block(n: u64, seed: &str, number: u64) -> impl Iterator<Item = Row> + use<> {
    assert!(seed.len() <= 16, "a seed has at most 16 bytes");
    let mut stream = Stream::of(&format!("registry/{number}/{seed}"));
    let offset = seed.bytes().fold(0, |sum, byte| (sum * 31 + u64::from(byte)) % SERIALS);
    let kinds = [ENTERPRISES, INDIVIDUALS, COOPERATIVES].map(Weighted::of);
    let brands: Vec<char> = BRANDS.chars().collect();
    let first = number * BLOCK;
    (first..n.min(first + BLOCK))
        .map(move |at| row(&mut stream, (offset + at % SERIALS * STEP) % SERIALS, &kinds, &brands))
}

fn row(stream: &mut Stream, number: u64, kinds: &[Weighted; 3], brands: &[char]) -> Row {
    let at = stream.weighted(&KIND_SHARES);
    let (category, kind, suffix) =
        [("91", "enterprise", "有限公司"), ("92", "individual", ""), ("93", "cooperative", "专业合作社")][at];
    let trade = kinds[at].pick(stream);
    let province = PROVINCES[stream.weighted(&PROVINCES.map(|(_, weight)| weight))].0;
    let region = format!("{province}{:02}{:02}", stream.between(1, 20), stream.between(1, 30));
    let mut name: String = [*stream.pick(brands), *stream.pick(brands)].iter().collect();
    let words = trade.words.split('|').count() as u32;
    name.push_str(trade.words.split('|').nth(stream.below(words) as usize).unwrap_or(trade.words));
    name.push_str(suffix);
    let class = ["A", "B", "C", "D"][stream.weighted(&CLASS_SHARES)];
    let status = if stream.chance(DEREGISTERED) { "deregistered" } else { "active" };
    let id = uscc(category, &region, &format!("MA{}", serial(number as u32)));
    Row { id, name, kind, industry: trade.industry, region, class, status }
}

/// Trades with the sums of their numbers, to pick one in proportion.
struct Weighted {
    trades: &'static [Trade],
    sums: Vec<u32>,
}

impl Weighted {
    fn of(trades: &'static [Trade]) -> Weighted {
        let sum = |sum: &mut u32, trade: &Trade| {
            // The trade that takes the rest of its kind in the county stands for about a twelfth here.
            *sum += if trade.count == 0 { REST } else { trade.count };
            Some(*sum)
        };
        Weighted { trades, sums: trades.iter().scan(0, sum).collect() }
    }

    fn pick(&self, stream: &mut Stream) -> &'static Trade {
        let drawn = stream.below(*self.sums.last().expect("a kind has trades"));
        &self.trades[self.sums.partition_point(|&sum| sum <= drawn)]
    }
}

/// Number that stands for the trade without a number of its own.
const REST: u32 = 2_000;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Without it two rows of a large registry could share a code and so a ticket.
    #[test]
    fn serial_numbers_come_up_once() {
        assert!(!STEP.is_multiple_of(31) && STEP < SERIALS);
        let organisations: BTreeSet<String> = registry(70_000, "7").map(|row| row.id[8..16].to_owned()).collect();
        assert_eq!(organisations.len(), 70_000);
    }

    /// Without it a registry made by several threads could differ from one made by a single one, or grow unlike itself.
    #[test]
    fn blocks_are_the_registry() {
        let whole: Vec<Row> = registry(BLOCK + 10, "x").collect();
        assert_eq!(block(BLOCK + 10, "x", 1).collect::<Vec<_>>(), whole[BLOCK as usize..]);
        assert_eq!(block(BLOCK * 3, "x", 1).take(10).collect::<Vec<_>>(), whole[BLOCK as usize..]);
    }

    /// Without it measurements would be made on a registry that is like none: no class D, or one province alone.
    #[test]
    fn shares_are_those_of_a_registry() {
        let rows: Vec<Row> = registry(50_000, "shares").collect();
        let share = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).count() * 1_000 / rows.len();
        assert!((640..660).contains(&share(&|row| row.class == "A")), "{}", share(&|row| row.class == "A"));
        assert!((20..30).contains(&share(&|row| row.class == "D")), "{}", share(&|row| row.class == "D"));
        assert!((660..690).contains(&share(&|row| row.kind == "individual")));
        assert!((80..98).contains(&share(&|row| row.region.starts_with("44"))), "Guangdong has 9 % of the residents");
        let retail = share(&|row| row.kind == "individual" && row.industry.starts_with("52"));
        assert!((250..450).contains(&retail), "{retail}");
    }
}
