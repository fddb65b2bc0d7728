"""Datagrams of WS-Discovery by hand, where the hosts of scenarios are too orderly, and what a tracker says to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from wsdtrace.records import Datagram, Endpoint, Stamp
from wsdtrace.state.events import Event
from wsdtrace.state.order import Fact
from wsdtrace.state.tracker import Tracker

SECOND = 10**9
GROUP = Endpoint("239.255.255.250", 3702)
ENDPOINT = "urn:uuid:1"
ANNOUNCED = "http://10.0.0.2:5357/x"

NAMESPACES = (
    'xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
    'xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof" '
    'xmlns:pub="http://schemas.microsoft.com/windows/pub/2005/07" '
    'xmlns:wscn="http://schemas.microsoft.com/windows/2006/08/wdp/scan"'
)


@dataclass(frozen=True)
class Said:
    """One datagram."""

    action: str
    """Hello, Bye, Probe, ProbeMatches, Resolve or ResolveMatches."""
    sender: str = "10.0.0.2"
    port: int = 3702
    to: Endpoint = GROUP
    message_id: str | None = None
    """Made of its place in the conversation where nothing else is said."""
    relates_to: str | None = None
    endpoint: str = ENDPOINT
    xaddrs: str | None = ANNOUNCED
    types: str = "wsdp:Device wscn:ScanDeviceType"
    instance: int = 1
    number: int | None = None
    sequence: str | None = None
    version: int = 1
    at: float = 0.0
    """Seconds."""


def at(said: Said, seconds: float, **changes: Any) -> Said:
    """The same at another time, with changes."""
    return replace(said, at=seconds, **changes)


def xml_of(said: Said, place: int) -> bytes:
    """The message."""
    sequence = f' SequenceId="{said.sequence}"' if said.sequence else ""
    order = f'<wsd:AppSequence InstanceId="{said.instance}"{sequence} MessageNumber="{said.number or place}"/>'
    relates = "" if said.relates_to is None else f"<wsa:RelatesTo>{said.relates_to}</wsa:RelatesTo>"
    xaddrs = "" if said.xaddrs is None else f"<wsd:XAddrs>{said.xaddrs}</wsd:XAddrs>"
    who = f"<wsa:EndpointReference><wsa:Address>{said.endpoint}</wsa:Address></wsa:EndpointReference>"
    target = (
        f"{who}<wsd:Types>{said.types}</wsd:Types>{xaddrs}<wsd:MetadataVersion>{said.version}</wsd:MetadataVersion>"
    )
    body = {
        "Probe": f"<wsd:Probe><wsd:Types>{said.types}</wsd:Types></wsd:Probe>",
        "Resolve": f"<wsd:Resolve>{who}</wsd:Resolve>",
        "Bye": f"<wsd:Bye>{who}</wsd:Bye>",
        "Hello": f"<wsd:Hello>{target}</wsd:Hello>",
        "ProbeMatches": f"<wsd:ProbeMatches><wsd:ProbeMatch>{target}</wsd:ProbeMatch></wsd:ProbeMatches>",
        "ResolveMatches": f"<wsd:ResolveMatches><wsd:ResolveMatch>{target}</wsd:ResolveMatch></wsd:ResolveMatches>",
        "Fault": (
            "<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value>wsa:ActionNotSupported"
            "</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang='en'>no</soap:Text></soap:Reason>"
            "</soap:Fault>"
        ),
    }[said.action]
    family = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
    action = (
        "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"
        if said.action == "Fault"
        else f"{family}/{said.action}"
    )
    return (
        f"<soap:Envelope {NAMESPACES}><soap:Header><wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>"
        f"<wsa:Action>{action}</wsa:Action><wsa:MessageID>{said.message_id or f'urn:uuid:m{place}'}</wsa:MessageID>"
        f"{relates}{order}</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def datagrams(conversation: Iterable[Said]) -> list[Datagram]:
    """The datagrams, one frame each."""
    return [
        Datagram(Endpoint(s.sender, s.port), s.to, xml_of(s, n), Stamp(n, int(s.at * SECOND)))
        for n, s in enumerate(conversation, start=1)
    ]


def events_of(facts: Iterable[Fact], *, end: float = 0.0) -> list[Event]:
    """What a tracker says to the facts, and at the end of the capture.

    Args:
        facts: in capture order.
        end: when the capture ends, in seconds; with the last fact when that is later.
    """
    tracker = Tracker()
    said: list[Event] = []
    last = Stamp(1, 0)
    for fact in facts:
        said += tracker.feed(fact)
        last = fact.stamp
    last = Stamp(last.number, max(last.time_ns, int(end * SECOND)))
    said += tracker.advance(last.time_ns)
    said += tracker.close(last)
    return said


def heard(conversation: Iterable[Said], *, end: float = 0.0) -> list[Event]:
    """What a tracker says to a conversation."""
    return events_of(datagrams(conversation), end=end)
