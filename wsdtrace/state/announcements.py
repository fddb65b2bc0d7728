"""What target services say of themselves over time: the order of their messages, other hosts that claim their name,
their Bye.

Theory of operation: the order of an endpoint's messages is kept for each address that they come from, since what a
relay or a second interface sends comes in an order of its own. Messages wait up to APP_MAX_DELAY before they are sent,
so a number is behind only when a higher one is older than that. Two hosts claim one endpoint when different addresses
of one address family announce it with XAddrs that have nothing in common; whether that is a host with two interfaces
can only sometimes be told.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import TypeVar

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Endpoint, Stamp
from wsdtrace.soap import AppSequence
from wsdtrace.state.addresses import url_endpoint
from wsdtrace.state.discovery import ANNOUNCED, TargetService, target_services
from wsdtrace.state.events import Event, ExchangeEnded, MessageRepeated, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Exchange, Toward, Transport
from wsdtrace.state.observations import AnnouncementSeen, Order, Rival, SpokeAfterBye

APP_MAX_DELAY_NS = 5 * 10**9
"""Longest that a match or Hello waits before it is sent (DPWS 2006/02 appendix I, which supersedes the 500 ms of
WS-Discovery)."""
ALIVE_TOGETHER_NS = 10 * 10**9
"""Two hosts that announce within this time are both there: a host that changes its address needs longer for a new
lease and its conflict detection (RFC 2131 §4.4.1 lets it wait up to 10 s before it asks for one; RFC 5227 §2.1.1 adds
some seconds)."""

MAX_ENDPOINTS = 10_000
"""Endpoints remembered: a /19 network in which every address is a device."""
MAX_SENDERS = 64
"""Addresses remembered for an endpoint; a host has a handful."""
MAX_SEQUENCES = 16
"""Sequences remembered for a sender; one is usual, and wsdd begins a new one with each message."""
MAX_PENDING = 1_000
"""Numbers within APP_MAX_DELAY: 200 messages a second from one service."""

K = TypeVar("K", str, Endpoint)

ANNOUNCEMENTS = frozenset({"Hello", "Bye", "ProbeMatches", "ResolveMatches"})
COMPUTER = "Computer"
"""Local name of the type by which computers are known (Windows, wsdd): they often have two interfaces in a network."""


class Rising:
    """The highest of numbers that may overtake each other within APP_MAX_DELAY."""

    __slots__ = ("_pending", "settled")

    def __init__(self) -> None:
        self.settled: int | None = None
        self._pending: deque[tuple[int, int]] = deque()

    def note(self, value: int | None, time_ns: int) -> Order:
        """Compare a number with those before it, and remember it."""
        pending = self._pending
        while pending and pending[0][0] < time_ns - APP_MAX_DELAY_NS:
            self.settled = pending.popleft()[1]
        order = Order(value, self.settled)
        if value is None:
            return order
        highest = pending[-1][1] if pending else self.settled
        # What is no new maximum settles nothing: the older maximum settles before it.
        if (highest is None or value > highest) and len(pending) < MAX_PENDING:
            pending.append((time_ns, value))
        return order


@dataclass(slots=True)
class _Line:
    """The order of an endpoint's messages from one address."""

    instance: Rising = field(default_factory=Rising)
    version: Rising = field(default_factory=Rising)
    numbers: OrderedDict[tuple[int | None, str | None], Rising] = field(default_factory=OrderedDict)

    def number(self, sequence: AppSequence) -> Rising:
        key = (sequence.instance_id, sequence.sequence_id)
        found = self.numbers.setdefault(key, Rising())
        self.numbers.move_to_end(key)
        if len(self.numbers) > MAX_SEQUENCES:
            self.numbers.popitem(last=False)
        return found


@dataclass(slots=True)
class _Voice:
    """The latest announcement from one address."""

    exchange: Exchange
    message_id: str | None
    xaddrs: tuple[str, ...]
    first: Stamp
    last: Stamp


