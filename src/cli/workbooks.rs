//! `fairdraw workbooks`.

use std::path::PathBuf;

use serde::Serialize;

use super::bundle::{replay, replayed};
use super::{Ending, Failure, Format, Progress, answer, json, lang, no_place, no_room};
use fairdraw::both;
use fairdraw::ceremony::amend::Current;
use fairdraw::files::store::bundle::Destination;
use fairdraw::publish::report::thousands;
use fairdraw::publish::workbooks;
use fairdraw::run::Stage;

/// Write the office's workbooks: plan, lists, tasks for agencies and officers, forms for the record of each visit
///
/// The bundles are replayed first; one that differs from what its inputs and entropy give is not written out.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw workbooks target/2024Q1 --out target/workbooks")]
pub struct Args {
    /// Folder of the bundle
    bundle: PathBuf,
    /// Folder that the workbooks are written to
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Bundle of an earlier period of the year, for the yearly plan; may be given several times, in order
    #[arg(long, value_name = "BUNDLE")]
    after: Vec<PathBuf>,
    /// The office's ledger, whose amendments are made; those that an opened bundle brings along if not given
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// Replace workbooks that are there already
    #[arg(long)]
    force: bool,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    region: &'a str,
    period: &'a str,
    workbooks: usize,
    bytes: usize,
    folder: String,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let destination =
        Destination::open_for(&args.out, args.force, both!("folder of workbooks", "工作簿文件夹"), workbooks::MARK);
    let destination = destination.map_err(no_place)?;
    let progress = Progress::new();
    let before = args.after.iter().map(|bundle| replay(bundle, &progress)).collect::<Result<Vec<_>, _>>()?;
    let (made, kept) = replayed(&args.bundle, &progress)?;
    let Current { made, changes, .. } = super::current::current(made, &kept, args.ledger.as_deref())?;
    progress.stage(Stage::Write);
    let files = workbooks::write(&made, &before, &changes);
    destination.write(&files).map_err(no_room)?;
    drop(progress);
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let (count, kilobytes) = (thousands(files.len() as u32 - 1), thousands((bytes / 1000) as u32));
    let (region, period, out) = (&made.summary.region, &made.summary.period, args.out.display());
    if args.format == Format::Json {
        answer(&json(&Answer { region, period, workbooks: files.len() - 1, bytes, folder: out.to_string() }))?;
        return Ok(Ending::Yes);
    }
    let done = both!(
        "wrote {count} workbooks of {region} {period}, {kilobytes} kB, to {out}\n",
        "已写出 {region} {period} 的 {count} 个工作簿（{kilobytes} kB）到 {out}\n"
    );
    answer(done.get(lang()))?;
    Ok(Ending::Yes)
}
