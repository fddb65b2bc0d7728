"""WSD20x: the XML and the envelope."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import (
    exchange_lines,
    has_anomalies,
    is_held_in_part,
    message_line,
    of_kind,
    quoted,
    sender_of,
    subject,
)
from wsdtrace.check.violations import short
from wsdtrace.records import Space, Span
from wsdtrace.soap import SoapAnomaly, SoapVersion, canonical
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.wsd import lookup_fault


def _has_xml(event: MessageSeen) -> bool:
    """WSD, labelled as SOAP or read as such, with something to read."""
    return event.exchange.is_wsd and event.message.is_soap and event.message.envelope is not None


def _who(event: MessageSeen) -> str:
    return f"{subject(event.exchange)} {event.message.role.value}"


@rule(
    "WSD201",
    "xml-not-well-formed",
    Severity.ERROR,
    on=MessageSeen,
    trace_of=lambda event: not event.message.well_formed,
    when=_has_xml,
    needs=(Need.EXACT_BYTES, Need.WHOLE_MESSAGE),
    alike=Alike.TRACE,
    source=("XML 1.0 §2.1", "field failure 28"),
)
def xml_not_well_formed(event: MessageSeen) -> Iterator[Verdict]:
    """A message that is labelled as SOAP is no well-formed XML.

    Why:
        No XML parser accepts it, so the client gives up although the device may have done its work. What precedes
        the defect is still read and checked here.

    Bad:
        < replace </soap:Body> </soap:Bod
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    envelope = event.message.envelope
    if envelope is None or envelope.well_formed:
        return
    if is_held_in_part(event.message):
        yield Inconclusive("only the beginning of the message was held")
        return
    error = envelope.error
    where = "" if error is None else f" at line {error.line}, column {error.column}: {error.reason}"
    span = None if error is None else Span(Space.XML, error.offset, error.offset + 1)
    yield Objection(
        short(f"{_who(event)}: not well-formed{where}"),
        (quoted(event.exchange, event.message, span),),
        fault_of=sender_of(event.exchange, event.message),
        expected="well-formed XML",
    )


@rule(
    "WSD202",
    "prefix-unbound",
    Severity.ERROR,
    on=MessageSeen,
    trace_of=has_anomalies,
    when=_has_xml,
    needs=(Need.EXACT_BYTES,),
    alike=Alike.TRACE,
    source=("F04", "S04", "field failure 30"),
)
def prefix_unbound(event: MessageSeen) -> Iterator[Verdict]:
    """A prefix has no binding, in a name or in a QName value.

    Why:
        A name without its namespace means nothing. Parsers refuse the message, or clients fail to recognise the
        fault that stands in it.

    Bad:
        < replace <soap:Value>wscn: <soap:Value>nope:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    for anomaly in of_kind(event.message, SoapAnomaly.PREFIX_UNBOUND):
        yield Objection(
            short(f"{_who(event)}: {anomaly.detail}"),
            (quoted(event.exchange, event.message, anomaly.span),),
            fault_of=sender_of(event.exchange, event.message),
            expected="a declared prefix",
            fold=f"{event.message.role.value} {anomaly.detail}",
        )


@rule(
    "WSD203",
    "envelope-missing",
    Severity.ERROR,
    on=MessageSeen,
    trace_of=has_anomalies,
    when=lambda event: _has_xml(event) and event.message.well_formed,
    needs=(Need.WHOLE_MESSAGE,),
    alike=Alike.TRACE,
    source=("SOAP 1.2 part 1 §5.1", "field failure 32"),
)
def envelope_missing(event: MessageSeen) -> Iterator[Verdict]:
    """Well-formed XML without Envelope, or an Envelope without Body.

    Why:
        It is no SOAP message. Some printers send a bare Fault over UDP to whoever probes them.

    Bad:
        < content <wscn:Nothing xmlns:wscn="http://schemas.microsoft.com/windows/2006/08/wdp/scan"/>
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    for anomaly in of_kind(event.message, SoapAnomaly.NO_ENVELOPE, SoapAnomaly.NO_BODY):
        yield Objection(
            short(f"{_who(event)}: {anomaly.detail}"),
            (quoted(event.exchange, event.message, anomaly.span),),
            fault_of=sender_of(event.exchange, event.message),
            expected="a SOAP envelope with a body",
            fold=f"{event.message.role.value} {anomaly.kind}",
        )


def _has_soap_11(event: ExchangeEnded) -> bool:
    response = event.exchange.response
    envelope = None if response is None else response.envelope
    return envelope is not None and (envelope.version is SoapVersion.SOAP_11 or bool(envelope.anomalies))


