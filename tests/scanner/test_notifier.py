"""Notifications on their way: in order, once, and given up where nobody takes them."""

import asyncio
from typing import Any

import pytest

from tests.scanner.stage import Stage
from wsdtrace.scanner.client import Client
from wsdtrace.scanner.persona import read_persona
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.sink import EventSink
from wsdtrace.wsd import eventing


async def idle(scanner: VirtualScanner) -> None:
    await asyncio.wait_for(scanner.notifier.idle(), 10)


def test_events_come_in_order_on_one_connection() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink(recorder=client.recorder) as sink, client:
            await client.subscribe(sink)
            sent = [scanner.device.panel.press() for _ in range(20)]
            got = [getattr((await sink.next()).value, "scan_identifier", None) for _ in range(20)]
            return sent == got

    stage = Stage(scene)
    assert stage.result
    connections = {e.connection for e in stage.trace().exchanges if e.operation == "ScanAvailableEvent"}
    assert len(connections) == 1


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", b""], ids=["an error", "nothing at all"]
)
def test_a_sink_that_takes_nothing_loses_its_subscription(answer: bytes) -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink(answer=answer) as sink:
            await client.subscribe(sink)
            scanner.device.panel.press()
            await idle(scanner)
            reply = await client.manage("GetStatus", eventing.GetStatus())
            client.subscription = None
            return reply.subcode

    assert Stage(scene).result == "InvalidMessage"


def test_a_sink_that_is_gone_loses_its_subscription() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink() as sink:
            await client.subscribe(sink)
        client.subscription = None
        scanner.device.panel.press()
        await idle(scanner)
        return len(scanner.device.subscriptions.live)

    assert Stage(scene).result == 0


def test_a_connection_that_its_sink_closed_is_opened_again() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        closing = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        async with EventSink(answer=closing) as sink, client:
            await client.subscribe(sink)
            for _ in range(3):
                scanner.device.panel.press()
                await sink.next()
            return len(scanner.device.subscriptions.live)

    assert Stage(scene).result == 1


def test_a_scanner_that_goes_tells_its_subscribers() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        async with EventSink() as sink:
            async with VirtualScanner() as other, Client(other.addresses.service) as guest:
                await guest.subscribe(sink)
                guest.subscription = None
            return (await asyncio.wait_for(sink.next("SubscriptionEnd"), 10)).value

    end = Stage(scene).result
    assert isinstance(end, eventing.SubscriptionEnd)
    assert end.status == eventing.EndStatus.SOURCE_SHUTTING_DOWN


def test_an_expired_subscription_is_told_nothing_and_a_renewed_one_is() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink() as sink, client:
            await client.subscribe(sink, seconds=60)
            scanner.clock.skip(50)
            renewed = (await client.renew(60)).subcode
            scanner.clock.skip(50)
            pressed = scanner.device.panel.press()
            scanner.clock.skip(50)
            client.subscription = None
            return renewed, pressed is not None, scanner.device.panel.press()

    assert Stage(scene).result == (None, True, None)


def test_a_persona_may_swallow_an_event() -> None:
    silent = read_persona('summary = "x"\n[[answers]]\non = "ScanAvailableEvent"\nanswer = "nothing"', "x", "x.toml")

    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink() as sink, client:
            await client.subscribe(sink)
            scanner.device.panel.press()
            await idle(scanner)
            return sink.notices.empty()

    assert Stage(scene, silent).result
