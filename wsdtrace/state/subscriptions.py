"""Event subscriptions of the capture, the events that they brought, and the push scans that came of these.

Theory of operation: a subscription is granted by SubscribeResponse, and lives until Unsubscribe, SubscriptionEnd, its
expiration (in capture time), or a later Subscribe of the same sink and destinations. A minute after it expired it is
settled: whoever renews or subscribes anew within that minute, or renews it later, still wanted it. An event is shown
with the live subscription of its device whose NotifyTo is where it was sent and whose filter has its Action; whether
it was asked for at all is decided in `standing`. A push scan is joined over ScanIdentifier: Subscribe →
ScanAvailableEvent → CreateScanJob → job.
"""

from __future__ import annotations

import heapq
import itertools
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from datetime import datetime

from wsdtrace.records import Endpoint, Stamp
from wsdtrace.soap.addressing import EndpointReference
from wsdtrace.soap.schema.lexical import Duration
from wsdtrace.state.addresses import url_endpoint
from wsdtrace.state.discovery import address_of
from wsdtrace.state.events import Event, EventSeen, SubscriptionEnded, SubscriptionGranted
from wsdtrace.state.listener import NEVER_NS
from wsdtrace.state.model import (
    Destination,
    Device,
    DeviceEvent,
    Exchange,
    Job,
    Standing,
    Subscription,
    SubscriptionEndedBy,
)
from wsdtrace.state.observations import SubscriptionSettled
from wsdtrace.state.scanwords import value_of
from wsdtrace.state.standing import EXPIRY_SLACK_NS, Sink, joins, parameters_of, sends, sink_asked, sink_of, standing_of
from wsdtrace.wsd.eventing import Renew, RenewResponse, Subscribe, SubscribeResponse, SubscriptionEnd
from wsdtrace.wsd.scan import CreateScanJobRequest, JobEndStateEvent, JobStatusEvent, ScanAvailableEvent

SETTLE_NS = 60 * 10**9
"""Who has not come back a minute after a subscription expired does not miss it. No renewal seen was as late."""
REPEAT_WINDOW_NS = 3600 * 10**9
"""Repeated subscriptions are counted within an hour: seen is one each minute (Tobag/wsd-scan, field failure 36)."""

MAX_SUBSCRIPTIONS = 100_000
"""Subscriptions remembered: a client that subscribes anew each minute makes 1,440 a day."""
MAX_EVENTS = 100_000
"""Events remembered, and scan identifiers among them."""
MAX_LIVE = 1_000
"""Live subscriptions that an event is matched with; a scanner's panel lists some dozens of destinations."""
MAX_AT_SINK = 64
"""Subscriptions remembered of one sink, live and ended; a client has one for each device and kind of event."""
MAX_REPEATS = 1_000
"""Times of repeated subscriptions within the hour: one in 4 s."""


