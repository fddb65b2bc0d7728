"""Frames that only tshark reads become raw IP: captures in another link type are judged as before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.relinked import relinked
from tests.capture.test_tshark import CAPTURE as TLS
from tests.capture.test_tshark import KEYLOG, needs_tshark
from tests.shared import CAPTURES, needs_shared
from wsdtrace.capture.foreign import FIELDS, packets_of
from wsdtrace.capture.packets import Ip, tcp_segment, udp_datagram
from wsdtrace.pipeline import Options, check_file, read_image
from wsdtrace.records import Endpoint
from wsdtrace.report.json import render_json

A, B = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 80)
TCP: dict[str, str] = {
    "frame.protocols": "ppp:ip:tcp", "ip.src": "192.0.2.1", "ip.dst": "192.0.2.2", "tcp.srcport": "50000",
    "tcp.dstport": "80", "tcp.seq_raw": "7", "tcp.ack_raw": "9", "tcp.flags": "0x0018", "tcp.window_size_value": "99",
    "tcp.options": "01010a0b", "tcp.len": "2", "tcp.payload": "4142",
}  # fmt: skip
UDP: dict[str, str] = {
    "frame.protocols": "ppp:ip:udp", "ip.src": "192.0.2.1", "ip.dst": "192.0.2.2", "udp.srcport": "50000",
    "udp.dstport": "80", "udp.length": "10", "udp.payload": "4142",
}  # fmt: skip


def fields(of: dict[str, str], **changed: str) -> list[str]:
    said = of | {name.replace("__", "."): value for name, value in changed.items()}
    return [said.get(field, "") for field in FIELDS]


def segment(data: bytes, *, seq: int = 7, cut: int = 0, options: bytes = b"\1\1\n\x0b") -> tuple[bytes, int]:
    inner = tcp_segment(A, B, data, seq=seq, ack=9, flags=0x18, window=99, options=options)
    packet = Ip(A.address, B.address, 6, 0).packet(inner, cut)
    return packet, len(packet) + cut


@pytest.mark.parametrize(
    ("said", "packets"),
    [
        pytest.param(fields(TCP), [segment(b"AB")], id="a segment"),
        pytest.param(fields(TCP, tcp__len="9"), [segment(b"AB", cut=7)], id="cut by the snap length"),
        pytest.param(fields(TCP, tcp__len="0", tcp__payload=""), [segment(b"")], id="without data"),
        pytest.param(
            fields(TCP, ip__src="10.0.0.1,192.0.2.1", ip__dst="10.0.0.2,192.0.2.2"), [segment(b"AB")], id="a tunnel"
        ),
        pytest.param(
            fields(TCP, tcp__srcport="50000,50000", tcp__dstport="80,80", tcp__seq_raw="7,9", tcp__ack_raw="9,9",
                   tcp__flags="0x0018,0x0018", tcp__window_size_value="99,99", tcp__len="2,1", tcp__payload="4142,43",
                   tcp__options="", ip__src="192.0.2.1,192.0.2.1", ip__dst="192.0.2.2,192.0.2.2"),
            [segment(b"ABC", options=b"")], id="an aggregate",
        ),
        pytest.param(
            fields(TCP, tcp__srcport="50000,50000", tcp__dstport="80,80", tcp__seq_raw="1,7", tcp__ack_raw="9,9",
                   tcp__flags="0x0018,0x0018", tcp__window_size_value="99,99", tcp__len="2,2", tcp__payload="4143,4142",
                   tcp__options="", ip__src="192.0.2.1,192.0.2.1", ip__dst="192.0.2.2,192.0.2.2"),
            [segment(b"AC", seq=1, options=b""), segment(b"AB", options=b"")], id="an aggregate of strangers",
        ),
        pytest.param(fields(TCP, tcp__len="1,2"), [], id="not as many values"),
        pytest.param(fields(TCP, frame__protocols="ppp:ip:icmp:ip:tcp"), [], id="quoted by an error"),
        pytest.param(fields(TCP, frame__protocols="ppp:data"), [], id="nothing found"),
        pytest.param(fields(TCP, tcp__srcport="99999"), [], id="no port"),
        pytest.param(fields(TCP, frame__protocols="ppp:ipv6:tcp:ip:tcp", tcp__len="1,2"), [], id="two versions"),
        pytest.param(fields(TCP, ip__src="1.2.3"), [], id="no address"),
        pytest.param(fields(TCP, tcp__payload="4"), [], id="half a byte"),
        pytest.param(
            fields(UDP), [(packet := Ip(A.address, B.address, 17, 0).packet(udp_datagram(A, B, b"AB")), len(packet))],
            id="a datagram",
        ),
        pytest.param(
            fields(UDP, udp__length="12"),
            [(packet := Ip(A.address, B.address, 17, 0).packet(udp_datagram(A, B, b"AB", 2), 2), len(packet) + 2)],
            id="a datagram cut by the snap length",
        ),
    ],
)  # fmt: skip
def test_what_tshark_says_is_a_packet_or_nothing(said: list[str], packets: list[tuple[bytes, int]]) -> None:
    assert packets_of(said) == packets


@given(
    said=st.lists(st.text("0123456789abcdefx.:,", max_size=8), min_size=len(FIELDS), max_size=len(FIELDS)),
    protocols=st.sampled_from(["ip:tcp", "ipv6:udp", "ip:tcp:ipv6:tcp", "ip:udp:ip:tcp"]),
)
def test_whatever_tshark_says_is_read(said: list[str], protocols: str) -> None:
    for data, wire_len in packets_of([protocols, *said[1:]]):
        assert wire_len >= len(data)


def judged(path: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(render_json(check_file(path, Options(digests=True))))
    del told["input"]
    return told


@needs_tshark
@pytest.mark.parametrize("link", ["PPP", "IEEE802_11"])
@pytest.mark.parametrize("case", ["orphaned-job", "lossy-feeder", "snap-length", "discovery-wsdd"])
def test_another_link_type_is_the_same_capture(case: str, link: str, tmp_path: Path) -> None:
    """The oracle is the capture itself, which needs no tshark."""
    [capture] = (CAPTURES / case).glob("capture.pcap*")
    assert judged(relinked(capture, tmp_path, link)) == judged(str(capture))


@needs_tshark
def test_images_are_read_again_from_another_link_type(tmp_path: Path) -> None:
    capture = CAPTURES / "clean-flatbed" / "capture.pcap"
    trace, plain = check_file(relinked(capture, tmp_path, "PPP")), check_file(str(capture))
    [image], [wanted] = trace.images, plain.images
    assert b"".join(read_image(trace, image)) == b"".join(read_image(plain, wanted))


@needs_shared
@needs_tshark
def test_tls_in_another_link_type_is_decrypted(tmp_path: Path) -> None:
    trace = check_file(relinked(Path(TLS), tmp_path, "PPP"), Options(tls_keylog=KEYLOG))
    plain = check_file(TLS, Options(tls_keylog=KEYLOG))
    assert [(f.code, f.message) for f in trace.findings] == [(f.code, f.message) for f in plain.findings]
    assert [b"".join(read_image(trace, image)) for image in trace.images] == [
        b"".join(read_image(plain, image)) for image in plain.images
    ]
