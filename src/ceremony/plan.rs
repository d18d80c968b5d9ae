//! `ceremony.toml`: the chance that will decide, named before it falls (protocol §15.1).

use std::path::Path;

use jiff::civil::{Date, DateTime};
use serde::Deserialize;

use super::CeremonyError;
use crate::both;
use crate::lang::{Text, foreign};
use crate::ledger::proof::unhex;

/// Name of the file, beside `plan.toml`.
pub const FILE: &str = "ceremony.toml";

/// Holds the entropy plan of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeremonyPlan {
    pub dice: Vec<Dice>,
    /// SHA-256 of each sealed value's bytes, in hex.
    pub sealed: Vec<String>,
    pub beacon: Option<Beacon>,
    /// The beacon that decides if the first is called off.
    pub fallback: Option<Beacon>,
    /// When the dice are rolled, where no beacon decides; otherwise the beacon's own time counts.
    pub rolled_at: Option<DateTime>,
    /// Last day on which the lists stay secret.
    pub embargo: Option<Date>,
}

/// Is a number of rolls of one kind of dice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dice {
    pub sides: u8,
    pub rolls: u32,
}

/// Is a public source of chance, one issue or round of it, and when it falls (Beijing time).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beacon {
    pub source: String,
    pub issue: String,
    #[serde(deserialize_with = "date_time")]
    pub falls: DateTime,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PlanFile {
    dice: Vec<String>,
    sealed: Vec<String>,
    rolled_at: Option<String>,
    embargo: Option<String>,
    beacon: Option<Beacon>,
    fallback: Option<Beacon>,
}

impl CeremonyPlan {
    /// Reads the plan of a workspace.
    ///
    /// # Errors
    /// [`CeremonyError::Read`] if the file can not be read, [`CeremonyError::Plan`] if it says something that can not
    /// be, such as chance that the office knows alone.
    pub fn read(workspace: &Path) -> Result<CeremonyPlan, CeremonyError> {
        let path = workspace.join(FILE);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| CeremonyError::Read { path: path.display().to_string(), source })?;
        CeremonyPlan::parse(&text)
    }

    /// Reads the plan from its text.
    ///
    /// # Errors
    /// [`CeremonyError::Plan`], as above.
    pub fn parse(text: &str) -> Result<CeremonyPlan, CeremonyError> {
        let bad = |cause: Text| Err(CeremonyError::Plan(cause));
        let file: PlanFile = match toml::from_str(text) {
            Ok(file) => file,
            Err(error) => return bad(foreign(&error.message())),
        };
        let mut dice = Vec::new();
        for text in &file.dice {
            let parsed = text
                .split_once(' ')
                .and_then(|(sides, rolls)| Some(Dice { sides: sides.parse().ok()?, rolls: rolls.parse().ok()? }));
            match parsed {
                Some(found) if (2..=10).contains(&found.sides) && found.rolls > 0 => dice.push(found),
                _ => {
                    return bad(both!(
                        "dice {text:?} are not `<sides 2 to 10> <rolls>`, such as \"6 24\"",
                        "骰子 {text:?} 不是 `<面数 2 至 10> <次数>`，例如 \"6 24\""
                    ));
                }
            }
        }
        if let Some(hash) = file.sealed.iter().find(|hash| unhex(hash).is_none()) {
            return bad(both!(
                "sealed {hash:?} is not a SHA-256 of 64 lower-case hex digits",
                "sealed {hash:?} 不是 64 位小写十六进制的 SHA-256"
            ));
        }
        for beacon in file.beacon.iter().chain(&file.fallback) {
            let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| (b'!'..=b'~').contains(&b));
            if !is_word(&beacon.source) || !is_word(&beacon.issue) {
                return bad(both!(
                    "beacon {:?} {:?} is not two words of ASCII",
                    "公共随机源 {:?} {:?} 不是两个 ASCII 的词",
                    beacon.source,
                    beacon.issue
                ));
            }
        }
        let rolled_at = match file.rolled_at.as_deref().map(str::parse) {
            Some(Err(_)) => {
                return bad(both!(
                    "rolled_at is not a time such as 2024-01-05T10:00:00",
                    "rolled_at 不是 2024-01-05T10:00:00 这样的时间"
                ));
            }
            Some(Ok(time)) => Some(time),
            None => None,
        };
        let embargo = match file.embargo.as_deref().map(str::parse) {
            Some(Err(_)) => {
                return bad(both!("embargo is not a day such as 2024-03-31", "embargo 不是 2024-03-31 这样的日期"));
            }
            Some(Ok(day)) => Some(day),
            None => None,
        };
        let plan = CeremonyPlan {
            dice,
            sealed: file.sealed,
            beacon: file.beacon,
            fallback: file.fallback,
            rolled_at,
            embargo,
        };
        match (&plan.beacon, plan.dice.is_empty(), &plan.rolled_at) {
            (None, true, _) => bad(both!(
                "neither dice nor a beacon: the office would know the result alone",
                "既没有骰子，也没有公共随机源：结果会只有本机关知道"
            )),
            (None, false, None) => bad(both!(
                "without a beacon, rolled_at must say when the dice are rolled",
                "没有公共随机源时，rolled_at 须写明何时掷骰"
            )),
            (None, ..) if plan.fallback.is_some() => bad(both!(
                "a fallback stands in for a beacon, and none is named",
                "备用是代替公共随机源的，而后者没有指定"
            )),
            _ if plan.embargo.is_some() && plan.sealed.is_empty() => bad(both!(
                "an embargo needs a sealed value: without one everybody can compute the lists",
                "保密期需要封存值：没有它，人人都能算出名单"
            )),
            _ => Ok(plan),
        }
    }

    /// Returns when the last of the planned chance falls, the fallback aside.
    pub fn decides_at(&self) -> DateTime {
        let beacon = self.beacon.as_ref().map(|beacon| beacon.falls);
        beacon.or(self.rolled_at).expect("a plan without a beacon says when its dice are rolled")
    }
}

impl std::fmt::Display for Beacon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.source, self.issue, self.falls)
    }
}

impl Beacon {
    /// Reads what stands in a SEAL entry.
    pub fn parse(text: &str) -> Option<Beacon> {
        let mut words = text.split(' ');
        let (source, issue) = (words.next()?.to_owned(), words.next()?.to_owned());
        let falls = words.next()?.parse().ok()?;
        words.next().is_none().then_some(Beacon { source, issue, falls })
    }
}

fn date_time<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is not a time such as 2024-01-05T21:30:00")))
}
