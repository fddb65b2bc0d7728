"""WSD704–706, 708, 709, 717, 719: tickets beside what the device offers and has said of them."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.capabilities import unsupported
from wsdtrace.check.finding import FaultOf, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, sender_of, subject
from wsdtrace.check.tickets import must_honor_count
from wsdtrace.check.violations import short
from wsdtrace.soap import Fault
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.state.message import Message
from wsdtrace.state.outcomes import Basis, TicketRefused
from wsdtrace.state.scanwords import value_of
from wsdtrace.state.tickets import ticket_of
from wsdtrace.wsd.scan import (
    CreateScanJobRequest,
    CreateScanJobResponse,
    ValidateScanTicketRequest,
    ValidateScanTicketResponse,
    ValidationInfo,
)
from wsdtrace.wsd.scanner import ScannerConfiguration
from wsdtrace.wsd.ticket import ScanTicket

FINAL = "DocumentFinalParameters"


def _configuration(event: MessageSeen) -> ScannerConfiguration | None:
    device = event.exchange.device
    known = None if device is None else device.root.configuration
    return known if isinstance(known, ScannerConfiguration) else None


def _tickets(event: MessageSeen) -> Iterator[ScanTicket]:
    """The ticket of a request, or the one that a device proposes in its place."""
    ticket = ticket_of(event.message)
    if ticket is not None:
        yield ticket
    info = _validation(event.message)
    if info is not None and info.valid_scan_ticket is not None:
        yield info.valid_scan_ticket


def _validation(message: Message) -> ValidationInfo | None:
    value = value_of(message)
    return value.validation_info if isinstance(value, ValidateScanTicketResponse) else None


@rule(
    "WSD704",
    "ticket-unsupported",
    Severity.WARNING,
    on=MessageSeen,
    of=(CreateScanJobRequest, ValidateScanTicketRequest, ValidateScanTicketResponse),
    when=lambda event: event.exchange.is_wsd and _configuration(event) is not None and any(_tickets(event)),
    fault_of=FaultOf.CLIENT,
    source=("S17", "V03"),
)
def ticket_unsupported(event: MessageSeen) -> Iterator[Verdict]:
    """A ticket asks for a value that the scanner's configuration does not offer.

    Why:
        Clients are to make tickets from what ScannerConfiguration lists. Another value is refused, or replaced
        without a word. Values of the device's own default ticket pass, even where they contradict its
        configuration; so do sizes that fit when the area is turned, since some devices swap width and height (seen:
        Kyocera ECOSYS M2040dn).

    Bad:
        GetScannerElements -> ok
        CreateScanJob Resolution.Width=1200 -> Fault InvalidArgs

    Good:
        GetScannerElements -> ok
        CreateScanJob Resolution.Width=300 Resolution.Height=300 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    configuration = _configuration(event)
    assert configuration is not None
    device = event.exchange.device
    default = None if device is None else device.root.default_ticket
    own = (
        {one.name: one.value for one in unsupported(default, configuration)} if isinstance(default, ScanTicket) else {}
    )
    for ticket in _tickets(event):
        for one in unsupported(ticket, configuration):
            if own.get(one.name) == one.value:
                continue
            yield Objection(
                short(f"{subject(event.exchange)}: {one.name} {one.value} is not offered: {one.offered}"),
                (message_line(event.exchange, event.message, f"{one.name} {one.value}"),),
                fault_of=sender_of(event.exchange, event.message),
                expected=one.offered,
                fold=f"{one.name} {one.value}",
            )


