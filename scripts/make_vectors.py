#!/usr/bin/env python3
"""Writes the shared test vectors of the lottery dr1 into tests/vectors/ (PROTOCOL.md, section 13).

    scripts/make_vectors.py            writes the files
    scripts/make_vectors.py --check    writes nothing; exit status 1 if a file differs from what would be written

Standard library only, and no code in common with the programs that the vectors test: ChaCha20 stands here once
more, straight from RFC 8439. Every published value (the RFCs' and those of PROTOCOL.md) is compared before a file
is written, so a slip in this script cannot move the vectors. The output depends on nothing but this text.
"""
import hashlib
import hmac
import json
import pathlib
import sys

from vectors_draw import small_draw
from vectors_gm import hmac_sm3, sm3, sm4
from vectors_lottery import (
    DR1,
    GM,
    chacha20_block,
    cutoff,
    iv_of,
    key_of,
    merkle_root,
    order_of,
    pre_beacon_code,
    prk_of,
    read_entropy,
    size_of,
    ticket_of,
    words_of,
)
from vectors_rows import IDS, KEYS, line_of
from vectors_rows import rows as many_rows


FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "vectors"
KEY_COUNTING = bytes(range(32))
KEY_ONES = b"\xff" * 32
RECORD = (
    b"dr1 entropy v1\n"
    b"dice 6 315264216354612345443216\n"
    b"sealed 1 5f1a33c09be2d4776e0a41c25d98f3b0\n"
    b"beacon kl8 2026318 0105081114192227303338414649525760687380\n"
)
RECORD_PLAIN = b"dr1 entropy v1\nseed 20250101\n"
TWELVE = (
    "910000000000791933 91000000000158385F 91000000000237577U 910000000003167698 91000000000395954R "
    "91000000000475145H 91000000000554337X 91000000000633529A 91000000000712710L 910000000007919068 "
    "92000000MA0123453G 93000000MADEMX011D"
).split()
OFFICERS = ["T330106001", "T330106002", "T330106003", "执法证-浙A-0007"]


def ids():
    listed = [
        "910000000000791933", "93000000MADEMX011D", "110108001234567", "4113810012345", "0", "00", "Z", "A1",
        "Z" * 22, "0" * 22, "Z" * 23, "0" * 23, "沪A-个体0001", "豫R-0001", "9100000000007919AB", "a1",
        "91000000000079193 3", " ", "A/2", "９１", "😀", "É", "E\u0301", "A,1", 'A"1',
    ]  # fmt: skip
    cases = [{"id": i, "kind": 0 if iv_of(i)[0] < 16 else 1, "iv": iv_of(i).hex()} for i in listed]
    return {
        "what": "An id and its IV. Kind 0 keeps the value of the id, kind 1 hashes it; nothing is normalised.",
        "section": "1",
        "cases": cases,
    }


