"""Target services over time: the order of their messages, hosts that claim one name, Bye."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.state.talk import ANNOUNCED, SECOND, Said, at, heard
from wsdtrace import scenario
from wsdtrace.records import Endpoint
from wsdtrace.state.announcements import (
    APP_MAX_DELAY_NS,
    MAX_ENDPOINTS,
    MAX_PENDING,
    MAX_SENDERS,
    Rising,
    comparable,
    same_network,
)
from wsdtrace.state.observations import AnnouncementSeen, SpokeAfterBye

HELLO = Said("Hello", number=1)
BYE = Said("Bye", number=2)
PROBER = Endpoint("10.0.0.9", 50_000)
PROBE = Said("Probe", sender=PROBER.address, port=PROBER.port, message_id="urn:uuid:p")
MATCH = Said("ProbeMatches", to=PROBER, relates_to="urn:uuid:p", number=3)
OTHER = "http://10.0.0.3:5357/x"


def backwards(*conversation: Said) -> list[str]:
    """What each announcement lowers."""
    found = [e for e in heard(conversation) if isinstance(e, AnnouncementSeen)]
    names = ("instance", "number", "version")
    return [" ".join(n for n in names if getattr(e, n).is_backwards) for e in found]


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param([HELLO, at(HELLO, 6, number=2)], ["", ""], id="grows"),
        pytest.param([at(HELLO, 0, number=7), at(HELLO, 6, number=6)], ["", "number"], id="falls"),
        pytest.param([at(HELLO, 0, number=7), at(HELLO, 5, number=6)], ["", ""], id="may have been overtaken"),
        pytest.param([at(HELLO, 0, number=7), at(HELLO, 5.1, number=6)], ["", "number"], id="cannot have been"),
        pytest.param([at(HELLO, 0, number=7), at(HELLO, 6, number=7)], ["", ""], id="the same number again"),
        pytest.param([at(HELLO, 0, number=7), at(HELLO, 6, number=1, instance=2)], ["", ""], id="anew after a restart"),
        pytest.param([at(HELLO, 0, instance=2), at(HELLO, 6, instance=1)], ["", "instance"], id="instance falls"),
        pytest.param(
            [at(HELLO, 0, number=7, sequence="urn:a"), at(HELLO, 6, number=1, sequence="urn:b")],
            ["", ""],
            id="another sequence",
        ),
        pytest.param(
            [at(HELLO, 0, number=7), at(HELLO, 6, number=1, sender="fe80::2")],
            ["", ""],
            id="another address has its own order",
        ),
        pytest.param(
            [
                at(HELLO, 0, number=7, message_id="urn:uuid:a"),
                at(HELLO, 6, number=8, message_id="urn:uuid:b"),
                at(HELLO, 12, number=7, message_id="urn:uuid:a"),
            ],
            ["", ""],
            id="a late repeat is no message",
        ),
        pytest.param([at(HELLO, 0, version=5), at(HELLO, 6, version=4)], ["", "version"], id="version falls"),
        pytest.param(
            [at(HELLO, 0, version=5), at(HELLO, 6, version=4, instance=2)], ["", "version"], id="even after a restart"
        ),
    ],
)
def test_numbers_of_a_service_never_fall(conversation: list[Said], expected: list[str]) -> None:
    assert backwards(*conversation) == expected


@given(st.lists(st.tuples(st.integers(0, 3 * APP_MAX_DELAY_NS), st.integers(0, 20)), max_size=40))
def test_rising_equals_its_definition(steps: list[tuple[int, int]]) -> None:
    rising = Rising()
    seen: list[tuple[int, int]] = []
    for time_ns, value in sorted(steps, key=lambda step: step[0]):
        order = rising.note(value, time_ns)
        old = [v for t, v in seen if t < time_ns - APP_MAX_DELAY_NS]
        assert order.settled == (max(old) if old else None)
        seen.append((time_ns, value))


def test_rising_is_bounded() -> None:
    rising = Rising()
    for n in range(MAX_PENDING + 100):
        rising.note(n, 0)
    assert rising.note(0, APP_MAX_DELAY_NS + 1).settled == MAX_PENDING - 1


# -- other hosts ------------------------------------------------------------------------------


def rivals(*conversation: Said) -> list[bool | None]:
    """Whether each announcement has a rival, and a certain one."""
    found = [e for e in heard(conversation) if isinstance(e, AnnouncementSeen)]
    return [None if e.rival is None else e.rival.is_certain for e in found]


def elsewhere(seconds: float, address: str = "10.0.0.3", **changes: object) -> Said:
    """The same endpoint, announced by another host."""
    return at(HELLO, seconds, **{"sender": address, "xaddrs": f"http://{address}:5357/x", **changes})


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param([HELLO, elsewhere(1)], [None, True], id="two hosts of one network"),
        pytest.param([HELLO, elsewhere(1, xaddrs=ANNOUNCED)], [None, None], id="with the same XAddrs"),
        pytest.param([HELLO, elsewhere(1, xaddrs=f"{OTHER} {ANNOUNCED}")], [None, None], id="with a common XAddr"),
        pytest.param([HELLO, elsewhere(1, endpoint="urn:uuid:2")], [None, None], id="another endpoint"),
        pytest.param([HELLO, elsewhere(1, "10.9.0.3")], [None, False], id="perhaps a second interface"),
        pytest.param(
            [at(HELLO, 0, message_id="urn:uuid:h"), elsewhere(1, "10.99.0.30", message_id="urn:uuid:h")],
            [None, True],
            id="a relay keeps the MessageID",
        ),
        pytest.param(
            [at(HELLO, 0, message_id="urn:uuid:h"), elsewhere(1, message_id="urn:uuid:h")],
            [None, True],
            id="even if its message is as long as the original",
        ),
        pytest.param([HELLO, elsewhere(1, "fe80::3")], [None, None], id="another address family proves nothing"),
        pytest.param(
            [at(HELLO, 0, sender="2001:db8::2"), elsewhere(1, "2001:db8::3")],
            [None, None],
            id="a host has several addresses of IPv6",
        ),
        pytest.param(
            [at(HELLO, 0, sender="fe80::2"), at(elsewhere(1), 1, sender="fe80::3")],
            [None, True],
            id="but an interface has one link-local",
        ),
        pytest.param([HELLO, elsewhere(11)], [None, False], id="it may have got another address"),
        pytest.param([HELLO, elsewhere(11), at(HELLO, 60, number=9)], [None, False, True], id="it has not"),
        pytest.param([HELLO, at(BYE, 1), elsewhere(2)], [None, None, None], id="it had said Bye"),
        pytest.param(
            [at(HELLO, 0, types="wsdp:Device pub:Computer"), elsewhere(1, types="wsdp:Device pub:Computer")],
            [None, False],
            id="a computer with two interfaces in one network",
        ),
        pytest.param([at(HELLO, 0, xaddrs=None), elsewhere(1)], [None, None], id="no XAddrs, no place"),
    ],
)
def test_two_hosts_that_claim_one_endpoint_are_told_apart_where_that_is_certain(
    conversation: list[Said], expected: list[bool | None]
) -> None:
    assert rivals(*conversation) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("10.0.0.1", "10.0.0.2", (True, True)),
        ("10.0.0.1", "10.0.1.1", (True, False)),
        ("fe80::1", "fe80::2", (True, True)),
        ("fd00::1", "fd00::2", (False, False)),
        ("10.0.0.1", "fe80::1", (False, False)),
        ("printer", "printer", (False, False)),
    ],
)
def test_addresses_are_compared_where_a_host_has_one_of_a_kind(a: str, b: str, expected: tuple[bool, bool]) -> None:
    assert (comparable(a, b), comparable(a, b) and same_network(a, b)) == expected


# -- Bye --------------------------------------------------------------------------------------


def after_bye(*conversation: Said) -> list[float]:
    """Seconds after the Bye at which the service spoke."""
    found = [e for e in heard(conversation) if isinstance(e, SpokeAfterBye)]
    return [e.since_ns / SECOND for e in found]


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param([HELLO, at(BYE, 1), at(PROBE, 2), at(MATCH, 2.5)], [1.5], id="answers a later Probe"),
        pytest.param([HELLO, at(PROBE, 0.5), at(BYE, 1), at(MATCH, 2.5)], [], id="an answer that was under way"),
        pytest.param([HELLO, at(BYE, 1), at(MATCH, 2.5)], [], id="to nobody knows what"),
        pytest.param(
            [HELLO, at(BYE, 1, message_id="urn:uuid:b"), at(BYE, 2, message_id="urn:uuid:b")], [], id="repeats its Bye"
        ),
        pytest.param([HELLO, at(BYE, 1), at(BYE, 2)], [], id="says Bye twice"),
        pytest.param([HELLO, at(BYE, 1), at(HELLO, 2, number=9), at(PROBE, 3), at(MATCH, 3.5)], [], id="Hello ends it"),
        pytest.param(
            [HELLO, at(BYE, 1), elsewhere(2), at(PROBE, 3), at(MATCH, 3.5)], [], id="Hello from another address, too"
        ),
        pytest.param(
            [HELLO, at(BYE, 1), at(PROBE, 2), at(MATCH, 2.5, sender="10.0.0.3")],
            [],
            id="another host that announces it said no Bye",
        ),
    ],
)
def test_a_service_that_said_bye_is_silent_until_hello(conversation: list[Said], expected: list[float]) -> None:
    assert after_bye(*conversation) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hello\nBye\nwait 1s\nGetScannerElements -> ok", True, id="answers over HTTP"),
        pytest.param("Hello\nGetScannerElements -> ok\n  Bye", False, id="an exchange that was under way"),
        pytest.param("Hello\nBye\nwait 1s\nGetScannerElements -> nothing", False, id="does not answer"),
        pytest.param("Subscribe -> ok\nHello\nBye\nScanAvailableEvent -> accepted", True, id="sends an event"),
        pytest.param("GetScannerElements -> ok\nBye\nHello\nGetScannerElements -> ok", False, id="came back"),
        pytest.param("Hello\ndevice 2: Hello\nBye\ndevice 2: GetScannerElements -> ok", False, id="another device"),
    ],
)
def test_answers_over_http_count_too(text: str, expected: bool) -> None:
    assert bool(scenario.check(text).ledger["WSD412"].fired) is expected


def test_services_are_bounded() -> None:
    many = [at(HELLO, 0, endpoint=f"urn:uuid:{n}", xaddrs=None) for n in range(MAX_ENDPOINTS + 1)]
    first = itertools.chain(many, [at(HELLO, 6, endpoint="urn:uuid:0", number=0)])
    last = [e for e in heard(first) if isinstance(e, AnnouncementSeen)][-1]
    assert last.number.settled is None


def test_the_addresses_of_a_service_are_bounded() -> None:
    many = [elsewhere(0, f"10.{n}.0.1", number=5) for n in range(MAX_SENDERS + 1)]
    last = [e for e in heard([*many, elsewhere(6, "10.0.0.1", number=1)]) if isinstance(e, AnnouncementSeen)][-1]
    assert last.number.settled is None
