"""What the network did during each exchange over TCP, from all frames of its capture once more."""

from __future__ import annotations

from collections.abc import Iterable

from wsdtrace.records import FrameBatch, PathFacts
from wsdtrace.state.model import Exchange, Transport


def paths_of(batches: Iterable[FrameBatch], exchanges: Iterable[Exchange]) -> dict[int, PathFacts]:
    """The facts of each exchange, by its `id`.

    Args:
        batches: every frame of the capture.
        exchanges: those over UDP are left out.
    """
    from wsdtrace.net.paths import PathMeter, Underway  # noqa: PLC0415  # a report for people needs none of it

    meter = PathMeter(
        (e.id, Underway(e.client_endpoint, e.server_endpoint, e.first.time_ns, e.last.time_ns))
        for e in exchanges
        if e.transport is Transport.HTTP
    )
    for batch in batches:
        meter.feed(batch)
    return meter.close()
