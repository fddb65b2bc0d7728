"""Event subscriptions of the capture, the events that they brought, and the push scans that came of these.

Theory of operation: a subscription is granted by SubscribeResponse, and lives until Unsubscribe, SubscriptionEnd, its
expiration (in capture time), or a later Subscribe of the same sink and destinations. An event belongs to the live
subscription of its device whose NotifyTo is where it was sent and whose filter has its Action; a ScanAvailableEvent
also names the ClientContext of one of its destinations. A push scan is joined over ScanIdentifier: Subscribe →
ScanAvailableEvent → CreateScanJob → job.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime

from wsdtrace.records import Stamp
from wsdtrace.soap.addressing import EndpointReference
from wsdtrace.soap.schema.lexical import Duration
from wsdtrace.state.addresses import url_endpoint
from wsdtrace.state.discovery import address_of
from wsdtrace.state.events import Event, EventSeen, SubscriptionEnded, SubscriptionGranted
from wsdtrace.state.model import (
    Destination,
    Device,
    DeviceEvent,
    Exchange,
    Job,
    Subscription,
    SubscriptionEndedBy,
)
from wsdtrace.state.scanwords import value_of
from wsdtrace.wsd.eventing import Renew, RenewResponse, Subscribe, SubscribeResponse
from wsdtrace.wsd.scan import CreateScanJobRequest, JobEndStateEvent, JobStatusEvent, ScanAvailableEvent

MAX_SUBSCRIPTIONS = 100_000
"""Subscriptions remembered: a client that subscribes anew each minute makes 1,440 a day."""
MAX_EVENTS = 100_000
"""Events remembered, and scan identifiers among them."""
MAX_LIVE = 1_000
"""Live subscriptions that an event is matched with; a scanner's panel lists some dozens of destinations."""


