"""Lives of connections: handshakes, ends, reuse, refusals, and segments that belong to none."""

import pytest

from tests.net.wire import CLIENT, MILLISECOND, SERVER, START_NS, Frame, Wire, anomalies, batches, heard, of_kind, read
from wsdtrace.net import Net, NetLimits
from wsdtrace.records import (
    AckAhead,
    ConnectionId,
    ConnectionOpened,
    ConnectionRefused,
    Direction,
    Gap,
    GapReason,
    Stamp,
    StreamChunk,
    StreamEnd,
    StreamEnded,
)

SECOND = 1000 * MILLISECOND


def opened(wire: Wire) -> list[tuple[str, bool, int]]:
    """(who opened: c or s, handshake, frame) of each connection."""
    return [
        ("c" if event.originator == CLIENT else "s", event.handshake, event.stamp.number)
        for event in read(wire.frames)
        if isinstance(event, ConnectionOpened)
    ]


def ends(wire: Wire) -> list[tuple[int, Direction, StreamEnd, int]]:
    """(connection, direction, how, frame) of each end."""
    return [
        (event.connection, event.direction, event.how, event.stamp.number)
        for event in read(wire.frames)
        if isinstance(event, StreamEnded)
    ]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param(Wire().handshake(), ("c", True, 1), id="syn, syn ack, ack"),
        pytest.param(Wire().segment(0, -1, flags="S", ack=None).segment(0, 0, b"a"), ("c", True, 1), id="no syn ack"),
        pytest.param(Wire().segment(1, -1, flags="SA").segment(0, 0), ("c", True, 1), id="syn ack alone"),
        pytest.param(Wire().segment(1, 5, b"a").segment(0, 0), ("s", False, 1), id="data first"),
        pytest.param(Wire().segment(0, 0).segment(1, 0, b"a"), ("c", False, 1), id="acknowledgement first"),
        pytest.param(Wire().segment(0, 4, flags="FA"), ("c", False, 1), id="fin first"),
        pytest.param(
            Wire().segment(0, -1, flags="S", ack=None).segment(1, -1, flags="S", ack=None).segment(0, 0),
            ("c", True, 1),
            id="simultaneous open",
        ),
        pytest.param(
            Wire().segment(0, -1, flags="S", ack=None).segment(0, -1, flags="S", ack=None).segment(1, -1, flags="SA"),
            ("c", True, 1),
            id="repeated syn",
        ),
    ],
)
def test_who_opened_a_connection_and_whether_its_start_was_seen(wire: Wire, expected: tuple[str, bool, int]) -> None:
    assert opened(wire) == [expected]


def test_a_reset_of_an_unknown_connection_opens_none() -> None:
    assert read(Wire().segment(0, 5, flags="R").frames) == []


def test_the_start_of_the_responder_is_known_from_the_acknowledgement_of_its_syn() -> None:
    wire = Wire().segment(0, -1, flags="S", ack=None).segment(0, 0, b"ask").segment(1, 2, b"cd", ack=3)
    assert heard(read(wire.frames), 1) == [2, b"cd"]


def test_an_empty_first_segment_tells_what_its_direction_sent_before() -> None:
    wire = Wire().segment(0, -1, flags="S", ack=None).segment(0, 0, ack=0).segment(0, 0, b"ask", ack=0)
    wire = wire.segment(0, 3, ack=100).segment(1, 100, ack=3)
    for cut in range(len(wire.frames)):
        gaps = [(e.direction, e.offset, e.length) for e in read(wire.frames, [cut]) if isinstance(e, Gap)]
        assert gaps == [(Direction.FROM_RESPONDER, 0, 100)]


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(Wire().segment(1, -1, flags="SA"), id="the answer to the SYN"),
        pytest.param(Wire().segment(1, 100, b"more", ack=3), id="what it sent later"),
    ],
)
def test_what_a_direction_sent_is_known_from_its_peer_although_the_direction_appears_later(late: Wire) -> None:
    """Seen: two interfaces joined, whose clocks differ, and the end of the capture cut off."""
    wire = Wire().segment(0, -1, flags="S", ack=None).segment(0, 0, b"ask", ack=0).segment(0, 3, ack=50)
    frames = wire.segment(0, 3, ack=100).segment(0, 3, flags="FA", ack=100).frames
    frames += [Frame(wire.now_ns, frame.data, frame.wire_len) for frame in late.frames]
    for cut in range(len(frames)):
        gaps = [(e.direction, e.offset, e.length) for e in read(frames, [cut]) if isinstance(e, Gap)]
        assert gaps == [(Direction.FROM_RESPONDER, 0, 100)]


