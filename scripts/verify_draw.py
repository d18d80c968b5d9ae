#!/usr/bin/env python3
"""Verify a draw of the protocol dr1 from its bundle, with nothing but this file and Python 3.9 or later.

    python3 verify_draw.py BUNDLE               verify a bundle (levels 2 and 3 of PROTOCOL §11)
    python3 verify_draw.py BUNDLE --seed TEXT   the same, and entropy.txt must be the record of this seed
    python3 verify_draw.py --vectors DIR        run the vectors of §13

Written from the text of PROTOCOL.md and its vectors alone. Everything is computed from inputs/ and entropy.txt; no
number of the results is trusted. Exit code 0: verified; 1: a definite no; 2: could not answer.
"""
import argparse
import collections
import datetime
import functools
import hashlib
import hmac
import itertools
import json
import keyword
import os
import re
import struct
import sys

INPUTS = sorted("plan.toml agencies.csv townships.csv travel.csv items.csv entities.csv inspectors.csv tasks.csv "
                "recusals.csv history.csv calendar.csv".split())
RESULTS = "commit.txt strata.csv samples.csv excluded.csv visits.csv teams.csv unplaced.csv".split()
OTHERS = "entropy.txt VERIFY.md schedule.xlsx".split()
CLASSES = "ABCDN"
MAX_NUMBER = 2**32 - 1


class No(Exception):
    """A definite no: file, place in it, what was expected, what was found."""

    def __init__(self, file, place, expected, found):
        super().__init__(f"NO\n  file:     {file}\n  place:    {place}\n  expected: {expected}\n  found:    {found}")


class CannotAnswer(Exception):
    """Something needed is missing, unreadable, or of another protocol."""


class BadRecord(Exception):
    """§2: an entropy record that must be refused, with the reason's name and the line (0: the whole record)."""

    def __init__(self, reason, line):
        super().__init__(f"{reason}, line {line}")
        self.reason, self.line = reason, line


def say(step, text):
    print(f"{step:<12}{text}", flush=True)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# ---------------------------------------------------------------- §1 identifiers

@functools.lru_cache(maxsize=None)
def iv_of(ident):
    """§1: the 16 bytes of an id's IV."""
    if re.fullmatch("[0-9A-Z]{1,22}", ident):
        return bytes.fromhex("0%02x%029x" % (len(ident), int(ident, 36)))
    return bytes.fromhex("1" + sha256(b"dr1/id\n" + ident.encode())[:31])


def refuse_equal_ivs(idents, file, place):
    """§1: two different ids of one frame (or certificates of one agency) with one IV are refused."""
    seen = {}
    for ident in idents:
        other = seen.setdefault(iv_of(ident), ident)
        if other != ident:
            raise No(file, place, "different IVs for different ids", f"{other} and {ident} share one")


# ---------------------------------------------------------------- §2 entropy record

HEADING = b"dr1 entropy v1\n"
RECORD_FORMS = [  # in the order in which the kinds may stand
    ("seed", r"seed [!-~]([ -~]{0,126}[!-~])?"),
    ("dice", "dice (" + "|".join(f"{s} [1-{s}]+" for s in range(2, 10)) + "|10 [0-9]+)"),
    ("sealed", r"sealed [1-9][0-9]* ([0-9a-f]{2})+"),
    ("beacon", r"beacon [!-~]+ [!-~]+ [!-~]+"),
]


def read_record(data):
    """§2: refuse a record that is not well formed; otherwise return its kinds of lines, in order."""
    if not data.startswith(HEADING):
        raise BadRecord("heading", 1)
    if not re.fullmatch(rb"[\x20-\x7e\n]*\n", data):
        raise BadRecord("bytes", 0)
    kinds, sealed = [], 0
    order = [name for name, _ in RECORD_FORMS]
    for number, line in enumerate(data.decode().split("\n")[1:-1], 2):
        kind = next((name for name, form in RECORD_FORMS if re.fullmatch(form, line)), None)
        if kind is None:
            raise BadRecord("form", number)
        if kinds and (order.index(kind) < order.index(kinds[-1]) or kind == "seed"):
            raise BadRecord("order", number)
        if kind == "sealed":
            sealed += 1
            if line.split(" ")[1] != str(sealed):
                raise BadRecord("order", number)
        kinds.append(kind)
    if not kinds:
        raise BadRecord("empty", 0)
    return kinds


def is_witnessed(kinds):
    """§2: any line besides the heading and a seed."""
    return any(kind != "seed" for kind in kinds)


def pre_beacon_code(data):
    """§2: SHA-256 of the record before its first line that starts with `beacon `."""
    at = data.find(b"\nbeacon ")
    return sha256(data if at < 0 else data[:at + 1])


# ---------------------------------------------------------------- §3 keys

def prk_of(record):
    """§3: HKDF-Extract with the salt "dr1"."""
    return hmac.new(b"dr1", record, hashlib.sha256).digest()


def key_of(prk, label):
    """§3: HKDF-Expand, first and only block."""
    return hmac.new(prk, label.encode() + b"\x01", hashlib.sha256).digest()


# ---------------------------------------------------------------- §4 tickets

def quarter_round(a, b, c, d, mask):
    """RFC 8439 §2.1. Each number holds one 32-bit word for every lane (see chacha20_blocks)."""
    a = a + b & mask; d ^= a; d = (d << 16 | d >> 16) & mask
    c = c + d & mask; b ^= c; b = (b << 12 | b >> 20) & mask
    a = a + b & mask; d ^= a; d = (d << 8 | d >> 24) & mask
    c = c + d & mask; b ^= c; b = (b << 7 | b >> 25) & mask
    return a, b, c, d


def chacha20_blocks(key, ivs):
    """§4: the ChaCha20 blocks of several IVs under one key, as 64 bytes each.

    Python's long integers do many blocks at once: a word of the state is one integer with a lane of 64 bits for
    each block, the word in its low half, zeros above. Sums and shifts to the left stay within a lane, and `mask`
    cuts off what runs over. With one IV the mask is ffffffff and this is the RFC's own text.
    """
    lanes = len(ivs)
    ones = int.from_bytes(b"\1\0\0\0\0\0\0\0" * lanes, "little")
    mask = ones * 0xffffffff
    start = [word * ones for word in struct.unpack("<12I", b"expand 32-byte k" + key)]
    for k in (0, 4, 8, 12):
        start.append(int.from_bytes(b"".join(iv[k:k + 4] + b"\0\0\0\0" for iv in ivs), "little"))
    x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15 = start
    for _ in range(10):
        x0, x4, x8, x12 = quarter_round(x0, x4, x8, x12, mask)
        x1, x5, x9, x13 = quarter_round(x1, x5, x9, x13, mask)
        x2, x6, x10, x14 = quarter_round(x2, x6, x10, x14, mask)
        x3, x7, x11, x15 = quarter_round(x3, x7, x11, x15, mask)
        x0, x5, x10, x15 = quarter_round(x0, x5, x10, x15, mask)
        x1, x6, x11, x12 = quarter_round(x1, x6, x11, x12, mask)
        x2, x7, x8, x13 = quarter_round(x2, x7, x8, x13, mask)
        x3, x4, x9, x14 = quarter_round(x3, x4, x9, x14, mask)
    end = (x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15)
    words = [(x + s & mask).to_bytes(8 * lanes, "little") for x, s in zip(end, start)]
    return [b"".join([word[i:i + 4] for word in words]) for i in range(0, 8 * lanes, 8)]


