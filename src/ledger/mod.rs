//! What binds an office to its inputs: hashes, Merkle roots and the commitment (protocol §10).
//!
//! Pure: bytes in, bytes out.

pub mod commit;
pub mod hash;
pub mod merkle;
