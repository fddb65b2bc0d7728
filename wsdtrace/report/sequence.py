"""A trace → the rows of a sequence diagram: who spoke to whom, in order, with the idle times between.

Theory of operation: exchanges become groups (equal ones that follow one another and that nobody objects to are one),
groups become arrows, one for each message, sorted by where they stand in the capture. A trace with more groups than fit
keeps its beginning, its end, and what findings name; what is left out is counted in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby

from wsdtrace.check.finding import Finding
from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.report.redact import REDACTED, Redactor
from wsdtrace.report.times import MINUTE, SECOND, duration
from wsdtrace.report.trace import Trace
from wsdtrace.report.words import pixels, size
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange, Job, Toward, Transport

MAX_GROUPS = 60
"""Groups of exchanges in one diagram: about four screens, and below the 50,000 characters that Mermaid draws."""

MAX_LANES = 6
"""Lifelines; peers beyond stand together in the last one of their kind."""

IDLE_NS = 2 * SECOND
"""A silence from which on it is marked."""

MIN_FOLD = 3
"""Equal exchanges in a row that become one arrow; of messages without an answer two do."""

MAX_PAUSE_NS = 15 * SECOND
"""Between equal exchanges that are drawn as one: clients that poll do so every second to every ten (captures/)."""

MAX_LABEL = 80
"""Characters of a label from the capture."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lifeline."""

    key: str
    """`C1`, `D1`, `S1`; `M` for everybody (multicast)."""
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message, or several equal ones."""

    stamp: Stamp
    first: Stamp
    """Where the message begins."""
    source: str
    """Key of a lane."""
    target: str
    label: str
    note: str
    """How long it took, or how often it was seen."""
    exchange: Exchange
    is_request: bool
    failed: bool
    """A fault, an error of HTTP, or no answer at all."""
    lost: bool = False
    """It stands for a response that never came."""
    images: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody said anything for a while."""

    ns: int
    until: Stamp


@dataclass(frozen=True, slots=True)
class Omitted:
    """Exchanges that are not drawn."""

    count: int


Row = Arrow | Idle | Omitted


@dataclass(frozen=True, slots=True)
class Sequence:
    """A diagram, ready to be drawn."""

    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    jobs: tuple[Job, ...]
    start_ns: int | None
    """Times are told from here."""


@dataclass(frozen=True, slots=True)
class _Group:
    exchanges: tuple[Exchange, ...]
    findings: tuple[Finding, ...]

    @property
    def matters(self) -> bool:
        return bool(self.findings) or self.exchanges[0].fault is not None


def sequence_of(trace: Trace, job: Job | None, redactor: Redactor, *, most: int = MAX_GROUPS) -> Sequence:
    """The rows about a trace, or about one job and the events that belong to it.

    Args:
        trace: what is drawn.
        job: whose exchanges; None for all.
        redactor: what is not told.
        most: groups of exchanges that are kept.
    """
    sequence = _Writer(trace, redactor).sequence(_wanted(trace, job), trace.jobs if job is None else [job], most)
    return sequence if job is None or job.ended is not None else replace(sequence, rows=_left(sequence.rows, trace))


def _left(rows: tuple[Row, ...], trace: Trace) -> tuple[Row, ...]:
    """The rows of a job that nobody ended, with the silence behind them."""
    last = next((row for row in reversed(rows) if isinstance(row, Arrow)), None)
    end = trace.input.last_time_ns
    if last is None or end is None or end - last.stamp.time_ns < IDLE_NS:
        return rows
    return (*rows, Idle(end - last.stamp.time_ns, Stamp(last.stamp.number, end)))


def exchanges_of(trace: Trace, job: Job) -> list[Exchange]:
    """What belongs to the life of a job: its exchanges, its creation, the events about it, and who it kept waiting."""
    mine = {id(e) for e in job.exchanges} | {id(event.exchange) for event in trace.events if event.job is job}
    mine |= {id(refusal.exchange) for refusal in trace.refusals if refusal.busy_with is job}
    return [e for e in trace.exchanges if id(e) in mine or e.job is job or e is job.creation]


def _wanted(trace: Trace, job: Job | None) -> list[Exchange]:
    chosen = trace.exchanges if job is None else exchanges_of(trace, job)
    # A proxy's second leg says again what the first said.
    return sorted((e for e in chosen if e.copy_of is None), key=lambda e: (e.first.time_ns, e.first.number, e.id))


