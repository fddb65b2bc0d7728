"""pcapng files → columns: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html

Theory of operation: a Python loop walks the block headers and gathers *runs* of packet blocks of one type; a run
becomes columns with NumPy. Sections, interfaces and everything unusual end a run. Frame numbers are Wireshark's,
which counts some blocks that are no packets (`_COUNTED`); those become rows without a link.

Rules for whoever edits this file:

1. No length of the file is believed before it is compared with the bytes that are there.
2. The first block that cannot be true ends the reading, as in Wireshark: what follows has no known frame numbers.
"""

from __future__ import annotations

from array import array
from struct import Struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wsdtrace.capture.anomalies import CaptureAnomaly, file_anomaly
from wsdtrace.capture.clock import to_nanoseconds
from wsdtrace.capture.columns import MAX_CAPTURED, Walked, gather
from wsdtrace.capture.interfaces import Interfaces
from wsdtrace.capture.linktypes import NO_LINK
from wsdtrace.capture.remarks import Remarks
from wsdtrace.capture.rhythm import PATIENCE, foretell
from wsdtrace.records import I64, U32

SECTION_HEADER: Final = 0x0A0D0D0A
INTERFACE: Final = 1
OBSOLETE_PACKET: Final = 2
SIMPLE_PACKET: Final = 3
STATISTICS: Final = 5
ENHANCED_PACKET: Final = 6
SECRETS: Final = 0xA
BYTE_ORDER_MAGIC: Final = 0x1A2B3C4D
MAJOR_VERSION: Final = 1

MAX_BLOCK: Final = 16 * 1024 * 1024
"""Bytes of one block. Larger ones are damage; the limit of libpcap and Wireshark (MAX_BLOCK_SIZE)."""
_MIN_BLOCK: Final = 12
_READ: Final = frozenset({INTERFACE, STATISTICS, SECRETS})
_EPB_FLAGS: Final = 2
_UNKNOWN_DROPS: Final = 0xFFFF

_COUNTED: Final = frozenset(
    {
        0x9,  # systemd journal export
        0xBAD,  # custom block, copied
        0x40000BAD,  # custom block, not copied
        0x204,  # sysdig event, and its later forms
        0x208,
        0x216,
        0x217,
        0x221,
        0x222,
    }
)
"""Blocks that are no packets and yet have a frame number in Wireshark (seen with 4.0.17)."""

# type → (bytes before the packet data, from the block's start; the least length of such a block)
_LAYOUT: Final = {ENHANCED_PACKET: (28, 32), OBSOLETE_PACKET: (28, 32), SIMPLE_PACKET: (12, 16)}

_Columns = tuple[I64, I64, U32, U32, I64, NDArray[np.uint16], NDArray[np.uint16]]


class _DamageError(Exception):
    """Internal: the block at `position` of the window cannot be true."""

    def __init__(self, position: int, detail: str) -> None:
        super().__init__(detail)
        self.position = position
        self.detail = detail


