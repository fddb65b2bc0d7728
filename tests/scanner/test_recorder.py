"""What the ends write down, read by tshark's eyes and by our own."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from wsdtrace.records import Direction, Endpoint
from wsdtrace.scanner.clock import NS, Clock
from wsdtrace.scanner.recorder import Recorder

CLIENT, SERVER = Endpoint("127.0.0.1", 50000), Endpoint("127.0.0.1", 5357)
FORTH, BACK = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER


def stopped() -> Clock:
    return Clock(source=lambda: 0, start_ns=1000 * NS)


def test_a_connection_is_written_down_by_the_end_that_came_first() -> None:
    recorder = Recorder(io.BytesIO(), stopped())
    first = recorder.track(CLIENT, SERVER)
    assert first is not None
    assert recorder.track(CLIENT, SERVER) is None
    first.end(FORTH)
    assert recorder.track(CLIENT, SERVER) is None
    first.end(BACK)
    assert recorder.track(CLIENT, SERVER) is not None


def test_a_datagram_of_one_of_the_ends_is_written_once() -> None:
    recorder = Recorder(io.BytesIO(), stopped())
    recorder.sent(CLIENT, SERVER, b"x")
    recorder.received(CLIENT, SERVER, b"x")
    recorder.received(Endpoint("127.0.0.1", 1), SERVER, b"foreign")
    assert recorder.frames == 2


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_reads_what_was_said_and_time_does_not_go_back(tmp_path: Path) -> None:
    path = tmp_path / "record.pcapng"
    with path.open("wb") as file:
        recorder = Recorder(file, stopped())
        track = recorder.track(CLIENT, SERVER)
        assert track is not None
        track.data(FORTH, b"GET / HTTP/1.1\r\n\r\n")
        track.data(BACK, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)
        other = recorder.track(Endpoint("127.0.0.1", 50001), SERVER)
        assert other is not None
        other.data(FORTH, b"GET /b HTTP/1.1\r\n\r\n")
        track.end(FORTH)
        track.end(BACK)
        other.reset(BACK)
        recorder.refused(CLIENT, Endpoint("127.0.0.1", 9))
    fields = ["-T", "fields", "-e", "frame.time_epoch", "-e", "http.request.uri", "-e", "http.response.code"]
    done = subprocess.run(
        ["tshark", "-r", path, "-d", "tcp.port==5357,http", *fields], capture_output=True, text=True, check=True
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    times = [float(row[0]) for row in rows]
    assert times == sorted(times)
    assert [value for row in rows for value in row[1:] if value] == ["/", "200", "/b"]
