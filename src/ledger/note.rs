//! Checkpoints (台账快照): the head of a ledger as a signed note that other offices cosign (protocol §18).
//!
//! The forms are C2SP's: signed-note, tlog-checkpoint and tlog-cosignature v1.0.0. SM2 has no type there, so it goes
//! under 0xff with a name of its own; such signatures come from an office's device and are verified here, never made.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use sm2::dsa::signature::Verifier;
use thiserror::Error;

use super::chain::Entry;
use super::merkle;
use crate::lang::{Say, Text};
use crate::lottery::Suite;

/// Is who can sign, and how it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    pub name: String,
    pub kind: KeyKind,
    /// 32 bytes for Ed25519, 65 bytes of SEC 1 for SM2.
    public: Vec<u8>,
}

/// Is the type of a key: the byte that signed notes give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Signs the note itself: the office whose ledger it is.
    Log,
    /// Signs the note with a time, after comparing it with what it saw before: another office.
    Cosigner,
    /// An office's own device, GB/T 32918 with the usual identity `1234567812345678`.
    Sm2,
}

/// Holds a secret Ed25519 key.
pub struct Sign {
    key: SigningKey,
    pub verify: Verify,
}

/// Is the head of a ledger: how many entries, and the root over their texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the ledger, which is that of its key.
    pub origin: String,
    pub size: u64,
    pub root: [u8; 32],
}

/// Is a checkpoint with its signature lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub checkpoint: Checkpoint,
    /// Name, and the bytes behind it: four of the key's id, then the signature.
    lines: Vec<(String, Vec<u8>)>,
}

/// Says why a checkpoint or a key does not do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    #[error("this is no key of the form <name>+<id>+<base64>")]
    Key,
    #[error("a key's name is one word without `+`")]
    Name,
    #[error("this is no signed checkpoint: origin, size, root, an empty line, signatures")]
    Form,
    #[error("{0} has not signed")]
    Unsigned(String),
    #[error("the signature of {0} is not one over this checkpoint")]
    Signature(String),
    #[error("the ledger has {found} entries, the checkpoint stands for {size}")]
    Short { size: u64, found: usize },
    #[error("the first {0} entries of the ledger are not those of the checkpoint")]
    Other(u64),
    #[error("the key of {0} is for another task")]
    Task(String),
}

impl Say for NoteError {
    fn say(&self) -> Text {
        let zh = match self {
            NoteError::Key => "这不是 <名称>+<编号>+<base64> 形式的密钥".to_owned(),
            NoteError::Name => "密钥的名称应为一个不含 `+` 的词".to_owned(),
            NoteError::Form => "这不是已签名的检查点：来源、条数、根、一个空行、签名".to_owned(),
            NoteError::Unsigned(name) => format!("{name} 没有签名"),
            NoteError::Signature(name) => format!("{name} 的签名不是对这个检查点的签名"),
            NoteError::Short { size, found } => format!("台账有 {found} 条，检查点代表 {size} 条"),
            NoteError::Other(size) => format!("台账的前 {size} 条不是检查点的那些"),
            NoteError::Task(name) => format!("{name} 的密钥另有用途"),
        };
        Text::of(self, zh)
    }
}

/// What stands behind the type byte 0xff of an SM2 key.
const SM2: &[u8] = b"fairdraw/sm2";
/// Identity with which SM2 signatures are made where none is agreed (GM/T 0009).
const SM2_IDENTITY: &str = "1234567812345678";
const PRIVATE: &str = "PRIVATE+KEY";

impl KeyKind {
    fn bytes(self) -> Vec<u8> {
        match self {
            KeyKind::Log => vec![1],
            KeyKind::Cosigner => vec![4],
            KeyKind::Sm2 => [&[0xff], SM2].concat(),
        }
    }
}

