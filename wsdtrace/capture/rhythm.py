"""Where the next records begin, when their lengths repeat: foretold by the last ones, and proven.

Theory of operation: bulk traffic has a rhythm (two full segments, an acknowledgement, and so on). When the lengths of
the last records repeat with some period, the places of all further records of that rhythm are computed, and the words
that hold the lengths are compared there in one step. A record whose place is right and whose length is as foretold
puts the next one where it was foretold, so the leading ones that agree are true beyond doubt. Where nothing repeats,
the walk from record to record goes on, and looks for a rhythm less and less often.
"""

from __future__ import annotations

import itertools
from array import array
from typing import Final

import numpy as np

from wsdtrace.capture.columns import gather

PATIENCE: Final = 24
"""Records that are walked before a rhythm is looked for: the longest one must be there twice."""
LONGEST: Final = 12
"""Records of the longest rhythm that is looked for."""
_LEAST_STEPS: Final = 8
"""Records in which a short rhythm must hold."""
_LEAST_ROUNDS: Final = 8
"""Rounds that must fit; fewer are walked faster than compared."""


def foretell(buffer: memoryview, end: int, starts: array[int], position: int, at: int, size: int) -> int:
    """Add to `starts` the records from `position` on that the rhythm of the last ones foretells rightly.

    Args:
        buffer: a window.
        end: bytes of it that are filled.
        starts: where records begin (64-bit numbers), the last of which ends at `position`; at least `PATIENCE` of them.
        position: where the next one would begin.
        at: where the word begins that says how long a record is, from the record's start.
        size: bytes of that word: 4 or 8.

    Returns:
        where the record behind the last one of `starts` begins.
    """
    recent = [*starts[-2 * LONGEST :], position]
    steps = [after - before for before, after in itertools.pairwise(recent)]
    period = next((k for k in range(1, LONGEST + 1) if _repeats(steps, k)), 0)
    if not period:
        return position
    first = starts[-period]
    rounds = (end - position) // (position - first)
    if rounds < _LEAST_ROUNDS:
        return position
    cycle = np.array(starts[-period:])
    places = (np.arange(rounds, dtype=np.int64)[:, None] * (position - first) + (cycle - first + position)).reshape(-1)
    word = f"u{size}"
    wanted = gather(buffer, cycle + at, size).view(word)
    agrees = gather(buffer, places + at, size).view(word).reshape(rounds, period) == wanted
    count = len(places) if agrees.all() else int(np.argmin(agrees))
    starts.frombytes(places[:count].tobytes())
    return starts[-1] + steps[-period:][(count - 1) % period]


def _repeats(steps: list[int], period: int) -> bool:
    """The last steps repeat with a period, for at least two rounds; two equal lengths in a row are no rhythm yet."""
    count = max(2 * period, _LEAST_STEPS)
    return steps[-count + period :] == steps[-count:-period]
