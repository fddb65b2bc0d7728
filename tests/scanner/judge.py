"""One persona, one real driver, one verdict: a row of docs/personas.md."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.scanner.driver import scanimage, telling
from tests.scanner.plays import PLAYS, Play
from tests.shared import REPOSITORY
from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_file, check_source
from wsdtrace.report.trace import Trace
from wsdtrace.scanner.persona import Persona, persona
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread

DRIVERS_OWN = {"WSD612", "WSD614", "WSD615"}
"""What sane-airscan 0.99.27 itself does wrong, whoever the device is (field failures 34 and 43)."""
SCANS = "PROTO_OP_LOAD: submitting"
"""The line of the driver's log at which the scanner begins to scan a page."""


@dataclass(frozen=True)
class Judged:
    """What came of it."""

    row: str
    unexplained: list[str]
    """Findings at warning or above that are neither the persona's nor the driver's own."""
    hidden: set[str]
    """Codes that are the persona's, and did not show in the driver's run."""


def judge(name: str) -> Judged:
    """Run the driver against a persona, and the checker on what they exchanged."""
    who, play = persona(name), PLAYS[name]
    symptom, log, trace = _scanned(who, play) if play.scanimage else _looked_for(name)
    found = {f.code for f in trace.findings}
    hidden = set(who.finds) - found
    told = " ".join(f"[{code}](rules/{code}.md)" for code in who.finds if code in found)
    if hidden:
        missed = " ".join(f"[{code}](rules/{code}.md)" for code in who.finds if code in hidden)
        told = f"{told} (not {missed}: {play.spared})".strip()
    cells = f"`{name}`", who.summary, who.seen, symptom, f"`{log}`" if log else "–", told or "–"
    return Judged(f"| {' | '.join(cells)} |", unexplained(trace, set(who.finds)), hidden)


def _scanned(who: Persona, play: Play) -> tuple[str, str, Trace]:
    """What scanimage shows, what its backend logs, and the verdict."""
    if play.cancels:
        who = dataclasses.replace(who, device=dataclasses.replace(who.device, page_s=1.0))
    record = io.BytesIO()
    with ScannerThread(VirtualScanner(who, record=record)) as running:
        runs = [
            scanimage(running.url, *arguments, interrupt_at=SCANS if play.cancels and not number else None)
            for number, arguments in enumerate(play.scanimage)
        ]
    done = runs[-1]
    pages = f"{len(done.pages)} page{'' if len(done.pages) == 1 else 's'}{''.join(map(_blank, done.pages))}"
    symptom = f"exit {done.code}: `{done.said}`, {pages}" if done.said else f"exit {done.code}, {pages}"
    with open_capture_bytes(record.getvalue(), "driver.pcapng") as source:
        return symptom, done.telling, check_source(source, Options())


def _blank(page: Image.Image) -> str:
    """What is drawn of a page, where that is not all: the scanner draws a frame around each."""
    plain = page.convert("L")
    drawn = plain.point(lambda level: 255 if level < 200 else 0).getbbox() or (0, 0, 0, 0)
    if drawn[2] > 0.9 * plain.width and drawn[3] > 0.9 * plain.height:
        return ""
    return f", blank but for {drawn[2]}×{drawn[3]} of its {plain.width}×{plain.height} pixels"


def _looked_for(name: str) -> tuple[str, str, Trace]:
    """The same of `scanimage -L`, in a network of its own."""
    with tempfile.TemporaryDirectory() as folder:
        said = look_for("sane", Path(folder), name)["said"]
        listed = [line for line in said.splitlines() if line.startswith("device `airscan:")]
        symptom = "`scanimage -L` lists it" if listed else "`scanimage -L`: `No scanners were identified`"
        return symptom, telling(said), check_file(str(Path(folder) / "wire.pcapng"))


def look_for(client: str, folder: Path, *who: str) -> dict[str, str]:
    """What a discovery client of others said, and what it asked the scanner (`tests/scanner/elsewhere.py`)."""
    done = subprocess.run(
        ["unshare", "-mn", sys.executable, "-m", "tests.scanner.elsewhere", client, folder, *who],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return told


def unexplained(trace: Trace, explained: set[str]) -> list[str]:
    """Loud causes beyond those."""
    loud = [f for f in trace.findings if f.is_cause and f.severity.value in ("error", "warning")]
    return [f"{f.code} {f.message}" for f in loud if f.code not in explained | DRIVERS_OWN]
