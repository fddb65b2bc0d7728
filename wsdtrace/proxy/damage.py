"""Contents with a fault in them: truncated, corrupted, related to another message; answers of our own."""

from __future__ import annotations

import random
import re
import uuid
from http import HTTPStatus

from wsdtrace.http.head import Head
from wsdtrace.http.media import parse_media_type
from wsdtrace.proxy.heads import plain_answer
from wsdtrace.proxy.places import Message
from wsdtrace.soap import Fault, FaultName, MessageHeaders, SoapVersion, write_envelope
from wsdtrace.soap.namespaces import FAMILIES, SOAP12, WSA
from wsdtrace.wsd import FAULTS

PREFIX_OF = {family.canonical: family.prefix for family in FAMILIES}
_BLANK = re.compile(rb"\r?\n\r?\n")


def parts_of(content: bytes, head: Head) -> list[tuple[int, int]]:
    """Ranges of the bodies of a multipart content's parts; empty for any other."""
    kind, parameters = parse_media_type(head.value("content-type") or "")
    boundary = dict(parameters).get("boundary")
    if not (kind or "").startswith("multipart/") or not boundary:
        return []
    delimiter = b"--" + boundary.encode("latin-1")
    found: list[tuple[int, int]] = []
    at = content.find(delimiter)
    while at >= 0 and content[at + len(delimiter) : at + len(delimiter) + 2] != b"--":
        blank = _BLANK.search(content, at)
        following = content.find(b"\n" + delimiter, at + 1)
        if blank is None:
            break
        end = len(content) if following < 0 else following - (content[following - 1 : following] == b"\r")
        if blank.end() <= end:
            found.append((blank.end(), end))
        at = -1 if following < 0 else following + 1
    return found


def truncated(content: bytes, head: Head, size: int) -> bytes:
    """The page ends after `size` bytes; where there is none, the content does."""
    pages = parts_of(content, head)[1:]
    if not pages:
        return content[:size]
    start, end = pages[0]
    return content[: min(start + size, end)] + content[end:]


def corrupted(content: bytes, head: Head, size: int, chance: random.Random) -> bytes:
    """Some bytes of the page are other ones; of an XML one `>` is missing."""
    pages = parts_of(content, head)[1:]
    out = bytearray(content)
    if pages:
        start, end = pages[0]
        for _ in range(max(1, size) if end > start else 0):
            out[chance.randrange(start, end)] ^= chance.randrange(1, 256)
        return bytes(out)
    ends = [match.start() for match in re.finditer(rb">", content)]
    for at in sorted(chance.sample(ends, min(len(ends), max(1, size))), reverse=True):
        del out[at]
    return bytes(out)


def unrelated(content: bytes, head: Head, charset: str | None, chance: random.Random) -> bytes:
    """RelatesTo names a message that nobody sent."""
    start, end = (parts_of(content, head) or [(0, len(content))])[0]
    message = Message(content[start:end], charset)
    place = message.relates_to()
    if place is None:
        return content
    other = f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}"
    return content[:start] + message.exchanged([(place, other)]) + content[end:]


def with_token(message: Message, token: str) -> bytes:
    """The request with another JobToken."""
    place = message.job_token()
    return message.data if place is None else message.exchanged([(place, token)])


def fault_answer(subcode: str, message_id: str | None, chance: random.Random) -> bytes:
    """A SOAP fault of the table, as a device would send it."""
    info = next(info for info in FAULTS if info.subcode == subcode)
    headers = MessageHeaders(
        namespace=WSA,
        to=f"{WSA}/role/anonymous",
        action=f"{WSA}/fault",
        message_id=f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}",
        relates_to=message_id,
    )
    prefix = PREFIX_OF[info.namespace]
    fault = Fault(
        SoapVersion.SOAP_12,
        FaultName(f"soap:{info.code}", SOAP12, info.code, "soap"),
        (FaultName(f"{prefix}:{info.subcode}", info.namespace, info.subcode, prefix),),
        (("en", info.meaning),),
    )
    body = write_envelope(headers, fault)
    status = 400 if info.code == "Sender" else 500
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/soap+xml; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def status_answer(status: int) -> bytes:
    """An HTTP status without SOAP."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "Injected"
    return plain_answer(status, reason, f"{status}, injected by wsdtrace\n" if status >= 400 else "")


ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
"""What a client answers to an event."""
