"""WSD508–511, WSD517, WSD518: scans that begin with a button at the device."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, request_line, response_line, seconds
from wsdtrace.state.events import EventSeen, MessageSeen
from wsdtrace.state.message import Role
from wsdtrace.state.observations import (
    DestinationTokenUsed,
    PressAnswered,
    PressSettled,
    ScanIdentifierReused,
    ScanIdentifierUsed,
    TokenStanding,
)
from wsdtrace.state.presses import PRESS_LIMIT_NS
from wsdtrace.state.scanwords import value_of
from wsdtrace.wsd.scan import CreateScanJobRequest

LIMIT = seconds(PRESS_LIMIT_NS).replace(".0", "")
SAME_PRESS_NS = 5 * 10**9
"""Two sinks of one client that are told within this time are told of one press."""


@rule(
    "WSD508",
    "button-press-unanswered",
    Severity.WARNING,
    on=PressSettled,
    fault_of=FaultOf.CLIENT,
    source=("E06",),
)
def button_press_unanswered(event: PressSettled) -> Iterator[Verdict]:
    """No CreateScanJob with its ScanIdentifier came within 60 s of a ScanAvailableEvent.

    Why:
        The client took the notification and did nothing: the user stands before a device that waits. Where the
        answer may have gone over TLS, or a part of the traffic is missing, nothing is said.

    Bad:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        wait 61s
        GetScannerElements -> ok

    Good:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        wait 5s
        CreateScanJob ScanIdentifier=s -> ok
        RetrieveImage -> image
        wait 61s
        GetScannerElements -> ok
    """
    press, answer = event.press, event.answer
    request = event.exchange.request
    if answer is not None and answer.request is not None and request is not None:
        waited = answer.request.first.time_ns - request.last.time_ns
        if waited > PRESS_LIMIT_NS:
            yield Objection(
                f"CreateScanJob {seconds(waited)} after the ScanAvailableEvent that it answers, limit {LIMIT}",
                (*exchange_lines(event.exchange), *request_line(answer, f"{seconds(waited)} later")),
                expected=f"CreateScanJob within {LIMIT}",
            )
        return
    if event.hidden is not None:
        yield Inconclusive(event.hidden)
        return
    beside = () if event.beside is None else request_line(event.beside, "without ScanIdentifier")
    yield Objection(
        f"no CreateScanJob for the ScanAvailableEvent of {press.client_context or 'no destination'} within {LIMIT}"[
            :120
        ],
        (*exchange_lines(event.exchange, f"ScanIdentifier {press.scan_identifier}"), *beside),
        expected=f"CreateScanJob with ScanIdentifier {press.scan_identifier}",
        time_ns=event.stamp.time_ns,
        fold=f"unanswered {press.client_context}",
    )


def _has_identifier(event: EventSeen | ScanIdentifierReused) -> bool:
    return isinstance(event, ScanIdentifierReused) or event.event.scan_identifier is not None


@rule(
    "WSD509",
    "scan-identifier-reused",
    Severity.WARNING,
    on=(EventSeen, ScanIdentifierReused),
    when=_has_identifier,
    source=("C06", "E05"),
)
def scan_identifier_reused(event: EventSeen | ScanIdentifierReused) -> Iterator[Verdict]:
    """Two ScanAvailableEvents have the same ScanIdentifier, or two jobs were created with one.

    Why:
        It names one press of a button. A device that repeats it cannot tell which of two presses a job answers; a
        client that uses it twice scans twice for one press. A retry after a fault, or after a notification that was
        not delivered, is fine.

    Bad:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        CreateScanJob ScanIdentifier=s -> ok
        RetrieveImage -> image
        CreateScanJob ScanIdentifier=s -> ok
        RetrieveImage -> image

    Good:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        CreateScanJob ScanIdentifier=s -> Fault ServerErrorNotAcceptingJobs
        wait 2s
        CreateScanJob ScanIdentifier=s -> ok
        RetrieveImage -> image
    """
    if isinstance(event, ScanIdentifierReused):
        yield Objection(
            f"a second job is created with the ScanIdentifier {event.identifier}"[:140],
            (*request_line(event.first, "the first"), *request_line(event.exchange, "the second")),
            fault_of=FaultOf.CLIENT,
            expected="one job for one press",
        )
        return
    former, request = event.event.repeat_of, event.exchange.request
    if former is None or request is None or former.exchange.request is None:
        return
    first = former.exchange
    status = first.response.status if first.response is not None else None
    if status is None or status >= 300 or first.fault is not None:
        return
    if (
        first.server_endpoint != event.exchange.server_endpoint
        and request.first.time_ns - first.first.time_ns < SAME_PRESS_NS
    ):
        yield Inconclusive("one press may be told to two sinks")
        return
    yield Objection(
        f"ScanAvailableEvent with a ScanIdentifier that was used before: {event.event.scan_identifier}"[:140],
        (*request_line(first, "the first"), *request_line(event.exchange, "the second")),
        fault_of=FaultOf.DEVICE,
        expected="a new ScanIdentifier for each press",
    )


@rule(
    "WSD510",
    "token-stale",
    Severity.ERROR,
    on=DestinationTokenUsed,
    fault_of=FaultOf.CLIENT,
    source=("C05", "field failure 36"),
)
def token_stale(event: DestinationTokenUsed) -> Iterator[Verdict]:
    """CreateScanJob carries a DestinationToken that a later Subscribe replaced, or that was never granted.

    Why:
        The device refuses the job, so the press has no effect. A client that subscribes anew has to use the token of
        its last SubscribeResponse. Where the Subscribe is older than the capture nothing is said; where the device
        takes the old token all the same, it is only worth knowing.

    Bad:
        Subscribe -> ok
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        CreateScanJob ScanIdentifier=s DestinationToken=destination-1-1 -> Fault ClientErrorInvalidDestinationToken

    Good:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        CreateScanJob ScanIdentifier=s -> ok
        RetrieveImage -> image
    """
    if event.standing is TokenStanding.GRANTED:
        return
    if event.standing is TokenStanding.UNKNOWN:
        yield Inconclusive("the Subscribe may be older than the capture")
        return
    granted = () if event.subscription is None else response_line(event.subscription.creation, "granted")
    later = () if event.replaced_by is None else response_line(event.replaced_by.creation, "granted another")
    yield Objection(
        f"CreateScanJob with a DestinationToken that was {event.standing.value}",
        (*granted, *later, *exchange_lines(event.exchange)),
        severity=Severity.INFO if event.is_accepted else None,
        expected="the DestinationToken of the last SubscribeResponse",
        fold=f"{event.standing} {event.is_accepted}",
    )


def _creates(event: MessageSeen) -> bool:
    return event.message.role is Role.REQUEST and isinstance(value_of(event.message), CreateScanJobRequest)


@rule(
    "WSD511",
    "token-pair-broken",
    Severity.ERROR,
    on=MessageSeen,
    of=CreateScanJobRequest,
    when=_creates,
    fault_of=FaultOf.CLIENT,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED),
    source=("C02", "C03"),
)
def token_pair_broken(event: MessageSeen) -> Iterator[Verdict]:
    """CreateScanJob has a ScanIdentifier without a DestinationToken, or the reverse.

    Why:
        Both belong to a scan that began at the device, neither to one that the client began. With one of them the
        device cannot tell which it is.

    Bad:
        > add wscn:CreateScanJobRequest <wscn:ScanIdentifier>s</wscn:ScanIdentifier>
        CreateScanJob -> Fault ClientErrorInvalidDestinationToken

    Good:
        CreateScanJob -> ok
        RetrieveImage -> image
    """
    value = value_of(event.message)
    assert isinstance(value, CreateScanJobRequest)
    identifier, token = bool(value.scan_identifier), bool(value.destination_token)
    if identifier != token:
        there, missing = (
            ("ScanIdentifier", "DestinationToken") if identifier else ("DestinationToken", "ScanIdentifier")
        )
        yield Objection(
            f"CreateScanJob with {there} and without {missing}",
            (message_line(event.exchange, event.message),),
            expected="both, or neither",
        )


@rule(
    "WSD517",
    "input-source-ignored",
    Severity.INFO,
    on=PressAnswered,
    fault_of=FaultOf.CLIENT,
    source=("E07",),
)
def input_source_ignored(event: PressAnswered) -> Iterator[Verdict]:
    """The job that answers a press asks for another InputSource than its ScanAvailableEvent named.

    Why:
        The user put the paper where the device saw it, and the client scans from somewhere else: an empty page, or
        NoImagesAvailable.

    Bad:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s InputSource=ADF -> accepted
        CreateScanJob ScanIdentifier=s InputSource=Platen -> ok
        RetrieveImage -> image

    Good:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s InputSource=Platen -> accepted
        CreateScanJob ScanIdentifier=s InputSource=Platen -> ok
        RetrieveImage -> image
    """
    said, wanted = event.press.input_source, event.input_source
    if said is None or wanted is None:
        yield Inconclusive("one of both names no InputSource")
    elif not wanted.startswith(said):
        # ADFDuplex is the feeder, too.
        yield Objection(
            f"CreateScanJob asks for InputSource {wanted}, its ScanAvailableEvent said {said}"[:140],
            (*request_line(event.press.exchange, said), *request_line(event.exchange, wanted)),
            expected=said,
        )


@rule(
    "WSD518", "scan-identifier-unknown", Severity.WARNING, on=ScanIdentifierUsed, fault_of=FaultOf.CLIENT, source="C04"
)
def scan_identifier_unknown(event: ScanIdentifierUsed) -> Iterator[Verdict]:
    """CreateScanJob carries a ScanIdentifier that no ScanAvailableEvent told, and the device refuses it.

    Why:
        The identifier is that of the press which the job answers. Where the Subscribe is older than the capture, or the
        device takes the identifier, the event may just not have been seen.

    Bad:
        Subscribe -> ok
        CreateScanJob ScanIdentifier=s DestinationToken=destination-1-1 -> Fault ClientErrorInvalidScanIdentifier

    Good:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        CreateScanJob ScanIdentifier=s -> ok
        RetrieveImage -> image
    """
    if event.is_known:
        return
    if not (event.is_complete and event.is_refused):
        yield Inconclusive("its ScanAvailableEvent may not be in the capture")
        return
    yield Objection(
        "CreateScanJob with a ScanIdentifier that no ScanAvailableEvent told",
        exchange_lines(event.exchange, f"ScanIdentifier {event.identifier}"),
        expected="the ScanIdentifier of a ScanAvailableEvent",
    )
