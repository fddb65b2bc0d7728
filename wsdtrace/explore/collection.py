"""`Collection`: the exchanges, jobs … of a trace; it slices, filters by filter words and becomes a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from wsdtrace.errors import UsageError
from wsdtrace.explore.tables import TABLES, blocks_of, values_of
from wsdtrace.explore.tables.arrow import arrow_table, data_frame
from wsdtrace.explore.tables.flat import flat_columns
from wsdtrace.explore.view import as_html
from wsdtrace.filters import compile_filter
from wsdtrace.report.page import Page, counted
from wsdtrace.report.tables import KINDS, write_kind
from wsdtrace.report.trace import Trace as Facts

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa  # type: ignore[import-untyped]  # ships no stubs

    from wsdtrace.explore.trace import Trace
    from wsdtrace.explore.view import Pretty, View

T = TypeVar("T", bound="View[Any]")

MAX_ROWS = 60
"""Rows of a collection that are printed: what pandas prints of a frame."""


class Collection(Sequence[T], Generic[T]):
    """Objects of one kind, in the order of the capture.

    Args:
        trace: the trace that they belong to.
        kind: their plural, as `wsdtrace show` calls it.
        items: the objects behind the views.
        view: makes a view of one.
    """

    def __init__(self, trace: Trace, kind: str, items: Sequence[Any], view: Callable[[Trace, Any], T]) -> None:
        self._trace = trace
        self._kind = kind
        self._items = items
        self._view = view

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Collection[T]: ...
    def __getitem__(self, index: int | slice) -> T | Collection[T]:
        if isinstance(index, slice):
            return self._with(self._items[index])
        try:
            return self._view(self._trace, self._items[index])
        except IndexError:
            raise IndexError(f"{self._kind}[{index}]: there are {len(self)}") from None

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return (self._view(self._trace, item) for item in self._items)

    def __contains__(self, value: object) -> bool:
        return any(value == view for view in self)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Collection)
            and self._kind == other._kind
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # equality by content, so it cannot be a key

    def _with(self, items: Sequence[Any]) -> Collection[T]:
        return Collection(self._trace, self._kind, items, self._view)

    def filter(self, words: str) -> Collection[T]:
        """Those that filter words mean: `'wsd.op == "RetrieveImage" and wsd.time > 5'`.

        Raises:
            BadFilter: the words cannot be understood; names the column.
        """
        means = compile_filter(words).of(self._trace._facts)
        return self._with([item for item in self._items if means(item)])

    def where(self, claim: Callable[[T], bool]) -> Collection[T]:
        """Those of which a function says True."""
        return self._with([item for item in self._items if claim(self._view(self._trace, item))])

    def to_df(self, *, flatten: bool = False) -> pd.DataFrame:
        """A table with a row for each; docs/reference/tables.md says what its columns are.

        Args:
            flatten: of messages: a column more for each element path that occurs, with the values of the elements.

        Raises:
            MissingExtra: pandas or pyarrow is not installed.
            UsageError: what is flattened are no messages, or they have too many different paths.
        """
        return data_frame(self.to_arrow(flatten=flatten))

    def to_arrow(self, *, flatten: bool = False) -> pa.Table:
        """The same table in Arrow's memory, with meanings and units as metadata. Arguments and errors as `to_df`."""
        trace = self._trace
        table, facts, redactor = TABLES[self._kind], trace._facts, trace._redactor
        if not flatten:
            return arrow_table(blocks_of(table, facts, self._items, redactor))
        if self._kind != "messages":
            raise UsageError(f"{self._kind} cannot be flattened, only messages can (trace.messages)")
        columns = list(values_of(table, facts, self._items, redactor))
        return arrow_table([columns + flat_columns(trace._bodies(self._items), redactor)])

    def __repr__(self) -> str:
        page = self._trace._page()
        self._write(page)
        return str(page).rstrip("\n")

    def _repr_pretty_(self, printer: Pretty, cycle: bool) -> None:
        printer.text(f"{self._kind}(…)" if cycle else repr(self))

    def _repr_html_(self) -> str:
        return as_html(repr(self))

    def _write(self, page: Page) -> None:
        if self._kind not in KINDS:
            for view in self[:MAX_ROWS]:
                page.line(repr(view))
            self._write_rest(page)
            return
        shown = list(self._items[:MAX_ROWS])
        whole = self._trace._facts
        part = Facts(whole.input, devices=whole.devices, clients=whole.clients)
        setattr(part, self._kind, shown)
        if self._kind == "devices":
            part.clients = []
        write_kind(page, part, self._kind)
        self._write_rest(page)

    def _write_rest(self, page: Page) -> None:
        if len(self) > MAX_ROWS:
            page.line((f"… {counted(len(self) - MAX_ROWS, 'more row')}", "dim"))