def entropy():
    good = [
        RECORD,
        RECORD_PLAIN,
        b"dr1 entropy v1\nseed x\n",
        b"dr1 entropy v1\nseed a b  c\n",
        b"dr1 entropy v1\nseed " + b"~" * 128 + b"\n",
        b"dr1 entropy v1\nseed beacon 1 2\n",
        b"dr1 entropy v1\ndice 2 1221\ndice 9 919\ndice 10 0990\n",
        b"dr1 entropy v1\ndice 6 52163344\nbeacon kl8 2026318 0105081114192227303338414649525760687380\n",
        b"dr1 entropy v1\nsealed 1 00\nsealed 2 ffff\n",
        b"dr1 entropy v1\nbeacon drand 5123456 a1b2\nbeacon kl8 2026318 01\n",
        b"dr1 entropy v1\nseed s\ndice 6 1\nsealed 1 ab\nbeacon x y z\n",
    ]
    head = b"dr1 entropy v1\n"
    bad = [
        (b"", "nothing at all"),
        (b"seed 20250101\n", "no heading"),
        (b"dr1 entropy v1", "heading without LF"),
        (b"dr1 entropy v2\nseed 1\n", "another version"),
        (b"Dr1 entropy v1\nseed 1\n", "heading in another case"),
        (b" dr1 entropy v1\nseed 1\n", "blank before the heading"),
        (b"\xef\xbb\xbfdr1 entropy v1\nseed 1\n", "byte order mark"),
        (b"dr1 entropy v1\r\nseed 1\r\n", "lines end with CR LF"),
        (head + b"seed 1", "last line without LF"),
        (head + b"seed 1\r\n", "CR before LF"),
        (head + b"seed 1\t2\n", "tab"),
        (head + "seed 种子\n".encode(), "not ASCII"),
        (head + b"seed \xff\n", "not UTF-8"),
        (head + b"seed 1\x7f\n", "DEL"),
        (head + b"seed 1\x00\n", "NUL"),
        (head, "no entropy"),
        (head + b"\n", "empty line alone"),
        (head + b"seed 1\n\n", "empty line at the end"),
        (head + b"\nseed 1\n", "empty line before the seed"),
        (head + b"# why\nseed 1\n", "comment"),
        (head + b"salt 1\n", "unknown word"),
        (head + b"Seed 1\n", "word in another case"),
        (head + b"seed\n", "seed without text"),
        (head + b"seed \n", "seed with empty text"),
        (head + b"seed  1\n", "seed starts with a blank"),
        (head + b"seed 1 \n", "seed ends with a blank"),
        (head + b"seed " + b"~" * 129 + b"\n", "seed of 129 characters"),
        (head + b"seed 1\nseed 2\n", "two seeds"),
        (head + b"dice 6 1\nseed 2\n", "seed behind dice"),
        (head + b"dice 6\n", "dice without digits"),
        (head + b"dice 6 \n", "dice with empty digits"),
        (head + b"dice 1 1\n", "one side"),
        (head + b"dice 0 1\n", "no sides"),
        (head + b"dice 11 1\n", "eleven sides"),
        (head + b"dice 06 1\n", "sides with a leading zero"),
        (head + b"dice +6 1\n", "sides with a sign"),
        (head + b"dice 6 1237\n", "digit above the sides"),
        (head + b"dice 6 0123\n", "digit 0 on six sides"),
        (head + b"dice 10 12a\n", "letter among the digits"),
        (head + b"dice 6 12 34\n", "digits in two words"),
        (head + b"dice  6 12\n", "two blanks"),
        (head + b"dice 6 12 \n", "blank at the end"),
        (head + b"sealed 1 ab\ndice 6 1\n", "dice behind a sealed value"),
        (head + b"sealed 1\n", "sealed without value"),
        (head + b"sealed 1 \n", "sealed with empty value"),
        (head + b"sealed 1 abc\n", "odd number of digits"),
        (head + b"sealed 1 AB\n", "upper-case digits"),
        (head + b"sealed 1 xy\n", "not hexadecimal"),
        (head + b"sealed 0 ab\n", "number 0"),
        (head + b"sealed 01 ab\n", "number with a leading zero"),
        (head + b"sealed 2 ab\n", "numbers start at 1"),
        (head + b"sealed 1 ab\nsealed 3 cd\n", "a number is missing"),
        (head + b"sealed 1 ab\nsealed 1 cd\n", "a number stands twice"),
        (head + b"beacon kl8 2026318\n", "beacon without value"),
        (head + b"beacon kl8 2026318 01 02\n", "beacon of four words"),
        (head + b"beacon  2026318 01\n", "beacon with an empty source"),
        (head + b"beacon kl8 2026318 \n", "beacon with an empty value"),
        (head + b"beacon a b c\nsealed 1 ab\n", "sealed behind a beacon"),
        (head + b"beacon a b c\ndice 6 1\n", "dice behind a beacon"),
    ]
    passes, fails = [], []
    for record in good:
        assert read_entropy(record) is None, record
        lines = record.decode().split("\n")[1:-1]
        passes.append({
            "record": record.decode(),
            "sha256": hashlib.sha256(record).hexdigest(),
            "pre_beacon": pre_beacon_code(record),
            "prk": prk_of(record).hex(),
            "witnessed": any(not line.startswith("seed ") for line in lines),
        })  # fmt: skip
    for record, why in bad:
        reason, line = read_entropy(record)
        plain = record.isascii() and b"\x7f" not in record
        case = {"why": why} | ({"record": record.decode()} if plain else {"record_hex": record.hex()})
        fails.append(case | {"reason": reason, "line": line})
    return {
        "what": "Entropy records: good ones with their codes and keys, and ones that must be refused with the reason "
        "and the line of the first fault (0: the record as a whole).",
        "section": "2",
        "good": passes,
        "must_fail": fails,
    }


