//! The standing tables: agencies, townships, travel and the list of 350 items (一单).

use std::collections::{BTreeMap, BTreeSet};

use super::Table;
use super::random::Stream;
use super::reference::{Agency, Facts, ReferenceError, SourceItem};
use crate::both;

/// Number of items that the county's list has (`scenario.items`, given).
const ITEMS_TOTAL: usize = 350;

/// Most items that an agency other than the lead brings, so that no agency but the lead fills the list.
const ITEMS_MAX: usize = 23;

/// Agencies whose items the reference knows from city and province lists only.
const CITY_LEVEL: [&str; 2] = ["D04", "D08"];

/// Parts of item names that cannot occur in this inland county, or whose subject is no entity of the registry.
const LEFT_OUT: [&str; 14] = [
    "入海排污口",
    "外国企业常驻代表机构",
    "在中国境内从事生产经营活动的外国",
    "枪支制造",
    "枪支配售",
    "国际、国内船舶",
    "界桩界碑",
    "古生物化石",
    "探矿权人勘查",
    "蚕种监督检查",
    "跨省提供保安",
    "持有枪支的单位和个人",
    "履行法定统计职责",
    "奥林匹克",
];

/// Parts of an item's topic, name or object that make it one of the key items (重点).
const KEY_WORDS: [&str; 17] = [
    "食品生产",
    "药品",
    "特种设备",
    "危险",
    "民用爆炸",
    "易制毒",
    "燃气",
    "放射",
    "辐射",
    "传染病",
    "起重机械",
    "消防",
    "防雷",
    "学校食堂",
    "爆破",
    "储备粮",
    "屠宰",
];

/// Qualification (资质) that an agency's officer needs for items with one of the words.
///
/// The number is the crew that holds it: qualifications of one crew are held by the same officers.
/// Names after the value list of the officer template (`岗位资质资格`) and the usual certificates of the trade.
const QUALIFICATIONS: [(&str, u32, &str, &[&str]); 13] = [
    ("D01", 0, "特种设备安全监察员", &["特种设备"]),
    ("D01", 1, "药品检查员", &["药品经营", "药品GSP", "药品使用质量", "药品零售"]),
    ("D01", 1, "医疗器械检查员", &["医疗器械经营", "医疗器械使用质量"]),
    ("D01", 2, "食品检查员", &["食品生产企业", "食品添加剂生产", "小作坊", "保健食品经营者"]),
    ("D01", 3, "计量监督员", &["计量标准、技术机构", "制造计量器具"]),
    ("D06", 0, "易制毒化学品管理员", &["易制毒"]),
    ("D06", 1, "民用爆炸物品检查员", &["爆炸物品", "爆破"]),
    ("D12", 0, "辐射安全监督员", &["辐射安全"]),
    ("D13", 0, "工程质量监督员", &["工程质量", "起重机械"]),
    ("D15", 0, "危险货物运输检查员", &["危险货物"]),
    ("D17", 0, "官方兽医", &["动物卫生", "屠宰"]),
    ("D20", 0, "放射卫生监督员", &["放射诊疗"]),
    ("D28", 0, "消防监督员", &["重点单位履行法定消防", "使用领域消防产品", "投入使用、营业前"]),
];

/// One item (抽查事项) of the county's list.
pub(super) struct Item {
    pub code: String,
    pub agency: String,
    pub source: SourceItem,
    /// `key` or `general`.
    pub class: &'static str,
    /// Needed qualification, or empty.
    pub qualification: &'static str,
    pub minutes: u32,
    /// Most checks of one entity a year, or none.
    pub cap_per_year: Option<u32>,
}

impl Item {
    /// Says whether the item's topic, name or object speaks of `word`.
    pub(super) fn mentions(&self, word: &str) -> bool {
        [&self.source.topic, &self.source.name, &self.source.object].iter().any(|text| text.contains(word))
    }
}

/// Names an agency's qualifications, each with the crew that holds it.
pub(super) fn qualifications(agency: &str) -> impl Iterator<Item = (u32, &'static str)> {
    QUALIFICATIONS.iter().filter(move |(of, ..)| *of == agency).map(|&(_, crew, name, _)| (crew, name))
}

/// Chooses the 350 items: all of a small agency, and of a large one those that cover most topics.
///
/// Rows of county level come first in the reference's order; items of the same name count once.
///
/// # Errors
/// [`ReferenceError::TooFew`] if the reference has fewer fitting rows.
pub(super) fn items(facts: &Facts) -> Result<Vec<Item>, ReferenceError> {
    let mut stream = Stream::of("dengzhou/items");
    let candidates: Vec<Vec<&SourceItem>> = facts.agencies.iter().map(|agency| candidates(facts, agency)).collect();
    let quota = |position: usize| {
        if facts.agencies[position].lead { 0 } else { candidates[position].len().min(ITEMS_MAX) }
    };
    let others: usize = (0..candidates.len()).map(quota).sum();
    let mut items = Vec::new();
    for (position, agency) in facts.agencies.iter().enumerate() {
        let quota = if agency.lead { ITEMS_TOTAL.saturating_sub(others) } else { quota(position) };
        for (turn, source) in thin(&candidates[position], quota).into_iter().enumerate() {
            items.push(item(&mut stream, agency, turn, source));
        }
    }
    if items.len() != ITEMS_TOTAL {
        return Err(ReferenceError::TooFew {
            table: "items",
            what: both!("items", "事项"),
            found: items.len(),
            needed: ITEMS_TOTAL,
        });
    }
    Ok(items)
}

