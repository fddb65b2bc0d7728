"""How the body of a message is typed from its texts, by the example of one with the same markup."""

from __future__ import annotations

from collections.abc import Sequence

from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.schema.declare import Element, shape
from wsdtrace.soap.schema.plan import Getter, Planner, Unplanned
from wsdtrace.soap.template import Check, runs_of, unchanged
from wsdtrace.soap.tree import local_of


class BodyPlan:
    """The plan of one body."""

    __slots__ = ("_fixed", "_getter", "_value")

    def __init__(self, envelope: Envelope, texts: Sequence[str], value: object) -> None:
        """Make the plan of an example; it answers nothing where the example's texts cannot be told from each other.

        Args:
            envelope: the example.
            texts: its text runs.
            value: its body, typed.
        """
        self._value = value if isinstance(value, Element) else None
        self._getter: Getter | None = None
        self._fixed: Check = lambda _texts: False
        runs = runs_of(envelope.root, texts) if envelope.root is not None else None
        element = envelope.body_child
        if runs is None or element is None or not isinstance(value, Element):
            return
        step = Planner(runs, local_of(element)).plan(shape(type(value)), element, value)
        inside = {runs[leaf] for leaf in element.iter() if leaf in runs}
        free = set(range(len(texts))) - inside | set(step.runs if step is not None else ())
        self._fixed = unchanged(texts, free)
        self._getter = step.get if step is not None else None

    def read(self, texts: Sequence[str]) -> Element:
        """The typed body of a message with these text runs.

        Raises:
            Unplanned: it must be read from the tree.
        """
        if self._value is None or not self._fixed(texts):
            raise Unplanned
        made: Element = self._value if self._getter is None else self._getter(texts)
        return made
