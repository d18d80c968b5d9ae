//! `fairdraw publish`.

use std::path::PathBuf;

use super::ceremony::Where;
use super::{Ending, Failure, Progress, answer};
use clap::ValueEnum;
use fairdraw::files::bundle::{BundleError, Destination, MANIFEST};
use fairdraw::files::rules::PLAN_FILE;
use fairdraw::publish::report::thousands;
use fairdraw::publish::{officer, site};
use fairdraw::run::Stage;
use fairdraw::verify::{Evidence, verify};
use jiff::civil::DateTime;

/// Write the public site of a plan: a folder of pages on which a firm checks itself, without any network
///
/// The bundle is replayed first; a bundle that differs from what its inputs and entropy give is not published.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw publish target/2024Q1 --out target/site --sheets target/sheets")]
pub struct Args {
    /// Folder of the bundle; of a workspace, to record that its draw is public and copy what may be public to --out
    bundle: PathBuf,
    /// Folder that the site is written to
    #[arg(long, value_name = "SITE")]
    out: PathBuf,
    /// How officers are named; with `certificate`, tables that hold their names stay unpublished
    #[arg(long, value_enum, default_value_t)]
    officers: Officers,
    /// Folder for the office's own use: a printable page and a calendar file for each officer, with names
    #[arg(long, value_name = "FOLDER")]
    sheets: Option<PathBuf>,
    /// Show the commitment only, as long as the visits are secret
    #[arg(long)]
    sealed: bool,
    /// With a workspace: folder of the office's ledger; WORKSPACE/ledger if not given
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// With a workspace: Beijing time of the step; the clock's if not given
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime>,
    /// Replace a site that is there already
    #[arg(long)]
    force: bool,
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

pub fn run(args: &Args) -> Result<Ending, Failure> {
    if !args.sealed && args.bundle.join(PLAN_FILE).is_file() && !args.bundle.join(MANIFEST).is_file() {
        let place = Where { workspace: args.bundle.clone(), ledger: args.ledger.clone(), at: args.at };
        return super::open::publish(&place, &args.out, args.force);
    }
    let destination = Destination::open_for(&args.out, args.force, "site", site::MARK).map_err(no_place)?;
    let sheets =
        args.sheets.as_deref().map(|path| Destination::open_for(path, args.force, "folder of sheets", officer::MARK));
    let sheets = sheets.transpose().map_err(no_place)?;
    let progress = Progress::new();
    let verdict = verify(&args.bundle, &Evidence::default(), &mut |stage| progress.stage(stage));
    let verdict = verdict.map_err(|error| Failure::new(error, "give the folder that `fairdraw plan` wrote"))?;
    let Some(made) = verdict.replayed.filter(|_| verdict.findings.is_empty()) else {
        let cause = "the bundle is not what its inputs and entropy give, so it is not published";
        return Err(Failure::new(cause, "run `fairdraw verify` to see where it differs"));
    };
    progress.stage(Stage::Write);
    let officers = match args.officers {
        Officers::Certificate => site::Officers::Certificate,
        Officers::Name => site::Officers::Name,
    };
    let files = if args.sealed { site::write_sealed(&made) } else { site::write(&made, officers) };
    let no_room = |error| Failure::new(error, "nothing was changed there; make room and try again");
    destination.write(&files).map_err(no_room)?;
    if let Some(sheets) = sheets {
        sheets.write(&officer::write(&made.inputs, &made.plan)).map_err(no_room)?;
    }
    drop(progress);
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    answer(&format!(
        "published {} of {} in {} files, {} kB: open {}\n",
        made.summary.period,
        made.summary.region,
        thousands(files.len() as u32),
        thousands((bytes / 1000) as u32),
        args.out.join("index.html").display()
    ))?;
    Ok(Ending::Yes)
}

/// Says what to do about a folder that can not be written to.
pub fn no_place(error: BundleError) -> Failure {
    let advice = match &error {
        BundleError::Exists(_) => "add --force to replace it, or choose another folder",
        BundleError::Foreign(..) => "choose another folder; --force replaces what fairdraw wrote there only",
        _ => "choose a folder that can be written to",
    };
    Failure::new(error, advice)
}
