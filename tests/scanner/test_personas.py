"""Every persona does on the wire what it says, and wsdtrace finds it; the real driver shows the table's symptom."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest

from tests.scanner.driver import needs_driver, version
from tests.scanner.elsewhere import needs_avahi, needs_networks
from tests.scanner.judge import judge
from tests.scanner.plays import PLAYS, Ear
from tests.scanner.stage import Stage
from tests.shared import REPOSITORY
from wsdtrace.scanner.client import Client, NoReply
from wsdtrace.scanner.http import BadMessage
from wsdtrace.scanner.persona import DEFAULT, persona, persona_names
from wsdtrace.scanner.server import VirtualScanner

PAGE = REPOSITORY / "docs" / "personas.md"


def test_there_are_at_least_fifteen_and_each_is_provoked() -> None:
    assert len(persona_names()) > 15
    assert set(PLAYS) == set(persona_names())


@pytest.mark.parametrize("name", persona_names())
def test_a_persona_does_what_it_says_and_is_found(name: str, caplog: pytest.LogCaptureFixture) -> None:
    play = PLAYS[name]

    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        ear = Ear(scanner)
        with contextlib.suppress(BadMessage, NoReply):  # some personas answer with what is no HTTP
            await play.scene(scanner, client)
        return ear

    stage = Stage(scene, name)
    assert play.proof(stage.result), [heard.data[:400] for heard in stage.result.answers]
    assert "persona" not in caplog.text
    assert {f.code for f in stage.trace().findings} >= set(persona(name).finds)
    if name == DEFAULT:
        assert stage.loud() == []


def rows() -> dict[str, str]:
    """The rows of the page, by persona."""
    return {found[1]: found[0] for found in re.finditer(r"^\| `([\w-]+)` \|.*$", PAGE.read_text(), re.MULTILINE)}


def test_the_page_has_a_row_for_each() -> None:
    assert list(rows()) == list(persona_names())


@pytest.mark.driver
@needs_driver
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if PLAYS[name].scanimage else [needs_networks, needs_avahi])
        for name in persona_names()
    ],
)
def test_the_real_driver_shows_the_symptom_of_the_table(name: str) -> None:
    told = judge(name)
    assert told.unexplained == []
    assert bool(told.hidden) == bool(PLAYS[name].spared)
    if f"sane-airscan {version()}" not in PAGE.read_text():
        pytest.skip(f"docs/personas.md was made with another version than {version() or 'this one'}")
    assert told.row == rows()[name], "python docs/personas.py"
