"""Content codings: gzip and deflate, broken, cut, expanding without end."""

import gzip
import zlib

import pytest

from tests.http.talk import Heard, Talk, chunked, get, hear, kinds, ok
from tests.http.test_multipart import BOUNDARY, IMAGE, ROOT, TYPE, body, part, root
from wsdtrace.http import HttpAnomaly, HttpLimits

A = HttpAnomaly
TEXT = b"<Envelope>" + b"text " * 500 + b"</Envelope>"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def read(content: bytes, coding: bytes, *, limits: HttpLimits | None = None, lines: tuple[bytes, ...] = ()) -> Heard:
    response = ok(content, b"Content-Encoding: " + coding, *lines)
    return hear(Talk().client(get()).server(response[:50], response[50:]).end(), limits=limits, digests=True)


ROWS = [
    pytest.param(gzip.compress(TEXT), b"gzip", "gzip", [], id="gzip"),
    pytest.param(gzip.compress(TEXT), b"X-GZIP", "x-gzip", [], id="x-gzip"),
    pytest.param(gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:]), b"gzip", "gzip", [], id="two gzip members"),
    pytest.param(zlib.compress(TEXT), b"deflate", "deflate", [], id="deflate as the RFC says"),
    pytest.param(raw_deflate(TEXT), b"deflate", "deflate", [], id="deflate without zlib header"),
    pytest.param(TEXT, b"identity", None, [], id="identity"),
    pytest.param(
        gzip.compress(TEXT) + b"junk", b"gzip", "gzip", [A.CONTENT_CODING_BROKEN], id="bytes behind the compressed data"
    ),
]


@pytest.mark.parametrize(("content", "coding", "told", "odd"), ROWS)
def test_a_content_is_decoded(content: bytes, coding: bytes, told: str | None, odd: list[HttpAnomaly]) -> None:
    response = read(content, coding).response
    assert response.content.data == TEXT
    assert response.content.coding == told
    assert response.content.length == len(content)
    assert kinds(response) == odd
    if told is not None:
        assert response.content.pieces == ()


def test_a_chunked_and_coded_content_is_decoded() -> None:
    response = chunked(gzip.compress(TEXT), 7, b"Content-Encoding: gzip")
    assert hear(Talk().client(get()).server(response).end()).response.content.data == TEXT


def test_an_unknown_coding_is_left_as_it_is() -> None:
    response = read(b"??", b"br").response
    assert response.content.data == b"??"
    assert response.content.coding is None
    assert kinds(response) == [A.CONTENT_CODING_UNKNOWN]


def test_two_codings_are_left_as_they_are() -> None:
    assert kinds(read(b"??", b"gzip, gzip").response) == [A.CONTENT_CODING_UNKNOWN]


def test_a_broken_coding_keeps_what_was_decoded() -> None:
    content = bytearray(zlib.compress(TEXT, 0))
    content[-1] ^= 1
    response = read(bytes(content), b"deflate").response
    assert kinds(response) == [A.CONTENT_CODING_BROKEN]
    assert response.content.data is not None
    assert TEXT.startswith(response.content.data)


def test_what_is_no_gzip_is_said() -> None:
    response = read(TEXT, b"gzip").response
    assert kinds(response) == [A.CONTENT_CODING_BROKEN]
    assert response.content.data == b""


def test_compressed_data_that_ends_early_is_said() -> None:
    response = read(gzip.compress(TEXT)[:-9], b"gzip").response
    assert kinds(response) == [A.CONTENT_CODING_BROKEN]


def test_a_single_byte_is_no_compressed_data() -> None:
    assert kinds(read(b"x", b"deflate").response) == [A.CONTENT_CODING_BROKEN]


def test_an_empty_content_has_no_coding_to_break() -> None:
    assert kinds(read(b"", b"gzip").response) == []


def test_a_cut_message_says_nothing_about_its_coding() -> None:
    response = ok(gzip.compress(TEXT), b"Content-Encoding: gzip")[:-9]
    heard = hear(Talk().client(get()).server(response).end())
    assert kinds(heard.response) == []


def test_what_stands_behind_a_hole_is_not_decoded() -> None:
    content = gzip.compress(bytes(n * n % 251 for n in range(5000)), 0)
    response = ok(content, b"Content-Encoding: gzip", b"Content-Type: text/xml")
    talk = Talk().client(get()).server(response[:2000]).server_gap(100).server(response[2100:]).end()
    message = hear(talk).response
    assert message.content.missing == 100
    assert message.content.data is not None
    assert 1000 < len(message.content.data) < 2000


def test_a_bomb_is_not_unfolded() -> None:
    bomb = gzip.compress(bytes(5_000_000))
    response = read(bomb, b"gzip", limits=HttpLimits(decoded_content=10_000)).response
    assert response.content.data == bytes(10_000)
    assert kinds(response) == [A.LIMIT]


def test_a_coded_content_over_the_bound_of_held_contents_is_probed() -> None:
    response = read(gzip.compress(bytes(50_000)), b"gzip", limits=HttpLimits(held_content=1000)).response
    assert response.content.data == bytes(1000)
    assert response.content.probe is not None
    assert response.content.probe.length == 50_000
    assert kinds(response) == [A.LIMIT]


def test_a_coded_multipart_is_cut_into_its_parts() -> None:
    content = gzip.compress(body(root(), part(IMAGE)))
    response = read(content, b"gzip", lines=(TYPE,)).response
    assert [one.data for one in response.content.parts] == [ROOT, None]
    assert response.content.parts[1].probe.length == len(IMAGE)
    assert (response.content.parts[1].first, response.content.parts[1].last) == (response.first, response.last)
    assert BOUNDARY.decode() in dict(response.content.parameters)["boundary"]
