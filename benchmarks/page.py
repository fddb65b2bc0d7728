"""What was measured → lines on the screen and docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from jobs import COMMANDS, HERE, Job, Rival
from runs import Measured

BUSY = 1.5
"""Load average on two cores from which the page says that others were at work."""

PROXY = "## The proxy"
"""Title of the section that `proxy.py` writes."""
_HEAD = (
    "Made by `make bench`; do not edit. Every program reads the same generated captures (`benchmarks/traffic.py`)",
    "from the page cache, one program after the other, whole processes, start included; they write to memory.",
    "Times are medians of {rounds} interleaved rounds (one of what takes over 25 s); memory is the highest of all.",
    "Where an opponent needs over 3 minutes it reads a smaller file, and times are compared by byte. Processor time is",
    "user and system time.",
)
_BUSY = (
    "**The machine was busy with other work** (load average up to {load:.1f} on {cores} cores): wall times are too "
    "long by what others took, and ratios of processor time say more."
)

_SCALED = (
    "**The files were smaller than promised about** ({scale:g} of the size, `--scale {scale:g}`): the start of the "
    "process, some 0.3 s on a quiet machine, counts for more than it does in large files."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A promise, and what came of it."""

    job: str
    against: str
    promised: str
    wall: str
    cpu: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """The runs of one job."""

    job: Job
    ours: Measured
    rivals: list[tuple[Rival, Measured]]

    def ratios(self, rival: Measured) -> tuple[float, float]:
        """Times faster that wsdtrace is by byte of the file: wall time, processor time."""
        scale = self.ours.bytes / rival.bytes
        return rival.wall_s * scale / self.ours.wall_s, rival.cpu_s * scale / max(self.ours.cpu_s, 0.01)

    def lines(self) -> list[str]:
        """What is printed."""
        out = [f"    {_times(self.ours)}"]
        for _, measured in self.rivals:
            wall, cpu = self.ratios(measured)
            out.append(f"    {_times(measured)}   {_ratio(wall)}, processor time {_ratio(cpu)}")
        return out

    def verdicts(self) -> list[Verdict]:
        """What was promised about this job."""
        out = []
        for rival, measured in self.rivals:
            name = COMMANDS[rival.command].name
            if rival.traffic != self.job.traffic:
                name += f" on {rival.traffic.name}"
            wall, cpu = self.ratios(measured)
            if rival.at_least is not None:
                promise = f"≥ {rival.at_least:g}× faster"
                out.append(Verdict(self.job.title, name, promise, _ratio(wall), _ratio(cpu), wall >= rival.at_least))
            elif rival.at_most is not None:
                promise = f"≤ {rival.at_most:g}× the time"
                kept = 1 / wall <= rival.at_most
                out.append(Verdict(self.job.title, name, promise, f"{1 / wall:.2f}×", f"{1 / cpu:.2f}×", kept))
                if rival.command == self.job.command and self.job.peak_mb:
                    share = self.ours.peak_bytes / measured.peak_bytes
                    text = f"{share:.2f}×"
                    out.append(Verdict(self.job.title, f"{name}, memory", "within 10 %", text, "", share <= 1.1))
        if self.job.peak_mb:
            peak = self.ours.peak_bytes / 1e6
            kept = peak <= self.job.peak_mb
            out.append(Verdict(self.job.title, "peak memory", f"≤ {self.job.peak_mb} MB", f"{peak:.0f} MB", "", kept))
        return out


def _ratio(value: float) -> str:
    """Times faster, in words where it is slower."""
    if value < 1:
        return f"{1 / value:.2f}× slower"
    return f"{value:.3g}×" if value < 100 else f"{value:.0f}×"


def _times(one: Measured) -> str:
    return (
        f"{one.command.name:30} {one.bytes / 1e6:8,.0f} MB  {one.wall_s:8.2f} s  processor {one.cpu_s:8.2f} s"
        f"  {one.peak_bytes / 1e6:6,.0f} MB  {_made(one)}"
    )


def _made(one: Measured) -> str:
    return "" if one.command.makes == "nothing" else f"{one.runs[0].made:,} {one.command.makes}"


