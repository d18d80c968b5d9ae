"""§17: amendments of a drawn plan, replayed from an office's ledger; the next by ticket, a day, or a substitute."""
import collections
import heapq
import itertools
import os
import re

from .answers import CannotAnswer, No, counted, say, sha256
from .bundle import AFTER, LEDGER, check_list, compare
from .draw import merkle_root
from .ledger import attempt_of, read_attempts, read_chain
from .lottery import blocks_of, iv_of, key_of, sample_size
from .tables import is_date, read_csv, read_table, split_list, write_csv
from .teams import (
    Roster,
    check_days,
    check_sorted,
    check_team,
    check_visit,
    day_wanted,
    duty_items,
    find_outings,
    halves_for,
    held_by,
    needed_at,
    rank_officers,
    spanned_days,
)

VISITS = "visit_id,entity_id,township,date,half,tasks,items,agencies,lead"
TEAMS = "visit_id,agency,certificate,rank,ticket"
UNPLACED = "task,entity_id,agency,reason,detail"
Visit = collections.namedtuple("Visit", VISITS)
Seat = collections.namedtuple("Seat", TEAMS)
KINDS = dict.fromkeys("sick leave duty left recusal".split(), "officer")
KINDS.update(dict.fromkeys("entity-closed entity-asked weather officers-short".split(), "day"))
KINDS.update(dict.fromkeys("unreachable closed moved".split(), "entity"))
OVER = {"AM": "12:00:00", "day": "12:00:00", "PM": "17:30:00"}


def read_office(folder):
    """The entries of an office's ledger, path -> bytes, as a bundle has them, and the files beside its attempts."""
    entries, others = {}, {}
    try:
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.endswith(".txt") and not name.startswith(".") and os.path.isfile(path):
                with open(path, "rb") as file:
                    entries[LEDGER + name] = file.read()
        for place, _, names in os.walk(os.path.join(folder, "ceremonies")):
            if os.path.basename(place) in ("amendments", "results", "public"):
                for name in names:
                    path = os.path.join(place, name)
                    with open(path, "rb") as file:
                        others[os.path.relpath(path, os.path.join(folder, "ceremonies")).replace(os.sep, "/")] = file.read()
    except OSError as error:
        raise CannotAnswer(f"{folder}: {error.strerror}")
    if not entries:
        raise CannotAnswer(f"{folder} holds no ledger")
    return entries, others


