"""Tables of what was done: jobs, their states, images; and of what the rules say: findings."""

from __future__ import annotations

import re
from typing import Any

from wsdtrace.explore.tables.columns import Column, Kind, Table
from wsdtrace.explore.tables.source import Jobs, Source, Steps
from wsdtrace.explore.view import number_of
from wsdtrace.state.model import Job

_RESOLUTION = re.compile(r"(\d+)×(\d+)")


def _dpi(job: Job, group: int) -> int | None:
    found = _RESOLUTION.fullmatch(job.resolution or "")
    return int(found[group]) if found else None


def _span_s(first: Any, last: Any) -> float | None:
    return None if first is None or last is None else (last.time_ns - first.time_ns) / 1e9


def _ns(stamp: Any) -> int | None:
    return None if stamp is None else stamp.time_ns


JOBS = Table(
    "jobs",
    "a scan job",
    Jobs,
    (
        Column("job", Kind.INT, "its position in the capture, 0-based", lambda s: s.jobs(s.rows)),
        Column("job_id", Kind.INT, "as the device granted it", "job_id"),
        Column("generation", Kind.INT, "grows where the device grants a JobId again", "generation"),
        Column("device", Kind.INT, "", "device.id", "devices.device"),
        Column(
            "client",
            Kind.INT,
            "the first that spoke of it",
            lambda s: [next((c.id for c in j.clients.values()), None) for j in s.rows],
            "clients.client",
        ),
        Column("initiated_by", Kind.TEXT, "`client`, `device` or `unknown`", "initiated_by.value"),
        Column("created_time", Kind.TIME, "end of CreateScanJobResponse", "created.time_ns"),
        Column("ended_time", Kind.TIME, "when it was known to have ended", "ended.time_ns"),
        Column(
            "duration_s",
            Kind.FLOAT,
            "from its creation to its end, else to its last activity",
            lambda s: [_span_s(j.created, j.ended or j.last_activity) for j in s.rows],
        ),
        Column("state", Kind.TEXT, "last JobState that a message named", "state"),
        Column(
            "outcome", Kind.TEXT, "`completed`, `canceled`, `aborted`, `orphaned`, `open` or `unknown`", "outcome.value"
        ),
        Column("ended_by", Kind.TEXT, "what ended it", "end.value"),
        Column("input_source", Kind.TEXT, "`Platen`, `ADF` …", "input_source"),
        Column("format", Kind.TEXT, "`jfif`, `png` …", "format"),
        Column("resolution_x_dpi", Kind.INT, "across the sensor's line", lambda s: [_dpi(j, 1) for j in s.rows]),
        Column("resolution_y_dpi", Kind.INT, "along the scan", lambda s: [_dpi(j, 2) for j in s.rows]),
        Column("images_asked", Kind.INT, "ImagesToTransfer; 0 for as many as there are", "announced"),
        Column("images", Kind.INT, "pages that came", lambda s: [len(j.images) for j in s.rows]),
        Column("images_whole", Kind.INT, "pages that came whole", "delivered"),
        Column(
            "image_bytes",
            Kind.INT,
            "of its pages together",
            lambda s: [sum(i.probe.length for i in j.images) for j in s.rows],
        ),
        Column("exchanges", Kind.INT, "that are about it", lambda s: [len(j.exchanges) for j in s.rows]),
        Column("findings", Kind.INT, "about it, causes only", lambda s: [s.findings[id(j)] for j in s.rows]),
        Column("blind", Kind.BOOL, "bytes that may concern it are missing from the capture", "blind"),
    ),
)

JOB_STATES = Table(
    "job_states",
    "a step in the life of a job",
    Steps,
    (
        Column("job", Kind.INT, "", lambda s: s.jobs([job for job, _, _ in s.steps]), "jobs.job"),
        Column("step", Kind.INT, "1-based within the job", lambda s: [number for _, number, _ in s.steps]),
        Column("time", Kind.TIME, "", lambda s: [step.stamp.time_ns for _, _, step in s.steps]),
        Column(
            "state",
            Kind.TEXT,
            "a JobState, or a word of ours in lower case",
            lambda s: [step.what for _, _, step in s.steps],
        ),
        Column(
            "observed",
            Kind.BOOL,
            "the wire said so; false where it follows from the messages",
            lambda s: [step.observed for _, _, step in s.steps],
        ),
        Column("frame", Kind.INT, "", lambda s: [number_of(step.stamp) for _, _, step in s.steps]),
    ),
)

