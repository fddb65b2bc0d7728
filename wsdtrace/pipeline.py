"""The wiring: source → frames → streams → HTTP → state → check → `Trace`.

Theory of operation: a `Run` has a method for each of the three doors, and everything that enters goes on together
behind the last one. Of frames and streams one window at a time is read, and what `net` and `http` say of it is sorted
by where it became true; records come in their order. Facts go to the tracker, whose events go to the checker. So the
size of the windows is invisible. Parsed messages are dropped as soon as the rules have seen them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from wsdtrace.capture import CaptureAnomaly, CaptureSource, JoinedSource, Through, open_joined, open_source
from wsdtrace.capture.notes import notes_of
from wsdtrace.check.checker import Checker
from wsdtrace.check.finding import Finding
from wsdtrace.check.rule import Rule, all_rules, expand
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import CaptureError
from wsdtrace.http import HttpRoom, RecordRoom, Taps, read_content
from wsdtrace.net import LINK_TYPES, Net
from wsdtrace.records import (
    AckAhead,
    Anomaly,
    ConnectionOpened,
    ConnectionRefused,
    ContentRef,
    Datagram,
    Direction,
    FrameBatch,
    Gap,
    HttpMessage,
    NetAnomaly,
    NetEvent,
    RecordedEnd,
    RecordedRequest,
    Stamp,
    StreamEnded,
    WholeConnection,
    WholeExchange,
)
from wsdtrace.report.again import events_again, message_again, read_record_again, transfer
from wsdtrace.report.injections import Injections
from wsdtrace.report.trace import InputInfo, LogLines, Trace
from wsdtrace.state.events import Event, ExchangeEnded, FramesLost, LimitReached, MessageSeen, SourceDamaged
from wsdtrace.state.latency import AnswerLimits
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange, Image, Transport
from wsdtrace.state.order import Fact, in_order
from wsdtrace.state.paths import paths_of
from wsdtrace.state.tracker import Tracker

if TYPE_CHECKING:
    from wsdtrace.capture import AirscanSource, RecordFact, Source
    from wsdtrace.capture.inputs import Failure

FrameSource = CaptureSource | JoinedSource
"""What delivers frames (door 1)."""

EVERYTHING = 1 << 62
"""Behind every place of every source."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to read and judge."""

    digests: bool = False
    """Compute sha256 of every image while it streams through."""
    keep_exchanges: bool = True
    """Keep a row for every exchange (json, tables); text needs only those that findings and jobs name."""
    keep_messages: Callable[[Exchange], bool] | None = None
    """Exchanges whose parsed messages are kept, for detail views."""
    keep_places: bool = False
    """Remember where each message is, to read it again when somebody wants it; what cannot be found again is kept."""
    tls_keylog: str | None = None
    """A file with TLS keys (SSLKEYLOGFILE); keys in a pcapng file are used without."""
    failures: Mapping[str, Failure] = field(default_factory=dict)
    """Of copies of captures, by path: why one ends before what it was copied from."""
    select: tuple[str, ...] = ()
    """Codes or beginnings of codes to run; all when empty."""
    ignore: tuple[str, ...] = ()
    timeouts: Mapping[str, float] = field(default_factory=dict)
    """Operation → seconds after which its answer is slow (WSD107), where it is not the usual limit."""
    taps: Taps | None = None
    """Asked who takes the bytes of contents as they pass."""
    progress: Callable[[int, int | None], None] | None = None
    """Called with the bytes read and the size, if known."""
    on_event: Callable[[Event], None] | None = None
    on_finding: Callable[[Finding], None] | None = None
    """Called for each finding when it first appears (provisional id)."""


def rules_for(options: Options) -> list[Rule]:
    """The rules that the options select.

    Raises:
        BadSelector: a selector means no rule.
    """
    wanted = expand(options.select) if options.select else {r.code for r in all_rules()}
    unwanted = expand(options.ignore) if options.ignore else frozenset()
    return [r for r in all_rules() if r.code in wanted and r.code not in unwanted]


