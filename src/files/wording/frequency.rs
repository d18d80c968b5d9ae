//! How often an entity may or must be checked (抽查频次), typed from the wording of real lists.

use super::cells::{count, plain};
use super::ratio::Refusal;
use crate::lang::{Say, Text};

/// Is a typed frequency: how many checks of one entity in which span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// Fewest checks; 0 where only a cap is given.
    pub least: u32,
    /// Most checks, or `None` where only a least number is given.
    pub most: Option<u32>,
    pub per: Per,
    /// Months that must lie between two checks; 0 for none.
    pub months_between: u32,
}

/// Is the span in which checks are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    Week,
    Month,
    Quarter,
    HalfYear,
    /// So many years.
    Years(u32),
    /// While a licence (许可) or a filing (备案) is valid.
    Licence,
    Filing,
    /// For each project (项目).
    Project,
}

impl Frequency {
    /// Returns the most checks in a calendar year, or `None` where the wording sets no such cap.
    pub fn cap_per_year(&self) -> Option<u32> {
        match (self.most, self.per) {
            (Some(most), Per::Years(1)) => Some(most),
            (Some(most), Per::HalfYear) => most.checked_mul(2),
            (Some(most), Per::Quarter) => most.checked_mul(4),
            (Some(most), Per::Month) => most.checked_mul(12),
            _ => None,
        }
    }
}

impl std::fmt::Display for Frequency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.least, self.most) {
            (0, Some(most)) => write!(f, "at most {most}")?,
            (least, None) => write!(f, "at least {least}")?,
            (least, Some(most)) if least == most => write!(f, "{least}")?,
            (least, Some(most)) => write!(f, "{least} to {most}")?,
        }
        match self.per {
            Per::Week => write!(f, " a week")?,
            Per::Month => write!(f, " a month")?,
            Per::Quarter => write!(f, " a quarter")?,
            Per::HalfYear => write!(f, " a half-year")?,
            Per::Years(1) => write!(f, " a year")?,
            Per::Years(years) => write!(f, " in {years} years")?,
            Per::Licence => write!(f, " while the licence is valid")?,
            Per::Filing => write!(f, " while the filing is valid")?,
            Per::Project => write!(f, " for each project")?,
        }
        if self.months_between > 0 {
            write!(f, ", {} between", Text::counted(self.months_between, "month").en)?;
        }
        Ok(())
    }
}

impl Say for Frequency {
    fn say(&self) -> Text {
        let span = match self.per {
            Per::Week => "每周".to_owned(),
            Per::Month => "每月".to_owned(),
            Per::Quarter => "每季度".to_owned(),
            Per::HalfYear => "每半年".to_owned(),
            Per::Years(1) => "每年".to_owned(),
            Per::Years(years) => format!("每 {years} 年"),
            Per::Licence => "许可有效期内".to_owned(),
            Per::Filing => "备案有效期内".to_owned(),
            Per::Project => "每个项目".to_owned(),
        };
        let times = match (self.least, self.most) {
            (0, Some(most)) => format!("至多 {most} 次"),
            (least, None) => format!("至少 {least} 次"),
            (least, Some(most)) if least == most => format!("{least} 次"),
            (least, Some(most)) => format!("{least} 至 {most} 次"),
        };
        let gap = match self.months_between {
            0 => String::new(),
            months => format!("，间隔 {months} 个月"),
        };
        Text { en: self.to_string().into(), zh: format!("{span}{times}{gap}").into() }
    }
}

/// Types a wording.
///
/// # Errors
/// [`Refusal`] says why it stands for no frequency that a program could hold anyone to.
pub fn frequency(wording: &str) -> Result<Frequency, Refusal> {
    let text: String = plain(wording).chars().filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    let (text, months_between) = split_gap(&text)?;
    if text.contains(';') {
        return Err(Refusal::SeveralGroups);
    }
    if let Some((least, years)) = years_between(text) {
        return Ok(Frequency { least, most: Some(1), per: Per::Years(years), months_between });
    }
    // `1次/年(上限2次)`: once as a rule, twice at most.
    if let Some((rule, cap)) = text.strip_suffix(')').and_then(|text| text.split_once("(上限")) {
        let most = cap.strip_suffix('次').and_then(count).ok_or(Refusal::Unknown)?;
        let typed = times(rule).ok_or(Refusal::Unknown)?;
        return if typed.least <= most {
            Ok(Frequency { most: Some(most), ..typed })
        } else {
            Err(Refusal::Contradiction)
        };
    }
    if text.contains('(') || text.contains('或') {
        return Err(Refusal::Choice);
    }
    if text.contains('批') {
        return Err(Refusal::Batches);
    }
    let typed = times(text).ok_or_else(|| refusal_of(text))?;
    if typed.most.is_some_and(|most| most < typed.least || most == 0) {
        return Err(Refusal::Contradiction);
    }
    Ok(Frequency { months_between, ..typed })
}

