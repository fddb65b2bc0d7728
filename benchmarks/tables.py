"""How fast 100,000 exchanges become a table, against pandas reading the same frame back from Parquet.

Wanted: at most five times as long. Both sides are timed in processor time of this process, the best of seven.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from wsdtrace.explore.tables import TABLES, blocks_of
from wsdtrace.explore.tables.arrow import arrow_table, data_frame
from wsdtrace.records import Endpoint, Stamp
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.message import FaultSummary, Message, Role
from wsdtrace.state.model import Client, Device, Exchange, Transport

COUNT = 100_000
FACTOR = 5.0
START_NS = 1_700_000_000_000_000_000


def trace_of(count: int) -> Trace:
    """A trace of so many exchanges, each with its own ids, times and lengths; every tenth a fault."""
    server, peer = Endpoint("192.0.2.20", 5357), Endpoint("192.0.2.10", 50000)
    device, client = Device(1), Client(1)
    trace = Trace(InputInfo("x", ["x"], "pcap"), devices=[device], clients=[client])
    action = "http://schemas.microsoft.com/windows/2006/08/wdp/scan/GetJobElements"
    for i in range(count):
        at = START_NS + i * 20_000_000
        asked, answered = Stamp(4 * i + 1, at), Stamp(4 * i + 3, at + 1_000_000 + i)
        message_id = f"urn:uuid:{i:08x}-0000-4000-8000-000000000000"
        request = Message(Role.REQUEST, peer, server, asked, asked, 800 + i % 50, True)
        request.action, request.message_id = action, message_id
        response = Message(Role.RESPONSE, server, peer, answered, answered, 1200 + i % 99, True, status=200)
        response.relates_to = message_id
        if i % 10 == 0:
            response.status = 500
            response.fault = FaultSummary("Sender", "ClientErrorJobIdNotFound", "urn:s", "s:C", "no such job", None)
        exchange = Exchange(Transport.HTTP, peer, server, None, i + 1, request, response)
        exchange.operation, exchange.device, exchange.client = "GetJobElements", device, client
        trace.exchanges.append(exchange)
    return trace


def best(work: Callable[[], object], times: int = 7) -> float:
    """Seconds of processor time of the fastest of several runs."""
    found = []
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def main() -> int:
    """Measure and say."""
    trace = trace_of(COUNT)
    redactor = Redactor(trace)

    def made() -> pd.DataFrame:
        return data_frame(arrow_table(blocks_of(TABLES["exchanges"], trace, trace.exchanges, redactor)))

    frame = made()
    assert frame.shape == (COUNT, len(TABLES["exchanges"].columns))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exchanges.parquet"
        frame.to_parquet(path)
        assert pd.read_parquet(path).equals(frame)
        reading = best(lambda: pd.read_parquet(path))
    making = best(made)
    print(f"  {COUNT:,} exchanges, {frame.shape[1]} columns: made in {making:.2f} s, read in {reading:.2f} s:")
    kept = "kept" if making <= FACTOR * reading else "missed"
    print(f"  {making / reading:.1f} times as long; wanted: at most {FACTOR:.0f} ({kept})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
