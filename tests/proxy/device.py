"""A device that answers as a recorded one did, operation by operation: real messages, and no code of ours in them."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from turns import ACTION, exchanges_of

MESSAGE_ID = re.compile(rb"MessageID[^>]*>([^<]*)<")
RELATES_TO = re.compile(rb"(RelatesTo[^>]*>)[^<]*<")


def recorded(path: Path) -> list[tuple[str, bytes, bytes]]:
    """Operation, request and response of each exchange of a recording, as they were on the wire."""
    found = []
    for _, request, response in exchanges_of(path):
        if operation := ACTION.search(request):
            found.append((operation[1].decode(), request, response))
    return found


def key_of(request: bytes) -> str:
    """The operation, and what it asks for: the names of GetScannerElements."""
    operation = ACTION.search(request)
    names = re.findall(rb"Name>\s*([\w:]+)\s*<", request) if operation and operation[1] == b"GetScannerElements" else []
    return " ".join([operation[1].decode() if operation else "", *(name.decode() for name in names)])


@dataclass
class Device:
    """An HTTP server with recorded answers; the last answer of an operation is given again and again."""

    answers: dict[str, deque[bytes]]
    requests: list[bytes] = field(default_factory=list)
    """Every request as it came."""
    edit: Callable[[str, bytes], bytes] = lambda _, answer: answer
    """What becomes of an answer before it is sent."""
    close: bool = True
    """Close the connection behind each answer."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/WSScan"

    def answer_to(self, request: bytes) -> bytes:
        """The next recorded answer to an operation, related to the request."""
        operation = ACTION.search(request)
        queue = self.answers.get(key_of(request)) if operation else None
        if not queue:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        answer = queue.popleft() if len(queue) > 1 else queue[0]
        asked = MESSAGE_ID.search(request)
        assert operation is not None
        if asked is not None and len(asked[1]) == len(_related(answer)):
            answer = RELATES_TO.sub(rb"\g<1>" + asked[1] + b"<", answer, count=1)
        return self.edit(operation[1].decode(), answer)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection."""
        try:
            while request := await read_message(reader):
                self.requests.append(request)
                writer.write(self.answer_to(request))
                await writer.drain()
                if self.close:
                    break
        except ConnectionError:
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


def _related(answer: bytes) -> bytes:
    found = re.search(rb"RelatesTo[^>]*>([^<]*)<", answer)
    return found[1] if found else b""


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """One message with Content-Length or in chunks; empty at the end of the stream."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = await reader.readline()
        if not line:
            return head
        head += line
    length = re.search(rb"(?i)\r\ncontent-length:\s*(\d+)", head)
    if length:
        return head + await reader.readexactly(int(length[1]))
    if b"chunked" in head.lower():
        body = b""
        while not body.endswith(b"0\r\n\r\n"):
            body += await reader.readline()
        return head + body
    return head


@asynccontextmanager
async def device(case: Path, **more: object) -> AsyncIterator[Device]:
    """A device with the answers of a recording."""
    answers: dict[str, deque[bytes]] = defaultdict(deque)
    for _, request, answer in recorded(case):
        answers[key_of(request)].append(answer)
    made = Device(answers)
    for name, value in more.items():
        setattr(made, name, value)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
