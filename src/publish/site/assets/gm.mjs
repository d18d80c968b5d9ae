// SM3 (GB/T 32905) and SM4 (GB/T 32907) for the suite dr1-gm, written from the standards; nothing here knows the lottery.

// ---- SM3 ----

const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

function turn(word, by) {
  return by % 32 ? (word << by % 32) | (word >>> (32 - (by % 32))) : word;
}

// T of §4.2, already turned by the number of the round.
const ROUNDS = Int32Array.from({ length: 64 }, (_, j) => turn(j < 16 ? 0x79cc4519 : 0x7a879d8a, j));
const w = new Int32Array(68);
const v = new Int32Array(8);
const tail = new Uint8Array(128);

function compress(data, from) {
  for (let j = 0; j < 16; j++) {
    const at = from + 4 * j;
    w[j] = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
  }
  for (let j = 16; j < 68; j++) {
    const x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15);
    w[j] = x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6];
  }
  let [a, b, c, d, e, f, g, h] = v;
  for (let j = 0; j < 64; j++) {
    const a12 = turn(a, 12);
    const ss1 = turn((a12 + e + ROUNDS[j]) | 0, 7);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const t1 = (ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])) | 0;
    const t2 = (gg + h + ss1 + w[j]) | 0;
    d = c; c = turn(b, 9); b = a; a = t1;
    h = g; g = turn(f, 19); f = e; e = t2 ^ turn(t2, 9) ^ turn(t2, 17);
  }
  v[0] ^= a; v[1] ^= b; v[2] ^= c; v[3] ^= d; v[4] ^= e; v[5] ^= f; v[6] ^= g; v[7] ^= h;
}

export function sm3(data) {
  v.set(START);
  const whole = data.length - (data.length % 64);
  for (let at = 0; at < whole; at += 64) compress(data, at);
  const rest = data.length - whole;
  const end = rest < 56 ? 64 : 128;
  tail.fill(0);
  for (let i = 0; i < rest; i++) tail[i] = data[whole + i];
  tail[rest] = 0x80;
  for (let i = 1, bits = data.length * 8; bits > 0; i++, bits = Math.floor(bits / 256)) tail[end - i] = bits % 256;
  for (let at = 0; at < end; at += 64) compress(tail, at);
  const digest = new Uint8Array(32);
  for (let i = 0; i < 32; i++) digest[i] = v[i >> 2] >>> (24 - 8 * (i & 3));
  return digest;
}

// ---- SM4 ----

// The box of §6.2, 16 to a line.
const BOX = Uint8Array.from(
  ("d690e9fecce13db716b614c228fb2c05" + "2b679a762abe04c3aa44132649860699" + "9c4250f491ef987a33540b43edcfac62" +
    "e4b31ca9c908e89580df94fa758f3fa6" + "4707a7fcf37317ba83593c19e6854fa8" + "686b81b27164da8bf8eb0f4b70569d35" +
    "1e240e5e6358d1a225227c3b01217887" + "d40046579fd327524c3602e7a0c4c89e" + "eabf8ad240c738b5a3f7f2cef96115a1" +
    "e0ae5da49b341a55ad933230f58cb1e3" + "1df6e22e8266ca60c02923ab0d534e6f" + "d5db3745defd8e2f03ff6a726d6c5b51" +
    "8d1baf92bbddbc7f11d95c411f105ad8" + "0ac13188a5cd7bbd2d74d012b8e5b4b0" + "8969974a0c96777e65b9f109c56ec684" +
    "18f07dec3adc4d2079ee5f3ed7cb3948").match(/../g),
  (pair) => parseInt(pair, 16),
);
const FK = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc];

function boxed(word) {
  return (BOX[word >>> 24] << 24) | (BOX[(word >>> 16) & 255] << 16) | (BOX[(word >>> 8) & 255] << 8) | BOX[word & 255];
}

// The round keys of §7.3 for the first 16 bytes of a key.
function roundKeys(key) {
  const view = new DataView(key.buffer, key.byteOffset, 16);
  const k = new Int32Array(36);
  for (let i = 0; i < 4; i++) k[i] = view.getUint32(4 * i) ^ FK[i];
  for (let i = 0; i < 32; i++) {
    let ck = 0;
    for (let j = 0; j < 4; j++) ck = (ck << 8) | (((4 * i + j) * 7) & 255);
    const b = boxed(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ ck);
    k[i + 4] = k[i] ^ b ^ turn(b, 13) ^ turn(b, 23);
  }
  return k.subarray(4);
}

const known = new WeakMap();
const x = new Int32Array(36);

// Enciphers 16 bytes of `input` under the first 16 bytes of a key, into `output` from `at` on.
export function sm4(key, input, output, at) {
  if (!known.has(key)) known.set(key, roundKeys(key));
  const keys = known.get(key);
  const from = new DataView(input.buffer, input.byteOffset, 16);
  for (let i = 0; i < 4; i++) x[i] = from.getUint32(4 * i);
  for (let i = 0; i < 32; i++) {
    const b = boxed(x[i + 1] ^ x[i + 2] ^ x[i + 3] ^ keys[i]);
    x[i + 4] = x[i] ^ b ^ turn(b, 2) ^ turn(b, 10) ^ turn(b, 18) ^ turn(b, 24);
  }
  const to = new DataView(output.buffer, output.byteOffset + at, 16);
  for (let i = 0; i < 4; i++) to.setUint32(4 * i, x[35 - i] >>> 0);
}
