//! `fairdraw ledger`: keys, checkpoints, cosignatures.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::{Ending, Failure, Format, answer, answer_text, json, lang, no_chance, unwritten};
use fairdraw::both;
use fairdraw::files::store::ledger::Ledger;
use fairdraw::lang::{Say, Text};
use fairdraw::ledger::chain::Entry;
use fairdraw::ledger::note::{Checkpoint, KeyKind, NoteError, Sign, Signed, Verify};
use fairdraw::ledger::signature::raw_of;
use fairdraw::verify::Finding;

/// Sign the head of a ledger, cosign it as a second office, verify the signatures (台账签名)
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw ledger key 411381.gov.cn/fairdraw --out office.key\n  \
    fairdraw ledger sign county/ledger --key office.key --out checkpoint.txt\n  \
    fairdraw ledger cosign checkpoint.txt --ledger copy/ledger --key notary.key --out checkpoint.txt\n  \
    fairdraw ledger verify checkpoint.txt --ledger county/ledger --key KEY --key KEY")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an Ed25519 key and print the half that others verify with
    Key {
        /// Name of the office, one word; for the office's own ledger also the ledger's name
        name: String,
        /// Make a key for cosigning ledgers of other offices
        #[arg(long)]
        cosigner: bool,
        /// File for the secret half, readable by its owner only; an existing one is kept
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print the key of an office's own SM2 device in the form that `verify` takes
    Sm2Key {
        /// Name of the office, one word
        name: String,
        /// Public key: 130 hex digits, 04 and the two coordinates
        public: String,
    },
    /// Sign the head of a ledger: a checkpoint
    Sign {
        /// Folder of the ledger
        ledger: PathBuf,
        /// File with the secret key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// File that the checkpoint is written to; stdout if not given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Cosign a checkpoint, after comparing it with the copy of the ledger that the office keeps
    Cosign {
        /// File with the checkpoint
        checkpoint: PathBuf,
        /// Copy of the ledger; the checkpoint must be of its head or of an entry before
        #[arg(long, value_name = "DIR")]
        ledger: PathBuf,
        /// File with the secret key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Seconds since 1970; the clock's if not given
        #[arg(long, value_name = "SECONDS")]
        at: Option<u64>,
        /// File that the checkpoint is written to; stdout if not given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Add the signature of an SM2 device over the checkpoint's first three lines
    Attach {
        /// File with the checkpoint
        checkpoint: PathBuf,
        /// Key of the device, as `sm2-key` prints it
        #[arg(long, value_name = "KEY")]
        key: String,
        /// Signature in hex: 64 bytes, or DER
        #[arg(long, value_name = "HEX")]
        signature: String,
        /// File that the checkpoint is written to; stdout if not given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Verify a checkpoint: the ledger's entries, and a signature of every key that is given
    Verify {
        /// File with the checkpoint
        checkpoint: PathBuf,
        /// Folder of the ledger, which may have gone on since
        #[arg(long, value_name = "DIR")]
        ledger: PathBuf,
        /// Key that must have signed, <name>+<id>+<base64>; may be given several times
        #[arg(long, value_name = "KEY", required = true)]
        key: Vec<String>,
        /// Form of the answer on stdout
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    match &args.command {
        Command::Key { name, cosigner, out } => make_key(name, *cosigner, out),
        Command::Sm2Key { name, public } => {
            let public = unhex(public)?;
            let key = Verify::sm2(name, &public).map_err(failure)?;
            answer(&(key.text() + "\n"))?;
            Ok(Ending::Yes)
        }
        Command::Sign { ledger, key, out } => {
            let key = secret(key)?;
            let checkpoint = Checkpoint::of(&key.verify.name, entries(ledger)?.entries());
            put(&Signed::new(checkpoint, &key).map_err(failure)?, out.as_deref())
        }
        Command::Cosign { checkpoint, ledger, key, at, out } => {
            let (mut note, key) = (note(checkpoint)?, secret(key)?);
            if let Err(error) = note.checkpoint.compare(entries(ledger)?.entries()) {
                let error = error.say();
                answer_text(&both!(error => "not cosigned: {error}\n", "未会签：{error}\n"))?;
                return Ok(Ending::No);
            }
            let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
            note.cosign(&key, at.unwrap_or(now)).map_err(failure)?;
            put(&note, out.as_deref())
        }
        Command::Attach { checkpoint, key, signature, out } => {
            let mut note = note(checkpoint)?;
            let key = Verify::parse(key).map_err(failure)?;
            let bytes = unhex(signature)?;
            note.attach(&key, &raw_of(&bytes).unwrap_or(bytes)).map_err(failure)?;
            put(&note, out.as_deref())
        }
        Command::Verify { checkpoint, ledger, key, format } => {
            verify(&note(checkpoint)?, &entries(ledger)?, key, *format)
        }
    }
}

fn verify(note: &Signed, ledger: &Ledger, keys: &[String], format: Format) -> Result<Ending, Failure> {
    let Checkpoint { origin, size, .. } = &note.checkpoint;
    let compared = note.checkpoint.compare(ledger.entries());
    let mut is_sound = compared.is_ok();
    let mut told = match &compared {
        Ok(()) => both!(
            "{origin}: the first {size} entries are those of the checkpoint\n",
            "{origin}：前 {size} 条正是检查点的那些\n"
        ),
        Err(error) => {
            let error = error.say();
            both!(error => "{origin}: {error}\n", "{origin}：{error}\n")
        }
    };
    let mut signatures = Vec::new();
    for key in keys {
        let key = Verify::parse(key).map_err(failure)?;
        let (name, found) = (&key.name, note.verify(&key));
        let at = found.as_ref().ok().copied().flatten().map(|time| {
            let time = i64::try_from(time).ok().and_then(|time| jiff::Timestamp::from_second(time).ok());
            time.map_or(both!("an impossible time", "一个不可能的时间"), Text::same)
        });
        told = told.followed_by(match (&found, &at) {
            (Err(error), _) => {
                let error = error.say();
                both!(error => "  {error}\n", "  {error}\n")
            }
            (Ok(_), None) => both!("  signed by {name}\n", "  {name} 已签名\n"),
            (Ok(_), Some(at)) => both!(at => "  cosigned by {name} at {at}\n", "  {name} 已于 {at} 会签\n"),
        });
        is_sound &= found.is_ok();
        let (name, at) = (name.clone(), at.map(|at| at.get(lang()).to_owned()));
        signatures.push(Signature { name, valid: found.is_ok(), cosigned_at: at });
    }
    if format == Format::Json {
        let fault = compared.err().map(|error| error.say().get(lang()).to_owned());
        answer(&json(&Answer { verified: is_sound, origin, entries: *size, fault, signatures }))?;
    } else if is_sound {
        answer_text(&both!("verified: ", "核验通过：").followed_by(told))?;
    } else {
        answer_text(&both!("not verified: ", "核验不通过：").followed_by(told))?;
    }
    Ok(if is_sound { Ending::Yes } else { Ending::No })
}

#[derive(Serialize)]
struct Answer<'a> {
    verified: bool,
    origin: &'a str,
    /// Entries that the checkpoint stands for.
    entries: u64,
    /// Why the ledger is not the checkpoint's.
    fault: Option<String>,
    signatures: Vec<Signature>,
}

#[derive(Serialize)]
struct Signature {
    name: String,
    valid: bool,
    cosigned_at: Option<String>,
}

/// Lists the keys that have signed a checkpoint of these entries; whatever does not fit is a finding.
pub fn signed_by(
    checkpoint: &Path,
    entries: &[Entry],
    keys: &[String],
    findings: &mut Vec<Finding>,
) -> Result<Vec<String>, Failure> {
    let signed = note(checkpoint)?;
    let mut wrong = |error: &NoteError| {
        let file = checkpoint.display().to_string();
        let what = both!("the checkpoint does not fit", "台账快照与此不符");
        let expected = both!("a signature over this ledger", "对此台账的签名");
        findings.push(Finding { file, row: None, what, expected, found: error.say() });
    };
    if let Err(error) = signed.checkpoint.compare(entries) {
        wrong(&error);
    }
    let mut names = Vec::new();
    for key in keys {
        let key = Verify::parse(key).map_err(failure)?;
        match signed.verify(&key) {
            Ok(_) => names.push(key.name),
            Err(error) => wrong(&error),
        }
    }
    Ok(names)
}

fn make_key(name: &str, cosigner: bool, out: &Path) -> Result<Ending, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(no_chance)?;
    let kind = if cosigner { KeyKind::Cosigner } else { KeyKind::Log };
    let key = Sign::new(name, kind, &seed).map_err(failure)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text = key.text() + "\n";
    let written = options.open(out).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    let advice =
        both!("choose a file that does not exist; a key is never replaced", "请选择不存在的文件；密钥从不覆盖");
    written.map_err(|error| Failure::at(out.display(), error, advice))?;
    answer(&(key.verify.text() + "\n"))?;
    Ok(Ending::Yes)
}

fn secret(path: &Path) -> Result<Sign, Failure> {
    Sign::parse(read(path)?.trim_end()).map_err(failure)
}

fn note(path: &Path) -> Result<Signed, Failure> {
    Signed::parse(&read(path)?).map_err(failure)
}

fn entries(folder: &Path) -> Result<Ledger, Failure> {
    Ledger::read(folder).map_err(super::ceremony::ledger)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::at(path.display(), error, Text::default()))
}

fn put(note: &Signed, out: Option<&Path>) -> Result<Ending, Failure> {
    match out {
        None => answer(&note.text())?,
        Some(path) => std::fs::write(path, note.text()).map_err(|error| unwritten(path, error))?,
    }
    Ok(Ending::Yes)
}

fn unhex(text: &str) -> Result<Vec<u8>, Failure> {
    let bytes = fairdraw::ledger::hash::from_hex(text.trim());
    bytes.ok_or_else(|| {
        let cause = both!("this is no even number of hex digits", "这不是偶数个十六进制数字");
        Failure::new(cause, both!("convert it with `xxd -p -c0`", "用 `xxd -p -c0` 转换"))
    })
}

fn failure(error: NoteError) -> Failure {
    let advice = match &error {
        NoteError::Key => {
            both!("copy the whole line, from the name to the last character", "请复制整行，从名称到最后一个字符")
        }
        NoteError::Task(_) => both!(
            "sign with the ledger's own key, cosign with a key made with --cosigner",
            "签名用台账自己的密钥，会签用 --cosigner 生成的密钥"
        ),
        NoteError::Name => {
            both!("take a name such as 411381.gov.cn/fairdraw", "请用 411381.gov.cn/fairdraw 这样的名称")
        }
        NoteError::Signature(_) => both!(
            "the device must sign the three lines of the checkpoint and nothing else",
            "设备须对检查点的三行签名，不多不少"
        ),
        _ => both!("PROTOCOL.md §18 shows a whole checkpoint", "完整的检查点见 PROTOCOL.md §18"),
    };
    Failure::new(error, advice)
}
