"""An envelope → the parts of its message that it includes (XOP §2.1, RFC 2392)."""

from __future__ import annotations

from urllib.parse import unquote

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.namespaces import XOP, family_tag, split

MAX_INCLUDES = 10_000
"""Includes read of one envelope: a feeder of 5,000 sheets, both sides, in one message."""

INCLUDE = f"{{{XOP}}}Include"


@dataclass(frozen=True, slots=True)
class Include:
    """One xop:Include."""

    href: str
    """As written."""
    content_id: str | None
    """The Content-ID that a `cid:` URI names, without angle brackets; None for any other URI."""
    path: str
    """Local name of the element that holds it."""
    tag: str
    """Its name as found: another namespace than the canonical one is an alias."""


def includes(root: etree._Element | None) -> tuple[Include, ...]:
    """The includes of an envelope, in document order."""
    if root is None:
        return ()
    found: list[Include] = []
    for element in root.iter("{*}Include"):
        tag = str(element.tag)
        if family_tag(tag) != INCLUDE:
            continue
        href = (element.get("href") or "").strip()
        parent = element.getparent()
        path = split(str(parent.tag))[1] if parent is not None else ""
        found.append(Include(href, content_id_of(href), path, tag))
        if len(found) >= MAX_INCLUDES:
            break
    return tuple(found)


def content_id_of(uri: str) -> str | None:
    """The Content-ID that a `cid:` URI names (RFC 2392 §2: percent-encoded, without the angle brackets)."""
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != "cid":
        return None
    return unquote(rest).strip("<> ")
