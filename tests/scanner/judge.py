"""One persona, one real driver, one verdict: a row of docs/personas.md."""

from __future__ import annotations

import io
from dataclasses import dataclass

from tests.scanner.driver import scanimage
from tests.scanner.plays import PLAYS
from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.report.trace import Trace
from wsdtrace.scanner.persona import persona
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread

DRIVERS_OWN = {"WSD612", "WSD614", "WSD615"}
"""What sane-airscan 0.99.27 itself does wrong, whoever the device is (field failures 34 and 43)."""


@dataclass(frozen=True)
class Judged:
    """What came of it."""

    row: str
    unexplained: list[str]
    """Findings at warning or above that are neither the persona's nor the driver's own."""


def judge(name: str) -> Judged:
    """Run the driver against a persona, and the checker on what they exchanged."""
    who, play = persona(name), PLAYS[name]
    symptom, trace = "– (found by discovery only)", None
    if play.scanimage:
        record = io.BytesIO()
        with ScannerThread(VirtualScanner(name, record=record)) as running:
            runs = [scanimage(running.url, *arguments) for arguments in play.scanimage]
        done = runs[-1]
        pages = f"{len(done.pages)} page{'' if len(done.pages) == 1 else 's'}"
        symptom = f"exit {done.code}: `{done.said}`, {pages}" if done.said else f"exit {done.code}, {pages}"
        with open_capture_bytes(record.getvalue(), "driver.pcapng") as source:
            trace = check_source(source, Options())
    by_driver = {f.code for f in trace.findings} if trace is not None else set()
    told = [f"[{code}](rules/{code}.md){'' if code in by_driver else ' ¹'}" for code in who.finds]
    row = f"| `{name}` | {who.summary} | {who.seen} | {symptom} | {' '.join(told) or '–'} |"
    return Judged(row, unexplained(trace, set(who.finds)) if trace is not None else [])


def unexplained(trace: Trace, explained: set[str]) -> list[str]:
    """Loud causes beyond those."""
    loud = [f for f in trace.findings if f.is_cause and f.severity.value in ("error", "warning")]
    return [f"{f.code} {f.message}" for f in loud if f.code not in explained | DRIVERS_OWN]