impl Verify {
    /// Takes the public key of a device: 65 bytes, 04 and the two coordinates.
    ///
    /// # Errors
    /// [`NoteError::Name`], or [`NoteError::Key`] if the bytes are no point of the curve.
    pub fn sm2(name: &str, public: &[u8]) -> Result<Verify, NoteError> {
        check_name(name)?;
        sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, public).map_err(|_| NoteError::Key)?;
        Ok(Verify { name: name.to_owned(), kind: KeyKind::Sm2, public: public.to_vec() })
    }

    /// Writes the key as `<name>+<id>+<base64>`.
    pub fn text(&self) -> String {
        let key = [self.kind.bytes(), self.public.clone()].concat();
        format!("{}+{}+{}", self.name, super::hash::hex(&self.id()), STANDARD.encode(key))
    }

    /// Reads what [`Verify::text`] writes.
    ///
    /// # Errors
    /// [`NoteError::Key`] for anything else.
    pub fn parse(text: &str) -> Result<Verify, NoteError> {
        let read = || {
            let (name, rest) = text.split_once('+')?;
            let (_, key) = rest.split_once('+')?;
            check_name(name).ok()?;
            let key = STANDARD.decode(key).ok()?;
            let kinds = [KeyKind::Log, KeyKind::Cosigner, KeyKind::Sm2];
            let (kind, public) =
                kinds.into_iter().find_map(|kind| Some((kind, key.strip_prefix(kind.bytes().as_slice())?)))?;
            let is_long = public.len() == if kind == KeyKind::Sm2 { 65 } else { 32 };
            is_long.then(|| Verify { name: name.to_owned(), kind, public: public.to_vec() })
        };
        read().filter(|key| key.text() == text).ok_or(NoteError::Key)
    }

    /// Computes the id: the first four bytes of SHA-256 over name, line feed, type and key.
    fn id(&self) -> [u8; 4] {
        let key = [self.name.as_bytes(), b"\n", &self.kind.bytes(), &self.public].concat();
        let hash: [u8; 32] = Sha256::digest(key).into();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Tells whether a signature, as it stands behind the key's id in a note's line, is one over a text.
    pub fn holds(&self, text: &str, signature: &[u8]) -> bool {
        let ed25519 = |message: &[u8], signature: &[u8]| {
            let key =
                <[u8; 32]>::try_from(self.public.as_slice()).ok().and_then(|key| VerifyingKey::from_bytes(&key).ok());
            let signature = Signature::from_slice(signature).ok();
            key.zip(signature).is_some_and(|(key, signature)| key.verify_strict(message, &signature).is_ok())
        };
        match self.kind {
            KeyKind::Log => ed25519(text.as_bytes(), signature),
            KeyKind::Cosigner => signature.split_first_chunk::<8>().is_some_and(|(time, signature)| {
                ed25519(cosigned(u64::from_be_bytes(*time), text).as_bytes(), signature)
            }),
            KeyKind::Sm2 => {
                let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, &self.public).ok();
                let signature = sm2::dsa::Signature::from_slice(signature).ok();
                key.zip(signature).is_some_and(|(key, signature)| key.verify(text.as_bytes(), &signature).is_ok())
            }
        }
    }
}

impl Sign {
    /// Makes a key from 32 bytes of chance, for a ledger's own office or for another that cosigns.
    ///
    /// # Errors
    /// [`NoteError::Name`] if the name is not one word, [`NoteError::Task`] for SM2, which is never signed here.
    pub fn new(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Sign, NoteError> {
        check_name(name)?;
        if kind == KeyKind::Sm2 {
            return Err(NoteError::Task(name.to_owned()));
        }
        let key = SigningKey::from_bytes(seed);
        let public = key.verifying_key().to_bytes().to_vec();
        Ok(Sign { key, verify: Verify { name: name.to_owned(), kind, public } })
    }

    /// Signs any text and returns the bytes of a note's line: the key's id and the signature.
    pub fn line(&self, text: &str) -> Vec<u8> {
        [self.verify.id().as_slice(), &self.key.sign(text.as_bytes()).to_bytes()].concat()
    }

    /// Writes the secret key, for a file that nobody else can read.
    pub fn text(&self) -> String {
        let key = [self.verify.kind.bytes().as_slice(), self.key.as_bytes()].concat();
        format!("{PRIVATE}+{}+{}+{}", self.verify.name, super::hash::hex(&self.verify.id()), STANDARD.encode(key))
    }

    /// Reads what [`Sign::text`] writes.
    ///
    /// # Errors
    /// [`NoteError::Key`] for anything else.
    pub fn parse(text: &str) -> Result<Sign, NoteError> {
        let read = || {
            let (name, rest) = text.strip_prefix(PRIVATE)?.strip_prefix('+')?.split_once('+')?;
            let key = STANDARD.decode(rest.split_once('+')?.1).ok()?;
            let kind = [KeyKind::Log, KeyKind::Cosigner].into_iter().find(|kind| key.starts_with(&kind.bytes()))?;
            Sign::new(name, kind, key[1..].try_into().ok()?).ok()
        };
        read().filter(|key| key.text() == text).ok_or(NoteError::Key)
    }
}

impl Checkpoint {
    /// Makes the checkpoint of a ledger's head.
    pub fn of(origin: &str, entries: &[Entry]) -> Checkpoint {
        // The C2SP form has SHA-256 alone, whatever suite the ceremonies in the ledger have.
        let root = merkle::root(Suite::Dr1, entries.iter().map(Entry::text));
        Checkpoint { origin: origin.to_owned(), size: entries.len() as u64, root }
    }