/// Splits `≤2次/年;间隔≥6个月` into the frequency and the months between two checks.
fn split_gap(text: &str) -> Result<(&str, u32), Refusal> {
    let Some((rule, gap)) =
        [';', ','].iter().find_map(|mark| text.split_once(*mark)).filter(|(_, g)| g.starts_with("间隔"))
    else {
        return Ok((text, 0));
    };
    let gap = gap
        .trim_start_matches("间隔")
        .trim_start_matches(['≥', '>'])
        .trim_start_matches("不少于")
        .trim_start_matches("不低于");
    let months = gap.strip_suffix("个月").and_then(count).ok_or(Refusal::Unknown)?;
    Ok((rule, months))
}

/// Reads `3年内已查除外`, `近三年已查不重复` (once at most) and `5年一轮` (once): the fewest checks and the years.
fn years_between(text: &str) -> Option<(u32, u32)> {
    let text = text.trim_start_matches('近');
    let at_most = ["年内已查除外", "年内已查不重复", "年已查不重复", "年已查除外"].map(|end| (0, end));
    let once = ["年一轮", "年轮一遍", "年全覆盖"].map(|end| (1, end));
    let found = at_most.iter().chain(&once).find_map(|(least, end)| Some((*least, text.strip_suffix(end)?)));
    let (least, years) = found?;
    count(years).filter(|years| *years > 0).map(|years| (least, years))
}

/// Reads a number of times and its span, in either order: `≤2次/年`, `每年不超过1次`, `每季`, `每月一次`.
fn times(text: &str) -> Option<Frequency> {
    let whom = [
        "对同一检查对象",
        "对同一市场主体",
        "同一检查对象",
        "同一市场主体",
        "同一经营主体",
        "同一单位",
        "同一对象",
        "同一主体",
        "同一企业",
        "每户",
        "每家",
        "每个",
    ];
    let text = whom.iter().find_map(|who| text.strip_prefix(who)).unwrap_or(text);
    let text = ["原则上", "的抽查", "抽查", "检查", "被抽查", "被检查"]
        .iter()
        .fold(text.to_owned(), |text, word| text.replace(word, ""));
    let typed = |(least, most), per| Frequency { least, most, per, months_between: 0 };
    if let Some((numbers, span)) = text.split_once("次/") {
        return Some(typed(number(numbers)?, per(span)?));
    }
    // The longest first, so that 许可有效期内 is not read as 许可 and a rest.
    for (start, span) in SPANS {
        let Some(rest) = text.strip_prefix(start) else { continue };
        let rest = rest.trim_start_matches("内").trim_start_matches("度");
        if rest.is_empty() && start.starts_with('每') {
            return Some(typed((1, Some(1)), *span));
        }
        let numbers = rest.strip_suffix('次')?;
        return Some(typed(number(numbers)?, *span));
    }
    // `每2年不超过1次`, `3年内不超过1次`.
    let text = text.trim_start_matches('每');
    let (years, rest) = text.split_once('年')?;
    let years = count(years).filter(|years| (1..=100).contains(years))?;
    let numbers = rest.trim_start_matches('内').strip_suffix('次')?;
    Some(typed(number(numbers)?, Per::Years(years)))
}

const SPANS: &[(&str, Per)] = &[
    ("许可证有效期", Per::Licence),
    ("许可有效期", Per::Licence),
    ("备案有效期", Per::Filing),
    ("每个年", Per::Years(1)),
    ("每半年", Per::HalfYear),
    ("半年", Per::HalfYear),
    ("每季", Per::Quarter),
    ("每月", Per::Month),
    ("每周", Per::Week),
    ("每年", Per::Years(1)),
    ("一年", Per::Years(1)),
    ("年度", Per::Years(1)),
    ("每项目", Per::Project),
];

fn per(text: &str) -> Option<Per> {
    Some(match text {
        "年" | "年度" => Per::Years(1),
        "半年" => Per::HalfYear,
        "季" | "季度" => Per::Quarter,
        "月" => Per::Month,
        "周" => Per::Week,
        "项目" => Per::Project,
        text => Per::Years(text.strip_suffix('年').and_then(count).filter(|years| (1..=100).contains(years))?),
    })
}

/// Reads a number of times: exact, at least, at most, or from and to.
fn number(text: &str) -> Option<(u32, Option<u32>)> {
    let most = ["≤", "<=", "不超过", "不得超过", "最多", "至多", "不多于"];
    if let Some(rest) = most.iter().find_map(|mark| text.strip_prefix(mark)) {
        return count(rest).filter(|most| *most > 0).map(|most| (0, Some(most)));
    }
    let least = ["≥", ">=", "不少于", "不低于", "至少"];
    if let Some(rest) = least.iter().find_map(|mark| text.strip_prefix(mark)) {
        return count(rest).filter(|least| *least > 0).map(|least| (least, None));
    }
    if let Some((first, last)) = ['-', '—', '–', '~', '至'].iter().find_map(|mark| text.split_once(*mark)) {
        let (first, last) = (count(first)?, count(last)?);
        return (0 < first && first <= last).then_some((first, Some(last)));
    }
    let exact = text.strip_prefix('=').unwrap_or(text);
    count(exact).filter(|times| *times > 0).map(|times| (times, Some(times)))
}

fn refusal_of(text: &str) -> Refusal {
    let open = ["按", "实际", "需要", "计划", "方案", "风险", "类别", "线索", "申请", "详见", "定期", "提高", "巡查"];
    if open.iter().any(|word| text.contains(word)) { Refusal::NoNumber } else { Refusal::Unknown }
}
