"""Bytes of one direction: order, repetition, overlaps, holes and when they are given up, cut frames."""

import pytest

from tests.net.wire import CLIENT, MILLISECOND, SERVER, START_NS, Frame, Wire, anomalies, batches, heard, of_kind, read
from wsdtrace.net import Net, NetLimits
from wsdtrace.records import Direction, Gap, GapReason, StreamChunk

SECOND = 1000 * MILLISECOND
LIMITS = NetLimits()


def gaps(frames: list[Frame], limits: NetLimits | None = None) -> list[tuple[int, int, int, GapReason, int]]:
    """(direction, offset, length, reason, frame) of each gap."""
    return [
        (event.direction, event.offset, event.length, event.reason, event.stamp.number)
        for event in read(frames, (), limits)
        if isinstance(event, Gap)
    ]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param(Wire().handshake().segment(0, 0, b"ab").segment(0, 2, b"cd"), [b"abcd"], id="in order"),
        pytest.param(Wire().handshake().segment(0, 2, b"cd").segment(0, 0, b"ab"), [b"abcd"], id="swapped"),
        pytest.param(Wire().handshake().segment(0, 0, b"ab").segment(0, 0, b"ab"), [b"ab"], id="repeated"),
        pytest.param(Wire().handshake().segment(0, 0, b"ab").segment(0, 0, b"abcd"), [b"abcd"], id="repeated, longer"),
        pytest.param(Wire().handshake().segment(0, 2, b"cd").segment(0, 0, b"abcdef"), [b"abcdef"], id="around"),
        pytest.param(Wire().handshake().segment(0, 0, b"abc").segment(0, 2, b"XYZ"), [b"abcYZ"], id="first copy wins"),
        pytest.param(
            Wire().handshake().segment(0, 3, b"def").segment(0, 1, b"BCDE").segment(0, 0, b"a"), [b"aBCdef"],
            id="first copy wins behind a hole",
        ),
        pytest.param(Wire().handshake().segment(0, 2, b"cd"), [2, b"cd"], id="hole at the start"),
        pytest.param(Wire().segment(0, 7, b"cd").segment(0, 9, b"ef"), [b"cdef"], id="no syn: from the first byte"),
        pytest.param(Wire().segment(0, 7, b"cd").segment(0, 5, b"ab"), [b"cd"], id="no syn: older bytes have no place"),
        pytest.param(
            Wire(isn=(2**32 - 3, 5)).handshake().segment(0, 3, b"def").segment(0, 0, b"abc"), [b"abcdef"], id="wraps"
        ),
        pytest.param(
            Wire().handshake().segment(0, 0, b"ab").segment(0, 1, b"\0").segment(0, 2, b"cd"), [b"abcd"],
            id="keep-alive with one old octet",
        ),
    ],
)  # fmt: skip
def test_bytes_in_order(wire: Wire, expected: list[bytes | int]) -> None:
    for cuts in ((), range(1, 9)):
        assert heard(read(wire.frames, cuts), 0) == expected


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param(
            Wire().handshake().segment(0, 0, b"abc").segment(0, 0, b"abX"), [("overlap_differs", 5)], id="handed on"
        ),
        pytest.param(
            Wire().handshake().segment(0, 3, b"def").segment(0, 3, b"dXf"), [("overlap_differs", 5)], id="waiting"
        ),
        pytest.param(
            Wire().handshake().segment(0, 0, b"abc").segment(0, 0, b"X").segment(0, 1, b"X"), [("overlap_differs", 5)],
            id="told once",
        ),
        pytest.param(Wire().handshake().segment(0, 0, b"abc").segment(0, 2, b"\0"), [], id="keep-alive"),
        pytest.param(Wire().handshake().segment(0, 0, b"abc").segment(0, 1, b"bcd"), [], id="equal"),
    ],
)  # fmt: skip
def test_repetition_with_other_bytes_is_an_anomaly(wire: Wire, expected: list[tuple[str, int]]) -> None:
    for cuts in ((), range(1, 9)):
        assert anomalies(read(wire.frames, cuts)) == expected


def test_bytes_name_the_frame_that_brought_them() -> None:
    wire = Wire().handshake().segment(0, 2, b"cd").segment(0, 0, b"abc")
    (chunk,) = [event for event in read(wire.frames) if isinstance(event, StreamChunk)]
    index = chunk.index
    assert (index.offset.tolist(), index.frame.tolist()) == ([0, 2], [5, 4])
    assert index.file_offset.tolist() == [4000, 3000]
    assert index.stamp(3).number == 4
    assert chunk.last_frame == 5


def test_a_run_ends_where_the_other_direction_brings_data() -> None:
    wire = Wire().handshake().segment(0, 0, b"ask").segment(1, 0, b"ans", ack=3).segment(1, 3, b"wer", ack=3)
    wire.segment(0, 3, b"more", ack=6)
    chunks = [(event.direction, bytes(event.data)) for event in read(wire.frames) if isinstance(event, StreamChunk)]
    assert chunks == [(0, b"ask"), (1, b"answer"), (0, b"more")]


