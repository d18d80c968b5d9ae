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
use fairdraw::plan::staffing::{Problem, STEPS_PER_VISIT, Staffing, TeamKeys, staff_with};
use serde_json::{Value, json};

#[path = "instance.rs"]
mod instance;

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
    let problem = instance::read(&instance)?;
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
