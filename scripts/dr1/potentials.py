"""§9.4: the prices that prove the teams: most even loads, then smallest tickets, then the order. Linear time."""
import collections

from .answers import No
from .lottery import is_number
from .tables import EXCEPT, split_list
from .teams import check_sorted, is_quiet, is_working_day, spanned_days


HEADING = "agency,visits,kind,id,price,one,other,kept"
Outing = collections.namedtuple("Outing", "label date team weight needed gates comes")  # comes: certificate -> ticket
Way = collections.namedtuple("Way", "outing gate cost seated")


def gate_of(gates, needed, held):
    """Through which gate an officer comes: `full`, `one`, `other`, or None."""
    if needed <= held:
        return "full"
    if gates[0] <= held:
        return "one"
    return "other" if gates[1] is not None and gates[1] <= held else None


def parts(names):
    """The one parts, in their order."""
    count = len(names)
    if count < 2:
        return []
    if count <= 8:
        return [{n for k, n in enumerate(names) if pick >> k & 1} for pick in range(1, 2**count - 1, 2)]
    return [set(names[:k]) for k in range(1, min(count, 31))]


def choose_gates(needed, held, used):
    """The gates of an outing: (one, other); `used` counts those of earlier outings of the agency."""
    if not needed:
        return (frozenset(), None)
    best = None
    for one in [set()] + parts(sorted(needed)):
        gates = (frozenset(one), needed - one if one else None)
        count = collections.Counter(gate_of(gates, needed, h) for h in held)
        full, first, second = count["full"], count["one"], count["other"]
        alone = full * (full - 1) // 2 + full * (first + second)
        scarcer = full if gates[1] is None else full + min(first, second)
        rate = (scarcer * 1000 // (used[needed, gates] + 1), alone + (0 if gates[1] is None else first * second))
        if best is None or rate > best[0]:
            best = (rate, gates)
    if len(needed) > 2:
        used[needed, best[1]] += 1
    return best[1]


def build_outings(inputs, roster, visit_of, outings, teams, ranked):
    """agency -> its outings by date and label, with their gates."""
    found = collections.defaultdict(dict)
    for (visit_id, agency), ids in outings.items():
        if visit_id == ids[0]:
            found[agency][visit_of[visit_id].date, visit_id] = ids
    result = {}
    for agency, by_date in found.items():
        used, result[agency] = collections.Counter(), []
        held = {o.certificate: frozenset(split_list(o.qualifications)) for o in roster.officers[agency]}
        for (date, label), ids in sorted(by_date.items()):
            items = [inputs.item[code] for v in ids for code in split_list(visit_of[v].items)]
            needed = frozenset(i.qualification for i in items if i.agency == agency and i.qualification)
            comes = {c: int(ticket, 16) for c, (_, ticket) in ranked(tuple(ids), agency).items()}
            gates = choose_gates(needed, [held[c] for c in comes], used)
            team = {row.certificate for row in teams[label, agency]}
            result[agency].append(Outing(label, date, team, len(ids), needed, gates, comes))
    return result


def loads_before(inputs):
    """certificate -> visits of the calendar year before the period."""
    first, doors = inputs.plan["first"], collections.defaultdict(set)
    for row in inputs.history:
        if row.date < first and row.date[:4] == first[:4]:
            for certificate in split_list(row.inspectors):
                doors[certificate].add((row.date, row.entity))
    return {certificate: len(visits) for certificate, visits in doors.items()}


def log2_up(number):
    return (number - 1).bit_length()


class Flow:
    """One flow of an agency: its double outings, or its single ones."""

    def __init__(self, inputs, agency, weight, outings, officers, load, room, busy, rows, days):
        self.agency, self.weight, self.outings, self.size = agency, weight, outings, inputs.plan["size"]
        self.load, self.rows = load, rows
        base = min(load[o.certificate] for o in officers)
        top = max(load[o.certificate] - base + min(room[o.certificate], 2 * days) for o in officers)
        seats = log2_up(2 * len(outings) * self.size)
        bits = min(40, 60 - log2_up(4 * top + 8) - seats)
        self.base, self.shift = base, bits + seats
        held = {o.certificate: frozenset(split_list(o.qualifications)) for o in officers}
        kept = {c: self.number("officer", c, "kept") or 0 for c in held}
        self.most = {c: (room[c] - kept[c]) // weight if room[c] > kept[c] else 0 for c in held}
        self.ways = collections.defaultdict(lambda: collections.defaultdict(list))
        for k, o in enumerate(outings):
            seats = 0
            for c, ticket in o.comes.items():
                gate = gate_of(o.gates, o.needed, held[c])
                if gate and self.most[c] and (c, o.date) not in busy:
                    self.ways[c][o.date].append(Way(k, gate, ticket >> 128 - bits, c in o.team))
                    seats += c in o.team
            self.demand(seats == len(o.team) == self.size, "outing", o.label, f"{self.size} officers who could join it", seats)

    def demand(self, good, kind, ident, expected, found):
        if not good:
            raise No("potentials.csv", f"{self.agency}, {self.weight}, {kind} {ident}", expected, found)

    def number(self, kind, ident, column):
        row = self.rows.get((kind, ident))
        text = getattr(row, column) if row else ""
        self.demand(text == "" or text == "0" or (text.isascii() and text.isdecimal() and text[0] != "0" and len(text) < 20),
                    kind, ident, f"a number in {column}", text)
        return int(text) if text else None

    def read_prices(self):
        """The prices that the flow needs: all there, no other."""
        used = {(w.outing, w.gate) for days in self.ways.values() for ways in days.values() for w in ways}
        self.price, wanted = {}, set()
        for k, o in enumerate(self.outings):
            wanted.add(("outing", o.label))
            for gate, column in (("full", "price"), ("one", "one"), ("other", "other")):
                price = self.number("outing", o.label, column)
                needs = gate == "full" or (k, gate) in used
                self.demand((price is not None) == needs, "outing", o.label,
                            f"a price in {column}" if needs else f"no price in {column}", price)
                self.price[k, gate] = price
        for c in self.ways:
            wanted.add(("officer", c))
            self.price[c] = self.number("officer", c, "price")
            self.demand(self.price[c] is not None, "officer", c, "a price", "none")
        for (kind, ident), row in self.rows.items():
            idle = kind == "officer" and row.price == "" and row.kept not in ("", "0")
            self.demand((kind, ident) in wanted or idle, kind, ident, "only who takes part in the flow", "this row")
            self.demand(kind == "outing" or row.one == row.other == "", kind, ident, "no gates", row.one + row.other)
            good = row.kept == "" if kind == "outing" else row.kept == "0" or (row.kept != "" and self.weight == 2)
            self.demand(good, kind, ident, "visits kept back by officers, from double outings", row.kept)

    def growth(self, certificate, outings):
        before = self.load[certificate] - self.base + self.weight * outings
        return self.weight * (2 * before + self.weight) << self.shift

    def check(self):
        """The rules of §9.4; then that no other choice is equal, or that this one comes first."""
        self.read_prices()
        arcs, ways, through = collections.defaultdict(list), [], collections.Counter()
        for c, days in self.ways.items():
            own, count = self.price[c], 0
            for date, list_ in days.items():
                seated = [w for w in list_ if w.seated]
                self.demand(len(seated) < 2, "officer", c, f"one outing on {date}", len(seated))
                worth = own
                if seated:
                    worth = self.price[seated[0].outing, seated[0].gate] - seated[0].cost
                    self.demand(worth >= own, "outing", self.outings[seated[0].outing].label,
                                f"a price of at least what officer {c} asks, {own + seated[0].cost}", worth + seated[0].cost)
                    count += 1
                    through[seated[0].outing, seated[0].gate] += 1
                for w in list_:
                    pays = self.price[w.outing, w.gate]
                    self.demand(w.seated or pays - w.cost <= worth, "outing", self.outings[w.outing].label,
                                f"a price of at most {worth + w.cost}, for which officer {c} would go instead", pays)
                    if pays - w.cost == worth:
                        ways.append((w.outing, c, date, w.gate, w.seated))
                if not seated:
                    arcs["day", c, date].append(("officer", c))
                elif worth == own:
                    arcs["officer", c].append(("day", c, date))
            most = min(len(days), self.most[c])
            self.demand(count <= most, "officer", c, f"at most {most} outings", count)
            more, fewer = self.growth(c, count), self.growth(c, count - 1)
            self.demand(count == most or own <= more, "officer", c, f"a price of at most {more}, its next outing's", own)
            self.demand(count == 0 or own >= fewer, "officer", c, f"a price of at least {fewer}, its last outing's", own)
            if count < most and own == more:
                arcs["officer", c].append("sink")
            if count and own == fewer:
                arcs["sink"].append(("officer", c))
        for k, o in enumerate(self.outings):
            for gate, limit in (("one", self.size - 1), ("other", 1)):
                pays, whole, used = self.price[k, gate], self.price[k, "full"], through[k, gate]
                if pays is not None:
                    self.demand(used <= limit and (used == limit or pays >= whole) and (used == 0 or pays <= whole),
                                "outing", o.label, f"a price of the gate {gate} in keeping with {whole} ({used} through it)", pays)
                    if used < limit and pays == whole:
                        arcs[k, "full"].append((k, gate))
                    if used and pays == whole:
                        arcs[k, gate].append((k, "full"))
        self.check_order(arcs, sorted(ways))

    def check_order(self, arcs, ways):
        """Residual arcs of reduced cost 0: without a cycle the teams are the only ones; else the first must be taken."""
        arcs = {node: [(to, -1) for to in list_] for node, list_ in arcs.items()}
        ends = []
        for number, (k, c, date, gate, seated) in enumerate(ways):
            entry, day = (k, gate), ("day", c, date)
            ends.append((entry, day))
            source, target = (day, entry) if seated else (entry, day)
            arcs.setdefault(source, []).append((target, number))
        cyclic = cyclic_nodes(arcs)
        for number, way in enumerate(ways):
            if not way[4] and cyclic.issuperset(ends[number]) and leads(arcs, ends[number][1], ends[number][0], number):
                self.demand(False, "outing", self.outings[way[0]].label,
                            f"officer {way[1]}, who comes first among choices of equal sums", "another choice")


def cyclic_nodes(arcs):
    """The nodes that are left when all without a way in are taken out."""
    into = collections.Counter(to for list_ in arcs.values() for to, _ in list_)
    nodes = set(into).union(arcs)
    free = [node for node in nodes if not into[node]]
    while free:
        node = free.pop()
        nodes.discard(node)
        for to, _ in arcs.get(node, ()):
            into[to] -= 1
            if not into[to]:
                free.append(to)
    return nodes


def leads(arcs, source, target, settled):
    """Whether a path leads from source to target over none of the ways 0 to `settled`."""
    seen, stack = {source}, [source]
    while stack:
        node = stack.pop()
        if node == target:
            return True
        for to, number in arcs.get(node, ()):
            if (number < 0 or number > settled) and to not in seen:
                seen.add(to)
                stack.append(to)
    return False


def check_potentials(inputs, roster, visit_of, outings, teams, ranked, rows):
    """§11.3 step 12. Returns the number of flows and of visits that officers kept back."""
    for number, row in enumerate(rows, 2):
        if row.visits not in ("1", "2") or row.kind not in ("officer", "outing") or not (row.kept == "" or is_number(row.kept)):
            raise No("potentials.csv", f"row {number}", "1 or 2 visits, officer or outing", ",".join(row))
    check_sorted("potentials.csv", rows, lambda row: row[:4])
    by_flow = collections.defaultdict(dict)
    for row in rows:
        by_flow[row.agency, int(row.visits)][row.kind, row.id] = row
    binding = [rule["days"] for rule in inputs.plan["quiet"] if not any(rule[key] for key in EXCEPT)]
    days = sum(is_working_day(inputs, date) and not any(is_quiet(inputs, date, quiet) for quiet in binding)
               for date in spanned_days(inputs.plan["first"], inputs.plan["last"]))
    before, flows, kept = loads_before(inputs), 0, 0
    for agency, all_ in build_outings(inputs, roster, visit_of, outings, teams, ranked).items():
        officers = roster.officers[agency]
        load = {o.certificate: before.get(o.certificate, 0) for o in officers}
        room = {o.certificate: int(o.visits_max or inputs.plan["visits_max"]) for o in officers}
        busy = set()
        for weight in (2, 1):
            own = [o for o in all_ if o.weight == weight]
            given = by_flow.pop((agency, weight), {})
            if own:
                Flow(inputs, agency, weight, own, officers, load, room, busy, given, days).check()
                flows += 1
                kept += sum(int(row.kept or 0) for row in given.values())
            elif given:
                raise No("potentials.csv", f"{agency}, {weight}", f"no rows: {agency} makes no such outing", len(given))
            for outing in own:
                for certificate in outing.team:
                    load[certificate] += weight
                    room[certificate] -= weight
                    busy.add((certificate, outing.date))
    for agency, weight in by_flow:
        raise No("potentials.csv", f"{agency}, {weight}", "an agency with a visit", agency)
    return flows, kept
