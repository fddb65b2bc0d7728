"""What devices offer, which tickets they found valid, and which of these they then refused.

Theory of operation: the last ScannerConfiguration and default ticket of a device are kept with the device. Of tickets
that were validated only a digest of what matters is remembered: the document parameters, and whether JobInformation is
there (some devices insist on it). A refusal counts when it is about the ticket; that the device is busy or has no paper
says nothing about it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.message import Message
from wsdtrace.state.model import Device, Exchange
from wsdtrace.state.outcomes import Basis, TicketRefused
from wsdtrace.state.scanwords import value_of
from wsdtrace.wsd.scan import (
    CreateScanJobRequest,
    GetScannerElementsResponse,
    ScannerElementsChangeEvent,
    ValidateScanTicketRequest,
    ValidateScanTicketResponse,
)
from wsdtrace.wsd.scanner import ScannerConfiguration
from wsdtrace.wsd.ticket import ScanTicket

MAX_TICKETS = 10_000
"""Validated tickets remembered; a client validates one before each job."""

ABOUT_THE_TICKET = frozenset({
    "InvalidArgs", "ClientErrorFormatNotSupported", "ClientErrorDocumentFormatNotSupported",
    "ClientErrorConflictingRequiredParameters",
})  # fmt: skip
"""Subcodes that refuse what a ticket says (row V05)."""

Valid = tuple[int, int]
"""Device, digest of the ticket."""


class TicketBook(Listener):
    """What devices said about tickets."""

    def __init__(self, limit: int = MAX_TICKETS) -> None:
        self._limit = limit
        self._valid: OrderedDict[Valid, Exchange] = OrderedDict()
        self._default: OrderedDict[int, tuple[int, Exchange]] = OrderedDict()
        """Device → digest of its default ticket, and where it told it."""

    def ears(self) -> Iterable[Ear]:
        return (
            Ear(MessageSeen, self._seen, of=(GetScannerElementsResponse, ScannerElementsChangeEvent)),
            Ear(ExchangeEnded, self._ended, of=(ValidateScanTicketRequest, CreateScanJobRequest)),
        )

    def _seen(self, event: MessageSeen) -> Iterable[Event]:
        exchange, message = event.exchange, event.message
        if exchange.device is not None and message.complete and message.well_formed:
            for part in sections(message):
                self._offered(exchange.device.root, part, exchange)
        return ()

    def _offered(self, device: Device, part: ScannerConfiguration | ScanTicket, exchange: Exchange) -> None:
        if isinstance(part, ScannerConfiguration):
            device.configuration = part
            return
        device.default_ticket = part
        self._default[device.id] = digest_of(part), exchange
        self._default.move_to_end(device.id)
        if len(self._default) > self._limit:
            self._default.popitem(last=False)

    def _ended(self, event: ExchangeEnded) -> Iterator[Event]:
        exchange = event.exchange
        if exchange.copy_of is not None or exchange.device is None:
            return
        asked, answered = value_of(exchange.request), value_of(exchange.response)
        device = exchange.device.root.id
        if isinstance(asked, ValidateScanTicketRequest) and isinstance(answered, ValidateScanTicketResponse):
            info = answered.validation_info
            if info is not None and asked.scan_ticket is not None:
                self._validated((device, digest_of(asked.scan_ticket)), exchange, bool(info.valid_ticket))
        elif isinstance(asked, CreateScanJobRequest) and asked.scan_ticket is not None:
            fault = exchange.fault
            if fault is not None and fault.subcode in ABOUT_THE_TICKET:
                yield from self._refused(event, device, digest_of(asked.scan_ticket))

    def _validated(self, key: Valid, exchange: Exchange, valid: bool) -> None:
        if not valid:
            self._valid.pop(key, None)
            return
        self._valid[key] = exchange
        self._valid.move_to_end(key)
        if len(self._valid) > self._limit:
            self._valid.popitem(last=False)

    def _refused(self, event: ExchangeEnded, device: int, digest: int) -> Iterator[Event]:
        valid = self._valid.get((device, digest))
        default = self._default.get(device)
        if valid is not None:
            yield TicketRefused(event.stamp, event.exchange, Basis.VALIDATED, valid)
        elif default is not None and default[0] == digest:
            yield TicketRefused(event.stamp, event.exchange, Basis.DEFAULT, default[1])


def digest_of(ticket: ScanTicket) -> int:
    """Equal for tickets that ask for the same, whatever their jobs are called."""
    described = ticket.job_description is not None and ticket.job_description.job_information is not None
    return hash((repr(ticket.document_parameters), described))


def sections(message: Message) -> Iterator[ScannerConfiguration | ScanTicket]:
    """Configuration and default ticket in what a device says of itself."""
    match value_of(message):
        case GetScannerElementsResponse(scanner_elements=elements) if elements is not None:
            for data in elements.element_data:
                if data.scanner_configuration is not None:
                    yield data.scanner_configuration
                if data.default_scan_ticket is not None:
                    yield data.default_scan_ticket
        case ScannerElementsChangeEvent(element_changes=changes) if changes is not None:
            if changes.scanner_configuration is not None:
                yield changes.scanner_configuration
            if changes.default_scan_ticket is not None:
                yield changes.default_scan_ticket


def ticket_of(message: Message | None) -> ScanTicket | None:
    """The ticket that a CreateScanJobRequest or ValidateScanTicketRequest carries."""
    match value_of(message):
        case CreateScanJobRequest(scan_ticket=ticket) | ValidateScanTicketRequest(scan_ticket=ticket):
            return ticket
    return None
