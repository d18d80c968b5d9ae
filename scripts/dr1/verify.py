"""§11: the steps of a verifier, in their order."""
import collections

from .amend import check_after, check_office, read_office
from .answers import CannotAnswer, No, counted, say, sha256
from .bundle import AFTER, check_files, check_rows, compare, read_folder
from .draw import build_frames, build_strata, draw_all, form_duties, write_commit, write_samples, write_strata
from .ledger import check_ledger
from .lottery import BadRecord, HEADING, is_witnessed, pre_beacon_code, prk_of, read_record
from .potentials import HEADING as HEADING_OF_PRICES
from .potentials import check_potentials
from .public import is_public, verify_public
from .suites import SUITES
from .tables import INPUTS, Inputs, read_table, write_csv
from .teams import (
    check_sorted,
    check_teams,
    check_unplaced,
    check_visit,
    check_visit_duties,
    check_visit_ids,
    long_entities,
)


def suite_named(commit):
    """§19: the suite of a commitment; None for a name that this program does not know."""
    word, _, name = (commit.split(b"\n") + [b""])[1].decode("ascii", "replace").partition(" ")
    return SUITES.get(name) if word == "suite" else None


def verify_draw(files):
    """§11.2 steps 2 to 8. Returns inputs, PRK, kinds of the record's lines, strata, and duties."""
    inputs = Inputs(files)
    say("2 inputs", f"{len(INPUTS)} files well formed: {counted(len(inputs.entities), 'entity')}, "
                    f"{counted(len(inputs.tasks), 'task')}, {counted(len(inputs.history), 'row')} of history, "
                    f"{counted(len(inputs.inspectors), 'officer')}")
    frames, excluded = build_frames(inputs)
    compare("excluded.csv", write_csv("entity_id,task,reason,detail", excluded), files["excluded.csv"])
    say("3 frames", f"{counted(len(frames), 'frame')} with {sum(map(len, frames.values()))} entries; excluded.csv agrees, "
                    f"{counted(len(excluded), 'row')}")
    strata = build_strata(inputs, frames)
    say("4 sizes", f"{len(strata)} strata, {sum(s.n for s in strata)} in samples, {sum(s.r for s in strata)} in reserve")
    if files["commit.txt"].split(b"\n")[0] != b"dr1 commit v1" or suite_named(files["commit.txt"]) is None:
        raise CannotAnswer("commit.txt is of another protocol")
    compare("commit.txt", write_commit(files, inputs, strata), files["commit.txt"])
    say("5 commit", f"commit.txt agrees, {len(INPUTS)} hashes and {counted(len(strata), 'root')}; its SHA-256 is")
    say("", sha256(files["commit.txt"]))
    record = files["entropy.txt"]
    try:
        kinds = read_record(record)
    except BadRecord as bad:
        raise No("entropy.txt", f"line {bad.line}", "a record of §2", f"a fault of the kind `{bad.reason}`")
    prk = prk_of(record, inputs.suite)
    say("6 record", f"well formed, {counted(len(kinds), 'line')}: {', '.join(kinds)}"
                    + ("" if is_witnessed(kinds) else "; UNWITNESSED, the seed could have been chosen"))
    say("", f"SHA-256          {sha256(record)}")
    say("", f"pre-beacon code  {pre_beacon_code(record, inputs.suite)}")
    say("", f"PRK              {prk.hex()}")
    blocks = draw_all(inputs, strata, prk)
    say("7 draw", f"{counted(blocks, 'ticket')} under {counted(len(set(inputs.group.values())), 'key')}")
    compare("strata.csv", write_strata(strata), files["strata.csv"])
    samples = write_samples(strata)
    compare("samples.csv", samples, files["samples.csv"])
    say("8 compare", f"strata.csv agrees, {counted(len(strata), 'row')}; samples.csv agrees, "
                     f"{counted(sum(s.n + s.r for s in strata), 'row')}, {len(samples)} bytes")
    return inputs, prk, kinds, strata, form_duties(strata)


def verify_teams(files, inputs, prk, duties):
    """§11.3, steps 9 to 12."""
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
    say("9 duties", f"{counted(len(duties), 'duty')}, {len(duties) - len(unplaced)} in visits, {len(unplaced)} in unplaced.csv")
    check_visit_ids(by_entity)
    say("10 visits", f"the promises of §9.1 are kept by {counted(len(visits), 'visit')}")
    rows = read_table("teams.csv", files["teams.csv"], "visit_id,agency,certificate,rank,ticket")
    known, tickets = check_teams(inputs, prk, visits, rows)
    say("11 teams", f"{counted(len(known[3]), 'team')}; tickets and ranks agree, {counted(len(rows), 'row')} "
                    f"({counted(tickets, 'ticket')} computed)")
    prices = read_table("potentials.csv", files["potentials.csv"], HEADING_OF_PRICES)
    flows, kept = check_potentials(inputs, *known, prices)
    say("12 prices", f"{counted(flows, 'flow')}: no other teams have more even loads, or as even ones and smaller tickets; "
                     f"officers keep back {counted(kept, 'visit')}")


def verify_bundle(folder, seed, ledger=None):
    """§11.2 and §11.3 for a folder, and §17 where the office's ledger is given."""
    whole = read_folder(folder)
    if is_public(whole):
        return verify_public(whole, read_office(ledger)[0] if ledger is not None else None)
    files = {path: data for path, data in whole.items() if not path.startswith(AFTER)}
    after = {path[len(AFTER):]: data for path, data in whole.items() if path.startswith(AFTER)}
    manifest, suspects = check_files(files)
    if "rows.txt" in files:
        check_rows(files)
    if seed is not None:
        compare("entropy.txt", HEADING + b"seed " + seed.encode() + b"\n", files["entropy.txt"])
        say("", "entropy.txt is the record of the seed that was typed")
    office = read_office(ledger) if ledger is not None else None
    inputs, prk, kinds, strata, duties = verify_draw(files)
    facts = {"protocol": inputs.suite.name, "period": inputs.plan["name"], "region": inputs.plan["region"],
             "witnessed": is_witnessed(kinds)}
    for key, value in facts.items():
        if manifest[key] != value or type(manifest[key]) is not type(value):
            raise No("manifest.json", key, value, manifest[key])
    say("", "protocol, period, region and witnessed of manifest.json agree")
    verify_teams(files, inputs, prk, duties)
    check_ledger(files, f"{inputs.plan['region']}.{inputs.plan['name']}")
    if suspects:
        raise suspects[0]
    if after:
        check_after(files, after, inputs, prk, strata, duties)
    if office:
        check_office(files, office, inputs, prk, strata, duties)
    print("VERIFIED: levels 2 and 3. Compare the commitment and the pre-beacon code with those that were lodged,\n"
          "and beacons with their public sources.")
