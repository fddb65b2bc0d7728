"""What happens, as it happens: a line for each exchange when it has ended, and one for each finding when it appears.

Lines of one job carry its number in one column, so that the eye can follow it; CreateScanJob says what the job is. Text
of the traffic goes through the same escapes and the same redaction as in every report.
"""

from __future__ import annotations

from collections.abc import Callable

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.report.findings import LETTERS, STYLES
from wsdtrace.report.page import Look, Page, Verbosity, joined, padded
from wsdtrace.report.redact import Redactor
from wsdtrace.report.times import duration, offset
from wsdtrace.report.trace import Trace
from wsdtrace.report.words import answer, operation, pixels, size
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Exchange, Job, Toward

_JOB_CELLS, _OPERATION_CELLS, _ANSWER_CELLS = 7, 24, 18
_SHOWN = {Verbosity.QUIET: Severity.ERROR, Verbosity.NORMAL: Severity.WARNING, Verbosity.VERBOSE: Severity.INFO}


class Ticker:
    """Writes lines while a source goes on.

    Args:
        look: width, colours, verbosity: quiet tells errors only, no exchange.
        write: gets each line, with its line end.
        known: what is known so far, for the redaction.
    """

    def __init__(self, look: Look, write: Callable[[str], None], known: Callable[[], Trace]) -> None:
        self._look = look
        self._write = write
        self._known = known
        self._start_ns: int | None = None

    def exchange(self, exchange: Exchange, injected: str | None = None) -> None:
        """An exchange has ended; `injected` is what was done to it on purpose."""
        if self._look.verbosity is Verbosity.QUIET:
            return
        page = Page(self._look, Redactor(None))
        job = exchange.job
        arrow = "→" if exchange.toward is Toward.DEVICE else "←"
        said = answer(page, exchange)
        latency = exchange.latency_ns
        page.text(
            joined(
                (self._offset(exchange.first.time_ns), "dim"),
                "  ",
                (padded(f"job {job.job_id}" if job is not None else "", _JOB_CELLS), "bold"),
                f" {arrow} ",
                padded(_plain(operation(page, exchange)), _OPERATION_CELLS),
                " ",
                _styled(said, _ANSWER_CELLS),
                "  ",
                padded(duration(latency) if latency is not None else "", 9),
                (self._notes(page, exchange), "dim"),
                (f"  injected: {page.said(injected)}" if injected else "", "yellow"),
            )
        )
        self._write(str(page))

    def finding(self, finding: Finding) -> None:
        """A finding has appeared; whether it follows from another is known at the end only."""
        if finding.severity.rank > _SHOWN[self._look.verbosity].rank:
            return
        page = Page(self._look, Redactor(self._known(), show=self._look.show_secrets))
        prefix = joined(
            (self._offset(finding.time_ns), "dim"),
            "  ",
            (LETTERS[finding.severity], STYLES[finding.severity]),
            (f" {finding.code} ", "bold"),
        )
        right = joined(("fault: ", "dim"), finding.fault_of.value)
        page.hanging(prefix, joined(page.said(finding.message)), right=right)
        self._write(str(page))

    def _offset(self, time_ns: int) -> str:
        """Time since the beginning: of the first frame, as in every report."""
        if self._start_ns is None:
            self._start_ns = min(self._known().input.first_time_ns or time_ns, time_ns)
        return offset(time_ns, self._start_ns)

    def said(self, text: str) -> None:
        """Something about the run itself."""
        page = Page(self._look, Redactor(self._known(), show=self._look.show_secrets))
        page.hanging(joined(("── ", "dim")), joined(page.said(text)))
        self._write(str(page))

    def _notes(self, page: Page, exchange: Exchange) -> str:
        notes = [f"page {image.page} {page.said(image.format or '?', 20)} {pixels(image)}" for image in exchange.images]
        if exchange.images:
            notes.append(size(sum(image.probe.length for image in exchange.images)))
        elif exchange.operation == "CreateScanJob" and exchange.job is not None:
            notes.append(self._job(page, exchange.job))
        if exchange.resend_of is not None:
            notes.append("sent again")
        if exchange.job is not None and exchange.job.outcome is not Outcome.OPEN and exchange.job.state:
            notes.append(page.said(exchange.job.state, 20))
        return "  ".join(notes)

    def _job(self, page: Page, job: Job) -> str:
        return page.said(" ".join(text for text in (job.input_source, job.format, job.resolution) if text), 60)


def _plain(cell: object) -> str:
    return str(getattr(cell, "text", cell))


def _styled(cell: object, cells: int) -> tuple[str, str]:
    return padded(_plain(cell), cells), getattr(cell, "style", "")
