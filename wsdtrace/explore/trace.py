"""`Trace`: a capture that was read and judged, at hand for questions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from wsdtrace.check.finding import Finding as Objection
from wsdtrace.check.finding import Tally
from wsdtrace.check.rule import all_rules, expand
from wsdtrace.closing import Closing
from wsdtrace.errors import CaptureError, UsageError
from wsdtrace.explore.collection import Collection
from wsdtrace.explore.exchange import Exchange
from wsdtrace.explore.figure import Figure
from wsdtrace.explore.files import Files
from wsdtrace.explore.finding import Finding
from wsdtrace.explore.image import Image
from wsdtrace.explore.job import Job
from wsdtrace.explore.message import Message
from wsdtrace.explore.peers import Client, Device, DeviceEvent, Subscription
from wsdtrace.explore.tables import Said, messages_of
from wsdtrace.explore.tables.flat import bodies_of
from wsdtrace.explore.view import as_html, moment, plain_look, seconds
from wsdtrace.explore.zoom import ladder_plot, latency_plot, timeline_plot, transfer_plot
from wsdtrace.pipeline import Options, read_image
from wsdtrace.records import ContentRef, NetEvent
from wsdtrace.report.htmlreport import ImageMode, ReportOptions, render_html
from wsdtrace.report.issuetext import render_issue
from wsdtrace.report.json import render_json
from wsdtrace.report.ladder import ladder_svg
from wsdtrace.report.latencies import latency_svg
from wsdtrace.report.mermaid import ladder_mermaid
from wsdtrace.report.page import Page
from wsdtrace.report.redact import Redactor
from wsdtrace.report.text import render_check
from wsdtrace.report.timeline import timeline_svg
from wsdtrace.report.trace import Trace as Facts
from wsdtrace.report.transferfigure import figure_of
from wsdtrace.report.transfers import Shares, shares_of, transfers_of
from wsdtrace.soap.fault import Fault
from wsdtrace.soap.schema import Element
from wsdtrace.state import model
from wsdtrace.state.latency import checked_limit
from wsdtrace.state.message import Message as MessageModel

if TYPE_CHECKING:
    from wsdtrace.explore.view import Pretty

MAX_SINGLY = 200
"""Messages that are read again one by one: a second."""


def several(selectors: Iterable[str]) -> tuple[str, ...]:
    """Selectors as they were given: a single one need not stand in a list."""
    return (selectors,) if isinstance(selectors, str) else tuple(selectors)


def limits(timeouts: Mapping[str, float]) -> dict[str, float]:
    """Operation → seconds.

    Raises:
        UsageError: there is no such operation, or it is no time.
    """
    return {operation: checked_limit(operation, seconds) for operation, seconds in timeouts.items()}


MAX_KEPT = 64
"""Messages that are kept parsed after they were read again: what a person looks at in one cell."""


class Trace(Closing):
    """A capture: its devices, clients, exchanges, jobs, images, and what the rules say of them.

    Made by `wsdtrace.open`. Use it in a `with` statement, or `close` it, or forget it.
    """

    def __init__(self, facts: Facts, files: Files, options: Options, *, show_secrets: bool, width: int) -> None:
        """Use `wsdtrace.open`."""
        self._facts = facts
        self._files = files
        self._options = options
        self._look = plain_look(width, show_secrets=show_secrets)
        self._redactor = Redactor(facts, show=show_secrets)
        self._closed = False
        self._kept: OrderedDict[int, MessageModel] = OrderedDict()

    # -- what it is

    @property
    def path(self) -> str:
        """As it was given to `open`."""
        return self._facts.input.path

    @property
    def format(self) -> str:
        """`pcap`, `pcapng` …"""
        return self._facts.input.format

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self._facts.input.frames

    @property
    def first_time(self) -> datetime | None:
        return moment(self._facts.input.first_time_ns)

    @property
    def last_time(self) -> datetime | None:
        return moment(self._facts.input.last_time_ns)

    @property
    def duration_s(self) -> float | None:
        """Seconds from its first frame to its last."""
        first, last = self._facts.input.first_time_ns, self._facts.input.last_time_ns
        return None if first is None or last is None else seconds(last - first)

    # -- what is in it

    @property
    def devices(self) -> Collection[Device]:
        return Collection(self, "devices", self._facts.devices, Device)

    @property
    def clients(self) -> Collection[Client]:
        return self._clients(self._facts.clients)

    @property
    def exchanges(self) -> Collection[Exchange]:
        """Every exchange of WSD, in the order of the capture."""
        return self._exchanges(self._facts.exchanges)

    @property
    def messages(self) -> Collection[Message]:
        """Every message: each request before its answers."""
        return Collection(self, "messages", messages_of(self._facts.exchanges), Message.of_said)

    @property
    def jobs(self) -> Collection[Job]:
        return self._jobs(self._facts.jobs)

    @property
    def images(self) -> Collection[Image]:
        """Every page."""
        return self._images(self._facts.images)

    @property
    def subscriptions(self) -> Collection[Subscription]:
        return Collection(self, "subscriptions", self._facts.subscriptions, Subscription)

    @property
    def events(self) -> Collection[DeviceEvent]:
        """What devices notified their clients of."""
        return Collection(self, "events", self._facts.events, DeviceEvent)

    @property
    def findings(self) -> Collection[Finding]:
        """What the rules object to, by time."""
        return Collection(self, "findings", self._facts.findings, Finding)

    @property
    def ledger(self) -> Mapping[str, Tally]:
        """By code of every rule that was run: how often it fired, passed, was inconclusive."""
        return self._facts.ledger

    # -- questions

    def check(
        self, select: Iterable[str] = (), ignore: Iterable[str] = (), timeouts: Mapping[str, float] | None = None
    ) -> Collection[Finding]:
        """Findings of some rules.

        The capture is read again only where `open` did not run these rules, or with other timeouts.

        Args:
            select: codes, or beginnings of codes: `["WSD6"]`; all when empty.
            ignore: codes that are not wanted.
            timeouts: operation → seconds after which its answer is slow (WSD107); else those of `open`.

        Raises:
            BadSelector: a selection means no rule.
            UsageError: a timeout is of no operation.
            CaptureError: it has to be read again, and is closed or gone.
        """
        chosen = several(select)
        wanted = expand(chosen) if chosen else frozenset(rule.code for rule in all_rules())
        wanted -= expand(several(ignore))
        if timeouts is None and wanted <= self._facts.ledger.keys():
            return self.findings.where(lambda finding: finding.code in wanted)
        self._need_file()
        other = self._options.timeouts if timeouts is None else limits(timeouts)
        options = replace(self._options, select=tuple(sorted(wanted)), ignore=(), timeouts=other)
        facts, look = self._files.read(options), self._look
        return Trace(facts, self._files, options, show_secrets=look.show_secrets, width=look.width).findings

    def exchange_at(self, frame: int) -> Exchange | None:
        """The exchange that a frame belongs to: the one with the narrowest range of frames; None where there is none.

        Args:
            frame: its number, as Wireshark counts.
        """
        found = [
            exchange
            for exchange in self._facts.exchanges
            for message in (exchange.request, exchange.response, *exchange.answers)
            if message is not None and message.first.number <= frame <= message.last.number
        ]
        best = min(found, key=lambda e: e.last.number - e.first.number, default=None)
        return None if best is None else Exchange(self, best)

    # -- figures

    def ladder(self) -> Figure:
        """Who said what to whom, from top to bottom."""
        return self._ladder("ladder")

    def timeline(self) -> Figure:
        """Its jobs against time."""
        return self._timeline("timeline of the jobs", self._facts.jobs)

    def latency(self) -> Figure:
        """How long answers took, by operation."""
        facts, redactor = self._facts, self._redactor
        drawing = latency_svg(facts, redactor=redactor)
        return Figure("latency by operation", drawing, lambda: latency_plot(facts, redactor))

    def transfer(self) -> Figure:
        """When the bytes of the slowest pages came, and what held them up.

        Raises:
            CaptureError: the trace is closed, or the capture is gone.
        """
        self._need_file()
        pages, redactor = transfers_of(self._facts), self._redactor
        drawing = figure_of(pages, redactor)
        return Figure("transfer of the slowest pages", drawing, lambda: transfer_plot(pages, redactor))

    def mermaid(self) -> str:
        """The ladder as text of Mermaid, which code hosts draw."""
        return ladder_mermaid(self._facts, redactor=self._redactor)

    def _ladder(self, name: str, job: model.Job | None = None) -> Figure:
        facts, redactor = self._facts, self._redactor
        drawing = ladder_svg(facts, job, redactor=redactor)
        return Figure(name, drawing, lambda: ladder_plot(facts, job, redactor))

    def _timeline(self, name: str, jobs: Sequence[model.Job]) -> Figure:
        facts, redactor = self._facts, self._redactor
        part = facts if jobs is facts.jobs else replace(facts, jobs=list(jobs), refusals=[], events=[])
        return Figure(name, timeline_svg(part, redactor=redactor), lambda: timeline_plot(part, redactor))

    # -- to send and to keep

    def to_html(self, *, images: str = "thumb", redact: bool = False) -> str:
        """The page that `wsdtrace report` writes: it works offline and without script.

        Args:
            images: what of the scanned pages stands in it: `thumb`, `full` or `none`.
            redact: take out serial numbers, addresses, identifiers and names too.

        Raises:
            UsageError: there is no such way with images; or secrets would be shown and redacted.
            CaptureError: the trace is closed, or the capture is gone.
        """
        if images not in list(ImageMode):
            raise UsageError(f"images={images!r}: expected one of {', '.join(ImageMode)}")
        return render_html(self._digested(), self._report_options(ImageMode(images), redact=redact))

    def to_markdown(self, *, redact: bool = True) -> str:
        """The text of an issue, with the ladder as Mermaid, as `wsdtrace report --format markdown` writes it.

        Args:
            redact: take out serial numbers, addresses, identifiers and names.

        Raises:
            UsageError: secrets would be shown and redacted.
            CaptureError: the trace is closed, or the capture is gone.
        """
        self._need_file()
        return render_issue(self._facts, self._report_options(ImageMode.NONE, redact=redact))

    def to_json(self) -> str:
        """What `wsdtrace check --format json` prints; docs/reference/json.md says what it means.

        Raises:
            CaptureError: the trace is closed, or the capture is gone.
        """
        return render_json(self._digested(), show_secrets=self._look.show_secrets)

    def _report_options(self, images: ImageMode, *, redact: bool) -> ReportOptions:
        if redact and self._look.show_secrets:
            raise UsageError("show_secrets and redact exclude each other")
        return ReportOptions(images, redact, self._look.show_secrets, self._files.sha256())

    def _digested(self) -> Facts:
        """The facts, with the digest of each page."""
        self._need_file()
        for image in self.images:
            if image._of.ref is not None:
                image._of.probe = replace(image._of.probe, sha256=image.sha256)
        return self._facts

    # -- life

    def close(self) -> None:
        """Give up the file. What was read stays; messages, images, and what the network did (three columns of the
        table of exchanges) cannot be read any more."""
        self._closed = True
        if self._facts.read_paths is not None:
            self._facts.read_paths = self._refuse
        self._kept.clear()
        self._files.close()

    def __repr__(self) -> str:
        return render_check(self._facts, self._look).rstrip("\n")

    def _repr_html_(self) -> str:
        return as_html(repr(self), *([self.ladder().drawing] if self._facts.exchanges else []))

    def _repr_pretty_(self, printer: Pretty, cycle: bool) -> None:
        printer.text("Trace(…)" if cycle else repr(self))

    # -- for the views

    def _exchanges(self, of: Sequence[model.Exchange]) -> Collection[Exchange]:
        return Collection(self, "exchanges", of, Exchange)

    def _jobs(self, of: Sequence[model.Job]) -> Collection[Job]:
        return Collection(self, "jobs", of, Job)

    def _images(self, of: Sequence[model.Image]) -> Collection[Image]:
        return Collection(self, "images", of, Image)

    def _clients(self, of: Sequence[model.Client]) -> Collection[Client]:
        return Collection(self, "clients", of, Client)

    def _seen(self, of: model.Exchange) -> Exchange:
        return Exchange(self, of)

    def _exchange(self, of: model.Exchange | None) -> Exchange | None:
        return None if of is None else Exchange(self, of)

    def _job(self, of: model.Job | None) -> Job | None:
        return None if of is None else Job(self, of)

    def _device(self, of: model.Device | None) -> Device | None:
        return None if of is None else Device(self, of)

    def _client(self, of: model.Client | None) -> Client | None:
        return None if of is None else Client(self, of)

    def _subscription(self, of: model.Subscription | None) -> Subscription | None:
        return None if of is None else Subscription(self, of)

    def _finding(self, of: Objection | None) -> Finding | None:
        return None if of is None else Finding(self, of)

    def _page(self) -> Page:
        return Page(self._look, self._redactor)

    def _need_file(self) -> None:
        if self._closed:
            self._refuse(None)

    def _refuse(self, _: object) -> NoReturn:
        raise CaptureError(f"{self.path}: the trace is closed; open the capture again to read from it")

    def _stream(self, ref: ContentRef) -> Iterator[NetEvent]:
        """What brought a message or an image."""
        self._need_file()
        assert self._facts.read_stream is not None
        return self._facts.read_stream(ref)

    def _message(self, message: MessageModel, exchange: model.Exchange) -> MessageModel:
        """A message with its text, read again unless it was kept."""
        if message.xml is not None or message.http is not None or message.datagram is not None:
            return message
        kept = self._kept.get(id(message))
        if kept is not None:
            self._kept.move_to_end(id(message))
            return kept
        self._need_file()
        read = self._facts.read_message
        asked = exchange.request if message is not exchange.request else None
        found = None if read is None else read(message, asked)
        if found is None:
            raise CaptureError(
                f"{self.path}: the {message.role.value} of exchange {exchange.id} cannot be read again: "
                "the file was changed since it was opened"
            )
        self._kept[id(message)] = found
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return found

    @contextmanager
    def _whole(self, exchange: model.Exchange) -> Iterator[None]:
        """For a while an exchange is as it was before its messages were released: what the detail view shows."""
        released = exchange.request, exchange.response, exchange.answers
        whole = {
            id(m): self._message(m, exchange)
            for m in (exchange.request, exchange.response, *exchange.answers)
            if m is not None
        }
        try:
            exchange.request = whole.get(id(exchange.request))
            exchange.response = whole.get(id(exchange.response))
            exchange.answers = [whole[id(m)] for m in exchange.answers]
            yield
        finally:
            exchange.request, exchange.response, exchange.answers = released

    def _shares(self, image: model.Image) -> Shares | None:
        """Who took how much of the time of a page."""
        self._need_file()
        request, read = image.exchange.request, self._facts.read_transfer
        if read is None or image.ref is None or request is None:
            return None
        transfer = read(image.ref)
        return None if transfer is None else shares_of(transfer, max(transfer.start_ns - request.last.time_ns, 0))

    def _bodies(self, rows: Sequence[Said]) -> list[Element | Fault | None]:
        """Typed bodies of many messages: few are read again one by one, many in one pass over the file."""
        if len(rows) > MAX_SINGLY:
            return bodies_of(self._again_kept(rows), rows)
        found = [self._message(said.message, said.exchange).decoded for said in rows]
        return [None if decoded is None else decoded.value for decoded in found]

    def _again_kept(self, rows: Sequence[Said]) -> Facts:
        """The same trace, read once more with the messages of these rows kept."""
        self._need_file()
        wanted = {said.exchange.first for said in rows}
        keep = Options(
            tls_keylog=self._options.tls_keylog,
            ignore=("WSD",),
            keep_messages=lambda exchange: exchange.first in wanted,
        )
        return self._files.read(keep)

    def _image_bytes(self, image: model.Image) -> Iterator[bytes]:
        self._need_file()
        return read_image(self._facts, image)
