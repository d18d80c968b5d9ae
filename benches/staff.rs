//! Times the staffing of one county quarter, with load caps that leave room and with caps that hardly do.
//!
//! With `FAIRDRAW_INSTANCES=<folder>` it first staffs the instances of [`BOUNDS`] that the folder holds as `<name>.json`,
//! and prints the objective of each, how far it lies above the bound, and the time; then the same with ten times as many
//! steps of the search for dates.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use fairdraw::lottery::{Entropy, Prk, Suite};
use fairdraw::plan::staffing::{
    Agency, Day, DaySet, Duty, Item, Officer, Problem, Rules, STEPS_PER_VISIT, Site, Staffing, TeamKeys, dates_cost,
    staff, staff_with,
};

#[path = "instance.rs"]
mod instance;

/// Is SplitMix64: the benches need numbers that look random and never change.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, below: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((((z ^ (z >> 31)) >> 32) * u64::from(below)) >> 32) as u32
    }
}

const DAYS: u32 = 64;
const TOWNSHIPS: u32 = 16;
const AGENCIES: u32 = 30;
const SITES: u32 = 860;

/// Makes a county: 30 agencies of 12 to 130 officers, 860 sites, about 2,600 duties. `spare` is what the load caps
/// leave above an agency's mean, in visits of one officer.
fn county(spare: u32) -> Problem {
    let mut numbers = Numbers(20_260_701);
    let mut problem = Problem {
        rules: Rules { team_size: 2, agencies_per_visit_max: 6, visits_per_day_max: 2, hop_minutes_max: 60, search: 1 },
        days: (0..DAYS).map(|day| Day { week: day / 5, weekday: (day % 5 + 1) as u8 }).collect(),
        agencies: (0..AGENCIES).map(|at| Agency { id: format!("A{at:02}"), teams_per_day_max: 12 }).collect(),
        ..Problem::default()
    };
    for from in 0..TOWNSHIPS {
        problem.travel.push((0..TOWNSHIPS).map(|to| if from == to { 0 } else { 15 + 5 * from.abs_diff(to) }).collect());
    }
    for agency in 0..AGENCIES {
        for skill in 0..3 {
            problem.items.push(Item { agency, skill: Some(3 * agency + skill) });
        }
    }
    for at in 0..SITES {
        let open = if numbers.below(3) == 0 {
            (0..DAYS).filter(|day| day % 20 > 9).collect()
        } else {
            DaySet::span(0, DAYS - 1)
        };
        let halfdays = 1 + u32::from(numbers.below(10) == 0);
        let township = numbers.below(TOWNSHIPS);
        problem.sites.push(Site { id: format!("E{at:06}"), township, halfdays, open, ..Site::default() });
        for _ in 0..1 + numbers.below(2) {
            let first_day = numbers.below(DAYS - 40);
            let last_day = first_day + 24 + numbers.below(15);
            let lead = numbers.below(AGENCIES);
            for partner in 0..1 + numbers.below(3) {
                let agency = (lead + 7 * partner) % AGENCIES;
                let items = vec![3 * agency + numbers.below(3)];
                let separate = numbers.below(60) == 0;
                problem.duties.push(Duty { site: at, agency, items, first_day, last_day, separate, ..Duty::default() });
            }
        }
    }
    for agency in 0..AGENCIES {
        let size = 12 + agency * agency / 8 + agency % 3;
        let teams = problem.duties.iter().filter(|duty| duty.agency == agency).count() as u32;
        let visits_max = (2 * teams).div_ceil(size) + spare;
        for _ in 0..size {
            let skills = (0..3).filter(|_| numbers.below(2) == 0).map(|skill| 3 * agency + skill).collect();
            let leave = numbers.below(DAYS - 6);
            let certificate = DaySet::span(0, DAYS - 1);
            problem.officers.push(Officer {
                id: format!("P{:05}", problem.officers.len()),
                agency,
                skills,
                certificate,
                days: (0..DAYS).filter(|&day| day < leave || day > leave + 5).collect(),
                visits_max,
                ..Officer::default()
            });
        }
    }
    problem
}

