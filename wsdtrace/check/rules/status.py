"""WSD512, WSD801, WSD803–807: what a device says of its state, its conditions and its jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from wsdtrace.check.finding import Evidence, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, request_line, response_line, subject
from wsdtrace.soap import QName
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange
from wsdtrace.state.observations import ClockSeen, ConditionCleared, ConditionSeen, Sameness
from wsdtrace.state.scanwords import value_of
from wsdtrace.wsd.scan import (
    GetJobElementsRequest,
    GetJobElementsResponse,
    GetScannerElementsRequest,
    GetScannerElementsResponse,
    JobElementData,
    ScannerElementData,
    ScannerStatusSummaryEvent,
)
from wsdtrace.wsd.scanner import ScannerStatus, StatusSummary
from wsdtrace.wsd.values import ScannerState, ScannerStateReason
from wsdtrace.wsd.values import Severity as Gravity

ElementData = ScannerElementData | JobElementData

SECTIONS = {
    "ScannerDescription": "scanner_description",
    "ScannerConfiguration": "scanner_configuration",
    "ScannerStatus": "scanner_status",
    "DefaultScanTicket": "default_scan_ticket",
    "JobStatus": "job_status",
    "ScanTicket": "scan_ticket",
    "Documents": "documents",
    "Document": "documents",
}
"""Name that is asked for → the field with its section. Documents is Document in the schema (doc-defect D19)."""


def _asked_for(message: Message | None) -> tuple[QName | None, ...] | None:
    """The names that a request asks for."""
    value = value_of(message)
    if isinstance(value, GetScannerElementsRequest | GetJobElementsRequest):
        elements = value.requested_elements
        return None if elements is None else tuple(elements.name)
    return None


def _answered(message: Message | None) -> Sequence[ElementData] | None:
    """The data that an answer holds."""
    value = value_of(message)
    if isinstance(value, GetScannerElementsResponse):
        return None if value.scanner_elements is None else value.scanner_elements.element_data
    if isinstance(value, GetJobElementsResponse):
        return None if value.job_elements is None else value.job_elements.element_data
    return None


def _asks_for_elements(event: ExchangeEnded) -> bool:
    return _asked_for(event.exchange.request) is not None and _answered(event.exchange.response) is not None


@rule(
    "WSD801",
    "elements-missing",
    Severity.ERROR,
    on=ExchangeEnded,
    of=(GetScannerElementsRequest, GetJobElementsRequest),
    when=_asks_for_elements,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.VERDICT,
    source=("S01", "S02", "S18"),
)
def elements_missing(event: ExchangeEnded) -> Iterator[Verdict]:
    """A name that was asked for has no ElementData, or what is in it contradicts its Valid.

    Why:
        A client that finds no answer to what it asked for does not know whether the device lacks it. Valid says so:
        true, and the section follows; false, and nothing does. Names are compared without their prefix.

    Bad:
        < drop wscn:ElementData
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    exchange = event.exchange
    names, data = _asked_for(exchange.request), _answered(exchange.response)
    assert names is not None
    assert data is not None
    found = [d.name.local for d in data if d.name is not None]
    problems = [
        f"{n.local} was asked for, and has no ElementData" for n in names if n is not None and n.local not in found
    ]
    problems += [problem for problem in map(_contradiction, data) if problem is not None]
    for problem in problems:
        yield Objection(
            f"{subject(exchange)}: {problem}"[:140],
            exchange_lines(exchange, " ".join(n.local for n in names if n is not None)[:200]),
            expected="one ElementData for each name, with its section where Valid is true",
            fold=problem,
        )


_SECTIONS = tuple(dict.fromkeys(SECTIONS.values()))


def _contradiction(data: ElementData) -> str | None:
    """What is wrong with one ElementData. The sections of a vendor's names are not known."""
    if data.name is None or data.valid is None:
        return None
    own = SECTIONS.get(data.name.local)
    held = [s for s in _SECTIONS if getattr(data, s, None) is not None]
    if data.valid is False:
        return f"{data.name.local} has Valid=false and content" if held or data.extensions else None
    if own is None or own in held:
        return None
    if held:
        return f"ElementData of {data.name.local} holds another section"
    return None if data.extensions else f"{data.name.local} has Valid=true and no content"


def _status_of(message: Message) -> ScannerStatus | None:
    value = value_of(message)
    if isinstance(value, GetScannerElementsResponse) and value.scanner_elements is not None:
        for data in value.scanner_elements.element_data:
            if data.scanner_status is not None:
                return data.scanner_status
    return None


def _tells_state(event: MessageSeen) -> bool:
    value = value_of(event.message)
    return isinstance(value, ScannerStatusSummaryEvent) or _status_of(event.message) is not None


