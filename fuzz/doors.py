"""What is fuzzed: each door takes one input and raises where a promise is broken."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from fuzz.frames import capture_of
from fuzz.program import Kind, Program, read
from wsdtrace.capture import open_capture_bytes
from wsdtrace.check.rule import Rule
from wsdtrace.errors import CaptureFormatError
from wsdtrace.http import HttpRoom
from wsdtrace.pipeline import Options, Run, rules_for
from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    Direction,
    Endpoint,
    FrameBatch,
    Gap,
    GapReason,
    HttpEvent,
    HttpEventKind,
    HttpMessage,
    NetEvent,
    SegmentIndex,
    Stamp,
    StreamChunk,
    StreamEnd,
    StreamEnded,
)
from wsdtrace.report.json import render_json
from wsdtrace.report.page import Look, Verbosity
from wsdtrace.report.text import render_check
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.soap.envelope import read_envelope
from wsdtrace.wsd.messages import decode_message

MOST_SECONDS = 1.0
"""Processor time of one input."""
HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
OPTIONS = Options(digests=True)
RARELY = 8
"""Every so many inputs are also read frame by frame or piece by piece (which must change nothing), or told as text."""
WINDOW_BYTES = 65_536


class BrokenPromise(Exception):
    """An input made the program do what it promises not to do."""


def capture(data: bytes) -> None:
    """A program → a capture → everything → text and JSON."""
    made = capture_of(read(data))
    rules = rules_for(OPTIONS)
    started = time.process_time()
    try:
        trace = judged(made, rules, one_by_one=False)
    except CaptureFormatError:  # a program may cut its capture off within the first header: then it is none
        return
    document = render_json(trace, show_secrets=True)
    chance = sum(data[:64]) % RARELY
    text = render_check(trace, Look(verbosity=Verbosity.VERBOSE)) if chance == 1 else ""
    took = time.process_time() - started
    if took > MOST_SECONDS:
        raise BrokenPromise(f"{took:.2f} s of processor time for {len(made)} bytes")
    if trace.internal_errors:
        raise BrokenPromise(f"a rule raised: {trace.internal_errors[0]}")
    harm = {c for c in text if c != "\n" and unicodedata.category(c) in HARMFUL}
    if harm:
        raise BrokenPromise(f"the text has {sorted(map(hex, map(ord, harm)))}")
    last = max(trace.input.frames, 1)
    for finding in trace.findings:
        if not finding.stamps or not all(1 <= stamp.number <= last for stamp in finding.stamps):
            raise BrokenPromise(f"{finding.code} points at no frame of {last}")
    if chance == 0 and render_json(judged(made, rules, one_by_one=True), show_secrets=True) != document:
        raise BrokenPromise("frame by frame gives another report")


def judged(made: bytes, rules: list[Rule], *, one_by_one: bool) -> Trace:
    """The trace of a capture in memory, in windows or frame by frame."""
    run = Run(OPTIONS, rules)
    limits = 0
    with open_capture_bytes(made, "fuzz", window_bytes=WINDOW_BYTES) as source:
        for batch in source.batches():
            for part in _single(batch) if one_by_one else (batch,):
                run.frames(part)
            limits = max(limits, run.net.held + run.http.held)
        if limits > 4 * len(made) + 1_000_000:
            raise BrokenPromise(f"{limits} bytes held of a file of {len(made)}")
        return run.finish(
            InputInfo(
                "fuzz",
                ["fuzz"],
                source.format,
                source.frames,
                source.size,
                source.first_time_ns,
                source.last_time_ns,
                list(source.link_types),
                run.time_digits,
            )
        )


def _single(batch: FrameBatch) -> Iterator[FrameBatch]:
    """Frame by frame; the anomalies come with the last."""
    edges = [*range(len(batch)), len(batch)] if len(batch) else [0, 0]
    for low, high in pairwise(edges):
        yield replace(batch.rows(low, high), anomalies=batch.anomalies if high == len(batch) else ())


def stream(data: bytes) -> None:
    """The conversation of a program → HTTP, whole and in pieces."""
    program = read(data)
    started = time.process_time()
    whole = told(program, 1 << 20)
    took = time.process_time() - started
    if took > MOST_SECONDS:
        raise BrokenPromise(f"{took:.2f} s of processor time for {len(data)} bytes")
    if sum(data[:64]) % RARELY == 0 and told(program, 1 + sum(data[64:128]) % 40) != whole:
        raise BrokenPromise("another cut gives other messages")


_CLIENT, _SERVER = Endpoint("192.0.2.1", 50_000), Endpoint("192.0.2.9", 5357)
_FRAME_NS = 1_000_000
_MOST_RECORDS = 40
_MOST_PIECES = 400


def told(program: Program, size: int) -> list[tuple[object, ...]]:
    """What the room makes of the conversation in pieces of `size` bytes, without what depends on frame numbers."""
    room = HttpRoom(digests=True)
    seen = [said for event in _events(program, size) for output in room.feed(event) for said in _said(output)]
    seen += [said for output in room.close(Stamp(1 << 30, 1 << 50)) for said in _said(output)]
    if room.held:
        raise BrokenPromise(f"{room.held} bytes are held after the end")
    return seen


def _said(output: object) -> Iterator[tuple[object, ...]]:
    if not isinstance(output, HttpEvent):
        yield (type(output).__name__,)
        return
    exchange = output.exchange
    if output.kind is HttpEventKind.ENDED:
        messages = (exchange.request, *exchange.interim, exchange.response)
        yield ("ended", exchange.abandoned, *(_message(m) for m in messages if m is not None))
    else:
        yield (output.kind,)


def _message(m: HttpMessage) -> tuple[object, ...]:
    content = m.content
    parts = tuple((part.fields, part.data, part.complete, part.probe) for part in content.parts)
    oddities = tuple((anomaly.kind, anomaly.detail) for anomaly in m.anomalies)
    return m.start, m.fields, m.trailers, m.ended, m.first, m.last, content.length, content.data, parts, oddities


def _events(program: Program, size: int) -> Iterator[NetEvent]:
    yield ConnectionOpened(ConnectionId(0), _CLIENT, _SERVER, Stamp(1, 0), True)
    offsets, ended = [0, 0], [False, False]
    for number, record in enumerate(program.records[:_MOST_RECORDS]):
        stamp = Stamp(10 + number, (10 + number) * _FRAME_NS)
        direction = Direction.FROM_ORIGINATOR if record.kind % 2 == 0 else Direction.FROM_RESPONDER
        if record.kind is Kind.CONNECTION or ended[direction]:
            continue
        data = record.data
        if record.kind in (Kind.CLIENT_GAP, Kind.SERVER_GAP) and data:
            yield Gap(ConnectionId(0), direction, offsets[direction], len(data), GapReason.NOT_CAPTURED, stamp)
            offsets[direction] += len(data)
        elif record.kind in (Kind.CLIENT, Kind.SERVER):
            step = max(size, len(data) // _MOST_PIECES)
            for at in range(0, len(data), step):
                piece = data[at : at + step]
                yield _chunk(direction, offsets[direction], piece, stamp)
                offsets[direction] += len(piece)
        elif record.kind in (Kind.CLIENT_END, Kind.SERVER_END):
            ended[direction] = True
            yield StreamEnded(ConnectionId(0), direction, StreamEnd.FIN, stamp)
        elif record.kind is Kind.RESET:
            for each in Direction:
                if not ended[each]:
                    ended[each] = True
                    yield StreamEnded(ConnectionId(0), each, StreamEnd.RST, stamp)


def _chunk(direction: Direction, offset: int, data: bytes, stamp: Stamp) -> StreamChunk:
    row = np.array([offset], dtype=np.int64)
    index = SegmentIndex(row, np.array([stamp.number]), np.array([stamp.time_ns]), np.array([stamp.number * 1500]))
    return StreamChunk(ConnectionId(0), direction, offset, data, index)


def envelope(data: bytes) -> None:
    """A document → envelope → typed message; by the slow way and by the quick one, which learns from the second on."""
    started = time.process_time()
    seen = [_decoded(data) for _ in range(3 if sum(data[-64:]) % RARELY == 0 else 1)]
    took = time.process_time() - started
    if took > MOST_SECONDS:
        raise BrokenPromise(f"{took:.2f} s of processor time for {len(data)} bytes")
    if seen[1:] != seen[:-1]:
        raise BrokenPromise("the same document read again is another message")


def _decoded(data: bytes) -> str:
    """All that is told of a message, without the places of its elements in memory."""
    found = read_envelope(data)
    decoded = decode_message(found)
    return _PLACE.sub("", repr((found.headers, found.fault, decoded.value, decoded.violations)))


_PLACE = re.compile(" at 0x[0-9a-f]+>")


DOORS: dict[str, Callable[[bytes], None]] = {"capture": capture, "stream": stream, "envelope": envelope}
