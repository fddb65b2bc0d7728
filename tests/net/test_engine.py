"""The room as a whole: bytes against an oracle, cut invariance, the recordings against tshark."""

from __future__ import annotations

import io
import subprocess
from collections import defaultdict
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from shutil import which

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.net.wire import MILLISECOND, START_NS, Frame, Wire, anomalies, batches, heard, of_kind, read, story
from tests.shared import SHARED, needs_shared
from wsdtrace.capture import Interface, PcapngWriter, cut, open_capture, open_capture_bytes
from wsdtrace.errors import CaptureFormatError
from wsdtrace.net import Net, NetLimits
from wsdtrace.net.connection import Connection
from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    Direction,
    Endpoint,
    FrameBatch,
    Gap,
    NetEvent,
    StreamChunk,
    StreamEnded,
)

CAPTURES = sorted(SHARED.glob("data/captures/*.pcap*"))
PUBLIC = sorted(SHARED.glob("data/public/*.pcap*"))


def read_file(path: Path, window_bytes: int = 1 << 21) -> list[NetEvent]:
    net = Net()
    with open_capture(path, window_bytes=window_bytes) as source:
        events = [event for batch in source.batches() for event in net.feed(batch)]
    return events + net.close()


# -- an oracle that knows single bytes ----------------------------------------------------------


@st.composite
def pieces(draw: st.DrawFn) -> list[tuple[int, bytes]]:
    """Segments of a stream of at most 120 bytes: any order, repeated, overlapping, and sometimes with other bytes."""
    length = draw(st.integers(1, 120))
    stream = bytes(i % 251 for i in range(length))
    out = []
    for _ in range(draw(st.integers(1, 14))):
        start = draw(st.integers(0, length - 1))
        data = stream[start : draw(st.integers(start + 1, min(length, start + 40)))]
        if draw(st.integers(0, 9)) == 0:
            data = bytes(byte ^ 0xFF for byte in data)
        out.append((start, data))
    return out


def byte_map(segments: list[tuple[int, bytes]]) -> list[bytes | int]:
    """First copy wins, byte by byte; lengths of the holes between."""
    known: dict[int, int] = {}
    for start, data in segments:
        for offset, byte in enumerate(data, start):
            known.setdefault(offset, byte)
    runs = groupby(range(max(known) + 1), key=lambda offset: offset in known)
    return [bytes(known[i] for i in run) if is_known else len(list(run)) for is_known, run in runs]


@given(pieces(), st.sampled_from([1000, 2**32 - 1, 2**32 - 40, 2**31 - 20]), st.sets(st.integers(1, 16)), st.booleans())
@settings(max_examples=100, deadline=None)
def test_reassembly_equals_a_map_of_single_bytes(
    segments: list[tuple[int, bytes]], isn: int, cuts: set[int], from_server: bool
) -> None:
    side = int(from_server)
    wire = Wire(isn=(isn, 77) if side == 0 else (77, isn)).handshake()
    for start, data in segments:
        wire.segment(side, start, data)
    assert heard(read(wire.frames, cuts), side) == byte_map(segments)


# -- cut invariance -----------------------------------------------------------------------------


