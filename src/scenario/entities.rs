//! The entity registry (检查对象名录库): about 127,000 rows with the dirt that real exports have.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::codes::{ALPHABET, code_check, registration_number, serial, uscc};
use super::frames::section;
use super::names::{Words, short_name};
use super::random::{Stream, later};
use super::reference::{Facts, Township};
use super::trades::{COOPERATIVES, ENTERPRISES, INDIVIDUALS, INSTITUTIONS, OTHERS, Trade};
use super::{REGION, Table};

/// Numbers of the calibration (`entities.*` of 邓州市, an estimate).
const ENTERPRISES_TOTAL: u32 = 26_000;
const INDIVIDUALS_TOTAL: u32 = 96_500;
const COOPERATIVES_TOTAL: u32 = 2_500;
/// Public institutions; an estimate: schools, hospitals, care homes and service centres of 27 townships.
const INSTITUTIONS_TOTAL: u32 = 640;

/// Rows that stand for dirt, by count; shares after the name list of 42,782 rows that was measured (`dirty.*`).
const WITHOUT_CODE: usize = 150;
const TWINS: usize = 200;
const DIGITS_13: usize = 375;
const DIGITS_14: usize = 9;
const WRONG_CHECK: usize = 3;
const NO_BREAK_BLANK: usize = 5;
const OUTER_BLANK: usize = 15;

/// Share of individuals from before October 2015 that never changed to an 18-character code, per mille.
///
/// They are about 57 % of all, so that 12 % of the individuals carry 15 digits.
const OLD_NUMBER: u32 = 211;

/// Shares of the credit classes A to D of enterprises, per mille (`credit_share.*` of 邓州市, an estimate).
const CLASS_SHARES: [u32; 4] = [650, 260, 65, 25];

/// One entity (检查对象) as the rest of the generator sees it.
pub(super) struct Entity {
    /// Canonical id: capital letters and digits; empty where the registry has none.
    pub id: String,
    /// The id as the registry writes it.
    pub written_id: String,
    pub name: String,
    pub kind: &'static str,
    pub industry: &'static str,
    /// Position in the reference's list of townships.
    pub township: usize,
    pub address: String,
    /// `A` to `D`, or empty.
    pub class: &'static str,
    pub status: &'static str,
    pub tags: Vec<&'static str>,
    pub flags: Vec<&'static str>,
    pub quiet: String,
    pub registered: Date,
}

/// Day since which new codes carry letters in the organisation part; codes of earlier firms are built on their old number.
const CODE_REFORM: Date = date(2015, 10, 1);

/// The organisation numbers of one kind: ascending, no two kinds share one.
struct Series {
    category: &'static str,
    kind: &'static str,
    /// First number of 8 digits, before the reform; individuals had none and got a new one.
    first_old: u32,
    /// First number of 6 characters behind two letters.
    first_new: u32,
    step_max: u32,
}

/// Generates the registry, in the order in which the authorities gave the codes.
pub(super) fn generate(facts: &Facts) -> Vec<Entity> {
    let mut registry = Registry {
        stream: Stream::of("dengzhou/entities"),
        words: Words::new(),
        townships: &facts.townships,
        shares: facts.townships.iter().map(|township| township.share).collect(),
        names: BTreeSet::new(),
        entities: Vec::new(),
        old_numbers: 0,
    };
    let place = 31u32.pow(5);
    let series = |category, kind, first: u32, step_max| Series {
        category,
        kind,
        first_old: 14_000_000 + 3_000_000 * first,
        first_new: first * place,
        step_max,
    };
    registry.add(&series("91", "enterprise", 3, 120), ENTERPRISES, ENTERPRISES_TOTAL);
    registry.add(&series("92", "individual", 4, 40), INDIVIDUALS, INDIVIDUALS_TOTAL);
    registry.add(&series("93", "cooperative", 9, 300), COOPERATIVES, COOPERATIVES_TOTAL);
    registry.add(&series("12", "institution", 11, 9_000), INSTITUTIONS, INSTITUTIONS_TOTAL);
    for (position, (category, trade)) in OTHERS.iter().enumerate() {
        let series = series(category, "other", 12 + position as u32, 9_000);
        registry.add(&series, std::slice::from_ref(trade), trade.count);
    }
    registry.soil();
    registry.entities
}

struct Registry<'a> {
    stream: Stream,
    words: Words,
    townships: &'a [Township],
    shares: Vec<u32>,
    names: BTreeSet<String>,
    entities: Vec<Entity>,
    /// 15-digit numbers given so far.
    old_numbers: u32,
}

