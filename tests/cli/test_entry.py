"""Every way in which a run can end."""

import subprocess
import sys

import click
import pytest

from tests.cli.conftest import Run
from wsdtrace.cli.entry import run
from wsdtrace.errors import BadSelector, CaptureFormatError, MissingExtra, OutputError, UnknownRule


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        pytest.param(CaptureFormatError("x: no capture"), 3, "wsdtrace: x: no capture\n", id="capture"),
        pytest.param(UnknownRule("no rule 'x'"), 2, "wsdtrace: no rule 'x'\n", id="unknown rule"),
        pytest.param(BadSelector("bad"), 2, "wsdtrace: bad\n", id="bad selector"),
        pytest.param(OutputError("x: cannot be written"), 2, "wsdtrace: x: cannot be written\n", id="output"),
        pytest.param(
            MissingExtra("live capture", "live"),
            2,
            "wsdtrace: live capture needs an extra that is not installed: pip install 'wsdtrace[live]'\n",
            id="missing extra",
        ),
        pytest.param(KeyboardInterrupt(), 130, "wsdtrace: interrupted\n", id="Ctrl-C"),
        pytest.param(click.Abort(), 130, "wsdtrace: interrupted\n", id="abort"),
        pytest.param(BrokenPipeError(), 0, "", id="closed pipe"),
        pytest.param(click.exceptions.Exit(4), 4, "", id="a code of click"),
        pytest.param(
            OSError(28, "No space left on device"),
            2,
            "wsdtrace: cannot write to standard output: No space left on device\n",
            id="full disk",
        ),
        pytest.param(
            RuntimeError("a\nb"),
            70,
            "wsdtrace: internal error: RuntimeError: a␊b (--debug shows where; please report it)\n",
            id="internal",
        ),
    ],
)
def test_how_a_run_ends(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
    told: str,
) -> None:
    def invoke(args: list[str]) -> int:
        raise raised

    monkeypatch.setattr("wsdtrace.cli.entry._invoke", invoke)
    monkeypatch.setattr("wsdtrace.cli.entry.silence_stdout", lambda: None)
    assert run(["check", "x"]) == code
    assert capsys.readouterr().err == told


def test_with_debug_it_is_shown_where(monkeypatch: pytest.MonkeyPatch, wsdtrace: Run) -> None:
    def invoke(args: list[str]) -> int:
        raise RuntimeError("oops")

    monkeypatch.setattr("wsdtrace.cli.entry._invoke", invoke)
    assert "Traceback" in wsdtrace("check", "--debug", "x").err
    assert "Traceback" not in wsdtrace("check", "x").err


def test_the_package_can_be_run() -> None:
    done = subprocess.run([sys.executable, "-m", "wsdtrace", "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("wsdtrace ")


def test_shells_can_complete_commands(monkeypatch: pytest.MonkeyPatch, wsdtrace: Run) -> None:
    monkeypatch.setenv("_WSDTRACE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "wsdtrace ch")
    monkeypatch.setenv("COMP_CWORD", "1")
    ran = wsdtrace()
    assert (ran.code, ran.out) == (0, "plain,check\n")
