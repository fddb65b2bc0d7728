"""IP headers by column."""

from struct import pack

import pytest

from tests.net.wire import batches, frame
from wsdtrace.capture.packets import Ip
from wsdtrace.net.ip import Packets, join_packets, read_ip
from wsdtrace.net.link import locate_ip

V4 = Ip("192.0.2.1", "192.0.2.9", 17, 7)
V6 = Ip("2001:db8::1", "fe80::9", 6, 7)
RAW = 101


def parse(*packets: bytes, snap: int | None = None) -> tuple[list[bytes], list[int], list[int]]:
    """(captured payloads, rows of slow packets, rows of damaged ones)."""
    frames = [frame(p[:snap], link_type=RAW, wire_len=len(p)) for p in packets]
    (batch,) = batches(frames)
    parsed = read_ip(batch.buffer, locate_ip(batch))
    plain = parsed.plain
    payloads = [bytes(batch.buffer[s : s + h]) for s, h in zip(plain.start.tolist(), plain.have.tolist(), strict=True)]
    return payloads, parsed.slow.row.tolist(), parsed.damaged.tolist()


def options(packet: bytes) -> bytes:
    """The same IPv4 packet with four bytes of options."""
    total = pack(">H", len(packet) + 4)
    return b"\x46" + packet[1:2] + total + packet[4:20] + b"\1\1\1\1" + packet[20:]


@pytest.mark.parametrize(
    ("packet", "payload"),
    [
        pytest.param(V4.packet(b"hello"), b"hello", id="ipv4"),
        pytest.param(options(V4.packet(b"hello")), b"hello", id="ipv4 with options"),
        pytest.param(V4.packet(b"hello") + b"trailer", b"hello", id="ipv4 with a link trailer"),
        pytest.param(V4.packet(b"hello")[:2] + b"\0\0" + V4.packet(b"hello")[4:], b"hello", id="ipv4, total length 0"),
        pytest.param(V6.packet(b"hello"), b"hello", id="ipv6"),
        pytest.param(V6.packet(b"hello") + b"trailer", b"hello", id="ipv6 with a link trailer"),
        pytest.param(V6.packet(b"hello")[:4] + b"\0\0" + V6.packet(b"hello")[6:], b"hello", id="ipv6, length 0"),
        pytest.param(V4.packet(b""), b"", id="no payload"),
    ],
)
def test_payloads(packet: bytes, payload: bytes) -> None:
    assert parse(packet) == ([payload], [], [])


@pytest.mark.parametrize("snap", range(1, 25))
def test_a_cut_packet_gives_what_is_there(snap: int) -> None:
    payloads, slow, damaged = parse(V4.packet(b"hello"), V4.packet(b"hello"), snap=snap)
    expected = [b"hello"[: snap - 20]] * 2 if snap >= 20 else []
    assert (payloads, slow, damaged) == (expected, [], [] if snap >= 20 else [0, 1])


@pytest.mark.parametrize(
    ("packet", "slow", "damaged"),
    [
        pytest.param(b"\x44" + V4.packet(b"x")[1:], [], [0], id="header shorter than 20 bytes"),
        pytest.param(V4.packet(b"x")[:2] + b"\0\x13" + V4.packet(b"x")[4:], [], [0], id="total shorter than header"),
        pytest.param(b"\x50" + bytes(40), [], [0], id="version 5"),
        pytest.param(V4.fragments(bytes(3000), 1500)[0], [0], [], id="ipv4 fragment"),
        pytest.param(V6.fragments(bytes(3000), 1500)[0], [0], [], id="ipv6 fragment"),
        pytest.param(V6.packet(b"x")[:6] + b"\0" + V6.packet(b"x" * 9)[7:], [0], [], id="hop-by-hop options"),
        pytest.param(Ip("1.2.3.4", "5.6.7.8", 1, 1).packet(b"ping"), [], [], id="neither tcp nor udp"),
    ],
)
def test_what_is_not_plain(packet: bytes, slow: list[int], damaged: list[int]) -> None:
    assert parse(packet) == ([], slow, damaged)


def test_addresses_and_versions() -> None:
    (batch,) = batches([frame(each.packet(b"x"), link_type=RAW) for each in (V4, V6, V4)])
    plain = read_ip(batch.buffer, locate_ip(batch)).plain
    assert plain.row.tolist() == [0, 1, 2]
    assert plain.version.tolist() == [4, 6, 4]
    assert plain.protocol.tolist() == [17, 6, 17]
    assert plain.source_low.tolist() == [0xC0000201, 1, 0xC0000201]
    assert plain.source_high.tolist() == [0, 0x20010DB8_00000000, 0]
    assert plain.destination_high.tolist() == [0, 0xFE80 << 48, 0]


def test_joined_packets_are_in_frame_order() -> None:
    (batch,) = batches([frame(V4.packet(b"x"), link_type=RAW)] * 3)
    plain = read_ip(batch.buffer, locate_ip(batch)).plain
    assert isinstance(plain, Packets)
    assert join_packets([plain, plain]).row.tolist() == [0, 0, 1, 1, 2, 2]
