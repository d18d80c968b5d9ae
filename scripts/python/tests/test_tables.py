"""Every library's tables give the rows that the protocol's text gives."""

import datetime
import random
import threading
import time

import duckdb
import fairdraw
import pandas
import polars
import pyarrow
import pytest
from dr1.lottery import blocks_of, iv_of

KEY = bytes(range(32))
SIZES = {"A": 5, "B": 40, "C": 10, "D": 2000, "N": 0}


def expected(rows, sizes=SIZES):
    """The sample after PROTOCOL §6, by the implementation in plain Python."""
    blocks = blocks_of(KEY, [row["code"] for row in rows])
    found = []
    for stratum, size in sorted(sizes.items()):
        frame = [row["code"] for row in rows if row["risk"] == stratum]
        order = sorted((blocks[ident][:16], iv_of(ident), ident) for ident in frame)
        found += [(stratum, rank, ticket, ident) for rank, (ticket, _, ident) in enumerate(order[:size], 1)]
    return found


def rows_of(sample):
    return [tuple(row.values()) for row in pyarrow.table(sample).to_pylist()]


def tables(rows):
    """One registry as every library holds it, with the types that each likes for texts."""
    plain = pyarrow.Table.from_pylist(rows)
    yield "pyarrow", plain
    yield "pyarrow in pieces", pyarrow.concat_tables([plain.slice(0, 7), plain.slice(7, 0), plain.slice(7)])
    yield "record batch", plain.combine_chunks().to_batches()[0]
    yield "reader", plain.to_reader(max_chunksize=100)
    for kind in (pyarrow.large_string(), pyarrow.string_view(), pyarrow.binary(), pyarrow.binary_view()):
        yield str(kind), plain.set_column(0, "code", plain["code"].cast(kind))
    yield "dictionary", plain.set_column(0, "code", plain["code"].dictionary_encode())
    yield "dictionary of strata", plain.set_column(1, "risk", plain["risk"].dictionary_encode())
    yield "polars", polars.DataFrame(rows)
    yield "polars categories", polars.DataFrame(rows).with_columns(polars.col("risk").cast(polars.Categorical))
    yield "pandas", pandas.DataFrame(rows)
    yield "pandas categories", pandas.DataFrame(rows).astype({"risk": "category"})
    yield "duckdb", duckdb.from_arrow(plain).select("n, risk, code")


def test_every_library_draws_the_same(registry):
    # Without it an auditor with another data frame than the office's could be told that the draw was wrong.
    want = expected(registry)
    assert len(want) > 300
    for name, table in tables(registry):
        assert rows_of(fairdraw.draw(table, "code", "risk", SIZES, KEY)) == want, name


def test_order_of_rows_does_not_matter(registry):
    # Without it whoever sorts the registry could choose the sample.
    rows = registry[:]
    random.Random(7).shuffle(rows)
    table = pyarrow.Table.from_pylist(rows)
    assert rows_of(fairdraw.draw(table, "code", "risk", SIZES, KEY)) == expected(registry)


def test_every_library_takes_the_result(registry):
    # Without it the rows could only be read by the library that the tests are written with.
    sample = fairdraw.draw(polars.DataFrame(registry), "code", "risk", SIZES, KEY)
    want = expected(registry)
    assert polars.DataFrame(sample).rows() == want
    assert list(pandas.DataFrame.from_arrow(sample).itertuples(index=False, name=None)) == want
    assert duckdb.from_arrow(pyarrow.table(sample)).fetchall() == want
    assert len(sample) == len(want)


def test_strata_tell_populations_cutoffs_and_fingerprints(registry):
    # Without it a count or a cut-off that is published could be another than the one that was drawn by.
    sample = fairdraw.draw(pyarrow.Table.from_pylist(registry), "code", "risk", SIZES, KEY)
    blocks = blocks_of(KEY, [row["code"] for row in registry])
    for row in pyarrow.table(sample.strata).to_pylist():
        frame = [entity["code"] for entity in registry if entity["risk"] == row["stratum"]]
        drawn = [found for found in rows_of(sample) if found[0] == row["stratum"]]
        total = sum(int.from_bytes(blocks[ident][:16], "big") for ident in frame) % 2**128
        assert row["population"] == len(frame)
        assert row["sample"] == len(drawn) == min(SIZES[row["stratum"]], len(frame))
        assert row["cutoff"] == (drawn[-1][2] if drawn else None)
        assert int.from_bytes(row["fingerprint"], "big") == total


