"""The filter words: what each field is, and its values for an exchange.

A field has any number of values: an exchange without a fault has none for `wsd.fault`, a device several for
`wsd.device`. What is no exchange is asked by the exchanges that belong to it, see `Subject`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum

from wsdtrace.check.finding import Finding
from wsdtrace.dataclass import dataclass
from wsdtrace.report.trace import Trace
from wsdtrace.state.message import Message
from wsdtrace.state.model import Client, Device, DeviceEvent, Exchange, Image, Job, Refusal, Subscription

Values = tuple[str | float | None, ...]
"""Values of a field; None counts as absent."""


class Holds(Enum):
    """What a field's values are."""

    TEXTS = "text"
    NUMBERS = "number"
    BOTH = "number or text"


class Subject:
    """One thing to ask: an exchange, and what is known more exactly than by it.

    Args:
        exchange: the exchange; None where a finding or a device has none.
        own: values of single fields that go before those of the exchange.
    """

    __slots__ = ("exchange", "own")

    def __init__(self, exchange: Exchange | None, own: Mapping[str, Values] | None = None) -> None:
        self.exchange = exchange
        self.own = own


class Index:
    """Look-ups over one trace."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self.findings: dict[int, list[Finding]] = defaultdict(list)
        """By the identity of an exchange."""
        for finding in trace.findings:
            for exchange in finding.exchanges:
                self.findings[id(exchange)].append(finding)
        self._by_peer: dict[int, list[Exchange]] | None = None

    def of_peer(self, peer: Device | Client) -> list[Exchange]:
        """The exchanges of a device or a client."""
        if self._by_peer is None:
            self._by_peer = defaultdict(list)
            for exchange in self._trace.exchanges:
                for one in (exchange.device, exchange.client):
                    if one is not None:
                        self._by_peer[id(one)].append(exchange)
        return self._by_peer.get(id(peer), [])


def _asked(exchanges: Sequence[Exchange], own: Mapping[str, Values]) -> Iterator[Subject]:
    """By each exchange, or by what is its own alone."""
    if not exchanges:
        yield Subject(None, own)
    for exchange in exchanges:
        yield Subject(exchange, own)


def subjects(index: Index, thing: object) -> Iterator[Subject]:
    """What is asked for an object: a filter means it if it means one of these."""
    match thing:
        case Exchange():
            yield Subject(thing)
        case Finding():
            own: dict[str, Values] = {"wsd.finding": (thing.code, thing.name)}
            if thing.job is not None:
                own["wsd.job"] = (thing.job.job_id,)
            yield from _asked(thing.exchanges, own)
        case Job():
            own = {"wsd.job": (thing.job_id,)}
            yield from _asked(thing.exchanges, own)
        case Image():
            own = {"wsd.page": (thing.page,), "wsd.bytes": (thing.probe.length,)}
            yield Subject(thing.exchange, own)
        case Device():
            own = {"wsd.device": _device(thing)}
            yield from _asked(index.of_peer(thing), own)
        case Client():
            own = {"wsd.client": _client(thing)}
            yield from _asked(index.of_peer(thing), own)
        case Subscription():
            yield from (Subject(exchange) for exchange in (thing.creation, *thing.events))
        case DeviceEvent() | Refusal():
            yield Subject(thing.exchange)
        case _:
            message, exchange = getattr(thing, "message", None), getattr(thing, "exchange", None)
            if not isinstance(message, Message) or not isinstance(exchange, Exchange):
                raise TypeError(f"nothing to filter: {type(thing).__name__}")
            yield Subject(exchange, {
                "wsd.action": (message.action,), "wsd.mid": (message.message_id,), "wsd.relates": (message.relates_to,),
                "wsd.bytes": (message.content_bytes,),
            })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One filter word."""

    name: str
    holds: Holds
    meaning: str
    read: Callable[[Index, Exchange], Values]
    unit: str = ""

    @property
    def unit_words(self) -> str:
        return f" of {self.unit}" if self.unit else ""

    def raw(self, index: Index, subject: Subject) -> Values:
        """Its values, among them None."""
        exchange, own = subject.exchange, subject.own
        if own is not None and self.name in own:
            return own[self.name]
        return self.read(index, exchange) if exchange is not None else ()

    def values(self, index: Index, subject: Subject) -> list[str | float]:
        """Its values; empty where it is absent."""
        return [value for value in self.raw(index, subject) if value is not None]


def _messages(exchange: Exchange) -> list[Message]:
    answers: Sequence[Message | None] = exchange.answers or [exchange.response]
    return [message for message in (exchange.request, *answers) if message is not None]


def _device(device: Device | None) -> Values:
    if device is None:
        return ()
    names = (device.model, device.manufacturer, device.name, device.endpoint)
    return (device.id, *names, *device.addresses, *map(str, device.sockets))


def _client(client: Client | None) -> Values:
    return () if client is None else (client.id, client.user_agent, *client.addresses)


def _findings(index: Index, exchange: Exchange) -> Values:
    return tuple(word for finding in index.findings.get(id(exchange), ()) for word in (finding.code, finding.name))


def _latency(_: Index, exchange: Exchange) -> Values:
    latency = exchange.latency_ns
    return () if latency is None else (latency / 1e9,)


def _fault(_: Index, exchange: Exchange) -> Values:
    fault = exchange.fault
    return () if fault is None else (fault.subcode, fault.code)


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("wsd.op", Holds.TEXTS, "operation: `CreateScanJob`, `RetrieveImage` …", lambda _, x: (x.operation,)),
        Field(
            "wsd.action",
            Holds.TEXTS,
            "WS-Addressing Action of its messages",
            lambda _, x: tuple(m.action for m in _messages(x)),
        ),
        Field(
            "wsd.mid", Holds.TEXTS, "MessageID of its messages", lambda _, x: tuple(m.message_id for m in _messages(x))
        ),
        Field(
            "wsd.relates",
            Holds.TEXTS,
            "RelatesTo of its messages",
            lambda _, x: tuple(m.relates_to for m in _messages(x)),
        ),
        Field("wsd.job", Holds.NUMBERS, "JobId", lambda _, x: () if x.job is None else (x.job.job_id,)),
        Field("wsd.fault", Holds.TEXTS, "subcode and code of a fault, local names", _fault),
        Field(
            "wsd.status",
            Holds.NUMBERS,
            "HTTP status of the response",
            lambda _, x: () if x.response is None else (x.response.status,),
        ),
        Field("wsd.time", Holds.NUMBERS, "last byte of the request to last byte of the response", _latency, "seconds"),
        Field(
            "wsd.bytes",
            Holds.NUMBERS,
            "length of the contents of request and response; of an image, its length",
            lambda _, x: (sum(m.content_bytes for m in (x.request, x.response) if m is not None),),
            "bytes",
        ),
        Field(
            "wsd.device",
            Holds.BOTH,
            "id, model, manufacturer, name, endpoint address, IP addresses of the device",
            lambda _, x: _device(x.device),
        ),
        Field("wsd.client", Holds.BOTH, "id, User-Agent, IP addresses of the client", lambda _, x: _client(x.client)),
        Field("wsd.finding", Holds.TEXTS, "codes and names of findings about it", _findings),
        Field("wsd.page", Holds.NUMBERS, "page within its job, 1-based", lambda _, x: tuple(i.page for i in x.images)),
    )
}
"""By name, in the order of the documentation."""
