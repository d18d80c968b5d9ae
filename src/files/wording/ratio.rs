//! How many entities are to be drawn (抽查比例), typed from the wording of real lists.
//!
//! A wording is typed only where it says one thing. One that leaves the number open (按实际), gives a range, or gives
//! different numbers to groups that the registry does not know is refused, and the refusal says what to write.

use super::cells::{self, count, plain};
use crate::both;
use crate::lang::{Say, Text};
use crate::lottery::Rate;
use crate::plan::model::{Class, Rates};

/// Is a typed ratio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio {
    pub bound: Bound,
    pub rates: Rates,
    /// A count that the sample must reach as well, as in `≥1%且≥10家`.
    pub count_least: Option<u32>,
    /// The span to which the ratio belongs, or `None` for the plan's own period.
    pub per: Option<RatioPer>,
    /// A bound of the whole beside the rates by class, as in `总体≤5%;守信1%、…`.
    pub whole: Option<(Bound, Rate)>,
}

/// Says how a number binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Exactly,
    AtLeast,
    AtMost,
}

/// Is the span of a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RatioPer {
    Month,
    Quarter,
    Year,
}

/// Says why a wording is not typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Empty,
    NoNumber,
    Range,
    TwoMeasures,
    SeveralGroups,
    OneGroup,
    OrderOnly,
    ByOfficers,
    Choice,
    Batches,
    IsFrequency,
    Contradiction,
    Unknown,
}

impl Say for Refusal {
    fn say(&self) -> Text {
        match self {
            Refusal::Empty => both!("the wording is empty", "写法为空"),
            Refusal::NoNumber => both!("the wording leaves the number open", "写法没有给出数字"),
            Refusal::Range => {
                both!("the wording gives a range, and a draw needs one number", "写法是一个区间，抽取需要一个确定的数")
            }
            Refusal::TwoMeasures => both!(
                "the wording gives a share and a count, which agree for one population only",
                "写法同时给出比例和数量，二者只对一种总数一致"
            ),
            Refusal::SeveralGroups => both!(
                "the wording gives different numbers to groups that are not credit classes",
                "写法给不同群体不同的数，而这些群体不是信用类别"
            ),
            Refusal::OneGroup => both!(
                "the wording limits the draw to a group that is not a credit class",
                "写法限于某一群体，而它不是信用类别"
            ),
            Refusal::OrderOnly => {
                both!("the wording orders the classes without numbers", "写法只给类别排了先后，没有数字")
            }
            Refusal::ByOfficers => both!("the wording measures by the number of officers", "写法以执法人员人数为准"),
            Refusal::Choice => both!("the wording leaves a choice", "写法留有选择"),
            Refusal::Batches => both!(
                "the wording counts batches and not checks of one entity",
                "写法按批次计，而不是按对一个对象的检查次数计"
            ),
            Refusal::IsFrequency => both!("the wording is a frequency and no ratio", "写法是频次，不是比例"),
            Refusal::Contradiction => both!("the wording contradicts itself", "写法自相矛盾"),
            Refusal::Unknown => both!("the wording is not known", "不认识这种写法"),
        }
    }
}

impl Refusal {
    /// Returns the stable code of the refusal.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Empty => "empty",
            Refusal::NoNumber => "no-number",
            Refusal::Range => "range",
            Refusal::TwoMeasures => "two-measures",
            Refusal::SeveralGroups => "several-groups",
            Refusal::OneGroup => "one-group",
            Refusal::OrderOnly => "order-only",
            Refusal::ByOfficers => "by-officers",
            Refusal::Choice => "choice",
            Refusal::Batches => "batches",
            Refusal::IsFrequency => "is-frequency",
            Refusal::Contradiction => "contradiction",
            Refusal::Unknown => "unknown",
        }
    }

    /// Says what to write instead.
    pub fn remedy(self) -> Text {
        match self {
            Refusal::Range => {
                both!("write the one number that is meant, such as its lower end", "写出所指的一个数，例如区间下限")
            }
            Refusal::TwoMeasures => both!("write the share or the count, not both", "比例和数量只写一个"),
            Refusal::SeveralGroups => both!(
                "make one task for each group, with a scope of its own and one rate",
                "每个群体各立一个任务，各有范围和一个比例"
            ),
            Refusal::OneGroup => both!(
                "give the task a scope, such as a 专项库, and write the number alone",
                "给任务设定范围（例如专项库），这里只写数字"
            ),
            Refusal::OrderOnly => both!(
                "write a rate for each class, such as A 1%;B 2%;C 10%;D 30%",
                "给每个类别写出比例，例如 A 1%;B 2%;C 10%;D 30%"
            ),
            Refusal::IsFrequency => both!(
                "write it in the column of the frequency, and a ratio such as 100% here",
                "写到频次列，这里写比例，例如 100%"
            ),
            Refusal::Choice => both!("write the one that is meant", "写出所指的那一个"),
            _ => {
                both!(
                    "write 3%, 2‰, 1:10, 20户, or one for each class such as A 1%;B 2%;C 10%;D 30%; keep the wording in its own column",
                    "写 3%、2‰、1:10、20户，或按类别写，例如 A 1%;B 2%;C 10%;D 30%；原文留在原文列"
                )
            }
        }
    }
}

