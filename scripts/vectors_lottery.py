"""The lottery dr1 for make_vectors.py: small, slow, and checked against the values that the RFCs publish."""
import collections
import hashlib
import hmac

from vectors_gm import hmac_sm3, sm3, sm4


# Section 19: hash and HMAC take bytes and give 32; block takes key and IV and gives 64 bytes.
Suite = collections.namedtuple("Suite", "name hash hmac block")
DR1 = Suite(
    "dr1",
    lambda data: hashlib.sha256(data).digest(),
    lambda key, message: hmac.digest(key, message, "sha256"),
    lambda key, iv: chacha20_block(key, iv),
)
GM = Suite("dr1-gm", sm3, hmac_sm3, lambda key, iv: sm4_block(key, iv))


def iv_of(identifier, suite=DR1):
    """Section 1: the 16 bytes of an id."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if 1 <= len(identifier) <= 22 and all(c in digits for c in identifier):
        return bytes.fromhex(f"0{len(identifier):02x}{int(identifier, 36):029x}")
    return bytes.fromhex("1" + suite.hash(b"dr1/id\n" + identifier.encode()).hex()[:31])


def read_entropy(record):
    """Section 2: None for a good record, otherwise the reason and the line (0 where it is the whole record)."""
    heading = b"dr1 entropy v1\n"
    if not record.startswith(heading):
        return "heading", 1
    if not record.endswith(b"\n") or any(b != 10 and not 32 <= b <= 126 for b in record):
        return "bytes", 0
    place_before, sealed_before = -1, 0
    lines = record[len(heading) : -1].decode().split("\n") if len(record) > len(heading) else []
    for at, line in enumerate(lines, start=2):
        word, _, rest = line.partition(" ")
        words = rest.split(" ")
        if word == "seed":
            good = 1 <= len(rest) <= 128 and rest == rest.strip(" ")
        elif word == "dice":
            sides = {str(n): "123456789"[:n] for n in range(2, 10)} | {"10": "0123456789"}
            good = len(words) == 2 and words[0] in sides and words[1] != "" and set(words[1]) <= set(sides[words[0]])
        elif word == "sealed":
            number = words[0].isdigit() and words[0][0] != "0" and int(words[0]) < 2**32
            good = len(words) == 2 and number and words[1] != "" and len(words[1]) % 2 == 0
            good = good and set(words[1]) <= set("0123456789abcdef")
        elif word == "beacon":
            good = len(words) == 3 and "" not in words
        else:
            good = False
        if not good:
            return "form", at
        place = ["seed", "dice", "sealed", "beacon"].index(word)
        if place < place_before or (word == "seed" and place_before >= 0):
            return "order", at
        if word == "sealed":
            sealed_before += 1
            if int(words[0]) != sealed_before:
                return "order", at
        place_before = place
    return None if lines else ("empty", 0)


def pre_beacon_code(record, suite=DR1):
    """Section 2: hash of everything before the first beacon line."""
    at = record.find(b"\nbeacon ")
    return suite.hash(record if at < 0 else record[: at + 1]).hex()


def prk_of(record, suite=DR1):
    """Section 3, first HMAC."""
    return suite.hmac(b"dr1", record)


def key_of(prk, label, suite=DR1):
    """Section 3, second HMAC."""
    return suite.hmac(prk, label.encode() + b"\x01")


def chacha20_block(key, iv):
    """RFC 8439, section 2.3, with the 16 bytes of counter and nonce in one piece."""
    load = lambda text: [int.from_bytes(text[i : i + 4], "little") for i in range(0, len(text), 4)]
    state = load(b"expand 32-byte k") + load(key) + load(iv)
    x = list(state)

    def turn(a, b, c, d):
        for a, b, d, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[a] = (x[a] + x[b]) & 0xFFFFFFFF
            x[d] ^= x[a]
            x[d] = ((x[d] << by) | (x[d] >> (32 - by))) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            turn(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            turn(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return b"".join(((a + b) & 0xFFFFFFFF).to_bytes(4, "little") for a, b in zip(x, state))


def sm4_block(key, iv):
    """Section 19: SM4 under the first half of the key, of the IV with 0, 1, 2 and 3 in its two highest bits."""
    number = int.from_bytes(iv, "big")
    return b"".join(sm4(key[:16], (number + (part << 126)).to_bytes(16, "big")) for part in range(4))


def ticket_of(key, identifier, suite=DR1):
    """Section 4: the first 16 bytes of the block, in hex."""
    return suite.block(key, iv_of(identifier, suite))[:16].hex()


def words_of(key, identifier, suite=DR1):
    """Section 4: the block as eight numbers of 16 hex digits."""
    block = suite.block(key, iv_of(identifier, suite)).hex()
    return [block[i : i + 16] for i in range(0, 128, 16)]


def size_of(rate, population, rounding):
    """Section 5: how many, before the cut to the population; `rate` is canonical text."""
    if rate.endswith("户"):
        return int(rate[:-1])
    part, whole = (int(t) for t in rate.replace("%", "/100").replace("‰", "/1000").split("/"))
    product = population * part
    if rounding == "up":
        return -(-product // whole)
    if rounding == "nearest":
        return (2 * product + whole) // (2 * whole)
    assert rounding == "floor_min_1"
    return max(product // whole, 1 if population else 0)


def order_of(key, entries, suite=DR1):
    """Section 6: entries (id, balls, behind) by place; each as (behind, U, ticket, IV, id)."""
    places = []
    for identifier, balls, behind in entries:
        words = words_of(key, identifier, suite)
        iv = iv_of(identifier, suite).hex()
        places.append((behind, min(words[:balls]), words[0] + words[1], iv, identifier))
    return sorted(places)


def merkle_root(leaves, suite=DR1):
    """Section 10: RFC 6962, section 2.1."""
    if not leaves:
        return suite.hash(b"")
    if len(leaves) == 1:
        return suite.hash(b"\x00" + leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return suite.hash(b"\x01" + merkle_root(leaves[:split], suite) + merkle_root(leaves[split:], suite))


def cutoff(places, n, weighted):
    """Section 6: the place of rank n as strata.csv writes it."""
    if n == 0:
        return ""
    behind, smallest, ticket, _, _ = places[n - 1]
    return ("+" if behind else "") + (smallest + ":" if weighted else "") + ticket
