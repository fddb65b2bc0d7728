"""`Figure`: a drawing of a trace, as SVG without script, for notebooks and files; with plotly for zooming."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wsdtrace.errors import OutputError
from wsdtrace.explore.zoom import Plot, plotly_figure
from wsdtrace.report.svg import standalone


class Figure:
    """A drawing. A notebook shows it; `svg` is its text, `save` writes it to a file, `plotly` is for zooming."""

    __slots__ = ("_plot", "drawing", "name")

    def __init__(self, name: str, drawing: str, plot: Callable[[], Plot]) -> None:
        """Made by what it shows."""
        self.name = name
        self.drawing = drawing
        """The SVG element alone, to stand in a page whose text colour it takes."""
        self._plot = plot

    @property
    def svg(self) -> str:
        """An SVG document of its own, with its styles for light and dark."""
        return standalone(self.drawing)

    def plotly(self) -> Any:
        """The same as a `plotly.graph_objects.Figure`: to zoom into, with what the drawing's tooltips say on hover.

        Times are seconds, rates bytes per second; no silence is compressed. It needs a browser with script, and the
        extra `notebook`.

        Raises:
            MissingExtra: plotly is not installed.
        """
        return plotly_figure(self._plot(), self.name)

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
