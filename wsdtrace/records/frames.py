"""Door 1: frames, as columns over one borrowed buffer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wsdtrace.dataclass import dataclass
from wsdtrace.records.places import Anomaly

I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """Columns over the frames of one window of a capture; n frames, row i is frame `first_number + i`."""

    buffer: memoryview
    """Borrowed: valid until the next batch is asked for. Frame i is `buffer[offset[i] : offset[i] +
    captured_len[i]]`."""
    offset: I64
    """(n,) byte offset of frame i in `buffer`."""
    file_offset: I64
    """(n,) byte offset of frame i's record (pcap record header, pcapng block) in the uncompressed source."""
    captured_len: U32
    """(n,) bytes of frame i that the capture holds."""
    wire_len: U32
    """(n,) bytes frame i had on the wire; larger than `captured_len` when the snap length cut it."""
    time_ns: I64
    """(n,) capture time."""
    interface: U16
    """(n,) capture interface, counted over the whole source."""
    link_type: U16
    """(n,) LINKTYPE_ value of frame i (https://www.tcpdump.org/linktypes.html)."""
    first_number: int
    """1-based number of row 0."""
    anomalies: tuple[Anomaly, ...] = ()
    """What the reader saw while it read this window (spans in FILE space)."""

    def __len__(self) -> int:
        return len(self.offset)

    def rows(self, low: int, high: int) -> FrameBatch:
        """Frames `low:high` as a batch of their own over the same buffer, without anomalies: those are the window's."""
        return FrameBatch(
            buffer=self.buffer,
            offset=self.offset[low:high],
            file_offset=self.file_offset[low:high],
            captured_len=self.captured_len[low:high],
            wire_len=self.wire_len[low:high],
            time_ns=self.time_ns[low:high],
            interface=self.interface[low:high],
            link_type=self.link_type[low:high],
            first_number=self.first_number + low,
        )
