//! The files of a registry: found, opened, and their columns named.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};

use super::delimited::{Cut, Parts, Shape};
use super::job::Job;
use super::parquet::{self as pages, Piece};
use crate::both;
use crate::files::decode::guard;
use crate::files::faults::{Fault, Faults, Place};
use crate::files::tables::columns::{ENTITIES, bare};
use crate::lang::{Say, Text, foreign};

/// Is one file of a registry, with the columns that a job reads: the id's first.
pub struct Source {
    pub path: PathBuf,
    pub bytes: u64,
    pub kind: Kind,
    pub columns: Vec<usize>,
}

/// Is how a file is read.
pub enum Kind {
    /// With its number of rows, and its row groups in pieces.
    Parquet {
        rows: u64,
        pieces: Vec<Piece>,
    },
    Delimited(Shape),
}

/// Finds the files that arguments name, each a path or a pattern such as `registry/*.parquet`; sorted, each once.
///
/// # Errors
/// A sentence for each argument that names no file.
pub fn find(arguments: &[String]) -> Result<Vec<PathBuf>, Vec<Text>> {
    let (mut paths, mut wrong) = (Vec::new(), Vec::new());
    for argument in arguments {
        if Path::new(argument).is_file() {
            paths.push(PathBuf::from(argument));
            continue;
        }
        match glob::glob(argument) {
            Err(error) => wrong.push(both!("{argument}: {error}", "{argument}：不是合规的路径模式（{error}）")),
            Ok(found) => {
                let before = paths.len();
                paths.extend(found.filter_map(Result::ok).filter(|path| path.is_file()));
                if paths.len() == before {
                    wrong.push(both!("{argument}: there is no such file", "{argument}：没有这个文件"));
                }
            }
        }
    }
    paths.sort();
    paths.dedup();
    if wrong.is_empty() { Ok(paths) } else { Err(wrong) }
}

/// Opens all files and names the id's column in the job, if it is not named yet.
///
/// # Errors
/// All faults of all files: what can not be opened, read, or has not the columns.
pub fn open(paths: &[PathBuf], job: &mut Job) -> Result<Vec<Source>, Vec<Fault>> {
    let mut faults = Faults::default();
    let mut opened = Vec::new();
    for path in paths {
        match headings(path) {
            Ok((headings, kind, bytes)) => opened.push((path, headings, kind, bytes)),
            Err(cause) => faults.error("unreadable-file", place(path), "", cause, remedy()),
        }
    }
    if job.id.is_empty()
        && let Some((path, headings, ..)) = opened.first()
    {
        match id_heading(headings) {
            Ok(heading) => job.id = heading,
            Err(cause) => {
                let remedy = both!("name the column of the ids with --id", "用 --id 指明号码所在的列");
                faults.error("missing-column", place(path), "", cause, remedy);
            }
        }
    }
    let mut sources = Vec::new();
    for (path, headings, kind, bytes) in
        opened.iter_mut().map(|(path, headings, kind, bytes)| (path, headings, kind.take(), bytes))
    {
        let wanted = [job.id.as_str()].into_iter().chain(job.headings());
        let mut columns = Vec::new();
        for heading in wanted.filter(|heading| !heading.is_empty()) {
            match column(path, headings, kind.as_ref(), heading) {
                Ok(at) => columns.push(at),
                Err(cause) => {
                    let remedy = both!("name one of its columns: {}", "指明其中一列：{}", headings.join(", "));
                    faults.error("missing-column", place(path), heading, cause, remedy);
                }
            }
        }
        sources.extend(kind.map(|kind| Source { path: path.to_path_buf(), bytes: *bytes, kind, columns }));
    }
    if faults.has_errors() { Err(faults.into_sorted()) } else { Ok(sources) }
}

fn remedy() -> Text {
    both!("give CSV in UTF-8 or Parquet with plain text columns", "请给出 UTF-8 编码的 CSV，或列为纯文本的 Parquet")
}

/// Names a file as a place of faults.
pub fn place(path: &Path) -> Place {
    Place { file: path.display().to_string(), ..Place::default() }
}

fn headings(path: &Path) -> Result<(Vec<String>, Option<Kind>, u64), Text> {
    let mut file = File::open(path).map_err(|error| error.say())?;
    let bytes = file.metadata().map_err(|error| error.say())?.len();
    let mut mark = Vec::new();
    file.by_ref().take(4).read_to_end(&mut mark).map_err(|error| error.say())?;
    if mark == b"PAR1" {
        let reader = parquet(path)?;
        let groups: Vec<u64> =
            reader.metadata().row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0)).collect();
        let kind = Kind::Parquet { rows: groups.iter().sum(), pieces: pages::pieces(&groups) };
        return Ok((pages::headings(&reader), Some(kind), bytes));
    }
    if mark.starts_with(b"PK") || mark.starts_with(&[0xd0, 0xcf]) {
        return Err(both!(
            "the file is a workbook, and those hold a million rows at most",
            "文件是工作簿，而工作簿至多一百万行"
        ));
    }
    let (_, shape) = delimited(path)?;
    Ok((shape.headings.clone(), Some(Kind::Delimited(shape)), bytes))
}

/// Opens a Parquet file.
///
/// # Errors
/// A sentence that says why it can not be read.
pub fn parquet(path: &Path) -> Result<SerializedFileReader<File>, Text> {
    let file = File::open(path).map_err(|error| error.say())?;
    guarded(|| SerializedFileReader::new(file).map_err(|error| foreign(&error)))
}

/// Opens a CSV file and reads its headings.
///
/// # Errors
/// A sentence that says why it can not be read.
pub fn delimited(path: &Path) -> Result<(Parts, Shape), Text> {
    let file = File::open(path).map_err(|error| error.say())?;
    Parts::open(file).map_err(|cut| match cut {
        Cut::Io(error) => error.say(),
        Cut::Quote => both!("a quote is opened and never closed", "引号没有闭合"),
    })
}

/// Runs a reader of files that may be damaged; a panic of it becomes a fault like any other.
pub fn guarded<T>(read: impl FnOnce() -> Result<T, Text>) -> Result<T, Text> {
    guard::guarded(read).unwrap_or_else(|| Err(both!("the file contradicts itself", "文件自相矛盾")))
}

fn column(path: &Path, headings: &[String], kind: Option<&Kind>, heading: &str) -> Result<usize, Text> {
    if let Some(Kind::Parquet { .. }) = kind {
        return pages::column(&parquet(path)?, heading);
    }
    let mut at = (0..headings.len()).filter(|&at| headings[at] == heading);
    match (at.next(), at.next()) {
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => Err(both!("two columns are named {heading:?}", "有两列名为 {heading:?}")),
        (None, _) => Err(both!("there is no column {heading:?}", "没有名为 {heading:?} 的列")),
    }
}

/// Finds the heading that means the id, by the wordings that registries use.
fn id_heading(headings: &[String]) -> Result<String, Text> {
    let id = &ENTITIES.columns[ENTITIES.position("id").expect("entities have ids")];
    let rank = |heading: &String| {
        let bare = bare(heading);
        if id.name.eq_ignore_ascii_case(&bare) { Some(0) } else { id.chinese.iter().position(|alias| *alias == bare) }
    };
    let best = headings.iter().filter_map(|heading| Some((rank(heading)?, heading))).min_by_key(|(rank, _)| *rank);
    best.map(|(_, heading)| heading.clone())
        .ok_or_else(|| both!("no column means the id; there are {}", "没有一列是号码；现有 {}", headings.join(", ")))
}
