"""HTTP/1.1 on a pipe: contents by length, chunks and end; what is no message; bounds."""

import asyncio

import pytest

from wsdtrace.scanner import http
from wsdtrace.scanner.http import BadMessage, HttpMessage, read_request, read_response


class Canned:
    """A pipe that holds all that ever comes."""

    def __init__(self, data: bytes) -> None:
        self.left = bytearray(data)
        self.sent = b""

    async def until(self, mark: bytes, limit: int) -> bytes | None:
        at = self.left.find(mark)
        return None if at < 0 else self._take(at + len(mark))

    async def exactly(self, count: int) -> bytes | None:
        return None if len(self.left) < count else self._take(count)

    async def rest(self, limit: int) -> bytes:
        return self._take(len(self.left))

    async def send(self, data: bytes) -> None:
        self.sent += data

    @property
    def pending(self) -> bytes:
        return bytes(self.left)

    def _take(self, count: int) -> bytes:
        data = bytes(self.left[:count])
        del self.left[:count]
        return data


def request(data: bytes) -> HttpMessage | None:
    return asyncio.run(read_request(Canned(data)))  # type: ignore[arg-type]  # it has what is used of a Pipe


def response(data: bytes) -> HttpMessage | None:
    return asyncio.run(read_response(Canned(data)))  # type: ignore[arg-type]  # see above


@pytest.mark.parametrize(
    ("data", "content"),
    [
        pytest.param(b"POST /scan HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET", b"abc", id="by length"),
        pytest.param(b"POST / HTTP/1.1\r\n\r\n", b"", id="without content"),
        pytest.param(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: 1\r\n\r\n",
            b"abc",
            id="in chunks, with an extension and a trailer",
        ),
    ],
)
def test_a_request_has_its_content(data: bytes, content: bytes) -> None:
    message = request(data)
    assert message is not None
    assert message.content == content


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(b"GET /\r\n\r\n", 400, id="no version"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01", 400, id="TLS"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\nabc", 400, id="a negative length"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413, id="too long"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, id="no chunk size"),
        pytest.param(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413, id="a chunk that is too long"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nX: " + b"a" * http.MAX_HEAD + b"\r\n\r\n", 431, id="a head that is too long"),
    ],
)
def test_what_is_no_request_is_refused(data: bytes, status: int) -> None:
    with pytest.raises(BadMessage) as caught:
        request(data)
    assert caught.value.status == status


@pytest.mark.parametrize("data", [b"", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"], ids=["nothing", "cut"])
def test_a_client_that_ends_before_its_request_asked_nothing(data: bytes) -> None:
    assert request(data) is None


def test_an_expectation_is_met_before_the_content_is_read() -> None:
    pipe = Canned(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab")
    message = asyncio.run(read_request(pipe))  # type: ignore[arg-type]  # see above
    assert message is not None
    assert pipe.sent.startswith(b"HTTP/1.1 100 ")


def test_a_response_is_the_final_one_and_may_end_with_the_connection() -> None:
    message = response(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nuntil the end")
    assert message is not None
    assert (message.status, message.content, message.wants_close) == (200, b"until the end", True)


def test_a_response_that_is_cut_is_none() -> None:
    assert response(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") is None
    with pytest.raises(BadMessage):
        response(b"SSH-2.0-x\r\n\r\n")