@pytest.mark.parametrize(
    ("wire", "ahead"),
    [
        pytest.param(Wire().handshake().segment(0, 0, b"ask").segment(1, 0, b"yes", ack=3), [], id="in order"),
        pytest.param(
            Wire().handshake().segment(1, 0, b"yes", ack=3).segment(0, 0, b"ask").segment(1, 3, b"!", ack=99),
            [(Direction.FROM_ORIGINATOR, 4)],
            id="an answer before its request, and once for all",
        ),
        pytest.param(
            Wire().segment(0, -1, flags="S", ack=None).segment(0, 0).segment(0, 0, b"ask", ack=2),
            [],
            id="of a direction that nobody sees",
        ),
    ],
)
def test_bytes_that_are_acknowledged_before_they_come_are_told(wire: Wire, ahead: list[tuple[Direction, int]]) -> None:
    for cut in range(len(wire.frames)):
        told = [event for event in read(wire.frames, [cut]) if isinstance(event, AckAhead)]
        assert [(event.direction, event.stamp.number) for event in told] == ahead


def test_offset_0_has_the_sequence_number_behind_the_syn() -> None:
    events = read(Wire(isn=(2**32 - 1, 40)).handshake().segment(0, 0, b"a").segment(1, 0, b"b").frames)
    assert [chunk.base_seq for chunk in events if isinstance(chunk, StreamChunk)] == [0, 41]


def test_data_in_a_syn_count_once_it_is_answered() -> None:
    wire = Wire().segment(0, -1, b"early", flags="S", ack=None)  # RFC 7413
    wire.segment(1, -1, flags="SA", ack=5).segment(0, 5, b" late")
    events = read(wire.frames)
    assert isinstance(events[0], ConnectionOpened)
    assert heard(events, 0) == [b"early late"]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param(
            Wire().handshake().segment(0, 0, flags="FA").segment(1, 0, flags="FA", ack=1),
            [(0, Direction.FROM_ORIGINATOR, StreamEnd.FIN, 4), (0, Direction.FROM_RESPONDER, StreamEnd.FIN, 5)],
            id="both fin",
        ),
        pytest.param(
            Wire().handshake().segment(0, 0, flags="FA").segment(1, 0, flags="RA", ack=1),
            [(0, Direction.FROM_ORIGINATOR, StreamEnd.FIN, 4), (0, Direction.FROM_RESPONDER, StreamEnd.RST, 5)],
            id="fin, then reset",
        ),
        pytest.param(
            Wire().handshake().segment(1, 0, flags="RA"),
            [(0, Direction.FROM_ORIGINATOR, StreamEnd.RST, 4), (0, Direction.FROM_RESPONDER, StreamEnd.RST, 4)],
            id="reset",
        ),
        pytest.param(
            Wire().handshake().segment(0, 3, flags="FA").segment(0, 0, b"abc").segment(1, 0, flags="R"),
            [(0, Direction.FROM_ORIGINATOR, StreamEnd.FIN, 5), (0, Direction.FROM_RESPONDER, StreamEnd.RST, 6)],
            id="fin before its data",
        ),
        pytest.param(
            Wire().handshake(),
            [(0, d, StreamEnd.CAPTURE_END, 3) for d in Direction],
            id="end of capture",
        ),
        pytest.param(
            Wire().handshake().segment(0, 0, b"abc", flags="FPA").segment(0, 0, b"abc", flags="FPA"),
            [(0, Direction.FROM_ORIGINATOR, StreamEnd.FIN, 4), (0, Direction.FROM_RESPONDER, StreamEnd.CAPTURE_END, 5)],
            id="repeated fin with data",
        ),
    ],
)
def test_how_directions_end(wire: Wire, expected: list[tuple[int, Direction, StreamEnd, int]]) -> None:
    assert ends(wire) == expected


