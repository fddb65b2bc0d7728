"""Writes `docs/limits.md`: every bound of the package with its value and reason, read from the source.

python docs/limits.py            write it again
python docs/limits.py --check    say whether it is up to date
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "docs" / "limits.md"
ROOMS = ("capture", "net", "http", "soap", "state", "check", "proxy")
HEAD = """# Limits

Memory is bounded whatever a capture holds, and nothing is dropped in silence: a bound that bites leaves a gap or an
anomaly, which WSD002 or WSD008 tell. These are the bounds of the rooms that read captures, and of the proxy.

<!-- made by docs/limits.py: edit the constants' docstrings instead -->
"""


HOSTILE = """## Hostile input

What somebody may send who wants to stop the reader. Each is a test (tests/test_hostile.py). `benchmarks/hostile.py`
measures what each costs, and marks what is more than it should be: three times a frame of many small messages, 2.2
times as long for twice of it, 250 MB of memory. A bomb has few frames; what it costs is bytes that are unpacked (3 ns
each, so 0.2 s up to `HttpLimits.decoded_content`) and elements that are made of them.
"""

FUZZED = """## Random input

`python -m fuzz.run --blind --minutes 7.5 --seed N` changes conversations, frames and documents at random. Beside
557,000 inputs of before, 828,000 were tried with the seeds 101 to 107 (83,000 captures, 431,000 streams, 314,000
envelopes). One promise broke: after a hole in the headers of a part the next part began too late (seed 105, stream
38,345). With that mended, 188,000 of them found nothing. No input took a second of processor time.
"""


def bounds(module: Path) -> Iterator[tuple[str, str, str]]:
    """Name, value and reason of each bound of a module: constants `MAX_…`, and fields of classes `…Limits`."""
    tree = ast.parse(module.read_text())
    for name, value, reason in _assigned(tree.body):
        if name.startswith("MAX_") or name.endswith("_MAX"):
            yield name, value, reason
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.endswith("Limits"):
            for name, value, reason in _assigned(node.body):
                yield f"{node.name}.{name}", value, reason


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, str, str]]:
    for node, behind in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign):
            target: ast.expr = node.target
        elif isinstance(node, ast.Assign):
            target = node.targets[0]
        else:
            continue
        if isinstance(target, ast.Name) and node.value is not None:
            said = behind.value if isinstance(behind, ast.Expr) else None
            reason = said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""
            yield target.id, ast.unparse(node.value), " ".join(reason.split())


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for room in ROOMS:
        rows = [
            f"| `{name}` | `{value}` | {reason.replace('|', chr(92) + '|')} |"
            for module in sorted((REPOSITORY / "wsdtrace" / room).rglob("*.py"))
            for name, value, reason in bounds(module)
            if reason and not name.startswith("_")
        ]
        lines += [f"## {room}", "", "| bound | value | what, and why so much |", "|--|--|--|", *rows, ""]
    lines += [HOSTILE, "| input | what happens |", "|--|--|"]
    lines += [f"| {case.name} | {case.what} |" for case in _hostile_cases()]
    return "\n".join([*lines, "", FUZZED])


def _hostile_cases() -> Sequence[Any]:
    """The cases of benchmarks/hostile.py, which is a script beside others."""
    for folder in (REPOSITORY, REPOSITORY / "benchmarks"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    cases: Sequence[Any] = importlib.import_module("hostile").CASES
    return cases


def main() -> int:
    """Command line."""
    text = page()
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.exists() and TARGET.read_text() == text else 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
