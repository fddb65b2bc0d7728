"""What the rules cost beside reading and typing the same capture.

The same pipeline runs with all rules and with none, taking turns, in one process: with none it reads the frames, puts
the streams together, types every SOAP message and follows devices and jobs; what only rules need is then left out, and
so counts as theirs. Processor time, medians of ROUNDS rounds.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import traffic

from wsdtrace.capture import open_capture
from wsdtrace.check.rule import Rule, all_rules
from wsdtrace.pipeline import Options, check_source

ROUNDS = 5
LIMIT = 0.30
"""Checking costs less than this part of reading and typing."""

CASES = Path(__file__).resolve().parent.parent / "captures"


def seconds(paths: Sequence[Path], rules: Iterable[Rule]) -> float:
    """Processor time of one pass over some captures."""
    chosen = list(rules)
    started = time.process_time()
    for path in paths:
        with open_capture(path) as source:
            check_source(source, Options(keep_exchanges=False), chosen)
    return time.process_time() - started


def measure(paths: Sequence[Path]) -> tuple[float, float]:
    """Median seconds without and with rules."""
    rules = all_rules()
    rows = [(seconds(paths, ()), seconds(paths, rules)) for _ in range(ROUNDS + 1)][1:]  # the first one warms up
    return statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows)


def main() -> int:
    """Print both times and the share; 1 when the promise is broken."""
    cases = sorted(CASES.glob("*/capture.pcap*"))
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.pcap"
        traffic.generate("small", 8.0, small, traffic.Options())
        for name, paths in (("many small messages", [small]), ("the case captures", cases)):
            without, all_of_them = measure(paths)
            share = (all_of_them - without) / without
            print(f"  {name:20} {without:6.2f} s without rules, {all_of_them:6.2f} s with all: {share:5.0%}")
            broken += share > LIMIT
    if broken:
        print(f"  over {LIMIT:.0%}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
