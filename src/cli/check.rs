//! `fairdraw check`.

use std::path::PathBuf;

use serde::Serialize;

use super::{Ending, Failure, Format, answer, json};
use fairdraw::files::faults::{Fault, Place, Severity};
use fairdraw::files::table::{MappedColumn, Mapping};
use fairdraw::files::workspace;
use fairdraw::plan::forecast::{Outlook, forecast};
use fairdraw::publish::report;
use fairdraw::verify::earlier_visits;

/// Validate all inputs of a workspace, report every fault at once, and warn of weeks with too few officers
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw check data/dengzhou/2024Q1")]
pub struct Args {
    /// Folder with plan.toml and the tables it names
    workspace: PathBuf,
    /// Bundle of an earlier period whose visits count as history; may be given several times
    #[arg(long, value_name = "BUNDLE")]
    after: Vec<PathBuf>,
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
    faults: &'a [Fault],
    /// Every agency, qualification and week with visits to expect; missing where the tables have errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<Vec<Outlook>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mappings: Option<&'a [Mapping]>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let mut earlier = Vec::new();
    for bundle in &args.after {
        let visits = earlier_visits(bundle);
        earlier.extend(visits.map_err(|error| Failure::new(error, "give the folder of a bundle to --after"))?);
    }
    let mut loaded = workspace::load(&args.workspace, &earlier);
    let capacity = loaded.ready.as_ref().map(|(inputs, frames)| forecast(inputs, frames));
    loaded.faults.extend(capacity.iter().flatten().filter(|outlook| outlook.is_short()).map(short));
    let errors = loaded.faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    let warnings = loaded.faults.len() - errors;
    match args.format {
        Format::Json => {
            let mappings = args.show_mapping.then_some(loaded.mappings.as_slice());
            answer(&json(&Report { errors, warnings, faults: &loaded.faults, capacity, mappings }))?;
        }
        Format::Text => {
            let shown =
                if args.show_mapping { loaded.mappings.iter().map(mapping_text).collect() } else { String::new() };
            let list = report::faults(&loaded.faults);
            let ready = loaded.ready.as_ref().map_or(String::new(), |(inputs, frames)| {
                format!(
                    "{} entities, {} officers, {} items, {} tasks, {} strata\n",
                    report::thousands(inputs.entities.len() as u32),
                    report::thousands(inputs.inspectors.len() as u32),
                    inputs.items.len(),
                    inputs.tasks.len(),
                    frames.strata.len()
                )
            });
            answer(&format!("{shown}{list}{ready}{errors} errors, {warnings} warnings\n"))?;
        }
    }
    Ok(if errors == 0 { Ending::Yes } else { Ending::No })
}

/// Makes a warning of a week for which the officers will not suffice.
fn short(outlook: &Outlook) -> Fault {
    let Outlook { agency, first, last, officers, needed, available, .. } = outlook;
    let who = outlook.qualification.as_ref().map_or("officers".to_owned(), |name| format!("officers with {name}"));
    Fault {
        severity: Severity::Warning,
        code: "capacity",
        place: Place { file: "inspectors".to_owned(), ..Place::default() },
        value: agency.clone(),
        cause: format!(
            "{agency} is to expect {needed} seats of {who} from {first} to {last}; {officers} of them are there and can \
             take {available}"
        ),
        remedy:
            "widen the window of its tasks, move leave, or have more certificates issued; other weeks may take the rest"
                .to_owned(),
    }
}

/// Writes a mapping for people: one line for each column of the table, then what was left over.
fn mapping_text(mapping: &Mapping) -> String {
    let sheet = if mapping.sheet.is_empty() { String::new() } else { format!("[{}]", mapping.sheet) };
    let passed =
        if mapping.rows_passed == 0 { String::new() } else { format!(", {} passed over", mapping.rows_passed) };
    let mut text = format!(
        "{} from {}{sheet}: headings in row {}, {} rows{passed}\n",
        mapping.table,
        mapping.file,
        mapping.heading_row,
        report::thousands(mapping.rows as u32)
    );
    let source = |column: &MappedColumn| match column.letter.as_str() {
        "" if column.heading.is_empty() => "not in the file".to_owned(),
        "" => column.heading.clone(),
        "=" => format!("{} for all rows (plan.toml)", column.heading),
        letter => format!("{letter} {}", column.heading),
    };
    for column in &mapping.columns {
        text += &format!("  {:<18} {}\n", column.name, source(column));
    }
    for column in &mapping.left_over {
        text += &format!("  left over          {}\n", source(column));
    }
    text
}