def test_parts_of_a_table_merge_to_the_whole(registry):
    # Without it a cluster, which draws in parts, could draw other rows than one machine.
    want = expected(registry)
    last = {stratum: ticket for stratum, _, ticket, _ in want}
    parts = [pyarrow.Table.from_pylist(registry[at::4]) for at in range(4)]
    kept = [fairdraw.draw(part, "code", "risk", SIZES, KEY, thresholds=last) for part in parts]
    merged = pyarrow.concat_tables(map(pyarrow.table, kept))
    assert len(merged) == len(want)
    assert rows_of(fairdraw.draw(merged, "id", "stratum", SIZES, KEY)) == want


def test_rows_without_a_stratum_are_of_the_class_n():
    # Without it entities that nobody has classed would fall out of the draw.
    table = pyarrow.table({"id": ["A1", "A2", "A3"], "risk": ["A", None, ""]})
    strata = pyarrow.table(fairdraw.draw(table, "id", "risk", {"A": 1, "N": 1}, KEY).strata)
    assert strata["population"].to_pylist() == [1, 2]


def test_integers_are_read_in_decimal():
    # Without it a registry whose ids were stored as numbers could not be drawn from, as `fairdraw sample` does.
    table = pyarrow.table({"id": pyarrow.array([4541321, -7, 0]), "risk": pyarrow.array([1, 1, 2], pyarrow.uint8())})
    drawn = pyarrow.table(fairdraw.draw(table, "id", "risk", {"1": 9, "2": 9}, KEY))
    assert sorted(drawn["id"].to_pylist()) == ["-7", "0", "4541321"]
    assert list(fairdraw.tickets(table["id"], KEY)) == list(fairdraw.tickets(["4541321", "-7", "0"], KEY))


def test_one_stratum_for_all():
    # Without it a table without classes could not be drawn from.
    table = pyarrow.table({"id": [f"A{n}" for n in range(50)]})
    sample = fairdraw.draw(table, "id", None, 60, KEY)
    assert len(sample) == 50
    assert pyarrow.table(sample)["stratum"].unique().to_pylist() == ["all"]
    assert len(fairdraw.draw(table, "id", None, 0, KEY)) == 0
    assert len(fairdraw.draw(table.slice(0, 0), "id", None, 3, KEY)) == 0


def test_columns_of_ids(registry):
    # Without it a column could only come from one library, or its nulls and pieces could shift the tickets.
    ids = [row["code"] for row in registry]
    blocks = blocks_of(KEY, ids)
    want = [blocks[ident][:16] for ident in ids]
    text = pyarrow.array(ids)
    columns = {
        "list": ids,
        "generator": iter(ids),
        "array": text,
        "slice": pyarrow.array(["X", *ids])[1:],
        "chunked": pyarrow.chunked_array([text[:1000], text[1000:]]),
        "dictionary": text.dictionary_encode(),
        "polars": polars.Series(ids),
        "pandas": pandas.Series(ids, dtype="str"),
        "duckdb": duckdb.from_arrow(pyarrow.table({"code": text})),
    }
    for name, column in columns.items():
        tickets = fairdraw.tickets(column, KEY)
        assert list(tickets) == want, name
        array = pyarrow.array(tickets)
        assert array.type == pyarrow.binary(16) and array.to_pylist() == want, name
    assert polars.Series(fairdraw.tickets(ids, KEY)).to_list() == want
    fixed = pyarrow.array([b"910000000000791933"] * 2, pyarrow.binary(18))
    assert fairdraw.tickets(fixed, KEY)[1].hex() == "c69e1513ccd77674fb7e37d2bb2ec443"


def test_the_result_is_shared_and_not_copied():
    # Without it 16 bytes for each of 190 million rows would be held twice.
    tickets = fairdraw.tickets(["A1", "A2"], KEY)
    one, other = pyarrow.array(tickets), pyarrow.array(tickets)
    assert one.buffers()[1].address == other.buffers()[1].address
    del tickets
    assert one.to_pylist() == other.to_pylist()


