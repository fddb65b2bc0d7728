"""pcap files → columns: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html

Theory of operation: a Python loop only adds up record lengths (0.2 µs a frame), and where they repeat not even that
(`rhythm`); everything else is gathered with NumPy from the offsets that were found.
"""

from __future__ import annotations

from array import array
from struct import Struct
from typing import Final

import numpy as np

from wsdtrace.capture.anomalies import CaptureAnomaly, file_anomaly
from wsdtrace.capture.columns import MAX_CAPTURED, Walked, gather
from wsdtrace.capture.linktypes import linktype_of
from wsdtrace.capture.remarks import Remarks
from wsdtrace.capture.rhythm import PATIENCE, foretell
from wsdtrace.records import Anomaly

FILE_HEADER_BYTES: Final = 24

# magic as a big-endian number → (nanoseconds per unit of the fraction, bytes of a record header)
_VARIANTS: Final = {
    0xA1B2C3D4: (1000, 16),
    0xA1B23C4D: (1, 16),
    0xA1B2CD34: (1000, 24),  # seen: Linux kernels patched by A. Kuznetzov; 8 more bytes per record
}
MAGICS: Final = {
    magic.to_bytes(4, order): (order, *variant) for magic, variant in _VARIANTS.items() for order in ("big", "little")
}


class PcapReader:
    """Walks the records of one pcap file. Holds no position: `walk` is given windows that start at a record."""

    format: Final = "pcap"

    def __init__(self, header: bytes) -> None:
        """Args: header: the first 24 bytes of the file, whose magic is one of `MAGICS`."""
        order, self._unit_ns, self._record_bytes = MAGICS[header[:4]]
        self._sign = ">" if order == "big" else "<"
        (network,) = Struct(self._sign + "I").unpack_from(header, 20)
        # The upper 16 bits tell about frame check sequences, which IP's own length fields cut off.
        self.link_type = linktype_of(network & 0xFFFF)
        self._captured_len = Struct(self._sign + "8xI").unpack_from
        self._row = np.dtype([("sec", self._sign + "u4"), ("frac", self._sign + "u4"), ("cap", self._sign + "u4"),
                              ("wire", self._sign + "u4")])  # fmt: skip
        self.link_types_seen: dict[int, None] = {self.link_type: None}
        self.remarks = Remarks()
        """Nothing: the format has no place for any."""

    @property
    def first_record(self) -> int:
        """Byte offset of the first record in the file."""
        return FILE_HEADER_BYTES

    def clone(self) -> PcapReader:
        """A reader in the same state; a pcap file has none."""
        return self

    def walk(self, buffer: memoryview, end: int, file_start: int, *, final: bool) -> Walked:
        """Columns of the whole records in `buffer[:end]`, which is at `file_start` in the file.

        Args:
            buffer: a window that starts at a record.
            end: bytes of it that are filled.
            file_start: file offset of its first byte, for anomalies.
            final: nothing follows these bytes.
        """
        head = self._record_bytes
        starts, position = self._starts(buffer, end)
        damage: Anomaly | None = None
        record = np.array(starts)
        rows = gather(buffer[:end], record, 16).view(self._row)
        captured = rows["cap"].astype(np.uint32)
        absurd = np.flatnonzero(captured > MAX_CAPTURED)
        if len(absurd):
            first = int(absurd[0])
            position = starts[first]
            record, rows, captured = record[:first], rows[:first], captured[:first]
        need = 0
        if end - position >= head:
            (length,) = self._captured_len(buffer, position)
            need = head + length
            if length > MAX_CAPTURED:
                detail = f"a record claims {length} captured bytes, more than {MAX_CAPTURED}"
                damage = file_anomaly(
                    CaptureAnomaly.INVALID, detail, file_start + position, file_start + position + head
                )
        if final and damage is None and position < end:
            missing = f", {need - (end - position)} of its {need} bytes are missing" if need else ""
            damage = file_anomaly(
                CaptureAnomaly.TRUNCATED,
                f"the file ends in the middle of a record{missing}",
                file_start + position,
                file_start + end,
            )
        n = len(record)
        return Walked(
            consumed=position,
            offset=record + head,
            record=record,
            captured_len=captured,
            # More captured than was on the wire is a writer's fault (some swap the fields); what is there is there.
            wire_len=np.maximum(rows["wire"].astype(np.uint32), captured),
            time_ns=rows["sec"].astype(np.int64) * 1_000_000_000 + rows["frac"].astype(np.int64) * self._unit_ns,
            interface=np.zeros(n, dtype=np.uint16),
            link_type=np.full(n, self.link_type, dtype=np.uint16),
            need=need,
            damage=damage,
        )

    def _starts(self, buffer: memoryview, end: int) -> tuple[array[int], int]:
        head, captured_len = self._record_bytes, self._captured_len
        starts = array("q")
        append = starts.append
        position, last = 0, end - head
        look, patience = PATIENCE, PATIENCE
        while position <= last:
            following = position + head + captured_len(buffer, position)[0]
            if following > end:
                break
            append(position)
            position = following
            if len(starts) == look:
                position = foretell(buffer, end, starts, position, 8, 4)
                patience = PATIENCE if len(starts) > look + patience else 2 * patience
                look = len(starts) + patience
        return starts, position
