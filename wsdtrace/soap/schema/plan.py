"""A decoded message → a way to type the next one of the same shape from its texts alone.

Messages of one sender differ in a few texts and in nothing else. A plan says for each text run of such a message
which value it is the text of, or that it must be what it was. It is made beside a decoded example, so that everything
which does not depend on a text (children, order, extensions, violations) is taken from there.

Rules for whoever edits this file:

1. A plan answers only for texts that the readers would take without a word, and that would be written the same. For
   anything else it raises `Unplanned`, and the message is parsed.
2. The texts that it is given are printable (`template` looks at that), so white space can only be a space.
3. A text that took part in a violation or in `Wire` is never free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from lxml import etree

from wsdtrace.soap.schema.declare import Element, Shape
from wsdtrace.soap.schema.decode import table_of
from wsdtrace.soap.schema.decoding import Decoding
from wsdtrace.soap.schema.deviations import Hit, find
from wsdtrace.soap.schema.lexical import Names, Simple, String
from wsdtrace.soap.schema.texts import MEMO as TEXTS
from wsdtrace.soap.schema.texts import Memo
from wsdtrace.soap.tree import elements_of

Getter = Callable[[Sequence[str]], Any]
"""From the texts of a message to one value."""

MEMO = 256
"""Values remembered for one element; when full they are forgotten together."""


class Step(NamedTuple):
    """A part of a plan: one value that depends on texts."""

    get: Getter
    runs: tuple[int, ...]
    """The texts that it depends on."""
    repeats: bool
    """All of them are of kinds that repeat (numbers, states), so that whole values can be remembered."""


class Unplanned(Exception):
    """A text is not one that a plan may answer for."""


class Planner:
    """Makes the plan of one example."""

    def __init__(self, slots: dict[etree._Element, int], message: str) -> None:
        """Take the example's text runs.

        Args:
            slots: leaf element → the number of its text among all text runs of the document.
            message: local name of the body element.
        """
        self._slots = slots
        self._decoding = Decoding(message)

    def plan(self, type_: Shape, element: etree._Element, value: Element) -> Step | None:
        """How an element's value comes from texts; None where it is the same for all messages of the shape.

        The runs of the step are those that the plan reads; all others must be as they were.
        """
        table = table_of(type_)
        fields = {hit.place: hit for hit in table.values()}
        found: dict[int, list[etree._Element]] = {}
        for child in elements_of(element):
            hit = find(type_, table, self._decoding.tag(child))
            if hit is not None:
                found.setdefault(hit.place, []).append(child)
        moving: list[tuple[int, Step]] = []
        for place, children in found.items():
            step = self._field(fields[place], children, value, place)
            if step is not None:
                moving.append((place, step))
        return _build(type_, value, moving) if moving else None

    def _field(self, hit: Hit, children: list[etree._Element], value: Element, place: int) -> Step | None:
        held = getattr(value, hit.field.python)
        if not hit.repeated:
            return self._child(hit, children[0], held, value, (place, 0))
        if len(held) != len(children):  # one of them is kept as an extension
            return None
        pairs = enumerate(zip(children, held, strict=True))
        steps = [self._child(hit, child, item, value, (place, number)) for number, (child, item) in pairs]
        made = [step for step in steps if step is not None]
        if not made:
            return None
        getters = [step.get if step is not None else _always(item) for step, item in zip(steps, held, strict=True)]
        runs = tuple(run for step in made for run in step.runs)
        return Step(lambda texts: tuple([get(texts) for get in getters]), runs, all(step.repeats for step in made))

    def _child(self, hit: Hit, child: etree._Element, held: Any, owner: Element, key: tuple[int, int]) -> Step | None:
        type_ = hit.field.type
        if held is None or type_ is None:
            return None
        if isinstance(type_, Shape) and type_.content is None:
            return self.plan(type_, child, held)
        run = self._slots.get(child)
        if run is None or len(child) or child.keys():
            return None
        if owner.wire is not None and (key in owner.wire.texts or key in owner.wire.attributes):
            return None
        if hit.memo is not None:
            read = _plainly(type_) if isinstance(type_, Simple) else None
            return Step(_remembered(hit.memo, run, read), (run,), True) if child.text in hit.memo else None
        if isinstance(type_, String):
            return Step(_string(run, type_.max_length or 1 << 62), (run,), False) if held == child.text else None
        if isinstance(type_, Simple) and not isinstance(type_, Names):  # names are read by their bindings
            read = _plainly(type_)
            return Step(lambda texts: read(texts[run]), (run,), False)
        return None


def _always(value: Any) -> Getter:
    return lambda _texts: value


def _plainly(type_: Simple) -> Callable[[str], Any]:
    """How a text is read that is as the type would write it, and about which nothing is to be told."""

    def read(text: str) -> Any:
        reading = type_.read(text)
        if reading.problem is not None or not reading.canonical:
            raise Unplanned
        return reading.value

    return read


def _remembered(memo: Memo, run: int, read: Callable[[str], Any] | None) -> Getter:
    """From a text that is remembered, else as `read` has it."""

    def get(texts: Sequence[str]) -> Any:
        text = texts[run]
        try:
            return memo[text]
        except KeyError:
            if read is None:
                raise Unplanned from None
        value = read(text)
        if len(memo) >= TEXTS:
            memo.clear()
        memo[text] = value
        return value

    return get


def _string(run: int, limit: int) -> Getter:
    def get(texts: Sequence[str]) -> Any:
        text = texts[run]
        if text[0] != " " and text[-1] != " " and len(text) <= limit:  # never empty, and printable
            return text
        raise Unplanned

    return get


def _build(type_: Shape, value: Element, moving: list[tuple[int, Step]]) -> Step:
    """The step of an element with children."""
    cls = type_.cls
    base = [getattr(value, f.python) for f in sorted(type_.fields(), key=lambda f: f.index)]
    rest: dict[str, Any] = (
        {"extensions": value.extensions, "wire": value.wire} if value.wire or value.extensions else {}
    )
    getters = [(place, step.get) for place, step in moving]
    runs = tuple(run for _, step in moving for run in step.runs)
    repeats = all(step.repeats for _, step in moving)

    def build(texts: Sequence[str]) -> Any:
        values = base.copy()
        for place, get in getters:
            values[place] = get(texts)
        return cls(*values, **rest)

    if not repeats:
        return Step(build, runs, False)
    take = itemgetter(*runs)
    remembered: dict[Any, Any] = {}

    def build_once(texts: Sequence[str]) -> Any:
        key = take(texts)
        made = remembered.get(key)
        if made is None:
            made = build(texts)
            if len(remembered) >= MEMO:
                remembered.clear()
            remembered[key] = made
        return made

    return Step(build_once, runs, True)
