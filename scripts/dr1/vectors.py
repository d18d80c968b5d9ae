"""§13: the vectors of the protocol."""
import collections
import hashlib
import hmac
import json
import os

from . import gm
from .answers import CannotAnswer, No, sha256
from .draw import merkle_root
from .lottery import (
    BadRecord,
    blocks_of,
    cutoff_text,
    is_witnessed,
    iv_of,
    key_of,
    places,
    pre_beacon_code,
    prk_of,
    read_record,
    sample_size,
)
from .suites import DR1, DR1_GM, SUITES, chacha20_blocks
from .verify import suite_named, verify_draw


def vectors_ids(data, suite=DR1):
    return [(iv_of(c["id"], suite).hex() + c["iv"][0], c["iv"] + str(c["kind"])) for c in data["cases"]]


def vectors_entropy(data):
    pairs = []
    for c in data["good"]:
        record = c["record"].encode()
        pairs.append(((sha256(record), pre_beacon_code(record), prk_of(record).hex(), is_witnessed(read_record(record))),
                      (c["sha256"], c["pre_beacon"], c["prk"], c["witnessed"])))
    for c in data["must_fail"]:
        record = bytes.fromhex(c["record_hex"]) if "record_hex" in c else c["record"].encode()
        try:
            found = read_record(record)
        except BadRecord as bad:
            found = (bad.reason, bad.line)
        pairs.append((found, (c["reason"], c["line"])))
    return pairs


def vectors_keys(data):
    pairs = []
    for c in data["rfc5869"]:
        ikm, salt, info = (bytes.fromhex(c[k]) for k in ("ikm", "salt", "info"))
        prk = hmac.new(salt, ikm, hashlib.sha256).digest()
        okm, last = b"", b""
        for k in (1, 2):
            last = hmac.new(prk, last + info + bytes([k]), hashlib.sha256).digest()
            okm += last
        pairs.append(((prk.hex(), okm.hex()[:len(c["okm"])]), (c["prk"], c["okm"])))
    pairs += [(prk_of(c["record"].encode()).hex(), c["prk"]) for c in data["extract"]]
    return pairs + [(key_of(bytes.fromhex(c["prk"]), c["label"]).hex(), c["key"]) for c in data["expand"]]


def vectors_tickets(data):
    pairs = []
    for c in data["rfc8439"]:
        key, iv = bytes.fromhex(c["key"]), bytes.fromhex(c["iv"])
        several = chacha20_blocks(key, [b"\xff" * 16, iv, bytes(16), iv])
        pairs.append(((chacha20_blocks(key, [iv])[0].hex(), several[1].hex(), several[3].hex()), (c["block"],) * 3))
    for c in data["published"] + data["derived"]:
        block = blocks_of(bytes.fromhex(c["key"]), [c["id"]])[c["id"]]
        pairs.append(((iv_of(c["id"]).hex(), block[:16].hex()), (c["iv"], c["ticket"])))
    for c in data["blocks"]:
        block = blocks_of(bytes.fromhex(c["key"]), [c["id"]])[c["id"]].hex()
        pairs.append(([block[k:k + 16] for k in range(0, 128, 16)], c["words"]))
    return pairs


def vectors_rates(data):
    return [(sample_size(c["rate"], c["population"], c["rounding"]), c["n"]) for c in data["cases"]]


def vectors_order(data, suite=DR1):
    pairs = []
    for c in data["cases"]:
        n, end = c["n"], c["n"] + c["reserve"]
        balls = {e["id"]: e["balls"] for e in c["entries"]}
        order = places(balls, balls, {e["id"] for e in c["entries"] if e["behind"]},
                       blocks_of(bytes.fromhex(c["key"]), balls, suite=suite), suite)
        ids = [place[4] for place in order]
        pairs.append(((ids[:n], ids[n:end], [p[2].hex() for p in order[:end]], cutoff_text(order, n, balls), ids),
                      (c["sample"], c["reserve_ids"], c["tickets"], c["cutoff"], c["order"])))
    return pairs


def vectors_teams(data, suite=DR1):
    pairs = []
    for c in data["cases"]:
        key = key_of(bytes.fromhex(c["prk"]), c["label"], suite)
        blocks = blocks_of(key, [o["certificate"] for o in c["officers"]], suite=suite)
        order = sorted((block[:16], iv_of(name, suite), name) for name, block in blocks.items())
        rank = {name: k for k, (_, _, name) in enumerate(order, 1)}
        pairs.append((key.hex(), c["key"]))
        pairs += [((blocks[o["certificate"]][:16].hex(), rank[o["certificate"]]),
                   (o["ticket"], o.get("rank", rank[o["certificate"]]))) for o in c["officers"]]
    return pairs


def vectors_merkle(data):
    return ([(merkle_root([leaf.encode() for leaf in c["leaves"]]), c["root"]) for c in data["cases"]]
            + [(merkle_root(list(map(bytes.fromhex, c["leaves_hex"]))), c["root"]) for c in data["reference"]])


def files_of_vector(data):
    """draw.json as the files of a bundle, path -> bytes."""
    files = collections.defaultdict(bytes)
    for part, folder in (("inputs", "inputs/"), ("entropy", ""), ("results", "")):
        for c in data[part]:
            files[folder + c["file"]] += c["line"].encode() + b"\n"
    return dict(files)


