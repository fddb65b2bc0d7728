"""An exchange of a scenario → the two messages of one leg of it, as documents and as HTTP."""

from __future__ import annotations

from wsdtrace.dataclass import dataclass
from wsdtrace.scenario import portrait
from wsdtrace.scenario.answers import ANSWERS
from wsdtrace.scenario.book import Book, Job
from wsdtrace.scenario.compose import Composed, action_of, compose, compose_fault, identifier_block
from wsdtrace.scenario.edits import Edited, edit_xml
from wsdtrace.scenario.fields import value_of
from wsdtrace.scenario.framing import (
    Framed,
    Payload,
    client_hello,
    frame_answer,
    frame_request,
    image_payload,
    server_hello,
    soap_payload,
)
from wsdtrace.scenario.hosts import MANAGER_PATH, SERVICE_PATH, SINK_PATH, Faces, Host
from wsdtrace.scenario.images import draw
from wsdtrace.scenario.model import Answer, Exchange, Picture, Reply
from wsdtrace.scenario.operations import Toward
from wsdtrace.scenario.requests import REQUESTS
from wsdtrace.scenario.tickets import Raster, final_parameters, raster
from wsdtrace.scenario.turn import Turn
from wsdtrace.scenario.words import raw_bytes
from wsdtrace.soap import AppSequence, EndpointReference, MessageHeaders
from wsdtrace.soap.schema import Element

DISCOVERY_TO = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
"""To of what goes to everybody (WS-Discovery 2005/04 §2.4)."""

ONE_WAY_STATUS, OK_STATUS, SENDER_STATUS, RECEIVER_STATUS = 202, 200, 400, 500
"""RFC 9110; SOAP 1.2 part 2 §7.5.2.2"""


@dataclass(frozen=True, slots=True)
class Written:
    """A document, edited."""

    edited: Edited
    body: Element | None
    """What it said before the edits."""
    status: int = OK_STATUS


