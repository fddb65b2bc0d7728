"""The writer: datagrams, refusals, cut frames, and files that are readable at every moment."""

import io
from pathlib import Path

import pytest

from tests.capture.judge import COMPLAINTS, needs_tshark, tshark, writer
from wsdtrace.capture import PcapngWriter, open_capture
from wsdtrace.records import Direction, Endpoint

T = 1_700_000_000_000_000_000
CLIENT, SERVER = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.9", 80)
GROUPS = [
    (Endpoint("192.0.2.1", 40000), Endpoint("239.255.255.250", 3702)),
    (Endpoint("fe80::1", 40000), Endpoint("ff02::c", 3702)),
    (Endpoint("192.0.2.1", 40000), Endpoint("192.0.2.9", 3702)),
]


@needs_tshark
def test_datagrams(tmp_path: Path) -> None:
    """To groups and to one host, small and large, whole and in fragments; all in one capture, since each run of tshark
    takes a second."""
    out, file = writer()
    expected, hops = [], {}
    for source, destination in GROUPS:
        for size, mtu in ((5, None), (5, 1500), (5000, None), (5000, 1500)):
            last = out.datagram(T, source, destination, bytes(size), mtu=mtu)
            expected.append([str(last), str(size + 8), "3702"])
            hops[str(last)] = "64" if destination.address == "192.0.2.9" else "1"
    assert tshark(file, tmp_path, "frame.number", only=COMPLAINTS) == []
    told = tshark(file, tmp_path, "frame.number", "udp.length", "udp.dstport", "ip.ttl", "ipv6.hlim", only="udp")
    assert [row[:3] for row in told if row[0] in hops] == expected
    assert {row[0]: row[3] or row[4] for row in told if row[0] in hops} == hops


@needs_tshark
@pytest.mark.parametrize(
    ("answered", "flags"), [(True, ["0x0002", "0x0014"]), (False, ["0x0002"] * 3)], ids=["reset", "silence"]
)
def test_refusals(tmp_path: Path, answered: bool, flags: list[str]) -> None:
    out, file = writer()
    out.refuse(T, CLIENT, SERVER, answered=answered)
    assert [row[0] for row in tshark(file, tmp_path, "tcp.flags")] == flags
    assert tshark(file, tmp_path, "frame.number", only=COMPLAINTS) == []


def test_cut_frames_keep_their_wire_length(tmp_path: Path) -> None:
    out, file = writer()
    connection = out.connect(T, CLIENT, SERVER, snap=96)
    connection.send(T, Direction.FROM_ORIGINATOR, bytes(1000))
    path = tmp_path / "x"
    path.write_bytes(file.getvalue())
    with open_capture(path) as source:
        (batch,) = source.batches()
        assert max(batch.captured_len.tolist()) == 96
        assert max(batch.wire_len.tolist()) == 1054


def test_a_writer_that_is_killed_leaves_a_readable_file(tmp_path: Path) -> None:
    class Watched(io.BytesIO):
        states: list[bytes] = []  # noqa: RUF012 - of the one instance

        def flush(self) -> None:
            self.states.append(self.getvalue())

    file = Watched()
    out = PcapngWriter(file, ["a", "b"])
    connection = out.connect(T, CLIENT, SERVER, interface=1)
    connection.send(T, Direction.FROM_RESPONDER, bytes(5000))
    assert len(file.states) == out.frames + 1
    path = tmp_path / "x"
    for count, state in enumerate(file.states):
        path.write_bytes(state)
        with open_capture(path) as source:
            batches = list(source.batches())
            assert source.frames == count
            assert [batch.anomalies for batch in batches if batch.anomalies] == []


def test_lost_frames_are_told_to_the_reader(tmp_path: Path) -> None:
    out, file = writer("eth0", "eth1")
    out.lost(T, 3)
    out.lost(T, 4, interface=1)
    (tmp_path / "it").write_bytes(file.getvalue())
    with open_capture(tmp_path / "it") as source:
        list(source.batches())
        assert source.remarks.lost == 7
