"""A content that streams by → `records.Probe`: its length, both ends and, on demand, its digest.

What is held has a fixed size, whatever the content's. Work per feed is O(1) but for the digest.
"""

from __future__ import annotations

from collections.abc import Callable

from wsdtrace.http.digest import Digest
from wsdtrace.records import Extents, Probe

PROBE_BYTES = 64 * 1024
"""Bytes that are kept of each end: an EXIF segment (64 KiB at most) and the image header behind it begin in them."""


class ImageProbe:
    """Keeps the first and last bytes of what streams through, `keep` of each end."""

    __slots__ = ("_digest", "_head", "_keep", "_tail", "length", "missing")

    def __init__(self, *, digest: Digest | None = None, keep: int = PROBE_BYTES) -> None:
        self.length = 0
        self.missing = 0
        self._keep = keep
        self._head = bytearray()
        self._tail = bytearray()
        """Cut back when it has twice the size: each byte is moved at most once."""
        self._digest = digest

    def feed(self, data: bytes, low: int, high: int) -> None:
        """Take `data[low:high]`."""
        self._keep_ends(lambda start, stop: data[start:stop], low, high)
        if self._digest is not None:
            self._digest.update(data[low:high])

    def skim(self, extents: Extents, low: int, high: int) -> None:
        """Take bytes `low:high` where they lie."""
        self._keep_ends(extents.join, low, high)
        if self._digest is not None:
            self._digest.update(extents.join(low, high))

    def _keep_ends(self, cut: Callable[[int, int], bytes], low: int, high: int) -> None:
        """Keep what belongs to the ends of bytes `low:high`; `cut` copies a part of them."""
        keep = self._keep
        wanted = keep - len(self._head)
        if wanted > 0 and self.missing == 0:
            self._head += cut(low, min(high, low + wanted))
        if high - low >= keep:
            self._tail[:] = cut(high - keep, high)
        else:
            self._tail += cut(low, high)
            if len(self._tail) > 2 * keep:
                del self._tail[: len(self._tail) - keep]
        self.length += high - low

    def gap(self, count: int) -> None:
        """Bytes are missing here."""
        self.missing += count
        self._digest = None

    @property
    def held(self) -> int:
        """Bytes that are held: those of both ends and what waits to be cut off."""
        return len(self._head) + len(self._tail)

    def probe(self) -> Probe:
        """What was kept."""
        head = bytes(self._head)
        tail = head if self.length == len(head) else bytes(self._tail[max(len(self._tail) - self._keep, 0) :])
        digest = self._digest.hexdigest() if self._digest is not None else None
        return Probe(self.length, head, tail, digest, self.missing)
