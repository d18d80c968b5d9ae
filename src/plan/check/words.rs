//! What violations are called: the rule behind each code, and places as people say them, in both languages.

use super::Violation;
use crate::lang::{Say, Text};

/// Chinese names of the rules, by the code of their breach.
const RULES: &[(&str, &str)] = &[
    ("agencies-per-visit", "同一次检查的部门过多"),
    ("balls", "签数不符"),
    ("booked", "当日已有其他检查"),
    ("certificate", "执法证无效"),
    ("county-quiet", "在全县静默期内"),
    ("double-booked", "同一时间派往两处"),
    ("drawn-for", "检查组所依据的检查不符"),
    ("duty-missing", "应办事项未安排"),
    ("duty-twice", "应办事项重复安排"),
    ("entity-quiet", "在检查对象的静默期内"),
    ("exclusion-extra", "多列了不纳入"),
    ("exclusion-missing", "漏列了不纳入"),
    ("frame-extra", "抽样框多出检查对象"),
    ("frame-missing", "抽样框缺少检查对象"),
    ("frame-order", "抽样框次序不对"),
    ("half", "所占时段不符"),
    ("hop", "两处之间路程过长"),
    ("hours", "不在检查对象的开放时段"),
    ("jurisdiction", "不在管辖范围"),
    ("last-team", "上次检查的原班人员"),
    ("not-a-working-day", "不是工作日"),
    ("on-leave", "休假中"),
    ("outside-period", "在计划期之外"),
    ("outside-window", "在任务的时间窗之外"),
    ("pick-behind", "分散抽取的先后不对"),
    ("pick-count", "抽中户数不符"),
    ("pick-order", "抽取序号不对"),
    ("pick-outside-frame", "抽中的不在抽样框内"),
    ("pick-passed-over", "抽签号更小的未被抽中"),
    ("pick-ticket", "抽签号不符"),
    ("pick-twice", "重复抽中"),
    ("potential-cheaper", "有代价更小的检查组"),
    ("potential-day", "同日两次外勤"),
    ("potential-dear", "检查组的代价过高"),
    ("potential-extra", "多出的价格"),
    ("potential-gate", "资质名额的价格不符"),
    ("potential-kept", "不应保留的检查"),
    ("potential-load", "负荷的价格不符"),
    ("potential-missing", "缺少价格"),
    ("potential-team", "可选人员不符"),
    ("potential-tie", "同样好的选择中应取另一个"),
    ("potential-twice", "价格重复"),
    ("qualification", "缺少所需资质"),
    ("recused-agency", "部门应当回避"),
    ("recused-officer", "人员应当回避"),
    ("reserve-size", "备选户数不符"),
    ("same-half", "同一检查对象同一时段有两次检查"),
    ("sample-size", "样本户数不符"),
    ("samples-count", "样本数与层数不符"),
    ("season", "不在检查对象的开放季节"),
    ("seat-agency", "不是本部门人员"),
    ("seat-order", "席位次序不对"),
    ("seat-rank", "席位序号不符"),
    ("seat-ticket", "席位抽签号不符"),
    ("seat-twice", "一人占两个席位"),
    ("separate-merged", "应单独检查的任务被合并"),
    ("short-of-skill", "缺少持有资质的人员"),
    ("strata-order", "层的次序不对"),
    ("stratum-extra", "多出的层"),
    ("stratum-missing", "缺少的层"),
    ("substitute", "递补次序不对"),
    ("substitute-frame", "不在任务的层内"),
    ("substitute-tasks", "递补的任务不符"),
    ("substituted-twice", "已递补的检查仍在计划中"),
    ("team-order", "检查组次序不对"),
    ("team-too-large", "检查组人数过多"),
    ("team-too-small", "检查组人数不足"),
    ("team-without-duty", "检查组无应办事项"),
    ("teams-per-day", "部门当日检查组过多"),
    ("unknown-position", "指向不存在的行"),
    ("unplaced-not-due", "未排期的不是应办事项"),
    ("unplaced-reason", "未排期的原因不明"),
    ("unplaced-twice", "未排期重复列出"),
    ("visit-id", "检查编号不对"),
    ("visit-items", "检查的事项不符"),
    ("visit-lead", "牵头部门不符"),
    ("visit-order", "检查次序不对"),
    ("visit-tasks", "检查的任务不符"),
    ("visits-max", "人员检查次数超过上限"),
    ("visits-per-day", "人员当日检查次数超过上限"),
    ("wanted-size", "应抽户数不符"),
];

/// Chinese words for the nouns of a place.
const NOUNS: &[(&str, &str)] = &[
    ("agency", "部门"),
    ("entity", "检查对象"),
    ("excluded", "不纳入的"),
    ("officer", "人员"),
    ("outing", "外勤"),
    ("plan", "计划"),
    ("potentials", "价格表"),
    ("row", "行"),
    ("sample", "样本"),
    ("stratum", "层"),
    ("task", "任务"),
    ("unplaced", "未排期"),
    ("visit", "检查"),
    ("visits", "检查"),
    ("of", "："),
    ("without", "无"),
    ("id", "代码"),
    ("all", "全部"),
];

/// Names the rule behind a code in Chinese; a code without a name stands for itself.
pub fn rule(code: &str) -> &str {
    RULES.iter().find(|(own, _)| *own == code).map_or(code, |(_, chinese)| *chinese)
}

impl Say for Violation {
    fn say(&self) -> Text {
        let Violation { code, place, detail } = self;
        let noun =
            |word: &str| NOUNS.iter().find(|(own, _)| *own == word).map_or(word.to_owned(), |(_, zh)| (*zh).to_owned());
        let chinese = place.split(' ').map(noun).collect::<Vec<_>>().join(" ");
        Text {
            en: format!("{code}: {place}: {}", detail.en).into(),
            zh: format!("{code}（{}）：{chinese}：{}", rule(code), detail.zh).into(),
        }
    }
}
