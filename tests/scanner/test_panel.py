"""The front of a device: its button, its lid, its name, and the seven events that tell of it all."""

import asyncio
from typing import Any

import pytest

from tests.scanner.stage import Stage
from wsdtrace.scanner.client import Client, Wish
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.sink import EventSink, Notice
from wsdtrace.scanner.subscriptions import EVENTS
from wsdtrace.wsd import scan


async def told(sink: EventSink, count: int) -> list[Notice]:
    """So many events, as they come."""
    return [await asyncio.wait_for(sink.next(), 10) for _ in range(count)]


def test_a_press_reaches_the_chosen_client_and_its_job_is_taken_once() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink(recorder=client.recorder) as sink, client:
            await client.subscribe(sink, {"a": "Scan to A", "b": "Scan to B"})
            assert scanner.device.panel.press("nobody") is None
            identifier = scanner.device.panel.press("Scan to B", "ADF")
            [notice] = await told(sink, 1)
            press = notice.value
            assert isinstance(press, scan.ScanAvailableEvent)
            assert (press.client_context, press.scan_identifier, press.input_source) == ("b", identifier, "ADF")
            done = await client.pushed(press)
            again = await client.pushed(press)
            return len(done.pages), again.end

    stage = Stage(scene)
    assert stage.result == (3, "ClientErrorInvalidScanIdentifier")
    assert stage.loud() == ["WSD509 job 1: ScanIdentifier answers a second press"] or all(
        finding.startswith(("WSD509", "WSD518")) for finding in stage.loud()
    )


def test_a_press_is_forgotten_after_a_minute() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink() as sink, client:
            await client.subscribe(sink)
            scanner.device.panel.press()
            [notice] = await told(sink, 1)
            scanner.clock.skip(61)
            assert isinstance(notice.value, scan.ScanAvailableEvent)
            return (await client.pushed(notice.value)).end

    assert Stage(scene).result == "ClientErrorInvalidScanIdentifier"


def test_a_whole_scan_is_told_step_by_step() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink(recorder=client.recorder) as sink, client:
            events = [event for event in EVENTS if event != "ScanAvailableEvent"]
            await client.subscribe(sink, events=events)
            await client.scan(Wish(dpi=75))
            number = scanner.device.panel.begin("CoverOpen")
            refused = await client.create(Wish())
            scanner.device.panel.clear(number)
            scanner.device.panel.rename("Upstairs")
            return [notice.name for notice in await told(sink, 11)], refused.subcode

    stage = Stage(scene)
    names, refused = stage.result
    assert refused == "ServerErrorNotAcceptingJobs"
    assert names == [
        "JobStatusEvent",  # Pending
        "ScannerStatusSummaryEvent",  # Processing
        "JobStatusEvent",  # Processing
        "JobStatusEvent",  # Completed
        "ScannerStatusSummaryEvent",  # Idle
        "JobEndStateEvent",
        "ScannerStatusConditionEvent",
        "ScannerStatusSummaryEvent",  # Stopped
        "ScannerStatusConditionClearedEvent",
        "ScannerStatusSummaryEvent",  # Idle
        "ScannerElementsChangeEvent",
    ]
    assert stage.loud() == []


@pytest.mark.parametrize("severity", ["Informational", "Warning"])
def test_a_condition_that_is_not_critical_stops_nothing(severity: str) -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        scanner.device.panel.begin("LampWarming", "Platen", severity)
        status = (await client.elements(["ScannerStatus"])).value
        return status, (await client.create(Wish())).subcode

    status, refused = Stage(scene).result
    told_status = status.scanner_elements.element_data[0].scanner_status
    assert told_status.scanner_state == "Idle"
    assert told_status.active_conditions.device_condition[0].name == "LampWarming"
    assert refused is None
