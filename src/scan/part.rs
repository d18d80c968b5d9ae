//! Partial results, one for each file of a registry: a draw that was stopped goes on where it was, and parts made on several
//! machines join to the bytes of one run.
//!
//! A part is a line with the format, a line of JSON with what was asked and read, a line of JSON with the counts, the kept rows
//! with 16 bytes of ticket and 16 of IV each, and the SHA-256 of all that.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::job::{Job, JobError};
use super::pool::{Kept, Pool};
use super::tally::{Gathered, Spots, TaskRows};
use crate::both;
use crate::lang::{Say, Text};
use crate::ledger::hash::sha256_hex;
use crate::lottery::{Entropy, Iv, Ticket};

const FORMAT: &str = "fairdraw part 1";

/// Says what a part was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Text of the job, with the id's column named.
    pub job: String,
    /// Text of the record of entropy.
    pub record: String,
    pub file: PathBuf,
    pub bytes: u64,
    /// Nanoseconds since 1970 of the file's last change, so that a file that was written again is read again.
    pub modified: u128,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    rows: u64,
    without_id: u64,
    tasks: Vec<TaskCounts>,
    /// Hashed ids by the 32 digits of their IV.
    names: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskCounts {
    out_of_scope: u64,
    without_rate: Vec<(String, u64)>,
    /// Rows seen, their sum with 32 digits, limit, and number of rows kept.
    pools: Vec<(u64, String, u64, usize)>,
}

impl Origin {
    /// Describes a file under a job and a record.
    ///
    /// # Errors
    /// [`io::Error`] if the file can not be asked.
    pub fn of(job: &Job, entropy: &Entropy, file: &Path) -> io::Result<Origin> {
        let metadata = file.metadata()?;
        let modified = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let (job, record) = (job.text(), entropy.text().to_owned());
        Ok(Origin { job, record, file: file.to_owned(), bytes: metadata.len(), modified })
    }

    /// Returns the job.
    ///
    /// # Errors
    /// [`JobError`] if it was not written by this program.
    pub fn job(&self) -> Result<Job, JobError> {
        Job::parse(&self.job)
    }

    /// Returns the name of the part, which is the same whenever the file is read.
    pub fn name(&self) -> String {
        format!("{}.part", &sha256_hex(self.file.to_string_lossy().as_bytes())[..16])
    }
}

/// Writes a part under its name in a folder, whole or not at all.
///
/// # Errors
/// [`io::Error`] if it can not be written.
pub fn write(folder: &Path, origin: &Origin, gathered: &Gathered) -> io::Result<()> {
    let counts = Counts {
        rows: gathered.rows,
        without_id: gathered.without_id,
        tasks: gathered.tasks.iter().map(counts_of).collect(),
        names: gathered.names.iter().map(|(iv, id)| (iv.to_string(), id.clone())).collect(),
    };
    let mut bytes = format!("{FORMAT}\n").into_bytes();
    serde_json::to_writer(&mut bytes, origin)?;
    bytes.push(b'\n');
    serde_json::to_writer(&mut bytes, &counts)?;
    bytes.push(b'\n');
    for kept in gathered.tasks.iter().flat_map(|task| &task.pools).flat_map(|pool| &pool.kept) {
        bytes.extend_from_slice(&kept.ticket.value().to_be_bytes());
        bytes.extend_from_slice(kept.iv.bytes());
    }
    let digest = Sha256::digest(&bytes);
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&bytes)?;
    file.write_all(&digest)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(origin.name()))?;
    Ok(())
}

fn counts_of(task: &TaskRows) -> TaskCounts {
    let pool = |pool: &Pool| (pool.rows(), format!("{:032x}", pool.sum()), pool.limit, pool.kept.len());
    TaskCounts {
        out_of_scope: task.out_of_scope,
        without_rate: task.without_rate.iter().map(|(name, rows)| (name.clone(), *rows)).collect(),
        pools: task.pools.iter().map(pool).collect(),
    }
}

/// Reads a part.
///
/// # Errors
/// A sentence that says why it is none, or damaged.
pub fn read(path: &Path) -> Result<(Origin, Gathered), Text> {
    let bytes = fs::read(path).map_err(|error| error.say())?;
    let short = || both!("the file is too short", "文件过短");
    let (body, digest) = bytes.split_last_chunk::<32>().ok_or_else(short)?;
    if Sha256::digest(body)[..] != digest[..] {
        return Err(both!("the part was cut or changed: its digest is another one", "该部分被截断或改动：摘要不同"));
    }
    parse(body).ok_or_else(|| both!("the file is no {FORMAT:?}", "文件不是 {FORMAT:?}"))
}

fn parse(body: &[u8]) -> Option<(Origin, Gathered)> {
    let mut lines = body.splitn(4, |byte| *byte == b'\n');
    if lines.next()? != FORMAT.as_bytes() {
        return None;
    }
    let origin: Origin = serde_json::from_slice(lines.next()?).ok()?;
    let counts: Counts = serde_json::from_slice(lines.next()?).ok()?;
    let mut rows = lines.next()?.chunks_exact(32).map(|row| {
        let (ticket, iv) = row.split_at(16);
        let number = u128::from_be_bytes(ticket.try_into().expect("16 bytes"));
        Kept { ticket: Ticket::from_value(number), iv: Iv::from_bytes(iv.try_into().expect("16 bytes")) }
    });
    let mut tasks = Vec::new();
    for TaskCounts { out_of_scope, without_rate, pools } in counts.tasks {
        let mut filled = Vec::new();
        for (seen, sum, limit, kept) in pools {
            let sum = u128::from_str_radix(&sum, 16).ok()?;
            let kept: Vec<Kept> = rows.by_ref().take(kept).collect();
            filled.push(Pool::of_part(seen, sum, limit, kept));
        }
        tasks.push(TaskRows { pools: filled, out_of_scope, without_rate: without_rate.into_iter().collect() });
    }
    let name =
        |(iv, id): (String, String)| Some((Iv::from_bytes(u128::from_str_radix(&iv, 16).ok()?.to_be_bytes()), id));
    let names = counts.names.into_iter().map(name).collect::<Option<_>>()?;
    let (rows, without_id) = (counts.rows, counts.without_id);
    Some((origin, Gathered { rows, without_id, tasks, names, spots: Spots::default() }))
}