@rule(
    "WSD705",
    "ticket-refused-after-validation",
    Severity.ERROR,
    on=TicketRefused,
    when=lambda event: event.basis is Basis.VALIDATED,
    source="V05",
)
def ticket_refused_after_validation(event: TicketRefused) -> Iterator[Verdict]:
    """CreateScanJob is refused for a ticket that the device had found valid.

    Why:
        Validation is there so that a client knows before it asks its user to wait. Refusals that are not about the
        ticket (busy, no paper) do not count.

    Bad:
        ValidateScanTicket -> ValidTicket=true
        CreateScanJob -> Fault InvalidArgs

    Good:
        ValidateScanTicket -> ValidTicket=true
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    fault = event.exchange.fault
    yield Objection(
        short(f"CreateScanJob: {fault.subcode if fault else 'fault'} for a ticket that the device found valid"),
        (*exchange_lines(event.proof, answered="ValidTicket true"), *exchange_lines(event.exchange)),
        expected="a job",
    )


def _is_validation(event: MessageSeen) -> bool:
    return event.exchange.is_wsd and _validation(event.message) is not None


@rule(
    "WSD706",
    "validation-incomplete",
    Severity.WARNING,
    on=MessageSeen,
    of=ValidateScanTicketResponse,
    when=_is_validation,
    needs=(Need.WELL_FORMED, Need.WHOLE_MESSAGE),
    source=("V01", "V02"),
)
def validation_incomplete(event: MessageSeen) -> Iterator[Verdict]:
    """ValidTicket is false without a ValidScanTicket, or true with one.

    Why:
        A ticket that is not valid comes with one that is, so that the client can go on; a valid one needs none.

    Bad:
        < drop wscn:ValidScanTicket
        ValidateScanTicket -> ValidTicket=false

    Good:
        ValidateScanTicket -> ValidTicket=false
    """
    info = _validation(event.message)
    if info is None or info.valid_ticket is None or info.valid_ticket == (info.valid_scan_ticket is None):
        return
    fact = "true with" if info.valid_ticket else "false without"
    yield Objection(
        f"{subject(event.exchange)}: ValidTicket {fact} ValidScanTicket",
        (message_line(event.exchange, event.message),),
        expected="ValidScanTicket where ValidTicket is false, and only there",
        fold=fact,
    )


def _asks_for_job(event: MessageSeen) -> bool:
    return (
        event.exchange.is_wsd and event.exchange.operation == "CreateScanJob" and ticket_of(event.message) is not None
    )


@rule(
    "WSD708",
    "images-to-transfer-platen",
    Severity.INFO,
    on=MessageSeen,
    of=(CreateScanJobRequest, ValidateScanTicketRequest),
    when=_asks_for_job,
    fault_of=FaultOf.CLIENT,
    source=("I12", "field failure 1"),
)
def images_to_transfer_platen(event: MessageSeen) -> Iterator[Verdict]:
    """A ticket for the platen asks for 0 images, or for more than 1.

    Why:
        A platen gives one image, whatever the number says. Some devices then wait for the next RetrieveImage and
        never end the job (seen: OKI MC362, MB471); 1 works everywhere.

    Bad:
        CreateScanJob images=0 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob images=1 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    ticket = ticket_of(event.message)
    asked = ticket.document_parameters if ticket is not None else None
    if asked is None or asked.input_source is None or asked.images_to_transfer is None:
        return
    images = asked.images_to_transfer.value
    if str(asked.input_source.value) == "Platen" and images is not None and images != 1:
        yield Objection(
            f"{subject(event.exchange)}: ImagesToTransfer {images} for the platen, expected 1",
            (message_line(event.exchange, event.message, f"ImagesToTransfer {images}"),),
            expected="ImagesToTransfer 1",
            fold="platen",
        )


