"""Multipart contents: parts, boundaries, line ends, holes. Every content is fed whole, as told and in small pieces."""

from __future__ import annotations

import email.policy
import gc
import hashlib
from email.message import Message
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.http.talk import Heard, Talk, chunked, get, hear, kinds, ok, run, stamp
from wsdtrace.http import HttpAnomaly, HttpLimits
from wsdtrace.http.probe import ImageProbe
from wsdtrace.records import Content, Part

A = HttpAnomaly
BOUNDARY = b"=_next_part_0123456789"
TYPE = b'Content-Type: multipart/related; type="application/xop+xml"; start="<root@a>"; boundary="%s"' % BOUNDARY
ROOT = b"<Envelope>cid:image@a</Envelope>"
IMAGE = bytes(range(256)) * 9 + b"\r\n--\r\n-\n--=_next"
"""No delimiter, however much it looks like the beginning of one."""


def part(
    content: bytes, content_type: bytes = b"image/jpeg", content_id: bytes = b"<image@a>", end: bytes = b"\r\n"
) -> bytes:
    """Headers and body of a part."""
    lines = [b"Content-Type: " + content_type, b"Content-Transfer-Encoding: binary", b"Content-ID: " + content_id]
    return end.join(lines) + end + end + content


def root(content: bytes = ROOT, end: bytes = b"\r\n") -> bytes:
    """The root part."""
    return part(content, b'application/xop+xml; type="application/soap+xml"', b"<root@a>", end)


def body(*parts: bytes, end: bytes = b"\r\n", boundary: bytes = BOUNDARY, closed: bool = True) -> bytes:
    """Parts with their delimiters."""
    text = b"".join(b"--" + boundary + end + one + end for one in parts)
    return text + b"--" + boundary + (b"--" + end if closed else b"")


def told(content: bytes, content_type: bytes = TYPE, *, segments: int = 3, size: int = 0) -> Talk:
    """An exchange with that content, in segments; with a size, chunked."""
    response = chunked(content, size, content_type) if size else ok(content, content_type)
    step = len(response) // segments + 1
    talk = Talk().client(get()).server(*[response[at : at + step] for at in range(0, len(response), step)])
    return talk.client(get(b"/next")).server(ok(b"next")).end()


def read(content: bytes, content_type: bytes = TYPE, *, limits: HttpLimits | None = None, size: int = 0) -> Heard:
    return hear(told(content, content_type, size=size), limits=limits, digests=True)


def content_of(heard: Heard) -> Content:
    response = heard.exchanges[0].response
    assert response is not None
    return response.content


def odds(heard: Heard) -> list[str]:
    response = heard.exchanges[0].response
    assert response is not None
    return kinds(response)


def seen(parts: tuple[Part, ...]) -> list[tuple[str | None, int, str | None]]:
    """Content-ID, length and digest of each part."""
    return [(one.content_id, one.probe.length, one.probe.sha256) for one in parts]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


WHOLE = [("root@a", len(ROOT), sha256(ROOT)), ("image@a", len(IMAGE), sha256(IMAGE))]

