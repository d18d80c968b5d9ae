//! The ledger on disk: appends that a kill at any moment leaves done or not done, never half done (protocol §14).
//!
//! Everything that changes a file goes through [`Disk`], so that a test can stop the program at every single write.
//! A step of a ceremony first places its files and appends its entry last: the entry is the moment at which the
//! step counts. Files without an entry are left-overs of a killed run; the same command replaces them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use thiserror::Error;

use super::bundle::File;
use crate::both;
use crate::lang::{Say, Text};
use crate::ledger::chain::{self, ChainError, Entry, GENESIS, Kind};
use crate::ledger::state::{self, Attempt, Refusal};

/// Is everything that changes files.
pub trait Disk {
    /// Makes a folder and those above it.
    fn make_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Writes a whole file and has it stored for good (fsync).
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Moves a file or folder to a name that is free, or replaces a file.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a folder with all that is in it; one that is not there is no error.
    fn remove_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Has the names in a folder stored for good (fsync).
    fn sync_folder(&mut self, path: &Path) -> io::Result<()>;
}

/// Is the disk itself.
#[derive(Debug, Default)]
pub struct Direct;

impl Disk for Direct {
    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::File::open(path)?.sync_all()
    }
}

/// Says why a ledger could not be read or written.
#[derive(Debug, Error)]
pub enum LedgerError {
    #[error("the ledger is broken: {0}")]
    Chain(#[from] ChainError),
    #[error("the ledger is out of order at entry {entry}: {refusal}")]
    Order { entry: u32, refusal: Refusal },
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the time {time} lies before the last entry of the ledger, {last}")]
    Time { time: DateTime, last: DateTime },
    #[error("another fairdraw is writing to this ledger")]
    Busy,
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

impl Say for LedgerError {
    fn say(&self) -> Text {
        let zh = match self {
            LedgerError::Chain(error) => format!("台账已损坏：{}", error.say().zh),
            LedgerError::Order { entry, refusal } => format!("台账第 {entry} 条次序不对：{}", refusal.say().zh),
            LedgerError::Refused(refusal) => return refusal.say(),
            LedgerError::Time { time, last } => format!("时间 {time} 早于台账最后一条的 {last}"),
            LedgerError::Busy => "另有 fairdraw 正在写这本台账".to_owned(),
            LedgerError::Io { path, source } => format!("{}：{}", path.display(), source.say().zh),
        };
        Text::of(self, zh)
    }
}

impl LedgerError {
    /// Says what to do about it.
    pub fn advice(&self) -> Text {
        match self {
            LedgerError::Chain(_) | LedgerError::Order { .. } => both!(
                "compare the ledger with the copies and codes that were kept outside",
                "请与存放在外的副本和编码对照"
            ),
            LedgerError::Refused(refusal) => refusal.advice(),
            LedgerError::Time { .. } => {
                both!("set the clock right, or give the time with --at", "校准时钟，或用 --at 给出时间")
            }
            LedgerError::Busy => both!("wait until it has finished", "等它结束"),
            LedgerError::Io { .. } => both!(
                "make sure the folder can be written to, then run the same command again",
                "确认该文件夹可写，再运行同一命令"
            ),
        }
    }
}

/// Holds a ledger that was read, is sound, and is locked against other writers.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    entries: Vec<Entry>,
    attempts: Vec<Attempt>,
    _lock: Option<fs::File>,
}

/// Name of the entry that is being written; it counts only under its final name.
const UNFINISHED: &str = ".entry";
const LOCK: &str = ".lock";
/// Times that a held lock is asked for again, 50 milliseconds apart. A process that starts another one lends it the
/// lock until the other's program is loaded, so a lock can look held for a moment when nobody writes.
const PATIENCE: u32 = 20;
/// Folder beside the entries, with one folder for each attempt.
const CEREMONIES: &str = "ceremonies";

impl Ledger {
    /// Opens a ledger for writing; the folder is made if it is not there, but none above it.
    ///
    /// # Errors
    /// [`LedgerError`] if it is broken, out of order, locked by another process, or can not be read.
    pub fn open(folder: &Path) -> Result<Ledger, LedgerError> {
        // Not the folders above it: a workspace that is not there was mistyped.
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made.map_err(at(folder))?,
        }
        let path = folder.join(LOCK);
        let lock = fs::File::create(&path).map_err(at(&path))?;
        let mut patience = PATIENCE;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(fs::TryLockError::WouldBlock) if patience == 0 => return Err(LedgerError::Busy),
                Err(fs::TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(50)),
                Err(fs::TryLockError::Error(error)) => return Err(at(&path)(error)),
            }
            patience -= 1;
        }
        Ok(Ledger { _lock: Some(lock), ..Ledger::read(folder)? })
    }

    /// Reads a ledger without locking it.
    ///
    /// # Errors
    /// [`LedgerError`] if it is broken, out of order, or can not be read.
    pub fn read(folder: &Path) -> Result<Ledger, LedgerError> {
        let mut files = BTreeMap::new();
        for entry in folder.read_dir().map_err(at(folder))? {
            let entry = entry.map_err(at(folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && name != CEREMONIES {
                files.insert(name, fs::read(entry.path()).map_err(at(&entry.path()))?);
            }
        }
        let entries = chain::read(&files)?;
        let attempts = state::read(&entries).map_err(|(entry, refusal)| LedgerError::Order { entry, refusal })?;
        Ok(Ledger { folder: folder.to_owned(), entries, attempts, _lock: None })
    }

    /// Returns all entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns all attempts, in the order in which they were sealed.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Returns the latest attempt of a ceremony.
    pub fn latest(&self, ceremony: &str) -> Option<&Attempt> {
        state::latest(&self.attempts, ceremony)
    }

    /// Returns an attempt of a ceremony by its number, the latest without one.
    pub fn attempt(&self, ceremony: &str, number: Option<u32>) -> Option<&Attempt> {
        let is_own =
            |attempt: &&Attempt| attempt.ceremony == ceremony && number.is_none_or(|number| attempt.number == number);
        self.attempts.iter().rev().find(is_own)
    }

    /// Tells whether the lists of an attempt were sealed as secret: its bundle then stands in `private/`, and what may
    /// leave the office in `public/`. Whether they still are says [`state::secret_until`].
    pub fn is_secret(&self, attempt: &Attempt) -> bool {
        self.entries[attempt.seal].fact("embargo").is_some()
    }

    /// Returns the hash of the last entry, or 64 zeros for an empty ledger.
    pub fn head(&self) -> String {
        self.entries.last().map_or_else(|| GENESIS.to_owned(), Entry::hash)
    }

    /// Returns the folder of one attempt's files.
    pub fn attempt_folder(&self, ceremony: &str, attempt: u32) -> PathBuf {
        self.folder.join(CEREMONIES).join(format!("{ceremony}.{attempt}"))
    }

    /// Makes the entry that would follow, and refuses one that is out of order.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] with what is missing, [`LedgerError::Time`] if the clock went back.
    pub fn next(
        &self,
        kind: Kind,
        time: DateTime,
        ceremony: &str,
        attempt: u32,
        facts: Vec<(String, String)>,
    ) -> Result<Entry, LedgerError> {
        if let Some(last) = self.entries.last().map(|entry| entry.time).filter(|last| *last > time) {
            return Err(LedgerError::Time { time, last });
        }
        let entry = Entry {
            number: self.entries.len() as u32 + 1,
            previous: self.head(),
            kind,
            time,
            ceremony: ceremony.to_owned(),
            attempt,
            facts,
        };
        state::admit(&self.attempts, &self.entries, &entry)?;
        Ok(entry)
    }

    /// Appends an entry that [`Ledger::next`] made: stored for good under another name, then renamed.
    ///
    /// # Errors
    /// [`LedgerError::Io`] if it can not be written; then the ledger is as before.
    pub fn append(&mut self, disk: &mut dyn Disk, entry: Entry) -> Result<(), LedgerError> {
        let unfinished = self.folder.join(UNFINISHED);
        let path = self.folder.join(entry.file());
        disk.write(&unfinished, entry.text().as_bytes()).map_err(at(&unfinished))?;
        disk.rename(&unfinished, &path).map_err(at(&path))?;
        disk.sync_folder(&self.folder).map_err(at(&self.folder))?;
        self.entries.push(entry);
        self.attempts = state::read(&self.entries).expect("an admitted entry is in order");
        Ok(())
    }

    /// Puts a folder of files in place as a whole; what a killed run left there is replaced.
    ///
    /// # Errors
    /// [`LedgerError::Io`] if a file can not be written.
    pub fn place(&self, disk: &mut dyn Disk, folder: &Path, files: &[File]) -> Result<(), LedgerError> {
        let above = folder.parent().expect("a folder of a ledger has one above");
        let name = folder.file_name().expect("a folder of a ledger has a name").to_string_lossy();
        let fresh = above.join(format!(".{name}.new"));
        let mut folders = vec![fresh.clone()];
        disk.remove_folder(&fresh).map_err(at(&fresh))?;
        disk.make_folder(&fresh).map_err(at(&fresh))?;
        for file in files {
            let path = fresh.join(&file.path);
            let of_file = path.parent().expect("a file lies in a folder").to_owned();
            if !folders.contains(&of_file) {
                disk.make_folder(&of_file).map_err(at(&of_file))?;
                folders.push(of_file);
            }
            disk.write(&path, &file.bytes).map_err(at(&path))?;
        }
        for folder in folders.iter().rev() {
            disk.sync_folder(folder).map_err(at(folder))?;
        }
        disk.remove_folder(folder).map_err(at(folder))?;
        disk.rename(&fresh, folder).map_err(at(folder))?;
        disk.sync_folder(above).map_err(at(above))
    }

    /// Makes a folder of files beside the entries.
    ///
    /// # Errors
    /// [`LedgerError::Io`] if it can not be made.
    pub fn make_folder(&self, disk: &mut dyn Disk, folder: &Path) -> Result<(), LedgerError> {
        disk.make_folder(folder).map_err(at(folder))
    }

    /// Puts one file in place as a whole.
    ///
    /// # Errors
    /// [`LedgerError::Io`] if it can not be written.
    pub fn place_file(&self, disk: &mut dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
        let above = path.parent().expect("a file lies in a folder");
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        let fresh = above.join(format!(".{name}.new"));
        disk.write(&fresh, bytes).map_err(at(&fresh))?;
        disk.rename(&fresh, path).map_err(at(path))?;
        disk.sync_folder(above).map_err(at(above))
    }

    /// Returns the entries as files of a bundle.
    pub fn files(&self) -> impl Iterator<Item = File> + '_ {
        files_of(&self.entries)
    }
}

/// Returns entries as files of a bundle.
pub fn files_of(entries: &[Entry]) -> impl Iterator<Item = File> + '_ {
    entries.iter().map(|entry| File { path: format!("ledger/{}", entry.file()), bytes: entry.text().into_bytes() })
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> LedgerError + '_ {
    move |source| LedgerError::Io { path: path.to_owned(), source }
}
