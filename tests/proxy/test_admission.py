"""Requests for other servers are refused, whatever way they name them."""

import pytest

from wsdtrace.http.head import parse_head
from wsdtrace.proxy.admission import Refused, admit


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: own:80\r\n\r\n", 0, id="own"),
        pytest.param(b"GET / HTTP/1.0\r\n\r\n", 0, id="no host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 0, id="empty host"),
        pytest.param(b"GET http://own/x HTTP/1.1\r\nHost: own\r\n\r\n", 0, id="absolute"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: other\r\n\r\n", 421, id="other host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: own\r\nHost: other\r\n\r\n", 421, id="second host"),
        pytest.param(b"GET http://other/ HTTP/1.1\r\nHost: own\r\n\r\n", 421, id="other target"),
        pytest.param(b"CONNECT own:443 HTTP/1.1\r\nHost: own\r\n\r\n", 405, id="tunnel"),
    ],
)
def test_who_is_asked_for_decides(head: bytes, status: int) -> None:
    read = parse_head(head, 0, request=True, fields_max=10)
    if not status:
        admit(read, lambda host: host == "own")
        return
    with pytest.raises(Refused) as refused:
        admit(read, lambda host: host == "own")
    assert refused.value.status == status
