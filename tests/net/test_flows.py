"""Which segments belong together, and where a connection's segments are cut into items."""

import numpy as np
import pytest

from tests.net.wire import CLIENT, SERVER, Frame, Wire, batches
from wsdtrace.net import flows
from wsdtrace.net.flows import Items, cut_into_items, group_by_connection
from wsdtrace.net.ip import Packets, read_ip
from wsdtrace.net.link import locate_ip
from wsdtrace.net.transport import Segments, read_tcp
from wsdtrace.records import Endpoint


def segments_of(frames: list[Frame]) -> tuple[Segments, Packets]:
    (batch,) = batches(frames)
    packets = read_ip(batch.buffer, locate_ip(batch)).plain
    return read_tcp(batch.buffer, packets, np.arange(len(packets)), 0)[0], packets


ENDS = [
    (CLIENT, SERVER),
    (Endpoint(CLIENT.address, 50001), SERVER),
    (Endpoint("fe80::1", 50000), Endpoint("fe80::2", 80)),
    (Endpoint("fe80::1:0:0:1", 50000), Endpoint("fe80::1:0:0:2", 80)),
]


@pytest.mark.parametrize("colliding", [False, True], ids=["hashed", "every hash collides"])
def test_both_directions_of_a_connection_are_one_group(colliding: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if colliding:
        monkeypatch.setattr(flows, "_MIXERS", (0, 0, 0, 0, 0))
    frames: list[Frame] = []
    for _ in range(2):
        for client, server in ENDS:
            Wire(client, server, frames=frames).segment(0, 0).segment(1, 0)
    grouped = group_by_connection(*segments_of(frames))
    assert len(grouped.keys) == len(set(grouped.keys)) == len(ENDS)
    pairs = grouped.group.reshape(2, len(ENDS), 2)
    assert (pairs == pairs[0, :, :1]).all()
    assert len(set(pairs[0, :, 0].tolist())) == len(ENDS)
    assert (grouped.side.reshape(-1, 2).sum(axis=1) == 1).all()


def drawn(wire: Wire) -> str:
    """Items of one connection: `[n]` a plain one of n segments, `!` a segment by itself."""
    segments, packets = segments_of(wire.frames)
    items = cut_into_items(segments, group_by_connection(segments, packets))
    counts = (items.stop - items.start).tolist()
    return "".join(f"[{n}]" if plain else "!" * n for n, plain in zip(counts, items.plain.tolist(), strict=True))


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        pytest.param(Wire().segment(0, 0, b"ab").segment(1, 0, ack=2).segment(0, 2, b"c"), "[3]", id="in order"),
        pytest.param(Wire().handshake().segment(0, 0, b"ab").segment(1, 0, b"c", ack=2), "!![3]", id="handshake"),
        pytest.param(Wire().segment(0, 0, b"ab").segment(0, 0, b"ab").segment(0, 2, b"c"), "[1]![1]", id="repeated"),
        pytest.param(Wire().segment(0, 0, b"ab").segment(0, 3, b"d").segment(0, 4, b"e"), "[1]![1]", id="hole"),
        pytest.param(Wire().segment(0, 0, b"ab").segment(1, 0, ack=9), "!!", id="acknowledges what was not seen"),
        pytest.param(Wire().segment(0, 0, b"ab", flags="FA").segment(1, 0, ack=3), "![1]", id="fin"),
        pytest.param(Wire().segment(0, 0, b"abcdef", snap=57).segment(0, 6, b"g"), "![1]", id="cut frame"),
        pytest.param(
            Wire(isn=(2**32 - 2, 9)).segment(0, 0, b"ab").segment(1, 0, b"xyz", ack=2).segment(0, 2, b"cd", ack=3),
            "[3]", id="wraps",
        ),
    ],
)  # fmt: skip
def test_items(wire: Wire, expected: str) -> None:
    assert drawn(wire) == expected


def items_of(wire: Wire) -> Items:
    segments, packets = segments_of(wire.frames)
    return cut_into_items(segments, group_by_connection(segments, packets))


def test_an_item_says_what_must_be_compared_with_the_state() -> None:
    wire = Wire().segment(1, 0, ack=0).segment(1, 0, ack=2).segment(0, 2, b"cd", ack=5).segment(1, 0, b"x", ack=4)
    items = items_of(wire)
    assert items.plain.tolist() == [True]
    assert items.next_seq.tolist() == [[1003, 9001]]
    assert items.ack.tolist() == [[9006, 1003]]
    assert items.seen.tolist() == [[True, True]]


def test_runs_end_where_the_other_side_sends_data() -> None:
    wire = Wire().segment(0, 0, b"a").segment(1, 0, ack=1).segment(0, 1, b"b").segment(1, 0, b"c", ack=2)
    items = items_of(wire)
    runs = list(zip(items.run_start.tolist(), items.run_stop.tolist(), items.run_side.tolist(), strict=True))
    assert runs == [(0, 2, 0), (2, 3, 1)]
    assert items.runs.tolist() == [0, 2]
    assert items.data.tolist() == [0, 2, 3]
