"""Synthetic connections: Wireshark has nothing to complain about, and what is told to be odd is."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.judge import COMPLAINTS, TCP_COMPLAINTS, needs_tshark, tshark, writer
from wsdtrace.capture import Interface, cut
from wsdtrace.capture.linktypes import RAW
from wsdtrace.records import Direction, Endpoint, StreamEnd

T = 1_700_000_000_000_000_000
ASK, ANSWER = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER
V4 = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.9", 80)
V6 = Endpoint("fe80::1", 50000), Endpoint("2001:db8::9", 80)


@pytest.mark.parametrize(
    ("length", "lost", "expected"),
    [
        pytest.param(0, [], [], id="nothing"),
        pytest.param(10, [], [range(4), range(4, 8), range(8, 10)], id="whole"),
        pytest.param(10, [range(2, 5)], [range(2), range(5, 9), range(9, 10)], id="a hole"),
        pytest.param(10, [range(4), range(8, 10)], [range(4, 8)], id="holes at the ends"),
        pytest.param(10, [range(4, 8), range(2, 5)], [range(2), range(8, 10)], id="holes that overlap"),
        pytest.param(10, [range(10)], [], id="all lost"),
    ],
)
def test_the_segments_of_data(length: int, lost: list[range], expected: list[range]) -> None:
    assert cut(length, 4, lost) == expected


@given(st.integers(0, 60), st.integers(1, 9), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_segments_cover_what_is_not_lost_once(length: int, mss: int, spans: list[tuple[int, int]]) -> None:
    lost = [range(min(a, b, length), min(max(a, b), length)) for a, b in spans]
    covered = [offset for piece in cut(length, mss, lost) for offset in piece]
    assert covered == [offset for offset in range(length) if not any(offset in hole for hole in lost)]
    assert all(0 < len(piece) <= mss for piece in cut(length, mss, lost))


@needs_tshark
@pytest.mark.parametrize("link_type", [1, RAW], ids=["ethernet", "raw"])
def test_wireshark_finds_nothing_odd(tmp_path: Path, link_type: int) -> None:
    """In connections of every kind in one capture, since each run of tshark takes a second."""
    out, file = writer(Interface("x", link_type))
    kinds = [(ends, mss) for ends in (V4, V6) for mss in (536, 1448, 40_000)]
    for number, ((originator, responder), mss) in enumerate(kinds):
        start = T + number * 10**10
        ends = replace(originator, port=originator.port + number), responder
        connection = out.connect(start, *ends, mss=mss, first_seq=(2**32 - 9, 2**32 - 3000))
        for i in range(3):
            asked, answered = start + (2 * i + 1) * 10**8, start + (2 * i + 2) * 10**8
            connection.send(asked, ASK, b"ask" * 500)
            connection.send(answered, ANSWER, b"answer!" * 3000, until_ns=answered + 10**6)
        connection.keep_alive(start + 10**9, ASK)
        connection.close(start + 2 * 10**9, ANSWER)
        connection.close(start + 3 * 10**9, ASK)
    assert tshark(file, tmp_path, "frame.number", only=f"{COMPLAINTS} || ({TCP_COMPLAINTS})") == []
    told = dict(tshark(file, tmp_path, "tcp.stream", "tcp.completeness"))
    assert told == {str(n): "31" for n in range(len(kinds))}  # SYN, SYN/ACK, ACK, data and FIN were seen


@needs_tshark
def test_lost_bytes_were_acknowledged_and_not_captured(tmp_path: Path) -> None:
    out, file = writer()
    connection = out.connect(T, *V4)
    numbers = connection.send(T + 10**6, ANSWER, bytes(10_000), lost=[range(3000, 5000)])
    told = tshark(file, tmp_path, "frame.number", only="tcp.analysis.lost_segment")
    first_behind = next(
        n for n, piece in zip(numbers, cut(10_000, lost=[range(3000, 5000)]), strict=True) if piece.start == 5000
    )
    assert told == [[str(first_behind)]]
    assert [row[0] for row in tshark(file, tmp_path, "frame.number", only="tcp.analysis.ack_lost_segment")]


@needs_tshark
def test_a_plan_shuffles_and_repeats(tmp_path: Path) -> None:
    out, file = writer()
    connection = out.connect(T, *V4, first_seq=(0, 0))
    plan = cut(8 * 1448)
    random.Random(3).shuffle(plan)
    data = random.Random(4).randbytes(8 * 1448)
    connection.send(T + 10**6, ASK, data, plan=[*plan, plan[2]])
    connection.send(T + 10**7, ASK, b"end")
    assert tshark(file, tmp_path, "frame.number", only=COMPLAINTS) == []
    seqs = [int(row[0]) for row in tshark(file, tmp_path, "tcp.seq", only="tcp.len > 3")]
    assert seqs == [1 + piece.start for piece in [*plan, plan[2]]]
    assert tshark(file, tmp_path, "tcp.ack", only="ip.src == 192.0.2.9")[-1] == [str(8 * 1448 + 4)]
    assert tshark(file, tmp_path, "frame.number", only="tcp.analysis.ack_lost_segment") == []


@needs_tshark
def test_a_connection_may_start_in_the_middle_and_end_by_reset(tmp_path: Path) -> None:
    out, file = writer()
    connection = out.connect(T, *V4, handshake=False)
    connection.send(T + 10**6, ASK, b"ask")
    connection.close(T + 10**7, ANSWER, StreamEnd.RST)
    assert [row[0] for row in tshark(file, tmp_path, "tcp.flags")] == ["0x0018", "0x0010", "0x0014"]


@needs_tshark
def test_times_are_the_callers(tmp_path: Path) -> None:
    out, file = writer()
    connection = out.connect(T, *V4, handshake=False)
    numbers = connection.send(T, ASK, bytes(1448 * 5), until_ns=T + 1_000_000, acknowledge=False)
    assert numbers == [1, 2, 3, 4, 5]
    told = [row[0] for row in tshark(file, tmp_path, "frame.time_relative")]
    assert told == ["0.000000000", "0.000250000", "0.000500000", "0.000750000", "0.001000000"]


def test_the_peer_acknowledges_lost_bytes_only_once_what_precedes_them_came() -> None:
    out, _ = writer()
    connection = out.connect(T, *V4, first_seq=(0, 0), handshake=False)
    connection.send(T, ASK, bytes(100), plan=[range(50, 60), range(10)])
    assert connection._ack[1] == 1 + 100  # what no segment carries counts as received
