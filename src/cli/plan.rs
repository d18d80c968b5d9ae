//! `fairdraw plan`.

use std::path::PathBuf;

use super::ceremony::failure;
use super::history::{Earlier, Ready};
use super::{Ending, Failure, Format, Progress, answer, json, lang, no_place, no_room, tell};
use fairdraw::both;
use fairdraw::ceremony::CeremonyError;
use fairdraw::files::store::bundle::Destination;
use fairdraw::files::store::personal;
use fairdraw::lottery::Entropy;
use fairdraw::publish::report;
use fairdraw::run::make;

/// Make the plan of a period and write it as a bundle
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw plan data/dengzhou/2024Q1 --seed 20240101 --out target/2024Q1")]
pub struct Args {
    /// Folder with plan.toml and the tables it names
    workspace: PathBuf,
    /// Record of entropy from the ceremony (dr1 entropy v1)
    #[arg(long, value_name = "FILE", conflicts_with = "seed", required_unless_present = "seed")]
    entropy: Option<PathBuf>,
    /// Seed for the plain mode, which the bundle marks as unwitnessed
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    /// Folder that the bundle is written to
    #[arg(long, value_name = "BUNDLE")]
    out: PathBuf,
    #[command(flatten)]
    earlier: Earlier,
    /// Replace a bundle that is there already
    #[arg(long)]
    force: bool,
    /// Form of the summary on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let entropy = entropy(args.entropy.as_deref(), args.seed.as_deref())?.ok_or_else(no_entropy)?;
    let destination = Destination::open(&args.out, args.force).map_err(no_place)?;
    let Some(ready) = args.earlier.load(&args.workspace, Progress::new())? else { return Ok(Ending::No) };
    let Ready { inputs, frames, mut warnings, progress } = ready;
    warnings.extend(personal::warnings(&inputs));
    let made = make(inputs, frames, &entropy, &mut |stage| progress.stage(stage))
        .map_err(|violations| failure(CeremonyError::Violations(violations)))?;
    destination.write(&made.files).map_err(no_room)?;
    drop(progress);
    tell(&report::faults_by_kind(&warnings, lang()));
    match args.format {
        Format::Json => answer(&json(&made.summary))?,
        Format::Text => {
            let summary = report::summary(&made.summary, &made.inputs, &made.plan, lang());
            let title = both!(
                "{} {} planned: 0 violations\n",
                "{} {} 已排定：0 处违规\n",
                made.summary.region,
                made.summary.period
            );
            let out = args.out.display();
            let files = both!(
                "  files      {out}/schedule.xlsx for people, {out}/VERIFY.md for doubters\n",
                "  文件 {out}/schedule.xlsx 供阅读，{out}/VERIFY.md 供核验\n"
            );
            answer(&format!("{}{summary}{}", title.get(lang()), files.get(lang())))?;
        }
    }
    Ok(Ending::Yes)
}

/// Says that neither a seed nor a record is given.
pub fn no_entropy() -> Failure {
    let cause = both!("no entropy is given", "没有给出熵");
    Failure::new(cause, both!("add --seed TEXT or --entropy FILE", "请加 --seed 文本 或 --entropy 文件"))
}

/// Reads the record of entropy that the arguments name, if they name one.
pub fn entropy(file: Option<&std::path::Path>, seed: Option<&str>) -> Result<Option<Entropy>, Failure> {
    match (file, seed) {
        (None, None) => Ok(None),
        (None, Some(seed)) => {
            let advice = both!(
                "write a seed of printable ASCII characters, such as 20240101",
                "种子请用可打印的 ASCII 字符，例如 20240101"
            );
            Entropy::from_seed(seed).map(Some).map_err(|error| Failure::new(error, advice))
        }
        (Some(path), _) => {
            let advice = both!("give the path of an entropy.txt", "请给出一份 entropy.txt 的路径");
            let bytes = std::fs::read(path).map_err(|error| Failure::at(path.display(), error, advice))?;
            let advice = both!("PROTOCOL.md §2 describes the record, line by line", "记录的逐行写法见 PROTOCOL.md §2");
            Entropy::parse(&bytes).map(Some).map_err(|error| Failure::at(path.display(), error, advice))
        }
    }
}
