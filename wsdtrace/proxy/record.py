"""What the relay saw → frames of a pcapng file, and the checker that judges the very same bytes.

Theory of operation: the relay says what happened and goes on; it is written down a little later (`DRAIN_SECONDS`, the
end of an exchange, or `MAX_BACKLOG`), in order and with the times at which it happened. Blocks that were written are
read again from memory by the reader of pcapng files and go through the pipeline as those of a file would: what is found
live is what `check` finds in the record, with the same frame numbers. Time is told to the checker up to
`BEHIND_NS` before now, so that deadlines pass although nothing comes.

Two interfaces: `client` (client ↔ proxy) and `device` (proxy ↔ device). A third, `wsdtrace`, holds notes: what
the proxy did itself, each finding as it appeared, and the end of the record.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import field, replace
from enum import IntEnum
from typing import BinaryIO, Final

from wsdtrace.capture import Interface, PcapngWriter, SyntheticConnection
from wsdtrace.capture.linktypes import ETHERNET, linktype_name
from wsdtrace.capture.notes import NOTE_LINK, Note, write_note
from wsdtrace.capture.pcapng import PcapngReader
from wsdtrace.check.finding import Finding
from wsdtrace.dataclass import dataclass
from wsdtrace.pipeline import Options, Run, rules_for
from wsdtrace.records import Direction, Endpoint, FrameBatch, StreamEnd
from wsdtrace.report.escape import visible
from wsdtrace.report.trace import InputInfo, Trace

DRAIN_SECONDS: Final = 0.2
"""How long something may wait to be written: a person does not see it, and a burst is one piece of work."""
MAX_BACKLOG: Final = 48 * 1024 * 1024
"""Bytes that wait to be written; beyond, the relay waits. A page of 20 MB on both legs, which share its memory, so that
it passes at the speed of the network."""
SLICE_BYTES: Final = 2 * 1024 * 1024
"""Bytes that are written in one go: what is read at once is read faster, and between slices the relay goes on."""
CALM_SECONDS: Final = 0.01
"""While bytes came so lately the relay is busy, and writing waits, unless half of what may wait does already."""
MAX_HELD_SECONDS: Final = 1.0
"""Writing waits no longer than that, however busy the relay is."""
BEHIND_NS: Final = 2_000_000_000
"""A live source tells time up to so long before now (frames that are still in hand come first)."""
SEGMENT_BYTES: Final = 60 * 1024
"""Bytes of data in a segment of the record: as captures on loopback and with offloading have them."""


class Side(IntEnum):
    """Which leg: the index of its interface."""

    CLIENT = 0
    DEVICE = 1
    NOTES = 2


INTERFACES: Final = (
    Interface("client", ETHERNET, "client and proxy"),
    Interface("device", ETHERNET, "proxy and device"),
    Interface("wsdtrace", NOTE_LINK, "notes of the proxy"),
)


@dataclass(frozen=True, slots=True)
class _Happened:
    time_ns: int
    what: Callable[[int], object]
    size: int = 0


@dataclass(slots=True)
class _Blocks:
    """What a `PcapngWriter` writes to: blocks that wait to be handed on."""

    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    def write(self, block: bytes) -> int:
        self.pieces.append(block)
        self.size += len(block)
        return len(block)

    def flush(self) -> None:
        """Handing on is the record's business."""

    def take(self) -> bytes:
        """All of them."""
        data = b"".join(self.pieces)
        self.pieces.clear()
        self.size = 0
        return data


def note_of(finding: Finding) -> Note:
    """A finding as it appeared (its number and cause are known at the end only)."""
    frames = [stamp.number for stamp in finding.stamps]
    places = ", ".join(f"#{number}" for number in frames)
    text = f"{finding.code} {finding.name}: {finding.message} (fault: {finding.fault_of.value}; {places})"
    facts = {"code": finding.code, "severity": finding.severity.value, "frames": frames}
    return Note("finding", visible(text), facts)