def check_file(path: str, options: Options | None = None) -> Trace:
    """Read a capture and judge it.

    Raises:
        CaptureError: the file cannot be read or is no capture.
        BadSelector: a selector means no rule.
        MissingExtra: keys were given, and what decrypts with them is not installed.
    """
    chosen = options or Options()
    rules = rules_for(chosen)
    with open_source(path, chosen.failures.get(path)) as source:
        return check_source(source, chosen, rules)


def check_joined(paths: Sequence[str], options: Options | None = None) -> Trace:
    """Read several captures as one, merged by time, and judge it; a single one as `check_file` does.

    Raises:
        CaptureError: a file cannot be read or is no capture.
        BadSelector: a selector means no rule.
        MissingExtra: as above.
    """
    if len(paths) == 1:
        return check_file(paths[0], options)
    chosen = options or Options()
    rules = rules_for(chosen)
    with open_joined(paths, failures=chosen.failures) as source:
        return check_source(source, chosen, rules)


def check_source(source: Source | JoinedSource, options: Options, rules: Iterable[Rule] | None = None) -> Trace:
    """Judge what a source delivers, at the door that it enters by."""
    run = Run(options, rules_for(options) if rules is None else rules)
    if isinstance(source, CaptureSource | JoinedSource):
        return _check_capture(source, run)
    return _check_airscan(source, run)


def _check_capture(source: FrameSource, run: Run) -> Trace:
    """Door 1."""
    progress = run.options.progress
    with reading(source, run):
        for batch in source.batches():
            run.frames(batch)
            if progress is not None:
                progress(source.size, source.file_size)
        return captured(source, run)


@contextlib.contextmanager
def reading(source: FrameSource, run: Run) -> Iterator[None]:
    """The frames of a source go into a run, some of them through tshark, which ends with this context."""
    with Through(source, LINK_TYPES, run.options.tls_keylog) as run.through:
        yield


def captured(source: FrameSource, run: Run) -> Trace:
    """What is known of a capture that was read to its end, within `reading`."""
    through = run.through
    assert through is not None
    run.tracker.keys = through.keys
    trace = run.finish(_info_of(source, run, through))
    if source.seekable:
        trace.read_paths = lambda exchanges: paths_of(through.window(0, EVERYTHING), exchanges)
        trace.read_transfer = lambda ref: transfer(through, ref)
        trace.read_stream = lambda ref: events_again(through, ref)
        trace.read_content = lambda ref: read_content(events_again(through, ref, compact=True), ref)
        trace.read_message = lambda message, asked: message_again(through, message, asked)
    return trace


def _info_of(source: FrameSource, run: Run, through: Through) -> InputInfo:
    return InputInfo(
        path=source.path,
        files=source.paths,
        format=source.format,
        frames=source.frames,
        bytes=source.size,
        first_time_ns=source.first_time_ns,
        last_time_ns=source.last_time_ns,
        link_types=list(source.link_types),
        time_digits=run.time_digits,
        unread_links=through.unread_links,
        unread_why=through.unread_why,
        comments=[(comment.number, comment.text) for comment in source.remarks.comments],
    )


def _check_airscan(source: AirscanSource, run: Run) -> Trace:
    """Door 3."""
    progress = run.options.progress
    for record in source.records():
        run.record(record)
        if progress is not None:
            progress(source.size, source.size)
    run.reached(source.last)
    for anomaly in source.anomalies:
        run.damaged(anomaly)
    trace = run.finish(
        InputInfo(
            path=source.path,
            files=source.files,
            format=source.format,
            bytes=source.size,
            logs=[LogLines(*log) for log in source.lines],
            span_ns=source.span_ns,
        )
    )
    trace.read_content = lambda ref: read_record_again(source, ref)
    return trace


def read_image(trace: Trace, image: Image) -> Iterator[bytes]:
    """The bytes of an image, piece by piece, as far as the capture holds them.

    Raises:
        CaptureError: the source cannot be read again (a pipe), or the image's place is not known.
    """
    if trace.read_content is None or image.ref is None:
        raise CaptureError(f"{trace.input.path}: images cannot be read again from a source that is no plain file")
    return trace.read_content(image.ref)


