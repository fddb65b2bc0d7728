"""What the rules cost beside reading and typing the same capture.

The same pipeline runs in three ways, taking turns, in one process: it reads the frames, puts the streams together,
types every SOAP message and follows devices and jobs; it also keeps the books that only rules need; and it judges with
all rules. What the books take counts as theirs. Processor time, medians of ROUNDS rounds; the garbage is collected as
seldom as the command line has it.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import traffic

from wsdtrace.capture import open_capture
from wsdtrace.check.rule import Rule, all_rules
from wsdtrace.cli import GC_THRESHOLDS
from wsdtrace.pipeline import Options, check_source
from wsdtrace.state.events import Event

ROUNDS = 5
LIMIT = 0.30
"""Checking costs less than this part of reading and typing."""

CASES = Path(__file__).resolve().parent.parent / "captures"


def _heard(event: Event) -> None:
    """Somebody listens, so the books are kept."""


def seconds(paths: Sequence[Path], options: Options, rules: Iterable[Rule]) -> float:
    """Processor time of one pass over some captures."""
    chosen = list(rules)
    started = time.process_time()
    for path in paths:
        with open_capture(path) as source:
            check_source(source, options, chosen)
    return time.process_time() - started


def measure(paths: Sequence[Path]) -> tuple[float, float, float]:
    """Median seconds without rules and their books, with the books, and with both."""
    rules, plain = all_rules(), Options(keep_exchanges=False)
    kept = Options(keep_exchanges=False, on_event=_heard)
    ways = (plain, ()), (kept, ()), (plain, rules)
    rows = [[seconds(paths, options, chosen) for options, chosen in ways] for _ in range(ROUNDS + 1)]
    without, books, everything = (statistics.median(column) for column in zip(*rows[1:], strict=True))  # one warms up
    return without, books, everything


def main() -> int:
    """Print the times and the share; 1 when the promise is broken."""
    gc.set_threshold(*GC_THRESHOLDS)
    cases = sorted(CASES.glob("*/capture.pcap*"))
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        made = {kind: Path(folder) / f"{kind}.pcap" for kind in ("small", "images")}
        traffic.generate("small", 8.0, made["small"], traffic.Options())
        traffic.generate("images", 250.0, made["images"], traffic.Options())
        rows = (
            ("status polls", [made["small"]], True),
            ("scans of pages", [made["images"]], True),
            # Nothing is promised of these: each shows something wrong in 50 KB, of which evidence is made.
            ("the case captures", cases, False),
        )
        for name, paths, promised in rows:
            without, books, everything = measure(paths)
            share = (everything - without) / without
            print(
                f"  {name:20} {without:6.2f} s without rules, {books - without:5.2f} s books, "
                f"{everything - books:5.2f} s rules: {share:5.0%}"
            )
            broken += promised and share > LIMIT
    if broken:
        print(f"  over {LIMIT:.0%}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