class _Writer:
    def __init__(self, trace: Trace, redactor: Redactor) -> None:
        self._trace = trace
        self._redactor = redactor
        self._lanes: dict[str, Lane] = {}
        self._sinks = {id(event.exchange) for event in trace.events}
        self._findings: dict[int, list[Finding]] = {}
        for finding in trace.findings:
            if finding.is_cause:
                for exchange in {id(e): e for e in finding.exchanges}.values():
                    self._findings.setdefault(id(exchange), []).append(finding)

    def sequence(self, exchanges: list[Exchange], jobs: list[Job], most: int) -> Sequence:
        groups = self._groups(exchanges)
        kept = _kept(groups, most)
        arrows: list[Arrow] = []
        omitted: list[tuple[Stamp, int]] = []
        for stay, run in groupby(range(len(groups)), key=kept.__contains__):
            members = [groups[i] for i in run]
            if stay:
                arrows += [arrow for group in members for arrow in self._arrows(group)]
            else:
                omitted.append((members[0].exchanges[0].first, sum(len(g.exchanges) for g in members)))
        arrows.sort(key=lambda a: (a.stamp.number, a.stamp.time_ns, not a.is_request))
        lanes = sorted(self._lanes.values(), key=lambda lane: ("CDSM".index(lane.key[0]), lane.key))
        return Sequence(
            tuple(lanes), tuple(_with_silences(arrows, omitted)), tuple(jobs), self._trace.input.first_time_ns
        )

    def _groups(self, exchanges: list[Exchange]) -> list[_Group]:
        groups = []
        for members in _runs(exchanges, self._sameness):
            one_way = members[0].response is None
            if len(members) >= (2 if one_way else MIN_FOLD):
                groups.append(_Group(tuple(members), ()))
            else:
                groups += [_Group((e,), tuple(self._findings.get(id(e), ()))) for e in members]
        return groups

    def _sameness(self, exchange: Exchange) -> object:
        """What exchanges have in common that may be drawn as one; of its own kind each that should not."""
        response = exchange.response
        worth_seeing = (
            exchange.fault
            or exchange.images
            or any(f.severity.rank < 2 and not f.also_seen for f in self._findings.get(id(exchange), ()))
        )
        unanswered = response is None and exchange.transport is Transport.HTTP
        if worth_seeing or unanswered or exchange.operation == "CreateScanJob":
            return id(exchange)
        peers = (id(exchange.client), id(exchange.device), exchange.toward)
        return (exchange.operation, peers, response.status if response is not None else None)

    def _arrows(self, group: _Group) -> list[Arrow]:
        exchange = group.exchanges[0]
        request, response = exchange.request, exchange.response
        source, target = self._peers(exchange)
        name = self._said(exchange.operation or _other_name(exchange) or "unknown message")
        count = len(group.exchanges)
        rows = []
        if request is not None:
            note = ""
            if count > 1:
                note = f"×{count:,} in {duration(group.exchanges[-1].last.time_ns - exchange.first.time_ns)}"
            elif exchange.repeats:
                note = f"sent ×{len(exchange.repeats) + 1}"
            rows.append(
                Arrow(request.last, request.first, source, target, name, note, exchange, is_request=True,
                      failed=request.fault is not None, findings=group.findings if response is None else ())
            )  # fmt: skip
        if response is not None:
            rows.append(self._answer(group, response, target, source))
        elif exchange.transport is Transport.HTTP and request is not None and target != "M":
            reason = exchange.abandoned.value if exchange.abandoned else "none was captured"
            rows.append(
                Arrow(request.last, request.last, target, source, f"no response: {reason}", "", exchange,
                      is_request=False, failed=True, lost=True)
            )  # fmt: skip
        return rows

    def _answer(self, group: _Group, response: Message, source: str, target: str) -> Arrow:
        exchange = group.exchanges[0]
        latency = exchange.latency_ns
        note = "" if latency is None or len(group.exchanges) > 1 else duration(latency)
        fault = response.fault
        if fault is not None:
            label = self._said(fault.subcode or fault.code or "fault")
        elif exchange.images:
            label = ", ".join(_image_words(exchange))
        elif exchange.transport is Transport.UDP:
            label = _UDP_ANSWERS.get(exchange.operation or "", "answer")
            note = f"×{len(exchange.answers)}, {note}" if len(exchange.answers) > 1 else note
        elif exchange.operation == "CreateScanJob" and exchange.job is not None:
            label = f"JobId {exchange.job.job_id}"
        else:
            label = str(response.status) if response.status is not None else "response"
        if not response.complete:
            label += ", incomplete"
        failed = fault is not None or not response.complete or (response.status or 0) >= 400
        return Arrow(response.last, response.first, source, target, label, note, exchange, is_request=False,
                     failed=failed, images=len(exchange.images), findings=group.findings)  # fmt: skip

    def _peers(self, exchange: Exchange) -> tuple[str, str]:
        """Keys of the lanes of the request's sender and receiver."""
        client, device = exchange.client, exchange.device
        is_event = id(exchange) in self._sinks
        who = "S" if is_event else "C"
        if client is not None:
            software = self._said(client.user_agent or "") or " ".join(map(self._said, client.addresses))
            title = f"event sink {client.id}" if is_event else f"client {client.id}"
            client_key = self._lane(who, client.id, title, software)
        else:
            client_key = "M"
        if device is not None:
            model = " ".join(filter(None, (device.manufacturer, device.model))) or " ".join(device.addresses)
            device_key = self._lane("D", device.id, f"device {device.id}", self._said(model))
        else:
            device_key = "M"
        if "M" in (client_key, device_key):
            self._lanes.setdefault("M", Lane("M", "everybody", "multicast, or nobody known"))
        return (client_key, device_key) if exchange.toward is Toward.DEVICE else (device_key, client_key)

    def _lane(self, kind: str, number: int, title: str, subtitle: str) -> str:
        key = f"{kind}{number}"
        if key in self._lanes:
            return key
        if len(self._lanes) >= MAX_LANES - 1:
            key = f"{kind}0"
            title, subtitle = f"other {_PLURALS[kind]}", ""
        bare = "" if set(subtitle.split()) == {REDACTED} else subtitle
        self._lanes.setdefault(key, Lane(key, title, bare))
        return key

    def _said(self, text: str) -> str:
        text = self._redactor.text(text)
        return text if len(text) <= MAX_LABEL else f"{text[:MAX_LABEL]}…"


