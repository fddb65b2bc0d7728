"""The rules of searches and their answers: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import judged, verdict
from tests.shared import needs_shared, shared_path
from wsdtrace.pipeline import check_file

SEEN = "GetScannerElements -> ok\n"
"""Shows that the prober's traffic is in the capture."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{SEEN}Probe -> nothing\nwait 4.1s\n{SEEN}", "fired", id="nothing for 4 s"),
        pytest.param(f"{SEEN}Probe -> nothing\nwait 3.5s\n{SEEN}", "no subject", id="its time is not over"),
        pytest.param("Probe -> nothing\nwait 5s\nHello", "inconclusive", id="answers would not be seen"),
        pytest.param(f"Probe -> nothing\nwait 5s\n{SEEN}", "fired", id="the prober becomes visible later"),
        pytest.param("Probe -> ProbeMatches\nwait 5s\nHello", "passed", id="answered"),
        pytest.param("over HTTP: Probe -> close", "fired", id="a directed one, given up"),
        pytest.param("over HTTP: Probe -> HTTP 202", "passed", id="a directed one, without match"),
        pytest.param("over HTTP: Probe -> nothing\nend", "no subject", id="a directed one, the capture ends"),
        pytest.param("Resolve -> nothing\nwait 5s\nGetScannerElements -> ok", "no subject", id="a Resolve"),
    ],
)
def test_probe_unanswered(text: str, expected: str) -> None:
    assert verdict(text, "WSD401") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Probe -> ProbeMatches after 4s", "passed", id="in the last moment"),
        pytest.param("Probe -> ProbeMatches after 4.001s", "fired", id="a moment later"),
        pytest.param("Resolve -> ResolveMatches after 4.1s", "fired", id="a Resolve's"),
        pytest.param("udp: repeat 2\nProbe -> ProbeMatches after 4.05s", "fired", id="from the last copy"),
        pytest.param("over HTTP: Probe -> ProbeMatches after 9s", "no subject", id="over HTTP nobody counts"),
    ],
)
def test_match_late(text: str, expected: str) -> None:
    assert verdict(text, "WSD402") == expected


def test_a_late_match_explains_the_unanswered_probe() -> None:
    trace = judged(f"Probe -> ProbeMatches after 5s\n{SEEN}", "WSD401", "WSD402")
    assert {f.code: f.caused_by.code if f.caused_by else None for f in trace.findings} == {
        "WSD401": "WSD402", "WSD402": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Probe -> ProbeMatches", "passed", id="to where the Probe came from"),
        pytest.param("udp: to 239.255.255.250 3702\nProbe -> ProbeMatches", "fired", id="multicast"),
        pytest.param("udp: to 192.0.2.10 3702\nProbe -> ProbeMatches", "fired", id="to the port of discovery"),
        pytest.param("udp: to 192.0.2.77 3702\nProbe -> ProbeMatches", "inconclusive", id="to an address not known"),
        pytest.param("Probe -> ProbeMatches RelatesTo=urn:uuid:x\nwait 5s\nHello", "fired", id="RelatesTo is wrong"),
        pytest.param("< drop wsa:RelatesTo\nProbe -> ProbeMatches\nwait 5s\nHello", "fired", id="RelatesTo is missing"),
        pytest.param(
            "Probe -> ProbeMatches RelatesTo=urn:uuid:x\nwait 1s\nHello", "inconclusive", id="it may still answer"
        ),
    ],
)
def test_match_wrong_sender(text: str, expected: str) -> None:
    assert verdict(text, "WSD403") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Probe -> Fault wsa:ActionNotSupported", "fired", id="over UDP"),
        pytest.param("< drop wsa:RelatesTo\nProbe -> Fault wsa:ActionNotSupported", "fired", id="that names nothing"),
        pytest.param("over HTTP: Probe -> Fault wsa:ActionNotSupported", "fired", id="over HTTP"),
        pytest.param("over HTTP: Probe -> HTTP 202", "passed", id="no match"),
        pytest.param("GetScannerElements -> Fault OperationFailed", "no subject", id="to something else"),
    ],
)
def test_fault_to_probe(text: str, expected: str) -> None:
    assert verdict(text, "WSD413") == expected


@needs_shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "captures/discovery_wsdd_wsdiscovery.pcap", {"WSD401", "WSD402", "WSD404"}, id="wsdd, WSDiscovery"
        ),
        pytest.param("captures/discovery_airscan_full.pcap", set(), id="sane-airscan: 92 Probes, all MessageIDs new"),
        pytest.param("captures/intercept_airscan.pcap", set(), id="through a proxy, client's side"),
        pytest.param("captures/intercept_airscan_deviceside.pcap", set(), id="through a proxy, device's side"),
        pytest.param("captures/events_occino_receiver.pcap", set(), id="Hello of both generations"),
        pytest.param("public/wsd_hello_probe_bye_win10_mixed.pcap", {"WSD401"}, id="Windows 10"),
        pytest.param("public/wsd_resolve_multicast_v4v6.pcap", set(), id="Windows, Resolve without answer"),
    ],
)
def test_recorded_discovery_is_judged_as_it_was(name: str, expected: set[str]) -> None:
    trace = check_file(str(shared_path(f"data/{name}")))
    assert {f.code for f in trace.findings if f.code.startswith("WSD4")} == expected
