//! The way back: a sample's bundle against itself, and against the registry in one more pass (protocol §21.5).

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::job::Job;
use super::registry::Source;
use super::work::{self, Outcome, Settings};
use super::{parquet, registry, write};
use crate::both;
use crate::files::faults::Fault;
use crate::files::store::bundle::{MANIFEST, Manifest};
use crate::lang::{Say, Text, foreign};
use crate::ledger::hash::hex;
use crate::lottery::keys::entity_label;
use crate::lottery::{Entropy, Iv, Prk, Suite, Ticket};
use crate::verify::Finding;

/// Is what verifying a sample found out.
#[derive(Debug)]
pub struct Verdict {
    /// Empty if the bundle is what it says.
    pub findings: Vec<Finding>,
    pub tool: String,
    pub witnessed: bool,
    /// Rows of the registry, if it was given.
    pub rows: Option<u64>,
    pub strata: usize,
    pub picks: u64,
}

/// Says why a bundle could not be judged.
#[derive(Debug, Error)]
pub enum CheckError {
    #[error("{0}: {1}")]
    Io(String, io::Error),
    #[error("{}", .0.en)]
    Unreadable(Text),
    #[error("the registry can not be read as the sample asks")]
    Registry(Vec<Fault>),
}

impl CheckError {
    fn unreadable(file: &str, cause: &dyn Say) -> CheckError {
        let cause = cause.say();
        CheckError::Unreadable(both!(cause => "{file}: {cause}", "{file}：{cause}"))
    }
}

impl Say for CheckError {
    fn say(&self) -> Text {
        let zh = match self {
            CheckError::Io(name, error) => format!("{name}：{}", error.say().zh),
            CheckError::Unreadable(cause) => return cause.clone(),
            CheckError::Registry(_) => "名录库不能按该样本的要求读取".to_owned(),
        };
        Text::of(self, zh)
    }
}

/// Tells whether a folder holds the bundle of a sample.
pub fn is_sample(folder: &Path) -> bool {
    folder.join(write::JOB).is_file()
}

/// Verifies a bundle; with the files of the registry by reading them once more, else from its own rows alone.
///
/// `known` is the record that the auditor knows to be the right one.
///
/// # Errors
/// [`CheckError`] if a file of the bundle or the registry can not be read.
pub fn verify(
    folder: &Path,
    registry_files: &[std::path::PathBuf],
    known: Option<&Entropy>,
    settings: &Settings<'_>,
) -> Result<Verdict, CheckError> {
    let mut findings = Vec::new();
    let manifest = manifest(folder)?;
    files(folder, &manifest, &mut findings)?;
    let job_text = read(folder, write::JOB)?;
    let mut job = Job::parse(&job_text).map_err(|error| CheckError::unreadable(write::JOB, &error))?;
    findings.extend(difference(
        write::JOB,
        both!("the job is not in its canonical form", "任务文件不是规范写法"),
        &job.text(),
        &job_text,
    ));
    let record = read(folder, write::ENTROPY)?;
    if let Some(known) = known {
        findings.extend(difference(
            write::ENTROPY,
            both!("the record is another one", "熵记录是另一份"),
            known.text(),
            &record,
        ));
    }
    let entropy = Entropy::parse(record.as_bytes()).map_err(|error| CheckError::unreadable(write::ENTROPY, &error))?;
    let own = (manifest.protocol.as_str(), manifest.period.as_str(), manifest.region.as_str(), manifest.witnessed);
    if own != (job.suite.name(), job.period.as_str(), job.region.as_str(), entropy.is_witnessed()) {
        findings.push(whole(
            MANIFEST,
            both!(
                "protocol, period, region or witnessed are not those of the job and the record",
                "套件、期次、行政区划或见证与任务文件和熵记录不符"
            ),
        ));
    }
    let prk = Prk::of(job.suite, &entropy);
    let form = if folder.join(write::Form::Parquet.file()).is_file() { write::Form::Parquet } else { write::Form::Csv };
    let mut verdict =
        Verdict { findings, tool: manifest.tool, witnessed: entropy.is_witnessed(), rows: None, strata: 0, picks: 0 };
    if registry_files.is_empty() {
        rows_alone(folder, form, &job, &prk, &mut verdict)?;
    } else {
        let sources: Vec<Source> = registry::open(registry_files, &mut job).map_err(CheckError::Registry)?;
        let outcome = work::draw(&job, &prk, &sources, settings).map_err(CheckError::Registry)?;
        (verdict.rows, verdict.strata) = (Some(outcome.rows), outcome.strata.len());
        verdict.picks = outcome.strata.iter().map(|stratum| stratum.picks.len() as u64).sum();
        replay(folder, form, &job, &entropy, &outcome, &mut verdict.findings)?;
    }
    Ok(verdict)
}

