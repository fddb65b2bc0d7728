"""`python -m fuzz.blind DOOR DIRECTORY --seconds S --inputs N --seed K`: fuzz one door without coverage.

Many times as many inputs in a second as with coverage, and it needs no extra. Inputs are changed again and again: a
share of them goes back into the pool from which they are taken.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from fuzz.doors import DOORS
from fuzz.mutate import mutate_markup, mutate_program
from fuzz.seeds import seeds

MOST_BYTES = 16_384
POOL = 4096
"""Inputs that are kept to be changed again."""
KEPT = 0.1
"""Share of the inputs that go into the pool."""
TELL_EVERY = 1000


def main() -> int:
    """Command line; 1 when a promise broke."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("door", choices=tuple(DOORS))
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--inputs", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    return fuzz(asked.door, asked.directory, asked.seconds, asked.inputs or sys.maxsize, asked.seed)


def fuzz(door: str, directory: Path, seconds: float, inputs: int, seed: int) -> int:
    """Fuzz until the time is up, so many inputs are done, or a promise breaks."""
    rng = random.Random(seed)
    mutate = mutate_markup if door == "envelope" else mutate_program
    pool = seeds(door)
    began, slowest, count = time.monotonic(), 0.0, 0
    for count in range(1, inputs + 1):
        data = mutate(rng.choice(pool), MOST_BYTES, rng.randrange(1 << 32))
        started = time.process_time()
        try:
            DOORS[door](data)
        except Exception:
            path = directory / f"{door}-crash-{seed}-{count}"
            path.write_bytes(data)
            print(f"#{count} {path}", file=sys.stderr)
            raise
        slowest = max(slowest, time.process_time() - started)
        if rng.random() < KEPT:
            if len(pool) < POOL:
                pool.append(data)
            else:
                pool[rng.randrange(POOL)] = data
        if count % TELL_EVERY == 0:
            print(f"#{count} slowest {slowest:.3f} s", file=sys.stderr, flush=True)
            if time.monotonic() - began > seconds:
                break
    print(f"#{count} slowest {slowest:.3f} s", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