@rule(
    "WSD709",
    "default-ticket-refused",
    Severity.WARNING,
    on=TicketRefused,
    when=lambda event: event.basis is Basis.DEFAULT,
    source="C20",
)
def default_ticket_refused(event: TicketRefused) -> Iterator[Verdict]:
    """CreateScanJob is refused for a ticket that asks for what the device's own default ticket says.

    Why:
        A ticket made of DefaultScanTicket is to be accepted. Clients fall back to it when nothing else works.

    Bad:
        GetScannerElements Name=DefaultScanTicket -> ok
        CreateScanJob -> Fault InvalidArgs

    Good:
        GetScannerElements Name=DefaultScanTicket -> ok
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    fault = event.exchange.fault
    yield Objection(
        short(f"CreateScanJob: {fault.subcode if fault else 'fault'} for the device's own default ticket"),
        (*exchange_lines(event.proof, answered="DefaultScanTicket"), *exchange_lines(event.exchange)),
        expected="a job",
    )


CONFLICT = "ClientErrorConflictingRequiredParameters"


@rule(
    "WSD717",
    "conflict-unfounded",
    Severity.INFO,
    on=ExchangeEnded,
    of=Fault,
    when=lambda event: event.exchange.fault is not None and event.exchange.fault.subcode == CONFLICT,
    alike=Alike.SUBJECT,
    source=("C10", "C11", "V04"),
)
def conflict_unfounded(event: ExchangeEnded) -> Iterator[Verdict]:
    """The device speaks of conflicting required parameters, and fewer than two have MustHonor.

    Why:
        Only what has MustHonor is required; anything else the device may ignore or replace. The true reason of the
        refusal is another one.

    Bad:
        CreateScanJob Format@MustHonor=true -> Fault ClientErrorConflictingRequiredParameters

    Good:
        CreateScanJob Format@MustHonor=true Rotation@MustHonor=true -> Fault ClientErrorConflictingRequiredParameters
    """
    ticket = ticket_of(event.exchange.request)
    count = must_honor_count(ticket)
    if ticket is not None and count < 2:
        yield Objection(
            f"{subject(event.exchange)}: {CONFLICT} with {count} elements of MustHonor",
            exchange_lines(event.exchange, asked=f"{count} with MustHonor", answered=CONFLICT),
            expected="at least two elements with MustHonor true",
        )


SOURCES = frozenset({"ADF", "ADFDuplex", "Film", "Platen"})
"""Input sources of which it is known what they scan."""


def _tells_of_job(event: MessageSeen) -> bool:
    created = isinstance(value_of(event.message), CreateScanJobResponse)
    return event.exchange.is_wsd and (_asks_for_job(event) or created)


@rule(
    "WSD719",
    "setting-of-other-source",
    Severity.INFO,
    on=MessageSeen,
    of=(CreateScanJobRequest, CreateScanJobResponse),
    when=_tells_of_job,
    fault_of=FaultOf.CLIENT,
    source=("R28", "R31", "I19"),
)
def setting_of_other_source(event: MessageSeen) -> Iterator[Verdict]:
    """MediaBack (or MediaBackImageInfo) without ADFDuplex, or FilmScanMode without Film.

    Why:
        They mean something for one input source only; with another one the device ignores them or refuses the
        ticket, and a client that counts sides by them waits for images that never come.

    Bad:
        CreateScanJob FilmScanMode=ColorSlideFilm -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob source=ADFDuplex images=2 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> image
    """
    source, there = _settings_there(event)
    for name, belongs in there:
        if source != belongs and source in SOURCES:
            yield Objection(
                f"{subject(event.exchange)}: {name} with InputSource {source}, it belongs to {belongs}",
                (message_line(event.exchange, event.message, f"InputSource {source}"),),
                fault_of=sender_of(event.exchange, event.message),
                expected=f"{name} only with {belongs}",
                fold=name,
            )


def _settings_there(event: MessageSeen) -> tuple[str | None, list[tuple[str, str]]]:
    """Input source of a message, and which settings it has that belong to one source, with that source."""
    value, ticket = value_of(event.message), ticket_of(event.message)
    if isinstance(value, CreateScanJobResponse):
        final, images = value.document_final_parameters, value.image_information
        source = final.input_source if final is not None else None
        back = images is not None and images.media_back_image_info is not None
        found = None if source is None or source.value is None else str(source.value)
        return found, [("MediaBackImageInfo", "ADFDuplex")] if back else []
    asked = ticket.document_parameters if ticket is not None else None
    if asked is None or asked.input_source is None or asked.input_source.value is None:
        return None, []
    film = asked.film_scan_mode.value if asked.film_scan_mode is not None else None
    there = [("MediaBack", "ADFDuplex")] if asked.media_sides and asked.media_sides.media_back is not None else []
    if film is not None and str(film) != "NotApplicable":
        there.append(("FilmScanMode", "Film"))
    return str(asked.input_source.value), there
