#!/usr/bin/env python3
"""Draws from a registry on an Apache Spark cluster, and writes the bundle that `fairdraw sample` writes.

    spark-submit scripts/spark/draw.py --tasks tasks.toml --entropy entropy.txt --out bundle hdfs:///registry/*.parquet
    spark-submit scripts/spark/draw.py --tasks tasks.toml --entropy entropy.txt --out bundle --table registry.entities

The tasks stand in the form of `sample.toml` (PROTOCOL §21.2). The Python package `fairdraw` has to be installed where
Python runs, on the driver and on each worker; README.md beside this file says how.

Two passes: the first counts the strata, the second computes tickets next to the data and keeps what lies below a
threshold that a little more than the sample is expected to stay under. What was kept is merged here, in exact order;
should a threshold have been too low for a stratum, that stratum is passed once more with one twice as high. Neither
partitions nor lost workers show in a byte.
"""

import argparse
import math
import pathlib
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator

import fairdraw
import pyarrow
from fairdraw.bundle import Request, Stratum, Task, ordered, write
from pyspark.sql import Column, DataFrame, SparkSession, functions
from pyspark.sql.types import BinaryType, ByteType, DecimalType, IntegerType, LongType, ShortType, StringType

# More groups than that are no strata: the heading is wrong.
GROUPS_MAX = 100_000

# Rows that the second pass hands to Python at once: enough that a call costs nothing, few enough for any memory.
BATCH_ROWS = 32_768

# What the second pass gives: rows with a ticket were kept, rows with a population tell of a part of a stratum.
PASS_COLUMNS = "task int, stratum string, population long, fingerprint binary, ticket binary, id string"

ALL_TICKETS = 2**128


def main() -> int:
    options = arguments()
    try:
        request = Request.parse(pathlib.Path(options.tasks).read_text(encoding="utf-8"))
        entropy = f"dr1 entropy v1\nseed {options.seed}\n".encode() if options.seed else options.entropy.read_bytes()
        keys = {
            task.code: fairdraw.key(entropy, f"dr1/entity/{request.group(task)}", suite=request.suite)
            for task in request.tasks
        }
        out = pathlib.Path(options.out)
        if out.exists():
            raise ValueError(f"{out} is there already; name another folder or take it away")
        spark = session()
        try:
            registry = labelled(load(spark, options), request)
            counts, left_out = count(registry, request)
            strata = draw(spark, registry, request, keys, counts, options.margin)
        finally:
            spark.stop()
        place(out, write(request, entropy, strata, left_out))
    except (OSError, ValueError) as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 2
    rows = sum(counts.values())
    drawn = sum(len(stratum.rows) for stratum in strata.values())
    print(f"{out}: {drawn} of {rows} rows in frames, {len(strata)} strata, {len(request.tasks)} tasks")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0], epilog="README.md beside this file has examples for Hive, JDBC and files."
    )
    parser.add_argument("paths", nargs="*", metavar="REGISTRY", help="files or folders of the registry")
    parser.add_argument("--table", help="table of the catalogue (Hive) instead of files")
    parser.add_argument("--format", default="parquet", help="of the files, or another source such as jdbc")
    parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE", help="of the source")
    parser.add_argument("--tasks", required=True, help="file in the form of sample.toml")
    chance = parser.add_mutually_exclusive_group(required=True)
    chance.add_argument("--entropy", type=pathlib.Path, help="record of chance")
    chance.add_argument("--seed", help="plain mode: a seed that one person chose")
    parser.add_argument("--out", required=True, help="folder for the bundle, on the driver's machine")
    parser.add_argument(
        "--margin",
        type=int,
        default=6,
        help="standard deviations between the sample and the threshold; a low one is slower and gives the same bytes",
    )
    return parser.parse_args()


