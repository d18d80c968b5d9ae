"""The bundle of a sample from a large registry (PROTOCOL §21): what was asked for, and its seven files.

Nothing here draws: counts, fingerprints and ranked rows come from `fairdraw.draw` on one machine, or from a cluster.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.metadata import version
from typing import Any

FORMAT = "fairdraw sample 1"
MAX_NUMBER = 2**32 - 1
HEADING = r'[^\x00-\x1f\x7f-\x9f"\\]+'
CODE = r'[^\s\x00-\x1f\x7f-\x9f;,/="\\]+'
VALUE = r'[^\s\x00-\x1f\x7f-\x9f;,="\\]+'


@dataclass(frozen=True)
class Rate:
    """A fraction of a population, or a count (PROTOCOL §5); `text` is its frozen form.

    >>> Rate.parse("1:10").text, Rate.parse("2.5%").text, Rate.parse("3%").size(101, "up")
    ('1/10', '25‰', 4)
    """

    text: str
    share: Fraction | None
    count: int

    @staticmethod
    def parse(wording: str) -> "Rate":
        """Read a rate as a plan words it.

        Raises `ValueError` for other wordings, fractions above 1, and counts of 0.
        """
        match = re.fullmatch(r"(\d+)(?:\.(\d+))?\s*([%‰])|(\d+)\s*[/:]\s*(\d+)|(\d+)户", wording.strip(), re.ASCII)
        if not match:
            raise ValueError(f"not a rate: {wording!r}; write 3%, 2‰, 1:10 or 20户")
        whole, decimals, unit, part, parts, count = match.groups()
        if count:
            if not 1 <= int(count) <= MAX_NUMBER:
                raise ValueError(f"not a count from 1 to 2^32 - 1: {wording!r}")
            return Rate(f"{int(count)}户", None, int(count))
        if unit:
            decimals = (decimals or "").rstrip("0")
            p, q = int(whole + decimals), {"%": 100, "‰": 1000}[unit] * 10 ** len(decimals)
        else:
            p, q = int(part), int(parts)
        if not 1 <= p <= q <= MAX_NUMBER:
            raise ValueError(f"not a fraction above 0 and up to 1: {wording!r}")
        text = {100: f"{p}%", 1000: f"{p}‰"}.get(q, f"{p}/{q}")
        return Rate(text, Fraction(p, q), 0)

    def size(self, population: int, rounding: str) -> int:
        """Compute the size of the sample of a population, cut to the population."""
        if self.share is None:
            return min(self.count, population)
        p, q = self.share.numerator, self.share.denominator
        if rounding == "up":
            size = -(-population * p // q)
        elif rounding == "nearest":
            size = (2 * population * p + q) // (2 * q)
        else:
            size = max(population * p // q, 1) if population else 0
        return min(size, population)


@dataclass(frozen=True)
class Task:
    """One task: the strata that it draws from, and who is in its scope."""

    code: str
    rates: Mapping[str, Rate]
    """The rate of each stratum; `all` alone if there is no column of strata."""
    strata: str | None = None
    """The heading of the column of strata."""
    group: str = ""
    scope: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Headings, and the values of which one has to match."""


