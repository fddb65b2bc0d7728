"""The image itself, and how many there are."""

import pytest

from tests.check.rules.judged import CREATED, ERROR, INFO, JOB, RETRIEVED, WARNING, facts, found, severities, tally
from wsdtrace.check.finding import Severity

NO_MORE = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable\n"


def created(what: str) -> str:
    return f"CreateScanJob {what} -> JobId=1 JobToken=t\n"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(
            created("format=png") + "RetrieveImage JobId=1 JobToken=t -> image=jfif", 1, id="JPEG for PNG (#9)"
        ),
        pytest.param(created("format=exif") + "RetrieveImage JobId=1 JobToken=t -> image=jfif", 0, id="JFIF for Exif"),
        pytest.param(JOB, 0, id="as declared"),
    ],
)
def test_formats(text: str, count: int) -> None:
    assert severities(text, "WSD710") == [ERROR] * count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(CREATED + "image: cut 500\n" + RETRIEVED, 1, id="cut (#7)"),
        pytest.param(CREATED + "image: trailing 2\n" + RETRIEVED, 0, id="two octets behind its end"),
        pytest.param(CREATED + "http: cut 500\n" + RETRIEVED, 0, id="the message is cut, not the image"),
    ],
)
def test_ends(text: str, count: int) -> None:
    assert severities(text, "WSD711") == [ERROR] * count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            CREATED + "mime: extra part\n< drop xop:Include\n" + RETRIEVED,
            ["2 images in one answer, Format jfif holds one"],
            id="two parts, none of them named",
        ),
        pytest.param(CREATED + "mime: extra part\n" + RETRIEVED, [], id="the part that is named counts"),
        pytest.param("through P: " + CREATED + "through P: " + RETRIEVED, [], id="through a proxy"),
        pytest.param(
            created("images=0") + RETRIEVED * 2,
            ["image 2 of a job from the Platen, which gives one"],
            id="twice the platen",
        ),
        pytest.param(created("source=ADF") + RETRIEVED * 2 + NO_MORE, [], id="two of a feeder"),
    ],
)
def test_counts(text: str, expected: list[str]) -> None:
    assert facts(text, "WSD713") == expected


def test_a_part_that_was_not_found_is_the_fault_of_the_boundary() -> None:
    causes = [f.caused_by.code for f in found(CREATED + "mime: no boundary\n" + RETRIEVED, "WSD713") if f.caused_by]
    assert causes == ["WSD220"] * len(causes)


@pytest.mark.parametrize(
    ("images", "end", "expected"),
    [
        pytest.param(1, NO_MORE, [WARNING], id="one"),
        pytest.param(2, NO_MORE, [], id="two"),
        pytest.param(3, NO_MORE, [WARNING], id="three"),
        pytest.param(1, "CancelJob JobId=1 -> ok\n", [], id="cancelled"),
        pytest.param(1, "wait 90s\nGetActiveJobs -> none\n", [], id="given up"),
    ],
)
def test_images_of_both_sides(images: int, end: str, expected: list[Severity]) -> None:
    assert severities(created("source=ADFDuplex") + RETRIEVED * images + end, "WSD714") == expected


@pytest.mark.parametrize(
    ("what", "count"),
    [
        pytest.param("images=3", 0, id="three were asked for"),
        pytest.param("images=0", 1, id="all were asked for"),
    ],
)
def test_an_odd_number_may_be_asked_for(what: str, count: int) -> None:
    assert len(found(created(f"source=ADFDuplex {what}") + RETRIEVED * 3 + NO_MORE, "WSD714")) == count


def test_a_back_that_was_not_asked_for_is_the_first_reading() -> None:
    text = "> drop wscn:MediaBack\n" + created("source=ADFDuplex") + RETRIEVED + NO_MORE
    (finding,) = found(text, "WSD714")
    assert "MediaBack" in finding.interpretations[0].text


def test_what_the_capture_lost_is_not_counted() -> None:
    text = created("source=ADFDuplex") + "tcp: gap 100\n" + RETRIEVED + RETRIEVED + NO_MORE
    assert tally(text, "WSD714") == (0, 0, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("CreateScanJob -> Fault ClientErrorNoImagesAvailable", [INFO], id="no job from the platen (C18)"),
        pytest.param(CREATED + NO_MORE, [INFO], id="no image of it (I11)"),
        pytest.param(created("images=0") + RETRIEVED + NO_MORE, [], id="no second image"),
        pytest.param("CreateScanJob source=ADF -> Fault ClientErrorNoImagesAvailable", [], id="an empty feeder"),
    ],
)
def test_a_platen_is_never_empty(text: str, expected: list[Severity]) -> None:
    assert severities(text, "WSD718") == expected
