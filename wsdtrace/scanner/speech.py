"""What was decided → the bytes that are sent: the message in its declared form, changed as the persona changes it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wsdtrace import __version__
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadScenario
from wsdtrace.scanner.outcome import Asked, Denied, Facts, Outcome, Said
from wsdtrace.scanner.persona import Persona
from wsdtrace.scanner.profile import Addresses
from wsdtrace.scenario.compose import action_of, compose, compose_fault, identifier_block
from wsdtrace.scenario.edits import edit_xml
from wsdtrace.scenario.framing import Payload, frame_answer, frame_request, image_payload, soap_payload
from wsdtrace.scenario.messages import (
    DISCOVERY_TO,
    OK_STATUS,
    ONE_WAY_STATUS,
    RECEIVER_STATUS,
    SENDER_STATUS,
)
from wsdtrace.scenario.model import Answer, Assignment, Exchange, Manner, Place, Reply
from wsdtrace.scenario.operations import OPERATIONS, Operation, Toward
from wsdtrace.scenario.words import raw_bytes
from wsdtrace.soap import AppSequence, EndpointReference, MessageHeaders
from wsdtrace.soap.namespaces import ANONYMOUS
from wsdtrace.soap.schema import Element

logger = logging.getLogger(__name__)

AUTHOR = "wsdtrace"
SERVER = f"wsdtrace/{__version__}"
_NOWHERE = Place(1, 1)
_PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is done in answer."""

    data: bytes = b""
    after_ns: int = 0
    """Wait so long before it."""
    over_ns: int = 0
    """Take so long for it."""
    close: bool = False
    """The connection ends behind it."""
    reset: bool = False
    whole: bool = True
    """All that belongs to it is sent."""
    fault: str = ""
    """Subcode of the fault that it is; empty where it is none."""
    repeat: int = 1
    """Of a datagram."""


def new_id() -> str:
    """A MessageID."""
    return f"urn:uuid:{uuid.uuid4()}"


