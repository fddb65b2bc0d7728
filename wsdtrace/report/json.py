"""`--format json`: a `Trace` becomes one JSON object, names and meanings as `docs/reference/json.md` has them.

Theory of operation: `document` builds plain dicts in a fixed order of keys and lists in the order of the trace, so
equal traces give equal bytes. Text of the capture stays as it is but for secrets: JSON escapes control characters.

Rules for whoever edits this file: adding a name is allowed; renaming or removing one, or changing what it means, raises
`SCHEMA`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wsdtrace import __version__
from wsdtrace.check.finding import Evidence, Finding
from wsdtrace.records import LocatorKind, Stamp
from wsdtrace.report.escape import harmless_json
from wsdtrace.report.redact import Redactor
from wsdtrace.report.times import SECOND, rfc3339
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.message import FaultSummary, Message
from wsdtrace.state.model import Client, Device, Exchange, Image, Job

SCHEMA = 1

Json = dict[str, Any]


def render_json(trace: Trace, *, show_secrets: bool = False, one_line: bool = False) -> str:
    """The object as text, ending in a line feed.

    Args:
        trace: what to write.
        show_secrets: do not redact.
        one_line: a line of JSON Lines; else a line for each key and for each row of a list, to read and to compare.
    """
    built = document(trace, Redactor(trace, show=show_secrets))
    return _compact(built) + "\n" if one_line else "".join(_rows(built))


def document(trace: Trace, redactor: Redactor) -> Json:
    """The object as Python values."""
    return _Writer(trace, redactor).document()


class _Writer:
    def __init__(self, trace: Trace, redactor: Redactor) -> None:
        self._trace = trace
        self._redactor = redactor
        self._jobs = {id(job): index for index, job in enumerate(trace.jobs)}
        self._dated = trace.input.dated
        self._digits = trace.input.time_digits
        self._paths = trace.paths()

    def document(self) -> Json:
        trace = self._trace
        return {
            "schema": SCHEMA,
            "wsdtrace": __version__,
            "input": self._input(trace.input),
            "devices": [self._device(d) for d in trace.devices],
            "clients": [self._client(c) for c in trace.clients],
            "exchanges": [self._exchange(e) for e in trace.exchanges],
            "jobs": [self._job(j) for j in trace.jobs],
            "images": [self._image(i) for i in trace.images],
            "findings": [self._finding(f) for f in trace.findings],
            "ledger": {
                code: {"fired": t.fired, "passed": t.passed, "inconclusive": t.inconclusive}
                for code, t in sorted(trace.ledger.items())
            },
        }

    def _input(self, info: InputInfo) -> Json:
        return {
            "path": info.path,
            "files": list(info.files),
            "format": info.format,
            "frames": info.frames,
            "bytes": info.bytes,
            "first_time": self._moment(info.first_time_ns),
            "last_time": self._moment(info.last_time_ns),
            "link_types": list(info.link_types),
            "comments": [{"frame": number, "text": self._said(text)} for number, text in info.comments],
            **({"lines": info.lines, "duration_s": _seconds(info.span_ns)} if info.logs else {}),
        }

    def _device(self, device: Device) -> Json:
        return {
            "id": device.id,
            "endpoint": self._said(device.endpoint),
            "addresses": list(device.addresses),
            "model": self._said(device.model),
            "manufacturer": self._said(device.manufacturer),
            "serial": self._said(device.serial),
            "roles": list(device.roles),
        }

    def _client(self, client: Client) -> Json:
        return {
            "id": client.id,
            "addresses": list(client.addresses),
            "user_agent": self._said(client.user_agent),
            "fingerprint": client.fingerprint,
        }

    def _exchange(self, exchange: Exchange) -> Json:
        return {
            "id": exchange.id,
            "transport": exchange.transport.value,
            "operation": exchange.operation,
            "action": self._said(_first_of(exchange, "action")),
            "message_id": self._said(exchange.request.message_id if exchange.request else None),
            "relates_to": self._said(exchange.response.relates_to if exchange.response else None),
            "client": exchange.client.id if exchange.client else None,
            "device": exchange.device.id if exchange.device else None,
            "direction": exchange.toward.value,
            "copy_of": exchange.copy_of.id if exchange.copy_of else None,
            "request": self._request(exchange.request) if exchange.request else None,
            "response": self._response(exchange.response) if exchange.response else None,
            "fault": self._fault(exchange.fault) if exchange.fault else None,
            "job": self._job_index(exchange.job),
            "images": [image.id for image in exchange.images],
            "anomalies": list(exchange.anomalies),
            "net": self._path(exchange),
            **({"client_said": self._said(exchange.client_said)} if exchange.client_said is not None else {}),
            "repeats": len(exchange.repeats),
            "answers": len(exchange.answers),
        }

    def _path(self, exchange: Exchange) -> Json | None:
        facts = self._paths.get(exchange.id)
        if facts is None:
            return None
        return {
            "rtt_ms": _milliseconds(facts.rtt_ns),
            "retransmitted_bytes": facts.retransmitted_bytes,
            "zero_window_ms": _milliseconds(facts.zero_window_ns),
        }

    def _request(self, message: Message) -> Json:
        return {
            **_frames(message),
            **self._times(message.first),
            "bytes": message.content_bytes,
            "complete": message.complete,
        }

    def _response(self, message: Message) -> Json:
        return {
            **_frames(message),
            **self._times(message.last),
            **self._also("first_byte", message.first),
            "bytes": message.content_bytes,
            "http_status": message.status,
            "complete": message.complete,
        }

    def _fault(self, fault: FaultSummary) -> Json:
        return {
            "code": self._said(fault.code),
            "subcode": self._said(fault.subcode),
            "subcode_ns": self._said(fault.subcode_ns),
            "subcode_raw": self._said(fault.subcode_raw),
            "reason": self._said(fault.reason),
            "detail": self._said(fault.detail),
        }

    def _job(self, job: Job) -> Json:
        return {
            "job_id": job.job_id,
            "device": job.device.id if job.device else None,
            "generation": job.generation,
            "clients": [client.id for client in job.clients.values()],
            **(self._also("created", job.created) if job.created else {"created_time": None}),
            "initiated_by": job.initiated_by.value,
            "state": self._said(job.state),
            "outcome": job.outcome.value,
            "exchanges": [exchange.id for exchange in job.exchanges],
            "images": [image.id for image in job.images],
            "input_source": self._said(job.input_source),
            "format": self._said(job.format),
            "resolution": self._said(job.resolution),
            "job_token": self._redactor.value(job.token),
            "destination_token": self._redactor.value(job.destination_token),
        }

    def _image(self, image: Image) -> Json:
        return {
            "id": image.id,
            "job": self._job_index(image.job),
            "exchange": image.exchange.id,
            "page": image.page,
            "side": image.side,
            "content_type": self._said(image.content_type),
            "format": image.format,
            "bytes": image.probe.length,
            "sha256": image.probe.sha256,
            "complete": image.complete,
            "width": image.width,
            "height": image.height,
        }

    def _finding(self, finding: Finding) -> Json:
        stamps = finding.stamps
        return {
            "id": finding.id,
            "code": finding.code,
            "name": finding.name,
            "severity": finding.severity.value,
            "fault_of": finding.fault_of.value,
            "message": self._said(finding.message),
            "job": self._job_index(finding.job),
            "exchanges": [exchange.id for exchange in finding.exchanges],
            "frames": sorted({s.number for s in stamps if s.kind is LocatorKind.FRAME}),
            "locators": [self._locator(s) for s in stamps],
            **self._times(Stamp(0, finding.time_ns)),
            "evidence": [self._evidence(e) for e in finding.evidence],
            "expected": self._said(finding.expected),
            "source": finding.source,
            "interpretations": [
                {"text": self._said(i.text), "seen_on": self._said(i.seen_on)} for i in finding.interpretations
            ],
            "caused_by": finding.caused_by.id if finding.caused_by else None,
            "also_seen": finding.also_seen,
            "fingerprint": finding.fingerprint,
        }

    def _evidence(self, evidence: Evidence) -> Json:
        excerpt, caret = self._redactor.excerpt(evidence.excerpt or "", evidence.caret)
        return {
            "role": evidence.role,
            "exchange": evidence.exchange.id if evidence.exchange else None,
            "path": self._said(evidence.path),
            "precision": evidence.precision.value,
            "excerpt": excerpt if evidence.excerpt is not None else None,
            "caret": list(caret) if caret else None,
            "label": self._said(evidence.label),
            "detail": self._said(evidence.detail),
            "locator": self._locator(evidence.stamp),
            **self._times(evidence.stamp),
        }

    def _locator(self, stamp: Stamp) -> Json:
        place: Json = {"kind": stamp.kind.value, "n": stamp.number}
        if stamp.kind is LocatorKind.LOG_LINE and (found := self._trace.input.line_of(stamp.number)) is not None:
            place["file"], place["line"] = self._said(found[0]), found[1]
        return place

    def _job_index(self, job: Job | None) -> int | None:
        return None if job is None else self._jobs.get(id(job))

    def _said(self, text: str | None) -> str | None:
        return None if text is None else self._redactor.text(text)

    def _moment(self, time_ns: int | None) -> str | None:
        return rfc3339(time_ns, self._digits) if time_ns is not None and self._dated else None

    def _times(self, stamp: Stamp) -> Json:
        if self._dated:
            return {"time": self._moment(stamp.time_ns)}
        return {"time": None, "t_s": _seconds(stamp.time_ns)}

    def _also(self, what: str, stamp: Stamp) -> Json:
        """Another time of an object: `created_time`, and without a date `created_t_s` beside it."""
        if self._dated:
            return {f"{what}_time": self._moment(stamp.time_ns)}
        return {f"{what}_time": None, f"{what}_t_s": _seconds(stamp.time_ns)}


def _milliseconds(time_ns: int | None) -> float | None:
    return None if time_ns is None else time_ns / 1e6


def _seconds(time_ns: int | None) -> float | None:
    return None if time_ns is None else time_ns / SECOND


def _first_of(exchange: Exchange, name: str) -> str | None:
    """A header of the request, else of the response."""
    for message in (exchange.request, exchange.response):
        if message is not None:
            value: str | None = getattr(message, name)
            return value
    return None


def _frames(message: Message) -> Json:
    is_frame = message.first.kind is LocatorKind.FRAME
    return {
        "first_frame": message.first.number if is_frame else None,
        "last_frame": message.last.number if is_frame else None,
    }


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


def _compact(value: object) -> str:
    """One line that every reader takes for one line of UTF-8, and that does nothing to a terminal."""
    return harmless_json(_ENCODER.encode(value))


def _rows(built: Json) -> Iterator[str]:
    """The object with a line for each key, and a line for each item of a list or entry of the ledger."""
    yield "{\n"
    for i, (key, value) in enumerate(built.items()):
        end = "\n" if i == len(built) - 1 else ",\n"
        if isinstance(value, list) and value:
            yield f'"{key}": [\n' + ",\n".join(f"  {_compact(item)}" for item in value) + f"\n]{end}"
        elif key == "ledger" and value:
            yield f'"{key}": {{\n' + ",\n".join(f'  "{k}": {_compact(v)}' for k, v in value.items()) + f"\n}}{end}"
        else:
            yield f'"{key}": {_compact(value)}{end}'
    yield "}\n"
