//! `fairdraw notice`, and `fairdraw verify --notice`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::ceremony::{EntryAnswer, Where, failure};
use super::{Ending, Failure, Format, Progress, answer, answer_text, json, lang, unwritten};
use fairdraw::both;
use fairdraw::ceremony::notice::notice;
use fairdraw::files::store::ledger::Ledger;
use fairdraw::lang::{Say, Text};
use fairdraw::ledger::chain::Entry;
use fairdraw::ledger::notice::{COLUMNS, Notice};
use fairdraw::plan::amend::Reason;
use fairdraw::plan::model::Half;
use fairdraw::plan::words::Word;

/// Write the notice that is handed over at the door, with a QR code that proves its visit (检查通知书)
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw notice county/2026Q4 91330106000000000A --out notice.html\n\n\
    The page prints on A4. Whoever gets it checks the QR code with `fairdraw verify --notice`.")]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Id of the visit, as visits.csv has it
    visit: String,
    /// File that the page is written to; stdout if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the text of the QR code instead of the page
    #[arg(long)]
    text: bool,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Holds what stands on a notice.
#[derive(Serialize)]
struct Written<'a> {
    ceremony: &'a str,
    attempt: u32,
    /// Entry of the ledger under whose root the visit stands.
    entry: u32,
    visit: &'a str,
    /// Text of the QR code.
    text: String,
    /// File that the page or the text was written to.
    file: Option<String>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let ceremony = args.place.ceremony()?;
    let ledger = args.place.read()?;
    let progress = Progress::new();
    let made = notice(&ledger, &ceremony, &args.visit, &mut |stage| progress.stage(stage));
    drop(progress);
    let (notice, page) = made.map_err(failure)?;
    let text = if args.text { notice.text() + "\n" } else { page };
    match &args.out {
        None if args.format == Format::Text => answer(&text)?,
        None => {}
        Some(path) => std::fs::write(path, text).map_err(|error| unwritten(path, error))?,
    }
    if args.format == Format::Json {
        answer(&json(&Written {
            ceremony: &notice.ceremony,
            attempt: notice.attempt,
            entry: notice.entry,
            visit: &args.visit,
            text: notice.text(),
            file: args.out.as_ref().map(|path| path.display().to_string()),
        }))?;
    }
    Ok(Ending::Yes)
}

/// Holds what the check of a notice found.
#[derive(Serialize)]
struct Answer<'a> {
    verified: bool,
    /// Why the notice proves nothing.
    fault: Option<String>,
    /// Entry that drew the plan.
    entry: Option<EntryAnswer<'a>>,
    /// Cells of the visit's row, by column.
    visit: BTreeMap<&'static str, String>,
    /// Entries that followed on the same draw.
    since: Vec<EntryAnswer<'a>>,
}

/// Checks the text of a notice, or a file that holds it, against a ledger; nothing else is needed.
pub fn verify(notice: &str, ledger: &Path, format: Format) -> Result<Ending, Failure> {
    let text = if Path::new(notice).is_file() {
        std::fs::read_to_string(notice).map_err(|error| Failure::at(notice, error, Text::default()))?
    } else {
        notice.to_owned()
    };
    let advice = both!(
        "give the whole text of the QR code, or a file that holds it",
        "请给出二维码的全部文本，或存有该文本的文件"
    );
    let notice = Notice::parse(&text).map_err(|error| Failure::new(error, advice))?;
    let inner = ledger.join("ledger");
    let folder = if inner.is_dir() { inner } else { ledger.to_owned() };
    let ledger = Ledger::read(&folder).map_err(super::ceremony::ledger)?;
    let draw = match notice.check(ledger.entries()) {
        Ok(draw) => draw,
        Err(error) => {
            let error = error.say();
            if format == Format::Json {
                let (fault, visit) = (Some(error.get(lang()).to_owned()), BTreeMap::new());
                answer(&json(&Answer { verified: false, fault, entry: None, visit, since: Vec::new() }))?;
            } else {
                answer_text(&both!(error => "not verified: {error}\n", "核验不通过：{error}\n"))?;
            }
            return Ok(Ending::No);
        }
    };
    let cells = csv::ReaderBuilder::new().has_headers(false).from_reader(notice.row.as_bytes()).into_records().next();
    let cells = cells.into_iter().flatten().flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>());
    let visit: Vec<(&str, String)> = COLUMNS.into_iter().zip(cells).skip(1).collect();
    let since: Vec<&Entry> = notice.later(ledger.entries()).collect();
    if format == Format::Json {
        let (entry, since) = (Some(EntryAnswer::of(draw)), since.into_iter().map(EntryAnswer::of).collect());
        let visit = visit.into_iter().collect();
        answer(&json(&Answer { verified: true, fault: None, entry, visit, since }))?;
        return Ok(Ending::Yes);
    }
    let (time, file) = (draw.time, draw.file());
    let mut told = both!(
        "verified: the visit stands in the plan of {time}, entry {file}\n",
        "核验通过：本次检查列在 {time} 的计划中，条目 {file}\n"
    );
    for (name, cell) in &visit {
        let chinese = heading(name);
        let half = (*name == "half").then(|| Half::from_word(cell)).flatten();
        let cell = half.map_or_else(|| Text::same(cell), Word::text);
        told = told.followed_by(both!(cell => "  {name:<10} {cell}\n", "  {chinese} {cell}\n"));
    }
    for entry in since {
        let facts: Vec<Text> = entry.facts.iter().map(|(word, value)| fact(word, value)).collect();
        let (file, time, facts) = (entry.file(), entry.time, Text::joined(&facts, "; ", "；"));
        told = told
            .followed_by(both!(facts => "  since then {file}, {time}: {facts}\n", "  此后 {file}，{time}：{facts}\n"));
    }
    answer_text(&told)?;
    Ok(Ending::Yes)
}

/// Says a fact of an entry that amends or ends an attempt.
fn fact(word: &str, value: &str) -> Text {
    let chinese = match word {
        "number" => "变更号",
        "what" => "变更",
        "reason" => "原因",
        "details" => "明细",
        "notices" => "通知书",
        "teams" => "检查组",
        "sample" => "样本",
        other => other,
    };
    let told = match (word, value) {
        ("what", "officer") => "人员",
        ("what", "day") => "日期",
        ("what", "entity") => "检查对象",
        ("reason", code) => Reason::from_code(code).map_or(code, |reason| reason.chinese()),
        ("sample", "unknown") => "不详",
        _ => value,
    };
    both!("{word} {value}", "{chinese} {told}")
}

/// Names a column of a notice's row in Chinese.
fn heading(column: &str) -> &str {
    match column {
        "visit_id" => "检查编号",
        "entity_id" => "检查对象",
        "township" => "乡镇",
        "date" => "日期",
        "half" => "时段",
        "tasks" => "任务",
        "items" => "事项",
        "agencies" => "部门",
        "lead" => "牵头部门",
        "teams" => "检查人员",
        other => other,
    }
}
