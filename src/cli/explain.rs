//! `fairdraw explain`.

use std::path::PathBuf;

use super::workbooks::{no_bundle, not_sound};
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, lang, tell};
use fairdraw::both;
use fairdraw::files::wording::cells;
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
    let verdict = verdict.map_err(no_bundle)?;
    let Some(made) = verdict.replayed.filter(|_| verdict.findings.is_empty()) else {
        return Err(not_sound(&args.bundle));
    };
    let id = cells::id(&args.id);
    // Codes of agencies stand as the office writes them.
    let Some(found) = explain::explain(&made, &id).or_else(|| explain::explain(&made, &args.id)) else {
        let told = both!(
            "error: no entity, officer or agency has the id {id}\n",
            "错误: 没有代码为 {id} 的检查对象、人员或部门\n"
        );
        tell(told.get(lang()));
        return Ok(Ending::No);
    };
    match args.format {
        Format::Json => answer(&json(&found))?,
        Format::Text => answer_text(&explain::text(&found))?,
    }
    Ok(Ending::Yes)
}