IMAGES = Table(
    "images",
    "a page as the device sent it",
    Source,
    (
        Column("image", Kind.INT, "its id, 1-based", "id"),
        Column("job", Kind.INT, "", lambda s: s.jobs([i.job for i in s.rows]), "jobs.job"),
        Column("exchange", Kind.INT, "the RetrieveImage that brought it", "exchange.id", "exchanges.exchange"),
        Column("page", Kind.INT, "1-based within the job", "page"),
        Column("side", Kind.TEXT, "`front` or `back` where the job scans both", "side"),
        Column("content_type", Kind.TEXT, "as its part is labelled", "content_type"),
        Column("format", Kind.TEXT, "by its own bytes", "format"),
        Column("image_bytes", Kind.INT, "its length", "probe.length"),
        Column("missing_bytes", Kind.INT, "lost in gaps", "probe.missing"),
        Column("width_px", Kind.INT, "by its own header", "width"),
        Column("height_px", Kind.INT, "by its own header", "height"),
        Column("complete", Kind.BOOL, "every byte of it is in the capture", "complete"),
        Column("first_time", Kind.TIME, "its first byte", "first.time_ns"),
        Column("last_time", Kind.TIME, "its last byte", "last.time_ns"),
        Column(
            "transfer_s",
            Kind.FLOAT,
            "from its first byte to its last",
            lambda s: [_span_s(i.first, i.last) for i in s.rows],
        ),
        Column(
            "waited_s",
            Kind.FLOAT,
            "from the last byte of the request to its first byte: the device scanned",
            lambda s: [
                None if i.exchange.request is None else _span_s(i.exchange.request.last, i.first) for i in s.rows
            ],
        ),
        Column("first_frame", Kind.INT, "", lambda s: [number_of(i.first) for i in s.rows]),
        Column("last_frame", Kind.INT, "", lambda s: [number_of(i.last) for i in s.rows]),
    ),
)

FINDINGS = Table(
    "findings",
    "what a rule objects to",
    Source,
    (
        Column("finding", Kind.INT, "its id, 1-based, by time", "id"),
        Column("code", Kind.TEXT, "of the rule", "code"),
        Column("name", Kind.TEXT, "of the rule", "name"),
        Column("severity", Kind.TEXT, "`error`, `warning` or `info`", "severity.value"),
        Column("fault_of", Kind.TEXT, "`device`, `client`, `network`, `capture` or `unknown`", "fault_of.value"),
        Column("message", Kind.TEXT, "subject, fact, expectation", "message", said=True),
        Column("expected", Kind.TEXT, "what would have been right", "expected", said=True),
        Column("time", Kind.TIME, "when; for what did not happen, its deadline", "time_ns"),
        Column("job", Kind.INT, "", lambda s: s.jobs([f.job for f in s.rows]), "jobs.job"),
        Column(
            "exchange",
            Kind.INT,
            "the first of its evidence",
            lambda s: [f.exchanges[0].id if f.exchanges else None for f in s.rows],
            "exchanges.exchange",
        ),
        Column(
            "frame",
            Kind.INT,
            "the first of its evidence",
            lambda s: [number_of(f.evidence[0].stamp) if f.evidence else None for f in s.rows],
        ),
        Column("evidence", Kind.INT, "places that it names", lambda s: [len(f.evidence) for f in s.rows]),
        Column("also_seen", Kind.INT, "equal ones that were folded into it", "also_seen"),
        Column("caused_by", Kind.INT, "the finding that it follows from", "caused_by.id", "findings.finding"),
        Column("source", Kind.TEXT, "where the rule stands written", "source"),
        Column("fingerprint", Kind.TEXT, "stable between runs and captures", "fingerprint"),
    ),
)
