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
    /// The PUBLISH that made a void attempt public, with the sample that it gave or would have given.
    pub disclosed: Option<usize>,
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
    #[error(
        "the seal of attempt {attempt} of {ceremony} does not carry number and reason of the void attempt before it"
    )]
    AfterVoid { ceremony: String, attempt: u32 },
    #[error("the sample of void attempt {attempt} of {ceremony} is not the one that entry {entry} has")]
    OtherSample { ceremony: String, attempt: u32, entry: u32 },
    #[error("attempt {attempt} of {ceremony} is not void")]
    NotVoid { ceremony: String, attempt: u32 },
    #[error("void attempt {attempt} of {ceremony} is public already")]
    DisclosedAlready { ceremony: String, attempt: u32 },
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
            Refusal::AfterVoid { ceremony, attempt } => {
                format!("{ceremony} 第 {attempt} 次的封存没有写明前一次作废的次序和原因")
            }
            Refusal::OtherSample { ceremony, attempt, entry } => {
                format!("{ceremony} 第 {attempt} 次（作废）的样本与台账第 {entry} 条所记不同")
            }
            Refusal::NotVoid { ceremony, attempt } => format!("{ceremony} 第 {attempt} 次没有作废"),
            Refusal::DisclosedAlready { ceremony, attempt } => format!("{ceremony} 第 {attempt} 次（作废）已经公开"),
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
            Refusal::Attempt { .. } | Refusal::AfterVoid { .. } | Refusal::OtherSample { .. } => both!(
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
            Refusal::Opened(_) | Refusal::DisclosedAlready { .. } => Text::default(),
            Refusal::NotVoid { .. } => both!("publish the plan itself, without --void", "不加 --void，公布计划本身"),
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
                disclosed: None,
            });
            continue;
        }
        let is_own = |attempt: &&mut Attempt| attempt.ceremony == entry.ceremony && attempt.number == entry.attempt;
        let attempt = attempts.iter_mut().find(is_own).expect("what is admitted is sealed");
        match entry.kind {
            // What comes behind a VOID completes the record of the attempt and brings it back into no other stage.
            Kind::Entropy if attempt.void.is_some() && is_pre_beacon(entry) => attempt.rolled = Some(at),
            Kind::Entropy if attempt.void.is_some() => attempt.entropy = Some(at),
            Kind::Publish if attempt.void.is_some() => attempt.disclosed = Some(at),
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
    let is_open = |attempt: &&Attempt| attempt.stage == Stage::Opened || attempt.disclosed.is_some();
    let attempt = latest(attempts, ceremony).filter(|attempt| !is_open(attempt))?;
    entries[attempt.seal].fact("embargo")
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
        if entry.attempt != expected {
            return Err(Refusal::Attempt { ceremony, expected, found: entry.attempt });
        }
        let said = before.and_then(|before| before.void).map(|void| after_void(&entries[void]));
        return if entry.fact("after-void") == said.as_deref() {
            Ok(())
        } else {
            Err(Refusal::AfterVoid { ceremony, attempt: expected })
        };
    }
    let is_void = |attempt: &&Attempt| {
        attempt.ceremony == ceremony && attempt.number == entry.attempt && attempt.stage == Stage::Void
    };
    if let Some(answer) = attempts.iter().find(is_void).and_then(|void| admit_after_void(void, entries, entry)) {
        return answer;
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

/// Writes what the next seal has to say of the void attempt before it: its number and reason.
pub fn after_void(void: &Entry) -> String {
    format!("{} {}", void.attempt, void.fact("reason").unwrap_or("-"))
}

/// Tells whether an entry may follow a VOID of its own attempt: what completes a record without dice, so that the sample that
/// it would have given gets known, and the PUBLISH of that sample. `None` for every other entry.
fn admit_after_void(now: &Attempt, entries: &[Entry], entry: &Entry) -> Option<Result<(), Refusal>> {
    let (ceremony, attempt) = (now.ceremony.clone(), now.number);
    let (seal, void) = (&entries[now.seal], &entries[now.void?]);
    let known = void.fact("sample").filter(|sample| *sample != "unknown");
    match entry.kind {
        Kind::Publish if entry.fact("what") == Some("void") => Some(match (known, now.entropy) {
            _ if now.disclosed.is_some() => Err(Refusal::DisclosedAlready { ceremony, attempt }),
            (None, None) => Err(Refusal::SampleUnknown(ceremony)),
            (Some(known), _) if entry.fact("sample") != Some(known) => {
                Err(Refusal::OtherSample { ceremony, attempt, entry: void.number })
            }
            _ => Ok(()),
        }),
        // Dice that nobody has rolled are no chance that could still be known.
        Kind::Entropy if known.is_none() && seal.fact("dice").is_none() && seal.fact("beacon").is_some() => {
            let comes_first = seal.fact("sealed-value").is_some();
            Some(match (is_pre_beacon(entry), now.rolled, now.entropy) {
                (_, _, Some(at)) => Err(Refusal::EntropyComplete { ceremony, entry: entries[at].number }),
                (true, Some(_), _) => Err(Refusal::NoBeacon(ceremony)),
                (false, None, _) if comes_first => Err(Refusal::NotRolled(ceremony)),
                _ => Ok(()),
            })
        }
        _ => None,
    }
}
