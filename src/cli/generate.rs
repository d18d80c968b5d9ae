//! `fairdraw generate`.

use std::path::{Path, PathBuf};

use super::{Ending, Failure, Progress, answer};
use fairdraw::files::export;
use fairdraw::scenario::{self, Reference};

/// Generate the calibrated scenario of 邓州市 from the reference facts
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw generate dengzhou --out target/dengzhou")]
pub struct Args {
    /// What to generate
    #[arg(value_enum)]
    what: What,
    /// Folder with the reference facts
    #[arg(long, value_name = "DIR", default_value = "data/reference")]
    reference: PathBuf,
    /// Folder that the tables are written to; files of the same names are replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    /// A county-level city of 125,000 entities, 1,681 officers and 30 agencies, with the four quarters of 2024.
    Dengzhou,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let What::Dengzhou = args.what;
    let progress = Progress::of_one("generating the scenario", "生成示例数据");
    let fact = |name: &str| read(&args.reference, name);
    let reference = Reference {
        townships: &fact("dengzhou_townships.csv")?,
        adjacency: &fact("dengzhou_township_adjacency.csv")?,
        agencies: &fact("member_agencies.csv")?,
        items: &fact("inspection_items.csv")?,
        calibration: &fact("calibration.csv")?,
    };
    let advice = "restore the files of data/reference";
    let scenario = scenario::generate(&reference).map_err(|error| Failure::new(error, advice))?;
    let write = |path: &str, bytes: Vec<u8>| {
        let target = args.out.join(path);
        let failed = |error: std::io::Error| {
            Failure::new(format!("{}: {error}", target.display()), "choose a folder that can be written to")
        };
        target.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        std::fs::write(&target, bytes).map_err(failed)
    };
    for text in &scenario.texts {
        write(&text.path, text.text.clone().into_bytes())?;
    }
    for file in &scenario.files {
        let bytes = match file.path.rsplit('.').next() {
            Some("parquet") => export::parquet(&file.table.headings, &file.table.rows),
            _ => export::csv(&file.table.headings, &file.table.rows),
        };
        write(&file.path, bytes)?;
    }
    drop(progress);
    let totals = scenario::totals(&scenario);
    answer(&format!(
        "{} agencies, {} tasks, {} items, {} draws, {} officers ({} new, {} cancelled), {} townships\n",
        totals.agencies,
        totals.tasks,
        totals.items,
        totals.draws,
        totals.officers,
        totals.newly_certified,
        totals.cancelled,
        totals.townships
    ))?;
    Ok(Ending::Yes)
}

fn read(folder: &Path, name: &str) -> Result<String, Failure> {
    let path = folder.join(name);
    std::fs::read_to_string(&path).map_err(|error| {
        Failure::new(format!("{}: {error}", path.display()), "run from the project's folder, or name --reference")
    })
}