class SubscriptionBook:
    """All subscriptions and events of a capture."""

    def __init__(self) -> None:
        self.all: list[Subscription] = []
        self.events: list[DeviceEvent] = []
        self._live: list[Subscription] = []
        self._by_scan_identifier: OrderedDict[str, DeviceEvent] = OrderedDict()

    # -- the subscription ---------------------------------------------------------------------

    def granted(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """Subscribe was answered."""
        asked, answer = value_of(exchange.request), value_of(exchange.response)
        if not isinstance(asked, Subscribe) or not isinstance(answer, SubscribeResponse):
            return
        delivery = asked.delivery
        manager = answer.subscription_manager
        subscription = Subscription(
            device=exchange.device,
            client=exchange.client,
            sink=address_of(delivery.notify_to) if delivery is not None else None,
            creation=exchange,
            granted=stamp,
            manager=address_of(manager),
            identifier=identifier_of(manager),
            actions=tuple(asked.filter.value or ()) if asked.filter is not None else (),
            dialect=asked.filter.dialect if asked.filter is not None else None,
            destinations=_destinations(asked, answer),
            index=len(self.all),
        )
        if exchange.device is not None and subscription.manager is not None:
            exchange.device.root.managers.setdefault(subscription.manager)
        self._prolong(subscription, answer.expires, stamp)
        replaced = [s for s in self._live if _same_wish(s, subscription)]
        if len(self.all) < MAX_SUBSCRIPTIONS:
            self.all.append(subscription)
        self._live.append(subscription)
        if len(self._live) > MAX_LIVE:
            del self._live[0]
        for former in replaced:
            yield from self._end(former, SubscriptionEndedBy.REPLACED, stamp)
        yield SubscriptionGranted(stamp, subscription, exchange, tuple(replaced))

    def renewed(self, exchange: Exchange, stamp: Stamp) -> None:
        """Renew was answered."""
        subscription = self._named(exchange)
        answer, asked = value_of(exchange.response), value_of(exchange.request)
        if subscription is None or not isinstance(answer, RenewResponse):
            return
        subscription.renewals += 1
        wish = asked.expires if isinstance(asked, Renew) else None
        self._prolong(subscription, answer.expires if answer.expires is not None else wish, stamp)

    def unsubscribed(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """Unsubscribe was answered, or SubscriptionEnd sent."""
        subscription = self._named(exchange)
        if subscription is None:
            return
        by_device = exchange.operation == "SubscriptionEnd"
        how = SubscriptionEndedBy.DEVICE if by_device else SubscriptionEndedBy.UNSUBSCRIBE
        yield from self._end(subscription, how, stamp)

    def _named(self, exchange: Exchange) -> Subscription | None:
        """The subscription whose Identifier a request carries; the only live one of its device where it carries
        none."""
        identifier = request_identifier(exchange)
        here = [s for s in self._live if _device_of(s.device) is _device_of(exchange.device)]
        if identifier is not None:
            return next((s for s in self._live if s.identifier == identifier), None)
        return here[0] if len(here) == 1 else None

    @staticmethod
    def _prolong(subscription: Subscription, expires: Duration | datetime | None, stamp: Stamp) -> None:
        if isinstance(expires, Duration):
            subscription.expires_ns = expires.total_ns
            subscription.deadline_ns = None if expires.total_ns is None else stamp.time_ns + expires.total_ns
        elif expires is None:
            subscription.expires_ns = subscription.deadline_ns = None
        # A date is by the device's clock, which capture time does not know: it sets no deadline.

    def _end(self, subscription: Subscription, how: SubscriptionEndedBy, stamp: Stamp) -> Iterator[Event]:
        if subscription.ended is None:
            subscription.ended, subscription.ended_by = stamp, how
            if subscription in self._live:
                self._live.remove(subscription)
            yield SubscriptionEnded(stamp, subscription, how)

    def advance(self, now_ns: int, stamp: Stamp) -> Iterator[Event]:
        """Expire what was not renewed."""
        for subscription in [s for s in self._live if s.deadline_ns is not None and s.deadline_ns < now_ns]:
            deadline = subscription.deadline_ns
            assert deadline is not None
            yield from self._end(subscription, SubscriptionEndedBy.EXPIRY, Stamp(stamp.number, deadline, stamp.kind))

    # -- events -------------------------------------------------------------------------------

    def notified(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """A device sent an event."""
        value = value_of(exchange.request)
        event = DeviceEvent(exchange, exchange.operation or "event", None)
        if isinstance(value, ScanAvailableEvent):
            event.client_context, event.scan_identifier = value.client_context, value.scan_identifier
        elif isinstance(value, JobStatusEvent) and value.job_status is not None:
            event.job_id = value.job_status.job_id
        elif isinstance(value, JobEndStateEvent) and value.job_end_state is not None:
            event.job_id = value.job_end_state.job_id
        event.subscription = self._asked_for(exchange, event)
        if event.subscription is not None:
            event.subscription.events.append(exchange)
            exchange.client = event.subscription.client or exchange.client
            exchange.device = event.subscription.device or exchange.device
        if len(self.events) < MAX_EVENTS:
            self.events.append(event)
        if event.scan_identifier:
            self._by_scan_identifier[event.scan_identifier] = event
            if len(self._by_scan_identifier) > MAX_EVENTS:
                self._by_scan_identifier.popitem(last=False)
        yield EventSeen(stamp, event, exchange)

    def _asked_for(self, exchange: Exchange, event: DeviceEvent) -> Subscription | None:
        action = exchange.request.action if exchange.request is not None else None
        fitting = [
            s
            for s in self._live
            if url_endpoint(s.sink) == exchange.server_endpoint
            and (not s.actions or (action or "").startswith(s.actions) or event.name in s.actions)
        ]
        if event.client_context is not None:
            named = [s for s in fitting if any(d.context == event.client_context for d in s.destinations)]
            fitting = named or fitting
        return fitting[-1] if fitting else None

    def answered_by(self, exchange: Exchange) -> DeviceEvent | None:
        """The event that a CreateScanJob answers, by its ScanIdentifier."""
        value = value_of(exchange.request)
        if not isinstance(value, CreateScanJobRequest) or not value.scan_identifier:
            return None
        event = self._by_scan_identifier.get(value.scan_identifier)
        if event is not None and event.answered_by is None:
            event.answered_by = exchange
        return event

    @staticmethod
    def joined(event: DeviceEvent | None, job: Job | None) -> None:
        """A job came of a ScanAvailableEvent."""
        if event is not None and job is not None and event.job is None:
            event.job = job


def _destinations(asked: Subscribe, answer: SubscribeResponse) -> list[Destination]:
    tokens = {
        d.client_context: d.destination_token
        for d in (answer.destination_responses.destination_response if answer.destination_responses else ())
    }
    wanted = asked.scan_destinations.scan_destination if asked.scan_destinations else ()
    return [Destination(d.client_context, d.client_display_name, tokens.get(d.client_context)) for d in wanted]


def _same_wish(former: Subscription, later: Subscription) -> bool:
    """The later subscription takes the former's place: same device, sink, filter and destinations."""
    return (
        _device_of(former.device) is _device_of(later.device)
        and former.sink == later.sink
        and former.actions == later.actions
        and {d.context for d in former.destinations} == {d.context for d in later.destinations}
    )


def _device_of(device: Device | None) -> Device | None:
    return None if device is None else device.root


def identifier_of(reference: EndpointReference | None) -> str | None:
    """The wse:Identifier among the reference parameters (or, in 2004/08, properties) of a subscription manager."""
    if reference is None:
        return None
    for extension in (*reference.reference_parameters, *reference.reference_properties):
        if extension.tag.rpartition("}")[2] == "Identifier":
            return (extension.text or "").strip() or None
    return None


def request_identifier(exchange: Exchange) -> str | None:
    """The wse:Identifier that a request echoes as a header block."""
    request = exchange.request
    if request is None or request.envelope is None:
        return None
    for block in request.envelope.headers.reference_parameters:
        if str(block.tag).rpartition("}")[2] == "Identifier":
            return "".join(map(str, block.itertext())).strip() or None
    return None
