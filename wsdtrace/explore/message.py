"""`Message`: one message of an exchange. Its facts are there at once, its text is read again when it is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wsdtrace.errors import CaptureError
from wsdtrace.explore.frames import wireshark_filter
from wsdtrace.explore.tables import Said
from wsdtrace.explore.tree import write_tree
from wsdtrace.explore.view import View
from wsdtrace.records import HttpMessage, LocatorKind, StreamChunk
from wsdtrace.report.page import Page
from wsdtrace.report.times import offset
from wsdtrace.report.words import between, size
from wsdtrace.soap import Envelope, MessageHeaders
from wsdtrace.soap.fault import Fault
from wsdtrace.soap.schema import Element
from wsdtrace.state import model
from wsdtrace.state.message import FaultSummary
from wsdtrace.state.message import Message as MessageModel

if TYPE_CHECKING:
    from wsdtrace.explore.exchange import Exchange
    from wsdtrace.explore.trace import Trace


class Message(View[MessageModel]):
    """A request or an answer.

    `print(message)` shows it as a tree with units and meanings; `body` is the typed value, `xml` and `raw` are what
    was on the wire, secrets included.
    """

    __slots__ = ("_exchange",)

    def __init__(self, trace: Trace, of: MessageModel, exchange: model.Exchange) -> None:
        """Made by its exchange."""
        super().__init__(trace, of)
        self._exchange = exchange

    @classmethod
    def of_said(cls, trace: Trace, said: Said) -> Message:
        """The view of a row of the table of messages."""
        return cls(trace, said.message, said.exchange)

    # -- what is known at once

    @property
    def role(self) -> str:
        """`request` or `response`."""
        return self._of.role.value

    @property
    def exchange(self) -> Exchange:
        """The exchange that it belongs to."""
        return self._trace._seen(self._exchange)

    @property
    def operation(self) -> str | None:
        return self._of.operation or self._exchange.operation

    @property
    def action(self) -> str | None:
        return self._of.action

    @property
    def message_id(self) -> str | None:
        return self._of.message_id

    @property
    def relates_to(self) -> str | None:
        return self._of.relates_to

    @property
    def status(self) -> int | None:
        """HTTP status of a response."""
        return self._of.status

    @property
    def fault(self) -> FaultSummary | None:
        return self._of.fault

    @property
    def complete(self) -> bool:
        """Every byte of it is in the capture."""
        return self._of.complete

    @property
    def size_bytes(self) -> int:
        """Length of its content."""
        return self._of.content_bytes

    @property
    def first_time(self) -> datetime | None:
        """When its first byte was captured."""
        return self._moment(self._of.first)

    @property
    def last_time(self) -> datetime | None:
        """When its last byte was captured."""
        return self._moment(self._of.last)

    # -- what is read again

    @property
    def body(self) -> Element | Fault | None:
        """The typed content of its Body: a declared message or a fault; None where it is neither.

        Raises:
            CaptureError: the trace is closed, or the capture is gone or was changed.
        """
        decoded = self._read.decoded
        return None if decoded is None else decoded.value

    @property
    def headers(self) -> MessageHeaders | None:
        """WS-Addressing's message information headers. Raises like `body`."""
        envelope = self.envelope
        return None if envelope is None else envelope.headers

    @property
    def envelope(self) -> Envelope | None:
        """The SOAP envelope; None where there is none. Raises like `body`."""
        return self._read.envelope

    @property
    def http(self) -> HttpMessage | None:
        """The HTTP message: start-line, field lines, content; None over UDP. Raises like `body`."""
        return self._read.http

    @property
    def xml(self) -> bytes | None:
        """The XML document as it was on the wire; None where there is none. Raises like `body`."""
        return self._read.xml

    @property
    def raw(self) -> bytes:
        """The message as it was on the wire: start-line, field lines and content, or the datagram.

        Raises:
            CaptureError: like `body`; or the source knows the content alone.
        """
        return self._wire()[0]

    @property
    def frames(self) -> list[int]:
        """Numbers of the frames that brought it, as Wireshark counts; empty for a source without frames."""
        if self._of.first.kind is not LocatorKind.FRAME:
            return []
        return self._wire()[1]

    @property
    def wireshark_filter(self) -> str:
        """A display filter for Wireshark that shows exactly its frames."""
        return wireshark_filter(self.frames)

    @property
    def _read(self) -> MessageModel:
        return self._trace._message(self._of, self._exchange)

    def _wire(self) -> tuple[bytes, list[int]]:
        """The bytes on the wire, and the numbers of the frames that brought them."""
        ref = self._of.place
        if ref is None:
            read = self._read
            if read.datagram is not None:
                return read.datagram.data, [read.first.number]
            raise CaptureError(f"{self._trace.path}: the source of this {self.role} has its content alone (.xml)")
        pieces: list[bytes] = []
        frames: set[int] = set()
        for event in self._trace._stream(ref):
            if not isinstance(event, StreamChunk):
                continue
            low = max(ref.message_start - event.offset, 0)
            high = min(ref.message_end - event.offset, len(event.data))
            if low < high:
                pieces.append(bytes(event.data[low:high]))
                rows = range(event.index.row(event.offset + low), event.index.row(event.offset + high - 1) + 1)
                frames.update(int(event.index.frame[row]) for row in rows)
        return b"".join(pieces), sorted(frames)

    # -- printed

    @property
    def _name(self) -> str:
        if self._of.fault is not None:
            return "Fault"
        return self._of.body_local or self.operation or "?"

    def _facts(self) -> list[str]:
        one = self._of
        return [
            self.role,
            self._said(self._name),
            between(one.first, one.last),
            "" if one.status is None else str(one.status),
            size(one.content_bytes),
            "" if one.complete else "✖ incomplete",
        ]

    def _text(self) -> str:
        return self._page(self._write)

    def _write(self, page: Page) -> None:
        one, start = self._of, self._trace._facts.input.first_time_ns
        where = between(one.first, one.last)
        page.line(
            (self.role, "bold"), "  ", (where, "cyan"), "  ", (offset(one.first.time_ns, start), "dim"),
            f"  {size(one.content_bytes)}" + ("" if one.complete else "  ✖ incomplete"),
        )  # fmt: skip
        headers = self.headers
        for name, value in _headers(headers) if headers is not None else ():
            page.line((f"  {name:<11}", "dim"), page.said(value, 200))
        body = self.body
        if body is not None:
            write_tree(page, body, indent=2)
        elif self.xml is not None:
            page.line(("  a body that is not declared; see .xml", "dim"))
        else:
            page.line(("  no SOAP; see .raw", "dim"))


def _headers(headers: MessageHeaders) -> list[tuple[str, str]]:
    found = [
        ("Action", headers.action),
        ("MessageID", headers.message_id),
        ("RelatesTo", headers.relates_to),
        ("To", headers.to),
        ("ReplyTo", headers.reply_to.address if headers.reply_to is not None else None),
    ]
    return [(name, value) for name, value in found if value]