def test_late_segments_of_an_ended_connection_open_no_other() -> None:
    wire = Wire().handshake().segment(0, 0, b"ab").segment(1, 0, flags="RA", ack=2)
    wire.segment(0, 0, b"ab").segment(0, 2, flags="FA").segment(1, 0).segment(0, -1, flags="S", ack=None)
    assert len(opened(wire)) == 1
    assert anomalies(read(wire.frames)) == []


def test_bytes_after_the_end_are_reported_once() -> None:
    wire = Wire().handshake().segment(1, 0, flags="RA").segment(0, 0, b"ab").segment(0, 2, b"cd")
    events = read(wire.frames)
    assert heard(events, 0) == []
    assert anomalies(events) == [("data_after_end", 5)]


def test_bytes_behind_a_fin_are_no_part_of_the_stream() -> None:
    wire = Wire().handshake().segment(0, 0, b"ab", flags="FA").segment(0, 2, b"cd").segment(0, 1, b"bcd")
    events = read(wire.frames)
    assert heard(events, 0) == [b"ab"]
    assert anomalies(events) == [("data_after_end", 5)]


def test_a_far_reset_is_ignored() -> None:
    wire = Wire().handshake().segment(1, 1 << 28, flags="R").segment(0, 0, b"ab")
    events = read(wire.frames)
    assert heard(events, 0) == [b"ab"]
    assert anomalies(events) == [("reset_ignored", 4)]


def test_a_syn_with_another_number_is_a_new_connection() -> None:
    wire = Wire().handshake().segment(0, 0, b"old")
    wire.isn = (700_000, 900_000)
    wire.handshake().segment(0, 0, b"new")
    assert opened(wire) == [("c", True, 1), ("c", True, 5)]
    chunks = [(event.connection, bytes(event.data)) for event in read(wire.frames) if isinstance(event, StreamChunk)]
    assert chunks == [(0, b"old"), (1, b"new")]
    assert ends(wire)[:2] == [(0, d, StreamEnd.REUSED, 5) for d in Direction]


def test_a_4_tuple_reused_after_its_end_is_a_new_connection() -> None:
    wire = Wire().handshake().segment(0, 0, flags="FA").segment(1, 0, flags="FA", ack=1).segment(0, 1, ack=1)
    wire.isn = (50_000_000, 90_000_000)
    wire.segment(0, 0, b"new")  # its SYN was not captured
    assert opened(wire) == [("c", True, 1), ("c", False, 7)]
    assert heard(read(wire.frames), 0) == [b"new"]


def test_bytes_far_away_are_a_new_connection_when_the_next_segment_agrees() -> None:
    wire = Wire().handshake().segment(0, 0, b"old")
    wire.isn = (2_000_000_000, 3_000_000_000)
    wire.segment(0, 0, b"new ").segment(0, 4, b"stream")
    events = read(wire.frames)
    chunks = [event for event in events if isinstance(event, StreamChunk)]
    assert [(chunk.connection, bytes(chunk.data)) for chunk in chunks] == [(0, b"old"), (1, b"new stream")]
    assert chunks[1].index.frame.tolist() == [5, 6]
    assert anomalies(events) == [("sequence_far", 5)]


def test_one_segment_far_away_changes_nothing() -> None:
    wire = Wire().handshake().segment(0, 0, b"abc").segment(0, 2_000_000_000, b"?").segment(0, 3, b"def")
    events = read(wire.frames)
    assert heard(events, 0) == [b"abcdef"]
    assert anomalies(events) == [("sequence_far", 5)]