fn candidates<'a>(facts: &'a Facts, agency: &Agency) -> Vec<&'a SourceItem> {
    let mut names = BTreeSet::new();
    let fits = |item: &&SourceItem| {
        item.kind == agency.kind
            && (item.level.contains('县') || CITY_LEVEL.contains(&agency.code.as_str()))
            && !LEFT_OUT.iter().any(|words| item.name.contains(words))
    };
    facts.items.iter().filter(fits).filter(|item| names.insert(item.name.as_str())).collect()
}

/// Keeps `quota` of the rows: the first of every topic, then the second of every topic, and so on; order is kept.
fn thin<'a>(rows: &[&'a SourceItem], quota: usize) -> Vec<&'a SourceItem> {
    let mut met: BTreeMap<&str, u32> = BTreeMap::new();
    let mut rounds: Vec<(u32, usize)> = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let round = met.entry(&row.topic).or_default();
        rounds.push((*round, position));
        *round += 1;
    }
    rounds.sort_unstable();
    let mut kept: Vec<usize> = rounds.into_iter().take(quota).map(|(_, position)| position).collect();
    kept.sort_unstable();
    kept.into_iter().map(|position| rows[position]).collect()
}

fn item(stream: &mut Stream, agency: &Agency, turn: usize, source: &SourceItem) -> Item {
    let mut item = Item {
        code: format!("{}-{:03}", agency.code, turn + 1),
        agency: agency.code.clone(),
        source: source.clone(),
        class: "general",
        qualification: "",
        minutes: 0,
        cap_per_year: cap(&source.frequency),
    };
    if KEY_WORDS.iter().any(|word| item.mentions(word)) {
        item.class = "key";
    }
    let found = QUALIFICATIONS
        .iter()
        .find(|(of, _, _, words)| *of == agency.code && words.iter().any(|word| item.mentions(word)));
    if let Some(&(_, _, name, _)) = found {
        item.qualification = name;
    }
    let minutes: &[u32] = match (item.class, source.method.contains("现场")) {
        ("key", _) => &[45, 60, 60, 90, 120],
        (_, true) => &[20, 30, 30, 40, 45, 60],
        (_, false) => &[20, 20, 30],
    };
    item.minutes = *stream.pick(minutes);
    item
}

/// Reads a cap out of the wording of a frequency: `≤2次/年` is one, `2次/年` is a target and none.
fn cap(frequency: &str) -> Option<u32> {
    if !frequency.contains("/年") && !frequency.contains('内') {
        return None;
    }
    let digits = frequency.split('≤').nth(1)?;
    digits.chars().next()?.to_digit(10)
}

/// Writes the table of agencies; an agency of n officers has about n / 6 teams out at most.
pub(super) fn agencies_table(facts: &Facts) -> Table {
    let mut table = Table::new(&["code", "name", "short_name", "role", "teams_per_day"]);
    for agency in &facts.agencies {
        let role = if agency.lead { "lead" } else { "member" };
        table.push([
            agency.code.clone(),
            agency.name.clone(),
            agency.short_name.clone(),
            role.to_owned(),
            (agency.officers / 6).clamp(2, 60).to_string(),
        ]);
    }
    table
}

/// Writes the table of townships.
pub(super) fn townships_table(facts: &Facts) -> Table {
    let mut table = Table::new(&["code", "name", "other_codes", "other_names", "lon", "lat"]);
    for township in &facts.townships {
        table.push([
            township.code.clone(),
            township.name.clone(),
            township.other_codes.join(";"),
            township.other_names.join(";"),
            township.longitude.clone(),
            township.latitude.clone(),
        ]);
    }
    table
}

/// Writes the roads between neighbouring townships.
pub(super) fn travel_table(facts: &Facts) -> Table {
    let mut table = Table::new(&["from", "to", "minutes"]);
    for road in &facts.roads {
        table.push([road.from.clone(), road.to.clone(), road.minutes.to_string()]);
    }
    table
}

/// Writes the list of items.
pub(super) fn items_table(items: &[Item]) -> Table {
    let mut table = Table::new(&[
        "code",
        "agency",
        "name",
        "class",
        "object",
        "method",
        "qualification",
        "basis",
        "minutes",
        "cap_per_year",
        "ratio_wording",
        "frequency_wording",
    ]);
    for item in items {
        table.push([
            item.code.clone(),
            item.agency.clone(),
            item.source.name.clone(),
            item.class.to_owned(),
            item.source.object.clone(),
            item.source.method.clone(),
            item.qualification.to_owned(),
            item.source.basis.clone(),
            item.minutes.to_string(),
            item.cap_per_year.map(|cap| cap.to_string()).unwrap_or_default(),
            item.source.ratio.clone(),
            item.source.frequency.clone(),
        ]);
    }
    table
}
