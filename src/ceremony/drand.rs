//! Rounds of drand, the public beacon of the League of Entropy, checked without a network (protocol §15.8).
//!
//! What is pasted is what the beacon's own service answers: a round, and for a chain that this program does not know
//! the chain's description. The seal names the chain by its hash, and the hash binds key, genesis and period.

use jiff::civil::DateTime;
use jiff::{Timestamp, tz};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::fact;
use super::plan::Beacon;
use crate::both;
use crate::lang::{Say, Text};
use crate::ledger::hash::from_hex;
use crate::ledger::hash::hex;

/// Starts the source of a beacon that is a drand chain; its hash follows.
pub const SOURCE: &str = "drand/";

/// Is a chain of rounds, as its service describes it at `/info`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Chain {
    /// The group's public key in hex.
    pub public_key: String,
    /// Seconds from one round to the next.
    pub period: u32,
    /// Time of round 1, in seconds since 1970.
    pub genesis_time: i64,
    /// Hash of the group that made the key, in hex.
    #[serde(rename = "groupHash", alias = "genesis_seed")]
    pub group_hash: String,
    /// Name of the scheme of signatures.
    #[serde(rename = "schemeID", alias = "scheme")]
    pub scheme: String,
    #[serde(default)]
    pub metadata: Metadata,
}

/// Holds the name of a chain, which its hash covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    #[serde(rename = "beaconID", default)]
    pub beacon_id: String,
}

/// Is one round, as the service answers at `/public/<round>`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Round {
    pub round: u64,
    #[serde(default)]
    pub randomness: String,
    pub signature: String,
    #[serde(default)]
    pub previous_signature: String,
}

/// Says why a pasted round does not decide a ceremony.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DrandError {
    #[error("this program was built without the feature `drand`")]
    NotBuilt,
    #[error("the deciding beacon of the seal is {0}, which is no chain of drand")]
    NotSealed(String),
    #[error("round {0} comes too early: dice and sealed values are recorded first")]
    TooEarly(u64),
    #[error("the text is no round of drand: {0}")]
    Form(String),
    #[error("the chain {0} is not one that this program knows")]
    UnknownChain(String),
    #[error("the description is that of the chain {found}, and {sealed} is sealed")]
    OtherChain { sealed: String, found: String },
    #[error("the chain signs after the scheme {0}, which this program does not know")]
    Scheme(String),
    #[error("the round is {found}, and round {sealed} is sealed")]
    OtherRound { sealed: String, found: u64 },
    #[error("round {round} falls at {falls}, and the seal says {sealed}")]
    OtherTime { round: u64, falls: DateTime, sealed: DateTime },
    #[error("round {round} fell at {falls}, which is not after the seal at {sealed}")]
    BeforeSeal { round: u64, falls: DateTime, sealed: DateTime },
    #[error("round {0} has a signature that is not the chain's")]
    Signature(u64),
    #[error("round {round} has the randomness {found}, and its signature gives {expected}")]
    Randomness { round: u64, expected: String, found: String },
}

impl Say for DrandError {
    fn say(&self) -> Text {
        let zh = match self {
            DrandError::NotBuilt => "本程序编译时未启用 `drand` 功能".to_owned(),
            DrandError::NotSealed(beacon) => format!("封存的公共随机源是 {beacon}，不是 drand 的链"),
            DrandError::TooEarly(round) => format!("第 {round} 轮来得太早：先登记骰子和封存值"),
            DrandError::Form(cause) => format!("这不是 drand 的一轮（{cause}）"),
            DrandError::UnknownChain(hash) => format!("本程序不认识链 {hash}"),
            DrandError::OtherChain { sealed, found } => format!("链的说明属于 {found}，封存的是 {sealed}"),
            DrandError::Scheme(scheme) => format!("该链用 {scheme} 方案签名，本程序不支持"),
            DrandError::OtherRound { sealed, found } => format!("给出的是第 {found} 轮，封存的是第 {sealed} 轮"),
            DrandError::OtherTime { round, falls, sealed } => {
                format!("第 {round} 轮的时间是 {falls}，封存时写的是 {sealed}")
            }
            DrandError::BeforeSeal { round, falls, sealed } => {
                format!("第 {round} 轮的时间是 {falls}，不晚于封存时间 {sealed}")
            }
            DrandError::Signature(round) => format!("第 {round} 轮的签名不是该链的签名"),
            DrandError::Randomness { round, expected, found } => {
                format!("第 {round} 轮的随机数写作 {found}，按签名应为 {expected}")
            }
        };
        Text::of(self, zh)
    }
}

