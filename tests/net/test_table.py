"""All connections of a capture: numbers, age, and reading one of them again."""

import pytest

from tests.net.wire import CLIENT, MILLISECOND, SERVER, START_NS, Frame, Wire, batches, heard, of_kind, read
from wsdtrace.net import Net, NetLimits
from wsdtrace.records import ConnectionOpened, Direction, Endpoint, StreamChunk, StreamEnd, StreamEnded


def test_connections_are_numbered_by_their_first_frame() -> None:
    frames: list[Frame] = []
    wires = [Wire(Endpoint(CLIENT.address, port), frames=frames) for port in (9, 3, 7)]
    for step in range(3):
        for wire in wires:
            wire.segment(0, step, b"x")
    for cuts in ((), (1,), (4, 5), range(1, 9)):
        opened = [event for event in read(frames, cuts) if isinstance(event, ConnectionOpened)]
        assert [(event.connection, event.originator.port) for event in opened] == [(0, 9), (1, 3), (2, 7)]


def test_a_frame_renews_the_age_of_its_connection() -> None:
    frames: list[Frame] = []
    wires = [Wire(Endpoint(CLIENT.address, port), frames=frames) for port in (1, 2, 3)]
    for number, wire in enumerate((wires[0], wires[1], wires[0], wires[2], wires[0])):
        wire.now_ns = START_NS + number * MILLISECOND
        wire.segment(0, len(frames), b"x")
    net = Net(NetLimits(connections=2))
    events = [event for batch in batches(frames, range(1, 9)) for event in net.feed(batch)]
    assert [event.originator.port for event in events if isinstance(event, ConnectionOpened)] == [1, 2, 3]
    assert net.connections == 2


def test_ended_connections_are_forgotten_before_idle_ones() -> None:
    frames: list[Frame] = []
    for port in range(1, 7):
        wire = Wire(Endpoint(CLIENT.address, port), frames=frames).handshake()
        if port in (2, 5):
            wire.segment(0, 0, flags="RA")
    net = Net(NetLimits(connections=3))
    (batch,) = batches(frames)
    ended = [event for event in net.feed(batch) if isinstance(event, StreamEnded)]
    assert [event.connection for event in ended if event.how is StreamEnd.EVICTED] == [0, 0]
    assert net.connections == 3
    left = [event for event in net.close() if isinstance(event, StreamEnded)]
    assert [event.connection for event in left] == [2, 2, 3, 3, 5, 5]


@pytest.mark.parametrize("direction", Direction)
def test_a_resumed_net_gives_one_direction_of_one_connection(direction: Direction) -> None:
    wire = Wire().handshake().segment(0, 0, b"request").segment(1, 0, b"response", ack=7)
    Wire(Endpoint("192.0.2.77", 5), frames=wire.frames).handshake().segment(0, 0, b"other")
    net = Net.resume(CLIENT, SERVER, direction, (1001, 9001)[direction], 3)
    events = [event for batch in batches(wire.frames) for event in net.feed(batch)] + net.close()
    assert heard(events, direction) == [(b"request", b"response")[direction][3:]]
    assert heard(events, direction.reverse) == []
    assert of_kind(events, ConnectionOpened) == []


def test_a_resumed_net_works_for_either_order_of_addresses() -> None:
    high, low = Endpoint("203.0.113.9", 1), Endpoint("10.0.0.1", 2)
    wire = Wire(high, low).segment(0, 0, b"abc").segment(1, 0, b"xyz", ack=3)
    net = Net.resume(high, low, Direction.FROM_ORIGINATOR, 1001, 0)
    events = [event for batch in batches(wire.frames) for event in net.feed(batch)]
    assert [(event.direction, bytes(event.data)) for event in events if isinstance(event, StreamChunk)] == [(0, b"abc")]


def test_a_resumed_net_ends_with_its_connection() -> None:
    wire = Wire().handshake().segment(0, 0, b"abc")
    wire.isn = (5, 6)
    wire.handshake().segment(0, 0, b"later").segment(0, 5, b"more")
    for cuts in ((), range(1, 20)):
        net = Net.resume(CLIENT, SERVER, Direction.FROM_ORIGINATOR, 1001, 0)
        events = [event for batch in batches(wire.frames, cuts) for event in net.feed(batch)] + net.close()
        assert heard(events, 0) == [b"abc"]
