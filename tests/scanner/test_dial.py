"""Opening connections, and the one that is refused in the capture."""

import asyncio
import io

import pytest

from wsdtrace.capture import open_capture_bytes
from wsdtrace.net import Net
from wsdtrace.records import ConnectionRefused
from wsdtrace.scanner.clock import Clock
from wsdtrace.scanner.dial import dial
from wsdtrace.scanner.recorder import Recorder


def test_a_refused_connection_is_in_the_capture() -> None:
    file = io.BytesIO()
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(dial("127.0.0.1", 1, Recorder(file, Clock())))
    with open_capture_bytes(file.getvalue(), "x.pcapng") as source:
        net = Net()
        events = [event for batch in source.batches() for event in net.feed(batch)] + net.close()
    assert any(isinstance(event, ConnectionRefused) for event in events)
