"""Frames through tshark → what it says of each of them, in columns.

Theory of operation: tshark reads a pcapng stream that we write into a pipe, window by window, and answers with one line
for each frame before it reads the next (`-l`). So it works for whatever delivers frames: a file, several joined, a
pipe, an interface; and an answer is complete when the line of the window's last frame has come. pyshark drives tshark
in a thread with an event loop of its own, so that this works inside of a running loop as well (a notebook).

pyshark reads packets from PDML, a document for each frame. Of 21 MB of TLS it had not read the last one after 200 s; as
fields they come in 8 s. So the process and its loop are pyshark's, the arguments and the parser ours.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from wsdtrace.capture.blocks import (
    Interface,
    decryption_secrets,
    enhanced_packet,
    interface_description,
    section_header,
)
from wsdtrace.closing import Closing
from wsdtrace.errors import CaptureError, MissingExtra, UsageError
from wsdtrace.records import Endpoint

if TYPE_CHECKING:
    from asyncio import StreamReader

    from wsdtrace.capture.remarks import Secrets
    from wsdtrace.records import FrameBatch

EXTRA: Final = "tshark"
INSTALL: Final = "install Wireshark's tshark (Debian and Ubuntu: apt install tshark; macOS: brew install wireshark)"
PIECE: Final = 256 * 1024
"""Bytes of tshark's output that are taken at a time."""
MAX_LINE: Final = 8 * 1024 * 1024
"""Bytes of one line of tshark's output: a frame of 64 KiB has 128 KiB of hexadecimal digits, a record that many frames
bring at most 33 KiB; what is longer is not tshark's."""
_NUMBER_DIGITS: Final = 18
MAX_SECONDS: Final = 300.0
"""Seconds that tshark may take for one window: 40,000 small frames take it four. Beyond, it is ended."""


class _LineParser:
    """Gives pyshark's loop whole lines, as many as there are, where it expects packets."""

    def __init__(self, ended: Callable[[], Awaitable[object]]) -> None:
        """`ended` waits for tshark; pyshark would kill what has ended, and asyncio then not find it."""
        self._wait = ended

    async def get_packets_from_stream(
        self,
        stream: StreamReader,
        existing_data: bytes,
        got_first_packet: bool = True,  # noqa: ARG002 - pyshark's signature
    ) -> tuple[list[bytes] | None, bytes]:
        data = await stream.read(PIECE)
        if not data:
            if existing_data:
                return [existing_data], b""
            await self._wait()
            raise EOFError
        whole, end, rest = (existing_data + data).rpartition(b"\n")
        if not end and len(rest) > MAX_LINE:
            rest = b""
        return whole.split(b"\n") if end else None, rest


def is_there() -> bool:
    """pyshark and tshark are installed."""
    try:
        _find("")
    except (MissingExtra, CaptureError):
        return False
    return True


def _find(feature: str) -> str:
    """The path of tshark.

    Raises:
        MissingExtra: pyshark is not installed.
        CaptureError: tshark is not.
    """
    try:
        from pyshark.tshark.tshark import TSharkNotFoundException, get_process_path  # noqa: PLC0415  # an extra
    except ImportError:
        raise MissingExtra(feature, EXTRA) from None
    try:
        return str(get_process_path())
    except TSharkNotFoundException:
        raise CaptureError(f"{feature} needs tshark, which was not found: {INSTALL}") from None


def check_keylog(path: str) -> None:
    """The key log is there, and so is what uses it.

    Raises:
        UsageError: the key log cannot be read.
        MissingExtra: pyshark is not installed.
        UsageError: tshark is not.
    """
    if not os.path.isfile(path) or not os.access(path, os.R_OK):
        raise UsageError(f"--tls-keylog {path}: no file that can be read")
    try:
        _find("reading TLS")
    except CaptureError as error:
        raise UsageError(str(error)) from None


