"""A whole connection stands for the events of its life."""

from tests.http.test_whole import whole
from wsdtrace.records import ConnectionOpened, StreamChunk, StreamEnded


def test_it_unfolds_into_the_events_of_its_life() -> None:
    told = whole(b"asked", b"answered")
    opened, asked, answered, first, last = told.events()
    assert told.edges() == (opened, first, last)
    assert isinstance(opened, ConnectionOpened)
    assert (opened.originator, opened.stamp.number, opened.handshake) == (told.originator, 1, True)
    assert isinstance(asked, StreamChunk)
    assert isinstance(answered, StreamChunk)
    assert (asked.data, answered.data) == (b"asked", b"answered")
    assert (answered.index.offset.tolist(), answered.index.frame.tolist()) == ([0, 4], [5, 6])
    assert isinstance(first, StreamEnded)
    assert isinstance(last, StreamEnded)
    assert (first.stamp.number, last.stamp.number, first.seen) == (7, 8, True)
