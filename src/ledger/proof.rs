//! Proofs that a row is in a tree, and that one is not (RFC 6962 §2.1.1; protocol §10, §17).

use thiserror::Error;

use super::hash::hex;
use super::merkle::{leaf_hash, node_hash};
use crate::lang::{Say, Text};
use crate::lottery::Suite;

/// Shows that a leaf stands at a place of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Place of the leaf, from 0.
    pub index: u64,
    /// Leaves of the tree.
    pub size: u64,
    /// Hashes of the neighbour subtrees, from the leaf upwards.
    pub path: Vec<[u8; 32]>,
}

/// Says why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    #[error("the proof is for another place or another size of the tree")]
    Shape,
    #[error("the proof leads to another root")]
    Root,
    #[error("the two rows do not stand side by side, or the missing one does not belong between them")]
    NotNeighbours,
}

impl Say for ProofError {
    fn say(&self) -> Text {
        let zh = match self {
            ProofError::Shape => "证明对应的是树的另一个位置或另一种大小",
            ProofError::Root => "证明得出的是另一个根",
            ProofError::NotNeighbours => "两行并不相邻，或所缺的一行不在两者之间",
        };
        Text::of(self, zh)
    }
}

impl Inclusion {
    /// Makes the proof for one leaf.
    ///
    /// # Panics
    /// If the index is not below the number of leaves.
    pub fn of<L: AsRef<[u8]>>(suite: Suite, leaves: &[L], index: usize) -> Inclusion {
        assert!(index < leaves.len(), "leaf {index} of {}", leaves.len());
        let hashes: Vec<[u8; 32]> = leaves.iter().map(|leaf| leaf_hash(suite, leaf.as_ref())).collect();
        let mut path = Vec::new();
        walk(suite, &hashes, index, &mut path);
        Inclusion { index: index as u64, size: leaves.len() as u64, path }
    }

    /// Checks the proof for a leaf against a root.
    ///
    /// # Errors
    /// [`ProofError::Shape`] if the path has not the length that place and size ask for, [`ProofError::Root`] if it
    /// leads elsewhere.
    pub fn verify(&self, suite: Suite, leaf: &[u8], root: &[u8; 32]) -> Result<(), ProofError> {
        if self.index >= self.size {
            return Err(ProofError::Shape);
        }
        // RFC 9162 §2.1.3.2, which says for RFC 6962's trees how a path is walked without recursion.
        let (mut at, mut last) = (self.index, self.size - 1);
        let mut hash = leaf_hash(suite, leaf);
        for neighbour in &self.path {
            if last == 0 {
                return Err(ProofError::Shape);
            }
            if at & 1 == 1 || at == last {
                hash = node_hash(suite, neighbour, &hash);
                while at & 1 == 0 && at != 0 {
                    at >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node_hash(suite, &hash, neighbour);
            }
            at >>= 1;
            last >>= 1;
        }
        match (last, hash == *root) {
            (0, true) => Ok(()),
            (0, false) => Err(ProofError::Root),
            _ => Err(ProofError::Shape),
        }
    }

    /// Writes the proof as `<index>/<size>` and the path in hex, parted by commas.
    pub fn text(&self) -> String {
        let path: Vec<String> = self.path.iter().map(|hash| hex(hash)).collect();
        format!("{}/{} {}", self.index, self.size, if path.is_empty() { "-".to_owned() } else { path.join(",") })
    }

    /// Reads what [`Inclusion::text`] writes, or returns `None` for anything else.
    pub fn parse(text: &str) -> Option<Inclusion> {
        let (place, path) = text.split_once(' ')?;
        let (index, size) = place.split_once('/')?;
        let path = match path {
            "-" => Vec::new(),
            path => path.split(',').map(unhex).collect::<Option<_>>()?,
        };
        let proof = Inclusion { index: index.parse().ok()?, size: size.parse().ok()?, path };
        (proof.text() == text).then_some(proof)
    }
}

/// Shows that no row with a key stands in a sorted tree: its two neighbours stand side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The last row before, with its proof; `None` if the missing one would be the first.
    pub before: Option<(String, Inclusion)>,
    /// The first row after; `None` if the missing one would be the last.
    pub after: Option<(String, Inclusion)>,
}

impl Absence {
    /// Makes the proof for an id, or returns `None` if a row has it.
    ///
    /// `rows` are sorted by `id_of`.
    pub fn of(suite: Suite, rows: &[String], id: &str, id_of: impl Fn(&str) -> &str) -> Option<Absence> {
        let place = rows.partition_point(|row| id_of(row) < id);
        if rows.get(place).is_some_and(|row| id_of(row) == id) {
            return None;
        }
        let proof = |at: usize| (rows[at].clone(), Inclusion::of(suite, rows, at));
        Some(Absence { before: place.checked_sub(1).map(proof), after: (place < rows.len()).then(|| proof(place)) })
    }

    /// Checks that no row of the tree has the id.
    ///
    /// # Errors
    /// [`ProofError`] if a neighbour is not in the tree, or the two leave room for a row.
    pub fn verify(
        &self,
        suite: Suite,
        id: &str,
        size: u64,
        root: &[u8; 32],
        id_of: impl Fn(&str) -> &str,
    ) -> Result<(), ProofError> {
        for (row, proof) in self.before.iter().chain(&self.after) {
            if proof.size != size {
                return Err(ProofError::Shape);
            }
            proof.verify(suite, row.as_bytes(), root)?;
        }
        let first = self.before.as_ref().is_none_or(|(row, _)| id_of(row) < id);
        let last = self.after.as_ref().is_none_or(|(row, _)| id < id_of(row));
        let next = self.before.as_ref().map_or(0, |(_, proof)| proof.index + 1);
        let found = self.after.as_ref().map_or(size, |(_, proof)| proof.index);
        // An empty tree holds nothing, and its root says so.
        let empty = size > 0 || *root == suite.hash(&[]);
        if first && last && next == found && empty { Ok(()) } else { Err(ProofError::NotNeighbours) }
    }
}

/// Collects the path of one leaf and returns the root of the hashes.
fn walk(suite: Suite, hashes: &[[u8; 32]], index: usize, path: &mut Vec<[u8; 32]>) -> [u8; 32] {
    if let [only] = hashes {
        return *only;
    }
    let left = (hashes.len().next_power_of_two()) / 2;
    let (a, b) = hashes.split_at(left);
    if index < left {
        let own = walk(suite, a, index, path);
        let other = tree(suite, b);
        path.push(other);
        node_hash(suite, &own, &other)
    } else {
        let own = walk(suite, b, index - left, path);
        let other = tree(suite, a);
        path.push(other);
        node_hash(suite, &other, &own)
    }
}

fn tree(suite: Suite, hashes: &[[u8; 32]]) -> [u8; 32] {
    match hashes {
        [only] => *only,
        _ => {
            let (a, b) = hashes.split_at(hashes.len().next_power_of_two() / 2);
            node_hash(suite, &tree(suite, a), &tree(suite, b))
        }
    }
}

/// Reads 64 hex digits.
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let is_hex = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("these are hex digits");
    is_hex.then(|| std::array::from_fn(byte))
}
