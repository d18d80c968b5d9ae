//! Merkle tree hashes (RFC 6962 §2.1, with the hash of a suite): one root for a whole frame, a short proof for one entity.

use crate::lottery::Suite;

/// Computes the root over leaves that come in order.
///
/// Keeps one hash for each complete subtree, so memory grows with the logarithm of the leaves.
pub fn root<I>(suite: Suite, leaves: I) -> [u8; 32]
where
    I: IntoIterator,
    I::Item: AsRef<[u8]>,
{
    // Roots of complete subtrees with their sizes, largest first; sizes are different powers of two.
    let mut peaks: Vec<(u64, [u8; 32])> = Vec::new();
    for leaf in leaves {
        let mut size = 1;
        let mut hash = leaf_hash(suite, leaf.as_ref());
        while let Some((_, left)) = peaks.pop_if(|(left_size, _)| *left_size == size) {
            hash = node_hash(suite, &left, &hash);
            size *= 2;
        }
        peaks.push((size, hash));
    }
    let joined = peaks.into_iter().map(|(_, hash)| hash).rev().reduce(|right, left| node_hash(suite, &left, &right));
    joined.unwrap_or_else(|| suite.hash(&[]))
}

pub(super) fn leaf_hash(suite: Suite, leaf: &[u8]) -> [u8; 32] {
    suite.hash(&[&[0], leaf])
}

pub(super) fn node_hash(suite: Suite, left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    suite.hash(&[&[1], left, right])
}
