"""What is remembered of connections, and that the memory is bounded."""

from __future__ import annotations

from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    Direction,
    Endpoint,
    Gap,
    GapReason,
    Stamp,
    StreamEnd,
    StreamEnded,
)
from wsdtrace.state.connections import ConnectionBook

CLIENT, SERVER = Endpoint("192.0.2.1", 40000), Endpoint("192.0.2.2", 80)
ONE = ConnectionId(1)


def opened(number: int = 1) -> ConnectionOpened:
    return ConnectionOpened(ConnectionId(number), CLIENT, SERVER, Stamp(number, number), handshake=True)


def gap(reason: GapReason) -> Gap:
    return Gap(ONE, Direction.FROM_RESPONDER, 10, 100, reason, Stamp(5, 5))


def test_holes_are_counted_with_their_bytes() -> None:
    book = ConnectionBook()
    connection = book.opened(opened())
    book.gap(gap(GapReason.NOT_CAPTURED))
    book.gap(gap(GapReason.NOT_CAPTURED))
    assert (connection.gaps, connection.missing_bytes, connection.first_gap) == (2, 200, Stamp(5, 5))


def test_holes_of_the_snap_length_are_another_matter() -> None:
    book = ConnectionBook()
    connection = book.opened(opened())
    book.gap(gap(GapReason.SNAPPED))
    book.snapped(ONE, Stamp(3, 3))
    book.snapped(ONE, Stamp(4, 4))
    assert (connection.gaps, connection.snapped) == (0, Stamp(3, 3))


def test_what_an_answer_taught_of_a_server_holds_for_its_next_connection() -> None:
    book = ConnectionBook()
    connection = book.opened(opened())
    connection.relates = False
    assert book.opened(opened(2)).relates is None
    book.answered(connection)
    assert book.opened(opened(3)).relates is False


def test_who_closed_first_is_remembered() -> None:
    book = ConnectionBook()
    connection = book.opened(opened())
    for direction, how, number in (
        (Direction.FROM_RESPONDER, StreamEnd.FIN, 7),
        (Direction.FROM_ORIGINATOR, StreamEnd.FIN, 8),
    ):
        book.stream_ended(StreamEnded(ONE, direction, how, Stamp(number, number)))
    assert (connection.first_end_by, connection.first_end) == (SERVER, Stamp(7, 7))


def test_the_end_of_the_capture_closes_nothing() -> None:
    book = ConnectionBook()
    connection = book.opened(opened())
    book.stream_ended(StreamEnded(ONE, Direction.FROM_ORIGINATOR, StreamEnd.CAPTURE_END, Stamp(9, 9)))
    assert connection.first_end is None


def test_the_memory_is_bounded() -> None:
    book = ConnectionBook(limit=10)
    for number in range(1, 26):
        book.opened(opened(number))
    assert [c.id for c in book.remaining()] == list(range(16, 26))
    assert book.evicted == 15
    assert book.get(ONE) is None
    assert book.gap(gap(GapReason.NOT_CAPTURED)) is None
