//! The columns of every input table: canonical heading, official Chinese heading, and further headings in use.

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
    /// Finds the column that a heading stands for; blanks and line breaks in it do not count.
    pub fn column_of(&self, heading: &str) -> Option<usize> {
        let bare: String = heading.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect();
        let same = |column: &Column| column.name.eq_ignore_ascii_case(&bare) || column.chinese.contains(&bare.as_str());
        self.columns.iter().position(same)
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
        must("code", &["部门编号", "部门代码", "单位编号"]),
        must("name", &["部门名称", "单位名称", "成员单位"]),
        may("short_name", &["简称"]),
        may("role", &["角色"]),
        may("teams_per_day", &["每日检查组数上限", "每日检查组数"]),
    ],
};

pub static TOWNSHIPS: Layout = Layout {
    name: "townships",
    chinese: "乡镇",
    columns: &[
        must("code", &["乡镇代码", "代码"]),
        must("name", &["乡镇名称", "乡镇", "名称"]),
        may("other_codes", &["其他代码"]),
        may("other_names", &["其他名称", "曾用名"]),
        may("lon", &["经度"]),
        may("lat", &["纬度"]),
    ],
};

pub static TRAVEL: Layout = Layout {
    name: "travel",
    chinese: "路程",
    columns: &[must("from", &["起"]), must("to", &["止"]), must("minutes", &["分钟"])],
};

pub static ITEMS: Layout = Layout {
    name: "items",
    chinese: "抽查事项清单",
    columns: &[
        must("code", &["事项编号", "事项编码", "序号"]),
        must("agency", &["部门编号", "部门代码", "抽查部门"]),
        must("name", &["事项名称", "抽查事项", "抽查事项名称"]),
        must("class", &["事项类别", "抽查类别"]),
        may("object", &["检查对象", "抽查对象"]),
        may("method", &["检查方式", "抽查方式"]),
        may("qualification", &["所需资质", "资质要求"]),
        may("basis", &["检查依据", "抽查依据"]),
        may("minutes", &["检查时长", "检查时长（分钟）"]),
        may("cap_per_year", &["年度频次上限"]),
        may("ratio_wording", &["比例原文", "抽查比例"]),
        may("frequency_wording", &["频次原文", "抽查频次"]),
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
                "统一社会信用代码（注册号）",
                "注册号/统一社会信用代码",
                "统一社会信用代码/注册号",
                "注册号",
                "TYXYDM",
            ],
        ),
        must(
            "name",
            &["名称", "企业名称", "市场主体名称", "经营主体名称", "被检查对象", "被检查对象名称", "检查对象名称"],
        ),
        may("kind", &["主体类型", "市场主体类型", "经营主体类型", "企业类型"]),
        may("industry", &["行业代码", "行业", "国民经济行业代码"]),
        must("township", &["乡镇", "乡镇代码", "所在乡镇", "所属乡镇"]),
        may("address", &["地址", "住所", "经营场所", "住所（经营场所）"]),
        may("class", &["信用风险分类", "信用风险等级", "信用分类"]),
        may("status", &["状态", "登记状态", "经营状态"]),
        may("tags", &["专项库", "标签"]),
        may("flags", &["标记"]),
        may("quiet", &["安静期"]),
        may("registered", &["成立日期", "注册日期"]),
    ],
};

pub static INSPECTORS: Layout = Layout {
    name: "inspectors",
    chinese: "执法检查人员名录库",
    columns: &[
        must("certificate", &["执法证号", "执法证编号", "执法证件号", "证件号码"]),
        must("name", &["姓名"]),
        must("agency", &["部门编号", "部门代码", "所在部门"]),
        must("valid_from", &["有效期起", "执法证有效期起", "发证日期"]),
        must("valid_until", &["有效期至", "执法证有效期", "执法证有效期至"]),
        may("status", &["状态", "执法人员状态"]),
        may("qualifications", &["资质", "岗位资质资格"]),
        may("townships", &["辖区", "地区"]),
        may("leave", &["请假"]),
        may("visits_max", &["任务上限"]),
        may("expert", &["专家", "是否专家"]),
    ],
};

pub static TASKS: Layout = Layout {
    name: "tasks",
    chinese: "抽查计划",
    columns: &[
        must("code", &["任务编号", "计划编号"]),
        must("name", &["任务名称", "计划名称", "抽查任务"]),
        may("kind", &["任务类型", "抽查类型"]),
        may("directed", &["定向", "抽查方式"]),
        must("lead", &["发起部门", "牵头部门"]),
        may("partners", &["配合部门", "参与部门"]),
        must("items", &["抽查事项", "事项编号"]),
        may("industries", &["行业范围"]),
        may("kinds", &["主体类型范围"]),
        may("tags", &["专项库范围"]),
        may("townships", &["乡镇范围"]),
        may("classes", &["信用风险分类范围"]),
        must("rate", &["抽查比例", "抽查比例或户数", "抽查数量"]),
        may("wording", &["比例原文"]),
        may("first", &["开始日期", "检查开始日期"]),
        may("last", &["结束日期", "检查结束日期"]),
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
        must("certificate", &["执法证号", "执法证编号"]),
        must("entity", &["检查对象", "统一社会信用代码"]),
        may("agency", &["部门编号", "部门代码"]),
        may("reason", &["回避原因", "原因"]),
        may("until", &["截止日期"]),
    ],
};

pub static HISTORY: Layout = Layout {
    name: "history",
    chinese: "检查台账",
    columns: &[
        must("entity", &["检查对象", "统一社会信用代码"]),
        must("agency", &["部门编号", "部门代码"]),
        must("date", &["检查日期", "日期"]),
        may("counts", &["计入频次"]),
        may("items", &["抽查事项"]),
        may("inspectors", &["检查人员", "执法证号"]),
        may("result", &["检查结果", "结果"]),
    ],
};

pub static CALENDAR: Layout = Layout {
    name: "calendar",
    chinese: "工作日历",
    columns: &[must("date", &["日期"]), must("kind", &["类型"]), may("name", &["名称"]), may("source", &["来源"])],
};

/// Lists every table in the order in which references between them resolve.
pub static LAYOUTS: [&Layout; 10] =
    [&AGENCIES, &TOWNSHIPS, &TRAVEL, &ITEMS, &ENTITIES, &INSPECTORS, &TASKS, &RECUSALS, &HISTORY, &CALENDAR];