    /// Writes the text that is signed: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Compares the checkpoint with a ledger, which may have gone on since.
    ///
    /// # Errors
    /// [`NoteError::Short`] if entries are missing, [`NoteError::Other`] if they are others.
    pub fn compare(&self, entries: &[Entry]) -> Result<(), NoteError> {
        let short = NoteError::Short { size: self.size, found: entries.len() };
        let size = usize::try_from(self.size).ok().filter(|size| *size <= entries.len()).ok_or(short)?;
        let now = Checkpoint::of(&self.origin, &entries[..size]);
        if now == *self { Ok(()) } else { Err(NoteError::Other(self.size)) }
    }
}

impl Signed {
    /// Signs a checkpoint with the key of its ledger.
    ///
    /// # Errors
    /// [`NoteError::Task`] if the key is not that of the ledger.
    pub fn new(checkpoint: Checkpoint, key: &Sign) -> Result<Signed, NoteError> {
        let Verify { name, kind, .. } = &key.verify;
        if *kind != KeyKind::Log || *name != checkpoint.origin {
            return Err(NoteError::Task(name.clone()));
        }
        let line = key.line(&checkpoint.text());
        Ok(Signed { checkpoint, lines: vec![(name.clone(), line)] })
    }

    /// Adds the signature of another office, with the time in seconds since 1970; one that it gave before goes.
    ///
    /// # Errors
    /// [`NoteError::Task`] if the key is none for cosignatures.
    pub fn cosign(&mut self, key: &Sign, time: u64) -> Result<(), NoteError> {
        if key.verify.kind != KeyKind::Cosigner {
            return Err(NoteError::Task(key.verify.name.clone()));
        }
        let signature = key.key.sign(cosigned(time, &self.checkpoint.text()).as_bytes());
        let bytes = [time.to_be_bytes().as_slice(), &signature.to_bytes()].concat();
        self.attach(&key.verify, &bytes)
    }

    /// Adds a signature that was made elsewhere, after verifying it.
    ///
    /// # Errors
    /// [`NoteError::Signature`] if it is not one over this checkpoint.
    pub fn attach(&mut self, key: &Verify, signature: &[u8]) -> Result<(), NoteError> {
        if !key.holds(&self.checkpoint.text(), signature) {
            return Err(NoteError::Signature(key.name.clone()));
        }
        let id = key.id();
        self.lines.retain(|(name, line)| *name != key.name || !line.starts_with(&id));
        self.lines.push((key.name.clone(), [id.as_slice(), signature].concat()));
        Ok(())
    }

    /// Verifies the signature of one key, and returns the time of a cosignature in seconds since 1970.
    ///
    /// # Errors
    /// [`NoteError::Unsigned`] if it is not there, [`NoteError::Signature`] if it does not hold.
    pub fn verify(&self, key: &Verify) -> Result<Option<u64>, NoteError> {
        let id = key.id();
        let own = self.lines.iter().find(|(name, line)| *name == key.name && line.starts_with(&id));
        let (_, line) = own.ok_or_else(|| NoteError::Unsigned(key.name.clone()))?;
        let signature = &line[id.len()..];
        if !key.holds(&self.checkpoint.text(), signature) {
            return Err(NoteError::Signature(key.name.clone()));
        }
        let time = signature.first_chunk().map(|time| u64::from_be_bytes(*time));
        Ok(time.filter(|_| key.kind == KeyKind::Cosigner))
    }

    /// Writes the note.
    pub fn text(&self) -> String {
        let lines = self.lines.iter().map(|(name, line)| format!("— {name} {}\n", STANDARD.encode(line)));
        format!("{}\n{}", self.checkpoint.text(), lines.collect::<String>())
    }

    /// Reads a note; signatures of unknown keys stay as they are.
    ///
    /// # Errors
    /// [`NoteError::Form`] if the text is no signed checkpoint.
    pub fn parse(text: &str) -> Result<Signed, NoteError> {
        let read = || {
            let (body, signatures) = text.split_once("\n\n")?;
            let mut words = body.split('\n');
            let checkpoint = Checkpoint {
                origin: words.next()?.to_owned(),
                size: words.next()?.parse().ok()?,
                root: STANDARD.decode(words.next()?).ok()?.try_into().ok()?,
            };
            let lines = signatures.split_terminator('\n').map(|line| {
                let (name, line) = line.strip_prefix("— ")?.split_once(' ')?;
                let line = STANDARD.decode(line).ok().filter(|line| line.len() > 4)?;
                Some((name.to_owned(), line))
            });
            Some(Signed { checkpoint, lines: lines.collect::<Option<_>>()? })
        };
        read().filter(|note| note.text() == text && !note.lines.is_empty()).ok_or(NoteError::Form)
    }
}

/// Writes what a cosigner signs.
fn cosigned(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

fn check_name(name: &str) -> Result<(), NoteError> {
    let is_word = !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control());
    if is_word { Ok(()) } else { Err(NoteError::Name) }
}