class Leg:
    """One connection of the record."""

    def __init__(self, record: Record, side: Side, originator: Endpoint, responder: Endpoint) -> None:
        self._record = record
        self._side = side
        self.originator = originator
        self.responder = responder
        self._connection: SyntheticConnection | None = None
        self._ended: set[Direction] = set()
        record.happened(self._open)

    def _open(self, t_ns: int) -> None:
        self._connection = self._record.writer.connect(
            t_ns, self.originator, self.responder, mss=SEGMENT_BYTES, interface=self._side
        )

    def data(self, direction: Direction, data: bytes) -> None:
        """Bytes were received or sent."""
        if data:
            self._record.happened(lambda t_ns: self._send(t_ns, direction, data), len(data))

    def _send(self, t_ns: int, direction: Direction, data: bytes) -> None:
        if self._connection is not None and direction not in self._ended:
            self._connection.send(t_ns, direction, data, until_ns=t_ns)

    def end(self, direction: Direction) -> None:
        """One side sends no more."""
        self._record.happened(lambda t_ns: self._close(t_ns, direction, StreamEnd.FIN))

    def reset(self, direction: Direction) -> None:
        """One side broke the connection off."""
        self._record.happened(lambda t_ns: self._close(t_ns, direction, StreamEnd.RST))

    def _close(self, t_ns: int, direction: Direction, how: StreamEnd) -> None:
        if self._connection is None or direction in self._ended or len(self._ended) == 2:
            return
        self._connection.close(t_ns, direction, how)
        self._ended |= set(Direction) if how is StreamEnd.RST else {direction}


