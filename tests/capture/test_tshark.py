"""tshark's output becomes decrypted bytes; what is no such line becomes nothing; a run ends whenever it is told to."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import CAPTURES, shared_path
from wsdtrace.capture import open_capture
from wsdtrace.capture.tshark import (
    MAX_LINE,
    Tshark,
    _columns,
    _LineParser,
    check_keylog,
    endpoint_of,
    is_there,
    keylog_settings,
)
from wsdtrace.errors import CaptureError, MissingExtra, UsageError
from wsdtrace.records import Endpoint

needs_tshark = pytest.mark.skipif(not is_there(), reason="tshark or pyshark is not installed")
CAPTURE, KEYLOG = (str(shared_path(f"data/captures/https_keylog.{kind}")) for kind in ("pcap", "keylog"))
FIELDS = ("tcp.srcport", "tcp.payload")


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        pytest.param(b"7\t80\t4142", (7, ["80", "4142"]), id="a frame"),
        pytest.param(b"7\t80\t4142\r", (7, ["80", "4142"]), id="CRLF"),
        pytest.param(b"7\t\t", (7, ["", ""]), id="empty fields"),
        pytest.param(b"x\t80\t", (0, ["80", ""]), id="no number"),
        pytest.param(b"9" * 5000 + b"\t", (0, [""]), id="a number without end"),
        pytest.param(b"Running as user root", (0, []), id="a sentence"),
        pytest.param(b"", (0, []), id="empty"),
        pytest.param(b"7\t\xff", (7, ["\ufffd"]), id="no ASCII"),
    ],
)
def test_a_line_is_a_number_and_fields(line: bytes, columns: tuple[int, list[str]]) -> None:
    assert _columns(line) == columns


@pytest.mark.parametrize(
    ("address", "port", "endpoint"),
    [
        ("192.0.2.1", "50000", Endpoint("192.0.2.1", 50000)),
        ("fe80::1", "1", Endpoint("fe80::1", 1)),
        ("::1,192.0.2.1", "1,2", Endpoint("192.0.2.1", 2)),
    ],
)
def test_the_innermost_endpoint_counts(address: str, port: str, endpoint: Endpoint) -> None:
    assert endpoint_of(address, port) == endpoint


@given(address=st.text("0123456789abcdef.:,\x1b ", max_size=8), port=st.text("0123456789,x", max_size=4))
def test_what_is_no_address_is_refused(address: str, port: str) -> None:
    try:
        found = endpoint_of(address, port)
    except ValueError:
        return
    assert set(found.address) <= set("0123456789abcdef.:")


def test_lines_are_whole_however_they_come() -> None:
    text = b"one\ntwo\nthree"
    waited = []

    async def tshark() -> None:
        waited.append(True)

    async def lines(size: int) -> list[bytes]:
        parser, rest, found = _LineParser(tshark), b"", list[bytes]()
        for piece in [*(text[at : at + size] for at in range(0, len(text), size)), b""]:
            stream = asyncio.StreamReader()
            stream.feed_data(piece)
            stream.feed_eof()
            some, rest = await parser.get_packets_from_stream(stream, rest)
            found += some or []
        with pytest.raises(EOFError):
            await parser.get_packets_from_stream(stream, rest)
        return found

    for size in (1, 3, 4, 100):
        assert asyncio.run(lines(size)) == text.split(b"\n")
    assert len(waited) == 4


def test_a_line_without_end_is_not_kept() -> None:
    async def rest() -> bytes:
        stream = asyncio.StreamReader()
        stream.feed_data(b"x")
        return (await _LineParser(asyncio.Event().wait).get_packets_from_stream(stream, b"y" * MAX_LINE))[1]

    assert asyncio.run(rest()) == b""


def test_without_pyshark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyshark.tshark.tshark", None)
    assert not is_there()
    with pytest.raises(MissingExtra, match=r"pip install 'wsdtrace\[tshark\]'"):
        check_keylog(__file__)


@needs_tshark
def test_without_tshark_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not is_there()
    with pytest.raises(UsageError, match="apt install tshark"):
        check_keylog(__file__)


def test_a_key_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file that can be read"):
        check_keylog(str(tmp_path / "none"))
    with pytest.raises(CaptureError, match="cannot be read"):
        keylog_settings(str(tmp_path / "none"))


def answers(run: Tshark, path: Path, window_bytes: int) -> list[list[str]]:
    with open_capture(path, window_bytes=window_bytes) as source:
        return [fields for batch in source.batches() for _, fields in run.ask(batch)]


@needs_tshark
@pytest.mark.parametrize("window_bytes", [4096, 1 << 22])
def test_each_frame_is_answered_in_its_window(window_bytes: int) -> None:
    path = CAPTURES / "clean-flatbed" / "capture.pcap"
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", *(word for field in FIELDS for word in ("-e", field))]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    with Tshark(FIELDS, (), "a test") as run:
        assert answers(run, path, window_bytes) == [line.split("\t") for line in told]
    assert run.failure is None


@needs_tshark
def test_a_run_may_be_ended_in_the_middle_and_twice() -> None:
    run = Tshark(FIELDS, (), "a test")
    with open_capture(CAPTURES / "clean-flatbed" / "capture.pcap") as source:
        next(run.ask(next(source.batches())))
    run.close()
    run.close()
    assert run.failure is None


@needs_tshark
@pytest.mark.parametrize(
    ("settings", "seconds", "told"),
    [
        pytest.param(["-o", "no.such:TRUE"], 60.0, "tshark ended at frame 1: ", id="it ends"),
        pytest.param(["-Y", "frame.number > 99999"], 0.01, "no answer within 0 s", id="it says nothing"),
        pytest.param([], 0.0, "no answer within 0 s", id="it has not begun"),
    ],
)
def test_a_run_that_fails_says_so(
    monkeypatch: pytest.MonkeyPatch, settings: list[str], seconds: float, told: str
) -> None:
    monkeypatch.setattr("wsdtrace.capture.tshark.MAX_SECONDS", seconds)
    path = CAPTURES / "clean-flatbed" / "capture.pcap"
    with Tshark(FIELDS, settings, "a test") as run:
        assert answers(run, path, 1 << 22) == []
        assert answers(run, path, 1 << 22) == []
    assert told in str(run.failure)
