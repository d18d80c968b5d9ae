//! `fairdraw verify`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::bundle::give_bundle;
use super::sample::{no_registry, witnessed};
use super::{Ending, Failure, Format, Progress, answer, json, lang, tell};
use fairdraw::both;
use fairdraw::lang::Text;
use fairdraw::publish::report;
use fairdraw::scan::check::{self, CheckError};
use fairdraw::scan::registry;
use fairdraw::scan::work::Settings;
use fairdraw::verify::public::{PublicVerdict, is_public, verify_public};
use fairdraw::verify::{Evidence, Finding, Told, VerifyError, verify};

/// Replay a bundle from its inputs and entropy, compare every byte and run the independent checker
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw verify target/2024Q1 --seed 20240101")]
pub struct Args {
    /// Folder of the bundle
    #[arg(required_unless_present = "notice")]
    bundle: Option<PathBuf>,
    /// Text of a notice's QR code, or a file that holds it, to be checked against --ledger instead of a bundle
    #[arg(long, value_name = "FILE|TEXT", conflicts_with = "bundle", requires = "ledger")]
    notice: Option<String>,
    /// Office's ledger: the bundle must be its draw, and its amendments are replayed; or what the notice is checked against
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// Workspace whose tables must be those that the bundle froze
    #[arg(long, value_name = "WORKSPACE")]
    inputs: Option<PathBuf>,
    /// Bundle of an earlier period that belongs to the history of --inputs; may be given several times
    #[arg(long, value_name = "BUNDLE", requires = "inputs")]
    after: Vec<PathBuf>,
    /// Table of results of one of these periods, which belongs to the history too; may be given several times
    #[arg(long, value_name = "FILE", requires = "after")]
    results: Vec<PathBuf>,
    /// Seed that the auditor knows to be the right one
    #[arg(long, value_name = "TEXT", conflicts_with = "entropy")]
    seed: Option<String>,
    /// Record of entropy that the auditor knows to be the right one
    #[arg(long, value_name = "FILE")]
    entropy: Option<PathBuf>,
    /// Checkpoint of the ledger (`fairdraw ledger sign`), which every --key must have signed
    #[arg(long, value_name = "FILE", requires = "key")]
    checkpoint: Option<PathBuf>,
    /// Key that must have signed the checkpoint, <name>+<id>+<base64>; may be given several times
    #[arg(long, value_name = "KEY", requires = "checkpoint")]
    key: Vec<String>,
    /// Files of the registry that a sample was drawn from, or patterns; without them a sample is checked by its own rows
    #[arg(long, value_name = "REGISTRY", num_args = 1..)]
    registry: Vec<String>,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    verified: bool,
    witnessed: Option<bool>,
    tool: &'a str,
    files: usize,
    draws: Option<u32>,
    visits: Option<u32>,
    seats: Option<u32>,
    /// Amendments since the draw, and whether the attempt is void.
    notes: Vec<&'a str>,
    findings: Vec<Told<'a>>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    if let (Some(notice), Some(ledger)) = (&args.notice, &args.ledger) {
        return super::notice::verify(notice, ledger, args.format);
    }
    let bundle = args.bundle.as_deref().expect("the arguments hold a bundle or a notice");
    if check::is_sample(bundle) {
        return sample(args, bundle);
    }
    if is_public(bundle) {
        return public(args, bundle);
    }
    let mut evidence = Evidence {
        inputs: args.inputs.as_deref(),
        entropy: super::plan::entropy(args.entropy.as_deref(), args.seed.as_deref())?,
        ledger: args.ledger.as_deref(),
        ..Evidence::default()
    };
    evidence.earlier = super::history::visits(&args.after, &args.results)?;
    let progress = Progress::new();
    let verdict = verify(bundle, &evidence, &mut |stage| progress.stage(stage));
    drop(progress);
    let verdict = verdict.map_err(|error| {
        if let VerifyError::Inputs(faults) = &error {
            tell(&report::faults(faults, lang()));
        }
        let advice = match &error {
            VerifyError::Bundle(_) => give_bundle(),
            VerifyError::Format(_) => both!("use a newer fairdraw", "请使用更新版本的 fairdraw"),
            VerifyError::Inputs(_) => {
                both!("correct the workspace, or leave --inputs out", "更正工作文件夹，或去掉 --inputs")
            }
        };
        Failure::new(&error, advice)
    })?;
    let summary = verdict.replayed.as_ref().map(|made| &made.summary);
    let verified = verdict.findings.is_empty();
    let files = verdict.replayed.as_ref().map_or(0, |made| made.files.len());
    let text = match (args.format, summary) {
        (Format::Json, _) => json(&Answer {
            verified,
            witnessed: summary.map(|summary| summary.witnessed),
            tool: &verdict.tool,
            files,
            draws: summary.map(|summary| summary.draws),
            visits: summary.map(|summary| summary.visits),
            seats: summary.map(|summary| summary.seats),
            notes: verdict.notes.iter().map(|note| note.get(lang())).collect(),
            findings: told(&verdict.findings),
        }),
        (Format::Text, Some(summary)) if verified => {
            let counted = |number: u32, noun: &str| Text::counted(report::thousands(number), noun);
            let (draws, visits) = (counted(summary.draws, "draw"), counted(summary.visits, "visit"));
            let seats = counted(summary.seats, "seat");
            let witnessed = witnessed(summary.witnessed);
            let told = both!(
                witnessed, draws, visits, seats => "verified: {files} files are what the inputs and the entropy give, byte for byte\n  {draws}, {visits}, {seats} replayed; the independent checker found 0 violations\n  entropy: {witnessed}\n",
                "核验通过：{files} 个文件与输入和熵得出的逐字节相同\n  重放抽取 {draws} 户次、检查 {visits} 次、席位 {seats} 个；独立复核发现 0 处违规\n  熵：{witnessed}\n"
            );
            let notes = verdict.notes.iter().map(|note| format!("  {}\n", note.get(lang())));
            told.get(lang()).to_owned() + &notes.collect::<String>()
        }
        (Format::Text, _) => findings(&verdict.findings),
    };
    answer(&text)?;
    Ok(if verified { Ending::Yes } else { Ending::No })
}

