//! The two suites of primitives, `dr1` and `dr1-gm` (protocol §19).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sm3::Sm3;

/// Names the primitives of a draw (密码套件); the plan chooses, and the commitment says which.
///
/// Both have hashes and keys of 32 bytes, IVs and tickets of 16, so everything around them is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Suite {
    /// SHA-256 (FIPS 180-4), HMAC over it, ChaCha20 (RFC 8439).
    #[default]
    Dr1,
    /// SM3 (GB/T 32905), HMAC over it, SM4 (GB/T 32907): national cryptography (国密).
    Dr1Gm,
}

impl Suite {
    /// Lists both suites.
    pub const ALL: [Suite; 2] = [Suite::Dr1, Suite::Dr1Gm];

    /// Returns the name that stands in rules, commitments and manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Suite::Dr1 => "dr1",
            Suite::Dr1Gm => "dr1-gm",
        }
    }

    /// Finds a suite by its name, or `None` for a name that this version does not know.
    ///
    /// ```
    /// use fairdraw::lottery::Suite;
    /// assert_eq!(Suite::parse("dr1-gm"), Some(Suite::Dr1Gm));
    /// assert_eq!(Suite::parse("dr2"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Suite> {
        Suite::ALL.into_iter().find(|suite| suite.name() == name)
    }

    /// Returns the name of the hash function, for people.
    pub const fn hash_name(self) -> &'static str {
        match self {
            Suite::Dr1 => "SHA-256",
            Suite::Dr1Gm => "SM3",
        }
    }

    /// Tells whether this is the suite of a plan that names none.
    pub fn is_default(&self) -> bool {
        *self == Suite::default()
    }

    /// Computes the suite's hash over the parts, one after the other.
    ///
    /// ```
    /// use fairdraw::lottery::Suite;
    /// // GB/T 32905, appendix A.1
    /// assert_eq!(Suite::Dr1Gm.hash(&[b"a", b"bc"])[..4], [0x66, 0xc7, 0xf0, 0xf4]);
    /// ```
    pub fn hash(self, parts: &[&[u8]]) -> [u8; 32] {
        match self {
            Suite::Dr1 => digest::<Sha256>(parts),
            Suite::Dr1Gm => digest::<Sm3>(parts),
        }
    }

    /// Computes HMAC (RFC 2104) with the suite's hash over the parts, one after the other.
    pub fn hmac(self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        const ANY: &str = "HMAC takes a key of any length";
        match self {
            Suite::Dr1 => {
                let mut mac = Hmac::<Sha256>::new_from_slice(key).expect(ANY);
                parts.iter().for_each(|part| mac.update(part));
                mac.finalize().into_bytes().into()
            }
            Suite::Dr1Gm => {
                let mut mac = Hmac::<Sm3>::new_from_slice(key).expect(ANY);
                parts.iter().for_each(|part| mac.update(part));
                mac.finalize().into_bytes().into()
            }
        }
    }
}

fn digest<D>(parts: &[&[u8]]) -> [u8; 32]
where
    D: Digest,
    [u8; 32]: From<sha2::digest::Output<D>>,
{
    let mut hash = D::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}