fn manifest(folder: &Path) -> Result<Manifest, CheckError> {
    let text = read(folder, MANIFEST)?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|error| CheckError::unreadable(MANIFEST, &foreign(&error)))?;
    if manifest.format != write::FORMAT || Suite::parse(&manifest.protocol).is_none() {
        let (format, protocol) = (&manifest.format, &manifest.protocol);
        return Err(CheckError::Unreadable(both!(
            "{MANIFEST}: this program does not know {format:?} of {protocol:?}",
            "{MANIFEST}：本程序不认识 {protocol:?} 的 {format:?}"
        )));
    }
    Ok(manifest)
}

/// Compares the folder with the manifest.
fn files(folder: &Path, manifest: &Manifest, findings: &mut Vec<Finding>) -> Result<(), CheckError> {
    let io = |name: &str| {
        let name = name.to_owned();
        move |error| CheckError::Io(name, error)
    };
    for listed in &manifest.files {
        let Ok(file) = File::open(folder.join(&listed.path)) else {
            findings.push(whole(&listed.path, both!("the file is missing", "缺少该文件")));
            continue;
        };
        let (mut sha256, mut file, mut buffer) = (Sha256::new(), file, vec![0; 1 << 20]);
        loop {
            let read = file.read(&mut buffer).map_err(io(&listed.path))?;
            if read == 0 {
                break;
            }
            sha256.update(&buffer[..read]);
        }
        let sha256 = hex(&sha256.finalize());
        if sha256 != listed.sha256 {
            findings.push(Finding {
                expected: Text::same(format_args!("SHA-256 {}", listed.sha256)),
                found: Text::same(format_args!("SHA-256 {sha256}")),
                ..whole(
                    &listed.path,
                    both!("the file was changed after the manifest was written", "清单写出之后文件被改动"),
                )
            });
        }
    }
    for entry in folder.read_dir().map_err(io(&folder.display().to_string()))?.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != MANIFEST && !manifest.files.iter().any(|file| file.path == name) {
            findings.push(whole(&name, both!("the manifest does not list this file", "清单没有列出该文件")));
        }
    }
    Ok(())
}

/// Compares a bundle with what the registry gives.
fn replay(
    folder: &Path,
    form: write::Form,
    job: &Job,
    entropy: &Entropy,
    outcome: &Outcome,
    findings: &mut Vec<Finding>,
) -> Result<(), CheckError> {
    for (name, expected) in write::small(job, entropy, outcome) {
        let found = read(folder, name).unwrap_or_default();
        findings.extend(difference(
            name,
            both!("the registry gives something else", "名录库得出的不同"),
            &expected,
            &found,
        ));
    }
    let mut compared = Compared { found: lines(folder, form)?, row: 1, differs: None, line: Vec::new() };
    write::samples(job, outcome, &mut compared).map_err(|error| CheckError::Io(form.file().to_owned(), error))?;
    let mut rest = Vec::new();
    if compared.differs.is_none()
        && compared.found.read_until(b'\n', &mut rest).map_err(|error| CheckError::Io(form.file().to_owned(), error))?
            > 0
    {
        compared.differs = Some((compared.row, nothing(), text(&rest)));
    }
    if let Some((row, expected, found)) = compared.differs {
        let what = both!("the registry gives something else", "名录库得出的不同");
        findings.push(Finding { file: form.file().to_owned(), row: Some(row), what, expected, found });
    }
    Ok(())
}

/// Takes the lines that are expected and compares each with the next that is there.
struct Compared<R> {
    found: R,
    row: u32,
    differs: Option<(u32, Text, Text)>,
    line: Vec<u8>,
}

