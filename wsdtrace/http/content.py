"""Content bytes (transfer coding removed) → what is kept of them: held bytes, or a probe of what streamed through.

A sink takes the content of one message in order. A content that outgrows its bound goes on as a probe and keeps its
beginning; behind a hole nothing is held any more, so that what is held has no hole in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from wsdtrace.dataclass import dataclass
from wsdtrace.http.anomalies import HttpAnomaly, odd
from wsdtrace.http.digest import Digest, Digests
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.meter import Meter
from wsdtrace.http.place import Pieces, Place
from wsdtrace.http.probe import PROBE_BYTES, ImageProbe
from wsdtrace.http.taker import Taker
from wsdtrace.records import Anomaly, ContentRef, Extents, Part, Probe, Space, Stamp

StampOf = Callable[[int], Stamp]
"""Frame and time of a byte of extents."""

WHOLE = -1
"""Number of the part that stands for the whole content."""

TOGETHER = "the bound of all contents together"
"""Words for `HttpLimits.held_total`."""


@dataclass(slots=True)
class SinkContext:
    """What every sink of one message shares."""

    limits: HttpLimits
    budget: Budget
    meter: Meter
    digests: Digests | None
    anomalies: list[Anomaly]
    tap: Callable[[int], Taker | None] | None
    """Part → who takes its bytes, if anybody does."""
    pieces: Pieces | None = None
    """Where the held bytes stand in the stream; None when the whole content is one run of it."""
    charged: int = 0
    """Bytes taken from the budget for this message."""
    full: bool = False
    """It was said that the budget is used up."""

    def hold(self, wanted: int) -> int:
        """Take bytes from the budget; returns how many may be held."""
        granted = self.budget.take(wanted)
        self.charged += granted
        return granted

    def taker(self, part: int) -> Taker | None:
        """Who takes the bytes of a part, if anybody does."""
        return None if self.tap is None else self.tap(part)

    def digest(self) -> Digest | None:
        """A digest, if one is wanted."""
        return None if self.digests is None else self.digests.begin()

    def begin_probe(self) -> ImageProbe:
        """A probe, with as much of both ends as may be held."""
        granted = self.hold(2 * PROBE_BYTES)
        if granted < 2 * PROBE_BYTES and not self.full:
            self.full = True
            detail = f"{TOGETHER}: {granted // 2} bytes of both ends are kept"
            self.anomalies.append(odd(HttpAnomaly.LIMIT, detail, 0, 0, Space.CONTENT))
        return ImageProbe(digest=self.digest(), keep=granted // 2)


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

    def feed(self, data: bytes, low: int, high: int, place: Place | None) -> None:
        """Take `data[low:high]`; `place` says where it stands. None: nowhere in the stream."""

    def skim(self, extents: Extents, low: int, high: int, stamp: StampOf) -> int:
        """Take a beginning of bytes `low:high` where they lie; returns how many. 0: they have to be fed."""

    def gap(self, count: int) -> None:
        """Bytes are missing here."""

    def finish(self, closing: Closing) -> Gathered:
        """The content is over."""


class NoContent:
    """The sink of a message that may have no content."""

    __slots__ = ()

    def feed(self, data: bytes, low: int, high: int, place: Place | None) -> None:
        """Never called with bytes."""

    def skim(self, extents: Extents, low: int, high: int, stamp: StampOf) -> int:  # noqa: ARG002 - the protocol's shape
        return 0

    def gap(self, count: int) -> None:
        """Nothing can be missing."""

    def finish(self, closing: Closing) -> Gathered:  # noqa: ARG002 - the protocol's shape
        return _EMPTY


_EMPTY = Gathered(data=b"")
NO_CONTENT = NoContent()


class HeldSink:
    """Holds a content up to a bound; beyond it, or behind a hole, only a probe goes on."""

    __slots__ = ("_context", "_first", "_held", "_limit", "_more", "_part", "_probe", "_taker")

    def __init__(self, context: SinkContext, limit: int, part: int = WHOLE) -> None:
        self._context = context
        self._limit = limit
        self._part = part
        self._first = b""
        """The first piece: most contents come in one, and it is never copied again."""
        self._more: bytearray | None = None
        self._held = 0
        self._probe: ImageProbe | None = None
        self._taker = context.taker(part)

    def feed(self, data: bytes, low: int, high: int, place: Place | None) -> None:
        context = self._context
        if self._taker is not None:
            self._taker.take(data, low, high)
        if self._probe is not None:
            self._probe.feed(data, low, high)
            return
        count = high - low
        granted = context.hold(min(count, self._limit - self._held))
        if place is not None and granted:
            at = place.contents[0]
            runs = place.runs(at, at + granted)
            context.meter.keep_runs(place.view, runs)
            if context.pieces is not None:
                context.pieces.add_runs(runs)
        self._hold(data[low : low + granted])
        if granted < count:
            self._overflow()
            self._begin_probe().feed(data, low + granted, high)

    def skim(self, extents: Extents, low: int, high: int, stamp: StampOf) -> int:  # noqa: ARG002 - the protocol's shape
        return 0

    def _hold(self, piece: bytes) -> None:
        if self._more is not None:
            self._more += piece
        elif not self._held:
            self._first = piece
        else:
            self._more = bytearray(self._first)
            self._more += piece
        self._held += len(piece)

    def _overflow(self) -> None:
        held = self._held
        is_own = held == self._limit
        self._context.full |= not is_own
        bound = f"{held} bytes" if is_own else TOGETHER
        detail = f"content over {bound}: only its beginning is held"
        self._context.anomalies.append(odd(HttpAnomaly.LIMIT, detail, held, held, Space.CONTENT))

    def _begin_probe(self) -> ImageProbe:
        self._probe = self._context.begin_probe()
        held = self.held()
        self._probe.feed(held, 0, len(held))
        return self._probe

    def held(self) -> bytes:
        """What is held so far."""
        return self._first if self._more is None else bytes(self._more)

    def gap(self, count: int) -> None:
        (self._probe or self._begin_probe()).gap(count)

    def end(self) -> Probe:
        """Nothing more comes; the probe of the whole of it."""
        self.drop()
        if self._probe is not None:
            return self._probe.probe()
        probe = ImageProbe(digest=self._context.digest())
        held = self.held()
        probe.feed(held, 0, len(held))
        return probe.probe()

    def drop(self) -> None:
        """Nothing more comes."""
        if self._taker is not None:
            self._taker.end()

    def finish(self, closing: Closing) -> Gathered:
        self.drop()
        if self._probe is None:
            return Gathered(data=self.held())
        probe = self._probe.probe()
        return Gathered(data=self.held(), probe=probe, ref=closing.ref(self._part, probe.length))


class ProbeSink:
    """Lets a content stream through its probe."""

    __slots__ = ("_part", "_probe", "_taker")

    def __init__(self, context: SinkContext, part: int = WHOLE) -> None:
        self._part = part
        self._probe = context.begin_probe()
        self._taker = context.taker(part)

    def feed(self, data: bytes, low: int, high: int, place: Place | None) -> None:  # noqa: ARG002 - nothing is held
        if self._taker is not None:
            self._taker.take(data, low, high)
        self._probe.feed(data, low, high)

    def skim(self, extents: Extents, low: int, high: int, stamp: StampOf) -> int:  # noqa: ARG002 - the protocol's shape
        if self._taker is not None:
            self._taker.skim(extents, low, high)
        self._probe.skim(extents, low, high)
        return high - low

    def gap(self, count: int) -> None:
        self._probe.gap(count)

    def end(self) -> Probe:
        """Nothing more comes; what was kept of it."""
        if self._taker is not None:
            self._taker.end()
        return self._probe.probe()

    def finish(self, closing: Closing) -> Gathered:
        probe = self.end()
        return Gathered(probe=probe, ref=closing.ref(self._part, probe.length))
