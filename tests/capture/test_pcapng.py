"""pcapng blocks → columns, and frame numbers as Wireshark counts them."""

import subprocess
from pathlib import Path
from shutil import which
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.blocks import (
    EPB,
    FRAME,
    IDB,
    ISB,
    NRB,
    SHB,
    block,
    enhanced,
    interface,
    obsolete,
    option,
    section,
    simple,
)
from wsdtrace.capture.columns import MAX_CAPTURED, Walked
from wsdtrace.capture.linktypes import NO_LINK
from wsdtrace.capture.pcapng import MAX_BLOCK, PcapngReader

T = 1_700_000_000_000_000
HEAD = section() + interface()


def walk(data: bytes, *, final: bool = True) -> Walked:
    return PcapngReader().walk(memoryview(data), len(data), 0, final=final)


def frames(data: bytes) -> list[bytes]:
    walked = walk(data)
    places = zip(walked.offset.tolist(), walked.captured_len.tolist(), strict=True)
    return [data[start : start + length] for start, length in places]


@pytest.mark.parametrize("sign", ["<", ">"], ids=["little-endian", "big-endian"])
def test_packets_of_three_kinds(sign: str) -> None:
    data = section(sign) + interface(sign, 113, snap_len=20)
    data += enhanced(T, sign=sign, wire=1514) + simple(FRAME[:20], 60, sign) + obsolete(T + 5, sign=sign)
    walked = walk(data)
    assert frames(data) == [FRAME, FRAME[:20], FRAME]
    assert walked.wire_len.tolist() == [1514, 60, 60]
    assert walked.time_ns.tolist() == [T * 1000, T * 1000, (T + 5) * 1000]
    assert walked.link_type.tolist() == [113] * 3
    assert walked.damage is None


def test_a_simple_packet_is_cut_by_the_snap_length_and_not_by_its_padding() -> None:
    assert frames(section() + interface(snap_len=0) + simple(FRAME[:57])) == [FRAME[:57]]
    assert frames(section() + interface(snap_len=17) + simple(FRAME[:17], 60)) == [FRAME[:17]]


def test_sections_of_both_byte_orders_and_their_interfaces() -> None:
    micro, nano = interface(), interface(link_type=101, options=option(9, b"\x09") + option(14, pack("<q", 10)))
    data = section() + micro + nano + enhanced(T) + enhanced(5, number=1)
    data += section(">") + interface(">", 276) + enhanced(T, sign=">")
    walked = walk(data)
    assert walked.time_ns.tolist() == [T * 1000, 10_000_000_005, T * 1000]
    assert walked.interface.tolist() == [0, 1, 2]
    assert walked.link_type.tolist() == [1, 101, 276]


def test_an_interface_may_be_described_between_packets() -> None:
    data = HEAD + enhanced(T) + interface(link_type=101) + enhanced(T, number=1) + enhanced(T)
    assert walk(data).interface.tolist() == [0, 1, 0]


DAMAGED: dict[str, tuple[bytes, str]] = {
    "unknown interface": (enhanced(T, number=7), "unknown interface"),
    "captured length beyond the block": (enhanced(T, captured=61), "more bytes than it has"),
    "absurd captured length": (enhanced(T, bytes(MAX_CAPTURED + 1)), "more bytes than it has"),
    "length below the least": (pack("<II", 0x7777, 8) + bytes(4), "claims 8 bytes"),
    "length 0": (pack("<II", EPB, 0) + bytes(40), "claims 0 bytes"),
    "length above the greatest": (pack("<II", EPB, MAX_BLOCK + 4), "claims 16777220 bytes"),
    "lengths differ": (pack("<III", 0x7777, 16, 0) + pack("<I", 99), "differ"),
    "lengths of a packet differ": (enhanced(T)[:-4] + pack("<I", 88), "differ"),
    "short interface description": (block(IDB, bytes(4)), "interface description"),
    "no byte order": (pack("<IIIHHqI", SHB, 28, 0x11111111, 1, 0, -1, 28), "byte-order magic"),
    "version": (section(major=2), "version 2"),
    "short section header": (pack("<III", SHB, 20, 0x1A2B3C4D) + bytes(16), "claims 20 bytes"),
}


