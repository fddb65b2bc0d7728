"""What is particular to subscriptions: expirations, the status of an end, filters, reference parameters."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.soap.corpus import enveloped
from wsdtrace.soap import read_envelope
from wsdtrace.soap.namespaces import EVENTING
from wsdtrace.soap.schema import Duration, Element
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.eventing import (
    ACTION_DIALECT,
    PUSH,
    EndStatus,
    Filter,
    Subscribe,
    SubscribeResponse,
    SubscriptionEnd,
)
from wsdtrace.wsd.scan import ScanDestination, ScanDestinations

SUBSCRIBE = f"""<e:Subscribe xmlns:e="{EVENTING}"><e:EndTo><wsa:Address>http://c/end</wsa:Address></e:EndTo>
<e:Delivery Mode="{PUSH}"><e:NotifyTo><wsa:Address>http://c/events</wsa:Address><wsa:ReferenceParameters>
<x:id xmlns:x="urn:x">7</x:id></wsa:ReferenceParameters></e:NotifyTo></e:Delivery><e:Expires>PT1H</e:Expires>
<e:Filter Dialect="{ACTION_DIALECT}">urn:a
urn:b</e:Filter><wscn:ScanDestinations><wscn:ScanDestination><wscn:ClientDisplayName>Desk</wscn:ClientDisplayName>
<wscn:ClientContext>Scan</wscn:ClientContext></wscn:ScanDestination></wscn:ScanDestinations></e:Subscribe>"""


def value_of(body: str) -> Element:
    decoded = decode_message(read_envelope(enveloped(body)))
    assert decoded.violations == ()
    assert isinstance(decoded.value, Element)
    return decoded.value


def test_a_subscription_to_the_button_is_typed() -> None:
    value = value_of(SUBSCRIBE)
    assert isinstance(value, Subscribe)
    assert value.expires == Duration(0, Decimal(3600))
    assert value.filter == Filter(value=("urn:a", "urn:b"), dialect=ACTION_DIALECT)
    assert value.delivery is not None
    assert value.delivery.mode == PUSH
    assert value.delivery.notify_to is not None
    assert [(e.tag, e.text) for e in value.delivery.notify_to.reference_parameters] == [("{urn:x}id", "7")]
    destination = ScanDestination(client_display_name="Desk", client_context="Scan")
    assert value.scan_destinations == ScanDestinations(scan_destination=(destination,))


@pytest.mark.parametrize(
    ("text", "expires"),
    [("PT15S", Duration(0, Decimal(15))), ("2026-11-21T12:00:00Z", datetime(2026, 11, 21, 12, tzinfo=UTC))],
)
def test_a_grant_expires_after_a_time_or_at_one(text: str, expires: object) -> None:
    value = value_of(
        f'<e:SubscribeResponse xmlns:e="{EVENTING}"><e:SubscriptionManager><wsa:Address>http://d/s</wsa:Address>'
        f"<wsa:ReferenceParameters><e:Identifier>urn:1</e:Identifier></wsa:ReferenceParameters></e:SubscriptionManager>"
        f"<e:Expires>{text}</e:Expires></e:SubscribeResponse>"
    )
    assert isinstance(value, SubscribeResponse)
    assert value.expires == expires
    assert value.subscription_manager is not None
    assert [e.text for e in value.subscription_manager.reference_parameters] == ["urn:1"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param(f"{EVENTING}/DeliveryFailure", EndStatus.DELIVERY_FAILURE, id="qualified"),
        pytest.param("SourceShuttingDown", EndStatus.SOURCE_SHUTTING_DOWN, id="bare"),
    ],
)
def test_the_end_of_a_subscription_says_why(text: str, status: EndStatus) -> None:
    value = value_of(
        f'<e:SubscriptionEnd xmlns:e="{EVENTING}"><e:SubscriptionManager><wsa:Address>http://d/s</wsa:Address>'
        f"</e:SubscriptionManager><e:Status>{text}</e:Status></e:SubscriptionEnd>"
    )
    assert isinstance(value, SubscriptionEnd)
    assert value.status is status
