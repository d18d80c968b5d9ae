//! `fairdraw explain`.

use std::path::PathBuf;

use super::{Ending, Failure, Format, Progress, answer, json, tell};
use fairdraw::files::cells;
use fairdraw::publish::explain;
use fairdraw::verify::{Evidence, verify};

/// Say what a bundle has for an entity, an officer or an agency: frames, ticket, rank, chance, visit, team, load, and why
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  fairdraw explain target/2024Q1 91411381MA31HXDC72\n  fairdraw explain target/2024Q1 D01"
)]
pub struct Args {
    /// Folder of the bundle
    bundle: PathBuf,
    /// Code of an entity, certificate number of an officer, code of an agency, or `*` for all agencies
    id: String,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let progress = Progress::new();
    let verdict = verify(&args.bundle, &Evidence::default(), &mut |stage| progress.stage(stage));
    drop(progress);
    let verdict = verdict.map_err(|error| Failure::new(error, "give the folder that `fairdraw plan` wrote"))?;
    let Some(made) = verdict.replayed.filter(|_| verdict.findings.is_empty()) else {
        let cause = "the bundle is not what its inputs and entropy give, so nothing can be explained from it";
        return Err(Failure::new(cause, "run `fairdraw verify` to see where it differs"));
    };
    let id = cells::id(&args.id);
    // Codes of agencies stand as the office writes them.
    let Some(found) = explain::explain(&made, &id).or_else(|| explain::explain(&made, &args.id)) else {
        tell(&format!("error: no entity, officer or agency has the id {id}\n"));
        return Ok(Ending::No);
    };
    match args.format {
        Format::Json => answer(&json(&found))?,
        Format::Text => answer(&explain::text(&found))?,
    }
    Ok(Ending::Yes)
}