#[derive(Serialize)]
struct PublicAnswer<'a> {
    verified: bool,
    ceremony: &'a str,
    attempt: u32,
    files: usize,
    strata: usize,
    entries: usize,
    amendments: usize,
    secret_until: &'a str,
    signed_by: &'a [String],
    findings: Vec<Told<'a>>,
}

/// Verifies the public part of a draw whose lists are secret, and says what has to wait.
fn public(args: &Args, folder: &Path) -> Result<Ending, Failure> {
    let verdict = verify_public(folder, args.ledger.as_deref());
    let advice = both!("give the folder that `fairdraw publish` wrote", "请给出 `fairdraw publish` 写出的文件夹");
    let mut verdict = verdict.map_err(|error| Failure::new(&error, advice))?;
    let mut signed = Vec::new();
    if let Some(checkpoint) = &args.checkpoint {
        signed = super::ledger::signed_by(checkpoint, &verdict.entries, &args.key, &mut verdict.findings)?;
    }
    let verified = verdict.findings.is_empty();
    let PublicVerdict { ceremony, attempt, files, strata, entries, until, amendments, findings: list } = &verdict;
    let text = match args.format {
        Format::Json => json(&PublicAnswer {
            verified,
            ceremony,
            attempt: *attempt,
            files: *files,
            strata: *strata,
            entries: entries.len(),
            amendments: *amendments,
            secret_until: until,
            signed_by: &signed,
            findings: told(list),
        }),
        Format::Text if !verified => findings(list),
        Format::Text => {
            let signed = if signed.is_empty() { "-".to_owned() } else { signed.join(", ") };
            let (files, cutoffs) = (Text::counted(files, "file"), Text::counted(strata, "cut-off"));
            let (roots, entries) = (Text::counted(strata, "root"), entries.len());
            let amendments = Text::counted(amendments, "amendment");
            both!(
                files, roots, cutoffs, amendments => "verified: the public part of {ceremony}, attempt {attempt}, as far as it can be before it is opened\n  \
                 checked    {files} by their list; commitment with {roots}; hashes of {cutoffs}; {entries} \
                 entries in one chain, in order, the seal before its beacon\n  signed by  {signed}\n  \
                 not yet    record of chance, tickets, samples, visits, teams, details of {amendments}: secret until \
                 {until}; then verify the opened bundle\n  compare    the codes of SEAL and of the pre-beacon record with those \
                 that were lodged outside\n",
                "核验通过：{ceremony} 第 {attempt} 次的公开部分，启封前可核验的均已核验\n  \
                 已核验     清单所列 {files} 个文件；承诺及其 {roots} 个根；{cutoffs} 条中签线的摘要；台账 {entries} 条，前后相接、\
                 次序正确，封存早于信标\n  签名       {signed}\n  \
                 尚不能     随机源记录、抽签号、名单、检查安排、检查组、{amendments} 次变更的内容：保密至 {until}，启封后核验\
                 全部文件\n  请对照     封存与信标前记录的编码，是否与存证在外的一致\n"
            )
            .get(lang())
            .to_owned()
        }
    };
    answer(&text)?;
    Ok(if verified { Ending::Yes } else { Ending::No })
}