class Plan:
    """A plan that changes: visits, teams and what has no visit."""

    def __init__(self, inputs, prk, strata, duties, files):
        self.inputs, self.prk, self.roster = inputs, prk, Roster(inputs)
        self.strata, self.duties = strata, set(duties)
        self.visits = {row.visit_id: Visit(*row) for row in read_table("visits.csv", files["visits.csv"], VISITS)}
        self.teams = collections.defaultdict(list)  # (visit, agency) -> certificates
        for row in read_table("teams.csv", files["teams.csv"], TEAMS):
            self.teams[row.visit_id, row.agency].append(row.certificate)
        self.unplaced = {tuple(row) for row in read_table("unplaced.csv", files["unplaced.csv"], UNPLACED)}
        self.gone = []  # (visit as it was, {task: who steps in or None})
        self.away = set()  # (certificate, entity or None, date or None)
        self.officer = {row.certificate: row for row in inputs.inspectors}
        self.agency = {row.code: row for row in inputs.agencies}
        self.group = f"{inputs.plan['region']}.{inputs.plan['name']}"
        self.minutes = self.ways()

    def ways(self):
        """The shortest ways between townships."""
        roads = collections.defaultdict(dict)
        for row in self.inputs.travel:
            roads[row.from_][row.to] = roads[row.to][row.from_] = int(row.minutes)

        def minutes(start, goal):
            best, heap = {}, [(0, start)]
            while heap:
                far, town = heapq.heappop(heap)
                if town == goal:
                    return far
                if town not in best:
                    best[town] = far
                    for other, way in roads[town].items():
                        heapq.heappush(heap, (far + way, other))
            return float("inf")
        return minutes

    def tickets(self, agency, label, certificates):
        """Certificates by ticket under a label."""
        key = key_of(self.prk, f"dr1/team/{self.group}/{agency}/{label}", self.inputs.suite)
        blocks = blocks_of(key, list(certificates), suite=self.inputs.suite)
        return sorted(blocks, key=lambda c: (blocks[c][:16], iv_of(c, self.inputs.suite)))

    def of_day(self, certificate, date):
        return [v for (v, _), team in self.teams.items() if certificate in team and self.visits[v].date == date]

    def count(self, certificate):
        return sum(certificate in team for team in self.teams.values())

    def visits_max(self, certificate):
        return int(self.officer[certificate].visits_max or self.inputs.plan["visits_max"])

    def is_away(self, certificate, entity, date):
        return any(c == certificate and e in (None, entity) and d in (None, date) for c, e, d in self.away)

    def obstacle(self, certificate, visit):
        """The code of why an officer can not go, which an amendment may have caused; an empty text if nothing is known."""
        is_away = self.is_away(certificate, visit.entity_id, visit.date)
        return "away" if is_away else self.roster.obstacle(self.officer[certificate], visit)

    def needed(self, agency, visit):
        return needed_at(self.inputs, visit, agency)

    def held(self, team):
        return held_by(self.officer[c] for c in team)

    def is_too_large(self, team, needed):
        """§9.3: somebody beyond the size without whom every qualification is there."""
        return len(team) > self.inputs.plan["size"] and any(needed <= self.held(set(team) - {c}) for c in team)

    def outing(self, visit, agency):
        """The visits on the day to which the agency sends the same officers, by id."""
        team = set(self.teams[visit.visit_id, agency])
        return sorted(v for (v, a), other in self.teams.items()
                      if a == agency and set(other) == team and self.visits[v].date == visit.date)

    def rows(self):
        """The tables of the plan as it stands; tickets and ranks as §9.2 and §9.3 state them."""
        seats = {key: [Seat(*key, c, "", "") for c in team] for key, team in self.teams.items()}
        outings, teams, known = find_outings(seats, self.visits), [], {}
        for visit_id, agency in sorted(seats):
            outing = tuple(outings[visit_id, agency])
            if (outing, agency) not in known:
                known[outing, agency] = rank_officers(self.inputs, self.roster, self.prk, self.visits, outing, agency)
            ranks = known[outing, agency]
            for c in self.teams[visit_id, agency]:
                if c not in ranks:
                    raise No("teams.csv", f"visit {visit_id}, {c}", "an eligible officer", "somebody else")
            for c in sorted(self.teams[visit_id, agency], key=lambda c: int(ranks[c][0])):
                teams.append(Seat(visit_id, agency, c, *ranks[c]))
        return [self.visits[v] for v in sorted(self.visits, key=str.encode)], teams, sorted(self.unplaced)


def demand(good, file, line, expected, found):
    if not good:
        raise No(file, line, expected, found)


def replace_officer(plan, file, visit, certificate, reason, details):
    """§17.1: the next by ticket takes the seat at all visits of the outing."""
    seated = [a for (v, a), team in plan.teams.items() if v == visit.visit_id and certificate in team]
    demand(seated, file, "officer", "an officer with a seat at the visit", certificate)
    agency = seated[0]
    outing = [plan.visits[v] for v in plan.outing(visit, agency)]
    team = plan.teams[visit.visit_id, agency]
    plan.away.add({"recusal": (certificate, visit.entity_id, None), "left": (certificate, None, None)}.get(
        reason, (certificate, None, visit.date)))
    own = [o.certificate for o in plan.inputs.inspectors if o.agency == agency and o.certificate not in team]
    for c in plan.tickets(agency, outing[0].visit_id, own):
        found = [plan.obstacle(c, v) for v in outing]
        why = "away" if "away" in found else next(filter(None, found), "")
        why = why or ("booked" if plan.of_day(c, visit.date) else "")
        fresh = [c if old == certificate else old for old in team]
        needed = set().union(*(plan.needed(agency, v) for v in outing))
        if not why and not needed <= plan.held(fresh):
            why = "qualification"
        elif not why and plan.is_too_large(fresh, needed):
            why = "team-too-large"
        elif not why and plan.count(c) + len(outing) > plan.visits_max(c):
            why = "visits-max"
        if not why:
            for v in outing:
                plan.teams[v.visit_id, agency] = list(fresh)
            return [("substitute", c)] + details + [("changed", v.visit_id) for v in outing]
        details.append(("passed-over", f"{c} {why}"))
    raise No(file, "substitute", "nobody, for nobody can step in", "an amendment")


