"""`Ticket`: a scan ticket or its final parameters, with the values that people ask for at hand."""

from __future__ import annotations

from typing import Any, NamedTuple

from wsdtrace.explore.tree import write_tree
from wsdtrace.explore.view import View
from wsdtrace.soap.schema import Element


class Resolution(NamedTuple):
    """Pixels per inch."""

    width: int
    height: int


class Region(NamedTuple):
    """A part of the original, 1/1000 inch."""

    x: int
    y: int
    width: int
    height: int


class Ticket(View[Element]):
    """What a client asks for (ScanTicket), or what the device will do (DocumentFinalParameters).

    What is not said is None. `value` is the typed message with everything that was said.
    """

    __slots__ = ()

    @property
    def value(self) -> Element:
        """The ticket as it was declared: every element under its name in snake case."""
        return self._of

    @property
    def resolution(self) -> Resolution | None:
        """Of the front, pixels per inch; the height is the width where it was not said."""
        found = _at(self._side, "resolution")
        width, height = _value(_at(found, "width")), _value(_at(found, "height"))
        return None if width is None else Resolution(width, width if height is None else height)

    @property
    def region(self) -> Region | None:
        """Part of the front that is scanned, 1/1000 inch."""
        found = _at(self._side, "scan_region")
        width, height = _value(_at(found, "scan_region_width")), _value(_at(found, "scan_region_height"))
        if width is None or height is None:
            return None
        x, y = (_value(_at(found, f"scan_region_{axis}_offset")) or 0 for axis in "xy")
        return Region(x, y, width, height)

    @property
    def color(self) -> str | None:
        """ColorProcessing of the front: `RGB24`, `Grayscale8` …"""
        return _text(_at(self._side, "color_processing"))

    @property
    def format(self) -> str | None:
        """`jfif`, `exif`, `png` …"""
        return _text(_at(self._document, "format"))

    @property
    def input_source(self) -> str | None:
        """`Platen`, `ADF`, `ADFDuplex` …"""
        return _text(_at(self._document, "input_source"))

    @property
    def images_to_transfer(self) -> int | None:
        """0 for as many as there are."""
        found = _value(_at(self._document, "images_to_transfer"))
        return found if isinstance(found, int) else None

    @property
    def content_type(self) -> str | None:
        """What the original mostly shows: `Auto`, `Text`, `Photo` …"""
        return _text(_at(self._document, "content_type"))

    @property
    def _document(self) -> Any:
        return _at(self._of, "document_parameters") or self._of

    @property
    def _side(self) -> Any:
        return _at(_at(self._document, "media_sides"), "media_front")

    def _facts(self) -> list[str]:
        resolution = self.resolution
        return [
            self._said(self.input_source),
            self._said(self.format),
            self._said(self.color),
            f"{resolution.width}×{resolution.height} dpi" if resolution else "",
        ]

    def _text(self) -> str:
        return self._page(lambda page: write_tree(page, self._of))


def _at(value: Any, name: str) -> Any:
    """A child, where there is such a one."""
    return getattr(value, name, None)


def _value(held: Any) -> Any:
    """The value of an element that has attributes beside it."""
    return getattr(held, "value", held) if isinstance(held, Element) else held


def _text(held: Any) -> str | None:
    found = _value(held)
    return None if found is None else str(found)
