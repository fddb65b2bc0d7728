"""Interface Description Blocks (pcapng §4.2) → a table of columns, one row per interface of the section."""

from __future__ import annotations

from struct import Struct
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from wsdtrace.capture.clock import DEFAULT_RESOLUTION, offset_nanoseconds
from wsdtrace.capture.linktypes import linktype_of
from wsdtrace.capture.remarks import each_option

MAX_INTERFACES: Final = 1_000_000
"""Interfaces of one section that are kept (21 MB); a frame on a later one is damage."""
LAST_SOURCE_ID: Final = 65_535
"""`FrameBatch.interface` has 16 bits; interfaces beyond share this number."""

_OPT_TSRESOL: Final = 9
_OPT_TSOFFSET: Final = 14
_Kind = TypeVar("_Kind", bound=np.generic)


class Interfaces:
    """The interfaces of one section; row i is interface i. Rows at and beyond `count` mean nothing."""

    def __init__(self, before: int = 0) -> None:
        """Args: before: interfaces of earlier sections of the source."""
        self.count = 0
        self.link_type = np.zeros(4, dtype=np.uint16)
        self.resolution = np.zeros(4, dtype=np.uint8)
        self.offset_ns = np.zeros(4, dtype=np.int64)
        self.snap_len = np.zeros(4, dtype=np.int64)
        self.source_id = np.zeros(4, dtype=np.uint16)
        """Number of the interface over the whole source."""
        self._before = before
        self._borrowed = False

    def clone(self) -> Interfaces:
        """The same rows at no cost: columns only grow, and the twin copies them before it adds to them."""
        twin = Interfaces(self._before)
        twin.count, twin._borrowed = self.count, True
        twin._take(self, 0)
        return twin

    def next_section(self) -> Interfaces:
        """An empty table: a section counts its own interfaces from 0."""
        return Interfaces(min(self._before + self.count, LAST_SOURCE_ID))

    def add(self, body: bytes, sign: str) -> int:
        """Read one description.

        Args:
            body: the block's body, without type and lengths; at least 8 bytes.
            sign: byte order of the section, as `struct` writes it.

        Returns:
            its LINKTYPE_ value.
        """
        field, _, snap_len = Struct(sign + "HHI").unpack_from(body)
        link_type = linktype_of(field)
        if self.count >= MAX_INTERFACES:
            return link_type
        row = self.count
        if self._borrowed or row >= len(self.link_type):
            self._take(self, len(self.link_type))
            self._borrowed = False
        resolution, offset_ns = _time_options(body[8:], sign)
        self.link_type[row] = link_type
        self.resolution[row] = resolution
        self.offset_ns[row] = offset_ns
        self.snap_len[row] = snap_len
        self.source_id[row] = min(self._before + row, LAST_SOURCE_ID)
        self.count += 1
        return link_type

    def _take(self, other: Interfaces, room: int) -> None:
        """Take the columns of `other`, with `room` more rows; without room they are borrowed."""
        self.link_type = _with_room(other.link_type, room)
        self.resolution = _with_room(other.resolution, room)
        self.offset_ns = _with_room(other.offset_ns, room)
        self.snap_len = _with_room(other.snap_len, room)
        self.source_id = _with_room(other.source_id, room)


def _with_room(column: NDArray[_Kind], room: int) -> NDArray[_Kind]:
    return np.concatenate([column, np.zeros(room, dtype=column.dtype)]) if room else column


def _time_options(options: bytes, sign: str) -> tuple[int, int]:
    """if_tsresol and if_tsoffset (in ns) of a list of options.

    if_fcslen is not needed: IP's own length cuts a frame check sequence off, and a packet without a length
    (segmentation offload) has none yet.
    """
    resolution, offset_ns = DEFAULT_RESOLUTION, 0
    for code, value in each_option(options, sign):
        if code == _OPT_TSRESOL and len(value) >= 1:
            resolution = value[0]
        elif code == _OPT_TSOFFSET and len(value) == 8:
            (seconds,) = Struct(sign + "q").unpack(value)
            offset_ns = offset_nanoseconds(seconds)
    return resolution, offset_ns
