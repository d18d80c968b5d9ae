//! What becomes public when (公开与启封): the public part at once, lists and entropy after the embargo (protocol §16.1).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use jiff::civil::DateTime;

use super::draw::PUBLIC;
use super::{CeremonyError, amend, draw, fact};
use crate::files::store::bundle::File;
use crate::files::store::bundle::{MANIFEST, Manifest};
use crate::files::store::ledger::{Disk, Ledger, LedgerError};
use crate::files::store::rows::Csv;
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::hash::{sha256_hex, suite_hex};
use crate::ledger::state::{Attempt, Refusal};
use crate::lottery::Suite;

/// List of the public part's files with their hashes, as `sha256sum -c` reads it.
pub const LIST: &str = "files.txt";
/// Folder of what came after the draw, beside the files of an opened bundle (protocol §16.3).
pub const AFTER: &str = "after/";

/// Publishes a drawn plan: all of it, or the public part alone where the seal names an embargo.
///
/// # Errors
/// [`CeremonyError`]; then nothing is on record.
pub fn publish(
    ledger: &mut Ledger,
    ceremony: &str,
    time: DateTime,
    disk: &mut dyn Disk,
) -> Result<(Entry, PathBuf), CeremonyError> {
    let attempt = latest(ledger, ceremony)?;
    if !ledger.is_secret(&attempt) {
        return out(ledger, &attempt, time, disk);
    }
    ledger.next(Kind::Publish, time, ceremony, attempt.number, vec![fact("what", "sealed")])?;
    let suite = ledger.entries()[attempt.seal].suite();
    let mut files = vec![cut_offs(suite, &bundle(ledger, &attempt)?)];
    let commit = ledger.attempt_folder(ceremony, attempt.number).join("commit.txt");
    let bytes =
        std::fs::read(&commit).map_err(|source| CeremonyError::Read { path: commit.display().to_string(), source })?;
    if ledger.entries()[attempt.seal].fact("commit") != Some(&sha256_hex(&bytes)) {
        return Err(CeremonyError::Changed { file: "commit.txt".to_owned() });
    }
    files.push(File { path: "commit.txt".to_owned(), bytes });
    files.extend(ledger.files());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let list = list(&files);
    let facts = vec![fact("what", "sealed"), fact("files", sha256_hex(&list.bytes))];
    files.push(list);
    let entry = ledger.next(Kind::Publish, time, ceremony, attempt.number, facts)?;
    let folder = ledger.attempt_folder(ceremony, attempt.number).join(PUBLIC);
    ledger.place(disk, &folder, &files)?;
    ledger.append(disk, entry.clone())?;
    Ok((entry, folder))
}

/// Opens a secret plan after its embargo: the whole bundle, entropy and lists, takes the place of the public part.
///
/// # Errors
/// [`CeremonyError`]; then nothing is on record.
pub fn open(
    ledger: &mut Ledger,
    ceremony: &str,
    time: DateTime,
    disk: &mut dyn Disk,
) -> Result<(Entry, PathBuf), CeremonyError> {
    let attempt = latest(ledger, ceremony)?;
    out(ledger, &attempt, time, disk)
}

/// Puts the whole bundle out.
fn out(
    ledger: &mut Ledger,
    attempt: &Attempt,
    time: DateTime,
    disk: &mut dyn Disk,
) -> Result<(Entry, PathBuf), CeremonyError> {
    let (ceremony, number) = (&attempt.ceremony, attempt.number);
    ledger.next(Kind::Publish, time, ceremony, number, vec![fact("what", "all")])?;
    let files = bundle(ledger, attempt)?;
    let after = after(ledger, attempt)?;
    let facts = vec![
        fact("what", "all"),
        fact("manifest", sha256_hex(&files[MANIFEST])),
        fact("record", sha256_hex(&files["entropy.txt"])),
        fact("after", sha256_hex(&after.last().expect("the list comes last").bytes)),
    ];
    let entry = ledger.next(Kind::Publish, time, ceremony, number, facts)?;
    let folder = ledger.attempt_folder(ceremony, number).join(PUBLIC);
    let mut files: Vec<File> = files.into_iter().map(|(path, bytes)| File { path, bytes }).collect();
    files.extend(after.into_iter().map(|file| File { path: format!("{AFTER}{}", file.path), ..file }));
    ledger.place(disk, &folder, &files)?;
    ledger.append(disk, entry.clone())?;
    Ok((entry, folder))
}

