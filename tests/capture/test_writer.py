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
    pytest.param(Endpoint("192.0.2.1", 40000), Endpoint("239.255.255.250", 3702), id="ipv4 group"),
    pytest.param(Endpoint("fe80::1", 40000), Endpoint("ff02::c", 3702), id="ipv6 group"),
    pytest.param(Endpoint("192.0.2.1", 40000), Endpoint("192.0.2.9", 3702), id="ipv4"),
]


@needs_tshark
@pytest.mark.parametrize(("source", "destination"), GROUPS)
@pytest.mark.parametrize(("size", "mtu"), [(5, None), (5, 1500), (5000, None), (5000, 1500)])
def test_datagrams(tmp_path: Path, source: Endpoint, destination: Endpoint, size: int, mtu: int | None) -> None:
    out, file = writer()
    last = out.datagram(T, source, destination, bytes(size), mtu=mtu)
    assert tshark(file, tmp_path, "frame.number", only=COMPLAINTS) == []
    told = tshark(file, tmp_path, "frame.number", "udp.length", "udp.dstport", only="udp")[-1]
    assert told == [str(last), str(size + 8), "3702"]
    hops = tshark(file, tmp_path, "ip.ttl" if "." in source.address else "ipv6.hlim")[0]
    assert hops == ["64" if destination.address == "192.0.2.9" else "1"]


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
