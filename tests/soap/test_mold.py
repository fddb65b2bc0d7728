"""Messages again, with other MessageIDs: what a mold casts is what the parser reads."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared import needs_shared
from tests.soap.corpus import recordings
from tests.soap.test_template import _fresh, everything, parsed  # noqa: F401  # a fixture
from wsdtrace.soap import Envelope, read_envelope
from wsdtrace.soap import mold as mold_module
from wsdtrace.soap.mold import Mold, mold_of
from wsdtrace.wsd import decode_message

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
        pytest.param(said(rel("urn:0")), said(rel("urn:1")), id="RelatesTo alone"),
        pytest.param(said(mid("urn:1"), rel("urn:1")), said(mid("urn:2"), rel("urn:3")), id="related to itself"),
        pytest.param(said(mid("urn:1"), text="urn:1"), said(mid("urn:2"), text="urn:1"), id="its text elsewhere"),
        pytest.param(said(mid("urn:\u00fc")), said(mid("urn:12")), id="after one that is not of ASCII"),
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


def test_an_id_with_blanks_around_it_is_not_free() -> None:
    assert mold(said(mid(" urn:1 "))).cast(said(mid(" urn:2 "))) is None


def test_a_message_that_was_parsed_leaves_no_mold() -> None:
    assert mold_of(read_envelope(said(mid("urn:1")))) is None


def status(
    clock: str = "2025-10-09T08:53:20Z", state: str = "Idle", message_id: str = "urn:1", to: str = "http://a/"
) -> bytes:
    """A scanner's answer with its clock and its state."""
    body = (
        '<w:GetScannerElementsResponse><w:ScannerElements><w:ElementData Name="w:ScannerStatus" Valid="true">'
        f"<w:ScannerStatus><w:ScannerCurrentTime>{clock}</w:ScannerCurrentTime><w:ScannerState>{state}</w:ScannerState>"
        "<w:ScannerStateReasons><w:ScannerStateReason>None</w:ScannerStateReason></w:ScannerStateReasons>"
        "</w:ScannerStatus></w:ElementData></w:ScannerElements></w:GetScannerElementsResponse>"
    )
    head = f"<a:To>{to}</a:To>{mid(message_id)}"
    return OPENING + f"{head}</s:Header><s:Body>{body}</s:Body></s:Envelope>".encode("utf-8", "surrogatepass")


def molds(*messages: bytes) -> list[Mold]:
    """The mold of each message, by the one before it."""
    for _ in range(4):
        decode_message(read_envelope(messages[0]))
    made: list[Mold] = []
    for data in messages:
        found = mold_of(read_envelope(data), made[-1] if made else None)
        assert found is not None
        made.append(found)
    return made


def of_clocks() -> Mold:
    """A mold that two clocks left."""
    return molds(status(), status("2025-10-09T08:53:22Z"))[-1]


def test_a_clock_is_free_once_it_differed() -> None:
    first, second = molds(status(), status("2025-10-09T08:53:22Z"))
    later = status("2025-10-09T08:53:24Z", message_id="urn:3")
    assert first.cast(later) is None
    cast = second.cast(later)
    assert cast is not None
    assert decode_message(cast).by_plan
    assert everything(cast) == everything(parsed(later))


@pytest.mark.parametrize(
    ("clock", "is_planned"),
    [
        pytest.param("1999-12-31T23:59:59Z", True, id="valid"),
        pytest.param("2025-02-29T08:53:20Z", False, id="no such day"),
        pytest.param("2025-10-09T24:00:00Z", False, id="not canonical"),
        pytest.param("2025-10-09_08:53:20Z", False, id="no time"),
        pytest.param("--------------------", False, id="no digit"),
        pytest.param("2025-10-09T08:5:20]]", False, id="half of the end of a section"),
    ],
)
def test_a_clock_is_read_as_the_parser_reads_it(clock: str, is_planned: bool) -> None:
    data = status(clock)
    cast = of_clocks().cast(data)
    assert cast is not None
    assert decode_message(cast).by_plan is is_planned
    assert everything(cast) == everything(parsed(data))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(status("2025-10-09T08:53:20.5Z"), id="longer"),
        pytest.param(status("2025-10-09T08:53:20"), id="shorter"),
        pytest.param(status(" 025-10-09T08:53:20Z"), id="a blank"),
        pytest.param(status("2025-10-09T08:53:20\n"), id="a line end"),
        pytest.param(status("2025-10-09T08:53:2\u00fc"), id="a letter of two octets"),
        pytest.param(status("2025-10-09T08:53&lt;"), id="a reference"),
        pytest.param(status("2025-10-09T08:53:<b/>"), id="markup"),
        pytest.param(status("2025-10-09T08:53:]]>"), id="the end of a section"),
        pytest.param(status(state="Busy"), id="another text"),
        pytest.param(status(to="http://b/"), id="another header"),
    ],
)
def test_nothing_but_a_clock_is_free_then(data: bytes) -> None:
    assert of_clocks().cast(data) is None


@given(st.text("0123456789-:TZ+.~]", min_size=20, max_size=20) | st.text(max_size=20), st.text("u:1~ ü<", max_size=5))
@settings(max_examples=300)
def test_whatever_is_cast_is_read_as_the_parser_reads_it(clock: str, message_id: str) -> None:
    data = status(clock, message_id=message_id)
    cast = of_clocks().cast(data)
    assert cast is None or everything(cast) == everything(parsed(data))


@pytest.mark.parametrize(
    ("messages", "values"),
    [
        pytest.param([status(), status("2026-10-09T08:53:20Z")], 1, id="one differed"),
        pytest.param([status(), status("2026-10-09T08:53:20Z", "Busy")], 2, id="two differed"),
        pytest.param([status(), status("2026-10-09T08:53:20Z"), status(state="Busy")], 2, id="one after the other"),
        pytest.param([status(), status(message_id="urn:2")], 0, id="MessageID alone"),
        pytest.param([status(), status("2026-10-09T08:53:20Z", to="http://b/")], 0, id="another receiver"),
        pytest.param([status(), status("2026-10-09T08:53:20.5Z")], 0, id="another length"),
        pytest.param([status(), status("2026-10-09T08:53:20.5Z", "Idl")], 0, id="another place"),
        pytest.param([status(), said(mid("urn:1"))], 0, id="another template"),
    ],
)
def test_what_differed_is_free_where_it_can_be(messages: list[bytes], values: int) -> None:
    for _ in range(3):
        read_envelope(messages[-1])
    assert len(molds(*messages)[-1].values) == values


def test_a_mold_with_too_many_values_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mold_module, "MAX_VALUES", 1)
    clock, both = status("2026-10-09T08:53:20Z"), status("2025-10-09T08:53:20Z", "Busy")
    assert [len(made.values) for made in molds(status(), clock, both)] == [0, 1, 0]


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
