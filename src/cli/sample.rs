//! `fairdraw sample`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::ValueEnum;

use serde::Serialize;

use super::{Ending, Failure, Format, answer, answer_text, json, lang, no_place, no_room, tell};
use fairdraw::both;
use fairdraw::files::store::bundle::Destination;
use fairdraw::lang::{Say, Text};
use fairdraw::lottery::{Entropy, Prk, Rounding, Suite};
use fairdraw::plan::words;
use fairdraw::publish::report;
use fairdraw::scan::pool::Margin;
use fairdraw::scan::tally::{Gathered, Limits};
use fairdraw::scan::work::{self, Outcome, Settings, Unsettled};
use fairdraw::scan::write::{self, Form};
use fairdraw::scan::{Job, Scope, Task, part, registry};

/// Draw samples from a very large registry in Parquet or CSV, in one pass
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Several tasks are given with --tasks FILE, in the form of a bundle's sample.toml (PROTOCOL.md §21.2); the registry is still read
once. With --parts DIR each file's result is kept, so that a stopped draw goes on; parts made on several machines are joined by
`fairdraw sample --merge 'DIR/*.part' --out BUNDLE`.

Example:
  fairdraw sample data/dengzhou/tables/entities.parquet --strata class --group 411381.2024Q1 \\
    --rates A=1%,B=3%,C=10%,D=30%,N=1% --without-id leave-out --seed 20240101 --out target/sample")]
pub struct Args {
    /// Files of the registry, or patterns such as 'registry/*.parquet'; with --merge the parts
    #[arg(value_name = "REGISTRY", required = true)]
    registry: Vec<String>,
    /// Column that names the stratum of an entity
    #[arg(long, value_name = "COL")]
    strata: Option<String>,
    /// Rate for all, such as '2%', or for each stratum, such as 'A=1%,B=3%'
    #[arg(long, value_name = "RATES", required_unless_present_any = ["tasks", "merge"])]
    rates: Option<String>,
    /// Condition on a column, such as 'industry=51*,5212'; may be given several times, and all must hold
    #[arg(long, value_name = "COL=VALUES")]
    scope: Vec<String>,
    /// Code of the task
    #[arg(long, value_name = "CODE", default_value = "sample")]
    task: String,
    /// Administrative code and period whose key is used, such as 100000.2026Q4
    #[arg(long, value_name = "GROUP", required_unless_present_any = ["tasks", "merge"])]
    group: Option<String>,
    /// Primitives of the draw: dr1 (SHA-256, ChaCha20) or dr1-gm (SM3, SM4)
    #[arg(long, value_enum, value_name = "SUITE", default_value_t)]
    suite: Primitives,
    /// Column of the ids; found by its heading if not given
    #[arg(long, value_name = "COL")]
    id: Option<String>,
    /// Share of each sample that is drawn in reserve, such as 20%
    #[arg(long, value_name = "SHARE")]
    reserve: Option<String>,
    /// How shares become whole numbers
    #[arg(long, value_enum, default_value_t)]
    rounding: Round,
    /// What to do with rows that have no id, instead of refusing the registry
    #[arg(long, value_enum, value_name = "WHAT")]
    without_id: Option<WithoutId>,
    /// File with several tasks, in place of the options for one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["suite", "strata", "rates", "scope", "group", "id", "reserve", "without_id"])]
    tasks: Option<PathBuf>,
    /// Record of entropy from the ceremony (dr1 entropy v1)
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    entropy: Option<PathBuf>,
    /// Seed for the plain mode, which the bundle marks as unwitnessed
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    /// Folder that the bundle is written to
    #[arg(long, value_name = "BUNDLE")]
    out: PathBuf,
    /// Form of the table of picks
    #[arg(long, value_enum, default_value_t)]
    table: Table,
    /// Folder that keeps the result of each file; what it has already is not read again
    #[arg(long, value_name = "DIR", conflicts_with = "merge")]
    parts: Option<PathBuf>,
    /// Join parts to the bundle of the whole registry, without reading it
    #[arg(long, conflicts_with_all = ["tasks", "suite", "rates", "strata", "scope", "group", "id", "reserve", "without_id", "seed", "entropy"])]
    merge: bool,
    /// Number of threads; all cores if not given
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZero<usize>>,
    /// Replace a bundle that is there already
    #[arg(long)]
    force: bool,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    rows: u64,
    drawn: u64,
    strata: Vec<StratumAnswer<'a>>,
    left_out: u64,
    passes: u32,
    witnessed: bool,
}

