//! The ceremony (抽取仪式): seal, entropy, draw, each a step in the ledger (protocol §14–§16).
//!
//! | file | does |
//! |---|---|
//! | [`changes`] | reports what became of every entity since the last seal |
//! | [`plan`] | reads `ceremony.toml`: which chance will decide, when, and until when the lists stay secret |
//! | [`seal`] | freezes a workspace and fixes all that decides the draw |
//! | [`drand`] | checks a round of the public beacon drand without a network |
//! | [`entropy`] | records dice, sealed values and the beacon, in this order |
//! | [`draw`] | makes the plan of a sealed attempt, or voids the attempt |
//! | [`amend`] | changes a seat or a day of a drawn plan, and replays such changes |
//! | [`salted`] | writes the rows of visits that a notice proves one by one |
//! | [`lodge`] | records who holds the page |
//! | [`notice`] | writes the paper that is handed over at the door, with the proof of its visit |
//! | [`open`] | puts out the public part, and lists and entropy after the embargo |
//! | [`result`] | puts what came of the visits on record |
//! | [`witness`] | checks the ledger that a bundle carries |
//! | [`sheet`] | writes the page with the code that is lodged outside |
//!
//! The order of the steps is decided by `ledger::state` alone.

pub mod amend;
pub mod changes;
pub mod drand;
pub mod draw;
pub mod entropy;
pub mod lodge;
pub mod notice;
pub mod open;
pub mod plan;
pub mod result;
pub mod salted;
pub mod seal;
pub mod sheet;
pub mod witness;

use jiff::civil::DateTime;
use thiserror::Error;

use crate::both;
use crate::files::faults::Fault;
use crate::files::store::ledger::LedgerError;
use crate::lang::{Say, Text};
use crate::lottery::entropy::EntropyError;
use crate::plan::amend::AmendError;
use crate::plan::check::Violation;

