"""WSD32x, WSD330: SOAP faults."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Objection, Severity
from wsdtrace.check.interpretations import readings
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, quoted, server_of, subject
from wsdtrace.check.violations import short
from wsdtrace.soap import Fault, SoapAnomaly
from wsdtrace.soap.namespaces import SCAN, canonical
from wsdtrace.state.events import ExchangeEnded
from wsdtrace.state.model import Exchange
from wsdtrace.wsd import lookup_fault, nearest_fault


def _fault(exchange: Exchange) -> Fault | None:
    response = exchange.response
    return None if response is None or response.envelope is None else response.envelope.fault


def _is_fault(event: ExchangeEnded) -> bool:
    return event.exchange.is_wsd and _fault(event.exchange) is not None


@rule(
    "WSD320",
    "fault-malformed",
    Severity.ERROR,
    on=ExchangeEnded,
    of=Fault,
    when=_is_fault,
    needs=(Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.VERDICT,
    source=("F04", "SOAP 1.2 part 1 §5.4"),
)
def fault_malformed(event: ExchangeEnded) -> Iterator[Verdict]:
    """A fault lacks Code, Value or Reason, has them in the wrong place, or a code that SOAP 1.2 does not have.

    Why:
        A client finds no code to act upon and reports a general failure.

    Bad:
        < drop soap:Reason
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    exchange = event.exchange
    fault, response = _fault(exchange), exchange.response
    assert fault is not None
    assert response is not None
    unbound = (
        {a.span for a in response.envelope.anomalies if a.kind == SoapAnomaly.PREFIX_UNBOUND}
        if response.envelope
        else set()
    )
    for problem in fault.problems:
        if problem.span is not None and problem.span in unbound:
            continue
        yield Objection(
            short(f"{subject(exchange)}: malformed fault: {problem.detail}"),
            (quoted(exchange, response, problem.span),),
            fault_of=server_of(exchange),
            expected="Code/Value, Code/Subcode/Value and Reason/Text",
            fold=problem.detail,
        )


