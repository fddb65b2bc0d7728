"""`Figure`: a drawing of a trace, as SVG without script, for notebooks and files."""

from __future__ import annotations

import os
from pathlib import Path

from wsdtrace.errors import OutputError
from wsdtrace.report.svg import standalone


class Figure:
    """A drawing. A notebook shows it; `svg` is its text, and `save` writes it to a file."""

    __slots__ = ("drawing", "name")

    def __init__(self, name: str, drawing: str) -> None:
        """Made by what it shows."""
        self.name = name
        self.drawing = drawing
        """The SVG element alone, to stand in a page whose text colour it takes."""

    @property
    def svg(self) -> str:
        """An SVG document of its own, with its styles for light and dark."""
        return standalone(self.drawing)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file, which is replaced if it is there.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            Path(path).write_text(self.svg, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{os.fspath(path)}: cannot be written: {error.strerror or error}") from error

    def __repr__(self) -> str:
        return f"<Figure {self.name}>"

    def _repr_svg_(self) -> str:
        return self.svg
