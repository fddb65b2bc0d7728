"""How objects are called where there is little room."""

import pytest

from tests.report.traces import Story, at
from wsdtrace.report.grid import Styled
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor
from wsdtrace.report.words import answer, between, job_number, operation, peers, pixels, size
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Toward


def page() -> Page:
    return Page(Look(), Redactor(None))


@pytest.mark.parametrize(("n", "shown"), [(0, "0 B"), (999, "999 B"), (1204, "1.2 kB"), (54_233_000, "54.2 MB")])
def test_size(n: int, shown: str) -> None:
    assert size(n) == shown


def test_between() -> None:
    assert [between(at(1, 3), at(2, 3)), between(at(1, 3), at(2, 5))] == ["#3", "#3–5"]


def test_peers_are_numbers_where_they_are_known() -> None:
    story = Story()
    lone = story.exchange("Probe", (1.0, 1), (2.0, 2))
    story.device()
    story.client()
    known = story.exchange("JobEndStateEvent", (1.0, 1), (2.0, 2), toward=Toward.CLIENT)
    assert [peers(lone), peers(known)] == ["192.0.2.10:49152 → 192.0.2.20:5357", "device 1 → client 1"]


def test_an_operation_that_is_not_known_is_called_by_its_body_or_action() -> None:
    exchange = Story().exchange(None, (1.0, 1), (2.0, 2))
    assert exchange.request is not None
    assert operation(page(), exchange) == "?"
    exchange.request.action = "urn:vendor/Poke\x1b"
    assert operation(page(), exchange) == "? urn:vendor/Poke␛"
    exchange.request.body_local = "Poke"
    assert operation(page(), exchange) == "? Poke"


def test_answers() -> None:
    story = Story()
    good = story.exchange("Get", (1.0, 1), (2.0, 2))
    refused = story.exchange("Get", (1.0, 1), (2.0, 2), fault="InvalidArgs")
    missing = story.exchange("Get", (1.0, 1), None)
    html = story.exchange("Get", (1.0, 1), (2.0, 2), status=404)
    cut = story.exchange("Get", (1.0, 1), (2.0, 2))
    assert cut.response is not None
    cut.response.complete = False
    assert [answer(page(), e) for e in (good, refused, missing, html, cut)] == [
        "200",
        Styled("500 ✖ InvalidArgs", "red"),
        Styled("✖ none", "red"),
        Styled("404", "red"),
        Styled("200 ✖ incomplete", "red"),
    ]


def test_jobs_and_images() -> None:
    story = Story()
    job = story.job(7, Outcome.OPEN)
    image = story.image(story.exchange("RetrieveImage", (1.0, 1), (2.0, 2)), job, 1)
    assert [job_number(None), job_number(job), pixels(image)] == ["", "7", "2480×3508"]
    job.generation, image.width = 2, None
    assert [job_number(job), pixels(image)] == ["7 (2)", ""]
