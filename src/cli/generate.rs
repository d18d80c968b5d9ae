//! `fairdraw generate`.

use std::io::{BufWriter, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Ending, Failure, Format, Progress, answer, answer_text, json, unwritten};
use fairdraw::both;
use fairdraw::files::store::export;
use fairdraw::lang::Text;
use fairdraw::scenario::encode::{self, Made};
use fairdraw::scenario::{self, Reference};

/// Generate the calibrated scenario of 邓州市, or a registry of any size
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  fairdraw generate dengzhou --out target/dengzhou\n  fairdraw generate registry --entities 100000 --out target/registry.parquet"
)]
pub struct Args {
    /// What to generate
    #[arg(value_enum)]
    what: What,
    /// Folder with the reference facts, for dengzhou
    #[arg(long, value_name = "DIR", default_value = "data/reference")]
    reference: PathBuf,
    /// Folder that the tables are written to, or the registry's file, .parquet or .csv; files of the same names are replaced
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Number of entities of the registry
    #[arg(long, value_name = "N", required_if_eq("what", "registry"))]
    entities: Option<u64>,
    /// Number of files that the registry is parted into, named with -1, -2, … before the ending
    #[arg(long, value_name = "N", default_value = "1")]
    files: NonZero<u64>,
    /// How Parquet keeps the registry's ids
    #[arg(long, value_enum, default_value_t)]
    ids: Ids,
    /// Seed of the registry
    #[arg(long, value_name = "TEXT", default_value = "1")]
    seed: String,
    /// Number of threads; all cores if not given
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Registry {
    entities: u64,
    files: Vec<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    /// A county-level city of 125,000 entities, 1,681 officers and 30 agencies, with the four quarters of 2024.
    Dengzhou,
    /// A registry of any size with codes, names, industries, provinces, classes and status.
    Registry,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Ids {
    /// As text.
    #[default]
    Text,
    /// As 18 bytes, which reads faster.
    Fixed,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    match args.what {
        What::Dengzhou => dengzhou(args),
        What::Registry => registry(args),
    }
}

fn registry(args: &Args) -> Result<Ending, Failure> {
    const ENTITIES_MAX: u64 = 800_000_000;
    let entities = args.entities.unwrap_or(0);
    if entities > ENTITIES_MAX || args.seed.len() > 16 || !args.seed.is_ascii() {
        let cause = both!(
            "{entities} entities with the seed {:?} can not be made",
            "不能用种子 {:?} 生成 {entities} 户",
            args.seed
        );
        let advice = both!(
            "ask for at most 800,000,000, with a seed of at most 16 ASCII characters",
            "至多 800,000,000 户，种子至多 16 个 ASCII 字符"
        );
        return Err(Failure::new(cause, advice));
    }
    let made = Made {
        entities,
        seed: &args.seed,
        threads: args.threads.map_or_else(fairdraw::scan::work::cores, NonZero::get),
    };
    let ending = args.out.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    if !["parquet", "csv"].contains(&ending) {
        let cause = both!("the ending tells no format", "由文件名结尾看不出格式");
        let advice = both!("name a file that ends with .parquet or .csv", "文件名请以 .parquet 或 .csv 结尾");
        return Err(Failure::at(args.out.display(), cause, advice));
    }
    let ids = match args.ids {
        Ids::Text => encode::Ids::Text,
        Ids::Fixed => encode::Ids::Fixed,
    };
    let (blocks, files) = (made.blocks(), args.files.get());
    let progress = Progress::of_one("generating the registry", "生成名录库");
    let mut written = Vec::new();
    for file in 0..files {
        let path = if files == 1 { args.out.clone() } else { numbered(&args.out, file + 1) };
        let of = blocks * file / files..blocks * (file + 1) / files;
        let failed = |error: std::io::Error| unwritten(&path, error);
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(&path).map_err(failed)?);
        match ending {
            "csv" => made.csv(of, &mut out).map_err(failed)?,
            _ => made.parquet(of, ids, &mut out).map_err(failed)?,
        }
        out.flush().map_err(failed)?;
        written.push(path.display().to_string());
    }
    drop(progress);
    if args.format == Format::Json {
        answer(&json(&Registry { entities, files: written }))?;
        return Ok(Ending::Yes);
    }
    let (entities, files) = (Text::counted(entities, "entity"), Text::counted(files, "file"));
    answer_text(&both!(entities, files => "{entities} in {files}\n", "{entities} 户，写成 {files} 个文件\n"))?;
    Ok(Ending::Yes)
}

/// Puts a number before the ending of a path.
fn numbered(path: &Path, number: u64) -> PathBuf {
    let part =
        |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{}-{number}.{}", part(path.file_stem()), part(path.extension())))
}

fn dengzhou(args: &Args) -> Result<Ending, Failure> {
    let progress = Progress::of_one("generating the scenario", "生成示例数据");
    let fact = |name: &str| read(&args.reference, name);
    let reference = Reference {
        townships: &fact("dengzhou_townships.csv")?,
        adjacency: &fact("dengzhou_township_adjacency.csv")?,
        agencies: &fact("member_agencies.csv")?,
        items: &fact("inspection_items.csv")?,
        calibration: &fact("calibration.csv")?,
    };
    let advice = both!("restore the files of data/reference", "请恢复 data/reference 的文件");
    let scenario = scenario::generate(&reference).map_err(|error| Failure::new(error, advice))?;
    let write = |path: &str, bytes: Vec<u8>| {
        let target = args.out.join(path);
        let failed = |error: std::io::Error| unwritten(&target, error);
        target.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        std::fs::write(&target, bytes).map_err(failed)
    };
    for text in &scenario.texts {
        write(&text.path, text.text.clone().into_bytes())?;
    }
    for file in &scenario.files {
        let bytes = match file.path.rsplit('.').next() {
            Some("parquet") => export::parquet(&file.table.headings, &file.table.rows),
            _ => export::csv(&file.table.headings, &file.table.rows),
        };
        write(&file.path, bytes)?;
    }
    drop(progress);
    let totals = scenario::totals(&scenario);
    if args.format == Format::Json {
        answer(&json(&totals))?;
        return Ok(Ending::Yes);
    }
    answer_text(&both!(
        "{} agencies, {} tasks, {} items, {} draws, {} officers ({} new, {} cancelled), {} townships\n",
        "部门 {} 个，任务 {} 个，事项 {} 项，抽取 {} 户次，执法检查人员 {} 人（新增 {} 人，注销 {} 人），乡镇 {} 个\n",
        totals.agencies,
        totals.tasks,
        totals.items,
        totals.draws,
        totals.officers,
        totals.newly_certified,
        totals.cancelled,
        totals.townships
    ))?;
    Ok(Ending::Yes)
}

fn read(folder: &Path, name: &str) -> Result<String, Failure> {
    let path = folder.join(name);
    let advice =
        both!("run from the project's folder, or name --reference", "请在项目文件夹中运行，或用 --reference 指明");
    std::fs::read_to_string(&path).map_err(|error| Failure::at(path.display(), error, advice))
}
