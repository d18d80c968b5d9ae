//! Tickets of many ids at once: the ChaCha20 blocks of protocol §4 in lanes, one id to a lane.
//!
//! `rand_chacha` is built for long streams and pays for a new position with every id. Here word *w* of the states of
//! all lanes lies side by side, and the loop over the lanes goes around a whole double round whose sixteen words are
//! locals: that is the shape which the compiler turns into vectors (a small lane loop around each step is not). The
//! same code is compiled once for every vector width, and the widest that the machine has is taken at run time.
//! `rand_chacha` remains the oracle: [`Key::words`](super::Key::words) uses it, and the tests compare.

#![expect(clippy::needless_range_loop, reason = "a lane is one number in all arrays; iterators hide that")]

#[cfg(target_arch = "x86_64")]
use super::codes;
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
            Kernel::Avx512 => std::arch::is_x86_feature_detected!("avx512f"),
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
    // The one place with `unsafe`: calling code that is compiled for a feature is sound only where the machine has the
    // feature, and each call stands behind the question whether it has.
    #[allow(unsafe_code)]
    pub fn tickets(self, key: &Key, ivs: &[Iv], out: &mut [Ticket]) {
        assert_eq!(ivs.len(), out.len(), "one ticket for each IV");
        if key.suite() == Suite::Dr1Gm {
            let cipher = Cipher::new(key);
            ivs.iter().zip(out).for_each(|(iv, out)| *out = cipher.ticket(*iv));
            return;
        }
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has AVX2.
            Kernel::Avx2 if self.is_available() => unsafe { avx2(key, ivs, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has AVX-512F.
            Kernel::Avx512 if self.is_available() => unsafe { avx512(key, ivs, out) },
            _ => all::<4>(key, ivs, out),
        }
    }

    /// Computes the IVs of `ids`, which come as the bytes of their texts, and puts them behind those in `out`.
    // For the code that the feature is switched on for, see `tickets`.
    #[allow(unsafe_code)]
    pub fn ivs<'a>(self, suite: Suite, ids: impl Iterator<Item = &'a [u8]>, out: &mut Vec<Iv>) {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has AVX2, as every one with AVX-512 has.
            Kernel::Avx2 | Kernel::Avx512 if Kernel::Avx2.is_available() => unsafe { codes::ivs(suite, ids, out) },
            _ => out.extend(ids.map(|id| Iv::of_bytes(suite, id))),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(key: &Key, ivs: &[Iv], out: &mut [Ticket]) {
    all::<8>(key, ivs, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn avx512(key: &Key, ivs: &[Iv], out: &mut [Ticket]) {
    all::<16>(key, ivs, out);
}

/// Computes tickets `LANES` at a time; what is left over takes a last step some of whose lanes stay idle.
#[inline(always)]
fn all<const LANES: usize>(key: &Key, ivs: &[Iv], out: &mut [Ticket]) {
    let key: [u32; 8] = std::array::from_fn(|word| word_at(key.bytes(), word));
    let (full, rest) = ivs.as_chunks::<LANES>();
    let (full_out, rest_out) = out.as_chunks_mut::<LANES>();
    for (ivs, out) in full.iter().zip(full_out) {
        *out = step(&key, ivs);
    }
    if let Some(&first) = rest.first() {
        let mut ivs = [first; LANES];
        ivs[..rest.len()].copy_from_slice(rest);
        rest_out.copy_from_slice(&step(&key, &ivs)[..rest.len()]);
    }
}

/// Computes one ticket in each lane.
#[inline(always)]
fn step<const LANES: usize>(key: &[u32; 8], ivs: &[Iv; LANES]) -> [Ticket; LANES] {
    let mut lanes = [[0u32; LANES]; 4];
    for lane in 0..LANES {
        for word in 0..4 {
            lanes[word][lane] = word_at(ivs[lane].bytes(), word);
        }
    }
    let words = first_words(key, &lanes);
    std::array::from_fn(|lane| Ticket::of_words(std::array::from_fn(|word| words[word][lane])))
}

/// Computes words 0 to 3 of each lane's block.
#[inline(always)]
fn first_words<const LANES: usize>(key: &[u32; 8], iv: &[[u32; LANES]; 4]) -> [[u32; LANES]; 4] {
    let mut state = [[0u32; LANES]; 16];
    for lane in 0..LANES {
        for word in 0..4 {
            state[word][lane] = CONSTANTS[word];
            state[12 + word][lane] = iv[word][lane];
        }
        for word in 0..8 {
            state[4 + word][lane] = key[word];
        }
    }
    for _ in 0..10 {
        for lane in 0..LANES {
            let mut x: [u32; 16] = std::array::from_fn(|word| state[word][lane]);
            double_round(&mut x);
            for word in 0..16 {
                state[word][lane] = x[word];
            }
        }
    }
    std::array::from_fn(|word| std::array::from_fn(|lane| state[word][lane].wrapping_add(CONSTANTS[word])))
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

/// Loads word `at` of some bytes, little-endian as the state is.
#[inline(always)]
fn word_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[4 * at], bytes[4 * at + 1], bytes[4 * at + 2], bytes[4 * at + 3]])
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
        let ids =
            ["910000000000791933", "", "a", "沪A-个体0001", "110108001234567", "T1", "ZZZZZZZZZZZZZZZZZZZZZZ", "0"];
        let ivs: Vec<Iv> = (0..70).map(|i| Iv::of(suite, &format!("{}{i}", ids[i % ids.len()]))).collect();
        for length in 0..ivs.len() {
            let expected: Vec<Ticket> = ivs[..length].iter().map(|&iv| key.ticket(iv)).collect();
            for kernel in Kernel::available() {
                let mut found = expected.clone();
                found.fill(Ticket::of_words([0; 4]));
                kernel.tickets(&key, &ivs[..length], &mut found);
                assert_eq!(found, expected, "{kernel:?}, {length} ids");
            }
        }
    }

    proptest! {
        /// Without it an id of an odd kind (short, long, malformed, hashed) might part from its published ticket.
        #[test]
        fn every_kernel_agrees_on_any_key_and_any_ids(
            key in any::<[u8; 32]>(),
            suite in proptest::sample::select(Suite::ALL.to_vec()),
            ids in proptest::collection::vec("[0-9A-Z]{0,24}|[0-9A-Z]{18}|[0-9A-Za-z:@\\[/]{18}|\\PC{0,30}", 1..40),
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
            }
        }
    }
}
