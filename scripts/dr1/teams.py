"""§9 and §11.3: duties, visits and teams."""
import calendar
import collections
import datetime
import functools
import itertools
import re

from .answers import No
from .lottery import blocks_of, is_number, iv_of, key_of, refuse_equal_ivs
from .tables import is_date, is_list, read_spans, split_list


def in_spans(date, spans):
    return any(span[0] <= date <= span[1] for span in spans)


def is_working_day(inputs, date):
    """§9.1: after calendar.csv, and Monday to Friday otherwise."""
    kind = inputs.day_kind.get(date)
    return kind == "work" or (kind is None and datetime.date.fromisoformat(date).weekday() < 5)


def spanned_days(first, last):
    """All dates from first to last."""
    start, end = map(datetime.date.fromisoformat, (first, last))
    return [(start + datetime.timedelta(n)).isoformat() for n in range((end - start).days + 1)]


@functools.lru_cache(maxsize=None)
def visit_days(worked, length, count):
    """§9.1: the days that `monthly <count> days` leaves of a month of that length, out of its working days."""
    left = min(max(length - count, 0), len(worked))
    return {worked[(2 * i + 1) * len(worked) // (2 * left)] for i in range(left)}


def is_quiet(inputs, date, days):
    """§9.1: whether a working day is one of some quiet days; a rule about entities' own days has none itself."""
    kind, _, rest = days.partition(" ")
    if kind == "own":
        return False
    if kind == "weekly":
        first, last = map(int, rest.split("-"))
        return first <= datetime.date.fromisoformat(date).isoweekday() <= last
    if kind == "monthly" and rest.endswith(" days"):
        year, month = map(int, date.split("-")[:2])
        length = calendar.monthrange(year, month)[1]
        dates = (f"{date[:8]}{day:02}" for day in range(1, length + 1))
        worked = tuple(day for day in dates if is_working_day(inputs, day))
        return date not in visit_days(worked, length, int(rest.split(" ")[0]))
    if kind == "monthly":
        first, last = map(int, rest.split("-"))
        return first <= int(date[8:]) <= last
    return in_spans(date, read_spans(days))


def is_excepted(inputs, rule, task, entity):
    """§9.1: whether a quiet rule does not bind a task's visit to an entity."""
    return (task in split_list(rule["except_tasks"])
            or (rule["except_items"] == "key"
                and any(inputs.item[code].class_ == "key" for code in split_list(inputs.task[task].items)))
            or (entity.class_ or "N") in split_list(rule["except_classes"])
            or any(tag in split_list(rule["except_tags"]) for tag in split_list(entity.tags)))


def in_season(date, part):
    """§9.1: whether a date lies in a part of an entity's season, months or a span."""
    if "/" in part:
        return in_spans(date, read_spans(part))
    first, last = map(int, part.split("-"))
    month = int(date[5:7])
    return first <= month <= last if first <= last else month >= first or month <= last


def is_open(inputs, task, entity, date):
    """§9.1: whether a working day is neither quiet for a task at an entity nor out of the entity's season."""
    own = any(is_quiet(inputs, date, days) for days in split_list(entity.quiet))
    for rule in inputs.plan["quiet"]:
        excepted = is_excepted(inputs, rule, task, entity)
        if is_quiet(inputs, date, rule["days"]) and not excepted:
            return False
        own = own and not (rule["days"] == "own" and excepted)
    return not own and (not entity.season or any(in_season(date, part) for part in split_list(entity.season)))


def day_wanted(inputs, tasks, entity, date):
    """§9.1: what a visit's day would have to be; an empty text if it is all of it."""
    if not inputs.plan["first"] <= date <= inputs.plan["last"]:
        return "a date in the period"
    for task in tasks:
        first, last = inputs.task[task].first, inputs.task[task].last
        if not first <= date <= last:
            return f"{first} to {last}, the window of {task}"
    if not is_working_day(inputs, date):
        return "a working day"
    closed = next((task for task in tasks if not is_open(inputs, task, entity, date)), "")
    return f"no quiet day for {closed}, in the entity's season" if closed else ""


def halves_for(entity, takes_day):
    """§9.1: the parts of a day that a visit can have; none for a whole day at an entity that is open half days."""
    halves = ("day",) if takes_day else ("AM", "PM")
    return tuple(half for half in halves if not entity.hours or half == entity.hours)


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
    wanted = day_wanted(inputs, tasks, entity, visit.date)
    demand(not wanted, "date", wanted)
    halves = halves_for(entity, visit.entity_id in long)
    demand(halves, "half", "no visit: a whole day at an entity open half days")
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
        for date, same in itertools.groupby(sorted(visits, key=lambda v: v.date), lambda v: v.date):
            halves = [visit.half for visit in same]
            if len(halves) > 1 and ("day" in halves or len(set(halves)) < len(halves)):
                raise No("visits.csv", f"{entity} on {date}", "visits in different halves", ", ".join(halves))


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


class Roster:
    """§9.3: who is eligible."""

    def __init__(self, inputs):
        self.officers = collections.defaultdict(list)
        for row in inputs.inspectors:
            self.officers[row.agency].append(row)
        for agency, officers in self.officers.items():
            refuse_equal_ivs([row.certificate for row in officers], "inspectors.csv", f"agency {agency}", inputs.suite)
        self.recused = collections.defaultdict(list)  # (certificate, entity) or ("agency", code, entity) -> until
        for row in inputs.recusals:
            who = (row.certificate, row.entity) if row.certificate else ("agency", row.agency, row.entity)
            if row.until == "" or row.until >= inputs.plan["first"]:
                self.recused[who].append(row.until)
        self.last_team = {}  # (entity, agency) -> (latest date, certificates)
        for row in inputs.history:  # sorted by entity, agency, date
            date, team = self.last_team.get((row.entity, row.agency), ("", set()))
            team = team if date == row.date else set()
            self.last_team[row.entity, row.agency] = (row.date, team.union(split_list(row.inspectors)))

    def in_force(self, who):
        return who in self.recused

    def obstacle(self, officer, visit):
        """The code of why the officer is not eligible for the visit; an empty text if nothing stands in the way."""
        if officer.status != "valid" or not officer.valid_from <= visit.date <= officer.valid_until:
            return "certificate"
        if in_spans(visit.date, read_spans(officer.leave)):
            return "on-leave"
        if officer.townships and visit.township not in officer.townships.split(";"):
            return "jurisdiction"
        if self.in_force((officer.certificate, visit.entity_id)):
            return "recused-officer"
        if officer.certificate in self.last_team.get((visit.entity_id, officer.agency), ("", ()))[1]:
            return "last-team"
        return ""


# The codes of `Roster.obstacle`, which the details of an amendment hold (§17.1), in words.
OBSTACLES = {
    "certificate": "certificate not valid on this date",
    "on-leave": "on leave",
    "jurisdiction": "not for this township",
    "recused-officer": "recused",
    "last-team": "in the agency's last team there",
}


def needed_at(inputs, visit, agency):
    """§9.3: the qualifications that an agency's items at a visit ask for."""
    items = (inputs.item[code] for code in split_list(visit.items))
    return {item.qualification for item in items if item.agency == agency and item.qualification}


def held_by(officers):
    """§9.3: the qualifications that some officers hold together."""
    return {q for officer in officers for q in split_list(officer.qualifications)}


def find_outings(teams, visit_of):
    """§9.3: (visit, agency) -> the visits of its outing, sorted by id."""
    same = collections.defaultdict(list)
    for (visit_id, agency), team in teams.items():
        visit = visit_of[visit_id]
        same[agency, frozenset(row.certificate for row in team), visit.date].append(visit_id)
    return {(v, key[0]): sorted(ids) for key, ids in same.items() for v in ids}


def check_teams(inputs, prk, visits, rows):
    """§11.3 step 11. Returns what step 12 goes on with (roster, visits, outings, teams, ranks by outing) and the number of
    tickets that were computed."""
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
    return (roster, visit_of, outings, teams, ranked), tickets


def rank_officers(inputs, roster, prk, visit_of, outing, agency):
    """§9.2, §9.3: certificate -> (rank, ticket) of all who are eligible for the outing."""
    key = key_of(prk, f"dr1/team/{inputs.plan['region']}.{inputs.plan['name']}/{agency}/{outing[0]}", inputs.suite)
    eligible = [officer.certificate for officer in roster.officers[agency]
                if not any(roster.obstacle(officer, visit_of[v]) for v in outing)]
    order = sorted((block[:16], iv_of(c, inputs.suite), c)
                   for c, block in blocks_of(key, eligible, suite=inputs.suite).items())
    return {c: (str(rank), ticket.hex()) for rank, (ticket, _, c) in enumerate(order, 1)}


def check_team(inputs, roster, visit_of, outing, agency, team, ranks):
    """§9.3: the points about one team."""
    visit, place = visit_of[team[0].visit_id], f"visit {team[0].visit_id}, agency {agency}"
    officers = {row.certificate: row for row in roster.officers[agency]}
    if roster.in_force(("agency", agency, visit.entity_id)):
        raise No("teams.csv", place, "an agency that is not recused", "a recusal in force")
    for row in team:
        officer = officers.get(row.certificate)
        if officer is None:
            raise No("teams.csv", f"{place}, {row.certificate}", "an officer of this agency", "no such row in inspectors.csv")
        obstacle = next(filter(None, (roster.obstacle(officer, visit_of[v]) for v in outing)), "")
        if obstacle:
            raise No("teams.csv", f"{place}, {row.certificate}", "an eligible officer", OBSTACLES[obstacle])
        if (row.rank, row.ticket) != ranks[row.certificate]:
            raise No("teams.csv", f"{place}, {row.certificate}", "rank %s, ticket %s" % ranks[row.certificate],
                     f"rank {row.rank}, ticket {row.ticket}")
    needed, held = needed_at(inputs, visit, agency), held_by(officers[row.certificate] for row in team)
    if not needed <= held:
        raise No("teams.csv", place, "the qualifications " + ";".join(sorted(needed)), ";".join(sorted(held)) or "none")
    size = inputs.plan["size"]
    if len(team) < size or (len(team) > size and not any(needed_at(inputs, visit_of[v], agency) for v in outing)):
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