/// Collects what came after a draw: all entries up to now, the details of the amendments with the tables beside them, and
/// at the end the list of these files.
///
/// # Errors
/// [`CeremonyError::Changed`] if an amendment is not what its entry stands for.
pub fn after(ledger: &Ledger, attempt: &Attempt) -> Result<Vec<File>, CeremonyError> {
    let mut files: Vec<File> = ledger.files().collect();
    let kept = amend::files(ledger, attempt)?;
    for (number, entry) in (1..).zip(amend::amendments(ledger.entries(), attempt)) {
        let path = format!("{}/{}", amend::FOLDER, amend::file(number));
        let bytes = kept.get(&path).cloned().unwrap_or_default();
        if entry.fact("details") != Some(&sha256_hex(&bytes)) {
            return Err(CeremonyError::Changed { file: path });
        }
        files.push(File { path, bytes });
    }
    let tables = amend::TABLES.iter().map(|name| format!("{}/{name}", amend::FOLDER));
    let is_amended = files.iter().any(|file| file.path.starts_with(amend::FOLDER));
    files.extend(tables.filter(|_| is_amended).filter_map(|path| Some(File { bytes: kept.get(&path)?.clone(), path })));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.push(list(&files));
    Ok(files)
}

/// Reads the bundle that was drawn; every file must be the one that the DRAW entry stands for.
pub fn bundle(ledger: &Ledger, attempt: &Attempt) -> Result<BTreeMap<String, Vec<u8>>, CeremonyError> {
    let changed = |file: &str| CeremonyError::Changed { file: file.to_owned() };
    let folder = draw::bundle_folder(ledger, attempt);
    let read = |path: &str| {
        let path = folder.join(path);
        std::fs::read(&path).map_err(|source| CeremonyError::Read { path: path.display().to_string(), source })
    };
    let bytes = read(MANIFEST)?;
    let drawn = attempt.draw.map(|at| &ledger.entries()[at]);
    if drawn.and_then(|entry| entry.fact("manifest")) != Some(&sha256_hex(&bytes)) {
        return Err(changed(MANIFEST));
    }
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|_| changed(MANIFEST))?;
    let mut files = BTreeMap::from([(MANIFEST.to_owned(), bytes)]);
    for listed in manifest.files {
        let bytes = read(&listed.path)?;
        if sha256_hex(&bytes) != listed.sha256 {
            return Err(changed(&listed.path));
        }
        files.insert(listed.path, bytes);
    }
    Ok(files)
}

/// Returns the heading of the hashed cut-offs, which says what hashes them.
pub fn cut_off_columns(suite: Suite) -> [&'static str; 3] {
    let hash = match suite {
        Suite::Dr1 => "sha256",
        Suite::Dr1Gm => "sm3",
    };
    ["task", "stratum", hash]
}

/// Hashes the cut-off of each stratum: who learns a cut-off later sees that it stood before.
fn cut_offs(suite: Suite, bundle: &BTreeMap<String, Vec<u8>>) -> File {
    let mut csv = Csv::new("cutoffs.csv", &cut_off_columns(suite));
    let strata = csv::Reader::from_reader(bundle["strata.csv"].as_slice()).into_records();
    for row in strata.filter_map(Result::ok) {
        csv.row([&row[0], &row[1], &suite_hex(suite, row[7].as_bytes())]);
    }
    csv.in_order()
}

/// Writes the list of some files, in their order.
pub fn list(files: &[File]) -> File {
    let mut text = String::new();
    for file in files {
        writeln!(text, "{}  {}", sha256_hex(&file.bytes), file.path).expect("a string takes all text");
    }
    File { path: LIST.to_owned(), bytes: text.into_bytes() }
}

fn latest(ledger: &Ledger, ceremony: &str) -> Result<Attempt, CeremonyError> {
    let none = || LedgerError::from(Refusal::NotSealed(ceremony.to_owned()));
    Ok(ledger.latest(ceremony).cloned().ok_or_else(none)?)
}
