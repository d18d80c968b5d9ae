//! Reads an instance JSON (`joint-inspection-instance/1`), writes a plan JSON and prints the time of each stage.
//!
//!     solve_instance <instance.json> <plan.json>      one district
//!     solve_instance <folder> <folder> [threads]      every *.json of a folder, two threads if not said otherwise

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use fairdraw::lottery::{Entropy, Prk, Suite};
use fairdraw::plan::staffing::{
    Agency, Day, DaySet, Duty, Item, Officer, Problem, Rules, STEPS_PER_VISIT, Site, Staffing, TeamKeys, staff_with,
};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (from, to) = match &arguments[..] {
        [from, to] | [from, to, _] => (PathBuf::from(from), PathBuf::from(to)),
        _ => return Err("usage: solve_instance <instance.json|folder> <plan.json|folder> [threads]".into()),
    };
    if !from.is_dir() {
        println!("{}", solve(&from, &to)?);
        return Ok(());
    }
    let threads: usize = arguments.get(2).map_or(Ok(2), |count| count.parse())?;
    std::fs::create_dir_all(&to)?;
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&from)?.map(|row| Ok(row?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort_unstable_by(|a, b| b.cmp(a));
    let queue = Mutex::new(files);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panics while it holds the queue").pop();
                    let Some(file) = next else { break };
                    let name = file.file_name().expect("a listed file has a name");
                    match solve(&file, &to.join(name)) {
                        Ok(line) => println!("{} {line}", name.display()),
                        Err(error) => println!("{} failed: {error}", name.display()),
                    }
                }
            });
        }
    });
    println!("all {} ms", began.elapsed().as_millis());
    Ok(())
}

/// Solves one instance and returns the line about it.
fn solve(from: &Path, to: &Path) -> Result<String, Box<dyn Error>> {
    let instance: Value = serde_json::from_slice(&std::fs::read(from)?)?;
    let problem = read(&instance)?;
    let keys = TeamKeys::new(Prk::of(Suite::Dr1, &Entropy::from_seed("20260701")?), "330106.2026Q3");
    let (began, mut last, mut line) = (Instant::now(), Instant::now(), String::new());
    let staffing = staff_with(&problem, &keys, STEPS_PER_VISIT, &mut |stage| {
        line += &format!("{stage} {:.1} ", last.elapsed().as_secs_f64() * 1e3);
        last = Instant::now();
    });
    let total = began.elapsed().as_secs_f64() * 1e3;
    std::fs::write(to, serde_json::to_vec(&write(&instance, &problem, &staffing))?)?;
    Ok(format!("{line}total {total:.1} ms, {} visits, {} unplaced", staffing.visits.len(), staffing.unplaced.len()))
}

