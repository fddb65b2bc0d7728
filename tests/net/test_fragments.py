"""Extension headers and fragments."""

import random
from collections.abc import Sequence
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.net.wire import MILLISECOND, START_NS, Frame, anomalies, frame, heard, read
from wsdtrace.capture.packets import Ip, tcp_segment, udp_datagram
from wsdtrace.net import NetLimits
from wsdtrace.net.transport import ACK, SYN
from wsdtrace.records import ConnectionOpened, Datagram, Endpoint

RAW = 101
V4 = Endpoint("192.0.2.1", 3702), Endpoint("239.255.255.250", 3702)
V6 = Endpoint("fe80::1", 3702), Endpoint("ff02::c", 3702)
DATA = bytes(i % 251 for i in range(4000))


def fragments(ends: tuple[Endpoint, Endpoint], data: bytes = DATA, number: int = 7, mtu: int = 1500) -> list[bytes]:
    return Ip(ends[0].address, ends[1].address, 17, number).fragments(udp_datagram(*ends, data), mtu)


def frames(packets: list[bytes]) -> list[Frame]:
    return [frame(p, link_type=RAW, time_ns=START_NS + i * MILLISECOND) for i, p in enumerate(packets)]


def datagrams(packets: list[bytes], limits: NetLimits | None = None) -> list[tuple[bytes, int]]:
    """(data, frame number) of each datagram."""
    return [(e.data, e.stamp.number) for e in read(frames(packets), range(1, 99), limits) if isinstance(e, Datagram)]


@pytest.mark.parametrize("ends", [V4, V6], ids=["ipv4", "ipv6"])
@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_fragments_in_any_order_make_the_datagram(
    ends: tuple[Endpoint, Endpoint], rng: random.Random, repeated: int
) -> None:
    packets = fragments(ends, mtu=600)
    packets += packets[:repeated]
    rng.shuffle(packets)
    (told,) = datagrams(packets)[:1]
    assert told[0] == DATA
    complete = max(packets.index(each) for each in fragments(ends, mtu=600))
    assert told[1] == complete + 1


@pytest.mark.parametrize("missing", range(3))
def test_a_datagram_of_which_a_fragment_is_missing_is_none(missing: int) -> None:
    packets = fragments(V4)
    assert len(packets) == 3
    del packets[missing]
    assert datagrams(packets) == []


def test_fragments_of_two_packets_are_told_apart() -> None:
    one, two = fragments(V4, b"1" * 3000, 1), fragments(V4, b"2" * 3000, 2)
    mixed = [packet for pair in zip(one, two, strict=True) for packet in pair]
    assert datagrams(mixed) == [(b"1" * 3000, 5), (b"2" * 3000, 6)]


def test_too_many_unfinished_packets_push_the_oldest_out() -> None:
    packets = [fragments(V4, number=i)[0] for i in range(4)] + fragments(V4, number=0)[1:]
    limits = NetLimits(fragmented_packets=3)
    assert datagrams(packets, limits) == []
    assert anomalies(read(frames(packets), (), limits))[0] == ("limit_reached", 4)


def test_held_fragments_are_bounded_in_bytes() -> None:
    packets = [fragments(V4, number=i)[0] for i in range(50)]
    told = anomalies(read(frames(packets), (), NetLimits(fragment_bytes=10_000)))
    assert told[0] == ("limit_reached", 6)  # 1480 bytes and the overhead each


def test_old_fragments_do_not_meet_new_ones() -> None:
    first, *rest = fragments(V4)
    late = [frame(p, link_type=RAW, time_ns=START_NS + 61_000 * MILLISECOND) for p in rest]
    assert [e for e in read([*frames([first]), *late]) if isinstance(e, Datagram)] == []


def extended(*headers: tuple[int, bytes]) -> bytes:
    """A UDP datagram behind extension headers, each (its type, its bytes from the third on)."""
    payload = udp_datagram(*V6, b"hello")
    following = 17
    for kind, body in reversed(headers):
        units = (len(body) + 2) // 4 - 2 if kind == 51 else (len(body) + 2) // 8 - 1
        payload = bytes([following, units]) + body + payload
        following = kind
    return Ip(V6[0].address, V6[1].address, following, 1).packet(payload)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(extended((0, bytes(6))), id="hop-by-hop"),
        pytest.param(extended((0, bytes(6)), (60, bytes(14)), (43, bytes(6))), id="three"),
        pytest.param(extended((51, bytes(10))), id="authentication header"),
        pytest.param(extended((44, bytes(6))), id="atomic fragment"),
    ],
)
def test_extension_headers_are_walked(packet: bytes) -> None:
    assert datagrams([packet]) == [(b"hello", 1)]


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(extended(*[(60, bytes(6))] * 17), id="too many extension headers"),
        pytest.param(extended((60, bytes(6)))[:44], id="cut in an extension header"),
        pytest.param(extended((59, bytes(6))), id="no next header"),
        pytest.param(
            Ip("fe80::1", "ff02::c", 44, 1).packet(pack(">BBHI", 17, 0, 0xFFF8 | 1, 5) + bytes(64)),
            id="a fragment beyond 64 KiB",
        ),
    ],
)
def test_what_cannot_be_walked_is_no_datagram(packet: bytes) -> None:
    assert datagrams([packet]) == []


@pytest.mark.parametrize("cuts", [(), range(1, 99)], ids=["one window", "frame by frame"])
def test_a_segment_in_fragments_stands_between_whole_ones(cuts: Sequence[int]) -> None:
    client, server = Endpoint("192.0.2.1", 50001), Endpoint("192.0.2.9", 5357)

    def sent(by: Endpoint, to: Endpoint, data: bytes, *, seq: int, ack: int, flags: int) -> list[bytes]:
        segment = tcp_segment(by, to, data, seq=seq, ack=ack, flags=flags)
        return Ip(by.address, to.address, 6, seq).fragments(segment, 600)

    packets = [
        *sent(client, server, b"", seq=99, ack=0, flags=SYN),
        *sent(server, client, b"", seq=499, ack=100, flags=SYN | ACK),
        *sent(client, server, DATA[:1000], seq=100, ack=500, flags=ACK),
        *sent(server, client, DATA[:300], seq=500, ack=1100, flags=ACK),
    ]
    events = read(frames(packets), cuts)
    assert [(e.originator, e.responder) for e in events if isinstance(e, ConnectionOpened)] == [(client, server)]
    assert heard(events, 0) == [DATA[:1000]]
    assert heard(events, 1) == [DATA[:300]]
