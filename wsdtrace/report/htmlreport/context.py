"""What every section of a report needs: the trace, what may be told of it, how things are called and linked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from enum import StrEnum
from typing import TypeVar

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.report.escape import shortened
from wsdtrace.report.findings import LETTERS
from wsdtrace.report.markup import Child, Markup, joined, tag
from wsdtrace.report.privacy import PrivateRedactor
from wsdtrace.report.redact import Redactor
from wsdtrace.report.times import offset
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Exchange, Job

T = TypeVar("T")

MAX_TEXT = 400
"""Characters of one text of the capture."""

MAX_CELL = 120
"""Characters of one text of the capture in a table."""


class ImageMode(StrEnum):
    """What of the scanned pages stands in the report."""

    THUMB = "thumb"
    FULL = "full"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is to be."""

    images: ImageMode = ImageMode.NONE
    redact: bool = False
    """Take out whatever tells whose devices and computers these are."""
    show_secrets: bool = False
    sha256: str | None = None
    """Of the input, hex; None where it was not computed."""


@dataclass(slots=True)
class Context:
    """One report in the making."""

    trace: Trace
    options: ReportOptions
    redactor: Redactor = field(init=False)
    listed: set[int] = field(default_factory=set)
    """Ids of the exchanges that have a row of their own to link to."""
    told: set[int] = field(default_factory=set)
    """Ids of the findings that have a place of their own to link to."""

    def __post_init__(self) -> None:
        hide = self.options.redact
        self.redactor = PrivateRedactor(self.trace) if hide else Redactor(self.trace, show=self.options.show_secrets)

    def said(self, text: str | None, limit: int = MAX_TEXT) -> str:
        """Text of the capture as it may be shown; still to be escaped, which `markup.tag` does."""
        return shortened(self.redactor.text(text), limit) if text else ""

    def cell(self, text: str | None) -> str:
        """The same for a cell of a table."""
        return self.said(text, MAX_CELL)

    def when(self, stamp: Stamp | None) -> str:
        """Time since the start of the capture."""
        return offset(stamp.time_ns, self.trace.input.first_time_ns) if stamp is not None else ""

    def exchange_link(self, exchange: Exchange, text: str | None = None) -> Markup:
        """`12`, which leads to the exchange's row if it has one."""
        shown = text if text is not None else str(exchange.id)
        if exchange.id not in self.listed:
            return joined(shown)
        return tag("a", shown, href=f"#exchange-{exchange.id}")

    def job_link(self, job: Job | None) -> Markup | None:
        """`job 1`, which leads to the job."""
        return None if job is None else tag("a", self.said(job.label), href=f"#{job_id(job)}")

    def badge(self, finding: Finding) -> Markup:
        """The letter of a finding, which leads to it."""
        letter = severity_badge(finding.severity)
        if finding.id not in self.told:
            return letter
        title = f"{finding.code} {finding.name}"
        return tag("a", letter, tag("span", title, class_="hush"), href=f"#{finding_id(finding)}", class_="badge-link",
                   title=title)  # fmt: skip


def fitted(items: Sequence[T], render: Callable[[T], Markup], budget: int) -> tuple[list[Markup], int]:
    """The first items, as many as the budget holds; what does not fit is not even rendered.

    Args:
        items: in order.
        render: makes the markup of one.
        budget: bytes of UTF-8.

    Returns:
        those that fit, and how many did not.
    """
    kept: list[Markup] = []
    for item in items:
        piece = render(item)
        budget -= len(piece.encode())
        if budget < 0:
            break
        kept.append(piece)
    return kept, len(items) - len(kept)


def finding_id(finding: Finding) -> str:
    """The anchor of a finding: its fingerprint, which stays the same in a report made anew."""
    return f"finding-{finding.fingerprint}"


def job_id(job: Job) -> str:
    """The anchor of a job."""
    return f"job-{job.index + 1}"


def severity_badge(severity: Severity) -> Markup:
    """A letter in the colour of a severity."""
    return tag("span", LETTERS[severity], class_=f"badge {severity.value}", title=severity.value)


def section(anchor: str, title: str, *children: Child | Iterable[Child], note: str = "") -> Markup:
    """A section with its heading."""
    heading = tag("h2", title, tag("span", note, class_="note") if note else None, id=f"{anchor}-title")
    return tag("section", heading, *children, id=anchor, aria_labelledby=f"{anchor}-title")


def table(caption: str, heads: Iterable[str], rows: Iterable[Markup], *, id_: str | None = None) -> Markup:
    """A table that scrolls by itself where it is too wide; its heads are `text` or `>text` for numbers."""
    head = [tag("th", h.removeprefix(">"), scope="col", class_="number" if h.startswith(">") else None) for h in heads]
    inner = tag(
        "table",
        tag("caption", caption, class_="hush"),
        tag("thead", tag("tr", head)),
        tag("tbody", rows),
        id=id_,
    )
    return scrolled(caption, inner)


def scrolled(label: str, *children: Child | Iterable[Child], class_: str = "scroll") -> Markup:
    """Something wide in a frame that scrolls, also by keyboard."""
    return tag("div", *children, class_=class_, tabindex="0", role="region", aria_label=label)


def facts(rows: Iterable[tuple[str, Child | Iterable[Child]]]) -> Markup:
    """Names and values; those without a value are left out."""
    kept = [(name, joined(value)) for name, value in rows if value]
    return tag("dl", (tag("div", tag("dt", name), tag("dd", value)) for name, value in kept if value), class_="facts")


def figure(label: str, drawing: Markup, *children: Child) -> Markup:
    """A drawing with what is said about it."""
    return tag("figure", scrolled(label, drawing, class_="scroll drawing"), tag("figcaption", *children))


def left_out(count: int, what: str, command: str) -> Markup | None:
    """Says what did not fit."""
    if not count:
        return None
    return tag("p", f"{count:,} more {what} did not fit into this report; ", tag("code", command), " lists all.",
               class_="left-out")  # fmt: skip
