"""WSD404, WSD405, WSD407, WSD408, WSD411, WSD412, WSD416: what target services announce, from Hello to Bye."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Evidence, FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Verdict, rule
from wsdtrace.check.show import message_line, request_line, response_line, seconds
from wsdtrace.check.xaddrs import flaw_of
from wsdtrace.state.announcements import APP_MAX_DELAY_NS
from wsdtrace.state.exchanges import is_multicast
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Exchange
from wsdtrace.state.observations import (
    AddressRefused,
    AnnouncementSeen,
    EndpointRenamed,
    Order,
    SpokeAfterBye,
)

DELAY = seconds(APP_MAX_DELAY_NS).replace(".0", "")


def _tells_nothing(event: AnnouncementSeen) -> bool:
    """A ProbeMatch, or a ResolveMatch with an empty list; one without the element lacks a required one (WSD207)."""
    name = event.message.body_local
    return name == "ProbeMatches" or (name == "ResolveMatches" and event.service.tells_xaddrs)


@rule(
    "WSD404",
    "xaddrs-missing",
    Severity.INFO,
    on=AnnouncementSeen,
    when=_tells_nothing,
    source=("D10", "field failure 27"),
)
def xaddrs_missing(event: AnnouncementSeen) -> Iterator[Verdict]:
    """A match has no XAddrs: a Resolve is needed to learn where the device is.

    Why:
        It is allowed, and costs a second multicast. Across VLANs and in clients that never resolve, the device
        stays invisible.

    Bad:
        < drop wsd:XAddrs
        Probe -> ProbeMatches

    Good:
        Probe -> ProbeMatches
    """
    if not event.service.xaddrs:
        name = event.message.body_local
        yield Objection(
            f"{name} of {event.service.endpoint} without XAddrs: a Resolve is needed first"[:140],
            _answer(event),
            expected="XAddrs",
            fold=f"{name} {event.service.endpoint}",
        )


def _answer(event: AnnouncementSeen, detail: str = "") -> tuple[Evidence, ...]:
    """The announcement, behind what it answers."""
    asked = () if event.message.role is Role.REQUEST else request_line(event.exchange)
    return (*asked, message_line(event.exchange, event.message, detail))


def _has_choice(event: AnnouncementSeen | AddressRefused) -> bool:
    """One dead address is WSD108's; here it counts that a living one stands behind it."""
    return event.others > 0 if isinstance(event, AddressRefused) else bool(event.service.xaddrs)


@rule(
    "WSD405",
    "xaddrs-unusable",
    Severity.WARNING,
    on=(AnnouncementSeen, AddressRefused),
    when=_has_choice,
    source=("D10", "field failure 17", "field failure 18", "field failure 26", "WSDAPI troubleshooting"),
)
def xaddrs_unusable(event: AnnouncementSeen | AddressRefused) -> Iterator[Verdict]:
    """XAddrs are no http(s) URLs, mix both schemes, lie in another network than the client, or the first is dead.

    Why:
        Clients take the first address, and many take no other. A device with several interfaces often announces
        all of them on each.

    Bad:
        Probe -> ProbeMatches XAddrs=http://10.1.2.3:5357/x

    Good:
        Probe -> ProbeMatches
    """
    if isinstance(event, AddressRefused):
        if event.position == 0:
            how = "refused" if event.answered else "never answered"
            yield Objection(
                f"the first of {event.others + 1} XAddrs is dead: a connection to {event.responder} is {how}",
                (*request_line(event.announcement), *response_line(event.announcement, event.xaddr)),
                expected="first the address that answers",
                time_ns=event.stamp.time_ns,
            )
        return
    message = event.message
    asker = None if is_multicast(message.receiver) else message.receiver.address
    flaw = flaw_of(event.service.xaddrs, message.sender.address, asker)
    if flaw is None:
        return
    if not flaw.is_certain:
        yield Inconclusive(flaw.text)
        return
    yield Objection(
        f"XAddrs of {event.service.endpoint}: {flaw.text}"[:160],
        _answer(event, " ".join(event.service.xaddrs)[:200]),
        expected="http URLs that the client can reach",
        fold=f"{event.service.endpoint} {flaw.text}",
    )


def _has_order(event: AnnouncementSeen) -> bool:
    return event.instance.settled is not None or event.number.settled is not None


@rule(
    "WSD407",
    "app-sequence-backwards",
    Severity.WARNING,
    on=AnnouncementSeen,
    when=_has_order,
    source=("D02", "WS-Discovery 2005/04 appendix I"),
)
def app_sequence_backwards(event: AnnouncementSeen) -> Iterator[Verdict]:
    """InstanceId, or MessageNumber within one InstanceId and SequenceId, is lower than before.

    Why:
        A client takes a lower number for an old message and drops it; the scanner then seems to be gone. Messages
        that overtake each other within the 5 s for which they may be delayed are no fault.

    Bad:
        Hello MessageNumber=7
        wait 6s
        Hello MessageNumber=6

    Good:
        Hello MessageNumber=6
        wait 6s
        Hello MessageNumber=7
    """
    which, order = ("InstanceId", event.instance) if event.instance.is_backwards else ("MessageNumber", event.number)
    if order.is_backwards:
        yield _backwards(event, which, order)


