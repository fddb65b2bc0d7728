"""The life of each job on one line, and the requests for jobs that were refused."""

from __future__ import annotations

from wsdtrace.report.page import Page, Verbosity, counted, joined, padded
from wsdtrace.report.styled import Text, cell_len
from wsdtrace.report.times import duration, offset
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Job, Refusal

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.COMPLETED: ("✔ Completed", "green"),
    Outcome.CANCELED: ("▪ Canceled", "yellow"),
    Outcome.ABORTED: ("✖ Aborted", "red"),
    Outcome.ORPHANED: ("✖ no end seen", "red"),
    Outcome.OPEN: ("… still open at the end of the capture", "yellow"),
    Outcome.UNKNOWN: ("? end unknown", "yellow"),
}
"""How each outcome ends the line; the mark alone says it, the colour helps."""

_FINAL = {Outcome.COMPLETED: "Completed", Outcome.CANCELED: "Canceled", Outcome.ABORTED: "Aborted"}

MAX_STEPS = 12
"""Steps shown on a job's line; of a longer life the middle is left out, and said so."""


def write_jobs(page: Page, trace: Trace) -> None:
    """The job lines of a trace, each with the refusals that fell into its life."""
    labels = [page.said(job.label) for job in trace.jobs]
    label_width = max((cell_len(label) for label in labels), default=1)
    sources = [page.said(job.input_source or "–", 20) for job in trace.jobs]
    source_width = max((cell_len(s) for s in sources), default=0)
    blank = " " * (4 + label_width)
    for job, label, source in zip(trace.jobs, labels, sources, strict=True):
        prefix = joined("  ", (label, "bold"), padded("", label_width - cell_len(label)), "  ")
        prefix.append(f"{padded(source, source_width)}   ")
        page.hanging(prefix, chain(page, job), right=Text(pages(job)), narrow=blank)
        if page.look.verbosity is Verbosity.VERBOSE:
            page.hanging(
                joined(blank, padded("", source_width), "   "), Text(_details(page, job, trace), "dim"), narrow=blank
            )
        for refusal in trace.refusals:
            if refusal.busy_with is job:
                margin = joined(blank, padded("–", source_width), "   another ")
                page.hanging(margin, _refusal(page, trace, refusal), hang=" " * (margin.cell_len - 8), narrow=blank)
    for refusal in trace.refusals:
        if refusal.busy_with is None or refusal.busy_with not in trace.jobs:
            margin = joined(f"  {padded('–', label_width)}  ", padded("", source_width), "   ")
            page.hanging(margin, _refusal(page, trace, refusal), narrow=blank)


def chain(page: Page, job: Job) -> Text:
    """`Created ▸ Processing ▸ ✖ no end seen`."""
    words = [] if job.created is not None or job.steps else ["began before the capture"]
    for step in job.steps:
        if not step.observed and step.what == job.outcome.value:
            continue
        # A device that hands out pages is processing the job (WS-Scan, JobState), whether or not it was asked.
        word = "Processing" if not step.observed and step.what.startswith("page ") else page.said(step.what, 60)
        word = "Created" if word == "created" else word
        if not words or words[-1] != word:
            words.append(word)
    if words and words[-1] == _FINAL.get(job.outcome):
        words.pop()
    if len(words) > MAX_STEPS:
        words[MAX_STEPS // 2 : -MAX_STEPS // 2] = [f"⋯ {len(words) - MAX_STEPS} more ⋯"]
    text = Text()
    for word in words:
        text.append(word).append(" ▸ ", "dim")
    return text.append(*OUTCOMES[job.outcome])


def pages(job: Job) -> str:
    """`1 page`, `2 of 3 pages`, `1 page and 1 incomplete`."""
    broken = sum(1 for image in job.images if not image.complete)
    whole = job.delivered
    if job.announced and whole != job.announced:
        text = f"{whole} of {counted(job.announced, 'page')}"
    else:
        text = counted(whole, "page") if whole or not broken else "no whole page"
    return f"{text} and {broken} incomplete" if broken else text


def _details(page: Page, job: Job, trace: Trace) -> str:
    facts = [page.said(fact, 60) for fact in (job.format, job.resolution and f"{job.resolution} dpi") if fact]
    if job.device is not None:
        facts.append(f"device {job.device.id}")
    if job.clients:
        facts.append("client " + ", ".join(str(c.id) for c in job.clients.values()))
    if job.initiated_by.value != "unknown":
        facts.append(f"started by the {job.initiated_by.value}")
    if job.created is not None:
        facts.append(f"created at {offset(job.created.time_ns, trace.input.first_time_ns)}")
    last = job.ended or job.last_activity
    if job.created is not None and last is not None:
        facts.append(f"{'took' if job.ended else 'seen for'} {duration(last.time_ns - job.created.time_ns)}")
    return " · ".join(facts)


def _refusal(page: Page, trace: Trace, refusal: Refusal) -> Text:
    response = refusal.exchange.response or refusal.exchange.request
    when = offset(response.last.time_ns, trace.input.first_time_ns) if response is not None else "an unknown time"
    body = joined(f"CreateScanJob refused at {when}: ")
    body.append(page.said(refusal.subcode or "a fault without subcode", 120), "yellow")
    retry = refusal.retry
    if retry is not None:
        retried = offset(retry.first.time_ns, trace.input.first_time_ns)
        result = " and granted" if retry.succeeded else " and refused" if retry.fault else ""
        body.append(f"; tried again at {retried}{result}")
    return body
