"""Tickets beside final parameters: what differs, what was left open, what reaches too far."""

import pytest

from wsdtrace.check.tickets import Setting, excesses, must_honor_count, settings
from wsdtrace.wsd.ticket import (
    DocumentFinalParameters,
    DocumentParameters,
    Final,
    FinalMediaSide,
    FinalMediaSides,
    FinalResolution,
    InputMediaSize,
    InputSize,
    MediaSide,
    MediaSides,
    Requested,
    Resolution,
    ScanRegion,
    ScanTicket,
)


def ticket(**parameters: object) -> ScanTicket:
    """A ticket with these document parameters."""
    return ScanTicket(document_parameters=DocumentParameters(**parameters))  # type: ignore[arg-type]  # by name


def one(asked: ScanTicket, final: DocumentFinalParameters) -> Setting:
    (setting,) = settings(asked, final)
    return setting


@pytest.mark.parametrize(
    ("asked", "final", "differs"),
    [
        pytest.param("jfif", "jfif", False, id="equal"),
        pytest.param("jfif", "png", True, id="another"),
        pytest.param("jfif", None, False, id="none is no other"),
    ],
)
def test_a_plain_value(asked: str, final: str | None, differs: bool) -> None:
    made = DocumentFinalParameters(format=Final(final) if final is not None else None)
    assert one(ticket(format=Requested(asked)), made).differs == differs


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        pytest.param(
            ticket(images_to_transfer=Requested(0)),
            DocumentFinalParameters(images_to_transfer=Final(7)),
            id="all there are",
        ),
        pytest.param(
            ticket(content_type=Requested("Auto")), DocumentFinalParameters(content_type=Final("Photo")), id="automatic"
        ),
    ],
)
def test_what_the_client_left_open_is_no_difference(asked: ScanTicket, final: DocumentFinalParameters) -> None:
    setting = one(asked, final)
    assert setting.is_open
    assert not setting.differs


def test_a_resolution_without_height_is_square() -> None:
    asked = ticket(media_sides=MediaSides(media_front=MediaSide(resolution=Resolution(width=300))))
    made = FinalMediaSide(resolution=FinalResolution(width=Final(300), height=Final(150)))
    final = DocumentFinalParameters(media_sides=FinalMediaSides(media_front=made))
    assert [(s.name, s.asked, s.differs) for s in settings(asked, final)] == [
        ("MediaFront Resolution Width", 300, False),
        ("MediaFront Resolution Height", 300, True),
    ]


def test_a_size_that_is_to_be_detected_compares_with_nothing() -> None:
    size = InputSize(document_size_auto_detect=True, input_media_size=InputMediaSize(width=1, height=1))
    assert list(settings(ticket(input_size=size), DocumentFinalParameters())) == []


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        pytest.param(None, 0, id="no ticket"),
        pytest.param(ticket(format=Requested("jfif")), 0, id="no mark"),
        pytest.param(ticket(format=Requested("jfif", must_honor=True)), 1, id="one"),
        pytest.param(ticket(format=Requested("jfif", must_honor=False)), 0, id="one that is false"),
        pytest.param(
            ticket(
                media_sides=MediaSides(media_front=MediaSide(resolution=Resolution(must_honor=True, width=1, height=1)))
            ),
            1,
            id="one with children",
        ),
    ],
)
def test_marks_are_counted_by_element(asked: ScanTicket | None, count: int) -> None:
    assert must_honor_count(asked) == count


def region(x: int, width: int, size: int | None, *, detect: bool = False) -> ScanTicket:
    """A scan region in an original."""
    side = MediaSide(scan_region=ScanRegion(scan_region_x_offset=Requested(x), scan_region_width=Requested(width)))
    media = None if size is None else InputMediaSize(width=size, height=size)
    return ticket(
        input_size=InputSize(document_size_auto_detect=detect or None, input_media_size=media),
        media_sides=MediaSides(media_front=side),
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(region(0, 8500, 8500), [], id="all of it"),
        pytest.param(region(1, 8500, 8500), [(8501, 8500)], id="beyond by its offset"),
        pytest.param(region(0, 8501, 8500), [(8501, 8500)], id="beyond by its width"),
        pytest.param(region(0, 8501, None), [], id="no size given"),
        pytest.param(region(0, 8501, 0), [], id="a size of 0 (E18)"),
        pytest.param(region(0, 8501, 8500, detect=True), [], id="size to be detected"),
    ],
)
def test_regions_beyond_the_original(asked: ScanTicket, found: list[tuple[int, int]]) -> None:
    assert [(e.reaches_thou, e.size_thou) for e in excesses(asked)] == found
