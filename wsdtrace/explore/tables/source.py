"""What the columns of a table are taken from: the rows' objects, and look-ups that several columns need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from wsdtrace.records import LocatorKind, PathFacts, Stamp
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import JobStep
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange, Job

Numbers = Any
"""A list, in which None is what is absent; or an array of numpy, where nothing is."""


def each(things: Sequence[Any], path: str) -> list[Any]:
    """An attribute of each thing, None where the thing is None.

    Args:
        things: objects of one kind, some of which may be None.
        path: the attribute's name, dots between several.
    """
    read = attrgetter(path)
    try:
        return list(map(read, things))  # without a step of ours for each: a third of the time
    except AttributeError:
        if not any(things):  # an object is true, None is not
            return [None] * len(things)
        first, _, rest = path.partition(".")
        found = [None if thing is None else getattr(thing, first) for thing in things]
        return each(found, rest) if rest else found


def numbers(things: Sequence[Any], path: str) -> Numbers:
    """A whole number of each thing: an array where every thing has one, else as `each`."""
    read = attrgetter(path)
    try:
        found: Numbers = np.fromiter(map(read, things), np.int64, len(things))
    except (AttributeError, TypeError, OverflowError):
        return each(things, path)
    return found


def truths(things: Sequence[Any], path: str) -> Numbers:
    """A truth value of each thing; as `numbers`."""
    try:
        found: Numbers = np.fromiter(map(attrgetter(path), things), np.bool_, len(things))
    except AttributeError:
        return each(things, path)
    return found


def lengths(things: Sequence[Any], path: str) -> Numbers:
    """How long a list of each thing is."""
    found: Numbers = np.fromiter(map(len, map(attrgetter(path), things)), np.int64, len(things))
    return found


class Source:
    """Rows of one table.

    Args:
        trace: what they belong to.
        rows: the objects, one for each row.
    """

    def __init__(self, trace: Trace, rows: Sequence[Any]) -> None:
        self.trace = trace
        self.rows = rows

    @cached_property
    def job_index(self) -> dict[int, int]:
        """0-based position of a job in the trace, by its identity."""
        return {id(job): index for index, job in enumerate(self.trace.jobs)}

    def jobs(self, jobs: Sequence[Job | None]) -> list[int | None]:
        """Positions of jobs."""
        index = self.job_index
        if not any(jobs):
            return [None] * len(jobs)
        return [None if job is None else index.get(id(job)) for job in jobs]


class Exchanges(Source):
    """Rows are exchanges."""

    rows: Sequence[Exchange]

    @cached_property
    def requests(self) -> list[Message | None]:
        return each(self.rows, "request")

    @cached_property
    def responses(self) -> list[Message | None]:
        return each(self.rows, "response")

    @cached_property
    def actions(self) -> list[str | None]:
        """Action of the request, else of the response."""
        asked = each(self.requests, "action")
        if all(asked):
            return asked
        return [a or b for a, b in zip(asked, each(self.responses, "action"), strict=True)]

    @cached_property
    def stamps(self) -> tuple[list[Stamp | None], ...]:
        """First and last of requests, first and last of responses."""
        return (
            each(self.requests, "first"), each(self.requests, "last"),
            each(self.responses, "first"), each(self.responses, "last"),
        )  # fmt: skip

    @cached_property
    def requested(self) -> Numbers:
        """When requests begin, nanoseconds."""
        return numbers(self.stamps[0], "time_ns")

    @cached_property
    def asked(self) -> Numbers:
        """When requests end."""
        return numbers(self.stamps[1], "time_ns")

    @cached_property
    def answered(self) -> Numbers:
        """When responses begin."""
        return numbers(self.stamps[2], "time_ns")

    @cached_property
    def ended(self) -> Numbers:
        """When responses end."""
        return numbers(self.stamps[3], "time_ns")

    def since_asked(self, times_ns: Numbers) -> Numbers:
        """Seconds from the end of the request."""
        return _seconds(self.asked, times_ns)

    @property
    def start_s(self) -> Numbers:
        """Seconds from the start of the capture to its first message."""
        start = self.trace.input.first_time_ns or 0
        begins = self.requested
        if not isinstance(begins, np.ndarray):
            begins = [a if a is not None else b for a, b in zip(begins, self.answered, strict=True)]
            return [None if time_ns is None else (time_ns - start) / 1e9 for time_ns in begins]
        return _seconds(np.full(len(begins), start), begins)

    def frames(self, edge: str) -> Numbers:
        """Number of the first or the last frame; None in a source without frames.

        Args:
            edge: `first` or `last`.
        """
        former, latter = self.stamps[0], self.stamps[2]
        if edge == "last":
            former, latter = self.stamps[3], self.stamps[1]
        known = next((stamp for stamp in former if stamp is not None), None)
        if known is not None and known.kind is not LocatorKind.FRAME:  # a source has one kind of places
            return [None] * len(former)
        found = numbers(former, "number")
        if isinstance(found, np.ndarray):
            return found
        return each([a if a is not None else b for a, b in zip(former, latter, strict=True)], "number")

    @cached_property
    def paths(self) -> list[PathFacts | None]:
        """What the network did meanwhile."""
        known = self.trace.paths()
        return list(map(known.get, each(self.rows, "id"))) if known else [None] * len(self.rows)

    def path_seconds(self, name: str) -> list[float | None]:
        """A duration of what the network did."""
        return [None if ns is None else ns / 1e9 for ns in each(self.paths, name)]

    @cached_property
    def faults(self) -> list[Any]:
        """The fault that answered it, or that it carried; as `Exchange.fault`, without a call for each."""
        asked, answered = each(self.requests, "fault"), each(self.responses, "fault")
        if not any(asked):
            return answered
        return [b if b is not None else a for a, b in zip(asked, answered, strict=True)]

    @cached_property
    def faulty(self) -> list[int]:
        """Rows that have a fault."""
        return [row for row, fault in enumerate(self.faults) if fault is not None] if any(self.faults) else []

    def of_fault(self, name: str) -> list[str | None]:
        """A text of the fault."""
        found: list[str | None] = [None] * len(self.rows)
        for row in self.faulty:
            found[row] = getattr(self.faults[row], name)
        return found


def _seconds(since_ns: Numbers, until_ns: Numbers) -> Numbers:
    """From one time to another, where both are known."""
    if isinstance(since_ns, np.ndarray) and isinstance(until_ns, np.ndarray):
        lengths: Numbers = (until_ns - since_ns) / 1e9
        return lengths
    return [
        None if since is None or until is None else (int(until) - int(since)) / 1e9
        for since, until in zip(since_ns, until_ns, strict=True)
    ]


class Jobs(Source):
    """Rows are jobs."""

    rows: Sequence[Job]

    @cached_property
    def findings(self) -> Counter[int]:
        """Findings about each job, causes only, by its identity."""
        return Counter(id(f.job) for f in self.trace.findings if f.job is not None and f.is_cause)


class Steps(Source):
    """Rows are steps in the life of jobs."""

    def __init__(self, trace: Trace, rows: Sequence[Any]) -> None:
        super().__init__(trace, rows)
        self.steps: list[tuple[Job, int, JobStep]] = [
            (job, number, step) for job in rows for number, step in enumerate(job.steps, start=1)
        ]


class Said:
    """One message and the exchange that it belongs to."""

    __slots__ = ("exchange", "message", "number")

    def __init__(self, exchange: Exchange, message: Message, number: int) -> None:
        self.exchange = exchange
        self.message = message
        self.number = number
        """0 for the request, 1 for the (first) answer, …"""


class Messages(Source):
    """Rows are messages."""

    rows: Sequence[Said]

    @cached_property
    def messages(self) -> list[Message]:
        return [said.message for said in self.rows]


def messages_of(exchanges: Sequence[Exchange]) -> list[Said]:
    """Every message, request before its answers."""
    found: list[Said] = []
    for exchange in exchanges:
        if exchange.request is not None:
            found.append(Said(exchange, exchange.request, 0))
        answers = exchange.answers or ([exchange.response] if exchange.response is not None else [])
        found += [Said(exchange, answer, number) for number, answer in enumerate(answers, start=1)]
    return found