def summary(outcomes: list[Outcome]) -> str:
    """The promises as lines."""
    verdicts = [verdict for outcome in outcomes for verdict in outcome.verdicts()]
    return "\n".join(
        f"    {'kept  ' if v.kept else 'MISSED'}  {v.job}, {v.against}: "
        f"{v.wall} (processor {v.cpu or '–'}), {v.promised}"
        for v in verdicts
    )


def write_page(
    path: Path, outcomes: list[Outcome], lacking: dict[str, str], load: float, rounds: int, scale: float
) -> None:
    """Write the page."""
    lines = ["# Benchmarks", "", *(part.format(rounds=rounds) for part in _HEAD), ""]
    lines.append(f"Machine: {machine()}. {_versions()}.")
    if load > BUSY:
        lines += ["", _BUSY.format(load=load, cores=os.cpu_count())]
    if scale != 1:
        lines += ["", _SCALED.format(scale=scale)]
    if lacking:
        told = "; ".join(f"{COMMANDS[name].name} ({why})" for name, why in lacking.items())
        lines += ["", f"Not measured: {told}."]
    lines += ["", "## What is promised", "", "| job | against | to reach | wall time | processor time | |"]
    lines += ["|--|--|--|--:|--:|--|"]
    lines += [
        f"| {v.job} | {v.against} | {v.promised} | {v.wall} | {v.cpu} | {'✔' if v.kept else '✖ missed'} |"
        for outcome in outcomes
        for v in outcome.verdicts()
    ]
    lines += ["", "## What was measured", "", "| job | program | file | runs | wall s | processor s | peak MB | made |"]
    lines += ["|--|--|--|--:|--:|--:|--:|--|"]
    for outcome in outcomes:
        title = outcome.job.title
        files = [outcome.job.traffic, *(rival.traffic for rival, _ in outcome.rivals)]
        for traffic, one in zip(files, [outcome.ours, *(measured for _, measured in outcome.rivals)], strict=True):
            lines.append(
                f"| {title} | `{one.command.name}` | {traffic.name}, {one.bytes / 1e6:,.0f} MB | {len(one.runs)} | "
                f"{one.wall_s:.2f} | {one.cpu_s:.2f} | {one.peak_bytes / 1e6:,.0f} | {_made(one)} |"
            )
            title = ""
    lines += ["", (HERE / "notes.md").read_text().strip()]
    kept = section_of(path, PROXY)
    path.write_text("\n".join(lines) + "\n" + (f"\n{kept}" if kept else ""))
    print(f"==> {path}")


def section_of(path: Path, title: str) -> str:
    """The section of a page that begins with this line; empty where there is none."""
    _, found, rest = (path.read_text() if path.exists() else "").partition(f"\n{title}\n")
    return f"{title}\n{rest.partition(chr(10) + '## ')[0]}".rstrip() + "\n" if found else ""


def write_section(path: Path, title: str, lines: list[str]) -> None:
    """Put a section into a page, in the place of the one with the same title."""
    old = section_of(path, title)
    text = path.read_text()
    whole = text.replace(old.rstrip(), "").rstrip() if old else text.rstrip()
    path.write_text("\n".join([whole, "", title, "", *lines]) + "\n")
    print(f"==> {path}")


def machine() -> str:
    """The machine in a line."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = named[0] if named else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = f"{platform.system()} {platform.release().split('-', maxsplit=1)[0]}"
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, {system}"


def _versions() -> str:
    found = [f"wsdtrace {_version('wsdtrace')}", f"Python {sys.version.split()[0]}"]
    found += [f"{name} {_version(name)}" for name in ("numpy", "lxml", "dpkt", "scapy", "pyshark")]
    for program, option in (("tshark", "--version"), ("tcpflow", "--version")):
        try:
            said = subprocess.run([program, option], capture_output=True, text=True, check=False).stdout
        except OSError:
            continue
        numbers = [word for word in said.replace("(", " ").split() if word[:1].isdigit()]
        found.append(f"{program} {numbers[0].rstrip('.') if numbers else '?'}")
    return ", ".join(found)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"
