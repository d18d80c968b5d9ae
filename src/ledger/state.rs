//! The order of a ceremony, read from the ledger and nothing else (protocol §15).

use thiserror::Error;

use super::chain::{Entry, Kind};
use crate::both;
use crate::lang::{Say, Text};
use crate::lottery::Suite;

/// Is how far an attempt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The frames are sealed, no chance is on record.
    Sealed,
    /// Dice and sealed values are on record, the beacon is awaited.
    Rolled,
    /// All chance is on record.
    Ready,
    Drawn,
    /// The public part of a secret draw is out; its lists wait for the end of the embargo.
    Published,
    /// Entropy and lists are public.
    Opened,
    Void,
}

/// Is one attempt of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub ceremony: String,
    pub number: u32,
    pub stage: Stage,
    /// Positions of the entries in the ledger, where the attempt has them.
    pub seal: usize,
    pub rolled: Option<usize>,
    pub entropy: Option<usize>,
    pub draw: Option<usize>,
    pub void: Option<usize>,
}

/// Says why a step is out of order and what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("nothing is sealed for {0}")]
    NotSealed(String),
    #[error("attempt {attempt} of {ceremony} is sealed already, in entry {entry}")]
    SealedAlready { ceremony: String, attempt: u32, entry: u32 },
    #[error("attempt {found} of {ceremony} is out of turn, the next is attempt {expected}")]
    Attempt { ceremony: String, expected: u32, found: u32 },
    #[error("the seal of {ceremony} names the suite {suite}, which this version does not know")]
    Suite { ceremony: String, suite: String },
    #[error("no entropy is on record for {0}")]
    NoEntropy(String),
    #[error("the beacon of {0} is not on record")]
    NoBeacon(String),
    #[error("dice and sealed values of {0} are not on record, and the beacon comes last")]
    NotRolled(String),
    #[error("the entropy of {ceremony} is complete since entry {entry}, nothing can be added")]
    EntropyComplete { ceremony: String, entry: u32 },
    #[error("{ceremony} is drawn since entry {entry}, and a draw is never repeated or undone")]
    Drawn { ceremony: String, entry: u32 },
    #[error("{0} is not drawn")]
    NotDrawn(String),
    #[error("the public part of {0} is not published, and what was never announced can not be opened")]
    NotPublished(String),
    #[error("the public part of {0} is published already")]
    PublishedAlready(String),
    #[error("the lists of {ceremony} stay secret to the end of {until}, and it is {now}")]
    Embargo { ceremony: String, until: String, now: String },
    #[error("attempt {attempt} of {ceremony} is void since entry {entry}")]
    Void { ceremony: String, attempt: u32, entry: u32 },
    #[error("entropy and lists of {0} are public already")]
    Opened(String),
    #[error("the sample that {0} would have given is not known, so it can not be put on record")]
    SampleUnknown(String),
}

impl Say for Refusal {
    fn say(&self) -> Text {
        let zh = match self {
            Refusal::NotSealed(ceremony) => format!("{ceremony} 尚未封存"),
            Refusal::SealedAlready { ceremony, attempt, entry } => {
                format!("{ceremony} 第 {attempt} 次已封存，见台账第 {entry} 条")
            }
            Refusal::Attempt { ceremony, expected, found } => {
                format!("{ceremony} 第 {found} 次次序不对，应为第 {expected} 次")
            }
            Refusal::Suite { ceremony, suite } => format!("{ceremony} 封存时指定的密码套件 {suite} 本版本不认识"),
            Refusal::NoEntropy(ceremony) => format!("{ceremony} 尚未记录熵"),
            Refusal::NoBeacon(ceremony) => format!("{ceremony} 的公共随机源尚未记录"),
            Refusal::NotRolled(ceremony) => format!("{ceremony} 的骰子和封存值尚未记录，公共随机源须最后记录"),
            Refusal::EntropyComplete { ceremony, entry } => {
                format!("{ceremony} 的熵在台账第 {entry} 条已经完整，不能再加")
            }
            Refusal::Drawn { ceremony, entry } => {
                format!("{ceremony} 已在台账第 {entry} 条抽取，抽取不得重来，也不得撤销")
            }
            Refusal::NotDrawn(ceremony) => format!("{ceremony} 尚未抽取"),
            Refusal::NotPublished(ceremony) => format!("{ceremony} 的公开部分尚未公布，未预告的不能启封"),
            Refusal::PublishedAlready(ceremony) => format!("{ceremony} 的公开部分已经公布"),
            Refusal::Embargo { ceremony, until, now } => {
                format!("{ceremony} 的名单保密至 {until} 当日结束，现在是 {now}")
            }
            Refusal::Void { ceremony, attempt, entry } => {
                format!("{ceremony} 第 {attempt} 次已在台账第 {entry} 条作废")
            }
            Refusal::Opened(ceremony) => format!("{ceremony} 的熵和名单已经公开"),
            Refusal::SampleUnknown(ceremony) => format!("{ceremony} 本应抽出的样本尚不可知，无法记入台账"),
        };
        Text::of(self, zh)
    }
}

