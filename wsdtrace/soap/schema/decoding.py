"""One message being decoded: what was found wrong with it, and which elements are not as they would be written."""

from __future__ import annotations

from itertools import islice
from typing import Any, cast

from lxml import etree

from wsdtrace.soap.namespaces import family_tag, split
from wsdtrace.soap.schema.violation import Violation, ViolationKind
from wsdtrace.soap.tree import Bindings

MAX_VIOLATIONS = 200
"""Violations kept of one message: a page of them says that it is of another kind; more would let one message fill a
report.
"""
MAX_FOUND = 200
"""Characters of a text that a violation quotes."""
MAX_INDEX = 10_000
"""Siblings counted for the index of a path: with `MAX_VIOLATIONS` of them still a tenth of a second."""


class Decoding:
    """One message being decoded: its violations, and which elements are not as they would be written."""

    __slots__ = ("bindings", "marked", "message", "renamed", "violations")

    def __init__(self, message: str, renamed: dict[str, str] | None = None) -> None:
        self.message = message
        """Local name of the body element."""
        self.renamed = renamed or {}
        """Unknown namespaces of this message, and what they evidently stand for."""
        self.violations: list[Violation] = []
        self.bindings = Bindings()
        self.marked: dict[etree._Element, dict[str, Any]] = {}

    def mark(self, element: etree._Element | None) -> dict[str, Any]:
        """Remember that `element` is not as it would be written; the result takes notes about it."""
        return self.marked.setdefault(element, {}) if element is not None else {}

    def tag(self, element: etree._Element) -> str:
        """The name of an element with the canonical namespace of its family; comments have none."""
        return self.name(element.tag) if isinstance(element.tag, str) else ""

    def name(self, tag: str) -> str:
        """`tag` with the canonical namespace of its family."""
        if self.renamed:
            uri, local = split(tag)
            if uri in self.renamed:
                return f"{{{self.renamed[uri]}}}{local}"
        return family_tag(tag)

    def violate(
        self,
        kind: ViolationKind,
        element: etree._Element,
        found: str,
        expected: str,
        step: str = "",
        *,
        may_be_empty: bool = False,
        redacted: bool = False,
    ) -> None:
        """Record a violation at `element`, or at its child or attribute `step`."""
        if len(self.violations) >= MAX_VIOLATIONS:
            return
        path = path_of(element) + (f"/{step}" if step else "")
        line = cast("int | None", element.sourceline) or 0
        quoted = found if len(found) <= MAX_FOUND else found[:MAX_FOUND] + "…"
        self.violations.append(Violation(kind, path, quoted, expected, line, may_be_empty, True, redacted))


def path_of(element: etree._Element) -> str:
    """Local names from the body element (or the root) down to `element`, with an index among siblings of one name."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        local = split(str(node.tag))[1].rpartition(":")[2]
        if parent is not None:
            before = sum(1 for _ in islice(node.itersiblings(node.tag, preceding=True), MAX_INDEX))
            if before or next(node.itersiblings(node.tag), None) is not None:
                local += f"[{before + 1}]" if before < MAX_INDEX else f"[>{MAX_INDEX}]"
        steps.append(local)
        if parent is not None and split(str(parent.tag))[1].rpartition(":")[2] in ("Body", "Header"):
            break
        node = parent
    return "/".join(reversed(steps))
