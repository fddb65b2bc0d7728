"""Default requests: complete, valid, and about what was granted."""

from collections.abc import Iterator

import pytest

from tests.scenario.turns import CLIENT, DEVICE, turn
from wsdtrace.scenario.answers import ANSWERS
from wsdtrace.scenario.book import Book
from wsdtrace.scenario.fields import body_type
from wsdtrace.scenario.requests import REQUESTS
from wsdtrace.soap.schema import Element, decode_element, encode_element, shape
from wsdtrace.wsd.eventing import Subscribe, SubscribeResponse
from wsdtrace.wsd.scan import (
    CreateScanJobRequest,
    CreateScanJobResponse,
    RetrieveImageRequest,
    ScanAvailableEvent,
)


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
