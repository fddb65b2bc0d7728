"""Where the elements of a document stand in its bytes: found by one scan when somebody points at the first of them.

Theory of operation: of most messages nobody asks. Of one with something to point at there are several who do (what is
odd about it, each piece of evidence, what is private in it), and all of them ask here. What was found is kept as long
as the document is; of documents with many elements only that of the last one.
"""

from __future__ import annotations

import weakref

from lxml import etree

from wsdtrace.records import Span
from wsdtrace.soap.positions import Positions
from wsdtrace.soap.tree import rows_of
from wsdtrace.soap.xml import Document

MAX_KEPT_ROWS = 10_000
"""Elements of a document whose places are kept (2.5 MB) however many documents are held: five times the longest
message seen. Beyond, one document's are (25 MB)."""


class Sites:
    """Places in one document."""

    __slots__ = ("__weakref__", "_positions", "_rows", "document")

    def __init__(self, document: Document) -> None:
        self.document = document
        self._positions: Positions | None = None
        self._rows: dict[etree._Element, int] | None = None

    @property
    def positions(self) -> Positions:
        """Where each element stands in the text."""
        if self._positions is None:
            self._positions = self.document.positions()
            if len(self._positions.starts) > MAX_KEPT_ROWS:
                _keep_one(self)
        return self._positions

    def row(self, element: etree._Element) -> int | None:
        """The row of an element of the document's tree; None: its place is not known."""
        if self._rows is None:
            self._rows = rows_of(self.document.root)
        row = self._rows.get(element)
        return row if row is not None and row < len(self.positions.starts) else None

    def span(self, start: int, end: int) -> Span:
        """A range of the text as a span of the document's bytes."""
        return self.document.span(start, end)

    def forget(self) -> None:
        """Scan again when somebody asks again."""
        self._positions = self._rows = None


_large: weakref.ref[Sites] | None = None


def _keep_one(sites: Sites) -> None:
    """Let the large document before this one forget its places."""
    global _large  # noqa: PLW0603  # over all runs, as memory is
    former = None if _large is None else _large()
    if former is not None and former is not sites:
        former.forget()
    _large = weakref.ref(sites)
