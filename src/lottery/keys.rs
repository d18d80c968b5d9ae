//! Keys: HKDF-SHA256 (RFC 5869) from the entropy record and a public label (protocol §3).

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::entropy::Entropy;

/// Holds the pseudo-random key of one ceremony: HKDF-Extract with salt `dr1` over the bytes of `entropy.txt`.
#[derive(Clone)]
pub struct Prk([u8; 32]);

/// Holds the 32-byte ChaCha20 key of one label.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Prk {
    /// Extracts the ceremony's key from its entropy record.
    pub fn of(entropy: &Entropy) -> Prk {
        Prk(hmac(b"dr1", &[entropy.text().as_bytes()]))
    }

    /// Expands the key of one label (one HKDF-Expand block, so a single HMAC call).
    ///
    /// Use [`entity_label`] and [`team_label`] for the labels that the protocol knows.
    pub fn key(&self, label: &str) -> Key {
        Key(hmac(&self.0, &[label.as_bytes(), &[1]]))
    }

    /// Returns the raw bytes, for auditors who recompute the chain step by step.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Key {
    /// Takes 32 raw bytes as a key; the test vectors start here.
    pub fn from_bytes(bytes: [u8; 32]) -> Key {
        Key(bytes)
    }

    /// Returns the raw bytes, as handed to `openssl enc -chacha20 -K`.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Prk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prk(…)")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// Names the entity draw (抽取对象) of one coordination group; tasks of one group share their tickets.
pub fn entity_label(group: &str) -> String {
    format!("dr1/entity/{group}")
}

/// Names the team draw (选派人员) of one agency at one visit; `visit` is the visit's id.
pub fn team_label(group: &str, agency: &str, visit: &str) -> String {
    format!("dr1/team/{group}/{agency}/{visit}")
}

/// Tells whether a text may stand as `<group>` in a label: 1 to 64 characters of `0-9A-Za-z._-`.
pub fn is_group(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// Computes HMAC-SHA256 (RFC 2104) over the parts, one after the other.
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
