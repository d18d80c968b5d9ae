//! The lottery `dr1` (抽取): from an entropy record to tickets, samples and cut-offs.
//!
//! This module is `PROTOCOL.md` in code and nothing else. It is pure: values in, values out; no file, clock,
//! environment, thread count, hash-map order or float decides anything here. Each file is one section:
//!
//! | file | section | turns |
//! |---|---|---|
//! | [`ids`] | §1 identifiers | an id into a 16-byte [`Iv`] |
//! | [`entropy`] | §2 entropy record | `entropy.txt` into an [`Entropy`] |
//! | [`keys`] | §3 keys | the record and a label into a [`Key`] |
//! | [`tickets`] | §4 tickets | a key and an IV into a [`Ticket`] (抽签号) |
//! | [`codes`] | §1 identifiers | many ids into IVs at once, word by word |
//! | [`chacha`] | §4 tickets | many IVs into tickets at once |
//! | [`rate`] | §5 sample sizes | a typed rate and a population into a count |
//! | [`sample`] | §6 samples | a stratum's entries into ranks, reserve and cut-off |
//! | [`suite`] | §19 suites | bytes into hashes; `sm4` gives the blocks of the suite `dr1-gm` |

pub mod chacha;
pub mod codes;
pub mod entropy;
pub mod ids;
pub mod keys;
pub mod rate;
pub mod sample;
mod sm4;
pub mod suite;
pub mod tickets;

pub use chacha::{Halves, Kernel};
pub use codes::Ivs;
pub use entropy::Entropy;
pub use ids::Iv;
pub use keys::{Key, Prk};
pub use rate::{Rate, Rounding};
pub use sample::{Entry, Pick, Sample, draw};
pub use suite::Suite;
pub use tickets::{Ticket, Words};
