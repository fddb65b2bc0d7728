"""What the name in an assignment stands for: an element of a declared message, one of its attributes, or a header.

A name stands for the one element of the message that ends in it; `Resolution.Width` says more where `Width` alone would
be several. Of several the one nearest to the body element is meant, and of several as near, one that the default has. A
name that no element has may be that of an attribute (`Id=1`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NoReturn

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadScenario
from wsdtrace.scenario.model import Answer, Assignment, Reply
from wsdtrace.scenario.operations import Operation
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Element, Field, Shape, shape
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
