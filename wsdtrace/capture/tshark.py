"""A capture through tshark → what it decrypts of TLS, frame by frame, with Wireshark's frame numbers.

Theory of operation: pyshark drives tshark in a thread with an event loop of its own, so that this works inside of a
running loop as well (a notebook). What comes goes through a bounded queue, so tshark waits when nobody takes it.

1. One pass over the file gives the decrypted bytes: HTTP is not dissected, so they are data (`data.data`), in the frame
   that completes their TLS record. `-z follow` would need a run for each connection.
2. pyshark reads packets from PDML, a document for each frame. Of 21 MB of TLS it had not read the last one after 200 s;
   as fields they come in 8 s. So the process and its loop are pyshark's, the arguments and the parser ours.
3. Segments out of order are put in order first; else tshark loses records.
"""

from __future__ import annotations

import os
import queue
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wsdtrace.closing import Closing
from wsdtrace.errors import CaptureError, MissingExtra, UsageError
from wsdtrace.records import Endpoint

if TYPE_CHECKING:
    from asyncio import StreamReader

FEATURE: Final = "reading TLS"
EXTRA: Final = "tshark"
INSTALL: Final = "install Wireshark's tshark (Debian and Ubuntu: apt install tshark; macOS: brew install wireshark)"
PIECE: Final = 256 * 1024
"""Bytes of tshark's output that are taken at a time."""
MAX_LINE: Final = 8 * 1024 * 1024
"""Bytes of one line of tshark's output: a frame of 64 KiB has 128 KiB of hexadecimal digits, a record that many frames
bring at most 33 KiB; what is longer is not tshark's."""
WAITING: Final = 64
"""Pieces that may wait in the queue: 16 MiB of text."""

_FIELDS: Final = (
    "frame.number", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "data.data",
)  # fmt: skip
_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}")


class Decrypted(NamedTuple):
    """What one frame brought of one direction."""

    frame: int
    source: Endpoint
    destination: Endpoint
    data: bytes


def parse_line(line: bytes) -> Decrypted | None:
    """One line of tshark's output; None where it is not what was asked for."""
    columns = line.rstrip(b"\r\n").decode("ascii", "replace").split("\t")
    if len(columns) != len(_FIELDS):
        return None
    number, source, source6, source_port, target, target6, target_port, data = columns
    try:
        frame = int(number)
        ends = _endpoint(source or source6, source_port), _endpoint(target or target6, target_port)
        decrypted = bytes.fromhex(data.replace(",", "").replace(":", ""))
    except ValueError:
        return None
    return Decrypted(frame, *ends, decrypted) if frame > 0 and decrypted else None


def _endpoint(address: str, port: str) -> Endpoint:
    """The innermost address and port, where a tunnel has several."""
    innermost = address.rpartition(",")[2]
    if _ADDRESS.fullmatch(innermost) is None:
        raise ValueError(f"no address: {innermost[:64]!r}")
    return Endpoint(innermost, int(port.rpartition(",")[2]))


class _LineParser:
    """Gives pyshark's loop whole lines, as many as there are, where it expects packets."""

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
            raise EOFError
        whole, end, rest = (existing_data + data).rpartition(b"\n")
        if not end and len(rest) > MAX_LINE:
            rest = b""
        return whole.split(b"\n") if end else None, rest


def is_there() -> bool:
    """pyshark and tshark are installed."""
    try:
        _find()
    except (MissingExtra, CaptureError):
        return False
    return True


def _find() -> str:
    """The path of tshark.

    Raises:
        MissingExtra: pyshark is not installed.
        CaptureError: tshark is not.
    """
    try:
        from pyshark.tshark.tshark import TSharkNotFoundException, get_process_path  # noqa: PLC0415  # an extra
    except ImportError:
        raise MissingExtra(FEATURE, EXTRA) from None
    try:
        return str(get_process_path())
    except TSharkNotFoundException:
        raise CaptureError(f"{FEATURE} needs tshark, which was not found: {INSTALL}") from None


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
        _find()
    except CaptureError as error:
        raise UsageError(str(error)) from None


class Tshark(Closing):
    """One run of tshark over one file.

    Args:
        path: the capture; a plain file.
        keylog: TLS keys (SSLKEYLOGFILE); None: only those in the capture itself.

    Raises:
        MissingExtra: pyshark is not installed.
        CaptureError: tshark or the key log is not there.
    """

    def __init__(self, path: str, keylog: str | None) -> None:
        if keylog is not None and not os.access(keylog, os.R_OK):
            raise CaptureError(f"{keylog}: the key log cannot be read")
        self.failure: str | None = None
        """Why it ended before the end of the file, if it did."""
        self.strange = 0
        """Lines that could not be understood."""
        self._command = [_find(), *_arguments(path, keylog)]
        self._path = path
        self._queue: queue.Queue[list[bytes] | None] = queue.Queue(WAITING)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._drive, name="tshark", daemon=True)
        self._thread.start()

    def rows(self) -> Iterator[Decrypted]:
        """What was decrypted, by frame."""
        while (lines := self._queue.get()) is not None:
            for line in lines:
                row = parse_line(line)
                if row is not None:
                    yield row
                elif line.strip():
                    self.strange += 1

    def close(self) -> None:
        """End tshark. A run may be closed twice."""
        self._stopped.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue
        self._thread.join()

    def _drive(self) -> None:
        """In the thread: run pyshark's loop to its end."""
        import asyncio  # noqa: PLC0415  # 40 ms that only this needs

        loop = asyncio.new_event_loop()
        try:
            capture = _capture_type()(self._path, self._command, loop)
            loop.run_until_complete(capture.packets_from_tshark(self._take))
        except Exception as error:  # of pyshark or the system: the reader of the queue is told, in its own thread
            if not self._stopped.is_set():
                self.failure = f"{type(error).__name__}: {error}".splitlines()[0]
        finally:
            loop.close()
            self._queue.put(None)

    def _take(self, lines: list[bytes]) -> None:
        if self._stopped.is_set():
            from pyshark.capture.capture import StopCapture  # noqa: PLC0415  # an extra

            raise StopCapture
        self._queue.put(lines)


def _arguments(path: str, keylog: str | None) -> list[str]:
    keys = [] if keylog is None else ["-o", f"tls.keylog_file:{Path(keylog).resolve()}"]
    fields = [word for field in _FIELDS for word in ("-e", field)]
    return [
        "-n", "-r", path, *keys, "-o", "tcp.reassemble_out_of_order:TRUE", "--disable-protocol", "http",
        "-Y", "tls && data.data", "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,",
        *fields,
    ]  # fmt: skip


def _capture_type() -> type[Any]:
    """pyshark's capture with our arguments and parser."""
    import asyncio  # noqa: PLC0415  # as above
    import subprocess  # noqa: PLC0415  # as above

    import pyshark  # noqa: PLC0415  # an extra

    class FieldCapture(pyshark.FileCapture):  # type: ignore[misc]  # it has no types
        """Gives lists of lines where pyshark gives packets."""

        def __init__(self, path: str, command: list[str], loop: asyncio.AbstractEventLoop) -> None:
            super().__init__(path, keep_packets=False, eventloop=loop)
            self._command = command

        async def _get_tshark_process(self, packet_count: int | None = None, stdin: Any = None) -> Any:  # noqa: ARG002
            process = await asyncio.create_subprocess_exec(
                *self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=stdin
            )
            self._create_stderr_handling_task(process.stderr)
            self._created_new_process(self._command, process)
            return process

        def _setup_tshark_output_parser(self) -> _LineParser:
            return _LineParser()

    return FieldCapture
