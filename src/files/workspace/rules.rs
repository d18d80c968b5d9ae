//! `plan.toml`: the rules of the period (细则) and the names of the tables beside it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::both;
use crate::files::faults::{Faults, Place};
use crate::files::tables::columns::{
    AGENCIES, CALENDAR, ENTITIES, HISTORY, INSPECTORS, ITEMS, Layout, RECUSALS, TASKS, TOWNSHIPS, TRAVEL,
};
use crate::files::tables::source::{PLAN_FILE, Source};
use crate::files::wording::cells;
use crate::files::wording::quiet;
use crate::lang::{Say, Text, foreign};
use crate::lottery::{Rate, Rounding, Suite, keys};
use crate::plan::model::{Except, ItemClass, QuietDays, QuietRule, RuleDays, Rules, Span, TeamRules, WithoutId};
use crate::plan::words::Word;

/// Mirrors the file; unknown keys are refused, because a misspelt rule would otherwise not count.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    period: Period,
    tables: Tables,
    #[serde(default)]
    draw: DrawRules,
    #[serde(default, skip_serializing_if = "RegistryRules::is_default")]
    registry: RegistryRules,
    #[serde(default)]
    teams: Teams,
    #[serde(default, skip_serializing_if = "CalendarRules::is_default")]
    calendar: CalendarRules,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    quiet: Vec<Quiet>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Period {
    name: String,
    region: String,
    first: String,
    last: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    agencies: Paths,
    townships: Paths,
    travel: Option<Paths>,
    items: Paths,
    entities: Paths,
    inspectors: Paths,
    tasks: Paths,
    recusals: Option<Paths>,
    history: Option<Paths>,
    calendar: Paths,
}

