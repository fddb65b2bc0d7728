"""Messages of real clients and devices, for tests of the rooms that read them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.shared import CAPTURES, shared_path
from wsdtrace.pipeline import Options, check_file
from wsdtrace.state.events import Event, MessageSeen


@cache
def messages_of(capture: Path) -> tuple[bytes, ...]:
    """The XML of every message in a capture, in order."""
    found: list[bytes] = []

    def take(event: Event) -> None:
        if isinstance(event, MessageSeen) and event.message.xml:
            found.append(event.message.xml)

    check_file(str(capture), Options(on_event=take, select=("WSD301",)))
    return tuple(found)


@cache
def cases() -> tuple[bytes, ...]:
    """The messages of all case captures, each text once."""
    found: dict[bytes, None] = {}
    for capture in sorted(CAPTURES.glob("*/capture.pcap*")):
        found.update(dict.fromkeys(messages_of(capture)))
    return tuple(found)


@cache
def recordings() -> tuple[bytes, ...]:
    """The messages of the recordings beside the repository, each text once."""
    found: dict[bytes, None] = {}
    for capture in sorted(shared_path("data/captures").glob("*.pcap*")):
        found.update(dict.fromkeys(messages_of(capture)))
    return tuple(found)


def published(name: str) -> bytes:
    """A message that somebody else published."""
    return shared_path(f"data/public/{name}").read_bytes()


ENVELOPE = (
    b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"'
    b' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    b' xmlns:wscn="http://schemas.microsoft.com/windows/2006/08/wdp/scan">%s<soap:Body>%s</soap:Body></soap:Envelope>'
)


def enveloped(body: str, header: str = "", *, action: str | None = None) -> bytes:
    """An envelope of SOAP 1.2 with the prefixes soap, wsa and wscn."""
    blocks = header
    if action is not None:
        blocks += f"<wsa:Action>{action}</wsa:Action><wsa:MessageID>urn:uuid:1</wsa:MessageID>"
    return ENVELOPE % (f"<soap:Header>{blocks}</soap:Header>".encode() if blocks else b"", body.encode())
