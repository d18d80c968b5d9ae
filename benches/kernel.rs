//! `kernel/ticket/*`: the tickets of 100,000 ids by every kernel that the machine has, row by row and (`words`) from IVs that
//! lie word by word, beside one block at a time from `rand_chacha` (the way without lanes: a new generator for each id, or one
//! that is moved) and SHA-256 of key and id (what a query in SQL would take).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fairdraw::lottery::{Halves, Iv, Ivs, Kernel, Key, Suite, Ticket};
use fairdraw::scenario::registry;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

const IDS: u64 = 100_000;

/// Ids that a kernel takes at once, as many as a scan would hand it.
const BATCH: usize = 1_024;

fn tickets(criterion: &mut Criterion) {
    let key = Key::from_bytes(Suite::Dr1, [7; 32]);
    let ids: Vec<String> = registry(IDS, "1").map(|row| row.id).collect();
    let ivs: Vec<Iv> = ids.iter().map(|id| Iv::of(Suite::Dr1, id)).collect();
    let expected: Vec<Ticket> = ivs.iter().map(|&iv| key.ticket(iv)).collect();
    let mut group = criterion.benchmark_group("kernel");
    group.throughput(Throughput::Elements(IDS));
    group.bench_function("iv", |bencher| {
        bencher.iter(|| assert!(ids.iter().zip(&ivs).all(|(id, iv)| Iv::of(Suite::Dr1, id) == *iv)));
    });
    group.bench_function("iv/batch", |bencher| {
        let mut found = Vec::with_capacity(ids.len());
        bencher.iter(|| {
            found.clear();
            Kernel::best().ivs(Suite::Dr1, ids.iter().map(|id| id.as_bytes()), &mut found);
            assert_eq!(found.last(), ivs.last());
        });
        assert_eq!(found, ivs, "the vectors give the IVs of the plain way");
    });
    // Batches word by word, as the scan has them.
    let fill = |words: &mut Vec<Ivs>| {
        words.resize(ids.chunks(BATCH).len(), Ivs::default());
        for (ids, words) in ids.chunks(BATCH).zip(words) {
            Kernel::best().words(Suite::Dr1, ids.iter().map(|id| id.as_bytes()), words);
        }
    };
    let mut words = Vec::new();
    fill(&mut words);
    group.bench_function("iv/words", |bencher| bencher.iter(|| fill(&mut words)));
    assert!(words.iter().flat_map(|words| (0..words.len()).map(|at| words.at(at))).eq(ivs.iter().copied()));
    for kernel in Kernel::available() {
        let mut halves = vec![Halves::default(); words.len()];
        let mut all = || words.iter().zip(&mut halves).for_each(|(ivs, out)| kernel.halves(&key, ivs, out));
        all();
        group.bench_function(format!("ticket/words/{kernel:?}").to_lowercase(), |bencher| bencher.iter(&mut all));
        assert!(halves.iter().flat_map(Halves::iter).eq(expected.iter().copied()), "{kernel:?} gives the same tickets");
        let mut found = expected.clone();
        group.bench_function(format!("ticket/{kernel:?}").to_lowercase(), |bencher| {
            bencher.iter(|| {
                for (ivs, found) in ivs.chunks(BATCH).zip(found.chunks_mut(BATCH)) {
                    kernel.tickets(&key, ivs, found);
                }
            });
        });
        assert_eq!(found, expected, "{kernel:?} gives the tickets of rand_chacha");
    }
    // The suite of national cryptography: SM4, one row at a time.
    let gm = Key::from_bytes(Suite::Dr1Gm, [7; 32]);
    let mut found = expected.clone();
    let mut all = || {
        for (ivs, found) in ivs.chunks(BATCH).zip(found.chunks_mut(BATCH)) {
            Kernel::best().tickets(&gm, ivs, found);
        }
    };
    all();
    group.bench_function("ticket/sm4", |bencher| bencher.iter(&mut all));
    assert!(ivs.iter().zip(&found).all(|(&iv, ticket)| gm.ticket(iv) == *ticket), "a batch gives the single tickets");
    group.bench_function("ticket/rand_chacha", |bencher| {
        bencher.iter(|| assert!(ivs.iter().zip(&expected).all(|(&iv, ticket)| key.ticket(iv) == *ticket)));
    });
    group.bench_function("ticket/rand_chacha_reseek", |bencher| {
        // One generator for all rows, moved to each row's place, as one would take a ticket from a stream.
        let mut generator = ChaCha20Rng::from_seed(*key.bytes());
        bencher.iter(|| {
            let agrees = |(iv, ticket): (&Iv, &Ticket)| reseeked(&mut generator, iv) == ticket.value();
            assert!(ivs.iter().zip(&expected).all(agrees));
        });
    });
    group.bench_function("ticket/sha256", |bencher| {
        bencher.iter(|| {
            let digests = ids.iter().map(|id| Sha256::new().chain_update(key.bytes()).chain_update(id).finalize());
            assert_eq!(digests.filter(|digest| digest.len() == 32).count() as u64, IDS);
        });
    });
    group.finish();
}

/// Moves a generator to the block of an id and takes its first 16 bytes.
fn reseeked(generator: &mut ChaCha20Rng, iv: &Iv) -> u128 {
    let (low, high) = iv.bytes().split_at(8);
    let number = |half: &[u8]| u64::from_le_bytes(half.try_into().expect("half of an IV"));
    generator.set_stream(number(high));
    generator.set_word_pos(u128::from(number(low)) << 4);
    let mut ticket = [0; 16];
    generator.fill_bytes(&mut ticket);
    u128::from_be_bytes(ticket)
}

criterion_group!(benches, tickets);
criterion_main!(benches);
