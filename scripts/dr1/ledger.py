"""§14 and §15.7: the ledger that a bundle carries: its chain, the order of its steps, and what it says of the bundle."""
import datetime
import re

from .answers import CannotAnswer, No, counted, say, sha256
from .bundle import LEDGER as FOLDER
from .draw import merkle_root
from .lottery import pre_beacon_code
from .suites import SUITES


KINDS = "SEAL LODGE ENTROPY DRAW PUBLISH AMEND VOID RESULT AUDIT".split()
HEAD = "entry previous kind time ceremony attempt".split()
ROOTED = {"entities.csv": "entities", "inspectors.csv": "roster", "recusals.csv": "recusals"}


class Entry:
    """One step: the words of its head, and its facts in order."""

    def __init__(self, file, data):
        self.file, self.hash = file, sha256(data)
        try:
            lines = data.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            raise No(file, "line 1", "UTF-8", "other bytes")
        if lines[0] != "dr1 ledger v1":
            raise No(file, "line 1", "dr1 ledger v1", lines[0])
        if lines[-1] != "":
            raise No(file, f"line {len(lines)}", "LF at the end", lines[-1])
        for number, word in enumerate(HEAD, 2):
            if len(lines) <= number or not re.fullmatch(word + " [^ ]+", lines[number - 1]):
                raise No(file, f"line {number}", word + " and its value", "another line")
        self.number, self.previous, self.kind, self.time, self.ceremony, self.attempt = (
            line.split(" ")[1] for line in lines[1:7])
        for number, (value, form) in enumerate((
                (self.number, "[1-9][0-9]*"), (self.previous, "[0-9a-f]{64}"), (self.kind, "|".join(KINDS)),
                (self.time, "[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}"), (self.ceremony, r"[0-9]{6}\.[0-9A-Za-z._-]{1,32}"),
                (self.attempt, "[1-9][0-9]*")), 2):
            if not re.fullmatch(form, value):
                raise No(file, f"line {number}", "the form of §14", value)
        try:
            datetime.datetime.strptime(self.time, "%Y-%m-%dT%H:%M:%S")
        except ValueError:
            raise No(file, "line 5", "a time", self.time)
        self.facts = []
        for number, line in enumerate(lines[7:-1], 8):
            word, _, value = line.partition(" ")
            if not re.fullmatch("[a-z0-9-]+", word) or not value or value != value.strip():
                raise No(file, f"line {number}", "a word, one blank and a value", line)
            self.facts.append((word, value))

    def all(self, word):
        return [value for known, value in self.facts if known == word]

    def fact(self, word):
        return next(iter(self.all(word)), None)


def read_chain(files):
    """§14: every entry follows the one before."""
    entries, previous, time = [], "0" * 64, ""
    for number, path in enumerate(sorted(path for path in files if path.startswith(FOLDER)), 1):
        entry = Entry(path, files[path])
        name = f"{FOLDER}{number:06}-{entry.kind}.txt"
        if (path, entry.number) != (name, str(number)):
            raise No(path, "the whole file", f"entry {number} in {name}", f"entry {entry.number}")
        if entry.previous != previous:
            raise No(path, "line 3", f"previous {previous}", f"previous {entry.previous}")
        if entry.time < time:
            raise No(path, "line 5", f"a time not before {time}", entry.time)
        entries.append(entry)
        previous, time = entry.hash, entry.time
    return entries


class Attempt:
    def __init__(self, seal):
        self.seal, self.rolled, self.entropy, self.draw, self.void = seal, None, None, None, None
        self.published, self.opened, self.disclosed = False, False, None


