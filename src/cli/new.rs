//! `fairdraw new`.

use std::path::PathBuf;

use serde::Serialize;

use super::{Ending, Failure, Format, answer, json, lang};
use fairdraw::both;
use fairdraw::files::wording::cells;
use fairdraw::lottery::keys;
use fairdraw::plan::model::Span;
use fairdraw::publish::blank::{self, Period};

/// Make a workspace to fill in: plan.toml, a workbook for every table, the known holidays
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw new 2026Q1 --region 411381\n  fairdraw check 2026Q1")]
pub struct Args {
    /// Folder that is made; it must not hold anything yet
    folder: PathBuf,
    /// Administrative code of the county, six digits (GB/T 2260)
    #[arg(long, value_name = "CODE")]
    region: String,
    /// Name of the period, such as 2026, 2026H1, 2026Q1 or 2026-03; the folder's name if not given
    #[arg(long, value_name = "NAME")]
    period: Option<String>,
    /// First day, where the name of the period does not tell it
    #[arg(long, value_name = "DATE", requires = "last")]
    first: Option<String>,
    /// Last day, where the name of the period does not tell it
    #[arg(long, value_name = "DATE", requires = "first")]
    last: Option<String>,
    /// Form of the answer on stdout
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    region: &'a str,
    period: &'a str,
    first: String,
    last: String,
    files: Vec<String>,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let period = period(args)?;
    let no_place = |error: std::io::Error| {
        Failure::at(args.folder.display(), error, both!("name a folder that can be made", "请指定可以创建的文件夹"))
    };
    let is_taken = std::fs::read_dir(&args.folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken {
        let cause = both!("{} holds something already", "{} 里已有内容", args.folder.display());
        let advice = both!(
            "name a folder that is empty or not there; nothing is overwritten",
            "请指定空的或不存在的文件夹；不覆盖任何内容"
        );
        return Err(Failure::new(cause, advice));
    }
    std::fs::create_dir_all(&args.folder).map_err(no_place)?;
    let files = blank::workspace(&period);
    for file in &files {
        std::fs::write(args.folder.join(&file.path), &file.bytes).map_err(no_place)?;
    }
    let folder = args.folder.display();
    let files: Vec<String> = files.iter().map(|file| format!("{folder}/{}", file.path)).collect();
    if args.format == Format::Json {
        let (first, last) = (period.days.first.to_string(), period.days.last.to_string());
        answer(&json(&Answer { region: &period.region, period: &period.name, first, last, files }))?;
        return Ok(Ending::Yes);
    }
    let text: String = files.iter().map(|file| format!("{file}\n")).collect();
    let next =
        both!("fill in the workbooks, then: fairdraw check {folder}\n", "填好各表后运行：fairdraw check {folder}\n");
    answer(&format!("{text}{}", next.get(lang())))?;
    Ok(Ending::Yes)
}

fn period(args: &Args) -> Result<Period, Failure> {
    let of_folder = || args.folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = args.period.clone().or_else(of_folder).unwrap_or_default();
    if !(1..=32).contains(&name.len()) || !keys::is_group(&name) {
        let cause = both!("{name:?} is no name of a period", "{name:?} 不是期次名称");
        let advice = both!(
            "add --period with 1 to 32 characters of 0-9 A-Z a-z . _ -, such as 2026Q1",
            "请加 --period，用 1 至 32 个 0-9 A-Z a-z . _ -，例如 2026Q1"
        );
        return Err(Failure::new(cause, advice));
    }
    if args.region.len() != 6 || !args.region.bytes().all(|b| b.is_ascii_digit()) {
        let cause = both!("{:?} is no administrative code", "{:?} 不是行政区划代码", args.region);
        let advice = both!("give six digits of GB/T 2260, such as 411381", "请给出 GB/T 2260 的六位数字，例如 411381");
        return Err(Failure::new(cause, advice));
    }
    let days = match (&args.first, &args.last) {
        (Some(first), Some(last)) => {
            let span = cells::date(first).zip(cells::date(last)).map(|(first, last)| Span { first, last });
            span.filter(|span| span.first <= span.last).ok_or_else(|| {
                let cause =
                    both!("{first} and {last} are not two dates in order", "{first} 和 {last} 不是先后两个日期");
                Failure::new(cause, both!("write them as YYYY-MM-DD", "请写成 YYYY-MM-DD"))
            })?
        }
        _ => blank::days_of(&name).ok_or_else(|| {
            let advice = both!(
                "use a name such as 2026Q1, or add --first and --last",
                "请用 2026Q1 这样的名称，或加 --first 和 --last"
            );
            Failure::new(
                both!("the days of {name} do not follow from its name", "由名称 {name} 推不出起止日期"),
                advice,
            )
        })?,
    };
    Ok(Period { name, region: args.region.clone(), days })
}
