"""How the bytes of one message came over time: what tells a slow network from a slow device."""

from __future__ import annotations

from wsdtrace.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Transfer:
    """One direction of a connection while one message was under way, as TCP saw it; n bins of equal width."""

    start_ns: int
    """Where the first bin begins: the first frame of the message."""
    bin_ns: int
    """Width of a bin, nanoseconds."""
    fresh: tuple[int, ...]
    """(n,) bytes of the stream that were seen for the first time."""
    again: tuple[int, ...]
    """(n,) bytes that came after later ones: sent again, or overtaken on the way; those of them that filled a hole are
    fresh as well. A network that loses nothing has none."""
    shut: tuple[tuple[int, int], ...]
    """Times (from, until), nanoseconds, in which the receiver announced a window of 0: it cannot keep up."""
    frames: int
    """Frames with data."""

    @property
    def again_bytes(self) -> int:
        return sum(self.again)

    @property
    def shut_ns(self) -> int:
        """How long the receiver's window was shut, nanoseconds."""
        return sum(until - begin for begin, until in self.shut)