def fault_of(entry, now, own):
    """§15: what is wrong with this step behind the attempt `now` (None: the ceremony was never sealed); "" if nothing.
    `own` is the attempt that the entry names, which may be an earlier, void one."""
    if entry.kind == "SEAL":
        if (entry.fact("suite") or "dr1") not in SUITES:
            raise CannotAnswer(f"{entry.file}: the suite {entry.fact('suite')} is not known to this program")
        if now and not now.void:
            return f"attempt {now.seal.attempt} stands"
        expected = int(now.seal.attempt) + 1 if now else 1
        said = f"{now.seal.attempt} {now.void.fact('reason')}" if now else None
        if entry.attempt != str(expected):
            return f"attempt {expected} is next"
        return "" if entry.fact("after-void") == said else "it does not carry number and reason of the void attempt before"
    if not now:
        return "nothing is sealed"
    if own and own.void:
        fault = fault_after_void(entry, own)
        if fault is not None:
            return fault
    if entry.attempt != now.seal.attempt:
        return f"attempt {now.seal.attempt} stands"
    if now.void:
        return "the attempt is void"
    if entry.kind == "LODGE":
        return ""
    if entry.kind == "ENTROPY":
        if now.entropy or now.draw:
            return "the entropy is complete"
        first = now.seal.fact("dice") or now.seal.fact("sealed-value")
        beacon = now.seal.fact("beacon")
        if entry.fact("part") == "pre-beacon":
            return "the first part is there" if now.rolled else "" if beacon else "no beacon is planned"
        return "the part before the beacon is missing" if beacon and first and not now.rolled else ""
    if entry.kind == "DRAW":
        return "it is drawn already" if now.draw else "" if now.entropy else "the entropy is not complete"
    if entry.kind == "VOID":
        return "the lists are open" if now.opened else "the record is half done" if now.rolled and not now.entropy else ""
    if not now.draw:
        return "nothing is drawn"
    return fault_of_publish(entry, now) if entry.kind == "PUBLISH" else ""


def fault_after_void(entry, own):
    """§15.6: what is wrong with a step behind the VOID of its own attempt; None for a step that the others rule."""
    known = own.void.fact("sample") if own.void.fact("sample") != "unknown" else None
    if entry.kind == "PUBLISH" and entry.fact("what") == "void":
        if own.disclosed:
            return "the void attempt is public already"
        if not known and not own.entropy:
            return "its sample is not known"
        return "" if known in (None, entry.fact("sample")) else f"its sample is not that of {own.void.file}"
    if entry.kind == "ENTROPY" and not known and not own.seal.fact("dice") and own.seal.fact("beacon"):
        if own.entropy:
            return "the entropy is complete"
        if entry.fact("part") == "pre-beacon":
            return "the first part is there" if own.rolled else ""
        return "the part before the beacon is missing" if own.seal.fact("sealed-value") and not own.rolled else ""
    return None


def fault_of_publish(entry, now):
    """§16.1: what is wrong with a PUBLISH behind a drawn attempt."""
    if now.opened:
        return "the lists are open"
    if entry.fact("what") != "all":
        return "the public part is out" if now.published else ""
    embargo = now.seal.fact("embargo")
    if embargo and not now.published:
        return "the public part is not published"
    return f"the lists stay secret to the end of {embargo}" if embargo and entry.time[:10] <= embargo else ""


def read_attempts(entries):
    """§15: ceremony -> its attempts; every step in an order that the protocol has."""
    attempts = {}
    for entry in entries:
        known = attempts.get(entry.ceremony, [])
        now, own = known[-1] if known else None, next((a for a in known if a.seal.attempt == entry.attempt), None)
        fault = fault_of(entry, now, own)
        if fault:
            raise No(entry.file, "the whole file", "the order of §15", f"{entry.kind} of attempt {entry.attempt}, but {fault}")
        if entry.kind == "SEAL":
            attempts.setdefault(entry.ceremony, []).append(Attempt(entry))
        elif entry.kind == "ENTROPY" and entry.fact("part") == "pre-beacon":
            own.rolled = entry
        elif entry.kind in ("ENTROPY", "DRAW", "VOID"):
            setattr(own, entry.kind.lower(), entry)
        elif entry.kind == "PUBLISH" and own.void:
            own.disclosed = entry
        elif entry.kind == "PUBLISH":
            own.published = True
            own.opened = entry.fact("what") == "all"
    return attempts


def attempt_of(attempts, ceremony, record):
    """§15.7: the attempt with this record, else the latest; None for a ceremony that was never sealed."""
    known = attempts.get(ceremony, [])
    return next((a for a in known if a.entropy and a.entropy.fact("record") == record), known[-1] if known else None)


