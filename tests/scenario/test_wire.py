"""Connections: which one is used, and how bytes become segments."""

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.capture.synthetic import MSS
from wsdtrace.records import Direction, Endpoint, StreamEnd
from wsdtrace.scenario.hosts import Host, HostKind
from wsdtrace.scenario.model import Tcp
from wsdtrace.scenario.wire import Recorder, Transmission, Wire, segments_of

CLIENT, OTHER = Host(HostKind.CLIENT, 0), Host(HostKind.CLIENT, 1)
SERVER = Endpoint("192.0.2.100", 5357)


def fresh() -> Wire:
    return Wire(Recorder(io.BytesIO()))


def test_an_idle_connection_is_used_again() -> None:
    wire = fresh()
    first, start = wire.line(0, CLIENT, "192.0.2.10", SERVER, Tcp())
    again, at_once = wire.line(5, CLIENT, "192.0.2.10", SERVER, Tcp())
    assert first is again
    assert (start > 0, at_once) == (True, 5)


@pytest.mark.parametrize(
    "tcp",
    [Tcp(new=True), Tcp(handshake=False), Tcp(only_requests=True), Tcp(snap=100)],
    ids=["new", "no handshake", "only requests", "snap"],
)
def test_what_is_special_has_a_connection_of_its_own(tcp: Tcp) -> None:
    wire = fresh()
    first, _ = wire.line(0, CLIENT, "192.0.2.10", SERVER, Tcp())
    assert wire.line(0, CLIENT, "192.0.2.10", SERVER, tcp)[0] is not first


def test_busy_closed_and_foreign_connections_are_not_used() -> None:
    wire = fresh()
    busy, _ = wire.line(0, CLIENT, "192.0.2.10", SERVER, Tcp())
    busy.busy = True
    closed, _ = wire.line(0, CLIENT, "192.0.2.10", SERVER, Tcp())
    wire.close(closed, 1, Direction.FROM_ORIGINATOR)
    foreign, _ = wire.line(0, OTHER, "192.0.2.11", SERVER, Tcp())
    last, _ = wire.line(0, CLIENT, "192.0.2.10", SERVER, Tcp())
    assert len({id(line) for line in (busy, closed, foreign, last)}) == 4


def test_a_connection_ends_once() -> None:
    wire = fresh()
    line, _ = wire.line(0, CLIENT, "192.0.2.10", SERVER, Tcp())
    after = wire.close(line, 10, Direction.FROM_RESPONDER, StreamEnd.RST)
    frames = wire.recorder.frames
    assert wire.close(line, after, Direction.FROM_ORIGINATOR) == after
    assert wire.recorder.frames == frames


def test_a_deaf_recorder_leaves_out_what_one_host_sends() -> None:
    wire = fresh()
    line, start = wire.line(0, CLIENT, "192.0.2.10", SERVER, Tcp(only_requests=True))
    before = wire.recorder.frames
    wire.send(line, start, Direction.FROM_RESPONDER, b"x" * 5000, Transmission())
    heard = wire.recorder.frames - before
    wire.send(line, start, Direction.FROM_ORIGINATOR, b"x" * 5000, Transmission())
    assert heard == 2, "the client's acknowledgements only"
    assert wire.recorder.frames - before - heard == 4


def test_sending_nothing_takes_no_time() -> None:
    wire = fresh()
    line, start = wire.line(0, CLIENT, "192.0.2.10", SERVER, Tcp())
    assert wire.send(line, start, Direction.FROM_ORIGINATOR, b"", Transmission()) == start


@given(
    length=st.integers(1, 20_000),
    gap=st.integers(0, 25_000),
    gap_from=st.integers(0, 20_000),
    retransmit=st.booleans(),
    reorder=st.booleans(),
)
def test_segments_cover_all_but_the_gap(length: int, gap: int, gap_from: int, retransmit: bool, reorder: bool) -> None:
    how = Transmission(gap, min(gap_from, length), retransmit, reorder)
    segments = segments_of(length, how)
    covered = set(itertools.chain.from_iterable(segments))
    assert covered <= set(range(length))
    missing = length - len(covered)
    assert missing == min(gap, length - how.gap_from)
    assert all(0 < len(segment) <= MSS for segment in segments)


def test_a_segment_comes_twice_or_late() -> None:
    plain = segments_of(6000, Transmission())
    twice = segments_of(6000, Transmission(retransmit=True))
    late = segments_of(6000, Transmission(reorder=True))
    assert len(twice) == len(plain) + 1
    assert sorted(late, key=lambda s: s.start) == plain != late
