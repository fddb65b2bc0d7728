"""A tree of any kind → Header, Body and the first element in it, wherever recovery left them."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from wsdtrace.soap.fault import is_fault
from wsdtrace.soap.namespaces import SOAP12, family_tag, split
from wsdtrace.soap.tree import elements_of, tag_of
from wsdtrace.soap.xml import QName

ENVELOPE = f"{{{SOAP12}}}Envelope"
HEADER = f"{{{SOAP12}}}Header"
BODY = f"{{{SOAP12}}}Body"


class Parts(NamedTuple):
    """The elements of an envelope."""

    root: etree._Element | None
    body: etree._Element | None
    child: etree._Element | None
    """The first element in the Body; a bare Fault that is the root."""
    header: etree._Element | None = None


def parts_of(root: etree._Element | None) -> Parts:
    """The parts of a tree."""
    if root is None:
        return Parts(None, None, None)
    if family_tag(tag_of(root)) != ENVELOPE:
        return Parts(root, None, root if is_fault(root) else None)
    header = body = None
    for part in root.iter(etree.Element):
        tag = family_tag(tag_of(part))
        if tag == BODY:
            body = part
            break
        if tag == HEADER and header is None:
            header = part
    child = next(elements_of(body), None) if body is not None else None
    return Parts(root, body, child, header)


def name_of(element: etree._Element) -> QName:
    """The name of an element; a prefix without binding stays in the local part."""
    uri, local = split(tag_of(element))
    return QName(uri or None, local)
