"""One SOAP message (or what came in its place), as the tracker and the rules see it."""

from __future__ import annotations

from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.records import ContentRef, Datagram, Endpoint, HttpMessage, Stamp
from wsdtrace.soap.envelope import Envelope
from wsdtrace.state.likeness import Likeness
from wsdtrace.wsd import Decoded


class Role(StrEnum):
    """A message's place in its exchange."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(slots=True)
class FaultSummary:
    """What a SOAP fault said, in fixed size."""

    code: str | None
    """Local name of Code/Value: `Sender`, `Receiver` …"""
    subcode: str | None
    """Local name of the first Subcode/Value."""
    subcode_ns: str | None
    subcode_raw: str | None
    """As on the wire, prefix included."""
    reason: str | None
    detail: str | None


@dataclass(slots=True)
class Message:
    """One SOAP message (or what came in its place) with its envelope and typed value."""

    role: Role
    sender: Endpoint
    receiver: Endpoint
    first: Stamp
    last: Stamp
    content_bytes: int
    """Length of the content."""
    complete: bool
    """Every byte of it is in the capture."""
    exact: bool = True
    """The bytes are those of the wire."""
    status: int | None = None
    """HTTP status of a response."""
    head_end: Stamp | None = None
    is_soap: bool = False
    """Labelled as SOAP or read as an envelope."""
    labelled_soap: bool = False
    well_formed: bool = False
    operation: str | None = None
    """From the Action, else from the body."""
    action: str | None = None
    message_id: str | None = None
    relates_to: str | None = None
    body_local: str | None = None
    fault: FaultSummary | None = None
    http: HttpMessage | None = None
    datagram: Datagram | None = None
    envelope: Envelope | None = None
    decoded: Decoded | None = None
    xml: bytes | None = None
    """The XML document: the content, or the root part of a multipart."""
    likeness: Likeness | None = None
    """What it shares with messages that say the same."""
    place: ContentRef | None = None
    """Where it can be read again, if anybody wanted to know before it was released."""

    def release(self) -> None:
        """Drop what is not of fixed size."""
        self.http = self.datagram = self.envelope = self.decoded = self.xml = self.likeness = None
