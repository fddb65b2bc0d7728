"""`python -m fuzz.run`: random inputs, guided by what they reach, until a promise breaks or the time is up.

Each door runs in a process of its own, because libFuzzer ends the process it runs in. What breaks a promise is written
to DIRECTORY/DOOR-crash-…, and `python -m fuzz.run --door DOOR FILE` runs it again.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import time
from pathlib import Path

SHARES = {"capture": 0.5, "stream": 0.25, "envelope": 0.25}
"""Door → its share of the time."""
MEMORY_MB = 1024
"""Of a process, libFuzzer's own included."""
HANG_SECONDS = 20
"""Of wall time, for what the doors' own limit of processor time cannot see: a call that never returns."""
_COUNT = re.compile(r"#(\d+)\s|stat::number_of_executed_units:\s+(\d+)")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="inputs to run once instead")
    parser.add_argument("--door", choices=(*SHARES, "all"), default="all")
    parser.add_argument("--minutes", type=float, default=10.0, help="for all doors together [10]")
    parser.add_argument("--inputs", type=int, default=0, help="stop a door after so many")
    parser.add_argument("--blind", action="store_true", help="without coverage: many more inputs, and no extra needed")
    parser.add_argument("--seed", type=int, default=1, help="of --blind [1]")
    parser.add_argument("--directory", type=Path, default=Path("fuzz/corpus"), help="corpus and crashes [fuzz/corpus]")
    asked = parser.parse_args()
    if asked.files:
        return again(asked.door, asked.files)
    if not asked.blind and importlib.util.find_spec("atheris") is None:
        print("fuzzing needs an extra that is not installed: pip install 'wsdtrace[fuzz]'", file=sys.stderr)
        return 2
    doors = list(SHARES) if asked.door == "all" else [asked.door]
    codes = [start(door, asked.minutes * (SHARES[door] if len(doors) > 1 else 1), asked) for door in doors]
    return max(codes)


def again(door: str, files: list[Path]) -> int:
    """Run inputs that are there."""
    from fuzz.doors import DOORS  # noqa: PLC0415  # a fuzzing process loads it instrumented

    for path in files:
        DOORS[door](path.read_bytes())
        print(f"{path}: no promise broken")
    return 0


def command_of(door: str, seconds: int, asked: argparse.Namespace) -> list[str]:
    """The process that fuzzes a door."""
    inputs, directory = asked.inputs, asked.directory
    if asked.blind:
        options = ["--seconds", str(seconds), "--inputs", str(inputs), "--seed", str(asked.seed)]
        return [sys.executable, "-m", "fuzz.blind", door, str(directory), *options]
    options = [f"-max_total_time={seconds}", f"-timeout={HANG_SECONDS}", f"-rss_limit_mb={MEMORY_MB}"]
    options += [f"-artifact_prefix={directory}/{door}-"] + ([f"-runs={inputs}"] if inputs else [])
    return [sys.executable, "-m", "fuzz.inside", door, str(directory), *options]


def start(door: str, minutes: float, asked: argparse.Namespace) -> int:
    """Fuzz one door in a process, and say how many inputs it took; its exit code."""
    directory: Path = asked.directory
    directory.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    count, tail = 0, [""]
    command = command_of(door, max(1, int(minutes * 60)), asked)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        assert process.stderr is not None
        for line in process.stderr:
            tail = [*tail[-60:], line]
            found = _COUNT.match(line)
            count = int(found[1] or found[2]) if found else count
    verdict = "a promise broke" if process.returncode else "no promise broken"
    if process.returncode < 0:
        verdict = f"ended from outside by signal {-process.returncode}; no promise broken until then"
    print(f"{door:9} {count:>10,} inputs in {(time.monotonic() - began) / 60:.1f} min: {verdict}", flush=True)
    if process.returncode:
        print("".join(tail))
    return int(process.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
