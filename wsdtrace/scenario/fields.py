"""What an assignment means: the element of a declared message that its name stands for, and how the tree is changed.

Numbered rules:

1. A name stands for the one element of the message that ends in it; `Resolution.Width` says more where `Width` alone
   would be several. Of several the one nearest to the body element is meant, and of several as near, one that the
   default message has. A name that no element has may be that of an attribute (`Id=1`).
2. An element that the message does not have is made, in its place in the schema; the other members of its choice go.
3. A name that was assigned before in the same line begins a new item of the nearest list: `JobId=1 JobId=2` are two
   jobs.
4. Values are written as they stand, right or wrong. A name such as `Name=ScannerStatus` gets the prefix of WS-Scan.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NoReturn

from lxml import etree

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.model import Answer, Assignment, Reply
from wsdtrace.scenario.operations import Operation
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Element, Field, Names, Shape, shape
from wsdtrace.wsd.actions import MESSAGES, Role

ALIASES: dict[str, tuple[str, ...]] = {
    "source": ("InputSource",),
    "format": ("Format",),
    "images": ("ImagesToTransfer",),
    "color": ("ColorProcessing",),
    "state": ("JobState", "JobCompletedState", "ScannerState"),
    "reason": ("JobStateReason", "ScannerStateReason"),
    "scans": ("ScansCompleted",),
    "created": ("JobCreatedTime",),
    "completed": ("JobCompletedTime",),
    "expires": ("Expires",),
}
"""Short names of what examples say most often; the first that the message has is meant."""

HEADER_NAMES = frozenset(
    {
        "To",
        "Action",
        "MessageID",
        "RelatesTo",
        "ReplyTo",
        "FaultTo",
        "From",
        "Identifier",
        "InstanceId",
        "SequenceId",
        "MessageNumber",
    }
)
"""Names that stand for header blocks (of `AppSequence` the attributes), wherever they are assigned."""

FAULT_NAMES = frozenset({"code", "reason", "detail", "lang"})
"""What may be said about a fault beside its subcode."""

_REQUESTS = (Role.REQUEST, Role.EVENT, Role.ONE_WAY)


@cache
def body_type(operation: str, *, answer: bool) -> type[Element] | None:
    """The declared body of a request or an answer; None where the Body is empty."""
    for message in MESSAGES:
        if message.operation == operation and (message.role not in _REQUESTS) == answer:
            return message.type
    return None


@dataclass(frozen=True, slots=True)
class Target:
    """What an assignment stands for."""

    path: tuple[Field, ...]
    attribute: Field | None = None


def _paths(type_: Shape, above: tuple[Field, ...] = ()) -> Iterator[tuple[Field, ...]]:
    for field in type_.children:
        path = (*above, field)
        yield path
        if isinstance(field.type, Shape):
            yield from _paths(field.type, path)


@cache
def paths_of(operation: str, *, answer: bool) -> tuple[tuple[Field, ...], ...]:
    """Every element that a message may have, as the way to it from the body element, in schema order."""
    type_ = body_type(operation, answer=answer)
    return () if type_ is None else tuple(_paths(shape(type_)))


def expanded(assignment: Assignment) -> tuple[Assignment, ...]:
    """What a short form stands for: `jobs=1:Completed,2:Pending` for a list of jobs, `events=A,B` for a filter."""

    def other(name: str, value: str) -> Assignment:
        return replace(assignment, path=(name,), value=value)

    if assignment.attribute is not None or len(assignment.path) > 1:
        return (assignment,)
    items = assignment.value.split(",")
    match assignment.path[0]:
        case "jobs":
            pairs = [item.partition(":") for item in items]
            return tuple(a for job, _, state in pairs for a in (other("JobId", job), other("JobState", state)))
        case "events":
            return (other("Filter", " ".join(f"{SCAN}/{item}" for item in items)),)
        case _:
            return (assignment,)


def check_assignments(operation: Operation, request: Sequence[Assignment], answer: Answer | None) -> None:
    """Refuse names that the messages of an operation do not have.

    Raises:
        BadScenario: one of them; names the nearest.
    """
    for assignment in request:
        find(operation, assignment, answer=False)
    if answer is None:
        return
    for assignment in answer.assignments:
        if answer.reply is Reply.FAULT:
            if str(assignment) not in FAULT_NAMES | HEADER_NAMES:
                _unknown(assignment, sorted(FAULT_NAMES | HEADER_NAMES), "a fault")
        else:
            find(operation, assignment, answer=True)


def find(operation: Operation, assignment: Assignment, *, answer: bool) -> Target | None:
    """What an assignment stands for; None for a header block. Where several elements are meant, the first.

    Raises:
        BadScenario: the message has nothing of that name.
    """
    targets = candidates(operation, assignment, answer=answer)
    return targets[0] if targets else None


def candidates(operation: Operation, assignment: Assignment, *, answer: bool) -> list[Target]:
    """Every element that an assignment may stand for, nearest first; empty for a header block."""
    if len(assignment.path) == 1 and assignment.path[0] in HEADER_NAMES and assignment.attribute is None:
        return []
    paths = paths_of(operation.name, answer=answer)
    found: list[tuple[Field, ...]] = []
    for last in ALIASES.get(assignment.path[-1], (assignment.path[-1],)):
        wanted = (*assignment.path[:-1], last)
        found = found or [path for path in paths if tuple(f.local for f in path[-len(wanted) :]) == wanted]
    if not found and assignment.attribute is None:
        return _by_attribute(paths, assignment, operation, answer=answer)
    if not found:
        _unknown(assignment, _names_of(paths), f"the {'answer to' if answer else 'request'} {operation.name}")
    shortest = min(map(len, found))
    targets = []
    for path in found:
        if len(path) == shortest:
            attribute = _attribute(path[-1], assignment)
            targets.append(Target(path, attribute))
    return targets


def _by_attribute(
    paths: Sequence[tuple[Field, ...]], assignment: Assignment, operation: Operation, *, answer: bool
) -> list[Target]:
    """The elements that have an attribute of this name, where no element has the name."""
    *above, name = assignment.path
    found: list[Target] = []
    for path in sorted(paths, key=len):
        if tuple(f.local for f in path[len(path) - len(above) :]) != tuple(above):
            continue
        attributes = path[-1].type.attributes if isinstance(path[-1].type, Shape) else ()
        found += [Target(path, attribute) for attribute in attributes if attribute.local == name]
    if not found:
        _unknown(assignment, _names_of(paths), f"the {'answer to' if answer else 'request'} {operation.name}")
    nearest = len(found[0].path)
    return [target for target in found if len(target.path) == nearest]


def _names_of(paths: Sequence[tuple[Field, ...]]) -> list[str]:
    return sorted({f.local for path in paths for f in path} | HEADER_NAMES | set(ALIASES))


def _attribute(field: Field, assignment: Assignment) -> Field | None:
    if assignment.attribute is None:
        return None
    attributes = field.type.attributes if isinstance(field.type, Shape) else ()
    found = next((attribute for attribute in attributes if attribute.local == assignment.attribute), None)
    if found is None:
        names = [attribute.local for attribute in attributes]
        _unknown(assignment, names, f"the attributes of {field.local}", assignment.attribute)
    return found


def _unknown(assignment: Assignment, known: list[str], what: str, name: str | None = None) -> NoReturn:
    wanted = name or assignment.path[-1]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else (f": {', '.join(known)}" if 0 < len(known) <= 12 else "")
    raise BadScenario(
        assignment.place.line, assignment.place.column, f"expected a name in {what}, found {wanted!r}{hint}"
    )


def value_of(assignments: Sequence[Assignment], name: str) -> str | None:
    """The last value that is assigned to an element of this name, for defaults that depend on it."""
    found = None
    for assignment in assignments:
        if assignment.attribute is None and name in ALIASES.get(assignment.path[-1], (assignment.path[-1],)):
            found = assignment.value
    return found


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