impl DrandError {
    /// Says what to do about it.
    pub fn advice(&self) -> Text {
        match self {
            DrandError::NotSealed(_) => {
                both!("type the beacon's value without --drand", "不用 --drand，直接录入随机源的值")
            }
            DrandError::NotBuilt => both!(
                "build fairdraw with its default features, or type the randomness without --drand",
                "用默认功能重新编译 fairdraw，或不用 --drand 直接录入随机数"
            ),
            DrandError::TooEarly(_) => both!(
                "run `fairdraw entropy` without --drand first, and lodge its code",
                "先不带 --drand 运行 `fairdraw entropy`，并交存其编码"
            ),
            DrandError::UnknownChain(_) => both!(
                "give the chain's description with --drand-chain: the answer of its service at /info",
                "用 --drand-chain 给出链的说明，即其服务 /info 的回答"
            ),
            DrandError::OtherTime { .. } | DrandError::BeforeSeal { .. } => both!(
                "name the round's own time in ceremony.toml; an attempt that is sealed with another has to be voided",
                "在 ceremony.toml 中写明该轮的真实时间；已按其他时间封存的，须作废本次"
            ),
            DrandError::Scheme(_) => both!(
                "verify the round with a drand client, and type its randomness without --drand",
                "用 drand 的客户端核验该轮，再不用 --drand 录入其随机数"
            ),
            _ => both!(
                "paste the answer of the chain's service at /public/<round> again; nothing was recorded",
                "请重新粘贴该链服务 /public/<轮次> 的回答；尚未记录任何内容"
            ),
        }
    }
}

impl Chain {
    /// Lists the chains of the League of Entropy: the one that began in 2020, and quicknet of 2023.
    pub fn known() -> [Chain; 2] {
        let chain = |public_key: &str, period, genesis_time, group_hash: &str, scheme: &str, beacon_id: &str| Chain {
            public_key: public_key.to_owned(),
            period,
            genesis_time,
            group_hash: group_hash.to_owned(),
            scheme: scheme.to_owned(),
            metadata: Metadata { beacon_id: beacon_id.to_owned() },
        };
        [
            chain(
                "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31",
                30,
                1_595_431_050,
                "176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a",
                "pedersen-bls-chained",
                "default",
            ),
            chain(
                "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1f\
                 ec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
                3,
                1_692_803_367,
                "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
                "bls-unchained-g1-rfc9380",
                "quicknet",
            ),
        ]
    }

    /// Reads what the service answers at `/info`.
    ///
    /// # Errors
    /// [`DrandError::Form`] for anything else.
    pub fn parse(text: &str) -> Result<Chain, DrandError> {
        serde_json::from_str(text).map_err(|error| DrandError::Form(error.to_string()))
    }

    /// Computes the hash by which a chain is named, or `None` if key or group are no hex.
    ///
    /// As `Info.Hash` of drand's `chain/info.go`: SHA-256 over period (4 bytes), genesis (8 bytes), key, group, and the
    /// chain's name unless it is the default one; numbers big-endian.
    pub fn hash(&self) -> Option<String> {
        let mut hash = Sha256::new();
        hash.update(self.period.to_be_bytes());
        hash.update(self.genesis_time.to_be_bytes());
        hash.update(from_hex(&self.public_key)?);
        hash.update(from_hex(&self.group_hash)?);
        if !matches!(self.metadata.beacon_id.as_str(), "" | "default") {
            hash.update(self.metadata.beacon_id.as_bytes());
        }
        Some(hex(&hash.finalize()))
    }

    /// Computes when a round falls, in Beijing time; `None` for a round that no calendar has.
    pub fn falls(&self, round: u64) -> Option<DateTime> {
        let since = i64::try_from(round.checked_sub(1)?).ok()?.checked_mul(self.period.into())?;
        let time = Timestamp::from_second(self.genesis_time.checked_add(since)?).ok()?;
        Some(tz::offset(8).to_datetime(time))
    }

    /// Checks the signature of a round and returns its randomness in hex.
    ///
    /// # Errors
    /// [`DrandError`] if the chain's scheme is not known, the signature is not the chain's, or the randomness is not
    /// that of the signature.
    pub fn randomness(&self, round: &Round) -> Result<String, DrandError> {
        let refused = || DrandError::Signature(round.round);
        let signature = from_hex(&round.signature).ok_or_else(refused)?;
        let previous = from_hex(&round.previous_signature).ok_or_else(refused)?;
        if !self.has_signed(round.round, &previous, &signature)? {
            return Err(refused());
        }
        let expected = hex(&Sha256::digest(&signature));
        if !round.randomness.is_empty() && !round.randomness.eq_ignore_ascii_case(&expected) {
            let found = round.randomness.clone();
            return Err(DrandError::Randomness { round: round.round, expected, found });
        }
        Ok(expected)
    }
}