LENIENT = [
    pytest.param(body(root(), part(IMAGE)), TYPE, [], id="as it should be"),
    pytest.param(b"preamble\r\n\r\n" + body(root(), part(IMAGE)), TYPE, [], id="preamble"),
    pytest.param(b"\r\n" + body(root(), part(IMAGE)), TYPE, [], id="empty line before"),
    pytest.param(body(root(), part(IMAGE)) + b"epilogue\r\n--" + BOUNDARY + b"\r\n", TYPE, [], id="epilogue"),
    pytest.param(body(root(), part(IMAGE))[:-2], TYPE, [], id="no line end at the end"),
    pytest.param(
        body(root(), part(IMAGE)), b"Content-Type: multipart/related; boundary=%s; start=root@a" % BOUNDARY, [],
        id="nothing quoted",
    ),
    pytest.param(
        body(root(), part(IMAGE)), b"content-type: Multipart/Related; BOUNDARY=%s" % BOUNDARY, [], id="letter case",
    ),
    pytest.param(
        body(root(), part(IMAGE)), b'Content-Type: multipart/related; start="root@a"; boundary=%s' % BOUNDARY, [],
        id="start without angle brackets",
    ),
    pytest.param(
        body(root(end=b"\n"), part(IMAGE, end=b"\n"), end=b"\n"), TYPE, [A.MIME_LINE_ENDS], id="LF alone everywhere",
    ),
    pytest.param(
        body(root(end=b"\n"), part(IMAGE, end=b"\n")), TYPE, [A.MIME_LINE_ENDS], id="LF alone in part headers",
    ),
    pytest.param(body(root(), part(IMAGE), end=b"\n"), TYPE, [A.MIME_LINE_ENDS], id="LF alone around delimiters"),
    pytest.param(
        body(root(), part(IMAGE)).replace(IMAGE + b"\r\n", IMAGE), TYPE, [A.DELIMITER_INLINE],
        id="no line end behind the image",
    ),
    pytest.param(
        body(root(), part(IMAGE)).replace(BOUNDARY + b"\r\n", BOUNDARY + b" \t\r\n"), TYPE, [],
        id="white space behind the boundary",
    ),
    pytest.param(
        body(root(), b"\r\n" + part(IMAGE)), TYPE, [A.PART_HEAD_DETACHED],
        id="empty line between delimiter and part headers",
    ),
    pytest.param(
        body(root(), part(IMAGE)), b"Content-Type: multipart/related", [A.BOUNDARY_MISSING], id="no boundary parameter",
    ),
    pytest.param(
        b"preamble\r\n" + body(root(), part(IMAGE)), b'Content-Type: multipart/related; boundary=""',
        [A.BOUNDARY_MISSING], id="empty boundary parameter",
    ),
    pytest.param(
        body(root(), part(IMAGE)).replace(b"image@a>", b"image@a >"), TYPE, [], id="space before > in a Content-ID",
    ),
    pytest.param(
        body(root(), part(IMAGE).replace(b"binary", b"binary;\r\n  folded")), TYPE, [], id="a fold is allowed in MIME",
    ),
    pytest.param(
        body(root(), part(IMAGE).replace(b"Content-Transfer", b"nocolon\r\nContent-Transfer")), TYPE,
        [A.PART_HEAD_LINE], id="malformed part header line",
    ),
]  # fmt: skip


@pytest.mark.parametrize("size", [0, 100], ids=["content-length", "chunked"])
@pytest.mark.parametrize(("content", "content_type", "odd"), LENIENT)
def test_parts_are_found(content: bytes, content_type: bytes, odd: list[HttpAnomaly], size: int) -> None:
    heard = read(content, content_type, size=size)
    got = content_of(heard)
    assert seen(got.parts) == WHOLE
    assert [one.data for one in got.parts] == [ROOT, None]
    assert all(one.complete for one in got.parts)
    assert got.closed
    assert got.is_multipart
    assert got.length == len(content)
    assert odds(heard) == odd


