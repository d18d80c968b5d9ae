//! What is asked of a scan: the tasks, their strata, rates and scopes; `sample.toml` in the type system (protocol §21.2).

use std::fmt::Write;

use serde::Deserialize;
use thiserror::Error;

use crate::both;
use crate::files::wording::cells;
use crate::lang::{Say, Text, foreign};
use crate::lottery::{Rate, Rounding, Suite};

/// Is everything that one scan of a registry answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Six digits.
    pub region: String,
    pub period: String,
    /// Primitives of the draw.
    pub suite: Suite,
    /// Heading of the column with the ids; empty until the registry's own headings have told.
    pub id: String,
    pub rounding: Rounding,
    /// Share of each stratum's sample that is drawn behind it.
    pub reserve: Option<Rate>,
    /// Whether rows without id are left out instead of refused.
    pub leaves_out_without_id: bool,
    /// Sorted by code.
    pub tasks: Vec<Task>,
}

/// Is one draw over the registry (抽查任务).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub code: String,
    /// Last part of the group's name; empty for the period's own group.
    pub group: String,
    /// Heading of the column that names the stratum; none for one stratum of all.
    pub strata: Option<String>,
    /// Stratum and rate, sorted by stratum.
    pub rates: Vec<(String, Rate)>,
    pub scope: Vec<Scope>,
}

/// Is one condition on a column; all conditions of a task must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub heading: String,
    /// Texts of which one must be the cell's; with `*` at the end, of which one must begin it.
    pub values: Vec<String>,
}

/// Says what is wrong with a job: all of it, one sentence each.
#[derive(Debug, Error)]
#[error("{}", self.say().en)]
pub struct JobError(pub Vec<Text>);

impl Say for JobError {
    fn say(&self) -> Text {
        Text::joined(&self.0, "\n       ", "\n      ")
    }
}

/// Name of the one stratum of a task without strata.
pub const ALL: &str = "all";

/// Stratum of an empty cell.
pub const NONE: &str = "N";

impl Scope {
    /// Reads `industry 51*,5212` or, as a shell is spared the quotes, `industry=51*,5212`.
    pub fn parse(text: &str) -> Option<Scope> {
        let (heading, values) = text.split_once([' ', '='])?;
        Some(Scope { heading: heading.to_owned(), values: values.split(',').map(str::to_owned).collect() })
    }

    /// Tells whether a cell's text matches.
    pub fn matches(&self, cell: &[u8]) -> bool {
        self.values.iter().any(|value| match value.strip_suffix('*') {
            Some(start) => cell.starts_with(start.as_bytes()),
            None => cell == value.as_bytes(),
        })
    }

    fn text(&self) -> String {
        format!("{} {}", self.heading, self.values.join(","))
    }
}

impl Task {
    /// Reads the rates of a task: `2%` for all, or `A 1%;B 3%`, also written `A=1%,B=3%`.
    pub fn parse_rates(text: &str) -> Option<Vec<(String, Rate)>> {
        if let Some(rate) = cells::rate(text) {
            return Some(vec![(ALL.to_owned(), rate)]);
        }
        let entry = |part: &str| {
            let (stratum, rate) = part.trim().split_once([' ', '='])?;
            Some((stratum.to_owned(), cells::rate(rate)?))
        };
        let mut rates = text.split([';', ',']).map(entry).collect::<Option<Vec<_>>>()?;
        rates.sort();
        Some(rates)
    }

    fn rates_text(&self) -> String {
        match (&self.strata, self.rates.first()) {
            (None, Some((_, rate))) => rate.to_string(),
            _ => self.rates.iter().map(|(stratum, rate)| format!("{stratum} {rate}")).collect::<Vec<_>>().join(";"),
        }
    }
}

impl Job {
    /// Returns the whole name of a task's group (protocol §3).
    pub fn group(&self, task: &Task) -> String {
        let period = format!("{}.{}", self.region, self.period);
        if task.group.is_empty() { period } else { format!("{period}.{}", task.group) }
    }

    /// Lists the headings that the tasks read besides the id's, each once.
    pub fn headings(&self) -> Vec<&str> {
        let scopes = self.tasks.iter().flat_map(|task| task.scope.iter().map(|scope| scope.heading.as_str()));
        let mut headings: Vec<&str> =
            self.tasks.iter().filter_map(|task| task.strata.as_deref()).chain(scopes).collect();
        headings.sort_unstable();
        headings.dedup();
        headings
    }

    /// Computes sample and reserve of a stratum (protocol §5).
    pub fn sizes(&self, rate: Rate, population: u32) -> (u32, u32) {
        let sample = rate.of(population, self.rounding).min(population);
        let reserve = self.reserve.map_or(0, |reserve| reserve.of(sample, Rounding::Up));
        (sample, reserve.min(population - sample))
    }

