"""Bytes ↔ programs: what two peers say, and what happens to the frames that carry it.

Layout: one byte with the number of frame changes, four bytes for each of them (operation and three operands), then
records of a kind (one byte), a length (two bytes) and that many bytes. What is cut is read as far as it goes, so that
every string of bytes is a program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

MOST_CHANGES = 32
MOST_RECORDS = 200
"""Records of one program that are read; the rest would only take time."""
LONGEST = 0xFFFF


class Kind(IntEnum):
    """What a record is."""

    CLIENT = 0
    SERVER = 1
    CLIENT_GAP = 2
    SERVER_GAP = 3
    CLIENT_END = 4
    SERVER_END = 5
    RESET = 6
    DATAGRAM = 7
    CONNECTION = 8


@dataclass(frozen=True)
class Record:
    """One step of a conversation."""

    kind: Kind
    data: bytes = b""


@dataclass(frozen=True)
class Change:
    """Something that happens to the frames or the file."""

    operation: int
    a: int
    b: int
    c: int


@dataclass
class Program:
    """One input."""

    changes: list[Change] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def read(data: bytes) -> Program:
    """The program that these bytes are."""
    count = min(data[0] if data else 0, MOST_CHANGES)
    position = 1 + 4 * count
    changes = [Change(*data[at : at + 4]) for at in range(1, position, 4) if at + 4 <= len(data)]
    records: list[Record] = []
    while position + 3 <= len(data) and len(records) < MOST_RECORDS:
        length = int.from_bytes(data[position + 1 : position + 3], "big")
        kind = Kind(data[position] % len(Kind))
        records.append(Record(kind, data[position + 3 : position + 3 + length]))
        position += 3 + length
    return Program(changes, records)


def write(program: Program) -> bytes:
    """The bytes of a program; `read(write(p)) == p` within the bounds."""
    changes = program.changes[:MOST_CHANGES]
    out = [bytes([len(changes)]), *(bytes([c.operation, c.a, c.b, c.c]) for c in changes)]
    for record in program.records[:MOST_RECORDS]:
        kept = record.data[:LONGEST]
        out.append(bytes([record.kind]) + len(kept).to_bytes(2, "big") + kept)
    return b"".join(out)
