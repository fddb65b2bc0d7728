"""`diff`: two traces become their differences."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from wsdtrace.explore.compare import facts
from wsdtrace.explore.compare.difference import SECTIONS, Difference, by_key, by_order, told
from wsdtrace.explore.compare.render import diff_html, diff_json, diff_text
from wsdtrace.explore.opening import open_trace
from wsdtrace.explore.trace import Trace
from wsdtrace.records import HttpMessage
from wsdtrace.soap.schema import Element

if TYPE_CHECKING:
    import pandas as pd

    from wsdtrace.explore.view import Pretty


class Diff(Sequence[Difference]):
    """The differences of two captures, by section; empty, and false, where there are none."""

    def __init__(self, a: str, b: str, differences: Sequence[Difference]) -> None:
        """Made by `diff`."""
        self.a = a
        """Path of the first capture."""
        self.b = b
        self._differences = list(differences)

    @overload
    def __getitem__(self, index: int) -> Difference: ...
    @overload
    def __getitem__(self, index: slice) -> list[Difference]: ...
    def __getitem__(self, index: int | slice) -> Difference | list[Difference]:
        return self._differences[index]

    def __len__(self) -> int:
        return len(self._differences)

    def section(self, name: str) -> list[Difference]:
        """Those of one section: a key of `SECTIONS`."""
        return [difference for difference in self if difference.section == name]

    def __repr__(self) -> str:
        return diff_text(self.a, self.b, self._differences).rstrip("\n")

    def _repr_pretty_(self, printer: Pretty, cycle: bool) -> None:
        printer.text("Diff(…)" if cycle else repr(self))

    def _repr_html_(self) -> str:
        return diff_html(self.a, self.b, self._differences, page=False)

    def to_json(self) -> str:
        """One JSON object, as `wsdtrace diff --format json` prints it."""
        return diff_json(self.a, self.b, self._differences)

    def to_html(self) -> str:
        """A page of its own, as `wsdtrace diff --format html` writes it."""
        return diff_html(self.a, self.b, self._differences, page=True)

    def to_df(self) -> pd.DataFrame:
        """A row for each difference: section, subject, kind, a, b, meaning.

        Raises:
            MissingExtra: pandas is not installed.
        """
        from wsdtrace.errors import MissingExtra  # noqa: PLC0415 - beside what may be missing

        try:
            import pandas as pd  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtra("a DataFrame", "notebook") from error
        names = ("section", "subject", "kind", "a", "b", "meaning")
        return pd.DataFrame(
            [{name: getattr(d, name) for name in names} for d in self], columns=list(names), dtype="str"
        )


def diff(a: Trace | str | os.PathLike[str], b: Trace | str | os.PathLike[str]) -> Diff:
    """What two captures do differently.

    Args:
        a: a trace, or the path of a capture, which is opened and closed.
        b: the other one.

    Raises:
        CaptureError: one cannot be read.
    """
    opened = [None if isinstance(side, Trace) else open_trace(side) for side in (a, b)]
    try:
        one, other = (side if isinstance(side, Trace) else known for side, known in zip((a, b), opened, strict=True))
        assert one is not None
        assert other is not None
        return Diff(one.path, other.path, list(_Comparison(one, other).differences()))
    finally:
        for known in opened:
            if known is not None:
                known.close()


class _Comparison:
    def __init__(self, a: Trace, b: Trace) -> None:
        self._a, self._b = a, b

    def differences(self) -> Iterator[Difference]:
        """All, in the order of `SECTIONS`."""
        found = [
            *self._peers(), *self._order(), *self._requests(), *self._jobs(), *self._timing(), *self._findings(),
        ]  # fmt: skip
        order = list(SECTIONS)
        for one in sorted(found, key=lambda difference: order.index(difference.section)):
            yield Difference(
                one.section,
                self._said(one.subject) or "",
                self._said(one.a),
                self._said(one.b),
                self._said(one.meaning) or "",
            )

    def _said(self, text: str | None) -> str | None:
        """Without the secrets of either side."""
        return None if text is None else self._b._redactor.text(self._a._redactor.text(text))

    def _peers(self) -> Iterator[Difference]:
        a, b = self._a._facts, self._b._facts
        for number in range(max(len(a.devices), len(b.devices))):
            name = f"device {number + 1}"
            one, other = (side.devices[number] if number < len(side.devices) else None for side in (a, b))
            if one is None or other is None:
                yield _whole(
                    "peers",
                    name,
                    *(d and (told(list(facts.device_facts(d).values())) or "there") for d in (one, other)),
                )
                continue
            yield from _named("peers", name, facts.device_facts(one), facts.device_facts(other))
            for what in ("configuration", "default_ticket"):
                yield from self._elements("capabilities", name, getattr(one, what), getattr(other, what))
        for number in range(max(len(a.clients), len(b.clients))):
            name = f"client {number + 1}"
            c, d = (side.clients[number] if number < len(side.clients) else None for side in (a, b))
            if c is None or d is None:
                yield _whole("peers", name, *(x and (x.user_agent or "unnamed") for x in (c, d)))
                continue
            yield from _named("peers", name, facts.client_facts(c), facts.client_facts(d))

    def _elements(self, section: str, name: str, a: object, b: object) -> Iterator[Difference]:
        one, other = (facts.leaves_of(side if isinstance(side, Element) else None) for side in (a, b))
        if (a is None) != (b is None):
            kind = type(a if a is not None else b).__name__
            yield _whole(section, f"{name}: {kind}", *("told" if side is not None else None for side in (a, b)))
            return
        yield from _named(section, name, one, other, {**other.meanings, **one.meanings})

    def _order(self) -> Iterator[Difference]:
        yield from by_order("order", "operations", facts.spoken(self._a._facts), facts.spoken(self._b._facts))

    def _requests(self) -> Iterator[Difference]:
        one, other = facts.firsts(self._a._facts), facts.firsts(self._b._facts)
        for operation in one:
            if operation not in other:
                continue  # the order tells it
            heads, bodies = [], []
            for trace, exchange in ((self._a, one[operation]), (self._b, other[operation])):
                assert exchange.request is not None
                read = trace._message(exchange.request, exchange)
                heads.append(_fields(read.http))
                body = None if read.decoded is None or operation == "CreateScanJob" else read.decoded.value
                bodies.append(facts.leaves_of(body))
            yield from _named("requests", f"{operation}, field line", heads[0], heads[1])
            meanings = {**bodies[1].meanings, **bodies[0].meanings}
            yield from _named("requests", operation, bodies[0], bodies[1], meanings)

    def _jobs(self) -> Iterator[Difference]:
        a, b = self._a._facts.jobs, self._b._facts.jobs
        for number in range(max(len(a), len(b))):
            name = f"job {number + 1}"
            one, other = (side[number] if number < len(side) else None for side in (a, b))
            if one is None or other is None:
                yield _whole("jobs", name, *(job and job.outcome.value for job in (one, other)))
                continue
            yield from self._elements("tickets", name, one.ticket, other.ticket)
            yield from self._elements("final", name, one.final, other.final)
            yield from _named("jobs", name, facts.job_facts(one), facts.job_facts(other))

    def _timing(self) -> Iterator[Difference]:
        yield from by_key("timing", *facts.paces(self._a._facts, self._b._facts), {})

    def _findings(self) -> Iterator[Difference]:
        (a, said), (b, also) = facts.objections(self._a._facts), facts.objections(self._b._facts)
        yield from by_key("findings", a, b, {**also, **said})


def _named(
    section: str, name: str, a: Mapping[str, str], b: Mapping[str, str], meanings: Mapping[str, str] | None = None
) -> Iterator[Difference]:
    for found in by_key(section, a, b, meanings or {}):
        yield Difference(section, f"{name}: {found.subject}", found.a, found.b, found.meaning)


def _whole(section: str, subject: str, a: Any, b: Any) -> Difference:
    """One side lacks the whole of it."""
    return Difference(section, subject, a or None, b or None)


def _fields(http: HttpMessage | None) -> dict[str, str]:
    """Field lines that say something of the software that sends them; their order is one of the facts."""
    if http is None:
        return {}
    lines = [line for line in http.fields if line.name.lower() not in facts.PLACES]
    return {"order": ", ".join(line.name for line in http.fields), **{line.name: line.value for line in lines}}
