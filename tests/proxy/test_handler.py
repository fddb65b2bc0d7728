"""Push scan through the proxy: subscription, event and its end find their way in both directions."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.proxy.device import Device, read_message, recorded
from tests.proxy.talk import ask, findings_of, hang_up, run
from tests.shared import CAPTURES
from wsdtrace.proxy import Proxy
from wsdtrace.report.trace import Trace
from wsdtrace.scanner.client import Client
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.sink import EventSink
from wsdtrace.wsd.scan import ScanAvailableEvent

PUSH = CAPTURES / "push-scan" / "capture.pcap"
MESSAGES = {operation: (request, response) for operation, request, response in recorded(PUSH)}
ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def localized(message: bytes, old: bytes, new: bytes) -> bytes:
    """A recorded message with another authority, and the length that it has then."""
    head, _, content = message.replace(old, new).partition(b"\r\n\r\n")
    head = re.sub(rb"(?i)(content-length: *)\d+", rb"\g<1>%d" % len(content), head)
    return head + b"\r\n\r\n" + content


async def push(proxy: Proxy, device: Device) -> dict[str, bytes]:
    """A client subscribes; the device sends its event where it was told to; the client unsubscribes."""
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await read_message(reader))
        writer.write(ANSWER)
        await hang_up(writer)

    sink = await asyncio.start_server(listen, "127.0.0.1", 0)
    own = b"127.0.0.1:%d" % sink.sockets[0].getsockname()[1]
    at_proxy = b"127.0.0.1:%d" % proxy.port
    at_device = b"127.0.0.1:%d" % device.port
    device.edit = lambda _, answer: localized(answer, b"10.77.0.2:19120", at_device)

    def said(operation: str) -> bytes:
        return localized(localized(MESSAGES[operation][0], b"10.77.0.2:19120", at_proxy), b"10.77.0.1:5357", own)

    granted = await ask(proxy.url, said("Subscribe"))
    subscribed = device.requests[-1]
    told = re.search(rb"NotifyTo.*?Address>http://([^/<]+)(/[^<]*)<", subscribed, re.DOTALL)
    assert told is not None
    event = localized(MESSAGES["ScanAvailableEvent"][0], b"10.77.0.1:5357", told[1])
    accepted = await ask(f"http://{told[1].decode()}", event)
    left = await ask(proxy.url, said("Unsubscribe"))
    sink.close()
    return {
        "granted": granted, "subscribed": subscribed, "event": heard[0], "accepted": accepted, "left": left,
        "own": own, "at_proxy": at_proxy, "at_device": at_device, "notify": told[1], "sent": event,
    }  # fmt: skip


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("push") / "r.pcapng"


def test_a_push_scan_finds_its_way(record: Path) -> None:
    ran = run(record, push, case=PUSH)
    seen = ran.result
    assert seen["notify"] not in (seen["own"], seen["at_proxy"])
    manager = re.search(rb"SubscriptionManager.*?Address>http://([^/<]+)", seen["granted"], re.DOTALL)
    assert manager is not None
    assert manager[1] == seen["at_proxy"]
    # The event is what the device sent, but for the two places that say where it goes.
    assert localized(seen["sent"], seen["notify"], seen["own"]) == seen["event"]
    assert seen["accepted"] == ANSWER
    assert b"Host: " + seen["at_device"] in ran.device.requests[-1]
    assert seen["left"].startswith(b"HTTP/1.1 200")
    trace = ran.checked()
    assert findings_of(trace) == findings_of(ran.trace)
    assert len(trace.subscriptions) == 1
    assert len(trace.events) == 1
    assert trace.events[0].subscription is trace.subscriptions[0]


def test_identifiers_and_message_ids_are_untouched() -> None:
    seen = run(None, push, case=PUSH).result
    for name in (rb"MessageID", rb"Identifier", rb"ClientContext"):
        pattern = re.compile(rb"<([\w:]*" + name + rb")[^>]*>([^<]*)<")
        assert pattern.findall(seen["subscribed"]) == pattern.findall(MESSAGES["Subscribe"][0])
        assert pattern.findall(seen["event"]) == pattern.findall(MESSAGES["ScanAvailableEvent"][0])


def test_only_the_device_may_send_events() -> None:
    async def talk(proxy: Proxy, device: Device) -> bytes:
        seen = await push(proxy, device)
        proxy._guard.device.clear()
        proxy._guard.allowed.clear()
        return await ask(f"http://{seen['notify'].decode()}", seen["sent"])

    ran = run(None, talk, case=PUSH)
    assert ran.result == b""
    assert "only the device may send events" in ran.said[-1]


def test_a_sink_of_another_host_is_not_served() -> None:
    async def talk(proxy: Proxy, device: Device) -> bytes:
        request = localized(MESSAGES["Subscribe"][0], b"10.77.0.1:5357", b"192.0.2.99:80")
        await ask(proxy.url, request)
        return device.requests[-1]

    ran = run(None, talk, case=PUSH)
    assert b"http://192.0.2.99:80/" in ran.result
    assert any("192.0.2.99" in line and "--allow" in line for line in ran.said)


def test_a_virtual_client_is_pushed_a_scan_through_the_proxy(tmp_path: Path) -> None:
    """Somebody presses the button: event, scan and the end of the subscription pass the proxy."""

    async def main() -> tuple[int, Trace]:
        async with VirtualScanner() as scanner:
            made = Proxy(scanner.addresses.service, record=str(tmp_path / "r.pcapng"))
            async with asyncio.timeout(60), made as proxy, EventSink() as sink, Client(proxy.url) as client:
                await client.subscribe(sink)
                scanner.device.panel.press("desk", "Platen")
                notice = await sink.next("ScanAvailableEvent")
                assert isinstance(notice.value, ScanAvailableEvent)
                done = await client.pushed(notice.value)
                await client.unsubscribe()
        assert made.trace is not None
        return len(done.pages), made.trace

    pages, trace = asyncio.run(main())
    assert pages == 1
    assert [event.name for event in trace.events] == ["ScanAvailableEvent"]
    assert trace.events[0].job is trace.jobs[0]
    assert trace.subscriptions[0].ended_by == "Unsubscribe"
    assert not [f for f in trace.findings if f.is_cause and f.severity.value == "error"]
