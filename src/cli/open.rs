//! `fairdraw open`, and the step of a ceremony in `fairdraw publish`.

use std::path::Path;

use serde::Serialize;

use super::ceremony::{EntryAnswer, Where, entry_text, failure};
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, no_place};
use fairdraw::both;
use fairdraw::ceremony::{draw, open};
use fairdraw::files::store::bundle::File;
use fairdraw::files::store::bundle::{self, BundleError, Destination};
use fairdraw::files::store::ledger::Direct;
use fairdraw::ledger::chain::Entry;

/// Make entropy and lists of a secret plan public, after the end of its embargo
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw open county/2026Q4")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    entry: EntryAnswer<'a>,
    /// Folder with what is public now.
    folder: String,
}

impl Answer<'_> {
    fn of(entry: &Entry, folder: &Path) -> String {
        json(&Answer { entry: EntryAnswer::of(entry), folder: folder.display().to_string() })
    }
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let (entry, folder) = open::open(&mut ledger, &ceremony, args.place.time(), &mut Direct).map_err(failure)?;
    if args.format == Format::Json {
        answer(&Answer::of(&entry, &folder))?;
        return Ok(Ending::Yes);
    }
    let (attempt, folder, entry) = (entry.attempt, folder.display(), entry_text(&entry));
    answer_text(&both!(
        entry => "{ceremony} attempt {attempt} is open: {entry}\n  bundle     {folder}\n  next       anyone can replay it: fairdraw verify {folder}\n",
        "{ceremony} 第 {attempt} 次已启封：{entry}\n  计划包 {folder}\n  下一步 任何人都可重放：fairdraw verify {folder}\n"
    ))?;
    Ok(Ending::Yes)
}

/// Records that a drawn ceremony is public, its public part, or a void attempt, and copies that to `out` if it is given.
pub fn publish(
    place: &Where,
    void: Option<u32>,
    out: Option<&Path>,
    force: bool,
    format: Format,
) -> Result<Ending, Failure> {
    let ceremony = place.ceremony()?;
    let kind = both!("public part", "公开部分");
    let destination = out.map(|out| Destination::open_for(out, force, kind, "commit.txt")).transpose();
    let destination = destination.map_err(no_place)?;
    let mut ledger = place.open()?;
    let published = match void {
        None => open::publish(&mut ledger, &ceremony, place.time(), &mut Direct),
        Some(number) => {
            let progress = Progress::new();
            let mut stage = |stage| progress.stage(stage);
            draw::disclose(&mut ledger, &ceremony, number, place.time(), &mut Direct, &mut stage)
        }
    };
    let (entry, folder) = published.map_err(failure)?;
    let no_copy = |error: BundleError| {
        let advice = both!(
            "the step is on record; copy the folder `public` of the attempt by hand",
            "该步骤已记入台账；请手工复制本次的 `public` 文件夹"
        );
        Failure::new(error, advice)
    };
    if let Some(destination) = destination {
        let files = bundle::all(&folder).map_err(no_copy)?;
        let files: Vec<File> = files.into_iter().map(|(path, bytes)| File { path, bytes }).collect();
        destination.write(&files).map_err(no_copy)?;
    }
    let out = out.unwrap_or(&folder);
    if format == Format::Json {
        answer(&Answer::of(&entry, out))?;
        return Ok(Ending::Yes);
    }
    let what = match entry.fact("what") {
        Some("all") => both!("the whole plan", "全部计划"),
        Some("void") => both!("the void plan", "作废的计划"),
        _ => both!("the public part", "公开部分"),
    };
    let (attempt, out, entry) = (entry.attempt, out.display(), entry_text(&entry));
    answer_text(&both!(
        what, entry => "{what} of {ceremony} attempt {attempt} is published: {entry}\n  folder     {out}\n",
        "{ceremony} 第 {attempt} 次的{what}已公布：{entry}\n  文件夹 {out}\n"
    ))?;
    Ok(Ending::Yes)
}
