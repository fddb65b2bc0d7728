"""Field lines and spans made fast are the values that the classes make."""

import pytest

from wsdtrace.http.values import make_field_line, make_span
from wsdtrace.records import FieldLine, Space, Span


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
