// The ledger of an office, written from PROTOCOL.md alone: §14 the chain, §15.7 what it says of a bundle.

import { bytesOf, DR1, hex, leafHash, sha256, SUITES, unhex } from "./dr1.mjs";
import { Difference } from "./draw.mjs";
import { leadsTo, readProof, treeOf } from "./proof.mjs";

const KINDS = ["SEAL", "LODGE", "ENTROPY", "DRAW", "PUBLISH", "AMEND", "VOID", "RESULT", "AUDIT"];
const HEAD = ["dr1 ledger v1", "entry ", "previous ", "kind ", "time ", "ceremony ", "attempt "];

// Reads entries from `{ file, text }` in their order, each of which must follow the one before.
// Throws a Difference at the first that does not.
export function readLedger(files) {
  const entries = [];
  let previous = "0".repeat(64);
  for (const [at, { file, text }] of files.entries()) {
    const entry = readEntry(file, text);
    if (entry.number !== at + 1 || file !== nameOf(entry)) {
      throw new Difference(file, 0, "is out of its place: an entry was removed, added or moved", `entry ${at + 1}`, file);
    }
    if (entry.previous !== previous) {
      throw new Difference(file, 3, "does not follow the entry before", previous, entry.previous);
    }
    if (at > 0 && entry.time < entries[at - 1].time) {
      throw new Difference(file, 5, "is dated before the entry before", entries[at - 1].time, entry.time);
    }
    entries.push(entry);
    previous = entry.sha256;
  }
  return entries;
}

function nameOf({ number, kind }) {
  return `${String(number).padStart(6, "0")}-${kind}.txt`;
}

function readEntry(file, text) {
  const lines = text.split("\n");
  const refuse = (row) => {
    throw new Difference(file, row, "is not what an entry has there", HEAD[row - 1] ?? "word value", lines[row - 1] ?? "");
  };
  HEAD.forEach((word, at) => {
    if (at === 0 ? lines[0] !== word : !lines[at]?.startsWith(word) || lines[at] === word) refuse(at + 1);
  });
  if (lines.pop() !== "") refuse(lines.length + 1);
  const [, number, previous, kind, time, ceremony, attempt] = lines.map((line) => line.slice(line.indexOf(" ") + 1));
  const forms = [
    [2, number, /^[1-9]\d{0,9}$/], [3, previous, /^[0-9a-f]{64}$/], [4, kind, new RegExp(`^(?:${KINDS.join("|")})$`)],
    [5, time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/], [7, attempt, /^[1-9]\d{0,9}$/],
  ];
  for (const [row, value, form] of forms) if (!form.test(value)) refuse(row);
  const facts = lines.slice(7).map((line, at) => {
    const found = /^([a-z0-9-]+) (.+)$/.exec(line);
    if (!found || found[2].trim() !== found[2]) refuse(at + 8);
    return [found[1], found[2]];
  });
  return {
    file, number: Number(number), previous, kind, time, ceremony, attempt: Number(attempt), facts,
    sha256: hex(sha256(bytesOf(text))), fact: (word) => facts.find(([name]) => name === word)?.[1],
  };
}

// The short code of a hash: its first 80 bits in Crockford's base 32, four and four (§14).
export function codeOf(sha256InHex) {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  let bits = BigInt(`0x${sha256InHex.slice(0, 20)}`);
  let code = "";
  for (let at = 0; at < 16; at++) {
    code = (at && at % 4 === 0 ? "-" : "") + code;
    code = alphabet[Number(bits & 31n)] + code;
    bits >>= 5n;
  }
  return code;
}

// Finds the entries that a typed code means: a short code, the 64 digits of a hash, or what the QR code of a lodged page
// holds, `fairdraw:<ceremony>:<attempt>:<entry>:<kind>:<SHA-256>`. An ENTROPY entry also answers to the pre-beacon code.
export function entriesOf(entries, typed) {
  const text = typed.trim();
  const qr = /^fairdraw:([^:]+):(\d+):(\d+):([A-Z]+):([0-9a-f]{64})$/.exec(text);
  if (qr) {
    const said = ({ ceremony, attempt, number, kind, sha256 }) => [ceremony, attempt, number, kind, sha256].join(":");
    return entries.filter((entry) => `fairdraw:${said(entry)}` === text);
  }
  const hashesOf = (entry) => [entry.sha256, entry.fact("code")].filter(Boolean);
  if (/^[0-9a-f]{64}$/i.test(text)) return entries.filter((entry) => hashesOf(entry).includes(text.toLowerCase()));
  // What looks like O, I or L on paper is read as the digit (Crockford).
  const code = text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return entries.filter((entry) => hashesOf(entry).some((hash) => codeOf(hash).replaceAll("-", "") === code));
}

