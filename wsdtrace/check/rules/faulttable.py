"""WSD323–326, 329, 331–333: faults against the table of the specification, and refusals that repeat."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.interpretations import readings
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import (
    NS_PER_S,
    answers_another,
    exchange_lines,
    message_line,
    seconds,
    sender_of,
    server_of,
    subject,
)
from wsdtrace.check.violations import short
from wsdtrace.soap import Fault
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.state.message import Role as Asking
from wsdtrace.state.model import Exchange, Transport
from wsdtrace.state.outcomes import ErrorRecovered, RefusalsRepeated
from wsdtrace.wsd import FaultMatch, lookup_action, lookup_fault
from wsdtrace.wsd.actions import Role
from wsdtrace.wsd.faults import ALL


def fault_of(exchange: Exchange) -> Fault | None:
    """The fault that answered an exchange, with all its parts."""
    response = exchange.response
    return None if response is None or response.envelope is None else response.envelope.fault


def looked_up(exchange: Exchange) -> FaultMatch | None:
    """The row of the fault table for the outermost subcode; None without fault or row."""
    fault = fault_of(exchange)
    if fault is None or fault.subcode is None:
        return None
    return lookup_fault(fault.subcode.namespace, fault.subcode.local, exchange.operation)


def _is_fault(event: ExchangeEnded) -> bool:
    return event.exchange.is_wsd and fault_of(event.exchange) is not None


def _is_known(event: ExchangeEnded) -> bool:
    return _is_fault(event) and looked_up(event.exchange) is not None


@rule(
    "WSD323",
    "fault-wrong-operation",
    Severity.WARNING,
    on=ExchangeEnded,
    of=Fault,
    when=lambda event: _is_known(event) and event.exchange.operation is not None,
    needs=(Need.SOAP_12,),
    alike=Alike.SUBJECT,
    source=("F05", "X ScanServiceFaultValuesType"),
)
def fault_wrong_operation(event: ExchangeEnded) -> Iterator[Verdict]:
    """A known subcode answers an operation whose table does not have it.

    Why:
        Clients act upon the subcodes that the operation's page lists; for another one they have no branch and
        report a general error. The faults that every operation may answer with pass everywhere.

    Bad:
        GetScannerElements -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    exchange = event.exchange
    match = looked_up(exchange)
    if match is None or match.operation_known or match.info.operations == ALL:
        return
    if answers_another(exchange):
        yield Inconclusive("by its RelatesTo it answers another request")
        return
    yield Objection(
        short(f"{subject(exchange)}: fault {match.info.subcode}, which belongs to {_list(match.info.operations)}"),
        exchange_lines(exchange, answered=match.info.subcode),
        fault_of=server_of(exchange),
        expected=f"a fault of {exchange.operation}",
    )


