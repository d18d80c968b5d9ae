//! Tickets of many ids at once: the ChaCha20 blocks of protocol §4 in lanes, one id to a lane.
//!
//! `rand_chacha` is built for long streams and pays for a new position with every id. Here word *w* of the states of
//! all lanes lies side by side, and the loop over the lanes goes around all twenty rounds, straight code whose sixteen
//! words are locals: that is the shape which the compiler turns into vectors (a small lane loop around each step is
//! not), and it leaves out what the first four words do not need of the last round. The same code is compiled once for
//! every vector width, and the widest that the machine has is taken at run time.
//! `rand_chacha` remains the oracle: [`Key::words`](super::Key::words) uses it, and the tests compare.

#![expect(clippy::needless_range_loop, reason = "a lane is one number in all arrays; iterators hide that")]

use super::codes::{self, GROUP, Ivs};
use super::sm4::Cipher;
use super::{Iv, Key, Suite, Ticket};

/// Is one compiled form of the kernel; all give the same tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// What the target always has: SSE2 on x86-64, NEON on ARM64.
    Portable,
    Avx2,
    Avx512,
}

/// The constants of RFC 8439, section 2.3: "expand 32-byte k".
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

impl Kernel {
    /// Lists the kernels that this machine can run, the fastest last.
    pub fn available() -> Vec<Kernel> {
        [Kernel::Portable, Kernel::Avx2, Kernel::Avx512].into_iter().filter(|kernel| kernel.is_available()).collect()
    }

    /// Returns the fastest kernel that this machine can run.
    pub fn best() -> Kernel {
        [Kernel::Avx512, Kernel::Avx2].into_iter().find(|kernel| kernel.is_available()).unwrap_or(Kernel::Portable)
    }

    fn is_available(self) -> bool {
        match self {
            Kernel::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => {
                std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("avx512vl")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Kernel::Avx2 | Kernel::Avx512 => false,
        }
    }

    /// Computes the tickets of `ivs` under `key` into `out`; a kernel that the machine lacks gives way to the portable.
    ///
    /// Keys of the suite `dr1-gm` have SM4 for all kernels, one row at a time.
    ///
    /// # Panics
    /// If `out` is not as long as `ivs`.
    pub fn tickets(self, key: &Key, ivs: &[Iv], out: &mut [Ticket]) {
        assert_eq!(ivs.len(), out.len(), "one ticket for each IV");
        match key.suite() {
            Suite::Dr1 => self.run(RowByRow { key, ivs, out }),
            Suite::Dr1Gm => {
                let cipher = Cipher::new(key);
                ivs.iter().zip(out).for_each(|(iv, out)| *out = cipher.ticket(*iv));
            }
        }
    }

    /// Computes the tickets of IVs that lie word by word, in place of what `out` holds: the fastest way, because nothing
    /// has to be turned around.
    pub fn halves(self, key: &Key, ivs: &Ivs, out: &mut Halves) {
        out.len = ivs.len();
        [&mut out.first, &mut out.second].into_iter().for_each(|half| half.resize(ivs.words()[0].len(), 0));
        match key.suite() {
            Suite::Dr1 => self.run(HalfByHalf { key, ivs, out }),
            Suite::Dr1Gm => {
                let cipher = Cipher::new(key);
                for at in 0..ivs.len() {
                    let ticket = cipher.ticket(ivs.at(at)).value();
                    (out.first[at], out.second[at]) = ((ticket >> 64) as u64, ticket as u64);
                }
            }
        }
    }

    /// Computes the IVs of `ids`, which come as the bytes of their texts, and puts them behind those in `out`.
    pub fn ivs<'a>(self, suite: Suite, ids: impl Iterator<Item = &'a [u8]>, out: &mut Vec<Iv>) {
        let take = |words: &[[u32; GROUP]; 4], count| {
            out.extend((0..count).map(|lane| Iv::of_words(std::array::from_fn(|word| words[word][lane]))));
        };
        self.run(Grouped { suite, ids, take });
    }

    /// Computes the IVs of `ids` word by word, in place of what `out` holds.
    pub fn words<'a>(self, suite: Suite, ids: impl Iterator<Item = &'a [u8]>, out: &mut Ivs) {
        out.clear();
        self.run(Grouped { suite, ids, take: |words: &[[u32; GROUP]; 4], count| out.push(words, count) });
    }

    /// Runs the form of some work that is compiled for this kernel.
    // The one place with `unsafe`: calling code that is compiled for a feature is sound only where the machine has the
    // feature, and each call stands behind the question whether it has.
    #[allow(unsafe_code)]
    fn run(self, work: impl Work) {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has AVX2.
            Kernel::Avx2 if self.is_available() => unsafe { avx2(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has these four parts of AVX-512.
            Kernel::Avx512 if self.is_available() => unsafe { avx512(work) },
            _ => work.run::<4>(),
        }
    }
}

