//! The columns of every input table: canonical heading, official Chinese heading, and further headings in use.
//!
//! Further headings stand in the order of trust: where two columns of a file mean the same, the one whose heading
//! stands first here is taken, and the other is reported as left over. All are written as [`bare`] leaves them:
//! without blanks, with half-width brackets.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::files::decode::sheet::is_blank;

/// Describes one input table.
#[derive(Debug)]
pub struct Layout {
    /// Name in `plan.toml` and of the canonical file.
    pub name: &'static str,
    pub chinese: &'static str,
    pub columns: &'static [Column],
}

/// Describes one column of a table.
#[derive(Debug)]
pub struct Column {
    /// Canonical heading.
    pub name: &'static str,
    /// Chinese headings, the official one first.
    pub chinese: &'static [&'static str],
    /// Whether a table without the column is an error.
    pub required: bool,
}

impl Layout {
    /// Returns the column whose values must each stand once, if the table has one.
    pub fn key(&self) -> Option<&'static str> {
        let is_list =
            [&AGENCIES, &TOWNSHIPS, &ITEMS, &ENTITIES, &INSPECTORS, &TASKS].iter().any(|of| of.name == self.name);
        is_list.then(|| self.columns[0].name)
    }

    /// Finds the column that a heading stands for and how far it is trusted: 0 for the canonical and the official
    /// Chinese one, then the further ones in their order.
    ///
    /// Blanks and line breaks in it, full width, and the marks of a form (`*`, 必填) do not count.
    pub fn meaning_of(&self, heading: &str) -> Option<(usize, usize)> {
        let bare = bare(heading);
        let rank = |column: &Column| {
            if column.name.eq_ignore_ascii_case(&bare) {
                return Some(0);
            }
            column.chinese.iter().position(|alias| *alias == bare)
        };
        self.columns.iter().enumerate().find_map(|(at, column)| Some((at, rank(column)?)))
    }

    /// Finds the column that a heading stands for.
    pub fn column_of(&self, heading: &str) -> Option<usize> {
        self.meaning_of(heading).map(|(column, _)| column)
    }

    /// Returns the position of the column with this canonical heading.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Returns the name of the canonical file.
    pub fn file(&self) -> String {
        format!("{}.csv", self.name)
    }

    /// Returns the canonical headings in order.
    pub fn headings(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.name)
    }
}

/// Takes off a heading what does not belong to its meaning.
pub fn bare(heading: &str) -> Cow<'_, str> {
    if heading.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
        return Cow::Borrowed(heading);
    }
    let mut text: String = heading.nfkc().filter(|c| !is_blank(*c)).collect();
    for mark in ["(必填)", "(必填项)", "(选填)", "(可选)", "[必填]", "(*)"] {
        text = text.replace(mark, "");
    }
    let trimmed = text.trim_matches(['*', ':', '★', '●']);
    Cow::Owned(trimmed.to_owned())
}