def test_a_part_says_where_it_stands() -> None:
    content = body(root(), part(IMAGE))
    got = content_of(hear(told(content)))
    response = ok(content, TYPE)
    step = len(response) // 3 + 1
    for one, data in zip(got.parts, (ROOT, IMAGE), strict=True):
        at = content.index(data)
        assert one.content_start == at
        stream = response.index(data)
        assert one.first == stamp(3 + stream // step)
        assert one.last == stamp(3 + (stream + len(data) - 1) // step)


def test_held_bytes_are_found_in_the_stream_under_chunked_coding() -> None:
    content = body(root(), part(IMAGE))
    response = chunked(content, 50, TYPE)
    got = content_of(hear(Talk().client(get()).server(response).end()))
    at = content.index(ROOT)
    held = {}
    for piece in got.pieces:
        for offset in range(piece.length):
            held[piece.content_start + offset] = response[piece.stream_start + offset]
    assert bytes(held[offset] for offset in range(at, at + len(ROOT))) == ROOT
    assert content.index(IMAGE) + 100 not in held


def test_a_missing_closing_delimiter_is_a_fact() -> None:
    heard = read(body(root(), part(IMAGE), closed=False)[: -len(BOUNDARY) - 2])
    got = content_of(heard)
    assert [one.complete for one in got.parts] == [True, False]
    assert not got.closed
    assert got.parts[1].probe.length == len(IMAGE) + 2
    assert odds(heard) == []


def test_the_root_may_come_last() -> None:
    heard = read(body(part(IMAGE), root()))
    got = content_of(heard)
    assert [one.data for one in got.parts] == [None, ROOT]
    assert odds(heard) == [A.ROOT_NOT_FIRST]


def test_a_start_that_names_no_part_is_said() -> None:
    heard = read(body(root(), part(IMAGE)), TYPE.replace(b"root@a", b"other"))
    assert odds(heard) == [A.ROOT_ABSENT]
    assert content_of(heard).parts[0].data == ROOT


def test_a_part_without_content_id_is_said() -> None:
    heard = read(body(root(), part(IMAGE).replace(b"Content-ID", b"X-ID")))
    assert odds(heard) == [A.CONTENT_ID_MISSING]
    assert content_of(heard).parts[1].content_id is None


def test_form_data_needs_no_content_id() -> None:
    heard = read(body(b"Content-Disposition: form-data\r\n\r\nx"), TYPE.replace(b"related", b"form-data"))
    assert odds(heard) == []
    assert content_of(heard).parts[0].data == b"x"


def test_a_part_without_headers_is_all_body() -> None:
    heard = read(body(b"\r\n" + ROOT))
    (only,) = content_of(heard).parts
    assert (only.data, only.fields) == (ROOT, ())


def test_a_nested_multipart_is_opaque() -> None:
    inner = body(part(b"x"), boundary=BOUNDARY + b"inner")
    heard = read(body(root(), part(inner, b"multipart/mixed; boundary=" + BOUNDARY + b"inner")))
    got = content_of(heard)
    assert seen(got.parts)[1] == ("image@a", len(inner), sha256(inner))
    assert len(got.parts) == 2


def test_a_short_boundary_counts_at_the_beginning_of_a_line_only() -> None:
    image = b"x--b\r\ny--b--z"
    content = body(root(), part(image), boundary=b"b")
    heard = read(content, b"Content-Type: multipart/related; boundary=b")
    assert seen(content_of(heard).parts)[1] == ("image@a", len(image), sha256(image))


def test_a_boundary_with_more_behind_it_is_no_delimiter() -> None:
    image = b"x\r\n--" + BOUNDARY + b"more\r\ny"
    assert seen(content_of(read(body(root(), part(image)))).parts)[1][1:] == (len(image), sha256(image))


def test_an_empty_part_is_empty() -> None:
    heard = read(body(root(), part(b"")))
    assert seen(content_of(heard).parts)[1] == ("image@a", 0, sha256(b""))


def test_part_headers_up_to_the_next_delimiter_are_unterminated() -> None:
    heard = read(body(root(), b"Content-Type: image/jpeg\r\nContent-ID: <a>", part(IMAGE)))
    got = content_of(heard)
    assert [one.content_id for one in got.parts] == ["root@a", "a", "image@a"]
    assert odds(heard) == [A.PART_HEAD_UNTERMINATED]


def test_soap_that_is_called_multipart_is_held() -> None:
    heard = read(b"<Envelope/>", TYPE)
    got = content_of(heard)
    assert (got.data, got.parts, got.is_multipart, got.closed) == (b"<Envelope/>", (), True, False)
    assert odds(heard) == [A.BOUNDARY_ABSENT]


def test_a_boundary_that_cannot_be_guessed_leaves_the_content() -> None:
    heard = read(b"<Envelope/>\r\nno hyphens", b"Content-Type: multipart/related")
    assert content_of(heard).data == b"<Envelope/>\r\nno hyphens"
    assert odds(heard) == [A.BOUNDARY_MISSING]


def test_a_boundary_is_guessed_in_bounded_bytes() -> None:
    content = b"x\r\n" * 5000 + body(root(), part(IMAGE))
    heard = read(content, b"Content-Type: multipart/related")
    assert content_of(heard).parts == ()
    assert content_of(heard).data == content


def test_part_headers_without_end_are_given_up_at_the_bound() -> None:
    heard = read(body(root(), b"X: y\r\n" * 100 + b"\r\nimage"), limits=HttpLimits(part_head=200))
    assert A.PART_HEAD_UNTERMINATED in odds(heard)
    assert len(content_of(heard).parts) == 2


def test_more_parts_than_the_bound_are_not_kept() -> None:
    heard = read(body(*[part(b"x")] * 9), limits=HttpLimits(parts=4))
    assert len(content_of(heard).parts) == 4
    assert odds(heard)[0] is A.LIMIT


def test_a_root_part_over_the_bound_keeps_its_beginning() -> None:
    heard = read(body(root(b"r" * 500), part(IMAGE)), limits=HttpLimits(held_content=100))
    got = content_of(heard)
    assert got.parts[0].data == b"r" * 100
    assert got.parts[0].probe.length == 500
    assert got.parts[0].probe.sha256 == sha256(b"r" * 500)
    assert odds(heard) == [A.LIMIT]


def holed(content: bytes, low: int, high: int, *, size: int = 0) -> Talk:
    """The content with bytes `low:high` missing."""
    response = ok(content, TYPE)
    at = len(response) - len(content)
    talk = Talk().client(get()).server(response[: at + low]).server_gap(high - low).server(response[at + high :])
    return talk.client(get(b"/next")).server(ok(b"next")).end()


def test_a_hole_in_an_image_is_counted_and_its_end_is_found() -> None:
    content = body(root(), part(IMAGE))
    at = content.index(IMAGE)
    got = content_of(hear(holed(content, at + 100, at + 300), digests=True))
    image = got.parts[1]
    assert (image.probe.length, image.probe.missing, image.probe.sha256) == (len(IMAGE) - 200, 200, None)
    assert not image.complete
    assert got.closed
    assert got.missing == 200


def test_a_hole_up_to_a_delimiter_is_no_fault_of_the_sender() -> None:
    content = body(root(), part(IMAGE))
    stop = content.index(b"--" + BOUNDARY + b"--")
    heard = hear(holed(content, stop - 50, stop))
    assert odds(heard) == []
    assert content_of(heard).closed


def test_a_hole_over_a_delimiter_joins_two_parts() -> None:
    content = body(root(), part(IMAGE))
    at = content.index(ROOT) + 5
    heard = hear(holed(content, at, at + 80))
    (only,) = content_of(heard).parts
    assert only.data == ROOT[:5]
    assert not only.complete


def test_a_hole_in_part_headers_keeps_what_precedes_it() -> None:
    content = body(root(), part(IMAGE))
    at = content.index(b"Content-ID: <image")
    got = content_of(hear(holed(content, at, at + 10)))
    assert [line.name for line in got.parts[1].fields] == ["Content-Type", "Content-Transfer-Encoding"]
    assert got.parts[1].probe.missing == 10


def test_after_a_hole_in_part_headers_the_next_ones_end_where_they_do() -> None:
    image = b"\xff\xd8" + bytes(20) + b"\r\n\r\n" + IMAGE
    content = body(root(), part(image))
    at = content.index(b"<root@a>") + 3
    got = content_of(hear(holed(content, at, at + 10), digests=True))
    assert got.parts[1].probe.sha256 == hashlib.sha256(image).hexdigest()


def test_a_content_cut_in_its_image_keeps_what_came() -> None:
    content = body(root(), part(IMAGE))
    talk = Talk().client(get()).server(ok(content, TYPE)[: -len(BOUNDARY) - 500]).end()
    heard = hear(talk)
    assert [one.complete for one in content_of(heard).parts] == [True, False]
    assert heard.response.complete is False


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_content_cut_anywhere_near_its_end_is_read(cut: int) -> None:
    content = body(root(), part(IMAGE))[:-cut]
    heard = run(Talk().client(get()).server(b"HTTP/1.1 200 OK\r\n" + TYPE + b"\r\n\r\n" + content).end().events)
    image = content_of(heard).parts[1]
    closing = len(b"--" + BOUNDARY + b"--\r\n")
    assert image.complete == (cut <= 2)
    if not image.complete:
        assert image.probe.length == len(IMAGE) + len(b"\r\n") + closing - cut


names = st.sampled_from([b"Content-Type", b"Content-ID", b"Content-Transfer-Encoding", b"X-Other"])
values = st.sampled_from([b"text/plain", b"<a@b>", b"binary", b'a; b="c"', b"x" * 80])
bodies = st.binary(max_size=200).filter(lambda data: BOUNDARY not in data and b"\r" not in data[-1:])


@given(
    st.lists(st.tuples(st.lists(st.tuples(names, values), min_size=1, max_size=4), bodies), min_size=1, max_size=4),
    st.sampled_from([b"", b"preamble\r\n"]),
    st.sampled_from([b"", b"epilogue"]),
)
def test_parts_are_those_that_the_email_package_finds(
    parts: list[tuple[list[tuple[bytes, bytes]], bytes]], preamble: bytes, epilogue: bytes
) -> None:
    encoded = [b"".join(b"%s: %s\r\n" % line for line in lines) + b"\r\n" + data for lines, data in parts]
    content = preamble + body(*encoded) + epilogue
    parsed: Message = BytesParser(policy=email.policy.compat32).parsebytes(TYPE + b"\r\n\r\n" + content)
    oracle = parsed.get_payload()
    assert isinstance(oracle, list)
    got = content_of(Heard(run(told(content).events).output)).parts
    assert len(got) == len(oracle) == len(parts)
    for one, theirs, (_, data) in zip(got, oracle, parts, strict=True):
        assert [(line.name, line.value) for line in one.fields] == [
            (name, str(value)) for name, value in theirs.items()
        ]
        if one.data is not None:
            assert one.data == data
        assert one.probe.head == data


@given(st.data())
def test_positions_are_those_of_the_bytes(data: st.DataObject) -> None:
    image = data.draw(st.binary(min_size=1, max_size=300).filter(lambda one: BOUNDARY[:9] not in one))
    content = body(root(), part(image))
    size = data.draw(st.sampled_from([0, 1, 7, 64]))
    got = content_of(Heard(run(told(content, size=size).events).output))
    assert [content[one.content_start :][: one.probe.length] for one in got.parts] == [ROOT, image]


LARGE = [bytes(range(256)) * 80, b"\r\n--=_next_" * 2000, b"x"]
"""More than what is joined over a seam, bytes that look like delimiters, and next to nothing."""


@pytest.mark.parametrize("head", [b"", b"X-Long: " + b"y" * 6000 + b"\r\n"], ids=["short headers", "long headers"])
def test_large_feeds_are_read_over_their_seams(head: bytes) -> None:
    parts = [head + part(image, content_id=b"<%d>" % at) for at, image in enumerate(LARGE)]
    content = body(root(), *parts, part(LARGE[0]))
    response = ok(content, TYPE)
    at = len(response) - len(content)
    edges = [at + content.index(b"--" + BOUNDARY, start) for start in (0, 200, 25_000, 48_000)]
    cuts = sorted({edge + shift for edge in edges for shift in (-30, -3, -2, -1, 0, 1, 2, 10, 24, 25, 26, 27, 60, 90)})
    want = [("root@a", ROOT), *((str(n), image) for n, image in enumerate(LARGE)), ("image@a", LARGE[0])]
    for cut_at in cuts:
        heard = run(Talk().client(get()).server(response[:cut_at], response[cut_at:]).end().events, digests=True)
        assert seen(content_of(heard).parts) == [(name, len(data), sha256(data)) for name, data in want]
        assert heard.response.anomalies == ()


def test_the_ends_of_an_image_wait_for_no_garbage_collector() -> None:
    talk = told(body(root(), part(IMAGE)))
    gc.collect()
    gc.disable()
    try:
        heard = run(talk.events)
        assert len(heard.exchanges) == 2
        del heard
        assert [one for one in gc.get_objects() if isinstance(one, ImageProbe)] == []
    finally:
        gc.enable()
