//! What binds an office to its inputs and its steps: hashes, Merkle roots, the commitment, the ledger (protocol §10, §14–§17).
//!
//! Pure: bytes in, bytes out.

pub mod chain;
pub mod code;
pub mod commit;
pub mod hash;
pub mod merkle;
pub mod note;
pub mod notice;
pub mod proof;
pub mod signature;
pub mod state;
