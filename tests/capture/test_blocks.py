"""Blocks that are written, read by another's reader and by ours."""

from pathlib import Path

import pytest

from tests.capture.judge import needs_tshark, tshark, writer
from wsdtrace.capture.blocks import Interface, enhanced_packet, interface_description, section_header
from wsdtrace.capture.linktypes import RAW
from wsdtrace.capture.pcapng import PcapngReader


@pytest.mark.parametrize("size", range(60, 65))
@pytest.mark.parametrize("comment", ["", "a", "four", "Grüße \u2713"])
def test_blocks_are_read_as_written(size: int, comment: str) -> None:
    time_ns = 1_700_000_000_123_456_789
    data = section_header("test", comment) + interface_description(Interface("eth0", RAW, "desc"))
    data += enhanced_packet(0, time_ns, bytes(size), wire_len=size + 5, comment=comment) * 2
    walked = PcapngReader().walk(memoryview(data), len(data), 0, final=True)
    assert walked.damage is None
    assert walked.time_ns.tolist() == [time_ns] * 2
    assert walked.captured_len.tolist() == [size] * 2
    assert walked.wire_len.tolist() == [size + 5] * 2
    assert walked.link_type.tolist() == [RAW] * 2


def test_a_comment_is_cut_between_characters() -> None:
    block = enhanced_packet(0, 0, wire_len=0, comment="é" * 40_000)
    assert block.count("é".encode()) == 65_535 // 2
    assert len(block) % 4 == 0


@needs_tshark
def test_texts_arrive(tmp_path: Path) -> None:
    out, file = writer(Interface("lan 1"), Interface("wlan", RAW, "radio"), comment="all of it")
    out.comment("first")
    out.comment("second")
    out.frame(0, bytes(60))
    out.frame(5, b"\x45" + bytes(59), interface=1)
    told = tshark(file, tmp_path, "frame.comment", "frame.interface_name", "frame.interface_description")
    assert told == [["first\\nsecond", "lan 1", ""], ["", "wlan", "radio"]]
