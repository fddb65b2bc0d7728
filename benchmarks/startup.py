"""How long a person waits before anything is said: `wsdtrace --help`, and `check` of a small capture.

Both are compared with the start of a bare interpreter in the same run, so that the numbers mean the same on every
machine: medians of ROUNDS rounds, the three commands taking turns.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 15
HELP_LIMIT = 8.0
"""`wsdtrace --help` takes at most this many times the start of a bare interpreter."""
CHECK_LIMIT = 25.0
"""`wsdtrace check` of a capture of some 50 KB takes at most this many times the start of a bare interpreter."""

CAPTURE = Path(__file__).resolve().parent.parent / "captures" / "clean-flatbed" / "capture.pcap"
COMMANDS = {
    "bare interpreter": [sys.executable, "-c", "pass"],
    "wsdtrace --help": [str(Path(sys.executable).with_name("wsdtrace")), "--help"],
    f"wsdtrace check ({CAPTURE.stat().st_size // 1000} KB)": [
        str(Path(sys.executable).with_name("wsdtrace")),
        "check",
        "--fail-on",
        "never",
        str(CAPTURE),
    ],
}


def seconds(command: list[str]) -> float:
    """Wall time of one run of `command`, which has to succeed."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    elapsed = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return elapsed


def measure() -> dict[str, float]:
    """Median seconds of each command."""
    rounds = [{name: seconds(command) for name, command in COMMANDS.items()} for _ in range(ROUNDS + 1)]
    return {name: statistics.median(row[name] for row in rounds[1:]) for name in COMMANDS}  # the first one warms up


def main() -> int:
    """Print the medians and their ratios; 1 when a promise is broken."""
    medians = measure()
    bare = next(iter(medians.values()))
    limits = [None, HELP_LIMIT, CHECK_LIMIT]
    broken = 0
    for (name, median), limit in zip(medians.items(), limits, strict=True):
        ratio = f"{median / bare:5.1f} ×" + (f"   (at most {limit:.0f})" if limit else "")
        print(f"  {name:24} {median * 1000:7.1f} ms  {ratio}")
        broken += limit is not None and median / bare > limit
    if broken:
        print("  over the limit", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