/// Says why a step of a ceremony was not taken; nothing is on record then.
#[derive(Debug, Error)]
pub enum CeremonyError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the inputs have faults")]
    Inputs(Vec<Fault>),
    #[error("ceremony.toml: {}", .0.en)]
    Plan(Text),
    #[error("{path}: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("{} falls at {falls}, which is not after the seal at {sealed}", .what.en)]
    FallsBeforeSeal { what: Text, falls: DateTime, sealed: DateTime },
    #[error("{} falls at {falls}, and it is {now}", .what.en)]
    NotFallen { what: Text, falls: DateTime, now: DateTime },
    #[error("{} fell at {falls}: dice that are written down at {now} could be written to suit it", .what.en)]
    Late { what: Text, falls: DateTime, now: DateTime },
    #[error("{} was used in entry {} of the ledger already", .0.en, .1)]
    Reused(Text, u32),
    #[error("{} was typed in two ways, which differ from character {at} on", .what.en)]
    TypedTwice { what: Text, at: usize },
    #[error("{}: {} typed, the plan asks for {planned}", .what.en, Text::counted(.found, "roll").en)]
    Rolls { what: Text, planned: u32, found: usize },
    #[error("sealed value {0} is not the one whose hash was sealed")]
    NotSealed(u32),
    #[error("nothing more was typed where {} was expected", .0.en)]
    Short(Text),
    #[error("the plan names no fallback beacon")]
    NoFallback,
    #[error(transparent)]
    Drand(#[from] drand::DrandError),
    #[error(transparent)]
    Record(#[from] EntropyError),
    #[error("{file} of the attempt is not what is on record")]
    Changed { file: String },
    #[error("the sheet was handed over at {handed_over}, which is not between its step at {step} and now, {now}")]
    LodgedBefore { handed_over: DateTime, step: DateTime, now: DateTime },
    #[error("{}", amend::words(.0).en)]
    Amend(AmendError),
    #[error("the plan has no visit {0}")]
    NoVisit(String),
    #[error("the proof has {0} bytes, more than a QR code holds")]
    TooLong(usize),
    #[error("the chance of {} fell at {}: the sample that it gives must go on record before the attempt can end", .0.en, .1)]
    SampleUnknown(Text, DateTime),
    #[error("{}", violations(.0).en)]
    Violations(Vec<Violation>),
}

impl Say for CeremonyError {
    fn say(&self) -> Text {
        let zh = match self {
            CeremonyError::Ledger(error) => return error.say(),
            CeremonyError::Inputs(_) => "输入有差错".to_owned(),
            CeremonyError::Plan(cause) => format!("ceremony.toml：{}", cause.zh),
            CeremonyError::Read { path, source } => format!("{path}：{}", source.say().zh),
            CeremonyError::FallsBeforeSeal { what, falls, sealed } => {
                format!("{}的时间是 {falls}，不晚于封存时间 {sealed}", what.zh)
            }
            CeremonyError::NotFallen { what, falls, now } => format!("{}的时间是 {falls}，现在是 {now}", what.zh),
            CeremonyError::Late { what, falls, now } => {
                format!("{}已于 {falls} 揭晓：{now} 才记下的骰子可能是凑出来的", what.zh)
            }
            CeremonyError::Reused(what, entry) => format!("{}已在台账第 {entry} 条用过", what.zh),
            CeremonyError::TypedTwice { what, at } => format!("{}两次输入不同，从第 {at} 个字符起", what.zh),
            CeremonyError::Rolls { what, planned, found } => {
                format!("{}：输入了 {found} 次点数，计划是 {planned} 次", what.zh)
            }
            CeremonyError::NotSealed(number) => format!("第 {number} 个封存值与所封存的散列值不符"),
            CeremonyError::Short(what) => format!("应输入{}，但没有输入", what.zh),
            CeremonyError::NoFallback => "计划没有指定备用的公共随机源".to_owned(),
            CeremonyError::Drand(error) => return error.say(),
            CeremonyError::Record(error) => return error.say(),
            CeremonyError::Changed { file } => format!("本次的 {file} 与台账记录不符"),
            CeremonyError::LodgedBefore { handed_over, step, now } => {
                format!("封存单的交存时间 {handed_over} 不在该步骤的 {step} 与现在 {now} 之间")
            }
            CeremonyError::Amend(error) => return amend::words(error),
            CeremonyError::NoVisit(visit) => format!("计划中没有检查 {visit}"),
            CeremonyError::TooLong(bytes) => format!("证明有 {bytes} 字节，超过一个二维码的容量"),
            CeremonyError::SampleUnknown(what, falls) => {
                format!("{}已于 {falls} 揭晓：它给出的样本须先记入台账，本次才能结束", what.zh)
            }
            CeremonyError::Violations(all) => return violations(all),
        };
        Text::of(self, zh)
    }
}

impl CeremonyError {
    /// Says what to do about it.
    pub fn advice(&self) -> Text {
        match self {
            CeremonyError::Ledger(error) => error.advice(),
            CeremonyError::Inputs(_) => both!(
                "correct what is listed above; `fairdraw check` finds it all at once",
                "更正以上各项；`fairdraw check` 可一次查出全部"
            ),
            CeremonyError::Plan(_) => both!("PROTOCOL.md §15 shows the whole file", "完整写法见 PROTOCOL.md §15"),
            CeremonyError::Read { .. } => both!(
                "give the folder of a workspace with plan.toml and ceremony.toml",
                "请给出含 plan.toml 和 ceremony.toml 的工作文件夹"
            ),
            CeremonyError::FallsBeforeSeal { .. } => both!(
                "name a later one in ceremony.toml: nobody may know it at the seal",
                "在 ceremony.toml 中指定更晚的一个：封存时不得有人知道它"
            ),
            CeremonyError::NotFallen { .. } => both!("wait until it has fallen", "等它揭晓"),
            CeremonyError::Late { .. } => both!(
                "let the sealed fallback decide, with --fallback; without one, void the attempt",
                "用 --fallback 改由已封存的备用随机源决定；没有备用的，作废本次"
            ),
            CeremonyError::Reused(..) => both!(
                "take a fresh one: a value that was public once can be computed with in advance",
                "请换新的：曾经公开的值可以事先用来推算"
            ),
            CeremonyError::TypedTwice { .. } | CeremonyError::Short(_) => {
                both!("type everything again; nothing was recorded", "请全部重新输入；尚未记录任何内容")
            }
            CeremonyError::Rolls { .. } => {
                both!("roll as often as ceremony.toml says", "按 ceremony.toml 规定的次数掷骰")
            }
            CeremonyError::NotSealed(_) => both!(
                "open the envelope again; without its value void the attempt",
                "重新核对信封中的值；没有该值的，作废本次"
            ),
            CeremonyError::NoFallback => both!("only what was sealed can decide the draw", "只有封存过的才能决定抽取"),
            CeremonyError::Drand(error) => error.advice(),
            CeremonyError::Record(_) => {
                both!("PROTOCOL.md §2 describes the record, line by line", "记录的逐行写法见 PROTOCOL.md §2")
            }
            CeremonyError::Changed { .. } => both!(
                "restore the attempt's folder from a copy; its hashes stand in the ledger",
                "用副本恢复本次的文件夹；其散列值在台账中"
            ),
            CeremonyError::SampleUnknown(..) => both!(
                "complete the record with `fairdraw entropy`, then void the attempt",
                "先用 `fairdraw entropy` 补全记录，再作废本次"
            ),
            CeremonyError::LodgedBefore { .. } => {
                both!("give the time that stands on the receipt", "请给出回执上的时间")
            }
            CeremonyError::Amend(AmendError::NoVisit) => both!(
                "take an id of visits.csv; a larger sample needs a new ceremony",
                "请用 visits.csv 中的编号；扩大样本须另行抽取"
            ),
            CeremonyError::Amend(AmendError::Reason | AmendError::NotSeated) => both!(
                "see who goes in teams.csv, and the reasons in `fairdraw amend --help`",
                "派员见 teams.csv，原因代码见 `fairdraw amend --help`"
            ),
            CeremonyError::Amend(AmendError::NobodyLeft(_)) => {
                both!("move the visit to another day with --day", "用 --day 改到另一天")
            }
            CeremonyError::Amend(AmendError::Visited) => both!(
                "correct the record with `fairdraw result --correct`, if it is wrong",
                "记录有误的，用 `fairdraw result --correct` 更正"
            ),
            CeremonyError::Amend(_) => {
                both!("choose another day, or replace the officer first", "换一天，或先更换检查人员")
            }
            CeremonyError::NoVisit(_) => both!(
                "take an id of visits.csv: the entity's own, `<id>/2` for its second visit",
                "请用 visits.csv 中的编号：即检查对象的代码，第二次检查为 `<代码>/2`"
            ),
            CeremonyError::TooLong(_) => both!(
                "split the tasks that meet at this door with `separate` in the next plan",
                "下一期计划中用 `separate` 分开在该户相遇的任务"
            ),
            CeremonyError::Violations(_) => both!(
                "nothing was written; please report this as a bug of fairdraw",
                "没有写出任何内容；这是 fairdraw 的缺陷，请报告"
            ),
        }
    }
}

/// Says that a plan breaks rules of its own, and the first of them.
pub fn violations(all: &[Violation]) -> Text {
    let (number, first) = (Text::counted(all.len(), "rule"), all.first().map(Say::say).unwrap_or_default());
    both!(number, first => "the plan breaks {number} of its own, the first being {first}", "计划违反自身规则 {number} 处，第一处是：{first}")
}

/// Names a beacon.
fn beacon(source: &str, issue: &str) -> Text {
    both!("beacon {source} {issue}", "公共随机源 {source} {issue}")
}

/// Joins a fact of an entry.
fn fact(word: &str, value: impl ToString) -> (String, String) {
    (word.to_owned(), value.to_string())
}
