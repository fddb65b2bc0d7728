"""WSD501, WSD502, WSD513, WSD514: Subscribe and what answers it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from wsdtrace.check.finding import FaultOf, Objection, Severity
from wsdtrace.check.rule import Need, Verdict, rule
from wsdtrace.check.show import (
    exchange_lines,
    message_line,
    request_line,
    subject,
)
from wsdtrace.soap.namespaces import DPWS_11, SCAN
from wsdtrace.soap.schema.lexical import Duration
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange
from wsdtrace.state.scanwords import value_of
from wsdtrace.wsd.eventing import ACTION_DIALECT, PUSH, Renew, Subscribe, SubscribeResponse

DIALECTS = frozenset({ACTION_DIALECT, f"{DPWS_11}/Action"})


def _subscribe(message: Message | None) -> Subscribe | None:
    value = value_of(message)
    return value if isinstance(value, Subscribe) else None


def _answer(exchange: Exchange) -> SubscribeResponse | None:
    value = value_of(exchange.response)
    return value if isinstance(value, SubscribeResponse) else None


def _has_filter(event: MessageSeen) -> bool:
    asked = _subscribe(event.message)
    return asked is not None and asked.filter is not None


@rule(
    "WSD501",
    "subscribe-filter-wrong",
    Severity.WARNING,
    on=MessageSeen,
    of=Subscribe,
    when=_has_filter,
    fault_of=FaultOf.CLIENT,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    source=("E08", "DPWS 2006/02 R3008"),
)
def subscribe_filter_wrong(event: MessageSeen) -> Iterator[Verdict]:
    """A Subscribe's filter is not in the Action dialect, or not a list of full action URIs.

    Why:
        Devices know this one dialect; without it the filter would be an XPath. The sample of the documentation, a
        bare name of an event, matches no Action.

    Bad:
        Subscribe Filter=ScanAvailableEvent -> ok

    Good:
        Subscribe -> ok
    """
    asked = _subscribe(event.message)
    assert asked is not None
    assert asked.filter is not None
    dialect, wanted = (asked.filter.dialect or "").strip(), asked.filter.value or ()
    if dialect.replace("https://", "http://", 1) not in DIALECTS:
        problem = f"the filter's Dialect is {dialect or 'missing'}"
    elif not wanted:
        problem = "the filter is empty"
    elif any("://" not in uri and not uri.startswith("urn:") for uri in wanted):
        problem = f"the filter has {next(uri for uri in wanted if '://' not in uri)}, no URI"
    else:
        return
    yield Objection(
        f"Subscribe: {problem}"[:140],
        (message_line(event.exchange, event.message, " ".join(wanted)[:200]),),
        expected=f"{SCAN}/ScanAvailableEvent in the dialect {ACTION_DIALECT}",
    )


def _asks_for_presses(event: ExchangeEnded) -> bool:
    """Subscribe for ScanAvailableEvent: by its full Action, or by its bare name."""
    asked = _subscribe(event.exchange.request)
    if asked is None or asked.filter is None:
        return False
    return any(uri.rpartition("/")[2] == "ScanAvailableEvent" for uri in asked.filter.value or ())


@rule(
    "WSD502",
    "destination-missing",
    Severity.ERROR,
    on=ExchangeEnded,
    of=Subscribe,
    when=_asks_for_presses,
    fault_of=FaultOf.CLIENT,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    source=("E01", "E02"),
)
def destination_missing(event: ExchangeEnded) -> Iterator[Verdict]:
    """A Subscribe for ScanAvailableEvent names no destination, or the answer has no token for one of them.

    Why:
        The destinations are what a user may choose at the device, and the token is what the client has to show when
        it asks for the job. Without them no button can be pressed, or the scan is refused.

    Bad:
        > drop wscn:ScanDestinations
        Subscribe -> ok

    Good:
        Subscribe -> ok
    """
    exchange = event.exchange
    asked, answer = _subscribe(exchange.request), _answer(exchange)
    assert asked is not None
    wanted = asked.scan_destinations.scan_destination if asked.scan_destinations is not None else ()
    if not wanted:
        yield Objection(
            "Subscribe for ScanAvailableEvent without ScanDestinations",
            exchange_lines(exchange),
            expected="ScanDestinations with at least one ScanDestination",
        )
        return
    if answer is None:
        return
    responses = answer.destination_responses.destination_response if answer.destination_responses is not None else ()
    tokens = [r for r in responses if r.destination_token]
    contexts = {r.client_context for r in tokens}
    lacking = [d.client_context for d in wanted if d.client_context is not None and d.client_context not in contexts]
    # A response without ClientContext (seen: Epson ET-2750) is told as a missing element; that there is one for each
    # counts.
    if len(tokens) < len(wanted) or (lacking and None not in contexts):
        found = f"{len(tokens)} tokens" if len(tokens) < len(wanted) else f"no token for {lacking[0]!r}"
        yield Objection(
            f"SubscribeResponse has {found} for {len(wanted)} destinations"[:140],
            exchange_lines(exchange),
            fault_of=FaultOf.DEVICE,
            expected="a DestinationResponse for each ScanDestination",
        )


def _offers(event: ExchangeEnded) -> bool:
    asked = _subscribe(event.exchange.request)
    return asked is not None and asked.scan_destinations is not None


@rule(
    "WSD513",
    "destination-ambiguous",
    Severity.WARNING,
    on=ExchangeEnded,
    of=Subscribe,
    when=_offers,
    needs=(Need.WELL_FORMED,),
    source=("E03", "E04"),
)
def destination_ambiguous(event: ExchangeEnded) -> Iterator[Verdict]:
    """Two destinations of one Subscribe have the same ClientContext, or were granted the same token.

    Why:
        ClientContext is how the client knows what was chosen at the device, and the token how the device knows for
        which destination a job is asked.

    Bad:
        < replace destination-1-2 destination-1-1
        Subscribe ClientContext=Scan ClientContext=Print -> ok

    Good:
        Subscribe -> ok
    """
    exchange = event.exchange
    asked, answer = _subscribe(exchange.request), _answer(exchange)
    wanted = (
        asked.scan_destinations.scan_destination if asked is not None and asked.scan_destinations is not None else ()
    )
    twice = _twice([d.client_context for d in wanted])
    if twice is not None:
        yield Objection(
            f"Subscribe: two destinations have the ClientContext {twice!r}"[:140],
            request_line(exchange),
            fault_of=FaultOf.CLIENT,
            expected="a ClientContext for each destination",
        )
        return
    granted = answer.destination_responses if answer is not None else None
    if granted is not None and _twice([d.destination_token for d in granted.destination_response]) is not None:
        yield Objection(
            "SubscribeResponse: two destinations have the same token",
            exchange_lines(exchange),
            expected="a token for each destination",
        )


def _twice(values: Sequence[str | None]) -> str | None:
    return next((value for value, count in Counter(v for v in values if v).items() if count > 1), None)


FORBIDDEN = {
    "DeliveryModeRequestedUnavailable": "R3010",
    "FilteringNotSupported": "R3011",
    "FilteringRequestedUnavailable": "R3012",
    "UnsupportedExpirationType": "R3016",
}
"""Faults that DPWS 2006/02 forbids in answer to what every device has to support."""


def _asked_usually(subcode: str, asked: Subscribe | Renew) -> bool:
    """What was asked is what every device has to support."""
    if subcode == "UnsupportedExpirationType":
        return not isinstance(asked.expires, datetime)
    if isinstance(asked, Renew):
        return False
    if subcode == "DeliveryModeRequestedUnavailable":
        return asked.delivery is not None and asked.delivery.mode in (None, PUSH)
    return asked.filter is not None and asked.filter.dialect == ACTION_DIALECT


def _asks_for_time(event: ExchangeEnded) -> bool:
    return isinstance(value_of(event.exchange.request), Subscribe | Renew) and event.exchange.response is not None


@rule(
    "WSD514",
    "subscribe-misanswered",
    Severity.WARNING,
    on=ExchangeEnded,
    of=(Subscribe, Renew),
    when=_asks_for_time,
    needs=(Need.WELL_FORMED, Need.SOAP_12),
    source=("E10", "E11", "E12", "E19", "DPWS 2006/02 §6.1"),
)
def subscribe_misanswered(event: ExchangeEnded) -> Iterator[Verdict]:
    """Subscribe or Renew is refused for what every device has to support, or granted for no time at all.

    Why:
        Push delivery, filters by Action and durations are the least that devices share; a client has nothing
        simpler to ask for. An expiration of zero or in the past has to be refused.

    Bad:
        Subscribe -> Fault wse:FilteringNotSupported

    Good:
        Subscribe -> ok
    """
    exchange = event.exchange
    asked, fault = value_of(exchange.request), exchange.fault
    assert isinstance(asked, Subscribe | Renew)
    if fault is not None:
        subcode = fault.subcode or ""
        if subcode in FORBIDDEN and _asked_usually(subcode, asked):
            yield Objection(
                f"{subject(exchange)}: {subcode} is no answer that a device may give (DPWS {FORBIDDEN[subcode]})",
                exchange_lines(exchange),
                expected="a subscription, or another fault",
            )
        return
    expires = asked.expires
    if isinstance(expires, Duration) and (expires.months < 0 or expires.seconds < 0 or expires == Duration()):
        yield Objection(
            f"{subject(exchange)}: granted, though it asks for {expires}",
            exchange_lines(exchange),
            expected="wse:InvalidExpirationTime",
        )