impl Ratio {
    /// Returns the rates as a draw takes them, for a plan whose period is `period` long.
    ///
    /// # Errors
    /// Says why the ratio is no rate of a draw: it only limits the number, or belongs to another span.
    pub fn rates_for(&self, period: Option<RatioPer>) -> Result<Rates, Text> {
        if self.bound == Bound::AtMost {
            return Err(both!("the wording only says how many may be drawn at most", "写法只说最多抽多少"));
        }
        if self.count_least.is_some() || self.whole.is_some() {
            return Err(both!(
                "the wording sets a second bound beside the rate, which a draw does not know",
                "写法在比例之外另有一个限度，抽取无法表示"
            ));
        }
        if self.per.is_some() && self.per != period {
            return Err(both!(
                "the wording gives the ratio of a span that is not the plan's period",
                "写法给的是另一时段的比例，不是本计划的期间"
            ));
        }
        Ok(self.rates.clone())
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = |bound: Bound| match bound {
            Bound::Exactly => "",
            Bound::AtLeast => "≥",
            Bound::AtMost => "≤",
        };
        if let Some((bound, rate)) = &self.whole {
            write!(f, "whole {}{rate}; ", sign(*bound))?;
        }
        write!(f, "{}{}", sign(self.bound), cells::rates_text(&self.rates))?;
        if let Some(count) = self.count_least {
            write!(f, " and ≥{count}户")?;
        }
        match self.per {
            None => Ok(()),
            Some(RatioPer::Month) => write!(f, " a month"),
            Some(RatioPer::Quarter) => write!(f, " a quarter"),
            Some(RatioPer::Year) => write!(f, " a year"),
        }
    }
}

/// Types a wording.
///
/// # Errors
/// [`Refusal`] says why not, and what to write instead.
pub fn ratio(wording: &str) -> Result<Ratio, Refusal> {
    let text: String = plain(wording).chars().filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    if let Some(single) = single(&text) {
        return Ok(single);
    }
    if let Some(parts) = by_class(&text) {
        return parts;
    }
    Err(refusal_of(&text))
}

/// Reads one rate for all, with its bound and its span.
fn single(text: &str) -> Option<Ratio> {
    let (text, per) = span(text);
    if let Some((first, second)) = text.split_once('且') {
        let (bound, rate) = bound(first)?;
        let (Bound::AtLeast, Rate::Count(count)) = self::bound(second)? else { return None };
        let ratio = Ratio { bound, rates: Rates::All(rate), count_least: Some(count), per, whole: None };
        return matches!(rate, Rate::Share { .. }).then_some(ratio);
    }
    let (bound, rate) = bound(text)?;
    Some(Ratio { bound, rates: Rates::All(rate), count_least: None, per, whole: None })
}

/// Reads a rate for each class, after a bound of the whole if there is one; `None` if no class is named.
fn by_class(text: &str) -> Option<Result<Ratio, Refusal>> {
    let (whole, classes) = match text.split_once(';') {
        Some((whole, classes)) if class_start(whole).is_none() => (Some(whole), classes),
        _ => (None, text),
    };
    let whole = match whole.map(|whole| whole.strip_prefix("总体").unwrap_or(whole)) {
        None => None,
        Some(whole) => Some(bound(whole)?),
    };
    let (classes, per) = span(classes);
    let mut found: Vec<(Option<Class>, Rate)> = Vec::new();
    let mut common: Option<Bound> = None;
    for part in cells::list(classes) {
        let (class, rest) = class_start(part)?;
        if ["递加", "递增", "加大", "提高"].contains(&rest) || class_start(rest).is_some() || rest.is_empty() {
            return Some(Err(Refusal::OrderOnly));
        }
        let (bound, rate) = bound(rest)?;
        if *common.get_or_insert(bound) != bound || found.iter().any(|(other, _)| *other == class) {
            return Some(Err(Refusal::Contradiction));
        }
        found.push((class, rate));
    }
    found.sort_by_key(|(class, _)| (class.is_none(), *class));
    let rates = Rates::ByClass(found);
    common.map(|bound| Ok(Ratio { bound, rates, count_least: None, per, whole }))
}

