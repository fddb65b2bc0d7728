"""WS-Eventing 2004/08 with what WS-Scan adds: subscriptions to what happens at the device."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from wsdtrace.soap.addressing import EndpointReference
from wsdtrace.soap.namespaces import EVENTING, SCAN
from wsdtrace.soap.schema import Duration, Element, Expiration, Text, attribute, content, declare, many, one, opt
from wsdtrace.wsd.scan import DestinationResponses, ScanDestinations
from wsdtrace.wsd.values import Address, Addresses

Expires = Annotated[Duration | datetime, Expiration()]

PUSH = f"{EVENTING}/DeliveryModes/Push"
ACTION_DIALECT = "http://schemas.xmlsoap.org/ws/2006/02/devprof/Action"
"""Filter dialect of DPWS R3008: a list of action URIs, matched as prefixes."""


class EndStatus(StrEnum):
    """Why a subscription ended (WS-Eventing 2004/08 §3.5)."""

    DELIVERY_FAILURE = f"{EVENTING}/DeliveryFailure"
    SOURCE_SHUTTING_DOWN = f"{EVENTING}/SourceShuttingDown"
    SOURCE_CANCELING = f"{EVENTING}/SourceCanceling"

    @staticmethod
    def _published() -> dict[str, str]:
        # The namespace is qualified in some stacks' enumerations and bare in others.
        return {str(member.value).rpartition("/")[2]: member for member in EndStatus}


@declare(EVENTING, source="WS-Eventing 2004/08 §3.1")
class Delivery(Element):
    """How events are delivered."""

    mode: Address | None = attribute("Push where absent")
    notify_to: EndpointReference | None = opt("where to")


@declare(EVENTING, source="WS-Eventing 2004/08 §3.1; DPWS R3008")
class Filter(Element):
    """Which events are wanted."""

    value: Addresses | None = content("action URIs; an event matches whose action begins with one")
    dialect: Address | None = attribute("language of the filter; XPath where absent")


@declare(EVENTING, source="WS-Eventing 2004/08 §3.1")
class Subscribe(Element):
    """Asks to be told of events."""

    end_to: EndpointReference | None = opt("whom to tell when the subscription ends before its time")
    delivery: Delivery | None = one("how events are delivered")
    expires: Expires | None = opt("how long; without end where absent")
    filter: Filter | None = opt("which events; all where absent")
    scan_destinations: ScanDestinations | None = opt("what a user may choose; with ScanAvailableEvent", namespace=SCAN)


@declare(EVENTING, source="WS-Eventing 2004/08 §3.1")
class SubscribeResponse(Element):
    """Grants a subscription."""

    subscription_manager: EndpointReference | None = one("whom to ask about it; holds its Identifier")
    expires: Expires | None = one("how long it will last")
    destination_responses: DestinationResponses | None = opt("tokens for the destinations", namespace=SCAN)


@declare(EVENTING, source="WS-Eventing 2004/08 §3.2")
class Renew(Element):
    """Asks to prolong a subscription."""

    expires: Expires | None = opt("how long")


@declare(EVENTING, source="WS-Eventing 2004/08 §3.2")
class RenewResponse(Element):
    """Prolongs a subscription."""

    expires: Expires | None = opt("how long it will last")


@declare(EVENTING, source="WS-Eventing 2004/08 §3.3")
class GetStatus(Element):
    """Asks how long a subscription lasts; DPWS R3015 lets a device refuse it."""


@declare(EVENTING, source="WS-Eventing 2004/08 §3.3")
class GetStatusResponse(Element):
    """Says how long a subscription lasts."""

    expires: Expires | None = opt("how long it will last")


@declare(EVENTING, source="WS-Eventing 2004/08 §3.4")
class Unsubscribe(Element):
    """Ends a subscription."""


@declare(EVENTING, source="WS-Eventing 2004/08 §3.5")
class SubscriptionEnd(Element):
    """A subscription ended before its time."""

    subscription_manager: EndpointReference | None = one("which")
    status: EndStatus | str | None = one("why")
    reason: tuple[Text, ...] = many("why, in words; one for each language")
