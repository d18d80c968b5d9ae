"""§8.1 and §8.2: CSV, and the frozen inputs read and checked."""
import collections
import datetime
import functools
import itertools
import keyword
import re

from .answers import No
from .lottery import CLASSES, is_number, read_rate
from .suites import SUITES


INPUTS = sorted("plan.toml agencies.csv townships.csv travel.csv items.csv entities.csv inspectors.csv tasks.csv "
                "recusals.csv history.csv calendar.csv".split())


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


def is_range(text, most, wraps=False):
    match = re.fullmatch("([1-9][0-9]?)-([1-9][0-9]?)", text)
    return bool(match) and max(map(int, match.groups())) <= most and (wraps or int(match[1]) <= int(match[2]))


def is_quiet_days(text):
    """§8.2: a span, or days that return."""
    kind, _, rest = text.partition(" ")
    count = re.fullmatch("([1-9][0-9]?) days", rest)
    return (is_span(text) or kind == "weekly" and is_range(rest, 7)
            or kind == "monthly" and (is_range(rest, 31) or bool(count) and int(count[1]) <= 31))


def is_season(text):
    return is_span(text) or is_range(text, 12, wraps=True)


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
    "quiet": lambda t: is_list(t, is_quiet_days),
    "seasons": lambda t: is_list(t, is_season),
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
                    "quiet:quiet registered season:seasons hours=AM|PM|",
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
    ("[calendar]", "search"),
    ("[[quiet]]", "first last reason"),
]
OPTIONAL = ("[registry]", "[calendar]")
EXCEPT = ("except_tasks", "except_items", "except_classes", "except_tags")
PLAN_VALUES = {
    "region": "[0-9]{6}", "name": "[0-9A-Za-z._-]{1,32}", "rounding": "up|nearest|floor_min_1", "without_id": "leave_out",
    "suite": "dr1-gm",
}


QUIET_VALUES = {
    "days": lambda t: t == "own" or is_quiet_days(t),
    "except_tasks": lambda t: is_list(t, lambda e: is_code(e) and e != "*"),
    "except_items": lambda t: t in ("", "key"),
    "except_classes": KINDS["classes"],
    "except_tags": is_list,
}


def toml_value(text):
    """§8.2: a basic string of TOML, or a decimal number; None for anything else."""
    if is_number(text):
        return int(text)
    match = re.fullmatch(r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[btnfr"\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*)"', text)
    simple = dict(zip('btnfr"\\', '\b\t\n\f\r"\\'))
    return match and re.sub(r"\\(u.{4}|U.{8}|.)", lambda m: simple.get(m[1]) or chr(int(m[1][1:], 16)), match[1])


def read_plan(data):
    """§8.2: plan.toml in its one layout, as one dict of all keys; the quiet rules under `quiet`, in one form."""
    try:
        blocks = data.decode("utf-8")[:-1].split("\n\n")
    except UnicodeDecodeError as error:
        raise No("inputs/plan.toml", f"byte {error.start}", "UTF-8", "other bytes")
    forms, plan, number = dict(PLAN), {"quiet": [], "without_id": None, "suite": "dr1", "search": 1}, 0
    if any(block.startswith("[draw]\nsuite = ") for block in blocks):  # §19: the default is never written
        forms["[draw]"] = "suite " + forms["[draw]"]
    wanted = [name for name, _ in PLAN[:6] if name not in OPTIONAL or any(b.startswith(name) for b in blocks)]
    wanted += ["[[quiet]]"] * (len(blocks) - len(wanted))
    for block, name in zip(blocks + [""] * len(wanted), wanted):
        lines, table = block.split("\n"), {}
        keys = forms[name].split()
        if name == "[[quiet]]" and lines[1:2] and lines[1].startswith("days "):
            keys = ["days", "reason", *EXCEPT]
        for line, key in itertools.zip_longest(lines, [name] + keys, fillvalue=""):
            number += 1
            if line == key == name:
                continue
            value = toml_value(line[len(key) + 3:]) if line.startswith(key + " = ") else None
            if key in ("first", "last"):
                good = isinstance(value, str) and is_date(value)
            elif key in QUIET_VALUES:
                good = isinstance(value, str) and QUIET_VALUES[key](value)
            elif name == "[teams]" or key == "visits_per_year_max":
                good = isinstance(value, int) and (value >= 1 or name == "[teams]")
            elif name == "[calendar]":  # the usual number of steps is never written
                good = isinstance(value, int) and 2 <= value <= 100
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
            span = f"{table['first']}/{table['last']}" if "first" in table else ""
            rule = {"days": span, "reason": "", **dict.fromkeys(EXCEPT, ""), **table}
            if not span and not any(rule[key] for key in EXCEPT) and (rule["days"] == "own" or is_span(rule["days"])):
                raise No("inputs/plan.toml", f"line {number - 1}", "a span as first and last, own days with exceptions", block)
            plan["quiet"].append({key: rule[key] for key in ("days", "reason", *EXCEPT)})
        elif name != "[tables]":
            plan.update(table)
    order = [tuple(rule.values()) for rule in plan["quiet"]]
    if data[-1:] != b"\n" or order != sorted(set(order)):
        raise No("inputs/plan.toml", "the whole file", "LF at the end, quiet rules sorted", "another form")
    return plan


class Inputs:
    """§8.2: the frozen inputs, read and checked."""

    def __init__(self, files):
        self.plan = read_plan(files["inputs/plan.toml"])
        self.suite = SUITES[self.plan["suite"]]
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
