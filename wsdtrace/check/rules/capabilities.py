"""WSD802: what a device says that it can do."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.capabilities import unsupported
from wsdtrace.check.configuration import contradictions
from wsdtrace.check.finding import Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import message_line
from wsdtrace.state.events import MessageSeen
from wsdtrace.state.model import Device
from wsdtrace.state.tickets import sections
from wsdtrace.wsd.scan import GetScannerElementsResponse, ScannerElementsChangeEvent
from wsdtrace.wsd.scanner import ScannerConfiguration
from wsdtrace.wsd.ticket import ScanTicket


def _device(event: MessageSeen) -> Device | None:
    return None if event.exchange.device is None else event.exchange.device.root


def _tells_abilities(event: MessageSeen) -> bool:
    return next(sections(event.message), None) is not None


@rule(
    "WSD802",
    "capabilities-contradict",
    Severity.WARNING,
    on=MessageSeen,
    of=(GetScannerElementsResponse, ScannerElementsChangeEvent),
    when=_tells_abilities,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    alike=Alike.SUBJECT,
    source=("S11", "S12", "S13", "S15", "S16", "field failure 21"),
)
def capabilities_contradict(event: MessageSeen) -> Iterator[Verdict]:
    """A ScannerConfiguration contradicts itself, or the default ticket asks for what it does not offer.

    Why:
        Clients believe the configuration. A feeder that says that it scans one side is never asked for both, though
        it could (seen: Brother MFC-9370CDW); a ticket that is made from the default one is refused.

    Bad:
        GetScannerElements -> ADFSupportsDuplex=false

    Good:
        GetScannerElements -> ok
    """
    told = list(sections(event.message))
    configuration = next((part for part in told if isinstance(part, ScannerConfiguration)), None)
    if configuration is not None:
        for found in contradictions(configuration):
            yield Objection(
                f"ScannerConfiguration: {found.text}"[:140],
                (message_line(event.exchange, event.message),),
                severity=Severity.INFO if found.is_harmless else None,
                expected="a configuration without contradictions",
            )
    device = _device(event)
    ticket = next((part for part in told if isinstance(part, ScanTicket)), None)
    known = configuration or (device.configuration if device is not None else None)
    default = ticket or (device.default_ticket if device is not None else None)
    if not isinstance(known, ScannerConfiguration) or not isinstance(default, ScanTicket):
        return
    for one in unsupported(default, known):
        if one.name == "FilmScanMode" and one.value == "NotApplicable":
            continue  # filmscanmodevalue.md: what a default ticket says where it is about no film
        yield Objection(
            f"DefaultScanTicket: {one.name} {one.value}, the configuration offers {one.offered}"[:140],
            (message_line(event.exchange, event.message),),
            expected=one.offered,
            fold=f"default {one.name}",
        )
