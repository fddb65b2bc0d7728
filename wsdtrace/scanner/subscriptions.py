"""The subscriptions that a virtual scanner granted: filters, expiry, destinations with their tokens."""

from __future__ import annotations

import ipaddress
import secrets
import uuid
from collections.abc import Callable
from dataclasses import field
from decimal import Decimal
from urllib.parse import urlsplit

from wsdtrace.dataclass import dataclass
from wsdtrace.scanner.clock import NS, Alarm, Clock
from wsdtrace.soap import EndpointReference
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Duration
from wsdtrace.wsd import eventing
from wsdtrace.wsd.eventing import ACTION_DIALECT, PUSH

USUAL_S = 3600
LONGEST_S = 24 * 3600
MAX_SUBSCRIPTIONS = 64
"""Of one scanner; a client that forgets its own fills them only until they expire."""

EVENTS = (
    "ScanAvailableEvent",
    "ScannerElementsChangeEvent",
    "ScannerStatusSummaryEvent",
    "ScannerStatusConditionEvent",
    "ScannerStatusConditionClearedEvent",
    "JobStatusEvent",
    "JobEndStateEvent",
)


@dataclass(slots=True, eq=False)
class Subscription:
    """One client's wish to be told."""

    identifier: str
    notify_to: EndpointReference
    end_to: EndpointReference | None
    events: frozenset[str]
    destinations: dict[str, str]
    """ClientContext → ClientDisplayName."""
    tokens: dict[str, str]
    """ClientContext → DestinationToken."""
    expires_ns: int = 0
    alarm: Alarm | None = None


@dataclass(slots=True, eq=False)
class Subscriptions:
    """All subscriptions."""

    clock: Clock
    voids_tokens: bool = False
    """A new subscription makes the tokens of all others worthless."""
    live: dict[str, Subscription] = field(default_factory=dict)
    on_lapse: Callable[[Subscription], None] = lambda _: None

    def subscribe(self, request: eventing.Subscribe, peer: str) -> Subscription | str:
        """Grant a subscription; the subcode of a fault where it cannot be.

        Args:
            request: what was asked for.
            peer: address of who asks; nobody can subscribe somebody else.
        """
        delivery = request.delivery or eventing.Delivery()
        if delivery.mode not in (None, PUSH):
            return "wse:DeliveryModeRequestedUnavailable"
        if delivery.notify_to is None or not is_own(delivery.notify_to.address, peer):
            return "wse:InvalidMessage"
        filter_ = request.filter
        if filter_ is not None and filter_.dialect != ACTION_DIALECT:
            return "wse:FilteringRequestedUnavailable"
        wanted = None if filter_ is None else (filter_.value or ())
        events = frozenset(e for e in EVENTS if wanted is None or any(f"{SCAN}/{e}".startswith(w) for w in wanted))
        if not events:
            return "wsdp:FilterActionNotSupported"
        listed = request.scan_destinations.scan_destination if request.scan_destinations is not None else ()
        if "ScanAvailableEvent" in events and wanted is not None and not listed:
            return "wse:InvalidMessage"
        span = _span(request.expires)
        if isinstance(span, str):
            return span
        if len(self.live) >= MAX_SUBSCRIPTIONS:
            return "wse:EventSourceUnableToProcess"
        if self.voids_tokens:
            for other in self.live.values():
                other.tokens.clear()
        destinations = {d.client_context or "": d.client_display_name or "" for d in listed}
        made = Subscription(
            f"urn:uuid:{uuid.uuid4()}",
            delivery.notify_to,
            request.end_to,
            events,
            destinations,
            {context: secrets.token_hex(8) for context in destinations},
        )
        self.live[made.identifier] = made
        self._prolong(made, span)
        return made

    def renew(self, identifier: str | None, asked: eventing.Renew) -> Subscription | str:
        """Prolong a subscription."""
        known = self.live.get(identifier or "")
        if known is None:
            return "wse:UnableToRenew"
        span = _span(asked.expires)
        if isinstance(span, str):
            return span
        self._prolong(known, span)
        return known

    def end(self, identifier: str | None) -> Subscription | None:
        """Forget a subscription; None where there is none of this name."""
        known = self.live.pop(identifier or "", None)
        if known is not None and known.alarm is not None:
            known.alarm.cancel()
        return known

    def rest_of(self, subscription: Subscription) -> Duration:
        """How long it lasts, in whole seconds."""
        return Duration(seconds=Decimal(max(0, round((subscription.expires_ns - self.clock.now_ns()) / NS))))

    def wanting(self, event: str) -> list[Subscription]:
        """Those that asked for an event."""
        return [s for s in self.live.values() if event in s.events]

    def owner_of(self, token: str | None) -> Subscription | None:
        """The subscription that a destination's token was granted with."""
        return next((s for s in self.live.values() if token in s.tokens.values()), None)

    def _prolong(self, subscription: Subscription, span: int) -> None:
        if subscription.alarm is not None:
            subscription.alarm.cancel()
        subscription.expires_ns = self.clock.now_ns() + span * NS
        subscription.alarm = self.clock.later(span, lambda: self._lapse(subscription))

    def _lapse(self, subscription: Subscription) -> None:
        self.live.pop(subscription.identifier, None)
        self.on_lapse(subscription)


def _span(asked: object) -> int | str:
    """Seconds that are granted, or the subcode of a fault."""
    if asked is None:
        return USUAL_S
    if not isinstance(asked, Duration):
        return "wse:UnsupportedExpirationType"
    seconds = LONGEST_S if asked.months > 0 else int(asked.seconds)
    return min(seconds, LONGEST_S) if seconds > 0 else "wse:InvalidExpirationTime"


def is_own(url: str | None, peer: str) -> bool:
    """An http URL at the address of the peer itself; all addresses of this machine count as one."""
    try:
        parts = urlsplit(url or "")
        host, port = parts.hostname, parts.port
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return False
    mine = ipaddress.ip_address(peer)
    return parts.scheme == "http" and port != 0 and (address == mine or (address.is_loopback and mine.is_loopback))
