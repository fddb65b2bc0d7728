"""What the device decides, operation by operation, asked by a client over a socket."""

import asyncio
import dataclasses
import io
from typing import Any

import pytest
from PIL import Image

from tests.scanner.stage import Stage
from wsdtrace.scanner.client import Client, Wish
from wsdtrace.scanner.images import Mark, read_mark
from wsdtrace.scanner.persona import Persona, read_persona
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.wsd import scan


def habit(text: str) -> Persona:
    return read_persona(f'summary = "x"\n{text}', "x", "x.toml")


def test_the_sections_that_are_asked_for_are_answered_and_others_are_not_valid() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        return (await client.elements(["ScannerStatus", "DefaultScanTicket", "ScannerDescription", "Nonsense"])).value

    told = Stage(scene).result.scanner_elements.element_data
    assert [(d.name.local, d.valid) for d in told] == [
        ("ScannerStatus", True),
        ("DefaultScanTicket", True),
        ("ScannerDescription", True),
        ("Nonsense", False),
    ]
    assert told[0].scanner_status.scanner_state == "Idle"


def test_a_job_is_active_while_it_lasts_and_in_the_history_afterwards() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        made = (await client.create(Wish(source="ADF"))).value
        assert isinstance(made, scan.CreateScanJobResponse)
        before = (await client.ask("GetActiveJobs")).value, (await client.ask("GetJobHistory")).value
        busy = await client.create(Wish())
        await client.cancel(made.job_id or 0)
        after = (await client.ask("GetActiveJobs")).value, (await client.ask("GetJobHistory")).value
        status = (await client.job_elements(1, ["JobStatus", "ScanTicket", "Documents", "Nonsense"])).value
        return before, busy.subcode, after, status

    before, busy, after, status = Stage(scene).result

    def ids(lists: Any) -> Any:
        return [s.job_id for s in lists[0].active_jobs.job_summary], [
            s.job_id for s in lists[1].job_history.job_summary
        ]

    assert ids(before) == ([1], [])
    assert busy == "ServerErrorNotAcceptingJobs"
    assert ids(after) == ([], [1])
    sections = status.job_elements.element_data
    assert [d.valid for d in sections] == [True, True, True, False]
    assert sections[0].job_status.job_state == "Canceled"


@pytest.mark.parametrize(
    ("operation", "body", "subcode"),
    [
        pytest.param("RetrieveImage", scan.RetrieveImageRequest(job_id=1), "InvalidArgs", id="no token"),
        pytest.param(
            "RetrieveImage",
            scan.RetrieveImageRequest(job_id=9, job_token="x"),
            "ClientErrorJobIdNotFound",
            id="no such job",
        ),
        pytest.param(
            "RetrieveImage",
            scan.RetrieveImageRequest(job_id=1, job_token="x"),
            "ClientErrorInvalidJobToken",
            id="another token",
        ),
        pytest.param("CancelJob", scan.CancelJobRequest(), "InvalidArgs", id="cancel nothing"),
        pytest.param("CancelJob", scan.CancelJobRequest(job_id=5), "ClientErrorJobIdNotFound", id="cancel no job"),
        pytest.param("GetJobElements", scan.GetJobElementsRequest(job_id=1), "InvalidArgs", id="ask for no section"),
        pytest.param(
            "GetScannerElements", scan.GetScannerElementsRequest(), "InvalidArgs", id="of the scanner neither"
        ),
        pytest.param("CreateScanJob", scan.CreateScanJobRequest(), "InvalidArgs", id="no ticket"),
        pytest.param("ValidateScanTicket", scan.ValidateScanTicketRequest(), "InvalidArgs", id="validate nothing"),
        pytest.param(
            "CreateScanJob",
            scan.CreateScanJobRequest(scan_identifier="a", destination_token="b", scan_ticket=Wish().ticket()),
            "ClientErrorInvalidDestinationToken",
            id="a destination that is none",
        ),
        pytest.param("Renew", None, "UnableToRenew", id="renew nothing"),
        pytest.param("GetStatus", None, "InvalidMessage", id="the status of nothing"),
        pytest.param("Unsubscribe", None, "InvalidMessage", id="unsubscribe nothing"),
    ],
)
def test_what_cannot_be_done_is_refused_by_the_fault_of_the_table(operation: str, body: Any, subcode: str) -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        await client.create(Wish(source="ADF"))
        url = scanner.addresses.manager if operation in ("Renew", "GetStatus", "Unsubscribe") else None
        return await client.ask(operation, body, url=url)

    reply = Stage(scene).result
    assert reply.subcode == subcode
    assert reply.http.status == (500 if subcode == "UnableToRenew" else 400)


