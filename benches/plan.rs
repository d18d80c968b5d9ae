//! `plan/county`: the whole main job over the calibrated county, and its parts.

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use fairdraw::files::workspace;
use fairdraw::lottery::{Entropy, Prk, Suite};
use fairdraw::plan::draws;
use fairdraw::run::make;

const COUNTY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/dengzhou/2024Q1");

fn county(criterion: &mut Criterion) {
    let folder = Path::new(COUNTY);
    let entropy = Entropy::from_seed("20240101").expect("the seed is printable");
    let load = || workspace::load(folder, &[]).ready.expect("the county's inputs have no error");
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10);
    group.bench_function("county", |bencher| {
        bencher.iter(|| {
            let (inputs, frames) = load();
            let made = make(inputs, frames, &entropy, &mut |_| ()).expect("the plan breaks no rule");
            assert_eq!(made.summary.draws, 702, "the first quarter draws 702 entities");
            assert_eq!(made.summary.unplaced, 0, "every duty of the quarter has its visit");
        });
    });
    group.bench_function("county/load", |bencher| {
        bencher.iter(|| assert_eq!(load().0.inspectors.len(), 1681));
    });
    let (inputs, frames) = load();
    let prk = Prk::of(Suite::Dr1, &entropy);
    group.bench_function("county/draw", |bencher| {
        bencher.iter(|| {
            let samples = draws::draws(&inputs, &prk, &frames);
            assert_eq!(samples.iter().map(|sample| sample.drawn.len()).sum::<usize>(), 702);
        });
    });
    group.finish();
}

criterion_group!(benches, county);
criterion_main!(benches);