# -- holes --------------------------------------------------------------------------------------


def test_a_hole_that_the_peer_acknowledged_is_given_up_after_its_grace_of_frames() -> None:
    wire = Wire().handshake().segment(0, 0, b"ab").segment(0, 4, b"ef").segment(1, 0, ack=6)
    for _ in range(LIMITS.ack_grace_frames):
        wire.segment(1, 0, ack=6, after_ns=1)
    assert gaps(wire.frames) == [(0, 2, 2, GapReason.NOT_CAPTURED, 6 + LIMITS.ack_grace_frames)]
    assert gaps(wire.frames[:-1]) == [(0, 2, 2, GapReason.NOT_CAPTURED, 5 + LIMITS.ack_grace_frames)]  # the end


def test_a_hole_that_the_peer_acknowledged_is_given_up_after_its_grace_of_time() -> None:
    wire = Wire().handshake().segment(0, 0, b"ab").segment(0, 4, b"ef").segment(1, 0, ack=6)
    silent = Wire(client=SERVER, frames=wire.frames, now_ns=wire.now_ns + 2 * SECOND).segment(0, 0).segment(0, 0)
    net = Net()
    events = [net.feed(batch) for batch in batches(silent.frames, (6,))]
    assert of_kind(events[0], Gap) == []
    (gap,) = of_kind(events[1], Gap)
    assert isinstance(gap, Gap)
    assert gap.stamp.number == 7
    assert heard(events[1], 0) == [2, b"ef"]


@pytest.mark.parametrize("delay", [1, 10, LIMITS.ack_grace_frames - 1])
def test_an_acknowledgement_may_come_before_its_data(delay: int) -> None:
    wire = Wire().handshake().segment(0, 0, b"ab").segment(1, 0, ack=6)
    for _ in range(delay):
        wire.segment(1, 0, ack=6, after_ns=1)
    wire.segment(0, 2, b"cdef").segment(0, 6, b"gh")
    for cuts in ((), range(1, 99)):
        assert heard(read(wire.frames, cuts), 0) == [b"abcdefgh"]


def test_a_lost_request_shows_in_the_acknowledgement_of_its_response() -> None:
    wire = Wire().handshake().segment(1, 0, b"answer", ack=50).wait(2 * SECOND).segment(0, 50, b"next", ack=6)
    events = read(wire.frames)
    assert heard(events, 0) == [50, b"next"]
    (gap,) = of_kind(events, Gap)
    assert isinstance(gap, Gap)
    assert gap.stamp.number == 5


def test_one_byte_acknowledged_behind_everything_is_a_fin_that_was_not_captured() -> None:
    wire = (
        Wire().handshake().segment(0, 0, b"ab").segment(1, 0, flags="FA", ack=3).wait(2 * SECOND).segment(0, 3, ack=1)
    )
    assert gaps(wire.frames) == []


def test_a_hole_without_evidence_waits_for_its_retransmission() -> None:
    wire = Wire().handshake().segment(0, 0, b"ab").segment(0, 4, b"ef").segment(1, 0, ack=2)
    for _ in range(200):
        wire.segment(1, 0, ack=2)
    wire.wait(100 * SECOND).segment(0, 2, b"cd").segment(1, 0, ack=6)
    assert heard(read(wire.frames), 0) == [b"abcdef"]


def test_a_direction_captured_alone_is_its_own_evidence() -> None:
    limits = NetLimits(one_sided_frames=10)
    wire = Wire().segment(1, 0, b"ab")
    for i in range(12):
        wire.segment(1, 4 + i, b"x")
    assert gaps(wire.frames, limits) == [(0, 2, 2, GapReason.NOT_CAPTURED, 12)]


def test_many_holes_are_one_gap_each() -> None:
    wire = Wire().handshake()
    for i in range(20):
        wire.segment(0, i * 4 + 2, b"cd")
    wire.segment(1, 0, ack=80).wait(2 * SECOND).segment(1, 0, ack=80)
    assert gaps(wire.frames) == [(0, i * 4, 2, GapReason.NOT_CAPTURED, 25) for i in range(20)]


def test_bytes_that_come_after_their_hole_was_given_up_are_reported() -> None:
    wire = Wire().handshake().segment(0, 2, b"cd").segment(1, 0, ack=4).wait(2 * SECOND).segment(0, 0, b"ab")
    assert anomalies(read(wire.frames)) == [("data_after_end", 6)]
    assert heard(read(wire.frames), 0) == [2, b"cd"]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param(Wire().handshake().segment(0, 2, b"cd").segment(1, 0, flags="RA"), (2, 5), id="reset"),
        pytest.param(Wire().handshake().segment(0, 2, b"cd"), (2, 4), id="end of capture"),
        pytest.param(Wire().handshake().segment(0, 2, flags="FA"), (2, 4), id="fin behind the hole"),
    ],
)
def test_what_waits_is_handed_on_at_the_end(wire: Wire, expected: tuple[int, int]) -> None:
    assert [(length, at) for _, _, length, _, at in gaps(wire.frames)] == [expected]


