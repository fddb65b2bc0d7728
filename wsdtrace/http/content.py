"""Content bytes (transfer coding removed) → what is kept of them: held bytes, or a probe of what streamed through.

Strategy: when the header section is complete, `choose_sink` decides once. Text is held up to a bound, images stream
through a probe, multipart goes to the MIME reader. A content that outgrows its bound goes on as a probe and keeps its
beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from wsdtrace.http.anomalies import HttpAnomaly, odd
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.meter import Meter, View
from wsdtrace.http.probe import ImageProbe
from wsdtrace.records import Anomaly, ContentPiece, ContentRef, Part, Probe, Space, Stamp

WHOLE = -1
"""Number of the part that stands for the whole content."""


@dataclass(slots=True)
class SinkContext:
    """What every sink of one message shares."""

    limits: HttpLimits
    budget: Budget
    meter: Meter
    digests: bool
    anomalies: list[Anomaly]
    charged: int = 0
    """Bytes taken from the budget for this message."""
    tap: Callable[[int, bytes, int, int], None] | None = None
    """Called with the bytes of each part (or of the whole content, `WHOLE`) as they pass: to read a content again."""

    def say(self, anomaly: Anomaly) -> None:
        """Note what is odd."""
        self.anomalies.append(anomaly)

    def hold(self, wanted: int) -> int:
        """Take bytes from the budget; returns how many may be held."""
        granted = self.budget.take(wanted)
        self.charged += granted
        return granted


class Gathered(NamedTuple):
    """What a sink kept of a content."""

    data: bytes | None = None
    probe: Probe | None = None
    ref: ContentRef | None = None
    parts: tuple[Part, ...] = ()
    is_multipart: bool = False
    closed: bool = True


class Closing(NamedTuple):
    """What is known when a message ends, for whoever makes references and parts."""

    whole: bool
    """The end of the message was found, and no byte before it is missing."""
    first: Stamp
    last: Stamp
    ref: Callable[[int, int], ContentRef]
    """Part number and length → reference."""


class Sink(Protocol):
    """Takes the content of one message in order."""

    def feed(self, data: bytes, low: int, high: int, view: View | None) -> None:
        """Take `data[low:high]`; with a view, `data` is its data. None: bytes that stand nowhere in the stream."""

    def gap(self, count: int) -> None:
        """Bytes are missing here."""

    def finish(self, closing: Closing) -> Gathered:
        """The content is over."""


class NoContent:
    """The sink of a message that may have no content."""

    __slots__ = ()

    def feed(self, data: bytes, low: int, high: int, view: View | None) -> None:
        """Never called with bytes."""

    def gap(self, count: int) -> None:
        """Nothing can be missing."""

    def finish(self, closing: Closing) -> Gathered:  # noqa: ARG002 - the protocol's shape
        return _EMPTY


_EMPTY = Gathered(data=b"")


class HeldSink:
    """Holds a content up to a bound; beyond it, or behind a hole, only a probe goes on."""

    __slots__ = ("_context", "_first", "_held", "_limit", "_more", "_part", "_probe")

    def __init__(self, context: SinkContext, limit: int, part: int = WHOLE) -> None:
        self._context = context
        self._limit = limit
        self._part = part
        self._first = b""
        """The first piece; most contents come in one, and it is never copied."""
        self._more: bytearray | None = None
        self._held = 0
        self._probe: ImageProbe | None = None

    def feed(self, data: bytes, low: int, high: int, view: View | None) -> None:
        context = self._context
        if context.tap is not None:
            context.tap(self._part, data, low, high)
        if self._probe is not None:
            self._probe.feed(data, low, high)
            return
        count = high - low
        room = self._limit - self._held
        granted = context.hold(min(count, room))
        self._hold(data[low : low + granted])
        if view is not None and granted:
            context.meter.keep(view.rows(view.start + low, view.start + low + granted))
        if granted < count:
            self._overflow(room <= granted)
            self._begin_probe().feed(data, low + granted, high)

    def _hold(self, piece: bytes) -> None:
        if self._more is not None:
            self._more += piece
        elif not self._held:
            self._first = piece
        else:
            self._more = bytearray(self._first)
            self._more += piece
        self._held += len(piece)

    def _overflow(self, own: bool) -> None:
        bound = f"content over {self._limit} bytes" if own else "contents of all connections over the bound"
        self._context.say(
            odd(HttpAnomaly.LIMIT, f"{bound}: only its beginning is held", self._held, self._held, Space.CONTENT)
        )

    def _begin_probe(self) -> ImageProbe:
        self._probe = ImageProbe(digest=self._context.digests)
        held = self._bytes()
        self._probe.feed(held, 0, len(held))
        return self._probe

    def _bytes(self) -> bytes:
        return self._first if self._more is None else bytes(self._more)

    def gap(self, count: int) -> None:
        (self._probe or self._begin_probe()).gap(count)

    def held(self) -> bytes:
        """What is held so far."""
        return self._bytes()

    def probe(self) -> Probe:
        """The probe of the whole of it."""
        return (self._probe or self._begin_probe()).probe()

    def finish(self, closing: Closing) -> Gathered:
        if self._probe is None:
            return Gathered(data=self._bytes())
        probe = self._probe.probe()
        return Gathered(data=self._bytes(), probe=probe, ref=closing.ref(self._part, probe.length))


class ProbeSink:
    """Lets a content stream through its probe."""

    __slots__ = ("_context", "_part", "_probe")

    def __init__(self, context: SinkContext, part: int = WHOLE) -> None:
        self._context = context
        self._part = part
        self._probe = ImageProbe(digest=context.digests)

    def feed(self, data: bytes, low: int, high: int, view: View | None) -> None:  # noqa: ARG002 - nothing is held
        if self._context.tap is not None:
            self._context.tap(self._part, data, low, high)
        self._probe.feed(data, low, high)

    def gap(self, count: int) -> None:
        self._probe.gap(count)

    def probe(self) -> Probe:
        """What was kept so far."""
        return self._probe.probe()

    def finish(self, closing: Closing) -> Gathered:
        probe = self._probe.probe()
        return Gathered(probe=probe, ref=closing.ref(self._part, probe.length))


class Pieces:
    """Runs of content bytes that are runs of stream bytes too."""

    __slots__ = ("_bound", "_runs", "full")

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._runs: list[list[int]] = []
        self.full = False

    def add(self, content: int, stream: int, length: int) -> None:
        """Content bytes `content…` are stream bytes `stream…`."""
        runs = self._runs
        if runs:
            last = runs[-1]
            if last[0] + last[2] == content and last[1] + last[2] == stream:
                last[2] += length
                return
        if len(runs) >= self._bound:
            self.full = True
            return
        runs.append([content, stream, length])

    def pieces(self) -> tuple[ContentPiece, ...]:
        """The runs, in order."""
        return tuple(ContentPiece(*run) for run in self._runs)