class Record:
    """Writes, and judges what it wrote.

    Args:
        path: what the record is called in reports.
        file: where the blocks go, opened for writing; None to judge only.
        options: of the pipeline; its callbacks are called while the run goes on.
        troubled: called once with the error, when writing the file fails: judging goes on.
        clock: nanoseconds since the epoch.
    """

    def __init__(
        self,
        path: str,
        file: BinaryIO | None,
        options: Options,
        *,
        troubled: Callable[[OSError], None] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.path = path
        self._file = file
        self._options = options
        self._troubled = troubled
        self._clock = clock
        self._last_ns = 0
        self._first_ns: int | None = None
        self._queue: deque[_Happened] = deque()
        self._backlog = 0
        self._blocks = _Blocks()
        self._reader = PcapngReader()
        self._position = 0
        self._number = 1
        self._found: list[Finding] = []
        self._room: asyncio.Event = asyncio.Event()
        self._room.set()
        self._work: asyncio.Event = asyncio.Event()
        self._soon = False
        self.run = Run(self._listening(options), rules_for(options))
        self.writer = PcapngWriter(self._blocks, INTERFACES)  # type: ignore[arg-type]  # all that it uses is here
        self._hand_on()

    def _listening(self, options: Options) -> Options:
        """The options, with findings noted in the record as well."""
        return replace(options, on_finding=self._finding)

    def _finding(self, finding: Finding) -> None:
        self._found.append(finding)
        if self._options.on_finding is not None:
            self._options.on_finding(finding)

    # -- what the relay says -------------------------------------------------------------------

    def now_ns(self) -> int:
        """Time, which never falls."""
        self._last_ns = max(self._last_ns, self._clock())
        return self._last_ns

    def open(self, side: Side, originator: Endpoint, responder: Endpoint) -> Leg:
        """A connection was made."""
        return Leg(self, side, originator, responder)

    def datagram(self, side: Side, source: Endpoint, destination: Endpoint, data: bytes) -> None:
        """A datagram was received or sent."""
        self.happened(lambda t_ns: self.writer.datagram(t_ns, source, destination, data, interface=side), len(data))

    def note(self, note: Note) -> None:
        """Something that only the proxy knows."""
        self.happened(lambda t_ns: write_note(self.writer, t_ns, note, interface=Side.NOTES))

    def happened(self, what: Callable[[int], object], size: int = 0) -> None:
        """Queue what writes frames; it is called with the time of now, later."""
        self._queue.append(_Happened(self.now_ns(), what, size))
        self._backlog += size
        if self._backlog > MAX_BACKLOG:
            self._room.clear()
            self._work.set()

    def flush_soon(self) -> None:
        """An exchange has ended: write down what there is when the relay has nothing more urgent."""
        self._work.set()

    async def room(self) -> None:
        """Wait while more is in hand than may be."""
        await self._room.wait()

    # -- writing and judging -------------------------------------------------------------------

    async def keep_writing(self) -> None:
        """Write as it comes, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._work.wait()
            self._work.clear()
            await self._calm()
            while self._queue:
                self._slice()
                await asyncio.sleep(0)
            self._advance(self.now_ns() - BEHIND_NS)

    async def _calm(self) -> None:
        """Let the relay go first while it is busy."""
        waited = 0.0
        while (
            self._queue
            and self._backlog < MAX_BACKLOG // 2
            and waited < MAX_HELD_SECONDS
            and self._clock() - self._last_ns < CALM_SECONDS * 1e9
        ):
            await asyncio.sleep(CALM_SECONDS)
            waited += CALM_SECONDS

    def _slice(self) -> None:
        """Write some of what waits."""
        while self._queue and self._blocks.size < SLICE_BYTES:
            each = self._queue.popleft()
            self._backlog -= each.size
            self._first_ns = each.time_ns if self._first_ns is None else self._first_ns
            each.what(each.time_ns)
        if self._backlog <= MAX_BACKLOG // 2:
            self._room.set()
        self._hand_on()

    def _hand_on(self) -> None:
        """Give the blocks to the file and to the checker; what it found becomes notes."""
        data = self._blocks.take()
        if not data:
            return
        self._save(data)
        view = memoryview(data)
        walked = self._reader.walk(view, len(data), self._position, final=False)
        assert walked.consumed == len(data), "we write whole blocks"
        if len(walked.offset):
            self.run.frames(
                FrameBatch(
                    buffer=view,
                    offset=walked.offset,
                    file_offset=walked.record + self._position,
                    captured_len=walked.captured_len,
                    wire_len=walked.wire_len,
                    time_ns=walked.time_ns,
                    interface=walked.interface,
                    link_type=walked.link_type,
                    first_number=self._number,
                )
            )
        self._number += len(walked.offset)
        self._position += len(data)
        self._note_findings()

    def _note_findings(self) -> None:
        """Findings stand in the record as comments, behind the frames that proved them."""
        found, self._found = self._found, []
        for finding in found:
            if self.run.injections.into(finding) is None:
                self.note(note_of(finding))

    def _advance(self, time_ns: int) -> None:
        self.run.advance(time_ns)
        self._note_findings()

    def _save(self, data: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            self._file = None
            if self._troubled is not None:
                self._troubled(error)

    def finish(self) -> Trace:
        """Write what waits and the end, and give the verdict. The file stays open."""
        while self._queue:
            self._slice()
        self.note(Note("end", "end of the record"))
        while self._queue:
            self._slice()
        info = InputInfo(
            path=self.path,
            files=[self.path],
            format="proxy",
            frames=self._number - 1,
            bytes=self._position,
            first_time_ns=self._first_ns,
            last_time_ns=self._last_ns,
            link_types=[linktype_name(number) for number in self._reader.link_types_seen],
            time_digits=self.run.time_digits,
        )
        trace = self.run.finish(info)
        self._note_last_findings()
        return trace

    def _note_last_findings(self) -> None:
        """What is known at the end only: behind the end, at its time, so that judging the record says no more."""
        for finding in self._found:
            write_note(self.writer, self._last_ns, note_of(finding), interface=Side.NOTES)
        self._found = []
        self._save(self._blocks.take())
