//! `fairdraw entropy`.

use std::fs;
use std::io::{BufRead, IsTerminal, Read, stdin};
use std::path::{Path, PathBuf};

use super::ceremony::{EntryAnswer, Where, failure};
use super::{Ending, Failure, Format, answer, answer_text, json, lang, tell};
use fairdraw::both;
use fairdraw::ceremony::drand::{Chain, DrandError, Pasted, Round};
use fairdraw::ceremony::entropy::Whose;
use fairdraw::ceremony::{CeremonyError, entropy, sheet};
use fairdraw::files::store::ledger::Direct;
use fairdraw::lang::Text;
use fairdraw::ledger::chain;
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
    /// Round of drand that is the beacon, as its service answers it: a file of JSON, or `-`
    #[arg(long, value_name = "FILE")]
    drand: Option<PathBuf>,
    /// Description of a drand chain that fairdraw does not know: what its service answers at /info
    #[arg(long, value_name = "FILE", requires = "drand")]
    drand_chain: Option<PathBuf>,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let pasted = pasted(args)?;
    let ceremony = args.place.ceremony()?;
    let mut ledger = args.place.open()?;
    let mut lines = stdin().lock().lines();
    let mut ask = |what: &Text| {
        let what = what.get(lang());
        if stdin().is_terminal() {
            return rpassword::prompt_password(format!("{what}: ")).ok();
        }
        tell(&format!("{what}: "));
        lines.next()?.ok()
    };
    let fallback = args.fallback.as_deref();
    let time = args.place.time();
    let whose = Whose { ceremony: &ceremony, attempt: args.attempt };
    let entry = entropy::record(&mut ledger, whose, time, fallback, pasted.as_ref(), &mut ask, &mut Direct);
    let entry = entry.map_err(failure)?;
    if args.format == Format::Json {
        answer(&json(&EntryAnswer::of(&entry)))?;
        return Ok(Ending::Yes);
    }
    let number = entry.number;
    let suite = chain::suite_of(ledger.entries(), &ceremony, entry.attempt).hash_name();
    answer_text(&match entry.fact("code") {
        Some(hash) => {
            let code = code_of(hash).unwrap_or_default();
            both!(
                "pre-beacon code of {ceremony}, ledger entry {number}\n\n    {code}\n\n  {suite:<10} {hash}\n  next       lodge it outside before the beacon falls, then run `fairdraw entropy` again\n",
                "{ceremony} 公共随机源之前的短码，台账第 {number} 条\n\n    {code}\n\n  {suite} {hash}\n  下一步 在公共随机源揭晓之前交存于本机关之外，揭晓后再运行 `fairdraw entropy`\n"
            )
        }
        None => {
            let (code, hash) = (sheet::short_code(&entry), entry.fact("record").unwrap_or_default());
            both!(
                "entropy of {ceremony} is complete, ledger entry {number}\n\n    {code}\n\n  SHA-256    {hash}\n  next       run `fairdraw draw`\n",
                "{ceremony} 的熵已完整，台账第 {number} 条\n\n    {code}\n\n  SHA-256 {hash}\n  下一步 运行 `fairdraw draw`\n"
            )
        }
    })?;
    Ok(Ending::Yes)
}

/// Reads the round that was pasted, and its chain.
fn pasted(args: &Args) -> Result<Option<Pasted>, Failure> {
    let Some(path) = &args.drand else { return Ok(None) };
    let refused = |error: DrandError| failure(CeremonyError::Drand(error));
    let round = Round::parse(&text(path)?).map_err(refused)?;
    let chain = match &args.drand_chain {
        Some(path) => Some(Chain::parse(&text(path)?).map_err(refused)?),
        None => None,
    };
    Ok(Some(Pasted { round, chain }))
}

fn text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => stdin().lock().read_to_string(&mut text).map(|_| text),
        _ => fs::read_to_string(path),
    };
    let advice = both!("name a file that holds the answer of the chain's service", "请给出存有该链服务回答的文件");
    read.map_err(|error| Failure::at(path.display(), error, advice))
}