def move(plan, file, visit, date, half):
    """§17.1: another day, with the same officers."""
    demand(is_date(date) and half in ("AM", "PM", "day"), file, "day", "a date and a half", f"{date} {half}")
    plan.visits[visit.visit_id] = visit._replace(date=date, half=half)
    return [("changed", visit.visit_id)]


def step_in(plan, task, entity):
    """§17.2: who steps in for the entity in a task; who is passed over; stratum."""
    stratum = next(s for s in plan.strata if s.task.code == task and entity in s.balls)
    known = [by[task] for was, by in plan.gone if was.entity_id == entity and task in by]
    taken = {by[task] for _, by in plan.gone if task in by}
    missing = {was.entity_id for was, _ in plan.gone} | {entity}
    over = []
    for rank, place in enumerate(stratum.order[stratum.n:stratum.n + stratum.r], stratum.n + 1):
        ident = place[4]
        if known:
            if ident == known[0]:
                return stratum.name, rank, ident, []
        elif ident in taken:
            continue
        elif ident in missing:
            over.append(ident)
        else:
            return stratum.name, rank, ident, over
    return stratum.name, None, None, over


def substitute(plan, file, visit, now):
    """§17.2: the visit is not made; task by task the next of the reserve steps in."""
    tasks, without = split_list(visit.tasks), {row[:3] for row in plan.unplaced}
    parts = [(a, t) for t in tasks for a in split_list(visit.agencies)
             if (t, visit.entity_id, a) in plan.duties and (t, visit.entity_id, a) not in without
             and duty_items(plan.inputs, t, a) <= set(split_list(visit.items))]
    old = {a: plan.teams.pop((visit.visit_id, a)) for a in split_list(visit.agencies)}
    del plan.visits[visit.visit_id]
    steps = {t: step_in(plan, t, visit.entity_id) for t in tasks}
    plan.gone.append((visit, {t: step[2] for t, step in steps.items()}))
    details, added, left = [("entity", visit.entity_id)], [], []
    for task, (stratum, rank, by, over) in steps.items():
        details += [("gone-too", f"{task} {stratum} {c}") for c in over]
        details.append(("steps-in", f"{task} {stratum} {rank} {by}") if by else ("no-reserve", f"{task} {stratum}"))
    for by in dict.fromkeys(step[2] for step in steps.values()):
        own = [(a, t) for a, t in parts if steps[t][2] == by]
        if by is None:
            left += [(t, visit.entity_id, a, "no-reserve", "") for a, t in own]
            continue
        plan.duties -= {(t, visit.entity_id, a) for a, t in own}
        plan.duties |= {(t, by, a) for a, t in own}
        fresh, rest = place(plan, by, own, visit, old, now)
        added += fresh
        left += rest
    plan.unplaced |= set(left)
    order = lambda rows: sorted(rows, key=lambda row: tuple(x.encode() for x in row))
    for v in sorted(added, key=str.encode):
        details.append(("added", f"{v} {plan.visits[v].date} {plan.visits[v].half}"))
    details += [("unplaced", " ".join(row[:4])) for row in order(left)]
    return details + [("changed", v) for v in [visit.visit_id] + added]


