//! Chance as it should be: fixed keys, exact expectations, and bounds that were computed beforehand.
//!
//! Every bound is passed by a fair lottery with a probability of at least 1 − 1e-9 and was derived without looking at
//! a result; the keys are those of the seeds `<test> 0`, `<test> 1`, … So a test that fails means unfairness and no
//! bad luck, and one that passes would not pass with a few per cent of bias. X² is Pearson's statistic; `chi2(k)` is
//! the 1 − 1e-9 quantile of the chi-square distribution with k degrees of freedom.

use fairdraw::lottery::{Entropy, Entry, Iv, Key, Prk, Suite, draw, keys::entity_label};
use fairdraw::plan::model::StratumName;
use fairdraw::plan::{draws, model};

use crate::support::{Workspace, small};

/// Returns the ceremony's key of one of the fixed seeds.
fn prk(test: &str, number: u32) -> Prk {
    Prk::of(Suite::Dr1, &Entropy::from_seed(&format!("{test} {number}")).expect("the seed is printable"))
}

fn key(test: &str, number: u32) -> Key {
    prk(test, number).key(&entity_label("411381.2024Q1"))
}

/// Numbers consecutive social credit codes, which differ in the last digits only.
fn frame(balls: &[u8]) -> Vec<Entry> {
    let entry = |(at, balls): (u32, &u8)| Entry {
        at,
        iv: Iv::of(Suite::Dr1, &format!("91411381MA4000{:04}", 1000 + at)),
        balls: *balls,
        behind: false,
    };
    (0..).zip(balls).map(entry).collect()
}

/// Numbers the orders of `n` different positions from 0 to n! − 1 (Lehmer code).
fn order_number(order: &[u32]) -> usize {
    let smaller = |at: usize| order[at + 1..].iter().filter(|later| **later < order[at]).count();
    (0..order.len()).fold(0, |number, at| number * (order.len() - at) + smaller(at))
}

/// Computes X² of counts against exact probabilities.
fn pearson(counts: &[u32], probabilities: &[f64]) -> f64 {
    let all: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    counts.iter().zip(probabilities).map(|(count, p)| (f64::from(*count) - all * p).powi(2) / (all * p)).sum()
}

#[test]
fn all_orders_of_six_consecutive_codes_are_equally_likely() {
    // Without it neighbours in the registry could come in a pattern, and the reserve could be foreseen.
    const CEREMONIES: u32 = 72_000; // 100 for each of the 720 orders
    const BOUND: f64 = 970.24; // chi2(719)
    let frame = frame(&[1; 6]);
    let mut counts = vec![0u32; 720];
    for number in 0..CEREMONIES {
        let sample = draw(&key("orders", number), &frame, 6, 0);
        let order: Vec<u32> = sample.drawn.iter().map(|pick| pick.at).collect();
        counts[order_number(&order)] += 1;
    }
    let x2 = pearson(&counts, &[1.0 / 720.0; 720]);
    assert!(x2 < BOUND, "X² = {x2}");
    // Too even would be no chance either: P(X² with 719 degrees < 514.3) = 1e-9 by the same computation.
    assert!(x2 > 514.0, "X² = {x2}");
}

#[test]
fn balls_weigh_as_much_as_they_say() {
    // Without it an entity with four balls would be drawn more or less often than the plan tells everyone.
    const CEREMONIES: u32 = 60_000;
    const BOUND: f64 = 89.11; // chi2(23)
    let balls = [1u8, 2, 3, 5];
    let frame = frame(&balls);
    // The smallest of w uniform numbers is the first of w clocks to ring, so the order is that of drawing balls from
    // an urn and taking all balls of who was drawn out: the product of (own balls / balls left). All 24 orders.
    let mut probabilities = vec![0.0; 24];
    let mut orders = 0;
    for code in 0..256u32 {
        let order = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6];
        if (0..4).all(|at| order.contains(&at)) {
            let mut left: u32 = balls.iter().map(|balls| u32::from(*balls)).sum();
            let mut p = 1.0;
            for at in order {
                let own = u32::from(balls[at as usize]);
                p *= f64::from(own) / f64::from(left);
                left -= own;
            }
            probabilities[order_number(&order)] = p;
            orders += 1;
        }
    }
    assert_eq!(orders, 24);
    assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let mut counts = vec![0u32; 24];
    for number in 0..CEREMONIES {
        let sample = draw(&key("balls", number), &frame, 4, 0);
        let order: Vec<u32> = sample.drawn.iter().map(|pick| pick.at).collect();
        counts[order_number(&order)] += 1;
    }
    let x2 = pearson(&counts, &probabilities);
    assert!(x2 < BOUND, "X² = {x2}");
}