const fn must(name: &'static str, chinese: &'static [&'static str]) -> Column {
    Column { name, chinese, required: true }
}

const fn may(name: &'static str, chinese: &'static [&'static str]) -> Column {
    Column { name, chinese, required: false }
}

pub static AGENCIES: Layout = Layout {
    name: "agencies",
    chinese: "成员单位",
    columns: &[
        must("code", &["部门编号", "部门代码", "单位编号", "单位代码", "机构代码"]),
        must("name", &["部门名称", "单位名称", "成员单位", "成员单位名称", "机构名称", "执法主体"]),
        may("short_name", &["简称", "部门简称", "单位简称"]),
        may("role", &["角色", "成员角色", "单位角色"]),
        may("teams_per_day", &["每日检查组数上限", "每日检查组数", "日检查组数", "每日车辆数"]),
    ],
};

pub static TOWNSHIPS: Layout = Layout {
    name: "townships",
    chinese: "乡镇",
    columns: &[
        must("code", &["乡镇代码", "代码", "行政区划代码", "区划代码", "统计用区划代码"]),
        must("name", &["乡镇名称", "乡镇", "名称", "乡镇(街道)", "乡镇街道", "行政区划名称", "区划名称"]),
        may("other_codes", &["其他代码", "曾用代码", "原代码"]),
        may("other_names", &["其他名称", "曾用名", "原名称", "别名"]),
        may("lon", &["经度"]),
        may("lat", &["纬度"]),
    ],
};

pub static TRAVEL: Layout = Layout {
    name: "travel",
    chinese: "路程",
    columns: &[
        must("from", &["起", "起点", "出发地"]),
        must("to", &["止", "终点", "到达地"]),
        must("minutes", &["分钟", "用时(分钟)", "路程(分钟)"]),
    ],
};

pub static ITEMS: Layout = Layout {
    name: "items",
    chinese: "抽查事项清单",
    columns: &[
        must("code", &["事项编号", "事项编码", "抽查事项编号", "抽查事项编码", "事项代码", "编号", "序号"]),
        must(
            "agency",
            &[
                "部门编号",
                "部门代码",
                "抽查部门",
                "检查部门",
                "检查主体",
                "实施部门",
                "责任部门",
                "抽查主体",
                "执法主体",
                "实施主体",
            ],
        ),
        must(
            "name",
            &["事项名称", "抽查事项", "抽查事项名称", "检查事项", "检查事项名称", "抽查项目", "检查内容", "抽查内容"],
        ),
        must("class", &["事项类别", "抽查类别", "事项分类", "检查事项类别", "抽查事项类别"]),
        may("object", &["检查对象", "抽查对象", "检查对象类型", "抽查对象范围"]),
        may("method", &["检查方式", "抽查方式", "检查方法", "抽查方法"]),
        may("qualification", &["所需资质", "资质要求", "检查人员要求", "执法人员要求", "岗位资质"]),
        may("basis", &["检查依据", "抽查依据", "法律依据", "设定依据", "检查依据(条款)"]),
        may("minutes", &["检查时长", "检查时长(分钟)", "时长(分钟)"]),
        may("cap_per_year", &["年度频次上限", "频次上限", "每年检查次数上限", "年度检查上限"]),
        may("ratio_wording", &["比例原文", "抽查比例", "检查比例", "抽取比例"]),
        may("frequency_wording", &["频次原文", "抽查频次", "检查频次", "抽查频率"]),
    ],
};

pub static ENTITIES: Layout = Layout {
    name: "entities",
    chinese: "检查对象名录库",
    columns: &[
        must(
            "id",
            &[
                "统一社会信用代码",
                "统一社会信用代码(注册号)",
                "注册号/统一社会信用代码",
                "统一社会信用代码/注册号",
                "统一信用代码",
                "社会信用代码",
                "信用代码",
                "统一社会信用代码/注册号/身份证号",
                "TYXYDM",
                "UNISCID",
                "注册号",
                "工商注册号",
                "营业执照注册号",
                "ZCH",
                "REGNO",
                "被检查对象代码",
                "检查对象代码",
                "证照编号",
            ],
        ),
        must(
            "name",
            &[
                "名称",
                "企业名称",
                "市场主体名称",
                "经营主体名称",
                "被检查对象",
                "被检查对象名称",
                "检查对象名称",
                "检查对象",
                "单位名称",
                "主体名称",
                "字号名称",
                "商户名称",
                "企业(机构)名称",
                "机构名称",
                "QYMC",
                "ENTNAME",
                "JYZTMC",
            ],
        ),
        may("kind", &["主体类型", "市场主体类型", "经营主体类型", "企业类型", "类型", "企业(机构)类型", "ENTTYPE"]),
        may(
            "industry",
            &[
                "行业代码",
                "行业",
                "国民经济行业代码",
                "所属行业",
                "行业门类",
                "行业类别",
                "国民经济行业",
                "HYDM",
                "INDUSTRYCO",
            ],
        ),
        must(
            "township",
            &[
                "乡镇",
                "乡镇代码",
                "所在乡镇",
                "所属乡镇",
                "乡镇街道",
                "乡镇(街道)",
                "所属街道",
                "所属辖区",
                "管辖乡镇",
                "街道",
                "属地",
                "行政区划",
            ],
        ),
        may(
            "address",
            &[
                "地址",
                "住所",
                "经营场所",
                "住所(经营场所)",
                "住所/经营场所",
                "经营地址",
                "注册地址",
                "企业地址",
                "详细地址",
                "DOM",
            ],
        ),
        may(
            "class",
            &["信用风险分类", "信用风险等级", "信用分类", "信用风险分类等级", "信用等级", "风险等级", "信用级别"],
        ),
        may("status", &["状态", "登记状态", "经营状态", "企业状态", "主体状态", "REGSTATE"]),
        may("tags", &["专项库", "标签", "所属专项库", "专项库名称", "检查对象分类"]),
        may("flags", &["标记", "名录标记", "异常标记"]),
        may("quiet", &["安静期", "企业安静期", "宁静日", "安静日"]),
        may("registered", &["成立日期", "注册日期", "登记日期", "设立日期", "核准日期", "ESTDATE"]),
        may("season", &["营业季", "营业季节", "营业月份", "开放季节", "开放月份"]),
        may("hours", &["营业时段", "营业半天", "开放时段"]),
    ],
};

pub static INSPECTORS: Layout = Layout {
    name: "inspectors",
    chinese: "执法检查人员名录库",
    columns: &[
        must(
            "certificate",
            &[
                "执法证号",
                "执法证编号",
                "执法证件号",
                "执法证件编号",
                "行政执法证号",
                "行政执法证编号",
                "执法证号码",
                "执法证件号码",
                "证件编号",
                "ZFZH",
                "证件号码",
            ],
        ),
        must("name", &["姓名", "执法人员姓名", "检查人员", "检查人员姓名", "执法人员"]),
        must(
            "agency",
            &[
                "部门编号",
                "部门代码",
                "所在部门",
                "所属部门",
                "执法部门",
                "执法主体",
                "所属单位",
                "工作单位",
                "单位",
                "单位名称",
                "所在单位",
                "执法单位",
                "所在业务部门(机构)",
            ],
        ),
        must("valid_from", &["有效期起", "执法证有效期起", "有效期自", "发证日期", "执法证发证日期", "颁证日期"]),
        must("valid_until", &["有效期至", "执法证有效期", "执法证有效期至", "有效期止", "有效截止日期", "证件有效期"]),
        may("status", &["状态", "执法人员状态", "证件状态", "人员状态"]),
        may("qualifications", &["资质", "岗位资质资格", "资质资格", "岗位资质", "专业资质", "执法资质"]),
        may("townships", &["辖区", "地区", "管辖区域", "管辖乡镇", "责任辖区"]),
        may("leave", &["请假", "请假日期", "不可用日期"]),
        may("visits_max", &["任务上限", "检查次数上限"]),
        may("expert", &["专家", "是否专家"]),
    ],
};

pub static TASKS: Layout = Layout {
    name: "tasks",
    chinese: "抽查计划",
    columns: &[
        must("code", &["任务编号", "计划编号", "任务编码", "抽查任务编号", "任务代码", "编号", "序号"]),
        must("name", &["任务名称", "计划名称", "抽查任务", "抽查任务名称", "抽查计划名称", "检查任务"]),
        may("kind", &["任务类型", "抽查类型", "检查类型", "任务类别"]),
        may("directed", &["定向", "抽查方式", "是否定向", "抽取方式"]),
        must("lead", &["发起部门", "牵头部门", "牵头单位", "发起单位", "抽查部门"]),
        may("partners", &["配合部门", "参与部门", "联合部门", "参加部门", "配合单位"]),
        must("items", &["抽查事项", "事项编号", "抽查事项编号", "检查事项", "抽查事项编码"]),
        may("industries", &["行业范围", "抽查行业"]),
        may("kinds", &["主体类型范围"]),
        may("tags", &["专项库范围"]),
        may("townships", &["乡镇范围"]),
        may("classes", &["信用风险分类范围"]),
        must("rate", &["抽查比例", "抽查比例或户数", "抽查数量", "抽取比例", "抽查比例(户数)", "抽查户数", "检查数量"]),
        may("wording", &["比例原文", "抽查比例原文"]),
        may("first", &["开始日期", "检查开始日期", "开始时间", "检查开始时间", "起始日期"]),
        may("last", &["结束日期", "检查结束日期", "结束时间", "检查结束时间", "截止日期", "完成时限"]),
        may("group", &["协调组"]),
        may("balls", &["抽签球数"]),
        may("spread", &["分散"]),
        may("separate", &["单独入户"]),
    ],
};

pub static RECUSALS: Layout = Layout {
    name: "recusals",
    chinese: "回避",
    columns: &[
        must("certificate", &["执法证号", "执法证编号", "执法证件号", "检查人员"]),
        must(
            "entity",
            &[
                "检查对象",
                "统一社会信用代码",
                "检查对象代码",
                "被检查对象",
                "统一社会信用代码(注册号)",
                "注册号/统一社会信用代码",
            ],
        ),
        may("agency", &["部门编号", "部门代码", "部门", "单位名称"]),
        may("reason", &["回避原因", "原因", "回避事由", "利害关系"]),
        may("until", &["截止日期", "有效期至", "回避截止日期"]),
    ],
};

pub static HISTORY: Layout = Layout {
    name: "history",
    chinese: "检查台账",
    columns: &[
        must(
            "entity",
            &[
                "检查对象",
                "统一社会信用代码",
                "检查对象代码",
                "被检查对象",
                "统一社会信用代码(注册号)",
                "注册号/统一社会信用代码",
            ],
        ),
        must("agency", &["部门编号", "部门代码", "检查部门", "检查机关", "抽查部门", "检查单位", "实施机关"]),
        must("date", &["检查日期", "日期", "检查时间", "抽查日期", "检查完成日期"]),
        may("counts", &["计入频次", "是否计入频次"]),
        may("items", &["抽查事项", "检查事项", "事项编号"]),
        may("inspectors", &["检查人员", "执法证号", "执法人员", "检查人员执法证号"]),
        may("result", &["检查结果", "结果", "抽查结果"]),
    ],
};

pub static CALENDAR: Layout = Layout {
    name: "calendar",
    chinese: "工作日历",
    columns: &[
        must("date", &["日期"]),
        must("kind", &["类型", "休班"]),
        may("name", &["名称", "节日"]),
        may("source", &["来源", "文号"]),
    ],
};

/// Lists every table in the order in which references between them resolve.
pub static LAYOUTS: [&Layout; 10] =
    [&AGENCIES, &TOWNSHIPS, &TRAVEL, &ITEMS, &ENTITIES, &INSPECTORS, &TASKS, &RECUSALS, &HISTORY, &CALENDAR];

/// Is the record of checks (抽查检查情况记录表) that comes back filled in; it is no table of a workspace.
pub static RECORDS: Layout = Layout {
    name: "records",
    chinese: "检查情况记录表",
    columns: &[
        must("visit", &["检查编号"]),
        may("agency", &["部门编号", "部门代码"]),
        may("name", &["检查对象名称"]),
        may("entity", &["统一社会信用代码"]),
        may("planned", &["计划检查日期"]),
        may("sent", &["派出检查人员"]),
        must("item", &["抽查事项编号", "事项编号"]),
        may("item_name", &["抽查事项", "抽查事项名称"]),
        must("date", &["实际检查日期", "检查日期", "检查完成日期"]),
        must("result", &["检查结果", "检查结果代码", "抽查结果"]),
        may("result_2", &["检查结果(其二)"]),
        may("result_3", &["检查结果(其三)"]),
        may("inspectors", &["实际检查人员执法证号"]),
        may("note", &["备注"]),
    ],
};
