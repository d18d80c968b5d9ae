//! `fairdraw check`.

use std::path::PathBuf;

use serde::Serialize;

use super::{Ending, Failure, Format, answer, json};
use fairdraw::files::faults::{Fault, Severity};
use fairdraw::files::workspace;
use fairdraw::publish::report;
use fairdraw::verify::earlier_visits;

/// Validate all inputs of a workspace and report every fault at once
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw check data/dengzhou/2024Q1")]
pub struct Args {
    /// Folder with plan.toml and the tables it names
    workspace: PathBuf,
    /// Bundle of an earlier period whose visits count as history; may be given several times
    #[arg(long, value_name = "BUNDLE")]
    after: Vec<PathBuf>,
    /// Form of the report on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    errors: usize,
    warnings: usize,
    faults: &'a [Fault],
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let mut earlier = Vec::new();
    for bundle in &args.after {
        let visits = earlier_visits(bundle);
        earlier.extend(visits.map_err(|error| Failure::new(error, "give the folder of a bundle to --after"))?);
    }
    let loaded = workspace::load(&args.workspace, &earlier);
    let errors = loaded.faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    let warnings = loaded.faults.len() - errors;
    match args.format {
        Format::Json => answer(&json(&Report { errors, warnings, faults: &loaded.faults }))?,
        Format::Text => {
            let list = report::faults(&loaded.faults);
            let ready = loaded.ready.as_ref().map_or(String::new(), |(inputs, frames)| {
                format!(
                    "{} entities, {} officers, {} items, {} tasks, {} strata\n",
                    report::thousands(inputs.entities.len() as u32),
                    report::thousands(inputs.inspectors.len() as u32),
                    inputs.items.len(),
                    inputs.tasks.len(),
                    frames.strata.len()
                )
            });
            answer(&format!("{list}{ready}{errors} errors, {warnings} warnings\n"))?;
        }
    }
    Ok(if errors == 0 { Ending::Yes } else { Ending::No })
}
