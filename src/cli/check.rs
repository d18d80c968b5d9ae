//! `fairdraw check`.

use std::path::PathBuf;

use serde::Serialize;

use super::history::Earlier;
use super::{Ending, Failure, Format, Progress, answer, json, lang};
use fairdraw::both;
use fairdraw::files::faults::{Severity, Told};
use fairdraw::files::table::{MappedColumn, Mapping};
use fairdraw::files::workspace;
use fairdraw::publish::report;

/// Validate all inputs of a workspace and report every fault at once
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw check data/dengzhou/2024Q1")]
pub struct Args {
    /// Folder with plan.toml and the tables it names
    workspace: PathBuf,
    #[command(flatten)]
    earlier: Earlier,
    /// Say which column of each file was taken for what, and what was left over
    #[arg(long)]
    show_mapping: bool,
    /// Form of the report on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Report<'a> {
    errors: usize,
    warnings: usize,
    faults: Vec<Told<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mappings: Option<&'a [Mapping]>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let earlier = args.earlier.visits()?;
    let progress = Progress::of_one("loading and validating the tables", "读取并校验各表");
    let loaded = workspace::load(&args.workspace, &earlier);
    drop(progress);
    let errors = loaded.faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    let warnings = loaded.faults.len() - errors;
    match args.format {
        Format::Json => {
            let faults = loaded.faults.iter().map(|fault| fault.told(lang())).collect();
            let mappings = args.show_mapping.then_some(loaded.mappings.as_slice());
            answer(&json(&Report { errors, warnings, faults, mappings }))?;
        }
        Format::Text => {
            let shown =
                if args.show_mapping { loaded.mappings.iter().map(mapping_text).collect() } else { String::new() };
            let list = report::faults(&loaded.faults, lang());
            let ready = loaded.ready.as_ref().map_or(String::new(), |(inputs, frames)| {
                let counted = both!(
                    "{} entities, {} officers, {} items, {} tasks, {} strata\n",
                    "检查对象 {} 户，执法检查人员 {} 人，事项 {} 项，任务 {} 个，层 {} 个\n",
                    report::thousands(inputs.entities.len() as u32),
                    report::thousands(inputs.inspectors.len() as u32),
                    inputs.items.len(),
                    inputs.tasks.len(),
                    frames.strata.len()
                );
                counted.get(lang()).to_owned()
            });
            let sum = both!("{errors} errors, {warnings} warnings\n", "错误 {errors} 条，警告 {warnings} 条\n");
            answer(&format!("{shown}{list}{ready}{}", sum.get(lang())))?;
        }
    }
    Ok(if errors == 0 { Ending::Yes } else { Ending::No })
}

/// Writes a mapping for people: one line for each column of the table, then what was left over.
fn mapping_text(mapping: &Mapping) -> String {
    let lang = lang();
    let sheet = if mapping.sheet.is_empty() { String::new() } else { format!("[{}]", mapping.sheet) };
    let passed = match mapping.rows_passed {
        0 => String::new(),
        rows => both!(", {rows} passed over", "，略过 {rows} 行").get(lang).to_owned(),
    };
    let rows = report::thousands(mapping.rows as u32);
    let title = both!(
        "{} from {}{sheet}: headings in row {}, {rows} rows{passed}\n",
        "{} 取自 {}{sheet}：表头在第 {} 行，共 {rows} 行{passed}\n",
        mapping.table,
        mapping.file,
        mapping.heading_row
    );
    let mut text = title.get(lang).to_owned();
    let source = |column: &MappedColumn| match column.letter.as_str() {
        "" if column.heading.is_empty() => lang.pick("not in the file", "文件中没有").to_owned(),
        "" => column.heading.clone(),
        "=" => both!("{} for all rows (plan.toml)", "各行均为 {}（plan.toml）", column.heading).get(lang).to_owned(),
        letter => format!("{letter} {}", column.heading),
    };
    for column in &mapping.columns {
        text += &format!("  {:<18} {}\n", column.name, source(column));
    }
    for column in &mapping.left_over {
        text += &format!("  {} {}\n", lang.pick("left over         ", "未读取            "), source(column));
    }
    text
}
