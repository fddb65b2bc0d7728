"""The currencies: what little they compute."""

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace

import numpy as np
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
    SegmentIndex,
    Space,
    Span,
    Stamp,
    StatusLine,
    StreamChunk,
)

INDEX = SegmentIndex(
    offset=np.array([0, 100, 250]),
    frame=np.array([7, 12, 9]),
    time_ns=np.array([70, 120, 90]),
    file_offset=np.array([24, 400, 300]),
)
"""Three segments; the second came last (a hole that was filled late)."""


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


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        pytest.param(Endpoint("192.0.2.5", 5357), "192.0.2.5:5357", id="IPv4"),
        pytest.param(Endpoint("fe80::1", 5357), "[fe80::1]:5357", id="IPv6"),
    ],
)
def test_an_endpoint_is_written_as_in_a_uri(endpoint: Endpoint, text: str) -> None:
    assert str(endpoint) == text


def test_the_reverse_of_a_direction_is_the_other_one() -> None:
    assert {direction.reverse for direction in Direction} == set(Direction)
    assert Direction.FROM_ORIGINATOR.reverse is Direction.FROM_RESPONDER


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


def test_values_are_frozen() -> None:
    mutable = {"HttpExchange"}  # filled while it goes on
    for kind in vars(records).values():
        if isinstance(kind, type) and is_dataclass(kind) and kind.__name__ not in mutable:
            assert vars(kind)["__dataclass_params__"].frozen, kind.__name__
            assert "__slots__" in vars(kind), kind.__name__
    with pytest.raises(FrozenInstanceError):
        Stamp(1, 1).number = 2  # type: ignore[misc]  # what the test is about


def test_every_field_of_a_content_reference_is_of_fixed_size() -> None:
    assert {field.type for field in fields(records.ContentRef)} == {"Endpoint", "Direction", "int"}