def session() -> SparkSession:
    spark = (
        SparkSession.builder.appName("fairdraw")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", BATCH_ROWS)
        .config("spark.driver.maxResultSize", 0)  # the sample comes to the driver, whatever its size
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("WARN")
    return spark


def load(spark: SparkSession, options: argparse.Namespace) -> DataFrame:
    """Opens the registry."""
    if options.table:
        if options.paths:
            raise ValueError("either files or --table")
        return spark.table(options.table)
    pairs = [option.partition("=") for option in options.option]
    reader = spark.read.format(options.format).options(**{key: value for key, _, value in pairs})
    if options.paths:
        return reader.load(options.paths)
    if options.format != "jdbc":
        raise ValueError("name the files of the registry, or --table, or --format jdbc with its options")
    return reader.load()


def labelled(registry: DataFrame, request: Request) -> DataFrame:
    """Gives each row its id as a text and, for each task, its stratum or the reason why it has none (PROTOCOL §21.3)."""
    headings = [request.id]
    for task in request.tasks:
        headings += [task.strata] if task.strata else []
        headings += [heading for heading, _ in task.scope]
    faults, cells = [], {}
    for heading in dict.fromkeys(headings):
        found = [field for field in registry.schema.fields if field.name == heading]
        if len(found) != 1:
            names = ", ".join(registry.columns)
            faults.append(f"the registry has {len(found)} columns {heading!r}; its columns are {names}")
        elif not is_text(found[0].dataType):
            faults.append(f"column {heading!r} is {found[0].dataType.simpleString()}; texts and integers are read")
        else:
            cell = registry["`" + heading.replace("`", "``") + "`"].cast("string")
            cells[heading] = functions.coalesce(cell, functions.lit(""))
    if faults:
        raise ValueError("\n".join(faults))
    labels = [label(task, cells, request).alias(f"task_{at}") for at, task in enumerate(request.ordered())]
    return registry.select(cells[request.id].alias("id"), *labels)


def is_text(kind: object) -> bool:
    if isinstance(kind, DecimalType):
        return kind.scale == 0
    return isinstance(kind, (StringType, BinaryType, ByteType, ShortType, IntegerType, LongType))


def label(task: Task, cells: dict[str, Column], request: Request) -> Column:
    """`=<stratum>` for an entity, `<reason> <value>` for whoever is left out."""
    in_scope = functions.lit(True)
    for heading, values in task.scope:
        cell = cells[heading]
        matches = functions.lit(False)
        for value in values:
            matches = matches | (cell.startswith(value[:-1]) if value.endswith("*") else cell == value)
        in_scope = in_scope & matches
    stratum = functions.lit("all")
    if task.strata:
        stratum = functions.when(cells[task.strata] == "", "N").otherwise(cells[task.strata])
    return (
        functions.when(cells[request.id] == "", "no-id ")
        .when(~in_scope, "out-of-scope ")
        .when(~stratum.isin(list(task.rates)), functions.concat(functions.lit("class-without-rate "), stratum))
        .otherwise(functions.concat(functions.lit("="), stratum))
    )


def count(registry: DataFrame, request: Request) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str, str]]]:
    """The first pass: entities by (task, stratum), and rows that are left out by (task, reason, value)."""
    tasks = request.ordered()
    labels = [f"task_{at}" for at in range(len(tasks))]
    groups = registry.groupBy(*labels).count().limit(GROUPS_MAX + 1).collect()
    if len(groups) > GROUPS_MAX:
        raise ValueError(f"the columns of strata hold more than {GROUPS_MAX} different texts")
    counts: Counter[tuple[str, str]] = Counter({(task.code, name): 0 for task in tasks for name in task.rates})
    left_out: Counter[tuple[str, str, str]] = Counter()
    for group in groups:
        if group[labels[0]] == "no-id ":
            left_out["*", "no-id", ""] += group["count"]
            continue
        for task, column in zip(tasks, labels, strict=True):
            if group[column].startswith("="):
                counts[task.code, group[column][1:]] += group["count"]
            else:
                reason, _, value = group[column].partition(" ")
                left_out[task.code, reason, value] += group["count"]
    without = left_out["*", "no-id", ""]
    if without and not request.leave_out:
        raise ValueError(f'{without} rows have no id; without_id = "leave_out" under [sample] leaves them out')
    return counts, left_out


