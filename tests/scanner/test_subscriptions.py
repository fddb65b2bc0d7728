"""Subscriptions at the device: what is granted, refused, prolonged, and forgotten."""

from decimal import Decimal
from typing import Any

import pytest

from wsdtrace.scanner.clock import NS, Clock
from wsdtrace.scanner.subscriptions import LONGEST_S, MAX_SUBSCRIPTIONS, USUAL_S, Subscription, Subscriptions, is_own
from wsdtrace.soap import EndpointReference
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Duration
from wsdtrace.soap.schema.lexical import read_date_time
from wsdtrace.wsd import eventing, scan

SINK = EndpointReference(address="http://127.0.0.1:5358/sink")
SCAN_TO_PC = scan.ScanDestinations(
    scan_destination=(scan.ScanDestination(client_display_name="Scan to desk", client_context="desk"),)
)


def wish(*events: str, **changed: Any) -> eventing.Subscribe:
    told: dict[str, Any] = {
        "delivery": eventing.Delivery(mode=eventing.PUSH, notify_to=SINK),
        "filter": eventing.Filter(
            value=tuple(f"{SCAN}/{e}" for e in events or ("ScanAvailableEvent",)), dialect=eventing.ACTION_DIALECT
        ),
        "scan_destinations": SCAN_TO_PC,
    }
    return eventing.Subscribe(**(told | changed))


def empty() -> Subscriptions:
    return Subscriptions(Clock(source=lambda: 0, start_ns=1000 * NS))


def granted(book: Subscriptions, asked: eventing.Subscribe) -> Subscription:
    made = book.subscribe(asked, "127.0.0.1")
    assert isinstance(made, Subscription), made
    return made


def test_a_destination_gets_a_token_and_a_filter_is_kept() -> None:
    book = empty()
    made = granted(book, wish("ScanAvailableEvent", "JobEndState"))
    assert made.events == {"ScanAvailableEvent", "JobEndStateEvent"}
    assert book.owner_of(made.tokens["desk"]) is made
    assert book.owner_of("nothing") is None
    assert book.wanting("JobEndStateEvent") == [made]
    assert book.wanting("JobStatusEvent") == []


@pytest.mark.parametrize(
    ("asked", "subcode"),
    [
        pytest.param(
            wish(delivery=eventing.Delivery(mode="urn:pull", notify_to=SINK)),
            "wse:DeliveryModeRequestedUnavailable",
            id="another delivery mode",
        ),
        pytest.param(wish(delivery=None), "wse:InvalidMessage", id="no sink"),
        pytest.param(
            wish(delivery=eventing.Delivery(notify_to=EndpointReference(address="http://192.0.2.9/sink"))),
            "wse:InvalidMessage",
            id="the sink of somebody else",
        ),
        pytest.param(
            wish(filter=eventing.Filter(value=("//*",))), "wse:FilteringRequestedUnavailable", id="another dialect"
        ),
        pytest.param(wish("NothingEvent"), "wsdp:FilterActionNotSupported", id="no event of that name"),
        pytest.param(wish(scan_destinations=None), "wse:InvalidMessage", id="no destination"),
        pytest.param(wish(expires=Duration()), "wse:InvalidExpirationTime", id="no time at all"),
        pytest.param(
            wish(expires=read_date_time("2030-01-01T00:00:00Z")), "wse:UnsupportedExpirationType", id="a date"
        ),
    ],
)
def test_what_cannot_be_granted_is_refused(asked: eventing.Subscribe, subcode: str) -> None:
    assert empty().subscribe(asked, "127.0.0.1") == subcode


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        pytest.param(None, USUAL_S, id="nothing"),
        pytest.param(Duration(seconds=Decimal(30)), 30, id="half a minute"),
        pytest.param(Duration(months=1), LONGEST_S, id="a month"),
    ],
)
def test_the_time_that_is_granted_is_kept(asked: Duration | None, seconds: int) -> None:
    book = empty()
    lapsed: list[Subscription] = []
    book.on_lapse = lapsed.append
    made = granted(book, wish(expires=asked))
    assert book.rest_of(made) == Duration(seconds=Decimal(seconds))
    book.clock.skip(seconds - 1)
    assert book.live
    book.clock.skip(1)
    assert not book.live
    assert lapsed == [made]


def test_a_renewal_begins_anew_and_an_end_is_an_end() -> None:
    book = empty()
    made = granted(book, wish(expires=Duration(seconds=Decimal(60))))
    book.clock.skip(50)
    assert book.renew(made.identifier, eventing.Renew(expires=Duration(seconds=Decimal(60)))) is made
    book.clock.skip(50)
    assert book.live
    assert book.end(made.identifier) is made
    assert book.end(made.identifier) is None
    assert book.renew(made.identifier, eventing.Renew()) == "wse:UnableToRenew"
    book.clock.skip(60)


def test_a_device_may_void_the_tokens_of_others() -> None:
    book = empty()
    book.voids_tokens = True
    first = granted(book, wish())
    token = first.tokens["desk"]
    granted(book, wish())
    assert book.owner_of(token) is None


def test_there_is_room_for_so_many() -> None:
    book = empty()
    for _ in range(MAX_SUBSCRIPTIONS):
        granted(book, wish())
    assert book.subscribe(wish(), "127.0.0.1") == "wse:EventSourceUnableToProcess"


@pytest.mark.parametrize(
    ("url", "peer", "own"),
    [
        pytest.param("http://127.0.0.1:80/x", "127.0.0.1", True, id="itself"),
        pytest.param("http://[::1]:80/x", "127.0.0.1", True, id="this machine by its other name"),
        pytest.param("http://192.0.2.1/x", "192.0.2.1", True, id="itself, on the network"),
        pytest.param("http://192.0.2.2/x", "192.0.2.1", False, id="somebody else"),
        pytest.param("http://localhost/x", "127.0.0.1", False, id="a name, which may be anybody"),
        pytest.param("file:///etc/passwd", "127.0.0.1", False, id="no http"),
        pytest.param("http://[::1", "::1", False, id="no URL"),
        pytest.param(None, "::1", False, id="nothing"),
    ],
)
def test_nobody_subscribes_somebody_else(url: str | None, peer: str, own: bool) -> None:
    assert is_own(url, peer) == own
