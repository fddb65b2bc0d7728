"""Cuts the windows of a capture anew: what a reader makes of them must not depend on where they end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from wsdtrace.records import FrameBatch


def rows(batch: FrameBatch, low: int, high: int) -> FrameBatch:
    """Frames `low:high` of a batch as a batch of their own."""
    return replace(batch.rows(low, high), anomalies=batch.anomalies if high == len(batch) else ())


def recut(batches: Iterable[FrameBatch], cuts: Iterable[int]) -> Iterator[FrameBatch]:
    """The same frames in batches that end before the frames numbered in `cuts` (and where they ended before)."""
    wanted = sorted(set(cuts))
    for batch in batches:
        first, last = batch.first_number, batch.first_number + len(batch)
        edges = [0, *(c - first for c in wanted if first < c < last), len(batch)]
        for low, high in pairwise(edges):
            yield rows(batch, low, high)