def draw(
    spark: SparkSession,
    registry: DataFrame,
    request: Request,
    keys: dict[str, bytes],
    counts: Counter[tuple[str, str]],
    margin: int,
) -> dict[tuple[str, str], Stratum]:
    """The second pass, and further ones for strata whose threshold was too low."""
    tasks = request.ordered()
    wanted = {
        (task.code, name): sum(request.sizes(task.rates[name], counts[task.code, name]))
        for task in tasks
        for name in task.rates
    }
    # Twice as many in every further pass; with as many as there are, the threshold is above all tickets.
    expected = {
        stratum: max(size + margin * math.isqrt(size) + 5 * margin, 1) if size else 0
        for stratum, size in wanted.items()
    }
    kept: dict[tuple[str, str], pyarrow.Table] = {}
    fingerprints: Counter[tuple[str, str]] = Counter()
    open_strata, turn = set(wanted), 1
    while open_strata:
        thresholds = {stratum: threshold(expected[stratum], counts[stratum]) for stratum in open_strata}
        found = one_pass(spark, registry, request, keys, thresholds, turn)
        for at, task in enumerate(tasks):
            part = found.filter(pyarrow.compute.equal(found["task"], at))
            for name in (name for code, name in open_strata if code == task.code):
                rows = part.filter(pyarrow.compute.equal(part["stratum"], name))
                told, picks = rows.filter(rows["population"].is_valid()), rows.filter(rows["ticket"].is_valid())
                if sum(told["population"].to_pylist()) != counts[task.code, name]:
                    raise ValueError(f"task {task.code}, stratum {name}: the registry has changed between two passes")
                fingerprints[task.code, name] = sum(int.from_bytes(x) for x in told["fingerprint"].to_pylist())
                kept[task.code, name] = picks.select(["stratum", "id"])
        open_strata = {stratum for stratum in open_strata if len(kept[stratum]) < wanted[stratum]}
        for stratum in open_strata:
            print(f"fairdraw: {' '.join(stratum)} is passed once more, its threshold was too low", file=sys.stderr)
            expected[stratum] *= 2
        turn += 1
    strata = {}
    for task in tasks:
        candidates = pyarrow.concat_tables([kept[task.code, name] for name in ordered(task.rates)])
        sizes = {name: wanted[task.code, name] for name in task.rates}
        rows = pyarrow.table(fairdraw.draw(candidates, "id", "stratum", sizes, keys[task.code], suite=request.suite))
        for name in task.rates:
            part = rows.filter(pyarrow.compute.equal(rows["stratum"], name))
            drawn = list(zip(part["ticket"].to_pylist(), part["id"].to_pylist(), strict=True))
            stratum = (task.code, name)
            strata[stratum] = Stratum(counts[stratum], fingerprints[stratum] % ALL_TICKETS, drawn)
    return strata


def threshold(expected: int, population: int) -> bytes:
    """The ticket that so many of a population are expected to stay under."""
    ticket = expected * ALL_TICKETS // population if expected < population else ALL_TICKETS
    return max(ticket - 1, 0).to_bytes(16)