def _mismatch(event: MessageSeen) -> tuple[ScannerState | str | None, str] | None:
    """State, and why that cannot be; None where it can."""
    status = _status_of(event.message)
    told = _summary_of(event.message) if status is None else status
    if told is None:
        return None
    state, reasons = told.scanner_state, told.scanner_state_reasons
    if reasons is not None and _PAUSED in reasons.scanner_state_reason and state in (_IDLE, ScannerState.PROCESSING):
        return state, f"{state} for the reason Paused"
    critical = _critical(status)
    return (state, f"Idle with the critical condition {critical}") if critical is not None and state == _IDLE else None


def _summary_of(message: Message) -> StatusSummary | None:
    value = value_of(message)
    return value.status_summary if isinstance(value, ScannerStatusSummaryEvent) else None


@rule(
    "WSD803",
    "state-condition-mismatch",
    Severity.WARNING,
    on=MessageSeen,
    of=(ScannerStatusSummaryEvent, GetScannerElementsResponse, GetJobElementsResponse),
    when=_tells_state,
    trace_of=lambda event: _mismatch(event) is not None,
    needs=(Need.WELL_FORMED,),
    alike=Alike.SUBJECT,
    source=("S06", "S08"),
)
def state_condition_mismatch(event: MessageSeen) -> Iterator[Verdict]:
    """A critical condition lasts while the scanner is Idle, or it is Paused and not Stopped.

    Why:
        Critical means that the device cannot go on, so it is Stopped. A client that sees Idle asks for a job and is
        refused without a reason.

    Bad:
        GetScannerElements -> ScannerState=Idle ScannerStateReason=Paused

    Good:
        GetScannerElements -> ScannerState=Stopped ScannerStateReason=Paused
    """
    found = _mismatch(event)
    if found is None:
        return
    state, problem = found
    yield Objection(
        f"the scanner is {problem}",
        (message_line(event.exchange, event.message, str(state)),),
        expected="Stopped",
        fold=problem,
    )


_PAUSED, _IDLE = ScannerStateReason.PAUSED, ScannerState.IDLE


def _critical(status: ScannerStatus | None) -> str | None:
    conditions = None if status is None else status.active_conditions
    for condition in () if conditions is None else conditions.device_condition:
        if condition.severity == Gravity.CRITICAL:
            return f"{condition.name} {condition.component or ''}".strip()
    return None


@rule("WSD804", "condition-id-reused", Severity.WARNING, on=ConditionSeen, source=("S09",))
def condition_id_reused(event: ConditionSeen) -> Iterator[Verdict]:
    """A DeviceCondition has a number that another condition had before, or has now.

    Why:
        The number is how the end of a condition is told. With one that is used twice a client takes the wrong one
        for over. After a restart (Hello or Bye) numbers may begin anew.

    Bad:
        ScannerStatusConditionEvent Name=MediaJam Component=ADF -> accepted
        ScannerStatusConditionEvent Name=CoverOpen Component=Platen -> accepted

    Good:
        ScannerStatusConditionEvent Name=MediaJam Component=ADF -> accepted
        ScannerStatusConditionEvent DeviceCondition@Id=2 Name=CoverOpen Component=Platen -> accepted
    """
    if event.sameness in (Sameness.REUSED, Sameness.TWICE):
        before = () if event.first is None or event.first is event.exchange else _lines(event.first)
        yield Objection(
            f"condition {event.number} ({event.what}): its number belongs to {_whose(event.sameness)}"[:140],
            (*before, *_lines(event.exchange)),
            expected="a number that no other condition had",
            fold=f"{event.number} {event.sameness}",
        )


def _whose(sameness: Sameness) -> str:
    return "another one in the same list" if sameness is Sameness.TWICE else "another condition"


def _lines(exchange: Exchange) -> tuple[Evidence, ...]:
    return response_line(exchange) or request_line(exchange)


@rule("WSD806", "condition-still-listed", Severity.INFO, on=ConditionSeen, source=("E27",))
def condition_still_listed(event: ConditionSeen) -> Iterator[Verdict]:
    """A condition that was told to be over is still listed as active.

    Why:
        One of both is wrong: a client that waits for the end of a paper jam sees it end, and the next look at the
        status says that it lasts.

    Bad:
        ScannerStatusConditionEvent Name=MediaJam Component=ADF -> accepted
        ScannerStatusConditionClearedEvent -> accepted
        ScannerStatusConditionEvent Name=MediaJam Component=ADF -> accepted

    Good:
        ScannerStatusConditionEvent Name=MediaJam Component=ADF -> accepted
        ScannerStatusConditionClearedEvent -> accepted
        GetScannerElements -> ok
    """
    if event.sameness is Sameness.LASTS:
        yield Objection(
            f"condition {event.number} ({event.what}) was told to be over, and lasts"[:140],
            _lines(event.exchange),
            expected="no such condition any more",
            fold=str(event.number),
        )