def place(plan, entity, parts, was, old, now):
    """§17.2: the visit of one who steps in; its id, or what finds no slot."""
    barred = {a for a, _ in parts if plan.roster.in_force(("agency", a, entity))}
    rest = [(t, entity, a, "short-of-officers", "") for a, t in parts if a in barred]
    parts = [(a, t) for a, t in parts if a not in barred]
    if not parts:
        return [], rest
    number = 1 + sum(v.entity_id == entity for v in plan.visits.values()) + sum(v.entity_id == entity for v, _ in plan.gone)
    tasks, agencies = sorted({t for _, t in parts}), sorted({a for a, _ in parts})
    items = sorted(set().union(*(duty_items(plan.inputs, t, a) for a, t in parts)))
    visit = Visit(entity if number == 1 else f"{entity}/{number}", entity, plan.inputs.entity[entity].township, was.date,
                  was.half, ";".join(tasks), ";".join(items), ";".join(agencies), plan.inputs.task[tasks[0]].lead)
    found = list(slots(plan, visit, was, now))
    for date, half in found:
        visit = visit._replace(date=date, half=half)
        teams = {}
        for agency in agencies:
            teams[agency] = form_team(plan, visit, agency, was, old[agency])
            if teams[agency] is None:
                break
        if None not in teams.values():
            plan.visits[visit.visit_id] = visit
            plan.teams.update({(visit.visit_id, a): team for a, team in teams.items()})
            if not any(breaks(plan, visit, a) for a in agencies):
                return [visit.visit_id], rest
            del plan.visits[visit.visit_id]
            for agency in agencies:
                del plan.teams[visit.visit_id, agency]
    reason = "no-free-officers" if found else "no-open-day"
    return [], rest + [(t, entity, a, reason, "") for a, t in parts]


def breaks(plan, visit, agency):
    """§9: what an old team that goes on could break: the way, the visits of a day, a seat too many."""
    team = plan.teams[visit.visit_id, agency]
    outing = [plan.visits[v] for v in plan.outing(visit, agency)]
    needed = set().union(*(plan.needed(agency, v) for v in outing))
    far = any(plan.minutes(visit.township, v.township) > plan.inputs.plan["hop_minutes_max"] for v in outing)
    return far or len(outing) > plan.inputs.plan["visits_per_day_max"] or plan.is_too_large(team, needed)


def slots(plan, visit, was, now):
    """§17.2: dates and halves, from the old visit's on, none of which is over."""
    items, rules = [plan.inputs.item[code] for code in split_list(visit.items)], plan.inputs.plan
    work = collections.Counter()
    for item in items:
        work[item.agency] += int(item.minutes)
    entity = plan.inputs.entity[visit.entity_id]
    halves = halves_for(entity, max(work.values(), default=0) > rules["half_day_minutes"])
    taken = {(v.date, v.half) for v in plan.visits.values() if v.entity_id == visit.entity_id and v.visit_id != visit.visit_id}
    for date in spanned_days(max(was.date, rules["first"]), rules["last"]):
        for half in () if day_wanted(plan.inputs, split_list(visit.tasks), entity, date) else halves:
            if any(day == date and (half == "day" or half == other) for day, other in taken):
                continue
            is_late = date > was.date or half == "day" or was.half in ("AM", "day") or half == "PM"
            if is_late and now < f"{date}T{OVER[half]}":
                yield date, half


