"""Searches: their time, their answers, and whether an answer could have been seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.state.talk import SECOND, Said, at, datagrams, events_of, heard
from wsdtrace.records import Datagram, Endpoint, Stamp
from wsdtrace.state.observations import MatchSeen, MatchUnrelated, ProbeSettled
from wsdtrace.state.probes import MATCH_WINDOW_NS, MAX_SEARCHES

PROBER = Endpoint("10.0.0.9", 50_000)
PROBE = Said("Probe", sender=PROBER.address, port=PROBER.port, message_id="urn:uuid:p")
ANSWER = Said("ProbeMatches", to=PROBER, relates_to="urn:uuid:p")


def settled(*conversation: Said, end: float = 60.0) -> list[tuple[float, bool, bool]]:
    """(deadline in seconds, answered, visible) of each Probe."""
    found = [e for e in heard(conversation, end=end) if isinstance(e, ProbeSettled)]
    return [(e.stamp.time_ns / SECOND, e.answered, e.visible) for e in found]


def matches(*conversation: Said) -> list[float | None]:
    """Seconds from the last copy of the request to each match."""
    found = [e for e in heard(conversation) if isinstance(e, MatchSeen)]
    return [None if e.since_ns is None else e.since_ns / SECOND for e in found]


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param([PROBE, at(ANSWER, 0.1)], [(4.0, True, True)], id="answered"),
        pytest.param([PROBE, at(ANSWER, 4.0)], [(4.0, True, True)], id="answered in the last moment"),
        pytest.param([PROBE, at(ANSWER, 4.001)], [(4.0, False, True)], id="answered too late"),
        pytest.param([PROBE], [(4.0, False, False)], id="nothing, and nothing to be seen"),
        pytest.param([PROBE, at(PROBE, 3.0)], [(7.0, False, False)], id="its time runs from the last copy"),
        pytest.param(
            [PROBE, at(PROBE, 3.0, sender="fe80::9", port=1), at(ANSWER, 6.9)],
            [(7.0, True, True)],
            id="a copy over another address family counts",
        ),
        pytest.param(
            [PROBE, at(PROBE, 0.2, message_id="urn:uuid:q"), at(ANSWER, 0.3)],
            [(4.0, True, True), (4.2, True, True)],
            id="a repeat with a new MessageID is answered with the first",
        ),
        pytest.param(
            [PROBE, at(PROBE, 0.2, message_id="urn:uuid:q", types="wsdp:Other"), at(ANSWER, 0.3)],
            [(4.0, True, True), (4.2, False, True)],
            id="a search for something else is not",
        ),
        pytest.param([at(PROBE, 0.0, action="Resolve")], [], id="a Resolve may stay unanswered"),
    ],
)
def test_a_probe_is_settled_after_its_time(conversation: list[Said], expected: list[tuple[float, bool, bool]]) -> None:
    assert settled(*conversation) == expected


def test_an_unanswered_probe_waits_until_its_prober_becomes_visible() -> None:
    later = Datagram(Endpoint("10.0.0.1", 53), Endpoint(PROBER.address, 40_000), b"\0\0", Stamp(2, 9 * SECOND))
    found = [e for e in events_of([*datagrams([PROBE]), later]) if isinstance(e, ProbeSettled)]
    assert [(e.answered, e.visible, e.stamp.time_ns) for e in found] == [(False, True, MATCH_WINDOW_NS)]


def test_a_capture_that_ends_too_early_settles_nothing() -> None:
    assert settled(PROBE, end=3.9) == []


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param([PROBE, at(ANSWER, 0.5)], [0.5], id="after the only copy"),
        pytest.param([PROBE, at(PROBE, 1.0), at(ANSWER, 1.5)], [0.5], id="after the last copy"),
        pytest.param([PROBE, at(ANSWER, 0.5), at(PROBE, 1.0)], [0.5], id="a copy behind the match does not count"),
        pytest.param(
            [PROBE, at(ANSWER, 0.5, message_id="urn:uuid:a"), at(ANSWER, 0.6, message_id="urn:uuid:a")],
            [0.5],
            id="a repeat is no second match",
        ),
        pytest.param([at(ANSWER, 0.5)], [None], id="without the request"),
        pytest.param([PROBE, at(ANSWER, 0.5, action="Fault")], [0.5], id="a fault"),
        pytest.param([PROBE, at(ANSWER, 0.5, action="Fault", relates_to=None)], [0.5], id="a fault that names nothing"),
        pytest.param([at(ANSWER, 0.5, action="Fault", relates_to=None)], [], id="a fault to nobody"),
    ],
)
def test_a_match_is_measured_from_the_last_copy_before_it(
    conversation: list[Said], expected: list[float | None]
) -> None:
    assert matches(*conversation) == expected


def strays(*conversation: Said) -> int:
    return sum(isinstance(e, MatchUnrelated) for e in heard(conversation, end=60.0))


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param([PROBE, at(ANSWER, 0.1, relates_to="urn:uuid:x")], 1, id="relates to something else"),
        pytest.param([PROBE, at(ANSWER, 0.1, relates_to=None)], 1, id="relates to nothing"),
        pytest.param(
            [PROBE, at(ANSWER, 0.1, relates_to="urn:uuid:x"), at(ANSWER, 0.2)],
            0,
            id="the sender answers this Probe, too: the other one is not in the capture",
        ),
        pytest.param(
            [PROBE, at(ANSWER, 0.1, relates_to="urn:uuid:x"), at(ANSWER, 0.2, sender="10.0.0.3")],
            1,
            id="another sender's answer excuses nothing",
        ),
        pytest.param(
            [PROBE, at(ANSWER, 0.1, relates_to="urn:uuid:x", to=Endpoint(PROBER.address, 9))],
            0,
            id="a port from which nobody asked",
        ),
        pytest.param(
            [PROBE, at(ANSWER, 0.1, relates_to="urn:uuid:x", action="ResolveMatches")],
            0,
            id="no answer to a Probe",
        ),
        pytest.param(
            [
                PROBE,
                at(PROBE, 0.1, message_id="urn:uuid:q"),
                at(ANSWER, 0.2, relates_to="urn:uuid:x"),
            ],
            1,
            id="told once, though two searches may be meant",
        ),
    ],
)
def test_a_match_that_relates_to_nothing_is_held_against_the_search_it_went_to(
    conversation: list[Said], expected: int
) -> None:
    assert strays(*conversation) == expected


def test_searches_are_bounded() -> None:
    many = [at(PROBE, 0.0, message_id=f"urn:uuid:{n}", port=n % 60_000 + 1) for n in range(MAX_SEARCHES + 10)]
    found = [e for e in heard(many, end=10.0) if isinstance(e, ProbeSettled)]
    assert len(found) == MAX_SEARCHES


@given(st.lists(st.floats(0.0, 20.0), min_size=1, max_size=8), st.floats(0.0, 30.0))
def test_a_probe_is_answered_exactly_when_a_match_comes_in_its_time(copies: list[float], answer: float) -> None:
    conversation = sorted([*(at(PROBE, c) for c in copies), at(ANSWER, answer)], key=lambda s: s.at)
    before = [s.at for s in conversation[: conversation.index(at(ANSWER, answer))]]
    found = settled(*conversation, end=100.0)
    in_time = bool(before) and int(answer * SECOND) - int(before[-1] * SECOND) <= MATCH_WINDOW_NS
    assert found[-1][1] == in_time
