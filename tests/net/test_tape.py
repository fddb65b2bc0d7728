"""The open run of a connection."""

import numpy as np

from wsdtrace.net.limits import NetAnomalyKind, NetLimits
from wsdtrace.net.outbox import Outbox
from wsdtrace.net.tape import Tape, Where
from wsdtrace.records import ConnectionId, Direction, NetAnomaly, Stamp, StreamChunk


def outbox() -> Outbox:
    out = Outbox(NetLimits())
    out.begin(b"", b"", 1, np.arange(9), np.arange(9))
    return out


def test_bytes_of_one_side_are_one_run_until_the_other_side_brings_some() -> None:
    tape, out = Tape(ConnectionId(3)), outbox()
    tape.originator = 1
    for row, (side, offset, data) in enumerate([(1, 0, b"ab"), (1, 2, b"c"), (0, 7, b"x"), (1, 3, b"d")]):
        out.row = row
        tape.add(side, 100 + side, offset, data, Where(row + 1, row, row * 10), out)
    chunks = [event for event in out.take() if isinstance(event, StreamChunk)]
    told = [(chunk.direction, chunk.offset, bytes(chunk.data), chunk.base_seq) for chunk in chunks]
    assert told == [
        (Direction.FROM_ORIGINATOR, 0, b"abc", 101),
        (Direction.FROM_RESPONDER, 7, b"x", 100),
        (Direction.FROM_ORIGINATOR, 3, b"d", 101),
    ]
    assert chunks[0].index.offset.tolist() == [0, 2]
    assert chunks[0].index.file_offset.tolist() == [0, 10]


def test_an_event_ends_the_run_before_it() -> None:
    tape, out = Tape(ConnectionId(3)), outbox()
    tape.add(0, 0, 0, b"a", Where(1, 0, 0), out)
    tape.anomaly(NetAnomalyKind.OVERLAP_DIFFERS, "odd", Stamp(1, 0), out)
    tape.add(0, 0, 1, b"b", Where(1, 0, 0), out)
    assert [type(event) for event in out.take()] == [StreamChunk, NetAnomaly, StreamChunk]
