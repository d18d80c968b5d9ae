//! `fairdraw audit`.

use std::path::PathBuf;

use super::{Ending, Failure, Format, Progress, answer, answer_text, json, lang};
use fairdraw::audit::audited::{audited, text};
use fairdraw::audit::bundles::{AuditError, all_entries, draws};
use fairdraw::both;

/// Judge many draws together: order of the registry, selection, void attempts, officers and pairs
///
/// Each bundle is replayed first. Answers no if one does not verify, or if the samples hang on the order of the registry or
/// on an entity more than chance allows.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw audit target/2024Q1")]
pub struct Args {
    /// Folders of the bundles
    #[arg(required = true)]
    bundles: Vec<PathBuf>,
    /// Folder of an office's own ledger, for what came after the draws; may be given several times
    #[arg(long, value_name = "FOLDER")]
    ledger: Vec<PathBuf>,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let cannot = |error: AuditError| {
        let advice = match &error {
            AuditError::Verify(..) => both!(
                "give folders that `fairdraw plan` or `fairdraw draw` wrote",
                "请给出 `fairdraw plan` 或 `fairdraw draw` 写出的文件夹"
            ),
            AuditError::Ledger(..) => {
                both!("give the folder that holds 000001-SEAL.txt", "请给出含 000001-SEAL.txt 的文件夹")
            }
            AuditError::Twice(..) => both!("name each draw once", "每次抽取只列一次"),
        };
        Failure::new(error, advice)
    };
    let progress = Progress::new();
    let mut stage = |number, stage| progress.stage_of_many(number, args.bundles.len(), stage);
    let draws = draws(&args.bundles, &mut stage).map_err(cannot)?;
    let entries = all_entries(&draws, &args.ledger).map_err(cannot)?;
    drop(progress);
    let found = audited(&draws, &entries);
    match args.format {
        Format::Json => answer(&json(&found.told(lang())))?,
        Format::Text => answer_text(&text(&found))?,
    }
    Ok(if found.objections.is_empty() { Ending::Yes } else { Ending::No })
}
