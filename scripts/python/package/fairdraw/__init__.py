"""Draw samples that anyone can check: the lottery dr1 for Python, Arrow in, Arrow out.

An id holds a ticket under a public key; the smallest tickets of a stratum are its sample. Tables and columns come from
any library that speaks Arrow (Polars, pandas, DuckDB, PyArrow, Spark) and go back to it without a copy.

>>> import fairdraw
>>> record = "dr1 entropy v1\\nseed 20250101\\n"
>>> key = fairdraw.key(record, "dr1/entity/411381.2025Q1")
>>> [ticket.hex() for ticket in fairdraw.tickets(["910000000000791933"], key)]
['11373987ea3146b4478406db90425f7e']
"""

import os
from collections.abc import Iterable, Mapping

from . import _fairdraw, verifying
from ._fairdraw import Sample, Table, Tickets
from .protocols import ArrowArray, ArrowStream
from .verifying import Verdict

__all__ = ["Sample", "Table", "Tickets", "Verdict", "draw", "key", "tickets", "verify"]


def key(entropy: bytes | str, label: str, *, suite: str = "dr1") -> bytes:
    """Compute the 32 bytes of the key that a record of chance gives for a label (PROTOCOL §2, §3).

    `entropy` is the whole record, byte for byte as `entropy.txt` holds it; `label` is such as
    `dr1/entity/411381.2025Q1`. The digits are what `openssl enc -chacha20 -K` takes.
    `suite` names the primitives, `dr1` or `dr1-gm` (SM3 and SM4, PROTOCOL §19); tickets and draws need the same.

    >>> key("dr1 entropy v1\\nseed 20250101\\n", "dr1/entity/411381.2025Q1").hex()
    '8ca084e10961d4edcae146de219ec68e2eaf41a5d9d7d25bcc0868fa5e0cdcef'

    >>> key("dr1 entropy v1\\nseed 20250101\\n", "dr1/entity/411381.2025Q1", suite="dr1-gm").hex()
    '5c73ffeb71e8b941b4e7fc8c98febfc81541bf839005a7f75fd0b2b0c477ad5f'

    Raises `ValueError` if the record is not one, or the suite is not known; nothing is repaired, because every byte
    decides the key.

    >>> key("seed 20250101", "dr1/entity/411381.2025Q1")
    Traceback (most recent call last):
    ...
    ValueError: entropy record does not start with the line `dr1 entropy v1`
    """
    return _fairdraw.key(entropy, label, suite)


def tickets(ids: ArrowArray | ArrowStream | Iterable[str], key: bytes, *, suite: str = "dr1") -> Tickets:
    """Compute the ticket of each id, 16 bytes, in the order of the ids (PROTOCOL §1, §4).

    `ids` is a series, array, chunked array or table of one column with texts or integers, or an iterable of
    texts. Nothing is normalised: what the frozen table holds is the id. The result is an Arrow array of the type
    `fixed_size_binary[16]`: `pyarrow.array(found)`, `polars.Series(found)` and their like take it without a copy; its
    items are `bytes`. Bytes compare as tickets do: the smaller one is drawn first.

    >>> found = tickets(["910000000000791933", "沪A-个体0001"], bytes(range(32)))
    >>> [ticket.hex() for ticket in found]
    ['c69e1513ccd77674fb7e37d2bb2ec443', '044f78fcc6e3858b3f2c32516d2c42a2']

    >>> tickets(["910000000000791933"], bytes(range(32)), suite="dr1-gm")[0].hex()
    'cb7511d50c0f94ee33ab65d546cd263f'

    Raises `ValueError` if rows have no id, and tells of all of them.

    >>> tickets(["910000000000791933", None, ""], bytes(range(32)))
    Traceback (most recent call last):
    ...
    ValueError: the id is missing in 1 row, the first is row 1 (from 0)
    the id is empty in 1 row, the first is row 2 (from 0)
    """
    return _fairdraw.tickets(ids, key, suite)