#[derive(Serialize)]
struct SampleAnswer<'a> {
    verified: bool,
    witnessed: bool,
    tool: &'a str,
    rows: Option<u64>,
    strata: usize,
    picks: u64,
    findings: Vec<Told<'a>>,
}

/// Verifies the bundle of a sample from a large registry.
fn sample(args: &Args, bundle: &Path) -> Result<Ending, Failure> {
    let known = super::plan::entropy(args.entropy.as_deref(), args.seed.as_deref())?;
    let files = registry::find(&args.registry).map_err(no_registry)?;
    let bytes = files.iter().filter_map(|file| Some(file.metadata().ok()?.len())).sum();
    let bar = super::sample::Bar::new(bytes);
    let settings = Settings { progress: &|rows, bytes| bar.done(rows, bytes), ..Settings::quiet() };
    let verdict = check::verify(bundle, &files, known.as_ref(), &settings);
    drop(bar);
    let verdict = verdict.map_err(|error| {
        if let CheckError::Registry(faults) = &error {
            tell(&report::faults(faults, lang()));
        }
        let advice = both!(
            "give the folder that `fairdraw sample` wrote, and the registry it was drawn from",
            "请给出 `fairdraw sample` 写出的文件夹，以及所抽的名录库"
        );
        Failure::new(&error, advice)
    })?;
    let verified = verdict.findings.is_empty();
    let picks = report::thousands(u32::try_from(verdict.picks).unwrap_or(u32::MAX));
    let text = match args.format {
        Format::Json => json(&SampleAnswer {
            verified,
            witnessed: verdict.witnessed,
            tool: &verdict.tool,
            rows: verdict.rows,
            strata: verdict.strata,
            picks: verdict.picks,
            findings: told(&verdict.findings),
        }),
        Format::Text if !verified => findings(&verdict.findings),
        Format::Text => {
            let (picks, witnessed) = (Text::counted(picks, "pick"), witnessed(verdict.witnessed));
            let strata = Text::counted(verdict.strata, "stratum");
            let against = match verdict.rows {
                Some(rows) => {
                    let rows = Text::counted(report::thousands(u32::try_from(rows).unwrap_or(u32::MAX)), "row");
                    both!(
                        rows => "are what {rows} of the registry and the entropy give, byte for byte",
                        "与名录库 {rows} 行和熵得出的逐字节相同"
                    )
                }
                None => both!(
                    "are what the entropy gives for their ids; add --registry to see that no other id was due",
                    "与熵按其代码得出的相同；加 --registry 可查证没有其他代码应当中签"
                ),
            };
            let told = both!(
                picks, strata, against, witnessed => "verified: {picks} of {strata} {against}\n  entropy: {witnessed}\n",
                "核验通过：{strata} 层的 {picks} 户{against}\n  熵：{witnessed}\n"
            );
            told.get(lang()).to_owned()
        }
    };
    answer(&text)?;
    Ok(if verified { Ending::Yes } else { Ending::No })
}

fn told(findings: &[Finding]) -> Vec<Told<'_>> {
    findings.iter().map(|finding| finding.told(lang())).collect()
}

fn findings(findings: &[Finding]) -> String {
    let (expected, found) = lang().pick(("expected", "found   "), ("应为", "实为"));
    let lines = told(findings).into_iter().map(|finding| {
        let row = finding.row.map_or(String::new(), |row| format!(":{row}"));
        format!(
            "  {}{row}: {}\n    {expected} {}\n    {found} {}\n",
            finding.file, finding.what, finding.expected, finding.found
        )
    });
    let number = findings.len();
    let differ = if number == 1 { "differs" } else { "differ" };
    let title = both!("not verified: {number} of the files {differ}\n", "核验不通过：{number} 个文件不同\n");
    title.get(lang()).to_owned() + &lines.collect::<String>()
}