def test_validation_offers_a_ticket_that_would_be_accepted() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        asked = [Wish(), Wish(dpi=123)]
        bodies = [scan.ValidateScanTicketRequest(scan_ticket=wish.ticket()) for wish in asked]
        return [(await client.ask("ValidateScanTicket", body)).value for body in bodies]

    good, bad = (each.validation_info for each in Stage(scene).result)
    assert (good.valid_ticket, good.valid_scan_ticket) == (True, None)
    assert bad.valid_ticket is False
    assert bad.valid_scan_ticket.document_parameters.media_sides.media_front.resolution.width == 100


def test_a_cancel_reaches_a_page_that_is_being_scanned() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        made = (await client.create(Wish())).value
        assert isinstance(made, scan.CreateScanJobResponse)
        page = asyncio.ensure_future(client.retrieve(made.job_id or 0, made.job_token or ""))
        while (job := scanner.device.jobs.active) is not None and job.state != "Processing":
            await asyncio.sleep(0)
        cancelled = await client.cancel(made.job_id or 0)
        return cancelled.subcode, (await page).subcode

    assert Stage(scene, habit("[device]\npage_s = 3600")).result == (None, "ClientErrorJobCancelled")


@pytest.mark.parametrize(
    ("text", "wish", "pages", "end"),
    [
        pytest.param("", Wish(source="ADF"), 3, "ClientErrorNoImagesAvailable", id="a feed"),
        pytest.param("", Wish(source="ADFDuplex"), 6, "ClientErrorNoImagesAvailable", id="both sides"),
        pytest.param("", Wish(source="ADF", images=2), 2, None, id="as many as asked for"),
        pytest.param("[device]\nsheets = 0", Wish(source="ADF"), 0, "ClientErrorNoImagesAvailable", id="empty"),
        pytest.param(
            "[device]\nsheets = 0\n[habits]\nempty_feeder = 'ServerErrorNotAcceptingJobs'",
            Wish(source="ADF"),
            0,
            "ServerErrorNotAcceptingJobs",
            id="empty, told otherwise",
        ),
        pytest.param(
            "[habits]\nzero_is_one = true\nend_of_feed = 'ClientErrorJobIdNotFound'",
            Wish(source="ADF"),
            1,
            "ClientErrorJobIdNotFound",
            id="a feed of one",
        ),
    ],
)
def test_a_scan_brings_its_pages_and_its_end(text: str, wish: Wish, pages: int, end: str | None) -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        return await client.scan(wish)

    done = Stage(scene, habit(text)).result
    assert (len(done.pages), done.end) == (pages, end)


def test_a_job_from_the_platen_may_never_end() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        first = await client.scan(Wish(images=0))
        scanner.clock.skip(3600)
        return first.end, (await client.create(Wish())).subcode

    oki = habit("[habits]\none_from_platen = true")
    assert Stage(scene, oki).result == (None, "ServerErrorNotAcceptingJobs")


def test_a_device_may_need_to_cool_down() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        await client.scan(Wish())
        early = await client.create(Wish())
        scanner.clock.skip(20)
        return early.subcode, (await client.create(Wish())).subcode

    assert Stage(scene, habit("[habits]\ncool_down_s = 20")).result == ("ServerErrorNotAcceptingJobs", None)