fn read(instance: &Value) -> Result<Problem, Box<dyn Error>> {
    let rows = |name: &str| instance[name].as_array().ok_or_else(|| format!("{name} is no list"));
    let number = |value: &Value| -> Result<u32, Box<dyn Error>> {
        Ok(u32::try_from(value.as_u64().ok_or("a number is missing")?)?)
    };
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("a text is missing");
    let numbers = |value: &Value| -> Result<Vec<u32>, Box<dyn Error>> {
        value.as_array().ok_or("a list is missing")?.iter().map(number).collect()
    };
    let spans = |value: &Value| -> Result<DaySet, Box<dyn Error>> {
        let mut days = DaySet::empty();
        for span in value.as_array().ok_or("a list of spans is missing")? {
            days = days.or(&DaySet::span(number(&span[0])?, number(&span[1])?));
        }
        Ok(days)
    };
    let rules = &instance["rules"];
    let dates = rows("calendar")?.iter().map(|day| text(&day["date"])).collect::<Result<Vec<_>, _>>()?;
    let all = DaySet::span(0, dates.len() as u32 - 1);
    let without = |taken: DaySet| all.iter().filter(|&day| !taken.contains(day)).collect::<DaySet>();
    let mut weeks: Vec<String> = Vec::new();
    let mut days = Vec::new();
    for day in rows("calendar")? {
        let week = text(&day["week"])?;
        if weeks.last() != Some(&week) {
            weeks.push(week);
        }
        days.push(Day { week: weeks.len() as u32, weekday: 1 });
    }
    let mut names: HashMap<String, u32> = HashMap::new();
    let mut skill = |value: &Value| -> Result<u32, &str> {
        let next = names.len() as u32;
        Ok(*names.entry(text(value)?).or_insert(next))
    };
    let mut items = Vec::new();
    for item in rows("items")? {
        items.push(Item { agency: number(&item["agency"])?, skill: Some(skill(&item["skill"])?) });
    }
    let mut officers = Vec::new();
    for row in rows("inspectors")? {
        let mut skills = Vec::new();
        for name in row["skills"].as_array().ok_or("skills are missing")? {
            skills.push(skill(name)?);
        }
        skills.sort_unstable();
        let (from, until) = (text(&row["cert"][0])?, text(&row["cert"][1])?);
        let valid = all.iter().filter(|&day| (&from..=&until).contains(&&dates[day as usize]));
        let certificate: DaySet = valid.collect();
        let townships: Option<Vec<u32>> = match &row["townships"] {
            Value::Null => None,
            list => Some(numbers(list)?),
        };
        officers.push(Officer {
            id: text(&row["id"])?,
            agency: number(&row["agency"])?,
            skills,
            townships,
            certificate,
            days: certificate.and(&without(spans(&row["leave"])?)),
            visits_max: number(&row["cap"])?,
            prior: number(&row["prior"])?,
        });
    }
    let mut sites = Vec::new();
    for row in rows("entities")? {
        let mut barred: Vec<u32> = numbers(&row["last"])?;
        barred.extend::<Vec<u32>>(numbers(&row["recused"])?);
        barred.sort_unstable();
        barred.dedup();
        sites.push(Site {
            id: text(&row["id"])?,
            township: number(&row["township"])?,
            halfdays: number(&row["halfdays"])?,
            open: without(spans(&row["quiet"])?),
            barred,
        });
    }
    let mut duties = Vec::new();
    for row in rows("tasks")? {
        duties.push(Duty {
            site: number(&row["entity"])?,
            agency: number(&row["agency"])?,
            items: numbers(&row["items"])?,
            first_day: number(&row["window"][0])?,
            last_day: number(&row["window"][1])?,
            separate: row["separate"].as_bool().ok_or("separate is missing")?,
        });
    }
    let mut agencies = Vec::new();
    for row in rows("agencies")? {
        agencies.push(Agency { id: text(&row["id"])?, teams_per_day_max: number(&row["daily_cap"])? });
    }
    Ok(Problem {
        rules: Rules {
            team_size: number(&rules["team_size"])?,
            agencies_per_visit_max: number(&rules["max_agencies_per_visit"])?,
            visits_per_day_max: number(&rules["max_visits_per_inspector_day"])?,
            hop_minutes_max: number(&rules["max_hop_minutes"])?,
        },
        days,
        travel: rows("travel")?.iter().map(numbers).collect::<Result<_, Box<dyn Error>>>()?,
        agencies,
        items,
        officers,
        sites,
        duties,
    })
}

fn write(instance: &Value, problem: &Problem, staffing: &Staffing) -> Value {
    let task = |duty: &u32| instance["tasks"][*duty as usize]["id"].clone();
    let visits = staffing.visits.iter().map(|visit| {
        let teams: serde_json::Map<String, Value> = visit
            .teams
            .iter()
            .map(|team| {
                let ids = team.seats.iter().map(|seat| Value::from(problem.officers[seat.officer as usize].id.clone()));
                (problem.agencies[team.agency as usize].id.clone(), ids.collect())
            })
            .collect();
        let slot = 2 * visit.day + u32::from(visit.half);
        json!({ "tasks": visit.duties.iter().map(task).collect::<Vec<_>>(), "slot": slot, "teams": teams })
    });
    let skills: HashMap<u32, &Value> = problem
        .items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| Some((item.skill?, &instance["items"][at]["skill"])))
        .collect();
    let unplaced = staffing.unplaced.iter().map(|row| json!({ "task": task(&row.duty), "reason": row.reason.code() }));
    let certificates = staffing.shortages.iter().map(|row| {
        let groups: Vec<Vec<Value>> = row.duty_groups.iter().map(|group| group.iter().map(task).collect()).collect();
        let mut certificate = json!({ "agency": problem.agencies[row.agency as usize].id, "visits": groups });
        if let Some(skill) = row.skill {
            certificate["skill"] = skills[&skill].clone();
        }
        certificate
    });
    json!({
        "schema": "joint-inspection-plan/1",
        "instance": instance["name"],
        "visits": visits.collect::<Vec<_>>(),
        "unplaced": unplaced.collect::<Vec<_>>(),
        "certificates": certificates.collect::<Vec<_>>(),
    })
}
