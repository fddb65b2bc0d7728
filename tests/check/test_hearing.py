"""What is counted of a docket's events, and how it comes into the ledger."""

from __future__ import annotations

from wsdtrace.check.docket import Docket, Precedent
from wsdtrace.check.finding import Tally
from wsdtrace.check.hearing import MAX_CITED, Hearing
from wsdtrace.check.rule import all_rules
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


def test_what_was_settled_is_not_counted_again() -> None:
    heard, ledger = hearing()
    heard.cite(Precedent((), heard.docket.panels[:1]))
    heard.settle(ledger)
    heard.settle(ledger)
    assert ledger[RULES[0].code].passed == 1


def test_a_precedent_counts_for_each_event_that_cites_it() -> None:
    heard, ledger = hearing()
    first, second = Precedent((), heard.docket.panels[:2]), Precedent((), heard.docket.panels[1:2])
    for precedent in (first, second, first):
        heard.cite(precedent)
    heard.settle(ledger)
    by_panel = [{ledger[rule.code].passed for rule in panel.rules} for panel in heard.docket.panels[:3]]
    assert by_panel == [{2}, {3}, {0}]


def test_the_precedents_that_are_remembered_are_bounded_and_none_is_lost() -> None:
    heard, ledger = hearing()
    for _ in range(MAX_CITED + 10):
        heard.cite(Precedent((), heard.docket.panels[:1]))
    assert len(heard._cited) == 10
    heard.settle(ledger)
    assert ledger[RULES[0].code].passed == MAX_CITED + 10