def vectors_draw(data):
    files = files_of_vector(data)
    try:
        duties = sorted(map(",".join, verify_draw(files)[4]))
    except No as no:
        return [(str(no), "the draw comes out again")]
    return [(True, True)] * len([f for f in files if "/" not in f and f != "entropy.txt"]) + [(duties, data["duties"])]


def rows_of_vector(keys, ids):
    """§13: the rows of rows.json, key and the ids under it."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for number in range(keys):
        held = []
        for place in range(ids):
            chance = hashlib.sha256(f"dr1 rows id {number} {place}".encode()).digest()
            length = 1 + chance[1] % 22 if chance[0] % 4 == 2 else 18
            plain = "".join(letters[byte % 36] for byte in chance[2:2 + length])
            held.append("沪" + chance[2:10].hex() if chance[0] % 4 == 3 else plain)
        yield hashlib.sha256(f"dr1 rows key {number}".encode()).digest(), held


def vectors_rows(data, suite=DR1):
    digest, pairs = hashlib.sha256(), []
    shown = {c["row"]: c for c in data.get("shown", ())}
    row = 0
    for key, idents in rows_of_vector(data["keys"], data["ids"]):
        blocks = blocks_of(key, idents, suite=suite)
        for ident in idents:
            iv, ticket = iv_of(ident, suite).hex(), blocks[ident][:16].hex()
            digest.update(f"{key.hex()} {ident} {iv} {ticket}\n".encode())
            if row in shown:
                pairs.append(({"row": row, "key": key.hex(), "id": ident, "iv": iv, "ticket": ticket}, shown[row]))
            row += 1
    return pairs + [(digest.hexdigest(), data["sha256"])]


def vectors_gm(data):
    """§19: the primitives by themselves, and all that the other files have for dr1."""
    pairs, raw = [], bytes.fromhex
    for c in data["sm3"]:
        pairs += [(hash_of(raw(c["message"])).hex(), c["digest"]) for hash_of in (gm.sm3, gm.sm3_plain)]
    for c in data["sm4"]:
        several = gm.sm4_encipher(raw(c["key"]), [bytes(16), raw(c["block"])])
        pairs.append(((gm.sm4_encipher(raw(c["key"]), [raw(c["block"])])[0].hex(), several[1].hex()), (c["output"],) * 2))
    pairs += [(DR1_GM.hmac(raw(c["key"]), raw(c["message"])).hex(), c["mac"]) for c in data["hmac"]]
    for c in data["extract"]:
        record = c["record"].encode()
        pairs.append(((prk_of(record, DR1_GM).hex(), pre_beacon_code(record, DR1_GM)), (c["prk"], c["pre_beacon"])))
    pairs += [(key_of(raw(c["prk"]), c["label"], DR1_GM).hex(), c["key"]) for c in data["expand"]]
    for c in data["tickets"]:
        block = blocks_of(raw(c["key"]), [c["id"]], suite=DR1_GM)[c["id"]]
        pairs.append(((iv_of(c["id"], DR1_GM).hex(), block[:16].hex()), (c["iv"], c["ticket"])))
    for c in data["blocks"]:
        pairs.append((blocks_of(raw(c["key"]), [c["id"]], suite=DR1_GM)[c["id"]].hex(), "".join(c["words"])))
    for c in data["merkle"]:
        pairs.append((merkle_root([leaf.encode() for leaf in c["leaves"]], DR1_GM), c["root"]))
    for run, name in ((vectors_ids, "ids"), (vectors_order, "order"), (vectors_teams, "teams")):
        pairs += run({"cases": data[name]}, DR1_GM)
    for c in data["rows"]:
        pairs += vectors_rows(c, DR1_GM)
    for c in data["must_fail"]:
        commit = f"dr1 commit v1\nsuite {c['suite']}\n".encode()
        pairs.append(((SUITES.get(c["suite"]), suite_named(commit)), (None, None)))
    return pairs


VECTORS = {"keys": vectors_keys, "tickets": vectors_tickets, "ids": vectors_ids, "entropy": vectors_entropy,
           "rates": vectors_rates, "order": vectors_order, "teams": vectors_teams, "merkle": vectors_merkle,
           "draw": vectors_draw, "rows": vectors_rows, "gm": vectors_gm, "gm_draw": vectors_draw}


def run_vectors(folder):
    """§13: every file of vectors; the first case that fails in each is shown."""
    failed = False
    for name, run in VECTORS.items():
        try:
            with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
                pairs = run(json.load(file))
        except (OSError, ValueError, KeyError) as error:
            raise CannotAnswer(f"{name}.json: {error!r}")
        passed = sum(found == expected for found, expected in pairs)
        print(f"{name}.json: {passed} of {len(pairs)} passed")
        if passed < len(pairs):
            failed = True
            found, expected = next(pair for pair in pairs if pair[0] != pair[1])
            print(f"  expected: {expected}\n  found:    {found}")
    for file in sorted(os.listdir(folder)):
        if file.endswith(".json") and file[:-5] not in VECTORS:
            print(f"{file}: not known to this program, not run")
    return 1 if failed else 0
