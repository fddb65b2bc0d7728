"""The forward-only reader: every byte passes, and h11 sees the same messages in them."""

from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proxy.device import recorded
from tests.shared import CAPTURES
from wsdtrace.proxy.messages import MessageReader, Piece, PieceKind, end_of_section

LENGTH = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nT: 1\r\n\r\n"
)
EMPTY = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\nhello"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def read(stream: bytes, cuts: list[int], *, request: bool, ends: bool = False) -> list[Piece]:
    """The pieces of a stream that arrives cut."""
    reader = MessageReader(request=request)
    pieces: list[Piece] = []
    edges = sorted({0, len(stream), *(c % (len(stream) + 1) for c in cuts)})
    for start, end in pairwise(edges):
        pieces += reader.feed(stream[start:end], "POST")
        while more := reader.more("POST"):
            pieces += more
    return pieces + (reader.end() if ends else [])


def messages(pieces: list[Piece]) -> list[bytes]:
    """The contents of the messages that ended."""
    found, content = [], b""
    for piece in pieces:
        if piece.kind is PieceKind.BODY:
            content += piece.content
        elif piece.kind is PieceKind.END:
            found.append(content)
            content = b""
    return found


@pytest.mark.parametrize(
    ("stream", "request_", "contents"),
    [
        pytest.param(LENGTH, True, [b"hello"], id="length"),
        pytest.param(CHUNKED, True, [b"hello"], id="chunked with extension and trailer"),
        pytest.param(EMPTY, True, [b""], id="no content"),
        pytest.param(LENGTH + EMPTY + CHUNKED, True, [b"hello", b"", b"hello"], id="pipelined"),
        pytest.param(b"\r\n" + LENGTH, True, [b"hello"], id="empty line before"),
        pytest.param(LENGTH.replace(b"\r\n", b"\n"), True, [b"hello"], id="lf only"),
        pytest.param(UNTIL_CLOSE, False, [b"hello"], id="until close"),
        pytest.param(CONTINUE + UNTIL_CLOSE, False, [b"", b"hello"], id="interim"),
    ],
)
@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_any_cut_gives_the_same_messages_and_every_byte(
    stream: bytes, request_: bool, contents: list[bytes], cuts: list[int]
) -> None:
    pieces = read(stream, cuts, request=request_, ends=True)
    assert b"".join(piece.raw for piece in pieces) == stream
    assert messages(pieces) == contents
    assert PieceKind.LOST not in {piece.kind for piece in pieces}


@pytest.mark.parametrize("stream", [LENGTH, CHUNKED, UNTIL_CLOSE], ids=["length", "chunked", "until close"])
@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_a_body_that_is_skipped_loses_no_byte(stream: bytes, cuts: list[int]) -> None:
    whole = stream + (LENGTH if stream is not UNTIL_CLOSE else b"")
    reader, passed, over = MessageReader(request=stream is not UNTIL_CLOSE), b"", False
    head = end_of_section(whole, 0)
    (first,) = reader.feed(whole[:head])
    edges = sorted({head, len(whole), *(head + c % (len(whole) - head) for c in cuts)})
    for start, end in pairwise(edges):
        data = whole[start:end]
        if over or reader.left in (None, 0):
            passed += b"".join(piece.raw for piece in [*reader.more(), *reader.feed(data)])
            over = True
        else:
            size, more = reader.skip(memoryview(data))
            passed += data[:size]
            if not more:
                passed += b"".join(piece.raw for piece in reader.more())
                over = True
    assert first.raw + passed + b"".join(piece.raw for piece in reader.end()) == whole


@given(stream=st.binary(max_size=300), cuts=st.lists(st.integers(0, 400), max_size=5), request_=st.booleans())
def test_no_byte_is_lost_or_raises_whatever_comes(stream: bytes, cuts: list[int], request_: bool) -> None:
    assert b"".join(piece.raw for piece in read(stream, cuts, request=request_, ends=True)) == stream


@pytest.mark.parametrize("case", ["clean-flatbed", "adf-3-pages", "push-scan", "go-server"])
def test_h11_reads_the_same_contents_from_recorded_messages(case: str) -> None:
    for _, request, response in recorded(CAPTURES / case / "capture.pcap"):
        server = h11.Connection(h11.SERVER)
        server.receive_data(request)
        client = h11.Connection(h11.CLIENT)
        client.send(h11.Request(method="POST", target="/", headers=[("Host", "x"), ("Content-Length", "0")]))
        client.send(h11.EndOfMessage())
        client.receive_data(response)
        for raw, oracle, is_request in ((request, server, True), (response, client, False)):
            wanted = b""
            while isinstance(event := oracle.next_event(), h11.Request | h11.Response | h11.Data):
                wanted += bytes(event.data) if isinstance(event, h11.Data) else b""
            assert messages(read(raw, [7, 100, 1000], request=is_request, ends=True)) == [wanted]


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"\x16\x03\x01\x02\x00", id="tls"),
        pytest.param(b"garbage without end\r\n", id="a line that is no request"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 50_000, id="a header section that never ends"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="a broken chunk"),
        pytest.param(b"A" * 9000, id="a start-line without end"),
    ],
)
def test_what_cannot_be_followed_is_lost_at_once(stream: bytes) -> None:
    reader = MessageReader(request=True)
    pieces = reader.feed(stream)
    assert pieces[-1].kind is PieceKind.LOST
    assert reader.is_lost
    assert b"".join(piece.raw for piece in pieces) == stream


def test_an_image_is_not_copied() -> None:
    reader = MessageReader(request=False)
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    chunk = b"x" * 65536
    assert reader.feed(chunk)[0].raw is chunk


@pytest.mark.parametrize(
    ("data", "end"), [(b"a\r\n\r\nb", 5), (b"a\n\nb", 3), (b"a\r\n", -1), (b"a\n\n\r\n\r\n", 3), (b"a\n\r\n", 4)]
)
def test_a_section_ends_at_its_first_empty_line(data: bytes, end: int) -> None:
    assert end_of_section(data, 0) == end
