"""WSD406, WSD409, WSD410, WSD414, WSD415: what devices tell of themselves, and where they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, request_line, sender_of
from wsdtrace.soap.namespaces import DPWS, DPWS_11
from wsdtrace.state.discovery import metadata_of
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.state.exchanges import is_multicast
from wsdtrace.state.model import Transport
from wsdtrace.state.observations import RequestPlaced, ScannerSettled
from wsdtrace.wsd.metadata import Metadata, MetadataSection

SECTIONS = ("ThisModel", "ThisDevice", "Relationship")
"""What the metadata of a device holds (DPWS 2006/02 §5.1 and §5.2)."""
WSDL = "http://schemas.xmlsoap.org/wsdl"
"""Dialect of a section with a service description: only hosted services have one (DPWS 2006/02 §5.3)."""

DISCOVERY_ROLES = frozenset({
    "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
    "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01",
})  # fmt: skip
"""To of multicast messages (WS-Discovery 2005/04 §2.4, and 1.1)."""

MTU_PAYLOAD = 1500 - 20 - 8
"""Octets of UDP payload that fit in a frame of Ethernet, behind the headers of IPv4 and UDP."""
MAX_UDP_ENVELOPE = 4096
"""MAX_UDP_ENVELOPE_SIZE of DPWS 1.1 appendix B; 2006/02 has no number."""


@rule(
    "WSD406",
    "scanner-type-missing",
    Severity.WARNING,
    on=ScannerSettled,
    when=lambda event: event.told > 0,
    source=("D07", "D08", "field failure 19"),
)
def scanner_type_missing(event: ScannerSettled) -> Iterator[Verdict]:
    """A scanner's discovery types, service types or CompatibleId are not as a scanner needs them.

    Why:
        Windows finds scanners by the discovery type wscn:ScanDeviceType, their service by wscn:ScannerServiceType,
        and its driver by the CompatibleId. With one of them missing the scanner is found by other clients only, or
        is listed without a driver. Judged are only devices that offer WS-Scan or are used for it.

    Bad:
        Probe -> ProbeMatches Types=wsdp:Device
        GetScannerElements -> ok

    Good:
        Probe -> ProbeMatches
        Get -> ok
        GetScannerElements -> ok
    """
    for flaw in event.flaws:
        found = f": {flaw.found}" if flaw.found else ""
        yield Objection(
            f"{flaw.where} lack {flaw.missing}{found}"[:160],
            exchange_lines(flaw.exchange, answered=flaw.found[:200]),
            expected=flaw.missing,
            fold=f"{flaw.where} {flaw.missing}",
        )


def _told(event: ExchangeEnded) -> Metadata | None:
    response = event.exchange.response
    return None if response is None else metadata_of(response)


def _tells_of_device(event: ExchangeEnded) -> bool:
    """An answer to Get with metadata of a device; that of a hosted service has its own description in it."""
    if event.exchange.operation != "Get":
        return False
    metadata = _told(event)
    return metadata is not None and not any((s.dialect or "").startswith(WSDL) for s in metadata.metadata_section)


@rule(
    "WSD409",
    "metadata-incomplete",
    Severity.ERROR,
    on=ExchangeEnded,
    of=Metadata,
    when=_tells_of_device,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    source=("D11", "DPWS 2006/02 R2012, R2014, R2029"),
)
def metadata_incomplete(event: ExchangeEnded) -> Iterator[Verdict]:
    """The metadata of a device lacks ThisModel, ThisDevice or Relationship.

    Why:
        Without Relationship a client does not learn where the scan service is; without the others Windows does not
        install the device.

    Bad:
        < rename wsdp:ThisModel wsdp:OtherModel
        < replace devprof/ThisModel devprof/OtherModel
        Get -> ok

    Good:
        Get -> ok
    """
    metadata = _told(event)
    assert metadata is not None
    missing = [name for name in SECTIONS if not any(_holds(s, name) for s in metadata.metadata_section)]
    if missing:
        yield Objection(
            f"metadata without {' and '.join(missing)}",
            exchange_lines(event.exchange),
            expected=" and ".join(missing),
        )


def _holds(section: MetadataSection, name: str) -> bool:
    """A section holds this part, or says where it is (WS-MetadataExchange 2004/09 §3)."""
    held = {
        "ThisModel": section.this_model, "ThisDevice": section.this_device, "Relationship": section.relationship,
    }[name]  # fmt: skip
    elsewhere = section.location is not None or section.metadata_reference is not None
    return held is not None or (elsewhere and section.dialect in (f"{DPWS}/{name}", f"{DPWS_11}/{name}"))


NOT_ANNOUNCED = Inconclusive("the capture holds no announcement of the device")
"""One for all: without discovery in the capture this is said of every request."""


@rule(
    "WSD410",
    "endpoint-not-announced",
    Severity.INFO,
    on=RequestPlaced,
    fault_of=FaultOf.CLIENT,
    source=("D10", "field failure 16"),
)
def endpoint_not_announced(event: RequestPlaced) -> Iterator[Verdict]:
    """A request goes to an address that the device's own announcement in this capture does not hold.

    Why:
        The client uses an address that was configured by hand or is out of date; or a proxy is in between. Where the
        capture holds no announcement, or none of the device's services, nothing is said.

    Bad:
        Probe -> ProbeMatches XAddrs=http://192.0.2.100:8018/wsd
        < replace :5357/scan :8018/wsd/scan
        Get -> ok
        GetScannerElements -> ok

    Good:
        Probe -> ProbeMatches
        Get -> ok
        GetScannerElements -> ok
    """
    if not event.announced:
        yield NOT_ANNOUNCED
        return
    asked = _place(event.url)
    known = [place for place in map(_place, event.announced) if place is not None]
    if asked is None or asked in known:
        return
    socket_known = asked[:2] in {place[:2] for place in known}
    named = any(place[1:] == asked[1:] and not _is_literal(place[0]) for place in known)
    if named or (socket_known and not event.is_complete):
        return
    if not event.is_complete:
        yield Inconclusive("the capture does not hold the addresses of what was asked, the device or its services")
        return
    yield Objection(
        f"{event.exchange.operation or 'a request'} goes to {event.url}, which the device did not announce"[:160],
        request_line(event.exchange, event.url),
        expected=" or ".join(event.announced[:3]),
        fold=event.url,
    )


@lru_cache(maxsize=4096)  # a capture has some dozens; hostile ones push each other out
def _place(url: str) -> tuple[str, int, str] | None:
    """Host, port and path of a URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts.hostname.split("%", 1)[0], port or (443 if parts.scheme == "https" else 80), parts.path.rstrip("/")


