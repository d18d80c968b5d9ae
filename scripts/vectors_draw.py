"""The whole small draw of draw.json for make_vectors.py: a made-up county from its tables to its results."""
from vectors_lottery import DR1, cutoff, key_of, merkle_root, order_of, prk_of, size_of


HEADINGS = {
    "agencies": "code,name,short_name,role,teams_per_day",
    "townships": "code,name,other_codes,other_names,lon,lat",
    "travel": "from,to,minutes",
    "items": "code,agency,name,class,object,method,qualification,basis,minutes,cap_per_year,ratio_wording,"
    "frequency_wording",
    "entities": "id,name,kind,industry,township,address,class,status,tags,flags,quiet,registered,season,hours",
    "inspectors": "certificate,name,agency,valid_from,valid_until,status,qualifications,townships,leave,visits_max,"
    "expert",
    "tasks": "code,name,kind,directed,lead,partners,items,industries,kinds,tags,townships,classes,rate,wording,first,"
    "last,group,balls,spread,separate",
    "recusals": "certificate,entity,agency,reason,until",
    "history": "entity,agency,date,counts,items,inspectors,result",
    "calendar": "date,kind,name,source",
}
PLAN = """[period]
name = "2026Q4"
region = "330106"
first = "2026-10-01"
last = "2026-12-31"

[tables]
agencies = "agencies.csv"
townships = "townships.csv"
travel = "travel.csv"
items = "items.csv"
entities = "entities.csv"
inspectors = "inspectors.csv"
tasks = "tasks.csv"
recusals = "recusals.csv"
history = "history.csv"
calendar = "calendar.csv"

[draw]
rounding = "up"
reserve = "20%"
visits_per_year_max = 2

[registry]
without_id = "leave_out"

[teams]
size = 2
agencies_per_visit_max = 6
visits_per_day_max = 2
hop_minutes_max = 60
visits_max = 40
half_day_minutes = 210

[[quiet]]
first = "2026-10-01"
last = "2026-10-07"
reason = "国庆节"
"""


def credit_code(number):
    """Makes a made-up unified social credit code with both check characters (GB 32100-2015, GB 11714-1997)."""
    organisation = f"{number:08d}"
    weighed = sum(int(c) * w for c, w in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2)))
    body = "91330106" + organisation + "0123456789X0"[(11 - weighed % 11) % 11]
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return body + letters[(31 - sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31) % 31]


