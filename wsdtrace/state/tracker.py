"""HTTP events, datagrams and transport facts → events about exchanges, jobs and connections.

Theory of operation: all memory of a check lives here and in the books it owns. The pipeline feeds facts in capture
order and moves capture time; the tracker answers with what happened. Time never falls: an older stamp moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsdtrace.http import HttpAnomaly
from wsdtrace.net import NetAnomalyKind
from wsdtrace.records import (
    Abandoned,
    AckAhead,
    ConnectionOpened,
    ConnectionRefused,
    Datagram,
    Gap,
    GapReason,
    HttpEvent,
    HttpEventKind,
    HttpExchange,
    Keys,
    NetAnomaly,
    NotHttp,
    NotHttpKind,
    Stamp,
    StreamEnded,
    WholeExchange,
)
from wsdtrace.state.announcements import AnnouncementBook
from wsdtrace.state.conditions import ConditionBook
from wsdtrace.state.connections import ConnectionBook
from wsdtrace.state.devices import ClientBook, DeviceBook
from wsdtrace.state.endpoints import EndpointBook
from wsdtrace.state.events import (
    CaptureEnded,
    ConnectionEncrypted,
    ConnectionFailed,
    ConnectionSettled,
    Event,
    ExchangeEnded,
    ImageDelivered,
    LimitReached,
    MessageRepeated,
    MessageSeen,
    TimeWentBack,
)
from wsdtrace.state.exchanges import DatagramBook, MessageIds, is_copy, open_exchange, was_canceled
from wsdtrace.state.images import images_of
from wsdtrace.state.jobs import RETRIEVE_LIMIT_NS, JobBook
from wsdtrace.state.kinds import KindBook
from wsdtrace.state.latency import AnswerClock, AnswerLimits
from wsdtrace.state.leaving import LeavingBook
from wsdtrace.state.listener import Audience
from wsdtrace.state.losses import bounds_met, lacks_bytes
from wsdtrace.state.message import Message, Role
from wsdtrace.state.messageids import MessageIdBook
from wsdtrace.state.model import Connection, Exchange
from wsdtrace.state.order import Fact
from wsdtrace.state.outcomes import StrayBytes
from wsdtrace.state.pairing import asked_by
from wsdtrace.state.peers import PeerBook
from wsdtrace.state.places import PlaceBook
from wsdtrace.state.prefixes import PrefixBook
from wsdtrace.state.presses import PressBook
from wsdtrace.state.privacy import PrivacyBook
from wsdtrace.state.probes import ProbeBook
from wsdtrace.state.reading import read_datagram, read_http
from wsdtrace.state.renamings import RenamingBook
from wsdtrace.state.rest import RestBook
from wsdtrace.state.retries import RetryBook
from wsdtrace.state.strangers import StrangerBook
from wsdtrace.state.subscriptions import SubscriptionBook
from wsdtrace.state.tickets import TicketBook
from wsdtrace.state.unreported import UnreportedBook
from wsdtrace.state.unwanted import UnwantedBook
from wsdtrace.state.vocabulary import (
    JOB_OPERATIONS,
    SCAN_EVENTS,
    speaks_discovery,
    speaks_wsd,
)

_BOOKED_WHEN_ASKED = JOB_OPERATIONS | SCAN_EVENTS | {"Unsubscribe"}
_BOOKED_WHEN_ANSWERED = JOB_OPERATIONS | {
    "Get", "Probe", "Resolve", "Subscribe", "Renew", "Unsubscribe", "SubscriptionEnd",
}  # fmt: skip
"""Operations of which the books of jobs, devices and subscriptions hear."""


class Tracker:
    """The memory of one capture."""

    def __init__(
        self,
        *,
        limit_ns: int = RETRIEVE_LIMIT_NS,
        answer_limits: AnswerLimits | None = None,
        keep_exchanges: bool = True,
        judged: bool = True,
    ) -> None:
        """Begin with an empty memory.

        Args:
            limit_ns: how long a job may wait for its client.
            answer_limits: when an answer is slow.
            keep_exchanges: `exchanges` is filled.
            judged: somebody hears the events; without, the books that only make events for rules are left out.
        """
        self.jobs = JobBook(limit_ns)
        self.devices = DeviceBook(self.jobs.merge)
        self.jobs.join = self.devices.merge
        self.subscriptions = SubscriptionBook(self.jobs.is_half_seen)
        self.clients = ClientBook()
        self.connections = ConnectionBook()
        self.exchanges: list[Exchange] = []
        """Listed exchanges, when they are kept."""
        self.listed = 0
        self.wsd_seen = False
        self.incomplete = 0
        """Listed exchanges that lack bytes."""
        self.unrecorded = 0
        """Of these, those of which a client's own trace leaves something out."""
        self.encrypted: list[Connection] = []
        self.keys = Keys.NONE
        """Where keys for encrypted connections are; told by whoever reads the capture."""
        self.other_protocols: dict[str, None] = {}
        self.probes = ProbeBook()
        topics = (
            self.probes,
            AnswerClock(answer_limits),
            AnnouncementBook(),
            PlaceBook(),
            KindBook(),
            MessageIdBook(),
            EndpointBook(),
            RetryBook(),
            TicketBook(),
            PressBook(self.subscriptions),
            ConditionBook(),
            PrefixBook(),
            RestBook(self.jobs, self.connections),
            PrivacyBook(),
            UnreportedBook(self.subscriptions),
            RenamingBook(),
            StrangerBook(self.jobs),
            UnwantedBook(self.jobs),
            LeavingBook(),
        )
        self._audience = Audience(topics if judged else (TicketBook(),))  # tickets tell what a device can do
        self.now_ns = 0
        self._last_number = 0
        self._keep = keep_exchanges
        self._open: dict[int, Exchange] = {}
        self._ids = MessageIds()
        self._datagrams = DatagramBook()
        self._peers = PeerBook(self.devices, self.clients, self.connections, self.jobs)

    # -- time ---------------------------------------------------------------------------------

    def _is_due(self, now_ns: int) -> bool:
        """A timer lies before `now_ns`."""
        return self.jobs.due_ns < now_ns or self.subscriptions.due_ns < now_ns or self._audience.is_due(now_ns)

    def _reach(self, place: Stamp) -> None:
        """Come to a place before which no timer lies."""
        self.now_ns = max(self.now_ns, place.time_ns)
        self._last_number = max(self._last_number, place.number)

    def advance(self, now_ns: int) -> Iterator[Event]:
        """Move capture time to the latest frame seen."""
        if now_ns > self.now_ns:
            before, self.now_ns = self.now_ns, now_ns
            if self.jobs.due_ns < now_ns:
                yield from self._audience.told(self.jobs.advance(now_ns))
            if self.subscriptions.due_ns < now_ns:
                place = Stamp(self._last_number, before)
                yield from self._audience.told(self.subscriptions.advance(now_ns, place))
            if self._audience.is_due(now_ns):
                yield from self._audience.advance(now_ns)

    # -- facts --------------------------------------------------------------------------------

    def feed(self, fact: Fact) -> Iterator[Event]:
        """One fact, in capture order."""
        stamp = fact.stamp
        if stamp.time_ns > self.now_ns:
            yield from self.advance(stamp.time_ns)
        self._last_number = max(self._last_number, stamp.number)
        if isinstance(fact, WholeExchange):
            yield from self._whole(fact)
        elif not self._noted(fact):
            yield from self._audience.told(self._heard(fact))

    def _whole(self, whole: WholeExchange) -> Iterator[Event]:
        """An exchange with a connection of its own: what would follow from its facts one by one, as long as no timer
        lies among them."""
        http, connection = whole.exchange, whole.connection
        steps = whole.asked, whole.head, whole.ended, connection.closed, connection.last
        until_ns = max([stamp.time_ns for stamp in steps])
        if self._is_due(until_ns):
            yield from self._one_by_one(whole.facts())
            return
        self.connections.opened(connection)
        yield from self._audience.told(self._requested(http, whole.asked))
        if self._is_due(until_ns):
            self._reach(whole.asked)
            yield from self._one_by_one(whole.facts()[2:])
            return
        yield from self._audience.told(self._ended(http, whole.ended))
        if self._is_due(until_ns):
            self._reach(whole.asked)
            self._reach(whole.ended)
            yield from self._one_by_one(whole.facts()[4:])
            return
        self.connections.closed(connection.connection, connection.closer, connection.closed)
        self.now_ns = max(self.now_ns, until_ns)
        self._last_number = max(self._last_number, connection.last.number)

    def _one_by_one(self, facts: Iterable[Fact]) -> Iterator[Event]:
        for fact in facts:
            yield from self.feed(fact)

    def _noted(self, fact: Fact) -> bool:
        """Take a fact from which no event follows; False for any other."""
        if isinstance(fact, HttpEvent):
            if fact.kind is not HttpEventKind.RESPONSE_HEAD:
                return False
            known = self._open.get(id(fact.exchange))
            if known is not None:
                known.response_head = fact.stamp
        elif isinstance(fact, ConnectionOpened):
            self.connections.opened(fact)
        elif isinstance(fact, StreamEnded):
            self.connections.stream_ended(fact)
        elif isinstance(fact, AckAhead):
            self.connections.ahead(fact)
        else:
            return False
        return True

    def _heard(self, fact: Fact) -> Iterator[Event]:
        match fact:
            case HttpEvent():
                yield from self._http(fact)
            case Datagram():
                yield from self._datagram(fact)
            case Gap():
                self._gap(fact)
            case NotHttp():
                yield from self._not_http(fact)
            case NetAnomaly():
                yield from self._net_anomaly(fact)
            case ConnectionRefused() if fact.confirmed:
                yield ConnectionFailed(fact.stamp, fact.originator, fact.responder, fact.answered)

    def _http(self, event: HttpEvent) -> Iterator[Event]:
        http = event.exchange
        if event.kind is HttpEventKind.REQUEST:
            yield from self._requested(http, event.stamp)
        else:
            yield from self._ended(http, event.stamp)

    def _requested(self, http: HttpExchange, stamp: Stamp) -> Iterator[Event]:
        request = None if http.request is None else read_http(http.request, Role.REQUEST)
        exchange = open_exchange(http, request)
        self._open[id(http)] = exchange
        if request is None:
            return
        self._note_other(request)
        if request.is_soap or self._peers.is_server(http.server):
            self._list(exchange, request, stamp)
            yield MessageSeen(stamp, exchange, request)
            if request.message_id is not None:
                self._ids.remember(request.message_id, exchange)
            if exchange.copy_of is None:
                if exchange.operation in _BOOKED_WHEN_ASKED:
                    yield from self._asked(exchange, stamp)
            elif exchange.operation == "Subscribe":
                self.subscriptions.forwarded(exchange.copy_of, exchange)

    def _asked(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """The books hear of a request; of a forwarded one only once."""
        if exchange.operation in SCAN_EVENTS:
            yield from self.subscriptions.notified(exchange, stamp)
        if exchange.operation == "CreateScanJob":
            self.subscriptions.answered_by(exchange)
        elif exchange.operation == "Unsubscribe":
            self.subscriptions.leaving(exchange)
        if exchange.operation in JOB_OPERATIONS:
            yield from self.jobs.requested(exchange, stamp)

    def _answered(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """The books hear of an answer."""
        match exchange.operation:
            case "Get" if exchange.device is not None and exchange.response is not None:
                self.devices.described(exchange.device, exchange.response)
            case "Probe" | "Resolve" if exchange.response is not None:
                self.devices.announce(exchange.response)
            case "Subscribe":
                yield from self.subscriptions.granted(exchange, stamp)
            case "Renew":
                yield from self.subscriptions.renewed(exchange, stamp)
            case "Unsubscribe" | "SubscriptionEnd":
                yield from self.subscriptions.unsubscribed(exchange, stamp)
        if exchange.operation in JOB_OPERATIONS:
            exchange.images = images_of(exchange)
            yield from self.jobs.answered(exchange, stamp)
            if exchange.operation == "CreateScanJob":
                self.subscriptions.joined(self.subscriptions.answered_by(exchange), exchange.job)
            for image in exchange.images:
                image.job = exchange.job
                yield ImageDelivered(stamp, image, exchange, exchange.job)

    def _ended(self, http: HttpExchange, stamp: Stamp) -> Iterator[Event]:
        exchange = self._open.pop(id(http), None) or open_exchange(http, None)
        response = None if http.response is None else read_http(http.response, Role.RESPONSE)
        connection = None if exchange.connection is None else self.connections.get(exchange.connection)
        if response is not None and connection is not None:
            asked = asked_by(exchange, response, connection, self._open)
            self.connections.answered(connection)
            if asked is not exchange:
                if exchange.request is not None:
                    exchange.abandoned = Abandoned.GAP
                    yield from self._finish(exchange, None, connection, stamp)
                exchange = asked or open_exchange(http, None)
        exchange.abandoned = http.abandoned
        exchange.client_said = http.client_said
        exchange.response_head = http.response_head
        yield from self._finish(exchange, response, connection, stamp)

    def _finish(
        self, exchange: Exchange, response: Message | None, connection: Connection | None, stamp: Stamp
    ) -> Iterator[Event]:
        """The exchange is over, with this answer."""
        exchange.response = response
        if not exchange.listed:
            if response is None or not response.is_soap:
                return
            self._list(exchange, response, stamp)
            if exchange.request is not None:
                yield MessageSeen(stamp, exchange, exchange.request)
        exchange.operation = exchange.operation or _operation_of_answer(response)
        if response is not None and not exchange.is_wsd and speaks_wsd(response):
            self._is_wsd(exchange, stamp)
        if lacks_bytes(exchange):
            self.incomplete += 1
            asked = exchange.request
            self.unrecorded += asked is not None and asked.http is not None and not asked.http.exact
            self.jobs.blind(exchange.device)
        elif exchange.request is None:
            self.jobs.blind(exchange.device)
        if exchange.abandoned is Abandoned.ONE_SIDED and connection is not None:
            connection.one_sided = True
            self.jobs.blind(exchange.device)
        exchange.ended = True
        for anomaly in (*bounds_met(exchange.request), *bounds_met(response)):
            yield LimitReached(stamp, anomaly, connection)
        if response is not None:
            yield MessageSeen(stamp, exchange, response)
        if exchange.copy_of is None:
            if exchange.operation in _BOOKED_WHEN_ANSWERED:
                yield from self._answered(exchange, stamp)
        else:
            exchange.job = exchange.copy_of.job
        exchange.cancel_seen = was_canceled(exchange)
        yield ExchangeEnded(stamp, exchange, connection)

    # -- listing and identity -----------------------------------------------------------------

    def _list(self, exchange: Exchange, message: Message, stamp: Stamp) -> None:
        exchange.listed = True
        self.listed += 1
        exchange.id = self.listed
        if self._keep:
            self.exchanges.append(exchange)
        exchange.operation = exchange.operation or message.operation
        if speaks_wsd(message) or self._peers.is_server(exchange.server_endpoint):
            self._is_wsd(exchange, stamp)
        original = self._ids.get(exchange.request.message_id) if exchange.request else None
        if original is not None and original is not exchange:
            if is_copy(original, exchange):
                exchange.copy_of = original
                original.copied_by = exchange
                if original.device is not None and exchange.device is not None:
                    self.devices.merge(original.device, exchange.device)
            elif original.connection != exchange.connection or original.ended:
                exchange.resend_of = original

    def _is_wsd(self, exchange: Exchange, stamp: Stamp) -> None:
        exchange.is_wsd = self.wsd_seen = True
        known = None if exchange.connection is None else self.connections.get(exchange.connection)
        if known is not None:
            known.carries_wsd = True
            known.server = exchange.server_endpoint
        self._peers.identify(exchange, stamp)

    # -- UDP ----------------------------------------------------------------------------------

    def _datagram(self, datagram: Datagram) -> Iterator[Event]:
        self.probes.received(datagram)
        message = read_datagram(datagram)
        if message is None:
            return
        exchange, repeat = self._datagrams.place(message)
        if repeat:
            yield MessageRepeated(datagram.stamp, exchange, message)
            return
        if not exchange.listed:
            exchange.listed = exchange.ended = True
            self.listed += 1
            exchange.id = self.listed
            if self._keep:
                self.exchanges.append(exchange)
        if speaks_wsd(message) or speaks_discovery(datagram):
            exchange.is_wsd = self.wsd_seen = True
            self._peers.place(exchange, message)
        for anomaly in bounds_met(message):
            yield LimitReached(datagram.stamp, anomaly, None)
        yield MessageSeen(datagram.stamp, exchange, message)

    # -- transport ----------------------------------------------------------------------------

    def _gap(self, gap: Gap) -> None:
        connection = self.connections.gap(gap)
        if connection is None:
            return
        if gap.reason is GapReason.SNAPPED:
            self.connections.snapped(gap.connection, gap.stamp)
        for end in (connection.originator, connection.responder):
            self.jobs.blind(self.devices.at(end))

    def _not_http(self, event: NotHttp) -> Iterator[Event]:
        connection = self.connections.get(event.connection)
        if connection is not None and event.kind is NotHttpKind.TLS:
            connection.encrypted = True
            self.encrypted.append(connection)
            yield ConnectionEncrypted(event.stamp, connection)

    def _net_anomaly(self, fact: NetAnomaly) -> Iterator[Event]:
        connection = None if fact.connection is None else self.connections.get(fact.connection)
        kind = fact.anomaly.kind
        if kind == NetAnomalyKind.FRAME_SNAPPED and fact.connection is not None:
            self.connections.snapped(fact.connection, fact.stamp)
        elif kind == NetAnomalyKind.TIME_BACKWARDS:
            yield TimeWentBack(fact.stamp, fact.anomaly)
        elif kind == NetAnomalyKind.LIMIT_REACHED:
            yield LimitReached(fact.stamp, fact.anomaly, connection)
        elif kind == HttpAnomaly.EXCESS_BYTES and connection is not None:
            yield StrayBytes(fact.stamp, fact.anomaly, connection)

    def _note_other(self, request: Message) -> None:
        http = request.http
        if http is None or request.is_soap:
            return
        target = getattr(http.start, "target", "").lower()
        if "/escl" in target:
            self.other_protocols.setdefault("eSCL")
        elif http.content.media_type == "application/ipp":
            self.other_protocols.setdefault("IPP")

    # -- the end ------------------------------------------------------------------------------

    def close(self, end: Stamp) -> Iterator[Event]:
        """The capture has ended. HTTP exchanges that were open have been fed as ended."""
        yield from self._audience.told(self.jobs.close(end))
        yield from self._audience.close(end)
        servers = self._peers.endpoints
        for connection in self.connections.remaining():
            here = connection.responder in servers or connection.originator in servers
            if connection.carries_wsd or (here and not connection.encrypted):
                yield ConnectionSettled(end, connection)
        yield CaptureEnded(
            end,
            wsd_seen=self.wsd_seen,
            encrypted=tuple(self.encrypted),
            keys=self.keys,
            wsd_endpoints=frozenset((e.address, e.port) for e in servers | self.devices.announced),
        )


def _operation_of_answer(response: Message | None) -> str | None:
    return None if response is None else response.operation