impl<R: BufRead> Write for Compared<R> {
    /// Is given whole lines.
    fn write(&mut self, expected: &[u8]) -> io::Result<usize> {
        if self.differs.is_none() {
            let there = self.found.fill_buf()?;
            if there.starts_with(expected) {
                self.found.consume(expected.len());
            } else {
                self.line.clear();
                // A line may lie across two buffers.
                (&mut self.found).take(expected.len() as u64).read_to_end(&mut self.line)?;
                if self.line != expected {
                    self.found.read_until(b'\n', &mut self.line)?;
                    self.differs = Some((self.row, text(expected), text(&self.line)));
                }
            }
            self.row += 1;
        }
        Ok(expected.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens the table of picks as the lines of its CSV form.
fn lines(folder: &Path, form: write::Form) -> Result<Box<dyn BufRead>, CheckError> {
    let path = folder.join(form.file());
    match form {
        write::Form::Csv => match File::open(&path) {
            Ok(file) => Ok(Box::new(BufReader::with_capacity(1 << 20, file))),
            Err(error) => Err(CheckError::Io(form.file().to_owned(), error)),
        },
        write::Form::Parquet => {
            let reader = registry::parquet(&path).map_err(|cause| CheckError::unreadable(form.file(), &cause))?;
            let lines = parquet::Lines::new(reader, write::SAMPLES_HEADING);
            Ok(Box::new(BufReader::with_capacity(1 << 20, lines)))
        }
    }
}

/// Checks what a bundle without its registry can show: that its rows follow from the record, and its sizes from its counts.
fn rows_alone(folder: &Path, form: write::Form, job: &Job, prk: &Prk, verdict: &mut Verdict) -> Result<(), CheckError> {
    let unreadable = |name: &str, error: csv::Error| CheckError::unreadable(name, &foreign(&error));
    let strata_text = read(folder, "strata.csv")?;
    let mut strata = csv::Reader::from_reader(strata_text.as_bytes());
    let mut rows = csv::Reader::from_reader(lines(folder, form)?);
    let mut record = csv::StringRecord::new();
    let expected: Vec<(usize, usize)> =
        job.tasks.iter().enumerate().flat_map(|(at, task)| (0..task.rates.len()).map(move |rate| (at, rate))).collect();
    let mut row = 1;
    for (stratum, &(at, rate_at)) in strata.records().zip(&expected) {
        let stratum = stratum.map_err(|error| unreadable("strata.csv", error))?;
        let task = &job.tasks[at];
        let (name, rate) = &task.rates[rate_at];
        let place = verdict.strata as u32 + 2;
        verdict.strata += 1;
        let population: u32 = stratum.get(3).and_then(|text| text.parse().ok()).unwrap_or(0);
        let (sample, reserve) = job.sizes(*rate, population);
        let key = prk.key(&entity_label(&job.group(task)));
        let mut last: Option<(Ticket, Iv)> = None;
        let mut cutoff = String::new();
        for rank in 1..=sample + reserve {
            row += 1;
            let is_there = rows.read_record(&mut record).map_err(|error| unreadable(form.file(), error))?;
            let id = record.get(5).unwrap_or("");
            let iv = Iv::of(job.suite, id);
            let ticket = key.ticket(iv);
            let role = if rank <= sample { "S" } else { "R" };
            let id = write::quoted(id);
            let line = format!("{},{name},{rank},{role},{ticket},{id},{sample}/{population}", task.code);
            let found =
                if is_there { record.iter().map(write::quoted).collect::<Vec<_>>().join(",") } else { String::new() };
            let rises = last.is_none_or(|last| last < (ticket, iv));
            if !is_there || found != line || !rises {
                let what = if rises {
                    both!("the row does not follow from record, id and sizes", "该行不能由熵记录、代码和户数得出")
                } else {
                    both!("the tickets do not ascend", "抽签号没有递增")
                };
                verdict.findings.push(Finding {
                    row: Some(row),
                    expected: Text::same(line),
                    found: Text::same(found),
                    ..whole(form.file(), what)
                });
                return Ok(());
            }
            last = Some((ticket, iv));
            if rank == sample {
                cutoff = ticket.to_string();
            }
            verdict.picks += 1;
        }
        let group = job.group(task);
        let line = format!("{},{name},{group},{population},{sample},{reserve},1,{cutoff}", task.code);
        let found = stratum.iter().collect::<Vec<_>>().join(",");
        if line != found {
            let what = both!("the stratum does not follow from its rows and the job", "该层不能由其各行和任务文件得出");
            verdict.findings.push(Finding {
                row: Some(place),
                expected: Text::same(line),
                found: Text::same(found),
                ..whole("strata.csv", what)
            });
        }
    }
    if verdict.strata != expected.len() || strata.records().next().is_some() {
        verdict.findings.push(whole(
            "strata.csv",
            both!("there are not as many strata as the job has rates", "层数与任务文件的比例数不同"),
        ));
    } else if rows.read_record(&mut record).map_err(|error| unreadable(form.file(), error))? {
        verdict.findings.push(Finding {
            row: Some(row + 1),
            ..whole(form.file(), both!("rows follow that no stratum has", "后面的行不属于任何一层"))
        });
    }
    Ok(())
}

fn read(folder: &Path, name: &str) -> Result<String, CheckError> {
    std::fs::read_to_string(folder.join(name)).map_err(|error| CheckError::Io(name.to_owned(), error))
}

/// Finds the first line in which two texts differ.
fn difference(file: &str, what: Text, expected: &str, found: &str) -> Option<Finding> {
    if expected == found {
        return None;
    }
    let row = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let line = |text: &str| text.lines().nth(row).map_or_else(nothing, Text::same);
    let (expected, found) = (line(expected), line(found));
    Some(Finding { row: Some(row as u32 + 1), expected, found, ..whole(file, what) })
}

fn whole(file: &str, what: Text) -> Finding {
    Finding { file: file.to_owned(), row: None, what, expected: Text::default(), found: Text::default() }
}

fn text(line: &[u8]) -> Text {
    let line = String::from_utf8_lossy(line);
    if line.is_empty() { nothing() } else { Text::same(line.trim_end()) }
}

fn nothing() -> Text {
    both!("(nothing)", "（无）")
}
