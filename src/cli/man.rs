//! `fairdraw man`.

use std::path::PathBuf;

use clap::CommandFactory;

use super::{Cli, Ending, Failure, answer, no_place, no_room};
use fairdraw::both;
use fairdraw::files::bundle::Destination;
use fairdraw::files::freeze::File;

/// Write the manual: one page for the program and one for each command
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw man --out target/man")]
pub struct Args {
    /// Folder that the pages are written to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace pages that are there already
    #[arg(long)]
    force: bool,
}

/// Name of the program's own page, which marks a folder of pages.
const MARK: &str = "fairdraw.1";

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let destination = Destination::open_for(&args.out, args.force, both!("manual", "手册"), MARK);
    let destination = destination.map_err(no_place)?;
    let mut program = Cli::command();
    program.build();
    let mut files = vec![page(&program)];
    files.extend(program.get_subcommands().filter(|command| command.get_name() != "help").map(page));
    destination.write(&files).map_err(no_room)?;
    let names: Vec<String> = files.iter().map(|file| args.out.join(&file.path).display().to_string() + "\n").collect();
    answer(&names.concat())?;
    Ok(Ending::Yes)
}

fn page(command: &clap::Command) -> File {
    let page = clap_mangen::Man::new(command.clone()).source(concat!("fairdraw ", env!("CARGO_PKG_VERSION")));
    let mut bytes = Vec::new();
    page.render(&mut bytes).expect("memory takes all bytes");
    File { path: page.get_filename(), bytes }
}
