"""The bounds of the HTTP room: what is held, and for how long it is searched. One place, all named.

A bound that bites leaves an `Anomaly` of kind `HttpAnomaly.LIMIT`, or ends the exchange with `Abandoned.LIMIT`.
"""

from __future__ import annotations

from wsdtrace.dataclass import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds; the defaults suit a capture of an office network on a machine with 1 GB of memory."""

    start_line: int = 8 * KIB
    """Bytes of a start-line (RFC 9112 §3 asks for at least 8000)."""
    header_section: int = 256 * KIB
    """Bytes of a header section; servers in the field stop at 8 to 64 KiB."""
    fields: int = 1000
    """Field lines of a section that are kept as objects: ten times what servers accept (Apache: 100)."""
    chunk_line: int = 4 * KIB
    """Bytes of a chunk-size line with its extensions."""
    trailer_section: int = 64 * KIB
    """Bytes of a trailer section."""
    held_content: int = 4 * MIB
    """Bytes of a SOAP, XML or unlabelled content or root part; a DPWS envelope has at most 32,767 octets (R0003)."""
    held_other: int = 256 * KIB
    """Bytes of any other content that is no image: an error page is a few KiB."""
    decoded_content: int = 64 * MIB
    """Bytes that a content coding may expand to, whatever comes after it."""
    pieces: int = 10_000
    """Runs of a held content in the stream (one per chunk): 4 MiB in chunks of 512 bytes make 8192."""
    part_head: int = 16 * KIB
    """Bytes of the header lines of one part."""
    parts: int = 100
    """Parts of one multipart content; a scan has two. Each keeps a probe of up to 128 KiB."""
    anomalies: int = 64
    """Anomalies of one message."""
    opening: int = 16 * KIB
    """Bytes of a connection that are kept until it is known what it speaks: two start-lines."""
    resync: int = 1024 * MIB
    """Bytes that are searched for the next start-line; the search is linear and holds one start-line."""
    pending: int = 256
    """Requests of a connection that wait for their response; clients that pipeline send a handful ahead."""
    held_total: int = 256 * MIB
    """Bytes of contents that are held over all connections: of open messages and of exchanges that go on."""


class Budget:
    """How many bytes of contents may still be held, over all connections."""

    __slots__ = ("left",)

    def __init__(self, total: int) -> None:
        self.left = total

    def take(self, wanted: int) -> int:
        """Take up to `wanted` bytes; returns how many were granted."""
        granted = min(wanted, self.left)
        self.left -= granted
        return granted

    def give(self, count: int) -> None:
        """Give back bytes that are no longer held."""
        self.left += count
