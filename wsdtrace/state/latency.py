"""How long answers take, and how long is usual for each operation.

Theory of operation: a device has to begin a RetrieveImageResponse within 60 s (its header section and envelope; what
the sensor brings may take any time), and everything else "as quickly as possible" (WSD Scan Service Definition 1.0
§6.2, §6.3), for which no number is given. So the time of an answer runs from the last byte of the request to the last
byte of the answer's envelope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import UsageError
from wsdtrace.http import root_part
from wsdtrace.state.events import Event, ExchangeEnded
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.model import Exchange, Transport
from wsdtrace.state.outcomes import AnswerTimed
from wsdtrace.wsd import MESSAGES

USUAL_NS = 5 * 10**9
"""5 s: the shortest time-out that was seen in a client is longer."""

ENVELOPE_OF_IMAGE_NS = 60 * 10**9
"""60 s: WSD Scan Service Definition 1.0 §6.3 (row T05)."""


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How long an answer may take before it is slow."""

    by_operation: Mapping[str, int] = field(default_factory=lambda: {"RetrieveImage": ENVELOPE_OF_IMAGE_NS})
    """Nanoseconds; others than the usual limit."""
    usual_ns: int = USUAL_NS

    def of(self, operation: str | None) -> int:
        """The limit of an operation, in nanoseconds."""
        return self.by_operation.get(operation or "", self.usual_ns)

    def changed(self, seconds: Mapping[str, float]) -> AnswerLimits:
        """The same with other limits for some operations, in seconds."""
        return AnswerLimits({**self.by_operation, **{o: round(s * 10**9) for o, s in seconds.items()}}, self.usual_ns)


def checked_limit(operation: str, seconds: object) -> float:
    """The limit that somebody wants for an operation, in seconds.

    Raises:
        UsageError: there is no such operation; or it is no time.
    """
    known = {message.operation for message in MESSAGES}
    if operation not in known:
        import difflib  # noqa: PLC0415  # only for what is misspelt

        near = difflib.get_close_matches(operation, known, n=1)
        raise UsageError(f"no operation {operation!r}{f'; did you mean {near[0]}?' if near else ''}")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
        raise UsageError(f"{operation}: expected seconds, found {seconds!r}")
    return float(seconds)


class AnswerClock(Listener):
    """Times every answer. Remembers nothing."""

    def __init__(self, limits: AnswerLimits | None = None) -> None:
        self._limits = limits or AnswerLimits()

    def ears(self) -> Iterable[Ear]:
        return (Ear(ExchangeEnded, self._ended),)

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        exchange = event.exchange
        # A forwarded exchange takes at least as long as the one that forwards it: the device is timed there.
        if exchange.copied_by is not None or exchange.transport is not Transport.HTTP:
            return ()
        waited = answer_time(exchange)
        if waited is None:
            return ()
        return (AnswerTimed(event.stamp, exchange, waited, self._limits.of(exchange.operation)),)


def answer_time(exchange: Exchange) -> int | None:
    """Nanoseconds until the envelope of the answer was there; None where either message is missing or cut before."""
    request, response = exchange.request, exchange.response
    if request is None or response is None:
        return None
    # What has a likeness is no multipart; its content need not be made to say so.
    http = None if response.likeness is not None else response.http
    if http is not None and http.content.is_multipart:
        root = root_part(http.content)
        if root is None or not root.complete:
            return None
        return root.last.time_ns - request.last.time_ns
    return response.last.time_ns - request.last.time_ns if response.complete else None
