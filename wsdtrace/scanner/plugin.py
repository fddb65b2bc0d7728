"""Fixtures for pytest, for writers of drivers and firmware: a scanner to scan from, and the checker for what came.

    def test_my_driver_reads_three_pages(virtual_scanner, check_capture):
        scanner = virtual_scanner(persona="fault-200", sheets=3)
        assert len(my_driver.scan(scanner.url, source="ADF")) == 3
        check_capture(scanner, allow=["WSD327"])

Nothing but pytest is imported until a fixture is used. When such a test fails, the report names the captures and what
is found in them; `--wsdtrace-keep DIR` copies them there.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wsdtrace.report.trace import Trace
    from wsdtrace.scanner.thread import ScannerThread

_CAPTURES = pytest.StashKey[list[Path]]()
RANKS = {"error": 0, "warning": 1, "info": 2}


class ServedScanner:
    """A virtual scanner that runs beside a test.

    Args:
        running: its thread.
        capture: its record.
    """

    def __init__(self, running: ScannerThread, capture: Path) -> None:
        self._running = running
        self.capture = capture
        """What it exchanged so far, as a pcapng file."""

    @property
    def url(self) -> str:
        """Of its scan service."""
        return self._running.url

    @property
    def device_url(self) -> str:
        """Where its metadata is."""
        return self._running.scanner.addresses.device

    @property
    def endpoint(self) -> str:
        """Its endpoint address, `urn:uuid:…`."""
        return self._running.scanner.device.endpoint

    def press(self, destination: str | None = None, source: str = "Platen") -> str | None:
        """Press its button; the ScanIdentifier, or None where nobody is on its display."""
        return self._running.call(lambda: self._running.scanner.device.panel.press(destination, source))

    def skip(self, seconds: float) -> None:
        """Set its clock forward: its timers go off, and the capture shows the time."""
        self._running.call(lambda: self._running.scanner.clock.skip(seconds))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of this plugin."""
    group = parser.getgroup("wsdtrace")
    group.addoption("--wsdtrace-keep", metavar="DIR", help="copy the captures of failed tests there")


@pytest.fixture
def virtual_scanner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., ServedScanner]]:
    """Makes virtual scanners: `virtual_scanner(persona="well-behaved", announce=False, **device)`.

    `persona` is a name of `wsdtrace scanner --list`, or the path of a TOML file; `device` are fields of its `[device]`
    (sheets, page_s, dpi, formats, …). Each listens on a free port of 127.0.0.1 until the test ends.
    """
    from wsdtrace.scanner.persona import load_persona, persona
    from wsdtrace.scanner.server import VirtualScanner
    from wsdtrace.scanner.thread import ScannerThread

    captures = request.node.stash.setdefault(_CAPTURES, [])
    made = 0
    with ExitStack() as stack:

        def make(persona_: Any = "well-behaved", *, announce: bool = False, **device: Any) -> ServedScanner:
            nonlocal made
            made += 1
            told = device.pop("persona", persona_)
            who = load_persona(told) if str(told).endswith(".toml") else persona(told)
            who = dataclasses.replace(who, device=dataclasses.replace(who.device, **device))
            path = tmp_path / f"scanner-{made}.pcapng"
            file = stack.enter_context(path.open("wb"))
            captures.append(path)
            running = stack.enter_context(ScannerThread(VirtualScanner(who, record=file, announce=announce)))
            return ServedScanner(running, path)

        yield make


@pytest.fixture
def check_capture(request: pytest.FixtureRequest) -> Callable[..., Trace]:
    """Checks a capture: `check_capture(scanner_or_path, allow=(), at="warning")` fails the test on findings.

    `allow` are codes that may be found, or their beginnings; `at` is the least severity that counts. What is returned
    is the whole verdict: jobs, exchanges, images, findings.
    """
    captures = request.node.stash.setdefault(_CAPTURES, [])

    def check(what: ServedScanner | Path | str, allow: Collection[str] = (), at: str = "warning") -> Trace:
        from wsdtrace.pipeline import check_file

        path = what.capture if isinstance(what, ServedScanner) else Path(what)
        if path not in captures:
            captures.append(path)
        trace = check_file(str(path))
        told = [line for code, line in _found(trace, at) if not code.startswith(tuple(allow))]
        if told:
            pytest.fail("\n".join([f"wsdtrace finds in {path}:", *told]), pytrace=False)
        return trace

    return check


def _found(trace: Trace, at: str) -> list[tuple[str, str]]:
    """Code and line of each cause at or above a severity."""
    return [
        (f.code, f"  {f.severity.value} {f.code} {f.name}: {f.message} (fault: {f.fault_of})")
        for f in trace.findings
        if f.is_cause and f.severity.rank <= RANKS[at]
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Name the captures of a test that failed, and what is found in them."""
    report = yield
    captures = item.stash.get(_CAPTURES, [])
    if report.failed and captures and report.when == "call":
        report.sections.append(("wsdtrace", "\n".join(_told(item, captures))))
    return report


def _told(item: pytest.Item, captures: list[Path]) -> Iterator[str]:
    from wsdtrace.errors import WsdtraceError
    from wsdtrace.pipeline import check_file

    keep = item.config.getoption("--wsdtrace-keep")
    for number, path in enumerate(captures, 1):
        kept = path
        if keep is not None and path.exists():
            name = re.sub(r"[^\w.-]+", "_", item.nodeid)[-100:]
            kept = Path(keep) / f"{name}-{number}.pcapng"
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, kept)
        yield f"capture: {kept}"
        try:
            yield from (line for _, line in _found(check_file(str(path)), "info"))
        except WsdtraceError as error:
            yield f"  {error}"
        yield f"  next: wsdtrace check {kept}"
