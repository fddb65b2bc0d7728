"""A trace of sane-airscan → recorded exchanges and datagrams, in the order in which they happened (door 3).

Theory of operation: a query is dumped when it is over, and by then another may have begun and ended. So a log is read
as a whole, and what it says is put in order by time: a request when it went out, an end when it came. Several logs of
one program (`scanimage-zeroconf.log`, `scanimage-DEVICE.log`) count their time from the same start and are one trace;
the logs of another program follow behind. Lines are counted on over all logs, those about devices first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from wsdtrace.capture.airscan.log import Heard, Query, is_log, read_log
from wsdtrace.capture.airscan.messages import Log, is_saved, missing_files, request_of, response_of
from wsdtrace.capture.airscan.tar import members_of
from wsdtrace.capture.anomalies import CaptureAnomaly, file_anomaly
from wsdtrace.closing import Closing
from wsdtrace.errors import CaptureError, CaptureFormatError, CapturePermissionError
from wsdtrace.records import (
    I64,
    Abandoned,
    Anomaly,
    ConnectionId,
    ConnectionOpened,
    ConnectionRefused,
    ContentRef,
    Datagram,
    Direction,
    Endpoint,
    RecordedEnd,
    RecordedMessage,
    RecordedRequest,
    Stamp,
    StreamEnd,
    StreamEnded,
)

MAX_LOG_BYTES: Final = 256 * 1024 * 1024
"""Bytes of a log that are read: 100,000 scans of 2.5 kB messages. It has to be in memory to be put in order."""
MAX_LOGS: Final = 1000
"""Logs of one trace: the driver writes one for each device and program."""
HEAD_BYTES: Final = 64 * 1024
"""Bytes of a file by which it is recognised."""
SUFFIX: Final = ".log"
HERE: Final = Endpoint("", 0)
"""The client: a log does not tell the address of the machine that wrote it."""
_NO_PORT: Final = {b"http": 80, b"https": 443}

_URL = re.compile(rb"([a-z]+)://(\[[^\]]*\]|[^/:]*)(?::(\d{1,5}))?(.*)", re.DOTALL)
_SOCKET = re.compile(rb"\[?([^\]]*?)(?:%[^\]]*)?\]?:(\d{1,5})")

RecordFact = RecordedRequest | RecordedEnd | Datagram | ConnectionOpened | ConnectionRefused | StreamEnded


class _Step(NamedTuple):
    """Something that happened at a line of a log."""

    time_ns: int
    line: int
    log: Log
    what: Query | Heard
    exchange: int
    is_end: bool


def looks_like_trace(path: str) -> bool:
    """The file is a log of sane-airscan's trace."""
    try:
        with open(path, "rb") as file:
            return is_log(file.read(HEAD_BYTES))
    except OSError:
        return False


