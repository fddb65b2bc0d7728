"""A path in a message → the element and the bytes that it names: the way back from a violation to its evidence."""

from __future__ import annotations

import re

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Span
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.namespaces import split
from wsdtrace.soap.tree import attributes_of, elements_of, local_of

_STEP = re.compile(r"([^\[\]]+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads."""

    element: etree._Element
    """The element, or the parent of an absent one."""
    attribute: str | None
    """Local name of the attribute that the path ends with."""
    absent: bool
    """The last step names nothing that is there."""


def resolve(start: etree._Element, path: str) -> Place | None:
    """Follow a path of local names; `start` is the element that its first step names."""
    steps = path.split("/")
    element = start
    for number, step in enumerate(steps[1:], 1):
        if step.startswith("@"):
            return Place(element, step[1:], step[1:] not in {split(key)[1] for key in attributes_of(element)})
        match = _STEP.fullmatch(step)
        if match is None:
            return None
        wanted = int(match[2] or 1)
        found = None
        for child in elements_of(element):
            if local_of(child) == match[1]:
                wanted -= 1
                if wanted == 0:
                    found = child
                    break
        if found is None:
            return Place(element, None, True) if number == len(steps) - 1 else None
        element = found
    return Place(element, None, False)


class Locator:
    """Spans of places in one envelope."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._sites = envelope.sites

    def span(self, path: str) -> Span | None:
        """The bytes that a path names: the content of a text, an attribute, the start tag of an element or of an
        absent one's parent.
        """
        if self._envelope.body_child is None:
            return None
        place = resolve(self._envelope.body_child, path)
        row = self._sites.row(place.element) if place is not None else None
        if place is None or row is None:
            return None
        positions = self._sites.positions
        start, end = positions.start_tag(row)
        if place.attribute is not None and not place.absent:
            pattern = rb"(?:[\w.-]+:)?" + re.escape(place.attribute.encode()) + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')"
            match = re.compile(pattern).search(positions.text, start, end)
            if match is not None:
                start, end = match.span()
        elif not place.absent and len(place.element) == 0:
            content = positions.content(row)
            if content[1] > content[0]:
                start, end = content
        return self._sites.span(start, end)

    def complete(self, path: str) -> bool:
        """The element that a path names (or would stand in) ended before the first defect of the document."""
        if self._envelope.body_child is None:
            return False
        place = resolve(self._envelope.body_child, path)
        row = self._sites.row(place.element) if place is not None else None
        return row is not None and self._sites.positions.ends[row] >= 0


def span_at(envelope: Envelope, path: str) -> Span | None:
    """The bytes of one path; see `Locator.span`."""
    return Locator(envelope).span(path)
