"""XML and images → HTTP messages: MIME parts, content coding, transfer coding, head."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

from wsdtrace.dataclass import dataclass
from wsdtrace.scenario.edits import Head, edit_head, raw_of
from wsdtrace.scenario.model import Edit, Http, Mime

SOAP_TYPE = "application/soap+xml"
AUTHOR = "scenario"
"""Who made the parts, in boundary and Content-IDs."""
USER_AGENT = "WSDAPI"
"""What Windows and sane-airscan call themselves."""
SERVER = "Scenario/1.0"

REASONS = {
    200: "OK",
    202: "Accepted",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
"""RFC 9110 §15"""

INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Framed:
    """One HTTP message, or what stands in its place."""

    data: bytes
    content_start: int
    """Where the content begins (behind the size of the first chunk)."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What an answer holds."""

    data: bytes
    media_type: str


def soap_payload(xml: bytes, charset: str) -> Payload:
    """A document, labelled as SOAP 1.2."""
    return Payload(xml, f"{SOAP_TYPE}; charset={charset}")


def image_payload(
    xml: bytes, charset: str, image: bytes, media_type: str, mime: Mime, *, author: str = AUTHOR
) -> Payload:
    """A document and an image as multipart/related (XOP 1.0 §4, RFC 2387).

    Args:
        xml: the document; its Include refers to `cid:image@AUTHOR`.
        charset: of the document.
        image: the image.
        media_type: of the image.
        mime: how the parts are written.
        author: who says so, for boundary and Content-IDs.
    """
    end = b"\n" if mime.lf else b"\r\n"
    root_id = f"root@{author}"
    root = _part(end, f'application/xop+xml; charset={charset}; type="{SOAP_TYPE}"', root_id, "binary", xml)
    parts = [root, _part(end, media_type, f"image@{author}", mime.encoding, image)]
    if mime.root_last:
        parts.reverse()
    if mime.extra:
        parts.append(_part(end, "application/octet-stream", f"extra@{author}", "binary", b"nobody refers to this"))
    name = f"{author}-boundary"
    delimiter = b"--" + name.encode()
    data = b"".join((b"" if number == 0 else end) + delimiter + end + part for number, part in enumerate(parts))
    if mime.closing:
        data += (end if mime.line_end_before_last else b"") + delimiter + b"--" + end
    boundary = f' boundary="{name}";' if mime.boundary else ""
    return Payload(
        data,
        f'multipart/related;{boundary} type="application/xop+xml"; start="<{root_id}>"; start-info="{SOAP_TYPE}"',
    )


def _part(end: bytes, media_type: str, content_id: str, encoding: str, data: bytes) -> bytes:
    fields = (
        ("Content-Type", media_type),
        ("Content-Transfer-Encoding", encoding),
        ("Content-ID", f"<{content_id}>"),
    )
    return b"".join(f"{name}: {value}".encode() + end for name, value in fields) + end + data


def frame_request(
    url_host: str, path: str, payload: Payload, edits: Sequence[Edit], *, user_agent: str = USER_AGENT
) -> Framed:
    """A POST."""
    head = Head(
        f"POST {path} HTTP/1.1",
        [
            ("Host", url_host),
            ("User-Agent", user_agent),
            ("Content-Type", payload.media_type),
            ("Content-Length", str(len(payload.data))),
        ],
    )
    return _framed(head, payload.data, 0, edits)


def frame_answer(
    status: int, payload: Payload | None, http: Http, edits: Sequence[Edit], *, server: str = SERVER
) -> Framed:
    """A final response.

    Args:
        status: unless `http` says another.
        payload: None for no content.
        http: how it is framed.
        edits: what is changed then.
        server: what the server calls itself.
    """
    code = status if http.status is None else http.status
    version = "HTTP/1.0" if http.version_10 else "HTTP/1.1"
    head = Head(f"{version} {code} {REASONS.get(code, 'Status')}", [("Server", server)])
    data = b"" if payload is None else payload.data
    media_type = http.type if http.type is not None else (payload.media_type if payload is not None else "")
    if media_type:
        head.set("Content-Type", media_type)
    if http.gzip:
        data = gzip.compress(data, mtime=0)
        head.set("Content-Encoding", "gzip")
    if http.chunk:
        head.set("Transfer-Encoding", "chunked")
    elif not http.until_close:
        head.set("Content-Length", str(len(data)))
    if http.until_close or http.version_10:
        head.set("Connection", "close")
    return _framed(head, data, http.chunk, edits)


def _framed(head: Head, data: bytes, chunk: int, edits: Sequence[Edit]) -> Framed:
    raw = raw_of(edits)
    if raw is not None:
        return Framed(raw, len(raw))
    edit_head(edits, head)
    start = head.bytes()
    if not chunk:
        return Framed(start + data, len(start))
    first = len(f"{min(chunk, len(data)):x}\r\n")
    pieces = (data[at : at + chunk] for at in range(0, len(data), chunk))
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return Framed(start + body, len(start) + first)


def client_hello() -> bytes:
    """The first record of a TLS client (RFC 8446 §4.1.2): enough to be recognised, without extensions."""
    body = b"\x03\x03" + b"\x11" * 32 + b"\0" + b"\0\x02\x13\x01" + b"\x01\0"
    return _handshake(1, body, b"\x03\x01")


def server_hello() -> bytes:
    """The first record of a TLS server, and one of application data."""
    body = b"\x03\x03" + b"\x22" * 32 + b"\0" + b"\x13\x01" + b"\0"
    return _handshake(2, body, b"\x03\x03") + b"\x17\x03\x03\0\x20" + b"\x5a" * 32


def _handshake(kind: int, body: bytes, version: bytes) -> bytes:
    message = bytes([kind]) + len(body).to_bytes(3, "big") + body
    return b"\x16" + version + len(message).to_bytes(2, "big") + message