impl Registry<'_> {
    /// Adds the entities of one kind, oldest first, codes ascending.
    fn add(&mut self, series: &Series, trades: &'static [Trade], total: u32) {
        let mut order: Vec<&'static Trade> = Vec::new();
        for trade in trades {
            let rest = total - order.len() as u32;
            let count = if trade.count == 0 { rest } else { trade.count };
            order.extend(std::iter::repeat_n(trade, count as usize));
        }
        assert_eq!(order.len(), total as usize, "the trades of {} have another total", series.kind);
        self.stream.shuffle(&mut order);
        let mut number = 0;
        for (position, trade) in order.into_iter().enumerate() {
            // From 2005 to 2023, evenly: 6,939 days.
            let registered = later(date(2005, 1, 1), i64::from(position as u32 * 600 / total) * 6_939 / 600 + 5);
            let registered = later(registered, i64::from(self.stream.below(11)));
            number += self.stream.between(1, series.step_max);
            let entity = self.entity(series, trade, registered, number);
            self.entities.push(entity);
        }
    }

    fn entity(&mut self, series: &Series, trade: &'static Trade, registered: Date, number: u32) -> Entity {
        let township = self.stream.weighted(&self.shares);
        let kind = series.kind;
        let id = if kind == "individual" && registered < CODE_REFORM && self.stream.chance(OLD_NUMBER) {
            self.old_number()
        } else if kind != "individual" && registered < CODE_REFORM {
            uscc(series.category, REGION, &format!("{:08}", series.first_old + number))
        } else {
            let number = serial(series.first_new + number);
            let head = match kind {
                "institution" => "MB",
                "other" => "MJ",
                _ => "MA",
            };
            uscc(series.category, REGION, &format!("{head}{number}"))
        };
        let class = if kind == "enterprise" { ["A", "B", "C", "D"][self.stream.weighted(&CLASS_SHARES)] } else { "" };
        let mut tags = Vec::new();
        for tag in trade.tags.split(';').filter(|tag| !tag.is_empty()) {
            let (tag, share) = tag.split_once(' ').unwrap_or((tag, "1000"));
            if self.stream.chance(share.parse().expect("a share in the list of trades is a number")) {
                tags.push(tag);
            }
        }
        let name = self.name(kind, trade, township);
        let address = self.words.address(&mut self.stream, &self.townships[township]);
        Entity {
            written_id: id.clone(),
            id,
            name,
            kind,
            industry: trade.industry,
            township,
            address,
            class,
            status: self.status(kind),
            flags: self.flags(kind, class),
            quiet: self.quiet(kind, &tags),
            tags,
            registered,
        }
    }

    fn old_number(&mut self) -> String {
        self.old_numbers += 1;
        registration_number(&format!("{REGION}60{:06}", self.old_numbers))
    }

    /// Makes a name that no entity has yet.
    fn name(&mut self, kind: &str, trade: &Trade, township: usize) -> String {
        let words: Vec<&str> = trade.words.split('|').collect();
        let township = &self.townships[township];
        let place = if township.urban { short_name(township) } else { &township.name };
        for attempt in 0..60 {
            let word = self.stream.pick(&words);
            let length = 2 + attempt / 20;
            let name = match kind {
                "enterprise" => {
                    let length = length + u32::from(self.stream.chance(500));
                    let brand = self.words.brand(&mut self.stream, length);
                    let bracket = if self.stream.chance(20) { "（河南）" } else { "" };
                    format!("邓州市{brand}{word}{bracket}有限公司")
                }
                "individual" => {
                    let brand = if self.stream.chance(250) {
                        self.words.person(&mut self.stream)
                    } else {
                        self.words.brand(&mut self.stream, length)
                    };
                    // The wording that the registration rules of 2022 allow; half-width brackets are the dirt.
                    let bracket = match self.stream.below(10_000) {
                        0..14 => "(个体工商户)",
                        14..350 => "（个体工商户）",
                        _ => "",
                    };
                    format!("邓州市{place}{brand}{word}{bracket}")
                }
                "cooperative" => format!("邓州市{place}{}{word}专业合作社", self.words.brand(&mut self.stream, length)),
                _ => {
                    let brand = self.words.brand(&mut self.stream, length);
                    let place =
                        if attempt < 2 && kind == "institution" { place.to_owned() } else { format!("{place}{brand}") };
                    format!("邓州市{place}{word}")
                }
            };
            if self.names.insert(name.clone()) {
                return name;
            }
        }
        unreachable!("4 characters of a brand leave millions of names")
    }

    fn status(&mut self, kind: &str) -> &'static str {
        if matches!(kind, "institution" | "other") {
            return "active";
        }
        match self.stream.below(1_000) {
            0..40 => "deregistered",
            40..45 => "revoked",
            45..50 => "moved",
            _ => "active",
        }
    }

    fn flags(&mut self, kind: &str, class: &str) -> Vec<&'static str> {
        let abnormal = match (kind, class) {
            ("enterprise", "D") => 500,
            ("enterprise", "C") => 200,
            ("enterprise", _) => 15,
            ("individual", _) => 25,
            _ => 0,
        };
        let mut flags = Vec::new();
        if self.stream.chance(abnormal) {
            flags.push("abnormal");
        }
        if class == "D" && self.stream.chance(90) {
            flags.push("serious");
        }
        flags
    }

    /// Gives a school the days of the entrance examinations, and a few firms one or two weeks of their own.
    fn quiet(&mut self, kind: &str, tags: &[&str]) -> String {
        if tags.contains(&"学校") && self.stream.chance(150) {
            return "2024-06-05/2024-06-10;2024-06-24/2024-06-28".to_owned();
        }
        if kind == "enterprise" && self.stream.chance(10) {
            let first = self.stream.day(date(2024, 1, 8), date(2024, 12, 10));
            return format!("{first}/{}", later(first, i64::from(self.stream.between(6, 13))));
        }
        String::new()
    }

    /// Brings in the dirt: missing and short codes, wrong check characters, blanks, twins.
    fn soil(&mut self) {
        let plain = |entity: &Entity| {
            entity.id.len() == 18
                && entity.registered < CODE_REFORM
                && matches!(entity.kind, "individual" | "enterprise")
        };
        let mut order: Vec<usize> =
            (0..self.entities.len()).filter(|&position| plain(&self.entities[position])).collect();
        self.stream.shuffle(&mut order);
        let mut rest = order.into_iter();
        let mut take = |count: usize| rest.by_ref().take(count).collect::<Vec<usize>>();
        for position in take(WITHOUT_CODE) {
            self.entities[position].id.clear();
        }
        for (serial, position) in take(DIGITS_13).into_iter().enumerate() {
            self.entities[position].id = format!("{REGION}{:07}", 2_200_114 + 13 * serial);
        }
        for (serial, position) in take(DIGITS_14).into_iter().enumerate() {
            self.entities[position].id = format!("{REGION}{:08}", 22_001_905 + 29 * serial);
        }
        for position in take(WRONG_CHECK) {
            let id = &mut self.entities[position].id;
            id.pop();
            let right = ALPHABET.iter().position(|&byte| char::from(byte) == code_check(id)).unwrap_or(0);
            id.push(char::from(ALPHABET[(right + 7) % ALPHABET.len()]));
        }
        for position in take(NO_BREAK_BLANK) {
            let name = &mut self.entities[position].name;
            *name = name.replacen("邓州市", "邓州市\u{a0}", 1);
        }
        for (turn, position) in take(OUTER_BLANK).into_iter().enumerate() {
            let name = &mut self.entities[position].name;
            *name = if turn % 2 == 0 { format!(" {name}") } else { format!("{name} ") };
        }
        for entity in &mut self.entities {
            entity.written_id.clone_from(&entity.id);
        }
        if let [lower, parted] = take(2)[..] {
            let entity = &mut self.entities[lower];
            entity.written_id = entity.id.to_lowercase();
            let entity = &mut self.entities[parted];
            entity.written_id = format!("{}-{} {}", &entity.id[..8], &entity.id[8..17], &entity.id[17..]);
        }
        for position in take(TWINS) {
            let id = self.old_number();
            let original = &self.entities[position];
            let twin = Entity {
                written_id: id.clone(),
                id,
                name: original.name.clone(),
                address: original.address.clone(),
                status: "duplicate",
                tags: original.tags.clone(),
                flags: Vec::new(),
                quiet: String::new(),
                ..*original
            };
            self.entities.push(twin);
        }
    }
}

