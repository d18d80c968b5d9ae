"""What the tests share: the project's vectors and its implementation in plain Python, which is the reference here."""

import json
import pathlib
import random
import sys

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(PROJECT / "scripts"))


@pytest.fixture(scope="session")
def vectors():
    """Gives the cases of a list in a file of vectors, of which there must be at least so many."""

    def cases(name, part, least):
        found = json.loads((PROJECT / "tests/vectors" / f"{name}.json").read_text(encoding="utf-8"))[part]
        assert len(found) >= least
        return found

    return cases


@pytest.fixture(scope="session")
def registry():
    """Makes 3,000 rows of every kind of id and five strata, in no order, the same ones every time."""
    chance = random.Random(20250101)
    kinds = [
        lambda n: f"91{n:016}",
        lambda n: f"{n:015}",
        lambda n: f"沪A-个体{n:05}",
        lambda n: f"X{n:040}",
    ]
    rows = [{"code": chance.choice(kinds)(n), "risk": chance.choice("ABBCCCDN"), "n": n} for n in range(3000)]
    chance.shuffle(rows)
    return rows
