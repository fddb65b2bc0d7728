"""Personas: the files of the package, and what is wrong with one is told with its file."""

from pathlib import Path
from typing import Any

import pytest

from wsdtrace.check.rule import all_rules
from wsdtrace.errors import BadConfiguration, UsageError
from wsdtrace.scanner.persona import DEFAULT, load_persona, persona, persona_names, read_persona
from wsdtrace.scanner.profile import Profile
from wsdtrace.scenario.model import Reply

CODES = {rule.code for rule in all_rules()}


@pytest.mark.parametrize("name", persona_names())
def test_every_persona_says_what_it_does_where_it_was_seen_and_what_tells_it(name: str) -> None:
    who = persona(name)
    assert who.summary.endswith(".")
    assert set(who.finds) <= CODES
    if name != DEFAULT:
        assert who.seen
        assert who.finds


def test_a_persona_is_the_well_behaved_device_with_what_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        """
        summary = "Mine."
        [device]
        sheets = 5
        platen = false
        dpi = [100]
        [habits]
        cool_down_s = 20
        [[answers]]
        on = "RetrieveImage"
        when = { page = 2, source = ["ADF", "ADFDuplex"] }
        with = ["mime: lf", "< field Server: mine"]
        answer = "Fault ServerErrorInternalError"
        """
    )
    mine = load_persona(path)
    assert (mine.name, mine.device.sheets, mine.device.platen, mine.device.dpi) == ("mine", 5, None, (100,))
    assert mine.device.adf == Profile().adf
    assert mine.habits.cool_down_s == 20.0
    exchange = mine.exchange("RetrieveImage", {"page": 2, "source": "ADF"})
    assert exchange is not None
    assert exchange.answer is not None
    assert (exchange.answer.reply, exchange.manner.mime.lf) == (Reply.FAULT, True)
    assert mine.exchange("RetrieveImage", {"page": 3, "source": "ADF"}) is None
    assert mine.exchange("CancelJob", {"page": 2, "source": "ADF"}) is None


@pytest.mark.parametrize(
    ("wanted", "found", "fits"),
    [
        pytest.param('"ADF"', "ADF", True, id="equal"),
        pytest.param("[1, 2]", 2, True, id="one of several"),
        pytest.param('"ScannerStatus"', ("ScannerStatus", "X"), True, id="a fact of several values"),
        pytest.param("true", "InvalidArgs", True, id="any"),
        pytest.param("false", "", True, id="none"),
        pytest.param("false", "InvalidArgs", False, id="not none"),
        pytest.param('"<20"', 19, True, id="less"),
        pytest.param('"<20"', 20, False, id="not less"),
        pytest.param('"<20"', None, False, id="less than nothing"),
        pytest.param('"not soap"', ("s", "a"), True, id="not among"),
        pytest.param('"not soap"', ("soap",), False, id="among"),
    ],
)
def test_a_situation_is_matched(wanted: str, found: Any, fits: bool) -> None:
    text = f'summary = "x"\n[[answers]]\non = "CreateScanJob"\nwhen = {{ fault = {wanted} }}\nanswer = "nothing"'
    who = read_persona(text, "x", "x.toml")
    assert (who.exchange("CreateScanJob", {"fault": found}) is not None) == fits


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("summary =", "Invalid value", id="no TOML"),
        pytest.param("seen = 'x'", "expected `summary`", id="no summary"),
        pytest.param("summary = 'x'\ndpi = 3", "found 'dpi'", id="an unknown key"),
        pytest.param("summary = 'x'\n[device]\ncolour = 1", "in [device] only adf,", id="an unknown field"),
        pytest.param("summary = 'x'\n[device]\nsheets = 'three'", "found 'three'", id="a wrong type"),
        pytest.param("summary = 'x'\n[device]\nsheets = true", "found True", id="a truth for a number"),
        pytest.param("summary = 'x'\n[[answers]]\nwhen = { moon = 1 }", "found 'moon'", id="an unknown fact"),
        pytest.param("summary = 'x'\n[[answers]]\non = 'CreateScan'", "did you mean", id="an unknown operation"),
        pytest.param(
            "summary = 'x'\n[[answers]]\non = 'CreateScanJob'\nwith = 'mime: loud'", "`mime:`", id="an unknown line"
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(BadConfiguration, match=r"bad\.toml") as caught:
        load_persona(path)
    assert problem in str(caught.value)


def test_a_file_that_is_not_there_and_a_name_that_is_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="cannot be read"):
        load_persona(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="did you mean well-behaved"):
        persona("well-behavd")
