// The lottery dr1, written from PROTOCOL.md alone: §1 identifiers, §2 entropy record, §3 keys, §4 tickets, §5 sample
// sizes, §6 samples, the tree of §10, and the suites of §19. No library and no network; runs in a browser and under Node.
//
// SHA-256 and HMAC of the keys come from WebCrypto where the page has it. Merkle trees need hundreds of thousands of
// small hashes, for which one promise each is too slow, so SHA-256 stands here as well; the vectors compare the two.

import { sm3, sm4 } from "./gm.mjs";

const utf8 = new TextEncoder();

export function bytesOf(text) {
  return utf8.encode(text);
}

export function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function unhex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function join(...parts) {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

// Compares two texts by their UTF-8 bytes. UTF-16 code units have the same order but for surrogates, which belong
// behind the characters E000 to FFFF.
export function byBytes(a, b) {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return behindSurrogates(x) - behindSurrogates(y);
  }
  return a.length - b.length;
}

function behindSurrogates(unit) {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

// ---- SHA-256 (FIPS 180-4) and HMAC (RFC 2104) ----

const K256 = new Uint32Array(64);
const INITIAL = new Uint32Array(8);
(function constants() {
  // The first 32 bits of the fractional parts of cube roots and square roots of the first primes (FIPS 180-4, 4.2.2).
  const integerRoot = (value, power) => {
    let low = 0n;
    let high = value;
    while (low < high) {
      const middle = (low + high + 1n) / 2n;
      if (middle ** power <= value) low = middle;
      else high = middle - 1n;
    }
    return low;
  };
  let found = 0;
  for (let number = 2n; found < 64; number++) {
    let isPrime = true;
    for (let divisor = 2n; divisor * divisor <= number; divisor++) if (number % divisor === 0n) isPrime = false;
    if (!isPrime) continue;
    K256[found] = Number(integerRoot(number << 96n, 3n) & 0xffffffffn);
    if (found < 8) INITIAL[found] = Number(integerRoot(number << 64n, 2n) & 0xffffffffn);
    found++;
  }
})();

const schedule = new Uint32Array(64);

function compress(state, data, from) {
  const w = schedule;
  for (let i = 0; i < 16; i++) {
    const at = from + 4 * i;
    w[i] = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

const state = new Uint32Array(8);
const tail = new Uint8Array(128);

export function sha256(data) {
  state.set(INITIAL);
  const whole = data.length - (data.length % 64);
  for (let at = 0; at < whole; at += 64) compress(state, data, at);
  const rest = data.length - whole;
  const end = rest < 56 ? 64 : 128;
  tail.fill(0);
  for (let i = 0; i < rest; i++) tail[i] = data[whole + i];
  tail[rest] = 0x80;
  // The length in bits, big-endian in the last 8 bytes; a file of a bundle has less than 2^53 bits.
  for (let i = 1, bits = data.length * 8; bits > 0; i++, bits = Math.floor(bits / 256)) tail[end - i] = bits % 256;
  for (let at = 0; at < end; at += 64) compress(state, tail, at);
  const digest = new Uint8Array(32);
  for (let i = 0; i < 32; i++) digest[i] = state[i >> 2] >>> (24 - 8 * (i & 3));
  return digest;
}

// A page has WebCrypto when it comes over https, from localhost or from a disk. An office's plain http server gives
// none; then the same numbers come from the function above.
export const subtle = globalThis.crypto?.subtle;

export async function sha256Fast(data) {
  return subtle ? new Uint8Array(await subtle.digest("SHA-256", data)) : sha256(data);
}

export function hmacSlow(key, message, hash = sha256) {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? hash(key) : key);
  const inner = hash(join(block.map((byte) => byte ^ 0x36), message));
  return hash(join(block.map((byte) => byte ^ 0x5c), inner));
}

export async function hmac(key, message) {
  if (!subtle) return hmacSlow(key, message);
  const usable = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", usable, message));
}

// ---- §19 Suites ----

// `hash` and `hmac` give 32 bytes; `block` gives 64, of which `parts` times 16 are asked for. WebCrypto has no SM3.
export const SUITES = {
  dr1: { name: "dr1", hashName: "SHA-256", hash: sha256, hashFast: sha256Fast, hmac, block: chachaBlock },
  "dr1-gm": {
    name: "dr1-gm", hashName: "SM3", hash: sm3, hashFast: async (data) => sm3(data),
    hmac: async (key, message) => hmacSlow(key, message, sm3), block: sm4Block,
  },
};
export const DR1 = SUITES.dr1;

// SM4 of the IV with 0 to 3 in its two highest bits.
function sm4Block(key, iv, parts = 4) {
  const block = new Uint8Array(64);
  const input = Uint8Array.from(iv);
  for (let part = 0; part < parts; part++) {
    input[0] = iv[0] | (part << 6);
    sm4(key, input, block, 16 * part);
  }
  return block;
}

// ---- §1 Identifiers ----

// The IV of an id: 16 bytes.
export function ivOf(id, suite = DR1) {
  const iv = new Uint8Array(16);
  if (!/^[0-9A-Z]{1,22}$/.test(id)) {
    const digits = "1" + hex(suite.hash(bytesOf(`dr1/id\n${id}`))).slice(0, 31);
    iv.set(unhex(digits));
    return iv;
  }
  // The value in base 36, in four limbs of 32 bits, the lowest first.
  const limbs = [0, 0, 0, 0];
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at);
    let carry = code < 58 ? code - 48 : code - 55;
    for (let limb = 0; limb < 4; limb++) {
      const value = limbs[limb] * 36 + carry;
      carry = Math.floor(value / 0x100000000);
      limbs[limb] = value % 0x100000000;
    }
  }
  // Digit 0, two digits of length and 29 of value are 4 + 8 + 116 bits.
  limbs[3] += id.length * 0x100000;
  const view = new DataView(iv.buffer);
  for (let limb = 0; limb < 4; limb++) view.setUint32(4 * limb, limbs[3 - limb]);
  return iv;
}