@pytest.mark.parametrize(("bad", "words"), DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("final", [False, True])
def test_what_cannot_be_true_ends_the_reading(bad: bytes, words: str, final: bool) -> None:
    walked = walk(HEAD + enhanced(T) + bad + enhanced(T), final=final)
    assert len(walked.offset) == 1
    assert walked.damage is not None
    assert walked.damage.kind == "capture_invalid_record"
    assert words in walked.damage.detail
    assert walked.damage.span is not None
    assert walked.damage.span.start == len(HEAD + enhanced(T))


@pytest.mark.parametrize("data", [simple(), enhanced(T), obsolete(T)], ids=["simple", "enhanced", "obsolete"])
def test_a_packet_before_any_interface_is_damage(data: bytes) -> None:
    assert walk(section() + data).damage is not None
    assert walk(data).damage is not None


@pytest.mark.parametrize("cut", range(1, 92))
def test_a_file_that_ends_in_a_block_is_read_up_to_there(cut: int) -> None:
    walked = walk(HEAD + enhanced(T) + enhanced(T)[:cut])
    assert len(walked.offset) == 1
    assert walked.damage is not None
    assert walked.damage.kind == "capture_truncated"
    assert walk(HEAD + enhanced(T) + enhanced(T)[:cut], final=False).damage is None


UNNUMBERED = [NRB, ISB, 0xA, 0x7777]
NUMBERED = [0x9, 0xBAD, 0x40000BAD, 0x204]
OTHER_BODY = pack("<HQQIH", 0, 1, 2, 30, 3) + bytes(20)


@pytest.mark.parametrize("kind", UNNUMBERED)
def test_other_blocks_are_skipped(kind: int) -> None:
    walked = walk(HEAD + enhanced(T) + block(kind, OTHER_BODY) + enhanced(T))
    assert len(walked.offset) == 2


@pytest.mark.parametrize("kind", NUMBERED)
def test_blocks_that_wireshark_numbers_are_rows_without_a_link(kind: int) -> None:
    walked = walk(HEAD + enhanced(T) + block(kind, OTHER_BODY) + enhanced(T))
    assert walked.link_type.tolist() == [1, NO_LINK, 1]
    assert walked.captured_len.tolist() == [60, 0, 60]


@pytest.mark.skipif(which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(HEAD + enhanced(T) + block(kind, body) + enhanced(T, FRAME[:9]), id=f"block {kind:#x}")
        for kind, body in [
            (NRB, b"\0\0\0\0"),
            (ISB, bytes(12)),
            (0xA, pack("<II", 0x544C534B, 4) + b"abcd"),
            (0x7777, b"abcd"),
            (0x9, b"__REALTIME_TIMESTAMP=1\nMESSAGE=x\n"),
            (0xBAD, pack("<I", 32473) + b"abcd"),
            (0x40000BAD, pack("<I", 32473) + b"abcd"),
            (0x204, OTHER_BODY),
        ]
    ]
    + [
        pytest.param(HEAD + enhanced(T) + simple() + obsolete(T), id="three kinds of packets"),
        pytest.param(HEAD + pack("<II", 0x7777, 13) + b"a\0\0\0" + pack("<I", 13) + enhanced(T), id="odd length"),
        *(pytest.param(HEAD + enhanced(T) + bad + enhanced(T), id=name) for name, (bad, _) in DAMAGED.items()),
    ],
)
def test_frame_numbers_are_those_of_wireshark(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "case.pcapng"
    path.write_bytes(data)
    run = ["tshark", "-r", str(path), "-T", "fields", "-e", "frame.number", "-e", "frame.cap_len"]
    told = subprocess.run(run, capture_output=True, text=True, check=False).stdout.split()
    walked = walk(data)
    assert len(told[::2]) == len(walked.offset)
    ours = [
        str(n)
        for n, link in zip(walked.captured_len.tolist(), walked.link_type.tolist(), strict=True)
        if link < NO_LINK
    ]
    assert [n for n, link in zip(told[1::2], walked.link_type.tolist(), strict=True) if link < NO_LINK] == ours


def test_a_hundred_thousand_interfaces_are_read() -> None:
    data = section() + interface() * 100_000 + enhanced(T, number=99_999)
    walked = walk(data)
    assert walked.interface.tolist() == [65_535]


def test_interfaces_between_packets_are_not_quadratic() -> None:
    count = 5000
    data = section() + b"".join(interface() + enhanced(T, b"abcd", i) for i in range(count))
    assert len(walk(data).offset) == count


def test_a_clone_reads_on_as_its_original_would() -> None:
    reader = PcapngReader()
    reader.walk(memoryview(HEAD), len(HEAD), 0, final=False)
    twin = reader.clone()
    tail = interface(link_type=101) + enhanced(T, number=1)
    for each in (twin, reader):
        assert each.walk(memoryview(tail), len(tail), 0, final=True).link_type.tolist() == [101]


@given(st.binary(max_size=200), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6))
def test_no_bytes_make_it_raise(tail: bytes, damage: list[tuple[int, int]]) -> None:
    data = bytearray(HEAD + enhanced(T) + simple() + obsolete(T) + tail)
    for at, value in damage:
        data[at % len(data)] = value
    walked = walk(bytes(data))
    assert walked.consumed <= len(data)
    assert ((walked.offset + walked.captured_len) <= len(data)).all()
