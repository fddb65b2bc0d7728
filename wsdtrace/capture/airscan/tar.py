"""The archive beside a trace → where the bytes of each of its files are.

The driver writes plain ustar headers (POSIX.1-1988), files called `00000000.dat`, and two empty blocks at the end. What
is damaged ends the walk; a file that is cut keeps what is there.
"""

from __future__ import annotations

import os
from typing import BinaryIO, Final

from wsdtrace.dataclass import dataclass

BLOCK: Final = 512
MAX_MEMBERS: Final = 100_000
"""Files that are looked at: two for each page, so 50,000 pages."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive."""

    path: str
    """Of the archive."""
    offset: int
    size: int
    """What its header says."""
    there: int
    """Bytes of it that the archive holds."""


def members_of(path: str) -> dict[str, Member]:
    """The files of an archive by their names; of one that is damaged or absent, what can be read."""
    try:
        with open(path, "rb") as file:
            return _walk(path, file, os.fstat(file.fileno()).st_size)
    except OSError:
        # A trace may come without its archive: then its contents are missing, and every reader is told so.
        return {}


def _walk(path: str, file: BinaryIO, end: int) -> dict[str, Member]:
    found: dict[str, Member] = {}
    at = 0
    while at + BLOCK <= end and len(found) < MAX_MEMBERS:
        file.seek(at)
        header = file.read(BLOCK)
        size = _octal(header[124:136])
        if len(header) < BLOCK or header[257:262] != b"ustar" or size is None:
            break
        name = header[:100].partition(b"\0")[0].decode("latin-1")
        start = at + BLOCK
        found.setdefault(name, Member(path, start, size, max(min(size, end - start), 0)))
        at = start + -(-size // BLOCK) * BLOCK
    return found


def _octal(field: bytes) -> int | None:
    digits = field.strip(b" \0")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else None
