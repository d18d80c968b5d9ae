//! `fairdraw report`.

use std::fmt::Write as _;

use clap::ValueEnum;
use jiff::civil::Date;
use serde::Serialize;

use super::result::{Access, Source};
use super::{Ending, Failure, Format, Progress, answer, json, lang};
use fairdraw::both;
use fairdraw::lang::{Lang, Text};
use fairdraw::plan::amend::with_substitutes;
use fairdraw::plan::model::Plan;
use fairdraw::plan::results::parts;
use fairdraw::publish::estimates::{self, By, Row};
use fairdraw::publish::report::thousands;
use fairdraw::publish::results::{self, Doors, FollowUp};

/// Report how far the results are, and estimate from the samples what the whole registry is like
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw report target --bundle target/2024Q1 --by task,class")]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// Day of the report; that of --at or of the clock if not given
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    /// What the shares of violations are estimated by
    #[arg(long, value_enum, value_delimiter = ',', default_value = "task")]
    by: Vec<Grouping>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// By what a share is estimated; each within each task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Grouping {
    /// The task as a whole
    Task,
    /// Item (抽查事项)
    Item,
    /// Credit class (信用风险分类)
    Class,
    /// Division of GB/T 4754 (行业大类)
    Industry,
    /// Township (乡镇)
    Township,
}

#[derive(Serialize)]
struct Report {
    period: String,
    #[serde(serialize_with = "fairdraw::publish::results::as_text")]
    today: Date,
    agencies: Vec<results::Progress>,
    doors: Doors,
    follow_up: Vec<FollowUp>,
    estimates: Vec<Row>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let progress = Progress::new();
    let opened = args.source.open(&progress, Access::Read)?;
    let today = args.today.unwrap_or(args.source.place.time().date());
    let (inputs, plan, records) = (&opened.made.inputs, &opened.made.plan, &opened.records);
    let parts = parts(inputs, plan, records, &opened.calendar);
    let sampled = Plan { samples: with_substitutes(plan, &opened.substitutions), ..plan.clone() };
    let by: Vec<By> = args.by.iter().map(|by| by_of(*by)).collect();
    let report = Report {
        period: records.period.clone(),
        today,
        agencies: results::progress(inputs, plan, &parts, today),
        doors: results::doors(inputs, plan, &parts, records),
        follow_up: results::follow_up(inputs, plan, records),
        estimates: estimates::rows(inputs, &sampled, records, &by),
    };
    drop(progress);
    match args.format {
        Format::Json => answer(&json(&report))?,
        Format::Text => answer(&text(&report))?,
    }
    Ok(Ending::Yes)
}

fn by_of(grouping: Grouping) -> By {
    match grouping {
        Grouping::Task => By::Task,
        Grouping::Item => By::Item,
        Grouping::Class => By::Class,
        Grouping::Industry => By::Industry,
        Grouping::Township => By::Township,
    }
}

fn text(report: &Report) -> String {
    let (period, today, doors) = (&report.period, report.today, &report.doors);
    let mut text = both!("{period} on {today}\n", "{period} 截至 {today}\n").get(lang()).to_owned();
    let mut line = |words: Text| writeln!(text, "  {}", words.get(lang())).expect("a string takes all text");
    line(both!(
        "results by agency: parts of visits planned, complete (in time), published (in time), overdue",
        "各部门结果：计划检查次数、办结（按期）、公示（按期）、超期"
    ));
    for row in &report.agencies {
        let results::Progress { agency, planned, complete, in_time, published, published_in_time, overdue, .. } = row;
        let shares = [percent(*complete, *planned), percent(*published, *planned)];
        let unplaced = row.unplaced;
        line(both!(
            "  {agency:<5} {planned:>5}  complete {complete:>5} {:>4} ({in_time})  published {published:>5} {:>4} ({published_in_time})  overdue {overdue}, unplaced duties {unplaced}",
            "  {agency:<5} {planned:>5}  办结 {complete:>5} {:>4} ({in_time})  公示 {published:>5} {:>4} ({published_in_time})  超期 {overdue}，未安排 {unplaced}",
            shares[0],
            shares[1]
        ));
    }
    let (joint, visits, share) = (thousands(doors.joint), thousands(doors.visits), percent(doors.joint, doors.visits));
    line(both!("joint visits {joint} of {visits}, {share}", "部门联合检查 {joint} 次，占 {visits} 次的 {share}"));
    let by_visits = Text::each(|lang| {
        let one = |(visits, entities): (&u32, &u32)| {
            let entities = thousands(*entities);
            both!("{entities} with {visits}", "{visits} 次的 {entities} 户").get(lang).to_owned()
        };
        doors.entities_by_visits.iter().map(one).collect::<Vec<_>>().join(lang.pick(", ", "，"))
    });
    let (en, zh) = (by_visits.get(Lang::En), by_visits.get(Lang::Zh));
    let (cap, above) = (doors.visits_per_year_max, doors.above_cap.len());
    line(both!(
        "visits of the year, entities: {en}; cap {cap}, above it {above}",
        "本年检查次数：{zh}；上限 {cap} 次，超过的 {above} 户"
    ));
    let follow_up = Text::counted(thousands(report.follow_up.len() as u32), "entity");
    line(both!(
        follow_up => "to be followed up: {follow_up} (--format json has all)",
        "须后续处理：{follow_up} 户（见 --format json）"
    ));
    line(both!(
        "estimated shares of violations in the frames, with intervals of 95 %",
        "抽样框中违规比例的推断，附 95 % 置信区间"
    ));
    for row in &report.estimates {
        line(estimate_text(row));
    }
    text
}

fn estimate_text(row: &Row) -> Text {
    let name = if row.code == row.task { row.name.clone() } else { format!("{} {}", row.code, row.name) };
    let task = &row.task;
    let Some(of) = &row.estimate else {
        return both!("  {task} {name}: no estimate, the task is spread", "  {task} {name}：分散抽取的任务不作推断");
    };
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    let share = match of.share {
        None => both!("nobody drawn", "没有抽中任何一户"),
        Some([low, high]) if low == high => Text::same(percent(low)),
        Some([low, high]) => {
            let (low, high) = (percent(low), percent(high));
            both!("{low} to {high}", "{low} 至 {high}")
        }
    };
    let (low, high) = (percent(of.interval[0]), percent(of.interval[1]));
    let (sample, population, hits) = (of.sample, thousands(of.population), Text::counted(of.hits, "hit"));
    let (awaited, uncovered) = (of.awaited, thousands(of.uncovered));
    let error = of.standard_error.map_or("-".to_owned(), percent);
    both!(
        share, hits => "  {task} {name}: {share} ({low} to {high}; {sample} of {population} drawn, {hits}, {awaited} awaited, nothing known of {uncovered}, s.e. {error})",
        "  {task} {name}：{share}（{low} 至 {high}；{population} 户中抽 {sample} 户，违规 {hits}，待报 {awaited}，无从知晓 {uncovered}，标准误 {error}）"
    )
}

fn percent(part: u32, whole: u32) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    format!("{}%", (u64::from(part) * 200 + u64::from(whole)) / (2 * u64::from(whole)))
}
