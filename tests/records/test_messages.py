"""Door 3: what a message says of itself."""

from dataclasses import fields, replace

import pytest

from wsdtrace import records
from wsdtrace.records import (
    ConnectionId,
    Content,
    Direction,
    Endpoint,
    FieldLine,
    HttpMessage,
    MessageEnd,
    Space,
    Span,
    Stamp,
    StatusLine,
)


def message(**changes: object) -> HttpMessage:
    """A response with two field lines of one name, changed as told."""
    lines = tuple(FieldLine(name, value, Span(Space.STREAM, 0, 1)) for name, value in [("Set-X", "1"), ("set-x", "2")])
    whole = HttpMessage(
        connection=ConnectionId(0),
        direction=Direction.FROM_RESPONDER,
        sender=Endpoint("192.0.2.5", 80),
        receiver=Endpoint("192.0.2.10", 50000),
        start=StatusLine("HTTP/1.1", 200, "OK"),
        fields=lines,
        content=Content(length=0, announced=0, media_type=None),
        first=Stamp(1, 1),
        head_end=Stamp(1, 1),
        last=Stamp(1, 1),
        ended=MessageEnd.LENGTH,
        stream_start=0,
        stream_end=40,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # the names of fields, checked by replace itself


@pytest.mark.parametrize(
    ("ended", "missing", "complete"),
    [
        pytest.param(MessageEnd.LENGTH, 0, True, id="by its length"),
        pytest.param(MessageEnd.CHUNKED, 0, True, id="by its last chunk"),
        pytest.param(MessageEnd.NO_CONTENT, 0, True, id="without content"),
        pytest.param(MessageEnd.CLOSE, 0, True, id="until close"),
        pytest.param(MessageEnd.LENGTH, 1, False, id="with a hole"),
        pytest.param(MessageEnd.CUT_CLOSE, 0, False, id="closed too early"),
        pytest.param(MessageEnd.CUT_RESET, 0, False, id="reset"),
        pytest.param(MessageEnd.CUT_GAP, 0, False, id="cut by a hole"),
        pytest.param(MessageEnd.CUT_CAPTURE, 0, False, id="cut by the end of the capture"),
    ],
)
def test_a_message_is_complete_when_nothing_of_it_is_missing(ended: MessageEnd, missing: int, complete: bool) -> None:
    content = Content(length=0, announced=0, media_type=None, missing=missing)
    assert message(ended=ended, content=content).complete is complete


def test_a_field_is_found_by_its_name_in_any_letter_case() -> None:
    assert message().field("SET-X") == "1"
    assert message().field("Content-Type") is None


def test_only_a_response_has_a_status() -> None:
    assert message().status == 200
    assert message(start=None).status is None


def test_every_field_of_a_content_reference_is_of_fixed_size() -> None:
    assert {field.type for field in fields(records.ContentRef)} == {"Endpoint", "Direction", "int"}
