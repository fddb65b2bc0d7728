"""How the virtual scanner is found: Hello and Bye, and answers to Probe and Resolve, multicast on IPv4 and IPv6.

Only who is on the link is answered, and nobody more often than he can use: a scanner that answers everybody with more
than it was asked is a tool for floods (https://www.kb.cert.org/vuls/id/200001 and the like, seen with printers).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
import struct
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from wsdtrace.records import Endpoint
from wsdtrace.scanner.clock import NS, Clock
from wsdtrace.scanner.device import Device
from wsdtrace.scanner.links import is_on_link
from wsdtrace.scanner.outcome import Asked
from wsdtrace.scanner.pipe import endpoint_of
from wsdtrace.scanner.profile import Addresses
from wsdtrace.scanner.recorder import Recorder
from wsdtrace.scanner.speech import Speech
from wsdtrace.scenario.hosts import DISCOVERY_PORT, GROUP_4, GROUP_6
from wsdtrace.scenario.portrait import DEVICE_TYPES
from wsdtrace.scenario.turn import reference
from wsdtrace.soap import read_envelope
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import decode_message, discovery, operation_of

logger = logging.getLogger(__name__)

MAX_DELAY_S = 0.5
"""APP_MAX_DELAY (WS-Discovery 2005/04 §2.4): answers of many devices shall not come at once."""
REPEAT_S = 0.2
"""Until the second copy of a multicast message (SOAP-over-UDP §3.4: MULTICAST_UDP_REPEAT 2 after 50 to 250 ms)."""
PER_SENDER = 10
"""Answers to one address within a second: two copies of a Probe for each of a handful of types."""
PER_SECOND = 50
"""Answers to everybody within a second."""
MAX_SEEN = 1024
"""MessageIDs that are remembered, so that the copies of a message are one."""
MAX_DATAGRAM = 32 * 1024
"""Octets of a message that is read (DPWS R0003: MAX_ENVELOPE_SIZE)."""


class Limiter:
    """Who may be answered once more within this second.

    Args:
        clock: that says which second it is.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._second = 0
        self._counts: dict[str, int] = {}

    def allows(self, sender: str) -> bool:
        """Count one answer; False where it would be too many."""
        second = self._clock.now_ns() // NS
        if second != self._second:
            self._second, self._counts = second, {}
        count = self._counts.get(sender, 0)
        if count >= PER_SENDER or sum(self._counts.values()) >= PER_SECOND:
            return False
        self._counts[sender] = count + 1
        return True


def multicast_socket(host: str, *, listen: bool) -> socket.socket:
    """A socket for discovery on the interface that has an address.

    Args:
        host: an address of this machine; `0.0.0.0` or `::` for the default interface.
        listen: for what goes to the group; otherwise for answers to what it sends itself.

    Raises:
        OSError: it cannot be had.
    """
    is_6 = ":" in host
    made = socket.socket(socket.AF_INET6 if is_6 else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        index = _interface_of(host) if is_6 else 0
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
            if listen:
                member = socket.inet_pton(socket.AF_INET6, GROUP_6) + struct.pack("@I", index)
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        else:
            own = socket.inet_aton(host)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            if listen:
                made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP_4) + own)
        if listen:
            made.bind(("::" if is_6 else "0.0.0.0", DISCOVERY_PORT))  # noqa: S104  # multicast goes to no address
        else:
            made.bind((host, 0, 0, index) if is_6 else (host, 0))
    except BaseException:
        made.close()
        raise
    return made


def _interface_of(host: str) -> int:
    """Index of the interface that has an IPv6 address; 0 (the default one) where none is said."""
    if "%" in host:
        return socket.if_nametoindex(host.partition("%")[2])
    if host == "::1":
        return socket.if_nametoindex("lo")
    with contextlib.suppress(OSError), open("/proc/net/if_inet6", encoding="ascii") as table:  # Linux
        wanted = socket.inet_pton(socket.AF_INET6, host).hex()
        for line in table:
            address, index, *_ = line.split()
            if address == wanted:
                return int(index, 16)
    return 0


class _Protocol(asyncio.DatagramProtocol):
    """Hands datagrams on, and what became of those that could not be sent."""

    def __init__(self, take: Callable[[bytes, Any], None], failed: Callable[[Exception], None]) -> None:
        self._take = take
        self._failed = failed

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._take(data, addr)

    def error_received(self, exc: Exception) -> None:
        self._failed(exc)


