"""`Job`: a scan job from its creation to its end, as a notebook sees it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wsdtrace.explore.figure import Figure
from wsdtrace.explore.frames import wireshark_filter
from wsdtrace.explore.tables import blocks_of
from wsdtrace.explore.tables.arrow import arrow_table, data_frame
from wsdtrace.explore.tables.scans import JOB_STATES
from wsdtrace.explore.ticket import Ticket
from wsdtrace.explore.view import View, seconds
from wsdtrace.report.detail import write_job
from wsdtrace.report.joblines import pages
from wsdtrace.soap.schema import Element
from wsdtrace.state import model

if TYPE_CHECKING:
    import pandas as pd

    from wsdtrace.explore.collection import Collection
    from wsdtrace.explore.exchange import Exchange
    from wsdtrace.explore.finding import Finding
    from wsdtrace.explore.image import Image
    from wsdtrace.explore.peers import Client, Device


class Job(View[model.Job]):
    """A scan job, from its creation to its end."""

    __slots__ = ()

    @property
    def job_id(self) -> int:
        """As the device granted it."""
        return self._of.job_id

    @property
    def generation(self) -> int:
        """2 and more where the device granted the same JobId again."""
        return self._of.generation

    @property
    def state(self) -> str | None:
        """The last JobState that a message named."""
        return self._of.state

    @property
    def outcome(self) -> str:
        """`completed`, `canceled`, `aborted`, `orphaned`, `open` or `unknown`."""
        return self._of.outcome.value

    @property
    def device(self) -> Device | None:
        return self._trace._device(self._of.device)

    @property
    def clients(self) -> Collection[Client]:
        return self._trace._clients(list(self._of.clients.values()))

    @property
    def exchanges(self) -> Collection[Exchange]:
        """What was said about it."""
        known = set(map(id, self._of.exchanges))
        return self._trace._exchanges([e for e in self._trace._facts.exchanges if e.job is self._of or id(e) in known])

    @property
    def images(self) -> Collection[Image]:
        """Its pages."""
        return self._trace._images(self._of.images)

    @property
    def findings(self) -> Collection[Finding]:
        return self._trace.findings.where(lambda finding: finding._of.job is self._of)

    @property
    def ticket(self) -> Ticket | None:
        """What the client asked for; None where its CreateScanJob is not in the capture."""
        return Ticket(self._trace, self._of.ticket) if isinstance(self._of.ticket, Element) else None

    @property
    def final(self) -> Ticket | None:
        """What the device said it would do (DocumentFinalParameters)."""
        return Ticket(self._trace, self._of.final) if isinstance(self._of.final, Element) else None

    def states_df(self) -> pd.DataFrame:
        """The steps of its life as a table (`job_states`).

        Raises:
            MissingExtra: pandas or pyarrow is not installed.
        """
        return data_frame(arrow_table(blocks_of(JOB_STATES, self._trace._facts, [self._of], self._trace._redactor)))

    @property
    def initiated_by(self) -> str:
        """`client`, `device` (push scan) or `unknown`."""
        return self._of.initiated_by.value

    @property
    def created(self) -> datetime | None:
        """When CreateScanJobResponse ended; None where the capture began later."""
        return self._moment(self._of.created)

    @property
    def ended(self) -> datetime | None:
        return self._moment(self._of.ended)

    @property
    def duration_s(self) -> float | None:
        """Seconds from its creation to its end, else to its last activity."""
        last = self._of.ended or self._of.last_activity
        return None if self._of.created is None or last is None else seconds(last.time_ns - self._of.created.time_ns)

    @property
    def states(self) -> list[tuple[datetime | None, str]]:
        """Steps of its life: when, and a JobState or a word of ours in lower case."""
        return [(self._moment(step.stamp), step.what) for step in self._of.steps]

    @property
    def wireshark_filter(self) -> str:
        """A display filter for Wireshark that shows the frames of its exchanges."""
        return wireshark_filter(sorted({n for exchange in self.exchanges for n in exchange.frames}))

    def timeline(self) -> Figure:
        """Its states and pages against time."""
        return self._trace._timeline(f"timeline of {self._said(self._of.label)}", [self._of])

    def ladder(self) -> Figure:
        """Who said what to whom about it, with its states beside it."""
        return self._trace._ladder(f"ladder of {self._said(self._of.label)}", self._of)

    def _drawings(self) -> list[str]:
        return [self.ladder().drawing]

    def _facts(self) -> list[str]:
        one = self._of
        return [
            str(one.job_id),
            f"generation {one.generation}" if one.generation > 1 else "",
            one.outcome.value,
            self._said(one.input_source),
            pages(one),
        ]

    def _text(self) -> str:
        return self._page(lambda page: write_job(page, self._trace._facts, self._of))
