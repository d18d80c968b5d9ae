//! `fairdraw ledger`: keys, checkpoints, cosignatures.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Ending, Failure, answer};
use fairdraw::files::ledger::Ledger;
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
                answer(&format!("not cosigned: {error}\n"))?;
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
        Command::Verify { checkpoint, ledger, key } => verify(&note(checkpoint)?, &entries(ledger)?, key),
    }
}

fn verify(note: &Signed, ledger: &Ledger, keys: &[String]) -> Result<Ending, Failure> {
    let mut told = String::new();
    let mut is_sound = true;
    let Checkpoint { origin, size, .. } = &note.checkpoint;
    match note.checkpoint.compare(ledger.entries()) {
        Ok(()) => told.push_str(&format!("{origin}: the first {size} entries are those of the checkpoint\n")),
        Err(error) => {
            is_sound = false;
            told.push_str(&format!("{origin}: {error}\n"));
        }
    }
    for key in keys {
        let key = Verify::parse(key).map_err(failure)?;
        match note.verify(&key) {
            Ok(None) => told.push_str(&format!("  signed by {}\n", key.name)),
            Ok(Some(time)) => {
                let time = i64::try_from(time).ok().and_then(|time| jiff::Timestamp::from_second(time).ok());
                let time = time.map_or_else(|| "an impossible time".to_owned(), |time| time.to_string());
                told.push_str(&format!("  cosigned by {} at {time}\n", key.name));
            }
            Err(error) => {
                is_sound = false;
                told.push_str(&format!("  {error}\n"));
            }
        }
    }
    answer(&format!("{}{told}", if is_sound { "verified: " } else { "not verified: " }))?;
    Ok(if is_sound { Ending::Yes } else { Ending::No })
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
        let (what, expected) = ("the checkpoint does not fit".to_owned(), "a signature over this ledger".to_owned());
        findings.push(Finding { file, row: None, what, expected, found: error.to_string() });
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
    getrandom::fill(&mut seed).map_err(|error| Failure::new(format!("no chance from the system: {error}"), ""))?;
    let kind = if cosigner { KeyKind::Cosigner } else { KeyKind::Log };
    let key = Sign::new(name, kind, &seed).map_err(failure)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text = key.text() + "\n";
    let written = options.open(out).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| {
        Failure::new(
            format!("{}: {error}", out.display()),
            "choose a file that does not exist; a key is never replaced",
        )
    })?;
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
    Ledger::read(folder).map_err(|error| Failure::new(&error, error.advice()))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{}: {error}", path.display()), ""))
}

fn put(note: &Signed, out: Option<&Path>) -> Result<Ending, Failure> {
    match out {
        None => answer(&note.text())?,
        Some(path) => std::fs::write(path, note.text()).map_err(|error| {
            Failure::new(format!("{}: {error}", path.display()), "choose a file that can be written to")
        })?,
    }
    Ok(Ending::Yes)
}

fn unhex(text: &str) -> Result<Vec<u8>, Failure> {
    let bytes = fairdraw::ceremony::entropy::bytes(text.trim());
    bytes.ok_or_else(|| Failure::new("this is no even number of hex digits", "convert it with `xxd -p -c0`"))
}

fn failure(error: NoteError) -> Failure {
    let advice = match &error {
        NoteError::Key => "copy the whole line, from the name to the last character",
        NoteError::Task(_) => "sign with the ledger's own key, cosign with a key made with --cosigner",
        NoteError::Name => "take a name such as 411381.gov.cn/fairdraw",
        NoteError::Signature(_) => "the device must sign the three lines of the checkpoint and nothing else",
        _ => "PROTOCOL.md §18 shows a whole checkpoint",
    };
    Failure::new(error, advice)
}
