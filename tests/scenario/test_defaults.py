"""Default messages: complete, valid, consistent."""

from collections.abc import Iterator

import pytest

from wsdtrace.scenario.book import Book
from wsdtrace.scenario.defaults import ANSWERS, REQUESTS, Turn
from wsdtrace.scenario.fields import body_type
from wsdtrace.scenario.hosts import Faces, Host, HostKind
from wsdtrace.scenario.model import Assignment, Place
from wsdtrace.soap.schema import Element, decode_element, encode_element, shape
from wsdtrace.wsd.eventing import Subscribe, SubscribeResponse
from wsdtrace.wsd.scan import (
    CreateScanJobRequest,
    CreateScanJobResponse,
    GetActiveJobsResponse,
    GetJobElementsRequest,
    GetScannerElementsRequest,
    GetScannerElementsResponse,
    RetrieveImageRequest,
    ScanAvailableEvent,
    ValidateScanTicketResponse,
)

DEVICE, CLIENT = Host(HostKind.DEVICE, 0), Host(HostKind.CLIENT, 0)
FACES = Faces("192.0.2.10", "192.0.2.100")


def turn(book: Book | None = None, request: Element | None = None, word: str = "ok", **assigned: str) -> Turn:
    """A turn of one client and one device."""
    assignments = [Assignment((name,), None, value, Place(1, 1)) for name, value in assigned.items()]
    return Turn(CLIENT, DEVICE, FACES, book or Book(), 0, assignments, word, request)


def conversation() -> Iterator[tuple[str, bool, Element]]:
    """Every request and answer in the order of the tables, each with what came before."""
    book = Book()
    for name, make in REQUESTS.items():
        request = make(turn(book))
        yield name, False, request
        answer = ANSWERS[name](turn(book, request)) if name in ANSWERS else None
        if answer is not None:
            yield name, True, answer
        book.answered(DEVICE, CLIENT, request, answer)


@pytest.mark.parametrize(
    ("name", "answer", "body"),
    [pytest.param(n, a, b, id=f"{n} {'answer' if a else 'request'}") for n, a, b in conversation()],
)
def test_every_default_message_is_what_its_declaration_asks_for(name: str, answer: bool, body: Element) -> None:
    type_ = body_type(name, answer=answer)
    assert type_ is type(body)
    value, violations = decode_element(shape(type(body)), encode_element(body))
    assert violations == []
    assert value == body


def test_an_image_is_asked_for_with_the_pair_that_was_granted() -> None:
    book = Book()
    request = REQUESTS["CreateScanJob"](turn(book))
    granted = ANSWERS["CreateScanJob"](turn(book, request))
    assert isinstance(granted, CreateScanJobResponse)
    book.answered(DEVICE, CLIENT, request, granted)
    asked = REQUESTS["RetrieveImage"](turn(book))
    assert isinstance(asked, RetrieveImageRequest)
    assert (asked.job_id, asked.job_token) == (granted.job_id, granted.job_token) == (1, "token-1")


def test_jobs_are_numbered() -> None:
    book = Book()
    for number in (1, 2):
        request = REQUESTS["CreateScanJob"](turn(book))
        granted = ANSWERS["CreateScanJob"](turn(book, request))
        book.answered(DEVICE, CLIENT, request, granted)
        assert isinstance(granted, CreateScanJobResponse)
        assert granted.job_id == number


def test_a_push_scan_carries_the_token_of_the_destination_that_was_chosen() -> None:
    book = Book()
    request = REQUESTS["Subscribe"](turn(book))
    answer = ANSWERS["Subscribe"](turn(book, request))
    assert isinstance(request, Subscribe)
    assert isinstance(answer, SubscribeResponse)
    book.answered(DEVICE, CLIENT, request, answer)
    event = REQUESTS["ScanAvailableEvent"](turn(book, ScanIdentifier="s"))
    assert isinstance(event, ScanAvailableEvent)
    book.answered(DEVICE, CLIENT, event, None)
    assert answer.destination_responses is not None
    (destination,) = answer.destination_responses.destination_response
    assert event.client_context == destination.client_context
    job = REQUESTS["CreateScanJob"](turn(book, ScanIdentifier="s"))
    assert isinstance(job, CreateScanJobRequest)
    assert (job.scan_identifier, job.destination_token) == ("s", destination.destination_token)


def test_a_subscription_to_other_events_has_no_destinations() -> None:
    request = REQUESTS["Subscribe"](turn(Filter="http://example/JobStatusEvent"))
    assert isinstance(request, Subscribe)
    assert request.scan_destinations is None
    answer = ANSWERS["Subscribe"](turn(request=request))
    assert isinstance(answer, SubscribeResponse)
    assert answer.destination_responses is None


def test_each_name_that_is_asked_for_is_answered() -> None:
    request = REQUESTS["GetScannerElements"](turn())
    assert isinstance(request, GetScannerElementsRequest)
    answer = ANSWERS["GetScannerElements"](turn(request=request))
    assert isinstance(answer, GetScannerElementsResponse)
    assert request.requested_elements is not None
    assert answer.scanner_elements is not None
    assert tuple(d.name for d in answer.scanner_elements.element_data) == request.requested_elements.name
    assert all(d.valid for d in answer.scanner_elements.element_data)


@pytest.mark.parametrize(("word", "count"), [("ok", 1), ("none", 0)])
def test_active_jobs_are_those_that_go_on(word: str, count: int) -> None:
    book = Book()
    request = REQUESTS["CreateScanJob"](turn(book))
    book.answered(DEVICE, CLIENT, request, ANSWERS["CreateScanJob"](turn(book, request)))
    answer = ANSWERS["GetActiveJobs"](turn(book, word=word))
    assert isinstance(answer, GetActiveJobsResponse)
    assert answer.active_jobs is not None
    assert len(answer.active_jobs.job_summary) == count


def test_an_invalid_ticket_comes_back_repaired() -> None:
    request = REQUESTS["ValidateScanTicket"](turn())
    for valid in ("true", "false"):
        answer = ANSWERS["ValidateScanTicket"](turn(request=request, ValidTicket=valid))
        assert isinstance(answer, ValidateScanTicketResponse)
        assert answer.validation_info is not None
        assert (answer.validation_info.valid_scan_ticket is not None) == (valid == "false")


def test_a_job_is_the_one_that_the_message_names() -> None:
    book = Book()
    for _ in range(2):
        request = REQUESTS["CreateScanJob"](turn(book))
        book.answered(DEVICE, CLIENT, request, ANSWERS["CreateScanJob"](turn(book, request)))
    first = turn(book, JobId="1").job
    assert first is not None
    assert first.job_id == 1
    by_request = turn(book, GetJobElementsRequest(job_id=1)).job
    assert by_request is first