def _backwards(event: AnnouncementSeen, which: str, order: Order) -> Objection:
    return Objection(
        f"{event.service.endpoint}: {which} {order.value} after {order.settled} was announced"[:140],
        (message_line(event.exchange, event.message, f"{which} {order.value}"),),
        expected=f"{which} {order.settled} or more",
        fold=f"{which} {event.service.endpoint}",
    )


@rule(
    "WSD408",
    "metadata-version-backwards",
    Severity.WARNING,
    on=AnnouncementSeen,
    when=lambda event: event.version.settled is not None and event.version.value is not None,
    source=("D03", "WSDAPI troubleshooting"),
)
def metadata_version_backwards(event: AnnouncementSeen) -> Iterator[Verdict]:
    """MetadataVersion of an endpoint is lower than before.

    Why:
        A client that has seen the higher version keeps what it knows and never asks for the metadata again.

    Bad:
        Hello MetadataVersion=5
        wait 6s
        Hello MetadataVersion=4

    Good:
        Hello MetadataVersion=4
        wait 6s
        Hello MetadataVersion=5
    """
    if event.version.is_backwards:
        yield _backwards(event, "MetadataVersion", event.version)


@rule(
    "WSD411",
    "epr-ambiguous",
    Severity.WARNING,
    on=AnnouncementSeen,
    when=lambda event: bool(event.service.xaddrs) and event.message.body_local != "Bye",
    source=("D09", "DPWS 2006/02 R0005"),
)
def epr_ambiguous(event: AnnouncementSeen) -> Iterator[Verdict]:
    """Two hosts announce the same endpoint at different addresses: one may be in between.

    Why:
        A client may merge both and talk to the one that it was not meant to. A proxy that announces the device's
        own endpoint on the same network does this, and so do cloned devices. Two interfaces of one host look
        alike from other networks; then nothing is said.

    Bad:
        Hello
        device 2: Hello EndpointReference.Address=urn:uuid:00000064-0000-1000-8000-000000000001

    Good:
        Hello
        device 2: Hello
    """
    rival = event.rival
    if rival is None:
        return
    if not rival.is_certain:
        yield Inconclusive("it may be one host with two interfaces")
        return
    here = event.message.sender.address
    yield Objection(
        f"{event.service.endpoint} is announced by {rival.address} and by {here}"[:140],
        (
            message_line(rival.exchange, _told(rival.exchange, rival.address), " ".join(rival.xaddrs)[:200]),
            message_line(event.exchange, event.message, " ".join(event.service.xaddrs)[:200]),
        ),
        fault_of=FaultOf.NETWORK,
        expected="one host for one endpoint address",
        fold=f"{event.service.endpoint} {min(here, rival.address)} {max(here, rival.address)}",
    )


def _told(exchange: Exchange, address: str) -> Message:
    """The message of an exchange that came from an address."""
    messages = [m for m in (exchange.request, *exchange.answers) if m is not None]
    return next((m for m in messages if m.sender.address == address), messages[-1])


@rule("WSD412", "traffic-after-bye", Severity.WARNING, on=SpokeAfterBye, source=("D13", "WS-Discovery 2005/04 §4.2"))
def traffic_after_bye(event: SpokeAfterBye) -> Iterator[Verdict]:
    """A device that said Bye still answers, without a new Hello.

    Why:
        Clients forget a device that says Bye. Bye means leaving the network; a change of metadata is told by
        Hello. What was asked before the Bye may be answered after it, and repeats of the Bye pass.

    Bad:
        Hello
        Bye
        wait 1s
        Probe -> ProbeMatches

    Good:
        Hello
        Bye
        wait 1s
        Hello
        Probe -> ProbeMatches
    """
    name = event.message.body_local or event.exchange.operation or "message"
    yield Objection(
        f"{name} {seconds(event.since_ns)} after the Bye of {event.endpoint}"[:140],
        (*request_line(event.bye), message_line(event.exchange, event.message, f"{seconds(event.since_ns)} later")),
        expected="nothing, or Hello first",
        fold=f"{event.endpoint}",
    )


@rule(
    "WSD416",
    "endpoint-renamed",
    Severity.INFO,
    on=EndpointRenamed,
    source=("D09", "DPWS 2006/02 R0006"),
)
def endpoint_renamed(event: EndpointRenamed) -> Iterator[Verdict]:
    """An address was announced under one endpoint address, and later only under another.

    Why:
        The endpoint address is the name of a device; clients remember it, and look for the scanner in vain when it has
        changed. Another device may also have taken over the IP address.

    Bad:
        Hello EndpointReference.Address=urn:uuid:1
        wait 60s
        Hello EndpointReference.Address=urn:uuid:2

    Good:
        Hello
        wait 60s
        Hello
    """
    yield Objection(
        f"{event.xaddr} was {event.before}, and is {event.now}"[:160],
        (*response_or_request(event.former, event.before), *response_or_request(event.exchange, event.now)),
        expected=event.before,
    )


def response_or_request(exchange: Exchange, detail: str) -> tuple[Evidence, ...]:
    """The announcement: an answer, or what nobody asked for."""
    return response_line(exchange, detail) or request_line(exchange, detail)