/// Is a table's file, several of them, or one with what to read in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Paths {
    One(Named),
    Many(Vec<Named>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Named {
    Path(String),
    Source(Source),
}

impl From<Named> for Source {
    fn from(named: Named) -> Source {
        match named {
            Named::Path(path) => Source { path, ..Source::default() },
            Named::Source(source) => source,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DrawRules {
    /// Missing in the canonical form of the default suite, so that plans which never heard of another stay as they are.
    #[serde(skip_serializing_if = "is_default_suite")]
    suite: String,
    rounding: Rounding,
    reserve: String,
    visits_per_year_max: u32,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RegistryRules {
    without_id: WithoutId,
    /// Not part of the canonical form: it says nothing that the frozen tables do not say.
    #[serde(skip_serializing)]
    without_id_reason: String,
    /// Not part of the canonical form: the frozen entities have their ids.
    #[serde(skip_serializing)]
    fallback_id: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Teams {
    size: u32,
    agencies_per_visit_max: u32,
    visits_per_day_max: u32,
    hop_minutes_max: u32,
    visits_max: u32,
    half_day_minutes: u32,
}

/// Missing in the canonical form where the search is the usual one, so that plans which never heard of it stay as they are.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CalendarRules {
    /// Wider than the rule, so that a number below or far above its range is told the range and not a type.
    search: i64,
}

/// Is a rule about quiet days: `first` and `last`, or `days`; `except_` names what it does not bind.
///
/// Its canonical form has `first`, `last` and `reason` where it is a span that binds everyone, and `days`, `reason` and
/// all exceptions otherwise.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Quiet {
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    except_tasks: Option<Listed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    except_items: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    except_classes: Option<Listed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    except_tags: Option<Listed>,
}

/// Is a list as TOML writes one, or as a cell of a table does; the latter is canonical.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Listed {
    Cell(String),
    Many(Vec<String>),
}

impl RegistryRules {
    fn is_default(&self) -> bool {
        self.without_id == WithoutId::default()
    }
}

impl CalendarRules {
    fn is_default(&self) -> bool {
        *self == CalendarRules::default()
    }
}

impl Tables {
    /// Returns the paths under each table's name; a table that a plan can do without may have none.
    fn by_name(self) -> BTreeMap<&'static str, Vec<Source>> {
        let named = [
            (AGENCIES.name, Some(self.agencies)),
            (TOWNSHIPS.name, Some(self.townships)),
            (TRAVEL.name, self.travel),
            (ITEMS.name, Some(self.items)),
            (ENTITIES.name, Some(self.entities)),
            (INSPECTORS.name, Some(self.inspectors)),
            (TASKS.name, Some(self.tasks)),
            (RECUSALS.name, self.recusals),
            (HISTORY.name, self.history),
            (CALENDAR.name, Some(self.calendar)),
        ];
        let paths = |paths| match paths {
            None => Vec::new(),
            Some(Paths::One(named)) => vec![named.into()],
            Some(Paths::Many(named)) => named.into_iter().map(Source::from).collect(),
        };
        named.into_iter().map(|(name, named)| (name, paths(named))).collect()
    }

    /// Names the canonical files, which stand beside the canonical rules.
    fn canonical() -> Tables {
        let file = |layout: &Layout| Paths::One(Named::Path(layout.file()));
        Tables {
            agencies: file(&AGENCIES),
            townships: file(&TOWNSHIPS),
            travel: Some(file(&TRAVEL)),
            items: file(&ITEMS),
            entities: file(&ENTITIES),
            inspectors: file(&INSPECTORS),
            tasks: file(&TASKS),
            recusals: Some(file(&RECUSALS)),
            history: Some(file(&HISTORY)),
            calendar: file(&CALENDAR),
        }
    }
}

impl Default for DrawRules {
    fn default() -> DrawRules {
        DrawRules {
            suite: Suite::default().name().to_owned(),
            rounding: Rounding::Up,
            reserve: "20%".to_owned(),
            visits_per_year_max: 2,
        }
    }
}

impl Default for Teams {
    fn default() -> Teams {
        Teams {
            size: 2,
            agencies_per_visit_max: 6,
            visits_per_day_max: 2,
            hop_minutes_max: 60,
            visits_max: 40,
            half_day_minutes: 210,
        }
    }
}

impl Default for CalendarRules {
    fn default() -> CalendarRules {
        CalendarRules { search: 1 }
    }
}

/// Holds the rules and where the tables are.
#[derive(Debug)]
pub struct RulesFile {
    pub rules: Rules,
    /// Files by table name.
    pub tables: BTreeMap<&'static str, Vec<Source>>,
    /// Heading of the column whose value stands for an id that is not there.
    pub fallback_id: Option<String>,
    /// Why entities without any code are left out, for the report.
    pub without_id_reason: String,
}

/// Reads `plan.toml` of a workspace.
///
/// Reports `unreadable-file`, `rules-syntax` (a misspelt key or table too) and `rule-value`.
pub fn read(folder: &Path, faults: &mut Faults) -> Option<RulesFile> {
    let place = |column: &str| Place { file: PLAN_FILE.to_owned(), column: column.to_owned(), ..Place::default() };
    let text = match std::fs::read_to_string(folder.join(PLAN_FILE)) {
        Ok(text) => text,
        Err(error) => {
            let why = error.say();
            let remedy =
                both!("name a folder that holds a plan.toml in UTF-8", "指定一个含有 UTF-8 编码 plan.toml 的文件夹");
            faults.error(
                "unreadable-file",
                place(""),
                "",
                both!(why => "the rules can not be read: {why}", "规则文件无法读取：{why}"),
                remedy,
            );
            return None;
        }
    };
    let file: PlanFile = match toml::from_str(&text) {
        Ok(file) => file,
        Err(error) => {
            let before = error.span().map_or("", |span| &text[..span.start.min(text.len())]);
            let row = Some(before.matches('\n').count() as u32 + 1);
            let cause = foreign(&error.message());
            faults.error(
                "rules-syntax",
                Place { row, ..place("") },
                "",
                cause,
                both!("correct the line; data/README.md lists every key", "更正该行；data/README.md 列有全部键名"),
            );
            return None;
        }
    };
    let mut bad = |key: &str, value: &str, cause: Text, remedy: Text| {
        faults.error("rule-value", place(key), value, cause, remedy);
    };
    let days = span(&file.period.first, &file.period.last);
    if days.is_none() {
        let value = format!("{} / {}", file.period.first, file.period.last);
        bad(
            "period.first",
            &value,
            both!("these are not two dates in order", "这不是先后有序的两个日期"),
            both!("write first and last as YYYY-MM-DD", "起止日期按 YYYY-MM-DD 填写"),
        );
    }
    if !(1..=32).contains(&file.period.name.len()) || !keys::is_group(&file.period.name) {
        bad(
            "period.name",
            &file.period.name,
            both!(
                "the name is not 1 to 32 characters of 0-9 A-Z a-z . _ -",
                "名称不是由 0-9 A-Z a-z . _ - 组成的 1 到 32 个字符"
            ),
            both!("write a name such as 2024Q1", "填写名称，例如 2024Q1"),
        );
    }
    if file.period.region.len() != 6 || !file.period.region.bytes().all(|b| b.is_ascii_digit()) {
        bad(
            "period.region",
            &file.period.region,
            both!("the administrative code has not six digits", "行政区划代码不是六位数字"),
            both!("write the code of GB/T 2260, such as 411381", "填写 GB/T 2260 代码，例如 411381"),
        );
    }
    let suite = Suite::parse(&file.draw.suite);
    if suite.is_none() {
        bad(
            "draw.suite",
            &file.draw.suite,
            both!("this version knows no suite of that name", "本版本没有这一名称的密码套件"),
            both!(
                "write dr1 (SHA-256, ChaCha20) or dr1-gm (SM3, SM4), or leave the line out",
                "填 dr1（SHA-256、ChaCha20）或 dr1-gm（国密 SM3、SM4），或删去该行"
            ),
        );
    }
    let reserve = cells::rate(&file.draw.reserve).filter(|rate| matches!(rate, Rate::Share { .. }));
    if reserve.is_none() {
        bad(
            "draw.reserve",
            &file.draw.reserve,
            both!("the reserve is not a share of the sample", "备用不是样本的一个比例"),
            both!("write a percentage such as 20%", "填写百分比，例如 20%"),
        );
    }
    if file.draw.visits_per_year_max == 0 {
        bad(
            "draw.visits_per_year_max",
            "0",
            both!("with a cap of 0 no entity can be drawn", "上限为 0，抽不到任何对象"),
            both!("write 1 or more", "填 1 或以上"),
        );
    }
    if file.teams.size < 2 {
        bad(
            "teams.size",
            &file.teams.size.to_string(),
            both!(
                "a check needs two officers (行政处罚法 §42)",
                "检查须由两名以上执法人员进行（行政处罚法第四十二条）"
            ),
            both!("write 2 or more", "填 2 或以上"),
        );
    }
    if !(1..=2).contains(&file.teams.visits_per_day_max) {
        bad(
            "teams.visits_per_day_max",
            &file.teams.visits_per_day_max.to_string(),
            both!("a day has two half-days", "一天有两个半天"),
            both!("write 1 or 2", "填 1 或 2"),
        );
    }
    if file.teams.agencies_per_visit_max == 0 {
        bad(
            "teams.agencies_per_visit_max",
            "0",
            both!("no visit could take place", "任何检查都无法进行"),
            both!("write 1 or more", "填 1 或以上"),
        );
    }
    let search = u32::try_from(file.calendar.search).ok().filter(|times| (1..=Rules::SEARCH_MAX).contains(times));
    if search.is_none() {
        bad(
            "calendar.search",
            &file.calendar.search.to_string(),
            both!(
                "the search for dates takes 1 to {} times the usual steps",
                "排期搜索的步数是通常的 1 到 {} 倍",
                Rules::SEARCH_MAX
            ),
            both!(
                "write an integer from 1 to {}, or leave the line out, which means 1",
                "填 1 到 {} 的整数，或删去该行（即为 1）",
                Rules::SEARCH_MAX
            ),
        );
    }
    let mut quiet: Vec<QuietRule> = file.quiet.into_iter().filter_map(|rule| quiet_rule(rule, &mut bad)).collect();
    quiet.sort_by_cached_key(quiet_order);
    quiet.dedup();
    let tables = file.tables.by_name();
    let rules = Rules {
        period: file.period.name,
        region: file.period.region,
        days: days?,
        suite: suite?,
        rounding: file.draw.rounding,
        reserve: reserve?,
        visits_per_year_max: file.draw.visits_per_year_max,
        without_id: file.registry.without_id,
        team: TeamRules {
            size: file.teams.size,
            agencies_per_visit_max: file.teams.agencies_per_visit_max,
            visits_per_day_max: file.teams.visits_per_day_max,
            hop_minutes_max: file.teams.hop_minutes_max,
            visits_max: file.teams.visits_max,
            half_day_minutes: file.teams.half_day_minutes,
        },
        search: search?,
        quiet,
    };
    let RegistryRules { without_id_reason, fallback_id, .. } = file.registry;
    (!faults.has_errors()).then_some(RulesFile { rules, tables, fallback_id, without_id_reason })
}

/// Writes the rules as the canonical `plan.toml`, whose tables are the canonical files beside it.
pub fn write(rules: &Rules) -> String {
    let file = PlanFile {
        period: Period {
            name: rules.period.clone(),
            region: rules.region.clone(),
            first: rules.days.first.to_string(),
            last: rules.days.last.to_string(),
        },
        tables: Tables::canonical(),
        draw: DrawRules {
            suite: rules.suite.name().to_owned(),
            rounding: rules.rounding,
            reserve: rules.reserve.to_string(),
            visits_per_year_max: rules.visits_per_year_max,
        },
        registry: RegistryRules { without_id: rules.without_id, ..RegistryRules::default() },
        teams: Teams {
            size: rules.team.size,
            agencies_per_visit_max: rules.team.agencies_per_visit_max,
            visits_per_day_max: rules.team.visits_per_day_max,
            hop_minutes_max: rules.team.hop_minutes_max,
            visits_max: rules.team.visits_max,
            half_day_minutes: rules.team.half_day_minutes,
        },
        calendar: CalendarRules { search: rules.search.into() },
        quiet: rules.quiet.iter().map(quiet_text).collect(),
    };
    toml::to_string(&file).expect("the rules hold nothing that TOML can not write")
}

/// The word in place of days for a rule about the entities' own quiet days.
const OWN: &str = "own";

/// Reads one rule about quiet days; `bad` takes key, value, cause and remedy of each fault.
fn quiet_rule(rule: Quiet, bad: &mut dyn FnMut(&str, &str, Text, Text)) -> Option<QuietRule> {
    let days = match (&rule.days, &rule.first, &rule.last) {
        (None, Some(first), Some(last)) => {
            let days = span(first, last);
            if days.is_none() {
                bad(
                    "quiet",
                    &format!("{first} / {last}"),
                    both!("these are not two dates in order", "这不是先后有序的两个日期"),
                    both!("write first and last as YYYY-MM-DD", "起止日期按 YYYY-MM-DD 填写"),
                );
            }
            days.map(|days| RuleDays::Every(QuietDays::Once(days)))
        }
        (Some(text), None, None) if text == OWN => Some(RuleDays::Own),
        (Some(text), None, None) => {
            let days = quiet::days(text);
            if days.is_none() {
                let cause = both!(
                    "these are no dates in order and no days that return",
                    "这既不是先后有序的日期，也不是重复出现的日子"
                );
                bad("quiet.days", text, cause, quiet::remedy());
            }
            days.map(RuleDays::Every)
        }
        (days, first, last) => {
            let given = [days, first, last].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" / ");
            bad(
                "quiet",
                &given,
                both!("a quiet rule needs its days, said in one way", "安静期须写明日期，并且只用一种写法"),
                both!("write first and last, or days, and not both", "写 first 与 last，或只写 days"),
            );
            None
        }
    };
    let list = |listed: &Option<Listed>| -> Vec<String> {
        let mut values: Vec<String> = match listed {
            None => Vec::new(),
            Some(Listed::Cell(text)) => cells::list(text).map(str::to_owned).collect(),
            Some(Listed::Many(many)) => many.iter().map(|value| value.trim().to_owned()).collect(),
        };
        values.sort();
        values.dedup();
        values
    };
    let mut classes = Vec::new();
    for text in list(&rule.except_classes) {
        match cells::class(&text) {
            Some(class) => classes.push(class),
            None => bad(
                "quiet.except_classes",
                &text,
                both!("this is no credit risk class", "这不是信用风险类别"),
                both!("write A, B, C, D or N", "填 A、B、C、D 或 N"),
            ),
        }
    }
    classes.sort_by_key(|class| (class.is_none(), *class));
    classes.dedup();
    let items = rule.except_items.as_deref().unwrap_or("").trim();
    let is_key = ItemClass::from_word(items) == Some(ItemClass::Key);
    if !items.is_empty() && !is_key {
        bad(
            "quiet.except_items",
            items,
            both!("only key items can be an exception", "只有重点检查事项可以例外"),
            both!("write key, or leave it out", "填 key（重点），或不写"),
        );
    }
    let except = Except { tasks: list(&rule.except_tasks), key_items: is_key, classes, tags: list(&rule.except_tags) };
    if days == Some(RuleDays::Own) && except.is_empty() {
        bad(
            "quiet.days",
            OWN,
            both!(
                "the entities' own quiet days bind without a rule; a rule about them names exceptions",
                "检查对象自己的安静期本来就有效；写它是为了列出例外"
            ),
            both!(
                "add an exception such as except_items, or take the rule out",
                "加上例外，例如 except_items，或删去这一段"
            ),
        );
    }
    Some(QuietRule { days: days?, reason: rule.reason, except })
}

/// Returns the texts of a rule by which rules are sorted: days, reason, exceptions.
fn quiet_order(rule: &QuietRule) -> [String; 6] {
    let classes: Vec<&str> = rule.except.classes.iter().map(|class| cells::class_letter(*class)).collect();
    [
        match &rule.days {
            RuleDays::Every(days) => quiet::days_text(days),
            RuleDays::Own => OWN.to_owned(),
        },
        rule.reason.clone(),
        rule.except.tasks.join(";"),
        if rule.except.key_items { ItemClass::Key.word().to_owned() } else { String::new() },
        classes.join(";"),
        rule.except.tags.join(";"),
    ]
}

/// Writes one rule about quiet days in its canonical form.
fn quiet_text(rule: &QuietRule) -> Quiet {
    if let (RuleDays::Every(QuietDays::Once(days)), true) = (rule.days, rule.except.is_empty()) {
        let (first, last) = (Some(days.first.to_string()), Some(days.last.to_string()));
        return Quiet { first, last, reason: rule.reason.clone(), ..Quiet::default() };
    }
    let [days, reason, tasks, items, classes, tags] = quiet_order(rule);
    Quiet {
        days: Some(days),
        reason,
        except_tasks: Some(Listed::Cell(tasks)),
        except_items: Some(items),
        except_classes: Some(Listed::Cell(classes)),
        except_tags: Some(Listed::Cell(tags)),
        ..Quiet::default()
    }
}

fn is_default_suite(name: &str) -> bool {
    name == Suite::default().name()
}

fn span(first: &str, last: &str) -> Option<Span> {
    let span = Span { first: cells::date(first)?, last: cells::date(last)? };
    (span.first <= span.last).then_some(span)
}
