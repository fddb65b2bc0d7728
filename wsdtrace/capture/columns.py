"""Columns out of a buffer: fixed-size byte rows at arbitrary offsets, and what a walk over records found.

Theory of operation: NumPy gathers rows of `size` opaque bytes from any offset through an overlapping view
(stride 1). One such gather costs about as much as a gather of a single integer, and the columns are then
read from the packed rows.
"""

from __future__ import annotations

from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from wsdtrace.dataclass import dataclass
from wsdtrace.records import I64, U16, U32, Anomaly

MAX_CAPTURED = 262_144
"""Bytes of one frame. Larger lengths are damage; the limit of libpcap and Wireshark (WTAP_MAX_PACKET_SIZE_STANDARD)."""


def gather(buffer: memoryview | bytes | bytearray, offset: I64, size: int) -> NDArray[np.void]:
    """(n,) rows of `size` bytes at `offset` (n,), copied.

    The caller has masked: every `offset + size` lies inside `buffer`.
    """
    rows = len(buffer) - size + 1
    if rows <= 0 or not len(offset):
        return np.empty(0, dtype=f"V{size}")
    overlapping: NDArray[np.void] = np.ndarray((rows,), dtype=f"V{size}", buffer=buffer, strides=(1,))
    taken: NDArray[np.void] = overlapping[offset]
    return taken


@dataclass(slots=True)
class Walked:
    """The records of one window, as columns, and how far the walk came."""

    consumed: int
    """Bytes of the window that are done with."""
    offset: I64
    """(n,) first byte of frame i in the window."""
    record: I64
    """(n,) first byte of frame i's record in the window."""
    captured_len: U32
    wire_len: U32
    time_ns: I64
    interface: U16
    link_type: U16
    need: int = 0
    """Bytes that the next record takes from its start; 0 when not yet known."""
    damage: Anomaly | None = None
    """Why the walk cannot go on."""
    notes: list[Anomaly] = field(default_factory=list)
    """Oddities that do not stop it."""
