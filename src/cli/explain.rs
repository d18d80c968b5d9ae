//! `fairdraw explain`.

use std::path::PathBuf;

use super::bundle::replayed;
use super::current::current;
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, lang, tell};
use fairdraw::both;
use fairdraw::ceremony::amend::Current;
use fairdraw::files::wording::cells;
use fairdraw::publish::{explain, since};

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
    /// The office's ledger, whose amendments are told; those that an opened bundle brings along if not given
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let progress = Progress::new();
    let (made, files) = replayed(&args.bundle, &progress)?;
    drop(progress);
    let id = cells::id(&args.id);
    // Codes of agencies stand as the office writes them.
    let Some(mut found) = explain::explain(&made, &id).or_else(|| explain::explain(&made, &args.id)) else {
        let told = both!(
            "error: no entity, officer or agency has the id {id}\n",
            "错误: 没有代码为 {id} 的检查对象、人员或部门\n"
        );
        tell(told.get(lang()));
        return Ok(Ending::No);
    };
    let Current { made, changes, .. } = current(made, &files, args.ledger.as_deref())?;
    explain::add_amendments(&mut found, since::Current { made: &made, changes: &changes });
    // An opened bundle brings along the amendments before its opening, and any other one none.
    if args.ledger.is_none() && made.summary.witnessed {
        let note = both!(
            "note: the plan is one of a ceremony; amendments may exist that its bundle does not bring along, and --ledger DIR tells of them\n",
            "提示: 该计划出自抽取仪式，可能有计划包未附的变更；用 --ledger 给出台账文件夹，即一并说明\n"
        );
        tell(note.get(lang()));
    }
    match args.format {
        Format::Json => answer(&json(&found))?,
        Format::Text => answer_text(&explain::text(&found))?,
    }
    Ok(Ending::Yes)
}