    /// Writes `sample.toml`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |key: &str, value: &str| writeln!(text, "{key} = \"{value}\"").expect("a string takes all text");
        let rounding = match self.rounding {
            Rounding::Up => "up",
            Rounding::Nearest => "nearest",
            Rounding::FloorMin1 => "floor_min_1",
        };
        if !self.suite.is_default() {
            line("suite", self.suite.name());
        }
        line("region", &self.region);
        line("period", &self.period);
        line("id", &self.id);
        line("rounding", rounding);
        if let Some(reserve) = self.reserve {
            line("reserve", &reserve.to_string());
        }
        if self.leaves_out_without_id {
            line("without_id", "leave_out");
        }
        let mut text = format!("[sample]\n{text}");
        for task in &self.tasks {
            text.push_str("\n[[task]]\n");
            let mut line =
                |key: &str, value: &str| writeln!(text, "{key} = \"{value}\"").expect("a string takes all text");
            line("code", &task.code);
            line("group", &task.group);
            if let Some(strata) = &task.strata {
                line("strata", strata);
            }
            line("rates", &task.rates_text());
            if !task.scope.is_empty() {
                line("scope", &task.scope.iter().map(Scope::text).collect::<Vec<_>>().join(";"));
            }
        }
        text
    }

    /// Reads the text of a `sample.toml`, or a file of tasks that a person wrote in its form.
    ///
    /// # Errors
    /// [`JobError`] with everything that is wrong.
    pub fn parse(text: &str) -> Result<Job, JobError> {
        let written: Written = toml::from_str(text).map_err(|error| JobError(vec![foreign(&error.message())]))?;
        let mut wrong = Vec::new();
        let reserve = written.sample.reserve.as_deref().map(|text| (text, cells::rate(text)));
        if let Some((text, None)) = reserve {
            wrong.push(both!(
                "reserve {text:?} is no fraction such as \"20%\"",
                "reserve {text:?} 不是 \"20%\" 这样的比例"
            ));
        }
        let mut tasks = Vec::new();
        for task in written.task {
            let rates = Task::parse_rates(&task.rates);
            if rates.is_none() {
                wrong.push(both!(
                    "task {}: rates {:?} can not be read; write \"2%\" or \"A 1%;B 3%\"",
                    "任务 {}：比例 {:?} 读不懂；请写 \"2%\" 或 \"A 1%;B 3%\"",
                    task.code,
                    task.rates
                ));
            }
            let parts = task.scope.as_deref().map_or(Vec::new(), |scope| scope.split(';').collect());
            let scope: Option<Vec<Scope>> = parts.into_iter().map(Scope::parse).collect();
            if scope.is_none() {
                wrong.push(both!(
                    "task {}: scope can not be read; write \"industry 51*,5212;status active\"",
                    "任务 {}：范围读不懂；请写 \"industry 51*,5212;status active\"",
                    task.code
                ));
            }
            let (rates, scope) = (rates.unwrap_or_default(), scope.unwrap_or_default());
            tasks.push(Task { code: task.code, group: task.group, strata: task.strata, rates, scope });
        }
        tasks.sort_by(|a, b| a.code.cmp(&b.code));
        let Sample { suite, region, period, id, rounding, without_id, .. } = written.sample;
        let suite = suite.unwrap_or_else(|| Suite::default().name().to_owned());
        let named = Suite::parse(&suite);
        if named.is_none() {
            wrong.push(both!(
                "suite {suite:?} is not known; write \"dr1\" or \"dr1-gm\"",
                "密码套件 {suite:?} 不认识；请写 \"dr1\" 或 \"dr1-gm\""
            ));
        }
        let suite = named.unwrap_or_default();
        let leaves_out_without_id = without_id.is_some();
        if without_id.is_some_and(|word| word != "leave_out") {
            wrong.push(both!("without_id has no value but \"leave_out\"", "without_id 只能是 \"leave_out\""));
        }
        let reserve = reserve.and_then(|(_, rate)| rate);
        let job = Job { region, period, suite, id, rounding, reserve, leaves_out_without_id, tasks };
        match job.check() {
            Ok(()) if wrong.is_empty() => Ok(job),
            Ok(()) => Err(JobError(wrong)),
            Err(JobError(more)) => Err(JobError(wrong.into_iter().chain(more).collect())),
        }
    }

    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`JobError`] with everything that is wrong.
    pub fn check(&self) -> Result<(), JobError> {
        let mut wrong = Vec::new();
        let mut must = |holds: bool, what: Text| {
            if !holds {
                wrong.push(what);
            }
        };
        let is_word = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        let is_region = self.region.len() == 6 && self.region.bytes().all(|b| b.is_ascii_digit());
        must(is_region, both!("region {:?} has not six digits", "行政区划代码 {:?} 不是六位数字", self.region));
        must(
            is_word(&self.period, 32),
            both!(
                "period {:?} is not 1 to 32 of 0-9 A-Z a-z . _ -",
                "期次 {:?} 不是 1 至 32 个 0-9 A-Z a-z . _ -",
                self.period
            ),
        );
        must(
            is_heading(&self.id) || self.id.is_empty(),
            both!("heading {:?} holds quotes or line ends", "表头 {:?} 含引号或换行", self.id),
        );
        let is_share = !matches!(self.reserve, Some(Rate::Count(_)));
        must(is_share, both!("the reserve is a share of the sample, such as 20%", "备选应为样本的比例，例如 20%"));
        must(!self.tasks.is_empty(), both!("no task is given", "没有给出任务"));
        for pair in self.tasks.windows(2) {
            must(
                pair[0].code != pair[1].code,
                both!("two tasks have the code {:?}", "两个任务的编码都是 {:?}", pair[0].code),
            );
        }
        for task in &self.tasks {
            let code = &task.code;
            must(
                is_code(code) && code != "*",
                both!(
                    "task {code:?} is no code: no blanks and none of ; , / \" *",
                    "任务编码 {code:?} 不合规：不得有空格，也不得有 ; , / \" *"
                ),
            );
            let group = self.group(task);
            must(
                is_word(&group, 64),
                both!(
                    "task {code}: group {group:?} is not 1 to 64 of 0-9 A-Z a-z . _ -",
                    "任务 {code}：组 {group:?} 不是 1 至 64 个 0-9 A-Z a-z . _ -"
                ),
            );
            let names = || task.rates.iter().map(|(stratum, _)| stratum);
            must(
                names().all(|name| is_code(name)),
                both!(
                    "task {code}: a stratum's name has no blanks and none of ; , / \"",
                    "任务 {code}：层的名称不得有空格，也不得有 ; , / \""
                ),
            );
            must(
                task.rates.windows(2).all(|pair| pair[0].0 != pair[1].0),
                both!("task {code}: a stratum has two rates", "任务 {code}：有一层写了两个比例"),
            );
            let is_one = task.rates.len() == 1 && names().all(|name| name == ALL);
            must(
                task.strata.is_some() || is_one || task.rates.is_empty(),
                both!(
                    "task {code}: rates by stratum need the strata's column",
                    "任务 {code}：分层的比例需要指明分层所在的列"
                ),
            );
            must(
                task.strata.is_none() || !is_one,
                both!(
                    "task {code}: strata need a rate for each, such as \"A 1%;B 3%\"",
                    "任务 {code}：每一层都需要比例，例如 \"A 1%;B 3%\""
                ),
            );
            must(
                task.rates.len() < 60_000,
                both!("task {code} has more than 60,000 strata", "任务 {code} 超过 60,000 层"),
            );
            must(
                task.strata.as_deref().is_none_or(is_heading),
                both!(
                    "task {code}: the strata's heading holds quotes or line ends",
                    "任务 {code}：分层列的表头含引号或换行"
                ),
            );
            for scope in &task.scope {
                let texts = || scope.values.iter().chain([&scope.heading]);
                let is_plain = texts()
                    .all(|text| is_heading(text) && !text.contains(|c: char| c.is_whitespace() || ";,=".contains(c)));
                must(
                    is_plain,
                    both!(
                        "task {code}: scope {:?} has empty parts, blanks or quotes",
                        "任务 {code}：范围 {:?} 有空的部分、空格或引号",
                        scope.text()
                    ),
                );
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(JobError(wrong)) }
    }
}

/// Tells whether a text can stand in the quotes of `sample.toml` as it is.
fn is_heading(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_control() || c == '"' || c == '\\')
}

/// Tells whether a text is a code (protocol, Conventions), and stands in the quotes of `sample.toml` as it is.
fn is_code(text: &str) -> bool {
    is_heading(text) && !text.contains(|c: char| c.is_whitespace() || ";,/=".contains(c))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sample: Sample,
    #[serde(default)]
    task: Vec<WrittenTask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    suite: Option<String>,
    region: String,
    period: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    rounding: Rounding,
    reserve: Option<String>,
    without_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTask {
    code: String,
    #[serde(default)]
    group: String,
    strata: Option<String>,
    rates: String,
    scope: Option<String>,
}
