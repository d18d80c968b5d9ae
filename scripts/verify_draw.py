#!/usr/bin/env python3
"""Verify a draw of the protocol dr1 from its bundle, with nothing but Python 3.9 or later.

    python3 verify_draw.py BUNDLE               verify a bundle (levels 2 and 3 of PROTOCOL §11)
    python3 verify_draw.py BUNDLE --seed TEXT   the same, and entropy.txt must be the record of this seed
    python3 verify_draw.py BUNDLE --ledger DIR  the same, and the amendments on the office's ledger are replayed (§17)
    python3 verify_draw.py --vectors DIR        run the vectors of §13

The protocol itself is in the folder dr1 beside this file, one module for each part of PROTOCOL.md.
Written from the text of PROTOCOL.md and its vectors alone. Everything is computed from inputs/ and entropy.txt; no
number of the results is trusted. Exit code 0: verified; 1: a definite no; 2: could not answer.
"""
import argparse
import sys
import re

from dr1.answers import CannotAnswer, No
from dr1.lottery import RECORD_FORMS
from dr1.vectors import run_vectors
from dr1.verify import verify_bundle


def main():
    parser = argparse.ArgumentParser(description="Verify a draw of the protocol dr1.")
    parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help="the bundle's folder")
    parser.add_argument("--vectors", metavar="DIR", help="run the vectors in this folder instead")
    parser.add_argument("--seed", metavar="TEXT", help="entropy.txt must be the record of this seed")
    parser.add_argument("--ledger", metavar="DIR", help="the office's ledger, whose amendments are replayed")
    args = parser.parse_args()
    if (args.bundle is None) == (args.vectors is None) or (args.bundle is None and (args.seed or args.ledger)):
        parser.error("give a BUNDLE, with or without --seed TEXT and --ledger DIR, or --vectors DIR")
    if args.seed is not None and not re.fullmatch(RECORD_FORMS[0][1], "seed " + args.seed):
        parser.error("a seed has 1 to 128 characters from 20 to 7e and no blank at either end")
    try:
        if args.vectors is not None:
            return run_vectors(args.vectors)
        verify_bundle(args.bundle, args.seed, args.ledger)
        return 0
    except No as no:
        print(no)
        return 1
    except CannotAnswer as reason:
        print(f"COULD NOT ANSWER: {reason}")
        return 2


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        sys.exit(main())
    except Exception as error:  # a fault of this program must not look like a definite no
        print(f"COULD NOT ANSWER: {error!r}")
        sys.exit(2)
