"""The bounds of the proxy: what a client or a device can make it hold, and for how long. One place, all named."""

from __future__ import annotations

from wsdtrace.dataclass import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class ProxyLimits:
    """Bounds; what goes beyond is shed or passes unread, and a note says so."""

    connections: int = 256
    """Connections that are served at once: 32 clients with eight each. More are closed as they come."""
    head_seconds: float = 30.0
    """From a connection, or the first byte of a request, to the end of its head: a slow loris gets no more."""
    hold_seconds: float = 60.0
    """For the content of a message that is held to be rewritten."""
    held_content: int = 1 * MIB
    """Bytes of such a content: 30 times what DPWS allows an envelope. A longer one passes as it is."""
    injected_content: int = 128 * MIB
    """Bytes of a response that is held because a fault is to be injected into it: the largest page seen has 60 MB."""
    connect_seconds: float = 10.0
    """For a connection to the device or to an event sink."""
    linger_seconds: float = 30.0
    """For a client to close after the server has: what it still sends has nowhere to go."""
    pending: int = 64
    """Requests of a connection that wait for their answer; a client that pipelines more has to wait."""