impl Refusal {
    /// Says what to do about it.
    pub fn advice(&self) -> Text {
        match self {
            Refusal::NotSealed(_) => both!("run `fairdraw seal` first", "先运行 `fairdraw seal`"),
            Refusal::SealedAlready { .. } => both!(
                "go on with `fairdraw entropy`, or end the attempt with `fairdraw void`",
                "接着运行 `fairdraw entropy`，或用 `fairdraw void` 结束本次"
            ),
            Refusal::Attempt { .. } => both!(
                "the ledger was not written by fairdraw; compare it with a copy kept outside",
                "这本台账不是 fairdraw 写的；请与存放在外的副本对照"
            ),
            Refusal::NoEntropy(_) | Refusal::NoBeacon(_) | Refusal::NotRolled(_) => {
                both!("run `fairdraw entropy`", "运行 `fairdraw entropy`")
            }
            Refusal::EntropyComplete { .. } => both!("run `fairdraw draw`", "运行 `fairdraw draw`"),
            Refusal::Drawn { .. } => {
                both!("change a drawn plan with `fairdraw amend` only", "已抽取的计划只能用 `fairdraw amend` 变更")
            }
            Refusal::NotDrawn(_) => both!("run `fairdraw draw` first", "先运行 `fairdraw draw`"),
            Refusal::NotPublished(_) => {
                both!("run `fairdraw publish` on the workspace first", "先对工作文件夹运行 `fairdraw publish`")
            }
            Refusal::PublishedAlready(_) => {
                both!("run `fairdraw open` when the embargo has ended", "保密期满后运行 `fairdraw open`")
            }
            Refusal::Embargo { .. } => both!(
                "wait until the day after; visits that are known in advance are no checks",
                "等到次日；事先知道的检查就不成其为检查"
            ),
            Refusal::Void { .. } => {
                both!("seal the next attempt with `fairdraw seal`", "用 `fairdraw seal` 封存下一次")
            }
            Refusal::Opened(_) => Text::default(),
            Refusal::SampleUnknown(_) => both!(
                "complete the record with `fairdraw entropy`, then void the attempt",
                "先用 `fairdraw entropy` 补全记录，再作废本次"
            ),
            Refusal::Suite { .. } => both!("use a later version of fairdraw", "请使用更新版本的 fairdraw"),
        }
    }
}

/// Reads all attempts, in the order in which they were sealed.
///
/// # Errors
/// The number of the first entry that is out of order, and why.
pub fn read(entries: &[Entry]) -> Result<Vec<Attempt>, (u32, Refusal)> {
    let mut attempts: Vec<Attempt> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        admit(&attempts, entries, entry).map_err(|refusal| (entry.number, refusal))?;
        if entry.kind == Kind::Seal {
            attempts.push(Attempt {
                ceremony: entry.ceremony.clone(),
                number: entry.attempt,
                stage: Stage::Sealed,
                seal: at,
                rolled: None,
                entropy: None,
                draw: None,
                void: None,
            });
            continue;
        }
        let attempt = latest_mut(&mut attempts, &entry.ceremony).expect("what is admitted is sealed");
        match entry.kind {
            Kind::Entropy if is_pre_beacon(entry) => {
                attempt.stage = Stage::Rolled;
                attempt.rolled = Some(at);
            }
            Kind::Entropy => {
                attempt.stage = Stage::Ready;
                attempt.entropy = Some(at);
            }
            Kind::Draw => {
                attempt.stage = Stage::Drawn;
                attempt.draw = Some(at);
            }
            Kind::Publish if entry.fact("what") == Some("all") => attempt.stage = Stage::Opened,
            Kind::Publish => attempt.stage = Stage::Published,
            Kind::Void => {
                attempt.stage = Stage::Void;
                attempt.void = Some(at);
            }
            _ => {}
        }
    }
    Ok(attempts)
}

/// Returns the latest attempt of a ceremony.
pub fn latest<'a>(attempts: &'a [Attempt], ceremony: &str) -> Option<&'a Attempt> {
    attempts.iter().rev().find(|attempt| attempt.ceremony == ceremony)
}

/// Returns the last day on which the lists of a ceremony stay secret, where its seal names one and nothing opened it.
pub fn secret_until<'a>(entries: &'a [Entry], attempts: &[Attempt], ceremony: &str) -> Option<&'a str> {
    let attempt = latest(attempts, ceremony).filter(|attempt| attempt.stage != Stage::Opened)?;
    entries[attempt.seal].fact("embargo")
}

