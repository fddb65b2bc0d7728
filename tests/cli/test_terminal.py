"""What the process writes to."""

import io
import sys

import pytest

from wsdtrace.cli.terminal import complain, complain_internal, look_of, wants_color
from wsdtrace.report.page import PIPED_WIDTH, Verbosity


@pytest.mark.parametrize(
    ("choice", "terminal", "environment", "coloured"),
    [
        pytest.param("auto", True, {}, True, id="a terminal"),
        pytest.param("auto", False, {}, False, id="a pipe"),
        pytest.param("auto", True, {"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param("auto", True, {"NO_COLOR": ""}, True, id="an empty NO_COLOR says nothing"),
        pytest.param("auto", True, {"TERM": "dumb"}, False, id="a dumb terminal"),
        pytest.param("always", False, {"NO_COLOR": "1"}, True, id="asked for"),
        pytest.param("never", True, {}, False, id="refused"),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch, choice: str, terminal: bool, environment: dict[str, str], coloured: bool
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_color(choice, terminal) is coloured


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_its_width_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "72")
    look = look_of(color="auto")
    assert (look.width, look.fit) == (72, True)


def test_in_a_pipe_tables_are_whole_and_text_has_a_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    look = look_of(color="auto", verbosity=5)
    assert (look.width, look.fit, look.color, look.verbosity) == (PIPED_WIDTH, False, False, Verbosity.VERBOSE)


@pytest.mark.parametrize("columns", ["", "wide", "0", "-3"])
def test_a_senseless_width_is_none(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert look_of(color="auto").width == PIPED_WIDTH


def test_an_output_that_has_no_arrows_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="iso-8859-1"))
    assert look_of(color="auto").ascii_only
    assert not look_of(color="auto", to_file=True).ascii_only


def test_a_complaint_is_one_harmless_line(capsys: pytest.CaptureFixture[str]) -> None:
    complain("x\x1b[2J\ny.pcap: bad")
    assert capsys.readouterr().err == "wsdtrace: x␛[2J␊y.pcap: bad\n"


def test_a_complaint_that_nobody_hears_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())
    complain("x")
    monkeypatch.setattr(sys, "stderr", None)
    complain("x")


def test_a_mistake_of_ours_is_short_unless_debugged(capsys: pytest.CaptureFixture[str]) -> None:
    error = KeyError("x")
    complain_internal(error, "while judging a.pcap", debug=False)
    assert capsys.readouterr().err == (
        "wsdtrace: internal error while judging a.pcap: KeyError: 'x' (--debug shows where; please report it)\n"
    )
    complain_internal(error, debug=True)
    assert "KeyError: 'x'\n" in capsys.readouterr().err
