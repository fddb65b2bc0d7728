"""Tickets and what a device makes of them."""

import dataclasses
from typing import Any

import pytest

from wsdtrace.scenario.tickets import Raster, default_ticket, final_parameters, image_information, raster
from wsdtrace.soap.schema import Element
from wsdtrace.wsd.ticket import DocumentFinalParameters, Final, Requested, ScanTicket
from wsdtrace.wsd.values import ColorEntry, Format, Rotation


def finals(value: Element) -> list[Final[object]]:
    """All final values of a tree."""
    found: list[Final[object]] = []
    for field in dataclasses.fields(value):
        held = getattr(value, field.name)
        if isinstance(held, Final):
            found.append(held)
        elif isinstance(held, Element):
            found += finals(held)
    return found


@pytest.mark.parametrize("source", [None, "ADF", "ADFDuplex", "Film"])
def test_a_complete_ticket_is_taken_as_it_is(source: str | None) -> None:
    final = final_parameters(default_ticket(source))
    assert all(not value.used_default and not value.override for value in finals(final))
    assert final.input_source == Final(source or "Platen")


def test_what_a_ticket_does_not_say_is_the_devices_default_and_marked_so() -> None:
    final = final_parameters(ScanTicket())
    values = finals(final)
    assert len(values) > 15
    assert all(value.used_default and value.value is not None for value in values)


@pytest.mark.parametrize(
    ("source", "images", "back"),
    [("Platen", 1, False), ("ADF", 0, False), ("ADFDuplex", 0, True)],
)
def test_the_source_decides_images_and_sides(source: str, images: int, back: bool) -> None:
    final = final_parameters(default_ticket(source))
    assert final.images_to_transfer == Final(images)
    assert final.media_sides is not None
    assert (final.media_sides.media_back is not None) == back
    assert (image_information(final).media_back_image_info is not None) == back


def asked(**changes: object) -> DocumentFinalParameters:
    """The final parameters of a default ticket with other values."""
    ticket = default_ticket()
    assert ticket.document_parameters is not None
    values: dict[str, Any] = {name: Requested(value) for name, value in changes.items()}
    parameters = dataclasses.replace(ticket.document_parameters, **values)
    return final_parameters(dataclasses.replace(ticket, document_parameters=parameters))


def test_the_image_is_region_by_resolution_turned_by_rotation() -> None:
    assert raster(asked()) == Raster(200, 300, 24)
    assert raster(asked(rotation=Rotation.QUARTER)) == Raster(300, 200, 24)
    assert raster(asked(rotation=Rotation.HALF)) == Raster(200, 300, 24)


@pytest.mark.parametrize(
    ("format_", "bytes_per_line"),
    [(Format.JFIF, 0), (Format.PNG, 0), (Format.DIB, 600), (Format.TIFF_SINGLE_UNCOMPRESSED, 600)],
)
def test_bytes_per_line_are_told_of_uncompressed_formats_only(format_: Format, bytes_per_line: int) -> None:
    front = image_information(asked(format=format_)).media_front_image_info
    assert front is not None
    assert front.bytes_per_line == bytes_per_line


def test_a_vendors_colour_counts_as_three_bytes() -> None:
    final = asked()
    assert final.media_sides is not None
    assert final.media_sides.media_front is not None
    front = dataclasses.replace(final.media_sides.media_front, color_processing=Final("acme:Sepia"))
    odd = dataclasses.replace(final, media_sides=dataclasses.replace(final.media_sides, media_front=front))
    assert raster(odd).bits == 24
    gray = dataclasses.replace(front, color_processing=Final(ColorEntry.GRAYSCALE_8))
    plain = dataclasses.replace(final, media_sides=dataclasses.replace(final.media_sides, media_front=gray))
    assert raster(plain).bits == 8
