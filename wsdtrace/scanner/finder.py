"""How a client finds scanners: a Probe to everybody, and what answers within the time that there is for it."""

from __future__ import annotations

import asyncio
from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Endpoint
from wsdtrace.scanner.discovery import MAX_DATAGRAM, REPEAT_S, multicast_socket
from wsdtrace.scanner.pipe import endpoint_of
from wsdtrace.scanner.recorder import Recorder
from wsdtrace.scanner.speech import new_id
from wsdtrace.scenario.compose import action_of, compose
from wsdtrace.scenario.hosts import DISCOVERY_PORT, GROUP_4, GROUP_6
from wsdtrace.scenario.messages import DISCOVERY_TO
from wsdtrace.scenario.operations import OPERATIONS
from wsdtrace.scenario.portrait import DEVICE_TYPES
from wsdtrace.scenario.turn import reference
from wsdtrace.soap import EndpointReference, MessageHeaders, read_envelope
from wsdtrace.soap.namespaces import ANONYMOUS
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import decode_message, discovery

MATCH_TIMEOUT_S = 4.0
"""MATCH_TIMEOUT plus what the network takes (WS-Discovery 2005/04 §2.4, rule WSD402)."""
MAX_FOUND = 1024
"""Devices that are kept."""


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered."""

    endpoint: str
    addresses: tuple[str, ...]
    """XAddrs; empty where it has to be asked by Resolve."""
    types: tuple[str, ...]
    sender: Endpoint


async def find(
    host: str, *, seconds: float = MATCH_TIMEOUT_S, wanted: str | None = None, recorder: Recorder | None = None
) -> list[Found]:
    """Probe for scanners on the interface that has an address.

    Args:
        host: the address.
        seconds: how long to wait for answers.
        wanted: endpoint after whose answer nobody waits any more.
        recorder: where datagrams are noted.

    Raises:
        OSError: nothing can be sent there.
    """
    return await _ask(host, "Probe", discovery.Probe(types=DEVICE_TYPES[1:]), seconds, wanted, recorder)


async def resolve(
    host: str, endpoint: str, *, seconds: float = MATCH_TIMEOUT_S, recorder: Recorder | None = None
) -> Found | None:
    """Ask where an endpoint is; None where nobody says."""
    body = discovery.Resolve(endpoint_reference=reference(endpoint))
    found = await _ask(host, "Resolve", body, seconds, endpoint, recorder)
    return next((each for each in found if each.endpoint == endpoint), None)


async def _ask(
    host: str, operation: str, body: Element, seconds: float, wanted: str | None, recorder: Recorder | None
) -> list[Found]:
    loop = asyncio.get_running_loop()
    answers: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue()
    identity = new_id()
    headers = MessageHeaders(
        to=DISCOVERY_TO,
        action=action_of(OPERATIONS[operation], answer=False),
        message_id=identity,
        reply_to=EndpointReference(address=ANONYMOUS),
    )
    data = compose(OPERATIONS[operation], body, headers, (), answer=False).xml
    group = Endpoint(GROUP_6 if ":" in host else GROUP_4, DISCOVERY_PORT)

    class Taker(asyncio.DatagramProtocol):
        """Keeps what comes."""

        def datagram_received(self, data: bytes, addr: Any) -> None:
            if len(data) <= MAX_DATAGRAM and answers.qsize() < MAX_FOUND:
                answers.put_nowait((data, addr))

    transport, _ = await loop.create_datagram_endpoint(Taker, sock=multicast_socket(host, listen=False))
    own = endpoint_of(transport.get_extra_info("sockname"))
    found: dict[str, Found] = {}

    def send() -> None:
        transport.sendto(data, (group.address, group.port))
        if recorder is not None:
            recorder.sent(own, group, data)

    try:
        send()
        again = loop.call_later(REPEAT_S, send)
        try:
            async with asyncio.timeout(seconds):
                while wanted not in found:
                    answer, address = await answers.get()
                    sender = endpoint_of(address)
                    if recorder is not None:
                        recorder.received(sender, own, answer)
                    for match in _matches(answer, identity, sender):
                        found.setdefault(match.endpoint, match)
        except TimeoutError:
            pass  # the time that there is for answers is over
        finally:
            again.cancel()
    finally:
        transport.close()
    return list(found.values())


def _matches(data: bytes, identity: str, sender: Endpoint) -> list[Found]:
    """Devices in an answer to this question."""
    envelope = read_envelope(data, None)
    if envelope.headers.relates_to != identity:
        return []
    value = decode_message(envelope).value
    matches: list[discovery.ProbeMatch | discovery.ResolveMatch] = []
    if isinstance(value, discovery.ProbeMatches):
        matches += value.probe_match
    elif isinstance(value, discovery.ResolveMatches) and value.resolve_match is not None:
        matches.append(value.resolve_match)
    return [
        Found(
            (match.endpoint_reference.address if match.endpoint_reference is not None else None) or "",
            match.x_addrs or (),
            tuple(name.local for name in match.types or ()),
            sender,
        )
        for match in matches
    ]
