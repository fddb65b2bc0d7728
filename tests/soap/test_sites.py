"""Places that are found once for all who ask."""

from __future__ import annotations

import gc
import weakref

import pytest

from tests.soap.corpus import cases, enveloped
from wsdtrace.soap import Locator, read_envelope, redactions, sites
from wsdtrace.soap.envelope import SOUND
from wsdtrace.soap.positions import Positions
from wsdtrace.soap.sites import Sites
from wsdtrace.soap.xml import Document, parse

JOB = "<wscn:CancelJobRequest><wscn:JobId>1</wscn:JobId><wscn:JobToken>t</wscn:JobToken></wscn:CancelJobRequest>"
PATH = "CancelJobRequest/JobId"
FACTS = ("data", "text", "codec", "well_formed", "error", "has_dtd", "reliable", "anomalies")
"""All of a document but its tree."""


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The texts that were scanned."""
    scanned: list[bytes] = []
    scan = Document.positions

    def spy(document: Document) -> Positions:
        scanned.append(document.text)
        return scan(document)

    monkeypatch.setattr(Document, "positions", spy)
    return scanned


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(enveloped(JOB), id="in order"),
        pytest.param(enveloped(JOB).replace(b"<wscn:JobToken>", b"<zzz:JobToken>", 1), id="with an anomaly"),
    ],
)
def test_a_document_is_scanned_once(scans: list[bytes], data: bytes) -> None:
    envelope = read_envelope(data)
    for _ in range(2):
        span = Locator(envelope).span(PATH)
        assert span is not None
        assert data[span.start : span.end] == b"1"
        assert [data[s.start : s.end] for s in redactions(envelope)] == [b"t"]
    assert scans == [data]


def test_an_element_of_another_document_has_no_row() -> None:
    other = parse(b"<a><b/></a>").root
    assert other is not None
    assert Sites(parse(b"<a><b/></a>")).row(other[0]) is None


def test_rows_are_in_document_order() -> None:
    here = Sites(parse(b"<a><b/><c/></a>"))
    root = here.document.root
    assert root is not None
    assert [here.row(element) for element in root.iter()] == [0, 1, 2]


def test_places_are_released_with_their_document() -> None:
    envelope = read_envelope(enveloped(JOB))
    held = weakref.ref(envelope.sites)
    assert envelope.sites.positions.error is None
    del envelope
    gc.collect()
    assert held() is None


def test_the_places_of_one_large_document_are_kept(monkeypatch: pytest.MonkeyPatch, scans: list[bytes]) -> None:
    monkeypatch.setattr(sites, "MAX_KEPT_ROWS", 2)
    small, large, larger = (Sites(parse(b"<a>" + b"<b/>" * n + b"</a>")) for n in (1, 2, 3))
    for one in (small, large, large, larger, larger, small):
        assert one.positions.error is None
    assert [text.count(b"<b/>") for text in scans] == [1, 2, 3]
    assert large.positions.error is None
    assert [text.count(b"<b/>") for text in scans] == [1, 2, 3, 2]


def test_what_is_ordinary_is_the_document_that_a_closer_look_finds() -> None:
    ordinary = [envelope for envelope in map(read_envelope, cases()) if envelope.condition is SOUND]
    assert len(ordinary) > 100
    for envelope in ordinary:
        found, wanted = envelope.sites.document, parse(envelope.data)
        assert [getattr(found, name) for name in FACTS] == [getattr(wanted, name) for name in FACTS]
