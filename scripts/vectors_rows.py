"""20,000 rows of key and id for make_vectors.py and check-rows: the same everywhere, of every kind that an office has."""
import hashlib

KEYS, IDS = 200, 100
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def rows():
    """Yields key and id; section 13 says how they come about."""
    for number in range(KEYS):
        key = hashlib.sha256(f"dr1 rows key {number}".encode()).digest()
        for place in range(IDS):
            chance = hashlib.sha256(f"dr1 rows id {number} {place}".encode()).digest()
            kind, length = chance[0] % 4, (18, 18, 1 + chance[1] % 22, 0)[chance[0] % 4]
            if kind == 3:
                yield key, f"沪{chance[2:10].hex()}"
            else:
                yield key, "".join(LETTERS[byte % 36] for byte in chance[2 : 2 + length])


def line_of(key, identifier, iv, ticket):
    """One row as it enters the digest; `ticket` in hex."""
    return f"{key.hex()} {identifier} {iv.hex()} {ticket}\n".encode()
