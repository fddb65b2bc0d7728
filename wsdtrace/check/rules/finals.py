"""WSD701–703, 707, 716: final parameters beside the ticket that they answer."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, sender_of, subject
from wsdtrace.check.tickets import Setting, settings
from wsdtrace.check.violations import Objector, has_violations, is_typed, last, parent, short, steps, violations
from wsdtrace.soap.schema import ViolationKind
from wsdtrace.state.events import JobCreated, MessageSeen
from wsdtrace.state.message import Role
from wsdtrace.state.model import Job
from wsdtrace.state.scanwords import value_of
from wsdtrace.state.tickets import ticket_of
from wsdtrace.wsd.scan import CreateScanJobResponse, GetJobElementsResponse
from wsdtrace.wsd.scanner import ScannerConfiguration
from wsdtrace.wsd.ticket import DocumentFinalParameters, ScanTicket

FINAL = "DocumentFinalParameters"


def _settings(job: Job) -> Iterator[Setting]:
    ticket, final = job.ticket, job.final
    if isinstance(ticket, ScanTicket) and isinstance(final, DocumentFinalParameters):
        yield from settings(ticket, final)


def _has_both(event: JobCreated) -> bool:
    """Request and answer are there, so that they can be compared."""
    return isinstance(event.job.ticket, ScanTicket) and isinstance(event.job.final, DocumentFinalParameters)


def _object(event: JobCreated, setting: Setting, fact: str, expected: str) -> Objection:
    return Objection(
        short(f"{event.job.label}: {fact}"),
        exchange_lines(event.exchange, f"{setting.name} {setting.asked}", f"{setting.name} {setting.final}"),
        job=event.job,
        expected=expected,
        fold=setting.name,
    )


@rule("WSD701", "must-honor-broken", Severity.ERROR, on=JobCreated, when=_has_both, source="C09")
def must_honor_broken(event: JobCreated) -> Iterator[Verdict]:
    """A value with MustHonor true differs in the final parameters, and the job was accepted.

    Why:
        MustHonor says *like this or not at all*: the device had to refuse the job. The client gets an image that
        it cannot use and does not expect.

    Bad:
        CreateScanJob color=RGB24 ColorProcessing@MustHonor=true -> JobId=1 JobToken=t ColorProcessing=Grayscale8
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob color=RGB24 ColorProcessing@MustHonor=true -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    for setting in _settings(event.job):
        if setting.must_honor and setting.differs:
            fact = f"{setting.name} is {setting.final}, though {setting.asked} has MustHonor"
            yield _object(event, setting, fact, f"{setting.name} {setting.asked}, or a fault")


