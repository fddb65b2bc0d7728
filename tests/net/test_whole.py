"""Connections that begin and end in one batch: told as one event, which says what the others would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.net.test_engine import CAPTURES, TIGHT, conversations
from tests.net.wire import START_NS, Frame, Wire, of_kind, read, story, unfolded
from tests.shared import needs_shared
from wsdtrace.capture import open_capture
from wsdtrace.net import Net, NetLimits
from wsdtrace.records import Direction, Endpoint, NetEvent, Stamp, WholeConnection

SECOND = 1_000_000_000


def exchange(wire: Wire, asked: bytes = b"GET", answered: bytes = b"200 OK") -> Wire:
    """A connection with a question and an answer."""
    wire.handshake()
    wire.segment(0, 0, asked).segment(1, 0, answered[:3], ack=len(asked)).segment(1, 3, answered[3:], ack=len(asked))
    return close(wire, len(asked), len(answered))


def close(wire: Wire, asked: int, answered: int) -> Wire:
    """A FIN of the server, then of the client."""
    wire.segment(1, answered, flags="FA", ack=asked).segment(0, asked, flags="FA", ack=answered + 1)
    return wire.segment(1, answered + 1, ack=asked + 1)


def test_a_connection_that_begins_and_ends_in_a_batch_is_one_event() -> None:
    frames = exchange(Wire()).frames
    (whole,) = read(frames, compact=True)
    assert isinstance(whole, WholeConnection)
    assert (whole.originator, whole.responder) == (Wire().client, Wire().server)
    assert whole.stamp == Stamp(1, frames[0].time_ns)
    assert (whole.asked.data, whole.answered.data) == (b"GET", b"200 OK")
    assert [row[:2] for row in whole.answered.rows] == [(0, 5), (3, 6)]
    assert (whole.closer, whole.closed.number, whole.last.number) == (Direction.FROM_RESPONDER, 7, 8)
    assert story([whole]) == story(read(frames))


def changed(at: int, change: Callable[[Wire], Wire]) -> Callable[[], list[Frame]]:
    """The frames of an exchange, with others put in before frame `at`."""

    def make() -> list[Frame]:
        frames = exchange(Wire()).frames
        return [*frames[:at], *change(Wire(now_ns=frames[at - 1].time_ns)).frames, *frames[at:]]

    return make


def first() -> list[Frame]:
    """A SYN."""
    return Wire().segment(0, -1, flags="S", ack=None).frames


def said(build: Callable[[Wire], Wire]) -> Callable[[], list[Frame]]:
    """The frames of a connection."""
    return lambda: build(Wire()).frames


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(said(lambda w: close(w.handshake().segment(0, 0, b"GET"), 3, 0)), id="no answer"),
        pytest.param(said(lambda w: close(w.handshake().segment(1, 0, b"SSH").segment(0, 0, b"GET"), 3, 3)), id="SSH"),
        pytest.param(said(lambda w: exchange(w, b"\x16\x03\x01")), id="no letter first"),
        pytest.param(lambda: [*first(), *exchange(Wire(now_ns=START_NS + 31 * SECOND)).frames[1:]], id="a late answer"),
        pytest.param(said(lambda w: exchange(w).segment(0, -1, flags="S", ack=None)), id="asked again at its end"),
        pytest.param(said(lambda w: exchange(exchange(w))), id="twice"),
        pytest.param(changed(4, lambda w: w.segment(0, 0, b"GET")), id="a question that is repeated"),
        pytest.param(changed(4, lambda w: w.segment(0, 0, b"GEX")), id="repeated with other bytes"),
        pytest.param(changed(4, lambda w: w.segment(1, 0, ack=9)), id="acknowledged more than was said"),
        pytest.param(changed(6, lambda w: w.segment(0, 3, b"more", ack=6)), id="a second question"),
        pytest.param(changed(6, lambda w: w.segment(0, 3, flags="RA", ack=6)), id="a reset"),
        pytest.param(changed(6, lambda w: w.segment(1, 6, b"xy", ack=3, snap=55)), id="a frame that is cut"),
        pytest.param(changed(7, lambda w: w.segment(1, 9, b"late", ack=3)), id="bytes behind the FIN"),
        pytest.param(changed(2, lambda w: w.segment(1, -1, flags="SA")), id="answered twice"),
        pytest.param(lambda: exchange(Wire()).frames[1:], id="the beginning is not there"),
        pytest.param(lambda: exchange(Wire()).frames[:-2], id="one FIN alone"),
        pytest.param(lambda: [*exchange(Wire()).frames[:4], *exchange(Wire()).frames[5:]], id="a hole"),
    ],
)  # fmt: skip
def test_where_anything_else_happens_it_is_told_step_by_step(make: Callable[[], list[Frame]]) -> None:
    frames = make()
    events = read(frames, compact=True)
    assert of_kind(events, WholeConnection) == []
    assert story(events) == story(read(frames))


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(lambda w: w.segment(0, 3, ack=7), id="an acknowledgement"),
        pytest.param(lambda w: w.segment(1, 3, b" OK", ack=3), id="bytes again"),
        pytest.param(lambda w: w.segment(1, 6, b"more", ack=3), id="more bytes"),
        pytest.param(lambda w: w.segment(0, -1, flags="S", ack=None), id="its SYN again"),
        pytest.param(lambda w: exchange(Wire(isn=(77, 99), now_ns=w.now_ns)), id="another connection"),
        pytest.param(lambda w: w.segment(0, 10**8, b"GET"), id="bytes from far away"),
        pytest.param(lambda w: w.segment(0, 3, flags="RA", ack=7), id="a reset"),
    ],
)
def test_what_comes_late_is_taken_as_if_it_had_been_told_step_by_step(late: Callable[[Wire], Wire]) -> None:
    frames = exchange(Wire()).frames
    cut = len(frames)
    frames = [*frames, *late(Wire(now_ns=frames[-1].time_ns)).frames]
    events = read(frames, [cut], compact=True)
    assert isinstance(events[0], WholeConnection)
    assert story(events) == story(read(frames, [cut]))


@st.composite
def small_connections(draw: st.DrawFn) -> list[Frame]:
    """Frames of some exchanges, in turn or interleaved, now and then one lost, repeated or moved."""
    lives = []
    for number in range(draw(st.integers(1, 5))):
        client, server = Endpoint("192.0.2.1", 50000 + number // 2), Wire().server
        if draw(st.booleans()):
            client, server = server, client
        wire = Wire(client, server, (draw(st.sampled_from([5, 2**32 - 3])), 70))
        lives.append(exchange(wire, b"A" * draw(st.integers(1, 9)), b"B" * draw(st.integers(4, 9))).frames)
    frames = [frame for life in lives for frame in life]
    if draw(st.booleans()):
        frames.sort(key=lambda frame: frame.time_ns)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(frames) - 1))
        how = draw(st.sampled_from("lrm"))
        one = frames[at] if how == "r" else frames.pop(at)
        if how != "l":
            frames.insert(draw(st.integers(0, len(frames))), one)
    return frames


@given(
    small_connections() | conversations(),
    st.sets(st.integers(1, 45), max_size=3),
    st.sampled_from([NetLimits(), TIGHT]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_told_as_a_whole_or_step_by_step_it_is_the_same_story(
    frames: list[Frame], cuts: set[int], limits: NetLimits
) -> None:
    assert story(read(frames, cuts, limits, compact=True)) == story(read(frames, cuts, limits))


def events_of(path: Path, *, compact: bool) -> list[NetEvent]:
    net = Net(compact=compact)
    events: list[NetEvent] = []
    with open_capture(path) as source:
        for batch in source.batches():
            for event in unfolded(net.feed(batch)):
                if hasattr(event, "data"):
                    assert event.data is not None  # before the batch goes away
                events.append(event)
    return events + net.close()


@needs_shared
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_recordings_tell_the_same_story(path: Path) -> None:
    assert story(events_of(path, compact=True)) == story(events_of(path, compact=False))
