"""wsdtrace and whatever of tshark, tcpflow, dpkt, scapy and pyshark is installed, on the same captures in turn.

`python benchmarks/bench.py [--smoke] [--scale SHARE] [--rounds N] [--only WORD] [--data FOLDER] [--write FILE]`

Captures are made once, by `traffic`, in benchmarks/data (12 GB; 0.2 GB with --smoke, which shows in a minute that
everything runs and promises nothing). Rounds are interleaved, so that a busy moment hits all alike; medians count.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from jobs import COMMANDS, HERE, Job, jobs, missing
from page import Outcome, summary, write_page
from runs import Command, FailedError, race

SMOKE_SCALE = 0.01
"""One job of scanning, and a thousand small exchanges: what takes a minute in all."""


def quick(job: Job) -> Job:
    """A job without the opponents that are too slow for its file: they would take minutes for the smallest."""
    return replace(job, rivals=tuple(r for r in job.rivals if r.traffic == job.traffic or r.command == job.command))


def with_file(command: Command, path: Path) -> Command:
    """The command on a file."""
    return replace(command, argv=tuple(str(path) if word == "FILE" else word for word in command.argv))


def measure(job: Job, rounds: int, data: Path, lacking: dict[str, str]) -> Outcome:
    """Race wsdtrace against the rivals of a job that are here."""
    rivals = [rival for rival in job.rivals if rival.command not in lacking]
    pairs = [(job.command, job.traffic), *((rival.command, rival.traffic) for rival in rivals)]
    paths = [traffic.path(data) for _, traffic in pairs]
    for path in dict.fromkeys(paths):
        warm(path)
    commands = [(with_file(COMMANDS[name], path), path) for (name, _), path in zip(pairs, paths, strict=True)]
    ours, *others = race(commands, rounds, data)
    ran = [(rival, measured) for rival, measured in zip(rivals, others, strict=True) if measured.runs]
    return Outcome(job, ours, ran)


def warm(path: Path) -> None:
    """Bring a file into the page cache: what is measured is reading it, not the disk."""
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def main() -> int:
    """Command line; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="small files, one round, nothing promised")
    parser.add_argument("--scale", type=float, default=1.0, metavar="SHARE", help="smaller files, where time is short")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", metavar="WORD", help="jobs whose title has this word")
    parser.add_argument("--data", type=Path, default=HERE / "data", metavar="FOLDER")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the results as a page")
    asked = parser.parse_args()
    data = asked.data.resolve()  # the programs run in folders of their own
    data.mkdir(parents=True, exist_ok=True)
    lacking = missing()
    for name, why in lacking.items():
        print(f"    without {COMMANDS[name].name}: {why}")
    started, load = time.time(), [os.getloadavg()[1]]
    outcomes = []
    for job in map(quick, jobs(SMOKE_SCALE)) if asked.smoke else jobs(asked.scale):
        if asked.only not in job.title:
            continue
        print(f"==> {job.title}", flush=True)
        try:
            outcomes.append(measure(job, 1 if asked.smoke else asked.rounds, data, lacking))
        except FailedError as error:
            sys.exit(str(error))
        load.append(os.getloadavg()[1])
        print("\n".join(outcomes[-1].lines()), flush=True)
    print(f"==> {time.time() - started:.0f} s, load average {min(load):.1f} to {max(load):.1f}")
    if asked.smoke:
        return 0
    print(summary(outcomes))
    if asked.write:
        write_page(asked.write, outcomes, lacking, max(load), asked.rounds, asked.scale)
    return 0 if all(verdict.kept for outcome in outcomes for verdict in outcome.verdicts()) else 1


if __name__ == "__main__":
    sys.exit(main())
