"""The jobs of a capture: what was asked for, the life of each, and its ladder."""

from __future__ import annotations

from functools import partial

from wsdtrace.report.htmlreport.context import Context, facts, figure, finding_id, fitted, job_id, left_out, section
from wsdtrace.report.joblines import OUTCOMES, pages
from wsdtrace.report.ladder import ladder_svg
from wsdtrace.report.markup import Child, Markup, joined, tag, trusted
from wsdtrace.report.page import counted
from wsdtrace.report.timeline import timeline_svg
from wsdtrace.report.times import duration
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Job, Refusal

JOBS_BUDGET = 230_000
"""Bytes for jobs and ladders: a ladder of a dozen exchanges has 12 kB."""

MAX_STEPS = 24
"""Steps of a life that are shown; of a longer one the middle is left out."""

MAX_OPEN = 3
"""Jobs whose ladder is unfolded from the start."""

TONES = {
    Outcome.COMPLETED: "ok", Outcome.CANCELED: "warning", Outcome.ABORTED: "error", Outcome.ORPHANED: "error",
    Outcome.OPEN: "warning", Outcome.UNKNOWN: "warning",
}  # fmt: skip


def jobs(context: Context) -> Markup:
    """All jobs; without any, the ladder of the whole capture."""
    trace = context.trace
    if not trace.jobs:
        refused = [tag("p", _refusal(context, r)) for r in trace.refusals[:20]]
        empty = tag("p", "No scan job was created.", class_="empty")
        return section("jobs", "Jobs", empty, refused, _ladder(context, None) if trace.exchanges else None)
    figures = figure("timeline of the scan jobs", trusted(timeline_svg(trace, redactor=context.redactor)),
                     "Each bar is the life of a job; green is a page on its way.")  # fmt: skip
    shown, more = fitted(trace.jobs, partial(_job, context), JOBS_BUDGET)
    loose = [r for r in trace.refusals if r.busy_with is None or r.busy_with not in trace.jobs]
    return section(
        "jobs", "Jobs", figures, shown, left_out(more, "jobs", "wsdtrace show jobs FILE"),
        [tag("p", _refusal(context, r), class_="refusal") for r in loose[:20]],
    )  # fmt: skip


def _job(context: Context, job: Job) -> Markup:
    word = OUTCOMES[job.outcome][0]
    found = [f for f in context.trace.findings if f.job is job and f.is_cause and f.severity.rank < 2]
    last = job.ended or job.last_activity
    took = duration(last.time_ns - job.created.time_ns) if job.created is not None and last is not None else ""
    clients = ", ".join(f"client {c.id}" for c in job.clients.values())
    rows: list[tuple[str, Child]] = [
        ("pages", pages(job)),
        ("source", context.said(job.input_source)),
        ("format", context.said(job.format)),
        ("resolution", f"{context.said(job.resolution)} dpi" if job.resolution else ""),
        ("device", f"device {job.device.id}" if job.device is not None else ""),
        ("client", clients),
        ("started by", "" if job.initiated_by.value == "unknown" else f"the {job.initiated_by.value}"),
        ("created", context.when(job.created)),
        ("took" if job.ended else "seen for", took),
        ("ended", job.end.value if job.end is not None else ""),
        ("incomplete", "bytes that may concern it are missing from the capture" if job.blind else ""),
    ]
    refused = [tag("p", _refusal(context, r), class_="refusal") for r in context.trace.refusals if r.busy_with is job]
    return tag(
        "article",
        tag("h3", context.said(job.label), " ", tag("span", word, class_=f"outcome {TONES[job.outcome]}")),
        _life(context, job),
        facts(rows),
        tag("p", [joined(context.badge(f), " ", context.said(f.message), tag("br")) for f in found[:8]])
        if found
        else None,
        refused[:8],
        tag(
            "details",
            tag("summary", f"Ladder: {counted(len(job.exchanges), 'exchange')}"),
            _ladder(context, job),
            open=job.index < MAX_OPEN,
        ),
        class_="card job",
        id=job_id(job),
    )


def _life(context: Context, job: Job) -> Markup | None:
    steps = [(context.said(s.what, 60), context.when(s.stamp), s.observed) for s in job.steps]
    if len(steps) > MAX_STEPS:
        half = MAX_STEPS // 2
        steps = [*steps[:half], (f"… {len(steps) - MAX_STEPS} more …", "", False), *steps[-half:]]
    if not steps:
        return None
    words = [
        tag(
            "li",
            what,
            tag("span", when, class_="when"),
            title="the device said so" if seen else "follows from the messages",
        )
        for what, when, seen in steps
    ]
    return tag("ol", words, class_="life", aria_label="life of the job")


def _ladder(context: Context, job: Job | None) -> Markup:
    def link(finding: object) -> str:
        return f"#{finding_id(finding)}"  # type: ignore[arg-type]  # ladder hands on findings only

    drawing = ladder_svg(context.trace, job, redactor=context.redactor, link=link)
    return figure("ladder", trusted(drawing), "Time runs downwards; long silences are compressed and marked.")


def _refusal(context: Context, refusal: Refusal) -> Markup:
    response = refusal.exchange.response or refusal.exchange.request
    when = context.when(response.last) if response is not None else "an unknown time"
    exchange = context.exchange_link(refusal.exchange, f"exchange {refusal.exchange.id}")
    retry = refusal.retry
    after = f"; tried again at {context.when(retry.first)}" if retry is not None else ""
    return joined(
        "Another CreateScanJob was refused at ", when, " (", exchange, "): ",
        tag("strong", context.said(refusal.subcode) or "a fault without subcode"), after, ".",
    )  # fmt: skip
