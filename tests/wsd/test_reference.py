"""`docs/reference/messages.md` is what the declarations say."""

from __future__ import annotations

import re

import pytest

from tests.shared import REPOSITORY, load_script
from wsdtrace.soap.schema import vocabulary
from wsdtrace.wsd import FAULTS, MESSAGES

SCRIPT = load_script(REPOSITORY / "docs" / "messages.py")
PAGE: str = SCRIPT.page()


def test_the_page_is_up_to_date() -> None:
    assert SCRIPT.TARGET.read_text() == PAGE, "run `make docs`"


def test_every_element_has_its_section() -> None:
    assert [name for name in vocabulary() if f"\n### {name}\n" not in PAGE] == []


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: f"{message.family[-9:]}/{message.suffix}")
def test_every_message_is_in_its_table(message: object) -> None:
    assert SCRIPT.message_line(message) in PAGE


def test_every_fault_is_in_the_table() -> None:
    assert [fault.subcode for fault in FAULTS if f":{fault.subcode}` |" not in PAGE] == []


def test_every_link_leads_to_a_section() -> None:
    sections = {line[4:].lower() for line in PAGE.splitlines() if line.startswith("### ")}
    assert set(re.findall(r"\(#([a-z]+)\)", PAGE)) <= sections


def test_tables_have_as_many_cells_as_their_heads() -> None:
    width = 0
    for line in PAGE.splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        width = width or cells
        assert cells == width, line


def test_what_is_private_is_marked() -> None:
    assert "| `JobToken` ‡ |" in PAGE
    assert "| `JobId` ‡ |" not in PAGE
