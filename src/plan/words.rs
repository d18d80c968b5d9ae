//! The closed vocabularies in their two forms: the canonical English word of machine files and the official
//! Chinese word of tables for people.

use serde::{Serialize, Serializer};

use super::model::{Class, EntityKind, Flag, Half, ItemClass, Status, TaskKind};
use crate::both;
use crate::lang::Text;

/// Is a value that has one canonical English word and one official Chinese word.
pub trait Word: Copy + PartialEq + Sized + 'static {
    /// Every value with its English and its Chinese word; further words that mean the same come after.
    const WORDS: &'static [(Self, &'static [&'static str])];

    /// Returns the canonical English word.
    fn word(self) -> &'static str {
        self.words()[0]
    }

    /// Returns the official Chinese word.
    fn chinese(self) -> &'static str {
        self.words()[1]
    }

    /// Returns both words, each for the texts of its language.
    fn text(self) -> Text {
        Text { en: self.word().into(), zh: self.chinese().into() }
    }

    /// Finds the value that a word stands for, in either language.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(value, _)| *value)
    }

    /// Returns all words of the value, English first, Chinese second.
    fn words(self) -> &'static [&'static str] {
        let (_, words) = Self::WORDS.iter().find(|(value, _)| *value == self).expect("every value has its words");
        words
    }
}

impl Word for EntityKind {
    const WORDS: &'static [(Self, &'static [&'static str])] = &[
        (EntityKind::Enterprise, &["enterprise", "企业"]),
        (EntityKind::Individual, &["individual", "个体工商户", "个体户"]),
        (EntityKind::Cooperative, &["cooperative", "农民专业合作社", "合作社"]),
        (EntityKind::Institution, &["institution", "事业单位", "民办非企业单位", "社会团体"]),
        (EntityKind::Other, &["other", "其他"]),
    ];
}

impl Word for Class {
    const WORDS: &'static [(Self, &'static [&'static str])] = &[
        (Class::A, &["A", "A", "A类", "A级", "守信", "低风险"]),
        (Class::B, &["B", "B", "B类", "B级", "警示", "一般风险", "中风险"]),
        (Class::C, &["C", "C", "C类", "C级", "失信", "较高风险", "中高风险"]),
        (Class::D, &["D", "D", "D类", "D级", "严重失信", "高风险"]),
    ];
}

impl Word for Status {
    const WORDS: &'static [(Self, &'static [&'static str])] = &[
        (Status::Active, &["active", "存续", "在业", "开业", "正常", "有效"]),
        (Status::Deregistered, &["deregistered", "注销"]),
        (Status::Revoked, &["revoked", "吊销", "撤销"]),
        (Status::Moved, &["moved", "迁出"]),
        (Status::Duplicate, &["duplicate", "重复"]),
    ];
}

impl Word for Flag {
    const WORDS: &'static [(Self, &'static [&'static str])] = &[
        (Flag::Abnormal, &["abnormal", "经营异常", "经营异常名录"]),
        (Flag::Serious, &["serious", "严重违法", "严重违法失信"]),
    ];
}

impl Word for ItemClass {
    const WORDS: &'static [(Self, &'static [&'static str])] = &[
        (ItemClass::General, &["general", "一般", "一般检查事项", "一般事项"]),
        (ItemClass::Key, &["key", "重点", "重点检查事项", "重点事项"]),
    ];
}

impl Word for TaskKind {
    const WORDS: &'static [(Self, &'static [&'static str])] = &[
        (TaskKind::Joint, &["joint", "部门联合", "部门联合抽查", "联合"]),
        (TaskKind::Single, &["single", "单部门", "部门抽查"]),
        (TaskKind::Industry, &["industry", "一业同查"]),
    ];
}

impl Word for Half {
    const WORDS: &'static [(Self, &'static [&'static str])] =
        &[(Half::Morning, &["AM", "上午"]), (Half::Afternoon, &["PM", "下午"]), (Half::WholeDay, &["day", "全天"])];
}

/// Writes the canonical word, as tables do.
impl Serialize for Half {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Names a stratum (层), given as the tables name it.
pub fn stratum(name: &str) -> Text {
    if name == "all" { both!("all", "全部") } else { Text::same(name) }
}

/// Writes a chance (机会), given as the tables write it.
pub fn chance(chance: &str) -> Text {
    match chance.strip_prefix("spread ") {
        Some(share) => both!("spread {share}", "分散 {share}"),
        None => Text::same(chance),
    }
}

/// Says why a duty has no visit, given the reason code; a code without Chinese words stands for itself.
pub fn unplaced(code: &str) -> Text {
    let chinese = match code {
        "no-open-day" => "没有可检查的日子",
        "short-of-officers" => "人手不足",
        "short-of-skill" => "持有资质的人手不足",
        "no-team-on-any-day" => "没有一天能组成检查组",
        "agency-days-full" => "部门各日检查组均已派满",
        "no-free-officers" => "没有找到人员有空的日子",
        "no-reserve" => "备选已用尽",
        code => code,
    };
    Text { en: code.to_owned().into(), zh: chinese.to_owned().into() }
}