// The last attempt of a ceremony: its SEAL and, where they are on record, both parts of its ENTROPY.
export function attemptOf(entries, ceremony) {
  const seal = entries.findLast((entry) => entry.kind === "SEAL" && entry.ceremony === ceremony);
  if (!seal) return null;
  const own = entries.filter((entry) => entry.ceremony === ceremony && entry.attempt === seal.attempt);
  const part = (name) => own.find((entry) => entry.kind === "ENTROPY" && entry.fact("part") === name);
  return { seal, rolled: part("pre-beacon"), entropy: part("complete") };
}

// The suite of an attempt, which its SEAL names (§15.2); undefined for a name that this page does not know.
export function suiteOf(entries, ceremony, attempt) {
  const seal = entries.find((entry) => entry.kind === "SEAL" && entry.ceremony === ceremony && entry.attempt === attempt);
  return SUITES[seal?.fact("suite") ?? "dr1"];
}

// A table's lines behind its heading are leaves of its tree, as they stand in the file (§15.2).
export function linesOf(text) {
  return text.split("\n").slice(1, -1);
}

export function treeOfLines(text, suite = DR1) {
  return treeOf(linesOf(text).map((line) => leafHash(line, suite)), suite);
}

// Lists every root that is public, with the size of its tree: those of the frames in a commitment (§10), and those that
// the ledger has of whole tables (§15.2, §15.5). `commit` is the text of commit.txt, or empty.
export function rootsOf(commit, entries) {
  const roots = [];
  const named = /^suite (.+)$/m.exec(commit)?.[1];
  for (const line of commit.split("\n").filter((one) => one.startsWith("stratum "))) {
    const [, task, name, , size, , , root] = line.split(" ");
    roots.push({ where: "commit.txt", what: `${task} ${name}`, size: Number(size), root, suite: SUITES[named] });
  }
  const tables = ["entities", "roster", "recusals", "visits", "teams"];
  for (const { file, facts, ceremony, attempt } of entries) {
    for (const [word, value] of facts.filter(([one]) => tables.includes(one))) {
      const [size, root] = value.split(" ");
      roots.push({ where: file, what: word, size: Number(size), root, suite: suiteOf(entries, ceremony, attempt) });
    }
  }
  return roots;
}

// Reads a line `<row> <index>/<size> <hashes>` and finds the public roots that it leads to; null for another form.
export function provedBy(line, roots) {
  const found = /^(.*) (\d+\/\d+ \S+)$/.exec(line);
  const proof = found && readProof(found[2]);
  if (!proof) return null;
  const leaf = found[1];
  return { leaf, proof, roots: roots.filter(({ size, root, suite }) => suite && size === proof.size && leadsTo(root, leaf, proof, suite)) };
}

// Compares the files of a bundle with the ledger (§15.7); `files` holds commit.txt, entropy.txt and the sealed tables as
// text by path, those that are not published missing. Throws a Difference.
export function compareWithLedger(entries, ceremony, files, preBeacon) {
  const attempt = attemptOf(entries, ceremony);
  if (!attempt?.entropy) {
    throw new Difference(entries.at(-1)?.file ?? "ledger/", 0, "holds no complete entropy for this period", ceremony, "");
  }
  const { seal, rolled, entropy } = attempt;
  const suite = suiteOf(entries, ceremony, seal.attempt);
  if (!suite) throw new Difference(seal.file, 0, "names a suite that this page does not know", "", seal.fact("suite"));
  const same = (file, what, expected, found) => {
    if (expected !== found) throw new Difference(file, 0, what, expected ?? "", found);
  };
  const hashOf = (path) => hex(sha256(bytesOf(files.get(path))));
  same("commit.txt", "is not the sealed commitment", seal.fact("commit"), hashOf("commit.txt"));
  same("entropy.txt", "is not the record in the ledger", entropy.fact("record"), hashOf("entropy.txt"));
  same("entropy.txt", "was changed before its beacon", rolled ? rolled.fact("code") : entropy.fact("pre-beacon"), preBeacon);
  // A round of drand: its value is the SHA-256 of the signature, which `fairdraw verify` checks against the chain's key.
  if (entropy.fact("signature")) {
    const value = files.get("entropy.txt").trimEnd().split(" ").pop();
    same("entropy.txt", "is not the randomness of the round's signature", hex(sha256(unhex(entropy.fact("signature")))), value);
  }
  const tables = [["entities", "inputs/entities.csv"], ["roster", "inputs/inspectors.csv"], ["recusals", "inputs/recusals.csv"]];
  for (const [word, path] of tables.filter(([, path]) => files.has(path))) {
    const { size, root } = treeOfLines(files.get(path), suite);
    same(path, "has other rows than those sealed", seal.fact(word), `${size} ${hex(root)}`);
  }
  return attempt;
}