def small_tables():
    """The frozen tables of the draw, as rows of fields in the columns of HEADINGS."""
    entities = []
    for at in range(40):
        identifier = credit_code(2600000 + 37 * at)
        if at % 9 == 4:
            identifier = "330106" + f"{100000000 + 977 * at}"
        if at % 13 == 6:
            identifier = f"浙A个体{at:04d}"
        kind = ("enterprise", "enterprise", "individual", "cooperative")[at % 4]
        industry = ("6210", "6220", "5212", "6110", "0511", "")[at % 6]
        class_ = ("A", "A", "B", "C", "A", "D", "")[at % 7]
        status = {11: "deregistered", 17: "moved", 23: "revoked", 29: "duplicate"}.get(at, "active")
        tags = {0: "餐饮", 1: "旅馆;餐饮", 3: "旅馆"}.get(at % 6, "")
        township = f"33010600{1 + at % 2}"
        name = f"甲{at:02d}商行"
        if at == 8:
            name, township = '乙08"快修"商行, 城东店', "330106002"
        entities.append([identifier, name, kind, industry, township, "", class_, status, tags, "", "", "", "", ""])
    ids_by_number = [row[0] for row in entities]
    entities.append(["", "无证摊位", "individual", "6210", "330106001", "", "", "active", "餐饮", "", "", "", "", ""])
    entities.append(["", "无证摊位", "individual", "6210", "330106002", "", "", "moved", "", "", "", "", "", ""])
    history = [
        [ids_by_number[0], "D01", "2026-03-02", "yes", "D01-001", "T330106001;T330106002", "合格"],
        [ids_by_number[0], "D02", "2026-05-12", "yes", "", "", ""],
        [ids_by_number[1], "D01", "2026-03-02", "yes", "D01-001", "", ""],
        [ids_by_number[1], "D02", "2026-03-02", "yes", "D02-001", "", ""],
        [ids_by_number[6], "D01", "2026-03-02", "yes", "D01-001", "", ""],
        [ids_by_number[6], "D02", "2026-06-01", "no", "", "", ""],
        [ids_by_number[7], "D01", "2025-12-31", "yes", "D01-002", "", ""],
        [ids_by_number[7], "D01", "2026-01-01", "yes", "D01-001;D01-002", "", ""],
        [ids_by_number[12], "D01", "2026-09-30", "yes", "D01-002", "", ""],
        [ids_by_number[12], "D01", "2026-10-01", "yes", "", "", ""],
        [ids_by_number[13], "D01", "2026-02-02", "no", "D01-002", "", ""],
        ["91330106999999999X", "D01", "2026-02-02", "yes", "", "", "已迁出"],
    ]  # fmt: skip
    ends = ["2026-10-08", "2026-12-31"]
    tasks = [
        ["2026-001", "餐饮综合查一次", "joint", "directed", "D01", "D02;D03 50%", "D01-001;D02-001;D03-001", "62", "", "餐饮",
         "", "", "30%", "不低于30%", *ends, "", "1", "no", "no"],
        ["2026-002", "信用分级抽查", "joint", "undirected", "D01", "D02", "D01-001;D02-001", "", "enterprise", "", "",
         "", "A 10%;B 20%;C 1/2;N 2户", "分级", *ends, "", "1", "no", "no"],
        ["2026-003", "分散抽查", "single", "undirected", "D01", "", "D01-001", "", "enterprise;individual", "", "", "", "6户", "6户", *ends, "",
         "1", "yes", "no"],
        ["2026-004", "加权抽查", "joint", "undirected", "D01", "D03", "D01-001;D03-001", "", "", "", "330106001", "A;B;C;D", "25%",
         "四分之一", *ends, "A01", "A 1;B 1;C 2;D 4", "no", "no"],
        ["2026-005", "重点事项", "single", "directed", "D01", "", "D01-001;D01-002", "52;61;621", "", "", "330106001", "",
         "125‰", "12.5%", *ends, "", "1", "no", "yes"],
        ["2026-006", "分级加权分散", "joint", "directed", "D02", "D01 1户", "D01-001;D02-001", "", "", "", "", "B;C;N",
         "B 1户;C 100%;N 1‰", "", *ends, "", "B 2;C 3", "yes", "no"],
        ["2026-007", "分散到底", "single", "directed", "D02", "", "D02-001", "", "", "旅馆", "", "", "90%", "90%", *ends, "",
         "A 1;D 2", "yes", "no"],
        ["2026-008", "同权", "single", "directed", "D03", "", "D03-001", "61", "cooperative;other", "", "", "A;D", "A 1户;D 1户", "",
         *ends, "B02", "5", "no", "no"],
    ]  # fmt: skip
    item = lambda code, agency, name, qualification, cap: [
        code, agency, name, "general", "", "现场检查", qualification, "", "60", cap, "", ""
    ]  # fmt: skip
    officer = lambda number, agency: [
        f"T330106{number:03d}", f"检查员{number}", agency, "2025-01-01", "2027-12-31", "valid", "", "", "", "", "no"
    ]  # fmt: skip
    tables = {
        "agencies": [["D01", "市场监督管理局", "市监", "lead", "4"], ["D02", "消防救援大队", "消防", "member", "4"],
                     ["D03", "文化和旅游局", "文旅", "member", "4"]],
        "townships": [["330106001", "城东街道", "", "", "", ""], ["330106002", "城西镇", "", "", "", ""]],
        "travel": [["330106001", "330106002", "15"]],
        "items": [item("D01-001", "D01", "登记事项检查", "", "1"), item("D01-002", "D01", "食品安全检查", "", "1"),
                  item("D02-001", "D02", "消防安全检查", "", "1"), item("D03-001", "D03", "经营场所检查", "", "")],
        "entities": entities,
        "inspectors": [officer(1 + i, f"D0{1 + i // 6}") for i in range(18)],
        "tasks": tasks,
        "recusals": [["T330106001", ids_by_number[2], "", "近亲属", ""]],
        "history": history,
        "calendar": [["2026-10-01", "off", "国庆节", "示例"], ["2026-10-10", "work", "国庆节调休", "示例"]],
    }  # fmt: skip
    for name, rows in tables.items():
        assert all(len(row) == HEADINGS[name].count(",") + 1 for row in rows), name
        rows.sort(key=lambda row: [field.encode() for field in row])
    return tables


def csv_of(heading, rows):
    """Section 8.1."""
    quoted = lambda f: '"' + f.replace('"', '""') + '"' if any(c in f for c in ',"\r\n') else f
    return "".join(line + "\n" for line in [heading] + [",".join(map(quoted, row)) for row in rows])


