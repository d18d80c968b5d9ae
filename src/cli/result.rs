//! `fairdraw result`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use super::bundle::{replay, replayed};
use super::ceremony::{Where, failure, out_of_order};
use super::publish::{ledger_of, secret};
use super::void::reason;
use super::{Ending, Failure, Format, Progress, answer, json, lang, no_chance, tell, unwritten};
use fairdraw::both;
use fairdraw::ceremony::amend::Current;
use fairdraw::ceremony::{draw, result};
use fairdraw::files::faults::Faults;
use fairdraw::files::store::ledger::{Direct, Ledger};
use fairdraw::files::store::results;
use fairdraw::lang::{Say, Text, foreign};
use fairdraw::ledger::chain::Entry;
use fairdraw::ledger::hash::sha256_hex;
use fairdraw::ledger::state;
use fairdraw::plan::model::{SpecialDay, Substitution};
use fairdraw::plan::results::{Records, Taken, counts, parts};
use fairdraw::publish::results::{Due, due, due_text};
use fairdraw::publish::{report, results_page, site, workbooks};
use fairdraw::run::Made;

/// Take in filled record workbooks, and list what is due and overdue
///
/// A record has the day of the check and one result or more; nothing is assumed. Delivering a file again changes
/// nothing. A record that says something else than before is refused, unless --correct gives the reason.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw result target --bundle target/2024Q1 --today 2024-02-20")]
pub struct Args {
    #[command(flatten)]
    pub source: Source,
    /// Record workbooks that were filled in
    files: Vec<PathBuf>,
    /// Day on which this is done; that of --at or of the clock if not given
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    /// Let records that differ replace those before, for this reason; both stay in the table
    #[arg(long, value_name = "REASON", value_parser = reason)]
    correct: Option<String>,
    /// Publish all records: write the notice (抽查结果公示) and note the day
    #[arg(long, value_name = "FILE.xlsx")]
    publish: Option<PathBuf>,
    /// Publish all records on this site of the plan, which `fairdraw publish` wrote, and note the day
    #[arg(long, value_name = "SITE")]
    site: Option<PathBuf>,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Says where the plan, its results and the calendar are.
#[derive(Debug, clap::Args)]
pub struct Source {
    #[command(flatten)]
    pub place: Where,
    /// Folder of the bundle; the drawn plan of the workspace's ledger if not given
    #[arg(long, value_name = "BUNDLE")]
    bundle: Option<PathBuf>,
    /// Table of results; that of the ledger, or WORKSPACE/results.csv without one, if not given
    #[arg(long, value_name = "FILE", requires = "bundle")]
    results: Option<PathBuf>,
    /// Calendar of a further year, for deadlines beyond the plan's own; may be given several times
    #[arg(long, value_name = "FILE")]
    calendar: Vec<PathBuf>,
}

/// Holds a plan, what is known of its results, and where they are kept.
pub struct Opened {
    pub made: Made,
    pub records: Records,
    pub calendar: Vec<SpecialDay>,
    /// Who stood in for whom since the draw.
    pub substitutions: Vec<Substitution>,
    /// Entries of the ledger that the plan belongs to; none in the plain mode.
    entries: Vec<Entry>,
    kept: Kept,
}

enum Kept {
    Ledger(Ledger),
    /// A table beside the workspace, with the lock under which it was read where it is to be written.
    File(PathBuf, #[expect(dead_code, reason = "held, not read")] Option<Lock>),
}

#[derive(Serialize)]
struct Answer {
    period: String,
    #[serde(flatten)]
    taken: Taken,
    /// Records published by this call.
    published: u32,
    /// Number and code of the ledger's entry, if one was written.
    entry: Option<(u32, String)>,
    #[serde(serialize_with = "fairdraw::publish::results::as_text")]
    today: Date,
    due: Vec<Due>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let progress = Progress::new();
    let mut opened = args.source.open(&progress, Access::Write)?;
    let time = args.source.place.time();
    let today = args.today.unwrap_or(time.date());
    let files: Vec<&Path> = args.files.iter().map(PathBuf::as_path).collect();
    let made = &opened.made;
    let corrects = args.correct.is_some();
    // A visit that was taken out can have a record, too: that nobody was met there.
    let mut plan = made.plan.clone();
    plan.visits.extend(opened.substitutions.iter().map(|row| row.visit.clone()));
    plan.visits.sort_by(|a, b| a.id.cmp(&b.id));
    let delivery = results::read(&files, &made.inputs, &plan, &opened.records, corrects, today);
    let is_out = |visit: &str| opened.substitutions.iter().any(|row| row.visit.id == visit);
    let met = delivery.records.iter().find(|((visit, _), record)| is_out(visit) && counts(&record.findings));
    if let Some(((visit, _), _)) = met {
        return Err(super::current::not_made(visit));
    }
    drop(progress);
    tell(&report::faults(&delivery.faults, lang()));
    if delivery.faults.iter().any(|fault| fault.severity == fairdraw::files::faults::Severity::Error) {
        return Ok(Ending::No);
    }
    let taken = opened.records.take_in(delivery.records, args.correct.as_deref().unwrap_or_default());
    let is_public = args.publish.is_some() || args.site.is_some();
    if is_public {
        refuse_secret(&opened.entries, &opened.records.period)?;
    }
    let published = if is_public { opened.records.publish(today) } else { 0 };
    if let Some(site) = &args.site {
        check_site(site, &opened.records.period)?;
        publish_on(site, &opened)?;
    }
    if let Some(path) = &args.publish {
        let notice = workbooks::notice::write(&opened.made.inputs, &opened.made.plan, &opened.records);
        write_whole(path, &notice)?;
    }
    let entry = match &mut opened.kept {
        Kept::Ledger(ledger) => {
            let mut salt = [0; 32];
            getrandom::fill(&mut salt).map_err(no_chance)?;
            result::record(ledger, &opened.records, taken, published, &salt, time, &mut Direct).map_err(failure)?
        }
        Kept::File(path, _) => {
            write_whole(path, &results::write(&opened.records).bytes)?;
            None
        }
    };
    let inputs = &opened.made.inputs;
    let parts = parts(inputs, &opened.made.plan, &opened.records, &opened.calendar);
    let list = due(inputs, &parts, today);
    let code = entry.map(|entry| (entry.number, fairdraw::ceremony::sheet::short_code(&entry)));
    let answer_of = Answer { period: opened.records.period.clone(), taken, published, entry: code, today, due: list };
    match args.format {
        Format::Json => answer(&json(&answer_of))?,
        Format::Text => answer(&text(&answer_of))?,
    }
    Ok(Ending::Yes)
}

fn text(of: &Answer) -> String {
    let Answer { period, today, taken, published, .. } = of;
    let Taken { new, same, corrected } = taken;
    let new = Text::counted(new, "record");
    let mut text = both!(
        new => "{period} on {today}: {new} new, {same} as before, {corrected} corrected, {published} published\n",
        "{period} 截至 {today}：新增记录 {new} 条，与前相同 {same} 条，更正 {corrected} 条，公示 {published} 条\n"
    )
    .get(lang())
    .to_owned();
    if let Some((number, code)) = &of.entry {
        text += both!("  ledger     entry {number}, code {code}\n", "  账本 第 {number} 条，短码 {code}\n").get(lang());
    }
    if of.due.is_empty() {
        text += lang().pick("  due        nothing\n", "  待办 无\n");
    }
    text + &due_text(&of.due, lang())
}

impl Source {
    /// Replays the plan and reads its results and calendar.
    pub fn open(&self, progress: &Progress, access: Access) -> Result<Opened, Failure> {
        let (made, files_of_bundle, records, entries, kept) = match &self.bundle {
            Some(bundle) => {
                let (made, files) = replayed(bundle, progress)?;
                let entries = ledger_of(&files, self.place.ledger.as_deref())?;
                let path = self.results.clone().unwrap_or_else(|| self.place.workspace.join(results::RESULTS));
                let rules = &made.inputs.rules;
                let lock = if access == Access::Write { Some(locked(&path)?) } else { None };
                let records = read_results(&path, &format!("{}.{}", rules.region, rules.period))?;
                (made, files, records, entries, Kept::File(path, lock))
            }
            None => {
                let ceremony = self.place.ceremony()?;
                let ledger = self.place.open_existing()?;
                let attempt = result::drawn(&ledger, &ceremony).map_err(failure)?;
                let bundle = draw::bundle_folder(&ledger, &attempt);
                let made = replay(&bundle, progress)?;
                let manifest = made_manifest(&bundle)?;
                let drawn = attempt.draw.map(|at| &ledger.entries()[at]);
                if drawn.and_then(|entry| entry.fact("manifest")) != Some(&manifest) {
                    let cause = both!(
                        "{} is not the plan that the ledger's DRAW entry names",
                        "{} 不是台账 DRAW 条目所指的计划",
                        bundle.display()
                    );
                    let advice = both!("restore the attempt's folder from a copy", "用副本恢复本次的文件夹");
                    return Err(Failure::new(cause, advice));
                }
                let records = result::known(&ledger, &ceremony).map_err(failure)?;
                (made, Vec::new(), records, ledger.entries().to_vec(), Kept::Ledger(ledger))
            }
        };
        let mut faults = Faults::default();
        let files: Vec<&Path> = self.calendar.iter().map(PathBuf::as_path).collect();
        let mut calendar = results::calendar(&files, &mut faults);
        if faults.has_errors() {
            tell(&report::faults(&faults.into_sorted(), lang()));
            let cause = both!("the calendar can not be read", "日历无法读取");
            let advice = both!("give files as plan.toml names them", "请给出 plan.toml 所指那样的文件");
            return Err(Failure::new(cause, advice));
        }
        calendar.extend(made.inputs.calendar.iter().cloned());
        let office = match &kept {
            Kept::Ledger(_) => Some(self.place.folder()),
            Kept::File(..) => self.place.ledger.clone(),
        };
        let Current { made, substitutions, .. } = super::current::current(made, &files_of_bundle, office.as_deref())?;
        Ok(Opened { made, records, calendar, substitutions, entries, kept })
    }
}

/// Keeps other writers of a table of results waiting as long as it lives.
pub struct Lock {
    _file: fs::File,
}

/// Says what the results are opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Waits until nobody else writes to a table of results.
///
/// The table itself is replaced as a whole, so the lock is a file beside it.
fn locked(path: &Path) -> Result<Lock, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let lock = path.with_file_name(format!(".{name}.lock"));
    let locked = fs::File::create(&lock).and_then(|file| file.lock().map(|()| file));
    locked.map(|file| Lock { _file: file }).map_err(|error| unwritten(&lock, error))
}

/// Writes the page of results on a site, and a link to it into the menu of every other page.
fn publish_on(site: &Path, opened: &Opened) -> Result<(), Failure> {
    let restore = |path: &Path, cause: &dyn Say| {
        let advice = both!("write the site again with `fairdraw publish`", "用 `fairdraw publish` 重新写出网站");
        Failure::at(path.display(), cause, advice)
    };
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| restore(path, &error));
    let sibling = site.join(results_page::SIBLING);
    let files = results_page::write(&opened.made.inputs, &opened.made.plan, &opened.records, &read(&sibling)?)
        .ok_or_else(|| {
            restore(&sibling, &both!("this is no page of `fairdraw publish`", "这不是 `fairdraw publish` 的页面"))
        })?;
    for file in files {
        write_whole(&site.join(&file.path), &file.bytes)?;
    }
    for entry in fs::read_dir(site).map_err(|error| restore(site, &error))?.filter_map(Result::ok) {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "html") {
            let page = read(&path)?;
            let linked = results_page::linked(&page);
            if linked != page {
                write_whole(&path, linked.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Refuses to publish results of visits whose list is still secret (protocol §16.1).
fn refuse_secret(entries: &[Entry], ceremony: &str) -> Result<(), Failure> {
    let attempts = state::read(entries).map_err(out_of_order)?;
    let Some(day) = state::secret_until(entries, &attempts, ceremony) else { return Ok(()) };
    let advice = both!(
        "take the results in without --publish and --site; publish them after `fairdraw open`",
        "收结果时不加 --publish 和 --site；`fairdraw open` 之后再公示"
    );
    Err(Failure::new(secret(ceremony, day), advice))
}

/// Makes sure that a folder is the open site of a period: one that shows the commitment alone must not show results.
fn check_site(site: &Path, period: &str) -> Result<(), Failure> {
    let refused = |cause: &dyn Say| {
        let advice = both!(
            "give the folder that `fairdraw publish` wrote for this plan, after the visits are public",
            "请给出 `fairdraw publish` 在检查公开之后为该计划写出的文件夹"
        );
        Failure::at(site.display(), cause, advice)
    };
    let mark = fs::read(site.join(site::MARK)).map_err(|error| refused(&error))?;
    let mark: serde_json::Value = serde_json::from_slice(&mark).map_err(|error| refused(&foreign(&error)))?;
    let word = |name: &str| mark[name].as_str().unwrap_or_default().to_owned();
    if format!("{}.{}", word("region"), word("period")) != period {
        return Err(refused(&both!("the site is of another plan", "这是另一份计划的网站")));
    }
    if !site.join("list.html").is_file() {
        return Err(refused(&both!(
            "the site does not show the drawn entities, so it must not show their results",
            "该网站没有公开抽中的检查对象，因此也不得公开其结果"
        )));
    }
    Ok(())
}

/// Reads a table of results; one that is not there has no records.
pub fn read_results(path: &Path, period: &str) -> Result<Records, Failure> {
    match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Records::new(period.to_owned())),
        Err(error) => Err(Failure::at(path.display(), error, Text::default())),
        Ok(bytes) => results::parse(&bytes, period).map_err(|error| {
            let advice = both!(
                "restore the table from a copy; results are corrected with `fairdraw result --correct` only",
                "用副本恢复该表；结果只能用 `fairdraw result --correct` 更正"
            );
            Failure::at(path.display(), error, advice)
        }),
    }
}

fn made_manifest(bundle: &Path) -> Result<String, Failure> {
    let path = bundle.join(fairdraw::files::store::bundle::MANIFEST);
    let bytes = fs::read(&path).map_err(|error| Failure::at(path.display(), error, Text::default()))?;
    Ok(sha256_hex(&bytes))
}

/// Writes a file whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(above).and_then(|mut file| {
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    });
    written.map_err(|error| unwritten(path, error))
}
