"""Frames → a pcapng file that is readable at every moment, or a ring of such files.

A ring keeps the newest `files` files of about `file_bytes` each: NAME_00001.pcapng, NAME_00002.pcapng, … A file is
closed between two frames, and the oldest is removed when a new one begins.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import BinaryIO

from wsdtrace.capture.blocks import Interface
from wsdtrace.capture.writer import PcapngWriter
from wsdtrace.closing import Closing
from wsdtrace.errors import OutputError
from wsdtrace.records import FrameBatch


class RecordWriter(Closing):
    """Writes the frames of batches as they came."""

    def __init__(self, path: str, interface: str, *, file_bytes: int | None = None, files: int | None = None) -> None:
        """Open the file, or the first of the ring.

        Args:
            path: of the file; a ring puts a number before its suffix.
            interface: name in the capture.
            file_bytes: begin another file when one has so many; None: one file without bound.
            files: how many the ring keeps; None: all.

        Raises:
            OutputError: it cannot be written.
        """
        self._path = Path(path)
        self._interface = interface
        self._file_bytes = file_bytes
        self._files = files
        self._number = 0
        self._links: dict[int, int] = {}
        """Link type → index of its interface in the present file."""
        self.paths: deque[Path] = deque()
        """The files that are there, oldest first."""
        self._file: BinaryIO | None = None
        self._writer: PcapngWriter | None = None

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch, each flushed.

        Raises:
            OutputError: the disk is full, or the file is gone.
        """
        columns = zip(
            batch.offset.tolist(),
            batch.captured_len.tolist(),
            batch.wire_len.tolist(),
            batch.time_ns.tolist(),
            batch.link_type.tolist(),
            strict=True,
        )
        try:
            for start, captured, wire, time_ns, link_type in columns:
                writer = self._ready(link_type)
                data = bytes(batch.buffer[start : start + captured])
                writer.frame(max(time_ns, 0), data, interface=self._links[link_type], wire_len=wire)
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror or error}") from error

    def begin(self, link_types: list[int]) -> None:
        """Have a file even if no frame comes.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            for link_type in link_types:
                self._ready(link_type)
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror or error}") from error

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _ready(self, link_type: int) -> PcapngWriter:
        """The writer of the present file, with an interface of this link type."""
        full = self._file is not None and self._file_bytes is not None and self._file.tell() >= self._file_bytes
        if self._writer is None or full:
            self._next(link_type)
        elif link_type not in self._links:
            self._links[link_type] = self._writer.add_interface(Interface(self._interface, link_type))
        assert self._writer is not None
        return self._writer

    def _next(self, link_type: int) -> None:
        self.close()
        self._number += 1
        path = self._path
        if self._file_bytes is not None:
            path = path.with_name(f"{path.stem}_{self._number:05}{path.suffix or '.pcapng'}")
        self._file = open(path, "wb")  # noqa: SIM115 - closed with this writer
        self._writer = PcapngWriter(self._file, [Interface(self._interface, link_type)])
        self._links = {link_type: 0}
        self.paths.append(path)
        while self._files is not None and len(self.paths) > self._files:
            self.paths.popleft().unlink(missing_ok=True)
