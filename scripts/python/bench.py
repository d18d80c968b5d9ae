"""CPU seconds of `tickets` and `draw` on made-up codes, beside the kernel alone: `bench.py [ROWS]`, ten million if not given.

Needs the installed wheel, pyarrow, polars and duckdb, and the example built:
`PYO3_BUILD_EXTENSION_MODULE=1 cargo build --release --example kernel`, whose path comes in KERNEL. Medians of five.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import duckdb
import fairdraw
import polars
import pyarrow

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
KEY = bytes(range(32))


def cpu(work: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    kernel = [float(line) for line in subprocess.check_output([os.environ["KERNEL"], str(ROWS)]).split()]
    base = statistics.median(kernel)
    ids = pyarrow.array([f"91{n:016}" for n in range(ROWS)])
    table = pyarrow.table({"id": ids, "risk": pyarrow.array(["A", "B", "C", "D"] * (ROWS // 4))})
    sizes = {name: ROWS // 4 * rate // 100 for name, rate in {"A": 1, "B": 3, "C": 10, "D": 30}.items()}
    series, frame, relation = polars.Series(ids), polars.DataFrame(table), duckdb.from_arrow(table)
    print(f"{'kernel alone':24}{base:7.2f} CPU s")
    works: dict[str, Callable[[], object]] = {
        "tickets, PyArrow": lambda: fairdraw.tickets(ids, KEY),
        "tickets, Polars": lambda: fairdraw.tickets(series, KEY),
        "draw, PyArrow": lambda: fairdraw.draw(table, "id", "risk", sizes, KEY),
        "draw, Polars": lambda: fairdraw.draw(frame, "id", "risk", sizes, KEY),
        "draw, DuckDB": lambda: fairdraw.draw(relation, "id", "risk", sizes, KEY),
    }
    for name, work in works.items():
        found = cpu(work)
        print(f"{name:24}{found:7.2f} CPU s, {found / base:5.2f} times the kernel")


if __name__ == "__main__":
    main()
