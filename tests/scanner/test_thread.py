"""A scanner in a thread: it starts, is reached, and ends; what goes wrong is told to who started it."""

import threading
import urllib.request

import pytest

from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread


def test_it_runs_beside_and_ends_with_its_block() -> None:
    before = threading.active_count()
    with ScannerThread(VirtualScanner()) as running:
        with pytest.raises(urllib.error.HTTPError, match="405"):
            urllib.request.urlopen(running.url, timeout=10)
        assert running.call(lambda: running.scanner.device.is_busy) is False
    assert threading.active_count() == before


def test_a_port_that_is_taken_is_told() -> None:
    with (
        ScannerThread(VirtualScanner()) as running,
        pytest.raises(OSError, match="in use"),
        ScannerThread(VirtualScanner(port=running.scanner.port)),
    ):
        pass
