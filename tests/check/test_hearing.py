"""What is counted of a docket's events, and how it comes into the ledger."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.check.checker import Checker
from wsdtrace.check.docket import Docket
from wsdtrace.check.finding import Tally
from wsdtrace.check.hearing import Hearing
from wsdtrace.check.rule import all_rules
from wsdtrace.pipeline import Options
from wsdtrace.state.events import MessageSeen

RULES = [rule for rule in all_rules() if MessageSeen in rule.on]


def hearing() -> tuple[Hearing, dict[str, Tally]]:
    return Hearing(Docket(MessageSeen, RULES)), {rule.code: Tally() for rule in RULES}


def test_each_rule_of_a_panel_gets_what_was_counted_of_it() -> None:
    heard, ledger = hearing()
    panel = max(heard.docket.panels, key=lambda panel: len(panel.rules))
    heard.passed[panel.number] = 3
    heard.inconclusive[panel.number] = 2
    heard.settle(ledger)
    counted = {code: (t.passed, t.inconclusive) for code, t in ledger.items() if t != Tally()}
    assert counted == {rule.code: (3, 2) for rule in panel.rules}
    assert len(counted) > 1


def polls(checker: Checker, times: int) -> dict[str, Tally]:
    """The ledger of a checker that heard so many equal polls."""
    scenario.check("\n".join(["GetScannerElements -> ok"] * times), Options(on_event=checker.feed))  # type: ignore[arg-type]  # what it returns is not wanted
    return checker.ledger


def test_what_was_settled_is_not_counted_again() -> None:
    checker = Checker(RULES)
    first = str(polls(checker, 6))
    assert str(checker.ledger) == first


def test_a_precedent_counts_for_each_event_that_cites_it() -> None:
    ledger = polls(Checker(RULES), 20)
    assert (ledger["WSD304"].passed, ledger["WSD201"].passed, ledger["WSD306"].passed) == (40, 40, 20)


def test_the_precedents_that_are_remembered_are_bounded_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsdtrace.check.hearing.MAX_CITED", 1)
    test_a_precedent_counts_for_each_event_that_cites_it()
