"""Content offsets and stream offsets, in one feed and over several."""

from hypothesis import given
from hypothesis import strategies as st

from tests.http.talk import index, stamp
from wsdtrace.http.meter import Meter, View
from wsdtrace.http.place import Pieces, Place, Trail
from wsdtrace.records import ConnectionId, ContentPiece, Direction, StreamChunk


def view(start: int, size: int) -> View:
    """A view in which byte n of the stream came with frame n // 10."""
    rows = [(at, at // 10) for at in range(start, start + size) if at == start or at % 10 == 0]
    return View(StreamChunk(ConnectionId(0), Direction.FROM_ORIGINATOR, start, bytes(size), index(rows)))


def test_a_place_maps_runs() -> None:
    place = Place(view(100, 60), [50, 60], [105, 125], 80)
    assert place.runs(50, 80) == [(50, 105, 10), (60, 125, 20)]
    assert place.runs(55, 62) == [(55, 110, 5), (60, 125, 2)]
    assert place.runs(60, 60) == []
    assert [place.stamp(at) for at in (50, 59, 60, 79)] == [stamp(10), stamp(11), stamp(12), stamp(14)]


def test_pieces_join_when_both_sides_follow() -> None:
    pieces = Pieces(10)
    pieces.add(0, 100, 5)
    pieces.add(5, 105, 5)
    pieces.add(10, 120, 5)
    assert pieces.pieces() == (ContentPiece(0, 100, 10), ContentPiece(10, 120, 5))
    assert not pieces.full


def test_pieces_beyond_the_bound_are_not_kept() -> None:
    pieces = Pieces(2)
    for at in range(5):
        pieces.add(at, at * 10, 1)
    assert len(pieces.pieces()) == 2
    assert pieces.full


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5)), min_size=1, max_size=12), st.data())
def test_a_trail_knows_the_carried_bytes(feeds: list[tuple[int, int]], data: st.DataObject) -> None:
    """Feeds of (bytes, bytes of framing before them); after each, some of the last bytes are carried over."""
    trail, stream, content, carried = Trail(), 100, 0, 0
    where: dict[int, int] = {}
    for size, framing in feeds:
        one = view(stream, size + framing)
        stream += framing
        where |= {content + n: stream + n for n in range(size)}
        trail.begin(Place(one, [content], [stream], content + size), content)
        stream, content = stream + size, content + size
        for at in range(carried, content):
            assert trail.stamp(at) == stamp(where[at] // 10)
        low = data.draw(st.integers(carried, content))
        high = data.draw(st.integers(low, content))
        meter, pieces = Meter(one, one.start), Pieces(1000)
        trail.keep(low, high, meter, pieces)
        kept: dict[int, int] = {}
        for piece in pieces.pieces():
            kept |= {piece.content_start + n: piece.stream_start + n for n in range(piece.length)}
        assert kept == {at: where[at] for at in range(low, high)}
        carried = data.draw(st.integers(carried, content))
        trail.settle(carried, content)


def test_behind_a_content_coding_bytes_stand_nowhere() -> None:
    trail = Trail()
    trail.begin(None, 0)
    assert trail.stamp(3) is None
    meter, pieces = Meter(view(0, 10), 0), Pieces(10)
    trail.keep(0, 5, meter, pieces)
    assert pieces.pieces() == ()
    assert meter.index() is None