def form_team(plan, visit, agency, was, old):
    """§17.2: the old team with its other visit of the day, or its members as far as they can go and the next by ticket."""
    of_day = [v for (v, a) in plan.teams if a == agency and plan.visits[v].date == visit.date]
    if len(of_day) >= int(plan.agency[agency].teams_per_day):
        return None
    needed = plan.needed(agency, visit)

    def can(c):
        return not plan.obstacle(c, visit) and plan.count(c) < plan.visits_max(c)
    mates = [plan.visits[v] for v in of_day if set(plan.teams[v, agency]) == set(old)]
    if len(mates) == 1 and visit.date == was.date and {mates[0].half, visit.half} == {"AM", "PM"} \
            and all(map(can, old)) and needed <= plan.held(old):
        return list(old)
    free = [o.certificate for o in plan.inputs.inspectors
            if o.agency == agency and can(o.certificate) and not plan.of_day(o.certificate, visit.date)]
    by_ticket = plan.tickets(agency, visit.visit_id, free)
    circle = [c for c in by_ticket if c in old] + [c for c in by_ticket if c not in old]
    if not needed <= plan.held(circle):
        return None
    for size in range(plan.inputs.plan["size"], max(plan.inputs.plan["size"], len(old)) + 1):
        for team in itertools.combinations(circle, size):
            if needed <= plan.held(team):
                return list(team)
    return None


def was_met(entries, others, entry, folder, visit):
    """§22.3, §22.4: whether the table of results that counted then has somebody met at the visit."""
    before = [e for e in entries if e.kind == "RESULT" and int(e.number) < int(entry.number)
              and (e.ceremony, e.attempt) == (entry.ceremony, entry.attempt)]
    table = others.get(f"{folder}/results/{int(before[-1].number):06}.csv") if before else None
    last = {(row[1], row[3]): row[6] for row in read_csv("results.csv", table)[1:]} if table else {}
    return any(v == visit and set(results.split(";")) - {"unreachable", "gone"} for (v, _), results in last.items())


def check_whole(plan, file):
    """§9.1, §9.3: what every visit and team of the amended plan has to keep."""
    visits, teams, _ = plan.rows()
    stepped = {by for _, step in plan.gone for by in step.values()}
    drawn = collections.defaultdict(set)
    for s in plan.strata:
        for entry in [s.task.lead] + split_list(s.task.partners):
            agency, _, share = entry.partition(" ")
            for found in s.order[:sample_size(share, s.n, "up") if share else s.n]:
                drawn[found[4], agency] |= duty_items(plan.inputs, s.task.code, agency)
    minutes = lambda codes: sum(int(plan.inputs.item[code].minutes) for code in codes)
    long = {entity for (entity, _), codes in drawn.items() if minutes(codes) > plan.inputs.plan["half_day_minutes"]}
    try:
        for number, visit in enumerate(visits, 2):
            own = long if visit.entity_id not in stepped else (long | {visit.entity_id} if visit.half == "day" else set())
            check_visit(plan.inputs, visit, number, own)
        by_team = collections.defaultdict(list)
        for seat in teams:
            by_team[seat.visit_id, seat.agency].append(seat)
        outings = find_outings(by_team, plan.visits)
        for (visit_id, agency), team in by_team.items():
            outing = outings[visit_id, agency]
            ranks = rank_officers(plan.inputs, plan.roster, plan.prk, plan.visits, outing, agency)
            check_team(plan.inputs, plan.roster, plan.visits, outing, agency, team, ranks)
        check_days(plan.inputs, plan.visits, teams)
        check_sorted("visits.csv", visits, lambda row: row.visit_id.encode())
    except No as no:
        raise No(file, "the plan that it gives", "one that breaks no rule", str(no).replace("\n", " "))
    out = collections.Counter((agency, plan.visits[v].date) for v, agency in plan.teams)
    for (agency, date), number in out.items():
        demand(number <= int(plan.agency[agency].teams_per_day), file, f"{agency} on {date}", "no more teams than it has", number)
    for certificate in {c for team in plan.teams.values() for c in team}:
        demand(plan.count(certificate) <= plan.visits_max(certificate), file, certificate, "no more visits than may be",
               plan.count(certificate))
        for _, day in itertools.groupby(sorted((v.date, v.township) for (i, _), t in plan.teams.items() if certificate in t
                                               for v in [plan.visits[i]]), key=lambda v: v[0]):
            for (_, one), (_, other) in itertools.combinations(day, 2):
                demand(plan.minutes(one, other) <= plan.inputs.plan["hop_minutes_max"], file, certificate, "a way of a day",
                       f"{one} to {other}")


