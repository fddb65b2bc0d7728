"""One process, measured: wall time, processor time, peak memory, and what it made."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SLOW_SECONDS = 25.0
"""A command that takes longer runs once: the medians of the others are of all rounds."""
ROOM_BYTES = 4 * 1000**3
"""Free bytes that a file system in memory must have to be written to."""


class FailedError(Exception):
    """A command did not end as it should."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is run, and what it must have made."""

    name: str
    argv: tuple[str, ...]
    makes: str = "lines"
    """`lines` of its output, `files` in its folder, or `nothing` that is kept (the output is thrown away)."""
    codes: tuple[int, ...] = (0,)
    """Exit codes that are no failure."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    wall_s: float
    cpu_s: float
    """User and system time of the process and the children it waited for."""
    peak_bytes: int
    made: int
    """Lines or files."""


@dataclass(slots=True)
class Measured:
    """All runs of a command on one file."""

    command: Command
    bytes: int
    """Size of the file."""
    runs: list[Run] = field(default_factory=list)
    failed: str = ""
    """Why there are no more runs."""

    @property
    def wall_s(self) -> float:
        """Median."""
        return statistics.median(run.wall_s for run in self.runs)

    @property
    def cpu_s(self) -> float:
        """Median."""
        return statistics.median(run.cpu_s for run in self.runs)

    @property
    def peak_bytes(self) -> int:
        """The highest of all runs."""
        return max(run.peak_bytes for run in self.runs)

    @property
    def is_done(self) -> bool:
        """It failed, or took so long that once is enough."""
        return bool(self.failed) or (bool(self.runs) and self.runs[0].wall_s > SLOW_SECONDS)


def environment() -> dict[str, str]:
    """As a user has it: Python may keep its byte code."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
    return kept


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """A folder for what a command writes: in memory where there is room, so that no disk decides the race."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES
    with tempfile.TemporaryDirectory(prefix="wsdtrace-bench-", dir=memory if roomy else beside) as folder:
        yield Path(folder)


def run(command: Command, beside: Path) -> Run:
    """Run a command once, in a folder of its own.

    Args:
        command: `{}` in its arguments is its folder.
        beside: where the folder is made if there is no room in memory.
    """
    with scratch(beside) as folder:
        argv = [part.replace("{}", str(folder)) for part in command.argv]
        # Both are beside its folder in effect: a name with a dot in front is not counted among its files.
        told, said = folder / ".stdout", folder / ".stderr"
        with told.open("wb") as out, said.open("wb") as err:
            started = time.perf_counter()
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if command.makes == "nothing" else out,
                stderr=err,
                cwd=folder,
                env=environment(),
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - started
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if code not in command.codes:
            raise FailedError(f"{' '.join(argv)} ended with {code}: {said.read_text(errors='replace')[-800:].strip()}")
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, _made(command.makes, folder))


def _made(what: str, folder: Path) -> int:
    if what == "files":
        return sum(1 for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    with (folder / ".stdout").open("rb") as lines:
        return sum(1 for _ in lines)


def race(commands: list[tuple[Command, Path]], rounds: int, data: Path) -> list[Measured]:
    """Run all commands in turn, each on its file, `rounds` times; the slow ones once. Opponents may fail.

    Raises:
        FailedError: the first one did, which is the one that is measured.
    """
    measured = [Measured(command, path.stat().st_size) for command, path in commands]
    for _ in range(rounds):
        for one in measured:
            if one.is_done:
                continue
            try:
                one.runs.append(run(one.command, data))
            except FailedError as error:
                if one is measured[0]:
                    raise
                one.failed = str(error)
                print(f"    {one.failed}")
    return measured
