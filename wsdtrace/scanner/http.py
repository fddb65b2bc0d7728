"""HTTP/1.1 messages on a `Pipe`: what a small scanner and its client need of RFC 9112, bounded."""

from __future__ import annotations

from wsdtrace.dataclass import dataclass
from wsdtrace.scanner.pipe import Pipe

MAX_HEAD = 32 * 1024
"""Octets of start-line and header section; servers in the field allow 8 to 16 KiB."""
MAX_REQUEST = 1024 * 1024
"""Octets of a request's content: 32 times MAX_ENVELOPE_SIZE (DPWS R0003)."""
MAX_RESPONSE = 512 * 1024 * 1024
"""Octets of a response's content: an uncompressed A3 page at 600 dpi in 24 bits is 220 MB."""
MAX_CHUNK_LINE = 1024
"""Octets of a chunk-size line."""
_BLANK = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A message with its whole content."""

    start: str
    fields: tuple[tuple[str, str], ...]
    content: bytes

    def get(self, name: str) -> str | None:
        """Value of the first field of a name."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    @property
    def wants_close(self) -> bool:
        """The connection ends behind it (RFC 9112 §9.3)."""
        options = (self.get("Connection") or "").lower()
        return "close" in options or ("HTTP/1.0" in self.start and "keep-alive" not in options)

    @property
    def status(self) -> int:
        """Of a response; 0 where it has none."""
        words = self.start.split(" ", 2)
        return int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() else 0


class BadMessage(Exception):
    """What came is no HTTP that is understood here.

    Args:
        status: to refuse it with.
        problem: what is wrong.
    """

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


async def read_request(pipe: Pipe) -> HttpMessage | None:
    """The next request; None where the client ends first.

    Raises:
        BadMessage: it is none, or larger than allowed.
    """
    head = await _head(pipe)
    if head is None:
        return None
    start, fields = head
    if len(start.split(" ")) != 3 or not start.split(" ")[2].startswith("HTTP/1."):
        raise BadMessage(400, "no request-line")
    empty = HttpMessage(start, fields, b"")
    if (empty.get("Expect") or "").lower() == "100-continue":
        await pipe.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    content = await _content(pipe, empty, MAX_REQUEST)
    return None if content is None else HttpMessage(start, fields, content)


async def read_response(pipe: Pipe) -> HttpMessage | None:
    """The next final response; None where the server ends before its end.

    Raises:
        BadMessage: it is none, or larger than allowed.
    """
    while True:
        head = await _head(pipe)
        if head is None:
            return None
        start, fields = head
        if not start.startswith("HTTP/1."):
            raise BadMessage(502, f"no status-line: {start[:64]!r}")
        empty = HttpMessage(start, fields, b"")
        if empty.status >= 200:
            break
    if empty.get("Content-Length") is None and empty.get("Transfer-Encoding") is None:
        content: bytes | None = b"" if empty.status == 204 else await pipe.rest(MAX_RESPONSE)
    else:
        content = await _content(pipe, empty, MAX_RESPONSE)
    return None if content is None else HttpMessage(start, fields, content)


async def _head(pipe: Pipe) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    raw = await pipe.until(_BLANK, MAX_HEAD)
    if raw is None or len(raw) > MAX_HEAD:
        if pipe.pending or raw:
            raise BadMessage(431 if len(raw or pipe.pending) > MAX_HEAD else 400, "no end of the header section")
        return None
    start, *lines = raw[: -len(_BLANK)].decode("latin-1").split("\r\n")
    fields = []
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            fields.append((name, value.strip()))
    return start, tuple(fields)


async def _content(pipe: Pipe, message: HttpMessage, limit: int) -> bytes | None:
    """RFC 9112 §6.3: chunked, else by length, else none."""
    if "chunked" in (message.get("Transfer-Encoding") or "").lower():
        return await _chunks(pipe, limit)
    told = message.get("Content-Length") or "0"
    if not (told.isascii() and told.isdigit() and len(told) < 16):
        raise BadMessage(400, f"Content-Length {told[:64]!r} is no length")
    if int(told) > limit:
        raise BadMessage(413, f"a content of {told} octets")
    return await pipe.exactly(int(told))


async def _chunks(pipe: Pipe, limit: int) -> bytes | None:
    """RFC 9112 §7.1."""
    whole = bytearray()
    while True:
        line = await pipe.until(b"\r\n", MAX_CHUNK_LINE)
        if line is None:
            return None
        try:
            size = int(line.partition(b";")[0].strip(), 16)
        except ValueError:
            raise BadMessage(400, f"{line[:64]!r} is no chunk size") from None
        if size < 0 or len(whole) + size > limit:
            raise BadMessage(413, "a content larger than allowed")
        if size == 0:
            break
        piece = await pipe.exactly(size + 2)
        if piece is None:
            return None
        whole += piece[:-2]
    while (line := await pipe.until(b"\r\n", MAX_CHUNK_LINE)) not in (b"\r\n", None):
        pass
    return bytes(whole)