def blocks_of(key, idents, known=None):
    """§4: id -> block for all these ids; blocks that are already known are not computed again."""
    known = {} if known is None else known
    missing = [ident for ident in dict.fromkeys(idents) if ident not in known]
    for i in range(0, len(missing), 512):
        part = missing[i:i + 512]
        known.update(zip(part, chacha20_blocks(key, [iv_of(ident) for ident in part])))
    return known


# ---------------------------------------------------------------- §5 sample sizes

NUMBER = "(0|[1-9][0-9]*)"


def is_number(text):
    return re.fullmatch(NUMBER, text) is not None and int(text) <= MAX_NUMBER


@functools.lru_cache(maxsize=None)
def read_rate(text):
    """§5: (part, whole) of a fraction, (count, None) of a count, None of anything else."""
    match = re.fullmatch(f"{NUMBER}(%|‰|户|/{NUMBER})", text)
    if not match:
        return None
    part, unit = int(match[1]), match[2]
    whole = {"%": 100, "‰": 1000, "户": None}.get(unit, match[3] and int(match[3]))
    if whole is None:
        return (part, None) if 1 <= part <= MAX_NUMBER else None
    if unit[0] == "/" and whole in (100, 1000):
        return None
    return (part, whole) if 1 <= part <= whole <= MAX_NUMBER else None