class PcapngReader:
    """Walks the blocks of a pcapng file; remembers the section it is in, its interfaces and the last time."""

    format: Final = "pcapng"
    first_record: Final = 0

    def __init__(self) -> None:
        self._sign = "<"
        self._interfaces = Interfaces()
        self._last_time_ns = 0
        self._in_section = False
        self._packets_seen = 0
        self.link_types_seen: dict[int, None] = {}
        self.remarks = Remarks()
        """What the file says beside its packets, so far."""

    def clone(self) -> PcapngReader:
        """A reader in the same state that can go its own way; it has seen no link types and no remarks yet."""
        twin = PcapngReader()
        twin._sign = self._sign
        twin._interfaces = self._interfaces.clone()
        twin._last_time_ns = self._last_time_ns
        twin._in_section = self._in_section
        twin._packets_seen = self._packets_seen
        return twin

    def walk(self, buffer: memoryview, end: int, file_start: int, *, final: bool) -> Walked:
        """Columns of the whole blocks in `buffer[:end]`; see `PcapReader.walk`."""
        pieces: list[_Columns] = []
        position, need, detail = 0, 0, ""
        try:
            while not need:
                position, need = self._walk_run(buffer, end, position, pieces)
        except _DamageError as damage:
            position, detail = damage.position, damage.detail
        walked = _join(pieces)
        walked.consumed = position
        walked.need = max(need, 0)
        if detail:
            walked.damage = file_anomaly(CaptureAnomaly.INVALID, detail, file_start + position, file_start + end)
        elif final and position < end:
            missing = f", {need - (end - position)} of its {need} bytes are missing" if need > _MIN_BLOCK else ""
            walked.damage = file_anomaly(
                CaptureAnomaly.TRUNCATED,
                f"the file ends in the middle of a block{missing}",
                file_start + position,
                file_start + end,
            )
        return walked

    def _walk_run(self, buffer: memoryview, end: int, position: int, pieces: list[_Columns]) -> tuple[int, int]:
        """Walk blocks of one type from `position` on.

        Returns:
            where the next run starts, and how many bytes its first block needs (0: it is there).
        """
        unpack = Struct(self._sign + "II").unpack_from
        starts = array("q")
        run, need = 0, 0
        look, patience = PATIENCE, PATIENCE
        while True:
            if len(starts) == look:
                position = foretell(buffer, end, starts, position, 0, 8)
                patience = PATIENCE if len(starts) > look + patience else 2 * patience
                look = len(starts) + patience
            if end - position < _MIN_BLOCK:
                need = _MIN_BLOCK
                break
            kind, length = unpack(buffer, position)
            if kind == run:
                pass
            elif run:
                break
            elif kind in _LAYOUT or kind in _COUNTED:
                run = kind
            else:
                return self._special(buffer, end, position)
            if length & 3:
                length = (length | 3) + 1  # not allowed (§3.1), and Wireshark reads on so
            if length < _MIN_BLOCK or length > MAX_BLOCK:
                self._flush(buffer, run, starts, position, pieces)
                raise _DamageError(position, f"a block of type {kind:#x} claims {length} bytes")
            if position + length > end:
                need = length
                break
            starts.append(position)
            position += length
        self._flush(buffer, run, starts, position, pieces)
        return position, need

    def _flush(self, buffer: memoryview, run: int, starts: array[int], end: int, pieces: list[_Columns]) -> None:
        """Turn a run of blocks of one type, which ends at `end`, into columns."""
        if not starts:
            return
        if not self._in_section:
            raise _DamageError(starts[0], "a packet block stands before the first section header")
        record = np.array(starts)
        length = np.diff(record, append=end)
        trailer = gather(buffer[:end], record + length - 4, 4).view(self._sign + "u4").astype(np.int64)
        valid = (trailer + 3) & ~3 == length
        if run in _COUNTED:
            make = self._counted
        else:
            _, least = _LAYOUT[run]
            valid &= length >= least
            make = {ENHANCED_PACKET: self._enhanced, OBSOLETE_PACKET: self._obsolete, SIMPLE_PACKET: self._simple}[run]
        sound = _leading(valid)
        columns = make(buffer[:end], record[:sound], length[:sound])
        if len(columns[0]):
            self._last_time_ns = int(columns[4][-1])
            if run == ENHANCED_PACKET:
                self._options_of(buffer, columns, length)
            elif run == OBSOLETE_PACKET:
                self._losses_of(buffer, columns)
            self._packets_seen += len(columns[0])
            pieces.append(columns)
        if len(columns[0]) < len(record):
            bad = len(columns[0])
            if bad < sound:
                raise _DamageError(
                    starts[bad], "a packet block names an unknown interface or claims more bytes than it has"
                )
            raise _DamageError(starts[bad], "the two lengths of a block differ")

    def _enhanced(self, buffer: memoryview, record: I64, length: I64) -> _Columns:
        """Enhanced Packet Blocks (§4.3)."""
        u4 = self._sign + "u4"
        rows = gather(buffer, record + 8, 20).view([("i", u4), ("hi", u4), ("lo", u4), ("cap", u4), ("wire", u4)])
        return self._packets(rows, rows["i"].astype(np.int64), record, length)

    def _obsolete(self, buffer: memoryview, record: I64, length: I64) -> _Columns:
        """Packet Blocks (appendix A): a 16-bit interface and a count of drops where the EPB has its interface."""
        u2, u4 = self._sign + "u2", self._sign + "u4"
        rows = gather(buffer, record + 8, 20).view(
            [("i", u2), ("drops", u2), ("hi", u4), ("lo", u4), ("cap", u4), ("wire", u4)]
        )
        return self._packets(rows, rows["i"].astype(np.int64), record, length)

    def _packets(self, rows: NDArray[np.void], interface: I64, record: I64, length: I64) -> _Columns:
        captured = rows["cap"].astype(np.int64)
        header, least = _LAYOUT[ENHANCED_PACKET]
        valid = (captured <= MAX_CAPTURED) & (captured <= length - least) & (interface < self._interfaces.count)
        n = _leading(valid)
        rows, interface, record, captured = rows[:n], interface[:n], record[:n], captured[:n]
        ticks = (rows["hi"].astype(np.uint64) << np.uint64(32)) | rows["lo"].astype(np.uint64)
        table = self._interfaces
        resolution = table.resolution[interface]
        time_ns = np.empty(n, dtype=np.int64)
        for value in np.flatnonzero(np.bincount(resolution)).tolist():  # at most 256 of them
            rows_of = resolution == value
            time_ns[rows_of] = to_nanoseconds(ticks[rows_of], value)
        time_ns += table.offset_ns[interface]
        wire = np.maximum(rows["wire"].astype(np.uint32), captured.astype(np.uint32))
        return (
            record + header,
            record,
            captured.astype(np.uint32),
            wire,
            time_ns,
            table.source_id[interface],
            table.link_type[interface],
        )

    def _options_of(self, buffer: memoryview, columns: _Columns, length: I64) -> None:
        """Read the options of Enhanced Packet Blocks, of the few that have any of interest."""
        start, record, captured = columns[0], columns[1], columns[2].astype(np.int64)
        begin = start + captured + (-captured & 3)
        end = record + length[: len(record)] - 4
        rows = np.flatnonzero(end - begin >= 4)
        if not len(rows):
            return
        code = gather(buffer, begin[rows], 2).view(self._sign + "u2")
        # Flags alone are the usual case, with 8 bytes and the end of options; they cost no loop.
        rows = rows[(code != _EPB_FLAGS) | ((end - begin)[rows] > 12)]
        interface = gather(buffer, record[rows] + 8, 4).view(self._sign + "u4")
        for row, at, stop, number in zip(
            rows.tolist(), begin[rows].tolist(), end[rows].tolist(), interface.tolist(), strict=True
        ):
            source = int(self._interfaces.source_id[number])
            self.remarks.packet(bytes(buffer[at:stop]), self._sign, self._packets_seen + row + 1, source)

    def _losses_of(self, buffer: memoryview, columns: _Columns) -> None:
        """Add up the drops that Packet Blocks count."""
        drops = gather(buffer, columns[1] + 10, 2).view(self._sign + "u2")
        for row in np.flatnonzero((drops != 0) & (drops != _UNKNOWN_DROPS)).tolist():
            self.remarks.count_lost(int(columns[5][row]), int(drops[row]))

    def _simple(self, buffer: memoryview, record: I64, length: I64) -> _Columns:
        """Simple Packet Blocks (§4.4): interface 0, cut by its snap length, and no time: that of the frame before."""
        table = self._interfaces
        header, least = _LAYOUT[SIMPLE_PACKET]
        if not table.count:
            return _nothing()
        wire = gather(buffer, record + 8, 4).view(self._sign + "u4").astype(np.uint32)
        room = length - least
        snap = int(table.snap_len[0])
        # §4.4: the captured length is the least of the wire length, the snap length and what the block has room for;
        # up to 3 bytes of the room are padding.
        captured = np.minimum(wire.astype(np.int64), room if snap == 0 else np.minimum(room, snap))
        n = _leading(captured <= MAX_CAPTURED)
        return (
            record[:n] + header,
            record[:n],
            captured[:n].astype(np.uint32),
            wire[:n],
            np.full(n, self._last_time_ns, dtype=np.int64),
            np.full(n, table.source_id[0], dtype=np.uint16),
            np.full(n, table.link_type[0], dtype=np.uint16),
        )

    def _counted(self, buffer: memoryview, record: I64, length: I64) -> _Columns:  # noqa: ARG002 - one shape for all
        """Blocks that only have a number: rows without a link and without bytes."""
        n = len(record)
        nothing = np.zeros(n, dtype=np.uint32)
        return (
            record + 8,
            record,
            nothing,
            nothing.copy(),
            np.full(n, self._last_time_ns, dtype=np.int64),
            np.zeros(n, dtype=np.uint16),
            np.full(n, NO_LINK, dtype=np.uint16),
        )

    def _special(self, buffer: memoryview, end: int, position: int) -> tuple[int, int]:
        """A section header, an interface description, or a block that is skipped."""
        kind, length = Struct(self._sign + "II").unpack_from(buffer, position)
        if kind == SECTION_HEADER:
            return self._section(buffer, end, position)
        if not self._in_section:
            raise _DamageError(position, "the file does not start with a section header")
        if length & 3:
            length = (length | 3) + 1
        if length < _MIN_BLOCK or length > MAX_BLOCK:
            raise _DamageError(position, f"a block of type {kind:#x} claims {length} bytes")
        if position + length > end:
            return position, length
        (trailer,) = Struct(self._sign + "I").unpack_from(buffer, position + length - 4)
        if (trailer + 3) & ~3 != length:
            raise _DamageError(position, f"the two lengths of a block differ: {length} and {trailer}")
        if kind == INTERFACE and length < 20:
            raise _DamageError(position, f"an interface description of {length} bytes")
        if kind in _READ:
            self._read_body(kind, bytes(buffer[position + 8 : position + length - 4]))
        return position + length, 0

    def _read_body(self, kind: int, body: bytes) -> None:
        """A block that is no packet, of the types in `_READ`; name resolution and others are skipped."""
        if kind == INTERFACE:
            link_type = self._interfaces.add(body, self._sign)
            self.link_types_seen[link_type] = None
            self.remarks.texts(body[8:], self._sign)
        elif kind == SECRETS:
            self.remarks.secret(body, self._sign)
        elif kind == STATISTICS and len(body) >= 12:
            (interface,) = Struct(self._sign + "I").unpack_from(body)
            if interface < self._interfaces.count:
                source = int(self._interfaces.source_id[interface])
                self.remarks.statistics(body[12:], self._sign, source)

    def _section(self, buffer: memoryview, end: int, position: int) -> tuple[int, int]:
        """Section Header Block (§4.1): its byte order magic says how to read it."""
        if end - position < _MIN_BLOCK:
            return position, _MIN_BLOCK
        magic = bytes(buffer[position + 8 : position + 12])
        signs = {BYTE_ORDER_MAGIC.to_bytes(4, "big"): ">", BYTE_ORDER_MAGIC.to_bytes(4, "little"): "<"}
        sign = signs.get(magic)
        if sign is None:
            raise _DamageError(position, f"a section header with byte-order magic {magic.hex()}")
        (length,) = Struct(sign + "I").unpack_from(buffer, position + 4)
        if length < 28 or length > MAX_BLOCK or length & 3:
            raise _DamageError(position, f"a section header that claims {length} bytes")
        if position + length > end:
            return position, length
        (major,) = Struct(sign + "H").unpack_from(buffer, position + 12)
        if major != MAJOR_VERSION:
            raise _DamageError(position, f"a section of pcapng version {major}, this reads version {MAJOR_VERSION}")
        self._sign = sign
        self._in_section = True
        self._interfaces = self._interfaces.next_section()
        self.remarks.texts(bytes(buffer[position + 24 : position + length - 4]), sign)
        return position + length, 0


def _leading(valid: NDArray[np.bool_]) -> int:
    """How many rows precede the first that is not valid."""
    bad = np.flatnonzero(~valid)
    return int(bad[0]) if len(bad) else len(valid)


def _nothing() -> _Columns:
    i64 = np.empty(0, dtype=np.int64)
    u32 = np.empty(0, dtype=np.uint32)
    u16 = np.empty(0, dtype=np.uint16)
    return i64, i64, u32, u32, i64, u16, u16


def _join(pieces: list[_Columns]) -> Walked:
    if not pieces:
        return Walked(0, *_nothing())
    if len(pieces) == 1:
        return Walked(0, *pieces[0])
    return Walked(
        0,
        np.concatenate([piece[0] for piece in pieces]),
        np.concatenate([piece[1] for piece in pieces]),
        np.concatenate([piece[2] for piece in pieces]),
        np.concatenate([piece[3] for piece in pieces]),
        np.concatenate([piece[4] for piece in pieces]),
        np.concatenate([piece[5] for piece in pieces]),
        np.concatenate([piece[6] for piece in pieces]),
    )
