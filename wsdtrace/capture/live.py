"""An interface, or a file that grows → a `CaptureSource` that can be asked whether something came.

Theory of operation: we open no interface ourselves. dumpcap or tcpdump runs beside us, may have the right that we need
not have, and writes a capture into a pipe; where neither is installed, scapy reads packets in a thread and does so.
A `Watch` is the capture together with what delivers it: `wait` says whether there is something to read, so that timers
can be served in between, and `stop` ends the delivery, after which the capture ends as a file does.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable
from shutil import which
from struct import pack
from typing import BinaryIO, Final, cast

from wsdtrace.capture.inputs import open_file, open_stream
from wsdtrace.capture.linktypes import linktype_of
from wsdtrace.capture.source import CaptureSource, source_of
from wsdtrace.closing import Closing
from wsdtrace.errors import CaptureError, CapturePermissionError, MissingExtra

POLL_SECONDS: Final = 0.1
"""Between two looks at a file that grows."""
STOP_SECONDS: Final = 5.0
"""A recorder that was asked to stop and has not after so long is killed."""
MAX_COMPLAINT: Final = 4096
"""Bytes of a recorder's last words that are kept."""
SNAP_LENGTH: Final = 262_144
"""All of every frame."""


class Watch(Closing):
    """A capture that is still being made."""

    def __init__(
        self, source: CaptureSource, wait: Callable[[float], bool], stop: Callable[[], None], close: Callable[[], None]
    ) -> None:
        """Use `watch_interface` or `watch_file`."""
        self.source = source
        self._wait, self._stop, self._close = wait, stop, close

    def wait(self, seconds: float) -> bool:
        """Something can be read, or the capture has ended; False when neither happened for so long."""
        return self._wait(seconds)

    def stop(self) -> None:
        """End the delivery; what came is still read."""
        self._stop()

    def close(self) -> None:
        """End the delivery, and close what was delivered from."""
        self._close()
        self.source.close()


def watch_interface(interface: str, capture_filter: str | None = None) -> Watch:
    """Record an interface.

    Args:
        interface: as the operating system calls it; `any` for all of Linux.
        capture_filter: in the language of libpcap, or None.

    Raises:
        CapturePermissionError: it may not be recorded; the text has the command that changes it.
        CaptureError: there is no such interface, or the filter cannot be understood.
        MissingExtra: no program is installed that records, and scapy neither.
    """
    command = recorder_command(interface, capture_filter)
    if command is None:
        return _through_scapy(interface, capture_filter)
    # A session of its own: Ctrl-C is for us, who then ask it to stop, and read what it still has.
    process = subprocess.Popen(  # noqa: S603 - a list of arguments, without a shell
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, start_new_session=True
    )
    words = _LastWords(cast(BinaryIO, process.stderr))
    pipe = cast(BinaryIO, process.stdout)

    def stop() -> None:
        process.terminate()

    def close() -> None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        words.close()

    try:
        source = source_of(interface, open_stream(interface, pipe), live=True)
    except CaptureError as error:
        close()
        raise _refusal(interface, command[0], words.text()) from error
    except BaseException:
        close()
        pipe.close()
        raise
    return Watch(source, lambda seconds: _is_ready(pipe.fileno(), seconds), stop, close)


def recorder_command(interface: str, capture_filter: str | None) -> list[str] | None:
    """The program that records, writing to its standard output; None when none is installed."""
    if which("dumpcap") is not None:
        chosen = ["-f", capture_filter] if capture_filter else []
        return ["dumpcap", "-q", "-i", interface, "-s", str(SNAP_LENGTH), *chosen, "-w", "-"]
    if which("tcpdump") is not None:
        chosen = ["--", capture_filter] if capture_filter else []
        return ["tcpdump", "-U", "-n", "-i", interface, "-s", str(SNAP_LENGTH), "-w", "-", *chosen]
    return None


class _LastWords:
    """What a recorder says on standard error: read on, so that it never waits for us, and the end kept."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._read, name="recorder's words", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while words := self._stream.read(MAX_COMPLAINT):
            self._kept = (self._kept + words)[-MAX_COMPLAINT:]

    def text(self) -> str:
        """All of it, once the recorder has ended."""
        self._thread.join(STOP_SECONDS)
        return self._kept.decode("utf-8", "replace")

    def close(self) -> None:
        """Once the recorder has ended."""
        self._thread.join(STOP_SECONDS)
        self._stream.close()


_DENIED: Final = ("permission", "not permitted", "privilege")


def _refusal(interface: str, program: str, words: str) -> CaptureError:
    """Why a recorder ended before it began."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if any(sign in words.lower() for sign in _DENIED):
        return permission_error(interface, program)
    said = next((line for line in lines if interface in line or "filter" in line.lower()), lines[-1] if lines else "")
    said = said.removeprefix(f"{program}: ") or f"{program} ended without a word"
    return CaptureError(f"{interface}: {program} cannot record it: {said} (interfaces here: {', '.join(interfaces())})")