def refused(wire: Wire) -> list[tuple[int, int, bool]]:
    """(connection, frame, answered) of each refusal that is confirmed."""
    return [
        (event.connection, event.stamp.number, event.answered)
        for event in read(wire.frames)
        if isinstance(event, ConnectionRefused) and event.confirmed
    ]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param(
            Wire().segment(0, -1, flags="S", ack=None).segment(1, -1, flags="RA"), [(0, 2, True)], id="reset"
        ),
        pytest.param(
            Wire().segment(0, -1, flags="S", ack=None).segment(1, -1, flags="RA")
            .segment(0, -1, flags="S", ack=None).segment(1, -1, flags="RA"),
            [(0, 2, True)],
            id="the same syn again, as Windows does",
        ),
        pytest.param(
            Wire().segment(0, -1, flags="S", ack=None).segment(0, -1, flags="S", ack=None), [(0, 2, False)],
            id="repeated and never answered",
        ),
        pytest.param(
            Wire().segment(0, -1, flags="S", ack=None).wait(3 * SECOND).segment(0, 9, flags="R", ack=None),
            [(0, 2, False)], id="given up by its sender",
        ),
        pytest.param(Wire().segment(0, -1, flags="S", ack=None), [], id="nothing came before the capture ended"),
        pytest.param(Wire().handshake().segment(1, 0, flags="R"), [], id="opened, then reset"),
    ],
)  # fmt: skip
def test_refusals(wire: Wire, expected: list[tuple[int, int, bool]]) -> None:
    assert refused(wire) == expected


def other(at_ns: int) -> Wire:
    """A frame of something else, at a time."""
    return Wire(client=SERVER, now_ns=at_ns).segment(0, 0)


def test_a_silent_syn_is_reported_when_its_time_is_over() -> None:
    wire = Wire().segment(0, -1, flags="S", ack=None)
    frames = [*wire.frames, *other(START_NS + 29 * SECOND).frames, *other(START_NS + 40 * SECOND).frames]
    net = Net()
    events = [net.feed(batch) for batch in batches(frames, (1, 2))]
    assert of_kind(events[1], ConnectionRefused) == []
    refusal = of_kind(events[2], ConnectionRefused)
    assert refusal == [
        ConnectionRefused(ConnectionId(0), CLIENT, SERVER, Stamp(3, START_NS + 40 * SECOND + MILLISECOND), False, False)
    ]


def test_an_answer_after_that_opens_the_connection_all_the_same() -> None:
    wire = Wire().segment(0, -1, flags="S", ack=None).wait(60 * SECOND).segment(1, -1, flags="SA").segment(0, 0, b"a")
    assert [type(event) for event in read(wire.frames)][:3] == [ConnectionRefused, ConnectionOpened, StreamChunk]


def test_only_directions_that_were_seen_say_so() -> None:
    events = read(Wire().segment(0, 0, b"ab").segment(0, 2, b"cd").frames)
    assert [(e.direction, e.seen) for e in events if isinstance(e, StreamEnded)] == [(0, True), (1, False)]


def test_the_connection_idle_longest_is_given_up_beyond_the_bound() -> None:
    frames: list[Frame] = []
    for port in (1, 2, 3):
        wire = Wire(client=type(CLIENT)(CLIENT.address, port), frames=frames, now_ns=START_NS + port * SECOND)
        wire.handshake().segment(0, 0, b"ab").segment(0, 3, b"d")
    events = read(frames, (5, 10), NetLimits(connections=2))
    gone = [event for event in events if isinstance(event, StreamEnded) and event.how is StreamEnd.EVICTED]
    assert [event.connection for event in gone] == [0, 0]
    assert next(event.reason for event in events if isinstance(event, Gap)) is GapReason.LIMIT
    assert anomalies(events) == [("limit_reached", 15)]


def test_ended_connections_are_forgotten_first() -> None:
    frames: list[Frame] = []
    for port in (1, 2, 3):
        wire = Wire(client=type(CLIENT)(CLIENT.address, port), frames=frames, now_ns=START_NS + port * SECOND)
        wire.handshake()
        if port == 2:
            wire.segment(0, 0, flags="RA")
    net = Net(NetLimits(connections=2))
    events = [event for batch in batches(frames, (3, 7)) for event in net.feed(batch)]
    assert net.connections == 2
    assert anomalies(events) == []