fn latest_mut<'a>(attempts: &'a mut [Attempt], ceremony: &str) -> Option<&'a mut Attempt> {
    attempts.iter_mut().rev().find(|attempt| attempt.ceremony == ceremony)
}

/// Tells whether an entry records the part of the entropy that stands before the beacon.
fn is_pre_beacon(entry: &Entry) -> bool {
    entry.fact("part") == Some("pre-beacon")
}

/// Tells whether an entry may follow: the one place in which the order of a ceremony is laid down.
///
/// # Errors
/// [`Refusal`] with what is missing.
pub fn admit(attempts: &[Attempt], entries: &[Entry], entry: &Entry) -> Result<(), Refusal> {
    let ceremony = entry.ceremony.clone();
    let number = |at: usize| entries[at].number;
    let before = latest(attempts, &ceremony);
    if entry.kind == Kind::Seal {
        if let Some(suite) = entry.fact("suite").filter(|name| Suite::parse(name).is_none()) {
            return Err(Refusal::Suite { ceremony, suite: suite.to_owned() });
        }
        if let Some(before) = before.filter(|before| before.stage != Stage::Void) {
            return Err(match before.draw {
                Some(at) => Refusal::Drawn { ceremony, entry: number(at) },
                None => Refusal::SealedAlready { ceremony, attempt: before.number, entry: number(before.seal) },
            });
        }
        let expected = before.map_or(0, |before| before.number) + 1;
        return if entry.attempt == expected {
            Ok(())
        } else {
            Err(Refusal::Attempt { ceremony, expected, found: entry.attempt })
        };
    }
    let Some(now) = before else {
        return Err(Refusal::NotSealed(ceremony));
    };
    if entry.attempt != now.number {
        return Err(Refusal::Attempt { ceremony, expected: now.number, found: entry.attempt });
    }
    if let Some(at) = now.void {
        return Err(Refusal::Void { ceremony, attempt: now.number, entry: number(at) });
    }
    let complete = now.entropy.map(|at| Refusal::EntropyComplete { ceremony: ceremony.clone(), entry: number(at) });
    let drawn = now.draw.map(|at| Refusal::Drawn { ceremony: ceremony.clone(), entry: number(at) });
    match entry.kind {
        Kind::Seal | Kind::Lodge => Ok(()),
        Kind::Entropy => {
            if let Some(refusal) = drawn.or(complete) {
                return Err(refusal);
            }
            let plan = &entries[now.seal];
            let comes_first = plan.fact("dice").or(plan.fact("sealed-value")).is_some();
            let awaits_beacon = plan.fact("beacon").is_some();
            match (is_pre_beacon(entry), now.stage) {
                (true, Stage::Rolled) => Err(Refusal::NoBeacon(ceremony)),
                (true, _) if !awaits_beacon => Err(Refusal::NotRolled(ceremony)),
                (false, Stage::Sealed) if awaits_beacon && comes_first => Err(Refusal::NotRolled(ceremony)),
                _ => Ok(()),
            }
        }
        Kind::Draw => match now.stage {
            Stage::Sealed => Err(Refusal::NoEntropy(ceremony)),
            Stage::Rolled => Err(Refusal::NoBeacon(ceremony)),
            Stage::Ready => Ok(()),
            _ => Err(drawn.unwrap_or(Refusal::Opened(ceremony))),
        },
        Kind::Void => match now.stage {
            Stage::Opened => Err(Refusal::Opened(ceremony)),
            Stage::Rolled => Err(Refusal::SampleUnknown(ceremony)),
            _ => Ok(()),
        },
        Kind::Publish if now.stage == Stage::Opened => Err(Refusal::Opened(ceremony)),
        Kind::Publish if now.stage < Stage::Drawn => Err(Refusal::NotDrawn(ceremony)),
        Kind::Publish => match (entries[now.seal].fact("embargo"), entry.fact("what")) {
            (Some(_), Some("all")) if now.stage < Stage::Published => Err(Refusal::NotPublished(ceremony)),
            (Some(until), Some("all")) if entry.time.date().to_string().as_str() <= until => {
                Err(Refusal::Embargo { ceremony, until: until.to_owned(), now: entry.time.to_string() })
            }
            (_, Some("all")) => Ok(()),
            _ if now.stage == Stage::Published => Err(Refusal::PublishedAlready(ceremony)),
            _ => Ok(()),
        },
        Kind::Amend | Kind::Result | Kind::Audit => {
            if now.stage < Stage::Drawn {
                Err(Refusal::NotDrawn(ceremony))
            } else {
                Ok(())
            }
        }
    }
}
