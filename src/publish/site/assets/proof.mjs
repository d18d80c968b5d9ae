// Proofs against a published root: that a row stands in a tree, and that none with an id does (PROTOCOL.md §10, RFC 6962
// section 2.1.1, checked as RFC 9162 section 2.1.3.2 says).

import { byBytes, DR1, hex, leafHash, nodeHash, unhex } from "./dr1.mjs";

// All levels of a tree, the leaves' hashes first: each joins two and two of the level below, and a last one without a
// neighbour moves up as it is. That is the tree of RFC 6962, with every proof at hand.
export function treeOf(hashes, suite = DR1) {
  const levels = [hashes];
  while (levels.at(-1).length > 1) {
    const below = levels.at(-1);
    const level = [];
    for (let at = 0; at + 1 < below.length; at += 2) level.push(nodeHash(below[at], below[at + 1], suite));
    if (below.length % 2) level.push(below.at(-1));
    levels.push(level);
  }
  return { size: hashes.length, root: levels.at(-1)[0] ?? suite.hash(new Uint8Array(0)), levels };
}

// The inclusion proof of leaf `index`: its place, the size of the tree, and the neighbours' hashes from the leaf upwards.
export function proofOf(tree, index) {
  const path = [];
  let at = index;
  for (const level of tree.levels) {
    const neighbour = level[at ^ 1];
    if (neighbour) path.push(neighbour);
    at >>= 1;
  }
  return { index, size: tree.size, path };
}

// The hash that a leaf and its proof lead to, with each step on the way; `root` is null where the path has not the
// length that place and size ask for.
export function climb(leaf, { index, size, path }, suite = DR1) {
  let [at, last, hash] = [index, size - 1, leafHash(leaf, suite)];
  const steps = [];
  if (index >= size) return { root: null, steps };
  for (const neighbour of path) {
    if (last === 0) return { root: null, steps };
    const isLeft = at % 2 === 1 || at === last;
    if (isLeft) {
      hash = nodeHash(neighbour, hash, suite);
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, neighbour, suite);
    }
    steps.push({ neighbour, isLeft, hash });
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return { root: last === 0 ? hash : null, steps };
}

// Tells whether a leaf with its proof leads to a root, given in hex.
export function leadsTo(root, leaf, proof, suite = DR1) {
  const found = climb(leaf, proof, suite).root;
  return found !== null && hex(found) === root;
}

// Writes a proof as `<index>/<size> <hash>,<hash>,…`, with `-` for an empty path.
export function proofText({ index, size, path }) {
  return `${index}/${size} ${path.length ? path.map(hex).join(",") : "-"}`;
}

// Reads what `proofText` writes; null for anything else.
export function readProof(text) {
  const found = /^(0|[1-9]\d{0,9})\/([1-9]\d{0,9}) (-|[0-9a-f]{64}(?:,[0-9a-f]{64})*)$/.exec(text);
  if (!found) return null;
  const path = found[3] === "-" ? [] : found[3].split(",").map(unhex);
  return { index: Number(found[1]), size: Number(found[2]), path };
}

// The two rows between which an id would stand, each with its proof; `rows` are sorted by `idOf`. Null if a row has it.
export function absenceOf(rows, tree, id, idOf) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byBytes(idOf(rows[middle]), id) < 0) low = middle + 1;
    else high = middle;
  }
  if (low < rows.length && idOf(rows[low]) === id) return null;
  const neighbour = (at) => (at >= 0 && at < rows.length ? { row: rows[at], proof: proofOf(tree, at) } : null);
  return { before: neighbour(low - 1), after: neighbour(low) };
}

// Tells whether an absence holds against a root in hex: both rows are in the tree, side by side, one smaller and one
// larger than the id. At an end of the tree one of them is missing, in an empty tree both.
export function isAbsent({ before, after }, id, size, root, idOf, suite = DR1) {
  const sides = [before, after].filter(Boolean);
  if (!sides.every(({ row, proof }) => proof.size === size && leadsTo(root, row, proof, suite))) return false;
  if (before && byBytes(idOf(before.row), id) >= 0) return false;
  if (after && byBytes(idOf(after.row), id) <= 0) return false;
  const next = before ? before.proof.index + 1 : 0;
  const found = after ? after.proof.index : size;
  return next === found && (size > 0 || root === hex(suite.hash(new Uint8Array(0))));
}
