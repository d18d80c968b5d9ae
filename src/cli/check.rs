//! `fairdraw check`.

use std::path::PathBuf;

use serde::Serialize;

use super::history::Earlier;
use super::{Ending, Failure, Format, Progress, answer, json, lang};
use fairdraw::both;
use fairdraw::files::faults::{Fault, Place, Severity, Told};
use fairdraw::files::store::personal;
use fairdraw::files::tables::table::{MappedColumn, Mapping};
use fairdraw::files::workspace;
use fairdraw::lang::Text;
use fairdraw::plan::forecast::{Outlook, forecast};
use fairdraw::publish::report;

/// Validate all inputs of a workspace, report every fault at once, and warn of weeks with too few officers
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
    /// Every agency, qualification and week with visits to expect; missing where the tables have errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<Vec<Outlook>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mappings: Option<&'a [Mapping]>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let earlier = args.earlier.visits()?;
    let progress = Progress::of_one("loading and validating the tables", "读取并校验各表");
    let mut loaded = workspace::load(&args.workspace, &earlier);
    drop(progress);
    loaded.faults.extend(loaded.ready.iter().flat_map(|(inputs, _)| personal::warnings(inputs)));
    let capacity = loaded.ready.as_ref().map(|(inputs, frames)| forecast(inputs, frames));
    loaded.faults.extend(capacity.iter().flatten().filter(|outlook| outlook.is_short()).map(short));
    let errors = loaded.faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    let warnings = loaded.faults.len() - errors;
    match args.format {
        Format::Json => {
            let faults = loaded.faults.iter().map(|fault| fault.told(lang())).collect();
            let mappings = args.show_mapping.then_some(loaded.mappings.as_slice());
            answer(&json(&Report { errors, warnings, faults, capacity, mappings }))?;
        }
        Format::Text => {
            let shown =
                if args.show_mapping { loaded.mappings.iter().map(mapping_text).collect() } else { String::new() };
            let list = report::faults(&loaded.faults, lang());
            let ready = loaded.ready.as_ref().map_or(String::new(), |(inputs, frames)| {
                let counted = |number: usize, noun: &str| Text::counted(report::thousands(number as u32), noun);
                let entities = counted(inputs.entities.len(), "entity");
                let officers = counted(inputs.inspectors.len(), "officer");
                let (items, tasks) = (counted(inputs.items.len(), "item"), counted(inputs.tasks.len(), "task"));
                let strata = counted(frames.strata.len(), "stratum");
                let told = both!(
                    entities, officers, items, tasks, strata => "{entities}, {officers}, {items}, {tasks}, {strata}\n",
                    "检查对象 {entities} 户，执法检查人员 {officers} 人，事项 {items} 项，任务 {tasks} 个，层 {strata} 个\n"
                );
                told.get(lang()).to_owned()
            });
            let (errors, warnings) = (Text::counted(errors, "error"), Text::counted(warnings, "warning"));
            let sum = both!(errors, warnings => "{errors}, {warnings}\n", "错误 {errors} 条，警告 {warnings} 条\n");
            answer(&format!("{shown}{list}{ready}{}", sum.get(lang())))?;
        }
    }
    Ok(if errors == 0 { Ending::Yes } else { Ending::No })
}

/// Makes a warning of a week for which the officers will not suffice.
fn short(outlook: &Outlook) -> Fault {
    let Outlook { agency, first, last, officers, needed, available, .. } = outlook;
    let who = match &outlook.qualification {
        None => both!("officers", "执法人员"),
        Some(name) => both!("officers with {name}", "持有“{name}”资质的执法人员"),
    };
    let (needed, officers) = (Text::counted(needed, "seat"), Text::counted(officers, "officer"));
    let cause = both!(
        who, needed, officers => "{agency} is to expect {needed} of {who} from {first} to {last}; it has {officers} there to take {available}",
        "{agency} 在 {first} 至 {last} 预计需要{who} {needed} 人次；在岗 {officers} 人，可承担 {available} 人次",
    );
    let remedy = both!(
        "widen the window of its tasks, move leave, or have more certificates issued; other weeks may take the rest",
        "放宽任务的时间窗，调整休假，或增发执法证；其余可由其他周承担",
    );
    let place = Place { file: "inspectors".to_owned(), ..Place::default() };
    Fault { severity: Severity::Warning, code: "capacity", place, value: agency.clone(), cause, remedy }
}

/// Writes a mapping for people: one line for each column of the table, then what was left over.
fn mapping_text(mapping: &Mapping) -> String {
    let lang = lang();
    let sheet = if mapping.sheet.is_empty() { String::new() } else { format!("[{}]", mapping.sheet) };
    let passed = match mapping.rows_passed {
        0 => String::new(),
        rows => both!(", {rows} passed over", "，略过 {rows} 行").get(lang).to_owned(),
    };
    let rows = Text::counted(report::thousands(mapping.rows as u32), "row");
    let title = both!(
        rows => "{} from {}{sheet}: headings in row {}, {rows}{passed}\n",
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
