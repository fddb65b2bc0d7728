"""What a pcapng file says beside its packets."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which
from struct import pack

import pytest

from tests.capture.blocks import (
    FRAME,
    IDB,
    ISB,
    SHB,
    block,
    enhanced,
    interface,
    obsolete,
    option,
    pcap_header,
    record,
    section,
)
from wsdtrace.capture import open_capture_bytes
from wsdtrace.capture.remarks import MAX_COMMENTS, MAX_SECRETS, TLS_KEY_LOG, Comment, Remarks, Secrets, each_option
from wsdtrace.records import Anomaly

T = 1_700_000_000_000_000
DSB, EPB = 0xA, 6
SIGNS = pytest.mark.parametrize("sign", ["<", ">"], ids=["little-endian", "big-endian"])


def read(data: bytes, window_bytes: int = 1 << 20) -> tuple[Remarks, list[Anomaly]]:
    with open_capture_bytes(data, "capture", window_bytes=window_bytes) as source:
        anomalies = [anomaly for batch in source.batches() for anomaly in batch.anomalies]
        return source.remarks, anomalies


def secrets(data: bytes, kind: int = TLS_KEY_LOG, sign: str = "<", claimed: int | None = None) -> bytes:
    return block(DSB, pack(sign + "II", kind, len(data) if claimed is None else claimed) + data, sign)


def statistics(options: bytes, number: int = 0, sign: str = "<") -> bytes:
    return block(ISB, pack(sign + "III", number, 0, 0) + options, sign)


def packet(options: bytes, data: bytes = FRAME, number: int = 0, sign: str = "<") -> bytes:
    head = pack(sign + "IIIII", number, 0, 0, len(data), len(data))
    return block(EPB, head + data + bytes(-len(data) % 4) + options, sign)


def count(code: int, value: int, sign: str = "<") -> bytes:
    return option(code, pack(sign + "Q", value), sign)


@SIGNS
def test_decryption_secrets_are_found_wherever_they_stand(sign: str) -> None:
    log = b"CLIENT_RANDOM 00 11\n"
    data = section(sign) + secrets(log, sign=sign) + interface(sign) + enhanced(T, sign=sign)
    data += section() + secrets(b"other", 0x57474B4C) + interface() + enhanced(T) + secrets(b"", claimed=9)
    found, anomalies = read(data)
    assert found.secrets == [Secrets(TLS_KEY_LOG, log), Secrets(0x57474B4C, b"other")]
    assert anomalies == []


def test_secrets_without_end_are_bounded_and_told() -> None:
    body = bytes(8_000_000)
    found, anomalies = read(section() + interface() + secrets(body) * 3 + enhanced(T))
    assert sum(len(each.data) for each in found.secrets) == 16_000_000 <= MAX_SECRETS
    assert [(a.kind, str(MAX_SECRETS) in a.detail) for a in anomalies] == [("capture_limit_reached", True)]


@SIGNS
def test_comments_of_capture_interface_and_frame_are_kept(sign: str) -> None:
    header = block(SHB, pack(sign + "IHHq", 0x1A2B3C4D, 1, 0, -1) + option(1, b"the printer room", sign), sign)
    described = block(IDB, pack(sign + "HHI", 1, 0, 0) + option(2, b"eth0", sign) + option(1, b"tap", sign), sign)
    words = option(1, b"here it hangs\0", sign) + option(2, bytes(4), sign) + option(1, b"\xff", sign)
    data = header + described + packet(b"", sign=sign) + packet(words, FRAME[:57], sign=sign)
    data += packet(option(2, bytes(4), sign) + option(0, b"", sign), sign=sign)
    found, _ = read(data)
    assert found.comments == [
        Comment(None, "the printer room"),
        Comment(None, "tap"),
        Comment(2, "here it hangs"),
        Comment(2, "�"),
    ]


def test_comments_have_the_numbers_of_frames_whatever_the_window() -> None:
    data = section() + interface() + b"".join(packet(option(1, b"%d" % n), bytes(n)) for n in range(300))
    for window in (4096, 1 << 20):
        assert read(data, window)[0].comments == [Comment(n + 1, f"{n}") for n in range(300)]


def test_comments_without_end_are_bounded_and_told() -> None:
    found, anomalies = read(section() + interface() + packet(option(1, b"x")) * (MAX_COMMENTS + 5))
    assert (len(found.comments), found.comments_left_out) == (MAX_COMMENTS, 5)
    assert [a.detail for a in anomalies] == [f"5 comments beyond {MAX_COMMENTS} were left out"]


@pytest.mark.parametrize(
    ("blocks", "lost"),
    [
        pytest.param(statistics(count(4, 100) + count(5, 0)), 0, id="nothing lost"),
        pytest.param(statistics(count(5, 3) + count(7, 4)), 7, id="interface and system"),
        pytest.param(statistics(count(5, 3)) + statistics(count(5, 8)), 8, id="running totals: the last counts"),
        pytest.param(statistics(count(5, 3)) + statistics(count(5, 8), 1), 11, id="two interfaces"),
        pytest.param(statistics(count(5, 2**64 - 1)), 0, id="unknown"),
        pytest.param(statistics(option(5, b"\x07")), 0, id="of one byte"),
        pytest.param(statistics(count(5, 9), 7), 0, id="of an interface that is not there"),
        pytest.param(packet(count(4, 3)) + packet(count(4, 2)), 5, id="counted by packets"),
        pytest.param(packet(count(4, 3)) + statistics(count(5, 9)), 9, id="statistics know better than packets"),
        pytest.param(obsolete(T) + obsolete(T), 2, id="counted by obsolete packets"),
    ],
)
def test_lost_frames_are_added_up(blocks: bytes, lost: int) -> None:
    found, anomalies = read(section() + interface() + interface() + enhanced(T) + blocks)
    assert found.lost == lost
    told = [f"{lost} frames were lost while recording, its statistics say"] if lost else []
    assert [a.detail for a in anomalies if a.kind == "capture_frames_lost"] == told


@pytest.mark.parametrize(
    "options", [b"\1", option(1, b"abcd")[:6], pack("<HH", 1, 60_000), option(0, b"") + option(1, b"x")]
)
def test_a_list_of_options_that_is_cut_ends_there(options: bytes) -> None:
    assert list(each_option(options, "<")) == []


@pytest.mark.skipif(which("editcap") is None, reason="editcap is not installed")
def test_what_editcap_writes_is_found(tmp_path: Path) -> None:
    keys, plain, made = tmp_path / "keys", tmp_path / "plain.pcapng", tmp_path / "made.pcapng"
    keys.write_bytes(b"CLIENT_RANDOM " + b"a" * 64 + b" " + b"b" * 96 + b"\n")
    plain.write_bytes(section() + interface() + enhanced(T) * 3)
    command = ["editcap", "--inject-secrets", f"tls,{keys}", "-a", "2:look here", str(plain), str(made)]
    subprocess.run(command, check=True)
    found, _ = read(made.read_bytes())
    assert found.secrets == [Secrets(TLS_KEY_LOG, keys.read_bytes())]
    assert Comment(2, "look here") in found.comments


def test_a_pcap_file_has_no_remarks() -> None:
    found, anomalies = read(pcap_header() + record(1, 0))
    assert (found.secrets, found.comments, found.lost, anomalies) == ([], [], 0, [])
