"""What the columns of a table are taken from: the rows' objects, and look-ups that several columns need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from wsdtrace.records import LocatorKind
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import JobStep
from wsdtrace.state.model import Exchange, Job, Message


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
        if things.count(None) == len(things):
            return list(things)
        return [None if thing is None else read(thing) for thing in things]


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
        asked, answered = each(self.requests, "action"), each(self.responses, "action")
        return asked if all(asked) else [a or b for a, b in zip(asked, answered, strict=True)]

    @cached_property
    def asked(self) -> list[int | None]:
        """When requests end, nanoseconds."""
        return each(self.requests, "last.time_ns")

    @cached_property
    def ended(self) -> list[int | None]:
        """When responses end, nanoseconds."""
        return each(self.responses, "last.time_ns")

    def since_asked(self, times_ns: list[int | None]) -> Sequence[float | None]:
        """Seconds from the end of the request."""
        if None not in times_ns and None not in self.asked:
            lengths = np.array(times_ns, dtype=np.int64) - np.array(self.asked, dtype=np.int64)
            seconds: list[float | None] = (lengths / 1e9).tolist()
            return seconds
        return [
            None if since is None or until is None else (until - since) / 1e9
            for since, until in zip(self.asked, times_ns, strict=True)
        ]

    @property
    def start_s(self) -> list[float]:
        """Seconds from the start of the capture; there is always one of the two messages."""
        firsts = [a if a is not None else b for a, b in zip(self.requests, self.responses, strict=True)]
        start = self.trace.input.first_time_ns or 0
        return [(time_ns - start) / 1e9 for time_ns in each(firsts, "first.time_ns")]

    def frames(self, edge: str) -> list[int | None]:
        """Number of the first or the last frame; None in a source without frames.

        Args:
            edge: `first` or `last`.
        """
        former, latter = self.requests, self.responses
        if edge == "last":
            former, latter = latter, former
        if None in former:
            former = [a if a is not None else b for a, b in zip(former, latter, strict=True)]
        first = next((message for message in former if message is not None), None)
        if first is not None and first.first.kind is not LocatorKind.FRAME:  # a source has one kind of places
            return [None] * len(former)
        return each(former, f"{edge}.number")

    @cached_property
    def faults(self) -> list[Any]:
        """The fault that answered it, or that it carried; as `Exchange.fault`, without a call for each."""
        asked, answered = each(self.requests, "fault"), each(self.responses, "fault")
        if asked.count(None) == len(asked):
            return answered
        return [b if b is not None else a for a, b in zip(asked, answered, strict=True)]


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
