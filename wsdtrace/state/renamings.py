"""XAddrs under which first one endpoint was announced, and later only another.

Theory of operation: an endpoint address names a device for good (DPWS 2006/02 R0005, R0006), so a device that comes
back under another name has forgotten its own. Several services may share an XAddr; they are told together or by turns,
and an endpoint that is told again after another one has not been replaced. So the verdict is made when the capture
ends.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.state.announcements import ANNOUNCEMENTS
from wsdtrace.state.discovery import ANNOUNCED, target_services
from wsdtrace.state.events import Event, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.model import Exchange
from wsdtrace.state.observations import EndpointRenamed

MAX_XADDRS = 10_000
"""XAddrs remembered: a /19 network in which every address is a device."""


@dataclass(slots=True)
class _Named:
    """The endpoint of an XAddr, and the one before it."""

    endpoint: str
    exchange: Exchange
    number: int
    """Of the frame that told it last."""
    former: tuple[str, Exchange] | None = None
    shared: bool = False
    """Two endpoints were told in one message, or by turns."""


class RenamingBook(Listener):
    """The endpoints of all announced XAddrs."""

    def __init__(self) -> None:
        self._named: OrderedDict[str, _Named] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        return (Ear(MessageSeen, self._seen, of=ANNOUNCED),)

    def _seen(self, event: MessageSeen) -> Iterable[Event]:
        if event.message.body_local in ANNOUNCEMENTS and event.message.body_local != "Bye":
            for service in target_services(event.message):
                for xaddr in service.xaddrs:
                    self._note(xaddr, service.endpoint, event)
        return ()

    def _note(self, xaddr: str, endpoint: str, event: MessageSeen) -> None:
        number = event.message.first.number
        known = self._named.setdefault(xaddr, _Named(endpoint, event.exchange, number))
        self._named.move_to_end(xaddr)
        if len(self._named) > MAX_XADDRS:
            self._named.popitem(last=False)
        if known.endpoint == endpoint:
            known.number = number
            return
        together = known.number == number
        by_turns = known.former is not None and known.former[0] == endpoint
        known.shared |= together or by_turns
        known.former = known.endpoint, known.exchange
        known.endpoint, known.exchange, known.number = endpoint, event.exchange, number

    def close(self, end: Stamp) -> Iterator[Event]:
        for xaddr, named in self._named.items():
            if named.former is not None and not named.shared:
                yield EndpointRenamed(end, named.exchange, named.former[1], xaddr, named.former[0], named.endpoint)
