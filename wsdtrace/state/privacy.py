"""What a capture tells about people: the first place of each kind of private fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from wsdtrace.records import Stamp
from wsdtrace.state.events import Event, ImageDelivered, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange
from wsdtrace.state.observations import PrivateSeen
from wsdtrace.state.scanwords import value_of
from wsdtrace.wsd.eventing import Subscribe
from wsdtrace.wsd.metadata import Metadata
from wsdtrace.wsd.scan import (
    CreateScanJobRequest,
    GetActiveJobsResponse,
    GetJobHistoryResponse,
    JobEndStateEvent,
    ValidateScanTicketRequest,
)


class Private(StrEnum):
    """Kinds of private facts (rules.md, WSD904)."""

    USER = "user names"
    COMPUTER = "computer names"
    SERIAL = "serial numbers"
    PAGE = "page images"


TELLING = (
    CreateScanJobRequest, ValidateScanTicketRequest, GetActiveJobsResponse, GetJobHistoryResponse, JobEndStateEvent,
    Subscribe, Metadata,
)  # fmt: skip
"""What `private_in` reads."""


class PrivacyBook(Listener):
    """Where private facts are first told; at most one place for each kind."""

    def __init__(self) -> None:
        self._found: dict[Private, Exchange] = {}

    def ears(self) -> Iterable[Ear]:
        return Ear(MessageSeen, self._seen, of=TELLING), Ear(ImageDelivered, self._image)

    def _seen(self, event: MessageSeen) -> Iterable[Event]:
        for kind in private_in(event.message):
            self._found.setdefault(kind, event.exchange)
        return ()

    def _image(self, event: ImageDelivered) -> Iterable[Event]:
        self._found.setdefault(Private.PAGE, event.exchange)
        return ()

    def close(self, end: Stamp) -> Iterator[Event]:
        if self._found:
            kinds = [kind for kind in Private if kind in self._found]
            yield PrivateSeen(end, tuple((kind.value, self._found[kind]) for kind in kinds))


def private_in(message: Message) -> Iterator[Private]:
    """Kinds of private facts that a message tells."""
    match value_of(message):
        case CreateScanJobRequest(scan_ticket=ticket) | ValidateScanTicketRequest(scan_ticket=ticket):
            described = ticket.job_description if ticket is not None else None
            if described is not None and described.job_originating_user_name:
                yield Private.USER
        case GetActiveJobsResponse(active_jobs=jobs) | GetJobHistoryResponse(job_history=jobs) if jobs is not None:
            if any(job.job_originating_user_name for job in jobs.job_summary):
                yield Private.USER
        case JobEndStateEvent(job_end_state=end) if end is not None and end.job_originating_user_name:
            yield Private.USER
        case Subscribe(scan_destinations=destinations) if destinations is not None:
            if any(d.client_display_name for d in destinations.scan_destination):
                yield Private.COMPUTER
        case Metadata() as metadata:
            yield from _in_metadata(metadata)


def _in_metadata(metadata: Metadata) -> Iterator[Private]:
    for section in metadata.metadata_section:
        host = section.relationship.host if section.relationship is not None else None
        if host is not None and host.computer:
            yield Private.COMPUTER
        if section.this_device is not None and section.this_device.serial_number:
            yield Private.SERIAL