def keys():
    okm = hkdf(bytes.fromhex("0b" * 22), bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    labels = ["dr1/entity/330106.2026Q4", "dr1/entity/330106.2026Q4.A01", "dr1/entity/411381.2025Q1"]
    labels += ["dr1/team/330106.2026Q4/D01/910000000007919068", "dr1/team/330106.2026Q4/D01/910000000007919068/2"]
    labels += ["dr1/team/330106.2026Q4/D30/沪A-个体0001"]
    prks = [prk_of(RECORD), prk_of(RECORD_PLAIN)]
    return {
        "what": "HKDF-SHA256: RFC 5869 test case 1, the PRK of a record, and the key of a label under a PRK.",
        "section": "3",
        "rfc5869": [{
            "ikm": "0b" * 22, "salt": bytes(range(13)).hex(), "info": bytes(range(0xF0, 0xFA)).hex(),
            "prk": hmac.digest(bytes(range(13)), bytes.fromhex("0b" * 22), "sha256").hex(), "okm": okm.hex(),
        }],
        "extract": [{"record": r.decode(), "prk": prk_of(r).hex()} for r in (RECORD, RECORD_PLAIN)],
        "expand": [{"prk": p.hex(), "label": t, "key": key_of(p, t).hex()} for p in prks for t in labels],
    }  # fmt: skip


def hkdf(ikm, salt, info, length):
    """RFC 5869 in full, to show that the two HMACs of section 3 are its first block."""
    prk = hmac.digest(salt, ikm, "sha256")
    okm, block, count = b"", b"", 1
    while len(okm) < length:
        block = hmac.digest(prk, block + info + bytes([count]), "sha256")
        okm, count = okm + block, count + 1
    return okm[:length]


def derived(number, what):
    """Gives 32 bytes that look random and are the same for ever."""
    return hashlib.sha256(f"fairdraw vectors/{what}/{number}".encode()).digest()


def derived_id(number):
    """Gives ids of every kind in turn."""
    value = int.from_bytes(derived(number, "id"), "big")
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    text = lambda letters, length: "".join(letters[value // len(letters) ** i % len(letters)] for i in range(length))
    return [
        lambda: "91" + text("0123456789", 6) + text(alphabet, 10),
        lambda: "92" + text("0123456789", 6) + "MA" + text(alphabet, 8),
        lambda: text("0123456789", 15),
        lambda: text("0123456789", 13),
        lambda: "41138101" + text("0123456789", 8),
        lambda: text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1 + value % 22),
        lambda: text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 23 + value % 10),
        lambda: "豫R-" + text("0123456789", 4),
        lambda: "个体" + text("天地玄黄宇宙洪荒日月盈昃辰宿列张", 1 + value % 9),
        lambda: text("abcdefghijklmnopqrstuvwxyz./()&' ", 1 + value % 14) + "x",
    ][number % 10]()


def tickets():
    rows = [(KEY_COUNTING, i) for i in ("910000000000791933", "93000000MADEMX011D", "沪A-个体0001")]
    rows.append((KEY_ONES, "110108001234567"))
    rows += [(key_of(prk_of(RECORD), "dr1/entity/330106.2026Q4.A01"), i) for i in TWELVE]
    rows += [(key_of(prk_of(RECORD), "dr1/team/330106.2026Q4/D01/910000000007919068"), i) for i in OFFICERS]
    rows.append((key_of(prk_of(RECORD_PLAIN), "dr1/entity/411381.2025Q1"), "910000000000791933"))
    more = [(derived(n // 10, "key"), derived_id(n)) for n in range(200)]
    case = lambda key, i: {"key": key.hex(), "id": i, "iv": iv_of(i).hex(), "ticket": ticket_of(key, i)}
    rfc_iv = bytes.fromhex("01000000000000090000004a00000000")
    return {
        "what": "ChaCha20 blocks and tickets: RFC 8439 section 2.3.2 (its counter and nonce as one IV), the published "
        "rows, whole blocks, and derived rows with ids of every kind.",
        "section": "4",
        "rfc8439": [
            {"key": KEY_COUNTING.hex(), "iv": rfc_iv.hex(), "block": chacha20_block(KEY_COUNTING, rfc_iv).hex()}
        ],
        "published": [case(*row) for row in rows],
        "blocks": [{"key": k.hex(), "id": i, "words": words_of(k, i)} for k, i in rows[:4] + rows[13:14] + more[:10]],
        "derived": [case(*row) for row in more],
    }


def rates():
    cases = []
    for rate in ("1%", "2%", "3%", "30%", "100%", "2‰", "25‰", "1/10", "1/3", "2/3", "1/4294967295", "1户", "20户"):
        for population in (0, 1, 2, 9, 10, 25, 50, 101, 500, 4294967295):
            for rounding in ("up", "nearest", "floor_min_1"):
                size = min(size_of(rate, population, rounding), population)
                cases.append({"rate": rate, "population": population, "rounding": rounding, "n": size})
    return {
        "what": "Rate, population and rounding give the sample size n, cut to the population.",
        "section": "5",
        "cases": cases,
    }


def order():
    key = key_of(prk_of(RECORD), "dr1/entity/330106.2026Q4.A01")
    weights = dict(zip(TWELVE, [1, 1, 2, 1, 3, 1, 8, 1, 4, 1, 1, 2]))
    behind = {"92000000MA0123453G", "91000000000633529A", "910000000000791933"}
    twelve = [(i, 1, False) for i in TWELVE]
    mixed = [(i, 1, False) for i in ("91000000000", "沪A-个体0001", "Z", "z")]
    stages = [
        ("tickets alone", twelve, 3, 1),
        ("the same rows backwards: nothing changes", twelve[::-1], 3, 1),
        ("a larger draw goes on where the smaller one stopped", twelve, 5, 2),
        ("nothing is drawn: no cut-off", twelve, 0, 0),
        ("everything is drawn, nothing is left in reserve", twelve, 12, 0),
        ("one entity with 2 balls: U stands in the cut-off", ball(twelve, {"910000000007919068": 2}), 3, 1),
        ("one entity with 3 balls", ball(twelve, {"910000000007919068": 3}), 6, 1),
        ("one entity with 4 balls", ball(twelve, {"910000000007919068": 4}), 3, 1),
        ("one entity with 8 balls", ball(twelve, {"910000000007919068": 8}), 3, 1),
        ("many weights", ball(twelve, weights), 4, 2),
        ("all with 4 balls: U decides, and stands in the cut-off", ball(twelve, {i: 4 for i in TWELVE}), 4, 2),
        ("three drawn before stand behind", [(i, 1, i in behind) for i in TWELVE], 3, 2),
        ("so many are drawn that one of those behind is", [(i, 1, i in behind) for i in TWELVE], 10, 2),
        ("weights, and three behind", [(i, weights[i], i in behind) for i in TWELVE], 10, 2),
        ("ids of both kinds in one stratum", mixed, 2, 1),
    ]
    cases = []
    for what, entries, n, reserve in stages:
        places = order_of(key, entries)
        cases.append({
            "what": what,
            "key": key.hex(),
            "entries": [{"id": i, "balls": b, "behind": d} for i, b, d in entries],
            "n": n,
            "reserve": reserve,
            "sample": [p[4] for p in places[:n]],
            "reserve_ids": [p[4] for p in places[n : n + reserve]],
            "tickets": [p[2] for p in places[: n + reserve]],
            "cutoff": cutoff(places, n, any(b > 1 for _, b, _ in entries)),
            "order": [p[4] for p in places],
        })  # fmt: skip
    return {
        "what": "Entries of one stratum with balls and the mark behind, in any order, give sample, reserve, cut-off and "
        "the order of all.",
        "section": "6",
        "cases": cases,
    }


def ball(entries, weights):
    return [(i, weights.get(i, 1), behind) for i, _, behind in entries]


def teams():
    cases = []
    for group, agency, visit in (
        ("330106.2026Q4", "D01", "910000000007919068"),
        ("330106.2026Q4", "D01", "910000000007919068/2"),
        ("330106.2026Q4", "D02", "910000000007919068"),
        ("330106.2026Q4", "D01", "沪A-个体0001"),
    ):
        label = f"dr1/team/{group}/{agency}/{visit}"
        key = key_of(prk_of(RECORD), label)
        drawn = sorted((ticket_of(key, c), c) for c in OFFICERS)
        rows = [{"certificate": c, "ticket": t, "rank": r} for r, (t, c) in enumerate(drawn, start=1)]
        cases.append({"prk": prk_of(RECORD).hex(), "label": label, "key": key.hex(), "officers": rows})
    return {
        "what": "Officers' tickets for an agency at a visit, and their ranks where exactly these officers are eligible.",
        "section": "9.2",
        "cases": cases,
    }


def merkle():
    leaves = ["110108001234567,1", "910000000000791933,1", "91000000000158385F,2", "92000000MA0123453G,1"]
    leaves += ["93000000MADEMX011D,8", "A,1,1", "沪A-个体0001,1", "豫R-0001,3"]
    assert leaves == sorted(leaves, key=str.encode)
    root_of = lambda texts: merkle_root([text.encode() for text in texts]).hex()
    cases = [{"leaves": leaves[:n], "root": root_of(leaves[:n])} for n in (0, 1, 2, 3, 4, 7, 8)]
    # The reference leaves that implementations of Certificate Transparency test with, in hex.
    published = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    reference = []
    for count, root in roots.items():
        assert merkle_root([bytes.fromhex(t) for t in published[:count]]).hex() == root, count
        reference.append({"leaves_hex": published[:count], "root": root})
    return {
        "what": "Merkle tree hashes of RFC 6962 with SHA-256: over leaves as a commitment has them (text), and over the "
        "leaves that Certificate Transparency implementations test with (hex).",
        "section": "10",
        "cases": cases,
        "reference": reference,
    }


def draw(suite=DR1):
    inputs, record, results, duties = small_draw(suite)
    line = lambda files: [{"file": name, "line": t} for name in files for t in files[name].split("\n")[:-1]]
    return {
        "what": "A whole small draw, made up. `inputs` are the files of inputs/, `entropy` is entropy.txt and `results` "
        "are files of the bundle, line by line (put LF behind each). `duties` are task, entity and agency.",
        "section": "5 to 8, 10",
        "inputs": line({name: inputs[name] for name in sorted(inputs)}),
        "entropy": [{"file": "entropy.txt", "line": t} for t in record.split("\n")[:-1]],
        "results": line(results),
        "duties": [",".join(row) for row in duties],
    }


def compare_published():
    """Holds the functions above against values from outside this script."""
    rfc_iv = bytes.fromhex("01000000000000090000004a00000000")
    block = chacha20_block(KEY_COUNTING, rfc_iv)
    assert block.hex().startswith("10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e")
    assert block.hex().endswith("d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e")
    okm = hkdf(bytes.fromhex("0b" * 22), bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    assert okm.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    standard = bytes.fromhex("0123456789abcdeffedcba9876543210")
    assert sm4(standard, standard).hex() == "681edf34d206965e86b3e94f536e4246"
    assert len(RECORD) == 149
    assert hashlib.sha256(RECORD).hexdigest() == "db05cfd5c3781d2e356fa78e5dc405c386ad3912b195140b3681d00b1a595afe"
    assert pre_beacon_code(RECORD) == "2469baaaea1915bffe1ad30beee57372e73cd965d4db7e6e46a44663135216bc"
    prk = prk_of(RECORD)
    assert prk.hex() == "6a86d2d98f813ae12de38a6f999a41d2a092aeaf5c93b4e1dab40f747fe67b0a"
    key = key_of(prk, "dr1/entity/330106.2026Q4.A01")
    assert key.hex() == "71aa207eee439ce1d71580cb87c164a187798d5f4660d105522b06a730f5a284"
    ranked = [(p[2], p[4]) for p in order_of(key, [(i, 1, False) for i in TWELVE])]
    assert ranked == [tuple(line.split()) for line in PUBLISHED_ORDER.strip().split("\n")]
    words = words_of(key, "910000000007919068")
    assert words == PUBLISHED_WORDS.split()
    assert [min(words[:w])[:4] for w in (1, 2, 3, 4, 8)] == ["4e22", "38f8", "335e", "1bc3", "1bc3"]
    team = key_of(prk, "dr1/team/330106.2026Q4/D01/910000000007919068")
    assert team.hex() == "8965225e2b179f10604ff74d1352383e4e98a404d01b45ee91f94e0b67d2cb2b"
    assert [ticket_of(team, c) for c in OFFICERS] == PUBLISHED_TEAM.split()
    plain = prk_of(RECORD_PLAIN)
    assert plain.hex() == "3198fe5cf7d1f2c0e910ba08f29e1089fd6517969bf7ffe991c2eec97a817eb2"
    first = key_of(plain, "dr1/entity/411381.2025Q1")
    assert first.hex() == "8ca084e10961d4edcae146de219ec68e2eaf41a5d9d7d25bcc0868fa5e0cdcef"
    assert ticket_of(first, "910000000000791933") == "11373987ea3146b4478406db90425f7e"
    for key, identifier, iv, ticket in (
        (KEY_COUNTING, "910000000000791933", "01200000085b8e6a106559c51a22093f", "c69e1513ccd77674fb7e37d2bb2ec443"),
        (KEY_COUNTING, "93000000MADEMX011D", "012000000868b909d4a9e17df5f5fe41", "d17c246da44f9b08ce3ffaea75926132"),
        (KEY_ONES, "110108001234567", "00f000000000015627d3f2236ca42e2f", "80f518191e3c1d0bbb2f948ed1f320d7"),
        (KEY_COUNTING, "沪A-个体0001", "1ac32092883d7fa56b64990768241f82", "044f78fcc6e3858b3f2c32516d2c42a2"),
    ):
        assert iv_of(identifier).hex() == iv and ticket_of(key, identifier) == ticket, identifier


def rows():
    """Section 13: the digest of 20,000 rows, and some of them to look at."""
    digest, shown = hashlib.sha256(), []
    for at, (key, identifier) in enumerate(many_rows()):
        iv, ticket = iv_of(identifier), ticket_of(key, identifier)
        digest.update(line_of(key, identifier, iv, ticket))
        if at % 2001 == 0:
            shown.append({"row": at, "key": key.hex(), "id": identifier, "iv": iv.hex(), "ticket": ticket})
    return {
        "what": "SHA-256 over 20,000 lines of key, id, IV and ticket; how the rows come about stands in section 13.",
        "section": "4",
        "keys": KEYS,
        "ids": IDS,
        "sha256": digest.hexdigest(),
        "shown": shown,
    }


def gm():
    """Section 19: the suite dr1-gm, in the forms of the files above."""
    texts = [b"", b"a", b"abc", b"abcd" * 16] + [bytes(range(n)) for n in (31, 55, 56, 63, 64, 65, 119, 120, 200)]
    pairs = [(KEY_COUNTING, KEY_COUNTING[:16]), (KEY_ONES, bytes(16)), (bytes(32), KEY_ONES[:16])]
    pairs += [(derived(n, "key"), derived(n, "block")[:16]) for n in range(12)]
    standard = bytes.fromhex("0123456789abcdeffedcba9876543210")
    records = [(record, prk_of(record, GM)) for record in (RECORD, RECORD_PLAIN)]
    labels = ["dr1/entity/330106.2026Q4", "dr1/entity/330106.2026Q4.A01", "dr1/dates/330106.2026Q4"]
    labels += ["dr1/team/330106.2026Q4/D01/910000000007919068", "dr1/team/330106.2026Q4/D01/沪A-个体0001"]
    prk = records[0][1]
    key, team = key_of(prk, labels[1], GM), key_of(prk, labels[3], GM)
    listed = [(KEY_COUNTING, i) for i in ("910000000000791933", "93000000MADEMX011D", "沪A-个体0001")]
    listed += [(KEY_ONES, "110108001234567")] + [(key, i) for i in TWELVE] + [(team, i) for i in OFFICERS]
    listed += [(derived(n // 10, "key"), derived_id(n)) for n in range(100)]
    case = lambda key, i: {"key": key.hex(), "id": i, "iv": iv_of(i, GM).hex(), "ticket": ticket_of(key, i, GM)}
    stages = [(case["what"], case) for case in order()["cases"]]
    orders = []
    for what, old in stages:
        entries = [(e["id"], e["balls"], e["behind"]) for e in old["entries"]]
        places, n, end = order_of(key, entries, GM), old["n"], old["n"] + old["reserve"]
        orders.append({
            "what": what, "key": key.hex(), "entries": old["entries"], "n": n, "reserve": old["reserve"],
            "sample": [p[4] for p in places[:n]], "reserve_ids": [p[4] for p in places[n:end]],
            "tickets": [p[2] for p in places[:end]],
            "cutoff": cutoff(places, n, any(b > 1 for _, b, _ in entries)), "order": [p[4] for p in places],
        })  # fmt: skip
    drawn = sorted((ticket_of(team, c, GM), c) for c in OFFICERS)
    trees = [case["leaves"] for case in merkle()["cases"]]
    digest = hashlib.sha256()
    for row_key, identifier in many_rows():
        digest.update(line_of(row_key, identifier, iv_of(identifier, GM), ticket_of(row_key, identifier, GM)))
    return {
        "what": "The suite dr1-gm: SM3 (message in hex), SM4 (one block under a key of 16 bytes), HMAC with SM3, and over "
        "them what the other files have for dr1. `rows` is the digest of the lines of rows.json with this suite. "
        "`must_fail` are names that no plan, commitment or manifest may have.",
        "section": "19",
        "sm3": [{"message": text.hex(), "digest": sm3(text).hex()} for text in texts],
        "sm4": [{"key": standard.hex(), "block": standard.hex(), "output": sm4(standard, standard).hex()}]
        + [{"key": k[:16].hex(), "block": b.hex(), "output": sm4(k[:16], b).hex()} for k, b in pairs],
        "hmac": [
            {"key": k.hex(), "message": m.hex(), "mac": hmac_sm3(k, m).hex()}
            for k in (b"dr1", KEY_COUNTING, bytes(64), bytes(range(65)))
            for m in texts[:6]
        ],
        "ids": [{"id": case["id"], "kind": case["kind"], "iv": iv_of(case["id"], GM).hex()} for case in ids()["cases"]],
        "extract": [
            {"record": r.decode(), "prk": p.hex(), "pre_beacon": pre_beacon_code(r, GM)} for r, p in records
        ],
        "expand": [{"prk": p.hex(), "label": t, "key": key_of(p, t, GM).hex()} for _, p in records for t in labels],
        "tickets": [case(*row) for row in listed],
        "blocks": [{"key": k.hex(), "id": i, "words": words_of(k, i, GM)} for k, i in listed[:30]],
        "order": orders,
        "teams": [{
            "prk": prk.hex(), "label": labels[3], "key": team.hex(),
            "officers": [{"certificate": c, "ticket": t, "rank": r} for r, (t, c) in enumerate(drawn, start=1)],
        }],
        "merkle": [{"leaves": leaves, "root": merkle_root([t.encode() for t in leaves], GM).hex()} for leaves in trees],
        "rows": [{"keys": KEYS, "ids": IDS, "sha256": digest.hexdigest()}],
        "must_fail": [{"suite": name} for name in ("", "dr1gm", "DR1-GM", "dr1-gm ", "dr1_gm", "dr2", "gm", "sm3")],
    }  # fmt: skip


def gm_draw():
    """Section 19: the small draw once more, with the suite dr1-gm."""
    return {**draw(GM), "section": "19"}


PUBLISHED_ORDER = """
00ff8b009a9e9b90a9baa9bf84a72e9a 92000000MA0123453G
03af223201194d77d8570bc14c84de16 91000000000712710L
16fd76e328ccc1e9ac6fbde181daf97f 91000000000633529A
396274d5bae7805400e021fb376eafd7 910000000003167698
39d216f542d1aad15443fe51737b1646 91000000000475145H
3a29110c8b17024b7abc5af470d5b496 91000000000395954R
4e22343aa70e166838f8cf748db813ad 910000000007919068
4fc52b6a87eb7e3f1bafc0885173cde0 93000000MADEMX011D
7c355523d102f94157cea4e1443e8160 91000000000554337X
7ceeb3c612aabf03588174417ab7d9f1 91000000000237577U
b8152ee0ec0c16d16fa3d32d0d1c5ce3 91000000000158385F
bce34bd8823bd8c96dce8f90f14355f7 910000000000791933
"""
PUBLISHED_WORDS = (
    "4e22343aa70e1668 38f8cf748db813ad 335eee0515545eaf 1bc316a796ec3301 "
    "28f44848dfda42c1 d122b4f9b79fbf37 e5cb4f806f2e3309 2d39a5c5b752c360"
)
PUBLISHED_TEAM = (
    "22ea69e26e188b094384eb5d8d729d5b 5d88e5c1a5100b94b61650c312804a36 "
    "ee0cf5e2cd9b92d0b51be9a6a8769802 c599ab3c3b334dc93fa59af9cb94b3b4"
)


def text_of(vectors):
    """One object, its lists with one case to a line, so that a person can read it and a diff is small."""
    one = lambda value: json.dumps(value, ensure_ascii=False)
    members = []
    for name, value in vectors.items():
        if isinstance(value, list):
            members.append(f' {one(name)}: [\n' + ",\n".join("  " + one(case) for case in value) + "\n ]")
        else:
            members.append(f" {one(name)}: {one(value)}")
    return "{\n" + ",\n".join(members) + "\n}\n"


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    compare_published()
    differs = 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make in (ids, entropy, keys, tickets, rates, order, draw, teams, merkle, rows, gm, gm_draw):
        path = FOLDER / f"{make.__name__}.json"
        text = text_of(make()).encode()
        if not arguments:
            path.write_bytes(text)
        elif not path.is_file() or path.read_bytes() != text:
            print(f"{path.name} differs from what {pathlib.Path(__file__).name} writes", file=sys.stderr)
            differs = 1
    return differs


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