class Speech:
    """The voice of a persona.

    Args:
        persona: who speaks.
        instance_id: of AppSequence; grows when the device starts again.
    """

    def __init__(self, persona: Persona, instance_id: int) -> None:
        self.persona = persona
        self._instance_id = instance_id
        self._number = 0

    # -- answers ------------------------------------------------------------------------------

    def answer(self, asked: Asked, outcome: Outcome, facts: Facts, at: Addresses) -> Outgoing:
        """The answer to a request over HTTP.

        Args:
            asked: the request.
            outcome: what was decided.
            facts: the situation.
            at: where the device is.
        """
        exchange = self.persona.exchange(asked.operation, facts)
        operation = OPERATIONS[asked.operation] if asked.operation in OPERATIONS else _unknown(asked.operation)
        if exchange is None:
            return self._framed(operation, asked, outcome, None, at)
        try:
            return self._framed(operation, asked, outcome, exchange, at)
        except BadScenario as error:
            logger.warning("persona %s, %s: %s", self.persona.name, asked.operation, error.problem)
            return self._framed(operation, asked, outcome, None, at)

    def _framed(
        self, operation: Operation, asked: Asked, outcome: Outcome, exchange: Exchange | None, at: Addresses
    ) -> Outgoing:
        told = exchange.answer if exchange is not None else None
        manner = exchange.manner if exchange is not None else _PLAIN
        http = manner.http
        after_ns = (told.after_ns or 0) if told is not None else 0
        over_ns = (told.over_ns or 0) if told is not None else 0
        if told is not None and told.reply is Reply.NOTHING:
            return Outgoing(after_ns=after_ns, whole=False)
        if told is not None and told.reply is Reply.CLOSE:
            return Outgoing(after_ns=after_ns, close=True, whole=False)
        if told is not None and told.reply in (Reply.RESET, Reply.REFUSED, Reply.UNREACHABLE):
            return Outgoing(after_ns=after_ns, close=True, reset=True, whole=False)
        denied = _denied(outcome, told)
        if told is not None and told.reply is Reply.HTTP:
            denied = None
            status, payload = told.status or OK_STATUS, Payload(raw_bytes(told.content), told.word)
        else:
            status, payload = self._document(operation, asked, outcome, denied, told, manner, at)
        data = frame_answer(status, payload, http, manner.response, server=SERVER).data
        interim = b"HTTP/1.1 100 Continue\r\n\r\n" if http.interim else b""
        missing = http.cut or http.reset
        data = interim + (data[: max(0, len(data) - missing)] if missing else data)
        ends = bool(missing) or http.until_close or http.version_10
        fault = denied.word if denied is not None else ""
        return Outgoing(data, after_ns, over_ns, close=ends, reset=bool(http.reset), whole=not missing, fault=fault)

    def _document(
        self,
        operation: Operation,
        asked: Asked,
        outcome: Outcome,
        denied: Answer | None,
        told: Answer | None,
        manner: Manner,
        at: Addresses,
    ) -> tuple[int, Payload]:
        headers = MessageHeaders(
            to=ANONYMOUS,
            message_id=new_id(),
            relates_to=asked.envelope.headers.message_id,
            app_sequence=self.sequence() if operation.toward is Toward.MULTICAST else None,
        )
        assigned = _placed(told.assignments, at) if told is not None else ()
        if denied is not None:
            composed, code = compose_fault(operation, replace(denied, assignments=assigned), headers, _detail(outcome))
            status = SENDER_STATUS if code.endswith("Sender") else RECEIVER_STATUS
        else:
            assert isinstance(outcome, Said)
            named = headers._replace(action=action_of(operation, answer=True))
            composed = compose(operation, outcome.body, named, assigned, answer=True)
            status = OK_STATUS
        edited = edit_xml(manner.response, composed.xml, composed.bindings)
        if isinstance(outcome, Said) and outcome.image is not None and denied is None:
            image, media_type = self._image(outcome, told, manner)
            return status, image_payload(edited.data, edited.charset, image, media_type, manner.mime, author=AUTHOR)
        return status, soap_payload(edited.data, edited.charset)

    def _image(self, outcome: Said, told: Answer | None, manner: Manner) -> tuple[bytes, str]:
        """The page, in another format or shortened where the persona does that."""
        image, media_type = outcome.image or b"", outcome.media_type
        wanted = told.word if told is not None and told.reply is Reply.IMAGE else ""
        picture = manner.image
        if wanted or picture.width:
            image = _redrawn(image, wanted, picture.width, picture.height)
        if picture.cut:
            image = image[: max(0, len(image) - picture.cut)]
        return image + bytes(picture.trailing), media_type

    @staticmethod
    def plain(status: int, reason: str) -> bytes:
        """An answer that is no SOAP, and the last one on its connection."""
        payload = Payload(f"{reason}\n".encode(), "text/plain; charset=utf-8")
        framed = frame_answer(status, payload, _PLAIN.http, (), server=SERVER)
        return framed.data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)

    # -- what it says by itself ---------------------------------------------------------------

    def sequence(self) -> AppSequence:
        """The next place in the order of its discovery messages."""
        self._number += 1
        return AppSequence(instance_id=self._instance_id, message_number=self._number)

    def event(self, body: Element, sink: EndpointReference, at: Addresses, facts: Mapping[str, Any]) -> Outgoing:
        """A notification as a request to an event sink."""
        name = type(body).__name__
        operation = OPERATIONS[name]
        parameters = tuple(identifier_block(p.text or "") for p in sink.reference_parameters if "Identifier" in p.tag)
        from lxml import etree  # noqa: PLC0415  # reference parameters that are no Identifier are kept as they are

        others = tuple(etree.fromstring(p.xml) for p in sink.reference_parameters if "Identifier" not in p.tag)
        headers = MessageHeaders(
            to=sink.address,
            action=action_of(operation, answer=False),
            message_id=new_id(),
            reference_parameters=parameters + others,
        )
        host, path = _split(sink.address or "")
        exchange = self.persona.exchange(name, facts)
        if exchange is not None and exchange.answer is not None and exchange.answer.reply is Reply.NOTHING:
            return Outgoing(whole=False)
        xml, edits = self._spoken(operation, body, headers, exchange, at)
        return Outgoing(frame_request(host, path, soap_payload(xml, "utf-8"), edits).data)

    def datagram(self, operation: str, body: Element, at: Addresses, facts: Facts, relates_to: str | None) -> Outgoing:
        """A discovery message over UDP: Hello and Bye, or the answer to Probe and Resolve."""
        told = OPERATIONS[operation]
        is_answer = relates_to is not None
        headers = MessageHeaders(
            to=ANONYMOUS if is_answer else DISCOVERY_TO,
            action=action_of(told, answer=is_answer),
            message_id=new_id(),
            relates_to=relates_to,
            app_sequence=self.sequence(),
        )
        exchange = self.persona.exchange(operation, facts)
        answer = exchange.answer if exchange is not None else None
        if answer is not None and answer.reply is not Reply.MESSAGE and answer.reply is not Reply.FAULT:
            return Outgoing(whole=False)
        repeat = exchange.manner.udp.repeat if exchange is not None else 1
        after_ns = (answer.after_ns or 0) if answer is not None else 0
        if answer is not None and answer.reply is Reply.FAULT:
            composed, _ = compose_fault(told, answer, headers, "")
            return Outgoing(composed.xml, after_ns, repeat=repeat)
        xml, _ = self._spoken(told, body, headers, exchange, at, answer=is_answer)
        return Outgoing(xml, after_ns, repeat=repeat)

    def _spoken(
        self,
        operation: Operation,
        body: Element,
        headers: MessageHeaders,
        exchange: Exchange | None,
        at: Addresses,
        *,
        answer: bool = False,
    ) -> tuple[bytes, Any]:
        """A document, and the edits of its HTTP head."""
        manner = exchange.manner if exchange is not None else _PLAIN
        edits = manner.response if answer else manner.request
        said = () if exchange is None else exchange.assignments
        if answer and exchange is not None and exchange.answer is not None:
            said = exchange.answer.assignments
        composed = compose(operation, body, headers, _placed(said, at), answer=answer)
        return edit_xml(edits, composed.xml, composed.bindings).data, edits


