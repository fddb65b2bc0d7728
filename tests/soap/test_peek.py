"""The index of a message by byte search. The oracle is the parser: what a peek is certain of, the parser says too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import needs_shared
from tests.soap.corpus import cases, enveloped, recordings
from wsdtrace.soap import peek, read_envelope
from wsdtrace.soap.peek import MAX_NAMES, NOTHING, Peek, _names

HEADER = "<wsa:Action> urn:a </wsa:Action><wsa:MessageID>urn:m</wsa:MessageID><wsa:RelatesTo>urn:r</wsa:RelatesTo>"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            enveloped("<wscn:CancelJobRequest/>", HEADER),
            Peek("urn:a", "urn:m", "urn:r", "CancelJobRequest", False, True),
            id="all",
        ),
        pytest.param(
            enveloped("<soap:Fault><soap:Code/></soap:Fault>", HEADER),
            Peek("urn:a", "urn:m", "urn:r", "Fault", True, True),
            id="fault",
        ),
        pytest.param(
            enveloped("<a b='c'/>", "<wsa:RelatesTo RelationshipType='x'>urn:r</wsa:RelatesTo>"),
            Peek(None, None, "urn:r", "a", False, True),
            id="attributes",
        ),
        pytest.param(
            enveloped("", "<wsa:MessageID>urn:m</wsa:MessageID>"),
            Peek(None, "urn:m", None, None, False, True),
            id="empty body",
        ),
        pytest.param(
            enveloped("<a/>", HEADER).replace(b"<soap:Body>", b"<soap:Body xml:space='preserve'>"),
            Peek("urn:a", "urn:m", "urn:r", "a", False, True),
            id="attribute of the body",
        ),
        pytest.param(enveloped("<a/>"), Peek(None, None, None, "a", False, False), id="no header"),
        pytest.param(b"hello", NOTHING, id="no XML"),
        pytest.param(b"", NOTHING, id="empty"),
    ],
)
def test_what_stands_in_a_message(data: bytes, expected: Peek) -> None:
    assert peek(data) == expected


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("<!-- <wsa:Action>urn:x</wsa:Action> -->" + HEADER, id="comment"),
        pytest.param("<wsa:Action><![CDATA[urn:x]]></wsa:Action>", id="CDATA"),
        pytest.param("<wsa:Action>urn:a&amp;b</wsa:Action>", id="reference"),
    ],
)
def test_what_can_mean_something_else_is_not_certain(header: str) -> None:
    assert not peek(enveloped("<a/>", header)).certain


def test_other_encodings_are_not_certain() -> None:
    assert not peek(enveloped("<a/>", HEADER).decode().encode("utf-16")).certain
    assert not peek(b"\xff" + enveloped("<a/>")).certain


def agrees(data: bytes) -> bool:
    found, envelope = peek(data), read_envelope(data)
    if not found.certain or envelope.anomalies:
        return True
    body = envelope.body_name
    headers = envelope.headers
    return (found.action, found.message_id, found.relates_to, found.body, found.is_fault) == (
        headers.action,
        headers.message_id,
        headers.relates_to,
        body.local if body is not None else None,
        envelope.fault is not None,
    )


def test_a_certain_peek_agrees_with_the_parser_on_the_cases() -> None:
    assert [data for data in cases() if not agrees(data)] == []
    certain = sum(peek(data).certain for data in cases())
    assert certain > 0.9 * len(cases())


@needs_shared
def test_a_certain_peek_agrees_with_the_parser_on_the_recordings() -> None:
    assert [data for data in recordings() if not agrees(data)] == []


@given(st.binary(max_size=120), st.integers(0, 400))
def test_no_bytes_raise(data: bytes, at: int) -> None:
    whole = enveloped("<a/>", HEADER)
    peek(data)
    peek(whole[:at] + data + whole[at:])


def test_the_names_remembered_are_bounded() -> None:
    for number in range(MAX_NAMES + 10):
        peek(enveloped(f"<a{number}/>", HEADER))
    assert len(_names) <= MAX_NAMES
