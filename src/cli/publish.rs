//! `fairdraw publish`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::bundle::replayed;
use super::ceremony::{Where, out_of_order};
use super::{Ending, Failure, Format, Progress, answer, json, lang, no_place, no_room, tell};
use clap::ValueEnum;
use fairdraw::both;
use fairdraw::ceremony::amend::Current;
use fairdraw::ceremony::open::AFTER;
use fairdraw::files::store::bundle::File;
use fairdraw::files::store::bundle::{Destination, MANIFEST};
use fairdraw::files::store::ledger::Ledger;
use fairdraw::files::store::personal::{self, Place};
use fairdraw::files::tables::source::PLAN_FILE;
use fairdraw::lang::{Lang, Text};
use fairdraw::ledger::chain::{self, Entry, Relation};
use fairdraw::ledger::hash::sha256_hex;
use fairdraw::ledger::state;
use fairdraw::publish::officer;
use fairdraw::publish::report::thousands;
use fairdraw::publish::site::{self, Publication};
use fairdraw::run::Stage;
use jiff::civil::DateTime;

/// Write the public site of a plan: a folder of pages on which a firm checks itself, without any network
///
/// The bundle is replayed first; a bundle that differs from what its inputs and entropy give is not published, nor one
/// with identity or telephone numbers of people. While a ceremony's lists are secret, only --sealed is allowed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw publish target/2024Q1 --out target/site --sheets target/sheets")]
pub struct Args {
    /// Folder of the bundle; of a workspace, to record that its draw is public and copy what may be public to --out, or
    /// with --sealed to publish its seal before the draw
    bundle: PathBuf,
    /// Folder that the site is written to; without it a step of a ceremony is recorded and nothing is copied
    #[arg(long, value_name = "SITE")]
    out: Option<PathBuf>,
    /// How officers are named; with `certificate`, tables that hold their names stay unpublished
    #[arg(long, value_enum, default_value_t)]
    officers: Officers,
    /// Folder for the office's own use: a printable page and a calendar file for each officer, with names
    #[arg(long, value_name = "FOLDER")]
    sheets: Option<PathBuf>,
    /// Show the commitment and the ledger only, as long as the visits are secret
    #[arg(long)]
    sealed: bool,
    /// Publish this void attempt of the workspace: the whole bundle that it gave or would have given
    #[arg(long, value_name = "NUMBER", conflicts_with = "sealed")]
    void: Option<u32>,
    /// The office's ledger as it stands now; the bundle's own, or that of the workspace, if not given
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// With a workspace that is drawn: Beijing time of the step; the clock's if not given
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime>,
    /// Replace a site that is there already
    #[arg(long)]
    force: bool,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How the site names officers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Officers {
    /// Number of the certificate
    #[default]
    Certificate,
    /// Name and number of the certificate
    Name,
}

#[derive(Serialize)]
struct Answer {
    ceremony: String,
    /// Whether the site shows the commitment and the ledger only.
    sealed: bool,
    entries: usize,
    files: usize,
    bytes: usize,
    index: String,
}

/// Writes the site; `start` is the language that was asked for, in which the pages then open.
pub fn run(args: &Args, start: Option<Lang>) -> Result<Ending, Failure> {
    let is_workspace = args.bundle.join(PLAN_FILE).is_file() && !args.bundle.join(MANIFEST).is_file();
    if is_workspace && !args.sealed {
        let place = Where { workspace: args.bundle.clone(), ledger: args.ledger.clone(), at: args.at };
        return super::open::publish(&place, args.void, args.out.as_deref(), args.force, args.format);
    }
    if args.void.is_some() {
        let cause = both!(
            "{} is no workspace, and has no void attempts",
            "{} 不是工作文件夹，没有作废的抽取",
            args.bundle.display()
        );
        return Err(Failure::new(cause, both!("give the folder with plan.toml", "请给出含 plan.toml 的文件夹")));
    }
    let out = args.out.as_deref().ok_or_else(no_out)?;
    let destination =
        Destination::open_for(out, args.force, both!("site", "公示网站"), site::MARK).map_err(no_place)?;
    let sheets = args
        .sheets
        .as_deref()
        .map(|path| Destination::open_for(path, args.force, both!("folder of sheets", "任务单文件夹"), officer::MARK));
    let sheets = sheets.transpose().map_err(no_place)?;
    let progress = Progress::new();
    let (ceremony, entries, files) = if is_workspace {
        if sheets.is_some() {
            let cause = both!(
                "{} is a workspace, not a drawn plan, and has no officers' sheets",
                "{} 是工作文件夹，不是抽出的计划，没有人员任务单",
                args.bundle.display()
            );
            let advice =
                both!("leave --sheets out, or give the folder of a bundle", "去掉 --sheets，或给出计划包的文件夹");
            return Err(Failure::new(cause, advice));
        }
        let (ceremony, commit, entries) = sealed_workspace(args)?;
        (ceremony, entries.len(), site::write_sealed(&commit, &entries, start))
    } else {
        let (made, mut kept) = replayed(&args.bundle, &progress)?;
        progress.stage(Stage::Write);
        let ceremony = format!("{}.{}", made.inputs.rules.region, made.inputs.rules.period);
        let entries = ledger_of(&kept, args.ledger.as_deref())?;
        let office = args.ledger.as_deref();
        if let Some(office) = office {
            kept.retain(|file| !file.path.starts_with(AFTER));
            kept.extend(super::current::after(&made, office)?);
        }
        let now = super::current::current(made, &kept, office)?;
        let files = opened_or_sealed(args, &now, kept, &entries, start)?;
        if let Some(sheets) = sheets {
            sheets.write(&officer::write(&now.made.inputs, &now.made.plan, &now.changes)).map_err(no_room)?;
        }
        (ceremony, entries.len(), files)
    };
    destination.write(&files).map_err(no_room)?;
    drop(progress);
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let index = out.join("index.html").display().to_string();
    if args.format == Format::Json {
        let sealed = args.sealed;
        answer(&json(&Answer { ceremony, sealed, entries, files: files.len(), bytes, index }))?;
        return Ok(Ending::Yes);
    }
    let (number, kilobytes) = (thousands(files.len() as u32), thousands((bytes / 1000) as u32));
    let text = both!(
        "published {ceremony} in {number} files, {kilobytes} kB: open {index}\n",
        "已发布 {ceremony}，{number} 个文件，{kilobytes} kB：打开 {index}\n"
    );
    answer(text.get(lang()))?;
    Ok(Ending::Yes)
}

/// Says that a site needs a folder.
fn no_out() -> Failure {
    let cause = both!("no folder is given for the site", "没有给出网站的文件夹");
    Failure::new(cause, both!("add --out SITE", "请加 --out 文件夹"))
}

fn opened_or_sealed(
    args: &Args,
    now: &Current,
    files: Vec<File>,
    entries: &[Entry],
    lang: Option<Lang>,
) -> Result<Vec<File>, Failure> {
    if args.sealed {
        let commit = files.iter().find(|file| file.path == "commit.txt").expect("a verified bundle has its commitment");
        return Ok(site::write_sealed(&String::from_utf8_lossy(&commit.bytes), entries, lang));
    }
    let Current { made, changes, .. } = now;
    let ceremony = format!("{}.{}", made.inputs.rules.region, made.inputs.rules.period);
    let attempts = state::read(entries).map_err(out_of_order)?;
    if let Some(day) = state::secret_until(entries, &attempts, &ceremony) {
        let advice = both!(
            "add --sealed to publish the commitment; once opened, name the office's ledger with --ledger",
            "加 --sealed 只公布承诺；启封之后，用 --ledger 指明本机关的台账"
        );
        return Err(Failure::new(secret(&ceremony, day), advice));
    }
    let officers = match args.officers {
        Officers::Certificate => site::Officers::Certificate,
        Officers::Name => site::Officers::Name,
    };
    let withheld = site::withheld(officers);
    let places = personal::find(files.iter().filter(|file| !withheld.contains(&file.path.as_str())));
    if !places.is_empty() {
        places.iter().take(PLACES_MAX).for_each(tell_place);
        let numbers = Text::counted(places.len(), "identity or telephone number");
        let cause = both!(
            numbers => "{numbers} of people would become public",
            "会公开 {numbers} 处公民身份号码或手机号"
        );
        let advice =
            both!("take them out of the office's tables, then seal and draw again", "请从各表中去掉，再重新封存和抽取");
        return Err(Failure::new(cause, advice));
    }
    let voids = args.ledger.as_deref().map(|office| super::current::voids(made, office)).transpose()?;
    let voids = voids.unwrap_or_default();
    Ok(site::write(&Publication { made, files: &files, ledger: entries, changes, voids: &voids, officers, lang }))
}

/// Says that the lists of a ceremony are secret still.
pub fn secret(ceremony: &str, day: &str) -> Text {
    both!(
        "the lists of {ceremony} are secret until {day} and until they are opened",
        "{ceremony} 的名单在 {day} 之前并在启封之前保密"
    )
}

/// Most places of personal data that are named one by one.
const PLACES_MAX: usize = 20;

fn tell_place(place: &Place) {
    let kind = place.kind.text();
    let word = lang().pick("error", "错误");
    tell(&format!("{word}: {}:{}: {}\n", place.file, place.line, kind.get(lang())));
}

/// Reads the ledger that a bundle carries, or the office's own if that goes on where the bundle's ends.
pub fn ledger_of(files: &[File], office: Option<&Path>) -> Result<Vec<Entry>, Failure> {
    let own = files.iter().filter_map(|file| Some((file.path.strip_prefix("ledger/")?.to_owned(), file.bytes.clone())));
    let own: BTreeMap<String, Vec<u8>> = own.collect();
    let own = chain::read(&own).map_err(|error| {
        Failure::new(error, both!("run `fairdraw verify` on the bundle", "对计划包运行 `fairdraw verify`"))
    })?;
    let Some(folder) = office else { return Ok(own) };
    let ledger = Ledger::read(folder).map_err(super::ceremony::ledger)?;
    match chain::compare(&own, ledger.entries()) {
        Relation::Same | Relation::Longer => Ok(ledger.entries().to_vec()),
        Relation::CutOff { at } | Relation::Fork { at } => {
            let cause = both!(
                "{} differs from the bundle's ledger from entry {at} on",
                "{} 从第 {at} 条起与计划包的台账不同",
                folder.display()
            );
            let advice = both!("name the ledger that the plan was drawn from", "请指明抽出该计划的台账");
            Err(Failure::new(cause, advice))
        }
    }
}

/// Reads ceremony, commitment and ledger of a workspace that is sealed and need not be drawn.
fn sealed_workspace(args: &Args) -> Result<(String, String, Vec<Entry>), Failure> {
    let place = Where { workspace: args.bundle.clone(), ledger: args.ledger.clone(), at: None };
    let ceremony = place.ceremony()?;
    let not_sealed = || out_of_order((0, state::Refusal::NotSealed(ceremony.clone())));
    let folder = place.folder();
    if !folder.is_dir() {
        return Err(not_sealed());
    }
    let ledger = Ledger::read(&folder).map_err(super::ceremony::ledger)?;
    let attempt = ledger.latest(&ceremony).ok_or_else(not_sealed)?;
    let path = ledger.attempt_folder(&ceremony, attempt.number).join("commit.txt");
    let restore = || both!("restore the file from a copy of the ledger", "用台账的副本恢复该文件");
    let commit = std::fs::read_to_string(&path).map_err(|error| Failure::at(path.display(), error, restore()))?;
    if ledger.entries()[attempt.seal].fact("commit") != Some(&sha256_hex(commit.as_bytes())) {
        let cause = both!("{} is not the sealed commitment", "{} 不是封存的承诺", path.display());
        return Err(Failure::new(cause, restore()));
    }
    Ok((ceremony, commit, ledger.entries().to_vec()))
}