def test_other_threads_run_meanwhile():
    # Without it a notebook or a server would stand still for the time of a draw.
    ids, done, ticks = pyarrow.array([f"91{n:016}" for n in range(2_000_000)]), threading.Event(), []

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    start = time.monotonic()
    fairdraw.tickets(ids, KEY)
    end = time.monotonic()
    done.set()
    ticker.join()
    assert sum(start < tick < end for tick in ticks) >= 3


FAULTS = {
    "no column": ({"x": ["A1"], "risk": ["A"]}, 'no column "id"; its columns are x, risk'),
    "both": ({"x": ["A1"]}, 'no column "risk"'),
    "null id": ({"id": ["A1", None], "risk": ["A", "A"]}, r"id is missing in 1 row, the first is row 1"),
    "empty id": ({"id": ["", "", "A"], "risk": ["A"] * 3}, r"id is empty in 2 rows, the first is row 0"),
    "floats": ({"id": [1.5], "risk": ["A"]}, "a column of texts is wanted.*Float64"),
    "dates": ({"id": ["A1"], "risk": [datetime.date(2025, 1, 1)]}, "a column of texts is wanted.*Date32"),
    "not UTF-8": ({"id": [b"\xff"], "risk": ["A"]}, "id is not UTF-8 in 1 row"),
    "no size": ({"id": ["A1", "A2"], "risk": ["A", "E"]}, 'stratum "E" with 1 row has no size'),
    "twice": ({"id": ["A1", "A1", "A2"], "risk": ["A"] * 3}, 'two rows: "A1" of stratum "A" and "A1" of stratum "A"'),
    "in two strata": ({"id": ["A1", "A1", "A2"], "risk": ["A", "", "A"]}, '"A1" of stratum "A" and "A1" of stratum "N"'),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_told(name):
    # Without it rows could be skipped in silence, or the message could leave one looking for them.
    columns, message = FAULTS[name]
    with pytest.raises(ValueError, match=message):
        fairdraw.draw(pyarrow.table(columns), "id", "risk", {"A": 3, "N": 1}, KEY)


def test_all_faults_are_told_at_once():
    # Without it a registry with three faults would take four attempts.
    table = pyarrow.table({"id": [None, "", "A", "B"], "risk": ["A", "A", "X", "Y"]})
    with pytest.raises(ValueError) as error:
        fairdraw.draw(table, "id", "risk", {"A": 1}, KEY)
    assert len(str(error.value).splitlines()) == 4


def test_a_draw_of_the_wrong_things_is_refused():
    # Without it a mistake would end in a sample of something else, or in the crash of the interpreter.
    table = pyarrow.table({"id": ["A1"], "risk": ["A"]})
    with pytest.raises(ValueError, match="size each"):
        fairdraw.draw(table, "id", "risk", 3, KEY)
    with pytest.raises(ValueError, match="name of the column"):
        fairdraw.draw(table, "id", None, {"A": 3}, KEY)
    with pytest.raises(TypeError, match="table"):
        fairdraw.draw(table["id"], "id", None, 3, KEY)
    with pytest.raises(TypeError, match="table"):
        fairdraw.draw([{"id": "A1"}], "id", None, 3, KEY)
    with pytest.raises(TypeError, match="one text"):
        fairdraw.tickets("910000000000791933", KEY)
    with pytest.raises(ValueError, match="this table has 2"):
        fairdraw.tickets(table, KEY)
    with pytest.raises(ValueError, match="from 0 to"):
        fairdraw.draw(table, "id", "risk", {"A": -1}, KEY)
    with pytest.raises(ValueError, match="32"):
        fairdraw.tickets(["A1"], KEY[:31])


def test_the_fault_of_a_source_is_told():
    # Without it a file that ends in the middle would look like a short table.
    def batches():
        yield pyarrow.record_batch({"id": ["A1"]})
        raise OSError("the disk is gone")

    reader = pyarrow.RecordBatchReader.from_batches(pyarrow.schema({"id": pyarrow.string()}), batches())
    with pytest.raises(ValueError, match="the disk is gone"):
        fairdraw.draw(reader, "id", None, 1, KEY)
