"""The vectors that the program, `verify_draw.py` and the site pass, too."""

import fairdraw
import pytest


def test_keys(vectors):
    # Without it a label could give another key in Python than in the ceremony's room.
    records = {case["prk"]: case["record"] for case in vectors("keys", "extract", 2)}
    for case in vectors("keys", "expand", 10):
        record = records[case["prk"]]
        for entropy in (record, record.encode()):
            assert fairdraw.key(entropy, case["label"]).hex() == case["key"], case


def test_records_that_are_refused(vectors):
    # Without it Python could repair a record that everybody else refuses, and give another key.
    for case in vectors("entropy", "must_fail", 50):
        record = bytes.fromhex(case["record_hex"]) if "record_hex" in case else case["record"]
        with pytest.raises(ValueError):
            fairdraw.key(record, "dr1/entity/g")


def test_tickets(vectors):
    # Without it the wheel could draw others than `openssl` does.
    for part, least in (("published", 20), ("derived", 200)):
        by_key = {}
        for case in vectors("tickets", part, least):
            by_key.setdefault(case["key"], []).append(case)
        for key, cases in by_key.items():
            found = fairdraw.tickets([case["id"] for case in cases], bytes.fromhex(key))
            assert [ticket.hex() for ticket in found] == [case["ticket"] for case in cases]


def test_order(vectors):
    # Without it ranks or cut-offs could differ where the program has a vector for them.
    cases = [case for case in vectors("order", "cases", 10) if is_plain(case)]
    assert len(cases) >= 3
    for case in cases:
        pyarrow = pytest.importorskip("pyarrow")
        table = pyarrow.table({"id": [entry["id"] for entry in case["entries"]]})
        size = case["n"] + case["reserve"]
        drawn = fairdraw.draw(table, "id", None, size, bytes.fromhex(case["key"]))
        rows = pyarrow.table(drawn).to_pylist()
        assert [row["id"] for row in rows] == case["sample"] + case["reserve_ids"]
        assert [row["ticket"].hex() for row in rows] == case["tickets"]
        drawn = fairdraw.draw(table, "id", None, case["n"], bytes.fromhex(case["key"]))
        cutoff = pyarrow.table(drawn.strata)["cutoff"][0].as_py()
        assert (cutoff.hex() if cutoff else "") == case["cutoff"]


def test_the_suite_of_national_cryptography(vectors):
    # Without it the wheel could draw others than the office's program does under SM3 and SM4.
    suite = "dr1-gm"
    records = {case["prk"]: case["record"] for case in vectors("gm", "extract", 2)}
    for case in vectors("gm", "expand", 10):
        assert fairdraw.key(records[case["prk"]], case["label"], suite=suite).hex() == case["key"], case
    for case in vectors("gm", "tickets", 100):
        key = bytes.fromhex(case["key"])
        assert fairdraw.tickets([case["id"]], key, suite=suite)[0].hex() == case["ticket"], case
    pyarrow = pytest.importorskip("pyarrow")
    for case in filter(is_plain, vectors("gm", "order", 10)):
        table = pyarrow.table({"id": [entry["id"] for entry in case["entries"]]})
        size, key = case["n"] + case["reserve"], bytes.fromhex(case["key"])
        rows = pyarrow.table(fairdraw.draw(table, "id", None, size, key, suite=suite)).to_pylist()
        assert [row["id"] for row in rows] == case["sample"] + case["reserve_ids"]
    for case in vectors("gm", "must_fail", 5):
        with pytest.raises(ValueError, match="suite"):
            fairdraw.key("dr1 entropy v1\nseed 1\n", "dr1/entity/g", suite=case["suite"])


def is_plain(case):
    """Tells whether everybody has one ball and nobody is behind: the samples that this package draws."""
    return all(entry["balls"] == 1 and not entry["behind"] for entry in case["entries"])