def test_a_device_may_hold_its_job_as_long_as_the_connection() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        await client.scan(Wish())
        busy = await client.create(Wish())
        await client.hang_up()
        async with Client(client.service) as other:
            return busy.subcode, (await other.create(Wish())).subcode

    result = Stage(scene, habit("[habits]\nholds_connection = true")).result
    assert result == ("ServerErrorNotAcceptingJobs", None)


def test_a_device_may_scan_less_than_it_announces_without_a_word() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        return (await client.create(Wish(dpi=600))).value

    side = Stage(scene, habit("[habits]\nreal_dpi = 300")).result.document_final_parameters.media_sides.media_front
    assert side.resolution.width.value < 600
    assert side.resolution.width.override is None


def test_a_device_may_trust_any_token_and_ignore_a_cancel() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        await client.create(Wish(source="ADF"))
        cancelled = (await client.cancel(1)).subcode
        return cancelled, (await client.retrieve(1, "any")).subcode

    rude = habit("[habits]\ntrusts_tokens = true\ncancel_is_nothing = true")
    assert Stage(scene, rude).result == (None, None)
    assert Stage(scene).result == (None, "ClientErrorInvalidJobToken")


def test_a_device_may_insist_on_what_is_optional() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        ticket = Wish().ticket()
        assert ticket.job_description is not None
        bare = dataclasses.replace(ticket.job_description, job_information=None)
        body = scan.CreateScanJobRequest(scan_ticket=dataclasses.replace(ticket, job_description=bare))
        return (await client.ask("CreateScanJob", body)).subcode

    assert Stage(scene, habit("[habits]\nneeds_information = true")).result == "InvalidArgs"
    assert Stage(scene).result is None


REFUSES_FIRST = """
[[answers]]
on = "CreateScanJob"
when = { nth = 1 }
answer = "%s"
"""
REFUSES_PAGE_2 = """
[[answers]]
on = "RetrieveImage"
when = { nth = 2 }
answer = "%s"
"""


@pytest.mark.parametrize("answer", ["Fault OperationFailed", "HTTP 503 text/plain busy"])
def test_what_a_persona_refuses_is_not_done(answer: str) -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        refused = await client.scan(Wish(dpi=75))
        return refused.end, scanner.device.is_busy, len((await client.scan(Wish(dpi=75))).pages)

    end, busy, pages = Stage(scene, habit(REFUSES_FIRST % answer)).result
    assert end in ("OperationFailed", "HTTP 503")
    assert (busy, pages) == (False, 1)


def test_a_page_that_a_persona_refuses_once_is_still_to_come() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        made = (await client.create(Wish(source="ADF", dpi=75))).value
        assert isinstance(made, scan.CreateScanJobResponse)
        replies = [await client.retrieve(made.job_id or 0, made.job_token or "") for _number in range(4)]
        return [
            reply.subcode or read_mark(Image.open(io.BytesIO(image)))
            for reply in replies
            for _, image in reply.images or [("", b"")]
        ]

    told = Stage(scene, habit(REFUSES_PAGE_2 % "Fault ServerErrorTemporaryError")).result
    assert told == [Mark(1), "ServerErrorTemporaryError", Mark(2), Mark(3)]


def test_a_slide_is_scanned_from_the_film_unit() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        told = (await client.elements(["ScannerConfiguration"])).value
        return told, await client.scan(Wish(source="Film", dpi=300, width=2000, height=1500))

    stage = Stage(scene, habit("[device]\nfilm = [2000, 2000]"))
    told, done = stage.result
    film = told.scanner_elements.element_data[0].scanner_configuration.film
    assert [str(mode) for mode in film.film_scan_modes_supported.film_scan_mode_value] == [
        "ColorSlideFilm",
        "ColorNegativeFilm",
    ]
    [page] = [Image.open(io.BytesIO(page.data)) for page in done.pages]
    assert (page.size, read_mark(page)) == ((600, 450), Mark(1))
    assert (stage.trace().jobs[0].outcome.value, stage.loud()) == ("completed", [])
