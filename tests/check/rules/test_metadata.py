"""The rules of metadata and addresses: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import judged, verdict
from wsdtrace.check.finding import Severity
from wsdtrace.check.rules.metadata import MAX_UDP_ENVELOPE, MTU_PAYLOAD

DIALECT = "http://schemas.xmlsoap.org/ws/2006/02/devprof"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Probe -> ProbeMatches\nGet -> ok\nGetScannerElements -> ok", "passed", id="all there"),
        pytest.param("GetScannerElements -> ok", "no subject", id="says nothing of itself"),
        pytest.param("Hello Types=wsdp:Device", "no subject", id="no scanner"),
        pytest.param("Hello Types=wsdp:Device\nGetScannerElements -> ok", "fired", id="discovery type"),
        pytest.param("< drop pnpx:CompatibleId\nGet -> ok", "fired", id="CompatibleId"),
    ],
)
def test_scanner_type_missing(text: str, expected: str) -> None:
    assert verdict(text, "WSD406") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Get -> ok", "passed", id="complete"),
        pytest.param("< drop wsdp:ThisDevice\nGet -> ok", "fired", id="an empty section"),
        pytest.param("< drop wsx:MetadataSection\nGet -> ok", "fired", id="nothing at all"),
        pytest.param(
            "< drop wsx:MetadataSection\n"
            '< add wsx:Metadata <wsx:MetadataSection Dialect="http://schemas.xmlsoap.org/wsdl"/>\nGet -> ok',
            "no subject",
            id="metadata of a hosted service",
        ),
        pytest.param("Get -> Fault wsa:ActionNotSupported", "no subject", id="a fault"),
        pytest.param("Get -> HTTP 404 text/html", "no subject", id="not found"),
        pytest.param("tcp: gap 100\nGet -> ok", "inconclusive", id="a hole in it"),
    ],
)
def test_metadata_incomplete(text: str, expected: str) -> None:
    assert verdict(text, "WSD409") == expected


def test_a_section_that_is_elsewhere_is_there() -> None:
    text = (
        "< drop wsx:MetadataSection\n"
        + "".join(
            f'< add wsx:Metadata <wsx:MetadataSection Dialect="{DIALECT}/{name}">'
            "<wsx:Location>http://192.0.2.100/m</wsx:Location></wsx:MetadataSection>\n"
            for name in ("ThisModel", "ThisDevice", "Relationship")
        )
        + "Get -> ok"
    )
    assert verdict(text, "WSD409") == "passed"


MOVED = "< replace :5357/scan :8018/wsd/scan\nGet -> ok\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> ok", "inconclusive", id="nothing is announced"),
        pytest.param("Hello\nGetScannerElements -> ok", "passed", id="another path of an announced socket"),
        pytest.param("Get -> ok\nGetScannerElements -> ok", "passed", id="the address of its service"),
        pytest.param(
            "Hello XAddrs=http://192.0.2.100:8018/wsd\nGetScannerElements -> ok",
            "inconclusive",
            id="another port, but its services are not known",
        ),
        pytest.param(f"{MOVED}GetScannerElements -> ok", "fired", id="another port than that of its service"),
        pytest.param(
            "< replace /scan< /other<\nGet -> ok\nGetScannerElements -> ok",
            "fired",
            id="another path than its service's",
        ),
        pytest.param(
            "Probe -> ProbeMatches\n< replace 192.0.2.100 printer\nGet -> ok\nGetScannerElements -> ok",
            "passed",
            id="a name may be this host",
        ),
        pytest.param(f"{MOVED}Subscribe -> ok\nScanAvailableEvent -> accepted", "fired", id="Subscribe, not the event"),
        pytest.param("Get -> ok\nSubscribe -> ok\nRenew -> ok", "passed", id="a subscription manager is announced too"),
    ],
)
def test_endpoint_not_announced(text: str, expected: str) -> None:
    assert verdict(text, "WSD410") == expected


def test_notifications_are_not_placed() -> None:
    trace = judged(f"{MOVED}Subscribe -> ok\nScanAvailableEvent -> accepted", "WSD410")
    assert [x.operation for f in trace.findings for x in f.exchanges] == ["Subscribe"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hello", "passed", id="2005/04"),
        pytest.param("Hello To=urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01", "passed", id="1.1"),
        pytest.param("Probe To=urn:uuid:1 -> nothing", "fired", id="somebody else"),
        pytest.param("> drop wsa:To\nHello", "fired", id="nobody"),
        pytest.param("over HTTP: Probe To=urn:uuid:1 -> ProbeMatches", "no subject", id="over HTTP"),
    ],
)
def test_multicast_to_wrong(text: str, expected: str) -> None:
    assert verdict(text, "WSD414") == expected


def hello_of(octets: int) -> str:
    """A Hello of about this size."""
    return f"Hello XAddrs=http://192.0.2.100/{'x' * octets}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(hello_of(10), [], id="small"),
        pytest.param(hello_of(MTU_PAYLOAD), [Severity.INFO], id="two frames"),
        pytest.param(hello_of(MAX_UDP_ENVELOPE), [Severity.WARNING], id="more than DPWS 1.1 allows"),
    ],
)
def test_multicast_too_large(text: str, expected: list[Severity]) -> None:
    assert [f.severity for f in judged(text, "WSD415").findings] == expected
