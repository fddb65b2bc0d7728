"""A header section keeps every byte but the values that are exchanged."""

from wsdtrace.http.framing import Frame, Framing
from wsdtrace.http.head import parse_head
from wsdtrace.proxy.heads import edited, framed, leading, media_type_of, plain_answer, target_edit, value_edits

RAW = (
    b"\r\nPOST http://a/b HTTP/1.1\r\nhOST:   old:80  \r\nX: 1\r\n"
    b"Content-Length: 5\r\nContent-Type: text/xml; charset=x\r\n\r\n"
)
HEAD = parse_head(RAW[2:], 0, request=True, fields_max=100)


def test_a_value_is_exchanged_in_its_place() -> None:
    assert leading(RAW) == 2
    changed = edited(RAW, value_edits(RAW, HEAD, "host", "new"))
    assert changed == RAW.replace(b"old:80", b"new")


def test_the_target_is_exchanged() -> None:
    edit = target_edit(RAW, HEAD, "/b")
    assert edit is not None
    assert edited(RAW, [edit]) == RAW.replace(b"http://a/b", b"/b")


def test_another_content_is_framed_as_the_first_was() -> None:
    assert framed(RAW, HEAD, Frame(Framing.LENGTH, 5), b"123") == RAW.replace(b": 5", b": 3") + b"123"
    assert framed(RAW, HEAD, Frame(Framing.CHUNKED, None), b"123").endswith(b"\r\n\r\n3\r\n123\r\n0\r\n\r\n")
    assert framed(RAW, HEAD, Frame(Framing.CHUNKED, None), b"").endswith(b"\r\n\r\n0\r\n\r\n")


def test_media_type_and_own_answers() -> None:
    assert media_type_of(HEAD) == ("text/xml", "x")
    assert plain_answer(502, "Bad Gateway", "ä") == (
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n"
        b"Connection: close\r\n\r\n\xc3\xa4"
    )
