"""Options that several commands have."""

import pytest

from tests.cli.conftest import Run
from wsdtrace.cli.options import selectors


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        pytest.param([], (), id="none"),
        pytest.param(["WSD6"], ("WSD6",), id="one"),
        pytest.param(["WSD6,WSD101", "WSD7"], ("WSD6", "WSD101", "WSD7"), id="in a row and one by one"),
        pytest.param([" WSD6 , ,"], ("WSD6",), id="blanks and nothing"),
    ],
)
def test_selectors(given: list[str], meant: tuple[str, ...]) -> None:
    assert selectors(given) == meant


@pytest.mark.parametrize("command", ["check", "show", "images", "rule"])
def test_every_command_can_be_told_about_colours(wsdtrace: Run, command: str) -> None:
    assert "--color [auto|always|never]" in wsdtrace(command, "--help").out