class Tshark(Closing):
    """One run of tshark.

    Args:
        fields: what is asked of each frame, by Wireshark's names; its number comes in front.
        settings: further arguments.
        feature: what needs tshark, for the sentence where it is missing.

    Raises:
        MissingExtra: pyshark is not installed.
        CaptureError: tshark is not there.
    """

    def __init__(self, fields: Sequence[str], settings: Sequence[str], feature: str) -> None:
        self.failure: str | None = None
        """Why it ended before it was closed, if it did."""
        command = [_find(feature), "-l", "-n", "-r", "-", *settings, "-T", "fields", *_PRINTING]
        for field in ("frame.number", *fields):
            command += ["-e", field]
        self._fields = len(fields)
        self._asked = 0
        """Frames that it was shown."""
        self._links: dict[int, int] = {}
        """Link type → index of its interface in the stream."""
        self._queue: queue.SimpleQueue[list[bytes] | None] = queue.SimpleQueue()
        """No longer than what tshark says of one window, which is asked about when the last one was answered."""
        self._over = False
        self._given_up = False
        self._capture: Any = None
        reading, writing = os.pipe()
        self._pipe: IO[bytes] = open(writing, "wb", buffering=0)  # noqa: SIM115 - closed with the run
        self._thread = threading.Thread(target=self._drive, args=(command, reading), name="tshark", daemon=True)
        self._thread.start()
        self._write(section_header("wsdtrace"))

    def ask(self, batch: FrameBatch, secrets: Iterable[Secrets] = ()) -> Iterator[tuple[int, list[str]]]:
        """Show tshark the frames of a batch; exhaust it before the next one.

        Args:
            batch: any frames.
            secrets: keys that stand in the capture, and were not shown yet.

        Yields:
            the row of each frame, and the fields of it; fewer frames where tshark ended.
        """
        blocks = [decryption_secrets(secret.kind, secret.data) for secret in secrets]
        columns = (batch.offset, batch.captured_len, batch.wire_len, batch.time_ns, batch.link_type)
        for start, captured, wire, time_ns, link in zip(*(each.tolist() for each in columns), strict=True):
            if link not in self._links:
                self._links[link] = len(self._links)
                blocks.append(interface_description(Interface("", link)))
            data = bytes(batch.buffer[start : start + captured])
            blocks.append(enhanced_packet(self._links[link], max(time_ns, 0), data, wire_len=wire))
        before, answered = self._asked, 0
        self._asked += len(batch)
        patience = threading.Timer(MAX_SECONDS, self._give_up)
        patience.start()
        try:
            self._write(b"".join(blocks))
            while answered < len(batch) and not self._over:
                lines = self._queue.get()
                if lines is None:
                    self._over = True
                    words = "" if self._capture is None else f": {self._capture.last_words}"
                    self.failure = self.failure or f"tshark ended at frame {before + answered + 1}{words}"
                    return
                for line in lines:
                    number, fields = _columns(line)
                    if len(fields) == self._fields and answered < number - before <= len(batch):
                        answered = number - before
                        yield answered - 1, fields
        finally:
            patience.cancel()

    def close(self) -> None:
        """End tshark. A run may be closed twice."""
        self._over = True
        with contextlib.suppress(BrokenPipeError):
            self._pipe.close()
        self._thread.join()

    def _write(self, data: bytes) -> None:
        """All of it; what tshark has ended before is told by `failure`."""
        view = memoryview(data)
        with contextlib.suppress(BrokenPipeError):
            while view and not self._over:
                view = view[self._pipe.write(view) :]

    def _give_up(self) -> None:
        self.failure = f"tshark was ended: no answer within {MAX_SECONDS:.0f} s"
        self._given_up = True
        if self._capture is not None:
            self._capture.kill()

    def _drive(self, command: list[str], reading: int) -> None:
        """In the thread: run pyshark's loop to its end."""
        import asyncio  # noqa: PLC0415  # 40 ms that only this needs

        loop = asyncio.new_event_loop()
        try:
            self._capture = _capture_type()(command, reading, loop, lambda: self._given_up)
            loop.run_until_complete(self._capture.packets_from_tshark(self._queue.put))
        except Exception as error:  # of pyshark or the system: the reader of the queue is told, in its own thread
            self.failure = f"{type(error).__name__}: {error}".splitlines()[0]
        finally:
            loop.close()
            self._queue.put(None)


def _columns(line: bytes) -> tuple[int, list[str]]:
    """Number of the frame and its fields; 0 where it is another line."""
    number, *fields = line.rstrip(b"\r").decode("ascii", "replace").split("\t")
    return (int(number), fields) if number.isdecimal() and len(number) <= _NUMBER_DIGITS else (0, fields)


_PRINTING: Final = ("-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,")


def keylog_settings(keylog: str) -> list[str]:
    """The arguments that name a key log.

    Raises:
        CaptureError: it cannot be read.
    """
    if not os.access(keylog, os.R_OK):
        raise CaptureError(f"{keylog}: the key log cannot be read")
    return ["-o", f"tls.keylog_file:{Path(keylog).resolve()}"]


_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}")


def endpoint_of(address: str, port: str) -> Endpoint:
    """The innermost address and port, where a tunnel has several.

    Raises:
        ValueError: there is none.
    """
    innermost = address.rpartition(",")[2]
    if _ADDRESS.fullmatch(innermost) is None:
        raise ValueError(f"no address: {innermost[:64]!r}")
    return Endpoint(innermost, int(port.rpartition(",")[2]))


def _capture_type() -> type[Any]:
    """pyshark's capture with our arguments and parser."""
    import asyncio  # noqa: PLC0415  # as above
    import subprocess  # noqa: PLC0415  # as above

    from pyshark.capture.capture import Capture  # noqa: PLC0415  # an extra

    class FieldCapture(Capture):  # type: ignore[misc]  # it has no types
        """Gives lists of lines where pyshark gives packets."""

        def __init__(
            self, command: list[str], pipe: int, loop: asyncio.AbstractEventLoop, is_given_up: Callable[[], bool]
        ) -> None:
            super().__init__(eventloop=loop)
            self._command = command
            self._pipe = pipe
            self._is_given_up = is_given_up
            self._process: Any = None

        def kill(self) -> None:
            """End tshark now; from another thread."""
            if self._process is not None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: tshark has ended, and was waited for
                    self.eventloop.call_soon_threadsafe(self._process.kill)

        async def _get_tshark_process(self, packet_count: int | None = None, stdin: Any = None) -> Any:  # noqa: ARG002
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command, stdin=self._pipe, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    limit=PIECE, start_new_session=True,  # Ctrl-C is for us, who still have frames to ask about
                )  # fmt: skip
            finally:
                os.close(self._pipe)  # tshark's now: when it ends, whoever writes is told
            self._process = process
            if self._is_given_up():  # while it started, when there was nothing to kill
                process.kill()
            self._create_stderr_handling_task(process.stderr)
            self._created_new_process(self._command, process)
            return process

        async def _cleanup_subprocess(self, process: Any) -> None:
            """Its output has ended, so it has; how, its last words say."""

        @property
        def last_words(self) -> str:
            return self._last_error_line or "without a word"

        def _setup_tshark_output_parser(self) -> _LineParser:
            return _LineParser(self._process.wait)

    return FieldCapture
