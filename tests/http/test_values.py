"""Field lines and spans made fast are the values that the classes make."""

import pytest

from wsdtrace.http.values import make_event, make_field_line, make_span, make_stamp, maker
from wsdtrace.records import (
    ConnectionId,
    Endpoint,
    FieldLine,
    HttpEvent,
    HttpEventKind,
    HttpExchange,
    Space,
    Span,
    Stamp,
)


def test_a_fast_span_is_a_span() -> None:
    span = make_span(Space.STREAM, 1, 2)
    assert span == Span(Space.STREAM, 1, 2)
    assert hash(span) == hash(Span(Space.STREAM, 1, 2))
    with pytest.raises(AttributeError):
        span.start = 3  # type: ignore[misc]  # that it is frozen is the point


def test_a_fast_field_line_is_a_field_line() -> None:
    span = Span(Space.CONTENT, 1, 2)
    assert make_field_line("a", "b", span) == FieldLine("a", "b", span)
    assert repr(make_field_line("a", "b", span)) == repr(FieldLine("a", "b", span))


def test_a_fast_stamp_is_a_stamp() -> None:
    assert make_stamp(1, 2) == Stamp(1, 2)
    assert make_stamp(1, 2) < Stamp(2, 1)


def test_a_fast_event_is_an_event() -> None:
    exchange = HttpExchange(ConnectionId(0), Endpoint("a", 1), Endpoint("b", 2))
    assert make_event(HttpEventKind.ENDED, exchange, Stamp(1, 2)) == HttpEvent(
        HttpEventKind.ENDED, exchange, Stamp(1, 2)
    )


def test_a_maker_fills_the_slots_it_was_told() -> None:
    make = maker(Span, "space", "start")
    with pytest.raises(AttributeError):
        _ = make(Space.STREAM, 1).end
    assert maker(Span, "space", "start", "end")(Space.STREAM, 1, 2) == Span(Space.STREAM, 1, 2)
    with pytest.raises(TypeError, match="start"):
        make(Space.STREAM)
