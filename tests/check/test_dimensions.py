"""Sizes of images: told, meant, and how near is near enough."""

import pytest

from wsdtrace.check.dimensions import Size, close, detects_size, least_bytes_per_line, meant_sizes, told_sizes
from wsdtrace.scenario.tickets import default_ticket, final_parameters, image_information
from wsdtrace.state.model import Job
from wsdtrace.wsd.ticket import DocumentParameters, InputSize, Requested, ScanTicket, SideImageInfo
from wsdtrace.wsd.values import Rotation

A4 = Size(2480, 3508)


def job(source: str = "Platen") -> Job:
    """A job for a default ticket."""
    final = final_parameters(default_ticket(source))
    return Job(None, 1, ticket=default_ticket(source), final=final, image_information=image_information(final))


@pytest.mark.parametrize(
    ("found", "told", "shorter", "expected"),
    [
        pytest.param(A4, A4, False, True, id="equal"),
        pytest.param(Size(2480 + 49, 3508), A4, False, True, id="two percent wider"),
        pytest.param(Size(2480 + 50, 3508), A4, False, False, id="more"),
        pytest.param(Size(116, 100), Size(100, 100), False, True, id="one block of a small image"),
        pytest.param(Size(117, 100), Size(100, 100), False, False, id="more than one"),
        pytest.param(Size(2480, 1000), A4, False, False, id="shorter"),
        pytest.param(Size(2480, 1000), A4, True, True, id="shorter, from a feeder"),
        pytest.param(Size(2480, 4000), A4, True, False, id="longer, from a feeder"),
        pytest.param(Size(1240, 3508), A4, True, False, id="half as wide"),
    ],
)
def test_near_enough(found: Size, told: Size, shorter: bool, expected: bool) -> None:
    assert close(found, told, shorter=shorter) == expected


def test_told_and_meant_agree_for_a_device_without_contradiction() -> None:
    for source, sides in (("Platen", 1), ("ADFDuplex", 2)):
        assert told_sizes(job(source)) == meant_sizes(job(source)) == [Size(200, 300)] * sides


def test_a_turned_image_has_its_sides_swapped() -> None:
    one = job()
    one.final = final_parameters(
        ScanTicket(document_parameters=DocumentParameters(rotation=Requested(Rotation.QUARTER)))
    )
    assert meant_sizes(one) == [Size(300, 200)]


def test_nothing_is_expected_where_the_device_detects_the_size() -> None:
    one = job()
    one.ticket = ScanTicket(
        document_parameters=DocumentParameters(input_size=InputSize(document_size_auto_detect=True))
    )
    assert detects_size(one)
    assert told_sizes(one) == meant_sizes(one) == []


def test_a_job_of_which_nothing_is_known_expects_nothing() -> None:
    assert told_sizes(Job(None, 1)) == meant_sizes(Job(None, 1)) == []


@pytest.mark.parametrize(
    ("pixels", "color", "expected"),
    [
        pytest.param(100, "RGB24", 300, id="three bytes"),
        pytest.param(9, "BlackAndWhite1", 2, id="a bit, rounded up"),
        pytest.param(3, "Grayscale4", 2, id="half a byte, rounded up"),
        pytest.param(100, "acme:Infrared", None, id="colours that nobody knows"),
        pytest.param(0, "RGB24", None, id="no width"),
    ],
)
def test_bytes_of_a_line(pixels: int, color: str, expected: int | None) -> None:
    assert least_bytes_per_line(SideImageInfo(pixels_per_line=pixels), color) == expected