def _list(words: tuple[str, ...]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


LAX_CODES = frozenset({"OperationFailed"})
"""Subcodes that the documentation's own samples send with the other code."""


@rule(
    "WSD324",
    "fault-code-mismatch",
    Severity.WARNING,
    on=ExchangeEnded,
    of=Fault,
    when=lambda event: _is_known(event) and fault_of(event.exchange).is_sender is not None,  # type: ignore[union-attr]  # checked by _is_known
    needs=(Need.SOAP_12,),
    alike=Alike.VERDICT,
    source="F06",
)
def fault_code_mismatch(event: ExchangeEnded) -> Iterator[Verdict]:
    """Sender where the table says Receiver, or the reverse.

    Why:
        Sender means *do not send this again unchanged*, Receiver *try later*. Clients that go by the code retry
        what can never succeed, or give up what would. OperationFailed is shown with Sender in a sample of the
        documentation: that is only worth knowing.

    Bad:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs code=Sender

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    exchange = event.exchange
    fault, match = fault_of(exchange), looked_up(exchange)
    if fault is None or fault.code is None or match is None or fault.is_sender == (match.info.code == "Sender"):
        return
    yield Objection(
        short(f"{subject(exchange)}: {match.info.subcode} with code {fault.code.local}, expected {match.info.code}"),
        exchange_lines(exchange, answered=fault.code.raw),
        severity=Severity.INFO if match.info.subcode in LAX_CODES else None,
        fault_of=server_of(exchange),
        expected=match.info.code,
    )


@rule(
    "WSD325",
    "fault-detail-missing",
    Severity.INFO,
    on=ExchangeEnded,
    of=Fault,
    when=lambda event: _is_known(event) and looked_up(event.exchange).info.detail is not None,  # type: ignore[union-attr]  # checked by _is_known
    needs=(Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.VERDICT,
    source="F07",
)
def fault_detail_missing(event: ExchangeEnded) -> Iterator[Verdict]:
    """The fault has no Detail, or an empty one, where the table names what it holds.

    Why:
        The Detail says which argument is invalid or which job is unknown; without it one has to guess.

    Bad:
        < drop soap:Detail
        CreateScanJob -> Fault InvalidArgs

    Good:
        CreateScanJob -> Fault InvalidArgs detail=Format
    """
    exchange = event.exchange
    fault, match = fault_of(exchange), looked_up(exchange)
    if fault is not None and match is not None and fault.detail_text is None:
        yield Objection(
            short(f"{subject(exchange)}: fault {match.info.subcode} without Detail, expected {match.info.detail}"),
            exchange_lines(exchange, answered=match.info.subcode),
            fault_of=server_of(exchange),
            expected=f"Detail with {match.info.detail}",
        )


@rule(
    "WSD326",
    "fault-action-wrong",
    Severity.WARNING,
    on=ExchangeEnded,
    of=Fault,
    when=_is_fault,
    needs=(Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.VERDICT,
    source="F02",
)
def fault_action_wrong(event: ExchangeEnded) -> Iterator[Verdict]:
    """A fault without the Action of a fault.

    Why:
        Clients that dispatch by Action take the message for the answer, or for none at all (seen: clients that
        compare the end of the Action, since some devices spell its beginning https).

    Bad:
        < drop wsa:Action
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    exchange = event.exchange
    response = exchange.response
    assert response is not None
    known = lookup_action(response.action) if response.action else None
    if known is None or known.role is not Role.FAULT:
        found = response.action or "missing"
        yield Objection(
            short(f"{subject(exchange)}: the Action of a fault is {found}"),
            (message_line(exchange, response, f"Action {found}"),),
            fault_of=server_of(exchange),
            expected="http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
            fold=found,
        )


@rule(
    "WSD329",
    "fault-http-code",
    Severity.INFO,
    on=ExchangeEnded,
    of=Fault,
    when=lambda event: _is_fault(event) and (event.exchange.response.status or 0) >= 400,  # type: ignore[union-attr]  # checked by _is_fault
    needs=(Need.SOAP_12,),
    alike=Alike.VERDICT,
    source=("F08", "SOAP 1.2 part 2 §7.5.2.2"),
)
def fault_http_code(event: ExchangeEnded) -> Iterator[Verdict]:
    """A fault of the Receiver with HTTP 4xx, or of the Sender with 5xx.

    Why:
        SOAP 1.2 sends Sender faults with 400 and all others with 500. Many devices always use one of the two (seen:
        Kyocera, Ricoh), so clients have to go by the fault.

    Bad:
        http: status 500
        CreateScanJob -> Fault InvalidArgs

    Good:
        http: status 400
        CreateScanJob -> Fault InvalidArgs
    """
    exchange = event.exchange
    fault, response = fault_of(exchange), exchange.response
    assert response is not None
    if fault is None or fault.code is None or fault.is_sender is None:
        return
    if fault.is_sender == (400 <= (response.status or 0) < 500):
        return
    yield Objection(
        f"{subject(exchange)}: fault of the {'Sender' if fault.is_sender else 'Receiver'} with HTTP {response.status}",
        exchange_lines(exchange, answered=fault.code.raw),
        fault_of=server_of(exchange),
        expected="HTTP 400" if fault.is_sender else "HTTP 500",
    )


@rule(
    "WSD331",
    "retry-storm",
    Severity.WARNING,
    on=RefusalsRepeated,
    fault_of=FaultOf.CLIENT,
    source=("C17", "field failure 12"),
)
def retry_storm(event: RefusalsRepeated) -> Iterator[Verdict]:
    """Five or more equal refusals within 60 s.

    Why:
        A refused job may be tried again, but a client that asks every second keeps a small device busy and shows
        its user nothing (seen: an empty feeder that the device tells as NotAcceptingJobs is asked for ever).

    Bad:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 10s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 10s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 10s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 10s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 20s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 20s
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 20s
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    took = max(event.last.last.time_ns - event.first.last.time_ns, 1)
    rate = (event.count - 1) * 60 * NS_PER_S / took
    end = "" if event.succeeded is None else ", then granted"
    # Answers of one frame have no rate.
    speed = f", {rate:.0f} a minute" if rate < 1e6 else ""
    yield Objection(
        short(f"{subject(event.last)}: refused {event.count} times in {seconds(took)} ({event.reason}){speed}{end}"),
        (*exchange_lines(event.first, answered=event.reason), *exchange_lines(event.last, answered="the last of them")),
        expected="longer pauses, and an end",
        interpretations=readings(event.last),
        time_ns=event.stamp.time_ns,
    )


@rule("WSD332", "internal-error-recovered", Severity.INFO, on=ErrorRecovered, source="F11")
def internal_error_recovered(event: ErrorRecovered) -> Iterator[Verdict]:
    """The device refused with ServerErrorInternalError and then did what it was asked again.

    Why:
        This subcode says that the next try will meet the same error, so clients give up. For an error that passes
        there is ServerErrorTemporaryError.

    Bad:
        GetActiveJobs -> Fault ServerErrorInternalError
        GetActiveJobs -> ok

    Good:
        GetActiveJobs -> Fault ServerErrorTemporaryError
        GetActiveJobs -> ok
    """
    yield Objection(
        f"{subject(event.succeeded)}: done after ServerErrorInternalError, which says that it never will be",
        (*exchange_lines(event.refused, answered="ServerErrorInternalError"), *exchange_lines(event.succeeded)),
        expected="ServerErrorTemporaryError",
    )


def _is_http_request(event: MessageSeen) -> bool:
    exchange, message = event.exchange, event.message
    return (
        exchange.is_wsd
        and exchange.transport is Transport.HTTP
        and message.role is Asking.REQUEST
        and message.envelope is not None
    )


@rule(
    "WSD333",
    "fault-as-request",
    Severity.INFO,
    on=MessageSeen,
    when=_is_http_request,
    alike=Alike.VERDICT,
    source="F13",
)
def fault_as_request(event: MessageSeen) -> Iterator[Verdict]:
    """A fault comes as a request of its own, not as the response to what failed.

    Why:
        Over HTTP the answer to a request is its response, and a fault is an answer. Whoever asked waits there, and
        nobody listens where the fault goes.

    Bad:
        > replace <soap:Body> "<soap:Body><soap:Fault/>"
        GetScannerElements -> HTTP 202

    Good:
        CreateScanJob -> Fault InvalidArgs
    """
    exchange, message = event.exchange, event.message
    if message.fault is not None:
        named = message.fault.subcode or message.fault.code or "without code"
        yield Objection(
            short(f"{subject(exchange)}: a fault ({named}) comes as a request"),
            (message_line(exchange, message, message.fault.reason or ""),),
            fault_of=sender_of(exchange, message),
            expected="the fault as the response to the request that failed",
            fold=named,
        )