def notices(plan):
    """§16.2: the salted rows."""
    for visit in plan.rows()[0]:
        salt = key_of(plan.prk, f"dr1/notice/{plan.group}/{visit.visit_id}", plan.inputs.suite)[:16].hex()
        teams = []
        for agency in split_list(visit.agencies):
            outing = plan.outing(visit, agency)
            teams.append(" ".join([agency] + plan.tickets(agency, outing[0], plan.teams[visit.visit_id, agency])))
        yield write_csv("x", [(salt,) + tuple(visit) + (";".join(teams),)]).split(b"\n", 1)[1][:-1]


def rooted(plan, rows):
    """§15.5: number of rows and their root."""
    return f"{len(rows)} {merkle_root(rows, plan.inputs.suite)}"


def check_draw(plan, draw, embargo, files):
    """§15.5: what a DRAW says of its plan, before any amendment."""
    lines = lambda name: files[name].split(b"\n")[1:-1]
    facts = [("sample", sha256(files["samples.csv"])), ("notices", rooted(plan, list(notices(plan)))),
             ("teams", rooted(plan, lines("teams.csv")))] + ([] if embargo else [("visits", rooted(plan, lines("visits.csv")))])
    for word, expected in facts:
        demand(draw.fact(word) == expected, draw.file, word, expected, draw.fact(word))


