//! The bundle of a sample (protocol §21.1), written as a stream: the longest table is never in memory.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use sha2::{Digest, Sha256};

use super::job::Job;
use super::pool::Kept;
use super::work::{Outcome, Stratum};
use crate::files::store::bundle::{Listed, MANIFEST, Manifest};
use crate::ledger::hash::{hex, sha256_hex};
use crate::lottery::Entropy;

/// Format of the bundles that hold a sample.
pub const FORMAT: &str = "fairdraw sample 1";

/// What was asked for, in a bundle.
pub const JOB: &str = "sample.toml";

/// The record of entropy, in a bundle.
pub const ENTROPY: &str = "entropy.txt";

/// Heading of the table of picks (protocol §8.3).
pub const SAMPLES_HEADING: &str = "task,stratum,rank,role,ticket,entity_id,chance\n";

/// Is the form of the table of picks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Csv,
    Parquet,
}

impl Form {
    /// Returns the name of the table in a bundle.
    pub fn file(self) -> &'static str {
        match self {
            Form::Csv => "samples.csv",
            Form::Parquet => "samples.parquet",
        }
    }
}

/// Writes all files of a bundle into a folder that is there and empty.
///
/// # Errors
/// [`io::Error`] if a file can not be written.
pub fn bundle(folder: &Path, job: &Job, entropy: &Entropy, outcome: &Outcome, form: Form) -> io::Result<()> {
    let mut listed = Vec::new();
    for (name, text) in small(job, entropy, outcome) {
        put(&folder.join(name), text.as_bytes())?;
        listed.push(Listed { path: name.to_owned(), bytes: text.len() as u64, sha256: sha256_hex(text.as_bytes()) });
    }
    let path = folder.join(form.file());
    let hashed = Hashed { inner: File::create(&path)?, sha256: Sha256::new(), bytes: 0 };
    let mut out = BufWriter::with_capacity(1 << 20, hashed);
    match form {
        Form::Csv => samples(job, outcome, &mut out)?,
        Form::Parquet => samples_as_parquet(job, outcome, &mut out)?,
    }
    let hashed = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    hashed.inner.sync_all()?;
    listed.push(Listed { path: form.file().to_owned(), bytes: hashed.bytes, sha256: hex(&hashed.sha256.finalize()) });
    put(&folder.join(MANIFEST), manifest(job, entropy, listed).text().as_bytes())
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Lists the files of a bundle in its manifest.
pub fn manifest(job: &Job, entropy: &Entropy, mut files: Vec<Listed>) -> Manifest {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let base = Manifest::of(&[], job.suite, &job.period, &job.region, entropy.is_witnessed());
    Manifest { format: FORMAT.to_owned(), files, ..base }
}

/// Writes the files of a bundle that are short, by name.
pub fn small(job: &Job, entropy: &Entropy, outcome: &Outcome) -> [(&'static str, String); 5] {
    let mut strata = "task,stratum,group,population,sample,reserve,balls,cutoff\n".to_owned();
    let mut frames = "task,stratum,population,fingerprint\n".to_owned();
    for found in &outcome.strata {
        let task = &job.tasks[found.task];
        let (code, name, group) = (&task.code, &task.rates[found.rate].0, job.group(task));
        let Stratum { population, sample, reserve, fingerprint, .. } = found;
        let cutoff = cutoff(found);
        strata.push_str(&format!("{code},{name},{group},{population},{sample},{reserve},1,{cutoff}\n"));
        frames.push_str(&format!("{code},{name},{population},{fingerprint:032x}\n"));
    }
    let mut left_out = "task,reason,value,rows\n".to_owned();
    for (task, reason, value, rows) in &outcome.left_out {
        left_out.push_str(&format!("{task},{reason},{},{rows}\n", quoted(value)));
    }
    [
        (ENTROPY, entropy.text().to_owned()),
        ("frames.csv", frames),
        ("left-out.csv", left_out),
        (JOB, job.text()),
        ("strata.csv", strata),
    ]
}

/// Returns the cut-off of a stratum: the ticket of its last drawn entity, nothing if none is drawn (protocol §6).
pub fn cutoff(stratum: &Stratum) -> String {
    let last = (stratum.sample as usize).checked_sub(1).map(|last| stratum.picks[last].ticket);
    last.map_or(String::new(), |ticket| ticket.to_string())
}

/// Writes the table of picks as CSV.
///
/// # Errors
/// [`io::Error`] of the writer.
pub fn samples(job: &Job, outcome: &Outcome, out: &mut impl Write) -> io::Result<()> {
    out.write_all(SAMPLES_HEADING.as_bytes())?;
    let mut line: Vec<u8> = Vec::with_capacity(200);
    for stratum in &outcome.strata {
        let task = &job.tasks[stratum.task];
        let head = format!("{},{},", task.code, task.rates[stratum.rate].0);
        let tail = format!(",{}/{}\n", stratum.sample, stratum.population);
        let mut rank = Counter::default();
        for (at, kept) in (1u32..).zip(&stratum.picks) {
            line.clear();
            line.extend_from_slice(head.as_bytes());
            line.extend_from_slice(rank.next());
            line.extend_from_slice(if at <= stratum.sample { b",S," } else { b",R," });
            line.extend_from_slice(&ticket(kept));
            line.push(b',');
            // Ids of kind 0 have nothing that needs quotes.
            if kept.iv.characters(|id| line.extend_from_slice(id)).is_none() {
                line.extend_from_slice(quoted(&id(outcome, kept)).as_bytes());
            }
            line.extend_from_slice(tail.as_bytes());
            out.write_all(&line)?;
        }
    }
    Ok(())
}

/// Counts in decimal digits, which is many times as fast as writing each number anew.
#[derive(Default)]
struct Counter {
    digits: [u8; 10],
    length: usize,
}

impl Counter {
    /// Returns the next number, from 1 on.
    fn next(&mut self) -> &[u8] {
        let start = self.digits.len() - self.length;
        match self.digits[start..].iter().rposition(|digit| *digit != b'9') {
            Some(at) => {
                self.digits[start + at] += 1;
                self.digits[start + at + 1..].fill(b'0');
            }
            None => {
                self.digits[start..].fill(b'0');
                self.length += 1;
                self.digits[start - 1] = b'1';
            }
        }
        &self.digits[self.digits.len() - self.length..]
    }
}

/// Returns the id of a pick.
fn id(outcome: &Outcome, kept: &Kept) -> String {
    let id = kept.iv.id().or_else(|| outcome.names.get(&kept.iv).cloned());
    id.expect("whoever keeps a row whose id was hashed keeps the id")
}

/// Writes the 32 digits of a ticket.
fn ticket(kept: &Kept) -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(kept.ticket.value().to_be_bytes()) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    digits
}

/// Puts a field in quotes where it needs them (protocol §8.1).
pub fn quoted(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

/// Columns of the table of picks in Parquet.
const SCHEMA: &str = "message samples {
    required binary task (utf8); required binary stratum (utf8); required int32 rank (uint_32);
    required binary role (utf8); required binary ticket (utf8); required binary entity_id (utf8);
    required binary chance (utf8);
}";

/// Rows that are encoded at once.
const ROWS: usize = 1 << 17;

fn samples_as_parquet(job: &Job, outcome: &Outcome, out: &mut (impl Write + Send)) -> io::Result<()> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let schema = Arc::new(parse_message_type(SCHEMA).map_err(io::Error::other)?);
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(io::Error::other)?;
    for stratum in &outcome.strata {
        let task = &job.tasks[stratum.task];
        let chance = format!("{}/{}", stratum.sample, stratum.population);
        for (chunk, first) in stratum.picks.chunks(ROWS).zip((1u32..).step_by(ROWS)) {
            let rows = chunk.len();
            let same = |text: &str| vec![ByteArray::from(text); rows];
            let ranks: Vec<u32> = (first..).take(rows).collect();
            let role = |rank: &u32| ByteArray::from(if *rank <= stratum.sample { "S" } else { "R" });
            let texts = [
                same(&task.code),
                same(&task.rates[stratum.rate].0),
                ranks.iter().map(role).collect(),
                chunk.iter().map(|kept| ByteArray::from(ticket(kept).to_vec())).collect(),
                chunk.iter().map(|kept| ByteArray::from(id(outcome, kept).into_bytes())).collect(),
                same(&chance),
            ];
            let mut texts = texts.iter();
            let mut group = writer.next_row_group().map_err(io::Error::other)?;
            let mut at = 0;
            while let Some(mut column) = group.next_column().map_err(io::Error::other)? {
                if at == RANK {
                    let ranks: Vec<i32> = ranks.iter().map(|rank| rank.cast_signed()).collect();
                    column.typed::<Int32Type>().write_batch(&ranks, None, None).map_err(io::Error::other)?;
                } else {
                    let texts = texts.next().expect("each other column has its texts");
                    column.typed::<ByteArrayType>().write_batch(texts, None, None).map_err(io::Error::other)?;
                }
                column.close().map_err(io::Error::other)?;
                at += 1;
            }
            group.close().map_err(io::Error::other)?;
        }
    }
    writer.close().map_err(io::Error::other)?;
    Ok(())
}

/// Position of the rank among the columns.
const RANK: usize = 2;

/// Writes through, and hashes and counts what goes by.
struct Hashed<W> {
    inner: W,
    sha256: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sha256.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
