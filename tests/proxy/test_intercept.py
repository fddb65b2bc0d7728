"""Hooks see, change, hold, answer and drop messages, and nobody is blamed for what they did."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.proxy.device import Device, recorded
from tests.proxy.talk import FLATBED, ask, findings_of, run
from wsdtrace.proxy import Intercepted, Proxy
from wsdtrace.proxy.intercept import Hooks

REQUESTS = [request for _, request, _ in recorded(FLATBED)]


def test_a_hook_sees_typed_messages_in_order() -> None:
    async def talk(proxy: Proxy, _: Device) -> list[tuple[str | None, bool, int | None, str]]:
        seen: list[tuple[str | None, bool, int | None, str]] = []

        def look(message: Intercepted) -> None:
            name = type(message.decoded.value).__name__
            seen.append((message.operation, message.is_request, message.status, name))

        proxy.on_request(look)
        proxy.on_response(look, "CreateScanJob")
        for request in REQUESTS:
            await ask(proxy.url, request)
        return seen

    assert run(None, talk).result == [
        ("GetScannerElements", True, None, "GetScannerElementsRequest"),
        ("GetScannerElements", True, None, "GetScannerElementsRequest"),
        ("CreateScanJob", True, None, "CreateScanJobRequest"),
        ("CreateScanJob", False, 200, "CreateScanJobResponse"),
        ("RetrieveImage", True, None, "RetrieveImageRequest"),
    ]


def test_a_hook_changes_both_directions_and_the_other_leg_keeps_the_original(tmp_path: Path) -> None:
    async def talk(proxy: Proxy, _: Device) -> bytes:
        async def other(message: Intercepted) -> None:
            await asyncio.sleep(0)
            message.content = message.content.replace(b":Body>", b":Body >")

        proxy.on_request(other, "GetScannerElements")
        proxy.on_response(other, "GetScannerElements")
        return await ask(proxy.url, REQUESTS[0])

    ran = run(tmp_path / "r.pcapng", talk)
    assert b":Body >" in ran.device.requests[0]
    assert b":Body >" in ran.result
    record = (tmp_path / "r.pcapng").read_bytes()
    assert b":Body>" in record
    assert any("change by a hook" in note for note in ran.trace.notes)
    assert findings_of(ran.trace) == findings_of(ran.checked())
    assert not any(f.is_cause for f in ran.trace.findings if f.exchanges)


def test_a_hook_answers_and_the_device_is_not_asked() -> None:
    async def talk(proxy: Proxy, _: Device) -> bytes:
        proxy.on_request(lambda message: message.answer(b"<a/>", status=418, content_type="text/xml"), "CreateScanJob")
        return await ask(proxy.url, REQUESTS[2])

    ran = run(None, talk)
    assert ran.result.startswith(b"HTTP/1.1 418 ")
    assert ran.result.endswith(b"\r\n\r\n<a/>")
    assert ran.device.requests == []


def test_a_hook_drops_requests_and_responses() -> None:
    async def talk(proxy: Proxy, _: Device) -> tuple[bytes, bytes]:
        proxy.on_request(lambda message: message.drop(), "CreateScanJob")
        proxy.on_response(lambda message: message.drop(), "GetScannerElements")
        return await ask(proxy.url, REQUESTS[2]), await ask(proxy.url, REQUESTS[0])

    ran = run(None, talk)
    assert ran.result == (b"", b"")
    assert len(ran.device.requests) == 1


def test_hooks_are_asked_by_operation() -> None:
    hooks = Hooks()
    assert not hooks
    hooks.add(lambda _: None, "CreateScanJob", request=True)
    assert hooks
    assert hooks.wants("CreateScanJob", request=True)
    assert not hooks.wants("CreateScanJob", request=False)
    assert not hooks.wants("RetrieveImage", request=True)
