"""What watches: the programs that record, their complaints, and files that grow."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from pathlib import Path

import pytest

from tests.capture.blocks import pcap_header, record
from wsdtrace.capture.live import interfaces, permission_error, recorder_command, watch_file, watch_interface
from wsdtrace.errors import CaptureError, CaptureFormatError, CapturePermissionError, MissingExtra
from wsdtrace.records import FrameBatch


def program(folder: Path, name: str, script: str) -> None:
    """Put a program in front of all others."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def frames(batch: FrameBatch) -> list[bytes]:
    """The bytes of each."""
    sizes = zip(batch.offset.tolist(), batch.captured_len.tolist(), strict=True)
    return [bytes(batch.buffer[start : start + size]) for start, size in sizes]


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is searched for programs first, with a dumpcap that must not be used."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr("wsdtrace.capture.live.which", lambda name: shutil.which(name, path=str(folder)))
    return folder


def test_dumpcap_is_preferred_to_tcpdump(only: Path) -> None:
    assert recorder_command("eth0", None) is None
    program(only, "tcpdump", "")
    assert recorder_command("eth0", "port 80") == [
        "tcpdump", "-U", "-n", "-i", "eth0", "-s", "262144", "-w", "-", "--", "port 80",
    ]  # fmt: skip
    program(only, "dumpcap", "")
    assert recorder_command("eth0", "port 80") == [
        "dumpcap", "-q", "-i", "eth0", "-s", "262144", "-f", "port 80", "-w", "-",
    ]  # fmt: skip


def test_frames_come_while_the_recorder_runs_and_stopping_ends_it(only: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(pcap_header() + record(1, 0))
    program(only, "dumpcap", f"cat {tmp_path}/data\nexec sleep 100")
    with watch_interface("eth0") as watch:
        assert watch.wait(10)
        batches = watch.source.batches()
        assert len(next(batches)) == 1
        assert not watch.wait(0.01)
        watch.stop()
        assert watch.wait(10)
        assert [len(batch) for batch in batches] in ([], [0])


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        pytest.param(
            "dumpcap: You don't have permission to capture on that device",
            CapturePermissionError,
            "eth0: no permission to record; run: sudo wsdtrace live -i eth0, or allow it for good: "
            "sudo setcap cap_net_raw,cap_net_admin+eip ",
            id="permission",
        ),
        pytest.param("socket: Operation not permitted", CapturePermissionError, "no permission", id="not permitted"),
        pytest.param("Capturing\ndumpcap: eth0: No such device exists", CaptureError, "No such device", id="no device"),
        pytest.param("Invalid capture filter x", CaptureError, "Invalid capture filter x", id="filter"),
        pytest.param("", CaptureError, "dumpcap ended without a word", id="nothing"),
    ],
)
def test_why_it_cannot_be_recorded(only: Path, words: str, error: type[Exception], told: str) -> None:
    program(only, "dumpcap", f'echo "{words}" >&2\nexit 1')
    with pytest.raises(error) as raised:
        watch_interface("eth0")
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_without_any_recorder_the_extra_is_named(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scapy.config", None)
    with pytest.raises(MissingExtra, match=r"pip install 'wsdtrace\[live\]'"):
        watch_interface("eth0")


def test_scapy_delivers_each_frame_of_loopback_once_and_to_the_last(only: Path) -> None:
    pytest.importorskip("scapy.config", reason="the extra live is not installed")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(type=socket.SOCK_DGRAM) as sender:
        receiver.bind(("127.0.0.1", 0))
        address = receiver.getsockname()
        try:
            watch = watch_interface("lo", f"udp port {address[1]}")
        except CaptureError as error:
            pytest.skip(f"lo cannot be recorded here: {error}")
        sent = [b"%d" % number * 30_000 for number in (1, 2)]
        with watch:
            sender.sendto(sent[0], address)
            assert watch.wait(10)
            batches = watch.source.batches()
            found = frames(next(batches))
            sender.sendto(sent[1], address)
            watch.stop()
            found += [frame for batch in batches for frame in frames(batch)]
    assert [frame[14 + 20 + 8 :] for frame in found] == sent


@pytest.mark.parametrize(
    ("interface", "told"),
    [
        ("any", "any: scapy records one interface at a time; all of them take dumpcap or tcpdump"),
        ("nowhere9", "nowhere9: scapy cannot record it: .*nowhere9"),
    ],
)
def test_what_scapy_cannot_record_is_told(only: Path, interface: str, told: str) -> None:
    pytest.importorskip("scapy.config", reason="the extra live is not installed")
    with pytest.raises(CaptureError, match=told):
        watch_interface(interface)


def test_the_sentence_without_a_program_has_one_command() -> None:
    assert "setcap" not in str(permission_error("eth0", None))
    assert interfaces()


def test_a_file_is_followed_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "scan.pcap"
    path.write_bytes(pcap_header() + record(1, 0) + record(2, 0)[:20])
    with open(path, "ab", buffering=0) as out, watch_file(str(path)) as watch:
        batches = watch.source.batches()
        assert watch.wait(0)
        assert len(next(batches)) == 1
        assert not watch.wait(0)
        out.write(record(2, 0)[20:] + record(3, 0))
        assert watch.wait(0)
        assert len(next(batches)) == 2
        out.write(record(4, 0))
        watch.stop()
        assert watch.wait(0)
        assert [len(batch) for batch in batches] == [1]


def test_what_is_no_capture_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"hello, this is no capture at all")
    with pytest.raises(CaptureFormatError):
        watch_file(str(tmp_path / "x"))
    with pytest.raises(CaptureError, match="no such file"):
        watch_file(str(tmp_path / "y"))
    assert os.listdir(tmp_path) == ["x"]
