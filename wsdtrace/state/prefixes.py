"""Requests that differ in nothing but their namespace prefixes, and that a device answers differently.

Theory of operation: prefixes mean nothing in XML, but some devices look for `soap:Envelope` as text. Of each device,
operation, set of prefixes and verdict the latest few requests are kept as they came. Where a request is refused that
has other prefixes than one that was accepted, or the reverse, their bodies are compared: as names, attributes and
texts without prefixes. That is rare, so nothing is computed as long as all clients write alike or all are accepted.
Refusals that tell the device's state (busy, no paper, no such job) are none. A Probe is refused by who does not answer
it while it answers an equal one from the same prober a moment later.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import field

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.records import BROKEN_OFF, Stamp
from wsdtrace.soap import Envelope, read_envelope
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.likeness import Likeness
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Exchange, Toward, Transport
from wsdtrace.state.observations import PrefixesMatter
from wsdtrace.state.probes import MATCH_WINDOW_NS

PROBE_WINDOW_NS = 60 * 10**9
"""Two Probes within this time found the device in the same mind."""

MAX_ASKED = 250
"""Operations of devices remembered: with all bounds below at most 32 MB."""
MAX_REQUEST = 8 * 1024
"""Octets of a request that is remembered: twice the longest seen (a ticket from Windows)."""
MAX_ALIKE = 4
"""Requests kept of one device, operation, set of prefixes and verdict: clients ask for two or three things."""
MAX_KEYS = 4
"""Sets of prefixes and verdicts kept of one device and operation: two of each."""
MAX_SETTLED = MAX_KEYS * MAX_ALIKE
"""Pairs of likenesses remembered, with which nothing is to be done; when full they go together."""
MAX_COMPARED = 16
"""Comparisons for one device and operation: whatever was not found by then depends on something else."""
MAX_OPENINGS = 1_024
"""Beginnings of messages whose prefixes are remembered; each client has one for each operation. When full they go
together."""
MAX_PROBERS = 10_000
"""Probers remembered, and Probes of all of them."""
MAX_PROBES = 64
"""Probes of one prober that are compared."""

ABOUT_STATE = frozenset({
    "ServerErrorNotAcceptingJobs", "ServerErrorTemporaryError", "ServerErrorInternalError", "UnableToRenew",
    "ClientErrorNoImagesAvailable", "ClientErrorJobIdNotFound", "ClientErrorJobCancelled", "ClientErrorJobCanceled",
    "ClientErrorInvalidJobToken", "ClientErrorInvalidScanIdentifier", "ClientErrorInvalidDestinationToken",
})  # fmt: skip
"""Subcodes that say in which state the device or a job is, and nothing about the words of the request."""

Prefixes = tuple[str, str, str]
"""Of the Envelope, of the first header block, of the body element; empty for the default namespace."""
_NAME = rb"([A-Za-z_][\w.-]*)(?=:)"
_PREFIXES = (
    rb"(?s)<(?:" + _NAME + rb":)?Envelope[\s>][^<]*"
    rb"(?:<(?:[\w.-]+:)?Header(?:\s[^<>]*)?>\s*<(?:" + _NAME + rb":)?.*?)?"
    rb"<(?:[\w.-]+:)?Body(?:\s[^<>]*)?>\s*<(?:" + _NAME + rb":)?"
)
"""The start tags of Envelope, the first header block and the body element, as an encoder writes them. Few captures need
it, so it is compiled only then."""
_PREFIXED = re.compile(r"(?:^|(?<=\s))[A-Za-z_][\w.-]*:(?=[A-Za-z_])")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A request as it came."""

    exchange: Exchange
    xml: bytes


Alike = dict[int, _Kept]
"""By length: requests for the same have the same length, since their MessageIDs do."""
Key = tuple[Prefixes, bool]
"""Its prefixes, and whether it was refused."""


@dataclass(slots=True)
class _Asked:
    """The requests of one device and operation."""

    kept: dict[Key, Alike] = field(default_factory=dict)
    compared: int = 0
    settled: set[tuple[Likeness, Likeness]] = field(default_factory=set)
    """Of requests with which nothing was to be done, and of their answers: nothing is with those that are alike, as
    long as no other request is kept."""


