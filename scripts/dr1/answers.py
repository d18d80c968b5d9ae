"""The three answers of a verifier, and how it says what it does."""
import hashlib
import re


class No(Exception):
    """A definite no: file, place in it, what was expected, what was found."""

    def __init__(self, file, place, expected, found):
        super().__init__(f"NO\n  file:     {file}\n  place:    {place}\n  expected: {expected}\n  found:    {found}")


class CannotAnswer(Exception):
    """Something needed is missing, unreadable, or of another protocol."""


def say(step, text):
    print(f"{step:<12}{text}", flush=True)


def counted(number, noun):
    """How many of something there are, with the regular plural of its noun."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if re.search("[^aeou]y$", noun) else f"{number} {noun}s"


def sha256(data):
    return hashlib.sha256(data).hexdigest()
