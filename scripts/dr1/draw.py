"""§7, §8.3 and §10: frames, strata, the draw, and the commitment."""
import collections
import functools
import itertools

from .lottery import (
    CLASSES,
    amount,
    blocks_of,
    by_class,
    chance_texts,
    cutoff_text,
    key_of,
    places,
    refuse_equal_ivs,
    sample_size,
)
from .suites import DR1
from .tables import INPUTS, split_list, write_csv


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
        refuse_equal_ivs([entity.id for entity in frame], "entities.csv", f"frame of task {code}", inputs.suite)
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
            known = blocks_of(key_of(prk, "dr1/entity/" + stratum.group, inputs.suite), stratum.ids,
                              blocks[stratum.group], inputs.suite)
            behind = drawn[stratum.group] if stratum.task.spread == "yes" else ()
            stratum.order = places(stratum.ids, stratum.balls, behind, known, inputs.suite)
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


def merkle_root(leaves, suite=DR1):
    """§10, RFC 6962 §2.1, with the hash of a suite. Joining neighbours level by level, an odd last one going up as it is, gives its tree."""
    level = [suite.hash(b"\x00" + leaf) for leaf in leaves]
    while len(level) > 1:
        joined = [suite.hash(b"\x01" + a + b) for a, b in zip(level[::2], level[1::2])]
        level = joined + level[len(level) - len(level) % 2:]
    return level[0].hex() if level else suite.hex(b"")


def write_commit(files, inputs, strata):
    """§10: commit.txt."""
    plan = inputs.plan
    lines = ["dr1 commit v1", f"suite {inputs.suite.name}", f"region {plan['region']}",
             f"period {plan['name']} {plan['first']} {plan['last']}", f"rounding {plan['rounding']}"]
    lines += [f"input {name} {inputs.suite.hex(files['inputs/' + name])}" for name in INPUTS]
    for s in strata:
        root = merkle_root([f"{ident},{s.balls[ident]}".encode() for ident in s.ids], inputs.suite)
        lines.append(" ".join(map(str, ("stratum",) + s.numbers() + (root,))))
    return ("\n".join(lines) + "\n").encode()
