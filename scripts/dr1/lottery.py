"""§1 to §6: identifiers, record of entropy, keys, tickets, sample sizes, samples. Nothing here knows a file."""
import functools
import re

from .answers import No
from .suites import DR1


CLASSES = "ABCDN"
MAX_NUMBER = 2**32 - 1


class BadRecord(Exception):
    """§2: an entropy record that must be refused, with the reason's name and the line (0: the whole record)."""

    def __init__(self, reason, line):
        super().__init__(f"{reason}, line {line}")
        self.reason, self.line = reason, line


@functools.lru_cache(maxsize=None)
def iv_of(ident, suite=DR1):
    """§1: the 16 bytes of an id's IV."""
    if re.fullmatch("[0-9A-Z]{1,22}", ident):
        return bytes.fromhex("0%02x%029x" % (len(ident), int(ident, 36)))
    return bytes.fromhex("1" + suite.hex(b"dr1/id\n" + ident.encode())[:31])


def refuse_equal_ivs(idents, file, place, suite):
    """§1: two different ids of one frame (or certificates of one agency) with one IV are refused."""
    seen = {}
    for ident in idents:
        other = seen.setdefault(iv_of(ident, suite), ident)
        if other != ident:
            raise No(file, place, "different IVs for different ids", f"{other} and {ident} share one")


HEADING = b"dr1 entropy v1\n"
RECORD_FORMS = [  # in the order in which the kinds may stand
    ("seed", r"seed [!-~]([ -~]{0,126}[!-~])?"),
    ("dice", "dice (" + "|".join(f"{s} [1-{s}]+" for s in range(2, 10)) + "|10 [0-9]+)"),
    ("sealed", r"sealed [1-9][0-9]* ([0-9a-f]{2})+"),
    ("beacon", r"beacon [!-~]+ [!-~]+ [!-~]+"),
]


def read_record(data):
    """§2: refuse a record that is not well formed; otherwise return its kinds of lines, in order."""
    if not data.startswith(HEADING):
        raise BadRecord("heading", 1)
    if not re.fullmatch(rb"[\x20-\x7e\n]*\n", data):
        raise BadRecord("bytes", 0)
    kinds, sealed = [], 0
    order = [name for name, _ in RECORD_FORMS]
    for number, line in enumerate(data.decode().split("\n")[1:-1], 2):
        kind = next((name for name, form in RECORD_FORMS if re.fullmatch(form, line)), None)
        if kind is None:
            raise BadRecord("form", number)
        if kinds and (order.index(kind) < order.index(kinds[-1]) or kind == "seed"):
            raise BadRecord("order", number)
        if kind == "sealed":
            sealed += 1
            if line.split(" ")[1] != str(sealed):
                raise BadRecord("order", number)
        kinds.append(kind)
    if not kinds:
        raise BadRecord("empty", 0)
    return kinds


def is_witnessed(kinds):
    """§2: any line besides the heading and a seed."""
    return any(kind != "seed" for kind in kinds)


def pre_beacon_code(data, suite=DR1):
    """§2: hash of the record before its first line that starts with `beacon `."""
    at = data.find(b"\nbeacon ")
    return suite.hex(data if at < 0 else data[:at + 1])


def prk_of(record, suite=DR1):
    """§3: HKDF-Extract with the salt "dr1"."""
    return suite.hmac(b"dr1", record)


def key_of(prk, label, suite=DR1):
    """§3: HKDF-Expand, first and only block."""
    return suite.hmac(prk, label.encode() + b"\x01")


def blocks_of(key, idents, known=None, suite=DR1):
    """§4: id -> block for all these ids; blocks that are already known are not computed again."""
    known = {} if known is None else known
    missing = [ident for ident in dict.fromkeys(idents) if ident not in known]
    for i in range(0, len(missing), 512):
        part = missing[i:i + 512]
        known.update(zip(part, suite.blocks(key, [iv_of(ident, suite) for ident in part])))
    return known


NUMBER = "(0|[1-9][0-9]*)"


def is_number(text):
    return re.fullmatch(NUMBER, text) is not None and int(text) <= MAX_NUMBER


@functools.lru_cache(maxsize=None)
def read_rate(text):
    """§5: (part, whole) of a fraction, (count, None) of a count, None of anything else."""
    match = re.fullmatch(f"{NUMBER}(%|‰|户|/{NUMBER})", text)
    if not match:
        return None
    part, unit = int(match[1]), match[2]
    whole = {"%": 100, "‰": 1000, "户": None}.get(unit, match[3] and int(match[3]))
    if whole is None:
        return (part, None) if 1 <= part <= MAX_NUMBER else None
    if unit[0] == "/" and whole in (100, 1000):
        return None
    return (part, whole) if 1 <= part <= whole <= MAX_NUMBER else None


def amount(rate, population, rounding):
    """§5: R(rate, N)."""
    p, q = read_rate(rate)
    if q is None:
        return p
    if rounding == "up":
        return (population * p + q - 1) // q
    if rounding == "nearest":
        return (2 * population * p + q) // (2 * q)
    return max(population * p // q, 1) if population else 0


def sample_size(rate, population, rounding):
    """§5: n, or a partner's reach (§7.4)."""
    return min(amount(rate, population, rounding), population)


def by_class(text):
    """§5, §6: a list of `<class> <value>` as a dict; None if the field is one value for all."""
    return dict(entry.split(" ", 1) for entry in text.split(";")) if " " in text else None


def places(idents, balls, behind, blocks, suite=DR1):
    """§6: the places of a stratum in ascending order, as (behind, U, ticket, IV, id); bytes compare as numbers."""
    result = []
    for ident in idents:
        block = blocks[ident]
        smallest = min(block[8 * j:8 * j + 8] for j in range(balls[ident]))
        result.append((ident in behind, smallest, block[:16], iv_of(ident, suite), ident))
    return sorted(result)


def cutoff_text(order, n, balls):
    """§6: the place of rank n as strata.csv writes it."""
    if n == 0:
        return ""
    behind, smallest, ticket, _, _ = order[n - 1]
    text = ticket.hex()
    if any(balls[place[4]] > 1 for place in order):
        text = smallest.hex() + ":" + text
    return "+" + text if behind else text


def chance_texts(balls, n, spread):
    """§6: the chance of each entity of a stratum: number of its balls -> text."""
    prefix, numbers = "spread " if spread else "", set(balls.values())
    if len(numbers) == 1:
        return {w: f"{prefix}{n}/{len(balls)}" for w in numbers}
    return {w: f"{prefix}{w}*{n}/{sum(balls.values())}" for w in numbers}
