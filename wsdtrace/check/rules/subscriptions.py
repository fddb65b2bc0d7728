"""WSD504–506, WSD515: the life of a subscription."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wsdtrace.check.finding import Evidence, FaultOf, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import (
    exchange_lines,
    frame_line,
    grant_lines,
    request_line,
    seconds,
    subject,
)
from wsdtrace.state.events import ExchangeEnded, SubscriptionEnded, SubscriptionGranted
from wsdtrace.state.model import Subscription, SubscriptionEndedBy
from wsdtrace.state.observations import SinkRefused, SubscriptionSettled
from wsdtrace.state.subscriptions import REPEAT_WINDOW_NS, SETTLE_NS, request_identifier

STORM = 3
"""Subscriptions for the same within an hour from which on they are a storm: one repeat is what a restart costs."""


@rule(
    "WSD504",
    "subscription-lapsed",
    Severity.WARNING,
    on=SubscriptionSettled,
    fault_of=FaultOf.CLIENT,
    source=("E14",),
)
def subscription_lapsed(event: SubscriptionSettled) -> Iterator[Verdict]:
    """A subscription expired although its client still wanted the events: it renewed or subscribed anew too late.

    Why:
        Between the expiration and that moment the device offers no such destination, and a button that is pressed
        has no effect. Clients should renew well before the end.

    Bad:
        Subscribe Expires=PT1M -> Expires=PT1M
        wait 61s
        Renew -> Fault wse:UnableToRenew

    Good:
        Subscribe Expires=PT1M -> Expires=PT1M
        wait 50s
        Renew -> ok
    """
    late = event.wanted_by
    if late is None or late.request is None:
        return
    waited = late.request.first.time_ns - event.expired.time_ns
    yield Objection(
        f"the subscription had expired for {seconds(waited)} when {subject(late)} came",
        (*grant_lines(event.subscription), *exchange_lines(late, f"{seconds(waited)} too late")),
        expected="Renew before it expires",
        fold=f"late {subject(late)}",
    )


def _says_how_it_ended(event: SubscriptionSettled | SinkRefused | SubscriptionEnded) -> bool:
    return not isinstance(event, SubscriptionEnded) or event.how is SubscriptionEndedBy.UNSUBSCRIBE


@rule(
    "WSD505",
    "subscription-leaked",
    Severity.INFO,
    on=(SubscriptionSettled, SinkRefused, SubscriptionEnded),
    when=_says_how_it_ended,
    fault_of=FaultOf.CLIENT,
    source=("E18", "field failure 37"),
)
def subscription_leaked(event: SubscriptionSettled | SinkRefused | SubscriptionEnded) -> Iterator[Verdict]:
    """A client went away without Unsubscribe.

    Why:
        The device goes on to offer its destination, and tries to reach a sink that is gone; some hang meanwhile.
        Seen by a subscription that expires and is neither ended nor renewed, or a sink that takes no connection.

    Bad:
        Subscribe Expires=PT1M -> Expires=PT1M
        wait 3min
        GetScannerElements -> ok

    Good:
        Subscribe Expires=PT1M -> Expires=PT1M
        Unsubscribe -> ok
        wait 3min
        GetScannerElements -> ok
    """
    if isinstance(event, SubscriptionEnded) or event.subscription.left:
        return
    if isinstance(event, SinkRefused):
        how = "refuses" if event.answered else "does not answer"
        yield Objection(
            f"the event sink {event.responder} {how} the connection, and there was no Unsubscribe",
            (*grant_lines(event.subscription), frame_line(event.stamp, "connection", f"to {event.responder}")),
            expected="Unsubscribe before the client goes",
            fold=f"gone {event.responder}",
        )
    elif event.wanted_by is None:
        yield Objection(
            f"a subscription expired, and within {seconds(SETTLE_NS)} came neither Renew nor Unsubscribe",
            grant_lines(event.subscription),
            expected="Renew or Unsubscribe",
            time_ns=event.stamp.time_ns,
        )


@rule(
    "WSD506",
    "resubscribe-storm",
    Severity.WARNING,
    on=SubscriptionGranted,
    fault_of=FaultOf.CLIENT,
    source=("E21", "field failure 36"),
)
def resubscribe_storm(event: SubscriptionGranted) -> Iterator[Verdict]:
    """A client subscribes again and again for the same, in place of renewing.

    Why:
        Each Subscribe is a new subscription with new tokens. Devices void the old ones, fill their list of
        destinations, and reboot or hang at last (seen: Samsung M288x, once a minute).

    Bad:
        Subscribe -> ok
        wait 60s
        Subscribe -> ok
        wait 60s
        Subscribe -> ok

    Good:
        Subscribe -> ok
        wait 60s
        Renew -> ok
        wait 60s
        Renew -> ok
    """
    count = event.subscription.repeated + 1
    if count >= STORM:
        hour = seconds(REPEAT_WINDOW_NS)
        yield Objection(
            f"{count} subscriptions for the same sink and destinations within {hour}, the former ones live",
            (*_replaced(event.replaced), *exchange_lines(event.exchange)),
            expected="Renew",
            fold=f"storm {event.subscription.sink}",
        )


def _replaced(former: Sequence[Subscription]) -> tuple[Evidence, ...]:
    return () if not former else request_line(former[-1].creation, "the one before it")


def _manages(event: ExchangeEnded) -> bool:
    return event.exchange.operation in ("Renew", "Unsubscribe", "GetStatus") and event.exchange.request is not None


@rule(
    "WSD515",
    "manager-refuses",
    Severity.INFO,
    on=ExchangeEnded,
    when=_manages,
    fault_of=FaultOf.CLIENT,
    needs=(Need.WELL_FORMED,),
    alike=Alike.SUBJECT,
    source=("E15",),
)
def manager_refuses(event: ExchangeEnded) -> Iterator[Verdict]:
    """Renew, Unsubscribe or GetStatus without the Identifier of the subscription, and the device refuses it.

    Why:
        The subscription manager is an endpoint reference: its parameters have to be echoed as header blocks, or the
        device does not know which subscription is meant.

    Bad:
        Subscribe -> ok
        > drop wse:Identifier
        Renew -> Fault wse:UnableToRenew

    Good:
        Subscribe -> ok
        Renew -> ok
    """
    exchange = event.exchange
    if exchange.fault is not None and request_identifier(exchange) is None:
        yield Objection(
            f"{subject(exchange)} without the Identifier of the subscription, and refused",
            exchange_lines(exchange),
            expected="the reference parameters of SubscriptionManager as header blocks",
        )