def check_times(now):
    """§15.7: the seal and the dice before the beacon that decided, the record not."""
    deciding = now.seal.fact("fallback" if now.entropy.fact("fallback-reason") else "beacon")
    if not deciding:
        return
    falls = deciding.split(" ")[2]
    if now.seal.time >= falls:
        raise No(now.seal.file, "time", f"before {falls}", now.seal.time)
    if now.seal.fact("dice") and now.rolled and now.rolled.time >= falls:
        raise No(now.rolled.file, "time", f"before {falls}", now.rolled.time)
    if now.entropy.time < falls:
        raise No(now.entropy.file, "time", f"not before {falls}", now.entropy.time)


def kinds_of(record, suite):
    """The lines of a record in the words of a SEAL: kind and number of the dice, hashes of sealed values, the beacon."""
    result = []
    for word, *rest in (line.split(" ") for line in record.decode().split("\n")[1:-1]):
        if word == "dice":
            result.append(f"dice {rest[0]} {len(rest[1])}")
        elif word == "sealed":
            result.append(f"sealed {rest[0]} {suite.hex(bytes.fromhex(rest[1]))}")
        else:
            result.append(f"beacon {rest[0]} {rest[1]}" if word == "beacon" else word)
    return result


def check_ledger(files, ceremony):
    """§15.7. A bundle without a ledger has nothing to check."""
    if not any(path.startswith(FOLDER) for path in files):
        return
    entries = read_chain(files)
    now = attempt_of(read_attempts(entries), ceremony, sha256(files["entropy.txt"]))
    if not now or not now.entropy:
        raise No(entries[-1].file, "the whole file", f"a complete entropy of {ceremony}", "none in the ledger")
    seal, drawn = now.seal, now.entropy
    suite = SUITES[seal.fact("suite") or "dr1"]

    def same(file, what, expected, found):
        if expected != found:
            raise No(file, what, expected, found)

    same("commit.txt", f"SHA-256, after {seal.file}", seal.fact("commit"), sha256(files["commit.txt"]))
    same("entropy.txt", f"SHA-256, after {drawn.file}", drawn.fact("record"), sha256(files["entropy.txt"]))
    for name, word in ROOTED.items():
        rows = files["inputs/" + name].split(b"\n")[1:-1]
        same("inputs/" + name, f"rows and root, after {seal.file}", seal.fact(word), f"{len(rows)} {merkle_root(rows, suite)}")
    lodged = now.rolled.fact("code") if now.rolled else drawn.fact("pre-beacon")
    same("entropy.txt", "pre-beacon code", lodged, pre_beacon_code(files["entropy.txt"], suite))
    deciding = seal.fact("fallback" if drawn.fact("fallback-reason") else "beacon")
    planned = [f"dice {value}" for value in seal.all("dice")] + [f"sealed {value}" for value in seal.all("sealed-value")]
    planned += ["beacon " + " ".join(deciding.split(" ")[:2])] if deciding else []
    same("entropy.txt", "the kinds of chance, after the seal", planned, kinds_of(files["entropy.txt"], suite))
    signature = drawn.fact("signature")
    if signature:
        source, issue, value = files["entropy.txt"].decode().split("\n")[-2].split(" ")[1:]
        if not source.startswith("drand/") or not re.fullmatch("([0-9a-f]{2})+", signature):
            raise No(drawn.file, "signature", "a signature of the sealed chain of drand", f"{source} {signature}")
        same("entropy.txt", f"the randomness of round {issue}, after {drawn.file}", sha256(bytes.fromhex(signature)), value)
        say("", f"drand round {issue}: the record holds the SHA-256 of its signature; the signature itself is for")
        say("", "`fairdraw verify`, or any client of drand")
    check_times(now)
    say("13 ledger", f"{counted(len(entries), 'entry')} in one chain, in order; attempt {seal.attempt} of {ceremony}; three "
                     "roots, record and commitment agree; its head is")
    say("", entries[-1].hash)
