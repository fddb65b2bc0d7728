"""WSD401–403, WSD413: searches and their answers."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Verdict, rule
from wsdtrace.check.show import message_line, request_line, seconds
from wsdtrace.records import Abandoned
from wsdtrace.state.events import ExchangeEnded
from wsdtrace.state.exchanges import MATCHES, is_multicast
from wsdtrace.state.model import Exchange
from wsdtrace.state.observations import (
    MatchSeen,
    MatchUnrelated,
    ProbeSettled,
)
from wsdtrace.state.probes import MATCH_WINDOW_NS

WINDOW = seconds(MATCH_WINDOW_NS).replace(".0", "")


def _searcher(exchange: Exchange) -> str:
    return str(exchange.client_endpoint.address)


def _copies(exchange: Exchange) -> str:
    count = len(exchange.repeats) + 1
    return "1 copy" if count == 1 else f"{count} copies"


def _is_settled(event: ProbeSettled | ExchangeEnded) -> bool:
    """The time of a Probe is over, or a directed one was answered or given up."""
    if isinstance(event, ProbeSettled):
        return True
    exchange = event.exchange
    gone = exchange.abandoned in (None, Abandoned.CLOSED, Abandoned.RESET)
    return exchange.operation == "Probe" and exchange.request is not None and gone


@rule(
    "WSD401",
    "probe-unanswered",
    Severity.INFO,
    on=(ProbeSettled, ExchangeEnded),
    when=_is_settled,
    alike=Alike.VERDICT,
    source=("D06", "field failure 20"),
)
def probe_unanswered(event: ProbeSettled | ExchangeEnded) -> Iterator[Verdict]:
    """No ProbeMatches came within 4 s of the last copy of a Probe, or none at all to a directed one.

    Why:
        Nobody is there, a firewall stands between, or the device does not answer this kind of Probe. Windows
        waits 4 s and then shows no scanner. Where unicast traffic to the prober is not in the capture at all, an
        answer could not have been seen.

    Bad:
        GetScannerElements -> ok
        Probe -> nothing
        wait 5s
        GetScannerElements -> ok

    Good:
        Probe -> ProbeMatches
        wait 5s
        GetScannerElements -> ok
    """
    if isinstance(event, ExchangeEnded):
        if event.exchange.response is None:
            yield Objection(
                "a directed Probe had no answer",
                request_line(event.exchange),
                expected="ProbeMatches, or HTTP 202",
            )
        return
    if event.answered:
        return
    if not event.visible:
        yield Inconclusive("no unicast traffic to the prober is in the capture")
        return
    yield Objection(
        f"Probe of {_searcher(event.exchange)}: no ProbeMatches within {WINDOW}",
        request_line(event.exchange, _copies(event.exchange)),
        fault_of=FaultOf.UNKNOWN,
        expected=f"ProbeMatches within {WINDOW}",
        time_ns=event.stamp.time_ns,
    )


def _is_match(event: MatchSeen | MatchUnrelated) -> bool:
    return isinstance(event, MatchUnrelated) or event.message.body_local in MATCHES


@rule(
    "WSD402",
    "match-late",
    Severity.WARNING,
    on=MatchSeen,
    when=lambda event: _is_match(event) and event.since_ns is not None,
    source=("D04", "WSDAPI troubleshooting"),
)
def match_late(event: MatchSeen) -> Iterator[Verdict]:
    """ProbeMatches or ResolveMatches came later than 4 s after the last copy of the request.

    Why:
        Windows listens for 4 s; what comes later is lost, and the scanner is not found. WS-Discovery lets a
        client forget a Probe after 10 s.

    Bad:
        Probe -> ProbeMatches after 4.1s

    Good:
        Probe -> ProbeMatches after 3.9s
    """
    since_ns = event.since_ns
    if since_ns is not None and since_ns > MATCH_WINDOW_NS:
        name = event.message.body_local
        yield Objection(
            f"{name} {seconds(since_ns)} after the last copy of the request, Windows waits {WINDOW}",
            (
                *request_line(event.exchange, _copies(event.exchange)),
                message_line(event.exchange, event.message, f"{seconds(since_ns)} later"),
            ),
            expected=f"{name} within {WINDOW}",
            fold=f"late {name}",
        )


@rule(
    "WSD403",
    "match-wrong-sender",
    Severity.WARNING,
    on=(MatchSeen, MatchUnrelated),
    when=_is_match,
    source=("D06",),
)
def match_wrong_sender(event: MatchSeen | MatchUnrelated) -> Iterator[Verdict]:
    """A match is not sent to the port from which the Probe came, or its RelatesTo is not the Probe's MessageID.

    Why:
        The prober listens where it sent from, and takes only what relates to its own Probe; anything else is lost
        without a trace.

    Bad:
        udp: to 239.255.255.250 3702
        Probe -> ProbeMatches

    Good:
        Probe -> ProbeMatches
    """
    if isinstance(event, MatchUnrelated):
        yield from _unrelated(event.exchange, event.stray)
        return
    receiver, askers = event.message.receiver, event.askers
    if not askers:
        yield Inconclusive("the request is not in the capture")
    if not askers or receiver in askers:
        return
    if is_multicast(receiver):
        problem = "is multicast"
    elif all(receiver.port != asker.port for asker in askers) and receiver.address in {a.address for a in askers}:
        problem = f"goes to port {receiver.port}"
    else:
        yield Inconclusive("the prober may have asked from this address, too")
        return
    ports = ", ".join(dict.fromkeys(str(a.port) for a in askers))
    name = event.message.body_local
    yield Objection(
        f"{name} {problem}, the request came from port {ports}",
        (
            *request_line(event.exchange, f"from {askers[0]}"),
            message_line(event.exchange, event.message, f"to {receiver}"),
        ),
        expected=f"unicast to {askers[0]}",
        fold=f"{name} {problem}",
    )


def _unrelated(probe: Exchange, stray: Exchange) -> Iterator[Verdict]:
    message = stray.response or stray.request
    if message is None:
        return
    asked = probe.request.message_id if probe.request is not None else None
    found = message.relates_to or "missing"
    problem = "missing" if message.relates_to is None else "no MessageID of its prober"
    yield Objection(
        f"{message.body_local}: RelatesTo is {problem}",
        (
            *request_line(probe, f"MessageID {asked}"),
            message_line(stray, message, f"RelatesTo {found}"),
        ),
        expected=f"RelatesTo {asked}",
        fold=f"{message.body_local} unrelated",
    )


def _answers_probe(event: MatchSeen | ExchangeEnded) -> bool:
    if isinstance(event, MatchSeen):
        return event.since_ns is not None
    return event.exchange.operation == "Probe" and event.exchange.response is not None


@rule(
    "WSD413",
    "fault-to-probe",
    Severity.WARNING,
    on=(MatchSeen, ExchangeEnded),
    when=_answers_probe,
    alike=Alike.VERDICT,
    source=("D12", "field failure 29"),
)
def fault_to_probe(event: MatchSeen | ExchangeEnded) -> Iterator[Verdict]:
    """A Probe or Resolve is answered by a Fault.

    Why:
        Who does not match is silent, or answers a directed Probe with HTTP 202. Clients that do not expect a
        Fault here ignore the device for good.

    Bad:
        over HTTP: Probe -> Fault wsa:ActionNotSupported

    Good:
        over HTTP: Probe -> ProbeMatches
    """
    exchange = event.exchange
    message = event.message if isinstance(event, MatchSeen) else exchange.response
    if message is None or message.fault is None:
        return
    what = message.fault.subcode or message.fault.code or "a fault"
    yield Objection(
        f"{exchange.operation or 'Probe'} answered by a Fault ({what})",
        (*request_line(exchange), message_line(exchange, message, message.fault.reason or "")),
        expected="ProbeMatches, or silence",
    )
