"""Assignments → changes of the tree of a message.

Numbered rules (the first is that of `fields`: what a name stands for):

2. An element that the message does not have is made, in its place in the schema; the other members of its choice go.
3. A name that was assigned before in the same line begins a new item of the nearest list: `JobId=1 JobId=2` are two
   jobs.
4. Values are written as they stand, right or wrong. A name such as `Name=ScannerStatus` gets the prefix of WS-Scan.
"""

from __future__ import annotations

import copy

from lxml import etree

from wsdtrace.scenario.fields import Target, body_type, candidates
from wsdtrace.scenario.model import Assignment
from wsdtrace.scenario.operations import Operation
from wsdtrace.soap.schema import Field, Names, Shape, shape


class Assigner:
    """Assigns to the body element of one message."""

    def __init__(self, body: etree._Element, operation: Operation, *, answer: bool) -> None:
        self._body = body
        self._operation = operation
        self._answer = answer
        type_ = body_type(operation.name, answer=answer)
        assert type_ is not None
        self._shape = shape(type_)
        self._blank = copy.deepcopy(body)
        self._done: set[tuple[tuple[str, ...], str | None]] = set()
        self._begun: set[tuple[str, ...]] = set()
        """Lists to which an item was added: their last item is meant from then on."""

    def assign(self, assignment: Assignment) -> None:
        """Change the tree as one assignment says (rules 1 to 4)."""
        target = self._choose(candidates(self._operation, assignment, answer=self._answer))
        tags = tuple(f.tag for f in target.path)
        key = tags, assignment.attribute
        if key in self._done:
            self._begin_item(target.path)
        elif target.path[-1].repeated and target.attribute is None:
            self._only_one(target.path)
        self._done.add(key)
        element = self._reach(target.path)
        if target.attribute is not None:
            spec = target.attribute.spec
            parent = target.path[-1].type
            assert isinstance(parent, Shape)
            name = f"{{{parent.namespace}}}{target.attribute.local}" if spec.qualified else target.attribute.tag
            element.set(name, _text(target.attribute, assignment.value))
            return
        element.text = _text(target.path[-1], assignment.value)

    def _choose(self, targets: list[Target]) -> Target:
        present = [t for t in targets if self._depth(t.path) == len(t.path)]
        return (present or sorted(targets, key=lambda t: -self._depth(t.path)))[0]

    def _depth(self, path: tuple[Field, ...], start: etree._Element | None = None) -> int:
        """How many elements of a way are there."""
        here = [self._body if start is None else start]
        for depth, field in enumerate(path):
            here = [child for element in here for child in element if child.tag == field.tag]
            if not here:
                return depth
        return len(path)

    def _reach(self, path: tuple[Field, ...]) -> etree._Element:
        """The element at the end of a way; what is missing is made."""
        here, type_ = self._body, self._shape
        for number, field in enumerate(path):
            there = [child for child in here if child.tag == field.tag]
            if there:
                rest = path[number + 1 :]
                begun = tuple(f.tag for f in path[: number + 1]) in self._begun
                here = there[-1] if begun else max(there, key=lambda child: self._depth(rest, child))
            else:
                here = _insert(here, type_, field)
            if isinstance(field.type, Shape):
                type_ = field.type
        return here

    def _only_one(self, path: tuple[Field, ...]) -> None:
        """Of a list of values, keep the one that is now assigned."""
        if self._depth(path) < len(path):
            return
        last = self._reach(path)
        parent = last.getparent()
        assert parent is not None
        for child in [c for c in parent if c.tag == path[-1].tag and c is not last]:
            parent.remove(child)

    def _begin_item(self, path: tuple[Field, ...]) -> None:
        """Add an item to the nearest list above (or at) the end of a way; the following assignments are about it."""
        depth = next((n for n in range(len(path), 0, -1) if path[n - 1].repeated), None)
        if depth is None:
            return
        item = self._reach(path[:depth])
        parent = item.getparent()
        assert parent is not None
        blank = _first(self._blank, path[:depth])
        fresh = etree.Element(item.tag) if blank is None else copy.deepcopy(blank)
        siblings = [child for child in parent if child.tag == item.tag]
        parent.insert(parent.index(siblings[-1]) + 1, fresh)
        tags = tuple(f.tag for f in path[:depth])
        self._begun.add(tags)
        self._done = {key for key in self._done if key[0][:depth] != tags}


def _first(body: etree._Element, path: tuple[Field, ...]) -> etree._Element | None:
    here: etree._Element | None = body
    for field in path:
        here = next((child for child in here if child.tag == field.tag), None) if here is not None else None
    return here


def _insert(parent: etree._Element, type_: Shape, field: Field) -> etree._Element:
    """A new child in its place in the schema; other members of its choice go."""
    order = {child.tag: number for number, child in enumerate(type_.children)}
    if field.spec.choice is not None:
        others = {c.tag for c in type_.children if c.spec.choice == field.spec.choice}
        for child in [c for c in parent if c.tag in others]:
            parent.remove(child)
    at = 0
    for number, child in enumerate(parent):
        if order.get(str(child.tag), len(order)) <= order[field.tag]:
            at = number + 1
    made = etree.Element(field.tag)
    parent.insert(at, made)
    return made


def _text(field: Field, value: str) -> str:
    type_ = field.type
    if isinstance(type_, Shape) and type_.content is not None:
        type_ = type_.content.type
    bare = isinstance(type_, Names) and not type_.many and ":" not in value
    return f"wscn:{value}" if bare else value
