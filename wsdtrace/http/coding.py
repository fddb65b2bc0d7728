"""Content coding removed on the way to a sink: gzip and deflate (RFC 9110 §8.4.1), bounded.

A small message can expand a thousandfold; what expands beyond the bound is not decoded further, and an anomaly says so.
`deflate` is zlib data by the RFC; servers that send raw deflate are common, both are read.
"""

from __future__ import annotations

import zlib

from wsdtrace.http.anomalies import HttpAnomaly, odd
from wsdtrace.http.content import Closing, Gathered, Sink, SinkContext, StampOf
from wsdtrace.http.place import Place
from wsdtrace.records import Extents, Space

GZIP_WINDOW = 16 + zlib.MAX_WBITS
STEP = 4 * 1024
"""Coded bytes that are decoded at a time. A step in which an error is found is decoded again, byte by byte."""
EXPANDED = 64 * 1024
"""Decoded bytes that are asked for at a time."""

GZIP_MAGIC = 0x1F
"""First byte of a gzip member."""
GZIP = frozenset({"gzip", "x-gzip"})
DEFLATE = frozenset({"deflate"})


class DecodingSink:
    """Removes one content coding and hands the bytes on."""

    __slots__ = ("_coding", "_context", "_decoder", "_inner", "_lead", "_left", "_stopped")

    def __init__(self, context: SinkContext, coding: str, inner: Sink) -> None:
        self._context = context
        self._inner = inner
        self._coding = coding
        self._decoder: zlib._Decompress | None = None
        self._lead = b""
        """The first byte, until the second one tells zlib data from raw deflate."""
        self._left = context.limits.decoded_content
        self._stopped = False

    def feed(self, data: bytes, low: int, high: int, place: Place | None) -> None:
        self._keep(place)
        if self._stopped:
            return
        pending = self._lead + data[low:high]
        self._lead = b""
        while pending and not self._stopped:
            if self._decoder is None:
                if len(pending) < 2:
                    self._lead = pending
                    return
                self._decoder = zlib.decompressobj(self._window(pending))
            pending = self._decode(self._decoder, pending)

    def skim(self, extents: Extents, low: int, high: int, stamp: StampOf) -> int:  # noqa: ARG002 - the protocol's shape
        return 0

    def _window(self, data: bytes) -> int:
        """Which of the three formats the data is in."""
        if self._coding in GZIP:
            return GZIP_WINDOW
        is_zlib = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0  # RFC 1950 §2.2
        return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS

    def _decode(self, decoder: zlib._Decompress, pending: bytes) -> bytes:
        """Decode `pending`; returns what stands behind the end of the compressed data."""
        at = 0
        while at < len(pending) and not self._stopped:
            piece = pending[at : at + STEP]
            at += len(piece)
            before = decoder.copy()
            try:
                self._expand(decoder, piece)
            except zlib.error as error:
                self._expand_to_error(before, piece)
                self._stop(HttpAnomaly.CONTENT_CODING_BROKEN, str(error).rpartition(": ")[2])
                break
            if decoder.eof:
                return self._behind(decoder.unused_data + pending[at:])
        return b""

    def _expand(self, decoder: zlib._Decompress, piece: bytes) -> None:
        """Decode a piece, in steps of bounded size; nothing is handed on when it is broken."""
        steps: list[bytes] = []
        left = self._left + 1  # one byte more than may come tells that there is more
        while left:
            bound = min(EXPANDED, left)
            steps.append(decoder.decompress(piece, bound))
            left -= len(steps[-1])
            piece = decoder.unconsumed_tail
            if decoder.eof or (not piece and len(steps[-1]) < bound):
                break
        self._pass(b"".join(steps))

    def _expand_to_error(self, decoder: zlib._Decompress, piece: bytes) -> None:
        """Decode a broken piece byte by byte, so that what precedes the error comes out wherever the piece began."""
        for at in range(len(piece)):
            if self._stopped:
                return
            try:
                self._expand(decoder, piece[at : at + 1])
            except zlib.error:
                return

    def _behind(self, rest: bytes) -> bytes:
        """The compressed data is over: another member may follow (RFC 1952 §2.2), nothing else."""
        if rest and not (self._coding in GZIP and rest[0] == GZIP_MAGIC):
            self._stop(HttpAnomaly.CONTENT_CODING_BROKEN, "bytes behind the end of the compressed data")
            return b""
        if rest:
            self._decoder = None
        return rest

    def _keep(self, place: Place | None) -> None:
        """Rows of the coded bytes, up to the bound of a held content: evidence names frames of the message."""
        if place is None:
            return
        at = place.contents[0]
        for _, stream, length in place.runs(at, min(place.end, self._context.limits.held_content)):
            self._context.meter.keep(place.view, stream, stream + length)

    def _pass(self, decoded: bytes) -> None:
        if len(decoded) > self._left:
            decoded = decoded[: self._left]
            self._stop(HttpAnomaly.LIMIT, f"content decodes to over {self._context.limits.decoded_content} bytes")
        self._left -= len(decoded)
        if decoded:
            self._inner.feed(decoded, 0, len(decoded), None)

    def _stop(self, kind: HttpAnomaly, detail: str) -> None:
        self._stopped = True
        self._context.anomalies.append(odd(kind, detail, 0, 0, Space.CONTENT))

    def gap(self, count: int) -> None:
        """What follows a hole cannot be decoded."""
        self._stopped = True
        self._inner.gap(count)

    def finish(self, closing: Closing) -> Gathered:
        unfinished = self._lead or (self._decoder is not None and not self._decoder.eof)
        if closing.whole and unfinished and not self._stopped:
            self._stop(HttpAnomaly.CONTENT_CODING_BROKEN, "compressed data ends early")
        return self._inner.finish(closing)
