//! What a cell of each column may hold: the kind of its value, the words to choose from, and a hint for filling it in.

use super::columns::{Column, Layout};
use crate::plan::model::{EntityKind, Flag, ItemClass, Status, TaskKind};
use crate::plan::words::Word;

/// Is the kind of value that a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words of any kind, codes with leading zeros among them.
    Text,
    /// An id of an entity or a certificate number, which has a canonical form (protocol §1).
    Id,
    /// A day.
    Date,
    /// A whole number.
    Number,
}

/// Describes the cells of a column.
#[derive(Clone, Debug)]
pub struct Form {
    pub kind: Kind,
    /// The only words that stand in the column, in Chinese; empty where any may.
    pub choices: Vec<&'static str>,
    /// Whether a cell may hold several of them.
    pub several: bool,
    /// What to fill in, in Chinese, without 必填 or 选填.
    pub hint: &'static str,
}

/// Begins every cell of a template's hint row, so that the row is known when the template is read.
pub const HINT_MARK: &str = "※";

/// Describes a column of a table.
///
/// # Panics
/// If the table has no such column, which is a mistake of the caller.
pub fn form(layout: &Layout, column: &Column) -> Form {
    let hint = hint(layout.name, column.name).expect("every column has its hint");
    let kind = match (layout.name, column.name) {
        ("entities", "id") | ("recusals" | "history", "entity") | (_, "certificate") => Kind::Id,
        (_, "valid_from" | "valid_until" | "until" | "registered" | "date" | "first" | "last") => Kind::Date,
        (_, "teams_per_day" | "minutes" | "cap_per_year" | "visits_max") => Kind::Number,
        _ => Kind::Text,
    };
    let choices = match (layout.name, column.name) {
        ("agencies", "role") => vec!["牵头", "成员"],
        ("items", "class") => chinese::<ItemClass>(),
        ("entities", "kind") => chinese::<EntityKind>(),
        ("entities", "class") => vec!["A", "B", "C", "D"],
        ("entities", "status") => chinese::<Status>(),
        ("entities", "flags") => chinese::<Flag>(),
        ("inspectors", "status") => vec!["有效", "注销"],
        ("tasks", "kind") => chinese::<TaskKind>(),
        ("tasks", "directed") => vec!["定向", "不定向"],
        ("tasks", "kinds") => chinese::<EntityKind>(),
        ("tasks", "classes") => vec!["A", "B", "C", "D", "N"],
        ("inspectors", "expert") | ("tasks", "spread" | "separate") | ("history", "counts") => vec!["是", "否"],
        ("calendar", "kind") => vec!["休", "班"],
        _ => Vec::new(),
    };
    let several = matches!((layout.name, column.name), ("entities", "flags") | ("tasks", "kinds" | "classes"));
    Form { kind, choices, several, hint }
}

fn chinese<W: Word>() -> Vec<&'static str> {
    W::WORDS.iter().map(|(value, _)| value.chinese()).collect()
}