/// Holds tickets half by half: the first eight bytes of each, and the last eight, as numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Halves {
    len: usize,
    /// Filled up to whole groups, so that no lane is left over.
    first: Vec<u64>,
    second: Vec<u64>,
}

impl Halves {
    /// Lists the tickets in the order of their ids.
    #[inline(always)]
    pub fn iter(&self) -> impl Iterator<Item = Ticket> {
        self.first[..self.len].iter().zip(&self.second).map(|(&first, &second)| Ticket::of_halves(first, second))
    }
}

/// Is work that is compiled once for each kernel.
trait Work {
    /// Does it with so many lanes; inlined with all that it calls, because only then its loops become vectors.
    fn run<const LANES: usize>(self);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(work: impl Work) {
    work.run::<8>();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn avx512(work: impl Work) {
    work.run::<16>();
}

/// Is a key with IVs and the place of their tickets.
struct RowByRow<'a> {
    key: &'a Key,
    ivs: &'a [Iv],
    out: &'a mut [Ticket],
}

impl Work for RowByRow<'_> {
    /// Computes tickets `LANES` at a time; what is left over takes a last step some of whose lanes stay idle.
    #[inline(always)]
    fn run<const LANES: usize>(self) {
        let key = words_of(self.key);
        let (full, rest) = self.ivs.as_chunks();
        let (full_out, rest_out) = self.out.as_chunks_mut::<LANES>();
        full.iter().zip(full_out).for_each(|(ivs, out)| *out = step(&key, ivs));
        if let Some(&first) = rest.first() {
            let mut ivs = [first; LANES];
            ivs[..rest.len()].copy_from_slice(rest);
            rest_out.copy_from_slice(&step(&key, &ivs)[..rest.len()]);
        }
    }
}

/// Computes one ticket in each lane.
#[inline(always)]
fn step<const LANES: usize>(key: &[u32; 8], ivs: &[Iv; LANES]) -> [Ticket; LANES] {
    let mut lanes = [[0; LANES]; 4];
    for lane in 0..LANES {
        for word in 0..4 {
            lanes[word][lane] = ivs[lane].words()[word];
        }
    }
    let words = first_words(key, &lanes);
    std::array::from_fn(|lane| Ticket::of_words(std::array::from_fn(|word| words[word][lane])))
}

/// Is a key with IVs word by word and the place of their tickets half by half.
struct HalfByHalf<'a> {
    key: &'a Key,
    ivs: &'a Ivs,
    out: &'a mut Halves,
}

impl Work for HalfByHalf<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(self) {
        let key = words_of(self.key);
        let [a, b, c, d] = self.ivs.words().map(|words| words.as_chunks::<LANES>().0);
        let [first, second] = [&mut self.out.first, &mut self.out.second].map(|half| half.as_chunks_mut::<LANES>().0);
        for at in 0..a.len().min(first.len()) {
            let words = first_words(&key, &[a[at], b[at], c[at], d[at]]);
            let join = |a: u32, b: u32| u64::from(a.swap_bytes()) << 32 | u64::from(b.swap_bytes());
            for lane in 0..LANES {
                first[at][lane] = join(words[0][lane], words[1][lane]);
                second[at][lane] = join(words[2][lane], words[3][lane]);
            }
        }
    }
}

/// Is some ids and what is done with the IVs of each group.
struct Grouped<I, T> {
    suite: Suite,
    ids: I,
    take: T,
}

impl<'a, I: Iterator<Item = &'a [u8]>, T: FnMut(&[[u32; GROUP]; 4], usize)> Work for Grouped<I, T> {
    #[inline(always)]
    fn run<const LANES: usize>(self) {
        codes::groups(self.suite, self.ids, self.take);
    }
}

/// Returns words 4 to 11 of the state.
#[inline(always)]
fn words_of(key: &Key) -> [u32; 8] {
    std::array::from_fn(|word| u32::from_le_bytes(key.bytes().as_chunks::<4>().0[word]))
}

/// Computes words 0 to 3 of each lane's block.
#[inline(always)]
fn first_words<const LANES: usize>(key: &[u32; 8], iv: &[[u32; LANES]; 4]) -> [[u32; LANES]; 4] {
    let mut first = [[0u32; LANES]; 4];
    for lane in 0..LANES {
        let mut x = [0; 16];
        for word in 0..4 {
            (x[word], x[12 + word]) = (CONSTANTS[word], iv[word][lane]);
        }
        x[4..12].copy_from_slice(key);
        five(&mut x);
        five(&mut x);
        for word in 0..4 {
            first[word][lane] = x[word].wrapping_add(CONSTANTS[word]);
        }
    }
    first
}

/// Applies five of the ten pairs of rounds; without a loop, because the compiler makes vectors of straight code.
#[inline(always)]
fn five(x: &mut [u32; 16]) {
    double_round(x);
    double_round(x);
    double_round(x);
    double_round(x);
    double_round(x);
}

