"""What the network did during exchanges: round trip, bytes sent again, shut windows."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.capture.judge import needs_tshark
from tests.net.test_engine import conversations
from tests.net.test_pace import shut
from tests.net.wire import CLIENT, MILLISECOND, SERVER, START_NS, Frame, Wire, batches
from tests.shared import CAPTURES
from wsdtrace.net import paths
from wsdtrace.net.paths import STRETCH_LEAST, PathMeter, Underway
from wsdtrace.pipeline import check_file
from wsdtrace.records import Endpoint, PathFacts

DATA = bytes(range(250))
ALWAYS = Underway(CLIENT, SERVER, START_NS, START_NS + 10**12)


def measured(wire: Wire, *spans: Underway, cuts: tuple[int, ...] = ()) -> list[PathFacts]:
    meter = PathMeter(enumerate(spans or (ALWAYS,)))
    for batch in batches(wire.frames, cuts):
        meter.feed(batch)
    return list(meter.close().values())


def test_a_round_trip_is_from_the_syn_to_the_acknowledgement_of_its_answer() -> None:
    (facts,) = measured(Wire().handshake().segment(0, 0, b"GET"))
    assert facts == PathFacts(2 * MILLISECOND, 0, 0)


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(Wire().segment(0, 0, b"GET").segment(1, 0, DATA), id="no handshake"),
        pytest.param(Wire().segment(0, -1, flags="S", ack=None).handshake().segment(0, 0, b"GET"), id="repeated"),
        pytest.param(Wire().segment(1, -1, flags="SA").segment(0, 0, b"GET"), id="no SYN"),
    ],
)
def test_without_one_handshake_no_round_trip_is_known(wire: Wire) -> None:
    assert measured(wire)[0].rtt_ns is None


@pytest.mark.parametrize(
    ("segments", "again"),
    [
        pytest.param([(0, 100), (100, 250)], 0, id="in order"),
        pytest.param([(0, 100), (100, 250), (0, 100)], 100, id="sent again"),
        pytest.param([(0, 100), (200, 250), (100, 200)], 0, id="late"),
        pytest.param([(0, 100), (200, 250), (50, 220)], 70, id="late, and more than the hole"),
        pytest.param([(0, 100), (0, 250)], 100, id="with something new"),
        pytest.param([(0, 100), (200, 250), (100, 200), (100, 200)], 100, id="late, then sent again"),
    ],
)
def test_bytes_that_the_capture_holds_twice(segments: list[tuple[int, int]], again: int) -> None:
    wire = Wire().handshake()
    for start, stop in segments:
        wire.segment(1, start, DATA[start:stop])
    assert measured(wire)[0].retransmitted_bytes == again


ROWS = st.lists(st.tuples(st.integers(0, 249), st.integers(1, 80)), min_size=1, max_size=30)


@given(ROWS, st.sets(st.integers(1, 34)))
def test_bytes_are_counted_as_a_map_of_bytes_counts_them(rows: list[tuple[int, int]], cuts: set[int]) -> None:
    wire, seen, again = Wire().handshake(), set[int](), 0
    for start, size in rows:
        stop = min(start + size, 250)
        wire.segment(1, start, DATA[start:stop])
        again += len(seen & set(range(start, stop)))
        seen |= set(range(start, stop))
    assert measured(wire, cuts=tuple(sorted(cuts)))[0].retransmitted_bytes == again


def test_a_window_counts_while_it_is_shut() -> None:
    wire = shut(Wire().handshake().segment(1, 0, DATA[:100]).segment(0, 0, ack=100)).wait(20 * MILLISECOND)
    wire.segment(0, 0, ack=100).segment(1, 100, DATA[100:])
    assert measured(wire)[0].zero_window_ns == 21 * MILLISECOND


def test_a_window_that_stays_shut_is_so_until_the_exchange_ends() -> None:
    wire = shut(Wire().segment(1, 0, DATA[:100]).segment(0, 0, ack=100))
    (facts,) = measured(wire, ALWAYS._replace(end_ns=START_NS + 9 * MILLISECOND))
    assert facts.zero_window_ns == 7 * MILLISECOND


def test_each_exchange_has_its_own_share() -> None:
    wire = Wire().handshake().segment(1, 0, DATA[:100]).segment(1, 0, DATA[:100]).segment(1, 0, DATA[:50])
    first = Underway(CLIENT, SERVER, START_NS, START_NS + 5 * MILLISECOND)
    second = Underway(CLIENT, SERVER, START_NS + 6 * MILLISECOND, START_NS + 9 * MILLISECOND)
    other = Underway(replace(CLIENT, port=1), SERVER, START_NS, START_NS + 10**12)
    facts = measured(wire, first, second, other)
    assert [f.retransmitted_bytes for f in facts] == [100, 0, 50]
    assert facts[1].rtt_ns is None


def test_a_connection_that_follows_on_the_same_ports_has_its_own_round_trip() -> None:
    wire = Wire().handshake().segment(0, 0, b"GET", flags="FA").wait(10 * MILLISECOND)
    later = Wire(isn=(5, 70), now_ns=wire.now_ns, frames=wire.frames)
    later.segment(0, -1, flags="S", ack=None).segment(1, -1, flags="SA").segment(0, 0, after_ns=7 * MILLISECOND)
    later.segment(0, 0, b"GET")
    split = START_NS + 10 * MILLISECOND
    spans = Underway(CLIENT, SERVER, START_NS, split), Underway(CLIENT, SERVER, split + 1, START_NS + 10**12)
    assert [f.rtt_ns for f in measured(later, *spans)] == [2 * MILLISECOND, 8 * MILLISECOND]


def test_holes_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "MAX_HOLES", 50)
    wire = Wire().handshake()
    length = 2 * 50 + 10
    for start in (1, 0):
        for i in range(start, length, 2):
            wire.segment(1, i, b"x", after_ns=1)
    assert measured(wire)[0].retransmitted_bytes == length // 2 - 50


def test_no_exchange_needs_no_frame() -> None:
    meter = PathMeter([])
    meter.feed(batches(Wire().handshake().frames)[0])
    assert meter.close() == {}


def test_other_addresses_with_equal_ports_are_other_connections() -> None:
    other = Endpoint("192.0.2.99", CLIENT.port)
    assert measured(Wire(client=other).handshake().segment(0, 0, b"GET")) == [PathFacts()]


@needs_tshark
@pytest.mark.parametrize("case", ["lossy-feeder", "begins-mid-job"])
def test_round_trips_are_those_of_tshark(case: str) -> None:
    path = CAPTURES / case / "capture.pcap"
    run = [
        "tshark",
        "-r",
        str(path),
        "-Y",
        "tcp",
        "-T",
        "fields",
        "-e",
        "tcp.srcport",
        "-e",
        "tcp.analysis.initial_rtt",
    ]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    expected = {int(port): round(float(rtt) * 1e9) for port, _, rtt in (row.partition("\t") for row in told) if rtt}
    trace = check_file(str(path))
    assert trace.read_paths is not None
    facts = trace.read_paths(trace.exchanges)
    for exchange in trace.exchanges:
        assert facts[exchange.id].rtt_ns == expected.get(exchange.client_endpoint.port)


@given(conversations(), st.sets(st.integers(1, 45), max_size=3), st.booleans())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_stretch_taken_at_once_gives_what_a_walk_gives(frames: list[Frame], cuts: set[int], halves: bool) -> None:
    last = START_NS + 10**12
    middle = START_NS + 2_000 * MILLISECOND
    ends = [(START_NS, middle), (middle + 1, last)] if halves else [(START_NS, last)]
    spans = [Underway(*peers, *end) for peers in ((CLIENT, SERVER), (SERVER, CLIENT)) for end in ends]
    told = []
    for least in (2, 1 << 20):  # what is odd stands alone
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(paths, "STRETCH_LEAST", least)
            told.append(measured(Wire(frames=frames), *spans, cuts=tuple(cuts)))
    assert told[0] == told[1]


def test_a_long_stretch_moves_the_edge_and_knows_the_round_trip() -> None:
    wire = Wire().handshake().segment(0, 0, b"GET")
    for number in range(STRETCH_LEAST):
        wire.segment(1, 250 * number, DATA, ack=3)
    wire.segment(1, 0, DATA, ack=3)
    assert measured(wire) == [PathFacts(2 * MILLISECOND, len(DATA), 0)]