@dataclass(slots=True)
class _Probe:
    """A Probe and who answered it."""

    exchange: Exchange
    prefixes: Prefixes
    body: str
    last_ns: int
    answered_by: set[str] = field(default_factory=set)


class PrefixBook(Listener):
    """Requests and their spellings."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[int, str], _Asked] = OrderedDict()
        self._probes: OrderedDict[str, deque[_Probe]] = OrderedDict()
        self._by_exchange: OrderedDict[int, _Probe] = OrderedDict()
        self._remembered: dict[tuple[bytes, str], Prefixes] = {}

    def ears(self) -> Iterable[Ear]:
        return (
            Ear(ExchangeEnded, self._ended),
            Ear(MessageSeen, self._seen, operations=frozenset({"Probe"})),
        )

    # -- over HTTP ----------------------------------------------------------------------------

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        exchange, request = event.exchange, event.exchange.request
        if (
            exchange.toward is not Toward.DEVICE or exchange.copied_by is not None or not exchange.is_wsd
            or exchange.device is None or exchange.operation is None or request is None
        ):  # fmt: skip
            return ()
        key = exchange.device.root.id, exchange.operation
        asked, likeness = self._asked.get(key), request.likeness
        answered = None if exchange.response is None else exchange.response.likeness
        if asked is not None and likeness is not None and (likeness, answered) in asked.settled:
            self._asked.move_to_end(key)
            return ()
        refused, prefixes = was_refused(exchange), self._prefixes(request, exchange.operation)
        if refused is None or prefixes is None or request.xml is None:
            return ()
        asked = self._of(key)
        mine = prefixes, refused
        others = [other for other in asked.kept if other[0] != prefixes and other[1] != refused]
        if others and asked.compared < MAX_COMPARED:
            said = tuple(self._compare(asked, exchange, mine, others, event.stamp))
            _keep(asked, mine, exchange, request.xml)
            return said
        if not _keep(asked, mine, exchange, request.xml) and likeness is not None and answered is not None:
            if len(asked.settled) >= MAX_SETTLED:
                asked.settled.clear()
            asked.settled.add((likeness, answered))
        return ()

    def _prefixes(self, request: Message, operation: str) -> Prefixes | None:
        """Whoever begins a message in the same words goes on with the same prefixes."""
        xml = request.xml
        if xml is None:
            return None
        key = (xml[: xml.find(b">", xml.find(b"Envelope")) + 1], operation)
        known = self._remembered.get(key)
        if known is None:
            known = prefixes_of(request)
            if len(self._remembered) >= MAX_OPENINGS:
                self._remembered.clear()
            if known is not None:
                self._remembered[key] = known
        return known

    @staticmethod
    def _compare(asked: _Asked, exchange: Exchange, mine: Key, others: list[Key], stamp: Stamp) -> Iterator[Event]:
        request = exchange.request
        assert request is not None
        body = digest_of(request.envelope)
        asked.compared += 1
        prefixes, refused = mine
        if _has(asked, (prefixes, not refused), body):
            return  # answered both ways with the same prefixes: it does not depend on them
        for key in others:
            found = next((one for one in asked.kept[key].values() if digest_of(read_envelope(one.xml)) == body), None)
            if found is not None and not _has(asked, (key[0], refused), body):
                bad, good = ((exchange, prefixes), (found.exchange, key[0]))
                if not refused:
                    bad, good = good, bad
                asked.compared = MAX_COMPARED
                yield PrefixesMatter(stamp, bad[0], good[0], bad[1], good[1])
                return

    def _of(self, key: tuple[int, str]) -> _Asked:
        asked = self._asked.get(key)
        if asked is not None:
            self._asked.move_to_end(key)
            return asked
        asked = self._asked[key] = _Asked()
        if len(self._asked) > MAX_ASKED:
            self._asked.popitem(last=False)
        return asked

    # -- over UDP -----------------------------------------------------------------------------

    def _seen(self, event: MessageSeen) -> Iterator[Event]:
        exchange, message = event.exchange, event.message
        if exchange.transport is not Transport.UDP or exchange.operation != "Probe":
            return
        if message.role is Role.REQUEST:
            self._probed(exchange, message)
            return
        probe = self._by_exchange.get(id(exchange))
        if probe is None or message.fault is not None or message.sender.address in probe.answered_by:
            return
        probe.answered_by.add(message.sender.address)
        yield from self._unanswered(probe, message, event.stamp)

    def _probed(self, exchange: Exchange, message: Message) -> None:
        prefixes = prefixes_of(message)
        if prefixes is None:
            return
        probe = _Probe(exchange, prefixes, digest_of(message.envelope), message.first.time_ns)
        here = self._probes.setdefault(message.sender.address, deque(maxlen=MAX_PROBES))
        here.append(probe)
        self._probes.move_to_end(message.sender.address)
        self._by_exchange[id(exchange)] = probe
        for memory in (self._probes, self._by_exchange):
            if len(memory) > MAX_PROBERS:
                memory.popitem(last=False)

    def _unanswered(self, probe: _Probe, answer: Message, stamp: Stamp) -> Iterator[Event]:
        """Equal Probes of the prober with other prefixes, whose time is over and which this device did not answer."""
        now_ns = answer.first.time_ns
        here = self._probes.get(probe.exchange.client_endpoint.address, ())
        # Whoever answered one with those prefixes has nothing against them.
        fine = {p.prefixes for p in here if answer.sender.address in p.answered_by}
        for other in here:
            age_ns = now_ns - (other.exchange.repeats[-1].time_ns if other.exchange.repeats else other.last_ns)
            same = other.body == probe.body and other.prefixes not in fine
            if same and MATCH_WINDOW_NS < age_ns <= PROBE_WINDOW_NS:
                yield PrefixesMatter(stamp, other.exchange, probe.exchange, other.prefixes, probe.prefixes)


def was_refused(exchange: Exchange) -> bool | None:
    """Whether the device refused the request for its words; None where it says nothing about them."""
    response = exchange.response
    if response is None:
        return True if exchange.abandoned in BROKEN_OFF else None
    if response.fault is not None:
        return None if response.fault.subcode in ABOUT_STATE else True
    if (response.status or 0) >= 400:
        return True
    return False if exchange.succeeded else None


def prefixes_of(message: Message) -> Prefixes | None:
    """The prefixes that a message uses, from its text; None where it has no envelope, is not well-formed or long."""
    if message.xml is None or not message.well_formed or len(message.xml) > MAX_REQUEST:
        return None
    found = re.search(_PREFIXES, message.xml)
    if found is None:
        return None
    envelope, block, body = (part.decode() if part else "" for part in found.groups())
    return envelope, block, body


def _keep(asked: _Asked, key: Key, exchange: Exchange, xml: bytes) -> bool:
    """Keep a request, unless one for the same is kept, or as many as may be; whether it is new."""
    alike = asked.kept.get(key)
    if alike is None:
        if len(asked.kept) == MAX_KEYS:
            return False
        alike = asked.kept[key] = {}
    if len(xml) in alike:
        return False
    alike[len(xml)] = _Kept(exchange, xml)
    if len(alike) > MAX_ALIKE:
        del alike[next(iter(alike))]
    asked.settled.clear()
    return True


def _has(asked: _Asked, key: Key, body: str) -> bool:
    """A request with this body was answered so."""
    return any(digest_of(read_envelope(one.xml)) == body for one in asked.kept.get(key, {}).values())


def digest_of(envelope: Envelope | None) -> str:
    """Equal for bodies with the same names, attributes and texts, whatever their prefixes and white space."""
    body = None if envelope is None else envelope.body_child
    import hashlib  # noqa: PLC0415  # takes 4 ms, and few captures have anything to compare

    words = hashlib.sha256()
    for element in () if body is None else body.iter(etree.Element):
        words.update(str(element.tag).encode())
        for name, value in sorted((str(k), str(v)) for k, v in element.attrib.items()):
            words.update(f" {name}={_PREFIXED.sub('', value)}".encode())
        words.update(f">{_PREFIXED.sub('', (element.text or '').strip())}<".encode())
    return words.hexdigest()
