"""The rules of announcements: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import finding, verdict
from wsdtrace.check.finding import FaultOf, Severity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Probe -> ProbeMatches", "passed", id="there"),
        pytest.param("< drop wsd:XAddrs\nProbe -> ProbeMatches", "fired", id="absent"),
        pytest.param('Probe -> ProbeMatches XAddrs=""', "fired", id="empty"),
        pytest.param('Resolve -> ResolveMatches XAddrs=""', "fired", id="empty where it is asked for"),
        pytest.param("< drop wsd:XAddrs\nResolve -> ResolveMatches", "no subject", id="a required element is WSD207's"),
        pytest.param("> drop wsd:XAddrs\nHello", "no subject", id="Hello"),
    ],
)
def test_xaddrs_missing(text: str, expected: str) -> None:
    assert verdict(text, "WSD404") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hello", "passed", id="usable"),
        pytest.param("Hello XAddrs=ftp://192.0.2.100/", "fired", id="not http"),
        pytest.param('Hello XAddrs="http://192.0.2.100/ https://192.0.2.100/"', "fired", id="mixed"),
        pytest.param("Probe -> ProbeMatches XAddrs=http://10.0.0.1/", "fired", id="of another network"),
        pytest.param("Hello XAddrs=http://10.0.0.1/", "passed", id="multicast asks for nobody"),
        pytest.param("Probe -> ProbeMatches XAddrs=http://192.0.9.1/", "inconclusive", id="perhaps of a larger one"),
        pytest.param(
            'Hello XAddrs="http://192.0.2.100:5357/x http://192.0.2.101:5357/x"\nGet -> refused',
            "fired",
            id="the first of two is dead",
        ),
        pytest.param(
            'Hello XAddrs="http://192.0.2.101:5357/x http://192.0.2.100:5357/x"\nGet -> refused',
            "passed",
            id="the second of two is dead",
        ),
        pytest.param("Hello\nGet -> refused", "passed", id="the only one is WSD108's"),
    ],
)
def test_xaddrs_unusable(text: str, expected: str) -> None:
    assert verdict(text, "WSD405") == expected


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        pytest.param("Hello MessageNumber=7\nwait 5.1s\nHello MessageNumber=6", "WSD407", "fired", id="number"),
        pytest.param("Hello MessageNumber=7\nwait 4.9s\nHello MessageNumber=6", "WSD407", "no subject", id="overtaken"),
        pytest.param("Hello InstanceId=7\nwait 6s\nHello InstanceId=6", "WSD407", "fired", id="instance"),
        pytest.param("Hello MessageNumber=7\nwait 6s\nHello MessageNumber=7", "WSD407", "passed", id="equal"),
        pytest.param("udp: repeat 4\nHello MessageNumber=7", "WSD407", "no subject", id="repeats"),
        pytest.param("Hello MetadataVersion=2\nwait 6s\nHello MetadataVersion=1", "WSD408", "fired", id="version"),
        pytest.param("Hello MetadataVersion=2\nwait 6s\nHello MetadataVersion=2", "WSD408", "passed", id="unchanged"),
    ],
)
def test_numbers_backwards(text: str, code: str, expected: str) -> None:
    assert verdict(text, code) == expected


SAME = "EndpointReference.Address=urn:uuid:00000064-0000-1000-8000-000000000001"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"Hello\ndevice 2: Hello {SAME}", "fired", id="two hosts"),
        pytest.param("Hello\ndevice 2: Hello", "passed", id="two endpoints"),
        pytest.param(f"Hello\nwait 11s\ndevice 2: Hello {SAME}", "inconclusive", id="the address may have changed"),
        pytest.param(f"Hello\nover IPv6, device 2: Hello {SAME}", "passed", id="another address family"),
    ],
)
def test_epr_ambiguous(text: str, expected: str) -> None:
    assert verdict(text, "WSD411") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hello\nBye\nwait 1s\nProbe -> ProbeMatches", "fired", id="a match"),
        pytest.param("Hello\nBye\nwait 1s\nGetScannerElements -> ok", "fired", id="an answer over HTTP"),
        pytest.param("udp: repeat 4\nBye", "no subject", id="repeats of the Bye"),
        pytest.param("Hello\nBye\nHello\nProbe -> ProbeMatches", "no subject", id="it came back"),
    ],
)
def test_traffic_after_bye(text: str, expected: str) -> None:
    assert verdict(text, "WSD412") == expected


def test_two_hosts_are_a_fault_of_the_network() -> None:
    found = finding(f"Hello\ndevice 2: Hello {SAME}", "WSD411")
    assert (found.fault_of, found.severity, len(found.evidence)) == (FaultOf.NETWORK, Severity.WARNING, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hello\nwait 9s\nHello", "no subject", id="the same"),
        pytest.param("Hello\nwait 9s\nHello EndpointReference.Address=urn:uuid:2", "fired", id="another"),
    ],
)
def test_endpoint_renamed(text: str, expected: str) -> None:
    assert verdict(text, "WSD416") == expected