/// Writes the registry as a table.
pub(super) fn table(entities: &[Entity], facts: &Facts) -> Table {
    let mut stream = Stream::of("dengzhou/entities.table");
    let mut table = Table::new(&[
        "id",
        "name",
        "kind",
        "industry",
        "township",
        "address",
        "class",
        "status",
        "tags",
        "flags",
        "quiet",
        "registered",
    ]);
    for entity in entities {
        let township = &facts.townships[entity.township];
        // Some rows come from other systems: the name, an old name or the map service's code in place of the code.
        let place = match stream.below(1_000) {
            0..25 => &township.name,
            25..32 => township.other_names.first().unwrap_or(&township.code),
            32..40 => township.other_codes.first().unwrap_or(&township.code),
            _ => &township.code,
        };
        let letter = if stream.chance(30) { section(entity.industry).to_string() } else { String::new() };
        table.push([
            entity.written_id.clone(),
            entity.name.clone(),
            entity.kind.to_owned(),
            format!("{letter}{}", entity.industry),
            place.clone(),
            entity.address.clone(),
            entity.class.to_owned(),
            entity.status.to_owned(),
            entity.tags.join(";"),
            entity.flags.join(";"),
            entity.quiet.clone(),
            entity.registered.to_string(),
        ]);
    }
    table
}