@dataclass(frozen=True)
class Request:
    """What `sample.toml` holds."""

    region: str
    period: str
    id: str
    tasks: tuple[Task, ...]
    rounding: str = "up"
    reserve: Rate | None = None
    leave_out: bool = False
    """Whether rows without id are left out instead of refused."""
    suite: str = "dr1"
    """The primitives, `dr1` or `dr1-gm` (PROTOCOL §19)."""

    @staticmethod
    def parse(text: str) -> "Request":
        """Read `sample.toml`, or a file of tasks that a person wrote in its form.

        >>> request = Request.parse('''
        ... [sample]
        ... region = "100000"
        ... period = "2026Q4"
        ... id = "id"
        ... [[task]]
        ... code = "A-01"
        ... strata = "risk"
        ... rates = "B=1:10,A=2.5%"
        ... scope = "industry 51*,5212;status active"
        ... ''')
        >>> print(request.toml(), end="")
        [sample]
        region = "100000"
        period = "2026Q4"
        id = "id"
        rounding = "up"
        <BLANKLINE>
        [[task]]
        code = "A-01"
        group = ""
        strata = "risk"
        rates = "A 25‰;B 1/10"
        scope = "industry 51*,5212;status active"

        Raises `ValueError` with all faults.
        """
        whole = tomllib.loads(text)
        faults: list[str] = []
        tasks = []

        def take(part: dict[str, Any], where: str, required: str, optional: str) -> dict[str, str]:
            known, needed = f"{required} {optional}".split(), required.split()
            faults.extend(f"{where}: {name} is missing" for name in needed if name not in part)
            faults.extend(f"{where}: {name} is not known" for name in part if name not in known)
            faults.extend(f"{where}: {name} is no text" for name, value in part.items() if not isinstance(value, str))
            return {name: value if isinstance(value := part.get(name, ""), str) else "" for name in known}

        def rate(text: str) -> Rate | None:
            try:
                return Rate.parse(text)
            except ValueError as error:
                faults.append(str(error))
                return None

        head = take(whole.get("sample", {}), "[sample]", "region period id", "suite rounding reserve without_id")
        if head["without_id"] not in ("", "leave_out"):
            faults.append('without_id has no value but "leave_out"')
        for part in whole.get("task", []):
            row = take(part, f"task {part.get('code', '')}", "code rates", "group strata scope")
            by_stratum: dict[str, Rate | None] = {}
            entries = re.split("[;,]", row["rates"]) if row["strata"] else [f"all {row['rates']}"]
            for entry in entries:
                name, _, wording = entry.strip().replace("=", " ", 1).partition(" ")
                if name in by_stratum:
                    faults.append(f"task {row['code']}: stratum {name} has two rates")
                by_stratum[name] = rate(wording)
            scope = []
            for entry in row["scope"].split(";") if row["scope"] else []:
                heading, _, values = entry.replace("=", " ", 1).partition(" ")
                scope.append((heading, tuple(values.split(","))))
            rates = {name: value for name, value in by_stratum.items() if value}
            tasks.append(Task(row["code"], rates, row["strata"] or None, row["group"], tuple(scope)))
        reserve = rate(head["reserve"]) if head["reserve"] else None
        if faults:
            raise ValueError("\n".join(faults))
        request = Request(
            head["region"],
            head["period"],
            head["id"],
            tuple(tasks),
            head["rounding"] or "up",
            reserve,
            head["without_id"] == "leave_out",
            head["suite"] or "dr1",
        )
        request.check()
        return request

    def group(self, task: Task) -> str:
        """The whole name of a task's group (PROTOCOL §3)."""
        name = f"{self.region}.{self.period}"
        return f"{name}.{task.group}" if task.group else name

    def sizes(self, rate: Rate, population: int) -> tuple[int, int]:
        """Compute the sizes of sample and reserve (PROTOCOL §5)."""
        sample = rate.size(population, self.rounding)
        if self.reserve is None or sample == 0:
            return sample, 0
        return sample, min(self.reserve.size(sample, "up"), population - sample)

    def check(self) -> None:
        """Refuse what no bundle may hold; `ValueError` tells of all of it."""
        faults = []
        if not re.fullmatch(r"\d{6}", self.region, re.ASCII):
            faults.append(f"region {self.region!r} is not six digits")
        if not re.fullmatch(r"[0-9A-Za-z._-]{1,32}", self.period):
            faults.append(f"period {self.period!r} does not match [0-9A-Za-z._-]{{1,32}}")
        if self.suite not in ("dr1", "dr1-gm"):
            faults.append(f"suite {self.suite!r} is none of dr1, dr1-gm")
        if self.rounding not in ("up", "nearest", "floor_min_1"):
            faults.append(f"rounding {self.rounding!r} is none of up, nearest, floor_min_1")
        if self.reserve and self.reserve.share is None:
            faults.append(f"the reserve is a fraction of the sample, and {self.reserve.text} is a count")
        if not self.tasks:
            faults.append("there is no task")
        codes = [task.code for task in self.tasks]
        if len(set(codes)) < len(codes):
            faults.append("two tasks have one code")
        for task in self.tasks:
            if task.code == "*" or not re.fullmatch(CODE, task.code):
                faults.append(f"{task.code!r} is no code of a task")
            if not re.fullmatch(r"[0-9A-Za-z._-]{1,64}", self.group(task)):
                faults.append(f"{self.group(task)!r} is no name of a group")
            if not task.rates or (task.strata is None) != (set(task.rates) == {"all"}):
                faults.append(f"task {task.code}: one rate for all, or a rate for each stratum")
            for stratum in task.rates:
                if not re.fullmatch(CODE, stratum):
                    faults.append(f"task {task.code}: {stratum!r} is no name of a stratum")
            for heading, values in task.scope:
                if not all(re.fullmatch(VALUE, text) for text in (heading, *values)):
                    faults.append(f"task {task.code}: {heading!r} with {values!r} is no entry of a scope")
        for heading in [self.id, *(task.strata for task in self.tasks if task.strata is not None)]:
            if not re.fullmatch(HEADING, heading):
                faults.append(f"{heading!r} is no heading of a column")
        if faults:
            raise ValueError("\n".join(faults))

    def toml(self) -> str:
        """Write `sample.toml` (PROTOCOL §21.2)."""
        head = [("region", self.region), ("period", self.period), ("id", self.id), ("rounding", self.rounding)]
        if self.suite != "dr1":
            head.insert(0, ("suite", self.suite))
        if self.reserve:
            head.append(("reserve", self.reserve.text))
        if self.leave_out:
            head.append(("without_id", "leave_out"))
        tables = [("[sample]", head)]
        for task in self.ordered():
            rows = [("code", task.code), ("group", task.group)]
            if task.strata is not None:
                rates = ";".join(f"{name} {task.rates[name].text}" for name in ordered(task.rates))
                rows += [("strata", task.strata), ("rates", rates)]
            else:
                rows.append(("rates", task.rates["all"].text))
            if task.scope:
                rows.append(("scope", ";".join(f"{heading} {','.join(values)}" for heading, values in task.scope)))
            tables.append(("[[task]]", rows))
        texts = [f"{name}\n" + "".join(f"{key} = {quoted(value)}\n" for key, value in rows) for name, rows in tables]
        return "\n".join(texts)

    def ordered(self) -> list[Task]:
        """The tasks by their codes."""
        return sorted(self.tasks, key=lambda task: task.code.encode())


