"""What all views share: they know their trace, compare by the object behind them, and print themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from wsdtrace.records import LocatorKind, Stamp
from wsdtrace.report.page import Look, Page

if TYPE_CHECKING:
    from wsdtrace.explore.trace import Trace

M = TypeVar("M")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Pretty(Protocol):
    """What IPython hands to `_repr_pretty_`."""

    def text(self, text: str, /) -> None:
        """Print."""


class View(Generic[M]):
    """A public object: a trace and one object of it."""

    __slots__ = ("_of", "_trace")

    def __init__(self, trace: Trace, of: M) -> None:
        """Made by its trace, never by hand."""
        self._trace = trace
        self._of = of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self._of is other._of

    def __hash__(self) -> int:
        return hash((type(self).__name__, id(self._of)))

    def __repr__(self) -> str:
        facts = " ".join(fact for fact in self._facts() if fact)
        return f"<{type(self).__name__} {facts}>" if facts else f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return self._text()

    def _repr_pretty_(self, printer: Pretty, cycle: bool) -> None:
        """IPython prints the whole object where it is the result of a cell."""
        printer.text(repr(self) if cycle else str(self).rstrip("\n"))

    def _repr_html_(self) -> str:
        """A notebook shows the text, and a drawing where there is one; without script, in its own colours."""
        return as_html(str(self), *self._drawings())

    def _drawings(self) -> list[str]:
        """SVG that stands beneath the text."""
        return []

    def _facts(self) -> list[str]:
        """Words of the one-line form."""
        return []

    def _text(self) -> str:
        """The form in full."""
        return repr(self)

    def _said(self, text: str | None, limit: int = 80) -> str:
        """Text of the capture as it may be shown."""
        return "" if text is None else self._trace._page().said(text, limit)

    def _moment(self, stamp: Stamp | int | None) -> datetime | None:
        """A time of the capture as UTC; None also where the capture has no dates."""
        return moment(stamp) if self._trace._facts.input.dated else None

    def _page(self, write: Callable[[Page], Any]) -> str:
        """What a writer of the report writes about this."""
        page = self._trace._page()
        write(page)
        return str(page)


def moment(stamp: Stamp | int | None) -> datetime | None:
    """A time of the capture as UTC, to the microsecond; the exact one is in the `_ns` of the tables."""
    if stamp is None:
        return None
    ns = stamp if isinstance(stamp, int) else stamp.time_ns
    try:
        return _EPOCH + timedelta(microseconds=ns // 1000)
    except OverflowError:  # a damaged record may claim any 64-bit time
        return datetime.max.replace(tzinfo=UTC) if ns > 0 else datetime.min.replace(tzinfo=UTC)


def number_of(stamp: Stamp | None) -> int | None:
    """Its frame number; None where the source has no frames."""
    return stamp.number if stamp is not None and stamp.kind is LocatorKind.FRAME else None


def seconds(ns: int | None) -> float | None:
    """Nanoseconds as seconds."""
    return None if ns is None else ns / 1e9


def as_html(text: str, *drawings: str) -> str:
    """Text of the report as HTML: escaped, and unbroken; drawings beneath it."""
    shown = escape(text.rstrip("\n"))
    body = "".join(f'<div tabindex="0" style="overflow-x:auto;margin:.6em 0">{drawing}</div>' for drawing in drawings)
    # What scrolls sideways has to be reached by keyboard (WCAG 2.2, 2.1.1).
    return f'<pre tabindex="0" style="white-space:pre;overflow-x:auto;line-height:1.25">{shown}</pre>{body}'


def plain_look(width: int, *, show_secrets: bool) -> Look:
    """How text is printed in Python: no colours, whole tables."""
    return Look(width=width, show_secrets=show_secrets)
