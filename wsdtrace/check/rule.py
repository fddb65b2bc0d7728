"""One rule is one small pure function with its declaration; this is the registry that finds them.

A rule is a generator function over one event type. It yields `Objection` or `Inconclusive` and has no memory. Its
declaration says what it is called, what it listens to, when it applies (`when`) and what it needs to see (`needs`); its
docstring has a summary line and the sections `Why:`, `Bad:` and `Good:`, from which `wsdtrace rule`, the documentation
and the tests are made.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadSelector, UnknownRule
from wsdtrace.state.events import Event

E = TypeVar("E", bound=Event)
Verdict = Objection | Inconclusive
Check = Callable[[Any], Iterator[Verdict]]


class Need(StrEnum):
    """What a verdict depends on. Where the capture lacks it the rule is inconclusive."""

    EXACT_BYTES = "exact bytes"
    """of the contents, or of a datagram"""
    EXACT_FRAMING = "exact framing"
    """start-lines, field lines and what frames the contents"""
    BOTH_DIRECTIONS = "both directions"
    NO_GAP = "no gap"
    WHOLE_MESSAGE = "the whole message"
    WELL_FORMED = "a well-formed message"
    SOAP_12 = "SOAP 1.2 on both sides"
    JOB_FROM_START = "the job from its start"
    JOB_UNBROKEN = "nothing missing from the job's traffic"


class Alike(StrEnum):
    """How much of a rule's judgement is the same for events that are alike (`check.precedents`), whatever else is so.

    Only rules about messages are worth saying it of.
    """

    NOTHING = "nothing"
    SUBJECT = "whether it has a subject"
    TRACE = "whether it has a subject, and whether that bears its trace"
    VERDICT = "all of it"


FAMILIES = {
    "WSD0": "the capture itself",
    "WSD1": "HTTP and the connection",
    "WSD2": "XML, SOAP, MTOM",
    "WSD3": "addressing and faults",
    "WSD4": "discovery and metadata",
    "WSD5": "eventing",
    "WSD6": "the life of a scan job",
    "WSD7": "ticket and image",
    "WSD8": "status and configuration",
    "WSD9": "interoperability hints",
}
"""Prefix of a code → what its rules are about."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule's declaration and its function; it is compared by identity."""

    code: str
    name: str
    severity: Severity
    fault_of: FaultOf
    on: tuple[type[Event], ...]
    needs: tuple[Need, ...]
    sources: tuple[str, ...]
    """Rows of the rule list (`T01`), field failures (`#7`), standards (`RFC 9112 §7.1`)."""
    when: Callable[[Any], bool]
    check: Check
    docstring: str
    """A summary, and the sections `Why:`, `Bad:` and `Good:`."""
    trace_of: Callable[[Any], bool] | None = None
    """What it objects to leaves this trace: a subject without it passes unseen. None: the rule looks for itself."""
    of: tuple[type, ...] = ()
    """Of a rule about messages: it has a subject only where one of them holds such a value, or such a fault answers."""
    alike: Alike = Alike.NOTHING

    @property
    def source(self) -> str:
        return ", ".join(self.sources)

    @property
    def family(self) -> str:
        return self.code[:4]

    @property
    def summary(self) -> str:
        return self._section("")

    @property
    def why(self) -> str:
        return self._section("Why")

    @property
    def bad(self) -> str:
        return self._section("Bad")

    @property
    def good(self) -> str:
        return self._section("Good")

    def _section(self, heading: str) -> str:
        return split_docstring(inspect.cleandoc(self.docstring)).get(heading, "")


def always(_: Event) -> bool:
    """The precondition of a rule to which every event of its types is a subject."""
    return True


LIKE_ENOUGH = 0.6
"""Likeness from which a rule is proposed: `WSD6O1` has 0.83 with its rule, an unrelated word less than 0.5."""

_REGISTRY: dict[str, Rule] = {}