fn keys() -> TeamKeys {
    TeamKeys::new(Prk::of(Suite::Dr1, &Entropy::from_seed("20260701").expect("a plain seed")), "330106.2026Q3")
}

fn complete(problem: &Problem, staffing: &Staffing) {
    assert_eq!(staffing.unplaced, []);
    assert_eq!(staffing.visits.iter().map(|visit| visit.duties.len()).sum::<usize>(), problem.duties.len());
}

/// Lower bounds of the objective by instance: a linear relaxation of the dates, visits as merged by a prototype.
const BOUNDS: [(&str, i64); 4] = [("county-1", 9_658), ("county-2", 7_931), ("county-3", 9_109), ("tight-1", 8_212)];

/// Computes 5 × (agency, township, day) triples + officer-days + 5 × week imbalance.
fn objective(problem: &Problem, staffing: &Staffing) -> i64 {
    let (mut trips, mut officer_days) = (BTreeSet::new(), BTreeSet::new());
    let weeks = problem.days.iter().map(|day| day.week as usize).max().map_or(0, |week| week + 1);
    let (mut visits, mut days) = (vec![0i64; weeks], vec![0i64; weeks]);
    problem.days.iter().for_each(|day| days[day.week as usize] += 1);
    for visit in &staffing.visits {
        visits[problem.days[visit.day as usize].week as usize] += 1;
        for team in &visit.teams {
            trips.insert((team.agency, problem.sites[visit.site as usize].township, visit.day));
            officer_days.extend(team.seats.iter().map(|seat| (seat.officer, visit.day)));
        }
    }
    let (all, period) = (staffing.visits.len() as i64, problem.days.len() as i64);
    let share = |days: i64| (2 * all * days + period) / (2 * period);
    let off: i64 = visits.iter().zip(&days).map(|(&visits, &days)| (visits - share(days)).abs()).sum();
    5 * trips.len() as i64 + officer_days.len() as i64 + 5 * off
}

fn gaps(folder: &Path, keys: &TeamKeys) {
    for (name, bound) in BOUNDS {
        let Ok(bytes) = std::fs::read(folder.join(format!("{name}.json"))) else { continue };
        let value = serde_json::from_slice(&bytes).expect("an instance is JSON");
        let problem = instance::read(&value).expect("an instance has all its parts");
        for times in [1, 10] {
            let began = Instant::now();
            let staffing = staff_with(&problem, keys, times * STEPS_PER_VISIT, &mut |_| {});
            let seconds = began.elapsed().as_secs_f64();
            complete(&problem, &staffing);
            let objective = objective(&problem, &staffing);
            let permille = ((objective - bound) * 1_000 + bound / 2) / bound;
            let (percent, tenths) = (permille / 10, permille % 10);
            println!("{name}, steps × {times}: {objective}, {percent}.{tenths} % above {bound}, {seconds:.2} s");
        }
    }
}

fn benches(criterion: &mut Criterion) {
    let keys = keys();
    if let Some(folder) = std::env::var_os("FAIRDRAW_INSTANCES") {
        gaps(Path::new(&folder), &keys);
    }
    let mut staffs = criterion.benchmark_group("staff");
    staffs.sample_size(10);
    for (name, spare) in [("county", 4), ("tight", 1)] {
        let problem = county(spare);
        staffs.bench_function(name, |bencher| {
            bencher.iter(|| complete(&problem, black_box(&staff(&problem, &keys))));
        });
    }
    staffs.finish();
    let mut dated = criterion.benchmark_group("dates");
    dated.sample_size(10);
    let problem = county(4);
    dated.bench_function("county", |bencher| {
        bencher.iter(|| assert!(black_box(dates_cost(&problem, &keys, STEPS_PER_VISIT)) > 0));
    });
    dated.finish();
}

criterion_group!(staffing, benches);
criterion_main!(staffing);
