"""SM3 and SM4 for make_vectors.py, straight from GB/T 32905 and GB/T 32907, and the functions of section 19 over them."""


def turn(word, by):
    by %= 32
    return ((word << by) | (word >> (32 - by))) & 0xFFFFFFFF


def sm3(message):
    """GB/T 32905, section 5: bytes to 32 bytes."""
    bits = 8 * len(message)
    message += b"\x80"
    while len(message) % 64 != 56:
        message += b"\x00"
    message += bits.to_bytes(8, "big")
    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    p0 = lambda x: x ^ turn(x, 9) ^ turn(x, 17)
    p1 = lambda x: x ^ turn(x, 15) ^ turn(x, 23)
    for at in range(0, len(message), 64):
        w = [int.from_bytes(message[at + 4 * i : at + 4 * i + 4], "big") for i in range(16)]
        for i in range(16, 68):
            w.append(p1(w[i - 16] ^ w[i - 9] ^ turn(w[i - 3], 15)) ^ turn(w[i - 13], 7) ^ w[i - 6])
        a, b, c, d, e, f, g, h = v
        for i in range(64):
            early = i < 16
            t = 0x79CC4519 if early else 0x7A879D8A
            ss1 = turn((turn(a, 12) + e + turn(t, i)) & 0xFFFFFFFF, 7)
            ss2 = ss1 ^ turn(a, 12)
            ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if early else (e & f) | (~e & g)
            tt1 = (ff + d + ss2 + (w[i] ^ w[i + 4])) & 0xFFFFFFFF
            tt2 = (gg + h + ss1 + w[i]) & 0xFFFFFFFF
            d, c, b, a = c, turn(b, 9), a, tt1
            h, g, f, e = g, turn(f, 19), e, p0(tt2)
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return b"".join(word.to_bytes(4, "big") for word in v)


def hmac_sm3(key, message):
    """RFC 2104 with blocks of 64 bytes."""
    key = (sm3(key) if len(key) > 64 else key) + bytes(64)
    pad = lambda byte: bytes(k ^ byte for k in key[:64])
    return sm3(pad(0x5C) + sm3(pad(0x36) + message))


def make_box():
    """The box from its algebra (Liu, Ji et al. 2007): an affine map, the inverse in GF(2^8), the affine map again."""

    def times(a, b):
        product = 0
        while b:
            if b & 1:
                product ^= a
            a <<= 1
            if a & 0x100:
                a ^= 0x1F5  # x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1
            b >>= 1
        return product

    def inverse(a):
        power = 1
        for _ in range(254):
            power = times(power, a)
        return power

    def affine(x):
        # Row i of the matrix, which gives bit 7 - i, is d3 turned right by i; d3 is the constant, too.
        result = 0
        for row in range(8):
            mask = ((0xD3 >> row) | (0xD3 << (8 - row))) & 0xFF
            result = result << 1 | (bin(mask & x).count("1") & 1)
        return result ^ 0xD3

    return [affine(inverse(affine(x))) for x in range(256)]


BOX = make_box()


def sm4(key, block):
    """GB/T 32907, section 7: one block of 16 bytes under a key of 16."""
    words = lambda data: [int.from_bytes(data[i : i + 4], "big") for i in range(0, 16, 4)]

    def substitute(word):
        return int.from_bytes(bytes(BOX[byte] for byte in word.to_bytes(4, "big")), "big")

    k = [a ^ b for a, b in zip(words(key), (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC))]
    x = words(block)
    for i in range(32):
        ck = int.from_bytes(bytes((4 * i + j) * 7 & 0xFF for j in range(4)), "big")
        b = substitute(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ ck)
        k.append(k[i] ^ b ^ turn(b, 13) ^ turn(b, 23))
        b = substitute(x[i + 1] ^ x[i + 2] ^ x[i + 3] ^ k[i + 4])
        x.append(x[i] ^ b ^ turn(b, 2) ^ turn(b, 10) ^ turn(b, 18) ^ turn(b, 24))
    return b"".join(word.to_bytes(4, "big") for word in x[:-5:-1])