def rule(
    code: str,
    name: str,
    severity: Severity,
    *,
    on: type[E] | tuple[type[Event], ...],
    source: str | Sequence[str],
    fault_of: FaultOf = FaultOf.DEVICE,
    needs: Iterable[Need] = (),
    when: Callable[[E], bool] = always,
    trace_of: Callable[[E], bool] | None = None,
    of: type | tuple[type, ...] = (),
    alike: Alike = Alike.NOTHING,
) -> Callable[[Callable[[E], Iterator[Verdict]]], Callable[[E], Iterator[Verdict]]]:
    """Declare a rule.

    Args:
        code: `WSD` and three digits; never reused.
        name: names the fault, not the cure.
        severity: as a rule; an objection may differ.
        on: event type or types to which it listens.
        source: where it stands written.
        fault_of: whose fault it is, as a rule.
        needs: what the capture must hold for a verdict.
        when: precondition; only events for which it holds are subjects and counted.
        trace_of: a cheap look that is true of every subject the rule could object to.
        of: types of a typed value, or `Fault`, without one of which `when` is False.
        alike: how much of `when`, `trace_of` and the function looks at nothing but what events that are alike share.
    """

    def register(function: Callable[[E], Iterator[Verdict]]) -> Callable[[E], Iterator[Verdict]]:
        if code in _REGISTRY:
            raise ValueError(f"{code} is declared twice")
        _REGISTRY[code] = Rule(
            code=code,
            name=name,
            severity=severity,
            fault_of=fault_of,
            on=on if isinstance(on, tuple) else (on,),
            needs=tuple(needs),
            sources=(source,) if isinstance(source, str) else tuple(source),
            when=when,
            check=function,
            docstring=function.__doc__ or "",
            trace_of=trace_of,
            of=of if isinstance(of, tuple) else (of,),
            alike=alike,
        )
        return function

    return register


def split_docstring(text: str) -> dict[str, str]:
    """Sections of a rule's docstring by their heading; the summary is under the empty heading."""
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in text.splitlines():
        heading = line.removesuffix(":")
        if line.endswith(":") and heading in ("Why", "Bad", "Good"):
            current = heading
            sections[current] = []
        else:
            sections[current].append(line)
    return {name: textwrap.dedent("\n".join(lines)).strip() for name, lines in sections.items()}


def all_rules() -> list[Rule]:
    """Every rule, by code."""
    import wsdtrace.check.rules  # noqa: F401, PLC0415  # declares them; a cycle at import time otherwise

    return [_REGISTRY[code] for code in sorted(_REGISTRY)]


def withdraw(codes: Iterable[str]) -> None:
    """Forget rules that a plugin should not have declared."""
    for code in codes:
        _REGISTRY.pop(code, None)


def find_rule(code: str) -> Rule:
    """The rule with this code (or name).

    Raises:
        UnknownRule: there is none; the text names the nearest.
    """
    wanted = code.strip()
    for known in all_rules():
        if wanted.upper() == known.code or wanted.lower() == known.name:
            return known
    raise UnknownRule(f"no rule {wanted!r}{_nearest(wanted)}")


def expand(selectors: Iterable[str]) -> frozenset[str]:
    """Codes that the selectors mean: each is a code, a name or the beginning of codes (`WSD6`).

    Raises:
        BadSelector: a selector means no rule; the text names the nearest.
    """
    codes: set[str] = set()
    for selector in selectors:
        wanted = selector.strip()
        found = {
            r.code for r in all_rules() if wanted and (r.code.startswith(wanted.upper()) or r.name == wanted.lower())
        }
        if not found:
            raise BadSelector(f"no rule matches {wanted!r}{_nearest(wanted)}")
        codes |= found
    return frozenset(codes)


def _nearest(wanted: str) -> str:
    """A hint at the rule whose code or name is most like `wanted`; ties go to the longest common beginning."""
    import difflib  # noqa: PLC0415  # only for what is misspelt

    best: tuple[float, int, Rule] | None = None
    for known in all_rules():
        for name, asked in ((known.code, wanted.upper()), (known.name, wanted.lower())):
            likeness = difflib.SequenceMatcher(None, asked, name).ratio()
            score = (likeness, _common(asked, name), known)
            if likeness >= LIKE_ENOUGH and (best is None or score[:2] > best[:2]):
                best = score
    if best is None:
        return "; `wsdtrace rule` lists them"
    return f"; did you mean {best[2].code} ({best[2].name})?"


def _common(a: str, b: str) -> int:
    """Length of the common beginning."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
