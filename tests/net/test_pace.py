"""When the bytes of a message came, which came again, and when the window was shut."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.net.wire import CLIENT, MILLISECOND, SERVER, START_NS, Wire, batches
from tests.shared import CAPTURES
from wsdtrace.net import transfer_of
from wsdtrace.net.pace import BINS, MAX_HOLES, MAX_SHUT
from wsdtrace.pipeline import check_file
from wsdtrace.records import ContentRef, Direction, Transfer

DATA = bytes(range(250))


def reference(length: int, start: int = 0) -> ContentRef:
    """The message of the server at stream offset `start`."""
    return ContentRef(
        CLIENT, SERVER, Direction.FROM_RESPONDER, start, start + length, 9001, 0, 10**9, -1, length
    )  # fmt: skip


def paced(wire: Wire, length: int = 250, start: int = 0, cuts: tuple[int, ...] = ()) -> Transfer:
    transfer = transfer_of(batches(wire.frames, cuts), reference(length, start))
    assert transfer is not None
    return transfer


def test_bytes_in_order_are_fresh() -> None:
    wire = Wire().segment(1, 0, DATA[:100]).segment(1, 100, DATA[100:])
    transfer = paced(wire)
    assert (sum(transfer.fresh), transfer.again_bytes, transfer.frames) == (250, 0, 2)
    assert transfer.start_ns == START_NS + MILLISECOND
    assert transfer.fresh[0] == 100
    assert transfer.fresh[-1] == 150


def test_only_the_message_counts() -> None:
    wire = Wire().segment(0, 0, b"GET").segment(1, 0, DATA).segment(1, 250, DATA)
    transfer = paced(wire, 100, start=200)
    assert (sum(transfer.fresh), transfer.frames) == (100, 2)


@pytest.mark.parametrize(
    ("segments", "fresh", "again"),
    [
        pytest.param([(0, 100), (100, 250), (0, 100)], 250, 100, id="sent again"),
        pytest.param([(0, 100), (200, 250), (100, 200)], 250, 100, id="late"),
        pytest.param([(0, 100), (200, 250), (50, 220)], 250, 170, id="late, and more than the hole"),
        pytest.param([(0, 100), (150, 200), (220, 250), (120, 230), (100, 120)], 250, 130, id="two holes"),
        pytest.param([(0, 100), (200, 250)], 150, 0, id="never came"),
        pytest.param([(100, 250), (0, 250)], 250, 250, id="the first one was lost"),
    ],
)
def test_bytes_that_come_after_later_ones(segments: list[tuple[int, int]], fresh: int, again: int) -> None:
    wire = Wire()
    for start, stop in segments:
        wire.segment(1, start, DATA[start:stop])
    transfer = paced(wire)
    assert (sum(transfer.fresh), transfer.again_bytes) == (fresh, again)


@given(st.lists(st.tuples(st.integers(0, 249), st.integers(1, 250)), min_size=1, max_size=30), st.data())
def test_the_bytes_are_those_of_a_map_of_bytes_however_the_input_is_cut(
    segments: list[tuple[int, int]], data: st.DataObject
) -> None:
    wire = Wire()
    seen: set[int] = set()
    highest = again = 0
    for start, length in segments:
        stop = min(start + length, 250)
        wire.segment(1, start, DATA[start:stop])
        again += max(min(stop, highest) - start, 0)
        highest = max(highest, stop)
        seen |= set(range(start, stop))
    cuts = tuple(data.draw(st.lists(st.integers(0, len(wire.frames)), max_size=4)))
    transfer = paced(wire, cuts=cuts)
    assert (sum(transfer.fresh), transfer.again_bytes) == (len(seen), again)
    assert transfer == paced(wire)


def shut(wire: Wire) -> Wire:
    """The last frame announces a window of 0."""
    frame = wire.frames[-1]
    frame.data = frame.data[: 14 + 20 + 14] + b"\0\0" + frame.data[14 + 20 + 16 :]
    return wire


def test_a_window_of_zero_is_shut_until_one_opens_it() -> None:
    wire = Wire().segment(1, 0, DATA[:100])
    shut(wire.segment(0, 0, ack=100)).wait(20 * MILLISECOND)
    wire.segment(0, 0, ack=100).segment(1, 100, DATA[100:])
    transfer = paced(wire)
    assert transfer.shut == ((START_NS + 2 * MILLISECOND, START_NS + 23 * MILLISECOND),)
    assert transfer.shut_ns == 21 * MILLISECOND


def test_a_window_that_stays_shut_is_so_until_the_last_byte() -> None:
    wire = shut(Wire().segment(1, 0, DATA[:100]).segment(0, 0, ack=100)).segment(1, 100, DATA[100:])
    assert paced(wire).shut == ((START_NS + 2 * MILLISECOND, START_NS + 3 * MILLISECOND),)


def test_a_window_that_flaps_is_told_in_a_bounded_way() -> None:
    wire = Wire().segment(1, 0, DATA[:100])
    for _ in range(MAX_SHUT + 50):
        shut(wire.segment(0, 0, ack=100)).segment(0, 0, ack=100)
    transfer = paced(wire.segment(1, 100, DATA[100:]))
    assert len(transfer.shut) == MAX_SHUT
    assert transfer.shut_ns == (MAX_SHUT + 50) * MILLISECOND


def test_a_long_transfer_has_a_fixed_number_of_bins() -> None:
    wire = Wire()
    for i in range(250):
        wire.segment(1, i, DATA[i : i + 1])
    transfer = paced(wire)
    assert len(transfer.fresh) == len(transfer.again) <= BINS
    assert sum(transfer.fresh) == 250


@pytest.mark.slow
def test_holes_are_remembered_up_to_a_bound() -> None:
    wire = Wire()
    length = 2 * MAX_HOLES + 10
    for i in range(1, length, 2):
        wire.segment(1, i, b"x", after_ns=1)
    for i in range(0, length, 2):
        wire.segment(1, i, b"x", after_ns=1)
    transfer = paced(wire, length)
    assert transfer.again_bytes == length // 2
    assert sum(transfer.fresh) == length // 2 + MAX_HOLES


def test_a_message_of_which_no_frame_is_there_has_no_transfer() -> None:
    assert transfer_of(batches(Wire().segment(0, 0, DATA).frames), reference(250)) is None
    assert transfer_of([], reference(250)) is None


def test_a_recording_of_losses_agrees_with_tshark() -> None:
    path = CAPTURES / "lossy-feeder" / "capture.pcap"
    command = ["tshark", "-r", str(path), "-Y", "tcp.len > 0", "-T", "fields"]
    for name in ("frame.number", "ip.src", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.len"):
        command += ["-e", name]
    try:
        rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except FileNotFoundError:
        pytest.skip("no tshark")
    trace = check_file(str(path))
    assert trace.read_transfer is not None
    for image in trace.images:
        ref = image.ref
        assert ref is not None
        transfer = trace.read_transfer(ref)
        assert transfer is not None
        server, client = image.exchange.server_endpoint, image.exchange.client_endpoint
        base = ref.base_seq + ref.message_start
        seen: set[int] = set()
        again = 0
        response = image.exchange.response
        assert response is not None
        for row in rows:
            number, source, sport, dport, seq, length = row.split("\t")
            if (source, int(sport), int(dport)) != (server.address, server.port, client.port):
                continue
            low, high = int(seq) - base, int(seq) - base + int(length)
            low, high = max(low, 0), min(high, ref.message_end - ref.message_start)
            if low >= high or int(number) > response.last.number:
                continue
            again += max(min(high, max(seen, default=-1) + 1) - low, 0)
            seen |= set(range(low, high))
        assert (sum(transfer.fresh), transfer.again_bytes) == (len(seen), again)
        assert sum(transfer.fresh) == ref.message_end - ref.message_start
    assert sum(t.again_bytes for t in map(trace.read_transfer, (i.ref for i in trace.images if i.ref)) if t) > 10_000
