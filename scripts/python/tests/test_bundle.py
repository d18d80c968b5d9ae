"""Bundles: written as §21 says, and verified by damage."""

import dataclasses

import fairdraw
import pyarrow
import pytest
from fairdraw.bundle import Rate, Request, Stratum, write

RECORD = b"dr1 entropy v1\ndice 6 52163344\n"
TASKS = """
[sample]
region = "330106"
period = "2026Q4"
id = "code"
reserve = "20%"
[[task]]
code = "T-1"
strata = "risk"
rates = "A 5%;B 1:10;Z 3户"
"""


@pytest.fixture
def files(registry):
    """The bundle of a small draw."""
    request = Request.parse(TASKS)
    key = fairdraw.key(RECORD, "dr1/entity/330106.2026Q4")
    strata = {}
    for name, rate in request.tasks[0].rates.items():
        codes = [row["code"] for row in registry if row["risk"] == name]
        frame = pyarrow.table({"code": pyarrow.array(codes, pyarrow.string())})
        sample = fairdraw.draw(frame, "code", None, sum(request.sizes(rate, len(frame))), key)
        rows = pyarrow.table(sample)
        fingerprint = int.from_bytes(pyarrow.table(sample.strata)["fingerprint"][0].as_py())
        drawn = list(zip(rows["ticket"].to_pylist(), rows["id"].to_pylist()))
        strata["T-1", name] = Stratum(len(frame), fingerprint, drawn)
    rest = [row for row in registry if row["risk"] not in strata and row["risk"] in "CD"]
    return write(request, RECORD, strata, {("T-1", "class-without-rate", "C"): len(rest), ("*", "no-id", ""): 0})


@pytest.fixture
def folder(files, tmp_path):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_a_bundle_verifies(folder):
    # Without it an honest bundle could be called false.
    verdict = fairdraw.verify(folder)
    assert verdict and verdict.findings == ()
    assert verdict.witnessed and verdict.strata == 3 and verdict.drawn > 50
    assert fairdraw.verify(str(folder)) == verdict


def test_a_bundle_of_the_other_suite(registry, tmp_path):
    # Without it a sample under SM3 and SM4 could be verified as if it were under the default, or refused.
    request = Request.parse(TASKS.replace("[sample]", '[sample]\nsuite = "dr1-gm"'))
    key = fairdraw.key(RECORD, "dr1/entity/330106.2026Q4", suite="dr1-gm")
    strata = {}
    for name, rate in request.tasks[0].rates.items():
        frame = pyarrow.table({"code": [row["code"] for row in registry if row["risk"] == name]})
        size = sum(request.sizes(rate, len(frame)))
        rows = pyarrow.table(sample := fairdraw.draw(frame, "code", None, size, key, suite="dr1-gm"))
        fingerprint = int.from_bytes(pyarrow.table(sample.strata)["fingerprint"][0].as_py())
        drawn = list(zip(rows["ticket"].to_pylist(), rows["id"].to_pylist()))
        strata["T-1", name] = Stratum(len(frame), fingerprint, drawn)
    for name, data in write(request, RECORD, strata, {}).items():
        (tmp_path / name).write_bytes(data)
    assert fairdraw.verify(tmp_path)
    for name, old, new in (
        ("sample.toml", 'suite = "dr1-gm"\n', ""),
        ("manifest.json", '"protocol": "dr1-gm"', '"protocol": "dr1"'),
    ):
        whole = (tmp_path / name).read_text()
        (tmp_path / name).write_text(whole.replace(old, new))
        assert not fairdraw.verify(tmp_path), name
        (tmp_path / name).write_text(whole)
    with pytest.raises(ValueError, match="suite"):
        Request.parse(TASKS.replace("[sample]", '[sample]\nsuite = "dr9"'))