@rule(
    "WSD204",
    "soap-version-mismatch",
    Severity.ERROR,
    on=ExchangeEnded,
    when=lambda event: (
        event.exchange.is_wsd and event.exchange.response is not None and event.exchange.response.envelope is not None
    ),
    trace_of=_has_soap_11,
    alike=Alike.TRACE,
    source=("A09", "SOAP 1.2 part 1 §2.8"),
)
def soap_version_mismatch(event: ExchangeEnded) -> Iterator[Verdict]:
    """A SOAP 1.1 answer to a SOAP 1.2 request, or names of both versions in one message.

    Why:
        The versions are different vocabularies: a client of one finds neither Envelope nor Fault of the other.

    Bad:
        < replace http://www.w3.org/2003/05/soap-envelope http://schemas.xmlsoap.org/soap/envelope/
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    exchange = event.exchange
    response, request = exchange.response, exchange.request
    assert response is not None
    assert response.envelope is not None
    mixed = of_kind(response, SoapAnomaly.SOAP_VERSIONS_MIXED)
    asked = None if request is None or request.envelope is None else request.envelope.version
    if asked is SoapVersion.SOAP_12 and response.envelope.version is SoapVersion.SOAP_11:
        yield Objection(
            f"{subject(exchange)}: SOAP 1.1 answer to a SOAP 1.2 request", exchange_lines(exchange), expected="SOAP 1.2"
        )
    elif mixed:
        yield Objection(
            f"{subject(exchange)}: names of SOAP 1.1 and 1.2 in one answer",
            (quoted(exchange, response, mixed[0].span),),
            expected="one version",
        )


@rule(
    "WSD205",
    "namespace-obsolete",
    Severity.WARNING,
    on=MessageSeen,
    trace_of=has_anomalies,
    when=_has_xml,
    alike=Alike.TRACE,
    source=("A01", "field failure 35"),
)
def namespace_obsolete(event: MessageSeen) -> Iterator[Verdict]:
    """An obsolete or misprinted spelling of a known namespace.

    Why:
        The samples of the documentation carry pre-release namespaces (2006/01, 2003/03) and https:// forms that
        a link checker made. Devices compare by string and answer with faults that seem to mean something else.

    Bad:
        > replace windows/2006/08/wdp/scan windows/2006/01/wdp/scan
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    for anomaly in of_kind(event.message, SoapAnomaly.NAMESPACE_ALIAS):
        yield Objection(
            short(f"{event.message.role.value}: {anomaly.detail}"),
            (quoted(event.exchange, event.message, anomaly.span),),
            fault_of=sender_of(event.exchange, event.message),
            fold=f"{event.message.role.value} {anomaly.detail}",
        )


WS_SCAN_FAULTS = ("ClientError", "ServerError")
"""How the subcodes begin that no other protocol has."""


def _foreign_subcode(event: MessageSeen) -> str | None:
    """A subcode of WS-Scan in a namespace that nobody knows; None for any other."""
    envelope = event.message.envelope
    subcode = None if envelope is None or envelope.fault is None else envelope.fault.subcode
    if subcode is None or not subcode.namespace or not (subcode.local or "").startswith(WS_SCAN_FAULTS):
        return None
    foreign = canonical(subcode.namespace).kind is None and lookup_fault(None, subcode.local) is not None
    return f"{subcode.local} in unknown namespace {subcode.namespace!r}" if foreign else None


@rule(
    "WSD206",
    "namespace-unknown",
    Severity.ERROR,
    on=MessageSeen,
    trace_of=lambda event: has_anomalies(event) or _foreign_subcode(event) is not None,
    when=_has_xml,
    needs=(Need.WHOLE_MESSAGE,),
    alike=Alike.TRACE,
    source="field failure 24",
)
def namespace_unknown(event: MessageSeen) -> Iterator[Verdict]:
    """A known local name stands in a namespace that nobody knows.

    Why:
        The message looks right to a reader and is foreign to every program (seen: a prefix bound to tempuri.org).

    Bad:
        < replace http://schemas.microsoft.com/windows/2006/08/wdp/scan http://tempuri.org/scan
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    for anomaly in of_kind(event.message, SoapAnomaly.NAMESPACE_UNKNOWN):
        yield Objection(
            short(f"{_who(event)}: {anomaly.detail}"),
            (quoted(event.exchange, event.message, anomaly.span),),
            fault_of=sender_of(event.exchange, event.message),
            fold=f"{event.message.role.value} {anomaly.detail}",
        )
    foreign = _foreign_subcode(event)
    if foreign is not None:
        yield Objection(
            short(f"{_who(event)}: {foreign}"),
            (message_line(event.exchange, event.message, foreign),),
            fault_of=sender_of(event.exchange, event.message),
            expected=SCAN,
            fold=foreign,
        )


def _has_dtd(event: MessageSeen) -> bool:
    return event.message.envelope is not None and event.message.envelope.has_dtd


@rule(
    "WSD214",
    "dtd-present",
    Severity.ERROR,
    on=MessageSeen,
    trace_of=_has_dtd,
    when=_has_xml,
    needs=(Need.EXACT_BYTES,),
    alike=Alike.TRACE,
    source="SOAP 1.2 part 1 §5",
)
def dtd_present(event: MessageSeen) -> Iterator[Verdict]:
    """A document type declaration, which SOAP forbids. Nothing of it is ever expanded.

    Why:
        Entities are how XML bombs are built and how files of the receiver are read. SOAP 1.2 does not allow them.

    Bad:
        < prepend <!DOCTYPE Envelope [<!ENTITY a "b">]>
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    if event.message.envelope is not None and event.message.envelope.has_dtd:
        yield Objection(
            f"{_who(event)}: document type declaration in a SOAP message",
            (message_line(event.exchange, event.message),),
            fault_of=sender_of(event.exchange, event.message),
        )
