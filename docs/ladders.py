"""Draws the ladders of `docs/scan.md` from the case captures.

    python docs/ladders.py            draw them again
    python docs/ladders.py --check    say whether they are up to date

`tests/test_site.py` runs the same comparison.
"""

from __future__ import annotations

import sys
from pathlib import Path

from wsdtrace.pipeline import check_file
from wsdtrace.report.ladder import ladder_svg
from wsdtrace.report.svg import standalone

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "docs" / "ladders"
CASES = ("adf-3-pages", "push-scan", "orphaned-job", "cancel-while-sending")


def drawn(case: str) -> str:
    """The ladder of a case, as a file of its own."""
    (path,) = (REPOSITORY / "captures" / case).glob("capture.pcap*")
    return standalone(ladder_svg(check_file(str(path)))) + "\n"


def main(arguments: list[str]) -> int:
    """Draw them, or with `--check` compare; 1 when one is out of date."""
    stale = 0
    for case in CASES:
        path = TARGET / f"{case}.svg"
        new = drawn(case)
        if path.exists() and path.read_text() == new:
            continue
        if "--check" in arguments:
            print(f"  out of date: docs/ladders/{case}.svg (make docs)")
            stale = 1
            continue
        TARGET.mkdir(exist_ok=True)
        path.write_text(new)
        print(f"  written: docs/ladders/{case}.svg")
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
