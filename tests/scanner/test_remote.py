"""The button from another process: only from this machine, only by a program, and no part of the record."""

import http.client
import io

import pytest

from wsdtrace.capture import open_capture_bytes
from wsdtrace.errors import UsageError
from wsdtrace.pipeline import Options, check_source
from wsdtrace.scanner import remote
from wsdtrace.scanner.http import HttpMessage
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread


def test_nobody_is_on_the_display_of_a_scanner_that_nobody_subscribed_to() -> None:
    record = io.BytesIO()
    with ScannerThread(VirtualScanner(record=record)) as running:
        assert remote.press("127.0.0.1", running.scanner.port, None, "Platen") is None
        assert running.call(lambda: running.scanner.device.panel.presses) == 1
    with open_capture_bytes(record.getvalue(), "x.pcapng") as source:
        assert not check_source(source, Options()).exchanges


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        pytest.param("/panel/press", {}, 403, id="without the field"),
        pytest.param("/panel/open", {remote.FIELD: "1"}, 404, id="another button"),
        pytest.param("/panel/press", {remote.FIELD: "1"}, 200, id="the button"),
    ],
)
def test_the_panel_wants_its_field(path: str, fields: dict[str, str], status: int) -> None:
    with ScannerThread(VirtualScanner()) as running:
        connection = http.client.HTTPConnection("127.0.0.1", running.scanner.port, timeout=10)
        connection.request("POST", path, headers=fields)
        assert connection.getresponse().status == status
        connection.close()


@pytest.mark.parametrize(
    ("peer", "status"),
    [
        pytest.param("192.0.2.7", 403, id="somebody of the network"),
        pytest.param("192.0.2.1", 200, id="this machine, by the address at which the scanner listens"),
        pytest.param("::1", 200, id="this machine, by loopback"),
    ],
)
def test_the_panel_is_for_this_machine(peer: str, status: int) -> None:
    request = HttpMessage("POST /panel/press HTTP/1.1", ((remote.FIELD, "1"),), b"")
    assert remote.answer(request, peer, "192.0.2.1", VirtualScanner().device.panel)[0] == status


def test_where_no_scanner_is_it_is_told() -> None:
    with pytest.raises(UsageError, match=r"no virtual scanner answers at 127\.0\.0\.1:1"):
        remote.press("127.0.0.1", 1, None, "Platen")
