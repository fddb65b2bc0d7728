"""What the columns of a table are taken from: the rows' objects, and look-ups that several columns need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import JobStep
from wsdtrace.state.model import Exchange, Job, Message


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
        return [x.request for x in self.rows]

    @cached_property
    def responses(self) -> list[Message | None]:
        return [x.response for x in self.rows]

    @cached_property
    def faults(self) -> list[Any]:
        """The fault that answered it, or that it carried; as `Exchange.fault`, without a call for each."""
        return [
            s.fault if s is not None and s.fault is not None else None if r is None else r.fault
            for r, s in zip(self.requests, self.responses, strict=True)
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
