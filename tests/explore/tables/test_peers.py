"""Tables of who took part."""

from wsdtrace import Trace


def test_devices_and_clients(adf: Trace) -> None:
    device = adf.devices.to_df().iloc[0]
    assert (device.device, device.addresses, device.sockets, device.roles) == (
        1,
        "127.0.0.1",
        "127.0.0.1:18140",
        "scanner",
    )
    assert adf.clients.to_df().iloc[0].user_agent == "WSDAPI"


def test_subscriptions_and_events(push: Trace) -> None:
    subscriptions, events = push.subscriptions.to_df(), push.events.to_df()
    counted = events.groupby("subscription").size()
    for row in subscriptions.itertuples():
        assert counted.get(row.subscription, 0) == row.events
    assert set(events.exchange) <= set(push.exchanges.to_df().exchange)
    assert "ScanAvailableEvent" in set(events["name"])
