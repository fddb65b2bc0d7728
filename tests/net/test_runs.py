"""Runs of plain items and single frames, from the columns of a batch."""

import numpy as np

from tests.net.wire import Frame, Wire, batches
from wsdtrace.net.connection import Connection
from wsdtrace.net.flows import cut_into_items, group_by_connection
from wsdtrace.net.ip import read_ip
from wsdtrace.net.limits import NetLimits
from wsdtrace.net.link import locate_ip
from wsdtrace.net.outbox import Outbox
from wsdtrace.net.runs import BULK_SEGMENTS, Frames, Runs
from wsdtrace.net.transport import read_tcp
from wsdtrace.records import ConnectionId, StreamChunk


def prepared(frames: list[Frame], *, extents: bool = False) -> tuple[Runs, Frames, Outbox, Connection]:
    (batch,) = batches(frames)
    packets = read_ip(batch.buffer, locate_ip(batch)).plain
    segments, _ = read_tcp(batch.buffer, packets, np.arange(len(packets)), 0)
    grouped = group_by_connection(segments, packets)
    items = cut_into_items(segments, grouped)
    out = Outbox(NetLimits())
    out.begin(batch.buffer, b"", 1, batch.time_ns, batch.time_ns)
    connection = Connection(grouped.keys[0], (Wire().client, Wire().server), ConnectionId(0), 0)
    runs = Runs(batch, segments, items, extents=extents)
    return runs, Frames(batch, segments, items, grouped.side, batch.time_ns, None), out, connection


def test_runs_go_on_where_their_streams_stand() -> None:
    wire = Wire().segment(0, 0, b"as").segment(0, 2, b"k").segment(1, 0, b"answer", ack=3).segment(0, 3, b"more", ack=6)
    runs, _, out, connection = prepared(wire.frames)
    connection.streams[0].advance(2**33)
    connection.streams[1].advance(7)
    runs.hand_on(0, 3, connection, out)
    chunks = [event for event in out.take() if isinstance(event, StreamChunk)]
    told = [(chunk.direction, chunk.offset, bytes(chunk.data), chunk.index.offset.tolist()) for chunk in chunks]
    assert told == [
        (0, 2**33, b"ask", [2**33, 2**33 + 2]),
        (1, 7, b"answer", [7]),
        (0, 2**33 + 3, b"more", [2**33 + 3]),
    ]
    assert [chunk.index.frame.tolist() for chunk in chunks] == [[1, 2], [3], [4]]
    assert [stream.next_offset for stream in connection.streams] == [2**33 + 7, 13]
    assert b"".join(connection.streams[0].history) == b"askmore"


def test_an_item_without_data_hands_on_nothing() -> None:
    runs, _, out, connection = prepared(Wire().segment(0, 0).segment(1, 0).frames)
    runs.hand_on(0, 0, connection, out)
    assert out.take() == []


def test_frames_are_told_field_by_field() -> None:
    _, frames, _, _ = prepared(Wire().segment(1, 2, b"xy", ack=5, flags="PA").frames)
    (frame,) = frames.of(0, 1)
    assert (frame.row, frame.side, frame.seq, frame.ack, frame.flags) == (0, 1, 9003, 1006, 0x18)
    assert (frame.have, frame.length, frame.number, frame.file_offset) == (2, 2, 1, 0)
    assert frame.stamp.time_ns == frame.time_ns == frame.now_ns
    assert frame.where.frame == 1


def test_a_long_run_is_handed_on_as_it_lies() -> None:
    wire = Wire().segment(1, 0, b"short", ack=0)
    for number in range(BULK_SEGMENTS):
        wire.segment(0, 2 * number, b"%02d" % number, ack=5)
    runs, _, out, connection = prepared(wire.frames, extents=True)
    runs.hand_on(0, 2, connection, out)
    short, long = (event for event in out.take() if isinstance(event, StreamChunk))
    assert short.extents is None
    assert long.extents is not None
    said = b"".join(b"%02d" % number for number in range(BULK_SEGMENTS))
    assert (long.size, long.data, b"".join(connection.streams[0].history)) == (len(said), said, said)