def apply(plan, file, number, data, entry):
    """One amendment: its details must be what the rules give, and the entry what it says."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise No(file, "the whole file", "UTF-8", "other bytes")
    lines = [line.partition(" ")[::2] for line in text.split("\n")]
    value = lambda word: next((rest for known, rest in lines if known == word), None)
    kind = next((word for word in ("officer", "day", "entity") if value(word) is not None), "")
    reason, visit = value("reason"), plan.visits.get(value("visit"))
    demand(KINDS.get(reason, "-") == kind, file, "line 3", f"a reason for a change of kind {kind or 'officer, day or entity'}", reason)
    demand(visit, file, "line 4", "a visit of the plan", value("visit"))
    if kind == "officer":
        given = [("officer", value("officer"))]
        rest = replace_officer(plan, file, visit, value("officer"), reason, [])
    elif kind == "day":
        half = value("half")
        given = [("day", value("day"))] + ([("half", half)] if half else [])
        rest = move(plan, file, visit, value("day"), half or visit.half)
    else:
        given, rest = [], substitute(plan, file, visit, entry.time)
    salt = key_of(plan.prk, f"dr1/amend/{entry.ceremony}/{number}", plan.inputs.suite)[:16].hex()
    again = [("salt", salt), ("reason", reason), ("visit", visit.visit_id)] + given + rest
    compare(file, ("dr1 amend v1\n" + "".join(f"{a} {b}\n" for a, b in again)).encode(), data)
    check_whole(plan, file)
    visits, teams, _ = plan.rows()
    leaves = write_csv(TEAMS, teams).split(b"\n")[1:-1]
    rows = list(notices(plan))
    facts = [("number", str(number)), ("what", kind), ("reason", reason), ("details", sha256(data)),
             ("notices", rooted(plan, rows)), ("teams", rooted(plan, leaves))]
    for (word, expected), found in itertools.zip_longest(facts, entry.facts, fillvalue=("", "")):
        demand((word, expected) == tuple(found), file, f"{word}, after {entry.file}", " ".join(found), f"{word} {expected}")


def check_amendments(entries, others, entry_of_seal, plan, folder, prefix):
    """§17: all amendments of an attempt, and the tables beside them."""
    own = [e for e in entries if e.kind == "AMEND" and (e.ceremony, e.attempt) == (entry_of_seal.ceremony, entry_of_seal.attempt)]
    for number, entry in enumerate(own, 1):
        name = f"amendments/{number:03}.txt"
        data = others.get(f"{folder}/{name}")
        demand(data is not None, prefix + name, "the whole file", "the details of " + entry.file, "no file")
        visit = re.search(b"(?m)^visit (.*)$", data)
        if b"\nentity " in data and visit:
            met = was_met(entries, others, entry, folder, visit[1].decode("utf-8", "replace"))
            demand(not met, prefix + name, "visit", "one at which nobody was met", "a record that somebody was")
        apply(plan, prefix + name, number, data, entry)
    if own:
        for name, heading, rows in zip(("visits.csv", "teams.csv", "unplaced.csv"), (VISITS, TEAMS, UNPLACED), plan.rows()):
            compare(f"{prefix}amendments/{name}", write_csv(heading, rows), others.get(f"{folder}/amendments/{name}", b""))
    return own


def named_by(attempt):
    """§15.7: the SHA-256 of the manifest that the ledger has for an attempt."""
    steps = (attempt.draw, attempt.void, attempt.disclosed)
    return next((step.fact("manifest") for step in steps if step and step.fact("manifest")), "no draw")


def check_void(entries, attempts, others, ceremony):
    """§15.6: the sample of each void attempt that was made public, where it is there."""
    for attempt in attempts.get(ceremony, []):
        name = f"{ceremony}.{attempt.seal.attempt}/public/samples.csv"
        if attempt.disclosed and name in others:
            demand(sha256(others[name]) == attempt.disclosed.fact("sample"), "ceremonies/" + name,
                   f"SHA-256, after {attempt.disclosed.file}", attempt.disclosed.fact("sample"), sha256(others[name]))


def check_office(files, office, inputs, prk, strata, duties, prefix=""):
    """The bundle beside a later ledger: the same beginning, the same plan, and every amendment since."""
    own, others = office
    for path in sorted(path for path in files if path.startswith(LEDGER)):
        demand(own.get(path) == files[path], prefix + path, "the whole file", "the entry that the bundle has", "another, or none")
    entries = read_chain(own)
    ceremony = f"{inputs.plan['region']}.{inputs.plan['name']}"
    attempts = read_attempts(entries)
    now = attempt_of(attempts, ceremony, sha256(files["entropy.txt"]))
    demand(now, entries[-1].file, "the whole file", f"a seal of {ceremony}", "none in the ledger")
    demand(named_by(now) == sha256(files["manifest.json"]), "manifest.json", "SHA-256, after the ledger", named_by(now),
           sha256(files["manifest.json"]))
    check_void(entries, attempts, others, ceremony)
    plan = Plan(inputs, prk, strata, duties, files)
    step = now.draw or now.void or now.disclosed
    if step and step.fact("teams"):
        check_draw(plan, step, now.seal.fact("embargo"), files)
    made = check_amendments(entries, others, now.seal, plan, f"{ceremony}.{now.seal.attempt}", prefix)
    say("14 office", f"{counted(len(entries), 'entry')}; {counted(len(made), 'amendment')} replayed, "
                     f"{counted(sum(len(step) for _, step in plan.gone), 'task')} with a substitute or none left")
    if now.void:
        say("", f"this attempt is void: {now.void.fact('reason')}")


def check_after(files, after, inputs, prk, strata, duties):
    """§16.3: what came after the draw, as an opened bundle has it."""
    check_list(after, AFTER)
    folder = f"{inputs.plan['region']}.{inputs.plan['name']}"
    own = {path: data for path, data in after.items() if path.startswith(LEDGER)}
    now = attempt_of(read_attempts(read_chain(own)), folder, sha256(files["entropy.txt"])) if own else None
    folder += f".{now.seal.attempt if now else 1}"
    others = {f"{folder}/{path}": data for path, data in after.items() if path not in own}
    demand(own, AFTER + LEDGER, "the whole folder", "the ledger since the draw", "no entry")
    check_office(files, (own, others), inputs, prk, strata, duties, AFTER)
