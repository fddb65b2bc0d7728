"""pcap records → columns."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.blocks import FRAME, pcap_header, record
from wsdtrace.capture.columns import MAX_CAPTURED, Walked
from wsdtrace.capture.pcap import FILE_HEADER_BYTES, PcapReader


def walk(data: bytes, *, final: bool = True) -> Walked:
    reader = PcapReader(data[:FILE_HEADER_BYTES])
    return reader.walk(
        memoryview(data)[FILE_HEADER_BYTES:], len(data) - FILE_HEADER_BYTES, FILE_HEADER_BYTES, final=final
    )


@pytest.mark.parametrize("sign", ["<", ">"], ids=["little-endian", "big-endian"])
@pytest.mark.parametrize(
    ("magic", "fraction", "extra"),
    [
        pytest.param(0xA1B2C3D4, 123_456, b"", id="microseconds"),
        pytest.param(0xA1B23C4D, 123_456_000, b"", id="nanoseconds"),
        pytest.param(0xA1B2CD34, 123_456, bytes(8), id="longer record headers"),
    ],
)
def test_variants(sign: str, magic: int, fraction: int, extra: bytes) -> None:
    one = pack(sign + "IIII", 1_700_000_000, fraction, 60, 1514) + extra + FRAME
    data = pcap_header(sign, magic, 113) + one * 3
    walked = walk(data)
    assert walked.damage is None
    assert walked.consumed == 3 * len(one)
    assert walked.time_ns.tolist() == [1_700_000_000_123_456_000] * 3
    assert (walked.captured_len.tolist(), walked.wire_len.tolist()) == ([60] * 3, [1514] * 3)
    assert walked.link_type.tolist() == [113] * 3
    assert walked.record.tolist() == [0, len(one), 2 * len(one)]
    body = data[FILE_HEADER_BYTES:]
    assert [body[at : at + 60] for at in walked.offset.tolist()] == [FRAME] * 3


@pytest.mark.parametrize("cut", range(1, 76))
def test_a_file_that_ends_in_a_record_is_read_up_to_there(cut: int) -> None:
    data = pcap_header() + record(1, 0) + record(2, 0)[:cut]
    walked = walk(data)
    assert len(walked.offset) == 1 + (cut == 76)
    assert walked.damage is not None
    assert walked.damage.kind == "capture_truncated"
    assert walked.damage.span is not None
    assert (walked.damage.span.start, walked.damage.span.end) == (24 + 76, 24 + 76 + cut)


@pytest.mark.parametrize("cut", range(1, 76))
def test_a_window_that_ends_in_a_record_leaves_it_for_the_next(cut: int) -> None:
    walked = walk(pcap_header() + record(1, 0) + record(2, 0)[:cut], final=False)
    assert (walked.consumed, walked.damage) == (76, None)
    assert walked.need == (76 if cut >= 16 else 0)


@pytest.mark.parametrize("length", [MAX_CAPTURED + 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("final", [False, True])
def test_an_absurd_length_ends_the_reading(length: int, final: bool) -> None:
    absurd = pack("<IIII", 1, 2, length, 60)
    walked = walk(pcap_header() + record(1, 0) + absurd + bytes(MAX_CAPTURED + 100), final=final)
    assert len(walked.offset) == 1
    assert walked.damage is not None
    assert walked.damage.kind == "capture_invalid_record"


def test_more_captured_than_sent_is_kept() -> None:
    walked = walk(pcap_header() + record(1, 0, wire=40))
    assert (walked.captured_len.tolist(), walked.wire_len.tolist()) == ([60], [60])


def test_information_on_check_sequences_is_no_part_of_the_link_type() -> None:
    assert PcapReader(pcap_header(link_type=0x14000001)).link_type == 1


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    walked = walk(pcap_header() + data)
    assert walked.consumed <= len(data)
    assert ((walked.offset + walked.captured_len) <= len(data)).all()
