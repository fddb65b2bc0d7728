"""Encrypted bytes are replaced by decrypted ones, in the order of their frames; everything else passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.capture import CaptureAnomaly
from wsdtrace.capture.decryption import SHOWN, Decrypted, Decryption, decrypted_of
from wsdtrace.capture.remarks import TLS_KEY_LOG, Secrets
from wsdtrace.capture.tshark import Tshark
from wsdtrace.errors import CaptureError
from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    ContentRef,
    Direction,
    Endpoint,
    FrameBatch,
    Gap,
    GapReason,
    NetEvent,
    SegmentIndex,
    Stamp,
    StreamChunk,
    StreamEnd,
    StreamEnded,
)

ONE = ConnectionId(0)
CLIENT, SERVER = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 443)
HELLO = b"\x16\x03\x01" + bytes(200)
OUT, BACK = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER


class Told:
    """What stands for a run of tshark."""

    def __init__(self, rows: list[Decrypted], failure: str | None = None) -> None:
        self._rows = rows
        self.failure = failure
        self.shown: list[list[Secrets]] = []

    def ask(self, batch: FrameBatch, secrets: Iterable[Secrets]) -> Iterator[tuple[int, list[str]]]:
        self.shown.append(list(secrets))
        for frame, source, target, data in self._rows:
            if 0 <= frame - batch.first_number < len(batch):
                ends = source.address, "", str(source.port), target.address, "", str(target.port)
                yield frame - batch.first_number, [*ends, data.hex()]

    def close(self) -> None:
        """Nothing runs."""


def stamp(frame: int) -> Stamp:
    return Stamp(frame, frame * 1000)


def batch(first: int, count: int) -> FrameBatch:
    zeros = np.zeros(count, dtype=np.int64)
    return FrameBatch(
        memoryview(b""), zeros, zeros, zeros.astype(np.uint32), zeros.astype(np.uint32),
        (np.arange(count, dtype=np.int64) + first) * 1000, zeros.astype(np.uint16), zeros.astype(np.uint16), first,
    )  # fmt: skip


def chunk(direction: Direction, offset: int, data: bytes, frame: int) -> StreamChunk:
    at, number, time, place = np.array([[offset], [frame], [frame * 1000], [0]], dtype=np.int64)
    return StreamChunk(ONE, direction, offset, data, SegmentIndex(at, number, time, place), 77)


def said(frame: int, data: bytes, *, back: bool = False) -> Decrypted:
    return Decrypted(frame, *((SERVER, CLIENT) if back else (CLIENT, SERVER)), data)


def opened(frame: int = 1) -> ConnectionOpened:
    return ConnectionOpened(ONE, CLIENT, SERVER, stamp(frame), handshake=True)


def ended(direction: Direction, frame: int) -> StreamEnded:
    return StreamEnded(ONE, direction, StreamEnd.FIN, stamp(frame))


def decryption_of(told: Told, secrets: list[Secrets] | None = None) -> Decryption:
    return Decryption(cast(Tshark, told), lambda: secrets or [])


def decrypted(rows: list[Decrypted], *windows: tuple[FrameBatch, list[NetEvent]]) -> list[NetEvent]:
    decryption = decryption_of(Told(rows))
    return [event for frames, events in windows for event in decryption.feed(events, frames)] + decryption.end([])


def told(events: list[NetEvent]) -> list[tuple[object, ...]]:
    return [
        (e.direction, e.offset, bytes(e.data), e.last_frame) if isinstance(e, StreamChunk) else (type(e).__name__,)
        for e in events
    ]


TALK: list[NetEvent] = [
    opened(), chunk(OUT, 0, HELLO, 2), chunk(BACK, 0, HELLO, 3), chunk(OUT, 203, b"\x17\x03\x03secret", 4),
    chunk(BACK, 203, b"\x17\x03\x03secret", 5), ended(OUT, 6), ended(BACK, 7),
]  # fmt: skip
SAID = [said(4, b"POST / "), said(4, b"x"), said(5, b"HTTP/1.1 200", back=True)]


def test_what_was_decrypted_stands_for_what_was_sent() -> None:
    events = decrypted(SAID, (batch(1, 8), TALK))
    assert told(events) == [
        ("ConnectionOpened",), (OUT, 0, b"POST / ", 4), (OUT, 7, b"x", 4), (BACK, 0, b"HTTP/1.1 200", 5),
        ("StreamEnded",), ("StreamEnded",),
    ]  # fmt: skip
    first = events[1]
    assert isinstance(first, StreamChunk)
    assert (first.index.stamp(0), first.base_seq) == (stamp(4), -1)


@given(cut=st.integers(1, 7))
def test_windows_leave_no_trace(cut: int) -> None:
    def frame(event: NetEvent) -> int:
        return event.last_frame if isinstance(event, StreamChunk) else event.stamp.number

    early, late = ([e for e in TALK if (frame(e) <= cut) is first] for first in (True, False))
    cut_in_two = decrypted(SAID, (batch(1, cut), early), (batch(cut + 1, 8 - cut), late))
    assert told(cut_in_two) == told(decrypted(SAID, (batch(1, 8), TALK)))


def test_without_keys_the_beginning_is_shown_at_the_end() -> None:
    events = told(decrypted([], (batch(1, 8), TALK)))
    assert events == [
        ("ConnectionOpened",), (OUT, 0, HELLO[:SHOWN], 2), ("StreamEnded",), (BACK, 0, HELLO[:SHOWN], 3),
        ("StreamEnded",),
    ]  # fmt: skip


@pytest.mark.parametrize("offset", [0, 5])
def test_what_is_no_tls_passes_as_it_came(offset: int) -> None:
    plain = chunk(OUT, offset, b"POST / HTTP/1.1", 2)
    events = decrypted([said(2, b"something else")], (batch(1, 3), [opened(), plain, ended(OUT, 3)]))
    assert events[1] is plain
    assert len(events) == 3


def test_a_hole_is_one_of_unknown_length() -> None:
    gap = Gap(ONE, BACK, 203, 1000, GapReason.NOT_CAPTURED, stamp(6))
    events = decrypted(SAID, (batch(1, 8), [*TALK[:5], gap]))
    hole = events[-1]
    assert isinstance(hole, Gap)
    assert (hole.offset, hole.length, hole.stamp) == (12, 0, stamp(6))


def test_a_four_tuple_that_is_used_again_is_another_connection() -> None:
    second = ConnectionOpened(ConnectionId(1), CLIENT, SERVER, stamp(8), handshake=True)
    late = StreamChunk(ConnectionId(1), OUT, 0, HELLO, chunk(OUT, 0, HELLO, 9).index, 1)
    events = decrypted([*SAID, said(10, b"again")], (batch(1, 10), [*TALK, second, late]))
    last = events[-1]
    assert isinstance(last, StreamChunk)
    assert (last.connection, bytes(last.data), last.offset) == (1, b"again", 0)


def test_rows_of_frames_that_are_not_there_are_left() -> None:
    stray = Decrypted(4, Endpoint("203.0.113.1", 1), SERVER, b"x")
    assert told(decrypted([stray, *SAID, said(99, b"late")], (batch(1, 8), TALK))) == told(
        decrypted(SAID, (batch(1, 8), TALK))
    )


def test_a_message_is_found_again() -> None:
    decryption = decryption_of(Told([*SAID, said(6, b"more")]))
    events = [e for e in decryption.feed(TALK[:6], batch(1, 8)) if isinstance(e, StreamChunk) and e.direction is OUT]
    places = [int(e.index.file_offset[0]) for e in events]
    ref = ContentRef(CLIENT, SERVER, OUT, 0, 12, -1, places[0], places[-1], -1, 12)
    assert (
        [bytes(e.data) for e in decryption.again(ref)] == [bytes(e.data) for e in events] == [b"POST / ", b"x", b"more"]
    )
    assert decryption.closing() == []


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_what_is_beyond_the_bound_is_told_and_not_found_again(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    """The bound ends in front of row `kept` of what was said."""
    monkeypatch.setattr("wsdtrace.capture.decryption.MAX_KEPT", sum(44 + len(row.data) for row in SAID[:kept]))
    decryption = decryption_of(Told(SAID))
    events = [e for e in decryption.feed(TALK, batch(1, 8)) if isinstance(e, StreamChunk)]
    assert [bytes(e.data) for e in events] == [row.data for row in SAID]
    places = [int(e.index.file_offset[0]) for e in events]
    assert [place < 0 for place in places] == [at >= kept for at in range(3)]
    [anomaly] = decryption.closing()
    assert anomaly.kind == CaptureAnomaly.LIMIT_REACHED
    assert anomaly.detail.startswith(f"{sum(len(row.data) for row in SAID[kept:])} decrypted bytes beyond")
    with pytest.raises(CaptureError, match="can be read again"):
        list(decryption.again(ContentRef(CLIENT, SERVER, OUT, 0, 12, -1, min(places), max(places), -1, 12)))


def test_the_end_of_tshark_is_told() -> None:
    [anomaly] = decryption_of(Told([], "tshark ended")).closing()
    assert (anomaly.kind, anomaly.detail) == (CaptureAnomaly.DECRYPTION, "tshark ended")


def test_keys_of_the_capture_are_shown_once_as_they_come() -> None:
    told, secrets = Told([]), [Secrets(TLS_KEY_LOG, b"one")]
    decryption = decryption_of(told, secrets)
    decryption.feed([], batch(1, 2))
    secrets.insert(0, Secrets(TLS_KEY_LOG, b"two"))
    decryption.feed([], batch(3, 2))
    decryption.feed([], batch(5, 2))
    assert [[s.data for s in shown] for shown in told.shown] == [[b"one"], [b"two"], []]


@pytest.mark.parametrize(
    ("line", "row"),
    [
        pytest.param("192.0.2.1\t\t50000\t192.0.2.2\t\t443\t4142", Decrypted(7, CLIENT, SERVER, b"AB"), id="IPv4"),
        pytest.param(
            "\tfe80::1\t1\t\tfe80::2\t2\t00",
            Decrypted(7, Endpoint("fe80::1", 1), Endpoint("fe80::2", 2), b"\0"),
            id="IPv6",
        ),
        pytest.param(
            "192.0.2.1\t\t50000\t192.0.2.2\t\t443\t41,42", Decrypted(7, CLIENT, SERVER, b"AB"), id="two records"
        ),
        pytest.param("192.0.2.1\t\t5\t192.0.2.2\t\t443\t", None, id="nothing decrypted"),
        pytest.param("\x1b[31m\t\t50000\t192.0.2.2\t\t443\t41", None, id="no address"),
        pytest.param("192.0.2.1\t\t50000\t192.0.2.2\t\t443\t4", None, id="half a byte"),
    ],
)
def test_what_tshark_says_is_a_row_or_nothing(line: str, row: Decrypted | None) -> None:
    assert decrypted_of(7, line.split("\t")) == row


@given(fields=st.lists(st.text("0123456789abcdef.:,\t ", max_size=8), min_size=7, max_size=7))
def test_whatever_tshark_says_is_read(fields: list[str]) -> None:
    row = decrypted_of(7, fields)
    assert row is None or row.frame == 7