// ---- §2 Entropy record ----

const HEADING = "dr1 entropy v1\n";
const FORMS = [
  ["seed", /^seed ([!-~](?:[ -~]{0,126}[!-~])?)$/],
  ["dice", /^dice (?:2 [1-2]+|3 [1-3]+|4 [1-4]+|5 [1-5]+|6 [1-6]+|7 [1-7]+|8 [1-8]+|9 [1-9]+|10 [0-9]+)$/],
  ["sealed", /^sealed ([1-9][0-9]{0,9}) (?:[0-9a-f]{2})+$/],
  ["beacon", /^beacon [!-~]+ [!-~]+ [!-~]+$/],
];

// Reads a record; throws `{ reason, line }` for the first fault.
export function readEntropy(bytes) {
  const refuse = (reason, line) => {
    throw Object.assign(new Error(`entropy.txt: ${reason}, line ${line}`), { reason, line });
  };
  const text = String.fromCharCode(...bytes);
  if (!text.startsWith(HEADING)) refuse("heading", 1);
  if (!/^[ -~\n]*\n$/.test(text)) refuse("bytes", 0);
  const lines = text.slice(HEADING.length).split("\n").slice(0, -1);
  let last = 0;
  let sealed = 0;
  let seeds = 0;
  let beforeBeacon = HEADING.length;
  let sawBeacon = false;
  lines.forEach((line, at) => {
    const kind = FORMS.findIndex(([, form]) => form.test(line));
    if (kind < 0) refuse("form", at + 2);
    const name = FORMS[kind][0];
    if (kind < last || (name === "seed" && ++seeds > 1)) refuse("order", at + 2);
    if (name === "sealed" && Number(line.split(" ")[1]) !== ++sealed) refuse("order", at + 2);
    last = kind;
    if (name === "beacon") sawBeacon = true;
    if (!sawBeacon) beforeBeacon += line.length + 1;
  });
  if (lines.length === 0) refuse("empty", 0);
  const witnessed = lines.some((line) => !line.startsWith("seed "));
  return { lines, witnessed, beforeBeacon: bytes.subarray(0, beforeBeacon) };
}

// ---- §3 Keys ----

export function prkOf(record, suite = DR1) {
  return suite.hmac(bytesOf("dr1"), record);
}

export function keyOf(prk, label, suite = DR1) {
  return suite.hmac(prk, join(bytesOf(label), Uint8Array.of(1)));
}

export function entityLabel(group) {
  return `dr1/entity/${group}`;
}

// ---- §4 Tickets ----

function quarter(x, a, b, c, d) {
  let t;
  x[a] += x[b]; t = x[d] ^ x[a]; x[d] = (t << 16) | (t >>> 16);
  x[c] += x[d]; t = x[b] ^ x[c]; x[b] = (t << 12) | (t >>> 20);
  x[a] += x[b]; t = x[d] ^ x[a]; x[d] = (t << 8) | (t >>> 24);
  x[c] += x[d]; t = x[b] ^ x[c]; x[b] = (t << 7) | (t >>> 25);
}

const working = new Uint32Array(16);

// The block of 64 bytes under a key of 32 bytes and an IV of 16.
export function blockOf(key, iv, suite = DR1, parts = 4) {
  return suite.block(key, iv, parts);
}

