//! Themes over all enterprises or a whole section of industries, most of them by credit class.

use super::Size::{Rate, Weight};
use super::{Theme, theme};

/// Themes, in the order of the plan.
pub(super) const THEMES: &[Theme] = &[
    theme(
        "企业公示信息和登记事项不定向抽查",
        "kinds=enterprise",
        "D01:企业年度报告,企业即时公示,企业登记事项,不定向抽查|D25 30%:非重点税源|D10 30%",
        [1, 1, 1, 1],
        Rate("A 1‰;B 2‰;C 1%;D 3%"),
        "undirected",
    ),
    theme(
        "个体工商户年报和登记事项不定向抽查",
        "kinds=individual",
        "D01:个体工商户,对市场主体登记,经营者价格|D25 20%:非企业纳税人",
        [0, 1, 1, 0],
        Rate("1:2000"),
        "undirected",
    ),
    theme(
        "农民专业合作社联合抽查",
        "kinds=cooperative",
        "D01:对市场主体登记,商标使用|D17:农产品质量安全|D25 30%:非企业纳税人",
        [0, 0, 0, 1],
        Rate("1%"),
        "undirected",
    ),
    theme(
        "制造业企业信用风险分类抽查",
        "kinds=enterprise industries=C",
        "D01:产品质量监督抽查,重点单位、重点产品,商标使用,登记事项的监督|D21 50%|D10 30%|D12 30%:建设项目,排污许可",
        [1, 0, 1, 0],
        Rate("A 1%;B 2%;C 10%;D 30%"),
        "",
    ),
    theme(
        "批发和零售业企业信用风险分类抽查",
        "kinds=enterprise industries=F",
        "D01:流通领域商品质量,侵害消费者权益,年度报告公示信息|D25 30%:非重点税源,异常对象",
        [0, 1, 0, 1],
        Rate("A 2‰;B 5‰;C 2%;D 5%"),
        "",
    ),
    theme(
        "租赁和商务服务业企业信用风险分类抽查",
        "kinds=enterprise industries=L",
        "D01:企业年度报告,对市场主体登记,拍卖活动|D25 30%:非重点税源|D10 30%",
        [0, 1, 1, 0],
        Rate("A 2‰;B 5‰;C 3%;D 10%"),
        "group=credit",
    ),
    theme(
        "建筑业企业信用风险分类抽查",
        "kinds=enterprise industries=E",
        "D13:建筑业企业资质|D01:登记事项的监督,年度报告公示|D10 50%:工资支付,劳动合同",
        [1, 0, 0, 0],
        Rate("A 2‰;B 5‰;C 5%;D 10%"),
        "",
    ),
    theme(
        "信息服务和科技服务业企业公示信息抽查",
        "kinds=enterprise industries=I;M",
        "D01:标准自我声明,团体标准,网络交易行为,大型企业逾期|D22 20%:配合统计调查|D25 30%:非重点税源",
        [0, 0, 0, 1],
        Weight(18),
        "balls=A 1;B 1;C 2;D 4 group=credit",
    ),
    theme(
        "交通运输和仓储业企业联合抽查",
        "kinds=enterprise industries=G",
        "D15:道路普通货物|D01:年度报告公示信息,登记事项的监督|D21 30%",
        [1, 0, 0, 0],
        Weight(16),
        "balls=A 1;B 1;C 2;D 4",
    ),
    theme(
        "文化体育和娱乐业企业公示信息抽查",
        "kinds=enterprise industries=R",
        "D01:企业即时公示信息,服务业经营者,格式条款|D19 50%:文化市场,演出市场,网络文化",
        [0, 0, 0, 1],
        Weight(14),
        "",
    ),
    theme(
        "经营异常和失信企业联合检查",
        "kinds=enterprise classes=C;D",
        "D01:企业登记事项,对市场主体登记|D25 50%:异常对象|D10 30%",
        [0, 1, 0, 1],
        Weight(24),
        "group=credit balls=C 1;D 3",
    ),
];
