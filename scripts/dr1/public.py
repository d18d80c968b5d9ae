"""§16.1: the public part of a draw whose lists are secret: what can be checked before it is opened."""
import re

from .answers import No, counted, say, sha256
from .bundle import LEDGER, LIST, check_list
from .ledger import check_times, read_attempts, read_chain
from .suites import SUITES

CUT_OFFS, COMMIT = "cutoffs.csv", "commit.txt"


def is_public(files):
    return "manifest.json" not in files and LIST in files and CUT_OFFS in files


def demand(good, file, place, expected, found):
    if not good:
        raise No(file, place, expected, found)


def verify_public(files, office):
    """The list, the ledger, and what it says of commitment and cut-offs; beside the office's ledger also that this one goes on."""
    check_list(files, "")
    for path in sorted(files):
        demand(path in (COMMIT, CUT_OFFS, LIST) or path.startswith(LEDGER), path, "the whole file", "no such file", "a file")
    demand(COMMIT in files, COMMIT, "the whole file", "the commitment", "no file")
    say("1 files", f"{len(files) - 1} files are those of {LIST}")
    entries = read_chain(files)
    lines = files[COMMIT].decode("utf-8", "replace").split("\n")
    word = lambda first: next((line.split(" ")[1] for line in lines if line.startswith(first + " ")), "-")
    ceremony = f"{word('region')}.{word('period')}"
    known = read_attempts(entries).get(ceremony)
    now = known[-1] if known else None
    demand(now and now.entropy and now.draw, LEDGER, "the whole folder", f"a draw of {ceremony}", "none")
    demand(now.seal.fact("commit") == sha256(files[COMMIT]), COMMIT, f"SHA-256, after {now.seal.file}",
           now.seal.fact("commit"), sha256(files[COMMIT]))
    embargo = now.seal.fact("embargo")
    demand(embargo, now.seal.file, "embargo", "a last day of secrecy", "none")
    deciding = now.seal.fact("fallback" if now.entropy.fact("fallback-reason") else "beacon")
    named = " ".join(deciding.split(" ")[:2]) if deciding else None
    demand(now.entropy.fact("beacon") == named, now.entropy.file, "beacon", named, now.entropy.fact("beacon"))
    check_times(now)
    for entry, fact in ((now.draw, "manifest"), (now.draw, "sample"), (now.entropy, "record")):
        demand(re.fullmatch("[0-9a-f]{64}", entry.fact(fact) or ""), entry.file, fact, "a SHA-256", entry.fact(fact))
    for fact in ("notices", "teams"):
        demand(re.fullmatch("(0|[1-9][0-9]*) [0-9a-f]{64}", now.draw.fact(fact) or ""), now.draw.file, fact, "number and root",
               now.draw.fact(fact))
    say("2 ledger", f"{counted(len(entries), 'entry')} in one chain, in order; the seal came before its beacon; its head is")
    say("", entries[-1].hash)
    strata = [line.split(" ")[1:] for line in lines if line.startswith("stratum ")]
    rows = files[CUT_OFFS].decode("utf-8", "replace").split("\n")
    suite = SUITES[now.seal.fact("suite") or "dr1"]
    heading = "task,stratum," + suite.hash_name.replace("-", "").lower()
    demand(rows[0] == heading, CUT_OFFS, "row 1", heading, rows[0])
    for number, (stratum, row) in enumerate(zip(strata, rows[1:] + [""] * len(strata)), 2):
        form = suite.hex(b"") if stratum[4] == "0" else "[0-9a-f]{64}"
        demand(re.fullmatch(re.escape(f"{stratum[0]},{stratum[1]},") + form, row), CUT_OFFS, f"row {number}",
               f"{stratum[0]},{stratum[1]},<{suite.hash_name}>", row)
    demand(rows[len(strata) + 1:] == [""], CUT_OFFS, f"row {len(strata) + 2}", "the end", "more rows")
    say("3 commit", f"commit.txt is the sealed one; roots and hashes of cut-offs of {len(strata)} strata")
    changes = 0
    if office is not None:
        for path in sorted(path for path in files if path.startswith(LEDGER)):
            demand(office.get(path) == files[path], path, "the whole file", "the entry of the office's ledger", "another, or none")
        later = [e for e in read_chain(office) if (e.ceremony, e.attempt) == (ceremony, now.seal.attempt)]
        changes = sum(e.kind == "AMEND" for e in later)
        listed = next((e.fact("files") for e in later if e.kind == "PUBLISH" and e.fact("what") == "sealed"), "no PUBLISH")
        demand(listed == sha256(files[LIST]), LIST, "SHA-256, after the office's ledger", listed, sha256(files[LIST]))
        say("4 office", f"the office's ledger goes on where this one ends; {counted(changes, 'amendment')} since")
    print(f"VERIFIED: the public part, as far as it can be before it is opened. Secret until {embargo}, and to be verified with\n"
          "the opened bundle: record of chance, tickets, samples, visits, teams and amendments. Compare the codes of SEAL and of\n"
          "the pre-beacon record with those that were lodged.")
