"""One hostile capture goes through every renderer."""

import json
import unicodedata

import pytest

from tests.report.hostile import ATTACKS, PAYLOAD, hostile_trace
from wsdtrace.report.detail import write_exchange, write_job
from wsdtrace.report.json import render_json
from wsdtrace.report.page import MAX_SAID, Look, Page, Verbosity
from wsdtrace.report.redact import Redactor
from wsdtrace.report.tables import KINDS, write_kind
from wsdtrace.report.text import render_check
from wsdtrace.report.trace import Trace

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def rendered(name: str, trace: Trace, look: Look) -> str:
    if name == "check":
        return render_check(trace, look)
    page = Page(look, Redactor(trace))
    if name in KINDS:
        write_kind(page, trace, name)
    elif name == "exchange":
        for exchange in trace.exchanges:
            write_exchange(page, trace, exchange)
    else:
        for job in trace.jobs:
            write_job(page, trace, job)
    return str(page)


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("name", ["check", *KINDS, "exchange", "job"])
def test_no_renderer_for_people_lets_an_attack_through(name: str, width: int) -> None:
    text = rendered(name, hostile_trace(), Look(width=width, verbosity=Verbosity.VERBOSE, statistics=True, fit=True))
    assert [c for c in text if c != "\n" and unicodedata.category(c) in HARMFUL] == []
    assert "X-Injected: 1" not in [line.strip() for line in text.splitlines()]


@pytest.mark.parametrize("name", ["check", *KINDS, "exchange", "job"])
def test_no_renderer_for_people_floods_the_terminal(name: str) -> None:
    text = rendered(name, hostile_trace(), Look(verbosity=Verbosity.VERBOSE))
    assert "A" * (MAX_SAID + 1) not in text.replace("\n", "")


@pytest.mark.parametrize("name", ["check", *KINDS, "exchange", "job"])
def test_markup_of_our_terminal_library_is_text(name: str) -> None:
    text = rendered(name, hostile_trace(), Look(color=True, width=400))
    assert "\x1b]8" not in text
    assert ("[red]markup[/red]" in text) == ("markup" in text)
    assert ("[link=http://evil]x[/link]" in text) == ("evil" in text)


def test_json_says_what_was_there_and_nothing_else() -> None:
    document = json.loads(render_json(hostile_trace()))
    assert document["findings"][0]["message"] == PAYLOAD.replace("\udc80", r"\udc80")
    assert [row["operation"] for row in document["exchanges"]] == [PAYLOAD.replace("\udc80", r"\udc80")] * 3


def test_a_line_of_json_stays_one_line() -> None:
    assert render_json(hostile_trace(), one_line=True).count("\n") == 1


def test_json_is_utf8_whatever_the_capture_says() -> None:
    assert render_json(hostile_trace()).encode("utf-8")
    assert any("\udc80" in attack for attack in ATTACKS)