@dataclass(slots=True)
class Run:
    """One pass over one source, fed window by window."""

    options: Options
    rules: Iterable[Rule]
    net: Net = field(default_factory=lambda: Net(compact=True))
    tracker: Tracker = field(init=False)
    checker: Checker = field(init=False)
    http: HttpRoom = field(init=False)
    recorded: RecordRoom = field(init=False)
    injections: Injections = field(default_factory=Injections)
    """What a proxy says that it did itself."""
    _last: Stamp = field(default_factory=lambda: Stamp(0, 0))
    through: Through | None = None
    """What of a source of frames goes through tshark."""
    time_digits: int = 6
    """Digits of the fraction of a second that the frames have: 9 as soon as one needs them."""

    def __post_init__(self) -> None:
        limits = AnswerLimits().changed(self.options.timeouts)
        self.rules = list(self.rules)
        judged = bool(self.rules) or self.options.on_event is not None
        self.tracker = Tracker(answer_limits=limits, keep_exchanges=self.options.keep_exchanges, judged=judged)
        self.checker = Checker(self.rules)
        self.http = HttpRoom(digests=self.options.digests, taps=self.options.taps)
        self.recorded = RecordRoom(digests=self.options.digests)

    def frames(self, batch: FrameBatch) -> None:
        """Door 1: one window of frames."""
        if len(batch):
            for note in notes_of(batch):
                self.injections.hear(note)
            time_ns = max(self._last.time_ns, int(batch.time_ns.max()))
            self._last = Stamp(batch.first_number + len(batch) - 1, time_ns)
            if self.time_digits == 6 and bool((batch.time_ns % 1000).any()):  # microseconds
                self.time_digits = 9
        if self.through is None:
            events = self.net.feed(batch)
        else:
            readable = self.through.readable(batch)
            events = self.through.decrypted(self.net.feed(readable), readable)
        self._facts(self._http(events))
        self._events(self.tracker.advance(self._last.time_ns))
        for anomaly in batch.anomalies:
            self.damaged(anomaly)

    def streams(self, events: Iterable[NetEvent], reached: Stamp) -> None:
        """Door 2: what happened on connections up to a place in the source, in order for each connection.

        Args:
            events: of all connections; ids, offsets and stamps as `net` gives them.
            reached: nothing that comes later stands before it.
        """
        self._facts(self._http(events))
        self.reached(reached)

    def record(self, record: RecordFact) -> None:
        """Door 3: what a program wrote down; records come in the order in which it happened."""
        if isinstance(record, RecordedRequest | RecordedEnd):
            for event in self.recorded.feed(record):
                self._events(self.tracker.feed(event))
        else:
            self._events(self.tracker.feed(record))
        self.reached(record.stamp)

    def reached(self, place: Stamp) -> None:
        """The source was read up to this place: capture time moves there."""
        if place.order > self._last.order:
            self._last = Stamp(place.number, max(place.time_ns, self._last.time_ns), place.kind)
        self._events(self.tracker.advance(self._last.time_ns))

    def advance(self, time_ns: int) -> None:
        """Of a live source: no frame older than this will come, so deadlines before it have passed."""
        self._events(self.tracker.advance(time_ns))

    def wait(self, time_ns: int) -> None:
        """No frame has come until this time, and none that is older will: timers fire at their deadlines."""
        if time_ns > self._last.time_ns:
            self._events(self.tracker.advance(time_ns))

    def damaged(self, anomaly: Anomaly) -> None:
        """The source itself is damaged, or lacks something."""
        if anomaly.kind == CaptureAnomaly.FRAMES_LOST:
            self._event(FramesLost(self._last, anomaly))
        elif anomaly.kind == CaptureAnomaly.LIMIT_REACHED:
            self._event(LimitReached(self._last, anomaly, None))
        else:
            self._event(SourceDamaged(self._last, anomaly))

    def _http(self, events: Iterable[NetEvent]) -> list[Fact]:
        facts: list[Fact] = []
        for event in events:
            said = self.http.feed(event)
            if isinstance(event, WholeConnection):
                if not said or not isinstance(said[0], WholeExchange):
                    facts.extend(event.edges())
            elif isinstance(
                event, AckAhead | ConnectionOpened | ConnectionRefused | Datagram | Gap | NetAnomaly | StreamEnded
            ):
                facts.append(event)
            facts.extend(said)
        return facts

    def _facts(self, facts: list[Fact]) -> None:
        for fact in in_order(facts):
            self._events(self.tracker.feed(fact))

    def _events(self, events: Iterator[Event]) -> None:
        for event in events:
            self._event(event)

    def _event(self, event: Event) -> None:
        if self.rules:
            for finding in self.checker.feed(event):
                if self.options.on_finding is not None:
                    self.options.on_finding(finding)
        if self.options.on_event is not None:
            self.options.on_event(event)
        if isinstance(event, ExchangeEnded):
            self._release(event.exchange, (event.exchange.request, event.exchange.response))
        elif isinstance(event, MessageSeen) and event.exchange.transport is Transport.UDP:
            # Over UDP no exchange ends; whatever follows from a message is told before its MessageSeen.
            self._release(event.exchange, (event.message,))

    def _release(self, exchange: Exchange, messages: Iterable[Message | None]) -> None:
        keep = self.options.keep_messages
        if keep is not None and keep(exchange):
            return
        for image in exchange.images:
            image.release()
        for message in messages:
            if message is None:
                continue
            if self.options.keep_places and message.http is not None:
                message.place = _place_of(message.http)
                if message.place is None:
                    continue  # a source that cannot be read again at this place
            message.release()

    def finish(self, info: InputInfo) -> Trace:
        """The source has ended: settle everything."""
        events = self.net.close()
        if self.through is not None:
            events = self.through.ended(events)
            for anomaly in self.through.closing():
                self.damaged(anomaly)
        facts = self._http(events)
        facts.extend(self.http.close(self._last))
        facts.extend(self.recorded.close(self._last))
        self._facts(facts)
        self._events(self.tracker.close(self._last))
        trace = self._trace(info)
        self.injections.set_aside(trace)
        return trace

    def _trace(self, info: InputInfo) -> Trace:
        tracker = self.tracker
        findings = self.checker.close()
        exchanges = sorted(tracker.exchanges, key=lambda x: (_first_complete(x), x.id))
        for number, exchange in enumerate(exchanges, start=1):
            exchange.id = number
            exchange.device = exchange.device.root if exchange.device else None
        images = [image for job in tracker.jobs.all for image in job.images]
        for number, image in enumerate(images, start=1):
            image.id = number
        for job in tracker.jobs.all:
            job.device = job.device.root if job.device else None
        return Trace(
            input=info,
            devices=tracker.devices.number(),
            clients=tracker.clients.all,
            exchanges=exchanges,
            jobs=tracker.jobs.all,
            images=images,
            refusals=tracker.jobs.refusals,
            subscriptions=tracker.subscriptions.all,
            events=tracker.subscriptions.events,
            findings=findings,
            ledger=self.checker.ledger,
            wsd_seen=tracker.wsd_seen,
            encrypted_seen=bool(tracker.encrypted),
            other_protocols=list(tracker.other_protocols),
            undecidable=_undecidable(tracker),
            internal_errors=self.checker.internal_errors,
        )


def _place_of(http: HttpMessage) -> ContentRef | None:
    """Where a message can be read again; None in a source that is no file of frames."""
    if http.file_start < 0 or http.base_seq < 0:
        return None
    return ContentRef(
        originator=http.sender if http.direction is Direction.FROM_ORIGINATOR else http.receiver,
        responder=http.receiver if http.direction is Direction.FROM_ORIGINATOR else http.sender,
        direction=http.direction,
        message_start=http.stream_start,
        message_end=http.stream_end,
        base_seq=http.base_seq,
        file_start=http.file_start,
        file_end=http.file_end,
        part=-1,
        length=http.content.length,
    )


def _first_complete(exchange: Exchange) -> tuple[int, int]:
    message = exchange.request or exchange.response
    return (0, 0) if message is None else message.last.order


def _undecidable(tracker: Tracker) -> bool:
    jobs = tracker.jobs.all
    if tracker.unrecorded and tracker.unrecorded == tracker.incomplete:
        return False  # nothing is wrong with the trace; what its program did not write down are single answers
    if jobs:
        return all(job.blind for job in jobs)
    return tracker.listed > 0 and tracker.incomplete == tracker.listed
