"""A notification and the subscriptions of its sink → whether one of them asked for it.

Theory of operation: a notification goes to the URL that a subscriber named as NotifyTo, and carries the reference
parameters of it as header blocks (WS-Addressing 2004/08 §2.3). Where they are there they say which subscription it
belongs to. Where NotifyTo has none, the URL alone does; then a subscription that is older than the capture may have
the same, unless nothing was sent to that URL before its first Subscribe.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from wsdtrace.records import Endpoint, RequestLine
from wsdtrace.soap.addressing import EndpointReference
from wsdtrace.state.addresses import url_endpoint
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange, Standing, Subscription, SubscriptionEndedBy
from wsdtrace.state.places import path_of

EXPIRY_SLACK_NS = 5 * 10**9
"""How much later than in the capture a subscription may end for its device, whose time begins when it makes the answer
and runs by a clock of its own; and how long a notification that was made in time may take to be sent."""

Sink = tuple[Endpoint, str]
"""Socket and path of an event sink."""


def sink_of(url: str | None) -> Sink | None:
    """The sink that NotifyTo names; None for a host name and for what is no URL."""
    socket = url_endpoint(url)
    if socket is None or url is None:
        return None
    return socket, urlsplit(url).path.rstrip("/")


def sink_asked(exchange: Exchange) -> Sink | None:
    """The sink that a notification was sent to."""
    request = exchange.request
    if request is None or request.http is None or not isinstance(request.http.start, RequestLine):
        return None
    return exchange.server_endpoint, path_of(request.http.start.target).partition("?")[0].rstrip("/")


def parameters_of(reference: EndpointReference | None) -> tuple[tuple[str, str], ...]:
    """Names and texts of the reference parameters (in 2004/08 also properties) of an endpoint reference."""
    if reference is None:
        return ()
    extensions = (*reference.reference_parameters, *reference.reference_properties)
    return tuple((extension.tag, (extension.text or "").strip()) for extension in extensions)


def echoed(message: Message | None) -> frozenset[tuple[str, str]]:
    """Header blocks of a message that may be reference parameters."""
    if message is None or message.envelope is None:
        return frozenset()
    blocks = message.envelope.headers.reference_parameters
    return frozenset((str(b.tag), "".join(map(str, b.itertext())).strip()) for b in blocks)


def wants(subscription: Subscription, action: str | None, name: str) -> bool:
    """A filter has the Action: as a prefix (DPWS R3008), or as the bare word of the documentation's sample (A8)."""
    actions = subscription.actions
    return not actions or (action or "").startswith(actions) or name in actions


def has_context(subscription: Subscription, context: str | None) -> bool:
    """A destination of the subscription has this ClientContext, or the event names none."""
    return context is None or any(d.context == context for d in subscription.destinations)


def standing_of(
    exchange: Exchange, name: str, context: str | None, here: Sequence[Subscription], *, fresh: bool
) -> tuple[Standing, Subscription | None]:
    """Whether a notification was asked for, and the subscription that did, or no longer does.

    Args:
        exchange: of the notification.
        name: of the event.
        context: ClientContext that a ScanAvailableEvent names.
        here: subscriptions of the capture at its sink, live and ended, in their order.
        fresh: nothing was sent to the sink before the first of them.
    """
    request = exchange.request
    action = request.action if request is not None else None
    blocks = echoed(request)
    marked = [s for s in here if s.notify and blocks.issuperset(s.notify)]
    # Without the parameters of any subscription here, it may belong to one that nobody saw.
    certain = bool(marked) or (fresh and not any(s.notify for s in here))
    known = marked or list(here)
    wanted = [s for s in known if wants(s, action, name)]
    live = [s for s in wanted if s.is_live]
    named = [s for s in live if has_context(s, context)]
    if named:
        return Standing.ASKED_FOR, named[-1]
    if live:
        return (Standing.STRANGE if certain else Standing.UNKNOWN), live[-1]
    if not certain or request is None:
        return Standing.UNKNOWN, None
    over = [s for s in wanted if has_ended_before(s, request)]
    if over:
        return Standing.ENDED, over[-1]
    if wanted:
        return Standing.ASKED_FOR, wanted[-1]
    unwanted = [s for s in known if s.is_live]
    return (Standing.UNWANTED, unwanted[-1]) if unwanted else (Standing.UNKNOWN, None)


def has_ended_before(subscription: Subscription, request: Message) -> bool:
    """It had certainly ended when a request was sent."""
    if subscription.ended is None:
        return False
    slack_ns = EXPIRY_SLACK_NS if subscription.ended_by is SubscriptionEndedBy.EXPIRY else 0
    return request.first.time_ns > subscription.ended.time_ns + slack_ns


def sends(subscription: Subscription, exchange: Exchange) -> bool:
    """The notification came from an address of the subscription's device."""
    device = subscription.device
    return device is not None and exchange.client_endpoint.address in device.root.addresses


def joins(exchange: Exchange, name: str, context: str | None, live: Iterable[Subscription]) -> Subscription | None:
    """The live subscription that an event is shown with: of its sink's socket, whatever the path.

    A device that is not known to serve anything may be the subscription's, at another of its addresses.
    """
    action = exchange.request.action if exchange.request is not None else None
    here = exchange.server_endpoint
    fitting = [s for s in live if here in (url_endpoint(s.sink), url_endpoint(s.detour)) and wants(s, action, name)]
    near = [s for s in fitting if sends(s, exchange)]
    if not near and (exchange.device is None or not exchange.device.root.sockets):
        near = fitting
    named = [s for s in near if has_context(s, context)]
    best = named or near
    return best[-1] if best else None
