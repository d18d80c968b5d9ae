// SM3 (GB/T 32905) and SM4 (GB/T 32907) for the suite dr1-gm, written from the standards; nothing here knows the lottery.

// ---- SM3 ----

const SM3_START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

function turned(word, by) {
  return by % 32 ? (word << by % 32) | (word >>> (32 - (by % 32))) : word;
}

// T of §4.2, already turned by the number of the round.
const SM3_ROUNDS = Int32Array.from({ length: 64 }, (_, j) => turned(j < 16 ? 0x79cc4519 : 0x7a879d8a, j));
const words = new Int32Array(68);
const sum = new Int32Array(8);
const ending = new Uint8Array(128);

function mix(data, from) {
  for (let j = 0; j < 16; j++) {
    const at = from + 4 * j;
    words[j] = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
  }
  for (let j = 16; j < 68; j++) {
    const x = words[j - 16] ^ words[j - 9] ^ turned(words[j - 3], 15);
    words[j] = x ^ turned(x, 15) ^ turned(x, 23) ^ turned(words[j - 13], 7) ^ words[j - 6];
  }
  let a = sum[0], b = sum[1], c = sum[2], d = sum[3];
  let e = sum[4], f = sum[5], g = sum[6], h = sum[7];
  for (let j = 0; j < 64; j++) {
    const a12 = turned(a, 12);
    const ss1 = turned((a12 + e + SM3_ROUNDS[j]) | 0, 7);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const t1 = (ff + d + (ss1 ^ a12) + (words[j] ^ words[j + 4])) | 0;
    const t2 = (gg + h + ss1 + words[j]) | 0;
    d = c; c = turned(b, 9); b = a; a = t1;
    h = g; g = turned(f, 19); f = e; e = t2 ^ turned(t2, 9) ^ turned(t2, 17);
  }
  sum[0] ^= a; sum[1] ^= b; sum[2] ^= c; sum[3] ^= d; sum[4] ^= e; sum[5] ^= f; sum[6] ^= g; sum[7] ^= h;
}

export function sm3(data) {
  sum.set(SM3_START);
  const whole = data.length - (data.length % 64);
  for (let at = 0; at < whole; at += 64) mix(data, at);
  const rest = data.length - whole;
  const end = rest < 56 ? 64 : 128;
  ending.fill(0);
  for (let i = 0; i < rest; i++) ending[i] = data[whole + i];
  ending[rest] = 0x80;
  for (let i = 1, bits = data.length * 8; bits > 0; i++, bits = Math.floor(bits / 256)) ending[end - i] = bits % 256;
  for (let at = 0; at < end; at += 64) mix(ending, at);
  const digest = new Uint8Array(32);
  for (let i = 0; i < 32; i++) digest[i] = sum[i >> 2] >>> (24 - 8 * (i & 3));
  return digest;
}

// ---- SM4 ----

// The box of §6.2, 16 to a line.
const SM4_BOX = Uint8Array.from(
  ("d690e9fecce13db716b614c228fb2c05" + "2b679a762abe04c3aa44132649860699" + "9c4250f491ef987a33540b43edcfac62" +
    "e4b31ca9c908e89580df94fa758f3fa6" + "4707a7fcf37317ba83593c19e6854fa8" + "686b81b27164da8bf8eb0f4b70569d35" +
    "1e240e5e6358d1a225227c3b01217887" + "d40046579fd327524c3602e7a0c4c89e" + "eabf8ad240c738b5a3f7f2cef96115a1" +
    "e0ae5da49b341a55ad933230f58cb1e3" + "1df6e22e8266ca60c02923ab0d534e6f" + "d5db3745defd8e2f03ff6a726d6c5b51" +
    "8d1baf92bbddbc7f11d95c411f105ad8" + "0ac13188a5cd7bbd2d74d012b8e5b4b0" + "8969974a0c96777e65b9f109c56ec684" +
    "18f07dec3adc4d2079ee5f3ed7cb3948").match(/../g),
  (pair) => parseInt(pair, 16),
);
const SM4_FK = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc];

function boxed(word) {
  return (SM4_BOX[word >>> 24] << 24) | (SM4_BOX[(word >>> 16) & 255] << 16) | (SM4_BOX[(word >>> 8) & 255] << 8) | SM4_BOX[word & 255];
}

// The round keys of §7.3 for the first 16 bytes of a key.
function roundKeys(key) {
  const view = new DataView(key.buffer, key.byteOffset, 16);
  const k = new Int32Array(36);
  for (let i = 0; i < 4; i++) k[i] = view.getUint32(4 * i) ^ SM4_FK[i];
  for (let i = 0; i < 32; i++) {
    let ck = 0;
    for (let j = 0; j < 4; j++) ck = (ck << 8) | (((4 * i + j) * 7) & 255);
    const b = boxed(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ ck);
    k[i + 4] = k[i] ^ b ^ turned(b, 13) ^ turned(b, 23);
  }
  return k.subarray(4);
}

const scheduled = new WeakMap();
const blockWords = new Int32Array(36);

// Enciphers 16 bytes of `input` under the first 16 bytes of a key, into `output` from `at` on.
export function sm4(key, input, output, at) {
  if (!scheduled.has(key)) scheduled.set(key, roundKeys(key));
  const keys = scheduled.get(key);
  const from = new DataView(input.buffer, input.byteOffset, 16);
  for (let i = 0; i < 4; i++) blockWords[i] = from.getUint32(4 * i);
  for (let i = 0; i < 32; i++) {
    const b = boxed(blockWords[i + 1] ^ blockWords[i + 2] ^ blockWords[i + 3] ^ keys[i]);
    blockWords[i + 4] = blockWords[i] ^ b ^ turned(b, 2) ^ turned(b, 10) ^ turned(b, 18) ^ turned(b, 24);
  }
  const to = new DataView(output.buffer, output.byteOffset + at, 16);
  for (let i = 0; i < 4; i++) to.setUint32(4 * i, blockWords[35 - i] >>> 0);
}
