//! `sample/*`: the draw from registries of one and ten million rows in each form, its parts, and its peers within Rust.
//!
//! `parts` reads without drawing, so that the share of decoding shows (`sample/10M/…` against `sample/parts/…`). `bottom-k`
//! takes the smallest tickets by threshold, by selection and by sorting everything. `strata` has ten thousand of them.

use std::fs::File;
use std::hint::black_box;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fairdraw::lottery::{Entropy, Entry, Iv, Key, Prk, Suite, draw};
use fairdraw::scan::pool::{Kept, Margin, Pool};
use fairdraw::scan::registry::{Kind, Source};
use fairdraw::scan::tally::{Batch, Sink, Values, Wrong};
use fairdraw::scan::work::{self, Settings};
use fairdraw::scan::{Job, delimited, parquet, registry as files};
use fairdraw::scenario::encode::{Ids, Made};
use rand::seq::index;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const CLASSES: &str = "[sample]\nregion = \"100000\"\nperiod = \"2026Q4\"\n\
    [[task]]\ncode = \"a\"\nstrata = \"class\"\nrates = \"A 1%;B 3%;C 10%;D 30%\"\n";

/// Makes a registry, unless an earlier run has left it.
fn made(rows: u64, name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("registry-{rows}-{name}"));
    if !path.is_file() {
        let partly = path.with_extension("new");
        let mut out = BufWriter::new(File::create(&partly).expect("the file can be made"));
        let made = Made { entities: rows, seed: "bench", threads: work::cores() };
        let written = match name {
            "text.parquet" => made.parquet(0..made.blocks(), Ids::Text, &mut out),
            "fixed.parquet" => made.parquet(0..made.blocks(), Ids::Fixed, &mut out),
            _ => made.csv(0..made.blocks(), &mut out),
        };
        written.expect("the registry can be written");
        drop(out);
        std::fs::rename(partly, &path).expect("the file can be moved");
    }
    path
}

fn opened(path: &Path) -> (Job, Vec<Source>) {
    let mut job = Job::parse(CLASSES).expect("a job");
    let sources = files::open(&[path.to_owned()], &mut job).expect("a registry");
    (job, sources)
}

/// Counts rows and touches each id, so that nothing of reading is left out.
#[derive(Default)]
struct Counting(u64, u64);

impl Sink for Counting {
    fn take(&mut self, batch: &Batch<'_>, _: &[Values]) {
        self.0 += batch.ids.len() as u64;
        for &(start, length) in batch.ids {
            self.1 += u64::from(batch.bytes[(start + length) as usize - 1]);
        }
    }

    fn wrong(&mut self, wrong: Wrong, _: (u32, u32, u64), text: &[u8]) {
        panic!("{wrong:?}: {text:?}");
    }
}

/// Reads a registry without drawing from it.
fn read(source: &Source) -> u64 {
    let (mut sink, mut values) = (Counting::default(), vec![Values::default()]);
    match &source.kind {
        Kind::Parquet { pieces, .. } => {
            let reader = files::parquet(&source.path).expect("a file");
            for (at, piece) in (0u32..).zip(pieces) {
                parquet::scan(&reader, &source.columns, piece, (0, at), &mut sink, &mut values).expect("a piece");
            }
        }
        Kind::Delimited(shape) => {
            let (mut parts, _) = files::delimited(&source.path).expect("a file");
            let mut part = Vec::new();
            loop {
                parts.next(&mut part).unwrap_or_else(|cut| panic!("{cut:?}"));
                if part.is_empty() {
                    break;
                }
                delimited::scan(&part, shape, &source.columns, (0, 0), &mut sink, &mut values);
            }
        }
    }
    black_box(sink.1);
    sink.0
}

fn registries(criterion: &mut Criterion) {
    let prk = Prk::of(Suite::Dr1, &Entropy::from_seed("1").expect("a seed"));
    for (size, rows) in [("1M", 1_000_000), ("10M", 10_000_000)] {
        let mut group = criterion.benchmark_group(format!("sample/{size}"));
        group.throughput(Throughput::Elements(rows)).sample_size(10);
        let mut first = None;
        for form in ["text.parquet", "fixed.parquet", "csv"] {
            let (job, sources) = opened(&made(rows, form));
            // One thread, so that the time is the CPU time.
            let settings = Settings { threads: 1, ..Settings::quiet() };
            group.bench_function(form, |bencher| {
                bencher.iter(|| {
                    let outcome = work::draw(&job, &prk, &sources, &settings).expect("no faults");
                    assert_eq!((outcome.rows, outcome.passes), (rows, 1));
                    let strata = first.get_or_insert_with(|| outcome.strata.clone());
                    assert!(*strata == outcome.strata, "each form gives the same sample");
                });
            });
            group.bench_function(format!("read-only/{form}"), |bencher| {
                bencher.iter(|| assert_eq!(read(&sources[0]), rows));
            });
        }
        group.finish();
    }
}