def amount(rate, population, rounding):
    """§5: R(rate, N)."""
    p, q = read_rate(rate)
    if q is None:
        return p
    if rounding == "up":
        return (population * p + q - 1) // q
    if rounding == "nearest":
        return (2 * population * p + q) // (2 * q)
    return max(population * p // q, 1) if population else 0


def sample_size(rate, population, rounding):
    """§5: n, or a partner's reach (§7.4)."""
    return min(amount(rate, population, rounding), population)


def by_class(text):
    """§5, §6: a list of `<class> <value>` as a dict; None if the field is one value for all."""
    return dict(entry.split(" ", 1) for entry in text.split(";")) if " " in text else None


# ---------------------------------------------------------------- §6 samples

def places(idents, balls, behind, blocks):
    """§6: the places of a stratum in ascending order, as (behind, U, ticket, IV, id); bytes compare as numbers."""
    result = []
    for ident in idents:
        block = blocks[ident]
        smallest = min(block[8 * j:8 * j + 8] for j in range(balls[ident]))
        result.append((ident in behind, smallest, block[:16], iv_of(ident), ident))
    return sorted(result)


def cutoff_text(order, n, balls):
    """§6: the place of rank n as strata.csv writes it."""
    if n == 0:
        return ""
    behind, smallest, ticket, _, _ = order[n - 1]
    text = ticket.hex()
    if any(balls[place[4]] > 1 for place in order):
        text = smallest.hex() + ":" + text
    return "+" + text if behind else text


def chance_texts(balls, n, spread):
    """§6: the chance of each entity of a stratum: number of its balls -> text."""
    prefix, numbers = "spread " if spread else "", set(balls.values())
    if len(numbers) == 1:
        return {w: f"{prefix}{n}/{len(balls)}" for w in numbers}
    return {w: f"{prefix}{w}*{n}/{sum(balls.values())}" for w in numbers}


# ---------------------------------------------------------------- §8.1 tables

def write_csv(heading, rows):
    """§8.1: the bytes of a table; fields are quoted only where they must be."""
    def quote(field):
        field = str(field)
        return '"' + field.replace('"', '""') + '"' if re.search('[,"\r\n]', field) else field
    return "".join(",".join(map(quote, row)) + "\n" for row in [heading.split(",")] + list(rows)).encode()


def read_csv(file, data):
    """§8.1: the rows of a table, heading first; anything written in another way is refused."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise No(file, f"byte {error.start}", "UTF-8", "other bytes")
    if text.startswith("\ufeff") or not text.endswith("\n"):
        raise No(file, "the whole file", "no byte order mark, and LF at the end", "another form")
    rows, pending = [], ""
    for line in text[:-1].split("\n"):
        line = pending + line
        if line.count('"') % 2:  # a quoted field goes on in the next line
            pending = line + "\n"
            continue
        pending = ""
        if '"' not in line and "\r" not in line:
            rows.append(line.split(","))
        else:
            rows.append(split_quoted(file, len(rows) + 1, line))
    if pending:
        raise No(file, f"row {len(rows) + 1}", "a closing quote", "the end of the file")
    return rows


def split_quoted(file, number, line):
    """§8.1: the fields of a row that holds quotes; a field is quoted if, and only if, it has to be."""
    fields, at = [], 0
    while True:
        match = re.compile(r'"((?:[^"]|"")*)"(,|\Z)|([^",\r\n]*)(,|\Z)').match(line, at)
        if not match or (match[1] is not None and not re.search('[,"\r\n]', match[1])):
            raise No(file, f"row {number}", "CSV with quotes only where they are needed", line)
        fields.append(match[3] if match[1] is None else match[1].replace('""', '"'))
        at = match.end()
        if "," not in (match[2], match[4]):
            return fields


def read_table(file, data, heading):
    """§8.2, §8.3: heading and number of fields; the rows as named tuples (`class` is class_, `from` is from_)."""
    rows = read_csv(file, data)
    if ",".join(rows[0]) != heading:
        raise No(file, "row 1", heading, ",".join(rows[0]))
    names = heading.split(",")
    row_type = collections.namedtuple("Row", [name + "_" * keyword.iskeyword(name) for name in names])
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            raise No(file, f"row {number}", f"{len(names)} fields", f"{len(row)} fields: {','.join(row)}")
    return [row_type(*row) for row in rows[1:]]


# ---------------------------------------------------------------- §8.2 frozen inputs

def is_date(text):
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        return bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def is_code(text):
    return re.fullmatch(r'[^\s\x00-\x1f\x7f-\x9f;,/"]+', text) is not None


def split_list(text):
    return text.split(";") if text else []


def is_list(text, entry=bool, key=None):
    """Conventions: entries joined by `;`, sorted bytewise (or by `key`), none twice, each of the right form."""
    entries = split_list(text)
    keys = [key(e) if key else e for e in entries]
    return all(a < b for a, b in zip(keys, keys[1:])) and all(map(entry, entries))


@functools.lru_cache(maxsize=None)
def read_spans(text):
    return [tuple(span.split("/")) for span in split_list(text)]


def is_span(text):
    parts = text.split("/")
    return len(parts) == 2 and all(map(is_date, parts)) and parts[0] <= parts[1]


def is_rate(text):
    if " " not in text:
        return read_rate(text) is not None
    return is_list(text, lambda e: e[:1] in CLASSES and e[1:2] == " " and read_rate(e[2:]) is not None, lambda e: e[:1])


def is_balls(text):
    if " " not in text:
        return re.fullmatch("[1-8]", text) is not None
    return is_list(text, lambda e: re.fullmatch("[A-D] [1-8]", e), lambda e: e[:1])


def is_partner(text):
    agency, blank, share = text.partition(" ")
    return is_code(agency) and (not blank or (read_rate(share) is not None and share != "100%"))


KINDS = {  # what a column may hold
    "code": is_code,
    "task": lambda t: is_code(t) and t != "*",
    "id": bool,
    "number": is_number,
    "number?": lambda t: t == "" or is_number(t),
    "count?": lambda t: t == "" or (is_number(t) and t != "0"),
    "date": is_date,
    "date?": lambda t: t == "" or is_date(t),
    "list": is_list,
    "codes": lambda t: is_list(t, is_code),
    "spans": lambda t: is_list(t, is_span),
    "classes": lambda t: is_list(t, lambda e: len(e) == 1 and e in CLASSES),
    "flags": lambda t: is_list(t, lambda e: e in ("abnormal", "serious")),
    "industry": lambda t: re.fullmatch("[0-9]{0,4}", t),
    "industries": lambda t: is_list(t, lambda e: re.fullmatch("[0-9]{2,4}", e)),
    "partners": lambda t: is_list(t, is_partner, lambda e: e.split(" ")[0]),
    "rate": is_rate,
    "balls": is_balls,
    "group": lambda t: re.fullmatch("[0-9A-Za-z._-]*", t),
}
TABLES = {  # column, or column:kind, or column=word|word; no mark: free text
    "agencies.csv": "code:code name short_name role=lead|member teams_per_day:number",
    "townships.csv": "code:code name other_codes:list other_names:list lon lat",
    "travel.csv": "from:code to:code minutes:number",
    "items.csv": "code:code agency:code name class=general|key object method qualification basis minutes:number "
                 "cap_per_year:count? ratio_wording frequency_wording",
    "entities.csv": "id name kind=enterprise|individual|cooperative|institution|other industry:industry township:code "
                    "address class=A|B|C|D| status=active|deregistered|revoked|moved|duplicate tags:list flags:flags "
                    "quiet:spans registered",
    "inspectors.csv": "certificate:id name agency:code valid_from:date valid_until:date status=valid|cancelled "
                      "qualifications:list townships:codes leave:spans visits_max:number? expert=yes|no",
    "tasks.csv": "code:task name kind=joint|single|industry directed=directed|undirected lead:code partners:partners "
                 "items:codes industries:industries kinds:list tags:list townships:codes classes:classes rate:rate "
                 "wording first:date last:date group:group balls:balls spread=yes|no separate=yes|no",
    "recusals.csv": "certificate entity agency reason until:date?",
    "history.csv": "entity agency date:date counts=yes|no items:codes inspectors:list result",
    "calendar.csv": "date:date kind=off|work name source",
}
NO_TWO_EQUAL = ("recusals.csv", "history.csv")  # whole rows; travel and the other tables: see check_table


def heading_of(file):
    return ",".join(re.split("[:=]", column)[0] for column in TABLES[file].split())


def check_table(file, data):
    """§8.2: one frozen table. Its order is in each case that of whole rows, column by column, bytewise."""
    rows = read_table(file, data, heading_of(file))
    for at, column in enumerate(TABLES[file].split()):
        name, mark, kind = re.fullmatch("([a-z_]+)([:=]?)(.*)", column).groups()
        words = set(kind.split("|"))
        good = functools.lru_cache(maxsize=None)(KINDS[kind] if mark == ":" else words.__contains__)
        for number, row in enumerate(rows if mark else (), 2):
            if not good(row[at]):
                raise No(file, f"row {number}, {name}", kind, row[at])
    for number, (a, b) in enumerate(zip(rows, rows[1:]), 3):
        if a > b or (file in NO_TWO_EQUAL and a == b):
            raise No(file, f"row {number}", "rows in bytewise order", f"{','.join(b)} behind {','.join(a)}")
        if file not in NO_TWO_EQUAL and a[0] and a[:1 + (file == "travel.csv")] == b[:1 + (file == "travel.csv")]:
            raise No(file, f"row {number}", "each code, id or date once", b[0])
    return rows


PLAN = [
    ("[period]", "name region first last"),
    ("[tables]", "agencies townships travel items entities inspectors tasks recusals history calendar"),
    ("[draw]", "rounding reserve visits_per_year_max"),
    ("[registry]", "without_id"),
    ("[teams]", "size agencies_per_visit_max visits_per_day_max hop_minutes_max visits_max half_day_minutes"),
    ("[[quiet]]", "first last reason"),
]
PLAN_VALUES = {
    "region": "[0-9]{6}", "name": "[0-9A-Za-z._-]{1,32}", "rounding": "up|nearest|floor_min_1", "without_id": "leave_out",
}


def toml_value(text):
    """§8.2: a basic string of TOML, or a decimal number; None for anything else."""
    if is_number(text):
        return int(text)
    match = re.fullmatch(r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[btnfr"\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*)"', text)
    simple = dict(zip('btnfr"\\', '\b\t\n\f\r"\\'))
    return match and re.sub(r"\\(u.{4}|U.{8}|.)", lambda m: simple.get(m[1]) or chr(int(m[1][1:], 16)), match[1])


def read_plan(data):
    """§8.2: plan.toml in its one layout, as one dict of all keys; the quiet spans under `quiet`."""
    try:
        blocks = data.decode("utf-8")[:-1].split("\n\n")
    except UnicodeDecodeError as error:
        raise No("inputs/plan.toml", f"byte {error.start}", "UTF-8", "other bytes")
    forms, plan, number = dict(PLAN), {"quiet": [], "without_id": None}, 0
    wanted = [name for name, _ in PLAN[:5] if name != "[registry]" or any(b.startswith(name) for b in blocks)]
    wanted += ["[[quiet]]"] * (len(blocks) - len(wanted))
    for block, name in zip(blocks + [""] * len(wanted), wanted):
        lines, table = block.split("\n"), {}
        for line, key in itertools.zip_longest(lines, [name] + forms[name].split(), fillvalue=""):
            number += 1
            if line == key == name:
                continue
            value = toml_value(line[len(key) + 3:]) if line.startswith(key + " = ") else None
            if key in ("first", "last"):
                good = isinstance(value, str) and is_date(value)
            elif name == "[teams]" or key == "visits_per_year_max":
                good = isinstance(value, int) and (value >= 1 or name == "[teams]")
            elif name == "[tables]":
                good = value == key + ".csv"
            elif key == "reserve":
                good = isinstance(value, str) and (read_rate(value) or (0, None))[1] is not None
            else:
                good = key and isinstance(value, str) and re.fullmatch(PLAN_VALUES.get(key, "(?s).*"), value)
            if not good or line == name:
                raise No("inputs/plan.toml", f"line {number}", f"{key} with its value (layout of §8.2)", line)
            table[key] = value
        number += 1
        if name == "[[quiet]]":
            plan["quiet"].append((table["first"], table["last"], table["reason"]))
        elif name != "[tables]":
            plan.update(table)
    if data[-1:] != b"\n" or plan["quiet"] != sorted(set(plan["quiet"])):
        raise No("inputs/plan.toml", "the whole file", "LF at the end, quiet spans sorted", "another form")
    return plan


class Inputs:
    """§8.2: the frozen inputs, read and checked."""

    def __init__(self, files):
        self.plan = read_plan(files["inputs/plan.toml"])
        for file in TABLES:
            setattr(self, file[:-4], check_table(file, files["inputs/" + file]))
        self.item = {item.code: item for item in self.items}
        self.task = {task.code: task for task in self.tasks}
        self.entity = {entity.id: entity for entity in self.entities if entity.id}
        self.group = {}
        base = f"{self.plan['region']}.{self.plan['name']}"
        for number, task in enumerate(self.tasks, 2):
            self.group[task.code] = group = f"{base}.{task.group}" if task.group else base
            if len(group) > 64:
                raise No("tasks.csv", f"row {number}, group", "a group of at most 64 characters", group)
            if task.lead in [p.split(" ")[0] for p in split_list(task.partners)]:
                raise No("tasks.csv", f"row {number}, partners", "partners without the lead", task.partners)
            for code in split_list(task.items):
                if code not in self.item:
                    raise No("tasks.csv", f"row {number}, items", "items of items.csv", code)
        for number, row in enumerate(self.travel, 2):
            if row.from_ >= row.to:
                raise No("travel.csv", f"row {number}", "from before to", f"{row.from_},{row.to}")
        if self.plan["without_id"] is None and len(self.entity) < len(self.entities):
            raise No("entities.csv", "row 2", "no row without id (the plan has no [registry])", "a row without id")


# ---------------------------------------------------------------- §7 frames

def history_counts(inputs):
    """§7.2: for each entity the dates of its visits of the year, and for each (entity, item) those of its checks."""
    first = inputs.plan["first"]
    visits, checks = collections.defaultdict(set), collections.defaultdict(set)
    for row in inputs.history:
        if row.counts == "yes" and row.date[:4] == first[:4] and row.date < first:
            visits[row.entity].add(row.date)
            for item in split_list(row.items):
                checks[row.entity, item].add(row.date)
    return visits, checks


def scopes(inputs):
    """§7.1: a function from an entity to the tasks in whose scope it is."""
    lists = [(task, *(split_list(f) for f in (task.industries, task.kinds, task.tags, task.townships, task.classes)))
             for task in inputs.tasks]

    @functools.lru_cache(maxsize=None)
    def tasks_for(industry, kind, tags, township, klass):
        held = set(split_list(tags))
        return [task for task, industries, kinds, wanted, townships, classes in lists
                if (not industries or industry.startswith(tuple(industries)))
                and (not kinds or kind in kinds)
                and (not wanted or not held.isdisjoint(wanted))
                and (not townships or township in townships)
                and (not classes or klass in classes)]
    return lambda e: tasks_for(e.industry, e.kind, e.tags, e.township, e.class_ or "N")


def build_frames(inputs):
    """§7.2, §7.3: task code -> entities of its frame, sorted by id; and the rows of excluded.csv."""
    visits, checks = history_counts(inputs)
    tasks_for = scopes(inputs)
    frames = {task.code: [] for task in inputs.tasks}
    rates = {task.code: by_class(task.rate) for task in inputs.tasks}
    caps = {task.code: [(code, int(inputs.item[code].cap_per_year)) for code in split_list(task.items)
                        if inputs.item[code].cap_per_year] for task in inputs.tasks}
    visits_max = inputs.plan["visits_per_year_max"]
    excluded = []
    for entity in inputs.entities:  # sorted by id, so frames are too
        if not entity.id:
            excluded.append(("", "*", "no-id", entity.name))
            continue
        if entity.status != "active":
            excluded.append((entity.id, "*", entity.status, ""))
            continue
        tasks = tasks_for(entity)
        if not tasks:
            excluded.append((entity.id, "*", "out-of-scope", ""))
        for task in tasks:
            full = [code for code, cap in caps[task.code] if len(checks.get((entity.id, code), ())) >= cap]
            if rates[task.code] is not None and (entity.class_ or "N") not in rates[task.code]:
                excluded.append((entity.id, task.code, "class-without-rate", ""))
            elif len(visits.get(entity.id, ())) >= visits_max:
                excluded.append((entity.id, task.code, "visit-cap", ""))
            elif full:
                excluded.append((entity.id, task.code, "item-cap", full[0]))
            else:
                frames[task.code].append(entity)
    for code, frame in frames.items():
        refuse_equal_ivs([entity.id for entity in frame], "entities.csv", f"frame of task {code}")
    return frames, sorted(excluded)


class Stratum:
    """§7.3 with the sizes of §5, the balls of §6 and, once drawn, the places in order."""

    def __init__(self, inputs, task, name, entities, rate):
        self.task, self.name, self.group = task, name, inputs.group[task.code]
        self.ids = [entity.id for entity in entities]
        weights = by_class(task.balls)
        if weights is None:
            weights = dict.fromkeys(CLASSES, task.balls)
        self.balls = {entity.id: int(weights.get(entity.class_ or "N", "1")) for entity in entities}
        self.n = sample_size(rate, len(self.ids), inputs.plan["rounding"])
        self.r = min(amount(inputs.plan["reserve"], self.n, "up"), len(self.ids) - self.n)
        self.balls_text = self._balls_text(weights)
        self.order = None

    def _balls_text(self, weights):
        """§8.3: what stands in the column `balls` of strata.csv."""
        if self.name != "all":
            return weights.get(self.name, "1")
        if " " not in self.task.balls:
            return self.task.balls
        held = set(self.balls.values()) or {1}
        return self.task.balls if len(held) > 1 else str(held.pop())

    def numbers(self):
        return (self.task.code, self.name, self.group, len(self.ids), self.n, self.r)


def build_strata(inputs, frames):
    """§7.3: the strata of all tasks, in the order of strata.csv."""
    strata = []
    for task in inputs.tasks:
        rates = by_class(task.rate)
        if rates is None:
            strata.append(Stratum(inputs, task, "all", frames[task.code], task.rate))
        for name, rate in (rates or {}).items():
            part = [entity for entity in frames[task.code] if (entity.class_ or "N") == name]
            strata.append(Stratum(inputs, task, name, part, rate))
    return strata


def draw_all(inputs, strata, prk):
    """§6: order every stratum, task by task. Returns the number of blocks that were computed."""
    blocks = collections.defaultdict(dict)   # group -> id -> block
    drawn = collections.defaultdict(set)     # group -> ids in samples of earlier tasks
    for _, part in itertools.groupby(strata, key=lambda s: s.task.code):
        new = set()
        for stratum in part:
            known = blocks_of(key_of(prk, "dr1/entity/" + stratum.group), stratum.ids, blocks[stratum.group])
            behind = drawn[stratum.group] if stratum.task.spread == "yes" else ()
            stratum.order = places(stratum.ids, stratum.balls, behind, known)
            new.update(place[4] for place in stratum.order[:stratum.n])
        drawn[stratum.group] |= new
    return sum(map(len, blocks.values()))


def write_strata(strata):
    """§8.3: strata.csv."""
    return write_csv("task,stratum,group,population,sample,reserve,balls,cutoff",
                     [s.numbers() + (s.balls_text, cutoff_text(s.order, s.n, s.balls)) for s in strata])


def write_samples(strata):
    """§8.3: samples.csv."""
    rows = []
    for s in strata:
        chances = chance_texts(s.balls, s.n, s.task.spread == "yes")
        for rank, (_, _, ticket, _, ident) in enumerate(s.order[:s.n + s.r], 1):
            role = "S" if rank <= s.n else "R"
            rows.append((s.task.code, s.name, rank, role, ticket.hex(), ident, chances[s.balls[ident]]))
    return write_csv("task,stratum,rank,role,ticket,entity_id,chance", rows)


def form_duties(strata):
    """§7.4, §9.1: the set of (task, entity, agency)."""
    duties = set()
    for s in strata:
        for entry in [s.task.lead] + split_list(s.task.partners):
            agency, _, share = entry.partition(" ")
            reach = sample_size(share, s.n, "up") if share else s.n
            duties.update((s.task.code, place[4], agency) for place in s.order[:reach])
    return duties


# ---------------------------------------------------------------- §10 commitment

def merkle_root(leaves):
    """§10, RFC 6962 §2.1. Joining neighbours level by level, an odd last one going up as it is, gives its tree."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        joined = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2])]
        level = joined + level[len(level) - len(level) % 2:]
    return level[0].hex() if level else sha256(b"")


def write_commit(files, inputs, strata):
    """§10: commit.txt."""
    plan = inputs.plan
    lines = ["dr1 commit v1", "suite dr1", f"region {plan['region']}",
             f"period {plan['name']} {plan['first']} {plan['last']}", f"rounding {plan['rounding']}"]
    lines += [f"input {name} {sha256(files['inputs/' + name])}" for name in INPUTS]
    for s in strata:
        root = merkle_root([f"{ident},{s.balls[ident]}".encode() for ident in s.ids])
        lines.append(" ".join(map(str, ("stratum",) + s.numbers() + (root,))))
    return ("\n".join(lines) + "\n").encode()


# ---------------------------------------------------------------- §11.2 step 1: files

def read_folder(folder):
    """All files of the bundle, path -> bytes."""
    if not os.path.isdir(folder):
        raise CannotAnswer(f"{folder} is not a folder")
    files = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            try:
                with open(path, "rb") as file:
                    files[os.path.relpath(path, folder).replace(os.sep, "/")] = file.read()
            except OSError as error:
                raise CannotAnswer(f"{path}: {error.strerror}")
    return files


def read_manifest(files):
    """§8.4: the manifest, in its one layout."""
    if "manifest.json" not in files:
        raise CannotAnswer("manifest.json is missing")
    try:
        manifest = json.loads(files["manifest.json"].decode("utf-8"))
        listed = [(entry["path"], entry["bytes"], entry["sha256"]) for entry in manifest["files"]]
        paths = [path for path, _, _ in listed]
        first = (manifest["format"], manifest["protocol"])
        in_order = all(a < b for a, b in zip(paths, paths[1:]))
    except (ValueError, KeyError, TypeError) as error:
        raise CannotAnswer(f"manifest.json cannot be read: {error!r}")
    if first != ("fairdraw bundle 1", "dr1"):
        raise CannotAnswer(f"manifest.json is of another format or protocol: {first[0]}, {first[1]}")
    again = {key: manifest.get(key) for key in "format tool protocol period region witnessed".split()}
    again["files"] = [dict(zip(("path", "bytes", "sha256"), entry)) for entry in listed]
    compare("manifest.json", (json.dumps(again, indent=2, ensure_ascii=False) + "\n").encode(), files["manifest.json"])
    if not in_order:
        raise No("manifest.json", "files", "paths in bytewise order, none twice", "another order")
    return manifest, listed


def check_files(files):
    """§11.2 step 1. A result that differs is noted and reported where its first wrong row is found."""
    manifest, listed = read_manifest(files)
    paths = {path for path, _, _ in listed}
    described = RESULTS + OTHERS + ["inputs/" + name for name in INPUTS]
    for path in sorted(paths.union(described)):
        if path == "manifest.json":
            raise No(path, "files", "every file but itself", path)
        if path not in files:
            raise CannotAnswer(f"{path} is missing")
    for path in sorted(set(files) - {"manifest.json"}):
        if path not in paths:
            raise No(path, "the whole file", "no file that manifest.json does not list", "this file")
    suspects = []
    for path, size, digest in listed:
        if (size, digest) != (len(files[path]), sha256(files[path])):
            place = (path.startswith("inputs/") and locate_damage(files, path)) or "the whole file"
            suspects.append(No(path, place, f"{size} bytes, SHA-256 {digest}",
                               f"{len(files[path])} bytes, SHA-256 {sha256(files[path])}"))
            if path not in RESULTS:
                raise suspects[-1]
    say("1 files", f"{len(listed)} listed in manifest.json, {len(listed) - len(suspects)} of them with this size and "
                   "SHA-256, no other file")
    extra = sorted(paths.difference(described))
    if extra:
        say("", "beyond the described files: " + ", ".join(extra))
    return manifest, suspects


def lines_of(data):
    lines = data.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def write_rows(files):
    """§8.5: rows.txt, the fingerprints of all lines of the inputs."""
    result = []
    for name in INPUTS:
        lines = lines_of(files["inputs/" + name])
        result.append(f"{name} {len(lines)}")
        result += [sha256(line)[:8] for line in lines]
    return ("\n".join(result) + "\n").encode()


def locate_damage(files, path):
    """§8.5: the first line of an input whose fingerprint in rows.txt is another; empty if there is none."""
    known = files.get("rows.txt", b"").decode("ascii", "replace").split("\n")
    found = lines_of(files[path])
    name = path[len("inputs/"):]
    at = next((i for i, line in enumerate(known) if line.startswith(name + " ")), None)
    if at is None:
        return ""
    count = int(known[at].split(" ")[1]) if is_number(known[at].split(" ")[1]) else 0
    for number, (mark, line) in enumerate(itertools.zip_longest(known[at + 1:at + 1 + count], found), 1):
        if line is None or mark != sha256(line)[:8]:
            return f"line {number} (after rows.txt): {'missing' if line is None else line.decode('utf-8', 'replace')}"
    return ""


def check_rows(files):
    """§8.5: rows.txt, where a bundle has it."""
    for path in ("inputs/" + name for name in INPUTS):
        place = locate_damage(files, path)
        if place:
            raise No(path, place, "a line with the fingerprint of rows.txt", "another")
    compare("rows.txt", write_rows(files), files["rows.txt"])
    say("", f"rows.txt agrees, {files['rows.txt'].count(10) - len(INPUTS)} lines of inputs/")


def compare(file, expected, found):
    """§11.2 step 8: all bytes; the first line that differs is reported."""
    if expected == found:
        return
    pairs = itertools.zip_longest(expected.split(b"\n"), found.split(b"\n"))
    number, (a, b) = next((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    text = lambda line: "the end of the file" if line is None else line.decode("utf-8", "backslashreplace") or "(nothing)"
    raise No(file, f"line {number}", text(a), text(b))


# ---------------------------------------------------------------- §9 visits, §11.3 steps 9 and 10

def in_spans(date, spans):
    return any(span[0] <= date <= span[1] for span in spans)


def is_working_day(inputs, date):
    """§9.1: after calendar.csv, and Monday to Friday otherwise."""
    kind = inputs.day_kind.get(date)
    return kind == "work" or (kind is None and datetime.date.fromisoformat(date).weekday() < 5)


def duty_items(inputs, task, agency):
    """§9.1: the items of the task that belong to the agency."""
    return {code for code in split_list(inputs.task[task].items) if inputs.item[code].agency == agency}


def long_entities(inputs, duties):
    """§9.1: the entities whose visits take the whole day."""
    items = collections.defaultdict(set)
    for task, entity, agency in duties:
        items[entity, agency] |= duty_items(inputs, task, agency)
    return {entity for (entity, _), codes in items.items()
            if sum(int(inputs.item[code].minutes) for code in codes) > inputs.plan["half_day_minutes"]}


def check_unplaced(rows, duties):
    """§9.1: each row is a duty, none twice, with a reason."""
    unplaced = set()
    for number, row in enumerate(rows, 2):
        duty = (row.task, row.entity_id, row.agency)
        if duty not in duties or duty in unplaced:
            raise No("unplaced.csv", f"row {number}", "a duty, once", ",".join(duty))
        if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", row.reason):
            raise No("unplaced.csv", f"row {number}, reason", "lower case and hyphens", row.reason)
        unplaced.add(duty)
    return unplaced


def check_visit(inputs, visit, number, long):
    """§9.1: the promises of one row that need no other row."""
    def demand(good, column, expected):
        if not good:
            raise No("visits.csv", f"row {number} ({visit.visit_id}), {column}", expected, getattr(visit, column))
    plan, entity, tasks = inputs.plan, inputs.entity.get(visit.entity_id), split_list(visit.tasks)
    demand(entity, "entity_id", "an id of entities.csv")
    demand(tasks and is_list(visit.tasks) and all(t in inputs.task for t in tasks), "tasks", "a sorted list of tasks")
    demand(visit.agencies and is_list(visit.agencies), "agencies", "a sorted list of agencies")
    demand(is_list(visit.items), "items", "a sorted list of items")
    demand(visit.township == entity.township, "township", entity.township)
    demand(is_date(visit.date), "date", "a date")
    demand(plan["first"] <= visit.date <= plan["last"], "date", "a date in the period")
    for task in tasks:
        window = (inputs.task[task].first, inputs.task[task].last)
        demand(in_spans(visit.date, [window]), "date", f"{window[0]} to {window[1]}, the window of {task}")
    demand(is_working_day(inputs, visit.date), "date", "a working day")
    demand(not in_spans(visit.date, plan["quiet"]), "date", "no quiet day of the county")
    demand(not in_spans(visit.date, read_spans(entity.quiet)), "date", "no quiet day of the entity")
    halves = ("day",) if visit.entity_id in long else ("AM", "PM")
    demand(visit.half in halves, "half", " or ".join(halves))
    demand(visit.lead == inputs.task[tasks[0]].lead, "lead", inputs.task[tasks[0]].lead)
    demand(len(tasks) == 1 or all(inputs.task[t].separate == "no" for t in tasks), "tasks", "a separate task alone")
    demand(len(split_list(visit.agencies)) <= plan["agencies_per_visit_max"], "agencies",
           f"at most {plan['agencies_per_visit_max']}")


def check_visit_ids(by_entity):
    """§9.1: an entity's visits are named by their order in time."""
    for entity, visits in by_entity.items():
        for k, visit in enumerate(sorted(visits, key=lambda v: (v.date, v.half, len(v.visit_id), v.visit_id)), 1):
            expected = entity if k == 1 else f"{entity}/{k}"
            if visit.visit_id != expected:
                raise No("visits.csv", f"visit {k} of {entity} ({visit.date} {visit.half})", expected, visit.visit_id)


def check_visit_duties(inputs, duties, unplaced, visits, by_entity):
    """§11.3 step 9. An agency may attend for some of a visit's tasks only, so a duty that two visits could hold
    leaves open which; then `items` has to lie between what is certain and what is possible."""
    holders = {}
    for duty in sorted(duties - unplaced):
        task, entity, agency = duty
        holders[duty] = [v.visit_id for v in by_entity.get(entity, ())
                         if task in v.tasks.split(";") and agency in v.agencies.split(";")]
        if not holders[duty]:
            raise No("visits.csv", f"entity {entity}", f"a visit or a row of unplaced.csv for {task}, {agency}", "neither")
    for number, visit in enumerate(visits, 2):
        place = f"row {number} ({visit.visit_id})"
        tasks, agencies = split_list(visit.tasks), split_list(visit.agencies)
        held = [(t, a) for t in tasks for a in agencies if (t, visit.entity_id, a) in holders]
        for column, codes, at in (("tasks", tasks, 0), ("agencies", agencies, 1)):
            for code in codes:
                if not any(pair[at] == code for pair in held):
                    raise No("visits.csv", f"{place}, {column}", "only what has a duty in this visit", code)
        certain = [pair for pair in held if len(holders[pair[0], visit.entity_id, pair[1]]) == 1]
        least, most = ({c for t, a in pairs for c in duty_items(inputs, t, a)} for pairs in (certain, held))
        if not least <= set(split_list(visit.items)) <= most:
            raise No("visits.csv", f"{place}, items", ";".join(sorted(most)), visit.items)


def check_sorted(file, rows, key):
    for number, (a, b) in enumerate(zip(rows, rows[1:]), 3):
        if key(a) >= key(b):
            raise No(file, f"row {number}", "rows in order, none twice", ",".join(b))


# ---------------------------------------------------------------- §9 teams, §11.3 step 11

class Roster:
    """§9.3: who is eligible."""

    def __init__(self, inputs):
        self.officers = collections.defaultdict(list)
        for row in inputs.inspectors:
            self.officers[row.agency].append(row)
        for agency, officers in self.officers.items():
            refuse_equal_ivs([row.certificate for row in officers], "inspectors.csv", f"agency {agency}")
        self.recused = collections.defaultdict(list)  # (certificate, entity) or ("agency", code, entity) -> until
        for row in inputs.recusals:
            who = (row.certificate, row.entity) if row.certificate else ("agency", row.agency, row.entity)
            self.recused[who].append(row.until)
        self.last_team = {}  # (entity, agency) -> (latest date, certificates)
        for row in inputs.history:  # sorted by entity, agency, date
            date, team = self.last_team.get((row.entity, row.agency), ("", set()))
            team = team if date == row.date else set()
            self.last_team[row.entity, row.agency] = (row.date, team.union(split_list(row.inspectors)))

    def in_force(self, who, date):
        return any(until == "" or until >= date for until in self.recused.get(who, ()))

    def obstacle(self, officer, visit):
        """Why the officer is not eligible for the visit; an empty text if nothing stands in the way."""
        if officer.status != "valid" or not officer.valid_from <= visit.date <= officer.valid_until:
            return "certificate not valid on this date"
        if in_spans(visit.date, read_spans(officer.leave)):
            return "on leave"
        if officer.townships and visit.township not in officer.townships.split(";"):
            return "not for this township"
        if self.in_force((officer.certificate, visit.entity_id), visit.date):
            return "recused"
        if officer.certificate in self.last_team.get((visit.entity_id, officer.agency), ("", ()))[1]:
            return "in the agency's last team there"
        return ""


def find_outings(teams, visit_of):
    """§9.3: (visit, agency) -> the visits of its outing, sorted by id."""
    same = collections.defaultdict(list)
    for (visit_id, agency), team in teams.items():
        visit = visit_of[visit_id]
        same[agency, frozenset(row.certificate for row in team), visit.date, visit.township].append(visit_id)
    return {(v, key[0]): sorted(ids) for key, ids in same.items() for v in ids}


def check_teams(inputs, prk, visits, rows):
    """§11.3 step 11. Returns the number of teams and of tickets that were computed."""
    roster, visit_of, tickets = Roster(inputs), {v.visit_id: v for v in visits}, 0
    teams = collections.defaultdict(list)
    for number, row in enumerate(rows, 2):
        if not is_number(row.rank):
            raise No("teams.csv", f"row {number}, rank", "a number", row.rank)
        if row.visit_id not in visit_of or row.agency not in visit_of[row.visit_id].agencies.split(";"):
            raise No("teams.csv", f"row {number}", "a visit of visits.csv and an agency of it", ",".join(row))
        teams[row.visit_id, row.agency].append(row)
    check_sorted("teams.csv", rows, lambda row: (row.visit_id, row.agency, int(row.rank)))
    for visit in visits:
        for agency in split_list(visit.agencies):
            if (visit.visit_id, agency) not in teams:
                raise No("teams.csv", f"visit {visit.visit_id}", f"a team of {agency}", "none")
    outings = find_outings(teams, visit_of)
    ranked = functools.lru_cache(maxsize=4096)(lambda ids, agency: rank_officers(inputs, roster, prk, visit_of, ids, agency))
    for (visit_id, agency), team in teams.items():
        outing = outings[visit_id, agency]
        if len(outing) > 2:
            raise No("teams.csv", f"{agency} at {outing}", "one team at no more than two visits of a day", len(outing))
        ranks = ranked(tuple(outing), agency)
        tickets += len(ranks) if outing[0] == visit_id else 0
        check_team(inputs, roster, visit_of, outing, agency, team, ranks)
    check_days(inputs, visit_of, rows)
    return len(teams), tickets


def rank_officers(inputs, roster, prk, visit_of, outing, agency):
    """§9.2, §9.3: certificate -> (rank, ticket) of all who are eligible for the outing."""
    key = key_of(prk, f"dr1/team/{inputs.plan['region']}.{inputs.plan['name']}/{agency}/{outing[0]}")
    eligible = [officer.certificate for officer in roster.officers[agency]
                if not any(roster.obstacle(officer, visit_of[v]) for v in outing)]
    order = sorted((block[:16], iv_of(c), c) for c, block in blocks_of(key, eligible).items())
    return {c: (str(rank), ticket.hex()) for rank, (ticket, _, c) in enumerate(order, 1)}


def check_team(inputs, roster, visit_of, outing, agency, team, ranks):
    """§9.3: the points about one team."""
    visit, place = visit_of[team[0].visit_id], f"visit {team[0].visit_id}, agency {agency}"
    officers = {row.certificate: row for row in roster.officers[agency]}
    if roster.in_force(("agency", agency, visit.entity_id), visit.date):
        raise No("teams.csv", place, "an agency that is not recused", "a recusal in force")
    for row in team:
        officer = officers.get(row.certificate)
        if officer is None:
            raise No("teams.csv", f"{place}, {row.certificate}", "an officer of this agency", "no such row in inspectors.csv")
        obstacle = next(filter(None, (roster.obstacle(officer, visit_of[v]) for v in outing)), "")
        if obstacle:
            raise No("teams.csv", f"{place}, {row.certificate}", "an eligible officer", obstacle)
        if (row.rank, row.ticket) != ranks[row.certificate]:
            raise No("teams.csv", f"{place}, {row.certificate}", "rank %s, ticket %s" % ranks[row.certificate],
                     f"rank {row.rank}, ticket {row.ticket}")
    def needed_at(visit):
        items = [inputs.item[code] for code in split_list(visit.items)]
        return {item.qualification for item in items if item.agency == agency and item.qualification}
    needed = needed_at(visit)
    held = {q for row in team for q in split_list(officers[row.certificate].qualifications)}
    if not needed <= held:
        raise No("teams.csv", place, "the qualifications " + ";".join(sorted(needed)), ";".join(sorted(held)) or "none")
    size = inputs.plan["size"]
    if len(team) < size or (len(team) > size and not any(needed_at(visit_of[v]) for v in outing)):
        raise No("teams.csv", place, f"{size} officers", f"{len(team)} officers")


def check_days(inputs, visit_of, rows):
    """§9.3: an officer's visits on one day."""
    halves = collections.defaultdict(list)
    for row in rows:
        halves[row.certificate, visit_of[row.visit_id].date].append(visit_of[row.visit_id].half)
    for (certificate, date), list_ in halves.items():
        if len(list_) > inputs.plan["visits_per_day_max"] or (len(list_) > 1 and sorted(list_) != ["AM", "PM"]):
            raise No("teams.csv", f"{certificate} on {date}", f"at most {inputs.plan['visits_per_day_max']} visits, no half "
                     "twice, none beside a whole day", ", ".join(list_))


# ---------------------------------------------------------------- §11 verification

def verify_draw(files):
    """§11.2 steps 2 to 8. Returns inputs, PRK, kinds of the record's lines, and duties."""
    inputs = Inputs(files)
    say("2 inputs", f"{len(INPUTS)} files well formed: {len(inputs.entities)} entities, {len(inputs.tasks)} tasks, "
                    f"{len(inputs.history)} rows of history, {len(inputs.inspectors)} officers")
    frames, excluded = build_frames(inputs)
    compare("excluded.csv", write_csv("entity_id,task,reason,detail", excluded), files["excluded.csv"])
    say("3 frames", f"{len(frames)} frames with {sum(map(len, frames.values()))} entries; excluded.csv agrees, "
                    f"{len(excluded)} rows")
    strata = build_strata(inputs, frames)
    say("4 sizes", f"{len(strata)} strata, {sum(s.n for s in strata)} in samples, {sum(s.r for s in strata)} in reserve")
    if not files["commit.txt"].startswith(b"dr1 commit v1\nsuite dr1\n"):
        raise CannotAnswer("commit.txt is of another protocol")
    compare("commit.txt", write_commit(files, inputs, strata), files["commit.txt"])
    say("5 commit", f"commit.txt agrees, {len(INPUTS)} hashes and {len(strata)} roots; its SHA-256 is")
    say("", sha256(files["commit.txt"]))
    record = files["entropy.txt"]
    try:
        kinds = read_record(record)
    except BadRecord as bad:
        raise No("entropy.txt", f"line {bad.line}", "a record of §2", f"a fault of the kind `{bad.reason}`")
    prk = prk_of(record)
    say("6 record", f"well formed, {len(kinds)} lines: {', '.join(kinds)}"
                    + ("" if is_witnessed(kinds) else "; UNWITNESSED, the seed could have been chosen"))
    say("", f"SHA-256          {sha256(record)}")
    say("", f"pre-beacon code  {pre_beacon_code(record)}")
    say("", f"PRK              {prk.hex()}")
    blocks = draw_all(inputs, strata, prk)
    say("7 draw", f"{blocks} tickets under {len(set(inputs.group.values()))} keys")
    compare("strata.csv", write_strata(strata), files["strata.csv"])
    samples = write_samples(strata)
    compare("samples.csv", samples, files["samples.csv"])
    say("8 compare", f"strata.csv agrees, {len(strata)} rows; samples.csv agrees, "
                     f"{sum(s.n + s.r for s in strata)} rows, {len(samples)} bytes")
    return inputs, prk, kinds, form_duties(strata)


def verify_teams(files, inputs, prk, duties):
    """§11.3, steps 9 to 11."""
    inputs.day_kind = {row.date: row.kind for row in inputs.calendar}
    visits = read_table("visits.csv", files["visits.csv"], "visit_id,entity_id,township,date,half,tasks,items,agencies,lead")
    check_sorted("visits.csv", visits, lambda row: row.visit_id)
    rows = read_table("unplaced.csv", files["unplaced.csv"], "task,entity_id,agency,reason,detail")
    check_sorted("unplaced.csv", rows, tuple)
    unplaced = check_unplaced(rows, duties)
    by_entity = collections.defaultdict(list)
    for visit in visits:
        by_entity[visit.entity_id].append(visit)
    long = long_entities(inputs, duties)
    for number, visit in enumerate(visits, 2):
        check_visit(inputs, visit, number, long)
    check_visit_duties(inputs, duties, unplaced, visits, by_entity)
    say("9 duties", f"{len(duties)} duties, {len(duties) - len(unplaced)} in visits, {len(unplaced)} in unplaced.csv")
    check_visit_ids(by_entity)
    say("10 visits", f"{len(visits)} visits keep the promises of §9.1")
    rows = read_table("teams.csv", files["teams.csv"], "visit_id,agency,certificate,rank,ticket")
    teams, tickets = check_teams(inputs, prk, visits, rows)
    say("11 teams", f"{teams} teams, {len(rows)} officers' tickets and ranks agree ({tickets} tickets computed)")


def verify_bundle(folder, seed):
    """§11.2 and §11.3 for a folder."""
    files = read_folder(folder)
    manifest, suspects = check_files(files)
    if "rows.txt" in files:
        check_rows(files)
    if seed is not None:
        compare("entropy.txt", HEADING + b"seed " + seed.encode() + b"\n", files["entropy.txt"])
        say("", "entropy.txt is the record of the seed that was typed")
    inputs, prk, kinds, duties = verify_draw(files)
    facts = {"period": inputs.plan["name"], "region": inputs.plan["region"], "witnessed": is_witnessed(kinds)}
    for key, value in facts.items():
        if manifest[key] != value or type(manifest[key]) is not type(value):
            raise No("manifest.json", key, value, manifest[key])
    say("", "period, region and witnessed of manifest.json agree")
    verify_teams(files, inputs, prk, duties)
    if suspects:
        raise suspects[0]
    print("VERIFIED: levels 2 and 3. Compare the commitment and the pre-beacon code with those that were lodged,\n"
          "and beacons with their public sources.")


# ---------------------------------------------------------------- §13 vectors

def vectors_ids(data):
    return [(iv_of(c["id"]).hex() + c["iv"][0], c["iv"] + str(c["kind"])) for c in data["cases"]]


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


def vectors_order(data):
    pairs = []
    for c in data["cases"]:
        n, end = c["n"], c["n"] + c["reserve"]
        balls = {e["id"]: e["balls"] for e in c["entries"]}
        order = places(balls, balls, {e["id"] for e in c["entries"] if e["behind"]},
                       blocks_of(bytes.fromhex(c["key"]), balls))
        ids = [place[4] for place in order]
        pairs.append(((ids[:n], ids[n:end], [p[2].hex() for p in order[:end]], cutoff_text(order, n, balls), ids),
                      (c["sample"], c["reserve_ids"], c["tickets"], c["cutoff"], c["order"])))
    return pairs


def vectors_teams(data):
    pairs = []
    for c in data["cases"]:
        key = key_of(bytes.fromhex(c["prk"]), c["label"])
        blocks = blocks_of(key, [o["certificate"] for o in c["officers"]])
        order = sorted((block[:16], iv_of(name), name) for name, block in blocks.items())
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
        duties = sorted(map(",".join, verify_draw(files)[3]))
    except No as no:
        return [(str(no), "the draw comes out again")]
    return [(True, True)] * len([f for f in files if "/" not in f and f != "entropy.txt"]) + [(duties, data["duties"])]


VECTORS = {"keys": vectors_keys, "tickets": vectors_tickets, "ids": vectors_ids, "entropy": vectors_entropy,
           "rates": vectors_rates, "order": vectors_order, "teams": vectors_teams, "merkle": vectors_merkle,
           "draw": vectors_draw}


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


def main():
    parser = argparse.ArgumentParser(description="Verify a draw of the protocol dr1.")
    parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help="the bundle's folder")
    parser.add_argument("--vectors", metavar="DIR", help="run the vectors in this folder instead")
    parser.add_argument("--seed", metavar="TEXT", help="entropy.txt must be the record of this seed")
    args = parser.parse_args()
    if (args.bundle is None) == (args.vectors is None) or (args.seed is not None and args.bundle is None):
        parser.error("give a BUNDLE, with or without --seed TEXT, or --vectors DIR")
    if args.seed is not None and not re.fullmatch(RECORD_FORMS[0][1], "seed " + args.seed):
        parser.error("a seed has 1 to 128 characters from 20 to 7e and no blank at either end")
    try:
        if args.vectors is not None:
            return run_vectors(args.vectors)
        verify_bundle(args.bundle, args.seed)
        return 0
    except No as no:
        print(no)
        return 1
    except CannotAnswer as reason:
        print(f"COULD NOT ANSWER: {reason}")
        return 2


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        sys.exit(main())
    except Exception as error:  # a fault of this program must not look like a definite no
        print(f"COULD NOT ANSWER: {error!r}")
        sys.exit(2)