def _is_literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _is_multicast_message(event: MessageSeen) -> bool:
    message = event.message
    return event.exchange.transport is Transport.UDP and event.exchange.is_wsd and is_multicast(message.receiver)


@rule(
    "WSD414",
    "multicast-to-wrong",
    Severity.WARNING,
    on=MessageSeen,
    when=_is_multicast_message,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.SUBJECT,
    source=("D01", "WS-Discovery 2005/04 §2.4"),
)
def multicast_to_wrong(event: MessageSeen) -> Iterator[Verdict]:
    """To of a multicast message is not the address that stands for everybody.

    Why:
        Receivers drop multicast messages that are addressed to somebody else.

    Bad:
        > replace urn:schemas-xmlsoap-org:ws:2005:04:discovery urn:uuid:1
        Hello

    Good:
        Hello
    """
    envelope = event.message.envelope
    to = envelope.headers.to if envelope is not None else None
    if to not in DISCOVERY_ROLES:
        yield Objection(
            f"multicast {event.message.body_local or 'message'}: To is {to or 'missing'}"[:140],
            (message_line(event.exchange, event.message),),
            fault_of=sender_of(event.exchange, event.message),
            expected="urn:schemas-xmlsoap-org:ws:2005:04:discovery",
            fold=f"{event.message.body_local} {to}",
        )


@rule(
    "WSD415",
    "multicast-too-large",
    Severity.INFO,
    on=MessageSeen,
    when=_is_multicast_message,
    needs=(Need.EXACT_BYTES,),
    alike=Alike.SUBJECT,
    source=("D14", "DPWS 2006/02 R0029"),
)
def multicast_too_large(event: MessageSeen) -> Iterator[Verdict]:
    """A multicast message does not fit in one frame of Ethernet.

    Why:
        It is sent as fragments; one that is lost takes the message along, and many switches drop fragments of
        multicast. DPWS 1.1 allows no envelope over 4096 octets.

    Bad:
        > replace :5357/ :5357/xxxxxxxxxxxxxxxx
        > replace xxxx xxxxxxxxxxxxxxxx
        > replace xxxx xxxxxxxxxxxxxxxx
        > replace xxxx xxxxxxxxxxxxxxxx
        Hello

    Good:
        Hello
    """
    size = event.message.content_bytes
    if size > MTU_PAYLOAD:
        limit = MAX_UDP_ENVELOPE if size > MAX_UDP_ENVELOPE else MTU_PAYLOAD
        yield Objection(
            f"multicast {event.message.body_local or 'message'} of {size} octets, {limit} are allowed at most"[:140],
            (message_line(event.exchange, event.message),),
            severity=Severity.WARNING if size > MAX_UDP_ENVELOPE else None,
            fault_of=sender_of(event.exchange, event.message),
            expected=f"at most {limit} octets",
            fold=f"{event.message.body_local} {limit}",
        )