def permission_error(interface: str, program: str | None) -> CapturePermissionError:
    """The sentence for somebody who may not record, with the command that changes it."""
    once = f"sudo wsdtrace live -i {interface}"
    path = which(program) if program is not None else None
    always = f", or allow it for good: sudo setcap cap_net_raw,cap_net_admin+eip {path}" if path else ""
    return CapturePermissionError(f"{interface}: no permission to record; run: {once}{always}")


def interfaces() -> list[str]:
    """Names of the interfaces of this machine."""
    import socket  # noqa: PLC0415  # for a complaint only

    try:
        return [name for _, name in socket.if_nameindex()]
    except OSError:
        return []


def _is_ready(descriptor: int, seconds: float) -> bool:
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    except (OSError, ValueError):  # Windows can wait for sockets only: then reading itself waits
        return True


def _through_scapy(interface: str, capture_filter: str | None) -> Watch:
    """scapy's packets as a pcap stream in a pipe of our own."""
    try:
        import scapy.arch  # noqa: PLC0415  # an extra, and slow to import; it tells `conf` about sockets
        import scapy.layers.l2  # noqa: F401, PLC0415  # as above; about link types
        from scapy.config import conf  # noqa: PLC0415  # as above
        from scapy.data import ETH_P_ALL  # noqa: PLC0415  # as above
    except ImportError:
        raise MissingExtra("recording without dumpcap and tcpdump", "live") from None
    if interface == "any":
        raise CaptureError("any: scapy records one interface at a time; all of them take dumpcap or tcpdump")
    # On Linux's loopback every frame passes twice, out and in. The socket that could send as well drops those that go
    # out, which are what an ordinary interface must not lack.
    listening = conf.L2socket if interface == conf.loopback_name else conf.L2listen
    try:
        socket = listening(iface=interface, type=ETH_P_ALL, filter=capture_filter)
    except PermissionError:
        raise permission_error(interface, None) from None
    except Exception as error:  # scapy raises whatever the system says, and its own errors
        raise CaptureError(f"{interface}: scapy cannot record it: {error}") from None
    reading, writing = os.pipe()
    stopped = threading.Event()
    number = conf.l2types.layer2num.get(getattr(socket, "LL"), 1)  # noqa: B009 - its type does not say so

    def deliver() -> None:
        with contextlib.closing(socket), open(writing, "wb", buffering=0) as out, contextlib.suppress(OSError):
            out.write(pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, SNAP_LENGTH, linktype_of(number)))
            until_ns = None
            while True:
                if until_ns is None and stopped.is_set():
                    until_ns = time.time_ns()
                if not _is_ready(socket.fileno(), POLL_SECONDS if until_ns is None else 0):
                    if until_ns is not None:
                        return
                    continue
                _, data, at = socket.recv_raw(SNAP_LENGTH)
                if data is not None:
                    time_ns = time.time_ns() if at is None else int(at * 1_000_000_000)
                    if until_ns is not None and time_ns > until_ns:
                        return  # what came before the end is read, and no more
                    seconds, rest = divmod(time_ns, 1_000_000_000)
                    out.write(pack("<IIII", seconds, rest, len(data), len(data)) + data)

    thread = threading.Thread(target=deliver, name="scapy", daemon=True)
    thread.start()
    pipe = cast(BinaryIO, open(reading, "rb", buffering=0))  # noqa: SIM115 - the source owns it
    source = source_of(interface, open_stream(interface, pipe), live=True)

    def close() -> None:
        stopped.set()
        thread.join(STOP_SECONDS)

    return Watch(source, lambda seconds: _is_ready(reading, seconds), stopped.set, close)


class _Growing(io.RawIOBase):
    """A file whose end is not the end until `stop` says so."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self.stopped = threading.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]  # the stub says a Buffer
        while True:
            # What is there when it is stopped is still read.
            last = self.stopped.is_set()
            count = cast("io.RawIOBase", self._file).readinto(target)
            if count or last:
                return count or 0
            self.stopped.wait(POLL_SECONDS)

    def waits(self) -> bool:
        """Nothing more is there for now."""
        return not self.stopped.is_set() and self._file.tell() >= os.fstat(self._file.fileno()).st_size

    def wait(self, seconds: float) -> bool:
        """Something is there, or will never be."""
        until = time.monotonic() + seconds
        while self.waits():
            if time.monotonic() >= until:
                return False
            self.stopped.wait(POLL_SECONDS)
        return True

    def close(self) -> None:
        self._file.close()
        super().close()


def watch_file(path: str) -> Watch:
    """Follow a capture that another program writes.

    Raises:
        CaptureFormatError: it is no capture, or an empty file.
        CapturePermissionError: it may not be read.
        CaptureError: it is not there.
    """

    file = open_file(path)
    growing = _Growing(file)
    stream = cast(BinaryIO, growing)
    source = source_of(path, open_stream(path, stream, silent=growing.waits), live=True)
    return Watch(source, growing.wait, growing.stopped.set, growing.stopped.set)
