"""Where bytes came from: stamps, reach, rows of what is held."""

import numpy as np

from tests.http.talk import FRAME_NS, chunk, index, stamp
from wsdtrace.http.meter import Meter, Row, View
from wsdtrace.records import ConnectionId, Direction, StreamChunk

FORWARD = Direction.FROM_ORIGINATOR


def view(offset: int, *segments: tuple[int, int]) -> View:
    """Segments of (frame, length) from stream `offset` on."""
    rows, at = [], offset
    for frame, length in segments:
        rows.append((at, frame))
        at += length
    return View(StreamChunk(ConnectionId(0), FORWARD, offset, bytes(at - offset), index(rows)))


def row(offset: int, frame: int) -> Row:
    return Row(offset, frame, frame * FRAME_NS, frame * 1000)


def test_a_byte_has_the_stamp_of_the_frame_that_brought_it() -> None:
    one = view(100, (3, 10), (5, 10))
    assert [one.stamp(at) for at in (100, 109, 110, 119)] == [stamp(3), stamp(3), stamp(5), stamp(5)]


def test_a_view_takes_borrowed_bytes() -> None:
    borrowed = StreamChunk(ConnectionId(0), FORWARD, 0, memoryview(b"abc"), index([(0, 1)]))
    assert View(borrowed).data == b"abc"


def test_rows_are_cut_to_the_range() -> None:
    one = view(100, (3, 10), (5, 10), (7, 10))
    assert one.rows(105, 111) == [row(105, 3), row(110, 5)]
    assert one.rows(110, 120) == [row(110, 5)]


def test_reach_is_the_latest_frame_and_the_file_range() -> None:
    one = view(0, (3, 10), (9, 10), (4, 10))
    assert one.reach(0, 30) == (9, 9 * FRAME_NS, 3000, 9000)
    assert one.reach(20, 30) == (4, 4 * FRAME_NS, 4000, 4000)


def test_a_meter_accounts_for_its_message_alone() -> None:
    one = view(0, (3, 10), (9, 10), (4, 10))
    meter = Meter(one, 22)
    meter.cover(one, 30)
    assert (meter.first, meter.reached) == (stamp(4), stamp(4))
    assert (meter.file_start, meter.file_end) == (4000, 4000)
    more = view(30, (8, 5), (6, 5))
    meter.cover(more, 40)
    assert meter.reached == stamp(8)
    assert (meter.file_start, meter.file_end) == (4000, 8000)


def test_rows_of_one_frame_are_one_row_however_it_is_cut() -> None:
    whole, cut = Meter(view(0, (3, 30)), 0), Meter(view(0, (3, 10)), 0)
    whole.keep(view(0, (3, 30), (4, 5)), 0, 35)
    for piece in (view(0, (3, 10)), view(10, (3, 20)), view(30, (4, 5))):
        cut.keep(piece, piece.start, piece.end)
    left, right = whole.index(), cut.index()
    assert left is not None
    assert right is not None
    assert np.array_equal(left.offset, right.offset)
    assert np.array_equal(left.frame, right.frame)


def test_kept_ranges_of_one_view_join() -> None:
    one = view(0, (3, 10), (5, 10), (7, 10))
    meter = Meter(one, 0)
    meter.keep(one, 0, 12)
    meter.keep(one, 12, 14)
    meter.keep(one, 25, 26)
    kept = meter.index()
    assert kept is not None
    assert kept.offset.tolist() == [0, 10, 25]
    assert kept.frame.tolist() == [3, 5, 7]


def test_a_message_that_fills_its_chunk_shares_the_index() -> None:
    told = chunk(FORWARD, 0, b"x" * 20, 3, 4)
    one = View(told)
    meter = Meter(one, 0)
    meter.keep(one, 0, 20)
    assert meter.index() is told.index


def test_nothing_kept_is_no_index() -> None:
    assert Meter(view(0, (3, 10)), 0).index() is None
