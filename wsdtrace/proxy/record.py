"""What the relay saw → frames of a pcapng file, and the checker that judges the very same bytes.

Theory of operation: the relay says what happened and goes on; it is written down a little later, in order and with the
times at which it happened. An exchange that ended is in the file at once; judging it waits while the relay is busy
(`CALM_SECONDS`), as far as time (`MAX_HELD_SECONDS`) and memory (`MAX_BACKLOG`, the blocks of `Pool`) allow. Blocks
that were written are read again from memory by the reader of pcapng files and go through the pipeline as those of a
file would: what is found live is what `check` finds in the record, with the same frame numbers. Time is told to the
checker up to `BEHIND_NS` before now, so that deadlines pass although nothing comes.

Two interfaces: `client` (client ↔ proxy) and `device` (proxy ↔ device). A third, `wsdtrace`, holds notes: what
the proxy did itself, each finding as it appeared, and the end of the record.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum
from typing import BinaryIO, Final

from wsdtrace.capture import Interface, PcapngWriter, SyntheticConnection
from wsdtrace.capture.linktypes import ETHERNET, linktype_name
from wsdtrace.capture.notes import NOTE_LINK, Note, write_note
from wsdtrace.capture.packets import Buffer
from wsdtrace.capture.pcapng import PcapngReader
from wsdtrace.check.finding import Finding
from wsdtrace.pipeline import Options, Run, rules_for
from wsdtrace.proxy.bulk import Pool
from wsdtrace.records import Direction, Endpoint, FrameBatch, StreamEnd
from wsdtrace.report.escape import visible
from wsdtrace.report.trace import InputInfo, Trace

DRAIN_SECONDS: Final = 0.2
"""How long something may wait to be written: a person does not see it, and a burst is one piece of work."""
MAX_BACKLOG: Final = 16 * 1024 * 1024
"""Bytes that wait to be written or judged; beyond, the relay waits. Two hundred envelopes of the longest kind; bodies
that pass through a `Pool` are bounded there."""
SLICE_BYTES: Final = 2 * 1024 * 1024
"""Bytes that are written in one go: what is read at once is read faster, and between slices the relay goes on."""
LARGE_BYTES: Final = 64 * 1024
"""Bytes that are written to a file in a thread, and judged alone."""
SLICE_EVENTS: Final = 64
"""Things that happened, written in one go: four exchanges, 5 ms of work."""
CALM_SECONDS: Final = 0.01
"""While bytes came so lately, or a long body passes, the relay is busy, and judging waits, unless three quarters of
what may wait does."""
MAX_HELD_SECONDS: Final = 1.0
"""Judging waits no longer than that, however busy the relay is."""
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


class _Blocks:
    """What a `PcapngWriter` writes to: blocks that wait to be handed on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, block: bytes) -> int:
        self._pieces.append(block)
        self.size += len(block)
        return len(block)

    def flush(self) -> None:
        """Handing on is the record's business."""

    def take(self) -> bytes:
        """All of them."""
        data = b"".join(self._pieces)
        self._pieces.clear()
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

    def data(self, direction: Direction, data: Buffer, *, pooled: bool = False) -> None:
        """Bytes were received or sent.

        Args:
            direction: by whom.
            data: which.
            pooled: their memory is a block's of the record's pool.
        """
        if data:
            self._record.happened(lambda t_ns: self._send(t_ns, direction, data), 0 if pooled else len(data))

    def _send(self, t_ns: int, direction: Direction, data: Buffer) -> None:
        if self._connection is not None and direction not in self._ended:
            self._connection.send(t_ns, direction, data, until_ns=t_ns)

    def end(self, direction: Direction) -> None:
        """One side sends no more."""
        self._record.happened(lambda t_ns: self._close(t_ns, direction, StreamEnd.FIN))

    def reset(self, direction: Direction) -> None:
        """One side broke the connection off."""
        self._record.happened(lambda t_ns: self._close(t_ns, direction, StreamEnd.RST))

    def _close(self, t_ns: int, direction: Direction, how: StreamEnd) -> None:
        if self._connection is None or len(self._ended) == 2:
            return
        if direction in self._ended and how is not StreamEnd.RST:  # who has said its last word may still break off
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
        self._is_inline = _is_regular(file)
        self._saving = False
        """A thread writes to the file."""
        self._trouble: OSError | None = None
        self._stopping = False
        self._due = False
        """What waits is to be in the file now."""
        self._last_ns = 0
        self.first_ns: int | None = None
        self._lock = threading.Lock()
        self._queue: deque[tuple[int, Callable[[int], object], int]] = deque()
        """What is to be written: when it happened, what writes it, bytes. The thread of a `Bulk` appends as well."""
        self._unread: deque[bytes] = deque()
        """What was written, and is to be judged."""
        self._backlog = 0
        self.pool = Pool(short=self._hurry)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._blocks = _Blocks()
        self._reader = PcapngReader()
        self._position = 0
        self._number = 1
        self._found: list[Finding] = []
        self._room: asyncio.Event = asyncio.Event()
        self._room.set()
        self._work: asyncio.Event = asyncio.Event()
        self.run = Run(self._listening(options), rules_for(options))
        self.writer = PcapngWriter(self._blocks, INTERFACES)  # type: ignore[arg-type]  # all that it uses is here
        self._save(self._written())

    def _listening(self, options: Options) -> Options:
        """The options, with findings noted in the record as well."""
        return replace(options, on_finding=self._finding)

    def _finding(self, finding: Finding) -> None:
        self._found.append(finding)
        if self._options.on_finding is not None:
            self._options.on_finding(finding)

    # -- what the relay says -------------------------------------------------------------------

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
        """Queue what writes frames; it is called with the time of now, later. From any thread, if `size` is 0."""
        with self._lock:
            self._last_ns = max(self._last_ns, self._clock())  # time never falls
            self._queue.append((self._last_ns, what, size))
            self._backlog += size
        if self._backlog > MAX_BACKLOG and size:
            self._room.clear()
            self._work.set()

    def give_back(self, block: bytearray) -> None:
        """The bytes of a block of the pool all happened; from any thread."""
        self.happened(lambda _: self.pool.give(block))

    def ended(self) -> None:
        """An exchange has ended: it is to be in the file, whatever comes."""
        if self._file is None:
            return
        if self._is_inline and not self._saving and len(self._queue) <= SLICE_EVENTS and not self.pool.is_used:
            self._save(self._written())
        else:
            self._due = True
            self._work.set()

    def _hurry(self) -> None:
        """The pool is short of blocks; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._work.set)

    async def room(self) -> None:
        """Wait while more is in hand than may be."""
        await self._room.wait()

    # -- writing and judging -------------------------------------------------------------------

    async def keep_writing(self) -> None:
        """Write as it comes, until `stop`."""
        self._loop = asyncio.get_running_loop()
        while not self._stopping:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._work.wait()
            self._work.clear()
            await self._calm()
            while not self.is_settled:
                await self._slice()
            self._due = False
            self._advance(max(self._last_ns, self._clock()) - BEHIND_NS)

    def stop(self) -> None:
        """`keep_writing` shall end."""
        self._stopping = True
        self._work.set()

    @property
    def is_settled(self) -> bool:
        """All that happened was written and judged."""
        return not self._queue and not self._unread

    async def _calm(self) -> None:
        """Let the relay go first while it is busy."""
        waited = 0.0
        while (
            not self.is_settled
            and not self._due
            and not self._stopping
            and not self.pool.is_short
            and self._backlog < MAX_BACKLOG * 3 // 4
            and waited < MAX_HELD_SECONDS
            and (self.pool.is_busy or self._clock() - self._last_ns < CALM_SECONDS * 1e9)
        ):
            await asyncio.sleep(CALM_SECONDS)
            waited += CALM_SECONDS

    async def _slice(self) -> None:
        """Write some of what waits, and judge some of what was written."""
        data = self._written()
        if self._is_inline and len(data) < LARGE_BYTES:
            self._save(data)
        elif self._file is not None:
            self._saving = True
            await asyncio.to_thread(self._put, data)
            self._saving = False
            self._tell_trouble()
        self._judge_some()
        await asyncio.sleep(0)

    def _written(self) -> bytes:
        """Blocks of some of what waits."""
        size, events = 0, 0
        while self._queue and self._blocks.size < SLICE_BYTES and events < SLICE_EVENTS:
            time_ns, what, held = self._queue.popleft()
            self.first_ns = time_ns if self.first_ns is None else self.first_ns
            what(time_ns)
            size += held
            events += 1
        data = self._blocks.take()
        if data:
            self._unread.append(data)
        with self._lock:
            self._backlog += len(data) - size
        return data

    def _judge_some(self) -> None:
        """Judge some of what was written: a large piece, or several small ones."""
        pieces, size = [], 0
        while self._unread and size < LARGE_BYTES:
            pieces.append(self._unread.popleft())
            size += len(pieces[-1])
        self._judge(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        with self._lock:
            self._backlog -= size
        if self._backlog <= MAX_BACKLOG // 2:
            self._room.set()

    def _judge(self, data: bytes) -> None:
        """Give blocks to the checker; what it found becomes notes."""
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
        self._put(data)
        self._tell_trouble()

    def _put(self, data: bytes) -> None:
        """Write to the file; from any thread."""
        if self._file is None:
            return
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
            self._file.flush()
        except OSError as error:
            self._file = None
            self._trouble = error

    def _tell_trouble(self) -> None:
        trouble, self._trouble = self._trouble, None
        if trouble is not None and self._troubled is not None:
            self._troubled(trouble)

    def settle(self) -> None:
        """Write and judge all that waits."""
        while not self.is_settled:
            self._save(self._written())
            self._judge_some()

    def finish(self) -> Trace:
        """Write what waits and the end, and give the verdict. The file stays open."""
        self.settle()
        self.note(Note("end", "end of the record"))
        self.settle()
        info = InputInfo(
            path=self.path,
            files=[self.path],
            format="proxy",
            frames=self._number - 1,
            bytes=self._position,
            first_time_ns=self.first_ns,
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


def _is_regular(file: BinaryIO | None) -> bool:
    """Writing to the file does not wait for a reader."""
    try:
        return file is not None and stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except OSError:  # it is in memory
        return True
