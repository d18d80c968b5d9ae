//! `fairdraw seal`.

use serde::Serialize;

use super::ceremony::{Where, failure};
use super::history::Earlier;
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, lang, tell};
use fairdraw::both;
use fairdraw::ceremony::changes::Changes;
use fairdraw::ceremony::{seal, sheet};
use fairdraw::files::store::ledger::Direct;
use fairdraw::ledger::chain::Entry;
use fairdraw::publish::report;

/// Freeze and seal everything that decides a draw, before chance speaks
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw seal county/2026Q4\n\n\
    Lodge the code that is printed outside the office before the beacon falls.")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    earlier: Earlier,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    ceremony: &'a str,
    attempt: u32,
    entry: u32,
    sha256: String,
    code: String,
    sheet: String,
    added: u32,
    dropped: u32,
    reclassed: u32,
    altered: u32,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let earlier = args.earlier.visits()?;
    let mut ledger = args.place.open()?;
    let progress = Progress::new();
    let (workspace, time) = (&args.place.workspace, args.place.time());
    let mut stage = |stage| progress.stage(stage);
    let sealed = seal::seal(workspace, &earlier, &mut ledger, time, &mut Direct, &mut stage).map_err(failure)?;
    drop(progress);
    tell(&report::faults_by_kind(&sealed.warnings, lang()));
    let (entry, changes) = (&sealed.entry, &sealed.changes);
    let folder = ledger.attempt_folder(&entry.ceremony, entry.attempt);
    let (code, sheet) = (sheet::short_code(entry), folder.join("sheet.html").display().to_string());
    if args.format == Format::Json {
        answer(&json(&Answer {
            ceremony: &entry.ceremony,
            attempt: entry.attempt,
            entry: entry.number,
            sha256: entry.hash(),
            code,
            sheet,
            added: changes.added,
            dropped: changes.dropped,
            reclassed: changes.reclassed,
            altered: changes.altered,
        }))?;
        return Ok(Ending::Yes);
    }
    let (lodged, changed) = (sheet::lodged(entry), folder.join("changes.csv"));
    let Changes { added, dropped, reclassed, altered, .. } = changes;
    let since = match &sealed.since {
        None => {
            both!("  changes    none to report, this is the region's first seal\n", "  变动 无：这是该地区第一次封存\n")
        }
        Some((ceremony, attempt)) => both!(
            "  changes    since {ceremony}.{attempt}: {added} added, {dropped} dropped, {reclassed} re-classed, {altered} altered otherwise\n             {}\n",
            "  变动 自 {ceremony}.{attempt}：新增 {added} 户，减少 {dropped} 户，分类变化 {reclassed} 户，其他变化 {altered} 户\n       {}\n",
            changed.display()
        ),
    };
    let (Entry { ceremony, attempt, time, number, .. }, hash) = (entry, entry.hash());
    let qr = sheet::qr_text(&lodged).unwrap_or_default();
    answer_text(&both!(
        since => "{ceremony} attempt {attempt} sealed at {time}: ledger entry {number}\n\n    {code}\n\n{qr}\n  SHA-256    {hash}\n  in the QR  {lodged}\n{since}  next       lodge the code or {sheet} outside, then run `fairdraw entropy`\n",
        "{ceremony} 第 {attempt} 次已于 {time} 封存：台账第 {number} 条\n\n    {code}\n\n{qr}\n  SHA-256 {hash}\n  二维码内容 {lodged}\n{since}  下一步 将短码或 {sheet} 交存于本机关之外，然后运行 `fairdraw entropy`\n"
    ))?;
    Ok(Ending::Yes)
}
