//! `fairdraw sample`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::ValueEnum;

use super::{Ending, Failure, answer, tell};
use fairdraw::files::bundle::Destination;
use fairdraw::lottery::{Entropy, Prk, Rounding, Suite};
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
    format: Table,
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
    let destination = Destination::open(&args.out, args.force).map_err(super::plan::no_place)?;
    let files = registry::find(&args.registry).map_err(|wrong| {
        Failure::new(wrong.join("\n       "), "give paths, or patterns in quotes such as 'registry/*.parquet'")
    })?;
    let drawn = if args.merge { merge(&files)? } else { draw(args, &files)? };
    let Some((job, entropy, outcome)) = drawn else { return Ok(Ending::No) };
    let form = match args.format {
        Table::Csv => Form::Csv,
        Table::Parquet => Form::Parquet,
    };
    destination
        .write_with(|folder| write::bundle(folder, &job, &entropy, &outcome, form))
        .map_err(|error| Failure::new(error, "nothing was changed; make room and try again"))?;
    answer(&summary(&job, &entropy, &outcome))?;
    Ok(Ending::Yes)
}

type Drawn = Option<(Job, Entropy, Outcome)>;

fn draw(args: &Args, files: &[PathBuf]) -> Result<Drawn, Failure> {
    let entropy = super::plan::entropy(args.entropy.as_deref(), args.seed.as_deref())?
        .ok_or_else(|| Failure::new("no entropy is given", "add --seed TEXT or --entropy FILE"))?;
    let mut job = job(args)?;
    let refused = |faults: Vec<_>| {
        tell(&report::faults(&faults, super::lang()));
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
            Failure::new(
                format!("{}: {error}", source.path.display()),
                "parts that are there stay; make room and try again",
            )
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
            Err(cause) => wrong.push(format!("{}: {cause}", path.display())),
            Ok((origin, _)) if !names.insert(origin.file.clone()) => {
                wrong.push(format!("{}: another part is of {} too", path.display(), origin.file.display()));
            }
            Ok((origin, gathered)) => match &mut joined {
                None => joined = Some((origin, gathered)),
                Some((first, _)) if (&first.job, &first.record) != (&origin.job, &origin.record) => {
                    let of = first.file.display();
                    wrong.push(format!(
                        "{}: its tasks or its entropy are not those of the part of {of}",
                        path.display()
                    ));
                }
                Some((_, joined)) => joined.join(gathered),
            },
        }
    }
    let Some((origin, gathered)) = joined.filter(|_| wrong.is_empty()) else {
        return Err(Failure::new(
            wrong.join("\n       "),
            "give the parts of one draw, each once; make those again that are damaged",
        ));
    };
    let unreadable = |error: String| Failure::new(error, "make the parts again with this version of fairdraw");
    let job = origin.job().map_err(|error| unreadable(error.to_string()))?;
    let entropy = Entropy::parse(origin.record.as_bytes()).map_err(|error| unreadable(error.to_string()))?;
    match work::settle(&job, gathered) {
        Ok(outcome) => Ok(Some((job, entropy, outcome))),
        Err(Unsettled::Faults(faults)) => {
            tell(&report::faults(&faults, super::lang()));
            Ok(None)
        }
        Err(Unsettled::TooTight(_)) => Err(Failure::new(
            "by rare bad luck a part kept too few rows, which only the registry can mend",
            "draw from all files with --parts, which uses the parts and reads the registry once more",
        )),
    }
}

/// Puts together what is asked for.
fn job(args: &Args) -> Result<Job, Failure> {
    if let Some(path) = &args.tasks {
        let advice = "PROTOCOL.md §21.2 shows the form of such a file";
        let named = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", path.display()), advice);
        let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
        return Job::parse(&text).map_err(|error| named(&error));
    }
    let (group, rates) = (args.group.as_deref().unwrap_or(""), args.rates.as_deref().unwrap_or(""));
    let mut wrong = Vec::new();
    let (region, period) = group.split_once('.').unwrap_or((group, ""));
    let read_rates = Task::parse_rates(rates);
    if read_rates.is_none() {
        wrong.push(format!("rates {rates:?} can not be read; write '2%' or 'A=1%,B=3%'"));
    }
    let scope: Vec<Option<Scope>> = args.scope.iter().map(|text| Scope::parse(text)).collect();
    for (text, _) in args.scope.iter().zip(&scope).filter(|(_, scope)| scope.is_none()) {
        wrong.push(format!("scope {text:?} can not be read; write 'industry=51*,5212'"));
    }
    let reserve = args.reserve.as_deref().map(|text| (text, fairdraw::files::cells::rate(text)));
    if let Some((text, None)) = reserve {
        wrong.push(format!("reserve {text:?} can not be read; write '20%'"));
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
        Err(Failure::new(wrong.join("\n       "), "`fairdraw sample --help` shows an example"))
    }
}

fn summary(job: &Job, entropy: &Entropy, outcome: &Outcome) -> String {
    let number = |number: u64| report::thousands(u32::try_from(number).unwrap_or(u32::MAX));
    let drawn: u64 = outcome.strata.iter().map(|stratum| u64::from(stratum.sample)).sum();
    let mut text = format!("{} rows read, {} drawn\n", number(outcome.rows), number(drawn));
    const SHOWN: usize = 20;
    for stratum in outcome.strata.iter().take(SHOWN) {
        let task = &job.tasks[stratum.task];
        let (name, rate) = &task.rates[stratum.rate];
        let (sample, population) = (number(stratum.sample.into()), number(stratum.population.into()));
        text.push_str(&format!(
            "  {} {name}: {sample} of {population} ({rate}), cut-off {}\n",
            task.code,
            write::cutoff(stratum)
        ));
    }
    if outcome.strata.len() > SHOWN {
        text.push_str(&format!("  and {} more strata\n", outcome.strata.len() - SHOWN));
    }
    let left_out: u64 = outcome.left_out.iter().map(|(.., rows)| rows).sum();
    if left_out > 0 {
        text.push_str(&format!("  left out {} times; left-out.csv counts them by reason\n", number(left_out)));
    }
    if outcome.passes > 1 {
        text.push_str(&format!("  read {} times, because a limit was too tight\n", outcome.passes));
    }
    let witnessed = if entropy.is_witnessed() { "witnessed" } else { "unwitnessed (one person chose the seed)" };
    text.push_str(&format!("  entropy: {witnessed}\n"));
    text
}

/// Shows on a terminal how far a scan is, rows per second and time left; nothing elsewhere.
pub struct Bar(Option<indicatif::ProgressBar>, std::sync::atomic::AtomicU64);

impl Bar {
    pub fn new(bytes: u64) -> Bar {
        let bar = std::io::stderr().is_terminal().then(|| {
            let template = "{wide_bar} {percent}%  {msg}, {eta} left";
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
            bar.set_message(format!("{:.1} million rows/s", rows as f64 / seconds / 1e6));
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
