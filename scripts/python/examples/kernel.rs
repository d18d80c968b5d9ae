//! Prints the CPU seconds that the kernel alone takes for the tickets of N made-up codes; `bench.py` compares.

#[path = "../../../src/lottery/mod.rs"]
pub mod lottery;

use lottery::{Iv, Kernel, Key, Suite, Ticket};

/// Ids that the kernel takes at once, as many as the wheel hands it.
const BATCH: usize = 1_024;

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).expect("a number of ids");
    let ids: Vec<String> = (0..count).map(|n| format!("91{n:016}")).collect();
    let key = Key::from_bytes(Suite::Dr1, std::array::from_fn(|at| at as u8));
    for _ in 0..5 {
        let start = cpu_seconds();
        let mut all: Vec<Ticket> = Vec::with_capacity(count);
        let mut tickets = key.tickets(&[Iv::of(Suite::Dr1, "0"); BATCH]);
        let mut ivs = Vec::with_capacity(BATCH);
        for ids in ids.chunks(BATCH) {
            ivs.clear();
            Kernel::best().ivs(Suite::Dr1, ids.iter().map(|id| id.as_bytes()), &mut ivs);
            Kernel::best().tickets(&key, &ivs, &mut tickets[..ids.len()]);
            all.extend_from_slice(&tickets[..ids.len()]);
        }
        assert_eq!(all.len(), count);
        println!("{:.3}", cpu_seconds() - start);
    }
}

/// Reads the CPU time of this process in seconds, as Linux tells it: user and system, in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let (_, fields) = stat.rsplit_once(')').expect("the name stands in brackets");
    let ticks = fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("ticks"));
    ticks.sum::<f64>() / 100.0
}
