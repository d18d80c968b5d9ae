//! `fairdraw open`, and the step of a ceremony in `fairdraw publish`.

use std::path::Path;

use super::ceremony::{Where, failure};
use super::{Ending, Failure, Progress, answer};
use fairdraw::ceremony::{draw, open, sheet};
use fairdraw::files::bundle::{self, Destination};
use fairdraw::files::freeze::File;
use fairdraw::files::ledger::Direct;

/// Make entropy and lists of a secret plan public, after the end of its embargo
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw open county/2026Q4")]
pub struct Args {
    #[command(flatten)]
    place: Where,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let (entry, folder) = open::open(&mut ledger, &ceremony, args.place.time(), &mut Direct).map_err(failure)?;
    answer(&format!(
        "{ceremony} attempt {} is open: ledger entry {}, code {}\n  bundle     {}\n  \
         next       anyone can replay it: fairdraw verify {}\n",
        entry.attempt,
        entry.number,
        sheet::short_code(&entry),
        folder.display(),
        folder.display(),
    ))?;
    Ok(Ending::Yes)
}

/// Records that a drawn ceremony is public, its public part, or a void attempt, and copies that to `out`.
pub fn publish(place: &Where, void: Option<u32>, out: &Path, force: bool) -> Result<Ending, Failure> {
    let ceremony = place.ceremony()?;
    let destination =
        Destination::open_for(out, force, "public part", "commit.txt").map_err(super::publish::no_place)?;
    let mut ledger = place.open()?;
    let published = match void {
        None => open::publish(&mut ledger, &ceremony, place.time(), &mut Direct),
        Some(number) => {
            let progress = Progress::new();
            let mut stage = |stage| progress.stage(stage);
            draw::disclose(&mut ledger, &ceremony, number, place.time(), &mut Direct, &mut stage)
        }
    };
    let (entry, folder) = published.map_err(failure)?;
    let no_copy = |error| Failure::new(error, "the step is on record; copy the folder `public` of the attempt by hand");
    let files = bundle::all(&folder).map_err(no_copy)?;
    let files: Vec<File> = files.into_iter().map(|(path, bytes)| File { path, bytes }).collect();
    destination.write(&files).map_err(no_copy)?;
    let what = match entry.fact("what") {
        Some("all") => "the whole plan",
        Some("void") => "the void plan",
        _ => "the public part",
    };
    answer(&format!(
        "{what} of {ceremony} attempt {} is published: ledger entry {}, code {}\n  folder     {}\n",
        entry.attempt,
        entry.number,
        sheet::short_code(&entry),
        out.display(),
    ))?;
    Ok(Ending::Yes)
}