def one_pass(
    spark: SparkSession,
    registry: DataFrame,
    request: Request,
    keys: dict[str, bytes],
    thresholds: dict[tuple[str, str], bytes],
    turn: int,
) -> pyarrow.Table:
    """Keeps the rows below the thresholds, and counts and sums up all of the strata that have one."""
    tasks, suite = request.ordered(), request.suite
    by_task = [
        {name: ticket for (code, name), ticket in thresholds.items() if code == task.code} for task in tasks
    ]
    labels = [f"task_{at}" for at, names in enumerate(by_task) if names]
    of_labels = {f"task_{at}": (at, keys[task.code], by_task[at]) for at, task in enumerate(tasks)}
    columns = [functions.substring(functions.col(name), 2, 2**31 - 1) for name in labels]
    is_open = [
        functions.col(name).isin([f"={stratum}" for stratum in of_labels[name][2]]) for name in labels
    ]
    rows = registry.select(
        "id", *(functions.when(cond, column).alias(name) for cond, column, name in zip(is_open, columns, labels))
    )

    def part(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        populations: Counter[tuple[int, str]] = Counter()
        sums: Counter[tuple[int, str]] = Counter()
        for batch in batches:
            for name in labels:
                at, key, limits = of_labels[name]
                entities = batch.select(["id", name])
                if entities[name].null_count:
                    entities = entities.filter(entities[name].is_valid())
                sizes = dict.fromkeys(limits, 2**32 - 1)
                sample = fairdraw.draw(entities, "id", name, sizes, key, thresholds=limits, suite=suite)
                for row in pyarrow.table(sample.strata).to_pylist():
                    populations[at, row["stratum"]] += row["population"]
                    sums[at, row["stratum"]] += int.from_bytes(row["fingerprint"])
                if len(sample):
                    yield picks(at, pyarrow.table(sample))
        if populations:
            yield told(populations, sums)

    progress = Progress(spark, f"pass {turn + 1}")
    with progress:
        return rows.mapInArrow(part, PASS_COLUMNS).toArrow()


def picks(task: int, rows: pyarrow.Table) -> pyarrow.RecordBatch:
    """Rows that were kept, in the columns of a pass."""
    nothing = pyarrow.nulls(len(rows))
    return batch_of(
        [
            pyarrow.array([task] * len(rows)),
            rows["stratum"].combine_chunks(),
            nothing,
            nothing,
            rows["ticket"].combine_chunks().cast(pyarrow.binary()),
            rows["id"].combine_chunks(),
        ]
    )


def told(populations: Counter[tuple[int, str]], sums: Counter[tuple[int, str]]) -> pyarrow.RecordBatch:
    """What a part of the registry tells of each stratum, in the columns of a pass."""
    nothing = pyarrow.nulls(len(populations))
    return batch_of(
        [
            pyarrow.array([task for task, _ in populations]),
            pyarrow.array([stratum for _, stratum in populations]),
            pyarrow.array(populations.values()),
            pyarrow.array([(sums[stratum] % ALL_TICKETS).to_bytes(16) for stratum in populations]),
            nothing,
            nothing,
        ]
    )


def batch_of(columns: list[pyarrow.Array]) -> pyarrow.RecordBatch:
    kinds = [pyarrow.int32(), pyarrow.string(), pyarrow.int64(), pyarrow.binary(), pyarrow.binary(), pyarrow.string()]
    names = [column.split()[0] for column in PASS_COLUMNS.split(", ")]
    return pyarrow.record_batch([column.cast(kind) for column, kind in zip(columns, kinds, strict=True)], names)


class Progress:
    """Says on stderr how many parts of a pass are done, whenever that has changed."""

    def __init__(self, spark: SparkSession, name: str) -> None:
        self.tracker, self.name = spark.sparkContext.statusTracker(), name
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()

    def watch(self) -> None:
        before = None
        while not self.stop.wait(0.05):
            stages = [self.tracker.getStageInfo(stage) for stage in self.tracker.getActiveStageIds()]
            now = [(stage.numCompletedTasks, stage.numTasks) for stage in stages if stage]
            if now and now != before:
                done, of = map(sum, zip(*now, strict=True))
                print(f"fairdraw: {self.name}: {done} of {of} parts", file=sys.stderr, flush=True)
            before = now


def place(out: pathlib.Path, files: dict[str, bytes]) -> None:
    """Writes the bundle beside its place and moves it there as a whole."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
        whole = pathlib.Path(beside) / "bundle"
        whole.mkdir()
        for name, data in files.items():
            (whole / name).write_bytes(data)
        whole.rename(out)


if __name__ == "__main__":
    sys.exit(main())
