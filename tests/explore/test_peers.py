"""Devices, clients, subscriptions and events."""

from wsdtrace import Trace


def test_the_facts_of_a_device(adf: Trace) -> None:
    device = adf.devices[0]
    assert device.roles == ["scanner"]
    assert device.addresses == ["127.0.0.1"]
    assert device.configuration is not None
    assert type(device.configuration).__name__ == "ScannerConfiguration"
    assert device.default_ticket is None, "nobody asked for it"
    assert device.exchanges == adf.exchanges
    assert device.jobs == adf.jobs
    assert repr(device) == "<Device 1 127.0.0.1:18140 scanner>"
    assert "FormatsSupported" in str(device)


def test_the_facts_of_a_client(adf: Trace) -> None:
    client = adf.clients[0]
    assert (client.id, client.user_agent) == (1, "WSDAPI")
    assert client.exchanges == adf.exchanges
    assert "WSDAPI" in repr(client)


def test_subscriptions_and_their_events(push: Trace) -> None:
    subscription = push.subscriptions[0]
    assert subscription.id == 1
    assert subscription.creation.operation == "Subscribe"
    assert any("ScanAvailableEvent" in action for action in subscription.actions)
    assert subscription.granted is not None
    assert subscription.device in push.devices
    assert subscription.client in push.clients
    event = push.events[0]
    assert event.subscription == subscription
    assert event.exchange in subscription.events
    assert event.time == event.exchange.time
    assert event.name in repr(event)
    pressed = push.events.where(lambda e: e.name == "ScanAvailableEvent")
    assert pressed
    assert all(e.answered_by is None or e.answered_by.operation == "CreateScanJob" for e in pressed)


def test_each_says_what_it_is_and_what_came_of_it(push: Trace, adf: Trace) -> None:
    assert str(push.devices[0]).splitlines()[:3] == [
        "device 1  unknown model",
        "  roles             scanner",
        "  addresses         10.77.0.2:19120",
    ]
    assert "  findings          2 warnings, 6 infos" in str(push.devices[0])
    assert "  addresses         10.77.0.1\n  fingerprint       84783115666a" in str(push.clients[0])
    assert "  expires after     1 h 00 min" in str(push.subscriptions[0])
    assert "  ended             00:21.194  Unsubscribe" in str(push.subscriptions[0])
    assert "  led to            CreateScanJob (exchange 10), 5.5 ms later" in str(push.events[0])