@dataclass(frozen=True)
class Stratum:
    """What one pass over a registry tells of a stratum, and who was drawn from it."""

    population: int
    fingerprint: int
    rows: list[tuple[bytes, str]] = field(default_factory=list)
    """Ticket and id by rank, sample and reserve."""


def write(
    request: Request,
    entropy: bytes,
    strata: Mapping[tuple[str, str], Stratum],
    left_out: Mapping[tuple[str, str, str], int],
    tool: str | None = None,
) -> dict[str, bytes]:
    """Write the files of a bundle, by name; `tool` is this package if it is not given.

    `strata` has an entry for each (task, stratum) of the request; `left_out` counts rows by (task, reason, value).
    """
    frames, sizes, samples = [], [], []
    for task in request.ordered():
        for name in ordered(task.rates):
            stratum = strata[task.code, name]
            if stratum.population > MAX_NUMBER:
                raise ValueError(
                    f"task {task.code}, stratum {name}: {stratum.population} rows are more than 2^32 - 1; "
                    "make several tasks of it, such as one for each province, by their scopes"
                )
            n, r = request.sizes(task.rates[name], stratum.population)
            if len(stratum.rows) != n + r:
                drawn = counted(len(stratum.rows), "row")
                raise ValueError(f"task {task.code}, stratum {name}: {drawn} drawn instead of {n + r}")
            cutoff = stratum.rows[n - 1][0].hex() if n else ""
            sizes.append([task.code, name, request.group(task), stratum.population, n, r, 1, cutoff])
            frames.append([task.code, name, stratum.population, f"{stratum.fingerprint:032x}"])
            chance = f"{n}/{stratum.population}"
            for rank, (ticket, ident) in enumerate(stratum.rows, 1):
                samples.append([task.code, name, rank, "S" if rank <= n else "R", ticket.hex(), ident, chance])
    rest = sorted((key for key, count in left_out.items() if count), key=lambda key: [part.encode() for part in key])
    files = {
        "entropy.txt": entropy,
        "frames.csv": table("task,stratum,population,fingerprint", frames),
        "left-out.csv": table("task,reason,value,rows", [[*key, left_out[key]] for key in rest]),
        "sample.toml": request.toml().encode(),
        "samples.csv": table("task,stratum,rank,role,ticket,entity_id,chance", samples),
        "strata.csv": table("task,stratum,group,population,sample,reserve,balls,cutoff", sizes),
    }
    return files | {"manifest.json": manifest(request, entropy, files, tool)}


def manifest(request: Request, entropy: bytes, files: Mapping[str, bytes], tool: str | None) -> bytes:
    """Write `manifest.json` (PROTOCOL §8.4)."""
    listed = [
        {"path": path, "bytes": len(files[path]), "sha256": hashlib.sha256(files[path]).hexdigest()}
        for path in ordered(files)
    ]
    whole = {
        "format": FORMAT,
        "tool": tool or f"fairdraw {version('fairdraw')}",
        "protocol": request.suite,
        "period": request.period,
        "region": request.region,
        "witnessed": is_witnessed(entropy),
        "files": listed,
    }
    return (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode()


def is_witnessed(entropy: bytes) -> bool:
    """Tell whether a record holds any line besides the heading and a seed (PROTOCOL §2)."""
    return any(not line.startswith(b"seed ") for line in entropy.splitlines()[1:])


def ordered(names: Iterable[str]) -> list[str]:
    """Sort texts bytewise."""
    return sorted(names, key=str.encode)


def counted(number: int, noun: str) -> str:
    """Say how many of something there are; the plural of the noun is a regular one.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def quoted(text: str) -> str:
    """Write a basic string of TOML; `Request.check` has seen to it that nothing has to be escaped."""
    return f'"{text}"'


def table(heading: str, rows: Iterable[Iterable[object]]) -> bytes:
    """Write a table (PROTOCOL §8.1).

    >>> table("a,b", [[1, 'x"y'], ["", "p,q"]])
    b'a,b\\n1,"x""y"\\n,"p,q"\\n'
    """

    def cell(value: object) -> str:
        text = str(value)
        return '"' + text.replace('"', '""') + '"' if re.search('[,"\r\n]', text) else text

    return "".join(f"{line}\n" for line in [heading, *(",".join(map(cell, row)) for row in rows)]).encode()
