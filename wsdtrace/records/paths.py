"""What the network between two peers did while something was under way."""

from __future__ import annotations

from wsdtrace.dataclass import dataclass


@dataclass(slots=True)
class PathFacts:
    """The connection of an exchange, from the first byte of its request to the last of its response."""

    rtt_ns: int | None = None
    """From the SYN to the acknowledgement of its answer: to the server and back, wherever the capture was taken. None
    when the handshake is not in the capture, or was repeated."""
    retransmitted_bytes: int = 0
    """Bytes of either direction that the capture holds twice."""
    zero_window_ns: int = 0
    """How long either peer said that it can take nothing more."""
