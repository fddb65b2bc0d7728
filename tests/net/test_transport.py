"""Sequence numbers, TCP and UDP headers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.net.wire import CLIENT, SERVER, Wire, anomalies, batches, frame, read
from wsdtrace.capture.packets import Ip, udp_datagram
from wsdtrace.net.ip import read_ip
from wsdtrace.net.link import locate_ip
from wsdtrace.net.transport import ACK, FIN, PSH, in_frame_order, read_tcp, read_udp, seq_add, seq_diff
from wsdtrace.records import Datagram

SEQS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param(5, 5, 0, id="equal"),
        pytest.param(0, 2**32 - 1, 1, id="wraps forwards"),
        pytest.param(2**32 - 1, 0, -1, id="wraps backwards"),
        pytest.param(2**31 - 1, 0, 2**31 - 1, id="farthest ahead"),
        pytest.param(2**31, 0, -(2**31), id="farthest behind"),
    ],
)
def test_distances_of_sequence_numbers(a: int, b: int, expected: int) -> None:
    assert seq_diff(a, b) == expected
    assert seq_diff(np.array([a]), np.array([b])).tolist() == [expected]


@given(SEQS, st.integers(-(2**31), 2**31 - 1))
def test_the_distance_is_what_was_added(seq: int, count: int) -> None:
    assert seq_diff(seq_add(seq, count), seq) == count


def test_a_segment_is_read_field_by_field() -> None:
    wire = Wire().segment(0, 3, b"hello", flags="FPA", ack=7)
    (batch,) = batches(wire.frames)
    packets = read_ip(batch.buffer, locate_ip(batch)).plain
    segments, damaged = read_tcp(batch.buffer, packets, np.array([0]), 0)
    fields = ("source", "destination", "seq", "ack", "flags", "have", "length")
    assert [getattr(segments, name).tolist() for name in fields] == [
        [50000], [80], [1004], [9008], [FIN | PSH | ACK], [5], [5]
    ]  # fmt: skip
    assert bytes(batch.buffer[int(segments.place[0]) :][:5]) == b"hello"
    assert damaged.tolist() == []


@pytest.mark.parametrize("kept", range(14 + 20, 14 + 40))
def test_a_cut_tcp_header_is_damaged(kept: int) -> None:
    wire = Wire().segment(0, 0, b"hello", snap=kept)
    assert [kind for kind, _ in anomalies(read(wire.frames))] == ["header_damaged"]


@pytest.mark.parametrize("size", [0, 4, 15])
def test_a_tcp_header_of_an_impossible_size_is_damaged(size: int) -> None:
    wire = Wire().segment(0, 0, b"hello")
    data = bytearray(wire.frames[0].data)
    data[14 + 20 + 12] = size << 4
    wire.frames[0].data = bytes(data)
    assert anomalies(read(wire.frames)) == [("header_damaged", 1)]


def datagrams(packet: bytes, captured: int | None = None) -> list[tuple[bytes, bool]]:
    events = read([frame(packet[:captured], link_type=101, wire_len=len(packet))])
    return [(event.data, event.complete) for event in events if isinstance(event, Datagram)]


def udp(length: int | None = None, data: bytes = b"hello") -> bytes:
    whole = udp_datagram(CLIENT, SERVER, data)
    if length is not None:
        whole = whole[:4] + length.to_bytes(2) + whole[6:]
    return Ip(CLIENT.address, SERVER.address, 17, 1).packet(whole)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        pytest.param(udp(), [(b"hello", True)], id="plain"),
        pytest.param(udp(data=b""), [(b"", True)], id="empty"),
        pytest.param(udp(8 + 3), [(b"hel", True)], id="shorter than the packet"),
        pytest.param(udp(0), [(b"hello", True)], id="length 0 is offload"),
        pytest.param(udp(900), [(b"hello", True)], id="longer than the packet"),
    ],
)
def test_lengths_of_datagrams(packet: bytes, expected: list[tuple[bytes, bool]]) -> None:
    assert datagrams(packet) == expected


def test_a_cut_datagram_says_so() -> None:
    assert datagrams(udp(), 31) == [(b"hel", False)]
    assert datagrams(udp(), 28) == [(b"", False)]
    assert datagrams(udp(), 27) == []


def test_a_datagram_knows_where_it_was_seen() -> None:
    first = frame(udp(), link_type=101)
    first.interface = 3
    (event,) = [event for event in read([frame(b"noise"), first]) if isinstance(event, Datagram)]
    assert (event.source, event.destination, event.stamp.number, event.interface) == (CLIENT, SERVER, 2, 3)


def test_rows_of_two_origins_are_merged_by_frame() -> None:
    frames = [frame(udp(), link_type=101) for _ in range(3)]
    (batch,) = batches(frames)
    packets = read_ip(batch.buffer, locate_ip(batch)).plain
    one, _ = read_udp(batch.buffer, packets, np.array([0, 2]), 0)
    two, _ = read_udp(batch.buffer, packets, np.array([1]), 0)
    assert in_frame_order(one, two).row.tolist() == [0, 1, 2]
