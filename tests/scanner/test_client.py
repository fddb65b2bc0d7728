"""The client: what it asks is valid, and each of its bad manners is what the rule about it tells."""

from typing import Any

import pytest

from tests.scanner.stage import Stage
from wsdtrace.scanner.client import Client, Manners, Wish
from wsdtrace.scanner.persona import read_persona
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.sink import EventSink
from wsdtrace.soap.schema import decode_element, encode_element, shape
from wsdtrace.wsd import scan


@pytest.mark.parametrize("source", ["Platen", "ADF", "ADFDuplex"])
def test_its_tickets_are_valid(source: str) -> None:
    request = scan.CreateScanJobRequest(scan_ticket=Wish(source=source, must_honor=True).ticket())
    assert decode_element(shape(type(request)), encode_element(request)) == (request, [])


def test_its_exchanges_share_a_connection_and_a_cancel_has_its_own() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        await client.elements()
        await client.create(Wish(source="ADF"))
        await client.cancel(1)
        await client.elements()

    exchanges = Stage(scene).trace().exchanges
    numbers = [e.connection for e in exchanges]
    assert [e.operation for e in exchanges] == [
        "GetScannerElements",
        "CreateScanJob",
        "CancelJob",
        "GetScannerElements",
    ]
    assert numbers[0] == numbers[1] == numbers[3] != numbers[2]


@pytest.mark.parametrize(
    ("manners", "source", "code"),
    [
        pytest.param(Manners(first_pause_s=75), "Platen", "WSD603", id="late"),
        pytest.param(Manners(next_pause_s=64), "ADF", "WSD604", id="late for the second page"),
        pytest.param(Manners(leaves_after=1), "ADF", "WSD601", id="orphaning"),
        pytest.param(Manners(wrong_token=True), "Platen", "WSD610", id="with the wrong token"),
        pytest.param(Manners(cancels_after=1, asks_after_cancel=True), "ADF", "WSD612", id="after its own cancel"),
    ],
)
def test_each_of_its_bad_manners_is_told(manners: Manners, source: str, code: str) -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        done = await client.scan(Wish(source=source, dpi=75))
        scanner.clock.skip(90)
        await client.elements()
        return done

    stage = Stage(scene, manners=manners)
    assert code in {f.code for f in stage.trace().findings}


def test_a_job_that_it_gives_up_is_cancelled() -> None:
    rude = read_persona(
        "summary='x'\n[[answers]]\non='RetrieveImage'\nanswer='Fault ServerErrorInternalError'", "x", "x.toml"
    )

    async def scene(_: VirtualScanner, client: Client) -> Any:
        return (await client.scan(Wish(dpi=75))).end

    stage = Stage(scene, rude)
    assert stage.result == "ServerErrorInternalError"
    assert [e.operation for e in stage.trace().exchanges] == ["CreateScanJob", "RetrieveImage", "CancelJob"]
    assert stage.trace().jobs[0].outcome.value == "canceled"


def test_going_without_unsubscribing_is_told() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink(recorder=client.recorder) as sink:
            await client.subscribe(sink)
            await client.hang_up()
            client.subscription = None
        scanner.clock.skip(30)

    assert {f.code for f in Stage(scene, manners=Manners(unsubscribes=False)).trace().findings} >= {"WSD505"}


def test_a_client_that_unsubscribes_gives_no_finding() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        async with EventSink(recorder=client.recorder) as sink:
            await client.subscribe(sink)
            status = await client.manage("GetStatus")
            await client.renew()
            await client.unsubscribe()
            return status.subcode

    stage = Stage(scene)
    assert stage.result is None
    assert {f.code for f in stage.trace().findings} <= {"WSD904"}
