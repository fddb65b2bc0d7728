"""`Trace`: everything that is known about one capture; what all renderers read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field

from wsdtrace.check.finding import Finding, Tally
from wsdtrace.dataclass import dataclass
from wsdtrace.records import ContentRef, NetEvent, PathFacts, Transfer
from wsdtrace.state.message import Message
from wsdtrace.state.model import Client, Device, DeviceEvent, Exchange, Image, Job, Refusal, Subscription


@dataclass(frozen=True, slots=True)
class LogLines:
    """The lines of one log among those of all logs of a trace."""

    path: str
    first: int
    """Number of its first line."""
    count: int


UNDATED = frozenset({"airscan"})
"""Formats whose times may count from the start of the trace."""


@dataclass(slots=True)
class InputInfo:
    """The source of a trace."""

    path: str
    """As the user wrote it; `-` for standard input."""
    files: list[str]
    format: str
    """pcap, pcapng, airscan, live, proxy"""
    frames: int = 0
    bytes: int = 0
    first_time_ns: int | None = None
    last_time_ns: int | None = None
    link_types: list[str] = field(default_factory=list)
    time_digits: int = 9
    """Digits of the fraction of a second that the capture has: 6 for microseconds, 9 for nanoseconds."""
    unread_links: list[str] = field(default_factory=list)
    """Those of `link_types` of which nothing was read."""
    unread_why: str = ""
    """Why not: the end of a sentence about frames."""
    comments: list[tuple[int | None, str]] = field(default_factory=list)
    """Number of the frame (None: the capture as a whole) and words that somebody left there."""
    logs: list[LogLines] = field(default_factory=list)
    """Of a trace without frames: which lines each of its logs has among those of all."""
    span_ns: int | None = None
    """From its start to its end, where it has no dates; times count from the start then."""

    @property
    def lines(self) -> int:
        """Lines of all logs."""
        return sum(log.count for log in self.logs)

    def line_of(self, number: int) -> tuple[str, int] | None:
        """The log and the line in it that a number means; None where there are no logs."""
        log = next((log for log in reversed(self.logs) if log.first <= number), None)
        return None if log is None else (log.path, number - log.first + 1)

    @property
    def end_ns(self) -> int | None:
        """The latest time, as stamps count it."""
        return self.span_ns if self.last_time_ns is None else self.last_time_ns

    @property
    def took_ns(self) -> int | None:
        """From the first frame or line to the last."""
        if self.first_time_ns is None or self.last_time_ns is None:
            return self.span_ns
        return self.last_time_ns - self.first_time_ns

    @property
    def dated(self) -> bool:
        """Its times are points in time; else they count from the start of the trace."""
        return self.first_time_ns is not None or self.format not in UNDATED


@dataclass(slots=True)
class Trace:
    """A capture, read and judged."""

    input: InputInfo
    devices: list[Device] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    events: list[DeviceEvent] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """By time; consequences behind their cause have `caused_by`."""
    ledger: dict[str, Tally] = field(default_factory=dict)
    """By code, every rule that was run."""
    wsd_seen: bool = False
    """Some message of the capture is WSD."""
    encrypted_seen: bool = False
    other_protocols: list[str] = field(default_factory=list)
    """Scan or print protocols that were seen instead: eSCL, IPP."""
    undecidable: bool = False
    """Every job, or where there is none every exchange, is inconclusive because of gaps."""
    notes: list[str] = field(default_factory=list)
    """What was set aside at the user's wish, a sentence each."""
    internal_errors: list[str] = field(default_factory=list)
    """Rules that raised: code and what was raised."""
    read_content: Callable[[ContentRef], Iterator[bytes]] | None = None
    """Reads a content again from the source; None where the source is gone (a pipe)."""
    read_transfer: Callable[[ContentRef], Transfer | None] | None = None
    """Tells when the bytes of a content's message came; as above."""
    read_stream: Callable[[ContentRef], Iterator[NetEvent]] | None = None
    """The net events of the direction and the part of the file that a reference names; None as above."""
    read_paths: Callable[[Iterable[Exchange]], dict[int, PathFacts]] | None = None
    """What the network did during each of these exchanges, by `id`; None as above."""
    read_message: Callable[[Message, Message | None], Message | None] | None = None
    """Reads a released message again, given what it answers; None where nobody wanted to (`Options.keep_places`)."""
    _paths: dict[int, PathFacts] | None = None

    def paths(self) -> dict[int, PathFacts]:
        """What the network did during each exchange over TCP, by `id`; empty where the source cannot be read again.

        The frames are read once more when somebody first asks.

        Raises:
            CaptureError: the capture is gone meanwhile.
        """
        if self._paths is None:
            self._paths = {} if self.read_paths is None else self.read_paths(self.exchanges)
        return self._paths