@dataclass(frozen=True, slots=True)
class Leg:
    """One exchange as one pair of parties sees it; through a proxy there are two."""

    step: Exchange
    client: Host
    device: Host
    faces: Faces
    book: Book
    now_ns: int
    message_id: str
    """Of the request."""
    answer_id: str
    number: int = 1
    """MessageNumber of what the device sends."""

    @property
    def path(self) -> str:
        """Request target."""
        match self.step.operation.toward:
            case Toward.SERVICE:
                return SERVICE_PATH
            case Toward.MANAGER:
                return MANAGER_PATH
            case Toward.SINK:
                return SINK_PATH
            case Toward.DEVICE | Toward.MULTICAST:
                return self.faces.device_path(self.device)

    @property
    def host(self) -> str:
        """Value of the Host field."""
        return str(self.faces.sink if self.step.operation.by_device else self.faces.service)

    # -- the request --------------------------------------------------------------------------

    def request(self) -> Written:
        """The request as a document."""
        step, operation = self.step, self.step.operation
        make = REQUESTS.get(operation.name)
        turn = Turn(self.client, self.device, self.faces, self.book, self.now_ns, step.assignments)
        headers = self._request_headers(action_of(operation, answer=False))
        composed = compose(operation, make(turn) if make else None, headers, step.assignments, answer=False)
        return Written(edit_xml(step.manner.request, composed.xml, composed.bindings), composed.body)

    def _request_headers(self, action: str) -> MessageHeaders:
        operation = self.step.operation
        to, identifier = self.faces.service_url, None
        match operation.toward:
            case Toward.DEVICE:
                to = self.device.endpoint
            case Toward.MANAGER:
                known = self.book.subscription(self.device, self.client)
                to, identifier = self.faces.manager_url, known.identifier if known is not None else None
            case Toward.SINK:
                to, identifier = self.faces.sink_url, f"{self.client.endpoint}/sink"
            case Toward.MULTICAST:
                to = self.device.endpoint if self.step.cast.directed else DISCOVERY_TO
            case Toward.SERVICE:
                pass
        return MessageHeaders(
            to=to,
            action=action,
            message_id=self.message_id,
            reply_to=None if operation.by_device else EndpointReference(address=portrait.ANONYMOUS),
            app_sequence=self._sequence() if operation.one_way else None,
            reference_parameters=() if identifier is None else (identifier_block(identifier),),
        )

    def _sequence(self) -> AppSequence:
        return AppSequence(instance_id=1, message_number=self.number)

    def request_frame(self, written: Written) -> Framed:
        """The request over HTTP."""
        edits = self.step.manner.request
        payload = soap_payload(written.edited.data, written.edited.charset)
        return frame_request(self.host, self.path, payload, edits)

    # -- the answer ---------------------------------------------------------------------------

    def answer(self, request: Written, answer: Answer) -> Written:
        """The answer as a document.

        Args:
            request: that is answered.
            answer: a message, an image or a fault.
        """
        operation = self.step.operation
        asked = value_of(self.step.assignments, "MessageID")
        headers = MessageHeaders(
            to=portrait.ANONYMOUS,
            action="",
            message_id=self.answer_id,
            relates_to=self.message_id if asked is None else asked,
            app_sequence=self._sequence() if operation.toward is Toward.MULTICAST else None,
        )
        if answer.reply is Reply.FAULT:
            composed, code = compose_fault(operation, answer, headers, self._detail(request))
            status = SENDER_STATUS if code.endswith("Sender") else RECEIVER_STATUS
        else:
            turn = Turn(
                self.client,
                self.device,
                self.faces,
                self.book,
                self.now_ns,
                answer.assignments,
                answer.word,
                request.body,
            )
            make = ANSWERS.get(operation.name)
            named = headers._replace(action=action_of(operation, answer=True))
            composed = compose(operation, make(turn) if make else None, named, answer.assignments, answer=True)
            status = OK_STATUS
        edited = edit_xml(self.step.manner.response, composed.xml, composed.bindings)
        return Written(edited, composed.body, status)

    def _detail(self, request: Written) -> str:
        """What a fault's Detail names: the job, or the operation."""
        job_id = getattr(request.body, "job_id", None)
        return str(job_id) if isinstance(job_id, int) else self.step.operation.name

    def answer_frame(self, written: Written | None, answer: Answer) -> Framed:
        """The answer over HTTP.

        Args:
            written: its document; None where it has none.
            answer: what the scenario says.
        """
        manner = self.step.manner
        payload: Payload | None = None
        status = ONE_WAY_STATUS
        if answer.reply is Reply.HTTP:
            status = answer.status or OK_STATUS
            payload = Payload(raw_bytes(answer.content), answer.word)
        elif written is not None:
            status = written.status
            payload = soap_payload(written.edited.data, written.edited.charset)
            if answer.reply is Reply.IMAGE:
                image, media_type = self._image(answer.word, manner.image)
                payload = image_payload(written.edited.data, written.edited.charset, image, media_type, manner.mime)
        return frame_answer(status, payload, manner.http, manner.response)

    def _image(self, format_: str, picture: Picture) -> tuple[bytes, str]:
        job = self._job()
        final = job.final if job is not None else final_parameters(None)
        size = raster(final)
        if picture.width and picture.height:
            size = Raster(picture.width, picture.height, size.bits)
        declared = final.format.value if final.format is not None else None
        page = 1 if job is None else max(job.delivered, 1)
        data, media_type = draw(page, format_ or str(declared or "jfif"), size)
        data = data[: max(len(data) - picture.cut, 0)] if picture.cut else data
        return data + bytes(picture.trailing), media_type

    def _job(self) -> Job | None:
        said = value_of(self.step.assignments, "JobId")
        if said is not None and said.isdecimal():
            return self.book.job(self.device, int(said))
        return self.book.latest(self.device)


def hello_bytes(*, server: bool) -> bytes:
    """What a TLS connection begins with."""
    return server_hello() if server else client_hello()


__all__ = ["Composed", "Leg", "Written", "hello_bytes"]