def small_draw(suite=DR1):
    """Sections 5 to 8 and 10 over the small tables: the result files and the duties."""
    tables = small_tables()
    plan = PLAN if suite is DR1 else PLAN.replace("[draw]\n", f'[draw]\nsuite = "{suite.name}"\n')
    inputs = {f"{name}.csv": csv_of(HEADINGS[name], rows) for name, rows in tables.items()} | {"plan.toml": plan}
    record = b"dr1 entropy v1\ndice 6 52163344\nbeacon kl8 2026318 0105081114192227303338414649525760687380\n"
    prk = prk_of(record, suite)
    named = lambda name: [dict(zip(HEADINGS[name].split(","), row)) for row in tables[name]]
    items = {row["code"]: row for row in named("items")}
    counted = [r for r in named("history") if r["counts"] == "yes" and "2026-01-01" <= r["date"] < "2026-10-01"]
    some = lambda text: text.split(";") if text else []

    def in_scope(task, entity):
        return (
            (not task["industries"] or any(entity["industry"].startswith(p) for p in some(task["industries"])))
            and (not task["kinds"] or entity["kind"] in some(task["kinds"]))
            and (not task["tags"] or bool(set(some(entity["tags"])) & set(some(task["tags"]))))
            and (not task["townships"] or entity["township"] in some(task["townships"]))
            and (not task["classes"] or (entity["class"] or "N") in some(task["classes"]))
        )

    def exclusion(task, rate_by_class, entity):
        if rate_by_class and (entity["class"] or "N") not in rate_by_class:
            return "class-without-rate", ""
        visits = [r for r in counted if r["entity"] == entity["id"]]
        if len({r["date"] for r in visits}) >= 2:
            return "visit-cap", ""
        for code in some(task["items"]):
            cap = items[code]["cap_per_year"]
            if cap and len({r["date"] for r in visits if code in some(r["items"])}) >= int(cap):
                return "item-cap", code
        return None

    excluded, strata, samples, seals, duties, drawn = [], [], [], [], [], {}
    scoped = set()
    for entity in named("entities"):
        if not entity["id"]:
            excluded.append(["", "*", "no-id", entity["name"]])
        elif entity["status"] != "active":
            excluded.append([entity["id"], "*", entity["status"], ""])
    eligible = [e for e in named("entities") if e["id"] and e["status"] == "active"]
    for task in named("tasks"):
        group = "330106.2026Q4" + ("." + task["group"] if task["group"] else "")
        key = key_of(prk, f"dr1/entity/{group}", suite)
        by_class = dict(t.split(" ") for t in some(task["rate"])) if " " in task["rate"] else {}
        balls_of = dict(t.split(" ") for t in some(task["balls"])) if " " in task["balls"] else {}
        frame = []
        for entity in eligible:
            if in_scope(task, entity):
                scoped.add(entity["id"])
                out = exclusion(task, by_class, entity)
                if out:
                    excluded.append([entity["id"], task["code"], *out])
                else:
                    balls = int(balls_of.get(entity["class"], 1) if balls_of else task["balls"])
                    frame.append((entity["id"], balls, entity["class"] or "N"))
        before = drawn.setdefault(group, set())
        now = set()
        for stratum, rate in by_class.items() if by_class else [("all", task["rate"])]:
            members = [(i, w) for i, w, c in frame if stratum in ("all", c)]
            population = len(members)
            n = min(size_of(rate, population, "up"), population)
            reserve = min(size_of("20%", n, "up"), population - n)
            weights = {w for _, w in members}
            if stratum != "all":
                balls = str(balls_of.get(stratum, 1)) if balls_of else task["balls"]
            else:
                balls = str(weights.copy().pop()) if len(weights) == 1 else task["balls"]
            spread = task["spread"] == "yes"
            places = order_of(key, [(i, w, spread and i in before) for i, w in members], suite)
            line = cutoff(places, n, any(w > 1 for w in weights))
            strata.append([task["code"], stratum, group, str(population), str(n), str(reserve), balls, line])
            total = sum(w for _, w in members)
            for rank, (_, _, ticket, _, identifier) in enumerate(places[: n + reserve], start=1):
                chance = f"{n}/{population}" if len(weights) == 1 else f"{dict(members)[identifier]}*{n}/{total}"
                chance = "spread " + chance if spread else chance
                role = "S" if rank <= n else "R"
                samples.append([task["code"], stratum, str(rank), role, ticket, identifier, chance])
                if role == "S":
                    now.add(identifier)
                    partners = [partner.partition(" ") for partner in some(task["partners"])]
                    for agency, _, share in [(task["lead"], "", ""), *partners]:
                        if not share or rank <= min(size_of(share, n, "up"), n):
                            duties.append([task["code"], identifier, agency])
            root = merkle_root([f"{i},{w}".encode() for i, w in members], suite).hex()
            seals.append(f"stratum {task['code']} {stratum} {group} {population} {n} {reserve} {root}\n")
        before |= now
    excluded += [[e["id"], "*", "out-of-scope", ""] for e in eligible if e["id"] not in scoped]
    in_order = lambda rows: sorted(rows, key=lambda row: [field.encode() for field in row])
    commit = f"dr1 commit v1\nsuite {suite.name}\nregion 330106\nperiod 2026Q4 2026-10-01 2026-12-31\nrounding up\n"
    for name in sorted(inputs):
        commit += f"input {name} {suite.hash(inputs[name].encode()).hex()}\n"
    results = {
        "commit.txt": commit + "".join(seals),
        "strata.csv": csv_of("task,stratum,group,population,sample,reserve,balls,cutoff", strata),
        "samples.csv": csv_of("task,stratum,rank,role,ticket,entity_id,chance", samples),
        "excluded.csv": csv_of("entity_id,task,reason,detail", in_order(excluded)),
    }
    return inputs, record.decode(), results, in_order(duties)