class SubscriptionBook:
    """All subscriptions and events of a capture."""

    def __init__(self, is_half_seen: Callable[[Exchange], bool] = lambda _: False) -> None:
        """Begin with an empty memory.

        Args:
            is_half_seen: something of the traffic of an exchange's device may be missing.
        """
        self._is_half_seen = is_half_seen
        self.all: list[Subscription] = []
        self.events: list[DeviceEvent] = []
        self._live: dict[int, Subscription] = {}
        self._at_sink: OrderedDict[Sink, deque[Subscription]] = OrderedDict()
        self._used_before: OrderedDict[Sink, None] = OrderedDict()
        self._lapsing: OrderedDict[int, Subscription] = OrderedDict()
        self._expired: OrderedDict[str, Subscription] = OrderedDict()
        self._replacements: OrderedDict[int, tuple[Subscription, deque[int]]] = OrderedDict()
        self._timers: list[tuple[int, int, Subscription]] = []
        self._order = itertools.count()
        self._by_scan_identifier: OrderedDict[str, DeviceEvent] = OrderedDict()
        self._detours: OrderedDict[int, str | None] = OrderedDict()
        """NotifyTo of forwarded requests, by the original."""

    # -- the subscription ---------------------------------------------------------------------

    def forwarded(self, original: Exchange, exchange: Exchange) -> None:
        """Subscribe was passed on by a proxy, which may want the events to come to itself first."""
        value = value_of(exchange.request)
        if isinstance(value, Subscribe) and value.delivery is not None:
            self._detours[id(original)] = address_of(value.delivery.notify_to)
            if len(self._detours) > MAX_LIVE:
                self._detours.popitem(last=False)

    def granted(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """Subscribe was answered."""
        asked, answer = value_of(exchange.request), value_of(exchange.response)
        if not isinstance(asked, Subscribe) or not isinstance(answer, SubscribeResponse):
            return
        notify_to = asked.delivery.notify_to if asked.delivery is not None else None
        manager = answer.subscription_manager
        subscription = Subscription(
            device=exchange.device,
            client=exchange.client,
            sink=address_of(notify_to),
            creation=exchange,
            granted=stamp,
            manager=address_of(manager),
            identifier=identifier_of(manager),
            actions=tuple(asked.filter.value or ()) if asked.filter is not None else (),
            dialect=asked.filter.dialect if asked.filter is not None else None,
            destinations=_destinations(asked, answer),
            index=len(self.all),
            notify=parameters_of(notify_to),
            detour=self._detours.pop(id(exchange), None),
        )
        if exchange.device is not None and subscription.manager is not None:
            exchange.device.root.managers.setdefault(subscription.manager)
        self._prolong(subscription, answer.expires, stamp)
        replaced = [s for s in self._live.values() if _same_wish(s, subscription)]
        yield from self._wanted_again(subscription, exchange, stamp)
        self._remember(subscription)
        self._count(subscription, replaced, stamp)
        for former in replaced:
            yield from self._end(former, SubscriptionEndedBy.REPLACED, stamp)
        yield SubscriptionGranted(stamp, subscription, exchange, tuple(replaced))

    def _remember(self, subscription: Subscription) -> None:
        if len(self.all) < MAX_SUBSCRIPTIONS:
            self.all.append(subscription)
        self._live[id(subscription)] = subscription
        if len(self._live) > MAX_LIVE:
            self._live.pop(next(iter(self._live)))
        for sink in {sink_of(subscription.sink), sink_of(subscription.detour)} - {None}:
            assert sink is not None
            self._at_sink.setdefault(sink, deque(maxlen=MAX_AT_SINK)).append(subscription)
            self._at_sink.move_to_end(sink)
            if len(self._at_sink) > MAX_SUBSCRIPTIONS:
                self._at_sink.popitem(last=False)

    def _count(self, subscription: Subscription, replaced: list[Subscription], stamp: Stamp) -> None:
        """How often the same was subscribed within the hour, each time in place of a live one."""
        times: deque[int] = deque(maxlen=MAX_REPEATS)
        for former in replaced:
            times.extend(self._replacements.pop(id(former), (former, ()))[1])
            times.append(former.granted.time_ns)
        while times and times[0] < stamp.time_ns - REPEAT_WINDOW_NS:
            times.popleft()
        subscription.repeated = len(times)
        if times:
            self._replacements[id(subscription)] = subscription, times
            if len(self._replacements) > MAX_LIVE:
                self._replacements.popitem(last=False)

    def renewed(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """Renew was answered."""
        late = self._expired.get(request_identifier(exchange) or "")
        if late is not None:
            yield from self._renewed_late(late, exchange, stamp)
        subscription = self._named(exchange)
        answer, asked = value_of(exchange.response), value_of(exchange.request)
        if subscription is None or not isinstance(answer, RenewResponse):
            return
        subscription.renewals += 1
        wish = asked.expires if isinstance(asked, Renew) else None
        self._prolong(subscription, answer.expires if answer.expires is not None else wish, stamp)

    def _renewed_late(self, subscription: Subscription, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """Renew came for an expired subscription. What the device still grants lives on."""
        ended, request = subscription.ended, exchange.request
        accepted = isinstance(value_of(exchange.response), RenewResponse)
        if accepted:
            self._expired.pop(subscription.identifier or "", None)
            self._lapsing.pop(id(subscription), None)
            subscription.ended = subscription.ended_by = None
            self._live[id(subscription)] = subscription
        if ended is not None and request is not None:
            slack_ns = EXPIRY_SLACK_NS if accepted else 0
            if request.first.time_ns > ended.time_ns + slack_ns:
                self._lapsing.pop(id(subscription), None)
                yield SubscriptionSettled(stamp, subscription, ended, exchange)

    def unsubscribed(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """Unsubscribe was answered or given up, or SubscriptionEnd sent."""
        value = value_of(exchange.request)
        ended = identifier_of(value.subscription_manager) if isinstance(value, SubscriptionEnd) else None
        subscription = self._named(exchange, ended)
        if subscription is None:
            return
        if exchange.operation == "SubscriptionEnd":
            yield from self._end(subscription, SubscriptionEndedBy.DEVICE, stamp)
            return
        # A refusal means that the device knows of none: it has ended, too.
        if exchange.response is not None and (exchange.fault is not None or (exchange.response.status or 0) < 300):
            yield from self._end(subscription, SubscriptionEndedBy.UNSUBSCRIBE, stamp)

    def leaving(self, exchange: Exchange) -> None:
        """Unsubscribe was sent."""
        subscription = self._named(exchange)
        if subscription is not None:
            subscription.left = True

    def _named(self, exchange: Exchange, identifier: str | None = None) -> Subscription | None:
        """The subscription whose Identifier a request carries; the only live one of its device where it has none."""
        # SubscriptionEnd names its subscription in the body; its header blocks are those of EndTo.
        if identifier is None and exchange.operation != "SubscriptionEnd":
            identifier = request_identifier(exchange)
        if identifier is not None:
            return next((s for s in self._live.values() if s.identifier == identifier), None)
        here = [s for s in self._live.values() if _device_of(s.device) is _device_of(exchange.device)]
        return here[0] if len(here) == 1 else None

    # -- time ---------------------------------------------------------------------------------

    def _prolong(self, subscription: Subscription, expires: Duration | datetime | None, stamp: Stamp) -> None:
        if isinstance(expires, Duration):
            subscription.expires_ns = expires.total_ns
            subscription.deadline_ns = None if expires.total_ns is None else stamp.time_ns + expires.total_ns
        else:
            # A date is by the device's clock, which capture time does not know: it sets no deadline.
            subscription.expires_ns = subscription.deadline_ns = None
        if subscription.deadline_ns is not None and len(self._timers) < MAX_SUBSCRIPTIONS:
            heapq.heappush(self._timers, (subscription.deadline_ns, next(self._order), subscription))

    def _end(self, subscription: Subscription, how: SubscriptionEndedBy, stamp: Stamp) -> Iterator[Event]:
        if subscription.ended is None:
            subscription.ended, subscription.ended_by = stamp, how
            self._live.pop(id(subscription), None)
            yield SubscriptionEnded(stamp, subscription, how)

    def advance(self, now_ns: int, stamp: Stamp) -> Iterator[Event]:
        """Expire what was not renewed, and settle what expired a minute ago."""
        while self._timers and self._timers[0][0] < now_ns:
            due_ns, _, subscription = heapq.heappop(self._timers)
            place = Stamp(stamp.number, due_ns, stamp.kind)
            if subscription.deadline_ns == due_ns and subscription.is_live:
                self._expire(subscription, due_ns)
                yield from self._end(subscription, SubscriptionEndedBy.EXPIRY, place)
            elif self._lapsing.pop(id(subscription), None) is not None:
                assert subscription.ended is not None
                yield SubscriptionSettled(place, subscription, subscription.ended, None)

    def _expire(self, subscription: Subscription, due_ns: int) -> None:
        self._lapsing[id(subscription)] = subscription
        if len(self._lapsing) > MAX_LIVE:
            self._lapsing.popitem(last=False)
        heapq.heappush(self._timers, (due_ns + SETTLE_NS, next(self._order), subscription))
        if subscription.identifier is not None:
            self._expired[subscription.identifier] = subscription
            if len(self._expired) > MAX_SUBSCRIPTIONS:
                self._expired.popitem(last=False)

    def _wanted_again(self, later: Subscription, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """Subscribe for what expired less than a minute ago."""
        for former in [s for s in self._lapsing.values() if _same_wish(s, later)]:
            del self._lapsing[id(former)]
            assert former.ended is not None
            yield SubscriptionSettled(stamp, former, former.ended, exchange)

    @property
    def due_ns(self) -> int:
        """When the next timer fires."""
        return self._timers[0][0] if self._timers else NEVER_NS

    # -- events -------------------------------------------------------------------------------

    def notified(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """A device sent an event."""
        value = value_of(exchange.request)
        event = DeviceEvent(exchange, exchange.operation or "event", None)
        if isinstance(value, ScanAvailableEvent):
            event.client_context, event.scan_identifier = value.client_context, value.scan_identifier
            event.input_source = None if value.input_source is None else str(value.input_source)
        elif isinstance(value, JobStatusEvent) and value.job_status is not None:
            event.job_id = value.job_status.job_id
        elif isinstance(value, JobEndStateEvent) and value.job_end_state is not None:
            event.job_id = value.job_end_state.job_id
        self._place(exchange, event)
        if len(self.events) < MAX_EVENTS:
            self.events.append(event)
        if event.scan_identifier:
            self._identify(event, event.scan_identifier)
        yield EventSeen(stamp, event, exchange)

    def _place(self, exchange: Exchange, event: DeviceEvent) -> None:
        sink = sink_asked(exchange)
        here = [] if sink is None else list(self._at_sink.get(sink, ()))
        near = [s for s in here if sends(s, exchange)]
        fresh = sink not in self._used_before
        event.standing, found = standing_of(exchange, event.name, event.client_context, near or here, fresh=fresh)
        if event.standing is not Standing.ASKED_FOR and (not near or self._is_half_seen(exchange)):
            event.standing = Standing.UNKNOWN  # one of this device may be older than the capture, or in a hole
        event.subscription = joins(exchange, event.name, event.client_context, self._live.values())
        event.former = found if found is not event.subscription else None
        if not here and sink is not None:
            self._used_before[sink] = None
            if len(self._used_before) > MAX_SUBSCRIPTIONS:
                self._used_before.popitem(last=False)
        if event.subscription is not None:
            event.subscription.events.append(exchange)
            exchange.client = event.subscription.client or exchange.client
            exchange.device = event.subscription.device or exchange.device

    def _identify(self, event: DeviceEvent, identifier: str) -> None:
        former = self._by_scan_identifier.get(identifier)
        if former is not None and _device_of(former.exchange.device) is _device_of(event.exchange.device):
            mine, theirs = event.exchange.request, former.exchange.request
            if mine is not None and theirs is not None and mine.message_id != theirs.message_id:
                event.repeat_of = former
        self._by_scan_identifier[identifier] = event
        if len(self._by_scan_identifier) > MAX_EVENTS:
            self._by_scan_identifier.popitem(last=False)

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

    def live_at(self, device: Device) -> list[Subscription]:
        """Live subscriptions of a device."""
        return [s for s in self._live.values() if _device_of(s.device) is device.root]

    def at_sink(self, socket: Endpoint) -> list[Subscription]:
        """Live subscriptions whose events go to a socket."""
        return [s for s in self._live.values() if socket in (url_endpoint(s.sink), url_endpoint(s.detour))]


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
    found = (text for name, text in parameters_of(reference) if name.rpartition("}")[2] == "Identifier")
    return next(found, None) or None


def request_identifier(exchange: Exchange) -> str | None:
    """The wse:Identifier that a request echoes as a header block."""
    request = exchange.request
    if request is None or request.envelope is None:
        return None
    for block in request.envelope.headers.reference_parameters:
        if str(block.tag).rpartition("}")[2] == "Identifier":
            return "".join(map(str, block.itertext())).strip() or None
    return None
