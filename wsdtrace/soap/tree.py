"""Elements of a tree in the types that they have: names and attribute texts are `str` in documents that lxml parsed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from lxml import etree

from wsdtrace.soap.namespaces import split


def tag_of(element: etree._Element) -> str:
    """`{namespace}local`; an unbound prefix stays in the local part."""
    return str(element.tag)


def local_of(element: etree._Element) -> str:
    """Local name, without a prefix that has no binding."""
    return split(str(element.tag))[1].rpartition(":")[2]


def attributes_of(element: etree._Element) -> dict[str, str]:
    """Attributes in document order."""
    return cast("dict[str, str]", dict(element.items()))


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