#[cfg(feature = "drand")]
impl Chain {
    /// Tells whether a signature over a round is the chain's; a chained scheme covers the signature before it too.
    fn has_signed(&self, round: u64, previous: &[u8], signature: &[u8]) -> Result<bool, DrandError> {
        use drand_verify::{G1Pubkey, G2PubkeyRfc, Pubkey};
        fn holds<K: Pubkey>(key: Option<Vec<u8>>, round: u64, previous: &[u8], signature: &[u8]) -> bool {
            let key = key.and_then(|key| K::from_variable(&key).ok());
            key.is_some_and(|key| key.verify(round, previous, signature).unwrap_or(false))
        }
        let key = from_hex(&self.public_key);
        match self.scheme.as_str() {
            "pedersen-bls-chained" => Ok(holds::<G1Pubkey>(key, round, previous, signature)),
            "pedersen-bls-unchained" => Ok(holds::<G1Pubkey>(key, round, b"", signature)),
            "bls-unchained-g1-rfc9380" => Ok(holds::<G2PubkeyRfc>(key, round, b"", signature)),
            other => Err(DrandError::Scheme(other.to_owned())),
        }
    }
}

#[cfg(not(feature = "drand"))]
impl Chain {
    fn has_signed(&self, _: u64, _: &[u8], _: &[u8]) -> Result<bool, DrandError> {
        Err(DrandError::NotBuilt)
    }
}

impl Round {
    /// Reads what the service answers at `/public/<round>`.
    ///
    /// # Errors
    /// [`DrandError::Form`] for anything else.
    pub fn parse(text: &str) -> Result<Round, DrandError> {
        serde_json::from_str(text).map_err(|error| DrandError::Form(error.to_string()))
    }
}

/// Finds the chain that a source names: a given one, or one that is known.
///
/// # Errors
/// [`DrandError`] if the source is no chain, or neither the given one nor a known one has its hash.
pub fn chain_of(source: &str, given: Option<&Chain>) -> Result<Chain, DrandError> {
    let sealed = source.strip_prefix(SOURCE).ok_or_else(|| DrandError::NotSealed(source.to_owned()))?;
    let is_it = |chain: &Chain| chain.hash().as_deref() == Some(sealed);
    match given {
        Some(chain) if is_it(chain) => Ok(chain.clone()),
        Some(chain) => {
            let found = chain.hash().ok_or_else(|| DrandError::Form("public_key, groupHash".to_owned()))?;
            Err(DrandError::OtherChain { sealed: sealed.to_owned(), found })
        }
        None => Chain::known().into_iter().find(is_it).ok_or_else(|| DrandError::UnknownChain(sealed.to_owned())),
    }
}

/// Checks that a sealed beacon falls when its round does, where the chain is known.
///
/// # Errors
/// [`DrandError::OtherRound`] if the issue is no number of a round, [`DrandError::OtherTime`] if the time is another.
pub fn check_time(chain: &Chain, beacon: &Beacon) -> Result<u64, DrandError> {
    let Beacon { issue, falls: sealed, .. } = beacon;
    let round = issue.parse().ok().filter(|round: &u64| round.to_string() == *issue);
    let none = || DrandError::OtherRound { sealed: issue.clone(), found: 0 };
    let (round, falls) = round.and_then(|round| Some((round, chain.falls(round)?))).ok_or_else(none)?;
    if falls == *sealed { Ok(round) } else { Err(DrandError::OtherTime { round, falls, sealed: *sealed }) }
}

/// Is what was pasted: a round, and the description of its chain where this program does not know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pasted {
    pub round: Round,
    pub chain: Option<Chain>,
}

impl Pasted {
    /// Checks the round against the beacon that a seal names and returns its randomness in hex.
    ///
    /// # Errors
    /// [`DrandError`] for the first thing that is not as it was sealed.
    pub fn value(&self, beacon: &Beacon, sealed_at: DateTime) -> Result<String, DrandError> {
        let Pasted { round, chain } = self;
        let chain = chain_of(&beacon.source, chain.as_ref())?;
        if round.round.to_string() != beacon.issue {
            return Err(DrandError::OtherRound { sealed: beacon.issue.clone(), found: round.round });
        }
        check_time(&chain, beacon)?;
        if beacon.falls <= sealed_at {
            return Err(DrandError::BeforeSeal { round: round.round, falls: beacon.falls, sealed: sealed_at });
        }
        chain.randomness(round)
    }

    /// Lists the facts of an ENTROPY entry with which a verifier checks the round again.
    pub fn facts(&self) -> Vec<(String, String)> {
        let Round { signature, previous_signature, .. } = &self.round;
        let signatures = [("signature", signature), ("previous-signature", previous_signature)];
        let given = signatures.into_iter().filter(|(_, hex)| !hex.is_empty());
        given.map(|(word, hex)| fact(word, hex.to_ascii_lowercase())).collect()
    }
}