@rule("WSD512", "condition-cleared-unknown", Severity.INFO, on=ConditionCleared, source=("E25",))
def condition_cleared_unknown(event: ConditionCleared) -> Iterator[Verdict]:
    """A condition is told to be over that was never told to have begun.

    Why:
        A client cannot say what has ended, and goes on to show what it knew. Where no list of all conditions is in
        the capture, the condition may be older than that.

    Bad:
        GetScannerElements -> ok
        ScannerStatusConditionClearedEvent ConditionId=7 -> accepted

    Good:
        GetScannerElements -> ok
        ScannerStatusConditionEvent DeviceCondition@Id=7 -> accepted
        ScannerStatusConditionClearedEvent ConditionId=7 -> accepted
    """
    if event.is_known:
        return
    if not event.listed:
        yield Inconclusive("no list of the conditions is in the capture")
        return
    yield Objection(
        f"condition {event.number} is told to be over, and was never told to have begun",
        request_line(event.exchange, f"ConditionId {event.number}"),
        expected="the number of a condition that was told",
        fold=str(event.number),
    )


def _asks_for_job(event: ExchangeEnded) -> bool:
    asked = value_of(event.exchange.request)
    return isinstance(asked, GetJobElementsRequest) and isinstance(
        value_of(event.exchange.response), GetJobElementsResponse
    )


@rule(
    "WSD805",
    "answers-other-job",
    Severity.ERROR,
    on=ExchangeEnded,
    of=GetJobElementsRequest,
    when=_asks_for_job,
    needs=(Need.WELL_FORMED,),
    source=("S19",),
)
def answers_other_job(event: ExchangeEnded) -> Iterator[Verdict]:
    """JobStatus in the answer is about another job than was asked for.

    Why:
        The client takes another job's state for its own, and stops or waits for the wrong one.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        GetJobElements JobId=1 -> JobId=2

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        GetJobElements JobId=1 -> ok
    """
    exchange = event.exchange
    asked = value_of(exchange.request)
    assert isinstance(asked, GetJobElementsRequest)
    for data in _answered(exchange.response) or ():
        status = data.job_status if isinstance(data, JobElementData) else None
        if status is None or status.job_id is None or asked.job_id is None or status.job_id == asked.job_id:
            continue
        yield Objection(
            f"GetJobElements for job {asked.job_id} is answered with the status of job {status.job_id}",
            exchange_lines(exchange, f"JobId {asked.job_id}", f"JobId {status.job_id}"),
            expected=f"the status of job {asked.job_id}",
        )


def _tells_time(event: ClockSeen | MessageSeen) -> bool:
    return isinstance(event, ClockSeen) or bool(_history(event))


def _history(event: MessageSeen) -> list[tuple[datetime, datetime]]:
    """Beginning and end of the conditions that are over, where both have a time zone or neither."""
    status = _status_of(event.message)
    if status is None or status.condition_history is None:
        return []
    entries = status.condition_history.condition_history_entry
    both = [(e.time, e.clear_time) for e in entries if e.time is not None and e.clear_time is not None]
    return [(a, b) for a, b in both if (a.tzinfo is None) == (b.tzinfo is None)]


@rule(
    "WSD807",
    "clock-backwards",
    Severity.INFO,
    on=(ClockSeen, MessageSeen),
    of=(GetScannerElementsResponse, GetJobElementsResponse),
    when=_tells_time,
    trace_of=lambda event: not isinstance(event, ClockSeen) or event.now < event.before,
    source=("S10", "T10"),
)
def clock_backwards(event: ClockSeen | MessageSeen) -> Iterator[Verdict]:
    """The device's clock runs backwards, or a condition ended before it began.

    Why:
        The clock need not be right, but it should run forwards: a client that sorts by it shows the wrong order.
        Somebody may have set it, or the device was restarted.

    Bad:
        GetScannerElements -> ScannerCurrentTime=2026-01-02T00:00:00Z
        GetScannerElements -> ScannerCurrentTime=2026-01-01T00:00:00Z

    Good:
        GetScannerElements -> ScannerCurrentTime=2026-01-01T00:00:00Z
        GetScannerElements -> ScannerCurrentTime=2026-01-01T00:00:01Z
    """
    if isinstance(event, ClockSeen):
        if event.now < event.before:
            yield Objection(
                f"ScannerCurrentTime {event.now:%Y-%m-%d %H:%M:%S} after {event.before:%Y-%m-%d %H:%M:%S}",
                (*response_line(event.former), *response_line(event.exchange)),
                expected="a clock that runs forwards",
                fold="clock",
            )
        return
    for began, ended in _history(event):
        if ended < began:
            yield Objection(
                "ConditionHistory: a condition ended before it began",
                (message_line(event.exchange, event.message),),
                expected="ClearTime not before Time",
            )
