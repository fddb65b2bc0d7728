"""Sizes of images and of their lines, beside what the device tells of them."""

import pytest

from tests.check.rules.judged import CREATED, INFO, JOB, RETRIEVED, WARNING, facts, severities
from wsdtrace.check.finding import Severity


def image(width: int, height: int, created: str = CREATED) -> str:
    """A job that should bring 200×300 pixels."""
    return f"{created}image: size {width} {height}\n{RETRIEVED}"


FEEDER = "CreateScanJob source=ADF images=1 -> JobId=1 JobToken=t\n"
LARGER = "CreateScanJob -> JobId=1 JobToken=t PixelsPerLine=400 NumberOfLines=600\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(image(200, 300), [], id="as told"),
        pytest.param(image(216, 300), [], id="a block wider"),
        pytest.param(image(217, 300), [WARNING], id="wider"),
        pytest.param(image(200, 150), [WARNING], id="half"),
        pytest.param(image(200, 150, FEEDER), [], id="half, from a feeder"),
        pytest.param(image(200, 600, FEEDER), [WARNING], id="twice, from a feeder"),
        pytest.param(image(400, 600, LARGER), [INFO], id="as told, but not what the parameters come to"),
        pytest.param(image(200, 300, LARGER), [WARNING], id="not as told"),
        pytest.param(
            "> replace <wscn:InputMediaSize> <wscn:DocumentSizeAutoDetect>true</wscn:DocumentSizeAutoDetect><!--\n"
            "> replace </wscn:InputMediaSize> -->\n" + image(10, 20),
            [],
            id="the device was to detect the size",
        ),
        pytest.param(CREATED + "image: cut 500\nimage: size 100 100\n" + RETRIEVED, [WARNING], id="cut, and small"),
    ],
)
def test_sizes(text: str, expected: list[Severity]) -> None:
    assert severities(text, "WSD712") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(JOB, [], id="0 for a compressed format"),
        pytest.param("CreateScanJob -> BytesPerLine=600", ["BytesPerLine 600, expected 0 for jfif"], id="more"),
        pytest.param(
            "CreateScanJob format=dib -> BytesPerLine=0", ["BytesPerLine 0, expected more than 0 for dib"], id="dib"
        ),
        pytest.param("CreateScanJob format=dib -> BytesPerLine=600", [], id="three bytes a pixel"),
        pytest.param("CreateScanJob format=dib -> BytesPerLine=640", [], id="with padding"),
        pytest.param(
            "CreateScanJob format=dib -> BytesPerLine=599",
            ["BytesPerLine 599, expected at least 600 for 200 pixels of RG…"],
            id="too few",
        ),
        pytest.param("CreateScanJob format=pdf-a -> BytesPerLine=600", [], id="a format that may hold either"),
        pytest.param(
            "ValidateScanTicket -> BytesPerLine=600", ["BytesPerLine 600, expected 0 for jfif"], id="in a validation"
        ),
        pytest.param(
            "CreateScanJob format=dib -> Format=jfif BytesPerLine=600",
            ["BytesPerLine 600, expected 0 for jfif"],
            id="the final format counts",
        ),
    ],
)
def test_bytes_of_a_line(text: str, expected: list[str]) -> None:
    assert [fact.partition("has ")[2] for fact in facts(text, "WSD715")] == expected
