"""Which rules hear an event: nobody who has something to say is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from wsdtrace import scenario
from wsdtrace.check.checker import Checker
from wsdtrace.check.docket import Dockets, Leg, dockets_of
from wsdtrace.check.finding import FaultOf
from wsdtrace.check.rule import FAMILIES, Alike, Rule, all_rules, find_rule
from wsdtrace.pipeline import Options, check_file
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.held import held_by

CASES = sorted((Path(__file__).parents[2] / "captures").glob("*/capture.pcap*"))

RULES = all_rules()


class Witness:
    """Asks every rule about every event, one by one, and compares with what the dockets leave out."""

    def __init__(self) -> None:
        self.dockets = Dockets(RULES)
        self.events = self.left_out = self.unseen = 0

    def __call__(self, event: Event) -> None:
        self.events += 1
        docket = self.dockets.of(type(event))
        asked: set[str] = set()
        for group in () if docket is None else docket.of(held_by(event)):
            asked |= {rule.code for panel in group.panels for rule in panel.rules}
        for rule in RULES:
            if type(event) not in rule.on:
                continue
            if rule.code not in asked:
                self.left_out += 1
                assert not rule.when(event), f"{rule.code} has a subject that holds none of {rule.of}"
            elif rule.trace_of is not None and rule.when(event) and not rule.trace_of(event):
                self.unseen += 1
                assert not list(rule.check(event)), f"{rule.code} objects to what leaves no trace"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_nobody_is_left_out_of_a_recording(path: Path) -> None:
    witness = Witness()
    check_file(str(path), Options(on_event=witness))
    assert witness.events


@pytest.mark.parametrize("family", FAMILIES)
def test_nobody_is_left_out_of_an_example(family: str) -> None:
    witness = Witness()
    for rule in RULES:
        if rule.family == family:
            scenario.check(rule.bad, Options(on_event=witness))
    assert witness.left_out
    assert witness.unseen


def tallies(rules: Iterable[Rule], text: str) -> dict[str, tuple[int, int, int]]:
    checker = Checker(rules)
    scenario.check(text, Options(on_event=checker.feed))  # type: ignore[arg-type]  # what it returns is not wanted
    return {code: (t.fired, t.passed, t.inconclusive) for code, t in checker.ledger.items()}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("CreateScanJob -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image", id="clean"),
        pytest.param("tcp: gap 100\nGetScannerElements -> ok\nGetScannerElements -> ok", id="with a hole"),
        pytest.param(find_rule("WSD204").bad, id="SOAP 1.1"),
    ],
)
def test_panels_count_as_if_each_rule_were_asked_alone(text: str) -> None:
    alone = [replace(rule, of=(), trace_of=None, alike=Alike.NOTHING) for rule in RULES]
    assert tallies(RULES, text) == tallies(alone, text)


def test_a_ledger_can_be_looked_at_on_the_way() -> None:
    checker = Checker(RULES)
    seen: list[int] = []

    def note(event: Event) -> None:
        checker.feed(event)
        seen.append(checker.ledger["WSD301"].passed)

    scenario.check("GetScannerElements -> ok\nGetScannerElements -> ok", Options(on_event=note))
    assert seen == sorted(seen)
    assert seen[-1] == 4


@pytest.mark.parametrize("kind", [MessageSeen, ExchangeEnded])
def test_rules_that_ask_the_same_are_asked_once(kind: type[Event]) -> None:
    docket = Dockets(RULES).of(kind)
    assert docket is not None
    asked = [(group.when, group.of) for group in docket.groups]
    assert len(asked) == len(set(asked))
    for group in docket.groups:
        assert len({(panel.needs, panel.trace_of, panel.alike) for panel in group.panels}) == len(group.panels)
    assert [panel.number for panel in docket.panels] == list(range(len(docket.panels)))


@pytest.mark.parametrize("kind", [MessageSeen, ExchangeEnded])
def test_each_leg_of_a_forwarded_exchange_is_judged_for_whoever_speaks_there(kind: type[Event]) -> None:
    dockets = Dockets(RULES)
    whole, outer, inner = (dockets.of(kind, leg) for leg in Leg)
    assert whole is not None
    assert outer is not None
    assert inner is not None
    judged = [{rule for panel in docket.panels for rule in panel.rules} for docket in (whole, outer, inner)]
    assert judged[1] | judged[2] == judged[0]
    assert {rule.fault_of for rule in judged[2]} == {FaultOf.DEVICE}
    assert FaultOf.DEVICE not in {rule.fault_of for rule in judged[1]}


def test_nobody_hears_what_no_rule_is_about() -> None:
    assert Dockets([find_rule("WSD304")]).of(ExchangeEnded) is None


def test_dockets_are_made_once_for_the_same_rules() -> None:
    some = tuple(RULES[:50])
    assert dockets_of(some) is dockets_of(tuple(RULES[:50]))
    assert dockets_of(some) is not dockets_of((*some[:-1], replace(some[-1])))  # declared anew, as by a plugin