#[test]
fn neighbours_are_drawn_together_as_often_as_strangers() {
    // Without it a firm could tell from its neighbour's visit whether its own is due.
    const CEREMONIES: u32 = 20_000;
    // Of 40 entities 10 are drawn: each pair together with p = 10·9 / 40·39 = 3/52, so its count is binomial with
    // 20,000 trials. P(below 927) and P(above 1,395) are each below 1e-9 / (2 · 780 pairs).
    const TOGETHER: std::ops::RangeInclusive<u32> = 927..=1_395;
    // A single entity with p = 1/4, each side below 1e-9 / 200.
    const ALONE: std::ops::RangeInclusive<u32> = 4_587..=5_420;
    let frame = frame(&[1; 40]);
    let mut together = vec![[0u32; 40]; 40];
    for number in 0..CEREMONIES {
        let sample = draw(&key("pairs", number), &frame, 10, 0);
        for a in &sample.drawn {
            sample.drawn.iter().for_each(|b| together[a.at as usize][b.at as usize] += 1);
        }
    }
    for (a, with) in together.iter().enumerate() {
        assert!(ALONE.contains(&with[a]), "entity {a}: {}", with[a]);
        (0..a).for_each(|b| assert!(TOGETHER.contains(&with[b]), "{a} and {b}: {}", with[b]));
    }
    // The 39 pairs of neighbours as one number: 39 · 20,000 · 3/52 = 45,000 are expected. With the
    // exact probabilities of three and of four being drawn together, (10·9·8)/(40·39·38) and (10·9·8·7)/(40·39·38·37),
    // the variance is 20,000 · 1.3413 = 26,827, and 6.2 deviations are 1,015; beyond lie 6e-10 of a normal curve.
    let neighbours: i64 = (1..40).map(|a| i64::from(together[a][a - 1])).sum();
    assert!((neighbours - 45_000).abs() < 1_015, "{neighbours} pairs of neighbours");
}

/// Returns a workspace with one task by class over 100 active entities: 40 of A, 30 of B, 20 of C, 10 of D.
fn by_class() -> Workspace {
    let mut workspace = small();
    let mut entities = "id,name,kind,industry,township,address,class,status,tags,flags,quiet,registered\n".to_owned();
    for at in 0..100 {
        let class = ["A", "B", "A", "C", "A", "B", "D", "A", "B", "C"][at % 10];
        entities += &format!("91411381MA7000{at:04},店{at},enterprise,6210,411381001,,{class},active,,,,\n");
    }
    workspace.put("entities.csv", &entities).emptied("recusals.csv").emptied("history.csv");
    let task = "2024-001,按类抽查,single,undirected,D01,,D01-002,,,,,,A 10%;B 20%;C 30%;D 50%,,,,,,no,no";
    workspace.emptied("tasks.csv").append("tasks.csv", task);
    workspace
}

#[test]
fn every_entity_is_drawn_at_the_rate_of_its_class() {
    // Without it somebody in scope could have no chance, or a class another rate than the plan's.
    const CEREMONIES: u32 = 20_000;
    let loaded = by_class().load();
    let (inputs, frames) = loaded.ready.unwrap_or_else(|| panic!("{:#?}", loaded.faults));
    let mut counts = vec![0u32; inputs.entities.len()];
    for number in 0..CEREMONIES {
        let samples = draws::draws(&inputs, &prk("classes", number), &frames);
        for (stratum, sample) in frames.strata.iter().zip(&samples) {
            assert_eq!(sample.drawn.len() as u32, stratum.size, "a draw takes what the plan says, never more or less");
            sample.drawn.iter().for_each(|pick| counts[pick.at as usize] += 1);
        }
    }
    // Binomial with 20,000 trials, each side below 1e-9 / (2 · 100 entities); and over a stratum of N of whom n are
    // drawn, X² of the counts with the variance p(1 − p), times (N − 1)/N, has N − 1 degrees of freedom, because the
    // n picks of a ceremony exclude each other.
    let strata = [
        ("A", 40, 4, 1_717..=2_295, 117.02), // p = 1/10, chi2(39)
        ("B", 30, 6, 3_620..=4_389, 99.94),  // p = 1/5, chi2(29)
        ("C", 20, 6, 5_562..=6_444, 81.55),  // p = 3/10, chi2(19)
        ("D", 10, 5, 9_519..=10_481, 60.66), // p = 1/2, chi2(9)
    ];
    assert_eq!(frames.strata.len(), strata.len());
    for (stratum, (class, population, size, range, bound)) in frames.strata.iter().zip(strata) {
        let StratumName::Class(Some(found)) = stratum.name else { panic!("the stratum has a class") };
        assert_eq!(format!("{found:?}"), class);
        assert_eq!((stratum.frame.len() as u32, stratum.size), (population, size));
        let p = f64::from(size) / f64::from(population);
        let expected = f64::from(CEREMONIES) * p;
        let mut x2 = 0.0;
        for no in &stratum.frame {
            let count = counts[no.at()];
            assert!(range.contains(&count), "{} of class {class}: {count}", inputs.entities[no.at()].id);
            x2 += (f64::from(count) - expected).powi(2) / (expected * (1.0 - p));
        }
        x2 *= f64::from(population - 1) / f64::from(population);
        assert!(x2 < bound, "class {class}: X² = {x2}");
    }
}