fn hint(table: &str, column: &str) -> Option<&'static str> {
    let hints: &[(&str, &str)] = match table {
        "agencies" => &[
            ("code", "单位编号，例如 D01，其他表用它指称本单位"),
            ("name", "单位全称"),
            ("short_name", "单位简称，用作工作表名"),
            ("role", "牵头或成员；不填为成员"),
            ("teams_per_day", "一天最多派出几个检查组；不填不限"),
        ],
        "townships" => &[
            ("code", "九位统计用区划代码，按文本填写"),
            ("name", "乡镇、街道全称"),
            ("other_codes", "另一套代码或曾用代码，多个用；分隔"),
            ("other_names", "曾用名、别名，多个用；分隔"),
            ("lon", "经度，度，小数"),
            ("lat", "纬度，度，小数"),
        ],
        "travel" => &[
            ("from", "相邻两地之一，乡镇代码或名称"),
            ("to", "相邻两地之二，乡镇代码或名称"),
            ("minutes", "单程行车分钟数，往返相同，只填一行"),
        ],
        "items" => &[
            ("code", "事项编号，例如 D01-001"),
            ("agency", "事项所属单位的编号或名称"),
            ("name", "抽查事项名称"),
            ("class", "一般或重点"),
            ("object", "检查对象范围，照清单写"),
            ("method", "现场检查、书面检查、网络监测等"),
            ("qualification", "检查组中至少一人须有的资质；不填为无"),
            ("basis", "法律依据，写到条款"),
            ("minutes", "一次检查所需分钟数；不填按 30"),
            ("cap_per_year", "同一对象一年最多检查几次；不填不限"),
            ("ratio_wording", "清单上抽查比例的原文，例如 ≥5%/季"),
            ("frequency_wording", "清单上抽查频次的原文，例如 1次/年"),
        ],
        "entities" => &[
            ("id", "统一社会信用代码或注册号，按文本填写，不可用科学计数"),
            ("name", "营业执照上的名称"),
            ("kind", "主体类型，从下拉中选"),
            ("industry", "GB/T 4754 四位代码，前面可带门类字母"),
            ("township", "乡镇代码或名称"),
            ("address", "住所或经营场所"),
            ("class", "信用风险分类 A 至 D；未分类不填"),
            ("status", "登记状态，从下拉中选；不填为存续"),
            ("tags", "所属专项库，多个用；分隔"),
            ("flags", "经营异常、严重违法，多个用；分隔"),
            ("quiet", "不宜上门的日期 起/止，或每月1-25日、每月20天、周一至周四；多个用；分隔"),
            ("registered", "成立日期"),
            ("season", "只在一年中一段时间营业的填月份，例如 11月至次年3月，或 起/止；全年不填"),
            ("hours", "只在半天营业的填上午或下午；全天不填"),
        ],
        "inspectors" => &[
            ("certificate", "行政执法证上的编号，按文本填写"),
            ("name", "姓名"),
            ("agency", "所属单位的编号或名称"),
            ("valid_from", "执法证有效期的第一天"),
            ("valid_until", "执法证有效期的最后一天；长期填 9999-09-09"),
            ("status", "有效或注销；不填为有效"),
            ("qualifications", "专业资质，多个用；分隔，写法与事项清单一致"),
            ("townships", "只在这些乡镇执法，多个用；分隔；全县不填"),
            ("leave", "请假等不能参加的日期 起/止，多个用；分隔"),
            ("visits_max", "本期最多参加几次检查；不填按 plan.toml"),
            ("expert", "是否专家；不填为否"),
        ],
        "tasks" => &[
            ("code", "任务编号，例如 2026-001"),
            ("name", "任务名称"),
            ("kind", "部门联合、单部门或一业同查；不填为部门联合"),
            ("directed", "定向或不定向；不填为定向"),
            ("lead", "牵头单位的编号或名称"),
            ("partners", "配合单位的编号或名称，多个用；分隔；只参加一部分时写 D05 50%"),
            ("items", "事项编号，多个用；分隔"),
            ("industries", "门类字母或二至四位代码，多个用；分隔；不限不填"),
            ("kinds", "主体类型，多个用；分隔；不限不填"),
            ("tags", "专项库，多个用；分隔；不限不填"),
            ("townships", "乡镇，多个用；分隔；不限不填"),
            ("classes", "信用风险分类，多个用；分隔，N 为未分类；不限不填"),
            ("rate", "3%、2‰、1:10、20户，或按类别 A 1%；B 2%；C 10%；D 30%"),
            ("wording", "计划上比例的原文"),
            ("first", "检查的第一天；整个期间不填"),
            ("last", "检查的最后一天；整个期间不填"),
            ("group", "同组任务共用签号；不填为本期共用组"),
            ("balls", "抽签球数 1 至 8，或按类别 C 2；D 4；不填为 1"),
            ("spread", "是：前面任务已抽中的对象排在后面；不填为否"),
            ("separate", "是：不与其他任务合并上门；不填为否"),
        ],
        "recusals" => &[
            ("certificate", "须回避人员的执法证号；整个单位回避时不填"),
            ("entity", "检查对象的统一社会信用代码或注册号"),
            ("agency", "整个单位回避时填单位编号或名称"),
            ("reason", "回避原因，例如近亲属、曾任职"),
            ("until", "回避的最后一天；不填为长期"),
        ],
        "history" => &[
            ("entity", "检查对象的统一社会信用代码或注册号"),
            ("agency", "检查单位的编号或名称"),
            ("date", "检查日期"),
            ("counts", "是否计入年度频次；不填为是"),
            ("items", "事项编号，多个用；分隔"),
            ("inspectors", "检查人员的执法证号，多个用；分隔"),
            ("result", "检查结果"),
        ],
        "calendar" => &[
            ("date", "与周一至周五上班不同的日期"),
            ("kind", "休（放假）或班（调休上班）"),
            ("name", "节日名称"),
            ("source", "放假通知的文号"),
        ],
        _ => return None,
    };
    hints.iter().find(|(name, _)| *name == column).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tables::columns::LAYOUTS;

    // Without this a column could be added that no clerk is told how to fill in.
    #[test]
    fn every_column_has_a_form() {
        for layout in LAYOUTS {
            for column in layout.columns {
                let form = form(layout, column);
                assert!(!form.hint.is_empty() && (!form.several || !form.choices.is_empty()), "{column:?}");
            }
        }
    }
}