_PLURALS = {"C": "clients", "D": "devices", "S": "event sinks"}
_UDP_ANSWERS = {"Probe": "ProbeMatches", "Resolve": "ResolveMatches"}


def _other_name(exchange: Exchange) -> str | None:
    for message in (exchange.request, exchange.response):
        if message is not None and (message.body_local or message.action):
            return f"? {message.body_local or message.action}"
    return None


def _image_words(exchange: Exchange) -> list[str]:
    """`page 1, jfif 637×876, 46.5 kB`."""
    return [
        ", ".join(filter(None, (f"page {i.page}", f"{i.format or ''} {pixels(i)}".strip(), size(i.probe.length))))
        for i in exchange.images
    ]


def _runs(exchanges: list[Exchange], sameness: Callable[[Exchange], object]) -> Iterator[list[Exchange]]:
    """Neighbours that are alike, with no long pause between them."""
    run: list[Exchange] = []
    for exchange in exchanges:
        if run and (
            sameness(run[-1]) != sameness(exchange) or exchange.first.time_ns - run[-1].last.time_ns > MAX_PAUSE_NS
        ):
            yield run
            run = []
        run.append(exchange)
    if run:
        yield run


def _kept(groups: list[_Group], most: int) -> set[int]:
    """Which groups are drawn: the beginning, the end, and of the rest first those that matter."""
    if len(groups) <= most:
        return set(range(len(groups)))
    ends = most // 3
    kept = {*range(ends), *range(len(groups) - ends, len(groups))}
    for i, group in enumerate(groups):
        if len(kept) >= most:
            break
        if group.matters:
            kept.add(i)
    return kept


def _with_silences(arrows: list[Arrow], omitted: list[tuple[Stamp, int]]) -> list[Row]:
    """The arrows, with a row for each long silence and for what is left out."""
    rows: list[Row] = []
    before: int | None = None
    left = list(omitted)
    for arrow in arrows:
        hidden = False
        while left and left[0][0].number <= arrow.first.number:
            rows.append(Omitted(left.pop(0)[1]))
            hidden = True
        # A response that is long under way is no silence: its bytes flow from `first` on.
        quiet = 0 if before is None else min(arrow.first.time_ns, arrow.stamp.time_ns) - before
        if quiet >= IDLE_NS and not hidden:
            rows.append(Idle(quiet, arrow.first))
        rows.append(arrow)
        before = arrow.stamp.time_ns if before is None else max(before, arrow.stamp.time_ns)
    rows += [Omitted(count) for _, count in left]
    return rows


def idle_words(ns: int) -> str:
    """`10.9 s idle`."""
    return f"{duration(ns)} idle" if ns < 100 * MINUTE else f"{duration(ns)} later"
