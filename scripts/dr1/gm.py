"""§19: SM3 (GB/T 32905) and SM4 (GB/T 32907), in plain Python. Nothing here knows the lottery."""
import hashlib
import struct


MASK = 0xffffffff
SM3_START = bytes.fromhex("7380166f4914b2b9172442d7da8a0600a96f30bc163138aae38dee4db0fb0e4e")


def turn(word, by):
    by %= 32
    return (word << by | word >> (32 - by)) & MASK


# T of GB/T 32905 §4.2, already turned by the number of the round.
SM3_ROUNDS = [turn(0x79cc4519 if j < 16 else 0x7a879d8a, j) for j in range(64)]


def sm3_plain(data):
    """GB/T 32905 §5."""
    state = struct.unpack(">8I", SM3_START)
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack(">Q", 8 * len(data))
    for at in range(0, len(padded), 64):
        w = list(struct.unpack(">16I", padded[at:at + 64]))
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
            w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            a12 = turn(a, 12)
            ss1 = turn(a12 + e + SM3_ROUNDS[j] & MASK, 7)
            ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
            gg = e ^ f ^ g if j < 16 else e & f | ~e & g
            tt1 = ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4]) & MASK
            tt2 = gg + h + ss1 + w[j] & MASK
            a, b, c, d = tt1, a, turn(b, 9), c
            e, f, g, h = tt2 ^ turn(tt2, 9) ^ turn(tt2, 17), e, turn(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return struct.pack(">8I", *state)


def sm3_of_openssl(data):
    return hashlib.new("sm3", data).digest()


def sm3(data):
    """Python's own OpenSSL has SM3 on most machines and is much faster; the vectors compare the two."""
    return sm3_of_openssl(data) if HAS_SM3 else sm3_plain(data)


try:
    HAS_SM3 = sm3_of_openssl(b"") == sm3_plain(b"")
except ValueError:
    HAS_SM3 = False


SM4_BOX = bytes.fromhex("""
    d690e9fecce13db716b614c228fb2c05 2b679a762abe04c3aa44132649860699 9c4250f491ef987a33540b43edcfac62
    e4b31ca9c908e89580df94fa758f3fa6 4707a7fcf37317ba83593c19e6854fa8 686b81b27164da8bf8eb0f4b70569d35
    1e240e5e6358d1a225227c3b01217887 d40046579fd327524c3602e7a0c4c89e eabf8ad240c738b5a3f7f2cef96115a1
    e0ae5da49b341a55ad933230f58cb1e3 1df6e22e8266ca60c02923ab0d534e6f d5db3745defd8e2f03ff6a726d6c5b51
    8d1baf92bbddbc7f11d95c411f105ad8 0ac13188a5cd7bbd2d74d012b8e5b4b0 8969974a0c96777e65b9f109c56ec684
    18f07dec3adc4d2079ee5f3ed7cb3948
""")
SM4_FK = (0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc)


def sm4_round_keys(key):
    """GB/T 32907 §7.3, from a key of 16 bytes."""
    k = [word ^ fk for word, fk in zip(struct.unpack(">4I", key), SM4_FK)]
    for i in range(32):
        ck = int.from_bytes(bytes((4 * i + j) * 7 % 256 for j in range(4)), "big")
        b = int.from_bytes((k[-3] ^ k[-2] ^ k[-1] ^ ck).to_bytes(4, "big").translate(SM4_BOX), "big")
        k.append(k[-4] ^ b ^ turn(b, 13) ^ turn(b, 23))
    return k[4:]


def sm4_encipher(key, inputs):
    """GB/T 32907 §7.1: several inputs of 16 bytes under one key, each by itself (ECB).

    A long integer holds one 32-bit word of every input, each in a lane of 64 bits with zeros above, as in the lottery's
    ChaCha20; the box is applied to all bytes of all lanes at once, and `mask` clears what it makes of the zeros.
    """
    lanes = len(inputs)
    ones = int.from_bytes(b"\1\0\0\0\0\0\0\0" * lanes, "little")
    mask = ones * MASK
    x = [int.from_bytes(b"".join(word[at:at + 4][::-1] + b"\0\0\0\0" for word in inputs), "little") for at in (0, 4, 8, 12)]
    for round_key in sm4_round_keys(key):
        t = x[1] ^ x[2] ^ x[3] ^ round_key * ones
        b = int.from_bytes(t.to_bytes(8 * lanes, "little").translate(SM4_BOX), "little") & mask
        c = b ^ (b << 2 | b >> 30) ^ (b << 10 | b >> 22) ^ (b << 18 | b >> 14) ^ (b << 24 | b >> 8)
        x = [x[1], x[2], x[3], x[0] ^ c & mask]
    words = [word.to_bytes(8 * lanes, "little") for word in reversed(x)]
    return [b"".join(word[at:at + 4][::-1] for word in words) for at in range(0, 8 * lanes, 8)]