@st.composite
def conversations(draw: st.DrawFn) -> list[Frame]:
    """Frames of two connections with loss, repetition, reordering, acknowledgements, FIN, RST and reuse."""
    wires = [
        Wire(isn=(draw(st.sampled_from([5, 2**32 - 30])), 70)),
        Wire(isn=(9, 2**32 - 3), client=Wire().server, server=Wire().client),
    ]
    sent = [[0, 0], [0, 0]]
    frames: list[Frame] = []
    now = START_NS
    for _ in range(draw(st.integers(1, 40))):
        which_wire, side = draw(st.integers(0, 1)), draw(st.integers(0, 1))
        wire, mine = wires[which_wire], sent[which_wire]
        now += draw(st.sampled_from([0, MILLISECOND, 400 * MILLISECOND, 4_000 * MILLISECOND, -2_000 * MILLISECOND]))
        wire.now_ns = now
        wire.frames = frames
        action = draw(st.sampled_from("dddddddaaaoolkFRShr"))
        ack = draw(st.integers(0, mine[1 - side] + 5))
        data = bytes(draw(st.integers(1, 30)) for _ in range(draw(st.integers(1, 20))))
        if action == "d":
            wire.segment(side, mine[side], data, ack=ack)
            mine[side] += len(data)
        elif action == "a":
            wire.segment(side, mine[side], ack=ack)
        elif action == "o":
            wire.segment(side, draw(st.integers(-3, mine[side] + 30)), data, ack=ack)
        elif action == "l":
            mine[side] += len(data)
        elif action == "k":
            wire.segment(side, mine[side] - 1, b"\0", ack=ack)
        elif action == "r":
            wire.segment(side, mine[side], data, ack=ack, snap=60)
            mine[side] += len(data)
        elif action == "h":
            wire.handshake()
        elif action == "S":
            wire.isn = (wire.isn[0] + 100_000) % 2**32, wire.isn[1]
            wire.segment(0, -1, flags="S", ack=None)
            mine[:] = [0, 0]
        else:
            wire.segment(side, mine[side], flags=action + "A", ack=ack)
    return frames


TIGHT = NetLimits(direction_bytes=600, ack_grace_frames=4, one_sided_frames=6, one_sided_ns=2_000 * MILLISECOND)


