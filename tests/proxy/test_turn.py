"""A held message keeps its bytes and its content apart."""

from wsdtrace.http.framing import Frame, Framing
from wsdtrace.http.head import parse_head
from wsdtrace.proxy.turn import Held


def test_bytes_and_content_of_a_chunked_message() -> None:
    raw = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    head = parse_head(raw, 0, request=True, fields_max=10)
    held = Held(raw, head, Frame(Framing.CHUNKED, None), None, [b"1\r\na\r\n", b"0\r\n\r\n"], [b"a", b""])
    assert held.whole == raw + b"1\r\na\r\n0\r\n\r\n"
    assert held.content == b"a"
