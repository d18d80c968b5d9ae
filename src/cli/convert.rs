//! `fairdraw convert`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Ending, Failure, Format, Progress, answer, json, lang, tell, unwritten};
use fairdraw::both;
use fairdraw::lang::Text;

use fairdraw::files::faults::{Faults, Severity};
use fairdraw::files::store::convert::{Clean, Words, clean, recognise};
use fairdraw::files::store::export::{self, write_whole};
use fairdraw::files::tables::columns::{LAYOUTS, Layout};
use fairdraw::files::tables::source::Source;
use fairdraw::publish::{report, templates};

/// Clean a table and write it in another format, by the ending of OUT: .csv, .xlsx or .parquet
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Columns come under their canonical names (in XLSX their official headings), ids, dates, industries \
and words in their canonical forms; columns that the table does not know follow behind. A registry whose ids all have 18 \
characters gets them at a fixed length in Parquet, which is read fastest.\n\n\
Example:\n  fairdraw convert 企业名录.xls entities.parquet"
)]
pub struct Args {
    /// File in any format that a workspace may have
    input: PathBuf,
    /// File that is written
    output: PathBuf,
    /// Which table it is, where the headings do not tell
    #[arg(long, value_name = "NAME", value_parser = layout)]
    table: Option<&'static Layout>,
    /// The only sheet to read
    #[arg(long)]
    sheet: Option<String>,
    /// Row of the headings as the spreadsheet counts it
    #[arg(long, value_name = "ROW")]
    heading_row: Option<u32>,
    /// Column to take for a canonical one, by heading, letter, or = and a value for all rows; may be given several times
    #[arg(long, value_name = "NAME=COLUMN", value_parser = named)]
    column: Vec<(String, String)>,
    /// Replace a file that is there already
    #[arg(long)]
    force: bool,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    table: &'a str,
    rows: usize,
    output: String,
    errors: usize,
    warnings: usize,
}

/// Is a format that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Csv,
    Xlsx,
    Parquet,
}

/// Most rows of a sheet, headings and hints included (ECMA-376, part 1, 18.3.1.73).
const SHEET_ROWS_MAX: usize = 1_048_576;

fn layout(name: &str) -> Result<&'static Layout, String> {
    let found = LAYOUTS.into_iter().find(|layout| layout.name == name || layout.chinese == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = LAYOUTS.iter().map(|layout| layout.name).collect();
        both!("the tables are {}", "表名为 {}", names.join(", ")).get(lang()).to_owned()
    })
}

fn named(text: &str) -> Result<(String, String), String> {
    let advice = || {
        let advice =
            both!("write a canonical name, = and a column, such as id=TYXYDM", "请写规范名、= 和列，例如 id=TYXYDM");
        advice.get(lang()).to_owned()
    };
    let (name, column) = text.split_once('=').ok_or_else(advice)?;
    Ok((name.to_owned(), column.to_owned()))
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let target = target_of(&args.output)?;
    if args.output.exists() && !args.force {
        let cause = both!("{} exists already", "{} 已经存在", args.output.display());
        let advice = both!("add --force to replace it, or choose another name", "加 --force 替换，或另取文件名");
        return Err(Failure::new(cause, advice));
    }
    let source = Source {
        path: args.input.to_string_lossy().into_owned(),
        sheet: args.sheet.clone(),
        heading_row: args.heading_row,
        columns: args.column.iter().cloned().collect(),
    };
    let here = Path::new("");
    let progress = Progress::of_one("cleaning the table", "整理表格");
    let mut faults = Faults::default();
    let words = if target == Target::Xlsx { Words::Chinese } else { Words::English };
    let layout = args.table.or_else(|| recognise(here, &source, &mut faults));
    let cleaned = layout.and_then(|layout| clean(here, &source, layout, words, &mut faults));
    let is_sound = !faults.has_errors();
    let list = faults.into_sorted();
    let Some(cleaned) = cleaned else {
        drop(progress);
        tell(&report::faults(&list, lang()));
        return Ok(Ending::No);
    };
    let bytes = encode(&cleaned, target)?;
    write_whole(&args.output, &bytes).map_err(|error| unwritten(&args.output, error))?;
    drop(progress);
    tell(&if is_sound { report::faults_by_kind(&list, lang()) } else { report::faults(&list, lang()) });
    if args.format == Format::Json {
        let errors = list.iter().filter(|fault| fault.severity == Severity::Error).count();
        let (table, rows, warnings) = (cleaned.layout.name, cleaned.rows.len(), list.len() - errors);
        answer(&json(&Answer { table, rows, output: args.output.display().to_string(), errors, warnings }))?;
        return Ok(if is_sound { Ending::Yes } else { Ending::No });
    }
    let rows = Text::counted(report::thousands(cleaned.rows.len() as u32), "row");
    let done = both!(
        rows => "{} {}: {rows} written to {}\n",
        "{} {}：{rows} 行已写入 {}\n",
        cleaned.layout.name,
        cleaned.layout.chinese,
        args.output.display()
    );
    answer(done.get(lang()))?;
    Ok(if is_sound { Ending::Yes } else { Ending::No })
}

fn target_of(path: &Path) -> Result<Target, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("csv") => Ok(Target::Csv),
        Some("xlsx") => Ok(Target::Xlsx),
        Some("parquet") => Ok(Target::Parquet),
        _ => {
            let cause = both!("{} does not say in which format to write", "由 {} 看不出写成什么格式", path.display());
            Err(Failure::new(
                cause,
                both!("end the name with .csv, .xlsx or .parquet", "文件名请以 .csv、.xlsx 或 .parquet 结尾"),
            ))
        }
    }
}

fn encode(cleaned: &Clean, target: Target) -> Result<Vec<u8>, Failure> {
    if target == Target::Xlsx {
        if cleaned.rows.len() + 2 > SHEET_ROWS_MAX {
            let cause = both!("{} rows do not fit into one sheet", "一张工作表放不下 {} 行", cleaned.rows.len());
            return Err(Failure::new(cause, both!("write .csv or .parquet", "请写成 .csv 或 .parquet")));
        }
        return Ok(templates::workbook(cleaned.layout, &cleaned.more, &cleaned.rows));
    }
    let own = cleaned.layout.headings().zip(&cleaned.has).filter(|(_, has)| **has).map(|(name, _)| name);
    let headings: Vec<&str> = own.chain(cleaned.more.iter().map(String::as_str)).collect();
    let is_kept = |at: usize| cleaned.has.get(at).copied().unwrap_or(true);
    let kept = |row: &Vec<String>| -> Vec<String> {
        row.iter().enumerate().filter(|(at, _)| is_kept(*at)).map(|(_, text)| text.clone()).collect()
    };
    let rows: Vec<Vec<String>> = cleaned.rows.iter().map(kept).collect();
    Ok(match target {
        Target::Parquet if headings.first() == Some(&"id") => {
            export::parquet_of_codes(&headings, &rows).unwrap_or_else(|| export::parquet(&headings, &rows))
        }
        Target::Parquet => export::parquet(&headings, &rows),
        _ => export::csv(&headings, &rows),
    })
}
