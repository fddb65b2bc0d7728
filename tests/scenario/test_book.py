"""What was granted so far."""

import pytest

from wsdtrace.scenario.book import Book, Job, Subscription
from wsdtrace.scenario.hosts import Host, HostKind
from wsdtrace.scenario.tickets import default_ticket, final_parameters
from wsdtrace.soap.schema import Element
from wsdtrace.wsd.eventing import Unsubscribe
from wsdtrace.wsd.scan import (
    CancelJobRequest,
    CancelJobResponse,
    CreateScanJobRequest,
    CreateScanJobResponse,
    RetrieveImageRequest,
    RetrieveImageResponse,
)
from wsdtrace.wsd.values import JobState

DEVICE, OTHER, CLIENT = Host(HostKind.DEVICE, 0), Host(HostKind.DEVICE, 1), Host(HostKind.CLIENT, 0)


def granted(book: Book, device: Host, source: str, job_id: int = 1) -> Job:
    """Let a device grant a job."""
    ticket = default_ticket(source)
    answer = CreateScanJobResponse(job_id=job_id, job_token="t", document_final_parameters=final_parameters(ticket))
    book.answered(device, CLIENT, CreateScanJobRequest(scan_ticket=ticket), answer)
    return book.jobs_of(device)[-1]


@pytest.mark.parametrize(
    ("source", "images", "state"),
    [
        pytest.param("Platen", 0, JobState.PENDING, id="nothing yet"),
        pytest.param("Platen", 1, JobState.COMPLETED, id="the one of the platen"),
        pytest.param("ADF", 1, JobState.PROCESSING, id="a feeder may hold more"),
    ],
)
def test_a_job_is_where_its_images_brought_it(source: str, images: int, state: JobState) -> None:
    book = Book()
    job = granted(book, DEVICE, source)
    for _ in range(images):
        book.answered(DEVICE, CLIENT, RetrieveImageRequest(job_id=1), RetrieveImageResponse())
    assert job.state is state


def test_an_empty_feeder_completes_a_job() -> None:
    book = Book()
    job = granted(book, DEVICE, "ADF")
    book.refused(DEVICE, RetrieveImageRequest(job_id=1), "ClientErrorInvalidJobToken")
    assert not job.is_over
    book.refused(DEVICE, RetrieveImageRequest(job_id=1), "ClientErrorNoImagesAvailable")
    assert job.state is JobState.COMPLETED


def test_a_cancel_ends_only_what_goes_on() -> None:
    book = Book()
    first, second = granted(book, DEVICE, "ADF", 1), granted(book, DEVICE, "Platen", 2)
    for number in (1, 2):
        book.answered(DEVICE, CLIENT, RetrieveImageRequest(job_id=number), None)
        book.answered(DEVICE, CLIENT, CancelJobRequest(job_id=number), CancelJobResponse())
    assert (first.state, second.state) == (JobState.CANCELED, JobState.COMPLETED)


def test_devices_have_jobs_of_their_own() -> None:
    book = Book()
    granted(book, DEVICE, "ADF", 7)
    assert book.next_job_id(DEVICE) == 8
    assert book.next_job_id(OTHER) == 1
    assert book.job(OTHER, 7) is None


def test_the_latest_job_is_one_that_goes_on_where_there_is_one() -> None:
    book = Book()
    assert book.latest(DEVICE) is None
    open_one, over = granted(book, DEVICE, "ADF", 1), granted(book, DEVICE, "Platen", 2)
    over.exhausted = True
    assert book.latest(DEVICE) is open_one
    open_one.canceled = True
    assert book.latest(DEVICE) is over


def test_a_subscription_ends_when_its_client_says_so() -> None:
    book = Book()
    mine = Subscription("a")
    book.subscriptions.append((DEVICE, CLIENT, mine))
    book.answered(DEVICE, CLIENT, Unsubscribe(), None)
    assert not mine.live
    assert book.subscription(DEVICE, CLIENT) is mine
    assert book.subscription(OTHER, CLIENT) is None


@pytest.mark.parametrize("request_", [CancelJobRequest(job_id=9), RetrieveImageRequest(job_id=9)])
def test_requests_for_what_nobody_granted_change_nothing(request_: Element) -> None:
    book = Book()
    book.answered(DEVICE, CLIENT, request_, None)
    book.refused(DEVICE, request_, "ClientErrorNoImagesAvailable")
    assert book.jobs == []