def test_every_changed_byte_is_found(files, folder):
    # Without it a row, a count or a digest could be changed by hand after the draw.
    tried = 0
    for name, data in files.items():
        for at in range(0, len(data), max(len(data) // 40, 1)):
            if b'"tool": ' in data[: at + 1].rsplit(b"\n", 1)[-1]:
                continue  # another version of the program may have written the same bundle
            changed = bytes([data[at] ^ 1])
            (folder / name).write_bytes(data[:at] + changed + data[at + 1 :])
            try:
                assert not fairdraw.verify(folder), (name, at)
            except ValueError:
                pass  # it cannot even be read as what it should be
            tried += 1
        (folder / name).write_bytes(data)
    assert tried > 200
    assert fairdraw.verify(folder)


def test_damage_is_told_with_its_place(files, folder):
    # Without it an auditor would know that something is wrong, and not what.
    lines = files["samples.csv"].splitlines(keepends=True)
    (folder / "samples.csv").write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert "samples.csv, line 2: expected 'T-1,A,1,S," in str(fairdraw.verify(folder).findings)
    (folder / "samples.csv").write_bytes(b"".join(lines[:-1]))
    assert "rows of task T-1, B, found" in str(fairdraw.verify(folder).findings)
    (folder / "samples.csv").write_bytes(b"".join([lines[0], lines[1], lines[1], *lines[3:]]))
    assert "stands twice in task T-1, A" in str(fairdraw.verify(folder).findings)


def test_one_row_is_told_as_one():
    # Without it the faults of small strata would read as if a machine had counted them.
    request = Request.parse(TASKS)
    one = Stratum(1000, 0, [(bytes(16), "910000000000000001")])
    with pytest.raises(ValueError, match=r"stratum A: 1 row drawn instead of 60"):
        write(request, RECORD, {("T-1", name): one for name in "ABZ"}, {})


def test_a_row_of_no_task_is_found(files, folder):
    # Without it somebody who was never drawn could be added to the list.
    with (folder / "samples.csv").open("ab") as file:
        file.write(b"T-2,A,1,S,00000000000000000000000000000000,910000000000791933,1/1\n")
    assert not fairdraw.verify(folder)


def test_a_missing_or_strange_file_is_no_answer(folder):
    # Without it a folder without half of its files could be called verified.
    (folder / "notes.txt").write_text("")
    with pytest.raises(ValueError, match=r"notes\.txt"):
        fairdraw.verify(folder)
    (folder / "notes.txt").unlink()
    (folder / "frames.csv").unlink()
    with pytest.raises(OSError, match=r"frames\.csv"):
        fairdraw.verify(folder)


def test_rates(vectors):
    # Without it the cluster could draw one entity fewer than the program does.
    for case in vectors("rates", "cases", 300):
        rate = Rate.parse(case["rate"])
        assert rate.text == case["rate"]
        assert rate.size(case["population"], case["rounding"]) == case["n"], case


@pytest.mark.parametrize("wording", ["", "3", "0%", "101%", "2:1", "0户", "按实际", "3 %%", "-1%", "1e2%", "5000000000户"])
def test_wordings_that_are_no_rate(wording):
    # Without it a wording could be guessed at.
    with pytest.raises(ValueError, match="not a"):
        Rate.parse(wording)


FAULTS = {
    "region": ('region = "330106"', 'region = "33010"', "not six digits"),
    "period": ('"2026Q4"', '"2026 Q4"', "period"),
    "rounding": ('id = "code"', 'id = "code"\nrounding = "down"', "rounding"),
    "missing": ('id = "code"', "", "id is missing"),
    "unknown": ('id = "code"', 'id = "code"\nseed = "1"', "seed is not known"),
    "reserve": ('"20%"', '"20户"', "reserve is a fraction"),
    "rates": ('"A 5%;B 1:10;Z 3户"', '"5%"', "no name of a stratum|not a rate"),
    "two rates": ('"A 5%;B 1:10;Z 3户"', '"A 5%;A 6%"', "two rates"),
    "code": ('"T-1"', '"*"', "no code"),
    "group": ('code = "T-1"', 'code = "T-1"\ngroup = "食品"', "no name of a group"),
    "scope": ('code = "T-1"', 'code = "T-1"\nscope = "industry"', "no entry of a scope"),
    "two tasks": ("[[task]]", '[[task]]\ncode = "T-1"\nrates = "1%"\n[[task]]', "two tasks"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_a_request(name):
    # Without it a draw could be made that nobody can verify.
    before, after, message = FAULTS[name]
    assert before in TASKS
    with pytest.raises(ValueError, match=message):
        Request.parse(TASKS.replace(before, after))


def test_a_population_beyond_the_protocol_is_refused(files):
    # Without it a count of more than 32 bits would be written, which no verifier reads.
    request = dataclasses.replace(Request.parse(TASKS), reserve=None)
    strata = {("T-1", name): Stratum(2**32, 0) for name in "ABZ"}
    with pytest.raises(ValueError, match=r"2\^32 - 1"):
        write(request, RECORD, strata, {})