/// Splits the class off the start of a part; `E级` and the like are none of ours.
fn class_start(part: &str) -> Option<(Option<Class>, &str)> {
    cells::class_prefix(part).map(|(class, rest)| (class, rest.trim_start_matches([':', '='])))
}

/// Takes the span off a ratio: `…/季`, `每月…`, `…/年`.
fn span(text: &str) -> (&str, Option<RatioPer>) {
    let spans = [
        ("月", RatioPer::Month),
        ("季度", RatioPer::Quarter),
        ("季", RatioPer::Quarter),
        ("年度", RatioPer::Year),
        ("年", RatioPer::Year),
    ];
    for (word, per) in spans {
        if let Some(rest) = text.strip_suffix(word).and_then(|rest| rest.strip_suffix('/')) {
            return (rest, Some(per));
        }
        if let Some(rest) = text.strip_prefix('每').and_then(|rest| rest.strip_prefix(word)) {
            return (rest, Some(per));
        }
    }
    (text, None)
}

/// Reads a number with its bound.
fn bound(text: &str) -> Option<(Bound, Rate)> {
    let least = ["≥", ">=", "不低于", "不少于", "至少"];
    let most = ["≤", "<=", "不超过", "不高于", "至多", "最多"];
    if let Some(rest) = least.iter().find_map(|mark| text.strip_prefix(mark)) {
        return rate(rest).map(|rate| (Bound::AtLeast, rate));
    }
    if let Some(rest) = most.iter().find_map(|mark| text.strip_prefix(mark)) {
        return rate(rest).map(|rate| (Bound::AtMost, rate));
    }
    rate(text.strip_prefix('=').unwrap_or(text)).map(|rate| (Bound::Exactly, rate))
}

fn rate(text: &str) -> Option<Rate> {
    let begins = text.chars().next().is_some_and(|c| c.is_ascii_digit());
    let rate = if begins { cells::rate(text) } else { None };
    rate.or_else(|| {
        let number = ["户", "家", "个", "所"].iter().find_map(|unit| text.strip_suffix(unit))?;
        count(number).filter(|count| *count > 0).map(Rate::Count)
    })
}

/// Says why a text is no ratio.
fn refusal_of(text: &str) -> Refusal {
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|part| !part.is_empty()).count();
    if any(&["递加", "递增", "加大比例", "按信用风险"]) {
        return Refusal::OrderOnly;
    }
    if any(&["人员"]) && any(&["按人员"]) {
        return Refusal::ByOfficers;
    }
    let frequency = text.contains('次') || text.contains("轮");
    if frequency && !text.contains('%') {
        return if text.contains(';') { Refusal::SeveralGroups } else { Refusal::IsFrequency };
    }
    if text.contains(';') || (numbers > 1 && any(&["、", ","])) {
        return Refusal::SeveralGroups;
    }
    if numbers > 1 && text.ends_with(')') && rate_before_bracket(text) {
        return Refusal::TwoMeasures;
    }
    if numbers > 1 && text.contains('(') && text.contains('%') {
        return Refusal::SeveralGroups;
    }
    if text.contains('或') {
        return Refusal::Choice;
    }
    if any(&["约", "左右"]) {
        return Refusal::NoNumber;
    }
    let plain_range = text.bytes().next().is_some_and(|b| b.is_ascii_digit());
    if plain_range && any(&["-", "—", "~", "至"]) {
        return Refusal::Range;
    }
    if numbers == 0 {
        return if any(&["全部"]) { Refusal::OneGroup } else { Refusal::NoNumber };
    }
    if frequency {
        return Refusal::Choice;
    }
    Refusal::Unknown
}

/// Tells whether `10%(20户)` stands in the text: a share, and in brackets what it comes to.
fn rate_before_bracket(text: &str) -> bool {
    text.split_once('(').is_some_and(|(first, rest)| bound(first).is_some() && !rest.contains('%'))
}
