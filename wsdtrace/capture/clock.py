"""pcapng timestamps → int64 nanoseconds since the Unix epoch, for every if_tsresol (pcapng §4.2, option 9)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from wsdtrace.records import I64

DEFAULT_RESOLUTION: Final = 6
"""if_tsresol when the option is absent: microseconds."""
_NS_DIGITS: Final = 9
_NS: Final = 1_000_000_000
_LATEST: Final = 2**62
"""Nanoseconds; later times (year 2116) are clamped, so that sums of two times fit int64."""
_MAX_FRACTION_BITS: Final = 34
"""2**34 × 10**9 is the largest such product within 64 bits; finer fractions are cut to 58 ps."""


def to_nanoseconds(ticks: NDArray[np.uint64], resolution: int) -> I64:
    """Nanoseconds of `ticks` (n,) counted in units of `resolution`, exact below 1 ns, clamped at `_LATEST`.

    Args:
        ticks: since the epoch, before if_tsoffset.
        resolution: the octet of if_tsresol: most significant bit 0 → 10**-x seconds, 1 → 2**-x seconds.
    """
    digits = resolution & 0x7F
    if resolution & 0x80:
        return _from_binary(ticks, digits)
    if digits <= _NS_DIGITS:
        unit = 10 ** (_NS_DIGITS - digits)
        bounded: I64 = np.minimum(ticks, np.uint64(_LATEST // unit)).astype(np.int64)
        bounded *= unit
        return bounded
    divisor = 10 ** (digits - _NS_DIGITS)
    if divisor >= 2**64:
        return np.zeros(len(ticks), dtype=np.int64)
    cut: I64 = np.minimum(ticks // np.uint64(divisor), np.uint64(_LATEST)).astype(np.int64)
    return cut


def _from_binary(ticks: NDArray[np.uint64], bits: int) -> I64:
    if bits >= 64:
        seconds, fraction = np.zeros_like(ticks), ticks >> np.uint64(min(bits - _MAX_FRACTION_BITS, 63))
        if bits - _MAX_FRACTION_BITS > 63:
            fraction = np.zeros_like(ticks)
    else:
        seconds = ticks >> np.uint64(bits)
        fraction = ticks & np.uint64((1 << bits) - 1)
        if bits > _MAX_FRACTION_BITS:
            fraction = fraction >> np.uint64(bits - _MAX_FRACTION_BITS)
    kept = min(bits, _MAX_FRACTION_BITS)
    whole = np.minimum(seconds, np.uint64(_LATEST // _NS)).astype(np.int64) * _NS
    result: I64 = whole + ((fraction * np.uint64(_NS)) >> np.uint64(kept)).astype(np.int64)
    return result


def offset_nanoseconds(seconds: int) -> int:
    """if_tsoffset (signed seconds) in nanoseconds, clamped so that adding it cannot overflow int64."""
    return max(-_LATEST // 2, min(_LATEST // 2, seconds * _NS))
