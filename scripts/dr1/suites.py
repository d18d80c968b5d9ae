"""§19: the two suites of primitives, and ChaCha20 (§4). Nothing here knows an id or a file."""
import hashlib
import struct

from . import gm


def quarter_round(a, b, c, d, mask):
    """RFC 8439 §2.1. Each number holds one 32-bit word for every lane (see chacha20_blocks)."""
    a = a + b & mask; d ^= a; d = (d << 16 | d >> 16) & mask
    c = c + d & mask; b ^= c; b = (b << 12 | b >> 20) & mask
    a = a + b & mask; d ^= a; d = (d << 8 | d >> 24) & mask
    c = c + d & mask; b ^= c; b = (b << 7 | b >> 25) & mask
    return a, b, c, d


def chacha20_blocks(key, ivs):
    """§4: the ChaCha20 blocks of several IVs under one key, as 64 bytes each.

    Python's long integers do many blocks at once: a word of the state is one integer with a lane of 64 bits for
    each block, the word in its low half, zeros above. Sums and shifts to the left stay within a lane, and `mask`
    cuts off what runs over. With one IV the mask is ffffffff and this is the RFC's own text.
    """
    lanes = len(ivs)
    ones = int.from_bytes(b"\1\0\0\0\0\0\0\0" * lanes, "little")
    mask = ones * 0xffffffff
    start = [word * ones for word in struct.unpack("<12I", b"expand 32-byte k" + key)]
    for k in (0, 4, 8, 12):
        start.append(int.from_bytes(b"".join(iv[k:k + 4] + b"\0\0\0\0" for iv in ivs), "little"))
    x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15 = start
    for _ in range(10):
        x0, x4, x8, x12 = quarter_round(x0, x4, x8, x12, mask)
        x1, x5, x9, x13 = quarter_round(x1, x5, x9, x13, mask)
        x2, x6, x10, x14 = quarter_round(x2, x6, x10, x14, mask)
        x3, x7, x11, x15 = quarter_round(x3, x7, x11, x15, mask)
        x0, x5, x10, x15 = quarter_round(x0, x5, x10, x15, mask)
        x1, x6, x11, x12 = quarter_round(x1, x6, x11, x12, mask)
        x2, x7, x8, x13 = quarter_round(x2, x7, x8, x13, mask)
        x3, x4, x9, x14 = quarter_round(x3, x4, x9, x14, mask)
    end = (x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15)
    words = [(x + s & mask).to_bytes(8 * lanes, "little") for x, s in zip(end, start)]
    return [b"".join([word[i:i + 4] for word in words]) for i in range(0, 8 * lanes, 8)]


def sm4_blocks(key, ivs):
    """§19: the SM4 blocks of several IVs: each enciphered four times, with 0 to 3 in its two highest bits."""
    inputs = [bytes([iv[0] | part << 6]) + iv[1:] for iv in ivs for part in range(4)]
    parts = gm.sm4_encipher(key[:16], inputs)
    return [b"".join(parts[i:i + 4]) for i in range(0, len(parts), 4)]


class Suite:
    """A hash (bytes -> 32 bytes) and blocks (key, IVs -> 64 bytes each)."""

    def __init__(self, name, hash_name, hash_of, blocks):
        self.name, self.hash_name, self.hash, self.blocks = name, hash_name, hash_of, blocks

    def hex(self, data):
        return self.hash(data).hex()

    def hmac(self, key, message):
        """RFC 2104; both hashes take blocks of 64 bytes."""
        block = (self.hash(key) if len(key) > 64 else key).ljust(64, b"\0")
        inner = self.hash(bytes(byte ^ 0x36 for byte in block) + message)
        return self.hash(bytes(byte ^ 0x5c for byte in block) + inner)


DR1 = Suite("dr1", "SHA-256", lambda data: hashlib.sha256(data).digest(), chacha20_blocks)
DR1_GM = Suite("dr1-gm", "SM3", gm.sm3, sm4_blocks)
SUITES = {suite.name: suite for suite in (DR1, DR1_GM)}