#[test]
fn a_spread_task_reaches_everyone_in_the_end() {
    // Without it spreading could shut somebody out, or draw the same entity in two tasks while others wait.
    let mut workspace = by_class();
    let task = |code: &str, spread| format!("{code},铺开抽查,single,undirected,D01,,D01-002,,,,,,30%,,,,,,{spread},no");
    workspace.emptied("tasks.csv");
    for (code, spread) in [("T1", "no"), ("T2", "yes"), ("T3", "yes")] {
        workspace.append("tasks.csv", &task(code, spread));
    }
    let (inputs, frames) = workspace.load().ready.expect("the workspace has no error");
    // Over 400 ceremonies the chance that one of 100 entities with p = 3/10 in the second task is never drawn there is
    // below 100 · 0.7^400 = 1e-60.
    let mut in_second = vec![0u32; 100];
    for number in 0..400 {
        let samples = draws::draws(&inputs, &prk("spread", number), &frames);
        let mut times = vec![0u32; 100];
        samples.iter().flat_map(|sample| &sample.drawn).for_each(|pick| times[pick.at as usize] += 1);
        assert!(times.iter().all(|times| *times <= 1), "90 of 100 entities are drawn once");
        samples[1].drawn.iter().for_each(|pick| in_second[pick.at as usize] += 1);
    }
    assert!(in_second.iter().all(|count| *count > 0));
}

#[test]
fn officers_with_equal_eligibility_have_equal_chances() {
    // Without it the first certificate of a list, or the last, could be sent out more often than its colleagues.
    const PLANS: u32 = 400;
    // 7 visits have 14 seats for 6 officers: each has 2 or 3, and 2 of the 6 have 3, so an officer has 3 with p = 1/3.
    // Binomial with 400 trials; P(below 76) and P(above 195) are each below 1e-9 / (2 · 6 officers).
    const MORE: std::ops::RangeInclusive<u32> = 76..=195;
    let mut workspace = by_class();
    let task = "T1,七户,single,undirected,D02,,D02-002,,,,,A,7户,,2024-04-08,2024-05-31,,,no,no";
    workspace.emptied("tasks.csv").append("tasks.csv", task);
    workspace.emptied("inspectors.csv");
    for at in 1..=6 {
        workspace.append("inspectors.csv", &format!("F{at},检查员{at},D02,2022-01-01,2027-12-31,valid,,,,,no"));
    }
    let loaded = workspace.load();
    let (inputs, frames) = loaded.ready.unwrap_or_else(|| panic!("{:#?}", loaded.faults));
    let mut more = [0u32; 6];
    let mut first = [0u32; 6];
    for number in 0..PLANS {
        let plan = plan(&inputs, &frames, &prk("officers", number));
        let mut seats = [0u32; 6];
        for team in plan.iter().flat_map(|visit| &visit.teams) {
            team.seats.iter().for_each(|seat| seats[seat.inspector.at()] += 1);
            first[team.seats[0].inspector.at()] += 1;
        }
        assert_eq!(seats.iter().sum::<u32>(), 14);
        assert!(seats.iter().all(|seats| (2..=3).contains(seats)), "{seats:?}");
        seats.iter().zip(&mut more).for_each(|(seats, more)| *more += seats - 2);
    }
    assert!(more.iter().all(|more| MORE.contains(more)), "{more:?}");
    // Of the 2,800 teams each officer is first, by ticket, in a sixth: the mean is 466.7, and the deviation is at most
    // that of independent teams, 19.8, because the load keeps everyone near the mean; 6.2 of them are 123.
    assert!(first.iter().all(|first| first.abs_diff(467) < 123), "{first:?}");
}

/// Staffs a plan without writing or checking it.
fn plan(inputs: &model::Inputs, frames: &model::Frames, prk: &Prk) -> Vec<model::Visit> {
    use fairdraw::plan::{calendar, duties, staffing, visits};
    let samples = draws::draws(inputs, prk, frames);
    let duties = duties::duties(inputs, frames, &samples);
    let days = calendar::working_days(inputs);
    let posed = visits::pose(inputs, &days, &duties);
    let group = format!("{}.{}", inputs.rules.region, inputs.rules.period);
    let staffing = staffing::staff(&posed.problem, &staffing::TeamKeys::new(prk.clone(), group));
    let (visits, unplaced) = visits::read(inputs, &days, &duties, &posed, &staffing);
    assert!(unplaced.is_empty());
    visits
}
