"""The protocol dr1 in Python's standard library, written from PROTOCOL.md and its vectors alone."""
