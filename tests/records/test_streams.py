"""Door 2: which frame brought which octet."""

import numpy as np
import pytest

from wsdtrace.records import ConnectionId, Direction, SegmentIndex, StreamChunk

INDEX = SegmentIndex(
    offset=np.array([0, 100, 250]),
    frame=np.array([7, 12, 9]),
    time_ns=np.array([70, 120, 90]),
    file_offset=np.array([24, 400, 300]),
)
"""Three segments; the second came last (a hole that was filled late)."""


@pytest.mark.parametrize(
    ("offset", "frame"),
    [
        pytest.param(0, 7, id="first byte"),
        pytest.param(99, 7, id="last byte of a segment"),
        pytest.param(100, 12, id="first byte of the next"),
        pytest.param(250, 9, id="last segment"),
        pytest.param(10_000, 9, id="behind the end"),
        pytest.param(-1, 7, id="before the beginning"),
    ],
)
def test_a_stream_offset_leads_to_the_frame_that_brought_it(offset: int, frame: int) -> None:
    assert INDEX.stamp(offset).number == frame
    assert INDEX.stamp(offset).time_ns == frame * 10


def test_a_chunk_is_as_late_as_its_latest_frame() -> None:
    chunk = StreamChunk(ConnectionId(3), Direction.FROM_ORIGINATOR, 0, b"x" * 300, INDEX)
    assert chunk.last_frame == 12
    assert repr(chunk) == "StreamChunk(3→ 0+300)"
