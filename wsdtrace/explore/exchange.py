"""`Exchange`: a request and what answered it, as a notebook sees it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wsdtrace.explore.frames import wireshark_filter
from wsdtrace.explore.message import Message
from wsdtrace.explore.view import View, seconds
from wsdtrace.records import PathFacts
from wsdtrace.report.detail import write_exchange
from wsdtrace.report.times import duration
from wsdtrace.report.words import between, size
from wsdtrace.state import model
from wsdtrace.state.message import FaultSummary

if TYPE_CHECKING:
    from wsdtrace.explore.collection import Collection
    from wsdtrace.explore.finding import Finding
    from wsdtrace.explore.image import Image
    from wsdtrace.explore.job import Job
    from wsdtrace.explore.peers import Client, Device


class Exchange(View[model.Exchange]):
    """A request and what answered it; over UDP a request and all its answers."""

    __slots__ = ()

    @property
    def id(self) -> int:
        """1-based, in the order of the capture."""
        return self._of.id

    @property
    def operation(self) -> str | None:
        """`CreateScanJob`, `RetrieveImage` …; None where it cannot be told."""
        return self._of.operation

    @property
    def action(self) -> str | None:
        """The WS-Addressing Action of the request, else of the response."""
        return next((m.action for m in (self._of.request, self._of.response) if m is not None and m.action), None)

    @property
    def message_id(self) -> str | None:
        return self._of.request.message_id if self._of.request is not None else None

    @property
    def transport(self) -> str:
        """`http` or `udp`."""
        return self._of.transport.value

    @property
    def direction(self) -> str:
        """Who sent the request: `client→device` or `device→client`."""
        return self._of.toward.value

    @property
    def request(self) -> Message | None:
        """The request; its text is read again from the capture when it is asked for."""
        return None if self._of.request is None else Message(self._trace, self._of.request, self._of)

    @property
    def response(self) -> Message | None:
        """The (first) answer."""
        return None if self._of.response is None else Message(self._trace, self._of.response, self._of)

    @property
    def answers(self) -> list[Message]:
        """Over UDP every answer; else the response, if there is one."""
        found = self._of.answers or [m for m in (self._of.response,) if m is not None]
        return [Message(self._trace, message, self._of) for message in found]

    @property
    def client(self) -> Client | None:
        return self._trace._client(self._of.client)

    @property
    def device(self) -> Device | None:
        return self._trace._device(self._of.device)

    @property
    def job(self) -> Job | None:
        return self._trace._job(self._of.job)

    @property
    def images(self) -> Collection[Image]:
        return self._trace._images(self._of.images)

    @property
    def findings(self) -> Collection[Finding]:
        """What the rules object to in it."""
        return self._trace.findings.where(lambda finding: any(self._of is e for e in finding._of.exchanges))

    @property
    def status(self) -> int | None:
        """HTTP status of the response."""
        return None if self._of.response is None else self._of.response.status

    @property
    def fault(self) -> FaultSummary | None:
        """The SOAP fault that answered it: `code`, `subcode`, `reason`, `detail`."""
        return self._of.fault

    @property
    def time(self) -> datetime | None:
        """When its first byte was captured; None in a trace without dates."""
        return self._moment(self._of.first)

    @property
    def start_s(self) -> float | None:
        """Seconds from the start of the capture to its first byte."""
        start = self._trace._facts.input.first_time_ns or 0
        return seconds(self._of.first.time_ns - start)

    @property
    def latency_s(self) -> float | None:
        """Seconds from the last byte of the request to the last byte of the response."""
        return seconds(self._of.latency_ns)

    @property
    def first_byte_s(self) -> float | None:
        """Seconds from the last byte of the request to the first byte of the response: how long the device thought."""
        asked, answered = self._of.request, self._of.response
        return None if asked is None or answered is None else seconds(answered.first.time_ns - asked.last.time_ns)

    @property
    def rtt_s(self) -> float | None:
        """Seconds to the server of its connection and back, by the handshake; None where that is not in the capture.

        Raises:
            CaptureError: the trace is closed, or the capture is gone.
        """
        path = self._path
        return None if path is None else seconds(path.rtt_ns)

    @property
    def retransmitted_bytes(self) -> int | None:
        """Bytes that were sent again while it lasted; None for a source without TCP. Raises like `rtt_s`."""
        path = self._path
        return None if path is None else path.retransmitted_bytes

    @property
    def zero_window_s(self) -> float | None:
        """Seconds in which a peer could take nothing more; None for a source without TCP. Raises like `rtt_s`."""
        path = self._path
        return None if path is None else seconds(path.zero_window_ns)

    @property
    def _path(self) -> PathFacts | None:
        return self._trace._facts.paths().get(self._of.id)

    @property
    def size_bytes(self) -> int:
        """Bytes of the contents of its messages."""
        return sum(m.content_bytes for m in (self._of.request, self._of.response) if m is not None)

    @property
    def frames(self) -> list[int]:
        """Numbers of the frames that brought its messages, as Wireshark counts; empty for a source without frames."""
        found = {n for message in (self.request, *self.answers) if message is not None for n in message.frames}
        return sorted(found)

    @property
    def wireshark_filter(self) -> str:
        """A display filter for Wireshark that shows exactly its frames."""
        return wireshark_filter(self.frames)

    def _facts(self) -> list[str]:
        one = self._of
        latency = one.latency_ns
        fault = one.fault
        return [
            str(one.id),
            self._said(one.operation or "?"),
            between(one.first, one.last),
            "" if self.status is None else str(self.status),
            f"✖ {self._said(fault.subcode or fault.code or 'fault')}" if fault else "",
            f"after {duration(latency)}" if latency is not None else "no response" if one.response is None else "",
            size(self.size_bytes),
            self._said(one.job.label) if one.job is not None else "",
        ]

    def _text(self) -> str:
        with self._trace._whole(self._of):
            return self._page(lambda page: write_exchange(page, self._trace._facts, self._of))