@dataclass(slots=True)
class _Known:
    """One endpoint."""

    lines: OrderedDict[str, _Line] = field(default_factory=OrderedDict)
    voices: OrderedDict[str, _Voice] = field(default_factory=OrderedDict)
    byes: OrderedDict[str, tuple[Exchange, Stamp]] = field(default_factory=OrderedDict)
    sockets: set[Endpoint] = field(default_factory=set)
    is_computer: bool = False

    def line(self, address: str) -> _Line:
        found = self.lines.setdefault(address, _Line())
        self.lines.move_to_end(address)
        for memory in (self.lines, self.voices, self.byes):
            if len(memory) > MAX_SENDERS:
                memory.popitem(last=False)
        return found


class AnnouncementBook(Listener):
    """All target services of a capture."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._said_bye: dict[str, set[str]] = {}
        self._at_socket: dict[Endpoint, set[str]] = {}

    def ears(self) -> Iterable[Ear]:
        return (
            Ear(MessageSeen, self._seen, of=ANNOUNCED),
            Ear(MessageRepeated, self._repeated),
            Ear(ExchangeEnded, self._ended),
        )

    def _seen(self, event: MessageSeen) -> Iterator[Event]:
        message = event.message
        if message.body_local in ANNOUNCEMENTS and event.exchange.copy_of is None:
            for service in target_services(message):
                yield from self._announced(event.exchange, message, service, event.stamp)

    def _repeated(self, event: MessageRepeated) -> Iterator[Event]:
        """A repeat is no news, unless another host sends it with other addresses in it."""
        exchange, message = event.exchange, event.message
        if message.body_local not in ANNOUNCEMENTS or message.sender.address == exchange.client_endpoint.address:
            return
        for service in target_services(message):
            known = self._known.get(service.endpoint)
            rival = None if known is None else self._hear(known, exchange, message, service)
            if rival is not None:
                silent = Order(None, None)
                yield AnnouncementSeen(event.stamp, exchange, message, service, silent, silent, silent, rival)

    def _announced(self, exchange: Exchange, message: Message, service: TargetService, stamp: Stamp) -> Iterator[Event]:
        known = self._of(service.endpoint)
        address, time_ns = message.sender.address, message.first.time_ns
        line = known.line(address)
        sequence = message.envelope.headers.app_sequence if message.envelope is not None else None
        sequence = sequence or AppSequence()
        instance = line.instance.note(sequence.instance_id, time_ns)
        number = line.number(sequence).note(sequence.message_number, time_ns)
        version = line.version.note(service.metadata_version, time_ns)
        known.is_computer |= COMPUTER in service.types
        for socket in map(url_endpoint, service.xaddrs):
            if socket is not None and len(known.sockets) < MAX_SENDERS:
                known.sockets.add(socket)
                self._at_socket.setdefault(socket, set()).add(service.endpoint)
        rival = None
        if message.body_local != "Bye":
            yield from self._after_bye(known, exchange, message, service.endpoint, stamp)
            rival = self._hear(known, exchange, message, service)
        self._note_bye(known, exchange, message, service.endpoint)
        yield AnnouncementSeen(stamp, exchange, message, service, instance, number, version, rival)

    def _of(self, endpoint: str) -> _Known:
        known = self._known.setdefault(endpoint, _Known())
        self._known.move_to_end(endpoint)
        if len(self._known) > MAX_ENDPOINTS:
            gone, was = self._known.popitem(last=False)
            for address in was.byes:
                _discard(self._said_bye, address, gone)
            for socket in was.sockets:
                _discard(self._at_socket, socket, gone)
        return known

    # -- other hosts --------------------------------------------------------------------------

    def _hear(self, known: _Known, exchange: Exchange, message: Message, service: TargetService) -> Rival | None:
        """Remember who announced, and find another host that did."""
        address = message.sender.address
        if not service.xaddrs:
            return None
        own = known.voices.get(address)
        first = message.first if own is None else own.first
        rival = self._rival(known, message, service, first)
        known.voices[address] = _Voice(exchange, message.message_id, service.xaddrs, first, message.first)
        known.voices.move_to_end(address)
        return rival

    @staticmethod
    def _rival(known: _Known, message: Message, service: TargetService, first: Stamp) -> Rival | None:
        address = message.sender.address
        found: Rival | None = None
        for other, voice in known.voices.items():
            if other == address or other in known.byes or not comparable(other, address):
                continue
            if set(voice.xaddrs) & set(service.xaddrs):
                continue
            # A relay passes a message on with its MessageID, and only the addresses in it are others.
            relayed = message.message_id is not None and voice.message_id == message.message_id
            together = message.first.time_ns - voice.last.time_ns <= ALIVE_TOGETHER_NS or first < voice.last
            certain = relayed or (together and same_network(other, address) and not known.is_computer)
            if found is None or (certain and not found.is_certain):
                found = Rival(voice.exchange, other, voice.xaddrs, certain)
        return found

    # -- Bye ----------------------------------------------------------------------------------

    def _note_bye(self, known: _Known, exchange: Exchange, message: Message, endpoint: str) -> None:
        address = message.sender.address
        if message.body_local == "Bye":
            known.byes[address] = (exchange, message.first)
            known.voices.pop(address, None)
            self._said_bye.setdefault(address, set()).add(endpoint)
        elif message.body_local == "Hello":
            for gone in known.byes:
                _discard(self._said_bye, gone, endpoint)
            known.byes.clear()

    def _after_bye(
        self, known: _Known, exchange: Exchange, message: Message, endpoint: str, stamp: Stamp
    ) -> Iterator[Event]:
        """A match to a request that came after the Bye. One that had been under way may finish."""
        bye = known.byes.get(message.sender.address)
        request = exchange.request
        if bye is None or message.body_local == "Hello" or request is None or request is message:
            return
        if request.first > bye[1]:
            since_ns = message.first.time_ns - bye[1].time_ns
            yield SpokeAfterBye(stamp, exchange, message, endpoint, bye[0], since_ns)

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        return self._spoke(event) if self._said_bye else ()

    def _spoke(self, event: ExchangeEnded) -> Iterator[Event]:
        """An answer or a notification over HTTP after the Bye."""
        exchange = event.exchange
        if exchange.transport is not Transport.HTTP or exchange.copied_by is not None:
            return
        sent = exchange.response if exchange.toward is Toward.DEVICE else exchange.request
        request, device = exchange.request, exchange.device
        if sent is None or request is None or device is None or not exchange.is_wsd:
            return
        for endpoint in self._said_bye.get(sent.sender.address, ()):
            known = self._known[endpoint]
            bye = known.byes.get(sent.sender.address)
            if bye is None or device.root.endpoint != endpoint or not request.first > bye[1]:
                continue
            if sent.role is Role.RESPONSE and self._shared(endpoint, exchange.server_endpoint):
                continue
            yield SpokeAfterBye(event.stamp, exchange, sent, endpoint, bye[0], sent.first.time_ns - bye[1].time_ns)

    def _shared(self, endpoint: str, socket: Endpoint) -> bool:
        """Another endpoint that has not said Bye is announced at the same socket: the answer may be its."""
        return any(not self._known[name].byes for name in self._at_socket.get(socket, ()) if name != endpoint)


def _discard(memory: dict[K, set[str]], key: K, name: str) -> None:
    names = memory.get(key, set())
    names.discard(name)
    if not names:
        memory.pop(key, None)


def comparable(a: str, b: str) -> bool:
    """Two addresses of which a host's interface has one: IPv4 ones, or link-local ones of IPv6 (others it has several
    of)."""
    return plane(a) is not None and plane(a) == plane(b)


def plane(address: str) -> str | None:
    """The kind of address that is compared; None for those that a host may have several of."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return None
    if read.version == 4:  # IPv4
        return "4"
    return "6 link-local" if read.is_link_local else None


def same_network(a: str, b: str) -> bool:
    """Probably of one network: the usual /24 of IPv4, the link of link-local IPv6."""
    if ":" in a or ":" in b:
        return comparable(a, b)
    return a.rpartition(".")[0] == b.rpartition(".")[0]
