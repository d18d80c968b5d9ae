//! Names of people, firms and streets: put together from common words, none taken from a registry.

use super::random::Stream;
use super::reference::Township;

/// The most frequent surnames (national name report 2020), the frequent ones first.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";

/// Characters of given names.
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建国文志新海红玉春梅晓东小波永健俊峰立鑫宇浩然子轩欣怡佳琪梦洁雪莹晨博天成亚辉鹏飞少龙广林振宁庆云长富根生学义守信德良秀荣素珍爱莲凤喜来保全双喜中原豫宛";

/// Characters of trade names.
const LUCKY: &str = "鑫源顺达福兴隆盛恒泰和昌裕丰瑞祥德信诚利通康宁安华美佳佰惠百世嘉宏远大鼎金玉宝龙凤祥云天地中原宛湍花洲古城百川万家乐民益众联合创新锦绣聚贤雅致清泉绿野田园阳光春晖秋实东方南阳北辰长青永固同心正大光明一品香和睦邻里";

const ROADS: [&str; 14] = [
    "新华路",
    "人民路",
    "交通路",
    "花洲大道",
    "工业路",
    "北京大道",
    "三贤路",
    "穰城路",
    "南一环路",
    "平安路",
    "文化路",
    "团结路",
    "仲景路",
    "雷锋路",
];

const MARKET_ROADS: [&str; 7] = ["中心街", "兴隆街", "人民路", "朝阳路", "市场街", "新建路", "府前街"];

const VILLAGE_HEADS: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗";
const VILLAGE_TAILS: [&str; 10] = ["庄", "营", "楼", "岗", "寨", "堰", "坡", "湾", "集", "桥"];

/// Holds the character tables, split once.
pub(super) struct Words {
    surnames: Vec<char>,
    given: Vec<char>,
    lucky: Vec<char>,
    village_heads: Vec<char>,
}

impl Words {
    pub(super) fn new() -> Words {
        let split = |text: &str| text.chars().collect();
        Words {
            surnames: split(SURNAMES),
            given: split(GIVEN),
            lucky: split(LUCKY),
            village_heads: split(VILLAGE_HEADS),
        }
    }

    /// Makes a person's name of 2 or 3 characters; frequent surnames come up more often.
    pub(super) fn person(&self, stream: &mut Stream) -> String {
        let bound = stream.between(1, self.surnames.len() as u32);
        let mut name = String::from(self.surnames[stream.below(bound) as usize]);
        name.push(*stream.pick(&self.given));
        if stream.chance(820) {
            name.push(*stream.pick(&self.given));
        }
        name
    }

    /// Makes a trade name of `length` characters.
    pub(super) fn brand(&self, stream: &mut Stream, length: u32) -> String {
        (0..length).map(|_| *stream.pick(&self.lucky)).collect()
    }

    /// Makes an address inside a township: a road with a number, or a village.
    pub(super) fn address(&self, stream: &mut Stream, township: &Township) -> String {
        let name = &township.name;
        if township.urban {
            return format!("{name}{}{}号", stream.pick(&ROADS), stream.between(1, 160));
        }
        if stream.chance(550) {
            return format!("{name}{}{}号", stream.pick(&MARKET_ROADS), stream.between(1, 90));
        }
        format!("{name}{}{}村", stream.pick(&self.village_heads), stream.pick(&VILLAGE_TAILS))
    }
}

/// Names the head of a town's own name: 构林镇 becomes 构林.
pub(super) fn short_name(township: &Township) -> &str {
    let name = &township.name;
    ["街道", "镇", "乡"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}