def draw(
    table: ArrowArray | ArrowStream,
    id: str,
    strata: str | None,
    sizes: Mapping[str, int] | int,
    key: bytes,
    *,
    thresholds: Mapping[str, bytes] | None = None,
    suite: str = "dr1",
) -> Sample:
    """Draw the rows with the smallest tickets of each stratum (PROTOCOL §6), in one pass over the table.

    `id` and `strata` name columns of texts or integers, `sizes` says how many rows each stratum gives. Without strata
    (`None`) there is one size for all, and the stratum is named `all`. A stratum that is smaller than its size is
    drawn as a whole; a row without a stratum is of the stratum `N`. The order of the rows does not matter, and memory
    grows with the sample alone.

    `thresholds` are for one part of a table that is drawn in parts: tickets above a stratum's threshold are counted
    and not kept, so that little has to be carried to where the parts are drawn from once more, and where alone an id
    that stands twice is refused.

    The result is an Arrow table `stratum, rank, ticket, id`, strata bytewise, ranks from 1; `strata` of it is a table
    `stratum, population, sample, cutoff, fingerprint`, the fingerprint being the sum of all tickets modulo
    2^128 (PROTOCOL §21.4). `polars.DataFrame(sample)`, `pyarrow.table(sample)` and their like take both.

    >>> import pyarrow
    >>> table = pyarrow.table({"code": [f"9100000{n:011}" for n in range(1000)], "risk": ["A", "B"] * 500})
    >>> sample = draw(table, "code", "risk", {"A": 2, "B": 1}, bytes(range(32)))
    >>> for row in pyarrow.table(sample).to_pylist():
    ...     print(row["stratum"], row["rank"], row["ticket"].hex(), row["id"])
    A 1 006d8f974975ba8f39255d3ae847f1ff 910000000000000954
    A 2 0177e38ea50c3b29eea635da76d4d993 910000000000000930
    B 1 00383c37bf1c1d8fb35aad476ce6ec7c 910000000000000437
    >>> pyarrow.table(sample.strata).column("population").to_pylist()
    [500, 500]

    Raises `ValueError` with all faults: columns that are not there, rows without id, strata without a size,
    an id that stands twice in a sample (one that is not drawn is not noticed).
    """
    if isinstance(sizes, Mapping) == (strata is None):
        if strata is None:
            raise ValueError("sizes by stratum need the name of the column of strata")
        raise ValueError(f'strata in the column {strata!r} need a size each, such as {{"A": 20}}')
    by_stratum = sizes if isinstance(sizes, Mapping) else {"all": sizes}
    for name, size in by_stratum.items():
        if not 0 <= size < 2**32:
            raise ValueError(f"the size of stratum {name!r} is {size} and must be from 0 to 2^32 - 1")
    return _fairdraw.draw(table, id, strata, by_stratum, key, thresholds or {}, suite)


def verify(bundle: str | os.PathLike[str]) -> Verdict:
    """Verify the bundle of a sample from a large registry, without the registry (PROTOCOL §21.5).

    Recomputed are the key of each task, every ticket, ranks, sizes, cut-offs, chances and the manifest; all files are
    written anew and compared byte for byte. What only the registry can tell, the populations and that nobody is
    missing, is what `fairdraw verify BUNDLE REGISTRY` adds.

    >>> import pathlib, tempfile, fairdraw.bundle
    >>> request = fairdraw.bundle.Request.parse('''
    ... [sample]
    ... region = "100000"
    ... period = "2026Q4"
    ... id = "id"
    ... [[task]]
    ... code = "A-01"
    ... rates = "50%"
    ... ''')
    >>> record = b"dr1 entropy v1\\nseed 20250101\\n"
    >>> ids = ["910000000000791933", "110108001234567"]
    >>> order = sorted(zip(tickets(ids, key(record, "dr1/entity/100000.2026Q4")), ids))
    >>> stratum = fairdraw.bundle.Stratum(2, 0, order[:1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, data in fairdraw.bundle.write(request, record, {("A-01", "all"): stratum}, {}).items():
    ...         _ = (pathlib.Path(folder) / name).write_bytes(data)
    ...     verify(folder)
    Verdict(findings=(), witnessed=False, strata=1, drawn=1)

    Raises `OSError` if a file is missing, and `ValueError` if one can not be read as what it should be.
    """
    return verifying.verify(bundle)
