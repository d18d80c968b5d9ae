//! `fairdraw simulate`.

use std::path::PathBuf;

use super::history::{Earlier, Ready};
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, no_place, no_room};
use fairdraw::audit::simulate::{Wanted, Work, simulate};
use fairdraw::audit::simulated::{MARK, files, simulated, text};
use fairdraw::both;
use fairdraw::files::store::bundle::Destination;
use fairdraw::run::Stage;

/// Draw a workspace many times with made-up seeds, and count how often each entity and each officer comes
///
/// Answers no if an entity came more or less often than a fair lottery lets it, by exact limits over all entities.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw simulate data/dengzhou/2024Q1 --draws 1000 --out target/simulation")]
pub struct Args {
    /// Folder with plan.toml and the tables it names
    workspace: PathBuf,
    /// Draws of entities
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    draws: u32,
    /// Draws that are staffed and dated as well, each of them about as long as `fairdraw plan`
    #[arg(long, value_name = "M", default_value_t = 0)]
    staffings: u32,
    /// Beginning of the seeds: draw i has TEXT/i, with which `fairdraw plan --seed` makes it again
    #[arg(long, value_name = "TEXT", default_value = "simulation")]
    seed: String,
    /// Folder for entities.csv, officers.csv and the pictures
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    earlier: Earlier,
    /// Threads, all that the machine has if not given; the result is the same
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
    /// Replace a folder of a simulation that is there already
    #[arg(long)]
    force: bool,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let destination =
        args.out.as_deref().map(|path| Destination::open_for(path, args.force, both!("simulation", "模拟结果"), MARK));
    let destination = destination.transpose().map_err(no_place)?;
    let Some(ready) = args.earlier.load(&args.workspace, Progress::new())? else { return Ok(Ending::No) };
    let Ready { inputs, frames, progress, .. } = ready;
    let cores = || std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    let threads = args.threads.unwrap_or_else(cores);
    let wanted = Wanted { seed: &args.seed, draws: args.draws, staffings: args.staffings, threads };
    let done = |work, number| match work {
        Work::Draws => progress.count(number, args.draws, Stage::Draw),
        Work::Staffings => progress.count(number, args.staffings, Stage::Staff),
    };
    let found = simulate(&inputs, &frames, &wanted, &done).map_err(|error| {
        Failure::new(
            error,
            both!(
                "write a short seed of printable ASCII characters, such as simulation",
                "种子请用较短的可打印 ASCII 字符，例如 simulation"
            ),
        )
    })?;
    progress.stage(Stage::Write);
    let judged = simulated(&inputs, &frames, &args.seed, &found);
    if let Some(destination) = destination {
        let written = destination.write(&files(&inputs, &frames, &found, &judged));
        written.map_err(no_room)?;
    }
    drop(progress);
    match args.format {
        Format::Json => answer(&json(&judged))?,
        Format::Text => answer_text(&text(&judged))?,
    }
    Ok(if judged.outside == 0 { Ending::Yes } else { Ending::No })
}
