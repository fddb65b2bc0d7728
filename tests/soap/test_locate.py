"""A path → bytes. The oracle is the text itself."""

import pytest

from tests.soap.corpus import enveloped
from wsdtrace.soap import Locator, read_envelope, span_at
from wsdtrace.soap.locate import resolve
from wsdtrace.soap.positions import MAX_ROWS

DATA = enveloped(
    "<wscn:GetActiveJobsResponse><wscn:ActiveJobs>"
    "<wscn:JobSummary><wscn:JobId>1</wscn:JobId></wscn:JobSummary>"
    "<wscn:JobSummary a='&gt;' Id = \"7\"><wscn:JobId>22</wscn:JobId><wscn:JobName/></wscn:JobSummary>"
    "</wscn:ActiveJobs></wscn:GetActiveJobsResponse>"
)
JOBS = "GetActiveJobsResponse/ActiveJobs"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param(f"{JOBS}/JobSummary[1]/JobId", b"1", id="text"),
        pytest.param(f"{JOBS}/JobSummary[2]/JobId", b"22", id="text of the second"),
        pytest.param(f"{JOBS}/JobSummary[2]/@Id", b'Id = "7"', id="attribute"),
        pytest.param(f"{JOBS}/JobSummary[2]/JobName", b"<wscn:JobName/>", id="empty element"),
        pytest.param(f"{JOBS}/JobSummary[1]", b"<wscn:JobSummary>", id="element with children"),
        pytest.param(f"{JOBS}/JobSummary[1]/JobState", b"<wscn:JobSummary>", id="absent child"),
        pytest.param(f"{JOBS}/JobSummary[1]/@Id", b"<wscn:JobSummary>", id="absent attribute"),
        pytest.param("GetActiveJobsResponse", b"<wscn:GetActiveJobsResponse>", id="body element"),
    ],
)
def test_a_path_leads_to_its_bytes(path: str, text: bytes) -> None:
    span = span_at(read_envelope(DATA), path)
    assert span is not None
    assert DATA[span.start : span.end] == text


@pytest.mark.parametrize("path", [f"{JOBS}/JobSummary[9]/JobId", f"{JOBS}/[", "X/Y/Z"])
def test_a_path_that_leads_nowhere_has_no_bytes(path: str) -> None:
    assert span_at(read_envelope(DATA), path) is None


def test_an_envelope_without_body_has_no_paths() -> None:
    locator = Locator(read_envelope(b"hello"))
    assert locator.span("X") is None
    assert not locator.complete("X")


def test_what_ended_before_the_defect_is_complete() -> None:
    cut = DATA[: DATA.index(b"22")]
    locator = Locator(read_envelope(cut))
    assert locator.complete(f"{JOBS}/JobSummary[1]")
    assert not locator.complete(f"{JOBS}/JobSummary[2]")
    assert not locator.complete(JOBS)


def test_a_path_says_what_is_absent() -> None:
    child = read_envelope(DATA).body_child
    assert child is not None
    place = resolve(child, f"{JOBS}/JobSummary[1]/JobState")
    assert place is not None
    assert place.absent
    attribute = resolve(child, f"{JOBS}/JobSummary[2]/@Id")
    assert attribute is not None
    assert (attribute.attribute, attribute.absent) == ("Id", False)


def test_bytes_of_utf_16_are_bytes_of_the_message() -> None:
    data = DATA.decode().encode("utf-16")
    span = span_at(read_envelope(data), f"{JOBS}/JobSummary[2]/JobId")
    assert span is not None
    assert data[span.start : span.end].decode("utf-16-le") == "22"


def test_an_element_behind_the_last_known_place_has_no_bytes() -> None:
    data = DATA.replace(b"<wscn:JobName/>", b"<wscn:JobName/>" * MAX_ROWS)
    locator = Locator(read_envelope(data))
    assert locator.span(f"{JOBS}/JobSummary[2]/JobName[{MAX_ROWS // 2}]") is not None
    assert locator.span(f"{JOBS}/JobSummary[2]/JobName[{MAX_ROWS}]") is None
    assert locator.complete(f"{JOBS}/JobSummary[1]")
    assert not locator.complete(JOBS)
