"""tshark's output becomes decrypted bytes; what is no such line becomes nothing; a run ends whenever it is told to."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import needs_shared, shared_path
from wsdtrace.capture.tshark import MAX_LINE, Decrypted, Tshark, _LineParser, check_keylog, is_there, parse_line
from wsdtrace.errors import CaptureError, MissingExtra, UsageError
from wsdtrace.records import Endpoint

needs_tshark = pytest.mark.skipif(not is_there(), reason="tshark or pyshark is not installed")
CAPTURE, KEYLOG = (str(shared_path(f"data/captures/https_keylog.{kind}")) for kind in ("pcap", "keylog"))
A, B = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 443)


@pytest.mark.parametrize(
    ("line", "row"),
    [
        pytest.param("7\t192.0.2.1\t\t50000\t192.0.2.2\t\t443\t4142", Decrypted(7, A, B, b"AB"), id="IPv4"),
        pytest.param(
            "7\t\tfe80::1\t1\t\tfe80::2\t2\t00",
            Decrypted(7, Endpoint("fe80::1", 1), Endpoint("fe80::2", 2), b"\0"),
            id="IPv6",
        ),
        pytest.param("7\t192.0.2.1\t\t50000\t192.0.2.2\t\t443\t41,42", Decrypted(7, A, B, b"AB"), id="two records"),
        pytest.param("7\t192.0.2.1\t\t50000\t192.0.2.2\t\t443\t41:42", Decrypted(7, A, B, b"AB"), id="old spelling"),
        pytest.param("7\t::1,192.0.2.1\t\t50000\t::2,192.0.2.2\t\t443\t41", Decrypted(7, A, B, b"A"), id="tunnel"),
        pytest.param("7\t192.0.2.1\t\t50000\t192.0.2.2\t\t443\t", None, id="nothing decrypted"),
        pytest.param("7\t192.0.2.1\t\t50000\t192.0.2.2\t\t443", None, id="too few columns"),
        pytest.param("x\t192.0.2.1\t\t50000\t192.0.2.2\t\t443\t41", None, id="no number"),
        pytest.param("0\t192.0.2.1\t\t50000\t192.0.2.2\t\t443\t41", None, id="no frame"),
        pytest.param("7\t\x1b[31m\t\t50000\t192.0.2.2\t\t443\t41", None, id="no address"),
        pytest.param("7\t192.0.2.1\t\t50000\t192.0.2.2\t\t443\t4", None, id="half a byte"),
        pytest.param("Running as user root", None, id="a sentence"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_line_is_a_row_or_nothing(line: str, row: Decrypted | None) -> None:
    assert parse_line(line.encode()) == row
    assert parse_line(line.encode() + b"\r\n") == row


COLUMNS = st.lists(st.text("0123456789abcdef.:,\t ", max_size=8), max_size=9)


@given(line=st.binary(max_size=60) | COLUMNS.map(lambda columns: "\t".join(columns).encode()))
def test_any_line_is_read(line: bytes) -> None:
    row = parse_line(line)
    assert row is None or (row.frame > 0 and row.data)


def test_lines_are_whole_however_they_come() -> None:
    text = b"one\ntwo\nthree"

    async def lines(size: int) -> list[bytes]:
        parser, rest, found = _LineParser(), b"", list[bytes]()
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


def test_a_line_without_end_is_not_kept() -> None:
    async def rest() -> bytes:
        stream = asyncio.StreamReader()
        stream.feed_data(b"x")
        return (await _LineParser().get_packets_from_stream(stream, b"y" * MAX_LINE))[1]

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
        Tshark("x.pcap", str(tmp_path / "none"))


@needs_shared
@needs_tshark
def test_a_run_gives_what_the_client_said() -> None:
    with Tshark(CAPTURE, KEYLOG) as run:
        rows = list(run.rows())
    assert (rows[0].frame, rows[0].data[:21]) == (10, b"POST /WSScan HTTP/1.1")
    assert (len(rows), run.failure, run.strange) == (9, None, 0)


@needs_shared
@needs_tshark
def test_a_run_may_be_ended_in_the_middle() -> None:
    run = Tshark(CAPTURE, KEYLOG)
    next(run.rows())
    run.close()
    run.close()
    assert run.failure is None


@needs_tshark
def test_a_file_that_is_no_capture_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(b"nothing")
    with Tshark(str(path), None) as run:
        assert list(run.rows()) == []