@rule("WSD702", "final-differs", Severity.INFO, on=JobCreated, when=_has_both, source=("C14", "field failure 8"))
def final_differs(event: JobCreated) -> Iterator[Verdict]:
    """A final value differs from the one that was asked for.

    Why:
        Without MustHonor the device may change what it cannot do, and should say so by Override (seen: Canon
        devices scan 300 dpi for 600 and say nothing). Clients that compute sizes from their own wish then save a
        distorted image.

    Bad:
        CreateScanJob color=RGB24 -> JobId=1 JobToken=t ColorProcessing=Grayscale8
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob color=RGB24 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    for setting in _settings(event.job):
        if setting.differs and not setting.must_honor:
            said = "Override says so" if setting.override else "Override does not say so"
            fact = f"{setting.name} is {setting.final}, asked for {setting.asked}; {said}"
            yield _object(event, setting, fact, f"{setting.name} {setting.asked}, or Override true")
        elif not setting.differs and not setting.is_open and setting.override and setting.final is not None:
            fact = f"{setting.name} is {setting.final} as asked for, and Override is true"
            yield _object(event, setting, fact, "Override only where a value was changed")


MARKS = frozenset({"@MustHonor", "@Override", "@UsedDefault"})


def _may_be_marked(event: MessageSeen) -> bool:
    return has_violations(event) or event.exchange.operation == "CreateScanJob"


@rule(
    "WSD703",
    "attribute-misplaced",
    Severity.WARNING,
    on=MessageSeen,
    when=is_typed,
    trace_of=_may_be_marked,
    alike=Alike.TRACE,
    source=("C12", "C13", "C15"),
)
def attribute_misplaced(event: MessageSeen) -> Iterator[Verdict]:
    """MustHonor, Override or UsedDefault where it may not stand.

    Why:
        MustHonor belongs to the ticket of CreateScanJob and ValidateScanTicket, and there to certain elements;
        Override and UsedDefault belong to the final parameters. Elsewhere nobody reads them, and what the sender
        wanted to be sure of is not sure. A device that gives back a job's ticket as it came, marks and all, does no
        harm.

    Bad:
        > replace <wscn:JobName> "<wscn:JobName wscn:MustHonor='true'>"
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob Format@MustHonor=true -> JobId=1 JobToken=t Format@Override=false
        RetrieveImage JobId=1 JobToken=t -> image
    """
    objector = Objector(event)
    for violation in violations(event.message, ViolationKind.ATTRIBUTE_MISPLACED):
        if last(violation) in MARKS:
            given_back = event.message.role is Role.RESPONSE and event.exchange.operation == "GetJobElements"
            yield objector.object(
                violation,
                f"{last(violation)[1:]} may not stand on {parent(violation)}",
                expected="only " + ("in tickets of requests" if last(violation) == "@MustHonor" else f"in {FINAL}"),
                severity=Severity.INFO if given_back and last(violation) == "@MustHonor" else None,
            )
    if event.exchange.operation == "CreateScanJob" and event.message.role is Role.RESPONSE:
        yield from _both_marks(event)


def _both_marks(event: MessageSeen) -> Iterator[Verdict]:
    final = getattr(value_of(event.message), "document_final_parameters", None)
    if not isinstance(final, DocumentFinalParameters):
        return
    for setting in settings(ticket_of(event.exchange.request), final):
        if setting.override and setting.used_default:
            yield Objection(
                short(f"{subject(event.exchange)}: {setting.name} has both Override and UsedDefault"),
                (message_line(event.exchange, event.message, setting.name),),
                severity=Severity.INFO,
                fault_of=FaultOf.DEVICE,
                expected="one of them: what was asked for cannot be a default",
                fold=setting.name,
            )


def _has_final(event: MessageSeen) -> bool:
    value = value_of(event.message)
    if isinstance(value, CreateScanJobResponse):
        return event.exchange.is_wsd and value.document_final_parameters is not None
    return event.exchange.is_wsd and isinstance(value, GetJobElementsResponse)


@rule(
    "WSD707",
    "final-parameters-incomplete",
    Severity.WARNING,
    on=MessageSeen,
    of=(CreateScanJobResponse, GetJobElementsResponse),
    when=_has_final,
    alike=Alike.VERDICT,
    source="C16",
)
def final_parameters_incomplete(event: MessageSeen) -> Iterator[Verdict]:
    """Required children of DocumentFinalParameters are absent.

    Why:
        The final parameters say how the page will be scanned, whatever was asked for. A client that relies on its
        own values where they are silent computes wrong sizes.

    Bad:
        < drop wscn:Rotation
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    missing = [v for v in violations(event.message, ViolationKind.ELEMENT_MISSING) if FINAL in steps(v)[:-1]]
    certain = [v for v in missing if v.reliable]
    if certain:
        names = ", ".join(dict.fromkeys(last(v) for v in certain))
        objector = Objector(event)
        yield Objection(
            short(f"{subject(event.exchange)}: the final parameters lack {names}"),
            (message_line(event.exchange, event.message, names, path=certain[0].path),),
            fault_of=sender_of(event.exchange, event.message),
            expected=names,
            closer=lambda: (objector.evidence(certain[0]),),
        )
    elif missing:
        yield Inconclusive("the message is damaged before the place where the element would stand")


def _formats(event: JobCreated) -> list[str]:
    """Formats that the device offers, as far as it said so before."""
    device = event.exchange.device
    known = None if device is None else device.root.configuration
    settings_ = known.device_settings if isinstance(known, ScannerConfiguration) else None
    offered = settings_.formats_supported if settings_ is not None else None
    return [str(one) for one in offered.format_value] if offered is not None else []


@rule(
    "WSD716",
    "format-not-refused",
    Severity.INFO,
    on=JobCreated,
    when=lambda event: isinstance(event.job.ticket, ScanTicket) and bool(_formats(event)),
    source=("C08", "R24"),
)
def format_not_refused(event: JobCreated) -> Iterator[Verdict]:
    """A job was accepted although the device does not offer the format that was asked for.

    Why:
        A format that is not supported is to be refused, whether MustHonor is set or not: the client has chosen its
        decoder. Devices that know more formats than they list, or take another one instead, are common.

    Bad:
        GetScannerElements -> ok
        CreateScanJob format=jpeg2k -> JobId=1 JobToken=t Format=jfif
        RetrieveImage JobId=1 JobToken=t -> image=jfif

    Good:
        GetScannerElements -> ok
        CreateScanJob format=png -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image=png
    """
    offered = _formats(event)
    for setting in _settings(event.job):
        if setting.name == "Format" and str(setting.asked) not in offered:
            fact = f"accepted with Format {setting.asked}, which the device does not offer"
            yield _object(event, setting, fact, "ClientErrorFormatNotSupported")
