"""Announced addresses: where requests go, and which of them are dead."""

from __future__ import annotations

import pytest

from tests.state.talk import Said, at, datagrams, events_of
from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.records import ConnectionId, ConnectionRefused, Endpoint, Stamp
from wsdtrace.state import places
from wsdtrace.state.events import Event
from wsdtrace.state.observations import AddressRefused, RequestPlaced
from wsdtrace.state.places import path_of

HELLO = Said("Hello", xaddrs="http://10.0.0.2:5357/x http://10.0.0.3:80/y")


def refused(port: int, address: str = "10.0.0.2", number: int = 2) -> ConnectionRefused:
    return ConnectionRefused(
        ConnectionId(0), Endpoint("10.0.0.9", 4000), Endpoint(address, port), Stamp(number, 10**9), answered=True
    )


def dead(*facts: ConnectionRefused, hello: Said = HELLO) -> list[tuple[str, int, int]]:
    """(XAddr, its position, how many others) of each announced address that is dead."""
    found = [e for e in events_of([*datagrams([hello]), *facts]) if isinstance(e, AddressRefused)]
    return [(e.xaddr, e.position, e.others) for e in found]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([refused(5357)], [("http://10.0.0.2:5357/x", 0, 1)], id="the first"),
        pytest.param([refused(80, "10.0.0.3")], [("http://10.0.0.3:80/y", 1, 1)], id="the second"),
        pytest.param([refused(80)], [], id="another port"),
    ],
)
def test_a_refused_connection_is_held_against_the_announced_address(
    facts: list[ConnectionRefused], expected: list[tuple[str, int, int]]
) -> None:
    assert dead(*facts) == expected


def test_bye_announces_nothing() -> None:
    assert dead(refused(5357), hello=at(HELLO, 0, action="Bye")) == []


def placed(text: str) -> list[tuple[str, bool, bool]]:
    """(operation, something is announced, services are among it) of each request."""
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    found = [e for e in seen if isinstance(e, RequestPlaced)]
    return [(e.exchange.operation or "", bool(e.announced), e.is_complete) for e in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> ok", [("GetScannerElements", False, False)], id="nothing is announced"),
        pytest.param("Hello\nGetScannerElements -> ok", [("GetScannerElements", True, False)], id="the device is"),
        pytest.param(
            "Get -> ok\nGetScannerElements -> ok",
            [("Get", True, False), ("GetScannerElements", True, True)],
            id="its services are, itself is not",
        ),
        pytest.param(
            "Subscribe -> ok\nScanAvailableEvent -> accepted",
            [("Subscribe", True, False)],
            id="a notification is not asked of a device; a subscription manager is an address",
        ),
        pytest.param(
            "Hello XAddrs=http://192.0.2.100:8018/wsd\nGetScannerElements -> ok",
            [("GetScannerElements", True, False)],
            id="another port of an address that one device announced",
        ),
        pytest.param("over HTTP: Probe -> ProbeMatches", [("Probe", True, True)], id="a directed Probe announces"),
    ],
)
def test_a_request_is_placed_beside_what_its_device_told(text: str, expected: list[tuple[str, bool, bool]]) -> None:
    assert placed(text) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [("/scan", "/scan"), ("http://10.0.0.2:80/scan", "/scan"), ("http://10.0.0.2", "/"), ("http://[x", "http://[x")],
)
def test_the_path_of_a_target(target: str, expected: str) -> None:
    assert path_of(target) == expected


@pytest.mark.parametrize("most", [1, 1024])
def test_each_of_requests_that_are_alike_has_its_path(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(places, "MAX_PATHS", most)
    seen: list[Event] = []
    scenario.check("Get -> ok\nGetScannerElements -> ok\n" * 5, Options(on_event=seen.append))
    assert [e.path for e in seen if isinstance(e, RequestPlaced)] == [
        "/00000064-0000-1000-8000-000000000001",
        "/scan",
    ] * 5
