//! Keys: HKDF (RFC 5869) with the suite's hash, from the entropy record and a public label (protocol §3).

use std::fmt;

use super::Suite;
use super::entropy::Entropy;

/// Holds the pseudo-random key of one ceremony: HKDF-Extract with salt `dr1` over the bytes of `entropy.txt`.
#[derive(Clone)]
pub struct Prk {
    suite: Suite,
    bytes: [u8; 32],
}

/// Holds the 32-byte key of one label, for the cipher of its suite.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key {
    suite: Suite,
    bytes: [u8; 32],
}

impl Prk {
    /// Extracts the ceremony's key from its entropy record.
    pub fn of(suite: Suite, entropy: &Entropy) -> Prk {
        Prk { suite, bytes: suite.hmac(b"dr1", &[entropy.text().as_bytes()]) }
    }

    /// Expands the key of one label (one HKDF-Expand block, so a single HMAC call).
    ///
    /// Use [`entity_label`] and [`team_label`] for the labels that the protocol knows.
    pub fn key(&self, label: &str) -> Key {
        Key { suite: self.suite, bytes: self.suite.hmac(&self.bytes, &[label.as_bytes(), &[1]]) }
    }

    /// Returns the suite under which the keys are derived and used.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Returns the raw bytes, for auditors who recompute the chain step by step.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl Key {
    /// Takes 32 raw bytes as a key; the test vectors start here.
    pub fn from_bytes(suite: Suite, bytes: [u8; 32]) -> Key {
        Key { suite, bytes }
    }

    /// Returns the suite whose cipher takes this key.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Returns the raw bytes, as handed to `openssl enc -chacha20 -K`; `-sm4-ecb` takes the first half.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
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