@given(conversations(), st.sets(st.integers(1, 45)), st.sampled_from([NetLimits(), TIGHT]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cut_of_the_frames_gives_the_same_story(frames: list[Frame], cuts: set[int], limits: NetLimits) -> None:
    assert story(read(frames, cuts, limits)) == story(read(frames, limits=limits))


@given(conversations())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_plain_way_gives_the_same_story_as_segment_by_segment(frames: list[Frame]) -> None:
    plain = story(read(frames))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "receive_plain", lambda *_: False)
        assert story(read(frames)) == plain


@needs_shared
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_any_window_gives_the_same_story_of_a_recording(path: Path) -> None:
    whole = story(read_file(path))
    assert story(read_file(path, 4096)) == whole
    assert story(read_file(path, 20_011)) == whole


@given(conversations(), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=30))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_make_it_raise(frames: list[Frame], damage: list[tuple[int, int]]) -> None:
    for at, value in damage:
        if frames:
            frame = frames[at % len(frames)]
            position = at % len(frame.data)
            frame.data = frame.data[:position] + bytes([value]) + frame.data[position + 1 :]
    read(frames, {len(frames) // 2})


# -- captures made of known bytes ---------------------------------------------------------------


@st.composite
def lossy_captures(draw: st.DrawFn) -> tuple[bytes, list[list[bytes | int]]]:
    """A capture of some connections with loss, repetition and reordering; the truth of each direction."""
    rng = draw(st.randoms(use_true_random=False))
    file = io.BytesIO()
    writer = PcapngWriter(file, ["eth0", Interface("tun0", 101)])
    truth: list[list[bytes | int]] = []
    for number in range(draw(st.integers(1, 3))):
        host = f"2001:db8::{number + 1:x}" if draw(st.booleans()) else f"192.0.2.{number + 1}"
        ends = Endpoint(host, 50000), Endpoint("2001:db8::ffff" if ":" in host else "192.0.2.200", 80)
        first = rng.randrange(2**32), 2**32 - 1 - rng.randrange(3000)
        at_ns = START_NS + number * 10**7
        connection = writer.connect(at_ns, *ends, mss=100, first_seq=first, interface=number % 2)
        for direction in Direction:
            data = rng.randbytes(rng.randrange(1, 3000))
            plan = cut(len(data), 100)
            lost = sorted(rng.sample(range(len(plan)), rng.randrange(len(plan)) // 4))
            kept = [piece for i, piece in enumerate(plan) if i not in lost]
            for i in range(0, len(kept), 20):  # no farther apart than a window
                window = kept[i : i + 20] + rng.choices(kept[i : i + 20], k=3)
                rng.shuffle(window)
                kept[i : i + 20] = window[:20]
            connection.send(
                at_ns + (1 + direction) * 10**6, direction, data, plan=[*kept, *pushed_out(plan, kept, lost)]
            )
            truth.append(known_bytes(data, plan, lost))
        connection.close(at_ns + 9 * 10**6, Direction.FROM_ORIGINATOR)
        connection.close(at_ns + 9 * 10**6, Direction.FROM_RESPONDER)
    return file.getvalue(), truth


def pushed_out(plan: list[range], kept: list[range], lost: list[int]) -> list[range]:
    """What the shuffling pushed out, so that only the `lost` segments are."""
    return [piece for i, piece in enumerate(plan) if i not in lost and piece not in kept]


def known_bytes(data: bytes, plan: list[range], lost: list[int]) -> list[bytes | int]:
    """The bytes of the segments that are not lost, and the lengths of the holes between."""
    out: list[bytes | int] = []
    for is_lost, run in groupby(enumerate(plan), key=lambda pair: pair[0] in lost):
        pieces_ = [piece for _, piece in run]
        start, stop = pieces_[0].start, pieces_[-1].stop
        out.append(stop - start if is_lost else data[start:stop])
    return out


@given(lossy_captures(), st.sampled_from([4096, 1 << 22]))
@settings(max_examples=60, deadline=None)
def test_a_lossy_capture_gives_its_bytes_and_its_holes(
    made: tuple[bytes, list[list[bytes | int]]], window: int
) -> None:
    data, truth = made
    net = Net()
    with open_capture_bytes(data, "made", window_bytes=window) as source:
        events = [event for batch in source.batches() for event in net.feed(batch)]
    events += net.close()
    for i, expected in enumerate(truth):
        of_one = [event for event in events if getattr(event, "connection", None) == i // 2]
        assert heard(of_one, i % 2) == expected
    assert anomalies(events) == []


# -- recordings ---------------------------------------------------------------------------------


@needs_shared
@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.name)
def test_every_public_capture_passes(path: Path) -> None:
    if path.name == "pcapng_invalid_version.pcapng":
        with pytest.raises(CaptureFormatError):
            read_file(path)
    else:
        read_file(path)


@needs_shared
def test_reordering_and_repetition_leave_no_gap() -> None:
    events = read_file(SHARED / "data/captures/lossy_dup_reorder_only.pcap")
    assert of_kind(events, Gap) == []
    assert anomalies(events) == []


def streams_of_tshark(path: Path, count: int) -> list[tuple[str, str, bytes]]:
    """(sender, receiver, bytes) of each direction of the first `count` TCP streams, as Wireshark reassembles them."""
    asked = [option for number in range(count) for option in ("-z", f"follow,tcp,raw,{number}")]
    run = ["tshark", "-r", str(path), "-o", "tcp.reassemble_out_of_order:TRUE", "-q", *asked]
    out: list[tuple[str, str, bytes]] = []
    nodes: list[str] = []
    said = [bytearray(), bytearray()]
    for line in subprocess.run(run, capture_output=True, check=True, text=True).stdout.splitlines():
        if line.startswith("Node "):
            nodes.append(line.split(": ", 1)[1])
        elif line.startswith("===") and nodes:
            out += [(nodes[side], nodes[1 - side], bytes(said[side])) for side in (0, 1) if said[side]]
            nodes, said = [], [bytearray(), bytearray()]
        elif line.strip() and set(line.strip()) <= set("0123456789abcdef"):
            said[line.startswith("\t")] += bytes.fromhex(line.strip())
    return sorted(out)


@needs_shared
@pytest.mark.skipif(which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_streams_equal_those_of_tshark(path: Path) -> None:
    opened, chunks = connections_of(read_file(path))
    told = []
    for (connection, direction), pieces_ in chunks.items():
        ends = opened[connection].originator, opened[connection].responder
        data = b"".join(bytes(piece.data) for piece in pieces_)
        told.append((str(ends[direction]), str(ends[1 - direction]), data))
    assert sorted(told) == streams_of_tshark(path, len(opened))


def connections_of(
    events: list[NetEvent],
) -> tuple[dict[ConnectionId, ConnectionOpened], dict[tuple[ConnectionId, Direction], list[StreamChunk]]]:
    opened = {event.connection: event for event in events if isinstance(event, ConnectionOpened)}
    chunks: dict[tuple[ConnectionId, Direction], list[StreamChunk]] = defaultdict(list)
    for event in events:
        if isinstance(event, StreamChunk):
            chunks[event.connection, event.direction].append(event)
    return opened, chunks


# -- reading again ------------------------------------------------------------------------------


@needs_shared
@pytest.mark.parametrize("name", ["lossy_dup_reorder_only.pcap", "flatbed_300dpi.pcap", "flatbed_for_snaplen.pcapng"])
def test_a_range_of_a_stream_is_read_again_from_its_frames(name: str) -> None:
    path = SHARED / "data/captures" / name
    opened, chunks = connections_of(read_file(path))
    with open_capture(path, window_bytes=65_536) as source:
        for _ in source.batches():
            pass
        for (connection, direction), pieces_ in chunks.items():
            data = b"".join(bytes(piece.data) for piece in pieces_)
            start = min(200, len(data) // 2)
            places = [place for piece in pieces_ for place in piece.index.file_offset.tolist()]
            ends = opened[connection].originator, opened[connection].responder
            net = Net.resume(*ends, direction, pieces_[0].base_seq, start, connection=connection)
            again = [event for batch in source.window(min(places), max(places) + 1) for event in net.feed(batch)]
            again += net.close()
            assert heard(again, direction) == [data[start:]]
            assert next(event.offset for event in again if isinstance(event, StreamChunk)) == start
            assert {type(event) for event in again} <= {StreamChunk, StreamEnded}


# -- time and empty input -----------------------------------------------------------------------


def test_no_frames_make_no_events() -> None:
    assert Net().close() == []


def test_a_frame_more_than_a_second_older_is_reported_once_per_excursion() -> None:
    wire = Wire().handshake()
    for back in (0, 1_500, 1_400, -5_000, 3_000):
        wire.wait(-back * MILLISECOND).segment(0, 0)
        wire.wait(back * MILLISECOND)
    expected = [("time_backwards", 5), ("time_backwards", 8)]
    assert anomalies(read(wire.frames)) == expected
    assert anomalies(read(wire.frames, range(1, 9))) == expected


def test_events_come_in_the_order_of_the_frames_that_caused_them() -> None:
    one, two = Wire(), Wire(client=Endpoint("192.0.2.2", 4))
    one.handshake().segment(0, 0, b"a")
    two.frames, two.now_ns = one.frames, one.now_ns
    two.handshake().segment(0, 0, b"b")
    one.now_ns = two.now_ns
    one.segment(1, 0, b"c", ack=1)
    chunks = [event for event in read(one.frames) if isinstance(event, StreamChunk)]
    assert [bytes(chunk.data) for chunk in chunks] == [b"a", b"b", b"c"]
    assert [chunk.last_frame for chunk in chunks] == [4, 8, 9]


def test_a_batch_may_be_dropped_once_it_is_fed() -> None:
    wire = Wire().handshake().segment(0, 3, b"def").segment(0, 0, b"abc")
    net = Net()
    events: list[NetEvent] = []
    for batch in batches(wire.frames, range(1, 9)):
        scratch = bytearray(batch.buffer)
        columns = {each.name: getattr(batch, each.name) for each in fields(batch)}
        events += net.feed(FrameBatch(**{**columns, "buffer": memoryview(scratch)}))
        scratch[:] = bytes(len(scratch))
    assert heard(events + net.close(), 0) == [b"abcdef"]