// One ChaCha20 block (RFC 8439, 2.3).
function chachaBlock(key, iv) {
  const start = new Uint32Array(16);
  start.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  const little = (bytes, at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  for (let i = 0; i < 8; i++) start[4 + i] = little(key, 4 * i);
  for (let i = 0; i < 4; i++) start[12 + i] = little(iv, 4 * i);
  const x = working;
  x.set(start);
  for (let round = 0; round < 20; round += 2) {
    quarter(x, 0, 4, 8, 12); quarter(x, 1, 5, 9, 13); quarter(x, 2, 6, 10, 14); quarter(x, 3, 7, 11, 15);
    quarter(x, 0, 5, 10, 15); quarter(x, 1, 6, 11, 12); quarter(x, 2, 7, 8, 13); quarter(x, 3, 4, 9, 14);
  }
  const block = new Uint8Array(64);
  const view = new DataView(block.buffer);
  for (let i = 0; i < 16; i++) view.setUint32(4 * i, x[i] + start[i], true);
  return block;
}

export function ticketOf(block) {
  return hex(block.subarray(0, 16));
}

// ---- §5 Sample sizes ----

// Reads a rate in its frozen form: `{ part, whole }` or `{ count }`.
export function readRate(text) {
  const found = /^([1-9]\d*)(?:(%)|(‰)|\/([1-9]\d*)|(户))$/.exec(text);
  if (!found) throw new Error(`no rate: ${text}`);
  const part = BigInt(found[1]);
  if (found[5]) return { count: part };
  return { part, whole: found[2] ? 100n : found[3] ? 1000n : BigInt(found[4]) };
}

export function sizeOf(rate, population, rounding) {
  const all = BigInt(population);
  const { part, whole, count } = rate;
  let size;
  if (count !== undefined) size = count;
  else if (rounding === "up") size = (all * part + whole - 1n) / whole;
  else if (rounding === "nearest") size = (2n * all * part + whole) / (2n * whole);
  else if (rounding === "floor_min_1") size = all === 0n ? 0n : (all * part) / whole || 1n;
  else throw new Error(`no rounding: ${rounding}`);
  return Number(size < all ? size : all);
}

// ---- §6 Samples ----

// The place of an entity: what its stratum is sorted by.
export function placeOf(key, iv, balls, behind, suite = DR1) {
  const block = blockOf(key, iv, suite, Math.ceil(balls / 2));
  const view = new DataView(block.buffer);
  let [high, low] = [view.getUint32(0), view.getUint32(4)];
  for (let word = 1; word < balls; word++) {
    const [h, l] = [view.getUint32(8 * word), view.getUint32(8 * word + 4)];
    if (h < high || (h === high && l < low)) [high, low] = [h, l];
  }
  return { behind, high, low, ticket: ticketOf(block), iv };
}

export function byPlace(a, b) {
  if (a.behind !== b.behind) return a.behind ? 1 : -1;
  if (a.high !== b.high) return a.high - b.high;
  if (a.low !== b.low) return a.low - b.low;
  if (a.ticket !== b.ticket) return a.ticket < b.ticket ? -1 : 1;
  const [x, y] = [hex(a.iv), hex(b.iv)];
  return x < y ? -1 : x > y ? 1 : 0;
}

// Writes U, the smallest word, as 16 digits.
export function smallestOf(place) {
  return place.high.toString(16).padStart(8, "0") + place.low.toString(16).padStart(8, "0");
}

// Writes a cut-off; `place` is that of rank n, or undefined if nothing is drawn.
export function cutoffOf(place, allHaveOneBall) {
  if (!place) return "";
  return (place.behind ? "+" : "") + (allHaveOneBall ? "" : smallestOf(place) + ":") + place.ticket;
}

// Tells whether a place is not above a cut-off as strata.csv prints it.
export function isWithin(place, cutoff) {
  if (cutoff === "") return false;
  const limitBehind = cutoff.startsWith("+");
  if (place.behind !== limitBehind) return !place.behind;
  const limit = cutoff.replace("+", "");
  const own = limit.includes(":") ? `${smallestOf(place)}:${place.ticket}` : place.ticket;
  return own <= limit;
}

// ---- §10 The tree of RFC 6962 ----

export function leafHash(leaf, suite = DR1) {
  return suite.hash(join(Uint8Array.of(0), typeof leaf === "string" ? bytesOf(leaf) : leaf));
}

const pair = new Uint8Array(65);
pair[0] = 1;

export function nodeHash(left, right, suite = DR1) {
  pair.set(left, 1);
  pair.set(right, 33);
  return suite.hash(pair);
}

// The root over hashes of leaves, in one pass: complete subtrees wait until their neighbour is complete.
export function rootOf(leaves, suite = DR1) {
  if (leaves.length === 0) return suite.hash(new Uint8Array(0));
  const peaks = [];
  for (let hash of leaves) {
    let size = 1;
    while (peaks.length && peaks[peaks.length - 1].size === size) {
      hash = nodeHash(peaks.pop().hash, hash, suite);
      size *= 2;
    }
    peaks.push({ size, hash });
  }
  let root = peaks.pop().hash;
  while (peaks.length) root = nodeHash(peaks.pop().hash, root, suite);
  return root;
}