#[derive(Serialize)]
struct StratumAnswer<'a> {
    task: &'a str,
    stratum: &'a str,
    sample: u32,
    population: u32,
    rate: String,
    cutoff: String,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Round {
    /// Never fewer than the rate asks for.
    #[default]
    Up,
    /// To the nearest, halves up.
    Nearest,
    /// Down, but one where the stratum is not empty.
    FloorMin1,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Primitives {
    /// SHA-256 and ChaCha20.
    #[default]
    Dr1,
    /// SM3 and SM4.
    Dr1Gm,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum WithoutId {
    /// Leave them out and count them.
    LeaveOut,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Table {
    #[default]
    Csv,
    Parquet,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let destination = Destination::open(&args.out, args.force).map_err(no_place)?;
    let files = registry::find(&args.registry).map_err(no_registry)?;
    let drawn = if args.merge { merge(&files)? } else { draw(args, &files)? };
    let Some((job, entropy, outcome)) = drawn else { return Ok(Ending::No) };
    let form = match args.table {
        Table::Csv => Form::Csv,
        Table::Parquet => Form::Parquet,
    };
    destination.write_with(|folder| write::bundle(folder, &job, &entropy, &outcome, form)).map_err(no_room)?;
    match args.format {
        Format::Json => answer(&json(&answered(&job, &entropy, &outcome)))?,
        Format::Text => answer_text(&summary(&job, &entropy, &outcome))?,
    }
    Ok(Ending::Yes)
}

type Drawn = Option<(Job, Entropy, Outcome)>;

fn draw(args: &Args, files: &[PathBuf]) -> Result<Drawn, Failure> {
    let entropy =
        super::plan::entropy(args.entropy.as_deref(), args.seed.as_deref())?.ok_or_else(super::plan::no_entropy)?;
    let mut job = job(args)?;
    let refused = |faults: Vec<_>| {
        tell(&report::faults(&faults, lang()));
        Ok(None)
    };
    let sources = match registry::open(files, &mut job) {
        Ok(sources) => sources,
        Err(faults) => return refused(faults),
    };
    let bar = Bar::new(sources.iter().map(|source| source.bytes).sum());
    let settings = Settings {
        threads: args.threads.map_or_else(work::cores, std::num::NonZero::get),
        margin: Margin::default(),
        progress: &|rows, bytes| bar.done(rows, bytes),
    };
    let prk = Prk::of(job.suite, &entropy);
    let Some(folder) = &args.parts else {
        return match work::draw(&job, &prk, &sources, &settings) {
            Ok(outcome) => Ok(Some((job, entropy, outcome))),
            Err(faults) => refused(faults),
        };
    };
    let mut joined: Option<Gathered> = None;
    let mut faults = Vec::new();
    for source in &sources {
        let failed = |error: std::io::Error| {
            let advice =
                both!("parts that are there stay; make room and try again", "已有的部分保留；请腾出空间后重试");
            Failure::at(source.path.display(), error, advice)
        };
        let origin = part::Origin::of(&job, &entropy, &source.path).map_err(failed)?;
        let kept = part::read(&folder.join(origin.name())).ok().filter(|(of, _)| *of == origin);
        let gathered = match kept {
            Some((_, gathered)) => {
                bar.done(gathered.rows, source.bytes);
                gathered
            }
            None => {
                let one = std::slice::from_ref(source);
                match work::gather(&job, &prk, one, &Limits::Falling(settings.margin), &settings) {
                    Ok(gathered) => {
                        part::write(folder, &origin, &gathered).map_err(failed)?;
                        gathered
                    }
                    Err(of_file) => {
                        faults.extend(of_file);
                        continue;
                    }
                }
            }
        };
        match &mut joined {
            None => joined = Some(gathered),
            Some(joined) => joined.join(gathered),
        }
    }
    match joined {
        Some(gathered) if faults.is_empty() => {
            match work::settle_or_read_again(&job, &prk, &sources, gathered, &settings) {
                Ok(outcome) => Ok(Some((job, entropy, outcome))),
                Err(faults) => refused(faults),
            }
        }
        _ => refused(faults),
    }
}

fn merge(files: &[PathBuf]) -> Result<Drawn, Failure> {
    let mut joined: Option<(part::Origin, Gathered)> = None;
    let mut names = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for path in files {
        match part::read(path) {
            Err(cause) => {
                let path = path.display();
                wrong.push(both!(cause => "{path}: {cause}", "{path}：{cause}"));
            }
            Ok((origin, _)) if !names.insert(origin.file.clone()) => {
                let (path, file) = (path.display(), origin.file.display());
                wrong.push(both!("{path}: another part is of {file} too", "{path}：另有一部分也属于 {file}"));
            }
            Ok((origin, gathered)) => match &mut joined {
                None => joined = Some((origin, gathered)),
                Some((first, _)) if (&first.job, &first.record) != (&origin.job, &origin.record) => {
                    let of = first.file.display();
                    wrong.push(both!(
                        "{}: its tasks or its entropy are not those of the part of {of}",
                        "{}：其任务或熵与 {of} 的部分不同",
                        path.display()
                    ));
                }
                Some((_, joined)) => joined.join(gathered),
            },
        }
    }
    let Some((origin, gathered)) = joined.filter(|_| wrong.is_empty()) else {
        let advice = both!(
            "give the parts of one draw, each once; make those again that are damaged",
            "请给出同一次抽取的各部分，每个一次；损坏的重新生成"
        );
        return Err(Failure::new(listed(&wrong), advice));
    };
    let unreadable = |error: &dyn Say| {
        let advice =
            both!("make the parts again with this version of fairdraw", "请用本版本的 fairdraw 重新生成各部分");
        Failure::new(error, advice)
    };
    let job = origin.job().map_err(|error| unreadable(&error))?;
    let entropy = Entropy::parse(origin.record.as_bytes()).map_err(|error| unreadable(&error))?;
    match work::settle(&job, gathered) {
        Ok(outcome) => Ok(Some((job, entropy, outcome))),
        Err(Unsettled::Faults(faults)) => {
            tell(&report::faults(&faults, lang()));
            Ok(None)
        }
        Err(Unsettled::TooTight(_)) => Err(Failure::new(
            both!(
                "by rare bad luck a part kept too few rows, which only the registry can mend",
                "极罕见的运气使某一部分保留的行不够，只有名录库能补"
            ),
            both!(
                "draw from all files with --parts, which uses the parts and reads the registry once more",
                "用 --parts 对全部文件抽取：沿用各部分，并再读一遍名录库"
            ),
        )),
    }
}

/// Puts together what is asked for.
fn job(args: &Args) -> Result<Job, Failure> {
    if let Some(path) = &args.tasks {
        let named = |error: &dyn Say| {
            let advice = both!("PROTOCOL.md §21.2 shows the form of such a file", "这种文件的写法见 PROTOCOL.md §21.2");
            Failure::at(path.display(), error, advice)
        };
        let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
        return Job::parse(&text).map_err(|error| named(&error));
    }
    let (group, rates) = (args.group.as_deref().unwrap_or(""), args.rates.as_deref().unwrap_or(""));
    let mut wrong = Vec::new();
    let (region, period) = group.split_once('.').unwrap_or((group, ""));
    let read_rates = Task::parse_rates(rates);
    if read_rates.is_none() {
        wrong.push(both!(
            "rates {rates:?} can not be read; write '2%' or 'A=1%,B=3%'",
            "比例 {rates:?} 读不懂；请写 '2%' 或 'A=1%,B=3%'"
        ));
    }
    let scope: Vec<Option<Scope>> = args.scope.iter().map(|text| Scope::parse(text)).collect();
    for (text, _) in args.scope.iter().zip(&scope).filter(|(_, scope)| scope.is_none()) {
        wrong.push(both!(
            "scope {text:?} can not be read; write 'industry=51*,5212'",
            "范围 {text:?} 读不懂；请写 'industry=51*,5212'"
        ));
    }
    let reserve = args.reserve.as_deref().map(|text| (text, fairdraw::files::wording::cells::rate(text)));
    if let Some((text, None)) = reserve {
        wrong.push(both!("reserve {text:?} can not be read; write '20%'", "备选 {text:?} 读不懂；请写 '20%'"));
    }
    let job = Job {
        region: region.to_owned(),
        period: period.to_owned(),
        suite: match args.suite {
            Primitives::Dr1 => Suite::Dr1,
            Primitives::Dr1Gm => Suite::Dr1Gm,
        },
        id: args.id.clone().unwrap_or_default(),
        rounding: match args.rounding {
            Round::Up => Rounding::Up,
            Round::Nearest => Rounding::Nearest,
            Round::FloorMin1 => Rounding::FloorMin1,
        },
        reserve: reserve.and_then(|(_, rate)| rate),
        leaves_out_without_id: args.without_id.is_some(),
        tasks: vec![Task {
            code: args.task.clone(),
            group: String::new(),
            strata: args.strata.clone(),
            rates: read_rates.unwrap_or_default(),
            scope: scope.into_iter().flatten().collect(),
        }],
    };
    if let Err(error) = job.check() {
        wrong.extend(error.0);
    }
    if wrong.is_empty() {
        Ok(job)
    } else {
        Err(Failure::new(
            listed(&wrong),
            both!("`fairdraw sample --help` shows an example", "`fairdraw sample --help` 有示例"),
        ))
    }
}

/// Writes sentences about one thing below each other.
fn listed(sentences: &[Text]) -> Text {
    Text::joined(sentences, "\n       ", "\n      ")
}

/// Turns arguments that name no file into the program's answer.
pub fn no_registry(wrong: Vec<Text>) -> Failure {
    let advice = both!(
        "give paths, or patterns in quotes such as 'registry/*.parquet'",
        "请给出路径，或带引号的模式，例如 'registry/*.parquet'"
    );
    Failure::new(listed(&wrong), advice)
}

/// Says whether a record of entropy was witnessed.
pub fn witnessed(is_witnessed: bool) -> Text {
    match is_witnessed {
        true => both!("witnessed", "有见证"),
        false => both!("unwitnessed (one person chose the seed)", "无见证（种子由一人选定）"),
    }
}

fn answered<'a>(job: &'a Job, entropy: &Entropy, outcome: &Outcome) -> Answer<'a> {
    let strata = outcome.strata.iter().map(|stratum| {
        let task = &job.tasks[stratum.task];
        let (name, rate) = &task.rates[stratum.rate];
        StratumAnswer {
            task: &task.code,
            stratum: name,
            sample: stratum.sample,
            population: stratum.population,
            rate: rate.to_string(),
            cutoff: write::cutoff(stratum),
        }
    });
    Answer {
        rows: outcome.rows,
        drawn: outcome.strata.iter().map(|stratum| u64::from(stratum.sample)).sum(),
        strata: strata.collect(),
        left_out: outcome.left_out.iter().map(|(.., rows)| rows).sum(),
        passes: outcome.passes,
        witnessed: entropy.is_witnessed(),
    }
}

fn summary(job: &Job, entropy: &Entropy, outcome: &Outcome) -> Text {
    let number = |number: u64| report::thousands(u32::try_from(number).unwrap_or(u32::MAX));
    let drawn: u64 = outcome.strata.iter().map(|stratum| u64::from(stratum.sample)).sum();
    let (rows, drawn) = (number(outcome.rows), number(drawn));
    let rows = Text::counted(rows, "row");
    let mut lines = vec![both!(rows => "{rows} read, {drawn} drawn\n", "读入 {rows} 行，抽中 {drawn} 户\n")];
    const SHOWN: usize = 20;
    for stratum in outcome.strata.iter().take(SHOWN) {
        let task = &job.tasks[stratum.task];
        let (name, rate) = &task.rates[stratum.rate];
        let (sample, population) = (number(stratum.sample.into()), number(stratum.population.into()));
        let (code, name, cutoff) = (&task.code, words::stratum(name), write::cutoff(stratum));
        lines.push(both!(
            name => "  {code} {name}: {sample} of {population} ({rate}), cut-off {cutoff}\n",
            "  {code} {name}：{population} 户中抽 {sample} 户（{rate}），中签线 {cutoff}\n"
        ));
    }
    if outcome.strata.len() > SHOWN {
        let more = outcome.strata.len() - SHOWN;
        lines.push(both!("  … and {more} more in strata.csv\n", "  另有 {more} 层\n"));
    }
    let left_out: u64 = outcome.left_out.iter().map(|(.., rows)| rows).sum();
    if left_out > 0 {
        let left_out = Text::counted(number(left_out), "time");
        lines.push(both!(
            left_out => "  left out {left_out}; left-out.csv counts them by reason\n",
            "  未纳入 {left_out} 次；left-out.csv 按原因计数\n"
        ));
    }
    if outcome.passes > 1 {
        let passes = outcome.passes;
        lines.push(both!("  read {passes} times, because a limit was too tight\n", "  因界限过紧，读了 {passes} 遍\n"));
    }
    let witnessed = witnessed(entropy.is_witnessed());
    lines.push(both!(witnessed => "  entropy: {witnessed}\n", "  熵：{witnessed}\n"));
    Text::joined(&lines, "", "")
}

/// Shows on a terminal how far a scan is, rows per second and time left; nothing elsewhere.
pub struct Bar(Option<indicatif::ProgressBar>, std::sync::atomic::AtomicU64);

impl Bar {
    pub fn new(bytes: u64) -> Bar {
        let bar = std::io::stderr().is_terminal().then(|| {
            let template =
                lang().pick("{wide_bar} {percent}%  {msg}, {eta} left", "{wide_bar} {percent}%  {msg}，剩余 {eta}");
            let style = indicatif::ProgressStyle::with_template(template).expect("the template is well formed");
            indicatif::ProgressBar::new(bytes).with_style(style)
        });
        Bar(bar, std::sync::atomic::AtomicU64::new(0))
    }

    /// Is told of rows that are done, and of the bytes of their files.
    pub fn done(&self, rows: u64, bytes: u64) {
        if let Some(bar) = &self.0 {
            let rows = self.1.fetch_add(rows, std::sync::atomic::Ordering::Relaxed) + rows;
            let seconds = bar.elapsed().as_secs_f64().max(0.001);
            let rate = rows as f64 / seconds / 1e6;
            bar.set_message(lang().pick(format!("{rate:.1} million rows/s"), format!("每秒 {rate:.1} 百万行")));
            bar.inc(bytes);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
