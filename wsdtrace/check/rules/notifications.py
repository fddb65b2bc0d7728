"""WSD503, WSD507, WSD516, WSD519: what a device notifies, and whether it arrives."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import (
    BEGAN_BEFORE,
    exchange_lines,
    frame_line,
    grant_lines,
    is_first_of_older,
    request_line,
    response_line,
    subject,
)
from wsdtrace.records import BROKEN_OFF
from wsdtrace.state.events import EventSeen, ExchangeEnded
from wsdtrace.state.message import Role
from wsdtrace.state.model import Exchange, Standing, Toward
from wsdtrace.state.observations import EventUnwanted, SinkRefused, StateUnreported
from wsdtrace.state.standing import echoed
from wsdtrace.state.unwanted import SETTLED
from wsdtrace.state.vocabulary import SCAN_EVENTS


def _is_whole(exchange: Exchange) -> bool:
    return all(m is not None and m.complete for m in (exchange.request, exchange.response))


def _is_settled(event: EventSeen | EventUnwanted) -> bool:
    return isinstance(event, EventUnwanted) or event.event.standing in SETTLED


@rule(
    "WSD503",
    "event-unsubscribed",
    Severity.WARNING,
    on=(EventSeen, EventUnwanted),
    when=_is_settled,
    source=("E05", "E09", "E13"),
)
def event_unsubscribed(event: EventSeen | EventUnwanted) -> Iterator[Verdict]:
    """A notification came that no live subscription asked for.

    Why:
        Its subscription has ended, its Action is in no filter, or the destination is one that nobody offered. The
        client drops it, or takes it for another. A subscription that is older than the capture may have asked for
        it; then nothing is said.

    Bad:
        Subscribe -> ok
        Unsubscribe -> ok
        wait 1s
        ScanAvailableEvent ClientContext=Scan -> accepted

    Good:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        CreateScanJob ScanIdentifier=s -> ok
        RetrieveImage -> image
    """
    seen = event.event
    if seen.standing is Standing.ASKED_FOR:
        return
    if seen.standing in (Standing.UNKNOWN, None):
        yield Inconclusive("its subscription may be older than the capture")
        return
    assert seen.standing is not None
    former = seen.former or seen.subscription
    if former is not None and not _is_whole(former.creation):
        yield Inconclusive("what was subscribed to is not wholly in the capture")
        return
    yield Objection(
        f"{seen.name}: {seen.standing.value}"[:100],
        (*grant_lines(former), *request_line(event.exchange, seen.client_context or "")),
        expected="notifications that a live subscription asks for",
        fold=f"{seen.name} {seen.standing}",
    )


def _notifies(event: ExchangeEnded | SinkRefused) -> bool:
    if isinstance(event, SinkRefused):
        return True
    exchange = event.exchange
    return exchange.toward is Toward.CLIENT and exchange.operation in SCAN_EVENTS and exchange.request is not None


@rule(
    "WSD507",
    "event-undelivered",
    Severity.ERROR,
    on=(ExchangeEnded, SinkRefused),
    when=_notifies,
    fault_of=FaultOf.CLIENT,
    needs=(Need.BOTH_DIRECTIONS, Need.NO_GAP),
    alike=Alike.SUBJECT,
    source=("E20",),
)
def event_undelivered(event: ExchangeEnded | SinkRefused) -> Iterator[Verdict]:
    """A notification was refused, not answered, or answered by an error.

    Why:
        The user has pressed a button at the device, and nothing happens. The sink is gone, a firewall stands before
        it, or it does not understand the notification. It should answer HTTP 202.

    Bad:
        Subscribe -> ok
        ScanAvailableEvent -> HTTP 404 text/html

    Good:
        Subscribe -> ok
        ScanAvailableEvent ScanIdentifier=s -> accepted
        CreateScanJob ScanIdentifier=s -> ok
        RetrieveImage -> image
    """
    if isinstance(event, SinkRefused):
        how = "refused" if event.answered else "not answered"
        yield Objection(
            f"a connection to the event sink {event.responder} is {how}",
            (*grant_lines(event.subscription), frame_line(event.stamp, "connection", f"to {event.responder}")),
            expected="a sink that takes the notification",
            fold=f"refused {event.responder}",
        )
        return
    exchange = event.exchange
    problem = _undelivered(exchange)
    if problem is not None and exchange.response is None and is_first_of_older(exchange):
        yield Inconclusive(BEGAN_BEFORE)
    elif problem is not None:
        yield Objection(
            f"{subject(exchange)}: {problem}",
            exchange_lines(exchange),
            fault_of=_who_closed(event),
            expected="HTTP 202 without content",
            fold=f"{exchange.operation} {problem}",
        )


def _undelivered(exchange: Exchange) -> str | None:
    response = exchange.response
    if response is None:
        gone = exchange.abandoned in BROKEN_OFF
        return f"no answer, then the {exchange.abandoned.value}" if gone and exchange.abandoned is not None else None
    if response.fault is not None:
        return f"answered by a Fault ({response.fault.subcode or response.fault.code})"
    return f"answered by HTTP {response.status}" if (response.status or 0) >= 400 else None


def _who_closed(event: ExchangeEnded) -> FaultOf | None:
    """The device, when it closed the connection before an answer could come."""
    exchange, connection = event.exchange, event.connection
    if exchange.response is not None or connection is None or connection.first_end is None or exchange.request is None:
        return None
    by_device = connection.first_end_by == exchange.client_endpoint
    return (
        FaultOf.DEVICE
        if by_device and connection.first_end.time_ns - exchange.request.last.time_ns < 5 * 10**9
        else None
    )


@rule(
    "WSD516",
    "notify-parameters-missing",
    Severity.INFO,
    on=EventSeen,
    when=lambda event: event.event.subscription is not None and bool(event.event.subscription.notify),
    needs=(Need.WELL_FORMED,),
    source=("E16", "WS-Addressing 2004/08 §2.3"),
)
def notify_parameters_missing(event: EventSeen) -> Iterator[Verdict]:
    """A notification lacks the reference parameters of the NotifyTo that it was sent to.

    Why:
        They are how a sink with several subscriptions tells them apart; without them some clients drop the
        notification.

    Bad:
        Subscribe -> ok
        > drop wse:Identifier
        ScanAvailableEvent -> accepted

    Good:
        Subscribe -> ok
        ScanAvailableEvent -> accepted
    """
    subscription, request = event.event.subscription, event.exchange.request
    assert subscription is not None
    missing = [name for name in subscription.notify if name not in echoed(request)]
    if missing and request is not None and request.role is Role.REQUEST:
        yield Objection(
            f"{event.event.name} without {missing[0][0].rpartition('}')[2]} of its NotifyTo"[:100],
            (*grant_lines(subscription), *request_line(event.exchange)),
            expected="the reference parameters of NotifyTo as header blocks",
            fold=event.event.name,
        )


@rule("WSD519", "state-change-unreported", Severity.INFO, on=StateUnreported, source="J27")
def state_change_unreported(event: StateUnreported) -> Iterator[Verdict]:
    """A job changed its state, and the subscription that wants JobStatusEvent was not told.

    Why:
        A client that relies on events waits for a state that has long been reached. Judged are only jobs that were
        created after the subscription, and states that another answer shows.

    Bad:
        Subscribe events=JobStatusEvent -> ok
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        GetJobElements JobId=1 -> JobState=Completed
        wait 6s
        GetScannerElements -> ok

    Good:
        Subscribe events=JobStatusEvent -> ok
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        JobStatusEvent JobId=1 JobState=Completed -> accepted
        GetJobElements JobId=1 -> JobState=Completed
        wait 6s
        GetScannerElements -> ok
    """
    yield Objection(
        f"{event.job.label}: {event.state}, and no JobStatusEvent said so",
        (*grant_lines(event.subscription), *response_line(event.exchange, event.state)),
        job=event.job,
        expected=f"JobStatusEvent with {event.state}",
        time_ns=event.stamp.time_ns,
    )
