"""A filter's tree → a function that says of an object whether it is meant. The one evaluation there is.

A comparison holds if it holds for one of the field's values. `!=` is the exception, as in Wireshark: it holds if the
field has values and none of them is equal. Where a field has no value, no comparison holds; `not` turns that around.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from wsdtrace.check.finding import Finding
from wsdtrace.dataclass import dataclass
from wsdtrace.filters.fields import Index, Subject, subjects
from wsdtrace.filters.grammar import All, Compare, Node, Not, Present, Some, parse
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Exchange

Claim = Callable[[Index, Subject], bool]

_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was understood."""

    text: str
    """As it was written."""
    claim: Claim

    def of(self, trace: Trace) -> Callable[[object], bool]:
        """A function that says whether an object of a trace is meant.

        An exchange is asked itself. A job, a device, a client, a subscription or a finding is meant if one of its
        exchanges is; an image, an event or a message if its exchange is. What is known more exactly of it (the page of
        an image, the code of a finding) goes before what its exchange says.
        """
        index = Index(trace)
        claim = self.claim

        def meant(thing: object) -> bool:
            if type(thing) is Exchange:  # the common case, without a generator
                return claim(index, Subject(thing))
            return any(claim(index, subject) for subject in subjects(index, thing))

        return meant


def compile_filter(text: str) -> Filter:
    """Understand a filter.

    Raises:
        BadFilter: it cannot be understood; names the column.
    """
    return Filter(text, _claim(parse(text)))


def narrow(trace: Trace, kind: str, wanted: Filter | None) -> None:
    """Leave in one list of a trace what a filter means.

    Args:
        trace: its list is replaced.
        kind: name of the list: `exchanges`, `findings` ….
        wanted: None leaves everything.
    """
    if wanted is not None:
        setattr(trace, kind, list(filter(wanted.of(trace), getattr(trace, kind))))


def narrow_findings(trace: Trace, wanted: Filter) -> None:
    """Leave the findings that a filter means, each with what it follows from and what follows from it."""
    means = wanted.of(trace)
    meant = {id(_root(finding)) for finding in trace.findings if means(finding)}
    trace.findings = [finding for finding in trace.findings if id(_root(finding)) in meant]


def _root(finding: Finding) -> Finding:
    """What a finding follows from in the end."""
    while finding.caused_by is not None:
        finding = finding.caused_by
    return finding


def _claim(node: Node) -> Claim:
    match node:
        case Some():
            some = [_claim(claim) for claim in node.claims]
            return lambda index, subject: any(claim(index, subject) for claim in some)
        case All():
            first, *more = [_claim(claim) for claim in node.claims]
            return lambda index, subject: first(index, subject) and all(claim(index, subject) for claim in more)
        case Not():
            inner = _claim(node.claim)
            return lambda index, subject: not inner(index, subject)
        case Present():
            present = node.field
            return lambda index, subject: bool(present.values(index, subject))
        case Compare():
            return _comparison(node)


def _comparison(node: Compare) -> Claim:
    values, holds = node.field.values, _test(node)
    if node.op == "!=":
        unwanted = node.values[0]

        def differs(index: Index, subject: Subject) -> bool:
            found = values(index, subject)
            return bool(found) and unwanted not in found

        return differs
    raw = node.field.raw

    def compares(index: Index, subject: Subject) -> bool:
        for value in raw(index, subject):  # noqa: SIM110 - a loop takes half the time, and this is asked 100,000 times
            if value is not None and holds(value):
                return True
        return False

    return compares


def _test(node: Compare) -> Callable[[str | float], bool]:
    """Whether one value compares as it is wanted."""
    wanted = node.values[0]
    if node.op in ("==", "!=", "in"):
        members = frozenset(node.values)
        return lambda value: value in members
    if node.op == "contains":
        text = str(wanted)
        return lambda value: isinstance(value, str) and text in value
    if node.op == "matches":
        pattern = node.pattern
        assert pattern is not None
        return lambda value: isinstance(value, str) and pattern.search(value) is not None
    order, bound = _ORDER[node.op], float(wanted)
    return lambda value: not isinstance(value, str) and order(value, bound)