class Discovery:
    """The scanner's presence on one interface.

    Args:
        device: who is present.
        speech: its voice.
        at: where it is, as this interface sees it.
        host: address of the interface.
        recorder: where datagrams are noted.
        delay_s: most that an answer waits.
    """

    def __init__(
        self,
        device: Device,
        speech: Speech,
        at: Addresses,
        host: str,
        recorder: Recorder | None = None,
        delay_s: float = MAX_DELAY_S,
    ) -> None:
        self._device = device
        self._speech = speech
        self._at = at
        self.host = host
        self._recorder = recorder
        self._delay_s = delay_s
        self._limiter = Limiter(device.clock)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.DatagramTransport | None = None
        self._speaker: asyncio.DatagramTransport | None = None
        self.group = Endpoint(GROUP_6 if ":" in host else GROUP_4, DISCOVERY_PORT)
        self.refused = 0
        """Datagrams that were not answered: not on the link, or too many."""
        self.unsent = 0
        """Datagrams that could not be sent."""
        self.problem = ""
        """Why, for the last of them."""

    async def start(self) -> None:
        """Listen, and say Hello.

        Raises:
            OSError: the group cannot be joined.
        """
        loop = asyncio.get_running_loop()
        self._listener, _ = await loop.create_datagram_endpoint(
            lambda: _Protocol(self._took, self._failed), sock=multicast_socket(self.host, listen=True)
        )
        self._speaker, _ = await loop.create_datagram_endpoint(
            lambda: _Protocol(lambda *_: None, self._failed), sock=multicast_socket(self.host, listen=False)
        )
        hello = discovery.Hello(
            endpoint_reference=reference(self._device.endpoint),
            types=DEVICE_TYPES,
            x_addrs=(self._at.device,),
            metadata_version=self._device.metadata_version,
        )
        await self._announce("Hello", hello)

    async def stop(self) -> None:
        """Say Bye, and listen no more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._announce("Bye", discovery.Bye(endpoint_reference=reference(self._device.endpoint)))
        for transport in (self._listener, self._speaker):
            if transport is not None:
                transport.close()
        await asyncio.sleep(0)

    async def _announce(self, operation: str, body: Element) -> None:
        """A message to everybody, twice."""
        outgoing = self._speech.datagram(operation, body, self._at, {}, None)
        if outgoing.whole and self._speaker is not None:
            self._send(self._speaker, outgoing.data, self.group)
            for _ in range(max(1, outgoing.repeat)):
                await asyncio.sleep(REPEAT_S * random.uniform(0.25, 1))  # noqa: S311  # spreads, protects nothing
                self._send(self._speaker, outgoing.data, self.group)

    # -- answers ------------------------------------------------------------------------------

    def _took(self, data: bytes, address: Any) -> None:
        sender = endpoint_of(address)
        if len(data) > MAX_DATAGRAM or not is_on_link(str(address[0])):
            self.refused += 1
            return
        if self._recorder is not None:
            self._recorder.received(sender, self.group, data)
        asked = self._asked(data, sender)
        if asked is None or not self._device.is_meant(asked.value):
            return
        if not self._limiter.allows(sender.address):
            self.refused += 1
            return
        task = asyncio.get_running_loop().create_task(self._answer(asked, address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _asked(self, data: bytes, sender: Endpoint) -> Asked | None:
        """A Probe or a Resolve that did not come before."""
        envelope = read_envelope(data, None)
        operation, identity = operation_of(envelope), envelope.headers.message_id or ""
        if operation not in ("Probe", "Resolve") or not identity or identity in self._seen:
            return None
        self._seen[identity] = None
        while len(self._seen) > MAX_SEEN:
            self._seen.popitem(last=False)
        value = decode_message(envelope).value
        typed = value if isinstance(value, Element) else None
        return Asked(operation, typed, envelope, sender.address, self._at.base, directed=False)

    async def _answer(self, asked: Asked, address: Any) -> None:
        await asyncio.sleep(random.uniform(0, self._delay_s))  # noqa: S311  # spreads, protects nothing
        outcome, facts = await self._device.handle(asked)
        body = getattr(outcome, "body", None)
        relates_to = asked.envelope.headers.message_id
        if body is None or self._speaker is None:
            return
        outgoing = self._speech.datagram(asked.operation, body, self._at, facts, relates_to)
        if not outgoing.whole:
            return
        if outgoing.after_ns:
            await self._device.clock.sleep(outgoing.after_ns / NS)
        for _ in range(outgoing.repeat):
            self._send(self._speaker, outgoing.data, address)

    def _failed(self, error: Exception) -> None:
        """A datagram could not be sent: Linux, for one, has no route for IPv6 multicast on loopback."""
        self.unsent += 1
        self.problem = str(getattr(error, "strerror", None) or error).lower()
        logger.debug("discovery at %s: %s", self.host, self.problem)

    def _send(self, transport: asyncio.DatagramTransport, data: bytes, to: Any) -> None:
        place = (to.address, to.port) if isinstance(to, Endpoint) else to
        unsent = self.unsent
        transport.sendto(data, place)
        if self._recorder is not None and self.unsent == unsent:
            own = endpoint_of(transport.get_extra_info("sockname"))
            self._recorder.sent(own, endpoint_of(place), data)