@rule(
    "WSD321",
    "fault-subcode-missing",
    Severity.ERROR,
    on=ExchangeEnded,
    of=Fault,
    when=_is_fault,
    needs=(Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.VERDICT,
    source="F04",
)
def fault_subcode_missing(event: ExchangeEnded) -> Iterator[Verdict]:
    """A fault has no subcode.

    Why:
        The subcode is what says which of fourteen things went wrong; Sender or Receiver alone tells a client
        nothing.

    Bad:
        < drop soap:Subcode
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    exchange = event.exchange
    fault = _fault(exchange)
    if fault is not None and not fault.subcodes:
        code = fault.code.local if fault.code else "no code"
        yield Objection(
            f"{subject(exchange)}: the fault ({code}) has no subcode",
            exchange_lines(exchange, answered=fault.reason or ""),
            fault_of=server_of(exchange),
            expected="Code/Subcode/Value",
        )


@rule(
    "WSD322",
    "fault-subcode-unknown",
    Severity.WARNING,
    on=ExchangeEnded,
    of=Fault,
    when=lambda event: _is_fault(event) and bool(_fault(event.exchange).subcodes),  # type: ignore[union-attr]  # checked by _is_fault
    needs=(Need.SOAP_12,),
    alike=Alike.VERDICT,
    source=("F05", "field failure 35"),
)
def fault_subcode_unknown(event: ExchangeEnded) -> Iterator[Verdict]:
    """A subcode of the scan namespace that the fault table does not have.

    Why:
        Clients compare by name; a misspelt one is treated as an unknown error. Subcodes of other namespaces are
        a vendor's or another protocol's own and pass.

    Bad:
        CreateScanJob -> Fault ClientErrorInvalidArgs

    Good:
        CreateScanJob -> Fault InvalidArgs
    """
    exchange = event.exchange
    fault, response = _fault(exchange), exchange.response
    assert fault is not None
    assert response is not None
    name = fault.subcodes[0]
    if name.namespace is None or name.local is None:
        return
    if canonical(name.namespace).family != SCAN or lookup_fault(name.namespace, name.local) is not None:
        return
    near = nearest_fault(name.local)
    hint = f", nearest is {near}" if near else ""
    yield Objection(
        short(f"fault {name.local} is unknown{hint}"),
        (message_line(exchange, response, name.raw),),
        fault_of=server_of(exchange),
        expected=near or "a subcode of the fault table",
        fold=name.local,
    )


@rule(
    "WSD327",
    "fault-http-200",
    Severity.WARNING,
    on=ExchangeEnded,
    of=Fault,
    when=lambda event: _is_fault(event) and event.connection is not None,
    alike=Alike.VERDICT,
    source=("F08", "field failure 3"),
)
def fault_http_200(event: ExchangeEnded) -> Iterator[Verdict]:
    """A fault with an HTTP status of success.

    Why:
        Clients that look at the status first take the fault for an answer (seen: Lexmark MB2236adw, Xerox
        WorkCentre 3225 at the end of a feed).

    Bad:
        http: status 200
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    exchange = event.exchange
    response = exchange.response
    if response is not None and response.status is not None and 200 <= response.status < 300:  # RFC 9110 §15.3
        yield Objection(
            f"{subject(exchange)}: a fault with HTTP {response.status}",
            exchange_lines(exchange, answered=_named(exchange)),
            fault_of=server_of(exchange),
            expected="HTTP 400 for Sender, 500 for Receiver",
        )


def _has_error_status(event: ExchangeEnded) -> bool:
    response = event.exchange.response
    return event.exchange.is_wsd and response is not None and (response.status or 0) >= 400  # RFC 9110 §15


@rule(
    "WSD328",
    "fault-empty-error",
    Severity.ERROR,
    on=ExchangeEnded,
    when=_has_error_status,
    needs=(Need.WHOLE_MESSAGE,),
    alike=Alike.VERDICT,
    source="F08",
)
def fault_empty_error(event: ExchangeEnded) -> Iterator[Verdict]:
    """An HTTP error that is labelled as SOAP and is empty.

    Why:
        The label promises a fault that would say what went wrong, and there is none.

    Bad:
        CreateScanJob -> HTTP 500 application/soap+xml

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    exchange = event.exchange
    response = exchange.response
    if response is not None and response.labelled_soap and response.content_bytes == 0:
        yield Objection(
            f"{subject(exchange)}: HTTP {response.status} labelled as SOAP, with nothing in it",
            exchange_lines(exchange),
            fault_of=server_of(exchange),
            expected="a SOAP fault",
        )


@rule(
    "WSD330",
    "fault-reported",
    Severity.INFO,
    on=ExchangeEnded,
    of=Fault,
    when=_is_fault,
    source=("F01", "F12"),
)
def fault_reported(event: ExchangeEnded) -> Iterator[Verdict]:
    """The device answered with a fault. What it means here, and on which devices it means something else.

    Why:
        One subcode means different things to different vendors: an empty feeder is NoImagesAvailable, JobIdNotFound
        or NotAcceptingJobs. The observed fact is told first, then the readings, the likeliest first.

    Bad:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    exchange = event.exchange
    summary = exchange.fault
    if summary is None:
        return
    ends_feed = (
        summary.subcode == "ClientErrorNoImagesAvailable" and exchange.job is not None and exchange.job.delivered
    )
    if ends_feed and exchange.operation == "RetrieveImage":
        return
    yield Objection(
        short(f"{subject(exchange)} answered by {_named(exchange)}"),
        exchange_lines(exchange, answered=summary.reason or ""),
        fault_of=FaultOf.UNKNOWN,
        interpretations=readings(exchange),
    )


def _named(exchange: Exchange) -> str:
    summary = exchange.fault
    if summary is None:
        return "a fault"
    return summary.subcode or summary.subcode_raw or summary.code or "a fault without code"
