//! `fairdraw workbooks`.

use std::path::{Path, PathBuf};

use super::{Ending, Failure, Progress, answer, lang};
use fairdraw::both;
use fairdraw::files::bundle::{BundleError, Destination};
use fairdraw::publish::report::thousands;
use fairdraw::publish::workbooks;
use fairdraw::run::{Made, Stage};
use fairdraw::verify::{Evidence, verify};

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
    /// Replace workbooks that are there already
    #[arg(long)]
    force: bool,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let destination = Destination::open_for(&args.out, args.force, "folder of workbooks", workbooks::MARK);
    let destination = destination.map_err(no_place)?;
    let progress = Progress::new();
    let before = args.after.iter().map(|bundle| replay(bundle, &progress)).collect::<Result<Vec<_>, _>>()?;
    let made = replay(&args.bundle, &progress)?;
    progress.stage(Stage::Write);
    let files = workbooks::write(&made, &before);
    destination
        .write(&files)
        .map_err(|error| Failure::new(error, "nothing was changed there; make room and try again"))?;
    drop(progress);
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let (count, kilobytes) = (thousands(files.len() as u32 - 1), thousands((bytes / 1000) as u32));
    let (region, period, out) = (&made.summary.region, &made.summary.period, args.out.display());
    let done = both!(
        "wrote {count} workbooks of {region} {period}, {kilobytes} kB, to {out}\n",
        "已写出 {region} {period} 的 {count} 个工作簿（{kilobytes} kB）到 {out}\n"
    );
    answer(done.get(lang()))?;
    Ok(Ending::Yes)
}

/// Replays a bundle, which must be sound.
pub fn replay(bundle: &Path, progress: &Progress) -> Result<Made, Failure> {
    let verdict = verify(bundle, &Evidence::default(), &mut |stage| progress.stage(stage));
    let verdict = verdict.map_err(|error| Failure::new(error, "give the folder that `fairdraw plan` wrote"))?;
    verdict.replayed.filter(|_| verdict.findings.is_empty()).ok_or_else(|| {
        let cause = format!("the bundle {} is not what its inputs and entropy give", bundle.display());
        Failure::new(cause, "run `fairdraw verify` to see where it differs")
    })
}

/// Turns a folder that can not be written to into the program's answer.
pub fn no_place(error: BundleError) -> Failure {
    let advice = match &error {
        BundleError::Exists(_) => "add --force to replace it, or choose another folder",
        BundleError::Foreign(..) => "choose another folder; --force replaces what fairdraw wrote there only",
        _ => "choose a folder that can be written to",
    };
    Failure::new(error, advice)
}
