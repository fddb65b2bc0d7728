"""Elements of a tree in the types that they have: names and attribute texts are `str` in documents that lxml parsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import cast

from lxml import etree

from wsdtrace.soap.namespaces import split

MAX_ATTRIBUTES = 256
"""Attributes of one element that are read: libxml2 looks each one up from the first on. Four were the most seen."""
MAX_BINDINGS = 2_000_000
"""Namespace bindings looked at for the QNames of one message: 1,000 names below a start tag with 2,000 bindings. The
largest message seen has 4 names and 45 bindings."""


class Bindings:
    """Bindings in scope at elements of one message, within a budget: each look-up builds the whole map."""

    __slots__ = ("_count", "_last", "left")

    def __init__(self) -> None:
        self.left = MAX_BINDINGS
        self._last: dict[str | None, str] = {}
        self._count: Counter[str] | None = None

    @property
    def exhausted(self) -> bool:
        """From now on the bindings of the last element are given for every one."""
        return self.left <= 0

    def at(self, element: etree._Element) -> dict[str | None, str]:
        """Prefix → namespace; the default namespace under None."""
        if not self.exhausted:
            self._last = element.nsmap
            self._count = None
            self.left -= len(self._last)
        return self._last

    def is_single(self, uri: str) -> bool:
        """At the element looked at last, one prefix stands for a namespace."""
        if self._count is None:
            self._count = Counter(self._last.values())
        return self._count[uri] == 1


def tag_of(element: etree._Element) -> str:
    """`{namespace}local`; an unbound prefix stays in the local part."""
    return str(element.tag)


def local_of(element: etree._Element) -> str:
    """Local name, without a prefix that has no binding."""
    return split(str(element.tag))[1].rpartition(":")[2]


def attributes_of(element: etree._Element) -> dict[str, str]:
    """Attributes in document order, at most `MAX_ATTRIBUTES`."""
    keys = element.keys()
    if len(keys) <= MAX_ATTRIBUTES:
        return cast("dict[str, str]", dict(element.items()))
    return cast("dict[str, str]", {key: element.get(key) for key in keys[:MAX_ATTRIBUTES]})


def elements_of(element: etree._Element) -> Iterator[etree._Element]:
    """Child elements; what is left of an undefined entity is none."""
    for child in element:
        if isinstance(child.tag, str):
            yield child


def rows_of(root: etree._Element | None) -> dict[etree._Element, int]:
    """All elements in document order, each with its place in it."""
    if root is None:
        return {}
    return {element: row for row, element in enumerate(root.iter(etree.Element))}
