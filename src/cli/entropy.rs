//! `fairdraw entropy`.

use std::io::{BufRead, IsTerminal, stdin};

use super::ceremony::{Where, entry_json, failure};
use super::{Ending, Failure, Format, answer, tell};
use fairdraw::ceremony::{entropy, sheet};
use fairdraw::files::ledger::Direct;
use fairdraw::ledger::code::code_of;

/// Record dice, sealed values and the beacon of a sealed ceremony, each typed twice
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw entropy county/2026Q4\n\n\
    Each value is typed twice; a terminal shows neither, a pipe gives them on two lines. The first run records dice and \
    sealed values and prints the pre-beacon code; the second records the beacon, when it has fallen.")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Take the fallback beacon, for this reason
    #[arg(long, value_name = "REASON")]
    fallback: Option<String>,
    /// Void attempt whose record is completed, so that the sample that it would have given gets known
    #[arg(long, value_name = "NUMBER")]
    attempt: Option<u32>,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let mut lines = stdin().lock().lines();
    let mut ask = |what: &str| {
        if stdin().is_terminal() {
            return rpassword::prompt_password(format!("{what}: ")).ok();
        }
        tell(&format!("{what}: "));
        lines.next()?.ok()
    };
    let fallback = args.fallback.as_deref();
    let time = args.place.time();
    let recorded = entropy::record(&mut ledger, &ceremony, args.attempt, time, fallback, &mut ask, &mut Direct);
    let entry = recorded.map_err(failure)?;
    if args.format == Format::Json {
        answer(&entry_json(&entry))?;
        return Ok(Ending::Yes);
    }
    let text = match entry.fact("code") {
        Some(code) => format!(
            "pre-beacon code of {ceremony}, ledger entry {}\n\n    {}\n\n  SHA-256    {code}\n  \
             next       lodge it outside before the beacon falls, then run `fairdraw entropy` again\n",
            entry.number,
            code_of(code).unwrap_or_default(),
        ),
        None => format!(
            "entropy of {ceremony} is complete, ledger entry {}\n\n    {}\n\n  SHA-256    {}\n  next       run `fairdraw draw`\n",
            entry.number,
            sheet::short_code(&entry),
            entry.fact("record").unwrap_or_default(),
        ),
    };
    answer(&text)?;
    Ok(Ending::Yes)
}
