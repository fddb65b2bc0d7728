"""An event that tells what of it was looked at, and lets nobody look at what events that are alike do not share.

What may be looked at stands in `SHARED`: the contract of `check.precedents`, written down a second time. A text or a
number of a message that is not shared is `Sealed`: that it is there is shared, what it says is not.
"""

from __future__ import annotations

from typing import NoReturn

from wsdtrace.records import Content, HttpMessage
from wsdtrace.soap import Envelope, QName
from wsdtrace.soap.addressing import MessageHeaders
from wsdtrace.soap.schema import Element
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.message import Message
from wsdtrace.state.model import Connection, Exchange
from wsdtrace.wsd import Decoded
from wsdtrace.wsd.scan import JobElementData, ScannerElementData

Seen = dict[str, object]
"""Path from the event → what somebody saw there."""


class LookedAtMore(AssertionError):
    """Somebody looked at what is not shared."""


SHARED: dict[type, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        MessageSeen: "exchange message",
        ExchangeEnded: "exchange connection",
        Exchange: "request response transport operation toward is_wsd abandoned fault succeeded",
        Connection: "",
        Message: "role content_bytes complete exact status is_soap labelled_soap well_formed operation action "
        "body_local fault http envelope decoded message_id relates_to xml",
        HttpMessage: "start content anomalies trailers exact complete status ended",
        Content: "length announced media_type parameters parts is_multipart closed coding missing",
        Envelope: "version headers body_name fault condition well_formed error reliable_until has_dtd anomalies",
        MessageHeaders: "namespace to action message_id relates_to relationship_type reply_to from_ fault_to",
        Decoded: "value message violations",
    }.items()
}
"""What of each kind of object is the same for all events with one key."""

OF_A_MESSAGE = SHARED[Exchange] - {"response", "fault", "succeeded"}
"""What of an exchange is shared by alike messages: a request may be seen before its answer, or behind it."""

SEALED = frozenset({"message_id", "relates_to", "xml", "extensions"})
"""Where it is shared whether there is something, and of what length the document is."""

ATTRIBUTES = {ScannerElementData: frozenset({"name", "valid"}), JobElementData: frozenset({"name", "valid"})}
"""Attributes of typed elements: they stand in the markup, which alike messages share."""


class Sealed:
    """A value that is there, and no more is known of it."""

    def __init__(self, value: object, path: str) -> None:
        self._value, self._path = value, path

    def __bool__(self) -> bool:
        if self._path.rpartition(".")[2] not in SEALED:
            raise LookedAtMore(self._path)
        return bool(self._value)

    def __len__(self) -> int:
        if not isinstance(self._value, bytes | tuple):
            raise LookedAtMore(self._path)
        return len(self._value)

    def _refuse(self, *_: object) -> NoReturn:
        raise LookedAtMore(self._path)

    def __getattr__(self, name: str) -> NoReturn:
        raise LookedAtMore(f"{self._path}.{name}")

    __str__ = __iter__ = __contains__ = __hash__ = __eq__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse


class Watched:
    """An object of which only what is shared can be seen."""

    def __init__(self, of: object, path: str, seen: Seen) -> None:
        self.__dict__["_watch"] = of, path, seen

    @property  # type: ignore[misc]  # so that isinstance and class patterns see what is watched
    def __class__(self) -> type:
        return type(self.__dict__["_watch"][0])

    def __getattribute__(self, name: str) -> object:
        if name in ("__class__", "__dict__"):
            return object.__getattribute__(self, name)
        of, path, seen = object.__getattribute__(self, "__dict__")["_watch"]
        kind = next((kind for kind in SHARED if isinstance(of, kind)), None)
        if name == "field" and kind is HttpMessage:
            return of.field
        allowed = None if kind is None else SHARED[kind]
        if kind is Exchange and path.startswith("MessageSeen"):
            allowed = OF_A_MESSAGE
        if allowed is not None and name not in allowed:
            raise LookedAtMore(f"{path}.{name}")
        value = getattr(of, name)
        if kind is MessageHeaders and name not in SEALED:
            return value  # all header blocks but the sealed ones are the same
        return _shown(value, f"{path}.{name}", seen, typed=type(of) if isinstance(of, Element) else None)


def _shown(value: object, path: str, seen: Seen, typed: type | None = None) -> object:
    """What may be seen of a value; `typed` where it is a part of that typed element."""
    name = path.rpartition(".")[2]
    if name in SEALED and value is not None:
        seen[path] = bool(value)
        return Sealed(value, path)
    if isinstance(value, (Element, *SHARED)):
        seen[path] = type(value)
        return Watched(value, path, seen)
    if typed is None or value is None or isinstance(value, QName) or name in ATTRIBUTES.get(typed, ()):
        seen[path] = value
        return value
    if isinstance(value, tuple):
        seen[path] = len(value)
        return tuple(_shown(each, f"{path}[{i}]", seen, typed) for i, each in enumerate(value))
    return Sealed(value, path)


def watched(event: Event) -> tuple[Event, Seen]:
    """An event to be looked at, and what was seen of it."""
    seen: Seen = {}
    return Watched(event, type(event).__name__, seen), seen  # type: ignore[return-value]  # it passes for one
