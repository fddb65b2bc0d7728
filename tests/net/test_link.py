"""Frames of every link type → where their IP packets are."""

from struct import pack

import pytest

from tests.net.wire import batches, frame
from wsdtrace.net.link import MAX_VLAN_TAGS, locate_ip

PACKET = b"\x45" + bytes(19) + b"payload"
PACKET6 = b"\x60" + bytes(39) + b"payload"
MACS = b"\2\0\0\0\0\1" + b"\2\0\0\0\0\2"
TAG = b"\x81\x00\x00\x05"


def located(data: bytes, link_type: int) -> list[tuple[bytes, int]]:
    """(captured bytes, wire length) of the IP packets of a frame among others."""
    noise = frame(MACS + b"\x08\x06" + bytes(28))
    (batch,) = batches([noise, frame(data, link_type=link_type, wire_len=len(data) + 3), noise])
    found = locate_ip(batch)
    assert set(found.row.tolist()) <= {1}
    rows = zip(found.start.tolist(), found.have.tolist(), found.wire.tolist(), strict=True)
    return [(bytes(batch.buffer[start : start + have]), wire - 3) for start, have, wire in rows]


@pytest.mark.parametrize(
    ("header", "packet", "link_type"),
    [
        pytest.param(MACS + b"\x08\x00", PACKET, 1, id="ethernet"),
        pytest.param(MACS + b"\x86\xdd", PACKET6, 1, id="ethernet, ipv6"),
        pytest.param(MACS + TAG + b"\x08\x00", PACKET, 1, id="802.1q"),
        pytest.param(MACS + b"\x88\xa8\0\1" + TAG + b"\x86\xdd", PACKET6, 1, id="802.1ad"),
        pytest.param(MACS + TAG * MAX_VLAN_TAGS + b"\x08\x00", PACKET, 1, id="many tags"),
        pytest.param(MACS + b"\x88\x64\x11\0\0\1\0\x29\x00\x21", PACKET, 1, id="pppoe"),
        pytest.param(MACS + b"\x88\x64\x11\0\0\1\0\x29\x00\x57", PACKET6, 1, id="pppoe, ipv6"),
        pytest.param(bytes(14) + b"\x08\x00", PACKET, 113, id="linux cooked v1"),
        pytest.param(bytes(14) + TAG + b"\x08\x00", PACKET, 113, id="linux cooked v1, tagged"),
        pytest.param(b"\x86\xdd" + bytes(18), PACKET6, 276, id="linux cooked v2"),
        pytest.param(pack("<I", 2), PACKET, 0, id="null, little-endian"),
        pytest.param(pack(">I", 30), PACKET6, 0, id="null, big-endian, ipv6 of darwin"),
        pytest.param(pack(">I", 2), PACKET, 108, id="loop"),
        pytest.param(b"", PACKET, 101, id="raw"),
        pytest.param(b"", PACKET6, 101, id="raw, ipv6"),
        pytest.param(b"", PACKET, 228, id="ipv4"),
        pytest.param(b"", PACKET6, 229, id="ipv6"),
        pytest.param(b"\2\0\0\5" + pack("<HH", 4 + 27, 9), PACKET, 239, id="nflog"),
        pytest.param(
            b"\2\0\0\5" + pack("<HHI", 8, 1, 7) + pack("<HH", 6, 10) + b"x\0\0\0" + pack("<HH", 4 + 27, 9),
            PACKET,
            239,
            id="nflog with other fields",
        ),
        pytest.param(
            b"\12\0\0\5" + pack(">HHI", 8, 1, 7) + pack(">HH", 4 + 47, 9), PACKET6, 239, id="nflog, big-endian"
        ),
    ],
)
def test_the_packet_is_found_whatever_is_cut_behind_its_first_byte(
    header: bytes, packet: bytes, link_type: int
) -> None:
    for kept in range(1, len(packet) + 1):
        data = header + packet[:kept]
        assert located(data, link_type) == [(packet[:kept], kept)]
    for kept in range(len(header) + 1):
        assert located(header[:kept], link_type) == []


@pytest.mark.parametrize(
    ("data", "link_type"),
    [
        pytest.param(MACS + b"\x08\x06" + bytes(28), 1, id="arp"),
        pytest.param(MACS + b"\x00\x26\x42\x42\x03" + bytes(35), 1, id="spanning tree"),
        pytest.param(MACS + b"\x88\x64\x11\0\0\1\0\x29\xc0\x21" + bytes(40), 1, id="pppoe link control"),
        pytest.param(MACS + TAG * (MAX_VLAN_TAGS + 1) + b"\x08\x00" + PACKET, 1, id="too many tags"),
        pytest.param(b"\2\0\0\5" + pack("<HH", 3, 1) + PACKET, 239, id="nflog with a field shorter than its head"),
        pytest.param(b"\2\0\0\5" + pack("<HH", 4, 1) * 70 + PACKET, 239, id="nflog with fields without end"),
        pytest.param(b"\2\0\0\5" + pack("<HH", 4, 9) + PACKET, 239, id="nflog with an empty packet"),
        pytest.param(PACKET, 253, id="a link type that carries no ip"),
    ],
)
def test_other_frames_hold_no_packet(data: bytes, link_type: int) -> None:
    assert located(data, link_type) == []


def test_frames_of_several_link_types_stay_in_order() -> None:
    frames = [frame(PACKET, link_type=101), frame(MACS + b"\x08\x00" + PACKET), frame(PACKET, link_type=101)]
    assert locate_ip(batches(frames)[0]).row.tolist() == [0, 1, 2]
