"""What a default message depends on."""

from tests.scenario.turns import CLIENT, DEVICE, turn
from wsdtrace.scenario.answers import ANSWERS
from wsdtrace.scenario.book import Book
from wsdtrace.scenario.requests import REQUESTS
from wsdtrace.wsd.scan import (
    GetJobElementsRequest,
)


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
