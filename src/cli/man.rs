//! `fairdraw man`.

use std::path::PathBuf;

use super::{Ending, Failure, Format, answer, help, json, no_place, no_room};
use fairdraw::both;
use fairdraw::files::store::bundle::Destination;
use fairdraw::files::store::bundle::File;

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
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Name of the program's own page, which marks a folder of pages.
const MARK: &str = "fairdraw.1";

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let destination = Destination::open_for(&args.out, args.force, both!("manual", "手册"), MARK);
    let destination = destination.map_err(no_place)?;
    let program = help::command();
    let mut files = vec![page(&program)];
    files.extend(program.get_subcommands().filter(|command| command.get_name() != "help").map(page));
    destination.write(&files).map_err(no_room)?;
    let names: Vec<String> = files.iter().map(|file| args.out.join(&file.path).display().to_string()).collect();
    match args.format {
        Format::Json => answer(&json(&serde_json::json!({ "files": names })))?,
        Format::Text => answer(&(names.join("\n") + "\n"))?,
    }
    Ok(Ending::Yes)
}

fn page(command: &clap::Command) -> File {
    let page = clap_mangen::Man::new(command.clone()).source(concat!("fairdraw ", env!("CARGO_PKG_VERSION")));
    let mut bytes = Vec::new();
    page.render(&mut bytes).expect("memory takes all bytes");
    File { path: page.get_filename(), bytes }
}