# -- bounds -------------------------------------------------------------------------------------


def test_the_bound_of_a_direction_gives_up_its_hole() -> None:
    limits = NetLimits(direction_bytes=1000)
    wire = Wire().handshake()
    for i in range(1, 6):
        wire.segment(0, i * 100, bytes(100))
    assert gaps(wire.frames, limits) == [(0, 0, 100, GapReason.LIMIT, 6)]


def test_the_bound_over_all_connections_gives_up_where_most_waits() -> None:
    limits = NetLimits(total_bytes=5000)
    frames: list[Frame] = []
    for port, count in ((1, 2), (2, 20)):
        wire = Wire(client=type(CLIENT)(CLIENT.address, port), frames=frames, now_ns=START_NS + port * SECOND)
        wire.handshake()
        for i in range(1, count):
            wire.segment(0, i * 100, bytes(100))
    net = Net(limits)
    events = [event for batch in batches(frames, range(1, 99)) for event in net.feed(batch)]
    assert {(event.connection, event.reason) for event in events if isinstance(event, Gap)} == {(1, GapReason.LIMIT)}
    assert 0 < net.held <= limits.total_bytes


def test_tiny_segments_are_charged_more_than_their_bytes() -> None:
    wire = Wire().handshake()
    for i in range(50):
        wire.segment(0, 2 + 2 * i, b"x")
    net = Net()
    net.feed(batches(wire.frames)[0])
    assert net.held == 50 * (1 + LIMITS.piece_overhead)
    net.close()
    assert net.held == 0


# -- cut frames ---------------------------------------------------------------------------------


def test_a_cut_frame_leaves_a_gap_for_its_missing_tail() -> None:
    wire = Wire().handshake().segment(0, 0, b"abcdef", snap=14 + 40 + 2).segment(0, 6, b"gh")
    events = read(wire.frames)
    assert heard(events, 0) == [b"ab", 4, b"gh"]
    assert gaps(wire.frames) == [(0, 2, 4, GapReason.SNAPPED, 4)]
    assert anomalies(events) == [("frame_snapped", 4)]


def test_a_frame_cut_in_its_tcp_options_is_all_gap() -> None:
    wire = Wire().handshake().segment(0, 0, b"abcdef", snap=14 + 40)
    assert heard(read(wire.frames), 0) == [6]


def test_a_connection_tells_once_that_frames_were_cut() -> None:
    wire = (
        Wire().handshake().segment(0, 0, b"abc", snap=55).segment(1, 0, b"abc", snap=55).segment(0, 3, b"abc", snap=55)
    )
    assert anomalies(read(wire.frames)) == [("frame_snapped", 4)]


def test_a_cut_frame_behind_a_hole_keeps_its_place() -> None:
    wire = Wire().handshake().segment(0, 2, b"cdef", snap=14 + 40 + 1).segment(0, 0, b"ab").segment(0, 6, b"g")
    assert heard(read(wire.frames), 0) == [b"abc", 3, b"g"]


def test_padding_of_short_frames_is_no_data() -> None:
    wire = Wire().handshake().segment(0, 0, b"a").segment(1, 0, ack=1)
    assert {len(frame.data) for frame in wire.frames} == {60}
    assert heard(read(wire.frames), 0) == [b"a"]
    assert heard(read(wire.frames), 1) == []


@pytest.mark.parametrize("direction", Direction)
def test_the_offsets_of_a_stream_pass_4_gib(direction: Direction) -> None:
    net = Net.resume(CLIENT, SERVER, direction, 1001 if direction == 0 else 9001, 2**33 - 2)
    wire = Wire().segment(direction, 2**33 - 2, b"abcd").segment(direction, 2**33 + 2, b"ef")
    events = [event for batch in batches(wire.frames) for event in net.feed(batch)]
    chunks = [event for event in events if isinstance(event, StreamChunk)]
    assert [(chunk.offset, bytes(chunk.data)) for chunk in chunks] == [(2**33 - 2, b"abcdef")]
    assert chunks[0].index.offset.tolist() == [2**33 - 2, 2**33 + 2]


def test_a_lost_tail_behind_a_lost_middle_is_a_gap_too() -> None:
    wire = Wire().handshake().segment(0, 2, b"cd").segment(1, 0, ack=9).wait(2 * SECOND).segment(1, 0, ack=9)
    assert gaps(wire.frames) == [(0, 0, 2, GapReason.NOT_CAPTURED, 6), (0, 4, 5, GapReason.NOT_CAPTURED, 6)]


def test_many_holes_of_a_direction_captured_alone_do_not_wait_for_each_other() -> None:
    limits = NetLimits(one_sided_frames=10)
    wire = Wire()
    for i in range(30):
        wire.segment(1, i * 4, b"ab")
    given_up = [at for *_, at in gaps(wire.frames, limits)]
    assert given_up[:20] == [*range(12, 31), 30]
