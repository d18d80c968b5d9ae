//! Bundles on disk: written whole or not at all, read back as they are.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::both;
use crate::lang::{Say, Text};
use crate::ledger::hash::sha256_hex;
use crate::lottery::Suite;

/// Is one file of a bundle: its path with `/` between folders, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// Name of the manifest, the one file that does not list itself.
pub const MANIFEST: &str = "manifest.json";

/// Holds what `manifest.json` says (protocol §8.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: String,
    pub tool: String,
    pub protocol: String,
    pub period: String,
    pub region: String,
    pub witnessed: bool,
    pub files: Vec<Listed>,
}

/// Is one file that a manifest lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

/// Format of the bundles that this program writes and reads.
pub const FORMAT: &str = "fairdraw bundle 1";

/// Says why a bundle could not be written or read.
#[derive(Debug, Error)]
pub enum BundleError {
    #[error("{0} exists already")]
    Exists(PathBuf),
    #[error("{0} is no bundle: it holds neither manifest.json nor inputs/")]
    NoBundle(PathBuf),
    #[error("{} exists and is no {}, so it is not replaced", .0.display(), .1.en)]
    Foreign(PathBuf, Text),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

impl Say for BundleError {
    fn say(&self) -> Text {
        let zh = match self {
            BundleError::Exists(path) => format!("{} 已经存在", path.display()),
            BundleError::NoBundle(path) => {
                format!("{} 不是计划包：既没有 manifest.json，也没有 inputs/", path.display())
            }
            BundleError::Foreign(path, kind) => {
                format!("{} 已经存在，但不是{}，因此不予替换", path.display(), kind.zh)
            }
            BundleError::Io { path, source } => format!("{}：{}", path.display(), source.say().zh),
        };
        Text::of(self, zh)
    }
}

impl Manifest {
    /// Lists files, which come sorted by path.
    pub fn of(files: &[File], suite: Suite, period: &str, region: &str, witnessed: bool) -> Manifest {
        let listed = |file: &File| Listed {
            path: file.path.clone(),
            bytes: file.bytes.len() as u64,
            sha256: sha256_hex(&file.bytes),
        };
        Manifest {
            format: FORMAT.to_owned(),
            tool: concat!("fairdraw ", env!("CARGO_PKG_VERSION")).to_owned(),
            protocol: suite.name().to_owned(),
            period: period.to_owned(),
            region: region.to_owned(),
            witnessed,
            files: files.iter().map(listed).collect(),
        }
    }

    /// Writes the text of `manifest.json`.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a manifest holds nothing that JSON can not write");
        text + "\n"
    }
}

/// Is a place for a bundle that was found free before the long work.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    /// A folder beside it, on the same file system, that disappears unless it is moved into place.
    staging: tempfile::TempDir,
}

impl Destination {
    /// Opens the place where a bundle will stand, so that a full run is not lost to a wrong path.
    ///
    /// # Errors
    /// [`BundleError::Exists`] if something is there and `force` is not given, [`BundleError::Foreign`] if it is given
    /// and what is there is no bundle, [`BundleError::Io`] if the folder above can not be made or written to.
    pub fn open(path: &Path, force: bool) -> Result<Destination, BundleError> {
        Destination::open_for(path, force, both!("bundle", "计划包"), MANIFEST)
    }

    /// Opens a place for another kind of folder, which is known by a file of the name `mark`.
    ///
    /// # Errors
    /// As [`Destination::open`], with [`BundleError::Foreign`] for a folder that holds no such file.
    pub fn open_for(path: &Path, force: bool, kind: Text, mark: &str) -> Result<Destination, BundleError> {
        if path.symlink_metadata().is_ok() {
            let is_empty = path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
            if !is_empty && !force {
                return Err(BundleError::Exists(path.to_owned()));
            }
            if !is_empty && !path.join(mark).is_file() {
                return Err(BundleError::Foreign(path.to_owned(), kind));
            }
        }
        // Folders that are still missing are made when there is something to put into them, so that a failed run leaves
        // nothing behind; until then the nearest one that exists shows whether writing is possible at all.
        let above = path.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(Path::new("."));
        let staging = tempfile::Builder::new().prefix(".fairdraw-").tempdir_in(above).map_err(at(above))?;
        Ok(Destination { path: path.to_owned(), staging })
    }

    /// Writes all files and moves them into place at once; what stood there before is replaced as a whole.
    ///
    /// # Errors
    /// [`BundleError::Io`] if a file can not be written or moved; then nothing has changed.
    pub fn write(self, files: &[File]) -> Result<(), BundleError> {
        let fresh = self.fresh();
        for file in files {
            let path = fresh.join(&file.path);
            let folder = path.parent().expect("a file of a bundle lies in its folder");
            fs::create_dir_all(folder).map_err(at(folder))?;
            let mut open = fs::File::create(&path).map_err(at(&path))?;
            open.write_all(&file.bytes).and_then(|()| open.sync_all()).map_err(at(&path))?;
        }
        self.place()
    }

    /// Lets a writer fill a folder with what is too large for memory, and moves it into place as [`Destination::write`] does.
    ///
    /// # Errors
    /// [`BundleError::Io`] if the writer fails or the folder can not be moved; then nothing has changed.
    pub fn write_with(self, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), BundleError> {
        let fresh = self.fresh();
        fs::create_dir_all(&fresh).and_then(|()| write(&fresh)).map_err(at(&self.path))?;
        self.place()
    }

    /// Returns the folder that becomes the bundle.
    fn fresh(&self) -> PathBuf {
        self.staging.path().join("new")
    }

    fn place(self) -> Result<(), BundleError> {
        let fresh = self.fresh();
        let above = self.path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(above).map_err(at(above))?;
        let old = self.staging.path().join("old");
        let replaces = self.path.symlink_metadata().is_ok();
        if replaces {
            fs::rename(&self.path, &old).map_err(at(&self.path))?;
        }
        if let Err(error) = fs::rename(&fresh, &self.path) {
            if replaces {
                // The old bundle goes back to its place before the failure is reported.
                fs::rename(&old, &self.path).map_err(at(&self.path))?;
            }
            return Err(at(&self.path)(error));
        }
        Ok(())
    }
}

/// Reads every file below a bundle's folder, by path with `/` between folders.
///
/// # Errors
/// [`BundleError::NoBundle`] if the folder looks like none, [`BundleError::Io`] if a file can not be read.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, BundleError> {
    if !folder.join(MANIFEST).is_file() && !folder.join("inputs").is_dir() {
        return Err(BundleError::NoBundle(folder.to_owned()));
    }
    all(folder)
}

/// Reads every file below a folder, by path with `/` between folders.
///
/// # Errors
/// [`BundleError::Io`] if a file can not be read.
pub fn all(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, BundleError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = folders.pop() {
        for entry in path.read_dir().map_err(at(&path))? {
            let entry = entry.map_err(at(&path))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push((entry.path(), format!("{name}/")));
            } else {
                files.insert(name, fs::read(entry.path()).map_err(at(&entry.path()))?);
            }
        }
    }
    Ok(files)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BundleError + '_ {
    move |source| BundleError::Io { path: path.to_owned(), source }
}