def logs_in(folder: str) -> list[str]:
    """The logs of a trace in a folder, sorted; none where there is no trace."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.lower().endswith(SUFFIX))
    except OSError:
        return []
    paths = [os.path.join(folder, name) for name in names]
    return [path for path in paths if os.path.isfile(path) and looks_like_trace(path)]


class AirscanSource(Closing):
    """An open trace. `records` reads it once, in order; `recorded` finds a content again."""

    format = "airscan"
    seekable = True
    file_size: int | None = None

    def __init__(self, path: str, logs: list[str]) -> None:
        """Use `open_airscan`."""
        self.path = path
        self.size = 0
        """Bytes of logs read so far."""
        self.span_ns = 0
        """From the start of the driver to the last line."""
        self.anomalies: list[Anomaly] = []
        """What is wrong with the trace as files."""
        self._paths = logs[:MAX_LOGS]
        self._logs: list[Log] = []
        self._saved: dict[int, RecordedMessage] = {}
        """Responses with a part in the archive, by where they begin."""
        if len(logs) > MAX_LOGS:
            self._odd(CaptureAnomaly.INVALID, f"{len(logs)} logs, the first {MAX_LOGS} are read")

    @property
    def files(self) -> list[str]:
        """The logs, in the order in which their lines are counted."""
        return list(self._paths)

    @property
    def lines(self) -> list[tuple[str, int, int]]:
        """Path, number of the first line and number of lines of each log."""
        return [(log.path, log.first_number, log.lines) for log in self._logs]

    @property
    def last(self) -> Stamp:
        """Where the trace ends."""
        log = self._logs[-1]
        return log.stamp(max(log.lines - 1, 0), self.span_ns)

    def records(self) -> Iterator[RecordFact]:
        """What happened, in order.

        Raises:
            CaptureError: a log cannot be read.
        """
        steps = self._steps()
        refused: set[int] = set()
        for step in steps:
            if isinstance(step.what, Heard):
                yield _datagram(step.what, step.log, step.time_ns)
            elif not step.is_end:
                yield from self._asked(step, step.what, refused)
            elif step.exchange not in refused:
                yield from self._over(step, step.what)

    def recorded(self, ref: ContentRef) -> RecordedMessage | None:
        """The message that a reference of this source points into."""
        return self._saved.get(ref.file_start)

    def close(self) -> None:
        """Nothing is kept open."""

    # -- reading

    def _steps(self) -> list[_Step]:
        """Everything that happened, sorted."""
        steps: list[_Step] = []
        number, exchange, start = 1, 0, 0
        program = None
        for path in self._paths:
            data = self._read(path)
            if program is not None and not _is_of(program, path):
                start = max([start, *(step.time_ns for step in steps)])
            program = _program(path, self._paths)
            lines = [line.rstrip(b"\r") for line in data.split(b"\n")]
            count = len(lines) - (not lines[-1])
            log = Log(path, number, count, self.size - len(data), _starts(data), members_of(_archive(path)))
            self._logs.append(log)
            missing = cut = 0
            for what in read_log(lines[:count]):
                if isinstance(what, Heard):
                    steps.append(_Step(start + what.time_ns, what.line, log, what, exchange, is_end=False))
                    continue
                exchange += 1
                steps.append(_Step(start + what.asked_ns, what.asked_line, log, what, exchange, is_end=False))
                steps.append(_Step(start + what.ended_ns, what.ended_line, log, what, exchange, is_end=True))
                missing += missing_files(what, log)
                cut += what.cut or (what.response is not None and what.response.body.cut)
            if missing:
                detail = f"{os.path.basename(_archive(path))}: {missing} of its files are missing or cut"
                self._odd(CaptureAnomaly.TRUNCATED, detail)
            if cut:
                self._odd(CaptureAnomaly.TRUNCATED, f"{os.path.basename(path)} ends in the middle of a message")
            number += count
        steps.sort(key=lambda step: (step.time_ns, step.log.first_number, step.line))
        self.span_ns = max((step.time_ns for step in steps), default=0)
        return steps

    def _read(self, path: str) -> bytes:
        try:
            with open(path, "rb") as file:
                data = file.read(MAX_LOG_BYTES + 1)
        except PermissionError:
            raise CapturePermissionError(f"{path}: permission denied; run as a user that may read it") from None
        except OSError as error:
            raise CaptureError(f"{path}: cannot be read: {error.strerror or error}") from None
        if len(data) > MAX_LOG_BYTES:
            data = data[:MAX_LOG_BYTES]
            self._odd(CaptureAnomaly.INVALID, f"{os.path.basename(path)}: over {MAX_LOG_BYTES} bytes, the rest is left")
        self.size += len(data)
        return data.removeprefix(b"\xef\xbb\xbf")

    def _odd(self, kind: CaptureAnomaly, detail: str) -> None:
        self.anomalies.append(file_anomaly(kind, detail, self.size, self.size))

    # -- queries

    def _asked(self, step: _Step, query: Query, refused: set[int]) -> Iterator[RecordFact]:
        log, exchange = step.log, ConnectionId(step.exchange)
        server, target = _server(query)
        stamp = log.stamp(query.request.line, step.time_ns)
        if query.error is not None and not query.received and query.sent == 0 and query.tried:
            refused.add(step.exchange)
            yield ConnectionRefused(exchange, HERE, server, stamp, answered=b"refused" in query.error.lower())
            return
        yield ConnectionOpened(exchange, HERE, server, stamp, handshake=True)
        message = request_of(query, log, exchange, target, step.time_ns - query.asked_ns)
        yield RecordedRequest(exchange, HERE, server, message, stamp)

    def _over(self, step: _Step, query: Query) -> Iterator[RecordFact]:
        log, exchange = step.log, ConnectionId(step.exchange)
        stamp = log.stamp(query.ended_line, step.time_ns)
        message = response_of(query, log, exchange, step.time_ns - query.ended_ns)
        if message is not None and is_saved(query):
            self._saved[int(message.head.index.file_offset[0])] = message
        abandoned = None if message is not None else _abandoned(query)
        said = None if query.error is None else query.error.decode("utf-8", "replace")
        ends = [Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER]
        if query.error is not None and b"by device" in query.error:
            ends.reverse()
        how = StreamEnd.RST if abandoned is Abandoned.RESET else StreamEnd.FIN
        closing = [StreamEnded(exchange, direction, how, stamp) for direction in ends]
        if message is None:
            yield from closing
        yield RecordedEnd(exchange, message, stamp, abandoned, said)
        if message is not None:
            yield from closing


def _abandoned(query: Query) -> Abandoned:
    """Why a query has no response."""
    if query.cut:
        return Abandoned.CAPTURE_END
    if query.received:
        return Abandoned.UNRECORDED
    return Abandoned.RESET if b"reset" in (query.error or b"").lower() else Abandoned.CLOSED


def _server(query: Query) -> tuple[Endpoint, bytes]:
    """Where the query went, and its request target."""
    found = _URL.fullmatch(query.url)
    if found is None:
        return Endpoint(query.url[:64].decode("latin-1"), 0), query.url
    scheme, host, port, target = found.groups()
    number = int(port) if port else _NO_PORT.get(scheme, 0)
    tried = _SOCKET.fullmatch(query.tried)
    if tried is not None:
        return Endpoint(tried[1].decode("latin-1"), int(tried[2])), target or b"/"
    return Endpoint(host.strip(b"[]").partition(b"%")[0].decode("latin-1"), number), target or b"/"


def _datagram(heard: Heard, log: Log, time_ns: int) -> Datagram:
    data = b"\n".join(row.data for row in heard.rows)
    stamp = log.stamp(heard.line, time_ns)
    return Datagram(_endpoint(heard.source), _endpoint(heard.destination), data, stamp, exact=False)


def _endpoint(text: bytes) -> Endpoint:
    found = _SOCKET.fullmatch(text)
    if found is None:
        return Endpoint(text[:64].decode("latin-1"), 0)
    return Endpoint(found[1].decode("latin-1"), int(found[2]))


def _starts(data: bytes) -> I64:
    """Where each line begins."""
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")).astype(np.int64)
    return np.concatenate((np.zeros(1, dtype=np.int64), ends + 1))


def _archive(log: str) -> str:
    """The archive beside a log."""
    return log[: -len(SUFFIX)] + ".tar" if log.lower().endswith(SUFFIX) else log + ".tar"


def _program(path: str, paths: list[str]) -> str:
    """What the names of the logs of one program begin with: `scanimage-` where there is a `scanimage-zeroconf.log`."""
    starts = [p[: -len("zeroconf.log")] for p in paths if p.endswith("-zeroconf.log")]
    return max((start for start in starts if path.startswith(start)), key=len, default=path)


def _is_of(program: str, path: str) -> bool:
    return path.startswith(program)


def _ordered(paths: list[str]) -> list[str]:
    """Program by program, the logs about devices before the one about discovery."""
    return sorted(paths, key=lambda path: (_program(path, paths), path.endswith("-zeroconf.log"), path))


def open_airscan(path: str | Path) -> AirscanSource:
    """Open a trace of sane-airscan.

    Args:
        path: its folder, or one of its logs.

    Raises:
        CaptureFormatError: it is none.
        CaptureError: it is not there or not readable.
    """
    name = str(path)
    if os.path.isdir(name):
        logs = logs_in(name)
        if not logs:
            raise CaptureFormatError(f"{name}: a folder without a trace of sane-airscan (files *{SUFFIX})")
        return AirscanSource(name, _ordered(logs))
    if not looks_like_trace(name):
        raise CaptureFormatError(f"{name}: no log of a trace of sane-airscan")
    return AirscanSource(name, [name])
