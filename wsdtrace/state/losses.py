"""What of an exchange is not known: bytes that are missing, and what was given up at a bound of ours."""

from __future__ import annotations

from collections.abc import Sequence

from wsdtrace.http import HttpAnomaly
from wsdtrace.records import LACKING, Anomaly
from wsdtrace.soap import SoapAnomaly
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange

_BOUNDS_OF_XML = frozenset({SoapAnomaly.TOO_LARGE, SoapAnomaly.TOO_DEEP})


def lacks_bytes(exchange: Exchange) -> bool:
    """Bytes of a message are missing, or a whole message."""
    return exchange.abandoned in LACKING or _is_cut(exchange.request) or _is_cut(exchange.response)


def _is_cut(message: Message | None) -> bool:
    """Bytes of its content are missing. Of what has a likeness none are, and nobody need make the content to know."""
    if message is None or message.likeness is not None or message.http is None:
        return False
    return message.http.content.missing > 0


def bounds_met(message: Message | None) -> Sequence[Anomaly]:
    """The bounds of ours that a message met, of HTTP and of XML; what has a likeness met none."""
    if message is None or message.likeness is not None:
        return ()
    http = () if message.http is None else message.http.anomalies
    xml = () if message.envelope is None else message.envelope.anomalies
    return [a for a in http if a.kind == HttpAnomaly.LIMIT] + [a for a in xml if a.kind in _BOUNDS_OF_XML]