def _placed(assignments: tuple[Assignment, ...], at: Addresses) -> tuple[Assignment, ...]:
    """Assignments with the device's own addresses where they name them: `{device}`, `{service}`, `{base}`, `{host}`."""
    places = {
        "{device}": at.device,
        "{service}": at.service,
        "{base}": at.base,
        "{host}": at.base.partition("://")[2].rpartition(":")[0],
        "{endpoint}": at.endpoint,
    }
    out = []
    for assignment in assignments:
        value = assignment.value
        for name, place in places.items():
            value = value.replace(name, place)
        out.append(replace(assignment, value=value))
    return tuple(out)


def _denied(outcome: Outcome, told: Answer | None) -> Answer | None:
    """The fault to write, if it is one."""
    if told is not None and told.reply is Reply.FAULT:
        return told
    if isinstance(outcome, Denied):
        return Answer(Reply.FAULT, outcome.subcode, (), _NOWHERE)
    return None


def _detail(outcome: Outcome) -> str:
    return outcome.detail if isinstance(outcome, Denied) else ""


def _unknown(name: str) -> Operation:
    return Operation(name, Toward.SERVICE)


def _split(url: str) -> tuple[str, str]:
    """Host and port as the Host field has them, and the request target."""
    rest = url.partition("://")[2]
    host, slash, path = rest.partition("/")
    return host, slash + path or "/"


def _redrawn(image: bytes, format_: str, width: int, height: int) -> bytes:
    """The page in another format or size than was asked for."""
    import io  # noqa: PLC0415  # only for personas that mislabel what they send

    from PIL import Image  # noqa: PLC0415

    from wsdtrace.scanner.images import encode  # noqa: PLC0415

    with Image.open(io.BytesIO(image)) as page:
        page.load()
        if width:
            return encode([page.resize((width, height))], format_ or "jfif", 80, (200, 200))
        return encode([page], "tiff-single-uncompressed" if format_ == "tiff" else format_, 80, (200, 200))


__all__ = ["ONE_WAY_STATUS", "Outgoing", "Speech", "new_id"]