fn selections(criterion: &mut Criterion) {
    const ROWS: u32 = 1_000_000;
    let key = Key::from_bytes(Suite::Dr1, [7; 32]);
    let ivs: Vec<Iv> = (0..ROWS).map(|at| Iv::of(Suite::Dr1, &format!("{at:018}"))).collect();
    let tickets = key.tickets(&ivs);
    let rows: Vec<Kept> = ivs.iter().zip(&tickets).map(|(&iv, &ticket)| Kept { ticket, iv }).collect();
    let wanted = ROWS / 100;
    let job = Job::parse(CLASSES).expect("a job");
    let rate = job.tasks[0].rates[0].1;
    let entries: Vec<Entry> =
        ivs.iter().enumerate().map(|(at, &iv)| Entry { at: at as u32, iv, balls: 1, behind: false }).collect();
    let expected: Vec<Iv> = draw(&key, &entries, wanted, 0).drawn.iter().map(|pick| pick.place.iv).collect();
    let is_expected = |found: &[Kept]| found.iter().map(|kept| kept.iv).eq(expected.iter().copied());
    let mut group = criterion.benchmark_group("sample/bottom-k/1M");
    group.throughput(Throughput::Elements(ROWS.into())).sample_size(20);
    group.bench_function("threshold", |bencher| {
        bencher.iter(|| {
            let mut pool = Pool::open();
            for (at, &row) in rows.iter().enumerate() {
                if pool.count(at, row.ticket) && pool.keep(row) {
                    pool.lower(&job, rate, Margin::default());
                }
            }
            assert!(is_expected(&pool.smallest(wanted as usize).expect("the limit left enough")));
        });
    });
    group.bench_function("select", |bencher| {
        bencher.iter(|| {
            let mut rows = rows.clone();
            rows.select_nth_unstable(wanted as usize);
            rows.truncate(wanted as usize);
            rows.sort_unstable();
            assert!(is_expected(&rows));
        });
    });
    group.bench_function("sort", |bencher| {
        bencher.iter(|| {
            let mut rows = rows.clone();
            rows.sort_unstable();
            rows.truncate(wanted as usize);
            assert!(is_expected(&rows));
        });
    });
    // Not the same sample, and none that anyone could check; it is what a program without tickets would do.
    group.bench_function("rand_index_sample", |bencher| {
        let mut generator = ChaCha20Rng::from_seed([7; 32]);
        bencher
            .iter(|| assert_eq!(index::sample(&mut generator, ROWS as usize, wanted as usize).len(), wanted as usize));
    });
    group.finish();
}

fn many_strata(criterion: &mut Criterion) {
    const ROWS: u64 = 1_000_000;
    const STRATA: u64 = 10_000;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("strata.csv");
    let rows: String =
        (0..ROWS).map(|at| format!("{at:018},S{:04}\n", at.wrapping_mul(0x9e37_79b9) % STRATA)).collect();
    std::fs::write(&path, format!("id,stratum\n{rows}")).expect("the file can be written");
    let rates: Vec<String> = (0..STRATA).map(|stratum| format!("S{stratum:04} 5%")).collect();
    let text = CLASSES.replace("class", "stratum").replace("A 1%;B 3%;C 10%;D 30%", &rates.join(";"));
    let mut job = Job::parse(&text).expect("a job");
    let sources = files::open(&[path], &mut job).expect("a registry");
    let prk = Prk::of(Suite::Dr1, &Entropy::from_seed("1").expect("a seed"));
    let mut group = criterion.benchmark_group("sample/strata");
    group.throughput(Throughput::Elements(ROWS)).sample_size(10);
    group.bench_function("10000/1M", |bencher| {
        let settings = Settings { threads: 1, ..Settings::quiet() };
        bencher.iter(|| {
            let outcome = work::draw(&job, &prk, &sources, &settings).expect("no faults");
            assert_eq!(outcome.strata.len() as u64, STRATA);
            assert_eq!(outcome.strata.iter().map(|stratum| u64::from(stratum.population)).sum::<u64>(), ROWS);
        });
    });
    group.finish();
}

criterion_group!(benches, registries, selections, many_strata);
criterion_main!(benches);
