"""A sample's bundle against itself (PROTOCOL §21.5)."""

import csv
import io
import itertools
import json
import os
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass

from . import _fairdraw, bundle
from .bundle import Request, Stratum

NAMES = ["entropy.txt", "frames.csv", "left-out.csv", "manifest.json", "sample.toml", "samples.csv", "strata.csv"]


@dataclass(frozen=True)
class Verdict:
    """What a verification found out; it is true if the bundle is what it says.

    >>> bool(Verdict(("strata.csv, line 2: expected 'A', found 'B'",), witnessed=False, strata=1, drawn=1))
    False
    """

    findings: tuple[str, ...]
    """Each difference: file and line, what was expected, what was found."""
    witnessed: bool
    """Whether the record holds chance that one person alone could not choose."""
    strata: int
    """Number of strata."""
    drawn: int
    """Number of rows, the reserve among them."""

    def __bool__(self) -> bool:
        return not self.findings


def verify(folder: str | os.PathLike[str]) -> Verdict:
    """Recompute what a bundle can be asked without its registry; `fairdraw.verify` documents it."""
    files, findings = read(pathlib.Path(folder)), []
    said = json.loads(files["manifest.json"])
    if said.get("format") != bundle.FORMAT or said.get("protocol") not in ("dr1", "dr1-gm"):
        raise ValueError(f"format {said.get('format')!r} of protocol {said.get('protocol')!r} is not {bundle.FORMAT!r}")
    request = Request.parse(files["sample.toml"].decode())
    rows = {
        name: [row[5] for row in part]
        for name, part in itertools.groupby(table_of(files, "samples.csv", 7), key=lambda row: (row[0], row[1]))
    }
    frames = {(task, name): (int(size), int(sum_, 16)) for task, name, size, sum_ in table_of(files, "frames.csv", 4)}
    left_out = {(task, why, value): int(count) for task, why, value, count in table_of(files, "left-out.csv", 4)}
    strata = {}
    for task in request.ordered():
        key = _fairdraw.key(files["entropy.txt"], f"dr1/entity/{request.group(task)}", request.suite)
        for name in bundle.ordered(task.rates):
            ids = rows.get((task.code, name), [])
            # Tickets that tie are ordered by their IVs; nobody has seen two, and the file's own order stays.
            order = sorted(zip(_fairdraw.tickets(ids, key, request.suite), ids, strict=True), key=lambda row: row[0])
            twins = {one for (_, one), (_, other) in itertools.pairwise(order) if one == other}
            findings += [f"samples.csv: {ident} stands twice in task {task.code}, {name}" for ident in sorted(twins)]
            population, fingerprint = frames.get((task.code, name), (0, 0))
            strata[task.code, name] = Stratum(population, fingerprint, order)
            n, r = request.sizes(task.rates[name], population)
            if len(ids) != n + r:
                expected = bundle.counted(n + r, "row")
                findings.append(f"samples.csv: expected {expected} of task {task.code}, {name}, found {len(ids)}")
    witnessed, drawn = bundle.is_witnessed(files["entropy.txt"]), sum(map(len, rows.values()))
    if not findings:
        # Another version of the program may have written the bundle; everything else is written anew and compared.
        anew = bundle.write(request, files["entropy.txt"], strata, left_out, str(said.get("tool")))
        findings = [line for name, found in files.items() for line in difference(name, anew[name], found)]
    return Verdict(tuple(findings), witnessed, len(strata), drawn)


def read(folder: pathlib.Path) -> dict[str, bytes]:
    """Read the files of a bundle.

    Raises `OSError` for one that is missing, and `ValueError` for one that is no part of a bundle.
    """
    strange = sorted({path.name for path in folder.iterdir()} - set(NAMES))
    if "samples.parquet" in strange:
        raise ValueError("samples.parquet can not be read here; `fairdraw verify` reads it")
    if strange:
        raise ValueError(f"no part of the bundle of a sample: {', '.join(strange)}")
    return {name: (folder / name).read_bytes() for name in NAMES}


def table_of(files: dict[str, bytes], name: str, columns: int) -> Iterator[list[str]]:
    """Read the rows of a table behind its heading."""
    for number, row in enumerate(csv.reader(io.StringIO(files[name].decode(), newline=""), strict=True), 1):
        if len(row) != columns:
            raise ValueError(f"{name}, row {number}: {bundle.counted(len(row), 'field')} instead of {columns}")
        if number > 1:
            yield row


def difference(name: str, expected: bytes, found: bytes) -> Iterator[str]:
    """Tell the first line of a file that differs."""
    if expected == found:
        return
    lines = itertools.zip_longest(expected.splitlines(keepends=True), found.splitlines(keepends=True), fillvalue=b"")
    for number, (one, other) in enumerate(lines, 1):
        if one != other:
            yield f"{name}, line {number}: expected {text(one)}, found {text(other)}"
            return


def text(line: bytes) -> str:
    """Show a line of a file."""
    return repr(line.decode(errors="backslashreplace").removesuffix("\n")) if line else "nothing"
