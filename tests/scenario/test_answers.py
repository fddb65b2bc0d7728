"""Default answers: consistent with what was asked and with what was granted."""

import pytest

from tests.scenario.turns import CLIENT, DEVICE, turn
from wsdtrace.scenario.answers import ANSWERS
from wsdtrace.scenario.book import Book
from wsdtrace.scenario.requests import REQUESTS
from wsdtrace.wsd.eventing import Subscribe, SubscribeResponse
from wsdtrace.wsd.scan import (
    CreateScanJobResponse,
    GetActiveJobsResponse,
    GetScannerElementsRequest,
    GetScannerElementsResponse,
    ValidateScanTicketResponse,
)


def test_jobs_are_numbered() -> None:
    book = Book()
    for number in (1, 2):
        request = REQUESTS["CreateScanJob"](turn(book))
        granted = ANSWERS["CreateScanJob"](turn(book, request))
        book.answered(DEVICE, CLIENT, request, granted)
        assert isinstance(granted, CreateScanJobResponse)
        assert granted.job_id == number


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
