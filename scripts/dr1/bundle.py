"""§8.4, §8.5 and §11.2 step 1: the files of a bundle, its manifest, and where damage is."""
import itertools
import json
import os

from .answers import CannotAnswer, No, say, sha256
from .lottery import is_number
from .suites import SUITES
from .tables import INPUTS


RESULTS = "commit.txt strata.csv samples.csv excluded.csv visits.csv teams.csv unplaced.csv potentials.csv".split()
LEDGER = "ledger/"
AFTER = "after/"
LIST = "files.txt"
OTHERS = "entropy.txt VERIFY.md schedule.xlsx".split()


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


def check_list(files, prefix):
    """§16.1, §16.3: the list of some files: each has its hash, and no other is there. Wrong files come before the list."""
    if LIST not in files:
        raise No(prefix + LIST, "the whole file", "the list of the files", "no file")
    expected = "".join(f"{sha256(files[path])}  {path}\n" for path in sorted(set(files) - {LIST})).encode()
    listed = {line[66:]: line[:64] for line in files[LIST].decode("utf-8", "replace").split("\n")}
    for path in sorted((set(files) | set(listed)) - {LIST, ""}):
        if path in listed and path not in files:
            raise No(prefix + path, f"the whole file, after {prefix}{LIST}", "this file", "no file")
        if listed.get(path) != sha256(files[path]):
            raise No(prefix + path, f"SHA-256, after {prefix}{LIST}", listed.get(path, "no such file"), sha256(files[path]))
    compare(prefix + LIST, expected, files[LIST])


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
    if first[0] != "fairdraw bundle 1" or first[1] not in SUITES:
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
    extra = sorted(path for path in paths.difference(described) if not path.startswith(LEDGER))
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