/// Applies a column round and a diagonal round (RFC 8439, section 2.3.1).
#[inline(always)]
fn double_round(x: &mut [u32; 16]) {
    quarter_round(x, 0, 4, 8, 12);
    quarter_round(x, 1, 5, 9, 13);
    quarter_round(x, 2, 6, 10, 14);
    quarter_round(x, 3, 7, 11, 15);
    quarter_round(x, 0, 5, 10, 15);
    quarter_round(x, 1, 6, 11, 12);
    quarter_round(x, 2, 7, 8, 13);
    quarter_round(x, 3, 4, 9, 14);
}

/// Applies one quarter round (RFC 8439, section 2.1).
#[inline(always)]
fn quarter_round(x: &mut [u32; 16], a: usize, b: usize, c: usize, d: usize) {
    x[a] = x[a].wrapping_add(x[b]);
    x[d] = (x[d] ^ x[a]).rotate_left(16);
    x[c] = x[c].wrapping_add(x[d]);
    x[b] = (x[b] ^ x[c]).rotate_left(12);
    x[a] = x[a].wrapping_add(x[b]);
    x[d] = (x[d] ^ x[a]).rotate_left(8);
    x[c] = x[c].wrapping_add(x[d]);
    x[b] = (x[b] ^ x[c]).rotate_left(7);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Without it a wrong lane, or a wrong last step, would give some entities a ticket that nobody can recompute.
    #[test]
    fn every_kernel_agrees_with_single_tickets_at_every_length() {
        for suite in Suite::ALL {
            agree_at_every_length(suite);
        }
    }

    fn agree_at_every_length(suite: Suite) {
        let key = Key::from_bytes(suite, std::array::from_fn(|i| i as u8));
        let heads = ["9100000000007919", "", "a", "沪A-个体0001", "110108001234567", "T1", "ZZZZZZZZZZZZZZZZZZZZ", "0"];
        let ids: Vec<String> = (0..140).map(|i| format!("{}{i:02}", heads[i % heads.len()])).collect();
        let ivs: Vec<Iv> = ids.iter().map(|id| Iv::of(suite, id)).collect();
        let (mut words, mut halves) = (Ivs::default(), Halves::default());
        for length in (0..ivs.len()).rev() {
            let expected: Vec<Ticket> = ivs[..length].iter().map(|&iv| key.ticket(iv)).collect();
            for kernel in Kernel::available() {
                let mut found = expected.clone();
                found.fill(Ticket::of_words([0; 4]));
                kernel.tickets(&key, &ivs[..length], &mut found);
                assert_eq!(found, expected, "{kernel:?}, {length} ids");
                // What an earlier batch left must not show in a shorter one.
                kernel.words(suite, ids[..length].iter().map(|id| id.as_bytes()), &mut words);
                assert!(
                    (0..length).map(|at| words.at(at)).eq(ivs[..length].iter().copied()),
                    "{kernel:?}, {length} ids"
                );
                kernel.halves(&key, &words, &mut halves);
                assert!(halves.iter().eq(expected.iter().copied()), "{kernel:?}, {length} ids");
            }
        }
    }

    proptest! {
        /// Without it an id of an odd kind (short, long, malformed, hashed) might part from its published ticket.
        #[test]
        fn every_kernel_agrees_on_any_key_and_any_ids(
            key in any::<[u8; 32]>(),
            suite in proptest::sample::select(Suite::ALL.to_vec()),
            ids in proptest::collection::vec("[0-9A-Z]{0,24}|[0-9A-Z]{18}|[0-9A-Za-z:@\\[/]{18}|\\PC{0,30}", 1..140),
        ) {
            let key = Key::from_bytes(suite, key);
            let ivs: Vec<Iv> = ids.iter().map(|id| Iv::of(suite, id)).collect();
            let expected: Vec<Ticket> = ivs.iter().map(|&iv| key.ticket(iv)).collect();
            for kernel in Kernel::available() {
                let mut found_ivs = Vec::new();
                kernel.ivs(suite, ids.iter().map(|id| id.as_bytes()), &mut found_ivs);
                prop_assert_eq!(&found_ivs, &ivs);
                prop_assert!(ids.iter().zip(&ivs).all(|(id, iv)| iv.id().is_none_or(|back| back == *id)));
                let mut found = vec![Ticket::of_words([0; 4]); ivs.len()];
                kernel.tickets(&key, &ivs, &mut found);
                prop_assert_eq!(&found, &expected);
                let (mut words, mut halves) = (Ivs::default(), Halves::default());
                kernel.words(suite, ids.iter().map(|id| id.as_bytes()), &mut words);
                prop_assert!((0..words.len()).map(|at| words.at(at)).eq(ivs.iter().copied()));
                prop_assert!(words.hashed().eq((0..ivs.len()).filter(|&at| ivs[at].is_hashed())));
                kernel.halves(&key, &words, &mut halves);
                prop_assert!(halves.iter().eq(expected.iter().copied()));
            }
        }
    }
}
