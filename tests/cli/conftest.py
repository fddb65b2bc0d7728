"""A way to run the command in this process, on traces built by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from wsdtrace.cli.entry import run
from wsdtrace.report.trace import Trace


@dataclass
class Ran:
    """What a run ended with."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
Captures = dict[str, Trace | BaseException]


@pytest.fixture
def wsdtrace(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `wsdtrace ARGS…`."""

    def runs(*args: str) -> Ran:
        code = run(args)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return runs


@pytest.fixture
def captures(monkeypatch: pytest.MonkeyPatch) -> Captures:
    """What reading a path gives: a trace, or an exception; to be filled by the test."""
    known: Captures = {}

    def check_file(path: str, options: object = None) -> Trace:
        found = known[path]
        if isinstance(found, BaseException):
            raise found
        return found

    monkeypatch.setattr("wsdtrace.pipeline.check_file", check_file)
    return known
