"""Frame numbers → the display filter of Wireshark that shows exactly these frames."""

from __future__ import annotations

from collections.abc import Iterable

NOTHING = "frame.number == 0"
"""A display filter that is valid and shows no frame: numbers begin with 1."""


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers, (first, last), in order."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def wireshark_filter(numbers: Iterable[int]) -> str:
    """`frame.number in {17, 30..388}` (wireshark-filter(4), the membership operator)."""
    runs = ranges(numbers)
    if not runs:
        return NOTHING
    return f"frame.number in {{{', '.join(str(a) if a == b else f'{a}..{b}' for a, b in runs)}}}"
