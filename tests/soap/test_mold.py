"""Messages again, with other MessageIDs: what a mold casts is what the parser reads."""

from __future__ import annotations

import pytest

from tests.shared import needs_shared
from tests.soap.corpus import recordings
from tests.soap.test_template import _fresh, everything, parsed  # noqa: F401  # a fixture
from wsdtrace.soap import Envelope, read_envelope
from wsdtrace.soap.mold import Mold, mold_of

OPENING = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    b'xmlns:w="http://schemas.microsoft.com/windows/2006/08/wdp/scan"><s:Header>'
)


def said(*headers: str, text: str = "x") -> bytes:
    """A message with these headers."""
    body = f"<w:GetJobHistoryRequest>{text}</w:GetJobHistoryRequest>"
    return OPENING + f"{''.join(headers)}</s:Header><s:Body>{body}</s:Body></s:Envelope>".encode()


def mid(text: str) -> str:
    return f"<a:MessageID>{text}</a:MessageID>"


def rel(text: str) -> str:
    return f"<a:RelatesTo>{text}</a:RelatesTo>"


def example(data: bytes) -> Envelope:
    """The envelope of a message as it is read from its texts."""
    for _ in range(3):
        envelope = read_envelope(data)
    assert envelope.template is not None
    return envelope


def mold(data: bytes) -> Mold:
    made = mold_of(example(data))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param(said(mid("urn:1")), said(mid("urn:2")), id="MessageID alone"),
        pytest.param(said(mid("urn:1"), rel("urn:0")), said(mid("urn:2"), rel("urn:1")), id="and RelatesTo"),
        pytest.param(said(rel("urn:0"), mid("urn:1")), said(rel("urn:1"), mid("urn:2")), id="in the other order"),
    ],
)
def test_a_message_with_other_ids_is_cast(first: bytes, again: bytes) -> None:
    assert len(first) == len(again)
    cast = mold(first).cast(again)
    assert cast is not None
    assert everything(cast) == everything(parsed(again))
    assert cast.data == again


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(said(mid("urn:22"), rel("urn:0")), id="longer"),
        pytest.param(said(mid("urn:2"), rel("urn:1"), text="y"), id="another text"),
        pytest.param(said(rel("urn:0"), mid("urn:1")), id="in another order"),
        pytest.param(said(mid("u&lt;2"), rel("urn:0"))[:-1] + b">", id="a reference"),
        pytest.param(said(mid("ur\u00fc"), rel("urn:0")), id="a letter of two octets"),
        pytest.param(said(mid("u<b/>"), rel("urn:0")), id="markup"),
        pytest.param(said(mid(" urn2"), rel("urn:0")), id="a blank"),
        pytest.param(said(mid("urn\n2"), rel("urn:0")), id="a line end"),
        pytest.param(said(mid("urn\x012"), rel("urn:0")), id="a control"),
        pytest.param(said(mid("ur]]>"), rel("urn:0")), id="the end of a section"),
    ],
)
def test_anything_else_is_not_cast(other: bytes) -> None:
    assert mold(said(mid("urn:1"), rel("urn:0"))).cast(other) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(said(rel("urn:0")), id="no MessageID"),
        pytest.param(said(mid("urn:1"), rel("urn:1")), id="related to itself"),
        pytest.param(said(mid("urn:1"), text="urn:1"), id="its text stands elsewhere too"),
        pytest.param(said(mid("urn:ü")), id="not of ASCII"),
        pytest.param(said(mid(" urn:1 ")), id="with blanks around it"),
    ],
)
def test_a_message_whose_id_is_not_its_own_leaves_no_mold(data: bytes) -> None:
    for _ in range(3):
        envelope = read_envelope(data)
    assert mold_of(envelope) is None


@needs_shared
def test_messages_of_devices_are_cast_as_they_are_read() -> None:
    cast = 0
    for data in recordings():
        for _ in range(3):
            envelope = read_envelope(data)
        made = mold_of(envelope) if envelope.template is not None else None
        message_id = envelope.headers.message_id
        if made is None or message_id is None:
            continue
        again = data.replace(message_id.encode(), (message_id[:-1] + "~").encode())
        found = made.cast(again)
        assert found is not None
        assert everything(found) == everything(parsed(again))
        cast += 1
    assert cast > 50
